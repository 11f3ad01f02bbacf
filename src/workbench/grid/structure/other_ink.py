"""Ink that differs from most print of its page: lighter and yet as thick, much thicker, or of another colour.

A pen writes so, and so are bold or coloured rows and columns printed. The ink is therefore only a reason to look at a
cell that stands alone with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, components_of
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.pens import OtherInkSettings
from workbench.grid.structure.cells import CellBox


def cells_alone_in_other_ink(other: Mask, text: Mask, cells: Sequence[CellBox]) -> set[CellBox]:
    """The cells of a table with ``other`` ink among their ``text``, but for whole rows and columns that have it."""
    if not other.any():
        return set()
    written = {cell for cell in cells if _window(text, cell).any()}
    found = {cell for cell in written if _window(other, cell).any()}
    return {cell for cell in found if not _is_usual(cell, found, written)}


def _window(mask: Mask, cell: CellBox) -> Mask:
    return mask[max(0, round(cell.y0)) : round(cell.y1), max(0, round(cell.x0)) : round(cell.x1)]


def _is_usual(cell: CellBox, found: set[CellBox], written: set[CellBox]) -> bool:
    """Whether about half of the other cells of its rows or columns, and more than one, have other ink too."""
    others = written - {cell}
    beside, under = set(filter(cell.shares_row_with, others)), set(filter(cell.shares_column_with, others))
    return any(len(line & found) > max(1, len(line) / 2 - 1) for line in (beside, under))


def find_other_ink(page: UprightPage, text: Mask, settings: OtherInkSettings) -> Mask:
    """The ink of the components of the ``text`` that are as large as characters and in another ink than most."""
    components = components_of(text)
    height = page.text_height
    sized = (components.height > settings.compared_height * height) & (
        components.width > settings.compared_width * height
    )
    sized &= components.area < settings.densest * components.width * components.height
    sized[0] = False
    grey, chroma = page.grey[components.rows], page.chroma[components.rows]
    inked = np.flatnonzero(components.labels > 0)
    inked = inked[sized[components.labels.take(inked)]]
    of = components.labels.take(inked)
    names = np.flatnonzero(np.bincount(of))
    if len(names) < settings.fewest_compared:
        return np.zeros_like(text)
    depth = cv2.distanceTransform(np.where(components.labels > 0, 255, 0).astype(np.uint8), cv2.DIST_L2, 3).take(inked)
    thickness = _quantiles(depth, of, settings.thick_part)
    tone = _quantiles(grey.take(inked), of, settings.dark_part)
    colour = _quantiles(chroma.take(inked), of, 0.5)
    full = thickness >= max(float(np.median(thickness)), settings.full_tone)
    lighter = np.zeros(len(names), bool)
    if full.any():
        usual = np.percentile(tone[full], settings.nearly_all)
        lighter = full & (tone > usual + settings.lighter * (255 - np.median(tone[full])))
    thicker = thickness > settings.thicker * np.percentile(thickness, settings.nearly_all)
    coloured = colour > float(np.median(colour)) + settings.more_coloured
    chosen = np.zeros(len(components.area), bool)
    chosen[names] = lighter | thicker | coloured
    return components.chosen(chosen)


def _quantiles(values: NDArray[Any], groups: NDArray[np.int32], share: float) -> NDArray[np.float32]:
    """For every group, in ascending order, the value that this share of its values (0 or more) does not exceed."""
    sizes = np.bincount(groups)
    sizes = sizes[sizes > 0]
    first = np.cumsum(sizes) - sizes
    in_order = values[np.lexsort((values, groups))]
    return np.asarray(in_order[first + ((sizes - 1) * share).astype(int)], dtype=np.float32)
