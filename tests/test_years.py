"""The year of a form: what it prints as its own in whatever digits, and never one of a date or of several years."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.opened import read as read_file
from tests.printed import cell
from tests.test_any_form import HEADER, RECORD, printed, told
from workbench.form.assemble import assemble_forms
from workbench.model import Form

TITLE = "项目支出绩效自评表"


def form_of(title: str, subtitle: str = "", *rows: tuple, source: str = "scan") -> Form:
    (form,) = assemble_forms(printed(*rows, HEADER, RECORD, title=title, subtitle=subtitle), source)
    return form


@pytest.mark.parametrize(
    ("title", "subtitle"),
    [
        (f"二〇二三年度{TITLE}", ""),
        (TITLE, "（二○二三年度）"),
        (TITLE, "（二零二三年度）"),
        (TITLE, "（二O二三年度）"),
        (f"２０２３年度{TITLE}", ""),
        (TITLE, "（2 0 2 3 年 度）"),
        (f"附件2 2023年度{TITLE}", ""),
        (TITLE, "（2023年度）  填报日期：2024年3月5日"),
        (TITLE, "填报日期：2024年3月5日（2023年度）"),
        (TITLE, "填报单位：云溪县水务局 2023年度 填报日期：2024.3.5"),
        (f"2021-2023年高标准农田{TITLE}", "（2023年度）"),
    ],
)
def test_a_year_in_other_digits_or_beside_a_date_was_not_read(title, subtitle):
    form = form_of(title, subtitle)
    assert form.year == 2023
    assert not told(form, "year-inferred")


@pytest.mark.parametrize(
    ("title", "subtitle"),
    [
        (f"2022-2023年度{TITLE}", ""),
        (f"2021年至2023年{TITLE}", ""),
        (f"二〇二二至二〇二三年度{TITLE}", ""),
        (TITLE, "（20222023年度）"),
        (TITLE, "填报日期：二〇二四年三月五日"),
        (TITLE, "填表时间：2024年"),
        (TITLE, "2024年  月  日"),
        (TITLE, "2024年十二月"),
        (TITLE, "2 0 2 4 年 1 2 月"),
        (TITLE, "本单位成立于2019年。"),
    ],
)
def test_one_of_several_years_together_or_of_a_date_was_taken(title, subtitle):
    form = form_of(title, subtitle)
    assert form.year is None
    assert "year" in {finding.field for finding in told(form, "missing-value")}


def test_the_year_of_the_report_in_a_title_was_taken_for_that_of_the_performance():
    form = form_of(f"2024年{TITLE}", "（2023年度）")
    assert form.year == 2023
    assert "“2023”、“2024”" in told(form, "year-inferred")[0].message


def test_a_year_that_was_struck_out_beside_the_new_one_was_taken_without_a_finding():
    form = form_of(TITLE, "（2022年度2023年度）")
    assert form.year == 2022
    assert "“2022”、“2023”" in told(form, "year-inferred")[0].message


def test_of_several_years_in_a_path_the_first_was_taken():
    assert form_of(TITLE, source="2023/水务局2022.pdf").year is None
    assert form_of(TITLE, source="2024年公开/二〇二三年度水务局.pdf").year == 2023


def test_a_title_in_the_first_row_of_a_sheet_was_a_conclusion_and_the_year_below_it_lost():
    form = form_of("", "", (cell(TITLE, colspan=8),), (cell("（2023年度）  单位：万元", colspan=8),))
    assert (form.title, form.year, form.conclusion, form.unmapped) == (TITLE, 2023, None, ())


def test_a_year_in_the_text_of_another_row_was_that_of_the_form():
    assert form_of(TITLE, "", ("项目概况", cell("2019年开工建设", colspan=7))).year is None


def test_digits_that_are_not_surely_read_are_doubted_in_lines_and_in_cells():
    (page,) = printed(HEADER, RECORD, subtitle="（2022年度）")
    unsure = [replace(one, confidences=(0.3,) * len(one.text)) for one in page.loose_lines]
    (form,) = assemble_forms([replace(page, loose_lines=tuple(unsure))], "scan")
    assert [finding.field for finding in told(form, "year-inferred")] == ["year"]
    (sure,) = assemble_forms([page], "scan")
    assert not told(sure, "year-inferred")
    (page,) = printed(("年度", cell("2022", colspan=7)), HEADER, RECORD, subtitle="")
    (grid,) = page.grids
    cells = [
        replace(one, confidence=replace(one.confidence, character=0.3)) if one.text == "2022" else one
        for one in grid.cells
    ]
    (form,) = assemble_forms([replace(page, grids=(replace(grid, cells=tuple(cells)),))], "scan")
    assert form.year == 2022
    assert [finding.field for finding in told(form, "year-inferred")] == ["year"]


def test_the_caption_of_a_table_on_a_web_page_was_left_out(tmp_path):
    rows = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in (HEADER, RECORD))
    page = tmp_path / "form.html"
    page.write_text(f"<table><caption>{TITLE}<br>（2023年度）</caption>{rows}</table>", encoding="utf-8")
    (form,) = assemble_forms([record.content for record in read_file(page)], "form.html")
    assert (form.title, form.year) == (TITLE, 2023)
