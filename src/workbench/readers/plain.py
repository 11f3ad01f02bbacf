"""Text of files that hold text: as it is shown, without what line wraps and layout add."""

from __future__ import annotations

import re

from workbench.visible import HALF

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u2060\ufeff"))
UNKNOWN = "\ufffd"
"""Stands for a character that the file does not tell."""

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Raised digits say something else than digits: 10² is not 102."""


def plain(text: str) -> str:
    """One line without spaces, tabs and line ends. A single space stays between two Latin words or numbers.

    So 2022年 12月 becomes 2022年12月, as in the reading of scans, and ``100`` over ``200`` never becomes 100200.
    """
    if HALF.search(text):  # two halves that belong together are a character, one alone is unknown
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    shown = re.sub(r"\s+", " ", text.translate(INVISIBLE)).strip()
    return re.sub(r"(?<![A-Za-z0-9.,]) | (?![A-Za-z0-9])", "", shown)
