"""The records of a form with every field by the name that the tables give it, and how a correction finds its record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.corrections.correction import Anchor, RelativeBox
from workbench.fields import KEYS, LABELS, REQUIRED, Entries, entries_by_field, form_values
from workbench.form.content import POINTS_IN_LABEL
from workbench.form.records import LEVELS
from workbench.model import BLANK, CellKey, Entry, Form, PageContent, Table
from workbench.values import normalise

SAME_CELL = 0.5
"""Least intersection over union (0 to 1) of two outlines of one cell. Those of neighbours share next to nothing."""

Boxes = Mapping[CellKey, RelativeBox]
"""The outlines of cells, as fractions of their page's width and height."""


@dataclass
class Record:
    """A record that corrections may change.

    Attributes:
        table: the table of the record.
        entries: its value in every field of the table; None: the form has no such field.
        numbers: its numbers in the machine's reading: none for an added row, two for a row joined of two.
        own_cells: the cells that belong to no other record, that of its name first. A record without such a cell has
            all its cells here.
    """

    table: Table
    entries: dict[str, Entry | None]
    numbers: list[int] = field(default_factory=list)
    own_cells: list[CellKey] = field(default_factory=list)

    @property
    def key_field(self) -> str:
        """The field that names the record; empty for the form itself."""
        return KEYS.get(self.table, "")

    @property
    def name(self) -> str:
        """The text that names the record: for an indicator without a third level, its second level."""
        return self.text(self.key_field) or self.text("level2")

    def text(self, name: str) -> str:
        """The text of a field; empty where the form has no such field."""
        return (self.entries.get(name) or BLANK).text

    @property
    def page(self) -> int | None:
        """The page that the record is on, from 1; None: it has no cell."""
        return self.own_cells[0].page if self.own_cells else None


def boxes_of(pages: Iterable[PageContent]) -> dict[CellKey, RelativeBox]:
    """Return the outlines of all cells, in fractions with four decimals."""
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
    """Return the form itself as a record of the table ``forms``."""
    return Record("forms", entries_by_field("forms", form))


def records_of(form: Form, table: Table) -> list[Record]:
    """Return the records of a table of the form, in order, numbered from 1."""
    rows = enumerate(getattr(form, table), start=1)
    found = [Record(table, entries_by_field(table, row), [number]) for number, row in rows]
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
    """Make a blank record with the fields that the form has, that are required, or that the texts need.

    Args:
        table: the table of the record.
        alike: the other records of the table; the first shows which fields the form has.
        texts: the texts that the record will get, by field. They are not entered here.
    """
    columns = alike[0].entries if alike else {}
    entries: dict[str, Entry | None] = {name: None if entry is None else BLANK for name, entry in columns.items()}
    entries |= dict.fromkeys((*REQUIRED[table], *texts), BLANK)
    return Record(table, entries)


def with_records(form: Form, head: Record, tables: Mapping[Table, Sequence[Record]]) -> Form:
    """Put records back into their form.

    Args:
        form: the form as the machine read it.
        head: the form itself as a record.
        tables: the other records, table by table, in their new order.
    """
    texts = {getattr(indicator, level).text for indicator in form.indicators for level in LEVELS}
    rows = {table: [_without_points(record, texts) for record in records] for table, records in tables.items()}
    return replace(form, **form_values(head.entries, rows))


def _without_points(record: Record, read_by_machine: Collection[str]) -> Entries:
    """Return the entries of a record, without the points in a level that a person typed: 产出指标（50分） → 产出指标.

    Args:
        record: the record; only those of ``indicators`` have levels.
        read_by_machine: texts of levels that the reconstruction gave. It has taken their points off already, and what
            is in brackets still is part of the name.
    """
    if record.table != "indicators":
        return record.entries
    levels = {
        name: entry for name in LEVELS if (entry := record.entries.get(name)) and entry.text not in read_by_machine
    }
    return record.entries | {
        name: replace(entry, text=POINTS_IN_LABEL.sub("", entry.text)) for name, entry in levels.items()
    }


def find_record(records: Sequence[Record], anchor: Anchor | None, number: int, boxes: Boxes) -> Record | None:
    """Find the record that an anchor means; None: there is none, or there are several.

    It is the only record with that cell on the scan, else the only one of that name, else of several with that name the
    one of that number.

    Args:
        records: the records of one table.
        anchor: identifies the record; None: the number alone does.
        number: the number of the record in the machine's reading.
        boxes: the outlines of the cells of the form's pages.
    """
    if anchor is None:
        return next((record for record in records if number in record.numbers), None)
    there = _with_cell(records, anchor, boxes)
    if len(there) == 1:
        return there[0]
    alike = [record for record in there or records if normalise(record.name) == normalise(anchor.text)]
    if len(alike) > 1:
        alike = [record for record in alike if number in record.numbers]
    return alike[0] if len(alike) == 1 else None


def _with_cell(records: Sequence[Record], anchor: Anchor, boxes: Boxes) -> list[Record]:
    """The records that have the anchor's cell on the scan."""
    if anchor.page is None or anchor.box is None:
        return []
    found = []
    for record in records:
        keys = [key for key in record.own_cells if key.page == anchor.page and key in boxes]
        if any(intersection_over_union(boxes[key], anchor.box) >= SAME_CELL for key in keys):
            found.append(record)
    return found


def intersection_over_union(one: RelativeBox, other: RelativeBox) -> float:
    """Return the area that two boxes share, as a fraction (0 to 1) of the area that they cover together.

    >>> intersection_over_union((0, 0, 2, 1), (1, 0, 3, 1))
    0.3333333333333333
    """
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)


def is_same_place(one: Anchor, other: Anchor) -> bool:
    """Whether two anchors mean the same cell of the scan."""
    if one.box is None or other.box is None or one.page != other.page:
        return False
    return intersection_over_union(one.box, other.box) >= SAME_CELL
