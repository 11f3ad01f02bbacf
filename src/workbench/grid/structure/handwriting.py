"""What a hand wrote over a printed form, told from print by its shape: signatures, ticks, rings, words struck out.

Connected ink that reaches beyond a line of text, or across a rule, is no character. Black ink cannot be taken off where
it crosses print: what is found here is kept apart, and print that it comes near is not to be relied on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Components, Mask, components_of, rows_near, spread, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.structure.ruling_lines import (
    LONG_RULE,
    LONGER_THAN_A_STROKE,
    MENDED_GAP,
    RuleMasks,
    find_rules,
    rule_thickness,
)

TALLEST_PRINT = 1.35
"""Connected ink of print is no higher than this many text heights, but for headings."""

NARROWEST = 0.4
"""A piece of a rule is narrower than this many text heights."""

THICKEST_PEN = 0.45
"""A stroke is thinner than this many text heights; anything thicker is a filled area."""

HEADING, SQUARE = 4, 0.7
"""So many figures of one height in a row, and mostly of this width for their height, are large print."""

SHORTEST_STRIKE = 2.3
"""A line through a word is longer than this many text heights: two characters that touch may look like one."""

SLOPES = tuple(np.linspace(-0.2, 0.2, 21))
UNBROKEN = 0.96
"""A line through a word is inked along this share of it; strokes of neighbouring characters do not meet so well."""

STRUCK, BESIDE_STRIKE = 0.3, 0.15
"""Ink lies above and below the first share of a line through a word, further from it than the second (text heights);
only above an underline."""

FIGURE, SLENDEREST, FEWEST_FIGURES = 0.5, 0.2, 40
"""Ink is compared with the print in figures higher and wider than this, in text heights, where there are so many:
lone thin strokes are lighter than characters."""

DENSEST = 0.5
"""A character that fills more than this share of its room has run full of ink: its strokes cannot be measured."""

DARK_PART, THICK_PART = 0.2, 0.9
"""The tone of a figure is that of its darkest part, its thickness that of its thickest."""

MOST = 95
"""Nearly all figures are print: this percentile of them is."""

LIGHTER = 0.15
"""Ink lighter than most print by this share of the print's contrast is another ink."""

FULL_TONE = 1.5
"""A stroke whose middle is nearer to paper than this many pixels shares them all with it, and never has its ink's tone:
the thin strokes of % are lighter than their circles."""

MORE_COLOURED = 48
"""Ink whose chroma (0 to 255) is higher than that of most print by so much is a coloured pen's."""

THICKER = 1.75
"""Strokes thicker than those of most print by this factor are a pen's; bold type is less so."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A page as it was printed: with paper where a ``pen`` wrote, and the ``rules`` of that page."""

    page: UprightPage
    rules: RuleMasks
    pen: Mask


def find_print(page: UprightPage) -> Printed:
    """The rules of a page, and the page without what was written over it by hand."""
    rules = find_rules(page)
    pen = find_handwriting(page, rules)
    if not pen.any():
        return Printed(page, rules, pen)
    unwritten = without_handwriting(page, pen)
    return Printed(unwritten, find_rules(unwritten), pen)


