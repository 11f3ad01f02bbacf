"""Budgets: the lines of a header's table, of labels with amounts beside them, or of a table of stacked projects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

from workbench.fields import AMOUNTS
from workbench.findings import FINDINGS
from workbench.form.content import is_nothing, is_number
from workbench.form.flags import RecordFlag
from workbench.form.headers import is_section_label
from workbench.form.lexicon import AMOUNT_UNIT, LONGEST_LABEL, match_label, plain_label, undamaged
from workbench.form.pairs import Pair, amount_pairs
from workbench.form.records import FormRecord, has_ink, table_rows
from workbench.form.rows import TOUCHING, FormCell, FormColumns, entry_of, field_of
from workbench.form.sections import Section
from workbench.form.settings import FormSettings
from workbench.model import Budget, Entry, Finding

UNIT = re.compile(rf"[（(](?:(?:金额)?单位[:：])?\s*({AMOUNT_UNIT})\s*[）)]|单位[:：]\s*({AMOUNT_UNIT})")
"""The unit of amounts as labels state it: ``（万元）``, ``单位：元``, ``金额单位：人民币元``."""

KNOWN_UNITS = ("元", "万元", "亿元")
"""Units that a dataset's amounts may be in; of another one a finding says that it was not taken."""

DIGIT_AND_NO_WORD = re.compile(r"[^\u4e00-\u9fff]*[0-9][^\u4e00-\u9fff]*")
"""What may be an amount with a stroke that is none of it: 0√. 57个 is none."""

BUDGET_FIELDS = frozenset(field.name for field in fields(Budget)) - {"funds", "amount_unit"}
"""Fields of a budget line that have a column."""

SOURCES = ("funds", "whole", "part")
"""Fields of labels that name a source of funds, or all of them, and no column."""

BudgetLine = tuple[Budget, tuple[RecordFlag, ...]]
"""A line of the budget, and what is doubtful about it."""


def budget_lines(
    sections: Sequence[Section],
    indicators: Sequence[FormRecord],
    columns: FormColumns,
    lines: Iterable[str],
    settings: FormSettings,
) -> tuple[list[Budget], list[Finding]]:
    """The budget lines of a form, and findings about them.

    One unit for the whole form is that of every line which states none: it may be printed on one side of a page break
    only. Where no line has an initial or an executed amount, the amount is the one that the form asks for: the initial
    budget.

    Args:
        sections: those of budgets and of labelled amounts.
        indicators: the form's records; amounts beside them count where no section has a budget line.
        columns: of the indicators.
        lines: texts above the form's table, where a unit may stand if no section states one.
        settings: which column a cell lies in.
    """
    found = _lines_of_all(sections, settings)
    budgets = [budget for budget, _ in found] or _budget_beside_indicators(indicators, columns)
    reasons = [reason for section in sections for reason in deviation_cells(section)]
    if budgets and reasons and not budgets[0].deviation:
        budgets[0] = replace(budgets[0], deviation=entry_of([reasons[0][1]]))
    units = {unit for section in sections if (unit := _unit_of(section))}
    units = units or {unit for line in lines if (unit := _unit_in(line))}
    unit = units.pop() if len(units) == 1 else None
    printed_units = [budget.amount_unit or unit for budget in budgets]
    budgets = [
        replace(budget, amount_unit=unit if unit in KNOWN_UNITS else None)
        for budget, unit in zip(budgets, printed_units, strict=True)
    ]
    if all(budget.initial is None and budget.executed is None for budget in budgets):
        budgets = [replace(budget, initial=budget.adjusted, adjusted=None) for budget in budgets]
    return budgets, [*_findings(found), *_unknown_units(printed_units)]


