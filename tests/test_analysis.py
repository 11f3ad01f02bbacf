"""Measures against worked examples, charts and tables against awkward forms."""

from __future__ import annotations

import doctest
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from tests.sample_tables import SampleTables, as_promised, empty_tables, sample_tables, several_departments, write
from workbench import analysis as wa
from workbench.analysis import (
    causes,
    comparison,
    evidence,
    html,
    measures,
    narrative,
    report_tables,
    sections,
    style,
    wording,
)
from workbench.analysis.selection import NO_DEPARTMENT, department_years, known_year
from workbench.analysis.summary import department_summary
from workbench.errors import DatasetError, SelectionError
from workbench.report import plan

DEPARTMENT = "天津市工业和信息化局"
NAN = float("nan")


@pytest.fixture(scope="module")
def tianjin() -> SampleTables:
    return sample_tables()


def budgets(**columns: object) -> pd.DataFrame:
    row = {"form_id": "f", "line_no": 1, "funds": "年度资金总额", "initial": NAN, "adjusted": NAN, "executed": NAN}
    row |= {"execution_rate": NAN, "weight": NAN, "score": NAN, "deviation": ""}
    return pd.DataFrame([row | columns])


def indicators(*rows: dict[str, object]) -> pd.DataFrame:
    base = {
        "form_id": "f",
        "goal_no": 1,
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "甲",
        "target": "",
        "actual": "",
    }
    base |= {"weight": NAN, "score": NAN, "met": None, "attainment": NAN, "deviation": "", "op": ">=", "kind": "number"}
    base |= {"target_value": NAN, "actual_value": NAN, "actual_unit": None}
    return pd.DataFrame([base | {"indicator_no": number} | row for number, row in enumerate(rows, start=1)])


# --- measures: worked examples


def test_execution_rate_is_executed_over_adjusted() -> None:
    assert measures.execution_rate(budgets(initial=100, adjusted=80, executed=60))["f"] == 0.75


def test_execution_rate_falls_back_on_initial_then_on_the_printed_rate() -> None:
    assert measures.execution_rate(budgets(initial=80, executed=60))["f"] == 0.75
    assert measures.execution_rate(budgets(adjusted=0, executed=60, execution_rate=0.9))["f"] == 0.9
    assert pd.isna(measures.execution_rate(budgets())["f"])


def test_adjustment_rate() -> None:
    assert measures.adjustment_rate(budgets(initial=80, adjusted=100))["f"] == 0.25
    assert pd.isna(measures.adjustment_rate(budgets(initial=0, adjusted=100))["f"])


def test_the_total_row_counts_wherever_it_stands() -> None:
    part = budgets(funds="其中：当年财政拨款", adjusted=1, executed=1)
    total = budgets(funds="年度资金总额", line_no=2, adjusted=10, executed=5)
    assert measures.execution_rate(pd.concat([part, total]))["f"] == 0.5


def test_score_rate_leaves_unscored_rows_out_but_counts_them() -> None:
    rows = indicators({"weight": 2.0, "score": 1.0, "met": False}, {"weight": 2.0, "score": 2.0, "met": True}, {})
    row = measures.score_rate(rows, ["goal_no"]).loc[1]
    assert row["score_rate"] == 0.75
    assert row["lost"] == 1.0
    assert list(row[["indicators", "met", "missed", "undecided", "unscored"]]) == [3, 1, 1, 1, 1]


def test_score_rate_of_nothing_scored_is_missing() -> None:
    assert pd.isna(measures.score_rate(indicators({}), ["level1"])["score_rate"].iloc[0])


@pytest.mark.parametrize(
    ("score", "full", "expected"),
    [
        *((90, 100, "优"), (89.99, 100, "良"), (80, 100, "良"), (60, 100, "中"), (59.9, 100, "差"), (18, 20, "优")),
        *((0, 100, "差"), (None, 100, None), (50, 0, None), (NAN, 100, None)),
    ],
)
def test_grade(score: float | None, full: float, expected: str | None) -> None:
    assert measures.grade(score, full) == expected


