"""Elements of WordprocessingML and their values. Source: ECMA-376 part 1, chapter 17."""

from __future__ import annotations

import re
from typing import Any


def value(element: Any | None, attribute: str = "val", default: str = "") -> str:
    """An attribute of an element, whatever its namespace."""
    values = element.attrib if element is not None else {}
    return next((text for key, text in values.items() if key.rpartition("}")[2] == attribute), default)


def number(element: Any | None, attribute: str = "val", default: int = 0) -> int:
    """An attribute that is a whole number; ``default`` where it is none."""
    return as_number(value(element, attribute), default)


def as_number(text: str, default: int = 0) -> int:
    """A whole number, what stands behind its point left off; ``default`` where it is none."""
    return int(float(text)) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text) else default


def is_on(element: Any | None) -> bool:
    """Whether a switch is there and not turned off."""
    return element is not None and value(element) not in OFF


OFF = ("0", "false", "off")
