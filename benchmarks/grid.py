"""Accuracy of the grids and their text on pages of many forms, typefaces and faults, beside img2table's.

    python -m benchmarks.grid                        the whole corpus, read with OCR
    python -m benchmarks.grid --structure-only       the grids alone, in a few minutes
    python -m benchmarks.grid --fault seal --misses  one fault, and every cell that is not as printed

A page on which no table was found counts with all its cells as missed; of several tables found on a page the one
that agrees best with the printed one counts, or with each of the printed ones where there are two. Exact: row,
column, spans and text are all as printed. Uncrossed: the same among the cells that no pen wrote in. Folded: exact with
full-width punctuation read as half-width. Placed: row, column and spans alone. TEDS and its structure part are means
over tables. Flagged: of the cells found with wrong text at the right place, at a wrong place, or just right, the share
that a person would be asked to check or is told is obscured.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tqdm import tqdm

from benchmarks.grid_corpus import (
    CONDITIONS,
    PAGES_PER_CONDITION,
    CorpusPage,
    PageSpec,
    make_page,
    missing_typefaces,
    page_specs,
)
from benchmarks.grid_readers import Pixels, engine, read_ours, read_peer
from benchmarks.grid_scoring import FoundGrid, Score, best_grids, misses, score_table
from benchmarks.results import keep, markdown

Reader = Callable[[Pixels, bool], list[FoundGrid]]


@dataclass(frozen=True)
class Task:
    """One page to read, and by whom."""

    spec: PageSpec
    peer: bool
    structure_only: bool


@dataclass(frozen=True)
class Attempt:
    """How one reader did on a page. ``failure``: the error that ended its reading."""

    score: Score
    missed: tuple[str, ...]
    failure: str = ""


@dataclass(frozen=True)
class Outcome:
    """How one page went."""

    spec: PageSpec
    ours: Attempt
    peer: Attempt | None


def main() -> None:
    arguments = _arguments()
    for typeface in missing_typefaces():
        print(f"no {typeface.name} on this machine ({typeface.file}): its pages are drawn in other typefaces")
    specs = [spec for spec in page_specs(arguments.pages) if arguments.fault in (None, spec.condition)]
    tasks = [Task(spec, not arguments.no_peer, arguments.structure_only) for spec in specs]
    outcomes = sorted(_outcomes(tasks, arguments.workers), key=lambda outcome: outcome.spec.seed)
    lines = _table(outcomes, arguments.structure_only)
    print("\n".join([*lines, *_failures(outcomes)]))
    if arguments.misses:
        print("\n".join(_missed(outcomes)))
    if arguments.results:
        keep("grids", "benchmarks.grid", engine(arguments.structure_only).version, lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", choices=CONDITIONS, metavar="NAME", help=f"one of: {', '.join(CONDITIONS)}")
    parser.add_argument("--pages", type=int, default=PAGES_PER_CONDITION, help="pages for each fault (%(default)s)")
    parser.add_argument("--no-peer", action="store_true", help="leave img2table out")
    parser.add_argument("--structure-only", action="store_true", help="read no text; score the grids alone")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--misses", action="store_true", help="print every cell of ours that is not as printed")
    parser.add_argument("--results", action="store_true", help="add the table to benchmarks/results")
    return parser.parse_args()


def _outcomes(tasks: Sequence[Task], workers: int) -> Iterator[Outcome]:
    """Every page read. Pages of one drawing follow each other, so that it is set once for most of them."""
    inorder = sorted(tasks, key=lambda task: repr(task.spec.drawing))
    spawn = multiprocessing.get_context("spawn")  # forking a process that has threads can lock up
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        yield from tqdm(pool.map(measure, inorder, chunksize=3), total=len(tasks), unit="page", disable=None)


def measure(task: Task) -> Outcome:
    """Draw the page, read it with every reader, and score what they found."""
    page = make_page(task.spec)
    ours = _read(read_ours, page, task.structure_only)
    return Outcome(task.spec, ours, _read(read_peer, page, task.structure_only) if task.peer else None)


def _read(reader: Reader, page: CorpusPage, structure_only: bool) -> Attempt:
    start, found, failure = time.perf_counter(), [], ""
    try:
        found = reader(page.image, structure_only)
    except Exception as error:  # noqa: BLE001 - a page that cannot be read counts as missed; the reason is printed
        failure = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    triples = list(zip(best_grids(found, page.grids), page.grids, page.crossed, strict=True))
    scores = (score_table(best, grid, structure_only, crossed) for best, grid, crossed in triples)
    missed = (line for best, grid, crossed in triples for line in misses(best, grid, structure_only, crossed))
    return Attempt(sum(scores, Score(seconds=seconds)), tuple(missed), failure)


def _table(outcomes: Sequence[Outcome], structure_only: bool) -> list[str]:
    """The results as a Markdown table: a line for each fault, and one for all."""
    columns = {name: show for name, (show, text) in COLUMNS.items() if not (text and structure_only)}
    groups = {name: [o for o in outcomes if o.spec.condition == name] for name in CONDITIONS}
    shown = {name: group for name, group in groups.items() if group} | {"all": list(outcomes)}
    rows = [("fault", *columns)]
    for name, group in shown.items():
        ours = sum((outcome.ours.score for outcome in group), Score())
        peer = sum((outcome.peer.score for outcome in group if outcome.peer), Score())
        rows.append((name, *(show(ours, peer) for show in columns.values())))
    return markdown(rows)


def _both(part: Callable[[Score], float], form: str = "{:.3f}") -> Callable[[Score, Score], str]:
    """Ours and, where it was measured, the peer's."""
    return lambda ours, peer: " / ".join(form.format(part(score)) for score in (ours, peer) if score.tables)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of {whole}" if whole else "-"


COLUMNS: dict[str, tuple[Callable[[Score, Score], str], bool]] = {
    "tables": (lambda ours, _: str(ours.tables), False),
    "cells": (lambda ours, _: str(ours.cells), False),
    "exact": (_both(lambda score: score.exact / score.cells), True),
    "uncrossed": (_both(lambda score: score.uncrossed_exact / max(1, score.uncrossed)), True),
    "folded": (_both(lambda score: score.exact_folded / score.cells), True),
    "placed": (_both(lambda score: score.placed / score.cells), False),
    "whole grids": (_both(lambda score: score.whole, "{}"), False),
    "TEDS": (_both(lambda score: score.teds / score.tables), True),
    "TEDS-S": (_both(lambda score: score.teds_structure / score.tables), False),
    "flagged wrong": (lambda ours, _: _share(ours.misread_flagged, ours.misread), True),
    "flagged misplaced": (lambda ours, _: _share(ours.misplaced_flagged, ours.misplaced), True),
    "flagged right": (lambda ours, _: _share(ours.read_flagged, ours.exact), True),
    "s/table": (_both(lambda score: score.seconds / score.tables, "{:.2f}"), False),
}
"""How each column is shown, ours beside the peer's, and whether it needs text."""


def _failures(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        for reader, attempt in (("ours", outcome.ours), ("img2table", outcome.peer)):
            if attempt and attempt.failure:
                yield f"{outcome.spec.name}: {reader} failed with {attempt.failure}"


def _missed(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        missed = outcome.ours.missed
        if missed:
            yield f"{outcome.spec.name}: {len(missed)} of {outcome.ours.score.cells}"
            yield from (f"    {line}" for line in missed)


if __name__ == "__main__":
    main()
