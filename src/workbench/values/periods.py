"""Dates and periods as forms print them: 12月底前, 6月24日至25日, 第三季度, 每月15日前."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from workbench.values.numbers import HAN, LONGEST

YEAR = "(?:19|20)[0-9]{2}"
_DASH = "[-~—–至到]"
_ISO_DAY = re.compile(rf"({YEAR})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})日?(?![0-9])")
_ISO_MONTH = re.compile(rf"({YEAR})(?:[-/]([0-9]{{1,2}})|\.([0-9]{{2}}))月?(?=[前之以底末初完已至到~—–]|$)")
_SHARED = re.compile(rf"(?<![0-9])([0-9]{{1,2}}|{YEAR})({_DASH})([0-9]{{1,2}}|{YEAR})([年月日])")
_PART = "上半年|下半年|第?[一二三四1234]季度[底末]?|年?[底末]|全年|年内|当年|[上中下]旬|[初中]"
_POINT = rf"(?:(?P<y#>{YEAR})年度?)?(?:(?P<m#>[0-9]{{1,2}})月份?)?(?:(?P<d#>[0-9]{{1,2}})日)?(?P<p#>{_PART})?"
_TAIL = rf"(?P<before>之?前|以前)?(?:以?内)?(?P<tail>[{HAN}]{{0,12}})[。;,.]?"
_PERIOD = re.compile(
    rf"已?(?:于|在|截至|截止到?|不晚于|不迟于|最晚|最迟|每年(?=[0-9上下第])|每(?=年[底末]))?{_POINT.replace('#', '1')}"
    rf"(?:{_DASH}(?=[0-9上下第年]){_POINT.replace('#', '2')})?{_TAIL}"
)
_RECURRING = re.compile(
    rf"每(?:个?月|个?季度?|半年|个?学期|周|年)(?P<point>[0-9]{{1,2}}日|第?[0-9]{{1,2}}个工作日|[上中下]旬|[初中底末])?{_TAIL}"
)
_ENDED = re.compile("完成|[举召]|印发|发布|到位|拨付|发放|投入使用|验收|上线|交付|竣工|结束|建成|达成|支付|报送|公布")
_NOT_ENDED = re.compile("未|没|不|无|将|拟|延|推迟|暂|预计|计划|尚|启动|开始|起")
_MONTHS = {f"{n}季度": (i // 2 * 3 + 1, i // 2 * 3 + 3) for i, n in enumerate("一1二2三3四4")}
_MONTHS |= {f"{quarter}{end}": (last, last) for quarter, (_, last) in list(_MONTHS.items()) for end in "底末"}
_MONTHS |= dict.fromkeys(("", "内", "全年", "当年"), (1, 12)) | dict.fromkeys("底末", (12, 12))
_MONTHS |= {"上半年": (1, 6), "下半年": (7, 12)}
_DAYS = {"": (1, 31), "初": (1, 10), "上": (1, 10), "中": (11, 20), "下": (21, 31), "底": (21, 31), "末": (21, 31)}

Period = tuple[date | None, date | None, date | None]
"""Start (None: up to the end), end, and the last day that a "before" surely covers; all None if no year is known."""


def read_period(folded: str, year: int | None) -> Period | None:
    """The time a text states, where it states nothing else but that something was done then; None otherwise.

    ``year`` holds where the text prints none. Of a time that comes again (每月15日前) nothing more is known.
    """
    text = _ISO_DAY.sub(r"\1年\3月\4日", folded.replace("号", "日") if len(folded) <= LONGEST else "")
    text = _ISO_MONTH.sub(lambda month: f"{month[1]}年{month[2] or month[3]}月", text)
    found = _PERIOD.fullmatch(_SHARED.sub(r"\1\4\2\3\4", text))
    if found is None or not any(found[f"{name}1"] for name in "ymdp"):
        again = _RECURRING.fullmatch(text)
        recurs = again is not None and any(again.groups()) and _is_done(again["tail"])
        return (None, None, None) if recurs else None
    n = 2 if any(found[f"{name}2"] for name in "ymdp") else 1
    if not _is_done(found["tail"]):
        return None
    printed, part = found["y1"] or found["y2"], found[f"p{n}"] or ""
    known = int(printed) if printed else year
    try:
        first = last = _span(known or 2000, found["m1"], found["d1"], found["p1"] or "")
        if n == 2:
            month = found["m2"] or (found["m1"] if found["d2"] else None)
            last = _span(int(found["y2"] or known or 2000), month, found["d2"], part)
    except (ValueError, KeyError):
        return None
    if first[0] > last[1]:
        return None
    if known is None:
        return None, None, None
    if not found["before"]:
        return first[0], last[1], last[1]
    inclusive = found[f"d{n}"] or part.endswith(("底", "末"))
    return None, last[1], last[1] if inclusive else last[0] - timedelta(days=1)


def _is_done(tail: str) -> bool:
    """Whether the words behind a time say that something ended then, or there are none."""
    return not tail or bool(_ENDED.search(tail) and not _NOT_ENDED.search(tail))


def _span(year: int, month: str | None, day: str | None, part: str) -> tuple[date, date]:
    """First and last day of a printed point in time; ValueError or KeyError where it makes no sense (6月31日)."""
    if day and not part:
        return (only := date(year, int(month or 0), int(day))), only
    months = (int(month), int(month)) if month else _MONTHS[part.lstrip("第年")]
    days = _DAYS[part.rstrip("旬") if month else ""]
    final = calendar.monthrange(year, months[1])[1]
    return date(year, months[0], days[0]), date(year, months[1], min(days[1], final))
