"""Whether a target was met, by what the form itself prints."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from workbench.values.numbers import HAN, PLACEHOLDERS, normalise
from workbench.values.targets import Actual, Target, parse_actual, parse_target


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the target was met, by the form's own figures and words, and how far. None: the form does not say."""

    met: bool | None = None
    attainment: float | None = None


def judge(target: Target, actual_text: str, actual: Actual, year: int | None = None) -> Verdict:
    """Compare an actual with its target, figures by the printed sign and never by words.

    - Attainment is actual ÷ target for ≥, =, > and target ÷ actual for ≤, <; None for a division by zero,
      a negative figure, a range or a target without a sign. Figures that agree to nine digits are equal.
    - ``=``, and a range: hit is True, short of it False, beyond it None. The sign does not say whether more is
      better (a rate of 110%) or worse (a cost).
    - A number without a sign: equal is True, anything else None, for the direction is not printed.
    - A date: True if the time stated ends by the deadline, False if it starts after it, None if it straddles it
      or is not stated; 按时完成 and 达成预期指标 are True, 未完成 is False, a bare 已完成 None.
    - A text: True if the actual repeats it or says outright that it was reached (达成预期指标, 已完成), False if it was
      not, or in part: 部分达成 is the grade below 达成. Mixed statements, and praise (有效提升), are None.
    """
    if target.kind == "number":
        return _judge_number(target, actual)
    folded = normalise(actual_text)
    repeated = folded == target.printed and folded not in PLACEHOLDERS
    said = None if {folded, target.printed} & PLACEHOLDERS else _statement(folded)
    if target.kind == "text":
        return Verdict(None if target.op else True if repeated else said)
    if year is not None and target.deadline is None:
        target = parse_target(target.printed, year=year)
    if target.deadline is None or target.sure is None:
        return Verdict(True if repeated and target.op is None else _in_time(said, folded))
    actual = actual if actual.end else parse_actual(actual_text, target, year)
    if actual.end is None:
        return Verdict(_in_time(said, folded))
    if target.op in (">=", ">"):
        return Verdict()
    late = actual.start and actual.start > target.deadline
    return Verdict(True if actual.end <= target.sure else False if late else None)


def _in_time(said: bool | None, folded: str) -> bool | None:
    """What a statement says of a date: that something is done (已完成) does not yet say that it was done in time."""
    return None if said and not _IN_TIME.search(folded) else said


def _judge_number(target: Target, actual: Actual) -> Verdict:
    value, op = actual.value, target.op
    low, high = (target.low, target.high) if target.value is None else (target.value, target.value)
    if value is None or low is None or high is None or not actual.unit_known:
        return Verdict()
    hit = low < value < high or any(math.isclose(value, end, rel_tol=1e-9, abs_tol=1e-12) for end in (low, high))
    if op is None or op == "=":
        short = value < low and (op is not None or low < high)
        met: bool | None = True if hit else False if short else None
    else:
        met = len(op) == 2 if hit else (value > low) == (op[0] == ">")
    part, whole = (low, value) if op in ("<=", "<") else (value, low)
    return Verdict(met, part / whole if op and part >= 0 and whole > 0 else None)


_HOW = "(?:全部|全面|按时|按期|如期|及时|圆满|顺利|超额|按计划|按要求){0,3}"
_REACHED = re.compile(
    "(?:(?:达成|达到|完成|实现)了?(?:预期|年度|年初|全年|既定|预定|绩效)(?:绩效|工作|设定|制定|考核|总体|各项|的){0,3}(?:指标|目标|要求|效果|任务)"
    "|(?:全部|均)(?:达成|达到|完成|实现)了?(?:指标|目标))"
    # A share of the target is not the target: 完成年度目标的80%, 年度目标达成率.
    "(?!(?:值|数|量)?的?(?:约|近|[0-9一二三四五六七八九十]|大部分|部分|一半|多数)|率|比例)"
)
_SAID_DONE = re.compile(
    rf"(?:均|都)?已?{_HOW}(?:完成|达成|达标|达到|实现)(?:目标|指标|任务)?了?|[{HAN}]{{1,20}}已{_HOW}完成"
)
_MISSED = re.compile(
    r"未(?:能|按时|按期|如期|及时|全部|全面|完全){0,3}(?:完成|达成|达标|实现|开展|实施|执行)|不达标|没有?(?:完成|达成|达到|实现)"
    rf"|未能?达到?[{HAN}]{{0,4}}(?:预期|年度|年初|计划|目标|指标|要求|标准)|部分(?:达成|完成|达到|实现)"
)
_HEDGE = re.compile(
    "基本|接近|大体|预计|拟|将|力争|争取|有望|如果|若|未|没|无法|不能|难以|计划[于在]|正在|确保|努力|力求|为|^除"
    "|多数|一半|个别|(?<!100)%"
)
_NOT_MISSED = re.compile("(?:[无没不]|没有|不存在|避免|防止|杜绝)(?:未|不达标)")
_IN_TIME = re.compile("按时|按期|如期|及时|按计划|预期|年度|年初|目标|指标")


def _statement(folded: str) -> bool | None:
    """What the text says outright about the target as a whole; None if nothing, or one thing and its opposite."""
    without = _MISSED.sub("", folded)
    reached = bool(_SAID_DONE.fullmatch(without.rstrip("。;,.!"))) or any(
        (found := _REACHED.search(clause)) and not _HEDGE.search(clause[: found.start()])
        for clause in re.split("[。;,.!、]", without)
    )
    if without == folded:
        return True if reached else None
    return None if reached or _NOT_MISSED.search(folded) else False
