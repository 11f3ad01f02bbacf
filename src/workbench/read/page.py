"""A page read: lattices and cells from its rules, text from the OCR engine, put together as cell grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.page_text import PageText
from workbench.grid.pipeline import PageTable, find_tables
from workbench.grid.rectify.upright import UprightPage, make_upright
from workbench.grid.structure.cells import CellBox
from workbench.grid.text_lines import LineBox, TextLayer, line_around_ink
from workbench.model import Cell, CellGrid, Confidence, Page, PageContent, TextLine
from workbench.read.cell_text import cell_text, least_sure, without_loose_spaces
from workbench.read.comparison import (
    CellReading,
    by_two_readers,
    confirmed_by,
    read_once,
    read_twice,
    with_misread,
    with_more_strokes,
)
from workbench.read.crops import crop_line, line_crops
from workbench.read.doubts import (
    beside_several_numbers,
    has_more_strokes,
    is_contradicted,
    may_be_wrapped,
    with_lines_too_high,
)
from workbench.read.raised import with_raised_figures
from workbench.read.rough import may_be_two_bars, read_covered, read_smoothed
from workbench.read.second_reading import LineRead, reread_doubtful
from workbench.read.separators import with_grouping, without_inner_room
from workbench.read.settings import READ_DEFAULTS, ReadSettings
from workbench.read.symbols import lone_symbol, starts_as_shown, with_leading_symbol
from workbench.read.two_readers import differ, read_by_another, takes_symbol_for_digit
from workbench.read.words import as_words
from workbench.several_values import is_value, with_values_apart
from workbench.vocabulary import words

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading


def read_page(page: Page, engine: OcrEngine, settings: ReadSettings = READ_DEFAULTS) -> PageContent:
    """Find the tables of a page and read everything on it.

    The engine reads all lines of the page in one call, and the doubtful ones in a second. Cells
    without ink are not read.
    """
    upright = make_upright(page, engine, settings.grid.rectify)
    found = find_tables(upright, settings.grid)
    tables, text = found.tables, found.text
    boxes = [cell for table in tables for cell in table.cells]
    jobs_of_cells = [_jobs(box, text) for box in boxes]
    jobs = [job for of_cell in jobs_of_cells for job in of_cell]
    crops = [line_crops(job.box, job.layer, settings) for job in jobs]
    outside = _lines_outside(tables, text.cleaned, engine)
    outside_crops = [crop_line(line, whole_page(text.cleaned), text.cleaned, settings) for line in outside]
    readings = iter(engine.recognise([part.crop for parts in crops for part in parts] + outside_crops))
    reads = [[LineRead(part, next(readings)) for part in parts] for parts in crops]
    reads = _with_numbers_level(jobs, reads, engine, settings)
    reads = reread_doubtful(reads, [job.layer for job in jobs], engine, settings)
    reads = [[as_meant(read, job.layer, settings) for read in lines] for job, lines in zip(jobs, reads, strict=True)]
    reads = [_as_words(lines, settings) for lines in reads]
    reads = read_by_another(reads, engine, settings)
    height = max(text.cleaned.text_height, upright.text_height)
    last = {job.box: (job.layer, lines) for job, lines in zip(jobs, reads, strict=True)}
    doubted = beside_several_numbers(tables, last, settings) | with_lines_too_high(height, last, settings)
    doubted |= found.suspect
    found_readings = iter(
        [_cell_reading(lines, job, text, job.box in doubted, settings) for job, lines in zip(jobs, reads, strict=True)]
    )
    readings_of_cells = [[next(found_readings) for _ in of_cell] for of_cell in jobs_of_cells]
    found_cells = [
        _cell(box, of_cell, text, upright, settings) for box, of_cell in zip(boxes, readings_of_cells, strict=True)
    ]
    grids = _grids(page.number, tables, found_cells, list(map(_lines_of, found_cells, readings_of_cells)))
    loose_lines = [
        _text_line(line, next(readings), crop, upright, settings)
        for line, crop in zip(outside, outside_crops, strict=True)
    ]
    return PageContent(
        page.number, page.width, page.height, tuple(grids), tuple(line for line in loose_lines if line.text)
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """A cell to be read from one layer of the page's text."""

    box: CellBox
    layer: TextLayer


def _jobs(box: CellBox, text: PageText) -> list[_Job]:
    """A cell is read as it was scanned; where that may not show its print alone, or not all of it, twice.

    The first job has more on it: what lies over the cell, or the rules that its text touches. Where seals fade in one
    colour of the page, that is the third. A rough page is read as it was scanned twice, smoothed a little and more.
    """
    covered = text.share_taken_off(box) > 0
    if text.rough is not None:
        layers = (text.rough.soft, text.rough.softer, *((text.rough.cleaned,) if covered else ()))
    elif covered:
        layers = (text.as_scanned, text.cleaned, *((text.lightest,) if text.lightest is not text.cleaned else ()))
    else:
        layers = (text.with_rules, text.as_scanned) if text.touches_rules(box) else (text.as_scanned,)
    return [_Job(box, layer) for layer in layers]


