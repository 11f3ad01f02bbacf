"""The readings of one form: every value with its text, what the machine read, and its cells on the scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from workbench.corrections.correction import RelativeBox
from workbench.corrections.records import boxes_of
from workbench.dataset.crops import quarter_turns
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

Name = TypeVar("Name")
Member = TypeVar("Member")

FORMS_KEPT = 8
"""Forms that stay in memory: a reviewer goes back and forth between a few."""


class FieldKey(NamedTuple):
    """The identity of a value within its form.

    ``record_no`` counts the records of the table from 1, in the order of the form; it is None in the table ``forms``.
    """

    table: Table
    record_no: int | None
    field: str


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One value of a form.

    Attributes:
        text: the text in the tables, with the corrections that they were built with.
        machine: the text that the machine read; None where it found no such field.
        confidence: the machine's confidence (0 to 1) in that; None where it gave none.
        status: the status in the table ``fields``.
        cells: the cells that the value was read from.
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
    """All values of one form, and the cells of its pages.

    Attributes:
        form_id: the form.
        facts: its row in the table ``forms``.
        values: every field of every record, filled or not.
        pages: the pages by their number, from 1; without the ruling lines.
        uses: the values that each cell gives; cells that give none are left out.
        turns: the quarter turns, counter-clockwise, that set each page upright.
    """

    form_id: str
    facts: Mapping[str, Any]
    values: Mapping[FieldKey, FieldReading]
    pages: Mapping[int, PageContent]
    uses: Mapping[CellKey, tuple[FieldKey, ...]]
    turns: Mapping[int, int]

    @cached_property
    def records(self) -> dict[tuple[Table, int | None], tuple[FieldKey, ...]]:
        """The values of each record, in the order of the form.

        A field that the machine found in no record of its table is left out, except in ``forms``.
        """
        present = {(place.table, place.field) for place, value in self.values.items() if value.machine is not None}
        found: dict[tuple[Table, int | None], list[FieldKey]] = defaultdict(list)
        for place in self.values:
            if (place.table, place.field) in present or place.table == "forms":
                found[place.table, place.record_no].append(place)
        return {record: tuple(places) for record, places in found.items()}

    def cells(self, page: int) -> Sequence[tuple[CellKey, Cell]]:
        """The cells of a page, each with its key; empty where the form has no such page."""
        grids = self.pages[page].grids if page in self.pages else ()
        return [(CellKey(page, grid.table_no, cell.row, cell.col), cell) for grid in grids for cell in grid.cells]

    def sharing(self, place: FieldKey) -> tuple[FieldKey, ...]:
        """The values of the same field from the same cells, with the value itself.

        A merged label gives its text to every row that it covers. A value without cells shares with none.
        """
        cells = self.values[place].cells if place in self.values else ()
        if not cells:
            return (place,)
        alike = (other for other in self.values if (other.table, other.field) == (place.table, place.field))
        return tuple(other for other in alike if self.values[other].cells == cells)

    @cached_property
    def boxes(self) -> Mapping[CellKey, RelativeBox]:
        """The bounding boxes of the cells, as shares (0 to 1) of the width and height of their page."""
        return boxes_of(self.pages.values())

    @cached_property
    def form(self) -> Form:
        """The form as the checks take it, with the corrections that the tables were built with."""
        head = {field: self._entry(FieldKey("forms", None, field)) for field in FIELDS["forms"]}
        return Form(
            layout=self.facts["layout"],
            first_page=self.facts["first_page"],
            last_page=self.facts["last_page"],
            **form_values(head, {table: list(self._rows(table)) for table in KEYS}),
        )

    def _rows(self, table: Table) -> Iterator[dict[str, Entry | None]]:
        """The records of a table, field by field, in the order of the form."""
        numbers = sorted({place.record_no for place in self.values if place.table == table and place.record_no})
        return ({field: self._entry(FieldKey(table, number, field)) for field in FIELDS[table]} for number in numbers)

    def _entry(self, place: FieldKey) -> Entry | None:
        """A value as an entry of the form; None where neither the machine nor a person found one."""
        reading = self.values.get(place, NOTHING)
        if reading.machine is None and not reading.text:
            return None
        return Entry(reading.text, 1.0 if reading.confidence is None else reading.confidence, reading.cells)


class Readings:
    """The readings of a dataset's forms: ``of(form_id)`` collects those of one, and keeps the last few in memory."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.of = lru_cache(maxsize=FORMS_KEPT)(self._of)

    @cached_property
    def _positions(self) -> dict[str, dict[str, np.ndarray]]:
        """The positions of each form's rows (an array of ints), by table and form."""
        names = (*FIELDS, "fields", "cells")
        return {name: getattr(self.dataset, name).groupby("form_id", sort=False).indices for name in names}

    def _records(self, table: str, form_id: str) -> list[dict[str, Any]]:
        """The rows of a form in a table."""
        frame: pd.DataFrame = getattr(self.dataset, table)
        return list(rows_of(frame.iloc[self._positions[table].get(form_id, [])]))

    def _of(self, form_id: str) -> FormReadings:
        """Collect the readings of a form from its rows in the tables."""
        cells, fields = self._records("cells", form_id), self._records("fields", form_id)
        tables = {table: self._records(table, form_id) for table in FIELDS}
        pairs = _pairs(cells)
        cells_of = _grouped((place, key) for key, place in pairs)
        return FormReadings(
            form_id=form_id,
            facts=tables["forms"][0],
            values=_values(tables, fields, cells_of),
            pages=_pages(cells, fields),
            uses=_grouped(pairs),
            turns={page: quarter_turns(rows) for page, rows in _by_page(cells).items()},
        )


