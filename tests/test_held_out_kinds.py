"""Kinds of layouts that forms of `benchmarks.held_out` showed, each in a form of other words."""

from __future__ import annotations

import pytest

from tests.printed import cell, pages
from tests.scans.tables import Table, TableRow
from tests.test_any_form import printed, read, texts, told
from workbench.errors import InputError
from workbench.form.assemble import assemble_forms
from workbench.form.lexicon import match_label


class TestRowsOverTheWidthOfAList:
    HEADER = ("考评内容", "评分办法", "完成情况", "标准分", "自评分")

    def test_name_the_level_of_the_rows_below(self):
        form = read(
            self.HEADER,
            (cell("（一）产出指标（30分）", colspan=5),),
            ("植树", "少一株扣1分", "300株", "20", "20"),
            ("浇水", "少一次扣1分", "9次", "10", "9"),
            (cell("（二）效益指标（10分）", colspan=5),),
            ("成活率", "低于九成不得分", "93%", "10", "10"),
        )
        assert texts(form, "level1", "name") == [("产出指标", "植树"), ("产出指标", "浇水"), ("效益指标", "成活率")]
        assert form.unmapped == ()

    def test_hold_for_rows_on_the_next_page(self):
        rows = [
            self.HEADER,
            (cell("一、产出指标", colspan=5),),
            ("植树", "少一株扣1分", "300株", "20", "20"),
            ("浇水", "少一次扣1分", "9次", "10", "9"),
        ]
        table = [TableRow(tuple(one if not isinstance(one, str) else cell(one) for one in row)) for row in rows]
        content = pages(Table("绩效自评表", "（2022年度）", (1.0,) * 5, tuple(table)), [3], header=False)
        (form,) = assemble_forms(content, "scan")
        assert texts(form, "level1", "name") == [("产出指标", "植树"), ("产出指标", "浇水")]

    def test_name_both_levels_where_parts_have_parts(self):
        form = read(
            self.HEADER,
            (cell("一、产出指标（30分）", colspan=5),),
            (cell("（一）数量指标（20分）", colspan=5),),
            ("植树", "少一株扣1分", "300株", "20", "20"),
            (cell("（二）质量指标（10分）", colspan=5),),
            ("浇水", "少一次扣1分", "9次", "10", "9"),
            (cell("二、效益指标（10分）", colspan=5),),
            ("成活率", "低于九成不得分", "93%", "10", "10"),
        )
        assert texts(form, "level1", "level2") == [("产出指标", "数量指标"), ("产出指标", "质量指标"), ("效益指标", "")]

    def test_that_are_remarks_name_none(self):
        remark = (cell("备注：按季度考核。", colspan=5),)
        record = ("植树", "少一株扣1分", "300株", "20", "20")
        assert texts(read(self.HEADER, remark, record), "level1") == [("",)]


def test_goals_under_a_label_of_no_list_were_left_out():
    form = read(
        (cell("年度工作目标", rowspan=2), cell("拟达到的程度", colspan=4), cell("完成情况", colspan=3)),
        (cell("修好三座桥。", colspan=4), cell("修好两座。", colspan=3)),
        ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"),
        ("产出指标", "数量指标", "修桥座数", "3座", "2座", "10", "7", ""),
    )
    assert [(one.goal.text, one.actual and one.actual.text) for one in form.goals] == [("修好三座桥。", "修好两座。")]
    assert [one.field for one in told(form, "column-in-doubt")] == ["goal"]


def test_columns_under_one_label_of_criteria_were_four_findings():
    form = read(
        (
            *(cell(one, rowspan=2) for one in ("一级指标", "三级指标", "指标值", "完成值", "得分")),
            cell("评分标准", colspan=2),
        ),
        ("达标", "不达标"),
        ("产出指标", "修桥座数", "3座", "2座", "7", "3座", "少于3座"),
    )
    assert texts(form, "criteria") == [("达标：3座；不达标：少于3座",)]
    assert form.unmapped == ()