def find_handwriting(page: UprightPage, rules: RuleMasks) -> Mask:
    """The ink of large figures that are neither rule nor print, together with the characters that they touch."""
    height = page.text_height
    across = _followed(page.ink, rules.whole_horizontal, height)
    down = _followed(transposed(page.ink), transposed(rules.whole_vertical), height)
    ruled = across | transposed(down)
    if not ruled.any():
        return np.zeros_like(page.ink)
    loose = cv2.subtract(page.ink, cv2.dilate(ruled, np.ones((3, 3), np.uint8)))
    crossed = _crossings(loose, across, height) | transposed(_crossings(transposed(loose), down, height))
    pieces = components_of(loose | crossed)
    left, top, width, high = pieces.left, pieces.top, pieces.width, pieces.height
    area = pieces.area - pieces.count(cv2.subtract(crossed, loose))
    x, y, table_width, table_height = cv2.boundingRect(ruled)
    in_table = (left < x + table_width) & (left + width > x) & (top < y + table_height) & (top + high > y)
    possible = in_table & (np.minimum(width, high) > NARROWEST * height)
    possible[0] = False
    tall = possible & (high > TALLEST_PRINT * height)
    heading = _headings(pieces, tall)
    hand = tall & ~heading
    for number in np.flatnonzero(possible & ~tall & ~heading & (width > SHORTEST_STRIKE * height)):
        hand[number] = _is_struck(pieces.figure(number), height)
    for number in np.flatnonzero(hand):
        hand[number] = _is_thin(pieces.figure(number), int(area[number]), height)
    print_sized = in_table & ~hand & ~heading & (high > FIGURE * height) & (width > SLENDEREST * height)
    print_sized &= area < DENSEST * width * high
    print_sized[0] = False
    hand |= _in_other_ink(page, loose, pieces, print_sized)
    pen = loose & pieces.chosen(hand)
    if not pen.any():
        return pen
    return _with_ends_over_rules(pen, loose, pieces, ruled, round(max(rule_thickness(across), rule_thickness(down))))


def without_handwriting(page: UprightPage, pen: Mask) -> UprightPage:
    """The page with paper where the pen wrote, and that marked as covered."""
    edges = cv2.dilate(pen, np.ones((3, 3), np.uint8))
    ink = cv2.subtract(page.ink, pen)
    grey = page.grey | cv2.subtract(edges, ink)
    return replace(page, grey=grey, ink=np.asarray(ink, dtype=np.uint8), covered=page.covered | pen)


def _followed(ink: Mask, whole: Mask, text_height: float) -> Mask:
    """The ink of horizontal rules, also where a pen that crosses them has cut them in two."""
    gap = round(MENDED_GAP * text_height) | 1
    run = round(LONGER_THAN_A_STROKE * text_height) | 1
    rows = rows_near(whole, 2)
    page, ink, whole = ink, ink[rows], whole[rows]
    band = cv2.dilate(whole, np.ones((3, 2 * round(LONG_RULE * text_height) + 1), np.uint8))
    wavering = whole | (band & cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8)))
    wavering = cv2.dilate(wavering, np.ones((3, 1), np.uint8))
    padded = cv2.copyMakeBorder(wavering, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    joined = components_of(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))[:, gap:-gap])
    return spread(ink & joined.chosen(joined.touching(whole)), rows, page)


def _crossings(loose: Mask, rules: Mask, text_height: float) -> Mask:
    """Where other ink goes on on both sides of a horizontal rule: print keeps clear of rules, a pen does not.

    Only of long rules: strokes of characters under each other may look like a short one.
    """
    pieces = components_of(rules)
    long = pieces.width > LONG_RULE * text_height
    long[0] = False
    rules = pieces.chosen(long)
    thickness = round(rule_thickness(rules))
    reach = thickness + 3
    below = np.zeros((2 * reach + 1, 2 * thickness + 1), np.uint8)
    below[:reach] = 1
    rows = rows_near(rules, reach + 1)
    beside = loose[rows]
    from_above, from_below = cv2.dilate(beside, below), cv2.dilate(beside, below[::-1].copy())
    return spread(from_above & from_below & cv2.dilate(rules[rows], np.ones((3, 1), np.uint8)), rows, loose)


def _with_ends_over_rules(pen: Mask, loose: Mask, pieces: Components, ruled: Mask, thickness: int) -> Mask:
    """The pen with what is left of its strokes on the other side of a rule, wherever it comes out there."""
    reach = 2 * (thickness + 2) + 1
    ruled = cv2.dilate(ruled, np.ones((3, 3), np.uint8))
    met = ruled & cv2.dilate(pen, np.ones((5, 5), np.uint8))
    under = ruled & cv2.dilate(met, np.ones((reach, reach), np.uint8))
    met_again = pen | (loose & cv2.dilate(under, np.ones((3, 3), np.uint8)))
    return loose & pieces.chosen(pieces.touching(met_again))


