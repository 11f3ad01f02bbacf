"""Speed from scan to dataset, beside PaddleOCR as shipped and PaddleOCR with img2table, on the same pages in turns.

    python -m benchmarks.speed                     all of it (about 20 minutes on two cores)
    python -m benchmarks.speed peers --rounds 5    all of them side by side
    python -m benchmarks.speed resolutions         the same pages at 200, 300 and 600 dpi
    python -m benchmarks.speed start               what it takes until the first page is done

Every run is a process of its own and cold: nothing is kept from earlier ones, and starting up counts. The pages are
those of a long published form, drawn in two typefaces and scanned: skewed, blurred, shaded, with noise, as JPEG
leaves it. Exact: of the printed cells, those found with row, column, spans and text as printed. PaddleOCR gives no
cells: of the printed cells of up to eight characters, those that are one of its lines. ``--keep`` adds to
benchmarks/results.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image
from tests.scans.faults import Fault, scan
from tests.scans.make_samples import TIANJIN
from tests.scans.tables import tianjin_table
from tests.scans.typeset import SANS, SERIF, GridCell, PageGrid, page_grids, typeset

from benchmarks.accuracy import LIGHT_SCAN, TRUTH
from benchmarks.grid_scoring import FoundCell, FoundGrid, Score, best_grids, plain, score_table
from benchmarks.processes import Measured, ingest_command, measure, start
from benchmarks.results import Part, markdown, run_parts
from workbench.dataset.store import open_dataset

SAMPLE = Path(__file__).parents[1] / "data" / "raw" / "示例项目_2022.pdf"
"""Forms unlike the one that is read."""

SHORT_CELL = 8
"""Characters of a cell that lies on one line for sure."""


@dataclass(frozen=True)
class Contender:
    """Who reads the pages: the command for a folder and a place for what it finds, how exact that is, and settings."""

    name: str
    command: Callable[[Path, Path], Sequence[str]]
    exact: Callable[[Path, Sequence[PageGrid]], str]
    settings: Mapping[str, str] = field(default_factory=dict)


def main() -> None:
    parts: dict[str, Part] = {
        "peers": peers, "resolutions": resolutions, "start": first_page,
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(parts)}")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turns (%(default)s)")
    parser.add_argument("--pages", type=int, default=20, help="pages of a run, at most 20 (%(default)s)")
    parser.add_argument("--dpi", type=int, default=150, help="resolution beside the others (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="add what was measured to benchmarks/results")
    run_parts(parts, parser.parse_args(), "speed", "benchmarks.speed")


def peers(arguments: argparse.Namespace, folder: Path) -> list[str]:
    printed = draw_pages(folder / "raw", arguments.dpi, arguments.pages)
    contenders = [
        Contender("PaddleOCR as shipped", _peer("paddleocr"), _lines_exact),
        Contender("PaddleOCR + img2table", _peer("img2table"), _tables_exact),
        Contender("workbench ingest", _ingest, _dataset_exact),
        Contender("the same, weights of 8 bits", _ingest, _dataset_exact, _weights_of_8_bits(folder / "8-bit")),
    ]
    runs: dict[str, list[Measured]] = {one.name: [] for one in contenders}
    exact: dict[str, str] = {}
    for turn in range(arguments.rounds):
        for one in contenders:
            out = folder / f"{one.name}-{turn}"
            runs[one.name].append(measure(one.command(folder / "raw", out), one.settings))
            exact[one.name] = one.exact(out, printed)
    rows = [["", "pages/s", "times as fast", "processor s/page", "main process MB", "largest worker MB", "exact"]]
    shipped = runs[contenders[0].name]
    for one in contenders:
        times = runs[one.name]
        faster = statistics.median(first.wall / this.wall for first, this in zip(shipped, times, strict=True))
        memory = max(run.main for run in times), max(max(run.workers.values(), default=0) for run in times)
        pace = statistics.median(len(printed) / run.wall for run in times)
        busy = statistics.median(run.processor / len(printed) for run in times)
        figures = f"{pace:.3f}", f"{faster:.2f}", f"{busy:.2f}", *(f"{m / 1e6:.0f}" for m in memory)
        rows.append([one.name, *figures, exact[one.name]])
    about = f"{len(printed)} pages at {arguments.dpi} dpi, {arguments.rounds} rounds, each run cold and whole; medians."
    return [about, "", *markdown(rows)]


def _peer(name: str) -> Callable[[Path, Path], Sequence[str]]:
    return lambda raw, out: [sys.executable, "-m", "benchmarks.speed_peers", name, str(raw), str(out)]


def _ingest(raw: Path, out: Path) -> Sequence[str]:
    return ingest_command(raw, out)


def _weights_of_8_bits(folder: Path) -> Mapping[str, str]:
    """The settings to read with weights made on the sample archive: none of the pages that are measured."""
    measure([sys.executable, "-m", "workbench", "quantise", str(SAMPLE), "--out", str(folder)])
    return {"WORKBENCH_MODEL_FOLDER": str(folder)}


def _lines_exact(result: Path, printed: Sequence[PageGrid]) -> str:
    found = wanted = 0
    for lines, grid in zip(json.loads(result.read_text("utf-8")), printed, strict=True):
        left = [plain(line["text"]) for line in lines]
        for text in (plain(cell.text) for cell in grid.cells):
            if 0 < len(text) <= SHORT_CELL:
                wanted += 1
                if text in left:
                    left.remove(text)
                    found += 1
    return f"{found / wanted:.4f} of {wanted} short"


def _tables_exact(result: Path, printed: Sequence[PageGrid]) -> str:
    pages = json.loads(result.read_text("utf-8"))
    return _exact([[_grid(table) for table in tables] for tables in pages], printed)


def _dataset_exact(out: Path, printed: Sequence[PageGrid]) -> str:
    dataset = open_dataset(out)
    source = dataset.documents.set_index("document_id")["source"]
    cells = dataset.cells.assign(source=lambda rows: rows["form_id"].str.rpartition("-")[0].map(source))
    pages = [
        [_grid(table.to_dict("records")) for _, table in page.groupby("table_no")]
        for _, page in cells.groupby(["source", "page"])
    ]
    return _exact(pages, printed)


def _grid(records: Sequence[dict[Any, Any]]) -> FoundGrid:
    return tuple(
        FoundCell(GridCell(*(int(r[n]) for n in ("row", "col", "rowspan", "colspan")), str(r["text"]))) for r in records
    )


def _exact(pages: Sequence[Sequence[FoundGrid]], printed: Sequence[PageGrid]) -> str:
    score = sum((score_table(*best_grids(found, [p]), p) for found, p in zip(pages, printed, strict=True)), Score())
    return f"{score.exact / score.cells:.4f} of {score.cells}"


def resolutions(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """Pages beyond the first two, in turns: what starts up with them is taken off."""
    every = (200, 300, 600)
    costs: dict[int, list[float]] = {dpi: [] for dpi in every}
    memory: dict[int, int] = dict.fromkeys(every, 0)
    for dpi in every:
        draw_pages(folder / f"few-{dpi}", dpi, 2)
        draw_pages(folder / f"raw-{dpi}", dpi, arguments.pages)
    for turn in range(arguments.rounds):
        for dpi in every:
            few, run = (
                measure(ingest_command(folder / f"{name}-{dpi}", folder / f"out-{name}-{dpi}-{turn}"))
                for name in ("few", "raw")
            )
            costs[dpi].append((run.processor - few.processor) / (arguments.pages - 2))
            memory[dpi] = max(memory[dpi], *run.workers.values())
    rows = [["dpi", "seconds of processors a page (median)", "times those at 200 (median)", "largest worker MB"]]
    for dpi in every:
        ratio = statistics.median(this / first for this, first in zip(costs[dpi], costs[200], strict=True))
        rows.append([str(dpi), f"{statistics.median(costs[dpi]):.2f}", f"{ratio:.2f}", f"{memory[dpi] / 1e6:.0f}"])
    return markdown(rows)


def first_page(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """Seconds until the results of a first page are there, and those of commands that read nothing."""
    draw_pages(folder / "raw", arguments.dpi, 2)
    rows = [["", "seconds (median)"]]
    firsts = [_until_first_page(folder / "raw", folder / f"out-{turn}") for turn in range(arguments.rounds)]
    rows.append(["workbench ingest, to the first page", f"{statistics.median(firsts):.2f}"])
    for name, command in {
        "workbench --help": [sys.executable, "-m", "workbench", "--help"],
        "import workbench": [sys.executable, "-c", "import workbench"],
    }.items():
        rows.append([name, f"{statistics.median(measure(command).wall for _ in range(2 * arguments.rounds)):.2f}"])
    return markdown(rows)


def _until_first_page(raw: Path, out: Path) -> float:
    began = time.perf_counter()
    run = start(ingest_command(raw, out))
    try:
        while not any(out.rglob("page-*")):
            assert run.poll() is None, run.returncode
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        run.kill()
        run.wait()


def draw_pages(folder: Path, dpi: int, count: int, faults: Sequence[Fault] = LIGHT_SCAN) -> list[PageGrid]:
    """The first pages of the form in two typefaces, a document of images each; what is printed on each."""
    table, printed = tianjin_table(json.loads(TRUTH.read_text("utf-8"))), []
    for name, font in (("hei", SANS), ("song", SERIF)):
        style = replace(TIANJIN, font=font)
        grids = page_grids(table, style)[: count - len(printed)]
        document = folder / f"{name}_2022"
        if grids:
            document.mkdir(parents=True)
        for number, (image, _) in enumerate(
            zip(scan(typeset(table, style), dpi, faults), grids, strict=False), start=1
        ):
            Image.fromarray(image).save(document / f"p-{number:02d}.png")
        printed += grids
    return printed


if __name__ == "__main__":
    main()
