"""PaddleOCR on ONNX Runtime as an OCR plugin: text detection and recognition, offline, without PaddlePaddle."""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import EngineError, WeightsError
from workbench.language import Phrase
from workbench.model import Polygon
from workbench.ocr.base import NO_READER, OcrEngine, OcrOptions, Reading
from workbench.ocr.characters import RARITY, is_expected
from workbench.ocr.quantising import require_answers
from workbench.ocr.weights import BUNDLED, model_digest, model_directory

# Read when paddlex is imported: do not look for model servers on the network.
os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH_WIDTH = {"cpu": 28.0, "gpu": 400.0}
"""Width at unit height of all crops recognised at once. A processor is as busy with one long line as with many, and
crops that wait for others only cost padding; a graphics card has room for hundreds."""

LIKE_WIDTH = {"cpu": 1.1, "gpu": 1.5}
"""Crops share a batch while the widest is at most this many times as wide as the narrowest: on a processor more padding
costs more than a call, on a card a new size costs more than padding."""

GPU_OPTIONS = {"cudnn_conv_algo_search": "DEFAULT", "use_tf32": "0"}
"""ONNX Runtime plans every convolution anew whenever the size of its input changes, as it does with each batch:
"DEFAULT" plans fastest. Without TF32 the card reads as the processor does."""


@contextmanager
def _without_collection() -> Iterator[None]:
    """No garbage is looked for, nor later among what is there at the end: nearly all that loading PaddleOCR makes
    stays, and to look through it again and again takes a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        atexit.register(gc.unfreeze)  # some libraries complain of what is left at the end
        if was_enabled:
            gc.enable()


@contextmanager
def _without_warnings() -> Iterator[None]:
    """ONNX Runtime says nothing but errors: of the graph of PP-OCRv5 it warns at length, and reads it rightly."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(2)  # its own default


class PaddleEngine(OcrEngine):
    """PaddleOCR's `TextDetection` and `TextRecognition`, made on first use."""

    def __init__(self, options: OcrOptions) -> None:
        super().__init__(options)
        self._detector: Any = None
        self._recogniser: _Recogniser | None = None
        self._second: _Recogniser | None = None

    @property
    def version(self) -> str:
        models = [self.options.detection_model, self.options.recognition_model]
        if self._has_second_reader:
            models.append(self.options.second_reader)
        known = (name for name in models if self._folder_of(name) or name in BUNDLED)
        weights = "+".join(model_digest(name, self._folder_of(name))[:8] for name in known)
        return f"paddleocr {version('paddleocr')} {' '.join(models)} weights {weights}"

    def detect(self, image: NDArray[np.uint8]) -> list[Polygon]:
        if self._detector is None:
            self._detector = self._predictor("TextDetection", self.options.detection_model)
        outlines = self._detector.predict(_bgr(image))[0]["dt_polys"]
        return sorted((_polygon(outline) for outline in outlines), key=lambda outline: (outline[0][1], outline[0][0]))

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        if not crops:
            return []
        if self._recogniser is None:
            self._recogniser = self._recogniser_of(self.options.recognition_model)
            if self.options.model_folder:
                require_answers(self, Path(self.options.model_folder) / self.options.recognition_model)
        return self._recogniser.read(crops)

    def recognise_again(self, crops: Sequence[NDArray[np.uint8]]) -> list[Reading] | None:
        if not self._has_second_reader:
            return None
        if not crops:
            return []
        if self._second is None:
            try:
                with _without_warnings():
                    self._second = self._recogniser_of(self.options.second_reader)
            except WeightsError as error:
                way_out = Phrase("numbers need a second reader; to go without, set WORKBENCH_SECOND_READER=none")
                raise WeightsError(
                    error.path, Phrase("{reason}; {way_out}", reason=error.reason, way_out=way_out)
                ) from error
        return self._second.read(crops)

    @property
    def _has_second_reader(self) -> bool:
        return self.options.second_reader not in ("", NO_READER)

    def _folder_of(self, model_name: str) -> str:
        """The folder that a model is taken from; empty: it comes with the installation.

        A folder of one's own need not hold the second reader.
        """
        folder = self.options.model_folder
        is_second = model_name == self.options.second_reader and model_name in BUNDLED
        return "" if is_second and not (Path(folder) / model_name).is_dir() else folder

    def _recogniser_of(self, model_name: str) -> _Recogniser:
        return _Recogniser(self._predictor("TextRecognition", model_name), self.options.device.partition(":")[0])

    @_without_collection()
    def _predictor(self, kind: str, model_name: str) -> Any:
        """A predictor of PaddleOCR (`TextDetection`, `TextRecognition`) with its model."""
        import onnxruntime
        import paddleocr

        folder = model_directory(model_name, self._folder_of(model_name))
        configuration: dict[str, Any] = {"intra_op_num_threads": self.options.threads, "inter_op_num_threads": 1}
        family, _, index = self.options.device.partition(":")
        if family == "gpu":
            configuration |= {
                "device_type": "gpu",
                "device_id": int(index or 0),
                "provider_options": [GPU_OPTIONS, {}],
            }
            onnxruntime.preload_dlls()  # CUDA as pip installs it lies where the system does not look
        try:
            predictor = getattr(paddleocr, kind)(
                model_name=model_name,
                model_dir=str(folder),
                engine="onnxruntime",
                engine_config=configuration,
                device=self.options.device,
            )
        except (RuntimeError, ValueError, AssertionError, KeyError) as error:
            raise EngineError(
                Phrase(
                    "PaddleOCR cannot load {model_name} on {device}: {error}",
                    model_name=model_name,
                    device=self.options.device,
                    error=error,
                )
            ) from error
        session = predictor.paddlex_predictor.runner.session
        session.disable_fallback()  # a card that fails on the way is an error
        # ONNX Runtime goes on without the card, and only logs it, where the card or a library of CUDA cannot be had.
        if family == "gpu" and "CUDAExecutionProvider" not in session.get_providers():
            raise EngineError(
                Phrase(
                    "PaddleOCR cannot load {model_name} on {device}: ONNX Runtime {version} "
                    "has no such card, or lacks CUDA {cuda_version} or cuDNN 9; see what it logged above",
                    model_name=model_name,
                    device=self.options.device,
                    version=onnxruntime.__version__,
                    cuda_version=onnxruntime.cuda_version,
                )
            )
        return predictor


