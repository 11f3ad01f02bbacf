"""What people lay over a printed page in colour or pale grey: watermarks, large seals, logos, highlighters, wide pens.

A mark is made of a share of ink for each pixel, and of its colour. Print is black under ink that it shines through;
ink that covers takes a share of the print's place.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pylopdf_fonts_zh_cn as fonts
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.makers.printing import Picture

Ink = NDArray[np.float32]
"""(height, width), 0 to 1."""
Colour = tuple[int, int, int]
Mark = Callable[[Picture, np.random.Generator], Picture]

STRONG: tuple[Colour, ...] = ((208, 0, 230), (225, 30, 40), (30, 70, 220), (0, 150, 70), (240, 120, 0), (0, 160, 200))
HIGHLIGHTERS: tuple[Colour, ...] = ((255, 245, 60), (255, 140, 200), (130, 240, 120), (255, 180, 70))
WORDS = ("样张", "作废", "ORIGINAL", "草稿", "COPY", "复印无效", "DRAFT")


def letters(picture: Picture, rng: np.random.Generator) -> Picture:
    """One word in large solid letters at an angle, the print whole under it."""
    return _laid(picture, _word(picture, rng, rng.uniform(20, 70) * rng.choice([-1, 1])), _one(STRONG, rng))


def upright_letters(picture: Picture, rng: np.random.Generator) -> Picture:
    """The same, level."""
    return _laid(picture, _word(picture, rng, 0.0), _one(STRONG, rng))


def translucent_letters(picture: Picture, rng: np.random.Generator) -> Picture:
    """Letters that cover the print by a third or a half."""
    ink = _word(picture, rng, rng.uniform(25, 60)) * rng.uniform(0.3, 0.5)
    return _laid(picture, ink, _one(STRONG, rng), covers=True)


def pale_letters(picture: Picture, rng: np.random.Generator) -> Picture:
    """Light grey letters at 45 degrees behind the print, as office programs set them."""
    tone = int(rng.integers(185, 226))
    return _laid(picture, _word(picture, rng, 45.0), (tone, tone, tone))


def tiled_words(picture: Picture, rng: np.random.Generator) -> Picture:
    """A small slanted line of words, again and again over the whole page, in thin colour or grey."""
    height, width = picture.shape[:2]
    side = round(width * rng.uniform(0.018, 0.03))
    sheet = Image.new("L", (width * 2, height * 2))
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(fonts.sans_path(), side)
    for row, y in enumerate(range(0, height * 2, side * 6)):
        for x in range(-(row % 2) * side * 5, width * 2, side * 11):
            draw.text((x, y), "内部资料 严禁外传", 255, font)
    turned = sheet.rotate(rng.uniform(20, 40), Image.Resampling.BICUBIC)
    left, top = width // 2, height // 2
    ink = np.asarray(turned.crop((left, top, left + width, top + height)), np.float32) / 255 * rng.uniform(0.2, 0.4)
    colour: Colour = (90, 90, 90) if rng.random() < 0.4 else _one(STRONG, rng)
    return _laid(picture, ink, colour, covers=bool(rng.random() < 0.5))


def highlighter(picture: Picture, rng: np.random.Generator) -> Picture:
    """A few wide strokes, none of them level."""
    ink = np.zeros(picture.shape[:2], np.float32)
    height, width = ink.shape
    for _ in range(int(rng.integers(4, 8))):
        start = np.array([rng.uniform(0.08, 0.6) * width, rng.uniform(0.08, 0.5) * height])
        angle, length = np.radians(rng.uniform(12, 40) * rng.choice([-1, 1])), rng.uniform(0.15, 0.35) * width
        stop = start + length * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(ink, _at(start), _at(stop), 1.0, round(width * rng.uniform(0.016, 0.026)), cv2.LINE_AA)
    return _laid(picture, ink, _one(HIGHLIGHTERS, rng))


def wide_pen(picture: Picture, rng: np.random.Generator) -> Picture:
    """One long scrawl of a felt pen."""
    height, width = picture.shape[:2]
    across = np.linspace(0, 1, 200)
    x = width * (0.15 + 0.6 * across)
    y = height * (rng.uniform(0.15, 0.4) + 0.07 * np.sin(across * rng.uniform(9, 14)) + 0.1 * across)
    ink = np.zeros((height, width), np.float32)
    path = np.column_stack([x, y]).round().astype(np.int32)
    cv2.polylines(ink, [path], isClosed=False, color=1.0, thickness=round(width * rng.uniform(0.008, 0.014)))
    return _laid(picture, ink * 0.9, _one(STRONG, rng))


def large_seal(picture: Picture, rng: np.random.Generator) -> Picture:
    """A ring with a star and characters, two hands wide."""
    height, width = picture.shape[:2]
    radius = width * rng.uniform(0.2, 0.28)
    centre = np.array([rng.uniform(0.4, 0.6) * width, rng.uniform(0.2, 0.35) * height])
    ink = np.zeros((height, width), np.float32)
    cv2.circle(ink, _at(centre), round(radius), 1.0, round(radius * 0.06), cv2.LINE_AA)
    angles = np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2, 0.13, 0.34) * radius
    star = centre + np.column_stack([np.sin(angles) * reach, -np.cos(angles) * reach])
    cv2.fillPoly(ink, [star.round().astype(np.int32)], 1.0, cv2.LINE_AA)
    font = ImageFont.truetype(fonts.sans_path(), round(radius * 0.25))
    for angle, word in zip(np.linspace(-2.1, 2.1, 9), "某市财政局专用章印", strict=True):
        side = round(radius * 0.4)
        tile = Image.new("L", (side, side))
        ImageDraw.Draw(tile).text((side / 2, side / 2), word, 255, font, anchor="mm")
        turned = np.asarray(tile.rotate(-np.degrees(angle), Image.Resampling.BICUBIC), np.float32) / 255
        left, top = _at(centre + radius * 0.75 * np.array([np.sin(angle), -np.cos(angle)]) - side / 2)
        if left >= 0 and top >= 0:
            here = ink[top : top + side, left : left + side]
            np.maximum(here, turned[: here.shape[0], : here.shape[1]], out=here)
    return _laid(picture, ink * rng.uniform(0.7, 0.9), (215, 25, 40))


def logo(picture: Picture, rng: np.random.Generator) -> Picture:
    """A disc with a hole and a bar, behind the print."""
    height, width = picture.shape[:2]
    radius = width * rng.uniform(0.12, 0.2)
    centre = np.array([rng.uniform(0.35, 0.65) * width, rng.uniform(0.2, 0.4) * height])
    ink = np.zeros((height, width), np.float32)
    cv2.circle(ink, _at(centre), round(radius), 1.0, -1, cv2.LINE_AA)
    cv2.circle(ink, _at(centre + radius * 0.2), round(radius * 0.5), 0.0, -1, cv2.LINE_AA)
    slant = np.array([radius * 0.9, -radius * 0.4])
    cv2.line(ink, _at(centre - slant), _at(centre + slant), 1.0, round(radius * 0.2), cv2.LINE_AA)
    return _laid(picture, ink * rng.uniform(0.6, 1.0), _one(STRONG, rng))


MARKS: dict[str, Mark] = {
    "letters": letters,
    "upright": upright_letters,
    "translucent": translucent_letters,
    "pale": pale_letters,
    "tiled": tiled_words,
    "highlighter": highlighter,
    "pen": wide_pen,
    "seal": large_seal,
    "logo": logo,
}


def _word(picture: Picture, rng: np.random.Generator, angle: float) -> Ink:
    """A word across the upper part of the page, nearly as long as the page is wide, ``angle`` degrees anticlockwise."""
    height, width = picture.shape[:2]
    word = str(rng.choice(WORDS))
    length = width * (0.75 if angle else 0.6)
    font = ImageFont.truetype(fonts.sans_path(), 200)
    left, _, right, _ = font.getbbox(word)
    font = font.font_variant(size=min(round(200 * length / (right - left)), round(0.25 * width)))
    sheet = Image.new("L", (width, height))
    at = (width * rng.uniform(0.42, 0.58), height * rng.uniform(0.25, 0.4))
    heavy = round(font.size * rng.uniform(0.0, 0.05))
    ImageDraw.Draw(sheet).text(at, word, 255, font, anchor="mm", stroke_width=heavy)
    turned = sheet.rotate(angle, Image.Resampling.BICUBIC, center=at)
    return np.asarray(turned, np.float32) / 255


def _laid(picture: Picture, ink: Ink, colour: Colour, covers: bool = False) -> Picture:
    share, paint = ink[:, :, None], np.array(colour, np.float32)
    under = paint if covers else picture.astype(np.float32) * paint / 255
    return np.clip(picture * (1 - share) + under * share, 0, 255).astype(np.uint8)


def _one(colours: tuple[Colour, ...], rng: np.random.Generator) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _at(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
