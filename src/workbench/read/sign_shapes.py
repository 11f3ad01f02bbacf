"""The signs ≥ ≤ ≧ ≦ = ═ told by their shape: engines take lone ones for M, 2 or a dash."""

from __future__ import annotations

from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.text_lines import stretches

DRAWN_HIGH = 64
"""Signs are looked at this many pixels high: thin strokes of coarse scans do not merge."""

OPEN_SIDE, MIDDLE, TIP = 0.15, 0.5, 0.93
"""Where the strokes of ≥ are looked at, as shares of its width; those of ≤ the other way round."""

AROUND = 0.06
"""So far to either side of each place, as a share of the width."""

SIGNS = {(3, 2): ("≥", "≤"), (4, 3): ("≧", "≦")}
"""The sign and its mirror image by the strokes in the middle and at the tip: two arms that meet, one or two bars."""

STRAIGHT = 0.09
"""An arm or a bar is nowhere further from a straight line than this share of the sign's height."""

OPENING, LEAN = 0.25, 0.12
"""The arms are apart at their open side by more than the first share of the sign's height; the upper one runs down by
more than the second, which the bar of a Z does not."""

STEM = 0.7
"""No column of a sign is inked over more than this share of its height: an upright stroke belongs to a character."""

THINNEST_STROKE = 0.02
"""Ink lower than this share of the sign's height is no stroke."""

SPECK = 0.03
"""A piece with less than this share of the ink is no part of the sign."""

BAR, EMPTY, ALL = 0.5, 0.06, 0.9
"""Rows of a bar are inked over more than the first share of the sign's width, the rows between two bars over less than
the second; and the bars are at least the third of all its ink."""

LEVEL = 0.06
"""The bars of = start and end within this share of its width under each other; those of 二 do not."""

CLOSE_BARS = 0.3
"""The bars of ═ are nearer to each other than this share of its width; those of = are not."""


def sign_by_shape(grey: NDArray[np.uint8]) -> str | None:
    """The sign that is all the ink of ``grey`` (height, width; drawn in to its ink), None for anything else."""
    drawn = _enlarged(grey)
    if not drawn.size or drawn.shape[0] > 2 * drawn.shape[1]:
        return None
    if drawn.mean(axis=0).max() > STEM:
        return _equals(drawn)
    for mirrored, outline in enumerate((drawn, drawn[:, ::-1])):
        wide, middle, tip = (_strokes(outline, place) for place in (OPEN_SIDE, MIDDLE, TIP))
        if len(wide) == len(middle) - 1 >= 2:
            wide = [wide[0], wide[1], *wide[1:]]  # the end of the lower arm and the bar under it touch
        signs = SIGNS.get((len(middle), len(tip)))
        if signs and len(wide) == len(middle) and _is_comparison(wide, middle, tip, drawn.shape[0]):
            return signs[mirrored]
    return _equals(drawn)


def _is_comparison(wide: list[float], middle: list[float], tip: list[float], height: int) -> bool:
    """Whether the first two strokes run straight from the open side to one tip, and the others straight under them.

    The strokes' distances from the top in pixels, at the open side, in the middle and at the tip.
    """
    strokes = [*zip(wide, middle, (tip[0], *tip), strict=True)]
    done = (MIDDLE - OPEN_SIDE) / (TIP - OPEN_SIDE)
    straight = all(abs(start + done * (end - start) - between) <= STRAIGHT * height for start, between, end in strokes)
    return straight and wide[1] - wide[0] > OPENING * height and tip[0] - wide[0] > LEAN * height


def _enlarged(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Ink of the sign, enlarged before it is told from paper, and without empty rows and columns around it."""
    scale = max(1.0, DRAWN_HIGH / grey.shape[0], DRAWN_HIGH / grey.shape[1])
    large = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    _, ink = cv2.threshold(large, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    is_part = stats[:, cv2.CC_STAT_AREA] >= SPECK * np.count_nonzero(ink)
    is_part[0] = False
    ink = is_part[labels]
    x, y, width, height = cv2.boundingRect(ink.astype(np.uint8))
    return np.asarray(ink[y : y + height, x : x + width])


def _strokes(drawn: NDArray[np.bool_], place: float) -> list[float]:
    """Heights (pixels from the top) of the strokes at a place: those of the column that is most like its neighbours."""
    height, width = drawn.shape
    first, last = (int((place + aside) * width) for aside in (-AROUND, AROUND))
    framed = np.zeros((last + 1 - first, height + 2), bool)
    framed[:, 1:-1] = drawn[:, first : last + 1].T
    edges = np.argwhere(framed[:, 1:] != framed[:, :-1])  # of a column's strokes: each starts and ends
    (column, start), (_, end) = edges[::2].T, edges[1::2].T
    strokes = end - start >= THINNEST_STROKE * height
    seen = [((start + end) / 2)[strokes & (column == at)].tolist() for at in range(len(framed))]
    count = int(median(len(heights) for heights in seen))
    alike = [heights for heights in seen if len(heights) == count]
    return np.mean(alike, axis=0).tolist() if alike else []


def _equals(drawn: NDArray[np.bool_]) -> str | None:
    """= or ═: two level bars of one length, with nothing between them."""
    width = drawn.shape[1]
    inked = drawn.mean(axis=1)
    bars = stretches(inked > BAR)
    if len(bars) != 2:
        return None
    (top, top_end), (bottom, bottom_end) = bars
    ends = [np.flatnonzero(drawn[start:end].mean(axis=0) > BAR)[[0, -1]] for start, end in bars]
    level = np.abs(ends[0] - ends[1]).max() <= LEVEL * width
    parted = inked[(top_end + bottom) // 2] < EMPTY and max(top_end - top, bottom_end - bottom) < width / 2
    alone = inked[top:top_end].sum() + inked[bottom:bottom_end].sum() >= ALL * inked.sum()
    if not (level and parted and alone):
        return None
    return "═" if (bottom + bottom_end - top - top_end) / 2 < CLOSE_BARS * width else "="
