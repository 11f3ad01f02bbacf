"""PDF pages with text: read exactly where the file can be trusted, and left to OCR wherever it cannot."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tests.conftest import workbench
from tests.opened import own_text
from tests.printed import table, truth
from tests.scans.faults import scan
from tests.scans.make_samples import TIANJIN
from tests.scans.tables import Table, central_project_table
from tests.scans.typeset import SANS, SERIF, Style, typeset
from workbench.dataset.store import open_dataset
from workbench.model import PageContent
from workbench.readers.documents import open_source
from workbench.readers.pages import load_page
from workbench.readers.pdf_objects import Rule
from workbench.readers.ruled import ruled_tables
from workbench.settings import Settings

POINT = 72 / 25.4
ROWS = [["二级指标", "三级指标", "指标值", "得分"], *[["数量指标", "支持项目数量", "≥200个", "2.03"]] * 5]
WIDTHS = (30, 40, 30, 30)
TOP, LEFT, HEIGHT = 30, 20, 10

Draw = Callable[[FPDF], None]


def sheet(path: Path, draw: Draw, font: Path = SERIF, compress: bool = True) -> Path:
    pdf = FPDF()
    pdf.compress = compress
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.add_font("body", fname=font)
    pdf.set_font("body", size=10)
    pdf.set_line_width(0.2)
    draw(pdf)
    path.write_bytes(bytes(pdf.output()))
    return path


def texts(pdf: FPDF) -> None:
    for number, row in enumerate(ROWS):
        for col, text in enumerate(row):
            pdf.text(LEFT + sum(WIDTHS[:col]) + 3, TOP + number * HEIGHT + 6, text)


def boxes(pdf: FPDF) -> None:
    for number in range(len(ROWS)):
        for col, width in enumerate(WIDTHS):
            pdf.rect(LEFT + sum(WIDTHS[:col]), TOP + number * HEIGHT, width, HEIGHT)


def ruled(pdf: FPDF) -> None:
    boxes(pdf)
    texts(pdf)


def page(path: Path, draw: Draw, **options: object) -> PageContent | None:
    return own_text(sheet(path / "a.pdf", draw, **options), 1)


def read(content: PageContent | None) -> list[list[str]]:
    """The texts of the page's one table, row by row."""
    assert content is not None, "left to OCR"
    (grid,) = content.grids
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


