"""Documents and their pages read in this process, without a store: from their own text where it can be trusted, else by
OCR."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import EngineError, InputError
from workbench.language import Phrase
from workbench.model import Page, PageContent
from workbench.readers.documents import Source, open_source
from workbench.readers.kinds import IN_POINTS, PageRecord, kind_of, own_text_kind, read_file
from workbench.readers.pages import count_pages, is_drawn, load_page
from workbench.settings import Settings

if TYPE_CHECKING:
    import PIL.Image

    from workbench.readers.pdf_text import TextPage

PageOrProblem = tuple[Page | None, PageContent | InputError]


def read_one_page(source: Source, number: int, settings: Settings, threads: int) -> PageRecord:
    """Read a page (numbers count from 1); ``threads`` are used at once; the engine loads only if it is needed.

    Raises:
        InputError: the page cannot be read.
        EngineError: the page needs OCR and the engine cannot be had.
    """
    if is_drawn(source.path):
        from workbench.readers.pdf_text import read_text_page

        text = read_text_page(source.path, number, settings)
        if text is not None:
            return PageRecord(_held_against_drawing(text, settings, threads), own_text_kind(source))
    import cv2

    from workbench.ocr.registry import engine_for
    from workbench.read.page import read_page

    cv2.setNumThreads(threads)  # other processes have pages of their own
    page = load_page(source, number, settings)
    return PageRecord(read_page(page, engine_for(settings, threads)))


def _held_against_drawing(text: TextPage, settings: Settings, threads: int) -> PageContent:
    """The content of a page with its own text; where there is no engine, as far as the file tells."""
    if not text.numbers:
        return text.content
    from workbench.ocr.registry import engine_for
    from workbench.read.drawn_numbers import held_against_drawing

    try:
        engine = engine_for(settings, threads)
    except EngineError:
        engine = None
    return held_against_drawing(text, engine)


def read_document(scan: Path, settings: Settings, threads: int) -> tuple[str, int, Iterator[PageOrProblem]]:
    """The document's name, its number of pages, and its pages as they are read, in pixels of their pictures.

    A page that cannot be read comes as its `InputError`; the others go on. Word files, workbooks and
    transcriptions have no pictures of pages.

    Raises:
        InputError: the document as a whole cannot be read.
        EngineError: the OCR engine cannot be had.
    """
    source = open_source(scan)
    if kind_of(source) != "scan":
        pages = read_file(source, settings)
        return source.path.stem, len(pages), iter([(None, page.content) for page in pages])
    count = count_pages(source, settings)
    name = source.path.resolve().name if source.is_folder else source.path.stem
    return name, count, _pages(source, count, settings, threads)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page and what was read from it; in a notebook its tables, each cell with its piece of the scan."""

    page: Page | None
    content: PageContent

    def draw(self) -> PIL.Image.Image:
        """The scan with its cells outlined: green when sure, orange when doubtful, grey when empty.

        Raises:
            InputError: the document has no pictures of its pages.
        """
        from workbench.grid.debug import draw_cells

        if self.page is None:
            raise InputError(
                "unsupported", "", Phrase("this kind of document has no scan to draw on"), self.content.number
            )
        return draw_cells(self.page, self.content)

    def _repr_html_(self) -> str:
        from PIL import Image

        from workbench.sheet import page_html

        return page_html(self.content, Image.fromarray(self.page.image) if self.page is not None else None)


def read_scan(scan: Path, settings: Settings) -> list[ReadPage]:
    """All pages of one document.

    Raises:
        InputError: the document, or one of its pages, cannot be read.
        EngineError: the OCR engine cannot be had.
    """
    pages = []
    for page, content in read_document(scan, settings, threads=os.cpu_count() or 1)[2]:
        if isinstance(content, InputError):
            raise content
        pages.append(ReadPage(page, content))
    return pages


def _pages(source: Source, count: int, settings: Settings, threads: int) -> Iterator[PageOrProblem]:
    from workbench.readers.pdf_text import in_pixels

    for number in range(1, count + 1):
        try:
            read = read_one_page(source, number, settings, threads)
            page = load_page(source, number, settings)
        except InputError as problem:
            yield None, problem
            continue
        content = in_pixels(read.content, settings.raster_dpi) if read.kind in IN_POINTS else read.content
        yield page, replace(content, width=page.width, height=page.height)
