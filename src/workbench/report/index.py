"""The page that lists all reports."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import pandas as pd

from workbench.analysis import pieces
from workbench.analysis.select import Tables, select
from workbench.analysis.summary import form_summary
from workbench.analysis.wording import MISSING, number, percent, text
from workbench.report.page import frame
from workbench.report.plan import Job
from workbench.report.run import Report

HEADINGS = ("报告", "得分", "等级", "执行率", "错误", "警告", "提示", "笔记本")


def make_index(jobs: Sequence[Job], reports: Iterable[Report], tables: Tables) -> str:
    """All reports of the dataset with their key figures; those that failed in this run, with the reason."""
    failed = [report for report in reports if report.error]
    summary = form_summary(tables)
    overview = [job for job in jobs if job.department is None]
    departments = [job for job in jobs if job.department is not None]
    parts = [pieces.stylesheet().markup, "<main><h1>绩效自评分析报告</h1>"]
    parts += [f"<p>{_link(job, '总览：全部部门')}</p>" for job in overview]
    if failed:
        items = "".join(f"<li>{html.escape(r.title)}：{html.escape(str(r.error))}</li>" for r in failed)
        parts.append(f'<h2>未能生成的报告</h2><ul class="failed">{items}</ul>')
    parts.append("<h2>各部门报告</h2>")
    if departments:
        head = "".join(f'<th scope="col">{label}</th>' for label in HEADINGS)
        rows = "".join(_row(job, tables, summary) for job in departments)
        parts.append(f'<div class="wb-table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>')
    else:
        parts.append("<p>数据集中没有绩效表。</p>")
    digest = str(tables.info.get("digest") or MISSING)[:12]
    parts.append(f'<p class="page-foot">数据集摘要 {html.escape(digest)}</p></main>')
    return frame("绩效自评分析报告", "\n".join(parts))


def _row(job: Job, tables: Tables, summary: pd.DataFrame) -> str:
    of_job = summary[(summary["department"] == job.department) & (summary["year"] == job.year)]
    main = select(tables, job.department or "", job.year).main.forms.iloc[0]["form_id"]
    row = of_job[of_job["form_id"] == main].iloc[0]
    name = f"{job.department} {job.year or '年度不明'}" + (f"（{len(of_job)} 张表）" if len(of_job) > 1 else "")
    values = [number(row["score"]), text(row["grade"]), percent(row["execution_rate"])]
    values += [str(int(of_job[severity].sum())) for severity in ("error", "warning", "info")]
    cells = "".join(f"<td>{html.escape(value)}</td>" for value in values)
    notebook = f'<a href="{quote(job.executed.name)}">.ipynb</a>' if job.executed.is_file() else MISSING
    return f"<tr><td>{_link(job, name)}</td>{cells}<td>{notebook}</td></tr>"


def _link(job: Job, name: str) -> str:
    if job.html.is_file():
        return f'<a href="{quote(job.html.name)}">{html.escape(name)}</a>'
    return f"{html.escape(name)}（未生成）"
