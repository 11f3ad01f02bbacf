"""The stored pages of a document put together: its forms, what is found in them, and its rows in the tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.archive.results.store import Assembled, ResultStore, document_id, page_name, sha256
from workbench.archive.results.version import NO_ENGINE, Version, code_digest
from workbench.corrections.correction import Correction
from workbench.corrections.log import CorrectionHistory
from workbench.errors import InputError
from workbench.model import Form, PageContent
from workbench.readers.kinds import Kind, PageRecord
from workbench.readers.pdf_text import in_pixels
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class AssembleTask:
    """A document to put together from its results.

    ``pages`` is the number of its pages, 0 for a file that is read as a whole (its first page says it);
    ``missing`` are those that could not be read. ``name`` is the document's path: it may tell the year.
    ``corrections`` are those in force.
    """

    digest: str
    version: Version
    name: str
    kind: Kind
    pages: int
    missing: tuple[int, ...] = ()
    corrections: tuple[Correction, ...] = ()

    def key(self, settings: Settings) -> str:
        """Names all that the result depends on, the pages' results aside (those their own digest names)."""
        corrections = CorrectionHistory(self.corrections).digest()
        facts = [self.digest, self.version.name, self.name, self.pages, self.missing, corrections]
        return hashlib.sha256(json.dumps([*facts, settings.review_threshold, code_digest()]).encode()).hexdigest()


def assemble(task: AssembleTask, store: ResultStore, settings: Settings) -> tuple[int, ...]:
    """Put a document together and keep the result, unless pages are damaged or not there: gives those.

    Raises:
        StoreError: the result cannot be kept.
    """
    from workbench.dataset.build import DocumentContent, build_tables
    from workbench.dataset.rows import pack_rows

    results = store.document(task.digest, task.version)
    sizes = results.sizes()
    first = results.load_page(1) if task.pages == 0 else None
    if task.pages == 0 and first is None:
        return (1,)
    count = first.pages if first is not None else task.pages
    found = {n: results.load_page(n) for n in range(1, count + 1) if n not in task.missing}
    damaged = tuple(n for n, page in found.items() if page is None)
    if damaged:
        return damaged
    read = [page for page in found.values() if page is not None]
    kind = _kind(task.kind, read)
    pages = tuple(_content(page, kind, task.version) for page in read)
    forms, problem = _forms(pages, task.name)
    notes = tuple(replace(note, page=page.content.number) for page in read for note in page.notes)
    document = DocumentContent(document_id(task.digest), pages, forms, notes)
    tables = build_tables(document, settings.review_threshold, CorrectionHistory(task.corrections))
    content = pack_rows(tables)
    assembled = Assembled(
        key=task.key(settings),
        kind=kind,
        pages=count,
        engine=_engine(task.version, read),
        reason=problem.reason if problem else None,
        message=problem.detail if problem else None,
        rows={name: len(frame) for name, frame in tables.items()},
        page_sizes={page_name(n): sizes[page_name(n)] for n in found},
        tables=sha256(content),
        table_bytes=len(content),
    )
    results.save_assembled(assembled, content)
    return ()


def _forms(pages: Sequence[PageContent], name: str) -> tuple[tuple[Form, ...], InputError | None]:
    from workbench.form.assemble import assemble_forms

    try:
        return tuple(assemble_forms(pages, name)), None
    except InputError as problem:
        return (), problem


def _engine(version: Version, read: Sequence[PageRecord]) -> str | None:
    return version.engine if version.engine != NO_ENGINE and any(page.kind == "scan" for page in read) else None


def _kind(by_name: Kind, read: Sequence[PageRecord]) -> Kind:
    """A PDF is a scan as soon as one of its pages had to be read by OCR."""
    return "pdf-text" if read and all(page.kind == "pdf-text" for page in read) else by_name


def _content(page: PageRecord, kind: Kind, version: Version) -> PageContent:
    """A page in the frame of its document: pages with their own text stand in scans, too."""
    if page.kind == "pdf-text" and kind == "scan":
        return in_pixels(page.content, int(dict(version.settings)["raster_dpi"]))
    return page.content
