"""Text lines: the page without its rules, and where the lines of a cell are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, stretches
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.settings.text_lines import TextLineSettings
from workbench.grid.structure.cells import CellBox
from workbench.model import Polygon


@dataclass(frozen=True, slots=True)
class LineBox:
    """Extent of a line's ink (upright pixels, the ends not included)."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class TextLayer:
    """A page without its rules: ``grey`` for reading, ``ink`` for finding lines; ``text_height`` is that of whole lines
    of text, measured inside the cells."""

    grey: NDArray[np.uint8]
    ink: Mask
    text_height: float

    def parts_of(self, line: LineBox) -> list[tuple[int, int]]:
        """The parts of a line's ink with white between them, left to right: first column and one past the last, in
        pixels from the start of the line."""
        return stretches((self.ink[line.y0 : line.y1, line.x0 : line.x1] > 0).any(axis=0))


def inside_of(mask: NDArray[np.uint8], cell: CellBox) -> NDArray[np.uint8]:
    """The part of a mask or picture of the page inside a cell's borders."""
    top, left = max(0, round(cell.y0) + 1), max(0, round(cell.x0) + 1)
    return mask[top : round(cell.y1), left : round(cell.x1)]


def runs_of_ink(mask: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Runs of rows that hold ink, as (first row, one past the last row)."""
    return stretches((mask > 0).any(axis=1))


def find_lines(cell: CellBox, text: TextLayer, settings: TextLineSettings = GRID_DEFAULTS.text_lines) -> list[LineBox]:
    """The lines of text in a cell, top to bottom. Empty for a cell without ink."""
    ink = inside_of(text.ink, cell)
    if ink.size == 0:
        return []
    runs = [
        part
        for run in _join_strokes(runs_of_ink(ink), text.text_height, settings)
        for part in _split_touching(ink, run, text.text_height, settings)
    ]
    left, top = max(0, round(cell.x0) + 1), max(0, round(cell.y0) + 1)
    lines = []
    for start, end in runs:
        columns = np.flatnonzero((ink[start:end] > 0).any(axis=0))
        line = LineBox(left + int(columns[0]), top + start, left + int(columns[-1]) + 1, top + end)
        lines.append(_with_faint_ends(line, left, left + ink.shape[1], text, settings))
    return lines


def _with_faint_ends(line: LineBox, left: int, right: int, text: TextLayer, settings: TextLineSettings) -> LineBox:
    """The line with strokes at its ends that are too light for ink: of a soft 二 only the tips may be dark enough, and
    of a small minus nothing."""
    drawn = np.asarray((text.grey[line.y0 : line.y1, left:right] < settings.faint).any(axis=0))
    gap = settings.next_stroke * text.text_height
    before, after = drawn[: line.x0 - left][::-1], drawn[line.x1 - left :]
    reach = [_length(side, gap) for side in (before, after)]
    more_before, more_after = (length if length > settings.soft_edge * text.text_height else 0 for length in reach)
    return replace(line, x0=line.x0 - more_before, x1=line.x1 + more_after)


def _length(drawn: NDArray[np.bool_], gap: float) -> int:
    """How far strokes go on from the end of a line of text (the start of ``drawn``, pixels), no two further apart than
    ``gap``."""
    end = 0
    for start, stop in stretches(drawn):
        if start - end > gap:
            break
        end = stop
    return end


def line_around_ink(ink: Mask, outline: Polygon) -> LineBox | None:
    """The line that an engine's detector outlined, drawn in to its ink; None where there is none."""
    left, top = max(0, round(min(x for x, _ in outline))), max(0, round(min(y for _, y in outline)))
    right, bottom = round(max(x for x, _ in outline)), round(max(y for _, y in outline))
    rows, columns = np.nonzero(ink[top:bottom, left:right])
    if not len(rows):
        return None
    x0, x1, y0, y1 = int(columns.min()), int(columns.max()) + 1, int(rows.min()), int(rows.max()) + 1
    return LineBox(left + x0, top + y0, left + x1, top + y1)


def _join_strokes(runs: list[tuple[int, int]], text_height: float, settings: TextLineSettings) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and end - joined[-1][0] <= settings.one_line * text_height:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _split_touching(
    ink: NDArray[np.uint8], run: tuple[int, int], text_height: float, settings: TextLineSettings
) -> list[tuple[int, int]]:
    """Cut a run of rows that is several lines high at its emptiest rows, where these are nearly empty."""
    start, end = run
    count = round((end - start) / (settings.one_line * text_height))
    if count < 2:
        return [run]
    profile = (ink[start:end] > 0).sum(axis=1)
    cuts = [0]
    for i in range(1, count):
        expected = (end - start) * i / count
        low, high = int(expected - 0.3 * text_height), int(expected + 0.3 * text_height) + 1
        cut = low + int(np.argmin(profile[low:high]))
        if profile[cut] < 0.3 * np.median(profile):
            cuts.append(cut)
    cuts.append(end - start)
    return [(start + a, start + b) for a, b in pairwise(cuts) if b - a > 1]
