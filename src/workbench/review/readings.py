"""What is known of one form: every value with its printed text, what the machine read, and its cells on the scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from workbench.corrections.correction import RelativeBox
from workbench.corrections.records import boxes_of
from workbench.dataset.schemas import rows_of
from workbench.fields import FIELDS, KEYS, KNOWN, form_values
from workbench.model import (
    Cell,
    CellGrid,
    CellKey,
    Confidence,
    Entry,
    Form,
    PageContent,
    Table,
)

if TYPE_CHECKING:
    import pandas as pd

    from workbench.dataset.store import Dataset

__all__ = ["FieldKey", "FieldReading", "FormReadings", "Readings", "quarter_turns"]

FORMS_KEPT = 8
"""Forms that stay in memory: a reviewer goes to and fro between a few."""


class FieldKey(NamedTuple):
    """Which value of a form: ``record_no`` counts from 1 in the form's order, None for the fields of ``forms``."""

    table: Table
    record_no: int | None
    field: str


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One value: its text as of the last build, what the machine had read, how sure it was, and its cells.

    ``machine`` is None where the machine found no such field; ``status`` is that of the table ``fields``.
    """

    text: str
    machine: str | None
    confidence: float | None = None
    status: str = "machine"
    cells: tuple[CellKey, ...] = ()


NOTHING = FieldReading("", None)
"""A field that the form does not have."""


@dataclass(frozen=True)
class FormReadings:
    """All values of one form by their place, and the cells of its pages with the values that they give."""

    form_id: str
    facts: Mapping[str, Any]
    values: Mapping[FieldKey, FieldReading]
    pages: Mapping[int, PageContent]
    uses: Mapping[CellKey, tuple[FieldKey, ...]]
    turns: Mapping[int, int]
    """Quarter turns, counter-clockwise, that set a page upright."""

    @cached_property
    def records(self) -> dict[tuple[Table, int | None], tuple[FieldKey, ...]]:
        """The places of each record, in the order of the form; a field that the form lacks altogether is left out."""
        present = {(place.table, place.field) for place, value in self.values.items() if value.machine is not None}
        found: dict[tuple[Table, int | None], list[FieldKey]] = defaultdict(list)
        for place in self.values:
            if (place.table, place.field) in present or place.table == "forms":
                found[place.table, place.record_no].append(place)
        return {record: tuple(places) for record, places in found.items()}

    def cells(self, page: int) -> Sequence[tuple[CellKey, Cell]]:
        """The cells of a page, each with its key."""
        grids = self.pages[page].grids if page in self.pages else ()
        return [(CellKey(page, grid.table_no, cell.row, cell.col), cell) for grid in grids for cell in grid.cells]

    def sharing(self, place: FieldKey) -> tuple[FieldKey, ...]:
        """The places whose value comes from the same cells: a merged label gives its text to every row it covers."""
        cells = self.values[place].cells if place in self.values else ()
        if not cells:
            return (place,)
        alike = (other for other in self.values if (other.table, other.field) == (place.table, place.field))
        return tuple(other for other in alike if self.values[other].cells == cells)

    @cached_property
    def boxes(self) -> Mapping[CellKey, RelativeBox]:
        """The outlines of the cells, as shares of their page."""
        return boxes_of(self.pages.values())

    @cached_property
    def form(self) -> Form:
        """The form as the reconstruction and the checks know it, with the corrections that were built in."""
        head = {field: self._entry(FieldKey("forms", None, field)) for field in FIELDS["forms"]}
        return Form(
            layout=self.facts["layout"],
            first_page=self.facts["first_page"],
            last_page=self.facts["last_page"],
            **form_values(head, {table: list(self._rows(table)) for table in KEYS}),
        )

    def _rows(self, table: Table) -> Iterator[dict[str, Entry | None]]:
        numbers = sorted({place.record_no for place in self.values if place.table == table and place.record_no})
        return ({field: self._entry(FieldKey(table, number, field)) for field in FIELDS[table]} for number in numbers)

    def _entry(self, place: FieldKey) -> Entry | None:
        reading = self.values.get(place, NOTHING)
        if reading.machine is None and not reading.text:
            return None
        return Entry(reading.text, 1.0 if reading.confidence is None else reading.confidence, reading.cells)


class Readings:
    """The forms of a dataset, each put together when it is first asked for."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.of = lru_cache(maxsize=FORMS_KEPT)(self._of)

    @cached_property
    def _positions(self) -> dict[str, dict[str, np.ndarray]]:
        """Positions of each form's rows in each table."""
        names = (*FIELDS, "fields", "cells")
        return {name: getattr(self.dataset, name).groupby("form_id", sort=False).indices for name in names}

    def _records(self, table: str, form_id: str) -> list[dict[str, Any]]:
        frame: pd.DataFrame = getattr(self.dataset, table)
        return list(rows_of(frame.iloc[self._positions[table].get(form_id, [])]))

    def _of(self, form_id: str) -> FormReadings:
        cells, fields = self._records("cells", form_id), self._records("fields", form_id)
        given: dict[FieldKey, list[CellKey]] = defaultdict(list)
        uses: dict[CellKey, list[FieldKey]] = defaultdict(list)
        for row in cells:
            if row["table"] in FIELDS and row["field"] in FIELDS[row["table"]]:
                place = FieldKey(row["table"], row["record_no"], row["field"])
                given[place].append(_key(row))
                uses[_key(row)].append(place)
        read = {FieldKey(row["table"], row["record_no"], row["field"]): row for row in fields}
        tables = {table: self._records(table, form_id) for table in FIELDS}
        values: dict[FieldKey, FieldReading] = {}
        for table, records in tables.items():
            for number, record in enumerate(records, start=1):
                for field in FIELDS[table]:
                    place = FieldKey(table, None if table == "forms" else number, field)
                    values[place] = _reading(read.get(place), record.get(field), tuple(given[place]), place)
        return FormReadings(
            form_id,
            tables["forms"][0],
            values,
            _pages(cells, fields),
            {key: tuple(places) for key, places in uses.items()},
            {page: quarter_turns(rows) for page, rows in _by_page(cells).items()},
        )


