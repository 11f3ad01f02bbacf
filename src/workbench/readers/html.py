"""HTML: its tables with row and column spans, and the lines of text between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree, html

from workbench.errors import InputError
from workbench.readers.limits import require_cells
from workbench.readers.plain import RAISED, UNKNOWN, plain
from workbench.readers.tables import FileBlock, FileTable, Span, placed
from workbench.settings import Settings

NOT_SHOWN = frozenset({"script", "style", "head", "template", "noscript", "del", "s", "strike"})
"""Elements whose text is not shown, or struck out: what was corrected counts no more."""

HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration[^;]*line-through", re.IGNORECASE)
HIGHER = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
LINES = re.compile(
    "address|article|blockquote|br|caption|center|dd|details|div|dl|dt|fieldset|figure|footer|form|h[1-6r]|header|hgroup"
    "|legend|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|xmp"
)
"""Elements that start and end a line of their own."""

WIDEST_SPAN = 1000
"""The HTML standard allows no more columns in one cell, and no more than ``HIGHEST_SPAN`` rows."""

HIGHEST_SPAN = 65534

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that lxml takes from no text. What they part stays parted."""


def html_blocks(path: Path, source: str, settings: Settings) -> list[FileBlock]:
    """The tables and lines of a page or fragment, in reading order.

    A table inside a cell is part of the cell's text, unless it has more rows than the table around it: then that one
    only lays out the page.

    Raises:
        InputError: ``too-large``, or ``unreadable`` where it is nested too deeply to be read whole.
    """
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return []  # nothing but white space and comments
    if any(error.level_name == "FATAL" for error in parser.error_log):
        raise InputError("unreadable", path, "the HTML is nested too deeply; open it in a browser and save it as PDF")
    require = partial(require_cells, path, settings=settings)
    blocks: list[FileBlock] = []
    text, columns = "", 0
    for piece in _pieces(root, with_tables=True):
        if isinstance(piece, str):
            text += piece
        else:
            rows = [[_span(cell) for cell in _own(row, "td", "th")] for row in _own(piece, "tr")]
            columns += sum(span.colspan for row in rows for span in row)
            require(columns)
            blocks += [*_lines(text), *([FileTable(cells)] if (cells := placed(rows, require)) else [])]
            text = ""
    return blocks + _lines(text)


def html_text(source: str) -> str:
    """The text of a fragment, such as a cell of a transcription with ``<br>`` in it; its lines stay apart."""
    return _text(html.fragment_fromstring(NOT_XML.sub(" ", source), create_parent="div"))


def _lines(text: str) -> list[FileBlock]:
    return [line for line in text.split("\n") if plain(line)]


def _text(element: Any) -> str:
    return "".join(_pieces(element, with_tables=False))


def _pieces(root: Any, with_tables: bool) -> Iterator[Any]:
    """The text inside an element as shown, in reading order; ``with_tables``: data tables as the elements they are.

    Walked without recursion: web pages nest deeply.
    """
    pending = _inside(root)
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
            continue
        pending.append(_shown(item.tail, item.getparent()))
        if not _is_shown(item):
            continue
        if with_tables and item.tag == "table" and not _is_layout(item):
            yield item
            continue
        line = "\n" if LINES.fullmatch(item.tag) else ""
        pending += [line, *_inside(item), line]


def _inside(element: Any) -> list[Any]:
    """Text and children of an element, the first of them last."""
    if element.tag == "img":
        return [UNKNOWN]
    if element.tag == "input":
        return [element.get("value", "") if element.get("type", "text") in ("text", "number") else ""]
    return [*reversed(element), _shown(element.text, element)]


def _shown(text: str | None, element: Any) -> str:
    """A text that stands in an element, its figures raised where it or one around it is."""
    spaced = _spaced(text)
    if element is None or not any(map(str.isdigit, spaced)):
        return spaced
    around = (element, *element.iterancestors())
    is_raised = any(one.tag == "sup" or HIGHER.search(one.get("style", "")) for one in around)
    return spaced.translate(RAISED) if is_raised else spaced


def _spaced(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")


def _is_shown(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in NOT_SHOWN or "hidden" in element.attrib:
        return False
    if element.tag == "option" and "selected" not in element.attrib:
        return False
    return not HIDDEN.search(element.get("style", ""))


def _is_layout(table: Any) -> bool:
    rows = len(_own(table, "tr"))
    return any(len(_own(inner, "tr")) > rows for inner in table.iterdescendants("table"))


def _own(parent: Any, *tags: str) -> list[Any]:
    """Rows of a table, or cells of a row, that are not those of a table inside it."""
    owner = parent if parent.tag == "table" else next(parent.iterancestors("table"))
    found = parent.iterdescendants(*tags)
    return [element for element in found if next(element.iterancestors("table")) is owner and _is_shown(element)]


def _span(cell: Any) -> Span:
    rowspan, colspan = (re.match(r"\s*(\d{1,9})", cell.get(name, "1")) for name in ("rowspan", "colspan"))
    return Span(
        _text(cell),
        min(int(rowspan[1]), HIGHEST_SPAN) if rowspan else 1,
        min(max(int(colspan[1]), 1), WIDEST_SPAN) if colspan else 1,
    )
