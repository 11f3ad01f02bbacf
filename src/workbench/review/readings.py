"""What the machine read of one form: every value with its printed text, its confidence and its place on the scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from workbench.judging import NUMBER_FIELDS
from workbench.model import Budget, Entry, Form, Goal, Indicator, Table

if TYPE_CHECKING:
    import pandas as pd

    from workbench.dataset.store import Dataset

FIELDS: dict[Table, tuple[str, ...]] = {
    "forms": ("department", "project", "unit", "total_weight", "total_score", "conclusion"),
    "budgets": ("funds", "initial", "adjusted", "executed", "execution_rate", "weight", "score", "deviation"),
    "goals": ("goal", "actual", "deviation"),
    "indicators": ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation"),
}
"""The fields of each table that hold printed text, in the order of the form."""

FORMS_KEPT = 8
"""Forms whose readings stay in memory: a reviewer goes to and fro between a few."""


class Place(NamedTuple):
    """Which value of a form: ``record_no`` counts from 1 in the form's order, None for the fields of ``forms``."""

    table: Table
    record_no: int | None
    field: str


@dataclass(frozen=True, slots=True)
class Box:
    """A cell's outline in the frame of the ``cells`` table, with what the machine made of it."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    text: str = ""
    confidence: float = 1.0
    state: str = "text"


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as printed, and the cells it was read from; no cells where the form shows none."""

    text: str
    boxes: tuple[Box, ...] = ()

    @property
    def confidence(self) -> float | None:
        return min((box.confidence for box in self.boxes), default=None)


@dataclass(frozen=True)
class FormReadings:
    """All values of one form by their place, and all its cells page by page."""

    form_id: str
    facts: Mapping[str, Any]
    amount_units: tuple[str | None, ...]
    values: Mapping[Place, Reading]
    pages: Mapping[int, tuple[tuple[Box, tuple[Place, ...]], ...]]
    turns: Mapping[int, int]
    """Quarter turns, counter-clockwise, that set a page upright."""

    @cached_property
    def records(self) -> dict[tuple[Table, int | None], tuple[Place, ...]]:
        """The places of each record, in the order of the form; a field that the form lacks altogether is left out."""
        present = {(place.table, place.field) for place, value in self.values.items() if value.text or value.boxes}
        found: dict[tuple[Table, int | None], list[Place]] = defaultdict(list)
        for place in self.values:
            if (place.table, place.field) in present or place.table == "forms":
                found[place.table, place.record_no].append(place)
        return {record: tuple(places) for record, places in found.items()}

    def sharing(self, place: Place) -> tuple[Place, ...]:
        """The places whose value comes from the same cells: a merged label gives its text to every row it covers."""
        boxes = self.values[place].boxes if place in self.values else ()
        if not boxes:
            return (place,)
        alike = (other for other in self.values if (other.table, other.field) == (place.table, place.field))
        return tuple(other for other in alike if self.values[other].boxes == boxes)

    def form(self, texts: Mapping[Place, str]) -> Form:
        """The form as the checks know it, with some values replaced by other ``texts``."""

        def entry(table: Table, record: int | None, field: str) -> Entry | None:
            place = Place(table, record, field)
            reading = self.values.get(place)
            if place in texts:
                return Entry(texts[place])
            if reading is None or not (reading.text or reading.boxes):
                return None
            return Entry(reading.text, 1.0 if reading.confidence is None else reading.confidence)

        def records(kind: Table) -> Iterable[dict[str, Any]]:
            numbers = [number for table, number in self.records if table == kind]
            return ({field: entry(kind, number, field) for field in FIELDS[kind]} for number in numbers)

        blank = Entry("")
        facts = self.facts
        head: dict[str, Entry | None] = {field: entry("forms", None, field) for field in FIELDS["forms"]}
        required = ("level1", "level2", "name", "target")
        return Form(
            layout=facts["layout"],
            title=facts["title"] or "",
            year=facts["year"],
            budgets=tuple(
                Budget(**row | {"funds": row["funds"] or blank}, amount_unit=unit)
                for row, unit in zip(records("budgets"), self.amount_units, strict=True)
            ),
            goals=tuple(
                Goal(number, None, **row | {"goal": row["goal"] or blank})
                for number, row in enumerate(records("goals"), start=1)
            ),
            indicators=tuple(
                Indicator(None, None, **row | {field: row[field] or blank for field in required})
                for row in records("indicators")
            ),
            first_page=facts["first_page"],
            last_page=facts["last_page"],
            **cast("dict[str, Any]", head | {"department": head["department"] or blank}),
        )


