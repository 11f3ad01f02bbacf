"""The grid of any file: `workbench grid` in a process of its own, asked for page by page."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.errors import LabError
from workbench.lab.drawing import Drawer
from workbench.settings import Settings

KEPT = 4
"""Files whose grids stay on the server."""

WAIT = 0.5
"""Longest time that a request waits for a page, seconds; the browser then asks again."""

POLL = 0.1
"""Seconds between two looks at whether a page is there."""


class Grids:
    """The grids of files, by path and time of change."""

    def __init__(self, drawer: Drawer) -> None:
        self._drawer = drawer
        self._lock = threading.Lock()
        self._jobs: OrderedDict[object, GridJob] = OrderedDict()

    def pages(self, path: Path) -> list[dict[str, Any]]:
        """The pages of a file, with their sizes.

        Raises:
            InputError: it cannot be read.
        """
        sizes = self._drawer.sizes(path, Settings.from_environment().raster_dpi)
        return [{"page": number, "width": size[0], "height": size[1]} for number, size in enumerate(sizes, start=1)]

    def picture(self, path: Path, number: int, width: int) -> bytes:
        """A page of a file as JPEG.

        Raises:
            InputError: it cannot be read.
        """
        return self._drawer.jpeg(path, number, Settings.from_environment().raster_dpi, 0, width)

    def page(self, path: Path, number: int) -> dict[str, Any]:
        """The cells of a page; ``state`` is ``reading`` where they are not there yet.

        Raises:
            InputError: the file cannot be read.
            LabError: ``not-found``: it has no such page; ``not-possible``: its grid cannot be read.
        """
        pages = self.pages(path)
        if not 1 <= number <= len(pages):
            raise LabError("not-found", path=f"{path.name} ({number})")
        job = self._job(path)
        end = time.monotonic() + WAIT
        while not job.has(number) and job.is_running and time.monotonic() < end:
            time.sleep(POLL)
        size = pages[number - 1]
        if job.has(number):
            return {**size, "pages": len(pages), "state": "done", **_cells(job.content(number))}
        if job.is_running:
            return {**size, "pages": len(pages), "state": "reading", "pages_done": job.pages_done, "cells": []}
        raise LabError("not-possible", why=job.last_words)

    def close(self) -> None:
        """Stop what is being read."""
        for job in self._jobs.values():
            job.close()

    def _job(self, path: Path) -> GridJob:
        found = path.stat()
        key = path, found.st_mtime_ns, found.st_size
        with self._lock:
            if key not in self._jobs:
                for other in self._jobs.values():
                    other.stop()  # one at a time: each takes all that the machine has
                self._jobs[key] = GridJob(path)
            job = self._jobs[key]
            if not job.is_running and job.was_stopped:
                self._jobs[key] = job = GridJob(path)
            self._jobs.move_to_end(key)
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)[1].close()
        return job


class GridJob:
    """A process that reads the grids of one file into a folder of its own."""

    def __init__(self, path: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-grid-")
        self._errors = Path(self._folder.name) / "errors"
        self.was_stopped = False
        command = [sys.executable, "-P", "-m", "workbench", "grid", "--out", self._folder.name, "--", str(path)]
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=self._folder.name,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Whether pages may still come."""
        return self._process.poll() is None

    @property
    def pages_done(self) -> int:
        """Number of pages that are there."""
        return len(list(Path(self._folder.name).glob("*.json")))

    @property
    def last_words(self) -> str:
        """The last line of standard error."""
        lines = self._errors.read_text("utf-8", "replace").splitlines()
        return next((line.removeprefix("error: ") for line in reversed(lines) if line.startswith("error: ")), "?")

    def has(self, number: int) -> bool:
        """Whether a page is there, whole."""
        return self.content(number) is not None

    def content(self, number: int) -> dict[str, Any] | None:
        """What was read of a page; None where it is not there yet."""
        for path in Path(self._folder.name).glob(f"*-p{number:02d}.json"):
            with suppress(ValueError, OSError):  # it is being written
                found = json.loads(path.read_text("utf-8"))
                return found if isinstance(found, dict) else None
        return None

    def stop(self) -> None:
        """End the process; pages that are there stay."""
        if self.is_running:
            self.was_stopped = True
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End the process, and remove its folder."""
        self.stop()
        with suppress(OSError):
            self._folder.cleanup()


def _cells(content: dict[str, Any] | None) -> dict[str, Any]:
    """The cells of a page from what `workbench grid` wrote."""
    assert content is not None
    cells = []
    for grid in content["grids"]:
        for cell in grid["cells"]:
            xs, ys = zip(*cell["polygon"], strict=True)
            confidence = cell["confidence"]
            parts = (confidence["character"], confidence["border"], confidence["agreement"])
            cells.append(
                {
                    "box": [round(edge, 1) for edge in (min(xs), min(ys), max(xs), max(ys))],
                    "table": grid["table_no"],
                    "row": cell["row"],
                    "column": cell["col"],
                    "row_span": cell["rowspan"],
                    "column_span": cell["colspan"],
                    "text": cell["text"],
                    "second": cell["other_text"],
                    "state": cell["state"],
                    "confidence": min(part for part in parts if part is not None),
                }
            )
    return {"tables": len(content["grids"]), "cells": cells}
