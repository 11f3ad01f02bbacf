"""Makes the page that lists all reports."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workbench.analysis import html, sections
from workbench.analysis.selection import Tables
from workbench.analysis.summary import department_summary, form_summary
from workbench.analysis.wording import MISSING, number, percent, text, whole
from workbench.report.journal import Report
from workbench.report.page import html_document
from workbench.report.plan import ReportJob
from workbench.visible import as_html

COLUMNS = (
    ("报告", "wide"),
    ("年度", "number"),
    ("表数", "number"),
    ("得分", "number"),
    ("等级", "short"),
    ("执行率", "number"),
    ("错误", "number"),
    ("警告", "number"),
    ("提示", "number"),
    ("核对", "short"),
    ("笔记本", "short"),
)
"""Headings of the list of reports, each with the kind of its column (``TableColumn.kind``)."""


def make_index(jobs: Sequence[ReportJob], reports: Iterable[Report], tables: Tables) -> str:
    """Make the page of all reports of a dataset with their key figures; failed ones with the cell and the reason.

    ``jobs`` are all jobs of the dataset, ``reports`` their last outcomes, ``tables`` the dataset. A job whose page is
    not there is listed without a link.
    """
    last = {report.stem: report for report in reports}
    failed = [report for report in last.values() if report.error]
    stale = {job.stem for job in jobs if job.stem in last and last[job.stem].made_from != job.made_from}
    summary = department_summary(form_summary(tables)).to_dict("index")
    overview = [job for job in jobs if job.department is None]
    departments = [job for job in jobs if job.department is not None]
    parts = [html.stylesheet().markup, "<main><h1>绩效自评分析报告</h1>"]
    parts += [f"<p>{_link(job, '总览：全部部门')}{_age(job, stale)}</p>" for job in overview]
    if failed:
        partial = {job.stem: job.failed for job in jobs if job.failed.is_file()}
        items = "".join(_failure(report, partial.get(report.stem)) for report in failed)
        parts.append(f'<h2>未能生成的报告</h2><ul class="failed">{items}</ul>')
    parts += ["<h2>数据</h2>", sections.basis(tables).markup, sections.overview_key_figures(tables).markup]
    parts.append("<h2>各部门报告</h2>")
    if departments:
        head = "".join(f'<th scope="col" class="wb-{kind}">{label}</th>' for label, kind in COLUMNS)
        rows = "".join(_row(job, summary[job.department, job.year], _age(job, stale)) for job in departments)
        parts.append(f'<div class="wb-table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>')
    else:
        parts.append("<p>数据集中没有绩效表。</p>")
    return html_document("绩效自评分析报告", "\n".join([*parts, "</main>"]))


def _age(job: ReportJob, stale: Container[str]) -> str:
    """A note that a report was made before the dataset was built as it is now; empty where it was not."""
    is_old = job.stem in stale and job.html.is_file()
    return "（早于现在的数据，运行 workbench report 即更新）" if is_old else ""


def _row(job: ReportJob, row: dict[Any, Any], age: str) -> str:
    """The row of one department and year; ``row`` is that of :func:`department_summary`, ``age`` its :func:`_age`."""
    values = [_link(job, str(job.department)) + age, whole(job.year or None), str(row["forms"])]
    values += [number(row["score"]), as_html(text(row["grade"])), percent(row["execution_rate"])]
    values += [str(row[severity]) for severity in ("error", "warning", "info")]
    values.append("待核对" if row["review"] else MISSING)
    values.append(f'<a href="{quote(job.executed.name)}">.ipynb</a>' if job.executed.is_file() else MISSING)
    cells = (
        f'<td class="wb-{kind}" data-label="{label}">{value}</td>'
        for (label, kind), value in zip(COLUMNS, values, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _failure(report: Report, partial: Path | None) -> str:
    """A list item: the cell and the reason, with a link to the notebook up to that cell, where there is one."""
    cell = f"单元格 {report.cell}：" if report.cell else ""
    link = f'（<a href="{quote(partial.name)}">运行到此处的笔记本</a>）' if partial else ""
    return f"<li>{as_html(report.title)}：{as_html(f'{cell}{report.error}')}{link}</li>"


def _link(job: ReportJob, name: str) -> str:
    """The name, as a link to the report where its page is there."""
    if job.html.is_file():
        return f'<a href="{quote(job.html.name)}">{as_html(name)}</a>'
    return f"{as_html(name)}（未生成）"
