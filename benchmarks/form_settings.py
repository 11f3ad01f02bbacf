"""What each setting of the table reconstructor does to the forms of all layouts, at other values than its own.

    python -m benchmarks.form_settings                                  every setting, minutes
    python -m benchmarks.form_settings edge_tolerance min_shared_fields some of them

No scan and no OCR: every layout is printed with page breaks as cell grids, once as it is and once with a wrong
character in one of ten texts without digits. Of each value: fields that are exact, and numbers that are wrong or lost
without a finding. ``same``: not one form differs from those of the setting's own value.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import Field, fields, replace
from random import Random
from typing import Any

from tests.scans.layouts import LAYOUTS
from tests.scans.measure_layouts import Document, forms_of, measure, with_page_breaks
from tqdm import tqdm

from benchmarks.results import keep, markdown
from workbench.form.settings import DEFAULTS, FormSettings
from workbench.model import Cell, PageContent

FACTORS = (0.5, 0.8, 1.25, 2.0)
"""Times the default; a whole number is rounded to another one than the default."""

DAMAGED = 0.1
WRONG_CHARACTER = "匏"


def main() -> None:
    known = {setting.name: setting for setting in fields(FormSettings)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", nargs="*", help=f"all of them by default: {', '.join(known)}")
    parser.add_argument("--results", action="store_true", help="add the table to benchmarks/results")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.settings) - set(known))
    if unknown:
        parser.error(f"no such setting: {', '.join(unknown)}")
    documents = list(corpus())
    usual = [forms_of(content) for content, _ in documents]
    rows = [("setting", "value", "exact", "silent"), ("all", "defaults", *_score(documents, DEFAULTS))]
    for name in tqdm(arguments.settings or known, disable=None):
        for value in values_of(known[name]):
            settings = replace(DEFAULTS, **{name: value})
            is_same = [forms_of(content, settings) for content, _ in documents] == usual
            rows.append((name, f"{value:g}", *(("same", "same") if is_same else _score(documents, settings))))
    lines = markdown(rows)
    print("\n".join(lines))
    if arguments.results:
        keep("settings of the reconstructor", "benchmarks.form_settings", "no OCR", lines)


def values_of(setting: Field[Any]) -> list[float]:
    """Other values of a setting, within its range, from the least to the greatest."""
    least, most = setting.metadata["range"]
    values = {setting.default * factor for factor in FACTORS}
    if isinstance(setting.default, int):
        values = {min(setting.default - 1, int(value)) if value < setting.default else round(value) for value in values}
    return sorted({min(max(value, least), most) for value in values} - {setting.default})


def corpus() -> Iterator[Document]:
    for layout in LAYOUTS:
        content, expected = with_page_breaks(layout, 0)
        yield content, expected
        yield damaged(content, Random(layout)), expected


def damaged(content: Sequence[PageContent], random: Random) -> list[PageContent]:
    """Pages with one wrong character in some of the texts that have no digit."""

    def read(cell: Cell) -> Cell:
        has_digit = any(character.isdecimal() for character in cell.text)
        if len(cell.text) < 3 or has_digit or random.random() >= DAMAGED:
            return cell
        at = random.randrange(len(cell.text))
        return replace(cell, text=cell.text[:at] + WRONG_CHARACTER + cell.text[at + 1 :])

    return [
        replace(page, grids=tuple(replace(grid, cells=tuple(map(read, grid.cells))) for grid in page.grids))
        for page in content
    ]


def _score(documents: Sequence[Document], settings: FormSettings) -> tuple[str, str]:
    score = measure(documents, settings=settings).score
    return f"{score.fields - len(score.misses)}/{score.fields}", str(len(score.silent))


if __name__ == "__main__":
    main()
