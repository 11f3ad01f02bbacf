"""Word files: tables with their merged cells, and paragraphs, as they are shown.

Read from the document's XML itself: libraries for Word leave out what stands in tracked changes and content controls,
and refuse files with links to pictures that are not there, as WPS writes them.
Source of element names: ECMA-376 part 1, chapter 17 (WordprocessingML).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.findings import FINDINGS, excerpt
from workbench.language import Phrase
from workbench.model import Finding
from workbench.readers.docx_fields import mark_fields
from workbench.readers.docx_floating import COVERED, floating, mark_covered
from workbench.readers.docx_runs import (
    PAGE_BREAK,
    as_struck,
    as_unsure,
    children,
    height_of,
    is_drawn_on,
    is_fallback,
    level_of,
    paragraph_runs,
)
from workbench.readers.docx_styles import Place, read_styles, shade_of
from workbench.readers.docx_xml import is_on, number, value
from workbench.readers.limits import require_cells
from workbench.readers.office import find, local_name, main_part, parse, read_parts, related_parts
from workbench.readers.plain import plain
from workbench.readers.shown import FIGURE, TextRun, as_shown, hex_colour
from workbench.readers.tables import FileBlock, FileCell, FilePage, FileTable
from workbench.settings import Settings


def read_docx(path: Path, settings: Settings) -> list[FilePage]:
    """The pages of a Word file, as its page breaks and new-page sections part them; other page ends are not known.

    Raises:
        InputError: ``encrypted``, ``too-large``, ``unreadable``, or ``no-table`` where it holds pictures instead.
    """
    links = read_parts(path, lambda name: name.endswith(".rels"), settings)
    name = main_part(path, links)
    parts = links | read_parts(path, name.__eq__, settings)
    if name not in parts or not _may_be_main(name):
        raise InputError(
            "unreadable", path, Phrase("this is no Word document; is it another Office file under this name?")
        )
    body = next((element for element in parse(path, parts[name]) if local_name(element) == "body"), None)
    if body is None:
        raise InputError(
            "unreadable", path, Phrase("the Word document has no body; open it in Word or WPS and save it again")
        )
    require_cells(path, sum(1 for _ in body.iter("{*}tc")), settings)
    mark_fields(body)
    looks = {part for part, kind in related_parts(path, links, name).items() if kind in ("styles", "numbering")}
    parts |= read_parts(path, looks.__contains__, settings)
    place = Place(read_styles(path, parts, name))
    mark_covered(body, place)
    blocks = list(_blocks(body, place))
    if not any(isinstance(block, FileTable) for block in blocks) and _pictures(body):
        message = Phrase(
            "the Word file holds pictures and no tables; save it as PDF: pictures of pages are read from there"
        )
        raise InputError("no-table", path, message)
    return _pages(blocks, tuple(_notes(body, place)))


def _may_be_main(name: str) -> bool:
    return name.startswith("word/document") and name.endswith(".xml")


def _blocks(container: Any, place: Place) -> Iterator[FileBlock]:
    """Lines, tables and page breaks in reading order."""
    for child in children(container):
        if local_name(child) == "p":
            if is_on(find(child, "pPr", "pageBreakBefore")):
                yield PAGE_BREAK
            text = as_shown(paragraph_runs(child, place)).text
            for line in text.replace(PAGE_BREAK, f"\n{PAGE_BREAK}\n").split("\n"):
                if line.strip(" ") == PAGE_BREAK or plain(line):
                    yield line.strip(" ")
            section = find(child, "pPr", "sectPr")
            if section is not None and _next_starts_page(section):
                yield PAGE_BREAK
        elif local_name(child) == "tbl":
            yield from _table_blocks(child, place)


def _next_starts_page(section: Any) -> bool:
    """Whether the section after this one starts on a new page, as it says itself."""
    after = (sibling for level in (section, *section.iterancestors()) for sibling in level.itersiblings())
    following = next((found for element in after for found in element.iter("{*}sectPr")), None)
    return following is not None and value(find(following, "type")) not in ("continuous", "nextColumn")


def _table_blocks(table: Any, outside: Place) -> Iterator[FileBlock]:
    rows = _rows(table)
    inside = [child for row in rows for cell in _cells(row) for child in children(cell)]
    # A table around one with more rows only lays out the page.
    if any(len(_rows(child)) > len(rows) for child in inside if local_name(child) == "tbl"):
        for row in rows:
            for cell in _cells(row):
                yield from _blocks(cell, outside)
        return
    place = _inside(table, outside)
    if cells := _placed([row for row in rows if not _is_gone(row, place)], place):
        yield FileTable(cells, _widths(table))


def _inside(table: Any, outside: Place) -> Place:
    """The place of a table's cells: its style, and its ground."""
    style = outside.styles.of("table", value(find(table, "tblPr", "tblStyle")))
    place = replace(
        outside,
        table=style,
        ground=None if style.shades else outside.ground,
        is_framed_apart=find(table, "tblPr", "tblpPr") is None,
    )
    return _on_ground(place, find(table, "tblPr", "shd"))


