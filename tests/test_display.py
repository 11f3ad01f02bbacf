"""How a dataset, a form, a page, a grid and a finding show themselves in a notebook."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import numpy as np
import pytest

from tests.generated import HOSTILE, write_large_dataset
from tests.printed import pages, table
from tests.reviewed import FORM, archive
from workbench.dataset import display
from workbench.dataset.store import open_dataset
from workbench.model import Cell, CellGrid, Finding, Page
from workbench.read.document import ReadPage

HARMFUL = re.compile(r"<script|<img|<svg onload|onerror=[\"']?window", re.IGNORECASE)


def test_a_form_looks_like_the_form_and_pointing_shows_the_scan(tmp_path: Path) -> None:
    form = archive(tmp_path)
    form.draw()
    shown = open_dataset(form.processed).form(FORM)._repr_html_()
    tree = lxml.html.fromstring(shown)
    assert int(tree.xpath("//td[text()='绩效目标2']")[0].get("rowspan")) > 1
    (value,) = tree.xpath("//td[text()='举办智能大会平行论坛']")
    (piece,) = value.xpath("i")
    assert re.search(rf"\.{piece.get('class')}{{background-image:url\(data:image/webp;base64,", shown)
    assert re.fullmatch(r"width:\d+px;height:\d+px;background-position:-\d+px -\d+px", piece.get("style"))
    assert len(tree.xpath("//table[@class='wb-sheet']")) == 3
    assert "各行相加为92.3" in tree.text_content()


def test_a_form_whose_scan_has_moved_shows_its_text_and_says_so(tmp_path: Path) -> None:
    shown = open_dataset(archive(tmp_path).processed).form(FORM)._repr_html_()
    assert "举办智能大会平行论坛" in shown
    assert "扫描件不在原处" in shown
    assert "base64" not in shown


def test_pages_that_would_make_a_notebook_large_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = archive(tmp_path)
    form.draw()
    monkeypatch.setattr(display, "MOST_BYTES", 100)
    shown = open_dataset(form.processed).form(FORM)._repr_html_()
    assert "第 1 页起只显示文字" in shown
    assert "base64" not in shown


def test_a_corrected_value_shows_what_was_read(tmp_path: Path) -> None:
    form = archive(tmp_path)
    form.session().correct(FORM, form.session().items[2].place, "0.2")  # type: ignore[arg-type]
    tree = lxml.html.fromstring(form.build().form(FORM)._repr_html_())
    (changed,) = tree.xpath("//td[contains(@class, 'wb-changed')]")
    assert changed.get("title") == "更正为“0.2”，机器读作“0.1”"


def test_a_dataset_shows_its_forms_and_tables(tmp_path: Path) -> None:
    shown = open_dataset(archive(tmp_path).processed)._repr_html_()
    assert "天津市工业和信息化局" in shown
    assert "<td>ds.indicators</td><td class='wb-number'>103</td>" in shown
    assert "错误 2" in shown


def test_a_page_shows_its_tables_over_its_scan() -> None:
    (content,) = pages(table("tianjin_gxj_2022"))
    blank = Page(1, np.full((content.height, content.width, 3), 255, np.uint8))
    assert ReadPage(blank, content)._repr_html_().count("<i class=") > 500
    assert "<i class=" not in ReadPage(None, content)._repr_html_()


def test_gaps_between_cells_are_filled_and_overlaps_left_out() -> None:
    cells = [
        display.SheetCell(0, 0, 2, 1, "甲"),
        display.SheetCell(0, 2, 1, 1, "乙"),
        display.SheetCell(1, 0, 1, 1, "丙"),
    ]
    first, second = '<tr><td rowspan="2">甲</td><td></td><td>乙</td></tr>', "<tr><td></td><td></td></tr>"
    assert display.sheet(cells) == f'<table class="wb-sheet">{first}{second}</table>'


def test_text_from_forms_cannot_run_in_any_display(tmp_path: Path) -> None:
    dataset = open_dataset(write_large_dataset(tmp_path / HOSTILE.replace("/", "_") / "processed", forms=2))
    cell = Cell(0, 0, 1, 1, ((0, 0), (1, 0), (1, 1), (0, 1)), HOSTILE, "text")
    grid = CellGrid(1, 1, (cell,), (0.0, 1.0), (0.0, 1.0))
    finding = Finding(HOSTILE, "error", HOSTILE, expected=HOSTILE, found=HOSTILE)
    for shown in (dataset, dataset.form(dataset.forms["form_id"][0]), grid, finding):
        html = shown._repr_html_()
        assert "&lt;script&gt;" in html
        assert not HARMFUL.search(html)
