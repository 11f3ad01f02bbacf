"""Masks of pages, and the connected pieces of their ink."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
"""(height, width), 255 where true, 0 elsewhere."""


def transposed(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Columns as rows, in memory too: what looks along rows looks along columns."""
    return np.asarray(cv2.transpose(mask), dtype=np.uint8)


def chosen_pieces(labels: NDArray[np.int32], chosen: NDArray[np.bool_]) -> Mask:
    """The pieces of ink (``labels``, one for each pixel) whose label is chosen."""
    return np.asarray(np.take(np.where(chosen, 255, 0).astype(np.uint8), labels), dtype=np.uint8)


def labels_at(labels: NDArray[np.int32], mask: Mask, count: int) -> NDArray[np.bool_]:
    """For each of ``count`` labels, whether one of its pixels is in the mask; the paper (0) never is."""
    found = np.zeros(count, bool)
    found[labels[mask > 0]] = True
    found[0] = False
    return found
