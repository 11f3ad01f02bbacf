"""Pictures from the scan, set upright: whole pages, the cells that a value was read from, and its row with its head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from workbench.errors import InputError
from workbench.readers.documents import open_source
from workbench.readers.kinds import IN_POINTS
from workbench.readers.pages import load_page
from workbench.settings import Settings

MARGIN = 0.004
"""Width of the paper shown around a cell, as a fraction of the page's width."""

ROW_MARGIN = 0.006
"""Width of the paper shown around a row, as a fraction of the page's width."""

FRAME = (213, 94, 0)
"""Colour of the frame around the cell in question: the palette's red."""

SEAM = 5
"""Height of the grey line between the head of a table and a row that is not right below it, pixels."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The frame of a page that is set upright: where on its picture something of the scan is.

    Attributes:
        width, height: the size of the scan as it came, in pixels of the picture.
        scale: pixels for each unit of the table ``cells``.
        turns: the quarter turns, counter-clockwise, by which the scan is rotated.
    """

    width: float
    height: float
    scale: float
    turns: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the picture, in pixels."""
        return (self.width, self.height) if self.turns % 2 == 0 else (self.height, self.width)

    def outline(self, corners: Sequence[tuple[float, float]]) -> Box:
        """The bounding box, in pixels of the picture, of corners on the scan in units of ``cells``."""
        turned = [self._rotated(x * self.scale, y * self.scale) for x, y in corners]
        xs, ys = zip(*turned, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def box(self, of_scan: Box) -> Box:
        """A box of the scan, in units of ``cells``, in pixels of the picture."""
        left, top, right, bottom = of_scan
        return self.outline([(left, top), (right, top), (right, bottom), (left, bottom)])

    def _rotated(self, x: float, y: float) -> tuple[float, float]:
        """A point of the scan, in pixels, where the rotation puts it."""
        width, height = self.width, self.height
        for _ in range(self.turns):
            x, y, width, height = y, width - x, height, width
        return x, y


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The image of a page, set upright.

    Attributes:
        image: the image after the rotation.
        scale: pixels for each unit of the table ``cells``.
        turns: the quarter turns, counter-clockwise, by which the scan was rotated.
    """

    image: Image.Image
    scale: float
    turns: int

    @property
    def frame(self) -> PageFrame:
        """The frame of the picture."""
        width, height = self.image.size if self.turns % 2 == 0 else self.image.size[::-1]
        return PageFrame(width, height, self.scale, self.turns)

    def outline(self, corners: Sequence[tuple[float, float]]) -> Box:
        """The bounding box, in pixels of the picture, of corners on the scan in units of ``cells``."""
        return self.frame.outline(corners)

    def box(self, of_scan: Box) -> Box:
        """A box of the scan, in units of ``cells``, in pixels of the picture."""
        return self.frame.box(of_scan)


def upright(image: Image.Image, scale: float, turns: int) -> PagePicture:
    """Set the image of a page upright. ``scale`` are its pixels for each unit of ``cells``.

    `Image.rotate` counts counter-clockwise, as `quarter_turns` does.
    """
    return PagePicture(image.rotate(90 * turns, expand=True) if turns else image, scale, turns)


def quarter_turns(cells: Sequence[Mapping[str, Any]]) -> int:
    """The number of quarter turns (0 to 3), counter-clockwise, that set a page upright.

    ``cells`` are the page's rows of the table ``cells``. On an upright page the column numbers grow to the right and
    the row numbers downwards; a rotation of the page rotates these two directions.

    >>> left = {"row": 0, "col": 0, "x0": 0, "x1": 10, "y0": 0, "y1": 5}
    >>> quarter_turns([left, left | {"col": 1, "x0": 10, "x1": 20}])
    0
    >>> quarter_turns([left, left | {"col": 1, "y0": 5, "y1": 10}])
    1
    """
    if len(cells) < 2:
        return 0
    names = ("row", "col", "x0", "x1", "y0", "y1")
    rows, columns, x0, x1, y0, y1 = np.array([[cell[name] for name in names] for cell in cells], dtype=float).T
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    right, down, left, up = _along(columns, x), _along(rows, y), _along(columns, y), _along(rows, x)
    return int(np.argmax([right + down, left - up, -right - down, up - left]))