def test_far_exceeded_wants_more_than_thirty_percent() -> None:
    rows = indicators({"attainment": 1.3}, {"attainment": 1.31}, {"attainment": 17.0}, {"attainment": NAN})
    assert list(measures.far_exceeded(rows)["attainment"]) == [17.0, 1.31]


def test_shares_and_exact_hits() -> None:
    rows = indicators(
        {"target_value": 5.0, "actual_value": 5.0, "weight": 1.0, "score": 1.0},
        {"target_value": 5.0, "actual_value": 6.0, "weight": 1.0, "score": 0.5},
        {"kind": "text"},
        {"kind": "text", "level1": "满意度指标", "actual_unit": "%"},
    )
    assert len(measures.met_to_the_digit(rows)) == 1
    assert measures.quantitative_share(rows)["f"] == 0.5
    assert measures.full_mark_share(rows)["f"] == 0.5
    assert len(measures.satisfaction(rows)) == 1


def test_attainment_is_counted_where_it_is_known() -> None:
    rows = indicators({"attainment": 0.5}, {"attainment": 1.0}, {"attainment": 17.0}, {})
    row = measures.attainment(rows).loc["f"]
    assert row.tolist() == [3, 0.5, 1.0, 17.0]
    assert measures.attainment(rows, ["level1"]).loc["产出指标", "quantified"] == 3


def test_mean_satisfaction_is_a_fraction_of_what_was_measured() -> None:
    level = {"level1": "满意度指标", "actual_unit": "%"}
    rows = indicators(level | {"actual_value": 90.0}, level | {"actual_value": 100.0}, {"actual_value": 5.0})
    assert measures.mean_satisfaction(rows)["f"] == 0.95
    assert measures.mean_satisfaction(indicators({})).empty


def test_every_line_of_a_budget_has_its_own_rate() -> None:
    lines = pd.concat([budgets(adjusted=10, executed=5), budgets(line_no=2, initial=4, executed=3)])
    assert measures.execution_rate_of_lines(lines).tolist() == [0.5, 0.75]


def test_tianjin_targets(tianjin: SampleTables) -> None:
    row = wa.form_summary(tianjin).iloc[0]
    assert (row["far_exceeded"], row["to_the_digit"]) == (10, 28)
    assert round(row["quantitative_share"], 3) == 0.786
    assert round(row["full_mark_share"], 2) == 0.96


def test_ranking_shares_ranks_within_a_year_and_puts_the_unscored_last() -> None:
    tables = several_departments(["甲局", "乙局", "丙局", "丁局"])
    tables.forms["total_score"] = [90.0, 95.0, 95.0, None]
    tables.indicators.loc[tables.indicators["form_id"] == tables.forms["form_id"][3], "score"] = None
    ranked = comparison.ranking(wa.form_summary(tables)).set_index("department")
    assert ranked["rank"].astype(object).where(ranked["rank"].notna(), None).to_dict() == {
        "乙局": 1,
        "丙局": 1,
        "甲局": 3,
        "丁局": None,
    }
    assert list(ranked["ranked"]) == [3, 3, 3, 3]


# --- what the Tianjin form says


def test_tianjin_key_figures(tianjin: SampleTables) -> None:
    row = wa.form_summary(tianjin).iloc[0]
    assert round(row["execution_rate"], 3) == 0.983
    assert round(row["adjustment_rate"], 4) == 0.0636
    assert (row["score"], row["full"], row["grade"]) == (98.3, 100, "优")
    assert (row["weight_gap"], row["score_gap"]) == (6.0, 6.0)
    assert (row["indicators"], row["missed"], row["unscored"]) == (103, 3, 3)
    assert round(row["points_lost"], 6) == 1.7
    assert row["lost_in"] == 5


def test_tianjin_points_lost_with_reasons(tianjin: SampleTables) -> None:
    lost = measures.points_lost(tianjin.budgets, tianjin.indicators)
    assert [round(points, 6) for points in lost["lost"]] == [0.5, 0.5, 0.4, 0.2, 0.1]
    assert lost["deviation"].str.len().min() > 10
    assert set(lost["goal_no"].dropna()) == {6}


