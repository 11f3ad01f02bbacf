"""The text of a page by its layers: as it was scanned, without what lies over it, with the rules that touch it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Components, Mask, components_of
from workbench.grid.rectify.ink import find_ink
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.rectify import InkSettings
from workbench.grid.settings.text_lines import TextLineSettings
from workbench.grid.structure.cells import CellBox
from workbench.grid.text_lines import LineBox, TextLayer, inside_of, runs_of_ink


@dataclass(frozen=True, slots=True)
class RoughText:
    """A page that is black and white or full of grain, with its jagged strokes smoothed for reading.

    ``soft`` and ``softer`` are the page as scanned, smoothed a little and more, ``cleaned`` the page without seals and
    handwriting, smoothed a little. In their ink there are no grains, nor anything else as small: lines are found by
    whole strokes. ``specks`` is the ink of the page's grain, and of its points and dots; ``grain`` is how many of them
    there are on a pixel of paper outside the tables.
    """

    soft: TextLayer
    softer: TextLayer
    cleaned: TextLayer
    specks: Mask
    grain: float

    def shows_more_than_grain(self, cell: CellBox, fewest_pixels: float, settings: TextLineSettings) -> bool:
        """Whether a cell has more specks than there are by chance: characters, perhaps, of which no stroke is whole.

        Any speck may be one where text is lower than so many pixels.
        """
        edge = settings.soft_edge * self.cleaned.text_height
        window = inside_of(
            self.specks, replace(cell, x0=cell.x0 + edge, y0=cell.y0 + edge, x1=cell.x1 - edge, y1=cell.y1 - edge)
        )
        if not window.any():
            return False
        if self.cleaned.text_height < fewest_pixels:
            return True
        expected = self.grain * window.size
        found = cv2.connectedComponents(np.ascontiguousarray(window))[0] - 1
        return found > expected + settings.beyond_chance * sqrt(expected)


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page ``as_scanned``, its ruling lines aside, and ``cleaned`` of seals, handwriting and noise.

    Both are one object where nothing was taken off. ``taken_off`` marks where seals and handwriting were,
    ``handwriting`` where handwriting was found. ``lightest`` is the page in the colour in which seals fade, its lines
    where the cleaned page has them. ``with_rules`` is the page as scanned with its rules on it,
    ``at_rules`` the text that touches them: part of it may have been taken for a rule. ``faint`` are strokes too light
    for ink. ``rough``: how a page is read that is black and white or full of grain, None for others.
    """

    as_scanned: TextLayer
    cleaned: TextLayer
    lightest: TextLayer
    with_rules: TextLayer
    taken_off: Mask
    handwriting: Mask
    at_rules: Mask
    faint: Mask
    rough: RoughText | None = None

    @property
    def strokes(self) -> TextLayer:
        """The cleaned page by which lines and columns are told: of a rough page, without all that may be grain."""
        return self.rough.cleaned if self.rough else self.cleaned

    def away_from_handwriting(self, text: TextLayer, reach: float) -> TextLayer:
        """The text further than so many pixels from handwriting, of which pieces are left where it crosses rules."""
        if not self.handwriting.any():
            return text
        near = cv2.dilate(self.handwriting, np.ones((2 * round(reach) + 1,) * 2, np.uint8))
        return replace(text, ink=np.asarray(cv2.subtract(text.ink, near), dtype=np.uint8))

    def touches_rules(self, cell: CellBox) -> bool:
        """Whether text of a cell touches a rule."""
        return bool(inside_of(self.at_rules, cell).any())

    def has_faint_strokes(self, cell: CellBox, lines: Sequence[LineBox], edge: float) -> bool:
        """Whether there are strokes too light for ink in a cell, further than ``edge`` pixels from its sides and from
        its ``lines``."""
        window = inside_of(
            self.faint, replace(cell, x0=cell.x0 + edge, y0=cell.y0 + edge, x1=cell.x1 - edge, y1=cell.y1 - edge)
        )
        if not window.any():
            return False
        left, top = (max(0, round(start + edge) + 1) for start in (cell.x0, cell.y0))
        window = window.copy()
        for line in lines:
            rows, columns = (
                slice(max(0, round(start - edge) - at), max(0, round(end + edge) - at))
                for start, end, at in ((line.y0, line.y1, top), (line.x0, line.x1, left))
            )
            window[rows, columns] = 0
        return bool(window.any())

    def share_taken_off(self, cell: CellBox) -> float:
        """Share of a cell from which something was taken off."""
        window = inside_of(self.taken_off, cell)
        return float(np.count_nonzero(window)) / max(1, window.size)

    def is_crossed(self, cell: CellBox, settings: TextLineSettings) -> bool:
        """Whether what was taken off a cell goes on into others: it comes near to a side."""
        near = round(settings.next_stroke * self.cleaned.text_height)
        window = inside_of(self.taken_off, cell)
        return any(side.any() for side in (window[:near], window[-near:], window[:, :near], window[:, -near:]))

    def is_written_on(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Whether there is handwriting in a rectangle (upright pixels)."""
        rows, columns = (slice(max(0, round(start)), max(0, round(end))) for start, end in ((y0, y1), (x0, x1)))
        return bool(self.handwriting[rows, columns].any())


def page_text(
    page: UprightPage,
    rules: Mask,
    handwriting: Mask,
    cells: Sequence[CellBox],
    settings: TextLineSettings,
    ink: InkSettings,
) -> PageText:
    """The text of a page without handwriting, and the same page as it was scanned; ``rules`` is the rules' ink."""
    wider = np.asarray(cv2.dilate(rules, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    unruled = _without(page.grey, page.ink, wider)
    components = components_of(unruled.ink)
    noise = _noise(components, page.text_height, settings)
    grainy = bool(noise.any())
    clean_ink = np.asarray(cv2.subtract(_large_enough(components, page.text_height, settings), noise), dtype=np.uint8)
    height = _line_height(clean_ink, cells, page.text_height)
    cleaned = TextLayer(_painted(unruled.grey, noise, unruled.ink) if grainy else unruled.grey, clean_ink, height)
    as_scanned, taken_off, every_ink = cleaned, np.zeros_like(page.ink), unruled.ink
    if page.covered.any() or grainy:
        everything = find_ink(page.as_scanned, ink) if page.covered.any() else page.ink
        scanned = _without(page.as_scanned, everything, wider)
        every_ink = scanned.ink
        scanned_ink = _large_enough(components_of(scanned.ink), page.text_height, settings)
        as_scanned = TextLayer(scanned.grey, scanned_ink, height)
        taken_off = np.where(as_scanned.grey != unruled.grey, 255, 0).astype(np.uint8)
    rough = _rough_text(as_scanned, cleaned, noise, every_ink, cells, settings) if grainy or page.is_bilevel else None
    is_faded = page.lightest is not page.grey
    lightest = replace(cleaned, grey=_painted(page.lightest, wider, unruled.ink)) if is_faded else cleaned
    at_rules = _touching_rules(components, page.ink, rules, page.text_height, settings)
    with_rules = replace(as_scanned, grey=page.as_scanned)
    faint = _faint_strokes(as_scanned, taken_off, page.text_height, settings)
    return PageText(as_scanned, cleaned, lightest, with_rules, taken_off, handwriting, at_rules, faint, rough)


def _faint_strokes(text: TextLayer, covered: Mask, text_height: float, settings: TextLineSettings) -> Mask:
    """Strokes as large as those of characters that are too light for ink, and not the soft edges of any.

    They are darker than the ground that they stand on, which may be tinted.
    """
    beside = np.ones((2 * round(settings.soft_edge * text_height) + 1,) * 2, np.uint8)
    # Soft edges make a stroke wider by a pixel on both sides, however low the type is.
    wider_than_strokes = np.ones((2 * max(2, round(settings.widest_stroke * text_height)) + 1,) * 2, np.uint8)
    ground = cv2.morphologyEx(text.grey, cv2.MORPH_CLOSE, wider_than_strokes)
    darker = cv2.subtract(ground, text.grey)
    away = cv2.bitwise_not(cv2.dilate(text.ink | covered, beside))
    darkest = np.where(darker > 255 - settings.faintest, away, 0).astype(np.uint8)
    # A stroke fades along its way, out of focus or worn: it goes as far as it is half as dark as where it is seen.
    fading = components_of(np.where(darker > (255 - settings.faintest) / 2, away, 0).astype(np.uint8))
    strokes = fading.chosen(_is_of_character(fading, text_height, settings) & fading.touching(darkest))
    seen = components_of(darkest)  # alone: where it fades it may run into what lies around
    return strokes | seen.chosen(_is_of_character(seen, text_height, settings))


def _is_of_character(components: Components, text_height: float, settings: TextLineSettings) -> NDArray[np.bool_]:
    sides = _sides(components) / text_height
    return np.asarray((sides >= settings.smallest_stroke) & (sides <= settings.one_line))


def _rough_text(
    as_scanned: TextLayer,
    cleaned: TextLayer,
    noise: Mask,
    every_ink: Mask,
    cells: Sequence[CellBox],
    settings: TextLineSettings,
) -> RoughText:
    strokes = _strokes(cleaned.ink, cleaned.text_height, settings)
    height = _line_height(strokes, cells, cleaned.text_height)
    drawn = TextLayer(as_scanned.grey, np.asarray(cv2.subtract(as_scanned.ink, noise), dtype=np.uint8), height)
    drawn = replace(drawn, ink=_strokes(drawn.ink, cleaned.text_height, settings))
    cleaned = replace(cleaned, ink=strokes, text_height=height)
    return RoughText(
        _smoothed(drawn, settings.smoothing),
        _smoothed(drawn, settings.more_smoothing),
        _smoothed(cleaned, settings.smoothing),
        specks := np.asarray(cv2.subtract(every_ink, drawn.ink), dtype=np.uint8),
        _grain(specks, cells),
    )


def _grain(specks: Mask, cells: Sequence[CellBox]) -> float:
    """How many specks there are on a pixel of paper outside the cells."""
    outside = np.full_like(specks, 255)
    for cell in cells:
        outside[max(0, round(cell.y0) - 2) : round(cell.y1) + 3, max(0, round(cell.x0) - 2) : round(cell.x1) + 3] = 0
    found = cv2.connectedComponents(specks & outside)[0] - 1
    return float(found) / max(1, int(np.count_nonzero(outside)))


def _strokes(ink: Mask, text_height: float, settings: TextLineSettings) -> Mask:
    """Ink without all that is as small as grain, the points and dots of the print among it."""
    components = components_of(ink)
    return components.chosen(_sides(components) > max(2.0, settings.lone_noise_side * text_height))


def _smoothed(text: TextLayer, pixels: float) -> TextLayer:
    return replace(text, grey=np.asarray(cv2.GaussianBlur(text.grey, (0, 0), pixels), dtype=np.uint8))


def _without(grey: NDArray[np.uint8], ink: Mask, rules: Mask) -> TextLayer:
    """A page with the ink of rules, a pixel wider than they are, painted white; the height of its lines is not known
    yet."""
    left = np.asarray(cv2.subtract(ink, rules), dtype=np.uint8)
    return TextLayer(_painted(grey, rules, left), left, 0.0)


def _touching_rules(
    components: Components, ink: Mask, rules: Mask, text_height: float, settings: TextLineSettings
) -> Mask:
    """The components of text whose ink goes on into a rule."""
    around = np.ones((3, 3), np.uint8)
    between = cv2.subtract(ink & cv2.dilate(rules, around), rules)
    touching = components.touching(np.asarray(cv2.dilate(between, around), dtype=np.uint8))
    return components.chosen(touching & (_sides(components) >= max(2.0, settings.stump * text_height)))


def _painted(grey: NDArray[np.uint8], mask: Mask, ink: Mask) -> NDArray[np.uint8]:
    """``grey`` with paper on the mask and, where there is no other ink, a pixel around it: edges are lighter."""
    return np.asarray(grey | cv2.subtract(cv2.dilate(mask, np.ones((3, 3), np.uint8)), cv2.subtract(ink, mask)))


def _large_enough(components: Components, text_height: float, settings: TextLineSettings) -> Mask:
    return components.chosen(_sides(components) >= max(2.0, settings.noise_side * text_height))


def _line_height(ink: Mask, cells: Sequence[CellBox], text_height: float) -> float:
    """The usual height of the lines of text in the cells; of a character where there are few."""
    heights = [end - start for cell in cells for start, end in runs_of_ink(inside_of(ink, cell))]
    usual = [height for height in heights if 0.3 * text_height < height < 2 * text_height]
    return float(np.percentile(usual, 75)) if len(usual) >= 5 else text_height


def _noise(components: Components, text_height: float, settings: TextLineSettings) -> Mask:
    """Noise of a photocopy: small components with no character near, if the page has many of them.

    A decimal point has a character near, a colon characters on both sides.
    """
    none = np.zeros_like(components.mask)
    small = _sides(components) <= max(2.0, settings.lone_noise_side * text_height)
    small[0] = False
    characters = ~small
    characters[0] = False
    fewest = settings.little_noise * np.count_nonzero(characters)
    if np.count_nonzero(small) <= fewest:
        return none
    large = components.chosen(characters)
    reach = 2 * round(settings.near_character * text_height) + 1
    near = cv2.dilate(large, np.ones((reach, reach), np.uint8))
    noise = small & ~components.touching(near | _between_characters(large, text_height))
    return components.chosen(noise) if np.count_nonzero(noise) > fewest else none


def _between_characters(large: Mask, text_height: float) -> Mask:
    """Places with a character of the same line on either side, at most a character's room away."""
    half, high = round(1.2 * text_height), 2 * round(0.3 * text_height) + 1
    aside = np.ones((high, half + 1), np.uint8)
    after, before = (cv2.dilate(large, aside, anchor=(end, high // 2)) for end in (0, half))
    return np.asarray(after & before, dtype=np.uint8)


def _sides(components: Components) -> NDArray[np.int32]:
    """The longer side of each component."""
    return np.maximum(components.width, components.height)
