"""Runs report jobs in worker processes: papermill and kernels do not share one process well."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from workbench.language import Phrase
from workbench.report.journal import Report, append_report
from workbench.report.plan import ReportJob
from workbench.report.run import make_report

MakeReport = Callable[[ReportJob, float], Report]
"""Makes the report of a job within so many seconds."""


def run_jobs(
    jobs: Sequence[ReportJob], workers: int, seconds: float, make: MakeReport = make_report
) -> Generator[Report]:
    """Run the jobs in ``workers`` processes and yield each report as it is done; ``seconds`` is the limit of each.

    Where a worker dies, the jobs that were running are run once more, one at a time, so that it is known which of
    them takes its worker down; that one is a report with an error.
    """
    waiting = deque(jobs)
    while waiting:
        interrupted = yield from _run_until_a_worker_dies(waiting, workers, seconds, make)
        for job in interrupted:
            if (yield from _run_until_a_worker_dies(deque([job]), 1, seconds, make)):
                yield _report_of_dead_worker(job)


def _run_until_a_worker_dies(
    waiting: deque[ReportJob], workers: int, seconds: float, make: MakeReport
) -> Generator[Report, None, list[ReportJob]]:
    """Run the waiting jobs until none is left or a worker dies; returns those that were running then."""
    workers = min(workers, len(waiting))
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
    running: dict[Future[Report], ReportJob] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                future = pool.submit(make, waiting[0], seconds)
                running[future] = waiting.popleft()
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                report = future.result()
                del running[future]
                yield report
    except BrokenProcessPool:
        return list(running.values())
    finally:
        _finish(pool)
    return []


def _finish(pool: ProcessPoolExecutor) -> None:
    """Let the workers finish the jobs that they run; a second Ctrl-C stops them at once."""
    try:
        pool.shutdown(wait=True, cancel_futures=True)
    except KeyboardInterrupt:
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise


def _begin() -> None:
    """Prepare a worker: it leaves Ctrl-C to the main process, and papermill's messages to the report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)


def _report_of_dead_worker(job: ReportJob) -> Report:
    """Remove what is left of a job's files, and record that its worker died."""
    for path in (job.html, job.executed, job.failed):
        path.unlink(missing_ok=True)
    report = Report(job.title, job.stem, job.made_from, Phrase("the worker process died twice (out of memory?)"))
    append_report(job.out_dir, report)
    return report
