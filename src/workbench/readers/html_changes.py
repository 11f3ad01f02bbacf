"""Whether the properties of an element move, change, cover or cut text, so that a page may show it otherwise.

Source: CSS 2.2 and its modules; what Chromium makes of each: ``python -m benchmarks.shown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.readers.css_values import IDLE, LIMITED, alone_in_cell, as_number, length
from workbench.readers.html_style import TABLE_PARTS, Cover, ElementStyle
from workbench.readers.shown import FIGURE

Values = Mapping[str, str]
"""The values of an element's properties, by name."""

FAR_AWAY = -75.0
"""Points (100 pixels): text of a cell that is moved to the left or up by so much is no longer in it."""

OFF_PAGE = -750.0
"""Points (1000 pixels): what is moved to the left or up by so much is no longer on the page."""

UPRIGHT = ("vertical", "sideways", "tb", "bt")
"""Beginnings of the ways of writing whose lines run downwards or upwards."""

SIDES = ("margin", "margin-left", "margin-right", "padding", "padding-left", "padding-right")
MARGINS = ("margin", "margin-left", "margin-right", "margin-top", "margin-bottom")
EDGES = ("outline", "outline-width", "box-shadow")
"""What is painted around the box of an element, over its neighbours."""

PAINTED = re.compile(r"background(-image)?|border(-\w+)?|border-image(-source)?|outline|box-shadow")
"""Properties with which an element without text shows something."""

UNPAINTED = re.compile(r"none|transparent|initial|inherit|unset|medium|0(px|pt)?|0(px|pt)? none.*|none .*")

CUT = ("strict", "content", "paint", "size")
"""Kinds of containment (CSS Containment Level 2) that cut what does not fit, or leave it no room."""


def is_moved_part(values: Values, style: ElementStyle) -> bool:
    """Whether a part of a table stands elsewhere than its row and column say."""
    if values.get("position") in ("absolute", "fixed") or values.get("float", "none") not in ("none", "initial"):
        return style.is_in_table
    ways = [length(values.get(key, "auto"), style.size) or 0.0 for key in ("top", "bottom", "left", "right")]
    return style.is_in_table and values.get("position") == "relative" and max(map(abs, ways)) >= style.size / 2


def is_far(values: Values, style: ElementStyle) -> bool:
    """Whether an element is moved out of its cell, or off the page."""
    limit = FAR_AWAY if style.is_in_table else OFF_PAGE
    names = ("top", "left", "margin", "margin-left", "text-indent", "inset")
    parts = [part for name in names for part in values.get(name, "").split()]
    away = (
        [values.get("right", ""), values.get("bottom", "")] if values.get("position") in ("absolute", "fixed") else []
    )
    return any((length(part, style.size) or 0) <= limit for part in parts) or any(
        (length(part, style.size) or 0) >= -OFF_PAGE for part in away
    )


def is_changed(values: Values, style: ElementStyle, element: Any | None, name: str) -> bool:
    """Whether properties change, move or cover the text of a cell."""
    for key, idle in IDLE.items():
        if values.get(key, idle[0]) not in (*idle, "initial", "inherit"):
            return True
    if re.search("super|sub|ordinal|fraction", _all_of(values, "font-variant", "font-variant-numeric")):
        return True
    if FIGURE.search(values.get("quotes", "")):
        return True
    if "all" in values or "reverse" in _all_of(values, "flex-direction", "flex-flow", "flex-wrap"):
        return True
    if any(low * style.size > size for key, low, _ in LIMITED for size in _lengths(values, style, key)):
        return True
    if any(size > high * style.size for key, _, high in LIMITED for size in _lengths(values, style, key)):
        return True
    if _has_stripes(values, name) or _is_low(values, style, element, name):
        return True
    if name in TABLE_PARTS:
        return False
    if min(_lengths(values, style, "margin", "margin-top", "margin-bottom"), default=0.0) <= -style.size / 4:
        return True
    if style.is_line or alone_in_cell(element):
        return False
    if values.get("writing-mode", "horizontal-tb").startswith(UPRIGHT):
        return True  # among other text: a cell of its own is read so
    if min(_lengths(values, style, "margin-left", "margin-right"), default=0.0) < -style.size / 8:
        return True
    widths = [size for key in ("width", "max-width") for size in _lengths(values, style, key)]
    if _has_box(values, style) and min(widths, default=OFF_PAGE) >= 0 and min(widths) < _needed(element, style):
        return True
    return any(abs(size) >= style.size / 2 for size in _lengths(values, style, *SIDES, *EDGES))