def test_points_of_the_budget_called_as_those_of_indicators_were_lost():
    form = read(
        ("资金来源", "全年预算数", "全年执行数", "执行率", "标准分值", "考评分"),
        ("合计", "10", "9", "90%", "10", "9"),
        ("一级指标", "三级指标", "指标值", "完成值", "标准分值", "考评分"),
        ("产出指标", "修桥座数", "3座", "3座", "90", "90"),
    )
    assert [(one.weight and one.weight.text, one.score and one.score.text) for one in form.budgets] == [("10", "9")]


def test_a_total_that_counts_every_task_of_the_budget_was_a_contradiction():
    content = printed(
        ("任务名称", "全年预算数", "全年执行数", "执行率", "分值", "得分"),
        ("修桥", "10", "9", "90%", "5", "4.5"),
        ("铺路", "10", "10", "100%", "5", "5"),
        ("一级指标", "三级指标", "指标值", "完成值", "分值", "得分"),
        ("产出指标", "修桥座数", "3座", "3座", "90", "90"),
        (cell("总分", colspan=4), "100", "99.5"),
    )
    (form,) = assemble_forms(content, "scan")
    assert not told(form, "weights-do-not-add-up")
    assert not told(form, "scores-do-not-add-up")


class TestLevelsUnderLabelsOfNoList:
    HEADER = ("类型", "指标项", "具体指标", "计划完成值", "实际完成值", "分值", "得分")
    ROWS = (
        (cell("建设类", 3), cell("规模", 2), "修渠长度", "≥5公里", "6公里", "30", "30"),
        ("修桥座数", "3座", "3座", "30", "30"),
        ("品质", "验收合格率", "100%", "100%", "20", "20"),
        ("民意类", "村民评价", "村民满意率", "≥90%", "92%", "20", "20"),
    )

    def test_were_no_levels_and_their_names_were_targets(self):
        form = read(self.HEADER, *self.ROWS)
        assert texts(form, "level1", "level2", "name", "target") == [
            ("建设类", "规模", "修渠长度", "≥5公里"),
            ("建设类", "规模", "修桥座数", "3座"),
            ("建设类", "品质", "验收合格率", "100%"),
            ("民意类", "村民评价", "村民满意率", "≥90%"),
        ]
        assert {finding.field for finding in told(form, "column-in-doubt")} == {"level1", "level2", "target"}

    def test_are_none_where_each_row_has_words_of_its_own(self):
        rows = [
            (f"{n}处", f"第{n}标段", f"指标{name}", "≥5公里", "6公里", "3", "3") for n, name in enumerate("甲乙丙丁")
        ]
        assert texts(read(self.HEADER, *rows), "level1", "level2")[0] == ("", "")

    def test_a_column_of_types_with_types_in_it_stays_one(self):
        header = ("指标类型", "二级指标", "具体指标", "年度指标值", "实际完成值", "分值", "得分")
        form = read(header, ("定量", "数量指标", "修渠长度", "≥5公里", "6公里", "30", "30"))
        assert texts(form, "level1", "name") == [("", "修渠长度")]


def test_a_label_that_is_like_a_known_one_is_doubted_in_a_files_own_text():
    header = ("一级指标", "二级指标", "三级指标", "年度指标植", "实际完成值", "分值", "得分")
    form = read(header, ("产出指标", "数量指标", "修渠长度", "≥5公里", "6公里", "30", "30"))
    assert texts(form, "target") == [("≥5公里",)]
    assert [(f.table, f.field, f.severity) for f in told(form, "column-in-doubt")] == [
        ("indicators", "target", "warning")
    ]


def test_marks_and_shares_of_points_are_columns_known_to_be_of_something_else():
    header = ("一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分系数（%）", "得分", "是否核心指标")
    form = read(header, ("产出指标", "修渠长度", "≥5公里", "6公里", "30", "100", "30", "是"))
    assert [found.severity for found in told(form, "unmapped-cell")] == ["info", "info"]


def test_the_left_of_two_columns_with_labels_like_one_field_was_that_field():
    header = ("一级指标", "二级指标", "三级指标", "年度指标植", "年度指标直", "分值", "得分")
    form = read(header, ("产出指标", "数量指标", "修渠长度", "≥5公里", "≥6公里", "30", "28"))
    assert texts(form, "target") == [("",)]
    assert [found.found for found in told(form, "column-in-doubt")] == ["年度指标植", "年度指标直"]


