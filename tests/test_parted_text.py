"""Text against the lattice: where it stands says that a rule was lost, and then nothing after it is sure."""

from __future__ import annotations

import numpy as np
import pytest

from tests.test_grid import Paper, draw, every_cell, only_grid, read, rule, sheet, spans_of, write
from tests.test_unruled import BODY, HEADER, printed, write_rows
from workbench.model import CellGrid

XS, YS = (100, 440, 700, 960, 1140), (190, 240, 290, 340, 390, 440)
LEFTS = (120, 470, 730, 1000)


def table_without_rule(number: int) -> Paper:
    """A table with all its rules but one between two columns."""
    xs = tuple(x for n, x in enumerate(XS) if n != number)
    paper = draw(every_cell(5, 3), xs, YS)
    write_rows(paper, [HEADER, *BODY], YS[0] + 14, LEFTS, pitch=50)
    return paper


def sure(grid: CellGrid) -> set[tuple[int, int]]:
    return {(cell.row, cell.col) for cell in grid.cells if cell.confidence.border >= 0.8}


class TestColumns:
    @pytest.mark.parametrize("lost", [1, 2, 3])
    def test_columns_between_which_the_rule_was_lost_were_silently_glued(self, lost):
        grid = only_grid(read(table_without_rule(lost)))
        assert spans_of(grid) == every_cell(5, 3)
        assert {col for _, col in sure(grid)} == set(range(lost - 1))

    def test_white_behind_a_full_width_comma_parts_no_columns(self):
        paper = draw(every_cell(5, 2), (100, 700, 1140), YS)
        write_rows(paper, [(f"{n}、本年收入合计", "12") for n in "一二三四五"], YS[0] + 14, (120, 800), pitch=50)
        assert sure(only_grid(read(paper))) == {(row, col) for row in range(5) for col in range(2)}

    def test_one_text_in_two_parts_says_nothing_of_its_column(self):
        paper = draw(every_cell(5, 2), (100, 700, 1140), YS)
        rows = [("负责人", "日期"), *[("", "12")] * 4]
        write_rows(paper, rows, YS[0] + 14, (120, 800), pitch=50)
        write(paper, "签字", 500, YS[0] + 14)
        assert len(sure(only_grid(read(paper)))) == 10

    def test_labels_of_two_levels_between_which_the_rule_was_lost(self):
        """Of a timetable with a dark side the columns of 上午 and 第1节 were one; all cells stood a column too far."""
        xs, ys = (100, 400, 700, 960, 1140), (190, 240, 290, 340, 390, 440, 490)
        spans = [(0, 0, 6, 1), *((row, col, 1, 1) for row in range(6) for col in range(1, 4))]
        paper = draw(spans, xs, ys)
        for top, text in ((228, "上午"), (328, "下午"), (428, "晚上")):
            write(paper, text, 120, top)
        for row in range(6):
            write(paper, f"第{row + 1}节", 290, ys[row] + 12)
        write_rows(paper, [("自习", "语文", "化学")] * 6, ys[0] + 12, (450, 780, 1000), pitch=50)
        assert not sure(only_grid(read(paper)))

    @pytest.mark.parametrize("tiers", [1, 2])
    def test_a_head_on_black_ground_whose_rules_nobody_sees_was_one_cell(self, tiers):
        paper, head = draw(every_cell(5, 4), XS, YS), sheet()
        paper[YS[0] - 30 * tiers : YS[1], XS[0] : XS[-1]] = 0
        write(head, HEADER[0], LEFTS[0], YS[0] + 24 - 15 * tiers)
        write(head, HEADER[1], LEFTS[1], YS[0] + 38 - 30 * tiers)
        write_rows(head, [HEADER[2:]], YS[0] + 8, LEFTS[2:])
        write_rows(paper, BODY, YS[1] + 14, LEFTS, pitch=50)
        paper[head < 128] = 255
        grid = only_grid(read(paper))
        assert grid.cells[0].colspan == 4
        assert (0, 0) not in sure(grid)

    def test_lines_of_a_list_indented_at_other_places_are_one_column(self):
        xs, ys = (100, 700, 960, 1140), (190, 390, 440, 490)
        paper = draw([(0, 0, 1, 1), (0, 1, 1, 1), (0, 2, 1, 1), *every_cell(3, 3)[3:]], xs, ys)
        for n, (indent, text) in enumerate(
            [(0, "一、完成全部任务"), (60, "（一）培训五百人次"), (60, "（二）验收合格"), (0, "二、支出合规")]
        ):
            write(paper, text, 120 + indent, 200 + 46 * n)
        assert len(sure(only_grid(read(paper)))) == 9


