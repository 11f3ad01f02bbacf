"""Forms of layouts that nobody described: blocks, budgets and columns known by what they hold and where they stand."""

from __future__ import annotations

import pytest

from tests.printed import cell, pages
from tests.scans.tables import Table, TableCell, TableRow
from workbench.checks import check_form
from workbench.form.assemble import assemble_forms
from workbench.model import Finding, Form, PageContent
from workbench.values import parse_points, parse_weight

HEADER = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因")
RECORD = ("产出指标", "数量指标", "培训次数", "≥5次", "6次", "10", "9", "")
Row = tuple[str | TableCell, ...]


def printed(*rows: Row, subtitle: str = "（2022年度）", first: int = 1, title: str = "绩效自评表") -> list[PageContent]:
    """The page of one table, its rows from texts or from cells that are merged."""
    cells = [tuple(piece if isinstance(piece, TableCell) else cell(piece) for piece in row) for row in rows]
    width = sum(piece.colspan for piece in cells[0])
    return pages(Table(title, subtitle, (1.0,) * width, tuple(map(TableRow, cells))), first=first)


def read(*rows: Row, subtitle: str = "（2022年度）") -> Form:
    (form,) = assemble_forms(printed(*rows, subtitle=subtitle), "scan")
    return form


def texts(form: Form, *names: str) -> list[tuple[str | None, ...]]:
    """The texts of some fields of every indicator; None: no such column."""
    return [tuple(e if (e := getattr(row, name)) is None else e.text for name in names) for row in form.indicators]


def told(form: Form, code: str) -> list[Finding]:
    return [finding for finding in check_form(form, 0.8) if finding.code == code]


class TestARowThatNumbersTheColumns:
    def test_is_no_data(self):
        form = read(
            ("资金", "年初预算数", "全年预算数", "全年执行数", "执行率", "分值", "得分", ""),
            ("栏次", "1", "2", "3", "4=3/2", "5", "6", "7"),
            ("年度资金总额", "10", "10", "9", "90%", "10", "9", ""),
            HEADER,
            ("甲", "乙", "丙", "1", "2", "3", "4", "5"),
            RECORD,
        )
        assert [line.funds.text for line in form.budgets] == ["年度资金总额"]
        assert texts(form, "name") == [("培训次数",)]
        assert not told(form, "unmapped-cell")

    def test_must_number_them_in_order(self):
        form = read(("资金", "年初预算数", "全年执行数", *("",) * 5), ("1", "7", "3", *("",) * 5), HEADER, RECORD)
        assert [line.initial and line.initial.text for line in form.budgets] == ["7"]


class TestPagesSideBySide:
    LEFT = (
        (cell("项目名称", 1, 2), cell("水渠清淤", 1, 2)),
        ("一级指标", "二级指标", "三级指标", "年度指标值"),
        ("产出指标", "数量指标", "清淤长度", "≥5公里"),
        ("效益指标", "社会效益指标", "受益村数", "≥8个"),
    )
    RIGHT = (
        (cell("", 1, 4),),
        ("实际完成值", "分值", "得分", "偏差原因"),
        ("6公里", "60", "60", ""),
        ("7个", "40", "35", "两村退出"),
    )

    def test_are_one_table_and_a_finding_says_so(self):
        (form,) = assemble_forms([*printed(*self.LEFT), *printed(*self.RIGHT, first=2, title="", subtitle="")], "scan")
        assert texts(form, "name", "actual", "weight", "score", "deviation") == [
            ("清淤长度", "6公里", "60", "60", ""),
            ("受益村数", "7个", "40", "35", "两村退出"),
        ]
        assert [finding.page for finding in told(form, "pages-side-by-side")] == [2]
        assert form.budgets == ()

    def test_may_be_printed_down_and_then_over(self):
        more = (("产出指标", "质量指标", "合格率", "100%"), ("效益指标", "生态效益指标", "水质", "达标"))
        beside = (("100%", "0", "0", ""), ("达标", "0", "0", ""))
        parts = (self.LEFT, more, self.RIGHT, beside)
        read_pages = [
            page for n, part in enumerate(parts, 1) for page in printed(*part, first=n, title="", subtitle="")
        ]
        (form,) = assemble_forms(read_pages, "scan")
        assert texts(form, "name", "actual")[2:] == [("合格率", "100%"), ("水质", "达标")]
        assert [finding.page for finding in told(form, "pages-side-by-side")] == [3, 4]

    def test_are_not_two_forms_of_one_layout(self):
        other = tuple(tuple("某村" if piece == "培训次数" else piece for piece in row) for row in (HEADER, RECORD))
        forms = assemble_forms([*printed(HEADER, RECORD), *printed(*other, first=2)], "scan")
        assert [row.name.text for form in forms for row in form.indicators] == ["培训次数", "某村"]


