"""Values of CSS properties: lengths, colours, sizes of type and variables. Source: CSS Values and Units Level 4."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import tinycss2.color4

POINTS = {
    "px": 0.75,
    "pt": 1.0,
    "pc": 12.0,
    "in": 72.0,
    "cm": 72 / 2.54,
    "mm": 7.2 / 2.54,
    "q": 1.8 / 2.54,
    "rem": 12.0,
}
SIZES = {
    "xx-small": 6.75,
    "x-small": 7.5,
    "small": 9.75,
    "medium": 12.0,
    "large": 13.5,
    "x-large": 18.0,
    "xx-large": 24.0,
    "xxx-large": 36.0,
}
"""Points of the sizes with a name, as browsers have them."""

LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(px|pt|pc|in|cm|mm|q|rem|em|ex|ch|%)?")
VARIABLE = re.compile(r"var\(\s*(--[^\s,()]+)\s*(?:,([^()]*))?\)")
MOST_STEPS = 8
"""Variables that stand in variables are followed so far."""

LONGEST_VALUE = 1000


IDLE = {
    **dict.fromkeys(
        ("transform", "scale", "rotate", "translate", "clip-path", "filter", "mask", "mask-image"), ("none",)
    ),
    **dict.fromkeys(("animation", "animation-name", "-webkit-text-security"), ("none",)),
    **dict.fromkeys(("offset", "offset-path", "backdrop-filter", "-webkit-box-reflect", "line-clamp"), ("none",)),
    **dict.fromkeys(("border-image", "border-image-source"), ("none",)),
    "background-clip": ("border-box", "padding-box", "content-box"),
    "clip": ("auto",),
    "content-visibility": ("visible", "auto"),
    **dict.fromkeys(("grid-area", "grid-column", "grid-column-start", "grid-row", "grid-row-start"), ("auto",)),
    "font-feature-settings": ("normal",),
    "font-variant-position": ("normal",),
    "mix-blend-mode": ("normal",),
    "order": ("0",),
    "unicode-bidi": ("normal", "embed", "isolate", "plaintext"),
    "zoom": ("1", "normal", "100%"),
}
"""Properties whose other values may move, change or cover text, with the values that do nothing."""


LIMITED = (
    ("letter-spacing", -0.25, math.inf),  # half of a figure's width
    ("word-spacing", -0.1, math.inf),  # a space is a quarter of the size
    ("text-underline-offset", 0.0, math.inf),
    ("text-decoration", 0.0, 0.25),
    ("text-decoration-thickness", 0.0, 0.25),
    ("text-shadow", -0.25, 0.25),
    ("-webkit-text-stroke", 0.0, 0.1),
    ("-webkit-text-stroke-width", 0.0, 0.1),
)
"""Properties that change figures with lengths out of these limits, in sizes of the type."""


def length(value: str, em: float) -> float | None:
    """A length in points. ``em``: the size of the type, of which percents are taken, too. None for anything else."""
    found = LENGTH.fullmatch(value)
    if found is None or (found[2] is None and float(found[1]) != 0):
        return None
    unit = found[2] or "px"
    scale = em if unit == "em" else em / 2 if unit in ("ex", "ch") else em / 100 if unit == "%" else POINTS[unit]
    return float(found[1]) * scale


def first_length(value: str, em: float, around: float) -> float | None:
    """A size of type in points, by its name or as a length."""
    if value in ("smaller", "larger"):
        return around / 1.2 if value == "smaller" else around * 1.2
    return SIZES[value] if value in SIZES else length(value, em)


def size_of(font: str) -> str:
    """The size in the value of a ``font`` property; ``inherit`` where it has none, as the fonts of a system."""
    for part in font.split():
        size = part.partition("/")[0]
        if size in SIZES or size in ("smaller", "larger") or (LENGTH.fullmatch(size) and not size.isdecimal()):
            return size
    return "inherit"


def family_of(font: str) -> str:
    """The typefaces in the value of a ``font`` property, which stand behind its size."""
    size = size_of(font)
    return font if size == "inherit" else font.partition(size)[2].partition(" ")[2].strip()


SYSTEM_COLOURS = {
    **dict.fromkeys(("canvastext", "windowtext", "buttontext", "fieldtext", "menutext", "captiontext"), "black"),
    **dict.fromkeys(("infotext", "marktext"), "black"),
    **dict.fromkeys(("canvas", "window", "field", "menu", "infobackground", "appworkspace"), "white"),
    **dict.fromkeys(("buttonface", "threedface", "threedlightshadow", "scrollbar"), "#efefef"),
    **dict.fromkeys(("graytext", "inactivecaptiontext", "threedshadow", "buttonshadow"), "gray"),
    **{"linktext": "#00e", "visitedtext": "#551a8b", "activetext": "red", "mark": "yellow"},
}
"""Colours that the system gives, on white pages (CSS Color Level 4, 6.2 and appendix A). Those left out differ."""


def as_colour(value: str) -> tuple[float, float, float, float] | None:
    """Red, green, blue and alpha, each 0 to 1; None for what is no colour."""
    found = tinycss2.color4.parse_color(SYSTEM_COLOURS.get(value, value))
    if found is None or isinstance(found, str) or found.space not in ("srgb", "hsl", "hwb"):
        return None
    red, green, blue = (part or 0.0 for part in found.to("srgb").coordinates)
    return red, green, blue, found.alpha


def substituted(value: str, variables: Mapping[str, str]) -> str:
    """A value with its variables filled in; empty where one of them is not there, as if it was not given."""
    for _ in range(MOST_STEPS):
        if "var(" not in value or len(value) > LONGEST_VALUE:
            break
        missing = [name for name, default in VARIABLE.findall(value) if name not in variables and not default]
        if missing or not VARIABLE.search(value):
            return ""
        value = VARIABLE.sub(lambda found: variables.get(found[1], found[2] or "").strip().lower(), value)
    return value


def lacks_variable(value: str, variables: Mapping[str, str]) -> bool:
    """Whether a variable of a value is not set, so that what the value names in its place holds."""
    return any(name not in variables for name, _ in VARIABLE.findall(value))


def as_number(text: str) -> float | None:
    """A number or a percentage as a share; None for anything else."""
    found = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%?)", text)
    return None if found is None else float(found[1]) / (100 if found[2] else 1)


def alone_in_cell(element: Any | None) -> bool:
    """Whether an element holds all the text of its cell, so that its place beside others does not matter."""
    if element is None:
        return False
    cell = next((parent for parent in element.iterancestors("td", "th")), None)
    return cell is not None and "".join(cell.itertext()).split() == "".join(element.itertext()).split()
