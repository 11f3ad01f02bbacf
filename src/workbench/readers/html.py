"""HTML: its tables with row and column spans, and the lines of text between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.readers.css import rules_of
from workbench.readers.html_chrome import is_around, linked_files
from workbench.readers.html_looks import UNMARKED, PageLooks
from workbench.readers.html_tree import parsed_page
from workbench.readers.limits import require_cells
from workbench.readers.plain import UNKNOWN, plain
from workbench.readers.shown import FIGURE, Look, TextRun, as_shown
from workbench.readers.tables import FileBlock, FileTable, Span, placed
from workbench.settings import Settings

REPLACED = frozenset({"svg", "canvas", "video", "object", "embed", "iframe"})
"""Elements in whose place something is drawn."""

BARS = frozenset({"meter", "progress"})
"""Elements that show a bar instead of their text."""

FORMULA = re.compile(
    "m(frac|sqrt|root|over|under|underover|subsup|table|multiscripts|enclose|phantom|padded|fenced|action)"
)
"""Parts of a formula whose place says more than their text (MathML 3)."""

TYPED = frozenset({"text", "number", "tel", "email", "url", "search", "submit", "button", "reset"})
NOT_TYPED = frozenset({"hidden", "checkbox", "radio", "file", "image"})
"""Kinds of input that show their value, and those that show none."""

WIDEST_SPAN = 1000
"""The HTML standard allows no more columns in one cell, and no more than ``HIGHEST_SPAN`` rows."""

HIGHEST_SPAN = 65534


@dataclass(frozen=True, slots=True)
class WebPage:
    """The tables and lines of a page or fragment, in reading order, and the files that it links to."""

    blocks: list[FileBlock]
    files: list[str]


def web_page(path: Path, source: str, settings: Settings) -> WebPage:
    """Read a page or fragment.

    A table inside a cell is part of the cell's text, unless it has more rows than the table around it: then that one
    only lays out the page. Menus and footers are left out.

    Raises:
        InputError: ``too-large``, or ``unreadable`` where it is nested too deeply to be read whole.
    """
    root = parsed_page(path, source)
    require = partial(require_cells, path, settings=settings)
    looks = PageLooks(rules_of(root), written_ids(root))
    blocks: list[FileBlock] = []
    runs: list[TextRun] = []
    columns = 0
    for piece in _pieces(root, looks, with_tables=True):
        if isinstance(piece, TextRun):
            runs.append(piece)
        else:
            rows = _table_rows(piece, looks)
            columns += sum(span.colspan for row in rows for span in row)
            require(columns)
            cells = () if is_around(piece, rows) else placed(rows, require)
            blocks += [*_lines(runs), *([*_caption(piece, looks), FileTable(cells)] if cells else [])]
            runs = []
    return WebPage(blocks + _lines(runs), linked_files(root))


def html_text(path: Path, source: str) -> str:
    """The text of a fragment, such as a cell of a transcription with ``<br>`` in it; its lines stay apart.

    One that is not sure holds `UNKNOWN`, as where something is struck out in it.
    """
    root = parsed_page(path, source)
    shown = as_shown(_pieces(root, PageLooks(rules_of(root)), with_tables=False))
    return shown.text if shown.sure or UNKNOWN in shown.text else shown.text + UNKNOWN


def _lines(runs: Sequence[TextRun]) -> list[FileBlock]:
    """The lines of text outside the tables, each as it is shown."""
    lines: list[list[TextRun]] = [[]]
    for run in runs:
        first, *others = run.text.split("\n")
        lines[-1].append(replace(run, text=first))
        lines += [[replace(run, text=text)] for text in others]
    return [text for line in lines if plain(text := as_shown(line).text)]


def _caption(table: Any, looks: PageLooks) -> list[FileBlock]:
    """The lines of a table's caption, which stands above it."""
    return [line for one in _own(table, looks, "caption") for line in _lines([*_pieces(one, looks, with_tables=False)])]


def _pieces(root: Any, looks: PageLooks, with_tables: bool) -> Iterator[Any]:
    """The runs of text inside an element, in reading order; ``with_tables``: data tables as the elements they are.

    Walked without recursion: web pages nest deeply.
    """
    pending = _inside(root, looks)
    while pending:
        item = pending.pop()
        if isinstance(item, TextRun):
            yield item
            continue
        pending.append(_run(item.tail, item.getparent(), looks))
        style = looks.of(item)
        if not style.is_shown:
            pending += [TextRun("", "unknown")] if _writes(item) else []
            continue
        if with_tables and item.tag == "table" and not _is_layout(item, looks):
            yield item
            continue
        line = [TextRun("\n")] if style.is_line else []
        covers = style.cover and not item.text_content().strip()
        pending += [*line, *_inside(item, looks), *([TextRun("", "unknown")] if covers else []), *line]


def _writes(element: Any) -> bool:
    """Whether an element that is not shown may put text into its cell: a script, or the root of a shadow tree."""
    in_cell = any(parent.tag in ("td", "th") for parent in element.iterancestors())
    return in_cell and (element.tag == "script" or "shadowrootmode" in element.attrib)


