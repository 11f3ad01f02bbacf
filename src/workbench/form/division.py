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
from workbench.form.records import STACKED, FormRecord, table_rows
from workbench.form.rows import FormCell, FormRow
from workbench.form.sections import TABLES, Section, SectionKind
from workbench.form.settings import FormSettings
from workbench.model import BLANK, CellKey, PageContent, Point, TextLine

NAMES = ("department", "project")
"""Headings that tell one form from another."""

TableKey = tuple[int, int]
"""Page and number of a table, both from 1."""


@dataclass(frozen=True, slots=True)
class FormParts:
    """The sections of one form, the text lines above its first table, and the cells that only repeat others."""

    sections: tuple[Section, ...]
    lines: tuple[TextLine, ...] = ()
    repeated: tuple[CellKey, ...] = ()

    def of_kind(self, *kinds: SectionKind) -> list[Section]:
        """The sections of some kinds, in their order."""
        return [section for section in self.sections if section.kind in kinds]

    def rows(self, *kinds: SectionKind) -> list[FormRow]:
        """The rows of the sections of some kinds, in their order."""
        return [row for section in self.of_kind(*kinds) for row in section.rows]

    @property
    def cells(self) -> list[FormCell]:
        """Every cell of the form once, at the row where it starts; those of headers first."""
        header = [cell for section in self.sections for cell in section.header]
        rows = [cell for section in self.sections for row in section.rows for cell in row.starting]
        return list({cell.key: cell for cell in (*header, *rows)}.values())


def divide(sections: Sequence[Section], pages: Sequence[PageContent], settings: FormSettings) -> list[FormParts]:
    """The forms of a document, in order; among them parts that are tables of something else.

    Args:
        sections: of the document, in order.
        pages: of the document, with the text lines outside its tables.
        settings: when two titles are one, and which column a cell lies in.
    """
    titles = _titles(pages)
    cut = [part for section in sections for part in _cut_at_titles(section, set(titles))]
    groups: list[FormParts] = []
    title = ""
    for index, section in enumerate(cut):
        table = _table_of(section)
        is_first_of_table = index == 0 or _table_of(cut[index - 1]) != table
        above = titles.get(table, "") if is_first_of_table else ""
        above = _text(section) if section.kind == "title" else above
        rest = [other for other in cut[index:] if _table_of(other) == table]
        group = groups[-1] if groups else None
        if group is None or _starts_form(group, title, above, section, rest, settings):
            groups.append(FormParts(()))
            title = ""
        title = title or above
        groups[-1] = _with_section(groups[-1], section)
    divided = [replace(group, lines=tuple(_lines_above_first_table(group, pages))) for group in groups]
    return [_without_amounts_below(part) for group in divided for part in _projects(group, settings)]


def _without_amounts_below(part: FormParts) -> FormParts:
    """A form whose labelled numbers below its indicators are of no table.

    A budget stands above them. What is labelled below (最终得分, 上年得分, 结余资金, 固定资产总额) is no line of it.
    """
    first = next((place for place, section in enumerate(part.sections) if section.kind == "indicators"), 0)
    below = (replace(one, kind="other") if one.kind == "amounts" else one for one in part.sections[first:])
    return replace(part, sections=(*part.sections[:first], *below)) if first else part


def _cut_at_titles(section: Section, titled: set[TableKey]) -> list[Section]:
    """A section in parts, each after the first beginning with a table that has a title of its own."""
    parts: list[Section] = []
    for key, rows in groupby(section.rows, lambda row: (row.page, row.table_no)):
        of_table = tuple(rows)
        if parts and key not in titled:
            parts[-1] = replace(parts[-1], rows=(*parts[-1].rows, *of_table))
        else:
            parts.append(replace(section, header=section.header if not parts else (), rows=of_table))
    return parts or [section]


def _starts_form(
    group: FormParts, title: str, above: str, section: Section, rest: Sequence[Section], settings: FormSettings
) -> bool:
    """Whether a section begins a new form.

    Args:
        group: what belongs to the form so far.
        title: of the form so far; empty where it has none.
        above: the title above the section; empty where there is none.
        section: the one in question.
        rest: the sections of its table from this one on.
        settings: when two titles are one.
    """
    if above and not title and not _has_records(group) and not _named(group.rows("heading")):
        return True  # what stands above the first title of a web page is none of its form
    if section.kind == "heading" and _named(section.rows):
        return _has_records(group) and not _repeats_heading(group, section, rest)
    if not above:
        return False
    if not title or similarity(title, above) < settings.same_title_similarity:
        return _has_records(group) or not title or any(s.kind in TABLES for s in rest)
    return _is_complete(group) and any(other.header for other in rest)


def _has_records(group: FormParts) -> bool:
    return bool(group.of_kind("budgets", "goals", "indicators", "amounts"))


def _is_complete(group: FormParts) -> bool:
    """Whether a form has its indicators and what stands below them."""
    return bool(group.of_kind("indicators")) and bool(group.of_kind("total", "conclusion"))


def _repeats_heading(group: FormParts, section: Section, rest: Sequence[Section]) -> bool:
    """Whether a heading is a form's own, printed again on a later page as office programs do with the top of a table.

    It is the heading of a new form, with the same names, where a budget follows it and the form has indicators, or
    where a header follows it and the form is complete.
    """
    known, names = _named(group.rows("heading")), _named(section.rows)
    has_budget = any(other.kind == "amounts" or (other.kind == "budgets" and other.header) for other in rest)
    begins_anew = has_budget and bool(group.of_kind("indicators"))
    is_same = all(known.get(field) == text for field, text in names.items())
    is_over = _is_complete(group) and any(other.header for other in rest)
    return is_same and not begins_anew and not is_over


