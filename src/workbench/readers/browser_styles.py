"""What browsers do about the look of elements by themselves, and by the attributes that HTML has for looks.

Source: the HTML standard, 15.3 (the style sheet of browsers).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from workbench.readers.css import Declaration, declarations_in
from workbench.readers.css_values import as_colour

BROWSER_STYLES: Mapping[str, str] = {
    **dict.fromkeys(("s", "strike", "del"), "text-decoration:line-through"),
    "sup": "vertical-align:super;font-size:smaller",
    "sub": "vertical-align:sub;font-size:smaller",
    **dict.fromkeys(("small", "big"), "font-size:smaller"),
    **dict.fromkeys(
        ("script", "style", "head", "template", "noscript", "noembed", "noframes", "title"), "display:none"
    ),
    **dict.fromkeys(("datalist", "rp", "audio", "param", "annotation", "annotation-xml"), "display:none"),
    "ol": "list-style-type:decimal",
    **dict.fromkeys(("ul", "menu", "dir"), "list-style-type:disc"),
    "mark": "background:yellow",
}
"""Style sheet of browsers, as far as it matters here."""


def of_browser(element: Any) -> tuple[Declaration, ...]:
    """What browsers do about an element by themselves, and by the attributes that HTML has for looks."""
    tag, get = element.tag, element.get
    text = BROWSER_STYLES.get(tag, "")
    parent = element.getparent()
    place = list(parent).index(element) if parent is not None and parent.tag in ("msup", "msub") else 0
    if place == 1:
        text += f";vertical-align:{'super' if parent.tag == 'msup' else 'sub'}"
    is_closed = parent is not None and parent.tag == "details" and "open" not in parent.attrib and tag != "summary"
    is_idle = (tag == "dialog" and "open" not in element.attrib) or "popover" in element.attrib
    if "hidden" in element.attrib or is_closed or is_idle:
        text += ";display:none"
    if get("dir", "").strip().lower() in ("rtl", "auto") or (tag == "bdo" and get("dir")):
        text += f";direction:{get('dir')};unicode-bidi:{'bidi-override' if tag == 'bdo' else 'normal'}"
    for name, attribute in (("background-color", "bgcolor"), ("color", "text" if tag == "body" else "color")):
        value = get(attribute, "")
        if value and (name == "background-color" or tag in ("body", "font")):
            text += f";{name}:{value if as_colour(value) else '#' + value}"
    if get("background"):
        text += ";background-image:url(x)"
    if tag in ("ol", "li") and get("type"):
        text += ";list-style-type:decimal"
    return parsed(text)


@lru_cache(4096)
def parsed(text: str) -> tuple[Declaration, ...]:
    """The declarations of a ``style`` attribute."""
    return tuple(declarations_in(text)) if text else ()
