"""What an archive of millions of pages would need, worked out from a dataset that is there.

    python -m benchmarks.scale data/processed                          10 million pages, 20 a document
    python -m benchmarks.scale data/processed --pages 1000000 --cores 64

The cost of a page is the one that `workbench ingest` measured, sizes are those of the files of the dataset, the memory
of planning is measured over documents made for the purpose. ``docs/scale.md`` explains the result.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tracemalloc
from pathlib import Path

from tests.stubs import transcriptions

from benchmarks.results import markdown
from workbench.archive.ingest import plan_ingest
from workbench.archive.pace import Pace
from workbench.archive.store import DOCUMENT, TABLES
from workbench.dataset.store import open_dataset
from workbench.files import LocalFiles
from workbench.settings import Settings

DOCUMENTS = 2_000
"""Documents over which the memory of a plan is measured."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("processed", type=Path)
    parser.add_argument("--pages", type=int, default=10_000_000)
    parser.add_argument("--per-document", type=int, default=20)
    parser.add_argument("--cores", type=int, default=256)
    parser.add_argument("--seconds", type=float, help="processor seconds a page, where the machine was busy otherwise")
    arguments = parser.parse_args()
    print("\n".join(foresee(arguments)))


def foresee(arguments: argparse.Namespace) -> list[str]:
    measured = measure(arguments.processed)
    measured["seconds"] = arguments.seconds or measured["seconds"]
    planned = measure_plan()
    pages, documents = arguments.pages, arguments.pages // arguments.per_document
    hours = pages * measured["seconds"] / 3600
    rows = [
        ["what", "measured", f"{pages:,} pages, {documents:,} documents"],
        ["reading, one core", f"{measured['seconds']:.2f} s a page", f"{hours:,.0f} core hours"],
        [f"reading, {arguments.cores} cores", "", f"{hours / arguments.cores / 24:.1f} days"],
        ["results of pages", f"{measured['page']:,.0f} bytes a page", tera(pages * measured["page"])],
        ["results of documents", f"{measured['document']:,.0f} bytes a page", tera(pages * measured["document"])],
        ["files of results", "one a page, two a document", f"{pages + 2 * documents:,}"],
        ["tables (Parquet)", f"{measured['tables']:,.0f} bytes a page", tera(pages * measured["tables"])],
        ["  of which cells", f"{measured['cells']:,.0f} bytes a page", tera(pages * measured["cells"])],
        ["rows of cells", f"{measured['rows']:.0f} a page", f"{pages * measured['rows']:,.0f}"],
        ["plan, memory", f"{planned['memory']:,.0f} bytes a document", tera(documents * planned["memory"])],
        [
            "plan, first run",
            f"{planned['time'] * 1e3:.2f} ms a document",
            f"{documents * planned['time'] / 60:.0f} min",
        ],
    ]
    return markdown(rows)


def measure(processed: Path) -> dict[str, float]:
    """Seconds and bytes a page of a dataset."""
    dataset, files = open_dataset(processed), LocalFiles(processed)
    pages = int(dataset.documents["pages"].sum())
    pace = Pace.load(files).measured
    counted, seconds = (sum(part) for part in zip(*pace.values(), strict=True))
    results = {file: file.stat().st_size for file in (processed / "results").rglob("*") if file.is_file()}
    tables = {file.stem: file.stat().st_size for file in processed.glob("*.parquet")}
    return {
        "seconds": seconds / counted,
        "page": sum(size for file, size in results.items() if file.name.startswith("page-")) / pages,
        "document": sum(size for file, size in results.items() if file.name in (DOCUMENT, TABLES)) / pages,
        "tables": sum(tables.values()) / pages,
        "cells": tables["cells"] / pages,
        "rows": len(dataset.cells) / pages,
    }


def measure_plan() -> dict[str, float]:
    """Memory (bytes) and time (seconds) a document that planning takes, on one machine's disk."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        transcriptions(raw, DOCUMENTS)
        start = time.perf_counter()
        plan_ingest(raw, Path(folder) / "out", Settings())
        seconds = time.perf_counter() - start
        tracemalloc.start()
        plan = plan_ingest(raw, Path(folder) / "out", Settings())
        memory = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert len(plan.documents) == DOCUMENTS
    return {"memory": memory / DOCUMENTS, "time": seconds / DOCUMENTS}


def tera(size: float) -> str:
    units = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"))
    return next((f"{size / unit:,.1f} {name}" for unit, name in units if size >= unit), f"{size:,.0f} bytes")


if __name__ == "__main__":
    main()
