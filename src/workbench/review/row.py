"""The row of a value, as the widget shows it: its fields, the addends of a total, and the changes that it offers."""

from __future__ import annotations

import json
from typing import Any

from workbench.fields import KEYS, LABELS, NUMBER_FIELDS, field_name
from workbench.model import Table
from workbench.review.queue import SUMMED
from workbench.review.readings import FieldKey, FormReadings
from workbench.review.session import Session
from workbench.settings import REVIEW_THRESHOLD

TABLE_NAMES: dict[Table, str] = {"forms": "全表", "budgets": "预算", "goals": "目标", "indicators": "指标"}
"""What a person reads for a table."""

LONG = 16
"""Characters: a longer text gets an input field of several lines."""

LIKELY_MISREAD = 0.95
"""Addends below this confidence (0 to 1) stand out.

It is above the usual review threshold: where a total does not agree, an addend that no finding names may be misread.
"""

MOVES_SHOWN = 9
"""The most fields of a row that are offered to move a value to."""

WHOLE_ROW = 12
"""The width of a row, in the unit of ``SPANS``."""

DEFAULT_SPAN = 6
"""The width of a field that ``SPANS`` does not name."""

SPANS: dict[Table, dict[str, int]] = {
    "forms": {"title": 9, "year": 3, "total_weight": 3, "total_score": 3, "conclusion": 12},
    "budgets": {"funds": 4, "amount_unit": 2, "weight": 3, "score": 3, "deviation": 12}
    | dict.fromkeys(("initial", "adjusted", "executed", "execution_rate"), 3),
    "goals": {"goal_no": 2, "goal": 12, "actual": 12, "deviation": 12},
    "indicators": {"goal_no": 2, "level1": 3, "level2": 3, "name": 4, "weight": 2, "score": 2, "deviation": 12}
    | dict.fromkeys(("target", "actual"), 4),
}
"""Width of the fields in twelfths of the row; of others ``DEFAULT_SPAN``."""


def record_fields(
    session: Session, form: FormReadings, place: FieldKey, texts: dict[FieldKey, str]
) -> list[dict[str, Any]]:
    """The fields of the row of a value, each with its text, what the machine read and the confidence of that.

    ``texts`` are the values that people have changed since the tables were built (`Session.texts`).
    """
    threshold = float(session.dataset.info.get("settings", {}).get("review_threshold", REVIEW_THRESHOLD))
    return [_value(form, one, texts, threshold) for one in form.records[place.table, place.record_no]]


def _value(form: FormReadings, place: FieldKey, texts: dict[FieldKey, str], threshold: float) -> dict[str, Any]:
    """One field of a row for the widget; below the confidence ``threshold`` it is doubtful until it is corrected."""
    reading = form.values[place]
    text, confidence = texts.get(place, reading.text), reading.confidence
    span = SPANS[place.table].get(place.field, DEFAULT_SPAN)
    is_number = (place.table, place.field) in NUMBER_FIELDS
    long = not is_number and (len(text) > LONG or span == WHOLE_ROW)
    return {
        "key": key_of_place(place),
        "place": list(place),
        "label": field_name(place.field),
        "text": text,
        "note": f"机器读作“{reading.machine or ''}”" if text != (reading.machine or "") else "",
        "sure": f"{confidence:.2f}" if confidence is not None else "",
        "corrected": place in texts or reading.status in ("corrected", "stale"),
        "doubtful": reading.status == "machine" and confidence is not None and confidence < threshold,
        "long": long,
        "span": span,
    }


def addends(form: FormReadings, place: FieldKey, texts: dict[FieldKey, str]) -> list[dict[str, Any]]:
    """The numbers that a stated total is the sum of; empty where the value is no total.

    ``suspect`` are those that the machine was not sure of (``LIKELY_MISREAD``). ``texts`` as for `record_fields`.
    """
    if place.table != "forms" or (place.table, place.field) not in SUMMED:
        return []
    field = place.field.removeprefix("total_")
    places = [one for one in form.values if one.field == field and one.table in ("budgets", "indicators")]
    return [
        {
            "place": list(one),
            "label": f"{TABLE_NAMES[one.table]}{one.record_no}",
            "text": texts.get(one, form.values[one].text) or "—",
            "title": record_name(form, one),
            "suspect": (form.values[one].confidence or 1.0) < LIKELY_MISREAD,
        }
        for one in places
        if form.values[one].machine is not None
    ]


def record_name(form: FormReadings, place: FieldKey) -> str:
    """The text that names the record of a value, such as an indicator's name; empty for the form itself."""
    field = KEYS.get(place.table)
    reading = form.values.get(FieldKey(place.table, place.record_no, field)) if field else None
    return reading.text if reading else ""


def actions(form: FormReadings, place: FieldKey) -> list[dict[str, Any]]:
    """The corrections of a row as a whole that the widget offers beside a value; none for the fields of the form.

    Each has a ``label``, and either an ``action`` with its ``content`` (the arguments of `Session.restructure`) or
    ``choices`` of such; ``form`` are the fields that a person fills in first.
    """
    if place.record_no is None:
        return []
    where = {"table": place.table, "record_no": place.record_no}
    found: list[dict[str, Any]] = [
        {"label": "这一行不是记录（如重复的表头）", "action": "remove-record", "content": where},
        {"label": "这一行之后漏读了一行", "form": _blank_row(form, place), "action": "add-record", "content": where},
    ]
    if place.field not in LABELS:
        found.append({"label": f"“{field_name(place.field)}”的值属于另一列", "choices": _moves(form, place)})
    below = FieldKey(place.table, place.record_no + 1, place.field)
    if below in form.values:
        label = f"与下一行是同一行（{record_name(form, below)[:16]}）"
        found.append({"label": label, "action": "join-records", "content": where | {"other_no": below.record_no}})
    return found


def _moves(form: FormReadings, place: FieldKey) -> list[dict[str, Any]]:
    """The other fields of the row that the value may belong to: it changes places with theirs."""
    others = [one for one in form.records[place.table, place.record_no] if one.field not in (place.field, *LABELS)]
    where = {"table": place.table, "record_no": place.record_no, "field": place.field}
    return [
        {
            "label": f"与“{field_name(one.field)}”（{form.values[one].text[:12] or '空'}）互换",
            "action": "move-value",
            "content": where | {"to": one.field},
        }
        for one in others[:MOVES_SHOWN]
    ]


def _blank_row(form: FormReadings, place: FieldKey) -> list[dict[str, str]]:
    """The input fields for a row that was missed after that of ``place``: its labels are filled in from there."""
    return [
        {
            "field": one.field,
            "label": field_name(one.field),
            "text": form.values[one].text if one.field in LABELS else "",
        }
        for one in form.records[place.table, place.record_no]
    ]


def key_of_place(place: FieldKey) -> str:
    """The identity of a value within its form, as text.

    >>> key_of_place(FieldKey("budgets", 1, "executed"))
    '["budgets", 1, "executed"]'
    """
    return json.dumps(list(place))