class TestAScoredBlock:
    BLOCK = (
        ("项目决策", "决策依据", "2", "2", "有制度计1分"),
        ("项目管理", "财务制度", "3", "2.5", "没有不计分"),
    )
    BELOW = ("一级指标", "三级指标", "目标值", "完成值", "得分"), ("产出指标", "里程", "3公里", "3公里", "40")

    @pytest.mark.parametrize("label", ["评价内容", "某某事项"])
    def test_under_the_row_of_a_goal_is_indicators_whatever_its_names_are_called(self, label):
        goal = ("年度目标", cell("养护村道。", 1, 4))
        form = read(goal, ("项目权重", label, "分值", "自评分", "评价标准"), *self.BLOCK, *self.BELOW)
        assert [one.goal.text for one in form.goals] == ["养护村道。"]
        assert texts(form, "level1", "name", "weight", "score") == [
            ("项目决策", "决策依据", "2", "2"),
            ("项目管理", "财务制度", "3", "2.5"),
            ("产出指标", "里程", None, "40"),
        ]
        assert {finding.table for finding in told(form, "missing-value")} == {"forms", "budgets"}
        assert form.indicators[0].criteria is not None
        assert form.indicators[0].criteria.text == "有制度计1分"

    def test_without_a_header_that_says_so_gives_no_goals(self):
        goal = ("年度目标", cell("养护村道。", 1, 4))
        form = read(goal, *self.BLOCK, *self.BELOW)
        assert [one.goal.text for one in form.goals] == ["养护村道。"]
        assert told(form, "unmapped-cell")

    def test_with_other_words_for_levels_and_points_is_read(self):
        form = read(
            ("考核内容", "考核指标", "目标值", "完成值", "权数", "考评得分"),
            ("产出指标", "培训次数", "5次", "6次", "10", "9"),
        )
        assert texts(form, "level1", "name", "weight", "score") == [("产出指标", "培训次数", "10", "9")]


class TestScores:
    def test_of_the_form_of_the_review_and_the_final_one_stand_side_by_side(self):
        form = read((*HEADER[:6], "自评分", "复核分", "最终得分"), (*RECORD[:6], "10", "9", "8.5"))
        assert texts(form, "score", "reviewed_score", "final_score") == [("10", "9", "8.5")]

    def test_of_a_form_with_none_but_a_final_one_are_its_own(self):
        form = read((*HEADER[:6], "最终得分"), (*RECORD[:6], "9"))
        assert texts(form, "score", "final_score") == [("9", None)]

    def test_that_are_added_up_in_their_cell_are_the_sum_if_it_is_right(self):
        assert (parse_points("2+2+1.5+2=7.5"), parse_points("2+2=7.5"), parse_points("2+2")) == (7.5, None, None)
        form = read(HEADER, (*RECORD[:5], "10", "2+2+1.5+2=7.5", "未达标"))
        assert not told(form, "not-a-number")
        assert not told(form, "shifted-cell")

    def test_of_a_score_alone_in_brackets_are_not_its_number(self):
        """(9.58) was a score of 9.58; accounts print what is negative so."""
        assert (parse_points("（9.58）"), parse_points("（9.58分）"), parse_weight("（10）")) == (None, 9.58, 10.0)
        form = read(HEADER, (*RECORD[:5], "10", "（9.58）", "未达标"))
        assert told(form, "not-a-number")


