"""A run as the panel shows it: made of the lines of JSON that a command of the workbench writes (docs/progress.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workbench.lab.catalogue import SpokenLanguage, reason_of

RunKind = Literal["ingest", "rebuild", "report", "export"]
KINDS: tuple[RunKind, ...] = ("ingest", "rebuild", "report", "export")
State = Literal["running", "stopping", "done", "failed", "stopped"]

UNITS: Mapping[RunKind, str] = {"ingest": "pages", "rebuild": "documents", "report": "reports", "export": "tables"}
"""What a run of a kind counts."""

FAILURES_KEPT = 500
"""Most failures that a run lists; their number is given in any case."""


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Why a document, a page of it (from 1) or a report came to nothing; ``code`` as in ``documents.error``."""

    file: str
    page: int | None
    code: str
    message: str


@dataclass(slots=True)
class LabRun:
    """A run that the server started.

    Attributes:
        id: its number on this server.
        kind, state: what it does, and how far that is.
        steps, steps_done: how many pages, documents or reports there are to do, and are done.
        documents, documents_done, documents_failed: those of them.
        reading: names of the documents that are being read.
        failures: what failed, in order.
        pages_per_second, seconds_left: throughput; None where nothing was measured yet.
        message: the last line about what is done now, or why the run came to nothing.
        result: path of what was made, on this machine.
        copied: files that were put into the raw folder for this run.
        changes: grows with every change; ``moves`` whenever a document is begun or done.
    """

    id: int
    kind: RunKind
    started: str = field(default_factory=lambda: datetime.now().astimezone().isoformat(timespec="seconds"))
    state: State = "running"
    phase: str = "starting"
    steps: int = 0
    steps_done: int = 0
    documents: int = 0
    documents_done: int = 0
    documents_failed: int = 0
    reading: set[str] = field(default_factory=set)
    failures: list[RunFailure] = field(default_factory=list)
    pages_per_second: float | None = None
    seconds_left: float | None = None
    message: str = ""
    notes: list[str] = field(default_factory=list)
    result: str = ""
    pages_made: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    interrupted: bool = False
    has_ended: bool = False
    exit: int | None = None
    changes: int = 0
    moves: int = 0

    @property
    def is_active(self) -> bool:
        """Whether its process is still there."""
        return self.state in ("running", "stopping")

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in a line of the process."""
        self.changes += 1
        handle = getattr(self, f"_{str(event.get('event', '')).replace('-', '_')}", None)
        if handle is not None:
            handle(event)

    def _looking_through(self, event: Mapping[str, Any]) -> None:
        self.phase = "looking-through"
        self.documents, self.documents_done = event["documents"], event["documents_done"]

    def _run_started(self, event: Mapping[str, Any]) -> None:
        self.phase = "working"
        self.documents, self.documents_done = event.get("documents", 0), 0
        self.steps = event.get("pages_to_read", event.get("reports", event.get("steps", 0)))
        self.seconds_left = event.get("seconds")

    def _document_started(self, event: Mapping[str, Any]) -> None:
        self.reading.add(event["document"])
        self.moves += 1

    def _page_done(self, event: Mapping[str, Any]) -> None:
        self.steps_done += 1
        if not event["ok"]:
            self._fail(event["document"], event, event["page"])

    def _document_done(self, event: Mapping[str, Any]) -> None:
        self.documents_done += 1
        self.reading.discard(event["document"])
        self.moves += 1
        if not event["ok"]:
            self.documents_failed += 1
            self._fail(event["document"], event)

    def _progress(self, event: Mapping[str, Any]) -> None:
        self.steps = event.get("pages", self.steps)
        self.steps_done = event.get("pages_done", self.steps_done)
        if "pages" not in event:
            self.documents, self.documents_done = event["documents"], event["documents_done"]
        self.pages_per_second = event.get("pages_per_second", self.pages_per_second)
        self.seconds_left = event.get("seconds_left", self.seconds_left)

    def _report_done(self, event: Mapping[str, Any]) -> None:
        self.steps_done = event["reports_done"]
        if not event["ok"]:
            self._fail(event["report"], event)

    def _step_done(self, event: Mapping[str, Any]) -> None:
        self.steps, self.steps_done = event["steps"], event["steps_done"]

    def _stopping(self, _: Mapping[str, Any]) -> None:
        self.state = "stopping"

    def _building(self, _: Mapping[str, Any]) -> None:
        self.phase = "building"

    def _run_failed(self, event: Mapping[str, Any]) -> None:
        self.message = str(event["message"])

    def _run_ended(self, event: Mapping[str, Any]) -> None:
        self.has_ended, self.interrupted = True, bool(event.get("interrupted"))
        self.notes = [str(note) for note in event.get("notes", [])]
        self.result = str(event.get("path", event.get("folder", "")))
        self.pages_made = list(event.get("pages", []))
        if self.kind in ("ingest", "rebuild"):
            # The whole truth: a document may have been read, and hold no form.
            problems = event["problems"]
            self.failures = [
                RunFailure(one["document"], None, one["reason"], one["message"]) for one in problems[:FAILURES_KEPT]
            ]
            self.documents_failed = len(problems)

    def _fail(self, file: str, event: Mapping[str, Any], page: int | None = None) -> None:
        if len(self.failures) < FAILURES_KEPT:
            code, message = str(event.get("reason", "")), str(event.get("message", ""))
            cell = f"{event['cell']}: " if event.get("cell") else ""
            self.failures.append(RunFailure(file, page, code, cell + message))

    def ended(self, exit_status: int, stop_asked: bool, last_words: str) -> None:
        """Settle the state when the process has ended; ``last_words`` are the end of its standard error."""
        self.changes += 1
        self.exit, self.phase, self.seconds_left = exit_status, "ended", None
        self.reading.clear()
        is_made = self.has_ended and not (self.kind == "report" and self.failures and not self.pages_made)
        if self.interrupted or (stop_asked and not self.has_ended):
            self.state = "stopped"
        elif is_made:
            self.state = "done"
        else:
            self.state = "failed"
            if not self.message:
                self.message = self.failures[0].message if self.failures else last_words

    def shown(self, language: SpokenLanguage, result: str | None) -> dict[str, Any]:
        """The run for the browser; ``result`` is the path of what was made, relative to the server's root."""
        counts = ("documents", "documents_done", "documents_failed", "pages_per_second", "seconds_left")
        return {
            **{name: getattr(self, name) for name in ("id", "kind", "state", "phase", "started", "exit", "copied")},
            **{name: getattr(self, name) for name in counts},
            "unit": UNITS[self.kind],
            "pages": self.steps,
            "pages_done": self.steps_done,
            "failures": [
                {"file": one.file, "page": one.page, "code": one.code, "reason": _reason(one, language)}
                for one in self.failures
            ],
            "message": self.message,
            "notes": self.notes,
            "result": {"path": result} if result is not None and self.state == "done" else None,
        }


def _reason(failure: RunFailure, language: SpokenLanguage) -> str:
    return reason_of(failure.code, failure.message, language) if failure.code else failure.message
