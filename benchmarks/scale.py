"""What an archive of millions of pages would need, worked out from a dataset that is there.

    python -m benchmarks.scale data/processed                          10 million pages, 20 a document
    python -m benchmarks.scale data/processed --pages 1000000 --cores 64

The cost of a page is the one that `workbench ingest` measured, sizes are those of the files of the dataset, the memory
of planning is measured over documents made for the purpose. ``docs/scale.md`` explains the result.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
from tests.stubs import ingest_here, transcriptions

from benchmarks.results import markdown
from workbench.archive.ingest import plan_ingest
from workbench.archive.results.store import DOCUMENT
from workbench.archive.results.store import TABLES as STORED_TABLES
from workbench.archive.throughput import Throughput
from workbench.dataset.placing import TABLES
from workbench.dataset.rows import pack_rows
from workbench.dataset.schemas import to_table
from workbench.dataset.store import open_dataset
from workbench.files import LocalFiles
from workbench.settings import Settings

DOCUMENTS = 2_000
"""Documents over which the memory of a plan is measured."""

FEW, MORE = 50, 10
"""Documents that tables are written from, and how many times as many then."""

ROWS = 10_000_000
"""Rows of cells that a query is put to."""


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
    planned, built, asked = measure_plan(), measure_building(), measure_query(arguments.processed)
    pages, documents = arguments.pages, arguments.pages // arguments.per_document
    hours, rows_of_all = pages * measured["seconds"] / 3600, pages * measured["all"]
    rows = [
        ["what", "measured", f"{pages:,} pages, {documents:,} documents"],
        ["reading, one core", f"{measured['seconds']:.2f} s a page", f"{hours:,.0f} core hours"],
        [f"reading, {arguments.cores} cores", "", f"{hours / arguments.cores / 24:.1f} days"],
        ["results of pages", f"{measured['page']:,.0f} bytes a page", tera(pages * measured["page"])],
        [
            "results of documents",
            f"{measured['empty']:,.0f} bytes each and {measured['document']:,.0f} a page",
            tera(documents * measured["empty"] + pages * measured["document"]),
        ],
        ["files of results", "one a page, two a document", f"{pages + 2 * documents:,}"],
        ["tables (Parquet)", f"{measured['tables']:,.0f} bytes a page", tera(pages * measured["tables"])],
        ["  of which cells", f"{measured['cells']:,.0f} bytes a page", tera(pages * measured["cells"])],
        ["rows of cells", f"{measured['rows']:.0f} a page", f"{pages * measured['rows']:,.0f}"],
        ["writing the tables", f"{built['seconds'] * 1e6:.0f} µs a row", hours_of(rows_of_all * built["seconds"])],
        ["  memory meanwhile", f"{built['few']:,.0f} MB, {built['many']:,.0f} MB with {MORE} times the documents", ""],
        [f"a query over {ROWS:,} cells", f"{asked['seconds']:.1f} s, {asked['memory']:,.0f} MB", ""],
        ["plan, memory", f"{planned['memory']:,.0f} bytes a document", tera(documents * planned["memory"])],
        [
            "plan, first run",
            f"{planned['time'] * 1e3:.2f} ms a document",
            f"{documents * planned['time'] / 60:.0f} min",
        ],
    ]
    return markdown(rows)


def measure(processed: Path) -> dict[str, float]:
    """Seconds and bytes a page of a dataset, without what files hold however few rows there are in them."""
    dataset, files = open_dataset(processed), LocalFiles(processed)
    pages, documents = int(dataset.documents["pages"].sum()), len(dataset.documents)
    measured = Throughput.load(files).measured
    counted, seconds = (sum(part) for part in zip(*measured.values(), strict=True))
    results = {file: file.stat().st_size for file in (processed / "results").rglob("*") if file.is_file()}
    nothing = {name: to_table(name, []) for name in TABLES}
    empty = len(pack_rows(nothing))
    tables = {
        name: (processed / f"{name}.parquet").stat().st_size - len(nothing[name].to_parquet(index=False))
        for name in TABLES
    }
    of_documents = sum(size for file, size in results.items() if file.name in (DOCUMENT, STORED_TABLES))
    return {
        "seconds": seconds / counted,
        "page": sum(size for file, size in results.items() if file.name.startswith("page-")) / pages,
        "document": (of_documents - documents * empty) / pages,
        "empty": empty,
        "tables": sum(tables.values()) / pages,
        "cells": tables["cells"] / pages,
        "rows": len(dataset.cells) / pages,
        "all": sum(dataset.info["rows"].values()) / pages,
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


def measure_building() -> dict[str, float]:
    """Seconds a row that writing the tables takes, and the memory (MB) of a process that does nothing else."""
    memory, seconds, rows = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for count in (FEW, FEW * MORE):
            raw, out = Path(folder) / f"raw-{count}", Path(folder) / f"out-{count}"
            transcriptions(raw, count)
            ingest_here(raw, out)
            (out / "dataset.json").unlink()
            places = f"Path({str(raw)!r}), Path({str(out)!r})"
            code = f"from pathlib import Path\nfrom tests.stubs import ingest_here\ningest_here({places})"
            seconds[count], memory[count] = run(code)
            rows[count] = sum(open_dataset(out).info["rows"].values())
    many = FEW * MORE
    taken = (seconds[many] - seconds[FEW]) / (rows[many] - rows[FEW])
    return {"seconds": taken, "few": memory[FEW], "many": memory[many]}


def measure_query(processed: Path) -> dict[str, float]:
    """Processor seconds and memory (MB) of a process that counts the cells of each field among very many rows."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (*processed.glob("*.parquet"), processed / "dataset.json"):
            shutil.copy(file, folder)
        cells = pyarrow.parquet.read_table(processed / "cells.parquet")
        with pyarrow.parquet.ParquetWriter(Path(folder) / "cells.parquet", cells.schema) as writer:
            for number in range(-(-ROWS // len(cells))):
                names = pa.array([f"{number:016x}-1"] * len(cells), cells.schema.field("form_id").type)
                writer.write_table(cells.set_column(0, cells.schema.field("form_id"), names))
        query = "select field, count(*) as n, avg(confidence) as sure from cells group by field"
        seconds, memory = run(f"import workbench; workbench.open({folder!r}).sql({query!r})")
    return {"seconds": seconds, "memory": memory}


def run(code: str) -> tuple[float, float]:
    """Processor seconds and most memory (MB) of a process that runs some code."""
    program = f"import resource\n{code}\nused = resource.getrusage(resource.RUSAGE_SELF)\n"
    program += "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3)"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    seconds, memory = map(float, output.split()[-2:])
    return seconds, memory


def hours_of(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h"


def tera(size: float) -> str:
    units = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"))
    return next((f"{size / unit:,.1f} {name}" for unit, name in units if size >= unit), f"{size:,.0f} bytes")


if __name__ == "__main__":
    main()
