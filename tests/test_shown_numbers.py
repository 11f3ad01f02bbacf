"""What a PDF page shows is what is read: ways to show another number than its text has, and ways to show the same.

Each way is tried with several numbers in several typefaces. What is shown is known by how it was drawn: the cell is to
say it, or to be doubted; and where text and drawing agree it is not to be doubted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from tests.scans.typeset import SANS, SERIF
from workbench.model import Cell
from workbench.read.drawn_numbers import held_against_drawing
from workbench.readers.pdf_text import read_text_page
from workbench.readers.plain import plain as plain_text
from workbench.settings import Settings

WIDTH, HEIGHT, COLUMNS, ROWS, LEFT, TOP = 45.0, 11.0, 4, 12, 15.0, 15.0
FONTS = {"serif": SERIF, "sans": SANS}
NUMBERS = ("95", "1,386", "30.8%", "-12.5")
POINT = 72 / 25.4
PROSE = "关于二〇二二年度部门整体支出绩效自评工作的通知，请各单位遵照执行并按时报送有关材料，逾期不予受理。"


@dataclass(frozen=True)
class Pen:
    """Draws a number in a cell; (x, y) is where its first character stands, in millimetres."""

    pdf: FPDF
    x: float
    y: float
    number: str

    @property
    def width(self) -> float:
        return self.pdf.get_string_width(self.number)

    def write(self, text: str | None = None, x: float | None = None, y: float | None = None) -> None:
        self.pdf.text(self.x if x is None else x, self.y if y is None else y, self.number if text is None else text)

    def start(self, index: int) -> float:
        """Where a character starts."""
        return self.x + self.pdf.get_string_width(self.number[:index])

    def digits(self) -> list[int]:
        return [index for index, character in enumerate(self.number) if character.isdigit()]

    def rect(self, x: float, y: float, width: float, height: float, colour: int = 255) -> None:
        self.pdf.set_fill_color(colour)
        self.pdf.rect(x, y, width, height, style="F")

    def line(self, *ends: float, colour: tuple[int, int, int] = (0, 0, 0), width: float = 0.2) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(width)
        self.pdf.line(*ends)

    def raw(self, operators: str) -> None:
        self.pdf._out(operators)


Way = Callable[[Pen], str | None]
"""Draws a number and returns what is shown; None where nobody can say: the cell has to be doubted."""


def plain(pen: Pen) -> str:
    pen.write()
    return pen.number


def bold_by_printing_twice(pen: Pen) -> str:
    pen.write()
    pen.write(x=pen.x + 0.08)
    return pen.number


def bold_by_outlines(pen: Pen) -> str:
    pen.pdf.text_mode = "FILL_STROKE"
    pen.pdf.set_draw_color(0)
    pen.pdf.set_line_width(0.1)
    pen.write()
    return pen.number


def in_colour(pen: Pen) -> str:
    pen.pdf.set_text_color(200, 30, 30)
    pen.write()
    return pen.number


def in_grey(pen: Pen) -> str:
    pen.pdf.set_text_color(110)
    pen.write()
    return pen.number


def white_on_dark(pen: Pen) -> str:
    pen.rect(pen.x - 5, pen.y - 7, WIDTH, HEIGHT, 40)
    pen.pdf.set_text_color(255)
    pen.write()
    return pen.number


def highlighted(pen: Pen) -> str:
    pen.pdf.set_fill_color(255, 255, 0)
    pen.pdf.rect(pen.x - 0.37, pen.y - 4, pen.width + 0.91, 5.2, style="F")
    pen.write()
    return pen.number


def shaded(pen: Pen) -> str:
    pen.rect(pen.x - 4.9, pen.y - 6.9, WIDTH - 0.2, HEIGHT - 0.2, 205)
    pen.write()
    return pen.number


def underlined(pen: Pen) -> str:
    pen.write()
    pen.line(pen.x, pen.y + 0.6, pen.x + pen.width, pen.y + 0.6)
    return pen.number


def in_pieces_from_the_right(pen: Pen) -> str:
    for index in reversed(range(len(pen.number))):
        pen.write(pen.number[index], x=pen.start(index))
    return pen.number


def condensed(pen: Pen) -> str:
    pen.pdf.set_stretching(80)
    pen.write()
    return pen.number


def slanted(pen: Pen) -> str:
    with pen.pdf.skew(ax=12, x=pen.x, y=pen.y):
        pen.write()
    return pen.number


def under_a_pale_watermark(pen: Pen) -> str:
    pen.line(pen.x - 3, pen.y + 2, pen.x + pen.width + 3, pen.y - 5, colour=(215, 215, 215), width=2)
    pen.write()
    return pen.number


HONEST: tuple[Way, ...] = (
    plain,
    bold_by_printing_twice,
    bold_by_outlines,
    in_colour,
    in_grey,
    white_on_dark,
    highlighted,
    shaded,
    underlined,
    in_pieces_from_the_right,
    condensed,
    slanted,
    under_a_pale_watermark,
)


def covered(pen: Pen) -> str:
    pen.write()
    pen.rect(pen.x - 1, pen.y - 5, pen.width + 2, 6.5)
    return ""


def first_digit_covered(pen: Pen) -> str | None:
    pen.write()
    first = pen.digits()[0]
    pen.rect(pen.start(first), pen.y - 5, pen.start(first + 1) - pen.start(first), 6.5)
    return pen.number[:first] + pen.number[first + 1 :] if first == 0 else None


def half_a_digit_covered(pen: Pen) -> None:
    pen.write()
    pen.rect(pen.x - 0.5, pen.y - 5, pen.width + 1, 3.4)


def separator_covered(pen: Pen) -> str | None:
    pen.write()
    places = [index for index, character in enumerate(pen.number) if character in ".,"]
    for index in places:
        pen.rect(pen.start(index), pen.y - 0.8, pen.start(index + 1) - pen.start(index), 2)
    return re.sub("[.,]", "", pen.number) if places else pen.number


def another_printed_over_it(pen: Pen) -> str:
    pen.write()
    pen.rect(pen.x - 1, pen.y - 5, pen.width + 2, 6.5)
    pen.write("77")
    return "77"


def a_picture_over_it(pen: Pen) -> str:
    pen.write()
    picture = Image.new("L", (200, 80), 255)
    ImageDraw.Draw(picture).text((8, 10), "42", font=ImageFont.truetype(str(SANS), 52), fill=0)
    pen.pdf.image(picture, x=pen.x - 1, y=pen.y - 5, w=16.25, h=6.5)
    return "42"


def overprinted(pen: Pen) -> None:
    pen.write()
    pen.write("".join("8" if character.isdigit() and character != "8" else "6" for character in pen.number))


def struck_by_a_line(pen: Pen) -> None:
    pen.write()
    pen.line(pen.x, pen.y - 1.3, pen.x + pen.width, pen.y - 1.3)


def struck_by_a_red_line(pen: Pen) -> None:
    pen.write()
    pen.line(pen.x, pen.y - 1.3, pen.x + pen.width, pen.y - 1.3, colour=(230, 20, 20))


def struck_by_a_grey_hairline(pen: Pen) -> None:
    pen.write()
    pen.line(pen.x, pen.y - 1.3, pen.x + pen.width, pen.y - 1.3, colour=(150, 150, 150), width=0.08)


def struck_by_a_thin_box(pen: Pen) -> None:
    pen.write()
    pen.rect(pen.x, pen.y - 1.4, pen.width, 0.25, 0)


def struck_out_of_square(pen: Pen) -> None:
    pen.write()
    pen.line(pen.x, pen.y + 0.3, pen.x + pen.width, pen.y - 3)


def struck_digit_by_digit(pen: Pen) -> None:
    pen.write()
    for index in pen.digits():
        pen.line(pen.start(index) + 0.4, pen.y - 1.2, pen.start(index + 1) - 0.4, pen.y - 1.2, width=0.3)


def struck_by_an_annotation(pen: Pen) -> None:
    pen.write()
    left, right = pen.x * POINT, (pen.x + pen.width) * POINT
    top, bottom = ((297 - y) * POINT for y in (pen.y - 3.5, pen.y + 0.5))
    pen.pdf.add_text_markup_annotation("StrikeOut", "", (left, top, right, top, left, bottom, right, bottom))


def note_in_an_annotation(pen: Pen) -> None:
    pen.write()
    pen.pdf.free_text_annotation("63", x=pen.x + pen.width + 1, y=pen.y - 4, w=9, h=6)


def point_as_a_path(pen: Pen) -> None:
    pen.write()
    at = pen.start(pen.digits()[1])
    pen.rect(at - 0.2, pen.y - 0.35, 0.4, 0.4, 0)


def red_point_as_a_circle(pen: Pen) -> None:
    pen.write()
    at = pen.start(pen.digits()[1])
    pen.pdf.set_fill_color(200, 0, 0)
    pen.pdf.ellipse(at - 0.2, pen.y - 0.35, 0.4, 0.4, style="F")


def minus_as_a_line(pen: Pen) -> None:
    pen.write()
    pen.line(pen.x - 1.6, pen.y - 1.3, pen.x - 0.4, pen.y - 1.3, width=0.25)


def digit_as_a_path(pen: Pen) -> None:
    pen.write()
    pen.rect(pen.x + pen.width + 0.3, pen.y - 2.6, 0.35, 2.6, 0)


def slash_as_a_line(pen: Pen) -> None:
    pen.write()
    pen.line(pen.x + pen.width + 0.2, pen.y + 0.3, pen.x + pen.width + 1.2, pen.y - 3)
    pen.write("2", x=pen.x + pen.width + 1.4)


def with_a_raised_figure(pen: Pen) -> str:
    pen.write()
    at = pen.x + pen.width
    pen.pdf.set_font_size(6.5)
    pen.write("2", x=at, y=pen.y - 1.6)
    return pen.number + "²"


def with_a_raised_figure_of_full_size(pen: Pen) -> str:
    pen.write()
    pen.write("3", x=pen.x + pen.width, y=pen.y - 1.4)
    return pen.number + "³"


def with_a_low_figure(pen: Pen) -> str:
    pen.write()
    at = pen.x + pen.width
    pen.pdf.set_font_size(6.5)
    pen.write("2", x=at, y=pen.y + 0.7)
    return pen.number + "₂"


def with_a_smaller_figure(pen: Pen) -> str | None:
    pen.write()
    at = pen.x + pen.width
    pen.pdf.set_font_size(6.5)
    pen.write("2", x=at)
    return None if pen.number[-1].isdigit() else pen.number + "2"


def one_digit_white(pen: Pen) -> None:
    pen.write()
    at = pen.x + pen.width
    pen.pdf.set_text_color(255)
    pen.write("7", x=at)


def clipped(pen: Pen) -> None:
    with pen.pdf.rect_clip(pen.x - 1, pen.y - 1.3, pen.width + 2, 5):
        pen.write()


def clipped_away(pen: Pen) -> str:
    pen.write()
    with pen.pdf.rect_clip(pen.x - 1, pen.y - 5, pen.width + 1, 7):
        pen.write("7", x=pen.x + pen.width + 0.1)
    return pen.number


def of_no_opacity(pen: Pen) -> str:
    pen.write()
    with pen.pdf.local_context(fill_opacity=0):
        pen.write("7", x=pen.x + pen.width)
    return pen.number


def of_no_size(pen: Pen) -> str:
    pen.write()
    at = pen.x + pen.width
    pen.pdf.set_font_size(0.001)
    pen.write("7", x=at)
    return pen.number


def with_another_text_told(pen: Pen) -> str:
    pen.raw("/Span <</ActualText (77)>> BDC")
    pen.write()
    pen.raw("EMC")
    return pen.number


def called_otherwise(pen: Pen) -> str:
    """In a typeface that calls its 9 and its 6 a 5, and its point a comma."""
    pen.pdf.set_font("liar", size=10)
    pen.write()
    return pen.number


def two_numbers_side_by_side(pen: Pen) -> str:
    pen.write()
    pen.write("64", x=pen.x + pen.width + 1.5)
    return f"{pen.number} 64"


OTHER: tuple[Way, ...] = tuple(
    way
    for name, way in list(globals().items())
    if callable(way) and getattr(way, "__annotations__", {}).get("pen") == "Pen" and way not in HONEST
)
WAYS = (*HONEST, *OTHER)
TRIED = tuple(zip(cycle(FONTS), NUMBERS, strict=False))
LIES = {"9": "5", "6": "5", ".": ","}
LIAR = 5
"""Which of a sheet's tables of characters is that of the lying typeface; each typeface has two."""


