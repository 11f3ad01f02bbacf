"""Raised figures: 31 is never read from 3¹."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.test_signs import TYPEFACES, layer, line_of
from workbench.ocr.base import Reading
from workbench.read.raised import with_raised_figures
from workbench.read.settings import READ_DEFAULTS
from workbench.values import parse_amount, parse_number


def read(printed: str, raised: str, typeface: str = "song", size: int = 20) -> str:
    """What becomes of the reading of a text with raised figures behind it, which the recogniser took for usual ones."""
    sheet = Image.new("L", (400, 80), 255)
    draw = ImageDraw.Draw(sheet)
    large, small = (ImageFont.truetype(str(TYPEFACES[typeface]), size) for size in (32, size))
    draw.text((20, 20), printed, font=large, fill=0)
    draw.text((22 + draw.textlength(printed, large), 18), raised, font=small, fill=0)
    text = layer(np.array(sheet), 32)
    says = printed + raised
    reading = Reading(says, (0.99,) * len(says), tuple(np.linspace(0.1, 0.9, len(says))))
    return with_raised_figures(reading, line_of(text), text, READ_DEFAULTS.raised).text


def test_a_note_as_large_as_browsers_set_it_is_raised():
    """224.73⁷ was read as 224.737: a browser's <sup> is nearly as high as the figures."""
    assert read("224.73", "7", size=27) == "224.73⁷"


def test_a_comma_that_touches_a_figure_does_not_lower_the_line():
    """731.09 was read as 731.0⁹ and was no number: the highest part of its ink reached below the others."""
    ink = np.full((60, 120), 255, np.uint8)
    for x, foot in ((10, 44), (25, 40), (40, 40), (55, 40)):
        ink[20:foot, x : x + 10] = 0
    text = layer(ink, 28)
    reading = Reading("7309", (0.99,) * 4, (0.1, 0.4, 0.6, 0.9))
    assert with_raised_figures(reading, line_of(text), text, READ_DEFAULTS.raised).text == "7309"


@pytest.mark.parametrize("typeface", ["song", "hei"])
class TestRaised:
    @pytest.mark.parametrize(
        ("printed", "raised", "shown"),
        [("3", "1", "3¹"), ("98.5", "2", "98.5²"), ("100m", "2", "100m²"), ("1,386", "12", "1,386¹²")],
    )
    def test_figures_of_notes_and_units_are_raised(self, printed, raised, shown, typeface):
        assert read(printed, raised, typeface) == shown

    @pytest.mark.parametrize("number", ["31", "1", "98.52", "1,386", "100%", "2022年", "第1季度"])
    def test_figures_of_numbers_are_not(self, number, typeface):
        assert read(number, "", typeface) == number


def test_a_number_with_the_mark_of_a_note_is_none():
    assert parse_number("3¹") is None


@pytest.mark.parametrize(
    ("text", "amount"), [("（1,234.56）", -1234.56), ("(10.5万元)", -10.5), ("(-3)", None), ("()", None), ("(0)", 0.0)]
)
def test_an_amount_in_brackets_is_negative(text, amount):
    assert parse_amount(text) == amount
