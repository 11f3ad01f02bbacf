"""Filled cells: areas of tone or colour with print on them, turned into dark print on white paper inside an outline.

What is printed on a fill differs from the fill's own tone, lighter or darker. Where a fill ends, a cell ends: its edge
is drawn as a ruling line would be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, components_of, transposed
from workbench.grid.settings.rectify import FillSettings


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled area: its ``window`` on the page, its ``mask`` and the ``tone`` (grey levels) of its ground there."""

    window: tuple[slice, slice]
    mask: Mask
    tone: NDArray[np.uint8]


def without_fills(
    evened: NDArray[np.uint8], grey: NDArray[np.uint8], text_height: float, settings: FillSettings
) -> NDArray[np.uint8]:
    """The ``evened`` picture of a ``grey`` one, with all fills that hold print redrawn as dark print on white."""
    redrawn = evened
    for fill in find_fills(grey, text_height, settings):
        if redrawn is evened:
            redrawn = evened.copy()
        inside = redrawn[fill.window]
        inside[:] = np.where(fill.mask > 0, _on_white(grey[fill.window], fill.tone), inside)
        inside[_edges(fill, settings) > 0] = 0
    return redrawn


def find_fills(grey: NDArray[np.uint8], text_height: float, settings: FillSettings) -> Iterator[Fill]:
    """The fills of a page that hold print. ``text_height`` (pixels) need be no more than a guess."""
    dark = np.where(grey < settings.darker_than_paper * _paper(grey, text_height, settings), 255, 0).astype(np.uint8)
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, _square(settings.solid * text_height))
    if not solid.any():
        return
    dark |= _surrounded(dark, text_height, settings)
    within = _mostly_dark(dark, text_height, settings) | transposed(
        _mostly_dark(transposed(dark), text_height, settings)
    )
    # Beyond the edge of the page there is nothing that a fill could go on to.
    paper = round(text_height)
    framed = cv2.copyMakeBorder(dark & within, *(paper,) * 4, cv2.BORDER_CONSTANT, value=0)
    over_print = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, _square(settings.widest_stroke * text_height))
    areas = cv2.morphologyEx(over_print, cv2.MORPH_OPEN, _square(settings.lowest * text_height))
    areas = np.ascontiguousarray(areas[paper:-paper, paper:-paper])
    for outline in _straight_outlines(areas, text_height, settings):
        x, y, width, height = cv2.boundingRect(outline)
        window = np.s_[y : y + height, x : x + width]
        mask = cv2.drawContours(np.zeros((height, width), np.uint8), [outline - (x, y)], -1, 255, cv2.FILLED)
        if np.count_nonzero(mask & solid[window]) < settings.least_solid * np.count_nonzero(mask):
            continue
        fill = Fill(window, mask, _tone(grey[window], mask, dark[window], text_height, settings))
        if _is_enclosed(fill, dark[window], settings) and _holds_print(fill, grey[window], settings):
            yield fill


def _surrounded(dark: Mask, text_height: float, settings: FillSettings) -> Mask:
    """Light print on dark ground, which surrounds it. Between the strokes of bold type paper goes on to the margin."""
    light = components_of(cv2.bitwise_not(dark))
    return light.chosen(light.area <= settings.largest_mark * text_height**2)


def _mostly_dark(dark: Mask, text_height: float, settings: FillSettings) -> Mask:
    """Where low windows, as long as a few characters, are mostly dark: bold type leaves more paper between them."""
    long, low = settings.long_window * text_height, settings.low_window * text_height
    share = cv2.blur(dark, (round(long) | 1, round(low) | 1), borderType=cv2.BORDER_CONSTANT)
    dense = np.where(share >= 255 * settings.ground, 255, 0).astype(np.uint8)
    # A window that reaches over the edge of a fill is mostly dark until this share of it lies beyond.
    beyond = settings.ground - 0.5 + settings.beyond_dense
    return np.asarray(cv2.dilate(dense, np.ones((round(2 * beyond * low) | 1, round(2 * beyond * long) | 1), np.uint8)))