def _along(numbers: np.ndarray, positions: np.ndarray) -> float:
    """The covariance of row or column numbers with positions on the page, over the standard deviation of the numbers.

    That is how far (in the unit of the positions) they advance while the number grows by one standard deviation.
    """
    spread = numbers.std()
    return float(np.mean((numbers - numbers.mean()) * (positions - positions.mean())) / spread) if spread else 0.0


@contextmanager
def named(source: str) -> Iterator[None]:
    """Errors about a document say the name that it has in its dataset: its file may lie in a folder that is ours.

    Raises:
        InputError: as what is done raises it.
    """
    try:
        yield
    except InputError as error:
        raise InputError(error.reason, source, error.detail, error.page) from error


def page_image(scan: Path, page_number: int, raster_dpi: int) -> Image.Image:
    """Return one page of a document as it was scanned.

    Args:
        scan: the document.
        page_number: the page, from 1.
        raster_dpi: resolution at which the pages of a PDF are drawn, dots per inch.

    Raises:
        InputError: the scan is missing or cannot be read; ``no-picture`` for Word files, workbooks and transcriptions.
    """
    return Image.fromarray(load_page(open_source(scan), page_number, Settings(raster_dpi=raster_dpi)).image)


def pixels_per_unit(kind: str, raster_dpi: int) -> float:
    """Return how many pixels of a page make one unit of the ``cells`` table.

    Its coordinates are points in a document of kind ``pdf-text`` or ``ofd``, and pixels in all others.

    >>> pixels_per_unit("pdf-text", 144), pixels_per_unit("scan", 144)
    (2.0, 1.0)
    """
    return raster_dpi / 72 if kind in IN_POINTS else 1.0


def has_pictures(kind: str) -> bool:
    """Whether the pages of a document of a kind can be shown as pictures."""
    return kind == "scan" or kind in IN_POINTS


def crop_cells(
    scan: Path, chosen: pd.DataFrame, of_form: pd.DataFrame, raster_dpi: int, kind: str = "scan"
) -> Image.Image:
    """Cut cells out of their scan, set upright, and put them under each other in one picture.

    Args:
        scan: the document.
        chosen: rows of the table ``cells``, one or more.
        of_form: all rows of the form; they show how its pages are turned.
        raster_dpi: resolution at which the pages of a PDF are drawn, dots per inch.
        kind: the kind of the document, which gives the unit of the coordinates (`pixels_per_unit`).

    Raises:
        InputError: the scan is missing or cannot be read; ``no-picture`` for Word files, workbooks and transcriptions.
    """
    scale = pixels_per_unit(kind, raster_dpi)
    crops = []
    for number in sorted(set(chosen["page"].astype(int))):
        page = upright(page_image(scan, number, raster_dpi), scale, turns_of(of_form, number))
        boxes = chosen.loc[chosen["page"] == number, list(EDGES)].to_numpy(dtype=float).tolist()
        crops += [_part(page.image, page.box(tuple(box)), MARGIN) for box in boxes]
    return _stacked(crops)


EDGES = ("x0", "y0", "x1", "y1")
"""The columns of ``cells`` that give the outline of a cell."""


def turns_of(cells: pd.DataFrame, page: int) -> int:
    """The quarter turns that set a page of a form upright, by the cells of the form."""
    return quarter_turns(cells[cells["page"] == page].to_dict("records"))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """Where a value stands on its page, in units of ``cells``.

    Attributes:
        form_id, page: the page.
        turns: the quarter turns that set it upright.
        table: the outline of its table on the page: a row is shown over the whole width of it.
        head: the row of labels above the value; None where there is none on the page.
        row: the row of the value.
        cell: the cells of the value.
    """

    form_id: str
    page: int
    turns: int
    table: Box
    head: Box | None
    row: Box
    cell: Box


