"""Records the outcome of every report, a line each in ``reports.jsonl`` beside the pages.

A worker adds its line as soon as its files are written. So whatever ends a run, the next one knows what is done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.files import write_atomically

NAME = "reports.jsonl"
"""File name of the journal."""

PAGE_ENDING = ".html"
"""Ending of a report's page."""

EXECUTED_ENDING = ".ipynb"
"""Ending of a report's executed notebook."""

FAILED_ENDING = ".failed.ipynb"
"""Ending of a notebook that was executed up to the cell that failed."""

REPORT_ENDINGS = (PAGE_ENDING, EXECUTED_ENDING, FAILED_ENDING)
"""Endings of all files that a report can have; before them stands its stem."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one job: a report that was made, or the reason why there is none.

    ``stem`` is the name of its files without their ending, ``made_from`` the digest of what it was made from.
    ``error`` is the reason why there is no page, ``cell`` the cell that failed (``[7] 预算执行``: its number among
    the code cells, and the heading above it), ``seconds`` the time that it took.
    """

    title: str
    stem: str
    made_from: str
    error: str | None = None
    cell: str | None = None
    seconds: float = 0.0


def append_report(folder: Path, report: Report) -> None:
    """Append a report's line to the journal; the last line of a report counts."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("a", encoding="utf-8") as journal:
        journal.write(_line(report))


def read_reports(folder: Path) -> dict[str, Report]:
    """Read the last outcome of every report, by its stem.

    Lines that an interruption cut are left out. So are lines that no report has, such as one whose stem leads to
    another folder.
    """
    reports: dict[str, Report] = {}
    if not (folder / NAME).is_file():
        return reports
    for line in (folder / NAME).read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            report = Report(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if _is_valid(report):
            reports[report.stem] = report
    return reports


def write_reports(folder: Path, reports: Iterable[Report]) -> None:
    """Replace the journal by one line for each of these reports."""
    write_atomically(folder / NAME, "".join(map(_line, reports)).encode())


def _is_valid(report: Report) -> bool:
    """Whether the fields are texts, and the stem is a plain file name."""
    texts = (report.title, report.stem, report.made_from, report.error or "", report.cell or "")
    return all(isinstance(text, str) for text in texts) and re.fullmatch(r"[\w-]+", report.stem) is not None


def _line(report: Report) -> str:
    return json.dumps(asdict(report), ensure_ascii=False) + "\n"
