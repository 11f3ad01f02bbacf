"""One document read page by page in this process, without a store: what `workbench grid` needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.errors import InputError
from workbench.model import Page, PageContent
from workbench.readers.documents import Source, open_source
from workbench.readers.pages import count_pages, load_page
from workbench.settings import Settings

PageOrProblem = tuple[Page | None, PageContent | InputError]


def read_document(scan: Path, settings: Settings, threads: int) -> tuple[str, int, Iterator[PageOrProblem]]:
    """The document's name, its number of pages, and its pages as they are read.

    A page that cannot be read comes as its `InputError`; the others go on.

    Raises:
        InputError: the document as a whole cannot be read.
        EngineError: the OCR engine cannot be had.
    """
    source = open_source(scan)
    count = count_pages(source, settings)
    name = source.path.resolve().name if source.is_folder else source.path.stem
    return name, count, _pages(source, count, settings, threads)


def _pages(source: Source, count: int, settings: Settings, threads: int) -> Iterator[PageOrProblem]:
    from workbench.grid.reading import read_page
    from workbench.ocr.registry import engine_for

    for number in range(1, count + 1):
        try:
            page = load_page(source, number, settings)
        except InputError as problem:
            yield None, problem
            continue
        yield page, read_page(page, engine_for(settings, threads))
