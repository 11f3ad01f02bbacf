"""The table reconstructor: whatever pages do to a form, its records come back field for field, or a finding says so.

Cell grids here are made from the forms' truth without a scan (`tests/printed.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.printed import FORMS, Labels, cell, cut_row, form, pages, row_of, table, truth, with_text
from tests.scans.tables import Table, TableRow, owners
from workbench.errors import InputError
from workbench.fields import entries_of
from workbench.form.assemble import assemble_forms
from workbench.form.content import POINTS_IN_LABEL
from workbench.form.gaps import gaps_in_pages
from workbench.form.lexicon import match_label
from workbench.form.records import FormRecord, is_empty
from workbench.form.rows import FormRow
from workbench.form.settings import DEFAULTS
from workbench.model import BLANK, CellGrid, CellKey, Confidence, Entry, Form, PageContent, Point, Polygon, TextLine

TIANJIN, PROJECT_1, PROJECT_2 = FORMS
Facts = dict[str, Any]
EACH_FORM = pytest.mark.parametrize("name", FORMS)


def facts(found: Form) -> Facts:
    """What a form says, as the truth files say it."""
    return {
        "title": found.title,
        "year": found.year,
        "department": found.department.text,
        "project": _text(found.project),
        "unit": _text(found.unit),
        "budgets": [
            [_text(getattr(line, field)) for field in ("funds", "amount_unit", *AMOUNTS, "execution_rate", "deviation")]
            for line in found.budgets
        ],
        "goals": [[goal.goal_no, goal.goal.text, _text(goal.actual), _text(goal.deviation)] for goal in found.goals],
        "indicators": [[row.goal_no, *(_text(getattr(row, field)) for field in FIELDS)] for row in found.indicators],
        "total": [_text(found.total_weight), _text(found.total_score)],
        "conclusion": _text(found.conclusion),
        "unmapped": [entry.text for entry in found.unmapped],
    }


def true_facts(name: str) -> Facts:
    true = truth(name)
    has_goal_column = name == TIANJIN
    lines = [true["budget"] | {"funds": "部门预算金额(万元)"}] if has_goal_column else true["budgets"]
    return {
        "title": true["title"],
        "year": true["year"],
        "department": true["department"],
        "project": true.get("project"),
        "unit": true.get("unit"),
        "budgets": [
            [line["funds"], "万元", *(line[field] for field in AMOUNTS), line["rate"], line.get("deviation")]
            for line in lines
        ],
        "goals": [
            [goal["no"], goal["goal"], goal["actual"], goal["deviation"] if has_goal_column else None]
            for goal in true["goals"]
        ],
        "indicators": [[row["goal"], *(row[field] for field in FIELDS)] for row in true["indicators"]],
        "total": [true["total"]["weight"], true["total"]["score"]],
        "conclusion": "".join(true["conclusion"]) or None,
        "unmapped": [],
    }


AMOUNTS = ("initial", "adjusted", "executed", "weight", "score")
FIELDS = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")


def _text(value: Entry | str | None) -> str | None:
    return value.text if isinstance(value, Entry) else value


def codes(found: Form) -> list[str]:
    return [note.code for note in found.notes]


def breakable(printed: Table) -> list[int]:
    """Rows before which a page may end: not right under a header row, as office programs keep those together."""
    headers = {number for number, row in enumerate(printed.rows) if row.header or row.cells[-1].text == "执行率(B/A)"}
    return [number for number in range(1, len(printed.rows)) if number - 1 not in headers]


def breaks(printed: Table) -> st.SearchStrategy[list[int]]:
    return st.sets(st.sampled_from(breakable(printed)), max_size=9).map(sorted)


def label_is_nowhere_on_its_first_page(printed: Table, at: Iterable[int]) -> bool:
    """Whether a merged cell that starts a page is cut: with its label printed later, nobody can tell whose it is."""
    placed = {piece for row in owners(printed.rows, len(printed.widths)) for piece in row}
    return any(piece.row in at and any(piece.row < b < piece.rows.stop for b in at) for piece in placed)


def page_grid(rows: list[list[str]], title: str = "整体支出绩效自评表") -> PageContent:
    """A page with one table whose cells all have one row and one column."""
    table_rows = tuple(TableRow(tuple(map(cell, row))) for row in rows)
    (page,) = pages(Table(title, "(2022年度)", (1.0,) * len(rows[0]), table_rows))
    return page


HEADER = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]


def obscured(page: PageContent, text: str) -> PageContent:
    """The page with something over the cell that says ``text``."""
    hidden = {"text": "", "state": "obscured", "confidence": Confidence(character=0.3)}
    (grid,) = page.grids
    cells = tuple(replace(cell, **hidden) if cell.text == text else cell for cell in grid.cells)
    assert cells != grid.cells
    return replace(page, grids=(replace(grid, cells=cells),))


def indicator_form(*rows: list[str], header: list[str] = HEADER, title: str = "整体支出绩效自评表") -> Form:
    (found,) = assemble_forms([page_grid([header, *rows], title)], "scan")
    return found


def record(name: str = "培训次数", **fields: str) -> list[str]:
    values = {"level1": "产出指标", "level2": "数量指标", "name": name, "target": "≥5次", "actual": "6次"}
    values |= {"weight": "10", "score": "10", "deviation": ""} | fields
    return list(values.values())


class TestWholeForms:
    @EACH_FORM
    def test_come_back_field_for_field(self, name):
        found = form(table(name))
        assert facts(found) == true_facts(name)
        assert codes(found) == []

    def test_the_layout_is_named(self):
        assert [form(table(name)).layout for name in FORMS] == ["tianjin-overall", "central-project", "central-project"]

    def test_a_row_without_points_keeps_its_dashes(self):
        rows = [row for row in form(table(TIANJIN)).indicators if row.weight and row.weight.text == "-"]
        assert [(row.actual.text, row.score.text) for row in rows] == [("0", "-"), ("10", "-"), ("0", "-")]

    def test_points_in_a_level_label_are_not_part_of_its_name(self):
        printed = {cell.text for row in table(PROJECT_1).rows for cell in row.cells}
        assert "产出指标（50分）" in printed
        assert {row.level1.text for row in form(table(PROJECT_1)).indicators} == {"产出指标", "效益指标", "满意度指标"}

    @EACH_FORM
    def test_every_value_is_the_text_of_its_cells(self, name):
        content = pages(table(name), breakable(table(name))[::7])
        (found,) = assemble_forms(content, "scan")
        printed = dict(all_cells(content))
        for _, _, field, entry in entries_of(found):
            assert bool(entry.text) <= bool(entry.cells)
            in_cells = "".join(printed[key] for key in entry.cells)
            assert entry.text == (POINTS_IN_LABEL.sub("", in_cells) if field == "level1" else in_cells)


def all_cells(content: Iterable[PageContent]) -> list[tuple[CellKey, str]]:
    return [
        (CellKey(page.number, grid.table_no, cell.row, cell.col), cell.text)
        for page in content
        for grid in page.grids
        for cell in grid.cells
    ]


class TestPageBreaks:
    @EACH_FORM
    @given(data=st.data(), header=st.booleans())
    @settings(max_examples=25)
    def test_anywhere_with_labels_printed_again(self, name, data, header):
        at = data.draw(breaks(table(name)))
        assert facts(form(table(name), at, header=header)) == true_facts(name)

    @EACH_FORM
    @given(data=st.data(), header=st.booleans())
    @settings(max_examples=25)
    def test_anywhere_with_labels_printed_before_the_break_only(self, name, data, header):
        at = data.draw(breaks(table(name)))
        assert facts(form(table(name), at, labels="before", header=header)) == true_facts(name)

    @EACH_FORM
    @given(data=st.data(), header=st.booleans())
    @settings(max_examples=25)
    def test_anywhere_with_labels_printed_after_the_break_only(self, name, data, header):
        at = data.draw(breaks(table(name)))
        assume(not label_is_nowhere_on_its_first_page(table(name), at))
        assert facts(form(table(name), at, labels="after", header=header)) == true_facts(name)

    @EACH_FORM
    @given(data=st.data(), labels=st.sampled_from(["again", "before"]), header=st.booleans())
    @settings(max_examples=20)
    def test_no_cell_is_lost_in_silence(self, name, data, labels, header):
        content = pages(table(name), data.draw(breaks(table(name))), labels, header)
        (found,) = assemble_forms(content, "scan")
        known = {key for _, _, _, entry in entries_of(found) for key in entry.cells} | set(found.labels)
        known |= {key for entry in found.unmapped for key in entry.cells}
        assert [text for key, text in all_cells(content) if text and key not in known] == []

    @EACH_FORM
    def test_first_and_last_page_are_those_of_the_form(self, name):
        found = form(table(name), breakable(table(name))[:4], first=3)
        assert (found.first_page, found.last_page) == (3, 7)

    @pytest.mark.parametrize("labels", ["again", "before", "after"])
    def test_the_unit_of_the_amounts_holds_for_lines_on_the_next_page(self, labels: Labels):
        found = form(table(PROJECT_1), [row_of(table(PROJECT_1), "上年结转资金")], labels=labels)
        assert [line.amount_unit for line in found.budgets] == ["万元"] * 4


def on_three_pages(level2: list[tuple[str, int]], at: list[int]) -> list[PageContent]:
    """Four rows of outputs and three of effects, cut before the rows ``at``; ``level2`` with the rows each covers."""
    level1 = {0: cell("产出指标", 4), 4: cell("效益指标", 3)}
    starts = dict(zip(accumulate([0, *(rows for _, rows in level2)]), level2, strict=False))
    rows = [TableRow(tuple(map(cell, HEADER)))]
    for number in range(7):
        labels = [level1[number]] if number in level1 else []
        labels += [cell(*starts[number])] if number in starts else []
        rows.append(TableRow((*labels, *map(cell, record(f"第{number}项")[2:]))))
    return pages(Table("整体支出绩效自评表", "(2022年度)", (1.0,) * 8, tuple(rows)), [1 + n for n in at], header=False)


def levels_of(content: list[PageContent]) -> tuple[list[str], list[tuple[int | None, str | None]]]:
    """First and second level of every row, and the rows and fields of what is doubted at page breaks."""
    (found,) = assemble_forms(content, "scan")
    assert [row.name.text for row in found.indicators] == [f"第{number}项" for number in range(7)]
    doubted = [(note.record_no, note.field) for note in found.notes if note.code == "split-row-joined"]
    return [f"{_text(row.level1)[:2]}{_text(row.level2)[:2]}" for row in found.indicators], doubted


def blanked(page: PageContent, *labels: str) -> PageContent:
    for label in labels:
        page = retyped(page, label, lambda _: "")
    return page


class TestLabelsThatTheNextPagePrints:
    """An office program prints the label of a merged cell once, on the page where the cell's middle falls."""

    SPLIT = (("数量指标", 4), ("经济效益", 2), ("社会效益", 1))
    TRUE = ("产出数量",) * 4 + ("效益经济",) * 2 + ("效益社会",)

    def test_a_cell_that_begins_below_the_rest_of_another_is_that_of_the_next_page(self):
        first, second, third = on_three_pages(list(self.SPLIT), [2, 5])
        second = blanked(second, "产出指标", "数量指标", "效益指标", "经济效益")
        assert levels_of([first, second, third]) == (list(self.TRUE), [])

    def test_a_cell_as_long_as_its_page_may_be_of_either_side_and_is_doubted(self):
        first, second, third = on_three_pages(list(self.SPLIT), [4, 5])
        second = blanked(second, "效益指标", "经济效益")
        levels, doubted = levels_of([first, second, third])
        assert levels == [*self.TRUE[:4], "产出数量", *self.TRUE[5:]]
        assert doubted == [(5, "level1"), (5, "level2")]

    def test_a_blank_cell_is_doubted_where_the_form_prints_a_label_in_the_first_row_alone(self):
        split = [("数量指标", 1), ("", 1), ("", 1), ("质量指标", 1), *self.SPLIT[1:]]
        levels, doubted = levels_of(on_three_pages(split, [3, 5]))
        assert levels == ["产出数量"] * 3 + ["产出质量", *self.TRUE[4:]]
        assert doubted == [(3, "level2")]


