"""What a form is called and whose it is: title, year, and the headings above and in its table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.findings import FINDINGS, Statement
from workbench.form.division import FormParts
from workbench.form.pairs import LONGEST_TITLE, TITLE, heading_pairs, line_pairs
from workbench.form.records import Sourced
from workbench.model import CellKey, Entry, Finding
from workbench.values import parse_target

YEAR = re.compile(r"(20\d{2})\s*年")
YEAR_ALONE = re.compile(r"(?<!\d)(20[012]\d)(?!\d)")
FILING = re.compile(r"填报|填表|日期|时间")
"""Such a line dates the filing, which is often in the year after."""

FEWEST_DEADLINES = 3
"""So many targets must agree on a year before it is taken for the form's."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Values of heading rows by field, and the cells of their labels."""

    values: Mapping[str, Entry]
    labels: tuple[CellKey, ...]


def headings_of(parts: FormParts, indicators: Sequence[Sourced]) -> Headings:
    """部门名称 | 天津市… | 实施单位 | …: in rows of the table, in columns beside stacked projects, or above it."""
    pairs = [pair for row in parts.rows("heading") for pair in heading_pairs(row)]
    values: dict[str, Entry] = {}
    for pair in pairs:
        values.setdefault(pair.field, pair.entry)
    for field in ("project", "department", "unit"):
        told = [record.fields[field] for record in indicators if record.fields.get(field)]
        if told:
            values.setdefault(field, told[0])
    for field, entry in line_pairs(parts.lines).items():
        values.setdefault(field, entry)
    return Headings(values, tuple(pair.label.key for pair in pairs if pair.value is not pair.label))


def title_of(parts: FormParts) -> str:
    """The line above the table, or the merged cell at its top, that calls itself a form."""
    for text in [*(line.text for line in parts.lines), *_texts(parts, "title"), *_texts(parts, "other")]:
        if TITLE.search(text) and len(text) <= LONGEST_TITLE:
            return re.sub(r"\s+", "", text)
    return ""


def _texts(parts: FormParts, kind: str) -> list[str]:
    return [
        piece.text for section in parts.sections if section.kind == kind for r in section.rows for piece in r.printed
    ]


def year_of(
    parts: FormParts, headings: Mapping[str, Entry], indicators: Sequence[Sourced], source: str
) -> tuple[int | None, Finding | None]:
    """The form's year, and a finding where the form does not print it as its own.

    In this order: title and lines above the table, the table's own title and heading of the year, the project's name,
    the document's path, the deadlines of the targets where they agree. A date of filing says nothing.
    """
    printed = [line.text for line in parts.lines if not FILING.search(line.text)]
    printed += [*_texts(parts, "title"), *(text for text in _texts(parts, "other") if not FILING.search(text))]
    found = _first(printed, YEAR) or _first([headings["year"].text] if "year" in headings else [], YEAR_ALONE)
    if found:
        return found, None
    named = _first([headings[field].text for field in ("project", "department", "unit") if field in headings], YEAR)
    path = _first([source], YEAR) or _first([source], YEAR_ALONE)
    if named:
        statement = FINDINGS["year-inferred"].says(
            "name-against-file" if path and path != named else "name", year=named, of_file=path
        )
        return named, _finding(statement, named)
    if path:
        return path, _finding(FINDINGS["year-inferred"].says("file", year=path), path)
    deadline = _year_of_deadlines(indicators)
    if not deadline:
        return deadline, None
    return deadline, _finding(FINDINGS["year-inferred"].says("deadlines", year=deadline), deadline)


def _first(texts: Iterable[str], pattern: re.Pattern[str]) -> int | None:
    return next((int(found.group(1)) for text in texts if (found := pattern.search(text))), None)


def _year_of_deadlines(indicators: Sequence[Sourced]) -> int | None:
    targets = [parse_target(record.fields["target"].text) for record in indicators if record.fields.get("target")]
    years = Counter(target.deadline.year for target in targets if target.deadline)
    (year, count), *others = years.most_common() or [(0, 0)]
    return year if count >= FEWEST_DEADLINES and not others else None


def _finding(statement: Statement, year: int) -> Finding:
    return statement.about("forms", field="year", found=str(year))
