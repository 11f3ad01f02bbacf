"""Masks of pages, and the connected pieces of their ink."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
"""(height, width), 255 where true, 0 elsewhere."""


def transposed(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Columns as rows, in memory too: what looks along rows looks along columns."""
    return np.asarray(cv2.transpose(mask), dtype=np.uint8)


def opened(mask: Mask, run: int) -> Mask:
    """Where ``run`` pixels (an odd number) along the rows are true without a gap; beyond the edges all is true.

    The same as OpenCV's opening, in as many steps as the run's length has binary digits.
    """
    return _over_runs(cv2.bitwise_or, _over_runs(cv2.bitwise_and, mask, run, beyond=255), run, beyond=0)


def _over_runs(combine: Callable[[Mask, Mask], Any], mask: Mask, run: int, beyond: int) -> Mask:
    """All of each ``run`` pixels along the rows, combined in the pixel in their middle."""
    combined: Any = cv2.copyMakeBorder(mask, 0, 0, run // 2, run // 2, cv2.BORDER_CONSTANT, value=beyond)
    length = 1
    while length < run:
        step = min(length, run - length)
        combined = combine(combined[:, :-step], combined[:, step:])
        length += step
    return np.asarray(combined, dtype=np.uint8)


def chosen_pieces(labels: NDArray[np.int32], chosen: NDArray[np.bool_]) -> Mask:
    """The pieces of ink (``labels``, one for each pixel) whose label is chosen."""
    return np.asarray(np.take(np.where(chosen, 255, 0).astype(np.uint8), labels), dtype=np.uint8)


def labels_at(labels: NDArray[np.int32], mask: Mask, count: int) -> NDArray[np.bool_]:
    """For each of ``count`` labels, whether one of its pixels is in the mask; the paper (0) never is."""
    found = np.zeros(count, bool)
    found[labels[mask > 0]] = True
    found[0] = False
    return found