def _unknown_units(printed: Sequence[str | None]) -> Iterator[Finding]:
    """``unknown-unit`` for each printed unit of budget lines that no dataset has, at the first of its lines."""
    for unit in dict.fromkeys(printed):
        if unit and unit not in KNOWN_UNITS:
            number = printed.index(unit) + 1
            statement = FINDINGS["unknown-unit"].says("amounts", unit=unit)
            yield statement.about("budgets", number, "amount_unit", found=unit)


def _findings(lines: Sequence[BudgetLine]) -> Iterator[Finding]:
    for number, (_, flags) in enumerate(lines, start=1):
        for flag in flags:
            yield Finding(flag.code, flag.severity, flag.message, "budgets", number, flag.field, flag.page)


def deviation_cells(section: Section) -> list[tuple[FormCell, FormCell]]:
    """Label and text of each row 偏差原因分析… | text of a section of budgets; none in another section."""
    found = []
    for row in section.rows if section.kind == "budgets" else ():
        printed = row.printed
        if len(printed) >= 2 and match_label(printed[-2].text, "budgets") == "deviation":
            found.append((printed[-2], printed[-1]))
    return found


def _lines_of_all(sections: Sequence[Section], settings: FormSettings) -> list[BudgetLine]:
    """The budget lines of the sections, in order.

    Where a row of labels names columns (预算数 | 210 | 执行数 | 199.5), the amounts of the rows below are theirs, and
    the line of that row goes by its first label if there are such rows.
    """
    found: list[BudgetLine] = []
    columns: list[Pair] = []
    whole = 0
    for section in sections:
        if section.kind == "budgets":
            found += _lines_of(section, settings)
            continue
        for pairs in map(amount_pairs, section.rows):
            if _names_columns(pairs):
                columns, whole = pairs, len(found)
                found.append((_line_of_columns(pairs), ()))
            elif not columns:
                found += [(budget, ()) for budget in _labelled_amounts(pairs)]
            elif below := _line_below(pairs, columns):
                found[whole] = (replace(found[whole][0], funds=entry_of([columns[0].label])), ())
                found.append((below, ()))
    return found


def _lines_of(section: Section, settings: FormSettings) -> list[BudgetLine]:
    """The budget lines of a section: the rows of its table that state an amount."""
    left = min((column.x0 for column in section.columns if column.field in AMOUNTS), default=0.0)
    unit, reasons = _unit_of(section), {label.key for label, _ in deviation_cells(section)}
    budgets: list[BudgetLine] = []
    beside = [c for c in section.header if _is_text_left_of(c, left) and not is_section_label(c)]
    for record in table_rows(section, settings):
        values = {name: entry for name, entry in record.fields.items() if name in BUDGET_FIELDS}
        if any(cell.key in reasons for cell in record.row.starting) or not _has_amounts(values):
            continue
        labels = [c for c in record.row.cells if _is_text_left_of(c, left) and not is_number(c.text)]
        of_funds = [c for c in labels if field_of(c, section.columns, settings) == "funds"]
        # A label beside header and amounts belongs to the first line, where its cell is not merged.
        funds = entry_of((of_funds or labels)[-1:] or ([] if budgets else beside[-1:]))
        budgets.append((Budget(funds, _unit_in(funds.text) or unit, **values), record.flags))
    return budgets


def _is_text_left_of(cell: FormCell, edge: float) -> bool:
    """Whether a cell has text and ends left of an edge, a fraction of the table's width."""
    return cell.x1 <= edge + TOUCHING and bool(cell.text)


def _has_amounts(values: dict[str, Entry]) -> bool:
    """Whether an amount stands in a row, a placeholder for none, or ink that may be either and was misread."""
    return any(_may_be_amount(values[name]) for name in AMOUNTS if name in values)


def _may_be_amount(entry: Entry) -> bool:
    if not entry:
        return has_ink([entry])
    return bool(DIGIT_AND_NO_WORD.fullmatch(entry.text)) or is_number(entry.text) or is_nothing(entry.text)


