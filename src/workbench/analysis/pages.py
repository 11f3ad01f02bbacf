"""What a report is made of: what it is based on, key figures, tables, findings."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import attainment, figures, measures, narrative, pieces
from workbench.analysis.excerpt import Excerpt, Tables, form_years
from workbench.analysis.narrative import goal_label
from workbench.analysis.pieces import Column, Html
from workbench.analysis.summary import OVERALL, SEVERITIES, form_summary, lowest_confidence
from workbench.analysis.wording import MISSING, is_missing, number, percent, shorten, text, whole

MET = {True: "达成", False: "未达成"}
TABLE_NAMES = {"forms": "表头", "budgets": "预算", "goals": "目标", "indicators": "指标"}
DIGEST_LENGTH = 12

REVIEW_THRESHOLD = 0.8
"""The confidence below which a cell counts as unsure, where the dataset does not name its own threshold."""


def met_word(value: object) -> str:
    """达成, 未达成, or 难以判定 where the form does not let it be decided."""
    return "难以判定" if pd.isna(value) else MET[bool(value)]  # type: ignore[call-overload]


INDICATOR_COLUMNS = (
    Column("indicator_no", "序号", whole, "number"),
    Column("level1", "一级指标"),
    Column("level2", "二级指标"),
    Column("name", "三级指标", kind="wide"),
    Column("target", "年度指标值"),
    Column("actual", "实际完成值"),
    Column("attainment", "完成程度", lambda value: percent(value, 0), "number"),
    Column("met", "判定", met_word, "short"),
    Column("weight", "分值", number, "number"),
    Column("score", "得分", number, "number"),
    Column("deviation", "偏差原因及改进措施", kind="wide"),
)

LOSS_COLUMNS = (
    Column("goal_no", "目标", lambda value: MISSING if is_missing(value) else goal_label(value), "short"),
    Column("name", "扣分之处", kind="wide"),
    Column("target", "年度指标值"),
    Column("actual", "实际完成值"),
    Column("met", "判定", lambda value: MISSING if is_missing(value) else met_word(value), "short"),
    Column("weight", "分值", number, "number"),
    Column("score", "得分", number, "number"),
    Column("lost", "扣分", number, "number"),
    Column("deviation", "表中所写原因", kind="wide"),
)

FINDING_COLUMNS = (
    Column("severity", "级别", lambda value: SEVERITIES.get(str(value), text(value)), "short"),
    Column("code", "代码"),
    Column("page", "页", whole, "number"),
    Column("where", "位置"),
    Column("message", "说明", kind="wide"),
    Column("expected", "应为"),
    Column("found", "表中"),
)

FORM_COLUMNS = (
    Column("department", "部门", kind="wide"),
    Column("year", "年度", lambda value: whole(value) if value else MISSING, "number"),
    Column("project", "项目", kind="wide"),
    Column("rank", "名次", whole, "number"),
    Column("score", "得分", number, "number"),
    Column("full", "满分", number, "number"),
    Column("grade", "等级", kind="short"),
    Column("execution_rate", "执行率", percent, "number"),
    Column("indicators", "指标", whole, "number"),
    Column("missed", "未达成", whole, "number"),
    Column("points_lost", "扣分", number, "number"),
    Column("unscored", "未评分", whole, "number"),
    Column("score_gap", "合计差额", number, "number"),
    Column("error", "错误", whole, "number"),
    Column("warning", "警告", whole, "number"),
)


def title(excerpt: Excerpt) -> Html:
    """The report's first heading: department and year."""
    if excerpt.forms.empty:
        return pieces.heading(1, "绩效自评分析报告（数据集为空）")
    year = f"{excerpt.year} 年度" if excerpt.year else "年度不明"
    return pieces.heading(1, f"{excerpt.department} {year}绩效自评分析报告")


def overview_title(tables: Tables) -> Html:
    """The overview's first heading."""
    years = sorted(year for year in set(form_years(tables.forms)) if year)
    span = f"{years[0]}–{years[-1]} 年度" if len(years) > 1 else f"{years[0]} 年度" if years else ""
    return pieces.heading(1, f"{span}绩效自评总览" + ("（数据集为空）" if tables.forms.empty else ""))


