"""``datapackage.json`` of a publication: its CSV files with schemas.

Data Package, https://specs.frictionlessdata.io.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.dataset.dictionary import data_dictionary, english_dictionary
from workbench.publish.digests import sha256_of
from workbench.publish.request import LICENCES, Request
from workbench.publish.tables import CSV, DATA, KEYS, OF_A_FORM, ColumnKind, column_kind

DATAPACKAGE = "datapackage.json"
"""Name of the file."""

TYPES: Mapping[ColumnKind, str] = {
    "text": "string",
    "whole": "integer",
    "number": "number",
    "flag": "boolean",
    "day": "date",
}
"""What a Data Package calls the kinds of columns."""


def datapackage(folder: Path, request: Request, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> Any:
    """Describe the tables of a publication.

    Args:
        folder: the publication, whose tables are written.
        request: what a person says of it.
        tables: the tables by their names.
        facts: what the dataset was made from, kept under ``workbench``.
    """
    licence = LICENCES[request.licence]
    return {
        "profile": "data-package",
        "name": "jixiao-self-evaluations",
        "title": request.title,
        "created": f"{request.day.isoformat()}T00:00:00Z",
        "licenses": [{"name": request.licence, "path": licence.url, "title": licence.name}],
        "contributors": [{"title": author, "role": "author"} for author in request.authors],
        **({"homepage": request.url} if request.url else {}),
        "workbench": dict(facts),
        "resources": [_resource(folder, name, frame) for name, frame in tables.items()],
    }


def _resource(folder: Path, name: str, frame: pd.DataFrame) -> dict[str, Any]:
    path = f"{CSV}/{name}.csv"
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": data_dictionary()[name].title,
        "description": english_dictionary()[name][0],
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": (folder / path).stat().st_size,
        "hash": f"sha256:{sha256_of(folder / path)}",
        "rows": len(frame),
        "parquet": f"{DATA}/{name}.parquet",
        "schema": _schema(name, frame),
    }


def _schema(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    key = {"primaryKey": list(KEYS[name])} if name in KEYS else {}
    reference = {"resource": "forms", "fields": "form_id"}
    foreign = {"foreignKeys": [{"fields": "form_id", "reference": reference}]} if name in OF_A_FORM else {}
    return (
        {"fields": [_field(name, str(column), frame[column]) for column in frame], "missingValues": [""]}
        | key
        | foreign
    )


def _field(table: str, name: str, column: pd.Series) -> dict[str, Any]:
    kind, entry = column_kind(column), data_dictionary()[table].columns[name]
    described: dict[str, Any] = {
        "name": name,
        "type": TYPES[kind],
        "title": entry.title,
        "description": english_dictionary()[table][1][name],
    }
    if kind == "flag":
        return described | {"trueValues": ["true"], "falseValues": ["false"]}
    if kind == "text" and entry.values:
        return described | {"constraints": {"enum": list(entry.values)}}
    return described
