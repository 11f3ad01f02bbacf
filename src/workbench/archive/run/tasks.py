"""The work of a run in pieces that can be done anywhere: pages to read, and documents to put together."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from workbench.archive.originals import Originals
from workbench.archive.results.assemble import AssembleTask, assemble
from workbench.archive.results.store import ResultStore
from workbench.archive.results.version import Version
from workbench.errors import DatasetError, EngineError, InputError, WorkbenchError
from workbench.files import Files
from workbench.read.document import read_one_page
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of, read_file
from workbench.readers.pages import count_pages
from workbench.remote import Location, files_at
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a run share: where results are kept, the settings, and how to get at the documents."""

    processed: Location
    settings: Settings
    originals: Originals = field(default_factory=lambda: Originals(Path()))


@dataclass(frozen=True, slots=True)
class PageTask:
    """One page to read, or a file that is read as a whole: where it is and where its content goes.

    ``signature`` is that of the files when their digest was taken: if they have changed since, what is
    read now is not what the digest names.
    """

    source: Source
    signature: str
    digest: str
    version: Version
    page: int


@dataclass(frozen=True, slots=True)
class CountTask:
    """A document of this machine whose pages are to be counted."""

    source: Source


Task = PageTask | AssembleTask | CountTask
"""The first two make up a run."""

TRIES = {"crashed": 2, "timed-out": 2, "out-of-memory": 2, "killed": 4}
"""Reasons of failures that took the whole process down, and how often a task is tried until that is accepted: more
often where somebody else (a person, the system short of memory) killed the process."""


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What became of a task: nothing more to say, or why it could not be done.

    ``damaged`` are pages whose results were not whole when their document was to be put together.
    An ``error`` other than `InputError` is not the task's own, and ends the run. ``seconds`` it took.
    ``pages`` were counted.
    """

    task: Task
    error: WorkbenchError | None = None
    damaged: tuple[int, ...] = ()
    seconds: float = 0.0
    pages: int = 0


class Executor(Protocol):
    """Does tasks somewhere else. To be used as a context: its end, however it comes, stops what is in hand."""

    capacity: int
    """Tasks that it may be given before it has an outcome for the first."""

    def __enter__(self) -> Executor: ...

    def __exit__(self, *_: object) -> None: ...

    def submit(self, task: Task) -> None: ...

    def outcomes(self, seconds: float) -> list[TaskOutcome]:
        """What has been done, in any order; waits for the first, at most ``seconds``. Every task has one outcome.

        Raises:
            WorkerError: no process can be started.
        """


def perform(job: Job, task: Task) -> TaskOutcome:
    """Do a task in this process and keep its results; never raises."""
    start = time.perf_counter()
    try:
        outcome = _done(job, task)
    except (InputError, EngineError, DatasetError) as known:
        outcome = TaskOutcome(task, known)
    except Exception as unknown:  # noqa: BLE001 - one page must not stop an archive; the reason is recorded
        outcome = TaskOutcome(task, _unknown(task, unknown))
    return replace(outcome, seconds=time.perf_counter() - start)


def _done(job: Job, task: Task) -> TaskOutcome:
    if isinstance(task, CountTask):
        return TaskOutcome(task, pages=count_pages(task.source, job.settings))
    store = ResultStore(_files(job.processed))
    if isinstance(task, AssembleTask):
        return TaskOutcome(task, damaged=assemble(task, store, job.settings))
    _read(task, store, job.originals, job.settings)
    return TaskOutcome(task)


@lru_cache(maxsize=1)
def _files(processed: Location) -> Files:
    return files_at(processed)


def _read(task: PageTask, store: ResultStore, originals: Originals, settings: Settings) -> None:
    results = store.document(task.digest, task.version)
    _require_unchanged(task, originals)
    try:
        with originals.opened(task.source, settings, task.page) as source:
            if kind_of(source) == "scan":
                pages = [read_one_page(source, task.page, settings, threads=1)]
            else:
                pages = read_file(source, settings)
    except InputError:
        _require_unchanged(task, originals)  # a file that is gone is not a damaged one
        raise
    _require_unchanged(task, originals)
    for page in reversed(pages):  # the first page of a file, which says how many there are, is kept last
        results.save_page(page)


def _require_unchanged(task: PageTask, originals: Originals) -> None:
    if originals.signature(task.source)[0] != task.signature:
        message = "the file was changed while the archive was read; run the same command again"
        raise InputError("changed", task.source.name, message)


def about(task: Task, reason: str, message: str) -> InputError:
    """What is to be said of the document, or of the page, that a task is about."""
    name = task.name if isinstance(task, AssembleTask) else task.source.name
    return InputError(reason, name, message, task.page if isinstance(task, PageTask) else None)


def _unknown(task: Task, error: Exception) -> InputError:
    reason, failed = {
        PageTask: ("unreadable", "the page could not be read"),
        CountTask: ("unreadable", "its pages could not be counted"),
        AssembleTask: ("not-assembled", "the document could not be put together"),
    }[type(task)]
    return about(task, reason, f"{failed} ({type(error).__name__}: {error}); please report it with the file")
