"""Lattices: the rules of each table prolonged over the whole table, with a probability for every stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, components_of, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.ruling import LatticeSettings, RulingSettings
from workbench.grid.structure.line_evidence import (
    across_text,
    agreed,
    darker_along,
    probability,
    seen_along,
    shares,
    unsure_where_unseen,
)
from workbench.grid.structure.ruling_lines import RulingMasks, rule_positions
from workbench.grid.structure.strokes import as_rules_meet, at_most_strokes, stroke_lines
from workbench.grid.structure.table_boxes import PixelBox, table_boxes


@dataclass(frozen=True, slots=True)
class Lattice:
    """The rules of one table, prolonged over the whole table.

    ``xs`` and ``ys`` are the rules' positions (upright pixels, ascending). ``horizontal[j, i]`` is the
    probability (0 to 1) that rule ``ys[j]`` is drawn between ``xs[i]`` and ``xs[i + 1]``;
    ``vertical[j, i]`` that rule ``xs[i]`` is between ``ys[j]`` and ``ys[j + 1]``. ``unruled_xs`` and ``unruled_ys`` are
    those of the positions at which nobody drew a rule: text alone shows a border there. ``contested_xs`` and
    ``contested_ys`` are positions of lines that may be there or not: of all that comes after them it is not sure in
    which row or column it is.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    horizontal: NDArray[np.float64]
    vertical: NDArray[np.float64]
    unruled_xs: frozenset[float] = frozenset()
    unruled_ys: frozenset[float] = frozenset()
    contested_xs: frozenset[float] = frozenset()
    contested_ys: frozenset[float] = frozenset()


def find_lattices(page: UprightPage, rules: RulingMasks, settings: RulingSettings) -> list[Lattice]:
    """One lattice per ruled table, top to bottom, then left to right."""
    found = [_lattice(box, page, rules, settings) for box in table_boxes(page, rules, settings)]
    return sorted((lattice for lattice in found if lattice), key=reading_order)


def _compare(one: Lattice, other: Lattice) -> int:
    """-1 where ``one`` comes first: above comes first, and of two tables side by side the left one."""
    side_by_side = one.ys[0] < other.ys[-1] and other.ys[0] < one.ys[-1]
    return -1 if (one.xs[0] < other.xs[0] if side_by_side else one.ys[0] < other.ys[0]) else 1


reading_order = cmp_to_key(_compare)
"""Key to sort lattices by: top to bottom, then left to right."""


def _lattice(box: PixelBox, page: UprightPage, rules: RulingMasks, settings: RulingSettings) -> Lattice | None:
    """The lattice inside a box, or None where the rules there enclose no cells."""
    x0, y0, x1, y1 = box
    window = np.s_[y0:y1, x0:x1]
    long_h, long_v = rules.long_horizontal[window], rules.long_vertical[window]
    whole_h, whole_v = rules.whole_horizontal[window], rules.whole_vertical[window]
    seen_across, seen_down = rules.seen.level_lines[window], transposed(rules.seen.plumb_lines[window])
    ys = _positions(whole_h, seen_across, page.text_height, settings)
    xs = _positions(transposed(whole_v), seen_down, page.text_height, settings)
    if len(xs) < 2 or len(ys) < 1:
        return None
    ys = _with_open_ends(ys, whole_v, transposed(seen_down), page.text_height, settings)
    xs = _with_open_ends(xs, transposed(whole_h), transposed(seen_across), page.text_height, settings)
    if len(ys) < 2:
        return None
    segments_h, segments_v = rules.segments_horizontal[window], rules.segments_vertical[window]
    height = page.text_height
    text = _text(page.ink[window], long_h | long_v, segments_h, segments_v, ys, xs, height, settings)
    ink, grey = page.ink[window], page.grey[window]
    level = _Looks(ink, text, long_h, segments_h, grey, rules.seen.level[window])
    plumb = _Looks(*map(transposed, (ink, text, long_v, segments_v, grey, rules.seen.plumb[window])))
    # Text close to both sides of a level rule is two lines; of a plumb one it is one line, as likely as not.
    horizontal = _drawn(level, ys, xs, height, rules, np.inf, settings)
    vertical = _drawn(plumb, xs, ys, height, rules, settings.evidence.runs_on, settings).T
    strokes = stroke_lines(vertical.T, plumb.text, xs, ys, height, settings)
    vertical[:, strokes] = np.minimum(vertical[:, strokes], settings.strokes.at_strokes)
    # A merged cell that goes on over a page break has no rule where its neighbours have one.
    horizontal[[0, -1]] = np.maximum(horizontal[[0, -1]], settings.lattice.open_end)
    vertical[:, [0, -1]] = np.maximum(vertical[:, [0, -1]], settings.lattice.open_end)
    on_page_xs, on_page_ys = tuple(x + x0 for x in xs), tuple(y + y0 for y in ys)
    found = Lattice(on_page_xs, on_page_ys, horizontal, vertical)
    slit, stroke = settings.lattice.lowest_row * height, settings.lattice.smallest_text * height
    rows = _ends_of_slits(ys, text, horizontal, slit, stroke)
    columns = _ends_of_slits(xs, transposed(text), vertical.T, slit, stroke)
    none = frozenset(on_page_xs[i] for i in strokes)
    lost_ys = frozenset(y + y0 for y in _lines_left_out(level, ys, height, settings))
    lost_xs = frozenset(x + x0 for x in _lines_left_out(plumb, xs, height, settings))
    found = _without_chance_lines(_without_lines(found, rows, columns), none, settings.lattice)
    found = _without_sheet_around(found, text, (x0, y0), height, settings)
    return replace(found, contested_xs=found.contested_xs | lost_xs, contested_ys=found.contested_ys | lost_ys)


