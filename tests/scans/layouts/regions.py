"""The ten layouts of `shared/forms/layouts.md`: each prints a truth as its region does."""

from tests.scans import tables
from tests.scans.layouts.pieces import (
    Column,
    beside,
    block,
    body,
    cell,
    labelled,
    level1,
    levels,
    one_goal,
    project_heads,
    row,
    subtitle,
    target_part,
)
from tests.scans.tables import Table, TableRow, Truth

REASON = "偏差原因分析及改进措施"


def tianjin_overall(truth: Truth) -> Table:
    return tables.tianjin_table(truth | {"budget": truth["budgets"][0]})


def central_project(truth: Truth) -> Table:
    return tables.central_project_table(truth)


def beijing_district(truth: Truth) -> Table:
    """The initial budget is A, points stand before the targets, and a column says how they are counted."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算数(A)", "initial"),
        Column("全年执行数(B)", "executed", 2),
        Column("分值(10分)", "weight"),
        Column("执行率(B/A)", "rate"),
        Column("得分", "score"),
        Column("得分计算方法", lambda line: "执行率×分值" if line["funds"].endswith("总额") else ""),
    ]
    indicators = [
        *levels(truth),
        Column("分值", "weight"),
        Column("年度指标值(A)", "target"),
        Column("全年实际值(B)", "actual"),
        Column("得分计算方法", "method"),
        Column("得分", "score"),
        Column("未完成原因分析", "deviation"),
    ]
    total = truth["total"]
    rows = [
        *project_heads(truth, 10),
        labelled(("项目负责人", "李某某", 4), ("联系电话", "010-00000000", 4)),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        *one_goal(truth, 10, ("年初设定目标", "全年实际完成情况")),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
        row(cell("总分", 4), cell(total["weight"]), cell("", 3), cell(total["score"]), cell("")),
    ]
    return Table(truth["title"], subtitle(truth), (12, 13, 15, 30, 11, 20, 22, 24, 11, 26), tuple(rows))


def sichuan_county(truth: Truth) -> Table:
    """No initial budget, points before the targets, a summary of the goals."""
    budget = [
        Column("", "funds", 2),
        Column("全年预算数(A)", "adjusted"),
        Column("全年执行数(B)", "executed"),
        Column("分值", "weight"),
        Column("执行率", "rate"),
        Column("得分", "score", 2),
    ]
    indicators = [
        *levels(truth),
        Column("分值", "weight"),
        Column("年度指标值", "target"),
        Column("全年实际值", "actual"),
        Column("得分", "score"),
        Column("未完成原因及拟采取的改进措施", "deviation"),
    ]
    total = truth["total"]
    rows = [
        labelled(("专项（项目）名称", truth["project"], 8)),
        labelled(("主管部门", truth["department"], 3), ("实施单位", truth["unit"], 4)),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        *one_goal(truth, 9, ("年初设定目标", "年度总体目标完成情况综述")),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
        row(cell("合计", 4), cell(total["weight"]), cell("", 2), cell(total["score"]), cell("")),
    ]
    return Table(truth["title"], subtitle(truth), (14, 14, 16, 32, 15, 22, 26, 13, 28), tuple(rows))


def sichuan_system(truth: Truth) -> Table:
    """Weights are called 权重, targets take three columns, and the tail signs the form off."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算", "initial"),
        Column("调整后预算数", "adjusted", 2),
        Column("预算执行数", "executed"),
        Column("预算执行率", "rate"),
        Column("权重", "weight"),
        Column("得分", "score"),
        Column("原因", "deviation"),
    ]
    indicators = [
        *levels(truth),
        Column("指标性质", target_part(0)),
        Column("指标值", target_part(1)),
        Column("度量单位", target_part(2)),
        Column("完成值", "actual"),
        Column("权重", "weight"),
        Column("得分", "score"),
        Column("未完成原因分析", "deviation"),
    ]
    total = truth["total"]
    rows = [
        *project_heads(truth, 11),
        *block("budgets", budget, truth["budgets"], cell("预算执行情况（万元）")),
        *one_goal(truth, 11, ("预期目标", "实际完成情况"), "年度目标完成情况"),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
        row(cell("合计", 8), cell(total["weight"]), cell(total["score"]), cell("")),
        labelled(("评价结论", "\n".join(truth["conclusion"]), 10)),
        labelled(("存在问题", "绩效目标编制不够细化，部分指标量化程度不高。", 10)),
        labelled(("改进措施", "进一步完善绩效指标体系，强化绩效运行监控。", 10)),
        labelled(("项目负责人", "张某某", 4), ("财务负责人", "王某某", 5)),
    ]
    return Table(truth["title"], subtitle(truth), (13, 13, 15, 30, 12, 18, 12, 22, 12, 11, 26), tuple(rows))


