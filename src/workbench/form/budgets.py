"""Budgets: the lines of a header's table, of labels with amounts beside them, or of a table of stacked projects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from workbench.fields import AMOUNTS, field_name
from workbench.findings import FINDINGS
from workbench.form.amount_units import KNOWN_UNITS, Units, UnitsOfLine, unit_findings, units_around, units_in
from workbench.form.content import is_nothing, is_number
from workbench.form.flags import RecordFlag
from workbench.form.headers import is_section_label
from workbench.form.lexicon import match_label, plain_label
from workbench.form.pairs import Pair, amount_pairs
from workbench.form.records import FormRecord, has_ink, table_rows
from workbench.form.rows import TOUCHING, UNKNOWN, FormCell, FormColumns, entry_of, field_of
from workbench.form.sections import Section
from workbench.form.settings import FormSettings
from workbench.model import Budget, Entry, Finding

DIGIT_AND_NO_WORD = re.compile(r"[^\u4e00-\u9fff]*[0-9][^\u4e00-\u9fff]*")
"""What may be an amount with a stroke that is none of it: 0√. 57个 is none."""

BUDGET_FIELDS = frozenset(field.name for field in fields(Budget)) - {"funds", "amount_unit"}
"""Fields of a budget line that have a column."""

SOURCES = ("funds", "whole", "part")
"""Fields of labels that name a source of funds, or all of them, and no column."""

WHOLE_YEAR = re.compile("全年|年中|年末|调整|追加|调剂")
"""Words of which the label of a budget has one that is not that of the year's beginning."""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A line of the budget before its unit is known.

    ``may_be_initial``: no label says of its only budget that it is that of the whole year.
    """

    budget: Budget
    units: UnitsOfLine
    may_be_initial: bool = True
    flags: tuple[RecordFlag, ...] = ()


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
    budget, unless its label says otherwise (全年预算数).

    Args:
        sections: those of budgets and of labelled amounts.
        indicators: the form's records; amounts beside them count where no section has a budget line.
        columns: of the indicators.
        lines: texts above the form's table, where a unit may stand if no section states one.
        settings: which column a cell lies in.
    """
    found = _lines_of_all(sections, settings) or _budget_beside_indicators(indicators, columns)
    reasons = [reason for section in sections for reason in deviation_cells(section)]
    everywhere = tuple(dict.fromkeys(unit for one in map(units_around, sections) for units in one for unit in units))
    above = units_in(lines)
    units = [line.units.settled(above, everywhere) for line in found]
    budgets = [
        replace(line.budget, amount_unit=unit if unit in KNOWN_UNITS else None)
        for line, (unit, _) in zip(found, units, strict=True)
    ]
    if budgets and reasons and not budgets[0].deviation:
        budgets[0] = replace(budgets[0], deviation=entry_of([reasons[0][1]]))
    if all(budget.initial is None and budget.executed is None for budget in budgets):
        budgets = [
            replace(budget, initial=budget.adjusted, adjusted=None) if line.may_be_initial else budget
            for line, budget in zip(found, budgets, strict=True)
        ]
    return budgets, [*_findings(found), *unit_findings(units)]


def _findings(lines: Sequence[BudgetLine]) -> Iterator[Finding]:
    for number, line in enumerate(lines, start=1):
        for flag in line.flags:
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
    the line of that row goes by its first label if there are such rows. A row of labels that names other columns than
    the one above it goes on with the same line; what is of the year before (上年预算数) is of no line.
    """
    found: list[BudgetLine] = []
    columns: list[Pair] = []
    whole = 0
    for section in sections:
        if section.kind == "budgets":
            found += _lines_of(section, settings)
            continue
        around = units_around(section)
        told: frozenset[str] = frozenset()
        for pairs in map(_of_this_year, map(amount_pairs, section.rows)):
            named, before = _columns_told(pairs), len(found)
            if named and told and not named & told:
                found[-1] = _with_columns(found[-1], pairs)
                told |= named
                continue
            if _names_columns(pairs):
                columns, whole = pairs, len(found)
                found.append(_line_of_columns(pairs, around))
            elif not columns:
                found += _labelled_amounts(pairs, around)
            elif below := _line_below(pairs, columns, around):
                with_source = replace(found[whole].budget, funds=entry_of([columns[0].label]))
                found[whole] = replace(found[whole], budget=with_source)
                found.append(below)
            told = named if len(found) > before else frozenset()  # what the row above told of the line that it made
    return found


def _lines_of(section: Section, settings: FormSettings) -> list[BudgetLine]:
    """The budget lines of a section: the rows of its table that state an amount."""
    left = min((column.x0 for column in section.columns if column.field in AMOUNTS), default=0.0)
    around, reasons = units_around(section), {label.key for label, _ in deviation_cells(section)}
    may_be_initial = not any(c.field == "adjusted" and WHOLE_YEAR.search(c.label_text) for c in section.columns)
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
        units = UnitsOfLine(units_in([funds.text]), *around)
        budgets.append(BudgetLine(Budget(funds, None, **values), units, may_be_initial, record.flags))
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


def _of_this_year(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs without those of the year before: 上年预算数."""
    return [pair for pair in pairs if pair.field != "prior"]


