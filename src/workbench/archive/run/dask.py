"""An executor on a Dask cluster: the same tasks as on one machine, each in a process beside a Dask worker.

A Dask worker only passes tasks on to a process of its own (`LocalWorkers`). So a page that crashes, hangs or takes too
much memory is dealt with as on one machine, and the OCR engine is loaded once. When the machine of a worker is lost,
Dask gives its tasks to another. Results lie under the digest of what they were made from: they are the same whichever
worker makes them, and however often.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import queue
import re
import socket
import tempfile
import threading
import time
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench._version import PACKAGE
from workbench.archive.results.assemble import AssembleTask
from workbench.archive.run.local import LocalWorkers
from workbench.archive.run.tasks import Executor, Job, Task, TaskOutcome, about
from workbench.errors import ClusterError, WorkerError
from workbench.language import Phrase
from workbench.progress import say

CONNECT_SECONDS = 15
"""Seconds that the scheduler may take to answer."""

NO_WORKER_SECONDS = 900.0
"""Seconds that a cluster may be without any worker, after it had some, before the run is given up."""

POLL_WORKERS_SECONDS = 2.0
"""Seconds between two counts of the workers that there are."""

TASKS_PER_THREAD = 2
"""Tasks that a thread of a worker has at a time: the one it does, and the next, so that it never waits."""

SHAPING = ("numpy", "onnxruntime", "opencv-contrib-python", "paddleocr", "pillow", "pyarrow", "pypdfium2")
"""Packages whose version may change a result."""


class ClusterWorkers(Executor):
    """An `Executor` on a Dask cluster. It grows and shrinks with the cluster.

    Attributes:
        threads: tasks that the cluster does at once.
        capacity: tasks that it may have at a time, those included that wait for a thread.
    """

    def __init__(self, job: Job, address: str, seconds: float = CONNECT_SECONDS) -> None:
        """Connect to the scheduler.

        Args:
            job: what all tasks share.
            address: the scheduler's, ``tcp://host:8786``.
            seconds: how long the scheduler may take to answer.

        Raises:
            ClusterError: Dask is not installed, or the scheduler does not answer.
        """
        self.job, self.address = job, address
        self._client: Any = _connect(address, seconds)  # Dask's own annotations are few
        self._given: dict[Any, tuple[Any, Task]] = {}
        self._done: queue.Queue[Any] = queue.Queue()
        self.threads, self.capacity, self._last_count = 0, 1, 0.0
        self._last_worker: float | None = None
        self._count_workers()
        if not self.threads:
            say(
                Phrase(
                    "cluster {address}: no worker is there yet; the run begins as soon as one joins", address=address
                )
            )

    def __enter__(self) -> ClusterWorkers:
        """See that every worker that is there can do the job.

        Raises:
            ClusterError: one of them cannot.
        """
        try:
            _require_able(self._client, self.address, self.job)
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self._client.status == "running":
            self._client.cancel([future for future, _ in self._given.values()])
            self._client.run(end_own_processes, on_error="ignore")
        self._client.close()

    def submit(self, task: Task) -> None:
        priority = 1 if isinstance(task, AssembleTask) else 0  # a document is assembled before further pages are read
        future = self._client.submit(
            perform_in_own_process, self.job, task, program_digest(), pure=False, priority=priority
        )
        self._given[future.key] = future, task
        future.add_done_callback(self._done.put)

    def outcomes(self, seconds: float) -> list[TaskOutcome]:
        self._count_workers()
        try:
            futures = [self._done.get(timeout=seconds)]
        except queue.Empty:
            return []
        while not self._done.empty():
            futures.append(self._done.get())
        return [self._outcome(future) for future in futures]

    def _outcome(self, future: Any) -> TaskOutcome:
        """The outcome of a task that Dask is done with.

        Raises:
            ClusterError: Dask has lost the task.
        """
        _, task = self._given.pop(future.key)
        if future.status == "finished":
            outcome: TaskOutcome = future.result()
            return outcome
        error = future.exception() if future.status == "error" else None
        if type(error).__name__ == "KilledWorker":
            return TaskOutcome(
                task, about(task, "crashed", Phrase("took down one worker of the cluster after another"))
            )
        message = Phrase(
            "a task was lost ({status}); what was read is kept: run the same command again",
            status=error or future.status,
        )
        raise ClusterError(self.address, message)

    def _count_workers(self) -> None:
        """Count the threads of all workers, and set the capacity by them; every `POLL_WORKERS_SECONDS` at most.

        Raises:
            ClusterError: the scheduler is gone, or has been without workers for too long.
        """
        now = time.monotonic()
        if now - self._last_count < POLL_WORKERS_SECONDS:
            return
        self._last_count = now
        if self._client.status != "running":
            message = Phrase(
                "the scheduler is no longer there; what was read is kept: start it and run the same command again"
            )
            raise ClusterError(self.address, message)
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        self.threads = sum(worker["nthreads"] for worker in workers)
        self.capacity = max(1, TASKS_PER_THREAD * self.threads)
        if self.threads:
            self._last_worker = now
        elif self._last_worker is not None and now - self._last_worker > NO_WORKER_SECONDS:
            message = Phrase(
                "the cluster has had no worker for {seconds:.0f} s; what was read is kept: start workers",
                seconds=NO_WORKER_SECONDS,
            )
            raise ClusterError(self.address, message)


def _connect(address: str, seconds: float) -> Any:
    """A client of the scheduler at an address.

    Raises:
        ClusterError: Dask is not installed, or the scheduler does not answer within so many seconds.
    """
    try:
        from distributed import Client
    except ImportError as error:
        message = Phrase("Dask is not installed; install it with: pip install 'jixiao-workbench[cluster]'")
        raise ClusterError(address, message) from error
    if not re.fullmatch(r"[a-z]+://\S+|\S+:\d{1,5}", address):
        raise ClusterError(
            address, Phrase("this is no address of a Dask scheduler; one looks like tcp://10.0.0.5:8786")
        )
    _require_listening(address, seconds)
    try:
        return Client(
            address,  # type: ignore[no-untyped-call]
            timeout=seconds,
            set_as_default=False,
            name="workbench",
        )
    except (OSError, ValueError, TimeoutError) as error:
        raise _silent(address, seconds) from error


def _require_listening(address: str, seconds: float) -> None:
    """See that something listens at an address of TCP: a client of Dask that finds nothing waits long, and complains.

    Raises:
        ClusterError: nothing does.
    """
    found = re.fullmatch(r"(?:(?:tcp|tls)://)?\[?(.+?)\]?:(\d{1,5})", address)
    if found is None:
        return
    try:
        socket.create_connection((found[1], int(found[2])), timeout=seconds).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise _silent(address, seconds) from error


def _silent(address: str, seconds: float) -> ClusterError:
    return ClusterError(
        address,
        Phrase("no Dask scheduler answers there within {seconds:g} s; start one: dask scheduler", seconds=seconds),
    )


def _require_able(client: Any, address: str, job: Job) -> None:
    """See that every worker runs the same program and sees the same folders.

    Raises:
        ClusterError: one of them does not.
    """
    for worker, reason in client.run(unable, job, program_digest()).items():
        if reason:
            raise ClusterError(address, Phrase("the worker {worker} {reason}", worker=worker, reason=reason))


def unable(job: Job, program: str) -> str | None:
    """Why this worker cannot do the job, from the verb on; None where it can. ``program`` is the caller's digest."""
    if program != program_digest():
        return Phrase(
            "runs another version of workbench, or of the packages that it reads with, and might give other results; "
            "install the same on every machine"
        )
    folder = job.processed
    if isinstance(folder, Path) and not folder.is_dir():
        return Phrase(
            "does not see the folder {folder}; share it at the same path, or use a URL (s3://…)", folder=folder
        )
    return None