def _paper(grey: NDArray[np.uint8], text_height: float, settings: FillSettings) -> NDArray[np.float32]:
    """The tone of the paper around each pixel, over a room that no fill takes up: the lightest in it."""
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    room = max(settings.paper_window * min(grey.shape), settings.largest_fill * text_height)
    size = max(3, round(room / 8)) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)).astype(np.float32)
    return np.asarray(cv2.resize(closed, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _tone(
    grey: NDArray[np.uint8], mask: Mask, dark: Mask, text_height: float, settings: FillSettings
) -> NDArray[np.uint8]:
    """The tone of a fill's ground around each pixel: print takes up less than half of the room."""
    inner = cv2.erode(mask, _square(5), borderValue=0)  # the edge may have a rule, or be mixed with paper
    solid = (inner & dark) > 0
    usual = int(np.median(grey[solid])) if solid.any() else int(np.median(grey))
    around = min(127, round(settings.tone_window * text_height / 2))
    ground = np.where(inner > 0, grey, usual).astype(np.uint8)
    framed = cv2.copyMakeBorder(ground, *(around,) * 4, cv2.BORDER_CONSTANT, value=usual)
    return np.asarray(cv2.medianBlur(framed, max(3, 2 * around + 1))[around:-around, around:-around], dtype=np.uint8)


def _straight_outlines(areas: Mask, text_height: float, settings: FillSettings) -> Iterator[NDArray[np.int32]]:
    """The outlines of areas with straight sides; of one without them, those of its long parts: a title in bold type may
    touch a fill."""
    long = areas.copy()
    for outline in cv2.findContours(areas, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        if _has_straight_sides(outline, text_height, settings):
            yield outline
            cv2.drawContours(long, [outline], -1, 0, cv2.FILLED)
    run = np.ones((1, round(settings.long_window * text_height) | 1), np.uint8)
    long = np.asarray(cv2.morphologyEx(long, cv2.MORPH_OPEN, run), dtype=np.uint8)
    for outline in cv2.findContours(long, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        if _has_straight_sides(outline, text_height, settings):
            yield outline


def _has_straight_sides(outline: NDArray[np.int32], text_height: float, settings: FillSettings) -> bool:
    """Whether an outline is made of sides that are longer than any of a character, and straight."""
    corners = cv2.approxPolyDP(outline, settings.straight * text_height, closed=True)[:, 0].astype(float)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    return bool(sides[sides >= settings.shortest_side * text_height].sum() >= settings.sided * sides.sum())


def _is_enclosed(fill: Fill, dark: Mask, settings: FillSettings) -> bool:
    """Whether the ground, with what it surrounds, takes up nearly all of a fill, and runs along its edge."""
    inner = cv2.erode(fill.mask, _square(3), borderValue=0)  # the outermost pixels are mixed with paper
    edge = cv2.subtract(inner, cv2.erode(inner, _square(3), borderValue=0))
    runs_round = np.count_nonzero(dark[edge > 0]) >= settings.enclosed * np.count_nonzero(edge)
    return bool(runs_round and np.count_nonzero(fill.mask & dark) >= settings.ground * np.count_nonzero(fill.mask))


def _holds_print(fill: Fill, grey: NDArray[np.uint8], settings: FillSettings) -> bool:
    """Whether something is printed on a fill. A bar, a shadow or the black beside a sheet is no cell."""
    inner = cv2.erode(fill.mask, _square(5), borderValue=0)
    marks = np.where(_on_white(grey, fill.tone) < settings.clear_print, inner, 0)
    share = float(np.count_nonzero(marks)) / max(1.0, float(np.count_nonzero(inner)))
    return settings.least_print <= share <= settings.most_print


def _on_white(grey: NDArray[np.uint8], tone: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Contrast with the ground as darkness on white, lighter print like darker."""
    ground, here = tone.astype(np.float32), grey.astype(np.float32)
    most = np.where(here > ground, 255 - ground, ground)
    return np.asarray(255 - 255 * np.abs(here - ground) / np.maximum(most, 1), dtype=np.uint8)


def _edges(fill: Fill, settings: FillSettings) -> Mask:
    """Where a fill ends, or goes over into one of another tone."""
    ground = np.where(fill.mask > 0, fill.tone, 255).astype(np.uint8)
    padded = cv2.copyMakeBorder(ground, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255)
    steps = cv2.morphologyEx(padded, cv2.MORPH_GRADIENT, _square(3))[1:-1, 1:-1]
    return np.where((steps > settings.step) & (fill.mask > 0), 255, 0).astype(np.uint8)


def _square(side: float) -> NDArray[np.uint8]:
    return np.ones((round(side) | 1,) * 2, np.uint8)  # an even side would move what is found