class TestWeightsOfSeveralLevels:
    def test_leave_each_row_that_of_its_own_level_whatever_the_others_are_called(self):
        header = ("一级指标", "权重", "二级指标", "分值", "三级指标", "分值", "目标值", "得分")
        first = (cell("产出", 2), cell("60", 2), cell("数量", 2), cell("40", 2), "甲", "15", "5次", "14")
        form = read(header, first, ("乙", "25", "5次", "20"), ("效益", "40", "社会", "40", "丙", "40", "5次", "40"))
        assert texts(form, "weight") == [("15",), ("25",), ("40",)]

    def test_in_the_total_row_are_no_number_that_was_left_out(self):
        header = ("一级指标", "权重", "二级指标", "分值", "三级指标", "分值", "目标值", "得分")
        first = (cell("产出", 2), cell("60", 2), cell("数量", 2), cell("60", 2), "甲", "35", "5次", "34")
        form = read(header, first, ("乙", "25", "5次", "25"), ("合计", "60", "", "60", "", "60", "", "59"))
        assert [total and total.text for total in (form.total_weight, form.total_score)] == ["60", "59"]
        assert {one.severity for one in told(form, "unmapped-cell")} == {"info"}

    def test_of_one_row_each_are_those_behind_the_names(self):
        header = ("一级指标", "权重", "二级指标", "分值", "三级指标", "分值", "目标值", "得分")
        form = read(header, ("产出", "60", "数量", "50", "甲", "40", "5次", "40"))
        assert texts(form, "weight") == [("40",)]


def test_a_target_that_was_adjusted_within_the_year_was_judged_by_the_old_one_without_a_word():
    header = ("一级指标", "三级指标", "年初目标值", "年中调整目标值", "实际完成值", "分值", "得分")
    form = read(header, ("产出", "甲", "9次", "7次", "8次", "9", "9"), ("产出", "乙", "9次", "", "9次", "9", "9"))
    assert texts(form, "target") == [("9次",), ("9次",)]
    assert [(one.record_no, one.field) for one in told(form, "column-in-doubt")] == [(1, "target")]
    assert {one.severity for one in told(form, "unmapped-cell")} == {"info"}


def test_adjusted_targets_alone_are_the_targets():
    form = read(("一级指标", "三级指标", "调整后指标值", "实际完成值", "分值"), ("产出", "甲", "7次", "8次", "9"))
    assert texts(form, "target") == [("7次",)]
    assert not told(form, "column-in-doubt")


class TestWeightsInPercent:
    def test_are_points_of_a_hundred(self):
        assert (parse_weight("15%"), parse_weight("15分"), parse_weight("%"), parse_weight("≥5%")) == (
            15,
            15,
            None,
            None,
        )
        form = read(HEADER, (*RECORD[:5], "60%", "60", ""), (*RECORD[:2], "演练", "5次", "5次", "40%", "40", ""))
        assert not told(form, "not-a-number")
        assert not told(form, "weights-in-percent")

    @pytest.mark.parametrize(("first", "second"), [("60%", "40"), ("60%", "50%")])
    def test_that_are_no_shares_of_a_form_are_doubted(self, first, second):
        form = read(HEADER, (*RECORD[:5], first, "60", ""), (*RECORD[:2], "演练", "5次", "5次", second, "40", ""))
        assert [finding.field for finding in told(form, "weights-in-percent")] == ["weight"]

    def test_of_a_budget_alone_are_doubted_for_they_may_be_a_rate(self):
        budget = ("资金", "年初预算数", "全年执行数", "分值", "得分", "", "", "")
        form = read(budget, ("总额", "10", "9", "85.77%", "8.6", "", "", ""), HEADER, RECORD)
        assert [(f.table, f.record_no) for f in told(form, "weights-in-percent")] == [("budgets", 1)]


