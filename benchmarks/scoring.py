"""Tables against a structured truth: rows found, fields exact, numbers exact, and numbers wrong without a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.findings import FLAGS
from workbench.values import parse_amount, parse_fraction, parse_number

INDICATOR_TEXTS = ("level1", "level2", "name", "target", "actual", "deviation")
BUDGET_FIELDS = {
    "initial": parse_amount,
    "adjusted": parse_amount,
    "executed": parse_amount,
    "execution_rate": parse_fraction,
    "weight": parse_number,
    "score": parse_number,
}


@dataclass(frozen=True)
class Miss:
    """A field that is not as in the truth. ``flagged``: a finding of doubt stands on its record."""

    where: str
    wanted: object
    got: object
    numeric: bool
    flagged: bool

    @property
    def silent(self) -> bool:
        return self.numeric and not self.flagged


@dataclass(frozen=True)
class Certainty:
    """How sure the machine was of a field with a place on the scan (0 to 1), and whether it was right."""

    confidence: float
    exact: bool


@dataclass(frozen=True)
class Score:
    """Counts over one or more forms."""

    rows: int = 0
    rows_found: int = 0
    fields: int = 0
    numbers: int = 0
    flagged: int = 0
    misses: tuple[Miss, ...] = field(default=())
    certainties: tuple[Certainty, ...] = field(default=())

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in Score.__dataclass_fields__))

    @property
    def exact(self) -> float:
        return 1 - len(self.misses) / self.fields if self.fields else 0.0

    @property
    def numbers_exact(self) -> float:
        return 1 - sum(miss.numeric for miss in self.misses) / self.numbers if self.numbers else 0.0

    @property
    def silent(self) -> list[Miss]:
        return [miss for miss in self.misses if miss.silent]

    @property
    def review_load(self) -> float:
        """Share of all fields that a person is asked to look at."""
        return self.flagged / self.fields if self.fields else 0.0


def score_form(tables: Mapping[str, pd.DataFrame], form_id: str, truth: Mapping[str, Any]) -> Score:
    """Hold one form of a dataset against its truth (the keys of ``tests/truth/*.json``)."""
    form = {
        name: frame[frame["form_id"] == form_id]
        for name, frame in tables.items()
        if "form_id" in frame and name != "cells"
    }
    doubts = form["findings"][form["findings"]["code"].isin(FLAGS)]
    flagged_records = {
        (t, None if pd.isna(n) else int(n)) for t, n in zip(doubts["table"], doubts["record_no"], strict=True)
    }
    flagged_fields = {(f.table, f.record_no, f.field) for f in doubts.itertuples()}
    misses: list[Miss] = []
    certainties: list[Certainty] = []
    sure = _confidences(tables["cells"], form_id) if "cells" in tables else {}
    fields = numbers = 0
    for table, number, name, wanted, got in _pairs(form, truth):
        numeric = isinstance(wanted, float) or (wanted is None and name in BUDGET_FIELDS)
        fields, numbers = fields + 1, numbers + numeric
        exact = _same(wanted, got)
        if (table, number or 0, name) in sure:
            certainties.append(Certainty(sure[table, number or 0, name], exact))
        if not exact:
            is_there = table != "forms" and number is not None and number <= len(form[table])
            # Where a record or a whole column was not found, the finding about it stands on its table.
            flagged = (table, number if is_there and not pd.isna(got) else None) in flagged_records
            flagged = flagged or (table, number) in flagged_records
            misses.append(Miss(f"{table} {number or ''} {name}", wanted, got, numeric, flagged))
    rows = len(truth["indicators"])
    return Score(rows, len(form["indicators"]), fields, numbers, len(flagged_fields), tuple(misses), tuple(certainties))


def _confidences(cells: pd.DataFrame, form_id: str) -> dict[tuple[str, int, str], float]:
    """The lowest confidence of each field's cells, by table, record number (0: none) and field."""
    used = cells[(cells["form_id"] == form_id) & cells["table"].notna()]
    lowest = used.assign(record_no=used["record_no"].fillna(0)).groupby(["table", "record_no", "field"])["confidence"]
    return {(str(table), int(number), str(name)): float(value) for (table, number, name), value in lowest.min().items()}


def _pairs(
    form: Mapping[str, pd.DataFrame], truth: Mapping[str, Any]
) -> Iterator[tuple[str, int | None, str, Any, Any]]:
    """(table, record number, field, wanted, got) for every field of the truth."""
    head = form["forms"].iloc[0]
    for name in ("department", "year", "project", "unit"):
        if truth.get(name):
            yield "forms", None, name, truth[name], head[name]
    for name in ("weight", "score"):
        yield "forms", None, f"total_{name}", parse_number(truth["total"][name]), head[f"total_{name}"]
    if truth.get("conclusion"):
        yield "forms", None, "conclusion", "".join(truth["conclusion"]), head["conclusion"]
    budgets = truth["budgets"] if "budgets" in truth else [truth["budget"]]
    yield from _table_pairs("budgets", form["budgets"], map(_budget_fields, budgets))
    goals = ({name: goal.get(name) or "" for name in ("goal", "actual", "deviation")} for goal in truth["goals"])
    yield from _table_pairs("goals", form["goals"], goals)
    yield from _table_pairs("indicators", form["indicators"], map(_indicator_fields, truth["indicators"]))


def _table_pairs(
    table: str, frame: pd.DataFrame, wanted: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, int | None, str, Any, Any]]:
    rows = frame.to_dict("records")
    for number, record in enumerate(wanted, start=1):
        got = rows[number - 1] if number <= len(rows) else {}
        for name, value in record.items():
            yield table, number, name, value, got.get(name)


def _budget_fields(line: Mapping[str, Any]) -> dict[str, Any]:
    printed = {**line, "execution_rate": line.get("rate")}
    fields: dict[str, Any] = {name: parse(printed.get(name) or "") for name, parse in BUDGET_FIELDS.items()}
    return fields | ({"funds": line["funds"]} if "funds" in line else {}) | {"deviation": line.get("deviation") or ""}


def _indicator_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: row.get(name) or "" for name in INDICATOR_TEXTS}
    fields |= {name: parse_number(row[name]) for name in ("weight", "score")}
    return fields | ({"goal_no": row["goal"]} if row.get("goal") is not None else {})


def _same(wanted: Any, got: Any) -> bool:
    if wanted is None:
        return got is None or bool(pd.isna(got))
    if got is None or (not isinstance(got, str) and pd.isna(got)):
        return bool(wanted == "")
    if isinstance(wanted, float):
        return abs(wanted - float(got)) < 1e-9
    return bool(wanted == got)
