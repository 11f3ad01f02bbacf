"""Whether the digits on a page look like what its text calls them.

A PDF names its glyphs in a table of its own, and nothing but the drawing of the page tells that the table is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pylopdf_fonts_zh_cn as fonts
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from workbench.readers.pdf_objects import Character

DIGITS = "0123456789"
SHAPE = (14, 20)
"""Width and height to which a digit's ink is brought before it is compared, pixels."""

ALIKE = 0.72
"""Correlation from which on a digit looks like another. Digits of other typefaces reach it, other digits seldom."""

LEAD = 0.15
"""A digit is taken for another one only if it looks so much more like it (difference of correlations)."""

MOST_SAMPLES = 30
"""So many of each digit are looked at."""

TOO_MANY = 0.3
"""Share of a digit's samples that have to look like another one."""

Grey = NDArray[np.float64]


def digits_look_right(drawn: Sequence[tuple[Character, Grey]]) -> bool:
    """Compare digits with their names. ``drawn``: characters with the grey levels (0 black) of their ink's box."""
    samples: dict[str, list[Grey]] = {digit: [] for digit in DIGITS}
    for character, grey in drawn:
        if character.text in samples and len(samples[character.text]) < MOST_SAMPLES and min(grey.shape) > 2:
            samples[character.text].append(_shape(grey))
    return not any(
        shapes and sum(_is_another(digit, shape) for shape in shapes) > TOO_MANY * len(shapes)
        for digit, shapes in samples.items()
    )


def _is_another(digit: str, shape: Grey) -> bool:
    likeness = {name: max(float(np.vdot(shape, model)) for model in models) for name, models in _models().items()}
    best = max(value for name, value in likeness.items() if name != digit)
    return best >= ALIKE and best > likeness[digit] + LEAD


@cache
def _models() -> dict[str, list[Grey]]:
    """The digits of a serif and a sans typeface."""
    return {
        digit: [_shape(_drawn(digit, path)) for path in (fonts.serif_path(), fonts.sans_path())] for digit in DIGITS
    }


def _drawn(digit: str, path: object) -> Grey:
    face = ImageFont.truetype(str(path), 60)
    left, top, right, bottom = (int(edge) for edge in face.getbbox(digit))
    image = Image.new("L", (right - left, bottom - top), 255)
    ImageDraw.Draw(image).text((-left, -top), digit, font=face, fill=0)
    return np.asarray(image, dtype=np.float64)


def _shape(grey: Grey) -> Grey:
    """The ink brought to one size, softened, without its mean and of length 1: the dot product is the correlation."""
    ink = Image.fromarray((grey.max() - grey).astype(np.uint8))
    soft = ink.resize(SHAPE, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1.2))
    return as_unit(np.asarray(soft, dtype=np.float64))


def as_unit(levels: Grey) -> Grey:
    """A picture without its mean and of length 1: the dot product of two is their correlation."""
    shape: Grey = levels - levels.mean()
    shape /= max(float(np.linalg.norm(shape)), 1e-9)
    return shape
