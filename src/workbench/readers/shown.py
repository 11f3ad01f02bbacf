"""What a page shows of the text in a file: runs of text with their looks become the text of a cell here, for every kind
of file.

The readers say of each run how it looks, and nothing else; what that does to the figures of a cell is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from workbench.readers.plain import LOWERED, RAISED, UNKNOWN

Look = Literal["shown", "hidden", "gap", "struck", "raised", "lowered", "unsure", "unknown", "label", "note"]
"""How a run of text looks.

``shown``: as it is. ``hidden``: it takes no room. ``gap``: it cannot be seen and keeps its room. ``struck``: crossed
out. ``raised``, ``lowered``: off the line of writing. ``unsure``: the file does not say for sure whether and how it is
shown. ``unknown``: something is shown there that the file does not hold as text. ``label``: a number that is counted
and not written stands before the line. ``note``: the raised mark of a note, which is no part of the text.
"""

FIGURE = re.compile(r"\d")
GAP = "\ufdd0"
INNER_GAP = re.compile(rf"(?<=\S)[^\S\n]*{GAP}[^\S\n]*(?=[^\s{GAP}])")
"""Room that text takes unseen, inside a line: what it parts is no number. The gap is a code that is no character."""

NOTE = "\ufdd1"
INNER_NOTE = re.compile(rf"(?<=[\d.,]){NOTE}(?=[\d.,])")
"""The mark of a note between figures: which of them are its own is not to be seen."""

PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
"""Characters of Unicode's private use areas: every typeface shows them as it likes."""

BEGINS_NUMBER = re.compile(r"[ \t]*[-+−±≥≤<>=＝≈(（¥￥.]*\d")
"""The beginning of a line that a counted number before it would make another number."""

SEPARATORS = re.compile(r"[.,，．·\s]*[.,，．·][.,，．·\s]*")

LEAST_CONTRAST = 1.5
"""Ratio of luminances below which it is not sure that text is seen on its ground; WCAG 2.2, 1.4.3, asks for 3.

Silver (#C0C0C0) on white, which people read, has 1.8; the palest grey that Office offers (#F2F2F2) has 1.1.
"""

SMALLEST = 5.0
"""Points: the smallest size with a name in Chinese typesetting, 八号. Smaller print is not meant to be read."""

PICTOGRAMS = ("wingdings", "webdings", "marlett", "mt extra", "bookshelf symbol", "ms outlook", "code 39", "code39",
              "code 128", "code128", "free 3 of 9", "idautomation", "libre barcode", "c39", "ean13")  # fmt: skip
"""Beginnings of the names, in small letters, of typefaces without letters and figures: those of signs and of bars."""

Colour = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""

WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class TextRun:
    """A text of one look."""

    text: str
    look: Look = "shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of a cell as it is shown; ``sure`` is False where a person has to look."""

    text: str
    sure: bool = True


def as_shown(runs: Iterable[TextRun]) -> Shown:
    """What is shown of the runs of a cell or a line.

    Where there are figures, a run that is not sure becomes `UNKNOWN`, which is part of no number: the value is null and
    the cell doubted. Texts without figures stay as they are. What was struck out does not count; it doubts the cell.
    """
    kept = [run for run in map(_private, runs) if run.look != "hidden"]
    has_figures = any(FIGURE.search(run.text) for run in kept)
    text = ""
    labels: list[int] = []
    for look, alike in groupby(kept, lambda run: run.look):
        if look == "label":
            labels.append(len(text))
        else:
            text += _text(TextRun("".join(run.text for run in alike), look), has_figures)
    for at in reversed(labels):
        text = text[:at] + (UNKNOWN if BEGINS_NUMBER.match(text, at) else "") + text[at:]
    text = INNER_NOTE.sub(UNKNOWN, INNER_GAP.sub(UNKNOWN, text)).replace(GAP, " ").replace(NOTE, "")
    is_struck = any(run.look == "struck" and run.text.strip() for run in kept)
    is_unknown = not text.strip() and any(run.look == "unknown" for run in kept)
    return Shown(text, sure=not is_struck and not is_unknown and UNKNOWN not in text)


def _private(run: TextRun) -> TextRun:
    return TextRun(run.text, "unsure") if run.look == "shown" and PRIVATE.search(run.text) else run


def _text(run: TextRun, has_figures: bool) -> str:
    if run.look in ("raised", "lowered"):
        if has_figures and SEPARATORS.fullmatch(run.text):
            return UNKNOWN  # a comma or a point on its own belongs to the figures beside it
        return run.text.translate(RAISED if run.look == "raised" else LOWERED)
    if run.look == "unsure" and has_figures:
        return re.sub(r"\S(?:.*\S)?", UNKNOWN, run.text, flags=re.DOTALL)
    if run.look == "unknown":
        return UNKNOWN if has_figures else ""
    if run.look == "gap":
        return (GAP if has_figures else " ") if run.text.strip() else run.text
    return {"struck": "", "note": NOTE}.get(run.look, run.text)


def is_seen(text: Colour, ground: Colour) -> bool:
    """Whether text of a colour is sure to be seen on a ground."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05) >= LEAST_CONTRAST


def _luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1. Source: WCAG 2.2, definition of relative luminance."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def hex_colour(text: str) -> Colour | None:
    """The colour of six hexadecimal digits, or of eight with the alpha before them, as Office writes it."""
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}", text):
        return None
    red, green, blue = (value / 255 for value in bytes.fromhex(text)[-3:])
    return red, green, blue
