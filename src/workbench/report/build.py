"""All reports of a dataset: plan, run in processes what is not current, list."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workbench.dataset.store import open_dataset
from workbench.errors import ReportError, SettingsError
from workbench.files import write_atomically
from workbench.report.index import make_index
from workbench.report.journal import Report, keep, note, noted
from workbench.report.plan import ReportJob, chosen, passed_over, plan, project_folder, trusted_notebooks
from workbench.report.run import make_report
from workbench.settings import NOTEBOOK_SECONDS

ReportProgress = Callable[..., Iterable[Report]]
"""Something like ``tqdm``: takes the finished reports, ``total=`` and ``desc=``, and passes the reports on."""


@dataclass(frozen=True, slots=True)
class ReportRun:
    """The index page and the state of every report that was asked for.

    ``made`` of them were due and are done now, well or not; the others were current (or, after an interruption,
    are still due and not among ``reports``). ``removed`` are files of departments that the dataset no longer has,
    ``passed_over`` notebooks of the project that were not run, as nobody is at work in it.
    """

    index: Path
    reports: tuple[Report, ...]
    made: int = 0
    removed: tuple[Path, ...] = ()
    interrupted: bool = False
    passed_over: tuple[Path, ...] = ()

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
    progress: ReportProgress = silent,
    seconds: float = NOTEBOOK_SECONDS,
    notebooks: str | Path | None = None,
) -> ReportRun:
    """Make the reports of a dataset: a page and an executed notebook each, and ``index.html``.

    One report for each department and year, and the overview; with ``department`` or ``year`` only theirs
    (SelectionError with the nearest names if there are none). Reports whose rows, notebook and program are as
    they were are left alone. A notebook that fails, or takes longer than ``seconds``, does not stop the others:
    it is in :attr:`ReportRun.failed` and in the index. On Ctrl-C the reports in hand are finished.

    ``department.ipynb`` and ``overview.ipynb`` are those in the folder ``notebooks``; where none is named, those in the
    ``notebooks/`` of the project that we are in; else those that come with the workbench. No other notebook is run.

    Raises:
        SettingsError: ``workers`` or ``seconds`` cannot be.
        DatasetError: there is no dataset.
        SelectionError: no such department or year.
        ReportError: there is no such notebook, or the folder cannot be written.
    """
    if workers < 1:
        raise SettingsError("workers", workers, "a number of processes, 1 or more")
    if seconds <= 0:
        raise SettingsError("timeout", seconds, "a number of seconds above 0")
    try:
        own = Path(notebooks) if notebooks is not None else None
        return _build(Path(processed), Path(out_dir), department, year, workers, progress, seconds, own)
    except OSError as error:
        reason = f"the reports cannot be written ({error.strerror or error}); what is done is kept"
        raise ReportError(out_dir, reason) from error


def _build(
    processed: Path,
    out_dir: Path,
    department: str | None,
    year: int | None,
    workers: int,
    progress: ReportProgress,
    seconds: float,
    notebooks: Path | None,
) -> ReportRun:
    dataset = open_dataset(processed)
    project, _ = project_folder(processed)
    own = notebooks or trusted_notebooks(project)
    jobs = plan(dataset, processed, out_dir, own)
    wanted = chosen(jobs, dataset, department, year)
    before = noted(out_dir)
    due = [job for job in wanted if not is_current(job, before)]
    made, interrupted = 0, False
    try:
        with closing(_run(due, workers, seconds)) as finished:
            for _ in progress(finished, total=len(due), desc="reports") if due else ():
                made += 1
    except KeyboardInterrupt:
        interrupted = True
    known = noted(out_dir)
    removed = _remove_stale(known, jobs, out_dir)
    states = {job.stem: known[job.stem] for job in jobs if job.stem in known}
    keep(out_dir, states.values())
    index = out_dir / "index.html"
    write_atomically(index, make_index(jobs, states.values(), dataset).encode())
    reports = tuple(states[job.stem] for job in wanted if job.stem in states)
    return ReportRun(index, reports, made, removed, interrupted, tuple(passed_over(project, own)))


def is_current(job: ReportJob, known: Mapping[str, Report]) -> bool:
    """Whether both files of the job are there and were made from the same rows, notebook and program."""
    last = known.get(job.stem)
    is_same = last is not None and last.error is None and last.made_from == job.made_from
    return is_same and job.html.is_file() and job.executed.is_file()


def _remove_stale(known: Mapping[str, Report], jobs: Sequence[ReportJob], out_dir: Path) -> tuple[Path, ...]:
    """Remove the files that an earlier run made for departments or years that the dataset no longer has."""
    gone = known.keys() - {job.stem for job in jobs}
    names = [f"{stem}{ending}" for stem in sorted(gone) for ending in (".html", ".ipynb", ".failed.ipynb")]
    files = tuple(out_dir / name for name in names if (out_dir / name).is_file())
    for file in files:
        file.unlink()
    return files


Make = Callable[[ReportJob, float], Report]


def _run(jobs: Sequence[ReportJob], workers: int, seconds: float, make: Make = make_report) -> Generator[Report]:
    """The reports as they get done. Workers are processes: papermill and kernels do not share one well."""
    waiting = deque(jobs)
    while waiting:
        lost = yield from _run_pool(waiting, workers, seconds, make)
        for job in lost:  # alone, so that it is known which one takes its worker down
            if (yield from _run_pool(deque([job]), 1, seconds, make)):
                yield _died(job)


def _run_pool(
    waiting: deque[ReportJob], workers: int, seconds: float, make: Make
) -> Generator[Report, None, list[ReportJob]]:
    """Run the jobs that wait until none is left or a worker dies; returns those that were in hand then."""
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
    """Let the workers finish what is in hand; a second Ctrl-C stops them at once."""
    try:
        pool.shutdown(wait=True, cancel_futures=True)
    except KeyboardInterrupt:
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise


def _begin() -> None:
    """A worker leaves Ctrl-C to the main process, and what goes wrong to the report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)


def _died(job: ReportJob) -> Report:
    for path in (job.html, job.executed, job.failed):
        path.unlink(missing_ok=True)
    report = Report(job.title, job.stem, job.made_from, "the worker process died twice (out of memory?)")
    note(job.out_dir, report)
    return report
