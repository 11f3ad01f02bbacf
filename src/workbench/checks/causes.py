"""The causes of findings: what a person looks at once, however many findings and values hang on it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from workbench.checks.uncertain import found_of
from workbench.fields import NUMBER_FIELDS, PUBLISHED_FIELDS, entries_of
from workbench.findings import FLAGS, kind_of
from workbench.judging import page_of
from workbench.model import Finding, Form
from workbench.values import normalise, parse_number

Consequence = Literal["numbers", "texts", "remark"]
"""What hangs on a cause: numbers that enter a total or a chart; texts alone; nothing, it is only worth knowing."""

CauseKey = tuple[object, ...]
"""What tells a cause from the others of its form: its kind, and where it lies."""

FieldPlace = tuple[str, int | None, str]
"""Table, record number (None: of the form itself) and field of a value."""

CHARTED = frozenset({*NUMBER_FIELDS, ("indicators", "target"), ("indicators", "actual"), ("forms", "year")})
"""Fields (table, field) that enter a sum, a rate of attainment or a chart by years."""

OF_PAGES = frozenset({"page-not-read", "text-outside-table", "pages-out-of-order", "pages-side-by-side"})
"""Codes whose cause is a page."""

OF_INK = frozenset({"low-confidence", "obscured", "readers-disagree", "shown-unsure"})
"""Codes that say how surely one value was read. Many of them on one page have the page for their cause."""

OF_FORMS = frozenset({"not-a-self-evaluation"})
"""Codes of what every number of a form depends on."""

NO_VALUE = frozenset({"not-a-number", "several-values", "missing-value"})
"""Codes of values that a sum lacks."""

SUMMED_BY: Mapping[str, str] = {"total_weight": "weight", "total_score": "score", "level1": "weight"}
"""Field that a sum stands in → field whose values it adds up; of other sums their own."""

FEWEST_ON_BAD_PAGE = 8
"""Findings about ink that make a page bad, if they are also a quarter of its values. Chosen by hand on scans of 20 to
150 values a page: a stamp doubts two to six, a bad photocopy thirty and more."""

FEWEST_IN_COLUMN = 3
"""Records with the same finding in the same field that have their column for its cause, if they are half of all: as
many as make a column doubtful to the reconstructor (`FormSettings.min_texts`)."""


@dataclass(frozen=True, slots=True)
class FindingCause:
    """A cause that findings have in common.

    Attributes:
        key: what tells it from others of its form.
        values: how many values hang on it: those that its findings are about, and cells that are in no field.
        consequence: what hangs on it.
    """

    key: CauseKey
    values: int
    consequence: Consequence

    def id_in(self, owner: str) -> str:
        """Its id: 12 hex digits, the same whenever the same is found in the same form or document (``owner``)."""
        return hashlib.sha256("\x1f".join([owner, *map(str, self.key)]).encode()).hexdigest()[:12]


def causes_of(findings: Sequence[Finding], form: Form | None = None) -> list[FindingCause]:
    """The cause of each finding, in their order. Findings with one cause have equal ones.

    - Findings about a page that was not read, or hardly, have the page.
    - Those about a column, and those that most of its values have in common, have the column.
    - A sum that does not add up has the one value that it lacks; else sums that miss by the same have one cause.
    - Others about one record have the record: a person looks at its row once.

    Args:
        findings: all those about one form, or about one document.
        form: the form.
    """
    places = {} if form is None else _values_of(form)
    bad_pages, columns = _bad_pages(findings, places), _doubtful_columns(findings, places)
    keys = [_key(finding, bad_pages, columns) for finding in findings]
    lacking = _lacking(findings, keys)
    keys = [_of_sum(finding, lacking) or key for finding, key in zip(findings, keys, strict=True)]
    together: dict[CauseKey, list[Finding]] = {}
    for key, finding in zip(keys, findings, strict=True):
        together.setdefault(key, []).append(finding)
    cells = {} if form is None else _cells_in_no_field(form)
    parts = _by_part(places)
    found = {key: _cause(key, own, parts, cells) for key, own in together.items()}
    return [found[key] for key in keys]


def _values_of(form: Form) -> dict[FieldPlace, int | None]:
    """The page of every value of a form, by its place; None where it has no cell."""
    return {
        (table, number or None, _published(field)): page_of(entry) for table, number, field, entry in entries_of(form)
    }


def _published(field: str | None) -> str:
    return PUBLISHED_FIELDS.get(field or "", field or "")


def _bad_pages(findings: Iterable[Finding], places: Mapping[FieldPlace, int | None]) -> frozenset[int]:
    """The pages of which a quarter of the values, and enough of them, were hardly read."""
    doubted = Counter(one.page for one in findings if one.code in OF_INK and one.page is not None)
    on_page = Counter(places.values())
    return frozenset(page for page, n in doubted.items() if n >= FEWEST_ON_BAD_PAGE and 4 * n >= on_page[page])


def _doubtful_columns(findings: Iterable[Finding], places: Iterable[FieldPlace]) -> set[tuple[str, str, str]]:
    """The columns (table, field, code) that are the cause of what is found of their values; code empty: of everything.

    They are in doubt themselves, or half of their values have the same finding.
    """
    records = Counter((table, field) for table, number, field in places if number is not None)
    counts: Counter[tuple[str, str, str]] = Counter()
    columns = set()
    for finding in findings:
        if finding.table and finding.field:
            column = (finding.table, _published(finding.field), finding.code)
            counts[column] += finding.record_no is not None
            if finding.code == "column-in-doubt" and finding.record_no is None:
                columns.add((*column[:2], ""))
    return columns | {one for one, n in counts.items() if n >= FEWEST_IN_COLUMN and 2 * n >= records[one[:2]]}


def _key(finding: Finding, bad_pages: AbstractSet[int], columns: AbstractSet[tuple[str, str, str]]) -> CauseKey:
    """The key of a finding's cause, sums aside."""
    table, field = finding.table, _published(finding.field)
    if finding.code in OF_PAGES or (finding.code in OF_INK and finding.page in bad_pages):
        return "page", finding.page
    if finding.record_no is None and table not in (None, "forms"):
        if finding.code == "unmapped-cell" and finding.expected:
            return "column", table, finding.expected
        if field or finding.code == "column-in-doubt":
            return "column", table, field or finding.found
    if table and field and {(table, field, ""), (table, field, finding.code)} & columns:
        return "column", table, field
    if finding.record_no is not None:
        return "row", table, finding.record_no
    if table == "forms" and field:
        return "field", field
    return finding.code, table, finding.page, finding.found