class TestRowsPrintedTwice:
    @EACH_FORM
    @given(data=st.data(), labels=st.sampled_from(["again", "before", "after"]))
    @settings(max_examples=25)
    def test_a_row_repeated_after_a_break_is_kept_once_and_reported(self, name, data, labels):
        printed = table(name)
        at = data.draw(st.sampled_from(repeatable(printed)))
        found = form(printed, [at], labels=labels, twice=True)
        assert facts(found) == true_facts(name)
        assert codes(found) == ["repeated-row-dropped"]

    def test_the_finding_names_row_and_pages(self):
        printed = table(TIANJIN)
        (note,) = form(printed, [row_of(printed, "7")], twice=True).notes
        assert (note.code, note.severity, note.table, note.record_no) == ("repeated-row-dropped", "info", "goals", 6)
        assert "第1页与第2页" in note.message
        assert truth(TIANJIN)["goals"][5]["goal"][:30] in note.message

    def test_slightly_different_readings_of_one_long_text_are_one_row(self):
        printed = table(TIANJIN)
        first, second = pages(printed, [row_of(printed, "7")], twice=True)
        damaged = retyped(second, truth(TIANJIN)["goals"][5]["goal"], lambda text: text.replace("五大", "五太"))
        (found,) = assemble_forms([first, damaged], "scan")
        assert facts(found) == true_facts(TIANJIN)
        assert codes(found) == ["repeated-row-dropped"]

    def test_rows_that_differ_in_one_figure_are_two_rows(self):
        two = [page_grid([HEADER, record()]), on_page(page_grid([HEADER, record(actual="7次")]), 2)]
        (found,) = assemble_forms(two, "scan")
        assert [row.actual.text for row in found.indicators] == ["6次", "7次"]
        assert codes(found) == []

    def test_equal_rows_on_one_page_are_two_rows(self):
        assert len(indicator_form(record(), record()).indicators) == 2


