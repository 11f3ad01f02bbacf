"""Marks told by their shape: ``-``, ``—``, ``…``, ``/``, ``0`` and the signs of numbers.

Alone in a cell, or at the start of a line, engines take them for 一, 1, O or M.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from workbench.grid.text_lines import LineBox, TextLayer
from workbench.read.crops import MARGIN, TRAILING
from workbench.read.sign_shapes import sign_by_shape

if TYPE_CHECKING:
    from workbench.ocr.base import Reading

FLATTEST = 0.28
"""A dash is lower than this many text heights."""

HYPHEN = 0.62
"""A dash shorter than this many text heights is a hyphen; a longer one a dash (—)."""

SLANT = 0.2
"""A stroke that leans more than this (sideways per downwards) is a slash; the stem of a 1 stands straight."""


PARTED = 0.25
"""A row lighter than rows above and below it by this share of the ink's contrast parts two strokes."""

NARROW_RING = 0.85
"""A ring narrower than this share of its height is the figure 0; the letter O is as wide as it is high."""


HOLE = 0.55
"""The hole of a 0 is at least this share of its height."""

DOTS = 3
"""An ellipsis (…) has this many dots."""

DOTTED = frozenset("….·。、-")
"""What engines read rows of dots as, in any number."""

WIDEST_SIGN = 1.4
"""A sign is narrower than this many text heights."""

SIGN_LIKE = frozenset("≥≧＞>≤≦＜<=＝≡═-–—一二三")
"""What engines take the sign before a number for."""

TAKEN_FOR_SIGNS = SIGN_LIKE | frozenset("MmNnVvWwXxZz三…")
"""What engines take a sign for that stands alone. Where they read a figure, neither is sure."""

UNSIGNED = frozenset("-–—一二三≡")
"""What hardly any number starts with: there the sign was misread. The bars of = run together on coarse scans."""

STRICT = frozenset("><＞＜")
"""Rare in forms, and what is left of ≥ and ≤ when the bar is lost: never sure."""

SURE_OF_SHAPE = 0.9
"""Confidence of a mark that is known by its shape and not by the engine."""

UNSURE_OF_SIGN = 0.3
"""Confidence of a sign that neither the engine nor its shape makes out."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark known by its shape, with a confidence (0 to 1)."""

    text: str
    confidence: float = SURE_OF_SHAPE


def lone_mark(read: str, lines: Sequence[LineBox], text: TextLayer) -> Mark | None:
    """The mark that is all the ink of a cell, or None where it is something else or as the engine ``read`` it."""
    if len(lines) != 1 or (len(read) > 1 and not DOTTED.issuperset(read)):
        return None
    line = lines[0]
    sign = _sign(line, text) if not read or read.isdigit() or read in TAKEN_FOR_SIGNS else None
    if sign is not None:
        return Mark(read if _same_sign(read, sign) else sign, UNSURE_OF_SIGN if read.isdigit() else SURE_OF_SHAPE)
    if read in STRICT:
        return Mark(read, UNSURE_OF_SIGN)
    width, height = line.width / text.text_height, line.height / text.text_height
    if height <= FLATTEST and _dots(line, text) >= DOTS:
        return Mark("…" * round(_dots(line, text) / DOTS))
    if height <= FLATTEST and width >= 1.5 * height and width >= 0.15:
        return Mark("-" if width < HYPHEN else "—", SURE_OF_SHAPE if _is_one_stroke(line, text) else UNSURE_OF_SIGN)
    if height >= 0.5 and width >= SLANT * height and _is_slash(line, text):
        return Mark("/")
    if read in ("0", "O", "o", "〇") and width < NARROW_RING * height and _is_ring(line, text):
        return Mark("0")
    return None


