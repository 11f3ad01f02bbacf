"""Tables with few rules or none: cells are told from how the text stands, and text that is no table is left alone.

Pages with two tables, and pages that hold nothing to read, are here too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.scans import faults
from tests.test_grid import (
    MERGED,
    XS,
    YS,
    Paper,
    Stub,
    draw,
    every_cell,
    only_grid,
    read,
    rule,
    sheet,
    spans_of,
    with_words,
    write,
)
from workbench.grid.borderless.row_segmentation import find_ink_runs, row_borders
from workbench.grid.debug import draw_stages
from workbench.grid.text_lines import LineBox
from workbench.model import Page

HEADER = ("项目名称", "年度指标值", "实际完成值", "得分")
BODY = (
    ("设备购置完成数量", "≥200个", "210个", "10"),
    ("培训人次", "500人次", "498人次", "9.5"),
    ("验收合格率", "100%", "100%", "10"),
    ("资金支付及时率", "≥95%", "96%", "8"),
)
LEFTS = (120, 460, 720, 980)
ROW = 56
WIDE = "根据预算绩效管理的要求我单位对项目支出开展了绩效自评各项指标完成情况较好群众满意度达到预期目标"


def printed(
    rows: Sequence[Sequence[str]], top: float = 200, lefts: Sequence[float] = LEFTS, pitch: float = ROW
) -> Paper:
    """A page with these texts, each row from the same left edges."""
    paper = sheet()
    write_rows(paper, rows, top, lefts, pitch)
    return paper


def write_rows(
    paper: Paper, rows: Sequence[Sequence[str]], top: float, lefts: Sequence[float] = LEFTS, pitch: float = ROW
) -> None:
    for number, row in enumerate(rows):
        for text, left in zip(row, lefts, strict=True):
            write(paper, text, left, top + number * pitch)


def rules_at(paper: Paper, *ys: float) -> Paper:
    for y in ys:
        rule(paper, 100, y, 1140, y)
    return paper


class TestTablesWithoutVerticalRules:
    def test_without_any_rule(self):
        grid = only_grid(read(printed((HEADER, *BODY))))
        assert spans_of(grid) == every_cell(5, 4)
        assert {cell.state for cell in grid.cells} == {"text"}

    def test_with_the_three_rules_of_a_printed_table(self):
        paper = rules_at(printed((HEADER, *BODY)), 190, 240, 200 + 5 * ROW)
        grid = only_grid(read(paper))
        assert spans_of(grid) == every_cell(5, 4)
        top, bottom = grid.cells[0].polygon[0][1], grid.cells[-1].polygon[2][1]
        assert (top, bottom) == pytest.approx((190, 200 + 5 * ROW), abs=2)

    def test_a_rule_under_every_row(self):
        paper = rules_at(printed((HEADER, *BODY)), *(190 + n * ROW for n in range(6)))
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_an_empty_row_between_two_rules_is_a_row(self):
        paper = rules_at(printed((HEADER, *BODY[:2], [""] * 4, *BODY[2:])), *(190 + n * ROW for n in range(7)))
        assert spans_of(only_grid(read(paper))) == every_cell(6, 4)

    def test_a_column_with_little_text_is_a_column(self):
        rows = [(*row[:3], "未完成" if number == 2 else "") for number, row in enumerate(BODY)]
        assert spans_of(only_grid(read(printed((HEADER, *rows))))) == every_cell(5, 4)

    def test_a_skewed_page(self):
        assert spans_of(only_grid(read(faults.skew(printed((HEADER, *BODY)), 1.5, 0)))) == every_cell(5, 4)

    def test_nobody_drew_the_borders_so_they_are_not_certain(self):
        cells = only_grid(read(printed((HEADER, *BODY)))).cells
        assert all(0.8 <= cell.confidence.border < 1 for cell in cells)

    def test_the_stages_can_be_drawn(self):
        page = Page(1, printed((HEADER, *BODY)))
        pictures = draw_stages(page, read(page.image), Stub())
        bare = np.asarray(pictures["1-upright"])
        assert (np.asarray(pictures["3-lattices"]) != bare).any()


class TestRows:
    def test_a_wrapped_line_belongs_to_the_row_above(self):
        paper = printed((HEADER, *BODY))
        for number in (1, 3):
            write(paper, "设备购置完成数量", LEFTS[0], 200 + number * ROW)
            write(paper, "及合格率", LEFTS[0], 200 + number * ROW + 30)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_lines_of_one_leading_are_parted_by_the_columns_that_begin_again(self):
        rows = [HEADER, BODY[0], ("", "其中", "", ""), *BODY[1:]]
        rows[1] = ("设备购置完成数量", "不少于二百个其中", "210个", "10")
        rows[2] = ("", "八十个", "", "")
        assert spans_of(only_grid(read(printed(rows, pitch=36)))) == every_cell(5, 4)

    def test_last_rows_with_text_in_one_column_are_rows_if_they_follow_in_pace(self):
        paper, top = printed(()), 200
        for row in (HEADER, *BODY, ("", "指标1：", "", ""), ("", "指标2：", "", "")):
            write_rows(paper, [row], top)
            if row in BODY[::2]:  # lines of one cell are nearer to each other
                write(paper, "及合格率", LEFTS[0], top + 28)
                top += 28
            top += 46
        assert spans_of(only_grid(read(paper))) == every_cell(7, 4)

    def test_a_note_at_the_side_of_a_table_is_no_row(self):
        paper = printed((HEADER, *BODY))
        write(paper, "注：略", LEFTS[0], 200 + 5 * ROW)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_last_rows_with_text_in_one_column_are_rows_between_rules_like_the_others(self):
        rows = [*((name, target) for name, target, _, _ in BODY), *(("", target) for _, target, _, _ in BODY)]
        paper = rules_at(printed([HEADER[:2], *rows], lefts=LEFTS[:2]), *(190 + n * ROW for n in range(10)))
        assert spans_of(only_grid(read(paper))) == every_cell(9, 2)

    def test_cells_in_the_middle_of_their_row(self):
        paper = sheet()
        for number, row in enumerate((HEADER, *BODY)):
            y = 200 + number * 100
            write(paper, row[0][:2] + "设备购置完成\n" + row[0][:3], LEFTS[0], y - 16)
            for text, left in zip(row[1:], LEFTS[1:], strict=True):
                write(paper, text, left, y)
        assert spans_of(only_grid(read(paper))) == every_cell(5, 4)

    def test_where_lines_could_be_either_the_border_is_doubtful(self):
        """One column alone goes on, after a short line and at a gap between that of lines and that of rows."""
        lines = ((0, 160), (60, 110), (90, 90), (120, 90), (180, 160), (204, 50))
        middle = [LineBox(200, y, 200 + width, y + 20) for y, width in lines]
        beside = [[LineBox(x, y, x + 80, y + 20) for y in (0, 60, 120, 180)] for x in (0, 400)]
        columns = [beside[0], middle, beside[1]]
        borders = row_borders(columns, [80, 160, 80], find_ink_runs(columns, 20), [False] * 5, 20)
        assert 0.2 < borders[1] < 0.8
        assert (np.maximum(borders, 1 - borders)[[0, 2, 3, 4]] > 0.9).all()


class TestHeadings:
    def test_a_title_and_a_note_do_not_join_the_columns(self):
        paper = printed((HEADER, *BODY), top=260)
        write(paper, "项目支出绩效自评情况表", 380, 80, 44)
        write(paper, "（2022年度）", 540, 150)
        write(paper, "注：本表由项目单位填写，各项数据应当与决算一致。", 120, 260 + 6 * ROW)
        grid = only_grid(read(paper))
        assert spans_of(grid) == every_cell(5, 4)
        assert grid.cells[0].polygon[0][1] > 200

    def test_a_heading_over_two_columns_is_a_merged_cell(self):
        paper = printed((("", "", "", ""), HEADER, *BODY))
        write(paper, "项目", LEFTS[0], 200)
        write(paper, "全年各项指标值与完成值情况", LEFTS[1] + 20, 200)
        write(paper, "评分", LEFTS[3], 200)
        assert spans_of(only_grid(read(paper)))[:3] == [(0, 0, 1, 1), (0, 1, 1, 2), (0, 3, 1, 1)]

    def test_a_label_in_the_middle_of_columns_spans_them_though_it_covers_one(self):
        lefts = (120, 330, 510, 860, 1000)
        rows = [("名称", *row) for row in (HEADER, *BODY)]
        paper = printed((("",) * 5, *((a, c, b, d, e) for a, b, c, d, e in rows)), lefts=lefts)
        write(paper, "指标", 528, 200)
        write(paper, "评分", 1000, 200)
        grid = only_grid(read(paper))
        assert spans_of(grid)[:2] == [(0, 0, 1, 4), (0, 4, 1, 1)]
        assert grid.cells[0].confidence.border < 0.8  # a person is asked


def prose(characters: int, lines: int, seed: int = 0) -> str:
    """Running text; every few lines a paragraph ends."""
    rng = np.random.default_rng(seed)
    text = ["".join(rng.choice(list(WIDE + "，。、；"), characters)) for _ in range(lines)]
    return "\n".join(line[: characters // 2] if n % 6 == 5 else line for n, line in enumerate(text))


class TestTextThatIsNoTable:
    @pytest.mark.parametrize("seed", range(3))
    def test_paragraphs(self, seed):
        paper = sheet()
        write(paper, prose(42, 24, seed), 100, 100)
        assert read(paper).grids == ()

    def test_text_in_two_columns(self):
        paper = sheet()
        write(paper, prose(20, 24, 1), 90, 100)
        write(paper, prose(20, 24, 2), 660, 100)
        assert read(paper).grids == ()

    def test_a_numbered_list(self):
        paper = sheet()
        write(paper, "\n".join(f"{n}." for n in range(1, 9)), 100, 100)
        write(paper, "\n".join(WIDE[n : n + 34] for n in range(8)), 150, 100)
        assert read(paper).grids == ()

    def test_names_and_dates_at_the_foot(self):
        paper = with_words(draw(MERGED, XS, YS), MERGED)
        for y, texts in ((500, ("填表人：张三", "联系电话：12345678")), (560, ("负责人：李四", "填报日期：2023年4月"))):
            write(paper, texts[0], 120, y)
            write(paper, texts[1], 760, y)
        assert spans_of(only_grid(read(paper))) == sorted(MERGED)


class TestSeveralTables:
    def test_a_table_without_rules_under_a_ruled_one(self):
        paper = with_words(draw(MERGED, XS, YS), MERGED)
        write_rows(paper, (HEADER, *BODY), 520)
        ruled, aligned = read(paper).grids
        assert spans_of(ruled) == sorted(MERGED)
        assert spans_of(aligned) == every_cell(5, 4)
        assert (ruled.table_no, aligned.table_no) == (1, 2)

    @pytest.mark.parametrize("seed", range(3))
    def test_the_two_pages_of_an_open_book(self, seed):
        """Each is askew by itself, and the gutter is dark, grey or not to be seen."""
        pages = with_words(draw(MERGED, XS, YS), MERGED), with_words(draw(every_cell(4, 4), XS, YS), every_cell(4, 4))
        left, right = read(faults.spread(*pages, 1.5, seed)).grids
        assert spans_of(left) == sorted(MERGED)
        assert spans_of(right) == every_cell(4, 4)


class TestPagesWithNothingToRead:
    @pytest.mark.parametrize("shade", [0, 128, 255])
    def test_a_page_of_one_colour(self, shade):
        content = read(np.full((800, 600, 3), shade, np.uint8))
        assert (content.grids, content.loose_lines) == ((), ())

    def test_a_thumbnail(self):
        assert read(np.full((64, 64, 3), 200, np.uint8)).grids == ()

    def test_a_panorama(self):
        stripes = np.random.default_rng(3).integers(200, 255, (100, 1, 3)).astype(np.uint8)
        assert read(np.tile(stripes, (1, 20_000, 1))).grids == ()
