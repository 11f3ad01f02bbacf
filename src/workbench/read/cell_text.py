"""The text of a cell from the readings of its lines: as printed, without what line wraps and engines add."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import stretches
from workbench.read.settings import READ_DEFAULTS, CellTextSettings
from workbench.several_values import is_value

if TYPE_CHECKING:
    from workbench.ocr.base import Reading

FULL_WIDTH = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "?": "？", "!": "！"}
HALF_WIDTH = {full: half for half, full in FULL_WIDTH.items()}
PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》【】…·,;:()\"' ")

WIDE_CHARACTERS = frozenset("，。、；：？！“”‘’（）《》【】…—≥≤＝％%@&wWmM")

STOPS = frozenset("，。、；：")


MEASURED = frozenset("(（:：")
"""Punctuation whose width its ink shows: a bracket and a colon have few strokes, which noise is not taken for."""

PLACED = MEASURED | FULL_WIDTH.keys()
"""Punctuation whose width its place shows."""


QUANTITY = re.compile(r"\D?[\d.,，:：°%]+\D{0,4}")
ODD_NUMBER = re.compile(
    r"\d[,，]\d{1,2}(?!\d)|\d[,，]\d{4}|\d\.$|\d\.\d+[:：.]$|\d°(?!C)|^[\d.]+[:：][\d.]+$|^[A-Za-z|!]\d"
    r"|\d{4}[,，]\d|\.\d+[,，]\d|%\d|\d\.\d+[CDIlOoQSsZz]$|^0[,，]\d|[)）][.,]$|\d[-–]$"
)
"""Quantities as nobody prints them: a comma that parts no thousands, a point behind, a colon or degrees in a number,
a letter before it. On coarse copies points are read as commas, noise as points, per cent signs as degrees, relation
symbols and what is left of rules as letters, and the last digit as the letter that it looks like. Commas after the
point and more digits after a per cent sign are two numbers in one."""

PARTED_NUMBER = re.compile(r"[-+(（≥≤]?\d[\d.,，]*(?:[ ·•][\d.,，]+)+[%％)）]?\D{0,4}")
"""Digits with room between them: two numbers, or one whose point or hyphen was lost."""

SEVERAL_POINTS = re.compile(r"\D?(\d+(?:[.,，]\d+)*\.\d+(?:[.,，]\d+)*\.\d+)%?\D{0,4}")
POINTED = re.compile(r"[1-9]\d?(?:\.[1-9]\d?){2,3}|(?:19|20)\d\d\.(?:0?[1-9]|1[0-2])\.(?:0?[1-9]|[12]\d|3[01])")
"""Numbers with several points as they are printed: those of items (1.1.2), and dates."""

LONG_UNIT = "个[工自][作然]日|平方|立方|公[里斤顷]|[万亿]?元/"
AMOUNT_AND_LABEL = re.compile(rf"[-−]?[\d,，]+\.\d\d(?!{LONG_UNIT})[\u3400-\u9fff]{{3,}}")
"""An amount and the label of the next column behind it; few units are as long."""

WRAPPED_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[%％]?[^\W\d]{0,2}")
"""A number as it is printed, put together from its lines."""

IN_BRACKETS = re.compile(r"\s*[(（][\d.,，\s]+[)）]\s*")
"""A number in brackets, with nothing beside it."""

ITEM_NUMBER = re.compile(r"(?:^|(?<=[；;。，,：:、\s]))[\dA-Za-z一二三四五六七八九十①-⑳]{1,3}[)）]")
"""The number of an item of a list (``1）``): its bracket has no partner."""


def cell_text(
    readings: Sequence[Reading],
    crops: Sequence[NDArray[np.uint8]],
    text_height: float,
    settings: CellTextSettings = READ_DEFAULTS.cell_text,
) -> str:
    """Lines joined in reading order. Line wraps leave no space, nor does justified Chinese text.

    A space stays only between two Latin words or numbers of one line. ``crops``: what each line was read from,
    (height, width, 3).
    """
    widths = [crop.shape[1] for crop in crops]
    measured = [
        pitch * width for reading, width in zip(readings, widths, strict=True) for pitch in chinese_pitches(reading)
    ]
    # Lines too short to tell how much room a character has are set like the others of their cell.
    usual = median(measured) if len(measured) >= settings.fewest_pitches else settings.usual_pitch * text_height
    lines = [as_printed(reading, crop, usual, settings) for reading, crop in zip(readings, crops, strict=True)]
    return without_loose_spaces(_with_matching_brackets(lines))


def without_loose_spaces(text: str) -> str:
    """The text with no spaces but those between two Latin words or numbers."""
    return re.sub(r"(?<![A-Za-z0-9.,])\s+|\s+(?![A-Za-z0-9])", "", text)


def least_sure(reading: Reading) -> float:
    """The lowest character confidence that can change a meaning.

    Chinese punctuation and spaces are left out where there is other text: engines waver between ， and 、, and no
    value depends on it. The decimal point and the signs of numbers are not Chinese punctuation.
    """
    counted = (
        c for character, c in zip(reading.text, reading.confidences, strict=True) if character not in PUNCTUATION
    )
    return min(counted, default=reading.confidence)


def same_values(first: str, second: str) -> bool:
    """Whether two readings of a line agree in all characters that can change a meaning. Brackets around a number do:
    in accounts they stand for a minus."""
    one, two = ([c for c in text if c not in PUNCTUATION] for text in (first, second))
    return one == two and bool(IN_BRACKETS.fullmatch(first)) == bool(IN_BRACKETS.fullmatch(second))


def as_printed(reading: Reading, crop: NDArray[np.uint8], usual_pitch: float, settings: CellTextSettings) -> str:
    """One line with full-width punctuation where the print leaves a full character's room for it.

    Engines confuse ``,`` and ``，``: between Chinese characters the room tells. At the end of a line
    there is nothing to measure, and Chinese text has it in full width. ``usual_pitch``: the room of a Chinese
    character where the line itself does not tell, in pixels.
    """
    if PLACED.isdisjoint(reading.text):
        return reading.text.strip()
    pitches = [pitch * crop.shape[1] for pitch in chinese_pitches(reading)]
    pitch = median(pitches) if len(pitches) >= settings.fewest_pitches else usual_pitch
    places = [i for i, character in enumerate(reading.text) if not character.isspace()]
    characters = list(reading.text)
    for before, i, after in zip([None, *places], places, [*places[1:], None], strict=False):
        if before is not None and characters[i] in PLACED:
            characters[i] = _punctuation_as_printed(reading, crop, pitch, before, i, after, settings)
    return "".join(characters).strip()


def _punctuation_as_printed(
    reading: Reading,
    crop: NDArray[np.uint8],
    pitch: float,
    before: int,
    i: int,
    after: int | None,
    settings: CellTextSettings,
) -> str:
    """The punctuation at ``i`` in the width it is printed in, between the characters ``before`` and ``after`` it."""
    text, printed = reading.text, reading.text[i]
    if not any(_is_chinese(text[n]) for n in (before, after) if n is not None):
        in_number = printed == "," or not any(map(_is_chinese, text[:before]))
        return printed if after is not None or printed in "()" or in_number else FULL_WIDTH.get(printed, printed)
    if after is None:
        return printed if printed in "()" else FULL_WIDTH.get(printed, printed)
    room = _room(reading, before, after, pitch / crop.shape[1])
    is_measured = printed in MEASURED and room < settings.ample_room
    white = _white_beside(reading, i, crop, pitch, settings) if is_measured else None
    if white is not None:
        return FULL_WIDTH.get(printed, printed) if white > settings.white_of_wide else HALF_WIDTH.get(printed, printed)
    return FULL_WIDTH.get(printed, printed) if room > settings.room_of_full_width else printed


def _white_beside(
    reading: Reading, i: int, crop: NDArray[np.uint8], pitch: float, settings: CellTextSettings
) -> float | None:
    """The white before an opening bracket, or behind other punctuation, in widths of a Chinese character.

    None where its ink does not stand alone.
    """
    inked = (crop < (int(crop.min()) + int(crop.max())) / 2).any(axis=(0, 2))
    centre, runs = reading.positions[i] * crop.shape[1], stretches(inked)
    at = min(range(len(runs)), key=lambda n: max(runs[n][0] - centre, centre - runs[n][1]), default=0)
    if not 0 < at < len(runs) - 1 or runs[at][1] - runs[at][0] > settings.widest * pitch:
        return None
    start, end = (runs[at - 1][1], runs[at][0]) if reading.text[i] in "(（" else (runs[at][1], runs[at + 1][0])
    return float(end - start) / pitch


def chinese_pitches(reading: Reading) -> list[float]:
    """Distances of neighbouring Chinese characters, as fractions of the crop's width; none of two seen at one place."""
    chinese = [_is_chinese(character) for character in reading.text]
    neighbours = zip(pairwise(reading.positions), pairwise(chinese), strict=True)
    return [end - start for (start, end), both in neighbours if all(both) and end > start]


