"""Rules that are no long run of dark ink, and long runs that are no rules: what the network sees beside the ink."""

from __future__ import annotations

import numpy as np
import pytest

from tests.test_grid import Paper, Stub, every_cell, only_grid, read, rule, sheet, spans_of, write
from tests.test_print import XS, YS, table
from tests.test_unruled import BODY, HEADER, LEFTS, write_rows
from workbench.grid.rectify.upright import UprightPage, make_upright
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.structure.rule_map import _ending_at_rules, map_rules
from workbench.model import Page

RULING = GRID_DEFAULTS.ruling


def upright(paper: Paper) -> UprightPage:
    return make_upright(Page(1, paper), Stub())


def dashed(dash: int, gap: int, shade: int = 0) -> Paper:
    """A table all of whose rules are dashes; figures end at them."""
    paper = sheet()
    write_rows(paper, [HEADER, *BODY[:3]], YS[0] + 14, pitch=50)
    for n in range(1, 4):
        for x, text in zip(XS[1:], ("1,929", "-6,025", "0.6", "82.4"), strict=True):
            write(paper, text, x - 2 - 12 * len(text), YS[n] + 14, 24)
    for start in range(0, dash + gap, 1):
        if start < dash:
            for x in XS:
                paper[YS[0] + start : YS[-1] : dash + gap, x] = shade
            for y in YS:
                paper[y, XS[0] + start : XS[-1] : dash + gap] = shade
    return paper


class TestDashes:
    @pytest.mark.parametrize(("dash", "gap"), [(3, 3), (8, 4), (14, 6)])
    def test_a_table_of_dashes_that_figures_touch_lost_its_columns(self, dash: int, gap: int):
        assert spans_of(only_grid(read(dashed(dash, gap)))) == every_cell(4, 4)

    def test_pale_dashes(self):
        assert spans_of(only_grid(read(dashed(6, 3, shade=150)))) == every_cell(4, 4)


class TestFrames:
    @pytest.mark.parametrize("apart", [4, 6])
    def test_the_two_lines_of_a_double_frame_became_a_row_and_a_column(self, apart: int):
        paper = table()
        left, top, right, low = XS[0] - apart, YS[0] - apart, XS[-1] + apart, YS[-1] + apart
        for line in (
            (left, top, right, top),
            (left, low, right, low),
            (left, top, left, low),
            (right, top, right, low),
        ):
            rule(paper, *line)
        assert spans_of(only_grid(read(paper))) == every_cell(4, 4)


class TestTheMap:
    @pytest.mark.parametrize("shape", [(16, 16), (333, 517), (1000, 40)])
    def test_it_is_as_large_as_its_page(self, shape: tuple[int, int]):
        page = upright(np.full((*shape, 3), 255, np.uint8))
        found = map_rules(page, RULING)
        masks = (found.level, found.plumb, found.level_lines, found.plumb_lines)
        assert {mask.shape for mask in masks} == {page.ink.shape}
        assert not (found.level_lines.any() or found.plumb_lines.any())

    def test_text_alone_has_no_rules(self):
        paper = sheet()
        write_rows(paper, [HEADER, *BODY], 200, LEFTS, 40)
        found = map_rules(upright(paper), RULING)
        assert not (found.level_lines.any() or found.plumb_lines.any())

    def test_lines_lie_on_the_rules(self):
        found = map_rules(upright(table()), RULING)
        for lines, stops in ((found.level_lines, YS), (found.plumb_lines.T, XS)):
            for stop in stops:
                rows = np.flatnonzero(lines[stop - 12 : stop + 13].mean(axis=1) > 30) + stop - 12
                assert rows.size and abs(rows.mean() - stop) <= 2


def test_a_label_wider_than_its_column_parted_the_gap_beside_it_in_two() -> None:
    paper, lefts = sheet(), (120, 460, 720, 980)
    write_rows(paper, [("防火", "实验小学", "497.04", "10"), ("演出", "联合会", "4.91", "9")] * 3, 256, lefts, 40)
    for left, label in zip((150, 500, 720, 980), ("项目名称", "单位", "金额", "得分"), strict=True):
        for n, letter in enumerate(label):
            write(paper, letter, left + 34 * n, 200, 24)
    assert spans_of(only_grid(read(paper))) == every_cell(7, 4)


class TestARuleThatTheNetworkLosesBeforeItsEnd:
    """A browser's pale rule under a head, of which the network saw the middle: two rows of a head became one."""

    CROSSED_AT = (100, 380)

    def kept(self, drawn: slice, seen: slice = slice(140, 320)) -> bool:
        bands, crossing, look = np.zeros((3, 60, 480), np.uint8)
        bands[29:32, seen] = 255
        for x in self.CROSSED_AT:
            crossing[:, x : x + 3] = 255
        look[30, drawn] = 40
        return bool(_ending_at_rules(bands, crossing, look, RULING).any())

    def test_is_a_rule_where_it_goes_on_to_those_that_cross_it(self):
        assert self.kept(slice(101, 380))

    def test_is_none_where_it_ends_with_what_the_network_saw(self):
        assert not self.kept(slice(140, 320), seen=slice(140, 150))

    def test_is_none_where_it_goes_on_past_the_table_like_a_crease(self):
        assert not self.kept(slice(0, 480), seen=slice(200, 220))
