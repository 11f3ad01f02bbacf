"""Departments over the years: nothing is one entity silently, and what a person decided stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.lab import chromium
from tests.sample_tables import empty_tables, several_departments
from tests.stubs import ingest_here
from workbench import analysis as wa
from workbench.cli import main
from workbench.dataset.comparable import panel, registry_of
from workbench.dataset.store import Dataset, open_dataset
from workbench.entities.decisions import ENTITIES, Decision, read_decisions
from workbench.entities.links import indicator_links
from workbench.entities.names import Designation, folded
from workbench.entities.proposals import proposals
from workbench.entities.registry import registry
from workbench.entities.triage import as_lines, decide
from workbench.errors import EntitiesError, SelectionError
from workbench.review.entity_session import EntitySession
from workbench.review.entity_widget import EntityWidget, review_entities

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROWS = (("数量指标", "培训村官人数", "≥20人", "21人"), ("质量指标", "验收合格率", "≥95%", "90%"))


def form(
    department: str, year: int | None, rows: tuple[tuple[str, str, str, str], ...] = ROWS, project: str = ""
) -> str:
    """A form as a web page; without a project it is a department's own."""
    weight = 90 // len(rows)
    named = f"<td>项目名称<td colspan=3>{project}<td>主管部门" if project else "<td colspan=4>部门名称"
    body = "".join(
        f"<tr><td>产出指标<td>{level2}<td>{name}<td>{target}<td>{actual}<td>{weight}<td>{weight}<td></tr>"
        for level2, name, target, actual in rows
    )
    of_year = f"（{year}年度）" if year else ""
    return f"""<h1>{"项目" if project else "部门整体"}支出绩效自评表</h1><p>{of_year}</p><table>
<tr>{named}<td colspan={3 if project else 4}>{department}</tr>
<tr><td>资金情况<td>年初预算数<td>全年预算数<td>全年执行数<td>执行率<td>分值<td colspan=2>得分</tr>
<tr><td>年度资金总额<td>100<td>100<td>95<td>95%<td>10<td colspan=2>9.5</tr>
<tr><td>一级指标<td>二级指标<td>三级指标<td>年度指标值<td>实际完成值<td>分值<td>得分<td>偏差原因</tr>
{body}<tr><td colspan=5>总分<td>{10 + weight * len(rows)}<td>{9.5 + weight * len(rows)}<td></tr></table>"""