@dataclass(frozen=True, slots=True)
class _Looks:
    """What is to be seen of a table's horizontal rules, pixel by pixel: (rows, columns) each.

    Its ``ink``, of this the ``text``, the ``long`` runs and short ``segments``, its tones of ``grey``, and how
    ``likely`` the network finds rules (0 to 255).
    """

    ink: Mask
    text: Mask
    long: Mask
    segments: Mask
    grey: NDArray[np.uint8]
    likely: NDArray[np.uint8]


def _drawn(
    looks: _Looks,
    positions: list[float],
    stops: list[float],
    height: float,
    rules: RulingMasks,
    most_across: float,
    settings: RulingSettings,
) -> NDArray[np.float64]:
    """The probability that each stretch of the horizontal rules is drawn, by its ink and by the network together.

    Its tone is no proof where text runs across along more than ``most_across`` text heights.
    """
    nearest, evidence = settings.snap * height, settings.evidence
    found = shares(looks.text, looks.long, looks.segments, positions, stops, height, nearest, evidence)
    dark = probability(found, stops, height, rules.wear, evidence)
    pale = darker_along(looks.grey, looks.text, positions, stops, height, evidence)
    pale = np.zeros_like(pale) if rules.seen.shows_through else across_text(pale, found.across, evidence)
    by_net = seen_along(looks.likely, positions, stops, height, nearest, evidence)
    seen = np.maximum(found.inked, np.where(found.across > most_across, 0.0, pale))
    drawn = agreed(np.maximum(dark, pale), by_net, evidence)
    drawn = unsure_where_unseen(drawn, seen, by_net, evidence) if rules.wear < settings.worn else drawn
    ink = looks.ink, looks.likely, looks.text
    drawn = at_most_strokes(drawn, pale, found.inked, *ink, positions, stops, height, settings.strokes)
    return as_rules_meet(drawn, looks.ink, positions, stops, height, settings.strokes)


def _positions(inked: Mask, seen: Mask, text_height: float, settings: RulingSettings) -> list[float]:
    """Rows of the horizontal rules: where their ink is, and of those that only the network has seen."""
    by_ink = rule_positions(inked, text_height, settings)
    reach = settings.snap * text_height
    others = rule_positions(seen, text_height, settings)
    return sorted([*by_ink, *(row for row in others if all(abs(row - at) > reach for at in by_ink))])


