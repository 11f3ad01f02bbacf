"""A Dask cluster instead of the processes of this machine: the same tasks, each in a process beside a Dask worker.

A worker of Dask only hands tasks on to a process of its own (`LocalWorkers`), so that a page that crashes, hangs or
takes too much memory is dealt with as on one machine, and the OCR engine is loaded once. What a worker had in hand
when its machine was lost, Dask gives to another; results lie under the digest of what they were made from, so that
whoever makes them, and however often, they are the same.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import queue
import threading
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench._version import PACKAGE
from workbench.archive.results.assemble import AssembleTask
from workbench.archive.run.local import LocalWorkers
from workbench.archive.run.tasks import Executor, Job, Task, TaskOutcome, about
from workbench.errors import ClusterError, WorkerError
from workbench.progress import say

CONNECT_SECONDS = 15
"""Seconds that the scheduler may take to answer."""

LONELY_SECONDS = 900.0
"""Seconds that a cluster may be without any worker, after it had some, before the run is given up."""

LOOK_SECONDS = 2.0
"""Seconds between two looks at how many workers there are."""

TASKS_A_THREAD = 2
"""Tasks that a thread of a worker is given at a time: one in hand, and the next for when it is done."""

SHAPING = ("numpy", "onnxruntime", "opencv-contrib-python", "paddleocr", "pillow", "pyarrow", "pypdfium2")
"""Packages whose versions may shape a result."""


class ClusterWorkers(Executor):
    """An `Executor` on a Dask cluster; ``threads`` are the tasks that it does at once. It grows and shrinks with the
    cluster."""

    def __init__(self, job: Job, address: str, seconds: float = CONNECT_SECONDS) -> None:
        """Connect to the scheduler.

        Raises:
            ClusterError: Dask is not installed, or the scheduler does not answer.
        """
        self.job, self.address = job, address
        self._client: Any = _connect(address, seconds)  # Dask's own annotations are few
        self._given: dict[Any, tuple[Any, Task]] = {}
        self._done: queue.Queue[Any] = queue.Queue()
        self.threads, self.capacity, self._looked = 0, 1, 0.0
        self._last_seen: float | None = None
        self._look()
        if not self.threads:
            say(f"cluster {address}: no worker is there yet; the run begins as soon as one joins")

    def __enter__(self) -> ClusterWorkers:
        """See that the workers that are there can do the job.

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
        first = 1 if isinstance(task, AssembleTask) else 0
        future = self._client.submit(
            perform_in_own_process, self.job, task, program_digest(), pure=False, priority=first
        )
        self._given[future.key] = future, task
        future.add_done_callback(self._done.put)

    def outcomes(self, seconds: float) -> list[TaskOutcome]:
        self._look()
        try:
            futures = [self._done.get(timeout=seconds)]
        except queue.Empty:
            return []
        while not self._done.empty():
            futures.append(self._done.get())
        return [self._outcome(future) for future in futures]

    def _outcome(self, future: Any) -> TaskOutcome:
        _, task = self._given.pop(future.key)
        if future.status == "finished":
            outcome: TaskOutcome = future.result()
            return outcome
        error = future.exception() if future.status == "error" else None
        if type(error).__name__ == "KilledWorker":
            return TaskOutcome(task, about(task, "crashed", "took down one worker of the cluster after another"))
        message = f"a task was lost ({error or future.status}); what was read is kept: run the same command again"
        raise ClusterError(self.address, message)

    def _look(self) -> None:
        """See now and then how many workers there are."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        if self._client.status != "running":
            message = "the scheduler is no longer there; what was read is kept: start it and run the same command again"
            raise ClusterError(self.address, message)
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        self.threads = sum(worker["nthreads"] for worker in workers)
        self.capacity = max(1, TASKS_A_THREAD * self.threads)
        if self.threads:
            self._last_seen = now
        elif self._last_seen is not None and now - self._last_seen > LONELY_SECONDS:
            message = f"the cluster has had no worker for {LONELY_SECONDS:.0f} s; what was read is kept: start workers"
            raise ClusterError(self.address, message)


def _connect(address: str, seconds: float) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        message = "Dask is not installed; install it with: pip install 'jixiao-workbench[cluster]'"
        raise ClusterError(address, message) from error
    try:
        return Client(
            address,  # type: ignore[no-untyped-call]
            timeout=seconds,
            set_as_default=False,
            name="workbench",
        )
    except (OSError, ValueError, TimeoutError) as error:
        message = f"no Dask scheduler answers there within {seconds:g} s ({error}); start one: dask scheduler"
        raise ClusterError(address, message) from error


def _require_able(client: Any, address: str, job: Job) -> None:
    """See that the workers there are run the same program and see the same folders."""
    for worker, told in client.run(unable, job, program_digest()).items():
        if told:
            raise ClusterError(address, f"the worker {worker} {told}")


def unable(job: Job, program: str) -> str | None:
    """Why this worker cannot do the job; None where it can."""
    if program != program_digest():
        return (
            "runs another version of workbench, or of the packages that it reads with, and might give other results; "
            "install the same on every machine"
        )
    folder = job.processed
    if isinstance(folder, Path) and not folder.is_dir():
        return f"does not see the folder {folder}; share it at the same path, or use a URL (s3://…)"
    return None


@cache
def program_digest() -> str:
    """Digest of the whole program, and of the versions of the packages that shape its results."""
    package = PACKAGE
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*")):
        if file.suffix in (".py", ".toml"):
            digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    digest.update(repr([_version(name) for name in SHAPING]).encode())
    return digest.hexdigest()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


_processes: dict[int, LocalWorkers] = {}
_starting = threading.Lock()


def perform_in_own_process(job: Job, task: Task, program: str) -> TaskOutcome:
    """Do a task in the process that belongs to this thread of a worker of Dask."""
    if reason := unable(job, program):
        return TaskOutcome(task, ClusterError("", f"a worker {reason}"))
    try:
        own = _own_process(job)
        with _starting:  # starting a process replaces ``__main__`` for a moment
            own.submit(task)
        while not (outcomes := own.outcomes(seconds=1.0)):
            pass
    except WorkerError as error:
        return TaskOutcome(task, error)
    return outcomes[0]


def _own_process(job: Job) -> LocalWorkers:
    thread = threading.get_ident()
    own = _processes.get(thread)
    if own is None or own.job != job:
        if own is not None:
            own.__exit__()
        # A nanny starts its worker as a process that may have no children; this one ends them itself.
        multiprocessing.current_process().daemon = False
        own = _processes[thread] = LocalWorkers(job, 1)
    return own


def end_own_processes() -> None:
    """End the idle processes of this worker: a run is over, and its models need not stay in memory."""
    while _processes:
        _processes.popitem()[1].__exit__()
