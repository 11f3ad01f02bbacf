"""Ruling lines: the ink of an upright page that is rule and not text, followed over the gaps of worn rules."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, closed, components_of, rows_near, spread, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.ruling import RulingSettings
from workbench.grid.structure.line_evidence import alone, wear
from workbench.grid.structure.rule_map import RuleMap


@dataclass(frozen=True, slots=True)
class RulingMasks:
    """Rule ink of a page: ``long`` runs cannot be text; ``segments`` are those and what is like worn or dashed rules.

    ``whole`` are the rules followed over the gaps that wear left. ``wear`` is the share of the
    rules' length that is gone. ``seen`` is where the network sees rules, beside their ink.
    """

    long_horizontal: Mask
    long_vertical: Mask
    segments_horizontal: Mask
    segments_vertical: Mask
    whole_horizontal: Mask
    whole_vertical: Mask
    wear: float
    seen: RuleMap


def find_ruling_lines(page: UprightPage, seen: RuleMap, settings: RulingSettings) -> RulingMasks:
    """Runs of ink that are thin and long, in both directions, and the rules that the network sees beside them."""
    height = page.text_height
    short_run = max(3.0, settings.short_run * height)
    down_ink = transposed(page.ink)
    long_horizontal = _long_runs(page.ink, height, settings)
    long_vertical = transposed(_long_runs(down_ink, height, settings))
    sure_horizontal = long_horizontal | _dashed(page.ink, height, settings)
    sure_vertical = long_vertical | transposed(_dashed(down_ink, height, settings))
    short_across = _segments(page.ink, long_horizontal, short_run, height, settings)
    short_down = transposed(_segments(down_ink, transposed(long_vertical), short_run, height, settings))
    strokes = _strokes(page.ink, short_across | short_down, sure_horizontal | sure_vertical, settings)
    across = cv2.subtract(short_across, strokes) | sure_horizontal
    down = cv2.subtract(short_down, strokes) | sure_vertical
    worn = [
        wear(sure, segments, rule_positions(sure, height, settings), height, settings.evidence)
        for sure, segments in ((sure_horizontal, across), (transposed(sure_vertical), transposed(down)))
    ]
    share = float(np.mean(worn))
    if share < settings.worn:
        whole, reach = (sure_horizontal, sure_vertical), settings.anchor * height
    else:
        whole = _whole(page.ink, sure_horizontal, across, sure_vertical, down, height, settings)
        reach = settings.worn_anchor * height
    anchored = _anchored(page.ink, *whole, height, reach, settings)
    certain = _longer_than_row(long_horizontal, height, settings)
    certain_down = transposed(_longer_than_row(transposed(long_vertical), height, settings))
    return RulingMasks(certain, certain_down, across, down, *anchored, share, seen)


def _longer_than_row(long: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """Of the horizontal runs those that no character is high enough for, even between rules close to it."""
    components = components_of(long)
    return components.chosen(components.width >= settings.row_of_text * text_height)


def _anchored(
    ink: Mask, across: Mask, down: Mask, text_height: float, reach: float, settings: RulingSettings
) -> tuple[Mask, Mask]:
    """Rules without the short runs that end at no rules, or are curved: handwriting, underlines, large letters."""
    level = transposed(down)
    ends_across, ends_down = (_surroundings(rules, text_height, round(reach), settings) for rules in (level, across))
    return (
        _between(ink, across, transposed(ends_across), text_height, settings),
        transposed(_between(transposed(ink), level, transposed(ends_down), text_height, settings)),
    )


def _surroundings(rules: Mask, text_height: float, reach: int, settings: RulingSettings) -> Mask:
    """Where rules that cross long horizontal ones may end: at most so many pixels from them."""
    rows = rows_near(rules, reach)
    # Dashed rules are found in segments from crossing to crossing.
    gap = np.ones((1, round(settings.dash_gap * text_height) | 1), np.uint8)
    long = _runs(cv2.morphologyEx(rules[rows], cv2.MORPH_CLOSE, gap), settings.long_rule / 2 * text_height)
    return spread(cv2.dilate(long, np.ones((2 * reach + 1,) * 2, np.uint8)), rows, rules)


def _between(ink: Mask, across: Mask, ends: Mask, text_height: float, settings: RulingSettings) -> Mask:
    components = components_of(across)
    rows, left, right = np.round(components.row).astype(int), components.left, components.left + components.width - 1
    between = (ends[rows, left] > 0) & (ends[rows, right] > 0)
    long = components.width > settings.long_rule * text_height
    kept = between | long
    kept[0] = False
    thickest = settings.thicker * max(1.0, rule_thickness(across))
    for number in np.flatnonzero(kept & ~(between & long)):
        kept[number] = not _is_handmade(
            ink, rows[number], left[number], right[number] + 1, thickest, text_height, settings
        )
    for number in np.flatnonzero(kept & ~long & (components.width < settings.row_of_text * text_height)):
        kept[number] = not _is_of_character(ink, rows[number], left[number], right[number] + 1, text_height, settings)
    return components.chosen(kept)


def _is_of_character(ink: Mask, row: int, left: int, right: int, text_height: float, settings: RulingSettings) -> bool:
    """Whether other strokes branch off from a horizontal run between its ends.

    In rows as low as their text the strokes of characters reach from rule to rule.
    """
    ends = round(settings.evidence.junction * text_height) + 2
    sides = _sides_of_run(ink, row, left + ends, max(left + ends, right - ends), text_height, settings)
    thickness = np.maximum(sum(_depths(sides)) - 1, 0)
    drawn = thickness > 0
    if not drawn.any():
        return False
    usual = float(np.median(thickness[drawn]))
    return float((thickness > 2 * usual + 1).mean()) > settings.branching


_Sides = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Where there is ink above and below a row, (rows, columns) each, the row itself first in both."""


