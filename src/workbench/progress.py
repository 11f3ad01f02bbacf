"""How far a long piece of work has come: a bar on a terminal and in a notebook, plain lines elsewhere."""

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
    """Pass items on, and show how many there were of ``total``, under the name ``desc``.

    That is a bar on a terminal and in a notebook, and a line for each item elsewhere.
    """
    if shows_bars():
        yield from tqdm(items, total=total, desc=desc, dynamic_ncols=True)
        return
    say(f"{desc}: {total}")
    for number, item in enumerate(items, start=1):
        yield item
        say(f"  {desc} {number}/{total} done")


def say(line: str) -> None:
    """Print one line on standard error, because standard output is for results.

    In a notebook it goes to standard output: there standard error looks like a fault.
    """
    print(one_line(line), file=sys.stdout if _in_notebook() else sys.stderr, flush=True)
