"""Ruled lines: from the ink of an upright page to the tables' lattices, with evidence for every stretch of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.evidence import alone, probability, shares, wear
from workbench.grid.upright import THICKEST_RULE, Mask, UprightPage

LONGER_THAN_A_STROKE = 1.25
"""A run of ink longer than this many text heights is no stroke of a character."""

SHORT_RUN = 0.5
"""Pieces of a worn rule are at least this long, in text heights."""

SNAP = 0.4
"""Rules nearer to each other than this many text heights are one rule (double rules, wavering rules)."""


LONE_RULE_REACH = 15.0
"""A rule that touches no other belongs to a table at most this many text heights away."""

MENDED_GAP = 2.5
"""On a worn page rules are followed over gaps of this many text heights."""

WORN = 0.05
"""From this share of lost rule on a page counts as worn."""

TOUCH = 0.15
"""Rules that meet come within this many text heights of each other, however worn."""

CLEAR = 0.35
"""A piece of a worn rule has no other ink within this many text heights; a stroke of a character has."""

OPEN_END = 0.85
"""Least probability for the edge of a table: where a page break leaves it open, the crossing rules still end there."""


@dataclass(frozen=True, slots=True)
class RuleMasks:
    """Rule ink of a page: ``long`` runs cannot be text; short ``pieces`` are like worn rules, with nothing beside them.

    ``whole`` are the rules followed over the gaps that wear left. ``wear`` is the share of the
    rules' length that is gone.
    """

    long_horizontal: Mask
    long_vertical: Mask
    pieces_horizontal: Mask
    pieces_vertical: Mask
    whole_horizontal: Mask
    whole_vertical: Mask
    wear: float


@dataclass(frozen=True, slots=True)
class Lattice:
    """The rules of one table, prolonged over the whole table.

    ``xs`` and ``ys`` are the rules' positions (upright pixels, ascending). ``horizontal[j, i]`` is the
    probability (0 to 1) that rule ``ys[j]`` is drawn between ``xs[i]`` and ``xs[i + 1]``;
    ``vertical[j, i]`` that rule ``xs[i]`` is between ``ys[j]`` and ``ys[j + 1]``.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    horizontal: NDArray[np.float64]
    vertical: NDArray[np.float64]


def find_rules(page: UprightPage) -> RuleMasks:
    """Runs of ink that are thin and long, in both directions."""
    height = page.text_height
    long_run = max(5, round(LONGER_THAN_A_STROKE * height))
    short_run = max(3, round(SHORT_RUN * height))
    thickest = max(3, round(THICKEST_RULE * height))
    long_horizontal = _thin(_runs(page.ink, long_run, 1), 1, thickest)
    long_vertical = _thin(_runs(page.ink, 1, long_run), thickest, 1)
    across = _pieces(page.ink, long_horizontal, short_run, height)
    down = np.ascontiguousarray(_pieces(page.ink.T, long_vertical.T, short_run, height).T)
    worn = [
        wear(long, pieces, _positions(long, height), height)
        for long, pieces in ((long_horizontal, across), (long_vertical.T, down.T))
    ]
    share = float(np.mean(worn))
    if share < WORN:
        return RuleMasks(long_horizontal, long_vertical, across, down, long_horizontal, long_vertical, share)
    whole = _whole(long_horizontal, across, long_vertical, down, height)
    return RuleMasks(long_horizontal, long_vertical, across, down, *whole, share)


def _whole(long_h: Mask, pieces_h: Mask, long_v: Mask, pieces_v: Mask, text_height: float) -> tuple[Mask, Mask]:
    """Worn rules followed over their gaps, horizontal and vertical.

    A rule has a long run somewhere, or touches one that has. Figures 1 under each other, or dashes
    side by side, do neither.
    """
    across = _chains(long_h | pieces_h, text_height)
    down = np.ascontiguousarray(_chains(np.ascontiguousarray((long_v | pieces_v).T), text_height).T)
    sure_h, sure_v = _with_any_of(across, long_h), _with_any_of(down, long_v)
    touch = np.ones((2 * max(2, round(TOUCH * text_height)) + 1,) * 2, np.uint8)
    touching_h, touching_v = (np.asarray(cv2.dilate(sure, touch), dtype=np.uint8) for sure in (sure_v, sure_h))
    return (
        sure_h | _with_any_of(across, (pieces_h & touching_h)),
        sure_v | _with_any_of(down, (pieces_v & touching_v)),
    )


