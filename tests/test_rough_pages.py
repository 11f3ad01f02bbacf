"""Pages in black and white, and grainy ones: lines by whole strokes, two smoothings, and points that may be grain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from workbench.grid.page_text import PageText, page_text
from workbench.grid.rectify.dewarp import PageMap
from workbench.grid.rectify.ink import is_bilevel
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.structure.cells import CellBox
from workbench.grid.text_lines import LineBox, TextLayer, find_lines
from workbench.ocr.base import Reading
from workbench.read.comparison import CellReading
from workbench.read.rough import (
    has_grain_in_number,
    is_too_coarse,
    leaves_points,
    leaves_room,
    leaves_sign,
    may_be_two_bars,
    read_covered,
    read_smoothed,
)
from workbench.read.settings import READ_DEFAULTS
from workbench.read.symbols import with_leading_symbol

CELL = CellBox(0, 0, 1, 1, 0, 0, 400, 100, 1.0)
HEIGHT = 20.0


def paper() -> np.ndarray:
    """A cell's width of white paper with eight characters in its middle."""
    grey = np.full((100, 400), 255, np.uint8)
    for x in range(100, 300, 25):
        grey[40:60, x : x + 20] = 0
    return grey


def text_of(grey: np.ndarray, is_bilevel: bool = True) -> PageText:
    ink = np.where(grey < 128, 255, 0).astype(np.uint8)
    none = np.zeros_like(ink)
    page = UprightPage(1, grey, grey, grey, ink, none, none, PageMap(()), HEIGHT, is_bilevel)
    return page_text(page, none, none, [CELL], GRID_DEFAULTS.text_lines, GRID_DEFAULTS.rectify.ink)


def read(text: str, character: float = 1.0) -> CellReading:
    lines, reading = [LineBox(0, 0, 60, 20)], Reading(text, (character,) * len(text), (0.5,) * len(text))
    return CellReading(text, lines if text else [], character, legible=character, read=[reading] if text else [])


def test_a_page_in_black_and_white_is_told_from_one_in_grey():
    grey = paper()
    assert is_bilevel(grey)
    assert is_bilevel(np.repeat(grey[:, :, None], 3, axis=2))
    grey[38:40, 100:300] = 130
    assert not is_bilevel(grey)


def test_a_page_in_grey_without_grain_is_read_as_it_is():
    assert text_of(paper(), is_bilevel=False).rough is None


def test_grain_beside_a_line_does_not_make_it_higher_or_longer():
    """绩效指标 was read as t绩效指标, and lines with grain above them came out too small to be read."""
    grey = paper()
    grey[32:35, 150:153] = 0
    grey[48:51, 90:93] = 0
    rough = text_of(grey).rough
    assert rough is not None
    assert find_lines(CELL, rough.soft) == [LineBox(100, 40, 295, 60)]
    assert rough.soft.grey[33, 151] < 128  # it may be print, and is still seen


def test_grain_alone_in_a_cell_is_no_text():
    grey = paper()
    grey[40:60, :] = 255
    grey[30:33, 150:153] = 0
    rough = text_of(grey).rough
    assert rough is not None
    assert find_lines(CELL, rough.soft) == []


def test_smoothings_that_differ_are_doubted_and_the_surer_stands():
    found = read_smoothed(read("科目", 0.98), read("科日", 0.7), READ_DEFAULTS)
    assert (found.text, found.agreement) == ("科目", 0.0)
    assert read_smoothed(read(""), read("元", 0.5), READ_DEFAULTS).text == "元"


def test_a_relation_symbol_that_one_smoothing_left_without_its_bar_is_known_by_the_other():
    """Every second ≥ in black and white was doubted, since it was a > in the softer picture."""
    found = read_smoothed(read("≥98%"), read(">98%", 0.3), READ_DEFAULTS)
    assert (found.text, found.agreement) == ("≥98%", 1.0)
    assert read_smoothed(read(">98%"), read("≥98%", 0.3), READ_DEFAULTS).agreement == 0.0
    assert read_smoothed(read("≥98%"), read(">96%", 0.3), READ_DEFAULTS).agreement == 0.0
    jagged = replace(read("≥98%", 0.6), read=[Reading("≥98%", (0.6, 1.0, 1.0, 1.0), (0.2, 0.4, 0.6, 0.8))])
    assert read_smoothed(jagged, read(">98%", 0.3), READ_DEFAULTS).character == 1.0
    doubted = replace(jagged, character=0.3)  # its point, perhaps, is grain
    assert read_smoothed(doubted, read(">98%", 0.3), READ_DEFAULTS).character == 0.3


