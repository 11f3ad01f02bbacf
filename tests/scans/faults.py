"""What a scanner, a copier or a careless hand does to a page. Every fault is a pure function of its arguments.

A fault takes a page (RGB, uint8), a severity in its own unit and a seed, and gives a new page.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import ArrayLike, NDArray
from PIL import Image

Page = NDArray[np.uint8]
WHITE = (255, 255, 255)
Stroke = NDArray[np.floating]
"""(n, 2): the points along one stroke of a pen, x and y in millimetres."""

PENS = ((0.85, 0.75, 0.35), (0.85, 0.85, 0.8), (0.15, 0.8, 0.75), (0.55, 0.55, 0.55))
"""The share of red, green and blue light that blue, black and red ink and a pencil take."""

PEN_WIDTH = (0.3, 0.8)
"""Millimetres, from a fine ballpoint to a felt tip."""


def skew(page: Page, severity: float, seed: int) -> Page:
    """Turned by `severity` degrees anticlockwise, the sheet's size unchanged."""
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), severity, 1.0)
    return cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=WHITE)


def blur(page: Page, severity: float, seed: int) -> Page:
    """Out of focus: `severity` is the blur's sigma in pixels."""
    return cv2.GaussianBlur(page, (0, 0), severity)


def shade(page: Page, severity: float, seed: int) -> Page:
    """Uneven light: the darkest part of the page loses the share `severity` (0 to 1) of its brightness."""
    height, width = page.shape[:2]
    coarse = np.random.default_rng(seed).random((3, 2)).astype(np.float32)
    light = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    light = (light - light.min()) / (light.max() - light.min())
    return _clipped(page * (1.0 - severity * light[..., None]))


def noise(page: Page, severity: float, seed: int) -> Page:
    """Sensor grain: `severity` is its standard deviation in grey levels, the same in all colours."""
    grain = np.random.default_rng(seed).normal(0.0, severity, page.shape[:2]).astype(np.float32)
    return _clipped(page + grain[..., None])


def jpeg(page: Page, severity: float, seed: int) -> Page:
    """Stored as JPEG: `severity` is 100 minus the quality."""
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "JPEG", quality=round(100 - severity))
    return np.asarray(Image.open(buffer).convert("RGB"))


def photocopy(page: Page, severity: float, seed: int) -> Page:
    """Black and white only, with specks: 0.5 is a good copy, lower loses thin strokes, higher fills them."""
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    ink = grey < 255 * severity
    ink |= np.random.default_rng(seed).random(grey.shape) < 0.0004
    return _grey(np.where(ink, 0, 255).astype(np.uint8))