def _chains(pieces: Mask, text_height: float) -> Mask:
    """Horizontal pieces on one line joined over gaps."""
    wavering = cv2.dilate(pieces, np.ones((3, 1), np.uint8))
    gap = round(MENDED_GAP * text_height)
    padded = cv2.copyMakeBorder(wavering, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))[:, gap:-gap]
    return np.asarray(joined, dtype=np.uint8)


def _with_any_of(chains: Mask, ink: Mask) -> Mask:
    _, labels = cv2.connectedComponents(chains, connectivity=8)
    chosen = np.zeros(int(labels.max()) + 1, bool)
    chosen[np.unique(labels[ink > 0])] = True
    chosen[0] = False
    return np.where(chosen[labels], 255, 0).astype(np.uint8)


def _pieces(ink: Mask, long: Mask, short_run: int, text_height: float) -> Mask:
    """Horizontal runs that are short, and alone."""
    ink = np.ascontiguousarray(ink)
    return alone(_runs(ink, short_run, 1), ink, CLEAR * text_height, _thickness(long))


def _thickness(long: Mask) -> float:
    """Usual thickness of horizontal rules, pixels."""
    inked = np.count_nonzero(long)
    tops = np.count_nonzero(long[1:] & ~long[:-1])
    return inked / max(1, tops)


def rule_ink(rules: RuleMasks, lattices: Sequence[Lattice]) -> Mask:
    """The long runs within the given tables: what is left of a page's rules when lettering is set aside."""
    kept = np.zeros_like(rules.long_horizontal)
    for lattice in lattices:
        top, left = max(0, round(lattice.ys[0]) - 2), max(0, round(lattice.xs[0]) - 2)
        window = np.s_[top : round(lattice.ys[-1]) + 3, left : round(lattice.xs[-1]) + 3]
        kept[window] = rules.long_horizontal[window] | rules.long_vertical[window]
    return kept


def _runs(ink: Mask, width: int, height: int) -> Mask:
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((height, width), np.uint8)), dtype=np.uint8)


def _thin(mask: Mask, width: int, height: int) -> Mask:
    """Without the parts that are as thick as a filled area (thicker than ``width`` × ``height``)."""
    return np.asarray(cv2.subtract(mask, _runs(mask, width, height)), dtype=np.uint8)


def find_lattices(page: UprightPage, rules: RuleMasks) -> list[Lattice]:
    """One lattice per ruled table, top to bottom, then left to right."""
    found = [_lattice(box, page, rules) for box in _table_boxes(page, rules)]
    return sorted((lattice for lattice in found if lattice), key=cmp_to_key(_reading_order))


