"""Published layouts that nothing here was made for, typeset by LibreOffice: ``python -m benchmarks.held_out [FOLDER]``.

The structures are those of published forms; departments, texts and figures are invented. Each is written as a Word file
and a workbook, printed as a PDF with and without ruling lines, and scanned (200 dpi, grey, JPEG). Rows found and
expected, fields exact, wrong or lost numbers without a finding of doubt (silent), and findings of warning or more.
How they are read says how others will be: of those that lie aside no word may come into the lexicon.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import docx
import pandas as pd
from docx.enum.section import WD_ORIENT
from PIL import Image
from tests.scans.tables import Table, TableCell, TableRow, Truth
from tests.written import add_word_table, write_xlsx

from benchmarks.scoring import Score, score_form
from workbench.archive.console import RunProgress
from workbench.archive.ingest import ingest
from workbench.settings import Settings

DPI = 200
KINDS = ("docx", "xlsx", "text", "unruled", "scan")
LISTED = ("level1", "level2", "weight")
"""Fields that a layout may list for its records where no column prints them as they are: 产出指标（50分）."""

SPANS = re.compile(r"(?P<text>.*?)(?:@(?:r(?P<rows>\d+))?(?:c(?P<columns>\d+))?)?", re.DOTALL)
"""A cell as it is written below: ``总分@r2c3`` covers two rows and three columns."""


@dataclass(frozen=True)
class Form:
    """A form as a printed table, and what it says; ``aside``: the program was never changed because of it."""

    table: Table
    truth: Truth
    aside: bool = False


def layouts() -> dict[str, Form]:
    """Every layout of ``held_out.toml``, by name."""
    content = tomllib.loads((Path(__file__).parent / "held_out.toml").read_text(encoding="utf-8"))
    return {name: _form(layout) for name, layout in content.items()}


def _form(layout: Mapping[str, Any]) -> Form:
    width = len(layout["widths"])
    lines = layout["records"].strip().split("\n")
    records = [_cells(line) for line in lines if not line.startswith("#")]
    left = iter(_merged(records, layout["merge"]))
    body = [[f"{line[2:]}@c{width}"] if line.startswith("#") else next(left) for line in lines]
    rows = [
        *map(_cells, layout["head"].strip().split("\n")),
        *body,
        *map(_cells, layout.get("foot", "").strip().split("\n") if "foot" in layout else ()),
    ]
    table = Table(layout["title"], layout["subtitle"], tuple(layout["widths"]), tuple(map(_table_row, rows)))
    blank = dict.fromkeys(("level1", "level2", "name", "target", "actual", "weight", "score", "deviation"), "")
    found = [_record(layout["fields"], row) for row in records]
    beside = [{field: layout[field][n] for field in LISTED if field in layout} for n in range(len(found))]
    indicators = [blank | own | more for own, more in zip(found, beside, strict=True)]
    truth = {"budgets": [], "goals": [], **layout["truth"], "indicators": indicators}
    return Form(table, truth, layout.get("aside", False))


def _record(fields: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """What a record says by field; sign, number and unit of a target are one text, and points have no unit (10分)."""
    found = {name: text for name, text in zip(fields, row, strict=True) if name}
    found |= {name: found[name].removesuffix("分") for name in ("weight", "score") if name in found}
    parts = (found.pop("sign", ""), found.get("target", ""), found.pop("unit", ""))
    return found | {"target": "".join(parts)}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _table_row(cells: Sequence[str]) -> TableRow:
    return TableRow(tuple(map(_cell, cells)))


def _cell(text: str) -> TableCell:
    found = SPANS.fullmatch(text)
    assert found is not None
    return TableCell(found["text"], int(found["rows"] or 1), int(found["columns"] or 1))


def _merged(rows: Sequence[Sequence[str]], groups: Sequence[Sequence[int]]) -> list[list[str]]:
    """Rows in which each group of columns is one cell over the rows that have the same texts in it and before it."""
    made = [list(row) for row in rows]
    gone: set[tuple[int, int]] = set()
    for count, group in enumerate(groups, start=1):
        keys = [column for one in groups[:count] for column in one]
        for _, found in groupby(range(len(rows)), key=lambda n: [rows[n][c] for c in keys]):
            first, *others = found
            for column in group if others else ():
                made[first][column] += f"@r{len(others) + 1}"
                gone |= {(other, column) for other in others}
    return [[text for c, text in enumerate(row) if (n, c) not in gone] for n, row in enumerate(made)]


def write(folder: Path, kinds: Sequence[str] = KINDS, aside: bool | None = None) -> None:
    """Write every layout, or those alone that lie aside or do not, in every kind; text, unruled and scan want
    LibreOffice, scan pdftoppm as well."""
    chosen = {name: form for name, form in layouts().items() if aside in (None, form.aside)}
    with tempfile.TemporaryDirectory() as temporary:
        printed = _printed(chosen, Path(temporary), kinds)
        for name, form in chosen.items():
            for kind in kinds:
                path = folder / f"{name}.{kind}.{kind if kind in ('docx', 'xlsx') else 'pdf'}"
                if kind == "xlsx":
                    write_xlsx(form.table, path)
                elif kind == "docx":
                    _write_docx(form, path, ruled=True)
                elif kind == "scan":
                    _scan(printed[name, True], path)
                else:
                    shutil.copy(printed[name, kind == "text"], path)


def _write_docx(form: Form, path: Path, *, ruled: bool) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = section.left_margin // 2
    for line in (form.table.title, form.table.subtitle):
        document.add_paragraph(line)
    made = add_word_table(document, form.table)
    if ruled:
        made.style = "Table Grid"
    document.save(str(path))


def _printed(forms: Mapping[str, Form], folder: Path, kinds: Sequence[str]) -> dict[tuple[str, bool], Path]:
    """The forms as PDFs, by name and whether they have ruling lines; LibreOffice is started once for all."""
    looks = [ruled for ruled, of in ((True, {"text", "scan"}), (False, {"unruled"})) if of & set(kinds)]
    sources = {(name, ruled): folder / f"{name}-{ruled}.docx" for name in forms for ruled in looks}
    for (name, ruled), source in sources.items():
        _write_docx(forms[name], source, ruled=ruled)
    if sources:
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
        subprocess.run([*command, *map(str, sources.values())], check=True, capture_output=True, timeout=1800)
    return {key: source.with_suffix(".pdf") for key, source in sources.items()}


def _scan(pdf: Path, path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        command = ["pdftoppm", "-r", str(DPI), "-gray", "-jpeg", str(pdf), f"{name}/page"]
        subprocess.run(command, check=True, timeout=180)
        pages = [Image.open(page) for page in sorted(Path(name).glob("*.jpg"))]
        pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=DPI)


def measured(dataset: Path) -> Iterator[tuple[str, str, Score, int]]:
    """Layout, kind, score and findings of warning or more of each file."""
    names = ("documents", "forms", "budgets", "goals", "indicators", "findings")
    tables = {name: _plain(pd.read_parquet(dataset / f"{name}.parquet")) for name in names}
    for document in tables["documents"].sort_values("source").itertuples():
        layout, kind, _ = document.source.split(".")
        truth = _plain_truth(layouts()[layout].truth)
        own = tables["findings"][tables["findings"]["document_id"] == document.document_id]
        forms = tables["forms"][tables["forms"]["document_id"] == document.document_id]
        score = score_form(tables, forms["form_id"].iloc[0], truth) if len(forms) else Score(len(truth["indicators"]))
        told = own[own["severity"].isin(["warning", "error"]) & (own["code"] != "duplicate-form")]
        yield layout, kind, score, len(told)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.map(lambda value: _folded(value) if isinstance(value, str) else value)


def _plain_truth(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain_truth(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain_truth(one) for one in value]
    return _folded(value) if isinstance(value, str) else value


def _folded(text: str) -> str:
    """A text without spaces, its full-width characters as others: OCR and fonts differ in them."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where files and dataset are kept (default: nowhere)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="default: all")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--aside", action="store_const", const=True, help="only the layouts that nothing was made for")
    which.add_argument("--not-aside", dest="aside", action="store_const", const=False, help="only the others")
    parser.add_argument("--misses", action="store_true", help="print every field that is not exact")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        (folder / "raw").mkdir(parents=True, exist_ok=True)
        write(folder / "raw", arguments.kinds, arguments.aside)
        ingest(folder / "raw", folder / "processed", Settings(), workers=1, progress=RunProgress())
        print(
            "| layout | kind | rows | fields exact | numbers exact | silent | findings |\n|---|---|---|---|---|---|---|"
        )
        for layout, kind, score, findings in measured(folder / "processed"):
            shares = f"{score.exact:.3f} | {score.numbers_exact:.3f} | {len(score.silent)}"
            print(f"| {layout} | {kind} | {score.rows_found}/{score.rows} | {shares} | {findings} |")
            for miss in score.misses if arguments.misses else ():
                flag = " (flagged)" if miss.flagged else ""
                print(f"    {miss.where}: wanted {miss.wanted!r}, got {miss.got!r}{flag}")


if __name__ == "__main__":
    main()
