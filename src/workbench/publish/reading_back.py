"""Reads the picture of a value once more, by the engine alone: whether the picture shows what the table says."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PIL import Image

from workbench.errors import EngineError
from workbench.ocr.base import OcrEngine
from workbench.ocr.registry import engine_for
from workbench.settings import Settings
from workbench.values import normalise

INSET = 4
"""Width of the edge of a cell that is left out, pixels: rules and frame."""

LEAST_SIDE = 8
"""A cell that is narrower or lower than this many pixels is not read."""


def is_same(read: str, value: str) -> bool:
    """Whether a text that was read is a value, apart from white space and the width of characters.

    >>> is_same("≥ 90％", "≥90%"), is_same("0.1", "0.4")
    (True, False)
    """
    return "".join(normalise(read).split()) == "".join(normalise(value).split())


class CropReader:
    """Reads pictures of cells. The engine is made when the first one is read."""

    @cached_property
    def _engine(self) -> OcrEngine | None:
        try:
            return engine_for(Settings.from_environment(), 1)
        except EngineError:
            return None

    def text(self, cell: Image.Image) -> str | None:
        """The text of a cell, its lines joined; None where no engine can be had."""
        if self._engine is None:
            return None
        inner = np.asarray(cell.convert("RGB"))[INSET:-INSET, INSET:-INSET]
        if min(inner.shape[:2]) < LEAST_SIDE:
            return ""
        try:
            boxes = [_box(outline) for outline in self._engine.detect(inner)] or [
                (0, 0, inner.shape[1], inner.shape[0])
            ]
            lines = [inner[top:bottom, left:right] for left, top, right, bottom in boxes]
            readings = self._engine.recognise([line for line in lines if min(line.shape[:2]) > 0])
        except EngineError:
            return None
        return "".join(reading.text for reading in readings)


def _box(outline: tuple[tuple[float, float], ...]) -> tuple[int, int, int, int]:
    xs, ys = zip(*outline, strict=True)
    return max(0, int(min(xs))), max(0, int(min(ys))), int(max(xs)) + 1, int(max(ys)) + 1
