"""One Excel workbook: a sheet for each table, one for the data dictionary, and one about the export.

The header is one row with the names of the columns, so that pandas, R and Stata can read the sheets. The Chinese titles
are in the sheet 字段说明, and in a note on each header cell.
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
from datetime import datetime
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

from workbench.dataset.comparable import VIEWS
from workbench.dataset.dictionary import TableEntry, data_dictionary
from workbench.dataset.export.csv import EXCEL_ROWS, EXCEL_TEXT
from workbench.language import Phrase

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from workbench.dataset.export.about import About

CHINESE_SHEETS = (*VIEWS, "dictionary", "about")
"""Tables that people read rather than programs: the names and headers of their sheets are Chinese."""

FORMULA_BEGINNINGS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")
"""First characters of text that a program might take for a formula when somebody edits it."""

UNSAFE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold, and an underscore that begins what looks like the escape of such a character."""

HALF_ESCAPE = re.compile(r"_x[0-9A-F]{0,4}$")
"""An escape without its end, left over where a text was cut."""

NARROWEST = 6
"""Least width of a column, half-width characters."""

WIDEST = 60
"""Most width of a column, half-width characters."""

LINE_HEIGHT = 15
"""Height of a line, points: Excel's own for its standard type of 11 points."""

MOST_LINES = 12
"""Most lines that a row shows."""

ROWS_FOR_WIDTH = 500
"""Rows that the width of a column is measured on."""

UNWRITTEN = (etree.SerialisationError, StopIteration)
"""What lxml raises where the disk does not take a sheet, and openpyxl where it writes to that sheet again."""

SHEET_END = b"</worksheet>"
"""The end of every complete sheet."""

ROWS_AT_A_TIME = 20_000
"""Rows that are converted to plain values together: they bound the memory that is needed."""


def write_xlsx(path: Path, tables: Iterable[tuple[str, pd.DataFrame]], about: About) -> None:
    """Write a sheet for each table. A table with more rows than a sheet has continues on further sheets.

    Args:
        path: the file; it must not be there yet.
        tables: names and content of the tables.
        about: gets rules and notes, and is written last.

    Raises:
        OSError: the file cannot be written.
    """
    about.rule("各表首行为字段名，中文名见“字段说明”和表头批注；空值与空白文字都为空单元格")
    book = Workbook(write_only=True)
    try:
        for name, frame in tables:
            _add(book, name, frame, about)
        _add(book, "about", about.table(), about)
        with _SheetArchive(path, "w", zipfile.ZIP_DEFLATED) as package:  # book.save would leave it open on a full disk
            ExcelWriter(book, package).save()
    except BaseException as error:
        for sheet in book.worksheets:
            with suppress(*UNWRITTEN, WorkbookAlreadySaved):
                sheet.close()  # else its stream raises when it is collected
        if isinstance(error, UNWRITTEN):
            raise OSError(str(error) or Phrase("the disk took only a part of a sheet")) from error
        raise


class _SheetArchive(zipfile.ZipFile):
    """The ZIP archive of a workbook. Its members have no time of their own, and its sheets are checked to be whole.

    ZIP has no year before 1980, which the clock of a machine may have.
    """

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a sheet that lxml has written to the disk. lxml does not report every failure, so its end is checked.

        Raises:
            OSError: the sheet is not complete.
        """
        with self.open(self._member(str(arcname or filename)), "w") as member, Path(filename).open("rb") as file:
            shutil.copyfileobj(file, member)
            file.seek(-min(len(SHEET_END), file.tell()), os.SEEK_END)
            if file.read() != SHEET_END:
                raise OSError(Phrase("the disk took only a part of a sheet"))

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add any other part of the workbook."""
        super().writestr(self._member(str(zinfo_or_arcname)), data)

    def _member(self, name: str) -> zipfile.ZipInfo:
        """A member without a time: 1 January 1980."""
        member = zipfile.ZipInfo(name)
        member.compress_type = self.compression
        return member


def _add(book: Workbook, name: str, frame: pd.DataFrame, about: About) -> None:
    """Add a table, on as many sheets as its rows need."""
    title = data_dictionary()[name].title if name in CHINESE_SHEETS else name
    rows_of_sheet = EXCEL_ROWS - 1
    for number, start in enumerate(range(0, max(1, len(frame)), rows_of_sheet), start=1):
        sheet: WriteOnlyWorksheet = book.create_sheet(title if number == 1 else f"{title}_{number}")
        _fill(sheet, name, frame.iloc[start : start + rows_of_sheet], about)
    if len(frame) > rows_of_sheet:
        about.note(f"{name}：{len(frame):,} 行，超出 Excel 的行数上限，续在 {title}_2 起的工作表中")


