"""Numbers have two readers: lines that hold one, and lines that the first reader is unsure of, are read by another.

Where the two differ in a number, the cell keeps the first reading, is doubted, and says what the other one read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.read.cell_text import PUNCTUATION, least_sure
from workbench.read.relation_symbols import ALL_RELATIONS, WITH_BAR
from workbench.read.second_reading import LineRead
from workbench.read.separators import with_commas
from workbench.read.settings import ReadSettings

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine

NUMBER = re.compile(r"[-+]?\d(?:[\d.,:]*\d)?[%‰°℃]*[^\W\d_]?")
"""A number with its sign, its separators and the first character of its unit."""

DASHES = dict.fromkeys(map(ord, "—–−‐―─"), "-")
"""What stands for a minus."""

LONE_SIGNS = frozenset("%％")
"""What stands alone in a column of units."""

LIKE_DIGITS = str.maketrans("OoQ〇lI|丨", "00001111")
"""Characters of the same shape as a digit: which of the two it is, no picture tells."""


def read_by_another(
    cells: Sequence[Sequence[LineRead]], engine: OcrEngine, settings: ReadSettings
) -> list[list[LineRead]]:
    """The lines of each cell with what another reader made of them, where that is something else.

    All lines are read in one call. Without another reader nothing changes.
    """
    chosen = [read for reads in cells for read in reads if _needs_another(read, settings)]
    readings = engine.recognise_again([read.part.crop for read in chosen])
    if readings is None:
        return [list(reads) for reads in cells]
    others = {
        id(read): replace(read, other=reading.text)
        if differ(read.reading.text, reading.text, is_sure=_is_sure(read, settings))
        else replace(read, seconded=bool(reading.text))
        for read, reading in zip(chosen, readings, strict=True)
    }
    return [[others.get(id(read), read) for read in reads] for reads in cells]


def _needs_another(read: LineRead, settings: ReadSettings) -> bool:
    """Whether a line holds a number, may hold one, or is not surely read; the second reader knows no lone signs."""
    text = read.reading.text
    if text in LONE_SIGNS and _is_sure(read, settings):
        return False
    return any(map(str.isdigit, text)) or len(text) <= settings.two_readers.shortest or not _is_sure(read, settings)


def _is_sure(read: LineRead, settings: ReadSettings) -> bool:
    return least_sure(read.reading) >= settings.second_reading.sure


def differ(first: str, second: str, is_sure: bool = True) -> bool:
    """Whether two readers differ about a line: about its numbers, and where the first is not sure, about its text.

    That the second reads no text at all says nothing: small signs it does not see.

    >>> differ("1,386万元", "1.386万元"), differ("≥38.5万元", "38.5万元"), differ("完成12次", "完戌12次")
    (True, False, False)
    """
    one, other = with_commas(_folded(first)), with_commas(_folded(second))
    if " " not in one:
        other = other.replace(" ", "")  # the first would have kept the room between two numbers
    if NUMBER.findall(one) == NUMBER.findall(other) and (is_sure or not other or _meaning(one) == _meaning(other)):
        return False
    return one.translate(LIKE_DIGITS) != other.translate(LIKE_DIGITS)


def takes_symbol_for_digit(first: str, other: str) -> bool:
    """Whether the other reader, which hardly knows relation symbols, read a digit for the one before a number.

    >>> takes_symbol_for_digit("≥95%", "295%"), takes_symbol_for_digit("≥95%", "296%")
    (True, False)
    """
    one, two = _folded(first), _folded(other)
    return one[:1] in WITH_BAR and len(one) > 1 and two[:1].isdigit() and one[1:] == two[1:]


def _folded(text: str) -> str:
    """A line in half width, without spaces except between two numbers."""
    text = unicodedata.normalize("NFKC", text).translate(DASHES)
    return re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", text)


def _meaning(text: str) -> list[str]:
    """The characters that say something. Relation symbols do not: the second reader leaves them out at the start of
    every third line."""
    return [character for character in text if character not in PUNCTUATION | ALL_RELATIONS]
