"""Layouts put together after the reconstructor, from habits of provinces, cities and ministries that it had not met."""

from collections.abc import Callable, Sequence

from tests.scans.layouts.pieces import (
    Column,
    beside,
    block,
    body,
    cell,
    grouped_headers,
    labelled,
    level1,
    levels,
    one_goal,
    project_heads,
    row,
    serial_number,
    subtitle,
    target_part,
)
from tests.scans.tables import Table, TableRow, Truth


def hubei_overall(truth: Truth) -> Table:
    """Points of a part stand in its label, each goal has its own block, no column says what a row can score."""
    budget = [
        Column("", "funds"),
        Column("预算数(A)", "adjusted", 2),
        Column("执行数(B)", "executed"),
        Column("执行率(B/A)", "rate"),
        Column("得分（20分×执行率）", "score"),
    ]
    rows = [
        labelled(("单位名称", truth["department"], 6)),
        *block("budgets", budget, truth["budgets"], cell("预算执行情况（万元）（20分）")),
        *(line for goal in truth["goals"] for line in _hubei_goal(truth, goal)),
        row(cell("总分", 6), cell(truth["total"]["score"])),
        labelled(("偏差大或目标未完成原因分析", "部分项目前期论证不充分，实施进度滞后。", 6)),
        labelled(("改进措施及结果应用方案", "将评价结果作为下一年度预算安排的依据。", 6)),
    ]
    return Table(truth["title"], subtitle(truth), (20, 22, 22, 36, 26, 32, 20), tuple(rows))


def _hubei_goal(truth: Truth, goal: Truth) -> list[TableRow]:
    indicators = [*levels(truth), Column("年初目标值(A)", "target"), Column("实际完成值(B)", "actual")]
    records = [record for record in truth["indicators"] if record["goal"] == goal["no"]]
    points = 80 // len(truth["goals"])
    told = labelled((f"年度目标{goal['no']}：（{points}分）", goal["goal"], 6))
    columns = [*indicators, Column("得分", "score")]
    return [told, *block(f"indicators {goal['no']}", columns, records, cell("年度绩效指标"))]


def level_points(truth: Truth) -> Table:
    """Every level has a column of points of its own, and all three are called 分值."""
    budget = [
        Column("资金类别", "funds", 2),
        Column("年初预算数", "initial", 3),
        Column("全年预算数", "adjusted", 2),
        Column("实际支出数", "executed", 3),
        Column("预算执行率", "rate", 2),
    ]
    indicators = [
        Column("一级指标", level1(truth), merged=True),
        Column("分值", _points_of(truth, "level1"), merged=True),
        Column("二级指标", "level2", merged=True),
        Column("分值", _points_of(truth, "level1", "level2"), merged=True),
        Column("三级指标", "name"),
        Column("分值", "weight"),
        Column("指标解释", "description"),
        Column("评价标准", "standard"),
        Column("目标值", "target"),
        Column("实际完成值", "actual"),
        Column("得分", "score"),
        Column("扣分原因", "deviation"),
    ]
    total = truth["total"]
    rows = [
        labelled(("部门名称", truth["department"], 11)),
        *block("budgets", budget, truth["budgets"]),
        labelled(("年度绩效目标", truth["goals"][0]["goal"], 5), ("实际完成情况", truth["goals"][0]["actual"], 5)),
        *block("indicators", indicators, truth["indicators"]),
        row(cell("合计", 5), cell(total["weight"]), cell("", 4), cell(total["score"]), cell("")),
    ]
    widths = (11, 8, 14, 8, 30, 8, 26, 26, 20, 24, 9, 24)
    return Table(truth["title"], subtitle(truth), widths, tuple(rows))


def _points_of(truth: Truth, *keys: str) -> Callable[[Truth], str]:
    """The points of all indicators of a level, as the merged cell beside the level's name prints them."""

    def text(record: Truth) -> str:
        same = [other for other in truth["indicators"] if all(other[key] == record[key] for key in keys)]
        numbers = [float(other["weight"]) for other in same if other["weight"][:1].isdigit()]
        return f"{sum(numbers):g}"

    return text