def _fill(sheet: WriteOnlyWorksheet, name: str, frame: pd.DataFrame, about: About) -> None:
    """Write the header and the rows of one sheet, and note what it could not hold.

    Args:
        sheet: an empty sheet.
        name: the table.
        frame: its rows that fit on the sheet.
        about: gets the notes.
    """
    widths = _lay_out(sheet, frame)
    sheet.append(list(_header(sheet, frame, data_dictionary()[name], is_chinese=name in CHINESE_SHEETS)))
    writers = [_ColumnWriter(sheet, f"{name}.{column}", about) for column in frame]
    for number, row in enumerate(_rows(frame), start=2):
        lines = _lines(row, widths)
        if lines > 1:
            sheet.row_dimensions[number].height = LINE_HEIGHT * lines
        sheet.append([writer.cell(value) for writer, value in zip(writers, row, strict=True)])
    for writer in writers:
        writer.report()


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The rows as plain values, None for null. `ROWS_AT_A_TIME` of them are in memory as such."""
    for first in range(0, len(frame), ROWS_AT_A_TIME):
        rows = frame.iloc[first : first + ROWS_AT_A_TIME]
        values = [rows[column].astype(object).where(rows[column].notna(), None) for column in rows]
        yield from zip(*values, strict=True)


def _lay_out(sheet: WriteOnlyWorksheet, frame: pd.DataFrame) -> list[int]:
    """Set up header, printing, filter and columns of a sheet.

    Returns:
        The width of each column, half-width characters: that of its first `ROWS_FOR_WIDTH` rows, within limits.
    """
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
    """How many lines the longest text of a row needs in its column, `MOST_LINES` at most.

    Not every program sets the height of a row by itself.
    """
    texts = [(text, width) for text, width in zip(row, widths, strict=True) if isinstance(text, str)]
    long = [(text, width) for text, width in texts if 2 * len(text) > width or "\n" in text]
    lines = (sum(-(-_width(line) // width) or 1 for line in text.split("\n")) for text, width in long)
    return min(max(lines, default=1), MOST_LINES)


def _width(text: str) -> int:
    """The width of a text in half-width characters. Chinese characters and Chinese quotation marks take two."""
    return sum(
        2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text[: WIDEST * MOST_LINES]
    )


def _header(
    sheet: WriteOnlyWorksheet, frame: pd.DataFrame, entry: TableEntry, is_chinese: bool
) -> Iterator[WriteOnlyCell]:
    """The cells of the header: Chinese titles, or the names of the columns with title and meaning in a note."""
    for column in frame:
        facts = entry.columns[str(column)]
        cell = WriteOnlyCell(sheet, facts.title if is_chinese else column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
        if not is_chinese:
            cell.comment = Comment(f"{facts.title}\n{facts.meaning}", "workbench", height=80, width=280)
        yield cell


class _ColumnWriter:
    """Makes the cells of one column, and counts the values that a sheet cannot hold as they are.

    There is one cell for numbers, one for text and one for text that looks like a formula. Every row uses them again.
    """

    def __init__(self, sheet: WriteOnlyWorksheet, name: str, about: About) -> None:
        """Make the cells.

        Args:
            sheet: the sheet that they are written to.
            name: table and column, for the notes.
            about: gets the notes.
        """
        self.name, self.about = name, about
        self.cut = self.escaped = self.infinite = 0
        self.number = WriteOnlyCell(sheet)
        self.number.alignment = Alignment(vertical="top")
        self.text, self.quoted = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
        for cell in (self.text, self.quoted):
            cell.number_format = "@"  # text, also after someone has edited it
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        self.quoted.quotePrefix = True

    def cell(self, value: object) -> WriteOnlyCell | None:
        """Return the value as a cell; None for null and empty text. Text stays text whatever it looks like.

        The next call may use the same cell again.
        """
        if value is None or value == "":
            return None
        if isinstance(value, float) and math.isinf(value):
            self.infinite += 1
            value = str(value)
        if isinstance(value, datetime):
            value = value.date()  # no table has a time of day
        if not isinstance(value, str):
            self.number.value = value
            return self.number
        cell = self.quoted if value.startswith(FORMULA_BEGINNINGS) else self.text
        cell.value = self._fit(value)
        cell.data_type = "s"  # and neither a formula nor an error value
        return cell

    def _fit(self, text: str) -> str:
        """The text with its control characters escaped, and cut with a notice if it is too long for a cell."""
        escaped = UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        self.escaped += escaped != text
        units = escaped.encode("utf-16-le")
        if len(units) // 2 <= EXCEL_TEXT:
            return escaped
        self.cut += 1
        notice = f"……〔截断：原文共 {len(text):,} 字，全文见其他格式的导出〕"
        room = EXCEL_TEXT - len(notice)
        return HALF_ESCAPE.sub("", units[: 2 * room].decode("utf-16-le", "ignore")) + notice

    def report(self) -> None:
        """Note how many values the sheet could not hold as they are."""
        if self.cut:
            self.about.note(f"{self.name}：{self.cut} 格超出 Excel 单元格 {EXCEL_TEXT:,} 字的上限，已截断并在格内注明")
        if self.escaped:
            self.about.note(f"{self.name}：{self.escaped} 格含控制字符，按 xlsx 的规定写作 _xHHHH_")
        if self.infinite:
            self.about.note(f"{self.name}：{self.infinite} 格为无穷大，写作文字")