def overview_figures(tables: Tables) -> Html:
    """The figures that stand for all forms together, as cards."""
    summary = form_summary(tables)
    grades = summary["grade"].value_counts()
    counts = summary[["indicators", "met", "missed", "undecided", "unscored"]].sum()
    pairs = [
        ("绩效表", f"{len(summary)} 张"),
        ("部门", f"{summary['department'].nunique()} 个"),
        ("得分中位数", number((100 * summary["score_rate"]).median(), 1)),
        ("等级", "、".join(f"{grade} {grades[grade]}" for grade, _ in measures.GRADES if grade in grades) or MISSING),
        ("执行率中位数", percent(summary["execution_rate"].median())),
        ("指标", f"{int(counts['indicators'])} 项"),
        ("达成", f"{int(counts['met'])} 项"),
        ("未达成", f"{int(counts['missed'])} 项"),
        ("难以判定", f"{int(counts['undecided'])} 项"),
        ("合计与明细不符", f"{int((summary['score_gap'].abs() > measures.POINT_TOLERANCE).sum())} 张"),
    ]
    return pieces.facts(pairs, "cards")


def basis(tables: Tables) -> Html:
    """What the report is based on: documents, pages, engine, lowest confidence, findings, the dataset's digest."""
    documents, findings = tables.documents.drop_duplicates("document_id"), tables.findings
    sources = [text(name) for name in documents["source"]]
    shown = "、".join(sources[:3]) + (f" 等 {len(sources)} 个文件" if len(sources) > 3 else "")
    pages = measures.numbers(documents["pages"]).sum(min_count=1)
    engines = dict.fromkeys(text(name) for name in documents["engine"].dropna())
    counts = findings["severity"].value_counts()
    said = "，".join(f"{label} {int(counts.get(severity, 0))}" for severity, label in SEVERITIES.items())
    review = int(tables.forms["review"].astype("boolean").fillna(False).sum())
    digest = str(tables.info.get("digest") or MISSING)
    pairs = [
        ("来源文件", shown or MISSING),
        ("页数", whole(pages)),
        ("绩效表", f"{len(tables.forms)} 张" + (f"，其中 {review} 张有字段待人工核对" if review else "")),
        ("识别引擎", "、".join(engines) or "无（文件自带文字）"),
        ("最低置信度", percent(lowest_confidence(tables).min(), 0) + _unsure(tables)),
        ("问题", said),
        ("处理流程", "、".join(dict.fromkeys(text(name) for name in documents["pipeline"])) or MISSING),
        ("数据集摘要", digest[:DIGEST_LENGTH]),
    ]
    return pieces.facts(pairs, "facts")


def key_figures(form: Tables) -> Html:
    """The figures that a reader asks first, as cards."""
    if form.forms.empty:
        return pieces.facts([("绩效表", "0 张")], "cards")
    row = form_summary(form).iloc[0]
    scored = f"{number(row['score'])} / {number(row['full'])}" if pd.notna(row["score"]) else "未评分"
    graded = f"，等级“{row['grade']}”" if row["grade"] else ""
    places = f"（{row['lost_in']} 处）" if row["lost_in"] else ""
    pairs = [
        (("自评得分" if row["score_stated"] else "合计得分") + graded, scored),
        ("预算执行率", percent(row["execution_rate"])),
        (f"扣分{places}", MISSING if pd.isna(row["points_lost"]) else f"{number(row['points_lost'])} 分"),
        ("指标", f"{row['indicators']} 项"),
        ("达成", f"{row['met']} 项"),
        ("未达成", f"{row['missed']} 项"),
        ("难以判定", f"{row['undecided']} 项"),
        ("未评分", f"{row['unscored']} 项"),
    ]
    return pieces.facts(pairs, "cards")


def key_points(form: Tables) -> Html:
    """The sentences of :func:`workbench.analysis.narrative.key_points`."""
    return pieces.paragraphs(narrative.key_points(form))


def losses(form: Tables) -> Html:
    """Where points were lost, with the reasons that the form gives."""
    rows = measures.points_lost(form.budgets, form.indicators)
    columns = [column for column in LOSS_COLUMNS if column.name != "goal_no" or rows["goal_no"].notna().any()]
    return pieces.table(rows, columns, nothing="没有扣分", mark=_row_mark)


def missed(form: Tables) -> Html:
    """The indicators that were not reached, with the reasons that the form gives."""
    return pieces.table(measures.missed(form.indicators), INDICATOR_COLUMNS, nothing="没有未达成的指标", mark=_row_mark)


def far_exceeded(form: Tables) -> Html:
    """The indicators that went more than 30 % beyond their target."""
    rows = measures.far_exceeded(form.indicators)
    return pieces.table(rows, INDICATOR_COLUMNS, nothing="没有偏离目标 30% 以上的指标", mark=_row_mark)


