"""What any OCR engine must satisfy, as one call for the tests of whoever writes one.

>>> from workbench.ocr.base import OcrOptions
>>> check_engine(MyEngine(OcrOptions()))                          # doctest: +SKIP

It checks the contract of :mod:`workbench.ocr.base`, not how well an engine reads: ``python -m benchmarks.accuracy``
measures that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from multiprocessing import Pipe
from threading import Barrier

import numpy as np
import pylopdf_fonts_zh_cn as fonts
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from workbench.errors import EngineContractError
from workbench.model import Polygon
from workbench.ocr.base import OcrEngine, OcrOptions, Reading

LINES = ("0123456789", "98.3%", "≥90个", "产出指标", "1", "2022年12月底前", "有效提升，全部达成年初设定的预期指标")
"""What the drawn crops say: a number, a rate, a target, a label, one character alone, a date, a sentence."""

FONT_SIZE = 30
"""Height of the drawn characters in pixels: that of a form's text scanned at 200 dpi."""

NEAR = 0.02
"""Confidences that differ by less are the same reading in another batch. PaddleOCR's differ by up to 0.001, because
a batch is as wide as its widest crop."""

PAGE_SIZE = (600, 900)
"""Height and width of the drawn page in pixels."""

PAGE_LINES = ((60, 60), (420, 200), (60, 480))
"""Left and top of the three lines on the drawn page, in pixels."""

LEVEL = 10
"""Two outlines whose middles differ by less than this many pixels in height may come in either order."""

EngineCheck = Callable[[OcrEngine], Iterable[str]]
"""A check of the contract: it gives a sentence for each breach."""


def check_engine(engine: OcrEngine) -> None:
    """Check that an engine keeps the contract that the workbench relies on.

    The engine reads drawn crops and pages several times, and two more engines are made with its options: give one
    whose models load in seconds.

    Raises:
        EngineContractError: it does not; ``failures`` has a sentence for each breach.
    """
    failures = [failure for check in CHECKS for failure in _failures(check, engine)]
    if failures:
        raise EngineContractError(type(engine).__name__, failures)


def _failures(check: EngineCheck, engine: OcrEngine) -> Iterator[str]:
    """What a check finds. An exception of the engine is a failure of this check, and does not stop the others."""
    try:
        yield from check(engine)
    except Exception as error:  # noqa: BLE001 - an engine may raise anything
        yield f"{check.__name__.lstrip('_').replace('_', ' ')}: it raised {type(error).__name__}: {error}"


