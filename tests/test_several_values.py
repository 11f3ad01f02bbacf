"""Several values in one cell stay apart: 5 over 5 is never 55, in scans and in files that hold text."""

from __future__ import annotations

from pathlib import Path

import docx
import numpy as np
import openpyxl
import pypdfium2 as pdfium
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pylopdf_fonts_zh_cn import sans_path as typeface

from tests.opened import own_text, read, text
from workbench.checks import check_form
from workbench.form.assemble import assemble_forms
from workbench.model import Form, Page, PageContent
from workbench.read.page import read_page
from workbench.settings import REVIEW_THRESHOLD
from workbench.several_values import VALUE_END, are_values, in_one_line, values_of
from workbench.values import normalise, parse_amount, parse_number, parse_points, parse_target

HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因")
STACKED = ("产出指标", "数量指标", "1.改造楼栋\n2.加装扶手", "≥26栋\n≥1,350米", "26栋\n1,280米", "5\n5", "5\n4", "")
UNEVEN = ("产出指标", "质量指标", "一次验收合格率", "100%", "100%", "10\n10", "20", "")
PLAIN = ("效益指标", "社会效益", "受益居民户数", "≥1,560户", "1,604户", "70", "70", "")
ROWS = (HEADS, STACKED, UNEVEN, PLAIN)


def in_word(folder: Path) -> list[PageContent]:
    document = docx.Document()
    made = document.add_table(len(ROWS), len(HEADS))
    for row, texts in zip(made.rows, ROWS, strict=True):
        for cell, one in zip(row.cells, texts, strict=True):
            cell.text = one
    document.save(folder / "a.docx")
    return [page.content for page in read(folder / "a.docx")]


def in_excel(folder: Path) -> list[PageContent]:
    workbook = openpyxl.Workbook()
    for row in ROWS:
        workbook.active.append(row)
    workbook.save(folder / "a.xlsx")
    return [page.content for page in read(folder / "a.xlsx")]


def in_html(folder: Path) -> list[PageContent]:
    rows = ("".join(f"<td>{one}</td>".replace("\n", "<br>") for one in row) for row in ROWS)
    path = text(folder / "a.html", "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    return [page.content for page in read(path)]


def printed(folder: Path) -> Path:
    pdf = FPDF(format="A4", orientation="landscape")
    pdf.add_page()
    pdf.add_font("body", fname=typeface())
    pdf.set_font("body", size=10)
    for y, row in enumerate(ROWS):
        for x, one in enumerate(row):
            left, top, lines = 15 + 33 * x, 20 + 16 * y, one.split("\n")
            pdf.rect(left, top, 33, 16)
            for n, line in enumerate(lines):
                pdf.set_xy(left, top + 8 - 2.75 * len(lines) + 5.5 * n)
                pdf.cell(33, 5.5, line, align="C")
    pdf.output(str(folder / "a.pdf"))
    return folder / "a.pdf"


def in_pdf_text(folder: Path) -> list[PageContent]:
    content = own_text(printed(folder), 1)
    assert content is not None
    return [content]


def picture_of(pdf: Path) -> NDArray[np.uint8]:
    with pdfium.PdfDocument(pdf) as document:
        return document[0].render(scale=200 / 72, rev_byteorder=True).to_numpy()[:, :, :3].copy()


def on_a_scan(folder: Path, engine) -> list[PageContent]:
    return [read_page(Page(1, picture_of(printed(folder))), engine)]


@pytest.fixture(params=[in_word, in_excel, in_html, in_pdf_text, on_a_scan])
def form(request: pytest.FixtureRequest, tmp_path: Path) -> Form:
    more = (request.getfixturevalue("engine"),) if request.param is on_a_scan else ()
    (found,) = assemble_forms(request.param(tmp_path, *more), "a")
    return found


def test_a_row_whose_cells_all_have_two_values_is_two_indicators(form: Form):
    """A scan with 5 over 5 in one cell gave one indicator with a weight of 55."""
    first, second = form.indicators[:2]
    assert (first.name.text, second.name.text) == ("1.改造楼栋", "2.加装扶手")
    assert (first.target.text, second.target.text) == ("≥26栋", "≥1,350米")
    assert (first.weight.text, first.score.text, second.weight.text, second.score.text) == ("5", "5", "5", "4")
    assert {one.level2.text for one in (first, second)} == {"数量指标"}
    codes = {(one.code, one.record_no) for one in check_form(form, REVIEW_THRESHOLD)}
    assert {("several-values", 1), ("several-values", 2)} <= codes
    assert not {("shifted-cell", 1), ("shifted-cell", 2)} & codes  # one cause, one finding


def test_a_cell_with_two_values_beside_cells_with_one_is_null_with_a_finding(form: Form):
    assert len(form.indicators) == 4
    uneven = form.indicators[2]
    assert uneven.weight.text == f"10{VALUE_END}10"
    assert parse_points(uneven.weight.text) is None
    (finding,) = [one for one in check_form(form, REVIEW_THRESHOLD) if (one.record_no, one.field) == (3, "weight")][:1]
    assert (finding.code, finding.severity, finding.found) in {
        ("several-values", "error", "10；10"),
        ("low-confidence", "warning", f"10{VALUE_END}10"),
    }
    assert ("several-values", "weight") in {(one.code, one.field) for one in check_form(form, REVIEW_THRESHOLD)}


@given(st.lists(st.sampled_from(["5", "1,234.56", "90%", "≥26栋", "（10）", "-3"]), min_size=2, max_size=4))
def test_several_values_are_never_one_number(values: list[str]):
    joined = VALUE_END.join(values)
    assert are_values(values)
    assert values_of(joined) == values
    assert in_one_line(joined) == joined
    assert parse_number(joined) is parse_points(joined) is parse_amount(joined) is None
    assert parse_target(joined).value is None
    assert normalise(normalise(joined)) == normalise(joined)


@pytest.mark.parametrize("lines", [["-", "5"], ["/", "10"], ["—", "96%"], ["5人", "1000平方公里"]])
def test_a_dash_over_a_number_is_not_its_sign(lines: list[str]):
    """A score of - over 5 was -5, in scans and in files that hold text."""
    assert are_values(lines)
    assert parse_number(VALUE_END.join(lines)) is None


@pytest.mark.parametrize("lines", [["1,234.", "56"], ["培训", "人数"], ["5"], ["10", "其中"]])
def test_wrapped_text_is_one(lines: list[str]):
    assert not are_values(lines)
