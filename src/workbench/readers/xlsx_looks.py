"""How the cells of a workbook look: by their typeface and its colour, their room, and what lies over them.

Source: ECMA-376 part 1, 18.3 (sheets), 18.8 (styles) and 20.5 (drawings on sheets).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.utils.cell import range_boundaries

from workbench.readers.office import local_name
from workbench.readers.plain import plain
from workbench.readers.shown import BLACK, PICTOGRAMS, SMALLEST, WHITE, Colour, Look, TextRun, hex_colour, is_seen
from workbench.several_values import is_value

CHANGES_DAILY = re.compile(r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY)\s*\(", re.IGNORECASE)
"""Functions whose result is another one whenever the workbook is opened."""

USUAL_SIZE = 11.0
"""Points of text whose size the file does not say."""

EMU_OF_COLUMN, EMU_OF_ROW = 609_600, 190_500
"""Width and height of a usual column and row, in the units of drawings (914,400 an inch): 64 and 20 pixels."""

EMU_OF_POINT = 12_700

MOST_AREAS = 1000

PALE_TINT = 0.4
"""From this tint on an accent colour of a theme is pale."""


@dataclass(frozen=True, slots=True)
class Area:
    """Cells from one corner to the other; rows and columns count from 1."""

    first_col: int
    first_row: int
    last_col: int
    last_row: int

    def holds(self, row: int, col: int) -> bool:
        return self.first_row <= row <= self.last_row and self.first_col <= col <= self.last_col


@dataclass(frozen=True, slots=True)
class SheetLooks:
    """What else decides how cells of a sheet look.

    Attributes:
        doubted: where cells may be shown otherwise than they are stored: by a conditional format or a drawing.
        doubted_cells: cells whose formula is shown in place of its result, or gives another one every day.
        computed: cells with a formula that the program computes anew on opening the file.
        shows_zeros: False where zeros are left blank.
    """

    doubted: tuple[Area, ...] = ()
    doubted_cells: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    shows_zeros: bool = True

    def is_doubted(self, cell: Any) -> bool:
        return cell.coordinate in self.doubted_cells or any(a.holds(cell.row, cell.column) for a in self.doubted)


def around(found: Sequence[Area]) -> tuple[Area, ...]:
    """The areas, or the one around them all where they are too many to ask each about every cell."""
    if len(found) <= MOST_AREAS:
        return tuple(found)
    first_col, first_row = min(area.first_col for area in found), min(area.first_row for area in found)
    return (Area(first_col, first_row, max(area.last_col for area in found), max(area.last_row for area in found)),)


@dataclass(frozen=True, slots=True)
class Room:
    """The room of a cell: its width in digits, its height in points where that is fixed, and its neighbours."""

    width: float
    height: float | None
    has_text_before: bool
    has_text_behind: bool


def areas(references: str) -> Iterator[Area]:
    """The areas that a list of references names: ``A1:B2 D5``."""
    for reference in references.split():
        first_col, first_row, last_col, last_row = range_boundaries(reference)
        yield Area(first_col or 1, first_row or 1, last_col or 1 << 14, last_row or 1 << 20)


def conditional_areas(sheet: Any, styles: Sequence[Any]) -> Iterator[Area]:
    """Cells whose figures a conditional format may show otherwise, whether its condition holds or not.

    Args:
        sheet: root of the sheet's XML.
        styles: the workbook's differential styles (``dxf``).
    """
    for rules in sheet.iter("{*}conditionalFormatting"):
        references = rules.get("sqref") or " ".join(e.text or "" for e in rules.iter("{*}sqref"))
        if any(_changes_figures(rule, styles) for rule in rules.iter("{*}cfRule")):
            yield from areas(references)


def drawn_in_cells(sheet: Any) -> Iterator[Area]:
    """Cells that a sparkline is drawn in, over their figures."""
    for line in sheet.iter("{*}sparkline"):
        yield from areas(" ".join(e.text or "" for e in line.iter("{*}sqref")))


def _changes_figures(rule: Any, styles: Sequence[Any]) -> bool:
    shades = (e for scale in rule.iter("{*}colorScale", "{*}dataBar") for e in scale.iter("{*}color", "{*}fillColor"))
    if any((colour := _colour_of(shade)) is not None and not is_seen(BLACK, colour) for shade in shades):
        return True
    if any(e.get("showValue") in ("0", "false") for e in rule.iter("{*}dataBar", "{*}iconSet")):
        return True
    number = rule.get("dxfId", "")
    named = [styles[int(number)]] if number.isdecimal() and int(number) < len(styles) else []
    return any(_style_changes_figures(style) for style in (*named, *rule.iter("{*}dxf")))


def _style_changes_figures(style: Any) -> bool:
    parts = {local_name(part): part for part in style}
    font, fill = parts.get("font"), parts.get("fill")
    marks = {local_name(mark): mark for mark in (font if font is not None else ())}
    grounds = list(fill.iter("{*}bgColor")) if fill is not None else []
    text = _colour_of(marks["color"]) if "color" in marks else BLACK
    ground = _colour_of(grounds[0]) if grounds else WHITE
    return (
        "numFmt" in parts
        or ("strike" in marks and marks["strike"].get("val", "1") not in ("0", "false"))
        or "vertAlign" in marks
        or (text is not None and ground is not None and not is_seen(text, ground))
    )


def _colour_of(element: Any) -> Colour | None:
    get = element.get
    if get("theme") is not None:
        return _theme_colour(int(get("theme")), float(get("tint", 0)))
    return _indexed(int(get("indexed"))) if get("indexed") is not None else hex_colour(get("rgb", ""))


def drawn_areas(drawing: Any) -> Iterator[Area]:
    """Cells that pictures, shapes and charts of a sheet lie over.

    A drawing that gives its size, and not the cell that it ends in, is taken to lie over usual rows and columns.
    """
    for anchor in drawing:
        places = {local_name(child): {local_name(e): e.text or "0" for e in child} for child in anchor}
        start, end = places.get("from", {}), places.get("to")
        col, row = int(start.get("col", 0)), int(start.get("row", 0))
        if end is not None:
            last_col = int(end.get("col", 0)) + (int(end.get("colOff", 0)) > 0)
            last_row = int(end.get("row", 0)) + (int(end.get("rowOff", 0)) > 0)
        else:
            size, position = (
                {k: v for e in anchor if local_name(e) == n for k, v in e.items()} for n in ("ext", "pos")
            )
            last_col = col + math.ceil((int(position.get("x", 0)) + int(size.get("cx", 0))) / EMU_OF_COLUMN)
            last_row = row + math.ceil((int(position.get("y", 0)) + int(size.get("cy", 0))) / EMU_OF_ROW)
        yield Area(col + 1, row + 1, last_col, last_row)


def legacy_areas(content: bytes) -> Iterator[Area]:
    """Cells that notes left open, controls and shapes of the older kind (VML) lie over.

    Source: [MS-OI29500] 2.1, x:Anchor: column, pixels, row, pixels, of one corner and of the other, counted from 0.
    """
    # Excel itself writes what is no XML in them.
    root = etree.fromstring(content, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    for shape in root.iter("{*}shape", "{*}rect") if root is not None else ():
        parts = {local_name(e): e.text or "" for data in shape.iter("{*}ClientData") for e in data}
        is_hidden = "visibility:hidden" in shape.get("style", "").replace(" ", "")
        if is_hidden and "Visible" not in parts:
            continue
        numbers = [int(part) for part in re.findall(r"\d+", parts.get("Anchor", ""))]
        if len(numbers) == 8:
            yield Area(numbers[0] + 1, numbers[2] + 1, numbers[4] + 1, numbers[6] + 1)
        else:
            yield _usual_area(shape.get("style", ""))


def _usual_area(style: str) -> Area:
    """The cells that a shape lies over on a sheet of usual rows and columns, to which its style gives its place."""
    left, top, wide, high = (_points(style, name) for name in ("margin-left", "margin-top", "width", "height"))
    col, row = EMU_OF_COLUMN / EMU_OF_POINT, EMU_OF_ROW / EMU_OF_POINT
    return Area(int(left // col) + 1, int(top // row) + 1, int((left + wide) // col) + 1, int((top + high) // row) + 1)


def _points(style: str, name: str) -> float:
    found = re.search(rf"(?:^|;)\s*{name}\s*:\s*(\d+(?:\.\d+)?)(pt|px)", style)
    return 0.0 if found is None else float(found[1]) * (0.75 if found[2] == "px" else 1.0)


def cell_runs(cell: Any, value: object, unescaped: Any) -> list[TextRun]:
    """The runs of a cell with text. ``unescaped`` gives the characters that the file spells out."""
    whole = font_look(cell.font, cell.fill)
    if isinstance(value, str) or not isinstance(value, list):
        return [TextRun(unescaped(str(value)), whole)]
    runs = []
    for part in value:  # of rich text: strings, and blocks with a font of their own
        own = whole if isinstance(part, str) else font_look(part.font, cell.fill)
        # Programs do not agree whether a run without the mark is struck out where its cell is.
        look: Look = own if own == whole or whole in ("shown", "raised", "lowered") else "unsure"
        runs.append(TextRun(unescaped(part if isinstance(part, str) else part.text), look))
    return runs


def font_look(font: Any, fill: Any) -> Look:
    """How text in a font looks on a fill."""
    if font.strike:
        return "struck"
    names = (getattr(font, "rFont", None), getattr(font, "name", None))  # unset ones are no text in rich text
    name = next((name for name in names if isinstance(name, str)), "")
    text = BLACK if font.color is None else _colour(font.color)
    if (font.sz or USUAL_SIZE) < SMALLEST or name.lower().startswith(PICTOGRAMS) or not _is_seen(text, fill):
        return "unsure"
    return {"superscript": "raised", "subscript": "lowered"}.get(font.vertAlign or "", "shown")  # type: ignore[return-value]


def _is_seen(text: Colour | None, fill: Any) -> bool:
    return text is None or all(ground is None or is_seen(text, ground) for ground in _grounds(fill))


def _grounds(fill: Any) -> list[Colour | None]:
    """The colours that text stands on: of a dense pattern both, as its lines are as wide as those of figures."""
    stops = getattr(fill, "stop", None)
    if stops:
        return [_colour(stop.color) for stop in stops]
    pattern = getattr(fill, "fill_type", None)
    if pattern in (None, "none"):
        return [WHITE]
    own = [_colour(fill.fgColor)]
    return own if pattern == "solid" else own * pattern.startswith(DENSE) + [_colour(fill.bgColor)]


DENSE = ("dark", "medium")
"""Beginnings of the names of patterns that cover a half of the cell or more (18.18.55)."""


def _colour(colour: Any) -> Colour | None:
    """The colour of openpyxl's object; None for automatic ones and for those that only the theme knows."""
    if colour.type == "theme":
        return _theme_colour(colour.theme, colour.tint or 0.0)
    if colour.type == "indexed":
        return _indexed(colour.indexed)
    return hex_colour(colour.rgb) if colour.type == "rgb" else None