class TestPointsBesideTheNamesOfLevels:
    LEAVES = ("名称", "分值") * 3
    ROWS = (
        (cell("投入", 2), cell("15", 2), cell("配置", 2), cell("15", 2), "在编人员控制率", "5", "5"),
        ("重点支出安排率", "10", "9"),
        ("过程", "40", "执行", "40", "预算完成率", "40", "38"),
    )
    LEVELS = (("投入", "配置", "在编人员控制率", "5"), ("投入", "配置", "重点支出安排率", "10"))

    def form(self, *heads: str):
        return read((*(cell(head, 1, 2) for head in heads), cell("自评得分", 2)), self.LEAVES, *self.ROWS)

    @pytest.mark.parametrize("heads", [("一级指标", "二级指标", "三级指标"), ("大类", "中类", "三级指标")])
    def test_names_under_one_label_were_no_levels_and_no_finding_said_so(self, heads):
        form = self.form(*heads)
        assert texts(form, "level1", "level2", "name", "weight")[:2] == list(self.LEVELS)
        assert texts(form, "level1", "level2")[2] == ("过程", "执行")
        assert "名称" not in "".join(found.message for found in told(form, "unmapped-cell"))

    def test_names_of_a_level_that_has_no_place_are_a_warning(self):
        row = (cell("投入", 2), cell("配置", 2), cell("人员", 2), "在编人员控制率", "5", "5"), ("安排率", "10", "9")
        head = (
            *(cell(one, 1, 1) for one in ("大类", "中类", "小类", "三级指标")),
            cell("分值", 2),
            cell("自评得分", 2),
        )
        form = read(head, ("名称",) * 4, *row)
        assert [(found.severity, "名称" in found.message) for found in told(form, "unmapped-cell")] == [
            ("warning", True)
        ]


class TestPointsBehindNames:
    def test_of_a_table_without_a_column_for_them_were_lost(self):
        form = read(
            ("一级指标", "二级指标", "三级指标", "得分"),
            ("决策（20分）", "目标（20分）", "明确性（12.5分）", "11"),
            ("产出（80分）", "数量（80分）", "修桥座数（2021）", "60"),
        )
        assert texts(form, "level1", "name", "weight") == [
            ("决策", "明确性（12.5分）", "12.5"),
            ("产出", "修桥座数（2021）", None),
        ]

    def test_do_not_count_beside_a_column_of_weights(self):
        form = read(("一级指标", "三级指标", "分值", "得分"), ("决策", "明确性（5分）", "6", "6"))
        assert texts(form, "weight") == [("6",)]


class TestListsInWordsThatNobodyKnows:
    HEADER = ("维度", "类目", "事项", "权重", "当年任务", "当年实绩", "评定", "失分原因")
    ROWS = (
        (cell("惠民", 2), cell("规模", 2), "入户次数", "60", "24次", "26次", "60", ""),
        ("讲座场次", "20", "6场", "5场", "17", "场地停用"),
        ("口碑", "评价", "家长满意率", "20", "90%", "95%", "20", ""),
    )

    def test_were_refused_though_points_and_reasons_said_what_they_are(self):
        form = read(self.HEADER, *self.ROWS)
        assert texts(form, "level1", "level2", "name", "weight", "deviation") == [
            ("惠民", "规模", "入户次数", "60", ""),
            ("惠民", "规模", "讲座场次", "20", "场地停用"),
            ("口碑", "评价", "家长满意率", "20", ""),
        ]
        assert {"level1", "level2", "name"} <= {found.field for found in told(form, "column-in-doubt")}
        assert {found.severity for found in told(form, "unmapped-cell")} == {"warning"}

    def test_are_none_without_points_below_the_labels(self):
        rows = [tuple("未评" if piece in ("60", "20", "17") else piece for piece in row) for row in self.ROWS]
        with pytest.raises(InputError):
            read(self.HEADER, *rows)

    def test_are_none_where_nothing_but_points_is_known(self):
        header = ("维度", "类目", "事项", "权重", "当年任务", "当年实绩", "评定", "其余")
        with pytest.raises(InputError):
            read(header, *self.ROWS)