def _all_of(values: Values, *names: str) -> str:
    return " ".join(values.get(name, "") for name in names)


def _lengths(values: Values, style: ElementStyle, *names: str) -> Iterator[float]:
    """The lengths in the values of some properties, in points."""
    for part in re.sub(r"\([^()]*\)|,", " ", _all_of(values, *names)).split():
        size = length(part, style.size)
        if size is not None:
            yield size


def _has_stripes(values: Values, name: str) -> bool:
    """Whether a gradient may draw a line through text; those of cells that go on to their edges shade them only."""
    ground = _all_of(values, "background", "background-image")
    if "gradient(" not in ground:
        return False
    return name not in TABLE_PARTS or any(
        stop not in ("0", "100") for stop in re.findall(r"([\d.]+)(?:%|px|em|pt)", ground)
    )


def _has_box(values: Values, style: ElementStyle) -> bool:
    """Whether the sizes that an element is given hold: they do not for parts of a line."""
    return style.is_line or values.get("display", "").startswith("inline-")


def _is_low(values: Values, style: ElementStyle, element: Any | None, name: str) -> bool:
    """Whether figures reach beyond a box that is too low for them, where its border or what follows crosses them."""
    heights = [] if name in TABLE_PARTS else list(_lengths(values, style, "height", "max-height"))
    spacing = values.get("line-height", "normal")
    share = as_number(spacing)
    line = (length(spacing, style.size) or style.size) if share is None else share * style.size
    is_low = min(heights, default=style.size) < 0.8 * style.size or line < style.size / 2
    return is_low and _has_box(values, style) and element is not None and bool(FIGURE.search(element.text_content()))


def _needed(element: Any | None, style: ElementStyle) -> float:
    """The width of an element's text on one line, in points."""
    text = element.text_content() if element is not None and style.is_in_table else ""
    return sum(0.5 if character.isascii() else 1.0 for character in text.strip()) * style.size


def is_cut(values: Values, style: ElementStyle, element: Any | None) -> bool:
    """Whether the box of an element is too small for its text, and what does not fit in it is not seen."""
    if any(word in CUT for word in values.get("contain", "").split()):
        return True
    if values.get("overflow", "visible") in ("visible", "initial", "inherit"):
        return False
    if min(_lengths(values, style, "text-indent"), default=0.0) < 0:
        return True
    heights, widths = (
        [size for name in names if (size := length(values.get(name, "auto"), style.size)) is not None]
        for names in (("height", "max-height"), ("width", "max-width"))
    )
    needed = _needed(element, style) if widths else 0.0
    return min(heights, default=style.size) < 0.8 * style.size or min(widths, default=needed) < needed


def cover_of(values: Values, style: ElementStyle, name: str, is_moved: bool) -> Cover:
    """What the ground or the border of an element may cover that it does not stand behind."""
    is_painted = name == "hr" or any(
        PAINTED.fullmatch(key) and not UNPAINTED.fullmatch(value) for key, value in values.items()
    )
    if not (is_painted and style.is_in_table) or name in TABLE_PARTS:
        return ""
    if values.get("position") in ("absolute", "fixed"):
        return "table"
    is_drawn_back = min(_lengths(values, style, *MARGINS), default=0.0) <= -style.size / 2
    return "table" if is_drawn_back else "cell" if is_moved else ""
