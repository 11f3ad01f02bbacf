"""A Dask cluster on this machine that loses a worker in the middle of a run, against a run that loses none.

    python -m benchmarks.cluster                          20 pages through the real OCR engine and 80 transcriptions
    python -m benchmarks.cluster --pages 4 --kills 3

A scheduler and two workers run as processes of their own on loopback. While the archive is read, a worker is killed
(``kill -9``) and another one joins, as often as asked for. The tables, and every single result, must be those of a
run on one machine, byte for byte. ``--keep`` adds to benchmarks/results.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stubs import transcriptions

from benchmarks.archive import draw_pages, ingest
from benchmarks.results import keep
from workbench.dataset.store import open_dataset

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--documents", type=int, default=80)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="add what was measured to benchmarks/results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(arguments, Path(folder))
    print("\n".join(lines), flush=True)
    if arguments.keep:
        keep("a Dask cluster", "benchmarks.cluster", "PaddleOCR with the weights of the installation", lines)


def measure(arguments: argparse.Namespace, folder: Path) -> list[str]:
    raw, chance = folder / "raw", random.Random(arguments.seed)
    transcriptions(raw, arguments.documents)
    draw_pages(raw, arguments.pages)
    local = ingest(raw, folder / "local", "--workers", "2").wall
    with cluster(folder) as workers:
        seconds, killed = run_and_kill(raw, folder, workers, arguments.kills, chance)
    digests = [open_dataset(folder / name).info["digest"] for name in ("local", "cluster")]
    here, there = results(folder / "local"), results(folder / "cluster")
    assert len(here) > arguments.pages + arguments.documents
    different = [name for name in here.keys() | there.keys() if here.get(name) != there.get(name)]
    return [
        f"{arguments.pages} pages and {arguments.documents} transcriptions, scheduler and two workers as processes on "
        f"loopback, {killed} worker(s) killed in the middle: {seconds:.0f} s (two local processes: {local:.0f} s).",
        f"Tables {'identical' if digests[0] == digests[1] else 'DIFFERENT'} (digest {digests[1][:16]}); "
        f"{len(here):,} results, {len(different)} of them different.",
    ]


@contextmanager
def cluster(folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A scheduler and two workers; the list grows when a worker joins."""
    workers: list[subprocess.Popen[bytes]] = []
    scheduler = dask(folder, "scheduler", "--host", "127.0.0.1", "--port", "0")
    try:
        while not (folder / "scheduler.json").exists():
            time.sleep(0.1)
        workers += [join(folder), join(folder)]
        yield workers
    finally:
        for process in [*workers, scheduler]:
            process.terminate()
            process.wait()


def dask(folder: Path, kind: str, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--no-dashboard"]
    command += ["--scheduler-file", str(folder / "scheduler.json")]
    return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def join(folder: Path) -> subprocess.Popen[bytes]:
    return dask(folder, "worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder / "dask"))


def run_and_kill(
    raw: Path, folder: Path, workers: list[subprocess.Popen[bytes]], kills: int, chance: random.Random
) -> tuple[float, int]:
    """Seconds of the run and workers killed; each kill when another share of the results is there."""
    address = json.loads((folder / "scheduler.json").read_text("utf-8"))["address"]
    command = [sys.executable, "-m", "workbench", "ingest", str(raw), "--out", str(folder / "cluster")]
    start, killed = time.perf_counter(), 0
    expected = len(results(folder / "local"))
    run = subprocess.Popen([*command, "--cluster", address], env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    while run.poll() is None:
        if killed < kills and len(results(folder / "cluster")) > expected * (killed + 1) / (kills + 1):
            victim = chance.choice([worker for worker in workers if worker.poll() is None])
            victim.kill()
            workers.append(join(folder))
            killed += 1
        time.sleep(0.2)
    assert run.returncode == 0, run.returncode
    return time.perf_counter() - start, killed


def results(processed: Path) -> dict[str, bytes]:
    """What was made of every document, by its place."""
    folder = processed / "results"
    kept = [file for file in folder.rglob("*") if file.is_file() and file.parent != folder and file.name[0] != "."]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in kept}


if __name__ == "__main__":
    main()
