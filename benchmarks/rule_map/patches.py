"""Pieces of pages as scanners, copiers and cameras would have left them, with the rules that are on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.structure.rule_map import UNIT

SIDE = 192
"""Pixels of a side of a patch, of which ``UNIT`` are a text height."""

Shades = NDArray[np.float32]


@dataclass(frozen=True)
class TrainingPage:
    """A page in shades of grey, where its level and plumb rules run, and the height of its type in pixels."""

    grey: NDArray[np.uint8]
    level: NDArray[np.uint8]
    plumb: NDArray[np.uint8]
    em: float


def load_page(file: Path) -> TrainingPage:
    """A page that ``benchmarks.rule_map.pages`` wrote, without most of its empty paper."""
    number, _, em = file.stem.partition("-")
    grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    bare = cv2.imread(str(file.with_name(f"{number}-rules.png")), cv2.IMREAD_GRAYSCALE)
    inked, edge = np.nonzero(grey < 230), round(4 * float(em))
    top, left, low, right = (int(end(at)) for end in (np.min, np.max) for at in inked)
    rows, columns = slice(max(0, top - edge), low + edge), slice(max(0, left - edge), right + edge)
    level, plumb = rules_of(bare, float(em))
    return TrainingPage(grey[rows, columns], level[rows, columns], plumb[rows, columns], float(em))


@dataclass(frozen=True)
class Patch:
    """A piece of a page in shades of grey, (SIDE, SIDE); its rules, (2, SIDE / 2, SIDE / 2): level and plumb; and where
    these are lost, so that nothing can be said."""

    grey: NDArray[np.uint8]
    rules: NDArray[np.uint8]
    lost: NDArray[np.bool_]


def rules_of(bare: NDArray[np.uint8], em: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Masks of the level and the plumb rules of a page that has nothing else on it."""
    ink = np.where(bare < 200, 255, 0).astype(np.uint8)
    run = max(5, round(0.8 * em))
    return tuple(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size, np.uint8)) for size in ((1, run), (run, 1)))


def draw_patch(page: TrainingPage, rng: np.random.Generator) -> Patch:
    """Any piece of the page, damaged in one of many ways."""
    scale = UNIT / (0.9 * page.em) * np.exp(rng.uniform(-0.35, 0.35))
    size = round(SIDE / scale)
    angle = rng.normal(0, 0.15) if rng.random() < 0.7 else rng.normal(0, 0.6)
    centre = [float(rng.uniform(0, side)) for side in page.grey.shape[::-1]]
    if rng.random() < 0.8:
        centre = [
            float(np.clip(at, min(size / 2, side / 2), max(side - size / 2, side / 2)))
            for at, side in zip(centre, page.grey.shape[::-1], strict=True)
        ]
    turn = cv2.getRotationMatrix2D(tuple(centre), angle, 1.0)
    turn[:, 2] += [size / 2 - centre[0], size / 2 - centre[1]]
    warped = [
        cv2.warpAffine(image, turn, (size, size), flags=cv2.INTER_LINEAR, borderValue=paper)
        for image, paper in ((page.grey, 255), (page.level, 0), (page.plumb, 0))
    ]
    look = _damaged(warped[0].astype(np.float32), page.em, rng)
    rules = [_shrunk(mask) for mask in warped[1:]]
    small = cv2.resize(look, (SIDE, SIDE), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    patch = np.clip(small, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        patch, rules = patch[:, ::-1], [mask[:, ::-1] for mask in rules]
    patch = np.ascontiguousarray(patch)
    level, plumb = rules
    lost = _lost(patch, level), _lost(patch.T.copy(), plumb.T.copy()).T
    return Patch(patch, np.stack(rules), np.stack(lost))


def _lost(patch: NDArray[np.uint8], rules: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a level rule was, and nothing near it is darker or lighter than what is above and below."""
    along, off = cv2.blur(patch, (UNIT, 1)).astype(np.int16), UNIT // 3
    above, below = np.roll(along, off, 0), np.roll(along, -off, 0)
    seen = (along < np.minimum(above, below) - 2) | (along > np.maximum(above, below) + 2)
    small = cv2.resize(np.where(seen, 255, 0).astype(np.uint8), rules.shape[::-1], interpolation=cv2.INTER_AREA)
    seen_rules = np.where((small > 0) & (rules > 0), 255, 0).astype(np.uint8)
    return (rules > 0) & (cv2.dilate(seen_rules, np.ones((3, UNIT), np.uint8)) == 0)


def _shrunk(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A mask of half the patch's side; a rule is at least three pixels wide there."""
    area = cv2.resize(
        mask, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA if mask.shape[0] > SIDE // 2 else cv2.INTER_LINEAR
    )
    return cv2.dilate(np.where(area > 40, 255, 0).astype(np.uint8), np.ones((3, 3), np.uint8))


def _damaged(page: Shades, em: float, rng: np.random.Generator) -> Shades:
    """What a page has been through: one of many ways, most of them light."""
    unit = em / 22
    if rng.random() < 0.2:
        page = _with_strokes(page, em, rng)
    if rng.random() < 0.15:
        back = np.roll(page[:, ::-1], rng.integers(0, 99, 2), (0, 1))
        page = np.minimum(page, 255 - (255 - back) * rng.uniform(0.05, 0.4))
    if rng.random() < 0.12:
        page = _worn(page, em, rng)
    if rng.random() < 0.5:
        page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 1.3) * max(0.7, unit))
    kind = rng.random()
    if kind < 0.22:
        return _black_and_white(page, em, rng)
    if kind < 0.35:
        return page
    ink, paper = rng.uniform(0, 110) * (rng.random() < 0.4), rng.uniform(215, 255)
    page = ink + page * (paper - ink) / 255
    if rng.random() < 0.3:
        page = page * _light(page.shape, rng)
    noise = rng.normal(0, rng.uniform(0.5, 9), page.shape).astype(np.float32)
    if rng.random() < 0.5:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.8) * 1.8
    page = np.clip(page + noise, 0, 255)
    if rng.random() < 0.6:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))]
        _, compressed = cv2.imencode(".jpg", page.astype(np.uint8), quality)
        page = cv2.imdecode(compressed, cv2.IMREAD_GRAYSCALE).astype(np.float32)
    return page


