"""A run: tasks are given to an executor, and every document is assembled as soon as its pages are read."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from workbench.archive.originals import Originals
from workbench.archive.plan import Plan, PlannedDocument
from workbench.archive.results.assemble import AssembleTask
from workbench.archive.run.interrupts import Interrupts
from workbench.archive.run.tasks import TRIES, Executor, PageTask, Task, TaskOutcome
from workbench.archive.throughput import throughput_kind
from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.kinds import kind_of
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class RunStep:
    """Something that happened to a document in a run.

    Attributes:
        kind: the first of its pages is being read, one was read, or the document is done; both may have failed.
        document: the name of the document.
        page: the number of the page, from 1; None where it is the whole document.
        error: why it failed; None where it did not.
    """

    kind: Literal["document-started", "page-done", "document-done"]
    document: str
    page: int | None = None
    error: InputError | None = None


@dataclass(slots=True)
class Counts:
    """How far a run has come.

    Attributes:
        documents, pages: how many there are to assemble, and to read.
        documents_done, pages_done: how many of them are done, failures included.
        failed: pages and documents that failed.
        last: name of the page or document that was done last.
        steps: what happened since the counts were last shown, in order.
    """

    documents: int
    pages: int
    documents_done: int = 0
    pages_done: int = 0
    failed: int = 0
    last: str = ""
    steps: list[RunStep] = field(default_factory=list)


@dataclass(slots=True)
class RunResult:
    """What happened in a run. Documents are named by their digest.

    Attributes:
        failures: (document, page) → why the page could not be read.
        unassembled: document → why it could not be assembled.
        unread: document → numbers of the pages that failed or were not begun.
        seconds: kind of document (see `throughput_kind`) → pages that were read, and the seconds that took.
        pages_read: number of pages that were read.
        interrupted: the user stopped the run before its end.
    """

    failures: dict[tuple[str, int], InputError] = field(default_factory=dict)
    unassembled: dict[str, InputError] = field(default_factory=dict)
    unread: dict[str, set[int]] = field(default_factory=dict)
    seconds: dict[str, tuple[int, float]] = field(default_factory=dict)
    pages_read: int = 0
    interrupted: bool = False


def run_plan(
    plan: Plan,
    originals: Originals,
    settings: Settings,
    executor: Executor,
    watch: Callable[[Counts], None],
    interrupts: Interrupts,
) -> RunResult:
    """Read all pending pages and assemble the documents.

    A task that fails is recorded and the others go on; one that took its process down is tried again. When the user
    interrupts, tasks that were begun are finished, documents of which some pages were read are assembled from the pages
    there are, and the rest is left for the next run.

    Args:
        plan: the documents, and their pages that are to be read.
        originals: the raw folder, looked at when a file is missing: is all of it gone?
        settings: those that documents are assembled with.
        executor: does the tasks.
        watch: called with the counts about once a second, and whenever a task was done.
        interrupts: says whether the user has asked for an end.

    Raises:
        InputError: ``missing``: the raw folder is gone.
        StoreError: results cannot be stored.
        EngineError, WorkerError: the OCR engine, or processes, cannot be had.
    """
    agenda = Agenda(plan, settings)
    submitted = 0
    with executor:
        while True:
            while submitted < executor.capacity and (task := agenda.next(interrupts.asked)) is not None:
                executor.submit(task)
                submitted += 1
            if submitted == 0:
                break
            for outcome in executor.outcomes(seconds=1.0):
                submitted -= 1
                if outcome.error is not None:
                    _require_going_on(outcome, originals)
                agenda.done(outcome)
            watch(agenda.counts)
            agenda.counts.steps.clear()
        if agenda.counts.steps:  # of documents that needed no task
            watch(agenda.counts)
    return agenda.result


def _require_going_on(outcome: TaskOutcome, originals: Originals) -> None:
    """Let the failure of one document pass, and raise an error that every other document would meet as well."""
    error = outcome.error
    assert error is not None
    if not isinstance(error, InputError):
        raise error
    if error.reason == "missing":
        require_raw(originals)


def require_raw(originals: Originals) -> None:
    """See that the raw folder is still there. One file that is gone is a problem of that file; all of them are not.

    Raises:
        InputError: ``missing``: the raw folder is gone, or empty.
    """
    if not originals.is_there():
        message = Phrase(
            "the folder is no longer there; the tables stay as they were, and what was read is kept: run again"
        )
        raise InputError("missing", str(originals.place), message)


class Agenda:
    """Decides which task comes next, and keeps count of what was done.

    Tasks that came up during the run are done first: documents whose pages are all read, and what is tried again.
    """

    def __init__(self, plan: Plan, settings: Settings) -> None:
        contents = plan.contents
        self.settings = settings
        self.counts = Counts(len(contents), plan.pending)
        self.result = RunResult(unread={d.digest: set(d.pending) for d in contents if d.pending})
        self._documents = {document.digest: document for document in contents}
        # By digest, the pages that have no outcome yet; a document leaves with its last page.
        self._awaited = {document.digest: set(document.pending) for document in contents if document.pending}
        self._first: deque[Task] = deque()
        self._planned = self._planned_tasks(contents)
        self._in_hand: set[tuple[str, int]] = set()
        self._started: set[str] = set()
        self._tries: Counter[tuple[str, int]] = Counter()
        self._repaired: set[str] = set()

    def next(self, stopping: bool) -> Task | None:
        """The next task; None where there is none, or none until another one is done.

        With ``stopping`` no further page is begun: documents of which some pages were read are assembled from those.
        """
        if not self._first and stopping:
            self._give_up()
        task = self._first.popleft() if self._first else None if stopping else next(self._planned, None)
        if isinstance(task, PageTask):
            self._in_hand.add((task.digest, task.page))
            if task.digest not in self._started:
                self._started.add(task.digest)
                self.counts.steps.append(RunStep("document-started", task.source.name))
        return task

    def done(self, outcome: TaskOutcome) -> None:
        """Record what became of a task, and put what follows from it on the agenda."""
        task, error = outcome.task, outcome.error
        assert isinstance(task, PageTask | AssembleTask)
        assert error is None or isinstance(error, InputError)
        key = (task.digest, task.page if isinstance(task, PageTask) else 0)
        self._tries[key] += 1
        self._in_hand.discard(key)
        if error is not None and self._tries[key] < TRIES.get(error.reason, 1):
            self._first.append(task)
        elif isinstance(task, PageTask):
            self._page_done(task, error, outcome.seconds)
        elif outcome.damaged and task.digest not in self._repaired:
            self._read_again(self._documents[task.digest], outcome.damaged)
        elif outcome.damaged:
            message = Phrase(
                "results are damaged as soon as they are kept ({damaged} pages); is the disk sound?",
                damaged=len(outcome.damaged),
            )
            self._document_done(task.digest, InputError("damaged", task.name, message))
        else:
            self._document_done(task.digest, error)

    def _planned_tasks(self, contents: list[PlannedDocument]) -> Iterator[Task]:
        """The tasks that the plan asks for, document by document."""
        for document in contents:
            yield from (_page_task(document, page) for page in document.pending)
            if not document.pending:
                yield from self._assembling(document)

    def _page_done(self, task: PageTask, error: InputError | None, seconds: float) -> None:
        """Record a page that was read or has failed for good; with the last of its document, that is assembled next."""
        document = self._documents[task.digest]
        self.counts.pages_done += 1
        self.counts.last = f"{task.source.name} p{task.page}"
        self.counts.steps.append(RunStep("page-done", task.source.name, task.page, error))
        if error is not None:
            self.result.failures[task.digest, task.page] = error
            self.counts.failed += 1
        else:
            kind = throughput_kind(task.source)
            pages, took = self.result.seconds.get(kind, (0, 0.0))
            self.result.seconds[kind] = pages + 1, took + seconds
            self.result.pages_read += 1
            self.result.unread[task.digest].discard(task.page)
        awaited = self._awaited[task.digest]
        awaited.discard(task.page)
        if not awaited:
            del self._awaited[task.digest]
            self._first.extend(self._assembling(document))

    def _assembling(self, document: PlannedDocument) -> Iterator[Task]:
        """The task to assemble a document; none where it would give what there is, or where it has no page.

        The document is done where there is none.
        """
        task = assemble_task(document, self.result)
        was_read = self.result.unread.get(document.digest, set()) != set(document.pending)
        is_known = document.assembled is not None and document.assembled.key == task.key(self.settings)
        if (is_known and not was_read) or not has_pages(document, task):
            self._document_done(document.digest, None)
        else:
            yield task

    def _document_done(self, digest: str, error: InputError | None) -> None:
        """Record a document that was assembled, did not need to be, or has failed."""
        self.counts.documents_done += 1
        self.counts.last = name = self._documents[digest].source.name
        self.counts.steps.append(RunStep("document-done", name, error=error))
        if error is not None:
            self.result.unassembled[digest] = error
            self.counts.failed += 1

    def _read_again(self, document: PlannedDocument, pages: tuple[int, ...]) -> None:
        """Put pages on the agenda whose results turned out to be damaged."""
        self._repaired.add(document.digest)
        self._awaited[document.digest] = set(pages)
        self.result.unread.setdefault(document.digest, set()).update(pages)
        self.counts.pages += len(pages)
        self._first.extend(_page_task(document, page) for page in pages)

    def _give_up(self) -> None:
        """Await no page that nobody is reading: documents of which some pages were read are assembled from those.

        A document with pages in hand is assembled when the last of these is there.
        """
        self.result.interrupted |= next(self._planned, None) is not None
        for digest, awaited in list(self._awaited.items()):
            in_hand = {page for page in awaited if (digest, page) in self._in_hand}
            self.result.interrupted |= in_hand != awaited
            self._awaited[digest] = in_hand
            if in_hand:
                continue
            document = self._documents[digest]
            del self._awaited[digest]
            if self.result.unread[digest] != set(document.pending):
                self._first.extend(self._assembling(document))


def assemble_task(document: PlannedDocument, result: RunResult) -> AssembleTask:
    """The task to assemble a document from the pages that are stored after a run."""
    assert document.version is not None
    missing = tuple(sorted(result.unread.get(document.digest, ())))
    pages = 0 if document.is_read_whole else document.pages
    name, kind = document.source.name, kind_of(document.source)
    return AssembleTask(document.digest, document.version, name, kind, pages, missing, document.corrections)


def has_pages(document: PlannedDocument, task: AssembleTask) -> bool:
    """Whether there is any page to assemble the document from; a file that is read as a whole has all pages or none."""
    return not task.missing if document.is_read_whole else len(task.missing) < document.pages


def _page_task(document: PlannedDocument, page: int) -> PageTask:
    assert document.version is not None
    return PageTask(document.source, document.signature, document.digest, document.version, page)
