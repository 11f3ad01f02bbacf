"""Text lines: the page without its rules, and where the lines of a cell are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Components, Mask, components_of
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.structure.cells import CellBox
from workbench.model import Polygon

SPECK = 0.07
"""Ink whose sides are both shorter than this many text heights is paper grain when lines are looked for."""

GRAIN = 0.16
"""Ink whose sides are both shorter than this many text heights is grain unless a character is near."""

NEAR_CHARACTER = 0.5
"""A decimal point or the dot of a character lies within this many text heights of other ink."""

FEW_SPECKS = 0.05
"""Loose specks, as a share of the characters, that a page without grain has: dots of leaders and colons."""

ONE_LINE = 1.2
"""Pieces of ink that together are not higher than this many text heights belong to one line (二, ≡, …)."""


FAINT = 200
"""Grey (paper is near 255) below which a pixel is of a stroke, where it goes on from ink."""

SOFT_EDGE = 0.15
"""What goes on from ink for less than this many text heights is its soft edge."""


@dataclass(frozen=True, slots=True)
class LineBox:
    """Extent of a line's ink (upright pixels, the ends not included)."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class TextLayer:
    """A page without its rules: ``grey`` for reading, ``ink`` (grain removed) for finding lines.

    ``covered`` marks where the ink of seals and pens lay, ``pen`` that of pens alone. ``text_height`` is
    that of whole lines of text, measured inside the cells.
    """

    grey: NDArray[np.uint8]
    ink: Mask
    covered: Mask
    pen: Mask
    text_height: float

    def share_covered(self, x0: float, y0: float, x1: float, y1: float) -> float:
        """Share of a rectangle (upright pixels) that a seal or a pen covered."""
        window = self.covered[max(0, round(y0)) : round(y1), max(0, round(x0)) : round(x1)]
        return float(np.count_nonzero(window)) / max(1, window.size)

    def is_written_on(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Whether a pen wrote in a rectangle (upright pixels)."""
        return bool(self.pen[max(0, round(y0)) : max(0, round(y1)), max(0, round(x0)) : max(0, round(x1))].any())


def without_rules(page: UprightPage, rule_ink: Mask, cells: list[CellBox], pen: Mask) -> TextLayer:
    """Paint the tables' rules white, drop the grain, and measure the height of a line of text."""
    wider = cv2.dilate(rule_ink, np.ones((3, 3), np.uint8))
    pieces = components_of(cv2.subtract(page.ink, wider))
    is_grain = _grain(pieces, page.text_height)
    grain = pieces.chosen(is_grain)
    # The soft edge of a rule, or a speck, is lighter than the ink threshold: paint one more pixel around it.
    not_text = cv2.dilate(wider | grain, np.ones((3, 3), np.uint8))
    grey = page.grey | cv2.subtract(not_text, cv2.subtract(pieces.mask, grain))
    written = ~is_grain & (_sides(pieces) >= max(2.0, SPECK * page.text_height))
    written[0] = False
    ink = pieces.chosen(written)
    heights = [
        end - start
        for cell in cells
        for start, end in _runs_of_ink(_inside(ink, cell))
        if end - start > 0.3 * page.text_height
    ]
    usual = [height for height in heights if height < 2 * page.text_height]
    measured = float(np.percentile(usual, 75)) if len(usual) >= 5 else page.text_height
    return TextLayer(grey, np.asarray(ink, dtype=np.uint8), page.covered, pen, measured)


def _grain(marks: Components, text_height: float) -> NDArray[np.bool_]:
    """Which pieces of ink are specks of a photocopy: small, with no character near, if the page has many of them.

    A decimal point has a character near, a colon characters on both sides.
    """
    none = np.zeros(len(marks.area), bool)
    small = _sides(marks) <= max(2.0, GRAIN * text_height)
    small[0] = False
    characters = ~small
    characters[0] = False
    fewest = FEW_SPECKS * np.count_nonzero(characters)
    if np.count_nonzero(small) <= fewest:
        return none
    large = marks.chosen(characters)
    reach = 2 * round(NEAR_CHARACTER * text_height) + 1
    near = cv2.dilate(large, np.ones((reach, reach), np.uint8))
    grain = small & ~marks.touching(near | _between_characters(large, text_height))
    return grain if np.count_nonzero(grain) > fewest else none


def _between_characters(large: Mask, text_height: float) -> Mask:
    """Places with a character of the same line on either side, at most a character's room away."""
    half, high = round(1.2 * text_height), 2 * round(0.3 * text_height) + 1
    aside = np.ones((high, half + 1), np.uint8)
    after, before = (cv2.dilate(large, aside, anchor=(end, high // 2)) for end in (0, half))
    return np.asarray(after & before, dtype=np.uint8)


def _sides(pieces: Components) -> NDArray[np.int32]:
    """The longer side of each piece of ink."""
    return np.maximum(pieces.width, pieces.height)


def _inside(mask: NDArray[np.uint8], cell: CellBox) -> NDArray[np.uint8]:
    top, left = max(0, round(cell.y0) + 1), max(0, round(cell.x0) + 1)
    return mask[top : round(cell.y1), left : round(cell.x1)]


def _runs_of_ink(mask: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Bands of rows that hold ink, as (first row, one past the last row)."""
    return stretches((mask > 0).any(axis=1))


def stretches(line: NDArray[np.bool_] | np.bool_) -> list[tuple[int, int]]:
    """Where a line of pixels is true, as (first, one past the last)."""
    framed = np.zeros(np.size(line) + 2, bool)
    framed[1:-1] = line
    edges = np.flatnonzero(framed[1:] != framed[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def find_lines(cell: CellBox, text: TextLayer) -> list[LineBox]:
    """The lines of text in a cell, top to bottom. Empty for a cell without ink."""
    ink = _inside(text.ink, cell)
    if ink.size == 0:
        return []
    bands = [
        band
        for run in _join_strokes(_runs_of_ink(ink), text.text_height)
        for band in _split_touching(ink, run, text.text_height)
    ]
    left, top = max(0, round(cell.x0) + 1), max(0, round(cell.y0) + 1)
    lines = []
    for start, end in bands:
        columns = np.flatnonzero((ink[start:end] > 0).any(axis=0))
        line = LineBox(left + int(columns[0]), top + start, left + int(columns[-1]) + 1, top + end)
        lines.append(_with_faint_ends(line, left, left + ink.shape[1], text))
    return lines


def _with_faint_ends(line: LineBox, left: int, right: int, text: TextLayer) -> LineBox:
    """The line with strokes at its ends that are too light for ink: of a soft 二 only the tips may be dark enough."""
    drawn = np.asarray((text.grey[line.y0 : line.y1, left:right] < FAINT).any(axis=0))
    before, after = drawn[: line.x0 - left][::-1], drawn[line.x1 - left :]
    reach = [len(side) if side.all() else int(np.argmin(side)) for side in (before, after)]
    more_before, more_after = (length if length > SOFT_EDGE * text.text_height else 0 for length in reach)
    return replace(line, x0=line.x0 - more_before, x1=line.x1 + more_after)


def line_around_ink(ink: Mask, outline: Polygon) -> LineBox | None:
    """The line that an engine's detector outlined, drawn in to its ink; None where there is none."""
    left, top = max(0, round(min(x for x, _ in outline))), max(0, round(min(y for _, y in outline)))
    right, bottom = round(max(x for x, _ in outline)), round(max(y for _, y in outline))
    rows, columns = np.nonzero(ink[top:bottom, left:right])
    if not len(rows):
        return None
    x0, x1, y0, y1 = int(columns.min()), int(columns.max()) + 1, int(rows.min()), int(rows.max()) + 1
    return LineBox(left + x0, top + y0, left + x1, top + y1)


def _join_strokes(runs: list[tuple[int, int]], text_height: float) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and end - joined[-1][0] <= ONE_LINE * text_height:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _split_touching(ink: NDArray[np.uint8], run: tuple[int, int], text_height: float) -> list[tuple[int, int]]:
    """Cut a band that is several lines high at its emptiest rows, where these are nearly empty."""
    start, end = run
    count = round((end - start) / (ONE_LINE * text_height))
    if count < 2:
        return [run]
    profile = (ink[start:end] > 0).sum(axis=1)
    cuts = [0]
    for i in range(1, count):
        expected = (end - start) * i / count
        low, high = int(expected - 0.3 * text_height), int(expected + 0.3 * text_height) + 1
        cut = low + int(np.argmin(profile[low:high]))
        if profile[cut] < 0.3 * np.median(profile):
            cuts.append(cut)
    cuts.append(end - start)
    return [(start + a, start + b) for a, b in pairwise(cuts) if b - a > 1]
