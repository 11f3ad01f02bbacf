"""Records of a section over page breaks, where rows are split in two or printed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from workbench.findings import FINDINGS, FindingKind
from workbench.form.content import level_word
from workbench.form.flags import RecordFlag
from workbench.form.records import LABELS, STACKED, FormRecord
from workbench.form.rows import join_entries
from workbench.form.settings import FormSettings
from workbench.model import BLANK, CellKey, Entry, Table

ONE_LINE_FIELDS = ("target", "weight", "score")
"""Fields with short texts, which a page break does not split: each is printed on one of the two pages."""

POINTS = ("weight", "score")

VALUES = ("target", "actual", "weight", "score")

USUAL = 0.9
"""Share of the rows of a table that have a value which a whole row has."""

NEVER_JOINED = (*LABELS, "project")
"""Fields of merged cells: on the next page they are printed again, or not at all."""

PUNCTUATION = "：:。；;"
"""Punctuation that the statements of one column have in common, or have not."""


@dataclass(frozen=True, slots=True)
class StitchedRecords:
    """Records in order, and the cells whose text is in none of them because another row has it."""

    records: tuple[FormRecord, ...]
    dropped: tuple[CellKey, ...]


def stitch(records: Sequence[FormRecord], table: Table, settings: FormSettings) -> StitchedRecords:
    """Drop rows that are printed twice at a page break, join rows that one splits, and flag the record that is kept.

    Only the first record of each page is compared, with the last one of the pages before.

    Args:
        records: of one table, in page order.
        table: ``goals`` or ``indicators``.
        settings: when two texts are readings of one.
    """
    stitched: list[FormRecord] = []
    dropped: list[CellKey] = []
    for record in records:
        last = stitched[-1] if stitched else None
        if last is not None and record.row.page > last.row.page and _opens_page(record, records):
            if _is_printed_twice(last, record, table, settings):
                stitched[-1] = _flagged(last, FINDINGS["repeated-row-dropped"], record)
                dropped += [key for entry in record.fields.values() for key in entry.cells]
                continue
            if _completes_labels(last, record, table):
                stitched[-1] = _flagged(_joined(last, record, table, labels=True), FINDINGS["split-row-joined"], record)
                continue
            is_rest = _has_its_points(last, record, records)
            if (
                is_rest
                or _is_continuation(last, record, table)
                or _completes_statement(last, record, records, settings)
            ):
                whole = _joined(last, record, table, labels=is_rest and not _have_same_labels(last, record))
                stitched[-1] = _flagged(whole, FINDINGS["split-row-joined"], record)
                kept = {key for entry in whole.fields.values() for key in entry.cells}
                labels = [key for name in NEVER_JOINED for key in record.fields.get(name, BLANK).cells]
                dropped += [key for key in labels if key not in kept]
                continue
            if _may_be_rest(last, record, records):
                stitched[-1] = _flagged(last, FINDINGS["split-row-joined"], record, "apart")
        stitched.append(record)
    return StitchedRecords(tuple(stitched), tuple(dropped))


def _opens_page(record: FormRecord, records: Sequence[FormRecord]) -> bool:
    return record is next(other for other in records if other.row.page == record.row.page)


def _is_printed_twice(last: FormRecord, record: FormRecord, table: Table, settings: FormSettings) -> bool:
    """Whether a record has a name, and in all its fields the same texts as the last one."""
    if not record.fields.get(_key_field(record, table), BLANK).text:
        return False
    return all(_is_same_text(last.fields.get(field, BLANK), entry, settings) for field, entry in record.fields.items())


def _key_field(record: FormRecord, table: Table) -> str:
    """The field that names a record: on forms without names the second level, where their statements stand."""
    if table == "goals":
        return "goal"
    return "name" if "name" in record.fields else "level2"


def _is_same_text(first: Entry, second: Entry, settings: FormSettings) -> bool:
    if len(second.text) <= settings.max_exact_length:
        return first.text == second.text
    return fuzz.ratio(first.text, second.text) >= settings.same_text_similarity


def _is_continuation(last: FormRecord, record: FormRecord, table: Table) -> bool:
    """Whether a record is the rest of the last one, by what is printed in one of the two only.

    A goal goes on where it has no number, or the same. An indicator goes on where the fields of one line stand in one
    of the rows each, and the labels do not differ.
    """
    if table == "goals":
        number, before = (r.fields.get("goal_no", BLANK).text for r in (record, last))
        return not number or not before or number == before
    short = [(last.fields.get(f, BLANK).text, record.fields.get(f, BLANK).text) for f in ONE_LINE_FIELDS]
    short = [pair for pair in short if any(pair)]
    printed_once = all(not (above and below) for above, below in short)
    return printed_once and bool(short) and _have_same_labels(last, record)


def _has_its_points(last: FormRecord, record: FormRecord, records: Sequence[FormRecord]) -> bool:
    """Whether two rows have the weight and score of one between them, where every row within a page has its own.

    So a row is cut whose target is too long for its column: 1234. | 56万元.
    """
    pages = [other.row.page for other in records]
    within = [
        other
        for other, before, page, after in zip(records, [None, *pages], pages, [*pages[1:], None], strict=False)
        if before == page == after
    ]
    points = [f for f in POINTS if within and all(other.fields.get(f, BLANK).text for other in within)]
    parted = all(bool(last.fields.get(f, BLANK).text) != bool(record.fields.get(f, BLANK).text) for f in points)
    labels = [(last.fields.get(f, BLANK).text, record.fields.get(f, BLANK).text) for f in NEVER_JOINED]
    return bool(points) and parted and all(_is_one_label(above, below) for above, below in labels)


def _may_be_rest(last: FormRecord, record: FormRecord, records: Sequence[FormRecord]) -> bool:
    """Whether a row lacks a value that nearly all others have, so that it may be the rest of the one above.

    Both have points where a number is broken into lines in its cell, and the page ends between them: 2.4 | 3.
    """
    others = [other for other in records if other is not last and other is not record]
    usual = [
        field
        for field in VALUES
        if sum(bool(other.fields.get(field, BLANK).text) for other in others) >= USUAL * len(others)
    ]
    return len(others) > 1 and any(not record.fields.get(field, BLANK).text for field in usual)


def _is_one_label(above: str, below: str) -> bool:
    """Whether the labels of two rows do not differ, or are the halves of a level's name."""
    return not above or not below or above == below or _are_halves(above, below)


