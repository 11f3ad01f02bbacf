"""Cells of pages that are black and white or full of grain: read from two smoothings, their numbers checked.

Grain is as large as a decimal point: a point may be taken for grain, grain for a point, grain over one for a colon.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from workbench.grid.masks import Mask
from workbench.grid.text_lines import LineBox, TextLayer
from workbench.read.cell_text import same_values
from workbench.read.comparison import CellReading, CellText, read_once, read_twice
from workbench.read.relation_symbols import LEFT_WITHOUT_BAR, WITH_BAR
from workbench.read.settings import ReadSettings
from workbench.read.words import word_in
from workbench.vocabulary import words

NUMBER = re.compile(r"[^\d\s\u4e00-\u9fff]{0,2}[\d.,，:：;；、·•]*\d[\d.,，:：;；、·•]*\D{0,3}")
"""A number with what stands around it, whatever its points were read as."""

IDEOGRAPH = re.compile("[\u4e00-\u9fff]")

UNIT = re.compile("[\u4e00-\u9fff].*")
"""What stands behind a number."""

LOW_IN_LINE = frozenset(".,，-+=~")
"""Characters lower than figures."""

KNOWN_BY_SHAPE = frozenset("-—/")
"""Lone signs that are sure by their shape, as far as they are one stroke."""

SHORT_SIGNS = KNOWN_BY_SHAPE - {"—"}
"""Lone signs that may be what is left of a figure."""

SAME_SYMBOL = str.maketrans("≧≦", "≥≤")
"""Of the two bars of a symbol a smoothing leaves one, and the value is the same."""

GRAIN_IN_NUMBER = re.compile(
    r"\d[:：;；、·•]|[:：;；、·•]\d|\d\.\d{3}[.,，]\d|\d[.,，]$|^[.,，]\d|\d[.,，][.,，]|[?？!'\"`~]"
)
"""What no number holds: its points with grain over them, commas that lost their tails, grain behind it."""


def read_smoothed(soft: CellReading, softer: CellReading, settings: ReadSettings) -> CellReading:
    """One reading of a cell from those of its two smoothings; where they differ the surer one stands, as doubted.

    Of jagged digits both make the same mistake now and then, but not with the confidence of clear print. Of the same
    Chinese words the surer one counts: where a line ends or a stroke is thin, one smoothing tells less than the other.
    """
    limits = settings.second_reading
    surer = max(soft, softer, key=lambda reading: reading.character if reading.text else 0.0)
    whole = next((one for one, less in ((soft, softer), (softer, soft)) if _loses_bar(less, one)), None)
    if whole is not None and (behind := _least_sure_behind_symbol(whole)) >= limits.sure:
        return replace(whole, character=behind, agreement=1.0)
    has_digits = any(character.isdigit() for character in surer.text)
    one, other = (reading.text.translate(SAME_SYMBOL) for reading in (soft, softer))
    agree = (
        one == other if has_digits else same_values(one, other) or _are_same_word(surer.text, soft.text, softer.text)
    )
    are_words = not has_digits and IDEOGRAPH.search(surer.text) is not None
    character = min(soft.character, softer.character) if agree and not are_words else surer.character
    # The recogniser and its shape tell a lone symbol, in both smoothings; no smoothing adds a bar.
    is_known = surer.text in KNOWN_BY_SHAPE or (
        agree and surer.text in WITH_BAR and character >= settings.symbols.sure_of_shape
    )
    # Two readers of two pictures each: of jagged figures (405.85 as 403.85) even they make the same mistake.
    is_seconded = agree and not has_digits and soft.seconded and softer.seconded
    if character < limits.sure and not (is_known or is_seconded):
        character = min(character, limits.unsure)
    return replace(surer, character=character, agreement=1.0 if agree else 0.0)


def _are_same_word(surer: str, *texts: str) -> bool:
    """Whether texts are one word of forms, the surer of them nothing else, and the other with dirt beside it."""
    return surer in words() and all(word_in(text) == surer for text in texts)


def _loses_bar(less: CellReading, whole: CellReading) -> bool:
    """Whether a text is another one without the bar of the relation symbol before its number. No smoothing adds one,
    so the bar is there where the recogniser holds it likelier than all else together."""
    is_same = less.text[1:] == whole.text[1:] and whole.text[:1] in tuple(LEFT_WITHOUT_BAR.get(less.text[:1], ""))
    is_contradicted = any(one.character < one.legible for one in (less, whole))
    return is_same and not is_contradicted and bool(whole.read) and whole.read[0].confidences[0] > 0.5


def _least_sure_behind_symbol(reading: CellReading) -> float:
    first, *others = reading.read
    return min((c for part in (first.confidences[1:], *(one.confidences for one in others)) for c in part), default=1.0)


def may_be_two_bars(symbol: str, line: LineBox, text: TextLayer, settings: ReadSettings) -> bool:
    """Whether a lone dash is so high that it may be the two bars of an ═ that run together."""
    return symbol in ("-", "—") and line.height > settings.rough.one_stroke * text.text_height


def read_covered(as_scanned: CellReading, cleaned: CellReading, buried: bool, settings: ReadSettings) -> CellText:
    """The text of a cell that something seems to lie over; ``as_scanned``: the reading of its two smoothings.

    Jagged characters that touch are taken for handwriting: what both smoothings say the same is print.
    """
    if not (as_scanned.text and as_scanned.agreement):
        return read_twice(as_scanned, cleaned, buried, settings)
    confirmed = same_values(as_scanned.text, cleaned.text)
    return replace(read_once(as_scanned), agreement=1.0 if confirmed else 0.0)


def has_grain_in_number(text: str) -> bool:
    """Whether a text is a number with something in it that numbers do not hold."""
    return bool(NUMBER.fullmatch(text) and GRAIN_IN_NUMBER.search(text))


def is_too_coarse(text: str, line: LineBox, settings: ReadSettings) -> bool:
    """Whether a number is so few pixels high that its strokes and points need not be there."""
    return any(map(str.isdigit, text)) and line.height < settings.rough.fewest_pixels


def leaves_sign(text: str, line: LineBox, specks: Mask) -> bool:
    """Whether a number that was read without a sign has a speck before it that is flat as a minus is, at half its
    height; or any, before a 1, which may be what is left of a 4: of its bar and the lower part of its arm. Further up
    the arm is at the stem, or so steep that it stays."""
    if not text[:1].isdigit():
        return False
    arm = np.s_[round(line.y0 + 0.3 * line.height) : line.y1, max(0, line.x0 - line.height // 2) : line.x0]
    if text[0] == "1" and specks[arm].any():
        return True
    band = np.s_[
        round(line.y0 + 0.3 * line.height) : round(line.y1 - 0.25 * line.height),
        max(0, line.x0 - line.height) : line.x0,
    ]
    if not specks[band].any():
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(specks[band]))
    return any(width > 1.4 * height for _, _, width, height, _ in stats[1:].tolist()) or len(stats) > 2


def leaves_room(text: str, line: LineBox, layer: TextLayer, settings: ReadSettings) -> bool:
    """Whether two figures of a number with nothing between them are as far apart as with a point.

    Figures are equally wide with the room around them, so their middles are equally far apart; a point takes half as
    much again. Nothing is told of figures that touch.
    """
    ink = layer.ink[line.y0 : line.y1, line.x0 : line.x1] > 0
    shapes = settings.rough
    high = [
        (a, b)
        for a, b in layer.parts_of(line)
        if np.ptp(np.flatnonzero(ink[:, a:b].any(axis=1))) > shapes.high * line.height
    ]
    number = UNIT.sub("", text)
    shown = [place for place, character in enumerate(number) if character not in LOW_IN_LINE]
    as_many = len(high) == len(shown) if number == text else len(high) > len(shown)
    if not as_many:
        return False
    apart = [
        (sum(high[n + 1]) - sum(high[n])) / 2
        for n, (place, other) in enumerate(pairwise(shown))
        if other == place + 1 and number[place].isdigit() and number[other].isdigit()
    ]
    return len(apart) > 1 and max(apart) > shapes.room_of_point * min(apart)


def leaves_points(text: str, line: LineBox, layer: TextLayer, specks: Mask, settings: ReadSettings) -> bool:
    """Whether a number has more marks of a point's size where its points stand than were read: one may be a point.

    These stand low in the line, between its strokes; ``specks``: all ink as small as grain.
    """
    if not NUMBER.fullmatch(text):
        return False
    shapes = settings.rough
    top, below = line.y0 + shapes.points_start * line.height, line.y1 + shapes.points_end * layer.text_height
    band = np.s_[round(top) : round(below), line.x0 : line.x1]
    if not specks[band].any():
        return False
    stroked = np.asarray((layer.ink[line.y0 : line.y1, line.x0 : line.x1] > 0).any(axis=0))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(specks[band]))
    smallest = max(2.0, settings.grid.text_lines.noise_side * layer.text_height)
    free = 0
    for left, _, width, height, _ in stats[1:].tolist():
        if max(width, height) >= smallest and not stroked[left : left + width].all():
            free += 1
    return free > sum(text.count(point) for point in ".,，")
