"""The tables of a publication, and where its files are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa

from workbench.corrections.correction import Correction
from workbench.corrections.history import CorrectionHistory
from workbench.dataset.comparable import VIEWS
from workbench.dataset.dictionary import data_dictionary
from workbench.dataset.placing import TABLES
from workbench.dataset.schemas import text_columns
from workbench.publish.people import renamed

DATA, CSV, STATA, CROPS, SCRIPTS = "data", "csv", "stata", "crops", "scripts"
"""Folders of a publication: Parquet files with ``dataset.json``, CSV, Stata, pictures of values, scripts that load."""

PUBLISHED = (*TABLES, *VIEWS, "corrections", "evidence")
"""The tables of a publication, in order."""

ColumnKind = Literal["text", "whole", "number", "flag", "day"]
"""What a column holds."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "forms": ("form_id",),
    "budgets": ("form_id", "line_no"),
    "indicators": ("form_id", "indicator_no"),
    "evidence": ("anchor",),
    "corrections": ("id",),
}
"""The columns that name a row of a table."""

OF_A_FORM = frozenset({"budgets", "goals", "indicators", "fields", "cells"})
"""Tables whose ``form_id`` names a row of ``forms``."""


def column_kind(column: pd.Series) -> ColumnKind:
    """What a column holds, by its type."""
    if pd.api.types.is_bool_dtype(column):
        return "flag"
    if pd.api.types.is_integer_dtype(column):
        return "whole"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "day"
    return "number" if pd.api.types.is_float_dtype(column) else "text"


def corrections_table(history: CorrectionHistory, documents: Iterable[str], names: Mapping[str, str]) -> pd.DataFrame:
    """Every line of the log about the documents, in the order of time, with people called as ``names`` says."""
    known, in_force = set(documents), {one.id for one in history.in_force}
    lines = [one for one in history.corrections if one.document_id in known]
    rows = [_row(one, names) | {"in_force": one.id in in_force} for one in lines]
    types = {"record_no": "Int64", "in_force": "bool"}
    return typed("corrections", rows, types)


def _row(one: Correction, names: Mapping[str, str]) -> dict[str, object]:
    row = {name: getattr(one, name) for name in data_dictionary()["corrections"].columns if name != "in_force"}
    return row | {"by": names[one.by], "reason": renamed(one.reason, names)}


def typed(name: str, rows: list[dict[str, object]], types: Mapping[str, str]) -> pd.DataFrame:
    """A table of the dictionary from its rows; columns are texts but for those with another type in ``types``."""
    columns = list(data_dictionary()[name].columns)
    return pd.DataFrame(rows, columns=columns).astype({column: types.get(column, "str") for column in columns})


ARROW: Mapping[ColumnKind, pa.DataType] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
}
"""The type of a column in Parquet, also where it holds nothing but nulls."""


def arrow_of(frame: pd.DataFrame) -> pa.Table:
    """A table in Arrow's format; days are days."""
    schema = pa.schema([(str(column), ARROW[column_kind(frame[column])]) for column in frame])
    days = {str(column): frame[column].dt.date for column in frame.select_dtypes("datetime")}
    return pa.Table.from_pandas(frame.assign(**days), schema=schema, preserve_index=False)


def read_csv(path: Path, schema: pa.Schema) -> pa.Table:
    """A CSV file of a publication as its Parquet file has it: without the apostrophes that keep spreadsheets from
    calculating, nothing between commas as null and ``""`` as empty text.

    Raises:
        OSError, pyarrow.ArrowInvalid: it cannot be read, or is no such table.
    """
    import pyarrow.csv

    options = pyarrow.csv.ConvertOptions(
        column_types={field.name: _plain(field.type) for field in schema},
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
        include_columns=schema.names,
    )
    parsing = pyarrow.csv.ParseOptions(newlines_in_values=True)
    frame = pyarrow.csv.read_csv(path, parse_options=parsing, convert_options=options).to_pandas()
    texts = {column: frame[column].str.removeprefix("'") for column in text_columns(frame)}
    return pa.Table.from_pandas(frame.assign(**texts), schema=plain_schema(schema), preserve_index=False)


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) else kind


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The columns of a schema with one type of text, and nothing that only pandas needs to know."""
    return pa.schema([(field.name, _plain(field.type)) for field in schema])


def plain(table: pa.Table) -> pa.Table:
    """A table without what only pandas needs to know, and with one type of text."""
    return table.replace_schema_metadata(None).cast(plain_schema(table.schema))
