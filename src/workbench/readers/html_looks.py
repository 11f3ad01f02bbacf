"""How the text of a web page looks: what the style sheets and attributes of its elements make of it.

Source: the HTML standard, 15.3 (the style sheet of browsers), and CSS 2.2 with its modules for the properties here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from workbench.readers.browser_styles import of_browser, parsed
from workbench.readers.css import Declaration, Rules, plain_name
from workbench.readers.css_values import (
    alone_in_cell,
    as_colour,
    as_number,
    family_of,
    first_length,
    lacks_variable,
    length,
    size_of,
    substituted,
)
from workbench.readers.html_changes import cover_of, is_changed, is_cut, is_far, is_moved_part
from workbench.readers.html_style import TABLE_PARTS, ElementStyle
from workbench.readers.shown import BLACK, FIGURE, PICTOGRAMS, Colour, Look, TextRun

LINE_ELEMENTS = re.compile(
    "address|article|blockquote|br|caption|center|dd|details|div|dl|dt|fieldset|figure|footer|form|h[1-6r]|header|hgroup"
    "|legend|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|xmp"
)
"""Elements that start and end a line of their own."""

UNMARKED = re.compile(r"none|disc|circle|square|disclosure-\w+|\"[^\"\d]*\"|'[^'\d]*'")
"""Kinds of lists without counted numbers."""

NEARLY_CLEAR = 0.2
"""Opacity below which black text has less contrast on white than silver."""

REMEMBERED = 100_000
"""Elements whose looks are remembered."""


class PageLooks:
    """The looks of the elements of one page, each found when it is asked for.

    Args:
        rules: what the style sheets say.
        written: the ids of elements whose text a script may write.
    """

    def __init__(self, rules: Rules, written: Set[str] = frozenset()) -> None:
        self._rules = rules
        self._written = written
        self._styles: dict[Any, ElementStyle] = {}

    def of(self, element: Any) -> ElementStyle:
        """The style of an element, by those of the elements around it."""
        pending = [element]
        while (parent := pending[-1].getparent()) is not None and pending[-1] not in self._styles:
            pending.append(parent)
        if len(self._styles) > REMEMBERED:
            self._styles.clear()
        style = self._styles.get(pending[-1])
        for one in reversed(pending):
            if one not in self._styles:
                self._styles[one] = self._style(one, style or ElementStyle())
            style = self._styles[one]
        return style or ElementStyle()

    def may_be_filled(self, element: Any) -> bool:
        """Whether a script may write into an element without text."""
        return element.get("id") in self._written and not element.text_content().strip()

    def generated(self, element: Any, where: str) -> list[TextRun]:
        """What the style sheets put before (``before``) or behind (``after``) the content of an element."""
        matched = self._rules.of(element)
        runs: list[TextRun] = []
        for declarations, is_certain in ((matched.certain, True), (matched.possible, False)):
            mine = declarations.get(where, ())
            content = next((d for d in reversed(_by_importance(mine)) if d.name == "content"), None)
            if content is None or not self.of(element).is_shown:
                continue
            style = _computed(None, self.of(element), mine, where)
            text, is_known = _content(content, element)
            is_stroke = not text.strip() and style.is_in_table and style.is_doubtful  # a box drawn over the cell's text
            if style.is_shown and (text or not is_known or is_stroke):
                is_told = is_known and is_certain and not is_stroke
                line = [TextRun("\n")] if style.is_line and not is_stroke else []
                runs += [*line, TextRun(text, style.look if is_told else "unknown"), *line]
        return runs

    def _style(self, element: Any, parent: ElementStyle) -> ElementStyle:
        if not isinstance(element.tag, str):
            return replace(parent, is_shown=False)
        matched = self._rules.of(element)
        by_browser = of_browser(element)
        own = parsed(element.get("style", ""))
        certain = (*by_browser, *_by_importance((*matched.certain.get("", ()), *own)))
        style = _computed(element, parent, certain, element.tag)
        possible = matched.possible.get("", ())
        doubts = [
            element.tag == "marquee",
            style.is_in_table and element.get("id") in self._written,
            element.tag == "rt" and FIGURE.search(element.text_content()),  # read as one text with what it stands over
            any(  # each by itself, too: of rules in layers the later one need not win
                _computed(element, parent, (*certain, *some), element.tag).look != style.look
                for some in (possible, *((one,) for one in possible))
                if some
            ),
            not self._rules.is_whole and style.is_in_table,
            self._rules.lacks_files and style.is_in_table and _is_part_of_cell(element),
            style.typefaces and set(map(plain_name, style.typefaces.split(","))) & self._rules.typefaces,
            style.typefaces.strip("\"' ").startswith(PICTOGRAMS) and FIGURE.search(_own_text(element)),
            any(
                _computed(None, style, matched.certain[part], part).look != style.look
                for part in FIRST_PARTS
                if part in matched.certain
            ),
        ]
        return replace(style, is_doubtful=True) if any(doubts) else style


def _is_part_of_cell(element: Any) -> bool:
    """Whether an element that style sheets can name holds figures beside other text of its cell."""
    is_named = bool(element.get("class") or element.get("id"))
    return (
        is_named
        and element.tag not in TABLE_PARTS
        and bool(FIGURE.search(_own_text(element)))
        and not alone_in_cell(element)
    )


def _own_text(element: Any) -> str:
    """The text directly in an element."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


