"""Sets a table on A4 pages the way an office does: ruled, wrapped by measured widths, broken between rows.

Every merged cell that crosses a page break becomes two cells, and the section's header row is printed again.
All lengths are millimetres, sizes of type are points.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

import pylopdf_fonts_zh_cn as fonts
from fpdf import FPDF

from tests.scans.tables import Placed, Table, TableRow, owners

SERIF = fonts.serif_path()
SANS = fonts.sans_path()
POINT = 25.4 / 72
A4 = (210.0, 297.0)
FIXED_DATE = datetime(2023, 4, 28, tzinfo=UTC)
TOKEN = re.compile(r"[A-Za-z0-9.%]+|.")
NEVER_FIRST = "，。、；：！？）》」』”’％%)]"
NEVER_LAST = "（《「『“‘(["
Box = tuple[float, float, float, float]
"""Left, top, width and height on the page."""


@dataclass(frozen=True)
class Style:
    """How the page looks and how rows break over pages."""

    landscape: bool = False
    margin: float = 15.0
    font: Path = SERIF
    font_index: int = 0  # which typeface of a collection (.ttc)
    font_size: float = 10.5
    title_size: float = 18.0
    leading: float = 1.3
    padding: float = 1.2
    line_width: float = 0.18
    line_grey: int = 0  # 0 is black, 255 white
    dash: tuple[float, float] | None = None  # inner rules of dashes and gaps so long; None: whole
    frame_width: float | None = None  # weight of the outer rules; None: that of the others
    double_frame: bool = False  # a second frame around the first
    open_sides: bool = False  # no outer rule on the left and on the right
    header_grey: int = 255  # what header rows are tinted with
    min_row: float = 8.0
    split_rows: bool = False  # a tall row breaks over the page, its text goes on in the next page's first row
    repeat_labels: bool = True  # False: the part of a merged cell after the break is left empty
    repeat_header: bool = True
    twice_at_break: str = ""  # the section whose last row before a break is printed once more after it

    @property
    def page(self) -> tuple[float, float]:
        return (A4[1], A4[0]) if self.landscape else A4

    @property
    def line(self) -> float:
        return self.font_size * POINT * self.leading

    @property
    def own_frame(self) -> bool:
        """Whether the outer rules are drawn apart from the cells'."""
        return self.dash is not None or self.frame_width is not None or self.double_frame


@dataclass(frozen=True)
class GridCell:
    """One cell of a grid: its place, its spans and its text."""

    row: int
    col: int
    rowspan: int
    colspan: int
    text: str


@dataclass(frozen=True)
class PageGrid:
    """The table of one page as whoever sees that page alone would count it; cells sorted by row and column."""

    rows: int
    columns: int
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class _Fragment:
    """The part of a cell that lands on one page, in the page's own row numbers."""

    placed: Placed
    first: int
    count: int
    text: str
    header: bool

    @property
    def stop(self) -> int:
        return self.first + self.count


@dataclass(frozen=True)
class _Page:
    fragments: list[_Fragment]
    heights: list[float]


class _Ruler:
    """Measures and wraps text in one typeface; also the PDF that the pages are drawn on."""

    def __init__(self, style: Style) -> None:
        self.pdf = FPDF(unit="mm", format="A4")
        self.pdf.set_creation_date(FIXED_DATE)
        self.pdf.set_auto_page_break(False)
        self.pdf.add_font("body", fname=style.font, collection_font_number=style.font_index)
        self.pdf.set_font("body", size=style.font_size)
        # The font's own boxes hold for its subset too; to measure every outline anew is half of the time a PDF takes.
        self.pdf.fonts["body"].ttfont.recalcBBoxes = False
        self.width = cache(self.pdf.get_string_width)

    def wrap(self, text: str, width: float) -> list[str]:
        """Lines no wider than `width`; a paragraph's last line keeps its newline, so that they join to `text`."""
        return [line for part in text.splitlines(keepends=True) for line in self._wrap_paragraph(part, width)]

    def _wrap_paragraph(self, text: str, width: float) -> list[str]:
        lines, line = [], ""
        for token in self._tokens(text.rstrip("\n"), width):
            if line and self._long(line + token) > width:
                lines.append(line)
                line = ""
            line += token
        return [*lines, line + text[len(text.rstrip("\n")) :]]

    def _tokens(self, text: str, width: float) -> Iterator[str]:
        """What must stay together: words, figures, and punctuation with the character it belongs to."""
        held = ""
        for token in TOKEN.findall(text):
            if held and token not in NEVER_FIRST and held[-1] not in NEVER_LAST:
                yield from self._fitting(held, width)
                held = ""
            held += token
        if held:
            yield from self._fitting(held, width)

    def _fitting(self, token: str, width: float) -> Iterator[str]:
        yield from [token] if self._long(token) <= width else token

    def _long(self, text: str) -> float:
        return sum(map(self.width, text))


