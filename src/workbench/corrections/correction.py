"""One correction, and the line of JSON in the log that holds it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, get_args

from workbench.language import Phrase
from workbench.visible import HALF

Action = Literal["set", "remove-record", "add-record", "move-value", "join-records", "dismiss", "undo"]
"""What a correction does (see `Correction`)."""

RelativeBox = tuple[float, float, float, float]
"""Left, top, right and bottom of a cell as scanned, as fractions of the page's width and height."""

ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What identifies a record although its number may change: a cell on the scan, and the text that names it.

    The scan stays the same, whatever version reads it at whatever resolution.

    Attributes:
        page: the page of the cell, from 1; None: the record has no cell.
        box: the outline of the cell; None: the record has no cell.
        text: the name of an indicator, the funds of a budget line, or the text of a goal.
    """

    page: int | None = None
    box: RelativeBox | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of one form by one person.

    Attributes:
        form_id, table, record_no, field: what is corrected, as the tables name it. Record 0 is the form itself.
            ``field`` is empty where a whole record is meant.
        was, now: the text before and after, as printed; None: the form has no such field. Equal texts confirm the
            reading. For ``remove-record``, ``was`` is the text that names the row.
        by, at: the person, and the time (RFC 3339 with offset).
        reason: the reason in the person's words.
        action: what the correction does:

            - ``set``: the field has the text ``now``;
            - ``remove-record``: the row is no record;
            - ``add-record``: a row was missed, and becomes number ``record_no``;
            - ``move-value``: the fields ``field`` and ``to`` of the record exchange their values;
            - ``join-records``: the row ``other_no`` is the continuation of this one, or the other way round;
            - ``dismiss``: somebody looked at the finding ``code``, and nothing needs to be done;
            - ``undo``: the correction ``undoes`` is taken back.
        id: unique; a digest of the line where a line has none.
        anchor: identifies the record; for ``add-record``, the record before it.
        texts: the fields of an added record; of a joined one, those whose text is not simply both texts in a row.
        to: the other field of ``move-value``.
        other_no, other: number and anchor of the second row of ``join-records``. For ``add-record``, ``other`` is the
            anchor of the record after it.
        alone: ``set`` this row only, although its cell is merged over several rows.
        code, page: code and page of the finding that is dismissed; ``was`` is the text that it found.
        undoes: id of the correction that ``undo`` takes back.
        settles: ids of other people's corrections that this person saw and decided against.
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
        """The form's id without the number of the form."""
        return self.form_id.rpartition("-")[0] or self.form_id

    @property
    def time(self) -> datetime:
        """The time of the correction, with its offset from UTC."""
        return datetime.fromisoformat(self.at)

    @property
    def confirms(self) -> bool:
        """Whether the person confirms the reading of a field."""
        return self.action == "set" and (self.was or "") == (self.now or "")


PROMISED = ("form_id", "table", "record_no", "field", "was", "now", "by", "at", "reason")
"""Keys that every line has."""

_DEFAULTS: dict[str, Any] = {"form_id": "", "table": "", "record_no": 0, "field": "", "was": None, "now": None}

_TEXTS = ("form_id", "table", "field", "by", "at", "reason", "action", "id", "to", "code", "undoes")
"""Keys whose values are texts, ``was`` and ``now`` aside."""

LARGEST = 2**31 - 1
"""Largest number of a record or page. A larger one is no number of anything, and does not fit the tables."""

_NUMBERS = ("record_no", "other_no", "page")
"""Keys whose values are whole numbers from 0 to `LARGEST`."""


