"""Handwriting over a printed form, separated from print by its shape: signatures, ticks, rings, words struck out.

Connected ink that reaches beyond a line of text, or across a rule, is no character. Black ink cannot be taken off where
it crosses print: what is found here is kept apart, and print that it comes near is not to be relied on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Components, Mask, closed, components_of, rows_near, spread, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.pens import HandwritingSettings
from workbench.grid.settings.ruling import RulingSettings
from workbench.grid.structure.rule_map import map_rules
from workbench.grid.structure.ruling_lines import RulingMasks, find_ruling_lines, rule_thickness


@dataclass(frozen=True, slots=True)
class Printed:
    """A page as it was printed: with paper where there was ``handwriting``, and the ``rules`` of that page."""

    page: UprightPage
    rules: RulingMasks
    handwriting: Mask


def find_print(page: UprightPage, settings: RulingSettings) -> Printed:
    """The rules of a page, and the page without what was written over it by hand."""
    seen = map_rules(page, settings)
    rules = find_ruling_lines(page, seen, settings)
    handwriting = find_handwriting(page, rules, settings)
    if not handwriting.any():
        return Printed(page, rules, handwriting)
    unwritten = without_handwriting(page, handwriting)
    seen = map_rules(unwritten, settings)
    return Printed(unwritten, find_ruling_lines(unwritten, seen, settings), handwriting)


def find_handwriting(page: UprightPage, rules: RulingMasks, settings: RulingSettings) -> Mask:
    """The ink of large components that are neither rule nor print, together with the characters that they touch."""
    height, limits = page.text_height, settings.handwriting
    across = _followed(page.ink, rules.whole_horizontal, height, settings)
    down = _followed(transposed(page.ink), transposed(rules.whole_vertical), height, settings)
    ruled = across | transposed(down)
    if not ruled.any():
        return np.zeros_like(page.ink)
    loose = cv2.subtract(page.ink, cv2.dilate(ruled, np.ones((3, 3), np.uint8)))
    crossed_across = _crossings(loose, across, height, settings)
    crossed = crossed_across | transposed(_crossings(transposed(loose), down, height, settings))
    found = _written(loose, crossed, ruled, height, limits)
    if np.count_nonzero(found.ink) > limits.most_of_page * np.count_nonzero(loose):
        found = _written(loose, np.zeros_like(crossed), ruled, height, limits)
    if not found.ink.any():
        return found.ink
    thickness = round(max(rule_thickness(across), rule_thickness(down)))
    return _with_ends_over_rules(found.ink, loose, found.components, ruled, thickness)


@dataclass(frozen=True, slots=True)
class _Written:
    """The ink of a page apart from its rules by components, and the ``ink`` of those that are handwriting."""

    components: Components
    ink: Mask


def _written(loose: Mask, crossed: Mask, ruled: Mask, text_height: float, limits: HandwritingSettings) -> _Written:
    """What of the ``loose`` ink is handwriting, ``crossed`` being where it goes on through the ``ruled`` ink."""
    components = components_of(loose | crossed)
    left, top, width, high = components.left, components.top, components.width, components.height
    area = components.area - components.count(cv2.subtract(crossed, loose))
    x, y, table_width, table_height = cv2.boundingRect(ruled)
    in_table = (left < x + table_width) & (left + width > x) & (top < y + table_height) & (top + high > y)
    possible = in_table & (np.minimum(width, high) > limits.narrowest * text_height)
    possible[0] = False
    tall = possible & (high > limits.tallest_print * text_height)
    heading = _headings(components, tall, limits)
    written = tall & ~heading
    for number in np.flatnonzero(possible & ~tall & ~heading & (width > limits.shortest_strike * text_height)):
        written[number] = _is_struck(components.figure(number), text_height, limits)
    for number in np.flatnonzero(written):
        written[number] = _is_thin(components.figure(number), int(area[number]), limits.thickest_stroke * text_height)
    return _Written(components, loose & components.chosen(written))


def without_handwriting(page: UprightPage, handwriting: Mask) -> UprightPage:
    """The page with paper where there was handwriting, and that marked as covered."""
    edges = cv2.dilate(handwriting, np.ones((3, 3), np.uint8))
    ink = cv2.subtract(page.ink, handwriting)
    grey = page.grey | cv2.subtract(edges, ink)
    return replace(page, grey=grey, ink=np.asarray(ink, dtype=np.uint8), covered=page.covered | handwriting)


def _followed(ink: Mask, whole: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """The ink of horizontal rules, also where handwriting that crosses them has cut them in two."""
    gap = round(settings.mended_gap * text_height) | 1
    run = round(settings.longer_than_stroke * text_height) | 1
    rows = rows_near(whole, 2)
    page, ink, whole = ink, ink[rows], whole[rows]
    around = cv2.dilate(whole, np.ones((3, 2 * round(settings.long_rule * text_height) + 1), np.uint8))
    wavering = whole | (around & cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8)))
    wavering = cv2.dilate(wavering, np.ones((3, 1), np.uint8))
    joined = components_of(closed(wavering, gap))
    return spread(ink & joined.chosen(joined.touching(whole)), rows, page)


def _crossings(loose: Mask, rules: Mask, text_height: float, settings: RulingSettings) -> Mask:
    """Where other ink goes on on both sides of a horizontal rule: print keeps clear of rules, handwriting does not.

    Only of long rules: strokes of characters under each other may look like a short one.
    """
    components = components_of(rules)
    long = components.width > settings.long_rule * text_height
    rules = components.chosen(long)
    thickness = round(rule_thickness(rules))
    reach = thickness + 3
    below = np.zeros((2 * reach + 1, 2 * thickness + 1), np.uint8)
    below[:reach] = 1
    rows = rows_near(rules, reach + 1)
    beside = loose[rows]
    from_above, from_below = cv2.dilate(beside, below), cv2.dilate(beside, below[::-1].copy())
    return spread(from_above & from_below & cv2.dilate(rules[rows], np.ones((3, 1), np.uint8)), rows, loose)


def _with_ends_over_rules(handwriting: Mask, loose: Mask, components: Components, ruled: Mask, thickness: int) -> Mask:
    """The handwriting with what is left of its strokes on the other side of a rule, wherever it comes out there."""
    reach = 2 * (thickness + 2) + 1
    ruled = cv2.dilate(ruled, np.ones((3, 3), np.uint8))
    met = ruled & cv2.dilate(handwriting, np.ones((5, 5), np.uint8))
    under = ruled & cv2.dilate(met, np.ones((reach, reach), np.uint8))
    met_again = handwriting | (loose & cv2.dilate(under, np.ones((3, 3), np.uint8)))
    return loose & components.chosen(components.touching(met_again))


def _headings(components: Components, large: NDArray[np.bool_], settings: HandwritingSettings) -> NDArray[np.bool_]:
    """Large print: components that stand in a row with others of their height, and what lies between them."""
    found = np.zeros(len(large), bool)
    left, top, width, height = components.left, components.top, components.width, components.height
    right, bottom = left + width, top + height
    for label in np.flatnonzero(large):
        slack = 0.2 * height[label]
        level = large & (np.abs(top - top[label]) < slack) & (np.abs(bottom - bottom[label]) < slack)
        if (
            np.count_nonzero(level) < settings.heading_characters
            or float(np.median(width[level] / height[level])) < settings.heading_width
        ):
            continue
        beside = (left > left[level].min() - 2 * height[label]) & (right < right[level].max() + 2 * height[label])
        found |= beside & (top > top[label] - slack) & (bottom < bottom[label] + slack)
    return found


def _is_struck(figure: NDArray[np.bool_], text_height: float, settings: HandwritingSettings) -> bool:
    """Whether a straight line runs through a figure from end to end with ink above and below it."""
    height, width = figure.shape
    thick = cv2.dilate(figure.astype(np.float32), np.ones((3, 1), np.uint8))
    sheared = []
    steepest = settings.steepest_strike
    slopes = np.linspace(-steepest, steepest, settings.strike_slopes)
    for slope in slopes:
        shear = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * width / 2]])
        sheared.append(cv2.warpAffine(thick, shear, (width, height), flags=cv2.INTER_NEAREST))
    shares = np.array([picture.mean(axis=1) for picture in sheared])
    best, row = divmod(int(shares.argmax()), height)
    if shares[best, row] < settings.unbroken:
        return False
    drawn = np.flatnonzero(shares[best] >= settings.unbroken * shares[best, row])
    beside = round(settings.beside_strike * text_height)
    above, below = sheared[best][: max(0, drawn[0] - beside)], sheared[best][drawn[-1] + beside + 1 :]
    return all(len(part) and part.any(axis=0).mean() > settings.struck for part in (above, below))


def _is_thin(figure: NDArray[np.bool_], area: int, thickest: float) -> bool:
    padded = np.pad(figure.astype(np.uint8), 1)
    edge = int(np.count_nonzero(padded)) - int(np.count_nonzero(cv2.erode(padded, np.ones((3, 3), np.uint8))))
    return 2 * area / max(1, edge) < thickest
