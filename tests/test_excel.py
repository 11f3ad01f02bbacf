"""Workbooks: numbers as they are displayed, and nothing that a printed sheet would not show."""

from __future__ import annotations

import time
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from tests import written
from tests.opened import SETTINGS, SHEET, grids, lines, notes, problem, read, scored
from tests.printed import FORMS, table, truth
from workbench.form.assemble import assemble_forms
from workbench.readers.number_format import displayed


def book(path: Path, rows: list[list[object]], **formats: str) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for coordinate, code in formats.items():
        workbook.active[coordinate].number_format = code
    workbook.save(path)
    return path


class TestExcel:
    @pytest.mark.parametrize(
        ("value", "code", "shown"),
        [
            (0.983, "0%", "98%"),
            (0.983, "0.0%", "98.3%"),
            (0.98250, "0.00%", "98.25%"),
            (31215.7, "General", "31215.7"),
            (31215.7, "#,##0.00", "31,215.70"),
            (0.1 + 0.2, "General", "0.3"),
            (1 / 3, "General", "0.333333333"),
            (2.5, "0", "3"),
            (0.285, "0.00", "0.29"),
            (1.005, "0.00", "1.01"),
            (-3.2, "0.0", "-3.2"),
            (-3.2, "#,##0.0_);(#,##0.0)", "(3.2)"),
            (-0.001, "0.00", "0.00"),
            (0, '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', "-"),
            (5, "#.##", "5."),
            (7, "00", "07"),
            (200, '"≥"0"个"', "≥200个"),
            (1234567, '0.0,"千"', "1234.6千"),
            (1500, '[>=1000]0.0,"千";0', "1.5千"),
            (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
            (12345.678, "0.00E+00", "1.23E+04"),
            (123456789012, "General", "1.23457E+11"),
            (5, ";;;", ""),
            (5, "@", "5"),
            ("项目", "@", "项目"),
            (True, "General", "TRUE"),
            (datetime(2022, 12, 31), 'yyyy"年"m"月"', "2022年12月"),
            (datetime(2022, 12, 31), '[$-804]yyyy"年"m"月"d"日";@', "2022年12月31日"),
            (datetime(2022, 6, 5, 9, 3), "yyyy/m/d h:mm", "2022/6/5 9:03"),
            (datetime(2022, 6, 5, 15, 3), '上午/下午h"时"mm"分"', "下午3时03分"),
            (datetime(2022, 6, 5), "mmm-yy", "Jun-22"),
            (datetime(2022, 6, 5), "aaaa", "星期日"),
        ],
    )
    def test_a_number_is_read_as_it_is_displayed(self, value, code, shown):
        assert displayed(value, code) == shown

    @given(st.integers(-(10**12), 10**12), st.integers(0, 4))
    def test_figures_with_fixed_places_are_those_typed(self, digits, places):
        typed = f"{digits / 10**places:.{places}f}"
        code = "0" + ("." + "0" * places if places else "")
        assert displayed(float(typed), code) == (typed if float(typed) else typed.removeprefix("-"))

    @given(st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5), st.text(max_size=12))
    def test_any_format_gives_a_text_or_is_not_known(self, value, code):
        assert isinstance(displayed(value, code), str | None)

    @pytest.mark.parametrize("code", ["# ?/?", "[DBNum1]General", '0!.0,"万"'])
    def test_an_unknown_format_makes_the_cell_doubtful(self, tmp_path, code):
        path = book(tmp_path / "a.xlsx", [["a", "b"], ["c", 12345.5]], B2=code)
        cell = read(path)[0].content.grids[0].cells[-1]
        assert cell.confidence.overall < SETTINGS.review_threshold

    @pytest.mark.parametrize(("number", "shown"), [(14, "2022/12/31"), (31, "2022年12月31日"), (57, "2022年12月")])
    def test_formats_that_are_named_by_number_are_shown_as_in_chinese(self, tmp_path, number, shown):
        path = book(tmp_path / "a.xlsx", [["a", "b"], ["c", datetime(2022, 12, 31)]])
        written.edited(path, "xl/styles.xml", lambda xml: xml.replace('xf numFmtId="164"', f'xf numFmtId="{number}"'))
        assert grids(path)[0][1] == ["c", shown]

    def test_a_formula_shows_its_stored_result(self, tmp_path):
        path = book(tmp_path / "a.xlsx", [["a", "b"], ["c", "=1+1"]])
        written.edited(path, SHEET, lambda xml: xml.replace("<v></v>", "<v>2</v>").replace("<v />", "<v>2</v>"))
        assert grids(path) == [[["a", "b"], ["c", "2"]]]
        assert notes(path) == []

    def test_a_formula_without_its_result_is_unread_and_named(self, tmp_path):
        path = book(tmp_path / "a.xlsx", [["a", "b"], ["c", "=1+1"]])
        cell = read(path)[0].content.grids[0].cells[-1]
        assert (cell.text, cell.state, cell.confidence.overall) == ("", "unread", 0.0)
        (note,) = notes(path)
        assert (note.code, note.severity) == ("formula-without-value", "error")
        assert "B2" in note.message

    def test_hidden_rows_columns_and_sheets_are_left_out_and_said_to_be(self, tmp_path):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        for row in (["甲", "x", "乙"], ["y", "y", "y"], ["1", "x", "2"]):
            sheet.append(row)
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        workbook.create_sheet("草稿").append(["旧", "3"])
        workbook["草稿"].sheet_state = "hidden"
        workbook.create_sheet("空").sheet_state = "hidden"
        workbook.save(tmp_path / "a.xlsx")
        assert grids(tmp_path / "a.xlsx") == [[["甲", "乙"], ["1", "2"]]]
        rows, sheets = notes(tmp_path / "a.xlsx")
        assert rows.code == sheets.code == "hidden-content"
        assert "A2" in rows.message
        assert "B1" in rows.message
        assert "草稿" in sheets.message
        assert "空" not in sheets.message

    def test_a_merged_cell_over_hidden_rows_keeps_its_text(self, tmp_path):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        for row in (["甲", "1"], ["", "2"], ["", "3"]):
            sheet.append(row)
        sheet.merge_cells("A1:A3")
        sheet.row_dimensions[1].hidden = True
        workbook.save(tmp_path / "a.xlsx")
        (grid,) = read(tmp_path / "a.xlsx")[0].content.grids
        assert [(cell.text, cell.rowspan) for cell in grid.cells] == [("甲", 2), ("2", 1), ("3", 1)]

    def test_every_sheet_is_a_page_and_empty_rows_part_tables(self, tmp_path):
        workbook = openpyxl.Workbook()
        for sheet in (workbook.active, workbook.create_sheet("二")):
            top = written.add_sheet_table(sheet, table("example_project_1"))
            written.add_sheet_table(sheet, table("example_project_2"), top + 2)
        workbook.save(tmp_path / "a.xlsx")
        pages = [page.content for page in read(tmp_path / "a.xlsx")]
        assert [len(page.grids) for page in pages] == [2, 2]
        forms = assemble_forms(pages, "a")
        assert [form.project.text for form in forms] == [truth(name)["project"] for name in FORMS[1:]] * 2
        assert {(form.title, form.year) for form in forms} == {("项目支出绩效自评表", 2022)}

    def test_a_note_below_the_border_stands_outside_the_table(self, tmp_path):
        workbook = openpyxl.Workbook()
        bottom = written.add_sheet_table(workbook.active, table("example_project_1"))
        workbook.active.cell(bottom, 1, "注：得分按百分制计算。")
        workbook.save(tmp_path / "a.xlsx")
        assert lines(tmp_path / "a.xlsx")[-1] == "注：得分按百分制计算。"

    def test_lines_in_a_cell_are_joined_and_numbers_stay_apart(self, tmp_path):
        path = book(tmp_path / "a.xlsx", [["指标\n名称", "x"], ["2022年\n12月底", "100\n200"]])
        assert grids(path) == [[["指标名称", "x"], ["2022年\n12月底", "100\n200"]]]

    def test_a_hundred_thousand_empty_rows_with_formatting_cost_nothing(self, tmp_path):
        path = written.write_xlsx(table("example_project_1"), tmp_path / "a.xlsx")
        cells = "".join(f'<c r="{column}{{0}}" s="1"/>' for column in "ABCDEFGHI")
        row = f'<row r="{{0}}" s="1" customFormat="1">{cells}</row>'
        empty = "".join(row.format(number) for number in range(100, 100_100))
        written.edited(path, SHEET, lambda xml: xml.replace("</sheetData>", empty + "</sheetData>"))
        start = time.process_time()
        (page,) = read(path)
        assert time.process_time() - start < 10
        assert scored([page.content], "example_project_1").misses == ()

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
            ("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        ],
        ids=["a cell at the far corner", "one cell merged over the whole sheet"],
    )
    def test_a_sheet_that_reaches_too_far_is_refused(self, tmp_path, before, after):
        path = book(tmp_path / "a.xlsx", [["a", "b"], ["c", "d"]])
        written.edited(path, SHEET, lambda xml: xml.replace(before, after))
        found = problem(path)
        assert found.reason == "too-large"
        assert "max_cells = 1,000,000" in found.detail

    def test_formatting_makes_no_cell(self, tmp_path):
        workbook = openpyxl.Workbook()
        workbook.active.append(["a", "b"])
        workbook.active["A9"].fill = PatternFill("solid", "00FF00")
        workbook.save(tmp_path / "a.xlsx")
        assert grids(tmp_path / "a.xlsx") == [[["a", "b"]]]


ANCHORED = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape '
    'style="position:absolute;visibility:{look}"><v:textbox><font>62<br></v:textbox><x:ClientData ObjectType="Note">'
    "{visible}<x:Anchor>1, 15, 0, 10, 3, 15, 4, 4</x:Anchor></x:ClientData></v:shape></xml>"
)


@pytest.mark.parametrize(
    ("look", "visible", "sure"), [("hidden", "", True), ("visible", "", False), ("hidden", "<x:Visible/>", False)]
)
def test_a_note_that_is_left_open_over_a_number_is_seen(tmp_path, look, visible, sure):
    """A note that is shown covered 95, which was read without a word."""
    book = openpyxl.Workbook()
    book.active.append(["甲", "乙"])
    book.active.append(["丙", 95])
    book.active["A1"].comment = Comment("62", "a")
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        (vml,) = (name for name in package.namelist() if name.endswith(".vml"))
    written.edited(tmp_path / "a.xlsx", vml, lambda _: ANCHORED.format(look=look, visible=visible))
    (page,) = read(tmp_path / "a.xlsx")
    found = page.content.grids[0].cells[-1]
    assert (found.text, found.confidence.overall == 1.0) == ("95" if sure else "�", sure)
