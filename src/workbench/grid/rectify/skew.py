"""Skew: by how many degrees the text lines of a page are off level."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask


def skew_angle(ink: Mask, largest: float) -> float:
    """Degrees by which lines run down to the right, at most ``largest`` either way: where row sums are sharpest.

    Source of the rule: Postl (1986), projection-profile skew detection, coarse to fine.
    """
    scale = min(1.0, 1400 / ink.shape[1])
    height, width = (round(side * scale) for side in ink.shape)
    narrow = _Columns(ink, 1.0).resized(width / 4, height)
    # Between angles half a degree apart lines blur over more rows than these.
    roughly = _sharpest(narrow.resized(width / 16, height / 4), 0.0, 0.0, largest, 0.5)
    # Nearly level, a column may be as wide as some characters and still keep its rows apart.
    level = narrow.sheared(_slope(roughly)).resized(width / 24, height)
    angle = _sharpest(level, roughly, roughly, 0.5, 0.1)
    return _sharpest(level, roughly, angle, 0.06, 0.02)


@dataclass(frozen=True, slots=True)
class _Columns:
    """A picture cut into columns: the tone of their ``rows`` (height, columns), each ``width`` rows wide."""

    rows: NDArray[np.uint8] | NDArray[np.float32]
    width: float

    def resized(self, count: float, height: float) -> _Columns:
        """About so many columns and rows, of the mean tone of those that they are made of."""
        size = max(2, round(count)), max(1, round(height))
        rows = cv2.resize(self.rows, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        whole = self.width * self.rows.shape[1] * size[1] / self.rows.shape[0]
        return _Columns(rows, whole / size[0])

    def sheared(self, slope: float) -> _Columns:
        """Lines that run down by ``slope`` made level; for small angles the same as rotated, at a third of the cost."""
        height, count = self.rows.shape
        down = slope * self.width
        shear = np.array([[1.0, 0.0, 0.0], [-down, 1.0, down * count / 2]])
        return replace(self, rows=cv2.warpAffine(self.rows, shear, (count, height), flags=cv2.INTER_LINEAR))


def _sharpest(columns: _Columns, taken: float, centre: float, reach: float, step: float) -> float:
    """The angle near ``centre`` at which rows are sharpest, in a picture from which ``taken`` degrees are gone."""
    # From the centre outwards, so that a page without any lines stays as it is.
    steps = round(reach / step)
    angles = [centre + step * i for i in sorted(range(-steps, steps + 1), key=abs)]
    return max(angles, key=lambda angle: _row_sharpness(columns, _slope(angle) - _slope(taken)))


def _slope(angle: float) -> float:
    return float(np.tan(np.radians(angle)))


def _row_sharpness(columns: _Columns, slope: float) -> float:
    rows = columns.sheared(slope).rows.sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())
