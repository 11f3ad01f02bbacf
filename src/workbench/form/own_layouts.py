"""Layouts that a researcher wrote for a project: which field each column of a table holds, by the table's header.

A file ``layouts/NAME.toml`` has a list for each table that it describes, its columns left to right::

    [[indicators]]
    label = "评价内容"
    field = "name"

A header is that of the layout if its labels are these, all of them and in this order, spaces aside.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import process

from workbench.errors import LayoutError
from workbench.fields import FIELDS
from workbench.form.lexicon import DATED_FIELDS, TABLES, YEAR_MARK, undated
from workbench.form.rows import UNKNOWN
from workbench.language import Phrase

UNDECIDED = "?"
"""The field of a column that nobody has decided yet: it is reported as one that no field takes."""

IGNORED = "ignore"
"""The field of a column that is of no use: it is left out, and reported for information."""

BELOW = "/"
"""Between the label of a column and the one above it, where a header has two rows: ``预算数/年初``."""

READ_AS: Mapping[str, str] = {UNDECIDED: UNKNOWN, IGNORED: "note", "criteria": "method", "other_years": "prior"}
"""Fields of a file that the columns of a section call otherwise."""

ALSO_OF_INDICATORS = ("sign", "target_unit", "levels", "project", "department", "unit", "goal", "initial", "adjusted")
"""Columns of indicators that give other fields: symbol and unit of the target, both levels in one cell, and what stands
beside the indicators where the projects of a department share a table."""

TOLD_BY: Mapping[str, tuple[str, ...]] = {
    "budgets": ("initial", "adjusted", "executed"),
    "goals": ("goal", "actual"),
    "indicators": ("name", "level2", "level1"),
}
"""Table → fields of which its columns hold at least one."""


@dataclass(frozen=True, slots=True)
class OwnLayout:
    """A layout of a project: the labels of each table's header, left to right, and the field of each column."""

    name: str
    labels: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, tuple[str, ...]]


OwnLayouts = tuple[OwnLayout, ...]


def allowed_fields(table: str) -> tuple[str, ...]:
    """The fields that a file may name for columns of a table."""
    own = tuple(name for known, names in FIELDS.items() if known == table for name in names if name != "amount_unit")
    return (*own, *(ALSO_OF_INDICATORS if table == "indicators" else ()), IGNORED, UNDECIDED)


def is_allowed(field: str, table: str) -> bool:
    """Whether a file may name a field for a column of a table; that of one year as well: ``target@2021``."""
    name, mark, year = field.partition(YEAR_MARK)
    is_dated = bool(mark) and name in DATED_FIELDS[table] and re.fullmatch(r"20\d{2}", year) is not None
    return field in allowed_fields(table) or is_dated


def plain(label: str) -> str:
    """A label without spaces and line ends."""
    return re.sub(r"\s+", "", label)


def full_label(label: str, above: str) -> str:
    """The label of a column as a file has it: behind the one above it, if there is one."""
    return f"{plain(above)}{BELOW}{plain(label)}" if plain(above) else plain(label)


@lru_cache(8)
def own_layouts(content: str) -> OwnLayouts:
    """The layouts of a project.

    Args:
        content: of its files, as JSON: path and text of each (`Settings.layouts`); empty: it has none.

    Raises:
        LayoutError: a file is no layout; the error names line and key.
    """
    found: list[OwnLayout] = []
    for path, text in json.loads(content or "[]"):
        layout = _parsed(path, text)
        for table, labels in layout.labels.items():
            twin = next((other for other in found if other.labels.get(table) == labels), None)
            if twin is not None:
                message = Phrase(
                    "its header of {table} is that of {name}.toml, too; remove one of them", table=table, name=twin.name
                )
                raise LayoutError(path, message, _line_of(text, table))
        found.append(layout)
    return tuple(found)


