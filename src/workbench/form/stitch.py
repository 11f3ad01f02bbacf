"""Stitching: records of a section over page breaks, where rows are split in two or printed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from workbench.findings import FINDINGS, FindingKind
from workbench.form.records import LABELS, STACKED, Sourced
from workbench.form.rows import join_entries
from workbench.form.shifts import Doubt
from workbench.model import BLANK, CellKey, Entry, Table

SAME_TEXT = 92.0
"""Two readings of one printed text are at least this alike (rapidfuzz ratio, 0 to 100)."""

LONGEST_FIGURE = 8
"""Shorter texts may be numbers, where one different digit is a different value."""

ONE_LINE_FIELDS = ("target", "weight", "score")
"""Fields that are short: after a page break each is printed on one of the two pages only."""

NEVER_JOINED = (*LABELS, "project")
"""Fields of merged cells: on the next page they are printed again, or not at all."""

STATEMENT_MARKS = "：:。；;"
"""Marks that statements in one column have in common, or do not."""

USUAL = 0.9
FEWEST_STATEMENTS = 3
"""A mark is usual when this share of at least so many statements has it."""


@dataclass(frozen=True, slots=True)
class Stitched:
    """Records in order, and the cells of rows that were dropped."""

    records: tuple[Sourced, ...]
    dropped: tuple[CellKey, ...]


def stitch(records: Sequence[Sourced], table: Table) -> Stitched:
    """Drop rows printed twice over a page break, join rows split by one, and say so in the record that is kept.

    Only the first record of a page is looked at, against the last one of the page before.
    """
    stitched: list[Sourced] = []
    dropped: list[CellKey] = []
    for record in records:
        last = stitched[-1] if stitched else None
        if last is not None and record.row.page > last.row.page and _opens_page(record, records):
            if _printed_twice(last, record, table):
                stitched[-1] = _with_doubt(last, FINDINGS["repeated-row-dropped"], record)
                dropped += [key for entry in record.fields.values() for key in entry.cells]
                continue
            if _is_continuation(last, record, table) or _completes(last, record, records):
                stitched[-1] = _with_doubt(_joined(last, record, table), FINDINGS["split-row-joined"], record)
                dropped += [key for name in NEVER_JOINED for key in record.fields.get(name, BLANK).cells]
                continue
        stitched.append(record)
    return Stitched(tuple(stitched), tuple(dropped))


def _opens_page(record: Sourced, records: Sequence[Sourced]) -> bool:
    return record is next(other for other in records if other.row.page == record.row.page)


def _printed_twice(last: Sourced, record: Sourced, table: Table) -> bool:
    if not record.fields.get(_key_field(record, table), BLANK).text:
        return False
    return all(_alike(last.fields.get(field, BLANK), entry) for field, entry in record.fields.items())


def _key_field(record: Sourced, table: Table) -> str:
    """The field that names a record: the level, on forms that state outcomes there and have no names."""
    if table == "goals":
        return "goal"
    return "name" if "name" in record.fields else "level2"


def _alike(first: Entry, second: Entry) -> bool:
    if len(second.text) <= LONGEST_FIGURE:
        return first.text == second.text
    return fuzz.ratio(first.text, second.text) >= SAME_TEXT


def _is_continuation(last: Sourced, record: Sourced, table: Table) -> bool:
    if table == "goals":
        number, before = (r.fields.get("goal_no", BLANK).text for r in (record, last))
        return not number or not before or number == before
    short = [(last.fields.get(f, BLANK).text, record.fields.get(f, BLANK).text) for f in ONE_LINE_FIELDS]
    short = [pair for pair in short if any(pair)]
    printed_once = all(not (above and below) for above, below in short)
    return printed_once and bool(short) and _same_labels(last, record)


def _completes(last: Sourced, record: Sourced, records: Sequence[Sourced]) -> bool:
    """Whether two rows that hold nothing but a statement are one: nearly all others have a mark (：, 。) that one of
    these two lacks."""
    if "name" in record.fields or "goal" in record.fields or not _same_labels(last, record, LABELS[:2]):
        return False
    said = [r.fields.get("level2", BLANK).text for r in (last, record)]
    others = [r.fields.get("level2", BLANK).text for r in records if r is not last and r is not record]
    for mark in STATEMENT_MARKS:
        usual = len(others) >= FEWEST_STATEMENTS and sum(mark in text for text in others) >= USUAL * len(others)
        if usual and all(said) and sum(mark in text for text in said) < len(said):
            return True
    return False


def _same_labels(last: Sourced, record: Sourced, labels: Sequence[str] = NEVER_JOINED) -> bool:
    pairs = [(last.fields.get(f, BLANK).text, record.fields.get(f, BLANK).text) for f in labels]
    return all(not below or below == above or not above for above, below in pairs)


def _joined(last: Sourced, record: Sourced, table: Table) -> Sourced:
    fields = dict(last.fields)
    for field, entry in record.fields.items():
        is_printed_again = field in STACKED and fields.get(field, BLANK).text == entry.text
        is_label = field in NEVER_JOINED and field != _key_field(record, table)
        if not is_label and not is_printed_again:
            joined = join_entries(fields.get(field), entry)
            if joined is not None:
                fields[field] = joined
    return replace(last, fields=fields, doubts=(*last.doubts, *record.doubts))


def _with_doubt(last: Sourced, kind: FindingKind, record: Sourced) -> Sourced:
    name = next((e.text for f in ("name", "goal") if (e := last.fields.get(f, BLANK)).text), "")
    statement = kind.says("row", page=last.row.page, next_page=record.row.page, name=name)
    return replace(last, doubts=(*last.doubts, Doubt(*statement, None, record.row.page)))
