"""Pages of PDF and OFD that hold their text and rules: read exactly, without OCR. Coordinates are points of the page
as shown.

A page is read this way only where nothing speaks against it; any doubt about the page sends it to OCR, which reads the
picture. Its numbers come with what the drawing says about them, for a reader of pictures to look at those in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median, median_high

import pypdfium2

from workbench.model import Cell, CellGrid, Confidence, PageContent, Polygon, TextLine
from workbench.readers.pages import drawn_page
from workbench.readers.pdf_drawing import draw
from workbench.readers.pdf_evidence import PIXELS_PER_HEIGHT, is_blank, is_text_page, shows_its_text
from workbench.readers.pdf_numbers import DrawnNumber, Glyphs, doubt_of, figures_of, has_figure, inner_box, picture_of
from workbench.readers.pdf_objects import Character, PageMarks, PdfBox, Rule, marks_of
from workbench.readers.plain import LOWERED, RAISED, plain, plain_lines
from workbench.readers.ruled import RuledCell, RuledTable, ruled_tables
from workbench.settings import Settings
from workbench.several_values import with_values_apart

SAME_LINE = 0.5
"""Characters stand on one line when their middles differ by less than this many heights."""

COLUMN_GAP = 3.0
"""A gap of this many heights between two characters parts two columns."""

COLUMNS_WITHOUT_RULES = 3
"""So many lines under each other with such gaps, and no rule in them, are a table whose columns are not ruled."""

ROOM_LEFT = 2.0
"""A line is full when less than this many heights are left of its cell, padding on both sides included."""

SAME_WORD = 0.15
"""Characters closer than this many heights belong together; a wider gap is a space."""

OFF_THE_LINE = 0.1
"""Figures that stand so many sizes of type higher or lower than the characters of their line are raised or low ones:
those of word processors stand a third higher or an eighth lower."""

LARGEST = 0.9
"""Share of the largest type of a line from which on its characters stand on the line."""

AROUND_LINE = 0.2
"""Text heights of paper around the ink of a line: less than lines of print are apart."""

CUT_TEXT = Confidence(border=0.5)
"""Of a cell whose text runs on over its border."""

PdfLine = list[Character]
CellsByPlace = dict[tuple[int, RuledCell], list[Character]]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page read from its own text, and the cells and lines with figures as they are drawn."""

    content: PageContent
    numbers: tuple[DrawnNumber, ...] = ()


def read_text_page(path: Path, number: int, settings: Settings) -> TextPage | None:
    """The tables and lines of a page of a PDF or an OFD from its own text; None where the page has to be read from its
    picture.

    Raises:
        InputError: an OFD cannot be read.
    """
    try:
        with drawn_page(path, number, settings) as page:
            return _text_page(page, number)
    except (pypdfium2.PdfiumError, OSError):
        return None  # the picture of the page, which is asked for next, says what is wrong


def in_pixels(content: PageContent, dpi: int) -> PageContent:
    """A page with its own text, with its coordinates in pixels of its picture at ``dpi`` instead of points."""
    scale = dpi / 72

    def polygon(corners: Polygon) -> Polygon:
        a, b, c, d = ((round(x * scale, 2), round(y * scale, 2)) for x, y in corners)
        return a, b, c, d

    grids = (
        replace(grid, cells=tuple(replace(cell, polygon=polygon(cell.polygon)) for cell in grid.cells))
        for grid in content.grids
    )
    lines = (replace(line, polygon=polygon(line.polygon)) for line in content.loose_lines)
    width, height = round(content.width * scale), round(content.height * scale)
    return PageContent(content.number, width, height, tuple(grids), tuple(lines))


