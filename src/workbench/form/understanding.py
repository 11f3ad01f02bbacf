"""How a document's tables are understood: the field of each column, and why; and that as a layout to be corrected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.form.across import rows_by_source
from workbench.form.columns import document_columns
from workbench.form.content import is_nothing, is_number
from workbench.form.header_columns import text_above
from workbench.form.lexicon import match_column
from workbench.form.own_layouts import (
    IGNORED,
    READ_AS,
    UNDECIDED,
    OwnLayouts,
    allowed_fields,
    full_label,
    is_allowed,
    plain,
)
from workbench.form.rows import FormColumn, FormRow, columns_under
from workbench.form.sections import TABLES, Section, find_sections
from workbench.form.settings import DEFAULTS, FormSettings
from workbench.form.sideways import rows_of_pages
from workbench.form.turned import upright_rows
from workbench.language import Phrase
from workbench.model import PageContent

WHY: Mapping[str, str] = {
    "label": Phrase("its label is known"),
    "built": Phrase("its label is built like known ones"),
    "damaged": Phrase("its label is like a known one"),
    "inferred": Phrase("its place and what stands in it; please check"),
    "disputed": Phrase("its label says so, but what stands in it does not; please check"),
    "contradicted": Phrase("what stands in it contradicts its label"),
}
"""Why a column holds its field (`Evidence`), for a person."""

UNKNOWN_LABEL = Phrase("its label is not known")

SAMPLES = 3
"""Texts of a column that are shown."""

LONGEST_SAMPLE = 16
"""Characters that are shown of each."""

FEWEST_LABELS = 3
"""Cells that a row has at least to be taken for the header of a table that was not understood."""


@dataclass(frozen=True, slots=True)
class UnderstoodColumn:
    """A column: its label as a layout has it, its field as a layout names it, why, and what stands in it.

    ``is_guess``: no label says so. A draft leaves such a field undecided: then it is guessed, and doubted, as before.
    """

    label: str
    field: str
    why: str
    samples: tuple[str, ...] = ()
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class UnderstoodTable:
    """A table with a header: which it is, where it begins (page from 1, row from 1), and its columns.

    ``layout`` names the project's layout that has the header. ``is_known`` is false of what was not taken for a table.
    """

    table: str
    page: int
    row: int
    columns: tuple[UnderstoodColumn, ...]
    layout: str = ""
    is_known: bool = True


def understood(
    pages: Sequence[PageContent], layouts: OwnLayouts = (), settings: FormSettings = DEFAULTS
) -> list[UnderstoodTable]:
    """The tables of a document that have a header, in order, each header once. Where none is of indicators, the row
    that may be their header comes last.

    Args:
        pages: of the document.
        layouts: of the project.
        settings: of the reconstructor.
    """
    rows = rows_by_source(upright_rows(rows_of_pages(pages, settings)[0]))
    sections = document_columns(find_sections(rows, settings, layouts), settings)
    found = [_table(section, sections, settings) for section in sections if section.kind in TABLES and section.header]
    first = {(one.table, tuple(column.label for column in one.columns)): one for one in reversed(found)}
    tables = [one for one in found if one in first.values()]
    if any(one.table == "indicators" for one in tables):
        return tables
    return [*tables, *_possible_header(rows, [cell.key for section in sections for cell in section.header])]


def _table(section: Section, sections: Sequence[Section], settings: FormSettings) -> UnderstoodTable:
    """A section as a table, with what stands in its columns there and in the sections that go on with it."""
    own = sections[sections.index(section) :]
    following = [one for one in own if one is section or (one.kind == section.kind and not one.header)]
    columns = []
    for column in sorted(section.columns, key=lambda one: one.x0):
        label = full_label(column.label.text, text_above(column.label, section.header)) if column.label else ""
        texts = [text for one in following for text in _texts(one.rows, column, section, settings)]
        columns.append(_column(label, column, section.kind, texts))
    first = min(section.header, key=lambda cell: cell.row)
    return UnderstoodTable(section.kind, first.key.page, first.row + 1, tuple(columns), section.layout)


def _texts(rows: Iterable[FormRow], column: FormColumn, section: Section, settings: FormSettings) -> Iterator[str]:
    for cell in (cell for row in rows for cell in row.printed):
        if columns_under(cell, section.columns, settings) == [column] and not is_nothing(cell.text):
            yield cell.text


def _column(label: str, column: FormColumn, table: str, texts: Iterable[str]) -> UnderstoodColumn:
    field = _named(column.field, table)
    why = UNKNOWN_LABEL if field == UNDECIDED and column.evidence == "label" else WHY[column.evidence]
    why = Phrase("{why}: not in the tables", why=why) if field == IGNORED else why
    samples = tuple(text[:LONGEST_SAMPLE] for text in dict.fromkeys(texts))[:SAMPLES]
    return UnderstoodColumn(label, field, why, samples, column.evidence == "inferred")


def _named(field: str, table: str) -> str:
    """What a layout calls a column's field."""
    own = {read_as: name for name, read_as in READ_AS.items()} | {"description": "criteria", "part": UNDECIDED}
    name = own.get(field, field)
    return name if is_allowed(name, table) else IGNORED