def _pairs(cells: Iterable[Mapping[str, Any]]) -> list[tuple[CellKey, FieldKey]]:
    """Each cell with each value that it gives, from rows of the table ``cells`` and in their order."""
    return [
        (_key(row), FieldKey(row["table"], row["record_no"], row["field"]))
        for row in cells
        if row["table"] in FIELDS and row["field"] in FIELDS[row["table"]]
    ]


def _grouped(pairs: Iterable[tuple[Name, Member]]) -> dict[Name, tuple[Member, ...]]:
    """Second members by the first.

    >>> _grouped([("a", 1), ("b", 2), ("a", 3)])
    {'a': (1, 3), 'b': (2,)}
    """
    found: dict[Name, list[Member]] = defaultdict(list)
    for name, member in pairs:
        found[name].append(member)
    return {name: tuple(members) for name, members in found.items()}


def _values(
    tables: Mapping[Table, Sequence[dict[str, Any]]],
    fields: Iterable[Mapping[str, Any]],
    cells_of: Mapping[FieldKey, tuple[CellKey, ...]],
) -> dict[FieldKey, FieldReading]:
    """Every value of a form, from its rows in each table and in ``fields``."""
    read = {FieldKey(row["table"], row["record_no"], row["field"]): row for row in fields}
    values: dict[FieldKey, FieldReading] = {}
    for table, records in tables.items():
        for number, record in enumerate(records, start=1):
            for field in FIELDS[table]:
                place = FieldKey(table, None if table == "forms" else number, field)
                values[place] = _reading(read.get(place), record.get(field), cells_of.get(place, ()), place)
    return values


def _reading(row: Mapping[str, Any] | None, value: Any, cells: tuple[CellKey, ...], place: FieldKey) -> FieldReading:
    """One value, from its row in ``fields`` (None: it has none) and its ``value`` in its own table."""
    if row is not None:
        return FieldReading(row["text"], row["machine_text"], row["machine_confidence"], row["status"], cells)
    if not KNOWN[place.table, place.field].is_entry and value is not None:  # read from no cell: not in ``fields``
        return FieldReading(str(value), str(value))
    return NOTHING


def _key(row: Mapping[str, Any]) -> CellKey:
    """The key of a cell, from its row in ``cells``."""
    return CellKey(row["page"], row["table_no"], row["row"], row["col"])


def _by_page(cells: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """The rows of ``cells`` by their page, from 1."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in cells:
        found[row["page"]].append(row)
    return found


def _pages(cells: Sequence[dict[str, Any]], fields: Sequence[dict[str, Any]]) -> dict[int, PageContent]:
    """The pages of a form with its cells, from its rows in ``cells`` and ``fields``."""
    sizes = page_sizes_of(cells, fields)
    pages = {}
    for number, rows in _by_page(cells).items():
        width, height = sizes.get(number, (1.0, 1.0))
        tables: dict[int, dict[CellKey, Cell]] = defaultdict(dict)
        for row in rows:
            tables[row["table_no"]][_key(row)] = _cell(row)
        grids = tuple(CellGrid(number, table_no, tuple(of.values()), (), ()) for table_no, of in tables.items())
        pages[number] = PageContent(number, round(width), round(height), grids)
    return pages


def page_sizes_of(cells: Sequence[dict[str, Any]], fields: Sequence[dict[str, Any]]) -> dict[int, tuple[float, float]]:
    """Width and height of each page, in the unit of ``cells``.

    A cell's right and bottom edge are lengths in ``cells``, and shares of the page's width and height in ``fields``.
    """
    sizes: dict[int, tuple[float, float]] = {}
    first_cell = {(row["page"], row["table"], row["record_no"], row["field"]): row for row in reversed(cells)}
    for row in fields:
        cell = first_cell.get((row["page"], row["table"], row["record_no"], row["field"]))
        if cell is not None and row["right"] and row["bottom"]:
            sizes.setdefault(row["page"], (cell["x1"] / row["right"], cell["y1"] / row["bottom"]))
    return sizes


def _cell(row: Mapping[str, Any]) -> Cell:
    """The cell of a row in ``cells``; its polygon is the bounding box."""
    x0, y0, x1, y1 = (row[edge] for edge in ("x0", "y0", "x1", "y1"))
    facts = {name: row[name] for name in ("row", "col", "rowspan", "colspan", "text", "state")}
    outline = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Cell(**facts, polygon=outline, confidence=Confidence(character=row["confidence"]))
