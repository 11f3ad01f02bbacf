"""What a cell's text is, whatever its column is called: a symbol, a number, a level's name, a sentence, nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from workbench.form.lexicon import REMEMBERED, families, plain_label, undamaged, undated
from workbench.values import normalise, parse_amount, parse_fraction, parse_points

NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "无"})
"""What forms print where there is no value."""

LONGEST_NUMBER = 24
"""Characters of the longest text that may be a number; an amount in yuan with spaces has about 20."""

LONGEST_PHRASE = 16
"""Characters of the longest text that may be a label, a unit or a level's name; chosen by hand. A longer one is a
statement."""

COMPARISONS = frozenset("≥≤=><≧≦") | {
    "大于等于", "小于等于", "等于", "大于", "小于", "不低于", "不少于", "不小于", "不高于", "不多于", "不大于",
    "不超过", "大于或等于", "小于或等于",
}  # fmt: skip
"""Symbols that compare a value with a target, and the words for them."""

NATURES = frozenset(
    {"定性", "定量", "正向", "反向", "逆向", "定性指标", "定量指标", "正向指标", "反向指标", "逆向指标", "中性", "其他"}
)
"""Words for the kind of an indicator, which some columns of symbols hold beside symbols."""

POINTS_IN_LABEL = re.compile(r"[（(]\s*(?:\d+(?:\.\d+)?\s*分?|[^（()）]{1,8}\d+(?:\.\d+)?\s*分)\s*[）)]\s*$")
"""The points of a level at the end of its label: ``产出指标（50分）``, ``项目绩效（特性指标70分）``."""

LEVEL_SEPARATORS = " -—–－/／:：、"
"""Characters between the names of two levels in one cell."""

GOAL_LABEL = re.compile(
    r"(?:年度|总体|整体|绩效)*目标\s*([0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*(?:[:：]\s*(?:[(1Il|]?[0-9.]{1,4}分.?)?)?"
)
"""The numbered label of a goal: ``绩效目标3``."""

NUMBER_WITH_SYMBOL = re.compile(r"[≥≤=<>]\s*[0-9].*")
"""A comparison symbol and a number behind it."""

DAMAGED_NUMBER = re.compile(r"[0-9OoIil|.,，]{1,8}")
"""A number with letters that OCR reads in place of digits. It is kept as read; here it only counts as a number."""


def is_nothing(text: str) -> bool:
    """Whether a text is blank, or a placeholder for no value.

    >>> is_nothing(" / "), is_nothing("0")
    (True, False)
    """
    return text.strip() in NOTHING


@lru_cache(REMEMBERED)
def is_number(text: str) -> bool:
    """Whether a text is a plain number, an amount or a rate, damaged or not.

    >>> is_number("1,860万元"), is_number("l00"), is_number("≥90%")
    (True, True, False)
    """
    folded = normalise(text).removesuffix("分")
    if len(folded) > LONGEST_NUMBER or folded.startswith("("):  # (1) numbers a column
        return False
    return (
        parse_amount(folded) is not None
        or parse_points(folded) is not None
        or parse_fraction(folded) is not None
        or bool(DAMAGED_NUMBER.fullmatch(folded))
    )


def is_number_with_symbol(text: str) -> bool:
    """Whether a text is a number behind a comparison symbol: ``≥90%``."""
    return bool(NUMBER_WITH_SYMBOL.fullmatch(normalise(text)))


def is_symbol(text: str) -> bool:
    """Whether a text is a comparison symbol alone (``≥``), or the words for one (不低于)."""
    return normalise(text) in COMPARISONS


def is_nature(text: str) -> bool:
    """Whether a text is a word for the kind of an indicator: 定性, 正向."""
    return text.strip() in NATURES


def is_statement(text: str) -> bool:
    """Whether a text is a sentence: more than a label, a number or a level's name."""
    return len(text) > LONGEST_PHRASE or bool(re.search(r"[。；]", text))