def seal(page: Page, severity: float, seed: int) -> Page:
    """A red round stamp somewhere on the page; `severity` (0 to 1) is how thick the ink is."""
    height, width = page.shape[:2]
    rng = np.random.default_rng(seed)
    radius = round(width * 0.1)  # 42 mm across on A4
    x = int(rng.integers(radius, width - radius))
    y = int(rng.integers(radius, height - radius))
    stamp = np.zeros((height, width), np.float32)
    cv2.circle(stamp, (x, y), radius, 1.0, max(2, radius // 14), cv2.LINE_AA)
    cv2.fillPoly(stamp, [_star(x, y, radius * 0.33)], 1.0, cv2.LINE_AA)
    _letters(stamp, x, y, radius)
    ink = (stamp * severity * rng.uniform(0.75, 1.0, stamp.shape))[..., None]
    return _clipped(page * (1.0 - ink * np.array([0.12, 0.85, 0.85])))


def worn_rules(page: Page, severity: float, seed: int) -> Page:
    """Gaps in the ruled lines: about the share `severity` (0 to 1) of their length is rubbed away."""
    rng = np.random.default_rng(seed)
    dark = (cv2.cvtColor(page, cv2.COLOR_RGB2GRAY) < 160).astype(np.uint8)
    reach, gap = page.shape[1] // 25, max(4, page.shape[1] // 120)
    worn = np.zeros(dark.shape, np.uint8)
    for kernel in ((1, reach), (reach, 1)):
        rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(kernel, np.uint8))
        blocks = rng.random((dark.shape[0] // gap + 1, dark.shape[1] // gap + 1)) < severity
        gaps = np.kron(blocks, np.ones((gap, gap), bool))[: dark.shape[0], : dark.shape[1]]
        worn |= cv2.dilate(rules, np.ones((3, 3), np.uint8)) * gaps.astype(np.uint8)
    return np.where(worn[..., None] > 0, np.uint8(255), page)


def perspective(page: Page, severity: float, seed: int) -> Page:
    """Photographed at an angle: each corner moves inwards by up to the share `severity` of the page's width."""
    height, width = page.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inwards = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], np.float32)
    moved = np.random.default_rng(seed).random((4, 2)).astype(np.float32) * severity * width
    matrix = cv2.getPerspectiveTransform(corners, corners + inwards * moved)
    return cv2.warpPerspective(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=WHITE)


def turn(page: Page, severity: float, seed: int) -> Page:
    """Fed the wrong way: 90, 180 or 270 degrees anticlockwise."""
    return np.ascontiguousarray(np.rot90(page, round(severity / 90)))


def low_resolution(page: Page, severity: float, seed: int) -> Page:
    """Scanned at a `severity`-th of the resolution: the page really has fewer pixels."""
    height, width = page.shape[:2]
    size = (round(width / severity), round(height / severity))
    return cv2.resize(page, size, interpolation=cv2.INTER_AREA)


def photograph(page: Page, severity: float, seed: int) -> Page:
    """Taken with a telephone by a window: `perspective` of that severity, uneven light, not quite in focus."""
    tilted = perspective(page, severity, seed)
    return shade(blur(tilted, page.shape[1] / 2400, seed), 0.4, seed)


def curl(page: Page, severity: float, seed: int) -> Page:
    """A page of an open book: towards the spine it sinks by the share `severity` of its distance to the camera."""
    height, width = page.shape[:2]
    rng = np.random.default_rng(seed)
    at = np.linspace(0, 1, width, dtype=np.float32)
    farther = 1 + np.float32(severity) * np.exp(-4 * (at if rng.random() < 0.5 else 1 - at))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    middle_x, middle_y = width / 2, height * np.float32(rng.uniform(0.4, 0.6))
    columns, rows = middle_x + (x - middle_x) * farther, middle_y + (y - middle_y) * farther
    columns, rows = columns.astype(np.float32), rows.astype(np.float32)
    return cv2.remap(page, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=WHITE)


def larger_bed(page: Page, severity: float, seed: int) -> Page:
    """Scanned on a bed larger than the sheet: on all sides the share `severity` of the page's width is added."""
    edge = round(page.shape[1] * severity)
    return cv2.copyMakeBorder(page, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=WHITE)


def cut_border(page: Page, severity: float, seed: int) -> Page:
    """The sheet's left or right edge is cut off with the outermost rule, up to the share `severity` of the way
    from that rule to the next ink of any text. A page without such a rule is left whole."""
    mirrored = bool(np.random.default_rng(seed).random() < 0.5)
    sheet = page[:, ::-1] if mirrored else page
    dark = (cv2.cvtColor(np.ascontiguousarray(sheet), cv2.COLOR_RGB2GRAY) < 160).astype(np.uint8)
    reach = page.shape[1] // 25
    upright = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((reach, 1), np.uint8))
    level = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, reach), np.uint8))
    text = dark & ~cv2.dilate(upright | level, np.ones((5, 5), np.uint8))
    ruled, lettered = np.flatnonzero(upright.any(axis=0)), np.flatnonzero(text.any(axis=0))
    if not len(ruled) or not len(lettered):
        return page.copy()
    rule_end = ruled[0] + int(np.argmin(np.append(upright.any(axis=0)[ruled[0] :], False)))
    cut = round(rule_end + 2 + severity * (lettered[0] - rule_end - 4))
    kept = sheet[:, cut:] if rule_end < cut < lettered[0] else sheet
    return np.ascontiguousarray(kept[:, ::-1] if mirrored else kept)


