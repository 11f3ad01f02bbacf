"""Geometry and text of a page: drawn tables are found again cell for cell, whatever the drawing and the scanner do.

The OCR engine here is a stand-in: what it is shown is looked at, and what it says is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import cv2
import numpy as np
import pylopdf_fonts_zh_cn as fonts
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.scans import faults
from workbench.grid.structure.cells import CellBox
from workbench.grid.text_lines import LineBox, TextLayer, find_lines
from workbench.model import Cell, CellGrid, Page, PageContent
from workbench.ocr.base import OcrEngine, OcrOptions, Reading
from workbench.read.cell_text import cell_text, has_odd_brackets, has_odd_number, has_several_numbers, least_sure
from workbench.read.page import read_page
from workbench.read.symbols import lone_symbol

Box = tuple[float, float, float, float]
Span = tuple[int, int, int, int]
"""Row, column, rowspan, colspan."""
Paper = NDArray[np.uint8]

LETTER = 24
"""Height of the type on these pages, pixels: 8.6 points at 200 dpi."""


@dataclass
class Stub(OcrEngine):
    """Reads the same in every crop, and keeps the crops of the cells: the call with most of them, the later of two."""

    says: str = "字"
    crops: list[Paper] = field(default_factory=list)
    version = "stub"

    def __post_init__(self) -> None:
        super().__init__(OcrOptions())

    def detect(self, image):
        return []

    def recognise(self, crops):
        self.crops = max(list(crops), self.crops, key=len)
        places = tuple((i + 0.5) / len(self.says) for i in range(len(self.says)))
        return [Reading(self.says, (0.99,) * len(self.says), places) for _ in crops]


def read(paper: Paper, says: str = "字") -> PageContent:
    return read_page(Page(1, paper), Stub(says))


def sheet(width: int = 1240, height: int = 1000) -> Paper:
    return np.full((height, width, 3), 255, np.uint8)


def rule(paper: Paper, x0: float, y0: float, x1: float, y1: float, weight: int = 2) -> None:
    cv2.line(paper, (round(x0), round(y0)), (round(x1), round(y1)), (0, 0, 0), weight)


def frame(paper: Paper, boxes: Iterable[Box], weight: int = 2) -> Paper:
    for x0, y0, x1, y1 in boxes:
        cv2.rectangle(paper, (round(x0), round(y0)), (round(x1), round(y1)), (0, 0, 0), weight)
    return paper


def write(paper: Paper, text: str, x: float, y: float, size: int = LETTER) -> None:
    """Text with its top left corner at (x, y), lines under each other."""
    image = Image.fromarray(paper)
    letters = ImageFont.truetype(str(fonts.serif_path()), size)
    for number, line in enumerate(text.split("\n")):
        ImageDraw.Draw(image).text((x, y + number * size * 1.4), line, "black", letters)
    paper[:] = np.asarray(image)


def box_of(span: Span, xs: Sequence[float], ys: Sequence[float]) -> Box:
    row, column, rows, columns = span
    return xs[column], ys[row], xs[column + columns], ys[row + rows]


def every_cell(rows: int, columns: int) -> list[Span]:
    return [(row, column, 1, 1) for row in range(rows) for column in range(columns)]


def draw(
    spans: Iterable[Span], xs: Sequence[float], ys: Sequence[float], weight: int = 2, paper: Paper | None = None
) -> Paper:
    return frame(sheet() if paper is None else paper, [box_of(span, xs, ys) for span in spans], weight)


def spans_of(grid: CellGrid) -> list[Span]:
    return [(cell.row, cell.col, cell.rowspan, cell.colspan) for cell in grid.cells]


def outline(cell: Cell) -> Box:
    return (*cell.polygon[0], *cell.polygon[2])


def only_grid(content: PageContent) -> CellGrid:
    (grid,) = content.grids
    return grid


def assert_found(
    grid: CellGrid, spans: Iterable[Span], xs: Sequence[float], ys: Sequence[float], within: float = 2
) -> None:
    """The grid has exactly these cells, in order, each within some pixels of where it was drawn."""
    assert spans_of(grid) == sorted(spans)
    for cell, span in zip(grid.cells, sorted(spans), strict=True):
        assert outline(cell) == pytest.approx(box_of(span, xs, ys), abs=within)


XS, YS = (100, 260, 500, 800, 1140), (100, 160, 240, 300, 420)
MERGED = [
    (0, 0, 1, 4),  # a title over all columns
    (1, 0, 3, 1),  # a label beside three rows
    *[(1, column, 1, 1) for column in (1, 2, 3)],
    (2, 1, 1, 2),
    (2, 3, 2, 1),
    (3, 1, 1, 1),
    (3, 2, 1, 1),
]
PINWHEEL = [(0, 0, 1, 2), (0, 2, 2, 1), (1, 0, 2, 1), (1, 1, 1, 1), (2, 1, 1, 2)]


class TestDrawnTables:
    def test_a_plain_table(self):
        assert_found(only_grid(read(draw(every_cell(4, 4), XS, YS))), every_cell(4, 4), XS, YS)

    def test_merged_cells(self):
        assert_found(only_grid(read(draw(MERGED, XS, YS))), MERGED, XS, YS)

    def test_cells_around_a_cell(self):
        xs, ys = XS[:4], YS[:4]
        assert_found(only_grid(read(draw(PINWHEEL, xs, ys))), PINWHEEL, xs, ys)

    @pytest.mark.parametrize("weight", [1, 3, 5])
    def test_rules_of_any_weight(self, weight):
        assert_found(only_grid(read(draw(MERGED, XS, YS, weight))), MERGED, XS, YS)

    def test_double_rules_are_one(self):
        paper = draw(MERGED, XS, YS, 1)
        for y in (YS[1], YS[-1]):
            rule(paper, XS[0], y + 4, XS[-1], y + 4, 1)
        rule(paper, XS[1] + 4, YS[1], XS[1] + 4, YS[-1], 1)
        assert spans_of(only_grid(read(paper))) == sorted(MERGED)

    def test_a_thick_frame_is_the_outer_rule(self):
        paper = frame(draw(MERGED, XS, YS), [(XS[0], YS[0], XS[-1], YS[-1])], 7)
        assert_found(only_grid(read(paper)), MERGED, XS, YS, within=4)  # somewhere on the frame

    def test_a_table_that_a_page_break_left_open_below(self):
        paper = draw(every_cell(4, 4), XS, YS)
        paper[YS[-1] - 2 : YS[-1] + 3] = 255
        assert_found(only_grid(read(paper)), every_cell(4, 4), XS, YS, within=4)

    def test_a_table_that_a_page_break_left_open_above(self):
        paper = draw(every_cell(4, 4), XS, YS)
        paper[YS[0] - 2 : YS[0] + 3] = 255
        assert_found(only_grid(read(paper)), every_cell(4, 4), XS, YS, within=4)

    def test_a_table_whose_side_was_cut_off_where_few_rules_run_on(self):
        """Its first column, of merged labels, was silently lost: fewer than half of the level rules reach the edge."""
        xs, ys = (0, 160, 400, 700, 1000), (200, 250, 300, 350, 400, 450, 500)
        spans = [(0, 0, 6, 1), *((row, col, 1, 1) for row in range(6) for col in (1, 2, 3))]
        paper = draw(spans, xs, ys)
        paper[:, :3] = 255
        write(paper, "绩效\n指标", 60, 320)
        for row in range(6):
            for left, text in ((200, "培训人次"), (470, "500人次"), (800, "10")):
                write(paper, text, left, ys[row] + 14)
        assert_found(only_grid(read(paper)), spans, xs, ys, within=5)

    def test_an_outer_rule_that_touches_no_other(self):
        """A label beside the whole table, open above and below: its left rule stands alone."""
        paper = sheet()
        for x in XS:
            rule(paper, x, YS[0], x, YS[-1])
        for y in YS[1:-1]:
            rule(paper, XS[1], y, XS[-1], y)
        spans = [(0, 0, 4, 1), *[(row, column, 1, 1) for row in range(4) for column in (1, 2, 3)]]
        assert_found(only_grid(read(paper)), spans, XS, YS)

    def test_two_tables_under_each_other(self):
        lower = [y + 500 for y in YS]
        paper = frame(draw(MERGED, XS, YS), [box_of(span, XS, lower) for span in every_cell(4, 4)])
        upper_grid, lower_grid = read(paper).grids
        assert (upper_grid.table_no, lower_grid.table_no) == (1, 2)
        assert_found(upper_grid, MERGED, XS, YS)
        assert_found(lower_grid, every_cell(4, 4), XS, lower)

    def test_two_tables_side_by_side(self):
        left, right = (80, 300, 560), (660, 900, 1160)
        paper = draw(every_cell(2, 2), left, YS[:3])
        frame(paper, [box_of(span, right, YS[:3]) for span in every_cell(2, 2)])
        first, second = read(paper).grids
        assert_found(first, every_cell(2, 2), left, YS[:3])
        assert_found(second, every_cell(2, 2), right, YS[:3])

    def test_edges_are_fractions_of_the_upright_table(self):
        grid = only_grid(read(draw(every_cell(4, 4), XS, YS)))
        assert grid.column_edges == pytest.approx([(x - XS[0]) / (XS[-1] - XS[0]) for x in XS], abs=0.003)
        assert grid.row_edges == pytest.approx([(y - YS[0]) / (YS[-1] - YS[0]) for y in YS], abs=0.006)

    def test_a_page_without_rules_has_no_table(self):
        paper = sheet()
        write(paper, "关于报送绩效自评材料的函\n各有关单位：一、二、三\n————————", 100, 100)
        assert read(paper).grids == ()

    def test_an_underline_or_a_single_box_is_no_table(self):
        paper = frame(sheet(), [(100, 100, 400, 200)])
        rule(paper, 100, 500, 900, 500)
        assert read(paper).grids == ()

    def test_an_empty_page(self):
        assert read(sheet()) == PageContent(1, 1240, 1000)


class TestScannedTables:
    @pytest.mark.parametrize("degrees", [-3.0, -1.2, 0.4, 3.0])
    def test_a_skewed_page_is_reported_on_the_scan_as_it_came(self, degrees):
        paper = faults.skew(with_words(draw(MERGED, XS, YS), MERGED), degrees, 0)
        grid = only_grid(read(paper))
        assert spans_of(grid) == sorted(MERGED)
        turn = cv2.getRotationMatrix2D((paper.shape[1] / 2, paper.shape[0] / 2), degrees, 1.0)
        for cell, span in zip(grid.cells, sorted(MERGED), strict=True):
            x0, y0, x1, y1 = box_of(span, XS, YS)
            corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ turn.T
            assert np.abs(np.array(cell.polygon) - corners).max() <= 2

    @pytest.mark.parametrize("dpi", [100, 150, 200, 300, 600])
    def test_the_resolution_changes_nothing_but_the_scale(self, dpi):
        scale = dpi / 150
        paper = with_words(draw(MERGED, XS, YS), MERGED)
        paper = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        grid = only_grid(read(paper))
        assert spans_of(grid) == sorted(MERGED)
        for cell, span in zip(grid.cells, sorted(MERGED), strict=True):
            assert np.array(outline(cell)) / scale == pytest.approx(box_of(span, XS, YS), abs=2)

    def test_a_large_scan_is_read_no_larger_than_its_lines_are_recognised(self):
        engine = Stub()
        paper = cv2.resize(with_words(draw(MERGED, XS, YS), MERGED), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        read_page(Page(1, paper), engine)
        assert engine.crops
        assert max(crop.shape[0] for crop in engine.crops) < 64

    @pytest.mark.parametrize(
        ("fault", "severity"), [("blur", 1.2), ("noise", 12), ("shade", 0.35), ("jpeg", 70), ("photocopy", 0.5)]
    )
    def test_a_poor_scan_has_the_same_cells(self, fault, severity):
        paper = faults.damage(with_words(draw(MERGED, XS, YS), MERGED), [faults.Fault(fault, severity, 3)])
        assert_found(only_grid(read(paper)), MERGED, XS, YS)

    @pytest.mark.parametrize("degrees", [-9.5, 6.0, 9.5])
    def test_a_strong_skew_is_undone(self, degrees):
        paper = faults.skew(on_larger_paper(with_words(draw(MERGED, XS, YS), MERGED)), degrees, 0)
        assert spans_of(only_grid(read(paper))) == sorted(MERGED)

    @pytest.mark.parametrize("seed", range(4))
    def test_a_photograph_at_an_angle_is_flattened_and_reported_on_the_photograph(self, seed):
        paper = faults.perspective(with_words(draw(MERGED, XS, YS), MERGED), 0.05, seed)
        grid = only_grid(read(paper))
        assert spans_of(grid) == sorted(MERGED)
        dark = cv2.dilate((paper[:, :, 0] < 160).astype(np.uint8), np.ones((11, 11), np.uint8))
        for cell in grid.cells:  # the corners lie on rules of the photograph as it came
            assert all(dark[round(y), round(x)] for x, y in cell.polygon)

    def test_a_page_is_not_left_upside_down_for_two_characters_that_read_well(self):
        paper = with_words(draw(MERGED, XS, YS), MERGED, "产出指标数量质量时效成本")
        grid = only_grid(read_page(Page(1, np.ascontiguousarray(np.rot90(paper, 2))), TakenIn(paper)))
        assert spans_of(grid) == sorted(MERGED)

    @pytest.mark.parametrize("quarters", [1, 3])
    def test_a_page_scanned_sideways_is_turned_and_reported_as_it_came(self, quarters):
        paper = with_words(draw(MERGED, XS, YS), MERGED, "产出指标数量质量时效成本")
        grid = only_grid(read_page(Page(1, np.ascontiguousarray(np.rot90(paper, quarters))), UprightReader(paper)))
        assert spans_of(grid) == sorted(MERGED)
        xs = [x for cell in grid.cells for x, _ in cell.polygon]
        assert max(xs) - min(xs) == pytest.approx(YS[-1] - YS[0], abs=4)

    @pytest.mark.parametrize("severity", [0.15, 0.3])
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_worn_rules_lose_no_cell(self, severity, seed):
        paper = faults.worn_rules(with_words(draw(MERGED, XS, YS), MERGED), severity, seed)
        assert_found(only_grid(read(paper)), MERGED, XS, YS)

    def test_what_is_left_of_worn_rules_is_no_text(self):
        paper = faults.worn_rules(with_words(draw(MERGED, XS, YS), MERGED[:3]), 0.3, 1)
        assert [cell.state for cell in only_grid(read(paper)).cells].count("text") == 3

    @pytest.mark.parametrize(("dash", "gap"), [(10, 6), (4, 4), (3, 6)])
    def test_dashed_and_dotted_rules_are_rules(self, dash, gap):
        paper = sheet()
        for span in MERGED:
            x0, y0, x1, y1 = box_of(span, XS, YS)
            for x in range(x0, x1, dash + gap):
                paper[[y0, y0 + 1, y1, y1 + 1], x : min(x + dash, x1)] = 0
            for y in range(y0, y1, dash + gap):
                paper[y : min(y + dash, y1), [x0, x0 + 1, x1, x1 + 1]] = 0
        assert_found(only_grid(read(with_words(paper, MERGED))), MERGED, XS, YS)

    def test_dashed_rules_between_low_rows_hold_each_other(self):
        """Dashes are found from crossing to crossing, and each piece is too short to be a rule by itself."""
        xs, ys = (60, 260, 460, 520, 580, 640, 900), tuple(range(100, 100 + 60 * 9, 60))
        paper = sheet()
        for x in xs:
            for y in range(ys[0], ys[-1], 16):
                paper[y : y + 10, x : x + 2] = 0
        for y in ys:
            for x in range(xs[0], xs[-1], 16):
                paper[y : y + 2, x : x + 10] = 0
        spans = every_cell(len(ys) - 1, len(xs) - 1)
        assert_found(only_grid(read(with_words(paper, spans, "指标", xs, ys))), spans, xs, ys)

    def test_the_loops_of_a_signature_are_no_rules(self):
        paper = with_words(draw(MERGED, XS, YS), MERGED)
        for x in (560, 620, 680, 740):
            cv2.ellipse(paper, (x, 255), (18, 48), 8, 0, 330, (40, 40, 40), 5, cv2.LINE_AA)
        assert_found(only_grid(read(paper)), MERGED, XS, YS)

    def test_a_page_without_text_stays_as_it_is(self):
        assert_found(only_grid(read(draw(MERGED, XS, YS))), MERGED, XS, YS)

    def test_tinted_header_cells_are_cells(self):
        paper = draw(MERGED, XS, YS)
        paper[YS[0] + 2 : YS[1] - 1, XS[0] + 2 : XS[-1] - 1] = (190, 205, 220)
        paper[YS[1] + 2 : YS[-1] - 1, XS[0] + 2 : XS[1] - 1] = (225, 225, 225)
        assert_found(only_grid(read(with_words(paper, MERGED))), MERGED, XS, YS)

    @pytest.mark.parametrize("words", ["绩效一二三王", "二〇二二年三月", "工程主体三千一百", "|||||||"])
    def test_strokes_of_characters_are_no_rules(self, words):
        assert_found(only_grid(read(with_words(draw(MERGED, XS, YS), MERGED, words))), MERGED, XS, YS)

    def test_dashes_in_every_cell_may_be_dashed_rules(self):
        grid = only_grid(read(with_words(draw(MERGED, XS, YS), MERGED, "——————")))
        assert spans_of(grid) == MERGED or max(cell.confidence.border for cell in grid.cells[1:]) < 0.8


class UprightReader(Stub):
    """Is sure of what stands on the upright page as it is shown, and of nothing else."""

    def __init__(self, paper: Paper) -> None:
        super().__init__()
        self.paper = paper

    def recognise(self, crops):
        return [Reading("字", (0.99 if self._stands_on_paper(crop) else 0.1,), (0.5,)) for crop in crops]

    def _stands_on_paper(self, crop: Paper) -> bool:
        likeness = cv2.matchTemplate(self.paper, np.ascontiguousarray(crop[2:-2, 2:-2]), cv2.TM_CCOEFF_NORMED)
        return float(likeness.max()) > 0.9


class TakenIn(UprightReader):
    """Is sure of the first two crops it is shown, whichever way up they are."""

    shown = 0

    def recognise(self, crops):
        fooled = [Reading("一", (0.99,), (0.5,)) for _ in crops[: max(0, 2 - self.shown)]]
        self.shown += len(crops)
        return fooled + super().recognise(crops[len(fooled) :])


def on_larger_paper(paper: Paper) -> Paper:
    return cv2.copyMakeBorder(paper, 200, 200, 200, 200, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def with_words(
    paper: Paper,
    spans: Iterable[Span],
    words: str = "产出指标数量",
    xs: Sequence[float] = XS,
    ys: Sequence[float] = YS,
) -> Paper:
    for span in spans:
        x0, y0, _, _ = box_of(span, xs, ys)
        write(paper, words, x0 + 8, y0 + 12, 20)
    return paper


@st.composite
def partitions(draw_: st.DrawFn) -> tuple[list[Span], list[int], list[int]]:
    """A table cut again and again from side to side, with the places of its rules; at least two cells."""
    rows, columns = draw_(st.integers(2, 7)), draw_(st.integers(2, 6))
    gaps = st.integers(40, 130)
    ys = list(accumulate([60, *draw_(st.lists(gaps, min_size=rows, max_size=rows))]))
    xs = list(accumulate([80, *draw_(st.lists(st.integers(80, 180), min_size=columns, max_size=columns))]))

    def cut(row: int, column: int, height: int, width: int, must: bool = False) -> list[Span]:
        choices = [("row", at) for at in range(1, height)] + [("column", at) for at in range(1, width)]
        whole = [] if must else [("whole", 0)]
        way, at = draw_(st.sampled_from(choices + whole)) if choices else ("whole", 0)
        if way == "row":
            return cut(row, column, at, width) + cut(row + at, column, height - at, width)
        if way == "column":
            return cut(row, column, height, at) + cut(row, column + at, height, width - at)
        return [(row, column, height, width)]

    spans = cut(0, 0, rows, columns, must=True)
    # Rules that no cell ends at are not drawn, and no row or column of the grid.
    used_rows = sorted({row for row, *_ in spans} | {row + height for row, _, height, _ in spans})
    used_columns = sorted({column for _, column, *_ in spans} | {c + width for _, c, _, width in spans})
    renumbered = [
        (
            used_rows.index(row),
            used_columns.index(column),
            used_rows.index(row + height) - used_rows.index(row),
            used_columns.index(column + width) - used_columns.index(column),
        )
        for row, column, height, width in spans
    ]
    return renumbered, [xs[column] for column in used_columns], [ys[row] for row in used_rows]


def sheet_around(xs: Sequence[float], ys: Sequence[float]) -> Paper:
    """Paper that the table fits on, but no scrap: where there is no text, its size tells how large text would be."""
    return sheet(max(800, round(xs[-1] + xs[0])), max(600, round(ys[-1] + ys[0])))


class TestAnyTable:
    @given(partitions(), st.sampled_from([1, 2, 3]))
    @settings(max_examples=30)
    def test_drawn_is_found_again_exactly(self, partition, weight):
        spans, xs, ys = partition
        assert_found(only_grid(read(draw(spans, xs, ys, weight, sheet_around(xs, ys)))), spans, xs, ys)

    @given(partitions(), st.integers(0, 99))
    @settings(max_examples=15)
    def test_cells_cover_the_grid_once_whatever_is_left_of_the_rules(self, partition, seed):
        spans, xs, ys = partition
        paper = faults.worn_rules(draw(spans, xs, ys, paper=sheet_around(xs, ys)), 0.25, seed)
        for grid in read(paper).grids:
            covered = np.zeros((grid.rows, grid.columns), int)
            for cell in grid.cells:
                covered[cell.row : cell.row_end, cell.col : cell.col_end] += 1
            assert (covered == 1).all()
            assert list(grid.cells) == sorted(grid.cells, key=lambda cell: (cell.row, cell.col))
            assert {cell.row for cell in grid.cells} == set(range(grid.rows))
            assert {cell.col for cell in grid.cells} == set(range(grid.columns))


def one_cell_among_words(word: str, x: float = 20, y: float = 14) -> tuple[Paper, Span]:
    """A table of words with one cell that holds ``word``."""
    paper = with_words(draw(every_cell(4, 4), XS, YS), [s for s in every_cell(4, 4) if s != (1, 1, 1, 1)])
    write(paper, word, XS[1] + x, YS[1] + y, 20)
    return paper, (1, 1, 1, 1)


def text_in(paper: Paper, span: Span, says: str) -> str:
    cells = {(cell.row, cell.col): cell for cell in only_grid(read(paper, says)).cells}
    return cells[span[:2]].text


class TestLoneMarks:
    @pytest.mark.parametrize(
        ("printed", "taken_for", "text"),
        [
            ("-", "一", "-"),
            ("—", "一", "—"),
            ("/", "1", "/"),
            ("/", "丿", "/"),
            ("0", "O", "0"),
            ("0", "o", "0"),
            ("O", "O", "O"),
            ("1", "1", "1"),
            ("7", "7", "7"),
            ("无", "无", "无"),
        ],
    )
    def test_are_told_by_their_shape(self, printed, taken_for, text):
        assert text_in(*one_cell_among_words(printed), says=taken_for) == text

    def test_bars_that_run_together_are_not_taken_for_a_dash_for_sure(self):
        """A ═ of hairlines on a scan made smaller: the paper between its bars is grey."""
        two_bars, one_bar = [255, 136, 70, 186, 70, 134, 255], [255, 160, 90, 70, 90, 160, 255]
        marks = [lone_symbol("一", [LineBox(5, 11, 37, 16)], bar_of(rows)) for rows in (two_bars, one_bar)]
        assert [mark.confidence >= 0.9 for mark in marks if mark] == [False, True]

    @pytest.mark.parametrize("printed", ["1/2", "-3", "一般", "10"])
    def test_are_alone_in_their_cell(self, printed):
        assert text_in(*one_cell_among_words(printed), says=printed) == printed


def bar_of(rows: Sequence[int]) -> TextLayer:
    """A level bar on paper, 32 pixels long, of so dark rows; text is 30 pixels high."""
    grey = np.full((30, 45), 255, np.uint8)
    grey[10 : 10 + len(rows), 5:37] = np.array(rows)[:, None]
    grey[10:13, 33:37] = 255  # what a seal took from one end: not the shape of any sign
    return TextLayer(grey, np.where(grey < 200, 255, 0).astype(np.uint8), 30.0)


def crops_in(paper: Paper) -> list[Paper]:
    """What an engine is shown of the one cell with writing in it."""
    engine = Stub()
    read_page(Page(1, paper), engine)
    return engine.crops


class TestLines:
    def test_an_empty_cell_is_not_read(self):
        assert crops_in(draw(MERGED, XS, YS)) == []
        assert {cell.state for cell in only_grid(read(draw(MERGED, XS, YS))).cells} == {"empty"}

    @pytest.mark.parametrize("lines", [1, 2, 3])
    def test_every_line_of_a_cell_is_read_for_itself(self, lines):
        paper = draw(every_cell(4, 4), XS, YS)
        write(paper, "\n".join(["产出指标数量"] * lines), XS[2] + 10, YS[3] + 10, 22)
        crops = crops_in(paper)
        assert len(crops) == lines
        assert all(crop.shape[1] > 3 * crop.shape[0] for crop in crops)

    def test_a_character_of_two_strokes_is_one_line(self):
        paper, _ = one_cell_among_words("二")
        assert len(crops_in(paper)) == 16

    def test_a_lone_stroke_between_characters_is_no_rule(self):
        """下一步, 二级 and 一季度 lost their strokes to the rules that were painted over."""
        paper = draw(every_cell(4, 4), XS, YS)
        write(paper, "下一步一级", XS[2] + 10, YS[3] + 10, 22)
        (crop,) = crops_in(paper)
        assert (crop[:, round(0.22 * crop.shape[1]) : round(0.36 * crop.shape[1]), 0] < 128).any()

    def test_a_colon_far_from_its_neighbours_is_no_grain(self):
        paper = draw(every_cell(4, 4), XS, YS)
        write(paper, "其中", XS[2] + 10, YS[3] + 10, 22)
        write(paper, "当年财政拨款", XS[2] + 90, YS[3] + 10, 22)
        paper[YS[3] + 18 : YS[3] + 20, XS[2] + 72 : XS[2] + 74] = 0
        paper[YS[3] + 28 : YS[3] + 30, XS[2] + 72 : XS[2] + 74] = 0
        (crop,) = crops_in(paper)
        left = 72 - 10 + 2
        assert (crop[:, left - 6 : left + 8, 0] < 128).any()

    def test_text_written_downwards_is_read_side_by_side(self):
        xs = (100, 150, 600, 1140)
        paper = draw(every_cell(1, 3), xs, (100, 420))
        write(paper, "绩\n效\n指\n标", 113, 180)
        write(paper, "三级指标名称", 200, 200)
        write(paper, "年度指标值\n实际完成值", 640, 200)
        crops = crops_in(paper)
        assert len(crops) == 4
        assert crops[0].shape[1] > 2.5 * crops[0].shape[0]

    def test_thin_strokes_at_the_end_of_a_line_that_are_too_light_for_ink_belong_to_it(self):
        """A 二 at the start of a label was cut off in a soft photograph, and 级指标 read for sure."""
        grey = np.full((40, 140), 255, np.uint8)
        grey[12:14, 20:44] = grey[26:28, 18:46] = 190  # thin strokes, with darker tips
        grey[12:14, 42:44] = grey[26:28, 44:46] = 60
        grey[10:30, 50:110] = 60
        ink = np.where(grey < 150, 255, 0).astype(np.uint8)
        text = TextLayer(grey, ink, 20.0)
        (line,) = find_lines(CellBox(0, 0, 1, 1, 2, 2, 138, 38, 1.0), text)
        assert (line.x0, line.x1) == (18, 110)

    def test_a_crop_holds_the_whole_line_and_nothing_of_the_rules(self):
        paper = draw(every_cell(4, 4), XS, YS)
        write(paper, "产出指标", XS[1] + 4, YS[1] + 16)
        (crop,) = crops_in(paper)
        dark = (crop[:, :, 0] < 128).nonzero()
        assert dark[0].max() - dark[0].min() <= 1.2 * LETTER
        assert 3.5 * LETTER <= dark[1].max() - dark[1].min() <= 4 * LETTER
        assert (crop[[0, -1]] > 200).all()
        assert (crop[:, [0, -1]] > 200).all()


def reading(text: str, places: Sequence[float] | None = None, confidences: Sequence[float] | None = None) -> Reading:
    """A reading with its characters where print sets them: full-width ones twice as far apart as half-width ones."""
    if places is None:
        widths = [0.5 if character.isascii() else 1.0 for character in text]
        ends = list(accumulate(widths))
        places = [(end - width / 2) / (ends[-1] + 1) for end, width in zip(ends, widths, strict=True)]
    return Reading(text, tuple(confidences or [0.99] * len(text)), tuple(places))


def misread(printed: str, says: str) -> Reading:
    """What an engine says of a printed line, its characters where they are printed."""
    return Reading(says, (0.99,) * len(says), reading(printed).positions)


def text_of(*lines: Reading) -> str:
    """The text of a cell with these lines, each as wide as its characters and one more."""
    widths = [1 + sum(0.5 if character.isascii() else 1.0 for character in line.text) for line in lines]
    return cell_text(lines, [np.full((20, round(20 * width), 3), 255, np.uint8) for width in widths], 20.0)


def test_characters_that_were_all_seen_at_one_place_ended_the_reading() -> None:
    assert text_of(reading("甲乙、丙", places=(0.5, 0.5, 0.5, 0.5))) == "甲乙、丙"


class TestText:
    def test_line_wraps_leave_nothing(self):
        assert (
            text_of(reading("2022年12"), reading("月底前"), reading("SOFT"), reading("WARE"))
            == "2022年12月底前SOFTWARE"
        )

    @pytest.mark.parametrize(
        ("line", "text"),
        [
            (" 提 升 ", "提升"),
            ("≥ 90 %", "≥90%"),
            ("10 万元", "10万元"),
            ("第 3 季度", "第3季度"),
            ("Smart City 2022", "Smart City 2022"),
            ("12 34", "12 34"),
            ("", ""),
        ],
    )
    def test_spaces_stay_only_between_latin_words_and_numbers(self, line, text):
        assert text_of(reading(line)) == text

    @pytest.mark.parametrize("mark", "，；：？！")
    def test_a_mark_with_a_characters_room_is_full_width_whatever_the_engine_says(self, mark):
        half = chr(ord(mark) - 0xFEE0)
        assert text_of(misread(f"有效提升{mark}全部达成", f"有效提升{half}全部达成")) == f"有效提升{mark}全部达成"

    @pytest.mark.parametrize(
        "printed", ["覆盖率100%；更新食堂设备", "圆满完成，2022年全部达成", "提升（一）共3项，增加"]
    )
    def test_beside_figures_too(self, printed):
        halves = printed.translate({ord(mark): chr(ord(mark) - 0xFEE0) for mark in "，；（）"})
        assert text_of(misread(printed, halves)) == printed

    @pytest.mark.parametrize("printed", ["完成1,234人次,达成", "执行数(B)为100%;合计", "会议3:00开始"])
    def test_a_narrow_mark_beside_figures_stays_half_width(self, printed):
        assert text_of(reading(printed)) == printed

    def test_a_narrow_mark_stays_half_width(self):
        assert text_of(reading("全年执行数(B)合计")) == "全年执行数(B)合计"
        assert text_of(reading("有效提升,全部达成")) == "有效提升,全部达成"

    def test_a_mark_at_the_end_of_a_line_is_full_width_after_chinese(self):
        assert text_of(reading("有效提升,"), reading("全部达成")) == "有效提升，全部达成"

    @pytest.mark.parametrize("number", ["1,234.5", "10:30", "3;4"])
    def test_marks_in_numbers_are_left_alone(self, number):
        assert text_of(reading(number)) == number

    @pytest.mark.parametrize("printed", ["全年执行数(B)合计", "补贴（含留用奖）的满意度"])
    @pytest.mark.parametrize("says", ["(", "（"])
    def test_a_bracket_is_as_wide_as_the_white_before_it_says(self, printed, says):
        """Engines place characters in steps, and take either width for the other."""
        font = ImageFont.truetype(fonts.serif_path(), 40)
        paper = Image.new("RGB", (round(font.getlength(printed)) + 40, 60), "white")
        ImageDraw.Draw(paper).text((20, 4), printed, font=font, fill="black")
        ends = [20 + font.getlength(printed[: n + 1]) for n in range(len(printed))]
        middles = [(a + b) / 2 / paper.width for a, b in pairwise([20.0, *ends])]
        line = Reading(re.sub("[(（]", says, printed), (0.99,) * len(printed), tuple(middles))
        assert cell_text([line], [np.asarray(paper)], 40.0) == printed

    def test_a_space_before_a_bracket_is_its_room(self):
        line = Reading(
            "预算数 (元)合计", (0.99,) * 9, tuple(np.array([0.5, 1.5, 2.5, 3.1, 3.7, 4.5, 5.3, 6.5, 7.5]) / 8.5)
        )
        assert text_of(line) == "预算数（元）合计"

    def test_a_bracket_at_the_edge_of_a_line_follows_its_partner(self):
        assert text_of(reading("首台（套"), reading(")装备")) == "首台（套）装备"
        assert text_of(reading("全年预算数("), reading("A)合计")) == "全年预算数(A)合计"

    def test_a_bracket_in_a_line_too_short_to_measure_is_full_width_by_the_height_of_text(self):
        assert text_of(reading("项目资"), misread("金（万", "金(万"), reading("元)")) == "项目资金（万元）"
        assert text_of(reading("项目资"), reading("金(万"), reading("元)")) == "项目资金(万元)"

    def test_a_bracket_without_a_partner_is_full_width_between_chinese(self):
        assert text_of(reading("补贴("), reading("含留用奖的满意度")) == "补贴（含留用奖的满意度"
        assert text_of(reading("预算数("), reading("A合计")) == "预算数(A合计"

    @pytest.mark.parametrize(
        "text", ["8682,23", "69:31", "95.", "=222，1万元", "≥98°", "45.1.", "1,2345", "I2.5", "M137.5万元", "57669.9C"]
    )
    def test_a_quantity_as_nobody_prints_it_was_misread(self, text):
        assert has_odd_number(text)

    @pytest.mark.parametrize(
        "text",
        [
            "476.541906.15",
            "6.07.08.09.5",
            "27.707.93",
            "5.1031,435.90",
            "3%13%",
            "12345,678",
            "1.5602.2元",
            "0.48应付工资",
        ],
    )
    def test_two_numbers_glued_to_one_are_odd(self, text):
        assert has_odd_number(text)

    @pytest.mark.parametrize(
        "lines", [("36145", "879800194"), ("≥200个", "300个"), ("12,34.", "56"), ("3%", "13%", "免税")]
    )
    def test_numbers_on_several_lines_of_a_cell_are_not_taken_for_one(self, lines):
        assert has_several_numbers([reading(line) for line in lines])

    @pytest.mark.parametrize(
        "lines",
        [
            ("1,234.56",),
            ("2022年1月至", "12月31日"),
            ("完成1,200", "万元"),
            ("2024-", "01-05"),
            ("A栋", "3"),
            ("1,234.", "56"),
            ("1,", "234.56"),
            ("10.", "5%"),
        ],
    )
    def test_text_on_several_lines_with_one_number_is_one_text(self, lines):
        assert not has_several_numbers([reading(line) for line in lines])

    @pytest.mark.parametrize(
        "text",
        ["1,234.5", "12,345,678.90万元", "26°C", "3:00开始", "2022.12.31", "98.3%", "1.加强", "1.1.2", "1-3", ""],
    )
    def test_other_figures_are_not_odd(self, text):
        assert not has_odd_number(text)

    @pytest.mark.parametrize("text", ["满意度指标（15分", "执行率(B(A)", "完成率)"])
    def test_a_bracket_without_its_partner_is_odd(self, text):
        assert has_odd_brackets(text)

    @pytest.mark.parametrize("text", ["执行率(B/A)", "1）加强管理；2）推进（一）期", "（一）首台（套）", "a)完成"])
    def test_pairs_of_brackets_and_numbers_of_items_are_not_odd(self, text):
        assert not has_odd_brackets(text)

    def test_what_is_already_full_width_stays(self):
        assert text_of(reading("首台（套）重大技术装备，“黑广播”")) == "首台（套）重大技术装备，“黑广播”"

    def test_punctuation_is_not_the_least_sure_character_of_a_sentence(self):
        assert least_sure(reading("提升，全部", confidences=[0.9, 0.95, 0.2, 0.97, 0.99])) == 0.9

    def test_a_decimal_point_and_a_lone_mark_count(self):
        assert least_sure(reading("9.5", confidences=[0.99, 0.3, 0.98])) == 0.3
        assert least_sure(reading("，", confidences=[0.4])) == 0.4


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("side", "seed"), [(100, 58), (100, 59), (64, 27)])
def test_a_tiny_page_of_noise_broke_the_fit_of_strokes_a_pixel_long(engine, side, seed):
    noise = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    assert read_page(Page(1, noise), engine).width == side
