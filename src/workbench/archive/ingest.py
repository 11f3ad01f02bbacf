"""A folder of documents becomes a dataset: plan, read what is new, put together, write."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from workbench.archive.building.documents import built
from workbench.archive.building.origin import previous_of, read_info
from workbench.archive.building.summary import IngestSummary, summary
from workbench.archive.building.tables import write_tables
from workbench.archive.digests import Digests
from workbench.archive.originals import Originals
from workbench.archive.plan import Plan, make_plan
from workbench.archive.results.store import ResultStore
from workbench.archive.run.interrupts import Interrupts
from workbench.archive.run.local import LocalWorkers
from workbench.archive.run.lock import locked, running
from workbench.archive.run.page_counter import PageCounter
from workbench.archive.run.scheduler import Counts, require_raw, run_plan
from workbench.archive.run.tasks import Executor, Job
from workbench.corrections.log import CorrectionHistory, corrections_of
from workbench.dataset.placing import finish
from workbench.readers.documents import Source
from workbench.remote import Location, files_at
from workbench.settings import Settings


class IngestProgress(Protocol):
    """What a run tells whoever watches it. Every method is called from the main thread only."""

    def looking(self, sources: Sequence[Source]) -> Iterable[Source]:
        """Passes the documents on while they are looked up: where files are new, all of their bytes are read."""

    def planned(self, plan: Plan, workers: int) -> None: ...

    def advanced(self, counts: Counts) -> None:
        """Called about once a second, and whenever something was done."""

    def stopping(self) -> None:
        """Called once, when the user has asked for an end."""

    def building(self) -> None: ...


def plan_ingest(raw: Location, processed: Location, settings: Settings, keep: bool = False) -> Plan:
    """What `ingest` would do; nothing is written.

    Raises:
        InputError: the raw folder is missing or empty, and ``processed`` already holds a dataset.
        StoreError: the results in ``processed`` cannot be read.
    """
    files, originals, history = files_at(processed), Originals(raw), corrections_of(processed)
    with PageCounter(settings) as counter:
        digests = Digests(files, originals, settings, counter.count)
        return _plan(originals, ResultStore(files), digests, settings, read_info(files), history, keep)


def ingest(
    raw: Location,
    processed: Location,
    settings: Settings,
    workers: int,
    progress: IngestProgress,
    keep: bool = False,
    executor: Executor | None = None,
) -> IngestSummary:
    """Read a folder of documents (or one document) into the dataset of ``processed``.

    Pages read by an earlier run with the same pipeline and settings are not read again. A document
    that cannot be read is listed in ``documents`` with its reason, and the others go on.

    Args:
        raw: the folder, which is never written to, or its URL.
        processed: the dataset, and the results it is built from: a folder or its URL.
        workers: processes that read pages.
        keep: documents that an earlier pipeline, or other settings, read whole are not read again.
        executor: who does the work instead of ``workers`` processes.

    Raises:
        InputError: the raw folder is missing or empty, and ``processed`` already holds a dataset; or it
            disappears while it is read.
        EngineError: the OCR engine cannot be had.
        WorkerError: no processes can be started.
        InUseError: another run is using ``processed``.
        DatasetError: the processed folder cannot be written.
        CorrectionError: a log of corrections cannot be read.
    """
    history = corrections_of(processed)  # to go on without would undo them
    files, originals = files_at(processed), Originals(raw)
    job = Job(processed, settings, originals)
    store = ResultStore(files)
    with locked(processed):
        _tidy(processed)
        info = read_info(files)
        with PageCounter(settings) as counter:
            digests = Digests(files, originals, settings, counter.count)
            plan = _plan(originals, store, digests, settings, info, history, keep, progress.looking)
        progress.planned(plan, workers)
        with running(processed), Interrupts() as interrupts:
            digests.save()
            for version in {d.version.name: d.version for d in plan.documents if d.version is not None}.values():
                store.describe(version)
            by = executor or LocalWorkers(job, workers)
            run = run_plan(plan, originals, settings, by, _watch(progress, interrupts), interrupts)
            if run.seconds:
                plan.pace.with_run(run.seconds).save(files)
            documents = built(plan, store, run, settings)
            digest = write_tables(documents, run, job, store, history, info, progress.building)
    return summary(documents, processed, run, digest, history)


def _plan(
    originals: Originals,
    store: ResultStore,
    digests: Digests,
    settings: Settings,
    info: dict[str, Any],
    history: CorrectionHistory,
    keep: bool,
    looking: Callable[[Sequence[Source]], Iterable[Source]] = iter,
) -> Plan:
    sources = looking(originals.sources())
    plan = make_plan(sources, store, digests, settings, previous_of(info), history, keep)
    nothing_there = [document.problem for document in plan.documents if not document.source.page_files]
    if info and nothing_there and len(nothing_there) == len(plan.documents) and nothing_there[0]:
        raise nothing_there[0]  # a mistyped path must not replace a dataset by an empty one
    if any(document.problem and document.problem.reason == "missing" for document in plan.documents) and info:
        require_raw(originals)
    return plan


def _watch(progress: IngestProgress, interrupts: Interrupts) -> Callable[[Counts], None]:
    said = False

    def watch(counts: Counts) -> None:
        nonlocal said
        if interrupts.asked and not said:
            said = True
            progress.stopping()
        progress.advanced(counts)

    return watch


def _tidy(processed: Location) -> None:
    """Finish what a killed run had begun with its tables."""
    if not isinstance(processed, Path):
        return  # those of a store are written on this machine first
    finish(processed)
    for folder in processed.glob(".tables-*"):
        shutil.rmtree(folder, ignore_errors=True)
