"""One Excel workbook: a sheet for each table, a key sheet, and a sheet that says how it was made.

The header is one row of the columns' own names, so that pandas, R and Stata read the sheets as they are; their
Chinese titles stand in the key sheet 字段说明 and in a note on each header cell.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from lxml import etree
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import WorkbookAlreadySaved
from openpyxl.writer.excel import ExcelWriter

from workbench.dataset.dictionary import TableEntry, data_dictionary
from workbench.dataset.export.csv import EXCEL_ROWS, EXCEL_TEXT

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from workbench.dataset.export.about import About

CHINESE_SHEETS = ("dictionary", "about")
"""Sheets for people alone: their names and headers are Chinese."""

FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")

UNSAFE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold, and an underscore that would make text look like one of them escaped."""

HALF_ESCAPE = re.compile(r"_x[0-9A-F]{0,4}$")

NARROWEST, WIDEST = 6, 60
"""Column widths, characters."""

LINE_HEIGHT, MOST_LINES = 15, 12
"""Height of a line, points, and most lines that a row shows."""

ROWS_FOR_WIDTH = 500

GIVEN_UP = (etree.SerialisationError, StopIteration)
"""What openpyxl and lxml raise where the disk does not take a sheet, and where they are asked to go on all the same."""

SHEET_END = b"</worksheet>"

ROWS_AT_A_TIME = 20_000


def write_xlsx(path: Path, tables: Iterable[tuple[str, pd.DataFrame]], about: About) -> None:
    """A sheet for each table; a table with more rows than Excel has goes on in further sheets.

    Raises:
        OSError: the file cannot be written.
    """
    about.rule("各表首行为字段名，中文名见“字段说明”和表头批注；空值与空白文字都为空单元格")
    book = Workbook(write_only=True)
    try:
        for name, frame in tables:
            _add(book, name, frame, about)
        _add(book, "about", about.table(), about)
        with _Timeless(path, "w", zipfile.ZIP_DEFLATED) as package:  # book.save leaves it open where the disk is full
            ExcelWriter(book, package).save()
    except BaseException as error:
        for sheet in book.worksheets:
            with suppress(*GIVEN_UP, WorkbookAlreadySaved):
                sheet.close()  # its stream, which otherwise complains when it is thrown away
        if isinstance(error, GIVEN_UP):
            raise OSError(str(error) or "the disk took only a part of a sheet") from error
        raise


