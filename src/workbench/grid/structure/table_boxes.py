"""Where the tables of a page are: the surroundings of its networks of rules, without the edges of sheets."""

from __future__ import annotations

import cv2
import numpy as np

from workbench.grid.masks import Mask, components_of, outer_boxes
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings.ruling import LatticeSettings, RulingSettings
from workbench.grid.structure.ruling_lines import RulingMasks

PixelBox = tuple[int, int, int, int]
"""x0, y0, x1, y1 in upright pixels, the ends not included."""


def table_boxes(page: UprightPage, rules: RulingMasks, settings: RulingSettings) -> list[PixelBox]:
    """Surroundings of the connected networks of rules; networks that overlap are one table."""
    nearest = settings.snap if rules.wear < settings.worn else settings.worn_anchor
    reach = max(3, round(nearest * page.text_height)) | 1
    network = _network(rules, reach, page.text_height, settings.lattice)
    smallest = 2 * page.text_height
    boxes = [box for box in map(_corners, outer_boxes(network)) if max(_size(box)) > smallest]
    flat = {box for box in boxes if min(_size(box)) - reach <= smallest / 2}
    around_none = _without_sheet_edges(
        [box for box in boxes if box not in flat], network, page.text_height, settings.lattice
    )
    tables = _merge_overlapping(around_none)
    lone = _joined_rules(sorted(flat), reach)
    return _merge_overlapping([_with_lone_rules(table, lone, page.text_height, settings) for table in tables])


def _network(rules: RulingMasks, reach: int, text_height: float, settings: LatticeSettings) -> Mask:
    """Rules of either look, joined over gaps of ``reach`` pixels, without the edges of sheets: ink shows these best."""
    around = np.ones((reach, reach), np.uint8)
    network = np.asarray(cv2.dilate(rules.whole_horizontal | rules.whole_vertical, around), dtype=np.uint8)
    seen = [rules.seen.level_lines, rules.seen.plumb_lines]
    boxes = [_corners(box) for box in outer_boxes(network)]
    edges = set(boxes) - set(_without_sheet_edges(boxes, network, text_height, settings))
    if edges:
        found = components_of(network)
        extents = zip(found.left, found.top, found.width, found.height, strict=True)
        sheets = found.chosen(np.array([_corners(extent) in edges for extent in extents]))
        lines = [components_of(mask) for mask in seen]
        network, seen = cv2.subtract(network, sheets), [each.chosen(~each.touching(sheets)) for each in lines]
    return np.asarray(network | cv2.dilate(seen[0] | seen[1], around), dtype=np.uint8)


def _corners(box: tuple[int, int, int, int]) -> PixelBox:
    """The corners of a box of which x, y, width and height are given."""
    x, y, width, height = map(int, box)
    return x, y, x + width, y + height


def _without_sheet_edges(
    boxes: list[PixelBox], network: Mask, text_height: float, settings: LatticeSettings
) -> list[PixelBox]:
    """Without the networks that reach around another one, along the border of the picture, and never into it.

    They are edges of the sheet, of those under it, or of the scanner's bed. The frame of a table whose inner rules are
    worn off it does not lie at the border; and what is left of one rule inside a table is too low for a table itself.
    """
    height, width = network.shape
    nearest = settings.sheet_edge * min(width, height)
    smallest = settings.smallest_table * text_height
    tables = [box for box in boxes if max(_size(box)) >= smallest and min(_size(box)) >= smallest / 2]
    return [
        box
        for box in boxes
        if not (_at_border(box, width, height, nearest) and _is_around_another(box, tables, network))
    ]


def _at_border(box: PixelBox, width: int, height: int, nearest: float) -> bool:
    sides = (box[0] <= nearest, box[1] <= nearest, box[2] >= width - nearest, box[3] >= height - nearest)
    return sum(sides) >= 2


def _is_around_another(box: PixelBox, boxes: list[PixelBox], network: Mask) -> bool:
    """Whether another network lies within the box, not at the border itself, and all ink there is that one's."""
    for other in boxes:
        within = box[0] <= other[0] and box[1] <= other[1] and other[2] <= box[2] and other[3] <= box[3]
        if other == box or not within:
            continue
        window = network[other[1] : other[3], other[0] : other[2]]
        largest = max(outer_boxes(window), key=lambda part: part[2] * part[3])
        if min(largest[2] / window.shape[1], largest[3] / window.shape[0]) > 1 - 2 / min(window.shape):
            return True
    return False


def _size(box: PixelBox) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _joined_rules(rules: list[PixelBox], reach: float) -> list[PixelBox]:
    """Rules with the segments of one line as one rule."""
    lines: list[PixelBox] = []
    for rule in rules:
        along = int(rule[2] - rule[0] < rule[3] - rule[1])
        for n, line in enumerate(lines):
            same_way = along == int(line[2] - line[0] < line[3] - line[1])
            if same_way and abs(rule[1 - along] - line[1 - along]) <= reach:
                lines[n] = _around(line, rule)
                break
        else:
            lines.append(rule)
    return lines


def _around(one: PixelBox, other: PixelBox) -> PixelBox:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _with_lone_rules(table: PixelBox, lone: list[PixelBox], text_height: float, settings: RulingSettings) -> PixelBox:
    """Widen a table to the rules that run along its whole side without touching it.

    The outer rule of a merged cell as high as the page has no rule that crosses it. A line that runs on past the table
    on both sides is none of its rules: the gutter of a spread, the edge of the sheet.
    """
    reach, slack = settings.lattice.lone_rule_reach * text_height, settings.lattice.past_table * text_height
    for axis in (0, 1):  # beside the table, then above and below it
        across, along = axis, 1 - axis
        for rule in sorted(lone, key=lambda rule: abs(rule[across] - table[across])):
            shared = min(rule[along + 2], table[along + 2]) - max(rule[along], table[along])
            length = max(rule[along + 2] - rule[along], table[along + 2] - table[along])
            distance = max(table[across] - rule[across + 2], rule[across] - table[across + 2])
            past = rule[along] < table[along] - slack and rule[along + 2] > table[along + 2] + slack
            if shared >= settings.lattice.lone_rule_share * length and 0 < distance <= reach and not past:
                table = _around(table, rule)
    return table


def _merge_overlapping(boxes: list[PixelBox]) -> list[PixelBox]:
    merged: list[PixelBox] = []
    for box in boxes:
        apart: list[PixelBox] = []
        for other in merged:
            if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                box = _around(box, other)
            else:
                apart.append(other)
        merged = [*apart, box]
    return merged if len(merged) == len(boxes) else _merge_overlapping(merged)
