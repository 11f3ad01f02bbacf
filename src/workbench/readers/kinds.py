"""The kinds of document, and the reading of those that hold their tables as such."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.model import Finding, PageContent
from workbench.readers.contents import Content, content_of, misnamed
from workbench.readers.documents import DOCX_SUFFIX, OFD_SUFFIX, OTHER_OFFICE, TEXT_SUFFIXES, XLSX_SUFFIX, Source
from workbench.readers.limits import require_cells, require_pages
from workbench.readers.passwords import unlocked_office
from workbench.readers.tables import Reader, page_content, squares
from workbench.settings import Settings

Kind = Literal["scan", "pdf-text", "ofd", "docx", "xlsx", "doc", "xls", "rtf", "odt", "ods", "mht", "text"]

IN_POINTS: tuple[Kind, ...] = ("pdf-text", "ofd")
"""Kinds of which the pages hold their own text, at places counted in points; those of scans are counted in pixels."""


PagesRead = Literal["text-layer", "ocr", "text-layer+ocr", "cells"]
"""How the pages of a document were read: by their own text, from their pictures, some so and some so; as cells."""


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
    """The kind of a document by its name, which decides who reads it; `content_of` says what a file really is.

    The pages of a PDF and of an OFD decide for themselves: here they are a ``scan``.
    """
    suffix = source.path.suffix.lower()
    if source.is_folder:
        return "scan"
    if suffix in TEXT_SUFFIXES:
        return "text"
    named: dict[str, Kind] = {DOCX_SUFFIX: "docx", XLSX_SUFFIX: "xlsx", **OTHER_OFFICE}  # type: ignore[dict-item]
    return named.get(suffix, "scan")


def own_text_kind(source: Source) -> Kind:
    """The kind of a document whose pages are read from their own text."""
    return "ofd" if source.path.suffix.lower() == OFD_SUFFIX else "pdf-text"


def pages_read(kinds: Collection[Kind]) -> PagesRead | None:
    """How the pages of a document of these kinds were read; None where there are none.

    >>> pages_read(["scan", "pdf-text"]), pages_read(["docx"])
    ('text-layer+ocr', 'cells')
    """
    if not kinds:
        return None
    by_text, by_picture = any(kind in IN_POINTS for kind in kinds), "scan" in kinds
    if by_text:
        return "text-layer+ocr" if by_picture else "text-layer"
    return "ocr" if by_picture else "cells"


def read_file(source: Source, settings: Settings) -> list[PageRecord]:
    """All pages of a file that holds its text: an Office file, a web archive or a transcription.

    One that asks for a password is read with those that are known (`known_passwords`).

    Raises:
        InputError: ``encrypted``, ``too-large``, ``unreadable``, ``unsupported`` or ``no-table``.
    """
    try:
        return _read(source, settings)
    except InputError as error:
        if error.reason != "encrypted":
            raise
        with unlocked_office(source.path) as copy:
            if copy is None:
                raise
            try:
                return _read(replace(source, path=copy, page_files=(copy,)), settings)
            except InputError as problem:
                raise InputError(problem.reason, source.path, problem.detail, problem.page) from problem


def _read(source: Source, settings: Settings) -> list[PageRecord]:
    kind, read = _reader_of(source, settings)
    pages = read(source.path, settings)
    require_pages(source.path, len(pages), settings)
    require_cells(source.path, sum(map(squares, pages)), settings)
    return [
        PageRecord(page_content(page, number), kind, page.notes, len(pages))
        for number, page in enumerate(pages, start=1)
    ]


def _reader_of(source: Source, settings: Settings) -> tuple[Kind, Reader]:
    """The kind of a file by its content, and who reads it."""
    from workbench.readers import converted
    from workbench.readers.docx import read_docx
    from workbench.readers.transcription import read_transcription
    from workbench.readers.xlsx import read_xlsx

    named = kind_of(source)
    content = content_of(source.path, settings)
    readers: dict[Content, tuple[Kind, Reader]] = {
        "docx": ("docx", read_docx),
        "xlsx": ("xlsx", read_xlsx),
        "doc": ("doc", converted.read_doc),
        "xls": ("xls", converted.read_xls),
        "rtf": ("rtf", converted.read_text_document),
        "odt": ("odt", converted.read_text_document),
        "ods": ("ods", converted.read_spreadsheet),
        "xml-sheet": ("xls", converted.read_spreadsheet),
        "mht": ("mht", converted.read_web_archive),
        "html": ("text", read_transcription if named == "text" else converted.read_page),
    }
    if content in readers:
        return readers[content]
    if named == "text":
        return "text", read_transcription
    if named in ("docx", "xlsx"):
        return readers[named]  # which says what is wrong with it
    if content == "other":
        suffix = source.path.suffix.lower()
        message = Phrase(
            "the file is damaged, or no {suffix} file whatever its name says; open it and save it again", suffix=suffix
        )
        raise InputError("unreadable", source.path, message)
    raise InputError("unsupported", source.path, misnamed(content))