def with_leading_sign(reading: Reading, line: LineBox, text: TextLayer) -> Reading:
    """The reading of a line with the sign before its number as its shape says, where engine and shape differ.

    The number may stand on the next line. A dash before a number that has no sign's shape makes the reading unsure.
    """
    read = reading.text
    if not read or read[0] not in TAKEN_FOR_SIGNS or not (read[1:2].isdigit() or len(read) == 1):
        return reading
    inked = (text.ink[line.y0 : line.y1, line.x0 : line.x1] > 0).any(axis=0)
    end = int(np.argmin(inked)) or line.width  # the first column without ink ends the sign
    sign = _sign(replace(line, x1=line.x0 + end), text)
    if sign is None and len(read) > 1:  # it may touch the number
        sign = _sign(replace(line, x1=line.x0 + _between_first_two(reading, line, text)), text)
    if sign is None or _same_sign(read[0], sign):
        sure = UNSURE_OF_SIGN if sign is None and read[0] in UNSIGNED | STRICT else 1.0
        return replace(reading, confidences=(min(reading.confidences[0], sure), *reading.confidences[1:]))
    return replace(reading, text=sign + read[1:], confidences=(SURE_OF_SHAPE, *reading.confidences[1:]))


def _between_first_two(reading: Reading, line: LineBox, text: TextLayer) -> int:
    """The column with least ink between the first two characters of a line, from its start."""
    width = line.width + (MARGIN + TRAILING) * text.text_height
    first, second = (max(0, round(at * width - MARGIN * text.text_height)) for at in reading.positions[:2])
    inked = np.count_nonzero(text.ink[line.y0 : line.y1, line.x0 + first : line.x0 + second], axis=0)
    return first + int(np.argmin(inked)) if len(inked) else 0


def _sign(line: LineBox, text: TextLayer) -> str | None:
    if not 0 < line.width <= WIDEST_SIGN * text.text_height:
        return None
    return sign_by_shape(text.grey[line.y0 : line.y1, line.x0 : line.x1])


def _same_sign(read: str, sign: str) -> bool:
    return read == sign or (read == "＝" and sign in "=═")


def _dots(line: LineBox, text: TextLayer) -> int:
    """The number of pieces of ink, where all of them are as wide as high: a row of dots."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(text.ink[line.y0 : line.y1, line.x0 : line.x1])
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    return len(widths) if np.all(np.abs(widths - heights) <= np.maximum(1, 0.5 * heights)) else 0


def _is_one_stroke(line: LineBox, text: TextLayer) -> bool:
    """Whether no lighter row parts the ink in two, as between the bars of a ═ that run together."""
    rows = np.median(text.grey[line.y0 : line.y1, line.x0 : line.x1], axis=1)
    above, below = np.minimum.accumulate(rows), np.minimum.accumulate(rows[::-1])[::-1]
    return bool((rows - np.maximum(above, below)).max() < PARTED * (255 - rows.min()))


def _is_ring(line: LineBox, text: TextLayer) -> bool:
    """Whether the ink encloses one hole that is nearly as high as itself. The hole of a 6 or 9 is half as high."""
    ink = cv2.copyMakeBorder(text.ink[line.y0 : line.y1, line.x0 : line.x1], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(ink), connectivity=4)
    holes = [stat for stat in stats[1:] if stat[cv2.CC_STAT_LEFT] > 0 and stat[cv2.CC_STAT_TOP] > 0]
    return len(holes) == 1 and bool(holes[0][cv2.CC_STAT_HEIGHT] >= HOLE * line.height)


def _is_slash(line: LineBox, text: TextLayer) -> bool:
    """Whether the ink is one straight stroke that leans to the right."""
    rows, columns = np.nonzero(text.ink[line.y0 : line.y1, line.x0 : line.x1])
    if line.height < 2 or np.count_nonzero(np.bincount(rows)) < 0.9 * line.height:
        return False
    down, aside = rows - rows.mean(), columns - columns.mean()
    slope = (down @ aside) / (down @ down)  # of the straight line that fits best
    return bool(slope < -SLANT and np.abs(aside - slope * down).max() <= 0.16 * text.text_height)
