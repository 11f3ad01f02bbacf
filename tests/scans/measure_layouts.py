"""How well the table reconstructor reads every layout: `python -m tests.scans.measure_layouts`, in seconds.

No scan and no OCR: invented forms are printed as cell grids that read without a mistake, so whatever is wrong here
the reconstructor got wrong. Every layout is printed on one long page and with page breaks, some with several forms
on a page. Prints forms found, rows found, fields exact, numbers exact, and wrong numbers without a finding (silent).
A form that is not found is wrong in all its fields; where the whole document was refused, nothing is silent.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.scoring import Miss, Score, score_form

from tests.printed import pages
from tests.scans.invented import expected_forms, invent
from tests.scans.layouts import LAYOUTS
from tests.scans.tables import Table, Truth
from workbench.dataset.build import DocumentContent, build_tables
from workbench.errors import InputError
from workbench.form.assemble import assemble_forms
from workbench.form.settings import DEFAULTS, FormSettings
from workbench.model import BLANK, CellGrid, Form, PageContent, Polygon

SEEDS = 3
ROWS_PER_PAGE = 18
REVIEW_THRESHOLD = 0.9
NOT_FOUND = Form("generic", "", None, BLANK, None, None, (), (), (), None, None, None, 1, 1)

Document = tuple[list[PageContent], list[Truth]]
"""Pages, and the forms that should be found on them."""


@dataclass(frozen=True)
class Measured:
    """Forms expected and found, and the score of all their fields."""

    forms: int = 0
    found: int = 0
    score: Score = field(default_factory=Score)

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(self.forms + other.forms, self.found + other.found, self.score + other.score)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layouts", nargs="*", help=f"all of them by default: {', '.join(LAYOUTS)}")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="documents of each kind (default: %(default)s)")
    parser.add_argument("--misses", action="store_true", help="print every field that is not exact")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.layouts) - set(LAYOUTS))
    if unknown:
        parser.error(f"no such layout: {', '.join(unknown)}")
    print(f"{'layout':38} {'forms':>7} {'rows':>10} {'fields exact':>18} {'numbers exact':>18} {'silent':>7}")
    total = Measured()
    for layout in arguments.layouts or LAYOUTS:
        for name, document in ARRANGEMENTS.items():
            if name == "three on a page" and layout not in SEVERAL_ON_A_PAGE:
                continue
            measured = measure(document(layout, seed) for seed in range(arguments.seeds))
            total += measured
            print(_line(f"{layout}, {name}", measured))
            for miss in measured.score.misses if arguments.misses else ():
                flag = " (flagged)" if miss.flagged else ""
                print(f"    {miss.where}: wanted {miss.wanted!r}, got {miss.got!r}{flag}")
    print(_line("all", total))


def on_one_page(layout: str, seed: int) -> Document:
    """A form on one page, as long as need be."""
    truth = invent(seed, layout)
    return pages(LAYOUTS[layout](truth)), expected_forms(truth)


def with_page_breaks(layout: str, seed: int) -> Document:
    """A form with page breaks, the header printed again after each."""
    truth = invent(seed, layout)
    printed = LAYOUTS[layout](truth)
    return pages(printed, page_breaks(printed)), expected_forms(truth)


def three_on_a_page(layout: str, seed: int) -> Document:
    """Three forms below each other on one page."""
    truths = [invent(3 * seed + number, layout) for number in range(3)]
    (first,), (second,), (third,) = (pages(LAYOUTS[layout](truth)) for truth in truths)
    return [_below(_below(first, second), third)], [form for truth in truths for form in expected_forms(truth)]


ARRANGEMENTS: dict[str, Callable[[str, int], Document]] = {
    "one page": on_one_page,
    "page breaks": with_page_breaks,
    "three on a page": three_on_a_page,
}
SEVERAL_ON_A_PAGE = ("sichuan-system", "tianjin-court-target")


def measure(
    documents: Iterable[Document], review_threshold: float = REVIEW_THRESHOLD, settings: FormSettings = DEFAULTS
) -> Measured:
    """The documents' forms as the reconstructor reads them, each against the expected form in its place."""
    readings = [(content, expected, forms_of(content, settings)) for content, expected in documents]
    results = [
        DocumentContent(f"{number:016}", tuple(content), tuple(forms))
        for number, (content, expected, found) in enumerate(readings)
        for forms in [[*found, *[NOT_FOUND] * (len(expected) - len(found))]]
    ]
    total = Measured()
    for result, (_, expected, found) in zip(results, readings, strict=True):
        surplus = Score(rows_found=sum(len(form.indicators) for form in found[len(expected) :]))
        total += Measured(len(expected), len(found), surplus)
        tables = build_tables(result, review_threshold)
        for number, truth in enumerate(expected, start=1):
            score = score_form(tables, f"{result.document_id}-{number}", truth)
            total += Measured(score=score if number <= len(found) else _missing(score, refused=not found))
    return total


def page_breaks(printed: Table) -> list[int]:
    """Rows before which a page ends: after so many rows, but never right under a header."""
    rows = range(ROWS_PER_PAGE, len(printed.rows), ROWS_PER_PAGE)
    return [next(n for n in range(row, 0, -1) if not printed.rows[n - 1].header) for row in rows]


def forms_of(content: Sequence[PageContent], settings: FormSettings = DEFAULTS) -> list[Form]:
    """The forms of a document; none where it was refused."""
    try:
        return assemble_forms(content, "scan", settings)
    except InputError:
        return []


def _missing(score: Score, refused: bool) -> Score:
    """The score of a form that was not found: all its fields are misses, even those that should be null."""
    misses = (Miss("form not found", None, None, number < score.numbers, refused) for number in range(score.fields))
    return replace(score, misses=tuple(misses))


def _below(upper: PageContent, lower: PageContent) -> PageContent:
    """Two pages as one, the tables and lines of the second under those of the first."""
    down = max(corner[1] for grid in upper.grids for cell in grid.cells for corner in cell.polygon)
    first = len(upper.grids) + 1
    grids = tuple(_moved(replace(grid, table_no=number), down) for number, grid in enumerate(lower.grids, start=first))
    lines = tuple(replace(line, polygon=_lowered(line.polygon, down)) for line in lower.loose_lines)
    return replace(upper, grids=(*upper.grids, *grids), loose_lines=(*upper.loose_lines, *lines))


def _moved(grid: CellGrid, down: float) -> CellGrid:
    return replace(grid, cells=tuple(replace(cell, polygon=_lowered(cell.polygon, down)) for cell in grid.cells))


def _lowered(polygon: Polygon, down: float) -> Polygon:
    one, two, three, four = ((x, y + down) for x, y in polygon)
    return one, two, three, four


def _line(name: str, measured: Measured) -> str:
    score = measured.score
    wrong_numbers = sum(miss.numeric for miss in score.misses)
    return " ".join(
        (
            f"{name:38}",
            f"{measured.found:>3}/{measured.forms:<3}",
            f"{score.rows_found:>5}/{score.rows:<4}",
            _share(score.fields - len(score.misses), score.fields),
            _share(score.numbers - wrong_numbers, score.numbers),
            f"{len(score.silent):>7}",
        )
    )


def _share(exact: int, of: int) -> str:
    return f"{exact:>6}/{of:<5} {exact / max(of, 1):.3f}"


if __name__ == "__main__":
    main()
