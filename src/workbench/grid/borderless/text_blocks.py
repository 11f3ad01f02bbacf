"""Blocks of text that stand in columns: lines with white strips from top to bottom that chance does not leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, components_of
from workbench.grid.structure.lattice import Lattice
from workbench.grid.structure.ruling_lines import RuleMasks
from workbench.grid.text_lines import TextLayer, stretches

HIGHEST = 3.0
"""Ink higher than this many text heights is no text."""

BETWEEN_CHARACTERS = 0.35
"""Ink nearer to each other than this many text heights is one word."""

WORD_GAP = 0.9
"""A gap this wide (text heights) makes a line of text look like part of a table."""

LARGER_TYPE = 1.3
"""Type so many times as high as that of the text is that of a heading."""

NEAR = 3.5
"""Lines of a table are at most this many text heights apart."""

NEXT_LINE = 1.2
"""Lines of one cell are at most this many text heights apart."""

NARROWEST = 0.5
"""The white between two columns is at least this wide (text heights), from top to bottom of the table."""

HEADINGS = 0.2
"""At most this share of a table's lines runs across the white between two columns."""

CHANCE_GAP = 0.25
"""In running text every so many text heights more in width make a gap at a given place rarer by the factor e."""

WIDEST = 3.0
"""A gap wider than this many text heights says no more than one of this width."""

ANYWHERE, IN_A_TABLE = np.log(1600.0), np.log(40.0)
"""Log of the number of places at which chance could leave a white strip: on a page, and within a table."""

ACROSS = np.log(10.0)
"""How much less likely each line that runs across the strip makes it."""

RULED = 0.5
"""A rule that is drawn along this share of a table belongs to it."""

FEWEST_BANDS = 3
"""A table has at least so many lines."""

BlockColumns = NDArray[np.bool_]
"""(bands, width): which pixel columns hold words of a band."""


