"""One correction, and the line of JSON that it is kept as."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, get_args

from workbench.visible import HALF

Action = Literal["set", "remove-record", "add-record", "move-value", "join-records", "dismiss", "undo"]
RelativeBox = tuple[float, float, float, float]
"""Left, top, right and bottom of a cell as scanned, as fractions of the page's width and height."""

ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a record is known by when numbers have changed: a cell on the scan, and the text that names it.

    The scan stays, whatever reads it at whatever resolution. ``page`` and ``box`` are None where the record has no
    cell; ``text`` is its name (indicators), kind of funds (budgets) or goal.
    """

    page: int | None = None
    box: RelativeBox | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says of one thing in one form.

    Attributes:
        form_id, table, record_no, field: what it is about, as in the tables; record 0 is the form itself, and
            ``field`` is empty where a whole record is meant.
        was, now: texts as printed, not parsed numbers; None: the form has no such field. ``now == was`` confirms.
            For ``remove-record``, ``was`` is the text that names the row.
        by, at: who, and when (RFC 3339 with offset).
        reason: why, in the person's words.
        action: ``set`` the text of a field; ``remove-record``: the row is none; ``add-record``: a row was missed, it
            becomes number ``record_no``; ``move-value``: ``field`` and ``to`` of the record exchange their values;
            ``join-records``: the row ``other_no`` is a part of this one; ``dismiss``: a finding (``code``) was looked
            at and asks for nothing; ``undo``: the correction ``undoes`` is taken back.
        id: unique; made of the line itself where a line has none.
        anchor: how the record is found again; for ``add-record``, the record before it.
        texts: the fields of an added record, or of the joined one where the two texts in a row are not it.
        to: the other field of ``move-value``.
        other_no, other: number and anchor of the second row of ``join-records``.
        alone: ``set`` this row only, though its cell is merged over several (a label that reaches too far).
        code, page: the code and the page of the finding that ``dismiss`` is about; ``was`` is what it found.
        undoes: id of the correction that ``undo`` takes back.
        settles: ids of other people's corrections that this one decides against, having seen them.
    """

    form_id: str
    table: str
    record_no: int
    field: str
    was: str | None
    now: str | None
    by: str
    at: str
    reason: str = ""
    action: Action = "set"
    id: str = ""
    anchor: Anchor | None = None
    texts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    to: str = ""
    other_no: int = 0
    other: Anchor | None = None
    alone: bool = False
    code: str = ""
    page: int | None = None
    undoes: str = ""
    settles: tuple[str, ...] = ()

    @property
    def document_id(self) -> str:
        return self.form_id.rpartition("-")[0] or self.form_id

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def confirms(self) -> bool:
        """Whether the person found the field as it was."""
        return self.action == "set" and (self.was or "") == (self.now or "")


PROMISED = ("form_id", "table", "record_no", "field", "was", "now", "by", "at", "reason")
"""Keys that every line has."""

_UNSAID: dict[str, Any] = {"form_id": "", "table": "", "record_no": 0, "field": "", "was": None, "now": None}

_TEXTS = ("form_id", "table", "field", "by", "at", "reason", "action", "id", "to", "code", "undoes")
_NUMBERS = ("record_no", "other_no", "page")


def to_line(correction: Correction) -> bytes:
    """The correction as one line of UTF-8 JSON with its line end: the promised keys, and the others that it uses."""
    plain = Correction("", "", 0, "", None, None, "", "")
    used = {
        one.name: getattr(correction, one.name)
        for one in fields(correction)
        if one.name in PROMISED or getattr(correction, one.name) != getattr(plain, one.name)
    }
    used |= {name: asdict(used[name]) for name in ("anchor", "other") if name in used}
    # Half of a character (a lone surrogate, which a browser can send) has no UTF-8: it becomes a question mark.
    return json.dumps(used, ensure_ascii=False).encode(errors="replace") + b"\n"


def parse_line(line: bytes) -> Correction:
    """The inverse of `to_line`. Keys that are not known are passed over: a later version may have written them.

    Raises:
        ValueError: the line is not a correction; the message says why.
    """
    try:
        data = json.loads(line.decode())
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError("not a complete JSON object") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    if HALF.search(json.dumps(data, ensure_ascii=False)):
        raise ValueError("half of a character in it, which no table can hold")
    known = {one.name for one in fields(Correction)}
    # null is what a value is that nobody gave.
    values: dict[str, Any] = {name: value for name, value in data.items() if name in known and value is not None}
    missing = [name for name in _needed(values.get("action", "set")) if not values.get(name)]
    if missing:
        raise ValueError(f"without {', '.join(missing)}")
    values = _UNSAID | values
    _check_types(values)
    for name in ("anchor", "other"):
        values[name] = to_anchor(values[name]) if name in values else None
    values["settles"] = tuple(values.get("settles", ()))
    values["id"] = values.get("id") or hashlib.sha256(line.strip()).hexdigest()[:16]
    return Correction(**values)


def _needed(action: object) -> tuple[str, ...]:
    """Keys without which a line says nothing."""
    if action == "undo":
        return "by", "at", "undoes"
    if action == "dismiss":
        return "by", "at", "form_id", "code"  # a finding may belong to no table
    return "by", "at", "form_id", "table", *(("field",) if action in ("set", "move-value") else ())


def _check_types(values: dict[str, Any]) -> None:
    for name in (*_TEXTS, "was", "now"):
        if not isinstance(values.get(name) or "", str):
            raise ValueError(f"{name} is not a text")
    for name in _NUMBERS:
        number = values.get(name, 0)
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ValueError(f"{name} is not a number from 0")
    if not isinstance(values.get("alone", False), bool):
        raise ValueError("alone is neither true nor false")
    if values.get("action", "set") not in ACTIONS:
        raise ValueError(f"unknown action {values['action']!r}")
    texts, settles = values.get("texts", {}), values.get("settles", [])
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("texts is not an object of texts")
    if not isinstance(settles, list) or not all(isinstance(name, str) for name in settles):
        raise ValueError("settles is not a list of ids")
    try:
        told = datetime.fromisoformat(values["at"])
    except ValueError:
        raise ValueError(f"at is not a time: {values['at'][:40]!r}") from None
    if told.tzinfo is None:
        raise ValueError(f"at has no offset from UTC: {values['at']!r}")


def to_anchor(data: object) -> Anchor:
    """An anchor from its JSON object.

    Raises:
        ValueError: the object is no anchor.
    """
    try:
        page, box, text = (data[name] for name in ("page", "box", "text"))  # type: ignore[index]
        left, top, right, bottom = map(float, box or (0, 0, 0, 0))
        return Anchor(None if page is None else int(page), (left, top, right, bottom) if box else None, str(text))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ValueError("anchor is not a place") from None
