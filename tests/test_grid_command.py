"""`workbench grid`: the tables of any scan as HTML, JSON and a drawing, page by page."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.conftest import RAW, Sample, workbench
from workbench.archive.results.store import page_content_from_json

pytestmark = pytest.mark.slow

PAGE = RAW / "天津市工业和信息化局_2022" / "p-02.jpg"


class Tables(HTMLParser):
    """The tables of an HTML page: rows of (rowspan, colspan, text)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[list]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        spans = dict(attributes)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag == "td":
            self.tables[-1][-1].append([int(spans.get("rowspan", 1)), int(spans.get("colspan", 1)), ""])

    def handle_data(self, data):
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1][2] += data.strip()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    out = tmp_path_factory.mktemp("grids") / "new"
    output = workbench("grid", PAGE, "--out", out, "--draw")
    assert output.returncode == 0, output.stderr
    return out, output


class TestOnePage:
    def test_gives_a_file_of_each_kind_named_after_document_and_page(self, drawn):
        out, output = drawn
        assert sorted(file.name for file in out.iterdir()) == ["p-02-p01.html", "p-02-p01.json", "p-02-p01.png"]
        assert output.stdout.splitlines() == [f"p-02-p01: 1 table(s), {cell_count(out)} cells"]

    def test_html_has_the_rows_and_cells_of_the_table(self, drawn):
        out, _ = drawn
        html = (out / "p-02-p01.html").read_text(encoding="utf-8")
        (table,) = Tables(html).tables
        (grid,) = content(out).grids
        assert len(table) == grid.rows == 16
        assert sum(map(len, table)) == len(grid.cells)
        assert sum(rows * columns for row in table for rows, columns, _ in row) == grid.rows * grid.columns
        texts = [text for row in table for _, _, text in row]
        assert texts == [cell.text for cell in grid.cells]
        assert "支持智能制造项目数量" in texts
        assert "≥200个" in texts

    def test_json_holds_the_cells_inside_the_page(self, drawn):
        out, _ = drawn
        page = content(out)
        with Image.open(PAGE) as image:
            assert (page.width, page.height) == image.size
        for grid in page.grids:
            for cell in grid.cells:
                assert all(0 <= x <= page.width and 0 <= y <= page.height for x, y in cell.polygon)

    def test_the_drawing_is_the_scan_with_lines_over_it(self, drawn):
        out, _ = drawn
        with Image.open(out / "p-02-p01.png") as drawing, Image.open(PAGE) as scan:
            assert drawing.size == scan.size
            changed = ImageChops.difference(drawing.convert("RGB"), scan.convert("RGB")).getbbox()
        corners = [corner for cell in content(out).grids[0].cells for corner in cell.polygon]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        assert changed == pytest.approx((min(xs), min(ys), max(xs), max(ys)), abs=5)

    def test_it_is_what_the_dataset_was_made_of(self, drawn, sample_dataset: Sample):
        out, _ = drawn
        cells = sample_dataset.dataset.cells
        there = set(cells[(cells["page"] == 2) & cells["text"].ne("")]["text"])
        assert {cell.text for cell in content(out).grids[0].cells if cell.text} <= there


def content(out):
    return page_content_from_json(json.loads((out / "p-02-p01.json").read_text(encoding="utf-8")))


def cell_count(out) -> int:
    return sum(len(grid.cells) for grid in content(out).grids)


class TestManyPages:
    def test_a_bad_page_does_not_stop_the_others(self, tmp_path):
        folder = tmp_path / "档案"
        folder.mkdir()
        for number in (1, 3):
            page = Image.new("RGB", (500, 400), "white")
            pen = ImageDraw.Draw(page)
            for column in range(3):
                pen.rectangle((50 + 120 * column, 60, 170 + 120 * column, 120), outline="black", width=2)
            page.save(folder / f"{number}.png")
        (folder / "2.png").write_text("no image")
        output = workbench("grid", folder, "--out", tmp_path / "out")
        assert output.returncode == 1
        assert sorted(file.stem for file in (tmp_path / "out").glob("*.html")) == ["档案-p01", "档案-p03"]
        assert "page 2: the file is not an image" in output.stderr
        assert "Traceback" not in output.stderr

    def test_a_page_without_a_table_is_said_to_have_none(self, tmp_path):
        Image.new("RGB", (500, 400), "white").save(tmp_path / "letter.png")
        output = workbench("grid", tmp_path / "letter.png", "--out", tmp_path / "out")
        assert output.returncode == 1
        assert "no-table: no table on any page" in output.stderr

    def test_a_missing_scan_is_one_line(self, tmp_path):
        output = workbench("grid", tmp_path / "typo.png", "--out", tmp_path / "out")
        assert output.returncode == 1
        assert output.stderr.splitlines() == [f"error: {tmp_path / 'typo.png'}: no such file or folder; check the path"]
        assert not (tmp_path / "out").exists()
