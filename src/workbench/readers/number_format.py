"""Numbers and dates as a spreadsheet shows them: value and number format to text.

Source: ECMA-376 part 1, 18.8.30 and 18.8.31 (number formats), and for dates in Chinese the same standard's zh-cn list.
"""

from __future__ import annotations

import math
import re
from calendar import day_name, month_name
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

CHINESE_FORMATS = {
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    **dict.fromkeys((34, 55), '上午/下午h"时"mm"分"'),
    **dict.fromkeys((35, 56), '上午/下午h"时"mm"分"ss"秒"'),
}
"""Formats that files name by number only, as programs in Chinese show them."""

LONG_DATE, LONG_TIME = 'yyyy"年"m"月"d"日"', "h:mm:ss"
SYSTEM_FORMATS = {"[$-F800]": LONG_DATE, "[$-F400]": LONG_TIME}

TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\* |\*(?P<filled>.)|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]'
    r"|\[(?P<white>White|Color ?2|颜色 ?2|白色?)\]"
    r"|\[(?:Black|Blue|Cyan|Green|Magenta|Red|Yellow|Color ?\d+|颜色 ?\d+|[黑蓝青绿红黄]色?|洋红)\]"
    r"|\[(?P<condition>[<>=]+)(?P<bound>-?[0-9]+(?:\.[0-9]+)?)\]"
    r"|(?P<general>General|G/通用格式)|(?P<half>AM/PM|A/P|上午/下午)"
    r"|(?P<exponent>E[+-]0+)|(?P<elapsed>\[(?:h+|m+|s+)\])|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|a{3,4}|e+)"
    r"|(?P<digits>[0#?]+(?:[,.0#?]*[0#?])?,*|\.[0#?]+)|(?P<percent>[%％])|(?P<text>@)"
    r"|(?P<unknown>\[[^\]]*\])|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
UNCERTAIN = ("unknown", "filled", "white")
"""Kinds of tokens that leave open what is seen: characters that fill the cell, white figures."""

WEEKDAYS = "一二三四五六日"

LONGEST_GENERAL = 11
"""Characters that a number without a format may take, its decimal point included."""

LONGEST_CODE = 255
"""Characters that a format may have; a longer one is none that is known."""

AS_STORED = Context(prec=15)
"""Spreadsheets keep 15 digits; what a binary number adds to them is not shown."""

EXACT = Context(prec=1200)
"""Holds the largest number (309 digits) in any format: with 255 places, or 255 percent signs."""

Token = tuple[str, str]
"""Kind and text."""


def displayed(value: object, code: str) -> str | None:
    """What a cell shows. ``value``: text, number, truth value, date, time or duration, as openpyxl gives them.

    None for formats that are not known here: fractions, numbers in Chinese characters, other calendars.
    """
    if isinstance(value, bool):
        return str(value).upper()
    sections = _sections(SYSTEM_FORMATS.get(code[:8].upper(), code))
    of_text = sections[3] if len(sections) > 3 else sections[-1] if _is_for_text(sections[-1]) else None
    if isinstance(value, str):
        return value if of_text is None else _text(value, of_text)
    if of_text is not None and len(sections) < 4:
        sections = sections[:-1] or (["General"] if of_text == "@" else ["[unknown]"])
    if isinstance(value, int | float):
        return _number_in_section(value, sections) if math.isfinite(value) and len(code) <= LONGEST_CODE else None
    if isinstance(value, date | time | timedelta):
        return _moment(value, _tokens(sections[0]))
    return None


def _sections(code: str) -> list[str]:
    """The parts of a format for positive and negative numbers, zero and text."""
    sections = [""]
    for found in re.finditer(r'"[^"]*"?|[\\!_*].|\[[^\]]*\]|.', code, re.DOTALL):
        if found[0] == ";":
            sections.append("")
        else:
            sections[-1] += found[0]
    return sections


