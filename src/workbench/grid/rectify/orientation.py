"""Which way up a page is, told from its text: along rows or down the page, and head up or upside down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, opened, outer_boxes, transposed

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine

LONGEST_STROKE = 2.0
"""A run of ink longer than this many text heights is no part of a character."""

CHARACTER_GAP = 0.3
"""Characters of a line are nearer to each other than this many text heights; lines are further apart."""

PLAIN, FEW_LINES = 5.0, 20.0
"""The direction of lines is plain where they are so many times as long as strips across them, and more than a few
lines: so many text heights."""

SAMPLE = 6
"""Lines of text that are read to see whether a page is upside down."""

READ_WELL = 0.85
"""Mean confidence of lines that are the right way up; turned Chinese stays far below."""

GLANCE, PLAINLY_WELL, ENOUGH = 2, 0.95, 8
"""So many lines of the sample do if they read this well and have so many characters between them. Of all pairs of 24
lines on each of 39 pages of the grid benchmark none does upside down, and 97 of 100 the right way up."""


def quarter_turns(grey: NDArray[np.uint8], ink: Mask, text_height: float, engine: OcrEngine) -> int:
    """How many quarters (0 to 3) the page must be turned anticlockwise to stand upright.

    The first guess is by the direction of the lines. If they do not read well, they are tried upside down, and all
    four ways where the direction is not plain: scraps of a few characters can read better than damaged lines.
    """
    marks = _without_long_strokes(ink, text_height)
    across, down = _length_of_strips(marks, text_height), _length_of_strips(transposed(marks), text_height)
    guess = int(down > 1.3 * across)
    plain = max(across, down) > PLAIN * min(across, down) + FEW_LINES * text_height
    confidence = {guess: _confidence(grey, marks, text_height, guess, engine)}
    for turns in (guess + 2,) if plain else (guess + 2, guess + 1, guess + 3):
        if max(confidence.values()) >= READ_WELL:
            break
        confidence[turns % 4] = _confidence(grey, marks, text_height, turns % 4, engine)
    return max(confidence, key=lambda turns: confidence[turns])


def _confidence(grey: NDArray[np.uint8], marks: Mask, text_height: float, turns: int, engine: OcrEngine) -> float:
    """How well some lines of the page read when it is turned; a page without lines stays as it is."""
    crops = _sample_lines(np.rot90(grey, turns), np.rot90(marks, turns), text_height)
    if not crops:
        return 0.0 if turns else READ_WELL
    confidences = _confidences(crops[:GLANCE], engine)
    if len(confidences) < ENOUGH or np.mean(confidences) < PLAINLY_WELL:
        confidences += _confidences(crops[GLANCE:], engine)
    return float(np.mean(confidences))


def _confidences(crops: list[NDArray[np.uint8]], engine: OcrEngine) -> list[float]:
    """Those of all characters; of a line without any, 0."""
    return [c for reading in engine.recognise(crops) for c in (reading.confidences or (0.0,))]


def _without_long_strokes(ink: Mask, text_height: float) -> Mask:
    run = max(3, round(LONGEST_STROKE * text_height))
    across, down = opened(ink, run | 1), transposed(opened(transposed(ink), run | 1))
    long = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.subtract(ink, long), dtype=np.uint8)


def _strips(marks: Mask, gap: float) -> NDArray[np.int32]:
    """Boxes (n, 4: x, y, width, height) of what touches once gaps along rows are closed."""
    closed = cv2.morphologyEx(
        np.ascontiguousarray(marks), cv2.MORPH_CLOSE, np.ones((1, 2 * round(gap / 2) + 1), np.uint8)
    )
    return np.array(outer_boxes(np.asarray(closed, dtype=np.uint8)), dtype=np.int32).reshape(-1, 4)


def _length_of_strips(marks: Mask, text_height: float) -> float:
    """How far lines of text run along the rows, in pixels.

    Along a line characters nearly touch, and lines are spaced out: closing small gaps in the direction of writing
    gives long strips, across it hardly any.
    """
    boxes = _strips(marks, CHARACTER_GAP * text_height)
    # A strip thinner than text is what is left of a rule.
    lines = boxes[(boxes[:, 3] > 0.5 * text_height) & (boxes[:, 3] < 2 * text_height)]
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
        np.repeat(grey[max(0, y - around) : y + h + around, max(0, x - around) : x + w + around, None], 3, axis=2)
        for x, y, w, h in chosen
    ]
