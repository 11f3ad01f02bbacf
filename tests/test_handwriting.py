"""Forms that were signed, ticked and corrected by hand: the table stays, and what a pen came near is not trusted."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from tests.test_grid import MERGED, XS, YS, Paper, assert_found, draw, only_grid, read, with_words, write
from workbench.model import Cell

BLACK, BLUE, PENCIL = (40, 40, 40), (60, 70, 170), (120, 120, 120)
SURE = 0.8
EMPTY = (3, 2, 1, 1)
Point = tuple[float, float]


def form() -> Paper:
    """The table with words in all cells but one."""
    return with_words(draw(MERGED, XS, YS), [span for span in MERGED if span != EMPTY])


def stroke(paper: Paper, points: Sequence[Point], colour: tuple[int, int, int], thick: int = 4) -> Paper:
    cv2.polylines(paper, [np.round(np.array(points) * 16).astype(np.int32)], False, colour, thick, cv2.LINE_AA, shift=4)
    return paper


def signature(x: float, y: float, width: float, height: float, loops: int) -> list[Point]:
    at = np.linspace(0, 2 * np.pi * loops, 40 * loops)
    xs = x + width * at / at[-1] + 0.3 * width / loops * np.cos(at)
    return list(zip(xs.tolist(), (y + height / 2 * np.sin(at)).tolist(), strict=True))


def tick(x: float, y: float, size: float) -> list[Point]:
    return [(x, y + 0.5 * size), (x + 0.3 * size, y + 0.9 * size), (x + size, y - 0.1 * size)]


def cell_at(paper: Paper, row: int, col: int) -> Cell:
    return next(cell for cell in only_grid(read(paper)).cells if (cell.row, cell.col) == (row, col))


def is_trusted(cell: Cell) -> bool:
    return cell.state != "obscured" and cell.confidence.overall >= SURE


def test_what_no_pen_came_near_is_trusted() -> None:
    assert all(is_trusted(cell) for cell in only_grid(read(form())).cells)


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_loops_over_several_rows_add_no_column(colour) -> None:
    paper = stroke(form(), signature(540, 230, 220, 170, 7), colour)
    grid = only_grid(read(paper))
    assert_found(grid, MERGED, XS, YS)
    if colour != BLUE:  # blue ink is taken off and leaves the print: two readings that agree are to be trusted
        assert not any(is_trusted(cell) for cell in grid.cells if (cell.row, cell.col) == (1, 2))
    assert all(is_trusted(cell) for cell in grid.cells if cell.col in (0, 3) and cell.row)


def test_a_signature_in_an_empty_cell_is_not_trusted_as_text() -> None:
    assert not is_trusted(cell_at(stroke(form(), signature(540, 360, 200, 60, 4), BLACK), 3, 2))


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_a_tick_as_small_as_a_character_is_known_by_its_ink(colour) -> None:
    assert not is_trusted(cell_at(stroke(form(), tick(560, 350, 22), colour), 3, 2))
    assert not is_trusted(cell_at(stroke(form(), tick(405, 180, 22), colour), 1, 1))


@pytest.mark.parametrize(("colour", "trusted"), [((0, 0, 140), False), ((0, 0, 0), True)])
def test_a_number_like_print_but_for_its_colour_is_not_trusted(colour, trusted) -> None:
    paper, nine = form(), np.full_like(form(), 255)
    write(paper, "项目支出绩效自评表" * 6, XS[0] + 20, YS[0] + 20, 18)
    write(nine, "9", 575, 340, 22)
    paper[nine[:, :, 0] < 128] = colour
    assert is_trusted(cell_at(paper, 3, 2)) == trusted


def test_a_number_written_into_an_empty_cell_is_not_trusted() -> None:
    four = [[(580.0, 330.0), (566.0, 356.0), (596.0, 354.0)], [(590.0, 342.0), (586.0, 368.0)]]
    paper = form()
    for part in four:
        stroke(paper, part, BLACK, 3)
    assert not is_trusted(cell_at(paper, 3, 2))


def test_a_ring_around_a_value_makes_it_doubtful() -> None:
    paper = form()
    cv2.ellipse(paper, (330, 182), (85, 24), 2, 0, 350, BLACK, 3, cv2.LINE_AA)
    assert not is_trusted(cell_at(paper, 1, 1))


def test_a_line_through_the_word_of_a_merged_cell_is_no_rule() -> None:
    """It lies on the line of a rule of other cells and reaches from border to border."""
    paper = draw(MERGED, XS, YS)
    write(paper, "产出指标数", XS[0] + 20, YS[2] - 14, 24)
    assert_found(only_grid(read(stroke(paper, [(XS[0], YS[2] + 2), (XS[1], YS[2])], BLACK, 9))), MERGED, XS, YS)


def test_a_large_title_in_the_table_is_print() -> None:
    paper = with_words(draw(MERGED, XS, YS), MERGED[1:])
    write(paper, "项目支出绩效自评表", XS[0] + 300, YS[0] + 8, 38)
    assert is_trusted(cell_at(paper, 0, 0))
