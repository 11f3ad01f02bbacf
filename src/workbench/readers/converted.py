"""Kinds of before .docx and .xlsx, and of other programs: turned into one of these two, and read as such.

.xls and .et by xlrd, .doc and .wps by msdoc2docx; .rtf, .odt, .ods and workbooks in XML by LibreOffice, where it is
installed; web archives (MHT) and web pages under the name of a workbook as web pages.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import struct
import tempfile
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.findings import FINDINGS, excerpt
from workbench.language import Phrase
from workbench.readers.docx import read_docx
from workbench.readers.libre_office import convert_by_libre_office
from workbench.readers.limits import require_cells, require_pages, require_size
from workbench.readers.number_format import CHINESE_FORMATS
from workbench.readers.passwords import LOCKED
from workbench.readers.tables import FilePage, Reader
from workbench.readers.transcription import read_transcription
from workbench.readers.xlsx import read_xlsx
from workbench.settings import Settings
from workbench.visible import HALF

OF_LOOKS = re.compile("FONT|SUMMARY|PROTECTION|STYLE|THEME|COMPLETE|DIRECTORY_REPAIRED")
"""Losses that msdoc2docx reports and that change no text: typefaces, properties, looks."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML cannot hold, halves of characters aside (XML 1.0, 2.2)."""


def read_doc(path: Path, settings: Settings) -> list[FilePage]:
    """The pages of a Word file of 1997 to 2003 (.doc, .wps). What was lost on the way is a note.

    Raises:
        InputError: ``encrypted``, ``unreadable``, ``too-large`` or ``no-table``.
    """
    import doc2docx
    from doc2docx.errors import Doc2DocxError, EncryptedDocumentError

    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        docx = Path(folder) / "converted.docx"
        try:
            report = doc2docx.convert(path, docx).report
        except EncryptedDocumentError as error:
            raise InputError("encrypted", path, Phrase("the file {locked}", locked=LOCKED)) from error
        except (Doc2DocxError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, OSError) as error:
            message = Phrase("the Word file is damaged; open it in Word or WPS and save it as .docx")
            raise InputError("unreadable", path, message) from error
        pages = _read_as(read_docx, docx, path, settings)
    lost = [one.message for one in report.diagnostics if one.severity != "info" and not OF_LOOKS.search(one.code)]
    if lost and pages:
        note = FINDINGS["conversion-loss"].says(losses=excerpt("; ".join(dict.fromkeys(lost)))).about()
        pages[0] = replace(pages[0], notes=(*pages[0].notes, note))
    return pages


def read_xls(path: Path, settings: Settings) -> list[FilePage]:
    """The visible sheets of a workbook of Excel 5 to 2003 (.xls, .et): cells, merges, number formats, what is hidden.

    Raises:
        InputError: ``encrypted``, ``unreadable`` or ``too-large``.
    """
    import xlrd
    from xlrd.compdoc import CompDocError

    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        xlsx = Path(folder) / "converted.xlsx"
        try:
            with xlrd.open_workbook(path, formatting_info=True, on_demand=True, logfile=io.StringIO()) as book:
                _rewritten(path, book, settings).save(xlsx)
        except xlrd.biffh.XLRDError as error:
            if "encrypted" in str(error):
                raise InputError("encrypted", path, Phrase("the workbook {locked}", locked=LOCKED)) from error
            raise _damaged_workbook(path) from error
        except (CompDocError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, AssertionError,
                OSError, struct.error, RecursionError) as error:  # fmt: skip
            raise _damaged_workbook(path) from error
        return _read_as(read_xlsx, xlsx, path, settings)


def _damaged_workbook(path: Path) -> InputError:
    message = Phrase("the workbook is damaged; open it in Excel or WPS and save it as .xlsx")
    return InputError("unreadable", path, message)


def _rewritten(path: Path, book: Any, settings: Settings) -> Any:
    """The workbook as openpyxl has it, with all of it that is read: see `read_xlsx`."""
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    made = openpyxl.Workbook()
    made.remove(made.active)
    if book.datemode:
        made.epoch = CALENDAR_MAC_1904
    require_pages(path, book.nsheets, settings)
    squares = characters = 0
    for number in range(book.nsheets):
        sheet = book.sheet_by_index(number)
        squares += sheet.nrows * sheet.ncols
        require_cells(path, squares, settings)
        characters += sum(len(value) for row in range(sheet.nrows) for value in sheet.row_values(row)
                          if isinstance(value, str))  # fmt: skip
        require_size(path, characters, settings)
        _rewrite_sheet(book, sheet, made.create_sheet())
        made.worksheets[-1].title = _title(sheet.name, number)
        book.unload_sheet(number)
    return made


