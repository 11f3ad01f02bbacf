"""Stitching: records of a section over page breaks, where rows are split in two or printed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from workbench.form.records import Sourced
from workbench.form.rows import join_entries
from workbench.model import BLANK, CellKey, Entry, Finding, Table

SAME_TEXT = 92.0
"""Two readings of one printed text are at least this alike (rapidfuzz ratio, 0 to 100)."""

LABELS = ("goal_no", "level1", "level2")
ONE_LINE_FIELDS = ("target", "weight", "score")
"""Fields that are short: after a page break each is printed on one of the two pages only."""


@dataclass(frozen=True, slots=True)
class Stitched:
    """Records in order, the findings about those that were joined or dropped, and the dropped rows' cells."""

    records: tuple[Sourced, ...]
    findings: tuple[Finding, ...]
    dropped: tuple[CellKey, ...]


def stitch(records: Sequence[Sourced], table: Table) -> Stitched:
    """Drop rows printed twice over a page break, join rows split by one, and say so.

    Only the first record of a page is looked at, against the last one of the page before.
    """
    stitched: list[Sourced] = []
    findings: list[Finding] = []
    dropped: list[CellKey] = []
    for record in records:
        last = stitched[-1] if stitched else None
        if last is not None and record.row.page > last.row.page and _opens_page(record, records):
            if _printed_twice(last, record, table):
                findings.append(_finding("repeated-row-dropped", "info", last, record, table, len(stitched)))
                dropped += [key for entry in record.fields.values() for key in entry.cells]
                continue
            if _is_continuation(last, record, table):
                findings.append(_finding("split-row-joined", "warning", last, record, table, len(stitched)))
                stitched[-1] = _joined(last, record)
                dropped += [key for field in LABELS for key in record.fields.get(field, BLANK).cells]
                continue
        stitched.append(record)
    return Stitched(tuple(stitched), tuple(findings), tuple(dropped))


def _opens_page(record: Sourced, records: Sequence[Sourced]) -> bool:
    return record is next(other for other in records if other.row.page == record.row.page)


def _printed_twice(last: Sourced, record: Sourced, table: Table) -> bool:
    key_field = "goal" if table == "goals" else "name"
    if not record.fields.get(key_field, BLANK).text:
        return False
    return all(_alike(last.fields.get(field, BLANK), entry) for field, entry in record.fields.items())


def _alike(first: Entry, second: Entry) -> bool:
    if len(second.text) <= 8:  # numbers: one different digit is a different value
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


def _same_labels(last: Sourced, record: Sourced) -> bool:
    pairs = [(last.fields.get(f, BLANK).text, record.fields.get(f, BLANK).text) for f in LABELS]
    return all(not below or below == above or not above for above, below in pairs)


def _joined(last: Sourced, record: Sourced) -> Sourced:
    fields = dict(last.fields)
    for field, entry in record.fields.items():
        if field not in LABELS:
            joined = join_entries(fields.get(field), entry)
            if joined is not None:
                fields[field] = joined
    return replace(last, fields=fields)


def _finding(code: str, severity: str, last: Sourced, record: Sourced, table: Table, number: int) -> Finding:
    texts = {
        "repeated-row-dropped": "本行在换页处重复印刷，只保留一次",
        "split-row-joined": "本行在换页处被分成两部分，已合并，请核对",
    }
    name = next((e.text for f in ("name", "goal") if (e := last.fields.get(f, BLANK)).text), "")
    message = f"{texts[code]}（第{last.row.page}页与第{record.row.page}页：{name[:30]}）"
    return Finding(code, severity, message, table, number, None, record.row.page)  # type: ignore[arg-type]
