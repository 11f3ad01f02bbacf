"""Files that hold their tables, opened again: what a reader makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.scoring import Score, score_form

from tests import written
from tests.printed import truth
from workbench.dataset.build import DocumentContent, build_tables
from workbench.errors import InputError
from workbench.form.assemble import assemble_forms
from workbench.model import Finding, PageContent
from workbench.readers.documents import open_source
from workbench.readers.kinds import PageRecord, read_file
from workbench.readers.pdf_text import read_text_page
from workbench.settings import Settings

SETTINGS = Settings()


def read(path: Path, settings: Settings = SETTINGS) -> list[PageRecord]:
    return read_file(open_source(path), settings)


def own_text(path: Path, number: int) -> PageContent | None:
    """A page of a PDF from its own text; None where it is left to OCR."""
    page = read_text_page(path, number, SETTINGS)
    return page.content if page else None


def grids(path: Path) -> list[list[list[str]]]:
    """The texts of every table of a document, row by row."""
    found = [grid for page in read(path) for grid in page.content.grids]
    return [[[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)] for grid in found]


def lines(path: Path) -> list[str]:
    return [line.text for page in read(path) for line in page.content.loose_lines]


def notes(path: Path) -> list[Finding]:
    return [note for page in read(path) for note in page.notes]


def problem(path: Path, settings: Settings = SETTINGS) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path, settings)
    assert "\n" not in str(caught.value)
    return caught.value


def scored(pages: list[PageContent], name: str) -> Score:
    """What the reconstructor makes of the pages, held against the form's truth."""
    forms = assemble_forms(pages, "form")
    result = DocumentContent("0" * 16, tuple(pages), tuple(forms))
    return score_form(build_tables(result, 0.8), f"{'0' * 16}-1", truth(name))


WRITERS = {
    "a.docx": written.write_docx,
    "a.xlsx": written.write_xlsx,
    "a.html": written.write_html,
    "a.md": written.write_markdown,
}


BODY = "word/document.xml"
SHEET = "xl/worksheets/sheet1.xml"


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_text(content, encoding)
    return path