@dataclass(frozen=True)
class Sheet:
    """A page of numbers: how each was drawn, and what is shown by it."""

    pdf: FPDF
    cells: list[tuple[Way, str, str, str | None]]


def sheets() -> Iterator[Sheet]:
    """Every way on each, so that few cells of a page are wrong alike, with every number and typeface on one of them."""
    for sheet in range(len(TRIED)):
        pdf = FPDF()
        pdf.compress = False
        pdf.set_auto_page_break(False)
        pdf.add_page()
        for name, path in (*FONTS.items(), ("liar", SANS)):
            pdf.add_font(name, fname=path)
        pdf.set_font("serif", size=9)
        for line in range(26):  # a few characters that do not show are no reason to refuse a page of many
            pdf.text(LEFT, 155 + 5 * line, PROSE)
        cells = []
        for at, way in enumerate(WAYS):
            font, number = TRIED[(sheet + at) % len(TRIED)]
            x, y = LEFT + WIDTH * (at % COLUMNS), TOP + HEIGHT * (at // COLUMNS)
            with pdf.local_context():
                pdf.set_font(font, size=10)
                shown = way(Pen(pdf, x + 5, y + 7, number))
            pdf.text_mode = "FILL"
            pdf.set_stretching(100)
            pdf.set_text_color(0)
            cells.append((way, font, number, shown))
        pdf.set_draw_color(0)
        pdf.set_line_width(0.2)
        for row in range(ROWS + 1):
            pdf.line(LEFT, TOP + HEIGHT * row, LEFT + WIDTH * COLUMNS, TOP + HEIGHT * row)
        for column in range(COLUMNS + 1):
            pdf.line(LEFT + WIDTH * column, TOP, LEFT + WIDTH * column, TOP + HEIGHT * ROWS)
        yield Sheet(pdf, cells)


def with_lies(content: bytes) -> bytes:
    """The file with a typeface that calls some of its glyphs by other names: the last of its typefaces does."""
    codes = {b"<%04X>" % ord(a): b"<%04X>" % ord(b) for a, b in LIES.items()}
    tables = content.split(b"begincmap")
    tables[LIAR] = re.sub(rb"(<[0-9A-F]{4}> )(<[0-9A-F]{4}>)", lambda m: m[1] + codes.get(m[2], m[2]), tables[LIAR])
    return b"begincmap".join(tables)


@pytest.fixture(scope="module")
def read(engine, tmp_path_factory) -> list[tuple[Way, str, str, str | None, Cell]]:
    """Every cell of every sheet as it is read."""
    found = []
    for number, sheet in enumerate(sheets()):
        path: Path = tmp_path_factory.mktemp("shown") / f"{number}.pdf"
        path.write_bytes(with_lies(bytes(sheet.pdf.output())))
        page = read_text_page(path, 1, Settings())
        assert page is not None, "left to OCR"
        (grid,) = held_against_drawing(page, engine).grids
        cells = {(cell.row, cell.col): cell for cell in grid.cells}
        found += [(*drawn, cells[divmod(at, COLUMNS)]) for at, drawn in enumerate(sheet.cells)]
    return found


def is_doubted(cell: Cell) -> bool:
    return cell.confidence.overall < 0.8


@pytest.mark.slow
class TestEveryWay:
    def test_to_show_a_number_as_it_is_told_is_not_doubted(self, read):
        wrong = [
            (way.__name__, font, number, cell.text, cell.other_text)
            for way, font, number, shown, cell in read
            if way in HONEST and (cell.text != shown or is_doubted(cell))
        ]
        assert wrong == []

    def test_to_show_another_number_is_read_as_shown_or_doubted(self, read):
        silent = [
            (way.__name__, font, number, shown, cell.text)
            for way, font, number, shown, cell in read
            if (shown is None or cell.text != plain_text(shown)) and not is_doubted(cell)
        ]
        assert silent == []

    def test_are_many(self, read, counted):
        counted("ways × numbers × typefaces", len(WAYS) * len(TRIED))
        assert len(read) == len(WAYS) * len(TRIED) >= 150


BEFORE = "BT /F 12 Tf 100 704 Td (Alpha) Tj ET BT /F 12 Tf 100 674 Td (Number of villages) Tj ET "
RULES = "0.5 w " + "".join(f"{x} 660 m {x} 720 l S " for x in (90, 240, 400))
RULES += "".join(f"90 {y} m 400 {y} l S " for y in (660, 690, 720))
NOTE = "/Type /Annot /Rect [258 670 330 690] /F 4"
PICTURE = "/Type /XObject /Subtype /Form /BBox [0 0 72 20] /Resources << /Font << /F 3 0 R >> >>"


def one_number(content: str, *, page: str = "", resources: str = "", catalog: str = "", objects: tuple[str, ...] = ()):
    """A PDF file with a table of which the last cell shows what ``content`` draws at (260, 674), in points."""
    drawn = f"{BEFORE} {RULES} {content}"
    parts = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 800] /Contents 5 0 R {page} "
        f"/Resources << /Font << /F 3 0 R /G 6 0 R >> {resources} >> >>",
        stream("", drawn),
        *objects,
    ]
    content = "%PDF-1.7\n"
    starts = []
    for number, part in enumerate(parts, start=1):
        starts.append(len(content))
        content += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    size, at = len(parts) + 1, len(content)
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF"
    return (content + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}").encode("latin-1")


