"""Reads every page of a folder with the workbench and counts the cells that are not as printed.

    python -m benchmarks.makers.score FOLDER                    every picture beside an .html of the same name
    python -m benchmarks.makers.score FOLDER --only 'word-*'    some of them
    python -m benchmarks.makers.score FOLDER --misses           and every cell that is wrong
    python -m benchmarks.makers.score FOLDER --structure-only   the places of cells alone, without reading them: of a
                                                                table with a row or column too many or too few, all
    python -m benchmarks.makers.score FOLDER --by maker,damage  sums for other groups than the kinds

A cell is right where row, column, spans and text are as printed; white space, the width of punctuation and the kind of
dash do not count. Lines of a grid that no cell's edge lies on do not count either. Of several tables found the one that
agrees best counts. Silent: a wrong cell at whose place the reader is sure of something, that is, its state is text or
empty and each of its confidences at least .8; numbers are the silent ones where a number is printed. Obscured: cells of
which the reader says that something lies over them. Flagged: cells that are right and not sure.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

from lxml import html

from benchmarks.results import markdown
from workbench.errors import WorkbenchError
from workbench.grid.pipeline import PageTable, find_tables
from workbench.grid.rectify.upright import make_upright
from workbench.model import Cell, CellGrid
from workbench.ocr.registry import engine_for
from workbench.read.page import read_page
from workbench.readers.documents import open_source
from workbench.readers.pages import load_page
from workbench.settings import Settings

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
SURE = 0.8
FOLDED = str.maketrans("（）：，；％＝－—–≧≦＞＜", "():,;%=---≥≤><")
NUMBER = re.compile(r"[≥≤=<>]?[-+]?[\d,]+(\.\d+)?%?")

Place = tuple[int, int, int, int]
"""Row, column, rows and columns covered."""


@dataclass(frozen=True)
class Known:
    """What is at a place: a text and, of cells that were read, whether the reader is sure of it."""

    text: str
    sure: bool = True


Cells = dict[Place, Known]


@dataclass(frozen=True)
class Count:
    """Numbers of cells; see the top of this file."""

    pages: int = 0
    cells: int = 0
    wrong: int = 0
    silent: int = 0
    numbers: int = 0
    obscured: int = 0
    flagged: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True)
class Scored:
    """One page: what was counted, and a line for every wrong cell."""

    name: str
    count: Count
    misses: tuple[str, ...]
    tables: int
    seconds: float
    failure: str = ""


def main() -> None:
    arguments = _arguments()
    known = _known(arguments.folder)
    pages = [page for page in pages_of(arguments.folder) if page.match(arguments.only)]
    scored = []
    for page in pages:
        result = score_page(page, arguments.structure_only)
        print(_line(result), flush=True)
        if arguments.misses:
            print("".join(f"    {miss}\n" for miss in result.misses), end="", flush=True)
        scored.append(result)
    for group in arguments.by.split(","):
        print("\n" + "\n".join(_sums(scored, group, partial(_group, known, group))))


def pages_of(folder: Path) -> list[Path]:
    """The pictures that have a truth beside them."""
    return sorted(f for f in folder.iterdir() if f.suffix in PICTURES and f.with_suffix(".html").exists())


def score_page(picture: Path, structure_only: bool = False) -> Scored:
    """Read the picture, or find its cells alone, and hold that against the truth beside it."""
    start = time.perf_counter()
    truth = printed_cells(picture.with_suffix(".html").read_text(encoding="utf-8"))
    if structure_only:
        truth = shaped(dict.fromkeys(truth, Known("")))
    try:
        tables, obscured = _places(picture) if structure_only else _read(picture)
    except WorkbenchError as error:
        return Scored(picture.stem, Count(1, len(truth), len(truth)), (), 0, time.perf_counter() - start, str(error))
    count, misses = score_cells(truth, tables)
    seconds = time.perf_counter() - start
    return Scored(picture.stem, replace(count, obscured=obscured), tuple(misses), len(tables), seconds)


def _read(picture: Path) -> tuple[list[Cells], int]:
    """The tables of a picture, and how many of their cells are obscured."""
    settings = Settings.from_environment()
    grids = read_page(load_page(open_source(picture), 1, settings), engine_for(settings, threads=1)).grids
    return list(map(found_cells, grids)), sum(cell.state == "obscured" for grid in grids for cell in grid.cells)


def _places(picture: Path) -> tuple[list[Cells], int]:
    """The same without reading."""
    settings = Settings.from_environment()
    upright = make_upright(load_page(open_source(picture), 1, settings), engine_for(settings, threads=1))
    return places_of(find_tables(upright).tables), 0


def places_of(tables: Sequence[PageTable]) -> list[Cells]:
    """The cells of tables without a text: one is sure of which the border is."""
    return [
        shaped(
            _without_idle_lines(
                {(c.row, c.col, c.rowspan, c.colspan): Known("", c.border >= SURE) for c in table.cells}
            )
        )
        for table in tables
    ]


def shaped(cells: Cells) -> Cells:
    """The cells with how many rows and columns there are for their text."""
    shape = " by ".join(str(max((place[n] + place[n + 2] for place in cells), default=0)) for n in (0, 1))
    return {place: replace(known, text=shape) for place, known in cells.items()}


def score_cells(truth: Cells, tables: Sequence[Cells]) -> tuple[Count, list[str]]:
    """What of the truth is in the best of the tables, and what is there instead of the rest."""
    found = max(tables, key=lambda table: _agreement(truth, table), default={})
    at = {place[:2]: known for place, known in found.items()}
    count, misses = Count(pages=1, cells=len(truth)), []
    for place, printed in truth.items():
        read = found.get(place)
        if read is not None and read.text == printed.text:
            count = replace(count, flagged=count.flagged + (not read.sure))
            continue
        here = at.get(place[:2])
        silent = here is not None and here.sure
        number = silent and NUMBER.fullmatch(printed.text) is not None
        count += Count(wrong=1, silent=int(silent), numbers=int(number))
        got = "no such cell" if read is None else repr(read.text)
        there = f" (there: {here.text!r})" if read is None and here is not None else ""
        misses.append(f"{'silent ' * silent}{place}: {printed.text!r} → {got}{there}")
    return count, misses


def printed_cells(text: str) -> Cells:
    """The cells of a truth: the rows of its only table."""
    cells: Cells = {}
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(html.fromstring(text).iter("tr")):
        col = 0
        for cell in line.iter("td", "th"):
            while (row, col) in taken:
                col += 1
            rows, columns = int(cell.get("rowspan") or 1), int(cell.get("colspan") or 1)
            taken |= {(row + i, col + j) for i in range(rows) for j in range(columns)}
            cells[row, col, rows, columns] = Known(_norm(cell.text_content()))
            col += columns
    return _without_idle_lines(cells)


def found_cells(grid: CellGrid) -> Cells:
    """The cells of a table that was read."""
    places = {
        (cell.row, cell.col, cell.rowspan, cell.colspan): Known(_norm(cell.text), is_sure(cell)) for cell in grid.cells
    }
    return _without_idle_lines(places)


def is_sure(cell: Cell) -> bool:
    """Whether nothing about the cell asks for a second look."""
    return cell.state in ("text", "empty") and cell.confidence.overall >= SURE


def _norm(text: str) -> str:
    return re.sub(r"\s+", "", text).translate(FOLDED)


def _without_idle_lines(cells: Cells) -> Cells:
    """The same cells, rows and columns counted by the lines that some cell begins or ends at."""
    rows = {line: i for i, line in enumerate(sorted({x for r, _, rs, _ in cells for x in (r, r + rs)}))}
    columns = {line: i for i, line in enumerate(sorted({x for _, c, _, cs in cells for x in (c, c + cs)}))}
    return {
        (rows[r], columns[c], rows[r + rs] - rows[r], columns[c + cs] - columns[c]): known
        for (r, c, rs, cs), known in cells.items()
    }


def _agreement(truth: Cells, table: Cells) -> tuple[int, int]:
    """How many cells of the truth the table has with their text, and how many at their place."""
    same = truth.keys() & table.keys()
    return sum(truth[place].text == table[place].text for place in same), len(same)


def _known(folder: Path) -> dict[str, dict[str, object]]:
    """What the list of the pages says of each, by its name; nothing for folders without a list."""
    listed = folder / "pages.jsonl"
    records = map(json.loads, listed.read_text(encoding="utf-8").splitlines()) if listed.exists() else ()
    return {record["name"]: record for record in records}


def _group(known: dict[str, dict[str, object]], group: str, name: str) -> str:
    return str(known.get(name, {}).get(group, "-"))


def _line(page: Scored) -> str:
    count = page.count
    numbers = f"wrong {count.wrong} silent {count.silent} (numbers {count.numbers})"
    rest = f"obscured {count.obscured} flagged {count.flagged} tables {page.tables} {page.seconds:.1f}s"
    return f"{page.name:46} cells {count.cells:3} {numbers} {rest}{'  ' + page.failure if page.failure else ''}"


def _sums(pages: Iterable[Scored], title: str, group_of: Callable[[str], str]) -> list[str]:
    """A Markdown table with a line for each group of pages, and one for all."""
    groups: dict[str, Count] = {}
    for page in pages:
        group = group_of(page.name)
        groups[group] = groups.get(group, Count()) + page.count
    names = [field.name for field in fields(Count)]
    rows = [(title, *names, "right")]
    for name, count in [*sorted(groups.items()), ("all", sum(groups.values(), Count()))]:
        right = f"{1 - count.wrong / max(1, count.cells):.1%}"
        rows.append((name, *(str(getattr(count, field)) for field in names), right))
    return markdown(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="pictures whose names match")
    parser.add_argument("--by", default="kind", help="kind, maker, damage, dpi, manner, look_typeface ...; with commas")
    parser.add_argument("--misses", action="store_true", help="print every cell that is not as printed")
    parser.add_argument("--structure-only", action="store_true", help="the places of cells, without their text")
    return parser.parse_args()


if __name__ == "__main__":
    main()
