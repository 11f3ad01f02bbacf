"""Results as data: a file of JSON for each run, in ``benchmarks/results``, with machine, commit and command.

The site's page on current results and the numbers of both READMEs are made from the newest run of each benchmark
(``make results``). Runs before December 2026 that were kept as text are in ``benchmarks/history``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Table:
    """Rows of measurements under their head, all as text."""

    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Run:
    """One run of a benchmark.

    Attributes:
        benchmark: what was measured; runs of the same name are comparable, and the newest is the current one.
        command: what was typed.
        at: when, ISO 8601.
        commit: of the code that was measured; empty where nobody wrote it down.
        machine: its kind: cores, architecture, Python.
        reader: the OCR engine.
        parts: the tables, and sentences between them, in order.
    """

    benchmark: str
    command: str
    at: str
    commit: str
    machine: str
    reader: str
    parts: list[Table | str]

    @property
    def tables(self) -> list[Table]:
        return [part for part in self.parts if isinstance(part, Table)]


def load(folder: Path = RESULTS) -> list[Run]:
    """All runs that are kept, oldest first."""
    runs = []
    for file in folder.glob("*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        parts = [part if isinstance(part, str) else Table(**part) for part in content.pop("parts")]
        runs.append(Run(**content, parts=parts))
    return sorted(runs, key=lambda run: (run.at, run.benchmark))


def newest(runs: Iterable[Run]) -> dict[str, Run]:
    """The newest run of each benchmark, by its name."""
    return {run.benchmark: run for run in runs}


def parts_of(lines: Iterable[str]) -> list[Table | str]:
    """The tables of some Markdown, and the paragraphs between them.

    >>> parts_of(["Two pages.", "", "| a | b |", "|---|---|", "| 1 | 2 |"])
    ['Two pages.', Table(head=['a', 'b'], rows=[['1', '2']])]
    """
    found: list[Table | str] = []
    for block in re.split(r"\n\s*\n", "\n".join(lines).strip()):
        rows = [_cells(line) for line in block.split("\n") if line.startswith("|")]
        text = " ".join(line for line in block.split("\n") if not line.startswith("|"))
        found += [text] if text else []
        found += [Table(rows[0], [row for row in rows[1:] if set("".join(row)) - set("-: ")])] if rows else []
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


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
    """Keep the lines, which may hold tables in Markdown, as a run of today, of this machine and this commit."""
    command = shlex.join(["python", "-m", module, *sys.argv[1:]])
    machine = f"{os.cpu_count()} {platform.machine()} cores, Python {platform.python_version()}"
    now = datetime.now().astimezone()
    write(Run(title, command, now.isoformat(timespec="seconds"), commit(), machine, reader, parts_of(lines)))


def write(run: Run, folder: Path = RESULTS) -> Path:
    """Write a run into a file of its own, named by its time and its benchmark."""
    words = "-".join(re.findall(r"\w+", run.benchmark.lower()))
    file = folder / f"{re.sub(r'[^0-9T]', '', run.at[:16])}-{words}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(run), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file


def commit() -> str:
    """The commit of the code that runs, with a plus where something in it was changed; empty outside a clone."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(command, cwd=RESULTS.parent, capture_output=True, encoding="utf-8")
    return done.stdout.strip()
