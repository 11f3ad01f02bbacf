"""Makes the tables of a report: points lost, missed targets, all indicators, ranks, reasons, corrections.

Functions that take a ``form`` expect the tables of one form; those that take ``tables`` expect any number of forms.
"""

from __future__ import annotations

import pandas as pd

from workbench.analysis import causes, comparison, evidence, html, measures
from workbench.analysis.field_states import NO_ACTUALS, field_states, is_open, lacks_actuals, with_states
from workbench.analysis.html import Html, TableColumn, TableRow
from workbench.analysis.narrative import goal_label, points_reservation, why_no_points
from workbench.analysis.points import point_rows
from workbench.analysis.selection import Tables, counted, department_names, form_years
from workbench.analysis.summary import OVERALL, SEVERITIES, form_summary
from workbench.analysis.wording import MISSING, attained, is_missing, number, percent, shorten, text, whole
from workbench.dataset import dictionary
from workbench.dataset.placing import TABLES
from workbench.errors import REASONS
from workbench.fields import AMOUNTS

MET = {True: "达成", False: "未达成"}
"""Words for the values of ``met``."""

UNREAD = {"partial": "部分读出", "failed": "未读出"}
"""Words for the ``status`` of documents that were not wholly read."""


def met_word(value: object) -> str:
    """Word a value of ``met``: 达成, 未达成, or 难以判定 where it is missing."""
    return "难以判定" if pd.isna(value) else MET[bool(value)]  # type: ignore[call-overload]


INDICATOR_FIELDS = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")
"""Fields of an indicator whose doubts its tables mark."""

