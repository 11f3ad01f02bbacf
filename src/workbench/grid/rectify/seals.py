"""Seals, coloured handwriting and watermarks: their ink taken off a page, the black print under it kept.

Colour is measured against the paper's own, so that neither yellowed paper nor a tinted cell is an ink. Printed text,
rules and filled cells in colour stay: a stamp differs from them in the size of its connected components.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, chosen_components
from workbench.grid.rectify.overlays import find_overlays
from workbench.grid.settings.rectify import SealSettings

Channels = NDArray[np.float32]
"""(height, width, 3): share of the paper's light that is left in red, green and blue, 0 to 1."""

LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green and blue (ITU-R BT.601, as JPEG and OpenCV have them)."""


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A page image without the ink of stamps and coloured handwriting.

    ``grey`` (height, width) uint8 is the page's luminance, where stamps lay only that of the print
    under them. ``covered`` marks where their ink lay.
    """

    grey: NDArray[np.uint8]
    covered: Mask


def without_seals(image: NDArray[np.uint8], text_height: float, settings: SealSettings) -> Unsealed:
    """Take the ink of stamps and large strokes of handwriting off a page.

    ``image`` is (height, width, 3) RGB, ``text_height`` that of its characters in pixels. Coloured
    print, ruled lines and tinted cells stay. A page without such ink comes back as its luminance.
    """
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    covered = np.zeros_like(grey)
    scale = min(1.0, settings.working_height / text_height)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    red, green, blue = cv2.split(small)
    if max(cv2.absdiff(red, green).max(), cv2.absdiff(green, blue).max()) <= settings.grey:
        return Unsealed(grey, covered)
    page = _page_colour(small)
    overlays = _overlays(small, page, text_height * scale, settings)
    paper = _paper(small, page, text_height * scale, settings)
    paper[overlays > 0] = page  # a large pale one was taken for the tint of a cell
    stamps = _stamps(_share_of_light(small, paper), text_height * scale, settings) | overlays
    # An overlay can take up more of the page than its print does.
    printed = _brightest(image) if overlays.any() else grey
    tone = _print_tone(printed) if stamps.any() else 0.0
    for x, y, width, height in _places(stamps, text_height * scale):
        window = np.s_[round(y / scale) : round((y + height) / scale), round(x / scale) : round((x + width) / scale)]
        size = grey[window].shape[::-1]
        where = cv2.resize(stamps[y : y + height, x : x + width], size, interpolation=cv2.INTER_LINEAR) > 0
        light = cv2.resize(paper[y : y + height, x : x + width], size, interpolation=cv2.INTER_LINEAR)
        channels = _share_of_light(image[window], light)
        print_only = _print_under_ink(channels, where, tone, settings) * (light @ LUMINANCE)
        grey[window] = np.where(where, np.clip(print_only, 0, 255), grey[window]).astype(np.uint8)
        covered[window][where & (_saturation(channels, settings) > settings.coloured)] = 255
    return Unsealed(grey, covered)


def _share_of_light(image: NDArray[np.uint8], paper: NDArray[np.float32]) -> Channels:
    return np.asarray(cv2.min(cv2.divide(image.astype(np.float32), paper), (1.0, 1.0, 1.0, 1.0)), dtype=np.float32)


def _overlays(small: NDArray[np.uint8], page: NDArray[np.float32], text_height: float, settings: SealSettings) -> Mask:
    """Where overlays lie, one pixel more for their soft edges. ``page`` is the colour of the paper."""
    channels = _share_of_light(small, np.broadcast_to(page, small.shape))
    coloured = np.where(_saturation(channels, settings) > settings.coloured, 255, 0).astype(np.uint8)
    overlays = find_overlays(channels, coloured, _dark(channels, settings), text_height, settings.overlays)
    return np.asarray(cv2.dilate(overlays, _square(3)), dtype=np.uint8)