def repeatable(printed: Table) -> list[int]:
    """Rows inside the goals or the indicators, the row before them no header."""
    return [
        at
        for at in range(1, len(printed.rows))
        if printed.rows[at].section in ("goals", "indicators")
        and printed.rows[at - 1].section == printed.rows[at].section
        and not printed.rows[at - 1].header
    ]


def retyped(page: PageContent, old: str, change) -> PageContent:
    """The page with another text in the cells that say ``old``."""
    (grid,) = page.grids
    cells = tuple(replace(cell, text=change(cell.text)) if cell.text == old else cell for cell in grid.cells)
    assert cells != grid.cells
    return replace(page, grids=(replace(grid, cells=cells),))


def on_page(page: PageContent, number: int) -> PageContent:
    return replace(page, number=number, grids=tuple(replace(grid, page=number) for grid in page.grids))


class TestRowsSplitByABreak:
    @EACH_FORM
    @given(
        data=st.data(),
        labels=st.sampled_from(["again", "before", "after"]),
        short=st.sampled_from(["above", "below"]),
        share=st.sampled_from([0.2, 0.5, 0.8]),
        header=st.booleans(),
    )
    @settings(max_examples=25)
    def test_are_joined_and_reported(self, name, data, labels, short, share, header):
        printed = table(name)
        row = data.draw(st.sampled_from(splittable(printed)))
        found = form(cut_row(printed, row, share, short), [row + 1], labels=labels, header=header)
        assert facts(found) == true_facts(name)
        assert codes(found) == ["split-row-joined"]

    def test_the_joined_value_comes_from_both_pages(self):
        printed = table(PROJECT_1)
        row = row_of(printed, "全年供餐天数")
        found = form(cut_row(printed, row), [row + 1])
        assert [key.page for key in found.indicators[2].deviation.cells] == [1, 2]
        (note,) = found.notes
        assert (note.severity, note.table, note.record_no, note.page) == ("warning", "indicators", 3, 2)
        assert "第1页与第2页：全年供餐天数" in note.message

    def test_a_conclusion_over_a_break_is_joined(self):
        printed = table(TIANJIN)
        last = len(printed.rows) - 1
        assert facts(form(cut_row(printed, last), [last + 1])) == true_facts(TIANJIN)

    @EACH_FORM
    @pytest.mark.parametrize("characters", [2, 3, 5])
    def test_the_lower_half_of_a_header_was_a_row(self, name, characters):
        printed = table(name)
        for header in (number for number, row in enumerate(printed.rows) if row.header):
            assert facts(form(cut_row(printed, header, at=characters), [header + 1])) == true_facts(name)

    def test_two_whole_rows_around_a_break_are_not_joined(self):
        found = form(table(PROJECT_1), [row_of(table(PROJECT_1), "更新学校食堂设备数量")])
        assert codes(found) == []


