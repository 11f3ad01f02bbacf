"""Raised figures: the 1 of 3¹ is a note's, the 2 of m² a unit's; a recogniser reads 31 and m2."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.grid.masks import stretches
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
    last = len(reading.text.rstrip("0123456789"))
    if last == len(reading.text) or (not last and len(reading.text) == 1):
        return reading
    ink = text.ink[line.y0 : line.y1, line.x0 : line.x1] > 0
    rows = [np.flatnonzero(ink[:, start:end].any(axis=1)) for start, end in stretches(np.asarray(ink.any(axis=0)))]
    spans = [(int(inked[0]), int(inked[-1]) + 1) for inked in rows]
    top, foot = max(spans, key=lambda span: span[1] - span[0])
    raised = 0
    for start, end in reversed(spans[-(len(reading.text) - last) :]):
        is_small = settings.least * (foot - top) <= end - start <= settings.most * (foot - top)
        if not is_small or foot - end < settings.higher * (foot - top):
            break
        raised += 1
    if not raised or raised == len(spans):
        return reading
    return replace(reading, text=reading.text[:-raised] + reading.text[-raised:].translate(RAISED))