FORMS = {
    "2017/a.html": form("天津市农业局", 2017),
    "2018/a.html": form("天津市 农业局", 2018),
    "2019/a.html": form("天津市农业农村局", 2019, (("数量指标", "培训村官人数", "≥15人", "16人"),)),
    "2020/a.html": form("天津市农业农村局", 2020, (("数量指标", "培训村官的人数", "≥15人", "16人"),)),
    "天津/b.html": form("天津市农业农村局", None),
    "石家庄市/c.html": form("财政局", 2019),
    "西安市/c.html": form("财政局", 2019, (("数量指标", "国库集中支付笔数", "≥900笔", "912笔"),)),
    "2019/d.html": form("长安区教育局", 2019),
    "西安市/d.html": form("长安区教育局", 2020),
    "2017/p.html": form("天津市农业局", 2017, project="数字乡村试点"),
    "2019/p.html": form("天津市农业农村局", 2019, project="数字乡村试点"),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = tmp_path_factory.mktemp("entities") / "data" / "raw"
    for name, text in FORMS.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(text, encoding="utf-8")
    ingest_here(raw, raw.parent / "processed")
    return raw.parent / "processed"


@pytest.fixture
def processed(archive: Path) -> Path:
    """The dataset, about which nobody has decided anything."""
    (archive.parent / ENTITIES).unlink(missing_ok=True)
    return archive


def departments(ds: Dataset) -> pd.DataFrame:
    return ds.entities[ds.entities["kind"] == "department"]


def listed(processed: Path) -> dict[str, dict[str, object]]:
    """The open proposals by their two names."""
    found = json.loads(run(processed, "--format", "json"))["proposals"]
    return {f"{one['from']['name']}→{one['to']['name']}": one for one in found}


def run(processed: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["entities", str(processed), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_names_are_one_where_only_width_spaces_and_punctuation_differ(processed: Path) -> None:
    assert folded("天津市 农业局（本级）") == folded("天津市农业局(本级)")
    assert (
        folded("第1.5期") != folded("第15期") and folded("2-1号") != folded("21号") and folded("A级") != folded("a级")
    )
    rows = departments(open_dataset(processed)).set_index("name")
    assert rows.loc["天津市农业局", ["first_year", "last_year", "forms"]].tolist() == [2017, 2018, 3]
    assert rows.loc["天津市农业局", "entity_id"] != rows.loc["天津市农业农村局", "entity_id"]


def test_two_departments_of_one_name_in_two_cities_stay_two_and_are_not_proposed_as_one(processed: Path) -> None:
    rows = departments(open_dataset(processed))
    offices = rows[rows["name"] == "财政局"]
    assert set(offices["division"]) == {"河北省石家庄市", "陕西省西安市"}
    assert offices["entity_id"].nunique() == 2
    assert "财政局→财政局" not in listed(processed)


def test_a_district_that_many_cities_have_is_one_only_where_the_city_is_known(processed: Path) -> None:
    rows = departments(open_dataset(processed))
    offices = rows[rows["name"] == "长安区教育局"]
    assert offices["division"].fillna("").tolist() == ["", "陕西省西安市长安区"] and offices["entity_id"].nunique() == 2
    assert "长安区教育局→长安区教育局" in listed(processed)


def test_a_form_without_a_year_is_said_and_is_in_no_year(processed: Path) -> None:
    ds = open_dataset(processed)
    notes = departments(ds).set_index("name").loc["天津市农业农村局", "notes"]
    assert "1张表没有年度，不计入各年（天津/b.html）" in notes
    assert "没有年度" in run(processed)
    of_b = ds.documents.set_index("source").loc["天津/b.html", "document_id"]
    assert not ds.panel["form_id"].fillna("").str.startswith(of_b).any()


def test_a_rename_is_proposed_with_its_evidence_and_merges_only_when_a_person_accepts_it(processed: Path) -> None:
    found = listed(processed)["天津市农业局→天津市农业农村局"]
    grounds = "".join(sign["text"] for sign in found["evidence"])
    assert "2018年机构改革：农业→农业农村" in grounds and "同名项目" in grounds and "年度前后相接" in grounds
    before = departments(open_dataset(processed)).set_index("name")["entity_id"]
    run(processed, "--accept", str(found["key"]), "--by", "李", "--source", "津党发〔2018〕1号")
    rows = departments(open_dataset(processed)).set_index("name")
    assert set(rows.loc[["天津市农业局", "天津市农业农村局"], "entity_id"]) == {before["天津市农业局"]}
    assert rows.loc["天津市农业农村局", ["decided_by", "source"]].tolist() == ["李", "津党发〔2018〕1号"]
    assert "天津市农业局→天津市农业农村局" not in listed(processed)
    (decision,) = read_decisions(processed.parent / ENTITIES)
    assert (decision.relation, decision.by, decision.before) == (
        "same",
        "李",
        Designation("department", "天津市农业局", "120000"),
    )
    # Projects of one name follow their department, and its years are one row.
    projects = open_dataset(processed).entities.query("kind == 'project'")
    assert projects["entity_id"].nunique() == 1


def test_what_was_rejected_is_not_proposed_again(processed: Path) -> None:
    key = str(listed(processed)["天津市农业局→天津市农业农村局"]["key"])
    assert "不是同一个" in run(processed, "--reject", key, "--by", "李")
    assert "天津市农业局→天津市农业农村局" not in listed(processed)
    assert departments(open_dataset(processed)).set_index("name")["entity_id"].nunique() == 6
    result = CliRunner().invoke(main, ["entities", str(processed), "--accept", key])
    assert result.exit_code == 1 and "open proposal" in result.output and "Traceback" not in result.output


DECISION = """[[decision]]
relation = "{relation}"
kind = "department"
from = {{ name = "{before}" }}
to = {{ name = "{after}" }}
by = "李"
at = "2026-11-30T09:00:00+08:00"
source = "说明"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            DECISION.format(relation="same", before="甲局", after="乙局")
            + DECISION.format(relation="same", before="乙局", after="丙局")
            + DECISION.format(relation="different", before="丙局", after="甲局"),
            "line 17: relation: 'different' (丙局 → 甲局) contradicts",
        ),
        (
            DECISION.format(relation="successor", before="甲局", after="乙局")
            + DECISION.format(relation="successor", before="乙局", after="甲局"),
            "line 9: relation: 'successor' (乙局 → 甲局) contradicts",
        ),
        (
            DECISION.format(relation="same", before="甲局", after="乙局")
            + DECISION.format(relation="different", before="甲局", after="乙局"),
            "line 9: relation: 'different' (甲局 → 乙局) contradicts what stands above: line 1 says 'same'",
        ),
        (DECISION.format(relation="equal", before="甲局", after="乙局"), "line 2: relation: 'equal' is none of same"),
        (DECISION.format(relation="same", before="甲局", after="甲 局"), "line 5: to: it is the same as from"),
        (DECISION.format(relation="same", before="甲局", after="乙局").replace('by = "李"', ""), "line 1: by: every"),
        (DECISION.format(relation="same", before="甲局", after="乙局") + "note = 1\n", "line 9: note: a decision has"),
        ("[[decision]\n", "line 1: this is not TOML"),
        ("same = 1\n", "line 1: same: write [[decision]]"),
    ],
)
def test_a_file_that_contradicts_itself_is_an_error_with_line_and_key(processed: Path, text: str, said: str) -> None:
    (processed.parent / ENTITIES).write_text(text, encoding="utf-8")
    with pytest.raises(EntitiesError) as caught:
        _ = open_dataset(processed).panel
    assert said in str(caught.value)
    result = CliRunner().invoke(main, ["entities", str(processed)])
    assert result.exit_code == 1 and said in result.output


def test_decisions_about_names_that_no_form_has_are_kept_and_said(processed: Path) -> None:
    text = DECISION.format(relation="same", before="甲局", after="乙局")
    (processed.parent / ENTITIES).write_text(text, encoding="utf-8")
    assert "甲局 → 乙局：第1行的决定，其名称不在数据中" in run(processed)
    run(processed, "--accept", str(listed(processed)["天津市农业局→天津市农业农村局"]["key"]), "--by", "王")
    assert (processed.parent / ENTITIES).read_text(encoding="utf-8").startswith(text)


def test_indicators_are_linked_over_years_and_the_panel_has_each_year_once(processed: Path) -> None:
    run(processed, "--accept", str(listed(processed)["天津市农业局→天津市农业农村局"]["key"]), "--by", "李")
    ds = open_dataset(processed)
    entity = departments(ds).set_index("name").loc["天津市农业局", "entity_id"]
    links = ds.indicator_links[ds.indicator_links["entity_id"] == entity]
    by_year = {year: set(rows["link"]) for year, rows in links.groupby("year")}
    assert by_year == {2018: {"same"}, 2019: {"target-moved", "dropped"}, 2020: {"reworded"}}
    moved = links[links["link"] == "target-moved"].iloc[0]
    assert (moved["target_before"], moved["target"], moved["target_change"]) == ("≥20人", "≥15人", "easier")
    dropped = links[links["link"] == "dropped"].iloc[0]
    assert dropped["name_before"] == "验收合格率" and not dropped["met_before"] and pd.isna(dropped["name"])
    panel = ds.panel[(ds.panel["entity_id"] == entity) & (ds.panel["measure"] == "executed_wan")]
    assert panel["year"].tolist() == [2017, 2018, 2019, 2020]
    assert ds.sql("select count(distinct year) as n from panel where measure = 'missed' and value > 0")["n"][0] == 4


def test_charts_say_what_became_of_targets_and_of_what_was_missed(processed: Path) -> None:
    run(processed, "--accept", str(listed(processed)["天津市农业局→天津市农业农村局"]["key"]), "--by", "李")
    ds = open_dataset(processed)
    years = wa.entity_years(ds, "天津市农业局")
    assert "天津市农业农村局：2017 到 2020 年，得分率没有变化" in wa.alt_text(years)
    assert "上年达成的指标，次年目标放宽的占 25%" in wa.alt_text(wa.moved_targets(ds))
    assert "上年未达成的指标，次年不再出现的占 33.3%" in wa.alt_text(wa.vanished_indicators(ds))
    assert (
        "天津市农业局" in wa.entity_names(ds).markup
        and "长安区教育局（行政区划未定）" in wa.entity_proposals(ds).markup
    )
    with pytest.raises(SelectionError, match=r"name one by its id: .*石家庄市"):
        wa.entity_years(ds, "财政局")


def test_a_misread_target_has_not_moved_and_a_misread_actual_was_not_missed() -> None:
    tables = several_departments(["甲局"], (2021, 2022))
    first, second = tables.forms["form_id"]
    moved = (tables.indicators["form_id"] == second) & (tables.indicators["indicator_no"] == 1)
    tables.indicators.loc[moved, ["target", "target_value"]] = ["≥1个", 1.0]
    doubt = tables.findings.iloc[:1].assign(code="low-confidence", table="indicators", record_no=1)
    doubts = [doubt.assign(form_id=second, field="target"), doubt.assign(form_id=first, field="actual")]
    plain = indicator_links(registry(tables), tables.forms, tables.indicators, tables.findings.iloc[:0])
    assert plain.set_index("indicator_no").loc[1, ["link", "target_change"]].tolist() == ["target-moved", "easier"]
    links = indicator_links(registry(tables), tables.forms, tables.indicators, pd.concat(doubts))
    row = links.set_index("indicator_no").loc[1]
    assert (row["link"], row["target_change"]) == ("same", "unsure") and pd.isna(row["met_before"])


def test_two_forms_of_one_year_give_the_panel_no_value() -> None:
    tables = several_departments(["甲局", "甲局", "乙局"])
    tables.entity_decisions = ()
    rows = panel(tables).query("measure == 'total_score'").set_index("name")
    assert rows["forms"].to_dict() == {"甲局": 2, "乙局": 1}
    assert pd.isna(rows.loc["甲局", "value"]) and rows.loc["乙局", "value"] == pytest.approx(90.3)


def test_a_merger_in_mid_year_keeps_all_three_and_says_the_year_of_both_names() -> None:
    tables = several_departments(["咸阳市旅游局", "咸阳市文化局"], (2017, 2018))
    later = several_departments(["咸阳市文化和旅游局"], (2018, 2019))
    ids = {old: f"f{old[1:]}" for old in later.forms["form_id"]}
    for name in ("documents", "forms", "indicators", "findings"):
        rows = getattr(later, name)
        moved = {"form_id": rows["form_id"].map(ids)} if "form_id" in rows else {}
        documents = {"document_id": "f" + rows["document_id"].str[1:]} if "document_id" in rows else {}
        setattr(tables, name, pd.concat([getattr(tables, name), rows.assign(**moved, **documents)], ignore_index=True))
    found = {(one.before.text, one.after.text): one for one in proposals(registry(tables))}
    merged = [found["咸阳市旅游局", "咸阳市文化和旅游局"], found["咸阳市文化局", "咸阳市文化和旅游局"]]
    assert {one.relation for one in merged} == {"successor"}
    assert all("2018年两个名称都有表（年中变更，或本是两个）" in one.grounds for one in merged)
    sides = (Designation("department", name, "610400") for name in ("咸阳市旅游局", "咸阳市文化和旅游局"))
    decided = registry(tables, [Decision("successor", *sides, "李", "2026-11-30", "说明")])
    by_name = {entity.name: entity for entity in decided.entities}
    assert len(by_name) == 3 and by_name["咸阳市文化和旅游局"].predecessors == (by_name["咸阳市旅游局"].id,)


def test_the_title_says_where_a_department_is_if_its_name_does_not() -> None:
    tables = several_departments(["财政局", "财政局"], (2022,))
    tables.forms["title"] = ["2022年度西安市部门整体支出绩效自评表", "咸阳市部门整体支出绩效自评表"]
    assert {one.name for one in registry(tables).entities} == {"财政局（陕西省西安市）", "财政局（陕西省咸阳市）"}


def test_a_file_of_decisions_that_is_no_file_or_leads_out_of_the_project_is_refused(
    processed: Path, tmp_path: Path
) -> None:
    path = processed.parent / ENTITIES
    (tmp_path / "elsewhere.toml").write_text("", encoding="utf-8")
    path.symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(EntitiesError):
        read_decisions(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(EntitiesError):
        read_decisions(path)
    path.rmdir()
    path.write_bytes('[[decision]]\nkind = "部门"'.encode("gb18030"))
    with pytest.raises(EntitiesError, match="not UTF-8"):
        read_decisions(path)


def test_a_project_whose_name_holds_the_year_is_one_by_a_decision_that_names_its_department(tmp_path: Path) -> None:
    tables = several_departments(["咸阳市水务局", "铜川市水务局"], (2021, 2022))
    tables.forms["project"] = [f"{year}年水渠清淤" for year in tables.forms["year"]]
    tables.forms.loc[0, "department"] = None  # a project of nobody known is nobody's
    known = registry(tables)
    (only,) = [one for one in proposals(known) if one.before.designation.kind == "project"]
    assert (only.before.shown, only.after.text) == ("2021年水渠清淤（铜川市水务局）", "2022年水渠清淤")
    decide(tmp_path / ENTITIES, known, [only], [(only.key, True)], "李")
    decisions = read_decisions(tmp_path / ENTITIES)
    merged = [one for one in registry(tables, decisions).entities if len(one.appearances) > 1]
    assert [(one.kind, one.years) for one in merged] == [("project", [2021, 2022])]
    assert not [one for one in proposals(registry(tables, decisions), decisions) if one.key == only.key]


def test_a_dataset_without_a_form_has_no_entities() -> None:
    tables = empty_tables()
    tables.entity_decisions = ()
    assert panel(tables).empty and proposals(registry(tables)) == []
    assert "没有待定的建议" in as_lines(registry(tables), [], ())[-1]


class Screen:
    """The review of entities in a browser, with its kernel's side in this process."""

    def __init__(self, page: Page, widget: EntityWidget) -> None:
        self.page, self.widget = page, widget
        page.set_default_timeout(10_000)
        page.set_content("<div id='here'></div>")
        page.expose_function("ask", self._ask)
        code = resources.files("workbench.review").joinpath("entities.js").read_text(encoding="utf-8")
        page.evaluate(
            """async (code) => {
                const widget = (await import(URL.createObjectURL(new Blob([code], {type: "text/javascript"})))).default;
                let receive = null;
                const send = async (what) => { for (const message of await window.ask(what)) receive(message); };
                widget.render({model: {send, on: (_, told) => { receive = told; }, off() {}}, el: here});
            }""",
            code,
        )
        page.wait_for_selector(".wbe[data-index='0']")

    def _ask(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        self.widget.send = said.append  # type: ignore[method-assign,assignment]
        self.widget._on_message(None, message, [])
        return said

    def press(self, key: str, until: str) -> None:
        self.page.keyboard.press(key)
        self.page.wait_for_selector(until)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = chromium()
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield running
        running.close()


def kept(processed: Path) -> list[tuple[str, str, str]]:
    decisions = read_decisions(processed.parent / ENTITIES)
    return [(one.relation, one.before.name, one.after.name) for one in decisions]


def test_a_person_decides_by_keys_and_by_mouse_and_every_decision_is_written_at_once(
    processed: Path, browser: Browser
) -> None:
    page = browser.new_page()
    screen = Screen(page, review_entities(processed, by="李"))
    assert page.evaluate("document.activeElement.className") == "wbe"
    rows = page.locator(".wbe-row").count()
    names = page.locator(".wbe-names").all_inner_texts()
    place = names.index("天津市农业局 → 天津市农业农村局")
    page.click(f".wbe-row[data-index='{place}']")
    page.wait_for_selector(f".wbe[data-index='{place}']")
    assert "机构改革" in page.inner_text(".wbe-evidence") and "天津/a17.html" not in page.inner_text(".wbe-evidence")
    assert page.locator(".wbe-years td >> text=●").count() >= 3
    page.keyboard.press("g")
    page.keyboard.type("mx2018年方案")  # letters are text here, not commands
    page.keyboard.press("Enter")
    screen.press("Enter", ".wbe-same >> text=天津市农业局 → 天津市农业农村局")
    assert kept(processed) == [("same", "天津市农业局", "天津市农业农村局")]
    (decision,) = read_decisions(processed.parent / ENTITIES)
    assert (decision.by, decision.source) == ("李", "mx2018年方案")
    assert page.input_value(".wbe-source") == ""  # the next proposal has grounds of its own
    other = page.get_attribute(".wbe", "data-index")
    screen.press("s", f".wbe-row[data-index='{other}'].wbe-later")
    assert len(kept(processed)) == 1  # later is written nowhere
    screen.press("u", f".wbe-row[data-index='{other}'].wbe-open")
    page.click("button:has-text('不是同一个')")
    page.wait_for_selector(f".wbe-row[data-index='{other}'].wbe-different")
    assert [relation for relation, *_ in kept(processed)] == ["same", "different"]
    screen.press("u", f".wbe-row[data-index='{other}'].wbe-open")
    screen.press("u", f".wbe-row[data-index='{place}'].wbe-open")
    assert kept(processed) == []
    assert page.locator(".wbe-row").count() == rows
    screen.press("?", ".wbe-help >> text=撤销")
    page.close()


def test_a_decision_that_contradicts_the_file_is_refused_and_said(processed: Path) -> None:
    session = EntitySession.open(open_dataset(processed), "李")
    place = next(at for at, one in enumerate(session.proposals) if one.before.text == "天津市农业局")
    one = session.proposals[place]
    session.go(place)
    decide(session.path, registry_of(open_dataset(processed)), [one], [(one.key, False)], "王")
    with pytest.raises(EntitiesError, match="contradicts"):
        session.answer("same")
    assert not session.decided and [relation for relation, *_ in kept(processed)] == ["different"]


def test_a_decision_is_not_taken_back_where_somebody_wrote_behind_it(processed: Path) -> None:
    session = EntitySession.open(open_dataset(processed), "李")
    session.answer("different")
    before = (processed.parent / ENTITIES).read_text(encoding="utf-8")
    (processed.parent / ENTITIES).write_text(before + "\n# 王：已核\n", encoding="utf-8")
    with pytest.raises(EntitiesError, match="by hand"):
        session.undo()
    assert len(session.decided) == 1 and len(kept(processed)) == 1


def test_a_hostile_name_is_text_in_the_review(processed: Path, browser: Browser) -> None:
    session = EntitySession.open(open_dataset(processed), "<img src=x onerror=window.harmed=1>")
    side = replace(session.proposals[0].before, texts=("<b onmouseover=window.harmed=1>局</b>\u202e",))
    session.proposals = (replace(session.proposals[0], before=side), *session.proposals[1:])
    page = browser.new_page()
    Screen(page, EntityWidget(session))
    assert "<b onmouseover" in page.inner_text(".wbe-main") and "‹U+202E›" in page.inner_text(".wbe-main")
    assert page.evaluate("window.harmed") is None and page.locator(".wbe b[onmouseover], .wbe img").count() == 0
    page.close()
