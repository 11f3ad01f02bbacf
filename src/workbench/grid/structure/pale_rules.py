"""Pale rules: ruling lines too light for ink beside the dark print of their page, found along their whole length.

One pixel of such a line is hardly darker than paper. Over the length of a word it is, and over its whole length it
begins and ends where other rules do. Creases of the paper and streaks of a scanner run on beyond the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, components_of, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.ruling import PaleRuleSettings


@dataclass(frozen=True, slots=True)
class _Line:
    """A level line as far as it is seen: its first and last row and column, and how many columns of it are seen."""

    top: int
    bottom: int
    left: int
    right: int
    seen: int


@dataclass(frozen=True, slots=True)
class _Direction:
    """What is known of the level lines of a page, or of its plumb ones with rows and columns exchanged.

    ``pale`` and ``dark`` are the lines of either kind, ``possible`` is where a pale one is seen or may be hidden.
    """

    pale: Sequence[_Line]
    dark: Sequence[_Line]
    possible: Mask


def with_pale_rules(page: UprightPage, settings: PaleRuleSettings) -> UprightPage:
    """The page with its pale rules as ink."""
    height = page.text_height
    print_ink = _without_dots(page.ink, height, settings)
    level = _look_along(page.grey, page.ink, print_ink, height, settings)
    plumb = _look_along(*(transposed(mask) for mask in (page.grey, page.ink, print_ink)), height, settings)
    across, down = _placed(level, plumb, height, settings), _placed(plumb, level, height, settings)
    if not (across or down):
        return page
    shape = page.ink.shape
    return replace(page, ink=page.ink | _drawn(across, shape) | transposed(_drawn(down, shape[::-1])))


def _without_dots(ink: Mask, text_height: float, settings: PaleRuleSettings) -> Mask:
    """Ink without what is as small as the dots of a dotted rule, dark as these may be."""
    components = components_of(ink)
    large = np.maximum(components.width, components.height) > settings.largest_dot * text_height
    large[0] = False
    return components.chosen(large)


def _look_along(
    grey: NDArray[np.uint8], ink: Mask, print_ink: Mask, text_height: float, settings: PaleRuleSettings
) -> _Direction:
    """Long thin level lines a little darker than what is above and below them.

    Beside print nothing can be seen of them: there they may go on.
    """
    along = cv2.blur(grey, (round(settings.averaged * text_height) | 1, 1))
    room = np.ones((round(settings.thickest * text_height) | 1, 1), np.uint8)
    depth = cv2.subtract(cv2.morphologyEx(along, cv2.MORPH_CLOSE, room), along)
    noise = float(np.percentile(depth[::4, ::4], settings.noise_percentile))
    darker = np.where(depth > max(settings.faintest, settings.above_noise * noise), 255, 0).astype(np.uint8)
    beside = (2 * round(settings.clear * text_height) + 1, round(settings.averaged * text_height) | 1)
    unseen = np.asarray(cv2.dilate(print_ink, np.ones(beside, np.uint8)), dtype=np.uint8)
    gap = np.ones((1, round(settings.gap * text_height) | 1), np.uint8)
    joined = np.asarray(cv2.morphologyEx(cv2.subtract(darker, unseen), cv2.MORPH_CLOSE, gap), dtype=np.uint8)
    found = components_of(joined)
    kept = (found.width >= settings.shortest_part * text_height) & (found.height <= settings.thickest * text_height)
    kept &= found.count(darker) >= settings.unbroken * found.area
    kept[0] = False
    parts = [
        _Line(int(top), int(top + height - 1), int(left), int(left + width - 1), int(width))
        for top, height, left, width in zip(
            found.top[kept], found.height[kept], found.left[kept], found.width[kept], strict=True
        )
    ]
    lines = _continued(parts, unseen, text_height, settings)
    pale = [line for line in lines if line.seen >= settings.shortest * text_height]
    return _Direction(pale, _dark_lines(ink, text_height, settings) if pale else (), darker | unseen)


def _continued(
    parts: Sequence[_Line], unseen: Mask, text_height: float, settings: PaleRuleSettings
) -> list[_Line]:
    """Parts of one line put together, where ink hides what lies between them."""
    lines: list[_Line] = []
    for part in sorted(parts, key=lambda part: part.left):
        before = [n for n, line in enumerate(lines) if _goes_on(line, part, unseen, text_height, settings)]
        if before:
            nearest = max(before, key=lambda n: lines[n].right)
            line = lines[nearest]
            top, bottom = min(line.top, part.top), max(line.bottom, part.bottom)
            lines[nearest] = _Line(top, bottom, line.left, max(line.right, part.right), line.seen + part.seen)
        else:
            lines.append(part)
    return lines


def _goes_on(line: _Line, part: _Line, unseen: Mask, text_height: float, settings: PaleRuleSettings) -> bool:
    """Whether a part goes on a line that ends before it."""
    level = abs(part.top + part.bottom - line.top - line.bottom) <= 2 * max(1.0, settings.level * text_height)
    if not level or part.left - line.right > settings.longest_unseen * text_height:
        return False
    between = unseen[min(line.top, part.top) : max(line.bottom, part.bottom) + 1, line.right + 1 : part.left]
    return between.size == 0 or bool((between > 0).any(axis=0).mean() >= settings.unbroken)


def _dark_lines(ink: Mask, text_height: float, settings: PaleRuleSettings) -> list[_Line]:
    """Level runs of ink as long as pale rules are."""
    run = np.ones((1, round(settings.shortest * text_height) | 1), np.uint8)
    found = components_of(np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, run), dtype=np.uint8))
    boxes = zip(found.top, found.height, found.left, found.width, strict=True)
    return [_Line(int(t), int(t + h - 1), int(x), int(x + w - 1), int(w)) for t, h, x, w in boxes][1:]


def _placed(own: _Direction, other: _Direction, text_height: float, settings: PaleRuleSettings) -> list[_Line]:
    """The pale lines that end at rules of the ``other`` direction, or where several like them do."""
    # Near ink that crosses a line nothing was seen of it.
    reach = (settings.averaged / 2 + settings.near) * text_height
    ends = np.array([(line.left, line.right) for line in (*own.pale, *own.dark)]).reshape(-1, 2)
    crossing = np.array([(line.top, line.bottom, line.left, line.right) for line in (*other.pale, *other.dark)])
    kept = []
    for line in own.pale:
        if line.left <= reach or line.right >= own.possible.shape[1] - 1 - reach:
            continue
        met = (crossing[:, 2] - reach <= line.bottom) & (crossing[:, 3] + reach >= line.top) if len(crossing) else []
        at = crossing[met, :2].mean(axis=1) if len(crossing) else np.zeros(0)
        left, right = (_end(line, at, end, own.possible, reach, settings) for end in (line.left, line.right))
        if left is not None and right is not None:
            kept.append(replace(line, left=min(left, line.left), right=max(right, line.right)))
        elif np.count_nonzero((np.abs(ends - (line.left, line.right)) <= reach).all(axis=1)) >= settings.fewest_alike:
            kept.append(line)
    return kept


def _end(
    line: _Line, at: NDArray[np.float64], end: int, possible: Mask, reach: float, settings: PaleRuleSettings
) -> int | None:
    """The rule, of those that cross at the given columns, at which a line ends that is seen as far as ``end``.

    Between the two it may be hidden. None where there is no such rule.
    """
    outwards = at <= end + reach if end == line.left else at >= end - reach
    if not outwards.any():
        return None
    nearest = int(round(at[outwards][np.abs(at[outwards] - end).argmin()]))
    first, last = sorted((nearest, end))
    between = possible[line.top : line.bottom + 1, first + round(reach) : max(first, last - round(reach)) + 1]
    hidden = between.size == 0 or (between > 0).any(axis=0).mean() >= settings.unbroken
    return nearest if abs(nearest - end) <= reach or hidden else None


def _drawn(lines: Sequence[_Line], shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape, np.uint8)
    for line in lines:
        mask[line.top : line.bottom + 1, line.left : line.right + 1] = 255
    return mask
