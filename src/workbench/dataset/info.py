"""What ``dataset.json`` says, checked: it may be damaged, of a later version, or from a stranger."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from workbench.dataset.placing import TABLES
from workbench.language import Phrase
from workbench.settings import Settings

SCHEMA_VERSION = 2
"""Version of the promised tables, in ``dataset.json``."""

Check = Callable[[object], bool]
"""Whether a value is what its key must have."""


def parsed_info(content: bytes) -> dict[str, Any]:
    """Read the content of ``dataset.json``.

    Raises:
        ValueError: it is not one that this version can read; the message says why.
    """
    try:
        info = json.loads(content)
    except RecursionError:
        raise ValueError(Phrase("it is nested too deeply")) from None
    except ValueError as error:
        raise ValueError(Phrase("it is no JSON: {error}", error=error)) from None
    if not isinstance(info, dict):
        raise ValueError(Phrase("it is no JSON object"))
    schema = info.get("schema")
    if isinstance(schema, int) and schema > SCHEMA_VERSION:
        raise ValueError(
            Phrase(
                "a later version of workbench wrote it (schema {schema}, this one reads {schema_version})",
                schema=schema,
                schema_version=SCHEMA_VERSION,
            )
        )
    wrong = next((name for name, check in _REQUIRED.items() if name not in info or not check(info[name])), None)
    wrong = wrong or next((name for name, check in _OPTIONAL.items() if name in info and not check(info[name])), None)
    if wrong:
        if wrong not in info:
            raise ValueError(Phrase("it has no {wrong!r}", wrong=wrong))
        raise ValueError(Phrase("it says nothing usable under {wrong!r}", wrong=wrong))
    return info


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    """Whether a value is a whole number from 0 that fits a table."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _all_are(check: Check) -> Check:
    """The check of an object, all of whose values pass another check."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _object(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """The check of an object with these keys; it may have others."""

    def holds(value: object) -> bool:
        if not isinstance(value, dict):
            return False
        is_whole = all(name in value and check(value[name]) for name, check in required.items())
        return is_whole and all(check(value[name]) for name, check in (optional or {}).items() if name in value)

    return holds


def _are_settings(value: object) -> bool:
    """Whether settings that this version knows have values of their kind; others may be of another version."""
    if not isinstance(value, dict):
        return False
    kinds = {field.name: type(field.default) for field in fields(Settings)}
    return all(_is_setting(value[name], kind) for name, kind in kinds.items() if name in value)


def _is_setting(value: object, kind: type) -> bool:
    return isinstance(value, (int, float) if kind is float else kind) and not isinstance(value, bool)


def _is_digest(value: object) -> bool:
    """Whether a text is a SHA-256 in hexadecimal, or empty: a document that could not be read has none."""
    return isinstance(value, str) and re.fullmatch("([0-9a-f]{64})?", value) is not None


def _is_release(value: object) -> bool:
    """Whether a text is the version of a pipeline; folders are named after it."""
    return isinstance(value, str) and re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,60}", value) is not None


_VERSION = _object({"pipeline": _is_release, "engine": _or_none(_is_text), "settings": _are_settings})
_DOCUMENT = _object({"sha256": _is_digest, "version": _or_none(_is_text)}, {"page": _is_number})
_CORRECTIONS = _object({"lines": _all_are(_is_number)})

_REQUIRED: Mapping[str, Check] = {
    "digest": _is_text,
    "rows": _object(dict.fromkeys(TABLES, _is_number)),
    "files": _all_are(_is_text),
    "settings": _are_settings,
}
"""Keys that every ``dataset.json`` has."""

_OPTIONAL: Mapping[str, Check] = {
    "schema": _is_number,
    "raw": _is_text,
    "built": _is_text,
    "built_from": _is_text,
    "versions": _all_are(_VERSION),
    "documents": _all_are(_DOCUMENT),
    "corrections": _CORRECTIONS,
}
"""Keys that are checked where they are there: earlier versions did not write all of them."""
