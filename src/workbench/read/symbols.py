"""Symbols known by their shape: ``-``, ``—``, ``…``, ``/``, ``0`` and the relation symbols before numbers.

Alone in a cell, or at the start of a line, engines take them for 一, 1, O or M.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.text_lines import LineBox, TextLayer
from workbench.read.relation_symbols import (
    LEFT_WITHOUT_BAR,
    LETTERS_FOR_RELATIONS,
    relation_symbol_by_shape,
    with_bar_at_arm,
)
from workbench.read.settings import READ_DEFAULTS, CropSettings, ReadSettings, SymbolSettings

if TYPE_CHECKING:
    from workbench.ocr.base import Reading


DOTTED = frozenset("….·。、-")
"""What engines read rows of dots as, in any number."""


RELATION_LIKE = frozenset("≥≧＞>≤≦＜<=＝≡═-–—一二三")
"""What engines take the relation symbol before a number for."""

TAKEN_FOR_RELATIONS = RELATION_LIKE | LETTERS_FOR_RELATIONS | {"…"}
"""What engines take a relation symbol for that stands alone. Where they read a digit, neither is sure."""

RARELY_FIRST = frozenset("-–—一二三≡")
"""What hardly any number starts with: there the symbol was misread. The bars of = run together on coarse scans."""

LIKE_A_STROKE = frozenset("1lI|i")
"""What engines take a low or steep / for."""

STRICT = frozenset(LEFT_WITHOUT_BAR)
"""Rare in forms, and what is left of ≥ and ≤ when the bar is lost: never sure."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol known by its shape, with a confidence (0 to 1)."""

    text: str
    confidence: float


def lone_symbol(
    read: str, lines: Sequence[LineBox], text: TextLayer, settings: ReadSettings = READ_DEFAULTS
) -> Symbol | None:
    """The symbol that is all the ink of a cell, or None where it is something else or as the engine ``read`` it."""
    if len(lines) != 1 or (len(read) > 1 and not DOTTED.issuperset(read)):
        return None
    line = lines[0]
    shapes = settings.symbols
    may_be_relation = not read or read.isdigit() or read in TAKEN_FOR_RELATIONS
    relation = _relation_symbol(line, text, shapes) if may_be_relation else None
    if relation is not None:
        seen = read if _same_symbol(read, relation) else relation
        return Symbol(seen, shapes.unsure if read.isdigit() else shapes.sure_of_shape)
    if read in STRICT:
        barred = _with_bar_at_arm(read, line, text, shapes)
        return Symbol(barred, shapes.sure_of_shape) if barred else Symbol(read, shapes.unsure)
    width, height = line.width / text.text_height, line.height / text.text_height
    if height <= shapes.flattest and _dots(line, text) >= shapes.dots:
        return Symbol("…" * round(_dots(line, text) / shapes.dots), shapes.sure_of_shape)
    if height <= shapes.flattest and width >= 1.5 * height and width >= 0.15:
        is_one_stroke = _is_one_stroke(line, text, shapes.parted)
        return Symbol("-" if width < shapes.hyphen else "—", shapes.sure_of_shape if is_one_stroke else shapes.unsure)
    if height >= 0.5 and width >= shapes.slant * height and _is_slash(line, text, shapes.slant):
        return Symbol("/", shapes.sure_of_shape)
    if read in LIKE_A_STROKE and height >= 0.5 and _is_slash(line, text, shapes.leaning):
        return Symbol(read, shapes.unsure)
    is_narrow = width < shapes.narrow_ring * height
    if read in ("0", "O", "o", "〇") and is_narrow and _is_ring(line, text, shapes.hole):
        return Symbol("0", shapes.sure_of_shape)
    return None


def with_leading_symbol(
    reading: Reading, line: LineBox, text: TextLayer, settings: ReadSettings = READ_DEFAULTS
) -> Reading:
    """The reading of a line with the symbol before its number as its shape says, where engine and shape differ.

    The number may stand on the next line. A dash before a number that has no symbol's shape makes the reading unsure.
    """
    read, shapes = reading.text, settings.symbols
    rest = read[1:].lstrip()  # symbols of full width stand apart from their number
    if not read or read[0] not in TAKEN_FOR_RELATIONS or not (rest[:1].isdigit() or len(read) == 1):
        return reading
    symbol, first = _first_by_shape(reading, line, text, settings), _first_part(line, text)
    if symbol is None and read[0] in STRICT:
        symbol = _with_bar_at_arm(read[0], first, text, shapes)
    if symbol is not None and _same_symbol(read[0], symbol):  # two kinds of evidence agree
        return _with_first(reading, read[0], max(reading.confidences[0], settings.second_reading.sure))
    if symbol is not None:
        return _with_first(reading, symbol, shapes.sure_of_shape)
    is_minus = read[0] == "-" and _is_minus(first, line, text, shapes)
    is_odd = read[0] in RARELY_FIRST | STRICT and not is_minus
    return _with_first(reading, read[0], min(reading.confidences[0], shapes.unsure if is_odd else 1.0))


def starts_as_shown(reading: Reading, line: LineBox, text: TextLayer, settings: ReadSettings = READ_DEFAULTS) -> bool:
    """Whether the first character of a line is the relation symbol that its shape shows."""
    return reading.text[:1] == _first_by_shape(reading, line, text, settings)


