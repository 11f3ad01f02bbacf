"""Found grids against printed ones: exact cells, structure, tree edit distance, and where a reader's doubt falls."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from html import escape

from table_recognition_metric import TEDS
from tests.scans.typeset import GridCell, PageGrid

Place = tuple[int, int, int, int]
FULL_WIDTH = {full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F) if unicodedata.category(chr(full))[0] in "PS"}


@dataclass(frozen=True)
class FoundCell:
    """A cell as a reader found it. ``doubtful``: the reader would have a person look at it, or says it is obscured."""

    cell: GridCell
    doubtful: bool = False


FoundGrid = tuple[FoundCell, ...]


@dataclass(frozen=True)
class Score:
    """Counts over one or more pages; the two TEDS are sums over pages.

    ``placed`` are printed cells that were found at their place, ``whole`` pages with all of them and no others;
    ``misread`` are cells found at their place with another text, ``misplaced`` those found where none is printed,
    ``read`` those found exactly; ``uncrossed`` printed cells that no pen wrote in.
    """

    pages: int = 0
    cells: int = 0
    exact: int = 0
    exact_folded: int = 0
    placed: int = 0
    whole: int = 0
    teds: float = 0.0
    teds_structure: float = 0.0
    misread: int = 0
    misread_flagged: int = 0
    misplaced: int = 0
    misplaced_flagged: int = 0
    read_flagged: int = 0
    seconds: float = 0.0
    uncrossed: int = 0
    uncrossed_exact: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def best_grid(found: Sequence[FoundGrid], truth: PageGrid) -> FoundGrid:
    """Of the tables found on a page the one that agrees best with the printed one; none found: no cells."""
    places = {place(cell) for cell in truth.cells}
    return max(found, key=lambda grid: sum(place(item.cell) in places for item in grid), default=())


def score_page(
    found: FoundGrid,
    truth: PageGrid,
    seconds: float,
    structure_only: bool = False,
    crossed: frozenset[Place] = frozenset(),
) -> Score:
    """Hold the cells found against those printed. ``structure_only``: no text was read, score none.

    ``crossed``: the places of the printed cells that a pen wrote in.
    """
    at, printed = {place(item.cell): item for item in found}, {place(cell): cell for cell in truth.cells}
    pairs = [(cell, at[where]) for where, cell in printed.items() if where in at]
    cells = [item.cell for item in found]
    structure = Score(
        pages=1,
        cells=len(truth.cells),
        placed=len(pairs),
        whole=len(pairs) == len(truth.cells) == len(found),
        teds_structure=similarity(cells, truth.cells, structure_only=True),
        seconds=seconds,
    )
    if structure_only:
        return structure
    right = [item for cell, item in pairs if plain(cell.text) == plain(item.cell.text)]
    wrong = [item for cell, item in pairs if plain(cell.text) != plain(item.cell.text)]
    astray = [item for where, item in at.items() if where not in printed]
    uncrossed = [item for item in right if place(item.cell) not in crossed]
    return structure + Score(
        exact=len(right),
        exact_folded=sum(folded(cell.text) == folded(item.cell.text) for cell, item in pairs),
        teds=similarity(cells, truth.cells, structure_only=False),
        misread=len(wrong),
        misread_flagged=sum(item.doubtful for item in wrong),
        misplaced=len(astray),
        misplaced_flagged=sum(item.doubtful for item in astray),
        read_flagged=sum(item.doubtful for item in right),
        uncrossed=len(truth.cells) - len(crossed),
        uncrossed_exact=len(uncrossed),
    )


def misses(
    found: FoundGrid, truth: PageGrid, structure_only: bool = False, crossed: frozenset[Place] = frozenset()
) -> list[str]:
    """One line for every printed cell that was not found as it is."""
    at = {place(item.cell): item for item in found}
    lines = []
    for cell in truth.cells:
        item, where = at.get(place(cell)), f"row {cell.row} col {cell.col} ({cell.rowspan}x{cell.colspan})"
        where += ", crossed" if place(cell) in crossed else ""
        if item is None:
            lines.append(f"{where}: no such cell; {plain(cell.text)!r}")
        elif not structure_only and plain(cell.text) != plain(item.cell.text):
            doubt = " (flagged)" if item.doubtful else ""
            lines.append(f"{where}: wanted {plain(cell.text)!r}, got {plain(item.cell.text)!r}{doubt}")
    return lines


def plain(text: str) -> str:
    """Without white space, which line breaks leave behind, and else as it is."""
    return "".join(text.split())


def folded(text: str) -> str:
    """Also with full-width punctuation and signs as half-width: ：as :, （ as (, ％ as %."""
    return plain(text).translate(FULL_WIDTH)


def similarity(found: Iterable[GridCell], truth: Iterable[GridCell], structure_only: bool) -> float:
    """Tree-edit-distance-based similarity, 0 to 1 (Zhong et al., 2020)."""
    text: Callable[[str], str] = (lambda _: "") if structure_only else plain
    ours, theirs = _html(found, text), _html(truth, text)
    return 1.0 if ours == theirs else float(TEDS(structure_only=structure_only)(ours, theirs))


def _html(cells: Iterable[GridCell], text: Callable[[str], str]) -> str:
    rows: dict[int, list[str]] = {}
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.col)):
        spans = f' rowspan="{cell.rowspan}" colspan="{cell.colspan}"'
        rows.setdefault(cell.row, []).append(f"<td{spans}>{escape(text(cell.text))}</td>")
    lines = ("<tr>" + "".join(rows[row]) + "</tr>" for row in sorted(rows))
    return "<html><body><table>" + "".join(lines) + "</table></body></html>"


def place(cell: GridCell) -> Place:
    return cell.row, cell.col, cell.rowspan, cell.colspan
