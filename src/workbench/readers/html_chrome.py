"""What a web page has around its content: menus and footers that are laid out as tables, and links to files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from workbench.readers.documents import ARCHIVE_SUFFIXES, SUPPORTED_SUFFIXES, TEXT_SUFFIXES
from workbench.readers.plain import plain
from workbench.readers.tables import Span

AROUND = frozenset({"nav", "footer"})
ROLES = frozenset({"navigation", "contentinfo", "menu", "menubar"})
"""Elements, and roles of elements, that hold what belongs to the site and not to the page (HTML, WAI-ARIA 1.2)."""

NAMES = re.compile(
    "(?:site|page|main|top|bottom|web)?[-_]?"
    "(?:nav(?:bar|igation|i)?|menu|foot(?:er)?|bottom|copy(?:right)?|friend[-_]?links?|links?|breadcrumb|location)"
    r"[-_]?(?:\d+|box|bar|list|wrap|con|table)?",
    re.IGNORECASE,
)
"""Names of classes and of elements by which sites' programs call these parts."""

VALUE = re.compile(r"[-—≥≤<>＜＞=＝≈约]*\s*[\d０-９][\d０-９.,，．]*\s*\D{0,4}")
"""A cell that is a number, with a sign before it and a unit behind it. What is around a page has none."""

MOST_TABLES = 3
"""Tables that a menu or a footer may have."""

ATTACHED = frozenset((SUPPORTED_SUFFIXES | ARCHIVE_SUFFIXES) - TEXT_SUFFIXES)
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})
"""Of links to files these are not told: they are mostly those of buttons and logos."""


def is_around(table: Any, rows: Sequence[Sequence[Span]]) -> bool:
    """Whether a table is a menu or a footer: it says so, or all that it shows are links, and no cell is a number.

    A site whose elements are not closed has all of its page in its menu: a menu of many tables, or with a number in
    one, is none.
    """
    shown = [plain(span.text) for row in rows for span in row]
    if any(VALUE.fullmatch(text) for text in shown):
        return False
    links = [plain(link.text_content()) for link in table.iter("a")]
    if links and len("".join(links)) >= len("".join(shown)):
        return True
    return any(_says_so(element) and _is_small(element) for element in (table, *table.iterancestors()))


def _says_so(element: Any) -> bool:
    role = (element.get("role") or "").strip().lower()
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return element.tag in AROUND or role in ROLES or any(NAMES.fullmatch(name) for name in names)


def _is_small(element: Any) -> bool:
    """Whether an element holds few tables, and no cell that is a number."""
    tables = list(islice(element.iter("table"), MOST_TABLES + 1))
    cells = (cell for one in tables for cell in one.iter("td", "th"))
    return len(tables) <= MOST_TABLES and not any(VALUE.fullmatch(plain(cell.text_content())) for cell in cells)


def linked_files(root: Any) -> list[str]:
    """The files that a page links to, by what the links say, or else by their names; each once."""
    found: dict[str, str] = {}
    for link in root.iter("a"):
        try:
            path = unquote(urlsplit(link.get("href", "").strip()).path)
        except ValueError:  # no address
            continue
        name = PurePosixPath(path.replace("\\", "/")).name
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in ATTACHED - PICTURES:
            found.setdefault(path, plain(link.text_content()) or name)
    return list(found.values())
