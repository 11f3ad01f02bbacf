"""Reading pages: a pool of processes, one page at a time each; every page is stored as soon as it is read."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from workbench.archive.plan import PlannedDocument
from workbench.archive.reading import read_one_page
from workbench.archive.store import ResultStore
from workbench.errors import EngineError, InputError
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of, read_file
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class PageTask:
    """One page to read, or a file that is read as a whole: where it is and where its content goes."""

    source: Source
    digest: str
    page: int


PageFailures = dict[tuple[str, int], InputError]
"""(document digest, page) → why the page could not be read."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What happened to the pending pages. ``interrupted``: the user stopped the run before the end."""

    failures: PageFailures
    interrupted: bool = False


def read_pending(
    documents: Sequence[PlannedDocument],
    processed: Path,
    settings: Settings,
    workers: int,
    on_page: Callable[[PageTask], None],
    on_wait: Callable[[], None],
) -> RunResult:
    """Read all pending pages with ``workers`` processes; ``on_page`` is called as each is done,
    ``on_wait`` about once a second.

    A page that fails, or takes its process down, is recorded and the others go on. On Ctrl-C the
    pages in hand are finished and stored, and the rest is left for the next run.

    Raises:
        EngineError: the OCR engine cannot be had; no page can be read.
    """
    # The same file twice in the archive is read once.
    tasks = {(d.digest, page): PageTask(d.source, d.digest, page) for d in documents for page in d.pending}
    failures: PageFailures = {}
    waiting = list(tasks.values())
    while waiting:
        batch = _run_pool(waiting, processed, settings, workers, on_page, on_wait)
        failures |= batch.failures
        if batch.interrupted:
            return RunResult(failures, interrupted=True)
        for suspect in batch.suspects:  # alone, so that it is known which page takes its process down
            alone = _run_pool([suspect], processed, settings, 1, on_page, on_wait)
            failures |= alone.failures
            if alone.suspects:
                message = "reading this page crashed the program; is the file damaged or far too large?"
                failures[suspect.digest, suspect.page] = InputError(
                    "crashed", suspect.source.name, message, suspect.page
                )
        waiting = batch.waiting
    return RunResult(failures)


@dataclass(frozen=True, slots=True)
class _Batch:
    """A pool's end: ``suspects`` were in hand when a process died, ``waiting`` had not been started."""

    failures: PageFailures
    suspects: list[PageTask]
    waiting: list[PageTask]
    interrupted: bool = False


def _run_pool(
    tasks: Sequence[PageTask],
    processed: Path,
    settings: Settings,
    workers: int,
    on_page: Callable[[PageTask], None],
    on_wait: Callable[[], None],
) -> _Batch:
    # A fresh interpreter: forking a process that has threads (OpenCV, ONNX Runtime) can lock up.
    pool = ProcessPoolExecutor(
        min(workers, len(tasks)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(processed, settings),
    )
    failures: PageFailures = {}
    waiting = list(reversed(tasks))
    running: dict[Future[InputError | None], PageTask] = {}
    try:
        while waiting or running:
            while waiting and len(running) < 2 * workers:
                future = pool.submit(read_one, waiting[-1])
                running[future] = waiting.pop()
            done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            on_wait()
            for future in done:
                failure = future.result()
                task = running.pop(future)
                if failure is not None:
                    failures[task.digest, task.page] = failure
                on_page(task)
    except BrokenProcessPool:
        return _Batch(failures, list(running.values()), waiting[::-1])
    except KeyboardInterrupt:
        return _Batch(failures, [], [], interrupted=True)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return _Batch(failures, [], [])


_worker: tuple[ResultStore, Settings] | None = None


def _start_worker(processed: Path, settings: Settings) -> None:
    """Ctrl-C goes to the main process alone, so that a worker finishes its page."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _worker
    _worker = ResultStore(processed, settings), settings


def read_one(task: PageTask) -> InputError | None:
    """Read one page, or all of a file that is read as a whole, in a worker and store what was read.

    Returns why that was not possible, or None.

    Raises:
        EngineError: the OCR engine cannot be had.
    """
    assert _worker is not None
    store, settings = _worker
    try:
        if kind_of(task.source) == "scan":
            store.save(task.digest, read_one_page(task.source, task.page, settings, threads=1))
        else:
            for page in reversed(read_file(task.source, settings)):
                store.save(task.digest, page)
    except InputError as failure:
        return failure
    except EngineError:
        raise
    except Exception as error:  # noqa: BLE001 - one page must not stop an archive; the reason is recorded
        message = f"the page could not be read ({type(error).__name__}: {error}); please report it with the page"
        return InputError("unreadable", task.source.name, message, task.page)
    return None
