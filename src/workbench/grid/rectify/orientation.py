"""Which way up a page is, by its text: along rows or down the page, and head up or upside down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Components, Mask, components_of, opened, outer_boxes, transposed
from workbench.grid.settings.rectify import OrientationSettings

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine


def quarter_turns(
    grey: NDArray[np.uint8], ink: Mask, text_height: float, engine: OcrEngine, settings: OrientationSettings
) -> int:
    """How many quarter turns (0 to 3) anticlockwise make the page stand upright.

    The first guess is by the direction of the lines. If they do not read well, they are tried upside down, and all
    four ways where the direction is not plain: scraps of a few characters can read better than damaged lines.
    """
    characters = _without_long_strokes(ink, text_height, settings)
    across, down = _lengths_of_lines(characters, text_height, settings)
    guess = 0
    if down > across:  # dotted rules beside figures look like lines of text, and figures close under each other
        components = components_of(characters)
        characters = _without_dots(components, text_height, settings)
        across, down = _lengths_of_lines(characters, text_height, settings)
        guess = int(down > 1.3 * across and not _figures_stand(components, text_height, settings))
    plain = max(across, down) > settings.plain_ratio * min(across, down) + settings.plain_length * text_height
    confidence = {guess: _confidence(grey, characters, text_height, guess, engine, settings)}
    for turns in (guess + 2,) if plain else (guess + 2, guess + 1, guess + 3):
        if max(confidence.values()) >= settings.read_well:
            break
        confidence[turns % 4] = _confidence(grey, characters, text_height, turns % 4, engine, settings)
    return max(confidence, key=lambda turns: confidence[turns])


def _confidence(
    grey: NDArray[np.uint8],
    characters: Mask,
    text_height: float,
    turns: int,
    engine: OcrEngine,
    settings: OrientationSettings,
) -> float:
    """How well some lines of the page read after so many quarter turns; a page without lines stays as it is."""
    crops = _sample_lines(np.rot90(grey, turns), np.rot90(characters, turns), text_height, settings)
    if not crops:
        return 0.0 if turns else settings.read_well
    confidences = _confidences(crops[: settings.first_lines], engine)
    if len(confidences) < settings.enough_characters or np.mean(confidences) < settings.read_plainly_well:
        confidences += _confidences(crops[settings.first_lines :], engine)
    return float(np.mean(confidences))


def _confidences(crops: list[NDArray[np.uint8]], engine: OcrEngine) -> list[float]:
    """Those of all characters; of a line without any, 0."""
    return [c for reading in engine.recognise(crops) for c in (reading.confidences or (0.0,))]


def _without_long_strokes(ink: Mask, text_height: float, settings: OrientationSettings) -> Mask:
    run = max(3, round(settings.longest_stroke * text_height))
    across, down = opened(ink, run | 1), transposed(opened(transposed(ink), run | 1))
    long = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.subtract(ink, long), dtype=np.uint8)


def _joined_boxes(characters: Mask, gap: float) -> NDArray[np.int32]:
    """Boxes (n, 4: x, y, width, height) of what touches once gaps along rows are closed."""
    closed = cv2.morphologyEx(
        np.ascontiguousarray(characters), cv2.MORPH_CLOSE, np.ones((1, 2 * round(gap / 2) + 1), np.uint8)
    )
    return np.array(outer_boxes(np.asarray(closed, dtype=np.uint8)), dtype=np.int32).reshape(-1, 4)


def _without_dots(components: Components, text_height: float, settings: OrientationSettings) -> Mask:
    return components.chosen(np.maximum(components.width, components.height) > settings.largest_dot * text_height)


def _figures_stand(components: Components, text_height: float, settings: OrientationSettings) -> bool:
    """Whether most components of the size of figures are higher than wide, as figures are that do not lie."""
    longer = np.maximum(components.width, components.height)[1:] / text_height
    ratio = components.height[1:] / np.maximum(1, components.width[1:])
    sized = (longer > settings.smallest_figure) & (longer < settings.largest_figure)
    standing = np.count_nonzero(sized & (ratio > settings.slender))
    lying = np.count_nonzero(sized & (ratio < 1 / settings.slender))
    return bool(standing > settings.slender * lying)


def _lengths_of_lines(characters: Mask, text_height: float, settings: OrientationSettings) -> tuple[float, float]:
    """How far lines of text run along the rows, and along the columns, in pixels."""
    return (
        _length_of_lines(characters, text_height, settings),
        _length_of_lines(transposed(characters), text_height, settings),
    )


def _length_of_lines(characters: Mask, text_height: float, settings: OrientationSettings) -> float:
    """How far lines of text run along the rows, in pixels.

    Along a line characters nearly touch, and lines are spaced out: closing small gaps in the direction of writing
    gives long components, across it hardly any.
    """
    boxes = _joined_boxes(characters, settings.character_gap * text_height)
    # A component thinner than text is what is left of a rule.
    lines = boxes[(boxes[:, 3] > 0.5 * text_height) & (boxes[:, 3] < 2 * text_height)]
    return float(np.maximum(lines[:, 2] - 2.5 * text_height, 0).sum())


def _sample_lines(
    grey: NDArray[np.uint8], characters: Mask, text_height: float, settings: OrientationSettings
) -> list[NDArray[np.uint8]]:
    """Crops (height, width, 3) of some lines of medium length, spread over the page by the chance of their length."""
    boxes = _joined_boxes(characters, 2.5 * settings.character_gap * text_height)
    high = (boxes[:, 3] > 0.6 * text_height) & (boxes[:, 3] < 1.7 * text_height)
    wide = (boxes[:, 2] > 3 * text_height) & (boxes[:, 2] < 16 * text_height)
    lines = boxes[high & wide]
    chosen = lines[np.argsort(np.abs(lines[:, 2] - 7 * text_height))][: settings.sample]
    around = round(0.15 * text_height)
    return [
        np.repeat(grey[max(0, y - around) : y + h + around, max(0, x - around) : x + w + around, None], 3, axis=2)
        for x, y, w, h in chosen
    ]
