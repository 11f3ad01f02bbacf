"""Whether a stretch of rule is drawn: from the ink along it to a probability, on whole and on worn rules alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask

SAMPLE = 0.5
"""Pieces of a stretch this many text heights long are taken as independent of each other."""

INK_OF_NOTHING = 0.2
"""Share of a stretch that may look drawn where there is no rule on a page of whole rules: rows of dashes."""

STRICTER = 12.0
"""On a worn page less ink counts as drawn. Power of the share of rule that is left by which `INK_OF_NOTHING` falls."""

MOST_WEAR = 0.7
"""Rules of which more than this share is gone cannot be told from dirt."""

LEAST_WEAR = 0.03
"""Even a whole rule is crossed by white here and there."""

FEWEST_SAMPLES, MOST_SAMPLES = 2.0, 12.0
"""Bounds for the weight of one stretch: of a very short one, and of a long one that is worn in one go."""

JUNCTION = 0.1
"""So near (in text heights) to a crossing rule the ink may be that rule's."""

WAVER = 0.08
"""A rule leaves its line by at most this many text heights from one stretch to the next."""

RUNS_ON, APART = 0.45, 1.0
"""Room between text on either side of a place, in text heights: less than the first between characters of one
text, more than the second between the texts of two cells."""

TEXT_ACROSS, TEXT_APART = 5.0, 3.0
"""Log-odds against a rule for a line of text (a text height) that runs across, and for it for every text height
of room between two texts."""

CLEARLY_DRAWN = 0.3
"""A stretch of which this share is inked ends the cells on both of its sides."""

BESIDE_RULE = 0.25
"""Ink so near to a rule (in text heights) may be of a second rule beside it: where texts stand is seen without it."""

MORE_LIKELY = 0.1
"""A stretch of which so much more is inked is the likelier one to lie between two texts."""

IN_CENTRE, OFF_CENTRE = 0.35, 0.7
"""Text in the middle of a cell is at most the first off it, in text heights; it is in the middle of one cell and not
of another where the second lies between."""

TEXT_CENTRED = 3.0
"""Log-odds for a rule with which a text is in the middle of its cell, against one without which it is."""

MOST_LINES = 2.0
"""Text across is counted for so many lines: more of the same text say nothing new."""

MOST_ROOM = 2.0
"""Texts further apart than this many text heights are not one text."""

CHANGE = 0.12
"""Probability that a rule begins or ends where another crosses it."""

UPPER_QUARTILE = 0.75

LONGEST_GAP = 2.5
"""A gap in a rule longer than this many text heights is no wear: the rule ends there and another begins."""


def alone(runs: Mask, ink: Mask, clear: float, thickness: float) -> Mask:
    """The horizontal ``runs`` that have no other ink above and below them.

    The strokes of a character have other strokes near: within ``clear`` pixels, beyond the rule's
    own ``thickness``.
    """
    near, reach = round(thickness) + 1, max(round(clear), round(thickness) + 2)
    kernel = np.zeros((2 * reach + 1, 1), np.uint8)
    kernel[: reach - near] = kernel[reach + near + 1 :] = 1
    return np.asarray(cv2.subtract(runs, cv2.dilate(ink, kernel)), dtype=np.uint8)


def wear(long: Mask, pieces: Mask, positions: list[float], text_height: float) -> float:
    """Share of the rules' length that is gone, from the short gaps along rules (0 on a clean page).

    Of the rules by their length, the upper quartile: a page can be worn on one side only, and the
    strokes of a large title look like a few worn rules.
    """
    drawn, gone = [0.0], [0.0]
    for position in positions:
        line = _on_one_line(long, pieces, position, text_height)
        edges = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
        starts, ends = edges[::2], edges[1::2]
        gaps = starts[1:] - ends[:-1]
        drawn.append(float((ends - starts).sum()))
        gone.append(float(gaps[gaps < LONGEST_GAP * text_height].sum()))
    length, share = np.array(drawn), np.array(gone) / np.maximum(1, np.array(drawn) + np.array(gone))
    order = np.argsort(share)
    reached = np.cumsum(length[order])
    return float(share[order][np.searchsorted(reached, UPPER_QUARTILE * reached[-1])])


