"""Watermarks and the like over print, and what of a form in colour is none."""

from __future__ import annotations

import cv2
import numpy as np

from workbench.grid.rectify.seals import without_seals
from workbench.grid.settings import GRID_DEFAULTS

HEIGHT = 20
"""Of the print, in pixels."""


def form() -> np.ndarray:
    """A table with a number in every cell."""
    picture = np.full((900, 800, 3), 255, np.uint8)
    for y in range(60, 841, 60):
        cv2.line(picture, (60, y), (740, y), (0, 0, 0), 2)
    for x in range(60, 741, 85):
        cv2.line(picture, (x, 60), (x, 840), (0, 0, 0), 2)
    for y in range(60, 840, 60):
        for x in range(60, 740, 85):
            cv2.putText(picture, "98.5", (x + 10, y + 40), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2, cv2.LINE_AA)
    return picture


def under(picture: np.ndarray, corners: list[tuple[int, int]], colour: tuple[int, int, int]) -> np.ndarray:
    """The picture with ink of a colour on an area, black print whole on it."""
    area = cv2.fillPoly(np.zeros(picture.shape[:2], np.uint8), [np.array(corners)], 255)
    return np.where(area[:, :, None] > 0, np.minimum(picture, np.array(colour, np.uint8)), picture)


def test_a_stroke_of_a_watermark_too_long_for_a_seal_is_taken_off_and_the_print_under_it_stays():
    """Its strokes were taken for filled cells, as they were longer than wide, and stayed in the picture."""
    clean = form()
    marked = under(clean, [(80, 700), (640, 120), (700, 180), (140, 760)], (208, 0, 230))
    unsealed = without_seals(marked, HEIGHT, GRID_DEFAULTS.rectify.seals)
    assert np.abs(unsealed.grey.astype(int) - clean[:, :, 0]).mean() < 2
    assert np.count_nonzero(cv2.cvtColor(marked, cv2.COLOR_RGB2GRAY) != clean[:, :, 0]) > 50_000
    dark = clean[:, :, 0] < 100
    assert (unsealed.grey[dark] < 128).mean() > 0.99


def test_a_filled_row_in_colour_is_no_watermark():
    """It has straight sides along the rules, and no print goes on across them."""
    filled = under(form(), [(60, 120), (740, 120), (740, 180), (60, 180)], (255, 200, 40))
    unsealed = without_seals(filled, HEIGHT, GRID_DEFAULTS.rectify.seals)
    assert not unsealed.covered.any()
