"""Where the time of a page goes: the stages of a cold run in one process and one thread, and what is recognised.

    python -m benchmarks.profile                       20 pages of a long published form at 150 dpi
    python -m benchmarks.profile --dpi 300 --pages 4
    python -m benchmarks.profile scan.pdf              other documents

Seconds are of the processor, and of a stage alone, without the stages that it calls. Columns are those of pixels at
which text is recognised, 48 high: what is recognised, the crops it comes from, and the ink in them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

START = time.process_time()

import numpy as np  # noqa: E402 - what it takes to load is counted

from benchmarks.results import keep, markdown  # noqa: E402

STAGES = {
    "load PaddleOCR": ("workbench.ocr.paddle.PaddleEngine._predictor",),
    "decode": ("workbench.read.document.load_page", "workbench.readers.pages.load_page"),
    "upright": ("workbench.read.page.make_upright",),
    "rules": ("workbench.grid.pipeline.find_print",),
    "cells": ("workbench.read.page.find_tables", "workbench.read.page.line_crops"),
    "detection": ("workbench.ocr.paddle.PaddleEngine.detect",),
    "recognition": ("workbench.ocr.paddle.PaddleEngine.recognise",),
    "ONNX Runtime": ("onnxruntime.InferenceSession.run",),
    "text and confidence": ("workbench.read.page._cell",),
    "reconstruction": ("workbench.archive.run.tasks.assemble",),
    "write": ("workbench.archive.ingest.write_tables",),
}
"""The functions of each stage, by the names they are called by."""

HEIGHT = 48


class Profile:
    """Seconds of processor of each stage alone, and columns (recognised, of crops, inked)."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.columns = np.zeros(3)
        self._running: list[str] = []
        self._since = START

    def switch(self, stages: list[str]) -> None:
        now = time.process_time()
        self.seconds[self._running[-1] if self._running else "everything else"] += now - self._since
        self._running, self._since = stages, now

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        outside = self._running
        self.switch([*outside, name])
        try:
            yield
        finally:
            self.switch(outside)

    def watch(self, name: str, path: str) -> None:
        """Count the calls of a function towards a stage."""
        owner, (*holders, attribute) = _module_of(path)
        for holder in holders:
            owner = getattr(owner, holder)
        function = getattr(owner, attribute)

        def timed(*arguments: Any, **named: Any) -> Any:
            with self.stage(name):
                return function(*arguments, **named)

        setattr(owner, attribute, timed)

    def count_columns(self) -> None:
        from workbench.ocr import paddle

        batches = paddle.batches_of_like_width
        recognise = paddle.PaddleEngine.recognise

        def counted(widths: Sequence[float], most: float, like: float) -> list[list[int]]:
            found = batches(widths, most, like)
            self.columns[0] += HEIGHT * sum(len(batch) * max(widths[i] for i in batch) for batch in found)
            return found

        def looked_at(engine: Any, crops: Sequence[Any]) -> Any:
            with self.stage("profile"):
                self.columns[1] += sum(HEIGHT * crop.shape[1] / crop.shape[0] for crop in crops)
                self.columns[2] += sum(map(_inked_columns, crops))
            return recognise(engine, crops)

        paddle.batches_of_like_width, paddle.PaddleEngine.recognise = counted, looked_at


def _inked_columns(crop: Any) -> float:
    """From the first to the last column with ink, at the height of recognition."""
    at = np.flatnonzero((crop < (int(crop.min()) + int(crop.max())) / 2).any(axis=(0, 2)))
    return HEIGHT * float(at[-1] + 1 - at[0]) / crop.shape[0] if len(at) else 0.0


def _module_of(path: str) -> tuple[Any, list[str]]:
    """The module that a name starts with, and the rest of the name."""
    parts = path.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            return import_module(".".join(parts[:end])), parts[end:]
        except ModuleNotFoundError:
            continue
    raise LookupError(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw", nargs="?", type=Path, help="a document, or a folder of documents")
    parser.add_argument("--pages", type=int, default=20, help="of the form, at most 20 (%(default)s)")
    parser.add_argument("--dpi", type=int, default=150, help="resolution of the form (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="add what was measured to benchmarks/results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        profile = Profile()
        raw = arguments.raw or Path(folder) / "raw"
        if arguments.raw is None:
            with profile.stage("profile"):
                from benchmarks.speed import draw_pages

                draw_pages(raw, arguments.dpi, arguments.pages)
        lines = _report(profile, _ingest(profile, raw, Path(folder) / "out"))
    print("\n".join(lines))
    if arguments.keep:
        keep("where the time goes", "benchmarks.profile", "PaddleOCR with the weights of the installation", lines)


def _ingest(profile: Profile, raw: Path, out: Path) -> int:
    """Read the documents in this process; gives the number of pages."""
    from workbench.archive.console import RunProgress
    from workbench.archive.ingest import ingest
    from workbench.archive.originals import Originals
    from workbench.archive.run.tasks import Job, Task, TaskOutcome, perform
    from workbench.settings import Settings

    class InProcess:
        capacity = 1

        def __init__(self, job: Job) -> None:
            self.job = job
            self.done: list[TaskOutcome] = []

        def __enter__(self) -> InProcess:
            return self

        def __exit__(self, *_: object) -> None:
            self.done.clear()

        def submit(self, task: Task) -> None:
            self.done.append(perform(self.job, task))

        def outcomes(self, seconds: float) -> list[TaskOutcome]:  # noqa: ARG002 - the contract's name
            done, self.done = self.done, []
            return done

    for name, functions in STAGES.items():
        for path in functions:
            profile.watch(name, path)
    profile.count_columns()
    settings = Settings.from_environment()
    executor = InProcess(Job(out, settings, Originals(raw)))
    return ingest(raw, out, settings, 1, RunProgress(), executor=executor).pages_read


def _report(profile: Profile, pages: int) -> list[str]:
    profile.switch([])
    seconds = {name: profile.seconds[name] for name in (*STAGES, "everything else")}
    total = sum(seconds.values())
    rows = [["stage", "seconds", "a page", "share"]]
    rows += [
        [name, f"{s:.2f}", f"{s / pages:.3f}", f"{s / total:.1%}"] for name, s in [*seconds.items(), ("all", total)]
    ]
    starting = seconds["load PaddleOCR"] + seconds["everything else"]
    recognised, crops, inked = profile.columns
    return [
        f"{pages} pages, one process, one thread.",
        "",
        *markdown(rows),
        "",
        f"ONNX Runtime has {seconds['ONNX Runtime'] / total:.1%} of the time, without loading and starting up "
        f"{seconds['ONNX Runtime'] / (total - starting):.1%}.",
        f"{recognised / pages:,.0f} columns recognised a page: {1 - crops / recognised:.1%} of them padding; "
        f"{recognised / inked - 1:.1%} more than the ink of the text is wide.",
    ]


if __name__ == "__main__":
    main()