def _possible_header(rows: Sequence[FormRow], known: Iterable[object]) -> list[UnderstoodTable]:
    """The first row that may be a header of indicators: words alone, with a number in a row of the same edges below."""
    taken = set(known)
    for row, below in pairwise(rows):
        edges = [[(cell.x0, cell.x1) for cell in one.cells] for one in (row, below)]
        is_header = len(row.printed) >= FEWEST_LABELS and not any(is_number(cell.text) for cell in row.printed)
        has_number = any(is_number(cell.text) for cell in below.printed)
        if is_header and has_number and edges[0] == edges[1] and not taken & {cell.key for cell in row.starting}:
            columns = []
            for cell in row.starting:
                found = match_column(cell.text, "indicators")
                samples = tuple(other.text for other in below.cells if other.x0 == cell.x0 and other.text)
                field = _named(found.field, "indicators") if found else UNDECIDED
                columns.append(
                    UnderstoodColumn(plain(cell.text), field, WHY["label"] if found else UNKNOWN_LABEL, samples)
                )
            return [UnderstoodTable("indicators", row.page, row.number + 1, tuple(columns), is_known=False)]
    return []


def shown_lines(tables: Iterable[UnderstoodTable]) -> Iterator[str]:
    """Tables for a person: each column with its field, why, and what stands in it."""
    for table in tables:
        by = Phrase(", as layout {layout} says", layout=table.layout) if table.layout else ""
        state = "" if table.is_known else Phrase(" (not understood; this may be its header)")
        yield Phrase(
            "{table}, page {page}, row {row}{by}{state}",
            table=table.table,
            page=table.page,
            row=table.row,
            by=by,
            state=state,
        )
        for column in table.columns:
            yield Phrase(
                "  {label} → {field}  {why}; {samples}",
                label=column.label or Phrase("(no label)"),
                field=column.field,
                why=column.why,
                samples="、".join(column.samples) or Phrase("(nothing)"),
            )


def drafts_of(tables: Iterable[UnderstoodTable]) -> list[str]:
    """Tables as layout files, to be corrected: as many as one table has headers."""
    by_table: dict[str, list[UnderstoodTable]] = {}
    for table in tables:
        by_table.setdefault(table.table, []).append(table)
    count = max(map(len, by_table.values()), default=0)
    return [_draft([found[n] for found in by_table.values() if len(found) > n]) for n in range(count)]


def _draft(tables: Iterable[UnderstoodTable]) -> str:
    lines = ["# Each column of the header, left to right, and the field that it holds.", ""]
    for table in tables:
        lines += [f"# Fields of {table.table}: {', '.join(allowed_fields(table.table))}", ""]
        for column in table.columns:
            field = UNDECIDED if column.is_guess else column.field
            guess = f"{column.field}, by " if column.is_guess else ""
            why = _in_one_line(f"{guess}{column.why}; {'、'.join(column.samples)}")
            lines += [
                f"[[{table.table}]]",
                f"label = {_quoted(column.label)}",
                f"field = {_quoted(field)}  # {why}",
                "",
            ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _in_one_line(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip("; ")
