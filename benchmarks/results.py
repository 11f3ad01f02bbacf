"""Results as Markdown tables, and the file they are kept in."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


Part = Callable[[argparse.Namespace, Path], list[str]]
"""Part of a benchmark: what it prints, given the arguments of the command line and an empty folder."""


def run_parts(parts: Mapping[str, Part], arguments: argparse.Namespace, title: str, module: str) -> None:
    """Run the parts that were asked for, or all, and print and keep what they measured."""
    for name in arguments.parts or parts:
        with tempfile.TemporaryDirectory() as folder:
            lines = parts[name](arguments, Path(folder))
        print("\n".join(lines), flush=True)
        if arguments.keep:
            keep(f"{title}, {name}", module, "PaddleOCR with the weights of the installation", lines)


def markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as the lines of a Markdown table, the first one its header."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def keep(title: str, module: str, reader: str, lines: Iterable[str]) -> None:
    """Add the lines to the results, with the date, the command and the machine."""
    command = shlex.join(["python", "-m", module, *sys.argv[1:]])
    machine = f"{os.cpu_count()} {platform.machine()} cores, Python {platform.python_version()}"
    entry = f"\n## {date.today()}: {title}, `{command}`\n\n{machine}, {reader}.\n\n" + "\n".join(lines) + "\n"
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(entry)
