"""The relation symbols ≥ ≤ ≧ ≦ = ═ by their shape: engines take lone ones for M, 2 or a dash."""

from __future__ import annotations

from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import stretches
from workbench.read.settings import READ_DEFAULTS, RelationSymbolSettings

RELATIONS = frozenset("≥≤≧≦=═＝")
"""The relation symbols that forms print."""

ALL_RELATIONS = RELATIONS | frozenset("><≡")
"""These, and what is left of them or is taken for them."""

LEFT_WITHOUT_BAR = {">": "≥≧", "＞": "≥≧", "<": "≤≦", "＜": "≤≦"}
"""What is left of relation symbols whose bar was lost or ran into an arm: these symbols, the commoner one first."""

WITH_BAR = frozenset("".join(LEFT_WITHOUT_BAR.values()))
"""Those with an arm and a bar: nothing that is taken away of a page makes them of another symbol."""

LETTERS_FOR_RELATIONS = frozenset("MmNnVvWwXxZz三")
"""What engines take a relation symbol for that stands alone."""

SYMBOLS = {(3, 2): ("≥", "≤"), (4, 3): ("≧", "≦")}
"""The symbol and its mirror image by the strokes in the middle and at the tip: two arms that meet, one or two bars."""


def relation_symbol_by_shape(
    grey: NDArray[np.uint8], settings: RelationSymbolSettings = READ_DEFAULTS.symbols.relation
) -> str | None:
    """The symbol that is all the ink of ``grey`` (height, width; drawn in to its ink), None for anything else."""
    drawn = _enlarged(grey, settings)
    if not drawn.size or drawn.shape[0] > 2 * drawn.shape[1]:
        return None
    if drawn.mean(axis=0).max() > settings.stem:
        return _equals(drawn, settings)
    for mirrored, outline in enumerate((drawn, drawn[:, ::-1])):
        wide, middle, tip = (
            _strokes(outline, place, settings) for place in (settings.open_side, settings.middle, settings.tip)
        )
        if len(wide) == len(middle) - 1 >= 2:
            wide = [wide[0], wide[1], *wide[1:]]  # the end of the lower arm and the bar under it touch
        symbols = SYMBOLS.get((len(middle), len(tip)))
        if symbols and len(wide) == len(middle) and _is_comparison(wide, middle, tip, drawn.shape[0], settings):
            return symbols[mirrored]
    return _equals(drawn, settings)


def with_bar_at_arm(
    symbol: str, grey: NDArray[np.uint8], settings: RelationSymbolSettings = READ_DEFAULTS.symbols.relation
) -> str | None:
    """≥ or ≤ where the lower arm of a > or < is so much heavier than the upper one that a bar runs along it.

    None elsewhere. In Song and Kai typefaces the bar is slanted, and on coarse scans no paper is left between it and
    the arm. The arms of > and < are alike: ink below the tip is as much as above it. ``grey`` (height, width) is the
    symbol's.
    """
    dark = cv2.subtract(255, grey).astype(np.float64)
    dark[dark < settings.paper * dark.max()] = 0.0
    outline = dark[:, ::-1] if symbol in "<＜" else dark
    columns = np.flatnonzero((outline > dark.max() / 2).any(axis=0))
    if not len(columns):
        return None
    rows = np.arange(len(outline))
    end = outline[:, max(0, int(columns[-1]) - 1) : int(columns[-1]) + 1].sum(axis=1)
    below = np.clip(rows - np.average(rows, weights=end) + 0.5, 0.0, 1.0)  # share of each row below the tip
    ink = outline.sum(axis=1)
    is_heavier = float(ink @ below) >= settings.heavier_arm * float(ink @ (1 - below)) > 0
    return LEFT_WITHOUT_BAR[symbol][0] if is_heavier else None


def _is_comparison(
    wide: list[float], middle: list[float], tip: list[float], height: int, settings: RelationSymbolSettings
) -> bool:
    """Whether the first two strokes run straight from the open side to one tip, and the others straight under them.

    The strokes' distances from the top in pixels, at the open side, in the middle and at the tip.
    """
    strokes = [*zip(wide, middle, (tip[0], *tip), strict=True)]
    done = (settings.middle - settings.open_side) / (settings.tip - settings.open_side)
    straight = all(
        abs(start + done * (end - start) - between) <= settings.straight * height for start, between, end in strokes
    )
    return straight and wide[1] - wide[0] > settings.opening * height and tip[0] - wide[0] > settings.lean * height


def _enlarged(grey: NDArray[np.uint8], settings: RelationSymbolSettings) -> NDArray[np.bool_]:
    """Ink of the symbol, enlarged before it is separated from paper, and without empty rows and columns around it."""
    scale = max(1.0, settings.drawn_high / grey.shape[0], settings.drawn_high / grey.shape[1])
    large = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    _, ink = cv2.threshold(large, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    is_part = stats[:, cv2.CC_STAT_AREA] >= settings.smallest_part * np.count_nonzero(ink)
    is_part[0] = False
    ink = is_part[labels]
    x, y, width, height = cv2.boundingRect(ink.astype(np.uint8))
    return np.asarray(ink[y : y + height, x : x + width])


def _strokes(drawn: NDArray[np.bool_], place: float, settings: RelationSymbolSettings) -> list[float]:
    """Heights (pixels from the top) of the strokes at a place: those of the column that is most like its neighbours."""
    height, width = drawn.shape
    first, last = (int((place + aside) * width) for aside in (-settings.around, settings.around))
    framed = np.zeros((last + 1 - first, height + 2), bool)
    framed[:, 1:-1] = drawn[:, first : last + 1].T
    edges = np.argwhere(framed[:, 1:] != framed[:, :-1])  # of a column's strokes: each starts and ends
    (column, start), (_, end) = edges[::2].T, edges[1::2].T
    strokes = end - start >= settings.thinnest_stroke * height
    seen = [((start + end) / 2)[strokes & (column == at)].tolist() for at in range(len(framed))]
    count = int(median(len(heights) for heights in seen))
    alike = [heights for heights in seen if len(heights) == count]
    return np.mean(alike, axis=0).tolist() if alike else []


def _equals(drawn: NDArray[np.bool_], settings: RelationSymbolSettings) -> str | None:
    """= or ═: two level bars of one length, with nothing between them."""
    width = drawn.shape[1]
    inked = drawn.mean(axis=1)
    bars = stretches(inked > settings.bar)
    if len(bars) != 2:
        return None
    (top, top_end), (bottom, bottom_end) = bars
    ends = [np.flatnonzero(drawn[start:end].mean(axis=0) > settings.bar)[[0, -1]] for start, end in bars]
    level = np.abs(ends[0] - ends[1]).max() <= settings.level * width
    parted = inked[(top_end + bottom) // 2] < settings.empty and max(top_end - top, bottom_end - bottom) < width / 2
    alone = inked[top:top_end].sum() + inked[bottom:bottom_end].sum() >= settings.nearly_all * inked.sum()
    if not (level and parted and alone):
        return None
    return "═" if (bottom + bottom_end - top - top_end) / 2 < settings.close_bars * width else "="
