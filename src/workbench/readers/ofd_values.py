"""Values in the XML of OFD: numbers, boxes, matrices, runs of distances, colours, paths.

Source: GB/T 33190-2016. Lengths are millimetres, y goes down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, repeat
from math import isfinite
from typing import Any

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path.parser import parse_path

from workbench.language import Phrase
from workbench.readers.office import local_name
from workbench.readers.pdf_objects import IDENTITY, Matrix
from workbench.readers.shown import Colour

FURTHEST = 1e6
"""Millimetres: no page reaches further, and no number of a drawing."""

OPAQUE = 255.0
"""Alpha of what is not transparent (8.5)."""

UNTOLD_COLOUR: Colour = (0.5, 0.5, 0.5)
"""Stands for a pattern or a gradient: seen on any paper."""

PATH_STEPS = {"S": ("M", 2), "M": ("M", 2), "L": ("L", 2), "Q": ("Q", 4), "B": ("C", 6), "A": ("A", 7), "C": ("Z", 0)}
"""Steps of a path in OFD (9.1), each with the step of SVG that it is, and its number of values."""

ESCAPED = re.compile(r"\\([0-9A-Fa-f]{4})")
"""A character by its code in a text (11.3)."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour, and how much it covers, 0 to 1."""

    colour: Colour
    alpha: float = 1.0


def found(element: Any, name: str) -> Iterator[Any]:
    """The elements of a name that are directly in another one."""
    return (child for child in element if local_name(child) == name)


def text_of(element: Any | None) -> str:
    """The text of an element without the spaces around it; empty where there is none."""
    return (element.text or "").strip() if element is not None else ""


def is_true(text: str | None, default: bool) -> bool:
    """A switch; ``default`` where it is not there."""
    return default if text is None else text.strip().lower() in ("true", "1")


def number(text: str | None, default: float = 0.0) -> float:
    """A number; ``default`` where there is none.

    Raises:
        ValueError: it is none, or lies beyond all pages.
    """
    if text is None or not text.strip():
        return default
    value = float(text)
    if not isfinite(value) or abs(value) > FURTHEST:
        raise ValueError(Phrase("{text} is no length", text=text))
    return value


def numbers(text: str | None) -> list[float]:
    """Numbers parted by spaces."""
    return [number(part) for part in (text or "").split()]


def box_of(text: str | None) -> tuple[float, float, float, float]:
    """A corner of a box, and its width and height, which are negative where it reaches to the left and up from there.

    Raises:
        ValueError: these are not four numbers.
    """
    left, top, width, height = _numbers(text, 4)
    return left, top, width, height


def matrix_of(text: str | None) -> Matrix:
    """A matrix; that which changes nothing where there is none.

    Raises:
        ValueError: these are not six numbers.
    """
    if not (text or "").strip():
        return IDENTITY
    a, b, c, d, e, f = _numbers(text, 6)
    return a, b, c, d, e, f


def _numbers(text: str | None, count: int) -> list[float]:
    given = numbers(text)
    if len(given) != count:
        raise ValueError(Phrase("{count} numbers are asked for, and {given} are there", count=count, given=len(given)))
    return given


def distances(text: str | None, count: int) -> list[float]:
    """The first ``count`` distances from each character to the next; the last one goes on, as readers of OFD have it.

    >>> distances("g 2 1.5 3", 5), distances(None, 2)
    ([1.5, 1.5, 3.0, 3.0, 3.0], [0.0, 0.0])
    """
    parts = iter((text or "").split())
    given: list[float] = []
    for part in parts:
        if len(given) >= count:
            break
        if part == "g":
            times, value = int(next(parts, "")), number(next(parts, ""))
            given += islice(repeat(value), max(0, min(times, count - len(given))))
        else:
            given.append(number(part))
    return (given + [given[-1] if given else 0.0] * count)[:count]


def ink_of(element: Any | None, spaces: Mapping[str, Any], default: Ink | None) -> Ink | None:
    """The colour of an element; ``default`` where there is no element. Without values it is black (8.3.1)."""
    if element is None:
        return default
    alpha = number(element.get("Alpha"), OPAQUE) / OPAQUE
    if any(local_name(child) for child in element):
        return Ink(UNTOLD_COLOUR, alpha)
    space = spaces.get(element.get("ColorSpace", ""))
    given = element.get("Value")
    if given is None and space is not None and element.get("Index") is not None:
        entries = [text_of(entry) for palette in found(space, "Palette") for entry in found(palette, "CV")]
        given = entries[int(element.get("Index"))]
    most = 2.0 ** int(number(space.get("BitsPerComponent") if space is not None else None, 8.0)) - 1
    shares = [min(max(_channel(part) / most, 0.0), 1.0) for part in (given or "").split()]
    return Ink(_rgb(shares, space.get("Type") if space is not None else None), alpha)


def _channel(part: str) -> float:
    return float(int(part[1:], 16)) if part.startswith("#") else number(part)


def _rgb(shares: list[float], kind: str | None) -> Colour:
    if len(shares) == 1 or (kind == "GRAY" and shares):
        return shares[0], shares[0], shares[0]
    if len(shares) == 4:
        cyan, magenta, yellow, black = shares
        red, green, blue = ((1 - one) * (1 - black) for one in (cyan, magenta, yellow))
        return red, green, blue
    return (shares[0], shares[1], shares[2]) if len(shares) == 3 else (0.0, 0.0, 0.0)


def outline(text: str) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
    """A path as steps of a pen: ``moveTo``, ``lineTo``, ``curveTo``, ``qCurveTo``, ``closePath``, each with its points.

    Raises:
        ValueError: it is no path.
    """
    parts = iter(re.findall(r"[A-Za-z]|[^\sA-Za-z,]+(?:[eE][-+]?\d+)?", text))
    steps: list[str] = []
    for part in parts:
        if part not in PATH_STEPS:
            raise ValueError(Phrase("{part!r} is no step of a path", part=part[:20]))
        name, count = PATH_STEPS[part]
        values = [number(value) for value in islice(parts, count)]
        if len(values) < count:
            raise ValueError(Phrase("a path breaks off"))
        if steps or name == "M":  # a path begins where something is moved to
            steps.append(f"{name} {' '.join(f'{value:.6f}'.rstrip('0').rstrip('.') for value in values)}")
    if not steps:
        return []
    pen = RecordingPen()
    parse_path(" ".join(steps), pen)
    return [(name, points) for name, points in pen.value if name != "endPath"]


def characters_of(text: str) -> str:
    r"""A text with the spaces that it has by their codes; what else is told by codes is not sure to be shown so.

    >>> characters_of("甲\\0020乙\n")
    '甲 乙'
    """
    return ESCAPED.sub(lambda code: " " if code[1] == "0020" else "\ufffd", text.strip("\n\r\t"))
