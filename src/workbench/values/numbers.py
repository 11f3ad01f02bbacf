"""Text folded to one form for each digit and sign, and the plain numbers, amounts, points and rates in it."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

from workbench.several_values import VALUE_END

PLACEHOLDERS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无"})
"""What forms print where there is no value, folded by ``normalise``."""

HAN = "\u4e00-\u9fff"
LONGEST = 120
"""Longer text is a statement, and is not tried as a number or a date."""

REMEMBERED = 4096
"""Texts whose folded form is remembered: each is asked for many times while its document is put together."""

_FOLD: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}  # ⽇ ⽉ of PDF text layers
_FOLD |= dict(zip(map(ord, "﹪٪≧⩾≦⩽═﹦﹥﹤−﹣﹢〜∼￥"), "%%≥≥≤≤==><--+~~¥", strict=True))
_FOLD |= dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_LOOSE_SPACE = re.compile(r" (?![0-9.,+-])|(?<![0-9.,+-]) ")


@lru_cache(REMEMBERED)
def normalise(text: str) -> str:
    """Fold a cell's text for parsing: one form for each digit, sign and percent sign, no needless space.

    Full-width characters become half-width, ``≧`` and ``>=`` become ``≥``, ``═`` becomes ``=``, 90百分比 90%.
    A space goes unless both its neighbours are digits or number signs: ``12 34`` must not become 1234.
    Several values of a cell are parted by ``;``: together they are no number. Unlike NFKC this keeps ``10²`` and
    ``①``, which are not 102 and 1. Folding twice changes nothing more.
    """
    one_line = re.sub(r"\s+", " ", text.strip().replace(VALUE_END, ";").translate(_FOLD)).strip()
    folded = _LOOSE_SPACE.sub("", one_line)
    folded = re.sub("(?<=[0-9])百分比", "%", re.sub("=+", "=", folded))
    return re.sub("=?[<≤]=|=[<≤]", "≤", re.sub("=?[>≥]=|=[>≥]", "≥", folded))


# No idle zero in front: 05 is what is left of 0.5 when its point is lost, and nobody types it.
_WHOLE = "(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,5}|[1-9][0-9]{0,17}|0)"
NUMERAL = rf"(?:{_WHOLE}(?:\.[0-9]{{1,18}})?|\.[0-9]{{1,18}})"
"""A regular expression for one number without its sign."""


def to_float(numeral: str) -> float:
    """The value of a text that ``NUMERAL`` matches, with or without + or -."""
    return float(numeral.replace(",", "")) + 0.0


def exact(value: float) -> float:
    """``value`` without the tail that a change of unit leaves in binary: 0.57 × 100 is 57."""
    return float(f"{value:.15g}")


def parse_number(text: str) -> float | None:
    """One plain number: ``31215.7``, ``1,234.5``, ``１２``, ``-3``, ``.5``.

    None for a blank, a placeholder (``-``, ``—``, ``/``, ``无``), a percentage, anything with other text,
    commas in other places than thousands, an idle zero in front (``05``), and more than 18 digits (that is a code).
    """
    folded = normalise(text)
    return to_float(folded) if re.fullmatch(rf"[+-]?{NUMERAL}", folded) else None


def parse_points(text: str) -> float | None:
    """The number of a score, 分 behind it and brackets around both aside: ``10``, ``10分``, ``(10分)``.

    A number alone in brackets is none: accounts print what is negative so, others what does not count.
    Of points that are added up in their cell, and rightly so, the sum: ``2+2+1.5+2=7.5``.
    """
    folded = normalise(text)
    if re.fullmatch(rf"{NUMERAL}(?:\+{NUMERAL})+={NUMERAL}", folded):
        parts, _, stated = folded.partition("=")
        is_right = abs(sum(map(to_float, parts.split("+"))) - to_float(stated)) < 1e-9
        return to_float(stated) if is_right else None
    bare = folded[1:-1] if re.fullmatch(r"\(.*分\)", folded) else folded
    return parse_number(re.sub("(?<=[0-9])分$", "", bare))


def parse_weight(text: str) -> float | None:
    """The number of a weight: points, or a share of the hundred points of a form: ``10``, ``10分``, ``10%``, ``(10)``.

    No weight is negative, so brackets around it say nothing.
    """
    folded, _ = _without_brackets(normalise(text))
    return parse_points(folded.removesuffix("%")) if re.search("[0-9]%$", folded) else parse_points(folded)


_AMOUNT = re.compile(r"¥?(?P<number>.*?)(?P<unit>(?<=[0-9])(?:亿元|万元|元|万))?")


def parse_amount(text: str) -> float | None:
    """The number of a money cell as printed, ``¥`` before and 元, 万元 or 万 behind it aside: no change of scale.

    In brackets it is negative, as accounts print it: ``(1,234.56)``.
    """
    bare, is_negative = _without_brackets(normalise(text))
    found = _AMOUNT.fullmatch(bare)
    value = parse_number(found["number"]) if found and found["unit"] != "亿元" else None
    if value is None or not is_negative:
        return value
    return 0.0 - value if value >= 0 else None


def _without_brackets(folded: str) -> tuple[str, bool]:
    """A text without the brackets around it, and whether there were any."""
    inside = re.fullmatch(r"\((.*)\)", folded)
    return (inside[1], True) if inside else (folded, False)


def printed_amount_unit(text: str) -> str | None:
    """The unit that a money cell itself prints: ``元``, ``万元`` or ``亿元``; 万 is 万元, and ``¥`` alone says 元.

    None where it prints none: the column's unit holds.
    """
    folded, _ = _without_brackets(normalise(text))
    found = _AMOUNT.fullmatch(folded)
    unit = found["unit"] if found else None
    return {"万": "万元", None: "元" if folded.startswith("¥") else None}.get(unit, unit)


def parse_fraction(text: str) -> float | None:
    """A rate as a fraction: ``98.3%`` is 0.983.

    Without a percent sign a number up to 1.5 is already a fraction (a spreadsheet's 0.983 or 1; 1.5 leaves
    room for overspending), a larger one a percentage whose sign was left out: ``98.26`` is 0.9826.
    """
    folded = normalise(text)
    value = parse_number(folded.removesuffix("%"))
    return value if value is None or (abs(value) <= 1.5 and "%" not in folded) else exact(value / 100)


def decimals_beside_whole(share: float, fewest: int) -> int:
    """How many decimals a share needs as a percentage, ``fewest`` or more, not to read 100 % where it is not 1.

    >>> [f"{share:.{decimals_beside_whole(share, 1)}%}" for share in (0.92, 1.0, 2999 / 3000)]
    ['92.0%', '100.0%', '99.97%']
    """
    if math.isclose(share, 1.0, abs_tol=1e-9):
        return fewest
    return next(decimals for decimals in range(fewest, 12) if round(100 * share, decimals) != 100)


def printed_margin(text: str, whole: float = 0.5) -> float:
    """How far the true value may lie from the printed one: half a unit of the first number's last digit.

    9.8 stands for 9.75 to 9.85. ``whole``: the margin of a number without decimals, 0 where it is counted
    or agreed and not rounded.
    """
    number = re.search(NUMERAL, normalise(text))
    decimals = number[0].partition(".")[2] if number else ""
    return 0.5 * 10.0 ** -len(decimals) if decimals else whole


def relative_margin(text: str) -> float:
    """``printed_margin`` as a share of the printed number, in whatever unit: 0.025 for ``2.0万元``.

    Numbers without decimals are taken as exact: 174家 are 174.
    """
    number = re.search(NUMERAL, normalise(text))
    value = to_float(number[0]) if number else 0.0
    return printed_margin(text, whole=0.0) / value if value else 0.0
