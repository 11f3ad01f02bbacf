"""Units of measure on forms: which are one another in a different dress, and by what factor."""

from __future__ import annotations

import re

from workbench.values.numbers import HAN, exact

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
_MARKS = "|".join(sorted((re.escape(u) for u in _UNITS if not re.match(f"[{HAN}]", u)), key=len, reverse=True))
_ONE_UNIT = rf"(?:[%℃]|[万亿千]{{0,2}}(?:{_MARKS})|[{HAN}·]{{1,10}}?(?:\((?!含\))[{HAN}]{{1,6}}\))?)"
UNIT = rf"{_ONE_UNIT}(?:/{_ONE_UNIT})?"
"""A regular expression for a unit, over a slash or not."""

_HEAP = re.compile(rf"(?:(?>{'|'.join(sorted(_SCALES, key=len, reverse=True))})){{3}}|([百千万亿])\1")


def is_heap(unit: str) -> bool:
    """Whether scales are heaped on one another as on no form: 千千, 万千百. Two different ones may follow (万千瓦)."""
    return _HEAP.search(unit) is not None


def convert(value: float, unit: str, into: str) -> float | None:
    """``value`` in another unit, or None where the two do not measure the same thing (人 and 人次)."""
    (factor, base, under), (into_factor, into_base, into_under) = _measure(unit), _measure(into)
    if under != into_under or not _same_base(base, into_base):
        return None
    return value if unit == into else exact(value * (factor / into_factor))


def is_plain(unit: str) -> bool:
    """Whether a number in this unit may be compared with one that prints none.

    Not where the missing unit could be the same at another scale (万, 亿), a percentage, money, or a rate.
    """
    _, base, under = _measure(unit)
    return not under and base not in ("", "元", "%", "百分点") and not unit.startswith(tuple(_SCALES))


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
