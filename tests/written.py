"""A form's table written by an office program or as a transcription, instead of printed and scanned."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path

import docx
import openpyxl
from docx.enum.text import WD_BREAK
from docx.shared import Mm
from openpyxl.styles import Border, Side

from tests.scans.tables import Placed, Table, owners

THIN = Side(style="thin")


def placed(table: Table) -> list[Placed]:
    """The cells of a table with their places, in reading order."""
    return list(dict.fromkeys(cell for line in owners(table.rows, len(table.widths)) for cell in line))


def write_docx(table: Table, path: Path) -> Path:
    """Title and year as paragraphs, the table with its merged cells, each paragraph of a cell as one."""
    document = docx.Document()
    for line in (table.title, table.subtitle):
        document.add_paragraph(line)
    add_word_table(document, table)
    document.save(path)
    return path


def add_word_table(document: docx.document.Document, table: Table) -> docx.table.Table:
    made = document.add_table(len(table.rows), len(table.widths))
    for column, width in zip(made.columns, table.widths, strict=True):
        column.width = Mm(width)
    cells = [list(row.cells) for row in made.rows]
    for cell in placed(table):
        merged = cells[cell.row][cell.col].merge(cells[cell.rows.stop - 1][cell.columns.stop - 1])
        merged.text = cell.cell.text
    return made


def add_page_break(document: docx.document.Document) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def write_xlsx(table: Table, path: Path) -> Path:
    """Title and year as merged cells over the table, numbers as numbers with the format that shows them as printed."""
    book = openpyxl.Workbook()
    add_sheet_table(book.active, table)
    book.save(path)
    return path


def add_sheet_table(sheet: openpyxl.worksheet.worksheet.Worksheet, table: Table, top: int = 1) -> int:
    """Write the table under row ``top`` and give the first row after it."""
    for number, line in enumerate((table.title, table.subtitle)):
        sheet.cell(top + number, 1, line)
        sheet.merge_cells(None, top + number, 1, top + number, len(table.widths))
    for number, width in enumerate(table.widths, start=1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(number)].width = width
    for cell in placed(table):
        row, col = top + 2 + cell.row, 1 + cell.col
        first = sheet.cell(row, col)
        first.value, first.number_format = as_stored(cell.cell.text)
        first.data_type = "s" if isinstance(first.value, str) else "n"  # =100% is a text and no formula
        first.border = Border(THIN, THIN, THIN, THIN)
        if len(cell.rows) > 1 or len(cell.columns) > 1:
            sheet.merge_cells(None, row, col, top + 1 + cell.rows.stop, cell.columns.stop)
    return top + 2 + len(table.rows)


def as_stored(text: str) -> tuple[object, str]:
    """A text as a spreadsheet stores what was typed: figures as numbers, with a format for what is printed."""
    figures = text.removesuffix("%")
    if not figures.replace(".", "", 1).isdecimal():
        return text, "General"
    places = len(figures.partition(".")[2])
    code = "0" + ("." + "0" * places if places else "")
    return (float(figures) / 100, f"{code}%") if text.endswith("%") else (float(figures), code)


def html_table(table: Table) -> str:
    rows = ["".join(_html_cell(cell) for cell in placed(table) if cell.row == n) for n in range(len(table.rows))]
    return "<table border=1>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"


def _html_cell(cell: Placed) -> str:
    text = "".join(f"<p>{escape(line)}</p>" for line in cell.cell.text.split("\n"))
    return f'<td rowspan="{len(cell.rows)}" colspan={len(cell.columns)}>{text}</td>'


def write_html(table: Table, path: Path) -> Path:
    head = f"<h1>{table.title}</h1>\n<p>{table.subtitle}</p>"
    path.write_text(f"<html><head><title>x</title></head><body>{head}{html_table(table)}</body></html>", "utf-8")
    return path


def write_markdown(table: Table, path: Path) -> Path:
    """As programs write Markdown that cannot say merged cells: the table in HTML."""
    path.write_text(f"# {table.title}\n\n{table.subtitle}\n\n{html_table(table)}\n", "utf-8")
    return path


def edited(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Change one XML part of an Office file."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part] != before.encode(), "nothing was changed"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def unmerged(table: Table) -> list[list[str]]:
    """Rows of texts as a transcription has them: a merged cell's text in its first place, the others blank."""
    rows = [[""] * len(table.widths) for _ in table.rows]
    for cell in placed(table):
        rows[cell.row][cell.col] = " ".join(cell.cell.text.split())
    return rows


def write_bars(table: Table, path: Path) -> Path:
    first, *others = ["| " + " | ".join(row) + " |" for row in unmerged(table)]
    dashes = "|" + " --- |" * len(table.widths)
    path.write_text("\n".join([f"# {table.title}", "", table.subtitle, "", first, dashes, *others, ""]), "utf-8")
    return path


def write_tabs(table: Table, path: Path, encoding: str = "utf-8") -> Path:
    rows = ["\t".join(row) for row in unmerged(table)]
    path.write_text("\n".join([table.title, table.subtitle, "", *rows, ""]), encoding)
    return path