class TestExactReading:
    @pytest.mark.parametrize("style", [TIANJIN, Style(font=SANS), Style(landscape=True)])
    def test_cells_are_those_of_the_printed_table(self, tmp_path, style):
        printed = table("tianjin_gxj_2022")
        path = tmp_path / "a.pdf"
        path.write_bytes(typeset(printed, style))
        number = len(pypdfium2.PdfDocument(path))
        pages = [own_text(path, n) for n in range(1, number + 1)]
        assert all(pages)
        found = "".join(cell.text for content in pages for grid in content.grids for cell in grid.cells)
        for row in printed.rows:
            for cell in row.cells:
                assert "".join(cell.text.split()) in found
        assert [line.text for line in pages[0].loose_lines] == ["整体支出绩效自评表", "(2022年度)"]

    def test_coordinates_are_points_of_the_page(self, tmp_path):
        content = page(tmp_path, ruled)
        assert (content.width, content.height) == (595, 842)
        first = content.grids[0].cells[0]
        wanted = (LEFT * POINT, TOP * POINT), ((LEFT + 30) * POINT, (TOP + HEIGHT) * POINT)
        assert first.polygon[0] == pytest.approx(wanted[0], abs=0.5)
        assert first.polygon[2] == pytest.approx(wanted[1], abs=0.5)
        assert {cell.confidence.overall for cell in content.grids[0].cells} == {1.0}

    @pytest.mark.parametrize("way", ["thin filled boxes", "dashes", "open at the sides", "each cell a box"])
    def test_rules_are_found_however_they_are_drawn(self, tmp_path, way):
        def draw(pdf: FPDF) -> None:
            texts(pdf)
            bottom, right = TOP + len(ROWS) * HEIGHT, LEFT + sum(WIDTHS)
            inner = [LEFT + sum(WIDTHS[:n]) for n in range(len(WIDTHS) + 1)]
            if way == "each cell a box":
                boxes(pdf)
            elif way == "dashes":
                pdf.set_dash_pattern(0.5, 0.5)
                boxes(pdf)
            elif way == "thin filled boxes":
                for number in range(len(ROWS) + 1):
                    pdf.rect(LEFT, TOP + number * HEIGHT, right - LEFT, 0.1, style="F")
                for x in inner:
                    pdf.rect(x, TOP, 0.1, bottom - TOP, style="F")
            else:
                for number in range(len(ROWS) + 1):
                    pdf.line(LEFT, TOP + number * HEIGHT, right, TOP + number * HEIGHT)
                for x in inner[1:-1]:
                    pdf.line(x, TOP, x, bottom)

        assert read(page(tmp_path, draw)) == ROWS

    def test_a_shaded_header_is_no_rule_and_hides_nothing(self, tmp_path):
        def draw(pdf: FPDF) -> None:
            pdf.set_fill_color(190, 210, 235)
            pdf.rect(LEFT, TOP, sum(WIDTHS), HEIGHT, style="F")
            ruled(pdf)

        assert read(page(tmp_path, draw)) == ROWS

    def test_bold_by_printing_twice_counts_once(self, tmp_path):
        def draw(pdf: FPDF) -> None:
            for shift in (0, 0.1):
                with pdf.local_context():
                    for number, row in enumerate(ROWS):
                        for col, text in enumerate(row):
                            pdf.text(LEFT + sum(WIDTHS[:col]) + 3 + shift, TOP + number * HEIGHT + 6, text)
            boxes(pdf)

        assert read(page(tmp_path, draw)) == ROWS

    def test_a_wrapped_number_is_one_and_two_numbers_are_two(self, tmp_path):
        def draw(pdf: FPDF) -> None:
            for number, (width, lines) in enumerate(
                [(17, ["31215.7", "8"]), (40, ["100", "200"]), (40, ["12 34", ""])]
            ):
                pdf.rect(LEFT, TOP + 10 * number, width, 10)
                pdf.rect(LEFT + width, TOP + 10 * number, 100 - width, 10)
                for n, line in enumerate(lines):
                    pdf.text(LEFT + 1, TOP + 10 * number + 4 + 4 * n, line)

        assert [row[0] for row in read(page(tmp_path, draw))] == ["31215.78", "100\n200", "12 34"]

    def test_a_turned_page_is_read_as_it_is_shown(self, tmp_path):
        def sideways(pdf: FPDF) -> None:
            with pdf.rotation(90, 130, 148):  # all of it stays on the page
                ruled(pdf)

        document = pypdfium2.PdfDocument(sheet(tmp_path / "a.pdf", sideways))
        document[0].set_rotation(90)
        document.save(tmp_path / "b.pdf")
        content = own_text(tmp_path / "b.pdf", 1)
        assert read(content) == ROWS
        assert (content.width, content.height) == (842, 595)

    def test_a_cropped_page_keeps_cells_and_picture_together(self, tmp_path):
        document = pypdfium2.PdfDocument(sheet(tmp_path / "a.pdf", ruled))
        document[0].set_cropbox(30, 200, 560, 800)
        document.save(tmp_path / "b.pdf")
        cell = own_text(tmp_path / "b.pdf", 1).grids[0].cells[0]
        image = load_page(open_source(tmp_path / "b.pdf"), 1, Settings(raster_dpi=72)).image
        (x0, y0), _, (x1, y1), _ = cell.polygon
        assert image[round(y0) + 2 : round(y1) - 2, round(x0) + 2 : round(x1) - 2].min() < 100  # its text
        assert image[: round(y0) - 2].min() == 255

    def test_a_page_placed_on_another_is_read(self, tmp_path):
        source = pypdfium2.PdfDocument(sheet(tmp_path / "a.pdf", ruled))
        document = pypdfium2.PdfDocument.new()
        whole = document.new_page(400, 560)
        placed = source.page_as_xobject(0, document).as_pageobject()
        placed.set_matrix(pypdfium2.PdfMatrix().scale(0.66, 0.66).translate(3, 2))
        whole.insert_obj(placed)
        whole.gen_content()
        document.save(tmp_path / "b.pdf")
        assert read(own_text(tmp_path / "b.pdf", 1)) == ROWS

    def test_prose_without_rules_is_lines(self, tmp_path):
        sentence = "关于二〇二二年度部门整体支出绩效自评工作的通知，请各单位遵照执行。"
        content = page(tmp_path, lambda pdf: [pdf.text(20, 30 + 8 * n, sentence) for n in range(6)])
        assert content.grids == ()
        assert [line.text for line in content.loose_lines] == [sentence] * 6

    def test_an_empty_page_needs_no_ocr(self, tmp_path):
        content = page(tmp_path, lambda pdf: pdf.text(20, 20, "   "))
        assert (content.grids, content.loose_lines) == ((), ())

    def test_signatures_below_the_table_are_no_columns_without_rules(self, tmp_path):
        def draw(pdf: FPDF) -> None:
            ruled(pdf)
            pdf.text(LEFT, TOP - 5, "填报单位：示例市统计局")
            pdf.text(LEFT + 100, TOP - 5, "单位：万元")
            for x, label in ((0, "单位负责人："), (50, "财务负责人："), (100, "填表人：")):
                pdf.text(LEFT + x, TOP + 70, label)

        content = page(tmp_path, draw)
        assert read(content) == ROWS
        wanted = ["填报单位：示例市统计局", "单位：万元", "单位负责人：", "财务负责人：", "填表人："]
        assert [line.text for line in content.loose_lines] == wanted

    def test_a_red_seal_over_the_table_changes_nothing(self, tmp_path):
        def draw(pdf: FPDF) -> None:
            ruled(pdf)
            seal = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
            ImageDraw.Draw(seal).ellipse((8, 8, 292, 292), outline=(220, 20, 20, 255), width=14)
            pdf.image(seal, x=100, y=55, w=42)

        assert read(page(tmp_path, draw)) == ROWS


