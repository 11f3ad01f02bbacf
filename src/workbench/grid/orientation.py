"""Which way up a page is, told from its text: along rows or down the page, and head up or upside down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading

Mask = NDArray[np.uint8]

LONGEST_STROKE = 2.0
"""A run of ink longer than this many text heights is no part of a character."""

CHARACTER_GAP = 0.2
"""Characters of a line are nearer to each other than this many text heights; lines are further apart."""

SAMPLE = 6
"""Lines of text that are read to see whether a page is upside down."""

READ_WELL = 0.9
"""Mean confidence of lines that are the right way up; upside-down Chinese stays below."""


def runs_down(ink: Mask, text_height: float) -> bool:
    """Whether lines of text run down the page: it was scanned with a quarter turn.

    Along a line characters nearly touch, and lines are spaced out: closing small gaps in the
    direction of writing gives long strips, across it hardly any.
    """
    marks = _without_long_strokes(ink, text_height)
    return _length_of_strips(marks.T, text_height) > 1.3 * _length_of_strips(marks, text_height)


def is_upside_down(grey: NDArray[np.uint8], ink: Mask, text_height: float, engine: OcrEngine) -> bool:
    """Whether the page's horizontal lines read better when it is turned by 180 degrees."""
    crops = _sample_lines(grey, _without_long_strokes(ink, text_height), text_height)
    if not crops:
        return False
    as_is = _mean_confidence(engine.recognise(crops))
    if as_is >= READ_WELL:
        return False
    turned = [np.ascontiguousarray(crop[::-1, ::-1]) for crop in crops]
    return _mean_confidence(engine.recognise(turned)) > as_is


def _without_long_strokes(ink: Mask, text_height: float) -> Mask:
    run = max(3, round(LONGEST_STROKE * text_height))
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((run, 1), np.uint8))
    long = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.subtract(ink, long), dtype=np.uint8)


def _strips(marks: Mask, gap: float) -> NDArray[np.int32]:
    """Boxes (n, 4: x, y, width, height) of what touches once gaps along rows are closed."""
    closed = cv2.morphologyEx(
        np.ascontiguousarray(marks), cv2.MORPH_CLOSE, np.ones((1, 2 * round(gap / 2) + 1), np.uint8)
    )
    return np.asarray(cv2.connectedComponentsWithStats(closed, connectivity=8)[2][1:, :4])


def _length_of_strips(marks: Mask, text_height: float) -> float:
    boxes = _strips(marks, CHARACTER_GAP * text_height)
    lines = boxes[boxes[:, 3] < 2 * text_height]
    return float(np.maximum(lines[:, 2] - 2.5 * text_height, 0).sum())


def _sample_lines(grey: NDArray[np.uint8], marks: Mask, text_height: float) -> list[NDArray[np.uint8]]:
    """Crops (height, width, 3) of some lines of medium length, spread over the page by the chance of their length."""
    boxes = _strips(marks, 2.5 * CHARACTER_GAP * text_height)
    high = (boxes[:, 3] > 0.6 * text_height) & (boxes[:, 3] < 1.7 * text_height)
    wide = (boxes[:, 2] > 3 * text_height) & (boxes[:, 2] < 16 * text_height)
    lines = boxes[high & wide]
    chosen = lines[np.argsort(np.abs(lines[:, 2] - 7 * text_height))][:SAMPLE]
    around = round(0.15 * text_height)
    return [
        cv2.cvtColor(
            grey[max(0, y - around) : y + h + around, max(0, x - around) : x + w + around], cv2.COLOR_GRAY2RGB
        ).astype(np.uint8)
        for x, y, w, h in chosen
    ]


def _mean_confidence(readings: list[Reading]) -> float:
    """Mean over the characters; a line in which nothing was read counts as one character of confidence 0."""
    return float(np.mean([c for reading in readings for c in (reading.confidences or (0.0,))]))
