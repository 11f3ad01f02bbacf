"""Folded sheets: rules that rise and fall together where a crease crosses them, made level again.

A sheet that was folded lies in slopes, and each slope moves all rules that cross it in the same way: how far a place is
moved depends on its distance along the rules alone. So the rows of one strip of the page are laid on those of all
others, and what moves them is the fold.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, transposed
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.settings.rectify import FoldSettings

Steps = NDArray[np.float32]
"""(strips, rows): where the ink of each strip begins and ends downwards, the share of its width that it is, signed."""


@dataclass(frozen=True, slots=True)
class FoldField:
    """How folds move a page: a point (x, y) lies, on the page as it was, ``down`` pixels lower and ``right`` pixels
    further to the right, as its x and its y say.

    ``down`` has a value for every ``pitch`` pixels of x, the first at half of that; ``right`` the same of y. An empty
    one moves nothing.
    """

    pitch: float
    down: NDArray[np.float64]
    right: NDArray[np.float64]

    def __call__(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = points.T
        return np.column_stack([x + self._at(y, self.right), y + self._at(x, self.down)])

    def _at(self, places: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64] | float:
        return np.interp(places / self.pitch - 0.5, np.arange(len(moved)), moved) if len(moved) else 0.0


def find_folds(
    ink: Mask, text_height: float, smallest: float, settings: FoldSettings = GRID_DEFAULTS.rectify.folds
) -> FoldField | None:
    """The folds of a page that is level but for them; None where nothing is moved by more than ``smallest`` pixels."""
    pitch = settings.strip * text_height
    down, right = (_displacement(image, pitch, smallest, settings) for image in (ink, transposed(ink)))
    return FoldField(pitch, down, right) if len(down) or len(right) else None


def _displacement(ink: Mask, pitch: float, smallest: float, settings: FoldSettings) -> NDArray[np.float64]:
    """How far down each strip of ``pitch`` columns is moved, pixels; empty where no fold is found."""
    none = np.zeros(0)
    strips, reach = round(ink.shape[1] / pitch), max(2, round(settings.steepest * pitch))
    if strips < 2 or ink.shape[0] <= 4 * reach:
        return none
    shares = cv2.resize(ink, (strips, ink.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    steps = np.ascontiguousarray(np.diff(shares, axis=0).T)
    ruled = np.flatnonzero(np.abs(steps).max(axis=1) >= settings.ruled)
    if len(ruled) < 2:
        return none
    steps = steps[ruled]
    walked = _walked(steps, reach * np.diff(ruled))
    if np.ptp(walked) <= smallest:
        return none
    # Folds that some rows show are in the others, too: chance is not.
    band = np.arange(steps.shape[1]) // max(1, round(settings.band * pitch)) % 2 == 1
    halves = steps * ~band, steps * band
    if not all(_explains(_aligned(one, walked), other) for one, other in (halves, halves[::-1])):
        return none
    moved = _aligned(steps, walked)
    return np.interp(np.arange(strips), ruled, moved - np.median(moved)) if np.ptp(moved) > smallest else none


def _walked(steps: Steps, reaches: NDArray[np.int64]) -> NDArray[np.float64]:
    """How far down each strip is moved, laid on those to its left, of which the next ones count most.

    ``reaches`` are the most pixels by which a strip and the next are moved differently, either way.
    """
    moved, before = np.zeros(len(steps)), steps[0]
    for number, reach in enumerate(np.minimum(reaches, steps.shape[1] // 4), start=1):
        here = _shifted(steps[number], moved[number - 1])
        moved[number] = moved[number - 1] + _best_shift(before, here, int(reach))
        before = 0.8 * before + _shifted(steps[number], moved[number])
    return moved


def _aligned(steps: Steps, moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same, each strip laid on all others."""
    moved = moved.copy()
    for _ in range(4):
        placed = [_shifted(one, by) for one, by in zip(steps, moved, strict=True)]
        together = np.sum(placed, axis=0)
        moved += [np.clip(_best_shift(together - one, one, 2), -1, 1) for one in placed]
    return moved


def _explains(moved: NDArray[np.float64], steps: Steps) -> bool:
    """Whether rows are sharper where each strip is moved back."""
    level = np.sum([_shifted(one, by) for one, by in zip(steps, moved, strict=True)], axis=0)
    return float(np.square(level).sum()) > float(np.square(steps.sum(axis=0)).sum())


def _shifted(rows: NDArray[np.float32], by: float) -> NDArray[np.float32]:
    places = np.arange(len(rows))
    return np.interp(places + by, places, rows, left=0.0, right=0.0).astype(np.float32)


def _best_shift(fixed: NDArray[np.float32], rows: NDArray[np.float32], reach: int) -> float:
    """By how many pixels ``rows`` lie lower than those that are ``fixed``, at most ``reach`` either way."""
    inner = fixed[reach : len(fixed) - reach]
    alike = np.correlate(rows, inner, mode="valid")
    best = int(alike.argmax())
    if not 0 < best < len(alike) - 1:
        return float(best - reach)
    before, top, after = (float(value) for value in alike[best - 1 : best + 2])
    bend = before - 2 * top + after
    return best - reach + ((before - after) / (2 * bend) if bend < 0 else 0.0)