@dataclass(frozen=True, slots=True)
class WhitespaceGap:
    """White between columns of text, from ``start`` to ``end`` (pixel columns); how probably it is no chance."""

    start: int
    end: int
    probability: float = 0.0

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Bands of text (tops, bottoms), the words of each, and the strips between their columns."""

    bands: Sequence[tuple[int, int]]
    words: BlockColumns
    strips: Sequence[WhitespaceGap]


def find_blocks(text: TextLayer, level: Mask) -> list[TextBlock]:
    """The blocks of a page that stand in columns, top to bottom. Between ``level`` rules there may be empty rows."""
    height = text.text_height
    bands = stretches((text.ink > 0).any(axis=1))
    words = np.array([words_of(text.ink[top:bottom], height) for top, bottom in bands], dtype=bool)
    ruled = np.flatnonzero((level > 0).any(axis=1))
    found = [block for run in _runs(bands, words, ruled, height) for block in _blocks(run, height)]
    continued = [_with_continuations(block, bands, words, height) for block in found]
    return [_down_to_rule(block, bands, words, level, height) for block in continued]


def text_outside(text: TextLayer, rules: RuleMasks, ruled: Sequence[Lattice]) -> tuple[TextLayer, Mask]:
    """The text layer without the ``ruled`` tables and without what is no text, and the level rules outside them."""
    drawn = cv2.dilate(rules.whole_horizontal | rules.whole_vertical, np.ones((3, 3), np.uint8))
    ink = np.asarray(cv2.subtract(text.ink, drawn), dtype=np.uint8)
    level = rules.whole_horizontal.copy()
    around = round(text.text_height / 2)
    for lattice in ruled:
        top, left = (max(0, round(stops[0]) - around) for stops in (lattice.ys, lattice.xs))
        window = np.s_[top : round(lattice.ys[-1]) + around, left : round(lattice.xs[-1]) + around]
        ink[window] = level[window] = 0
    pieces = components_of(ink)
    written = pieces.height < HIGHEST * text.text_height
    written[0] = False
    return replace(text, ink=pieces.chosen(written)), level


def words_of(marks: Mask, text_height: float) -> NDArray[np.bool_]:
    """The pixel columns of a band that hold words, the gaps between their characters filled.

    A line in larger type is a heading, and one word.
    """
    inked = _joined((marks > 0).any(axis=0), BETWEEN_CHARACTERS * text_height)
    larger = _type_height(marks, inked) / text_height
    return _joined(inked, WORD_GAP * larger * text_height) if LARGER_TYPE < larger < HIGHEST else inked


def _joined(inked: NDArray[np.bool_] | np.bool_, gap: float) -> NDArray[np.bool_]:
    """With the gaps narrower than so many pixels filled."""
    joined = np.array(inked)
    for (_, end), (start, _) in pairwise(stretches(inked)):
        if start - end < gap:
            joined[end:start] = True
    return joined


def _type_height(marks: Mask, words: NDArray[np.bool_]) -> float:
    """The usual height of what stands between the gaps of a band, of the highest line of each."""
    heights = [
        max((bottom - top for top, bottom in stretches((marks[:, start:end] > 0).any(axis=1))), default=0)
        for start, end in stretches(words)
    ]
    return float(np.median(heights)) if heights else 0.0


def _runs(
    bands: Sequence[tuple[int, int]], words: BlockColumns, ruled: NDArray[np.int64], text_height: float
) -> Iterator[TextBlock]:
    """Neighbouring bands, each run from its first band with a wide gap in it to its last.

    They are not far from each other, or from the ``ruled`` rows of pixels between them.
    """
    gapped = [
        any(start - end >= WORD_GAP * text_height for (_, end), (start, _) in pairwise(stretches(line)))
        for line in words
    ]
    first = 0
    for number in range(1, len(bands) + 1):
        if number < len(bands) and _near(bands[number - 1][1], bands[number][0], ruled, text_height):
            continue
        inside = [n for n in range(first, number) if gapped[n]]
        if inside:
            chosen = slice(inside[0], inside[-1] + 1)
            yield TextBlock(bands[chosen], words[chosen], ())
        first = number


def _near(above: int, below: int, ruled: NDArray[np.int64], text_height: float) -> bool:
    between = ruled[(ruled > above) & (ruled < below)]
    return bool(np.diff([above, *between, below]).max() <= NEAR * text_height)


def _blocks(run: TextBlock, text_height: float) -> list[TextBlock]:
    """The blocks of a run that have columns: it is cut at lines of running text where that brings out more columns."""
    if len(run.bands) < FEWEST_BANDS:
        return []
    block = TextBlock(run.bands, run.words, _strips(run.words, text_height))
    across = [n for n, line in enumerate(run.words) if _runs_across(line, block.strips)]
    if not across:
        return [block] if block.strips else []
    if across[0] == 0 or across[-1] == len(run.bands) - 1:  # headings and notes do not belong to the table
        start = next((n for n in range(len(run.bands)) if n not in across), len(run.bands))
        stop = next((n for n in reversed(range(len(run.bands))) if n not in across), -1) + 1
        return _blocks(TextBlock(run.bands[start:stop], run.words[start:stop], ()), text_height) if start < stop else []
    cut = max(across, key=lambda n: int(np.count_nonzero(run.words[n])))
    parts = [
        TextBlock(run.bands[part], run.words[part], ()) for part in (slice(0, cut), slice(cut + 1, len(run.bands)))
    ]
    found = [piece for part in parts for piece in _blocks(part, text_height)]
    better = any(len(piece.strips) > len(block.strips) for piece in found) or not block.strips
    return found if better else [block]


def _runs_across(line: NDArray[np.bool_], strips: Sequence[WhitespaceGap]) -> bool:
    """Whether a band is one piece of running text: across a strip, or anywhere if there are none."""
    pieces = stretches(line)
    if not strips:
        return len(pieces) == 1
    crossed = sum(any(start <= strip.start and strip.end <= end for start, end in pieces) for strip in strips)
    return crossed > len(strips) / 2 or (crossed > 0 and len(pieces) == 1)


def _strips(words: BlockColumns, text_height: float) -> list[WhitespaceGap]:
    """White strips that most bands leave free, those that chance may have left dropped one by one."""
    inked = np.flatnonzero(words.any(axis=0))
    seldom = words.sum(axis=0) <= HEADINGS * len(words)
    seldom[: inked[0]] = seldom[inked[-1] + 1 :] = False
    strips = [strip for start, end in stretches(seldom) for strip in _free(words, start, end, text_height)]
    while strips:
        first = ANYWHERE - IN_A_TABLE
        odds = [_odds(n, strips, words, text_height) for n in range(len(strips))]
        weakest = int(np.argmin(odds))
        if odds[weakest] >= 0 and max(odds) >= first:
            return [
                WhitespaceGap(s.start, s.end, float(1 / (1 + np.exp(-o)))) for s, o in zip(strips, odds, strict=True)
            ]
        del strips[weakest]
    return []


def _free(words: BlockColumns, start: int, end: int, text_height: float) -> list[WhitespaceGap]:
    """The white in a strip, but for words that run across all of it; a column with little text may stand in it.

    If that leaves none, words that run into it from the side do not count either.
    """
    beside = round(BETWEEN_CHARACTERS * text_height)
    from_left, from_right = words[:, max(0, start - beside)], words[:, min(words.shape[1] - 1, end - 1 + beside)]
    inside = words[:, start:end]
    for passing in (
        (inside.all(axis=1) & from_left & from_right)[:, None] & inside,
        _connected(inside, from_left) | _connected(inside[:, ::-1], from_right)[:, ::-1],
    ):
        white = stretches(~(inside & ~passing).any(axis=0))
        strips = [WhitespaceGap(start + a, start + b) for a, b in white if b - a >= NARROWEST * text_height]
        if strips:
            return strips
    return []


def _connected(inside: BlockColumns, begins: NDArray[np.bool_]) -> BlockColumns:
    """The words that begin at the left side, in the bands in which one goes on from there."""
    return np.asarray(np.logical_and.accumulate(inside, axis=1) & begins[:, None])


def _odds(number: int, strips: Sequence[WhitespaceGap], words: BlockColumns, text_height: float) -> float:
    """Log-odds that a strip parts two columns, from the bands that have text in both.

    None that more lines run across than it parts: what is white there is the rest of lines, and marks in some.
    """
    strip = strips[number]
    left = strips[number - 1].end if number else 0
    right = strips[number + 1].start if number + 1 < len(strips) else words.shape[1]
    odds, parted, across = -float(IN_A_TABLE), 0, 0
    for line in words:
        if line[strip.start : strip.end].all():
            odds -= ACROSS
            across += 1
            continue
        before, after = np.flatnonzero(line[left : strip.start]), np.flatnonzero(line[strip.end : right])
        if len(before) and len(after):
            width = strip.end + after[0] - (left + before[-1])
            odds += min(WIDEST, width / text_height) / CHANCE_GAP
            parted += 1
    return odds if parted >= across else -np.inf


def _with_continuations(
    block: TextBlock, bands: Sequence[tuple[int, int]], words: BlockColumns, text_height: float
) -> TextBlock:
    """The block with the lines above and below that belong to its first and last cells: close, and in one column."""
    first = bands.index(block.bands[0])
    last = first + len(block.bands) - 1
    while first > 0 and _continues(words[first - 1], bands[first][0] - bands[first - 1][1], block.strips, text_height):
        first -= 1
    while last + 1 < len(bands) and _continues(
        words[last + 1], bands[last + 1][0] - bands[last][1], block.strips, text_height
    ):
        last += 1
    return TextBlock(bands[first : last + 1], words[first : last + 1], block.strips)


def _continues(line: NDArray[np.bool_], distance: float, strips: Sequence[WhitespaceGap], text_height: float) -> bool:
    return distance <= NEXT_LINE * text_height and not _crosses(line, strips)


def _crosses(line: NDArray[np.bool_], strips: Sequence[WhitespaceGap]) -> bool:
    return any(line[strip.start : strip.end].all() for strip in strips)


def _down_to_rule(
    block: TextBlock, bands: Sequence[tuple[int, int]], words: BlockColumns, level: Mask, text_height: float
) -> TextBlock:
    """The block down to the rules below it, where no line runs across the columns before.

    The last rows of a table may have text in one column only.
    """
    inked = np.flatnonzero(block.words.any(axis=0))
    drawn = np.flatnonzero((level[:, inked[0] : inked[-1] + 1] > 0).mean(axis=1) >= RULED)
    first, last = bands.index(block.bands[0]), bands.index(block.bands[-1])
    above, below = drawn[drawn < block.bands[-1][1]], drawn[drawn >= block.bands[-1][1]]
    for foot in below if len(above) else ():
        end = last
        while end + 1 < len(bands) and bands[end + 1][0] < foot:
            end += 1
            if _crosses(words[end], block.strips) or bands[end][0] - bands[end - 1][1] > NEAR * text_height:
                return TextBlock(bands[first : last + 1], words[first : last + 1], block.strips)
        last = end
    return TextBlock(bands[first : last + 1], words[first : last + 1], block.strips)
