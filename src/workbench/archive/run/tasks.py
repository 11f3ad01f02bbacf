"""The work of a run as tasks that any process can do: pages to read, and documents to assemble."""

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
from workbench.language import Phrase
from workbench.read.document import read_one_page
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of, read_file
from workbench.readers.pages import count_pages
from workbench.readers.unpacking import unpack
from workbench.remote import Location, files_at
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a run share.

    Attributes:
        processed: where results are stored, a folder or its URL.
        settings: those that documents are read with.
        originals: the documents of the raw folder.
    """

    processed: Location
    settings: Settings
    originals: Originals = field(default_factory=lambda: Originals(Path()))


@dataclass(frozen=True, slots=True)
class PageTask:
    """One page to read, or a file that is read as a whole.

    Attributes:
        source: the document.
        signature: that of its files when their digest was taken. If they have changed since, what is read now is not
            what the digest names.
        digest: hex SHA-256 of the document's content.
        version: the one to read it with.
        page: number of the page, from 1.
    """

    source: Source
    signature: str
    digest: str
    version: Version
    page: int


@dataclass(frozen=True, slots=True)
class CountTask:
    """A document on this machine whose pages are to be counted."""

    source: Source


@dataclass(frozen=True, slots=True)
class UnpackTask:
    """An archive on this machine whose members are to be put into an empty folder."""

    source: Source
    folder: Path


Task = PageTask | AssembleTask | CountTask | UnpackTask
"""A run does the first two; archives are unpacked and pages are counted before it begins."""

TRIES = {"crashed": 2, "timed-out": 2, "out-of-memory": 2, "killed": 4}
"""How often a task is tried before its failure is accepted, by the failure's reason; for all others, once.

These are failures that took the whole process down. ``killed`` has more tries, for somebody else did it: a person, or
the system when memory ran short.
"""


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What became of a task.

    Attributes:
        task: the task.
        error: why it could not be done; None where it was. An `InputError` is about the task's document; any other
            would meet every other task as well, and ends the run.
        damaged: of an `AssembleTask`, numbers of the pages whose results are damaged.
        seconds: how long it took.
        pages: of a `CountTask`, the number of pages.
    """

    task: Task
    error: WorkbenchError | None = None
    damaged: tuple[int, ...] = ()
    seconds: float = 0.0
    pages: int = 0


class Executor(Protocol):
    """Does tasks somewhere else. It is a context: when that ends, for whatever reason, unfinished tasks are stopped."""

    capacity: int
    """Most tasks that it may have at a time; it may change."""

    def __enter__(self) -> Executor: ...

    def __exit__(self, *_: object) -> None: ...

    def submit(self, task: Task) -> None:
        """Take a task, and return without waiting for it."""

    def outcomes(self, seconds: float) -> list[TaskOutcome]:
        """The outcomes since the last call, in any order; each task has one. Waits for the first, at most ``seconds``.

        Raises:
            WorkerError: no process can be started.
        """


def perform(job: Job, task: Task) -> TaskOutcome:
    """Do a task in this process and store its results. Never raises: an error is part of the outcome."""
    start = time.perf_counter()
    try:
        outcome = _perform(job, task)
    except (InputError, EngineError, DatasetError) as known:
        outcome = TaskOutcome(task, known)
    except Exception as unknown:  # noqa: BLE001 - one page must not stop an archive; the reason is recorded
        outcome = TaskOutcome(task, _unknown(task, unknown))
    return replace(outcome, seconds=time.perf_counter() - start)


def _perform(job: Job, task: Task) -> TaskOutcome:
    """Do a task, and let errors pass.

    Raises:
        InputError: the document, or the page, cannot be used.
        EngineError: the OCR engine cannot be had.
        DatasetError: the result cannot be stored.
    """
    if isinstance(task, CountTask):
        return TaskOutcome(task, pages=count_pages(task.source, job.settings))
    if isinstance(task, UnpackTask):
        unpack(task.source.path, task.folder, job.settings)
        return TaskOutcome(task)
    store = ResultStore(_files(job.processed))
    if isinstance(task, AssembleTask):
        return TaskOutcome(task, damaged=assemble(task, store, job.settings))
    _read(task, store, job.originals, job.settings)
    return TaskOutcome(task)


@lru_cache(maxsize=1)
def _files(processed: Location) -> Files:
    """The processed folder, connected to once a process."""
    return files_at(processed)


def _read(task: PageTask, store: ResultStore, originals: Originals, settings: Settings) -> None:
    """Read a page, or a whole file, and store its content; the files must be those that the digest was taken of."""
    results = store.document(task.digest, task.version)
    _require_unchanged(task, originals)
    try:
        with originals.opened(task.source, settings, task.page) as source:
            if kind_of(source) == "scan":
                pages = [read_one_page(source, task.page, settings, threads=1)]
            else:
                pages = read_file(source, settings)
    except InputError:
        _require_unchanged(task, originals)  # a file that went away or was changed is not called damaged
        raise
    _require_unchanged(task, originals)
    for page in reversed(pages):  # the first page of a file, which names the number of pages, is stored last
        results.save_page(page)


def _require_unchanged(task: PageTask, originals: Originals) -> None:
    """See that the document's files are those that its digest was taken of.

    Raises:
        InputError: ``changed`` or ``missing``: they are not.
    """
    if originals.signature(task.source)[0] != task.signature:
        message = Phrase("the file was changed while the archive was read; run the same command again")
        raise InputError("changed", task.source.name, message)


def about(task: Task, reason: str, message: str) -> InputError:
    """An error about the document, or the page, of a task. ``reason`` is a code, ``message`` the rest of a sentence."""
    name = task.name if isinstance(task, AssembleTask) else task.source.name
    return InputError(reason, name, message, task.page if isinstance(task, PageTask) else None)


def _unknown(task: Task, error: Exception) -> InputError:
    """The error of a task that failed in a way that nobody foresaw."""
    reason, failed = {
        PageTask: ("unreadable", Phrase("the page could not be read")),
        CountTask: ("unreadable", Phrase("its pages could not be counted")),
        UnpackTask: ("unreadable", Phrase("the archive could not be unpacked")),
        AssembleTask: ("not-assembled", Phrase("the document could not be put together")),
    }[type(task)]
    return about(
        task,
        reason,
        Phrase(
            "{failed} ({kind}: {error}); please report it with the file",
            failed=failed,
            kind=type(error).__name__,
            error=error,
        ),
    )