def _page_colour(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Red, green and blue of the paper of most of a page, 1 to 255."""
    sample = small[::3, ::3].reshape(-1, 3)
    bright = sample @ LUMINANCE
    return np.maximum(np.median(sample[bright >= np.median(bright)], axis=0), 1.0).astype(np.float32)


def _brightest(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture in the lightest of its three colours."""
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(red, green), blue), dtype=np.uint8)


def _dark(channels: Channels, settings: SealSettings) -> Mask:
    """Black print: dark in every colour."""
    return np.where(_lightest(channels) <= settings.too_dark + 0.2, 255, 0).astype(np.uint8)


def _paper(
    small: NDArray[np.uint8], page: NDArray[np.float32], text_height: float, settings: SealSettings
) -> NDArray[np.float32]:
    """Colour of the paper around every pixel, tints of cells included; nowhere as saturated as ink."""
    size = round(settings.widest_stroke * text_height) | 1
    local = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)).astype(np.float32)
    inked = _saturation(local / page, settings) > settings.strong
    local[inked] = page
    return np.maximum(local, 1.0)


def _lightest(channels: Channels) -> NDArray[np.float32]:
    red, green, blue = cv2.split(channels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), dtype=np.float32)


def _saturation(channels: Channels, settings: SealSettings) -> NDArray[np.float32]:
    """How far the darkest channel lies under the lightest, 0 to 1; 0 where the pixel is too dark to have a colour."""
    red, green, blue = cv2.split(channels)
    lightest, darkest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    saturation = 1.0 - cv2.divide(darkest, cv2.max(lightest, settings.too_dark))
    saturation[lightest <= settings.too_dark] = 0.0
    return np.asarray(saturation, dtype=np.float32)


def _print_tone(grey: NDArray[np.uint8]) -> float:
    """Share of the paper's light that the print leaves: the median of the darker class (Otsu)."""
    sample = grey[::3, ::3].copy()
    threshold, _ = cv2.threshold(sample, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark, light = float(np.median(sample[sample <= threshold])), float(np.median(sample[sample > threshold]))
    return dark / light if light > 1.0 else dark


def _stamps(channels: NDArray[np.float32], text_height: float, settings: SealSettings) -> Mask:
    """Where stamps and handwriting lie: large components of coloured ink, and all such ink inside their outlines."""
    saturation = _saturation(channels, settings)
    nearby = cv2.dilate(saturation, _square(text_height))
    coloured = np.where(saturation > np.maximum(settings.coloured, 0.5 * nearby), 255, 0).astype(np.uint8)
    if np.count_nonzero(coloured) < text_height**2:
        return np.zeros_like(coloured)
    # Black print cuts the strokes it crosses: join them through it.
    dark = _dark(channels, settings)
    coloured = cv2.subtract(coloured, _headings(_joined(coloured, dark), text_height, settings))
    runs = _straight_runs(coloured, text_height, settings)
    rules, frames = _rules_and_frames(runs, text_height, settings)
    of_the_form = cv2.dilate(rules | _fills(coloured, text_height, settings), _square(3))
    coloured = cv2.subtract(coloured, of_the_form)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_joined(coloured, dark), connectivity=8)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] / text_height
    sides[0] = 0
    shorter, longer = sides.min(axis=1), sides.max(axis=1)
    thick = cv2.morphologyEx(coloured, cv2.MORPH_OPEN, _square(settings.thickest_rule * text_height))
    thin_runs = cv2.subtract(runs, thick)  # a large ring is nearly straight over a few text heights, but no rule
    straight = np.bincount(labels[thin_runs > 0], minlength=len(stats)) > settings.straight * stats[:, cv2.CC_STAT_AREA]
    possible = (shorter < settings.largest_stamp) & (longer >= settings.part_of_stamp)
    chosen = possible & ~straight & (shorter >= settings.smallest_stamp)
    chosen |= possible & (np.bincount(labels[frames > 0], minlength=len(stats)) > 0)
    reach = _square(3 * text_height)
    while True:
        outlines = _outlines(labels, chosen, text_height, settings)
        near = np.bincount(labels[cv2.dilate(outlines, reach) > 0], minlength=len(stats)) > 0
        if not (near & possible & ~straight & ~chosen).any():
            break
        chosen |= near & possible & ~straight
    outlines = _outlines(labels, chosen | (near & possible), text_height, settings)
    # One pixel more: soft edges, and the colour that JPEG spreads around.
    inside = np.where(saturation > settings.faint, outlines, 0)
    return np.asarray(cv2.dilate(inside & cv2.bitwise_not(of_the_form), np.ones((3, 3), np.uint8)), dtype=np.uint8)


