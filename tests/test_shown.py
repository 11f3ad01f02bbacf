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


OPENED = '<html><head><meta charset="utf-8">{head}</head><body>{before}<table><tr><td>得分</td>{cell}</tr></table>'


def only_second(path: Path, head: str = "", before: str = "", cell: str = "<td>9</td>") -> str | None:
    """The text of the second cell of a page with one row; None where it is not there, or is doubted."""
    path.write_text(OPENED.format(head=head, before=before, cell=cell), "utf-8")
    pages = read(path)
    cells = [c for page in pages for grid in getattr(page.content, "grids", ()) for c in grid.cells if c.col == 1]
    return cells[0].text if cells and cells[0].confidence.overall >= SETTINGS.review_threshold else None


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<td>9<b style='display:none'>7<p>5</p></td>", "9"),  # the element goes on inside the paragraph
        ("<td><p>9<i style='display:none'>7<p>5</td>", "9"),  # and in the next one
        ("<td>9<b style='display:none'>7</td><td>x</td>", "9"),  # a cell ends it
        ("<td>9<b>7</td>", "97"),
        ("<td>9<template>7</template>5</td>", "95"),
        ("<td>9<s>7<div>5</div></s></td>", None),
    ],
)
def test_an_element_left_open_goes_on_where_a_browser_lets_it(tmp_path, cell, shown):
    assert only_second(tmp_path / "a.html", cell=cell) == shown


def test_a_year_that_another_may_cover_is_doubted(tmp_path):
    """2023, on white over 2022 in a title, was read as 2022 without a finding."""
    over = "<b style='position:absolute;background:#fff'>2023</b>"
    over = f"<h1><span style='position:relative'>{over}2022</span>年度自评表</h1>"
    (tmp_path / "a.html").write_text(OPENED.format(head="", before=over, cell="<td>9</td>"), "utf-8")
    (page,) = read(tmp_path / "a.html")
    (title,) = [line for line in page.content.loose_lines if "年度" in line.text]
    assert title.confidence == 0


def test_text_that_a_browser_moves_out_of_the_table_is_not_in_a_cell(tmp_path):
    assert only_second(tmp_path / "a.html", cell="<b>7</b><td>9</td>") == "9"


WRITES = "<script>document.getElementById('a').textContent = '98'</script>"


def test_what_a_script_of_the_page_may_write_is_doubted(tmp_path):
    """97 was read where a browser shows 98, and nothing where it shows 98, both without a word."""
    page = tmp_path / "a.html"
    assert only_second(page, WRITES, cell="<td id=a>97</td>") is None
    assert only_second(page, WRITES, cell="<td id=a></td>") is None
    assert only_second(page, WRITES, cell="<td><b id=a></b></td>") is None
    assert only_second(page, WRITES, cell="<td id=b>97</td>") == "97"
    assert only_second(page, cell="<td><script>document.write('98')</script></td>") is None


@pytest.mark.parametrize(
    "beside",
    [
        "<td><i style='position:absolute;left:0;top:0;width:9em;height:9em;background:#fff'></i></td>",
        "<td><p style='position:relative;margin-left:-60px;background:#fff'>甲</p></td>",
    ],
)
def test_a_number_that_what_is_painted_in_another_cell_may_cover_is_doubted(tmp_path, beside):
    assert only_second(tmp_path / "a.html", cell=f"<td>97</td>{beside}") is None


@pytest.mark.parametrize(
    "cell",
    [
        "97<i style='display:inline-block;width:1em;height:1em;background:#fff;margin-left:-1em'></i>",
        "<p>97</p><p style='margin:-1em 0 0;background:#fff'>&nbsp;</p>",
        "<p>97</p><hr style='margin-top:-.6em'>",
        "9<i style='border-left:20px solid #fff;margin-left:-20px'></i>7",
    ],
)
def test_an_element_without_text_that_is_painted_over_a_number_is_seen(tmp_path, cell):
    assert only_second(tmp_path / "a.html", cell=f"<td>{cell}</td>") is None


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("position:relative;left:60px", None),  # stands in the next column
        ("float:left", None),
        ("background:linear-gradient(transparent 45%,#000 45%,#000 55%,transparent 55%)", None),  # a stroke
        ("background:linear-gradient(#fff 0%,#eee 100%)", "97"),
        ("position:relative", "97"),
    ],
)
def test_cells_that_are_moved_or_striped_are_doubted(tmp_path, style, shown):
    assert only_second(tmp_path / "a.html", cell=f"<td style='{style}'>97</td>") == shown


@pytest.mark.parametrize(
    "head", ["<script src=a.js></script>", "<link rel=stylesheet href=a.css>", "<style>@import 'a.css';</style>"]
)
def test_figures_beside_others_are_doubted_where_a_style_sheet_or_script_is_in_another_file(tmp_path, head):
    assert only_second(tmp_path / "a.html", head, cell="<td>9<i class=x>7</i></td>") is None
    assert only_second(tmp_path / "a.html", head, cell="<td><i class=x>97</i></td>") == "97"
    assert only_second(tmp_path / "a.html", head, cell="<td>9<i>7</i></td>") == "97"


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