def _on_ground(place: Place, shade: Any | None) -> Place:
    colour = shade_of(shade)
    return replace(place, ground=None if colour == "?" else hex_colour(colour)) if colour else place


def _rows(table: Any) -> list[Any]:
    return [child for child in children(table) if local_name(child) == "tr"]


def _is_marked_off(row: Any) -> bool:
    """Whether a row is marked as deleted or hidden: what is shown of it, its own text has to say."""
    return find(row, "trPr", "del") is not None or is_on(find(row, "trPr", "hidden"))


def _is_gone(row: Any, place: Place) -> bool:
    """Whether a row is marked off and nothing of its text is shown; LibreOffice shows such rows as long as some is."""
    paragraphs = (paragraph for cell in _cells(row) for paragraph in _cell_paragraphs(cell))
    return _is_marked_off(row) and not any(plain(as_shown(paragraph_runs(p, place)).text) for p in paragraphs)


def _cells(row: Any) -> list[Any]:
    return [child for child in children(row) if local_name(child) == "tc"]


def _widths(table: Any) -> tuple[float, ...]:
    grid = find(table, "tblGrid")
    columns = [column for column in grid if local_name(column) == "gridCol"] if grid is not None else []
    return tuple(float(number(column, "w")) for column in columns)


def _placed(rows: Sequence[Any], place: Place) -> tuple[FileCell, ...]:
    """Cells with their places; those merged downwards put together."""
    cells: list[FileCell] = []
    above: dict[tuple[int, int], int] = {}  # (column, span) of cells that may go on below → their index
    for line, row in enumerate(rows):
        col = number(find(row, "trPr", "gridBefore"))
        here: dict[tuple[int, int], int] = {}
        for cell in _cells(row):
            span = max(1, number(find(cell, "tcPr", "gridSpan"), default=1))
            merge = find(cell, "tcPr", "vMerge")
            goes_on = merge is not None and value(merge) != "restart"
            index = above.get((col, span)) if goes_on else None
            if value(find(cell, "tcPr", "hMerge")) == "continue" and cells and cells[-1].row == line:
                cells[-1] = replace(cells[-1], colspan=cells[-1].colspan + span)
            elif index is not None:
                cells[index] = replace(cells[index], rowspan=cells[index].rowspan + 1)
                here[col, span] = index
            else:
                here[col, span] = len(cells)
                cells.append(_cell(cell, line, col, span, place))
            col += span
        above = here
    return tuple(cells)