class TestColumnsOfYears:
    LABELS = (*HEADER[:3], "2021年指标值", "2021年完成值", "2022年指标值", "2022年完成值", "分值", "得分")
    ROW = (*RECORD[:3], "24栋", "23栋", "≥26栋", "27栋", "10", "10")

    def test_give_the_values_of_the_year_of_the_form_and_keep_the_others(self):
        form = read(self.LABELS, self.ROW)
        assert texts(form, "target", "actual", "other_years") == [
            ("≥26栋", "27栋", "2021年指标值：24栋；2021年完成值：23栋")
        ]
        assert not told(form, "column-in-doubt")
        assert not told(form, "unmapped-cell")

    def test_are_those_of_an_earlier_year_where_the_form_is_of_that(self):
        form = read(self.LABELS, self.ROW, subtitle="（2021年度）")
        assert texts(form, "target", "actual") == [("24栋", "23栋")]

    def test_of_none_but_other_years_are_in_doubt(self):
        form = read(self.LABELS, self.ROW, subtitle="（2020年度）")
        assert texts(form, "target", "actual") == [("≥26栋", "27栋")]
        assert {finding.field for finding in told(form, "column-in-doubt")} == {"target", "actual"}

    def test_may_name_the_year_in_a_row_above(self):
        top = (*(cell(label, 2) for label in HEADER[:3]), cell("2021年", 1, 2), cell("2022年", 1, 2))
        form = read((*top, cell("分值", 2), cell("得分", 2)), ("目标值", "完成值", "目标值", "完成值"), self.ROW)
        assert texts(form, "target", "other_years") == [("≥26栋", "2021年目标值：24栋；2021年完成值：23栋")]

    def test_hold_amounts_of_budgets_too(self):
        labels = ("资金", "2021年预算数", "2021年执行数", "2022年预算数", "2022年执行数", "执行率", "", "")
        form = read(labels, ("总额", "455", "430", "502", "471", "93.8%", "", ""), HEADER, RECORD)
        (line,) = form.budgets
        assert line.executed is not None
        assert line.other_years is not None
        assert (line.executed.text, line.other_years.text) == ("471", "2021年预算数：455；2021年执行数：430")


class TestCriteria:
    def test_of_several_columns_are_each_behind_its_label(self):
        form = read((*HEADER[:7], "指标解释", "评分标准"), (*RECORD[:7], "培训的次数", "每少一次扣1分"))
        assert texts(form, "criteria") == [("指标解释：培训的次数；评分标准：每少一次扣1分",)]

    def test_alone_do_not_make_a_row(self):
        form = read(
            (*HEADER[:7], "评分标准"), (*RECORD[:7], "每少一次扣1分"), (*RECORD[:2], "", "", "", "", "", "按实评分")
        )
        assert texts(form, "name", "criteria") == [("培训次数", "每少一次扣1分")]


class TestBudgetsThatLieOnTheirSide:
    FIELDS = (("年初预算数", "480", "6.5"), ("全年执行数", "464", "6.5"), ("执行率", "96.67%", "100%"))

    def amounts(self, form: Form) -> list[tuple[str, ...]]:
        return [
            (
                line.funds.text,
                *(e.text if (e := getattr(line, f)) else "" for f in ("initial", "executed", "execution_rate")),
            )
            for line in form.budgets
        ]

    def test_are_read_under_the_names_of_their_columns(self):
        top = (cell("项目资金（万元）", 4), "", "财政拨款", "其他资金", *("",) * 4)
        rows = [(*row, *("",) * 4) for row in self.FIELDS]
        form = read(top, *rows, HEADER, RECORD)
        assert self.amounts(form)[:2] == [("财政拨款", "480", "464", "96.67%"), ("其他资金", "6.5", "6.5", "100%")]
        assert form.budgets[0].amount_unit == "万元"

    def test_may_have_one_column_without_a_name(self):
        rows = [(*row[:2], *("",) * 6) for row in self.FIELDS]
        form = read(*rows, HEADER, RECORD)
        assert self.amounts(form) == [("", "480", "464", "96.67%")]