class TestText:
    def test_over_a_border_makes_its_cells_doubtful(self, tmp_path):
        def draw(pdf: FPDF) -> None:
            ruled(pdf)
            pdf.text(LEFT + 22, TOP + 5 * HEIGHT + 6, "12345678901")

        cells = page(tmp_path, draw).grids[0].cells
        doubtful = {(cell.row, cell.col) for cell in cells if cell.confidence.overall < Settings().review_threshold}
        assert doubtful == {(5, 0), (5, 1)}


def image_page(pdf: FPDF) -> None:
    pdf.image(Image.new("L", (1240, 1754), 255), x=0, y=0, w=210, h=297)


def invisible(pdf: FPDF) -> None:
    pdf.text_mode = "INVISIBLE"
    ruled(pdf)


def in_white(pdf: FPDF) -> None:
    boxes(pdf)
    pdf.set_text_color(255)
    texts(pdf)


def sideways(pdf: FPDF) -> None:
    with pdf.rotation(90, 105, 148):
        ruled(pdf)


def three_rules(pdf: FPDF) -> None:
    texts(pdf)
    for y in (TOP, TOP + HEIGHT, TOP + len(ROWS) * HEIGHT):
        pdf.line(LEFT, y, LEFT + sum(WIDTHS), y)


def frame_only(pdf: FPDF) -> None:
    texts(pdf)
    pdf.rect(LEFT, TOP, sum(WIDTHS), len(ROWS) * HEIGHT)
    pdf.line(LEFT, TOP + HEIGHT, LEFT + sum(WIDTHS), TOP + HEIGHT)


def with_drawn_number(pdf: FPDF) -> None:
    """A number as curves, in a cell that the text layer leaves empty."""
    ruled(pdf)
    pdf.rect(LEFT, TOP + len(ROWS) * HEIGHT, sum(WIDTHS) / 2, HEIGHT)
    pdf.rect(LEFT + sum(WIDTHS) / 2, TOP + len(ROWS) * HEIGHT, sum(WIDTHS) / 2, HEIGHT)
    pdf.ellipse(LEFT + 10, TOP + len(ROWS) * HEIGHT + 3, 2, 3)


