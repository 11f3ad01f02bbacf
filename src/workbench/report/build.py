"""Makes all reports of a dataset: plans them, runs those that are not current, removes stale ones, lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workbench.dataset.placing import project_folder
from workbench.dataset.store import open_dataset
from workbench.errors import ReportError, SettingsError
from workbench.files import write_atomically
from workbench.language import Phrase, reason_of
from workbench.remote import Location
from workbench.report.index import make_index
from workbench.report.journal import REPORT_ENDINGS, Report, read_reports, write_reports
from workbench.report.notebooks import passed_over, trusted_notebooks
from workbench.report.plan import ReportJob, chosen, plan
from workbench.report.workers import run_jobs
from workbench.settings import NOTEBOOK_SECONDS

ReportProgress = Callable[..., Iterable[Report]]
"""Something like ``tqdm``: takes the finished reports, ``total=`` and ``desc=``, and passes the reports on."""


@dataclass(frozen=True, slots=True)
class ReportRun:
    """What a call of :func:`build_reports` did.

    ``index`` is the page that lists all reports, ``reports`` the last outcome of every report that was asked for.
    ``made`` of them were due and are done now, well or not; the others were current. After an interruption, those
    still due are missing from ``reports``. ``removed`` are files of departments that the dataset no longer has,
    ``passed_over`` notebooks of the project that were not run, as nobody works in it.
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
    """Pass the reports on without a progress bar."""
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
    raw: Location | None = None,
    overview: bool = False,
) -> ReportRun:
    """Make the reports of a dataset: a page and an executed notebook each, and ``index.html``.

    There is one report for each department and year, and the overview. Reports whose rows, notebook and program
    have not changed are left alone. A notebook that fails, or takes too long, does not stop the others: it is in
    :attr:`ReportRun.failed` and in the index. On Ctrl-C the reports that are being made are finished.

    Args:
        processed: the folder of the dataset.
        out_dir: the folder of the reports.
        department: makes only this department's reports.
        year: makes only this year's reports.
        workers: number of processes, 1 or more.
        progress: shows the progress.
        seconds: the limit for each notebook, in seconds.
        notebooks: the folder of ``department.ipynb`` and ``overview.ipynb``; else those in the ``notebooks/`` of the
            project that we are in; else those that come with the workbench. No other notebook is run.
        raw: the folder of the scans, or its URL; None: where the dataset says, if that is in its project. Notebooks
            have it as their parameter ``raw``.
        overview: makes only the overview.

    Raises:
        SettingsError: ``workers`` or ``seconds`` is not possible.
        DatasetError: there is no dataset.
        SelectionError: the dataset has no such department or year; it names the nearest.
        ReportError: there is no such notebook, or the folder cannot be written.
    """
    if workers < 1:
        raise SettingsError("workers", workers, Phrase("a number of processes, 1 or more"))
    if seconds <= 0:
        raise SettingsError("timeout", seconds, Phrase("a number of seconds above 0"))
    try:
        own = Path(notebooks) if notebooks is not None else None
        asked = (department, year, overview)
        return _build(Path(processed), Path(out_dir), asked, workers, progress, seconds, own, raw)
    except OSError as error:
        reason = Phrase("the reports cannot be written ({reason}); what is done is kept", reason=reason_of(error))
        raise ReportError(out_dir, reason) from error


def _build(
    processed: Path,
    out_dir: Path,
    asked: tuple[str | None, int | None, bool],
    workers: int,
    progress: ReportProgress,
    seconds: float,
    notebooks: Path | None,
    raw: Location | None,
) -> ReportRun:
    """Plan, run, record and list; ``asked`` are department, year and whether only the overview is asked for."""
    dataset = open_dataset(processed)
    project, _ = project_folder(processed)
    own = notebooks or trusted_notebooks(project)
    jobs = plan(dataset, processed, out_dir, own, raw)
    wanted = chosen(jobs, dataset, *asked)
    made, interrupted = _run_due(wanted, out_dir, workers, progress, seconds)
    known = read_reports(out_dir)
    removed = _remove_stale(known, jobs, out_dir)
    states = {job.stem: known[job.stem] for job in jobs if job.stem in known}
    write_reports(out_dir, states.values())
    index = out_dir / "index.html"
    write_atomically(index, make_index(jobs, states.values(), dataset).encode())
    reports = tuple(states[job.stem] for job in wanted if job.stem in states)
    return ReportRun(index, reports, made, removed, interrupted, tuple(passed_over(project, own)))


def _run_due(
    jobs: Sequence[ReportJob], out_dir: Path, workers: int, progress: ReportProgress, seconds: float
) -> tuple[int, bool]:
    """Run the jobs whose reports are not current; gives how many are done, and whether Ctrl-C interrupted them."""
    before = read_reports(out_dir)
    due = [job for job in jobs if not is_current(job, before)]
    made = 0
    try:
        with closing(run_jobs(due, workers, seconds)) as finished:
            for _ in progress(finished, total=len(due), desc=Phrase("reports")) if due else ():
                made += 1
    except KeyboardInterrupt:
        return made, True
    return made, False


def is_current(job: ReportJob, known: Mapping[str, Report]) -> bool:
    """Tell whether both files of the job are there and were made from the same rows, notebook and program.

    ``known`` are the reports of the journal by their stem.
    """
    last = known.get(job.stem)
    is_same = last is not None and last.error is None and last.made_from == job.made_from
    return is_same and job.html.is_file() and job.executed.is_file()


def _remove_stale(known: Mapping[str, Report], jobs: Sequence[ReportJob], out_dir: Path) -> tuple[Path, ...]:
    """Remove the files that an earlier run made for departments or years that the dataset no longer has."""
    gone = known.keys() - {job.stem for job in jobs}
    names = [f"{stem}{ending}" for stem in sorted(gone) for ending in REPORT_ENDINGS]
    files = tuple(out_dir / name for name in names if (out_dir / name).is_file())
    for file in files:
        file.unlink()
    return files