def splittable(printed: Table) -> list[int]:
    """Rows of goals and indicators with a text long enough to go on over a break."""
    return [
        number
        for number, row in enumerate(printed.rows)
        if row.section in ("goals", "indicators")
        and not row.header
        and any(len(cell.text) > 12 and cell.rowspan == 1 for cell in row.cells)
    ]


class TestLabels:
    @pytest.mark.parametrize(
        ("printed", "section", "field"),
        [
            ("预匏数", "budgets", "adjusted"),
            ("年初预匏数", "budgets", "initial"),
            ("全年预算数（A）", "budgets", "adjusted"),
            ("全年执行数 (B", "budgets", "executed"),
            ("执行率（B/A）", "budgets", "execution_rate"),
            ("年度指标宜", "indicators", "target"),
            ("三级指标：", "indicators", "name"),
            ("偏差原囚分析及改进惜施", "indicators", "deviation"),
            ("实际完戌值", "indicators", "actual"),
            ("单位名称", "heading", "department"),
        ],
    )
    def test_a_damaged_or_decorated_label_is_known(self, printed, section, field):
        assert match_label(printed, section) == field

    @pytest.mark.parametrize(
        ("printed", "section"),
        [
            ("绩效指标", "indicators"),
            ("分匏", "indicators"),
            ("", "indicators"),
            ("产出指标", "indicators"),
            ("匏级指标", "indicators"),
            ("支持智能制造项目数量", "indicators"),
            ("天津市工业和信息化局", "heading"),
            ("年度绩匏目标完成情况", "goals"),
        ],
    )
    def test_what_is_no_label_names_no_field(self, printed, section):
        assert match_label(printed, section) is None

    @pytest.mark.parametrize("name", FORMS)
    def test_any_header_label_may_have_a_wrong_character(self, name):
        """One character in every label of four and more, those beside a section included, on every page."""
        for row in table(name).rows:
            for label in (piece.text for piece in row.cells if len(piece.text) >= 4 and row.header):
                damaged = with_text(table(name), label, label[0] + "匏" + label[2:])
                assert facts(form(damaged)) == true_facts(name), label

    def test_a_label_that_is_gone_on_one_page_is_known_from_the_others(self):
        first, *others = pages(table(TIANJIN), [50, 80])
        for label in ("分值", "得分", "年度指标值"):
            damaged = retyped(others[0], label, lambda _: "匏")
            (found,) = assemble_forms([first, damaged, others[1]], "scan")
            assert facts(found)["indicators"] == true_facts(TIANJIN)["indicators"], label

    @pytest.mark.parametrize(("left", "right"), [(4, 5), (6, 7), (3, 6)])
    def test_columns_follow_their_labels_in_any_order(self, left, right):
        swapped = with_swapped_columns(table(TIANJIN), left, right)
        found = form(swapped, [40, 80])
        assert facts(found) == true_facts(TIANJIN)
        assert found.layout == "generic"

    def test_sign_number_and_unit_in_three_columns_are_one_target(self):
        header = ["三级指标", "指标性质", "指标值", "度量单位", "实际完成值", "分值", "得分"]
        found = indicator_form(["满意度", "≥", "90", "%", "95%", "10", "10"], header=header)
        (row,) = found.indicators
        assert row.target.text == "≥90%"
        assert len(row.target.cells) == 3

    @pytest.mark.parametrize(("confidence", "doubted"), [(0.9, True), (1.0, False)])
    def test_a_dash_read_for_the_sign_of_a_number_is_doubted_where_it_comes_from_a_scan(self, confidence, doubted):
        header = ["三级指标", "指标性质", "指标值", "度量单位", "实际完成值", "分值", "得分"]
        rows = [["满意度", "≥", "90", "%", "95%", "5", "5"], ["费用", "—", "402.9", "万元", "400万元", "5", "5"]]
        page = page_grid([header, *rows])
        (grid,) = page.grids
        cells = [
            replace(cell, confidence=Confidence(character=confidence)) if cell.text == "—" else cell
            for cell in grid.cells
        ]
        (found,) = assemble_forms([replace(page, grids=(replace(grid, cells=tuple(cells)),))], "scan")
        assert found.indicators[1].target.text == "402.9万元"
        of_rows = [(note.code, note.record_no) for note in found.notes if note.table == "indicators"]
        assert of_rows == [("low-confidence", 2)] * doubted

    def test_a_label_that_cannot_be_read_does_not_take_the_one_above(self):
        rows = [record(level2="数量指标"), record("时限", level2="时效指标"), record("费用", level2="成本指标")]
        (found,) = assemble_forms([obscured(page_grid([HEADER, *rows]), "时效指标")], "scan")
        assert [row.level2.text for row in found.indicators] == ["数量指标", "", "成本指标"]
        assert [row.level2.confidence for row in found.indicators] == [1.0, 0.3, 1.0]

    def test_a_heading_that_cannot_be_read_does_not_take_the_next_one(self):
        page = pages(table(PROJECT_1))[0]
        department = truth(PROJECT_1)["department"]
        (found,) = assemble_forms([obscured(page, department)], "scan")
        assert (found.department.text, found.department.confidence) == ("", 0.3)
        assert found.unit is not None
        assert found.unit.text == truth(PROJECT_1)["unit"]

    def test_a_form_may_lack_columns(self):
        found = indicator_form(["培训次数", "≥5次", "6次"], header=["三级指标", "年度指标值", "实际完成值"])
        (row,) = found.indicators
        assert (row.weight, row.score, row.deviation, row.goal_no) == (None, None, None, None)

    @pytest.mark.parametrize(("label", "number"), [("绩效目标3", 3), ("目标三", 3), ("12", 12), ("绩效目标", None)])
    def test_the_goal_of_an_indicator_is_the_number_in_its_label(self, label, number):
        found = indicator_form([label, *record()], header=["年度指标完成情况", *HEADER])
        assert found.indicators[0].goal_no == number