def _tokens(section: str) -> list[Token]:
    tokens: list[Token] = []
    for found in TOKEN.finditer(section):
        kind = found.lastgroup or "skipped"
        if kind in ("quoted", "escaped", "currency"):
            tokens.append(("literal", found[kind]))
        elif kind == "bound":
            continue
        elif kind != "skipped":
            tokens.append((kind, found[0]))
    return tokens


def _is_for_text(section: str) -> bool:
    """Whether a format's last section is that for text: it says where the text goes (18.8.31)."""
    return any(kind == "text" for kind, _ in _tokens(section))


def _text(value: str, section: str) -> str | None:
    tokens = _tokens(section)
    if any(kind in UNCERTAIN for kind, _ in tokens):
        return None
    return "".join(value if kind == "text" else text for kind, text in tokens)


def _number_in_section(value: float, sections: Sequence[str]) -> str | None:
    conditions = [re.search(r"\[([<>=]+)(-?[0-9]+(?:\.[0-9]+)?)\]", section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _holds(value, condition[1], float(condition[2])):
                # Programs do not agree whether a minus is shown beside a condition.
                return None if value < 0 else _number(value, _tokens(section), signed=True)
        return None
    if value < 0 and len(sections) > 1:
        return _number(-value, _tokens(sections[1]), signed=False)
    return _number(value, _tokens(sections[2] if value == 0 and len(sections) > 2 else sections[0]), signed=True)


def _holds(value: float, sign: str, bound: float) -> bool:
    signs = {"<": value < bound, ">": value > bound, "=": value == bound}
    return any(signs.get(one, False) for one in sign) if sign != "<>" else value != bound


def _number(value: float, tokens: list[Token], signed: bool) -> str | None:
    kinds = [kind for kind, _ in tokens]
    if {"date", "elapsed", "half", *UNCERTAIN} & set(kinds) or _is_fraction(tokens):
        return None
    places = [n for n, kind in enumerate(kinds) if kind in ("digits", "general", "text")]
    before, after = ("".join(text for _, text in part) for part in _around(tokens, places))
    if not places:
        return before
    if len(places) > 1 and places != list(range(places[0], places[-1] + 1)):
        return None  # a sign in the middle of the digits
    pattern = "".join(tokens[n][1] for n in places)
    number = AS_STORED.create_decimal(repr(value)) * 100 ** kinds.count("percent")
    if tokens[places[0]][0] != "digits":
        digits = _general(abs(number))
    elif "exponent" in kinds:
        digits, after = _scientific(abs(number), pattern, tokens[kinds.index("exponent")][1]), ""
    else:
        digits = _digits(abs(number), pattern)
    negative = signed and number < 0 and any(digit in "123456789" for digit in digits)
    return ("-" if negative else "") + before + digits + after


def _is_fraction(tokens: list[Token]) -> bool:
    return any(
        text == "/" and 0 < n < len(tokens) - 1 and tokens[n - 1][0] == tokens[n + 1][0] == "digits"
        for n, (_, text) in enumerate(tokens)
    )


def _around(tokens: list[Token], places: list[int]) -> tuple[list[Token], list[Token]]:
    if not places:
        return tokens, []
    return tokens[: places[0]], tokens[places[-1] + 1 :]


def _digits(number: Decimal, pattern: str) -> str:
    whole, _, part = pattern.partition(".")
    scaling = len(pattern) - len(pattern.rstrip(","))
    part, whole_places = part.rstrip(","), whole.replace(",", "")
    rounded = (number / 1000**scaling).quantize(Decimal(1).scaleb(-len(part)), ROUND_HALF_UP, EXACT)
    left, _, right = f"{rounded:f}".partition(".")
    left = left.lstrip("0").rjust(whole_places.count("0"), "0")
    if "," in whole.rstrip(","):
        left = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", left)
    needed = max((n + 1 for n, place in enumerate(part) if place == "0"), default=0)
    right = right[:needed] + right[needed:].rstrip("0")
    return left + ("." + right if "." in pattern else "")


def _scientific(number: Decimal, pattern: str, exponent: str) -> str:
    power = number.adjusted() if number else 0
    mantissa = _digits(number.scaleb(-power), pattern)
    if mantissa.startswith("10"):
        power, mantissa = power + 1, _digits(number.scaleb(-power - 1), pattern)
    sign = "-" if power < 0 else ("+" if "+" in exponent else "")
    return f"{mantissa}E{sign}{abs(power):0{exponent.count('0')}d}"


def _general(number: Decimal) -> str:
    """A number without a format: as many digits as its cell's usual width takes."""
    if not number:
        return "0"
    if not -5 < number.adjusted() < LONGEST_GENERAL:
        return _scientific(number, "0.#####", "E+00").replace(".E", "E")
    left = max(1, number.adjusted() + 1)
    text = _digits(number, "0." + "#" * max(0, LONGEST_GENERAL - 1 - left))
    return text.rstrip(".")


def _moment(value: date | time | timedelta, tokens: list[Token]) -> str | None:
    """A date or time by its tokens. ``m`` are minutes beside hours or seconds, and months elsewhere."""
    if any(kind in (*UNCERTAIN, "digits", "general", "exponent", "percent", "text") for kind, _ in tokens):
        return None
    times = [(n, text.lower()) for n, (kind, text) in enumerate(tokens) if kind in ("date", "elapsed")]
    half_day = any(kind == "half" for kind, _ in tokens)
    shown: list[str] = []
    for n, (kind, text) in enumerate(tokens):
        if kind not in ("date", "elapsed", "half"):
            shown.append(text)
            continue
        at = next((i for i, (place, _) in enumerate(times) if place == n), 0)
        is_minute = text.lower().startswith("m") and (
            (at > 0 and times[at - 1][1].strip("[]").startswith("h"))
            or (at + 1 < len(times) and times[at + 1][1].startswith("s"))
        )
        piece = _moment_piece(value, kind, "n" * len(text) if is_minute else text, half_day)
        if piece is None:
            return None
        shown.append(piece)
    return "".join(shown)


def _moment_piece(value: date | time | timedelta, kind: str, token: str, half_day: bool) -> str | None:
    if isinstance(value, timedelta) or kind == "elapsed":
        return _duration_piece(value, token)
    clock = value if isinstance(value, datetime | time) else time()
    if kind == "half":
        before, after = token.split("/")
        return before if clock.hour < 12 else after
    letter, length = token[0].lower(), len(token)
    if letter in "hns":
        hour = (clock.hour % 12 or 12) if half_day else clock.hour
        number = {"h": hour, "n": clock.minute, "s": clock.second}[letter]
        return None if "." in token else f"{number:0{min(length, 2)}d}"
    if isinstance(value, time):
        return None
    if letter in "ye":
        return f"{value.year % 100:02d}" if letter == "y" and length <= 2 else str(value.year)
    if letter == "a":
        return ("星期" if length > 3 else "") + WEEKDAYS[value.weekday()]
    number, names = (value.month, month_name[value.month]) if letter == "m" else (value.day, day_name[value.weekday()])
    if length <= 2:
        return f"{number:0{length}d}"
    return {3: names[:3], 4: names}.get(length, names[:1])


def _duration_piece(value: date | time | timedelta, token: str) -> str | None:
    """Hours that go on counting after a day, and the minutes and seconds beside them."""
    if not isinstance(value, timedelta) or value < timedelta():
        return None
    seconds = round(value.total_seconds())
    if token.startswith("["):
        unit = {"h": 3600, "m": 60, "s": 1}[token[1].lower()]
        return f"{seconds // unit:0{len(token) - 2}d}"
    number = {"n": seconds // 60 % 60, "s": seconds % 60, "h": seconds // 3600}.get(token[0].lower())
    return None if number is None else f"{number:0{min(len(token), 2)}d}"
