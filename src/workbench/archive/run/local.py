"""Processes of this machine that do tasks, one at a time each. One that crashes, hangs or takes too much memory is
replaced, and takes nothing with it but its task."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Literal

import psutil

from workbench.archive.results.assemble import AssembleTask
from workbench.archive.run.tasks import CountTask, Executor, Job, PageTask, Task, TaskOutcome, about, perform
from workbench.errors import WorkerError
from workbench.settings import variable

LOOK_EVERY = 0.25
"""Seconds between two looks at the time and memory that tasks take."""

START_SECONDS = 300.0
"""Longest time that a process may take until it is ready for its first task."""

START_ATTEMPTS = 3
"""Processes in a row that may fail to start before the run is given up."""

DYING_SECONDS = 5.0
"""Seconds between the end of a process's pipe and its own, at most."""

WORKER_MEMORY = 1_200_000_000
"""Memory of a process with the OCR engine loaded, bytes: what the default number of processes is sized by."""

KILLED = 9
"""The signal that nothing can refuse: a person's ``kill -9``, or that of a system that runs out of memory."""

READY = "ready"

CONTAINER = Path("/sys/fs/cgroup")
"""Where Linux says how much memory a container may use (control groups, version 2)."""

# A fresh interpreter: forking a process that has threads (OpenCV, ONNX Runtime) can lock up.
CONTEXT = multiprocessing.get_context("spawn")


def default_workers() -> int:
    """As many processes as there are cores that this process may use, and as fit into the memory that is free."""
    try:
        cores = len(os.sched_getaffinity(0))  # the cores this process may use, in a container too
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, min(cores, _free_memory() // WORKER_MEMORY))


def _free_memory() -> int:
    """Bytes that this machine, or the container that we are in, has left."""
    free = int(psutil.virtual_memory().available)
    try:
        limit, used = ((CONTAINER / name).read_text().strip() for name in ("memory.max", "memory.current"))
    except OSError:  # no such container
        return free
    return min(free, int(limit) - int(used)) if limit.isdecimal() else free


@dataclass(slots=True)
class _Worker:
    """A process, our end of the pipe to it, and the task it has; ``since`` when (`time.monotonic`) it has had it."""

    process: BaseProcess
    pipe: Connection
    task: Task | None
    since: float
    is_ready: bool = False


class LocalWorkers(Executor):
    """An `Executor` of ``count`` processes, each started when there is a task for it."""

    def __init__(self, job: Job, count: int) -> None:
        self.job = job
        self.capacity = count
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def __enter__(self) -> LocalWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        """Processes are made an end of: what they have done is kept, and what they had in hand is not waited for."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()

    def submit(self, task: Task) -> None:
        idle = next((worker for worker in self._workers if worker.task is None), None)
        if idle is None:
            self._workers.append(self._start(task))
            return
        idle.task, idle.since = task, time.monotonic()
        with suppress(OSError):  # it has just died: seen by `outcomes`
            idle.pipe.send(task)

    def outcomes(self, seconds: float) -> list[TaskOutcome]:
        until = time.monotonic() + seconds
        while True:
            busy = {worker.pipe: worker for worker in self._workers if worker.task is not None}
            left = until - time.monotonic()
            told = wait(list(busy), timeout=max(0.0, min(left, LOOK_EVERY)))
            found = [self._hear(worker) for pipe, worker in busy.items() if pipe in told]
            found += [self._look_at(worker) for pipe, worker in busy.items() if pipe not in told]
            outcomes = [outcome for outcome in found if outcome is not None]
            if outcomes or left <= 0:
                return outcomes

    def _start(self, task: Task) -> _Worker:
        ours, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(target=_work, args=(theirs, self.job), name="workbench-reader", daemon=True)
        try:
            with _undisturbed():
                process.start()
        except OSError as error:
            raise WorkerError(f"no process can be started to read pages ({error.strerror or error})") from error
        theirs.close()
        with suppress(OSError):
            ours.send(task)
        return _Worker(process, ours, task, time.monotonic())

    def _hear(self, worker: _Worker) -> TaskOutcome | None:
        """Take what a process says; it has died where it can say nothing."""
        try:
            said: Literal["ready"] | TaskOutcome = worker.pipe.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        if not isinstance(said, TaskOutcome):
            worker.is_ready, worker.since, self._failed_starts = True, time.monotonic(), 0
            return None
        worker.task = None
        return said

    def _bury(self, worker: _Worker) -> TaskOutcome | None:
        worker.process.join(DYING_SECONDS)
        code, task = worker.process.exitcode, self._end(worker)
        if worker.is_ready and code == -KILLED:
            return _fault(task, "killed", "was cut short: the system killed the process (is there too little memory?)")
        if worker.is_ready:
            return _fault(task, "crashed", f"crashed the program ({_how(code)}); is the file damaged or far too large?")
        self._failed_starts += 1
        if self._failed_starts >= START_ATTEMPTS:
            raise WorkerError(f"the processes that read pages cannot be started ({_how(code)}); is there memory left?")
        self.submit(task)
        return None

    def _look_at(self, worker: _Worker) -> TaskOutcome | None:
        """Stop a process whose task takes too long or too much."""
        took = time.monotonic() - worker.since
        if not worker.is_ready:
            if took > START_SECONDS:
                worker.process.kill()
            return None
        settings = self.job.settings
        if took > settings.page_seconds:
            message = f"took longer than page_seconds = {settings.page_seconds:,}"
            return _fault(self._end(worker), "timed-out", f"{message}; {_way_out('page_seconds')}")
        with suppress(psutil.Error):  # it has just ended
            memory = psutil.Process(worker.process.pid).memory_info().rss
            if memory > settings.page_memory:
                message = f"took more than page_memory = {settings.page_memory:,} bytes"
                return _fault(self._end(worker), "out-of-memory", f"{message}; {_way_out('page_memory')}")
        return None

    def _end(self, worker: _Worker) -> Task:
        """Make an end of a process, and give the task it had."""
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        assert worker.task is not None
        return worker.task


def _fault(task: Task, reason: str, message: str) -> TaskOutcome:
    doing = {
        PageTask: "reading this page",
        CountTask: "counting the pages of this document",
        AssembleTask: "putting this document together",
    }[type(task)]
    return TaskOutcome(task, about(task, reason, f"{doing} {message}"))


def _way_out(name: str) -> str:
    return f"look at the file, or raise it with {variable(name)}"


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return signal.strsignal(-exit_code) or f"signal {-exit_code}"
    return f"exit status {exit_code}"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A process started in this context does not hear Ctrl-C, and runs nothing of the program that called us.

    Without the second, a script or notebook cell that calls `workbench.ingest` would be run again in every process.
    """
    main = sys.modules["__main__"]
    listens = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if listens else None
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if listens:
            signal.signal(signal.SIGINT, before)


def _work(pipe: Connection, job: Job) -> None:
    """What a process does: tasks as they come, until there is nobody to give them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        pipe.send(READY)
        while True:
            task = pipe.recv()
            pipe.send(perform(job, task))


def _leave_with_parent() -> None:
    """End this process as soon as the one that started it is gone, whatever it is doing."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
