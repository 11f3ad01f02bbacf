"""What of a workbook goes to openpyxl: its cells with content, its merged cells and its number formats.

openpyxl makes an object of every formatted cell and of every cell of a merged range, a million rows of them included.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import range_boundaries

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.limits import require_cells, require_pages
from workbench.readers.number_format import CHINESE_FORMATS, LONGEST_CODE
from workbench.readers.office import Parts, local_name, main_part, parse, read_parts, related_parts, require_no_entities
from workbench.readers.xlsx_looks import (
    CHANGES_DAILY,
    Area,
    SheetLooks,
    areas,
    around,
    conditional_areas,
    drawn_areas,
    drawn_in_cells,
    legacy_areas,
)
from workbench.settings import Settings

KINDS = ("worksheet", "sharedStrings", "styles")
"""Parts of a workbook that are read, by their relation to it."""

DRAWINGS = ("drawing", "vmlDrawing")

KEPT_OF_SHEET = frozenset({"sheetFormatPr", "cols", "sheetData", "mergeCells"})

UNKNOWN_FORMAT = "[unknown]"

NO_VALUE = "#NO-VALUE"
"""Stands in for the result of a formula that was never calculated."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The parts of a workbook for openpyxl, and by the names of its sheets the looks that it does not read."""

    parts: Parts
    looks: Mapping[str, SheetLooks]


def read_workbook(path: Path, settings: Settings) -> Workbook:
    """The parts of a workbook that hold what its sheets show.

    Raises:
        InputError: ``encrypted``, ``unreadable``, or ``too-large`` for a sheet of more than ``max_cells`` cells.
    """
    links = read_parts(path, lambda name: name.endswith(".rels"), settings)
    main = main_part(path, links)
    kinds = {name: kind for name, kind in related_parts(path, links, main).items() if kind in KINDS}
    folder, _, base = main.rpartition("/")
    kept = {"[Content_Types].xml", "_rels/.rels", main, f"{folder}/_rels/{base}.rels", *kinds}
    parts = read_parts(path, kept.__contains__, settings)
    lost = [name for name in (main, *kinds) if name not in parts]
    if lost or "worksheet" not in kinds.values():
        message = Phrase(
            "the workbook is damaged, it lacks {lost}; is it another kind of file?",
            lost=", ".join(lost) or Phrase("its sheets"),
        )
        raise InputError("unreadable", path, message)
    parts[main], titles, is_recomputed = _workbook(path, parts[main], settings)
    links_of = {link.get("Id"): target for target, link in _links(path, links, main)}
    names = {links_of[link]: title for link, title in titles.items() if link in links_of}
    styles = [e for name, kind in kinds.items() if kind == "styles" for e in _changing_styles(path, parts[name])]
    found = 0
    looks = {}
    for name, kind in kinds.items():
        if kind == "worksheet":
            sheet, found = _sheet(path, parts[name], found, is_recomputed, settings)
            drawn = {part: link for part, link in related_parts(path, links, name).items() if link in DRAWINGS}
            drawings = read_parts(path, drawn.__contains__, settings) if drawn else {}
            covered = [
                area
                for part, drawing in drawings.items()
                for area in (drawn_areas(parse(path, drawing)) if drawn[part] == "drawing" else legacy_areas(drawing))
            ]
            looks[names.get(name, "")] = _looks(sheet, covered, styles, is_recomputed)
            for child in [child for child in sheet if local_name(child) not in KEPT_OF_SHEET]:
                sheet.remove(child)
            parts[name] = bytes(etree.tostring(sheet))
        elif kind == "styles":
            parts[name] = _styles(path, parts[name])
    return Workbook(parts, looks)


def _links(path: Path, links: Mapping[str, bytes], main: str) -> Iterator[tuple[str, Any]]:
    """The parts that the main part refers to, with the elements that say so."""
    folder, _, base = main.rpartition("/")
    content = links.get(f"{folder}/_rels/{base}.rels".removeprefix("/"))
    for link in parse(path, content) if content else ():
        yield posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).removeprefix("/"), link


def _changing_styles(path: Path, content: bytes) -> list[Any]:
    """The styles that conditional formats name by their place."""
    return [style for styles in parse(path, content).iter("{*}dxfs") for style in styles]


def _looks(sheet: Any, covered: Sequence[Area], styles: Sequence[Any], is_recomputed: bool) -> SheetLooks:
    """What decides how the cells of a sheet look, from the sheet's XML as it came."""
    view = {key: text for e in sheet.iter("{*}sheetView") for key, text in e.items()}
    formulas = [(cell.get("r", ""), e) for cell in sheet.iter("{*}c") for e in cell if local_name(e) == "f"]
    shows_formulas = view.get("showFormulas") in ("1", "true")
    daily = [(at, e) for at, e in formulas if shows_formulas or CHANGES_DAILY.search(e.text or "")]
    copied = [area for _, e in daily if e.get("ref") for area in areas(e.get("ref"))]
    return SheetLooks(
        doubted=around([*covered, *copied, *drawn_in_cells(sheet), *conditional_areas(sheet, styles)]),
        doubted_cells=frozenset(at for at, _ in daily),
        computed=frozenset(at for at, _ in formulas) if is_recomputed else frozenset(),
        shows_zeros=view.get("showZeros") not in ("0", "false"),
    )


