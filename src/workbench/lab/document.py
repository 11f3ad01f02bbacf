"""One document side by side with its scan: its pages, its tables, its findings, and the cells of a page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from workbench.dataset.crops import EDGES, Box, PageFrame, has_pictures, pixels_per_unit, quarter_turns
from workbench.dataset.schemas import rows_of
from workbench.errors import InputError, LabError
from workbench.fields import FIELDS, FORM_FIELDS, NUMBER_FIELDS, field_name
from workbench.lab.catalogue import SpokenLanguage, reason_of
from workbench.lab.datasets import OpenedDataset
from workbench.lab.drawing import Drawer
from workbench.lab.listing import document_row
from workbench.language import Phrase
from workbench.model import Table
from workbench.readers.documents import OFD_SUFFIX, PDF_SUFFIX
from workbench.review.readings import page_sizes_of
from workbench.settings import REVIEW_THRESHOLD

ID = re.compile(r"[0-9a-f]{16}")
"""What the id of a document looks like."""

SECOND_READINGS = ("readers-disagree", "low-confidence", "read-as-word")
"""Findings that name what else a cell was read as, under ``expected``."""

UNDRAWN = (1000, 1414)
"""Width and height of the sheet on which the cells of a document without pictures stand, where nothing says it."""


@dataclass(frozen=True)
class DocumentView:
    """What is shown of a document: its rows in the tables, and where its pages are.

    Attributes:
        opened: the dataset.
        document_id: the document.
        sizes: width and height of its pages as they came, in pixels; empty where they cannot be shown.
        dpi: resolution at which those of a PDF are drawn, dots per inch.
        problem: why the pages cannot be shown; None where they can.
    """

    opened: OpenedDataset
    document_id: str
    sizes: Sequence[tuple[int, int]]
    dpi: int
    problem: InputError | None = None
    rows: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)

    @cached_property
    def kind(self) -> str:
        """The kind of the document."""
        return self.opened.dataset.kind_of(self.document_id)

    @property
    def is_drawn(self) -> bool:
        """Whether its pages are drawn at a resolution, and no pictures."""
        return PurePosixPath(self.source).suffix.lower() in (PDF_SUFFIX, OFD_SUFFIX)

    @cached_property
    def source(self) -> str:
        """The path of the document below the raw folder."""
        return str(next(row["source"] for row in self.opened.documents if row["document_id"] == self.document_id))

    @cached_property
    def frames(self) -> dict[int, PageFrame]:
        """Where the cells of each page are on its picture, by the number of the page."""
        by_page: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        for row in self.rows["cells"]:
            by_page[row["page"]][row["form_id"]].append(row)
        said = page_sizes_of(self.rows["cells"], self.rows["fields"])
        numbers = range(1, max(len(self.sizes), *by_page, 0) + 1) if by_page else range(1, len(self.sizes) + 1)
        frames = {}
        for number in numbers:
            of_form = max(by_page[number].values(), key=len, default=[])
            size: tuple[float, float] = self.sizes[number - 1] if number <= len(self.sizes) else (0, 0)
            is_drawn = all(size)
            scale = pixels_per_unit(self.kind, self.dpi) if is_drawn else 1.0
            width, height = size if is_drawn else said.get(number, UNDRAWN)
            frames[number] = PageFrame(width, height, scale, quarter_turns(of_form))
        return frames


def required_id(document_id: str) -> str:
    """The id of a document, if it is one.

    Raises:
        LabError: ``not-found``.
    """
    if not ID.fullmatch(document_id):
        raise LabError("not-found", path=document_id)
    return document_id


def view_of(opened: OpenedDataset, drawer: Drawer, document_id: str) -> DocumentView:
    """Collect what is shown of a document.

    Raises:
        LabError: ``not-found``: the dataset has no such document.
        DatasetError: a table is damaged, or the dataset was built anew.
    """
    dataset = opened.dataset
    if required_id(document_id) not in {row["document_id"] for row in opened.documents} or not int(document_id, 16):
        raise LabError("not-found", path=document_id)
    forms = list(opened.forms_of.get(document_id, ()))
    rows = {
        name: list(rows_of(dataset.where(name, "form_id", forms))) if forms else []
        for name in (*FIELDS, "fields", "cells")
    }
    rows["findings"] = list(rows_of(dataset.where("findings", "document_id", [document_id])))
    sizes, dpi, problem = [], 0, None
    try:
        path, kind, dpi = dataset.original(document_id)
        if not has_pictures(kind):
            raise InputError("no-picture", path, Phrase("it has no pictures of its pages"))
        sizes = drawer.sizes(path, dpi)
    except InputError as error:
        problem = error
    return DocumentView(opened, document_id, sizes, dpi, problem, rows)


def document_answer(view: DocumentView, language: SpokenLanguage) -> dict[str, Any]:
    """The document as the panel shows it: its pages, tables and findings. Places are in pixels of the pictures."""
    facts = next(row for row in view.opened.documents if row["document_id"] == view.document_id)
    listed = document_row(facts, view.opened.counts, (), language)
    findings = [_finding(number, row, view) for number, row in enumerate(view.rows["findings"])]
    return {
        "id": view.document_id,
        "file": facts["source"],
        "kind": facts["kind"],
        "status": listed[2],
        "reason": reason_of(facts["error"], facts["message"], language),
        "picture_problem": _picture_problem(view, language),
        "threshold": view.opened.dataset.info.get("settings", {}).get("review_threshold", REVIEW_THRESHOLD),
        "forms": [
            {
                name: row[name]
                for name in ("form_id", "title", "department", "project", "year", "first_page", "last_page")
            }
            for row in view.rows["forms"]
        ],
        "pages": [
            {"page": number, "width": round(frame.size[0]), "height": round(frame.size[1]), "picture": not view.problem}
            for number, frame in view.frames.items()
        ],
        "tables": {table: _table(table, view, findings) for table in FIELDS},
        "findings": findings,
    }


def _picture_problem(view: DocumentView, language: SpokenLanguage) -> str:
    problem = view.problem
    return reason_of(problem.reason, problem.detail, language) if problem else ""


def _finding(number: int, row: Mapping[str, Any], view: DocumentView) -> dict[str, Any]:
    """A finding, with its place where it is about a value."""
    names = ("code", "severity", "message", "page", "table", "field", "cause_id", "consequence", "expected", "found")
    place = view.rows and _places(view).get(_key(row))
    box = place[1] if place and place[0] == row["page"] else None
    more = {"id": number, "form": row["form_id"], "record": row["record_no"], "reviewed": row["reviewed"], "box": box}
    return {name: row[name] for name in names} | more


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a value the same in ``fields`` and in ``findings``."""
    return row["form_id"], row["table"], row["record_no"], row["field"]


