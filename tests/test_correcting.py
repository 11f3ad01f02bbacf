"""Corrections seen in the tables: what people say is there, by whom, and nothing wins or is lost without a word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.printed import FORMS, pages, table, with_text
from workbench.checks import check_form
from workbench.corrections.apply import apply_corrections
from workbench.corrections.correction import ACTIONS, Anchor, Correction
from workbench.corrections.history import CorrectionHistory
from workbench.corrections.reconcile import field_rows
from workbench.corrections.records import Boxes, Record, boxes_of, find_record, head_of, records_of, with_records
from workbench.dataset.build import DocumentContent, build_tables
from workbench.fields import FIELDS
from workbench.form.assemble import assemble_forms
from workbench.model import Cell, CellGrid, Confidence, Finding, Form, PageContent, Table

PROJECT = FORMS[1]
DOCUMENT = "0123456789abcdef"
NAME = "享受营养膳食补助学生人数"  # the first indicator: ≥18000人, 18350人, 8 of 8
DAYS = "全年供餐天数"  # the third: ≥200天, 186天, 5.58 of 6

Pages = list[PageContent]
Tables = dict[str, pd.DataFrame]


@cache
def read() -> tuple[PageContent, ...]:
    return tuple(pages(table(PROJECT)))


def misread(*texts: tuple[str, str]) -> Pages:
    """The pages as an engine reads them that takes some texts for others."""
    printed = table(PROJECT)
    for old, new in texts:
        printed = with_text(printed, old, new)
    return pages(printed)


def build(content: Iterable[PageContent], *corrections: Correction) -> Tables:
    content = tuple(content)
    forms = tuple(assemble_forms(content, "scan"))
    return build_tables(DocumentContent(DOCUMENT, content, forms), 0.8, CorrectionHistory(corrections))


def form_of(content: Iterable[PageContent]) -> Form:
    (form,) = assemble_forms(tuple(content), "scan")
    return form


def anchor_of(record: Record, boxes: Boxes) -> Anchor:
    """By what the record is found again."""
    key = next(iter(record.own_cells), None)
    return Anchor(key.page if key else None, boxes.get(key) if key else None, record.name)


def anchor(content: Iterable[PageContent], record: int, of: Table = "indicators") -> Anchor:
    content = tuple(content)
    return anchor_of(records_of(form_of(content), of)[record - 1], boxes_of(content))


_ids = iter(range(10**6))


def said(
    record: int, field: str, was: str | None, now: str | None = None, by: str = "李", **more: object
) -> Correction:
    facts = {"form_id": f"{DOCUMENT}-1", "table": "indicators", "at": f"2026-11-25T09:00:{next(_ids) % 60:02}+08:00"}
    return Correction(record_no=record, field=field, was=was, now=now, by=by, id=str(next(_ids)), **(facts | more))  # type: ignore[arg-type]


def row(tables: Tables, name: str, of: str = "indicators", by: str = "name") -> pd.Series:
    (found,) = [one for _, one in tables[of].iterrows() if one[by] == name]
    return found


def findings(tables: Tables, *codes: str) -> list[str]:
    found = tables["findings"]
    return found.loc[found["code"].isin(codes), "message"].tolist()


def unsure(content: Iterable[PageContent], printed: str, confidence: float = 0.5, **changes: object) -> Pages:
    """The pages with every cell of a text read with little confidence."""

    def cell(one: Cell) -> Cell:
        return replace(one, confidence=Confidence(confidence), **changes) if one.text == printed else one

    def grid(one: CellGrid) -> CellGrid:
        return replace(one, cells=tuple(map(cell, one.cells)))

    return [replace(page, grids=tuple(map(grid, page.grids))) for page in content]


def test_no_correction_changes_nothing():
    form = form_of(read())
    opened = {of: records_of(form, of) for of in ("budgets", "goals", "indicators")}
    assert with_records(form, head_of(form), opened) == form  # type: ignore[arg-type]


class TestAValue:
    def test_is_the_persons_and_everything_follows(self):
        content = misread(("186天", "106天"), ("5.58", "5.50"))
        before = row(build(content), DAYS)
        tables = build(content, said(3, "actual", "106天", "206天"), said(3, "score", "5.50", "6"))
        after = row(tables, DAYS)
        assert (before["met"], before["attainment"], before["score"]) == (False, 0.53, 5.5)
        assert (after["met"], after["attainment"], after["actual"], after["score"]) == (True, 1.03, "206天", 6.0)
        assert findings(tables, "corrected") == [
            "实际完成值由“106天”更正为“206天”（李，2026-11-25）",
            "得分由“5.50”更正为“6”（李，2026-11-25）",
        ]

    def test_gone_wrong_in_a_sum_makes_the_sum_right(self):
        content = misread(("5.58", "5.53"))
        assert findings(build(content), "scores-do-not-add-up")
        assert not findings(build(content, said(3, "score", "5.53", "5.58")), "scores-do-not-add-up")

    def test_of_the_form_or_a_budget_is_corrected_too(self):
        content = read()
        tables = build(
            content,
            said(0, "department", "示例市教育局", "示例市教育委员会", table="forms"),
            said(0, "year", "2022", "2021年", table="forms"),
            said(1, "executed", "1894.04", "1894.05", table="budgets"),
            said(1, "amount_unit", "万元", "元", table="budgets"),
            said(1, "actual", None, "完成", table="goals", anchor=anchor(content, 1, "goals")),
        )
        form, budget = tables["forms"].iloc[0], tables["budgets"].iloc[0]
        assert (form["department"], form["year"]) == ("示例市教育委员会", 2021)
        assert (budget["executed"], budget["amount_unit"]) == (1894.05, "元")
        assert tables["goals"]["actual"].tolist() == ["完成"]

    def test_confirmed_is_a_doubt_less(self):
        content = unsure(read(), "5.58")
        doubted = build(content)
        assert findings(doubted, "low-confidence")
        assert doubted["forms"]["review"].tolist() == [True]
        tables = build(content, said(3, "score", "5.58", "5.58"))
        assert not findings(tables, "low-confidence", "corrected")
        assert tables["forms"]["review"].tolist() == [False]
        assert row(tables, DAYS)["confidence"] == 1.0

    def test_under_a_seal_is_no_doubt_any_more_once_a_person_has_read_it(self):
        content = unsure(read(), "5.58", 0.0, state="obscured", text="")
        assert findings(build(content), "obscured")
        tables = build(content, said(3, "score", "", "5.58"))
        assert not findings(tables, "obscured", "missing-value")
        assert row(tables, DAYS)["score"] == 5.58

    def test_confirmed_keeps_what_the_form_says_against_itself_and_asks_nobody_any_more(self):
        content = misread(("18350人", "1835O人"))
        tables = build(content, said(1, "actual", "1835O人", "1835O人"))
        (about,) = tables["findings"].query("code == 'not-a-number'").to_dict("records")
        assert about["reviewed"]
        assert tables["forms"]["review"].tolist() == [False]

    def test_of_a_merged_label_is_that_of_all_its_rows(self):
        content = misread(("产出指标（50分）", "产岀指标（50分）"))
        tables = build(content, said(1, "level1", "产岀指标", "产出指标"))
        assert not (tables["indicators"]["level1"] == "产岀指标").any()
        assert len(findings(tables, "corrected")) == 1
        alone = build(content, said(2, "level1", "产岀指标", "效益指标", alone=True))
        assert alone["indicators"]["level1"].head(3).tolist() == ["产岀指标", "效益指标", "产岀指标"]

    def test_keeps_its_cells_and_what_the_machine_had_read(self):
        content = unsure(misread(("5.58", "5.53")), "5.53", 0.7)
        tables = build(content, said(3, "score", "5.53", "5.58"))
        cells = tables["cells"].query("table == 'indicators' and record_no == 3 and field == 'score'")
        assert cells["text"].tolist() == ["5.53"]
        (kept,) = (
            tables["fields"].query("table == 'indicators' and record_no == 3 and field == 'score'").to_dict("records")
        )
        assert (kept["text"], kept["machine_text"], kept["machine_confidence"]) == ("5.58", "5.53", 0.7)
        assert (kept["status"], kept["flagged"], kept["confidence"]) == ("corrected", True, 1.0)

    def test_that_the_machine_found_blank_is_not_one_that_it_did_not_find(self):
        added = said(1, "", None, action="add-record", texts={"name": "甲"})
        fields = build(read(), added)["fields"].query("table == 'indicators' and field in ['name', 'deviation']")
        machine = fields.set_index(["record_no", "field"])["machine_text"]
        assert pd.isna(machine[1, "name"])
        assert (machine[2, "name"], machine[2, "deviation"]) == (NAME, "")

    def test_of_an_unknown_field_or_form_is_reported(self):
        other = said(1, "name", "甲", "乙", form_id=f"{DOCUMENT}-7")
        tables = build(read(), said(1, "colour", "红", "绿"), other)
        assert [("没有“colour”" in text, "没有这张表" in text) for text in findings(tables, "correction-stale")] == [
            (False, True),
            (True, False),
        ]
        assert tables["forms"]["review"].tolist() == [True]


class TestWhenTheMachineReadsOtherwise:
    def test_and_now_as_the_person_did_all_is_well(self):
        tables = build(read(), said(3, "score", "5.53", "5.58", anchor=anchor(read(), 3)))
        assert not findings(tables, "correction-stale", "corrected")
        assert row(tables, DAYS)["score"] == 5.58

    def test_otherwise_than_both_the_persons_word_stands_and_both_are_shown(self):
        tables = build(read(), said(3, "score", "5.53", "5.5", anchor=anchor(read(), 3)))
        (stale,) = tables["findings"].query("code == 'correction-stale'").to_dict("records")
        assert (stale["expected"], stale["found"], stale["record_no"]) == ("5.5", "5.58", 3)
        assert row(tables, DAYS)["score"] == 5.5
        assert tables["forms"]["review"].tolist() == [True]
        again = build(
            read(),
            said(3, "score", "5.53", "5.5", anchor=anchor(read(), 3)),
            said(3, "score", "5.58", "5.5", anchor=anchor(read(), 3)),
        )
        assert not findings(again, "correction-stale")

    def test_than_what_was_confirmed_both_are_shown(self):
        tables = build(read(), said(3, "score", "5.53", "5.53", anchor=anchor(read(), 3)))
        assert findings(tables, "correction-stale") == [
            "得分曾确认“5.53”（李，2026-11-25），机器现读作“5.58”；采用更正值，请对照原件重新确认"
        ]

    def test_a_second_thought_after_a_rebuild_is_not_stale(self):
        content = misread(("5.58", "5.53"))
        tables = build(content, said(3, "score", "5.53", "5.85"), said(3, "score", "5.85", "5.58"))
        assert not findings(tables, "correction-stale")
        assert row(tables, DAYS)["score"] == 5.58

    def test_one_row_more_the_correction_stays_with_its_row(self):
        # The first reading lost the row of 更新学校食堂设备数量, so that DAYS was its second.
        lost = [page_without_row(page, "更新学校食堂设备数量") for page in read()]
        was = anchor(lost, 2)
        assert was.text == DAYS
        tables = build(read(), said(2, "score", "5.58", "5.5", anchor=was))
        assert tables["indicators"]["score"].head(3).tolist() == [8.0, 6.0, 5.5]

    def test_and_the_row_is_gone_nothing_is_corrected_in_its_stead(self):
        gone = [page_without_row(page, DAYS) for page in read()]
        tables = build(gone, said(3, "score", "5.58", "5.5", anchor=anchor(read(), 3)))
        assert (tables["indicators"]["score"] != 5.5).all()
        assert "找不到原来的行" in findings(tables, "correction-stale")[0]

    def test_a_line_without_anchor_corrects_only_a_row_that_still_reads_so(self):
        tables = build(read(), said(2, "score", "5.58", "5.5"))
        assert tables["indicators"]["score"].head(3).tolist() == [8.0, 6.0, 5.58]
        assert "无法确定是否同一行" in findings(tables, "correction-stale")[0]

    def test_the_page_tells_the_form_where_forms_are_counted_anew(self):
        two = [
            *read(),
            *(
                replace(
                    page, number=page.number + 1, grids=tuple(replace(grid, page=grid.page + 1) for grid in page.grids)
                )
                for page in read()
            ),
        ]
        place = replace(anchor(read(), 3), page=2)
        tables = build(two, said(3, "score", "5.58", "5.5", anchor=place))
        assert row({"indicators": tables["indicators"].query(f"form_id == '{DOCUMENT}-2'")}, DAYS)["score"] == 5.5

    @pytest.mark.parametrize("turned", [False, True])
    def test_at_another_resolution_with_borders_a_little_off_rows_are_found_again(self, turned):
        rows = range(1, 13)
        places = [anchor(moved(read(), 1.0, 0.0, turned), record) for record in rows]
        later = tuple(moved(read(), 1.5, 3.0, turned))
        records, boxes = records_of(form_of(later), "indicators"), boxes_of(later)
        unnamed = [replace(place, text="") for place in places]
        assert [find_record(records, place, 0, boxes).numbers for place in unnamed] == [[record] for record in rows]


def page_without_row(page: PageContent, name: str) -> PageContent:
    """The page as read without one row of its table: the row's cells are lost, what is below stays where it is."""
    (grid,) = page.grids
    at = next(cell.row for cell in grid.cells if cell.text == name)
    kept = [
        replace(cell, rowspan=cell.rowspan - 1) if cell.row <= at < cell.row_end else cell
        for cell in grid.cells
        if not (cell.row == at and cell.rowspan == 1)
    ]
    cells = tuple(replace(cell, row=cell.row - 1) if cell.row > at else cell for cell in kept)
    edges = tuple(edge for number, edge in enumerate(grid.row_edges) if number != at + 1)
    return replace(page, grids=(replace(grid, cells=cells, row_edges=edges),))


