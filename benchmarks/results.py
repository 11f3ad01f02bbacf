"""Results as Markdown tables, and the file they are kept in."""

from __future__ import annotations

import os
import platform
import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


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
