"""Makes the sections of a report that are neither tables nor charts: titles, basis, key figures, sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.analysis import attainment_chart, form_charts, html, measures, narrative, report_tables
from workbench.analysis.comparison import score_bounds
from workbench.analysis.field_states import field_states, lacks_actuals
from workbench.analysis.html import Html
from workbench.analysis.selection import Selection, Tables, counted, form_years
from workbench.analysis.summary import SEVERITIES, form_summary, lowest_confidence
from workbench.analysis.wording import MISSING, number, percent, shorten, text, whole
from workbench.dataset.comparable import repeated_forms
from workbench.entities import appearances
from workbench.settings import REVIEW_THRESHOLD

DIGEST_LENGTH = 12
"""Characters of the dataset's digest that a report shows."""

REVIEWED = {"corrected": "更正", "confirmed": "确认无误", "stale": "更正已过时", "conflict": "更正互相矛盾"}
"""Words for each ``status`` of the ``fields`` table that a person's review gave a field."""

MOST_WITH_CHARTS = 10
"""Most of a department's other forms that have their charts in the report; all have their tables.

A chosen limit: each form adds two charts to the page."""


def department_title(selection: Selection) -> Html:
    """Make the first heading of a department's report: department and year."""
    if selection.forms.empty:
        return html.heading(1, "绩效自评分析报告（数据集为空）")
    year = f"{selection.year} 年度" if selection.year else "年度不明"
    return html.heading(1, f"{selection.department} {year}绩效自评分析报告")


def overview_title(tables: Tables) -> Html:
    """Make the first heading of the overview: the span of its years."""
    years = sorted(year for year in set(form_years(tables.forms)) if year)
    span = f"{years[0]}–{years[-1]} 年度" if len(years) > 1 else f"{years[0]} 年度" if years else ""
    return html.heading(1, f"{span}绩效自评总览" + ("（数据集为空）" if tables.forms.empty else ""))


def ingest_title(tables: Tables) -> Html:
    """Make the heading of the ingest notebook: how many documents, forms and indicators were read."""
    documents, forms, rows = len(tables.documents), len(tables.forms), len(tables.indicators)
    return html.heading(1, f"读入 {documents} 份文件，得到 {forms} 张绩效表、{rows} 项指标")


def overview_key_figures(tables: Tables) -> Html:
    """Make cards of the key figures of all forms together."""
    summary, repeated = form_summary(counted(tables)), repeated_forms(tables.forms, tables.findings)
    others = appearances.other_forms(tables.findings) - repeated
    grades = summary["grade"].value_counts()
    counts = summary[["indicators", "met", "missed", "undecided", "unscored"]].sum()
    has_gap = summary["score_gap"].abs() > measures.POINT_TOLERANCE
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
        ("合计与明细不符", f"{int((has_gap & ~summary['gap_is_open']).sum())} 张"),
    ]
    unsure = int((has_gap & summary["gap_is_open"]).sum())
    pairs += [("合计待核对", f"{unsure} 张")] if unsure else []
    pairs += [("重复的扫描件（不计）", f"{len(repeated)} 张")] if repeated else []
    pairs += [("不是自评表的表（不计）", f"{len(others)} 张")] if others else []
    return html.definition_list(pairs, "cards")


def basis(tables: Tables) -> Html:
    """Make the list of what a report is based on.

    It names sources, pages, forms, OCR engines, the lowest confidence (%), the number of findings, the pipeline,
    the dataset's digest, and what people confirmed or corrected.
    """
    documents = tables.documents.drop_duplicates("document_id")
    pages = measures.numbers(documents["pages"]).sum(min_count=1)
    engines = dict.fromkeys(text(name) for name in documents["engine"].dropna())
    for_review = int(tables.forms["review"].astype("boolean").fillna(False).sum())
    digest = str(tables.info.get("digest") or MISSING)
    pairs = [
        ("来源文件", _source_names(documents)),
        ("页数", whole(pages)),
        ("绩效表", f"{len(tables.forms)} 张" + (f"，其中 {for_review} 张有字段待人工核对" if for_review else "")),
        ("识别引擎", "、".join(engines) or "无（文件自带文字）"),
        ("最低置信度", percent(lowest_confidence(tables).min(), 0) + _unsure_cells(tables)),
        ("问题", _finding_counts(tables.findings)),
        ("处理流程", "、".join(dict.fromkeys(text(name) for name in documents["pipeline"])) or MISSING),
        ("数据集摘要", digest[:DIGEST_LENGTH]),
    ]
    reviewed = _reviewed_fields(tables.fields)
    pairs += [("人工核对", reviewed)] if reviewed else []
    return html.definition_list(pairs, "facts")


def conclusion(form: Tables) -> Html:
    """Quote what the form concludes about itself."""
    words = [text(words) for words in form.forms["conclusion"].dropna() if words]
    if not words:
        return Html('<p class="wb-nothing">表中没有评价结论。</p>', "表中没有评价结论")
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in "\n".join(words).splitlines() if line.strip())
    return Html(f'<blockquote class="wb-said">{lines}</blockquote>', "\n".join(words))


