"""Rule ink: which ink of a page is its ruling lines', once the lattices of its tables are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask
from workbench.grid.settings.ruling import LatticeSettings, RulingSettings
from workbench.grid.structure.lattice import Lattice
from workbench.grid.structure.ruling_lines import RulingMasks


def rule_ink(
    ink: Mask, rules: RulingMasks, lattices: Sequence[Lattice], text_height: float, settings: RulingSettings
) -> Mask:
    """The ink of the tables' rules: what lies on the stretches of the lattices that are drawn, and nothing else.

    With the rules there that are too pale for ink, where nothing stands near, and the second lines of double rules. A
    long run of ink in a cell and on no such stretch is print, or an error of the lattice: it stays on the page.
    """
    kept = np.zeros_like(ink)
    near = np.asarray(cv2.dilate(ink, np.ones((5, 5), np.uint8)), dtype=np.uint8)
    for lattice in lattices:
        reach = _Reach(
            settings.snap * text_height, settings.lattice.remnants * text_height, settings.lattice.row_of_rule
        )
        ruled = (
            np.array([[stop not in unruled] for stop in stops])
            for stops, unruled in ((lattice.ys, lattice.unruled_ys), (lattice.xs, lattice.unruled_xs))
        )
        drawn = [
            (found >= settings.drawn) & there
            for found, there in zip((lattice.horizontal, lattice.vertical.T), ruled, strict=True)
        ]
        level = rules.long_horizontal, rules.segments_horizontal, rules.seen.level_lines
        plumb = rules.long_vertical.T, rules.segments_vertical.T, rules.seen.plumb_lines.T
        # Each direction by itself: where rules cross, the ink of one says nothing of how thick the other is.
        across, down = np.zeros_like(ink), np.zeros_like(ink)
        _add_ink(across, ink, near, *level, lattice.ys, lattice.xs, drawn[0], reach)
        _add_ink(down.T, ink.T, near.T, *plumb, lattice.xs, lattice.ys, drawn[1], reach)
        kept |= across | down
        _add_second_lines(kept, rules.long_horizontal, lattice.ys, lattice.xs, drawn[0], text_height, settings.lattice)
        _add_second_lines(
            kept.T, rules.long_vertical.T, lattice.xs, lattice.ys, drawn[1], text_height, settings.lattice
        )
    return kept


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far (pixels) from the line of a lattice long runs are its rule's, and what is left of worn ones; which
    ``share`` of what its fullest row has a row has that is part of the rule."""

    runs: float
    remnants: float
    share: float


def _add_ink(
    kept: Mask,
    ink: Mask,
    near_ink: Mask,
    long: Mask,
    segments: Mask,
    seen: Mask,
    positions: Sequence[float],
    stops: Sequence[float],
    drawn: NDArray[np.bool_],
    reach: _Reach,
) -> None:
    """Mark the ink of horizontal rules at the given positions, along the stretches that are drawn.

    Where no long run and no segment of a stretch shows in which rows, those of the whole line do, or the network has
    ``seen`` the rule there; what it has seen and is not ``near_ink`` is a pale rule.
    """
    for j, position in enumerate(positions):
        near = _around_row(position, reach.runs)
        along = np.zeros(ink.shape[1], bool)
        for i in np.flatnonzero(drawn[j]):
            along[max(0, round(stops[i] - reach.runs)) : round(stops[i + 1] + reach.runs) + 1] = True
        kept[near] |= np.where(along, long[near], 0).astype(np.uint8)
    for j, position in enumerate(positions):
        around = _around_row(position, reach.remnants)
        known = segments[around] | kept[around]
        of_line = _rows_of_rule(known if known.any() else seen[around], reach.share)
        for i in np.flatnonzero(drawn[j]):
            stretch = around, slice(max(0, round(stops[i])), round(stops[i + 1]) + 1)
            kept[stretch] |= cv2.subtract(seen[stretch], near_ink[stretch])
            rows = _rows_of_rule(known[:, stretch[1]], reach.share)
            rows = rows if len(rows) else of_line
            if len(rows):
                top, bottom = around.start + int(rows[0]), around.start + int(rows[-1]) + 1
                left, right = max(0, round(stops[i] - reach.remnants)), round(stops[i + 1] + reach.remnants) + 1
                kept[top:bottom, left:right] |= ink[top:bottom, left:right]


def _rows_of_rule(ink: Mask, least: float) -> NDArray[np.int64]:
    """The rows of a window along a rule in which its ink lies: not those that a stroke beside it touches here and
    there, a minus or the end of a figure."""
    inked = np.count_nonzero(ink, axis=1)
    return np.flatnonzero((inked > 0) & (inked >= least * inked.max(initial=0)))


def _add_second_lines(
    kept: Mask,
    long: Mask,
    positions: Sequence[float],
    stops: Sequence[float],
    drawn: NDArray[np.bool_],
    text_height: float,
    settings: LatticeSettings,
) -> None:
    """Mark the long runs beside horizontal rules that go from one rule that crosses these to the next."""
    for j, position in enumerate(positions):
        near = _around_row(position, settings.lowest_row * text_height)
        for i in np.flatnonzero(drawn[j]):
            stretch = near, slice(max(0, round(stops[i])), round(stops[i + 1]) + 1)
            runs = long[stretch]
            whole = np.count_nonzero(runs, axis=1) >= settings.side_to_side * runs.shape[1]
            kept[stretch] |= np.where(whole[:, None], runs, 0).astype(np.uint8)


def _around_row(position: float, reach: float) -> slice:
    return slice(max(0, round(position - reach)), round(position + reach) + 1)
