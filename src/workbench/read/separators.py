"""Points and commas of numbers: what grouping says of them, and what their shape does.

Recognisers take a comma whose tail is short for a point: 1,386 and 1.386 are both numbers, and a thousandfold apart.
Where the digits are grouped so that only one of the two can be meant, that is it; else the shape has to say so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from workbench.grid.text_lines import LineBox, TextLayer
from workbench.ocr.base import Reading
from workbench.read.settings import SeparatorSettings

SEPARATED = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?(?![\d.,])")
"""A number in groups of three digits, whatever parts them."""

EITHER = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})*([.,])\d{3}(?![\d.,])")
"""A number whose last separator may be a point or a comma: either way it is one."""

SPACED = re.compile(r"[-+(（≥≤]?\d[\d.,\s]*[%)）]?")
"""A line that is all one number, perhaps with room between its characters."""


def with_commas(text: str) -> str:
    """The text with commas between the thousands of its numbers, where points were read for some of them.

    A number has one point, and it comes last; what else parts groups of three digits are commas. Whether the last one
    is a point where three digits stand behind it, too, grouping does not say.

    >>> with_commas("(69.810.80)"), with_commas("1.386"), with_commas("2022.11.20")
    ('(69,810.80)', '1.386', '2022.11.20')
    """
    return SEPARATED.sub(_with_commas, text)


def _with_commas(found: re.Match[str]) -> str:
    number = found[0]
    places = [place for place, character in enumerate(number) if character in ".,"]
    if number.startswith("0"):
        return number
    return "".join("," if place in places[:-1] else character for place, character in enumerate(number))


def with_grouping(reading: Reading) -> Reading:
    """The reading with its numbers as they can only be meant: see `with_commas`."""
    return replace(reading, text=with_commas(reading.text))


def without_inner_room(reading: Reading, width: float, text_height: float, settings: SeparatorSettings) -> Reading:
    """The reading of a number without the spaces that full-width digits leave between them.

    These stand evenly, each in a room of its own; between two numbers there is more room than inside them.

    Args:
        reading: of a line.
        width: of its crop, in pixels.
        text_height: of the page, in pixels.
        settings: how even is even.
    """
    if " " not in reading.text or not SPACED.fullmatch(reading.text):
        return reading
    places = [place for place, character in enumerate(reading.text) if character.isdigit()]
    rooms = [_room(reading, first, second) * width / text_height for first, second in pairwise(places)]
    if len(rooms) < settings.fewest_rooms or max(rooms) - min(rooms) > settings.uneven * median(rooms):
        return reading
    kept = [place for place, character in enumerate(reading.text) if not character.isspace()]
    return Reading(
        "".join(reading.text[place] for place in kept),
        tuple(reading.confidences[place] for place in kept),
        tuple(reading.positions[place] for place in kept),
    )


def _room(reading: Reading, first: int, second: int) -> float:
    """The room that a digit has, by the distance of two with nothing or a separator between them."""
    between = reading.text[first + 1 : second].replace(" ", "")
    return (reading.positions[second] - reading.positions[first]) / (1 + len(between))


def has_room_for_two(reading: Reading, width: float, text_height: float, settings: SeparatorSettings) -> bool:
    """Whether two figures that were read beside each other stand further apart than those of one number.

    Args:
        reading: of a line.
        width: of its crop, in pixels.
        text_height: of the page, in pixels.
        settings: how far is too far.
    """
    places = zip(pairwise(reading.text), pairwise(reading.positions), strict=True)
    return any(
        (end - start) * width > settings.widest_room * text_height
        for (one, other), (start, end) in places
        if one.isdigit() and other.isdigit()
    )


def has_doubtful_separator(
    reading: Reading,
    line: LineBox,
    start: float,
    width: float,
    text: TextLayer,
    coarse: bool,
    border: float,
    settings: SeparatorSettings,
) -> bool:
    """Whether a number of a line may be another one, its last separator a comma instead of a point, or a point instead
    of a comma.

    A comma that was read is believed where its shape does not say otherwise; a point only where its shape says so, and
    on pages in black and white only where the tail of a comma could not have been lost.

    Args:
        reading: of the line.
        line: its ink.
        start, width: where its crop starts, and how wide it is, in pixels of the page.
        text: what it was read from.
        coarse: whether the page is black and white, or full of grain.
        border: the row of the cell's lower border.
        settings: the shapes.
    """
    places = [found.start(1) for found in EITHER.finditer(reading.text)]
    if not places:
        return False
    digits = _digits(reading, line, start, width, text)
    if digits is None:
        return True
    base, height, level = digits
    for place in places:
        before, after = (start + reading.positions[place + aside] * width for aside in (-1, 1))
        reach = _reach(before, after, base, height, level, text.grey)
        if reading.text[place] == ",":
            if not coarse and reach is not None and reach < settings.point:
                return True
        elif (
            reach is None
            or reach > settings.point
            or border - base < settings.tail * height + settings.painted
            or (coarse and height < settings.coarse_height)
        ):
            return True
    return False


def _digits(
    reading: Reading, line: LineBox, start: float, width: float, text: TextLayer
) -> tuple[float, float, float] | None:
    """The row that the digits of a line stand on, their height, and how dark (0 to 255) a row of their ink is at least;
    None where no digit's ink is at its place."""
    below = round(0.1 * line.height)
    dark = 255.0 - text.grey[max(0, line.y0 - 2) : line.y1 + below].astype(np.float32)
    level = 0.4 * float(np.percentile(dark[:, line.x0 : line.x1].max(axis=0), 80))
    tops, feet = [], []
    for place, character in enumerate(reading.text):
        if character.isdigit():
            centre, half = start + reading.positions[place] * width, 0.15 * line.height
            column = dark[:, max(0, round(centre - half)) : round(centre + half) + 1]
            foot, top = (_last_row(rows, level) for rows in (column, column[::-1])) if column.size else (None, None)
            if foot is not None and top is not None:
                feet.append(foot)
                tops.append(len(dark) - 1 - top)
    if not feet or median(feet) <= median(tops):
        return None
    return max(0, line.y0 - 2) + median(feet), median(feet) - median(tops), level


def _reach(
    before: float, after: float, base: float, height: float, level: float, grey: NDArray[np.uint8]
) -> float | None:
    """How far the ink between the middles of two digits reaches below the row that they stand on, in their heights;
    None: nothing is there."""
    top = round(base - 0.3 * height)
    window = grey[top : round(base + 0.4 * height) + 1, max(0, round(before)) : round(after) + 1]
    last = _last_row(255.0 - window.astype(np.float32), level) if window.size else None
    return None if last is None else (top + last - base) / height


def _last_row(dark: NDArray[np.float32], level: float) -> float | None:
    """The last row that is as dark as ``level``, in fractions of a pixel; None: no row is."""
    rows = np.append(dark.max(axis=1), 0.0)
    inked = np.flatnonzero(rows >= level)
    if not len(inked):
        return None
    last = int(inked[-1])
    return float(last + (rows[last] - level) / max(rows[last] - rows[last + 1], 1e-6))
