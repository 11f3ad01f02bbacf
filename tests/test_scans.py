"""The maker of test scans: what it prints is the truth, whole and inside its cells, and the same every time."""

import json
from functools import cache
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest

from tests.scans.faults import FAULTS, Fault, scan
from tests.scans.make_samples import TIANJIN
from tests.scans.tables import Table, TableCell, TableRow, central_project_table, tianjin_table
from tests.scans.typeset import SANS, GridCell, PageGrid, Style, page_grids, typeset

TRUTH = Path(__file__).parent / "truth"
FORMS = ("tianjin_gxj_2022", "example_project_1", "example_project_2")
SEVERITIES = {
    "turn": 90, "skew": 1.0, "jpeg": 60, "low_resolution": 2, "noise": 8, "perspective": 0.03, "photograph": 0.03,
    "curl": 0.03,
}  # fmt: skip


@cache
def truth(name: str) -> dict[str, Any]:
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))


def table(name: str) -> Table:
    draw = tianjin_table if name.startswith("tianjin") else central_project_table
    return draw(truth(name))


@cache
def printed(name: str, style: Style) -> bytes:
    return typeset(table(name), style)


def page_texts(pdf: bytes) -> list[str]:
    with pdfium.PdfDocument(pdf) as document:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]


def texts(value: Any) -> list[str]:
    """Every printed string of a truth: all of them but the labels' plain names, where they are printed with points."""
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "level1" for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def stray_texts(pdf: bytes) -> list[tuple[int, tuple[float, ...]]]:
    """Text outside every ruled cell, but for the title's two lines."""
    with pdfium.PdfDocument(pdf) as document:
        return [(number, text) for number, page in enumerate(document) for text in _strays(page)][2:]


def _strays(page: pdfium.PdfPage) -> list[tuple[float, ...]]:
    cells = np.array([box.get_bounds() for box in page.get_objects([raw.FPDF_PAGEOBJ_PATH])])
    lines = [text.get_bounds() for text in page.get_objects([raw.FPDF_PAGEOBJ_TEXT])]
    return [line for line in lines if not _inside(line, cells)]


def _inside(line: tuple[float, ...], cells: np.ndarray) -> bool:
    left, bottom, right, top = cells.T
    return bool(((left <= line[0]) & (bottom <= line[1]) & (right >= line[2]) & (top >= line[3])).any())


@pytest.mark.parametrize("name", FORMS)
def test_everything_in_the_truth_is_printed(name: str) -> None:
    pages = "".join(page_texts(printed(name, TIANJIN)))
    assert not [text for text in texts(truth(name)) if "".join(text.split()) not in pages]


@pytest.mark.parametrize("name", FORMS)
def test_every_indicator_is_a_row_of_its_own_in_order(name: str) -> None:
    keys = ("name", "target", "actual", "weight", "score", "deviation")
    rest = "".join(page_texts(printed(name, TIANJIN)))
    for indicator in truth(name)["indicators"]:
        _, row, rest = rest.partition("".join("".join(indicator[key] for key in keys).split()))
        assert row, indicator["name"]


@pytest.mark.parametrize("style", [TIANJIN, Style(), Style(landscape=True, font=SANS, split_rows=True)])
@pytest.mark.parametrize("name", FORMS)
def test_no_text_leaves_its_cell(name: str, style: Style) -> None:
    assert stray_texts(printed(name, style)) == []


def test_the_tianjin_form_breaks_like_the_published_one() -> None:
    pages = page_texts(printed("tianjin_gxj_2022", TIANJIN))
    assert len(pages) == 10
    assert pages[0].count("五大领域稽查工作") == pages[1].count("五大领域稽查工作") == 1
    assert all(page.startswith("年度指标完成情况一级指标") for page in pages[2:])
    assert len(truth("tianjin_gxj_2022")["indicators"]) == 103


def test_a_merged_label_is_printed_once_on_request() -> None:
    again = page_texts(printed("tianjin_gxj_2022", Style()))
    once = page_texts(printed("tianjin_gxj_2022", Style(repeat_labels=False)))
    assert sum(page.count("绩效目标4") for page in again) > 1
    assert sum(page.count("绩效目标4") for page in once) == 1


def test_a_split_row_goes_on_in_the_next_pages_first_row() -> None:
    sentence = "".join(f"第{number}项工作已按计划完成，" for number in range(150))
    rows = [
        TableRow((TableCell("标签", rowspan=3), TableCell("内容")), "s", header=True),
        TableRow((TableCell("无", align="left"),), "s"),
        TableRow((TableCell(sentence, align="left"),), "s"),
    ]
    pages = page_texts(typeset(Table("表", "(2022年度)", (1, 2), tuple(rows)), Style(split_rows=True)))
    assert len(pages) > 1
    assert "".join(page.split("内容", 1)[1] for page in pages) == "无" + sentence
    assert all("标签" in page for page in pages)


@pytest.mark.parametrize("style", [TIANJIN, Style(landscape=True, font=SANS, split_rows=True)])
@pytest.mark.parametrize("name", FORMS)
def test_the_grids_of_the_pages_hold_what_is_printed_on_them(name: str, style: Style) -> None:
    pages, grids = page_texts(printed(name, style)), page_grids(table(name), style)
    assert len(pages) == len(grids)
    for text, grid in zip(pages, grids, strict=True):
        assert sorted(text.removeprefix(heading(name))) == sorted(
            c for cell in grid.cells for c in "".join(cell.text.split())
        )