def moved(content: Iterable[PageContent], scale: float, shift: float, turned: bool) -> Pages:
    """The pages drawn larger, everything a few pixels off; turned: lying on their side in the scanner."""
    found = []
    for page in content:

        def corner(point: tuple[float, float], page: PageContent = page) -> tuple[float, float]:
            x, y = (point[1], page.width - point[0]) if turned else point
            return x * scale + shift, y * scale + shift

        grids = tuple(
            replace(grid, cells=tuple(replace(c, polygon=tuple(map(corner, c.polygon))) for c in grid.cells))
            for grid in page.grids
        )
        size = (page.height, page.width) if turned else (page.width, page.height)
        width, height = (round(one * scale) for one in size)
        found.append(replace(page, grids=grids, width=width, height=height))
    return found


class TestTwoPeople:
    def test_who_agree_are_one(self):
        content = misread(("5.58", "5.53"))
        tables = build(content, said(3, "score", "5.53", "5.58"), said(3, "score", "5.53", "5.58", by="王"))
        assert row(tables, DAYS)["score"] == 5.58
        assert not findings(tables, "correction-conflict")

    def test_who_disagree_are_both_named_and_neither_wins(self):
        tables = build(read(), said(3, "score", "5.58", "5.5"), said(3, "score", "5.58", "5.8", by="王"))
        assert findings(tables, "correction-conflict") == [
            "得分的更正不一致：李作“5.5”；王作“5.8”；暂用机器读数“5.58”，请商定"
        ]
        assert row(tables, DAYS)["score"] == 5.58
        assert tables["forms"]["review"].tolist() == [True]

    def test_one_of_whom_confirms_what_the_other_corrects_disagree(self):
        tables = build(read(), said(3, "score", "5.58", "5.58"), said(3, "score", "5.58", "5.8", by="王"))
        assert findings(tables, "correction-conflict")

    def test_of_whom_one_removes_a_row_that_the_other_has_checked_disagree(self):
        tables = build(read(), said(3, "", DAYS, action="remove-record"), said(3, "score", "5.58", "5.58", by="王"))
        assert DAYS in set(tables["indicators"]["name"])
        assert "李，2026-11-25删除了该行“全年供餐天数”，王核对了其中的值" in findings(tables, "correction-conflict")[0]


