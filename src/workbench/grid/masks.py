"""Masks of pages, and the connected components of their ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


def closed(mask: Mask, gap: int) -> Mask:
    """With the gaps along the rows filled that are narrower than ``gap`` pixels (an odd number).

    Beyond the edges is paper: OpenCV alone closes what lies near an edge up to it.
    """
    framed = cv2.copyMakeBorder(mask, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    return np.asarray(joined[:, gap:-gap], dtype=np.uint8)


def _over_runs(combine: Callable[[Mask, Mask], Any], mask: Mask, run: int, beyond: int) -> Mask:
    """All of each ``run`` pixels along the rows, combined in the pixel in their middle."""
    combined: Any = cv2.copyMakeBorder(mask, 0, 0, run // 2, run // 2, cv2.BORDER_CONSTANT, value=beyond)
    length = 1
    while length < run:
        step = min(length, run - length)
        combined = combine(combined[:, :-step], combined[:, step:])
        length += step
    return np.asarray(combined, dtype=np.uint8)


def chosen_components(labels: NDArray[np.int32], chosen: NDArray[np.bool_]) -> Mask:
    """The ink of the components (``labels``, one for each pixel) whose label is chosen."""
    return np.asarray(np.take(np.where(chosen, 255, 0).astype(np.uint8), labels), dtype=np.uint8)


def outer_boxes(mask: Mask) -> list[tuple[int, int, int, int]]:
    """The extent (x, y, width, height) of each connected component, by its outline: labels take twice as long."""
    outlines, levels = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outer = [outline for number, outline in enumerate(outlines) if levels[0, number, 3] < 0]  # a hole has a parent
    return [(x, y, width, height) for x, y, width, height in map(cv2.boundingRect, outer)]


def stretches(line: NDArray[np.bool_] | np.bool_) -> list[tuple[int, int]]:
    """Where a line of pixels is true, as (first, one past the last)."""
    framed = np.zeros(np.size(line) + 2, bool)
    framed[1:-1] = line
    edges = np.flatnonzero(framed[1:] != framed[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def rows_near(mask: Mask, reach: int) -> NDArray[np.intp]:
    """The rows of a mask at most so many rows from its ink; the first where there is no ink.

    What looks no further than ``reach`` up and down comes out the same on them alone: rows left out between them are
    paper, and as far off as before for what is inked. Rules take up few rows of a page.
    """
    inked = mask.any(axis=1).astype(np.uint8)
    rows = np.flatnonzero(cv2.dilate(inked, np.ones((2 * reach + 1, 1), np.uint8)))
    return rows if len(rows) else np.zeros(1, np.intp)


def spread(part: NDArray[np.uint8], rows: NDArray[np.intp], mask: Mask) -> Mask:
    """A mask of the size of another, with some of its rows and paper between them."""
    whole = np.zeros_like(mask)
    whole[rows] = part
    return whole


@dataclass(frozen=True, slots=True)
class Components:
    """The connected components of a mask's ink, corners included, by number; 0 is the paper: its values say nothing.

    ``labels`` has the component of each pixel in the ``rows`` near ink. There is one value for each, of its extent
    (``left``, ``top``, ``width``, ``height``), its ``area``, and its middle ``row`` (pixels).
    """

    mask: Mask
    rows: NDArray[np.intp]
    labels: NDArray[np.int32]
    left: NDArray[np.int32]
    top: NDArray[np.int32]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    area: NDArray[np.int32]
    row: NDArray[np.float64]

    def chosen(self, which: NDArray[np.bool_]) -> Mask:
        """The ink of the components for which ``which`` holds. Paper is none, whatever holds for its number."""
        which = np.concatenate([[False], which[1:]])
        if not which.any():
            return np.zeros_like(self.mask)
        return spread(chosen_components(self.labels, which), self.rows, self.mask)

    def touching(self, mask: Mask) -> NDArray[np.bool_]:
        """For each component, whether one of its pixels is in the mask; none is of the paper."""
        found = np.zeros(len(self.area), bool)
        found[self.labels[mask[self.rows] > 0]] = True
        found[0] = False
        return found

    def count(self, mask: Mask) -> NDArray[np.int64]:
        """For each component, how many of its pixels are in the mask."""
        return np.bincount(self.labels[mask[self.rows] > 0], minlength=len(self.area))

    def figure(self, number: int) -> NDArray[np.bool_]:
        """One component, within its extent."""
        top, left = np.searchsorted(self.rows, self.top[number]), self.left[number]
        window = self.labels[top : top + self.height[number], left : left + self.width[number]]
        return np.asarray(window == number)


def components_of(mask: Mask) -> Components:
    """The connected components of a mask's ink."""
    rows = rows_near(mask, 1)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(mask[rows], connectivity=8)
    stats[0], centres[0] = (0, 0, 1, 1, 1), 0  # there may be no paper
    left, top, width, height, area = stats.T
    moved = rows[top] - top
    middle = (np.rint(centres[:, 1] * area) + moved * area) / area  # as if all rows had been summed, to the last bit
    return Components(mask, rows, labels, left, top + moved, width, height, area, middle)
