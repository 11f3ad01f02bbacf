"""Writes numbers and long names as text for charts, tables and sentences."""

from __future__ import annotations

import math
import re
import unicodedata

import pandas as pd

from workbench.values import decimals_beside_whole

MISSING = "—"
"""Written where the form shows nothing."""

UNBROKEN = re.compile(r"[0-9A-Za-z.,%+−-]+|.", re.DOTALL)
"""Parts of a text that a line break does not divide: a number with its sign, a Latin word, a single character."""

NOT_AT_LINE_START = "，。、；：？！）】》”’％%)]}"
"""Closing punctuation, which does not begin a line."""


def but(clause: str) -> str:
    """A clause that limits what was said; a number has a space before it, as everywhere in these sentences.

    >>> but("2 行未能读出"), but("自报数待核对")
    ('，但 2 行未能读出', '，但自报数待核对')
    """
    return f"，但{' ' if clause[:1].isdigit() else ''}{clause}"


def is_missing(value: object) -> bool:
    """Tell whether a value is None, NaN, NA or the empty string."""
    return value is None or value == "" if isinstance(value, str | None) else bool(pd.isna(value))  # type: ignore[call-overload]


def number(value: object, decimals: int = 2) -> str:
    """Write a number: thousands separated, no needless zeros, a real minus, a dash for a missing value.

    >>> number(31215.7), number(-2.50), number(None)
    ('31,215.7', '−2.5', '—')
    """
    if is_missing(value):
        return MISSING
    rounded = round(float(value), decimals)  # type: ignore[arg-type]
    text = f"{rounded:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


def whole(value: object) -> str:
    """Write a count or a year without separators; a dash for a missing value.

    >>> whole(2022.0)
    '2022'
    """
    return MISSING if is_missing(value) else f"{int(float(value))}"  # type: ignore[arg-type]


def percent(value: object, decimals: int = 1) -> str:
    """Write a fraction as a percentage; a dash for a missing value.

    >>> percent(0.983), percent(17)
    ('98.3%', '1,700%')
    """
    return MISSING if is_missing(value) else f"{number(100 * float(value), decimals)}%"  # type: ignore[arg-type]


def attained(value: object) -> str:
    """Write how much of a target was reached: whole percents, and as many decimals as 100 % needs that is none.

    >>> attained(0.923), attained(1.0), attained(2999 / 3000)
    ('92%', '100%', '99.97%')
    """
    share = None if is_missing(value) else float(value)  # type: ignore[arg-type]
    return MISSING if share is None else percent(share, decimals_beside_whole(share, 0))


def text(value: object) -> str:
    """Write a value as it is; a dash for a missing one."""
    return MISSING if is_missing(value) else str(value)


def category(value: object) -> str:
    """Write the level of an indicator; 未分类 where the form has no such column."""
    return "未分类" if is_missing(value) else str(value)


def width(words: str) -> int:
    """Measure a text in half-width columns: a Chinese character takes two.

    >>> width("得分 98")
    7
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in words)


def shorten(words: str, columns: int) -> str:
    """Cut a text to at most ``columns`` half-width columns, the ellipsis (two columns) for what is cut included.

    >>> shorten("天津市工业和信息化局", 10)
    '天津市工…'
    """
    if width(words) <= columns:
        return words
    kept = ""
    for character in words:
        if width(kept + character) > columns - 2:
            break
        kept += character
    return kept + "…"


def wrap_evenly(words: str, columns: int, lines: int = 2) -> str:
    """Wrap a text like :func:`wrap`, into lines of about equal length, so that no character stands alone in the last.

    >>> wrap_evenly("天津市工业和信息化局", 18)
    '天津市工业\\n和信息化局'
    """
    usable = max(2, columns - columns % 2)  # a character of two columns does not begin in the last column
    needed = min(max(1, math.ceil(width(words) / usable)), lines)
    return wrap(words, min(columns, math.ceil(width(words) / needed) + 1), lines)


def wrap(words: str, columns: int, lines: int = 2) -> str:
    """Break a text into at most ``lines`` lines of ``columns`` half-width columns; an ellipsis stands for the rest.

    Runs of white space become one space. Closing punctuation does not begin a line: it may stick out by its own width.
    A number or a Latin word is not broken where it fits into a line.

    >>> wrap("天津市工业和信息化局", 18)
    '天津市工业和信息化\\n局'
    """
    rows: list[str] = [""]
    for unit in UNBROKEN.findall(" ".join(words.split())):
        for part in [unit] if width(unit) <= columns else unit:
            if width(rows[-1] + part) > columns and part[0] not in NOT_AT_LINE_START:
                rows.append("")
            rows[-1] += part
    if len(rows) > lines:
        rows = [*rows[: lines - 1], shorten("".join(rows[lines - 1 :]), columns)]
    return "\n".join(rows)
