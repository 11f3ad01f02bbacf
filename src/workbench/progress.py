"""How far a long piece of work has come: a bar on a terminal and in a notebook, plain lines elsewhere."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tqdm.auto import tqdm

from workbench.language import Phrase, shown
from workbench.visible import one_line

T = TypeVar("T")


def shows_bars() -> bool:
    """Whether a bar can be drawn: on a terminal that has a width, or in a notebook."""
    try:
        return (sys.stderr is not None and sys.stderr.isatty() and _columns() > 0) or _in_notebook()
    except ValueError:  # it was closed
        return False


def _columns() -> int:
    """The width of the terminal; 0 where it says so, as some remote ones do: a bar would not be seen there."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        return 0


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in shell.config


def counted(items: Iterable[T], total: int, desc: str) -> Iterator[T]:
    """Pass items on, and show how many there were of ``total``, under the name ``desc`` (a `Phrase`).

    That is a bar on a terminal and in a notebook, and a line for each item elsewhere.
    """
    if shows_bars():
        yield from tqdm(items, total=total, desc=shown(desc), dynamic_ncols=True)
        return
    say(Phrase("{done}: {total}", done=desc, total=total))
    for number, item in enumerate(items, start=1):
        yield item
        say(Phrase("  {done} {number}/{total} done", done=desc, number=number, total=total))


def say(line: str) -> bool:
    """Print one line on standard error, in the person's language, because standard output is for results.

    In a notebook it goes to standard output: there standard error looks like a fault.

    Returns:
        Whether it was printed. A service, or ``pythonw``, may have no standard error, or one that is closed or full:
        the work goes on without.
    """
    stream = sys.stdout if _in_notebook() else sys.stderr
    if stream is None:
        return False
    try:
        print(one_line(shown(line)), file=stream, flush=True)
    except (OSError, ValueError):
        if stream is sys.stderr:
            sys.stderr = None  # else Python tries once more when it ends, and says that the program failed
        return False
    return True


def emit(event: str, **facts: object) -> None:
    """Write one line of JSON on standard output, for a program that watches (docs/progress.md).

    What is not ASCII is escaped: no name of a file controls a terminal. Where nobody reads any more, that is taken for
    a Ctrl-C: the program that watched is gone, and who starts the run again goes on where it stopped.
    """
    if sys.stdout is None:
        return
    try:
        print(json.dumps({"event": event, **facts}), flush=True)
    except (OSError, ValueError):
        sys.stdout = None  # else Python tries once more when it ends
        signal.raise_signal(signal.SIGINT)


def emitted(kind: str) -> Callable[..., Iterator[T]]:
    """Something like `counted` for a run of a kind (``export``): passes items on, and writes a line for each."""

    def passed_on(items: Iterable[T], total: int, desc: str) -> Iterator[T]:
        emit("run-started", kind=kind, steps=total, unit=desc)
        for number, item in enumerate(items, start=1):
            yield item
            emit("step-done", steps_done=number, steps=total)

    return passed_on


def log_line(file: Path, line: str) -> None:
    """Add a line with the time to a log, for a run that nobody can watch. Where that fails, too, the run goes on."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    now = datetime.now().astimezone().isoformat(" ", timespec="seconds")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, flags, 0o644)  # a link in a dataset from elsewhere is not followed
        with os.fdopen(descriptor, "ab") as stream:
            stream.write(f"{now} {one_line(shown(line))}\n".encode(errors="replace"))
