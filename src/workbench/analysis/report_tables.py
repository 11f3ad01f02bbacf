"""The tables of a report: losses, missed targets, all indicators, ranks, reasons."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import causes, comparison, evidence, html, measures
from workbench.analysis.html import Html, TableColumn, TableRow
from workbench.analysis.narrative import goal_label
from workbench.analysis.selection import Tables
from workbench.analysis.summary import OVERALL, SEVERITIES, form_summary
from workbench.analysis.wording import MISSING, is_missing, number, percent, shorten, text, whole
from workbench.dataset.dictionary import data_dictionary
from workbench.dataset.placing import TABLES

MET = {True: "达成", False: "未达成"}


def met_word(value: object) -> str:
    """达成, 未达成, or 难以判定 where the form does not let it be decided."""
    return "难以判定" if pd.isna(value) else MET[bool(value)]  # type: ignore[call-overload]


INDICATOR_COLUMNS = (
    TableColumn("indicator_no", "序号", whole, "number"),
    TableColumn("level1", "一级指标"),
    TableColumn("level2", "二级指标"),
    TableColumn("name", "三级指标", kind="wide"),
    TableColumn("target", "年度指标值"),
    TableColumn("actual", "实际完成值"),
    TableColumn("attainment", "完成程度", lambda value: percent(value, 0), "number"),
    TableColumn("met", "判定", met_word, "short"),
    TableColumn("weight", "分值", number, "number"),
    TableColumn("score", "得分", number, "number"),
    TableColumn("deviation", "偏差原因及改进措施", kind="wide"),
)

BUDGET_COLUMNS = (
    TableColumn("funds", "资金", kind="wide"),
    TableColumn("amount_unit", "单位", kind="short"),
    TableColumn("initial", "年初预算数", number, "number"),
    TableColumn("adjusted", "全年预算数", number, "number"),
    TableColumn("executed", "全年执行数", number, "number"),
    TableColumn("execution_rate", "表中执行率", percent, "number"),
    TableColumn("rate", "算得执行率", percent, "number"),
    TableColumn("weight", "分值", number, "number"),
    TableColumn("score", "得分", number, "number"),
)

GOAL_COLUMNS = (
    TableColumn("goal_no", "目标", goal_label, "short"),
    TableColumn("goal", "年度绩效目标", kind="wide"),
    TableColumn("actual", "表中所写完成情况", kind="wide"),
    TableColumn("deviation", "偏差原因及改进措施", kind="wide"),
)

LOSS_COLUMNS = (
    TableColumn("goal_no", "目标", lambda value: MISSING if is_missing(value) else goal_label(value), "short"),
    TableColumn("name", "扣分之处", kind="wide"),
    TableColumn("target", "年度指标值"),
    TableColumn("actual", "实际完成值"),
    TableColumn("met", "判定", lambda value: MISSING if is_missing(value) else met_word(value), "short"),
    TableColumn("weight", "分值", number, "number"),
    TableColumn("score", "得分", number, "number"),
    TableColumn("lost", "扣分", number, "number"),
    TableColumn("deviation", "表中所写原因", kind="wide"),
)

REASON_COLUMNS = (
    TableColumn("cause", "类别"),
    TableColumn("table", "位置", lambda value: data_dictionary()[str(value)].title, "short"),
    TableColumn("record_no", "序号", whole, "number"),
    TableColumn("name", "名称", lambda value: shorten(text(value), 60), "wide"),
    TableColumn("lost", "扣分", number, "number"),
    TableColumn("reason", "表中所写原因", kind="wide"),
)

CORRECTION_COLUMNS = (
    TableColumn("page", "页", whole, "number"),
    TableColumn("place", "位置", kind="wide"),
    TableColumn("machine_text", "机器识别", kind="wide"),
    TableColumn("text", "更正为", kind="wide"),
)

YEAR = TableColumn("year", "年度", lambda value: whole(value) if value else MISSING, "number")

SPREAD_COLUMNS = (
    YEAR,
    TableColumn("measure", "指标", kind="short"),
    TableColumn("count", "表数", whole, "number"),
    TableColumn("median", "中位数", percent, "number"),
    TableColumn("lower", "下四分位", percent, "number"),
    TableColumn("upper", "上四分位", percent, "number"),
    TableColumn("minimum", "最低", percent, "number"),
    TableColumn("maximum", "最高", percent, "number"),
    TableColumn("mean", "平均", percent, "number"),
    TableColumn("deviation", "标准差", percent, "number"),
    TableColumn("variation", "变异系数", lambda value: number(value, 3), "number"),
)

FORM_READ_COLUMNS = (
    TableColumn("source", "文件", kind="wide"),
    TableColumn("pages", "页", kind="short"),
    TableColumn("department", "部门", kind="wide"),
    TableColumn("project", "项目", kind="wide"),
    TableColumn("year", "年度", whole, "number"),
    TableColumn("layout", "版式", kind="short"),
    TableColumn("indicators", "指标", whole, "number"),
    TableColumn("doubted", "核对", kind="short"),
)

CODE_COLUMNS = (
    TableColumn("severity", "级别", lambda value: SEVERITIES[str(value)], "short"),
    TableColumn("code", "代码", kind="short"),
    TableColumn("count", "处数", whole, "number"),
    TableColumn("forms", "涉及表数", whole, "number"),
)

DICTIONARY_COLUMNS = (
    TableColumn("table", "表", kind="short"),
    TableColumn("title", "名称", kind="short"),
    TableColumn("rows", "行数", whole, "number"),
    TableColumn("meaning", "含义", kind="wide"),
    TableColumn("columns", "列", kind="wide"),
)

FORM_COLUMNS = (
    TableColumn("department", "部门", kind="wide"),
    YEAR,
    TableColumn("project", "项目", kind="wide"),
    TableColumn("rank", "名次", whole, "number"),
    TableColumn("possible", "可能名次", kind="short"),
    TableColumn("score", "得分", number, "number"),
    TableColumn("full", "满分", number, "number"),
    TableColumn("grade", "等级", kind="short"),
    TableColumn("execution_rate", "执行率", percent, "number"),
    TableColumn("indicators", "指标", whole, "number"),
    TableColumn("missed", "未达成", whole, "number"),
    TableColumn("points_lost", "扣分", number, "number"),
    TableColumn("unscored", "未评分", whole, "number"),
    TableColumn("score_gap", "合计差额", number, "number"),
    TableColumn("error", "错误", whole, "number"),
    TableColumn("warning", "警告", whole, "number"),
)


def losses(form: Tables) -> Html:
    """Where points were lost, with the reasons that the form gives."""
    rows = measures.points_lost(form.budgets, form.indicators)
    columns = [column for column in LOSS_COLUMNS if column.name != "goal_no" or rows["goal_no"].notna().any()]
    return html.table(rows, columns, nothing="没有扣分", mark=_row_mark)


def budget(form: Tables) -> Html:
    """Every line of the budget: initial, adjusted, executed, with the rate printed and the rate worked out."""
    rows = form.budgets.assign(rate=measures.execution_rate_of_lines(form.budgets))
    return html.table(rows, BUDGET_COLUMNS, nothing="表中没有预算数")


def goals(form: Tables) -> Html:
    """Every goal with what the form says of its completion."""
    columns = GOAL_COLUMNS if (form.goals["deviation"] != "").any() else GOAL_COLUMNS[:-1]
    return html.table(form.goals, columns, nothing="表中没有单列的目标")


def missed(form: Tables) -> Html:
    """The indicators that were not reached, with the reasons that the form gives."""
    return html.table(measures.missed(form.indicators), INDICATOR_COLUMNS, nothing="没有未达成的指标", mark=_row_mark)


def far_exceeded(form: Tables) -> Html:
    """The indicators that went more than 30 % beyond their target."""
    rows = measures.far_exceeded(form.indicators)
    return html.table(rows, INDICATOR_COLUMNS, nothing="没有偏离目标 30% 以上的指标", mark=_row_mark)


def unscored(form: Tables) -> Html:
    """The indicators without a score."""
    rows = measures.unscored(form.indicators)
    return html.table(rows, INDICATOR_COLUMNS, nothing="没有未评分的指标", mark=_row_mark)


def indicators(form: Tables) -> Html:
    """All indicators, a table for each goal, in the form's order."""
    if form.indicators.empty:
        return html.table(form.indicators, INDICATOR_COLUMNS, nothing="表中没有指标")
    texts = dict(zip(form.goals["goal_no"], form.goals["goal"], strict=True))
    several = form.indicators["goal_no"].notna().any()
    parts = []
    for goal_no, rows in form.indicators.groupby("goal_no", dropna=False, sort=True):
        sums = measures.score_rate(rows.assign(all=0), ["all"]).iloc[0]
        scored = f"，得 {number(sums['score'])}/{number(sums['weight'])} 分" if pd.notna(sums["score"]) else ""
        goal = texts.get(goal_no)
        name = f"{goal_label(goal_no)}　{goal if isinstance(goal, str) else ''}" if several else "全部指标"
        parts.append(html.table(rows, INDICATOR_COLUMNS, f"{name}（{len(rows)} 项{scored}）", mark=_row_mark))
    return html.join(parts)


