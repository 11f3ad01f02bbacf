"""The whole way from damaged scans to tables: forms of every layout, read with OCR, each field against its truth.

    python -m benchmarks.forms                          every condition and layout
    python -m benchmarks.forms --fault seal --misses    one condition, and every field that is not exact
    python -m benchmarks.forms --layout swapped-columns one layout
    python -m benchmarks.forms --bilevel                a form of every layout, scanned in black and white at 200 dpi

Each form is drawn in one typeface and look, all its pages go through the same kind of damage, and it is read and
reconstructed as `workbench ingest` does. Silent: numbers that are wrong or lost without a finding of doubt on their
record. Review: fields that a person is asked to look at. Layouts marked * were left out when the lexicon was made.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from tests.scans.faults import damage, draw_page
from tests.scans.invented import expected_forms, invent
from tests.scans.layouts import HELD_OUT, LAYOUTS
from tests.scans.measure_layouts import Measured, measure
from tests.scans.typeset import page_grids, typeset
from tqdm import tqdm

from benchmarks.grid_corpus import (
    CONDITIONS,
    LOOKS,
    OWN_LOOKS,
    PAIRS,
    TRANSCRIBED,
    TYPEFACES,
    Drawing,
    complete_typeface,
    dealt,
    faults_of,
    missing_typefaces,
    truth_of,
)
from benchmarks.grid_readers import Pixels, engine
from benchmarks.makers.damage import DAMAGES
from benchmarks.results import keep, markdown
from benchmarks.scoring import Score
from workbench.model import Page
from workbench.read.page import read_page
from workbench.settings import Settings

FORMS_PER_CONDITION = 3
FORM_CONDITIONS = tuple(
    name
    for name in CONDITIONS
    if name not in PAIRS and all(look.style.rules == "all" for look in OWN_LOOKS.get(name, ()))
)
"""Ruled forms, each on pages of its own."""

BILEVEL = ("bilevel", "adaptive")
"""Damages of the other makers: black and white by one threshold for the page, or by one that follows it."""

BILEVEL_DPI, BILEVEL_SEED = 200, 5000

BINS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
THRESHOLDS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.97)


@dataclass(frozen=True)
class FormSpec:
    """Which form it is, how it is drawn and what happens to its pages. ``seed``: of the form and its damage."""

    condition: str
    drawing: Drawing
    seed: int


@dataclass(frozen=True)
class Outcome:
    """How one form went."""

    spec: FormSpec
    pages: int
    measured: Measured


def main() -> None:
    arguments = _arguments()
    for typeface in missing_typefaces():
        print(f"no {typeface.name} on this machine ({typeface.file}): its forms are drawn in other typefaces")
    specs = [
        spec
        for spec in (bilevel_specs() if arguments.bilevel else form_specs(arguments.forms))
        if arguments.fault in (None, spec.condition) and arguments.layout in (None, spec.drawing.form)
    ]
    outcomes = list(_outcomes(specs, arguments.workers))
    lines = [*_table(outcomes), "", *_calibration(outcomes)]
    print("\n".join(lines))
    for outcome in outcomes:
        _print_misses(outcome, arguments.misses)
    if arguments.results:
        keep("forms", "benchmarks.forms", engine(False).version, lines)
    if any(outcome.measured.score.silent for outcome in outcomes):
        sys.exit("some numbers are wrong without a finding")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--fault", choices=FORM_CONDITIONS, metavar="NAME", help=f"one of: {', '.join(FORM_CONDITIONS)}"
    )
    parser.add_argument("--bilevel", action="store_true", help="in black and white, as most office scanners send it")
    parser.add_argument("--layout", choices=[*LAYOUTS, *TRANSCRIBED], metavar="NAME", help="one layout's forms only")
    parser.add_argument("--forms", type=int, default=FORMS_PER_CONDITION, help="for each fault (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument(
        "--misses", action="store_true", help="print every field that is not exact, not only silent ones"
    )
    parser.add_argument("--results", action="store_true", help="add the tables to benchmarks/results")
    return parser.parse_args()


def form_specs(per_condition: int = FORMS_PER_CONDITION) -> Iterator[FormSpec]:
    """The forms, condition by condition: layouts, looks and typefaces are dealt out over all of them."""
    count = per_condition * len(FORM_CONDITIONS)
    rng = np.random.default_rng(11)
    names = dealt([*LAYOUTS, *TRANSCRIBED], count, rng)
    faces = dealt([face for face in TYPEFACES if face.file.is_file()], count, rng)
    looks = dealt(LOOKS, count, rng)
    conditions = [condition for condition in FORM_CONDITIONS for _ in range(per_condition)]
    for seed, (condition, name, face, look) in enumerate(zip(conditions, names, faces, looks, strict=True)):
        own = OWN_LOOKS.get(condition)
        chosen = own[seed % len(own)] if own else look
        yield FormSpec(condition, Drawing(name, complete_typeface(face, printed_table(name, seed)), chosen), seed)


def bilevel_specs() -> Iterator[FormSpec]:
    """A form of every layout; typefaces, and the two ways of scanning in black and white, are dealt out over them."""
    names = [*LAYOUTS, *TRANSCRIBED]
    rng = np.random.default_rng(12)
    faces = dealt([face for face in TYPEFACES if face.file.is_file()], len(names), rng)
    looks = dealt([look for look in LOOKS if look.dpi == BILEVEL_DPI], len(names), rng)
    for number, (name, face, look) in enumerate(zip(names, faces, looks, strict=True)):
        seed = BILEVEL_SEED + number
        typeface = complete_typeface(face, printed_table(name, seed))
        yield FormSpec(BILEVEL[number % len(BILEVEL)], Drawing(name, typeface, look), seed)


def printed_table(name: str, seed: int) -> Any:
    """The printed table of a transcribed form, or of one invented for a layout."""
    return TRANSCRIBED[name](truth_of(name)) if name in TRANSCRIBED else LAYOUTS[name](invent(seed, name))


def _outcomes(specs: Sequence[FormSpec], workers: int) -> Iterator[Outcome]:
    spawn = multiprocessing.get_context("spawn")  # forking a process that has threads can lock up
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        yield from tqdm(pool.map(read_form, specs), total=len(specs), unit="form", disable=None)


def draw_pages(spec: FormSpec) -> Iterator[Pixels]:
    """The pages of the form, drawn and damaged."""
    drawing = spec.drawing
    table = printed_table(drawing.form, spec.seed)
    pdf = typeset(table, drawing.style)
    for number in range(len(page_grids(table, drawing.style))):
        if spec.condition in BILEVEL:
            rng = np.random.default_rng(1000 * spec.seed + number)
            yield DAMAGES[spec.condition].apply(draw_page(pdf, number, BILEVEL_DPI), BILEVEL_DPI, rng)
            continue
        faults = faults_of(spec.condition, drawing.look.dpi, 1000 * spec.seed + number)
        yield damage(draw_page(pdf, number, drawing.look.dpi), faults)


def read_form(spec: FormSpec) -> Outcome:
    """Draw the form, damage and read its pages, put it together and hold it against its truth."""
    drawing = spec.drawing
    content = [read_page(Page(number, image), engine(False)) for number, image in enumerate(draw_pages(spec), start=1)]
    truth = truth_of(drawing.form) if drawing.form in TRANSCRIBED else invent(spec.seed, drawing.form)
    expected = [truth] if drawing.form in TRANSCRIBED else expected_forms(truth)
    return Outcome(spec, len(content), measure([(content, expected)], Settings.from_environment().review_threshold))


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each condition, for each layout, and for all."""
    conditions = {name: [o for o in outcomes if o.spec.condition == name] for name in (*FORM_CONDITIONS, *BILEVEL)}
    layouts = {
        name + ("*" if name in HELD_OUT else ""): [o for o in outcomes if o.spec.drawing.form == name]
        for name in (*LAYOUTS, *TRANSCRIBED)
    }
    groups = {name: group for name, group in (conditions | layouts).items() if group} | {"all": list(outcomes)}
    header = (
        "set",
        "forms",
        "pages",
        "rows",
        "fields",
        "exact",
        "numbers",
        "exact",
        "silent",
        "wrong flagged",
        "review",
    )
    return markdown([header, *(_row(name, group) for name, group in groups.items())])


