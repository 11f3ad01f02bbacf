"""Division: which sections of a document belong to one form.

A new title, or a heading that names another department or project, starts a form. Where the projects of a department
are stacked in one table, every project is a form of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import hypot, inf

from workbench.form.labels import carry_labels
from workbench.form.lexicon import similarity
from workbench.form.pairs import TITLE, Pair, heading_pairs
from workbench.form.records import STACKED, Sourced, table_rows
from workbench.form.rows import FormCell, FormRow
from workbench.form.sections import TABLES, Section, SectionKind
from workbench.model import BLANK, CellKey, PageContent, Point, TextLine

SAME_TITLE = 0.85
"""Two readings of one title are at least this alike, 0 to 1; 整体支出… and 项目支出绩效自评表 are less."""

NAMES = ("department", "project")
TableKey = tuple[int, int]
"""Page and number of a table."""


@dataclass(frozen=True, slots=True)
class FormParts:
    """The sections of one form, the text lines printed above its first table, and the cells that only repeat others."""

    sections: tuple[Section, ...]
    lines: tuple[TextLine, ...] = ()
    repeated: tuple[CellKey, ...] = ()

    def of_kind(self, *kinds: SectionKind) -> list[Section]:
        """The sections of some kinds, in their order."""
        return [section for section in self.sections if section.kind in kinds]

    def rows(self, *kinds: SectionKind) -> list[FormRow]:
        """The rows of the sections of some kinds."""
        return [row for section in self.of_kind(*kinds) for row in section.rows]

    @property
    def pieces(self) -> list[FormCell]:
        """Every cell of the form once, at the row where it starts."""
        header = [piece for section in self.sections for piece in section.header]
        rows = [piece for section in self.sections for row in section.rows for piece in row.starting]
        return list({piece.key: piece for piece in (*header, *rows)}.values())


def divide(sections: Sequence[Section], pages: Sequence[PageContent]) -> list[FormParts]:
    """The forms of a document, in order; parts without a table of a form among them."""
    titles = _titles(pages)
    pieces = [part for section in sections for part in _cut(section, set(titles))]
    groups: list[FormParts] = []
    title = ""
    for index, section in enumerate(pieces):
        at = _table_of(section)
        above = titles.get(at, "") if index == 0 or _table_of(pieces[index - 1]) != at else ""
        above = _text(section) if section.kind == "title" else above
        rest = [other for other in pieces[index:] if _table_of(other) == at]
        group = groups[-1] if groups else None
        if group is None or _starts(group, title, above, section, rest):
            groups.append(FormParts(()))
            title = ""
        title = title or above
        groups[-1] = _with(groups[-1], section)
    divided = [replace(group, lines=tuple(_lines_above(group, pages))) for group in groups]
    return [part for group in divided for part in _projects(group)]


def _cut(section: Section, titled: set[TableKey]) -> list[Section]:
    """The section in parts that end where a table with a title of its own begins."""
    parts: list[Section] = []
    for key, rows in groupby(section.rows, lambda row: (row.page, row.table_no)):
        found = tuple(rows)
        if parts and key not in titled:
            parts[-1] = replace(parts[-1], rows=(*parts[-1].rows, *found))
        else:
            parts.append(replace(section, header=section.header if not parts else (), rows=found))
    return parts or [section]


def _starts(group: FormParts, title: str, above: str, section: Section, rest: Sequence[Section]) -> bool:
    """Whether a section begins a new form after the group's sections; ``rest`` are the sections of its table."""
    if section.kind == "heading" and _names(section):
        return _has_records(group) and not _repeats_heading(group, section, rest)
    if not above:
        return False
    if not title or similarity(title, above) < SAME_TITLE:
        return _has_records(group) or not title or any(s.kind in TABLES for s in rest)
    return _is_complete(group) and any(other.header for other in rest)


def _has_records(group: FormParts) -> bool:
    return bool(group.of_kind("budgets", "goals", "indicators", "amounts"))


def _is_complete(group: FormParts) -> bool:
    return bool(group.of_kind("indicators")) and bool(group.of_kind("total", "conclusion"))


def _repeats_heading(group: FormParts, section: Section, rest: Sequence[Section]) -> bool:
    """Whether the heading is printed again on a later page, as office programs do with the first rows of a table."""
    known, said = _named(group.rows("heading")), _named(section.rows)
    has_budget = any(other.kind == "amounts" or (other.kind == "budgets" and other.header) for other in rest)
    begins_anew = has_budget and bool(group.of_kind("indicators"))
    is_same = all(known.get(field) == text for field, text in said.items())
    is_over = _is_complete(group) and any(other.header for other in rest)
    return is_same and not begins_anew and not is_over