class TestStructure:
    def test_a_row_that_is_none_is_gone_and_its_cells_are_still_shown(self):
        count = len(build(read())["indicators"])
        tables = build(read(), said(3, "", DAYS, action="remove-record", anchor=anchor(read(), 3)))
        assert tables["indicators"]["indicator_no"].tolist() == list(range(1, count))
        assert DAYS not in set(tables["indicators"]["name"])
        assert tables["cells"].query(f"text == '{DAYS}'")["field"].tolist() == ["label"]
        assert findings(tables, "corrected") == ["删除一行：“全年供餐天数”（李，2026-11-25）"]
        assert not findings(tables, "unmapped-cell")

    def test_a_label_that_was_corrected_in_a_row_that_is_none_is_that_of_the_others(self):
        content = misread(("产出指标（50分）", "产岀指标（50分）"))
        label = said(1, "level1", "产岀指标", "产出指标", by="王")
        tables = build(content, label, said(1, "", NAME, action="remove-record"))
        assert NAME not in set(tables["indicators"]["name"])
        assert tables["indicators"]["level1"].iloc[0] == "产出指标"
        assert not (tables["indicators"]["level1"] == "产岀指标").any()

    def test_a_row_that_reads_quite_otherwise_now_is_not_removed(self):
        tables = build(read(), said(3, "", "合计", action="remove-record", anchor=anchor(read(), 3)))
        assert DAYS in set(tables["indicators"]["name"])
        assert "未删除" in findings(tables, "correction-stale")[0]

    def test_a_row_that_was_missed_is_there(self):
        lost = [page_without_row(page, DAYS) for page in read()]
        texts = {"level1": "产出指标", "level2": "数量指标", "name": DAYS, "target": "≥200天", "actual": "186天"}
        texts |= {"weight": "6", "score": "5.58"}
        missed = said(
            3, "", None, action="add-record", texts=texts, anchor=anchor(lost, 2), other=anchor(lost, 3), reason="漏行"
        )
        tables, whole = build(lost, missed), build(read())
        columns = ["level1", "level2", "name", "target", "actual", "weight", "score", "met", "attainment"]
        pd.testing.assert_frame_equal(tables["indicators"][columns], whole["indicators"][columns])
        assert not findings(tables, "scores-do-not-add-up", "correction-stale")
        assert "补录一行" in findings(tables, "corrected")[0]
        # A correction of the added row finds it by its name.
        again = build(lost, missed, said(3, "score", "5.58", "5.5", anchor=Anchor(text=DAYS)))
        assert row(again, DAYS)["score"] == 5.5
        # And a better engine that finds the row does not make two of it.
        found = build(read(), missed)
        pd.testing.assert_frame_equal(found["indicators"][columns], whole["indicators"][columns])
        (told,) = findings(found, "correction-stale", "corrected")
        assert told.endswith("没有改变什么：这一行已在表中")

    def test_two_missed_rows_stand_in_their_order(self):
        first = said(1, "", None, action="add-record", texts={"name": "甲", "target": "1"})
        second = said(2, "", None, action="add-record", texts={"name": "乙", "target": "2"}, anchor=Anchor(text="甲"))
        assert build(read(), first, second)["indicators"]["name"].head(3).tolist() == ["甲", "乙", NAME]

    def test_a_missed_row_that_two_people_add_is_one(self):
        facts = {"action": "add-record", "anchor": anchor(read(), 2), "other": anchor(read(), 3)}
        texts = {"name": "甲", "target": "≥1次", "score": "5"}
        tables = build(
            read(),
            said(3, "", None, texts=texts, **facts),
            said(3, "", None, by="王", texts=texts | {"score": "6"}, **facts),
        )
        assert tables["indicators"]["name"].tolist().count("甲") == 1
        assert "李作“5”；王作“6”" in findings(tables, "correction-conflict")[0]

    def test_a_value_in_the_wrong_column_moves_with_its_cells(self):
        content = swap_columns(read(), DAYS)
        assert findings(build(content), "not-a-number")
        tables = build(content, said(3, "score", "受疫情影响", "", action="move-value", to="deviation"))
        assert row(tables, DAYS)["deviation"] == "受疫情影响"
        assert row(tables, DAYS)["score"] == 5.58
        cells = tables["cells"].query("table == 'indicators' and record_no == 3 and text == '受疫情影响'")
        assert cells["field"].tolist() == ["deviation"]
        assert findings(tables, "corrected") == ["“受疫情影响”由得分栏移到偏差原因栏（李，2026-11-25）"]

    def test_a_value_that_was_corrected_first_moves_as_corrected(self):
        content = swap_columns(read(), DAYS)
        moved_on = said(3, "score", "受疫情影响，", "", action="move-value", to="deviation")
        tables = build(content, said(3, "score", "受疫情影响", "受疫情影响，"), moved_on)
        assert row(tables, DAYS)["deviation"] == "受疫情影响，"
        assert row(tables, DAYS)["score"] == 5.58
        moved_first = replace(moved_on, was="受疫情影响")
        after = build(content, moved_first, said(3, "score", "受疫情影响", "5.5", "王", anchor=anchor(content, 3)))
        assert (row(after, DAYS)["deviation"], row(after, DAYS)["score"]) == ("受疫情影响", 5.5)
        assert not findings(after, "correction-stale")

    def test_two_rows_that_are_one_are_joined(self):
        cut = with_text(with_text(table(PROJECT), "更新学校食堂设备数量", "全年供餐"), DAYS, "天数")
        for old in ("≥40套", "42套"):
            cut = with_text(cut, old, "")
        content = pages(cut)
        join = said(
            2,
            "",
            "全年供餐",
            action="join-records",
            other_no=3,
            other=anchor(content, 3),
            texts={"weight": "6", "score": "5.58"},
        )
        tables = build(content, join)
        joined = tables["indicators"].iloc[1]
        renamed = build(content, join, said(2, "name", "全年供餐", "供餐天数", anchor=anchor(content, 2)))
        assert renamed["indicators"]["name"].iloc[1] == "供餐天数"
        assert not findings(renamed, "correction-stale")
        assert (joined["name"], joined["target"], joined["actual"]) == (DAYS, "≥200天", "186天")
        assert (joined["weight"], joined["score"]) == (6.0, 5.58)
        assert tables["cells"].query("record_no == 2 and table == 'indicators' and field == 'name'")[
            "text"
        ].tolist() == ["全年供餐", "天数"]

    def test_two_numbers_that_nobody_decided_between_are_no_number(self):
        content = read()
        tables = build(
            content,
            said(2, "", None, action="join-records", other_no=3, anchor=anchor(content, 2), other=anchor(content, 3)),
        )
        assert pd.isna(tables["indicators"].iloc[1]["score"])
        assert "6 5.58" in "".join(findings(tables, "not-a-number"))

    def test_findings_about_the_rows_below_go_with_them(self):
        content = unsure(read(), "5.58")
        tables = build(content, said(1, "", NAME, action="remove-record"))
        about = tables["findings"].query("code == 'low-confidence'")
        assert about["record_no"].tolist() == [2]
        flagged = tables["fields"].query("flagged")
        assert flagged[["record_no", "field"]].values.tolist() == [[2, "score"]]


