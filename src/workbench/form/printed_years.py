"""The years that texts name as their own: 2023年, ２０２３年度, 二〇二三年, 2 0 2 3年, and none of a date or of several
years together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.form.lexicon import AMOUNT_UNIT

DIGITS = str.maketrans(
    "０１２３４５６７８９〇○◯零ＯｏOo一二三四五六七八九壹贰叁肆伍陆柒捌玖", "0123456789" + "0" * 8 + "123456789" * 2
)
"""Characters that stand for a digit of a year → the digit. As many as before: places in a text stay what they are."""

FOUR = r"(?:20\d\d|(?<!\d)2\s*0\s*\d\s*\d)"
"""The four digits of a year, together or set apart."""

SEVERAL = re.compile(
    rf"{FOUR}\s*年?\s*度?\s*(?:[-—–－~～至到、/／和及]\s*)+(?:2\s*0\s*)?\d\s*\d\s*年\s*度?|20\d\d\s*20\d\d\s*年"
)
"""Two years together, or one behind the other: ``2021-2023年``, ``2021年至2023年度``, ``20222023年``."""

YEAR = re.compile(rf"({FOUR})\s*年(\s*度)?(?!\s*(?:[\d十_＿]\s*){{0,3}}月)")
"""A year that is called one, and none that is part of a date, be its month filled in or not."""

YEAR_ALONE = re.compile(r"(?<!\d)20[012]\d(?!\d)")
"""Four digits that are a year: ``2022``."""

FILED = re.compile(
    r"(?:填报|填表|填写|填制|编制|报送|上报|制表|自评|评价)?(?:日期|时间)[^（(\d]*"
    r"(?:20\d\d\s*[年./-](?:\s*[\d十]{1,3}\s*[月./-](?:\s*[\d十]{1,3}\s*日?)?)?|[^（(]*)"
)
"""The date on which a form was filed, with its label: up to a bracket where no date follows it."""

FILING = re.compile(r"填报|填表|日期|时间")
"""Words of a line that dates the filing, which is often in the year after the form's."""

AMOUNTS_IN = re.compile(rf"(?:金额)?单位\s*[:：]\s*{AMOUNT_UNIT}")
"""The unit of a form's amounts, with its label."""


@dataclass(frozen=True, slots=True)
class PrintedYear:
    """A year and where its digits stand in a text; ``is_of_year``: something is *of* it (2023年度)."""

    year: int
    start: int
    end: int
    is_of_year: bool


def years_in(text: str) -> list[PrintedYear]:
    """The years that a text names as its own; on a line that dates the filing only those that something is of.

    >>> [found.year for found in years_in("二〇二三年度自评表（２０２３年）")]
    [2023, 2023]
    >>> [found.year for found in years_in("（2 0 2 3 年度）　填报日期：2024年3月5日")]
    [2023]
    >>> years_in("2021-2023年自评表"), years_in("2024年　月　日"), years_in("填表时间：2024年")
    ([], [], [])
    """
    plain = _blanked(SEVERAL, text.translate(DIGITS))
    is_filing = FILING.search(plain) is not None
    found = [
        PrintedYear(int(re.sub(r"\s", "", one[1])), one.start(1), one.end(1), one[2] is not None)
        for one in YEAR.finditer(_blanked(FILED, plain) if is_filing else plain)
    ]
    return [one for one in found if one.is_of_year or not is_filing]


def is_year(text: str) -> bool:
    """Whether a text is a year and says nothing else but a unit of amounts or the day of filing.

    >>> is_year("（2023年度）单位：万元"), is_year("2023年度 填报日期：2024年3月"), is_year("2019年开工")
    (True, True, False)
    """
    found = years_in(text)
    rest = _blanked(FILED, AMOUNTS_IN.sub("", text.translate(DIGITS)))
    return len(found) == 1 and re.fullmatch(r"[\s（(]*20[\d\s]*年[\s度]*[\s）)]*", rest) is not None


def year_alone(text: str) -> int | None:
    """The year that four digits of a text are, whether it is called one or not; None where there are several.

    >>> year_alone("示例局_2020.pdf"), year_alone("２０２３"), year_alone("2021-2023")
    (2020, 2023, None)
    """
    found = {int(digits) for digits in YEAR_ALONE.findall(text.translate(DIGITS))}
    return found.pop() if len(found) == 1 else None


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with spaces for what fits a pattern."""
    return pattern.sub(lambda found: " " * len(found[0]), text)
