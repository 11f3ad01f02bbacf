"""Lines read a second time: doubtful ones, and those with ink that no character of the reading accounts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.text_lines import TextLayer
from workbench.read.cell_text import character_width, least_sure, same_values
from workbench.read.crops import LineCrop, crop_line, crop_start
from workbench.read.settings import ReadSettings

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading


NUMBER_CHARACTERS = frozenset("0123456789０１２３４５６７８９.,-+=≥≤()（）%％")
"""Characters whose ink is one part each, but for the per cent sign: units and words are left out."""


@dataclass(frozen=True, slots=True)
class LineRead:
    """A line's reading; ``agreement`` says whether a second reading was the same, None without one; ``other`` is what
    another recogniser read, where that is something else, and ``seconded`` whether it read the same; ``misread`` is the
    text whose characters were changed for those of a word."""

    part: LineCrop
    reading: Reading
    agreement: float | None = None
    other: str | None = None
    seconded: bool = False
    misread: str | None = None


def reread_doubtful(
    cells: Sequence[Sequence[LineRead]], layers: Sequence[TextLayer], engine: OcrEngine, settings: ReadSettings
) -> list[list[LineRead]]:
    """Read doubtful lines once more, all in one call: whole, or from where their end was lost.

    The lines of each cell with the layer that they were read from.

    Disagreement is kept as disagreement; what was lost and not found again makes the line unsure.
    """
    doubtful = [
        (read, text)
        for reads, text in zip(cells, layers, strict=True)
        for read in reads
        if not read.part.downwards and _is_doubtful(read, text, settings)
    ]
    crops = [_second_crop(read, text, settings) for read, text in doubtful]
    second = engine.recognise(crops)
    settled = {
        id(read): _settled(read, reading, text, settings)
        for (read, text), reading in zip(doubtful, second, strict=True)
    }
    return [[settled.get(id(read), read) for read in reads] for reads in cells]


def _is_doubtful(read: LineRead, text: TextLayer, settings: ReadSettings) -> bool:
    unsure = least_sure(read.reading) < settings.second_reading.sure
    return unsure or _loses_end(read, text, settings) or _loses_before_end(read, text, settings)


def _shows_as_many(read: LineRead, text: TextLayer, settings: ReadSettings) -> bool:
    """Whether a number has as many parts of ink beside each other as characters, each of its figures as wide as one:
    none was lost, wherever the recogniser places them.

    Those of a rough page are drawn without their points. A per cent sign has up to three parts.
    """
    number = read.reading.text.replace(" ", "")
    if not NUMBER_CHARACTERS.issuperset(number):
        return False
    parts = text.parts_of(read.part.line)
    widest = settings.second_reading.widest_figure * read.part.line.height
    more = 2 * sum(map(number.count, "%％"))
    return any(
        len(shown) <= len(parts) <= len(shown) + more
        and all(
            end - start <= widest for character, (start, end) in zip(shown, parts, strict=False) if character.isdigit()
        )
        for shown in (number, [character for character in number if character not in ".,"])
    )


def _second_crop(read: LineRead, text: TextLayer, settings: ReadSettings) -> NDArray[np.uint8]:
    line, limits = read.part.line, settings.second_reading
    if _loses_end(read, text, settings) and len(read.reading.text) > limits.tail:
        first = character_width(read.reading.text[-limits.tail])
        start = _centres(read, text, settings)[-limits.tail] - 0.6 * first * text.text_height
        tail = replace(line, x0=line.x0 + max(0, round(start)))
        return crop_line(tail, read.part.cell, text, settings, limits.tight_margin)
    return crop_line(line, read.part.cell, text, settings, limits.wider_margin)


def _settled(read: LineRead, second: Reading, text: TextLayer, settings: ReadSettings) -> LineRead:
    if _loses_end(read, text, settings):
        known = read.reading.text[-settings.second_reading.tail + 1 :]
        place = second.text.find(known)
        if known and place >= 0 and len(second.text) > place + len(known):
            return replace(read, reading=_with_end(read.reading, second, place + len(known)))
        return replace(read, reading=_unsure(read.reading, settings.second_reading.unsure))
    if _loses_before_end(read, text, settings):
        return replace(read, reading=_unsure(read.reading, settings.second_reading.unsure), agreement=0.0)
    return replace(read, agreement=float(same_values(read.reading.text, second.text)))


def _with_end(first: Reading, second: Reading, known: int) -> Reading:
    added = len(second.text) - known
    return replace(
        first,
        text=first.text + second.text[known:],
        confidences=first.confidences + second.confidences[known:],
        positions=first.positions + (1.0,) * added,
    )


def _unsure(reading: Reading, most: float) -> Reading:
    return replace(reading, confidences=tuple(min(c, most) for c in reading.confidences))


def _centres(read: LineRead, text: TextLayer, settings: ReadSettings) -> list[float]:
    """Centres of the characters, in pixels from the start of the line's ink."""
    width = read.part.crop.shape[1]
    start = read.part.line.x0 - crop_start(read.part.line, text, settings)
    return [position * width - start for position in read.reading.positions]