fields_of = {of: st.sampled_from(FIELDS[of]) for of in FIELDS}
printed = st.sampled_from(["", "5", "5.58", "186天", "≥200天", DAYS, "别的文字", "1O"])


@st.composite
def anything(draw: st.DrawFn) -> Correction:
    """Any correction of the form, sensible or not."""
    of = draw(st.sampled_from(sorted(FIELDS)))
    action = draw(st.sampled_from([name for name in ACTIONS if name != "undo"]))
    numbers = st.integers(0, 15)
    places = st.none() if of == "forms" else st.none() | numbers.map(lambda number: anchor_at(of, number))
    was, now = (draw(st.none() | printed) for _ in range(2))
    more: dict[str, object] = {
        "table": of,
        "action": action,
        "anchor": draw(places),
        "by": draw(st.sampled_from("李王")),
    }
    if action == "move-value":
        more |= {"to": draw(fields_of[of])}
    elif action in ("add-record", "join-records"):
        texts = draw(st.dictionaries(fields_of[of], printed, max_size=3))
        more |= {"texts": texts, "other": draw(places), "other_no": draw(numbers)}
    elif action == "set":
        more |= {"alone": draw(st.booleans())}
    return said(draw(numbers), draw(fields_of[of]), was, now, **more)


@cache
def anchors_of(of: Table) -> list[Anchor]:
    return [anchor_of(record, boxes_of(read())) for record in records_of(form_of(read()), of)]


