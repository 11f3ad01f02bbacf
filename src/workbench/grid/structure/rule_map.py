"""Where ruling lines run as a small network sees them: a second look, by other means than long runs of ink.

It was taught by pages of a browser and knows solid, dashed, dotted, pale and coloured rules, and strokes that are none
(``benchmarks/rule_map``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, closed, components_of, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.ruling import RuleMapSettings, RulingSettings

UNIT = 14
"""Pixels for each text height in what the network sees, as it was taught; what it says has half as many."""
MULTIPLE = 16
"""The sides of what it sees are multiples of this."""
WEIGHTS = Path(__file__).with_name("rules.onnx")


@dataclass(frozen=True, slots=True)
class RuleMap:
    """How likely a ``level`` and a ``plumb`` rule runs through each pixel of an upright page, 0 to 255 each.

    ``level_lines`` and ``plumb_lines`` are where one may run, as lines of three pixels: what is likely enough, and ends
    as rules do. Where the back of the sheet ``shows_through`` none of its rules is on the map: what is pale is no rule.
    """

    level: NDArray[np.uint8]
    plumb: NDArray[np.uint8]
    level_lines: Mask
    plumb_lines: Mask
    shows_through: bool = False


def map_rules(page: UprightPage, settings: RulingSettings) -> RuleMap:
    """The map of a page."""
    if not page.ink.any():
        none = np.zeros_like(page.ink)
        return RuleMap(none, none, none, none)
    height = page.text_height
    small = _small(page.grey, height)
    level, plumb = _seen(small)
    level_bands, plumb_bands = (_bands(likely, settings.seen) for likely in (level, plumb))
    level_look, plumb_look = (
        _darker_than_beside(small, settings.seen),
        _darker_than_beside(transposed(small), settings.seen),
    )
    across = _ending_at_rules(level_bands, plumb_bands, level_look, settings)
    down = transposed(_ending_at_rules(transposed(plumb_bands), transposed(level_bands), plumb_look, settings))
    size = page.ink.shape[::-1]
    level, plumb, across, down = (
        np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        for mask in (level, plumb, across, down)
    )
    level_lines = _middles(level, across, height, settings.seen)
    plumb_lines = transposed(_middles(transposed(plumb), transposed(down), height, settings.seen))
    around = np.ones((round(settings.seen.band * height) | 1,) * 2, np.uint8)
    near_ink = np.asarray(cv2.dilate(page.ink, around), dtype=np.uint8)
    faint_level, faint_plumb = (_faint(lines, near_ink) for lines in (level_lines, plumb_lines))
    shows_through = _shows_through(page, faint_level | faint_plumb, settings.seen)
    if shows_through:
        gone_level, gone_plumb = (cv2.dilate(faint, around) for faint in (faint_level, faint_plumb))
        level, level_lines = (cv2.subtract(mask, gone_level) for mask in (level, level_lines))
        plumb, plumb_lines = (cv2.subtract(mask, gone_plumb) for mask in (plumb, plumb_lines))
    return RuleMap(level, plumb, level_lines, plumb_lines, shows_through)


def _faint(lines: Mask, near_ink: Mask) -> Mask:
    """The lines that have no ink for the most part."""
    components = components_of(lines)
    return components.chosen(components.count(near_ink) < components.area / 2)


def _shows_through(page: UprightPage, faint: Mask, settings: RuleMapSettings) -> bool:
    """Whether much else on the page is as faint as its faint rules: the print on the back shows through, rules too.

    Strokes alone count, by how much darker they are than what is around them: a tinted ground is as dark, and no print.
    Where most of the page is as faint, it is grain of the paper.
    """
    if not faint.any():
        return False
    around, near = np.ones((round(settings.band * page.text_height) | 1,) * 2, np.uint8), np.ones((7, 7), np.uint8)
    darker = cv2.morphologyEx(page.grey, cv2.MORPH_BLACKHAT, around)
    of_rules = float(np.median(cv2.dilate(darker, np.ones((3, 3), np.uint8))[faint > 0]))
    as_faint = np.where(darker > of_rules / 2, 255, 0).astype(np.uint8)
    elsewhere = np.count_nonzero(cv2.subtract(as_faint, cv2.dilate(page.ink | faint, near)))
    least = max(settings.as_faint * np.count_nonzero(as_faint & faint), settings.least_print * page.text_height**2)
    return bool(least < elsewhere <= settings.most_print * page.ink.size)


def _small(grey: NDArray[np.uint8], text_height: float) -> NDArray[np.uint8]:
    """A page at the scale that the network sees."""
    scale = UNIT / text_height
    size = [max(2, round(side * scale)) for side in grey.shape[::-1]]
    found = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(found, dtype=np.uint8)


def _seen(small: NDArray[np.uint8]) -> Sequence[NDArray[np.uint8]]:
    """How likely level and plumb rules are, at half the scale that the network sees."""
    rows, columns = small.shape
    framed = cv2.copyMakeBorder(small, 0, -rows % MULTIPLE, 0, -columns % MULTIPLE, cv2.BORDER_CONSTANT, value=255)
    (found,) = _network().run(None, {"page": framed[None, None].astype(np.float32) / 255})
    return [np.rint(rules[: -(-rows // 2), : -(-columns // 2)] * 255).astype(np.uint8) for rules in found[0]]


def _darker_than_beside(small: NDArray[np.uint8], settings: RuleMapSettings) -> NDArray[np.uint8]:
    """By how many grey levels each pixel is darker than what is above and below it, at half the scale of ``small``."""
    around = np.ones((2 * round(settings.band * UNIT) + 1, 1), np.uint8)
    darker = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, around)
    size = [-(-side // 2) for side in small.shape[::-1]]
    return np.asarray(cv2.resize(darker, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _bands(likely: NDArray[np.uint8], settings: RuleMapSettings) -> Mask:
    return np.where(likely > 255 * settings.likely, 255, 0).astype(np.uint8)


def _ending_at_rules(bands: Mask, crossing: Mask, look: NDArray[np.uint8], settings: RulingSettings) -> Mask:
    """Level rules that end where others cross them, long ones at one end at least, and long ones that nothing crosses.

    A crease of the paper or a streak of the scanner runs on past a table at both ends; a dash ends at no rule. The
    network may lose sight of a rule before its end: it ends where it no longer ``look``s as it does in between.
    """
    height, limits = UNIT / 2, settings.seen
    run, gap, near = (round(length * height) for length in (limits.shortest, limits.longest_gap, limits.near_end))
    longer = cv2.morphologyEx(bands, cv2.MORPH_OPEN, np.ones((1, run | 1), np.uint8))
    joined = components_of(closed(longer, gap | 1))
    is_long = joined.width >= settings.long_rule * height
    kept = ~joined.touching(crossing) & is_long
    for number in range(1, len(kept)):
        row, left = round(float(joined.row[number])), int(joined.left[number])
        rows = slice(max(0, row - near), row + near + 1)
        ends = _followed(look[rows], left, left + int(joined.width[number]), near)
        met = sum(bool(crossing[rows, max(0, end - near) : end + near].any()) for end in ends)
        kept[number] |= met == 2 or (met == 1 and is_long[number])
    return np.asarray(longer & joined.chosen(kept), dtype=np.uint8)


def _followed(look: NDArray[np.uint8], left: int, right: int, gap: int) -> tuple[int, int]:
    """How far to the left and to the right a rule that was seen between ``left`` and ``right`` goes on.

    It does where it is at least half as much darker than what is beside it as it usually is in between, over gaps
    narrower than ``gap``. ``look`` is of the rows around it.
    """
    darkest = look.max(axis=0)
    alike = darkest >= max(1.0, float(np.median(darkest[left:right])) / 2)
    return left - _run(alike[:left][::-1], gap), right + _run(alike[right:], gap)


def _run(alike: NDArray[np.bool_], gap: int) -> int:
    """How far the first pixels are ``alike``, with gaps narrower than ``gap`` between them."""
    at = np.concatenate([[-1], np.flatnonzero(alike)])
    broken = np.flatnonzero(np.diff(at) > gap)
    return int(at[broken[0] if len(broken) else -1]) + 1


def _middles(likely: NDArray[np.uint8], bands: Mask, text_height: float, settings: RuleMapSettings) -> Mask:
    """Level rules where they are likeliest in their band, three pixels thick."""
    likeliest = cv2.dilate(likely, np.ones((round(settings.band * text_height) | 1, 1), np.uint8))
    middles = np.where((likely >= likeliest) & (bands > 127), 255, 0).astype(np.uint8)
    return np.asarray(cv2.dilate(middles, np.ones((3, 3), np.uint8)), dtype=np.uint8)


@cache
def _network() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(WEIGHTS.read_bytes(), options, providers=["CPUExecutionProvider"])
