"""The pages of the grid benchmark: forms drawn in many styles, each page put through one kind of damage.

Which pages there are follows from this file, the truths and the typefaces of the machine alone; no page exists
before it is asked for.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import pylopdf_fonts_zh_cn as fonts
from fontTools.ttLib import TTFont
from tests.scans.faults import Fault, Page, damage, draw_page, spread, together
from tests.scans.invented import invent
from tests.scans.layouts import LAYOUTS
from tests.scans.tables import Table, as_list, central_project_table, tianjin_table
from tests.scans.typeset import Box, PageGrid, Style, page_boxes, page_grids, typeset

from benchmarks.grid_scoring import Place, place

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it warns of tables that it leaves out of a subset
TRUTH = Path(__file__).parents[1] / "tests" / "truth"
PAGES_PER_CONDITION = 8
DRAWINGS_PER_LOOK = 4
INVENTED_SEED = 7
FEWEST_CELLS = 12
"""A form's last page can be a row or two: too little to count."""
FEWEST_UNRULED_ROWS = 4
"""The same for a table without rules: nobody could tell two lines of text from a table."""

TRANSCRIBED: dict[str, Callable[[dict[str, Any]], Table]] = {
    "tianjin_gxj_2022": tianjin_table,
    "example_project_1": central_project_table,
    "example_project_2": central_project_table,
}
"""Forms that were published, and how they are printed."""

T = TypeVar("T")


@dataclass(frozen=True)
class Typeface:
    """A font file that has the characters of Chinese forms; ``index`` chooses from a collection."""

    name: str
    file: Path
    index: int = 0


DEBIAN = Path("/usr/share/fonts/truetype")
TYPEFACES = (
    Typeface("Noto Serif SC", fonts.serif_path()),
    Typeface("Noto Sans SC", fonts.sans_path()),
    Typeface("AR PL SungtiL", DEBIAN / "arphic-gbsn00lp" / "gbsn00lp.ttf"),
    Typeface("AR PL KaitiM", DEBIAN / "arphic-gkai00mp" / "gkai00mp.ttf"),
    Typeface("WenQuanYi Zen Hei", DEBIAN / "wqy" / "wqy-zenhei.ttc"),
    Typeface("WenQuanYi Micro Hei", DEBIAN / "wqy" / "wqy-microhei.ttc"),
)


@dataclass(frozen=True)
class Look:
    """How a form is drawn and scanned, but for its typeface."""

    dpi: int
    style: Style

    @property
    def survives_copying(self) -> bool:
        """Whether a black-and-white copy still has rules: it drops grey ones, and those thinner than a pixel."""
        return self.style.line_grey == 0 and self.style.line_width * self.dpi / 25.4 > 0.9


