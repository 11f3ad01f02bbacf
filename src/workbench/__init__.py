"""A research workbench for Chinese government performance self-evaluation forms (绩效自评表).

>>> import workbench as wb
>>> wb.ingest("data/raw", "data/processed")                       # doctest: +SKIP
>>> ds = wb.open("data/processed")                                # doctest: +SKIP
>>> ds.indicators.query("met == False")                           # doctest: +SKIP
>>> wb.read("scan.pdf")[0].draw()                                 # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import read, review
from workbench._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

    from workbench.archive.building.summary import IngestSummary
    from workbench.dataset.store import Dataset
    from workbench.review.entity_widget import EntityWidget
    from workbench.review.quality.agreement import Agreement
    from workbench.review.quality.audit import Audit
    from workbench.settings import Settings

__all__ = [
    "__version__",
    "agreement",
    "audit",
    "ingest",
    "open",
    "read",
    "rebuild",
    "review",
    "review_entities",
    "use_chinese_fonts",
]


def ingest(
    raw: Path | str = "data/raw",
    processed: Path | str = "data/processed",
    *,
    workers: int | None = None,
    cluster: str | None = None,
    keep: bool = False,
    verify: bool = False,
    only: Sequence[str] | None = None,
    settings: Settings | None = None,
    progress: Literal["bar", "json"] = "bar",
) -> IngestSummary:
    """Read a folder of documents into a dataset, as ``workbench ingest`` does: with a progress bar, only what is new.

    Args:
        raw: the folder of documents, or one document; or its URL (``s3://…``; any that fsspec knows).
        processed: where the dataset goes, a folder or its URL.
        workers: processes that read pages; as many as cores and free memory allow where nothing is said.
        cluster: address of a Dask scheduler whose workers read the pages instead (``tcp://…``; see docs/cluster.md).
        keep: documents that an earlier version, or other settings, read whole are not read again.
        verify: read every file for its digest, also those that seem not to have changed since the last run.
        only: of documents that the dataset does not hold yet, read only these, or those in these folders: paths below
            ``raw``, as the table ``documents`` has them.
        settings: those of the environment where nothing is said.
        progress: ``json``: a line of JSON on standard output for everything that happens (docs/progress.md).

    Returns:
        What the tables hold, and the documents that could not be read, with their reasons.

    Raises:
        workbench.errors.WorkbenchError: nothing could be done at all; the message says why.
    """
    from pathlib import Path

    from workbench.archive.console import LOG, RunProgress
    from workbench.archive.events import EventProgress
    from workbench.archive.ingest import ingest as run
    from workbench.archive.project_layouts import with_layouts
    from workbench.archive.run.local import default_workers
    from workbench.errors import WorkbenchError
    from workbench.remote import absolute, location_of
    from workbench.settings import Settings

    raw, processed = location_of(raw), location_of(processed)
    chosen = with_layouts(settings or Settings.from_environment(), processed)
    executor = None
    if cluster is not None:
        from workbench.archive.originals import Originals
        from workbench.archive.run.dask import ClusterWorkers
        from workbench.archive.run.tasks import Job

        raw, processed = absolute(raw), absolute(processed)  # as every machine of the cluster sees them
        executor = ClusterWorkers(Job(processed, chosen, Originals(raw)), cluster)
        workers = executor.threads
    log = processed / LOG if isinstance(processed, Path) else None
    shown = EventProgress() if progress == "json" else RunProgress(log)
    try:
        summary = run(raw, processed, chosen, workers or default_workers(), shown, keep, executor, verify, only)
        shown.ended(summary)
        return summary
    except WorkbenchError as error:
        shown.failed(error)
        raise
    finally:
        shown.close()


def open(folder: Path | str = "data/processed", raw: Path | str | None = None) -> Dataset:
    """Open the dataset that ``workbench ingest`` made, in a folder or under a URL (``s3://…``).

    Args:
        folder: the processed folder, or its URL. A relative path is looked for here, then in the folders above, so that
            a notebook in ``notebooks/`` finds ``data/processed``.
        raw: the folder of the scans, or its URL. Without it they are looked for where the dataset says, and only in the
            project that it lies in: a dataset may come from a stranger.

    Raises:
        workbench.errors.DatasetError: the folder holds no dataset.
    """
    # Imported here: `import workbench` stays fast, and loads no pandas.
    from workbench.dataset.store import found_dataset, open_dataset

    return open_dataset(found_dataset(folder), raw)


def use_chinese_fonts() -> None:
    """Let matplotlib show Chinese in the charts that you draw yourself, with the font that the workbench brings."""
    from workbench.analysis.style import use_chinese_fonts as use

    use()


def rebuild(processed: Path | str = "data/processed") -> IngestSummary:
    """Build the tables again with the corrections made since; nothing is read, and the scans need not be there.

    Raises:
        workbench.errors.WorkbenchError: there is no dataset, or it is in use, or a log cannot be read.
    """
    from pathlib import Path

    from workbench.archive.rebuild import rebuild as run
    from workbench.dataset.placing import located
    from workbench.language import Phrase
    from workbench.progress import counted

    return run(located(Path(processed)), lambda documents: counted(documents, len(documents), Phrase("documents")))


def review_entities(dataset: Dataset | Path | str = "data/processed", by: str | None = None) -> EntityWidget:
    """Decide which departments, units and projects are one over renames and mergers, in a notebook, by mouse or keys.

    Every decision is written into ``data/entities.toml`` at once, as ``workbench entities`` writes it, under the name
    ``by`` (default: the login). Open the dataset anew to see the entities by it.

    >>> wb.review_entities(by="李")                                    # doctest: +SKIP

    Raises:
        workbench.errors.DatasetError: the folder holds no dataset.
        workbench.errors.EntitiesError: the decisions cannot be read, or contradict each other.
    """
    from workbench.review.entity_widget import review_entities as run

    return run(dataset, by)


def audit(dataset: Dataset | Path | str = "data/processed", n: int = 200, seed: int = 0) -> Audit:
    """A stratified random sample of ``n`` fields that the machine did not doubt, to be looked at by a person.

    The sample is kept beside the corrections and is the same whenever it is asked for. ``.estimate()`` gives the
    error rate with its confidence interval, by the answers so far.

    >>> audit = wb.audit(ds, n=200, seed=1)                           # doctest: +SKIP
    >>> print(audit.estimate())                                       # doctest: +SKIP

    Raises:
        workbench.errors.CorrectionError: the sample cannot be kept, or a kept one is damaged.
    """
    from workbench.dataset.store import Dataset as Opened
    from workbench.review.quality.audit import draw_audit

    return draw_audit(dataset if isinstance(dataset, Opened) else open(dataset), n, seed)


def agreement(dataset: Dataset | Path | str = "data/processed", *people: str) -> list[Agreement]:
    """How far reviewers agree on the fields that two of them looked at: percentage, kappa, alpha, for every pair.

    >>> print(*wb.agreement(ds, "李", "王"))                           # doctest: +SKIP

    Raises:
        workbench.errors.SelectionError: nobody of that name has made corrections.
    """
    from workbench.dataset.store import Dataset as Opened
    from workbench.remote import location_of
    from workbench.review.quality.agreement import agreement_of

    return agreement_of(dataset.folder if isinstance(dataset, Opened) else location_of(dataset), people)