def _names_columns(pairs: Sequence[Pair]) -> bool:
    """Whether every label of a row names another column of a budget: 年初预算数, 全年执行数."""
    return len({pair.field for pair in pairs} & BUDGET_FIELDS) == len(pairs) > 1


def _line_of_columns(pairs: Sequence[Pair]) -> Budget:
    """The budget line of a row whose labels name columns."""
    return Budget(entry_of(()), _unit_in(pairs[0].label.text), **{pair.field: pair.entry for pair in pairs})


def _line_below(pairs: Sequence[Pair], columns: Sequence[Pair]) -> Budget | None:
    """The line of a row below one that names columns: the same source beside each of its amounts.

    None where it cannot be told: labels differ, or an amount stands below no column or several.
    """
    names = {plain_label(pair.label.text) for pair in pairs}
    fields_of = [[column.field for column in columns if _stand_in_line(pair, column)] for pair in pairs]
    found = {of_pair[0] for of_pair in fields_of if len(of_pair) == 1}
    if len(names) != 1 or len(found) != len(pairs) or any(pair.field not in SOURCES for pair in pairs):
        return None
    label = pairs[0].label
    values = {of_pair[0]: pair.entry for of_pair, pair in zip(fields_of, pairs, strict=True)}
    return Budget(entry_of([label]), _unit_in(label.text), **values)


def _stand_in_line(one: Pair, other: Pair) -> bool:
    """Whether the values of two pairs stand one below the other."""
    if one.value is None or other.value is None:
        return False
    return min(one.value.x1, other.value.x1) - max(one.value.x0, other.value.x0) > TOUCHING


def _labelled_amounts(pairs: Sequence[Pair]) -> list[Budget]:
    """A budget line for each label of a row that is no other year's or remark.

    None where one label stands beside several amounts: what each of them is cannot be told.
    """
    names = {plain_label(pair.label.text) for pair in pairs}
    named = [pair for pair in pairs if pair.field in SOURCES or pair.field in BUDGET_FIELDS]
    return [_labelled_amount(pair) for pair in named] if len(names) == len(pairs) else []


def _labelled_amount(pair: Pair) -> Budget:
    """The line of one label: its amount is that which the label names (执行数), or else the initial budget.

    A budget that stands alone (年度预算金额) is the initial one: no other is printed beside it.
    """
    field = pair.field if pair.field in BUDGET_FIELDS - {"adjusted"} else "initial"
    return Budget(entry_of([pair.label]), _unit_in(pair.label.text), **{field: pair.entry})


def _budget_beside_indicators(indicators: Sequence[FormRecord], columns: FormColumns) -> list[Budget]:
    """The amounts in columns beside a project's indicators, as one line; its funds are the label of the first column.

    Empty where there are no such columns, or nothing is printed in them.
    """
    amounts = {column.field: column for column in columns if column.field in AMOUNTS}
    values = {
        name: next((record.fields[name] for record in indicators if record.fields[name]), entry_of(()))
        for name in amounts
    }
    if not indicators or not any(values.values()):
        return []
    label = next(iter(amounts.values())).label
    funds = entry_of([label] if label else [])
    return [Budget(funds, _unit_in(funds.text), **values)]


def _unit_of(section: Section) -> str | None:
    """The unit of amounts in the labels of a section, the first of them; None where none states it."""
    texts = [cell.text for cell in section.header]
    texts += [cell.text for row in section.rows for cell in row.cells if len(cell.text) <= LONGEST_LABEL]
    return next((unit for unit in map(_unit_in, texts) if unit), None)


def _unit_in(label: str) -> str | None:
    """The unit of amounts in a label, known or not; None where it states none.

    >>> _unit_in("年度资金总额（万元）"), _unit_in("金额单位：人民币元"), _unit_in("年度资金总额")
    ('万元', '元', None)
    """
    found = UNIT.search(undamaged(label))
    return (found.group(1) or found.group(2)).removeprefix("人民币") if found else None
