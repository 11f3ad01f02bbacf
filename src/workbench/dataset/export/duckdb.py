"""One DuckDB file: the tables with their types, and the dictionary as comments on tables and columns."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa

from workbench.dataset.dictionary import ColumnEntry, data_dictionary
from workbench.language import Phrase

if TYPE_CHECKING:
    from workbench.dataset.export.about import About

DISK_FAULTS = (duckdb.OperationalError, duckdb.FatalException)
"""What DuckDB raises where the disk is full, broken or read-only."""


def write_duckdb(path: Path, tables: Iterable[tuple[str, pd.DataFrame]], about: About) -> None:
    """Write all tables into one DuckDB file. Nulls, empty texts and types are those of the dataset.

    Args:
        path: the file; it must not be there yet.
        tables: names and content of the tables.
        about: is written last.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        with duckdb.connect(path) as connection:
            connection.begin()
            for name, frame in tables:
                _add(connection, name, frame)
            _add(connection, "about", about.table())
            connection.commit()
            connection.execute("checkpoint")  # closing does that as well, but raises nothing where it fails
    except DISK_FAULTS as error:
        raise OSError(str(error)) from error
    if path.with_name(f"{path.name}.wal").exists():
        raise OSError(Phrase("the disk took only a part of the tables"))


def _add(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Add one table with its comments."""
    connection.register("incoming", pa.Table.from_pandas(frame, preserve_index=False))
    connection.execute(f'create table "{name}" as select * from incoming')
    connection.unregister("incoming")
    entry = data_dictionary()[name]
    connection.execute(f'comment on table "{name}" is {_literal(f"{entry.title}：{entry.meaning}")}')
    for column in frame:
        meaning = entry.columns[str(column)]
        connection.execute(f'comment on column "{name}"."{column}" is {_literal(_comment(meaning))}')


def _comment(entry: ColumnEntry) -> str:
    """The entry of the dictionary in one line: title, meaning, unit, values."""
    values = "；".join(f"{value} {label}" for value, label in entry.values.items())
    parts = (entry.title, entry.meaning, entry.unit and f"单位：{entry.unit}", values and f"取值：{values}")
    return "。".join(part for part in parts if part)


def _literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
