"""Transcriptions: forms typed or exported as text, with tabs, Markdown or HTML for their tables.

Such a text marks a page only by starting its table anew, so every table counts as a page, with the lines above it.
"""

from __future__ import annotations

import csv
import html as entities
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, pairwise
from pathlib import Path

from workbench.errors import InputError
from workbench.findings import FINDINGS, excerpt
from workbench.language import Phrase
from workbench.model import Finding
from workbench.readers.html import html_text, web_page
from workbench.readers.limits import require_cells, require_size
from workbench.readers.tables import FileBlock, FileCell, FilePage, FileTable
from workbench.settings import Settings

HTML_SUFFIXES = frozenset({".html", ".htm"})
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")
TABLE_START, TABLE_END = re.compile(r"<table\b", re.IGNORECASE), re.compile(r"</table\s*>", re.IGNORECASE)
DASHES = re.compile(r"\|?\s*:?-{3,}:?(\s*\|\s*:?-+:?)*\s*\|?")
"""The row of dashes under the header of a Markdown table, and the rule between two parts of a text."""


def read_transcription(path: Path, settings: Settings) -> list[FilePage]:
    """The tables of a text file, each as a page with the lines above it; those below the last one belong to it.

    Raises:
        InputError: ``too-large``, or ``unreadable`` where it is no text.
    """
    require_size(path, path.stat().st_size, settings)
    text = _decoded(path, path.read_bytes())
    if path.suffix.lower() in HTML_SUFFIXES:
        page = web_page(path, text, settings)
        return _linking(_pages(page.blocks), page.files)
    blocks: list[FileBlock] = []
    start = 0
    for table_start, end in _html_tables(text):  # Markdown writes tables with merged cells as HTML
        blocks += _text_blocks(path, text[start:table_start], settings)
        blocks += web_page(path, text[table_start:end], settings).blocks
        start = end
    return _pages([*blocks, *_text_blocks(path, text[start:], settings)])


def _html_tables(text: str) -> Iterator[tuple[int, int]]:
    """Where tables in HTML start and end. The search for an end that is not there is made once."""
    end = 0
    while (first := TABLE_START.search(text, end)) and (last := TABLE_END.search(text, first.end())):
        end = last.end()
        yield first.start(), end


def _decoded(path: Path, content: bytes) -> str:
    """The text in the encoding that its first bytes name, else UTF-8, else GB 18030, which holds GBK and GB 2312."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig"] if content.startswith(BOM_UTF8) else ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    message = Phrase("the file is no text in UTF-8, UTF-16 or GB 18030; open it in an editor and save it as UTF-8")
    raise InputError("unreadable", path, message)


def _pages(blocks: Sequence[FileBlock]) -> list[FilePage]:
    """The blocks parted after every table but the last."""
    ends = [number for number, block in enumerate(blocks, start=1) if isinstance(block, FileTable)]
    parts = [tuple(blocks[start:end]) for start, end in pairwise([0, *ends[:-1], len(blocks)])]
    return [FilePage(part, _notes(part)) for part in parts]


def _linking(pages: list[FilePage], files: Sequence[str]) -> list[FilePage]:
    """The pages of a web page, the first of which names the files that it links to: nothing is fetched."""
    if not files:
        return pages
    note = FINDINGS["attachments-linked"].says(count=len(files), names=excerpt(files)).about()
    return [replace(pages[0], notes=(*pages[0].notes, note)), *pages[1:]]


def _notes(blocks: Sequence[FileBlock]) -> tuple[Finding, ...]:
    """``merged-cells-missing`` where a table of the page was typed without its merged cells."""
    is_completed = any(isinstance(block, FileTable) and block.is_completed for block in blocks)
    return (FINDINGS["merged-cells-missing"].says().about("indicators"),) if is_completed else ()


def _text_blocks(path: Path, text: str, settings: Settings) -> list[FileBlock]:
    """Rows with tabs, rows with bars, and the lines between them."""
    blocks: list[FileBlock] = []
    rows: list[list[str]]
    for kind, run in groupby(_rows_of(text), _kind_of_line):
        lines = list(run)
        if kind == "tabs":
            rows = [[_cell(path, text) for text in _quoted(line) or line.split("\t")] for line in lines]
        elif kind == "bars" and len(lines) > 1:
            rows = [_bar_cells(path, line) for line in lines if not _is_rule(line)]
        else:
            blocks += [_line(path, line) for line in lines if line.strip() and not _is_rule(line)]
            continue
        require_cells(path, len(rows) * max(map(len, rows), default=0), settings)
        blocks += [_table(rows)] if rows else []
    return blocks


def _rows_of(text: str) -> list[str]:
    """The lines of a text; those of a spreadsheet's cell, which stand in quotation marks, together."""
    lines = text.splitlines()
    rows: list[list[str]] = []
    is_open = is_quoted = False
    for line in lines:
        if is_open:
            rows[-1].append(line)
        else:
            rows.append([line])
            is_quoted = False
        is_quoted = is_quoted or re.search('(?:^|\t)"', line) is not None
        is_odd = line.count('"') % 2 == 1
        is_open = is_quoted and is_open != is_odd
    joined = ["\n".join(row) for row in rows]
    several = (row for row in joined if "\n" in row)
    return lines if is_open or not all(map(_quoted, several)) else joined


