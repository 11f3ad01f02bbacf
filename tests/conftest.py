"""What tests share: an OCR engine for each test process, and one reading of the sample archive for the whole run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

from workbench.dataset.store import Dataset, open_dataset
from workbench.ocr.base import OcrEngine, OcrOptions

if TYPE_CHECKING:
    from tests.hostile_archive import Hostile
    from workbench.report import ReportRun

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "raw"

os.environ["WORKBENCH_LANG"] = "en"  # whatever the locale of whoever runs them

# The same examples in every run, and no time limit for each: a busy machine must not turn a test red.
settings.register_profile("workbench", deadline=None, derandomize=True)
settings.load_profile("workbench")


@dataclass(frozen=True)
class Sample:
    """The sample archive as `workbench ingest` read it."""

    folder: Path
    dataset: Dataset
    output: subprocess.CompletedProcess[str]


def workbench(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, with no settings but those given as ``environment``."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    command = [sys.executable, "-m", "workbench", *map(str, arguments)]
    variables = inherited | {"PYTHONIOENCODING": "utf-8", "WORKBENCH_LANG": "en"} | environment
    return subprocess.run(command, env=variables, capture_output=True, encoding="utf-8")


COUNTED = "counted: "


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Adds to a count that is printed when the tests of all processes have ended: ``counted("faults", 12)``."""
    return lambda name, count: record_property(f"{COUNTED}{name}", count)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The sums of what tests counted."""
    sums: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, count in getattr(report, "user_properties", ()):
                if name.startswith(COUNTED) and getattr(report, "when", "") == "call":
                    sums[name.removeprefix(COUNTED)] += count
    if sums:
        terminalreporter.write_line(", ".join(f"{name}: {count:,}" for name, count in sums.items()))


@pytest.fixture(scope="session")
def engine() -> OcrEngine:
    """PaddleOCR with the weights of the installation; its models load on first use."""
    from workbench.ocr.paddle import PaddleEngine

    return PaddleEngine(OcrOptions(threads=1))  # the other cores run other tests


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the whole run, which all test processes see; what is made there is made under a lock."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # pytest-xdist: a folder in it for each


@pytest.fixture(scope="session")
def sample_dataset(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """`workbench ingest` of the sample archive: every page through the real engine, once for all tests.

    Test processes that run side by side share it: the first that needs it makes it, the others wait.
    """
    shared = shared_folder(tmp_path_factory)
    folder, record = shared / "sample" / "processed", shared / "sample.json"
    with FileLock(shared / "sample.lock"):
        if not record.exists():
            run = workbench("ingest", RAW, "--out", folder)
            record.write_text(json.dumps([run.args, run.returncode, run.stdout, run.stderr]), encoding="utf-8")
    output = subprocess.CompletedProcess[str](*json.loads(record.read_text(encoding="utf-8")))
    assert (folder / "dataset.json").is_file(), output.stderr
    return Sample(folder, open_dataset(folder, RAW), output)


@pytest.fixture(scope="session")
def awkward_reports(tmp_path_factory: pytest.TempPathFactory) -> ReportRun:
    """A report for each kind of awkward form, and the overview."""
    from tests.made_reports import make_awkward_reports

    return make_awkward_reports(shared_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """An archive full of hostile text, read and reported."""
    from tests.hostile_archive import make_hostile

    if sys.platform != "linux":
        pytest.skip("the file systems of this machine refuse most of the names, and it may have no such terminals")
    return make_hostile(shared_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory: pytest.TempPathFactory, sample_dataset: Sample) -> Path:
    """A project folder with the sample archive, and the report on its Tianjin form."""
    from tests.made_reports import make_sample_project

    return make_sample_project(shared_folder(tmp_path_factory), sample_dataset.folder)
