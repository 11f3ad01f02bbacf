"""Rows of labels with their values beside them: headings, goals without a header, budgets as labelled amounts.

Also titles, which are rows of one cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from workbench.form.content import is_goal_label, is_nothing, is_number
from workbench.form.headers import is_section_label
from workbench.form.lexicon import AMOUNT_UNIT, LONGEST_LABEL, Match, match, names_funds
from workbench.form.rows import TOUCHING, UNKNOWN, FormCell, FormColumn, FormColumns, FormRow, entry_of
from workbench.form.settings import FormSettings
from workbench.model import Entry, TextLine

MONEY = re.compile(r"资金|拨款|预算|支出|收入|经费|结转|结余|金额|总额")
"""Words of which the label of an amount has one."""

TITLE = re.compile(r"(?:绩效|自评|评价|目标).{0,6}表")
"""What the title of a form says."""

LONGEST_HEADING = 12
"""Characters of the longest label of a heading."""

BETWEEN_HEADINGS = rf"\s+|(?=[（(]\s*20\d{{2}})|(?=(?:金额)?单位[:：]\s*{AMOUNT_UNIT})"
"""Where one line of headings is cut: at spaces, and before a year or a unit of amounts."""

SEALED = re.compile(r"单位\s*[（(]\s*(?:加?盖?公?章|签章)\s*[）)]")
"""The label of the department that a form is of where it puts its seal: ``单位（公章）``. 单位 alone labels amounts."""

YEAR_BEHIND_NAME = re.compile(r"(?<=\S)[（(]?\s*20\d{2}\s*年.*", re.DOTALL)
"""What is no part of the name of a department: a year, and all behind it."""

NAMED = ("department", "unit", "project")
"""Headings whose values are names: a number alone is a code."""

LABEL_AND_VALUE = re.compile(r"([^:：，。；]{2,12})[:：](.+)", re.DOTALL)
"""A label of 2 to 12 characters and its value in one text, a colon between them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with its value, both cells of a table (value None: it has none), and the field that the label names.

    ``is_whole``: the label was read without damage.
    """

    field: str
    label: FormCell
    value: FormCell | None
    is_whole: bool = True

    @property
    def entry(self) -> Entry:
        """The value as printed; where label and value share a cell (部门名称：…), the text behind the colon."""
        if self.value is None:
            return entry_of(())
        entry = entry_of([self.value])
        if self.value is not self.label:
            return entry
        found = LABEL_AND_VALUE.fullmatch(entry.text)
        return replace(entry, text=found.group(2).strip()) if found else entry


def heading_pairs(row: FormRow) -> list[Pair]:
    """The headings of a row: 部门名称 | 天津市… | 实施单位 | …; empty where it does not begin with a heading's label.

    Labels of sections that are merged over several rows do not count as cells of the row.
    """
    cells = [cell for cell in row.cells if not (is_section_label(cell) and cell.grid_cell.rowspan > 1)]
    if not cells or cells[0] not in row.starting or not _heading(cells[0]):
        return []
    pairs: list[Pair] = []
    for cell in cells:
        found = _heading(cell)
        if found:
            pairs.append(found)
        elif pairs and pairs[-1].value is None and (cell.text or cell.is_illegible):
            pairs[-1] = replace(pairs[-1], value=cell)
    return [replace(p, field="other") if p.field in NAMED and is_number(p.entry.text) else p for p in pairs]


def heading_label(text: str) -> Match | None:
    """The heading that a text is the label of; None if of none."""
    return Match("department", "listed") if SEALED.fullmatch(text.strip()) else match(text, "heading")


def _heading(cell: FormCell) -> Pair | None:
    """The heading that a cell is the label of, or holds with its value; None if neither."""
    found = heading_label(cell.text)
    if found:
        return Pair(found.field, cell, None, found.is_whole)
    both = LABEL_AND_VALUE.fullmatch(cell.text)
    found = heading_label(both.group(1)) if both else None
    return Pair(found.field, cell, cell, found.is_whole) if found else None


def line_pairs(lines: Sequence[TextLine]) -> dict[str, Entry]:
    """Headings in text lines above a table, by field, the first of each: 部门名称：天津市…　单位：万元.

    >>> line = TextLine("部门名称：教育局 实施单位：第一中学", (0.9,), ((0, 0),) * 4)
    >>> {field: entry.text for field, entry in line_pairs([line]).items()}
    {'department': '教育局', 'unit': '第一中学'}
    """
    found: dict[str, Entry] = {}
    for line in lines:
        for part in (one for text in re.split(BETWEEN_HEADINGS, line.text) for one in _parted_at_labels(text)):
            both = LABEL_AND_VALUE.fullmatch(part)
            label = heading_label(both.group(1)) if both else None
            if both and label:
                found.setdefault(label.field, Entry(_without_year(both.group(2).strip(), label.field), line.confidence))
    return found


def _without_year(value: str, field: str) -> str:
    """The value of a heading; the name of a department or unit without a year behind it."""
    return YEAR_BEHIND_NAME.sub("", value) if field in ("department", "unit") else value


def _parted_at_labels(text: str) -> list[str]:
    """A text of headings, parted before each label that stands behind the value of another without a space.

    >>> _parted_at_labels("单位（公章）：安陵市管理处自评总分：91分")
    ['单位（公章）：安陵市管理处', '自评总分：91分']
    """
    starts = [0]
    for colon in re.finditer("[:：]", text):
        for start in range(max(starts[-1] + 1, colon.start() - LONGEST_HEADING), colon.start() - 1):
            label = text[start : colon.start()]
            if ":" in text[starts[-1] : start].replace("：", ":") and _is_listed_heading(label):
                starts.append(start)
                break
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _is_listed_heading(text: str) -> bool:
    found = heading_label(text)
    return found is not None and found.by == "listed" and text[-1:] not in "（("


def goal_header(row: FormRow, first: str = "goal") -> tuple[tuple[FormCell, ...], FormColumns] | None:
    """The labels and columns of a goal that has no header: 绩效目标1 | … | 实际完成情况 | …; None for another row.

    A numbered label is the value of a column of its own, ``goal_no``, and not one of the labels.

    Args:
        row: labels and values, by turns.
        first: the field whose label the row begins with.
    """
    printed = row.printed
    labels, values = printed[::2], printed[1::2]
    if not printed or _goal_field(printed[0]) != first or len(labels) != len(values):
        return None
    if not all(map(_goal_field, labels)) or any(map(_goal_field, values)):
        return None
    columns = [
        FormColumn(_goal_field(label), value.x0, value.x1, label) for label, value in zip(labels, values, strict=True)
    ]
    numbered = [FormColumn("goal_no", cell.x0, cell.x1, cell) for cell in labels if is_goal_label(cell.text)]
    header = tuple(cell for cell in labels if not is_goal_label(cell.text))
    return header, tuple(sorted((*columns, *numbered), key=lambda column: column.x0))


def _goal_field(cell: FormCell) -> str:
    """The field of a goal that a cell is an undamaged label of, ``goal`` for a numbered one; empty if it is none."""
    if is_goal_label(cell.text):
        return "goal"
    found = match(cell.text, "goals")
    return found.field if found and found.is_whole and found.field in ("goal", "actual", "deviation") else ""


def amount_pairs(row: FormRow) -> list[Pair]:
    """Labels of money with their amounts: 资金总额 | 120.5 | 其他资金 | 0; empty where the row holds anything else.

    The field is that of the budget which the label names, ``funds`` where it names where the money is from, else
    `UNKNOWN`.
    """
    printed = row.printed
    if len(printed) % 2:  # a label beside all rows of the budget
        printed = printed[1:] if printed and MONEY.search(printed[0].text) else []
    pairs = list(zip(printed[::2], printed[1::2], strict=True))
    is_budget = all(_is_money_label(label) and _is_amount(value) for label, value in pairs)
    if not pairs or not is_budget or not any(is_number(value.text) for _, value in pairs):
        return []
    matches = [match(label.text, "budgets") for label, _ in pairs]
    return [
        Pair(_amount_field(label, found), label, value, found is None or found.is_whole or names_funds(label.text))
        for (label, value), found in zip(pairs, matches, strict=True)
    ]


def _amount_field(label: FormCell, found: Match | None) -> str:
    if found is None:
        return "funds" if names_funds(label.text) else UNKNOWN
    return "funds" if not found.is_whole and names_funds(label.text) else found.field


def _is_money_label(cell: FormCell) -> bool:
    is_label = len(cell.text) <= LONGEST_LABEL and not is_number(cell.text)
    return is_label and (bool(MONEY.search(cell.text)) or match(cell.text, "budgets") is not None)


def _is_amount(cell: FormCell) -> bool:
    return is_number(cell.text) or is_nothing(cell.text)


def is_title(row: FormRow, settings: FormSettings) -> bool:
    """Whether the only text of a row calls itself a form, in a cell over the whole table or at its top left."""
    if len(row.printed) != 1:
        return False
    (only,) = row.printed
    is_full_width = only.x1 - only.x0 >= settings.full_width_share
    is_top_left = row.number == 0 and only.x0 <= TOUCHING
    return (is_full_width or is_top_left) and is_title_text(only.text, settings)


def is_title_text(text: str, settings: FormSettings) -> bool:
    """Whether a text calls itself a form (…绩效自评表) and is short enough for a title."""
    return bool(TITLE.search(text)) and len(text) <= settings.max_title_length
