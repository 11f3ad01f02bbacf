"""Upright pages: grey image, ink, and the way from the scan as it came to ruled lines that are level and straight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask
from workbench.grid.rectify.dewarp import (
    Homography,
    PageMap,
    PageStep,
    compose,
    enlarged,
    find_dewarp_field,
    quarter_rotation,
    rotation,
    upright_frame,
)
from workbench.grid.rectify.fills import without_fills
from workbench.grid.rectify.folds import find_folds
from workbench.grid.rectify.ink import even_background, find_ink, is_bilevel, is_inverted, text_height
from workbench.grid.rectify.orientation import quarter_turns
from workbench.grid.rectify.seals import without_seals
from workbench.grid.rectify.skew import skew_angle
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.settings.rectify import InkSettings, RectifySettings, SealSettings
from workbench.model import Page, Point, Polygon

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine


@dataclass(frozen=True, slots=True)
class UprightPage:
    """A page made upright and flat.

    ``as_scanned`` and ``grey`` (height, width) uint8 have an evened background (paper near 255): the page with all that
    was on it, and without the ink of seals. ``lightest`` is the page in the lightest of its three colours, in which
    seals fade and black print does not: nothing was taken off it. ``ink`` marks the dark pixels of ``grey``,
    ``covered`` where seals lay, ``chroma`` is how far from grey each pixel of the scan is (the largest of red, green
    and blue less the smallest).
    ``to_scan`` maps upright pixels to the page as scanned. ``text_height`` is the height of a character, upright
    pixels. ``is_bilevel``: the page came in black and white.
    """

    number: int
    as_scanned: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    lightest: NDArray[np.uint8]
    ink: Mask
    covered: Mask
    chroma: NDArray[np.uint8]
    to_scan: PageMap
    text_height: float
    is_bilevel: bool = False

    def polygon_on_scan(self, x0: float, y0: float, x1: float, y1: float) -> Polygon:
        """Corners, on the page as scanned, of a rectangle of the upright page."""
        corners = self.to_scan(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float))
        a, b, c, d = (_point(corner) for corner in corners)
        return a, b, c, d


def _point(corner: NDArray[np.float64]) -> Point:
    return round(float(corner[0]), 2), round(float(corner[1]), 2)


def make_upright(page: Page, engine: OcrEngine, settings: RectifySettings = GRID_DEFAULTS.rectify) -> UprightPage:
    """Even the background, take off seals, undo skew, quarter turns, perspective and curl.

    The engine is asked which way up the lines of text are. A page in white on black is taken for its negative.
    """
    step = max(1, min(page.image.shape[:2]) // 500)
    inverted = is_inverted(_grey(np.ascontiguousarray(page.image[::step, ::step])), settings.ink)
    copy = _WorkingCopy.of(cv2.bitwise_not(page.image) if inverted else page.image, settings)
    scan, covered = _without_seals(copy, settings.seals, settings.ink)
    flat, ink, height = _flat(_Sheet.of(scan), settings)
    turns = quarter_turns(flat.picture, ink, height, engine, settings.orientation)
    if turns:
        flat, ink = flat.rotated(turns), np.ascontiguousarray(np.rot90(ink, turns))
        height = text_height(ink, settings.ink)  # of characters that lie on their side it was the width
    rows, columns = ink.shape
    is_covered = bool(covered.any())
    as_scanned = flat.to_scan.resample(copy.grey, columns, rows) if is_covered else flat.picture
    lightest = flat.picture
    if is_covered:
        faded = even_background(_lightest(*cv2.split(copy.image)), settings.ink)
        lightest = flat.to_scan.resample(faded, columns, rows)
    under = flat.to_scan.resample(covered, columns, rows, paper=0) if is_covered else np.zeros_like(ink)
    tinted = flat.to_scan.resample(copy.chroma, columns, rows, paper=0) if copy.chroma.any() else np.zeros_like(ink)
    to_scan = compose((*flat.to_scan.steps, copy.to_page))
    bilevel = is_bilevel(page.image)
    return UprightPage(page.number, as_scanned, flat.picture, lightest, ink, under, tinted, to_scan, height, bilevel)


@dataclass(frozen=True, slots=True)
class _WorkingCopy:
    """A page no larger than its text is read: in colour if it has any, how far that is from grey, in grey on white
    paper, with the height of its text (about) and the map from its pixels to the page's own."""

    image: NDArray[np.uint8]
    chroma: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    text_height: float
    to_page: Homography

    @classmethod
    def of(cls, image: NDArray[np.uint8], settings: RectifySettings) -> _WorkingCopy:
        grey = _grey(image)
        measured = even_background(_reduced(grey, max(1, min(grey.shape) // settings.measurable_side)), settings.ink)
        height = text_height(find_ink(measured, settings.ink), settings.ink) * image.shape[0] / measured.shape[0]
        wanted = settings.working_text_height
        factor = height / wanted if height > settings.left_as_it_is * wanted else 1.0
        working = _reduced(grey if _is_grey(image) else image, factor)
        columns, rows = image.shape[1] / working.shape[1], image.shape[0] / working.shape[0]
        is_measured = working.shape[:2] == measured.shape
        evened = measured if is_measured else even_background(_grey(working), settings.ink)
        on_white = without_fills(evened, _grey(working), height / rows, settings.ink.fills)
        return cls(working, _chroma(working), on_white, height / rows, enlarged(columns, rows))


def _is_grey(image: NDArray[np.uint8]) -> bool:
    # In blocks that stay in the processor's cache; a page in colour shows it in the first.
    return not any(_chroma(rows).any() for rows in np.array_split(image, min(32, len(image))))


def _grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim == 2:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _reduced(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    if factor == 1.0:
        return image
    height, width = (max(1, round(side / factor)) for side in image.shape[:2])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _chroma(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim == 2:
        return np.zeros_like(image)
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.subtract(_lightest(red, green, blue), cv2.min(cv2.min(red, green), blue)), dtype=np.uint8)


def _lightest(red: NDArray[np.uint8], green: NDArray[np.uint8], blue: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.max(cv2.max(red, green), blue), dtype=np.uint8)


def _without_seals(copy: _WorkingCopy, settings: SealSettings, ink: InkSettings) -> tuple[NDArray[np.uint8], Mask]:
    """The page in grey on white paper without the ink of seals, and where that lay."""
    if copy.chroma.max() < settings.grey:
        return copy.grey, np.zeros_like(copy.grey)
    unsealed = without_seals(copy.image, copy.text_height, settings)
    if not unsealed.covered.any():
        return copy.grey, unsealed.covered
    evened = even_background(unsealed.grey, ink)
    return without_fills(evened, unsealed.grey, copy.text_height, ink.fills), unsealed.covered


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The scan, the picture made of it so far, and the map from the picture to the scan."""

    scan: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    to_scan: PageMap

    @classmethod
    def of(cls, scan: NDArray[np.uint8]) -> _Sheet:
        return cls(scan, scan, PageMap(()))

    def moved(self, step: PageStep) -> _Sheet:
        """The picture drawn anew from the scan, with one more step between them."""
        frame, width, height = upright_frame(step, *self.picture.shape[::-1])
        to_scan = compose((frame, step, *self.to_scan.steps))
        return _Sheet(self.scan, to_scan.resample(self.scan, width, height), to_scan)

    def rotated(self, count: int) -> _Sheet:
        """Rotated anticlockwise by some quarter turns, pixel by pixel."""
        to_scan = compose((quarter_rotation(count, *self.picture.shape[::-1]), *self.to_scan.steps))
        return _Sheet(self.scan, np.ascontiguousarray(np.rot90(self.picture, count)), to_scan)


def _flat(sheet: _Sheet, settings: RectifySettings) -> tuple[_Sheet, Mask, float]:
    """Skew undone, then what is left of perspective and curl: rules become straight, level and plumb.

    Gives the ink of the picture and the height of its text as well.
    """
    angle = skew_angle(find_ink(sheet.picture, settings.ink), settings.largest_skew)
    if abs(angle) >= settings.smallest_skew:
        sheet = sheet.moved(rotation(angle, *sheet.picture.shape[::-1]))
    ink, height = _ink_and_height(sheet.picture, settings.ink)
    for _ in range(settings.dewarp.most_rounds):
        field = find_dewarp_field(ink, height, settings.dewarp)
        if field is None:
            break
        sheet = sheet.moved(field)
        ink, height = _ink_and_height(sheet.picture, settings.ink)
    folds = find_folds(ink, height, settings.dewarp.smallest * height, settings.folds)
    if folds is not None:
        sheet = sheet.moved(folds)
        ink, height = _ink_and_height(sheet.picture, settings.ink)
    return sheet, ink, height


def _ink_and_height(grey: NDArray[np.uint8], settings: InkSettings) -> tuple[Mask, float]:
    ink = find_ink(grey, settings)
    return ink, text_height(ink, settings)
