"""Which settings of the grid matter: each is moved by a fifth, down and up, on pages of other makers.

    python -m benchmarks.makers FOLDER --pages 1 --only ...            draws the pages
    python -m benchmarks.sensitivity FOLDER                            every setting, hours on all kinds of page
    python -m benchmarks.sensitivity FOLDER --every 6                  with every sixth page only
    python -m benchmarks.sensitivity FOLDER --settings ruling.strokes  those whose names begin so

Structure alone, no text is read. Of each setting: on how many pages the place of a cell, or whether it is sure, is
another one than with its own value, and how many cells more are misplaced, and silently so. One that changes no
page at either value is listed as idle: it need not be there, or the pages hold nothing that needs it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial, reduce
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.makers.score import Cells, pages_of, places_of, printed_cells, score_cells, shaped
from benchmarks.results import keep, markdown
from workbench.errors import WorkbenchError
from workbench.grid.pipeline import find_tables
from workbench.grid.rectify.upright import UprightPage, make_upright
from workbench.grid.settings import GRID_DEFAULTS, GridSettings
from workbench.ocr.registry import engine_for
from workbench.readers.documents import open_source
from workbench.readers.pages import load_page
from workbench.settings import Settings

STEP = 0.2
Route = tuple[str, ...]
"""The names that lead from the settings to one of them."""


@dataclass(frozen=True)
class Moved:
    """What a value of a setting does, against its own: pages that differ, cells misplaced, and silently so."""

    pages: int = 0
    wrong: int = 0
    silent: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(self.pages + other.pages, self.wrong + other.wrong, self.silent + other.silent)


def main() -> None:
    arguments = _arguments()
    variants = [
        (path, value)
        for path in numbers(GRID_DEFAULTS)
        if ".".join(path).startswith(arguments.settings)
        for value in values_around(value_at(GRID_DEFAULTS, path))
    ]
    sums = [Moved()] * len(variants)
    pages = pages_of(arguments.folder)[:: arguments.every]
    with ProcessPoolExecutor(arguments.workers) as pool:
        for found in tqdm(pool.map(partial(_page, variants=variants), pages), total=len(pages), disable=None):
            sums = [one + other for one, other in zip(sums, found, strict=True)]
    lines = list(_report(variants, sums))
    print("\n".join(lines))
    if arguments.results:
        keep(f"settings of the grid, {len(pages)} pages", "benchmarks.sensitivity", "no OCR", lines)


def numbers(settings: Any, path: Route = ()) -> Iterator[Route]:
    """Where the numbers are in an object of settings, and in those that it holds."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            yield from numbers(value, (*path, field.name))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield (*path, field.name)


def value_at(settings: Any, path: Route) -> Any:
    return reduce(getattr, path, settings)


def with_value(settings: Any, path: Route, value: float) -> Any:
    """The settings with another value at a path.

    Raises:
        WorkbenchError: the settings beside it do not allow this value.
    """
    name, *rest = path
    inner = with_value(getattr(settings, name), tuple(rest), value) if rest else value
    return replace(settings, **{name: inner})


def values_around(value: float) -> tuple[float, float]:
    """A fifth less and a fifth more; of whole numbers at least one."""
    if isinstance(value, int):
        step = max(1, round(STEP * value))
        return value - step, value + step
    return value * (1 - STEP), value * (1 + STEP)


def _page(picture: Path, variants: Sequence[tuple[Route, float]]) -> list[Moved]:
    """What each variant does to one page. It is made upright once for all that leave that alone."""
    settings = Settings.from_environment()
    page, engine = load_page(open_source(picture), 1, settings), engine_for(settings, threads=1)
    truth = shaped(printed_cells(picture.with_suffix(".html").read_text(encoding="utf-8")))
    upright = make_upright(page, engine, GRID_DEFAULTS.rectify)
    usual = _outcome(upright, GRID_DEFAULTS, truth)
    found = []
    for path, value in variants:
        try:
            changed = with_value(GRID_DEFAULTS, path, value)
            turned = make_upright(page, engine, changed.rectify) if path[0] == "rectify" else upright
            cells, wrong, silent = _outcome(turned, changed, truth)
        except WorkbenchError:  # a value that the others do not allow
            found.append(Moved())
            continue
        found.append(Moved(int(cells != usual[0]), wrong - usual[1], silent - usual[2]))
    return found


def _outcome(upright: UprightPage, settings: GridSettings, truth: Cells) -> tuple[list[Cells], int, int]:
    tables = places_of(find_tables(upright, settings).tables)
    count, _ = score_cells(truth, tables)
    return tables, count.wrong, count.silent


def _report(variants: Sequence[tuple[Route, float]], sums: Sequence[Moved]) -> Iterator[str]:
    rows, idle = [("setting", "value", "pages", "wrong", "silent")], []
    for (path, value), (_, more), less_sum, more_sum in zip(
        variants[::2], variants[1::2], sums[::2], sums[1::2], strict=True
    ):
        name = ".".join(path)
        if not less_sum.pages + more_sum.pages:
            idle.append(name)
            continue
        for at, moved in ((value, less_sum), (more, more_sum)):
            rows.append((name, f"{at:.3g}", str(moved.pages), f"{moved.wrong:+}", f"{moved.silent:+}"))
    yield from markdown(rows)
    yield f"\nIdle ({len(idle)} of {len(variants) // 2}): {', '.join(idle) or 'none'}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="pages drawn by benchmarks.makers")
    parser.add_argument(
        "--settings", default="", metavar="NAME", help="those whose names begin so: ruling.evidence ..."
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one page in N (1)")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--results", action="store_true", help="add the table to benchmarks/results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