class TestBudgetsOfLabelsBesideTheirAmounts:
    BESIDE = cell("预算执行情况（万元）", 3, 2)
    COLUMNS = (BESIDE, cell("预算数：", 1, 2), "210", cell("执行数：", 1, 2), "199.5")
    OF_TREASURY = (cell("其中：财政拨款", 1, 2), "180", cell("其中：财政拨款", 1, 2), "171.5")

    def amounts(self, form: Form) -> list[tuple[str | None, ...]]:
        fields = ("funds", "initial", "adjusted", "executed")
        return [tuple(e if (e := getattr(line, f)) is None else e.text for f in fields) for line in form.budgets]

    def test_by_source_took_what_was_executed_for_another_initial_budget(self):
        form = read(
            self.COLUMNS, self.OF_TREASURY, (cell("其他资金", 1, 2), "30", cell("其他资金", 1, 2), "28"), HEADER, RECORD
        )
        assert self.amounts(form) == [
            ("预算数：", None, "210", "199.5"),
            ("其中：财政拨款", None, "180", "171.5"),
            ("其他资金", None, "30", "28"),
        ]
        assert not {"unmapped-cell", "budgets-do-not-add-up"} & {finding.code for finding in check_form(form, 0.8)}

    def test_by_source_must_add_up(self):
        rest = (cell("其他资金", 1, 2), "30", cell("其他资金", 1, 2), "20")
        form = read(self.COLUMNS, self.OF_TREASURY, rest, HEADER, RECORD)
        assert [(f.record_no, f.field) for f in told(form, "budgets-do-not-add-up")] == [(1, "executed")]

    @pytest.mark.parametrize(
        "first", [COLUMNS, (BESIDE, cell("资金总额", 1, 2), "210", cell("到位资金", 1, 2), "199.5")]
    )
    def test_are_not_taken_where_what_they_are_cannot_be_told(self, first):
        beside = (cell("财政拨款", 1, 2), "180", cell("其他资金", 1, 2), "30")
        below = beside if first is self.COLUMNS else self.OF_TREASURY
        form = read(first, below, ("", "", "", "", "", ""), HEADER, RECORD)
        assert {"180", "30", "171.5"}.isdisjoint(text for line in self.amounts(form) for text in line)
        (left,) = told(form, "unmapped-cell")
        assert (left.severity, left.table) == ("warning", "budgets")

    @pytest.mark.parametrize("label", ["文旅融合经费", "实际到位资金", "下达资金"])
    def test_gave_an_amount_that_nobody_knows_to_the_initial_budget(self, label):
        form = read((cell("资金总额", 1, 2), cell("210", 1, 2), cell(label, 1, 2), cell("199.5", 1, 2)), HEADER, RECORD)
        assert self.amounts(form) == [("资金总额", "210", None, None)]
        (left,) = told(form, "unmapped-cell")
        assert (left.severity, left.table, left.found) == ("warning", "budgets", f"{label}；199.5")

    def test_are_doubted_where_a_label_is_only_like_a_known_one(self):
        form = read(
            (cell("资金总额", 1, 2), cell("210", 1, 2), cell("到位资金", 1, 2), cell("199.5", 1, 2)), HEADER, RECORD
        )
        assert [(f.table, f.record_no, f.field) for f in told(form, "column-in-doubt")] == [("budgets", 2, "initial")]

    def test_that_stand_alone_are_of_the_whole_year_where_their_label_says_so(self):
        assert self.amounts(read((cell("全年预算数", 1, 4), cell("9", 1, 4)), HEADER, RECORD))[0][1:3] == (None, "9")
        assert self.amounts(read((cell("年度预算金额", 1, 4), cell("9", 1, 4)), HEADER, RECORD))[0][1:3] == ("9", None)
        table = ("资金", "全年预算数", "分值", *("",) * 5), ("年度资金总额", "9", "10", *("",) * 5)
        assert self.amounts(read(*table, HEADER, RECORD)) == [("年度资金总额", None, "9", None)]

    def test_were_initial_budgets_whatever_their_labels_said(self):
        amounts = (("资金总额", "10"), ("执行数", "9"), ("上年预算数", "8"))
        form = read(*((cell(label, 1, 4), cell(amount, 1, 4)) for label, amount in amounts), HEADER, RECORD)
        assert self.amounts(form) == [("资金总额", "10", None, None), ("执行数", None, None, "9")]
        assert [(f.severity, f.table) for f in told(form, "unmapped-cell")] == [("warning", "budgets")]


class TestNumbersBelowTheTotal:
    BUDGET = ("项目资金（万元）", "年初预算数", "全年执行数", *("",) * 5), ("年度资金总额", "10", "9", *("",) * 5)
    TOTAL = (cell("总分", 1, 5), "10", "9", "")

    @pytest.mark.parametrize("label", ["最终得分", "上年得分", "结余资金", "固定资产总额", "人员经费（元）"])
    def test_became_lines_of_the_budget_in_its_unit(self, label):
        form = read(*self.BUDGET, HEADER, RECORD, self.TOTAL, (cell(label, 1, 5), cell("93.0", 1, 3)))
        assert [line.funds.text for line in form.budgets] == ["年度资金总额"]
        assert [finding.severity for finding in told(form, "unmapped-cell")] == ["warning"]

    def test_in_a_table_of_their_own_did_too(self):
        rest = (("固定资产总额", "1200.5"), ("人员经费", "345.6"))
        first, second = (
            printed(*self.BUDGET, HEADER, RECORD, self.TOTAL),
            printed(*rest, first=2, title="", subtitle=""),
        )
        (form,) = assemble_forms([*first, *second], "scan")
        assert [line.funds.text for line in form.budgets] == ["年度资金总额"]
        assert len(told(form, "unmapped-cell")) == 1


