"""The page that lists all reports."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workbench.analysis import pieces
from workbench.analysis.excerpt import Tables
from workbench.analysis.summary import department_summary, form_summary
from workbench.analysis.wording import MISSING, number, percent, text
from workbench.report.journal import Report
from workbench.report.page import frame
from workbench.report.plan import Job

HEADINGS = ("报告", "得分", "等级", "执行率", "错误", "警告", "提示", "笔记本")


def make_index(jobs: Sequence[Job], reports: Iterable[Report], tables: Tables) -> str:
    """All reports of the dataset with their key figures; those that failed, with the cell and the reason."""
    failed = [report for report in reports if report.error]
    summary = department_summary(form_summary(tables)).to_dict("index")
    overview = [job for job in jobs if job.department is None]
    departments = [job for job in jobs if job.department is not None]
    parts = [pieces.stylesheet().markup, "<main><h1>绩效自评分析报告</h1>"]
    parts += [f"<p>{_link(job, '总览：全部部门')}</p>" for job in overview]
    if failed:
        partial = {job.stem: job.failed for job in jobs if job.failed.is_file()}
        items = "".join(_failure(report, partial.get(report.stem)) for report in failed)
        parts.append(f'<h2>未能生成的报告</h2><ul class="failed">{items}</ul>')
    parts.append("<h2>各部门报告</h2>")
    if departments:
        head = "".join(f'<th scope="col">{label}</th>' for label in HEADINGS)
        rows = "".join(_row(job, summary[job.department, job.year]) for job in departments)
        parts.append(f'<div class="wb-table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>')
    else:
        parts.append("<p>数据集中没有绩效表。</p>")
    digest = str(tables.info.get("digest") or MISSING)[:12]
    parts.append(f'<p class="page-foot">数据集摘要 {html.escape(digest)}</p></main>')
    return frame("绩效自评分析报告", "\n".join(parts))


def _row(job: Job, row: dict[Any, Any]) -> str:
    name = f"{job.department} {job.year or '年度不明'}" + (f"（{row['forms']} 张表）" if row["forms"] > 1 else "")
    values = [number(row["score"]), text(row["grade"]), percent(row["execution_rate"])]
    values += [str(row[severity]) for severity in ("error", "warning", "info")]
    cells = "".join(
        f'<td class="wb-short" data-label="{label}">{html.escape(value)}</td>'
        for label, value in zip(HEADINGS[1:-1], values, strict=True)
    )
    notebook = f'<a href="{quote(job.executed.name)}">.ipynb</a>' if job.executed.is_file() else MISSING
    first = f'<td data-label="{HEADINGS[0]}">{_link(job, name)}</td>'
    last = f'<td class="wb-short" data-label="{HEADINGS[-1]}">{notebook}</td>'
    return f"<tr>{first}{cells}{last}</tr>"


def _failure(report: Report, partial: Path | None) -> str:
    where = f"单元格 {report.cell}：" if report.cell else ""
    link = f'（<a href="{quote(partial.name)}">运行到此处的笔记本</a>）' if partial else ""
    return f"<li>{html.escape(report.title)}：{html.escape(f'{where}{report.error}')}{link}</li>"


def _link(job: Job, name: str) -> str:
    if job.html.is_file():
        return f'<a href="{quote(job.html.name)}">{html.escape(name)}</a>'
    return f"{html.escape(name)}（未生成）"
