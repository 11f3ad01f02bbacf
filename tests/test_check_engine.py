"""`check_engine`: the real engine and the example pass, and every kind of broken engine is caught with its reason."""

from __future__ import annotations

import importlib.util
import threading
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from tests.conftest import ROOT
from workbench.errors import EngineContractError, EngineError
from workbench.ocr.base import OcrOptions, Reading
from workbench.ocr.testing import LINES, check_engine, drawn_line


def example_engine():
    path = ROOT / "examples" / "digits_engine" / "digits_engine.py"
    spec = importlib.util.spec_from_file_location("digits_engine", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.DigitsEngine


DigitsEngine = example_engine()


def test_the_example_engine_keeps_the_contract_and_reads_digits():
    engine = DigitsEngine(OcrOptions())
    check_engine(engine)
    crops = [drawn_line(digits, size) for digits in (LINES[0], "2022", "307118") for size in (24, 30, 60)]
    assert [reading.text for reading in engine.recognise(crops)] == [LINES[0]] * 3 + ["2022"] * 3 + ["307118"] * 3


@pytest.mark.slow
def test_paddleocr_keeps_the_contract(engine):
    check_engine(engine)


class LosesACrop(DigitsEngine):
    def recognise(self, crops):
        return super().recognise(crops)[:-1]


class Sorts(DigitsEngine):
    """Reads the narrow crops first, and gives the readings in that order."""

    def recognise(self, crops):
        return super().recognise(sorted(crops, key=lambda crop: crop.shape[1]))


class GivesTexts(DigitsEngine):
    def recognise(self, crops):
        return [reading.text for reading in super().recognise(crops)]


class EachReading(DigitsEngine):
    """Spoils every reading by itself."""

    def recognise(self, crops):
        return [self.spoilt(reading) for reading in super().recognise(crops)]


class OneConfidenceALine(EachReading):
    def spoilt(self, reading):
        return replace(reading, confidences=(reading.confidence,))


class Percentages(EachReading):
    def spoilt(self, reading):
        return replace(reading, confidences=tuple(100 * value for value in reading.confidences))


class NotANumber(EachReading):
    def spoilt(self, reading):
        return replace(reading, confidences=tuple(float("nan") for _ in reading.text))


class NumpyNumbers(EachReading):
    def spoilt(self, reading):
        return replace(reading, confidences=tuple(np.float32(value) for value in reading.confidences))


class Pixels(EachReading):
    def spoilt(self, reading):
        return replace(reading, positions=tuple(100.0 * value for value in reading.positions))


class RightToLeft(EachReading):
    def spoilt(self, reading):
        return replace(reading, positions=reading.positions[::-1])


class Blind(EachReading):
    def spoilt(self, reading):
        return Reading("", (), ())


class Hallucinates(EachReading):
    def spoilt(self, reading):
        return reading if reading.text else Reading("0", (0.9,), (0.5,))


class BreaksLines(EachReading):
    def spoilt(self, reading):
        return replace(reading, text=reading.text[:1] + "\n" + reading.text[2:]) if len(reading.text) > 2 else reading


class FailsOnNothing(DigitsEngine):
    def recognise(self, crops):
        return [self._read(row) for row in np.stack([crop.mean() < 128 for crop in crops])] and super().recognise(crops)


class FailsOnTiny(DigitsEngine):
    def recognise(self, crops):
        for crop in crops:
            assert min(crop.shape[:2]) >= 8, "the crop is too small"
        return super().recognise(crops)


class Wavers(DigitsEngine):
    """Another reading with every call."""

    calls = count()

    def recognise(self, crops):
        call = next(self.calls)
        return [Reading(r.text[call % 2 :], r.confidences[call % 2 :], r.positions[call % 2 :]) for r in self.of(crops)]

    def of(self, crops):
        return super().recognise(crops)


class DependsOnTheBatch(DigitsEngine):
    def recognise(self, crops):
        widest = max((crop.shape[1] for crop in crops), default=1)
        return [
            r if c.shape[1] * 4 > widest else Reading("", (), ()) for r, c in zip(self.of(crops), crops, strict=True)
        ]

    def of(self, crops):
        return super().recognise(crops)


class WritesIntoCrops(DigitsEngine):
    def recognise(self, crops):
        for crop in crops:
            if crop.flags.writeable:
                crop[:, 0] = 255 - crop[:, 0]
        return super().recognise(crops)


class BoundToItsThread(DigitsEngine):
    def __init__(self, options):
        super().__init__(options)
        self.thread = threading.get_ident()

    def recognise(self, crops):
        if threading.get_ident() != self.thread:
            raise RuntimeError("made in another thread")
        return super().recognise(crops)


class OnePerProcess(DigitsEngine):
    """Keeps its glyphs in the class: a second engine takes the first one's away."""

    owner = None

    def __init__(self, options):
        super().__init__(options)
        type(self).owner = self

    def recognise(self, crops):
        readings = super().recognise(crops)
        return readings if type(self).owner is self else [Reading("", (), ())] * len(readings)


class NoVersion(DigitsEngine):
    version = " "


class CountsItsVersion(DigitsEngine):
    calls = count()

    @property
    def version(self):
        return f"digits {next(self.calls)}"


class KeepsAnOpenFile(DigitsEngine):
    def __init__(self, options):
        super().__init__(options)
        self.options = threading.Lock()


class DetectsNothing(DigitsEngine):
    def detect(self, image):
        return []


class EachOutline(DigitsEngine):
    def detect(self, image):
        return [self.spoilt(outline) for outline in super().detect(image)]


class Boxes(EachOutline):
    def spoilt(self, outline):
        return (*outline[0], *outline[2])


class AnyCornerFirst(EachOutline):
    def spoilt(self, outline):
        return outline[1:] + outline[:1]


class Fractions(EachOutline):
    def spoilt(self, outline):
        return tuple((x / 900, y / 600) for x, y in outline)


class LeavesThePage(EachOutline):
    def spoilt(self, outline):
        return tuple((x + 500, y) for x, y in outline)


class BottomToTop(DigitsEngine):
    def detect(self, image):
        return super().detect(image)[::-1]


class OutlinesThePage(DigitsEngine):
    def detect(self, image):
        height, width = image.shape[:2]
        return super().detect(image) or [((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))]


BROKEN = {
    LosesACrop: r"must give a list of as many readings",
    Sorts: r"recognise, crop \d+: read as '\w*', and one at a time as",
    GivesTexts: r"it must be a Reading whose text is a str, and is '0123456789'",
    OneConfidenceALine: r"10 characters have 1 confidences",
    Percentages: r"confidences must lie between 0 and 1",
    NotANumber: r"confidences must lie between 0 and 1",
    NumpyNumbers: r"confidences must be a tuple of Python floats",
    Pixels: r"positions must lie between 0 and 1",
    RightToLeft: r"positions must rise from left to right",
    Blind: r"reads nothing at all in plain print",
    Hallucinates: r"blank crop 48 x 96: it reads '0' on white paper",
    BreaksLines: r"the text of a line has no line breaks",
    FailsOnNothing: r"nothing to read: it raised ValueError",
    FailsOnTiny: r"nothing to read: it raised AssertionError: the crop is too small",
    Wavers: r"the same crops give other readings the second time",
    DependsOnTheBatch: r"and one at a time as",
    WritesIntoCrops: r"recognise: it writes into the crops",
    BoundToItsThread: r"threads: it raised RuntimeError: made in another thread",
    OnePerProcess: r"threads: two engines with the same options, each in a thread of its own, do not read as one",
    NoVersion: r"version: it must be one line that is not blank, and is ' '",
    CountsItsVersion: r"version: it changes while the engine reads",
    KeepsAnOpenFile: r"options: it raised TypeError: cannot pickle",
    DetectsNothing: r"no outline covers the middle of printed line 3",
    Boxes: r"detect, outline 0: it must be four corners",
    AnyCornerFirst: r"its corners must be top left, top right",
    Fractions: r"no outline covers the middle of printed line 1",
    LeavesThePage: r"detect, outline 1: it leaves the page",
    BottomToTop: r"the outlines must come from top to bottom",
    OutlinesThePage: r"it outlines something on a blank page of 400 x 300",
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda engine: engine.__name__)
def test_a_broken_engine_is_caught_with_its_reason(broken):
    with pytest.raises(EngineContractError, match=f"^{broken.__name__} breaks the contract.*{BROKEN[broken]}"):
        check_engine(broken(OcrOptions()))


def test_all_failures_are_listed_in_one_error_which_is_one_of_the_engines():
    class Hopeless(Percentages, DetectsNothing):
        version = ""

    with pytest.raises(EngineError) as caught:
        check_engine(Hopeless(OcrOptions()))
    kinds = {failure.partition(",")[0].partition(":")[0] for failure in caught.value.failures}
    assert kinds == {"version", "recognise", "detect"}
    assert all(failure in str(caught.value) for failure in caught.value.failures)
