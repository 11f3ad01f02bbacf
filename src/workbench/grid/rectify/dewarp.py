"""Maps between an upright page and the page as scanned, and the dewarp field that makes its rules straight again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import opened, transposed
from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.settings.rectify import DewarpSettings

Points = NDArray[np.float64]
"""(n, 2): x and y of n points, pixels."""

MESH = 16
"""Pixels between the points at which a map is worked out before it is filled in linearly."""

ORDERS = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1))
"""Powers (along the rule, across it) of a slope field: skew, perspective, and the curl of a sheet."""


@dataclass(frozen=True, slots=True)
class Homography:
    """A projective map given by its ``matrix`` (3, 3)."""

    matrix: NDArray[np.float64]

    def __call__(self, points: Points) -> Points:
        mapped = np.column_stack([points, np.ones(len(points))]) @ self.matrix.T
        return np.asarray(mapped[:, :2] / mapped[:, 2:])


@dataclass(frozen=True, slots=True)
class DewarpField:
    """A smooth map close to the identity, by the slopes of rules.

    ``across`` are the coefficients of the slope field dy/dx of horizontal rules over the powers
    `ORDERS` of ((x, y) - ``centre``) / ``size``; ``down`` those of the field dx/dy of vertical
    rules over the same powers of (y, x). A point moves by the integral of the slopes from the centre.
    """

    centre: tuple[float, float]
    size: float
    across: NDArray[np.float64]
    down: NDArray[np.float64]

    def __call__(self, points: Points) -> Points:
        x, y = ((points - self.centre) / self.size).T
        moved = np.column_stack([_integral(self.down, y, x), _integral(self.across, x, y)])
        return np.asarray(points + self.size * moved)


class PageStep(Protocol):
    """One step from an upright page to the scan: points of one picture to those of the picture that it was made of."""

    def __call__(self, points: Points, /) -> Points: ...


@dataclass(frozen=True, slots=True)
class PageMap:
    """A map from upright pixels to pixels of the page as scanned: its steps one after the other."""

    steps: tuple[PageStep, ...]

    def __call__(self, points: Points) -> Points:
        for step in self.steps:
            points = step(points)
        return points

    def after(self, step: PageStep) -> PageMap:
        """The map that takes ``step`` first."""
        return PageMap((step, *self.steps))

    def resample(self, image: NDArray[np.uint8], width: int, height: int, paper: int = 255) -> NDArray[np.uint8]:
        """The upright picture (height, width) of the scan's ``image`` (grey)."""
        if not self.steps:
            return image
        columns, rows = _mesh(width), _mesh(height)
        nodes = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        places = self(nodes).reshape(len(rows), len(columns), 2).astype(np.float32)
        between = cv2.resize(places, None, fx=MESH, fy=MESH, interpolation=cv2.INTER_LINEAR)
        places = between[MESH : MESH + height, MESH : MESH + width]
        picture = cv2.remap(
            image, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(paper,) * 3
        )
        return np.asarray(picture, dtype=np.uint8)


