"""All reports of a dataset: plan, run (in processes, if asked), list."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import workbench
from workbench.errors import SettingsError
from workbench.files import write_atomically
from workbench.report.index import make_index
from workbench.report.plan import Job, chosen, plan
from workbench.report.run import Report, make_report

Progress = Callable[..., Iterable[Report]]
"""Something like ``tqdm``: takes the finished reports, ``total=`` and ``desc=``, and passes the reports on."""


@dataclass(frozen=True, slots=True)
class ReportRun:
    """The index page and what became of every report of this run."""

    index: Path
    reports: tuple[Report, ...]

    @property
    def failed(self) -> tuple[Report, ...]:
        """The reports that could not be made."""
        return tuple(report for report in self.reports if report.error)


def silent(reports: Iterable[Report], **_facts: object) -> Iterable[Report]:
    """No progress bar."""
    return reports


def build_reports(
    processed: str | Path,
    out_dir: str | Path,
    department: str | None = None,
    year: int | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> ReportRun:
    """Make the reports of a dataset: a page and an executed notebook each, and ``index.html``.

    One report for each department and year, and the overview; with ``department`` or ``year`` only
    theirs (SelectionError with the nearest names if there are none). A notebook that fails does not
    stop the others: it is in :attr:`ReportRun.failed` and in the index.
    """
    if workers < 1:
        raise SettingsError("workers", workers, "a number of processes, 1 or more")
    processed, out_dir = Path(processed), Path(out_dir)
    dataset = workbench.open(processed)
    jobs = plan(dataset, processed, out_dir)
    wanted = chosen(jobs, dataset, department, year)
    finished = progress(_run(wanted, workers), total=len(wanted), desc="reports")
    by_stem = {report.stem: report for report in finished}
    reports = tuple(by_stem[job.stem] for job in wanted)
    index = out_dir / "index.html"
    write_atomically(index, make_index(jobs, reports, dataset).encode())
    return ReportRun(index, reports)


def _run(jobs: Sequence[Job], workers: int) -> Iterator[Report]:
    """The reports as they get done. Workers are processes: papermill and kernels do not share one well."""
    if min(workers, len(jobs)) <= 1:
        yield from map(make_report, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=context) as pool:
        try:
            futures = {pool.submit(make_report, job): job for job in jobs}
            for future in as_completed(futures):
                yield _result(future, futures[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _result(future: Future[Report], job: Job) -> Report:
    try:
        return future.result()
    except BrokenProcessPool:
        return Report(job.title, job.stem, None, None, "the worker process died (out of memory?)", 0.0)