def heading(name: str) -> str:
    return "".join(f"{truth(name)['title']}({truth(name)['year']}年度)".split())


@pytest.mark.parametrize("name", FORMS)
def test_the_cells_of_a_page_cover_its_grid_once_and_every_line_ends_some_cell(name: str) -> None:
    for grid in page_grids(table(name), Style(split_rows=True)):
        covered = [
            (row, col)
            for cell in grid.cells
            for row in range(cell.row, cell.row + cell.rowspan)
            for col in range(cell.col, cell.col + cell.colspan)
        ]
        assert sorted(covered) == [(row, col) for row in range(grid.rows) for col in range(grid.columns)]
        assert {cell.row for cell in grid.cells} == set(range(grid.rows))
        assert {cell.col for cell in grid.cells} == set(range(grid.columns))


def test_rows_and_columns_that_end_on_other_pages_are_not_counted() -> None:
    wide = TableRow((TableCell("长", rowspan=3), TableCell("宽", colspan=2)))
    rest = (TableRow((TableCell("甲", rowspan=2), TableCell("乙", rowspan=2))), TableRow(()))
    one_page = page_grids(Table("表", "", (1, 1, 1), (wide, *rest)), Style())
    assert one_page == [
        PageGrid(
            2,
            3,
            (
                GridCell(0, 0, 2, 1, "长"),
                GridCell(0, 1, 1, 2, "宽"),
                GridCell(1, 1, 1, 1, "甲"),
                GridCell(1, 2, 1, 1, "乙"),
            ),
        )
    ]
    first, second = page_grids(Table("表", "", (1, 1, 1), (wide, *rest)), Style(min_row=200, repeat_labels=False))[:2]
    assert first == PageGrid(1, 2, (GridCell(0, 0, 1, 1, "长"), GridCell(0, 1, 1, 1, "宽")))
    assert second == PageGrid(1, 3, tuple(GridCell(0, col, 1, 1, text) for col, text in enumerate(("", "甲", "乙"))))


@pytest.mark.parametrize(
    "change",
    [
        {"dash": (0.5, 0.5), "line_grey": 150}, {"frame_width": 1.0, "double_frame": True, "header_grey": 210},
        {"open_sides": True},
    ],
)  # fmt: skip
def test_the_look_of_the_rules_leaves_text_and_grid_alone(change: dict[str, Any]) -> None:
    plain, changed = Style(), Style(**change)
    name = "example_project_1"
    assert page_texts(printed(name, plain)) == page_texts(printed(name, changed))
    assert page_grids(table(name), plain) == page_grids(table(name), changed)
    before, after = (scan(printed(name, style), 100)[0] for style in (plain, changed))
    assert not np.array_equal(before, after)


def test_a_table_with_holes_is_refused() -> None:
    with pytest.raises(ValueError, match="fill its grid"):
        typeset(Table("表", "", (1, 1), (TableRow((TableCell("一格"),)),)))


def test_the_same_truth_and_seed_give_the_same_scan() -> None:
    pdf = printed("example_project_1", Style())
    assert typeset(central_project_table(truth("example_project_1")), Style()) == pdf
    faults = [Fault("shade", 0.2, 1), Fault("noise", 5, 2), Fault("seal", 0.8, 3), Fault("worn_rules", 0.2, 4)]
    first, second = (scan(pdf, 60, faults) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    other = scan(pdf, 60, [Fault("noise", 5, 9)])
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("dpi", [72, 200])
def test_pages_come_out_at_the_asked_resolution(dpi: int) -> None:
    height, width = (ceil(length / 25.4 * dpi) for length in (297, 210))
    assert {page.shape for page in scan(printed("example_project_1", Style()), dpi)} == {(height, width, 3)}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_changes_the_page_and_leaves_the_original_alone(name: str) -> None:
    page = scan(printed("example_project_1", Style()), 72)[0]
    before = page.copy()
    after = Fault(name, SEVERITIES.get(name, 0.5), 1)(page)
    assert np.array_equal(page, before)
    assert after.dtype == np.uint8
    assert not np.array_equal(after, page)


def test_the_pages_of_a_scan_differ_in_what_is_left_to_chance() -> None:
    blank = typeset(Table("", "", (1,), tuple(TableRow((TableCell(""),)) for _ in range(80))), Style())
    pages = scan(blank, 40, [Fault("noise", 10, 1)])
    assert len(pages) == 3
    assert not any(np.array_equal(a, b) for a, b in pairwise(pages))


@pytest.mark.parametrize("seed", range(4))
def test_a_cut_sheet_loses_its_outer_rule_and_no_text(seed: int) -> None:
    page = scan(printed("example_project_1", Style()), 100)[0]
    cut = Fault("cut_border", 0.5, seed)(page)
    lost = page.shape[1] - cut.shape[1]
    assert np.array_equal(cut, page[:, lost:]) or np.array_equal(cut, page[:, :-lost])
    gone = page[:, :lost] if np.array_equal(cut, page[:, lost:]) else page[:, : -lost - 1 : -1]
    dark = gone.min(axis=2) < 160
    rule = np.flatnonzero(dark.mean(axis=0) > 0.5)  # it runs over most of the sheet's height
    assert len(rule)
    assert not dark[:, : rule[0]].any()
    beyond = dark[:, rule[-1] + 2 :]  # nothing but rules, which run through
    assert np.array_equal(beyond.any(axis=1), beyond.all(axis=1))