def _row(name: str, group: Sequence[Outcome]) -> tuple[str, ...]:
    total = reduce(add, (outcome.measured for outcome in group))
    score = total.score
    flagged = sum(miss.flagged for miss in score.misses)
    return (
        name,
        f"{total.found}/{total.forms}",
        str(sum(outcome.pages for outcome in group)),
        f"{score.rows_found}/{score.rows}",
        str(score.fields),
        f"{score.exact:.4f}",
        str(score.numbers),
        f"{score.numbers_exact:.4f}",
        str(len(score.silent)),
        f"{flagged}/{len(score.misses)}",
        f"{score.review_load:.2%}",
    )


def _calibration(outcomes: Iterable[Outcome]) -> list[str]:
    """How often fields of each confidence are right, and what each review threshold would cost and catch."""
    every = reduce(add, (outcome.measured.score for outcome in outcomes), Score()).certainties
    rows = [("confidence", "fields", "right")]
    for low, high in zip(BINS, (*BINS[1:], 1.01), strict=True):
        inside = [field.exact for field in every if low <= field.confidence < high]
        rows.append(
            (f"{low:.2f} to {min(high, 1.0):.2f}", str(len(inside)), f"{np.mean(inside):.4f}" if inside else "-")
        )
    right = [field.confidence for field in every if field.exact]
    wrong = [field.confidence for field in every if not field.exact]
    costs = [("review threshold", "right fields sent to review", "wrong ones caught")]
    for threshold in THRESHOLDS:
        shares = (f"{np.mean(np.array(group) < threshold):.2%}" if group else "-" for group in (right, wrong))
        costs.append((f"{threshold:.2f}", *shares))
    return [*markdown(rows), "", *markdown(costs)]


def _print_misses(outcome: Outcome, every: bool) -> None:
    score = outcome.measured.score
    misses = score.misses if every else score.silent
    if not misses:
        return
    drawing = outcome.spec.drawing
    print(
        f"{outcome.spec.condition} {outcome.spec.seed}: {drawing.form}, {drawing.typeface.name}, {drawing.look.dpi} dpi"
    )
    for miss in misses:
        print(f"    {miss.where}: wanted {miss.wanted!r}, got {miss.got!r}{' (flagged)' if miss.flagged else ''}")


if __name__ == "__main__":
    main()
