"""What identifies a form: its title, its year, and the headings in its table and above it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.findings import FINDINGS, Statement, listed
from workbench.form.division import FormParts
from workbench.form.pairs import heading_pairs, is_title_text, line_pairs
from workbench.form.printed_years import PrintedYear, is_year, year_alone, years_in
from workbench.form.records import FormRecord
from workbench.form.rows import FormCell
from workbench.form.sections import SectionKind
from workbench.form.settings import FormSettings
from workbench.model import BLANK, CellKey, Entry, Finding, TextLine
from workbench.values import parse_target

STATEMENT = re.compile(r"[。；]")
"""What a line has that says more than a title or a year: its years may be those of anything."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of a form, by field, and the cells that hold only their labels."""

    values: Mapping[str, Entry]
    labels: tuple[CellKey, ...]


def headings_of(parts: FormParts, indicators: Sequence[FormRecord]) -> Headings:
    """The headings of a form: department, project, unit and the like.

    They stand in rows of its table (部门名称 | 天津市… | 实施单位 | …), in columns beside stacked projects, or in lines
    above the table. In this order the first value of each field is taken.
    """
    pairs = [pair for row in parts.rows("heading") for pair in heading_pairs(row)]
    values: dict[str, Entry] = {}
    for pair in pairs:
        values.setdefault(pair.field, pair.entry)
    for field in ("project", "department", "unit"):
        in_column = [record.fields[field] for record in indicators if record.fields.get(field)]
        if in_column:
            values.setdefault(field, in_column[0])
    for field, entry in line_pairs(parts.lines).items():
        values.setdefault(field, entry)
    return Headings(values, tuple(pair.label.key for pair in pairs if pair.value is not pair.label))


def title_of(parts: FormParts, settings: FormSettings) -> str:
    """The title of a form, without spaces: a line above its table, or else a cell in it; empty where there is none."""
    cells = (*_cells(parts, "title"), *_cells(parts, "other"))
    for text in (*(line.text for line in parts.lines), *(cell.text for cell in cells)):
        if is_title_text(text, settings):
            return re.sub(r"\s+", "", text)
    return ""


def _cells(parts: FormParts, kind: SectionKind) -> list[FormCell]:
    return [cell for row in parts.rows(kind) for cell in row.printed]


def year_of(
    parts: FormParts,
    headings: Mapping[str, Entry],
    indicators: Sequence[FormRecord],
    source: str,
    settings: FormSettings,
) -> tuple[int | None, Finding | None]:
    """The year of a form, and ``year-inferred`` where the form does not print it as its own.

    It is looked for, in this order, in the title and the lines from there to the table, a line above the title that
    says nothing else, titles in the table, other cells that say nothing else, the heading of the year, the names of
    project, department and unit, the document's path, the deadlines of the targets, and what else stands above the
    title, as the menus of a web page do. A date does not count, nor do several years together; of two printed years the
    one that something is of (2023年度) is taken, and doubted.

    Args:
        parts: of the form.
        headings: of the form, by field.
        indicators: its records.
        source: the document's path.
        settings: how many deadlines must agree.
    """
    texts = [line.text for line in parts.lines]
    title = next((n for n, text in enumerate(texts) if is_title_text(text, settings)), 0)
    lines = [line for line in parts.lines[title:] if not STATEMENT.search(line.text)]
    lines += [line for line in parts.lines[:title] if is_year(line.text)]
    others = _cells(parts, "other")
    alone = [cell for cell in (*others, *_cells(parts, "heading")) if is_year(cell.text)]
    printed = _in_lines(lines) + _in_cells([*_cells(parts, "title"), *alone])
    if printed:
        year = next((found.year for found, _ in printed if found.is_of_year), printed[0][0].year)
        of_others = (found for found, _ in _in_cells(others) if found.is_of_year)
        years = {found.year for found in (*(found for found, _ in printed), *of_others)}
        sure = min(sure for found, sure in printed if found.year == year)
        return year, _doubt_of_year(year, years, sure, settings)
    headed = headings.get("year", BLANK)
    if year_of_heading := year_alone(headed.text):
        return year_of_heading, _doubt_of_year(year_of_heading, {year_of_heading}, headed.confidence, settings)
    named = _only_year(headings[field].text for field in ("project", "department", "unit") if field in headings)
    path = _only_year([source]) or year_alone(source)
    if named:
        statement = FINDINGS["year-inferred"].says(
            "name-against-file" if path and path != named else "name", year=named, of_file=path
        )
        return named, _finding(statement, named)
    if path:
        return path, _finding(FINDINGS["year-inferred"].says("file", year=path), path)
    deadline = _year_of_deadlines(indicators, settings)
    if deadline:
        return deadline, _finding(FINDINGS["year-inferred"].says("deadlines", year=deadline), deadline)
    above = next((found.year for text in reversed(texts[:title]) for found in years_in(text)), None)
    return above, _finding(FINDINGS["year-inferred"].says("above", year=above), above) if above else None


def _in_lines(lines: Iterable[TextLine]) -> list[tuple[PrintedYear, float]]:
    """The years in lines, each with the confidence of its digits."""
    return [
        (found, min(line.confidences[found.start : found.end], default=1.0))
        for line in lines
        for found in years_in(line.text)
    ]


def _in_cells(cells: Iterable[FormCell]) -> list[tuple[PrintedYear, float]]:
    """The years in cells, each with the confidence of its cell."""
    return [(found, cell.grid_cell.confidence.overall) for cell in cells for found in years_in(cell.text)]


def _only_year(texts: Iterable[str]) -> int | None:
    """The one year that something in texts is of, or else that they name; None where there are several, or none."""
    found = [one for text in texts for one in years_in(text)]
    years = {one.year for one in found if one.is_of_year} or {one.year for one in found}
    return years.pop() if len(years) == 1 else None


def _doubt_of_year(year: int, years: Collection[int], sure: float, settings: FormSettings) -> Finding | None:
    """What speaks against a year that is printed: others are, too, or its digits are not surely read or struck out."""
    if len(years) > 1:
        several = listed(map(str, sorted(years)))
        return _finding(FINDINGS["year-inferred"].says("several", year=year, years=several), year)
    return _finding(FINDINGS["year-inferred"].says("unsure", year=year), year) if sure < settings.sure_year else None


def _year_of_deadlines(indicators: Sequence[FormRecord], settings: FormSettings) -> int | None:
    """The year that all deadlines of the targets name, where there are enough of them."""
    targets = [parse_target(record.fields["target"].text) for record in indicators if record.fields.get("target")]
    years = Counter(target.deadline.year for target in targets if target.deadline)
    (year, count), *others = years.most_common() or [(0, 0)]
    return year if count >= settings.min_agreeing_deadlines and not others else None


def _finding(statement: Statement, year: int) -> Finding:
    return statement.about("forms", field="year", found=str(year))