def _is_rule(line: str) -> bool:
    return DASHES.fullmatch(line.strip()) is not None


def _kind_of_line(line: str) -> str:
    if "\t" in line.strip(" "):
        return "tabs"
    return "bars" if line.strip().startswith("|") and line.count("|") > 1 else "line"


def _quoted(row: str) -> list[str]:
    """Cells of a row with tabs, as spreadsheets write them; nothing where its quotation marks are text."""
    try:
        (cells,) = csv.reader([row], dialect="excel-tab", strict=True)
    except (csv.Error, ValueError):
        return []
    return cells


def _bar_cells(path: Path, line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner.removesuffix("|") if not inner.endswith("\\|") else inner
    cells = re.split(r"(?<!\\)\|", inner)
    return [_cell(path, entities.unescape(_unmarked(cell.replace("\\|", "|").strip()))) for cell in cells]


def _cell(path: Path, text: str) -> str:
    return html_text(path, text) if MARKUP.search(text) else text


def _unmarked(text: str) -> str:
    """Text without Markdown's marks for bold."""
    return re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda found: found[1] or found[2], text)


def _line(path: Path, text: str) -> str:
    return _cell(path, _unmarked(text.strip().lstrip("#").strip()))


def _with_merged_cells(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Rows that lack the merged cells at their left, with blank ones there: they then end where the widest row above
    them ends.

    So are rows copied from a program that writes a merged cell once, at its first row. It is known by what such a table
    has not, and others have: no row begins with a blank, and short rows do end with blanks, so that none is cut off
    at its end. Rows are returned as they are where that is not so.
    """
    widths = [0, *accumulate(map(len, rows), max)]
    short = [row for row, width in zip(rows, widths, strict=False) if len(row) < width]
    begin_blank = any(len(row) > 1 and not row[0].strip() for row in rows)
    if begin_blank or not any(not row[-1].strip() and row[0].strip() for row in short if row):
        return list(rows)
    return [
        ["", *[""] * (width - len(row) - 1), *row] if len(row) < width else row
        for row, width in zip(rows, widths, strict=False)
    ]


def _table(rows: Sequence[Sequence[str]]) -> FileTable:
    """Rows of plain text. Blank cells at the start of a row continue the cells above: so merged labels are typed, or
    left out (`_with_merged_cells`)."""
    typed, rows = rows, _with_merged_cells(rows)
    cells: list[FileCell] = []
    above: dict[int, int] = {}  # column → index of the cell that covers it in the row above
    width = max(map(len, rows))
    for number, row in enumerate(rows):
        here: dict[int, int] = {}
        leading = next((col for col, text in enumerate(row) if text.strip()), 0)
        for col in range(width):
            if col < leading and col in above:
                here[col] = above[col]
                cells[above[col]] = replace(cells[above[col]], rowspan=cells[above[col]].rowspan + 1)
            else:
                here[col] = len(cells)
                cells.append(FileCell(number, col, row[col] if col < len(row) else ""))
        above = here
    return FileTable(tuple(cells), is_completed=rows != list(typed))