def _room(reading: Reading, before: int, after: int, pitch: float) -> float:
    """What is left for punctuation between its neighbours, in widths of a Chinese character."""
    text, positions = reading.text, reading.positions
    beside = (character_width(text[before]) + character_width(text[after])) / 2
    # The ink of a comma lies at the left of its room: it comes a quarter earlier than a character.
    return (positions[after] - positions[before]) / pitch - beside + (0.25 if text[after] in STOPS else 0.0)


def _with_matching_brackets(lines: Sequence[str]) -> str:
    """The lines joined; a bracket takes the width of its partner where that one was measured, inside a line."""
    characters = list("".join(lines))
    edges = {0, len(characters) - 1}
    for end in list(accumulate(map(len, lines)))[:-1]:
        edges |= {end - 1, end}
    opened: list[int] = []
    for i, character in enumerate(characters):
        if character in "(（":
            opened.append(i)
        elif character in ")）" and opened:
            start = opened.pop()
            measured = [characters[at] in "（）" for at in (start, i) if at not in edges]
            # Where nothing was measured, or not the same: Chinese text stands in full-width brackets.
            inside = characters[start + 1 : i]
            wide = measured[0] if len(set(measured)) == 1 else any(map(_is_chinese, inside))
            characters[start], characters[i] = ("（", "）") if wide else ("(", ")")
    for i in edges.intersection(opened):  # its partner was never printed: Chinese text on both sides
        if 0 < i < len(characters) - 1 and _is_chinese(characters[i - 1]) and _is_chinese(characters[i + 1]):
            characters[i] = "（"
    return "".join(characters)


