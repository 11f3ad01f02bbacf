"""What archives cost: pages, memory, runs in which nothing has changed, processes, and runs that are killed.

    python -m benchmarks.archive                          all of it (about 40 minutes on two cores)
    python -m benchmarks.archive pages --pages 300        cost and memory of 50 and of 300 pages
    python -m benchmarks.archive rerun                    1,000 documents again, unchanged, and with one more
    python -m benchmarks.archive workers                  two processes against one
    python -m benchmarks.archive kills                    50 kills over 100 documents, tables compared

Pages are small forms drawn for the purpose and read by the real OCR engine; documents that need no OCR are
transcriptions. Times are those of the command line in a process of its own. ``--keep`` adds to benchmarks/results.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from tests.printed import truth
from tests.scans.faults import scan
from tests.scans.tables import central_project_table
from tests.scans.typeset import typeset
from tests.stubs import transcriptions

from benchmarks.processes import Measured, ingest_command, measure, start
from benchmarks.results import Part, markdown, run_parts
from workbench.dataset.store import open_dataset

FEW_PAGES = 50
PAGES_PER_DOCUMENT = 5
RESOLUTION = 110
"""Dots per inch of the drawn pages: little to read, so that a thousand of them can be waited for."""


def main() -> None:
    parts: dict[str, Part] = {
        "pages": pages, "rerun": rerun, "workers": workers, "kills": kills,
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(parts)}")
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="add what was measured to benchmarks/results")
    run_parts(parts, parser.parse_args(), "archives", "benchmarks.archive")


def pages(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """Cost of a page without the start of the processes: what pages beyond the first two cost."""
    counts = (2, FEW_PAGES, arguments.pages)
    runs = {}
    for count in counts:
        draw_pages(folder / f"raw-{count}", count)
        runs[count] = ingest(folder / f"raw-{count}", folder / f"out-{count}", "--workers", "2")
    start = runs[2]
    rows = [["pages", "seconds of processors a page", "seconds a page", "main process MB", "largest worker MB"]]
    for count in counts[1:]:
        run = runs[count]
        rows.append(
            [
                f"{count:,}",
                f"{(run.processor - start.processor) / (count - 2):.3f}",
                f"{(run.wall - start.wall) / (count - 2):.3f}",
                f"{run.main / 1e6:.0f}",
                f"{max(run.workers.values()) / 1e6:.0f}",
            ]
        )
    few, many = ((runs[n].processor - start.processor) / (n - 2) for n in counts[1:])
    grown = (runs[counts[2]].main - runs[counts[1]].main) / 1e6
    return [*markdown(rows), "", f"A page costs {many / few - 1:+.1%}, the main process grows by {grown:+.0f} MB."]


def rerun(arguments: argparse.Namespace, folder: Path) -> list[str]:
    count = arguments.documents
    (one_more,) = transcriptions(folder / "more", 1)
    one_more.write_text(one_more.read_text("utf-8").replace("示例市", "别样市"), "utf-8")
    transcriptions(folder / "raw", count)
    transcriptions(folder / "few", FEW_PAGES)
    few = ingest(folder / "few", folder / "out-few")
    first = ingest(folder / "raw", folder / "out")
    unchanged = statistics.median(ingest(folder / "raw", folder / "out").wall for _ in range(3))
    alone = ingest(folder / "more", folder / "alone").wall
    one_more.rename(folder / "raw" / "one-more.tsv")
    added = ingest(folder / "raw", folder / "out").wall
    assert len(open_dataset(folder / "out").documents) == count + 1
    rows = [
        ["run over transcriptions", "seconds", "main process MB"],
        [f"{FEW_PAGES} documents, first", f"{few.wall:.1f}", f"{few.main / 1e6:.0f}"],
        [f"{count:,} documents, first", f"{first.wall:.1f}", f"{first.main / 1e6:.0f}"],
        [f"{count:,} documents, unchanged (median of 3)", f"{unchanged:.2f}", ""],
        ["one document alone", f"{alone:.2f}", ""],
        [f"that document more among {count:,}", f"{added:.2f}", ""],
    ]
    return [*markdown(rows), "", f"One more costs its own time and {added - alone:+.2f} s."]


def workers(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """Wall time of pages beyond the first two, with one process and with two, in turns."""
    count = min(arguments.pages, 60)
    draw_pages(folder / "few", 2)
    draw_pages(folder / "raw", count)
    times: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(3):
        for number in times:
            start = ingest(folder / "few", folder / f"few-{turn}-{number}", "--workers", str(number))
            run = ingest(folder / "raw", folder / f"out-{turn}-{number}", "--workers", str(number))
            times[number].append((run.wall - start.wall) / (count - 2))
    one, two = (statistics.median(times[number]) for number in (1, 2))
    rows = [["processes", "seconds a page (median of 3)"], ["1", f"{one:.3f}"], ["2", f"{two:.3f}"]]
    return [*markdown(rows), "", f"Two processes are {one / two:.2f} times as fast as one."]


def kills(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """Runs are killed at random times, the main process or one that reads, and begun again until they come through."""
    raw, chance = folder / "raw", random.Random(arguments.seed)
    transcriptions(raw, 90)
    draw_pages(raw, 10, per_document=1)
    ingest(raw, folder / "undisturbed")
    expected = open_dataset(folder / "undisturbed").info["digest"]
    killed = {"main": 0, "worker": 0}
    archives = different = 0
    while sum(killed.values()) < arguments.kills:
        archives += 1
        out = folder / f"out-{archives}"
        while _run_and_kill(raw, out, killed, arguments.kills, chance):
            pass
        different += open_dataset(out).info["digest"] != expected
        scraps = list(out.glob(".tables-*"))
        assert not scraps, scraps
    return [
        f"{killed['main']} kills of the main process and {killed['worker']} of a reading one, over {archives} times "
        f"100 documents: {different} of these with other tables than an undisturbed run's."
    ]


def _run_and_kill(raw: Path, out: Path, killed: dict[str, int], most: int, chance: random.Random) -> bool:
    """Whether the run was cut short."""
    with started(raw, out) as run:
        while sum(killed.values()) < most:
            try:
                run.wait(chance.uniform(0.5, 6.0))
                break
            except subprocess.TimeoutExpired:
                pass
            readers = [
                child for child in psutil.Process(run.pid).children() if "spawn_main" in " ".join(child.cmdline())
            ]
            if readers and chance.random() < 0.5:
                chance.choice(readers).kill()
                killed["worker"] += 1
                continue
            run.kill()
            killed["main"] += 1
            run.wait()
            return True
        assert run.wait() == 0, run.returncode
    return False


def draw_pages(folder: Path, count: int, per_document: int = PAGES_PER_DOCUMENT) -> None:
    """Page images of a small form in folders, no two the same."""
    form = truth("example_project_1")
    short = central_project_table(form | {"indicators": form["indicators"][:1]})
    small = replace(short, rows=(short.rows[0], *(row for row in short.rows if row.section == "indicators")))
    (page,) = scan(typeset(small), RESOLUTION)
    page = page[: int(np.nonzero((page < 128).any(axis=1))[0].max()) + 40]
    for number in range(count):
        path = folder / f"scan-{number // per_document:04d}" / f"p-{number % per_document}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = page.copy()
        digits = [int(digit) for digit in f"{number:012d}"]
        image[-4, 4:16] = np.reshape(digits, (-1, *[1] * (image.ndim - 2))) + 246  # paper, all but the same
        Image.fromarray(image).save(path)


@contextmanager
def started(raw: Path, out: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    run = start(ingest_command(raw, out, *options))
    try:
        yield run
    finally:
        run.kill()
        run.wait()


def ingest(raw: Path, out: Path, *options: str) -> Measured:
    return measure(ingest_command(raw, out, *options))


if __name__ == "__main__":
    main()