LOOKS = (
    Look(200, Style(line_width=0.18)),
    Look(150, Style(line_width=0.25, font_size=9, padding=1.0, min_row=6.5)),
    Look(300, Style(line_width=0.05, landscape=True)),
    Look(200, Style(line_width=0.35, font_size=9.5, landscape=True, header_grey=215)),
    Look(150, Style(line_width=0.5, font_size=11, frame_width=0.9)),
    Look(200, Style(line_width=0.12, double_frame=True, font_size=10)),
    Look(300, Style(line_width=0.25, line_grey=130, font_size=9, split_rows=True)),
    Look(200, Style(line_width=0.05, font_size=9, padding=0.8, min_row=6, repeat_labels=False)),
    Look(150, Style(line_width=0.18, font_size=12, landscape=True, padding=1.8, min_row=10)),
    Look(300, Style(line_width=0.7, font_size=10.5)),
    Look(200, Style(line_width=0.18, font_size=10, split_rows=True, repeat_header=False)),
)
DASHED = (
    Look(200, Style(line_width=0.2, dash=(0.8, 0.5), frame_width=0.35, font_size=10)),
    Look(150, Style(line_width=0.25, dash=(1.0, 0.4), font_size=10.5, landscape=True)),
    Look(200, Style(line_width=0.15, dash=(0.15, 0.45), frame_width=0.15, font_size=9.5, landscape=True)),
    Look(300, Style(line_width=0.18, dash=(0.2, 0.4), frame_width=0.18)),
)
OPEN_SIDES = (
    Look(200, Style(line_width=0.18, open_sides=True)),
    Look(150, Style(line_width=0.25, open_sides=True, font_size=9.5, landscape=True)),
    Look(300, Style(line_width=0.5, open_sides=True, header_grey=220)),
    Look(200, Style(line_width=0.12, open_sides=True, frame_width=0.5, font_size=10)),
)
UNRULED = (
    Look(200, Style(line_width=0.18, padding=1.6)),
    Look(150, Style(line_width=0.25, padding=1.9, font_size=9.5, landscape=True, align_top=True, frame_width=0.5)),
    Look(300, Style(line_width=0.12, padding=1.9, font_size=9, landscape=True, min_row=6)),
    Look(200, Style(line_width=0.18, padding=1.6, row_padding=0.6, min_row=5, font_size=10, align_top=True)),
)


def _with_rules(rules: Literal["horizontal", "header", "none"]) -> tuple[Look, ...]:
    return tuple(replace(look, style=replace(look.style, rules=rules)) for look in UNRULED)


@dataclass(frozen=True)
class Damage:
    """One fault whose severity is left to chance between two values."""

    fault: str
    low: float
    high: float


SCAN = (
    Damage("skew", -1.2, 1.2),
    Damage("blur", 0.5, 0.9),
    Damage("shade", 0.1, 0.3),
    Damage("noise", 3, 6),
    Damage("jpeg", 20, 35),
)
WORN = Damage("worn_rules", 0.15, 0.3)
SEAL = Damage("seal", 0.6, 0.9)
TILT = (Damage("larger_bed", 0.15, 0.15), Damage("skew", -10, 10))
PHOTOGRAPH = Damage("photograph", 0.02, 0.06)
PHOTOCOPY = Damage("photocopy", 0.45, 0.6)

CONDITIONS: dict[str, tuple[Damage, ...]] = {
    "clean": (),
    "dashed rules": (),
    "open sides": (),
    "scan": SCAN,
    "photocopy": (PHOTOCOPY,),
    "turned 90": (Damage("turn", 90, 90),),
    "turned 180": (Damage("turn", 180, 180),),
    "turned 270": (Damage("turn", 270, 270),),
    "seal": (SEAL,),
    "worn .15": (Damage("worn_rules", 0.15, 0.15),),
    "worn .30": (Damage("worn_rules", 0.3, 0.3),),
    "worn .45": (Damage("worn_rules", 0.45, 0.45),),
    "photograph": (PHOTOGRAPH,),
    "curl": (Damage("curl", 0.01, 0.04),),
    "cut border": (Damage("cut_border", 0.2, 0.8),),
    "bleed-through": (Damage("bleed_through", 0.1, 0.25),),
    "faint": (Damage("faint", 0.4, 0.7),),
    "handwriting": (Damage("handwriting", 0.7, 1.0),),
    "skew 10": TILT,
    "worn+scan": (WORN, *SCAN),
    "seal+photograph": (SEAL, PHOTOGRAPH),
    "turned+scan": (Damage("turn", 90, 90), *SCAN),
    "photocopy+worn": (WORN, PHOTOCOPY),
    "seal+skew": (SEAL, *TILT),
    "cut border+scan": (Damage("cut_border", 0.2, 0.8), *SCAN),
    "faint+scan": (Damage("faint", 0.3, 0.5), *SCAN),
    "bleed-through+photocopy": (Damage("bleed_through", 0.1, 0.25), PHOTOCOPY),
    "handwriting+scan": (Damage("handwriting", 0.7, 1.0), *SCAN),
    "header rule only": (),
    "horizontal rules only": (),
    "no rules": (),
    "two-page spread": (),
    "two tables": (),
}
"""What happens to the pages of each condition. New ones go last: chances follow from the place in this list."""

