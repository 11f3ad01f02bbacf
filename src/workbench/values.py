"""What the cells of a performance form say: numbers, percentages, targets, actuals, dates, verdicts.

Everything here reads printed text and returns a value beside it; the text itself is never altered.
A value is given only where the print allows one reading. A sentence with figures in it, a numeral
with a letter in it (``1O0``, ``IO``: damage from OCR) and a bound such as 约200个 give no value.

Sources: the forms in the project's layouts survey; 《民法典》第1259条 for 以上, 以下 and 以内 (which
include the number itself) against 超过 (which does not); the forms' footnotes for the three grades of
a qualitative indicator (达成预期指标, 部分达成预期指标, 未达成预期指标).
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast

Kind = Literal["number", "date", "text"]
Op = Literal[">=", "<=", "=", ">", "<"]

_HAN = "\u4e00-\u9fff"
_PLACEHOLDERS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无"})
_LONGEST = 120
"""Longer folded text is a statement, and is not tried as a number or a date."""

# --- folding -----------------------------------------------------------------------------------

_FOLD: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}  # ⽇ ⽉ of PDF text layers
_FOLD |= dict(zip(map(ord, "﹪٪≧⩾≦⩽═﹦﹥﹤−﹣﹢〜∼￥"), "%%≥≥≤≤==><--+~~¥", strict=True))
_FOLD |= dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_LOOSE_SPACE = re.compile(r" (?![0-9.,+-])|(?<![0-9.,+-]) ")


def normalise(text: str) -> str:
    """Fold a cell's text for parsing: one form for each digit, sign and percent sign, no needless space.

    Full-width characters become half-width, ``≧`` and ``>=`` become ``≥``, ``═`` becomes ``=``. A space
    goes unless both its neighbours are digits or number signs: ``12 34`` must not become 1234. Unlike NFKC
    this keeps ``10²`` and ``①``, which are not 102 and 1. Folding twice changes nothing more.
    """
    folded = re.sub(r"\s+", " ", text.translate(_FOLD)).strip()
    return re.sub(r"[≥≤<>=]{2,}", _one_sign, _LOOSE_SPACE.sub("", folded))


def _one_sign(run: re.Match[str]) -> str:
    signs = set(run.group())
    if signs == {"="}:
        return "="
    for strict_sign, sign in ((">", "≥"), ("<", "≤")):
        if signs <= {strict_sign, sign, "="} and signs != {strict_sign}:
            return sign
    return run.group()


# --- numbers -----------------------------------------------------------------------------------

_NUMERAL = r"(?:(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,18})?|\.[0-9]{1,18})"
_NUMBER = re.compile(rf"[+-]?{_NUMERAL}")
_AMOUNT = re.compile(rf"¥?(?P<number>[+-]?{_NUMERAL})(?P<unit>万元|元|万)?")
_PERCENT = re.compile(rf"(?P<number>[+-]?{_NUMERAL})(?:%|百分比)")


def _float(numeral: str) -> float:
    return float(numeral.replace(",", "")) + 0.0


def _exact(value: float) -> float:
    """``value`` without the tail that a change of unit leaves in binary: 0.57 × 100 is 57."""
    return float(f"{value:.15g}")


def parse_number(text: str) -> float | None:
    """One plain number: ``31215.7``, ``1,234.5``, ``１２``, ``-3``, ``.5``.

    None for a blank, a placeholder (``-``, ``—``, ``/``, ``无``), a percentage, anything with other text,
    commas in other places than thousands, and more than 18 digits (that is a code).
    """
    folded = normalise(text)
    return _float(folded) if _NUMBER.fullmatch(folded) else None


def parse_amount(text: str) -> float | None:
    """The number of a money cell, tolerating ``¥`` before and 元, 万元 or 万 behind it.

    The number is given as printed: its scale is the column's (``budgets.amount_unit``).
    """
    found = _AMOUNT.fullmatch(normalise(text))
    return _float(found["number"]) if found else None


def parse_fraction(text: str) -> float | None:
    """A rate as a fraction: ``98.3%`` is 0.983.

    Without a percent sign a number up to 1.5 is already a fraction (a spreadsheet's 0.983 or 1; 1.5 leaves
    room for overspending), a larger one a percentage whose sign was left out: ``98.26`` is 0.9826.
    """
    folded = normalise(text)
    found = _PERCENT.fullmatch(folded)
    if found:
        return _exact(_float(found["number"]) / 100)
    value = parse_number(folded)
    return value if value is None or abs(value) <= 1.5 else _exact(value / 100)


# --- units -------------------------------------------------------------------------------------

_SCALES = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "百": 1e2}
_UNITS: dict[str, tuple[float, str]] = {
    "百分比": (1, "%"), "‰": (0.1, "%"), "百分点": (1, "百分点"), "个百分点": (1, "百分点"),
    "吨": (1e6, "克"), "t": (1e6, "克"), "公斤": (1e3, "克"), "斤": (500, "克"), "kg": (1e3, "克"), "KG": (1e3, "克"),
    "㎏": (1e3, "克"), "g": (1, "克"), "公里": (1e3, "米"), "km": (1e3, "米"), "KM": (1e3, "米"), "㎞": (1e3, "米"),
    "厘米": (0.01, "米"), "毫米": (1e-3, "米"), "cm": (0.01, "米"), "mm": (1e-3, "米"), "m": (1, "米"),
    "平米": (1, "平方米"), "㎡": (1, "平方米"), "m2": (1, "平方米"), "m²": (1, "平方米"), "公顷": (1e4, "平方米"),
    "亩": (1e4 / 15, "平方米"), "平方公里": (1e6, "平方米"), "平方千米": (1e6, "平方米"), "m3": (1, "立方米"),
    "m³": (1, "立方米"), "立方": (1, "立方米"), "升": (1e-3, "立方米"), "毫升": (1e-6, "立方米"),
    "兆瓦": (1e6, "瓦"), "kW": (1e3, "瓦"), "KW": (1e3, "瓦"), "kw": (1e3, "瓦"), "MW": (1e6, "瓦"),
    "兆瓦时": (1e6, "瓦时"), "kWh": (1e3, "瓦时"), "KWH": (1e3, "瓦时"), "kwh": (1e3, "瓦时"), "MWh": (1e6, "瓦时"),
    "日": (1, "天"), "周": (7, "天"), "小时": (1 / 24, "天"), "个小时": (1 / 24, "天"), "分钟": (1 / 1440, "天"),
    "个月": (1, "月"), "年": (12, "月"), "个工作日": (1, "工作日"), "名": (1, "人"), "位": (1, "人"), "℃": (1, "℃"),
    "GB": (1, "GB"), "TB": (1, "TB"), "Mbps": (1, "Mbps"), "dB": (1, "dB"),
}  # fmt: skip
"""Units that are another unit in a different dress. Any other unit is a dimension of its own."""
_COUNTERS = frozenset("个家项份套台件场期篇条户次")
_NOT_IN_UNITS = frozenset("一丨未不无没完成达已超差缺约余多左右前后至到半之其")

_MARKS = "|".join(sorted((re.escape(u) for u in _UNITS if not re.match(f"[{_HAN}]", u)), key=len, reverse=True))
_ONE_UNIT = rf"(?:%|[万亿千]{{0,2}}(?:{_MARKS})|[{_HAN}·]{{1,10}}?(?:\([{_HAN}]{{1,6}}\))?)"
_UNIT = rf"{_ONE_UNIT}(?:/{_ONE_UNIT})?"


def _measure(unit: str) -> tuple[float, str, str]:
    """A unit as its factor and its base units over and under the slash. Forms are annual: 次/年 is 次."""
    over, _, under = unit.replace("人民币", "").partition("/")
    factor, base = _scale(over)
    divisor, under_base = _scale("" if under == "年" else under)
    return factor / divisor, base, under_base


def _scale(unit: str) -> tuple[float, str]:
    factor = 1.0
    while unit not in _UNITS:
        prefix = next((scale for scale in _SCALES if unit.startswith(scale)), None)
        if prefix is None:
            break
        factor, unit = factor * _SCALES[prefix], unit[len(prefix) :]
    own, base = _UNITS.get(unit, (1.0, unit))
    return factor * own, base


def _same_base(one: str, other: str) -> bool:
    """Whether two bases count the same thing: equal, a bare 万 beside 万元, or 个 beside 个项目."""
    short, long = sorted((one, other), key=len)
    if short == long or (not short and long not in ("%", "百分点")):
        return True
    return short in _COUNTERS and long.startswith(short) and long[1] not in "(次时套日班月"


def _convert(value: float, unit: str, into: str) -> float | None:
    """``value`` in another unit, or None where the two do not measure the same thing (人 and 人次)."""
    if unit == into:
        return value
    factor, base, under = _measure(unit)
    into_factor, into_base, into_under = _measure(into)
    if under != into_under or not _same_base(base, into_base):
        return None
    return _exact(value * factor / into_factor)


# --- quantities: sign, number, unit ------------------------------------------------------------

_WORDS: dict[str, Op] = {
    **dict.fromkeys("≥ 大于等于 大于或等于 不低于 不少于 不小于 不得低于 不得少于 至少 最少 达到 达".split(), ">="),
    **dict.fromkeys("≤ 小于等于 小于或等于 不超过 不高于 不大于 不多于 不得超过 不得高于 至多 最多 控制在".split(), "<="),
    **dict.fromkeys("> 大于 超过 高于 多于".split(), ">"),
    **dict.fromkeys("< 小于 低于 少于".split(), "<"),
    **dict.fromkeys("= 等于 为".split(), "="),
}  # type: ignore[dict-item]
_SIGN = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<sign>{_SIGN})?(?P<per>百分之)?(?P<number>[+-]?{_NUMERAL})(?P<unit>{_UNIT})?"
    rf"(?P<bound>(?:\(含\)|含|及)?(?:以上|以下|以内|之内|内))?[。;,.]?"
)
_RANGE = re.compile(
    rf"(?P<low>{_NUMERAL})(?P<low_unit>{_UNIT})?[-~—–至到](?P<high>{_NUMERAL})(?P<unit>{_UNIT})?(?:之间)?[。;,.]?"
)
_DONE = re.compile(r"(?:已|实际|共|共计|累计)?(?:完成|达到|达|为)?")


def _clean_unit(unit: str | None) -> str | None:
    return "%" if unit == "百分比" else unit


def _quantity(folded: str) -> tuple[Op | None, float, str | None] | None:
    """Sign, number and unit, where the whole text is nothing else; None otherwise."""
    found = _QUANTITY.fullmatch(folded) if len(folded) <= _LONGEST else None
    if found is None or (found["per"] and found["unit"]):
        return None
    unit = "%" if found["per"] else _clean_unit(found["unit"])
    if unit and _NOT_IN_UNITS & set(unit):
        return None
    op = _WORDS.get(found["sign"] or "")
    if found["bound"]:
        bound: Op = ">=" if found["bound"].endswith("以上") else "<="
        if op not in (None, bound):
            return None
        op = bound
    return op, _float(found["number"]), unit


# --- dates -------------------------------------------------------------------------------------

_YEAR, _DASH, _DAY = "(?:19|20)[0-9]{2}", "[-~—–至到]", "[日号]"
_ISO_DAY = re.compile(rf"({_YEAR})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_DAY}?")
_ISO_MONTH = re.compile(rf"({_YEAR})(?:[-/]([0-9]{{1,2}})|\.([0-9]{{2}}))月?(?=[前之以底末初完已至到~—–]|$)")
_SHARED = re.compile(rf"(?<![0-9])([0-9]{{1,2}})({_DASH})([0-9]{{1,2}})(月|日|号)")
_PART = "上半年|下半年|第?[一二三四1234]季度|年?[底末]|全年|年内|当年|[上中下]旬|月?[底末]|初|中"
_POINT = rf"(?:(?P<y{{n}}>{_YEAR})年度?)?(?:(?P<m{{n}}>[0-9]{{1,2}})月份?)?(?:(?P<d{{n}}>[0-9]{{1,2}}){_DAY})?"
_POINT += rf"(?P<p{{n}}>{_PART})?"
_PERIOD = re.compile(
    r"(?:已|于|在|截至|截止到?)?" + _POINT.format(n=1) + rf"(?:{_DASH}(?=[0-9上下第年]){_POINT.format(n=2)})?"
    rf"(?P<before>之?前|以前)?(?:以?内)?(?P<tail>[{_HAN}]{{0,12}})[。;,.]?"
)
_ENDED = re.compile(
    "完成|举办|召开|举行|印发|发布|到位|拨付|发放|投入使用|验收|上线|交付|竣工|结束|建成|达成|支付|报送|公布"
)
_NOT_ENDED = re.compile("未|没|不|无|将|拟|延|推迟|暂|预计|计划|尚|启动|开始|起")
_HALVES_AND_QUARTERS = {"上半年": (1, 6), "下半年": (7, 12), "全年": (1, 12), "年内": (1, 12), "当年": (1, 12)}


@dataclass(frozen=True, slots=True)
class _Period:
    """``start`` None: some time up to the end. ``sure`` is the last day that "before" surely covers."""

    start: date | None = None
    end: date | None = None
    sure: date | None = None


def _span(year: int, month: str | None, day: str | None, part: str) -> tuple[date, date] | None:
    """First and last day of a printed point in time; None where it makes no sense (6月31日, 三月上半年)."""
    if day:
        return (only := date(year, int(month), int(day)), only) if month and not part else None
    if month:
        first, last = 1, calendar.monthrange(year, int(month))[1]
        thirds = {"初": (1, 10), "上": (1, 10), "中": (11, 20), "下": (21, last), "底": (21, last), "末": (21, last)}
        if part:
            if part[0] not in thirds or part.endswith("年"):
                return None
            first, last = thirds[part[-1] if part[0] == "月" else part[0]]
        return date(year, int(month), first), date(year, int(month), last)
    if part.endswith("季度"):
        quarter = "一二三四".find(part[-3]) + 1 or int(part[-3])
        months = (3 * quarter - 2, 3 * quarter)
    elif part in ("底", "末", "年底", "年末"):
        months = (12, 12)
    elif not part or part in _HALVES_AND_QUARTERS:
        months = _HALVES_AND_QUARTERS.get(part, (1, 12))
    else:
        return None
    return date(year, months[0], 1), date(year, months[1], calendar.monthrange(year, months[1])[1])


def _period(folded: str, year: int | None) -> _Period | None:
    """The time that a text states, where it states nothing else but that something was done then.

    Without a printed year and without ``year`` the period is known to be one, but not which.
    """
    if len(folded) > _LONGEST:
        return None
    text = _ISO_DAY.sub(r"\1年\3月\4日", folded)
    text = _ISO_MONTH.sub(lambda m: f"{m[1]}年{m[2] or m[3]}月", text)
    found = _PERIOD.fullmatch(_SHARED.sub(r"\1\4\2\3\4", text))
    if found is None or not any(found[f"{name}1"] for name in "ymdp"):
        return None
    tail = found["tail"]
    if tail and (not _ENDED.search(tail) or _NOT_ENDED.search(tail)):
        return None
    ranged = any(found[f"{name}2"] for name in "ymdp")
    first_year = found["y1"] or found["y2"]
    known = int(first_year) if first_year else year
    try:
        first = last = _span(known or 2000, found["m1"], found["d1"], found["p1"] or "")
        if ranged:
            month = found["m2"] or (found["m1"] if found["d2"] else None)
            last = _span(int(found["y2"] or known or 2000), month, found["d2"], found["p2"] or "")
    except (ValueError, calendar.IllegalMonthError):
        return None
    if first is None or last is None or first[0] > last[1]:
        return None
    if known is None:
        return _Period()
    if not found["before"]:
        return _Period(first[0], last[1], last[1])
    part = found["p2" if ranged else "p1"] or ""
    inclusive = found["d2" if ranged else "d1"] or part.endswith(("底", "末"))
    return _Period(None, last[1], last[1] if inclusive else last[0] - timedelta(days=1))


# --- targets -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed 年度指标值.

    ``value`` and ``unit`` as printed (≥90% is 90 and ``%``); a range has ``low`` and ``high`` and no value.
    A date has ``deadline``, its last day on the most generous reading, and ``sure``, the last day on the
    strictest: 12月底前 includes the 31st either way, but 6月前 may mean before or within June. Both are None
    where the year is not known. ``op`` on a text says that a sign stands before something unreadable.
    """

    kind: Kind
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
    amount. A damaged number (``≥1O个``) is text.
    """
    folded = normalise(text)
    signed = folded[:1] in {"≥", "≤", "=", "<", ">"}
    op = _WORDS[folded[0]] if signed else None
    if not re.fullmatch(r"[≥≤=<>][0-9]{1,2}[日月]", folded):
        period = _period(folded[1:] if signed else folded, year)
        if period:
            return Target("date", op, deadline=period.end, sure=period.sure, printed=folded)
    quantity = _quantity(folded.removeprefix("完成"))
    if quantity:
        return Target("number", *quantity, printed=folded)
    found = _RANGE.fullmatch(folded) if len(folded) <= _LONGEST else None
    if found and not _NOT_IN_UNITS & set(found["unit"] or ""):
        low, high, unit = _float(found["low"]), _float(found["high"]), _clean_unit(found["unit"])
        if low < high and found["low_unit"] in (None, found["unit"]):
            return Target("number", unit=unit, low=low, high=high, printed=folded)
    return Target("text", op, printed=folded)


# --- actuals -----------------------------------------------------------------------------------


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
    - A repeated sign is fine (=100% for =100%); another sign than the target's makes a bound, not a value.
    - Against a percentage, a bare number up to 1.5 is a fraction (see ``parse_fraction``), except against
      targets below 10%, where 1 may be 1% or 100%: no value. 0 is 0 either way.
    - A target without a unit takes any plain counter as printed, but no amounts, scales or percentages.
    - A date without a year takes ``year``, else the year of the target.
    - Text targets take no value.
    """
    folded = normalise(text)
    if target.kind == "date":
        period = _period(folded, year or (target.deadline.year if target.deadline else None))
        return Actual(start=period.start, end=period.end) if period else Actual()
    if target.kind == "text" or _period(folded, 2000) and re.match(_YEAR + "年", folded):
        return Actual()
    quantity = _quantity(_DONE.sub("", folded, count=1))
    if quantity is None or quantity[0] not in (None, "=", target.op):
        return Actual()
    _, value, unit = quantity
    if unit is None and target.unit == "%":
        goal = target.value if target.value is not None else target.low
        if value == 0 or abs(value) > 1.5:
            return Actual(value, "%")
        return Actual(unit_known=False) if goal is None or goal < 10 else Actual(_exact(value * 100), "%", True)
    if unit is None:
        return Actual(value, target.unit)
    if target.unit is None:
        factor, base, under = _measure(unit)
        plain = factor == 1 and not under and base not in {"", "元", "%", "百分点"}
        return Actual(value, unit, unit_known=plain)
    converted = _convert(value, unit, target.unit)
    return Actual(value, unit, unit_known=False) if converted is None else Actual(converted, target.unit)


# --- verdicts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the target was met, by the form's own figures and words, and how far. None: the form does not say."""

    met: bool | None = None
    attainment: float | None = None