def with_swapped_columns(printed: Table, left: int, right: int) -> Table:
    """The table with two columns exchanged wherever both hold cells of their own."""
    widths = list(printed.widths)
    rows = [list(row.cells) for row in printed.rows]
    for number, line in enumerate(owners(printed.rows, len(widths))):
        one, other = line[left], line[right]
        if one.row == other.row == number and one.cell.colspan == other.cell.colspan == 1:
            cells = rows[number]
            a, b = (next(i for i, c in enumerate(cells) if c is piece.cell) for piece in (one, other))
            cells[a], cells[b] = cells[b], cells[a]
    changed = (replace(row, cells=tuple(cells)) for row, cells in zip(printed.rows, rows, strict=True))
    return replace(printed, rows=tuple(changed))


class TestTotalsAndRest:
    @pytest.mark.parametrize("label", ["总分", "合计", "总 计", "得分合计"])
    def test_the_total_row_is_no_indicator(self, label):
        found = indicator_form(record(), [label, "", "", "", "", "100", "98.5", ""])
        assert len(found.indicators) == 1
        assert (found.total_weight.text, found.total_score.text) == ("100", "98.5")

    def test_a_total_merged_otherwise_gives_its_numbers_in_order(self):
        rows = [TableRow(tuple(map(cell, HEADER))), TableRow(tuple(map(cell, record())))]
        rows.append(TableRow((cell("总分", colspan=3), cell("100", colspan=2), cell("96.2", colspan=3))))
        found = form(Table("项目支出绩效自评表", "", (1.0,) * 8, tuple(rows)))
        assert (found.total_weight.text, found.total_score.text) == ("100", "96.2")

    def test_a_total_of_one_number_is_the_score(self):
        found = indicator_form(record(), ["总分", "", "", "", "", "", "98.5", ""])
        assert (found.total_weight, found.total_score.text) == (None, "98.5")

    @pytest.mark.parametrize("name", ["指标1：", "……", "指标2:", ""])
    def test_rows_of_the_empty_template_are_left_out(self, name):
        empty = record(name, target="", actual="", weight="", score="")
        assert len(indicator_form(record(), empty).indicators) == 1

    def test_a_cell_that_fits_nowhere_is_kept_as_unmapped(self):
        found = indicator_form(record(), ["总分", "", "", "", "", "100", "98", ""], ["补充说明", *[""] * 7])
        assert [entry.text for entry in found.unmapped] == ["补充说明"]
        assert found.unmapped[0].cells == (CellKey(1, 1, 3, 0),)

    @pytest.mark.parametrize("amounts", [("0√", "01", "0√"), ("l8.0", "", "8Z.6")])
    def test_a_budget_line_whose_amounts_are_misread_is_still_a_line(self, amounts):
        printed = table(PROJECT_1)
        row = row_of(printed, "上年结转资金")
        cells = list(printed.rows[row].cells)
        cells[1:4] = [replace(old, text=text) for old, text in zip(cells[1:4], amounts, strict=True)]
        rows = [*printed.rows[:row], replace(printed.rows[row], cells=tuple(cells)), *printed.rows[row + 1 :]]
        found = form(replace(printed, rows=tuple(rows)))
        line = next(line for line in found.budgets if line.funds.text == "上年结转资金")
        assert (line.initial.text, line.adjusted.text, line.executed.text) == amounts


