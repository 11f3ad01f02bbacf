"""What a column means where no family lists its label, and what is said where nobody can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.printed import cell, pages
from tests.scans.tables import Table, TableCell, TableRow
from workbench.checks import check_form
from workbench.errors import InputError
from workbench.form import column_content
from workbench.form.assemble import assemble_forms
from workbench.form.content import is_goal_label, two_levels
from workbench.form.lexicon import match
from workbench.model import Form

HEADER = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因")
RECORD = ("产出指标", "数量指标", "培训次数", "≥5次", "6次", "10", "9", "")
BUDGET = ("资金来源", "年初预算数", "全年预算数", "全年执行数", "执行率")


def read(*rows: tuple[str | TableCell, ...]) -> Form:
    """The form of one table, its rows from texts or from cells that are merged."""
    cells = [tuple(piece if isinstance(piece, TableCell) else cell(piece) for piece in row) for row in rows]
    width = sum(piece.colspan for piece in cells[0])
    table = Table("项目支出绩效自评表", "（2022年度）", (1.0,) * width, tuple(map(TableRow, cells)))
    (form,) = assemble_forms(pages(table), "scan")
    return form


def said(form: Form) -> set[tuple[str, str | None, int | None]]:
    return {(finding.code, finding.table, finding.record_no) for finding in check_form(form, 0.8)}


class TestLabels:
    @pytest.mark.parametrize(
        ("table", "label", "field"),
        [
            ("budgets", "调整后全年预算数", "adjusted"),
            ("budgets", "年初预算安排数", "initial"),
            ("budgets", "实际支出", "executed"),
            ("budgets", "资金支付进度", "execution_rate"),
            ("budgets", "上年实际支出数", "prior"),
            ("goals", "年度工作目标", "goal"),
            ("goals", "年度目标实现情况", "actual"),
            ("indicators", "绩效目标值", "target"),
            ("indicators", "自评完成值", "actual"),
            ("indicators", "上年实际完成值", "prior"),
            ("indicators", "赋分", "weight"),
            ("indicators", "部门自评得分", "score"),
            ("indicators", "得分计算公式", "method"),
            ("indicators", "未完成原因说明", "deviation"),
            ("indicators", "目标偏差率", "deviation_rate"),
            ("heading", "主管部门及代码", "department"),
            ("heading", "项目承担单位", "unit"),
        ],
    )
    def test_that_no_family_lists_are_read_by_how_they_are_built(self, table, label, field):
        found = match(label, table)
        assert found is not None
        assert (found.field, found.by) == (field, "built")

    @pytest.mark.parametrize("label", ["预算执行情况", "绩效指标", "一级指标"])
    def test_of_a_section_or_a_level_are_no_amounts(self, label):
        assert match(label, "budgets") is None

    @pytest.mark.parametrize("text", ["年度目标1：（40分）", "绩效目标2", "目标三"])
    def test_of_a_goal_may_state_its_points(self, text):
        assert is_goal_label(text)

    @pytest.mark.parametrize(
        "text", ["产出指标-数量指标", "产出指标数量指标", "产出指标/数量指标", "产出指标：数量指标"]
    )
    def test_of_two_levels_may_share_a_cell(self, text):
        assert two_levels(text) == ("产出指标", "数量指标")

    @pytest.mark.parametrize("label", ["某某栏", ""])
    def test_that_none_can_read_leave_the_figures_below_them_in_doubt_once(self, label):
        form = read((*HEADER[:5], label, *HEADER[6:]), RECORD, (*RECORD[:2], "演练次数", *RECORD[3:]))
        assert [row.weight for row in form.indicators] == [None, None]
        doubted = [one for one in check_form(form, 0.8) if one.code in ("column-in-doubt", "unmapped-cell")]
        assert [(one.code, one.table, one.record_no) for one in doubted] == [("unmapped-cell", "indicators", None)]

    def test_of_the_names_are_not_needed_to_find_the_rows(self):
        names = ("培训次数", "演练次数", "宣传次数", "检查次数")
        rows = [(*RECORD[:2], name, *RECORD[3:]) for name in names]
        form = read((*HEADER[:2], "某某栏", *HEADER[3:]), *rows)
        assert tuple(row.name.text for row in form.indicators) == names
        assert ("column-in-doubt", "indicators", None) in said(form)


class TestPoints:
    def test_of_a_level_are_not_those_of_its_indicators(self):
        header = ("一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "目标值", "完成值", "得分")
        first = (cell("产出", 3), cell("30", 3), cell("产出数量", 2), cell("20", 2), "甲", "15", "≥5次", "6次", "15")
        form = read(header, first, ("乙", "5", "≥5次", "6次", "5"), ("产出质量", "10", "丙", "10", "≥5次", "6次", "10"))
        assert [row.weight.text for row in form.indicators if row.weight] == ["15", "5", "10"]

    def test_beside_one_merged_name_make_records_of_their_own(self):
        second = ("≥95%", "96%", "5", "4", "")
        form = read(HEADER, (cell("产出指标", 2), cell("数量指标", 2), cell("培训", 2), *RECORD[3:]), second)
        assert [(r.name.text, r.target.text, r.weight and r.weight.text) for r in form.indicators] == [
            ("培训", "≥5次", "10"),
            ("培训", "≥95%", "5"),
        ]

    def test_in_a_total_row_that_no_column_claims_are_reported(self):
        header = (*HEADER[:5], "某某栏", *HEADER[6:])
        form = read(header, RECORD, ("总分", "", "", "", "", "100", "90", ""))
        assert form.total_weight is None
        assert ("unmapped-cell", "forms", None) in said(form)


class TestAmounts:
    def test_under_the_whole_of_two_rows_of_labels_are_the_budget(self):
        sources = ("总额", "财政拨款", "其他资金")
        top = (
            cell("任务名称", 2),
            cell("全年预算数（万元）", 1, 3),
            cell("全年执行数（万元）", 1, 3),
            cell("执行率", 2),
        )
        line = ("任务一", "100", "80", "20", "90", "75", "15", "90%")
        (budget,) = read(top, (*sources, *sources), line, *wide(HEADER, RECORD)).budgets
        assert (budget.adjusted and budget.adjusted.text, budget.executed and budget.executed.text) == ("100", "90")
        assert budget.funds.text == "任务一"

    def test_of_two_cells_in_one_column_are_in_doubt(self):
        header = (*BUDGET[:3], cell("全年执行数", 1, 4), "执行率")
        line = ("总额", "10", "10", cell("4", 1, 2), cell("5", 1, 2), "90%")
        form = read(header, line, *(HEADER, RECORD))
        assert ("shifted-cell", "budgets", 1) in said(form)

    def test_that_were_spent_are_missed_where_a_rate_is_printed(self):
        header = ("", "全年预算数", "某某栏", "执行率")
        form = read(wide(header)[0], wide(("总额", "10", "9", "90%"))[0], HEADER, RECORD)
        assert ("missing-value", "budgets", 1) in said(form)

    def test_that_are_nowhere_are_missed(self):
        assert ("missing-value", "budgets", None) in said(read(HEADER, RECORD))


def wide(*rows: tuple[str, ...]) -> list[tuple[TableCell, ...]]:
    """Rows over eight columns, the last cell of each over what is left."""
    return [(*map(cell, row[:-1]), cell(row[-1], 1, 9 - len(row))) for row in rows]


class TestShiftedCells:
    ROWS = (RECORD, ("产出指标", "质量指标", "合格率", "≥90%", "95%", "20", "20", ""))

    def test_are_put_back_where_the_row_allows_one_reading_only(self):
        shifted = ("产出指标", "质量指标", "", "抽检率", "≥90%", "95%", "20", "19")
        form = read(HEADER, *self.ROWS, shifted)
        row = form.indicators[2]
        assert (row.name.text, row.target.text, row.weight and row.weight.text) == ("抽检率", "≥90%", "20")
        assert ("shifted-cell", "indicators", 3) in said(form)

    def test_stay_where_they_are_and_are_reported_where_it_allows_several(self):
        form = read(HEADER, *self.ROWS, ("产出指标", "质量指标", "抽检率", "≥90%", "95%", "合格", "良好", ""))
        assert ("shifted-cell", "indicators", 3) in said(form)


class TestGoals:
    def test_may_have_their_outcome_in_the_row_below(self):
        goal = (("总体目标", cell("保障供水安全。", 1, 7)), ("总体目标完成情况", cell("已完成。", 1, 7)))
        (found,) = read(*goal, HEADER, RECORD).goals
        assert (found.goal.text, found.actual and found.actual.text) == ("保障供水安全。", "已完成。")


def test_a_table_of_something_else_is_told_what_it_lacks_to_be_the_nearest_layout():
    with pytest.raises(InputError, match=r"the nearest layout is .* of which 一级指标, .* were not found"):
        read(("项目名称", "预算数", "执行数"), ("甲", "3", "4"))


def test_a_page_of_a_long_document_is_no_more_work_than_one_of_a_short(monkeypatch):
    """The columns of every page were held against all cells of the document: of 160 pages each took as long as four."""
    looked_at = []
    under = column_content.columns_under
    monkeypatch.setattr(column_content, "columns_under", lambda *of: looked_at.append(of) or under(*of))
    rows = tuple(TableRow(tuple(map(cell, row))) for row in (HEADER, RECORD, RECORD))
    (page,) = pages(Table("项目支出绩效自评表", "（2022年度）", (1.0,) * len(HEADER), rows))
    work = []
    for count in (3, 12):
        looked_at.clear()
        numbers = range(1, count + 1)
        assemble_forms([replace(page, number=n, grids=(replace(page.grids[0], page=n),)) for n in numbers], "scan")
        work.append(len(looked_at) / count)
    assert 0 < work[1] <= work[0]
