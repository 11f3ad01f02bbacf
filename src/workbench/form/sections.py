"""Sections: the rows of a form sorted by what they say, with the columns that their header gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.form.lexicon import families, match_label, plain_label
from workbench.form.rows import Column, Columns, Piece, Row

SectionKind = Literal["heading", "budgets", "goals", "indicators", "total", "conclusion", "other"]
TABLES: tuple[SectionKind, ...] = ("budgets", "goals", "indicators")

NEEDED: dict[str, tuple[frozenset[str], int]] = {
    "budgets": (frozenset({"initial", "adjusted", "executed"}), 2),
    "goals": (frozenset({"goal"}), 2),
    "indicators": (frozenset({"name", "level1", "level2"}), 3),
}
"""A header row of a section names at least one of these fields, and at least so many different fields."""

ALIGNED = 0.02
"""Columns of two pages are the same when their edges differ by less than this share of the table's width."""


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive rows of one kind. ``header`` holds the label cells that gave the ``columns``."""

    kind: SectionKind
    header: tuple[Piece, ...]
    columns: Columns
    rows: tuple[Row, ...]


def find_sections(rows: Sequence[Row]) -> list[Section]:
    """Sort the rows of a document (pages in order) into sections, in their order.

    A row that is neither header nor heading, total or conclusion belongs to the section before it:
    a page whose header is missing goes on with the columns of the page before.
    """
    sections: list[Section] = []
    for row in rows:
        kind, columns = _header_of(row, sections)
        if columns:
            sections.append(Section(kind, row.starting, columns, ()))
            continue
        last = sections[-1] if sections else None
        kind = _kind_of(row, last)
        if last is not None and kind == last.kind:
            sections[-1] = replace(last, rows=(*last.rows, row))
        elif kind in TABLES:
            same = [section for section in sections if section.kind == kind]
            sections.append(Section(kind, (), same[-1].columns, (row,)))
        else:
            sections.append(Section(kind, (), (), (row,)))
    return _with_columns_of_other_pages(sections)


def _header_of(row: Row, before: Sequence[Section]) -> tuple[SectionKind, Columns]:
    """The section that a row is the header of, with its columns; no columns if it is no header."""
    best: tuple[int, SectionKind, Columns] = (0, "other", ())
    for kind in TABLES:
        columns = _columns(row, kind)
        fields = {column.field for column in columns}
        key_fields, least = NEEDED[kind]
        if fields & key_fields and len(fields) >= least and len(fields) > best[0]:
            best = (len(fields), kind, columns)
    _, kind, columns = best
    if columns and before and before[-1].kind == kind and not before[-1].rows:
        columns = _second_header_row(before[-1].columns, columns)
    return kind, columns


def _columns(row: Row, kind: str) -> Columns:
    columns: list[Column] = []
    for piece in row.starting:
        field = match_label(piece.text, kind)
        # A label that reaches down beside the data names the section and not a column.
        if field and not (_is_section_label(piece) and piece.cell.rowspan > 1):
            columns.append(Column(field, piece.x0, piece.x1))
    return tuple(columns)


def _second_header_row(upper: Columns, lower: Columns) -> Columns:
    """A header of two rows: the lower labels replace the upper one that they stand under."""
    kept = [c for c in upper if not any(low.x0 < c.x1 - 1e-6 and c.x0 + 1e-6 < low.x1 for low in lower)]
    return tuple(sorted((*kept, *lower), key=lambda column: column.x0))


def _is_section_label(piece: Piece) -> bool:
    return plain_label(piece.text) in families("sections")["label"]


def _kind_of(row: Row, last: Section | None) -> SectionKind:
    texts = [piece for piece in row.starting if piece.text]
    if any(match_label(piece.text, "sections") == "total" for piece in texts[:2]) and _in_indicators(last):
        return "total"
    if texts and match_label(texts[0].text, "sections") == "conclusion":
        return "conclusion"
    if last is not None and last.kind == "conclusion" and not texts[1:]:
        return "conclusion"
    if _is_heading(row):
        return "heading"
    return last.kind if last is not None and last.kind in TABLES else "other"


def _in_indicators(last: Section | None) -> bool:
    return last is not None and last.kind in ("indicators", "total")


def _is_heading(row: Row) -> bool:
    """Label and value side by side: 部门名称 | 天津市…"""
    first = row.pieces[0] if row.pieces else None
    return first is not None and first in row.starting and match_label(first.text, "heading") is not None


def _with_columns_of_other_pages(sections: list[Section]) -> list[Section]:
    """Give a section the columns that its own header does not name and an aligned header of its kind does."""
    return [
        replace(section, columns=_completed(section, [s for s in sections if s.kind == section.kind]))
        for section in sections
    ]


def _completed(section: Section, alike: Sequence[Section]) -> Columns:
    columns = section.columns
    for other in alike:
        if not _aligned(columns, other.columns):
            continue
        known = {column.field for column in columns}
        columns += tuple(
            column
            for column in other.columns
            if column.field not in known
            and not any(c.x0 < column.x1 - ALIGNED and column.x0 + ALIGNED < c.x1 for c in columns)
        )
    return tuple(sorted(columns, key=lambda column: column.x0))


def _aligned(first: Columns, second: Columns) -> bool:
    edges = {column.field: (column.x0, column.x1) for column in first}
    shared = [(edges[column.field], (column.x0, column.x1)) for column in second if column.field in edges]
    return len(shared) >= 3 and all(abs(a - b) < ALIGNED for one, two in shared for a, b in zip(one, two, strict=True))