def _with(group: FormParts, section: Section) -> FormParts:
    known = _named(group.rows("heading"))
    if section.kind == "heading" and _has_records(group) and known and _named(section.rows).items() <= known.items():
        keys = tuple(piece.key for row in section.rows for piece in row.starting)
        return replace(group, repeated=(*group.repeated, *keys), sections=(*group.sections, section))
    return replace(group, sections=(*group.sections, section))


def _names(section: Section) -> bool:
    return bool(_named(section.rows))


def _named(rows: Iterable[FormRow]) -> dict[str, str]:
    pairs: list[Pair] = [pair for row in rows for pair in heading_pairs(row) if pair.field in NAMES]
    return {pair.field: pair.entry.text for pair in reversed(pairs)}


def _table_of(section: Section) -> TableKey:
    pieces = section.header or section.rows[0].starting or section.rows[0].covering
    return pieces[0].key.page, pieces[0].key.table_no


def _text(section: Section) -> str:
    return "".join(piece.text for row in section.rows for piece in row.printed)


def _titles(pages: Sequence[PageContent]) -> dict[TableKey, str]:
    """The title above each table that has one."""
    found = {}
    for page in pages:
        for grid in page.grids:
            titles = [line.text for line in lines_above(page, grid.table_no) if TITLE.search(line.text)]
            if titles:
                found[page.number, grid.table_no] = titles[0]
    return found


def lines_above(page: PageContent, table_no: int) -> list[TextLine]:
    """Lines outside the tables that stand above one of them, and below the table before it.

    Above is where the text's own upper side is: pages are scanned sideways and upside down.
    """
    down = _downwards(page)
    top = min(
        (down(cell.polygon[0]) for grid in page.grids if grid.table_no == table_no for cell in grid.cells), default=0.0
    )
    ends = [max(down(cell.polygon[3]) for cell in grid.cells) for grid in page.grids if grid.cells]
    start = max((end for end in ends if end <= top), default=-inf)
    return [line for line in page.loose_lines if start <= (down(line.polygon[0]) + down(line.polygon[3])) / 2 <= top]


def _downwards(page: PageContent) -> Callable[[Point], float]:
    """How far down a point lies for whoever reads the page, in pixels of the scan."""
    sides = [(cell.polygon[0], cell.polygon[3]) for grid in page.grids for cell in grid.cells]
    x, y = (sum(end[axis] - start[axis] for start, end in sides) for axis in (0, 1))
    length = hypot(x, y) or 1.0
    return lambda point: (point[0] * x + point[1] * y) / length


def _lines_above(group: FormParts, pages: Sequence[PageContent]) -> list[TextLine]:
    first = min(((piece.key.page, piece.key.table_no) for piece in group.pieces), default=None)
    return [line for page in pages if first and page.number == first[0] for line in lines_above(page, first[1])]


def _projects(group: FormParts) -> list[FormParts]:
    """One part for every project, where the group's indicators stand beside the names of several projects."""
    stacked = [s for s in group.of_kind("indicators") if any(c.field == "project" for c in s.columns)]
    if not stacked:
        return [group]
    records = carry_labels([record for section in stacked for record in table_rows(section)], STACKED)
    starts = [record.row for before, record in zip([None, *records], records, strict=False) if _is_next(before, record)]
    parts: list[FormParts] = []
    for section in group.sections:
        if section not in stacked:
            parts = [_with(parts[0], section), *parts[1:]] if parts else [FormParts((section,), group.lines)]
            continue
        runs = _runs(section, starts)
        for number, run in enumerate(runs):
            begins = bool(run.rows) and run.rows[0] in starts and any(p.of_kind("indicators") for p in parts)
            part = replace(run, header=run.header if number == 0 else ())
            if begins or not parts:
                parts.append(FormParts((part,), group.lines))
            else:
                parts[-1] = _with(parts[-1], part)
    return parts


def _runs(section: Section, starts: Sequence[FormRow]) -> list[Section]:
    """The section's rows, cut before those that start a project."""
    runs: list[list[FormRow]] = [[]]
    for row in section.rows:
        if row in starts and runs[-1]:
            runs.append([])
        runs[-1].append(row)
    return [replace(section, rows=tuple(rows)) for rows in runs]


def _is_next(before: Sourced | None, record: Sourced) -> bool:
    """Whether a row is of another project than the row above it. A cell that a page break cuts is printed again, and in
    some tables every row repeats it: then project, goal and amounts are the same."""
    if before is None:
        return True
    above, here = (r.fields.get("project", BLANK) for r in (before, record))
    told = [{field: r.fields.get(field, BLANK).text for field in STACKED} for r in (before, record)]
    is_same = all(not one or not other or one == other for one, other in zip(*(t.values() for t in told), strict=True))
    return bool(here.text) and above.cells != here.cells and not is_same
