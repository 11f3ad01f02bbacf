"""Budgets: the lines of a header's table, of labels with amounts beside them, or of a table of stacked projects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

from workbench.form.content import is_nothing, is_number
from workbench.form.headers import is_section_label
from workbench.form.lexicon import LONGEST_LABEL, match_label, undamaged
from workbench.form.pairs import Pair, amount_pairs
from workbench.form.records import Sourced, table_rows
from workbench.form.rows import TOUCHING, FormCell, FormColumns, FormRow, entry_of, field_of
from workbench.form.sections import Section
from workbench.form.shifts import Doubt
from workbench.model import Budget, Entry, Finding

AMOUNTS = ("initial", "adjusted", "executed")
UNIT = re.compile(r"[（(](?:单位[:：])?\s*(万元|亿元|元)\s*[）)]|单位[:：]\s*(万元|亿元|元)")
BUDGET_FIELDS = frozenset(field.name for field in fields(Budget)) - {"funds", "amount_unit"}


BudgetLine = tuple[Budget, tuple[Doubt, ...]]
"""A line of the budget, and what is to be reported about it."""


def budget_lines(
    sections: Sequence[Section], indicators: Sequence[Sourced], columns: FormColumns, lines: Iterable[str]
) -> tuple[list[Budget], list[Finding]]:
    """All budget lines of a form, and findings about them.

    A unit that is printed on one side of a page break holds on the other too, and one above the table for all of it.
    The only amount of a form that states no execution is the one asked for: its initial budget.
    """
    found = [line for section in sections for line in _lines_of(section)]
    budgets = [budget for budget, _ in found] or _stacked(indicators, columns)
    reasons = [reason for section in sections for reason in deviation_cells(section)]
    if budgets and reasons and not budgets[0].deviation:
        budgets[0] = replace(budgets[0], deviation=entry_of([reasons[0][1]]))
    units = {unit for section in sections if (unit := _unit_of(section))}
    units = units or {unit for line in lines if (unit := _unit_in(line))}
    unit = units.pop() if len(units) == 1 else None
    budgets = [replace(budget, amount_unit=budget.amount_unit or unit) for budget in budgets]
    is_asked_for = all(budget.initial is None and budget.executed is None for budget in budgets)
    budgets = [_asked_for(budget) if is_asked_for else budget for budget in budgets]
    return budgets, list(_findings(found))


def _findings(lines: Sequence[BudgetLine]) -> Iterator[Finding]:
    for number, (_, doubts) in enumerate(lines, start=1):
        for doubt in doubts:
            yield Finding(doubt.code, doubt.severity, doubt.message, "budgets", number, doubt.field, doubt.page)


def deviation_cells(section: Section) -> list[tuple[FormCell, FormCell]]:
    """Label and text of the rows 偏差原因分析… | text of a budget section."""
    found = []
    for row in section.rows if section.kind == "budgets" else ():
        printed = row.printed
        if len(printed) >= 2 and match_label(printed[-2].text, "budgets") == "deviation":
            found.append((printed[-2], printed[-1]))
    return found


def _asked_for(budget: Budget) -> Budget:
    return replace(budget, initial=budget.adjusted, adjusted=None)


def _lines_of(section: Section) -> list[BudgetLine]:
    if section.kind == "amounts":
        return [(budget, ()) for row in section.rows for budget in _amounts(row)]
    left = min((column.x0 for column in section.columns if column.field in AMOUNTS), default=0.0)
    unit, reasons = _unit_of(section), {label.key for label, _ in deviation_cells(section)}
    budgets: list[BudgetLine] = []
    beside = [p for p in section.header if p.x1 <= left + TOUCHING and p.text and not is_section_label(p)]
    for record in table_rows(section):
        values = {name: entry for name, entry in record.fields.items() if name in BUDGET_FIELDS}
        if any(piece.key in reasons for piece in record.row.starting) or not _has_amounts(values):
            continue
        label = [p for p in record.row.pieces if p.x1 <= left + TOUCHING and p.text and not is_number(p.text)]
        named = [p for p in label if field_of(p, section.columns) == "funds"]
        # A label beside header and amounts belongs to the first line, where its cell is not merged.
        funds = entry_of((named or label)[-1:] or (() if budgets else beside[-1:]))
        budgets.append((Budget(funds, _unit_in(funds.text) or unit, **values), record.doubts))
    return budgets


def _has_amounts(values: dict[str, Entry]) -> bool:
    """Some amount, or a mark for none, and no statement in the place of one."""
    printed = [values[name].text for name in AMOUNTS if name in values and values[name].text]
    return any(is_number(text) or is_nothing(text) for text in printed)


def _amounts(row: FormRow) -> list[Budget]:
    """Labels with amounts: one line if they are the columns of one (年初预算数, 全年执行数), else a line for each."""
    pairs = amount_pairs(row)
    named = [pair.field for pair in pairs if pair.field in BUDGET_FIELDS]
    if len(set(named)) == len(pairs) > 1:
        return [Budget(entry_of(()), _unit_in(pairs[0].label.text), **{pair.field: pair.entry for pair in pairs})]
    return [_amount(pair) for pair in pairs]


def _amount(pair: Pair) -> Budget:
    return Budget(entry_of([pair.label]), _unit_in(pair.label.text), initial=pair.entry)


def _stacked(indicators: Sequence[Sourced], columns: FormColumns) -> list[Budget]:
    """The amounts that stand beside a project's indicators, the label of their column for the funds."""
    named = {column.field: column for column in columns if column.field in AMOUNTS}
    values = {
        name: next((record.fields[name] for record in indicators if record.fields[name]), entry_of(()))
        for name in named
    }
    if not indicators or not any(values.values()):
        return []
    label = next(iter(named.values())).label
    funds = entry_of([label] if label else [])
    return [Budget(funds, _unit_in(funds.text), **values)]


def _unit_of(section: Section) -> str | None:
    """The unit in the section's labels; where a page break cut the label's cell, it stands in only one part."""
    texts = [piece.text for piece in section.header]
    texts += [piece.text for row in section.rows for piece in row.pieces if len(piece.text) <= LONGEST_LABEL]
    return next((unit for unit in map(_unit_in, texts) if unit), None)


def _unit_in(label: str) -> str | None:
    found = UNIT.search(undamaged(label))
    return found.group(1) or found.group(2) if found else None