def _on_one_line(long: Mask, pieces: Mask, position: float, text_height: float) -> NDArray[np.bool_]:
    """Along a horizontal rule: where it is drawn, on the line that holds most ink."""
    reach = 0.25 * text_height
    band = slice(max(0, round(position - reach)), round(position + reach) + 1)
    rows = cv2.blur((pieces[band] | long[band]).astype(np.float32), (1, 3)) > 0
    return np.asarray(rows[int(rows.sum(axis=1).argmax())])


@dataclass(frozen=True, slots=True)
class Shares:
    """What speaks for and against each stretch [j, i] (rule j, stop i to stop i + 1).

    ``inked`` is the share of it that is drawn, ``across`` the length in text heights along which text runs across,
    ``apart`` the room in text heights between text on both sides, if it is more than one text leaves. ``centred`` is 1
    where the text of one side stands in the middle of a cell that ends here, -1 where it would stand in the middle
    without the stretch.
    """

    inked: NDArray[np.float64]
    across: NDArray[np.float64]
    apart: NDArray[np.float64]
    centred: NDArray[np.float64]


def shares(
    text: Mask, long: Mask, pieces: Mask, positions: list[float], stops: list[float], text_height: float, reach: float
) -> Shares:
    """Look along horizontal rules at the given positions.

    ``long`` runs count wherever they waver within ``reach`` pixels; short ``pieces`` only on the line that the
    long runs of the rule show, and not where ``text`` runs across: strokes of characters lie at many heights.
    """
    inked, across, apart, centred = np.zeros((4, len(positions), len(stops) - 1))
    ends = round(JUNCTION * text_height) + 1
    inner = [slice(round(a) + ends, max(round(a) + ends + 1, round(b) - ends + 1)) for a, b in pairwise(stops)]
    at = [round(position) for position in positions]
    near = round(RUNS_ON * text_height) + 1
    for j, row in enumerate(at):
        band = slice(max(0, round(positions[j] - reach)), round(positions[j] + reach) + 1)
        certain = np.asarray((long[band] > 0).any(axis=0))
        on_line = _on_line(long[band], pieces[band], inner, text_height)
        above, below = _depth(text[max(0, row - near) : row][::-1]), _depth(text[row : row + near])
        for i, stretch in enumerate(inner):
            crossed = _room(above[stretch], below[stretch], text_height) < RUNS_ON
            inked[j, i] = (certain[stretch] | (on_line[stretch] & ~crossed)).mean()
            across[j, i] = np.count_nonzero(crossed & ~certain[stretch]) / text_height
    beside = round(BESIDE_RULE * text_height)
    within = [slice(stretch.start + beside, stretch.stop - beside) for stretch in inner]
    rows_with_text = [np.asarray(text[:, columns].any(axis=1)) for columns in within]
    for j, i in np.ndindex(inked.shape):
        drawn = (inked[:, i] >= CLEARLY_DRAWN) | (inked[:, i] > inked[j, i] + MORE_LIKELY)
        others = np.flatnonzero(drawn)
        first = at[max(others[others < j].tolist(), default=0)]
        last = at[min(others[others > j].tolist(), default=-1)]
        before, after = slice(first, at[j]), slice(at[j], last)
        rows_above, rows_below = (_off_borders(rows_with_text[i][side], beside) for side in (before, after))
        if rows_above.any() and rows_below.any():
            above = _depth(_off_borders(text[before, within[i]], beside)[::-1])
            below = _depth(_off_borders(text[after, within[i]], beside))
            least = float(_room(above, below, text_height).min(initial=np.inf))
            if APART < least < np.inf:
                gap = at[j] - int(np.argmax(rows_above[::-1])), at[j] + int(np.argmax(rows_below))
                shared = sum(gap[0] <= row <= gap[1] for row in at) - 1
                apart[j, i] = max(0.0, min(least, MOST_ROOM) - shared)
        centred[j, i] = _centred(rows_above, rows_below, text_height)
    return Shares(inked, across, apart, centred)


def _off_borders(area: NDArray[Any], beside: int) -> NDArray[Any]:
    """An area between two rules, or what its rows hold, without what may be ink of the rules themselves."""
    inner = np.zeros_like(area)
    inner[beside:-beside] = area[beside:-beside]
    return inner


def _depth(area: Mask) -> NDArray[np.float32]:
    """Rows from the top of an area to its first ink, along the area; inf without."""
    inked = area.any(axis=0)
    depth = np.full(area.shape[1], np.inf, np.float32)
    depth[inked] = area[:, inked].argmax(axis=0) if len(area) else 0
    return depth