class TestRows:
    def head_of_two(self, lost: bool) -> Paper:
        """A label over two columns, each with its own label; the rule below it may be lost, and the one beside it is
        drawn between the lower labels only."""
        xs, ys = (100, 180, 260, 500, 800, 1140), (190, 230, 270, 320, 370, 420)
        spans = [(0, 0, 1, 2), *((0, col, 2, 1) for col in (2, 3, 4))]
        spans += [(row, col, 1, 1) for row in range(1, 5) for col in range(5) if row > 1 or col < 2]
        paper = draw(spans, xs, ys)
        if lost:
            paper[228:233, 103:257] = 255
            rule(paper, 180, 231, 180, 270)
        write(paper, "2024年", 132, 199)
        write(paper, "月", 128, 239)
        write(paper, "日", 208, 239)
        for left, text in ((330, "凭证号"), (610, "摘要"), (940, "余额")):
            write(paper, text, left, 218)
        write_rows(paper, [("1", "3", "收59", "收回借款", "10.5")] * 3, 284, (134, 214, 330, 580, 940), pitch=50)
        return paper

    def test_a_date_over_month_and_day_without_its_rule_shifted_a_ledger_by_a_row(self):
        assert len(sure(only_grid(read(self.head_of_two(lost=False))))) == 21
        assert not sure(only_grid(read(self.head_of_two(lost=True))))

    def test_the_rule_under_a_label_of_two_columns_was_lost(self):
        spans = [
            (0, 0, 1, 2),
            (0, 2, 1, 1),
            (0, 3, 1, 1),
            *((row, col, 1, 1) for row in range(1, 4) for col in range(4)),
        ]
        paper = draw(spans, XS, (190, 290, 340, 390, 440))
        write(paper, "执行数额（元）", XS[1] - 90, 204)
        for text, left, top in (("总额", 230, 254), ("财政拨款", 520, 254), ("权重", 780, 230), ("得分", 1010, 230)):
            write(paper, text, left, top)
        write_rows(paper, BODY[:3], 304, LEFTS, pitch=50)
        assert not sure(only_grid(read(paper)))

    def test_two_long_runs_of_ink_on_one_line_are_what_is_left_of_a_rule(self):
        spans = [(0, 0, 1, 4), *((row, col, 1, 1) for row in range(1, 4) for col in range(4))]
        paper = draw(spans, XS, (190, 270, 320, 370, 420))
        write(paper, "完成情况", 500, 200)
        for left, right in ((XS[0], XS[1]), (XS[2], XS[3])):
            rule(paper, left + 60, 232, right - 60, 232)
        write_rows(paper, BODY[:3], 284, LEFTS, pitch=50)
        assert not sure(only_grid(read(paper)))

    def test_one_underline_leaves_the_rows_below_it_sure(self):
        paper = draw(every_cell(5, 4), XS, YS)
        write_rows(paper, [HEADER, *BODY], YS[0] + 14, LEFTS, pitch=50)
        rule(paper, XS[0] + 40, YS[1] + 42, XS[1] - 40, YS[1] + 42)
        assert len([place for place in sure(only_grid(read(paper))) if place[0] > 1]) == 12


class TestBeside:
    def test_a_table_of_which_only_the_right_part_was_seen_was_sure(self):
        paper = draw(every_cell(5, 2), XS[2:], YS)
        write_rows(paper, [HEADER, *BODY], YS[0] + 14, LEFTS, pitch=50)
        assert not any(sure(grid) for grid in read(paper).grids)

    def test_two_ruled_tables_beside_each_other_stay_sure(self):
        paper = draw(every_cell(5, 2), (760, 960, 1140), YS, paper=draw(every_cell(5, 2), (100, 440, 700), YS))
        write_rows(paper, [HEADER, *BODY], YS[0] + 14, (120, 470, 780, 1000), pitch=50)
        assert [len(sure(grid)) for grid in read(paper).grids] == [10, 10]

    def test_a_remark_in_the_margin_leaves_the_table_sure(self):
        paper = draw(every_cell(5, 3), XS[1:], YS)
        write_rows(paper, [("", *row[1:]) for row in (HEADER, *BODY)], YS[0] + 14, LEFTS, pitch=50)
        write(paper, "附件", 120, YS[1] + 14)
        assert len(sure(only_grid(read(paper)))) == 15


class TestRowsThatAreNone:
    def test_a_second_rule_below_the_first_row_made_an_empty_row(self):
        paper = draw(every_cell(5, 4), XS, YS)
        rule(paper, XS[0], YS[1] + 12, XS[-1], YS[1] + 12)
        write_rows(paper, [HEADER, *BODY], YS[0] + 18, LEFTS, pitch=50)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_cells_that_all_name_subject_and_teacher_were_cut_in_two_rows(self):
        ys = tuple(range(190, 650, 90))
        paper = draw(every_cell(5, 4), XS, ys)
        write_rows(paper, [HEADER], ys[0] + 30, LEFTS)
        for top in ys[1:-1]:
            for left in LEFTS:
                write(paper, "数学\n孙雨桐", left, top + 8)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_specks_around_the_text_of_a_row_were_rows(self):
        paper = draw(every_cell(2, 2), (100, 640, 1140), (190, 270, 350))
        for left, top in ((140, 200), (700, 200), (140, 280), (700, 280)):
            write(paper, "部门名称", left, top + 22)
            for x, y in ((left + 60, top + 1), (left + 90, top + 60)):
                paper[y : y + 3, x : x + 3] = 0
        assert spans_of(only_grid(read(paper))) == every_cell(2, 2)

    def test_what_was_left_of_a_rule_was_a_row_of_a_table_without_columns(self):
        paper = printed((HEADER, *BODY))
        rule(paper, 90, 242, 1150, 242)
        paper[245:248, 300:340] = 60
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)


def test_pale_rules_on_a_tinted_ground_were_taken_for_the_print_of_the_back():
    paper = draw(every_cell(1, 1), (XS[0], XS[-1]), (YS[0], YS[-1]))
    paper[YS[0] + 3 : YS[-1] - 2, XS[0] + 3 : XS[-1] - 2] = 224
    for x in XS[1:-1]:
        paper[YS[0] + 3 : YS[-1] - 2, x : x + 2] = 205
    for y in YS[1:-1]:
        paper[y : y + 2, XS[0] + 3 : XS[-1] - 2] = 205
    text = np.full_like(paper, 255)
    write_rows(text, [HEADER, *BODY], YS[0] + 14, LEFTS, pitch=50)
    assert spans_of(only_grid(read(np.minimum(paper, text)))) == every_cell(5, 4)