def test_tianjin_sentences(tianjin: SampleTables) -> None:
    said = "\n".join(narrative.key_points(tianjin))
    for fact in ("98.3%", "相差 6", "17 倍", "执法检查费用", "3 项指标没有评分", "5 处扣分，合计 1.7 分"):
        assert fact in said


def test_summary_of_a_department_adds_its_forms_up() -> None:
    tables = several_departments(["甲局", "甲局"])
    tables.forms.loc[0, "project"] = "项目一"
    summary = department_summary(wa.form_summary(tables))
    assert summary.loc[("甲局", 2022), "form_id"] == tables.forms["form_id"][1]
    assert summary.loc[("甲局", 2022), "forms"] == 2
    assert summary.loc[("甲局", 2022), "error"] == 2


def test_measures_do_not_change_their_input(tianjin: SampleTables) -> None:
    before = tianjin.indicators.copy()
    wa.form_summary(tianjin)
    pd.testing.assert_frame_equal(before, tianjin.indicators)


# --- selection


def test_select_takes_the_first_where_nothing_is_asked_for() -> None:
    report = wa.select(several_departments(["甲局", "乙局"], (2022, 2021)))
    assert (report.department, report.year, len(report.forms)) == ("甲局", 2021, 1)


def test_select_by_year_alone_takes_a_department_that_has_it() -> None:
    tables = several_departments(["甲局", "乙局"])
    tables.forms.loc[1, "year"] = 2019
    assert wa.select(tables, year=2019).department == "乙局"


def test_an_unknown_department_names_the_nearest() -> None:
    with pytest.raises(SelectionError) as caught:
        wa.select(sample_tables(), "天津市工信局")
    assert caught.value.nearest == (DEPARTMENT,)
    assert DEPARTMENT in str(caught.value)


def test_an_unknown_year_names_the_nearest() -> None:
    with pytest.raises(SelectionError, match="2022"):
        wa.select(sample_tables(), DEPARTMENT, 2020)
    with pytest.raises(SelectionError) as caught:
        known_year([2015, 2018, 2022], 2019)
    assert caught.value.nearest == ("2018", "2022", "2015")


def test_spelling_with_blanks_and_full_width_letters_is_the_same_department() -> None:
    tables = several_departments(["AB局"])
    assert wa.select(tables, "ＡＢ 局").department == "AB局"


def test_forms_without_department_or_year_can_be_selected() -> None:
    tables = sample_tables()
    tables.forms["department"] = pd.array([None], dtype="str")
    tables.forms["year"] = pd.array([pd.NA], dtype="Int64")
    assert department_years(tables.forms) == [(NO_DEPARTMENT, 0)]
    assert len(wa.select(tables, NO_DEPARTMENT).indicators) == 103


def test_an_empty_dataset_gives_an_empty_selection_but_no_department() -> None:
    assert wa.select(empty_tables()).forms.empty
    with pytest.raises(SelectionError, match="has none"):
        wa.select(empty_tables(), DEPARTMENT)


def test_main_form_is_the_overall_one_and_the_others_follow() -> None:
    tables = several_departments(["甲局", "甲局", "甲局"])
    tables.forms.loc[[0, 2], "project"] = ["项目一", "项目二"]
    report = wa.select(tables, "甲局")
    assert list(report.main.forms["form_no"]) == [1]
    assert report.main.forms["project"].isna().all()
    assert [other.forms["project"].iloc[0] for other in report.others] == ["项目一", "项目二"]


def test_locate_looks_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processed = write(sample_tables(), tmp_path / "data" / "processed")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert wa.locate("data/processed") == processed
    assert wa.locate(processed) == processed
    with pytest.raises(DatasetError, match="ingest"):
        wa.locate("nowhere/processed")


# --- charts and pieces


def _changed(**columns: object) -> pd.DataFrame:
    return sample_tables().indicators.assign(**columns)