def _lines_left_out(looks: _Looks, positions: list[float], height: float, settings: RulingSettings) -> list[float]:
    """Where several horizontal runs too long for strokes lie on one line that is none of the rules: one was lost there.

    A single one is an underline, or a word that is struck out; one that the network does not see is handwriting.
    """
    components, reach = components_of(looks.long), settings.snap * height
    seen = cv2.dilate(looks.likely, np.ones((3, 1), np.uint8)) >= 255 * settings.evidence.not_seen
    is_seen = components.count(components.mask & np.where(seen, 255, 0).astype(np.uint8)) >= components.area / 2
    inside = [float(row) for row in components.row[1:][is_seen[1:]] if positions[0] < row < positions[-1]]
    runs = sorted(row for row in inside if min(abs(row - at) for at in positions) > reach)
    return [(one + other) / 2 for one, other in pairwise(runs) if other - one <= reach / 2]


def _ends_of_slits(
    positions: list[float], text: Mask, drawn: NDArray[np.float64], lowest: float, stroke: float
) -> list[int]:
    """Of two level lines between which there is no text, and no room for any, the one inside the table or less drawn.

    They are a double rule, a rule and the edge of a fill, or a rule and its shadow. Ink lower than a ``stroke``
    (pixels) is what is left of them.
    """
    dropped: list[int] = []
    for j, (start, end) in enumerate(pairwise(positions)):
        inside = np.count_nonzero(text[round(start) + 1 : round(end)], axis=0)
        if j in dropped or end - start >= lowest or inside.max(initial=0) > stroke:
            continue
        if j > 0 and (j + 2 == len(positions) or drawn[j].sum() < drawn[j + 1].sum()):
            dropped.append(j)
        elif j + 2 < len(positions):
            dropped.append(j + 1)
    return dropped


def _without_lines(lattice: Lattice, rows: list[int], columns: list[int]) -> Lattice:
    """The lattice without some of its lines; the stretches between others go on where these ended."""
    ys, xs = (np.delete(np.arange(len(stops)), gone) for stops, gone in ((lattice.ys, rows), (lattice.xs, columns)))
    horizontal = [lattice.horizontal[np.ix_(ys, np.arange(a, b))].mean(axis=1) for a, b in pairwise(xs)]
    vertical = [lattice.vertical[np.ix_(np.arange(a, b), xs)].mean(axis=0) for a, b in pairwise(ys)]
    return replace(
        lattice,
        xs=tuple(lattice.xs[i] for i in xs),
        ys=tuple(lattice.ys[j] for j in ys),
        horizontal=np.stack(horizontal, axis=1),
        vertical=np.stack(vertical, axis=0),
    )


def _without_sheet_around(
    lattice: Lattice, text: Mask, origin: tuple[int, int], text_height: float, settings: RulingSettings
) -> Lattice:
    """The lattice without a frame that no rule joins to the rest, and with no text on both sides of it: the edges of a
    sheet on a dark desk."""
    rows = np.flatnonzero((lattice.vertical[:, 1:-1] >= settings.drawn).any(axis=1))
    if not len(rows):
        return lattice
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero((lattice.horizontal[top : bottom + 1] >= settings.drawn).any(axis=0))
    left, right = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 0)
    if not (top and left and bottom < len(lattice.ys) - 1 and right < len(lattice.xs) - 1):
        return lattice
    height = slice(*(round(lattice.ys[end] - origin[1]) for end in (top, bottom)))
    for start, end in ((lattice.xs[0], lattice.xs[left]), (lattice.xs[right], lattice.xs[-1])):
        found = components_of(text[height, round(start - origin[0]) : round(end - origin[0])])
        if (np.maximum(found.width, found.height)[1:] <= settings.row_of_text * text_height).any():
            return lattice
    outer_rows = [*range(top), *range(bottom + 1, len(lattice.ys))]
    outer_columns = [*range(left), *range(right + 1, len(lattice.xs))]
    return replace(
        _without_lines(lattice, outer_rows, outer_columns),
        contested_xs=frozenset(x for x in lattice.contested_xs if lattice.xs[left] < x < lattice.xs[right]),
        contested_ys=frozenset(y for y in lattice.contested_ys if lattice.ys[top] < y < lattice.ys[bottom]),
    )