def drawn_line(text: str, size: int = FONT_SIZE, ink: str = "black", paper: str = "white") -> NDArray[np.uint8]:
    """A line of text as a crop (height, width, 3) RGB, drawn in Noto Sans SC with some paper around it."""
    letters = ImageFont.truetype(str(fonts.sans_path()), size)
    left, top, right, bottom = letters.getbbox(text)
    width, height = round(right - left) + size // 2, max(round(bottom - top), size) + size // 3
    image = Image.new("RGB", (width, height), paper)
    ImageDraw.Draw(image).text((size // 4 - left, (height - bottom - top) / 2), text, ink, letters)
    return np.asarray(image)


def _crops() -> list[NDArray[np.uint8]]:
    """Crops of every kind that the workbench gives to an engine: large and small, coloured, parts of a page."""
    page = _page()
    x, y = PAGE_LINES[0]
    return [
        *(drawn_line(text) for text in LINES),
        drawn_line(LINES[0], size=12),
        drawn_line(LINES[0], size=90),
        drawn_line(LINES[0], ink="navy", paper="lightyellow"),
        drawn_line(LINES[-1] * 3),
        page[y - 4 : y + 40, x - 4 : x + 240],  # a view: its rows do not follow each other in memory
    ]


def _page() -> NDArray[np.uint8]:
    """A page (height, width, 3) RGB with three lines of text."""
    page = np.full((*PAGE_SIZE, 3), 255, np.uint8)
    for (x, y), text in zip(PAGE_LINES, LINES, strict=False):
        line = drawn_line(text)
        page[y : y + line.shape[0], x : x + line.shape[1]] = line
    return page


def _version(engine: OcrEngine) -> Iterator[str]:
    """One short line, the same before and after reading, and for every engine with these options."""
    before = engine.version
    if not (isinstance(before, str) and before.strip() and len(before.splitlines()) == 1):
        yield f"version: it must be one line that is not blank, and is {before!r}"
    engine.recognise([drawn_line("1")])
    if engine.version != before:
        yield f"version: it changes while the engine reads, from {before!r} to {engine.version!r}"
    if _another(engine).version != before:
        yield "version: another engine with the same options has another one"


def _options(engine: OcrEngine) -> Iterator[str]:
    """The options that it was made with, which cross the border of a process."""
    if _sent(engine.options) != engine.options:
        yield "options: they are not the same when another process receives them"


def _readings(engine: OcrEngine) -> Iterator[str]:
    """One reading per crop, with a confidence and a position for each character."""
    crops = _crops()
    before = [crop.copy() for crop in crops]
    readings = engine.recognise(crops)
    if not all(map(np.array_equal, before, crops)):
        yield "recognise: it writes into the crops that it was given"
    yield from _breaches_of_each("recognise", crops, readings)
    if _is_one_each(crops, readings) and not any(reading.text for reading in readings):
        yield "recognise: it reads nothing at all in plain print"


def _is_one_each(crops: Sequence[NDArray[np.uint8]], readings: object) -> bool:
    """Whether the readings are a list, with one for each crop."""
    return isinstance(readings, list) and len(readings) == len(crops)


def _breaches_of_each(name: str, crops: Sequence[NDArray[np.uint8]], readings: Sequence[Reading]) -> Iterator[str]:
    """What is wrong with the readings that the method called ``name`` gives of some crops."""
    if not _is_one_each(crops, readings):
        yield f"{name}: {len(crops)} crops must give a list of as many readings, and give {_shown(readings)}"
        return
    for place, reading in enumerate(readings):
        yield from (f"{name}, crop {place}: {breach}" for breach in _breaches(reading))


def _breaches(reading: Reading) -> Iterator[str]:
    """What is wrong with a reading by itself."""
    if not isinstance(reading, Reading) or not isinstance(reading.text, str):
        yield f"it must be a Reading whose text is a str, and is {_shown(reading)}"
        return
    if len(reading.text.splitlines()) > 1:
        yield f"the text of a line has no line breaks, and is {reading.text!r}"
    for name, values in (("confidences", reading.confidences), ("positions", reading.positions)):
        if not isinstance(values, tuple) or not all(isinstance(value, float) for value in values):
            yield f"{name} must be a tuple of Python floats, and are {_shown(values)}"
        elif len(values) != len(reading.text):
            yield f"{len(reading.text)} characters have {len(values)} {name}"
        elif not all(0 <= value <= 1 for value in values):
            yield f"{name} must lie between 0 and 1, and are {_shown(values)}"
        elif name == "positions" and list(values) != sorted(values):
            yield f"positions must rise from left to right, and are {_shown(values)}"
    if len(reading.alternatives) not in (0, len(reading.text)):
        yield f"{len(reading.text)} characters have {len(reading.alternatives)} alternatives; there may be none"
    elif not all(
        len(other) == 1 and isinstance(odds, float) and 0 <= odds <= 1
        for others in reading.alternatives
        for other, odds in others
    ):
        yield f"alternatives must be characters with odds between 0 and 1, and are {_shown(reading.alternatives)}"


def _nothing_to_read(engine: OcrEngine) -> Iterator[str]:
    """No crops, and crops without print."""
    if engine.recognise([]) != []:
        yield "recognise: no crops must give no readings"
    for height, width in ((48, 96), (30, 600), (3, 3), (1, 1), (1, 40), (40, 1)):
        crop = np.full((height, width, 3), 255, np.uint8)
        for reading in engine.recognise([crop]):
            yield from (f"recognise, blank crop {height} x {width}: {breach}" for breach in _breaches(reading))
            if reading.text:
                yield f"recognise, blank crop {height} x {width}: it reads {reading.text!r} on white paper"
    mixed = engine.recognise([drawn_line("1"), np.full((48, 96, 3), 255, np.uint8), drawn_line("1")])
    if len(mixed) != 3 or mixed[0] != mixed[2]:
        yield "recognise: a blank crop between two equal ones changes how many readings there are, or one of them"


def _order_and_batches(engine: OcrEngine) -> Iterator[str]:
    """The same crops again, in another order, and one at a time."""
    crops = _crops()
    readings = engine.recognise(crops)
    if engine.recognise(crops) != readings:
        yield "recognise: the same crops give other readings the second time"
    backwards = engine.recognise(crops[::-1])[::-1]
    alone = [reading for crop in crops for reading in engine.recognise([crop])]
    for way, others in (("in another order", backwards), ("one at a time", alone)):
        yield from (
            f"recognise, crop {place}: read as {one.text!r}, and {way} as {other.text!r}"
            for place, (one, other) in enumerate(zip(readings, others, strict=True))
            if not _same(one, other)
        )


def _second_readings(engine: OcrEngine) -> Iterator[str]:
    """What another recogniser reads, where the engine has one: as many readings, each whole, the same every time."""
    crops = _crops()
    readings = engine.recognise_again(crops)
    if (engine.recognise_again([]) is None) != (readings is None):
        yield "recognise_again: it gives None for some crops and readings for others"
    if readings is None:
        return
    yield from _breaches_of_each("recognise_again", crops, readings)
    if engine.recognise_again(crops) != readings:
        yield "recognise_again: the same crops give other readings the second time"


def _detection(engine: OcrEngine) -> Iterator[str]:
    """Outlines of the lines of a page: inside it, corners in reading order, top to bottom, none on a blank page."""
    page = _page()
    outlines = engine.detect(page)
    if not np.array_equal(page, _page()):
        yield "detect: it writes into the page that it was given"
    if not isinstance(outlines, list):
        yield f"detect: it must give a list, and gives {_shown(outlines)}"
        return
    wrong = [
        f"detect, outline {place}: {why}" for place, outline in enumerate(outlines) if (why := _misshapen(outline))
    ]
    yield from wrong
    if not wrong:
        yield from _misplaced(outlines)
    if engine.detect(page) != outlines:
        yield "detect: the same page gives other outlines the second time"
    for height, width in ((400, 300), (32, 32)):
        if engine.detect(np.full((height, width, 3), 255, np.uint8)) != []:
            yield f"detect: it outlines something on a blank page of {height} x {width}"


def _misshapen(outline: Polygon) -> str:
    """Why an outline is none; empty where it is one."""
    try:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = outline
        height, width = PAGE_SIZE
        inside = all(0 <= x <= width for x in (ax, bx, cx, dx)) and all(0 <= y <= height for y in (ay, by, cy, dy))
    except (TypeError, ValueError):
        return f"it must be four corners (x, y), and is {_shown(outline)}"
    if not (inside and all(map(math.isfinite, (ax, ay, bx, by, cx, cy, dx, dy)))):
        return f"it leaves the page: {_shown(outline)}"
    if not (ax < bx and dx < cx and ay < dy and by < cy):
        return f"its corners must be top left, top right, bottom right, bottom left, and are {_shown(outline)}"
    return ""


def _misplaced(outlines: Sequence[Polygon]) -> Iterator[str]:
    """Outlines in another order than top to bottom, and printed lines that none of them covers."""
    middles = [sum(y for _, y in outline) / 4 for outline in outlines]
    if any(later < before - LEVEL for before, later in pairwise(middles)):
        yield "detect: the outlines must come from top to bottom"
    for number, ((left, top), text) in enumerate(zip(PAGE_LINES, LINES, strict=False), start=1):
        height, width, _ = drawn_line(text).shape
        x, y = left + width / 2, top + height / 2
        if not any(o[0][0] <= x <= o[1][0] and o[0][1] <= y <= o[3][1] for o in outlines):
            yield f"detect: no outline covers the middle of printed line {number}"


def _threads(engine: OcrEngine) -> Iterator[str]:
    """A thread that did not make the engine, and two engines at work at the same time."""
    crops = _crops()
    readings = engine.recognise(crops)
    with ThreadPoolExecutor(1) as thread:
        if thread.submit(engine.recognise, crops).result() != readings:
            yield "threads: in another thread than that it was made in, the engine reads otherwise"
    start = Barrier(2)

    def read_with_own() -> list[Reading]:
        own = _another(engine)
        start.wait()
        return own.recognise(crops)

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(read_with_own) for _ in range(2)]
        if any(reading.result() != readings for reading in both):
            yield "threads: two engines with the same options, each in a thread of its own, do not read as one does"


def _another(engine: OcrEngine) -> OcrEngine:
    """An engine of the same kind, made as another process makes it: with options that were sent to it."""
    return type(engine)(_sent(engine.options))


def _sent(options: OcrOptions) -> OcrOptions:
    """Options as another process receives them."""
    receiver, sender = Pipe(duplex=False)
    with receiver, sender:
        sender.send(options)
        received: OcrOptions = receiver.recv()
        return received


def _same(one: Reading, other: Reading) -> bool:
    return one.text == other.text and abs(one.confidence - other.confidence) < NEAR


def _shown(value: object) -> str:
    """A value in a sentence, not longer than a line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


CHECKS: tuple[EngineCheck, ...] = (
    _version,
    _options,
    _readings,
    _nothing_to_read,
    _order_and_batches,
    _second_readings,
    _detection,
    _threads,
)
"""Every check, in the order in which their failures are listed."""
