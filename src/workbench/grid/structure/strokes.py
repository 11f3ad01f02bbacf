"""Strokes of characters where a lattice has a line: a rule goes on where the text beside it ends, and a stroke ends."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, outer_boxes
from workbench.grid.settings.ruling import StrokeSettings


def at_most_strokes(
    drawn: NDArray[np.float64],
    pale: NDArray[np.float64],
    ink: Mask,
    likely: NDArray[np.uint8],
    text: Mask,
    positions: list[float],
    stops: list[float],
    text_height: float,
    settings: StrokeSettings,
) -> NDArray[np.float64]:
    """How likely each stretch of horizontal rules is ``drawn`` at most, where it may be a stroke of the text beside it.

    Such a stretch has ``text`` near it, and where there is none, neither other ``ink`` nor what the network finds a
    ``likely`` rule (0 to 255), nor is it a ``pale`` one (0 to 1). With text on both sides it is surely a stroke; with
    text on one side part of a rule may be worn away. A character through which it runs is in no two cells.
    """
    near = round(settings.near * text_height)
    found = drawn.copy()
    ruled = np.asarray((cv2.subtract(ink, cv2.dilate(text, np.ones((3, 3), np.uint8))) > 0) | (likely > 127))
    characters = _characters(text, settings.character * text_height)
    for j, position in enumerate(positions[1:-1], start=1):
        at = round(position)
        above, below = (text[max(0, at - near) : at] > 0).any(axis=0), (text[at : at + near] > 0).any(axis=0)
        beside = ruled[max(0, at - near) : at + near].any(axis=0)
        around = cv2.dilate((above | below).astype(np.uint8)[None], np.ones((1, 2 * max(1, near // 4) + 1), np.uint8))
        for i in np.flatnonzero(drawn[j] > settings.of_part_of_text):
            stretch = _inner(stops[i], stops[i + 1], settings.end * text_height)
            if _runs_through(characters, at, stretch, settings.through * text_height):
                found[j, i] = settings.of_part_of_text
            free = around[0, stretch] == 0
            too_short = np.count_nonzero(free) < settings.free * text_height
            if too_short or pale[j, i] > settings.likely_pale or beside[stretch][free].mean() > settings.bare:
                continue
            sides = [bool(side[stretch].any()) for side in (above, below)]
            if any(sides):
                found[j, i] = settings.amid_text if all(sides) else settings.of_part_of_text
    return found


def stroke_lines(
    drawn: NDArray[np.float64],
    ink: Mask,
    positions: list[float],
    stops: list[float],
    text_height: float,
    settings: StrokeSettings,
) -> list[int]:
    """Which of the horizontal rules inside a table are nothing but strokes of characters, row for row another one.

    They are nowhere sure, possible in a few stretches, and in each of these with other ``ink`` close by. In rows as low
    as their text a stroke reaches from rule to rule; but a rule leaves white beside it.
    """
    own, near, found = round(settings.own * text_height) + 1, round(settings.close * text_height), []
    for j, position in enumerate(positions[1:-1], start=1):
        possible = np.flatnonzero(
            drawn[j] >= (settings.likely if drawn[j].max() >= settings.likely else settings.possible)
        )
        if drawn[j].max() >= settings.sure or not 0 < len(possible) <= settings.few * len(drawn[j]):
            continue
        at = round(position)
        sides = ink[max(0, at - near) : max(0, at - own)], ink[at + own + 1 : at + near + 1]
        close = np.concatenate(sides).any(axis=0)
        if all(close[_inner(stops[i], stops[i + 1], settings.end * text_height)].any() for i in possible):
            found.append(j)
    return found


def _inner(start: float, end: float, off: float) -> slice:
    return slice(round(start + off) + 1, max(round(start + off) + 2, round(end - off)))


def _characters(text: Mask, smallest: float) -> NDArray[np.int32]:
    """Top, bottom, left and right of each component of the text that is as broad as a character, along the rules."""
    boxes = np.array(outer_boxes(text), np.int32).reshape(-1, 4)
    boxes = boxes[boxes[:, 2] >= smallest]
    return np.stack([boxes[:, 1], boxes[:, 1] + boxes[:, 3], boxes[:, 0], boxes[:, 0] + boxes[:, 2]])


def _runs_through(characters: NDArray[np.int32], at: int, stretch: slice, reach: float) -> bool:
    """Whether a character of a stretch has ink so far (pixels) above and below the row ``at``."""
    top, bottom, left, right = characters
    across = (top <= at - reach) & (bottom >= at + reach)
    return bool((across & (left >= stretch.start) & (right <= stretch.stop)).any())
