"""What a scanner, a copier or a careless hand does to a page. Every fault is a pure function of its arguments.

A fault takes a page (RGB, uint8), a severity in its own unit and a seed, and gives a new page.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image

Page = NDArray[np.uint8]
WHITE = (255, 255, 255)


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


def spread(left: Page, right: Page, severity: float, seed: int) -> Page:
    """Two pages of an open book in one picture, each turned by up to `severity` degrees for itself.

    The gutter between them is dark in some pictures, grey in others, and in some not to be seen."""
    rng = np.random.default_rng(seed)
    turned = [skew(page, rng.uniform(-severity, severity), seed) for page in (left, right)]
    width = left.shape[1]
    depth, reach = rng.choice([0.0, 0.5, 0.95]), width * rng.uniform(0.005, 0.02)
    shadow = 1 - depth * np.exp(-np.abs(np.arange(2 * width) - width) / reach)
    return _clipped(np.hstack(turned) * shadow[None, :, None])


def together(first: Page, second: Page, severity: float, seed: int) -> Page:
    """What is printed on two pages on one sheet, under each other or side by side, `severity` page widths apart."""
    gap = round(severity * first.shape[1])
    if seed % 2:
        return np.hstack([_inked(first, 1, gap), _inked(second, 1, gap)])
    return np.vstack([_inked(first, 0, gap), _inked(second, 0, gap)])


def _inked(page: Page, axis: int, gap: int) -> Page:
    """The page cut down along an axis to what is printed, with half the gap around it."""
    inked = np.flatnonzero((page.min(axis=2) < 160).any(axis=1 - axis))
    kept = [slice(None), slice(None)]
    kept[axis] = slice(max(0, int(inked[0]) - gap // 2), int(inked[-1]) + 1 + gap // 2)
    return page[tuple(kept)]


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
    """A signature and a few ticks in blue or black, over whatever is printed there; `severity` (0 to 1) is how
    dark the pen writes."""
    height, width = page.shape[:2]
    rng = np.random.default_rng(seed)
    pen = np.zeros((height, width), np.float32)
    thick = max(1, round(width / 420))  # 0.5 mm on A4
    size = width * rng.uniform(0.1, 0.16)
    strokes = [_scribble(rng, size), *(np.array([(0, 0.5), (0.3, 0.9), (1, -0.2)]) * size * 0.35 for _ in range(3))]
    for stroke in strokes:
        x, y = rng.uniform(0.1, 0.75) * width, rng.uniform(0.15, 0.85) * height
        points = np.round((stroke + np.array([x, y])) * 16).astype(np.int32)
        cv2.polylines(pen, [points], False, 1.0, thick, cv2.LINE_AA, shift=4)
    colour = np.array([(0.85, 0.75, 0.35), (0.85, 0.85, 0.8)][int(rng.integers(2))])
    return _clipped(page * (1 - pen[..., None] * severity * colour))


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


def _scribble(rng: np.random.Generator, size: float) -> NDArray[np.floating]:
    """Loops that run to the right, as wide as four times `size` and about as high as it."""
    at = np.linspace(0, 1, 240)
    turns = rng.uniform(5, 8)
    lift = np.interp(at, np.linspace(0, 1, 9), rng.uniform(0.2, 0.6, 9))
    x = 3 * at + 0.25 * np.cos(2 * np.pi * turns * at)
    y = lift * np.sin(2 * np.pi * turns * at) - 0.3 * at
    return np.stack([x, y], axis=1) * size * 0.6