def _places(view: DocumentView) -> dict[tuple[Any, ...], tuple[int, list[float]]]:
    """Page and box of every value that has a place on the scan."""
    found = {}
    for row in view.rows["fields"]:
        frame = view.frames.get(row["page"] or 0)
        edges = [row[name] for name in ("left", "top", "right", "bottom")]
        if frame is not None and None not in edges:
            found[_key(row)] = (row["page"], _box_of_shares(frame, edges))
    return found


def _box_of_shares(frame: PageFrame, edges: Sequence[float]) -> list[float]:
    """A box that ``fields`` gives as shares of the page, in pixels of its picture."""
    width, height = frame.width / frame.scale, frame.height / frame.scale
    left, top, right, bottom = edges[0] * width, edges[1] * height, edges[2] * width, edges[3] * height
    return _rounded(frame.box((left, top, right, bottom)))


def _rounded(box: Box) -> list[float]:
    return [round(edge, 1) for edge in box]


def _table(table: Table, view: DocumentView, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The records of a table with all their values, and the fields that any of them has."""
    about: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for one in findings:
        about[one["form"], one["table"], one["record"], one["field"]].append(one["id"])
    read = {_key(row): row for row in view.rows["fields"] if row["table"] == table}
    places = _places(view)
    rows, seen, numbers = [], set(), Counter[str]()
    for record in view.rows[table]:
        form = record["form_id"]
        numbers[form] += 1
        number = None if table == "forms" else numbers[form]
        values = {}
        for name in FIELDS[table]:
            key = (form, table, number, name)
            value = _value(table, name, record.get(name), read.get(key), places.get(key), about.get(key, []))
            if value is not None:
                values[name] = value
                seen.add(name)
        rows.append(
            {"form": form, "record": number, "values": values, "findings": about.get((form, table, number, None), [])}
        )
    columns = [one for one in FORM_FIELDS[table] if one.name in seen]
    return {"columns": [one.name for one in columns], "heads": [one.title for one in columns], "rows": rows}


def _value(
    table: Table,
    name: str,
    value: Any,
    read: Mapping[str, Any] | None,
    place: tuple[int, list[float]] | None,
    findings: list[int],
) -> dict[str, Any] | None:
    """One value: its text, its number, how it came about, and where it stands; None: the form has no such field."""
    number = value if (table, name) in NUMBER_FIELDS and isinstance(value, int | float) else None
    if read is None:
        if value is None and not findings:
            return None
        plain = {"text": "" if value is None else _plain(value), "value": number, "machine": None, "state": "none"}
        return plain | {"confidence": None, "flagged": bool(findings), "page": None, "box": None, "findings": findings}
    return {
        "text": read["text"],
        "value": number,
        "machine": read["machine_text"] if read["machine_text"] != read["text"] else None,
        "state": read["status"],
        "confidence": read["confidence"],
        "flagged": read["flagged"],
        "page": place[0] if place else read["page"],
        "box": place[1] if place else None,
        "findings": findings,
    }


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def cells_answer(view: DocumentView, number: int) -> dict[str, Any]:
    """The cells of a page, each with the values that it gives.

    Raises:
        LabError: ``not-found``: the document has no such page.
    """
    frame = view.frames.get(number)
    if frame is None:
        raise LabError("not-found", path=f"page {number}")
    threshold = view.opened.dataset.info.get("settings", {}).get("review_threshold", REVIEW_THRESHOLD)
    second = {_key(row): row["expected"] for row in view.rows["findings"] if row["code"] in SECOND_READINGS}
    cells: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in view.rows["cells"]:
        if row["page"] != number:
            continue
        key = row["form_id"], row["table_no"], row["row"], row["col"]
        cell = cells.setdefault(key, _cell(row, frame, threshold))
        if row["table"] in FIELDS and row["field"] in FIELDS[row["table"]]:
            head = field_name(row["field"])
            place = {"form": row["form_id"], "table": row["table"], "record": row["record_no"], "field": row["field"]}
            cell["values"].append(place | {"head": head})
            cell["second"] = cell["second"] or second.get(_key(row)) or ""
    width, height = frame.size
    return {"page": number, "width": round(width), "height": round(height), "cells": list(cells.values())}


def _cell(row: Mapping[str, Any], frame: PageFrame, threshold: float) -> dict[str, Any]:
    is_doubtful = row["state"] in ("unread", "obscured") or (row["state"] == "text" and row["confidence"] < threshold)
    look = "doubtful" if is_doubtful else "empty" if row["state"] == "empty" else "sure"
    left, top, right, bottom = (float(row[edge]) for edge in EDGES)
    return {
        "box": _rounded(frame.box((left, top, right, bottom))),
        "form": row["form_id"],
        "row": row["row"],
        "column": row["col"],
        "row_span": row["rowspan"],
        "column_span": row["colspan"],
        "text": row["text"],
        "confidence": row["confidence"],
        "state": row["state"],
        "look": look,
        "second": "",
        "is_label": row["field"] == "label",
        "values": [],
    }
