"""What a long run shows: a bar on a terminal and in a notebook, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm.auto import tqdm

from workbench.visible import one_line

T = TypeVar("T")


def shows_bars() -> bool:
    """Whether a bar can be drawn: on a terminal, or in a notebook."""
    return sys.stderr.isatty() or _in_notebook()


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in shell.config


def counted(items: Iterable[T], total: int, desc: str) -> Iterator[T]:
    """Pass items on and show how many there were: a bar on a terminal, a line each elsewhere."""
    if shows_bars():
        yield from tqdm(items, total=total, desc=desc, dynamic_ncols=True)
        return
    say(f"{desc}: {total}")
    for number, item in enumerate(items, start=1):
        yield item
        say(f"  {desc} {number}/{total} done")


def say(line: str) -> None:
    """One plain line on standard error, for standard output is for results; in a notebook, where that looks like a
    fault, on standard output."""
    print(one_line(line), file=sys.stdout if _in_notebook() else sys.stderr, flush=True)
