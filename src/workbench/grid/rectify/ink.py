"""Ink: the dark pixels of a page on evened paper, and the height of the characters that they make."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask
from workbench.grid.settings.rectify import InkSettings


def even_background(grey: NDArray[np.uint8], settings: InkSettings) -> NDArray[np.uint8]:
    """Divide by the local paper tone, so that shade and tinted cells become white."""
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    size = max(3, round(min(small.shape) / settings.background_window)) | 1
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((size, size), np.uint8)), min(size, 255))
    paper = cv2.resize(np.maximum(paper, 1), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, paper, scale=255.0).astype(np.uint8)


def find_ink(grey: NDArray[np.uint8], settings: InkSettings) -> Mask:
    """Dark pixels of an evened grey image (Otsu's threshold, within the bounds of the settings)."""
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    threshold = float(np.clip(threshold, settings.lowest_threshold, settings.highest_threshold))
    return np.asarray(cv2.threshold(grey, np.ceil(threshold) - 1, 255, cv2.THRESH_BINARY_INV)[1], dtype=np.uint8)


def is_inverted(grey: NDArray[np.uint8], settings: InkSettings) -> bool:
    """Whether a page is white on black: dark up to its border for the most part, and its light parts all thin.

    Around a sheet on a dark desk it is dark too, but the sheet is light over a large area. A coarse picture will do.
    """
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    if max(float(light.mean()), float(border.mean())) >= settings.light_of_inverted * 255:
        return False
    thick = np.ones((max(3, round(min(grey.shape) / settings.background_window)) | 1,) * 2, np.uint8)
    areas = cv2.morphologyEx(light, cv2.MORPH_OPEN, thick)
    return bool(np.count_nonzero(areas) < settings.light_of_inverted * np.count_nonzero(light))


def is_bilevel(image: NDArray[np.uint8]) -> bool:
    """Whether a page came in black and white: no pixel of it is in between. ``image`` is in grey or RGB.

    Edges of strokes that were scanned or drawn in grey are in between.
    """
    some = image[::2, ::2] if image.ndim == 2 else image[::2, ::2, 1]  # green, of which grey has most
    return not np.any((some > 63) & (some < 192))


def text_height(ink: Mask, settings: InkSettings) -> float:
    """Height of a Chinese character in pixels, from the connected components of a plausible size; guessed if there are
    few.

    Chinese characters fall apart into smaller components, so the upper quartile is taken and not the middle. Where most
    components are figures that is theirs, and figures are lower than characters. Components as wide as high are whole
    characters: where more of them are higher than that than as high, theirs counts.
    """
    size = float(np.sqrt(ink.size / np.sqrt(2)))  # the short side of a sheet of A4
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    largest = size / settings.largest_character
    high = (heights > size / settings.lowest_character) & (heights < largest)
    wide = (widths > size / settings.narrowest_character) & (widths < largest)
    chosen = high & wide
    if np.count_nonzero(chosen) < settings.fewest_characters:
        return size / settings.text_height_without_characters
    height = float(np.percentile(heights[chosen], settings.text_height_percentile))
    squareness = widths / np.maximum(heights, 1)
    whole = heights[chosen & (squareness >= settings.narrowest_whole) & (squareness <= settings.widest_whole)]
    as_high = np.count_nonzero(np.abs(whole - height) <= settings.same_height * height)
    higher = whole[(whole > (1 + settings.same_height) * height) & (whole < settings.highest_whole * height)]
    return float(np.median(higher)) if len(higher) > as_high else height