FIRST_PARTS = ("first-letter", "first-line")


def _by_importance(declarations: Iterable[Declaration]) -> list[Declaration]:
    return sorted(declarations, key=lambda declaration: declaration.important)


def _content(declaration: Declaration, element: Any) -> tuple[str, bool]:
    """The text of a ``content`` property, and whether it is known."""
    text = ""
    for token in declaration.tokens:
        if token.type == "string":
            text += token.value
        elif token.type == "function" and token.lower_name == "attr" and len(token.arguments) == 1:
            text += element.get(token.arguments[0].value, "")
        elif token.type == "ident" and token.lower_value in ("none", "normal", "no-open-quote", "no-close-quote"):
            continue
        elif token.type != "whitespace":
            return "", False
    return text, True


def _computed(
    element: Any | None, parent: ElementStyle, declarations: Sequence[Declaration], name: str
) -> ElementStyle:
    """The style that declarations, of which the last win, make of the style around; ``name`` of the element or part."""
    given: dict[str, str] = {}
    own = {one.name: one.value for one in declarations if one.name.startswith("--")}
    variables = {**parent.variables, **own} if own else parent.variables
    for one in declarations:
        if one.name == "font":
            given["font-size"], given["font-family"] = size_of(one.value), family_of(one.value)
        else:
            given[SAME.get(one.name, one.name)] = one.value
    values = {key: text for key, value in given.items() if (text := substituted(value, variables)) not in ("", "unset")}
    open_hides = [key for key, text in given.items() if "var(" in text and values.get(key) == HIDES.get(key, "-")]
    is_open = any(lacks_variable(given[key], variables) for key in open_hides)
    values = {key: text for key, text in values.items() if not (is_open and key in open_hides)}
    is_in_table = parent.is_in_table or name == "table"
    size = _size(values.get("font-size", "inherit"), parent.size)
    colour, is_pale = _colour(values.get("-webkit-text-fill-color", values.get("color", "inherit")), parent.colour)
    opacity = as_number(values.get("opacity", "1"))
    style = replace(
        parent,
        is_shown=parent.is_shown and values.get("display") not in NOT_DRAWN and not _is_collapsed(values, name),
        is_visible=_visibility(values.get("visibility", "inherit"), parent.is_visible),
        is_clear=parent.is_clear or opacity == 0,
        is_struck=parent.is_struck or "line-through" in values.get("text-decoration", ""),
        size=parent.size if size is None else size,
        colour=colour,
        ground=_ground(values, parent.ground),
        list_type=_list_type(values.get("list-style-type", "inherit"), parent.list_type),
        typefaces=values.get("font-family", parent.typefaces),
        is_in_table=is_in_table,
        is_line=_is_line(values.get("display", ""), name),
        is_reversed=_is_reversed(values, parent.is_reversed),
        variables=variables,
    )
    shift, is_moved = _shift(values, style, parent, element, name)
    is_faint = opacity is not None and 0 < opacity < NEARLY_CLEAR
    is_unknown = size is None or is_pale or opacity is None or is_open
    is_unknown = is_unknown or (name in ("sup", "sub") and shift == "shown")  # whether it is an index is not to be seen
    is_unknown = is_unknown or (element is not None and "url(" in values.get("content", ""))
    doubts = is_moved or is_faint or (is_in_table and (is_unknown or is_changed(values, style, element, name)))
    return replace(
        style,
        shift=shift,
        is_doubtful=parent.is_doubtful or doubts,
        is_cut=parent.is_cut or is_cut(values, style, element),
        cover=cover_of(values, style, name, doubts),
    )