def _joined(coloured: Mask, dark: Mask) -> Mask:
    return np.asarray(coloured | (dark & cv2.dilate(coloured, _square(3))), dtype=np.uint8)


def _outlines(labels: NDArray[np.int32], chosen: NDArray[np.bool_], text_height: float, settings: SealSettings) -> Mask:
    """Convex outlines, filled, of the chosen figures; those within reach of each other share one."""
    figures = chosen_components(labels, chosen)
    outlines = np.zeros_like(figures)
    for window, group in _groups(figures, _square(3 * text_height)):
        _, _, width, height = cv2.boundingRect(group)
        if min(width, height) < settings.largest_stamp * text_height:
            whole = [group]
        else:
            whole = [part for part in _components(group) if _is_frame(part, settings)]
        for figure in whole:
            cv2.fillConvexPoly(outlines[window], cv2.convexHull(cv2.findNonZero(figure)), 255)
    return outlines


def _groups(figures: Mask, reach: NDArray[np.uint8]) -> Iterator[tuple[tuple[slice, slice], Mask]]:
    """Figures within reach of each other: where on the page they are, and they alone."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(figures, reach), connectivity=8)
    for label in range(1, count):
        x, y, width, height, _ = stats[label]
        window = np.s_[y : y + height, x : x + width]
        yield window, np.where(labels[window] == label, figures[window], 0).astype(np.uint8)


def _components(group: Mask) -> Iterator[Mask]:
    count, labels = cv2.connectedComponents(group, connectivity=8)
    for label in range(1, count):
        yield np.where(labels == label, 255, 0).astype(np.uint8)


def _rules_and_frames(runs: Mask, text_height: float, settings: SealSettings) -> tuple[Mask, Mask]:
    """Of straight runs of coloured ink, those of ruled lines and those of a stamp's frame.

    Rules reach over a large part of the page; worn ones have gaps.
    """
    rules, frames = np.zeros_like(runs), np.zeros_like(runs)
    for window, group in _groups(runs, _square(settings.rule_gap * text_height)):
        _, _, width, height = cv2.boundingRect(group)
        _, _, stats, _ = cv2.connectedComponentsWithStats(group, connectivity=8)
        longest = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max()
        if (
            max(width, height) >= settings.rule_reach * min(runs.shape)
            and longest >= settings.longest_tangent * text_height
        ):
            rules[window] |= group
        elif min(width, height) >= settings.smallest_stamp * text_height and _is_frame(group, settings):
            frames[window] |= group
    # On a form with coloured rules a frame may be one of its cells.
    return rules, frames if not rules.any() else np.zeros_like(frames)


def _is_frame(figure: Mask, settings: SealSettings) -> bool:
    """Whether a figure runs along its convex outline nearly all round. Pieces of a table's rules do not."""
    hull = cv2.convexHull(cv2.findNonZero(figure))
    outline = cv2.polylines(np.zeros_like(figure), [hull], isClosed=True, color=255)
    around = cv2.dilate(figure, _square(5))
    return bool((around[outline > 0] > 0).mean() > settings.closed)