class Readings:
    """The forms of a dataset, each put together when it is first asked for."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.of = lru_cache(maxsize=FORMS_KEPT)(self._of)

    @cached_property
    def _rows(self) -> dict[str, dict[str, np.ndarray]]:
        """Positions of each form's rows in each table."""
        names = ("forms", "budgets", "goals", "indicators", "cells")
        return {name: getattr(self.dataset, name).groupby("form_id", sort=False).indices for name in names}

    def _records(self, table: str, form_id: str) -> list[dict[str, Any]]:
        frame: pd.DataFrame = getattr(self.dataset, table)
        rows = frame.iloc[self._rows[table].get(form_id, [])]
        return list(rows_of(rows))

    def _of(self, form_id: str) -> FormReadings:
        cells: dict[Place, list[Box]] = defaultdict(list)
        pages: dict[int, dict[Box, list[Place]]] = defaultdict(lambda: defaultdict(list))
        grid: dict[int, list[tuple[int, int, Box]]] = defaultdict(list)
        for row in self._records("cells", form_id):
            box = Box(*(row[name] for name in ("page", "x0", "y0", "x1", "y1", "text", "confidence", "state")))
            on_page = pages[box.page][box]
            grid[box.page].append((row["row"], row["col"], box))
            if row["table"] in FIELDS and row["field"] in FIELDS[row["table"]]:
                place = Place(row["table"], row["record_no"], row["field"])
                cells[place].append(box)
                on_page.append(place)
        values: dict[Place, Reading] = {}
        for table, fields in FIELDS.items():
            for number, record in enumerate(self._records(table, form_id), start=1):
                for field in fields:
                    place = Place(table, None if table == "forms" else number, field)
                    boxes = tuple(cells.get(place, ()))
                    values[place] = Reading(_printed(table, field, record[field], boxes), boxes)
        return FormReadings(
            form_id,
            self._records("forms", form_id)[0],
            tuple(row["amount_unit"] for row in self._records("budgets", form_id)),
            values,
            {number: tuple((box, tuple(places)) for box, places in boxes.items()) for number, boxes in pages.items()},
            {number: quarter_turns(placed) for number, placed in grid.items()},
        )


def rows_of(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of a table as plain values, None for every kind of nothing."""
    columns = {str(name): column.astype(object).where(column.notna(), None).tolist() for name, column in frame.items()}
    return (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))


def quarter_turns(cells: Sequence[tuple[int, int, Box]]) -> int:
    """By how many quarter turns, counter-clockwise, a page must be turned to stand upright.

    ``cells`` are (row, column, outline as scanned): on an upright page columns go to the right, on one that lies on
    its side down or up, on one upside down to the left.
    """
    if len(cells) < 2:
        return 0
    columns = np.array([cell[1] for cell in cells], dtype=float)
    rows = np.array([cell[0] for cell in cells], dtype=float)
    centres = np.array([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for _, _, box in cells])
    column_x, column_y = (_covariance(columns, centres[:, axis]) for axis in (0, 1))
    row_x, row_y = (_covariance(rows, centres[:, axis]) for axis in (0, 1))
    # Evidence for each turn: where the columns go, and where the rows go.
    evidence = [column_x + row_y, column_y - row_x, -column_x - row_y, row_x - column_y]
    return int(np.argmax(evidence))


def _covariance(numbers: np.ndarray, places: np.ndarray) -> float:
    spread = numbers.std()
    return float(np.mean((numbers - numbers.mean()) * (places - places.mean())) / spread) if spread else 0.0


def _printed(table: Table, field: str, value: Any, boxes: Sequence[Box]) -> str:
    """The text of a value: the table's own, of a number that of its cells, for the table has only its amount."""
    parse = NUMBER_FIELDS.get((table, field))
    if parse is None:
        return value or ""
    joined = "".join(box.text for box in boxes)
    return next((text for text in (joined, *(box.text for box in boxes)) if parse(text) == value), joined)
