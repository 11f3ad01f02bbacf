"""Which cells of a Word file a drawing that floats in front of the text may lie over.

A file says how far a drawing stands from its paragraph, and not where lines and rows come to stand. They are taken to
be as low as they can be, so that a drawing reaches as many of them as it ever may.
Source: ECMA-376 part 1, 20.4.2 (anchors), and part 4, 19.1 (VML).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from workbench.readers.docx_runs import children, height_of, is_fallback
from workbench.readers.docx_styles import Place
from workbench.readers.docx_xml import OFF, as_number, number, value
from workbench.readers.office import find, local_name

COVERED = "workbench-covered"
"""Attribute of a cell that a drawing may lie over."""

OF_PARAGRAPH = ("paragraph", "line", "text", "char")
"""What the place of a drawing is counted from where that is its own paragraph, in both kinds of drawings."""

EMU = 635
"""Units of drawings (914,400 an inch) in a twentieth of a point."""

A_PAGE = 20 * 842
"""Twentieths of a point: the height of a page of A4, in which a drawing stands whose place is not known."""

TWENTIETHS = {"pt": 20.0, "in": 1440.0, "cm": 1440 / 2.54, "mm": 144 / 2.54, "px": 15.0, "": 20.0}


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far a drawing reaches from the top of its paragraph, in twentieths of a point: upwards, downwards.

    ``end`` is how far it goes to the right of the left edge of its column; None where it starts outside of that.
    """

    up: float
    down: float
    end: float | None = None


def floating(body: Any) -> list[Any]:
    """The drawings that float in front of the text, which leaves them no room."""
    found = body.iter("{*}anchor", "{*}shape", "{*}rect", "{*}oval", "{*}roundrect", "{*}line", "{*}group")
    return [drawing for drawing in found if _lies_over(drawing) and not is_fallback(drawing)]


def _lies_over(drawing: Any) -> bool:
    if local_name(drawing) == "anchor":
        return value(drawing, "behindDoc", "0") in OFF and find(drawing, "wrapNone") is not None
    style = value(drawing, "style").replace(" ", "")
    return "position:absolute" in style and "z-index:-" not in style and find(drawing, "wrap") is None


def mark_covered(body: Any, place: Place) -> None:
    """Give every cell that a drawing may lie over the attribute `COVERED`."""
    for drawing in floating(body):
        reach = _reach(drawing)
        paragraph = next((parent for parent in drawing.iterancestors() if local_name(parent) == "p"), None)
        if reach is None or paragraph is None:
            continue
        for cell in _reached(paragraph, reach, place):
            cell.set(COVERED, "1")


def _reach(drawing: Any) -> _Reach | None:
    """How far a drawing reaches; None for a picture whose place does not hang on its paragraph.

    Most such pictures are seals. That there is one is said of the document.
    """
    is_anchor = local_name(drawing) == "anchor"
    measures = _of_anchor(drawing) if is_anchor else _of_vml(drawing)
    if measures is not None:
        top, height, left, width = measures
        return _Reach(max(0.0, -top), max(0.0, top + height), None if left < 0 else left + width)
    is_picture = any(local_name(inner) in ("blip", "imagedata") for inner in drawing.iter())
    return None if is_picture else _Reach(A_PAGE, A_PAGE)


Measures = tuple[float, float, float, float]
"""Top, height, left and width of a drawing, from its paragraph and column, in twentieths of a point."""


def _of_anchor(anchor: Any) -> Measures | None:
    across, upright, size = (find(anchor, name) for name in ("positionH", "positionV", "extent"))
    offset = find(upright, "posOffset") if upright is not None else None
    if offset is None or size is None or value(upright, "relativeFrom") not in OF_PARAGRAPH:
        return None
    sideways = find(across, "posOffset") if across is not None else None
    is_in_column = value(across, "relativeFrom") in ("column", "character")
    left = as_number(sideways.text or "") if sideways is not None and is_in_column else -1
    width, height = (as_number(value(size, name)) for name in ("cx", "cy"))
    return as_number(offset.text or "") / EMU, height / EMU, left / EMU, width / EMU