def _title(name: str, number: int) -> str:
    return re.sub(r"[\\*?:/\[\]]", "_", _writable(name))[:31] or f"Sheet{number + 1}"


def _rewrite_sheet(book: Any, sheet: Any, made: Any) -> None:
    from openpyxl.utils import get_column_letter

    made.sheet_state = "hidden" if sheet.visibility else "visible"
    for row in range(sheet.nrows):
        for col in range(sheet.ncols):
            _rewrite_cell(book, sheet.cell(row, col), made.cell(row + 1, col + 1))
    for row, info in sheet.rowinfo_map.items():
        if info.hidden and row < sheet.nrows:
            made.row_dimensions[row + 1].hidden = True
    for col, info in sheet.colinfo_map.items():
        if col < sheet.ncols:
            made.column_dimensions[get_column_letter(col + 1)].width = info.width / 256
            made.column_dimensions[get_column_letter(col + 1)].hidden = bool(info.hidden)
    for top, bottom, left, right in sheet.merged_cells:  # ends are not part of it
        rows, cols = (top + 1, min(bottom, sheet.nrows)), (left + 1, min(right, sheet.ncols))
        if rows[0] <= rows[1] and cols[0] <= cols[1] and (rows[0] < rows[1] or cols[0] < cols[1]):
            made.merge_cells(start_row=rows[0], end_row=rows[1], start_column=cols[0], end_column=cols[1])


def _rewrite_cell(book: Any, cell: Any, made: Any) -> None:
    import xlrd
    from openpyxl.styles import Border, Side
    from openpyxl.utils.escape import escape

    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        made.value = int(cell.value) if float(cell.value).is_integer() else cell.value
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        made.value = bool(cell.value)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        made.value = xlrd.error_text_from_code.get(cell.value, "#N/A")
    elif cell.ctype == xlrd.XL_CELL_TEXT and cell.value:
        made.value = escape(_writable(cell.value))
        made.data_type = "s"  # and no formula, whatever it begins with
    if cell.ctype == xlrd.XL_CELL_EMPTY or cell.xf_index is None:
        return
    look = book.xf_list[cell.xf_index]
    form = book.format_map.get(look.format_key)
    made.number_format = CHINESE_FORMATS.get(look.format_key) or (form.format_str if form else "General")
    if look.border.left_line_style or look.border.right_line_style:
        made.border = Border(left=Side(style="thin"), right=Side(style="thin"))


def _writable(text: str) -> str:
    """A text as XML can hold it."""
    if HALF.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return CONTROL.sub("\ufffd", text)


def read_text_document(path: Path, settings: Settings) -> list[FilePage]:
    """A text document in RTF or OpenDocument (.rtf, .odt), by LibreOffice.

    Raises:
        InputError: ``unsupported`` where LibreOffice is not installed; ``encrypted``, ``unreadable``, ``timed-out`` ….
    """
    with convert_by_libre_office(path, "docx", settings) as docx:
        return _read_as(read_docx, docx, path, settings)


def read_spreadsheet(path: Path, settings: Settings) -> list[FilePage]:
    """A spreadsheet in OpenDocument (.ods) or XML of Excel 2003, by LibreOffice; errors as in `read_text_document`."""
    with convert_by_libre_office(path, "xlsx", settings) as xlsx:
        return _read_as(read_xlsx, xlsx, path, settings)


def read_page(path: Path, settings: Settings) -> list[FilePage]:
    """A web page, whatever its name says.

    Raises:
        InputError: ``too-large`` or ``unreadable``.
    """
    require_size(path, path.stat().st_size, settings)
    return _read_html(path.read_bytes(), path, settings)


def read_web_archive(path: Path, settings: Settings) -> list[FilePage]:
    """The page of a web archive (MHT: RFC 2557); pictures and style sheets in it are left out.

    Raises:
        InputError: ``too-large``, or ``unreadable`` where it holds no page.
    """
    require_size(path, path.stat().st_size, settings)
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    part = next(
        (one for one in message.walk() if one.get_content_type() in ("text/html", "application/xhtml+xml")), None
    )
    content = part.get_payload(decode=True) if isinstance(part, EmailMessage) else None
    if not isinstance(content, bytes):
        raise InputError("unreadable", path, Phrase("the web archive holds no web page; save the page again"))
    return _read_html(content, path, settings)


def _read_html(content: bytes, path: Path, settings: Settings) -> list[FilePage]:
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        page = Path(folder) / "page.html"
        page.write_bytes(content)
        return _read_as(read_transcription, page, path, settings)


def _read_as(read: Reader, converted: Path, path: Path, settings: Settings) -> list[FilePage]:
    """Read what a file was turned into; errors name the file itself."""
    try:
        return read(converted, settings)
    except InputError as error:
        raise InputError(error.reason, path, error.detail, error.page) from error
