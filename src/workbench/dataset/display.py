"""How a dataset and its forms show themselves in a notebook: static HTML, every text escaped, no script.

A form looks like the form; where its scan can be had, pointing at a value shows the piece of the scan that it was
read from. Each page is embedded once, small and grey, as the background of all its pieces.
"""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.checks.wording import field_name
from workbench.dataset.schemas import rows_of
from workbench.visible import UNTYPESET, as_html

if TYPE_CHECKING:
    import PIL.Image

    from workbench.dataset.store import Dataset, FormTables
    from workbench.model import Cell, PageContent

PAGE_WIDTH = 1000
"""Width of an embedded page, pixels: print of 10 points is legible, and a page takes about 80 kB."""

QUALITY = 35
"""WebP quality of an embedded page."""

MOST_BYTES = 2_000_000
"""All embedded pages of one form together; pages beyond that show their text only."""

DOUBTFUL = 0.8
"""Cells below this confidence are marked."""

FORMS_LISTED = 20

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
    """One cell of a table as it is shown. ``box`` is its outline in pixels of the page that is embedded."""

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
    """A page as WebP, and how many of its pixels make one unit of the cells' coordinates."""

    webp: bytes
    scale: float


def embed(page: PIL.Image.Image, pixels_per_unit: float) -> EmbeddedPage:
    """A page small enough to be part of a notebook."""
    share = min(1.0, PAGE_WIDTH / page.width)
    small = page.convert("L").resize(
        (max(1, round(page.width * share)), max(1, round(page.height * share))), reducing_gap=1.5
    )
    buffer = io.BytesIO()
    small.save(
        buffer, "WEBP", quality=QUALITY, method=1
    )  # the slower methods save a third of the bytes for four times the time
    return EmbeddedPage(buffer.getvalue(), pixels_per_unit * share)


def shown(body: str, pages: Mapping[str, EmbeddedPage] | None = None) -> str:
    """A display: the style, the embedded pages by the class of their pieces, the body."""
    backgrounds = "".join(
        f".wb-show .{name}{{background-image:url(data:image/webp;base64,{base64.b64encode(page.webp).decode()})}}\n"
        for name, page in (pages or {}).items()
    )
    pictures = f"<style>{backgrounds}</style>" if backgrounds else ""
    return f'{_STYLE}{pictures}<div class="wb-show {UNTYPESET}">{body}</div>'


def sheet(cells: Iterable[SheetCell], page_class: str = "") -> str:
    """A table with its spans; places that no cell covers are left blank."""
    placed = sorted(cells, key=lambda cell: (cell.row, cell.col))
    covered: set[tuple[int, int]] = set()
    by_row: dict[int, list[SheetCell]] = {}
    for cell in placed:
        area = {(r, c) for r in _span(cell.row, cell.rowspan) for c in _span(cell.col, cell.colspan)}
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


def _span(start: int, length: int) -> range:
    return range(start, start + max(1, length))


def _cell(cell: SheetCell, page_class: str) -> str:
    attributes = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    attributes += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    attributes += f' class="wb-{cell.look}"' if cell.look else ""
    attributes += f' title="{as_html(cell.title)}"' if cell.title else ""
    return f"<td{attributes}>{as_html(cell.text)}{_piece(cell, page_class)}</td>"


def _piece(cell: SheetCell, page_class: str) -> str:
    if cell.box is None or not page_class:
        return ""
    x0, y0, x1, y1 = (round(edge) for edge in cell.box)
    place = f"width:{x1 - x0}px;height:{y1 - y0}px;background-position:{-x0}px {-y0}px"
    return f'<i class="{page_class}" style="{place}"></i>'


def page_html(content: PageContent, page: PIL.Image.Image | None) -> str:
    """The tables of a page as they were read; with the page's picture, each cell with its piece of it."""
    name = f"wb-p{content.number}"
    embedded = embed(page, 1.0) if page is not None else None
    parts = [f"<p>第 {content.number} 页，{len(content.grids)} 个表格</p>"]
    for grid in content.grids:
        parts.append(sheet((_read_cell(cell, embedded) for cell in grid.cells), name if embedded else ""))
    return shown("".join(parts), {name: embedded} if embedded else None)


def _read_cell(cell: Cell, page: EmbeddedPage | None) -> SheetCell:
    box = None
    if page is not None and cell.text:
        x0, y0, x1, y1 = (edge * page.scale for edge in cell.box)
        box = (x0, y0, x1, y1)
    doubtful = is_doubtful(cell)
    title = f"把握 {cell.confidence.overall:.2f}" if cell.text else ""
    return SheetCell(
        cell.row, cell.col, cell.rowspan, cell.colspan, cell.text, "doubt" if doubtful else "", title, box
    )  # fmt: skip


def is_doubtful(cell: Cell) -> bool:
    """Whether a cell is marked for a person to look at."""
    return cell.state in ("unread", "obscured") or (cell.state == "text" and cell.confidence.overall < DOUBTFUL)


# --- a form


def form_html(form: FormTables) -> str:
    """A form as the form: its tables page by page, its findings above them."""
    facts = {name: _text(value) for name, value in next(rows_of(form["forms"])).items()}
    names = [facts[name] for name in ("department", "project") if facts[name]]
    year = [f"{facts['year']} 年"] if facts["year"] else []
    parts = [f"<h4>{as_html(facts['title'] or '（无标题）')}</h4>", f"<p>{as_html(' · '.join([*names, *year]))}</p>"]
    parts.append(findings_html(form["findings"]))
    pages, note = _embedded(form)
    looks = _looks(form)
    tables: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(form["cells"]):
        tables[row["page"], row["table_no"]].append(row)
    for (number, _), rows in sorted(tables.items()):
        name = _page_class(form.form_id, number)
        embedded = pages.get(name)
        cells = [_sheet_cell(row, looks, embedded) for row in rows]
        parts.append(f"<p>第 {number} 页</p>{sheet(_of_form(cells), name if embedded else '')}")
    parts.append(f"<p>{as_html(note)}</p>" if note else "")
    return shown("".join(parts), pages)