def test_amounts_of_one_budget_in_two_rows_of_labels_were_two_budgets_and_that_of_the_year_before_its_amount():
    form = read(
        (cell("年初预算数（元）", 1, 2), "300", cell("上年预算数（元）", 1, 2), "280"),
        (cell("预算执行数（元）", 1, 2), "291", cell("预算执行率（%）", 1, 2), "97.00"),
        ("一级指标", "二级指标", "三级指标", "指标值", "完成值", "得分"),
        ("产出指标", "数量指标", "修桥座数", "3座", "3座", "90"),
    )
    (budget,) = form.budgets
    assert [budget.initial and budget.initial.text, budget.executed and budget.executed.text] == ["300", "291"]
    assert budget.execution_rate is not None and budget.execution_rate.text == "97.00"
    assert budget.adjusted is None
    assert [found.found for found in told(form, "unmapped-cell")] == ["280"]


def test_a_second_row_of_the_same_labels_is_another_budget():
    form = read(
        (cell("年初预算数", 1, 2), "300", cell("执行数", 1, 2), "291"),
        (cell("年初预算数", 1, 2), "20", cell("执行数", 1, 2), "19"),
        ("一级指标", "二级指标", "三级指标", "指标值", "完成值", "得分"),
        ("产出指标", "数量指标", "修桥座数", "3座", "3座", "90"),
    )
    assert [budget.initial and budget.initial.text for budget in form.budgets] == ["300", "20"]


def test_the_score_below_a_line_of_one_source_was_that_sources():
    """The points stand in no line's rows; none may have them rather than the wrong one."""
    form = read(
        (cell("年初预算数", 1, 2), "300", cell("执行数", 1, 2), "291"),
        (cell("其中：财政拨款", 1, 2), "200", cell("其中：财政拨款", 1, 2), "191"),
        (cell("分值", 1, 3), cell("10", 1, 3)),
        (cell("得分", 1, 3), cell("9.7", 1, 3)),
        ("一级指标", "二级指标", "三级指标", "指标值", "完成值", "得分"),
        ("产出指标", "数量指标", "修桥座数", "3座", "3座", "90"),
    )
    assert [(budget.weight, budget.score) for budget in form.budgets] == [(None, None), (None, None)]
    assert [found.found for found in told(form, "unmapped-cell")] == ["10；9.7"]


def test_a_label_that_is_only_like_a_scores_was_the_score_beside_one_that_is_built_like_it():
    header = ("一级指标", "三级指标", "考核点", "指标值", "完成值", "满分", "自评")
    form = read(header, ("产出指标", "修桥座数", "按图施工", "3座", "3座", "60", "59"))
    assert texts(form, "name", "score") == [("修桥座数", "59")]


@pytest.mark.parametrize(("before", "target"), [((), "24次"), (("年度目标", "实现"), "20次")])
def test_goals_behind_the_names_are_targets_where_there_are_no_others(before, target):
    label, text = ("指标值", "20次") if before else ("年度目标", "24次")
    header, row = ("一级指标", "三级指标", label, "年度实现", "自评"), ("产出指标", "入户次数", text, "26次", "60")
    form = read((*before[:1], *header), (*before[1:], *row))
    assert texts(form, "name", "target", "actual", "score") == [("入户次数", target, "26次", "60")]


@pytest.mark.parametrize(
    ("label", "table", "field"),
    [
        ("扣分说明", "indicators", "deviation"),
        ("扣分标准", "indicators", "method"),
        ("扣分", "indicators", "deducted"),
        ("年度实现", "indicators", "actual"),
        ("实施进度", "indicators", "actual"),
        ("完成进度", "indicators", "completion_rate"),
        ("单项完成率", "indicators", "completion_rate"),
        ("上年实现", "indicators", "prior"),
        ("自评", "indicators", "score"),
        ("自评说明", "indicators", "description"),
        ("批复金额", "budgets", "initial"),
        ("资金计划", "budgets", "initial"),
        ("资金到位", "budgets", "received"),
        ("工作任务", "budgets", "funds"),
        ("被评价单位", "heading", "department"),
        ("用款单位", "heading", "unit"),
        ("具体实施处室", "heading", "unit"),
        ("绩效等级", "heading", "other"),
        ("自评时间", "heading", "date"),
    ],
)
def test_labels_that_are_built_like_known_ones(label, table, field):
    assert match_label(label, table) == field
