"""Columns of several years: those of the form's year give its fields, the others are kept beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from workbench.findings import FINDINGS
from workbench.form.division import FormParts
from workbench.form.lexicon import YEAR_MARK, undated
from workbench.form.rows import FormColumn, FormColumns
from workbench.form.sections import Section
from workbench.model import Finding


def in_year(parts: FormParts, year: int | None) -> tuple[FormParts, list[Finding]]:
    """The parts of a form with the columns of its year as the fields that they name.

    Columns of other years stay dated. Where no column is of the form's year, or that is not known, the latest year is
    taken, with ``column-in-doubt`` for each of its columns. A field that has a column without a year keeps that.

    Args:
        parts: of the form.
        year: of the form; None where it is not known.
    """
    sections: list[Section] = []
    findings: dict[str, Finding] = {}
    for section in parts.sections:
        years = sorted(int(found) for column in section.columns for found in [_year_of(column)] if found)
        if not years:
            sections.append(section)
            continue
        taken = year if year in years else years[-1]
        columns = _of_year(section.columns, taken)
        sections.append(replace(section, columns=columns))
        for column in _in_doubt(section.columns, columns) if taken != year else ():
            findings.setdefault(f"{section.kind} {column.field}", _finding(section, column, taken))
    return replace(parts, sections=tuple(sections)), list(findings.values())


def _year_of(column: FormColumn) -> str:
    return column.field.partition(YEAR_MARK)[2]


def _of_year(columns: FormColumns, year: int) -> FormColumns:
    undated_fields = {column.field for column in columns}

    def field(column: FormColumn) -> str:
        plain = undated(column.field)
        return plain if _year_of(column) == str(year) and plain not in undated_fields else column.field

    return tuple(replace(column, field=field(column)) for column in columns)


def _in_doubt(before: Sequence[FormColumn], after: Sequence[FormColumn]) -> Iterator[FormColumn]:
    return (new for old, new in zip(before, after, strict=True) if new.field != old.field)


def _finding(section: Section, column: FormColumn, year: int) -> Finding:
    statement = FINDINGS["column-in-doubt"].says("year", label=column.label_text, year=year)
    page = column.label.key.page if column.label else None
    return statement.about(section.kind, None, column.field, page, None, column.label_text)  # type: ignore[arg-type]