def yunnan_school(truth: Truth) -> Table:
    """The header of the indicators has two rows, amounts are in 元, and the total row also holds the grade."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算数", "initial"),
        Column("全年预算数(A)", "adjusted", 2),
        Column("全年执行数(B)", "executed", 2),
        Column("分值", "weight"),
        Column("执行率(B/A)", "rate"),
        Column("得分", "score"),
    ]
    under = [
        *levels(truth),
        Column("指标性质", target_part(0)),
        Column("指标值", target_part(1)),
        Column("度量单位", target_part(2)),
    ]
    others = [
        Column("实际完成值", "actual"),
        Column("分值", "weight"),
        Column("得分", "score"),
        Column(REASON, "deviation"),
    ]
    headers = [
        row(
            cell("年度指标值", len(under)),
            *(cell(column.label, rowspan=2) for column in others),
            section="indicators",
            header=True,
        ),
        row(*(cell(column.label) for column in under), section="indicators", header=True),
    ]
    total = truth["total"]
    rows = [
        *project_heads(truth, 11),
        *block("budgets", budget, truth["budgets"], cell("项目资金（元）")),
        *one_goal(truth, 11, ("预期目标", "实际完成情况")),
        *beside(cell("绩效指标"), [*headers, *body("indicators", [*under, *others], truth["indicators"])]),
        labelled(("其他需要说明事项", "无", 10)),
        row(cell("总分", 8), cell(total["weight"]), cell(total["score"]), cell(_grade(total["score"]))),
    ]
    return Table(truth["title"], subtitle(truth), (13, 13, 15, 30, 11, 20, 12, 22, 13, 13, 26), tuple(rows))


def _grade(score: str) -> str:
    """优 from 90 points, 良 from 80, 中 from 60, else 差."""
    return next((grade for grade, least in (("优", 90), ("良", 80), ("中", 60)) if float(score) >= least), "差")


def ningxia_school(truth: Truth) -> Table:
    """The score of the whole form stands in its heading; the budget has no points, the levels are stages."""
    budget = [
        Column("", "funds", 2),
        Column("年初预算数", "initial"),
        Column("调整预算数(A)", "adjusted"),
        Column("全年执行数(B)", "executed", 2),
        Column("执行率(B/A)", "rate", 2),
    ]
    indicators = [
        *levels(truth),
        Column("分值", "weight"),
        Column("指标值(A)", "target"),
        Column("全年实际值(B)", "actual"),
        Column("得分", "score"),
        Column("未完成原因分析及改进措施", "deviation"),
    ]
    rows = [
        labelled(("项目名称", truth["project"], 4), ("自评得分", truth["total"]["score"], 3)),
        labelled(("主管部门", truth["department"], 4), ("实施单位", truth["unit"], 3)),
        *block("budgets", budget, truth["budgets"], cell("项目资金（万元）")),
        *one_goal(truth, 9, ("年初设定目标", "全年实际完成情况")),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
    ]
    return Table(truth["title"], subtitle(truth), (14, 15, 17, 33, 14, 22, 26, 13, 28), tuple(rows))


def hunan_target(truth: Truth) -> Table:
    """A target form: the budget by source beside the budget by use, outcomes told in the second level's column."""
    whole, *parts = truth["budgets"]
    budget = [
        row(cell("资金总额"), cell(whole["initial"], 3), section="budgets"),
        row(cell("按收入性质分", 2), cell("按支出性质分", 2), section="budgets"),
        *(
            row(
                *(piece for line in pair for piece in (cell(line["funds"]), cell(line["initial"]))),
                section="budgets",
            )
            for pair in zip(parts[::2], parts[1::2], strict=True)
        ),
    ]
    indicators = [Column("一级指标", "level1", merged=True), Column("二级指标", "level2", 3)]
    rows = [
        labelled(("部门名称", truth["department"], 4)),
        *beside(cell("年度预算申请（万元）"), budget),
        labelled(("部门职能职责概述", "贯彻执行国家和省有关法律法规，拟订本地区相关政策并组织实施。", 4)),
        labelled(("整体绩效目标", truth["goals"][0]["goal"], 4)),
        *block("indicators", indicators, truth["indicators"], cell("部门整体支出年度绩效指标")),
    ]
    return Table(truth["title"], subtitle(truth), (30, 36, 36, 36, 36), tuple(rows))


def tianjin_court_target(truth: Truth) -> Table:
    """A target form: the budget as labels with their amounts, every indicator described."""
    amounts = ((line["funds"], line["initial"], 1) for line in truth["budgets"])
    indicators = [*levels(truth), Column("绩效指标描述", "description"), Column("指标值", "target")]
    rows = [
        labelled(("项目名称", truth["project"], 5)),
        labelled(("主管部门", truth["department"], 2), ("实施单位", truth["unit"], 2)),
        labelled(*amounts),
        labelled(("绩效目标", truth["goals"][0]["goal"], 5)),
        *block("indicators", indicators, truth["indicators"], cell("绩效指标")),
    ]
    return Table(truth["title"], f"{subtitle(truth)}　单位：万元", (22, 24, 26, 42, 40, 28), tuple(rows))


def inner_mongolia_target(truth: Truth) -> Table:
    """All projects of a department in one table, a project's cells merged over its indicators."""
    columns = [
        Column("一级指标", level1(truth), merged=True),
        Column("二级指标", "level2", merged=True),
        Column("三级指标", "name"),
        Column("指标性质", "nature"),
        Column("指标方向", target_part(0, no_sign="")),
        Column("目标值", target_part(1)),
        Column("计量单位", target_part(2)),
        Column("分值", "weight"),
    ]
    labels = ("项目名称", "预算数", "绩效目标", *(column.label for column in columns))
    header = row(*map(cell, labels), section="indicators", header=True)
    rows = [header]
    for project in (truth, *truth["others"]):
        rows += _stacked(project, columns)
    heading = f"部门名称：{truth['department']}　{subtitle(truth)}　单位：万元"
    return Table(truth["title"], heading, (24, 16, 40, 16, 18, 34, 13, 16, 20, 14, 12), tuple(rows))


def _stacked(project: Truth, columns: list[Column]) -> list[TableRow]:
    rows = body("indicators", columns, project["indicators"])
    for text in (project["goals"][0]["goal"], project["budgets"][0]["initial"], project["project"]):
        rows = beside(cell(text), rows)
    return rows
