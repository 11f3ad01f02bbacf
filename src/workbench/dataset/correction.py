"""One correction, and the line of JSON that it is kept as."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, get_args

Action = Literal["set", "remove-record", "add-record", "move-value", "join-records", "dismiss", "undo"]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a cell as scanned, as fractions of the page's width and height."""

ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a record is known by when numbers have changed: a cell on the scan, and the text that names it.

    The scan stays, whatever reads it at whatever resolution. ``page`` and ``box`` are None where the record has no
    cell; ``text`` is its name (indicators), kind of funds (budgets) or goal.
    """

    page: int | None = None
    box: Box | None = None
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

_TEXTS = ("form_id", "table", "field", "by", "at", "reason", "action", "id", "to", "code", "undoes")
_NUMBERS = ("record_no", "other_no")


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
    missing = [name for name in ("form_id", "table", "by", "at") if not data.get(name) and data.get("action") != "undo"]
    if missing:
        raise ValueError(f"without {', '.join(missing)}")
    known = {one.name for one in fields(Correction)}
    values: dict[str, Any] = {name: value for name, value in data.items() if name in known}
    values = {"form_id": "", "table": "", "field": "", "was": None, "now": None, "by": "", "at": ""} | values
    values["record_no"] = values.get("record_no") or 0  # null in the tables: the form itself
    _check_types(values)
    for name in ("anchor", "other"):
        values[name] = to_anchor(values[name]) if values.get(name) is not None else None
    values["texts"] = {str(name): str(text) for name, text in (values.get("texts") or {}).items()}
    values["settles"] = tuple(map(str, values.get("settles") or ()))
    values["id"] = values.get("id") or hashlib.sha256(line.strip()).hexdigest()[:16]
    return Correction(**values)


def _check_types(values: dict[str, Any]) -> None:
    for name in _TEXTS:
        if not isinstance(values.get(name, ""), str):
            raise ValueError(f"{name} is not a text")
    for name in ("was", "now"):
        if not isinstance(values[name], str | None):
            raise ValueError(f"{name} is neither a text nor null")
    for name in _NUMBERS:
        number = values.get(name, 0)
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ValueError(f"{name} is not a number from 0")
    if values.get("action", "set") not in ACTIONS:
        raise ValueError(f"unknown action {values['action']!r}")
    if not isinstance(values.get("texts") or {}, dict) or not isinstance(values.get("settles") or [], list):
        raise ValueError("texts is not an object, or settles not a list")
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