class _Recogniser:
    """A `TextRecognition` of PaddleOCR that reads crops in batches of like width.

    ``family``: ``cpu`` or ``gpu``.
    """

    def __init__(self, predictor: Any, family: str) -> None:
        self.predictor = predictor.paddlex_predictor
        self._decode = CharacterDecoder(self.predictor.post_op.character)
        self._family = family

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        readings: dict[int, Reading] = {}
        widths = [_padded_width(crop) for crop in crops]
        for batch in batches_of_like_width(widths, BATCH_WIDTH[self._family], LIKE_WIDTH[self._family]):
            widest = widths[batch[-1]]
            for i, reading in zip(batch, self._read_batch([crops[i] for i in batch]), strict=True):
                readings[i] = _stretch(reading, widest / widths[i])
        return [readings[i] for i in range(len(crops))]

    def _read_batch(self, crops: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        """Crops read in one run, by the steps of PaddleOCR's own ``predict``: without the files and results that it
        keeps with every crop, which take longer than the steps."""
        images = self.predictor.pre_tfs["Read"](imgs=[_bgr(crop) for crop in crops])
        images = self.predictor.pre_tfs["ReisizeNorm"](imgs=images)
        batch = np.zeros((len(images), *max(image.shape for image in images)), np.float32)
        for place, image in zip(batch, images, strict=True):
            place[:, :, : image.shape[2]] = image
        return self._decode(*self.predictor.runner(x=[batch]))


WIDE_FIGURES = {chr(code): chr(code + 0xFEE0) for code in map(ord, "0123456789.%")}
"""Figures, the point and the per cent sign in full width, by those in half width: no value depends on the width."""


SURE = 0.9995
"""Of characters at least this sure (0 to 1) no alternatives are told: that spares looking for them among thousands."""

LEAST_ODDS = 1e-3
"""Alternatives with lower odds against the character that was read are not told."""

MOST_OTHERS = 8
"""Most alternatives of one character that are told."""


class CharacterDecoder:
    """CTC decoding that keeps every character's probability and place.

    Stands in for PaddleOCR's ``CTCLabelDecode``, which gives one mean score per line: the mean hides
    the one doubtful digit. Rule: best class per time step, repeats merged, blanks (class 0) dropped
    (Graves et al., 2006, best-path decoding). Where a character that forms hardly hold comes out best,
    how rare it is counts as well (Bayes' rule). A figure in full width is the figure: the probabilities
    of both are added.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = list(characters)
        # Class 0 is the blank, whatever stands for it in the list.
        expected = [place == 0 or is_expected(character) for place, character in enumerate(self.characters)]
        self.frequency = np.where(expected, 1.0, RARITY).astype(np.float32)
        place_of = {character: place for place, character in enumerate(self.characters) if place}
        both = ((place_of.get(figure), place_of.get(wide)) for figure, wide in WIDE_FIGURES.items())
        self._widths = [(figure, wide) for figure, wide in both if figure and wide]

    def __call__(self, steps: NDArray[np.float32]) -> list[Reading]:
        """The readings of a batch; ``steps`` is (lines, time steps, classes)."""
        lines, length, _ = steps.shape
        flat = steps.reshape(lines * length, -1)
        classes, scores = self._best(flat)
        starts = np.flatnonzero(np.diff(classes.reshape(lines, length), axis=1, prepend=-1))
        ends = np.append(starts[1:], lines * length)
        best = np.maximum.reduceat(scores, starts)
        line = starts // length
        places = ((starts + ends) / 2 - line * length) / length
        shown = np.flatnonzero(classes[starts])  # the others are blanks
        text = [self.characters[i] for i in classes[starts[shown]]]
        confidences, positions = best[shown].tolist(), places[shown].tolist()
        others = [
            self._others(flat[starts[run] : ends[run]], classes[starts[run]]) if best[run] < SURE else ()
            for run in shown.tolist()
        ]
        bounds = pairwise(np.searchsorted(line[shown], range(lines + 1)).tolist())
        return [
            Reading("".join(text[a:b]), tuple(confidences[a:b]), tuple(positions[a:b]), tuple(others[a:b]))
            for a, b in bounds
        ]

    def _others(self, steps: NDArray[np.float32], chosen: int) -> tuple[tuple[str, float], ...]:
        """The other characters of one character's time steps, with their odds against the one that was ``chosen``."""
        scores = steps.max(axis=0)
        possible = np.flatnonzero(scores > scores[chosen] * LEAST_ODDS)
        odds = {
            self.characters[i]: min(1.0, float(scores[i] / scores[chosen])) for i in possible if i not in (0, chosen)
        }
        return tuple(sorted(odds.items(), key=lambda other: -other[1])[:MOST_OTHERS])

    def _best(self, steps: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best class of each time step, and its probability; ``steps`` is (time steps, classes)."""
        classes = steps.argmax(axis=-1)
        scores = np.take_along_axis(steps, classes[:, None], axis=1)[:, 0]
        rare = np.flatnonzero(self.frequency[classes] < 1)
        if len(rare):
            weighed = steps[rare] * self.frequency
            classes[rare] = weighed.argmax(axis=-1)
            scores[rare] = weighed.max(axis=-1) / weighed.sum(axis=-1)
        for figure, wide in self._widths:
            either = np.flatnonzero((classes == figure) | (classes == wide))
            classes[either], scores[either] = figure, steps[either, figure] + steps[either, wide]
        return classes, scores


def batches_of_like_width(widths: Sequence[float], most: float, like: float) -> list[list[int]]:
    """Indices of crops (given their widths at unit height) in batches at most ``most`` wide in all.

    The widest of a batch is at most ``like`` times as wide as its narrowest.
    """
    batches: list[list[int]] = []
    for i in sorted(range(len(widths)), key=lambda i: widths[i]):
        batch = batches[-1] if batches else []
        if batch and widths[i] <= like * widths[batch[0]] and widths[i] * (len(batch) + 1) <= most:
            batch.append(i)
        else:
            batches.append([i])
    return batches


def _padded_width(crop: NDArray[np.uint8]) -> float:
    """Width at unit height at which PaddleOCR recognises the crop: never narrower than high."""
    return max(float(crop.shape[1] / crop.shape[0]), 1.0)


def _stretch(reading: Reading, factor: float) -> Reading:
    """Positions as fractions of the crop rather than of the padded batch."""
    return replace(reading, positions=tuple(min(p * factor, 1.0) for p in reading.positions))


def _bgr(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _polygon(outline: Any) -> Polygon:
    a, b, c, d = ((float(x), float(y)) for x, y in outline)
    return a, b, c, d
