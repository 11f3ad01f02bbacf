"""The promised tables: a pandera schema for each, with every column's type and range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pandera.pandas as pa

from workbench.fields import FORM_FIELDS, FormField
from workbench.model import Table

# The types of columns. Each function makes a new column.


def _text(nullable: bool = False, allowed: list[str] | None = None) -> pa.Column:
    return pa.Column("str", pa.Check.isin(allowed) if allowed else None, nullable=nullable)


def _number() -> pa.Column:
    return pa.Column("float64", nullable=True)


def _share() -> pa.Column:
    return pa.Column("float64", pa.Check.in_range(0, 1), nullable=False)


def _count(nullable: bool = False) -> pa.Column:
    return pa.Column("Int64", pa.Check.ge(0), nullable=nullable)


def _fields(table: Table) -> dict[str, pa.Column]:
    """The columns of a table that are fields of the form."""
    return {field.name: _column(field) for field in FORM_FIELDS[table]}


def _column(field: FormField) -> pa.Column:
    """The column of a field: a number where the field has a parser, a count for a year or a goal number, else text."""
    if field.parser:
        return _number()
    nullable = field.nulls != "never"
    return _count(nullable) if field.kind in ("year", "goal number") else _text(nullable)


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "documents": pa.DataFrameSchema(
        {
            "document_id": _text(),
            "source": _text(),
            "kind": _text(
                allowed=["scan", "pdf-text", "ofd", "docx", "xlsx", "doc", "xls", "rtf", "odt", "ods", "mht", "text"]
            ),
            "reading": _text(nullable=True, allowed=["text-layer", "ocr", "text-layer+ocr", "cells"]),
            "pages": _count(),
            "status": _text(allowed=["ok", "partial", "failed"]),
            "error": _text(nullable=True),
            "message": _text(nullable=True),
            "message_zh": _text(nullable=True),
            "engine": _text(nullable=True),
            "pipeline": _text(),
        }
    ),
    "forms": pa.DataFrameSchema(
        {
            "form_id": _text(),
            "document_id": _text(),
            "form_no": _count(),
            "layout": _text(),
            **_fields("forms"),
            "first_page": _count(),
            "last_page": _count(),
            "review": pa.Column("bool"),
        },
        unique=["form_id"],
    ),
    "budgets": pa.DataFrameSchema(
        {
            "form_id": _text(),
            "line_no": _count(),
            **_fields("budgets"),
        },
        unique=["form_id", "line_no"],
    ),
    "goals": pa.DataFrameSchema(
        {
            "form_id": _text(),
            **_fields("goals"),
        }
    ),
    "indicators": pa.DataFrameSchema(
        {
            "form_id": _text(),
            "indicator_no": _count(),
            **_fields("indicators"),
            "kind": _text(allowed=["number", "date", "text"]),
            "op": _text(nullable=True, allowed=[">=", "<=", "=", ">", "<"]),
            "target_value": _number(),
            "target_unit": _text(nullable=True),
            "actual_value": _number(),
            "actual_unit": _text(nullable=True),
            "attainment": _number(),
            "met": pa.Column("boolean", nullable=True),
            "page": _count(nullable=True),
            "confidence": _share(),
        },
        unique=["form_id", "indicator_no"],
    ),
    "fields": pa.DataFrameSchema(
        {
            "form_id": _text(),
            "table": _text(allowed=list(FORM_FIELDS)),
            "record_no": _count(nullable=True),
            "field": _text(),
            "text": _text(),
            "confidence": _share(),
            "machine_text": _text(nullable=True),
            "machine_confidence": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
            "status": _text(allowed=["machine", "confirmed", "corrected", "stale", "conflict"]),
            "flagged": pa.Column("bool"),
            "page": _count(nullable=True),
            "left": _number(),
            "top": _number(),
            "right": _number(),
            "bottom": _number(),
        },
        unique=["form_id", "table", "record_no", "field"],
    ),
    "cells": pa.DataFrameSchema(
        {
            "form_id": _text(),
            "page": _count(),
            "table_no": _count(),
            "row": _count(),
            "col": _count(),
            "rowspan": _count(),
            "colspan": _count(),
            "text": _text(),
            "confidence": _share(),
            "x0": pa.Column("float64"),
            "y0": pa.Column("float64"),
            "x1": pa.Column("float64"),
            "y1": pa.Column("float64"),
            "state": _text(allowed=["text", "empty", "unread", "obscured"]),
            "table": _text(nullable=True),
            "record_no": _count(nullable=True),
            "field": _text(nullable=True),
        }
    ),
    "findings": pa.DataFrameSchema(
        {
            "form_id": _text(nullable=True),
            "document_id": _text(),
            "code": _text(),
            "severity": _text(allowed=["error", "warning", "info"]),
            "table": _text(nullable=True),
            "record_no": _count(nullable=True),
            "field": _text(nullable=True),
            "page": _count(nullable=True),
            "message": _text(),
            "expected": _text(nullable=True),
            "found": _text(nullable=True),
            "reviewed": pa.Column("bool"),
            "cause_id": _text(),
            "cause_values": _count(),
            "consequence": _text(allowed=["numbers", "texts", "remark"]),
        }
    ),
}


def to_table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Make a promised table of its rows, with the columns in order and of the promised types, and validate it.

    Args:
        name: the table.
        rows: values by column. A column that a row does not have is null there.

    Raises:
        pandera.errors.SchemaErrors: the rows break the contract; every breach is listed.
    """
    schema = SCHEMAS[name]
    frame = pd.DataFrame(rows, columns=list(schema.columns))
    types = {column: str(spec.dtype) for column, spec in schema.columns.items()}
    return schema.validate(frame.astype(types), lazy=True)


def text_columns(frame: pd.DataFrame) -> list[str]:
    """Return the names of the columns with text."""
    return [str(column) for column in frame if pd.api.types.is_string_dtype(frame[column])]


def rows_of(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Return the rows of a table by column, with plain Python values; None for NaN, NaT and NA."""
    columns = {str(name): column.astype(object).where(column.notna(), None).tolist() for name, column in frame.items()}
    return (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
