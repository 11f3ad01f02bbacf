"""The table reconstructor: the cell grids of a document's pages become its forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.errors import InputError
from workbench.form.gaps import gaps_in_pages
from workbench.form.layout import name_layout
from workbench.form.lexicon import match_label
from workbench.form.records import (
    Sourced,
    amount_unit,
    budgets_of,
    carry_labels,
    deviation_row,
    has_ink,
    headings_of,
    is_empty,
    section_label_keys,
    table_rows,
    to_goal,
    to_indicator,
    totals_of,
)
from workbench.form.rows import Row, entry_of, rows_of
from workbench.form.sections import Section, find_sections
from workbench.form.stitch import LABELS, Stitched, stitch
from workbench.model import (
    BLANK,
    Budget,
    CellKey,
    Entry,
    Form,
    Goal,
    Indicator,
    PageContent,
    Table,
    TextLine,
)

TITLE = re.compile(r"(?:绩效|自评|评价|目标).{0,6}表")
YEAR = re.compile(r"(20\d{2})\s*年")


@dataclass(frozen=True, slots=True)
class _FormParts:
    """The sections of one form and the text lines printed above its first table."""

    sections: tuple[Section, ...]
    lines: tuple[TextLine, ...]


def assemble_forms(pages: Sequence[PageContent], source: str) -> list[Form]:
    """Reconstruct the forms of a document.

    Args:
        pages: what was read from its pages, in page order.
        source: the document's path; a year in it counts when the form prints none.

    Raises:
        InputError: ``no-table`` where no page has a ruled table, ``unknown-form`` where no table has
            the header of an indicator section.
    """
    rows = [row for page in pages for grid in page.grids for row in rows_of(grid)]
    if not rows:
        message = "no ruled table was found on any page; is this a scan of a self-evaluation form?"
        raise InputError("no-table", source, message)
    forms = [
        _form(parts, pages, source)
        for parts in _split_into_forms(find_sections(rows), pages)
        if any(section.kind == "indicators" for section in parts.sections)
    ]
    if not forms:
        message = (
            "the tables have no header with 一级指标, 三级指标, 年度指标值, …; no self-evaluation form was recognised"
        )
        raise InputError("unknown-form", source, message)
    return forms


def _split_into_forms(sections: Sequence[Section], pages: Sequence[PageContent]) -> list[_FormParts]:
    """A heading that names a department or project again, after records, starts a new form."""
    groups: list[list[Section]] = []
    for section in sections:
        starts = section.kind == "heading" and _names_form(section)
        if not groups or (starts and any(s.kind == "indicators" for s in groups[-1])):
            groups.append([])
        groups[-1].append(section)
    return [_FormParts(tuple(group), tuple(_lines_above(group, pages))) for group in groups]


def _names_form(section: Section) -> bool:
    found, _ = headings_of(section.rows)
    return bool({"department", "project"} & set(found))


def _lines_above(group: Sequence[Section], pages: Sequence[PageContent]) -> Iterable[TextLine]:
    """Loose lines of the form's first page that stand above its first table, and below the table before it."""
    key = min(_keys_of(group), key=lambda key: (key.page, key.table_no), default=None)
    for page in pages:
        if key is None or page.number != key.page:
            continue
        top = min(cell.polygon[0][1] for grid in page.grids if grid.table_no == key.table_no for cell in grid.cells)
        ends = [cell.polygon[3][1] for grid in page.grids if grid.table_no < key.table_no for cell in grid.cells]
        start = max((end for end in ends if end <= top), default=0.0)
        lines = (line for line in page.loose_lines if line.polygon[0][1] >= start - 5)
        yield from (line for line in lines if line.polygon[3][1] <= top + 5)


def _keys_of(sections: Iterable[Section]) -> list[CellKey]:
    keys = [piece.key for section in sections for piece in section.header]
    return keys + [piece.key for section in sections for row in section.rows for piece in row.starting]


def _form(parts: _FormParts, pages: Sequence[PageContent], source: str) -> Form:
    headings, heading_labels = headings_of(_rows(parts, "heading"))
    budgets = _budgets([section for section in parts.sections if section.kind == "budgets"])
    goal_rows, indicator_rows = _records(parts, "goals"), _records(parts, "indicators")
    goals = [to_goal(record, number) for number, record in enumerate(goal_rows.records, start=1)]
    indicators = _indicators(indicator_rows.records)
    dropped = goal_rows.dropped + indicator_rows.dropped
    indicator_columns = next((s.columns for s in reversed(parts.sections) if s.kind == "indicators"), ())
    total_weight, total_score = totals_of(_rows(parts, "total"), indicator_columns)
    conclusion, conclusion_labels = _conclusion(parts)
    title = _title(parts)
    keys = _keys_of(parts.sections)
    first_page, last_page = min(key.page for key in keys), max(key.page for key in keys)
    form = Form(
        layout=name_layout(title, headings, {s.kind: s.columns for s in parts.sections if s.columns}),
        title=title,
        year=_year(parts, headings, source),
        department=headings.get("department", BLANK),
        project=headings.get("project"),
        unit=headings.get("unit"),
        budgets=tuple(budgets),
        goals=tuple(goals),
        indicators=tuple(indicators),
        total_weight=total_weight,
        total_score=total_score,
        conclusion=conclusion,
        first_page=first_page,
        last_page=last_page,
        labels=tuple(_labels(parts, [*heading_labels, *conclusion_labels, *dropped])),
        notes=(*goal_rows.findings, *indicator_rows.findings, *gaps_in_pages(first_page, last_page, pages)),
    )
    return _with_unmapped(form, parts)


