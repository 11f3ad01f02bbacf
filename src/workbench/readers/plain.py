"""Text of files that hold text: as it is shown, without what line wraps and layout add."""

from __future__ import annotations

import re

from workbench.visible import HALF

UNKNOWN = "\ufffd"
"""Stands for a character that the file does not tell."""

CHARACTERS: dict[int, str | None] = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u2060\ufeff"))
CHARACTERS |= dict.fromkeys([*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0)], UNKNOWN)
"""Invisible characters go. Control characters, which nobody prints, are unknown ones."""

FIGURES = "0123456789" + "".join(chr(0xFF10 + digit) for digit in range(10))
"""Digits, and those of full width."""

RAISED = str.maketrans(FIGURES, "⁰¹²³⁴⁵⁶⁷⁸⁹" * 2)
"""Raised digits say something else than digits: 10² is not 102."""

LOWERED = str.maketrans(FIGURES, "₀₁₂₃₄₅₆₇₈₉" * 2)
"""Low digits, such as that of CO₂, are no digits of a number either."""


def plain(text: str) -> str:
    """One line without spaces, tabs and line ends. A single space stays between two Latin words or numbers.

    So 2022年 12月 becomes 2022年12月, as in the reading of scans, and ``100`` over ``200`` never becomes 100200.
    """
    if HALF.search(text):  # two halves that belong together are a character, one alone is unknown
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    shown = re.sub(r"\s+", " ", text.translate(CHARACTERS)).strip()
    return re.sub(r"(?<![A-Za-z0-9.,]) | (?![A-Za-z0-9])", "", shown)


def plain_lines(text: str) -> list[str]:
    """The lines of a text, each of them plain; without those that show nothing."""
    return [line for part in text.splitlines() if (line := plain(part))]