def with_struck_cell(pdf: FPDF) -> None:
    with_drawn_number(pdf)
    pdf.line(LEFT + 70, TOP + 6 * HEIGHT + 8, LEFT + 80, TOP + 6 * HEIGHT + 2)


def with_gap(pdf: FPDF) -> None:
    """A rule that ends in the middle: which cells there are, the rules do not say."""
    texts(pdf)
    for y in (TOP, TOP + 3 * HEIGHT, TOP + 6 * HEIGHT):
        pdf.line(LEFT, y, LEFT + 130, y)
    for x in (LEFT, LEFT + 130):
        pdf.line(x, TOP, x, TOP + 6 * HEIGHT)
    pdf.line(LEFT + 70, TOP, LEFT + 70, TOP + 4 * HEIGHT)
    pdf.line(LEFT + 70, TOP + 4 * HEIGHT, LEFT + 130, TOP + 4 * HEIGHT)
    pdf.line(LEFT + 100, TOP + 4 * HEIGHT, LEFT + 100, TOP + 5 * HEIGHT)


class TestLeftToOcr:
    @pytest.mark.parametrize(
        "draw",
        [
            image_page,
            lambda pdf: [image_page(pdf), ruled(pdf)],
            invisible,
            in_white,
            sideways,
            texts,
            three_rules,
            frame_only,
            with_drawn_number,
            with_struck_cell,
            with_gap,
        ],
        ids=[
            "a picture of a page",
            "text over a picture of the page",
            "text that is not shown",
            "text without contrast",
            "text that lies on its side",
            "columns without rules",
            "three rules and no columns",
            "a frame around columns",
            "a number drawn as curves",
            "a struck-out cell",
            "rules that leave an angle",
        ],
    )
    def test_what_its_text_does_not_tell_whole(self, tmp_path, draw):
        assert page(tmp_path, draw) is None

    @pytest.mark.parametrize(
        ("printed", "told"),
        [("2", "\ue002"), ("2", "\ufffd"), ("20", "02"), ("3", "8"), ("数量指标", "abcd")],
        ids=["private use", "unknown character", "digits exchanged", "one digit for another", "letters for ideographs"],
    )
    def test_a_table_of_characters_that_is_wrong(self, tmp_path, printed, told):
        path = sheet(tmp_path / "a.pdf", ruled, compress=False)
        assert read(own_text(path, 1)) == ROWS
        codes = {b"<%04X>" % ord(a): b"<%04X>" % ord(b) for a, b in zip(printed, told, strict=True)}
        wrong = re.sub(rb"(<[0-9A-F]{4}> )(<[0-9A-F]{4}>)", lambda m: m[1] + codes.get(m[2], m[2]), path.read_bytes())
        assert wrong != path.read_bytes()
        path.write_bytes(wrong)
        assert own_text(path, 1) is None

    @pytest.mark.parametrize("font", [SERIF, SANS])
    def test_digits_that_are_right_are_not_suspected(self, tmp_path, font):
        assert read(page(tmp_path, ruled, font=font)) == ROWS

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"no pdf"])
    def test_a_damaged_file_is_left_to_the_reading_that_says_why(self, tmp_path, content):
        (tmp_path / "a.pdf").write_bytes(content)
        assert own_text(tmp_path / "a.pdf", 1) is None


def lines_of(xs: list[float], ys: list[float]) -> list[Rule]:
    level = [Rule("horizontal", y, xs[0], xs[-1], 0.5) for y in ys]
    return level + [Rule("vertical", x, ys[0], ys[-1], 0.5) for x in xs]


steps = st.lists(st.floats(15, 120), min_size=2, max_size=7)


