"""Numbers of a PDF's text that a reader of pictures has to look at: those drawn otherwise than the text says, and as
many others as it takes to have seen each glyph of a figure once.

The text of the file stands where a reader reads the same; where none does, it is doubted and the cell says what was
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.text_lines import TextLayer
from workbench.model import Cell, CellGrid, PageContent
from workbench.read.cell_text import cell_text
from workbench.read.crops import LineCrop, line_crops
from workbench.read.page import as_meant, whole_page
from workbench.read.relation_symbols import ALL_RELATIONS
from workbench.read.second_reading import LineRead
from workbench.read.settings import READ_DEFAULTS, ReadSettings
from workbench.read.two_readers import differ
from workbench.readers.pdf_drawing import CONTRAST
from workbench.readers.pdf_numbers import DrawnNumber
from workbench.readers.pdf_text import TextPage
from workbench.several_values import is_value

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading

RANGE = re.compile(r"(?<=[\d%％‰])[-—–−‐―─~～〜∼]+(?=\d)")
"""What stands between the ends of a range."""

SAME_RELATION = {"≧": "≥", "≦": "≤", "═": "="}

TRIES = 2
"""So many cells are read to see a glyph; if no reading is that of the text, all cells with it are."""

PlaceOnPage = tuple[int, int, int]


def held_against_drawing(
    page: TextPage, engine: OcrEngine | None, settings: ReadSettings = READ_DEFAULTS
) -> PageContent:
    """The content of a page, its numbers doubted where they are not what is drawn.

    Without an engine nobody can look: what differs in the drawing is doubted, and glyphs are taken for what the file
    calls them.
    """
    if engine is None:
        return _with_doubts(page.content, {_place(one): None for one in page.numbers if one.doubt != "none"})
    read: dict[PlaceOnPage, str | None] = {}
    seen: set[int] = set()
    asked = [one for one in page.numbers if one.doubt != "none"]
    for attempt in range(TRIES + 1):
        left = [one for one in page.numbers if _place(one) not in read and one not in asked and one.glyphs - seen]
        asked += _showing_all(left, seen) if attempt < TRIES else left
        for one, other in zip(asked, _read_otherwise(asked, engine, settings), strict=True):
            read[_place(one)] = other
            seen |= one.glyphs if other is None and one.doubt == "none" else set()
        asked = []
    doubted = {
        _place(one): read[_place(one)]
        for one in page.numbers
        if one.doubt == "broken" or (read.get(_place(one)) is not None and (one.doubt != "none" or one.glyphs - seen))
    }
    return _with_doubts(page.content, doubted)


def _place(one: DrawnNumber) -> PlaceOnPage:
    return one.table_no, one.row, one.col


def _showing_all(cells: Sequence[DrawnNumber], seen: Iterable[int]) -> list[DrawnNumber]:
    """Cells that show every glyph not yet seen, the shortest first."""
    chosen, shown = [], set(seen)
    for one in sorted(cells, key=lambda cell: (len(cell.text), -len(cell.glyphs), _place(cell))):
        if one.glyphs - shown:
            chosen.append(one)
            shown |= one.glyphs
    return chosen


def _read_otherwise(cells: Sequence[DrawnNumber], engine: OcrEngine, settings: ReadSettings) -> list[str | None]:
    """What was read in each cell, where no reader read what its text says."""
    layers = [_layer(one.picture, one.height) for one in cells]
    parts = [line_crops(whole_page(layer), layer, settings) for layer in layers]
    crops = [part.crop for lines in parts for part in lines]
    first = iter(engine.recognise(crops))
    readings = [[next(first) for _ in lines] for lines in parts]
    texts = [_texts(*of_cell, settings) for of_cell in zip(layers, parts, readings, strict=True)]
    other = [n for n, (one, text) in enumerate(zip(cells, texts, strict=True)) if _differ(one.text, text)]
    found: list[str | None] = [None] * len(cells)
    second = engine.recognise_again([part.crop for n in other for part in parts[n]])
    again = iter(second or ())
    for n in other:
        agrees = second is not None and not _differ(
            cells[n].text, _texts(layers[n], parts[n], [next(again) for _ in parts[n]], settings)
        )
        found[n] = None if agrees else "".join(texts[n])
    return found


def _layer(picture: NDArray[np.uint8], height: float) -> TextLayer:
    """A cell as `workbench.read` has text lines: its ink is darker than its paper."""
    paper = float(np.median(picture)) if picture.size else 255.0
    return TextLayer(picture, np.where(picture < paper - CONTRAST, 255, 0).astype(np.uint8), height)


def _texts(
    layer: TextLayer, parts: Sequence[LineCrop], readings: Sequence[Reading], settings: ReadSettings
) -> list[str]:
    """The lines of a cell as they were read."""
    meant = [
        as_meant(LineRead(part, reading), layer, settings).reading
        for part, reading in zip(parts, readings, strict=True)
    ]
    return [
        cell_text([reading], [part.crop], layer.text_height, settings.cell_text)
        for part, reading in zip(parts, meant, strict=True)
    ]


def _differ(text: str, lines: Sequence[str]) -> bool:
    """Whether a text and the lines that were read are of other numbers. A number may go on in the next line."""
    return all(_tell_apart(text, gap.join(lines)) for gap in ("", " "))


def _tell_apart(text: str, read: str) -> bool:
    one, other = _without_ranges(text), _without_ranges(read)
    return differ(one, other) or _relations(one) != _relations(other) or _is_bracketed(one) != _is_bracketed(other)


def _without_ranges(text: str) -> str:
    """A text with one sign for all that stand between the ends of a range."""
    return RANGE.sub("~", text)


def _relations(text: str) -> list[str]:
    return [SAME_RELATION.get(character, character) for character in text if character in ALL_RELATIONS]


def _is_bracketed(text: str) -> bool:
    """Whether a text is a number in brackets, which accounts print for a minus."""
    return is_value(text) and text[:1] in ("(", "（")


def _with_doubts(content: PageContent, doubted: Mapping[PlaceOnPage, str | None]) -> PageContent:
    """The content with its doubted cells and lines as such, each cell with what was read there, None where nobody
    looked."""
    grids = (replace(grid, cells=tuple(_doubted(grid, cell, doubted) for cell in grid.cells)) for grid in content.grids)
    lines = (
        replace(line, confidences=(0.0,) * len(line.text)) if (0, number, 0) in doubted else line
        for number, line in enumerate(content.loose_lines)
    )
    return replace(content, grids=tuple(grids), loose_lines=tuple(lines))


def _doubted(grid: CellGrid, cell: Cell, doubted: Mapping[PlaceOnPage, str | None]) -> Cell:
    place = grid.table_no, cell.row, cell.col
    if place not in doubted:
        return cell
    return replace(cell, confidence=replace(cell.confidence, agreement=0.0), other_text=doubted[place])