def bleed_through(page: Page, severity: float, seed: int) -> Page:
    """The print on the back shows through with the share `severity` of its ink: this page's, mirrored and shifted."""
    height, width = page.shape[:2]
    rng = np.random.default_rng(seed)
    shift = (round(height * rng.uniform(0.1, 0.9)), round(width * rng.uniform(-0.03, 0.03)))
    back = cv2.GaussianBlur(np.roll(page[:, ::-1], shift, axis=(0, 1)), (0, 0), width / 1200)
    return _clipped(page * (1 - severity * (1 - back / 255.0)))


def faint(page: Page, severity: float, seed: int) -> Page:
    """The toner runs out: all ink loses the share `severity` of its darkness."""
    return _clipped(255 - (255.0 - page) * (1 - severity))


def handwriting(page: Page, severity: float, seed: int) -> Page:
    """Signed and marked by hand, over whatever is printed there; `severity` (0 to 1) is how dark the pens write.

    One pen signs. Another, often of another colour, sets ticks, rings a word, strikes one out and writes a number
    beside it, and fills in a number somewhere else.
    """
    rng = np.random.default_rng(seed)
    millimetre = min(page.shape[:2]) / 210
    words = _words(page, millimetre)
    marks = [_tick(rng) + _somewhere(rng, page, millimetre) for _ in range(2)]
    marks += _moved(_number(rng), _somewhere(rng, page, millimetre))
    for mark in (_ring, _strike_out) if words else ():
        x, y, width, height = words[int(rng.integers(len(words)))]
        marks += _moved(mark(rng, width, height), np.array([x, y]))
    signature = _moved([_scribble(rng, rng.uniform(13, 34))], _somewhere(rng, page, millimetre))
    written = page.astype(np.float32)
    for strokes in (signature, marks):
        ink = np.zeros(page.shape[:2], np.uint8)
        thick = max(1, round(rng.uniform(*PEN_WIDTH) * millimetre))
        for stroke in strokes:
            points = np.round(stroke * millimetre * 16).astype(np.int32)
            cv2.polylines(ink, [points], False, 255, thick, cv2.LINE_AA, shift=4)
        colour = np.array(PENS[int(rng.integers(len(PENS)))], np.float32)
        written *= 1 - ink[..., None].astype(np.float32) / 255 * severity * colour
    return _clipped(written)


