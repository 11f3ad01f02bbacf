"""Blocks of text that stand in columns: lines with whitespace gaps from top to bottom that chance does not leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, components_of, stretches
from workbench.grid.settings.borderless import TextBlockSettings
from workbench.grid.structure.lattice import Lattice
from workbench.grid.structure.ruling_lines import RulingMasks
from workbench.grid.text_lines import TextLayer

BlockColumns = NDArray[np.bool_]
"""(ink runs, width): which pixel columns hold words of an ink group."""


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
    """Runs of rows with ink (tops, bottoms), the words of each, and the whitespace gaps between their columns."""

    ink_runs: Sequence[tuple[int, int]]
    words: BlockColumns
    gaps: Sequence[WhitespaceGap]


def find_blocks(text: TextLayer, level: Mask, settings: TextBlockSettings) -> list[TextBlock]:
    """The blocks of a page that stand in columns, top to bottom. Between ``level`` rules there may be empty rows."""
    height = text.text_height
    ink_runs = stretches((text.ink > 0).any(axis=1))
    words = np.array([words_of(text.ink[top:bottom], height, settings) for top, bottom in ink_runs], dtype=bool)
    ruled = np.flatnonzero((level > 0).any(axis=1))
    found = [
        block
        for group in _groups(ink_runs, words, ruled, height, settings)
        for block in _blocks(group, height, settings)
    ]
    continued = [_with_continuations(block, ink_runs, words, height, settings) for block in found]
    return [_down_to_rule(block, ink_runs, words, level, height, settings) for block in continued]


def text_outside(
    text: TextLayer, rules: RulingMasks, ruled: Sequence[Lattice], settings: TextBlockSettings
) -> tuple[TextLayer, Mask]:
    """The text layer without the ``ruled`` tables and without what is no text, and the level rules outside them."""
    drawn = cv2.dilate(rules.whole_horizontal | rules.whole_vertical, np.ones((3, 3), np.uint8))
    ink = np.asarray(cv2.subtract(text.ink, drawn), dtype=np.uint8)
    level = rules.whole_horizontal.copy()
    around = round(text.text_height / 2)
    for lattice in ruled:
        top, left = (max(0, round(stops[0]) - around) for stops in (lattice.ys, lattice.xs))
        window = np.s_[top : round(lattice.ys[-1]) + around, left : round(lattice.xs[-1]) + around]
        ink[window] = level[window] = 0
    components = components_of(ink)
    written = components.height < settings.highest * text.text_height
    return replace(text, ink=components.chosen(written)), level


def words_of(ink: Mask, text_height: float, settings: TextBlockSettings) -> NDArray[np.bool_]:
    """The pixel columns of an ink run that hold words, the gaps between their characters filled.

    A line in larger type is a heading, and one word.
    """
    inked = joined((ink > 0).any(axis=0), settings.between_characters * text_height)
    larger = type_height(ink, inked) / text_height
    is_heading = settings.larger_type < larger < settings.highest
    return joined(inked, settings.word_gap * larger * text_height) if is_heading else inked


def joined(inked: NDArray[np.bool_] | np.bool_, gap: float) -> NDArray[np.bool_]:
    """With the gaps narrower than so many pixels filled."""
    filled = np.array(inked)
    for (_, end), (start, _) in pairwise(stretches(inked)):
        if start - end < gap:
            filled[end:start] = True
    return filled


def type_height(ink: Mask, words: NDArray[np.bool_]) -> float:
    """The usual height of what stands between the gaps of an ink run, of the highest line of each."""
    heights = [
        max((bottom - top for top, bottom in stretches((ink[:, start:end] > 0).any(axis=1))), default=0)
        for start, end in stretches(words)
    ]
    return float(np.median(heights)) if heights else 0.0


def _groups(
    ink_runs: Sequence[tuple[int, int]],
    words: BlockColumns,
    ruled: NDArray[np.int64],
    text_height: float,
    settings: TextBlockSettings,
) -> Iterator[TextBlock]:
    """Groups of neighbouring ink runs, each from its first run with a wide gap in it to its last.

    They are not far from each other, or from the ``ruled`` rows of pixels between them.
    """
    gapped = [
        any(start - end >= settings.word_gap * text_height for (_, end), (start, _) in pairwise(stretches(line)))
        for line in words
    ]
    first = 0
    for number in range(1, len(ink_runs) + 1):
        if number < len(ink_runs) and _near(ink_runs[number - 1][1], ink_runs[number][0], ruled, text_height, settings):
            continue
        inside = [n for n in range(first, number) if gapped[n]]
        if inside:
            chosen = slice(inside[0], inside[-1] + 1)
            yield TextBlock(ink_runs[chosen], words[chosen], ())
        first = number


def _near(above: int, below: int, ruled: NDArray[np.int64], text_height: float, settings: TextBlockSettings) -> bool:
    between = ruled[(ruled > above) & (ruled < below)]
    return bool(np.diff([above, *between, below]).max() <= settings.near * text_height)


def _blocks(group: TextBlock, text_height: float, settings: TextBlockSettings) -> list[TextBlock]:
    """The blocks of a group that have columns: it is cut at running text where that brings out more columns."""
    if len(group.ink_runs) < settings.fewest_lines:
        return []
    block = TextBlock(group.ink_runs, group.words, _whitespace_gaps(group.words, text_height, settings))
    across = [n for n, line in enumerate(group.words) if _runs_across(line, block.gaps)]
    if not across:
        return [block] if block.gaps else []
    if across[0] == 0 or across[-1] == len(group.ink_runs) - 1:  # headings and notes do not belong to the table
        start = next((n for n in range(len(group.ink_runs)) if n not in across), len(group.ink_runs))
        stop = next((n for n in reversed(range(len(group.ink_runs))) if n not in across), -1) + 1
        inner = TextBlock(group.ink_runs[start:stop], group.words[start:stop], ())
        return _blocks(inner, text_height, settings) if start < stop else []
    cut = max(across, key=lambda n: int(np.count_nonzero(group.words[n])))
    parts = [
        TextBlock(group.ink_runs[part], group.words[part], ())
        for part in (slice(0, cut), slice(cut + 1, len(group.ink_runs)))
    ]
    found = [inside for part in parts for inside in _blocks(part, text_height, settings)]
    better = any(len(part.gaps) > len(block.gaps) for part in found) or not block.gaps
    return found if better else [block]


def _runs_across(line: NDArray[np.bool_], gaps: Sequence[WhitespaceGap]) -> bool:
    """Whether an ink run is all running text: across a whitespace gap, or anywhere if there are none."""
    words = stretches(line)
    if not gaps:
        return len(words) == 1
    crossed = sum(any(start <= gap.start and gap.end <= end for start, end in words) for gap in gaps)
    return crossed > len(gaps) / 2 or (crossed > 0 and len(words) == 1)


def _whitespace_gaps(words: BlockColumns, text_height: float, settings: TextBlockSettings) -> list[WhitespaceGap]:
    """Whitespace gaps that most ink runs leave free, those that chance may have left dropped one by one."""
    inked = np.flatnonzero(words.any(axis=0))
    seldom = words.sum(axis=0) <= settings.headings * len(words)
    seldom[: inked[0]] = seldom[inked[-1] + 1 :] = False
    gaps = [gap for start, end in stretches(seldom) for gap in _free(words, start, end, text_height, settings)]
    while gaps:
        first = np.log(settings.places_on_page) - np.log(settings.places_in_table)
        odds = [_odds(n, gaps, words, text_height, settings) for n in range(len(gaps))]
        unlikely = [n for n in range(len(gaps)) if odds[n] < 0]
        if not unlikely and max(odds) >= first:
            return [WhitespaceGap(s.start, s.end, float(1 / (1 + np.exp(-o)))) for s, o in zip(gaps, odds, strict=True)]
        # A label that stands in a gap parts it in two, of which either is as likely: the wide one is the gap.
        dropped = min(unlikely, key=lambda n: gaps[n].end - gaps[n].start, default=int(np.argmin(odds)))
        del gaps[dropped]
    return []


def _free(
    words: BlockColumns, start: int, end: int, text_height: float, settings: TextBlockSettings
) -> list[WhitespaceGap]:
    """The white in a gap, but for words that run across all of it; a column with little text may stand in it.

    If that leaves none, words that run into it from the side do not count either.
    """
    beside = round(settings.between_characters * text_height)
    from_left, from_right = words[:, max(0, start - beside)], words[:, min(words.shape[1] - 1, end - 1 + beside)]
    inside = words[:, start:end]
    for passing in (
        (inside.all(axis=1) & from_left & from_right)[:, None] & inside,
        _connected(inside, from_left) | _connected(inside[:, ::-1], from_right)[:, ::-1],
    ):
        white = stretches(~(inside & ~passing).any(axis=0))
        gaps = [WhitespaceGap(start + a, start + b) for a, b in white if b - a >= settings.narrowest * text_height]
        if gaps:
            return gaps
    return []


def _connected(inside: BlockColumns, begins: NDArray[np.bool_]) -> BlockColumns:
    """The words that begin at the left side, in the ink runs in which one goes on from there."""
    return np.asarray(np.logical_and.accumulate(inside, axis=1) & begins[:, None])


def _odds(
    number: int, gaps: Sequence[WhitespaceGap], words: BlockColumns, text_height: float, settings: TextBlockSettings
) -> float:
    """Log-odds that a whitespace gap parts two columns, from the ink runs that have text in both.

    None that more lines run across than it parts: what is white there is the rest of lines.
    """
    gap = gaps[number]
    left = gaps[number - 1].end if number else 0
    right = gaps[number + 1].start if number + 1 < len(gaps) else words.shape[1]
    crossing = float(np.log(settings.across))
    odds, parted, across = -float(np.log(settings.places_in_table)), 0, 0
    for line in words:
        if line[gap.start : gap.end].all():
            odds -= crossing
            across += 1
            continue
        before, after = np.flatnonzero(line[left : gap.start]), np.flatnonzero(line[gap.end : right])
        if len(before) and len(after):
            width = gap.end + after[0] - (left + before[-1])
            odds += min(settings.widest, width / text_height) / settings.chance_gap
            parted += 1
    return odds if parted >= across else -np.inf


def _with_continuations(
    block: TextBlock,
    ink_runs: Sequence[tuple[int, int]],
    words: BlockColumns,
    text_height: float,
    settings: TextBlockSettings,
) -> TextBlock:
    """The block with the lines above and below that belong to its first and last cells: close, and in one column."""
    first = ink_runs.index(block.ink_runs[0])
    last = first + len(block.ink_runs) - 1
    while first > 0 and _continues(
        words[first - 1], ink_runs[first][0] - ink_runs[first - 1][1], block.gaps, text_height, settings
    ):
        first -= 1
    while last + 1 < len(ink_runs) and _continues(
        words[last + 1], ink_runs[last + 1][0] - ink_runs[last][1], block.gaps, text_height, settings
    ):
        last += 1
    return TextBlock(ink_runs[first : last + 1], words[first : last + 1], block.gaps)


def _continues(
    line: NDArray[np.bool_],
    distance: float,
    gaps: Sequence[WhitespaceGap],
    text_height: float,
    settings: TextBlockSettings,
) -> bool:
    """Whether a line (pixel columns with words) so many pixels below or above a block is one more line of its cells: it
    is near, and fills none of the gaps between their columns."""
    return distance <= settings.next_line * text_height and not _crosses(line, gaps)


def _crosses(line: NDArray[np.bool_], gaps: Sequence[WhitespaceGap]) -> bool:
    return any(line[gap.start : gap.end].all() for gap in gaps)


def _down_to_rule(
    block: TextBlock,
    ink_runs: Sequence[tuple[int, int]],
    words: BlockColumns,
    level: Mask,
    text_height: float,
    settings: TextBlockSettings,
) -> TextBlock:
    """The block down to the rules below it, where no line runs across the columns before.

    The last rows of a table may have text in one column only.
    """
    inked = np.flatnonzero(block.words.any(axis=0))
    drawn = np.flatnonzero((level[:, inked[0] : inked[-1] + 1] > 0).mean(axis=1) >= settings.ruled)
    first, last = ink_runs.index(block.ink_runs[0]), ink_runs.index(block.ink_runs[-1])
    above, below = drawn[drawn < block.ink_runs[-1][1]], drawn[drawn >= block.ink_runs[-1][1]]
    for foot in below if len(above) else ():
        end = last
        while end + 1 < len(ink_runs) and ink_runs[end + 1][0] < foot:
            end += 1
            if (
                _crosses(words[end], block.gaps)
                or ink_runs[end][0] - ink_runs[end - 1][1] > settings.near * text_height
            ):
                return TextBlock(ink_runs[first : last + 1], words[first : last + 1], block.gaps)
        last = end
    return TextBlock(ink_runs[first : last + 1], words[first : last + 1], block.gaps)
