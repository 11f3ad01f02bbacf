"""Pages drawn in a process of their own, with limits on time and memory: a hostile file may take that down."""

from __future__ import annotations

import io
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.settings import Settings

if TYPE_CHECKING:
    from PIL import Image

SECONDS = 60.0
"""Longest time for which a page is waited for, those that are drawn before it included, seconds."""

QUALITY = 82
"""JPEG quality of a page, 1 to 95."""

Made = TypeVar("Made")


class Drawer:
    """Draws pages, one at a time, in a process that is started for the first one and replaced when it is lost."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def sizes(self, scan: Path, dpi: int) -> list[tuple[int, int]]:
        """Width and height of every page of a document as it came, in pixels at a resolution.

        Raises:
            InputError: the document cannot be read, or not within the limits.
        """
        return self._made(scan, page_sizes, scan, dpi)

    def jpeg(self, scan: Path, number: int, dpi: int, turns: int, width: int) -> bytes:
        """A page set upright, as JPEG, at most ``width`` pixels wide.

        Raises:
            InputError: the page cannot be read, or not within the limits.
        """
        return self._made(scan, draw_jpeg, scan, number, dpi, turns, width)

    def image(self, scan: Path, number: int, dpi: int) -> Image.Image:
        """A page as it came.

        Raises:
            InputError: the page cannot be read, or not within the limits.
        """
        return self._made(scan, draw_image, scan, number, dpi)

    def close(self) -> None:
        """Stop the process."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            _stop(pool)

    def _made(self, scan: Path, make: Callable[..., Made], *arguments: Any) -> Made:
        try:
            pool, future = self._submitted(make, *arguments)
        except RuntimeError as error:
            raise InputError(
                "crashed", scan.name, Phrase("no process can be started to draw it ({error})", error=error)
            ) from error
        try:
            return future.result(SECONDS)
        except NotInTime:
            if not future.cancel():
                self._drop(pool)
            raise InputError(
                "timed-out", scan.name, Phrase("drawing it took more than {seconds:.0f} seconds", seconds=SECONDS)
            ) from None
        except BrokenProcessPool:
            self._drop(pool)
            raise InputError(
                "crashed", scan.name, Phrase("the process that drew it ended; is the file damaged?")
            ) from None

    def _submitted(self, make: Callable[..., Made], *arguments: Any) -> tuple[ProcessPoolExecutor, Future[Made]]:
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin)
            return self._pool, self._pool.submit(make, *arguments)

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        _stop(pool)


def _stop(pool: ProcessPoolExecutor) -> None:
    processes = list((pool._processes or {}).values())  # it offers no other way to end a task that does not end
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


def _begin() -> None:
    """Prepare the process: Ctrl-C is the server's, and memory has a limit where the system knows one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ImportError, ValueError, OSError):
        import resource

        most = Settings().page_memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


# --- what the process does


def page_sizes(scan: Path, dpi: int) -> list[tuple[int, int]]:
    """Width and height of every page, in pixels at a resolution; of pictures only the headers are read."""
    from workbench.readers.documents import open_source
    from workbench.readers.pages import page_sizes as sizes

    return sizes(open_source(scan), Settings(raster_dpi=dpi))


def draw_image(scan: Path, number: int, dpi: int) -> Image.Image:
    """A page as it came."""
    # Not by `workbench.dataset`: the process starts three times as fast without pandas.
    from PIL import Image

    from workbench.readers.documents import open_source
    from workbench.readers.pages import load_page

    return Image.fromarray(load_page(open_source(scan), number, Settings(raster_dpi=dpi)).image)


def draw_jpeg(scan: Path, number: int, dpi: int, turns: int, width: int) -> bytes:
    """A page set upright, as JPEG of at most a width."""
    image = draw_image(scan, number, dpi)
    if turns:
        image = image.rotate(90 * turns, expand=True)
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