def _reading(row: Mapping[str, Any] | None, value: Any, cells: tuple[CellKey, ...], place: FieldKey) -> FieldReading:
    if row is not None:
        return FieldReading(row["text"], row["machine_text"], row["machine_confidence"], row["status"], cells)
    if not KNOWN[place.table, place.field].is_entry and value is not None:  # no cell's text: not in ``fields``
        return FieldReading(str(value), str(value))
    return NOTHING


def _key(row: Mapping[str, Any]) -> CellKey:
    return CellKey(row["page"], row["table_no"], row["row"], row["col"])


def _by_page(cells: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in cells:
        found[row["page"]].append(row)
    return found


def _pages(cells: Sequence[dict[str, Any]], fields: Sequence[dict[str, Any]]) -> dict[int, PageContent]:
    """The form's pages with its cells; their sizes follow from the fields, which know their place as a share of it."""
    sizes: dict[int, tuple[float, float]] = {}
    at = {(row["page"], row["table"], row["record_no"], row["field"]): row for row in reversed(cells)}
    for row in fields:
        cell = at.get((row["page"], row["table"], row["record_no"], row["field"]))
        if cell is not None and row["right"] and row["bottom"]:
            sizes.setdefault(row["page"], (cell["x1"] / row["right"], cell["y1"] / row["bottom"]))
    pages = {}
    for number, rows in _by_page(cells).items():
        width, height = sizes.get(number, (1.0, 1.0))
        tables: dict[int, dict[CellKey, Cell]] = defaultdict(dict)
        for row in rows:
            tables[row["table_no"]][_key(row)] = _cell(row)
        grids = tuple(CellGrid(number, table_no, tuple(of.values()), (), ()) for table_no, of in tables.items())
        pages[number] = PageContent(number, round(width), round(height), grids)
    return pages


def _cell(row: Mapping[str, Any]) -> Cell:
    x0, y0, x1, y1 = (row[edge] for edge in ("x0", "y0", "x1", "y1"))
    place = {name: row[name] for name in ("row", "col", "rowspan", "colspan", "text", "state")}
    outline = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Cell(**place, polygon=outline, confidence=Confidence(character=row["confidence"]))


def quarter_turns(cells: Sequence[Mapping[str, Any]]) -> int:
    """By how many quarter turns, counter-clockwise, a page must be turned to stand upright.

    ``cells`` are rows of the table ``cells``: on an upright page columns go to the right, on one that lies on its
    side down or up, on one upside down to the left.
    """
    if len(cells) < 2:
        return 0
    names = ("row", "col", "x0", "x1", "y0", "y1")
    rows, columns, x0, x1, y0, y1 = np.array([[cell[name] for name in names] for cell in cells], dtype=float).T
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    right, down, left, up = _along(columns, x), _along(rows, y), _along(columns, y), _along(rows, x)
    return int(np.argmax([right + down, left - up, -right - down, up - left]))


def _along(numbers: np.ndarray, places: np.ndarray) -> float:
    """How far places go on with their numbers, for one standard deviation of these."""
    spread = numbers.std()
    return float(np.mean((numbers - numbers.mean()) * (places - places.mean())) / spread) if spread else 0.0
