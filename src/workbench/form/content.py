"""What a cell's text is, whatever its column is called: a sign, a number, a level's name, a sentence, nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from workbench.form.lexicon import REMEMBERED, families, plain_label
from workbench.values import normalise, parse_amount, parse_fraction

NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "无"})
"""What forms print where there is no value."""

LONGEST_NUMBER = 24
SHORT = 16
"""A longer text is a statement."""

SIGNS = frozenset("≥≤=><≧≦") | {
    "大于等于", "小于等于", "等于", "大于", "小于", "不低于", "不少于", "不小于", "不高于", "不多于", "不大于",
    "不超过", "大于或等于", "小于或等于",
}  # fmt: skip
NATURES = frozenset(
    {"定性", "定量", "正向", "反向", "逆向", "定性指标", "定量指标", "正向指标", "反向指标", "逆向指标", "中性", "其他"}
)
"""Words for the kind of an indicator, which some columns of signs hold beside signs."""

POINTS_IN_LABEL = re.compile(r"[（(]\s*\d+(?:\.\d+)?\s*分?\s*[）)]\s*$")
"""``产出指标（50分）``: the points of a level stand in its label."""

LEVEL_MARKS = " -—–－/／:：、"
"""What stands between the names of two levels in one cell."""

GOAL_LABEL = re.compile(r"(?:年度|总体|整体|绩效)*目标\s*([0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*[:：]?")
SIGNED = re.compile(r"[≥≤=<>]\s*[0-9].*")
DAMAGED_NUMBER = re.compile(r"[0-9OoIil|.,，]{1,8}")
"""A number with letters in it that OCR makes of digits. It is kept as read; here it only counts as a number."""


def is_nothing(text: str) -> bool:
    """Blank, or a mark that stands for nothing."""
    return text.strip() in NOTHING


@lru_cache(REMEMBERED)
def is_number(text: str) -> bool:
    """A plain number, an amount or a rate, damaged or not."""
    folded = normalise(text).removesuffix("分")
    if len(folded) > LONGEST_NUMBER:
        return False
    return (
        parse_amount(folded) is not None or parse_fraction(folded) is not None or bool(DAMAGED_NUMBER.fullmatch(folded))
    )


def is_signed(text: str) -> bool:
    """A figure with a sign before it: ``≥90%``."""
    return bool(SIGNED.fullmatch(normalise(text)))


def is_sign(text: str) -> bool:
    """A sign alone, or its words."""
    return normalise(text) in SIGNS


def is_nature(text: str) -> bool:
    """A word for the kind of an indicator: 定性, 正向."""
    return text.strip() in NATURES


def is_statement(text: str) -> bool:
    """A sentence: more than a label, a figure or a level word."""
    return len(text) > SHORT or bool(re.search(r"[。；]", text))


def is_goal_label(text: str) -> bool:
    """绩效目标3, 目标三, 年度目标1：（40分）."""
    return bool(GOAL_LABEL.fullmatch(POINTS_IN_LABEL.sub("", normalise(text))))


@lru_cache(REMEMBERED)
def level_word(text: str) -> frozenset[str]:
    """The level columns that a level's name may stand in; none for any other text."""
    word = plain_label(POINTS_IN_LABEL.sub("", text))
    return frozenset(level for level, words in families("levels").items() if word in words)


def two_levels(text: str) -> tuple[str, str] | None:
    """The names of two levels that share a cell, 产出指标-数量指标 with any mark or none between them; else None."""
    for at in range(1, len(text)):
        upper, lower = text[:at].rstrip(LEVEL_MARKS), text[at:].lstrip(LEVEL_MARKS)
        if "level1" in level_word(upper) and "level2" in level_word(lower):
            return upper, lower
    upper, mark, lower = re.sub("[—–－/／:：]", "-", text).partition("-")
    return (upper.strip(), lower.strip()) if mark and upper.strip() and lower.strip() else None


def fits(text: str, field: str) -> bool:
    """Whether a text can stand in the column of an indicator's field. Nothing fits anywhere."""
    return is_nothing(text) or FITS.get(field, _anything)(text)


def misfits(text: str, field: str) -> bool:
    """Whether a text cannot be meant for its column. A level's name in another level's column is odd, and no more."""
    odd = field in ("level1", "level2", "name") and bool(level_word(text))
    return not odd and not fits(text, field)


def contradicted(texts: Sequence[str], field: str) -> bool:
    """Whether most of what a column holds cannot be meant for the field."""
    printed = [text for text in texts if not is_nothing(text)]
    return bool(printed) and 2 * sum(not fits(text, field) for text in printed) > len(printed)


def _anything(_: str) -> bool:
    return True


def _level(level: str) -> Callable[[str], bool]:
    def is_level(text: str) -> bool:
        levels = level_word(text)
        return level in levels if levels else _is_words(text)

    return is_level


def _is_words(text: str) -> bool:
    return not (is_goal_label(text) or is_number(text) or is_signed(text) or is_sign(text))


def _is_amount(text: str) -> bool:
    return is_number(text) and "%" not in normalise(text)


def _is_value(text: str) -> bool:
    return not is_goal_label(text) and not level_word(text)


FITS: Mapping[str, Callable[[str], bool]] = {
    "goal_no": lambda text: is_goal_label(text) or bool(re.fullmatch(r"\d{1,2}", text.strip())),
    "level1": _level("level1"),
    "level2": _level("level2"),
    "name": lambda text: _is_words(text) and not level_word(text),
    "sign": lambda text: is_sign(text) or is_nature(text),
    "target": _is_value,
    "target_unit": lambda text: len(text) <= SHORT and _is_words(text) and not level_word(text),
    "actual": _is_value,
    "weight": is_number,
    "score": is_number,
    "deviation": lambda text: text.strip() == "0" or (_is_words(text) and not level_word(text)),
    "initial": _is_amount,
    "adjusted": _is_amount,
    "executed": _is_amount,
    "execution_rate": is_number,
}
"""Field → whether a text that is not nothing can stand in its column."""