def is_goal_label(text: str) -> bool:
    """Whether a text is the numbered label of a goal: 绩效目标3, 目标三, 年度目标1：（40分）; in black and white the
    brackets around its points, and a stroke of 目, may be lost.

    >>> is_goal_label("年度目标1：（40分）"), is_goal_label("年度日标2：126分！"), is_goal_label("目标1个")
    (True, True, False)
    """
    return bool(GOAL_LABEL.fullmatch(POINTS_IN_LABEL.sub("", normalise(undamaged(text)))))


@lru_cache(REMEMBERED)
def level_word(text: str) -> frozenset[str]:
    """The level columns that a level's name may stand in; empty for any other text.

    >>> level_word("产出指标（50分）"), sorted(level_word("成本指标"))
    (frozenset({'level1'}), ['level1', 'level2'])
    """
    word = plain_label(POINTS_IN_LABEL.sub("", text))
    return frozenset(level for level, words in families("levels").items() if word in words)


def two_levels(text: str) -> tuple[str, str] | None:
    """The names of two levels that share a cell; None for another text.

    Names that are known may have any separator between them, or none. Other names are taken apart only at a dash,
    a slash or a colon.

    >>> two_levels("产出指标数量指标"), two_levels("产出-进度"), two_levels("产出指标")
    (('产出指标', '数量指标'), ('产出', '进度'), None)
    """
    for at in range(1, len(text)):
        upper, lower = text[:at].rstrip(LEVEL_SEPARATORS), text[at:].lstrip(LEVEL_SEPARATORS)
        if "level1" in level_word(upper) and "level2" in level_word(lower):
            return upper, lower
    upper, separator, lower = re.sub("[—–－/／:：]", "-", text).partition("-")
    return (upper.strip(), lower.strip()) if separator and upper.strip() and lower.strip() else None


def fits(text: str, field: str) -> bool:
    """Whether a text can stand in the column of a field. A blank or a placeholder can stand in any.

    >>> fits("≥90%", "target"), fits("≥90%", "weight"), fits("—", "weight")
    (True, False, True)
    """
    return is_nothing(text) or FITS.get(undated(field), _anything)(text)


def misfits(text: str, field: str) -> bool:
    """Whether a text is surely in the wrong column.

    A level's name in the column of another level, or of the indicators, is unusual but not surely wrong.
    """
    is_unusual = field in ("level1", "level2", "name") and bool(level_word(text))
    return not is_unusual and not fits(text, field)


def contradicted(texts: Sequence[str], field: str) -> bool:
    """Whether most of the texts of a column, blanks and placeholders aside, cannot stand in the column of a field."""
    printed = [text for text in texts if not is_nothing(text)]
    return bool(printed) and 2 * sum(not fits(text, field) for text in printed) > len(printed)


def _anything(_: str) -> bool:
    return True


def _level(level: str) -> Callable[[str], bool]:
    """A test for texts of one level column: the level's own names, or any words that name no level."""

    def is_level(text: str) -> bool:
        levels = level_word(text)
        return level in levels if levels else _is_words(text)

    return is_level


def _is_words(text: str) -> bool:
    return not (is_goal_label(text) or is_number(text) or is_number_with_symbol(text) or is_symbol(text))


def _is_amount(text: str) -> bool:
    return is_number(text) and "%" not in normalise(text)


def _is_value(text: str) -> bool:
    return not is_goal_label(text) and not level_word(text)


FITS: Mapping[str, Callable[[str], bool]] = {
    "goal_no": lambda text: is_goal_label(text) or bool(re.fullmatch(r"\d{1,2}", text.strip())),
    "level1": _level("level1"),
    "level2": _level("level2"),
    "name": lambda text: _is_words(text) and not level_word(text),
    "sign": lambda text: is_symbol(text) or is_nature(text),
    "target": _is_value,
    "target_unit": lambda text: len(text) <= LONGEST_PHRASE and _is_words(text) and not level_word(text),
    "actual": _is_value,
    "weight": is_number,
    "score": is_number,
    "reviewed_score": is_number,
    "final_score": is_number,
    "deviation": lambda text: text.strip() == "0" or (_is_words(text) and not level_word(text)),
    "initial": _is_amount,
    "adjusted": _is_amount,
    "executed": _is_amount,
    "execution_rate": is_number,
}
"""Field → whether a text that is not nothing can stand in its column. The field ``sign`` holds comparison symbols."""