def _of_vml(shape: Any) -> Measures | None:
    pairs = (part.partition(":")[::2] for part in value(shape, "style").split(";"))
    style = {name.strip(): text.strip() for name, text in pairs}
    if style.get("mso-position-vertical-relative", "text") not in OF_PARAGRAPH or "mso-position-vertical" in style:
        return None
    ends = [value(shape, name).split(",") for name in ("from", "to")]  # of a line
    lefts, tops = ([_length(end[at]) for end in ends] for at in (0, -1))
    top = _length(style.get("margin-top", "")) + _length(style.get("top", "")) + min(tops)
    left = _length(style.get("margin-left", "")) + _length(style.get("left", "")) + min(lefts)
    height = _length(style.get("height", "")) or max(tops) - min(tops)
    width = _length(style.get("width", "")) or max(lefts) - min(lefts)
    return top, height, left, width


def _length(text: str) -> float:
    """A length in twentieths of a point; 0 for what is none."""
    found = re.fullmatch(r"\s*(-?\d+\.?\d*|-?\.\d+)(pt|in|cm|mm|px|)\s*", text)
    return float(found[1]) * TWENTIETHS[found[2]] if found else 0.0


def _reached(paragraph: Any, reach: _Reach, place: Place) -> Iterator[Any]:
    """The cells that a drawing at a paragraph may lie over."""
    own = next((parent for parent in paragraph.iterancestors() if local_name(parent) == "tc"), None)
    if own is None:
        yield from _near(paragraph, reach, place)
        return
    row = own.getparent()
    fits = reach.end is not None and reach.end <= number(find(own, "tcPr", "tcW"), "w")
    for other in (row, *_rows_within(row.itersiblings(), reach.down, place), *_rows_above(row, reach.up, place)):
        yield from (cell for cell in _cells_of(other) if not fits or _column(cell) == _column(own))


def _near(paragraph: Any, reach: _Reach, place: Place) -> Iterator[Any]:
    """The cells of tables behind and before a paragraph."""
    below = chain.from_iterable(_rows_of(block) for block in paragraph.itersiblings())
    above = chain.from_iterable(_rows_of(block)[::-1] for block in paragraph.itersiblings(preceding=True))
    for rows, room in ((below, reach.down - height_of(paragraph, place)), (above, reach.up)):
        for row in _rows_within(rows, room, place):
            yield from row.iter("{*}tc")


def _rows_of(block: Any) -> list[Any]:
    """The rows of a table; another block counts as a row of its own."""
    return list(block.iter("{*}tr")) if local_name(block) == "tbl" else [block]


def _rows_above(row: Any, room: float, place: Place) -> Iterator[Any]:
    return _rows_within(row.itersiblings(preceding=True), room, place)


def _rows_within(rows: Iterable[Any], room: float, place: Place) -> Iterator[Any]:
    """The rows that begin in a room, the nearest of which is the first."""
    for row in rows:
        if room <= 0:
            return
        yield row
        room -= _least_height(row, place)


def _cells_of(row: Any) -> Iterable[Any]:
    return (child for child in children(row) if local_name(child) == "tc")


def _column(cell: Any) -> int:
    """The column in which a cell starts."""
    before = cell.itersiblings("{*}tc", preceding=True)
    return sum(max(1, number(find(other, "tcPr", "gridSpan"), default=1)) for other in before)


def _least_height(row: Any, place: Place) -> float:
    """The least height of a row of a table, or of a paragraph."""
    if local_name(row) == "p":
        return height_of(row, place)
    given = find(row, "trPr", "trHeight")
    texts = [sum(height_of(p, place) for p in cell if local_name(p) == "p") for cell in _cells_of(row)]
    is_fixed = value(given, "hRule") == "exact"
    return number(given) if is_fixed else max([number(given), *texts])