class TestSeveralForms:
    def test_in_one_document_come_apart_in_their_order(self):
        content: list[PageContent] = []
        for name in FORMS:
            content += pages(table(name), breakable(table(name))[8::12], first=len(content) + 1)
        found = assemble_forms(content, "scan")
        assert [facts(one) for one in found] == [true_facts(name) for name in FORMS]
        assert [one.first_page for one in found[1:]] == [one.last_page + 1 for one in found[:-1]]

    def test_on_one_page_have_each_their_own_title_and_year(self):
        upper, lower = (pages(table(name))[0] for name in (PROJECT_1, TIANJIN))
        lower = moved_down(replace(lower, grids=(replace(lower.grids[0], table_no=2, page=1),)), 1500)
        year = replace(lower.loose_lines[1], text="(2023年度)")
        both = replace(
            upper,
            grids=upper.grids + lower.grids,
            loose_lines=(*upper.loose_lines, lower.loose_lines[0], year),
        )
        found = assemble_forms([both], "scan")
        assert [one.indicators[0].name.text for one in found] == ["享受营养膳食补助学生人数", "支持智能制造项目数量"]
        assert [one.year for one in found] == [2022, 2023]
        assert [one.title for one in found] == ["项目支出绩效自评表", "整体支出绩效自评表"]

    def test_a_table_without_indicators_is_no_form(self):
        other = page_grid([["部门名称", "示例市财政局"], ["联系人", "张三"]])
        (found,) = assemble_forms([*pages(table(PROJECT_1)), on_page(other, 2)], "scan")
        assert facts(found) == true_facts(PROJECT_1)


