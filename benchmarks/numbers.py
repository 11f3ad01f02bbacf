"""Twenty-five thousand drawn numbers, each read: how many come out wrong, and how many of those without a doubt.

    python -m benchmarks.numbers                        all of them, in about fifteen minutes on two cores
    python -m benchmarks.numbers --dpi 100 --misses     some of them, and every number that is wrong
    python -m benchmarks.numbers --keep                 adds the result to benchmarks/results

A page is a ruled table in one typeface, size, resolution and way of scanning: labels, and six columns of numbers as
budgets, accounts and forms have them, with and without separators, signs, percent, units, full width. Right: the text
is the printed one in half width. Silent: it is not, and the reader is sure of it. Flagged: right, and not sure. A page
whose grid is not the printed one counts as wrong in every cell, and as silent in those of which the reader is sure.
"""

from __future__ import annotations

import argparse
import multiprocessing
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count, product
from random import Random

import numpy as np
import pypdfium2 as pdfium
from fpdf import FPDF
from tqdm import tqdm

from benchmarks.grid_corpus import DEBIAN, TYPEFACES, Typeface
from benchmarks.makers.damage import DAMAGES
from benchmarks.makers.score import is_sure
from benchmarks.results import keep, markdown
from workbench.model import Cell, CellGrid, Page
from workbench.ocr.registry import engine_for
from workbench.read.page import read_page
from workbench.settings import Settings

LATIN = (
    Typeface("Liberation Serif", DEBIAN / "liberation" / "LiberationSerif-Regular.ttf"),
    Typeface("Liberation Sans", DEBIAN / "liberation" / "LiberationSans-Regular.ttf"),
    Typeface("Carlito", DEBIAN / "crosextra" / "Carlito-Regular.ttf"),
)
"""What stands in for Times New Roman, Arial and Calibri, in which most Chinese documents have their figures; all else
on such a page is in the first of the Chinese typefaces."""
FACES = tuple(face for face in TYPEFACES + LATIN if face.file.is_file())
SIZES = (7.0, 8.0, 9.0, 10.0, 11.0)
RESOLUTIONS = (100, 150, 200, 300)
SCANS = {"colour": "clean", "grey": "light", "bilevel": "bilevel"}
"""The ways of scanning, and which of the makers' damages each is."""
Kind = Callable[[Random], str]
"""A maker of numbers of one kind."""
ROWS, COLUMNS = 8, 6
LABELS = ("财政拨款收入", "上级补助收入", "事业收入", "经营收入", "其他收入", "一般公共服务", "教育支出", "基本支出")
UNITS = ("万元", "元", "个", "人次", "家", "天")
MARGIN = 8.0
"""Millimetres around the table."""
WIDEST = 7.8
"""Em of a column that are left for text."""


@dataclass(frozen=True)
class NumbersPage:
    """How one page of numbers is set and scanned."""

    face: Typeface
    size: float
    dpi: int
    scan: str

    @property
    def name(self) -> str:
        return f"{self.face.name}, {self.size:g} pt, {self.dpi} dpi, {self.scan}"


@dataclass(frozen=True)
class Miss:
    """A number that was read as another text."""

    printed: str
    read: str
    silent: bool


@dataclass(frozen=True)
class PageScore:
    """How one page went, in numbers."""

    page: NumbersPage
    numbers: int
    flagged: int
    misses: tuple[Miss, ...]


