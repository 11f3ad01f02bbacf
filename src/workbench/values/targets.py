"""Targets (年度指标值) and the actuals (实际完成值) beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workbench.values.numbers import exact, normalise
from workbench.values.periods import YEAR, read_period
from workbench.values.quantities import Op, Quantity, read_op, read_quantity, read_range
from workbench.values.units import convert, is_plain

_BASIC_DAY = re.compile(rf"({YEAR})(0[1-9]|1[0-2])([0-3][0-9])(?=日?前?$)")
_LEAD_OF_TARGET = re.compile("^(?:完成|(?:保持|维持|稳定)在)")
_LEAD_OF_ACTUAL = re.compile("^(?:已|实际|累计|共计|总计|共)?(?:完成|达到|达|为)?")


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed 年度指标值.

    ``value`` and ``unit`` as printed (≥90% is 90 and ``%``); a range has ``low`` and ``high`` and no value.
    A date has ``deadline``, its last day on the most generous reading, and ``sure``, the last day on the
    strictest: 12月底前 includes the 31st either way, but 6月前 may mean before or within June. Both are None
    where the year is not known and where the date comes again (每月15日前). ``op`` on a text says that a sign
    stands before something unreadable.
    """

    kind: Literal["number", "date", "text"]
    op: Op | None = None
    value: float | None = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    deadline: date | None = None
    sure: date | None = None
    printed: str = ""


def parse_target(text: str, *, year: int | None = None) -> Target:
    """Read a 年度指标值. ``year`` is the form's, for targets that print none (12月底前, 第三季度).

    In this order: a date or a period, with at most a word like 完成 behind it; a number with its sign (also
    in words: 不低于, 以上, 以内) and unit; a range; else text. ``2022.12`` is December 2022, ``2022.12万元`` an
    amount, ``20221231`` a day. A damaged number (``≥1O个``, ``≥05个``) is text.
    """
    folded = normalise(text)
    op = read_op(folded[0]) if folded and folded[0] in "≥≤=<>" else None
    period = read_period(_spelled_out(folded[1:] if op else folded), year)
    if period and not (op and re.fullmatch("[0-9]{1,2}月", folded[1:])):
        return Target("date", op, deadline=period[1], sure=period[2], printed=folded)
    bare = _LEAD_OF_TARGET.sub("", folded)
    quantity = read_quantity(bare)
    if quantity:
        return Target("number", quantity.op, quantity.value, quantity.unit, printed=folded)
    between = read_range(bare)
    if between:
        low, high, unit = between
        return Target("number", unit=unit, low=low, high=high, printed=folded)
    return Target("text", op, printed=folded)


def _spelled_out(folded: str) -> str:
    """``20221231`` as a date: no count or amount on a form is printed with eight digits and no unit."""
    return _BASIC_DAY.sub(r"\1年\2月\3日", folded)


@dataclass(frozen=True, slots=True)
class Actual:
    """A parsed 实际完成值, beside its target.

    ``value`` is in the target's unit where ``unit_known``; where it is not, ``unit`` is the one printed and the
    two cannot be compared (``unknown-unit``). ``as_fraction``: a percentage was printed as 1 or 0.95. ``start``
    and ``end``: the time stated for a date; ``start`` None with an end is "before".
    """

    value: float | None = None
    unit: str | None = None
    as_fraction: bool = False
    unit_known: bool = True
    start: date | None = None
    end: date | None = None


def parse_actual(text: str, target: Target, year: int | None = None) -> Actual:
    """Read an 实际完成值 against its target.

    - No unit printed: the target's. A bare 万 or 亿 scales the target's unit (307.118万 is 307.118 万元).
    - A repeated sign is the form's own column of signs (≥266米 is 266米); another sign than the target's makes a
      bound, not a value. So does a word (80%以上), unless the bound itself is enough.
    - Against a percentage, a bare number up to 1.5 is a fraction (see ``parse_fraction``), except against
      targets below 10%, where 1 may be 1% or 100%: no value. 0 is 0 either way.
    - A target without a unit takes any plain unit as printed, but no amounts, scales or percentages.
    - A date without a year takes ``year``, else the year of the target. Text targets take no value.
    """
    folded = normalise(text)
    if target.kind == "date":
        period = read_period(_spelled_out(folded), year or (target.deadline.year if target.deadline else None))
        return Actual(start=period[0], end=period[1]) if period else Actual()
    quantity = read_quantity(_LEAD_OF_ACTUAL.sub("", folded))
    if target.kind == "text" or quantity is None or quantity.op not in (None, "=", target.op):
        return Actual()
    actual = _in_unit_of(target, quantity)
    return Actual() if quantity.in_words and not _bound_suffices(quantity, actual, target) else actual


def _in_unit_of(target: Target, quantity: Quantity) -> Actual:
    value, unit = quantity.value, quantity.unit
    if unit is None and target.unit == "%" and 0 < abs(value) <= 1.5:
        goal = target.low if target.value is None else target.value
        return Actual(unit_known=False) if goal is None or goal < 10 else Actual(exact(value * 100), "%", True)
    if unit is None:
        return Actual(value, target.unit)
    if target.unit is None:
        return Actual(value, unit, unit_known=is_plain(unit))
    converted = convert(value, unit, target.unit)
    return Actual(value, unit, unit_known=False) if converted is None else Actual(converted, target.unit)


def _bound_suffices(quantity: Quantity, actual: Actual, target: Target) -> bool:
    """Whether what a bound in words leaves open cannot change the verdict: 95%以上 beside ≥90%."""
    if actual.value is None or target.value is None or not actual.unit_known:
        return True
    if quantity.op in (">=", ">"):
        return actual.value >= target.value
    return quantity.op == "=" or actual.value <= target.value
