"""Overlays: large coloured marks that lie over a form and are no part of it: watermarks, logos, highlighter strokes.

An overlay is told from the form's own fills, headings and rules by what it does to the page: its strokes are wider than
those of print, its sides run across the form's, and black ink goes on from outside of it to inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask
from workbench.grid.rectify.skew import skew_angle
from workbench.grid.settings.rectify import OverlaySettings


@dataclass(frozen=True, slots=True)
class _Area:
    """An area of coloured ink: its ``mask`` in its ``window`` of the page and the share of light (red, green, blue)
    that it leaves; the share of its outline that runs along the form's lines, and how many strokes of black its edge
    cuts."""

    window: tuple[slice, slice]
    mask: Mask
    colour: NDArray[np.float32]
    along: float
    cut: int


def find_overlays(
    channels: NDArray[np.float32], coloured: Mask, dark: Mask, text_height: float, settings: OverlaySettings
) -> Mask:
    """Where overlays lie, with the print under them.

    ``channels`` (height, width, 3) are the shares of the paper's light that are left, 0 to 1; ``coloured`` marks
    coloured ink, ``dark`` what is dark in every colour. ``text_height`` is in pixels.
    """
    overlays = np.zeros_like(coloured)
    found = _wide_areas(coloured, dark, text_height, settings)
    if not found:
        return overlays
    skew = skew_angle(dark, settings.largest_skew)
    areas = [
        _Area(
            window,
            mask,
            np.median(channels[window][(mask & coloured[window]) > 0], axis=0),
            _share_along(mask, skew, text_height, settings),
            _strokes_cut(mask, dark[window]),
        )
        for window, mask in found
    ]
    sure = [area for area in areas if area.along < settings.along and area.cut >= settings.fewest_cut]
    for area in areas:
        # Some letters of a watermark lie beside the print, and an upright I has no slanted side.
        if any(np.abs(area.colour - other.colour).max() < settings.same_colour for other in sure) and (
            area.along < settings.along or area.cut >= settings.fewest_cut
        ):
            overlays[area.window] |= area.mask
    return overlays


def _wide_areas(
    coloured: Mask, dark: Mask, text_height: float, settings: OverlaySettings
) -> list[tuple[tuple[slice, slice], Mask]]:
    """Large areas of coloured ink wider than rules, closed over the print in them: where on the page, and they alone.
    A window leaves a little room around."""
    near = cv2.dilate(coloured, np.ones((3, 3), np.uint8))
    solid = cv2.morphologyEx(coloured | (dark & near), cv2.MORPH_CLOSE, _square(settings.print_stroke * text_height))
    wide = cv2.morphologyEx(solid, cv2.MORPH_OPEN, _square(settings.narrowest * text_height))
    wide = solid & cv2.dilate(wide, _square(settings.narrowest * text_height))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(wide, connectivity=8)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].min(axis=1)
    large = sides >= settings.smallest * text_height
    large[0] = False
    room, areas = 6, []
    for label in np.flatnonzero(large):
        x, y, width, height, _ = stats[label]
        window = np.s_[max(0, y - room) : y + height + room, max(0, x - room) : x + width + room]
        mask = np.where(labels[window] == label, 255, 0).astype(np.uint8)
        if (mask & coloured[window]).any():
            areas.append((window, mask))
    return areas


def _share_along(mask: Mask, skew: float, text_height: float, settings: OverlaySettings) -> float:
    """The share of an area's outlines that are straight sides along lines of text, ``skew`` degrees off level, or
    across them."""
    along, around = 0.0, 0.0
    for outline in cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)[0]:
        corners = cv2.approxPolyDP(outline, settings.straight * text_height, closed=True)[:, 0].astype(float)
        sides = np.roll(corners, -1, axis=0) - corners
        lengths = np.hypot(*sides.T)
        angles = np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) - skew
        off = np.abs((angles + 45.0) % 90.0 - 45.0)
        along += float(lengths[(off < settings.parallel) & (lengths >= settings.shortest_side * text_height)].sum())
        around += float(lengths.sum())
    return along / max(1.0, around)


def _strokes_cut(mask: Mask, dark: Mask) -> int:
    """How many strokes of black go through the edge of an area. A rule that runs along it counts once."""
    cross = np.ones((3, 3), np.uint8)
    inner = cv2.erode(mask, cross, iterations=2, borderValue=0)
    outer = cv2.dilate(mask, cross, iterations=2)
    _, labels = cv2.connectedComponents(cv2.subtract(outer, inner) & dark, connectivity=8)
    within = np.unique(labels[cv2.dilate(inner, cross) > 0])
    beyond = np.unique(labels[cv2.dilate(cv2.bitwise_not(outer), cross) > 0])
    return int(np.count_nonzero(np.intersect1d(within, beyond)))


def _square(side: float) -> NDArray[np.uint8]:
    return np.ones((max(1, round(side)),) * 2, np.uint8)
