"""Documents that go about with self-evaluations and are none: named for what they are, and never read as goals or
indicators without a word."""

from __future__ import annotations

import pytest

from tests.printed import cell, pages
from tests.scans.tables import Table, TableCell, TableRow
from workbench.errors import InputError
from workbench.form.assemble import assemble_forms
from workbench.model import Form

Row = tuple[str | TableCell, ...]

MONITORING = (
    ("项目名称", cell("水渠清淤", 1, 6)),
    ("一级指标", "二级指标", "三级指标", "年度指标值", "1-7月执行情况", "全年预计完成情况", "完成可能性"),
    ("产出指标", "数量指标", "清淤长度", "≥50公里", "28公里", "52公里", "确定能"),
)
TARGETS = (
    ("主管部门", cell("白鹤县水务局", 1, 3)),
    ("总体目标", cell("完成清淤50公里。", 1, 3)),
    ("一级指标", "二级指标", "三级指标", "指标值"),
    ("产出指标", "数量指标", "清淤长度", "≥50公里"),
)
RUBRIC = (
    ("一级指标", "二级指标", "三级指标", "分值", "评分标准"),
    ("过程", "预算执行", "预算完成率", "10", "100%得满分，每低1%扣0.5分"),
    ("产出", "职责履行", "重点工作完成率", "20", "按完成率计分"),
)
SUMMARY = (
    ("序号", "项目名称", "年度绩效目标", "实际完成情况", "执行率", "自评得分"),
    ("1", "水渠清淤", "清淤50公里。", "清淤52公里。", "98.3%", "96.5"),
    ("2", "村道养护", "养护300公里。", "养护310公里。", "93.3%", "92"),
)
BUDGET = (
    ("科目编码", "科目名称", "预算数", "执行数", "执行率"),
    ("201", "一般公共服务支出", "1,204.50", "1,190.20", "98.8%"),
    ("205", "教育支出", "880.10", "870.00", "98.9%"),
)
SELF_EVALUATION = (
    ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"),
    ("产出指标", "数量指标", "清淤长度", "≥50公里", "52公里", "10"),
)


def read(title: str, rows: tuple[Row, ...], subtitle: str = "（2022年度）") -> list[Form]:
    cells = [tuple(one if isinstance(one, TableCell) else cell(one) for one in row) for row in rows]
    width = sum(one.colspan for one in cells[0])
    return assemble_forms(pages(Table(title, subtitle, (1.0,) * width, tuple(map(TableRow, cells)))), "scan")


@pytest.mark.parametrize(
    ("title", "rows", "said", "indicators"),
    [
        ("项目支出绩效目标执行监控表", MONITORING, "监控表", 1),
        ("项目支出绩效表", MONITORING, "监控表", 1),
        ("项目支出绩效目标申报表", TARGETS, "申报表", 1),
        ("部门整体支出绩效评价指标体系", RUBRIC, "评分标准", 2),
    ],
)
def test_one_with_indicators_is_read_as_what_it_is_and_called_so(title, rows, said, indicators):
    (form,) = read(title, rows)
    (note,) = [note for note in form.notes if note.code == "not-a-self-evaluation"]
    assert said in note.message
    assert len(form.indicators) == indicators
    assert all(row.actual is None for row in form.indicators)


@pytest.mark.parametrize(
    ("title", "subtitle", "rows", "said"),
    [
        ("2022年度项目支出绩效自评结果汇总表", "", SUMMARY, "汇总表"),
        ("项目情况", "部门名称：白鹤县水务局", SUMMARY, "汇总表"),
        ("部门收支预算总表", "", BUDGET, "预算表"),
        ("附表", "", BUDGET, "预算表"),
    ],
)
def test_one_without_is_refused_by_its_name_and_gives_no_goals(title, subtitle, rows, said):
    with pytest.raises(InputError, match=said) as caught:
        read(title, rows, subtitle)
    assert caught.value.reason == "not-a-self-evaluation"


