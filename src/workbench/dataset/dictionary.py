"""The data dictionary: for every table and column the Chinese title, the meaning, the unit and the closed values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType

import pandas as pd

from workbench.dataset.comparable import VIEWS
from workbench.dataset.placing import TABLES
from workbench.fields import KNOWN


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """A column of a table in Chinese.

    Attributes:
        title: its name.
        meaning: what it contains.
        unit: the unit of its numbers; empty where there is none.
        values: for a column with a closed list of values, each value and its Chinese name.
    """

    title: str
    meaning: str
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table in Chinese.

    Attributes:
        title: its name.
        meaning: what one row of it is.
        columns: its columns by their names, in order.
    """

    title: str
    meaning: str
    columns: Mapping[str, ColumnEntry]


@cache
def data_dictionary() -> Mapping[str, TableEntry]:
    """Read the dictionary (``dictionary.toml``).

    Returns:
        Every table by its name: the promised tables, the views, ``corrections`` and ``evidence`` of a published
        dataset, then ``dictionary`` and ``about``, which every export adds. A view has columns of the tables that it is
        made from (``from``; all where none is listed), and its own.
    """
    source = resources.files("workbench.dataset").joinpath("dictionary.toml").read_text(encoding="utf-8")
    entries: dict[str, TableEntry] = {}
    for name, section in tomllib.loads(source).items():
        taken = {
            column: entries[table].columns[column]
            for table, listed in section.pop("from", {}).items()
            for column in listed or entries[table].columns
        }
        entries[name] = _table(name, section, taken)
    return MappingProxyType(entries)


def _table(table: str, section: dict[str, object], taken: Mapping[str, ColumnEntry]) -> TableEntry:
    """A table from its section of the file, with the columns that it takes from others."""
    columns: dict[str, dict[str, object]] = section.pop("columns")  # type: ignore[assignment]
    own = {name: _column(table, name, facts) for name, facts in columns.items()}
    return TableEntry(columns={**taken, **own}, **section)  # type: ignore[arg-type]


def _column(table: str, name: str, facts: dict[str, object]) -> ColumnEntry:
    """A column from its section of the file. The title of a form's field is that of `workbench.fields`."""
    field_of_form = KNOWN.get((table, name))
    titles = {"title": field_of_form.title} if field_of_form else {}
    return ColumnEntry(**titles, **facts)  # type: ignore[arg-type]


@cache
def english_dictionary() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Read the English of the dictionary (``dictionary.en.toml``): for each table what a row is, and its columns.

    A view has the meanings of the columns that it takes from tables, and its own.
    """
    source = resources.files("workbench.dataset").joinpath("dictionary.en.toml").read_text(encoding="utf-8")
    found = tomllib.loads(source)
    known = {column: text for table in TABLES for column, text in reversed(found[table]["columns"].items())}
    english: dict[str, tuple[str, Mapping[str, str]]] = {}
    for table, section in found.items():
        base = found.get(table.removesuffix("_flat"), section)["columns"]
        columns = {
            column: section["columns"].get(column) or base.get(column) or known[column]
            for column in data_dictionary()[table].columns
        }
        english[table] = (section["meaning"], columns)
    return english


def dictionary_table() -> pd.DataFrame:
    """Return the dictionary as a table, with one row for each column of the promised tables and the views."""
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
        for table in (*TABLES, *VIEWS)
        for column, entry in data_dictionary()[table].columns.items()
    ]
    return pd.DataFrame(rows, columns=list(data_dictionary()["dictionary"].columns), dtype="str")
