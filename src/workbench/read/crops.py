"""Crops: the pictures of text lines that an OCR engine reads."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.structure.cells import CellBox
from workbench.grid.text_lines import LineBox, TextLayer, find_lines
from workbench.read.settings import ReadSettings


def crop_line(
    line: LineBox, cell: CellBox, text: TextLayer, settings: ReadSettings, margin: float | None = None
) -> NDArray[np.uint8]:
    """The line as (height, width, 3) RGB, with paper around it, not reaching into other cells.

    A character that is lower than others (``-``, ``一``) gets the height of one, so that it is not blown up.
    ``margin``: paper around the ink, in text heights, if not that of the settings.
    """
    around = (settings.crops.margin if margin is None else margin) * text.text_height
    extra = max(0.0, (0.95 * text.text_height - line.height) / 2)
    above = around + settings.crops.headroom * text.text_height + extra
    top, bottom = line.y0 - above, line.y1 + above
    left, right = line.x0 - around, line.x1 + max(around, settings.crops.trailing * text.text_height)
    crop = text.grey[
        max(0, round(top), round(cell.y0) + 1) : min(round(bottom), round(cell.y1)),
        max(0, round(left), round(cell.x0) + 1) : min(round(right), round(cell.x1)),
    ]
    # Where the cell is too tight for the margin, add white paper instead of the neighbour's text.
    missing = (
        max(0, round(cell.y0) + 1 - round(top)),
        max(0, round(bottom) - round(cell.y1)),
        max(0, round(cell.x0) + 1 - round(left)),
        max(0, round(right) - round(cell.x1)),
    )
    padded = cv2.copyMakeBorder(crop, *missing, borderType=cv2.BORDER_CONSTANT, value=255)
    return np.asarray(cv2.cvtColor(padded, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def crop_start(line: LineBox, text: TextLayer, settings: ReadSettings) -> int:
    """The column of the page that the crop of a line starts at."""
    return round(line.x0 - settings.crops.margin * text.text_height)


def is_written_downwards(lines: list[LineBox], text: TextLayer, settings: ReadSettings) -> bool:
    """Whether the lines are single characters under each other, and not figures: Chinese characters are about as wide
    as high, most of them."""
    is_narrow = all(line.width <= settings.crops.narrow_line * text.text_height for line in lines)
    return len(lines) > 1 and is_narrow and any(line.width > settings.crops.figure * line.height for line in lines)


def side_by_side(crops: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Single-character crops as one horizontal line, so that the engine sees a word and not loose characters."""
    height = max(crop.shape[0] for crop in crops)
    padded = [
        cv2.copyMakeBorder(
            c,
            (height - c.shape[0]) // 2,
            (height - c.shape[0] + 1) // 2,
            0,
            0,
            cv2.BORDER_CONSTANT,
            value=(255, 255, 255),
        )
        for c in crops
    ]
    return np.asarray(np.hstack(padded), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class LineCrop:
    """A line of a cell and the crop that is read. For text written downwards: all its characters side by side."""

    cell: CellBox
    line: LineBox
    crop: NDArray[np.uint8]
    downwards: bool = False


def line_crops(cell: CellBox, text: TextLayer, settings: ReadSettings, *, level: bool = False) -> list[LineCrop]:
    """What has to be read in a cell, top to bottom; ``level``: no text is written downwards."""
    lines = find_lines(cell, text, settings.grid.text_lines)
    crops = [crop_line(line, cell, text, settings) for line in lines]
    if not level and is_written_downwards(lines, text, settings):
        outline = LineBox(min(line.x0 for line in lines), lines[0].y0, max(line.x1 for line in lines), lines[-1].y1)
        return [LineCrop(cell, outline, side_by_side(crops), downwards=True)]
    return [LineCrop(cell, line, crop) for line, crop in zip(lines, crops, strict=True)]
