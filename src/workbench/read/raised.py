"""Raised figures: the 1 of 3¹ is a note's, the 2 of m² a unit's; a recogniser reads 31 and m2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from workbench.grid.text_lines import LineBox, TextLayer
from workbench.ocr.base import Reading
from workbench.read.settings import RaisedSettings
from workbench.readers.plain import RAISED


def with_raised_figures(reading: Reading, line: LineBox, text: TextLayer, settings: RaisedSettings) -> Reading:
    """The reading with the figures at its end that stand higher and are smaller than the line's characters as raised
    ones: ``3¹`` is no number, and never 31.

    Args:
        reading: of the line.
        line: its ink.
        text: what it was read from, its points and dots included.
        settings: how much smaller, and how much higher.
    """
    usual = len(reading.text.rstrip("0123456789"))
    if usual == len(reading.text) or len(reading.text) < 2:
        return reading
    dark = 255 - text.grey[line.y0 : line.y1, line.x0 : line.x1]
    # What is too light for ink counts here: of a thin 9 the lower half may be.
    level = settings.light * float(dark.max(initial=0))
    rows = [np.flatnonzero((dark[:, start:end] > level).any(axis=1)) for start, end in text.parts_of(line)]
    spans = [(int(inked[0]), int(inked[-1]) + 1) for inked in rows if len(inked)]
    raised = 0
    while raised < len(reading.text) - usual and _is_raised(spans[: len(spans) - raised], settings):
        raised += 1
    if not raised:
        return reading
    return replace(reading, text=reading.text[:-raised] + reading.text[-raised:].translate(RAISED))


def _is_raised(spans: Sequence[tuple[int, int]], settings: RaisedSettings) -> bool:
    """Whether the last part of a line's ink stands higher than those before it, and is smaller; their first and last
    rows, from left to right. Points and dashes do not count."""
    if len(spans) < 2:
        return False
    *others, (top, foot) = spans
    highest = max(end - start for start, end in others)
    high = [(start, end) for start, end in others if end - start >= settings.high * highest]
    usual_top, usual_foot = median(start for start, _ in high), median(end for _, end in high)
    height = usual_foot - usual_top
    is_small = settings.least * height <= foot - top <= settings.most * height
    return bool(is_small and usual_foot - foot >= settings.higher * height and top < usual_top + height / 2)
