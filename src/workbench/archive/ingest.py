"""A folder of documents becomes a dataset: plan the run, read what is new, assemble each document, write the tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from workbench.archive.building.documents import built
from workbench.archive.building.origin import previous_of, read_info, seen_from
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
from workbench.corrections.history import CorrectionHistory, corrections_of
from workbench.dataset.placing import finish
from workbench.errors import DatasetError, InputError
from workbench.language import Phrase
from workbench.readers.documents import Source
from workbench.remote import Location, files_at
from workbench.settings import Settings


class IngestProgress(Protocol):
    """Is informed of a run as it goes on, to show it. Every method is called from the main thread only."""

    def inspecting(self, sources: Sequence[Source]) -> Iterable[Source]:
        """Passes the documents on while they are looked up. That reads all bytes of the files that are new."""

    def planned(self, plan: Plan, workers: int) -> None:
        """Called once, before the first page is read."""

    def advanced(self, counts: Counts) -> None:
        """Called about once a second, and whenever a task was done."""

    def stopping(self) -> None:
        """Called once, when the user has asked for an end."""

    def building(self) -> None:
        """Called once, before tables are written; not where those that are there stay as they are."""


def plan_ingest(
    raw: Location, processed: Location, settings: Settings, keep: bool = False, verify: bool = False
) -> Plan:
    """What `ingest` would do with the same arguments; nothing is written.

    Raises:
        InputError: the raw folder is missing or empty, or ``processed`` lies in it.
        StoreError: the results in ``processed`` cannot be read.
        WorkerError: no process can be started to count pages.
        CorrectionError: a log of corrections cannot be read.
    """
    _require_apart(raw, processed)
    files, history = files_at(processed), corrections_of(processed)
    with Originals(raw).with_scratch() as originals, PageCounter(settings) as counter:
        digests = Digests(files, originals, settings, counter.count, verify)
        return _plan(originals, ResultStore(files), digests, counter, read_info(files), history, keep)


def ingest(
    raw: Location,
    processed: Location,
    settings: Settings,
    workers: int,
    progress: IngestProgress,
    keep: bool = False,
    executor: Executor | None = None,
    verify: bool = False,
    only: Collection[str] | None = None,
) -> IngestSummary:
    """Read a folder of documents (or one document) into the dataset of ``processed``.

    Pages that an earlier run read with the same pipeline and settings are not read again. A document that cannot be
    read is listed in the table ``documents`` with its reason, and the others go on.

    Args:
        raw: the folder, which is never written to, or its URL.
        processed: the dataset, and the results it is built from: a folder or its URL.
        settings: those that documents are read with.
        workers: processes that read pages.
        progress: is informed of the run as it goes on.
        keep: documents of which an earlier pipeline, or other settings, read every page are not read again.
        executor: does the work instead of ``workers`` processes.
        verify: read every file for its digest, also those that seem not to have changed.
        only: of documents that the dataset does not hold yet, only these, or those in these folders; None: all.

    Raises:
        InputError: the raw folder is missing or empty, ``processed`` lies in it, or it disappears while it is read.
        EngineError: the OCR engine cannot be had.
        WorkerError: no processes can be started.
        InUseError: another run is using ``processed``.
        DatasetError: the processed folder cannot be written.
        CorrectionError: a log of corrections cannot be read.
    """
    _require_apart(raw, processed)
    history = corrections_of(processed)  # raises first: tables without the corrections would undo them
    files = files_at(processed)
    store = ResultStore(files)
    with locked(processed), Originals(raw).with_scratch() as originals:
        job = Job(processed, settings, originals)
        _finish_killed_run(processed)
        info = read_info(files)
        with PageCounter(settings) as counter:
            digests = Digests(files, originals, settings, counter.count, verify)
            plan = _plan(originals, store, digests, counter, info, history, keep, progress.inspecting, only)
        progress.planned(plan, workers)
        with running(processed), Interrupts() as interrupts:
            digests.save()
            _describe_versions(plan, store)
            executor = executor or LocalWorkers(job, workers)
            run = run_plan(plan, originals, settings, executor, _watch(progress, interrupts), interrupts)
            if run.seconds:
                plan.throughput.with_run(run.seconds).save(files)
            documents = built(plan, store, run, settings)
            seen = seen_from(processed, raw)
            digest = write_tables(documents, run, job, store, history, info, seen, progress.building)
    return summary(documents, processed, run, digest, history)


def _require_apart(raw: Location, processed: Location) -> None:
    """See that the dataset does not go where documents are looked for: the next run would take it for some.

    Raises:
        DatasetError: it does.
    """
    if isinstance(raw, Path) and isinstance(processed, Path):
        is_inside = raw.is_dir() and processed.resolve().is_relative_to(raw.resolve())
    else:
        is_inside = f"{processed}/".startswith(f"{raw}/")
    if is_inside:
        message = Phrase(
            "this is inside {raw}, the folder of documents, which nothing is written to; choose another with --out",
            raw=raw,
        )
        raise DatasetError(processed, message)


def _plan(
    originals: Originals,
    store: ResultStore,
    digests: Digests,
    counter: PageCounter,
    info: dict[str, Any],
    history: CorrectionHistory,
    keep: bool,
    inspecting: Callable[[Sequence[Source]], Iterable[Source]] = iter,
    only: Collection[str] | None = None,
) -> Plan:
    """The plan of a run, unless that would give an empty dataset. ``info`` is the ``dataset.json`` that is there.

    Raises:
        InputError: the raw folder is missing or empty: a mistyped path, or a disk that is away.
    """
    settings = counter.settings
    found = originals.with_members(originals.sources(), settings, counter.unpack)
    sources = inspecting(found if only is None else _asked_for(found, only, info))
    plan = make_plan(sources, store, digests, settings, previous_of(info), history, keep)
    without_files = [document.problem for document in plan.documents if not document.source.page_files]
    if without_files and len(without_files) == len(plan.documents) and without_files[0]:
        raise without_files[0]
    if info and any(document.problem and document.problem.reason == "missing" for document in plan.documents):
        require_raw(originals)
    return plan


def _asked_for(sources: Sequence[Source], only: Collection[str], info: dict[str, Any]) -> list[Source]:
    """The documents that the tables hold, and of the others those that ``only`` names, or whose folder it names.

    Raises:
        InputError: ``missing``: there is nothing of such a name.
    """

    def is_in(name: str, asked: str) -> bool:
        return name == asked or name.startswith(f"{asked.rstrip('/')}/")

    unknown = [asked for asked in only if not any(is_in(source.name, asked) for source in sources)]
    if unknown:
        raise InputError(
            "missing",
            unknown[0],
            Phrase("the folder of documents has nothing of this name; it was asked for"),
        )
    known = info.get("documents", {})
    return [source for source in sources if source.name in known or any(is_in(source.name, asked) for asked in only)]


def _describe_versions(plan: Plan, store: ResultStore) -> None:
    """Keep what the versions of the plan's documents are, so that a later run can say what has changed."""
    for version in {d.version.name: d.version for d in plan.documents if d.version is not None}.values():
        store.describe(version)


def _watch(progress: IngestProgress, interrupts: Interrupts) -> Callable[[Counts], None]:
    """A function that passes the counts of a run on to ``progress``, and once that the user has asked for an end."""
    is_announced = False

    def watch(counts: Counts) -> None:
        nonlocal is_announced
        if interrupts.asked and not is_announced:
            is_announced = True
            progress.stopping()
        progress.advanced(counts)

    return watch


def _finish_killed_run(processed: Location) -> None:
    """Put tables that a killed run had written in their place, and remove those that it had not finished."""
    if not isinstance(processed, Path):
        return  # tables of a store are written on this machine first
    finish(processed)
    for folder in processed.glob(".tables-*"):
        shutil.rmtree(folder, ignore_errors=True)
