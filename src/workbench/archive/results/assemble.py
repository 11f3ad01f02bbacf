"""A document assembled from its stored pages: its forms, the findings about them, and its rows in the tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.archive.results.store import Assembled, ResultStore, StoredDocument, document_id, page_name, sha256
from workbench.archive.results.version import NO_ENGINE, Version, code_digest
from workbench.corrections.correction import Correction
from workbench.corrections.history import CorrectionHistory
from workbench.errors import InputError
from workbench.language import shown
from workbench.model import Form, PageContent
from workbench.readers.kinds import IN_POINTS, Kind, PageRecord, pages_read
from workbench.readers.pdf_text import in_pixels
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class AssembleTask:
    """A document to assemble from the stored results of its pages.

    Attributes:
        digest: hex SHA-256 of the document's content.
        version: that of the results.
        name: the document's path in the raw folder, which may name the year.
        kind: the document's kind by its name.
        pages: number of pages; 0 for a file that is read as a whole, whose first page names the number.
        missing: numbers of pages that are left out, because they could not be read or were not read yet.
        corrections: those in force.
    """

    digest: str
    version: Version
    name: str
    kind: Kind
    pages: int
    missing: tuple[int, ...] = ()
    corrections: tuple[Correction, ...] = ()

    def key(self, settings: Settings) -> str:
        """Hex SHA-256 of all that the assembled rows depend on, but for the pages: each result has its own digest."""
        corrections = CorrectionHistory(self.corrections).digest()
        facts = [self.digest, self.version.name, self.name, self.pages, self.missing, corrections]
        chosen = [settings.review_threshold, settings.layouts]
        return hashlib.sha256(json.dumps([*facts, *chosen, code_digest()]).encode()).hexdigest()


def assemble(task: AssembleTask, store: ResultStore, settings: Settings) -> tuple[int, ...]:
    """Assemble a document and store the result, unless pages are damaged or not there.

    Args:
        task: the document, and which of its pages to take.
        store: where its pages are, and where the result goes.
        settings: its ``review_threshold`` says which fields are doubtful, its ``layouts`` which columns hold what.

    Returns:
        Numbers of the pages that are damaged or not there, which are to be read again; empty where all went well.

    Raises:
        StoreError: the result cannot be stored.
    """
    from workbench.dataset.build import DocumentContent, build_tables
    from workbench.dataset.rows import pack_rows

    results = store.document(task.digest, task.version)
    sizes = results.sizes()
    count, records, damaged = _stored_pages(task, results)
    if damaged:
        return damaged
    kind = _kind(task.kind, records)
    pages = tuple(_content(record, kind, task.version) for record in records)
    forms, problem = _forms(pages, task.name, settings)
    notes = tuple(replace(note, page=record.content.number) for record in records for note in record.notes)
    document = DocumentContent(document_id(task.digest), pages, forms, notes)
    tables = build_tables(document, settings.review_threshold, CorrectionHistory(task.corrections))
    content = pack_rows(tables)
    names = [page_name(number) for number in _page_numbers(task, count)]
    assembled = Assembled(
        key=task.key(settings),
        kind=kind,
        reading=pages_read([record.kind for record in records]),
        pages=count,
        engine=_engine(task.version, records),
        reason=problem.reason if problem else None,
        message=problem.detail if problem else None,
        message_zh=shown(problem.detail, "zh") if problem else None,
        rows={name: len(frame) for name, frame in tables.items()},
        page_sizes={name: sizes[name] for name in names},
        tables=sha256(content),
        table_bytes=len(content),
        largest=max((pixels(record) for record in records), default=0),
    )
    results.save_assembled(assembled, content)
    return ()


def pixels(record: PageRecord) -> int:
    """The pixels of a page that was read as a picture; 0 for others."""
    return record.content.width * record.content.height if record.kind == "scan" else 0


def _stored_pages(task: AssembleTask, results: StoredDocument) -> tuple[int, list[PageRecord], tuple[int, ...]]:
    """The document's number of pages, its pages that were read, and the numbers of those whose result is damaged."""
    count = task.pages
    if count == 0:
        first = results.load_page(1)
        if first is None:
            return 0, [], (1,)
        count = first.pages
    found = {number: results.load_page(number) for number in _page_numbers(task, count)}
    damaged = tuple(number for number, record in found.items() if record is None)
    return count, [record for record in found.values() if record is not None], damaged


def _page_numbers(task: AssembleTask, count: int) -> list[int]:
    """The numbers of the pages that a document of ``count`` pages is assembled from."""
    return [number for number in range(1, count + 1) if number not in task.missing]


def _forms(pages: Sequence[PageContent], name: str, settings: Settings) -> tuple[tuple[Form, ...], InputError | None]:
    """The forms on the pages of a document of that name; or none, and why there is none."""
    from workbench.form.assemble import assemble_forms
    from workbench.form.own_layouts import own_layouts

    try:
        return tuple(assemble_forms(pages, name, layouts=own_layouts(settings.layouts))), None
    except InputError as problem:
        return (), problem


def _engine(version: Version, records: Sequence[PageRecord]) -> str | None:
    """The OCR engine that pages were read with; None where none of them needed one."""
    return version.engine if version.engine != NO_ENGINE and any(page.kind == "scan" for page in records) else None


def _kind(by_name: Kind, records: Sequence[PageRecord]) -> Kind:
    """The kind of a document: a PDF is a scan as soon as one of its pages had to be read by OCR.

    A file that is read as a whole is what its content is, whatever its name says.
    """
    if records and by_name != "scan":
        return records[0].kind
    kinds = {page.kind for page in records}
    return kinds.pop() if len(kinds) == 1 and kinds <= set(IN_POINTS) else by_name


def _content(page: PageRecord, kind: Kind, version: Version) -> PageContent:
    """The content of a page, in the unit of its document's kind.

    Pages of a PDF or an OFD that have their own text are in points. Among scanned pages they are in pixels, as those
    are.
    """
    if page.kind in IN_POINTS and kind == "scan":
        return in_pixels(page.content, int(dict(version.settings)["raster_dpi"]))
    return page.content
