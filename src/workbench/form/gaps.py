"""Gaps: what the pages of a form lack, or have in the wrong order. What was not read must be reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from workbench.fields import goal_number
from workbench.findings import FINDINGS, excerpt
from workbench.form.records import FormRecord
from workbench.form.settings import FormSettings
from workbench.model import BLANK, Finding, Goal, PageContent, Table

FORM_CONTENT = re.compile(r"[≥≤＝=]\s*\d|\d\s*%|[一二三]级指标|\d+(?:\.\d+)?\s*万元")
"""What stands in the tables of a form, and hardly in a footnote: targets, percentages, levels, amounts."""

NUMBER_ALONE = re.compile(r"\d+(?:\.\d+)?%?")
"""A line that is a number, as the cells of a table are that was not found."""

LONGEST_CELL = 20
"""Characters of the longest line that may be the row of a table and no sentence of a report. Chosen by hand."""

PAGE_NUMBER = re.compile(r"第\s*(\d{1,3})\s*页.*|[-—–]\s*(\d{1,3})\s*[-—–]")
"""A page number as it is printed: ``第3页``, ``- 3 -``."""


def gaps_in_pages(first: int, last: int, pages: Sequence[PageContent], settings: FormSettings) -> list[Finding]:
    """Findings about the pages of a form where something may have been lost.

    ``page-not-read``: a page between others of the form could not be read, or has no table.
    ``text-outside-table``: text like a table's stands outside every table that was found, or on a page behind the
    form's last on which none was found.
    ``pages-out-of-order``: the printed page numbers do not follow each other.

    Args:
        first, last: the form's first and last page, from 1.
        pages: of the document. Of others than the form's only those without a table count that follow its last.
        settings: how many lines outside all tables are suspicious.
    """
    by_number = {page.number: page for page in pages}
    findings = []
    for number in range(first, last + 1):
        page = by_number.get(number)
        if page is None or not page.grids:
            statement = FINDINGS["page-not-read"].says("unread" if page is None else "no-table", page=number)
            findings.append(statement.about(page=number))
            continue
        outside = [line.text for line in page.loose_lines if FORM_CONTENT.search(line.text)]
        if len(outside) >= settings.min_outside_lines:
            findings.append(_outside(number, outside))
    for page in takewhile(lambda page: not page.grids, (page for page in pages if page.number > last)):
        cells = [line.text for line in page.loose_lines if _may_be_cells(line.text)]
        if len(cells) >= settings.min_outside_lines:
            findings.append(_outside(page.number, cells, "indicators"))
    numbered = [(n, printed) for n in range(first, last + 1) if (printed := _printed_number(by_number.get(n)))]
    for (_, before), (page_number, after) in pairwise(numbered):
        if after != before + 1:
            statement = FINDINGS["pages-out-of-order"].says("page-numbers", before=before, after=after)
            expected, found = str(before + 1), str(after)
            findings.append(statement.about("indicators", page=page_number, expected=expected, found=found))
    return findings


def _outside(page: int, lines: Sequence[str], table: Table | None = None) -> Finding:
    statement = FINDINGS["text-outside-table"].says(page=page, lines=len(lines))
    return statement.about(table, page=page, found=excerpt(lines))


def _may_be_cells(line: str) -> bool:
    """Whether a line may be cells of a table that was not found, and hardly the sentence of a report."""
    text = line.strip()
    return len(text) <= LONGEST_CELL and bool(NUMBER_ALONE.fullmatch(text) or FORM_CONTENT.search(text))


def gaps_in_goals(goals: Sequence[Goal], records: Sequence[FormRecord], total_page: int | None) -> Iterator[Finding]:
    """Findings about goals whose pages are in the wrong order, or whose indicators are missing.

    ``pages-out-of-order``: from one page to the next the goals of the indicators go back, or the total row stands on
    an earlier page than some indicator. ``goal-missing``: a goal that the form lists has no indicators.

    Args:
        goals: of the form.
        records: its indicators, in order.
        total_page: number of the page with the total row; None where there is none.
    """
    numbers = [(record.row.page, goal_number(record.fields.get("goal_no", BLANK).text)) for record in records]
    numbered = [(page, number) for page, number in numbers if number is not None]
    for (page, before), (next_page, after) in pairwise(numbered):
        if next_page > page and after < before:
            statement = FINDINGS["pages-out-of-order"].says(
                "goals", page=page, next_page=next_page, before=before, after=after
            )
            yield statement.about("indicators", page=next_page, found=str(after))
    if total_page is not None and any(page > total_page for page, _ in numbers):
        yield FINDINGS["pages-out-of-order"].says("total", page=total_page).about("indicators", page=total_page)
    printed = [goal.goal_no for goal in goals if goal.number]
    for number in sorted(set(printed) - {number for _, number in numbered}) if numbered else ():
        statement = FINDINGS["goal-missing"].says("without-indicators", number=number)
        yield statement.about("goals", field="goal_no", expected=str(number))


def _printed_number(page: PageContent | None) -> int | None:
    """The page number that is printed outside the tables, the lowest on the page; None where there is none."""
    lines = page.loose_lines if page else ()
    found = [match for line in lines if (match := PAGE_NUMBER.fullmatch(line.text.strip()))]
    return int(found[-1].group(1) or found[-1].group(2)) if found else None
