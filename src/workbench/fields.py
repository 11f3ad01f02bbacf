"""The fields of a form, each once: its names in the tables, in the model and in Chinese, and what it holds.

Schemas, rows of the tables, corrections, review and data dictionary derive from this list. A field is what a form
prints: a person may correct every one of them. The columns that the tables compute or add (``form_id``, ``met``,
``page``) are no fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.model import BLANK, Budget, Entry, Form, Goal, Indicator, Table
from workbench.values import normalise, parse_amount, parse_fraction, parse_number, parse_points, parse_weight

FieldKind = Literal["text", "amount", "points", "weight", "rate", "year", "unit", "goal number"]

NumberParser = Callable[[str], float | None]

Nulls = Literal["never", "absent", "blank"]

PARSERS: Mapping[FieldKind, NumberParser] = {
    "amount": parse_amount,
    "points": parse_points,
    "weight": parse_weight,
    "rate": parse_fraction,
}
"""The function that reads the number of a field; the other kinds are no numbers."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form.

    Attributes:
        name: what the tables call it.
        kind: what its text is read as.
        label: what messages call it.
        dictionary_title: what the data dictionary calls it, where that is not the label.
        entry_name: what the model calls its entry, where that is not ``name``.
        entry_label: what messages call it where they name the entry, if that is not the label.
        is_entry: whether the model has it as an `Entry` with its cells. Otherwise it has a plain value.
        is_required: whether every record has it, blank where nothing is printed.
        names_record: whether its text tells the record from others.
        is_merged: whether one cell may give it to several records.
        nulls: where its table has a null: never (a text is empty instead), where the form has no such field (absent),
            or also where the field shows nothing (blank).
    """

    name: str
    kind: FieldKind
    label: str
    dictionary_title: str = ""
    entry_name: str = ""
    entry_label: str = ""
    is_entry: bool = True
    is_required: bool = False
    names_record: bool = False
    is_merged: bool = False
    nulls: Nulls = "blank"

    @property
    def title(self) -> str:
        """What the data dictionary calls it."""
        return self.dictionary_title or self.label

    @property
    def model_name(self) -> str:
        """What the model calls its entry or, of a field that is no entry, its value."""
        return self.entry_name or self.name

    @property
    def parser(self) -> NumberParser | None:
        """The function that reads its number; None of a field that is no number."""
        return PARSERS.get(self.kind)


_WEIGHT = FormField("weight", "weight", "分值")
_SCORE = FormField("score", "points", "得分")
_DEVIATION = FormField("deviation", "text", "偏差原因", nulls="never")
_OTHER_YEARS = FormField("other_years", "text", "其他年度")

FORM_FIELDS: Mapping[Table, tuple[FormField, ...]] = {
    "forms": (
        FormField("title", "text", "标题", dictionary_title="表名", is_entry=False),
        FormField("year", "year", "年度", is_entry=False),
        FormField("department", "text", "部门名称", dictionary_title="部门", is_required=True),
        FormField("project", "text", "项目名称", dictionary_title="项目"),
        FormField("unit", "text", "实施单位"),
        FormField("total_weight", "weight", "总分值"),
        FormField("total_score", "points", "总得分"),
        FormField("conclusion", "text", "自评结论"),
    ),
    "budgets": (
        FormField(
            "funds", "text", "资金类别", dictionary_title="资金名称", is_required=True, names_record=True, nulls="never"
        ),
        FormField("amount_unit", "unit", "金额单位", is_entry=False),
        FormField("initial", "amount", "年初预算数"),
        FormField("adjusted", "amount", "全年预算数"),
        FormField("executed", "amount", "全年执行数"),
        FormField("execution_rate", "rate", "执行率"),
        _WEIGHT,
        _SCORE,
        _DEVIATION,
        _OTHER_YEARS,
    ),
    "goals": (
        FormField("goal_no", "goal number", "目标序号", entry_name="number", is_merged=True, nulls="never"),
        FormField("goal", "text", "年度绩效目标", is_required=True, names_record=True, nulls="never"),
        FormField("actual", "text", "实际完成值", dictionary_title="实际完成情况", nulls="absent"),
        _DEVIATION,
    ),
    "indicators": (
        FormField(
            "goal_no", "goal number", "目标序号", entry_name="goal_label", entry_label="所属目标", is_merged=True
        ),
        FormField("level1", "text", "一级指标", is_required=True, is_merged=True, nulls="never"),
        FormField("level2", "text", "二级指标", is_required=True, is_merged=True, nulls="never"),
        FormField("name", "text", "三级指标", is_required=True, names_record=True, nulls="never"),
        FormField("target", "text", "年度指标值", is_required=True, nulls="never"),
        FormField("actual", "text", "实际完成值", nulls="absent"),
        _WEIGHT,
        _SCORE,
        _DEVIATION,
        FormField("reviewed_score", "points", "复核得分"),
        FormField("final_score", "points", "最终得分"),
        FormField("criteria", "text", "评分标准"),
        _OTHER_YEARS,
    ),
}
"""The fields of every table, in the order of its columns."""

_ALL = [(table, field) for table, fields in FORM_FIELDS.items() for field in fields]

FIELDS: dict[Table, tuple[str, ...]] = {
    table: tuple(field.name for field in fields) for table, fields in FORM_FIELDS.items()
}
"""The names of the fields of every table, as the tables have them."""

KNOWN: Mapping[tuple[str, str], FormField] = {(table, field.name): field for table, field in _ALL}
"""Every field by its table and its name there."""

KEYS: dict[Table, str] = {table: field.name for table, field in _ALL if field.names_record}
"""The field that names a record, of every table of records."""

REQUIRED: dict[Table, tuple[str, ...]] = {
    table: tuple(field.name for field in fields if field.is_required) for table, fields in FORM_FIELDS.items()
}
"""Fields that every record has, blank where nothing is printed."""

LABELS = frozenset(field.name for _, field in _ALL if field.is_merged)
"""Fields whose cells are merged over several records."""

NUMBER_FIELDS: dict[tuple[Table, str], NumberParser] = {
    (table, field.name): field.parser for table, field in _ALL if field.parser
}
"""Fields that hold numbers, with the function that reads them: the tables and the checks use the same."""

AMOUNTS = tuple(field.name for field in FORM_FIELDS["budgets"] if field.kind == "amount")
"""The fields of a budget that hold amounts, in the order of its columns."""

PUBLISHED_FIELDS = {field.entry_name: field.name for _, field in _ALL if field.entry_name}
"""Fields that the tables call otherwise than the model."""

_LABELS_BY_NAME = {field.name: field.label for _, field in _ALL} | {
    field.entry_name: field.entry_label or field.label for _, field in _ALL if field.entry_name
}


def field_name(field: str) -> str:
    """Return what messages call a field, by its name in the tables or in the model; an unknown name is unchanged.

    >>> field_name("weight")
    '分值'
    """
    return _LABELS_BY_NAME.get(field, field)


# --- the fields of a record, read from the model and put back into it

Entries = Mapping[str, Entry | None]
"""The entries of a record by the names of the tables. A plain value of the model is an entry without cells."""

CHINESE_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", start=1)}


def goal_number(text: str) -> int | None:
    """Return the number of a goal: one or two digits, or one Chinese numeral; None: there is none.

    >>> goal_number("绩效目标3"), goal_number("目标三"), goal_number("目标")
    (3, 3, None)
    """
    digits = re.search(r"\d{1,2}", text)
    if digits:
        return int(digits.group())
    numeral = re.search(r"[一二三四五六七八九十]", text)
    return CHINESE_NUMERALS[numeral.group()] if numeral else None


def entries_of(form: Form) -> Iterator[tuple[Table, int, str, Entry]]:
    """Yield every value of a form as (table, record number, field, entry).

    Record 0 is the form itself, the others are numbered from 1. Fields have the names of the model.
    """
    yield from (("forms", 0, name, entry) for name, entry in model_entries("forms", form))
    for table in KEYS:
        for number, record in enumerate(getattr(form, table), start=1):
            yield from ((table, number, name, entry) for name, entry in model_entries(table, record))


def model_entries(table: Table, record: Form | Budget | Goal | Indicator) -> list[tuple[str, Entry]]:
    """Return the entries that a record has, with their names in the model."""
    names = (field.model_name for field in FORM_FIELDS[table] if field.is_entry)
    return [(name, entry) for name in names if (entry := getattr(record, name)) is not None]


def entries_by_field(table: Table, record: Form | Budget | Goal | Indicator) -> dict[str, Entry | None]:
    """Return all fields of a record by their names in the tables. `form_values` is the inverse for a whole form."""
    return {field.name: _entry(getattr(record, field.model_name)) for field in FORM_FIELDS[table]}


def _entry(value: Entry | str | int | None) -> Entry | None:
    return value if value is None or isinstance(value, Entry) else Entry(str(value))


def budget_from(entries: Entries) -> Budget:
    """Make a budget line of its entries."""
    return Budget(**_to_model("budgets", entries), amount_unit=_text(entries, "amount_unit") or None)


def goal_from(entries: Entries, place: int) -> Goal:
    """Make a goal of its entries. Where it prints no number, it has that of its place among the goals, from 1."""
    return Goal(**_to_model("goals", entries), goal_no=goal_number(_text(entries, "goal_no")) or place)


def indicator_from(entries: Entries) -> Indicator:
    """Make an indicator of its entries."""
    return Indicator(**_to_model("indicators", entries), goal_no=goal_number(_text(entries, "goal_no")))


def form_values(head: Entries, records: Mapping[Table, Sequence[Entries]]) -> dict[str, Any]:
    """Return the printed attributes of `Form`: those of the form itself, and the records of the given tables."""
    year = parse_number(normalise(_text(head, "year")).removesuffix("年"))
    values = {
        "title": _text(head, "title"),
        "year": int(year) if year else None,
        **_to_model("forms", head),
    }
    for table, rows in records.items():
        values[table] = tuple(_record(table, row, place) for place, row in enumerate(rows, start=1))
    return values


def _record(table: Table, entries: Entries, place: int) -> Budget | Goal | Indicator:
    if table == "budgets":
        return budget_from(entries)
    return goal_from(entries, place) if table == "goals" else indicator_from(entries)


def _to_model(table: Table, entries: Entries) -> dict[str, Any]:
    """The entries of a record by the names of the model, a blank one where a required one is missing."""
    return {
        field.model_name: BLANK if entry is None and field.is_required else entry
        for field in FORM_FIELDS[table]
        if field.is_entry
        for entry in [entries.get(field.name)]
    }


def _text(entries: Entries, name: str) -> str:
    return (entries.get(name) or BLANK).text