def _headings(coloured: Mask, text_height: float, settings: SealSettings) -> Mask:
    """The components of large characters in colour: they fill a row at least four characters long."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(coloured, connectivity=8)
    starts = stats[:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP]].astype(np.float64)
    sizes = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].astype(np.float64)
    longest = sizes.max(axis=1) / text_height
    large = (longest > settings.part_of_stamp) & (longest < settings.heading)
    found = np.zeros(len(stats), bool)
    for label in np.flatnonzero(large):
        for along, across in ((0, 1), (1, 0)):  # the page may lie on its side
            heights = sizes[:, across]
            apart = np.abs(starts[:, across] + heights / 2 - starts[label, across] - heights[label] / 2)
            level = large & (apart < 0.5 * np.maximum(heights, heights[label])) & (heights > 0.5 * heights[label])
            span = (starts + sizes)[level, along].max() - starts[level, along].min()
            dense = np.count_nonzero(level) >= 4 and sizes[level, along].sum() >= 0.4 * span
            found[label] |= dense and span >= 4 * sizes[label].max()
    return chosen_components(labels, found)


def _square(side: float) -> NDArray[np.uint8]:
    return np.ones((round(side), round(side)), np.uint8)


def _straight_runs(coloured: Mask, text_height: float, settings: SealSettings) -> Mask:
    """Straight strokes, near enough upright, longer than any of a character."""
    run = round(settings.rule_run * text_height)
    across = cv2.morphologyEx(
        cv2.dilate(coloured, np.ones((5, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, run), np.uint8)
    )
    down = cv2.morphologyEx(
        cv2.dilate(coloured, np.ones((1, 5), np.uint8)), cv2.MORPH_OPEN, np.ones((run, 1), np.uint8)
    )
    return across | down


def _fills(coloured: Mask, text_height: float, settings: SealSettings) -> Mask:
    """Filled cells: areas of colour wider than strokes, with the print in them. A seal cut in white is no cell."""
    window = _square(settings.widest_stroke * text_height)
    areas = cv2.dilate(
        np.where(cv2.blur(coloured, window.shape) > settings.filled * 255, 255, 0).astype(np.uint8), window
    )
    _, labels, stats, _ = cv2.connectedComponentsWithStats(areas, connectivity=4)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] / text_height
    shorter, longer = sides.min(axis=1), sides.max(axis=1)
    cells = (longer > settings.largest_solid) | (longer > 1.5 * shorter)
    cells[0] = False
    return chosen_components(labels, cells)


def _places(stamps: Mask, text_height: float) -> list[tuple[int, int, int, int]]:
    """Surroundings (x, y, width, height) of the stamps."""
    reach = round(2 * text_height) | 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(stamps, np.ones((reach, reach), np.uint8)))
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[1:]]


def _print_under_ink(
    channels: Channels, where: NDArray[np.bool_], tone: float, settings: SealSettings
) -> NDArray[np.float32]:
    """Share of light that the print alone would leave.

    The lightest channel shows it, but JPEG keeps colour at half the resolution: there black strokes
    take on the colour of the stamp around them and the stamp's edges lose it, while luminance stays
    sharp. So the luminance is divided by that of the stamp alone, with the colour of its surroundings.
    """
    luminance = channels @ LUMINANCE
    lightest = _lightest(channels)
    colour = lightest - luminance
    inked = where & (_saturation(channels, settings) > settings.coloured) & (colour > 0.05)
    if not inked.any():
        return luminance
    # Ink takes luminance away in proportion to the colour it gives. Where it is thin, JPEG has blurred its colour.
    share = float(np.percentile((1.0 - luminance[inked]) / colour[inked], 75))
    around = cv2.dilate(colour, np.ones((3, 3), np.uint8))
    left = np.minimum(luminance / np.maximum(1.0 - share * around, 0.1), 1.0)
    # Nothing but print is as dark as print in every channel.
    left = np.minimum(left, lightest + (1.0 - lightest) * np.clip((lightest - tone) / (0.5 * (1.0 - tone)), 0.0, 1.0))
    # Traces without anything as dark as print are what an uneven stamp leaves.
    count, traces = cv2.connectedComponents(
        np.where(left < settings.lightest_trace, 1, 0).astype(np.uint8), connectivity=8
    )
    is_print = np.zeros(count, bool)
    is_print[np.unique(traces[left < tone + settings.as_dark_as_print * (1.0 - tone)])] = True
    is_print[0] = False
    kept = cv2.dilate(is_print[traces].astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(kept > 0, left, 1.0)