def target_quality(form: Tables) -> Html:
    """Make cards that show how demanding the form's targets are: share of numbers, hits to the digit, far exceeded."""
    if form.forms.empty or form.indicators.empty:
        return html.definition_list([("指标", "0 项")], "cards")
    row = form_summary(form).iloc[0]
    attained = measures.attainment(form.indicators).iloc[0]
    points = form.indicators[["weight", "score"]]
    compared = int(points.notna().all(axis=1).sum())
    is_bare = lacks_actuals(form)
    pairs = [
        ("定量指标占比", percent(row["quantitative_share"])),
        ("完成程度中位数", percent(attained["middle"])),
        ("恰好等于目标值", MISSING if is_bare else f"{row['to_the_digit']} 项"),
        ("偏离目标 30% 以上", MISSING if is_bare else f"{row['far_exceeded']} 项"),
        (f"满分指标占比（有分值和得分的 {compared} 项中）", percent(row["full_mark_share"])),
        ("平均满意度", percent(row["satisfaction"])),
    ]
    return html.definition_list(pairs, "cards")


def key_figures(form: Tables) -> Html:
    """Make cards of the form's key figures: score, execution rate, points lost, indicators."""
    if form.forms.empty:
        return html.definition_list([("绩效表", "0 张")], "cards")
    row = form_summary(form).iloc[0]
    full = number(row["full"]) if pd.notna(row["full"]) else "满分不明"
    scored = f"{number(row['score'])} / {full}" if pd.notna(row["score"]) else "无法得出"
    graded = f"，按得分属“{row['grade']}”" if row["grade"] else ""
    places = f"（{row['lost_in']} 处）" if row["lost_in"] else ""
    states = set(field_states(form, "indicators", ("score",))["score"])
    unscored = "表中没有得分一栏" if states == {"absent"} else f"{row['unscored']} 项"
    pairs = [
        (("自评得分" if row["score_stated"] else "合计得分") + graded, scored + _open_range(form)),
        ("预算执行率", percent(row["execution_rate"])),
        (f"扣分{places}", _lost(row)),
        ("指标", f"{row['indicators']} 项"),
        ("达成", f"{row['met']} 项"),
        ("未达成", f"{row['missed']} 项"),
        ("难以判定", f"{row['undecided']} 项"),
        ("未评分", unscored),
    ]
    pairs += [("得分未读出", f"{row['unread_scores']} 项")] if row["unread_scores"] else []
    return html.definition_list(pairs, "cards")


def _open_range(form: Tables) -> str:
    """The bounds of a score that awaits review, as an addition to it; empty where it is certain."""
    low, high = score_bounds(form)[["low", "high"]].iloc[0]
    return f"（待核对：{number(low)}–{number(high)}）" if high - low > measures.POINT_TOLERANCE else ""


def _lost(row: Any) -> str:
    """The points that the form of a summary row lost; what a review may change is said to be so."""
    if pd.isna(row["points_lost"]):
        return "无法计算"
    open_rows = int(row["lost_doubted"] + row["lost_unread"])
    return f"{number(row['points_lost'])} 分" + (f"（{open_rows} 行待核对）" if open_rows else "")


def key_points(form: Tables) -> Html:
    """Make a list of the sentences of :func:`workbench.analysis.narrative.key_points`."""
    return html.bullet_list(narrative.key_points(form))


def other_forms(selection: Selection) -> Html:
    """Show the department's forms but the main one, each in short: key figures, sentences, charts, tables."""
    parts = []
    for place, form in enumerate(selection.others):
        row = form_summary(form).iloc[0]
        parts.append(html.heading(3, shorten(str(row["project"]), 120)))
        parts += [key_figures(form), key_points(form)]
        if place < MOST_WITH_CHARTS:
            charts = (form_charts.score_waterfall(form), attainment_chart.attainment_dots(form))
            parts += [html.picture(chart) for chart in charts]
        parts += [report_tables.points_lost(form), report_tables.all_indicators(form)]
    if not parts:
        return Html('<p class="wb-nothing">本部门本年度没有其他绩效表。</p>', "没有其他绩效表")
    return html.join(parts)


def _source_names(documents: pd.DataFrame) -> str:
    """The first three source files, and how many there are."""
    sources = [text(name) for name in documents["source"]]
    shown = "、".join(sources[:3]) + (f" 等 {len(sources)} 个文件" if len(sources) > 3 else "")
    return shown or MISSING


def _finding_counts(findings: pd.DataFrame) -> str:
    """How many findings there are of each severity."""
    counts = findings["severity"].value_counts()
    return "，".join(f"{label} {int(counts.get(severity, 0))}" for severity, label in SEVERITIES.items())


def _reviewed_fields(fields: pd.DataFrame) -> str:
    """How many fields people corrected or confirmed; empty where nobody did."""
    counts = fields["status"].value_counts()
    return "，".join(f"{label} {counts[status]} 处" for status, label in REVIEWED.items() if status in counts)


def _unsure_cells(tables: Tables) -> str:
    """How many cells with text have less confidence than the review threshold of the dataset's settings."""
    settings = tables.info.get("settings") or {}
    threshold = float(settings.get("review_threshold", REVIEW_THRESHOLD))
    confidence = measures.numbers(tables.cells.loc[tables.cells["state"] == "text", "confidence"])
    if confidence.empty:
        return ""
    below = int((confidence < threshold).sum())
    return f"（{len(confidence)} 个有字的单元格中，{below} 个低于 {percent(threshold, 0)}）"