def _sides_of_run(ink: Mask, row: int, left: int, right: int, text_height: float, settings: RulingSettings) -> _Sides:
    """Both sides of a run, as far as a rule can be thick."""
    reach = round(settings.thickest_rule * text_height)
    top = max(0, row - reach)
    inked = ink[top : row + reach + 1, left:right] > 0
    return inked[row - top :: -1], inked[row - top :]


def _depths(sides: _Sides) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How far (pixels) the ink goes on from the row without a gap, up and down, for each column."""
    up, down = (np.where(part.all(axis=0), len(part), (~part).argmax(axis=0)) for part in sides)
    return up, down


def _is_handmade(
    ink: Mask, row: int, left: int, right: int, thickest: float, text_height: float, settings: RulingSettings
) -> bool:
    """Whether a horizontal run is a line through a word, or the level part of a stroke that wavers or climbs."""
    above, below = _sides_of_run(ink, row, left, right, text_height, settings)
    up, down = _depths((above, below))
    thickness, drawn = up + down - 1, below[0]
    if not drawn.any():
        return False
    usual = float(np.median(thickness[drawn]))
    near, far = round(usual / 2) + 2, round(usual / 2 + settings.near_strike * text_height) + 2
    ends = round(settings.anchor * text_height)
    sides = (side[near:far, ends : side.shape[1] - ends] for side in (above, below))
    if all(side.size and side.any(axis=0).mean() > settings.struck for side in sides):
        return True
    stroke = drawn & (thickness <= 2 * usual)
    too_few = np.count_nonzero(stroke) < max(settings.parabola_points, text_height / 2)
    if too_few or right - left > settings.long_rule * text_height:
        return False
    at = np.flatnonzero(stroke)
    course = np.polyval(np.polyfit(at, (down - up)[stroke] / 2, 2), at)
    return usual > thickest or float(np.ptp(course)) > max(1.5, settings.curve * text_height)


def _whole(
    ink: Mask,
    sure_h: Mask,
    segments_h: Mask,
    sure_v: Mask,
    segments_v: Mask,
    text_height: float,
    settings: RulingSettings,
) -> tuple[Mask, Mask]:
    """Worn rules followed over their gaps, horizontal and vertical.

    A rule has a ``sure`` run somewhere (long, or dashed) or touches one that has. Figures 1 under each other, dashes
    side by side, do neither.
    """
    across = _chains(ink, segments_h, text_height, settings)
    down = transposed(_chains(transposed(ink), transposed(segments_v), text_height, settings))
    sure_h, sure_v = _with_any_of(across, sure_h), _with_any_of(down, sure_v)
    touch = np.ones((2 * max(2, round(settings.touch * text_height)) + 1,) * 2, np.uint8)
    touching_h, touching_v = (np.asarray(cv2.dilate(sure, touch), dtype=np.uint8) for sure in (sure_v, sure_h))
    return (
        sure_h | _with_any_of(across, (segments_h & touching_h)),
        sure_v | _with_any_of(down, (segments_v & touching_v)),
    )


def _chains(ink: Mask, segments: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """Horizontal segments on one line joined over gaps, but for those of large letters."""
    wavering = cv2.dilate(segments, np.ones((3, 1), np.uint8))
    gap = round(settings.mended_gap * text_height) | 1
    chains = components_of(closed(wavering, gap))
    other = cv2.subtract(ink, cv2.dilate(segments, np.ones((3, 1), np.uint8)))
    beside = cv2.blur(other.astype(np.float32) / 255, (1, 2 * round(settings.beside * text_height) + 1))
    crowd = np.bincount(chains.labels.ravel(), beside[chains.rows].ravel()) / np.maximum(1, chains.area)
    return chains.chosen(crowd < settings.crowded)


def _with_any_of(chains: Mask, ink: Mask) -> Mask:
    components = components_of(chains)
    return components.chosen(components.touching(ink))


def _long_runs(ink: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """Horizontal runs that are thin, straight and longer than strokes."""
    runs = _runs(ink, max(5, settings.longer_than_stroke * text_height))
    return _straight(_thin(runs, text_height, settings), text_height, settings)


def _dashed(ink: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """Rows of dashes or dots, with the gaps between them: alone, while characters have ink above and below."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, round(settings.dash_gap * text_height) | 1), np.uint8))
    rows = _thin(_runs(joined, settings.dashed_run * text_height), text_height, settings)
    free = alone(rows, ink, settings.clear * text_height, settings.dash_thickness * text_height)
    return _straight(_runs(free, settings.dashed_run * text_height), text_height, settings)