class TestRules:
    @given(steps, steps, st.floats(0, 300))
    def test_every_square_between_rules_is_a_cell(self, widths, heights, left):
        xs = [left + sum(widths[:n]) for n in range(len(widths) + 1)]
        ys = [50 + sum(heights[:n]) for n in range(len(heights) + 1)]
        tables = ruled_tables(lines_of(xs, ys), 10.0) or []
        if xs[-1] - xs[0] < 80:
            assert tables == []
            return
        (found,) = tables
        assert len(found.cells) == len(widths) * len(heights)
        for cell in found.cells:
            assert found.cell_at(*cell.box.centre) == cell

    @given(st.data())
    def test_cells_fill_the_table_whatever_stretch_of_rule_is_missing(self, data):
        xs, ys = [0.0, 40, 80, 120, 200], [0.0, 20, 40, 60, 80]
        row, col = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 3))
        rules = [rule for rule in lines_of(xs, ys) if (rule.direction, rule.position) != ("vertical", xs[col])]
        rules += [Rule("vertical", xs[col], ys[n], ys[n + 1], 0.5) for n in range(4) if n != row]
        (found,) = ruled_tables(rules, 10.0)
        assert len(found.cells) == 15
        assert sum(cell.rowspan * cell.colspan for cell in found.cells) == 16
        assert max(cell.colspan for cell in found.cells) == 2

    def test_a_table_in_a_cell_and_a_tick_box_are_part_of_the_cell(self):
        outer = lines_of([0.0, 200, 400], [0.0, 200, 400])
        inner = lines_of([20.0, 80, 140], [20.0, 60, 100])
        tick = lines_of([300.0, 310], [20.0, 30])
        (found,) = ruled_tables([*outer, *inner, *tick], 10.0)
        assert len(found.cells) == 4


def short_project(number: int) -> Table:
    form = truth(f"example_project_{number}")
    return central_project_table(form | {"indicators": form["indicators"][:5]})


@pytest.mark.slow
class TestMixedPdf:
    """A PDF of which one page has its text and the other is a picture."""

    @pytest.fixture(scope="class")
    @classmethod
    def mixed(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("mixed")
        first, second = (short_project(n) for n in (1, 2))
        printed = typeset(first)
        (image,) = (Image.fromarray(page).convert("L") for page in scan(typeset(second), 150))
        picture = io.BytesIO()
        image.save(picture, "PDF", resolution=150)
        document = pypdfium2.PdfDocument(printed)
        document.import_pages(pypdfium2.PdfDocument(picture.getvalue()))
        (folder / "raw").mkdir()
        document.save(folder / "raw" / "mixed.pdf")
        output = workbench("ingest", folder / "raw", "--out", folder / "processed")
        return output, open_dataset(folder / "processed")

    def test_is_a_scan_with_both_forms(self, mixed):
        output, dataset = mixed
        assert output.returncode == 0, output.stderr
        (document,) = dataset.documents.to_dict("records")
        assert (document["kind"], document["status"], document["pages"]) == ("scan", "ok", 2)
        assert document["engine"].startswith("paddleocr")
        assert dataset.forms["project"].tolist() == [
            "农村义务教育学生营养改善计划补助资金",
            "中小河流治理及堤防维修养护工程",
        ]

    def test_all_cells_are_in_pixels_of_the_pages(self, mixed):
        _, dataset = mixed
        widest = dataset.cells.groupby("page")["x1"].max().tolist()
        assert widest == pytest.approx([195 / 25.4 * 200] * 2, rel=0.01)

    def test_a_crop_shows_the_cell_on_either_page(self, mixed):
        _, dataset = mixed
        for form_id in dataset.forms["form_id"]:
            crop = dataset.crop(form_id, "forms", None, "project")
            assert crop.width > 700
            assert crop.convert("L").getextrema()[0] < 100


def test_grid_of_a_pdf_with_text_is_drawn_over_its_picture(tmp_path):
    sheet(tmp_path / "a.pdf", ruled)
    output = workbench("grid", tmp_path / "a.pdf", "--out", tmp_path / "out", "--draw", WORKBENCH_ENGINE="none")
    assert output.returncode == 0, output.stderr
    content = json.loads((tmp_path / "out" / "a-p01.json").read_text(encoding="utf-8"))
    with Image.open(tmp_path / "out" / "a-p01.png") as drawing:
        assert drawing.size == (content["width"], content["height"])
        x, y = content["grids"][0]["cells"][0]["polygon"][0]
        red, green, _ = drawing.getpixel((round(x), round(y)))
        assert green > red  # the outline of a cell that is sure
