"""The same tables as a text document or a spreadsheet, printed by LibreOffice."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell as WordCell
from docx.text.paragraph import Paragraph
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from benchmarks.makers.contents import Cell, Placed, Table, head_rows, placed
from benchmarks.makers.printing import (
    FIGURES,
    Raster,
    Scan,
    Unprintable,
    lacking,
    scan_of,
    typefaces,
    write_font_settings,
)

INKS = {"black": "000000", "red": "E00000", "blue": "0030C0"}
FILLS = ("1F4E79", "4472C4", "C00000", "548235", "7030A0", "404040")
PALE_FILLS = ("F2F2F2", "D9E2F3", "E2EFD9", "FFF2CC")
SMALLEST = 5.5
A4 = (210, 297)
MILLIMETRES_PER_CHARACTER = 1.85
"""Width of a spreadsheet's column of one character, and of a figure of ``FIGURE_POINTS``."""
FIGURE_POINTS = 11
WORD_RULES = {
    "thin": ("single", 4),
    "hair": ("single", 2),
    "medium": ("single", 12),
    "double": ("double", 4),
    "dotted": ("dotted", 4),
    "dashed": ("dashed", 4),
}
"""Weights of a spreadsheet's rules as a text document's: style, and eighths of a point."""


@dataclass(frozen=True)
class Look:
    """Typeface, sizes (points; padding in millimetres) and rules of one page. Rules are named as in spreadsheets."""

    typeface: str
    figures: str
    size: float
    padding: float
    row_height: float
    inner: str
    inner_ink: str
    outer: str
    fill: str
    head_ink: str
    zebra: str
    margin: int