def anchor_at(of: Table, number: int) -> Anchor:
    known = anchors_of(of)
    return known[number] if number < len(known) else Anchor(1, (0.1, 0.1, 0.2, 0.2), DAYS)


class TestWhateverIsSaid:
    @given(st.lists(anything(), max_size=6))
    @settings(max_examples=80)
    def test_no_value_changes_without_a_word(self, corrections):
        corrected = apply_corrections(machine_form(), corrections, read())
        check_form(corrected.form, 0.8, read())
        rows = list(field_rows(corrected, set(), boxes_of(read())))
        changed = [one for one in rows if one["text"] != (one["machine_text"] or "")]
        assert {one["status"] for one in changed} <= {"corrected", "stale"}
        told = [one for one in corrected.findings if one.code.startswith("correct")]
        counts = [
            len(getattr(form, of)) for form in (corrected.form, machine_form()) for of in ("indicators", "budgets")
        ]
        assert told or not (changed or counts[:2] != counts[2:])

    @given(st.lists(anything(), max_size=6))
    @settings(max_examples=4)
    def test_the_tables_keep_their_promises(self, corrections):
        tables = build(read(), *corrections)
        for of, number in (("indicators", "indicator_no"), ("budgets", "line_no")):
            assert tables[of][number].tolist() == list(range(1, len(tables[of]) + 1))


