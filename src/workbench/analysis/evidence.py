"""Shows findings and values with a crop of the scan that they come from, so that a reader can check them."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import pandas as pd
from PIL import Image

from workbench.analysis import html
from workbench.analysis.html import Html, TableColumn, TableRow, escape
from workbench.analysis.selection import Tables
from workbench.analysis.wording import is_missing, percent, text, whole
from workbench.dataset.citation import anchor_of
from workbench.dataset.crops import ValuePlace, crop_row, place_of_value
from workbench.dataset.dictionary import data_dictionary
from workbench.dataset.triage import consequential_first
from workbench.errors import InputError, StoreError
from workbench.findings import kind_of

CROP_WIDTH = 900
"""Greatest width of a crop in a report, in pixels; larger ones are scaled down."""

CROP_HEIGHT = 420
"""Greatest height of a crop in a report, in pixels; larger ones are scaled down."""

QUALITY = 45
"""WebP quality of the crops (0 to 100): print stays readable, and a row takes about 5 kB."""

MOST_BYTES = 900_000
"""Greatest size of all crops of one report together, in bytes (1.2 MB as text)."""

ON_PAPER = 6
"""Most pictures that a printed report has: the report on a form of two pages takes six sheets at most."""

CELL_COLUMNS = (
    TableColumn("page", "页", whole, "number"),
    TableColumn("table_no", "页上第几张表", whole, "number"),
    TableColumn("row", "行", whole, "number"),
    TableColumn("col", "列", whole, "number"),
    TableColumn("text", "文字", kind="wide"),
    TableColumn("confidence", "置信度", lambda value: percent(value, 2), "number"),
    TableColumn("state", "状态", kind="short"),
)
"""Columns of the table of cells that a value was read from."""


class PageImages(Protocol):
    """The source of page images: an opened dataset."""

    def page_image(self, form_id: str, page: int) -> tuple[Image.Image, float]:
        """Give the page as scanned, and how many of its pixels make one unit of the ``cells`` table.

        Raises:
            InputError: the scan is not there.
        """
        ...


def findings(tables: Tables, scans: PageImages | None = None) -> Html:
    """Show every finding by its cause, the most consequential first, each cause with a crop of a row where the scan can
    be opened.

    ``scans`` is the opened dataset. Without it, or where the originals are no longer in their place, the list has no
    pictures and says so.
    """
    rows = consequential_first(tables.findings.reset_index(drop=True))
    if rows.empty:
        return Html('<p class="wb-nothing">没有发现问题。</p>', "没有发现问题")
    anchors = _anchors(rows)
    rows = rows.assign(anchor=[anchors.get(index, "") for index in rows.index])
    first = rows.drop_duplicates("cause_id")
    crops = scan_crops(first, tables.cells, scans) if scans is not None else {}
    parts = [
        Html(f'<p class="wb-nothing">{escape(note)}</p>', note)
        for note in [_pictures_note(len(first), len(crops))]
        if note
    ]
    if len(crops) > ON_PAPER:
        note = f"纸上只附前 {ON_PAPER} 幅原件图片，其余见网页。"
        parts.append(Html(f'<p class="wb-nothing wb-paper">{note}</p>', note))
    on_paper = set(list(crops)[:ON_PAPER])
    by_cause = dict(list(rows.groupby("cause_id", sort=False)))
    for consequence, label in dictionary_of("findings", "consequence").items():
        causes = first[first["consequence"] == consequence]
        if len(causes):
            parts.append(html.heading(3, f"{label}（{len(causes)} 个原因）"))
            parts += [
                _card(row, crops.get(index), index in on_paper, by_cause[row["cause_id"]].iloc[1:])
                for index, row in causes.to_dict("index").items()
            ]
    return html.join(parts)


def dictionary_of(table: str, column: str) -> Mapping[str, str]:
    """The closed values of a column, each with its Chinese name."""
    return data_dictionary()[table].columns[column].values


def field_label(row: TableRow) -> str:
    """Name the field that a finding is about, such as ``指标 第 13 条 实际完成值``; empty where it names no table.

    Reads the row's table, record_no and field.
    """
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
    """Show where a value comes from: the cells that it was read from, their confidence, and a crop of the scan.

    Args:
        tables: the tables that hold the value.
        scans: the opened dataset.
        table: the value's table, such as ``indicators``.
        field: its column.
        form_id: its form; empty: the first form.
        record_no: its record; None for the fields of ``forms``.
    """
    form_id = form_id or str(next(iter(tables.forms["form_id"]), ""))
    asked: TableRow = {"table": table, "record_no": record_no, "field": field, "page": None, "found": None}
    of_form = tables.cells[tables.cells["form_id"] == form_id]
    of_record = of_form["record_no"].isna() if record_no is None else of_form["record_no"] == record_no
    rows = of_form[(of_form["table"] == table) & of_record & (of_form["field"] == field)]
    cells = html.table(rows, CELL_COLUMNS, nothing=f"{field_label(asked)}：没有对应的单元格")
    finding = pd.DataFrame([{"form_id": form_id, **asked}])
    crops = scan_crops(finding, of_form, scans) if len(rows) else {}
    return html.join([cells, *(_image(crop, "原件上的这一行") for crop in crops.values())])


def scan_crops(findings: pd.DataFrame, cells: pd.DataFrame, scans: PageImages) -> dict[Any, bytes]:
    """Crop the scan at each finding, as WebP, by the findings' index; each page is opened once.

    Left out are findings that point nowhere, scans that cannot be opened, and what goes beyond :data:`MOST_BYTES`,
    which the first findings take up first. ``findings`` needs form_id, table, record_no, field, page and found.
    """
    places = dict(_places(findings, cells))
    by_page: dict[tuple[str, int], list[Any]] = {}
    for index, place in places.items():
        by_page.setdefault((place.form_id, place.page), []).append(index)
    crops: dict[Any, bytes] = {}
    for (form_id, page), on_page in by_page.items():
        try:
            image, scale = scans.page_image(form_id, page)
        except (InputError, StoreError):
            continue  # the note above the list says that pictures are missing
        crops |= {index: _encoded(image, scale, places[index]) for index in on_page}
    kept, size = {}, 0
    for index in findings.index.intersection(list(crops), sort=False):
        size += len(crops[index])
        if size <= MOST_BYTES:
            kept[index] = crops[index]
    return kept


def _places(findings: pd.DataFrame, cells: pd.DataFrame) -> Iterator[tuple[Any, ValuePlace]]:
    """The place of each finding that points to a cell, by the finding's index."""
    by_form = dict(list(cells.groupby("form_id", sort=False)))
    for index, finding in findings.to_dict("index").items():
        of_form = by_form.get(finding["form_id"])
        if of_form is None:
            continue
        target = _cells_of(finding, of_form)
        if len(target):
            yield index, place_of_value(target, of_form)