def _first_by_shape(reading: Reading, line: LineBox, text: TextLayer, settings: ReadSettings) -> str | None:
    """The relation symbol whose shape the first ink of a line has."""
    symbol = _relation_symbol(_first_part(line, text), text, settings.symbols)
    if symbol is None and len(reading.text) > 1:  # it may touch the number
        end = _between_first_two(reading, line, text, settings.crops)
        symbol = _relation_symbol(replace(line, x1=line.x0 + end), text, settings.symbols)
    return symbol


def _first_part(line: LineBox, text: TextLayer) -> LineBox:
    """A line up to its first column without ink."""
    inked = (text.ink[line.y0 : line.y1, line.x0 : line.x1] > 0).any(axis=0)
    return replace(line, x1=line.x0 + (int(np.argmin(inked)) or line.width))


def _with_first(reading: Reading, symbol: str, confidence: float) -> Reading:
    """The reading with another first character."""
    rest = reading.confidences[1:]
    return replace(reading, text=symbol + reading.text[1:], confidences=(confidence, *rest))


def _between_first_two(reading: Reading, line: LineBox, text: TextLayer, crops: CropSettings) -> int:
    """The column with least ink between the first two characters of a line, from its start."""
    width = line.width + (crops.margin + crops.trailing) * text.text_height
    behind = len(reading.text) - len(reading.text[1:].lstrip())
    places = (reading.positions[0], reading.positions[behind])
    first, second = (max(0, round(at * width - crops.margin * text.text_height)) for at in places)
    inked = np.count_nonzero(text.ink[line.y0 : line.y1, line.x0 + first : line.x0 + second], axis=0)
    return first + int(np.argmin(inked)) if len(inked) else 0


def _is_minus(stroke: LineBox, line: LineBox, text: TextLayer, settings: SymbolSettings) -> bool:
    """Whether the ink at the start of a line is one short flat stroke at half its height."""
    x, y, width, height = cv2.boundingRect(text.ink[stroke.y0 : stroke.y1, stroke.x0 : stroke.x1])
    if not width:
        return False
    flat = LineBox(stroke.x0 + x, stroke.y0 + y, stroke.x0 + x + width, stroke.y0 + y + height)
    is_low = flat.height <= max(2, settings.minus * text.text_height)
    is_short = 1.5 * flat.height <= flat.width < settings.hyphen * text.text_height
    is_in_middle = abs(flat.y0 + flat.y1 - line.y0 - line.y1) / 2 <= settings.minus * line.height
    return is_low and is_short and is_in_middle and _is_one_stroke(flat, text, settings.parted)


def _relation_symbol(line: LineBox, text: TextLayer, settings: SymbolSettings) -> str | None:
    grey = _narrow_picture(line, text, settings)
    return None if grey is None else relation_symbol_by_shape(grey, settings.relation)


def _with_bar_at_arm(read: str, line: LineBox, text: TextLayer, settings: SymbolSettings) -> str | None:
    grey = _narrow_picture(line, text, settings)
    return None if grey is None else with_bar_at_arm(read, grey, settings.relation)


def _narrow_picture(line: LineBox, text: TextLayer, settings: SymbolSettings) -> NDArray[np.uint8] | None:
    """A line as printed, in grey; None where it is empty, or wider than a relation symbol."""
    if not 0 < line.width <= settings.widest * text.text_height:
        return None
    return text.grey[line.y0 : line.y1, line.x0 : line.x1]


def _same_symbol(read: str, symbol: str) -> bool:
    return read == symbol or (read == "＝" and symbol in "=═")


def _dots(line: LineBox, text: TextLayer) -> int:
    """The number of components, where all of them are as wide as high: a row of dots."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(text.ink[line.y0 : line.y1, line.x0 : line.x1])
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    return len(widths) if np.all(np.abs(widths - heights) <= np.maximum(1, 0.5 * heights)) else 0


def _is_one_stroke(line: LineBox, text: TextLayer, parted: float) -> bool:
    """Whether no lighter row parts the ink in two, as between the bars of a ═ that run together."""
    rows = np.median(text.grey[line.y0 : line.y1, line.x0 : line.x1], axis=1)
    above, below = np.minimum.accumulate(rows), np.minimum.accumulate(rows[::-1])[::-1]
    return bool((rows - np.maximum(above, below)).max() < parted * (255 - rows.min()))


def _is_ring(line: LineBox, text: TextLayer, hole: float) -> bool:
    """Whether the ink encloses one hole that is nearly as high as itself. The hole of a 6 or 9 is half as high."""
    ink = cv2.copyMakeBorder(text.ink[line.y0 : line.y1, line.x0 : line.x1], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(ink), connectivity=4)
    holes = [stat for stat in stats[1:] if stat[cv2.CC_STAT_LEFT] > 0 and stat[cv2.CC_STAT_TOP] > 0]
    return len(holes) == 1 and bool(holes[0][cv2.CC_STAT_HEIGHT] >= hole * line.height)


def _is_slash(line: LineBox, text: TextLayer, slant: float) -> bool:
    """Whether the ink is one straight stroke that leans to the right."""
    rows, columns = np.nonzero(text.ink[line.y0 : line.y1, line.x0 : line.x1])
    if line.height < 2 or np.count_nonzero(np.bincount(rows)) < 0.9 * line.height:
        return False
    down, aside = rows - rows.mean(), columns - columns.mean()
    slope = (down @ aside) / (down @ down)  # of the straight line that fits best
    return bool(slope < -slant and np.abs(aside - slope * down).max() <= 0.16 * text.text_height)