def _character_pitch(read: LineRead, text: TextLayer, settings: ReadSettings) -> float:
    """Distance of neighbouring Chinese characters of a line, in pixels; where there are too few, the text height."""
    centres = _centres(read, text, settings)
    wide = [character_width(character) == 1.0 for character in read.reading.text]
    distances = [b - a for (a, b), both in zip(pairwise(centres), pairwise(wide), strict=True) if all(both)]
    return median(distances) if len(distances) >= 4 else text.text_height


def _loses_before_end(read: LineRead, text: TextLayer, settings: ReadSettings) -> bool:
    if _loses_sign(read, text, settings):
        return True
    is_lost = _loses_start(read, text, settings) or _loses_between(read, text, settings)
    return is_lost and not _shows_as_many(read, text, settings)


def _loses_start(read: LineRead, text: TextLayer, settings: ReadSettings) -> bool:
    if len(read.reading.text) < 2:
        return False
    pitch = _character_pitch(read, text, settings)
    start = _centres(read, text, settings)[0] - character_width(read.reading.text[0]) / 2 * pitch
    return start > settings.second_reading.lost_at_start * pitch


def _loses_sign(read: LineRead, text: TextLayer, settings: ReadSettings) -> bool:
    """Whether a number that was read without a sign has ink like a minus before its first figure, or what is left of
    one that touches a rule."""
    line = read.part.line
    if not read.reading.text[:1].isdigit():
        return False
    parts = text.parts_of(line)
    if len(parts) < 2:
        return False
    ink = text.ink[line.y0 : line.y1, line.x0 : line.x1] > 0
    rows = np.flatnonzero(ink[:, slice(*parts[0])].any(axis=1))
    most = settings.second_reading.minus * line.height
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    return bottom - top <= most and abs(top + bottom - line.height) / 2 <= most


def _loses_end(read: LineRead, text: TextLayer, settings: ReadSettings) -> bool:
    if len(read.reading.text) < 2:
        return False
    pitch = _character_pitch(read, text, settings)
    end = _centres(read, text, settings)[-1] + character_width(read.reading.text[-1]) / 2 * pitch
    is_lost = read.part.line.width - end > settings.second_reading.lost_at_end * pitch
    return is_lost and not _shows_as_many(read, text, settings)


def _loses_between(read: LineRead, text: TextLayer, settings: ReadSettings) -> bool:
    line, centres, pitch = read.part.line, _centres(read, text, settings), _character_pitch(read, text, settings)
    limits = settings.second_reading
    inked = np.count_nonzero(text.ink[line.y0 : line.y1, line.x0 : line.x1], axis=0) > 0
    halves = [character_width(character) / 2 * pitch for character in read.reading.text]
    for i in range(len(centres) - 1):
        start, end = centres[i] + halves[i], centres[i + 1] - halves[i + 1]
        between = inked[max(0, round(start)) : max(0, round(end))]
        share = float(between.mean()) if len(between) else 0.0
        in_number = read.reading.text[i].isdigit() and read.reading.text[i + 1].isdigit()
        if share >= 0.3 and end - start >= limits.lost_between * pitch:
            return True
        if in_number and share >= 0.45 and end - start >= limits.lost_digit * pitch:
            return True
    return False