def _straight(mask: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """Horizontal runs without those that climb: strokes of handwriting."""
    cut = mask.copy()
    cut[:, :: round(settings.straight_segment * text_height)] = 0
    components = components_of(cut)
    climbs = components.height - components.area / components.width > max(2.0, settings.climb * text_height)
    return np.asarray(cv2.subtract(mask, components.chosen(climbs)), dtype=np.uint8)


def _segments(ink: Mask, long: Mask, short_run: float, text_height: float, settings: RulingSettings) -> Mask:
    """Horizontal runs that are short, and alone."""
    return alone(_runs(ink, short_run), ink, settings.clear * text_height, rule_thickness(long))


def _strokes(ink: Mask, segments: Mask, sure: Mask, settings: RulingSettings) -> Mask:
    """The ink of what hangs together and is not made of segments of rules: characters with strokes like rules."""
    around = np.ones((3, 3), np.uint8)
    hanging = components_of(cv2.subtract(ink, cv2.dilate(sure, around)))
    other = hanging.area - hanging.count(hanging.mask & cv2.dilate(segments, around))
    return hanging.chosen(other > settings.most_other_ink * hanging.area)


def rule_thickness(long: Mask) -> float:
    """Usual thickness of horizontal rules, pixels."""
    inked = int(np.count_nonzero(long))
    tops = int(np.count_nonzero(long[1:] & ~long[:-1]))
    return inked / max(1, tops)


def _runs(ink: Mask, length: float) -> Mask:
    """The ink that is at least so many pixels long in a row."""
    kernel = np.ones((1, round(length) | 1), np.uint8)  # an even kernel would move the runs
    rows = rows_near(ink, 0)
    middles = cv2.erode(ink[rows], kernel)
    long = rows_near(middles, 0)
    return spread(cv2.dilate(middles[long], kernel), rows[long], ink)


def _thin(mask: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """Without the parts that are as thick as a filled area."""
    thick = np.ones((max(3, round(settings.thickest_rule * text_height)) | 1, 1), np.uint8)
    return np.asarray(cv2.subtract(mask, cv2.morphologyEx(mask, cv2.MORPH_OPEN, thick)), dtype=np.uint8)


def rule_positions(mask: Mask, text_height: float, settings: RulingSettings) -> list[float]:
    """Rows (pixels) in which horizontal rules run: inked segments of the mask, grouped by nearness."""
    found = components_of(mask)
    long = np.flatnonzero(found.width >= settings.longer_than_stroke * text_height)
    segments = sorted((float(found.row[number]), float(found.width[number])) for number in long if number)
    groups: list[list[tuple[float, float]]] = []
    for segment in segments:
        if groups and segment[0] - _middle(groups[-1]) <= settings.snap * text_height:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return [_middle(group) for group in groups]


def _middle(group: list[tuple[float, float]]) -> float:
    return sum(position * length for position, length in group) / sum(length for _, length in group)