def has_odd_number(text: str) -> bool:
    """Whether a text is a quantity as nobody prints it: something in it was misread."""
    several = SEVERAL_POINTS.fullmatch(text)
    if several and not POINTED.fullmatch(several[1]):
        return True
    if AMOUNT_AND_LABEL.fullmatch(text) or PARTED_NUMBER.fullmatch(text):
        return True
    return bool(QUANTITY.fullmatch(text) and ODD_NUMBER.search(text))


def has_several_numbers(readings: Sequence[Reading]) -> bool:
    """Whether several lines of a cell are numbers: those of several rows, or one that was wrapped; joined, they are
    one number that nobody printed. A line that ends in a point or a comma goes on below."""
    lines = [reading.text.strip() for reading in readings]
    if all(line.endswith((".", ",")) for line in lines[:-1]) and WRAPPED_NUMBER.fullmatch("".join(lines)):
        return False
    return sum(map(is_value, lines)) > 1


def has_odd_brackets(text: str) -> bool:
    """Whether a bracket has no partner: one of the two was lost, or is no bracket."""
    prose = ITEM_NUMBER.sub("", text)
    return sum(map(prose.count, "(（")) != sum(map(prose.count, ")）"))


def has_unmeasured_brackets(readings: Sequence[Reading]) -> bool:
    """Whether a line is all in brackets: nothing stands beside them that would tell how wide they are."""
    lines = [reading.text.strip() for reading in readings]
    enclosed = [line[1:-1] for line in lines if line[:1] in tuple("(（") and line[-1:] in tuple(")）")]
    return len(lines) > 1 and any(
        not set(inside) & set("()（）") and any(map(_is_chinese, inside)) for inside in enclosed
    )


def character_width(character: str) -> float:
    """Usual width of a character in text heights: Chinese characters and full-width punctuation 1, others half."""
    return 1.0 if _is_chinese(character) or character in WIDE_CHARACTERS else 0.5


def _is_chinese(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"