def _mesh(length: int) -> NDArray[np.float64]:
    """Pixels at which a map is worked out: the middles of segments of `MESH` pixels, one more at either end."""
    return np.asarray(np.arange(-1, length // MESH + 2) * MESH + (MESH - 1) / 2)


def _powers(along: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([along**i * across**j for i, j in ORDERS])


def _integral(slopes: NDArray[np.float64], along: NDArray[np.float64], across: NDArray[np.float64]) -> Points:
    return np.asarray(sum(c * along ** (i + 1) / (i + 1) * across**j for c, (i, j) in zip(slopes, ORDERS, strict=True)))


@dataclass(frozen=True, slots=True)
class RuleSegments:
    """Straight segments of horizontal rules: middle (pixels), slope dy/dx and length (pixels), one value each."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    slope: NDArray[np.float64]
    length: NDArray[np.float64]

    def chosen(self, which: NDArray[np.bool_]) -> RuleSegments:
        """Those of the segments for which ``which`` holds."""
        return RuleSegments(self.x[which], self.y[which], self.slope[which], self.length[which])


def rule_segments(ink: NDArray[np.uint8], shortest: float, thickest: float) -> RuleSegments:
    """Thin runs of ink at least ``shortest`` pixels long and thinner than ``thickest``, with their slopes.

    Long rules are measured in segments, since they may be curved. For vertical rules give the
    transposed ink.
    """
    slack = max(3, round(thickest / 4)) | 1
    run = max(5, round(shortest))
    thick = np.asarray(cv2.dilate(ink, np.ones((slack, 1), np.uint8)))
    runs = opened(thick, run | 1)
    filled = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((round(thickest) + slack | 1, 1), np.uint8))
    runs = cv2.bitwise_and(cv2.subtract(runs, filled), ink)
    runs[:, :: 3 * run] = 0
    count, labels = cv2.connectedComponents(runs, connectivity=8)
    # Rules are a small part of a page: what is measured of them, over their pixels alone, is ten times as fast.
    rows, columns = np.divmod(np.flatnonzero(runs > 0), runs.shape[1])
    of = labels[rows, columns]
    area = np.maximum(np.bincount(of, minlength=count), 1)
    x, y = (np.bincount(of, places, count) / area for places in (columns, rows))
    left, right = np.full(count, runs.shape[1]), np.zeros(count, np.int64)
    np.minimum.at(left, of, columns)
    np.maximum.at(right, of, columns + 1)
    length = (right - left).astype(np.float64)
    dx, dy = columns - x[of], rows - y[of]
    spread = np.bincount(of, dx * dx, count)
    slope = np.divide(np.bincount(of, dx * dy, count), spread, out=np.zeros(count), where=spread > 0)
    kept = length >= 0.8 * run
    return RuleSegments(x[kept], y[kept], slope[kept], length[kept])


def slope_field(
    segments: RuleSegments,
    centre: tuple[float, float],
    size: float,
    settings: DewarpSettings = GRID_DEFAULTS.rectify.dewarp,
) -> NDArray[np.float64]:
    """Coefficients of the slope field over `ORDERS` that most of the segments agree with (robust least squares).

    All zero where the slopes are chance: what wear leaves of thick rules leans this way and that.
    """
    powers = _powers((segments.x - centre[0]) / size, (segments.y - centre[1]) / size)
    field, trust = _fitted(segments, powers, settings)
    left = np.abs(segments.slope - powers @ field)
    curved = _explains(segments.slope, left, trust, settings) and _predicts(segments, powers, settings)
    return field if curved else np.zeros(len(ORDERS))


def _fitted(
    segments: RuleSegments, powers: NDArray[np.float64], settings: DewarpSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A slope field, and the trust that each segment ends with. ``powers``: those of each segment's place."""
    preference = settings.shrinkage * np.array([0.0 if sum(order) < 2 else 1.0 for order in ORDERS])
    weight = segments.length**2
    field = np.zeros(len(ORDERS))
    off = np.abs(segments.slope - np.median(segments.slope))
    trust = weight
    for _ in range(12):
        scale = max(1.5 * _weighted_median(off, segments.length), 1e-3)
        trust = weight / (1 + (off / scale) ** 2) ** 2
        normal = powers.T @ (trust[:, None] * powers) + np.diag(preference * trust.sum() + 1e-12)
        # Segments may lie all in a row.
        field = np.linalg.lstsq(normal, powers.T @ (trust * segments.slope), rcond=None)[0]
        off = np.abs(segments.slope - powers @ field)
    return np.asarray(field), trust


def _explains(
    slopes: NDArray[np.float64], left: NDArray[np.float64], trust: NDArray[np.float64], settings: DewarpSettings
) -> bool:
    """Whether a field explains slopes that are more than the noise ``left`` (F statistic of a weighted regression)."""
    count = trust.sum() ** 2 / (trust**2).sum()
    noise = max(float(np.average(left**2, weights=trust)), settings.least_noise**2)
    explained = float(np.average(slopes**2, weights=trust)) - noise
    return explained * max(0.0, count - len(ORDERS)) / (len(ORDERS) * noise) > settings.significant


def _predicts(segments: RuleSegments, powers: NDArray[np.float64], settings: DewarpSettings) -> bool:
    """Whether fields fitted to some segments are nearer to the slopes of the others than none (cross-validation).

    A robust fit finds segments that agree with it among any that are noisy enough; others then do not.
    """
    left = usual = 0.0
    fold = np.random.default_rng(0).permutation(len(segments.x)) % settings.folds
    for chosen in (fold == number for number in range(settings.folds)):
        field, _ = _fitted(segments.chosen(~chosen), powers[~chosen], settings)
        others = segments.chosen(chosen)
        left += _weighted_median(np.abs(others.slope - powers[chosen] @ field), others.length)
        usual += _weighted_median(np.abs(others.slope), others.length)
    return left < settings.unexplained * usual


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def find_dewarp_field(ink: NDArray[np.uint8], text_height: float, settings: DewarpSettings) -> DewarpField | None:
    """The dewarp field that makes the rules straight; None where they are straight enough, or too few to say."""
    shortest, thickest = settings.segment_length * text_height, settings.thickest_rule * text_height
    height, width = ink.shape
    centre, size = (width / 2, height / 2), max(width, height) / 2
    fields, moved = [], 0.0
    for image, middle in ((ink, centre), (transposed(ink), centre[::-1])):
        segments = rule_segments(image, shortest, thickest)
        if segments.length.sum() < 3 * shortest or len(segments.x) < 2 * len(ORDERS):
            fields.append(np.zeros(len(ORDERS)))
            continue
        fields.append(slope_field(segments, middle, size, settings))
        along, across = (segments.x - middle[0]) / size, (segments.y - middle[1]) / size
        moved = max(moved, size * float(np.abs(_integral(fields[-1], along, across)).max()))
    return DewarpField(centre, size, fields[0], fields[1]) if moved > settings.smallest * text_height else None


def upright_frame(step: PageStep, width: int, height: int) -> tuple[Homography, int, int]:
    """A translation, and the size of an upright picture that holds all of the scan's ``width`` × ``height`` pixels.

    ``step`` maps upright pixels to the scan's; it is close to a rotation, and its inverse is found by iteration.
    """
    outline = np.array([(0, 0), (width, 0), (width, height), (0, height), (width / 2, 0), (width / 2, height)], float)
    upright = outline.copy()
    for _ in range(8):
        upright += outline - step(upright)
    low, high = np.floor(upright.min(axis=0)), np.ceil(upright.max(axis=0))
    translation = np.eye(3)
    translation[:2, 2] = low
    return Homography(translation), int(high[0] - low[0]), int(high[1] - low[1])


def rotation(angle: float, width: int, height: int) -> Homography:
    """The homography from a page rotated by ``angle`` degrees (anticlockwise, about the middle) to the page before."""
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), [0.0, 0.0, 1.0]])
    return Homography(np.linalg.inv(matrix))


