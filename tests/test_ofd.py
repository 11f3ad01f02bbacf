"""OFD files: read exactly where their text is what is shown, doubted or left to OCR where it is not, refused in a
sentence where they are broken."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from tests.made_ofd import EMBEDDED, FONTS, SERIF_FILE, Parts, as_ofd, filled, line, parts_of, rooted, text, write_ofd
from tests.opened import SETTINGS, own_text, scored
from tests.printed import table
from tests.scans.typeset import typeset
from tests.test_phone_pictures import SCANNED, packed_as
from workbench.errors import InputError
from workbench.model import Cell, PageContent
from workbench.read.drawn_numbers import held_against_drawing
from workbench.readers.documents import open_source
from workbench.readers.ofd_values import distances, outline
from workbench.readers.pages import count_pages, load_page
from workbench.readers.pdf_text import read_text_page
from workbench.readers.unpacking import unpack
from workbench.settings import Settings

FORM = "example_project_1"
ROWS = [["二级指标", "三级指标", "指标值", "得分"], *[["数量指标", "支持项目数量", "≥200个", "2.03"]] * 5]
WIDTHS = (30, 40, 30, 30)
TOP, LEFT, HEIGHT = 30, 20, 10
POINT = 72 / 25.4
HIDDEN_AT = (4, 3)
"""Row and column of the number that a test hides: of 2.03 no figure may go into a dataset unflagged."""


def frame() -> str:
    edges = [LEFT + sum(WIDTHS[:n]) for n in range(len(WIDTHS) + 1)]
    level = [line(LEFT, TOP + n * HEIGHT, edges[-1], TOP + n * HEIGHT) for n in range(len(ROWS) + 1)]
    return "".join([*level, *(line(x, TOP, x, TOP + len(ROWS) * HEIGHT) for x in edges)])


def place(row: int, col: int) -> tuple[float, float]:
    return LEFT + sum(WIDTHS[:col]) + 3, TOP + row * HEIGHT + 6


def words(but: tuple[int, int] | None = None) -> str:
    cells = [(row, col) for row in range(len(ROWS)) for col in range(len(WIDTHS)) if (row, col) != but]
    return "".join(number(ROWS[row][col], row, col) for row, col in cells)


def number(content: str, row: int, col: int, **options: object) -> str:
    """The text of a cell, figures half as wide as ideographs."""
    steps = " ".join("3.5" if character > "\u3000" else "1.95" for character in content)
    return text(content, *place(row, col), delta=steps, **options)


def sheet(path: Path, *objects: str, parts: Parts | None = None, **options: str) -> Path:
    return write_ofd(path / "a.ofd", parts_of(["".join(objects)], **options) | (parts or {}))


def read(content: PageContent | None) -> list[list[str]]:
    assert content is not None, "left to OCR"
    (grid,) = content.grids
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


def cell_of(path: Path, at: tuple[int, int] = HIDDEN_AT) -> Cell | None:
    """A cell as it is read without an engine; None where the page is left to OCR."""
    page = read_text_page(path, 1, SETTINGS)
    if page is None:
        return None
    (grid,) = held_against_drawing(page, None).grids
    return next(cell for cell in grid.cells if (cell.row, cell.col) == at)


def is_kept_out(cell: Cell | None) -> bool:
    """Whether no figure of a cell can go into a dataset without a flag."""
    return cell is None or not re.search(r"\d", cell.text) or cell.confidence.overall < Settings().review_threshold


def problem(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        source = open_source(path)
        for page in range(1, count_pages(source, SETTINGS) + 1):
            load_page(source, page, SETTINGS)
    assert "\n" not in str(caught.value)
    return caught.value


def png(colour: tuple[int, ...] = (220, 20, 20, 255), size: int = 80) -> bytes:
    image = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    ImageDraw.Draw(image).ellipse((4, 4, size - 5, size - 5), outline=colour, width=6)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


class TestTheSameTables:
    @pytest.mark.parametrize("embedded", [True, False], ids=["its typeface in it", "its typeface named"])
    def test_as_the_pdf_with_the_same_text(self, tmp_path, embedded):
        pdf = typeset(table(FORM))
        (tmp_path / "a.pdf").write_bytes(pdf)
        ofd = as_ofd(pdf, tmp_path / "a.ofd", embedded)
        count = count_pages(open_source(ofd), SETTINGS)
        assert count == len(pypdfium2.PdfDocument(pdf))
        pages = [[own_text(path, n) for n in range(1, count + 1)] for path in (tmp_path / "a.pdf", ofd)]
        assert all(page is not None for page in pages[1])
        for of_pdf, of_ofd in zip(*pages, strict=True):
            assert [_facts(page) for page in (of_pdf, of_ofd)] == [_facts(of_pdf)] * 2
        score = scored(pages[1], FORM)
        assert score.misses == ()
        assert score.flagged == 0

    def test_a_scan_in_black_and_white_is_drawn(self, tmp_path):
        """JBIG2, as scanners pack it, was a picture of a kind that is not read."""
        res = FONTS + (
            '<ofd:MultiMedias><ofd:MultiMedia ID="5" Type="Image" Format="GBIG2"><ofd:MediaFile>a.jb2</ofd:MediaFile>'
            "</ofd:MultiMedia></ofd:MultiMedias>"
        )
        image = '<ofd:ImageObject ID="6" ResourceID="5" Boundary="0 0 210 297" CTM="210 0 0 297 0 0"/>'
        data = b"\x97JB2\r\n\x1a\n\1\0\0\0\1" + packed_as("JBIG2", SCANNED)[0]
        path = sheet(tmp_path, image, parts={"Doc_0/Res/a.jb2": data}, resources=res)
        drawn = load_page(open_source(path), 1, Settings(raster_dpi=72)).image[:, :, 0]
        there = np.asarray(SCANNED.convert("L").resize(drawn.shape[::-1]))
        assert np.corrcoef(drawn.ravel(), there.ravel())[0, 1] > 0.9

    def test_a_picture_of_a_page_is_left_to_ocr(self, tmp_path):
        res = FONTS + (
            '<ofd:MultiMedias><ofd:MultiMedia ID="5" Type="Image"><ofd:MediaFile>a.png</ofd:MediaFile>'
            "</ofd:MultiMedia></ofd:MultiMedias>"
        )
        image = '<ofd:ImageObject ID="6" ResourceID="5" Boundary="0 0 210 297" CTM="210 0 0 297 0 0"/>'
        under = words().replace("<ofd:TextObject ", '<ofd:TextObject Alpha="0" ')
        picture = Image.new("RGB", (420, 594), "white")
        ImageDraw.Draw(picture).rectangle((20, 30, 60, 50), fill="black")
        stream = io.BytesIO()
        picture.save(stream, "PNG")
        path = sheet(tmp_path, image, under, parts={"Doc_0/Res/a.png": stream.getvalue()}, resources=res)
        assert own_text(path, 1) is None
        drawn = load_page(open_source(path), 1, Settings(raster_dpi=72)).image
        assert drawn.shape[:2] == (842, 596)
        assert drawn[40 * 842 // 594, 40 * 595 // 420].max() < 60  # the right way up
        assert drawn[842 - 40, 40].min() > 200


def _facts(page: PageContent) -> object:
    cells = [
        [(c.row, c.col, c.rowspan, c.colspan, c.text, c.state, c.confidence) for c in grid.cells] for grid in page.grids
    ]
    return page.width, page.height, cells, [line.text for line in page.loose_lines]


class TestShown:
    def test_text_and_rules_wherever_they_stand(self, tmp_path):
        assert read(own_text(sheet(tmp_path, frame(), words()), 1)) == ROWS

    def test_rules_of_a_template_and_of_thin_boxes(self, tmp_path):
        common = '<ofd:TemplatePage ID="7" BaseLoc="TPLS/T.xml"/>'
        boxes = "".join(filled(20, TOP + n * HEIGHT, 130, 0.2) for n in range(len(ROWS) + 1))
        upright = "".join(filled(LEFT + sum(WIDTHS[:n]), TOP, 0.2, 60) for n in range(5))
        parts = parts_of([words()], common=common)
        page = "Doc_0/Pages/Page_0/Content.xml"
        used = b'<ofd:Template TemplateID="7" ZOrder="Background"/><ofd:Content>'
        parts[page] = parts[page].replace(b"<ofd:Content>", used)
        content = f"<ofd:Content><ofd:Layer>{boxes}{upright}</ofd:Layer></ofd:Content>"
        path = write_ofd(tmp_path / "a.ofd", parts | {"Doc_0/Tpls/T.xml": rooted("T.xml", content)})
        assert read(own_text(path, 1)) == ROWS

    def test_blocks_groups_and_matrices(self, tmp_path):
        """The whole form in a group that is drawn at half its size, its rules in a block."""
        group = (
            '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="5" Width="210" Height="297"><ofd:Content>'
            f'<ofd:PageBlock ID="4">{frame()}</ofd:PageBlock>{words()}'
            "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
        )
        used = '<ofd:CompositeObject ID="6" ResourceID="5" Boundary="10 20 200 270" CTM="0.5 0 0 0.5 5 0"/>'
        found = own_text(sheet(tmp_path, used, resources=FONTS + group), 1)
        assert read(found) == ROWS
        left, top = found.grids[0].cells[0].polygon[0]
        assert (left, top) == pytest.approx(((15 + LEFT / 2) * POINT, (20 + TOP / 2) * POINT), abs=0.5)

    def test_the_last_distance_goes_on_and_runs_end_with_the_text(self):
        assert distances("1.5", 4) == [1.5] * 4
        assert distances("3 g 2 1", 5) == [3, 1, 1, 1, 1]
        assert distances("g 999999999999 1", 3) == [1, 1, 1]
        assert distances(None, 2) == [0, 0]

    def test_every_step_of_a_path_is_known(self):
        steps = outline("S 1 1 L 2 0 Q 3 0 3 1 B 3 2 2 3 1 3 A 1 1 0 0 1 0 2 C")
        assert [name for name, _ in steps][:4] == ["moveTo", "lineTo", "qCurveTo", "curveTo"]
        assert steps[-3][1][-1] == pytest.approx((0.0, 2.0))
        assert outline("L 1 1") == []

    @pytest.mark.parametrize(
        "how", ["annotation", "signature", "signature with an OFD", "signature of an unknown kind"]
    )
    def test_a_seal_is_no_text_and_hides_none(self, tmp_path, how):
        """A red seal over the table: the numbers are those of the file, and doubted only where it cannot be drawn."""
        box = f"{place(3, 3)[0] - 5} {TOP + 3 * HEIGHT} 20 20"
        if how == "annotation":
            annotation = (
                f'<ofd:Annot Type="Stamp" ID="7"><ofd:Appearance Boundary="{box}">'
                '<ofd:ImageObject ID="6" ResourceID="5" Boundary="0 0 20 20" CTM="20 0 0 20 0 0"/>'
                f"{text('77', 4, 4)}</ofd:Appearance></ofd:Annot>"
            )
            listed = '<ofd:Page PageID="100"><ofd:FileLoc>Annot.xml</ofd:FileLoc></ofd:Page>'
            parts = {
                "Doc_0/Annotations.xml": rooted("Annotations.xml", listed),
                "Doc_0/Annot.xml": rooted("Annot.xml", annotation),
            }
        made = parts_of([frame() + words()], resources=FONTS + (
            '<ofd:MultiMedias><ofd:MultiMedia ID="5" Type="Image"><ofd:MediaFile>seal.png</ofd:MediaFile>'
            "</ofd:MultiMedia></ofd:MultiMedias>"
        ))  # fmt: skip
        if how == "annotation":
            made["Doc_0/Document.xml"] = made["Doc_0/Document.xml"].replace(
                b"</ofd:Document>", b"<ofd:Annotations>Annotations.xml</ofd:Annotations></ofd:Document>"
            )
        else:
            made["OFD.xml"] = made["OFD.xml"].replace(
                b"</ofd:DocRoot>", b"</ofd:DocRoot><ofd:Signatures>Doc_0/Signs.xml</ofd:Signatures>"
            )
            signed = (
                f'<ofd:SignedInfo><ofd:StampAnnot ID="1" PageRef="100" Boundary="{box}"/></ofd:SignedInfo>'
                "<ofd:SignedValue>/Doc_0/Value.dat</ofd:SignedValue>"
            )
            circle = (
                '<ofd:PathObject ID="1" Boundary="0 0 20 20" LineWidth="1"><ofd:StrokeColor Value="220 20 20"/>'
                "<ofd:AbbreviatedData>M 1 10 A 9 9 0 1 1 1 10.1</ofd:AbbreviatedData></ofd:PathObject>"
            )
            inner = write_ofd(tmp_path / "seal", parts_of([circle], box="0 0 20 20")).read_bytes()
            pictures = {"signature": png(), "signature with an OFD": inner}
            seal = b"\x30\x82asn1" + pictures.get(how, b"an unknown picture") + b"\0rest"
            parts = {
                "Doc_0/Signs.xml": rooted("Signs.xml", '<ofd:Signature ID="1" BaseLoc="S/Signature.xml"/>'),
                "Doc_0/S/Signature.xml": rooted("Signature.xml", signed),
                "Doc_0/Value.dat": seal,
            }
        path = write_ofd(tmp_path / "a.ofd", made | parts | {"Doc_0/Res/seal.png": png()})
        assert read(own_text(path, 1)) == ROWS
        drawn = load_page(open_source(path), 1, SETTINGS).image.astype(int)
        reddish = np.count_nonzero((drawn[:, :, 0] - drawn[:, :, 1]) > 100)
        assert (reddish > 500) == (how != "signature of an unknown kind")
        assert is_kept_out(cell_of(path)) == (how == "signature of an unknown kind")


class TestWhatIsNotShown:
    """A number that the file has and the page does not show never becomes one in a dataset unflagged."""

    @pytest.mark.parametrize(
        ("attributes", "inner"),
        [
            ('Visible="false"', ""),
            ('Alpha="0"', ""),
            ('Alpha="4"', ""),
            ('Fill="false"', ""),
            ("", '<ofd:FillColor Value="255 255 255"/>'),
            ("", '<ofd:FillColor Value="#FF #FF #FF"/>'),
            ("", '<ofd:FillColor Value="0 0 0" Alpha="0"/>'),
            ("", '<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary="0 0 1 1" Fill="true"><ofd:AbbreviatedData>'
                 "M 0 0 L 1 0 L 1 1 C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"),
            ("", '<ofd:Clips><ofd:Clip><ofd:Area><ofd:Text ID="1"/></ofd:Area></ofd:Clip></ofd:Clips>'),
        ],
        ids=["invisible", "alpha 0", "alpha 4", "not filled", "white", "white in hex", "colour of alpha 0",
             "cut to nothing", "cut to a text"],
    )  # fmt: skip
    def test_a_number_without_ink(self, tmp_path, attributes, inner):
        one = number("2.03", *HIDDEN_AT, attributes=attributes, inner=inner)
        assert is_kept_out(cell_of(sheet(tmp_path, frame(), words(but=HIDDEN_AT), one)))

    @pytest.mark.parametrize("covered", ["a white box", "white wherever it stands", "a box in an annotation"])
    def test_a_number_under_something(self, tmp_path, covered):
        x, y = place(*HIDDEN_AT)
        box = filled(x - 1, y - 4, 12, 5, "255 255 255", 'Alpha="255"')
        layers = frame() + words() + box
        parts = parts_of([layers])
        if covered == "white wherever it stands":
            page = "Doc_0/Pages/Page_0/Content.xml"
            layer = f'<ofd:Layer ID="3" Type="Foreground">{box}</ofd:Layer><ofd:Layer ID="8">'
            parts = parts_of([frame() + words()])
            parts[page] = parts[page].replace(b'<ofd:Layer ID="8">', layer.encode())
        elif covered == "a box in an annotation":
            parts = parts_of([frame() + words()])
            parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
                b"</ofd:Document>", b"<ofd:Annotations>Annotations.xml</ofd:Annotations></ofd:Document>"
            )
            listed = '<ofd:Page PageID="100"><ofd:FileLoc>Annot.xml</ofd:FileLoc></ofd:Page>'
            note = (
                '<ofd:Annot Type="Path" ID="7"><ofd:Appearance Boundary="0 0 210 297">'
                f"{box}</ofd:Appearance></ofd:Annot>"
            )
            parts |= {
                "Doc_0/Annotations.xml": rooted("Annotations.xml", listed),
                "Doc_0/Annot.xml": rooted("Annot.xml", note),
            }
        assert is_kept_out(cell_of(write_ofd(tmp_path / "a.ofd", parts)))

    def test_a_number_out_of_its_box(self, tmp_path):
        x, y = place(*HIDDEN_AT)
        away = text("2.03", x, y, delta="g 3 1.95").replace('X="0"', 'X="30"')
        away = away.replace(f'Boundary="{x:.4f}', f'Boundary="{x - 30:.4f}')
        assert is_kept_out(cell_of(sheet(tmp_path, frame(), words(but=HIDDEN_AT), away)))

    def test_a_number_that_reaches_out_a_little_is_whole(self, tmp_path):
        one = number("2.03", *HIDDEN_AT, width=6.5)
        cell = cell_of(sheet(tmp_path, frame(), words(but=HIDDEN_AT), one))
        assert cell is not None
        assert (cell.text, cell.confidence.overall) == ("2.03", 1.0)

    def test_figures_on_one_place(self, tmp_path):
        one = text("203", *place(*HIDDEN_AT), delta="0")
        assert is_kept_out(cell_of(sheet(tmp_path, frame(), words(but=HIDDEN_AT), one)))

    def test_glyphs_of_other_figures(self, tmp_path):
        """The file draws 8 where its text says 2."""
        from fontTools.ttLib import TTFont

        font = TTFont(io.BytesIO(SERIF_FILE["Doc_0/Res/serif.otf"]), lazy=True)
        glyph = font.getGlyphID(font.getBestCmap()[ord("8")])
        lie = f'<ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><ofd:Glyphs>{glyph}</ofd:Glyphs>' + (
            "</ofd:CGTransform>"
        )
        rows = [number("2.03", row, 3, inner=lie) for row in range(1, len(ROWS))]
        cells = [(row, col) for row in range(len(ROWS)) for col in range(4) if col < 3 or row == 0]
        others = "".join(number(ROWS[row][col], row, col) for row, col in cells)
        path = sheet(tmp_path, frame(), others, *rows, parts=SERIF_FILE, resources=EMBEDDED)
        page = read_text_page(path, 1, SETTINGS)
        assert page is None
        drawn = load_page(open_source(path), 1, SETTINGS).image
        assert drawn.min() < 60

    def test_a_glyph_of_a_typeface_that_is_not_there_is_left_to_ocr(self, tmp_path):
        inner = '<ofd:CGTransform CodePosition="0"><ofd:Glyphs>5</ofd:Glyphs></ofd:CGTransform>'
        one = number("2.03", *HIDDEN_AT, inner=inner)
        assert own_text(sheet(tmp_path, frame(), words(but=HIDDEN_AT), one), 1) is None

    def test_a_merged_character_is_left_to_ocr(self, tmp_path):
        merged = '<ofd:CGTransform CodePosition="0" CodeCount="2" GlyphCount="1"><ofd:Glyphs>5</ofd:Glyphs>' + (
            "</ofd:CGTransform>"
        )
        one = number("2.03", *HIDDEN_AT, inner=merged)
        assert own_text(sheet(tmp_path, frame(), words(but=HIDDEN_AT), one), 1) is None

    def test_a_character_by_its_code_is_left_to_ocr(self, tmp_path):
        one = number("\\0032.03", *HIDDEN_AT)
        assert own_text(sheet(tmp_path, frame(), words(but=HIDDEN_AT), one), 1) is None


def test_of_a_file_with_versions_the_one_in_force_is_read(tmp_path):
    old, new = (parts_of([frame() + words(but=HIDDEN_AT) + number(score, *HIDDEN_AT)]) for score in ("1.11", "2.22"))
    parts = old | {name.replace("Doc_0/", "Doc_0/V1/"): part for name, part in new.items() if name != "OFD.xml"}
    parts["Doc_0/V1/Version.xml"] = rooted("Version.xml", "<ofd:DocRoot>Document.xml</ofd:DocRoot>")
    for current, score in (("true", "2.22"), ("false", "1.11")):
        version = (
            f'<ofd:Versions><ofd:Version ID="1" Current="{current}" BaseLoc="Doc_0/V1/Version.xml"/></ofd:Versions>'
        )
        listed = old["OFD.xml"].replace(b"</ofd:DocBody>", f"{version}</ofd:DocBody>".encode())
        assert cell_of(write_ofd(tmp_path / "a.ofd", parts | {"OFD.xml": listed})).text == score


BROKEN: dict[str, tuple[Parts | bytes, str, str]] = {
    "no zip": (b"no zip", "unreadable", "damaged, or no ofd file"),
    "nothing": (b"", "unreadable", "damaged, or no ofd file"),
    "no OFD": ({"a.xml": b"<a/>"}, "unreadable", "lacks its part OFD.xml"),
    "no page": ({"Doc_0/Pages/Page_0/Content.xml": b""}, "unreadable", "lacks its part Pages/Page_0/Content.xml"),
    "no document": ({"Doc_0/Document.xml": b""}, "unreadable", "lacks its part Doc_0/Document.xml"),
    "cut XML": ({"Doc_0/Pages/Page_0/Content.xml": b"<a><b>"}, "unreadable", "damaged"),
    "entities": ({"OFD.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "unreadable", "entities"),
    "encrypted": ({"Encryptions.xml": b"<a/>"}, "encrypted", "password"),
    "no size": (parts_of([""], box="0 0 0 0"), "unreadable", "0 × 0 mm"),
    "no numbers": (parts_of([line(0, 0, 9, 9).replace("0.2000", "wide")]), "unreadable", "the page is damaged"),
    "no path": (parts_of([line(0, 0, 9, 9).replace("M 0 0", "X 0 0")]), "unreadable", "no step of a path"),
    "no picture": (parts_of(['<ofd:ImageObject ID="6" ResourceID="5" Boundary="0 0 210 297"/>']), "unreadable",
                   "save the file as PDF"),
    "no template": (parts_of(["</ofd:Layer></ofd:Content><ofd:Template TemplateID='1'/><ofd:Content><ofd:Layer>"]),
                    "unreadable", "lacks a template"),
    "names in two ways": ({"ofd.XML": b"<a/>"}, "unreadable", "a part twice"),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_file_has_one_sentence(tmp_path, how):
    content, reason, says = BROKEN[how]
    path = tmp_path / "a.ofd"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        whole = {} if how == "no OFD" else parts_of([words()])
        write_ofd(path, {name: part for name, part in (whole | content).items() if part})
    found = problem(path)
    assert found.reason == reason
    assert says in found.detail


def test_an_ofd_under_the_name_of_an_archive_says_what_to_do(tmp_path):
    path = write_ofd(tmp_path / "a.zip", parts_of([words()]))
    (tmp_path / "b").mkdir()
    with pytest.raises(InputError, match=r"call it \.ofd"):
        unpack(path, tmp_path / "b", SETTINGS)
