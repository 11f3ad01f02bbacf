"""Word files: tables with their merged cells, and paragraphs, as they are shown.

Read from the document's XML itself: libraries for Word leave out what stands in tracked changes and content controls,
and refuse files with links to pictures that are not there, as WPS writes them.
Source of element names: ECMA-376 part 1, chapter 17 (WordprocessingML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.findings import FINDINGS, excerpt
from workbench.model import Finding
from workbench.readers.limits import require_cells
from workbench.readers.office import local_name, main_part, parse, read_parts
from workbench.readers.plain import RAISED, UNKNOWN, plain
from workbench.readers.tables import FileBlock, FileCell, FilePage, FileTable
from workbench.settings import Settings

WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "AlternateContent", "Fallback"})
"""Elements that stand around others without a look of their own: content controls, inserted text."""

NOT_SHOWN = frozenset(
    {"del", "moveFrom", "instrText", "drawing", "pict", "object", "Choice", "rPr", "pPr", "sdtPr", "rt"}
)
"""Deleted text, codes of fields, drawings, properties, phonetic guides."""

SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}

FORMULA = frozenset({"f", "rad", "nary", "sSup", "sSub", "sSubSup", "m", "eqArr", "limLow", "limUpp", "func"})
"""Parts of a formula whose place says more than their text."""

SYMBOLS = {"B3": "≥", "A3": "≤", "B1": "±", "B4": "×", "B0": "°", "B9": "≠", "BB": "≈"}
"""Signs of the typeface Symbol, which Word stores by the last two hexadecimal digits of their number."""

PAGE_BREAK = "\f"

STRUCK = ("strike", "dstrike")
"""Marks of a run that is struck out: what was corrected counts no more."""

NOTE_STYLES = frozenset({"FootnoteReference", "EndnoteReference"})
"""Styles of the marks of notes, which Word sets raised."""


def read_docx(path: Path, settings: Settings) -> list[FilePage]:
    """The pages of a Word file, as its page breaks and new-page sections part them; other page ends are not known.

    Raises:
        InputError: ``encrypted``, ``too-large``, ``unreadable``, or ``no-table`` where it holds pictures instead.
    """
    parts = read_parts(path, lambda name: name == "_rels/.rels" or _may_be_main(name), settings)
    name = main_part(path, parts)
    if name not in parts:
        raise InputError("unreadable", path, "this is no Word document; is it another Office file under this name?")
    body = next((element for element in parse(path, parts[name]) if local_name(element) == "body"), None)
    if body is None:
        raise InputError("unreadable", path, "the Word document has no body; open it in Word or WPS and save it again")
    require_cells(path, sum(1 for _ in body.iter("{*}tc")), settings)
    blocks = list(_blocks(body))
    if not any(isinstance(block, FileTable) for block in blocks) and _pictures(body):
        message = "the Word file holds pictures and no tables; save it as PDF: pictures of pages are read from there"
        raise InputError("no-table", path, message)
    return _pages(blocks, tuple(_notes(body)))


def _may_be_main(name: str) -> bool:
    return name.startswith("word/document") and name.endswith(".xml")


def _children(element: Any) -> Iterator[Any]:
    """Children as they are shown: wrappers opened, deleted ones left out."""
    for child in element:
        if local_name(child) in WRAPPERS:
            yield from _children(child)
        elif local_name(child) not in NOT_SHOWN:
            yield child


def _find(element: Any, *names: str) -> Any | None:
    """The element down a path of names, or None."""
    for name in names:
        element = next((child for child in element if local_name(child) == name), None)
        if element is None:
            return None
    return element


def _value(element: Any | None, attribute: str = "val", default: str = "") -> str:
    values = element.attrib if element is not None else {}
    return next((value for key, value in values.items() if key.rpartition("}")[2] == attribute), default)


def _number(element: Any | None, attribute: str = "val", default: int = 0) -> int:
    value = _value(element, attribute)
    return int(float(value)) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value) else default


def _is_on(element: Any | None) -> bool:
    return element is not None and _value(element) not in ("0", "false", "off")


def _blocks(container: Any) -> Iterator[FileBlock]:
    """Lines, tables and page breaks in reading order."""
    for child in _children(container):
        if local_name(child) == "p":
            if _is_on(_find(child, "pPr", "pageBreakBefore")):
                yield PAGE_BREAK
            for line in _text(child).replace(PAGE_BREAK, f"\n{PAGE_BREAK}\n").split("\n"):
                if line.strip(" ") == PAGE_BREAK or plain(line):
                    yield line.strip(" ")
            section = _find(child, "pPr", "sectPr")
            if section is not None and _next_starts_page(section):
                yield PAGE_BREAK
        elif local_name(child) == "tbl":
            yield from _table_blocks(child)


def _next_starts_page(section: Any) -> bool:
    """Whether the section after this one starts on a new page, as it says itself."""
    after = (sibling for level in (section, *section.iterancestors()) for sibling in level.itersiblings())
    following = next((found for element in after for found in element.iter("{*}sectPr")), None)
    return following is not None and _value(_find(following, "type")) not in ("continuous", "nextColumn")


def _table_blocks(table: Any) -> Iterator[FileBlock]:
    rows = _rows(table)
    inside = [child for row in rows for cell in _cells(row) for child in _children(cell)]
    # A table around one with more rows only lays out the page.
    if any(len(_rows(child)) > len(rows) for child in inside if local_name(child) == "tbl"):
        for row in rows:
            for cell in _cells(row):
                yield from _blocks(cell)
    elif cells := _placed(rows):
        yield FileTable(cells, _widths(table))


def _rows(table: Any) -> list[Any]:
    rows = [child for child in _children(table) if local_name(child) == "tr"]
    return [row for row in rows if _find(row, "trPr", "del") is None and not _is_on(_find(row, "trPr", "hidden"))]


def _cells(row: Any) -> list[Any]:
    return [child for child in _children(row) if local_name(child) == "tc"]


def _widths(table: Any) -> tuple[float, ...]:
    grid = _find(table, "tblGrid")
    columns = [column for column in grid if local_name(column) == "gridCol"] if grid is not None else []
    return tuple(float(_number(column, "w")) for column in columns)


def _placed(rows: Sequence[Any]) -> tuple[FileCell, ...]:
    """Cells with their places; those merged downwards put together."""
    cells: list[FileCell] = []
    above: dict[tuple[int, int], int] = {}  # (column, span) of cells that may go on below → their index
    for number, row in enumerate(rows):
        col = _number(_find(row, "trPr", "gridBefore"))
        here: dict[tuple[int, int], int] = {}
        for cell in _cells(row):
            span = max(1, _number(_find(cell, "tcPr", "gridSpan"), default=1))
            merge = _find(cell, "tcPr", "vMerge")
            goes_on = merge is not None and _value(merge) != "restart"
            index = above.get((col, span)) if goes_on else None
            if _value(_find(cell, "tcPr", "hMerge")) == "continue" and cells and cells[-1].row == number:
                cells[-1] = replace(cells[-1], colspan=cells[-1].colspan + span)
            elif index is not None:
                cells[index] = replace(cells[index], rowspan=cells[index].rowspan + 1)
                here[col, span] = index
            else:
                here[col, span] = len(cells)
                cells.append(_cell(cell, number, col, span))
            col += span
        above = here
    return tuple(cells)


def _cell(cell: Any, row: int, col: int, span: int) -> FileCell:
    texts = _cell_texts(cell)
    text = "\n".join(texts).replace(PAGE_BREAK, "\n")
    # A number that Word itself counts, and a picture, are shown and not told.
    shows_more = not plain(text) and (_pictures(cell) or any(local_name(e) == "numPr" for e in cell.iter()))
    # Which of the texts of a table inside the cell is meant is for a person to say.
    has_several = _holds_table(cell) and sum(bool(plain(part)) for part in texts) > 1
    is_struck = any(local_name(e) in STRUCK and _is_on(e) for e in cell.iter())  # what counts is for a person to say
    return FileCell(row, col, text, 1, span, sure=not (has_several or is_struck), readable=not shows_more)


def _cell_texts(cell: Any) -> list[str]:
    """The paragraphs of a cell; of a table inside it those of one cell after the other."""
    texts = []
    for child in _children(cell):
        if local_name(child) == "p":
            texts.append(_text(child))
        elif local_name(child) == "tbl":
            texts += [text for row in _rows(child) for inner in _cells(row) for text in _cell_texts(inner)]
    return texts


def _holds_table(cell: Any) -> bool:
    return any(local_name(child) == "tbl" for child in _children(cell))


def _text(element: Any) -> str:
    """The text of a paragraph as shown: inserted text and that of content controls, not deleted or hidden text."""
    texts = []
    for child in _children(element):
        name = local_name(child)
        if name == "r" and any(_is_on(_find(child, "rPr", mark)) for mark in ("vanish", *STRUCK)):
            continue
        if name == "sym":
            texts.append(_symbol(child))
        elif name == "br" and _value(child, "type") == "page":
            texts.append(PAGE_BREAK)
        elif name == "t":
            texts.append(child.text or "")
        elif name == "r" and _is_raised(child):
            texts.append(_text(child).translate(RAISED))
        else:
            texts.append(SIGNS.get(name, UNKNOWN if name in FORMULA else "") + _text(child))
    return "".join(texts)


def _is_raised(run: Any) -> bool:
    """Whether a run is set higher than the line: as superscript, by its position, or as the mark of a note."""
    is_note = _value(_find(run, "rPr", "rStyle")) in NOTE_STYLES
    return (
        is_note or _value(_find(run, "rPr", "vertAlign")) == "superscript" or _number(_find(run, "rPr", "position")) > 0
    )


def _symbol(element: Any) -> str:
    sign = SYMBOLS.get(_value(element, "char").upper()[-2:])
    return sign if sign and _value(element, "font") == "Symbol" else UNKNOWN


def _pages(blocks: Sequence[FileBlock], notes: tuple[Finding, ...]) -> list[FilePage]:
    runs = [list(run) for is_break, run in groupby(blocks, lambda block: block == PAGE_BREAK) if not is_break]
    first, *others = runs or [[]]
    return [FilePage(tuple(first), notes), *(FilePage(tuple(run)) for run in others)]


def _pictures(element: Any) -> int:
    return sum(local_name(inner) in ("blip", "imagedata") and not _is_fallback(inner) for inner in element.iter())


def _notes(body: Any) -> Iterator[Finding]:
    """What is in the file and not read: text boxes and pictures."""
    boxes = [box for box in body.iter() if local_name(box) == "txbxContent" and not _is_fallback(box)]
    texts = [text for box in boxes if (text := plain("".join(_text(p) for p in box.iter() if local_name(p) == "p")))]
    if texts:
        yield FINDINGS["text-box-skipped"].says(texts=excerpt(texts)).about()
    pictures = _pictures(body)
    if pictures:
        yield FINDINGS["picture-skipped"].says(pictures=pictures).about()


def _is_fallback(element: Any) -> bool:
    return any(local_name(parent) == "Fallback" for parent in element.iterancestors())
