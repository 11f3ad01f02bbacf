"""Accuracy of the whole way from scan to tables, on the forms of ``tests/truth``, through the real OCR engine.

    python -m benchmarks.accuracy                     the Tianjin form, clean and lightly faulted, two typefaces
    python -m benchmarks.accuracy --font SimSun.ttf   another typeface
    python -m benchmarks.accuracy scan.pdf            a scan of the Tianjin form made by any other program

Prints rows found, fields exact, numbers exact, numbers wrong without a finding (silent), and the
share of fields sent to a person (review). Field by field with ``--misses``; ``--keep`` adds to benchmarks/results.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from tests.scans.faults import Fault, scan
from tests.scans.make_samples import TIANJIN
from tests.scans.tables import tianjin_table
from tests.scans.typeset import SANS, SERIF, typeset

from benchmarks.results import keep, markdown
from benchmarks.scoring import Score, score_form
from workbench.archive.console import RunProgress
from workbench.archive.ingest import ingest
from workbench.dataset.store import open_dataset
from workbench.settings import Settings

TRUTH = Path(__file__).parents[1] / "tests" / "truth" / "tianjin_gxj_2022.json"
LIGHT_SCAN = (
    Fault("skew", 0.5),
    Fault("blur", 0.6),
    Fault("shade", 0.3),
    Fault("noise", 5.0, seed=1),
    Fault("jpeg", 25),
)


HEAD = ["set", "rows", "fields exact", "numbers exact", "silent", "review", "s/page"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scans", nargs="*", type=Path, help="other scans of the Tianjin form (PDF or folder of images)")
    parser.add_argument("--font", type=Path, help="typeface file instead of the two that come with the installation")
    parser.add_argument("--misses", action="store_true", help="print every field that is not exact")
    parser.add_argument("--keep", action="store_true", help="add what was measured to benchmarks/results")
    arguments = parser.parse_args()
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))
    rows = [HEAD]
    print(_line(HEAD))
    total = Score()
    with tempfile.TemporaryDirectory() as folder:
        for name, raw in _sets(arguments, truth, Path(folder)):
            score, row = _measure(name, raw, Path(folder), truth, arguments.misses)
            total += score
            rows.append(row)
    if arguments.keep:
        keep("accuracy", "benchmarks.accuracy", "PaddleOCR with the weights of the installation", markdown(rows))
    if total.silent:
        sys.exit(f"{len(total.silent)} numbers are wrong without a finding")


def _sets(arguments: argparse.Namespace, truth: dict[str, Any], folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and raw folder (or file) of every set to measure."""
    if arguments.scans:
        yield from ((path.stem, path) for path in arguments.scans)
        return
    fonts = {arguments.font.stem: arguments.font} if arguments.font else {"Song": SERIF, "Hei": SANS}
    for font_name, font in fonts.items():
        pdf = typeset(tianjin_table(truth), replace(TIANJIN, font=font))
        for fault_name, faults in {"clean": (), "light scan": LIGHT_SCAN}.items():
            raw = folder / f"{font_name}-{fault_name}" / "form_2022"
            raw.mkdir(parents=True)
            for number, image in enumerate(scan(pdf, 200, faults), start=1):
                Image.fromarray(image).save(raw / f"p-{number:02d}.png")
            yield f"{font_name}, {fault_name}", raw.parent


def _measure(name: str, raw: Path, folder: Path, truth: dict[str, Any], show_misses: bool) -> tuple[Score, list[str]]:
    processed = folder / f"processed-{name}"
    start = time.perf_counter()
    summary = ingest(raw, processed, Settings.from_environment(), workers=2, progress=RunProgress())
    seconds = (time.perf_counter() - start) / max(1, summary.pages_read)
    dataset = open_dataset(processed)
    tables = {table: getattr(dataset, table) for table in ("forms", "budgets", "goals", "indicators", "findings")}
    if tables["forms"].empty:
        print(f"{name:28} no form: {dataset.documents['message'].tolist()}")
        return Score(), [name, "no form", *HEAD[2:]]
    score = score_form(tables, tables["forms"]["form_id"].iloc[0], truth)
    row = [
        name,
        f"{score.rows_found}/{score.rows}",
        f"{score.fields - len(score.misses)}/{score.fields}",
        f"{score.numbers_exact:.4f} of {score.numbers}",
        str(len(score.silent)),
        f"{score.review_load:.2%}",
        f"{seconds:.2f}",
    ]
    print(_line(row))
    for miss in score.misses if show_misses else score.silent:
        print(f"    {miss.where}: wanted {miss.wanted!r}, got {miss.got!r}{' (flagged)' if miss.flagged else ''}")
    return score, row


def _line(row: list[str]) -> str:
    """A row as it is printed: the columns under each other."""
    return f"{row[0]:28} " + " ".join(f"{cell:>15}" for cell in row[1:])


if __name__ == "__main__":
    main()