def _reading_order(one: Lattice, other: Lattice) -> int:
    """-1 where ``one`` comes first: above comes first, and of two tables side by side the left one."""
    side_by_side = one.ys[0] < other.ys[-1] and other.ys[0] < one.ys[-1]
    return -1 if (one.xs[0] < other.xs[0] if side_by_side else one.ys[0] < other.ys[0]) else 1


Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in upright pixels, the ends not included."""


def _table_boxes(page: UprightPage, rules: RuleMasks) -> list[Box]:
    """Surroundings of the connected networks of rules; networks that overlap are one table."""
    reach = max(3, round(SNAP * page.text_height)) | 1
    network = cv2.dilate(rules.whole_horizontal | rules.whole_vertical, np.ones((reach, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(network, connectivity=8)
    smallest = 2 * page.text_height
    boxes = [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[1:] if max(w, h) > smallest]
    tables = _merge_overlapping([box for box in boxes if min(_size(box)) > smallest / 2])
    lone = [box for box in boxes if min(_size(box)) <= smallest / 2]
    return _merge_overlapping([_with_lone_rules(table, lone, page.text_height) for table in tables])


def _size(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _with_lone_rules(table: Box, lone: list[Box], text_height: float) -> Box:
    """Widen a table to the rules that run along its whole side without touching it.

    The outer rule of a merged cell as high as the page has no rule that crosses it.
    """
    reach = LONE_RULE_REACH * text_height
    for axis in (0, 1):  # beside the table, then above and below it
        across, along = axis, 1 - axis
        for rule in sorted(lone, key=lambda rule: abs(rule[across] - table[across])):
            shared = min(rule[along + 2], table[along + 2]) - max(rule[along], table[along])
            length = max(rule[along + 2] - rule[along], table[along + 2] - table[along])
            distance = max(table[across] - rule[across + 2], rule[across] - table[across + 2])
            if shared >= 0.9 * length and 0 < distance <= reach:
                table = (min(table[0], rule[0]), min(table[1], rule[1]), max(table[2], rule[2]), max(table[3], rule[3]))
    return table


def _merge_overlapping(boxes: list[Box]) -> list[Box]:
    merged: list[Box] = []
    for box in boxes:
        apart: list[Box] = []
        for other in merged:
            if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
            else:
                apart.append(other)
        merged = [*apart, box]
    return merged if len(merged) == len(boxes) else _merge_overlapping(merged)


def _lattice(box: Box, page: UprightPage, rules: RuleMasks) -> Lattice | None:
    """The lattice inside a box, or None where the rules there enclose no cells."""
    x0, y0, x1, y1 = box
    window = np.s_[y0:y1, x0:x1]
    long_h, long_v = rules.long_horizontal[window], rules.long_vertical[window]
    whole_h, whole_v = rules.whole_horizontal[window], rules.whole_vertical[window]
    ys = _positions(whole_h, page.text_height)
    xs = _positions(whole_v.T, page.text_height)
    if len(xs) < 2 or len(ys) < 1:
        return None
    ys = _with_open_ends(ys, whole_v, page.text_height)
    xs = _with_open_ends(xs, whole_h.T, page.text_height)
    if len(ys) < 2:
        return None
    pieces_h, pieces_v = rules.pieces_horizontal[window], rules.pieces_vertical[window]
    height = page.text_height
    found_h = shares(page.ink[window], long_h, pieces_h, ys, xs, height, SNAP * height)
    turned = [np.ascontiguousarray(mask.T) for mask in (page.ink[window], long_v, pieces_v)]
    found_v = shares(*turned, xs, ys, height, SNAP * height)
    horizontal = probability(found_h, xs, height, rules.wear)
    vertical = probability(found_v, ys, height, rules.wear).T
    # A merged cell that goes on over a page break has no rule where its neighbours have one.
    horizontal[[0, -1]] = np.maximum(horizontal[[0, -1]], OPEN_END)
    vertical[:, [0, -1]] = np.maximum(vertical[:, [0, -1]], OPEN_END)
    shifted_xs, shifted_ys = tuple(x + x0 for x in xs), tuple(y + y0 for y in ys)
    return Lattice(shifted_xs, shifted_ys, horizontal, vertical)


def _positions(mask: Mask, text_height: float) -> list[float]:
    """Rows in which horizontal rules run: inked pieces of the mask, grouped by nearness."""
    _, labels, stats, centres = cv2.connectedComponentsWithStats(np.ascontiguousarray(mask), connectivity=8)
    del labels
    pieces = sorted(
        (float(centre[1]), float(stat[cv2.CC_STAT_WIDTH]))
        for stat, centre in zip(stats[1:], centres[1:], strict=True)
        if stat[cv2.CC_STAT_WIDTH] >= LONGER_THAN_A_STROKE * text_height
    )
    groups: list[list[tuple[float, float]]] = []
    for piece in pieces:
        if groups and piece[0] - _middle(groups[-1]) <= SNAP * text_height:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_middle(group) for group in groups]


def _middle(group: list[tuple[float, float]]) -> float:
    return sum(position * length for position, length in group) / sum(length for _, length in group)


def _with_open_ends(positions: list[float], crossing: Mask, text_height: float) -> list[float]:
    """Add the outer rule of a table that the page's edge or a page break left open.

    The crossing rules show it: when most of them run on past the outermost rule by more than a line
    of text, the table does too.
    """
    rows = np.flatnonzero(crossing.any(axis=1))
    if not len(rows):
        return positions
    first, last = float(rows[0]), float(rows[-1])
    beyond = LONGER_THAN_A_STROKE * text_height
    if positions[0] - first > beyond and _several_cross(crossing, first, positions[0]):
        positions = [first, *positions]
    if last - positions[-1] > beyond and _several_cross(crossing, positions[-1], last):
        positions = [*positions, last]
    return positions


def _several_cross(crossing: Mask, start: float, end: float) -> bool:
    stretch = crossing[int(start) + 1 : int(end)]
    if stretch.shape[0] == 0:
        return False
    share = np.count_nonzero(stretch, axis=0) / len(stretch)
    crosses = np.where(share > 0.7, 1, 0)
    return int(np.count_nonzero(np.diff(crosses, prepend=0) == 1)) >= 2
