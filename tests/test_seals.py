"""Print under a coloured seal: read as scanned, cleaned, and in the colour in which the seal fades."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.test_several_values import PLAIN, picture_of, printed
from workbench.model import Page
from workbench.read.page import read_page

RED = (205, 30, 40)


def sealed(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """A ring and a star of translucent ink over the last columns of the page."""
    ink = np.zeros(picture.shape[:2], np.float32)
    centre = (1680, 560)
    cv2.circle(ink, centre, 160, 1.0, 9, cv2.LINE_AA)
    star = [
        (int(centre[0] + r * np.sin(a)), int(centre[1] - r * np.cos(a)))
        for r, a in zip([55, 22] * 5, np.arange(10) * np.pi / 5, strict=True)
    ]
    cv2.fillPoly(ink, [np.array(star)], 1.0, cv2.LINE_AA)
    for angle in np.linspace(-2.2, 2.2, 9):
        at = (int(centre[0] + 120 * np.sin(angle)), int(centre[1] - 120 * np.cos(angle)))
        cv2.putText(ink, "E", (at[0] - 12, at[1] + 12), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 1.0, 4, cv2.LINE_AA)
    share = ink[:, :, None] * 0.75
    return (picture * (1 - share) + np.minimum(picture, colour) * share).astype(np.uint8)


@pytest.mark.parametrize("colour", [RED, (40, 60, 190)])
def test_numbers_under_a_seal_are_read_and_not_doubted(tmp_path, engine, colour):
    """Every cell under a seal was sent to the review: strokes of the seal were read as characters."""
    picture = picture_of(printed(tmp_path))
    clean = read_page(Page(1, picture), engine).grids[0]
    under = read_page(Page(1, sealed(picture, colour)), engine).grids[0]
    assert [cell.text for cell in under.cells] == [cell.text for cell in clean.cells]
    last = [cell for cell in under.cells if cell.row == 3]
    assert [cell.text for cell in last] == list(PLAIN)
    assert min(cell.confidence.overall for cell in last) > 0.8
