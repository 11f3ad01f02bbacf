"""An executor on this machine: processes that do one task at a time each.

A process that crashes, hangs or takes too much memory is replaced, and nothing is lost but its task.
"""

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
from workbench.archive.run.tasks import (
    CountTask,
    Executor,
    Job,
    PageTask,
    Task,
    TaskOutcome,
    UnpackTask,
    about,
    perform,
)
from workbench.errors import WorkerError
from workbench.language import Phrase, reason_of
from workbench.settings import variable

POLL_SECONDS = 0.25
"""Seconds between two checks of the time and memory that tasks take."""

START_SECONDS = 300.0
"""Longest time that a process may take until it is ready for its first task, seconds."""

START_ATTEMPTS = 3
"""Processes that fail to start, one after the other, until the run is given up."""

EXIT_SECONDS = 5.0
"""Longest time for which the end of a process is awaited after that of its pipe, seconds."""

WORKER_MEMORY = 1_200_000_000
"""Memory of a process with the OCR engine loaded, bytes. It limits the default number of processes."""

KILLED = 9
"""The signal that no process can refuse: sent by ``kill -9``, or by a system that runs out of memory."""

READY = "ready"
"""What a process sends first, when it can take its first task."""

CONTAINER = Path("/sys/fs/cgroup")
"""Where Linux says how much memory a container may use (control groups, version 2)."""

CONTEXT = multiprocessing.get_context("spawn")
"""Starts processes as fresh interpreters: forking one that has threads (OpenCV, ONNX Runtime) can lock up."""


