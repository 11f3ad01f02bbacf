"""The tables built again from stored results, with the corrections that people have made since.

Nothing is read, and the scans need not be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.archive.building.documents import built, on_page
from workbench.archive.building.summary import IngestSummary, summary
from workbench.archive.building.tables import write_tables
from workbench.archive.plan import Plan, PlannedDocument
from workbench.archive.results.assemble import assemble
from workbench.archive.results.store import ResultStore, document_id, page_name
from workbench.archive.results.version import Version
from workbench.archive.run.lock import locked
from workbench.archive.run.scheduler import RunResult, assemble_task, has_pages
from workbench.archive.run.tasks import Job
from workbench.archive.throughput import Throughput
from workbench.corrections.history import CorrectionHistory, read_corrections
from workbench.corrections.log import corrections_folder
from workbench.dataset.placing import finish
from workbench.dataset.store import open_dataset
from workbench.errors import DatasetError, InputError
from workbench.files import LocalFiles
from workbench.language import Phrase
from workbench.readers.documents import Source
from workbench.settings import Settings

RebuildProgress = Callable[[list[PlannedDocument]], Iterable[PlannedDocument]]
"""Passes documents on, and shows how many there were."""


def rebuild(processed: Path, progress: RebuildProgress = iter) -> IngestSummary:
    """Build the tables of ``processed`` again, from the documents and with the settings they were built with.

    Gives the same tables as `ingest` would, if the documents are still the same.

    Raises:
        DatasetError: there is no dataset, or it cannot be written.
        InUseError: another run is using ``processed``.
        CorrectionError: a log of corrections cannot be read.
    """
    files, history = LocalFiles(processed), read_corrections(corrections_folder(processed))
    info = open_dataset(processed).info
    with locked(processed):
        finish(processed)
        settings, store, run = _settings(info), ResultStore(files), RunResult()
        plan = _plan_as_built(processed, info, settings, store, run, history)
        for document in progress(plan.contents):
            _assemble(document, run, store, settings)
        documents = built(plan, store, run, settings)
        job, raw = Job(processed, settings), str(info.get("raw", ""))
        digest = write_tables(documents, run, job, store, history, info, raw, on_start=lambda: None)
    return summary(documents, processed, run, digest, history)


def _settings(info: dict[str, Any]) -> Settings:
    """The settings that the tables were built with, those aside that this version no longer knows."""
    known = {name: value for name, value in info["settings"].items() if name in Settings.__slots__}
    return Settings(**known)


def _assemble(document: PlannedDocument, run: RunResult, store: ResultStore, settings: Settings) -> None:
    """Assemble a document from its stored pages, unless that would give what there is; damage is noted in ``run``."""
    task = assemble_task(document, run)
    is_known = document.assembled is not None and document.assembled.key == task.key(settings)
    if has_pages(document, task) and not is_known and assemble(task, store, settings):
        message = Phrase("its results are damaged; read it anew with: workbench ingest")
        run.unassembled[document.digest] = InputError("damaged", document.source.name, message)


@dataclass(frozen=True, slots=True)
class _Row:
    """What the table ``documents`` says of a document: its number of pages, and why it is not all there."""

    pages: int
    error: str | None
    message: str | None
    message_zh: str | None

    def problem(self, source: str, page: int | None) -> InputError | None:
        """The problem that the row was made from; ``page`` is the one it is about, where it is known."""
        if self.error is None:
            return None
        before = on_page(page, "")
        english = (self.message or "").removeprefix(before)
        chinese = (self.message_zh or "").removeprefix(before.chinese)
        return InputError(self.error, source, Phrase.stored(english, chinese), page)


def _plan_as_built(
    processed: Path,
    info: dict[str, Any],
    settings: Settings,
    store: ResultStore,
    run: RunResult,
    history: CorrectionHistory,
) -> Plan:
    """The plan that the tables were built by: every document that ``dataset.json`` names, unchanged.

    Pages without a stored result, and why they have none, are noted in ``run``: nothing is read to find out.

    Raises:
        DatasetError: ``dataset.json`` and the table do not fit each other.
    """
    versions = {
        name: Version(facts["pipeline"], facts["engine"], tuple(facts["settings"].items()))
        for name, facts in info.get("versions", {}).items()
    }
    rows = _rows(processed)
    if rows.keys() != info.get("documents", {}).keys():
        raise _damaged(processed, Phrase("dataset.json and the table documents do not name the same documents"))
    if max((row.pages for row in rows.values()), default=0) > settings.max_pages:
        raise _damaged(processed, Phrase("a document is said to have more pages than max_pages allows"))
    documents = []
    for name, facts in info.get("documents", {}).items():
        source = Source(name, Path(name), (Path(name),))  # its files are not looked at, only their names
        # A dataset.json of an earlier version names no page: its message is then taken as it stands.
        problem = rows[name].problem(name, facts.get("page"))
        digest, version = facts["sha256"], versions.get(facts["version"])
        if version is None or not digest:
            documents.append(PlannedDocument(source, "unchanged", digest, problem=problem))
            continue
        document = _document_as_built(source, digest, version, rows[name].pages, store, history)
        documents.append(document)
        if document.pending:
            run.unread[digest] = set(document.pending)
            if problem is not None and problem.reason != "interrupted":
                run.failures[digest, document.pending[0]] = problem
    return Plan(tuple(documents), (), Throughput.load(store.files))


def _document_as_built(
    source: Source, digest: str, version: Version, pages: int, store: ResultStore, history: CorrectionHistory
) -> PlannedDocument:
    """A document with its stored results; its pages without one are pending."""
    results = store.document(digest, version)
    sizes = results.sizes()
    return PlannedDocument(
        source,
        "unchanged",
        digest,
        version=version,
        pages=pages,
        pending=tuple(page for page in range(1, max(pages, 1) + 1) if page_name(page) not in sizes),
        assembled=results.load_assembled(),
        corrections=history.of_document(document_id(digest)),
    )


def _damaged(processed: Path, why: str) -> DatasetError:
    return DatasetError(
        processed, Phrase("the dataset is damaged ({why}); build it again with: workbench ingest", why=why)
    )


def _rows(processed: Path) -> dict[str, _Row]:
    """The rows of the table ``documents``, by source."""
    table = open_dataset(processed).documents
    names = ("pages", "error", "message", "message_zh")
    columns = (table[name].astype(object).where(table[name].notna(), None) for name in names)
    return {name: _Row(*values) for name, *values in zip(table["source"], *columns, strict=True)}
