"""The kinds of document, and the reading of those that hold their tables as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.model import Finding, PageContent
from workbench.readers.documents import DOCX_SUFFIX, TEXT_SUFFIXES, XLSX_SUFFIX, Source
from workbench.readers.limits import require_cells, require_pages
from workbench.readers.tables import FilePage, page_content, squares
from workbench.settings import Settings

Kind = Literal["scan", "pdf-text", "docx", "xlsx", "text"]


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page, how it was read (``scan``: by OCR), and notes for the researcher about that.

    ``pages`` is the number of pages of a file that is read as a whole, and 0 where each page is read by itself.
    """

    content: PageContent
    kind: Kind = "scan"
    notes: tuple[Finding, ...] = ()
    pages: int = 0


def kind_of(source: Source) -> Kind:
    """The kind of a document by its name. The pages of a PDF decide for themselves: here it is a ``scan``."""
    suffix = source.path.suffix.lower()
    if source.is_folder:
        return "scan"
    if suffix in TEXT_SUFFIXES:
        return "text"
    return "docx" if suffix == DOCX_SUFFIX else "xlsx" if suffix == XLSX_SUFFIX else "scan"


def read_file(source: Source, settings: Settings) -> list[PageRecord]:
    """All pages of a Word file, a workbook or a transcription.

    Raises:
        InputError: ``encrypted``, ``too-large``, ``unreadable`` or ``no-table``.
    """
    kind = kind_of(source)
    pages = _reader_of(kind)(source.path, settings)
    require_pages(source.path, len(pages), settings)
    require_cells(source.path, sum(map(squares, pages)), settings)
    return [
        PageRecord(page_content(page, number), kind, page.notes, len(pages))
        for number, page in enumerate(pages, start=1)
    ]


def _reader_of(kind: Kind) -> Callable[[Path, Settings], list[FilePage]]:
    if kind == "docx":
        from workbench.readers.docx import read_docx

        return read_docx
    if kind == "xlsx":
        from workbench.readers.xlsx import read_xlsx

        return read_xlsx
    from workbench.readers.transcription import read_transcription

    return read_transcription