FAULTS: dict[str, Callable[[Page, float, int], Page]] = {
    fault.__name__: fault
    for fault in (
        skew, blur, shade, noise, jpeg, photocopy, seal, worn_rules, perspective, turn, low_resolution,
        photograph, curl, larger_bed, cut_border, bleed_through, faint, handwriting,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One fault by name, how bad, and the seed of what is left to chance."""

    name: str
    severity: float
    seed: int = 0

    def __call__(self, page: Page) -> Page:
        return FAULTS[self.name](page, self.severity, self.seed)


def damage(page: Page, faults: Iterable[Fault]) -> Page:
    """The page after all faults, in the order given."""
    for fault in faults:
        page = fault(page)
    return page


def draw_page(pdf_bytes: bytes, number: int, dpi: float) -> Page:
    """One page of the PDF (counted from 0) as an RGB array, undamaged."""
    with pdfium.PdfDocument(pdf_bytes) as document:
        return _drawn(document[number], dpi)


def scan(pdf_bytes: bytes, dpi: float = 200, faults: Sequence[Fault] = ()) -> list[Page]:
    """The PDF's pages as scanned: RGB arrays. Each page draws its own chances from the faults' seeds."""
    with pdfium.PdfDocument(pdf_bytes) as document:
        pages = [_drawn(page, dpi) for page in document]
    return [
        damage(page, (replace(fault, seed=fault.seed + 1000 * number) for fault in faults))
        for number, page in enumerate(pages)
    ]


def _drawn(page: pdfium.PdfPage, dpi: float) -> Page:
    return np.array(page.render(scale=dpi / 72).to_pil().convert("RGB"))


def _clipped(page: NDArray[np.floating]) -> Page:
    return np.clip(page, 0, 255).astype(np.uint8)


def _grey(page: Page) -> Page:
    return cv2.cvtColor(page, cv2.COLOR_GRAY2RGB)


def _star(x: int, y: int, radius: float) -> NDArray[np.int32]:
    angles = np.pi * (np.arange(10) / 5 - 0.5)
    reach = np.where(np.arange(10) % 2, radius * 0.382, radius)
    return np.stack([x + reach * np.cos(angles), y + reach * np.sin(angles)], axis=1).astype(np.int32)


def _letters(stamp: NDArray[np.float32], x: int, y: int, radius: int) -> None:
    """Marks as dense as the name that runs around a seal."""
    side = radius // 5
    for angle in np.linspace(-1.25 * np.pi, 0.25 * np.pi, 11):
        at = np.array([x + 0.76 * radius * np.cos(angle), y + 0.76 * radius * np.sin(angle)])
        for offset in (-side // 2, 0, side // 2):
            across = np.array([-np.sin(angle), np.cos(angle)]) * offset * 0.8
            along = np.array([np.cos(angle), np.sin(angle)]) * side / 2
            ends = [tuple(int(v) for v in at + across + sign * along) for sign in (-1, 1)]
            cv2.line(stamp, ends[0], ends[1], 1.0, max(1, radius // 60), cv2.LINE_AA)


def _somewhere(rng: np.random.Generator, page: Page, millimetre: float) -> Stroke:
    """A place in the printed part of the sheet."""
    dark = page.min(axis=2) < 128
    columns, rows = (np.flatnonzero(dark.any(axis=axis)) / millimetre for axis in (0, 1))
    if not len(columns):
        return np.array(page.shape[1::-1]) / millimetre * rng.uniform(0.1, 0.8, 2)
    return rng.uniform((columns[0], rows[0]), (columns[-1], rows[-1]))


def _moved(strokes: Iterable[Stroke], place: Stroke) -> list[Stroke]:
    return [stroke + place for stroke in strokes]


def _words(page: Page, millimetre: float) -> list[tuple[float, float, float, float]]:
    """Surroundings (left, top, width, height in millimetres) of short words on the page."""
    dark = (cv2.cvtColor(page, cv2.COLOR_RGB2GRAY) < 128).astype(np.uint8)
    reach = round(8 * millimetre)
    for kernel in ((1, reach), (reach, 1)):
        dark &= ~cv2.dilate(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(kernel, np.uint8)), np.ones((3, 3)))
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, round(1.5 * millimetre) | 1), np.uint8))
    boxes = cv2.connectedComponentsWithStats(joined, connectivity=8)[2][1:, :4] / millimetre
    return [tuple(box) for box in boxes.tolist() if 1.5 < box[2] < 20 and 1.5 < box[3] < 5]


def _scribble(rng: np.random.Generator, size: float) -> Stroke:
    """Loops that run to the right, twice as wide as `size` and about as high as it, more or less slanted."""
    at = np.linspace(0, 1, 240)
    turns = rng.uniform(3, 9)
    lift = np.interp(at, np.linspace(0, 1, 9), rng.uniform(0.2, 0.6, 9))
    y = lift * np.sin(2 * np.pi * turns * at) - rng.uniform(0, 0.4) * at
    x = 3 * at + rng.uniform(0.1, 0.35) * np.cos(2 * np.pi * turns * at) - rng.uniform(0, 0.6) * y
    return np.stack([x, y], axis=1) * size * 0.6


def _tick(rng: np.random.Generator) -> Stroke:
    size = rng.uniform(3, 11)
    corners = np.array([(0, 0.5), (0.3, 0.9), (1, rng.uniform(-0.4, 0.2))])
    return _drawn_by_hand(rng, corners * size, 0.02 * size)


def _ring(rng: np.random.Generator, width: float, height: float) -> list[Stroke]:
    """Once around a word of that size whose left top corner is at the origin, not quite closed or closed twice."""
    turn = rng.uniform(0, 2 * np.pi) + np.linspace(0, rng.uniform(0.95, 1.3) * 2 * np.pi, 60)
    away = rng.uniform(0.8, 1.6) + np.interp(np.arange(60), (0, 30, 59), rng.uniform(-0.4, 0.4, 3))
    radii = 0.6 * np.array([width, height]) + away[:, None]
    return [np.array([width, height]) / 2 + radii * np.stack([np.cos(turn), np.sin(turn)], axis=1)]


def _strike_out(rng: np.random.Generator, width: float, height: float) -> list[Stroke]:
    """A line or two through a word of that size, and a number to its right or above it."""
    lines = [
        _drawn_by_hand(rng, [(-1, height * rng.uniform(0.3, 0.7)), (width + 1, height * rng.uniform(0.2, 0.8))], 0.2)
        for _ in range(int(rng.integers(1, 3)))
    ]
    right = (width + rng.uniform(0.5, 2), rng.uniform(-1.5, 0.5))
    above = (rng.uniform(0, width), -rng.uniform(3.5, 5))
    return lines + _moved(_number(rng), np.array(right if rng.random() < 0.6 else above))


DIGITS: dict[str, Sequence[Sequence[tuple[float, float]]]] = {
    "0": [[(0.35, 0), (0.05, 0.25), (0, 0.65), (0.25, 1), (0.5, 0.75), (0.55, 0.3), (0.3, 0)]],
    "1": [[(0.3, 0), (0.25, 0.5), (0.2, 1)]],
    "2": [[(0.05, 0.25), (0.25, 0), (0.5, 0.2), (0.3, 0.6), (0, 1), (0.3, 0.95), (0.6, 1)]],
    "3": [[(0.05, 0.1), (0.35, 0), (0.45, 0.25), (0.2, 0.45), (0.5, 0.65), (0.4, 0.95), (0, 0.95)]],
    "4": [[(0.25, 0), (0.1, 0.35), (0, 0.65), (0.55, 0.6)], [(0.45, 0.25), (0.4, 0.6), (0.35, 1.05)]],
    "5": [[(0.15, 0.05), (0.1, 0.45), (0.4, 0.4), (0.5, 0.7), (0.35, 0.95), (0, 0.95)], [(0.15, 0.05), (0.55, 0)]],
    "6": [[(0.4, 0), (0.1, 0.4), (0, 0.75), (0.2, 1), (0.45, 0.8), (0.3, 0.55), (0.05, 0.75)]],
    "7": [[(0, 0.05), (0.3, 0.02), (0.55, 0), (0.35, 0.45), (0.2, 1)]],
    "8": [[(0.45, 0.15), (0.2, 0), (0.1, 0.25), (0.4, 0.6), (0.35, 0.95), (0.05, 0.9), (0.15, 0.6), (0.45, 0.15)]],
    "9": [[(0.45, 0.15), (0.2, 0), (0.05, 0.3), (0.3, 0.45), (0.45, 0.15), (0.42, 0.6), (0.35, 1)]],
    ".": [[(0.1, 0.95), (0.12, 1)]],
}
"""How the figures are written: strokes of corners in a room 0.6 wide and 1 high, from the left top."""


def _number(rng: np.random.Generator) -> list[Stroke]:
    """One to four figures of a hand, with or without a point."""
    figures = [str(figure) for figure in rng.integers(10, size=int(rng.integers(1, 5)))]
    if len(figures) > 2 and rng.random() < 0.4:
        figures.insert(-1, ".")
    size, lean = rng.uniform(2.8, 6.0), rng.uniform(0, 0.3)
    strokes, at = [], 0.0
    for figure in figures:
        for corners in DIGITS[figure]:
            x, y = np.array(corners).T * size
            strokes.append(_drawn_by_hand(rng, np.stack([at + x + lean * (size - y), y], axis=1), 0.04 * size))
        at += size * (0.3 if figure == "." else rng.uniform(0.65, 0.85))
    return strokes


def _drawn_by_hand(rng: np.random.Generator, corners: ArrayLike, waver: float) -> Stroke:
    """A rounded line along the corners, each missed by about `waver`."""
    points = np.asarray(corners, float)
    points = points + rng.normal(0, waver, points.shape)
    for _ in range(3):  # Chaikin's corner cutting (1974)
        cut = np.stack([0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]], axis=1)
        points = np.concatenate([points[:1], cut.reshape(-1, 2), points[-1:]])
    return points
