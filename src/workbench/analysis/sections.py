"""What a report is made of: what it is based on, key figures, sentences."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import attainment, form_charts, html, measures, narrative, report_tables
from workbench.analysis.html import Html
from workbench.analysis.selection import Excerpt, Tables, form_years
from workbench.analysis.summary import SEVERITIES, form_summary, lowest_confidence
from workbench.analysis.wording import MISSING, number, percent, shorten, text, whole
from workbench.settings import REVIEW_THRESHOLD

DIGEST_LENGTH = 12

REVIEWED = {"corrected": "更正", "confirmed": "确认无误", "stale": "更正已过时", "conflict": "更正互相矛盾"}
"""What people did with a field, as the ``fields`` table says it."""

MOST_DRAWN = 10
"""So many of a department's other forms at most have their charts in the report; all have their tables."""


def title(excerpt: Excerpt) -> Html:
    """The report's first heading: department and year."""
    if excerpt.forms.empty:
        return html.heading(1, "绩效自评分析报告（数据集为空）")
    year = f"{excerpt.year} 年度" if excerpt.year else "年度不明"
    return html.heading(1, f"{excerpt.department} {year}绩效自评分析报告")


def overview_title(tables: Tables) -> Html:
    """The overview's first heading."""
    years = sorted(year for year in set(form_years(tables.forms)) if year)
    span = f"{years[0]}–{years[-1]} 年度" if len(years) > 1 else f"{years[0]} 年度" if years else ""
    return html.heading(1, f"{span}绩效自评总览" + ("（数据集为空）" if tables.forms.empty else ""))


def ingest_title(tables: Tables) -> Html:
    """The heading over what was read: how many documents, forms and indicators."""
    documents, forms, rows = len(tables.documents), len(tables.forms), len(tables.indicators)
    return html.heading(1, f"读入 {documents} 份文件，得到 {forms} 张绩效表、{rows} 项指标")


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
    return html.facts(pairs, "cards")


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
    reviewed = tables.fields["status"].value_counts()
    said = "，".join(f"{label} {reviewed[status]} 处" for status, label in REVIEWED.items() if status in reviewed)
    pairs += [("人工核对", said)] if said else []
    return html.facts(pairs, "facts")


def conclusion(form: Tables) -> Html:
    """What the form concludes of itself, in its own words."""
    words = [text(words) for words in form.forms["conclusion"].dropna() if words]
    if not words:
        return Html('<p class="wb-nothing">表中没有评价结论。</p>', "表中没有评价结论")
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in "\n".join(words).splitlines() if line.strip())
    return Html(f'<blockquote class="wb-said">{lines}</blockquote>', "\n".join(words))


def target_quality(form: Tables) -> Html:
    """How telling the form's targets are, as cards: quantified, hit to the digit, far exceeded, full marks."""
    if form.forms.empty or form.indicators.empty:
        return html.facts([("指标", "0 项")], "cards")
    row = form_summary(form).iloc[0]
    reach = measures.attainment(form.indicators).iloc[0]
    pairs = [
        ("定量指标占比", percent(row["quantitative_share"])),
        ("完成程度中位数", percent(reach["middle"])),
        ("恰好等于目标值", f"{row['to_the_digit']} 项"),
        ("偏离目标 30% 以上", f"{row['far_exceeded']} 项"),
        ("满分指标占比", percent(row["full_mark_share"])),
        ("平均满意度", percent(row["satisfaction"])),
    ]
    return html.facts(pairs, "cards")


def key_figures(form: Tables) -> Html:
    """The figures that a reader asks first, as cards."""
    if form.forms.empty:
        return html.facts([("绩效表", "0 张")], "cards")
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
    return html.facts(pairs, "cards")


def key_points(form: Tables) -> Html:
    """The sentences of :func:`workbench.analysis.narrative.key_points`."""
    return html.paragraphs(narrative.key_points(form))


def other_forms(excerpt: Excerpt) -> Html:
    """The department's other forms of the year, each in short: key figures, sentences, charts, losses, indicators."""
    parts = []
    for place, form in enumerate(excerpt.others):
        row = form_summary(form).iloc[0]
        parts.append(html.heading(3, shorten(str(row["project"]), 120)))
        parts += [key_figures(form), key_points(form)]
        if place < MOST_DRAWN:
            charts = (form_charts.score_waterfall(form), attainment.attainment_dots(form))
            parts += [html.picture(chart) for chart in charts]
        parts += [report_tables.losses(form), report_tables.indicators(form)]
    if not parts:
        return Html('<p class="wb-nothing">本部门本年度没有其他绩效表。</p>', "没有其他绩效表")
    return html.join(parts)


def _unsure(tables: Tables) -> str:
    """How many of the cells with text were read with less confidence than the review threshold."""
    settings = tables.info.get("settings") or {}
    threshold = float(settings.get("review_threshold", REVIEW_THRESHOLD))
    confidence = measures.numbers(tables.cells.loc[tables.cells["state"] == "text", "confidence"])
    if confidence.empty:
        return ""
    below = int((confidence < threshold).sum())
    return f"（{len(confidence)} 个有字的单元格中，{below} 个低于 {percent(threshold, 0)}）"