def _headings(pieces: Components, large: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Large print: figures that stand in a row with others of their height, and what lies between them."""
    found = np.zeros(len(large), bool)
    left, top, width, height = pieces.left, pieces.top, pieces.width, pieces.height
    right, bottom = left + width, top + height
    for label in np.flatnonzero(large):
        slack = 0.2 * height[label]
        level = large & (np.abs(top - top[label]) < slack) & (np.abs(bottom - bottom[label]) < slack)
        if np.count_nonzero(level) < HEADING or float(np.median(width[level] / height[level])) < SQUARE:
            continue
        beside = (left > left[level].min() - 2 * height[label]) & (right < right[level].max() + 2 * height[label])
        found |= beside & (top > top[label] - slack) & (bottom < bottom[label] + slack)
    return found


def _is_struck(figure: NDArray[np.bool_], text_height: float) -> bool:
    """Whether a straight line runs through a figure from end to end with ink above and below it."""
    height, width = figure.shape
    thick = cv2.dilate(figure.astype(np.float32), np.ones((3, 1), np.uint8))
    sheared = []
    for slope in SLOPES:
        shear = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * width / 2]])
        sheared.append(cv2.warpAffine(thick, shear, (width, height), flags=cv2.INTER_NEAREST))
    shares = np.array([picture.mean(axis=1) for picture in sheared])
    best, row = divmod(int(shares.argmax()), height)
    if shares[best, row] < UNBROKEN:
        return False
    drawn = np.flatnonzero(shares[best] >= UNBROKEN * shares[best, row])
    beside = round(BESIDE_STRIKE * text_height)
    above, below = sheared[best][: max(0, drawn[0] - beside)], sheared[best][drawn[-1] + beside + 1 :]
    return all(len(part) and part.any(axis=0).mean() > STRUCK for part in (above, below))


def _in_other_ink(page: UprightPage, loose: Mask, pieces: Components, figures: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Figures of the size of characters whose strokes are as thick as the print's and yet lighter, much thicker, or of
    another colour."""
    found = np.zeros(len(figures), bool)
    loose, grey, chroma = loose[pieces.rows], page.grey[pieces.rows], page.chroma[pieces.rows]
    inked = np.flatnonzero(loose > 0)
    inked = inked[figures[pieces.labels.take(inked)]]
    of = pieces.labels.take(inked)
    sizes = np.bincount(of, minlength=len(figures))
    names = np.flatnonzero(sizes)
    if len(names) < FEWEST_FIGURES:
        return found
    thickness = _quantiles(cv2.distanceTransform(loose, cv2.DIST_L2, 3).take(inked), of, sizes, THICK_PART)
    tone = _quantiles(grey.take(inked), of, sizes, DARK_PART)
    colour = _quantiles(chroma.take(inked), of, sizes, 0.5)
    full = thickness >= max(float(np.median(thickness)), FULL_TONE)
    lighter = np.zeros(len(names), bool)
    if full.any():
        lightest = np.percentile(tone[full], MOST) + LIGHTER * (255 - np.median(tone[full]))
        lighter = full & (tone > lightest)
    thickest = THICKER * np.percentile(thickness, MOST)
    coloured = colour > float(np.median(colour)) + MORE_COLOURED
    found[names] = lighter | (thickness > thickest) | coloured
    return found


def _quantiles(
    values: NDArray[Any], groups: NDArray[np.int32], sizes: NDArray[np.int64], share: float
) -> NDArray[np.float32]:
    """For every group, in ascending order, the value that this share of its values (0 or more) does not exceed."""
    bits = values.astype(np.float32).view(np.uint32)  # in the order of the values: whole numbers are sorted faster
    inorder = np.sort(groups.astype(np.int64) << 32 | bits).astype(np.uint32).view(np.float32)
    place = np.cumsum(sizes) - sizes + ((sizes - 1) * share).astype(int)
    return np.asarray(inorder[place[sizes > 0]])


def _is_thin(figure: NDArray[np.bool_], area: int, text_height: float) -> bool:
    padded = np.pad(figure.astype(np.uint8), 1)
    edge = int(np.count_nonzero(padded)) - int(np.count_nonzero(cv2.erode(padded, np.ones((3, 3), np.uint8))))
    return 2 * area / max(1, edge) < THICKEST_PEN * text_height