class TestTheUnitOfAmounts:
    ROWS = ("年初预算数", "全年执行数", *("",) * 5), ("年度资金总额", "10", "9", *("",) * 5), HEADER, RECORD

    def test_was_not_known_with_the_currency_before_it(self):
        form = read(("项目资金", *self.ROWS[0]), *self.ROWS[1:], subtitle="部门名称：水务局 金额单位：人民币元")
        assert [line.amount_unit for line in form.budgets] == ["元"]
        assert form.department.text == "水务局"

    @pytest.mark.parametrize(
        ("head", "column", "line", "above", "unit"),
        [
            ("项目资金（元）", "年初预算数（万元）", "年度资金总额", "（2022年度）", None),
            ("项目资金（元）", "年初预算数", "年度资金总额（万元）", "（2022年度）", "万元"),
            ("项目资金（元）", "年初预算数", "年度资金总额", "部门名称：水务局 单位：万元", "元"),
        ],
    )
    def test_was_the_first_of_two_that_labels_state(self, head, column, line, above, unit):
        rows = (head, column, "全年执行数", *("",) * 5), (line, "10", "9", *("",) * 5)
        form = read(*rows, HEADER, RECORD, subtitle=above)
        assert [one.amount_unit for one in form.budgets] == [unit]
        assert [(f.record_no, f.field) for f in told(form, "amount-unit-mismatch")] == [(1, "amount_unit")]

    def test_that_no_dataset_has_was_dropped_without_a_word(self):
        form = read(("项目资金（千元）", *self.ROWS[0]), *self.ROWS[1:])
        assert [line.amount_unit for line in form.budgets] == [None]
        assert [(f.table, f.field, f.found) for f in told(form, "unknown-unit")] == [("budgets", "amount_unit", "千元")]


class TestBudgetsThatGoAcross:
    def lines(self, *rows: Row) -> list[tuple[str | None, ...]]:
        fields = ("funds", "initial", "executed", "execution_rate", "score")
        form = read(*rows, (*HEADER, "", ""), (*RECORD, "", ""))
        assert not {"unmapped-cell", "column-in-doubt"} & {finding.code for finding in check_form(form, 0.8)}
        assert len(form.indicators) == 1
        return [tuple(e if (e := getattr(line, f)) is None else e.text for f in fields) for line in form.budgets]

    def test_by_source_under_each_amount_are_a_line_for_each_source(self):
        sources = ("合计", "财政资金", "其他资金")
        top = (
            cell("项目资金（万元）", 3, 2),
            cell("年初预算数", 1, 3),
            cell("执行数", 1, 3),
            cell("执行率", 2),
            cell("得分", 2),
        )
        assert self.lines(top, sources * 2, ("100", "80", "20", "90", "75", "15", "90%", "9")) == [
            ("合计", "100", "90", "90%", "9"),
            ("财政资金", "80", "75", "", ""),
            ("其他资金", "20", "15", "", ""),
        ]

    def test_by_amount_under_each_source_are_a_line_for_each_source(self):
        top = (cell("项目资金", 3, 4), *(cell(name, 1, 2) for name in ("资金总额", "财政拨款", "其他资金")))
        assert self.lines(top, ("年初预算数", "全年执行数") * 3, ("100", "90", "80", "75", "20", "15")) == [
            ("资金总额", "100", "90", None, None),
            ("财政拨款", "80", "75", None, None),
            ("其他资金", "20", "15", None, None),
        ]

    def test_without_the_whole_leave_what_is_said_of_it_in_doubt(self):
        top = (cell("项目资金", 3, 4), cell("年初预算数", 1, 2), cell("执行数", 1, 2), cell("执行率", 2, 2))
        rows = top, ("财政资金", "其他资金") * 2, ("80", "20", "75", "15", cell("90%", 1, 2))
        form = read(*rows, (*HEADER, "", ""), (*RECORD, "", ""))
        assert {finding.code for finding in check_form(form, 0.8) if finding.table == "budgets"} >= {"shifted-cell"}

    def test_or_lie_on_their_side_and_are_not_understood_are_not_lost_without_a_word(self):
        funds = ("项目资金（万元）", "合计", "财政拨款", "其他资金", *("",) * 4)
        figures = (("年初预算数", "100", "80", "20"), ("花了多少", "90", "75", "15"))
        form = read(funds, *((*row, *("",) * 4) for row in figures), HEADER, RECORD)
        (left,) = told(form, "unmapped-cell")
        assert left.severity == "warning"
        assert form.budgets == ()


