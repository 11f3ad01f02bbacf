"""How recognition runs fastest: processes and threads, batches, ONNX Runtime's options, and weights of 8 bits.

    python -m benchmarks.engine_options            about 5 minutes on two cores
    python -m benchmarks.engine_options --keep     adds the tables to benchmarks/results

The crops are those of three dense pages. Columns are those of the crops, 48 pixels high, without padding; variants take
turns, and medians are given. ``different``: readings whose text is not that of the first variant. Weights of 8 bits are
made with every other crop.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks.results import keep, markdown
from benchmarks.speed import draw_pages
from workbench.model import Page
from workbench.ocr import paddle
from workbench.ocr.base import OcrOptions, Reading
from workbench.ocr.quantising import quantise
from workbench.ocr.weights import MODEL, bundled_model
from workbench.read.page import read_page
from workbench.tuning import Listening

Crops = Sequence[NDArray[np.uint8]]
RECOGNITION = OcrOptions().recognition_model
SESSIONS = {
    "as PaddleOCR makes it": {},
    "without memory arena": {"enable_cpu_mem_arena": False},
    "without memory pattern": {"enable_mem_pattern": False},
    "basic graph optimisation": {"graph_optimization_level": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turns (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="add what was measured to benchmarks/results")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    crops = crops_of_pages()
    lines = [*_shapes(crops, arguments.rounds), "", *_batches(crops, arguments.rounds), ""]
    lines += _sessions(crops, arguments.rounds)
    print("\n".join(lines))
    if arguments.keep:
        keep("options of the engine", "benchmarks.engine_options", f"ONNX Runtime {onnxruntime.__version__}", lines)


def crops_of_pages(dpi: int = 200, count: int = 3) -> Crops:
    """What is recognised on some dense pages, in the order it comes."""
    engine = Listening(paddle.PaddleEngine(OcrOptions()))
    with tempfile.TemporaryDirectory() as folder:
        draw_pages(Path(folder), dpi, count)
        for number, path in enumerate(sorted(Path(folder).rglob("*.png")), start=1):
            read_page(Page(number, cv2.imread(str(path))[:, :, ::-1].copy()), engine)
    return engine.crops


def _columns(crops: Crops) -> float:
    return sum(48 * crop.shape[1] / crop.shape[0] for crop in crops)


def _shapes(crops: Crops, rounds: int) -> list[str]:
    """All crops read by each of so many processes with so many threads."""
    shapes = [(1, 1), (1, 2), (2, 1), (2, 2)]
    paces: dict[tuple[int, int], list[float]] = {shape: [] for shape in shapes}
    for processes, threads in shapes * rounds:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
            ready = [pool.submit(_read_all, threads, crops[:8]) for _ in range(processes)]
            assert all(job.result() for job in ready)
            began = time.perf_counter()
            done = [pool.submit(_read_all, threads, crops) for _ in range(processes)]
            assert all(job.result() for job in done)
            seconds = time.perf_counter() - began
        paces[processes, threads].append(processes * _columns(crops) / seconds)
    rows = [["processes", "threads of each", "columns a second"]]
    return markdown(rows + [[str(p), str(t), f"{statistics.median(paces[p, t]):,.0f}"] for p, t in shapes])


_engines: dict[int, paddle.PaddleEngine] = {}


def _read_all(threads: int, crops: Crops) -> int:
    engine = _engines.setdefault(threads, paddle.PaddleEngine(OcrOptions(threads=threads)))
    return len(engine.recognise(crops))


def _batches(crops: Crops, rounds: int) -> list[str]:
    engine = paddle.PaddleEngine(OcrOptions())
    variants = [(like, most) for like in (1.02, 1.1, 1.25) for most in (1.0, 14.0, 28.0, 56.0, 1e9)]
    named = {variant: lambda v=variant: _with_batches(*v, lambda: engine.recognise(crops)) for variant in variants}
    paces, different = _in_turns(crops, named, rounds)
    rows = [["like width", "most widths", "batches", "padding", "columns a second", "different"]]
    for like, most in variants:
        widths = [max(crop.shape[1] / crop.shape[0], 1.0) for crop in crops]
        found = _with_batches(like, most, lambda w=widths, m=most, k=like: paddle.batches_of_like_width(w, m, k))
        padded = sum(len(batch) * max(widths[i] for i in batch) for batch in found)
        rows.append(
            [
                f"{like:.2f}",
                f"{most:.0f}" if most < 1e9 else "any",
                str(len(found)),
                f"{1 - sum(widths) / padded:.1%}",
                f"{paces[like, most]:,.0f}",
                str(different[like, most]),
            ]
        )
    return markdown(rows)


def _with_batches(like: float, most: float, run: Callable[[], Any]) -> Any:
    usual = paddle.LIKE_WIDTH["cpu"], paddle.BATCH_WIDTH["cpu"]
    paddle.LIKE_WIDTH["cpu"], paddle.BATCH_WIDTH["cpu"] = like, most
    try:
        return run()
    finally:
        paddle.LIKE_WIDTH["cpu"], paddle.BATCH_WIDTH["cpu"] = usual


def _sessions(crops: Crops, rounds: int) -> list[str]:
    engine = paddle.PaddleEngine(OcrOptions())
    engine.recognise(crops[:1])
    runner = engine._recogniser.paddlex_predictor.runner
    model = bundled_model(RECOGNITION) / MODEL
    sessions = {name: _session(model, options) for name, options in SESSIONS.items()}
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "eight-bits"
        quantise(model.parent, crops[::2], small)
        sessions["weights of 8 bits"] = _session(small / MODEL, {})

    def read(session: onnxruntime.InferenceSession) -> list[Reading]:
        runner.session = session
        return engine.recognise(crops)

    named = {name: lambda s=session: read(s) for name, session in sessions.items()}
    paces, different = _in_turns(crops, named, rounds)
    rows = [["session", "columns a second", "different"]]
    return markdown(rows + [[name, f"{paces[name]:,.0f}", f"{different[name]} of {len(crops)}"] for name in sessions])


def _session(model: Path, options: dict[str, Any]) -> onnxruntime.InferenceSession:
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    for name, value in options.items():
        setattr(settings, name, value)
    return onnxruntime.InferenceSession(str(model), settings, providers=["CPUExecutionProvider"])


def _in_turns(
    crops: Crops, variants: dict[Any, Callable[[], list[Reading]]], rounds: int
) -> tuple[dict[Any, float], dict[Any, int]]:
    """Columns a second of processor (median) of each variant, and how many readings differ from the first one's."""
    seconds: dict[Any, list[float]] = {name: [] for name in variants}
    texts: dict[Any, list[str]] = {}
    for _ in range(rounds):
        for name, run in variants.items():
            began = time.process_time()
            texts[name] = [reading.text for reading in run()]
            seconds[name].append(time.process_time() - began)
    first = next(iter(texts.values()))
    paces = {name: _columns(crops) / statistics.median(times) for name, times in seconds.items()}
    return paces, {name: sum(a != b for a, b in zip(first, found, strict=True)) for name, found in texts.items()}


if __name__ == "__main__":
    main()