def combined_levels(truth: Truth) -> Table:
    """A number before each row, two levels in one cell, the unit of the target behind the figures."""
    budget = [
        Column("", "funds", 3),
        Column("年初预算数", "initial"),
        Column("全年预算数(A)", "adjusted", 2),
        Column("全年执行数(B)", "executed"),
        Column("分值", "weight"),
        Column("执行率(B/A)", "rate"),
        Column("得分", "score"),
    ]
    indicators = [
        serial_number(truth),
        Column("一级/二级指标", lambda record: f"{record['level1']}-{record['level2']}"),
        Column("指标名称", "name"),
        Column("目标值", _sign_and_number),
        Column("完成值", "actual"),
        Column("计量单位", target_part(2)),
        Column("完成率", "completion"),
        Column("权重", "weight"),
        Column("自评得分", "score"),
        Column("偏差原因及改进措施", "deviation"),
    ]
    total = truth["total"]
    rows = [
        labelled(("项目名称", truth["project"], 10)),
        labelled(("主管部门", truth["department"], 10)),
        labelled(("实施单位", truth["unit"], 10)),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        *one_goal(truth, 11, ("年初设定目标", "年度总体目标完成情况")),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
        row(cell("合计", 8), cell(total["weight"]), cell(total["score"]), cell("")),
    ]
    widths = (12, 8, 26, 32, 18, 24, 13, 13, 10, 11, 26)
    return Table(truth["title"], subtitle(truth), widths, tuple(rows))


def _sign_and_number(record: Truth) -> str:
    return "".join(target_part(part, no_sign="")(record) for part in (0, 1))


def budget_below(truth: Truth) -> Table:
    """Points before figures, and the budget under the total; people sign at the foot."""
    indicators = [
        *levels(truth),
        Column("分值", "weight"),
        Column("得分", "score"),
        Column("指标值", "target"),
        Column("完成值", "actual"),
        Column("评分标准", "standard"),
        Column("未完成原因", "deviation"),
    ]
    budget = [
        Column("资金来源", "funds", 2),
        Column("预算数（万元）", "adjusted", 3),
        Column("执行数（万元）", "executed", 3),
        Column("执行率", "rate"),
    ]
    total = truth["total"]
    rows = [
        *project_heads(truth, 9),
        *one_goal(truth, 9, ("年度绩效目标", "目标完成情况"), "绩效目标"),
        *block("indicators", indicators, truth["indicators"]),
        row(cell("合计", 3), cell(total["weight"]), cell(total["score"]), cell("", 4)),
        *block("budgets", budget, truth["budgets"]),
        labelled(("填表人", "赵某某", 4), ("联系电话", "0250-0000000", 3)),
        row(cell("注：1.得分保留两位小数。2.定性指标按达成、部分达成、未达成三档计分。", 9)),
    ]
    return Table(truth["title"], subtitle(truth), (15, 17, 34, 11, 11, 20, 26, 26, 26), tuple(rows))


def shaanxi_overall(truth: Truth) -> Table:
    """A budget by task, its amounts split by source under a two-row header, the sum in the last line."""
    amounts = [("全年预算数（万元）", _by_source("adjusted")), ("全年执行数（万元）", _by_source("executed"))]
    others = [Column("分值", "weight"), Column("执行率", "rate"), Column("得分", "score")]
    names = [Column("任务名称", "funds"), Column("主要内容", lambda line: "按计划开展" if line["rate"] else "")]
    headers = grouped_headers("budgets", [*names, *amounts, *others])
    budget = [*names, *(column for _, under in amounts for column in under), *others]
    spans = (2, 2, 1, 1, 2, 1, 1, 1)
    labels = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "未完成原因分析")
    keys = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")
    indicators = [
        Column(label, key, span, merged=key in ("level1", "level2"))
        for label, key, span in zip(labels, keys, spans, strict=True)
    ]
    total = truth["total"]
    rows = [
        labelled(("部门（单位）名称", truth["department"], 11)),
        *beside(
            cell("年度主要任务完成情况"),
            [*headers, *body("budgets", budget, truth["budgets"])],
        ),
        *one_goal(truth, 12, ("预期目标（年初设定）", "目标实际完成情况"), "年度总体目标完成情况"),
        *block("indicators", indicators, truth["indicators"], cell("年度绩效指标")),
        row(cell("总分", 9), cell(total["weight"]), cell(total["score"]), cell("")),
    ]
    widths = (12, 20, 20, 16, 16, 30, 22, 14, 14, 10, 12, 26)
    return Table(truth["title"], subtitle(truth), widths, tuple(rows))