def stream(facts: str, content: str) -> str:
    return f"<< {facts} /Length {len(content)} >>\nstream\n{content}\nendstream"


NINETY_FIVE = "BT /F 12 Tf 260 674 Td (95) Tj ET "
NAMES = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
)
BARS = "<< /a 7 0 R /b 8 0 R >>"
"""Glyphs of a drawn typeface: an upright bar, and one that lies at the foot."""


def drawn_typeface(first: str, second: str) -> tuple[str, ...]:
    """A typeface whose glyphs are drawn by the page, of which the file says that they are these characters."""
    names = f"{NAMES} 2 beginbfchar <61> <{ord(first):04X}> <62> <{ord(second):04X}> endbfchar endcmap end end"
    return (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 600 800] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 "
        f"/LastChar 98 /Widths [600 600] /CharProcs {BARS} /Encoding << /Type /Encoding /Differences [97 /a /b] >> "
        "/ToUnicode 9 0 R /Resources << >> >>",
        stream("", "600 0 0 0 600 800 d1 250 0 100 700 re f"),
        stream("", "600 0 0 0 600 800 d1 50 0 500 700 re 150 100 300 500 re f*"),
        stream("", names),
    )


LAYER = "<< /Type /OCG /Name (draft) >>"
OFF = "/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] /Order [6 0 R] >> >>"
FILES: dict[str, tuple[str | None, bytes]] = {
    "nothing odd": ("95", one_number(NINETY_FIVE)),
    "a layer that is off": (
        "95",
        one_number(
            NINETY_FIVE + "/OC /L BDC BT /F 12 Tf 273.3 674 Td (7) Tj ET EMC",
            resources="/Properties << /L 6 0 R >>",
            catalog=OFF,
            objects=(LAYER,),
        ),
    ),
    "all of it on a layer that is off": (
        "",
        one_number(
            f"/OC /L BDC {NINETY_FIVE} EMC", resources="/Properties << /L 6 0 R >>", catalog=OFF, objects=(LAYER,)
        ),
    ),
    "a typeface of drawn glyphs": (
        "10",
        one_number("BT /G 12 Tf 260 674 Td (ab) Tj ET", objects=drawn_typeface("1", "0")),
    ),
    "drawn glyphs called otherwise": (
        "10",
        one_number("BT /G 12 Tf 260 674 Td (ab) Tj ET", objects=drawn_typeface("7", "4")),
    ),
    "a field over it": (
        "62",
        one_number(
            NINETY_FIVE,
            page="/Annots [6 0 R]",
            catalog="/AcroForm << /Fields [6 0 R] >>",
            objects=(
                f"<< {NOTE} /Subtype /Widget /FT /Tx /T (a) /V (62) /AP << /N 7 0 R >> >>",
                stream(PICTURE, "1 g 0 0 72 20 re f 0 0 1 rg BT /F 12 Tf 2 4 Td (62) Tj ET"),
            ),
        ),
    ),
    "a digit typed into a field": (
        None,
        one_number(
            NINETY_FIVE,
            page="/Annots [6 0 R]",
            catalog="/AcroForm << /Fields [6 0 R] >>",
            objects=(
                f"<< {NOTE} /Subtype /Widget /FT /Tx /T (a) /V (3) /AP << /N 7 0 R >> >>",
                stream(PICTURE, "0 0 1 rg BT /F 12 Tf 15.6 4 Td (3) Tj ET"),
            ),
        ),
    ),
    "an annotation drawn over it": (
        None,
        one_number(
            NINETY_FIVE,
            page="/Annots [6 0 R]",
            objects=(
                f"<< {NOTE} /Subtype /Ink /InkList [[260 674 276 684]] /AP << /N 7 0 R >> >>",
                stream(PICTURE, "1 0 0 RG 1 w 1 5 m 17 13 l S"),
            ),
        ),
    ),
    **{
        f"{kind} that viewers draw": (
            None,
            one_number(
                NINETY_FIVE,
                page="/Annots [6 0 R]",
                objects=(f"<< /Type /Annot /Rect [256 670 280 690] /F 4 /Subtype /{kind} {more} >>",),
            ),
        )
        for kind, more in {
            "Line": "/L [256 679 280 679]",
            "Polygon": "/IC [1 1 1] /Vertices [256 670 280 670 280 690 256 690]",
            "Stamp": "/Name /Draft",
            "Redact": "",
        }.items()
    },
    "half beyond the page": ("95", one_number(NINETY_FIVE, page="/CropBox [0 0 270 800]")),
    "a digit beyond the page": ("9", one_number(NINETY_FIVE, page="/CropBox [0 0 266.6 800]")),
    "a digit that is turned": (None, one_number("BT /F 12 Tf 260 674 Td (9) Tj -1 0 0 -1 273.3 682.6 Tm (9) Tj ET")),
    "a digit that lies": (None, one_number("BT /F 12 Tf 260 674 Td (9) Tj 0 1 -1 0 276 674 Tm (5) Tj ET")),
    "mirrored": (None, one_number("BT -12 0 0 12 274 674 Tm /F 1 Tf (95) Tj ET")),
    "backwards": ("59", one_number("BT /F 12 Tf 266.67 674 Td [(9) 1112 (5)] TJ ET")),
    "shown by a pattern of its outlines": (None, one_number("BT /F 12 Tf 3 Tr 260 674 Td (95) Tj ET")),
    "cut out of a fill": (None, one_number("q BT /F 12 Tf 7 Tr 260 674 Td (95) Tj ET Q")),
    "a note in red": (
        None,
        one_number(
            NINETY_FIVE,
            page="/Annots [6 0 R]",
            objects=(
                f"<< {NOTE} /Subtype /FreeText /Contents (62) /AP << /N 7 0 R >> >>",
                stream(PICTURE, "1 0 0 rg BT /F 12 Tf 30 4 Td (62) Tj ET"),
            ),
        ),
    ),
    "a note in an empty cell": (
        None,
        one_number(
            "",
            page="/Annots [6 0 R]",
            objects=(
                f"<< {NOTE} /Subtype /FreeText /Contents (62) /AP << /N 7 0 R >> >>",
                stream(PICTURE, "1 0 0 rg BT /F 12 Tf 2 4 Td (62) Tj ET"),
            ),
        ),
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        "an annotation drawn over it",
        "a field over it",
        "half beyond the page",
        *(f"{kind} that viewers draw" for kind in ("Line", "Polygon", "Stamp", "Redact")),
    ],
)
def test_without_an_engine_what_the_drawing_contradicts_is_doubted(tmp_path, name):
    for file, is_odd in ((name, True), ("nothing odd", False)):
        (tmp_path / "a.pdf").write_bytes(FILES[file][1])
        page = read_text_page(tmp_path / "a.pdf", 1, Settings())
        assert page is not None
        assert is_doubted(held_against_drawing(page, None).grids[0].cells[-1]) == is_odd


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_it_shows_or_is_doubted(engine, tmp_path, name):
    shown, content = FILES[name]
    (tmp_path / "a.pdf").write_bytes(content)
    page = read_text_page(tmp_path / "a.pdf", 1, Settings())
    if page is None:  # left to OCR, which reads what is shown
        assert name != "nothing odd"
        return
    (grid,) = held_against_drawing(page, engine).grids
    cell = grid.cells[-1]
    assert is_doubted(cell) or cell.text == shown
    assert name != "nothing odd" or not is_doubted(cell)


TITLE = "BT /F 12 Tf 180 740 Td (Budget of 2022) Tj ET "
OVER_THE_YEAR = "1 g 254.8 737 6.5 14 re f 0 g BT /F 12 Tf 254.7 740 Td (3) Tj ET "


@pytest.mark.slow
@pytest.mark.parametrize(("over", "is_doubted"), [("", False), (OVER_THE_YEAR, True)])
def test_a_year_in_a_title_is_doubted_where_another_digit_is_drawn_over_its_own(engine, tmp_path, over, is_doubted):
    (tmp_path / "a.pdf").write_bytes(one_number(f"{NINETY_FIVE} {TITLE} {over}"))
    page = read_text_page(tmp_path / "a.pdf", 1, Settings())
    assert page is not None
    content = held_against_drawing(page, engine)
    (title,) = (line for line in content.loose_lines if "Budget" in line.text)
    assert (title.confidence < 0.8) == is_doubted
