"""Rows of labels with their values beside them: headings, goals without a header, budgets as labelled amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.form.content import is_goal_label, is_nothing, is_number
from workbench.form.headers import is_section_label
from workbench.form.lexicon import LONGEST_LABEL, match
from workbench.form.rows import TOUCHING, FormCell, FormColumn, FormColumns, FormRow, entry_of
from workbench.model import Entry, TextLine

MONEY = re.compile(r"资金|拨款|预算|支出|收入|经费|结转|结余|金额|总额")
"""What the label of an amount says."""

TITLE = re.compile(r"(?:绩效|自评|评价|目标).{0,6}表")
LONGEST_TITLE = 60
NEARLY_ALL = 0.9
"""A cell over this share of the table's width is a row of its own."""

BETWEEN_HEADINGS = r"\s+|(?=[（(]\s*20\d{2})|(?=(?:金额)?单位[:：]\s*(?:万元|亿元|元))"
COLON = re.compile(r"([^:：，。；]{2,12})[:：](.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value, both as cells of the table; the label's field."""

    field: str
    label: FormCell
    value: FormCell | None
    is_whole: bool = True

    @property
    def entry(self) -> Entry:
        """The value as printed; where label and value share a cell (部门名称：…), what stands behind the colon."""
        if self.value is None:
            return entry_of(())
        entry = entry_of([self.value])
        if self.value is not self.label:
            return entry
        found = COLON.fullmatch(entry.text)
        return Entry(found.group(2).strip() if found else entry.text, entry.confidence, entry.cells)


def heading_pairs(row: FormRow) -> list[Pair]:
    """部门名称 | 天津市… | 实施单位 | …; empty where the row does not begin with the label of a heading."""
    pieces = [piece for piece in row.pieces if not (is_section_label(piece) and piece.cell.rowspan > 1)]
    if not pieces or pieces[0] not in row.starting or not _heading(pieces[0]):
        return []
    pairs: list[Pair] = []
    for piece in pieces:
        found = _heading(piece)
        if found:
            pairs.append(found)
        elif pairs and pairs[-1].value is None and (piece.text or piece.is_illegible):
            pairs[-1] = Pair(pairs[-1].field, pairs[-1].label, piece, pairs[-1].is_whole)
    return pairs


def _heading(piece: FormCell) -> Pair | None:
    found = match(piece.text, "heading")
    if found:
        return Pair(found.field, piece, None, found.whole)
    inside = COLON.fullmatch(piece.text)
    found = match(inside.group(1), "heading") if inside else None
    return Pair(found.field, piece, piece, found.whole) if found else None


def line_pairs(lines: Sequence[TextLine]) -> dict[str, Entry]:
    """Headings printed above the table: 部门名称：天津市…　单位：万元."""
    found: dict[str, Entry] = {}
    for line in lines:
        for part in re.split(BETWEEN_HEADINGS, line.text):
            inside = COLON.fullmatch(part)
            label = match(inside.group(1), "heading") if inside else None
            if inside and label:
                found.setdefault(label.field, Entry(inside.group(2).strip(), line.confidence))
    return found


def goal_header(row: FormRow, first: str = "goal") -> tuple[tuple[FormCell, ...], FormColumns] | None:
    """绩效目标1 | … | 实际完成情况 | …: the labels and the columns of a goal that has no header; None if it is none.

    A numbered label is the goal's number, in a column of its own. ``first``: the field that the row begins with.
    """
    printed = row.printed
    labels, values = printed[::2], printed[1::2]
    if not printed or _goal_field(printed[0]) != first or len(labels) != len(values):
        return None
    if not all(map(_goal_field, labels)) or any(map(_goal_field, values)):
        return None
    columns = [FormColumn(_goal_field(a), b.x0, b.x1, a) for a, b in zip(labels, values, strict=True)]
    numbered = [FormColumn("goal_no", piece.x0, piece.x1, piece) for piece in labels if is_goal_label(piece.text)]
    header = tuple(piece for piece in labels if not is_goal_label(piece.text))
    return header, tuple(sorted((*columns, *numbered), key=lambda column: column.x0))


def _goal_field(piece: FormCell) -> str:
    if is_goal_label(piece.text):
        return "goal"
    found = match(piece.text, "goals")
    return found.field if found and found.whole and found.field in ("goal", "actual", "deviation") else ""


def amount_pairs(row: FormRow) -> list[Pair]:
    """资金总额 | 120.5 | 其他资金 | 0: labels of money with amounts; empty where the row holds anything else.

    Fields are those of the budget's families, ``funds`` for a label of another kind.
    """
    printed = row.printed
    if len(printed) % 2:  # a label beside all rows of the budget
        printed = printed[1:] if printed and MONEY.search(printed[0].text) else []
    pairs = list(zip(printed[::2], printed[1::2], strict=True))
    is_budget = all(_is_money_label(label) and _is_amount(value) for label, value in pairs)
    if not pairs or not is_budget or not any(is_number(value.text) for _, value in pairs):
        return []
    return [Pair(_amount_field(label), label, value) for label, value in pairs]


def _amount_field(label: FormCell) -> str:
    found = match(label.text, "budgets")
    return found.field if found else "funds"


def _is_money_label(piece: FormCell) -> bool:
    is_label = len(piece.text) <= LONGEST_LABEL and not is_number(piece.text)
    return is_label and (bool(MONEY.search(piece.text)) or match(piece.text, "budgets") is not None)


def _is_amount(piece: FormCell) -> bool:
    return is_number(piece.text) or is_nothing(piece.text)


def is_title(row: FormRow) -> bool:
    """A cell over the whole table, or alone at its top, that calls itself a form."""
    if len(row.printed) != 1:
        return False
    (only,) = row.printed
    stands_alone = only.x1 - only.x0 >= NEARLY_ALL or (row.number == 0 and only.x0 <= TOUCHING)
    return stands_alone and bool(TITLE.search(only.text)) and len(only.text) <= LONGEST_TITLE
