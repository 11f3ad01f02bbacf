"""Layouts chosen for the trouble they make: what regions do to the central template when nobody stops them."""

from tests.scans.layouts.pieces import (
    Column,
    block,
    cell,
    labelled,
    levels,
    one_goal,
    project_heads,
    row,
    subtitle,
)
from tests.scans.layouts.regions import REASON
from tests.scans.tables import CENTRAL_WIDTHS, Table, TableRow, Truth

GOAL_LABELS = ("预期目标", "实际完成情况")
LEFT_OVER = ("指标1：", "指标2：", "……")


def no_weights(truth: Truth) -> Table:
    """No points anywhere, and so no total."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算数", "initial"),
        Column("全年预算数(A)", "adjusted"),
        Column("全年执行数(B)", "executed"),
        Column("执行率(B/A)", "rate"),
    ]
    indicators = [
        *levels(truth),
        Column("年度指标值", "target"),
        Column("实际完成值", "actual"),
        Column(REASON, "deviation"),
    ]
    rows = [
        *project_heads(truth, 7),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        *one_goal(truth, 7, GOAL_LABELS),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
        labelled(("自评结论", "\n".join(truth["conclusion"]), 6)),
    ]
    return Table(truth["title"], subtitle(truth), (14, 15, 18, 36, 26, 34, 32), tuple(rows))


def extra_columns(truth: Truth) -> Table:
    """Columns that the dataset has no place for stand between those that it has."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算数", "initial"),
        Column("全年预算数(A)", "adjusted"),
        Column("全年执行数(B)", "executed", 2),
        Column("分值", "weight"),
        Column("执行率(B/A)", "rate", 2),
        Column("得分", "score"),
        Column("备注", lambda line: "", 2),
    ]
    indicators = [
        *levels(truth, names="指标名称"),
        Column("目标值", "target"),
        Column("完成值", "actual"),
        Column("完成率", "completion"),
        Column("分值", "weight"),
        Column("评分标准", "standard"),
        Column("得分计算方法", "method"),
        Column("得分", "score"),
        Column(REASON, "deviation"),
        Column("备注", "note"),
    ]
    total = truth["total"]
    rows = [
        *project_heads(truth, 13),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        *one_goal(truth, 13, GOAL_LABELS),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
        row(cell("总分", 7), cell(total["weight"]), cell("", 2), cell(total["score"]), cell("", 2)),
    ]
    widths = (13, 14, 17, 34, 22, 26, 15, 12, 24, 24, 12, 30, 18)
    return Table(truth["title"], subtitle(truth), widths, tuple(rows))


def repeated_labels(truth: Truth) -> Table:
    """The levels are printed on every row, nothing is merged."""
    return _central(truth, merged=False)


def goal_blocks(truth: Truth) -> Table:
    """Each goal has a heading row, a header and indicators of its own."""
    budget = [
        Column("", "funds"),
        Column("年初预算数", "initial"),
        Column("全年预算数(A)", "adjusted"),
        Column("全年执行数(B)", "executed"),
        Column("分值", "weight"),
        Column("得分", "score"),
        Column("执行率(B/A)", "rate", 2),
    ]
    total = truth["total"]
    rows = [
        labelled(("部门名称", truth["department"], 7)),
        *block("budgets", budget, truth["budgets"]),
        labelled((REASON, truth["budgets"][0]["deviation"], 7)),
        *(line for goal in truth["goals"] for line in _goal_block(truth, goal)),
        row(cell("总分", 5), cell(total["weight"]), cell(total["score"]), cell("")),
        labelled(("自评结论", "\n".join(truth["conclusion"]), 7)),
    ]
    return Table(truth["title"], subtitle(truth), (22, 20, 36, 24, 32, 14, 14, 32), tuple(rows))


def _goal_block(truth: Truth, goal: Truth) -> list[TableRow]:
    number = goal["no"]
    indicators = [
        *levels(truth),
        Column("年度指标值", "target"),
        Column("实际完成值", "actual"),
        Column("分值", "weight"),
        Column("得分", "score"),
        Column(REASON, "deviation"),
    ]
    records = [record for record in truth["indicators"] if record["goal"] == number]
    told = labelled((f"绩效目标{number}", goal["goal"], 3), ("实际完成情况", goal["actual"], 3))
    # A section of its own for each goal: over a page break only its own header is printed again.
    return [told, *block(f"indicators {number}", indicators, records)]


def swapped_columns(truth: Truth) -> Table:
    """Executed before budgeted, achieved before wanted, points earned before points to earn."""
    return _central(truth, swapped=True)


def template_leftovers(truth: Truth) -> Table:
    """Rows of the empty template are left between the rows that were filled in."""
    return _central(truth | {"indicators": _with_leftovers(truth["indicators"])})


def _with_leftovers(indicators: list[Truth]) -> list[Truth]:
    """After the last indicator of each second level, the rows of the template that it did not need."""
    found: list[Truth] = []
    for number, record in enumerate(indicators):
        found.append(record)
        levels_of = [(other["level1"], other["level2"]) for other in indicators[number : number + 2]]
        if len(levels_of) == 1 or levels_of[0] != levels_of[1]:
            blank = dict.fromkeys(record, "") | {key: record[key] for key in ("level1", "level2")}
            found += [blank | {"name": name} for name in LEFT_OVER[number % 3 :]]
    return found


def _central(truth: Truth, merged: bool = True, swapped: bool = False) -> Table:
    """The central template, with its levels merged or not, and its pairs of columns in order or swapped."""
    order = -1 if swapped else 1
    amounts = [Column("全年预算数(A)", "adjusted"), Column("全年执行数(B)", "executed")]
    points = [Column("分值", "weight"), Column("得分", "score")]
    values = [Column("年度指标值", "target"), Column("实际完成值", "actual")]
    budget = [
        Column("", "funds", 2),
        Column("年初预算数", "initial"),
        *amounts[::order],
        *points[::order],
        Column("执行率(B/A)", "rate"),
    ]
    indicators = [*levels(truth, merged), *values[::order], *points[::order], Column(REASON, "deviation")]
    total = truth["total"]
    rows = [
        *project_heads(truth, 9),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        *one_goal(truth, 9, GOAL_LABELS),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
        row(cell("总分", 6), *[cell(total["weight"]), cell(total["score"])][::order], cell("")),
    ]
    return Table(truth["title"], subtitle(truth), CENTRAL_WIDTHS, tuple(rows))