def _columns_told(pairs: Sequence[Pair]) -> frozenset[str]:
    """The columns of a budget that a row's labels name, each another one; empty where a label names none."""
    named = frozenset(pair.field for pair in pairs)
    return named if len(named) == len(pairs) and named <= BUDGET_FIELDS else frozenset()


def _with_columns(line: BudgetLine, pairs: Sequence[Pair]) -> BudgetLine:
    """A line with the amounts of another row of labels that name columns."""
    values = {pair.field: pair.entry for pair in pairs}
    budget = replace(line.budget, **values)  # type: ignore[arg-type]
    return replace(line, budget=budget, flags=(*line.flags, *_doubts(pairs, values)))


def _names_columns(pairs: Sequence[Pair]) -> bool:
    """Whether every label of a row names another column of a budget: 年初预算数, 全年执行数."""
    return len(_columns_told(pairs)) > 1


def _line_of_columns(pairs: Sequence[Pair], around: tuple[Units, Units]) -> BudgetLine:
    """The budget line of a row whose labels name columns."""
    units = UnitsOfLine(units_in(pair.label.text for pair in pairs), *around)
    values = {pair.field: pair.entry for pair in pairs}
    return BudgetLine(Budget(entry_of(()), None, **values), units, flags=_doubts(pairs, values))


def _line_below(pairs: Sequence[Pair], columns: Sequence[Pair], around: tuple[Units, Units]) -> BudgetLine | None:
    """The line of a row below one that names columns: the same source beside each of its amounts.

    None where it cannot be told: labels differ, or an amount stands below no column or several.
    """
    names = {plain_label(pair.label.text) for pair in pairs}
    fields_of = [[column.field for column in columns if _stand_in_line(pair, column)] for pair in pairs]
    found = {of_pair[0] for of_pair in fields_of if len(of_pair) == 1}
    if len(names) != 1 or len(found) != len(pairs) or any(pair.field not in (*SOURCES, UNKNOWN) for pair in pairs):
        return None
    label = pairs[0].label
    values = {of_pair[0]: pair.entry for of_pair, pair in zip(fields_of, pairs, strict=True)}
    return BudgetLine(Budget(entry_of([label]), None, **values), UnitsOfLine(units_in([label.text]), *around))


def _stand_in_line(one: Pair, other: Pair) -> bool:
    """Whether the values of two pairs stand one below the other."""
    if one.value is None or other.value is None:
        return False
    return min(one.value.x1, other.value.x1) - max(one.value.x0, other.value.x0) > TOUCHING


def _labelled_amounts(pairs: Sequence[Pair], around: tuple[Units, Units]) -> list[BudgetLine]:
    """A budget line for each label of a row that names a source of funds or a column of a budget.

    None where one label stands beside several amounts: what each of them is cannot be told. Nor can it of a label that
    nobody knows: 到位资金 is no budget.
    """
    names = {plain_label(pair.label.text) for pair in pairs}
    named = [pair for pair in pairs if pair.field in SOURCES or pair.field in BUDGET_FIELDS]
    return [_labelled_amount(pair, around) for pair in named] if len(names) == len(pairs) else []


def _labelled_amount(pair: Pair, around: tuple[Units, Units]) -> BudgetLine:
    """The line of one label: its amount is that which the label names (执行数), or else the initial budget.

    A budget that stands alone (年度预算金额) is the initial one, unless it is called that of the whole year.
    """
    is_initial = pair.field in SOURCES or (pair.field == "adjusted" and not WHOLE_YEAR.search(pair.label.text))
    values = {"initial" if is_initial else pair.field: pair.entry}
    units = UnitsOfLine(units_in([pair.label.text]), *around)
    return BudgetLine(Budget(entry_of([pair.label]), None, **values), units, is_initial, _doubts([pair], values))


def _doubts(pairs: Iterable[Pair], values: Iterable[str]) -> tuple[RecordFlag, ...]:
    """``column-in-doubt`` for each label that is only similar to a known one: 到位资金 resembles 单位资金."""
    flags = []
    for pair, field in zip(pairs, values, strict=True):
        if not pair.is_whole:
            said = FINDINGS["column-in-doubt"].says("similar", label=pair.label.text, field=field_name(field))
            flags.append(RecordFlag(said.code, said.severity, said.message, field, pair.label.key.page))
    return tuple(flags)


def _budget_beside_indicators(indicators: Sequence[FormRecord], columns: FormColumns) -> list[BudgetLine]:
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
    adjusted = amounts.get("adjusted")
    may_be_initial = adjusted is None or not WHOLE_YEAR.search(adjusted.label_text)
    return [BudgetLine(Budget(funds, None, **values), UnitsOfLine(units_in([funds.text])), may_be_initial)]
