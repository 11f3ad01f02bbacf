"""Commands run in processes of their own, with their time and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

NONE: Mapping[str, str] = {}


@dataclass
class Measured:
    """A run of a command: seconds by the clock and of all processors, and most memory (bytes)."""

    wall: float = 0.0
    processor: float = 0.0
    main: int = 0
    workers: dict[int, int] = field(default_factory=dict)


def ingest_command(raw: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "workbench", "ingest", str(raw), "--out", str(out), *options]


def start(command: Sequence[str], settings: Mapping[str, str] = NONE) -> subprocess.Popen[bytes]:
    """Start a command with the given settings (environment variables) and no others, and nothing said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    return subprocess.Popen(
        command, env={**environment, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def measure(command: Sequence[str], settings: Mapping[str, str] = NONE) -> Measured:
    """Run a command to its end, and look at the memory of its processes five times a second.

    Raises:
        AssertionError: it failed.
    """
    measured, began = Measured(), time.perf_counter()
    run = start(command, settings)
    try:
        process = psutil.Process(run.pid)
        while True:
            pid, status, usage = os.wait4(run.pid, os.WNOHANG)
            if pid:
                break
            _look_at_memory(process, measured)
            time.sleep(0.2 if time.perf_counter() - began > 5 else 0.02)
        run.returncode = os.waitstatus_to_exitcode(status)
    finally:
        if run.returncode is None:
            run.kill()
            run.wait()
    measured.wall = time.perf_counter() - began
    measured.processor = usage.ru_utime + usage.ru_stime  # with that of the processes it waited for
    assert run.returncode == 0, (command, run.returncode)
    return measured


def _look_at_memory(process: psutil.Process, measured: Measured) -> None:
    try:
        measured.main = max(measured.main, process.memory_info().rss)
        for child in process.children():
            measured.workers[child.pid] = max(measured.workers.get(child.pid, 0), child.memory_info().rss)
    except psutil.Error:
        return  # it has just ended
