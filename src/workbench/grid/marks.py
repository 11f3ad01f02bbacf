"""Lone marks: ``-``, ``—``, ``/`` and ``0`` alone in a cell, which engines take for 一, 1 or O, by shape."""

from __future__ import annotations

from collections.abc import Sequence

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
    if read in ("O", "o", "〇") and width < NARROW_RING * height:
        return "0"
    return None


def _is_slash(line: LineBox, text: TextLayer) -> bool:
    """Whether the ink is one straight stroke that leans to the right."""
    rows, columns = np.nonzero(text.ink[line.y0 : line.y1, line.x0 : line.x1])
    slope, offset = np.polyfit(rows, columns, 1)
    thin = np.abs(columns - (slope * rows + offset)).max() <= 0.16 * text.text_height
    inked_rows = len(np.unique(rows))
    return bool(slope < -SLANT and thin and inked_rows >= 0.9 * line.height)