NOT_DRAWN = ("none", "table-column", "table-column-group")
"""Ways of display of which nothing is seen (CSS 2.2, 17.2)."""

HIDES = {"display": "none", "visibility": "hidden", "opacity": "0"}
"""Values that hide text; where one stands for a variable that the page does not set, another sheet may set it."""

SAME = {
    "text-decoration-line": "text-decoration",
    "background-color": "background",
    "list-style": "list-style-type",
    "overflow-x": "overflow",
    "overflow-y": "overflow",
}
"""Properties that are read as the one that they are a part of, or that they set."""


def _size(value: str, around: float) -> float | None:
    return around if value in ("inherit", "") else 12.0 if value == "initial" else first_length(value, around, around)


def _visibility(value: str, around: bool) -> bool:
    return around if value == "inherit" else value in ("visible", "initial")


def _is_collapsed(values: Mapping[str, str], name: str) -> bool:
    return name in ("tr", "tbody", "thead", "tfoot") and values.get("visibility") == "collapse"


def _colour(value: str, around: Colour | None) -> tuple[Colour | None, bool]:
    """The colour of text, None where it is clear, and whether it is not sure to be seen."""
    if value in ("inherit", "currentcolor"):
        return around, False
    if value == "initial":
        return BLACK, False
    found = as_colour(value)
    if found is None:
        return around, True
    *colour, alpha = found
    return (None if alpha == 0 else (colour[0], colour[1], colour[2])), 0 < alpha < NEARLY_CLEAR


def _ground(values: Mapping[str, str], around: Colour | None) -> Colour | None:
    image, value = values.get("background-image", "none"), values.get("background", "")
    if image not in ("none", "initial") or "url(" in value or "gradient(" in value:
        return None
    if value in ("inherit", "initial", "none", ""):
        return around
    found = as_colour(value) or next((c for part in value.split() if (c := as_colour(part))), None)
    if found is None:
        return around
    red, green, blue, alpha = found
    if alpha == 1 or around is None:
        return (red, green, blue) if alpha == 1 else None
    mixed = [alpha * own + (1 - alpha) * below for own, below in zip((red, green, blue), around, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _list_type(value: str, around: str) -> str:
    return around if value == "inherit" else value


def _is_line(display: str, name: str) -> bool:
    if display in ("", "initial", "inherit", "revert", "contents"):
        return bool(LINE_ELEMENTS.fullmatch(name))
    return not display.startswith("inline") and not display.startswith("ruby")


def _is_reversed(values: Mapping[str, str], around: bool) -> bool:
    direction = values.get("direction", "inherit")
    is_reversed = around if direction == "inherit" else direction in ("rtl", "auto")
    return is_reversed or "override" in values.get("unicode-bidi", "")


def _shift(
    values: Mapping[str, str], style: ElementStyle, parent: ElementStyle, element: Any | None, name: str
) -> tuple[Look, bool]:
    """How far text is raised or lowered off the line, and whether it is moved elsewhere."""
    if name in TABLE_PARTS and name != "table":
        return parent.shift, is_far(values, style) or is_moved_part(values, style)
    align = values.get("vertical-align", "baseline")
    up = length(align, style.size)
    is_smaller = style.size < 0.9 * parent.size
    if align == "super" or (up or 0) > 0 or (is_smaller and align in ("top", "text-top")):
        shift: Look = "raised"
    elif align == "sub" or (up or 0) < 0 or (is_smaller and align in ("bottom", "text-bottom")):
        shift = "lowered"
    else:
        shift = parent.shift
    position, floats = values.get("position", "static"), values.get("float", "none")
    ways = {key: length(values.get(key, "auto"), style.size) or 0.0 for key in ("top", "bottom", "left", "right")}
    is_out = position in ("absolute", "fixed", "sticky") or floats not in ("none", "initial")
    if style.is_in_table and position == "relative":
        rise = ways["bottom"] if values.get("top", "auto") == "auto" else -ways["top"]
        shift = "raised" if rise > 0 else "lowered" if rise < 0 else shift
        is_out = is_out or bool(ways["left"] or ways["right"])
    is_beside = not alone_in_cell(element) if style.is_in_table else _stands_in_text(element)
    return shift, (is_out and name != "table" and is_beside) or is_far(values, style)


def _stands_in_text(element: Any | None) -> bool:
    """Whether an element stands in text of the element around it, so that it may cover that where it is moved."""
    parent = None if element is None else element.getparent()
    return parent is not None and bool(FIGURE.search(_own_text(parent)))