def find() -> str | None:
    """LibreOffice's program, if this machine has it."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def make_look(table: Table, rng: Random, half: int | None, shades: bool) -> Look:
    """How the table is to look, within what its manner of rules allows, and whether the picture is to have shades."""
    inner = rng.choice(["thin", "thin", "thin", "medium", *["hair", "hair", "dotted", "dashed"] * shades])
    pale = table.manner == "web" or (shades and rng.random() < 0.2)
    white = table.manner == "white head" or (table.manner == "web" and rng.random() < 0.5)
    pale_fill = rng.choice(["", "", *PALE_FILLS]) if table.manner != "none" else ""
    return Look(
        typeface=rng.choice(typefaces(half)),
        figures=rng.choice(FIGURES),
        size=rng.choice([8, 9, 9, 10, 10, 10.5, 11, 12]),
        padding=rng.choice([0.4, 0.8, 1.2, 1.9]),
        row_height=1.15 if table.manner == "none" else rng.choice([1.2, 1.35, 1.6, 2.0]),
        inner="thin" if pale else inner,
        inner_ink=rng.choice(["BFBFBF", "A6A6A6", "D0CECE"]) if pale else "000000",
        outer=rng.choice([inner, inner, "medium", "double"]),
        fill=rng.choice(FILLS) if white else pale_fill,
        head_ink="FFFFFF" if white else "000000",
        zebra=rng.choice(["F7F7F7", "EAF1FB"]) if table.manner == "web" else "",
        margin=rng.choice([10, 15, 20]),
    )


def print_text(table: Table, look: Look, raster: Raster) -> Scan:
    """The table in a text document, on one page."""
    return _print(table, look, raster, "docx")


def print_sheet(table: Table, look: Look, raster: Raster) -> Scan:
    """The table in a spreadsheet, fitted to one page."""
    return _print(table, look, raster, "xlsx")


def _print(table: Table, look: Look, raster: Raster, form: str) -> Scan:
    program = find()
    if program is None:
        raise Unprintable("no libreoffice on this machine")
    while look.size >= SMALLEST:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            source = place / f"page.{form}"
            if form == "docx":
                _text_document(table, look, source)
            else:
                _spreadsheet(table, look, source)
            profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
            command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(source)]
            environment = os.environ | {"FONTCONFIG_FILE": str(write_font_settings(place))}
            done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment, check=False)
            pdf = source.with_suffix(".pdf")
            if not pdf.exists():
                raise Unprintable(f"libreoffice wrote nothing: {done.stderr.strip()[-200:]}")
            reason = lacking(pdf, table)
            if not reason:
                return scan_of(pdf, raster)
        look = replace(
            look, size=look.size * 0.88, padding=look.padding * 0.8, row_height=max(1.15, look.row_height * 0.9)
        )
    raise Unprintable(reason)


# --- Rules -------------------------------------------------------------------------------------------------------


def _sides(table: Table, item: Placed, look: Look) -> dict[str, tuple[str, str]]:
    """The rule on every side of a cell that has one: its name and its colour."""
    cell, heads = item.cell, head_rows(table)
    inner, outer = (look.inner, look.inner_ink), (look.outer, "000000")
    first, last = item.row == 0, item.row + cell.rowspan == len(table.rows)
    leftmost, rightmost = item.col == 0, item.col + cell.colspan == len(table.widths)
    under_head = item.row + cell.rowspan == heads
    upright = table.manner in ("ruled", "white head", "columns")
    level = table.manner in ("ruled", "white head", "lines", "web")
    framed = table.manner in ("ruled", "white head", "columns")
    strong = table.manner in ("lines", "head")
    sides = {
        "left": outer if leftmost and framed else inner if upright and not leftmost else None,
        "right": outer if rightmost and framed else inner if upright and not rightmost else None,
        "top": outer
        if first and (framed or strong)
        else inner
        if (level and not first) or item.row == heads > 0
        else None,
        "bottom": outer if last and (framed or strong) else inner if level or under_head else None,
    }
    if table.manner == "none":
        return {}
    return {side: rule for side, rule in sides.items() if rule}


def _fill(table: Table, item: Placed, look: Look) -> str:
    if item.cell.head:
        return look.fill
    odd = (item.row - head_rows(table)) % 2 and item.row >= head_rows(table)
    return look.zebra if odd else ""


def _ink(cell: Cell, look: Look) -> str:
    return look.head_ink if cell.head and look.fill else INKS[cell.colour]


# --- A text document ---------------------------------------------------------------------------------------------


def _text_document(table: Table, look: Look, file: Path) -> None:
    document = Document()
    section = document.sections[0]
    width, height = (A4[1], A4[0]) if table.landscape else A4
    section.orientation = WD_ORIENT.LANDSCAPE if table.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(look.margin)
    if table.title:
        _write(document.add_paragraph(), table.title, look, look.size * 1.5, "center", True)
    if table.above:
        _write(document.add_paragraph(), "　　　　".join(table.above), look, look.size, "left")
    room = width - 2 * look.margin
    widths = [room * part / sum(table.widths) for part in table.widths]
    grid = document.add_table(len(table.rows), len(widths))
    grid.autofit = False
    _property(grid._tbl.tblPr, "w:tblLayout", type="fixed")
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        _property(margins, f"w:{side}", w=str(round(look.padding * 56.7)), type="dxa")
    grid._tbl.tblPr.append(margins)
    for column, part in zip(grid.columns, widths, strict=True):
        column.width = Mm(part)
    for row in grid.rows:
        row.height = Pt(look.size * look.row_height)
    for item in placed(table):
        corner = grid.cell(item.row, item.col)
        last = grid.cell(item.row + item.cell.rowspan - 1, item.col + item.cell.colspan - 1)
        cell = corner.merge(last) if corner is not last else corner
        _fill_word_cell(cell, table, item, look)
    for row in grid.rows:
        for cell, part in zip(row.cells, widths, strict=True):
            if cell._tc.grid_span == 1:
                cell.width = Mm(part)
    for text in (*table.below, ""):
        _write(document.add_paragraph(), text, look, look.size if text else 1, "left")
    document.save(str(file))


def _fill_word_cell(cell: WordCell, table: Table, item: Placed, look: Look) -> None:
    for extra in cell.paragraphs[1:]:
        extra._p.getparent().remove(extra._p)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    bold = item.cell.strong or (item.cell.head and bool(look.fill))
    _write(cell.paragraphs[0], item.cell.text, look, look.size, item.cell.align, bold, _ink(item.cell, look))
    # Every cell of a merged one down the page says its own rules.
    for row in range(item.row, item.row + item.cell.rowspan):
        part = _part(cell, row - item.row)
        borders = OxmlElement("w:tcBorders")
        sides = _sides(table, item, look)
        for side in ("top", "left", "bottom", "right"):
            if (
                side in sides
                and not (side == "top" and row > item.row)
                and not (side == "bottom" and row < item.row + item.cell.rowspan - 1)
            ):
                style, size = WORD_RULES[sides[side][0]]
                _property(borders, f"w:{side}", val=style, sz=str(size), space="0", color=sides[side][1])
        part.append(borders)
        if _fill(table, item, look):
            _property(part, "w:shd", val="clear", color="auto", fill=_fill(table, item, look))


def _part(cell: WordCell, down: int) -> BaseOxmlElement:
    """The properties of the cell or, where it is merged, of its part so many rows further down."""
    tc = cell._tc
    for _ in range(down):
        below = tc._tc_below
        assert below is not None, "a merged cell ends where its rows end"
        tc = below
    return tc.get_or_add_tcPr()


def _write(
    paragraph: Paragraph, text: str, look: Look, size: float, align: str, bold: bool = False, ink: str = "000000"
) -> None:
    paragraph.alignment = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }[align]
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, RGBColor.from_string(ink)
    run.font.name = look.figures or look.typeface
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), look.typeface)


def _property(parent: BaseOxmlElement, name: str, **attributes: str) -> None:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    parent.append(element)


# --- A spreadsheet -----------------------------------------------------------------------------------------------


def _spreadsheet(table: Table, look: Look, file: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.page_setup.orientation = "landscape" if table.landscape else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins, inch = sheet.page_margins, look.margin / 25.4
    margins.left = margins.right = margins.top = margins.bottom = inch
    sheet.print_options.horizontalCentered = True
    widths = _column_characters(table, look)
    for number, width in enumerate(widths):
        sheet.column_dimensions[get_column_letter(number + 1)].width = width
    top = _over_table(sheet, table, look)
    for item in placed(table):
        _fill_sheet_cell(sheet, table, item, look, top)
    for row, lines in enumerate(_row_lines(table, widths, look)):
        sheet.row_dimensions[top + row].height = look.size * 1.5 * (lines - 1) + look.size * max(1.25, look.row_height)
    for number, text in enumerate(table.below):
        row = top + len(table.rows) + number
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(widths))
        sheet.cell(row, 1, text).font = Font(look.typeface, size=look.size)
    book.save(file)


def _over_table(sheet: Worksheet, table: Table, look: Look) -> int:
    """Write title and the line below it; the row in which the table begins."""
    row, last = 1, len(table.widths)
    if table.title:
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
        cell = sheet.cell(row, 1, table.title)
        cell.font = Font(look.typeface, size=look.size * 1.6, bold=True)
        cell.alignment = Alignment("center", "center")
        sheet.row_dimensions[row].height = look.size * 2.6
        row += 1
    if table.above:
        middle = max(1, last // 2)
        for first, end, text, align in (
            (1, middle, table.above[0], "left"),
            (middle + 1, last, table.above[-1], "right"),
        ):
            if end > first:
                sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=end)
            cell = sheet.cell(row, first, text)
            cell.font, cell.alignment = Font(look.typeface, size=look.size), Alignment(align, "center")
        row += 1
    return row


def _fill_sheet_cell(sheet: Worksheet, table: Table, item: Placed, look: Look, top: int) -> None:
    row, column = top + item.row, item.col + 1
    value, number_format = _value(item.cell.text)
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"  # "=100%" is no formula
    cell.number_format = number_format
    bold = item.cell.strong or (item.cell.head and bool(look.fill))
    cell.font = Font(_face(item.cell.text, look), size=look.size, bold=bold, color=_ink(item.cell, look))
    cell.alignment = Alignment(item.cell.align, "center", wrap_text=isinstance(value, str))
    fill, sides = _fill(table, item, look), _sides(table, item, look)
    border = Border(**{side: Side(style, color=ink) for side, (style, ink) in sides.items()})
    end_row, end_column = row + item.cell.rowspan - 1, column + item.cell.colspan - 1
    for r in range(row, end_row + 1):
        for c in range(column, end_column + 1):
            sheet.cell(r, c).border = border
            if fill:
                sheet.cell(r, c).fill = PatternFill("solid", fill)
    if (end_row, end_column) != (row, column):
        sheet.merge_cells(start_row=row, end_row=end_row, start_column=column, end_column=end_column)


def _face(text: str, look: Look) -> str:
    """Figures have a typeface of their own in a cell that has nothing else."""
    return look.figures if look.figures and re.fullmatch(r"[ -~]+", text) else look.typeface


def _value(text: str) -> tuple[str | float, str]:
    """What a spreadsheet would keep for a text: a number and its format, where that shows the text as it is."""
    plain = text.replace(",", "")
    if re.fullmatch(r"-?\d+(\.\d+)?", plain) and len(plain) < 14:
        number = float(plain)
        decimals = len(plain.partition(".")[2])
        for form, pattern in (("{:,.{}f}", "#,##0"), ("{:.{}f}", "0")):
            if form.format(number, decimals) == text:
                return number, pattern + ("." + "0" * decimals) * bool(decimals)
    return text, "@"


def _units(text: str) -> float:
    """Width of a line in figures."""
    return sum(1.9 if unicodedata.east_asian_width(c) in "WFA" else 1.05 for c in text)


def _column_characters(table: Table, look: Look) -> list[float]:
    """Widths of the columns, in characters: shares of the page, but wide enough for every number."""
    room = (A4[1] if table.landscape else A4[0]) - 2 * look.margin
    shares = [room * part / sum(table.widths) / MILLIMETRES_PER_CHARACTER for part in table.widths]
    scale = look.size / FIGURE_POINTS
    for item in placed(table):
        if item.cell.colspan == 1:
            longest = max(map(_unbroken, item.cell.text.split("\n")))
            shares[item.col] = max(shares[item.col], longest * scale * (1.12 if item.cell.strong else 1.05) + 1.5)
    return shares


def _unbroken(line: str) -> float:
    """The widest part of a line that does not break: words of Latin letters and figures."""
    return max(map(_units, re.findall(r"[ -~]+|.", line)), default=0.0)


def _row_lines(table: Table, widths: Iterable[float], look: Look) -> list[int]:
    """How many lines of text every row must have room for; merged cells share theirs out."""
    columns, scale = list(widths), look.size / FIGURE_POINTS
    lines = [1] * len(table.rows)
    for item in sorted(placed(table), key=lambda item: item.cell.rowspan):
        room = max(1.0, sum(columns[item.col : item.col + item.cell.colspan]) - 1.5)
        needed = sum(max(1, math.ceil(_units(line) * scale * 1.08 / room)) for line in item.cell.text.split("\n"))
        rows = range(item.row, item.row + item.cell.rowspan)
        while sum(lines[row] for row in rows) < needed:
            lines[min(rows, key=lambda row: lines[row])] += 1
    return lines