def under_review(full: SampleTables) -> SampleTables:
    """The Tianjin form as a machine that is sure of nothing hands it over."""
    every = [{"table": "indicators", "record_no": number, "field": "score"} for number in range(1, 104)]
    every += [{"table": "forms", "field": "total_score"}, {"table": "budgets", "record_no": 1, "field": "score"}]
    doubts = pd.DataFrame(every).assign(form_id=full.forms["form_id"][0], document_id=full.forms["document_id"][0])
    doubts = doubts.assign(code="low-confidence", severity="warning", message="识别把握很低", reviewed=False)
    return sample_tables(findings=as_promised(doubts, "findings"), forms=full.forms.assign(review=True))


@cache
def awkward_tables() -> dict[str, SampleTables]:
    full = sample_tables()
    many = pd.concat([full.indicators] * 4, ignore_index=True).iloc[:400]
    many["indicator_no"] = pd.array(range(1, 401), dtype="Int64")
    nothing = pd.array([pd.NA] * 103, dtype="boolean")
    no_goals = {"goal_no": pd.array([pd.NA] * 103, dtype="Int64")}
    unscored = {"score": NAN, "weight": NAN, "attainment": NAN, "met": nothing, "actual": None, "actual_value": NAN}
    hostile = "$\\frac{1}{2}$ <script>alert('x')</script>🏭\u202e\"&"
    return {
        "plain": full,
        "one indicator": sample_tables(indicators=full.indicators.iloc[[61]]),
        "400 indicators": sample_tables(indicators=many),
        "no goals": sample_tables(indicators=_changed(**no_goals), goals=full.goals.iloc[:0]),
        "no levels": sample_tables(indicators=_changed(level1="", level2=""), budgets=full.budgets.iloc[:0]),
        "no scores": sample_tables(
            indicators=_changed(**unscored),
            forms=full.forms.assign(total_score=NAN, total_weight=NAN),
            budgets=full.budgets.assign(score=NAN, adjusted=NAN, executed=NAN, execution_rate=NAN, amount_unit=None),
        ),
        "no indicators": sample_tables(indicators=full.indicators.iloc[:0], goals=full.goals.iloc[:0]),
        "nothing but zero": sample_tables(
            forms=full.forms.assign(total_score=0.0, total_weight=0.0),
            budgets=full.budgets.assign(initial=0.0, adjusted=0.0, executed=0.0),
        ),
        "more than all": sample_tables(
            indicators=_changed(score=full.indicators["weight"] * 2), forms=full.forms.assign(total_score=150.0)
        ),
        "all under review": under_review(full),
        "hostile text": sample_tables(
            indicators=_changed(name=hostile, level2=hostile, deviation=hostile),
            forms=full.forms.assign(department=hostile, project=hostile, title=hostile),
            documents=full.documents.assign(source=hostile, message=hostile, status="failed"),
            findings=full.findings.assign(message=hostile, found=hostile),
        ),
        "empty": empty_tables(),
    }


FORM_CHARTS = (wa.budget_flow, wa.goal_completion, wa.score_heat_map, wa.score_waterfall, wa.attainment_dots)
FORM_CHARTS += (wa.deviation_causes,)
OVERVIEW_CHARTS = (wa.scores, wa.execution_against_score, wa.department_heat_map, wa.scores_by_year)
OVERVIEW_CHARTS += (wa.departments_over_years,)
FORM_PARTS = (
    sections.basis,
    sections.key_figures,
    sections.key_points,
    sections.target_quality,
    sections.conclusion,
    sections.ingest_title,
    sections.overview_title,
    sections.overview_key_figures,
    report_tables.points_lost,
    report_tables.missed_indicators,
    report_tables.far_exceeded_indicators,
    report_tables.unscored_indicators,
    report_tables.all_indicators,
    report_tables.ranked_forms,
    report_tables.deviation_reasons,
    report_tables.dispersion,
    report_tables.failed_documents,
    report_tables.budget_lines,
    report_tables.goals,
    report_tables.corrected_fields,
    report_tables.data_dictionary,
    report_tables.forms_read,
    report_tables.finding_codes,
    evidence.findings,
)


