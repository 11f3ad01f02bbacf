"""Sheets: tables as a notebook shows them, each cell with its excerpt of the scan.

They are static HTML without scripts, and every text is escaped. Each page is embedded once, small and grey, as the
background of all its excerpts.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.settings import REVIEW_THRESHOLD
from workbench.visible import UNTYPESET, as_html

if TYPE_CHECKING:
    import PIL.Image

    from workbench.model import Cell, PageContent

PAGE_WIDTH = 1000
"""Width of an embedded page, pixels: print of 10 points is legible, and a page takes about 80 kB."""

QUALITY = 35
"""WebP quality of an embedded page, 0 to 100."""

_STYLE = """<style>
.wb-show{font-size:13px;line-height:1.5;max-width:100%}
.wb-show h4{margin:.2em 0 .1em;font-size:1.15em}.wb-show p{margin:.2em 0;opacity:.8}
.wb-show table{border-collapse:collapse;margin:.6em 0;font-size:12px;width:auto}
.wb-show td,.wb-show th{border:1px solid color-mix(in srgb,currentColor 35%,transparent);padding:3px 7px;
text-align:left;vertical-align:middle;white-space:normal;max-width:26em;overflow-wrap:anywhere;background:none}
.wb-show .wb-sheet td{position:relative}
.wb-show .wb-label{font-weight:600;background:color-mix(in srgb,currentColor 7%,transparent)}
.wb-show .wb-doubt{background:color-mix(in srgb,#f4a300 24%,transparent)}
.wb-show .wb-changed{background:color-mix(in srgb,#1976d2 18%,transparent)}
.wb-show td>i{display:none;position:absolute;z-index:9;left:0;top:100%;border:2px solid #1976d2;border-radius:3px;
background-color:#fff;background-repeat:no-repeat;box-shadow:0 3px 14px #0006;pointer-events:none}
.wb-show td:hover{outline:2px solid #1976d2;outline-offset:-2px}.wb-show td:hover>i{display:block}
.wb-show .wb-error{color:#c62828;font-weight:600}.wb-show .wb-warning{color:#b26a00;font-weight:600}
.wb-show .wb-number{text-align:right;font-variant-numeric:tabular-nums}
.wb-show summary{cursor:pointer}
</style>"""


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell of a table as it is shown.

    Attributes:
        row, col: its place in the table, from 0.
        rowspan, colspan: how many rows and columns it covers.
        text: what stands in it.
        look: name of its style: ``label``, ``doubt`` or ``changed``; empty for none.
        title: what the browser shows while the pointer is on it.
        box: its bounding box (x0, y0, x1, y1) in pixels of the embedded page; None for a cell without an excerpt.
    """

    row: int
    col: int
    rowspan: int
    colspan: int
    text: str
    look: str = ""
    title: str = ""
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedPage:
    """A page as WebP; ``scale`` is how many of its pixels make one unit of the cells' coordinates."""

    webp: bytes
    scale: float


def embed(page: PIL.Image.Image, pixels_per_unit: float) -> EmbeddedPage:
    """Make a page small enough to be part of a notebook.

    Args:
        page: the page's picture.
        pixels_per_unit: pixels of the picture that make one unit of the cells' coordinates.
    """
    share = min(1.0, PAGE_WIDTH / page.width)
    small = page.convert("L").resize(
        (max(1, round(page.width * share)), max(1, round(page.height * share))), reducing_gap=1.5
    )
    buffer = io.BytesIO()
    # The slower methods save a third of the bytes, and take four times as long.
    small.save(buffer, "WEBP", quality=QUALITY, method=1)
    return EmbeddedPage(buffer.getvalue(), pixels_per_unit * share)


def shown(body: str, pages: Mapping[str, EmbeddedPage] | None = None) -> str:
    """HTML for a notebook to show: the style, the embedded pages, and ``body``.

    ``pages`` are by the class of the elements that have the page as their background.
    """
    backgrounds = "".join(
        f".wb-show .{name}{{background-image:url(data:image/webp;base64,{base64.b64encode(page.webp).decode()})}}\n"
        for name, page in (pages or {}).items()
    )
    pictures = f"<style>{backgrounds}</style>" if backgrounds else ""
    return f'{_STYLE}{pictures}<div class="wb-show {UNTYPESET}">{body}</div>'


def sheet(cells: Iterable[SheetCell], page_class: str = "") -> str:
    """A table as HTML, with merged cells; places that no cell covers stay blank, and overlapping cells are left out.

    ``page_class`` is the class of excerpts of the embedded page; empty where no page is embedded.
    """
    placed = sorted(cells, key=lambda cell: (cell.row, cell.col))
    covered: set[tuple[int, int]] = set()
    by_row: dict[int, list[SheetCell]] = {}
    for cell in placed:
        area = {(r, c) for r in covered_by(cell.row, cell.rowspan) for c in covered_by(cell.col, cell.colspan)}
        if not area & covered:
            covered |= area
            by_row.setdefault(cell.row, []).append(cell)
    rows = sorted({row for row, _ in covered})
    columns = range(max((col for _, col in covered), default=-1) + 1)
    for row in rows:
        gaps = [SheetCell(row, col, 1, 1, "") for col in columns if (row, col) not in covered]
        by_row[row] = sorted([*by_row.get(row, []), *gaps], key=lambda cell: cell.col)
    body = "".join(f"<tr>{''.join(_cell(cell, page_class) for cell in by_row[row])}</tr>" for row in rows)
    return f'<table class="wb-sheet">{body}</table>'


def covered_by(start: int, length: int) -> range:
    """The rows (or columns) that a cell covers from ``start`` on; at least one."""
    return range(start, start + max(1, length))


def _cell(cell: SheetCell, page_class: str) -> str:
    """A cell as HTML, with its excerpt of the embedded page."""
    attributes = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    attributes += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    attributes += f' class="wb-{cell.look}"' if cell.look else ""
    attributes += f' title="{as_html(cell.title)}"' if cell.title else ""
    return f"<td{attributes}>{as_html(cell.text)}{_excerpt(cell, page_class)}</td>"


def _excerpt(cell: SheetCell, page_class: str) -> str:
    """An element that shows the cell's excerpt of the embedded page; empty where it has none."""
    if cell.box is None or not page_class:
        return ""
    x0, y0, x1, y1 = (round(edge) for edge in cell.box)
    place = f"width:{x1 - x0}px;height:{y1 - y0}px;background-position:{-x0}px {-y0}px"
    return f'<i class="{page_class}" style="{place}"></i>'


def page_html(content: PageContent, page: PIL.Image.Image | None) -> str:
    """The tables of a page as they were read, as HTML; with the page's picture, each cell with its excerpt of it."""
    name = f"wb-p{content.number}"
    embedded = embed(page, 1.0) if page is not None else None
    parts = [f"<p>第 {content.number} 页，{len(content.grids)} 个表格</p>"]
    for grid in content.grids:
        parts.append(sheet((_read_cell(cell, embedded) for cell in grid.cells), name if embedded else ""))
    return shown("".join(parts), {name: embedded} if embedded else None)


def _read_cell(cell: Cell, page: EmbeddedPage | None) -> SheetCell:
    """A cell as it was read, with its confidence as the title."""
    box = None
    if page is not None and cell.text:
        x0, y0, x1, y1 = (edge * page.scale for edge in cell.box)
        box = (x0, y0, x1, y1)
    doubtful = is_doubtful(cell)
    title = f"把握 {cell.confidence.overall:.2f}" if cell.text else ""
    title += f"，另读作“{cell.other_text}”" if cell.other_text is not None else ""
    return SheetCell(
        cell.row, cell.col, cell.rowspan, cell.colspan, cell.text, "doubt" if doubtful else "", title, box
    )  # fmt: skip


def is_doubtful(cell: Cell) -> bool:
    """Whether a cell is highlighted for a person to look at: it was not read, or with little confidence."""
    return cell.state in ("unread", "obscured") or (cell.state == "text" and cell.confidence.overall < REVIEW_THRESHOLD)
