"""What the cells of a performance form say: numbers, percentages, targets, actuals, dates, verdicts.

Everything here reads printed text and returns a value beside it; the text itself is never altered.
A value is given only where the print allows one reading. A sentence with figures in it, a numeral
with a letter in it (``1O0``, ``IO``: damage from OCR) and a bound such as 约200个 give no value.
Sources: the survey of published forms; 《民法典》第1259条 (以上, 以下, 以内 include the number, 超过 does not);
the forms' notes on qualitative indicators (three grades: 达成, 部分达成, 未达成预期指标).
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Op = Literal[">=", "<=", "=", ">", "<"]

_HAN = "\u4e00-\u9fff"
_PLACEHOLDERS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无"})
_LONGEST = 120  # longer text is a statement, and is not tried as a number or a date

_FOLD: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}  # ⽇ ⽉ of PDF text layers
_FOLD |= dict(zip(map(ord, "﹪٪≧⩾≦⩽═﹦﹥﹤−﹣﹢〜∼￥"), "%%≥≥≤≤==><--+~~¥", strict=True))
_FOLD |= dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_LOOSE_SPACE = re.compile(r" (?![0-9.,+-])|(?<![0-9.,+-]) ")


def normalise(text: str) -> str:
    """Fold a cell's text for parsing: one form for each digit, sign and percent sign, no needless space.

    Full-width characters become half-width, ``≧`` and ``>=`` become ``≥``, ``═`` becomes ``=``, 90百分比 90%.
    A space goes unless both its neighbours are digits or number signs: ``12 34`` must not become 1234.
    Unlike NFKC this keeps ``10²`` and ``①``, which are not 102 and 1. Folding twice changes nothing more.
    """
    folded = _LOOSE_SPACE.sub("", re.sub(r"\s+", " ", text.translate(_FOLD)).strip())
    folded = re.sub("(?<=[0-9])百分比", "%", re.sub("=+", "=", folded))
    return re.sub("=?[<≤]=|=[<≤]", "≤", re.sub("=?[>≥]=|=[>≥]", "≥", folded))


_NUMERAL = r"(?:(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,18})?|\.[0-9]{1,18})"


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
    return _float(folded) if re.fullmatch(rf"[+-]?{_NUMERAL}", folded) else None


def parse_amount(text: str) -> float | None:
    """The number of a money cell as printed, ``¥`` before and 元, 万元 or 万 behind it aside: no change of scale."""
    return parse_number(re.sub("^¥|(?<=[0-9])(?:万元|元|万)$", "", normalise(text)))


def parse_fraction(text: str) -> float | None:
    """A rate as a fraction: ``98.3%`` is 0.983.

    Without a percent sign a number up to 1.5 is already a fraction (a spreadsheet's 0.983 or 1; 1.5 leaves
    room for overspending), a larger one a percentage whose sign was left out: ``98.26`` is 0.9826.
    """
    folded = normalise(text)
    value = parse_number(folded.removesuffix("%"))
    return value if value is None or (abs(value) <= 1.5 and "%" not in folded) else _exact(value / 100)


_SCALES = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "百": 1e2}
_UNITS = {
    name: (factor, base)
    for base, factor, names in (
        ("%", 0.1, "‰"), ("百分点", 1.0, "百分点 个百分点"), ("人", 1.0, "名 位"), ("工作日", 1.0, "个工作日"),
        ("米", 1e3, "公里 km"), ("米", 1.0, "m"), ("平方米", 1.0, "平米 ㎡ m2 m²"), ("平方米", 1e6, "平方公里"),
        ("平方米", 1e4, "公顷"), ("平方米", 1e4 / 15, "亩"), ("立方米", 1.0, "立方 m3 m³"), ("克", 1e6, "吨 t"),
        ("克", 1e3, "公斤 kg KG"), ("克", 500.0, "斤"), ("瓦", 1e6, "兆瓦 MW"), ("瓦", 1e3, "kW KW"),
        ("瓦时", 1e6, "兆瓦时 MWh"), ("瓦时", 1e3, "kWh"), ("天", 1.0, "日"), ("天", 7.0, "周"),
        ("天", 1 / 24, "小时 个小时"), ("天", 1 / 1440, "分钟"), ("月", 1.0, "个月"), ("月", 12.0, "年"),
    )
    for name in names.split()
}  # fmt: skip
"""Units that are another unit in a different dress. Any other unit is a dimension of its own."""
_COUNTERS = frozenset("个家项份套台件场期篇条户次")
_NOT_IN_UNITS = frozenset("一丨未不无没完成达已超差缺约余多左右前后至到半之其增减升降初底末旬二三四五六七八九十")
_MARKS = "|".join(sorted((re.escape(u) for u in _UNITS if not re.match(f"[{_HAN}]", u)), key=len, reverse=True))
_ONE_UNIT = rf"(?:[%℃]|[万亿千]{{0,2}}(?:{_MARKS})|[{_HAN}·]{{1,10}}?(?:\([{_HAN}]{{1,6}}\))?)"
_UNIT = rf"{_ONE_UNIT}(?:/{_ONE_UNIT})?"


def _measure(unit: str) -> tuple[float, str, str]:
    """A unit as its factor and its base units over and under the slash. Forms are annual: 次/年 is 次."""
    over, _, under = unit.replace("人民币", "").partition("/")
    factor, base = _scale(over)
    divisor, under_base = _scale("" if under == "年" else under)
    return factor / divisor, base, under_base


def _scale(unit: str) -> tuple[float, str]:
    if unit in _UNITS:
        return _UNITS[unit]
    prefix = next((scale for scale in _SCALES if unit.startswith(scale)), None)
    if prefix is None:
        return 1.0, unit
    factor, base = _scale(unit[len(prefix) :])
    return _SCALES[prefix] * factor, base


def _same_base(one: str, other: str) -> bool:
    """Whether two bases count the same thing: equal, a bare 万 beside 万元, or 个 beside 个项目."""
    short, long = sorted((one, other), key=len)
    noun_after = short in _COUNTERS and long.startswith(short) and long[1:2] not in tuple("(次时套日班月")
    return short == long or noun_after or (not short and long not in ("%", "百分点"))


def _convert(value: float, unit: str, into: str) -> float | None:
    """``value`` in another unit, or None where the two do not measure the same thing (人 and 人次)."""
    (factor, base, under), (into_factor, into_base, into_under) = _measure(unit), _measure(into)
    if under != into_under or not _same_base(base, into_base):
        return None
    return value if unit == into else _exact(value * (factor / into_factor))


_SIGNS: dict[Op, str] = {
    ">=": "≥|大于或?等于|不[低少小]于|不得[低少]于|至少|最少|达到?",
    "<=": "≤|小于或?等于|不超过|不得?[高多]于|不大于|不得超过|至多|最多|控制在",
    ">": ">|大于|超过|[高多]于",
    "<": "<|小于|[低少]于",
    "=": "=|等于|为",
}
_QUANTITY = re.compile(
    rf"(?P<sign>{'|'.join(_SIGNS.values())})?(?P<number>[+-]?{_NUMERAL})(?P<unit>{_UNIT})?"
    r"(?P<bound>(?:\(含\)|含|及)?(?:以上|以下|以内|之内|内))?[。;,.]?"
)
_RANGE = re.compile(
    rf"(?P<low>{_NUMERAL})(?P<low_unit>{_UNIT})?[-~—–至到](?P<high>{_NUMERAL})(?P<unit>{_UNIT})?(?:之间)?[。;,.]?"
)


def _op(words: str | None) -> Op | None:
    return next((op for op, pattern in _SIGNS.items() if words and re.fullmatch(pattern, words)), None)


def _quantity(folded: str) -> tuple[Op | None, float, str | None] | None:
    """Sign, number and unit, where the whole text is nothing else; None otherwise."""
    found = _QUANTITY.fullmatch(folded) if len(folded) <= _LONGEST else None
    unit = (found["unit"] or "") if found else ""
    if found is None or _NOT_IN_UNITS & set(unit) or (unit[:1] == "年" and re.fullmatch(_YEAR, found["number"])):
        return None
    op = _op(found["sign"])
    bound: Op | None = None if not found["bound"] else ">=" if found["bound"].endswith("以上") else "<="
    return None if bound and op not in (None, bound) else (bound or op, _float(found["number"]), unit or None)


_YEAR, _DASH = "(?:19|20)[0-9]{2}", "[-~—–至到]"
_ISO_DAY = re.compile(rf"({_YEAR})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})日?(?![0-9])")
_ISO_MONTH = re.compile(rf"({_YEAR})(?:[-/]([0-9]{{1,2}})|\.([0-9]{{2}}))月?(?=[前之以底末初完已至到~—–]|$)")
_SHARED = re.compile(rf"(?<![0-9])([0-9]{{1,2}}|{_YEAR})({_DASH})([0-9]{{1,2}}|{_YEAR})([年月日])")
_PART = "上半年|下半年|第?[一二三四1234]季度|年?[底末]|全年|年内|当年|[上中下]旬|[初中]"
_POINT = rf"(?:(?P<y#>{_YEAR})年度?)?(?:(?P<m#>[0-9]{{1,2}})月份?)?(?:(?P<d#>[0-9]{{1,2}})日)?(?P<p#>{_PART})?"
_PERIOD = re.compile(
    rf"已?(?:于|在|截至|截止到?)?{_POINT.replace('#', '1')}(?:{_DASH}(?=[0-9上下第年]){_POINT.replace('#', '2')})?"
    rf"(?P<before>之?前|以前)?(?:以?内)?(?P<tail>[{_HAN}]{{0,12}})[。;,.]?"
)
_ENDED = re.compile("完成|[举召]|印发|发布|到位|拨付|发放|投入使用|验收|上线|交付|竣工|结束|建成|达成|支付|报送|公布")
_NOT_ENDED = re.compile("未|没|不|无|将|拟|延|推迟|暂|预计|计划|尚|启动|开始|起")
_MONTHS = {f"{n}季度": (i // 2 * 3 + 1, i // 2 * 3 + 3) for i, n in enumerate("一1二2三3四4")}
_MONTHS |= dict.fromkeys(("", "内", "全年", "当年"), (1, 12)) | dict.fromkeys("底末", (12, 12))
_MONTHS |= {"上半年": (1, 6), "下半年": (7, 12)}
_DAYS = {"": (1, 31), "初": (1, 10), "上": (1, 10), "中": (11, 20), "下": (21, 31), "底": (21, 31), "末": (21, 31)}


def _span(year: int, month: str | None, day: str | None, part: str) -> tuple[date, date]:
    """First and last day of a printed point in time; ValueError or KeyError where it makes no sense (6月31日)."""
    if day and not part:
        return (only := date(year, int(month or 0), int(day))), only
    months = (int(month), int(month)) if month else _MONTHS[part.lstrip("第年")]
    days = _DAYS[part.rstrip("旬") if month else ""]
    final = calendar.monthrange(year, months[1])[1]
    return date(year, months[0], days[0]), date(year, months[1], min(days[1], final))


def _period(folded: str, year: int | None) -> tuple[date | None, date | None, date | None] | None:
    """The time a text states, where it states nothing else but that something was done then.

    Start (None: up to the end), end, and the last day a "before" surely covers; all None if no year is known.
    """
    text = _ISO_DAY.sub(r"\1年\3月\4日", folded.replace("号", "日") if len(folded) <= _LONGEST else "")
    text = _ISO_MONTH.sub(lambda month: f"{month[1]}年{month[2] or month[3]}月", text)
    found = _PERIOD.fullmatch(_SHARED.sub(r"\1\4\2\3\4", text))
    if found is None or not any(found[f"{name}1"] for name in "ymdp"):
        return None
    tail, n = found["tail"], 2 if any(found[f"{name}2"] for name in "ymdp") else 1
    if tail and (not _ENDED.search(tail) or _NOT_ENDED.search(tail)):
        return None
    printed, part = found["y1"] or found["y2"], found[f"p{n}"] or ""
    known = int(printed) if printed else year
    try:
        first = last = _span(known or 2000, found["m1"], found["d1"], found["p1"] or "")
        if n == 2:
            month = found["m2"] or (found["m1"] if found["d2"] else None)
            last = _span(int(found["y2"] or known or 2000), month, found["d2"], part)
        if first[0] > last[1]:
            return None
    except (ValueError, KeyError):
        return None
    if known is None:
        return None, None, None
    if not found["before"]:
        return first[0], last[1], last[1]
    inclusive = found[f"d{n}"] or part.endswith(("底", "末"))
    return None, last[1], last[1] if inclusive else last[0] - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed 年度指标值.

    ``value`` and ``unit`` as printed (≥90% is 90 and ``%``); a range has ``low`` and ``high`` and no value.
    A date has ``deadline``, its last day on the most generous reading, and ``sure``, the last day on the
    strictest: 12月底前 includes the 31st either way, but 6月前 may mean before or within June. Both are None
    where the year is not known. ``op`` on a text says that a sign stands before something unreadable.
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
    amount. A damaged number (``≥1O个``) is text.
    """
    folded = normalise(text)
    op = _op(folded[0]) if folded and folded[0] in "≥≤=<>" else None
    period = _period(folded[1:] if op else folded, year)
    if period and not (op and re.fullmatch("[0-9]{1,2}月", folded[1:])):
        return Target("date", op, deadline=period[1], sure=period[2], printed=folded)
    quantity = _quantity(folded.removeprefix("完成"))
    if quantity:
        return Target("number", *quantity, printed=folded)
    found = _RANGE.fullmatch(folded) if len(folded) <= _LONGEST else None
    if found and not _NOT_IN_UNITS & set(found["unit"] or "") and found["low_unit"] in (None, found["unit"]):
        low, high = _float(found["low"]), _float(found["high"])
        if low < high:
            return Target("number", unit=found["unit"], low=low, high=high, printed=folded)
    return Target("text", op, printed=folded)


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
    - A date without a year takes ``year``, else the year of the target. Text targets take no value.
    """
    folded = normalise(text)
    if target.kind == "date":
        period = _period(folded, year or (target.deadline.year if target.deadline else None))
        return Actual(start=period[0], end=period[1]) if period else Actual()
    quantity = _quantity(re.sub("^(?:已|实际|共|共计|累计)?(?:完成|达到|达|为)?", "", folded))
    if target.kind == "text" or quantity is None or quantity[0] not in (None, "=", target.op):
        return Actual()
    value, unit = quantity[1:]
    if unit is None and target.unit == "%" and 0 < abs(value) <= 1.5:
        goal = target.low if target.value is None else target.value
        return Actual(unit_known=False) if goal is None or goal < 10 else Actual(_exact(value * 100), "%", True)
    if unit is None:
        return Actual(value, target.unit)
    if target.unit is None:
        factor, base, under = _measure(unit)
        return Actual(value, unit, unit_known=factor == 1 and not under and base not in ("", "元", "%", "百分点"))
    converted = _convert(value, unit, target.unit)
    return Actual(value, unit, unit_known=False) if converted is None else Actual(converted, target.unit)


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
    said = None if {folded, target.printed} & _PLACEHOLDERS else _statement(folded)
    if target.kind == "text":
        repeated = folded == target.printed and folded not in _PLACEHOLDERS
        return Verdict(None if target.op else True if repeated else said)
    if year is not None and target.deadline is None:
        target = parse_target(target.printed, year=year)
    actual = actual if actual.end else parse_actual(actual_text, target, year)
    if actual.end is None:
        return Verdict(None if said and not _IN_TIME.search(folded) else said)
    if target.deadline is None or target.sure is None or target.op in (">=", ">"):
        return Verdict()
    late = actual.start and actual.start > target.deadline
    return Verdict(True if actual.end <= target.sure else False if late else None)


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


_HOW = "(?:全部|全面|按时|按期|如期|及时|圆满|顺利|按计划|按要求){0,3}"
_REACHED = re.compile(
    "(?:达成|达到|完成|实现)了?(?:预期|年度|年初|全年|既定|预定|绩效)(?:绩效|工作|设定|制定|考核|总体|各项|的){0,3}(?:指标|目标|要求|效果|任务)"
    "|(?:全部|均)(?:达成|达到|完成|实现)了?(?:指标|目标)"
)
_SAID_DONE = re.compile(
    rf"(?:均|都)?已?{_HOW}(?:完成|达成|达标|达到|实现)(?:目标|指标|任务)?了?|[{_HAN}]{{1,20}}已{_HOW}完成"
)
_MISSED = re.compile(
    r"未(?:能|按时|按期|如期|及时|全部|全面|完全){0,3}(?:完成|达成|达标|实现|开展|实施|执行)|不达标|没有?(?:完成|达成|达到|实现)"
    rf"|未能?达到?[{_HAN}]{{0,4}}(?:预期|年度|年初|计划|目标|指标|要求|标准)|部分(?:达成|完成|达到|实现)"
)
_HEDGE = re.compile("基本|接近|大体|预计|拟|将|力争|争取|有望|如果|若|未|没|无法|不能|难以")
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