INDICATOR_COLUMNS = (
    TableColumn("indicator_no", "序号", whole, "number"),
    TableColumn("level1", "一级指标"),
    TableColumn("level2", "二级指标"),
    TableColumn("name", "三级指标", kind="wide"),
    TableColumn("target", "年度指标值"),
    TableColumn("actual", "实际完成值"),
    TableColumn("attainment", "完成程度", attained, "number"),
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
    TableColumn("table", "位置", lambda value: dictionary.data_dictionary()[str(value)].title, "short"),
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

DISPERSION_COLUMNS = (
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
    TableColumn("to_review", "核对", kind="short"),
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


POSSIBLE_NOTE = "可能名次：影响总分的字段尚待人工核对时，名次可能落在的范围。"
"""The note below the ranks, where the column is shown."""

CHOICE_COLUMNS = (
    TableColumn("department", "部门", kind="wide"),
    YEAR,
    TableColumn("forms", "绩效表", whole, "number"),
)

FAILED_COLUMNS = (
    TableColumn("source", "文件", kind="wide"),
    TableColumn("status", "状态", lambda value: UNREAD.get(str(value), text(value))),
    TableColumn("error", "原因", lambda value: REASONS.get(str(value), text(value)), "wide"),
    TableColumn("message_zh", "程序的说明", kind="wide"),
)


def choose(tables: Tables) -> Html:
    """List the departments of a dataset with their years and numbers of forms: the names that ``wa.select`` takes."""
    forms = pd.DataFrame({"department": department_names(tables.forms), "year": form_years(tables.forms)})
    counts = forms.value_counts(sort=False).rename("forms").reset_index()
    return html.table(counts, CHOICE_COLUMNS, nothing="数据集中没有绩效表")


def points_lost(form: Tables) -> Html:
    """Make the table of where points were lost, with the reasons that the form gives.

    The column of goals is left out where no row has one.
    """
    lines = with_states(form, "budgets", ("weight", "score"))
    rows = measures.points_lost(lines, with_states(form, "indicators", INDICATOR_FIELDS))
    columns = [column for column in LOSS_COLUMNS if column.name != "goal_no" or rows["goal_no"].notna().any()]
    points = point_rows(form)
    reservation = points_reservation(form, points)
    nothing = why_no_points(points) or (f"读出的各行中没有扣分；{reservation}" if reservation else "没有扣分")
    return html.table(rows, columns, nothing=nothing, row_class=_row_class)


def budget_lines(form: Tables) -> Html:
    """Make the table of the budget: initial, adjusted and executed amount, the printed and the computed rate."""
    rows = with_states(form, "budgets", (*AMOUNTS, "execution_rate", "weight", "score"))
    rows = rows.assign(rate=measures.execution_rate_of_lines(form.budgets))
    return html.table(rows, BUDGET_COLUMNS, nothing="表中没有预算数")


def goals(form: Tables) -> Html:
    """Make the table of goals with what the form says about their completion.

    The column of reasons is left out where no goal has one.
    """
    columns = GOAL_COLUMNS if (form.goals["deviation"] != "").any() else GOAL_COLUMNS[:-1]
    return html.table(form.goals, columns, nothing="表中没有单列的目标")


def missed_indicators(form: Tables) -> Html:
    """Make the table of indicators that missed their target, with the reasons that the form gives."""
    undecided = int(form.indicators["met"].isna().sum())
    unsure = int(is_open(field_states(form, "indicators", ("target", "actual"))).sum())
    reasons = [f"{undecided} 项难以判定"] if undecided else []
    reasons += [f"{unsure} 项的目标值或完成值待核对"] if unsure else []
    nothing = f"没有判定为未达成的指标；{'，'.join(reasons)}" if reasons else "没有未达成的指标"
    rows = measures.missed(with_states(form, "indicators", INDICATOR_FIELDS))
    return html.table(rows, INDICATOR_COLUMNS, nothing=nothing, row_class=_row_class)


def far_exceeded_indicators(form: Tables) -> Html:
    """Make the table of indicators that went more than 30 % beyond their target."""
    rows = measures.far_exceeded(with_states(form, "indicators", INDICATOR_FIELDS))
    nothing = NO_ACTUALS if lacks_actuals(form) else "没有偏离目标 30% 以上的指标"
    return html.table(rows, INDICATOR_COLUMNS, nothing=nothing, row_class=_row_class)


def unscored_indicators(form: Tables) -> Html:
    """Make the table of indicators without a score: those left blank, and those whose score was not read."""
    rows = measures.unscored(with_states(form, "indicators", INDICATOR_FIELDS))
    if len(rows) and (rows["score_state"] == "absent").all():
        return html.table(rows.iloc[:0], INDICATOR_COLUMNS, nothing="表中没有得分一栏")
    return html.table(rows, INDICATOR_COLUMNS, nothing="没有未评分的指标", row_class=_row_class)


def all_indicators(form: Tables) -> Html:
    """Make a table of indicators for each goal, in the form's order; one table where the form has no goals."""
    if form.indicators.empty:
        return html.table(form.indicators, INDICATOR_COLUMNS, nothing="表中没有指标")
    goal_texts = dict(zip(form.goals["goal_no"], form.goals["goal"], strict=True))
    has_goals = form.indicators["goal_no"].notna().any()
    parts = []
    indicators = with_states(form, "indicators", INDICATOR_FIELDS)
    for goal_no, rows in indicators.groupby("goal_no", dropna=False, sort=True):
        goal = goal_texts.get(goal_no)
        name = f"{goal_label(goal_no)}　{goal if isinstance(goal, str) else ''}" if has_goals else "全部指标"
        caption = f"{name}（{len(rows)} 项{_points_note(rows)}）"
        parts.append(html.table(rows, INDICATOR_COLUMNS, caption, row_class=_row_class))
    return html.join(parts)


def _points_note(indicators: pd.DataFrame) -> str:
    """What the scored indicators got and could get, in points, and how many of them a review may change.

    Empty where none is scored.
    """
    sums = measures.score_rate(indicators.assign(all=0), ["all"]).iloc[0]
    unsure = int(is_open(indicators[["weight_state", "score_state"]]).sum())
    points = f"，得 {number(sums['score'])}/{number(sums['weight'])} 分" if pd.notna(sums["score"]) else ""
    return points + (f"，{unsure} 项的分值或得分待核对" if unsure else "")


def ranked_forms(tables: Tables) -> Html:
    """Make the table of all forms with their ranks, best first within each year.

    The columns of project and possible ranks are left out where they would be empty; the latter has a note.
    """
    tables = counted(tables)
    rows = comparison.ranking(form_summary(tables), comparison.score_bounds(tables))
    rows = rows.assign(possible=[_possible_ranks(row) for row in rows.to_dict("records")])
    is_open = {"score_gap": rows["gap_is_open"], "points_lost": rows["lost_doubted"] + rows["lost_unread"] > 0}
    marks = {f"{column}_state": opened & rows[column].notna() for column, opened in is_open.items()}
    rows = rows.assign(**{name: marked.map({True: "doubted", False: "printed"}) for name, marked in marks.items()})
    empty = set() if (rows["project"] != OVERALL).any() else {"project"}
    empty |= set() if (rows["possible"] != "").any() else {"possible"}
    columns = [column for column in FORM_COLUMNS if column.name not in empty]
    table = html.table(rows, columns, nothing="数据集中没有绩效表")
    return table if "possible" in empty else table + Html(f'<p class="wb-nothing">{POSSIBLE_NOTE}</p>', POSSIBLE_NOTE)


def _possible_ranks(row: TableRow) -> str:
    """The best and the worst rank that a form can have, where fields that await review leave it open."""
    if is_missing(row["rank"]) or row["best_rank"] == row["worst_rank"]:
        return ""
    return f"{row['best_rank']}–{row['worst_rank']}"


def deviation_reasons(tables: Tables) -> Html:
    """Make the table of every reason that the forms give, with the causes that it names.

    Reasons are ordered by cause, the cause named most often first.
    """
    order = {cause: place for place, cause in enumerate(causes.cause_counts(tables).index)}
    by_cause = causes.reasons(tables).sort_values("cause", key=lambda column: column.map(order), kind="stable")
    keys = ["form_id", "table", "record_no"]
    rows = by_cause.drop_duplicates(keys).set_index(keys)
    rows = rows.assign(cause=by_cause.groupby(keys)["cause"].agg("、".join)).reset_index()
    return html.table(rows, REASON_COLUMNS, nothing="表中没有填写偏差原因")


def corrected_fields(tables: Tables) -> Html:
    """Make the table of fields that a person corrected: the text that was recognised, and the text that replaced it."""
    rows = tables.fields[tables.fields["status"] == "corrected"]
    rows = rows.assign(place=[evidence.field_label(row) for row in rows.to_dict("records")])
    return html.table(rows, CORRECTION_COLUMNS, nothing="没有人工更正")


def dispersion(tables: Tables) -> Html:
    """Make the table of how far score rates and execution rates spread in each year.

    See :func:`workbench.analysis.comparison.dispersion` for the columns.
    """
    summary = form_summary(counted(tables))
    years = summary["year"]
    parts = [
        comparison.dispersion(summary[measure], years).reset_index().assign(measure=label)
        for measure, label in (("score_rate", "得分率"), ("execution_rate", "预算执行率"))
    ]
    rows = pd.concat(parts, ignore_index=True)
    return html.table(rows[rows["count"] > 0], DISPERSION_COLUMNS, nothing="没有得分，也没有执行率")


def forms_read(tables: Tables) -> Html:
    """Make the table of all forms that were read: source file, pages, what the form is, whether it needs review."""
    sources = tables.documents.drop_duplicates("document_id").set_index("document_id")["source"]
    rows = tables.forms.assign(
        source=tables.forms["document_id"].map(sources),
        pages=tables.forms["first_page"].astype(str) + "–" + tables.forms["last_page"].astype(str),
        indicators=tables.forms["form_id"].map(tables.indicators["form_id"].value_counts()).fillna(0),
        to_review=tables.forms["review"].map({True: "待核对", False: ""}),
    )
    return html.table(rows, FORM_READ_COLUMNS, nothing="没有读出绩效表")


def finding_codes(tables: Tables) -> Html:
    """Make the table of how often each finding code occurs, and on how many forms, the most serious first."""
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    grouped = tables.findings.groupby(["severity", "code"], sort=False)
    rows = pd.DataFrame({"count": grouped.size(), "forms": grouped["form_id"].nunique()}).reset_index()
    rows = rows.assign(place=rows["severity"].map(order)).sort_values(["place", "count"], ascending=[True, False])
    return html.table(rows, CODE_COLUMNS, nothing="没有发现问题", row_class=lambda row: str(row["severity"]))


def data_dictionary(tables: Tables) -> Html:
    """Make the table of the dataset's tables: title, number of rows, meaning, columns."""
    entries = dictionary.data_dictionary()
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
    """Make the table of documents that could not be read, or only in part, with the reason."""
    rows = tables.documents[tables.documents["status"] != "ok"]
    return html.table(rows, FAILED_COLUMNS, nothing="所有文件都已读出")


def _row_class(row: TableRow) -> str:
    """The CSS class of an indicator's row: its target was missed, or it was met and yet lost points (docked)."""
    if pd.isna(row["met"]):
        return ""
    lost = row["weight"] - row["score"]
    docked = pd.notna(lost) and lost > measures.POINT_TOLERANCE
    return "missed" if not row["met"] else "docked" if docked else ""
