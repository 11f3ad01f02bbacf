"""What speaks against the text of a cell, whatever the recogniser's confidence: its lines, their room, ink unread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from workbench.grid.page_text import PageText, RoughText
from workbench.grid.pipeline import PageTable
from workbench.grid.structure.cells import CellBox
from workbench.grid.text_lines import LineBox, TextLayer
from workbench.read.cell_text import (
    chinese_pitches,
    has_odd_brackets,
    has_odd_number,
    has_several_numbers,
    has_unmeasured_brackets,
)
from workbench.read.comparison import CellText
from workbench.read.crops import crop_start
from workbench.read.rough import (
    SHORT_SIGNS,
    has_grain_in_number,
    is_too_coarse,
    leaves_points,
    leaves_room,
    leaves_sign,
)
from workbench.read.second_reading import LineRead
from workbench.read.separators import has_doubtful_separator, has_room_for_two
from workbench.read.settings import ReadSettings
from workbench.several_values import is_value

LastReads = Mapping[CellBox, tuple[TextLayer, Sequence[LineRead]]]
"""The reading of each cell with the least on it, and its layer: in others a seal makes lines of any kind."""


def beside_several_numbers(
    tables: Sequence[PageTable],
    read: LastReads,
    settings: ReadSettings,
) -> set[CellBox]:
    """The cells with several numbers; and where these may be those of two rows, the cells with several lines beside
    them.

    Numbers that have no room on one line may be a single one that was wrapped: that says nothing of other cells.
    """
    numbers = {box for box, (_, lines) in read.items() if has_several_numbers([line.reading for line in lines])}
    several = {box for box, (_, lines) in read.items() if len(lines) > 1}
    rows = {
        box
        for box, (layer, lines) in read.items()
        if box in numbers and not may_be_wrapped(box, lines, layer, settings)
    }
    return numbers | {
        cell
        for table in tables
        for cell in several.intersection(table.cells)
        if any(map(cell.shares_row_with, rows.intersection(table.cells)))
    }


def may_be_wrapped(box: CellBox, lines: Sequence[LineRead], layer: TextLayer, settings: ReadSettings) -> bool:
    """Whether the lines of a cell are full, so that the next one may go on: with no room left for another character."""
    room = box.x1 - box.x0 - settings.full_line * layer.text_height
    return all(line.part.line.width >= room for line in lines[:-1])


def with_lines_too_high(text_height: float, read: LastReads, settings: ReadSettings) -> set[CellBox]:
    """The cells in which a line is too high for its characters: two that touch, perhaps, of which one was not read.

    A Chinese character is about as high as the room that it has, and figures are no higher than the page's text, of
    ``text_height`` pixels: larger ones are of a stamp or a watermark. Of other characters nothing is known.
    """
    found = set()
    for box, (_, lines) in read.items():
        for line in lines:
            rooms = [pitch * line.part.crop.shape[1] for pitch in chinese_pitches(line.reading)]
            figures = [text_height] if is_value(line.reading.text.strip()) else []
            expected = rooms or figures
            is_level = bool(expected) and not line.part.downwards
            if is_level and line.part.line.height > settings.highest_line * median(expected):
                found.add(box)
    return found


def is_contradicted(
    joined: str, reads: Sequence[LineRead], text: TextLayer, rough: RoughText | None, settings: ReadSettings
) -> bool:
    """Whether the lines of a cell, or the ink that they were read from, speak against its text."""
    return (
        has_odd_number(joined)
        or has_odd_brackets(joined)
        or has_unmeasured_brackets([read.reading for read in reads])
        or (rough is not None and _has_doubtful_points(joined, reads, text, rough, settings))
        or any(_has_doubtful_separator(read, text, rough is not None, settings) for read in reads)
    )


def _has_doubtful_separator(read: LineRead, text: TextLayer, coarse: bool, settings: ReadSettings) -> bool:
    start, width = crop_start(read.part.line, text, settings), read.part.crop.shape[1]
    if read.part.downwards:
        return False
    return has_room_for_two(read.reading, width, text.text_height, settings.separators) or has_doubtful_separator(
        read.reading, read.part.line, start, width, text, coarse, read.part.cell.y1, settings.separators
    )


def _has_doubtful_points(
    joined: str, reads: Sequence[LineRead], text: TextLayer, rough: RoughText, settings: ReadSettings
) -> bool:
    """Whether a number of a rough page may have grain for a point, or a point that was taken for grain."""
    lines = [(read.reading.text, read.part.line) for read in reads if not read.part.downwards]
    return has_grain_in_number(joined) or any(
        is_too_coarse(read, line, settings)
        or leaves_points(read, line, text, rough.specks, settings)
        or leaves_sign(read, line, rough.specks)
        or leaves_room(read, line, text, settings)
        for read, line in lines
    )


def has_more_strokes(
    box: CellBox, found: CellText, lines: Sequence[LineBox], text: PageText, settings: ReadSettings
) -> bool:
    """Whether there are strokes in a cell that no line was read from: too light for ink, or on a rough page of
    characters that fell into specks, with a dash left of them or nothing."""
    fewest, text_lines = settings.rough.fewest_pixels, settings.grid.text_lines
    is_bare = not found.text or found.text in SHORT_SIGNS
    if is_bare and text.rough is not None:
        is_left = bool(found.text) and text.rough.cleaned.text_height < 1.5 * fewest  # of a 7 its upper stroke
        if is_left or text.rough.shows_more_than_grain(box, fewest, text_lines):
            return True
    return text.has_faint_strokes(box, lines, settings.inside * text.cleaned.text_height)