def unscored(form: Tables) -> Html:
    """The indicators without a score."""
    rows = measures.unscored(form.indicators)
    return pieces.table(rows, INDICATOR_COLUMNS, nothing="没有未评分的指标", mark=_row_mark)


def indicators(form: Tables) -> Html:
    """All indicators, a table for each goal, in the form's order."""
    if form.indicators.empty:
        return pieces.table(form.indicators, INDICATOR_COLUMNS, nothing="表中没有指标")
    texts = dict(zip(form.goals["goal_no"], form.goals["goal"], strict=True))
    several = form.indicators["goal_no"].notna().any()
    parts = []
    for goal_no, rows in form.indicators.groupby("goal_no", dropna=False, sort=True):
        sums = measures.score_rate(rows.assign(all=0), ["all"]).iloc[0]
        scored = f"，得 {number(sums['score'])}/{number(sums['weight'])} 分" if pd.notna(sums["score"]) else ""
        goal = texts.get(goal_no)
        name = f"{goal_label(goal_no)}　{goal if isinstance(goal, str) else ''}" if several else "全部指标"
        parts.append(pieces.table(rows, INDICATOR_COLUMNS, f"{name}（{len(rows)} 项{scored}）", mark=_row_mark))
    return pieces.join(parts)


def findings(tables: Tables) -> Html:
    """Every finding, the most serious first."""
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    rows = tables.findings.sort_values("severity", key=lambda column: column.map(order), kind="stable")
    rows = rows.assign(where=[_where(row) for _, row in rows.iterrows()])
    return pieces.table(rows, FINDING_COLUMNS, nothing="没有发现问题", mark=lambda row: text(row["severity"]))


def forms(tables: Tables) -> Html:
    """All forms with their rank, one row each, best first within each year."""
    rows = measures.ranking(form_summary(tables))
    columns = [column for column in FORM_COLUMNS if column.name != "project" or (rows["project"] != OVERALL).any()]
    return pieces.table(rows, columns, nothing="数据集中没有绩效表")


def failed_documents(tables: Tables) -> Html:
    """The documents that could not be read, or not wholly, with the reason."""
    rows = tables.documents[tables.documents["status"] != "ok"]
    columns = (
        Column("source", "文件", kind="wide"),
        Column(
            "status", "状态", lambda value: {"partial": "部分读出", "failed": "未读出"}.get(str(value), text(value))
        ),
        Column("error", "原因代码"),
        Column("message", "说明", kind="wide"),
    )
    return pieces.table(rows, columns, nothing="所有文件都已读出")


def other_forms(excerpt: Excerpt) -> Html:
    """The department's other forms of the year, each in short: key figures, sentences, charts, losses, indicators."""
    parts = []
    for form in excerpt.others:
        row = form_summary(form).iloc[0]
        parts.append(pieces.heading(3, shorten(str(row["project"]), 120)))
        parts += [key_figures(form), key_points(form), pieces.picture(figures.score_waterfall(form))]
        parts += [pieces.picture(attainment.attainment_dots(form)), losses(form), indicators(form)]
    if not parts:
        return Html('<p class="wb-nothing">本部门本年度没有其他绩效表。</p>', "没有其他绩效表")
    return pieces.join(parts)


def _unsure(tables: Tables) -> str:
    """How many of the cells with text were read with less confidence than the review threshold."""
    settings = tables.info.get("settings") or {}
    threshold = float(settings.get("review_threshold", REVIEW_THRESHOLD))
    confidence = measures.numbers(tables.cells.loc[tables.cells["state"] == "text", "confidence"])
    if confidence.empty:
        return ""
    below = int((confidence < threshold).sum())
    return f"（{len(confidence)} 个有字的单元格中，{below} 个低于 {percent(threshold, 0)}）"


def _row_mark(row: pd.Series) -> str:
    if pd.isna(row["met"]):
        return ""
    lost = (
        pd.notna(row["weight"]) and pd.notna(row["score"]) and row["weight"] - row["score"] > measures.POINT_TOLERANCE
    )
    return "missed" if not row["met"] else "docked" if lost else ""


def _where(row: pd.Series) -> str:
    parts = [TABLE_NAMES.get(str(row["table"]), "") if not is_missing(row["table"]) else ""]
    parts.append(f"第 {whole(row['record_no'])} 条" if not is_missing(row["record_no"]) else "")
    parts.append(str(row["field"]) if not is_missing(row["field"]) else "")
    return " ".join(part for part in parts if part) or MISSING
