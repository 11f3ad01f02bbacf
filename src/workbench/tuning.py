"""Recognition weights of 8 bits for an archive: calibrated with the text of some pages, compared on that of others."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from pathlib import Path

from workbench.errors import InputError, WeightsError
from workbench.language import Phrase, reason_of
from workbench.model import Polygon
from workbench.ocr.base import OcrEngine, OcrOptions, Reading
from workbench.ocr.quantising import Crop, keep_answers, quantise, require_onnx
from workbench.ocr.registry import create_engine
from workbench.ocr.weights import model_directory
from workbench.progress import say
from workbench.read.page import read_page
from workbench.read.settings import READ_DEFAULTS
from workbench.readers.documents import Source, find_sources, open_source
from workbench.readers.kinds import kind_of
from workbench.readers.pages import count_pages, load_page
from workbench.settings import Settings

PAGES = 12
"""Most pages whose text is taken: every other one to calibrate with, the rest to compare on."""

FEWEST_LINES = 60
"""Fewest text lines to calibrate with, and fewest to compare on; with fewer no weights are made."""

MOST_LINES = 400
"""Most text lines to calibrate with, and most to compare on."""

ROUNDS = 3
"""How often both weights are timed on the same text lines; the median counts."""

WORTHWHILE = 1.1
"""Weights that are not at least so many times as fast are not kept."""

Counted = Callable[[Iterable[tuple[Source, int]], int, str], Iterable[tuple[Source, int]]]
"""Passes pages (document and page number) on, and shows how many of so many there were, under a name."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the new weights compare with those in use.

    Attributes:
        lines: text lines that both read.
        different: how many of them they read differently; none of these was read surely before.
        faster: how many times as fast the new ones are (median over `ROUNDS`).
    """

    lines: int
    different: int
    faster: float


def quantise_weights(raw: Path, out: Path, settings: Settings, progress: Counted) -> Comparison:
    """Make a folder of models, for `Settings.model_folder`, whose recognition model has weights of 8 bits.

    Args:
        raw: a folder of scans, or one scan; the text of some of its pages is used.
        out: the folder to make. It is there whole or not at all, and only if the weights are worth having.
        settings: name the models to start from.
        progress: shows the pages as they are read.

    Raises:
        InputError: there is nothing at ``raw``.
        EngineError: the package ``onnx`` is missing.
        WeightsError: there is something at ``out``, or it cannot be written; there is too little text; the weights of
            the settings are missing; the new weights read a line differently that was read surely before, or they are
            not faster, because this processor does not multiply bytes.
    """
    if out.exists():
        raise WeightsError(out, Phrase("there is something already; name another folder with --out"))
    if not raw.exists():
        open_source(raw)  # raises the error that fits
    require_onnx()
    options = OcrOptions(
        settings.detection_model, settings.recognition_model, settings.second_reader, settings.model_folder
    )
    engine = create_engine("paddle", options)
    pages = _spread(find_sources(raw), settings)
    lines = [
        _lines_of(source, number, settings, engine) for source, number in progress(pages, len(pages), Phrase("pages"))
    ]
    some, others = (list(chain.from_iterable(half))[:MOST_LINES] for half in (lines[::2], lines[1::2]))
    found = len(some) + len(others)
    if min(len(some), len(others)) < FEWEST_LINES:
        raise WeightsError(
            raw, Phrase("too few lines of text ({found}) to make weights with; name more scans", found=found)
        )
    say(
        Phrase(
            "making weights with {some} lines of text, and comparing them on {others} others",
            some=len(some),
            others=len(others),
        )
    )
    beside = out.with_name(f".{out.name}.making")
    shutil.rmtree(beside, ignore_errors=True)  # of a run that was killed
    try:
        faster = _made(beside, options, some)
        comparison = _compared(engine, faster, others, out)
        keep_answers(faster, others, beside / options.recognition_model)
        beside.rename(out)
    except OSError as error:
        raise WeightsError(out, Phrase("it cannot be written ({reason})", reason=reason_of(error))) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return comparison


def _made(folder: Path, options: OcrOptions, lines: Sequence[Crop]) -> OcrEngine:
    """Write weights of 8 bits into a folder, calibrated with crops of text lines; gives an engine that uses them."""
    detection, recognition = options.detection_model, options.recognition_model
    quantise(model_directory(recognition, options.model_folder), lines, folder / recognition)
    shutil.copytree(model_directory(detection, options.model_folder), folder / detection)
    return create_engine("paddle", replace(options, model_folder=str(folder)))


def _compared(engine: OcrEngine, faster: OcrEngine, lines: Sequence[Crop], out: Path) -> Comparison:
    """Compare what two engines read in crops of text lines, and how long it takes them.

    Raises:
        WeightsError: the second one reads a line differently that the first read surely, or is not faster.
    """
    before, after = engine.recognise(lines), faster.recognise(lines)
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one.text != other.text]
    for one, other in changed:
        if one.confidence >= READ_DEFAULTS.second_reading.sure:
            raise WeightsError(
                out,
                Phrase("not kept: {text!r} was read surely, and is read as {other!r}", text=one.text, other=other.text),
            )
    ratios = [_seconds(engine, lines) / _seconds(faster, lines) for _ in range(ROUNDS)]
    if (ratio := statistics.median(ratios)) < WORTHWHILE:
        raise WeightsError(out, Phrase("not kept: only {ratio:.2f} times as fast on this processor", ratio=ratio))
    return Comparison(len(lines), len(changed), ratio)


def _seconds(engine: OcrEngine, lines: Sequence[Crop]) -> float:
    """Processor time that an engine takes to read the lines, seconds."""
    began = time.process_time()
    engine.recognise(lines)
    return time.process_time() - began


def _spread(sources: Sequence[Source], settings: Settings) -> list[tuple[Source, int]]:
    """At most `PAGES` pages of the scans: the first page of each document, then the second of each, and so on."""
    scans = [source for source in sources if kind_of(source) == "scan"][:PAGES]
    in_order = chain.from_iterable(zip_longest(*(_pages_of(scan, settings) for scan in scans)))
    return list(islice((page for page in in_order if page is not None), PAGES))


def _pages_of(scan: Source, settings: Settings) -> list[tuple[Source, int]]:
    """The first pages of a scan, at most `PAGES`; none of one that cannot be read."""
    try:
        return [(scan, n + 1) for n in range(min(PAGES, count_pages(scan, settings)))]
    except InputError:  # others have text enough; `ingest` reports what is wrong with this one
        return []


def _lines_of(scan: Source, number: int, settings: Settings, engine: OcrEngine) -> list[Crop]:
    """Crops of the text lines of a page, as the reading of pages gives them to an engine."""
    listening = Listening(engine)
    with suppress(InputError):
        read_page(load_page(scan, number, settings), listening)
    return listening.crops


class Listening(OcrEngine):
    """An engine that passes everything on to another one, and keeps the crops that it was given to recognise."""

    def __init__(self, engine: OcrEngine) -> None:
        super().__init__(engine.options)
        self.engine = engine
        self.crops: list[Crop] = []

    @property
    def version(self) -> str:
        return self.engine.version

    def detect(self, image: Crop) -> list[Polygon]:
        return self.engine.detect(image)

    def recognise(self, crops: Sequence[Crop]) -> list[Reading]:
        self.crops += crops
        return self.engine.recognise(crops)

    def recognise_again(self, crops: Sequence[Crop]) -> list[Reading] | None:
        return self.engine.recognise_again(crops)
