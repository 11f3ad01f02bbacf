"""Points and commas: 1,386 and 1.386 are a thousandfold apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_signs import layer, line_of, scanned
from workbench.ocr.base import Reading
from workbench.read.cell_text import has_odd_number
from workbench.read.separators import (
    has_doubtful_separator,
    has_room_for_two,
    with_commas,
    without_inner_room,
)
from workbench.read.settings import READ_DEFAULTS
from workbench.read.two_readers import differ

SETTINGS = READ_DEFAULTS.separators


def is_doubtful(printed: str, read: str, size: int = 28, coarse: bool = False, typeface: str = "song") -> bool:
    """Whether the separator of a number is doubted that was read so, each character where its ink is."""
    text = layer(scanned(printed, typeface, size), size)
    line = line_of(text)
    inked = (text.ink[line.y0 : line.y1, line.x0 : line.x1] > 0).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inked.astype(int), [0]])))
    middles = (edges[::2] + edges[1::2]) / 2 / line.width
    assert len(middles) == len(printed), "characters touch"
    reading = Reading(read, (0.99,) * len(read), tuple(middles.tolist()))
    return has_doubtful_separator(
        reading, line, float(line.x0), float(line.width), text, coarse, float(text.grey.shape[0]), SETTINGS
    )


@pytest.mark.parametrize("typeface", ["song", "hei"])
@pytest.mark.parametrize("size", [20, 28, 42])
class TestByShape:
    def test_a_comma_that_was_read_as_a_point_is_doubted(self, size, typeface):
        """A budget of 477,714 was read as 477.714 by both readers, without a doubt."""
        assert is_doubtful("477,714", "477.714", size, typeface=typeface)
        assert is_doubtful("4,008,286", "4,008.286", size, typeface=typeface)

    def test_a_point_that_was_read_as_a_comma_is_doubted(self, size, typeface):
        assert is_doubtful("51.459", "51,459", size, typeface=typeface)

    @pytest.mark.parametrize("number", ["5,348", "54.459", "4,036,774", "0.480", "27,200,548.97", "42.5"])
    def test_what_was_read_right_is_not(self, number, size, typeface):
        assert not is_doubtful(number, number, size, typeface=typeface)


def test_on_a_low_line_in_black_and_white_a_point_may_be_a_comma_that_lost_its_tail():
    assert is_doubtful("54.459", "54.459", 20, coarse=True)
    assert not is_doubtful("54.459", "54.459", 42, coarse=True)
    assert not is_doubtful("54,459", "54,459", 20, coarse=True)


def test_a_point_just_above_a_border_may_be_a_comma_whose_tail_was_painted_over():
    """321,487 came out as 321.487: the ruling line below it was taken off with the tail."""
    text = layer(scanned("321.487", "song", 28), 28)
    line = line_of(text)
    places = tuple(np.linspace(0.07, 0.93, 7).tolist())
    reading = Reading("321.487", (0.99,) * 7, places)
    rest = (reading, line, float(line.x0), float(line.width), text, False)
    assert has_doubtful_separator(*rest, float(line.y1 + 3), SETTINGS)
    assert not has_doubtful_separator(*rest, float(line.y1 + 30), SETTINGS)


def test_two_figures_far_apart_are_no_number():
    """46 and 78 beside each other in a cell were read as 4678."""
    close, apart = (Reading("4678", (0.99,) * 4, places) for places in ((0.2, 0.3, 0.4, 0.5), (0.1, 0.2, 0.7, 0.8)))
    assert has_room_for_two(apart, 100.0, 20.0, SETTINGS)
    assert not has_room_for_two(close, 100.0, 20.0, SETTINGS)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("(69.810.80)", "(69,810.80)"),
        ("6,969.425.84", "6,969,425.84"),
        ("4.255,554.42元", "4,255,554.42元"),
        ("1.386", "1.386"),
        ("8.708.775", "8,708.775"),
        ("2022.11.20", "2022.11.20"),
        ("1.1.2", "1.1.2"),
        ("0.123.456", "0.123.456"),
    ],
)
def test_a_number_has_one_point_and_it_comes_last(read, meant):
    assert with_commas(read) == meant
    assert with_commas(meant) == meant


@given(st.text("0123456789.,%-元", max_size=14))
def test_grouping_changes_nothing_but_points_to_commas(text: str):
    grouped = with_commas(text)
    assert len(grouped) == len(text)
    assert all(a == b or (a, b) == (".", ",") for a, b in zip(text, grouped, strict=True))


class TestFullWidth:
    @staticmethod
    def joined(text: str, *places: float) -> str:
        reading = Reading(text, (0.99,) * len(text), places)
        return without_inner_room(reading, 200.0, 20.0, SETTINGS).text

    def test_figures_that_stand_evenly_are_one_number(self):
        """１００％ came out as '1 0 0%'."""
        assert self.joined("1 2 3 4", 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35) == "1234"
        assert self.joined("7. 1 2 3", 0.05, 0.12, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45) == "7.123"

    def test_two_numbers_beside_each_other_are_not(self):
        assert self.joined("100 20", 0.1, 0.15, 0.2, 0.25, 0.4, 0.45) == "100 20"

    def test_of_two_figures_nobody_can_tell(self):
        assert self.joined("3 4", 0.1, 0.15, 0.2) == "3 4"
        assert has_odd_number("3 4")


@pytest.mark.parametrize("text", ["2011 03 20", "0 260", "2012·05 14", "(2,957.97).", "100-", "0,192"])
def test_a_number_with_a_lost_or_odd_part_is_odd(text):
    assert has_odd_number(text)


@pytest.mark.parametrize("text", ["2.58个工作日", "1,200.50平方米", "-1,386.50", "(2,957.97)", "2011-03-20", "0.192"])
def test_numbers_as_printed_are_not(text):
    assert not has_odd_number(text)


def test_another_reader_that_groups_otherwise_does_not_differ_where_only_one_can_be_meant():
    assert not differ("1,859,552", "1.859,552")
    assert not differ("(18,965.94)", "(18.965.94)")
    assert differ("1,386", "1.386")