def moved_down(page: PageContent, by: float) -> PageContent:
    return moved(page, lambda x, y: (x, y + by))


def moved(page: PageContent, where: Callable[[float, float], Point]) -> PageContent:
    """The page with every corner of its cells and lines somewhere else."""

    def move(polygon: Polygon) -> Polygon:
        one, two, three, four = (where(x, y) for x, y in polygon)
        return one, two, three, four

    def move_grid(grid: CellGrid) -> CellGrid:
        return replace(grid, cells=tuple(replace(cell, polygon=move(cell.polygon)) for cell in grid.cells))

    lines = tuple(replace(line, polygon=move(line.polygon)) for line in page.loose_lines)
    return replace(page, grids=tuple(map(move_grid, page.grids)), loose_lines=lines)


class TestTitleAndYear:
    @pytest.mark.parametrize(
        ("title", "subtitle", "source", "year"),
        [
            ("2021年度整体支出绩效自评表", "", "scan", 2021),
            ("整体支出绩效自评表", "（2021 年度）", "scan", 2021),
            ("整体支出绩效自评表", "(2021年度)", "档案/2019年/局_2020.pdf", 2021),
            ("整体支出绩效自评表", "", "示例局_2020.pdf", 2020),
            ("整体支出绩效自评表", "", "2019年度/示例局", 2019),
            ("整体支出绩效自评表", "", "示例局_120231.pdf", None),
            ("整体支出绩效自评表", "", "示例局", None),
        ],
    )
    def test_the_year_is_the_printed_one_or_that_of_the_path(self, title, subtitle, source, year):
        printed = replace(table(PROJECT_1), title=title, subtitle=subtitle)
        (found,) = assemble_forms(pages(printed), source)
        assert found.year == year
        assert found.title == title

    def test_a_title_in_the_tables_top_cell_is_found(self):
        top = TableRow((cell("2020年度部门整体支出绩效自评表", colspan=9),))
        printed = replace(table(TIANJIN), title="", subtitle="", rows=(top, *table(TIANJIN).rows))
        found = form(printed)
        assert (found.title, found.year) == ("2020年度部门整体支出绩效自评表", 2020)
        assert facts(found)["unmapped"] == []

    @pytest.mark.parametrize(
        "turn", [lambda x, y: (3000 - y, x), lambda x, y: (3000 - x, 9000 - y), lambda x, y: (y, 3000 - x)]
    )
    def test_a_page_scanned_sideways_or_upside_down_keeps_its_title_and_year(self, turn):
        (found,) = assemble_forms([moved(page, turn) for page in pages(table(PROJECT_1))], "scan")
        assert (found.title, found.year) == ("项目支出绩效自评表", 2022)

    def test_a_line_under_the_table_is_no_title(self):
        note = TextLine("注：2031年绩效自评表填写说明", (0.9,), ((0, 9000), (9, 9000), (9, 9030), (0, 9030)))
        (page,) = pages(table(PROJECT_1))
        (found,) = assemble_forms([replace(page, loose_lines=(note,))], "scan")
        assert (found.title, found.year) == ("", None)