def _worn(page: Shades, em: float, rng: np.random.Generator) -> Shades:
    """Ink gone in spots."""
    size = (
        max(2, round(page.shape[1] / em / rng.uniform(0.15, 0.5))),
        max(2, round(page.shape[0] / em / rng.uniform(0.15, 0.5))),
    )
    spots = cv2.resize(rng.normal(0, 1, size[::-1]).astype(np.float32), page.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.where(spots > rng.uniform(0.5, 1.6), 255, page).astype(np.float32)


def _light(shape: tuple[int, ...], rng: np.random.Generator) -> Shades:
    corners = rng.uniform(0.6, 1.0, (3, 3)).astype(np.float32)
    return cv2.resize(corners, shape[::-1], interpolation=cv2.INTER_CUBIC)


def _black_and_white(page: Shades, em: float, rng: np.random.Generator) -> Shades:
    way = rng.random()
    if way < 0.4:
        black = page < rng.uniform(110, 215)
    elif way < 0.8:
        size = int(em * rng.uniform(0.8, 2.5)) | 1
        grey, way_to_mean, keep = page.astype(np.uint8), cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV
        black = cv2.adaptiveThreshold(grey, 255, way_to_mean, keep, size, rng.uniform(6, 20)) > 0
    else:
        grain = cv2.GaussianBlur(rng.normal(0, 1, page.shape).astype(np.float32), (0, 0), 0.8)
        black = page + grain * rng.uniform(20, 60) < rng.uniform(110, 170)
    flipped = rng.random(page.shape) < rng.choice([0, 0.0005, 0.003])
    return np.where(black ^ flipped, 0, 255).astype(np.float32)


def _with_strokes(page: Shades, em: float, rng: np.random.Generator) -> Shades:
    """Seals and handwriting over the page: arcs, loops and flourishes, no rules."""
    size, tone = page.shape[0], float(rng.uniform(20, 170))
    over = np.full_like(page, 255)
    if rng.random() < 0.4:
        centre, radius = rng.uniform(0, size, 2).astype(int).tolist(), int(em * rng.uniform(3, 8))
        cv2.circle(over, centre, radius, tone, max(1, round(em * rng.uniform(0.06, 0.2))), cv2.LINE_AA)
    for _ in range(int(rng.integers(1, 7))):
        course = rng.uniform(0, size, 2) + _flourish(em, rng)
        thickness = max(1, round(em * rng.uniform(0.04, 0.16)))
        cv2.polylines(over, [np.round(course).astype(np.int32)], False, tone, thickness, cv2.LINE_AA)
    return np.minimum(page, over)


def _flourish(em: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A stroke of the pen, (points, 2), around 0: loops, high or wide, that move on."""
    time = np.linspace(0, rng.uniform(2, 14), 160)[:, None]
    size = em * np.exp(rng.uniform(-1, 1.6, 2))
    loops = size * np.sin(time * rng.uniform(0.7, 1.3, 2) + rng.uniform(0, 6.3, 2))
    return loops + time * em * rng.uniform(-0.6, 0.6, 2)