def _room(above: NDArray[np.float32], below: NDArray[np.float32], text_height: float) -> NDArray[np.float32]:
    """Along a border: text heights from the nearest ink above it to the nearest below, given how deep they lie.

    A character's ink lies at several depths: the least within half a character counts.
    """
    around = np.ones((1, round(0.6 * text_height) | 1), np.uint8)
    nearest = cv2.erode(np.stack([above, below]), around, borderType=cv2.BORDER_REPLICATE)
    return np.asarray((nearest[0] + nearest[1]) / text_height, dtype=np.float32)


def _centred(above: NDArray[np.bool_], below: NDArray[np.bool_], text_height: float) -> float:
    """1 where the text of both areas or of the only one is in its middle, -1 where it is in that of both together."""
    off_own, off_both = [], []
    for area, start in ((above, 0), (below, len(above))):
        rows = np.flatnonzero(area)
        if len(rows):
            middle = (rows[0] + rows[-1] + 1) / 2
            off_own.append(abs(middle - len(area) / 2) / text_height)
            off_both.append(abs(start + middle - (len(above) + len(below)) / 2) / text_height)
    if len(off_own) == 2:
        return float(max(off_own) < IN_CENTRE)
    if not off_own or abs(off_own[0] - off_both[0]) < OFF_CENTRE or min(*off_own, *off_both) > IN_CENTRE:
        return 0.0
    return 1.0 if off_own < off_both else -1.0


def _on_line(long: Mask, pieces: Mask, stretches: list[slice], text_height: float) -> NDArray[np.bool_]:
    """Along a band: where there is a piece of rule on the line of the nearest long runs, or on that with most ink."""
    runs = [np.flatnonzero((long[:, stretch] > 0).any(axis=1)) for stretch in stretches]
    ruled = [place for place, rows in enumerate(runs) if len(rows)]
    slack = max(1, round(WAVER * text_height))
    found = np.zeros(long.shape[1], bool)
    for i, stretch in enumerate(stretches):
        part = pieces[:, stretch] > 0
        if ruled:
            before = max((place for place in ruled if place <= i), default=ruled[0])
            after = min((place for place in ruled if place >= i), default=ruled[-1])
            rows = np.concatenate([runs[before], runs[after]])
            part[np.abs(np.arange(len(long))[:, None] - rows).min(axis=1) > slack] = False
        thick = cv2.blur(part.astype(np.float32), (1, 3), borderType=cv2.BORDER_CONSTANT) > 0
        found[stretch] = thick[int(thick.sum(axis=1).argmax())]
    return found


def probability(found: Shares, stops: list[float], text_height: float, worn: float) -> NDArray[np.float64]:
    """Probability that each stretch is drawn, given what was seen along it and the page's wear.

    A stretch is a row of samples, each inked or not; a rule mostly goes on as it was before the last
    stop. Forward-backward algorithm over two states (Rabiner, 1989).
    """
    kept = 1 - float(np.clip(worn, LEAST_WEAR, MOST_WEAR))
    nothing = INK_OF_NOTHING * kept**STRICTER
    samples = np.clip(np.diff(stops) / (SAMPLE * text_height), FEWEST_SAMPLES, MOST_SAMPLES)
    odds = samples * (found.inked * np.log(kept / nothing) + (1 - found.inked) * np.log((1 - kept) / (1 - nothing)))
    odds += TEXT_APART * found.apart - TEXT_ACROSS * np.minimum(found.across, MOST_LINES)
    odds += TEXT_CENTRED * found.centred
    return np.array([_smoothed(row) for row in odds])


def _smoothed(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the state "drawn" along one rule, from the log-odds of each stretch on its own."""
    change = np.array([[1 - CHANGE, CHANGE], [CHANGE, 1 - CHANGE]])
    alone = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    seen = np.column_stack([1 - alone, alone])
    forward, backward = np.full((len(odds), 2), 0.5), np.full((len(odds), 2), 0.5)
    for i in range(1, len(odds)):
        forward[i] = _one(change @ (forward[i - 1] * seen[i - 1]))
        backward[-i - 1] = _one(change @ (backward[-i] * seen[-i]))
    both = forward * seen * backward
    return np.asarray(both[:, 1] / both.sum(axis=1))


def _one(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(weights / weights.sum())
