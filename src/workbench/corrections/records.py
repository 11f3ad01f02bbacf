"""A form's records laid open for correction: every field by the name the tables give it, and where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from workbench.corrections.correction import Anchor, RelativeBox
from workbench.form.content import POINTS_IN_LABEL
from workbench.form.records import goal_number
from workbench.model import BLANK, Budget, CellKey, Entry, Form, Goal, Indicator, PageContent, Table
from workbench.values import normalise, parse_number

PUBLISHED_FIELDS = {"number": "goal_no", "goal_label": "goal_no"}
"""Fields that the tables call otherwise than the model."""

KEYS: dict[Table, str] = {"budgets": "funds", "goals": "goal", "indicators": "name"}
"""The field that names a record."""

REQUIRED: dict[Table, tuple[str, ...]] = {
    "forms": ("department",),
    "budgets": ("funds",),
    "goals": ("goal",),
    "indicators": ("level1", "level2", "name", "target"),
}
"""Fields that every record has, blank where nothing is printed."""

LABELS = ("level1", "level2", "goal_no")
"""Fields whose cells are merged over several records."""

_HEAD = ("department", "project", "unit", "total_weight", "total_score", "conclusion")

SAME_CELL = 0.5
"""Two outlines of one cell share at least this part of their union; those of neighbours share next to nothing."""

Boxes = Mapping[CellKey, RelativeBox]


@dataclass
class Record:
    """A record in hand: its values by field, and the cells that are no other record's, that of its name first.

    ``numbers`` are those that the machine gave it: none for an added row, two for one joined of two.
    """

    table: Table
    entries: dict[str, Entry | None]
    numbers: list[int] = field(default_factory=list)
    own_cells: list[CellKey] = field(default_factory=list)

    @property
    def key_field(self) -> str:
        return KEYS.get(self.table, "")

    @property
    def name(self) -> str:
        """The text that names the record; of an indicator without a third level, its second."""
        return self.text(self.key_field) or self.text("level2")

    def text(self, name: str) -> str:
        return (self.entries.get(name) or BLANK).text

    @property
    def page(self) -> int | None:
        return self.own_cells[0].page if self.own_cells else None


def boxes_of(pages: Iterable[PageContent]) -> dict[CellKey, RelativeBox]:
    """The outlines of all cells, as fractions of their page's width and height."""
    found = {}
    for page in pages:
        width, height = max(page.width, 1), max(page.height, 1)
        for grid in page.grids:
            for cell in grid.cells:
                x0, y0, x1, y1 = cell.box
                box = (round(x0 / width, 4), round(y0 / height, 4), round(x1 / width, 4), round(y1 / height, 4))
                found[CellKey(page.number, grid.table_no, cell.row, cell.col)] = box
    return found


def head_of(form: Form) -> Record:
    """The form itself as a record."""
    entries: dict[str, Entry | None] = {name: getattr(form, name) for name in _HEAD}
    entries |= {"title": Entry(form.title), "year": Entry(str(form.year)) if form.year else None}
    return Record("forms", entries)


def records_of(form: Form, table: Table) -> list[Record]:
    """The records of a table of the form, in order."""
    rows: Sequence[Budget | Goal | Indicator] = getattr(form, table)
    found = []
    for number, row in enumerate(rows, start=1):
        values = {PUBLISHED_FIELDS.get(one.name, one.name): getattr(row, one.name) for one in fields(row)}
        if isinstance(row, Goal):
            values["goal_no"] = row.number
        elif isinstance(row, Indicator):
            values["goal_no"] = row.goal_label
        else:
            values["amount_unit"] = Entry(row.amount_unit) if row.amount_unit else None
        found.append(Record(table, values, [number]))
    used = Counter(key for record in found for key in set(_cells(record)))
    for record in found:
        cells = list(dict.fromkeys(_cells(record)))
        record.own_cells = [key for key in cells if used[key] == 1] or cells
    return found


def _cells(record: Record) -> list[CellKey]:
    """The record's cells, that of its name first."""
    names = sorted(record.entries, key=lambda name: (name != record.key_field, name in LABELS))
    return [key for name in names for key in (record.entries[name] or BLANK).cells]


def added_record(table: Table, alike: Sequence[Record], texts: Mapping[str, str]) -> Record:
    """A new record with the columns that the form has, and those that the texts need; its fields are blank."""
    columns = alike[0].entries if alike else {}
    entries: dict[str, Entry | None] = {name: None if entry is None else BLANK for name, entry in columns.items()}
    entries |= dict.fromkeys((*REQUIRED[table], *texts), BLANK)
    return Record(table, entries)


def with_records(form: Form, head: Record, tables: Mapping[Table, Sequence[Record]]) -> Form:
    """The form with what its records say now."""
    entries: dict[str, Any] = {name: entry for name, entry in _complete(head).items() if name in _HEAD}
    year = parse_number(normalise(head.text("year")).removesuffix("年"))
    entries |= {"title": head.text("title"), "year": int(year) if year else None}
    rows = {table: tuple(_row(r, at) for at, r in enumerate(records, 1)) for table, records in tables.items()}
    return replace(form, **entries, **rows)  # type: ignore[arg-type]


def _complete(record: Record) -> dict[str, Entry | None]:
    return record.entries | {name: record.entries.get(name) or BLANK for name in REQUIRED[record.table]}


def _row(record: Record, place: int) -> Budget | Goal | Indicator:
    values: dict[str, Any] = _complete(record)
    if record.table == "budgets":
        return Budget(**{**values, "amount_unit": record.text("amount_unit") or None})
    label: Entry | None = values.pop("goal_no", None)
    number = goal_number(label.text) if label else None
    if record.table == "goals":
        return Goal(goal_no=number or place, number=label, **values)
    levels = {name: replace(values[name], text=POINTS_IN_LABEL.sub("", record.text(name))) for name in LABELS[:2]}
    return Indicator(**{**values, **levels, "goal_no": number, "goal_label": label})


def find_record(records: Sequence[Record], anchor: Anchor | None, number: int, boxes: Boxes) -> Record | None:
    """The record that an anchor means: the one with that cell on the scan, else the only one of that name.

    Without an anchor it is the one of that number, as the machine counts. None: no record, or no telling which.
    """
    if anchor is None:
        return next((record for record in records if number in record.numbers), None)
    there = _at_place(records, anchor, boxes)
    if len(there) == 1:
        return there[0]
    alike = [record for record in there or records if normalise(record.name) == normalise(anchor.text)]
    if len(alike) > 1:
        alike = [record for record in alike if number in record.numbers]
    return alike[0] if len(alike) == 1 else None


def _at_place(records: Sequence[Record], anchor: Anchor, boxes: Boxes) -> list[Record]:
    if anchor.page is None or anchor.box is None:
        return []
    found = []
    for record in records:
        keys = [key for key in record.own_cells if key.page == anchor.page and key in boxes]
        if any(shared(boxes[key], anchor.box) >= SAME_CELL for key in keys):
            found.append(record)
    return found


def shared(one: RelativeBox, other: RelativeBox) -> float:
    """The part of their union that two boxes share, 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)


def is_same_place(one: Anchor, other: Anchor) -> bool:
    """Whether two anchors have one cell of the scan."""
    if one.box is None or other.box is None or one.page != other.page:
        return False
    return shared(one.box, other.box) >= SAME_CELL