class TestHeadings:
    @pytest.mark.parametrize("label", ["县级主管部门", "地方主管部门", "主管部门名称", "省级主管部门"])
    def test_of_the_department_have_many_forms(self, label):
        form = read(("主管部门编码", "412", label, "清洛市交通局", *("",) * 4), HEADER, RECORD)
        assert form.department.text == "清洛市交通局"

    def test_of_a_department_in_the_capital_are_not_the_forms_own(self):
        form = read(("中央主管部门", "交通运输部", "地方主管部门", "清洛市交通局", *("",) * 4), HEADER, RECORD)
        assert form.department.text == "清洛市交通局"

    def test_end_where_the_next_one_begins_and_a_department_before_a_year(self):
        form = read(HEADER, RECORD, subtitle="单位（公章）：安陵市管理处2022年度自评总分：91分")
        assert (form.department.text, form.total_score and form.total_score.text) == ("安陵市管理处", "91分")

    def test_of_projects_whose_money_is_transferred_are_known(self):
        form = read(("转移支付（项目）名称", "道路补助", "资金使用单位", "公路中心", *("",) * 4), HEADER, RECORD)
        assert (form.project and form.project.text, form.unit and form.unit.text) == ("道路补助", "公路中心")


class TestWhatNoFieldTakes:
    def test_is_a_warning_where_it_is_a_part_of_an_amount(self):
        top = (cell("任务名称", 2), cell("预算数", 1, 3), cell("执行数", 1, 3), cell("执行率", 2))
        parts = ("合计", "财政拨款", "其他资金")
        form = read(top, (*parts, *parts), ("甲", "100", "80", "20", "90", "75", "15", "90%"), HEADER, RECORD)
        found = [finding for finding in told(form, "unmapped-cell") if finding.table == "budgets"]
        assert [finding.severity for finding in found] == ["warning", "warning"]

    def test_is_one_finding_for_each_column(self):
        records = [(*RECORD[:2], f"事项{n}", *RECORD[3:7], f"{n}0%", "是") for n in range(1, 8)]
        form = read((*HEADER[:7], "得分系数", "是否核心指标"), *records)
        found = told(form, "unmapped-cell")
        assert [finding.table for finding in found] == ["indicators", "indicators"]
        assert not told(form, "column-in-doubt")
        assert all(row.deviation is None for row in form.indicators)

    def test_is_one_finding_where_what_stands_in_a_column_contradicts_its_label(self):
        records = [(*RECORD[:2], f"事项{n}", *RECORD[3:5], "很好的", "9", "") for n in range(6)]
        form = read((*HEADER[:5], "指标绩效分数", *HEADER[6:]), *records)
        doubted = [one for one in check_form(form, 0.8) if one.code in ("column-in-doubt", "unmapped-cell")]
        assert [(one.code, one.record_no) for one in doubted] == [("column-in-doubt", None)]

    def test_is_for_information_where_it_is_known_to_be_of_something_else(self):
        form = read((*HEADER[:7], "数据来源"), (*RECORD[:7], "统计年鉴"))
        assert [finding.severity for finding in told(form, "unmapped-cell")] == ["info"]

    def test_is_one_finding_for_a_block_below_the_budget(self):
        management = [(f"管理要求{n}", f"按办法执行，没有第{n}类问题。", *("",) * 6) for n in range(1, 6)]
        budget = ("资金", "年初预算数", "全年执行数", *("",) * 5)
        form = read(budget, ("总额", "10", "9", *("",) * 5), *management, HEADER, RECORD)
        assert len(told(form, "unmapped-cell")) == 1

    def test_is_for_information_where_it_is_a_line_without_figures_or_a_remark(self):
        budget = ("资金", "年初预算数", "全年执行数", *("",) * 5)
        lines = ("总额", "10", "9", *("",) * 5), ("其他资金", *("",) * 7)
        form = read(budget, *lines, HEADER, RECORD, (cell("注：1.其他资金包括自有资金。", 1, 8),))
        assert {finding.severity for finding in told(form, "unmapped-cell")} == {"info"}


