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

from workbench.grid.masks import Components, Mask, components_of, transposed
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.ruling import PaleRuleSettings


@dataclass(frozen=True, slots=True)
class _Line:
    """A level line as far as it is seen: its first and last column, and its rows at either end, pixels.

    ``seen`` is how many columns of it are seen.
    """

    left: int
    right: int
    row_left: float
    row_right: float
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
    print_ink = _print_ink(page.ink, height, settings)
    level = _look_along(page.grey, page.ink, print_ink, np.zeros_like(print_ink), height, settings)
    grey, ink, print_down = (transposed(mask) for mask in (page.grey, page.ink, print_ink))
    plumb = _look_along(grey, ink, print_down, _in_words(print_down, height, settings), height, settings)
    across = _placed(level, plumb, settings.longest_unseen, height, settings)
    down = _placed(plumb, level, settings.longest_unseen_down, height, settings)
    if not (across or down):
        return page
    shape = page.ink.shape
    rules = np.asarray(_drawn(across, shape) | transposed(_drawn(down, shape[::-1])), dtype=np.uint8)
    return page if _shows_through(page, rules, settings) else replace(page, ink=page.ink | rules)


def _shows_through(page: UprightPage, rules: Mask, settings: PaleRuleSettings) -> bool:
    """Whether much else on the page is as faint as the rules: the print on the back shows through, text and rules."""
    near = np.ones((7, 7), np.uint8)
    on_rules = cv2.erode(page.grey, np.ones((3, 3), np.uint8))[rules > 0]
    as_faint = np.where(page.grey < (float(np.median(on_rules)) + 255) / 2, 255, 0).astype(np.uint8)
    elsewhere = cv2.subtract(as_faint, cv2.dilate(page.ink | rules, near))
    return bool(np.count_nonzero(elsewhere) > settings.as_faint * np.count_nonzero(rules))


def _print_ink(ink: Mask, text_height: float, settings: PaleRuleSettings) -> Mask:
    """Ink without what may be of a rule: parts of thin lines, and the dots of a dotted one, dark as these may be."""
    components = components_of(ink)
    longer, shorter = (side(components.width, components.height) for side in (np.maximum, np.minimum))
    is_thin = shorter <= settings.thickest_part * text_height
    is_dot = longer <= settings.largest_dot * text_height
    is_dash = is_thin & (longer <= settings.longest_dash * text_height)
    is_part = is_thin & (longer >= settings.shortest_part * text_height)
    printed = ~(is_dot | is_dash | is_part)
    printed[0] = False
    return components.chosen(printed)


def _in_words(ink: Mask, text_height: float, settings: PaleRuleSettings) -> Mask:
    """Where print is near above and below: turned by a quarter, between two characters of one word."""
    reach = round(settings.between_characters * text_height)
    from_above, from_below = np.zeros((2, 2 * reach + 1, 1), np.uint8)
    from_above[: reach + 1], from_below[reach:] = 1, 1
    wide = cv2.dilate(ink, np.ones((1, round(settings.averaged * text_height) | 1), np.uint8))
    return np.asarray(cv2.dilate(wide, from_above) & cv2.dilate(wide, from_below), dtype=np.uint8)


def _look_along(
    grey: NDArray[np.uint8],
    ink: Mask,
    print_ink: Mask,
    in_words: Mask,
    text_height: float,
    settings: PaleRuleSettings,
) -> _Direction:
    """Long thin level lines a little darker than what is above and below them.

    Beside print nothing can be seen of them: there they may go on, but not where they would run through words.
    """
    along = cv2.blur(grey, (round(settings.averaged * text_height) | 1, 1))
    room = np.ones((round(settings.thickest * text_height) | 1, 1), np.uint8)
    depth = cv2.subtract(cv2.morphologyEx(along, cv2.MORPH_CLOSE, room), along)
    beside = (2 * round(settings.clear * text_height) + 1, round(settings.averaged * text_height) | 1)
    unseen = np.asarray(cv2.dilate(print_ink, np.ones(beside, np.uint8)), dtype=np.uint8)
    paper = depth[::4, ::4][unseen[::4, ::4] == 0]
    noise = float(np.percentile(paper, settings.noise_percentile)) if paper.size else 0.0
    darker = np.where(depth > max(settings.faintest, settings.above_noise * noise), 255, 0).astype(np.uint8)
    gap = round(settings.gap * text_height) | 1
    run = np.ones((1, round(settings.shortest_part * text_height) | 1), np.uint8)
    # Without paper beyond the edge of the page lines near it would be closed up to it.
    framed = cv2.copyMakeBorder(cv2.subtract(darker, unseen), 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))[:, gap:-gap]
    found = components_of(np.asarray(cv2.morphologyEx(joined, cv2.MORPH_OPEN, run), dtype=np.uint8))
    kept = found.height <= settings.thickest * text_height
    kept &= found.count(darker) >= settings.unbroken * found.area
    kept[0] = False
    parts = _lines_of(found, kept)
    unseen = cv2.subtract(unseen, in_words)
    lines = _continued(parts, unseen, text_height, settings)
    pale = [line for line in lines if line.seen >= settings.shortest * text_height]
    return _Direction(pale, _dark_lines(ink, text_height, settings) if pale else (), darker | unseen)