PAIRS: dict[str, tuple[Callable[[Page, Page, float, int], Page], float, float]] = {
    "two-page spread": (spread, 0.0, 1.2),
    "two tables": (together, 0.03, 0.08),
}
"""Conditions that put two pages into one picture: how, and between which two values of its severity."""

COPIED = tuple(look for look in LOOKS if look.survives_copying)
OWN_LOOKS = {
    "dashed rules": DASHED,
    "open sides": OPEN_SIDES,
    "header rule only": _with_rules("header"),
    "horizontal rules only": _with_rules("horizontal"),
    "no rules": _with_rules("none"),
    **{name: tuple(look for look in LOOKS if not look.style.landscape) for name in PAIRS},
    **{name: COPIED for name, chances in CONDITIONS.items() if PHOTOCOPY in chances},
}
"""Conditions for which it matters how the form is drawn. All others are dealt `LOOKS`."""


@dataclass(frozen=True)
class Drawing:
    """A form (a key of `forms`) in a typeface and a look."""

    form: str
    typeface: Typeface
    look: Look

    @property
    def style(self) -> Style:
        """The style of the look, in the typeface."""
        return replace(self.look.style, font=self.typeface.file, font_index=self.typeface.index)


@dataclass(frozen=True)
class PageSpec:
    """Which page it is, before it is drawn. ``choice`` counts through the pages that the form has in that look."""

    condition: str
    drawing: Drawing
    choice: int
    seed: int

    @property
    def name(self) -> str:
        drawing = self.drawing
        return (
            f"{self.condition} {self.seed}: {drawing.form}, {drawing.typeface.name}, {drawing.look.dpi} dpi, "
            f"rules {drawing.look.style.line_width} mm, choice {self.choice}"
        )


@dataclass(frozen=True)
class CorpusPage:
    """A page image (height, width, 3) uint8 RGB as scanned, and the grids that are printed on it.

    ``crossed`` are, for each grid, the places of the cells that a pen wrote in.
    """

    image: Page
    grids: tuple[PageGrid, ...]
    crossed: tuple[frozenset[Place], ...]


def page_specs(per_condition: int = PAGES_PER_CONDITION) -> Iterator[PageSpec]:
    """The corpus, condition by condition. Every condition is dealt its own mixture of drawings."""
    for order, condition in enumerate(CONDITIONS):
        rng = np.random.default_rng(order)
        drawings = _drawings(OWN_LOOKS.get(condition, LOOKS))
        for number, drawing in enumerate(dealt(drawings, per_condition, rng)):
            yield PageSpec(condition, drawing, int(rng.integers(100)), 1000 * order + number)


def make_page(spec: PageSpec) -> CorpusPage:
    """Draw the page and damage it. What is left to chance follows from the spec's seed."""
    dpi = spec.drawing.look.dpi
    pdf, grids, boxes = _drawn(spec.drawing)
    worth = [number for number, grid in enumerate(grids) if _is_worth(grid, spec.drawing.look.style)]
    numbers = [worth[(spec.choice + place) % len(worth)] for place in range(1 + (spec.condition in PAIRS))]
    pages = [draw_page(pdf, number, dpi) for number in numbers]
    faults = list(faults_of(spec.condition, dpi, spec.seed))
    pens = [fault for fault in faults if fault.name == "handwriting"]
    crossed = tuple(
        _changed_cells(grids[number], boxes[number], page, damage(page, pens), dpi / 25.4)
        for number, page in zip(numbers, pages, strict=True)
    )
    image = damage(_joined(spec, *pages), faults)
    return CorpusPage(image, tuple(grids[number] for number in numbers), crossed)


