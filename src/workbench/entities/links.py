"""The indicators of an entity from one year to the next: the same, reworded, with another target, new, or dropped.

A link is a claim about texts, with a confidence; a target whose reading is in doubt has not "moved".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from workbench.entities.names import folded, numerals, without_years
from workbench.entities.registry import Registry
from workbench.findings import FLAGS

Link = Literal["same", "reworded", "target-moved", "new", "dropped"]
"""What became of an indicator."""

TargetChange = Literal["none", "easier", "harder", "other", "unsure"]
"""What became of its target: easier or harder to reach by its number, changed otherwise, or not surely read."""

REWORDED = 75.0
"""Least likeness of the names of one indicator in two wordings, rapidfuzz ratio (0 to 100)."""

LEVELS_DIFFER = 0.85
"""Confidence of a link between equal names under different levels."""

OF_TARGET = frozenset({"target", "name"})
"""Fields whose doubts leave it open whether a target has moved."""

OF_VERDICT = frozenset({"target", "actual"})
"""Fields whose doubts leave it open whether a target was met."""

COLUMNS = (
    "entity_id", "year_before", "year", "link", "target_change", "confidence", "level1", "level2",
    "name_before", "name", "target_before", "target", "met_before", "met", "form_id_before",
    "indicator_no_before", "form_id", "indicator_no",
)  # fmt: skip
"""Columns of the view ``indicator_links``."""


@dataclass(frozen=True, slots=True)
class _Row:
    """An indicator of one form, as far as links need it."""

    form_id: str
    number: int
    level1: str
    level2: str
    name: str
    key: str
    target: str
    op: str | None
    value: float | None
    unit: str | None
    met: bool | None
    is_doubted: bool


def indicator_links(
    known: Registry, forms: pd.DataFrame, indicators: pd.DataFrame, findings: pd.DataFrame
) -> pd.DataFrame:
    """Link the indicators of every department and project over each two of its years that follow each other.

    A year in which an entity has several forms that may each be its own is left out: see the notes of `Entity`.
    """
    rows_of = _rows(indicators, findings)
    found: list[dict[str, object]] = []
    for entity_id, by_year in forms_by_year(known, forms).items():
        years = sorted(year for year, ids in by_year.items() if len(ids) == 1)
        for earlier, later in pairwise(years):
            pair = rows_of.get(by_year[earlier][0], []), rows_of.get(by_year[later][0], [])
            if all(pair):
                found += [
                    {"entity_id": entity_id, "year_before": earlier, "year": later} | row for row in _links(*pair)
                ]
    table = pd.DataFrame(found, columns=list(COLUMNS))
    counts = ["year_before", "year", "indicator_no_before", "indicator_no"]
    texts = [name for name in COLUMNS if name not in (*counts, "confidence", "met_before", "met")]
    types = dict.fromkeys(counts, "Int64") | dict.fromkeys(("met_before", "met"), "boolean")
    return table.astype(types | dict.fromkeys(texts, "str") | {"confidence": "float64"})


def forms_by_year(known: Registry, forms: pd.DataFrame) -> dict[str, dict[int, list[str]]]:
    """The forms that speak for an entity as a whole, by entity and year: of a department those without a project."""
    found: dict[str, dict[int, list[str]]] = {}
    dated = forms[forms["year"].notna()]
    for form_id, year, project in dated[["form_id", "year", "project"]].itertuples(index=False, name=None):
        kind = "department" if pd.isna(project) or not project else "project"
        entity_id = known.of_form.get((form_id, kind))  # type: ignore[arg-type]
        if entity_id is not None:
            found.setdefault(entity_id, {}).setdefault(int(year), []).append(form_id)
    return found


def _rows(indicators: pd.DataFrame, findings: pd.DataFrame) -> dict[str, list[_Row]]:
    """The indicators by form."""
    doubted, unjudged = _doubted(findings, OF_TARGET), _doubted(findings, OF_VERDICT)
    columns = (
        "form_id",
        "indicator_no",
        "level1",
        "level2",
        "name",
        "target",
        "op",
        "target_value",
        "target_unit",
        "met",
    )
    keys = {name: without_years(folded(str(name))) for name in indicators["name"].unique()}
    found: dict[str, list[_Row]] = {}
    values = (_plain(column, indicators) for column in columns)
    for form_id, number, level1, level2, name, target, op, value, unit, met in zip(*values, strict=True):
        if keys[name]:
            judged, is_doubted = None if (form_id, number) in unjudged else met, (form_id, number) in doubted
            of_target = (target, op, value, unit)
            row = _Row(form_id, number, level1, level2, name, keys[name], *of_target, judged, is_doubted)
            found.setdefault(form_id, []).append(row)
    return found


def _plain(column: str, rows: pd.DataFrame) -> list[Any]:
    """The values of a column as Python has them; None for those that are missing."""
    values = rows[column]
    plain: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    return plain


def _doubted(findings: pd.DataFrame, fields: frozenset[str]) -> frozenset[tuple[str, int]]:
    """The indicators of which one of some fields may be misread, and nobody has looked."""
    is_open = findings["code"].isin(FLAGS) & ~findings["reviewed"].astype(bool)
    of_row = (findings["table"] == "indicators") & findings["field"].isin(fields) & findings["record_no"].notna()
    rows = findings.loc[is_open & of_row.fillna(False), ["form_id", "record_no"]]
    return frozenset((form_id, int(number)) for form_id, number in rows.itertuples(index=False, name=None))


def _links(before: Sequence[_Row], after: Sequence[_Row]) -> Iterator[dict[str, object]]:
    """What became of the indicators of one form in the next: equal names first, then the likest pairs."""
    old, new = list(before), list(after)
    for one, other in _equal(old, new):
        yield _linked(one, other, "same", 1.0 if one.level2 == other.level2 else LEVELS_DIFFER)
        old.remove(one)
        new.remove(other)
    for one, other, likeness in _reworded(old, new):
        yield _linked(one, other, "reworded", round(likeness / 100, 2))
        old.remove(one)
        new.remove(other)
    nearest_old, nearest_new = _nearest(old, new), _nearest(new, old)
    yield from (_single(one, "dropped", near) for one, near in zip(old, nearest_old, strict=True))
    yield from (_single(one, "new", near) for one, near in zip(new, nearest_new, strict=True))


def _equal(old: Sequence[_Row], new: Sequence[_Row]) -> list[tuple[_Row, _Row]]:
    """Pairs of equal names, those of one level first; of several alike the one in the same place among them."""
    waiting, pairs = list(new), list[tuple[_Row, _Row]]()
    for wants_level in (True, False):
        taken = {id(one) for one, _ in pairs}
        for one in old:
            if id(one) not in taken:
                alike = (r for r in waiting if r.key == one.key and (not wants_level or r.level2 == one.level2))
                other = next(alike, None)
                if other is not None:
                    waiting.remove(other)
                    pairs.append((one, other))
    return pairs


def _reworded(old: Sequence[_Row], new: Sequence[_Row]) -> list[tuple[_Row, _Row, float]]:
    """Pairs of names that are each the likest of the other, with the same figures in them and under one level."""
    if not old or not new:
        return []
    scores = process.cdist([one.key for one in old], [one.key for one in new], scorer=fuzz.ratio, score_cutoff=REWORDED)
    pairs = []
    for a, b in np.argwhere(scores > 0):
        one, other = old[a], new[b]
        is_likest = scores[a, b] == scores[a].max() == scores[:, b].max()
        is_only = (scores[a] == scores[a, b]).sum() == 1 and (scores[:, b] == scores[a, b]).sum() == 1
        if is_likest and is_only and one.level2 == other.level2 and numerals(one.key) == numerals(other.key):
            pairs.append((one, other, float(scores[a, b])))
    return pairs


def _nearest(rows: Sequence[_Row], others: Sequence[_Row]) -> list[float]:
    """How like each row is to the likest of the others, 0 to 100."""
    if not rows or not others:
        return [0.0] * len(rows)
    scores = process.cdist([one.key for one in rows], [one.key for one in others], scorer=fuzz.ratio)
    return [float(score) for score in scores.max(axis=1)]


def _linked(one: _Row, other: _Row, link: Link, confidence: float) -> dict[str, object]:
    change = _change(one, other)
    moved: Link = "target-moved" if change in ("easier", "harder", "other") else link
    return _pair(one, other) | {"link": moved, "target_change": change, "confidence": confidence}


def _single(one: _Row, link: Link, nearest: float) -> dict[str, object]:
    """A new or a dropped indicator: the surer, the less any other is like it."""
    sides = (one, None) if link == "dropped" else (None, one)
    return _pair(*sides) | {"link": link, "target_change": None, "confidence": round(1 - nearest / 100, 2)}


def _pair(one: _Row | None, other: _Row | None) -> dict[str, object]:
    row: dict[str, object] = {}
    sides: Mapping[str, _Row | None] = {"_before": one, "": other}
    for ending, side in sides.items():
        if side is not None:
            row |= {f"name{ending}": side.name, f"target{ending}": side.target, f"met{ending}": side.met}
            row |= {f"form_id{ending}": side.form_id, f"indicator_no{ending}": side.number}
            row |= {"level1": side.level1, "level2": side.level2}
    return row


def _change(one: _Row, other: _Row) -> TargetChange:
    """What became of a target."""
    if one.is_doubted or other.is_doubted:
        return "unsure"
    if one.value is not None and other.value is not None and one.op == other.op and one.unit == other.unit:
        return change_of_target(one.op, one.value, other.value)
    same_text = without_years(folded(one.target or "")) == without_years(folded(other.target or ""))
    return "none" if same_text else "other"


def change_of_target(op: str | None, before: float, after: float) -> TargetChange:
    """What became of a target whose sign and unit stayed.

    >>> change_of_target(">=", 95, 90), change_of_target("<=", 5, 3), change_of_target("=", 5, 3)
    ('easier', 'harder', 'other')
    """
    if before == after:
        return "none"
    if op in (">=", ">"):
        return "easier" if after < before else "harder"
    if op in ("<=", "<"):
        return "easier" if after > before else "harder"
    return "other"
