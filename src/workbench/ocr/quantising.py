"""Recognition weights of 8 bits, made from those of 32 with some crops: faster where a processor multiplies bytes.

Most of the work of a recognition model is in its convolutions of 1 × 1 pixel. Their weights, and what flows into and
out of them, are rounded to 8 bits, over the ranges seen on the crops; everything else stays as it is (static
quantisation after training, Jacob et al., 2018, with ONNX Runtime's own tools). Processors without instructions for
that (VNNI, dot products of bytes) gain nothing, and some of them cut sums off: so weights come with answers that are
known, which an engine must give before it reads anything with them.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import EngineError, WeightsError
from workbench.language import Phrase
from workbench.ocr.base import OcrEngine, Reading
from workbench.ocr.weights import CONFIGURATION, MODEL, SUMS, sha256_of

KNOWN_ANSWERS = "known-answers.npz"
"""Crops of text, and what they are read as, beside weights that not every processor computes alike."""

ANSWERS = 12
"""Crops whose answers are kept: sums are cut off in nearly every one of them."""

ALIKE = 0.02
"""Confidences that differ by less than this are the same answer: what is left in 32 bits is rounded in its own ways."""

OPERATORS = 17
"""The version of ONNX's operators from which scales may differ from channel to channel."""

Crop = NDArray[np.uint8]
"""(height, width, 3) RGB, one line of text."""


def require_onnx() -> None:
    """
    Raises:
        EngineError: the package ``onnx`` is not installed.
    """
    if find_spec("onnx") is None:
        raise EngineError(Phrase("weights of 8 bits need the package onnx: pip install 'jixiao-workbench[quantise]'"))


def quantise(model: Path, crops: Sequence[Crop], quantised: Path) -> None:
    """Make a folder ``quantised`` for the recognition model in the folder ``model``, with weights of 8 bits.

    Raises:
        WeightsError: the model has no convolutions of 1 × 1 pixel, or is none that ONNX Runtime can take apart.
    """
    with tempfile.TemporaryDirectory() as scratch, _without_advice():
        prepared, rounded = Path(scratch) / "prepared.onnx", Path(scratch) / MODEL
        layers = _prepare(model / MODEL, prepared)
        if not layers:
            raise WeightsError(model, Phrase("it has no convolutions of 1 × 1 pixel, whose weights could be rounded"))
        _round(prepared, layers, crops, rounded)
        quantised.mkdir(parents=True)
        shutil.copyfile(rounded, quantised / MODEL)
    shutil.copyfile(model / CONFIGURATION, quantised / CONFIGURATION)
    sums = (f"{sha256_of(quantised / name)}  {name}" for name in (MODEL, CONFIGURATION))
    (quantised / SUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")


def _prepare(model: Path, prepared: Path) -> list[str]:
    """Write the model with operators joined as ONNX Runtime joins them; gives the names of its 1 × 1 convolutions."""
    import onnx
    import onnxruntime
    from onnx import version_converter

    newer = prepared.with_name("newer.onnx")
    try:
        onnx.save(version_converter.convert_version(onnx.load(str(model)), OPERATORS), str(newer))
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(prepared)
        onnxruntime.InferenceSession(str(newer), options, providers=["CPUExecutionProvider"])
    except (RuntimeError, ValueError, NotImplementedError) as error:
        raise WeightsError(model, Phrase("it cannot be taken apart: {error}", error=error)) from error
    graph = onnx.load(str(prepared)).graph
    shapes = {weights.name: list(weights.dims) for weights in graph.initializer}
    return [node.name for node in graph.node if node.op_type == "Conv" and shapes.get(node.input[1], [])[2:] == [1, 1]]


def _round(prepared: Path, layers: list[str], crops: Sequence[Crop], rounded: Path) -> None:
    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

    name = onnxruntime.InferenceSession(str(prepared), providers=["CPUExecutionProvider"]).get_inputs()[0].name

    class Crops(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left = iter(crops)

        def get_next(self) -> dict[str, Any] | None:
            crop = next(self.left, None)
            return None if crop is None else {name: _as_recognised(crop)}

    quantize_static(
        str(prepared),
        str(rounded),
        Crops(),
        op_types_to_quantize=["Conv"],
        nodes_to_quantize=layers,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


def _as_recognised(crop: Crop) -> NDArray[np.float32]:
    """A batch (1, 3, 48, width) of one crop in the form that PP-OCR's recognition models take."""
    import cv2

    height = 48
    width = max(height, round(height * crop.shape[1] / crop.shape[0]))
    resized = cv2.resize(crop[:, :, ::-1], (width, height)).astype(np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(resized.transpose(2, 0, 1)[None])


@contextmanager
def _without_advice() -> Iterator[None]:
    """ONNX Runtime's tools advise developers of models, by way of the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def keep_answers(engine: OcrEngine, crops: Sequence[Crop], quantised: Path) -> None:
    """Keep what an engine reads some of the crops as beside the weights that it read them with."""
    chosen = [crops[i] for i in np.linspace(0, len(crops) - 1, min(ANSWERS, len(crops))).astype(int)]
    readings = engine.recognise(chosen)
    answers: dict[str, Any] = {f"crop-{n}": crop for n, crop in enumerate(chosen)}
    np.savez_compressed(
        quantised / KNOWN_ANSWERS,
        texts=np.array([reading.text for reading in readings]),
        confidences=np.array([reading.confidence for reading in readings]),
        **answers,
    )


def require_answers(engine: OcrEngine, model: Path) -> None:
    """Let an engine read the crops whose answers are known, where the folder of a model holds such.

    Raises:
        WeightsError: it reads them in another way.
    """
    if not (model / KNOWN_ANSWERS).is_file():
        return
    with np.load(model / KNOWN_ANSWERS) as answers:
        texts, confidences = answers["texts"].tolist(), answers["confidences"].tolist()
        crops = [answers[f"crop-{n}"] for n in range(len(texts))]
    readings = engine.recognise(crops)
    if not all(map(_is_alike, readings, texts, confidences)):
        reason = Phrase("this processor computes these weights otherwise than the one they were made on")
        raise WeightsError(
            model,
            Phrase("{reason}; make them here (workbench quantise), or unset WORKBENCH_MODEL_FOLDER", reason=reason),
        )


def _is_alike(reading: Reading, text: str, confidence: float) -> bool:
    return reading.text == text and abs(reading.confidence - confidence) < ALIKE
