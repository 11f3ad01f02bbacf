"""The row that a value stands in, as the widget shows it: its fields, the addends of a total, what can be changed."""

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

LONG = 16
"""Texts of more characters get a field of several lines."""

LIKELY_MISREAD = 0.95
"""Addends below this confidence stand out: above the threshold for a finding, but the likeliest to be misread."""

SPANS: dict[Table, dict[str, int]] = {
    "forms": {"title": 9, "year": 3, "total_weight": 3, "total_score": 3, "conclusion": 12},
    "budgets": {"funds": 4, "amount_unit": 2, "weight": 3, "score": 3, "deviation": 12}
    | dict.fromkeys(("initial", "adjusted", "executed", "execution_rate"), 3),
    "goals": {"goal_no": 2, "goal": 12, "actual": 12, "deviation": 12},
    "indicators": {"goal_no": 2, "level1": 3, "level2": 3, "name": 4, "weight": 2, "score": 2, "deviation": 12}
    | dict.fromkeys(("target", "actual"), 4),
}
"""Width of the fields in twelfths of the row; 6 where nothing is said."""


def record(session: Session, form: FormReadings, place: FieldKey, texts: dict[FieldKey, str]) -> list[dict[str, Any]]:
    """The row that a value stands in, each field with what the machine read and how sure it was."""
    threshold = float(session.dataset.info.get("settings", {}).get("review_threshold", REVIEW_THRESHOLD))
    return [_value(form, one, texts, threshold) for one in form.records[place.table, place.record_no]]


def _value(form: FormReadings, place: FieldKey, texts: dict[FieldKey, str], threshold: float) -> dict[str, Any]:
    reading = form.values[place]
    text, sure = texts.get(place, reading.text), reading.confidence
    span = SPANS[place.table].get(place.field, 6)
    is_number = (place.table, place.field) in NUMBER_FIELDS
    long = not is_number and (len(text) > LONG or span == 12)
    return {
        "key": key_of_place(place),
        "place": list(place),
        "label": field_name(place.field),
        "text": text,
        "note": f"机器读作“{reading.machine or ''}”" if text != (reading.machine or "") else "",
        "sure": f"{sure:.2f}" if sure is not None else "",
        "corrected": place in texts or reading.status in ("corrected", "stale"),
        "doubtful": reading.status == "machine" and sure is not None and sure < threshold,
        "long": long,
        "span": span,
    }


def addends(form: FormReadings, place: FieldKey, texts: dict[FieldKey, str]) -> list[dict[str, Any]]:
    """The numbers that a stated total is the sum of: where it does not agree, one of them may be misread."""
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
    """The text that names a value's record; empty for the form itself."""
    field = KEYS.get(place.table)
    reading = form.values.get(FieldKey(place.table, place.record_no, field)) if field else None
    return reading.text if reading else ""


def actions(form: FormReadings, place: FieldKey) -> list[dict[str, Any]]:
    """What can be wrong about a row as a whole."""
    if place.record_no is None:
        return []
    where = {"table": place.table, "record_no": place.record_no}
    others = [one for one in form.records[place.table, place.record_no] if one.field not in (place.field, *LABELS)]
    moves = [
        {
            "label": f"与“{field_name(one.field)}”（{form.values[one].text[:12] or '空'}）互换",
            "action": "move-value",
            "content": where | {"field": place.field, "to": one.field},
        }
        for one in others[:9]
    ]
    found: list[dict[str, Any]] = [
        {"label": "这一行不是记录（如重复的表头）", "action": "remove-record", "content": where},
        {"label": "这一行之后漏读了一行", "form": _blank_row(form, place), "action": "add-record", "content": where},
    ]
    if place.field not in LABELS:
        found.append({"label": f"“{field_name(place.field)}”的值属于另一列", "choices": moves})
    below = FieldKey(place.table, place.record_no + 1, place.field)
    if below in form.values:
        label = f"与下一行是同一行（{record_name(form, below)[:16]}）"
        found.append({"label": label, "action": "join-records", "content": where | {"other_no": below.record_no}})
    return found


def _blank_row(form: FormReadings, place: FieldKey) -> list[dict[str, str]]:
    """The fields of a row that was missed; the labels that it shares with the row before are filled in."""
    return [
        {
            "field": one.field,
            "label": field_name(one.field),
            "text": form.values[one].text if one.field in LABELS else "",
        }
        for one in form.records[place.table, place.record_no]
    ]


def key_of_place(place: FieldKey) -> str:
    """What names a value of a form."""
    return json.dumps(list(place))