def default_workers() -> int:
    """As many processes as there are cores to use and as fit into the free memory, whichever is less; at least one."""
    try:
        cores = len(os.sched_getaffinity(0))  # the cores this process may use, in a container too
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, min(cores, _free_memory() // WORKER_MEMORY))


def _free_memory() -> int:
    """Free memory of this machine, or of the container that this process runs in, in bytes."""
    free = int(psutil.virtual_memory().available)
    try:
        limit, used = ((CONTAINER / name).read_text().strip() for name in ("memory.max", "memory.current"))
    except OSError:  # no such container
        return free
    return min(free, int(limit) - int(used)) if limit.isdecimal() else free


@dataclass(slots=True)
class _Worker:
    """A process, and the task it has.

    Attributes:
        process: the process.
        pipe: this side's end of the pipe to it.
        task: the task it was given; None while it is idle.
        since: when it was given the task or became ready, whichever was later (`time.monotonic`).
        is_ready: whether it has finished starting.
    """

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
        """Kill the processes. Results that were stored stay; tasks that were begun are not waited for."""
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
        with suppress(OSError):  # it has just ended, which `outcomes` will notice
            idle.pipe.send(task)

    def outcomes(self, seconds: float) -> list[TaskOutcome]:
        until = time.monotonic() + seconds
        while True:
            busy = {worker.pipe: worker for worker in self._workers if worker.task is not None}
            left = until - time.monotonic()
            readable = wait(list(busy), timeout=max(0.0, min(left, POLL_SECONDS)))
            found = [self._receive(worker) for pipe, worker in busy.items() if pipe in readable]
            found += [self._check_limits(worker) for pipe, worker in busy.items() if pipe not in readable]
            outcomes = [outcome for outcome in found if outcome is not None]
            if outcomes or left <= 0:
                return outcomes

    def _start(self, task: Task) -> _Worker:
        """Start a process, and give it its first task.

        Raises:
            WorkerError: the system starts none.
        """
        ours, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(target=_work, args=(theirs, self.job), name="workbench-reader", daemon=True)
        try:
            with _shielded():
                process.start()
        except OSError as error:
            raise WorkerError(
                Phrase("no process can be started to read pages ({reason})", reason=reason_of(error))
            ) from error
        theirs.close()
        with suppress(OSError):
            ours.send(task)
        return _Worker(process, ours, task, time.monotonic())

    def _receive(self, worker: _Worker) -> TaskOutcome | None:
        """Receive what a process has sent: the outcome of its task, or that it is ready (None: no outcome yet).

        A pipe that is closed shows that the process has ended.
        """
        try:
            message: Literal["ready"] | TaskOutcome = worker.pipe.recv()
        except (EOFError, OSError):
            return self._reap(worker)
        if not isinstance(message, TaskOutcome):
            worker.is_ready, worker.since, self._failed_starts = True, time.monotonic(), 0
            return None
        worker.task = None
        return message

    def _reap(self, worker: _Worker) -> TaskOutcome | None:
        """Remove a process that ended by itself: its task has failed, or goes to another if it never became ready.

        Raises:
            WorkerError: too many processes in a row did not become ready.
        """
        worker.process.join(EXIT_SECONDS)
        code, task = worker.process.exitcode, self._kill(worker)
        if worker.is_ready and code == -KILLED:
            message = Phrase("was cut short: the system killed the process (is there too little memory?)")
            return _failure(task, "killed", message)
        if worker.is_ready:
            message = Phrase(
                "crashed the program ({how_ended}); is the file damaged or far too large?", how_ended=_how_ended(code)
            )
            return _failure(task, "crashed", message)
        self._failed_starts += 1
        if self._failed_starts >= START_ATTEMPTS:
            message = Phrase(
                "the processes that read pages cannot be started ({how_ended}); is there memory left?",
                how_ended=_how_ended(code),
            )
            raise WorkerError(message)
        self.submit(task)
        return None

    def _check_limits(self, worker: _Worker) -> TaskOutcome | None:
        """Stop a process whose task takes too long or too much memory, or that does not become ready in time."""
        took = time.monotonic() - worker.since
        if not worker.is_ready:
            if took > START_SECONDS:
                worker.process.kill()
            return None
        settings = self.job.settings
        if took > settings.page_seconds:
            message = Phrase("took longer than page_seconds = {page_seconds:,}", page_seconds=settings.page_seconds)
            return _failure(self._kill(worker), "timed-out", _with_way_out(message, "page_seconds"))
        with suppress(psutil.Error):  # it has just ended by itself
            memory = psutil.Process(worker.process.pid).memory_info().rss
            if memory > settings.page_memory:
                message = Phrase("took more than page_memory = {page_memory:,} bytes", page_memory=settings.page_memory)
                return _failure(self._kill(worker), "out-of-memory", _with_way_out(message, "page_memory"))
        return None

    def _kill(self, worker: _Worker) -> Task:
        """Kill a process if it still runs and remove it; gives the task it had."""
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        assert worker.task is not None
        return worker.task


def _failure(task: Task, reason: str, message: str) -> TaskOutcome:
    """The outcome of a task that failed. ``message`` is the sentence from its verb on."""
    doing = {
        PageTask: Phrase("reading this page"),
        CountTask: Phrase("counting the pages of this document"),
        UnpackTask: Phrase("unpacking this archive"),
        AssembleTask: Phrase("putting this document together"),
    }[type(task)]
    return TaskOutcome(task, about(task, reason, Phrase("{doing} {message}", doing=doing, message=message)))


def _with_way_out(message: str, name: str) -> Phrase:
    """What a task exceeded, and what a person can do about the limit of that setting."""
    return Phrase("{message}; look at the file, or raise it with {variable}", message=message, variable=variable(name))


def _how_ended(exit_code: int | None) -> str:
    """How a process ended: the signal's name, or the exit status."""
    if exit_code is not None and exit_code < 0:
        return Phrase(signal.strsignal(-exit_code) or f"signal {-exit_code}")
    return Phrase("exit status {exit_code}", exit_code=exit_code)


@contextmanager
def _shielded() -> Iterator[None]:
    """A context in which started processes ignore Ctrl-C, and do not run the program that called this one.

    Without the second, a script or notebook cell that calls `workbench.ingest` would be run again in every process.
    """
    main = sys.modules["__main__"]
    is_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main_thread else None
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if is_main_thread:
            signal.signal(signal.SIGINT, before)


def _work(pipe: Connection, job: Job) -> None:
    """Do tasks as they come through the pipe, until it is closed. This is all that a started process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        pipe.send(READY)
        while True:
            task = pipe.recv()
            pipe.send(perform(job, task))


def _leave_with_parent() -> None:
    """End this process, whatever it is doing, as soon as the one that started it is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
