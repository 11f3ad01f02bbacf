"""What became of every report, a line each in ``reports.jsonl`` beside the pages.

A worker adds its line as soon as its files are written, so that whatever ends a run, the next one knows what is done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.files import write_atomically

NAME = "reports.jsonl"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one job.

    ``made_from`` is the job's; ``error`` is the reason why there is no page, ``cell`` the cell that failed
    (``[7] 预算执行``: its number among the code cells, and the heading above it), ``seconds`` what it took.
    """

    title: str
    stem: str
    made_from: str
    error: str | None = None
    cell: str | None = None
    seconds: float = 0.0


def note(folder: Path, report: Report) -> None:
    """Add a report's line; the last line of a report counts."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("a", encoding="utf-8") as journal:
        journal.write(_line(report))


def noted(folder: Path) -> dict[str, Report]:
    """The last known state of every report, by its stem. Lines that an interruption cut, and such as no report has
    (a stem that leads to another folder), are no lines."""
    reports: dict[str, Report] = {}
    if not (folder / NAME).is_file():
        return reports
    for line in (folder / NAME).read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            report = Report(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if _is_whole(report):
            reports[report.stem] = report
    return reports


def _is_whole(report: Report) -> bool:
    texts = (report.title, report.stem, report.made_from, report.error or "", report.cell or "")
    return all(isinstance(text, str) for text in texts) and re.fullmatch(r"[\w-]+", report.stem) is not None


def keep(folder: Path, reports: Iterable[Report]) -> None:
    """Replace the journal by one line for each of these reports."""
    write_atomically(folder / NAME, "".join(map(_line, reports)).encode())


def _line(report: Report) -> str:
    return json.dumps(asdict(report), ensure_ascii=False) + "\n"