@pytest.mark.parametrize("name", list(awkward_tables()))
def test_charts_and_pieces_of_awkward_forms(name: str) -> None:
    tables = awkward_tables()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = wa.select(tables)
        for chart in (*FORM_CHARTS, *OVERVIEW_CHARTS):
            figure = chart(report.main)
            with style.use():
                figure.draw_without_rendering()
            assert len(wa.alt_text(figure)) > 8
        for part in FORM_PARTS:
            assert "<script" not in part(report.main).markup
        assert "<script" not in (sections.department_title(report) + sections.other_forms(report)).markup


@pytest.mark.parametrize("chart", [*FORM_CHARTS, *OVERVIEW_CHARTS])
def test_an_empty_dataset_gives_a_chart_that_says_so(chart: Callable[..., Figure]) -> None:
    assert "无数据" in wa.alt_text(chart(wa.select(empty_tables())))


def test_titles_state_the_finding(tianjin: SampleTables) -> None:
    assert "98.3%" in wa.alt_text(wa.budget_flow(tianjin))
    assert "5 处共扣 1.7 分" in wa.alt_text(wa.score_waterfall(tianjin))
    assert "1,700%" in wa.alt_text(wa.attainment_dots(tianjin))
    assert "目标6最低" in wa.alt_text(wa.goal_completion(tianjin))


def test_many_forms_are_counted_and_few_are_named() -> None:
    assert "点图" in wa.alt_text(wa.scores(several_departments([f"部门{n}" for n in range(3)])))
    assert "直方图" in wa.alt_text(wa.scores(several_departments([f"部门{n}" for n in range(41)])))


def test_the_style_leaves_no_trace(tianjin: SampleTables) -> None:
    before = dict(mpl.rcParams)
    wa.budget_flow(tianjin)
    assert dict(mpl.rcParams) == before


def test_the_font_has_the_signs_that_forms_use() -> None:
    with warnings.catch_warnings(), style.use():
        warnings.simplefilter("error")
        figure, axes = style.canvas(1)
        axes.text(0, 0, style.plain("≥≤％℃−①（）“”·≦═"))
        wa.picture(figure)
    assert style.plain("🏭$5") == "□\\$5"


def test_a_picture_has_its_alternative_text_escaped(tianjin: SampleTables) -> None:
    figure = wa.budget_flow(tianjin)
    figure.set_label('"><script>')
    markup = wa.picture(figure).markup
    assert 'src="data:image/png;base64,' in markup
    assert 'alt="&quot;&gt;&lt;script&gt;"' in markup


def test_a_table_escapes_and_marks() -> None:
    rows = pd.DataFrame({"a": ["<b>", None], "n": [1234.5, np.nan]})
    columns = (html.TableColumn("a", "<i>"), html.TableColumn("n", "数", wording.number, "number"))
    markup = html.table(rows, columns, caption="<u>", row_class=lambda row: '"x').markup
    assert "<b>" not in markup
    assert "<i>" not in markup
    assert "<u>" not in markup
    assert "1,234.5" in markup
    assert "—" in markup


@pytest.mark.parametrize("module", [causes, measures, plan, wording], ids=lambda module: module.__name__)
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_wording() -> None:
    assert wording.number(31215.70) == "31,215.7"
    assert wording.number(-0.001) == "0"
    assert wording.number(-6) == "−6"
    assert wording.number(None) == wording.number(NAN) == "—"
    assert wording.percent(0.98258) == "98.3%"
    assert wording.percent(17) == "1,700%"
    assert wording.shorten("一二三四五", 8) == "一二三…"
    assert wording.wrap("一二三四，五六", 8) == "一二三四，\n五六"
    assert wording.wrap_evenly("满意度指标", 8) == "满意度\n指标"
    assert wording.wrap_evenly("服务对象满意度指标", 9, 3) == "服务对\n象满意\n度指标"
    assert wording.wrap("上升到 1,700.5%", 8) == "上升到 \n1,700.5%"
    assert max(wording.width(line) for line in wording.wrap("很长" * 50, 20, 2).split("\n")) <= 20


def test_a_notebook_with_a_name_of_an_earlier_version_is_told_the_way_out() -> None:
    with pytest.raises(AttributeError, match=r"pages is called sections now.*workbench init"):
        wa.pages  # noqa: B018 - asking for it is the test
