"""Gaps: parts of a form's pages that no table accounts for. What was not read must not go unsaid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.model import Finding, PageContent

FORM_CONTENT = re.compile(r"[≥≤＝=]\s*\d|\d\s*%|[一二三]级指标|\d+(?:\.\d+)?\s*万元")
"""Text like that belongs into the tables of a form and hardly into a footnote."""

SUSPICIOUS_LINES = 3
"""So many lines of a form's content outside all tables of a page are a table that was not found."""


def gaps_in_pages(first: int, last: int, pages: Sequence[PageContent]) -> list[Finding]:
    """Findings about the pages of a form (``first`` to ``last``) where something may have been lost.

    ``page-not-read``: a page between others of the form that could not be read, or has no table.
    ``text-outside-table``: text that looks like a table's stands outside every table found.
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
    return findings