def _by_source(key: str) -> list[Column]:
    return [Column("总额", key), Column("财政拨款", key), Column("其他资金", lambda line: "0")]


def four_levels(truth: Truth) -> Table:
    """The fourth level names the indicators; the third is merged over theirs."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算金额", "initial", 2),
        Column("实际支出金额", "executed", 2),
        Column("支出进度", "rate", 2),
        Column("结余原因", "deviation", 1),
    ]
    indicators = [
        Column("一级指标", level1(truth), merged=True),
        Column("二级指标", "level2", merged=True),
        Column("三级指标", lambda record: f"{record['level2'].removesuffix('指标')}完成情况", merged=True),
        Column("四级指标", "name"),
        Column("目标值", "target"),
        Column("完成值", "actual"),
        Column("权重", "weight"),
        Column("得分", "score"),
        Column("未完成原因", "deviation"),
    ]
    total = truth["total"]
    rows = [
        labelled(
            ("专项资金名称", truth["project"], 3), ("主管部门", truth["department"], 2), ("填报单位", truth["unit"], 1)
        ),
        *block("budgets", budget, truth["budgets"]),
        labelled(("总体目标", truth["goals"][0]["goal"], 8)),
        labelled(("总体目标完成情况", truth["goals"][0]["actual"], 8)),
        *block("indicators", indicators, truth["indicators"]),
        row(cell("自评总分", 6), cell(total["weight"]), cell(total["score"]), cell("")),
        labelled(("自评结论", "\n".join(truth["conclusion"]), 8)),
    ]
    return Table(
        truth["title"], f"{subtitle(truth)}　金额单位：万元", (14, 15, 18, 32, 20, 24, 11, 11, 28), tuple(rows)
    )


def labels_in_cells(truth: Truth) -> Table:
    """The title is a row of the table, headings and values share their cells, amounts stand beside their labels."""
    (budget,) = truth["budgets"]
    goal = truth["goals"][0]
    indicators = [
        *levels(truth, names="指标内容"),
        Column("标准分", "weight"),
        Column("自评分", "score"),
        Column("计划指标值", "target"),
        Column("实际完成指标值", "actual"),
        Column("评分依据", "standard"),
    ]
    total = truth["total"]
    rows = [
        row(cell(truth["title"], 8)),
        row(cell(f"{truth['year']}年度", 8)),
        row(cell(f"项目名称：{truth['project']}", 8)),
        row(cell(f"主管部门：{truth['department']}", 3), cell(f"实施单位：{truth['unit']}", 5)),
        row(
            cell("预算数（元）", 2),
            cell(budget["adjusted"]),
            cell("执行数（元）"),
            cell(budget["executed"], 2),
            cell("执行率"),
            cell(budget["rate"]),
        ),
        labelled(("年度绩效目标", _bullets(goal["goal"]), 2), ("完成情况", _bullets(goal["actual"]), 4)),
        *block("indicators", indicators, truth["indicators"]),
        row(cell("合计", 3), cell(total["weight"]), cell(total["score"]), cell("", 3)),
        row(cell("评价等级"), cell("优（90分以上）", 7)),
    ]
    return Table("", "", (17, 17, 36, 15, 13, 24, 28, 30), tuple(rows))


def _bullets(text: str) -> str:
    """Each sentence on a line of its own, as the truth has it."""
    return text.replace("。", "。\n").strip()


def two_row_headers(truth: Truth) -> Table:
    """Both headers have two rows: figures under 指标值, points under 评分情况."""
    budget = [
        Column("资金性质", "funds", 2),
        Column("年初预算", "initial"),
        Column("调整后预算", "adjusted"),
        Column("支出数", "executed"),
        Column("支出率", "rate"),
        Column("分值", "weight"),
        Column("得分", "score"),
        Column("未完成原因", "deviation"),
    ]
    groups = (
        ("绩效指标", levels(truth)),
        ("指标值", [Column("目标值", "target"), Column("完成值", "actual"), Column("完成率", "completion")]),
        ("评分情况", [Column("分值", "weight"), Column("自评得分", "score")]),
    )
    reason = Column("偏差原因及改进措施", "deviation")
    columns = [*(column for _, under in groups for column in under), reason]
    headers = grouped_headers("indicators", [*groups, reason])
    total = truth["total"]
    rows = [
        labelled(("项目名称", truth["project"], 9)),
        labelled(("主管部门", truth["department"], 4), ("实施单位", truth["unit"], 4)),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        labelled(("年度总体目标", truth["goals"][0]["goal"], 9)),
        *beside(cell("绩效指标完成情况"), [*headers, *body("indicators", columns, truth["indicators"])]),
        row(cell("总分", 7), cell(total["weight"]), cell(total["score"]), cell("")),
        labelled(("单位负责人", "钱某某", 3), ("填报人", "孙某某", 2), ("填报日期", "2月20日", 2)),
    ]
    return Table(truth["title"], subtitle(truth), (13, 14, 16, 32, 22, 26, 13, 11, 12, 26), tuple(rows))


def explained_columns(truth: Truth) -> Table:
    """Columns that explain an indicator stand between its name and its figures; the budget earns twenty points."""
    budget = [
        Column("资金来源", "funds", 2),
        Column("年初预算安排", "initial"),
        Column("调整后预算金额", "adjusted"),
        Column("实际支出金额", "executed", 2),
        Column("预算执行率", "rate"),
        Column("分值（20分）", "weight", 2),
        Column("自评得分", "score", 2),
    ]
    indicators = [
        serial_number(truth),
        *levels(truth, names="三级指标名称"),
        Column("指标说明", "description"),
        Column("计算公式", "method"),
        Column("数据来源", lambda record: "统计年报"),
        Column("年度目标值", "target"),
        Column("全年完成值", "actual"),
        Column("指标权重", "weight"),
        Column("自评得分", "score"),
        Column("未完成原因分析", "deviation"),
    ]
    total = truth["total"]
    rows = [
        labelled(("项目名称", truth["project"], 5), ("项目主管部门", truth["department"], 5)),
        labelled(("项目实施单位", truth["unit"], 5), ("项目类型", "延续性项目", 5)),
        *block("budgets", budget, truth["budgets"], cell("预算执行情况（万元）")),
        *one_goal(truth, 12, ("预期绩效目标", "实际完成情况"), "总体绩效目标"),
        *block("indicators", indicators, truth["indicators"]),
        row(cell("总计", 9), cell(total["weight"]), cell(total["score"]), cell("")),
    ]
    widths = (9, 14, 16, 30, 26, 26, 16, 20, 26, 11, 11, 26)
    return Table(truth["title"], subtitle(truth), widths, tuple(rows))


def total_first(truth: Truth) -> Table:
    """The sum of all points stands above the indicators; the deviation is a figure, its reason and its remedy apart."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算数", "initial"),
        Column("调整后预算数(A)", "adjusted"),
        Column("实际执行数(B)", "executed"),
        Column("执行率(B/A)", "rate"),
        Column("权重", "weight"),
        Column("得分", "score"),
        Column("备注", lambda line: "", 2),
    ]
    indicators: Sequence[Column] = [
        *levels(truth),
        Column("预期指标值", "target"),
        Column("实际完成指标值", "actual"),
        Column("指标完成比例", "completion"),
        Column("权重", "weight"),
        Column("得分", "score"),
        Column("偏差原因", "deviation"),
        Column("改进措施", lambda record: "加强调度" if record["deviation"] else ""),
    ]
    total = truth["total"]
    rows = [
        labelled(("项目名称", truth["project"], 4), ("主管部门", truth["department"], 4)),
        labelled(("实施单位", truth["unit"], 4), ("评价年度", str(truth["year"]), 4)),
        *block("budgets", budget, truth["budgets"]),
        row(cell("总分", 6), cell(total["weight"]), cell(total["score"]), cell("", 2)),
        *one_goal(truth, 10, ("年度绩效目标", "绩效目标完成情况")),
        *block("indicators", indicators, truth["indicators"]),
    ]
    return Table(truth["title"], "", (14, 16, 34, 22, 26, 13, 10, 10, 24, 20), tuple(rows))
