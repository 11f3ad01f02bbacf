"""The tables built again from the results that are there: what people have corrected since is in them afterwards.

Nothing is read, and the scans need not be there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.archive.building import built, summary, write_tables
from workbench.archive.origin import read_info
from workbench.archive.originals import Originals
from workbench.archive.plan import Plan, PlannedDocument
from workbench.archive.results.assemble import assemble
from workbench.archive.results.store import ResultStore, document_id, page_name
from workbench.archive.results.version import Version
from workbench.archive.run.lock import locked
from workbench.archive.run.scheduler import RunResult, assemble_task, has_pages
from workbench.archive.run.tasks import Job
from workbench.archive.summary import IngestSummary
from workbench.archive.throughput import Throughput
from workbench.corrections.log import CorrectionHistory, corrections_folder, read_corrections
from workbench.dataset.placing import finish
from workbench.errors import DatasetError, InputError
from workbench.files import LocalFiles
from workbench.readers.documents import Source
from workbench.remote import location_of
from workbench.settings import Settings

RebuildProgress = Callable[[list[PlannedDocument]], Iterable[PlannedDocument]]

_ON_PAGE = re.compile(r"page (\d+): (.*)", re.DOTALL)


def rebuild(processed: Path, progress: RebuildProgress = iter) -> IngestSummary:
    """Build the tables of ``processed`` again, from the documents that they were built from, with their settings.

    Gives the same tables as `ingest` would, if the documents are still the same. ``progress`` passes documents on.

    Raises:
        DatasetError: there is no dataset, or it cannot be written.
        InUseError: another run is using ``processed``.
        CorrectionError: a log of corrections cannot be read.
    """
    files, history = LocalFiles(processed), read_corrections(corrections_folder(processed))
    info = read_info(files)
    if not info:
        raise DatasetError(processed, "there is no dataset here; make one with: workbench ingest")
    with locked(processed):
        finish(processed)
        settings, store, run = _settings(info), ResultStore(files), RunResult()
        told = location_of(str(info["raw"]))
        raw = (processed / told).resolve()
        plan = _plan_as_built(processed, raw, info, store, run, history)
        for document in progress(plan.contents):
            _assemble(document, run, store, settings)
        documents = built(plan, store, run, settings)
        # What is no folder is taken for a document in it: the tables go on naming a folder that is away just now.
        place = raw if raw.is_dir() else raw / "document"
        digest = write_tables(
            documents, run, Job(processed, settings, Originals(place)), store, history, info, lambda: None
        )
    return summary(documents, processed, run, digest, history)


def _settings(info: dict[str, Any]) -> Settings:
    known = {name: value for name, value in info["settings"].items() if name in Settings.__slots__}
    return Settings(**known)


def _assemble(document: PlannedDocument, run: RunResult, store: ResultStore, settings: Settings) -> None:
    task = assemble_task(document, run)
    is_known = document.assembled is not None and document.assembled.key == task.key(settings)
    if has_pages(document, task) and not is_known and assemble(task, store, settings):
        message = "its results are damaged; read it anew with: workbench ingest"
        run.unassembled[document.digest] = InputError("damaged", document.source.name, message)


@dataclass(frozen=True, slots=True)
class _Row:
    """A document's row of the table that is there."""

    pages: int
    error: str | None
    message: str | None

    def problem(self, source: str) -> InputError | None:
        if self.error is None:
            return None
        on_page = _ON_PAGE.fullmatch(self.message or "")
        page, message = (int(on_page[1]), on_page[2]) if on_page else (None, self.message or "")
        return InputError(self.error, source, message, page)


def _plan_as_built(
    processed: Path, raw: Path, info: dict[str, Any], store: ResultStore, run: RunResult, history: CorrectionHistory
) -> Plan:
    """The documents as ``dataset.json`` names them, with the problems that their rows tell of; the latter go into
    ``run`` where they are those of pages."""
    versions = {
        name: Version(facts["pipeline"], facts["engine"], tuple(facts["settings"].items()))
        for name, facts in info["versions"].items()
    }
    rows = _rows(processed)
    documents = []
    for name, facts in info["documents"].items():
        digest, row = facts["sha256"], rows[name]
        version, problem = versions.get(facts["version"]), row.problem(name)
        source = Source(name, raw / name, (raw / name,))
        if version is None or not digest:
            documents.append(PlannedDocument(source, "unchanged", digest, problem=problem))
            continue
        results = store.document(digest, version)
        sizes = results.sizes()
        lost = tuple(page for page in range(1, max(row.pages, 1) + 1) if page_name(page) not in sizes)
        if lost:
            run.unread[digest] = set(lost)
            if problem is not None and problem.reason != "interrupted":
                run.failures[digest, lost[0]] = problem
        corrections = history.of_document(document_id(digest))
        documents.append(
            PlannedDocument(
                source, "unchanged", digest, version=version, pages=row.pages, pending=lost,
                assembled=results.load_assembled(), corrections=corrections,
            )
        )  # fmt: skip
    return Plan(tuple(documents), (), Throughput.load(store.files))


def _rows(processed: Path) -> dict[str, _Row]:
    from workbench.dataset.store import open_dataset

    table = open_dataset(processed).documents
    columns = (table[name].astype(object).where(table[name].notna(), None) for name in ("pages", "error", "message"))
    return {name: _Row(*values) for name, *values in zip(table["source"], *columns, strict=True)}
