"""OFD (GB/T 33190), the national format for fixed pages: each page is drawn as a PDF page, and read as one.

So its text, its rules and its pictures are held to what is asked of those of a PDF.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pypdfium2

from workbench.readers.ofd_package import open_package
from workbench.readers.ofd_page import page_as_pdf
from workbench.settings import Settings


def count_ofd_pages(path: Path, settings: Settings) -> int:
    """Number of pages of an OFD.

    Raises:
        InputError: ``encrypted``, ``too-large`` or ``unreadable``.
    """
    return len(open_package(path, settings).pages)


@contextmanager
def ofd_page(path: Path, number: int, settings: Settings) -> Iterator[pypdfium2.PdfPage]:
    """A page of an OFD (numbers count from 1), for as long as the context lasts.

    Raises:
        InputError: ``encrypted``, ``too-large`` or ``unreadable``.
    """
    content = page_as_pdf(open_package(path, settings), number)
    with closing(pypdfium2.PdfDocument(content)) as document:
        yield document[0]
