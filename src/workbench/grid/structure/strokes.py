"""Strokes of characters where a lattice has a line: a rule goes on where the text beside it ends, and a stroke ends."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, outer_boxes
from workbench.grid.settings.ruling import RulingSettings, StrokeSettings


def at_most_strokes(
    drawn: NDArray[np.float64],
    pale: NDArray[np.float64],
    inked: NDArray[np.float64],
    ink: Mask,
    likely: NDArray[np.uint8],
    text: Mask,
    positions: list[float],
    stops: list[float],
    text_height: float,
    settings: StrokeSettings,
) -> NDArray[np.float64]:
    """How likely each stretch of horizontal rules is ``drawn`` at most, where it may be a stroke of the text beside it.

    Such a stretch has ``text`` near it, and where there is none, no other ``ink``. If a share of it is ``inked`` it is
    unsure, and where neither the network finds a rule ``likely`` there (0 to 255) nor its tone a ``pale`` one (0 to 1),
    it is a stroke: surely with text on both sides; with text on one side part of a rule may be worn away. A character
    through which it runs is in no two cells.
    """
    near, found = round(settings.near * text_height), drawn.copy()
    other = np.asarray(cv2.subtract(ink, cv2.dilate(text, np.ones((3, 3), np.uint8))), dtype=np.uint8)
    characters = _characters(text, settings.character * text_height)
    edge = np.ones((1, 2 * max(1, round(settings.soft_edge * text_height)) + 1), np.uint8)
    for j, position in enumerate(positions[1:-1], start=1):
        at, top = round(position), max(0, round(position) - near)
        sides = np.stack([text[top:at].any(axis=0), text[at : at + near].any(axis=0)])
        bare = ~np.asarray(other[top : at + near].any(axis=0))
        unlikely = ~np.asarray((likely[top : at + near] > 127).any(axis=0))
        free = np.asarray(cv2.dilate(sides.any(axis=0, keepdims=True).astype(np.uint8), edge)[0] == 0)
        for i in np.flatnonzero(drawn[j] > settings.of_part_of_text):
            stretch = _inner(stops[i], stops[i + 1], settings, text_height)
            texts = np.count_nonzero(sides[:, stretch].any(axis=1))
            enough = np.count_nonzero(free[stretch]) >= settings.free * text_height
            ends = enough and texts and bare[stretch][free[stretch]].mean() >= settings.bare
            surely = ends and (bare & unlikely)[stretch][free[stretch]].mean() >= settings.bare
            if surely and pale[j, i] <= settings.likely_pale:
                found[j, i] = (settings.of_part_of_text, settings.amid_text)[texts - 1]
            elif _runs_through(characters, at, stretch, settings.through * text_height):
                found[j, i] = settings.of_part_of_text
            elif ends and inked[j, i] >= settings.inked and pale[j, i] < settings.surely_pale:
                found[j, i] = min(found[j, i], settings.either)
    return found


def as_rules_meet(
    drawn: NDArray[np.float64],
    ink: Mask,
    positions: list[float],
    stops: list[float],
    text_height: float,
    settings: StrokeSettings,
) -> NDArray[np.float64]:
    """How likely each stretch of horizontal rules is ``drawn``, since rules of a table run into those that cross them.

    A stretch with white beside both crossing rules is a rule as often as the surest stretches of the same table have
    white there (with one invented stretch of either kind), and a stroke of a character by `StrokeSettings.apart`: in
    a table of worn or dashed rules this says nothing. By Bayes' rule.
    """
    own, near = round(settings.own * text_height) + 1, round(settings.near * text_height) + 1
    apart = np.zeros(drawn.shape, bool)
    for j, position in enumerate(positions[1:-1], start=1):
        along = np.asarray(ink[max(0, round(position) - own) : round(position) + own + 1].any(axis=0))
        ends = [
            (along[round(start) : round(start) + near], along[round(end) - near + 1 : round(end) + 1])
            for start, end in pairwise(stops)
        ]
        apart[j] = [not before.all() and not after.all() for before, after in ends]
    surely = drawn[1:-1] >= settings.surely
    if_rule = (np.count_nonzero(apart[1:-1] & surely) + 1) / (np.count_nonzero(surely) + 2)
    if_stroke = max(settings.apart, if_rule)
    return np.where(apart, drawn * if_rule / (drawn * if_rule + (1 - drawn) * if_stroke), drawn)


def stroke_lines(
    drawn: NDArray[np.float64],
    text: Mask,
    positions: list[float],
    stops: list[float],
    text_height: float,
    settings: RulingSettings,
) -> list[int]:
    """Which of the horizontal rules inside a table are nothing but strokes of characters, row for row another one.

    They are nowhere sure, likely in a few stretches at most, and in each of these with other ``text`` close by. In rows
    as low as their text a stroke reaches from rule to rule; but a rule leaves white beside it, if dirt is no text.
    """
    strokes, lattice, found = settings.strokes, settings.lattice, []
    own, close = (round(reach * text_height) + 1 for reach in (strokes.own, strokes.close))
    for j, position in enumerate(positions[1:-1], start=1):
        best, at = drawn[j].max(), round(position)
        least = lattice.likely_somewhere if best >= lattice.likely_somewhere else lattice.possible
        chosen = np.flatnonzero(drawn[j] >= least)
        sides = text[max(0, at - close) : max(0, at - own)], text[at + own + 1 : at + close]
        beside = np.asarray(np.concatenate(sides).any(axis=0))
        stretches = [_inner(stops[i], stops[i + 1], strokes, text_height) for i in chosen]
        few = 0 < len(chosen) <= strokes.few * len(drawn[j])
        if best < lattice.sure_somewhere and few and all(beside[stretch].any() for stretch in stretches):
            found.append(j)
    return found


def _inner(start: float, end: float, settings: StrokeSettings, text_height: float) -> slice:
    """A stretch without what may be ink of the rules at its ends."""
    off = settings.end * text_height
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