class TestLevels:
    def test_are_named_without_the_words_for_their_points(self):
        form = read(HEADER, ("项目绩效（特性指标70分）", *RECORD[1:]))
        assert form.indicators[0].level1.text == "项目绩效"


class TestARowCutInItsTarget:
    """A page break cut 1234.56万元 in two: the row said 1234, and a row of 56 was invented, without a finding."""

    @pytest.mark.parametrize(
        "levels", [("产出指标", "成本指标", "产出指标", "成本指标"), ("产出指标", "成本", "产出指标", "指标")]
    )
    def test_is_joined_where_every_row_within_a_page_has_its_own_points(self, levels):
        whole = [
            ("产出指标", f"{kind}指标", f"指标{kind}", "≥9", "9", "5", "5", "") for kind in ("数量", "质量", "时效")
        ]
        cut = (*levels[:2], "单座工程", "≥1234.", "1240.", "5", "5", "")
        rest = (*levels[2:], "平均造价", "56万元", "33万元", "", "", "")
        pages = [*printed(HEADER, *whole, cut), *printed(rest, *whole, first=2, title="", subtitle="")]
        (form,) = assemble_forms(pages, "scan")
        joined = ("产出指标", "成本指标", "单座工程平均造价", "≥1234.56万元", "1240.33万元")
        assert texts(form, "level1", "level2", "name", "target", "actual")[3] == joined
        assert len(form.indicators) == 7
        assert told(form, "split-row-joined")

    def test_whose_numbers_are_cut_as_well_is_doubted(self):
        """2.43, broken into two lines, was 2.4 on one page and 3 on the next, without a word."""
        whole = [
            ("产出指标", f"{kind}指标", f"指标{kind}", "≥9", "9", "5", "5", "") for kind in ("数量", "质量", "时效")
        ]
        cut = ("产出指标", "成本指标", "价格监测数据报", "≥3200", "2591", "3.0", "2.4", "")
        rest = ("产出指标", "成本指标", "送任务数", "条", "", "0", "3", "")
        pages = [*printed(HEADER, *whole, cut), *printed(rest, *whole, first=2, title="", subtitle="")]
        (form,) = assemble_forms(pages, "scan")
        assert texts(form, "name", "score")[3:5] == [("价格监测数据报", "2.4"), ("送任务数", "3")]
        assert told(form, "split-row-joined")

    def test_is_left_alone_where_rows_within_a_page_have_no_points_either(self):
        whole = [("产出指标", f"{kind}指标", f"指标{kind}", "≥9", "9", "", "", "") for kind in ("数量", "质量", "时效")]
        last = ("产出指标", "成本指标", "造价", "≥12", "12", "5", "5", "")
        first = ("产出指标", "成本指标", "工期", "≥3", "3", "", "", "")
        pages = [*printed(HEADER, *whole, last), *printed(first, *whole, first=2, title="", subtitle="")]
        (form,) = assemble_forms(pages, "scan")
        assert len(form.indicators) == 8


class TestALevelCutByThePage:
    def test_is_joined_with_its_rest(self):
        table = (HEADER, ("满意度", "服务对象满意", "群众满", "≥90%", "95%", "10", "10", ""))
        rest = (("指标（10分）", "度指标", "意度", "", "", "", "", ""), (cell("总分", 1, 5), "10", "10", ""))
        (form,) = assemble_forms([*printed(*table), *printed(*rest, first=2, title="", subtitle="")], "scan")
        assert texts(form, "level1", "level2", "name") == [("满意度指标", "服务对象满意度指标", "群众满意度")]
        assert told(form, "split-row-joined")
