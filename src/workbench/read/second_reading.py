"""Lines read a second time: doubtful ones, and those with ink that no character of the reading accounts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.text_lines import LineBox, TextLayer
from workbench.read.cell_text import character_width, least_sure, same_values
from workbench.read.crops import MARGIN, LineCrop, crop_line

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading

SURE = 0.97
"""A line with a character below this confidence is read a second time, from another crop."""

WIDER_MARGIN = 0.45
"""Paper around a line in its second crop, in text heights."""

TIGHT_MARGIN = 0.1
"""Paper around the end of a line: small marks come out larger, and are not missed."""

LOST_AT_END = 0.27
"""Ink this far (in character widths) beyond the last character of a reading is a character that was missed."""

LOST_AT_START = 0.6
"""The same before the first character: engines place it late rather than early."""

LOST_BETWEEN = 0.6
"""Two characters further apart than their widths by this many character widths, with ink between them, lost one."""

LOST_DIGIT = 0.38
"""The same between two figures, where the gap is full of ink: a figure is half as wide as a Chinese character."""

TOUCHED = 0.03
"""From this share of its box on a line is under a seal or a pen, and is read a second time."""

NEAR_PEN = 1.2, 0.5
"""A pen nearer to a line than this, in text heights, sideways and up or down, may hold characters of it."""

DOUBTED = 0.3
"""Confidence of a reading that leaves ink unaccounted for."""


@dataclass(frozen=True, slots=True)
class LineRead:
    """A line's reading; ``agreement`` says whether a second reading was the same, None without one."""

    part: LineCrop
    reading: Reading
    agreement: float | None = None


def reread_doubtful(cells: Sequence[Sequence[LineRead]], text: TextLayer, engine: OcrEngine) -> list[list[LineRead]]:
    """Read doubtful lines once more, all in one call: whole, or from where their end was lost.

    Disagreement is kept as disagreement; what was lost and not found again makes the line doubted.
    """
    doubtful = [read for reads in cells for read in reads if not read.part.downwards and _is_doubtful(read, text)]
    crops = [_second_crop(read, text) for read in doubtful]
    second = dict(zip(map(id, doubtful), engine.recognise(crops), strict=True))
    return [
        [_settled(read, second[id(read)], text) if id(read) in second else read for read in reads] for reads in cells
    ]


def _is_doubtful(read: LineRead, text: TextLayer) -> bool:
    unsure = least_sure(read.reading) < SURE or is_covered(read.part.line, text)
    return unsure or _loses_start(read, text) or _loses_end(read, text) or _loses_between(read, text)


def is_covered(line: LineBox, text: TextLayer) -> bool:
    """Whether a seal or a pen lay over part of a line."""
    return text.share_covered(line.x0, line.y0, line.x1, line.y1) > TOUCHED


def near_pen(parts: Sequence[LineCrop], text: TextLayer) -> bool:
    """Whether a pen came so near to a line that some of its characters may be lost in the stroke."""
    aside, above = (reach * text.text_height for reach in NEAR_PEN)
    return any(
        text.is_written_on(
            max(part.line.x0 - aside, part.cell.x0),
            max(part.line.y0 - above, part.cell.y0),
            min(part.line.x1 + aside, part.cell.x1),
            min(part.line.y1 + above, part.cell.y1),
        )
        for part in parts
    )


def _second_crop(read: LineRead, text: TextLayer) -> NDArray[np.uint8]:
    line = read.part.line
    if _loses_end(read, text) and len(read.reading.text) > TAIL:
        start = _centres(read, text)[-TAIL] - 0.6 * character_width(read.reading.text[-TAIL]) * text.text_height
        tail = replace(line, x0=line.x0 + max(0, round(start)))
        return crop_line(tail, read.part.cell, text, margin=TIGHT_MARGIN)
    return crop_line(line, read.part.cell, text, margin=WIDER_MARGIN)


TAIL = 3
"""Characters before a lost end that are read again with it, to know that both readings mean the same place."""


def _settled(read: LineRead, second: Reading, text: TextLayer) -> LineRead:
    if _loses_end(read, text):
        known = read.reading.text[-TAIL + 1 :]
        place = second.text.find(known)
        if known and place >= 0 and len(second.text) > place + len(known):
            return replace(read, reading=_with_end(read.reading, second, place + len(known)))
        return replace(read, reading=_doubted(read.reading))
    if _loses_between(read, text) or _loses_start(read, text):
        return replace(read, reading=_doubted(read.reading), agreement=0.0)
    return replace(read, agreement=float(same_values(read.reading.text, second.text)))


def _with_end(first: Reading, second: Reading, known: int) -> Reading:
    added = len(second.text) - known
    return replace(
        first,
        text=first.text + second.text[known:],
        confidences=first.confidences + second.confidences[known:],
        positions=first.positions + (1.0,) * added,
    )


def _doubted(reading: Reading) -> Reading:
    return replace(reading, confidences=tuple(min(c, DOUBTED) for c in reading.confidences))


def _centres(read: LineRead, text: TextLayer) -> list[float]:
    """Centres of the characters, in pixels from the start of the line's ink."""
    width = read.part.crop.shape[1]
    start = read.part.line.x0 - round(read.part.line.x0 - MARGIN * text.text_height)
    return [position * width - start for position in read.reading.positions]


def _character_pitch(read: LineRead, text: TextLayer) -> float:
    """Distance of neighbouring Chinese characters of a line, in pixels; where there are too few, the text height."""
    centres, wide = _centres(read, text), [character_width(character) == 1.0 for character in read.reading.text]
    distances = [b - a for (a, b), both in zip(pairwise(centres), pairwise(wide), strict=True) if all(both)]
    return median(distances) if len(distances) >= 4 else text.text_height


def _loses_start(read: LineRead, text: TextLayer) -> bool:
    if len(read.reading.text) < 2:
        return False
    pitch = _character_pitch(read, text)
    return _centres(read, text)[0] - character_width(read.reading.text[0]) / 2 * pitch > LOST_AT_START * pitch


def _loses_end(read: LineRead, text: TextLayer) -> bool:
    if len(read.reading.text) < 2:
        return False
    pitch = _character_pitch(read, text)
    end = _centres(read, text)[-1] + character_width(read.reading.text[-1]) / 2 * pitch
    return read.part.line.width - end > LOST_AT_END * pitch


def _loses_between(read: LineRead, text: TextLayer) -> bool:
    line, centres, pitch = read.part.line, _centres(read, text), _character_pitch(read, text)
    inked = np.count_nonzero(text.ink[line.y0 : line.y1, line.x0 : line.x1], axis=0) > 0
    halves = [character_width(character) / 2 * pitch for character in read.reading.text]
    for i in range(len(centres) - 1):
        start, end = centres[i] + halves[i], centres[i + 1] - halves[i + 1]
        between = inked[max(0, round(start)) : max(0, round(end))]
        share = float(between.mean()) if len(between) else 0.0
        in_number = read.reading.text[i].isdigit() and read.reading.text[i + 1].isdigit()
        if share >= 0.3 and end - start >= LOST_BETWEEN * pitch:
            return True
        if in_number and share >= 0.45 and end - start >= LOST_DIGIT * pitch:
            return True
    return False