def _changed_cells(grid: PageGrid, boxes: Sequence[Box], before: Page, after: Page, scale: float) -> frozenset[Place]:
    changed = (before != after).any(axis=2)
    return frozenset(
        place(cell)
        for cell, (x, y, width, height) in zip(grid.cells, boxes, strict=True)
        if changed[round(y * scale) : round((y + height) * scale), round(x * scale) : round((x + width) * scale)].any()
    )


def _is_worth(grid: PageGrid, style: Style) -> bool:
    return len(grid.cells) >= FEWEST_CELLS and (style.rules == "all" or grid.rows >= FEWEST_UNRULED_ROWS)


def _joined(spec: PageSpec, first: Page, second: Page | None = None) -> Page:
    if second is None:
        return first
    join, low, high = PAIRS[spec.condition]
    return join(first, second, np.random.default_rng(spec.seed).uniform(low, high), spec.seed)


def missing_typefaces() -> list[Typeface]:
    """Typefaces that this machine lacks: the corpus is drawn in the others, and differs from other machines'."""
    return [typeface for typeface in TYPEFACES if not typeface.file.is_file()]


@cache
def forms() -> dict[str, Table]:
    """Every form's printed table, by the name of its truth or, if that is invented, of its layout."""
    tables = {name: draw(truth_of(name)) for name, draw in TRANSCRIBED.items()}
    return tables | {name: draw(invent(INVENTED_SEED, name)) for name, draw in LAYOUTS.items()}


def truth_of(name: str) -> dict[str, Any]:
    """The structured truth of a transcribed form."""
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))


@cache
def _drawings(looks: tuple[Look, ...]) -> list[Drawing]:
    """Every look a few times, the forms and typefaces dealt out over them."""
    rng = np.random.default_rng(0)
    every = looks * DRAWINGS_PER_LOOK
    names = dealt(list(forms()), len(every), rng)
    installed = [typeface for typeface in TYPEFACES if typeface.file.is_file()]
    faces = dealt(installed, len(every), rng)
    complete = [complete_typeface(face, forms()[name]) for face, name in zip(faces, names, strict=True)]
    return [Drawing(*parts) for parts in zip(names, complete, every, strict=True)]


def dealt(items: Sequence[T], count: int, rng: np.random.Generator) -> list[T]:
    """So many of the items in a random order, each as often as any other but for one."""
    places = [place for _ in range(-(-count // len(items))) for place in rng.permutation(len(items))]
    return [items[place] for place in places[:count]]


def complete_typeface(typeface: Typeface, table: Table) -> Typeface:
    """The typeface, or the first one if a character is missing: a blank box is nothing that a reader could read."""
    texts = (table.title, table.subtitle, *(cell.text for row in table.rows for cell in row.cells))
    printed = {ord(character) for text in texts for character in text if not character.isspace()}
    return typeface if printed <= _characters(typeface) else TYPEFACES[0]


@cache
def _characters(typeface: Typeface) -> frozenset[int]:
    with TTFont(typeface.file, fontNumber=typeface.index, lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=4)
def _drawn(drawing: Drawing) -> tuple[bytes, list[PageGrid], list[list[Box]]]:
    style = drawing.style
    table = forms()[drawing.form]
    table = table if style.rules == "all" else as_list(table)
    return typeset(table, style), page_grids(table, style), page_boxes(table, style)


def faults_of(condition: str, dpi: int, seed: int) -> Iterator[Fault]:
    """What happens to a page of a condition; how bad follows from the seed."""
    rng = np.random.default_rng(seed)
    for chance in CONDITIONS[condition]:
        severity = rng.uniform(chance.low, chance.high)
        # Out of focus by so much paper: at more dots per inch the same blur covers more pixels.
        scale = dpi / 200 if chance.fault == "blur" else 1.0
        yield Fault(chance.fault, severity * scale, seed)
