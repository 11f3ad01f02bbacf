"""A sign, a number and a unit, or two numbers and a unit, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from workbench.values.numbers import LONGEST, NUMERAL, to_float
from workbench.values.periods import YEAR
from workbench.values.units import UNIT, is_heap

Op = Literal[">=", "<=", "=", ">", "<"]

_SIGNS: dict[Op, str] = {
    ">=": "≥|大于或?等于|不[低少小]于|不得[低少]于|至少|最少|达到?",
    "<=": "≤|小于或?等于|不超过|不得?[高多]于|不大于|不得超过|至多|最多|控制在",
    ">": ">|大于|超过|[高多]于",
    "<": "<|小于|[低少]于",
    "=": "=|等于|为",
}
_NOT_IN_UNITS = frozenset("一丨未不无没完成达已超差缺约余多左右前后至到半之其增减升降初底末旬二三四五六七八九十")
# A unit may stand in brackets: ≥12(次).
_UNIT = rf"(?:(?P<bracket>\()(?=[^()]+\)))?(?P<unit>{UNIT})(?(bracket)\))"
_QUANTITY = re.compile(
    rf"(?P<sign>{'|'.join(_SIGNS.values())})?(?P<number>[+-]?{NUMERAL})(?:{_UNIT})?"
    r"(?P<bound>(?:\(含\)|含|及)?(?:以上|以下|以内|之内|内))?[。;,.]?"
)
_RANGE = re.compile(
    rf"(?P<low>{NUMERAL})(?P<low_unit>{UNIT})?[-~—–至到](?P<high>{NUMERAL})(?:{_UNIT})?(?:之间)?[。;,.]?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as printed. ``in_words``: the bound is a word (不低于, 以上) and not a sign."""

    op: Op | None
    value: float
    unit: str | None
    in_words: bool


def read_op(words: str | None) -> Op | None:
    """The comparison that a sign or a word stands for."""
    return next((op for op, pattern in _SIGNS.items() if words and re.fullmatch(pattern, words)), None)


def read_quantity(folded: str) -> Quantity | None:
    """Sign, number and unit, where the whole text is nothing else, and sign and bound agree; None otherwise."""
    found = _QUANTITY.fullmatch(folded) if len(folded) <= LONGEST else None
    unit = (found["unit"] or "") if found else ""
    if found is None or not _is_unit(unit) or (unit[:1] == "年" and re.fullmatch(YEAR, found["number"])):
        return None
    op = read_op(found["sign"])
    bound: Op | None = None if not found["bound"] else ">=" if found["bound"].endswith("以上") else "<="
    if bound and op not in (None, bound):
        return None
    in_words = bound is not None or (op is not None and found["sign"] not in "≥≤=<>")
    return Quantity(bound or op, to_float(found["number"]), unit or None, in_words)


def read_range(folded: str) -> tuple[float, float, str | None] | None:
    """Low end, high end and unit of ``3-5个``, where the whole text is nothing else; None otherwise."""
    found = _RANGE.fullmatch(folded) if len(folded) <= LONGEST else None
    if found is None or not _is_unit(found["unit"] or "") or found["low_unit"] not in (None, found["unit"]):
        return None
    low, high = to_float(found["low"]), to_float(found["high"])
    return (low, high, found["unit"]) if low < high else None


def _is_unit(unit: str) -> bool:
    return not _NOT_IN_UNITS & set(unit) and not is_heap(unit)