def _text_page(page: pypdfium2.PdfPage, number: int) -> TextPage | None:
    marks = marks_of(page)
    if is_blank(page, marks):
        return TextPage(PageContent(number, round(marks.width), round(marks.height)))
    if not is_text_page(marks):
        return None
    height = text_height(marks.characters)
    tables = ruled_tables(marks.rules, height) if height > 0 else None
    if tables is None:
        return None
    cells: CellsByPlace = {}
    loose: list[Character] = []
    for character in (character for character in marks.characters if character.upright):
        table_no, cell = _place(character, tables)
        (cells.setdefault((table_no, cell), []) if cell else loose).append(character)
    if any(_has_unruled_columns(characters) for characters in (*cells.values(), loose)):
        return None
    drawing = draw(page, marks, PIXELS_PER_HEIGHT / height)
    figures = {place for place, characters in cells.items() if has_figure(characters)}
    others = [cell.box for n, table in enumerate(tables, start=1) for cell in table.cells if (n, cell) not in figures]
    words = [character for place, of_cell in cells.items() if place not in figures for character in of_cell]
    if not shows_its_text(drawing, marks, [*words, *loose], others, height):
        return None
    cut = _cut_cells(marks, tables)
    grids = tuple(_grid(number, n, table, cells, cut) for n, table in enumerate(tables, start=1))
    outside = [run for line in _lines(loose) for run in _runs(line)]
    content = PageContent(number, round(marks.width), round(marks.height), grids, tuple(map(_text_line, outside)))
    glyphs = Glyphs(drawing)
    numbers = (*_numbers(cells, glyphs, marks.rules, height), *_numbers_outside(outside, glyphs, height))
    return TextPage(content, numbers)


def _numbers(cells: CellsByPlace, glyphs: Glyphs, rules: Sequence[Rule], height: float) -> Iterator[DrawnNumber]:
    for (table_no, cell), characters in cells.items():
        if has_figure(characters):
            place, text = (table_no, cell.row, cell.col), plain(_cell_text(characters, cell.box))
            yield _number(place, text, _lines(characters), inner_box(cell.box, rules, height), glyphs, height)


def _numbers_outside(lines: Sequence[PdfLine], glyphs: Glyphs, height: float) -> Iterator[DrawnNumber]:
    """The lines outside all tables that have figures, such as a title with its year."""
    for number, line in enumerate(lines):
        if has_figure(line):
            yield _number((0, number, 0), plain(_line_text(line)), [line], _box_around(line, height), glyphs, height)


def _box_around(line: PdfLine, height: float) -> PdfBox:
    inks, margin = [character.ink for character in line], AROUND_LINE * height
    left, top = min(ink.x0 for ink in inks) - margin, min(ink.y0 for ink in inks) - margin
    return PdfBox(left, top, max(ink.x1 for ink in inks) + margin, max(ink.y1 for ink in inks) + margin)


def _number(
    place: tuple[int, int, int], text: str, lines: Sequence[PdfLine], box: PdfBox, glyphs: Glyphs, height: float
) -> DrawnNumber:
    return DrawnNumber(
        *place,
        text,
        picture_of(glyphs.drawing, box),
        height * glyphs.drawing.scale,
        frozenset(glyphs.number(figure) for line in lines for figure in figures_of(line)),
        doubt_of(lines, glyphs.drawing, box),
    )


def text_height(characters: Sequence[Character]) -> float:
    """The usual height of a character: the room of ideographs is as wide as high, and lines are a third higher."""
    wide = [c.room.width for c in characters if "\u3400" <= c.text <= "\u9fff"]
    return median(wide) if wide else median(c.room.height for c in characters) / 1.33


def _place(character: Character, tables: Sequence[RuledTable]) -> tuple[int, RuledCell | None]:
    for number, table in enumerate(tables, start=1):
        cell = table.cell_at(*character.room.centre)
        if cell is not None:
            return number, cell
    return 0, None


def _lines(characters: Sequence[Character]) -> list[PdfLine]:
    """Characters sorted into lines from top to bottom, each from left to right, drawn twice (bold) counted once."""
    lines: list[PdfLine] = []
    for character in sorted(characters, key=lambda c: c.room.centre[1]):
        middle = character.room.centre[1]
        last = lines[-1][0] if lines else None
        height = max(_height(character), _height(last)) if last else 0.0  # a low figure is of smaller type
        if last is None or middle - last.room.centre[1] > SAME_LINE * height:
            lines.append([])
        lines[-1].append(character)
    return [_off_the_line(_drawn_once(sorted(line, key=lambda c: c.room.x0))) for line in lines]


def _height(character: Character) -> float:
    return character.room.height / 1.33


