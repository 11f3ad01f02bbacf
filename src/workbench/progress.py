"""What a long run shows: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

from workbench.archive.run import PageTask

SECONDS_BETWEEN_LINES = 5.0

Item = TypeVar("Item")


class RunProgress:
    """Progress of `workbench ingest` on standard error."""

    def __init__(self) -> None:
        self.on_terminal = sys.stderr.isatty()
        self._bar: tqdm[None] | None = None
        self._done = self._pending = 0
        self._last_line = self._start = time.monotonic()

    def planned(self, documents: int, pages: int, pending: int) -> None:
        self._pending = pending
        known = f", {pages - pending} already read" if pages > pending else ""
        say(f"{documents} document(s), {pages} page(s){known}; {pending} to read")
        if pending and self.on_terminal:
            self._bar = tqdm(total=pending, unit="page", desc="starting the OCR engine", dynamic_ncols=True)

    def page_done(self, task: PageTask) -> None:
        self._done += 1
        if self._bar is not None:
            self._bar.set_description(f"{task.source.name[-24:]} p{task.page}", refresh=False)
            self._bar.update()
        elif time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES or self._done == self._pending:
            self._last_line = time.monotonic()
            seconds = (self._last_line - self._start) / self._done
            left = seconds * (self._pending - self._done)
            say(f"  {self._done}/{self._pending} pages, {seconds:.1f} s a page, about {left:.0f} s left")

    def waiting(self) -> None:
        if self._bar is not None:
            self._bar.refresh()

    def building(self) -> None:
        self.close()
        say("building the tables")

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def counted(items: Iterable[Item], total: int, desc: str) -> Iterator[Item]:
    """Pass items on and show how many there were: a bar on a terminal, a line each elsewhere."""
    if sys.stderr.isatty():
        yield from tqdm(items, total=total, desc=desc, dynamic_ncols=True)
        return
    say(f"{desc}: {total}")
    for number, item in enumerate(items, start=1):
        yield item
        say(f"  {desc} {number}/{total} done")


def say(line: str) -> None:
    """One plain line on standard error; standard output is for results."""
    print(line, file=sys.stderr, flush=True)