def _cells_of(finding: TableRow, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells of a form that a finding is about.

    They are those of its field; else those of its record's name; else, if it names no table, the cell with the text
    that was found.
    """
    if is_missing(finding["table"]):
        is_known = not is_missing(finding["page"]) and not is_missing(finding["found"])
        alike = (cells["page"] == finding["page"]) & (cells["text"] == finding["found"])
        return cells[alike].head(1) if is_known else cells.head(0)
    number = finding["record_no"]
    of_record = cells["record_no"].isna() if is_missing(number) else cells["record_no"] == number
    record: pd.DataFrame = cells[(cells["table"] == finding["table"]) & of_record]
    for field in (finding["field"], "name", "goal", "funds"):
        chosen: pd.DataFrame = record[record["field"] == field]
        if not is_missing(field) and len(chosen):
            return chosen
    return record.head(0 if is_missing(number) else 1)


def _encoded(page: Image.Image, scale: float, place: ValuePlace) -> bytes:
    """The row of a value under its head, its cell framed, scaled down to the greatest size, as WebP."""
    crop, _ = crop_row(page, scale, place)
    crop.thumbnail((CROP_WIDTH, CROP_HEIGHT))
    buffer = io.BytesIO()
    crop.save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()


def _pictures_note(causes: int, pictures: int) -> str:
    """The sentence above the list: what the pictures show, and how many causes have none."""
    if not pictures:
        return "没有附原件图片：原件不是扫描件，已不在数据集记录的位置，或已不是当初读取的文件。"
    absent = causes - pictures
    note = "每个原因附原件上的一行（连同表头），橙红框内是所指的单元格。"
    return note + (f"另有 {absent} 个没有图：没有对应的单元格，或为控制篇幅而略去。" if absent else "")


def _anchors(findings: pd.DataFrame) -> dict[Any, str]:
    """The anchor of the value of each finding that is about one, by the findings' index; of several the first."""
    first = findings.dropna(subset=["form_id", "table", "field"]).drop_duplicates(
        ["form_id", "table", "record_no", "field"]
    )
    names = ("form_id", "table", "record_no", "field")
    return {
        index: anchor_of(*(None if is_missing(row[name]) else row[name] for name in names))
        for index, row in first.to_dict("index").items()
    }


def _card(row: TableRow, picture: bytes | None, on_paper: bool, others: pd.DataFrame) -> Html:
    """One cause: the place and code of a finding, its message, the values expected and found, its picture, and the
    other findings (``others``) with the same cause. ``on_paper``: the picture is printed, too.

    The ``anchor`` of each is the name of its value, by which citations lead here.
    """
    page = "" if is_missing(row["page"]) else f"第 {whole(row['page'])} 页"
    place = "　".join(part for part in (page, field_label(row)) if part)
    values = [
        f"<span>{label}<b>{escape(row[name])}</b></span>"
        for name, label in zip(("expected", "found"), kind_of(row["code"]).compares, strict=True)
        if not is_missing(row[name])
    ]
    place += f"　涉及 {whole(row['cause_values'])} 个值" if row["cause_values"] > 1 else ""
    place += "　已有人核对" if row["reviewed"] else ""
    lines = [f'<p class="wb-where">{escape(place)} <code>{escape(row["code"])}</code></p>']
    lines.append(f"<p>{escape(row['message'])}</p>")
    lines += [f'<p class="wb-values">{"".join(values)}</p>'] if values else []
    if picture:
        lines.append(_image(picture, f"原件{page}上的这一行", "" if on_paper else "wb-screen").markup)
    if len(others):
        named = zip(others["message"], others["anchor"], strict=True)
        listed = "".join(f"<li{_name(anchor)}>{escape(message)}</li>" for message, anchor in named)
        lines.append(f"<details><summary>同一原因另有 {len(others)} 处</summary><ul>{listed}</ul></details>")
    severity = escape(row["severity"])
    return Html(
        f'<article class="wb-finding wb-{severity}"{_name(row["anchor"])}>{"".join(lines)}</article>',
        text(row["message"]),
    )


def _name(anchor: str) -> str:
    return f' id="{escape(anchor)}"' if anchor else ""


def _image(picture: bytes, alt: str, role: str = "") -> Html:
    """A WebP picture inside the page, with its alt text; ``role`` is a class that says where it is shown."""
    source = base64.b64encode(picture).decode("ascii")
    div = f'<div class="{role}">' if role else "<div>"
    return Html(f'{div}<img src="data:image/webp;base64,{source}" alt="{escape(alt)}"></div>', alt)
