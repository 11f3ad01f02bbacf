"""Rows that nobody ruled: in tables with columns and a head only, among close lines, and under notes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.test_grid import Paper, Stub, draw, every_cell, frame, only_grid, read, rule, sheet, spans_of, write
from tests.test_unruled import BODY, HEADER, LEFTS, ROW, WIDE, printed, write_rows
from workbench.grid.borderless.row_segmentation import parted_lines
from workbench.grid.pipeline import find_tables
from workbench.grid.rectify.upright import make_upright
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.structure.cells import CellBox, with_contested
from workbench.grid.structure.lattice import Lattice
from workbench.grid.text_lines import LineBox
from workbench.model import Page

COLUMNS = (100, 440, 700, 960, 1140)
HEAD, FIRST, FOOT = 190, 240, 560


def columns_ruled(rows: Sequence[Sequence[str]], pitch: float = 44) -> Paper:
    """A frame, the rules of its columns and one below the head; the rows below it are not ruled."""
    paper = draw(every_cell(2, 4), COLUMNS, (HEAD, FIRST, FOOT))
    write_rows(paper, [HEADER], HEAD + 10)
    write_rows(paper, rows, FIRST + 12, pitch=pitch)
    return paper


def test_a_cell_that_ends_at_a_contested_border_is_doubted_wherever_its_own_edge_keeps_off_the_ink():
    """300.00, wrapped behind 300.0, was cut into 300.0 and 0 by a border that nobody drew, and 300.0 was sure."""
    drawn, sides = np.ones((3, 1)), np.ones((2, 2))
    lattice = Lattice((0.0, 100.0), (0.0, 40.0, 80.0), drawn, sides, contested_ys=frozenset({40.0}))
    above, below = CellBox(0, 0, 1, 1, 0, 0, 100, 38, 0.95), CellBox(1, 0, 1, 1, 0, 38, 100, 80, 0.95)
    assert all(cell.border <= 0.5 for cell in with_contested(lattice, [above, below], GRID_DEFAULTS.ruling))


class TestRuledColumns:
    @pytest.mark.parametrize("pitch", [40, 60])
    def test_rows_that_nobody_ruled_were_glued_into_one(self, pitch):
        grid = only_grid(read(columns_ruled(BODY, pitch)))
        assert spans_of(grid) == every_cell(5, 4)
        below = [cell for cell in grid.cells if cell.row]
        assert all(0.5 < cell.confidence.border <= 0.95 for cell in below)

    def test_a_column_with_gaps_is_cut_like_the_others(self):
        rows = [(name, "" if n % 2 else target, done, score) for n, (name, target, done, score) in enumerate(BODY)]
        assert spans_of(only_grid(read(columns_ruled(rows)))) == every_cell(5, 4)

    def test_wrapped_text_beside_one_line_is_one_row(self):
        paper = columns_ruled(())
        write(paper, "\n".join(WIDE[n : n + 11] for n in (0, 11, 22)) + "\n目标", COLUMNS[0] + 8, FIRST + 30)
        write(paper, "不少于\n二百个", LEFTS[1], FIRST + 60)
        write_rows(paper, [("", "", "210个", "10")], FIRST + 80)
        assert spans_of(only_grid(read(paper))) == every_cell(2, 4)

    def test_two_wrapped_texts_side_by_side_are_one_row(self):
        xs = (100, 620, 1140)
        paper = draw(every_cell(2, 2), xs, (HEAD, FIRST, FOOT))
        for left in xs[:2]:
            write(paper, "年度目标", left + 200, HEAD + 10)
            text = WIDE[: 20 * 2] + "目标" * 3
            write(paper, "\n".join(text[n : n + 20] for n in range(0, len(text), 20)), left + 8, FIRST + 12)
        assert spans_of(only_grid(read(paper))) == every_cell(2, 2)

    def test_prose_in_merged_cells_was_cut_into_rows(self):
        """Of a self-evaluation the annual goal and what was done, each over several columns, became three rows."""
        xs, ys = (100, 300, 620, 880, 1140), (190, 240, 420, 470, 520)
        spans = [(0, 0, 1, 2), (0, 2, 1, 2), (1, 0, 1, 2), (1, 2, 1, 2)]
        spans += [(row, col, 1, 1) for row in (2, 3) for col in range(4)]
        paper = draw(spans, xs, ys)
        write(paper, f"{WIDE[:20]}\n{WIDE[20:37]}2022年\n{WIDE[:12]}15%", 108, 262)
        write(paper, f"{WIDE[5:24]}\n{WIDE[24:38]}386人\n{WIDE[:18]}\n况良好", 628, 248)
        write_rows(
            paper, [("指标", "年度值", "完成值", "分值"), ("培训", "500", "498", "10")], 484, (130, 330, 640, 900), 50
        )
        assert spans_of(only_grid(read(paper))) == sorted(spans)

    def test_one_row_of_three_lines_in_a_ruled_table_is_whole(self):
        xs, ys = COLUMNS, (190, 240, 290, 420, 470, 520)
        paper = draw(every_cell(5, 4), xs, ys)
        for row in (0, 1, 3, 4):
            write_rows(paper, [BODY[row % 4]], ys[row] + 14)
        for left, lines in zip(LEFTS, ("设备\n购置\n数量", "不少\n于二\n百个", "共计\n二百\n一十", "10"), strict=True):
            write(paper, lines, left, 300)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_one_row_of_five_lines_among_many_that_are_ruled_is_whole_and_doubted(self):
        """Five values in each cell of a row became five rows, and all below stood in another row."""
        ys = (190, *range(240, 540, 50), 750, *range(800, 1001, 50))
        paper = draw(every_cell(len(ys) - 1, 4), COLUMNS, ys)
        for row in range(len(ys) - 1):
            lines = 5 if ys[row + 1] - ys[row] > 100 else 1
            write_rows(paper, [BODY[n % 4] for n in range(lines)], ys[row] + 14, pitch=44)
        grid = only_grid(read(paper))
        tall = ys.index(750) - 1
        assert spans_of(grid) == every_cell(len(ys) - 1, 4)
        assert all((cell.confidence.overall < 0.8) == (cell.row == tall) for cell in grid.cells)

    def test_a_merged_cell_beside_the_rows_stays_whole(self):
        paper = frame(sheet(), [(40, HEAD, 100, FOOT)])
        paper = draw(every_cell(2, 4), COLUMNS, (HEAD, FIRST, FOOT), paper=paper)
        write(paper, "绩\n效", 54, 330)
        write_rows(paper, [HEADER], HEAD + 10)
        write_rows(paper, BODY, FIRST + 12)
        spans = spans_of(only_grid(read(paper)))
        assert spans == sorted([(0, 0, 5, 1), *((r, c + 1, 1, 1) for r, c, _, _ in every_cell(5, 4))])

    def test_text_in_columns_within_a_frame_was_one_column(self):
        paper = frame(printed((HEADER, *BODY)), [(90, 180, 1150, 190 + 5 * ROW)])
        for n in range(1, 5):
            rule(paper, 90, 188 + n * ROW, 1150, 188 + n * ROW)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)


class TestCloseLines:
    def test_borders_that_nobody_drew_took_the_ink_beside_them(self):
        page = make_upright(Page(1, printed((HEADER, *BODY), pitch=27)), Stub())
        found = find_tables(page)
        (table,) = found.tables
        assert len(table.cells) == 20
        assert np.count_nonzero(found.text.cleaned.ink) > 0.99 * np.count_nonzero(page.ink)
        for cell in table.cells:
            above, below = (
                found.text.cleaned.ink[round(y), round(cell.x0) : round(cell.x1)] for y in (cell.y0, cell.y1)
            )
            assert not (above.any() or below.any())

    def test_lines_that_touch_in_one_column_are_parted_as_the_others_are(self):
        touching = [LineBox(0, 0, 90, 13), LineBox(0, 14, 90, 40)]
        others = [
            [LineBox(x, 1, x + 80, 12), LineBox(x, 15, x + 80, 26), LineBox(x, 29, x + 80, 40)] for x in (100, 200)
        ]
        parted = parted_lines([touching, *others])
        assert [(line.y0, line.y1) for line in parted[0]] == [(0, 13), (14, 28), (28, 40)]
        assert parted[1:] == others

    def test_a_high_character_beside_two_lines_in_one_column_is_one_line(self):
        high, lines = [LineBox(0, 0, 90, 40)], [LineBox(100, 1, 180, 16), LineBox(100, 24, 180, 40)]
        assert parted_lines([high, lines, [LineBox(200, 12, 280, 28)]])[0] == high


class TestNotes:
    @pytest.mark.parametrize("distance", [34, ROW])
    def test_a_note_from_side_to_side_was_the_first_row(self, distance):
        paper = printed((HEADER, *BODY))
        write(paper, "账号：4967357646795450", LEFTS[0], 200 - distance)
        write(paper, "币种：元", LEFTS[3] - 30, 200 - distance)
        grid = only_grid(read(paper))
        assert spans_of(grid) == every_cell(5, 4)
        assert min(cell.confidence.border for cell in grid.cells) >= 0.8

    def test_a_title_in_the_white_between_two_columns_was_the_first_row(self):
        paper = printed((HEADER, *BODY), lefts=(120, 460, 860, 1040))
        write(paper, "主要指标", 580, 146, 36)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_a_first_row_with_blanks_is_kept(self):
        paper = printed((("会议费", "", "", "10"), *[("培训费", "200", "498", "95")] * 8))
        assert only_grid(read(paper)).cells[0].polygon[0][1] < 210

    def test_labels_of_several_columns_are_a_row(self):
        paper = printed((HEADER, *BODY))
        write(paper, "指标值情况汇总表内容", 560, 200 - ROW)
        write_rows(paper, [("类别", "", "", "")], 200 - ROW)
        assert max(cell.row for cell in only_grid(read(paper)).cells) == 5


class TestDoubt:
    def test_text_of_two_rows_beside_two_numbers_is_unsure(self):
        paper = draw(every_cell(2, 2), (100, 440, 700), (HEAD, FIRST, FIRST + 90))
        write(paper, "会议费\n培训费", 120, FIRST + 10)
        write(paper, "10\n95", 500, FIRST + 10)
        cells = only_grid(read(paper, says="10")).cells
        assert [cell.confidence.character < 0.8 for cell in cells if cell.text] == [True, True]

    def test_two_labels_over_one_column_leave_no_border_sure(self):
        """A number and the text behind it came so close to each other that they were one column."""
        rows = [(name, f"{n}{n}8,234.56设备购置完成", "210个", "10") for n, (name, *_) in enumerate(BODY, 1)]
        paper = printed(rows, top=256, lefts=(120, 400, 820, 980))
        write_rows(paper, [("项目", "年初", "负债", "完成", "得分")], 200, (120, 400, 620, 820, 980))
        cells = only_grid(read(paper)).cells
        assert all(cell.confidence.border < 0.8 for cell in cells)
