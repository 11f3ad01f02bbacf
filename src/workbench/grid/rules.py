"""Ruled lines: from the ink of an upright page to the tables' lattices, with evidence for every stretch of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.upright import Mask, UprightPage

LONGER_THAN_A_STROKE = 1.25
"""A run of ink longer than this many text heights is no stroke of a character."""

SHORT_RUN = 0.5
"""Pieces of a worn rule are at least this long, in text heights."""

THICKEST_RULE = 0.45
"""A rule is thinner than this, in text heights; anything thicker is a filled area or the edge of the scan."""

SNAP = 0.4
"""Rules nearer to each other than this many text heights are one rule (double rules, wavering rules)."""


LONE_RULE_REACH = 15.0
"""A rule that touches no other belongs to a table at most this many text heights away."""

OPEN_END = 0.85
"""Least evidence for the edge of a table: where a page break leaves it open, the crossing rules still end there."""


@dataclass(frozen=True, slots=True)
class RuleMasks:
    """Rule ink of a page: ``long`` runs cannot be text; ``short`` runs can be worn rules or strokes."""

    long_horizontal: Mask
    long_vertical: Mask
    short_horizontal: Mask
    short_vertical: Mask


@dataclass(frozen=True, slots=True)
class Lattice:
    """The rules of one table, prolonged over the whole table.

    ``xs`` and ``ys`` are the rules' positions (upright pixels, ascending). ``horizontal[j, i]`` is the
    evidence (0 to 1: share of the stretch that is inked) for rule ``ys[j]`` between ``xs[i]`` and
    ``xs[i + 1]``; ``vertical[j, i]`` that for rule ``xs[i]`` between ``ys[j]`` and ``ys[j + 1]``.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    horizontal: NDArray[np.float64]
    vertical: NDArray[np.float64]


def find_rules(page: UprightPage) -> RuleMasks:
    """Runs of ink that are thin and long, in both directions."""
    long_run = max(5, round(LONGER_THAN_A_STROKE * page.text_height))
    short_run = max(3, round(SHORT_RUN * page.text_height))
    thickest = max(3, round(THICKEST_RULE * page.text_height))
    return RuleMasks(
        long_horizontal=_thin(_runs(page.ink, long_run, 1), 1, thickest),
        long_vertical=_thin(_runs(page.ink, 1, long_run), thickest, 1),
        short_horizontal=_runs(page.ink, short_run, 1),
        short_vertical=_runs(page.ink, 1, short_run),
    )


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
    network = cv2.dilate(rules.long_horizontal | rules.long_vertical, np.ones((reach, reach), np.uint8))
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
    ys = _positions(long_h, page.text_height)
    xs = _positions(long_v.T, page.text_height)
    if len(xs) < 2 or len(ys) < 1:
        return None
    ys = _with_open_ends(ys, long_v, page.text_height)
    xs = _with_open_ends(xs, long_h.T, page.text_height)
    if len(ys) < 2:
        return None
    reach = SNAP * page.text_height
    horizontal = _evidence(long_h, rules.short_horizontal[window], ys, xs, reach)
    vertical = _evidence(long_v.T, rules.short_vertical[window].T, xs, ys, reach).T
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


def _evidence(long: Mask, short: Mask, positions: list[float], stops: list[float], reach: float) -> NDArray[np.float64]:
    """Share of each stretch (between two stops) of each horizontal rule (at the positions) that is inked."""
    evidence = np.zeros((len(positions), len(stops) - 1))
    for j, position in enumerate(positions):
        top, bottom = max(0, round(position - reach)), round(position + reach) + 1
        any_long = (long[top:bottom] > 0).sum(axis=0) > 0
        for i, (start, end) in enumerate(pairwise(stops)):
            inner = slice(round(start) + 1, max(round(start) + 2, round(end)))
            certain = float(any_long[inner].mean())
            # Short runs count only on one line: strokes of characters lie at many heights.
            rows = (short[top:bottom, inner] > 0).astype(np.float64)
            on_one_line = cv2.blur(rows, (1, 3), borderType=cv2.BORDER_CONSTANT) > 0
            evidence[j, i] = max(certain, float(on_one_line.mean(axis=1).max()) if certain < 1 else 0.0)
    return evidence
