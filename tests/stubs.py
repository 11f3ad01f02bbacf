"""Pages and an OCR engine that cost nothing, and the ways in which a page can go wrong."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw

from tests.printed import truth
from tests.scans.tables import central_project_table
from tests.written import write_tabs
from workbench.archive.building.summary import IngestSummary
from workbench.archive.console import RunProgress
from workbench.archive.ingest import ingest
from workbench.archive.plan import Plan
from workbench.archive.run.scheduler import Counts
from workbench.archive.run.tasks import Executor, Job, PageTask, Task, TaskOutcome, perform
from workbench.dataset.store import open_dataset
from workbench.settings import Settings

CRASHES, FAILS, HANGS, GROWS, CRASHES_ONCE = 777, 778, 779, 780, 781
"""Widths in pixels of the pages that are too much for the engine."""

PLUGIN = '''
import os, time
from pathlib import Path
from workbench.ocr.base import OcrEngine, Reading

class Engine(OcrEngine):
    """Reads nothing; some pages are too much for it."""
    version = os.environ.get("STUB_VERSION", "stub 1")

    def detect(self, image):
        time.sleep(float(os.environ.get("STUB_SECONDS", "0")))
        width = image.shape[1]
        if width == 777:
            os._exit(3)
        if width == 778:
            raise RuntimeError("a page of this width")
        if width == 779:
            time.sleep(3600)
        if width == 780:
            hoard = [bytearray(b"x") * 800_000_000]
            time.sleep(3600)
        if width == 781:
            mark = Path(os.environ["STUB_MARK"])
            if not mark.exists():
                mark.touch()
                os._exit(3)
        return []

    def recognise(self, crops):
        return [Reading("", (), ()) for _ in crops]
'''


def install_stub_engine(package: Path) -> dict[str, str]:
    """Environment in which an installed package offers the OCR engine ``stub``, and the settings choose it."""
    metadata = package / "stub_ocr-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stub-ocr\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[workbench.ocr]\nstub = stub_ocr:Engine\n")
    (package / "stub_ocr.py").write_text(PLUGIN)
    path = ":".join([str(package), *(entry for entry in sys.path if entry)])
    return {"PYTHONPATH": path, "WORKBENCH_ENGINE": "stub"}


def blank_page(path: Path, width: int = 600, tables: int = 0) -> Path:
    """A page with a word's worth of ink, and empty ruled tables under it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L", (width, 800), 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((100, 40, 180, 52), fill=0)
    for number in range(tables):
        for row in range(3):
            pen.rectangle((100, 150 + 200 * number + 40 * row, 300, 190 + 200 * number + 40 * row), outline=0, width=2)
            pen.rectangle((300, 150 + 200 * number + 40 * row, 500, 190 + 200 * number + 40 * row), outline=0, width=2)
    image.save(path)
    return path


def documents(processed: Path) -> dict[str, tuple[str, str | None]]:
    """Status and reason of every document, by its source."""
    frame = open_dataset(processed).documents.astype(object).where(lambda f: f.notna(), None)
    return {row["source"]: (row["status"], row["error"]) for row in frame.to_dict("records")}


def transcriptions(folder: Path, count: int) -> list[Path]:
    """Short forms as text, no two the same."""
    folder.mkdir(parents=True, exist_ok=True)
    short = truth("example_project_1") | {"indicators": truth("example_project_1")["indicators"][:3]}
    form = write_tabs(central_project_table(short), folder / "form.tsv").read_text("utf-8")
    (folder / "form.tsv").unlink()
    paths = [folder / f"{number:04d}.tsv" for number in range(count)]
    for path in paths:
        path.write_text(form.replace("补助资金", f"补助资金{path.stem}"), "utf-8")
    return paths


DEFAULT = Settings()


class Here(Executor):
    """Tasks done in this process, one at a time; counts them."""

    capacity = 1

    def __init__(self, processed: Path, settings: Settings) -> None:
        self.job = Job(processed, settings)
        self.tasks: list[Task] = []

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, task: Task) -> None:
        self.tasks.append(task)

    def outcomes(self, seconds: float) -> list[TaskOutcome]:
        return [perform(self.job, self.tasks[-1])]

    @property
    def pages(self) -> int:
        return sum(isinstance(task, PageTask) for task in self.tasks)


class Quiet(RunProgress):
    """Shows nothing, and keeps what it was told."""

    plan: Plan
    is_built = False

    def planned(self, plan: Plan, workers: int) -> None:
        self.plan = plan

    def advanced(self, counts: Counts) -> None:
        pass

    def building(self) -> None:
        self.is_built = True


def ingest_here(
    raw: Path, processed: Path, settings: Settings = DEFAULT, keep: bool = False
) -> tuple[IngestSummary, Here, Quiet]:
    """`ingest` in this process: how it ended, what was done, and what was told."""
    executor, progress = Here(processed, settings), Quiet()
    return ingest(raw, processed, settings, 1, progress, keep, executor), executor, progress
