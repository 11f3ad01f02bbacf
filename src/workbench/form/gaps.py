"""Gaps: what a form's pages do not hold, or hold in the wrong order. What was not read must not go unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from workbench.fields import goal_number
from workbench.form.records import Sourced
from workbench.model import BLANK, Finding, Goal, PageContent

FORM_CONTENT = re.compile(r"[≥≤＝=]\s*\d|\d\s*%|[一二三]级指标|\d+(?:\.\d+)?\s*万元")
"""Text like that belongs into the tables of a form and hardly into a footnote."""

SUSPICIOUS_LINES = 3
"""So many lines of a form's content outside all tables of a page are a table that was not found."""

PAGE_NUMBER = re.compile(r"第\s*(\d{1,3})\s*页.*|[-—–]\s*(\d{1,3})\s*[-—–]")


def gaps_in_pages(first: int, last: int, pages: Sequence[PageContent]) -> list[Finding]:
    """Findings about the pages of a form (``first`` to ``last``) where something may have been lost.

    ``page-not-read``: a page between others of the form that could not be read, or has no table.
    ``text-outside-table``: text that looks like a table's stands outside every table found.
    ``pages-out-of-order``: the page numbers that are printed do not follow each other.
    """
    by_number = {page.number: page for page in pages}
    findings = []
    for number in range(first, last + 1):
        page = by_number.get(number)
        if page is None or not page.grids:
            reason = "未能读取" if page is None else "没有找到表格"
            message = f"第{number}页{reason}，该页的指标不在数据中，请对照原件"
            findings.append(Finding("page-not-read", "error", message, page=number))
            continue
        outside = [line.text for line in page.loose_lines if FORM_CONTENT.search(line.text)]
        if len(outside) >= SUSPICIOUS_LINES:
            message = f"第{number}页表格之外有{len(outside)}行像是表格内容的文字，可能漏读，请对照原件"
            found = "；".join(outside)[:80]
            findings.append(Finding("text-outside-table", "warning", message, page=number, found=found))
    numbered = [(n, printed) for n in range(first, last + 1) if (printed := _printed_number(by_number.get(n)))]
    for (_, before), (page_number, after) in pairwise(numbered):
        if after != before + 1:
            message = f"印刷页码由{before}跳到{after}，可能缺页或页序有误，请对照原件"
            findings.append(_out_of_order(message, page_number, str(before + 1), str(after)))
    return findings


def gaps_in_goals(goals: Sequence[Goal], records: Sequence[Sourced], total_page: int | None) -> Iterator[Finding]:
    """Findings about goals that pages hold in the wrong order, or whose indicators are nowhere.

    ``pages-out-of-order``: from one page to the next the goals of the indicators go back, or the total row stands on
    an earlier page than indicators. ``goal-missing``: a goal that the form lists has no indicators.
    """
    numbers = [(record.row.page, goal_number(record.fields.get("goal_no", BLANK).text)) for record in records]
    told = [(page, number) for page, number in numbers if number is not None]
    for (page, before), (next_page, after) in pairwise(told):
        if next_page > page and after < before:
            message = f"第{page}页到第{next_page}页，绩效目标由{before}回到{after}，页序可能有误，请对照原件"
            yield _out_of_order(message, next_page, None, str(after))
    if total_page is not None and any(page > total_page for page, _ in numbers):
        message = f"总分行在第{total_page}页，其后的页上还有指标，页序可能有误，请对照原件"
        yield _out_of_order(message, total_page, None, None)
    printed = [goal.goal_no for goal in goals if goal.number]
    for number in sorted(set(printed) - {number for _, number in told}) if told else ():
        message = f"目标表列有绩效目标{number}，但没有它的指标，可能缺页"
        yield Finding("goal-missing", "warning", message, "goals", None, "goal_no", None, str(number), None)


def _printed_number(page: PageContent | None) -> int | None:
    lines = page.loose_lines if page else ()
    found = [match for line in lines if (match := PAGE_NUMBER.fullmatch(line.text.strip()))]
    return int(found[-1].group(1) or found[-1].group(2)) if found else None


def _out_of_order(message: str, page: int, expected: str | None, found: str | None) -> Finding:
    return Finding("pages-out-of-order", "warning", message, "indicators", None, None, page, expected, found)
