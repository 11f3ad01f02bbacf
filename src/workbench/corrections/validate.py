"""What a person may enter in a field. The refusal is in Chinese, shown beside the field before anything is saved."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from workbench.fields import KNOWN, FieldKind, FormField, goal_number
from workbench.values import PLACEHOLDERS, normalise, parse_target
from workbench.visible import TURNING

LONGEST = 20_000
"""Most characters of a field. The longest statements on published forms have some two thousand."""


def refusal(table: str, field: str, text: str | None) -> str | None:
    """Say why a text cannot be the value of a field, in Chinese; None if it can.

    Blank text, and None for a field that the form does not have, can be the value of every field. A number must be
    one that the tables can read. Targets and actuals may be any text, for forms print any text.

    Args:
        table: the table of the field.
        field: the field, as the tables name it.
        text: the text as it would be printed.

    >>> refusal("indicators", "weight", "18.5分") is None
    True
    >>> refusal("indicators", "weight", "很多")
    '“很多”不是数字，分值应为数字，如18.5；表中没有数值时请留空或填“-”'
    """
    known = KNOWN.get((table, field))
    if known is None:
        return f"表“{table}”没有“{field}”这个字段"
    if text is None:
        return None
    if len(text) > LONGEST:
        return f"文字过长（{len(text)}字，最多{LONGEST}字）"
    unseen = any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
    if unseen or TURNING.search(text):
        return "含有换行或其他控制字符，请只填写一行文字"
    if normalise(text) in PLACEHOLDERS:
        return None
    return _REFUSALS[known.kind](text) if known.kind in _REFUSALS else _refused_number(known, text)


def _refused_number(field: FormField, text: str) -> str | None:
    """Refuse what the field's parser cannot read, and dates as points. A field without a parser takes any text."""
    if field.parser is None:
        return None
    if field.kind in ("points", "weight") and parse_target(text).kind == "date":
        return f"“{text}”是日期，{field.label}应为数字，如18.5"
    if field.parser(text) is None:
        example = "98.3%" if field.kind == "rate" else "18.5"
        return f"“{text[:40]}”不是数字，{field.label}应为数字，如{example}；表中没有数值时请留空或填“-”"
    return None


def _refused_year(text: str) -> str | None:
    """Refuse what is not a year from 1900 to 2099."""
    return (
        None
        if re.fullmatch("(?:19|20)[0-9]{2}年?", normalise(text))
        else f"“{text[:40]}”不是年度，应为四位数字，如2022"
    )


def _refused_unit(text: str) -> str | None:
    """Refuse what is not a unit of amounts."""
    return None if normalise(text) in ("元", "万元") else f"“{text[:40]}”不是金额单位，应为“元”或“万元”"


def _refused_goal(text: str) -> str | None:
    """Refuse a text without a number."""
    return None if goal_number(normalise(text)) else f"“{text[:40]}”不是目标序号，应含数字，如绩效目标3"


_REFUSALS: Mapping[FieldKind, Callable[[str], str | None]] = {
    "year": _refused_year,
    "unit": _refused_unit,
    "goal number": _refused_goal,
}
