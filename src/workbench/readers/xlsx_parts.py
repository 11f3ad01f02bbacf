"""What of a workbook goes to openpyxl: its cells with content, its merged cells and its number formats.

openpyxl makes an object of every formatted cell and of every cell of a merged range, a million rows of them included.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import range_boundaries

from workbench.errors import InputError
from workbench.readers.limits import require_cells, require_pages
from workbench.readers.number_format import CHINESE_FORMATS, LONGEST_CODE
from workbench.readers.office import Parts, local_name, main_part, parse, read_parts, related_parts, require_no_entities
from workbench.settings import Settings

KINDS = ("worksheet", "sharedStrings", "styles")
"""Parts of a workbook that are read, by their relation to it."""

KEPT_OF_SHEET = frozenset({"sheetFormatPr", "cols", "sheetData", "mergeCells"})

UNKNOWN_FORMAT = "[unknown]"

NO_VALUE = "#NO-VALUE"
"""Stands in for the result of a formula that was never calculated."""


def workbook_parts(path: Path, settings: Settings) -> Parts:
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
        message = f"the workbook is damaged, it lacks {', '.join(lost) or 'its sheets'}; is it another kind of file?"
        raise InputError("unreadable", path, message)
    parts[main] = _workbook(path, parts[main], settings)
    found = 0
    for name, kind in kinds.items():
        if kind == "worksheet":
            parts[name], found = _sheet(path, parts[name], found, settings)
        elif kind == "styles":
            parts[name] = _styles(path, parts[name])
    return parts


def _sheet(path: Path, content: bytes, found: int, settings: Settings) -> tuple[bytes, int]:
    """A sheet with nothing but cells that hold something, and how many cells were found up to its end.

    Read row by row: most of it is thrown away at once.
    """
    rows = etree.iterparse(io.BytesIO(content), tag="{*}row", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        for _, row in rows:
            row[:] = [cell for cell in row if len(cell) and _keep(path, cell)]
            found += len(row)
            require_cells(path, found, settings)
            before = row.getprevious()
            if before is not None and not len(before):
                row.getparent().remove(before)
    except etree.XMLSyntaxError as error:
        raise InputError("unreadable", path, f"the workbook is damaged ({error})") from error
    require_no_entities(path, rows.root)
    for child in list(rows.root):
        if local_name(child) not in KEPT_OF_SHEET:
            rows.root.remove(child)
    for merged in rows.root.iter("{*}mergeCell"):
        first_col, first_row, last_col, last_row = range_boundaries(merged.get("ref", ""))
        found += ((last_col or 0) - (first_col or 0) + 1) * ((last_row or 0) - (first_row or 0) + 1)
        require_cells(path, found, settings)
    return bytes(etree.tostring(rows.root)), found


def _keep(path: Path, cell: Any) -> bool:
    """Whether a cell holds something; a formula without its result gets a word that says so."""
    formula, value, text = (next((e for e in cell if local_name(e) == name), None) for name in ("f", "v", "is"))
    if formula is not None and cell.get("t") != "str" and (value is None or not value.text):
        cell.set("t", "e")
        value = value if value is not None else etree.SubElement(cell, cell.tag[:-1] + "v")
        value.text = NO_VALUE
    if cell.get("t") == "s" and value is not None and not (value.text or "0").strip().isdecimal():
        raise InputError("unreadable", path, "the workbook is damaged, a cell names a text that there cannot be")
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


def _workbook(path: Path, content: bytes, settings: Settings) -> bytes:
    """The list of sheets, each part in it once, without names for ranges and links to other files."""
    root = parse(path, content)
    names = [link for sheet in root.iter("{*}sheet") for name, link in sheet.items() if name.endswith("}id")]
    require_pages(path, len(names), settings)
    if len(set(names)) < len(names):
        raise InputError("unreadable", path, "the workbook is damaged, it shows one sheet several times")
    for child in list(root):
        if local_name(child) not in ("workbookPr", "bookViews", "sheets", "fileVersion"):
            root.remove(child)
    return bytes(etree.tostring(root))
