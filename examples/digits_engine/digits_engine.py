"""An OCR engine in forty lines: digits in Noto Sans SC, each told by the glyph that it is most like."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from workbench.ocr.base import OcrEngine, Reading

SHAPE = (16, 24)  # width and height at which glyphs are compared, in pixels


class DigitsEngine(OcrEngine):
    version = "digits 1"

    def __init__(self, options):
        super().__init__(options)
        self._glyphs = np.stack([_fitted(_drawn(digit)) for digit in range(10)])

    def detect(self, image):
        ink = _ink(image)
        rows = [(top, bottom, np.flatnonzero(ink[top:bottom].any(axis=0))) for top, bottom in _runs(ink.any(axis=1))]
        boxes = [(float(x[0]), float(top), float(x[-1] + 1), float(bottom)) for top, bottom, x in rows]
        return [((x0, y0), (x1, y0), (x1, y1), (x0, y1)) for x0, y0, x1, y1 in boxes]

    def recognise(self, crops):
        return [self._read(_ink(crop)) for crop in crops]

    def _read(self, ink):
        runs = _runs(ink.any(axis=0))  # a character ends where a column of pixels is white
        likeness = [1 - abs(self._glyphs - _fitted(ink[:, a:b])).mean(axis=(1, 2)) for a, b in runs]
        text = "".join(str(of_each.argmax()) for of_each in likeness)
        confidences = tuple(float(of_each.max()) for of_each in likeness)
        return Reading(text, confidences, tuple((a + b) / 2 / ink.shape[1] for a, b in runs))


def _drawn(digit):
    image = Image.new("RGB", (96, 96), "white")
    ImageDraw.Draw(image).text((16, 0), str(digit), "black", ImageFont.truetype(str(sans_path()), 64))
    return _ink(np.asarray(image))


def _ink(image):
    return image.mean(axis=2) < 128


def _runs(flags):  # where each stretch of True begins and ends
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _fitted(ink):  # the rectangle that holds the ink, at the size at which glyphs are compared
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    glyph = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.uint8) * 255)
    return np.asarray(glyph.resize(SHAPE, Image.Resampling.BOX), np.float64) / 255
