"""The tables of an archive, from what was put together of each document."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.archive.origin import origin, tables_are_whole
from workbench.archive.plan import Plan, PlannedDocument
from workbench.archive.results.store import DOCUMENT, Assembled, ResultStore, document_id
from workbench.archive.results.version import PIPELINE
from workbench.archive.run.scheduler import RunResult, assemble_task, has_pages
from workbench.archive.run.tasks import Job, perform
from workbench.archive.summary import IngestSummary, Problem
from workbench.corrections.log import CorrectionHistory
from workbench.errors import DatasetError, InputError
from workbench.readers.kinds import kind_of
from workbench.remote import Location, RemoteFiles
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.dataset.rows import ArrowRows


@dataclass(frozen=True, slots=True)
class BuiltDocument:
    """A document after the run: what was put together of it, and why it is not all there."""

    document: PlannedDocument
    assembled: Assembled | None
    problem: InputError | None

    @property
    def status(self) -> str:
        if self.problem is None:
            return "ok"
        return "partial" if self.assembled is not None and self.assembled.rows["forms"] else "failed"

    @property
    def message(self) -> str | None:
        """One sentence without the machine's paths: the source's own name stands in its row."""
        if self.problem is None:
            return None
        return f"page {self.problem.page}: {self.problem.detail}" if self.problem.page else self.problem.detail

    @property
    def row(self) -> dict[str, object]:
        """Its row of the table ``documents``."""
        document, assembled = self.document, self.assembled
        by_name = kind_of(document.source)
        return {
            "document_id": document_id(document.digest),
            "source": document.source.name,
            "kind": assembled.kind if assembled else by_name,
            "pages": assembled.pages if assembled else document.pages if by_name == "scan" else 0,
            "status": self.status,
            "error": self.problem.reason if self.problem else None,
            "message": self.message,
            "engine": assembled.engine if assembled else None,
            "pipeline": document.version.pipeline if document.version else PIPELINE,
        }


def built(plan: Plan, store: ResultStore, run: RunResult, settings: Settings) -> list[BuiltDocument]:
    """Every document of the plan as it stands after the run."""
    by_digest = {document.digest: _assembled(document, store, run, settings) for document in plan.contents}
    documents = []
    for document in plan.documents:
        assembled = by_digest.get(document.digest) if document.problem is None else None
        documents.append(BuiltDocument(document, assembled, _problem(document, assembled, run)))
    return documents


def _assembled(document: PlannedDocument, store: ResultStore, run: RunResult, settings: Settings) -> Assembled | None:
    """What was put together of a document, before or in this run."""
    task = assemble_task(document, run)
    if not has_pages(document, task) or document.digest in run.unassembled:
        return None
    key = task.key(settings)
    if document.assembled is not None and document.assembled.key == key:
        return document.assembled
    assembled = store.document(document.digest, task.version).load_assembled()
    return assembled if assembled is not None and assembled.key == key else None


def _problem(document: PlannedDocument, assembled: Assembled | None, run: RunResult) -> InputError | None:
    if document.problem is not None:
        return document.problem
    name, missing = document.source.name, sorted(run.unread.get(document.digest, ()))
    failed = [run.failures[document.digest, page] for page in missing if (document.digest, page) in run.failures]
    if failed:
        return failed[0]
    if missing:
        pages = f"pages {missing[0]} to {missing[-1]}" if len(missing) > 1 else f"page {missing[0]}"
        message = f"{pages} not read yet, the run was interrupted; run the same command again to go on"
        return InputError("interrupted", name, message)
    if document.digest in run.unassembled:
        return run.unassembled[document.digest]
    if assembled is None and not run.interrupted:
        message = "the program was changed while the archive was read; run the same command again"
        return InputError("changed", name, message)
    if assembled is None:
        message = "not put together yet, the run was interrupted; run the same command again to go on"
        return InputError("interrupted", name, message)
    return InputError(assembled.reason, name, assembled.message or "") if assembled.reason else None


def write_tables(
    documents: Sequence[BuiltDocument],
    run: RunResult,
    job: Job,
    store: ResultStore,
    history: CorrectionHistory,
    info: dict[str, Any],
    on_start: Callable[[], None],
) -> str:
    """Write the tables, unless those that are there (``info``) were made from the same; gives their digest.

    Raises:
        DatasetError: they cannot be written, or results turned out to be damaged.
    """
    facts = [(one.row, one.assembled.tables if one.assembled else None) for one in documents]
    told = origin(job.originals.place, job.processed, job.settings, [one.document for one in documents], facts, history)
    if info.get("built_from") == told["built_from"] and tables_are_whole(store.files, info):
        return str(info["digest"])
    from workbench.dataset.writing import upload_dataset, write_dataset

    on_start()
    parts = _parts(documents, run, job, store)
    if isinstance(job.processed, Path):
        return write_dataset(job.processed, parts, told)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        digest = write_dataset(Path(folder), parts, told)
        upload_dataset(Path(folder), RemoteFiles(job.processed))
    return digest


def _parts(documents: Sequence[BuiltDocument], run: RunResult, job: Job, store: ResultStore) -> Iterator[ArrowRows]:
    """The rows of all documents; one that lies in the archive twice is listed twice and counted once."""
    from workbench.dataset.rows import as_rows, unpack_rows
    from workbench.dataset.schemas import to_table

    yield as_rows({"documents": to_table("documents", [one.row for one in documents])})
    seen: set[str] = set()
    for one in documents:
        if one.assembled is not None and one.document.digest not in seen:
            seen.add(one.document.digest)
            yield unpack_rows(_rows(one.document, one.assembled, run, job, store))


def _rows(document: PlannedDocument, assembled: Assembled, run: RunResult, job: Job, store: ResultStore) -> bytes:
    """The stored rows of a document; damaged ones are made again from its pages."""
    assert document.version is not None
    results = store.document(document.digest, document.version)
    content = results.load_tables(assembled)
    if content is not None:
        return content
    perform(job, assemble_task(document, run))
    content = results.load_tables(assembled)
    if content is None:
        store.files.remove(f"{results.folder}/{DOCUMENT}")
        message = f"the results of {document.source.name} are damaged; run the same command again to read it anew"
        raise DatasetError(job.processed, message)
    return content


def summary(
    documents: Sequence[BuiltDocument], folder: Location, run: RunResult, digest: str, history: CorrectionHistory
) -> IngestSummary:
    """The end of a run in numbers, and the documents that are not all there."""
    rows = {one.document.digest: one.assembled.rows for one in documents if one.assembled is not None}
    forms, indicators, findings = (sum(r[name] for r in rows.values()) for name in ("forms", "indicators", "findings"))
    problems = tuple(
        Problem(one.document.source.name, one.status, one.problem.reason, one.message or "")
        for one in documents
        if one.problem is not None
    )
    counts = (len(documents), forms, indicators, findings, run.pages_read)
    return IngestSummary(folder, *counts, problems, run.interrupted, digest, history)
