"""A run as lines of JSON, for a program that watches it: what is done, how fast, what failed (docs/progress.md)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from workbench.archive.building.summary import IngestSummary
from workbench.archive.plan import Plan, PlannedDocument
from workbench.archive.run.scheduler import Counts, RunStep
from workbench.errors import InputError
from workbench.language import shown
from workbench.progress import emit
from workbench.readers.documents import Source

SECONDS_BETWEEN = 1.0
"""Least time between two lines that only count, seconds."""


class EventProgress:
    """The `IngestProgress` of a program: a line of JSON on standard output for everything that happens."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()

    def inspecting(self, sources: Sequence[Source]) -> Iterator[Source]:
        for number, source in enumerate(sources):
            if self._is_time():
                emit("looking-through", documents_done=number, documents=len(sources))
            yield source

    def planned(self, plan: Plan, workers: int) -> None:
        changes = {change: plan.count(change) for change in ("new", "changed", "moved", "unchanged")}
        emit(
            "run-started",
            kind="ingest",
            documents=len(plan.documents),
            pages=plan.pages,
            pages_to_read=plan.pending,
            **changes,
            gone=len(plan.gone),
            seconds=round(plan.seconds(workers), 1),
            workers=workers,
        )
        for document in plan.documents:
            if document.problem is not None:
                emit("document-done", document=document.source.name, **_outcome(document.problem))
        self._start = self._last = time.monotonic()

    def advanced(self, counts: Counts) -> None:
        for step in counts.steps:
            _emit_step(step)
        if self._is_time() or counts.documents_done == counts.documents:
            emit("progress", **_progress(counts, time.monotonic() - self._start))

    def stopping(self) -> None:
        emit("stopping")

    def building(self) -> None:
        emit("building")

    def ended(self, outcome: IngestSummary) -> None:
        """Say how the run ended."""
        emit_summary(outcome)

    def failed(self, reason: object) -> None:
        """Say why the run came to nothing."""
        emit("run-failed", message=shown(reason))

    def close(self) -> None:
        pass

    def _is_time(self) -> bool:
        """Whether a line that only counts is due; if it is, it counts as written now."""
        now = time.monotonic()
        is_due = now - self._last >= SECONDS_BETWEEN
        self._last = now if is_due else self._last
        return is_due


def emit_summary(outcome: IngestSummary) -> None:
    """Write how a run ended: what the tables hold, and the documents that are not all in them."""
    names = ("documents", "forms", "indicators", "findings", "pages_read", "interrupted", "unread")
    problems = [
        {"document": one.source, "status": one.status, "reason": one.reason, "message": shown(one.message)}
        for one in outcome.failed
    ]
    facts = {name: getattr(outcome, name) for name in names}
    emit(
        "run-ended",
        **facts,
        problems=problems,
        notes=[shown(note) for note in outcome.notes],
        folder=str(outcome.folder),
    )


def emit_documents(documents: Sequence[PlannedDocument]) -> Iterator[PlannedDocument]:
    """Pass documents on that are put together without being read, and say how many there were."""
    emit("run-started", kind="rebuild", documents=len(documents), pages=0, pages_to_read=0)
    for number, document in enumerate(documents, start=1):
        yield document
        emit("progress", documents_done=number, documents=len(documents))


def _emit_step(step: RunStep) -> None:
    facts: dict[str, object] = {"document": step.document}
    if step.page is not None:
        facts["page"] = step.page
    if step.kind != "document-started":
        facts |= _outcome(step.error)
    emit(step.kind, **facts)


def _outcome(error: InputError | None) -> dict[str, object]:
    """Whether something was done, and if not, the code and the sentence of the reason."""
    return {"ok": True} if error is None else {"ok": False, "reason": error.reason, "message": shown(error.detail)}


def _progress(counts: Counts, seconds: float) -> dict[str, object]:
    """How far a run has come in ``seconds``; no throughput and no time left before the first page is done."""
    names = ("pages_done", "pages", "documents_done", "documents", "failed")
    facts: dict[str, object] = {name: getattr(counts, name) for name in names}
    if counts.pages_done and seconds:
        throughput = counts.pages_done / seconds
        left = (counts.pages - counts.pages_done) / throughput
        facts |= {"pages_per_second": round(throughput, 3), "seconds_left": round(left, 1)}
    return facts
