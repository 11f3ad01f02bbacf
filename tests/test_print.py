"""Print of all kinds: what was once taken off a clean page, or never seen, is read."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.test_grid import Paper, Stub, draw, every_cell, only_grid, read, rule, sheet, spans_of, write
from tests.test_unruled import BODY, HEADER, write_rows
from workbench.grid.pipeline import find_tables
from workbench.grid.rectify.fills import find_fills
from workbench.grid.rectify.ink import find_ink, text_height
from workbench.grid.rectify.upright import make_upright
from workbench.grid.settings import GRID_DEFAULTS
from workbench.model import Cell, Page
from workbench.read.comparison import CellReading, read_twice
from workbench.read.page import read_page
from workbench.read.settings import READ_DEFAULTS

XS, YS = (100, 440, 700, 960, 1140), (190, 240, 290, 340, 390)
INK, FILLS = GRID_DEFAULTS.rectify.ink, GRID_DEFAULTS.rectify.ink.fills


def table(shade: int = 0) -> Paper:
    """A table in a black frame whose inner rules are of the given shade."""
    paper = draw(every_cell(1, 1), (XS[0], XS[-1]), (YS[0], YS[-1]))
    for x in XS[1:-1]:
        paper[YS[0] + 2 : YS[-1] - 1, x : x + 2] = shade
    for y in YS[1:-1]:
        paper[y : y + 2, XS[0] + 2 : XS[-1] - 1] = shade
    write_rows(paper, [HEADER, *BODY[:3]], YS[0] + 14, pitch=50)
    return paper


class TestPaleRules:
    @pytest.mark.parametrize("shade", [0, 150, 200, 225])
    def test_a_pale_rule_beside_dark_ones_left_two_rows_in_one(self, shade):
        assert spans_of(only_grid(read(table(shade)))) == every_cell(4, 4)

    def test_a_dotted_rule_that_figures_touch(self):
        paper = table(255)
        for x in XS[1:-1]:
            paper[YS[0] + 4 : YS[-1] - 3 : 5, x] = 60
        for y in YS[1:-1]:
            paper[y, XS[0] + 4 : XS[-1] - 3 : 5] = 60
        assert spans_of(only_grid(read(paper))) == every_cell(4, 4)

    def test_a_crease_across_the_page_is_no_rule(self):
        paper = table()
        paper[:, 560] = 215
        assert spans_of(only_grid(read(paper))) == every_cell(4, 4)

    def test_rules_that_show_through_from_the_back_are_none(self):
        paper = table()
        back = np.roll(table()[:, ::-1], (27, 12), axis=(0, 1))
        paper = np.minimum(paper, (255 - (255 - back.astype(int)) * 0.35).astype(np.uint8))
        assert spans_of(only_grid(read(paper))) == every_cell(4, 4)

    @pytest.mark.parametrize("down", [17, 23, 29])
    @pytest.mark.parametrize(("share", "soft"), [(0.12, 1.0), (0.2, 0.0), (0.3, 1.0)])
    def test_rules_on_the_back_cut_rows_by_their_tone(self, down, share, soft):
        back = np.roll(table()[:, ::-1], (down, 12), axis=(0, 1))
        back = cv2.GaussianBlur(back, (0, 0), soft) if soft else back
        paper = np.minimum(table(), (255 - (255 - back.astype(int)) * share).astype(np.uint8))
        assert spans_of(only_grid(read(paper))) == every_cell(4, 4)

    def test_a_pale_frame_away_from_its_text_was_not_looked_at(self):
        paper, xs = sheet(), (112, 440, 700, 960, 1180)
        for x in xs:
            paper[YS[0] : YS[-1] + 2, x : x + 2] = 205
        for y in YS:
            paper[y : y + 2, xs[0] : xs[-1] + 2] = 205
        write_rows(paper, [HEADER, *BODY[:3]], YS[0] + 14, (190, 470, 730, 1000), pitch=50)
        grid = only_grid(read(paper))
        assert spans_of(grid) == every_cell(4, 4)
        assert abs(grid.cells[0].polygon[0][0] - xs[0]) < 8

    def test_decimal_points_under_each_other_are_no_dotted_rule(self):
        paper = draw(every_cell(1, 1), (XS[0], XS[-1]), (YS[0], YS[0] + 400))
        for n in range(12):
            rule(paper, XS[0], YS[0] + 33 * n, XS[-1], YS[0] + 33 * n)
            write(paper, "科目名称合计123.45万元", 500, YS[0] + 33 * n + 4, 18)
        assert len({cell.col for cell in only_grid(read(paper)).cells}) == 1


class TestFills:
    @staticmethod
    def white_on(tone: int) -> Paper:
        paper = table()
        head = np.s_[YS[0] : YS[1], XS[0] : XS[-1]]
        paper[head] = 255 - ((255 - paper[head].astype(int)) * (tone - 255) // 255 + 255 - tone).astype(np.uint8)
        return paper

    @pytest.mark.parametrize("tone", [20, 90, 140])
    def test_a_head_in_white_on_colour_was_dropped(self, tone):
        assert spans_of(only_grid(read(self.white_on(tone)))) == every_cell(4, 4)

    def test_a_heavy_title_is_no_fill(self):
        paper = sheet()
        write(paper, "部门整体支出绩效自评表", 200, 60, 64)
        bold = cv2.erode(paper, np.ones((5, 5), np.uint8))
        assert not list(find_fills(bold[:, :, 0], 30.0, FILLS))

    def test_the_black_beside_a_sheet_is_no_fill(self):
        paper = sheet()
        paper[:, :60] = 0
        assert not list(find_fills(paper[:, :, 0], 30.0, FILLS))


def test_the_text_of_a_page_of_figures_is_as_high_as_its_characters() -> None:
    paper = sheet()
    for n in range(20):
        write(paper, "合计" if n % 2 else "电费", 100, 60 + 40 * n, 28)
        write(paper, "1234567.89   2345678.90   3456789.01", 200, 60 + 40 * n, 28)
    height = text_height(find_ink(np.ascontiguousarray(paper[:, :, 0]), INK), INK)
    assert 23 <= height <= 29


def test_edges_of_the_sheets_below_became_a_row_of_the_table() -> None:
    paper = table()
    for inset in (2, 9, 16):
        rule(paper, inset, 998 - inset, 1238 - inset, 998 - inset)
        rule(paper, 1238 - inset, 2, 1238 - inset, 998 - inset)
    assert spans_of(only_grid(read(paper))) == every_cell(4, 4)


def test_the_strokes_of_a_title_over_two_rules_do_not_open_the_table() -> None:
    paper = table()
    for x in XS[1:3]:
        rule(paper, x, YS[0] - 60, x, YS[0] - 8, weight=3)
    assert spans_of(only_grid(read(paper))) == every_cell(4, 4)


class TestOneOfTwoReadings:
    @staticmethod
    def reading(text: str, character: float = 0.99) -> CellReading:
        lines = ("line",) if text else ()
        return CellReading(text, lines, character, legible=character)  # type: ignore[arg-type]

    def test_readings_that_agree_are_sure(self):
        found = read_twice(self.reading("12.5"), self.reading("12.5", 0.7), False, READ_DEFAULTS)
        assert (found.text, found.state, found.character, found.agreement) == ("12.5", "text", 0.99, 1.0)

    def test_what_a_mask_took_off_is_read_and_doubted(self):
        found = read_twice(self.reading("1"), self.reading("", 1.0), False, READ_DEFAULTS)
        assert (found.text, found.agreement) == ("1", 0.0)

    def test_the_fuller_of_two_sure_readings_stands_as_doubted(self):
        found = read_twice(self.reading("Line1"), self.reading("Lie1", 0.9999), False, READ_DEFAULTS)
        assert (found.text, found.agreement) == ("Line1", 0.0)

    def test_two_unsure_readings_that_differ_are_obscured(self):
        found = read_twice(self.reading("8", 0.4), self.reading("3", 0.5), False, READ_DEFAULTS)
        assert (found.text, found.state) == ("", "obscured")

    def test_legible_print_under_a_seal_whose_brackets_do_not_match_was_blank(self):
        """What is doubted for another reason than its characters is read, and doubted."""
        under_seal = replace(self.reading("项目（农户的满意度", 0.3), legible=0.99)
        found = read_twice(self.reading("页目农厂的芯", 0.2), under_seal, False, READ_DEFAULTS)
        assert (found.text, found.character, found.agreement) == ("项目（农户的满意度", 0.3, 0.0)

    def test_a_number_in_brackets_is_not_the_number_without_them(self):
        found = read_twice(self.reading("（1,234.56）"), self.reading("1,234.56"), False, READ_DEFAULTS)
        assert (found.text, found.agreement) == ("（1,234.56）", 0.0)

    def test_a_bracket_of_a_seal_beside_a_number_is_none(self):
        found = read_twice(self.reading("）15.1", 0.3), self.reading("15.1", 0.3), False, READ_DEFAULTS)
        assert found.text == "15.1"

    def test_a_stroke_of_a_seal_in_an_empty_cell_is_no_text(self):
        assert read_twice(self.reading("厂", 0.5), self.reading("", 1.0), False, READ_DEFAULTS).state == "empty"


def test_a_coloured_column_is_print_and_a_coloured_cell_is_doubted() -> None:
    def coloured(cells: list[tuple[int, int]]) -> Paper:
        paper, words = table(), np.full_like(table(), 255)
        write(words, "项目支出绩效自评表" * 5, 120, 40, 18)
        paper = np.minimum(paper, words)
        for row, column in cells:
            window = paper[YS[row] + 4 : YS[row + 1] - 2, XS[column] + 4 : XS[column + 1] - 2]
            window[window[:, :, 0] < 128] = (0, 0, 160)
        return paper

    engine = Stub()
    alone, column = (
        find_tables(make_upright(Page(1, coloured(cells)), engine)).suspect
        for cells in ([(2, 2)], [(1, 2), (2, 2), (3, 2)])
    )
    assert {(cell.row, cell.col) for cell in alone} == {(2, 2)}
    assert not column


class TestFaintPrint:
    """Print that is out of focus, or pale, and too light for ink."""

    @staticmethod
    def with_faint(row: int, tone: int) -> list[Cell]:
        """The figures of a table, one of them faint."""
        paper, faint = table(), np.full_like(sheet(), 255)
        paper[YS[row] + 4 : YS[row + 1] - 4, XS[3] + 4 : XS[4] - 4] = 255
        write(faint, "0.9", XS[3] + 60, YS[row] + 14)
        light = cv2.GaussianBlur(255 - (255 - faint) // 255 * (255 - tone), (0, 0), 0.8)
        grid = only_grid(read(np.minimum(paper, light.astype(np.uint8)), says="95"))
        return [cell for cell in grid.cells if cell.col == 3 and cell.row]

    @pytest.mark.parametrize("tone", [110, 130])
    def test_a_cell_with_faint_figures_was_silently_empty(self, tone):
        cells = self.with_faint(2, tone)
        assert [cell.confidence.overall < 0.8 for cell in cells] == [False, True, False]

    def test_an_empty_cell_stays_sure(self):
        assert min(cell.confidence.overall for cell in self.with_faint(2, 250)) >= 0.8


@pytest.mark.parametrize(("second", "sure"), [("", True), ("费", False)])
def test_of_two_lines_that_touch_one_was_read_and_the_other_lost(second, sure, engine):
    paper = table()
    paper[YS[1] + 4 : YS[2] - 4, XS[1] + 4 : XS[2] - 4] = 255
    write(paper, "公务用车购置", XS[1] + 40, YS[1] + 4, 20)
    write(paper, second, XS[1] + 90, YS[1] + 23, 20)
    cells = {(cell.row, cell.col): cell for cell in read_page(Page(1, paper), engine).grids[0].cells}
    assert (cells[1, 1].confidence.overall >= 0.8) == sure


@pytest.mark.slow
@pytest.mark.parametrize("gap", range(-1, 5))
def test_a_minus_beside_a_rule_was_silently_lost(gap, engine):
    """Where rules cross, all ink beside a plumb rule was taken for it, and the minus of each row with it."""
    paper, numbers = table(), ("-8,062.25", "-36.4%", "-5,091.49")
    for row, number in enumerate(numbers, start=1):
        for col in (1, 2):
            paper[YS[row] + 4 : YS[row + 1] - 4, XS[col] + 4 : XS[col + 1] - 4] = 255
            letters = np.full_like(paper, 255)
            write(letters, number, 300, YS[row] + 10, 26)
            left = int(np.flatnonzero((letters < 128).any(axis=(0, 2)))[0])
            paper[:] = np.minimum(paper, np.roll(letters, XS[col] + 2 + gap - left, axis=1))
    read = {(cell.row, cell.col): cell for cell in read_page(Page(1, paper), engine).grids[0].cells}
    for row, number in enumerate(numbers, start=1):
        for col in (1, 2):
            assert read[row, col].text == number or read[row, col].confidence.overall < 0.8


def test_a_pale_rule_beside_a_figure_was_read_as_a_stroke():
    """A rule that the network sees and that is too light for ink stayed on the page, and became ``|``."""
    page = make_upright(Page(1, table(205)), Stub())
    found = find_tables(page)
    inner = [cell for cell in found.tables[0].cells if cell.x1 < XS[-1] - 9]
    for cell in inner:
        rows, columns = slice(round(cell.y0) + 8, round(cell.y1) - 8), slice(round(cell.x1) - 6, round(cell.x1) + 6)
        assert found.text.as_scanned.grey[rows, columns].min() > 230
    assert len(inner) == 12


def test_a_page_in_white_on_black_was_read_as_rules_and_dirt():
    assert spans_of(only_grid(read(255 - table()))) == every_cell(4, 4)


def test_a_sheet_on_a_dark_desk_is_not_turned_into_its_negative():
    desk = np.full((2400, 2400, 3), 40, np.uint8)
    desk[700:1700, 580:1820] = table()
    assert spans_of(only_grid(read(desk))) == every_cell(4, 4)


def test_a_title_in_bold_type_that_touches_a_filled_head_hid_the_fill():
    grey = np.full((600, 1240), 255, np.uint8)
    grey[190:290, 100:1140] = 100
    page = np.repeat(grey[:, :, None], 3, axis=2)
    letters = np.full_like(page, 255)
    write_rows(letters, [HEADER], 230, pitch=50)
    page[190:290] = np.maximum(page[190:290], 255 - letters[190:290])
    for shift in range(4):
        write(page, "关于动物疫病强制免疫进展情况的通报", 300 + shift, 190 - 37, 30)
    assert len(list(find_fills(page[:, :, 0], 24.0, FILLS))) == 1