def main() -> None:
    arguments = _arguments()
    pages = [page for page in all_pages() if arguments.dpi in (None, page.dpi) and arguments.scan in (None, page.scan)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(arguments.workers, mp_context=spawn) as pool:
        scores = list(tqdm(pool.map(score_page, pages), total=len(pages), unit="page", disable=None))
    if arguments.misses:
        print("\n".join(_line(score.page, miss) for score in scores for miss in score.misses))
    lines = [line for table in _tables(scores) for line in (*table, "")]
    print("\n".join(lines))
    if arguments.keep:
        keep("drawn numbers", "benchmarks.numbers", "PaddleOCR with the weights of the installation", lines)


def all_pages() -> list[NumbersPage]:
    """Every typeface of this machine in every size, resolution and way of scanning."""
    return [NumbersPage(*parts) for parts in product(FACES, SIZES, RESOLUTIONS, SCANS)]


def score_page(page: NumbersPage) -> PageScore:
    """Draw the page, scan it, read it, and hold its numbers against those printed."""
    printed = numbers_of(page)
    rng = np.random.default_rng(hash_of(page.name))
    picture = DAMAGES[SCANS[page.scan]].apply(draw(page, printed), page.dpi, rng)
    settings = Settings.from_environment()
    grids = read_page(Page(1, picture), engine_for(settings, threads=1)).grids
    return _score(page, printed, max(grids, key=lambda grid: len(grid.cells), default=None))


def hash_of(name: str) -> int:
    """A seed that is the same in every process."""
    return Random(name).getrandbits(32)


def numbers_of(page: NumbersPage) -> list[list[str]]:
    """The numbers of a page by rows. A column has one kind of numbers; of every fourth page, every cell has its own."""
    rng = Random(page.name + " numbers")
    kinds = [kind for kind in KINDS if page.face not in LATIN or kind not in CHINESE]
    columns = [rng.choice(kinds) for _ in range(COLUMNS)]
    mixed = rng.random() < 0.25
    return [[_fitting(rng.choice(kinds) if mixed else kind, rng) for kind in columns] for _ in range(ROWS)]


def _fitting(kind: Kind, rng: Random) -> str:
    """A number that has room in its cell: a Chinese character is an em wide, a figure little more than half of one."""
    texts = (kind(rng) for _ in count())
    return next(text for text in texts if sum(1.0 if ord(c) > 0x2E80 else 0.6 for c in text) < WIDEST)


def draw(page: NumbersPage, numbers: Sequence[Sequence[str]]) -> np.ndarray:
    """The page as its program would show it at its resolution: (height, width, 3) RGB."""
    row, label, column = page.size * 0.75, page.size * 2.9, page.size * 3.1
    width, height = 2 * MARGIN + label + COLUMNS * column, 2 * MARGIN + (ROWS + 1) * row
    pdf = FPDF(unit="mm", format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.add_page()
    for name, face in (("labels", TYPEFACES[0]), ("numbers", page.face)):
        pdf.add_font(name, fname=face.file, collection_font_number=face.index)
        pdf.fonts[name].ttfont.recalcBBoxes = False
    pdf.set_line_width(0.18)
    heads = ("项目", *(f"第{n}栏" for n in "一二三四五六"))
    for r, texts in enumerate([heads, *([LABELS[i], *line] for i, line in enumerate(numbers))]):
        for c, text in enumerate(texts):
            pdf.set_font("numbers" if r and c else "labels", size=page.size)
            pdf.set_xy(MARGIN + (label + (c - 1) * column if c else 0.0), MARGIN + r * row)
            pdf.cell(column if c else label, row, text, border=1, align="R" if r and c else "C")
    with pdfium.PdfDocument(bytes(pdf.output())) as document:
        shown = document[0].render(scale=page.dpi / 72, rev_byteorder=True).to_numpy()
        return np.ascontiguousarray(shown[:, :, :3])


def _amount(rng: Random) -> str:
    return f"{10 ** rng.uniform(2.5, 7.5):,.2f}"


def _plain_amount(rng: Random) -> str:
    return f"{10 ** rng.uniform(0, 5):.2f}"


def _thousands(rng: Random) -> str:
    return f"{int(10 ** rng.uniform(3, 7)):,}"


def _count(rng: Random) -> str:
    return str(int(10 ** rng.uniform(0, 4.5)))


def _digit(rng: Random) -> str:
    return str(rng.randrange(13))


def _decimal(rng: Random) -> str:
    return f"{rng.uniform(0, 60):.1f}"


def _three_decimals(rng: Random) -> str:
    return f"{10 ** rng.uniform(-1, 2):.3f}"


def _percent(rng: Random) -> str:
    return rng.choice(["100%", f"{rng.uniform(0, 100):.2f}%", f"{rng.uniform(50, 130):.1f}%", f"{rng.randrange(101)}%"])


def _signed(rng: Random) -> str:
    return rng.choice("-+") + rng.choice([_amount, _plain_amount, _count, _percent])(rng)


def _in_brackets(rng: Random) -> str:
    return f"({_amount(rng)})"


def _date(rng: Random) -> str:
    return f"20{rng.randrange(10, 26)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"


def _full_width(rng: Random) -> str:
    text = rng.choice([_plain_amount, _count, _thousands, _percent])(rng)
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def _target(rng: Random) -> str:
    return rng.choice("≥≤=") + rng.choice([_count, _percent, _decimal])(rng)


def _with_unit(rng: Random) -> str:
    return rng.choice([_amount, _count, _plain_amount])(rng) + rng.choice(UNITS)


CHINESE: tuple[Kind, ...] = (_full_width, _target, _with_unit)
"""Kinds with characters that Latin typefaces do not all have."""
KINDS: tuple[Kind, ...] = (
    *(_amount, _plain_amount, _thousands, _count, _digit, _decimal),
    *(_three_decimals, _percent, _signed, _in_brackets, _date),
    *CHINESE,
)


def _score(page: NumbersPage, printed: Sequence[Sequence[str]], grid: CellGrid | None) -> PageScore:
    cells = {} if grid is None else {(cell.row, cell.col): cell for cell in grid.cells}
    shape = (ROWS + 1, COLUMNS + 1)
    is_whole = grid is not None and (grid.rows, grid.columns) == shape
    flagged, misses = 0, []
    for (r, c), text in ((place, printed[place[0]][place[1]]) for place in np.ndindex(ROWS, COLUMNS)):
        cell: Cell | None = cells.get((r + 1, c + 1))
        sure = cell is not None and is_sure(cell)
        if cell is not None and is_whole and _folded(cell.text) == _folded(text):
            flagged += not sure
        else:
            misses.append(Miss(text, "no such cell" if cell is None else cell.text, sure))
    return PageScore(page, ROWS * COLUMNS, flagged, tuple(misses))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-").replace("−", "-").replace(" ", "")


def _line(page: NumbersPage, miss: Miss) -> str:
    return f"{'silent ' * miss.silent}{page.name}: {miss.printed} → {miss.read!r}"


def _tables(scores: Sequence[PageScore]) -> Iterator[list[str]]:
    """Sums for every way of scanning at every resolution, for every typeface, and for every size."""
    groups: tuple[tuple[str, Callable[[NumbersPage], str]], ...] = (
        ("scan", lambda page: f"{page.scan}, {page.dpi} dpi"),
        ("typeface", lambda page: page.face.name),
        ("size", lambda page: f"{page.size:g} pt"),
    )
    for title, group_of in groups:
        names = dict.fromkeys(group_of(score.page) for score in scores)
        rows = [_row(name, [score for score in scores if group_of(score.page) == name]) for name in names]
        yield markdown([(title, "numbers", "right", "silent", "flagged right"), *rows, _row("all", scores)])


def _row(name: str, scores: Sequence[PageScore]) -> tuple[str, ...]:
    numbers = sum(score.numbers for score in scores)
    misses = [miss for score in scores for miss in score.misses]
    flagged = sum(score.flagged for score in scores)
    silent = sum(miss.silent for miss in misses)
    return (name, str(numbers), f"{1 - len(misses) / numbers:.4f}", str(silent), f"{flagged / numbers:.2%}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dpi", type=int, choices=RESOLUTIONS, help="one resolution")
    parser.add_argument("--scan", choices=SCANS, help="one way of scanning")
    parser.add_argument("--misses", action="store_true", help="print every number that is not as printed")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="add the result to benchmarks/results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
