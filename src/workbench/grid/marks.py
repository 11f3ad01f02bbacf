"""Lone marks: ``-``, ``—``, ``/`` and ``0`` alone in a cell, which engines take for 一, 1 or O, by shape."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from workbench.grid.lines import LineBox, TextLayer

FLATTEST = 0.28
"""A dash is lower than this many text heights."""

HYPHEN = 0.62
"""A dash shorter than this many text heights is a hyphen; a longer one a dash (—)."""

SLANT = 0.2
"""A stroke that leans more than this (sideways per downwards) is a slash; the stem of a 1 stands straight."""


NARROW_RING = 0.85
"""A ring narrower than this share of its height is the figure 0; the letter O is as wide as it is high."""


HOLE = 0.55
"""The hole of a 0 is at least this share of its height."""


def lone_mark(read: str, lines: Sequence[LineBox], text: TextLayer) -> str | None:
    """The mark that is all the ink of a cell, or None where it is something else or as the engine ``read`` it."""
    if len(lines) != 1 or len(read) > 1:
        return None
    line = lines[0]
    width, height = line.width / text.text_height, line.height / text.text_height
    if height <= FLATTEST and width >= 1.5 * height and width >= 0.15:
        return "-" if width < HYPHEN else "—"
    if height >= 0.5 and width >= SLANT * height and _is_slash(line, text):
        return "/"
    if read in ("0", "O", "o", "〇") and width < NARROW_RING * height and _is_ring(line, text):
        return "0"
    return None


def _is_ring(line: LineBox, text: TextLayer) -> bool:
    """Whether the ink encloses one hole that is nearly as high as itself. The hole of a 6 or 9 is half as high."""
    ink = cv2.copyMakeBorder(text.ink[line.y0 : line.y1, line.x0 : line.x1], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(ink), connectivity=4)
    holes = [stat for stat in stats[1:] if stat[cv2.CC_STAT_LEFT] > 0 and stat[cv2.CC_STAT_TOP] > 0]
    return len(holes) == 1 and bool(holes[0][cv2.CC_STAT_HEIGHT] >= HOLE * line.height)


def _is_slash(line: LineBox, text: TextLayer) -> bool:
    """Whether the ink is one straight stroke that leans to the right."""
    rows, columns = np.nonzero(text.ink[line.y0 : line.y1, line.x0 : line.x1])
    slope, offset = np.polyfit(rows, columns, 1)
    thin = np.abs(columns - (slope * rows + offset)).max() <= 0.16 * text.text_height
    inked_rows = len(np.unique(rows))
    return bool(slope < -SLANT and thin and inked_rows >= 0.9 * line.height)