def _with_numbers_level(
    jobs: Sequence[_Job], reads: Sequence[list[LineRead]], engine: OcrEngine, settings: ReadSettings
) -> list[list[LineRead]]:
    """The lines of each cell, numbers of a figure or two under each other read as such: they are no number that is
    written downwards."""
    levelled = {
        at: line_crops(job.box, job.layer, settings, level=True)
        for at, (job, lines) in enumerate(zip(jobs, reads, strict=True))
        if any(read.part.downwards and is_value(read.reading.text.replace(" ", "")) for read in lines)
    }
    readings = iter(engine.recognise([part.crop for parts in levelled.values() for part in parts]))
    again = {at: [LineRead(part, next(readings)) for part in parts] for at, parts in levelled.items()}
    return [again.get(at, lines) for at, lines in enumerate(reads)]


def as_meant(read: LineRead, layer: TextLayer, settings: ReadSettings) -> LineRead:
    """A line with its numbers as they can only be meant, whatever stands between their digits."""
    if read.part.downwards:
        return read
    width = read.part.crop.shape[1]
    joined = without_inner_room(read.reading, width, layer.text_height, settings.separators)
    return replace(read, reading=with_raised_figures(with_grouping(joined), read.part.line, layer, settings.raised))


def _as_words(reads: Sequence[LineRead], settings: ReadSettings) -> list[LineRead]:
    """The lines of a cell, its text a label or a level's name where it can only be one."""
    meant = as_words([read.reading for read in reads], words(), settings.words)
    return [
        replace(read, reading=reading, misread=None if reading.text == read.reading.text else read.reading.text)
        for read, reading in zip(reads, meant, strict=True)
    ]


def _cell_reading(
    reads: Sequence[LineRead], job: _Job, page: PageText, doubted: bool, settings: ReadSettings
) -> CellReading:
    """A cell from the readings of its lines in a layer of the page's text; ``doubted``: it may be two cells,
    or hold more than print."""
    text = job.layer
    reads = [_with_leading_symbol(read, text, settings) for read in reads]
    readings, crops = [read.reading for read in reads], [read.part.crop for read in reads]
    lines = [read.part.line for read in reads]
    joined = cell_text(readings, crops, text.text_height, settings.cell_text)
    other = _other_text(reads, joined)
    downwards = any(read.part.downwards for read in reads)
    if downwards:
        joined = joined.replace(" ", "")  # the gaps between characters put side by side are no spaces
    character, unsure = min(map(least_sure, readings), default=1.0), settings.second_reading.unsure
    legible = character
    agreements = [read.agreement for read in reads if read.agreement is not None]
    if doubted or is_contradicted(joined, reads, text, page.rough, settings):
        character = min(character, unsure)
    symbol = lone_symbol(joined, lines, text, settings)
    if symbol is not None and page.rough is not None and may_be_two_bars(symbol.text, lines[0], text, settings):
        symbol = replace(symbol, confidence=settings.symbols.unsure)
    if symbol is None:
        texts = () if downwards or may_be_wrapped(job.box, reads, text, settings) else tuple(_line_texts(readings))
        agreement = min(agreements, default=None)
        seconded = all(read.seconded for read in reads)
        return CellReading(
            joined, lines, character, agreement, other, legible, texts, readings, seconded, _misread(reads)
        )
    sure = settings.symbols.sure_of_shape
    confirmed = symbol.text == joined and symbol.confidence == sure  # two kinds of evidence agree
    agreements = agreements if symbol.text == joined and not confirmed else []
    character = max(character, sure) if confirmed else symbol.confidence
    return CellReading(symbol.text, lines, character, min(agreements, default=None), legible=legible)


def _with_leading_symbol(read: LineRead, text: TextLayer, settings: ReadSettings) -> LineRead:
    """A line with the symbol before its number as its shape says. Where shape and reader agree on one, the other
    reader's digit in its place is none."""
    reading = with_leading_symbol(read.reading, read.part.line, text, settings)
    is_digit = read.other is not None and takes_symbol_for_digit(reading.text, read.other)
    is_agreed = is_digit and starts_as_shown(read.reading, read.part.line, text, settings)
    return replace(read, reading=reading, other=None if is_agreed else read.other)


def _misread(reads: Sequence[LineRead]) -> str | None:
    """The text of a cell as it was before it was taken for a word; None where nothing was changed."""
    if all(read.misread is None for read in reads):
        return None
    return "".join(read.reading.text if read.misread is None else read.misread for read in reads)


def _line_texts(readings: Sequence[Reading]) -> list[str]:
    return [without_loose_spaces(reading.text.strip()) for reading in readings]