def _sum_of(finding: Finding) -> str:
    """The field whose values a finding about a sum adds up; empty for another finding."""
    is_sum = finding.code.endswith("-do-not-add-up")
    return SUMMED_BY.get(_published(finding.field), _published(finding.field)) if is_sum else ""


def _lacking(findings: Sequence[Finding], keys: Sequence[CauseKey]) -> dict[str, CauseKey]:
    """The fields of which exactly one cause keeps values out of their sum, with that cause."""
    found: dict[str, set[CauseKey]] = {}
    for finding, key in zip(findings, keys, strict=True):
        if finding.code in NO_VALUE and finding.table in ("budgets", "indicators"):
            found.setdefault(_published(finding.field), set()).add(key)
    return {field: next(iter(causes)) for field, causes in found.items() if len(causes) == 1}


def _of_sum(finding: Finding, lacking: Mapping[str, CauseKey]) -> CauseKey | None:
    """The key of the cause of a sum that does not add up; None for another finding."""
    field = _sum_of(finding)
    if not field:
        return None
    expected, found = (parse_number(normalise(text or "")) for text in (finding.expected, finding.found))
    missed_by = abs(expected - found) if expected is not None and found is not None else None
    return lacking.get(field) or ("sum", round(missed_by, 6) if missed_by is not None else field)


def _cells_in_no_field(form: Form) -> dict[tuple[object, ...], tuple[int, bool]]:
    """How many cells an ``unmapped-cell`` finding is about, and whether a number is among them, by what it says."""
    return {
        (left.table, left.record_no, page_of(left.cells[0]), found_of(left)): (
            len(left.cells),
            any(parse_number(normalise(cell.text)) is not None for cell in left.cells),
        )
        for left in form.left_out
    }


def _by_part(places: Iterable[FieldPlace]) -> dict[tuple[object, ...], list[FieldPlace]]:
    """The values of each table, of each of its records, and of each of its columns."""
    parts: dict[tuple[object, ...], list[FieldPlace]] = {}
    for place in places:
        table, number, field = place
        for part in ((table,), (table, number), (table, field)):
            parts.setdefault(part, []).append(place)
    return parts


def _cause(
    key: CauseKey,
    findings: Sequence[Finding],
    parts: Mapping[tuple[object, ...], Sequence[FieldPlace]],
    cells: Mapping[tuple[object, ...], tuple[int, bool]],
) -> FindingCause:
    """The cause of some findings: what hangs on it, and how much."""
    values = {place for one in findings for place in _values_about(one, parts)}
    left = [cells.get((one.table, one.record_no, one.page, one.found), (1, False)) for one in findings if _is_left(one)]
    grave = [one for one in findings if one.severity != "info"]
    has_numbers = any(number for _, number in left) or any(
        one.code in OF_FORMS
        or kind_of(one.code).rows_may_be_missing
        or bool(kind_of(one.code).calculations)
        or (one.table, _published(one.field)) in CHARTED
        or any((table, field) in CHARTED for table, _, field in _values_about(one, parts))
        for one in grave
    )
    consequence: Consequence = "remark" if not grave else "numbers" if has_numbers else "texts"
    return FindingCause(key, len(values) + sum(count for count, _ in left), consequence)


def _is_left(finding: Finding) -> bool:
    """Whether a finding is about cells that are in no field."""
    return finding.code == "unmapped-cell"


def _values_about(finding: Finding, parts: Mapping[tuple[object, ...], Sequence[FieldPlace]]) -> Sequence[FieldPlace]:
    """The values that a finding is about: its own, those of its record or column, or those that its sum adds up."""
    table, number, field = finding.table, finding.record_no, _published(finding.field)
    if _is_left(finding) or table is None:
        return ()
    if summed := _sum_of(finding):
        addends = [place for of in ("budgets", "indicators") for place in parts.get((of, summed), ())]
        return [*addends, *parts.get((table, field), ())]
    if field and (number is not None or table == "forms"):
        return [place for place in parts.get((table, number), ()) if place[2] == field]
    if field:
        return parts.get((table, field), ())
    if finding.code not in FLAGS:
        return ()
    return parts.get((table,) if number is None else (table, number), ())