def _sheet(path: Path, content: bytes, found: int, is_recomputed: bool, settings: Settings) -> tuple[Any, int]:
    """A sheet with nothing but cells that hold something, and how many cells were found up to its end.

    Read row by row: most of it is thrown away at once.
    """
    rows = etree.iterparse(io.BytesIO(content), tag="{*}row", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        for _, row in rows:
            row[:] = [cell for cell in row if len(cell) and _keep(path, cell, is_recomputed)]
            found += len(row)
            require_cells(path, found, settings)
            before = row.getprevious()
            if before is not None and not len(before):
                row.getparent().remove(before)
    except etree.XMLSyntaxError as error:
        raise InputError(
            "unreadable", path, Phrase("the workbook is damaged; open it in Excel or WPS and save it again")
        ) from error
    require_no_entities(path, rows.root)
    for merged in rows.root.iter("{*}mergeCell"):
        first_col, first_row, last_col, last_row = range_boundaries(merged.get("ref", ""))
        found += ((last_col or 0) - (first_col or 0) + 1) * ((last_row or 0) - (first_row or 0) + 1)
        require_cells(path, found, settings)
    return rows.root, found


def _keep(path: Path, cell: Any, is_recomputed: bool) -> bool:
    """Whether a cell holds something; a formula without its result gets a word that says so.

    Programs that cannot compute write 0 for every result, and ask for all to be computed anew.
    """
    formula, value, text = (next((e for e in cell if local_name(e) == name), None) for name in ("f", "v", "is"))
    result = (value.text or "").strip() if value is not None else ""
    has_result = bool(result) and not (is_recomputed and result == "0")
    if formula is not None and cell.get("t") != "str" and not has_result:
        cell.set("t", "e")
        value = value if value is not None else etree.SubElement(cell, cell.tag[:-1] + "v")
        value.text = NO_VALUE
    if cell.get("t") == "s" and value is not None and not (value.text or "0").strip().isdecimal():
        raise InputError(
            "unreadable", path, Phrase("the workbook is damaged, a cell names a text that there cannot be")
        )
    return (value is not None and bool(value.text)) or text is not None


def _styles(path: Path, content: bytes) -> bytes:
    """Style sheet in which the formats that programs know by number are spelled out as those in Chinese have them."""
    root = parse(path, content)
    formats = next((child for child in root if local_name(child) == "numFmts"), None)
    namespace = root.tag[: root.tag.rindex("}") + 1] if "}" in root.tag else ""
    if formats is None:
        formats = etree.Element(namespace + "numFmts")
        root.insert(0, formats)
    for child in root.iter("{*}numFmt"):
        if len(child.get("formatCode", "")) > LONGEST_CODE:
            child.set("formatCode", UNKNOWN_FORMAT)
    known = {child.get("numFmtId") for child in formats}
    yuan = {number: code.replace('"$"', '"¥"') for number, code in BUILTIN_FORMATS.items() if '"$"' in code}
    for number, code in (yuan | CHINESE_FORMATS).items():
        if str(number) not in known:
            etree.SubElement(formats, namespace + "numFmt", numFmtId=str(number), formatCode=code)
    formats.attrib.pop("count", None)
    return bytes(etree.tostring(root))


def _workbook(path: Path, content: bytes, settings: Settings) -> tuple[bytes, dict[str, str], bool]:
    """The list of sheets, each part in it once, without names for ranges and links to other files; the sheets' names by
    the link to their parts; whether all formulas are computed anew when the file is opened."""
    root = parse(path, content)
    sheets = [(link, sheet) for sheet in root.iter("{*}sheet") for name, link in sheet.items() if name.endswith("}id")]
    titles = {link: sheet.get("name", "") for link, sheet in sheets}
    require_pages(path, len(sheets), settings)
    if len(titles) < len(sheets):
        raise InputError("unreadable", path, Phrase("the workbook is damaged, it shows one sheet several times"))
    asked = [e.get(name) for e in root.iter("{*}calcPr") for name in ("fullCalcOnLoad", "forceFullCalc")]
    for child in list(root):
        if local_name(child) not in ("workbookPr", "bookViews", "sheets", "fileVersion"):
            root.remove(child)
    return bytes(etree.tostring(root)), titles, any(value in ("1", "true") for value in asked)
