"""How many ordinary files with text are refused, or doubted for how they look: ``python -m benchmarks.ordinary``.

Invented forms of every layout are written as web pages, Word files and workbooks, and those of Word are printed as PDF
by LibreOffice, where it is installed. Nothing in them is hidden, struck out or drawn over, so each one that is refused,
and each field that is doubted for its look, is doubted for nothing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import docx
from docx.shared import Mm
from tests import written
from tests.scans.invented import invent
from tests.scans.layouts import LAYOUTS
from tests.scans.tables import Table

import workbench
from benchmarks.results import markdown

A3_ON_ITS_SIDE = Mm(420), Mm(297)


def write_ruled_docx(table: Table, path: Path) -> Path:
    written.write_docx(table, path)
    document = docx.Document(str(path))
    for made in document.tables:
        made.style = "Table Grid"
    for section in document.sections:  # LibreOffice cuts tables that are wider than the page
        section.page_width, section.page_height = A3_ON_ITS_SIDE
    document.save(str(path))
    return path


WRITERS = {"html": written.write_html, "docx": write_ruled_docx, "xlsx": written.write_xlsx}

OF_LOOKS = ("shown-unsure", "readers-disagree", "low-confidence", "picture-skipped", "text-layer-refused")
"""Findings that say that a file may show something otherwise than it holds it."""


def main() -> None:
    """Write the documents, read them, and print what became of each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="forms of each layout (default: %(default)s)")
    seeds = parser.parse_args().seeds
    with tempfile.TemporaryDirectory() as name:
        raw, out = Path(name) / "raw", Path(name) / "processed"
        _write(raw, seeds)
        workbench.ingest(raw, out)
        dataset = workbench.open(out)
        print(*_table(dataset), sep="\n")


def _write(raw: Path, seeds: int) -> None:
    """A folder for each kind of file."""
    for kind, write in WRITERS.items():
        (raw / kind).mkdir(parents=True)
        for layout, printed in LAYOUTS.items():
            for seed in range(seeds):
                write(printed(invent(seed, layout)), raw / kind / f"{layout}-{seed}.{kind}")
    if shutil.which("soffice"):
        files = sorted((raw / "docx").glob("*.docx"))
        command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(raw / "pdf"), *map(str, files)]
        subprocess.run(command, check=True, capture_output=True, timeout=1800)


def _table(dataset: workbench.Dataset) -> list[str]:
    documents = dataset.documents
    kinds = documents.set_index("document_id")["source"].str.partition("/")[0]
    found = dataset.findings[dataset.findings["code"].isin(OF_LOOKS)]
    doubts = Counter((kinds[row.document_id], row.code) for row in found.itertuples())
    header = ("kind", "documents", "refused", "with rows", *OF_LOOKS)
    rows = []
    for kind in dict.fromkeys(kinds):
        own = documents[documents["document_id"].map(kinds) == kind]
        ids = dataset.forms.loc[dataset.forms["form_id"].isin(dataset.indicators["form_id"]), "document_id"]
        counts = (len(own), sum(own["status"] != "ok"), sum(own["document_id"].isin(ids)))
        rows.append((kind, *map(str, counts), *(str(doubts[kind, code]) for code in OF_LOOKS)))
    return markdown([header, *rows])


if __name__ == "__main__":
    main()
