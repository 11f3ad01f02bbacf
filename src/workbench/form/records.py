"""Records: the rows of a section as budgets, goals and indicators, each value with the cells it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from workbench.form.lexicon import match_label, plain_label
from workbench.form.rows import Columns, Piece, Row, by_field, entry_of
from workbench.form.sections import Section
from workbench.model import BLANK, Budget, CellKey, Entry, Goal, Indicator

POINTS_IN_LABEL = re.compile(r"[（(]\s*\d+(?:\.\d+)?\s*分?\s*[）)]\s*$")
"""``产出指标（50分）``: the points of a level stand in its label."""

TEMPLATE_ROW = re.compile(r"^(?:指标\s*\d*\s*[:：]?|[.…·]{2,}|目标\s*\d+\s*[:：])$")
"""Rows of the empty template that were left in the form."""

LONGEST_LABEL = 24
"""A longer text is a statement, even if it mentions a unit."""

CHINESE_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", start=1)}


@dataclass(frozen=True, slots=True)
class Sourced:
    """A record with the first row it was read from: where it stands decides what may be joined to it."""

    row: Row
    fields: dict[str, Entry]


def table_rows(section: Section) -> list[Sourced]:
    """One record per cell of the section's key column, with every field that the columns give.

    A cell that reaches down over several records (merged level labels) counts for each of them. Rows
    that the key column splits more coarsely than other columns are one record with joined cells.
    """
    key_field = _key_field(section)
    records: list[Sourced] = []
    for index, row in enumerate(section.rows):
        keys = [piece for piece in row.starting if key_field in by_field([piece], section.columns)]
        if not keys:
            continue
        below = [r for r in section.rows[index + 1 :] if _within(r, keys[0], row)]
        pieces = [*row.pieces, *(piece for other in below for piece in other.starting)]
        fields = {field: entry_of(found) for field, found in by_field(pieces, section.columns).items() if field}
        records.append(Sourced(row, fields))
    return records


def _key_field(section: Section) -> str:
    wanted = {
        "indicators": ("name", "target", "level2"),
        "goals": ("goal", "actual"),
        "budgets": ("initial", "adjusted", "executed"),
    }
    present = {column.field for column in section.columns}
    return next((field for field in wanted[section.kind] if field in present), "")


def _within(row: Row, key: Piece, first: Row) -> bool:
    same_table = (row.page, row.table_no) == (first.page, first.table_no)
    return same_table and key.cell.row < row.number < key.cell.row_end


def is_empty(record: Sourced) -> bool:
    """Whether nothing but level labels is printed in the row, or only what the empty template prints."""
    values = {field: entry for field, entry in record.fields.items() if field not in ("goal_no", "level1", "level2")}
    name = values.pop("name", BLANK)
    is_template = not has_ink([name]) or bool(TEMPLATE_ROW.match(name.text))
    return is_template and not has_ink(values.values())


def has_ink(entries: Iterable[Entry]) -> bool:
    """Whether anything stands in the cells: text, or ink that could not be read (confidence 0)."""
    return any(entry.text or entry.confidence == 0 for entry in entries)


def carry_labels(records: Sequence[Sourced], fields: Sequence[str]) -> list[Sourced]:
    """Give every record the level labels of the merged cells it lies in, left to right.

    A merged label over a page break is printed once, before or after the break. An empty label cell
    at the top of a page, and one in the middle of a page, goes on with the label above; an empty one
    that starts anew at the foot of a page takes the label from the top of the next page.
    """
    filled = list(records)
    for field in fields:
        runs = _label_runs(filled, field)
        for index, run in enumerate(runs):
            if filled[run[0]].fields.get(field, BLANK).text:
                continue
            above = runs[index - 1] if index else None
            starts_anew = above is None or _page(filled, above) == _page(filled, run)
            source = (_run_with_label_below(filled, runs[index:], field) if starts_anew else None) or above
            label = filled[source[0]].fields.get(field, BLANK) if source else BLANK
            if label.text:
                for i in run:
                    filled[i] = replace(filled[i], fields={**filled[i].fields, field: label})
    return filled


def _run_with_label_below(records: Sequence[Sourced], runs: Sequence[list[int]], field: str) -> list[int] | None:
    """Where the label of an empty cell is printed that goes on over the foot of its page: on the next page or, if
    the cell fills that one too, on a later one. None if the cell ends on its page."""
    for above, run in pairwise(runs):
        if _page(records, run) == _page(records, above):
            return None
        if records[run[0]].fields.get(field, BLANK).text:
            return run
    return None


def _label_runs(records: Sequence[Sourced], field: str) -> list[list[int]]:
    """Indices of consecutive records that lie in one merged cell of a label column."""
    runs: list[list[int]] = []
    for i, record in enumerate(records):
        cells = record.fields.get(field, BLANK).cells
        if runs and cells and cells == records[runs[-1][-1]].fields.get(field, BLANK).cells:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _page(records: Sequence[Sourced], run: Sequence[int]) -> int:
    return records[run[0]].row.page


def goal_number(text: str) -> int | None:
    """The number in ``绩效目标3``, ``3``, ``目标三``."""
    digits = re.search(r"\d{1,2}", text)
    if digits:
        return int(digits.group())
    numeral = re.search(r"[一二三四五六七八九十]", text)
    return CHINESE_NUMERALS[numeral.group()] if numeral else None


def to_indicator(record: Sourced) -> Indicator:
    """An indicator from the fields of a row; sign, number and unit in three columns are joined as one target."""
    fields = record.fields
    goal_label = fields.get("goal_no")
    target = _joined(fields.get("sign"), fields.get("target"), fields.get("target_unit"))
    level1 = fields.get("level1", BLANK)
    return Indicator(
        goal_no=goal_number(goal_label.text) if goal_label else None,
        goal_label=goal_label,
        level1=replace(level1, text=POINTS_IN_LABEL.sub("", level1.text)),
        level2=replace(fields.get("level2", BLANK), text=POINTS_IN_LABEL.sub("", fields.get("level2", BLANK).text)),
        name=fields.get("name", BLANK),
        target=target,
        actual=fields.get("actual"),
        weight=fields.get("weight"),
        score=fields.get("score"),
        deviation=fields.get("deviation"),
    )


def _joined(*entries: Entry | None) -> Entry:
    found = [entry for entry in entries if entry is not None]
    return Entry(
        "".join(entry.text for entry in found),
        min((entry.confidence for entry in found), default=1.0),
        tuple(key for entry in found for key in entry.cells),
    )


def to_goal(record: Sourced, number: int) -> Goal:
    """A goal from the fields of a row; ``number`` is taken where the row prints none."""
    fields = record.fields
    printed = goal_number(fields["goal_no"].text) if fields.get("goal_no") else None
    return Goal(
        printed or number,
        fields.get("goal_no"),
        fields.get("goal", BLANK),
        fields.get("actual"),
        fields.get("deviation"),
    )


def budgets_of(section: Section) -> list[Budget]:
    """The rows of a budget section; a row that gives the reason for deviation belongs to the first of them."""
    amounts = ("initial", "adjusted", "executed")
    left = min((column.x0 for column in section.columns if column.field in amounts), default=0.0)
    unit = amount_unit(section)
    reason = deviation_row(section)
    budgets: list[Budget] = []
    for record in table_rows(section):
        label = [piece for piece in record.row.pieces if piece.x1 <= left + 1e-6 and piece.text]
        is_reason = reason is not None and record.row == reason[0]
        if is_reason or not any(record.fields.get(field, BLANK).text for field in amounts):
            continue
        funds = entry_of(label[-1:])
        values = {field: entry for field, entry in record.fields.items() if field not in ("method",)}
        budgets.append(Budget(funds, _unit_in(funds.text) or unit, **values))
    if budgets and reason is not None and not budgets[0].deviation:
        budgets[0] = replace(budgets[0], deviation=entry_of([reason[2]]))
    return budgets


def deviation_row(section: Section) -> tuple[Row, Piece, Piece] | None:
    """The row 偏差原因分析… | text of a budget section, with its label and its text."""
    for row in section.rows:
        for label, value in zip(row.starting, row.starting[1:], strict=False):
            if match_label(label.text, "budgets") == "deviation" and value is row.starting[-1]:
                return row, label, value
    return None


def amount_unit(section: Section) -> str | None:
    """The unit in the section's labels; where a page break cut the label's cell, it stands in only one part."""
    texts = [piece.text for piece in section.header]
    texts += [piece.text for row in section.rows for piece in row.pieces if len(piece.text) <= LONGEST_LABEL]
    return next((unit for unit in map(_unit_in, texts) if unit), None)


def _unit_in(label: str) -> str | None:
    found = re.search(r"[（(](?:单位[:：])?\s*(万元|亿元|元)\s*[）)]|单位[:：]\s*(万元|亿元|元)", label)
    return found.group(1) or found.group(2) if found else None


def totals_of(rows: Sequence[Row], columns: Columns) -> tuple[Entry | None, Entry | None]:
    """Stated total weight and score: by column; where the total row is merged differently, its numbers in order."""
    for row in rows:
        values = [p for p in row.starting if match_label(p.text, "sections") != "total" and p.text]
        fields = by_field(values, columns)
        weight, score = fields.get("weight"), fields.get("score")
        numbers = [piece for piece in values if re.fullmatch(r"\d+(?:\.\d+)?分?", piece.text)]
        if not (weight and score) and len(numbers) >= 2:
            weight, score = numbers[:1], numbers[1:2]
        elif not (weight or score) and len(numbers) == 1:
            score = numbers
        if weight or score:
            return (entry_of(weight) if weight else None), (entry_of(score) if score else None)
    return None, None


def headings_of(rows: Sequence[Row]) -> tuple[dict[str, Entry], list[CellKey]]:
    """Values of heading rows (部门名称 | 天津市… | 实施单位 | …) by field, and the cells of their labels."""
    found: dict[str, Entry] = {}
    labels: list[CellKey] = []
    for row in rows:
        label: str | None = None
        for piece in row.pieces:
            field = match_label(piece.text, "heading")
            if field:
                label = field
                labels.append(piece.key)
            elif label and piece.text:
                if label not in found:
                    found[label] = entry_of([piece])
                label = None
    return found, labels


def section_label_keys(pieces: Sequence[Piece]) -> list[CellKey]:
    """Cells that name a section beside its rows (绩效指标 written downwards, 总分, …)."""
    return [
        piece.key for piece in pieces if match_label(piece.text, "sections") is not None or not plain_label(piece.text)
    ]
