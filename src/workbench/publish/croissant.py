"""``croissant.json`` of a publication: Croissant 1.0 (https://docs.mlcommons.org/croissant), its Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.dataset.dictionary import english_dictionary
from workbench.publish.digests import sha256_of
from workbench.publish.request import LICENCES, Request
from workbench.publish.tables import DATA, KEYS, OF_A_FORM, ColumnKind, column_kind

CROISSANT = "croissant.json"
"""Name of the file."""

CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification prescribes (Croissant 1.0, appendix 1)."""

TYPES: Mapping[ColumnKind, str] = {
    "text": "sc:Text",
    "whole": "sc:Integer",
    "number": "sc:Float",
    "flag": "sc:Boolean",
    "day": "sc:Date",
}
"""What Croissant calls the kinds of columns."""


def croissant(folder: Path, request: Request, tables: Mapping[str, pd.DataFrame], description: str) -> Any:
    """Describe the tables of a publication.

    Args:
        folder: the publication, whose tables are written.
        request: what a person says of it.
        tables: the tables by their names.
        description: what the dataset is, in one sentence.
    """
    return {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "jixiao-self-evaluations",
        "alternateName": request.title,
        "description": description,
        "citeAs": f"{', '.join(request.authors)}. {request.title}. {request.day.year}.",
        "creator": [{"@type": "sc:Person", "name": author} for author in request.authors],
        "datePublished": request.day.isoformat(),
        "license": LICENCES[request.licence].url,
        "version": "1.0.0",
        **({"url": request.url} if request.url else {}),
        "distribution": [_file(folder, name) for name in tables],
        "recordSet": [_records(name, frame) for name, frame in tables.items()],
    }


def _file(folder: Path, name: str) -> dict[str, Any]:
    path = f"{DATA}/{name}.parquet"
    return {
        "@type": "cr:FileObject",
        "@id": f"{name}.parquet",
        "name": f"{name}.parquet",
        "contentUrl": path,
        "contentSize": f"{(folder / path).stat().st_size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": sha256_of(folder / path),
    }


def _records(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    key = {"key": [{"@id": f"{name}/{column}"} for column in KEYS[name]]} if name in KEYS else {}
    fields = [_field(name, str(column), frame[column]) for column in frame]
    described = {"@type": "cr:RecordSet", "@id": name, "name": name, "description": english_dictionary()[name][0]}
    return described | key | {"field": fields}


def _field(table: str, name: str, column: pd.Series) -> dict[str, Any]:
    references = {"references": {"field": {"@id": "forms/form_id"}}} if name == "form_id" and table in OF_A_FORM else {}
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "description": english_dictionary()[table][1][name],
        "dataType": TYPES[column_kind(column)],
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": name}},
    } | references