def forms(tables: Tables) -> Html:
    """All forms with their rank, one row each, best first within each year."""
    rows = comparison.ranking(form_summary(tables), comparison.score_bounds(tables))
    rows = rows.assign(possible=[_possible(row) for row in rows.to_dict("records")])
    empty = set() if (rows["project"] != OVERALL).any() else {"project"}
    empty |= set() if (rows["possible"] != "").any() else {"possible"}
    columns = [column for column in FORM_COLUMNS if column.name not in empty]
    return html.table(rows, columns, nothing="数据集中没有绩效表")


def _possible(row: TableRow) -> str:
    """From which rank to which a form may come, where its fields under review leave that open."""
    if is_missing(row["rank"]) or row["best_rank"] == row["worst_rank"]:
        return ""
    return f"{row['best_rank']}–{row['worst_rank']}"


def reasons(tables: Tables) -> Html:
    """Every reason that the forms give with the causes that it names, the causes named most often first."""
    order = {cause: place for place, cause in enumerate(causes.cause_counts(tables).index)}
    named = causes.reasons(tables).sort_values("cause", key=lambda column: column.map(order), kind="stable")
    keys = ["form_id", "table", "record_no"]
    rows = named.drop_duplicates(keys).set_index(keys)
    rows = rows.assign(cause=named.groupby(keys)["cause"].agg("、".join)).reset_index()
    return html.table(rows, REASON_COLUMNS, nothing="表中没有填写偏差原因")


