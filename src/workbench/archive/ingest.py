"""A folder of documents becomes a dataset: plan, read what is new, reconstruct, check, write."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

from workbench.archive.plan import PlannedDocument, count_read, plan_documents
from workbench.archive.run import PageFailures, PageTask, RunResult, read_pending
from workbench.archive.store import PIPELINE, ResultStore
from workbench.dataset.build import DocumentResult, build_tables
from workbench.dataset.corrections import CorrectionHistory, corrections_folder, read_corrections
from workbench.dataset.store import write_dataset
from workbench.errors import InputError
from workbench.form.assemble import assemble_forms
from workbench.model import Form, PageContent
from workbench.ocr.registry import engine_version
from workbench.readers.documents import find_sources
from workbench.readers.kinds import Kind, PageRecord, kind_of
from workbench.readers.pdf_text import in_pixels
from workbench.settings import Settings


class Progress(Protocol):
    """What a run tells whoever watches it. Every method may be called from the main process only."""

    def planned(self, documents: int, pages: int, pending: int) -> None: ...

    def page_done(self, task: PageTask) -> None: ...

    def waiting(self) -> None:
        """Called about once a second while pages are being read."""

    def building(self) -> None: ...


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """The end of a run: documents in the tables, pages read now, and the documents that failed in part or whole.

    ``corrections`` are those that were applied, with the lines of their logs that could not be read.
    """

    documents: int
    forms: int
    indicators: int
    findings: int
    pages_read: int
    problems: tuple[DocumentResult, ...]
    interrupted: bool
    digest: str
    corrections: CorrectionHistory


def ingest(raw: Path, processed: Path, settings: Settings, workers: int, progress: Progress) -> IngestSummary:
    """Read a folder of documents (or one document) into the dataset of ``processed``.

    Pages read by an earlier run with the same pipeline and settings are not read again. A document
    that cannot be read is listed in ``documents`` with its reason, and the others go on.

    Raises:
        InputError: the raw folder is missing or empty, and ``processed`` already holds a dataset.
        EngineError: the OCR engine cannot be had.
        DatasetError: the processed folder cannot be written.
        CorrectionError: a log of corrections cannot be read.
    """
    history = read_corrections(corrections_folder(processed))  # before the long work: to go on without would undo them
    store = ResultStore(processed, settings)
    documents = plan_documents(find_sources(raw), store, settings)
    pending = {(d.digest, page) for d in documents for page in d.pending}
    nothing_there = [d.problem for d in documents if d.problem and d.problem.reason in ("missing", "empty")]
    if len(nothing_there) == len(documents) == 1 and nothing_there[0] and (processed / "dataset.json").exists():
        raise nothing_there[0]  # a mistyped path must not replace a dataset by an empty one
    progress.planned(len(documents), sum(d.pages for d in documents), len(pending))
    run = read_pending(documents, processed, settings, workers, progress.page_done, progress.waiting)
    progress.building()
    results = [_document_result(document, store, run, settings) for document in documents]
    engine = next((result.engine for result in results if result.engine), None)
    tables = build_tables(results, settings.review_threshold, history)
    origin = _origin(raw, processed, settings, engine)
    origin["corrections"] = history.summary({result.document_id for result in results})
    digest = write_dataset(processed, tables, origin)
    return IngestSummary(
        documents=len(results),
        forms=len(tables["forms"]),
        indicators=len(tables["indicators"]),
        findings=len(tables["findings"]),
        pages_read=len(pending) - len(run.failures) if not run.interrupted else 0,
        problems=tuple(result for result in results if result.status != "ok"),
        interrupted=run.interrupted,
        digest=digest,
        corrections=history,
    )


def _origin(raw: Path, processed: Path, settings: Settings, engine: str | None) -> dict[str, object]:
    folder = raw if raw.is_dir() else raw.parent
    return {
        "pipeline": PIPELINE,
        "engine": engine,
        "raw": Path(os.path.relpath(folder.resolve(), processed.resolve())).as_posix(),
        "settings": {name: value for name, value in asdict(settings).items() if name != "model_folder"},
    }


def _document_result(
    document: PlannedDocument, store: ResultStore, run: RunResult, settings: Settings
) -> DocumentResult:
    """A document from its stored pages, with the reason where some or all of them are missing."""
    kind = kind_of(document.source)
    count = document.pages if kind == "scan" or document.problem else count_read(store, document.digest)
    found = {n: store.load(document.digest, n) for n in range(1, count + 1)}
    read = [page for page in found.values() if page is not None]
    missing = [number for number, page in found.items() if page is None]
    problem = document.problem or _page_problem(document, missing, run.failures)
    kind = _kind(kind, read)
    pages = [_content(page, kind, settings) for page in read]
    forms: list[Form] = []
    if pages:
        try:
            forms = assemble_forms(pages, document.source.name)
        except InputError as failure:
            problem = problem or failure
    status = "ok" if problem is None else ("partial" if forms else "failed")
    return DocumentResult(
        document_id=document.digest[:16] or "0" * 16,
        source=document.source.name,
        kind=kind,
        page_count=count if read or kind == "scan" else 0,
        status=status,
        error=problem.reason if problem else None,
        message=_message(problem) if problem else None,
        engine=engine_version(settings) if any(page.kind == "scan" for page in read) else None,
        pipeline=PIPELINE,
        pages=tuple(pages),
        forms=tuple(forms),
        notes=tuple(replace(note, page=page.content.number) for page in read for note in page.notes),
    )


def _kind(by_name: Kind, read: Sequence[PageRecord]) -> Kind:
    """A PDF is a scan as soon as one of its pages had to be read by OCR."""
    return "pdf-text" if read and all(page.kind == "pdf-text" for page in read) else by_name


def _content(page: PageRecord, kind: Kind, settings: Settings) -> PageContent:
    """A page in the frame of its document: pages with their own text stand in scans, too."""
    return in_pixels(page.content, settings.raster_dpi) if page.kind == "pdf-text" and kind == "scan" else page.content


def _page_problem(document: PlannedDocument, missing: Sequence[int], failures: PageFailures) -> InputError | None:
    if not missing:
        return None
    failure = failures.get((document.digest, missing[0]))
    if failure is None:
        pages = f"pages {missing[0]} to {missing[-1]}" if len(missing) > 1 else f"page {missing[0]}"
        message = f"{pages} not read yet, the run was interrupted; run the same command again to go on"
        return InputError("interrupted", document.source.name, message)
    return failure


def _message(problem: InputError) -> str:
    """One sentence without the machine's paths: the source's own name stands in its row."""
    return f"page {problem.page}: {problem.detail}" if problem.page else problem.detail