@dataclass(frozen=True)
class _Setter:
    """A table being laid out: rows may be added by splitting, pages are taken off the front."""

    style: Style
    ruler: _Ruler
    edges: tuple[float, ...]
    rows: tuple[TableRow, ...]

    @cached_property
    def owners(self) -> list[list[Placed]]:
        return owners(self.rows, len(self.edges) - 1)

    def width(self, placed: Placed) -> float:
        return self.edges[placed.columns.stop] - self.edges[placed.col]

    def lines(self, placed: Placed, text: str) -> list[str]:
        return self.ruler.wrap(text, self.width(placed) - 2 * self.style.padding)

    def page(self, start: int, stop: int) -> _Page:
        """The page that holds the table's rows `start` to `stop`, with what is printed again above them."""
        again = self._again(start)
        numbers = [*again, *range(start, stop)]
        fragments = self._fragments(numbers, set(again))
        return _Page(fragments, self._heights(fragments, len(numbers)))

    def _again(self, start: int) -> list[int]:
        row = self.rows[start]
        if not start or row.header or not row.section:
            return []
        header = [n for n in range(start) if self.rows[n].header and self.rows[n].section == row.section]
        twice = row.section == self.style.twice_at_break and self.rows[start - 1].section == row.section
        last = [start - 1] if twice and not self.rows[start - 1].header else []
        return (header if self.style.repeat_header else []) + last

    def _fragments(self, numbers: list[int], again: set[int]) -> list[_Fragment]:
        found: list[_Fragment] = []
        for at, number in enumerate(numbers):
            above = self.owners[numbers[at - 1]] if at else []
            for placed in dict.fromkeys(self.owners[number]):
                if placed in above:
                    continue
                count = sum(1 for other in numbers[at:] if other in placed.rows)
                header = all(self.rows[row].header for row in placed.rows)
                found.append(_Fragment(placed, at, count, self._text(placed, numbers, again), header))
        return found

    def _text(self, placed: Placed, numbers: list[int], again: set[int]) -> str:
        begins_here = placed.row in numbers and placed.row not in again
        shown = placed.cell.rowspan == 1 or begins_here or self.style.repeat_labels
        return placed.cell.text if shown else ""

    def _heights(self, fragments: list[_Fragment], count: int) -> list[float]:
        heights = [self.style.min_row] * count
        for fragment in sorted(fragments, key=lambda f: f.count):
            span = range(fragment.first, fragment.stop)
            lacking = self.needed(fragment) - sum(heights[n] for n in span)
            for n in span:
                heights[n] += max(lacking, 0.0) / fragment.count
        return heights

    def needed(self, fragment: _Fragment) -> float:
        return len(self.lines(fragment.placed, fragment.text)) * self.style.line + 2 * self.style.padding

    def split(self, number: int, lines: int) -> "_Setter":
        """The same table with one row cut in two after so many lines of text."""
        upper, lower = [], []
        for placed in dict.fromkeys(self.owners[number]):
            if placed.row == number and placed.cell.rowspan == 1:
                text = self.lines(placed, placed.cell.text)
                upper.append(replace(placed.cell, text="".join(text[:lines]).rstrip("\n")))
                lower.append(replace(placed.cell, text="".join(text[lines:])))
            elif placed.row == number:
                upper.append(replace(placed.cell, rowspan=placed.cell.rowspan + 1))
        row = self.rows[number]
        cut = (replace(row, cells=tuple(upper)), replace(row, cells=tuple(lower)))
        above = (self._stretched(n, number) for n in range(number))
        return replace(self, rows=(*above, *cut, *self.rows[number + 1 :]))

    def _stretched(self, number: int, over: int) -> TableRow:
        """A row above the cut: its cells that reach the cut row cover one row more."""
        placed = [p for p in dict.fromkeys(self.owners[number]) if p.row == number]
        cells = (replace(p.cell, rowspan=p.cell.rowspan + (over in p.rows)) for p in placed)
        return replace(self.rows[number], cells=tuple(cells))