def _indexed(number: int) -> Colour | None:
    return hex_colour(COLOR_INDEX[number]) if 0 <= number < len(COLOR_INDEX) else None


def _theme_colour(number: int, tint: float) -> Colour | None:
    """The white and the black of themes, lighter or darker by the tint; of the other colours only the pale ones."""
    if number > 1:
        return WHITE if tint >= PALE_TINT else None
    level = 1.0 - number
    level = level * (1 + tint) if tint < 0 else level + (1 - level) * tint
    return level, level, level


LOWEST = 0.75
"""Sizes of type: figures are so high, and a lower row cuts them."""


def is_cut_off(cell: Any, text: str, room: Room) -> bool:
    """Whether figures of a cell are not sure to be seen whole: for want of room, by the way they are aligned, or under
    the border that goes from one corner to the other.

    Numbers that are too wide are rounded, or shown as ####; texts go on over empty cells, or are cut off.
    """
    alignment, size, border = cell.alignment, cell.font.sz or USUAL_SIZE, cell.border
    is_crossed = (border.diagonalUp or border.diagonalDown) and border.diagonal is not None and border.diagonal.style
    if is_crossed or alignment.horizontal == "fill" or alignment.readingOrder == 2:
        return True
    if room.height is not None and room.height < LOWEST * size:
        return True
    if alignment.shrink_to_fit or alignment.textRotation:
        return False
    needed = sum(map(_width, text)) * size / _usual_size(cell) + (alignment.indent or 0)
    if cell.data_type in ("n", "d"):
        return needed > room.width
    if not is_value(plain(text)) or needed <= room.width:
        return False
    if alignment.wrap_text:
        lines = math.ceil(needed / max(room.width, 1.0))
        return room.height is not None and lines * size > room.height
    before = room.has_text_before and alignment.horizontal in ("right", "center")
    return before or (room.has_text_behind and alignment.horizontal != "right")


def _usual_size(cell: Any) -> float:
    """Size of the workbook's first font, by whose digits columns are measured."""
    return cell.parent.parent._fonts[0].sz or USUAL_SIZE


def _width(character: str) -> float:
    """The width of a character, in digits."""
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 0.4 if character in " .,:;'()|-" else 1.0