class TestWhatIsNoForm:
    def test_pages_without_a_table(self):
        (page,) = pages(table(PROJECT_1))
        with pytest.raises(InputError, match="no ruled table was found") as caught:
            assemble_forms([replace(page, grids=())], "信.pdf")
        assert (caught.value.reason, caught.value.source) == ("no-table", "信.pdf")

    def test_a_table_of_something_else(self):
        with pytest.raises(InputError, match="no self-evaluation form was recognised") as caught:
            assemble_forms([page_grid([["姓名", "电话"], ["张三", "123"]])], "电话.pdf")
        assert caught.value.reason == "unknown-form"


class TestGaps:
    """What was not read must not go unsaid."""

    def test_a_page_without_a_table_between_others_is_an_error(self):
        pages = [page_content(number, grids=() if number == 2 else (some_grid(number),)) for number in (1, 2, 3)]
        (finding,) = gaps_in_pages(1, 3, pages, DEFAULTS)
        assert (finding.code, finding.severity, finding.page) == ("page-not-read", "error", 2)

    def test_a_page_that_failed_between_others_is_an_error(self):
        pages = [page_content(number, grids=(some_grid(number),)) for number in (1, 3)]
        assert [(f.code, f.page) for f in gaps_in_pages(1, 3, pages, DEFAULTS)] == [("page-not-read", 2)]

    def test_rows_of_a_table_that_was_not_found_are_noticed(self):
        lines = [loose_line(text) for text in ("≥95%", "100%", "一级指标", "万元以下")]
        (finding,) = gaps_in_pages(1, 1, [page_content(1, (some_grid(1),), lines)], DEFAULTS)
        assert (finding.code, finding.page) == ("text-outside-table", 1)

    def test_rows_on_a_page_behind_the_last_table_are_noticed(self):
        rows = page_content(2, (), [loose_line(text) for text in ("受益农户数", "≥300户", "326", "15", "15")])
        (finding,) = gaps_in_pages(1, 1, [page_content(1, (some_grid(1),)), rows], DEFAULTS)
        assert (finding.code, finding.table, finding.page) == ("text-outside-table", "indicators", 2)

    def test_the_report_behind_a_form_is_no_lost_table(self):
        told = ("项目资金到位率100%，执行率98.2%，全年完成改造12条。", "满意度为93.5%，达到年初设定的绩效目标。", "3")
        report = page_content(2, (), [loose_line(text) for text in told * 3][:-2])
        assert gaps_in_pages(1, 1, [page_content(1, (some_grid(1),)), report], DEFAULTS) == []

    def test_a_footnote_is_no_lost_table(self):
        lines = [
            loose_line(text) for text in ("注：1.其他资金包括社会投入资金。", "2.定量指标完成比例超过100%的，得满分。")
        ]
        assert gaps_in_pages(1, 1, [page_content(1, (some_grid(1),), lines)], DEFAULTS) == []

    def test_a_row_whose_values_could_not_be_read_is_kept(self):
        row = FormRow(1, 1, 1, (), ())
        assert is_empty(FormRecord(row, {"level1": Entry("产出指标"), "name": BLANK, "weight": BLANK}))
        assert not is_empty(FormRecord(row, {"level1": Entry("产出指标"), "name": BLANK, "weight": Entry("", 0.0)}))


def page_content(number, grids=(), lines=()):
    return PageContent(number, 1654, 2339, tuple(grids), tuple(lines))


def some_grid(page):
    return CellGrid(page, 1, (), (0.0, 1.0), (0.0, 1.0))


def loose_line(text):
    return TextLine(text, (1.0,) * len(text), ((0, 0), (1, 0), (1, 1), (0, 1)))
