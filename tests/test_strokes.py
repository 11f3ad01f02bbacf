"""Strokes of characters that lie where a lattice has a line, and rules of which nothing is to be seen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.test_grid import draw, only_grid, read, spans_of, write
from tests.test_parted_text import sure
from tests.test_unruled import BODY, write_rows
from workbench.grid.masks import Mask
from workbench.grid.parted_text import with_narrow_white
from workbench.grid.pipeline import _with_cells
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.structure.cells import find_cells
from workbench.grid.structure.lattice import Lattice
from workbench.grid.structure.line_evidence import agreed, unsure_where_unseen
from workbench.grid.structure.strokes import as_rules_meet, at_most_strokes, stroke_lines
from workbench.grid.text_lines import TextLayer

RULING = GRID_DEFAULTS.ruling
HEIGHT = 20.0
AT, STOPS = [10.0, 40.0, 90.0], [0.0, 60.0, 200.0]


def paper() -> Mask:
    return np.zeros((100, 201), np.uint8)


def most(ink: Mask, text: Mask, pale: float = 0.0) -> list[float]:
    """Of the rule in the row 40, drawn by all that was seen of it."""
    drawn, inked, tone = np.full((3, 2), 0.95), np.full((3, 2), 0.5), np.full((3, 2), pale)
    nothing = np.zeros_like(ink)
    found = at_most_strokes(drawn, tone, inked, ink, nothing, text, AT, STOPS, HEIGHT, RULING.strokes)
    return [float(value) for value in found[1]]


class TestStretches:
    def test_a_stroke_that_ends_with_the_text_beside_it_was_a_rule(self):
        ink, text = paper(), paper()
        text[30:37, 80:120] = text[44:50, 80:120] = 255
        ink[:], ink[39:42, 82:118] = text, 255
        assert most(ink, text) == [0.95, RULING.strokes.amid_text]

    def test_a_stroke_at_the_end_of_a_text_leaves_its_cell_unsure(self):
        ink, text = paper(), paper()
        text[30:37, 80:120] = 255
        ink[:], ink[39:42, 82:118] = text, 255
        assert most(ink, text) == [0.95, RULING.strokes.of_part_of_text]

    @pytest.mark.parametrize("pale", [0.0, 0.9])
    def test_a_rule_goes_on_where_its_text_ends(self, pale):
        ink, text = paper(), paper()
        text[30:37, 80:120] = 255
        ink[:] = text
        ink[39:42, :] = 0 if pale else 255
        assert most(ink, text, pale) == [0.95, 0.95]

    def test_a_character_on_both_sides_of_a_line_is_in_no_two_cells(self):
        text = paper()
        text[30:50, 90:110] = 255
        assert most(text, text, pale=0.9) == [0.95, RULING.strokes.of_part_of_text]


class TestLines:
    POSITIONS, ROWS = [0.0, 100.0, 200.0], [float(y) for y in range(0, 241, 30)]

    def strokes(self, drawn: dict[int, float], beside: int = 5) -> list[int]:
        ink, likely = np.zeros((201, 241), np.uint8), np.zeros((3, 8))
        for row, probability in drawn.items():
            likely[1, row] = probability
            ink[100 - beside - 1 : 100 - beside, 30 * row + 10 : 30 * row + 20] = 255
        return stroke_lines(likely, ink, self.POSITIONS, self.ROWS, HEIGHT, RULING)

    def test_strokes_of_two_rows_on_one_line_made_a_column_of_the_whole_table(self):
        assert self.strokes({2: 0.6, 3: 0.55}) == [1]

    @pytest.mark.parametrize("seen", [{2: 0.9}, dict.fromkeys(range(4), 0.6)])
    def test_a_line_that_is_sure_somewhere_or_likely_in_many_rows_stays(self, seen):
        assert self.strokes(seen) == []

    def test_a_short_rule_has_white_beside_it(self):
        assert self.strokes({2: 0.6}, beside=9) == []


class TestCrossings:
    POSITIONS, ROWS = [0.0, 100.0, 200.0, 300.0], [float(y) for y in range(0, 241, 30)]

    def drawn(self, white: slice) -> float:
        """How likely a stretch is drawn that was as likely as not; the others of its table are sure, and ``white`` is
        how much of these there is none at their ends."""
        ink, likely = np.zeros((301, 241), np.uint8), np.full((4, 8), 0.99)
        for x in (100, 200):
            ink[x - 1 : x + 2] = 255
            for start in range(0, 240, 30):
                ink[x - 1 : x + 2, start : start + 30][:, white] = 0
        likely[1, 3] = 0.55
        ink[99:102, 92:95] = ink[99:102, 116:119] = 0
        found = as_rules_meet(likely, ink, self.POSITIONS, self.ROWS, HEIGHT, RULING.strokes)
        return float(found[1, 3])

    def test_a_stroke_as_high_as_its_row_that_touches_neither_rule_cut_a_name_in_two(self):
        assert self.drawn(white=slice(0)) < 0.2

    def test_among_dashes_white_at_the_end_of_a_stretch_says_nothing(self):
        assert self.drawn(white=slice(1, None, 4)) > 0.5


def test_of_a_rule_that_nobody_sees_the_network_is_not_sure():
    by_ink, by_net, seen = np.array([[0.9, 0.9, 0.9]]), np.array([[0.99, 0.99, 0.1]]), np.array([[0.1, 0.9, 0.9]])
    drawn = unsure_where_unseen(agreed(by_ink, by_net, RULING.evidence), seen, by_net, RULING.evidence)
    assert (drawn < 0.8).tolist() == [[True, False, True]]


def test_a_table_with_a_contested_row_was_none_and_columns_of_text_stood_in_its_place():
    sides = np.where(np.arange(5) % 4 == 0, 0.85, 0.55)
    lattice = Lattice(
        tuple(range(0, 500, 100)),
        (0, 40, 80, 120),
        np.full((4, 4), 0.55),
        np.tile(sides, (3, 1)),
        contested_ys=frozenset({20}),
    )
    assert min(cell.border for cell in find_cells(lattice, RULING)) > 0.5
    page = type("Page", (), {"text_height": HEIGHT})()
    assert len(_with_cells([lattice], page, GRID_DEFAULTS)) == 1


def test_figures_with_wide_points_were_cut_in_two_columns():
    ink = np.zeros((200, 300), np.uint8)
    for top in (10, 60, 110, 160):
        for left in (20, 40, 60, 95, 115):
            ink[top : top + 20, left : left + 14] = 255
        ink[top + 16 : top + 20, 82:86] = 255
    text = TextLayer(255 - ink, ink, HEIGHT)
    lattice = Lattice(
        (0, 84, 300), (0, 50, 100, 150, 200), np.ones((5, 2)), np.full((4, 3), 0.9), frozenset({0, 84, 300})
    )
    narrowest = GRID_DEFAULTS.borderless.blocks.narrowest
    found, cells = with_narrow_white(lattice, find_cells(lattice, RULING), text, GRID_DEFAULTS.parted_text, narrowest)
    assert found.contested_xs == {84} and all(cell.border < 0.8 for cell in cells)


@pytest.mark.parametrize("shift", range(-6, 7, 3))
@pytest.mark.parametrize("label", ["年初结转和结余", "自评总分", "交通运输局", "本年收入合计"])
def test_a_label_over_a_rule_of_the_rows_below_was_cut_there(label, shift):
    spans = [(0, 0, 1, 3), *((row, col, 1, 1) for row in range(1, 4) for col in range(3))]
    xs, ys = (100, 440, 700, 1140), (190, 220, 270, 320, 370)
    paper = draw(spans, xs, ys, 1)
    write(paper, label, 440 - 12 * len(label) + shift, ys[0])
    write_rows(paper, [row[:3] for row in BODY[:3]], ys[1] + 14, (120, 470, 730), pitch=50)
    grid = only_grid(read(paper))
    assert spans_of(grid) == spans or (0, 0) not in sure(grid)