@pytest.mark.parametrize(
    "labels",
    [
        ("年度目标值", "8月末完成值", "年底预计能否完成"),
        ("绩效目标值", "上半年完成值", "预计全年可完成值"),
        ("目标值", "当前完成情况", "能否按期实现"),
    ],
)
def test_monitoring_in_words_of_no_list_was_a_self_evaluation_without_results(labels):
    (form,) = read(
        "绩效跟踪表", (("一级指标", "三级指标", *labels), ("产出指标", "清淤长度", "≥50公里", "28公里", "能"))
    )
    assert ["监控表" in note.message for note in form.notes if note.code == "not-a-self-evaluation"] == [True]


def test_targets_under_any_title_were_a_self_evaluation_without_results():
    (form,) = read("部门预算项目绩效计划", TARGETS)
    assert ["申报表" in note.message for note in form.notes if note.code == "not-a-self-evaluation"] == [True]


def test_targets_beside_a_column_that_may_be_that_of_the_results_are_not_called_targets():
    rows = (("一级指标", "三级指标", "指标值", "实绩"), ("产出指标", "清淤长度", "≥50公里", "52公里"))
    (form,) = read("绩效情况表", rows)
    assert "not-a-self-evaluation" not in {note.code for note in form.notes}


@pytest.mark.parametrize(
    ("title", "rows", "said"),
    [
        (
            "自评情况公示",
            (("单位", "项目", "资金", "自评分数"), ("水务局", "清淤", "100", "96"), ("交通局", "养护", "9", "92")),
            "汇总表",
        ),
        ("附件", (("单位", "项目数", "平均分"), ("水务局", "12", "95.2"), ("交通局", "8", "91.4")), "汇总表"),
        (
            "“三公”经费情况",
            (("项目", "年初数", "决算数"), ("公务接待", "3.2", "1.1"), ("用车", "12", "11.8")),
            "预算表",
        ),
        ("附件", (("收入", "数", "支出", "数"), ("拨款", "12.1", "基本", "8.1"), ("事业", "3", "项目", "4")), "预算表"),
    ],
)
def test_lists_and_budgets_in_words_of_no_list_were_unknown(title, rows, said):
    with pytest.raises(InputError, match=said):
        read(title, rows)


def test_what_is_judged_item_by_item_is_no_list_of_projects():
    rows = (("评价项目", "要求", "得分"), ("值班", "两人", "5"), ("巡查", "每日", "5"))
    with pytest.raises(InputError) as caught:
        read("工作考评", rows)
    assert caught.value.reason == "unknown-form"


def test_a_budget_under_the_name_of_a_department_is_no_self_evaluation_that_was_cut_off():
    rows = (("部门名称", cell("白鹤县水务局", 1, 2)), ("项目", "年初预算数", "全年执行数"), ("基本支出", "500", "505"))
    (form,) = read("部门预算收支总表", rows)
    assert "not-a-self-evaluation" in {note.code for note in form.notes}


@pytest.mark.parametrize("title", ["项目支出绩效自评表", "绩效运行监控及自评表", "预算项目绩效目标申报及自评表"])
def test_a_self_evaluation_is_one_whatever_else_its_title_says(title):
    (form,) = read(title, SELF_EVALUATION)
    assert "not-a-self-evaluation" not in {note.code for note in form.notes}


def test_indicators_about_monitoring_are_no_monitoring():
    (form,) = read("项目绩效评价得分表", (SELF_EVALUATION[0], ("过程", "绩效监控", "进度监控", "是", "是", "2")))
    assert "not-a-self-evaluation" not in {note.code for note in form.notes}


def test_what_nobody_knows_is_still_an_unknown_form():
    with pytest.raises(InputError) as caught:
        read("通讯录", (("姓名", "电话"), ("甲", "000-1")), "")
    assert caught.value.reason == "unknown-form"
