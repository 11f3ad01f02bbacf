"""The making of reports as lines of JSON, for a program that watches it (docs/progress.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.language import shown
from workbench.progress import emit
from workbench.report.build import ReportRun
from workbench.report.journal import PAGE_ENDING, Report


def emit_reports(reports: Iterable[Report], total: int, **_facts: object) -> Iterator[Report]:
    """Pass reports on as they are made, and write a line for each."""
    emit("run-started", kind="report", reports=total)
    for number, report in enumerate(reports, start=1):
        yield report
        emit("report-done", **_outcome(report), reports_done=number, reports=total)


def emit_run(run: ReportRun) -> None:
    """Write how the making of reports ended: all that were asked for, and those that could not be made."""
    emit(
        "run-ended",
        reports=len(run.reports),
        made=run.made,
        interrupted=run.interrupted,
        problems=[_outcome(report) for report in run.failed],
        pages=[f"{report.stem}{PAGE_ENDING}" for report in run.reports if not report.error],
        path=str(run.index),
    )


def _outcome(report: Report) -> dict[str, object]:
    """A report, and where it failed the cell and the reason."""
    made: dict[str, object] = {"report": report.title, "ok": report.error is None}
    return made if report.error is None else made | {"cell": report.cell, "message": shown(report.error)}