def findings_html(findings: pd.DataFrame) -> str:
    """The findings of a form, folded up where there are only remarks."""
    if findings.empty:
        return "<p>没有发现问题</p>"
    names = {"error": "错误", "warning": "警告", "info": "提示"}
    counts = findings["severity"].value_counts()
    summary = "，".join(f"{label} {counts[name]}" for name, label in names.items() if name in counts)
    ordered = findings.assign(rank=findings["severity"].map(list(names).index)).sort_values("rank", kind="stable")
    items = "".join(
        f'<li><span class="wb-{row["severity"]}">{names[row["severity"]]}</span> {as_html(row["message"])}</li>'
        for row in rows_of(ordered)
    )
    unfolded = " open" if "error" in counts else ""
    return f"<details{unfolded}><summary>{summary}</summary><ul>{items}</ul></details>"


def _embedded(form: FormTables) -> tuple[dict[str, EmbeddedPage], str]:
    """The form's pages as far as they can be had and are not too much, and what is to be said about the others."""
    from workbench.errors import WorkbenchError

    pages: dict[str, EmbeddedPage] = {}
    size = 0
    for number in sorted(set(form["cells"]["page"].astype(int))):
        try:
            page = embed(*form.dataset.page_image(form.form_id, number))
        except WorkbenchError:
            return pages, "扫描件不在原处或没有页面图像，只显示文字。"
        size += len(page.webp)
        if size > MOST_BYTES:
            return pages, f"第 {number} 页起只显示文字：图像过多。"
        pages[_page_class(form.form_id, number)] = page
    return pages, "指向一个值，即见扫描件上的那一格。" if pages else ""


def _page_class(form_id: str, page: int) -> str:
    return f"wb-{''.join(c for c in form_id if c.isalnum())}-{page}"


def _looks(form: FormTables) -> dict[tuple[Any, ...], tuple[str, str]]:
    """How fields look that findings are about: (table, record, field) → class and words."""
    looks = {
        (row["table"], row["record_no"], row["field"]): ("doubt", row["message"])
        for row in rows_of(form["findings"])
        if row["severity"] != "info" and row["field"]
    }
    for row in rows_of(form["fields"]):
        if row["status"] in ("corrected", "stale"):
            about = (row["table"], row["record_no"], row["field"])
            looks[about] = ("changed", f"更正为“{row['text']}”，机器读作“{row['machine_text'] or ''}”")
    return looks


def _sheet_cell(
    row: Mapping[str, Any], looks: Mapping[tuple[Any, ...], tuple[str, str]], page: EmbeddedPage | None
) -> SheetCell:
    key = (row["table"], row["record_no"], row["field"])
    is_label = row["field"] == "label"
    name = field_name(row["field"]) if row["field"] and not is_label else ""
    look, title = looks.get(key, ("label" if is_label else "", name))
    box = None
    if page is not None and row["text"]:
        x0, y0, x1, y1 = (float(row[edge]) * page.scale for edge in ("x0", "y0", "x1", "y1"))
        box = (x0, y0, x1, y1)
    place = {part: row[part] for part in ("row", "col", "rowspan", "colspan", "text")}
    return SheetCell(**place, look=look, title=title, box=box)


def _of_form(cells: Sequence[SheetCell]) -> list[SheetCell]:
    """The cells in rows that show something of this form: a table on its page may go on with another form."""
    rows = {row for cell in cells if cell.text for row in _span(cell.row, cell.rowspan)}
    return [cell for cell in cells if rows & set(_span(cell.row, cell.rowspan))]


# --- a dataset


def dataset_html(dataset: Dataset) -> str:
    """What a dataset holds: its tables with their rows, its forms, its findings by severity."""
    rows = dataset.info["rows"]
    counts = "".join(
        f"<tr><td>ds.{as_html(name)}</td><td class='wb-number'>{int(rows[name])}</td></tr>" for name in rows
    )
    forms = dataset.forms.head(FORMS_LISTED)
    labels = ("表", "部门", "项目", "年度", "总得分", "待复核")
    columns = dict(zip(("form_id", "department", "project", "year", "total_score", "review"), labels, strict=True))
    head = "".join(f"<th>{label}</th>" for label in columns.values())
    body = "".join(
        "<tr>" + "".join(f"<td>{as_html(_text(row[name]))}</td>" for name in columns) + "</tr>"
        for row in rows_of(forms)
    )
    more = len(dataset.forms) - len(forms)
    tail = f"<p>另有 {more} 份表，见 ds.forms</p>" if more > 0 else ""
    severities = dataset.findings["severity"].value_counts()
    found = "，".join(
        f"{label} {severities.get(name, 0)}"
        for name, label in (("error", "错误"), ("warning", "警告"), ("info", "提示"))
    )
    built = as_html(_text(dataset.info.get("built")))
    title = f"<h4>数据集 {as_html(str(dataset.folder))}</h4><p>建于 {built}；{found}</p>"
    return shown(f"{title}<table><tr>{head}</tr>{body}</table>{tail}<table>{counts}</table>")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else ""
    return f"{value:g}" if isinstance(value, float) else str(value)