def _parsed(path: str, text: str) -> OwnLayout:
    """The layout of a file. Its name is the file's."""
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"at line (\d+)", str(error))
        raise LayoutError(
            path, Phrase("this is not TOML: {error}", error=error), int(place[1]) if place else None
        ) from error
    for key in content:
        if key not in TABLES:
            raise LayoutError(
                path,
                Phrase("{key}: no such table; there are {tables}", key=key, tables=", ".join(TABLES)),
                _line_of(text, key),
            )
    if not content:
        raise LayoutError(
            path,
            Phrase("it describes no table; write [[{tables}]] with label and field for each column", tables=TABLES[-1]),
        )
    columns = {table: _columns(path, text, table, content[table]) for table in content}
    name = path.replace("\\", "/").rpartition("/")[2].removesuffix(".toml")
    labels = {table: tuple(label for label, _ in found) for table, found in columns.items()}
    return OwnLayout(name, labels, {table: tuple(field for _, field in found) for table, found in columns.items()})


def _columns(path: str, text: str, table: str, listed: Any) -> list[tuple[str, str]]:
    """Label and field of each column of a table, as it is listed in a file."""
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise LayoutError(
            path, Phrase("{table}: write [[{table}]] before each column", table=table), _line_of(text, table)
        )
    found: list[tuple[str, str]] = []
    for number, column in enumerate(listed):
        label, field = _column(path, text, table, number, column)
        if field not in (UNDECIDED, IGNORED, *READ_AS) and field in [other for _, other in found]:
            message = Phrase(
                "field = {field!r}: an earlier column of {table} holds it already", field=field, table=table
            )
            raise LayoutError(path, message, _line_of(text, table, number, "field"))
        found.append((label, field))
    if not set(TOLD_BY[table]) & {undated(field) for _, field in found}:
        message = Phrase(
            "{table}: one of its columns must hold {fields}", table=table, fields=" or ".join(TOLD_BY[table])
        )
        raise LayoutError(path, message, _line_of(text, table))
    return found


def _column(path: str, text: str, table: str, number: int, column: Mapping[str, Any]) -> tuple[str, str]:
    """Label and field of one column, counted from 0."""
    for key in column:
        if key not in ("label", "field"):
            message = Phrase("{key}: a column has label and field, and nothing else", key=key)
            raise LayoutError(path, message, _line_of(text, table, number, key))
    for key in ("label", "field"):
        if not isinstance(column.get(key), str):
            message = Phrase(
                "{key}: column {number} of {table} needs one, in quotation marks",
                key=key,
                number=number + 1,
                table=table,
            )
            raise LayoutError(path, message, _line_of(text, table, number, key))
    field, allowed = column["field"], allowed_fields(table)
    if not is_allowed(field, table):
        (near, *_), *_ = process.extract(field, allowed, limit=1)
        message = Phrase(
            "field = {field!r}: no such field; did you mean {near!r}? There are {allowed}",
            field=field,
            near=near,
            allowed=", ".join(allowed),
        )
        raise LayoutError(path, message, _line_of(text, table, number, "field"))
    return plain(column["label"]), field


def _line_of(text: str, table: str, number: int = 0, key: str = "") -> int | None:
    """The line, from 1, of a key of a column of a table, or of the table; None where it is written otherwise."""
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if re.match(rf"\s*\[*\s*{re.escape(table)}\b", line)]
    if number >= len(starts):
        return None
    following = range(starts[number] + 1, len(lines))
    end = next((n for n in following if re.match(r"\s*\[", lines[n])), len(lines))
    named = (n for n in range(starts[number], end) if key and re.match(rf"\s*{re.escape(key)}\s*=", lines[n]))
    return next(named, starts[number]) + 1


def fields_by_layout(labels: Sequence[str], layouts: OwnLayouts) -> tuple[str, str, tuple[str, ...]] | None:
    """Layout, table and fields of a header with these labels; None where no layout has it."""
    for layout in layouts:
        for table, known in layout.labels.items():
            if tuple(labels) == known:
                return layout.name, table, tuple(READ_AS.get(field, field) for field in layout.fields[table])
    return None
