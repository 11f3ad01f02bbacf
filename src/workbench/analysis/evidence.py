"""Every finding with the piece of the scan that it is about, so that a reader can check the machine."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd
from PIL import Image, ImageDraw

from workbench.analysis import html
from workbench.analysis.html import Html, TableColumn, TableRow, escape
from workbench.analysis.selection import Tables
from workbench.analysis.summary import SEVERITIES
from workbench.analysis.wording import is_missing, percent, text, whole
from workbench.dataset.dictionary import data_dictionary
from workbench.errors import InputError

STRIP_WIDTH, STRIP_HEIGHT = 900, 320
"""Pixels at most of a piece of a scan in a report; larger ones are scaled down."""

QUALITY = 45
"""WebP quality of the pieces: print stays readable, and a row takes about 5 kB."""

MOST_BYTES = 900_000
"""Size at most of all pieces of one report together (1.2 MB as text); the most serious findings come first."""

MARGIN = 0.006
"""Paper shown around a row, as a share of the page's width."""

FRAME = (213, 94, 0)
"""Colour of the frame around the cell in question: the palette's red."""


CELL_COLUMNS = (
    TableColumn("page", "页", whole, "number"),
    TableColumn("table_no", "页上第几张表", whole, "number"),
    TableColumn("row", "行", whole, "number"),
    TableColumn("col", "列", whole, "number"),
    TableColumn("text", "文字", kind="wide"),
    TableColumn("confidence", "置信度", lambda value: percent(value, 2), "number"),
    TableColumn("state", "状态", kind="short"),
)


class PageImages(Protocol):
    """What the pieces are cut from: an opened dataset."""

    def page_image(self, form_id: str, page: int) -> tuple[Image.Image, float]:
        """The page as scanned, and how many of its pixels make one unit of the ``cells`` table."""
        ...


@dataclass(frozen=True, slots=True)
class ScanPlace:
    """Where on a form's page a finding points: the row to show and the cell to frame, in units of ``cells``."""

    form_id: str
    page: int
    row: tuple[float, float, float, float]
    cell: tuple[float, float, float, float]


def findings(tables: Tables, scans: PageImages | None = None) -> Html:
    """Every finding, the most serious first, each with its row of the scan where the scan can be had.

    ``scans`` is the opened dataset; without it, or where the originals are no longer in their place, there are
    no pictures, and the list says so.
    """
    rows = _most_serious_first(tables.findings)
    if rows.empty:
        return Html('<p class="wb-nothing">没有发现问题。</p>', "没有发现问题")
    shown = pieces_of_scans(rows, tables.cells, scans) if scans is not None else {}
    parts = [Html(f'<p class="wb-nothing">{escape(note)}</p>', note) for note in [_pictures_note(rows, shown)] if note]
    for severity, label in SEVERITIES.items():
        of_severity = rows[rows["severity"] == severity]
        if len(of_severity):
            parts.append(html.heading(3, f"{label}（{len(of_severity)} 项）"))
            parts += [_card(row, shown.get(at)) for at, row in of_severity.to_dict("index").items()]
    return html.join(parts)


def where(row: TableRow) -> str:
    """The place of a finding in words: 指标 第 13 条 实际完成值."""
    if is_missing(row["table"]):
        return ""
    table = data_dictionary().get(str(row["table"]))
    column = table.columns.get(str(row["field"])) if table else None
    parts = [table.title if table else str(row["table"])]
    parts += [] if is_missing(row["record_no"]) else [f"第 {whole(row['record_no'])} 条"]
    parts += [] if is_missing(row["field"]) else [column.title if column else str(row["field"])]
    return " ".join(parts)


def trace(
    tables: Tables, scans: PageImages, table: str, field: str, form_id: str = "", record_no: int | None = 1
) -> Html:
    """Where a value comes from: the cells that it was read from, how sure they are, and their piece of the scan.

    Without ``form_id`` the first form; ``record_no`` is None for the fields of ``forms``.
    """
    form_id = form_id or str(next(iter(tables.forms["form_id"]), ""))
    asked: TableRow = {"table": table, "record_no": record_no, "field": field, "page": None, "found": None}
    of_form = tables.cells[tables.cells["form_id"] == form_id]
    of_record = of_form["record_no"].isna() if record_no is None else of_form["record_no"] == record_no
    rows = of_form[(of_form["table"] == table) & of_record & (of_form["field"] == field)]
    listed = html.table(rows, CELL_COLUMNS, nothing=f"{where(asked)}：没有对应的单元格")
    finding = pd.DataFrame([{"form_id": form_id, **asked}])
    shown = pieces_of_scans(finding, of_form, scans) if len(rows) else {}
    return html.join([listed, *(_image(picture, "原件上的这一行") for picture in shown.values())])


def pieces_of_scans(rows: pd.DataFrame, cells: pd.DataFrame, scans: PageImages) -> dict[Any, bytes]:
    """The pieces for the findings, as WebP, by their index; each page of a scan is read once.

    Findings without a place, scans that cannot be had, and what goes beyond :data:`MOST_BYTES` are left out.
    """
    places = dict(_places(rows, cells))
    by_page: dict[tuple[str, int], list[Any]] = {}
    for at, place in places.items():
        by_page.setdefault((place.form_id, place.page), []).append(at)
    cut: dict[Any, bytes] = {}
    for (form_id, page), findings_there in by_page.items():
        try:
            image, scale = scans.page_image(form_id, page)
        except InputError:
            continue  # said above the list: pictures are missing
        cut |= {at: _strip(image, scale, places[at]) for at in findings_there}
    kept, size = {}, 0
    for at in rows.index.intersection(list(cut), sort=False):
        size += len(cut[at])
        if size <= MOST_BYTES:
            kept[at] = cut[at]
    return kept