def place_of_value(target: pd.DataFrame, cells: pd.DataFrame) -> ValuePlace:
    """Locate a value, the row around it and the head of its column.

    Args:
        target: the cells that hold the value, one or more; those on the page of the first count.
        cells: all cells of the form.

    The row is that of the first target cell: the cells of its table that begin in the same row and span as many. The
    head is the row of the nearest label above it in its column.
    """
    first = target.iloc[0]
    on_page = target[target["page"] == first["page"]]
    beside = cells[(cells["page"] == first["page"]) & (cells["table_no"] == first["table_no"])]
    row = beside[(beside["row"] == first["row"]) & (beside["rowspan"] == first["rowspan"])]
    labels = beside[(beside["field"] == "label").fillna(False).astype(bool)]  # a cell of no field has none
    above = labels[
        (labels["row"] < first["row"])
        & (labels["col"] < first["col"] + first["colspan"])
        & (first["col"] < labels["col"] + labels["colspan"])
    ]
    heads = labels[labels["row"] == above["row"].max()] if len(above) else above
    heads = heads[heads["row"] + heads["rowspan"] <= first["row"]]  # and no label that stands beside the rows
    return ValuePlace(
        str(first["form_id"]),
        int(first["page"]),
        turns_of(cells, int(first["page"])),
        _bounding_box(beside),
        _bounding_box(heads) if len(heads) else None,
        _bounding_box(pd.concat([row, on_page])),
        _bounding_box(on_page),
    )


def _bounding_box(cells: pd.DataFrame) -> Box:
    """The left, top, right and bottom edge of the cells together."""
    low, high = cells[["x0", "y0"]].min(), cells[["x1", "y1"]].max()
    return float(low["x0"]), float(low["y0"]), float(high["x1"]), float(high["y1"])


def crop_row(page: Image.Image, scale: float, place: ValuePlace) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """Cut a value's row out of its page, upright, under the head of its table, and frame its cell.

    Args:
        page: the page as scanned.
        scale: its pixels for each unit of ``cells``.
        place: the value.

    Returns:
        The picture, and the cell in it: left, top, right and bottom in pixels, inside of the frame.
    """
    picture = upright(page.convert("RGB"), scale, place.turns)
    left, _, right, _ = picture.box(place.table)
    margin = ROW_MARGIN * picture.image.width
    x0, x1 = _within(left - margin, right + margin, picture.image.width)
    _, top, _, bottom = picture.box(place.row)
    y0, y1 = _within(top - margin, bottom + margin, picture.image.height)
    rows = picture.image.crop((x0, y0, x1, y1))
    down = 0
    if place.head is not None:
        _, head_top, _, head_bottom = picture.box(place.head)
        end = min(head_bottom, top)
        h0, h1 = _within(head_top - margin, end + (margin if end < y0 else 0), picture.image.height)
        if h1 >= y0:  # the row comes right below its head
            y0, rows = h0, picture.image.crop((x0, h0, x1, y1))
        else:
            head = picture.image.crop((x0, h0, x1, h1))
            down = head.height + SEAM
            rows = _stacked([head, Image.new("RGB", (head.width, SEAM), "grey"), rows])
    edges = [round(edge) for edge in picture.box(place.cell)]
    cell = (edges[0] - x0, edges[1] - y0 + down, edges[2] - x0, edges[3] - y0 + down)
    ImageDraw.Draw(rows).rectangle(
        (cell[0] - 2, cell[1] - 2, cell[2] + 2, cell[3] + 2),
        outline=FRAME,
        width=max(2, round(picture.image.width / 400)),
    )
    return rows, cell


def _part(image: Image.Image, box: Box, margin: float) -> Image.Image:
    """The part of a page with a box in it, and some paper around (``margin``, as a fraction of the page's width)."""
    around = margin * image.width
    left, right = _within(box[0] - around, box[2] + around, image.width)
    top, bottom = _within(box[1] - around, box[3] + around, image.height)
    return image.crop((left, top, right, bottom))


def _within(start: float, end: float, length: int) -> tuple[int, int]:
    """The part of a page's side that a cell takes, in whole pixels: one at least, wherever the table says it is.

    >>> _within(-3.2, 40.1, 30), _within(1e300, float("nan"), 30)
    ((0, 30), (29, 30))
    """
    first = min(max(0, round(min(start, length))) if start == start else 0, length - 1)
    last = round(max(0, min(end, length))) if end == end else length
    return first, max(first + 1, last)


def _stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """The pictures under each other, on white."""
    sheet = Image.new("RGB", (max(one.width for one in pictures), sum(one.height for one in pictures)), "white")
    top = 0
    for one in pictures:
        sheet.paste(one, (0, top))
        top += one.height
    return sheet