def _with_section(group: FormParts, section: Section) -> FormParts:
    """A form with one more section; the cells of a heading that only repeats the form's count as repeated."""
    known = _named(group.rows("heading"))
    is_repeated = section.kind == "heading" and _has_records(group) and bool(known)
    if is_repeated and _named(section.rows).items() <= known.items():
        keys = tuple(cell.key for row in section.rows for cell in row.starting)
        group = replace(group, repeated=(*group.repeated, *keys))
    return replace(group, sections=(*group.sections, section))


def _named(rows: Iterable[FormRow]) -> dict[str, str]:
    """Department and project as the headings in rows name them, the first of each."""
    pairs: list[Pair] = [pair for row in rows for pair in heading_pairs(row) if pair.field in NAMES]
    return {pair.field: pair.entry.text for pair in reversed(pairs)}


def _table_of(section: Section) -> TableKey:
    """The table that a section begins in."""
    cells = section.header or section.rows[0].starting or section.rows[0].covering
    return cells[0].key.page, cells[0].key.table_no


def _text(section: Section) -> str:
    return "".join(cell.text for row in section.rows for cell in row.printed)


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
    """The text lines outside the tables that stand above one of them, and below the table before it.

    Above means towards the upper side of the text: pages are scanned sideways and upside down.

    Args:
        page: with its tables and the lines outside them.
        table_no: the table's number, from 1.
    """
    depth = _depth_on(page)
    top = min(
        (depth(cell.polygon[0]) for grid in page.grids if grid.table_no == table_no for cell in grid.cells), default=0.0
    )
    ends = [max(depth(cell.polygon[3]) for cell in grid.cells) for grid in page.grids if grid.cells]
    start = max((end for end in ends if end <= top), default=-inf)
    return [line for line in page.loose_lines if start <= (depth(line.polygon[0]) + depth(line.polygon[3])) / 2 <= top]


def _depth_on(page: PageContent) -> Callable[[Point], float]:
    """A function: how far down a point lies for whoever reads the page, in pixels of the scan.

    Down is the mean direction of the left sides of the page's cells.
    """
    sides = [(cell.polygon[0], cell.polygon[3]) for grid in page.grids for cell in grid.cells]
    x, y = (sum(end[axis] - start[axis] for start, end in sides) for axis in (0, 1))
    length = hypot(x, y) or 1.0
    return lambda point: (point[0] * x + point[1] * y) / length


def _lines_above_first_table(group: FormParts, pages: Sequence[PageContent]) -> list[TextLine]:
    first = min(((cell.key.page, cell.key.table_no) for cell in group.cells), default=None)
    return [line for page in pages if first and page.number == first[0] for line in lines_above(page, first[1])]


def _projects(group: FormParts, settings: FormSettings) -> list[FormParts]:
    """One form for every project where indicators stand beside the names of several projects; else the form alone.

    Sections without a column of projects belong to the first project's form.
    """
    stacked = [s for s in group.of_kind("indicators") if any(c.field == "project" for c in s.columns)]
    if not stacked:
        return [group]
    starts = _first_rows_of_projects(stacked, settings)
    parts: list[FormParts] = []
    for section in group.sections:
        if section not in stacked:
            parts = [_with_section(parts[0], section), *parts[1:]] if parts else [FormParts((section,), group.lines)]
            continue
        for number, run in enumerate(_cut_before(section, starts)):
            is_next = bool(run.rows) and run.rows[0] in starts and any(p.of_kind("indicators") for p in parts)
            part = replace(run, header=run.header if number == 0 else ())
            if is_next or not parts:
                parts.append(FormParts((part,), group.lines))
            else:
                parts[-1] = _with_section(parts[-1], part)
    return parts


def _first_rows_of_projects(stacked: Sequence[Section], settings: FormSettings) -> list[FormRow]:
    """The rows of the first record, and of every record that is of another project than the one above it."""
    rows = [record for section in stacked for record in table_rows(section, settings)]
    records = carry_labels(rows, STACKED)
    neighbours = zip([None, *records], records, strict=False)
    return [record.row for before, record in neighbours if before is None or _is_next_project(before, record)]


def _cut_before(section: Section, starts: Sequence[FormRow]) -> list[Section]:
    """A section in parts, cut before the rows that start a project."""
    runs: list[list[FormRow]] = [[]]
    for row in section.rows:
        if row in starts and runs[-1]:
            runs.append([])
        runs[-1].append(row)
    return [replace(section, rows=tuple(rows)) for rows in runs]


def _is_next_project(above: FormRecord, record: FormRecord) -> bool:
    """Whether a record is of another project than the one above it: it has a name, in a cell of its own, and differs.

    The name alone does not tell: some tables repeat it in every row, and a page break prints a cut cell again. Then all
    that is stacked (project, goal, amounts) is the same, or blank in one of the two records.
    """
    names = [one.fields.get("project", BLANK) for one in (above, record)]
    stacked = [[one.fields.get(field, BLANK).text for field in STACKED] for one in (above, record)]
    is_same = all(not one or not other or one == other for one, other in zip(*stacked, strict=True))
    return bool(names[1].text) and names[0].cells != names[1].cells and not is_same
