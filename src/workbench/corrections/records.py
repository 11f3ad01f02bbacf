"""A form's records laid open for correction: every field by the name the tables give it, and where it stands."""

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
    return Record("forms", entries_by_field("forms", form))


def records_of(form: Form, table: Table) -> list[Record]:
    """The records of a table of the form, in order."""
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
    """A new record with the columns that the form has, and those that the texts need; its fields are blank."""
    columns = alike[0].entries if alike else {}
    entries: dict[str, Entry | None] = {name: None if entry is None else BLANK for name, entry in columns.items()}
    entries |= dict.fromkeys((*REQUIRED[table], *texts), BLANK)
    return Record(table, entries)


def with_records(form: Form, head: Record, tables: Mapping[Table, Sequence[Record]]) -> Form:
    """The form with what its records say now."""
    # A level that the form has already was named without its points when it was reconstructed.
    named = {getattr(indicator, level).text for indicator in form.indicators for level in LEVELS}
    rows = {table: [_without_points(record, named) for record in records] for table, records in tables.items()}
    return replace(form, **form_values(head.entries, rows))


def _without_points(record: Record, named: Collection[str]) -> Entries:
    """The entries of a record, new names of levels without the points that their labels print.

    ``named`` are the texts of levels that stay as they are.
    """
    if record.table != "indicators":
        return record.entries
    levels = {name: entry for name in LEVELS if (entry := record.entries.get(name)) and entry.text not in named}
    return record.entries | {
        name: replace(entry, text=POINTS_IN_LABEL.sub("", entry.text)) for name, entry in levels.items()
    }


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