@pytest.mark.parametrize(("height", "is_doubted"), [(3, False), (6, True)])
def test_a_lone_dash_is_known_unless_it_is_as_high_as_two_bars(height: int, is_doubted: bool):
    """All dashes of black and white pages were doubted: one in four of their doubted cells."""
    grey = np.full((40, 60), 255, np.uint8)
    text = TextLayer(grey, np.zeros_like(grey), 26.0)
    assert may_be_two_bars("—", LineBox(10, 20, 40, 20 + height), text, READ_DEFAULTS) == is_doubted
    assert read_smoothed(read("—", 0.9), read("—", 0.9), READ_DEFAULTS).character == 0.9


def test_a_lone_symbol_with_its_bar_in_both_smoothings_is_known():
    """Every ≥ in a column of its own was doubted: no recogniser is as sure of one as of a figure."""
    assert read_smoothed(read("≥", 0.95), read("≥", 0.9), READ_DEFAULTS).character == 0.9
    assert read_smoothed(read(">", 0.95), read(">", 0.9), READ_DEFAULTS).character < 0.8


def test_smoothings_that_agree_are_sure_only_of_clear_characters():
    """2959 was read as 2939 from both smoothings, and 目 as 自."""
    assert read_smoothed(read("2939", 0.99), read("2939", 0.96), READ_DEFAULTS).character < 0.8
    assert read_smoothed(read("科自", 0.958), read("科自", 0.89), READ_DEFAULTS).character < 0.8
    assert read_smoothed(read("2959", 0.999), read("2959", 0.99), READ_DEFAULTS).character > 0.9


def test_a_word_with_dirt_beside_it_in_one_smoothing_is_that_word():
    found = read_smoothed(read("主管部门", 0.98), read("主管部门]", 0.5), READ_DEFAULTS)
    assert (found.text, found.agreement, found.character) == ("主管部门", 1.0, 0.98)
    assert read_smoothed(read("主管部门", 0.5), read("主管部门]", 0.98), READ_DEFAULTS).agreement == 0.0


def test_one_bar_or_two_under_a_relation_symbol_are_one_value():
    found = read_smoothed(read("≧", 0.9), read("≥", 0.9), READ_DEFAULTS)
    assert (found.agreement, found.character) == (1.0, 0.9)
    assert read_smoothed(read("≧95%"), read("≥95%"), READ_DEFAULTS).agreement == 1.0
    assert read_smoothed(read("≧95%"), read("≤95%"), READ_DEFAULTS).agreement == 0.0


def test_what_two_readers_read_alike_in_both_smoothings_is_as_sure_as_it_is_legible():
    """堤防维修养护使用率 at .88 and .82 was doubted, and so was every sixth of the doubted cells in black and white."""
    soft, softer = (replace(read("使用率", confidence), seconded=True) for confidence in (0.88, 0.82))
    assert read_smoothed(soft, softer, READ_DEFAULTS).character == 0.88
    assert read_smoothed(soft, replace(softer, seconded=False), READ_DEFAULTS).character == 0.3
    number, again = (replace(read("403.85", confidence), seconded=True) for confidence in (0.82, 0.95))
    assert read_smoothed(number, again, READ_DEFAULTS).character == 0.3


def test_words_that_one_smoothing_reads_surely_are_not_doubted_for_the_other():
    """得分 was doubted where the other picture ended a pixel later; 科自 for 科目 is sure in neither."""
    assert read_smoothed(read("得分", 0.3), read("得分", 0.999), READ_DEFAULTS).character > 0.9
    assert read_smoothed(read("第1季", 0.3), read("第1季", 0.999), READ_DEFAULTS).character == 0.3


def test_the_least_speck_before_a_1_may_be_what_is_left_of_a_4():
    """43.9 was read as 13.9 in thin type, black and white at 200 dpi: one pixel was left of the stroke."""
    specks = np.zeros((60, 200), np.uint8)
    specks[30, 15] = 255
    assert leaves_sign("13.9", LineBox(20, 20, 80, 40), specks)
    above = np.zeros_like(specks)
    above[22, 15] = 255
    assert not leaves_sign("13.9", LineBox(20, 20, 80, 40), above)


def test_a_number_that_is_doubted_once_is_doubted():
    """> before a number is what is left of ≥: the other smoothing had it for sure."""
    assert read_smoothed(read(">85%", 0.3), read(">85%", 1.0), READ_DEFAULTS).character == 0.3