@cache
def program_digest() -> str:
    """Hex SHA-256 of the whole package, and of the versions of the packages that its results depend on.

    A worker whose digest is another would give other results: the cluster is refused.
    """
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix in (".py", ".toml"):
            digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes())
    digest.update(repr([_version(name) for name in SHAPING]).encode())
    return digest.hexdigest()


def _version(name: str) -> str | None:
    """The version of an installed package; None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


_processes: dict[int, LocalWorkers] = {}
"""Thread of this Dask worker → the process that belongs to it."""

_scratches: dict[Path, tempfile.TemporaryDirectory[str]] = {}
"""Folders of this worker for what is unpacked, by those of the runs on their own machines."""

_starting = threading.Lock()
"""Locked while a process is started, which replaces ``__main__`` for a moment, or a folder is made."""


def perform_in_own_process(job: Job, task: Task, program: str) -> TaskOutcome:
    """Do a task in the process that belongs to this thread of a Dask worker. Errors are part of the outcome."""
    if reason := unable(job, program):
        return TaskOutcome(task, ClusterError("", Phrase("a worker {reason}", reason=reason)))
    try:
        own = _own_process(job)
        with _starting:
            own.submit(task)
        while not (outcomes := own.outcomes(seconds=1.0)):
            pass
    except WorkerError as error:
        return TaskOutcome(task, error)
    return outcomes[0]


def with_scratch(job: Job) -> Job:
    """The job with a folder of this worker for what is unpacked, where the run's lies on another machine.

    Without one, as where none can be made, an archive is unpacked for each page that is read of it.
    """
    scratch = job.originals.scratch
    if scratch is None or scratch.is_dir():
        return job
    with _starting:
        if scratch not in _scratches:
            _remove_scratches()  # of runs that are over, or lost their cluster
            try:
                _scratches[scratch] = tempfile.TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True)
            except OSError:
                return job
        own = Path(_scratches[scratch].name)
    return replace(job, originals=replace(job.originals, scratch=own))


def _own_process(job: Job) -> LocalWorkers:
    """The process that belongs to this thread; a new one where the last was for another job."""
    job = with_scratch(job)
    thread = threading.get_ident()
    own = _processes.get(thread)
    if own is None or own.job != job:
        if own is not None:
            own.__exit__()
        # Dask's nanny starts a worker as a daemon, which may have no children. This one ends its children itself.
        multiprocessing.current_process().daemon = False
        own = _processes[thread] = LocalWorkers(job, 1)
    return own


def end_own_processes() -> None:
    """End the processes of this worker when a run is over, so that no model stays in memory, and nothing unpacked."""
    while _processes:
        _processes.popitem()[1].__exit__()
    _remove_scratches()


def _remove_scratches() -> None:
    while _scratches:
        _scratches.popitem()[1].cleanup()