def typeset(table: Table, style: Style | None = None) -> bytes:
    """The table as a PDF with a text layer. The same table and style give the same bytes."""
    style = style or Style()
    setter = _setter(table, style)
    pdf = setter.ruler.pdf
    for number, page in enumerate(_pages(setter)):
        pdf.add_page(orientation="landscape" if style.landscape else "portrait")
        if number == 0:
            _draw_title(pdf, table, style)
        _draw_page(pdf, setter, page, _top(style, number))
    return bytes(pdf.output())


def page_grids(table: Table, style: Style | None = None) -> list[PageGrid]:
    """What a perfect reader finds on each page that `typeset` draws of the same table in the same style."""
    return [_grid(page.fragments) for page in _pages(_setter(table, style or Style()))]


def page_boxes(table: Table, style: Style | None = None) -> list[list[Box]]:
    """Where on each page the cells are drawn, in the order of its grid's cells."""
    setter = _setter(table, style or Style())
    pages = []
    for number, page in enumerate(_pages(setter)):
        boxes = zip(page.fragments, _boxes(setter, page, _top(setter.style, number)), strict=True)
        inorder = sorted(boxes, key=lambda pair: (pair[0].first, pair[0].placed.col))
        pages.append([box for _, box in inorder])
    return pages


def _top(style: Style, number: int) -> float:
    return style.margin + (0.0 if number else _title_height(style))


def _boxes(setter: _Setter, page: _Page, top: float) -> list[Box]:
    edges, heights = setter.edges, page.heights
    return [
        (
            edges[fragment.placed.col],
            top + sum(heights[: fragment.first]),
            setter.width(fragment.placed),
            sum(heights[fragment.first : fragment.stop]),
        )
        for fragment in page.fragments
    ]


def _grid(fragments: list[_Fragment]) -> PageGrid:
    """The page's rows and columns, counted without those that no cell of the page ends at."""
    ys = sorted({y for fragment in fragments for y in (fragment.first, fragment.stop)})
    xs = sorted({x for fragment in fragments for x in (fragment.placed.columns.start, fragment.placed.columns.stop)})
    cells = []
    for fragment in fragments:
        (top, bottom), columns = map(ys.index, (fragment.first, fragment.stop)), fragment.placed.columns
        left, right = xs.index(columns.start), xs.index(columns.stop)
        cells.append(GridCell(top, left, bottom - top, right - left, fragment.text))
    return PageGrid(len(ys) - 1, len(xs) - 1, tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))))


def _setter(table: Table, style: Style) -> _Setter:
    return _Setter(style, _Ruler(style), _edges(table, style), table.rows)


def _edges(table: Table, style: Style) -> tuple[float, ...]:
    scale = (style.page[0] - 2 * style.margin) / sum(table.widths)
    return tuple(style.margin + scale * sum(table.widths[:n]) for n in range(len(table.widths) + 1))


def _pages(setter: _Setter) -> Iterator[_Page]:
    height = setter.style.page[1] - 2 * setter.style.margin
    start, room = 0, height - _title_height(setter.style)
    while start < len(setter.rows):
        stop = _stop(setter, start, room)
        setter, stop = _with_split(setter, start, stop, room)
        yield setter.page(start, stop)
        start, room = stop, height


def _stop(setter: _Setter, start: int, room: float) -> int:
    """The row after the last one that fits; a header row never ends a page."""
    stop = start
    while stop < len(setter.rows) and sum(setter.page(start, stop + 1).heights) <= room:
        stop += 1
    while start + 1 < stop < len(setter.rows) and setter.rows[stop - 1].header:
        stop -= 1
    return stop


