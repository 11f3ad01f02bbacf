"""The tree that a browser makes of a page: what is left open or misplaced is mended as the HTML standard says.

libxml2 mends them in its own way, in which text after a hidden element that was left open is not hidden.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree, html
from selectolax.lexbor import LexborHTMLParser

from workbench.errors import InputError
from workbench.language import Phrase

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that lxml takes from no text. What they part stays parted."""

NAME = re.compile(r"[^\W\d][\w.-]*")
"""Names that lxml takes. Others name nothing that a style sheet or this reader asks for."""

UNNAMED = "unknown-element"
"""An element of any other name: it is shown as one without a meaning of its own."""


def parsed_page(path: Path, source: str) -> Any:
    """The root element of a page, as lxml's tree, without comments and the insides of templates.

    Raises:
        InputError: ``unreadable`` where it is nested too deeply to be read whole: deeper than 2,048 elements, the limit
            of libxml2. Forms nest some thirty.
    """
    page = source.encode("utf-8", "replace")
    _require_shallow(path, page)
    node: Any = LexborHTMLParser(page).root
    root = parent = _element(node)
    node, texts = node.first_child, list[str]()
    while True:
        if node.is_element_node:
            _add_text(parent, texts)
            parent.append(child := _element(node))
            if node.first_child is not None:
                parent, node = child, node.first_child
                continue
        elif node.is_text_node:
            texts.append(node.text_content)
        while node.next is None:
            _add_text(parent, texts)
            node, parent = node.parent, parent.getparent()
            if parent is None:
                return root
        node = node.next


def _require_shallow(path: Path, page: bytes) -> None:
    """Refuse what is nested too deeply, for which Lexbor takes time that grows with the square of the depth."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        html.document_fromstring(page, parser=parser)
    except etree.ParserError:
        return  # nothing but white space and comments
    if any(error.level_name == "FATAL" for error in parser.error_log):
        raise InputError(
            "unreadable", path, Phrase("the HTML is nested too deeply; open it in a browser and save it as PDF")
        )


def _element(node: Any) -> Any:
    element = html.Element(node.tag if NAME.fullmatch(node.tag) else UNNAMED)
    for name, value in node.attributes.items():
        if NAME.fullmatch(name):
            element.set(name, NOT_XML.sub(" ", value or ""))
    return element


def _add_text(parent: Any, texts: list[str]) -> None:
    """Put the texts behind what the element has so far, and empty their list: comments may part a text many times."""
    text = NOT_XML.sub(" ", "".join(texts))
    texts.clear()
    if not text:
        return
    if len(parent):
        parent[-1].tail = text
    else:
        parent.text = text
