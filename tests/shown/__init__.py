"""Cells of Word files, workbooks and web pages whose look is known by construction.

A construction puts three parts of a text into a cell, the middle one in a look of its own, and says what a page shows
of them: a text; or None where the file does not settle it, or programs differ, so that no number may be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Parts = tuple[str, str, str]

VALUES: tuple[Parts, ...] = (("9", "7", "5个"), ("1", "0", "2"), ("≥3", "1", "%"), ("1", "2", ",345.6"))

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Shown = Callable[[str, str, str], str | None]


@dataclass(frozen=True)
class Construction:
    """One way to show a text. ``make`` gives the markup of a cell."""

    name: str
    make: Callable[[str, str, str], str]
    shown: Shown


def whole(a: str, x: str, b: str) -> str:
    """All three parts are shown."""
    return a + x + b


def without(a: str, x: str, b: str) -> str:
    """The middle part is not shown, or does not count."""
    return a + b


def apart(a: str, x: str, b: str) -> str:
    """The parts are shown on lines of their own."""
    return f"{a}\n{x}\n{b}"


def raised(a: str, x: str, b: str) -> str:
    """The middle part is raised."""
    return a + x.translate(RAISED) + b


def lowered(a: str, x: str, b: str) -> str:
    """The middle part is lowered."""
    return a + x.translate(LOWERED) + b


def nothing(a: str, x: str, b: str) -> str:
    """Nothing is shown, or nothing counts."""
    return ""


def unsettled(*parts: str) -> None:
    """The file does not say what is shown."""
