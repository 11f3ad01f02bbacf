"""The data dictionary: what every table and column is called in Chinese, its meaning, unit and closed values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType

import pandas as pd

from workbench.dataset.placing import TABLES
from workbench.fields import KNOWN


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """A column in Chinese. ``values`` names the values of a closed list; ``unit`` is empty where there is none."""

    title: str
    meaning: str
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table in Chinese, and its columns in their order."""

    title: str
    meaning: str
    columns: Mapping[str, ColumnEntry]


@cache
def data_dictionary() -> Mapping[str, TableEntry]:
    """Every table by its name: the promised ones, then ``dictionary`` and ``about`` that go with an export."""
    source = resources.files("workbench.dataset").joinpath("dictionary.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: _table(name, entry) for name, entry in tomllib.loads(source).items()})


def _table(table: str, entry: dict[str, object]) -> TableEntry:
    columns: dict[str, dict[str, object]] = entry.pop("columns")  # type: ignore[assignment]
    return TableEntry(columns={name: _column(table, name, facts) for name, facts in columns.items()}, **entry)  # type: ignore[arg-type]


def _column(table: str, name: str, facts: dict[str, object]) -> ColumnEntry:
    """A column; the title of a field of the form comes from the field, and stands nowhere else."""
    field_of_form = KNOWN.get((table, name))
    titles = {"title": field_of_form.title} if field_of_form else {}
    return ColumnEntry(**titles, **facts)  # type: ignore[arg-type]


def dictionary_table() -> pd.DataFrame:
    """The dictionary of the promised tables as a table itself, one row a column."""
    rows = [
        {
            "table": table,
            "table_title": data_dictionary()[table].title,
            "column": column,
            "title": entry.title,
            "meaning": entry.meaning,
            "unit": entry.unit,
            "values": "；".join(f"{value} {label}" for value, label in entry.values.items()),
        }
        for table in TABLES
        for column, entry in data_dictionary()[table].columns.items()
    ]
    return pd.DataFrame(rows, columns=list(data_dictionary()["dictionary"].columns), dtype="str")
