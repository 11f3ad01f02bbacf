"""How numbers and long names are written in charts, tables and sentences."""

from __future__ import annotations

import math
import re
import unicodedata

import pandas as pd

MISSING = "—"
"""What stands where the form shows nothing."""

UNBROKEN = re.compile(r"[0-9A-Za-z.,%+−-]+|.", re.DOTALL)
"""What stays together when a text is broken into lines: numbers with their signs, Latin words, single characters."""

NOT_AT_LINE_START = "，。、；：？！）】》”’％%)]}"


def is_missing(value: object) -> bool:
    """True for None, NaN, NA and the empty string."""
    return value is None or value == "" if isinstance(value, str | None) else bool(pd.isna(value))  # type: ignore[call-overload]


def number(value: object, decimals: int = 2) -> str:
    """``31215.7`` → ``31,215.7``: thousands separated, no needless zeros, a dash for nothing."""
    if is_missing(value):
        return MISSING
    rounded = round(float(value), decimals)  # type: ignore[arg-type]
    text = f"{rounded:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


def whole(value: object) -> str:
    """``2022.0`` → ``2022``: a count or a year, without separators."""
    return MISSING if is_missing(value) else f"{int(float(value))}"  # type: ignore[arg-type]


def percent(value: object, decimals: int = 1) -> str:
    """``0.983`` → ``98.3%``, ``17`` → ``1,700%``."""
    return MISSING if is_missing(value) else f"{number(100 * float(value), decimals)}%"  # type: ignore[arg-type]


def text(value: object) -> str:
    """The text itself, or a dash for nothing."""
    return MISSING if is_missing(value) else str(value)


def category(value: object) -> str:
    """The name of a kind of indicator, or 未分类 where the form has no such column."""
    return "未分类" if is_missing(value) else str(value)


def width(words: str) -> int:
    """Width on the page in half-width columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in words)


def shorten(words: str, columns: int) -> str:
    """The beginning of the words, with an ellipsis if they do not fit into so many half-width columns."""
    if width(words) <= columns:
        return words
    kept = ""
    for character in words:
        if width(kept + character) > columns - 2:
            break
        kept += character
    return kept + "…"


def wrap_evenly(words: str, columns: int, lines: int = 2) -> str:
    """Like :func:`wrap`, with lines about equally long: for labels, where one character alone looks lost."""
    usable = max(2, columns - columns % 2)  # a character of two columns does not begin in the last one
    needed = min(max(1, math.ceil(width(words) / usable)), lines)
    return wrap(words, min(columns, math.ceil(width(words) / needed) + 1), lines)


def wrap(words: str, columns: int, lines: int = 2) -> str:
    """Break a text into at most so many lines of so many half-width columns; the rest becomes an ellipsis.

    Closing punctuation does not begin a line; a number or a Latin word is not broken where it fits into a line.
    """
    rows: list[str] = [""]
    for piece in UNBROKEN.findall(" ".join(words.split())):
        for part in [piece] if width(piece) <= columns else piece:
            if width(rows[-1] + part) > columns and part[0] not in NOT_AT_LINE_START:
                rows.append("")
            rows[-1] += part
    if len(rows) > lines:
        rows = [*rows[: lines - 1], shorten("".join(rows[lines - 1 :]), columns)]
    return "\n".join(rows)
