"""Findings with a crop of the scan that they are about."""

from __future__ import annotations

import base64
import io
import re

import pandas as pd
import pytest
from PIL import Image, ImageChops

from tests.conftest import Sample
from tests.sample_tables import SampleTables, as_promised, empty_tables, sample_tables
from workbench import analysis as wa
from workbench.analysis import evidence
from workbench.dataset.crops import crop_row, place_of_value
from workbench.errors import InputError

PICTURE = re.compile(r'<img src="data:image/webp;base64,([^"]+)"')


class PaintedScans:
    """Pages that are white but for one black cell each, and a count of how often one was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def page_image(self, form_id: str, page: int) -> tuple[Image.Image, float]:
        self.asked += 1
        image = Image.new("RGB", (1000, 1400), "white")
        image.paste("black", (400, 200, 500, 240))
        return image, 2.0  # cells are in half pixels, as those of a PDF are in points


class NoScans:
    """An archive whose originals are gone."""

    def page_image(self, form_id: str, page: int) -> tuple[Image.Image, float]:
        raise InputError("missing", "someone/raw/x.pdf", "there is no such file")


def with_cells() -> SampleTables:
    """The Tianjin tables with the cells of indicator 71: name, and the score that a finding is about."""
    tables = sample_tables()
    cell = {"form_id": tables.forms["form_id"][0], "page": 5, "table_no": 1, "row": 3, "rowspan": 1, "colspan": 1}
    cell |= {"confidence": 1.0, "y0": 100.0, "y1": 120.0, "state": "text", "table": "indicators", "record_no": 71}
    rows = [
        cell | {"col": 0, "x0": 50.0, "x1": 200.0, "field": "name", "text": "执法检查费用"},
        cell | {"col": 1, "x0": 200.0, "x1": 250.0, "field": "score", "text": "0.4"},
        cell | {"col": 2, "x0": 250.0, "x1": 450.0, "field": "deviation", "text": "疫情"},
    ]
    tables.cells = as_promised(pd.DataFrame(rows), "cells")
    return tables


def pictures(markup: str) -> list[Image.Image]:
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in PICTURE.findall(markup)]


def test_a_finding_shows_its_row_with_its_cell_framed() -> None:
    (shown,) = pictures(evidence.findings(with_cells(), PaintedScans()).markup)
    assert 790 <= shown.width <= 830  # the row from 100 to 900 and some paper around it
    assert 40 <= shown.height <= 60
    red, _, blue = shown.convert("RGB").crop((300, 0, 412, shown.height)).split()
    framed = ImageChops.subtract(red, blue).point(lambda difference: 255 * (difference > 60)).getbbox()
    assert framed is not None
    assert framed[0] <= 8 < 104 <= framed[2]  # around the black cell, from 306 to 406


def test_findings_without_a_cell_are_counted() -> None:
    markup = evidence.findings(with_cells(), PaintedScans()).markup
    assert markup.count('<article class="wb-finding') == 3
    assert "另有 2 个没有图" in markup


def test_the_most_serious_come_first_and_text_is_escaped() -> None:
    markup = evidence.findings(with_cells()).markup
    assert markup.index("wb-error") < markup.index("wb-warning") < markup.index("wb-info")
    assert "&lt;b&gt;“5个”&lt;/b&gt;" in markup
    assert "第 71 条 得分" in markup


def test_originals_that_are_gone_are_said_to_be_and_their_paths_are_not() -> None:
    markup = evidence.findings(with_cells(), NoScans()).markup
    assert "没有附原件图片" in markup
    assert "someone" not in markup


def test_pieces_are_left_out_beyond_the_limit_the_least_serious_first(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = with_cells()
    both = tables.findings[tables.findings["record_no"] == 71]
    alike = [both.assign(severity=one, cause_id=one) for one in ("warning", "error")]
    tables.findings = pd.concat([both, *alike])
    scans = PaintedScans()
    size = len(evidence.scan_crops(both, tables.cells, PaintedScans())[both.index[0]])
    monkeypatch.setattr(evidence, "MOST_BYTES", size + 10)
    markup = evidence.findings(tables, scans).markup
    assert markup.index("wb-error") < markup.index("<img") < markup.index("wb-warning")
    assert len(pictures(markup)) == 1
    assert scans.asked == 1  # three findings on one page


def test_trace_shows_the_cells_of_a_value() -> None:
    traced = evidence.trace(with_cells(), PaintedScans(), "indicators", "score", record_no=71).markup
    assert "0.4" in traced
    assert len(pictures(traced)) == 1
    nothing = evidence.trace(empty_tables(), PaintedScans(), "indicators", "score").markup
    assert "没有对应的单元格" in nothing


def test_every_finding_of_the_sample_archive_has_its_piece(sample_dataset: Sample) -> None:
    report = wa.select(sample_dataset.dataset, "天津市工业和信息化局")
    markup = evidence.findings(report, sample_dataset.dataset).markup
    shown = pictures(markup)
    assert len(shown) == report.findings["cause_id"].nunique() < len(report.findings)
    assert markup.count("<li") + len(shown) == len(report.findings)
    assert all(image.width <= evidence.CROP_WIDTH and image.height <= evidence.CROP_HEIGHT for image in shown)
    assert len(markup) < 1_400_000


SIDES = ("x0", "y0", "x1", "y1")


def lying_on_its_side(tables: SampleTables) -> Image.Image:
    """A page scanned with its top to the left: a red head over three rows, the last of them with a blue score.

    ``tables`` get the cells of the page, in its pixels as scanned.
    """
    upright, cells = Image.new("RGB", (800, 400), "white"), []
    for row in range(4):
        for col in range(4):
            box = (200 * col, 100 * row, 200 * col + 200, 100 * row + 100)
            is_score = (row, col) == (3, 2)
            if row == 0 or is_score:
                upright.paste("red" if row == 0 else "blue", box)
            x0, y0, x1, y1 = box
            scanned = (y0, 800 - x1, y1, 800 - x0)  # a quarter turn counter-clockwise
            fields = ("goal_no", "name", "score", None)  # the last column went into no field
            cells.append(
                {"form_id": tables.forms["form_id"][0], "page": 1, "table_no": 1, "row": row, "col": col}
                | {"rowspan": 1, "colspan": 1, "text": "", "confidence": 1.0, "state": "text"}
                | {"table": ("indicators" if row else "forms") if row == 0 or fields[col] else None}
                | {"record_no": row if row and fields[col] else None}
                | {"field": fields[col] if row else "label"}
                | dict(zip(SIDES, scanned, strict=True))
            )
    tables.cells = as_promised(pd.DataFrame(cells), "cells")
    return upright.rotate(90, expand=True)


def test_a_row_of_a_page_scanned_sideways_is_upright_and_under_its_head() -> None:
    tables = sample_tables()
    page = lying_on_its_side(tables)
    score = tables.cells[tables.cells["field"] == "score"].tail(1)
    shown, (left, top, right, bottom) = crop_row(page, 1.0, place_of_value(score, tables.cells))
    assert shown.width == 800 and 200 <= shown.height < 300  # head and row, and not the rows between them
    assert shown.getpixel((50, 50)) == (255, 0, 0)
    assert shown.getpixel(((left + right) // 2, (top + bottom) // 2)) == (0, 0, 255)
    assert (right - left, bottom - top) == (200, 100) and left == 400