def _continued(parts: Sequence[_Line], unseen: Mask, text_height: float, settings: PaleRuleSettings) -> list[_Line]:
    """Parts of one line put together, where ink hides what lies between them."""
    lines: list[_Line] = []
    for part in sorted(parts, key=lambda part: part.left):
        before = [n for n, line in enumerate(lines) if _goes_on(line, part, unseen, text_height, settings)]
        if before:
            nearest = max(before, key=lambda n: lines[n].right)
            line = lines[nearest]
            lines[nearest] = replace(
                line,
                right=max(line.right, part.right),
                row_right=part.row_right,
                seen=line.seen + part.seen,
            )
        else:
            lines.append(part)
    return lines


def _goes_on(line: _Line, part: _Line, unseen: Mask, text_height: float, settings: PaleRuleSettings) -> bool:
    """Whether a part goes on a line that ends before it."""
    level = abs(part.row_left - line.row_right) <= max(1.0, settings.level * text_height)
    if not level or part.left - line.right > settings.longest_unseen * text_height:
        return False
    first, last = sorted((round(line.row_right), round(part.row_left)))
    between = unseen[first : last + 1, line.right + 1 : part.left]
    return between.size == 0 or bool((between > 0).any(axis=0).mean() >= settings.unbroken)


def _dark_lines(ink: Mask, text_height: float, settings: PaleRuleSettings) -> list[_Line]:
    """Level runs of ink as long as pale rules are."""
    run = np.ones((1, round(settings.shortest * text_height) | 1), np.uint8)
    found = components_of(np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, run), dtype=np.uint8))
    return _lines_of(found, np.arange(len(found.area)) > 0)


def _lines_of(found: Components, chosen: NDArray[np.bool_]) -> list[_Line]:
    """Chosen components as lines, each level in its middle row."""
    each = zip(*(values[chosen] for values in (found.left, found.width, found.row)), strict=True)
    return [_Line(int(x), int(x + w - 1), float(row), float(row), int(w)) for x, w, row in each]


def _placed(
    own: _Direction, other: _Direction, longest_unseen: float, text_height: float, settings: PaleRuleSettings
) -> list[_Line]:
    """The pale lines that end at rules of the ``other`` direction, or where several like them do.

    Print may hide so much of their ends, in text heights.
    """
    # Near ink that crosses a line nothing was seen of it.
    reach = (settings.averaged / 2 + settings.near) * text_height
    furthest = longest_unseen * text_height
    ends = np.array([(line.left, line.right) for line in (*own.pale, *own.dark)]).reshape(-1, 2)
    crossing = np.array(
        [(line.row_left, line.row_right, line.left, line.right) for line in (*other.pale, *other.dark)]
    ).reshape(-1, 4)
    kept, edge = [], round(settings.level * text_height)
    for line in own.pale:
        at_edge = line.left <= edge or line.right >= own.possible.shape[1] - 1 - edge
        if at_edge or _is_beside(line, own.dark, reach, settings):
            continue
        left = _end(line.left, -1, line.row_left, crossing, own.possible, reach, furthest, settings)
        right = _end(line.right, 1, line.row_right, crossing, own.possible, reach, furthest, settings)
        if left is not None and right is not None:
            whole = replace(line, left=min(left, line.left), right=max(right, line.right))
            kept += [whole] if line.seen >= settings.least_seen * (whole.right - whole.left) else []
        elif np.count_nonzero((np.abs(ends - (line.left, line.right)) <= reach).all(axis=1)) >= settings.fewest_alike:
            kept.append(line)
    return kept


def _is_beside(line: _Line, dark: Sequence[_Line], near: float, settings: PaleRuleSettings) -> bool:
    """Whether a dark rule runs close along most of a pale line: what JPEG leaves beside it, or its own soft edge."""
    covered = sum(
        max(0, min(line.right, one.right) - max(line.left, one.left))
        for one in dark
        if abs(one.row_left - line.row_left) <= near
    )
    return covered >= settings.unbroken * (line.right - line.left)


def _end(
    end: int,
    outwards: int,
    row: float,
    crossing: NDArray[np.float64],
    possible: Mask,
    reach: float,
    furthest: float,
    settings: PaleRuleSettings,
) -> int | None:
    """The column of the rule at which a line in a ``row`` ends that is seen as far as the column ``end``.

    Between the two, no further than ``furthest``, it may be hidden. ``outwards`` is -1 at the left and 1 at the right
    end; ``crossing`` has the first and last column, and the first and last row, of each rule that crosses. None where
    no rule ends the line.
    """
    met = (crossing[:, 2] - reach <= row) & (crossing[:, 3] + reach >= row)
    at = crossing[met, :2].mean(axis=1)
    at = at[outwards * (at - end) >= -reach]
    if not len(at):
        return None
    nearest = round(float(at[np.abs(at - end).argmin()]))
    first, last = sorted((nearest, end))
    rows = slice(max(0, round(row) - 1), round(row) + 2)
    between = possible[rows, first + round(reach) : max(first, last - round(reach)) + 1]
    hidden = between.size == 0 or (between > 0).any(axis=0).mean() >= settings.unbroken
    return nearest if hidden and abs(nearest - end) <= reach + furthest else None


def _drawn(lines: Sequence[_Line], shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape, np.uint8)
    for line in lines:
        ends = (line.left, round(line.row_left)), (line.right, round(line.row_right))
        cv2.line(mask, *ends, color=255, thickness=1)
    return mask
