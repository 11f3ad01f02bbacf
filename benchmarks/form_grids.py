"""The grids of `benchmarks.forms` without reading them: whether every cell stands where it was drawn, in seven minutes.

    python -m benchmarks.form_grids                      every form: sums for each condition, and pages that are wrong
    python -m benchmarks.form_grids --fault handwriting  one condition

Lost: cells that were drawn and not found in their place. Silent: cells that were found where none was drawn, with
borders of which the reader is sure. Flagged: cells in their place of whose borders it is not. Run it after each change
to the grid: of what it finds wrong `benchmarks.forms` can only read wrong numbers.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.scans.typeset import GridCell, page_grids
from tqdm import tqdm

from benchmarks.forms import FORM_CONDITIONS, FormSpec, draw_pages, form_specs, printed_table
from benchmarks.grid_readers import engine
from benchmarks.results import markdown
from workbench.grid.pipeline import PageTable, find_tables
from workbench.grid.rectify.upright import make_upright
from workbench.grid.structure.cells import CellBox
from workbench.model import Page
from workbench.settings import REVIEW_THRESHOLD

Place = tuple[int, int, int, int]
"""Row, column, rows and columns covered."""


@dataclass(frozen=True)
class PageScore:
    """How the grid of one page went, in cells."""

    spec: FormSpec
    page: int
    cells: int
    lost: int
    silent: int
    flagged: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", choices=FORM_CONDITIONS, metavar="NAME", help=f"{', '.join(FORM_CONDITIONS)}")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    arguments = parser.parse_args()
    specs = [spec for spec in form_specs() if arguments.fault in (None, spec.condition)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(arguments.workers, mp_context=spawn) as pool:
        forms = tqdm(pool.map(score_form, specs), total=len(specs), unit="form", disable=None)
        pages = [page for form in forms for page in form]
    print("\n".join(_table(pages)), "", *map(_line, filter(_is_wrong, pages)), sep="\n")


def score_form(spec: FormSpec) -> list[PageScore]:
    """Draw the form, damage its pages, and hold their grids against those drawn."""
    drawn = page_grids(printed_table(spec.drawing.form, spec.seed), spec.drawing.style)
    return [
        _score(spec, number, [_place(cell) for cell in grid.cells], _tables(Page(number, image)))
        for number, (grid, image) in enumerate(zip(drawn, draw_pages(spec), strict=True), start=1)
    ]


def _tables(page: Page) -> list[PageTable]:
    return find_tables(make_upright(page, engine(False))).tables


def _score(spec: FormSpec, number: int, drawn: Sequence[Place], tables: Sequence[PageTable]) -> PageScore:
    """The page by the table that agrees best."""
    places = set(drawn)
    found = [{_place(cell): cell.border >= REVIEW_THRESHOLD for cell in table.cells} for table in tables]
    best = max(found, key=lambda cells: len(cells.keys() & places), default={})
    silent = sum(is_sure for place, is_sure in best.items() if place not in places)
    flagged = sum(not is_sure for place, is_sure in best.items() if place in places)
    return PageScore(spec, number, len(places), len(places - best.keys()), silent, flagged)


def _place(cell: GridCell | CellBox) -> Place:
    return cell.row, cell.col, cell.rowspan, cell.colspan


def _is_wrong(page: PageScore) -> bool:
    return bool(page.lost or page.silent or page.flagged > page.cells / 20)


def _line(page: PageScore) -> str:
    spec = page.spec
    return (
        f"{spec.condition} {spec.seed}, page {page.page}: {spec.drawing.form}, {spec.drawing.look.dpi} dpi, "
        f"lost {page.lost}, silent {page.silent}, flagged {page.flagged} of {page.cells}"
    )


def _table(pages: Sequence[PageScore]) -> list[str]:
    groups = {name: [page for page in pages if page.spec.condition == name] for name in FORM_CONDITIONS}
    rows: Iterator[tuple[str, ...]] = (
        _row(name, group) for name, group in {**groups, "all": list(pages)}.items() if group
    )
    return markdown([("set", "pages", "cells", "lost", "silent", "flagged"), *rows])


def _row(name: str, pages: Sequence[PageScore]) -> tuple[str, ...]:
    cells = sum(page.cells for page in pages)
    sums = [sum(getattr(page, count) for page in pages) for count in ("lost", "silent", "flagged")]
    return (name, str(len(pages)), str(cells), str(sums[0]), str(sums[1]), f"{sums[2] / cells:.2%}")


if __name__ == "__main__":
    main()
