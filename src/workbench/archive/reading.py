"""One page of a scan or PDF read: from its own text where it has one that can be trusted, else by OCR."""

from __future__ import annotations

from workbench.readers.documents import Source
from workbench.readers.kinds import PageRecord
from workbench.readers.pages import is_pdf, load_page
from workbench.settings import Settings


def read_one_page(source: Source, number: int, settings: Settings, threads: int) -> PageRecord:
    """Read a page (numbers count from 1); ``threads`` are used at once; the engine loads only if it is needed.

    Raises:
        InputError: the page cannot be read.
        EngineError: the page needs OCR and the engine cannot be had.
    """
    if is_pdf(source.path):
        from workbench.readers.pdf_text import read_text_page

        content = read_text_page(source.path, number)
        if content is not None:
            return PageRecord(content, "pdf-text")
    import cv2

    from workbench.grid.reading import read_page
    from workbench.ocr.registry import engine_for

    cv2.setNumThreads(threads)  # other processes have pages of their own
    page = load_page(source, number, settings)
    return PageRecord(read_page(page, engine_for(settings, threads)))