def test_touching_characters_taken_for_handwriting_are_not_obscured():
    """Both lines of 一级指标 vanished where two characters touched."""
    scanned = replace(read("一级指标", 0.9), agreement=1.0)
    found = read_covered(scanned, read(""), True, READ_DEFAULTS)
    assert (found.text, found.state, found.agreement) == ("一级指标", "text", 0.0)
    assert read_covered(replace(scanned, agreement=0.0), read(""), True, READ_DEFAULTS).state == "obscured"


@pytest.mark.parametrize(
    "text", ["2:9", "6,207:11", "3,861;144.74", "1.246.337.82", "25.", ".56", "64.7?", "5·", "≥1·5%"]
)
def test_grain_in_a_number_is_seen(text: str):
    assert has_grain_in_number(text)


@pytest.mark.parametrize("text", ["2.9", "6,207.11", "≥1,500.00万元", "-5%", "第1、2季度", "2023年5月", "其中:1.5", ""])
def test_numbers_as_printed_hold_no_grain(text: str):
    assert not has_grain_in_number(text)


def test_a_number_beside_a_mark_that_may_be_its_point_is_doubted():
    """2.9 was read as 29, its point taken for grain."""
    ink, specks = np.zeros((60, 100), np.uint8), np.zeros((60, 100), np.uint8)
    ink[20:40, 20:32] = ink[20:40, 42:54] = 255
    specks[37:40, 36:39] = 255
    layer, line = TextLayer(255 - ink, ink, HEIGHT), LineBox(20, 20, 54, 40)
    assert leaves_points("29", line, layer, specks, READ_DEFAULTS)
    assert not leaves_points("2.9", line, layer, specks, READ_DEFAULTS)
    assert not leaves_points("29", line, layer, np.roll(specks, -12, axis=0), READ_DEFAULTS)  # high in the line


def test_a_symbol_apart_from_its_number_is_looked_at():
    """'> 85 %' passed as sure: behind > stood a space and no digit."""
    grey = np.full((60, 100), 255, np.uint8)
    layer = TextLayer(grey, np.zeros_like(grey), HEIGHT)
    reading = Reading("> 85", (1.0, 0.6, 1.0, 1.0), (0.1, 0.3, 0.6, 0.8))
    assert with_leading_symbol(reading, LineBox(10, 20, 70, 40), layer).confidences[0] < 0.8


def figures(*spans: tuple[int, int]) -> tuple[TextLayer, LineBox]:
    """A line of high strokes from one column to another each."""
    ink = np.zeros((60, 200), np.uint8)
    for start, end in spans:
        ink[20:40, start:end] = 255
    return TextLayer(255 - ink, ink, HEIGHT), LineBox(spans[0][0], 20, spans[-1][1], 40)


def test_room_for_a_point_where_none_was_read_is_seen():
    """2.688 was read as 2688, its point lost in black and white."""
    layer, line = figures((20, 30), (40, 50), (54, 64), (68, 78))
    assert leaves_room("2688", line, layer, READ_DEFAULTS)
    assert not leaves_room("2.688", line, layer, READ_DEFAULTS)


def test_a_flat_speck_before_a_number_may_be_its_minus():
    """-634,844.44 was read as 634,844.44 in black and white at 100 dpi."""
    specks = np.zeros((60, 200), np.uint8)
    specks[29:31, 10:16] = 255
    line = LineBox(20, 20, 80, 40)
    assert leaves_sign("634", line, specks)
    assert not leaves_sign("-634", line, specks)
    assert not leaves_sign("634", line, np.roll(specks, -14, axis=0))


def test_figures_of_a_few_pixels_are_doubted():
    assert is_too_coarse("12.5", LineBox(0, 0, 30, 8), READ_DEFAULTS)
    assert not is_too_coarse("12.5", LineBox(0, 0, 60, 16), READ_DEFAULTS)


def test_a_cell_with_broken_characters_was_silently_empty():
    """Thin type in black and white at 100 dpi falls into specks, which were taken for grain."""
    grey = paper()
    rng = np.random.default_rng(1)
    for x, y in rng.integers((310, 40), (390, 60), (12, 2)):
        grey[y, x] = 0
    right = CellBox(0, 1, 1, 1, 305, 0, 400, 100, 1.0)
    left = CellBox(0, 0, 1, 1, 0, 0, 95, 100, 1.0)
    rough = text_of(grey).rough
    assert rough is not None
    assert rough.shows_more_than_grain(right, 11, GRID_DEFAULTS.text_lines)
    assert not rough.shows_more_than_grain(left, 11, GRID_DEFAULTS.text_lines)