def _inside(element: Any, looks: PageLooks) -> list[Any]:
    """Runs and children of an element, the first of them last."""
    tag, style = element.tag, looks.of(element)
    if looks.may_be_filled(element):
        return [TextRun("", "unknown")]
    around = [looks.generated(element, "after")[::-1], looks.generated(element, "before")[::-1]]
    if tag == "img":
        return [TextRun(UNKNOWN)]
    if tag in REPLACED:
        return [TextRun("", "unknown")]
    if tag in BARS:
        return [TextRun("-", "gap")]
    if tag == "input":
        return [_typed(element, style.look)]
    if tag == "select":
        return [_run(option.get("label", option.text), option, looks) for option in _chosen(element)]
    label = [TextRun("", "label")] if tag == "li" and not UNMARKED.match(style.list_type) else []
    if tag == "details" and (all(child.tag != "summary" for child in element) or _may_open(element)):
        label = [TextRun("", "unknown")]  # browsers write a head of their own
    unknown = [TextRun(UNKNOWN)] if FORMULA.fullmatch(tag) else []
    return [*around[0], *reversed(element), _run(element.text, element, looks), *around[1], *unknown, *label]


def written_ids(root: Any) -> frozenset[str]:
    """The ids that the scripts in a page name: what has one of them may be shown with another text."""
    scripts = [script.text or "" for script in root.iter("script")]
    return frozenset(name for script in scripts for name in re.findall(r"""["'`]#?([\w-]+)["'`]""", script))


def _closed_text(child: Any) -> str:
    return ("" if child.tag == "summary" else child.text_content()) + (child.tail or "")


def _may_open(details: Any) -> bool:
    """Whether figures come to be seen when a reader opens what is closed."""
    closed = [details.text or "", *(_closed_text(child) for child in details)]
    return "open" not in details.attrib and bool(FIGURE.search("".join(closed)))


def _typed(element: Any, look: Look) -> TextRun:
    """What a control shows of its value, or its hint where it has none."""
    kind, value = element.get("type", "text").strip().lower(), element.get("value", "")
    if kind in NOT_TYPED or not (value or element.get("placeholder")):
        return TextRun("")
    if kind in ("password", "range", "color"):
        return TextRun("", "unknown")
    if not value or (kind not in TYPED and look == "shown"):
        return TextRun(value or element.get("placeholder"), "unsure" if look == "shown" else look)
    return TextRun(value, look)


def _chosen(select: Any) -> list[Any]:
    """The option that a control shows, or all of a list of them."""
    options = list(select.iter("option"))
    if "multiple" in select.attrib or select.get("size", "1").strip() not in ("", "0", "1"):
        return options[::-1]
    chosen = [option for option in options if "selected" in option.attrib]
    return chosen[-1:] or [option for option in options if "disabled" not in option.attrib][:1]


def _run(text: str | None, element: Any, looks: PageLooks) -> TextRun:
    """A text that stands directly in an element."""
    is_closed = element is not None and element.tag == "details" and "open" not in element.attrib
    return TextRun(
        _spaced(text), "hidden" if is_closed else looks.of(element).look if text and element is not None else "shown"
    )


def _spaced(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")


def _is_layout(table: Any, looks: PageLooks) -> bool:
    rows = len(_own(table, looks, "tr"))
    return any(len(_own(inner, looks, "tr")) > rows for inner in table.iterdescendants("table"))


def _own(parent: Any, looks: PageLooks, *tags: str) -> list[Any]:
    """Rows or captions of a table, or cells of a row, that are not those of a table inside it."""
    owner = parent if parent.tag == "table" else next(parent.iterancestors("table"))
    found = (element for element in parent.iterdescendants(*tags) if next(element.iterancestors("table")) is owner)
    return [element for element in found if looks.of(element).is_shown]


def _table_rows(table: Any, looks: PageLooks) -> list[list[Span]]:
    styles = map(looks.of, table.iterdescendants())
    is_covered = any(style.cover == "table" and style.is_shown and style.is_visible for style in styles)
    return [
        [_span(cell, looks, is_covered) for cell in _own(row, looks, "td", "th")] for row in _own(table, looks, "tr")
    ]


def _span(cell: Any, looks: PageLooks, is_covered: bool) -> Span:
    """A cell; ``is_covered``: what is painted in its table may cover any of its figures."""
    rowspan, colspan = (re.match(r"\s*(\d{1,9})", cell.get(name, "1")) for name in ("rowspan", "colspan"))
    runs = _pieces(cell, looks, with_tables=False)
    shown = as_shown(replace(run, look="unsure") if is_covered and run.look == "shown" else run for run in runs)
    return Span(
        shown.text,
        min(int(rowspan[1]), HIGHEST_SPAN) if rowspan else 1,
        min(max(int(colspan[1]), 1), WIDEST_SPAN) if colspan else 1,
        shown.sure,
    )