def _budgets(sections: Sequence[Section]) -> list[Budget]:
    """The lines of all budget sections. A unit that is printed on one side of a page break holds on the other too."""
    units = {unit for unit in map(amount_unit, sections) if unit}
    unit = units.pop() if len(units) == 1 else None
    budgets = [budget for section in sections for budget in budgets_of(section)]
    return [replace(budget, amount_unit=budget.amount_unit or unit) for budget in budgets]


def _rows(parts: _FormParts, kind: str) -> list[Row]:
    return [row for section in parts.sections if section.kind == kind for row in section.rows]


def _records(parts: _FormParts, table: Table) -> Stitched:
    records = [record for s in parts.sections if s.kind == table for record in table_rows(s)]
    printed = [record for record in records if has_ink(record.fields.values())]
    # Labels first: a row that is printed twice, or split, over a page break may have them on one of the pages only.
    return stitch(carry_labels(printed, LABELS) if table == "indicators" else printed, table)


def _indicators(records: Sequence[Sourced]) -> list[Indicator]:
    return [to_indicator(record) for record in records if not is_empty(record)]


def _conclusion(parts: _FormParts) -> tuple[Entry | None, list[CellKey]]:
    pieces = [piece for row in _rows(parts, "conclusion") for piece in row.starting]
    labels = [piece for piece in pieces if match_label(piece.text, "sections") == "conclusion"]
    texts = [piece for piece in pieces if piece not in labels and piece.text]
    return (entry_of(texts) if texts else None), [piece.key for piece in labels]


def _texts_in_no_section(parts: _FormParts) -> list[str]:
    """Cells in rows of no known kind, such as a title printed inside the table."""
    return [piece.text for row in _rows(parts, "other") for piece in row.starting]


def _title(parts: _FormParts) -> str:
    """The line above the table, or the merged cell at its top, that calls itself a form."""
    for text in [*(line.text for line in parts.lines), *_texts_in_no_section(parts)]:
        if TITLE.search(text) and len(text) <= 60:
            return re.sub(r"\s+", "", text)
    return ""


def _year(parts: _FormParts, headings: dict[str, Entry], source: str) -> int | None:
    """The year of the title, else of the headings, else of the document's path."""
    printed = [line.text for line in parts.lines] + [entry.text for entry in headings.values()]
    for text in [*printed, *_texts_in_no_section(parts), source]:
        found = YEAR.search(text) or (re.search(r"(?<!\d)(20[012]\d)(?!\d)", text) if text == source else None)
        if found:
            return int(found.group(1))
    return None


def _labels(parts: _FormParts, known: Sequence[CellKey]) -> list[CellKey]:
    keys = list(known)
    for section in parts.sections:
        keys += [piece.key for piece in section.header]
        for row in section.rows:
            keys += section_label_keys(row.starting)
        if section.kind == "budgets":
            reason = deviation_row(section)
            keys += [reason[1].key] if reason else []
    return list(dict.fromkeys(keys))


def _with_unmapped(form: Form, parts: _FormParts) -> Form:
    known = {key for _, _, _, entry in entries_of(form) for key in entry.cells} | set(form.labels)
    pieces = [piece for s in parts.sections for row in s.rows for piece in row.starting]
    unmapped = tuple(entry_of([p]) for p in pieces if p.text and p.key not in known and p.text not in form.title)
    return replace(form, unmapped=unmapped)


def entries_of(form: Form) -> Iterable[tuple[Table, int, str, Entry]]:
    """Every value of a form as (table, record number, field, entry); record 0 is the form itself."""
    for field in ("department", "project", "unit", "total_weight", "total_score", "conclusion"):
        entry = getattr(form, field)
        if entry is not None:
            yield "forms", 0, field, entry
    tables: tuple[tuple[Table, Sequence[Budget | Goal | Indicator]], ...] = (
        ("budgets", form.budgets),
        ("goals", form.goals),
        ("indicators", form.indicators),
    )
    for table, records in tables:
        for number, record in enumerate(records, start=1):
            for field in record.__slots__:
                entry = getattr(record, field)
                if isinstance(entry, Entry):
                    yield table, number, field, entry