def _without_chance_lines(lattice: Lattice, none: frozenset[float], settings: LatticeSettings) -> Lattice:
    """Without the lines inside a table that are nowhere likely to be drawn: strokes of text that lie on one line.

    A line that is somewhere likely, and nowhere sure, is contested, whether it is left out or not, but for the ``xs``
    of which it is known that they are ``none``.
    """
    best_h, best_v = (
        np.concatenate([[1.0], drawn[1:-1].max(axis=1), [1.0]]) for drawn in (lattice.horizontal, lattice.vertical.T)
    )
    chance_ys, chance_xs = (np.flatnonzero(best < settings.likely_somewhere).tolist() for best in (best_h, best_v))
    contested_ys, contested_xs = (
        frozenset(stops[i] for i in np.flatnonzero((best >= settings.possible) & (best < settings.sure_somewhere)))
        for stops, best in ((lattice.ys, best_h), (lattice.xs, best_v))
    )
    without = _without_lines(lattice, chance_ys, chance_xs)
    return replace(without, contested_xs=contested_xs - none, contested_ys=contested_ys)


def _text(
    ink: Mask,
    rules: Mask,
    across: Mask,
    down: Mask,
    ys: Sequence[float],
    xs: Sequence[float],
    text_height: float,
    settings: RulingSettings,
) -> Mask:
    """Ink of a table without its rules, without what may be left of worn ones, and without noise."""
    reach = settings.lattice.remnants * text_height
    rules, beside = rules.copy(), np.zeros_like(ink)
    for positions, segments, axis in ((ys, across, 0), (xs, down, 1)):
        for position in positions:
            beside_rule = slice(max(0, round(position - reach)), round(position + reach) + 1)
            at = (beside_rule, slice(None)) if axis == 0 else (slice(None), beside_rule)
            rules[at] |= segments[at]
            beside[at] = 255
    components = components_of(cv2.subtract(ink, cv2.dilate(rules, np.ones((3, 3), np.uint8))))
    apart = components.count(components.mask & beside) < components.area
    large = np.maximum(components.width, components.height) > settings.lattice.smallest_text * text_height
    return components.chosen(apart & large)


def _with_open_ends(
    positions: list[float], crossing: Mask, seen: Mask, text_height: float, settings: RulingSettings
) -> list[float]:
    """Add the outer rule of a table that the page's edge or a page break left open.

    The crossing rules show it: when at least half of them run on past the outermost rule by more than a line of text,
    or its first and its last one do, the table does too. Others are strokes of a title that happen to stand over rules.
    Their ink says how far; whether they run on, that or what is ``seen`` by the network.
    """
    rows = np.flatnonzero(crossing.any(axis=1))
    if not len(rows) or len(positions) < 2:
        return positions
    first, last = float(rows[0]), float(rows[-1])
    beyond = settings.longer_than_stroke * text_height
    found, crossing = list(positions), crossing | seen
    if positions[0] - first > beyond and _run_on(crossing, (first, positions[0]), (positions[0], positions[1])):
        found = [first, *found]
    if last - positions[-1] > beyond and _run_on(crossing, (positions[-1], last), (positions[-2], positions[-1])):
        found = [*found, last]
    return found


def _run_on(crossing: Mask, outside: tuple[float, float], inside: tuple[float, float]) -> bool:
    beyond, within = (_crossing_at(crossing, *stretch) for stretch in (outside, inside))
    if len(beyond) < 2 or not within:
        return False
    ends = max(abs(beyond[0] - within[0]), abs(beyond[-1] - within[-1]))
    return len(beyond) >= len(within) / 2 or ends <= 2


def _crossing_at(crossing: Mask, start: float, end: float) -> list[int]:
    """The columns (pixels, ascending) at which rules run from one row to another."""
    stretch = crossing[int(start) + 1 : int(end)]
    if stretch.shape[0] == 0:
        return []
    share = np.count_nonzero(stretch, axis=0) / len(stretch)
    return np.flatnonzero(np.diff(np.where(share > 0.7, 1, 0), prepend=0) == 1).tolist()