class _Timeless(zipfile.ZipFile):
    """An archive whose members have no time of their own: the format has no year before 1980, and a clock may have."""

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a sheet that lxml has written to the disk: what fails there, it does not always tell."""
        with self.open(self._member(str(arcname or filename)), "w") as member, Path(filename).open("rb") as file:
            shutil.copyfileobj(file, member)
            file.seek(-min(len(SHEET_END), file.tell()), os.SEEK_END)
            if file.read() != SHEET_END:
                raise OSError("the disk took only a part of a sheet")

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(self._member(str(zinfo_or_arcname)), data)

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name)
        member.compress_type = self.compression
        return member


def _add(book: Workbook, name: str, frame: pd.DataFrame, about: About) -> None:
    entry = data_dictionary()[name]
    title = entry.title if name in CHINESE_SHEETS else name
    room = EXCEL_ROWS - 1
    for part, start in enumerate(range(0, max(1, len(frame)), room), start=1):
        sheet: WriteOnlyWorksheet = book.create_sheet(title if part == 1 else f"{title}_{part}")
        piece = frame.iloc[start : start + room]
        widths = _lay_out(sheet, piece)
        sheet.append(list(_header(sheet, piece, entry, is_chinese=name in CHINESE_SHEETS)))
        writers = [_ColumnWriter(sheet, f"{name}.{column}", about) for column in piece]
        for first in range(0, len(piece), ROWS_AT_A_TIME):
            rows = piece.iloc[first : first + ROWS_AT_A_TIME]
            values = [rows[column].astype(object).where(rows[column].notna(), None) for column in rows]
            for number, row in enumerate(zip(*values, strict=True), start=first + 2):
                lines = _lines(row, widths)
                if lines > 1:
                    sheet.row_dimensions[number].height = LINE_HEIGHT * lines
                sheet.append([writer.cell(value) for writer, value in zip(writers, row, strict=True)])
        for writer in writers:
            writer.tell()
    if len(frame) > room:
        about.note(f"{name}：{len(frame):,} 行，超出 Excel 的行数上限，续在 {title}_2 起的工作表中")


def _lay_out(sheet: WriteOnlyWorksheet, frame: pd.DataFrame) -> list[int]:
    """Freeze the header, and give each column the width of its first rows; these widths are returned."""
    widths = []
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for number, column in enumerate(frame, start=1):
        shown = frame[column].head(ROWS_FOR_WIDTH).dropna().astype(str)
        widest = max([_width(str(column)) + 3, *(_width(line) for text in shown for line in text.split("\n"))])
        widths.append(min(max(NARROWEST, widest + 2), WIDEST))
        sheet.column_dimensions[get_column_letter(number)].width = widths[-1]
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(frame.columns))}{len(frame) + 1}"
    return widths


def _lines(row: Sequence[object], widths: Sequence[int]) -> int:
    """Lines that the longest text of a row takes in its column: not every program fits rows by itself."""
    texts = [(text, width) for text, width in zip(row, widths, strict=True) if isinstance(text, str)]
    long = [(text, width) for text, width in texts if 2 * len(text) > width or "\n" in text]
    lines = (sum(-(-_width(line) // width) or 1 for line in text.split("\n")) for text, width in long)
    return min(max(lines, default=1), MOST_LINES)


def _width(text: str) -> int:
    """Width in half-width characters; Chinese ones, and quotation marks in Chinese type, take two."""
    return sum(
        2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text[: WIDEST * MOST_LINES]
    )


def _header(
    sheet: WriteOnlyWorksheet, frame: pd.DataFrame, entry: TableEntry, is_chinese: bool
) -> Iterator[WriteOnlyCell]:
    for column in frame:
        facts = entry.columns[str(column)]
        cell = WriteOnlyCell(sheet, facts.title if is_chinese else column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
        if not is_chinese:
            cell.comment = Comment(f"{facts.title}\n{facts.meaning}", "workbench", height=80, width=280)
        yield cell


class _ColumnWriter:
    """Gives a column's values to its sheet, through one cell of each look that every row uses again."""

    def __init__(self, sheet: WriteOnlyWorksheet, name: str, about: About) -> None:
        self.name, self.about = name, about
        self.cut = self.escaped = self.infinite = 0
        self.number = WriteOnlyCell(sheet)
        self.number.alignment = Alignment(vertical="top")
        self.text, self.marked = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
        for cell in (self.text, self.marked):
            cell.number_format = "@"  # text, also after someone has edited it
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        self.marked.quotePrefix = True

    def cell(self, value: object) -> WriteOnlyCell | None:
        """The value as a cell: text is text whatever it looks like, null and empty text are no cell."""
        if value is None or value == "":
            return None
        if isinstance(value, float) and math.isinf(value):
            self.infinite += 1
            value = str(value)
        if not isinstance(value, str):
            self.number.value = value
            return self.number
        cell = self.marked if value.startswith(FORMULA_SIGNS) else self.text
        cell.value = self._fit(value)
        cell.data_type = "s"  # and neither a formula nor an error value
        return cell

    def _fit(self, text: str) -> str:
        escaped = UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        self.escaped += escaped != text
        units = escaped.encode("utf-16-le")
        if len(units) // 2 <= EXCEL_TEXT:
            return escaped
        self.cut += 1
        mark = f"……〔截断：原文共 {len(text):,} 字，全文见其他格式的导出〕"
        room = EXCEL_TEXT - len(mark)
        return HALF_ESCAPE.sub("", units[: 2 * room].decode("utf-16-le", "ignore")) + mark

    def tell(self) -> None:
        """Note what the sheet could not hold."""
        if self.cut:
            self.about.note(f"{self.name}：{self.cut} 格超出 Excel 单元格 {EXCEL_TEXT:,} 字的上限，已截断并在格内注明")
        if self.escaped:
            self.about.note(f"{self.name}：{self.escaped} 格含控制字符，按 xlsx 的规定写作 _xHHHH_")
        if self.infinite:
            self.about.note(f"{self.name}：{self.infinite} 格为无穷大，写作文字")
