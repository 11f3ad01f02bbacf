"""The rows of one document in Arrow's format: as tables, and packed as bytes. A dataset is written from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from workbench.dataset.placing import TABLES
from workbench.dataset.schemas import to_table

if TYPE_CHECKING:
    import pandas as pd

ArrowRows = dict[str, pa.Table]
"""Rows of every table, by its name."""


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Return the promised columns of a table with their types, and the metadata that restores the types of pandas."""
    schema: pa.Schema = pa.Table.from_pandas(to_table(table, []), preserve_index=False).schema
    return schema


def as_rows(tables: Mapping[str, pd.DataFrame]) -> ArrowRows:
    """Convert promised tables to Arrow's format."""
    return {
        name: pa.Table.from_pandas(frame, schema=arrow_schema(name), preserve_index=False)
        for name, frame in tables.items()
    }


def pack_rows(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Pack the tables of one document, except ``documents``, as Arrow streams one after the other.

    Args:
        tables: the promised tables by their names, without ``documents``.
    """
    sink = pa.BufferOutputStream()
    rows = as_rows(tables)
    for name in TABLES[1:]:
        with pa.ipc.new_stream(sink, rows[name].schema) as stream:
            stream.write_table(rows[name].combine_chunks())
    content: bytes = sink.getvalue().to_pybytes()
    return content


def unpack_rows(content: bytes) -> ArrowRows:
    """Unpack the tables that `pack_rows` packed."""
    source = pa.BufferReader(content)
    return {name: pa.ipc.open_stream(source).read_all() for name in TABLES[1:]}