def _most_serious_first(found: pd.DataFrame) -> pd.DataFrame:
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    return found.reset_index(drop=True).sort_values("severity", key=lambda column: column.map(order), kind="stable")


def _places(rows: pd.DataFrame, cells: pd.DataFrame) -> Iterator[tuple[Any, ScanPlace]]:
    by_form = dict(list(cells.groupby("form_id", sort=False)))
    for at, row in rows.to_dict("index").items():
        of_form = by_form.get(row["form_id"])
        target = None if of_form is None else _cell_of(row, of_form)
        if of_form is not None and target is not None and len(target):
            yield at, _place(of_form, target)


def _cell_of(row: TableRow, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells that a finding is about: its field's, else its record's name, else the cell with the text found."""
    if is_missing(row["table"]):
        known = not is_missing(row["page"]) and not is_missing(row["found"])
        alike = (cells["page"] == row["page"]) & (cells["text"] == row["found"])
        return cells[alike].head(1) if known else cells.head(0)
    of_record = cells["record_no"].isna() if is_missing(row["record_no"]) else cells["record_no"] == row["record_no"]
    record: pd.DataFrame = cells[(cells["table"] == row["table"]) & of_record]
    for field in (row["field"], "name", "goal", "funds"):
        chosen: pd.DataFrame = record[record["field"] == field]
        if not is_missing(field) and len(chosen):
            return chosen
    return record.head(0 if is_missing(row["record_no"]) else 1)


def _place(cells: pd.DataFrame, target: pd.DataFrame) -> ScanPlace:
    """The row around the target: the cells of its table that begin and end with it, whichever way the page lies."""
    first = target.iloc[0]
    on_page = target[target["page"] == first["page"]]
    beside = cells[
        (cells["page"] == first["page"])
        & (cells["table_no"] == first["table_no"])
        & (cells["row"] == first["row"])
        & (cells["rowspan"] == first["rowspan"])
    ]
    return ScanPlace(str(first["form_id"]), int(first["page"]), _box(pd.concat([beside, on_page])), _box(on_page))


def _box(cells: pd.DataFrame) -> tuple[float, float, float, float]:
    low, high = cells[["x0", "y0"]].min(), cells[["x1", "y1"]].max()
    return float(low["x0"]), float(low["y0"]), float(high["x1"]), float(high["y1"])


def _strip(page: Image.Image, scale: float, place: ScanPlace) -> bytes:
    """The row cut out of its page, its cell framed, scaled down, as WebP."""
    margin = MARGIN * page.width
    x0, y0, x1, y1 = (edge * scale for edge in place.row)
    corner = (max(0, round(x0 - margin)), max(0, round(y0 - margin)))
    strip = page.convert("RGB").crop(
        (*corner, min(page.width, round(x1 + margin)), min(page.height, round(y1 + margin)))
    )
    left, top, right, bottom = (round(edge * scale) for edge in place.cell)
    frame = (left - corner[0] - 2, top - corner[1] - 2, right - corner[0] + 2, bottom - corner[1] + 2)
    ImageDraw.Draw(strip).rectangle(frame, outline=FRAME, width=max(2, round(page.width / 400)))
    strip.thumbnail((STRIP_WIDTH, STRIP_HEIGHT))
    buffer = io.BytesIO()
    strip.save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()


def _pictures_note(rows: pd.DataFrame, shown: Mapping[Any, bytes]) -> str:
    if not shown:
        return "没有附原件图片：原件不是扫描件，或已不在数据集记录的位置。"
    absent = len(rows) - len(shown)
    note = "每项附原件上的那一行，橙红框内是所指的单元格。"
    return note + (f"另有 {absent} 项没有图：没有对应的单元格，或为控制篇幅而略去。" if absent else "")


def _card(row: TableRow, picture: bytes | None) -> Html:
    page = "" if is_missing(row["page"]) else f"第 {whole(row['page'])} 页"
    place = "　".join(part for part in (page, where(row)) if part)
    values = [
        f"<span>{label}<b>{escape(row[name])}</b></span>"
        for name, label in (("expected", "应为"), ("found", "表中"))
        if not is_missing(row[name])
    ]
    place += "　已有人核对" if row["reviewed"] else ""
    lines = [f'<p class="wb-where">{escape(place)} <code>{escape(row["code"])}</code></p>']
    lines.append(f"<p>{escape(row['message'])}</p>")
    lines += [f'<p class="wb-values">{"".join(values)}</p>'] if values else []
    if picture:
        lines.append(_image(picture, f"原件{page}上的这一行").markup)
    severity = escape(row["severity"])
    return Html(f'<article class="wb-finding wb-{severity}">{"".join(lines)}</article>', text(row["message"]))


def _image(picture: bytes, alt: str) -> Html:
    source = base64.b64encode(picture).decode("ascii")
    return Html(f'<div><img src="data:image/webp;base64,{source}" alt="{escape(alt)}"></div>', alt)