def _with_split(setter: _Setter, start: int, stop: int, room: float) -> tuple[_Setter, int]:
    """Fills the foot of the page with the first lines of the next row, where that is wanted or the only way."""
    wanted = stop < len(setter.rows) and setter.style.split_rows and not setter.rows[stop].header
    if stop > start and not wanted:
        return setter, stop
    longest = max(len(setter.lines(p, p.cell.text)) for p in setter.owners[stop] if p.row == stop)
    for lines in range(longest - 1, 0, -1):
        cut = setter.split(stop, lines)
        if sum(cut.page(start, stop + 1).heights) <= room:
            return cut, stop + 1
    if stop == start:
        raise ValueError(f"row {stop} does not fit on a page")
    return setter, stop


def _title_height(style: Style) -> float:
    return (style.title_size * 1.6 + style.font_size * 1.8) * POINT


def _draw_title(pdf: FPDF, table: Table, style: Style) -> None:
    middle = style.page[0] / 2
    baseline = style.margin + style.title_size * POINT
    for text, size, y in (
        (table.title, style.title_size, baseline),
        (table.subtitle, style.font_size, baseline + (style.title_size * 0.4 + style.font_size) * POINT),
    ):
        pdf.set_font("body", size=size)
        pdf.text(middle - pdf.get_string_width(text) / 2, y, text)
    pdf.set_font("body", size=style.font_size)


def _draw_page(pdf: FPDF, setter: _Setter, page: _Page, top: float) -> None:
    style, edges = setter.style, setter.edges
    pdf.set_line_width(style.line_width)
    boxes = _boxes(setter, page, top)
    if style.header_grey < 255:
        pdf.set_fill_color(style.header_grey)
        for fragment, box in zip(page.fragments, boxes, strict=True):
            if fragment.header:
                pdf.rect(*box, style="F")
        pdf.set_fill_color(0)
    with _within_open_sides(pdf, style):
        _draw_rules(pdf, style, boxes, (edges[0], top, edges[-1] - edges[0], sum(page.heights)))
    for fragment, (_, y, _, height) in zip(page.fragments, boxes, strict=True):
        _draw_text(pdf, setter, fragment, y + height / 2)


def _draw_rules(pdf: FPDF, style: Style, boxes: list[Box], table: Box) -> None:
    if style.line_grey:
        pdf.set_draw_color(style.line_grey)
    for box in boxes:
        if style.dash is None:
            pdf.rect(*box)
        else:  # each rule once, or the dashes of two cells fill each other's gaps
            _draw_dashes(pdf, style.dash, box)
    if style.own_frame:
        x, y, width, height = table
        weight = style.line_width if style.frame_width is None else style.frame_width
        away = 2 * weight + 0.5 if style.double_frame else 0.0
        pdf.set_line_width(weight)
        for out in dict.fromkeys((0.0, away)):
            pdf.rect(x - out, y - out, width + 2 * out, height + 2 * out)


def _draw_dashes(pdf: FPDF, dash: tuple[float, float], box: Box) -> None:
    x, y, width, height = box
    pdf.set_dash_pattern(*dash)
    pdf.line(x, y, x + width, y)
    pdf.line(x, y, x, y + height)
    pdf.set_dash_pattern()


def _within_open_sides(pdf: FPDF, style: Style) -> AbstractContextManager[None]:
    """Where rules may be drawn: with open sides, not on the table's left and right edge."""
    if not style.open_sides:
        return nullcontext()
    left = style.margin + 2 * style.line_width
    return pdf.rect_clip(left, 0, style.page[0] - 2 * left, style.page[1])


def _draw_text(pdf: FPDF, setter: _Setter, fragment: _Fragment, middle: float) -> None:
    style, placed = setter.style, fragment.placed
    lines = [line.rstrip("\n") for line in setter.lines(placed, fragment.text)]
    ascent = style.font_size * POINT * 0.86 + (style.line - style.font_size * POINT) / 2
    y = middle - len(lines) * style.line / 2 + ascent
    for number, line in enumerate(lines):
        x = setter.edges[placed.col] + style.padding
        if placed.cell.align == "center":
            x = setter.edges[placed.col] + (setter.width(placed) - pdf.get_string_width(line)) / 2
        pdf.text(x, y + number * style.line, line)
