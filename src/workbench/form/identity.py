"""What identifies a form: its title, its year, and the headings in its table and above it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.findings import FINDINGS, Statement, listed
from workbench.form.division import FormParts
from workbench.form.pairs import heading_pairs, is_title_text, line_pairs
from workbench.form.records import FormRecord
from workbench.form.sections import SectionKind
from workbench.form.settings import FormSettings
from workbench.model import CellKey, Entry, Finding, TextLine
from workbench.values import parse_target

YEAR = re.compile(r"(20\d{2})\s*年(?!\s*\d{1,2}\s*月)")
"""A year that is called one: ``2022年``, and none that is part of a date."""

YEAR_ALONE = re.compile(r"(?<!\d)(20[012]\d)(?!\d)")
"""Four digits that are a year: ``2022``."""

OWN_LINE = re.compile(r"[（(]?\s*20\d{2}\s*年度?\s*[）)]?")
"""A line that is a year, and nothing else."""

OF_YEAR = re.compile(r"(?<!\d)(20\d\d)年度")
"""A year that something is of."""

FILING = re.compile(r"填报|填表|日期|时间")
"""Words of a line that dates the filing, which is often in the year after the form's."""


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
    for text in [*(line.text for line in parts.lines), *_texts(parts, "title"), *_texts(parts, "other")]:
        if is_title_text(text, settings):
            return re.sub(r"\s+", "", text)
    return ""


def _texts(parts: FormParts, kind: SectionKind) -> list[str]:
    return [cell.text for row in parts.rows(kind) for cell in row.printed]


def year_of(
    parts: FormParts,
    headings: Mapping[str, Entry],
    indicators: Sequence[FormRecord],
    source: str,
    settings: FormSettings,
) -> tuple[int | None, Finding | None]:
    """The year of a form, and ``year-inferred`` where the form does not print it as its own.

    It is looked for, in this order, in the title and the lines from there to the table, a line above the title that
    says nothing else, titles in the table, other rows, the heading of the year, the names of project, department and
    unit, the document's path, the deadlines of the targets, and what else stands above the title, as the menus of a
    web page do. A date does not count.

    Args:
        parts: of the form.
        headings: of the form, by field.
        indicators: its records.
        source: the document's path.
        settings: how many deadlines must agree.
    """
    lines = [line.text for line in parts.lines]
    title = next((n for n, text in enumerate(lines) if is_title_text(text, settings)), 0)
    printed = [text for text in lines[title:] if not FILING.search(text)]
    printed += [text for text in lines[:title] if OWN_LINE.fullmatch(text)]
    printed += [*_texts(parts, "title"), *(text for text in _texts(parts, "other") if not FILING.search(text))]
    found = _first(printed, YEAR) or _first([headings["year"].text] if "year" in headings else [], YEAR_ALONE)
    if found:
        return found, _doubt_of_year(found, parts.lines, printed, settings)
    named = _first([headings[field].text for field in ("project", "department", "unit") if field in headings], YEAR)
    path = _first([source], YEAR) or _first([source], YEAR_ALONE)
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
    above = _first((text for text in reversed(lines[:title]) if not FILING.search(text)), YEAR)
    return above, _finding(FINDINGS["year-inferred"].says("above", year=above), above) if above else None


def _doubt_of_year(
    year: int, lines: Sequence[TextLine], printed: Sequence[str], settings: FormSettings
) -> Finding | None:
    """What speaks against a year that is printed: its digits are not surely read, or struck out, or others are too."""
    years = sorted({found[1] for text in printed for found in OF_YEAR.finditer(text)})
    if len(years) > 1:
        return _finding(FINDINGS["year-inferred"].says("several", year=year, years=listed(years)), year)
    first = next((line for line in lines if line.text in printed and str(year) in line.text), None)
    if first is None:
        return None
    start = first.text.index(str(year))
    sure = min(first.confidences[start : start + len(str(year))], default=1.0)
    return _finding(FINDINGS["year-inferred"].says("unsure", year=year), year) if sure < settings.sure_year else None


def _first(texts: Iterable[str], pattern: re.Pattern[str]) -> int | None:
    """The first year in texts, by a pattern with the year as its group."""
    return next((int(found.group(1)) for text in texts if (found := pattern.search(text))), None)


def _year_of_deadlines(indicators: Sequence[FormRecord], settings: FormSettings) -> int | None:
    """The year that all deadlines of the targets name, where there are enough of them."""
    targets = [parse_target(record.fields["target"].text) for record in indicators if record.fields.get("target")]
    years = Counter(target.deadline.year for target in targets if target.deadline)
    (year, count), *others = years.most_common() or [(0, 0)]
    return year if count >= settings.min_agreeing_deadlines and not others else None


def _finding(statement: Statement, year: int) -> Finding:
    return statement.about("forms", field="year", found=str(year))
