"""Pale rules: ruling lines too light for ink beside the dark print of their page, found along their whole length.

One pixel of such a line is hardly darker than paper. Over the length of a word it is, and over its whole length it
begins and ends where other rules do. Creases of the paper and streaks of a scanner run on beyond the table.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Components, Mask, components_of, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.ruling import PaleRuleSettings


def with_pale_rules(page: UprightPage, settings: PaleRuleSettings) -> UprightPage:
    """The page with its pale rules as ink."""
    height = page.text_height
    print_ink = _without_dots(page.ink, height, settings)
    across = _candidates(page.grey, print_ink, height, settings)
    down = transposed(_candidates(transposed(page.grey), transposed(print_ink), height, settings))
    if not (across.any() or down.any()):
        return page
    lines = np.asarray(cv2.morphologyEx(page.ink, cv2.MORPH_OPEN, np.ones((1, round(settings.shortest * height)))))
    plumb = np.asarray(cv2.morphologyEx(page.ink, cv2.MORPH_OPEN, np.ones((round(settings.shortest * height), 1))))
    level_rules = _placed(across, lines | across, plumb | down, height, settings)
    plumb_rules = transposed(
        _placed(transposed(down), transposed(plumb | down), transposed(lines | across), height, settings)
    )
    return replace(page, ink=page.ink | level_rules | plumb_rules)


def _without_dots(ink: Mask, text_height: float, settings: PaleRuleSettings) -> Mask:
    """Ink without what is as small as the dots of a dotted rule, dark as these may be."""
    components = components_of(ink)
    large = np.maximum(components.width, components.height) > settings.largest_dot * text_height
    large[0] = False
    return components.chosen(large)


def _candidates(grey: NDArray[np.uint8], ink: Mask, text_height: float, settings: PaleRuleSettings) -> Mask:
    """Long thin level lines a little darker than what is above and below them, and not made of ink."""
    along = cv2.blur(grey, (round(settings.averaged * text_height) | 1, 1))
    room = np.ones((round(settings.thickest * text_height) | 1, 1), np.uint8)
    depth = cv2.subtract(cv2.morphologyEx(along, cv2.MORPH_CLOSE, room), along)
    noise = float(np.percentile(depth[::4, ::4], settings.noise_percentile))
    darker = np.where(depth > max(settings.faintest, settings.above_noise * noise), 255, 0).astype(np.uint8)
    beside = (round(settings.averaged * text_height) | 1, 2 * round(settings.clear * text_height) + 1)
    free = cv2.subtract(darker, cv2.dilate(ink, np.ones(beside[::-1], np.uint8)))
    gap = np.ones((1, round(settings.gap * text_height) | 1), np.uint8)
    joined = components_of(np.asarray(cv2.morphologyEx(free, cv2.MORPH_CLOSE, gap), dtype=np.uint8))
    long = joined.width >= settings.shortest * text_height
    whole = joined.count(free) >= settings.unbroken * joined.area
    thin = joined.height <= settings.thickest * text_height
    kept = long & whole & thin
    kept[0] = False
    return joined.chosen(kept)


def _placed(
    candidates: Mask, alike: Mask, crossing: Mask, text_height: float, settings: PaleRuleSettings
) -> Mask:
    """The level candidates that end at rules which cross them, or where several others like them do."""
    found = components_of(candidates)
    reach = round((settings.averaged / 2 + settings.near) * text_height)  # near ink that crosses it nothing was seen
    around = cv2.dilate(crossing, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    rows, left, right = np.round(found.row).astype(int), found.left, found.left + found.width - 1
    height, width = candidates.shape
    kept = (around[rows, left] > 0) & (around[rows, right] > 0)
    kept |= _share_ends(found, components_of(alike), reach, settings)
    kept &= (left > reach) & (right < width - 1 - reach)
    kept[0] = False
    return found.chosen(kept)


def _share_ends(found: Components, alike: Components, reach: int, settings: PaleRuleSettings) -> NDArray[np.bool_]:
    """For each component, whether enough lines begin and end where it does."""
    starts, ends = alike.left[1:], alike.left[1:] + alike.width[1:]
    same = (np.abs(found.left[:, None] - starts) <= reach) & (np.abs((found.left + found.width)[:, None] - ends) <= reach)
    return np.asarray(np.count_nonzero(same, axis=1) >= settings.fewest_alike)