def _are_halves(above: str, below: str) -> bool:
    """Whether two texts together are a level's name, which the lower one alone is not: 满意度 | 指标（10分）."""
    return bool(above and below and level_word(above + below) and not level_word(below))


def _completes_statement(
    last: FormRecord, record: FormRecord, records: Sequence[FormRecord], settings: FormSettings
) -> bool:
    """Whether two rows with nothing but a statement each are one statement.

    They are where nearly all other statements have some punctuation (：, 。) that one of these two lacks.
    """
    if "name" in record.fields or "goal" in record.fields or not _have_same_labels(last, record, LABELS[:2]):
        return False
    halves = [r.fields.get("level2", BLANK).text for r in (last, record)]
    others = [r.fields.get("level2", BLANK).text for r in records if r is not last and r is not record]
    if len(others) < settings.min_statements or not all(halves):
        return False
    for character in PUNCTUATION:
        is_usual = sum(character in text for text in others) >= settings.usual_punctuation_share * len(others)
        if is_usual and sum(character in text for text in halves) < len(halves):
            return True
    return False


def _completes_labels(last: FormRecord, record: FormRecord, table: Table) -> bool:
    """Whether a record is nothing but the rest of the labels and the name of the last one, as running text is cut.

    It has none of a row's values, which the last one has, and the halves of a level are one's name.
    """
    if table != "indicators" or not last.fields.get("target"):
        return False
    values = set(record.fields) - {*NEVER_JOINED, _key_field(record, table), "goal"}
    if any(record.fields[field].text for field in values):
        return False
    halves = [(last.fields.get(f, BLANK).text, record.fields.get(f, BLANK).text) for f in ("level1", "level2")]
    return any(_are_halves(above, below) for above, below in halves)


def _have_same_labels(last: FormRecord, record: FormRecord, labels: Sequence[str] = NEVER_JOINED) -> bool:
    """Whether no label differs in two records; one that is printed in one of them only does not."""
    pairs = [(last.fields.get(f, BLANK).text, record.fields.get(f, BLANK).text) for f in labels]
    return all(not below or below == above or not above for above, below in pairs)


def _joined(last: FormRecord, record: FormRecord, table: Table, *, labels: bool = False) -> FormRecord:
    """The last record with the texts of its rest; what is printed again only once, and labels unless they are cut."""
    fields = dict(last.fields)
    for field, entry in record.fields.items():
        is_printed_again = field in (*STACKED, *NEVER_JOINED) and fields.get(field, BLANK).text == entry.text
        is_label = field in NEVER_JOINED and field != _key_field(record, table)
        if (labels or not is_label) and not is_printed_again:
            joined = join_entries(fields.get(field), entry)
            if joined is not None:
                fields[field] = joined
    return replace(last, fields=fields, flags=(*last.flags, *record.flags))


def _flagged(last: FormRecord, kind: FindingKind, record: FormRecord, case: str = "row") -> FormRecord:
    """A record with a flag that says what was done about the row below it, ``record``."""
    name = next((e.text for f in ("name", "goal") if (e := last.fields.get(f, BLANK)).text), "")
    statement = kind.says(case, page=last.row.page, next_page=record.row.page, name=name)
    return replace(last, flags=(*last.flags, RecordFlag(*statement, None, record.row.page)))