@cache
def machine_form() -> Form:
    return form_of(read())


def swap_columns(content: Iterable[PageContent], name: str) -> Pages:
    """The pages as read with the score of a row in the column of reasons, and the reason in that of scores."""
    found = []
    for page in content:
        (grid,) = page.grids
        at = next(cell.row for cell in grid.cells if cell.text == name)
        score, reason = [cell for cell in grid.cells if cell.row == at][-2:]
        swapped = {id(score): replace(score, text="受疫情影响"), id(reason): replace(reason, text=score.text)}
        found.append(replace(page, grids=(replace(grid, cells=tuple(swapped.get(id(c), c) for c in grid.cells)),)))
    return found


class TestAFinding:
    def test_that_was_looked_at_asks_nobody_any_more(self):
        (page,) = read()
        (grid,) = page.grids
        last = replace(grid.cells[-1], text="盖章处见附件三页")  # beside the total
        content = [replace(page, grids=(replace(grid, cells=(*grid.cells[:-1], last)),))]
        (about,) = build(content)["findings"].query("code == 'unmapped-cell'").to_dict("records")
        facts = {"table": about["table"], "code": "unmapped-cell", "page": about["page"], "action": "dismiss"}
        dismissed = build(content, said(0, "", about["found"], **facts))
        assert dismissed["findings"]["reviewed"].tolist() == [True]
        assert dismissed["forms"]["review"].tolist() == [False]
        other = build(content, said(0, "", "别的文字", **facts))
        assert other["findings"]["reviewed"].tolist() == [False]

    def test_about_a_row_is_known_by_the_row(self):
        content = swap_columns(read(), DAYS)
        facts = {"code": "shifted-cell", "page": 1, "action": "dismiss", "anchor": anchor(content, 3)}
        tables = build(content, said(9, "", None, **facts))
        assert tables["findings"].query("code == 'shifted-cell'")["reviewed"].tolist() == [True]

    def test_of_a_document_without_a_form_can_be_looked_at_too(self):
        note = Finding("text-outside-table", "warning", "有文字", page=1, found="文字")
        document = DocumentContent(DOCUMENT, notes=(note,))
        seen = said(0, "", "文字", form_id=DOCUMENT, table="", code=note.code, page=1, action="dismiss")
        tables = build_tables(document, 0.8, CorrectionHistory((seen,)))
        assert tables["findings"]["reviewed"].tolist() == [True]


def test_a_correction_of_a_merged_label_that_does_not_fit_is_stale_and_the_form_stays():
    content = pages(table(PROJECT))
    found = build(content, said(1, "level1", "并非此格", "产出类指标"))
    assert len(found["forms"]) == 1
    assert [code for code in found["findings"]["code"] if code.startswith("correction")] == ["correction-stale"]
