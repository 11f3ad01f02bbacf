"""What is read of a cell is what a page shows of it, or it is doubted: kinds of files × constructions × values."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.opened import SETTINGS, read
from tests.shown import VALUES, Construction, apart, excel, html, word
from workbench.model import Cell
from workbench.values import parse_actual, parse_amount, parse_fraction, parse_number, parse_points, parse_target


def cases(constructions):
    return [
        pytest.param(construction, parts, id=f"{construction.name[:40]}-{''.join(parts)}")
        for construction in constructions
        for parts in VALUES
    ]


def made(constructions: tuple[Construction, ...]) -> list[str]:
    return [construction.make(*parts) for construction in constructions for parts in VALUES]


def place(constructions: tuple[Construction, ...], construction: Construction, parts: tuple[str, str, str]) -> int:
    return constructions.index(construction) * len(VALUES) + VALUES.index(parts)


def is_number(text: str) -> bool:
    """Whether any column of a form would take the text for a number."""
    plain = (parse(text) for parse in (parse_number, parse_amount, parse_points, parse_fraction))
    return any(value is not None for value in (*plain, parse_target(text).value, parse_actual(text, A_TARGET).value))


A_TARGET = parse_target("≥90个")


def check(cell: Cell | None, construction, parts) -> None:
    """Hold what was read against what is shown."""
    shown, text = construction.shown(*parts), cell.text if cell else ""
    doubted = cell is not None and cell.confidence.overall < SETTINGS.review_threshold
    if shown is None:
        assert doubted or not is_number(text), f"read {text!r}, which the page may not show"
        assert doubted, f"read {text!r} without a word"
    elif construction.shown is apart:
        assert not is_number(text)
    else:
        assert text == shown


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """The cells of every kind of file, in the order of the constructions and values."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / "a.html").write_text(html.page(made(html.CONSTRUCTIONS)), "utf-8")
    word.write(folder / "a.docx", made(word.CONSTRUCTIONS))
    return {name: _second_column(folder / name) for name in ("a.html", "a.docx")}


def _second_column(path: Path) -> list[Cell]:
    (page,) = read(path)
    return [cell for cell in page.content.grids[0].cells if cell.col == 1]


@pytest.mark.parametrize(("construction", "parts"), cases(html.CONSTRUCTIONS))
def test_a_cell_of_a_web_page_is_read_as_it_is_shown(cells, construction, parts):
    check(cells["a.html"][place(html.CONSTRUCTIONS, construction, parts)], construction, parts)


@pytest.mark.parametrize("saved", [html.SAVED_BY_WORD, html.SAVED_BY_EXCEL], ids=["Word", "Excel"])
def test_a_page_saved_by_an_office_program_is_read_without_a_doubt(tmp_path, saved):
    (tmp_path / "a.html").write_text(saved, "utf-8")
    (page,) = read(tmp_path / "a.html")
    cells = page.content.grids[0].cells
    assert [cell.text for cell in cells] == ["得分", "95"]
    assert all(cell.confidence.overall >= SETTINGS.review_threshold for cell in cells)


@pytest.mark.parametrize(("construction", "parts"), cases(word.CONSTRUCTIONS))
def test_a_cell_of_a_word_file_is_read_as_it_is_shown(cells, construction, parts):
    check(cells["a.docx"][place(word.CONSTRUCTIONS, construction, parts)], construction, parts)


@pytest.mark.parametrize("at", range(len(excel.cases())), ids=lambda at: excel.cases()[at][0].name)
def test_a_cell_of_a_workbook_is_read_as_it_is_shown(sheets, at):
    construction, value = excel.cases()[at]
    cells = [cell for grid in sheets[at].content.grids for cell in grid.cells if (cell.row, cell.col) == (1, 1)]
    check(cells[0] if cells else None, construction, value if isinstance(value, tuple) else (value,))


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    return read(excel.write(tmp_path_factory.mktemp("shown") / "a.xlsx"))