def quarter_rotation(count: int, width: int, height: int) -> Homography:
    """The homography from a page rotated anticlockwise by ``count`` quarters to that before: ``width`` × ``height``."""
    right, bottom = width - 1.0, height - 1.0
    matrices = {
        1: [[0.0, -1.0, right], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        2: [[-1.0, 0.0, right], [0.0, -1.0, bottom], [0.0, 0.0, 1.0]],
        3: [[0.0, 1.0, 0.0], [-1.0, 0.0, bottom], [0.0, 0.0, 1.0]],
    }
    return Homography(np.array(matrices[count]))


def enlarged(columns: float, rows: float) -> Homography:
    """The homography to a picture so many times as wide and as high; centres of pixels are whole."""
    return Homography(np.array([[columns, 0.0, (columns - 1) / 2], [0.0, rows, (rows - 1) / 2], [0.0, 0.0, 1.0]]))


def compose(steps: Sequence[PageStep]) -> PageMap:
    """The map of the given steps, neighbouring homographies multiplied into one."""
    merged: list[PageStep] = []
    for step in steps:
        if merged and isinstance(step, Homography) and isinstance(merged[-1], Homography):
            merged[-1] = Homography(step.matrix @ merged[-1].matrix)
        else:
            merged.append(step)
    return PageMap(tuple(merged))