def _cell(cell: Any, row: int, col: int, span: int, table: Place) -> FileCell:
    place = replace(_on_ground(table, find(cell, "tcPr", "shd")), level=level_of(cell))
    paragraphs = [paragraph_runs(paragraph, place) for paragraph in _cell_paragraphs(cell)]
    if _is_marked_off(cell.getparent()):
        paragraphs = [as_unsure(runs) for runs in paragraphs]
    if find(cell, "tcPr", "cellDel") is not None:
        paragraphs = [as_struck(runs) for runs in paragraphs]
    runs = [run for runs in paragraphs for run in (*runs, TextRun("\n"))][:-1]
    shown = as_shown(_cut_off(cell, runs, place))
    text = shown.text.replace(PAGE_BREAK, "\n")
    # A number that Word itself counts, and a picture, are shown and not told.
    shows_more = not plain(text) and (_pictures(cell) or any(local_name(e) == "numPr" for e in cell.iter()))
    # Which of the texts of a table inside the cell is meant is for a person to say.
    has_several = _holds_table(cell) and sum(bool(plain(as_shown(runs).text)) for runs in paragraphs) > 1
    has_drawn_figures = bool(FIGURE.search(text)) and (COVERED in cell.attrib or is_drawn_on(cell))
    sure = shown.sure and not has_several and not has_drawn_figures and find(cell, "tcPr", "cellMerge") is None
    return FileCell(row, col, text, 1, span, sure=sure, readable=not shows_more)


def _cut_off(cell: Any, runs: list[TextRun], place: Place) -> list[TextRun]:
    """The runs of a cell, unsure where the row's fixed height is too low for its lines."""
    height = find(cell.getparent(), "trPr", "trHeight")
    if value(height, "hRule") != "exact":
        return runs
    needed = sum(height_of(paragraph, place) for paragraph in _cell_paragraphs(cell))
    if number(height) >= needed:
        return runs
    return as_unsure(runs)


def _cell_paragraphs(cell: Any) -> list[Any]:
    """The paragraphs of a cell; of a table inside it those of one cell after the other."""
    found = []
    for child in children(cell):
        if local_name(child) == "p":
            found.append(child)
        elif local_name(child) == "tbl":
            found += [p for row in _rows(child) for inner in _cells(row) for p in _cell_paragraphs(inner)]
    return found


def _holds_table(cell: Any) -> bool:
    return any(local_name(child) == "tbl" for child in children(cell))


def _pages(blocks: Sequence[FileBlock], notes: tuple[Finding, ...]) -> list[FilePage]:
    runs = [list(run) for is_break, run in groupby(blocks, lambda block: block == PAGE_BREAK) if not is_break]
    first, *others = runs or [[]]
    return [FilePage(tuple(first), notes), *(FilePage(tuple(run)) for run in others)]


def _pictures(element: Any) -> int:
    return sum(local_name(inner) in ("blip", "imagedata") and not is_fallback(inner) for inner in element.iter())


def _notes(body: Any, place: Place) -> Iterator[Finding]:
    """What is in the file and not read: text boxes and pictures."""
    boxes = [box for box in body.iter() if local_name(box) == "txbxContent" and not is_fallback(box)]
    texts = [text for box in boxes if (text := plain(_box_text(box, place)))]
    if texts:
        yield FINDINGS["text-box-skipped"].says(texts=excerpt(texts)).about()
    gone = [row for row in body.iter("{*}tr") if find(row, "trPr", "del") is not None and _is_gone(row, place)]
    if deleted := [text for row in gone if (text := plain("".join(t.text or "" for t in row.iter("{*}delText"))))]:
        yield FINDINGS["rows-deleted"].says(rows=len(deleted), texts=excerpt(deleted)).about()
    if over := floating(body):
        yield FINDINGS["picture-skipped"].says("over", pictures=len(over)).about()
    pictures = _pictures(body)
    if pictures:
        yield FINDINGS["picture-skipped"].says(pictures=pictures).about()


def _box_text(box: Any, place: Place) -> str:
    return "".join(as_shown(paragraph_runs(p, place)).text for p in box.iter() if local_name(p) == "p")