def to_line(correction: Correction) -> bytes:
    """Write a correction as one line of UTF-8 JSON, with the line end.

    The line has the `PROMISED` keys, and those others whose values are not the defaults.

    >>> line = to_line(Correction("9f0c-1", "forms", 0, "year", "2021", "2022", "Li", "2024-05-01T09:00:00+08:00"))
    >>> parse_line(line).now
    '2022'
    """
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
    """Read a line that `to_line` wrote. Unknown keys are ignored: a later version may have written them.

    Raises:
        ValueError: the line is not a correction; the message says why.
    """
    try:
        data = json.loads(line.decode())
    except UnicodeDecodeError:
        raise ValueError(Phrase("not UTF-8")) from None
    except (ValueError, RecursionError):
        raise ValueError(Phrase("not a complete JSON object")) from None
    if not isinstance(data, dict):
        raise ValueError(Phrase("not a JSON object"))
    if HALF.search(json.dumps(data, ensure_ascii=False)):
        raise ValueError(Phrase("half of a character in it, which no table can hold"))
    known = {one.name for one in fields(Correction)}
    # A value of null is a value that was not given.
    values: dict[str, Any] = {name: value for name, value in data.items() if name in known and value is not None}
    missing = [name for name in _needed(values.get("action", "set")) if not values.get(name)]
    if missing:
        raise ValueError(Phrase("without {missing}", missing=", ".join(missing)))
    values = _DEFAULTS | values
    _check_types(values)
    for name in ("anchor", "other"):
        values[name] = to_anchor(values[name]) if name in values else None
    values["settles"] = tuple(values.get("settles", ()))
    values["id"] = values.get("id") or hashlib.sha256(line.strip()).hexdigest()[:16]
    return Correction(**values)


def _needed(action: object) -> tuple[str, ...]:
    """The keys that a line with this action cannot do without."""
    if action == "undo":
        return "by", "at", "undoes"
    if action == "dismiss":
        return "by", "at", "form_id", "code"  # a finding may belong to no table
    return "by", "at", "form_id", "table", *(("field",) if action in ("set", "move-value") else ())


def _check_types(values: dict[str, Any]) -> None:
    """Raise a ValueError that names the first value of a wrong type.

    Args:
        values: the values of a line by their keys, those of `_DEFAULTS` among them.
    """
    for name in (*_TEXTS, "was", "now"):
        if not isinstance(values.get(name) or "", str):
            raise ValueError(Phrase("{name} is not a text", name=name))
    for name in _NUMBERS:
        number = values.get(name, 0)
        if not _is_count(number):
            raise ValueError(Phrase("{name} is not a number from 0", name=name))
    if not isinstance(values.get("alone", False), bool):
        raise ValueError(Phrase("alone is neither true nor false"))
    if values.get("action", "set") not in ACTIONS:
        raise ValueError(Phrase("unknown action {action!r}", action=values["action"]))
    texts, settles = values.get("texts", {}), values.get("settles", [])
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(Phrase("texts is not an object of texts"))
    if not isinstance(settles, list) or not all(isinstance(name, str) for name in settles):
        raise ValueError(Phrase("settles is not a list of ids"))
    try:
        time = datetime.fromisoformat(values["at"])
    except ValueError:
        raise ValueError(Phrase("at is not a time: {time!r}", time=values["at"][:40])) from None
    if time.tzinfo is None:
        raise ValueError(Phrase("at has no offset from UTC: {at!r}", at=values["at"]))


def to_anchor(data: object) -> Anchor:
    """Read an anchor from its JSON object.

    Raises:
        ValueError: the object is no anchor.
    """
    if not isinstance(data, dict) or not {"page", "box", "text"} <= data.keys():
        raise ValueError(Phrase("anchor is not a place"))
    page, box, text = data["page"], data["box"], data["text"]
    if not (page is None or (_is_count(page) and page > 0)) or not isinstance(text, str):
        raise ValueError(Phrase("anchor is not a place: its page is no number from 1, or its text is none"))
    if not box:
        return Anchor(page, None, text)
    if not isinstance(box, list) or len(box) != 4 or not all(map(_is_share, box)):
        raise ValueError(Phrase("anchor is not a place: its box is not four shares of a page"))
    left, top, right, bottom = map(float, box)
    return Anchor(page, (left, top, right, bottom), text)


def _is_count(number: object) -> bool:
    """Whether a value is a whole number from 0 that a table can hold."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST


def _is_share(number: object) -> bool:
    """Whether a value is a place on a page, as a share of its width or height; the page may be cut a little short."""
    return isinstance(number, int | float) and not isinstance(number, bool) and -1 <= number <= 2