def corrections(tables: Tables) -> Html:
    """Every field that a person corrected: what the machine had read, and what stands in the tables now."""
    rows = tables.fields[tables.fields["status"] == "corrected"]
    rows = rows.assign(place=[evidence.where(row) for row in rows.to_dict("records")])
    return html.table(rows, CORRECTION_COLUMNS, nothing="没有人工更正")


def spread(tables: Tables) -> Html:
    """How far score rates and execution rates spread in each year: median, quartiles, extremes, deviation."""
    summary = form_summary(tables)
    years = summary["year"]
    parts = [
        comparison.dispersion(summary[measure], years).reset_index().assign(measure=label)
        for measure, label in (("score_rate", "得分率"), ("execution_rate", "预算执行率"))
    ]
    rows = pd.concat(parts, ignore_index=True)
    return html.table(rows[rows["count"] > 0], SPREAD_COLUMNS, nothing="没有得分，也没有执行率")


def forms_read(tables: Tables) -> Html:
    """Every form that was read: where it was found, what it is, whether a person should look at it."""
    sources = tables.documents.drop_duplicates("document_id").set_index("document_id")["source"]
    rows = tables.forms.assign(
        source=tables.forms["document_id"].map(sources),
        pages=tables.forms["first_page"].astype(str) + "–" + tables.forms["last_page"].astype(str),
        indicators=tables.forms["form_id"].map(tables.indicators["form_id"].value_counts()).fillna(0),
        doubted=tables.forms["review"].map({True: "待核对", False: ""}),
    )
    return html.table(rows, FORM_READ_COLUMNS, nothing="没有读出绩效表")


def finding_codes(tables: Tables) -> Html:
    """How often each code of finding occurs, and on how many forms, the most serious first."""
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    grouped = tables.findings.groupby(["severity", "code"], sort=False)
    rows = pd.DataFrame({"count": grouped.size(), "forms": grouped["form_id"].nunique()}).reset_index()
    rows = rows.assign(place=rows["severity"].map(order)).sort_values(["place", "count"], ascending=[True, False])
    return html.table(rows, CODE_COLUMNS, nothing="没有发现问题", mark=lambda row: str(row["severity"]))


def dictionary(tables: Tables) -> Html:
    """The tables of the dataset with their rows and columns, as the data dictionary calls them."""
    entries = data_dictionary()
    rows = pd.DataFrame(
        [
            {
                "table": name,
                "title": entries[name].title,
                "meaning": entries[name].meaning,
                "rows": len(getattr(tables, name)),
                "columns": "、".join(f"{column} {entry.title}" for column, entry in entries[name].columns.items()),
            }
            for name in TABLES
        ]
    )
    return html.table(rows, DICTIONARY_COLUMNS)


def failed_documents(tables: Tables) -> Html:
    """The documents that could not be read, or not wholly, with the reason."""
    rows = tables.documents[tables.documents["status"] != "ok"]
    columns = (
        TableColumn("source", "文件", kind="wide"),
        TableColumn(
            "status", "状态", lambda value: {"partial": "部分读出", "failed": "未读出"}.get(str(value), text(value))
        ),
        TableColumn("error", "原因代码"),
        TableColumn("message", "说明", kind="wide"),
    )
    return html.table(rows, columns, nothing="所有文件都已读出")


def _row_mark(row: TableRow) -> str:
    if pd.isna(row["met"]):
        return ""
    lost = row["weight"] - row["score"]
    docked = pd.notna(lost) and lost > measures.POINT_TOLERANCE
    return "missed" if not row["met"] else "docked" if docked else ""