def _lines_of(cell: Cell, readings: Sequence[CellReading]) -> Sequence[str]:
    """The lines of the reading that gave a cell its text; none where that is one number, perhaps, that was wrapped."""
    return next((reading.texts for reading in reversed(readings) if reading.text == cell.text), ())


def _other_text(reads: Sequence[LineRead], joined: str) -> str | None:
    """The text of a cell with the lines that another reader read otherwise as it did; None where that is no other text
    than ``joined``."""
    other = "".join(read.reading.text if read.other is None else read.other for read in reads)
    return other if any(read.other is not None for read in reads) and differ(joined, other, is_sure=False) else None


def _cell(
    box: CellBox, read: Sequence[CellReading], text: PageText, upright: UprightPage, settings: ReadSettings
) -> Cell:
    """A cell from what was ``read`` by each of its jobs."""
    as_scanned, again, under_cover = read[0], read[1:], read_twice
    if text.rough is not None:
        as_scanned, again, under_cover = read_smoothed(read[0], read[1], settings), read[2:], read_covered
    if again:
        found = under_cover(as_scanned, again[0], _is_buried(box, text, settings), settings)
        found = confirmed_by(again[1:], found, again[0], settings)
    else:
        found = read_once(as_scanned)
    found = with_misread(by_two_readers(found, read), read)
    lines = [line for reading in read for line in reading.lines]
    if has_more_strokes(box, found, lines, text, settings):
        found = with_more_strokes(found, settings)
    return Cell(
        row=box.row,
        col=box.col,
        rowspan=box.rowspan,
        colspan=box.colspan,
        polygon=upright.polygon_on_scan(box.x0, box.y0, box.x1, box.y1),
        text=found.text,
        state=found.state,
        confidence=Confidence(round(found.character, 4), min(1.0, box.border), found.agreement),
        other_text=found.other,
    )


def _is_buried(box: CellBox, text: PageText, settings: ReadSettings) -> bool:
    """Whether handwriting stands in a cell, or a seal lies over most of it: print under it need not show."""
    inner = settings.inside * text.cleaned.text_height
    written = text.is_written_on(box.x0 + inner, box.y0 + inner, box.x1 - inner, box.y1 - inner)
    return written or text.share_taken_off(box) > settings.buried


def whole_page(text: TextLayer) -> CellBox:
    """A cell that is all of a layer, in its pixels."""
    height, width = text.grey.shape
    return CellBox(0, 0, 1, 1, -1, -1, width, height, 1.0)


def _lines_outside(tables: Sequence[PageTable], text: TextLayer, engine: OcrEngine) -> list[LineBox]:
    """Lines of text outside all tables (title, year, notes), found by the engine's detector."""
    grey, ink = text.grey.copy(), text.ink.copy()
    for table in tables:
        xs, ys = table.lattice.xs, table.lattice.ys
        window = np.s_[max(0, round(ys[0])) : round(ys[-1]) + 1, max(0, round(xs[0])) : round(xs[-1]) + 1]
        grey[window], ink[window] = 255, 0
    if np.count_nonzero(ink) < text.text_height:
        return []
    outlines = engine.detect(np.repeat(grey[:, :, None], 3, axis=2))
    lines = [line_around_ink(ink, outline) for outline in outlines]
    return sorted((line for line in lines if line is not None), key=lambda line: (line.y0, line.x0))


def _text_line(
    line: LineBox, reading: Reading, crop: NDArray[np.uint8], upright: UprightPage, settings: ReadSettings
) -> TextLine:
    outline = upright.polygon_on_scan(line.x0, line.y0, line.x1, line.y1)
    return TextLine(
        cell_text([reading], [crop], upright.text_height, settings.cell_text),
        tuple(round(c, 4) for c in reading.confidences),
        outline,
    )


def _grids(
    page: int, tables: Sequence[PageTable], cells: Sequence[Cell], lines: Sequence[Sequence[str]]
) -> list[CellGrid]:
    """The tables of a page with their cells, whose lines are known; values on several lines stay apart."""
    bounds = [0, *accumulate(len(table.cells) for table in tables)]
    return [
        _grid(page, number, table, with_values_apart(cells[start:end], lines[start:end]))
        for number, (table, (start, end)) in enumerate(zip(tables, pairwise(bounds), strict=True), start=1)
    ]


def _grid(page: int, number: int, table: PageTable, cells: list[Cell]) -> CellGrid:
    xs, ys = np.array(table.lattice.xs), np.array(table.lattice.ys)
    return CellGrid(
        page=page,
        table_no=number,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
        row_edges=tuple(np.round((ys - ys[0]) / (ys[-1] - ys[0]), 5).tolist()),
        column_edges=tuple(np.round((xs - xs[0]) / (xs[-1] - xs[0]), 5).tolist()),
    )