def _drawn_once(line: PdfLine) -> PdfLine:
    return line[:1] + [
        after
        for before, after in pairwise(line)
        if after.text != before.text or after.room.x0 - before.room.x0 > 0.3 * after.room.width
    ]


def _off_the_line(line: PdfLine) -> PdfLine:
    """A line with its raised and low figures as such: 10² is not 102."""
    largest = LARGEST * max(character.size for character in line)
    foot = median_high(character.foot for character in line if character.size >= largest)

    def meant(character: Character) -> Character:
        higher = (foot - character.foot) / max(character.size, largest)
        if abs(higher) <= OFF_THE_LINE:
            return character
        return replace(character, text=character.text.translate(RAISED if higher > 0 else LOWERED))

    return [meant(character) for character in line]


def _runs(line: PdfLine) -> list[PdfLine]:
    """A line cut where a gap parts two columns."""
    runs = [line[:1]]
    for before, after in pairwise(line):
        if _gap(before, after) > COLUMN_GAP * _height(after):
            runs.append([])
        runs[-1].append(after)
    return runs


def _gap(before: Character, after: Character) -> float:
    return after.room.x0 - before.room.x1


def _has_unruled_columns(characters: Sequence[Character]) -> bool:
    parted = groupby(len(_runs(line)) > 1 for line in _lines(characters))
    return any(is_parted and len(list(lines)) >= COLUMNS_WITHOUT_RULES for is_parted, lines in parted)


def _line_text(line: PdfLine) -> str:
    text = line[0].text if line else ""
    for before, after in pairwise(line):
        text += " " * (_gap(before, after) > SAME_WORD * _height(after)) + after.text
    return text


def _cell_text(characters: Sequence[Character], box: PdfBox) -> str:
    """The lines of a cell, those that were wrapped joined. Where a line has room left, it was not wrapped: the next
    word is another one."""
    text = ""
    full = True
    for line in _lines(characters):
        text += ("" if full else "\n") + _line_text(line)
        full = box.width - (line[-1].room.x1 - line[0].room.x0) < ROOM_LEFT * _height(line[0])
    return text


def _cut_cells(marks: PageMarks, tables: Sequence[RuledTable]) -> set[tuple[int, RuledCell]]:
    """Cells that share a word with the cell beside them: a text too long for its cell was printed over the border."""
    cut: set[tuple[int, RuledCell]] = set()
    for before, after in pairwise(marks.characters):
        first, second = _place(before, tables), _place(after, tables)
        beside = abs(before.room.centre[1] - after.room.centre[1]) < SAME_LINE * _height(after)
        if first != second and beside and abs(_gap(before, after)) < SAME_WORD * _height(after):
            cut |= {(number, cell) for number, cell in (first, second) if cell}
    return cut


def _grid(
    page: int,
    number: int,
    table: RuledTable,
    characters: dict[tuple[int, RuledCell], list[Character]],
    cut: set[tuple[int, RuledCell]],
) -> CellGrid:
    cells, lines = [], []
    for ruled in table.cells:
        printed = _cell_text(characters.get((number, ruled), []), ruled.box)
        lines.append(plain_lines(printed))
        text = plain(printed)
        cell = Cell(ruled.row, ruled.col, ruled.rowspan, ruled.colspan, _polygon(ruled.box), text)
        confidence = CUT_TEXT if (number, ruled) in cut else Confidence()
        cells.append(replace(cell, state="text" if text else "empty", confidence=confidence))
    apart = with_values_apart(cells, lines)
    return CellGrid(page, number, tuple(apart), _shares(table.ys), _shares(table.xs))


def _shares(edges: Sequence[float]) -> tuple[float, ...]:
    return tuple(round((edge - edges[0]) / (edges[-1] - edges[0]), 5) for edge in edges)


def _text_line(line: PdfLine) -> TextLine:
    text = plain(_line_text(line))
    boxes = [character.room for character in line]
    box = PdfBox(boxes[0].x0, min(b.y0 for b in boxes), boxes[-1].x1, max(b.y1 for b in boxes))
    return TextLine(text, (1.0,) * len(text), _polygon(box))


def _polygon(box: PdfBox) -> Polygon:
    x0, y0, x1, y1 = (round(edge, 2) for edge in (box.x0, box.y0, box.x1, box.y1))
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
