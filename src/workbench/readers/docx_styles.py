"""How a run of a Word file looks, by its own properties and by the styles that it inherits from.

Source: ECMA-376 part 1, 17.7.2 (the order of styles), 17.7.3 (toggle properties) and 17.3.2 (properties of runs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.readers.docx_xml import OFF, as_number, number, value
from workbench.readers.office import Parts, find, local_name, parse, related_parts
from workbench.readers.shown import BLACK, FIGURE, PICTOGRAMS, SMALLEST, WHITE, Colour, Look, hex_colour, is_seen

TOGGLES = ("strike", "vanish")
"""Properties that several styles turn on and off in turn (17.7.3)."""

SWITCHES = (*TOGGLES, "dstrike", "webHidden", "specVanish", "rtl")
OTHERS = ("eastAsianLayout", "unfilled", "unknown")
"""Marks of runs that may look otherwise, set where properties are read."""

VALUES = ("vertAlign", "position", "sz", "w", "spacing", "highlight", "rStyle")
NOTE_STYLES = frozenset({"FootnoteReference", "EndnoteReference"})
"""Styles of the marks of notes, which Word sets raised; files need not define them."""

PALE_THEME = frozenset({"background1", "light1", "background2", "light2"})

PALE_FILLS = {"bg1": "background1", "lt1": "light1", "bg2": "background2", "lt2": "light2"}

NEARLY_CLEAR = 80_000
"""Thousandths of a percent: text that lets through so much is hardly seen."""

WORD = ("/wordprocessingml/", "/office/word/")
"""Parts of the namespaces whose properties of runs are known here."""

KNOWN = re.compile(
    "rStyle|rFonts|b|bCs|i|iCs|caps|smallCaps|strike|dstrike|outline|shadow|emboss|imprint|noProof|snapToGrid"
    "|vanish|webHidden|color|spacing|w|kern|position|sz|szCs|highlight|u|effect|bdr|shd|fitText|vertAlign|rtl|cs"
    "|em|lang|eastAsianLayout|specVanish|oMath|ins|del|moveFrom|moveTo|rPrChange|glow|reflection|textOutline"
    "|textFill|scene3d|props3d|ligatures|numForm|numSpacing|stylisticSets|cntxtAlts|woUserID"
)
"""Properties of runs (17.3.2 and [MS-DOCX] 2.6.1; the last one is of WPS). What others do is not known."""

OFF_CELL = -1500
"""Twentieths of a point (75 points): text that starts so far to the left of its cell is not in it."""

HIGHLIGHTS = {
    "black": (0.0, 0.0, 0.0),
    "white": (1.0, 1.0, 1.0),
    "yellow": (1.0, 1.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "cyan": (0.0, 1.0, 1.0),
    "lightGray": (0.75, 0.75, 0.75),
    "blue": (0.0, 0.0, 1.0),
    "magenta": (1.0, 0.0, 1.0),
    "red": (1.0, 0.0, 0.0),
    "darkBlue": (0.0, 0.0, 0.5),
    "darkCyan": (0.0, 0.5, 0.5),
    "darkGreen": (0.0, 0.5, 0.0),
    "darkMagenta": (0.5, 0.0, 0.5),
    "darkRed": (0.5, 0.0, 0.0),
    "darkYellow": (0.5, 0.5, 0.0),
    "darkGray": (0.5, 0.5, 0.5),
}
"""The colours of highlights (17.18.40)."""

WIDEST_OUTLINE = 19_050
"""Units of drawings (1.5 points): wider outlines run together inside of a figure."""

NARROWEST_FIT = 100
"""Twentieths of a point (5 points): text that is made to fit so little is not meant to be read."""

NARROWEST = 33
"""Percent: the least width of characters that Word's menu offers."""

USUAL_SIZE = 20
"""Half points of text whose size no style gives (17.3.2.38)."""

Marks = Mapping[str, str]
"""Properties of a run that can change what is seen, by name."""


@dataclass(frozen=True, slots=True)
class WordStyle:
    """A style with what it inherits. ``varies``: parts of a table that it sets apart look otherwise."""

    marks: Marks = field(default_factory=dict)
    paragraph: Marks = field(default_factory=dict)
    varies: bool = False
    shades: bool = False


NO_STYLE = WordStyle()


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a file by their id, the ids of its default styles by kind, and lists that are bullets."""

    defaults: Marks = field(default_factory=dict)
    by_id: Mapping[str, WordStyle] = field(default_factory=dict)
    default_ids: Mapping[str, str] = field(default_factory=dict)
    bullets: frozenset[tuple[str, str]] = frozenset()

    def of(self, kind: str, name: str) -> WordStyle:
        """The style of that id, or the default one of the kind."""
        return self.by_id.get(name or self.default_ids.get(kind, ""), NO_STYLE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands: the style of its table, the ground behind it (None: not known), how high its cell is set.

    ``is_framed_apart``: a text frame in the table stands elsewhere. In a table that floats itself Word makes each
    paragraph a frame, and leaves it where it is.
    """

    styles: Styles = field(default_factory=Styles)
    table: WordStyle = NO_STYLE
    ground: Colour | None = WHITE
    level: int = 0
    is_framed_apart: bool = False


def read_styles(path: Path, parts: Parts, main: str) -> Styles:
    """The styles and lists of a file; none, where it has no part for them."""
    kinds = {kind: name for name, kind in related_parts(path, parts, main).items() if name in parts}
    root = parse(path, parts[kinds["styles"]]) if "styles" in kinds else ()
    elements = {value(style, "styleId"): style for style in root if local_name(style) == "style"}
    defaults = next((child for child in root if local_name(child) == "docDefaults"), None)
    default_ids = {value(s, "type"): name for name, s in elements.items() if value(s, "default", "0") not in OFF}
    numbering = parse(path, parts[kinds["numbering"]]) if "numbering" in kinds else ()
    return Styles(
        marks_of(find(defaults, "rPrDefault", "rPr") if defaults is not None else None),
        {name: _inherited(name, elements) for name in elements},
        default_ids,
        frozenset(_bullets(numbering)),
    )


def _inherited(name: str, elements: Mapping[str, Any]) -> WordStyle:
    """A style over those that it is based on; a circle of them ends where it closes."""
    chain: list[Any] = []
    while name in elements and elements[name] not in chain:
        chain.append(elements[name])
        name = value(find(elements[name], "basedOn"))
    marks: dict[str, str] = {}
    paragraph: dict[str, str] = {}
    for style in reversed(chain):
        marks |= marks_of(find(style, "rPr"))
        paragraph |= paragraph_marks(find(style, "pPr"))
    apart = [part for style in chain for part in style if local_name(part) == "tblStylePr"]
    varies = any({*TOGGLES, "dstrike", "vertAlign", "position"} & set(marks_of(find(part, "rPr"))) for part in apart)
    shades = any(local_name(e) == "shd" for style in chain for e in style.iter())
    return WordStyle(marks, paragraph, varies, shades)


def _bullets(numbering: Any) -> Iterator[tuple[str, str]]:
    """Lists (number and level) whose items are marked and not counted."""
    levels: dict[str, list[str]] = {}
    for abstract in (e for e in numbering if local_name(e) == "abstractNum"):
        marked = [level for level in abstract if local_name(level) == "lvl" and _is_bullet(level)]
        levels[value(abstract, "abstractNumId")] = [value(level, "ilvl") for level in marked]
    for num in (e for e in numbering if local_name(e) == "num"):
        if not any(local_name(e) == "lvlOverride" for e in num):
            yield from ((value(num, "numId"), at) for at in levels.get(value(find(num, "abstractNumId")), ()))


def _is_bullet(level: Any) -> bool:
    kind, text = value(find(level, "numFmt")), value(find(level, "lvlText"))
    return kind == "none" or (kind == "bullet" and not FIGURE.search(text))


def marks_of(properties: Any | None) -> dict[str, str]:
    """What of a run's properties (``rPr``) can change what is seen."""
    marks: dict[str, str] = {}
    for child in properties if properties is not None else ():
        name = local_name(child)
        if name in SWITCHES:
            marks[name] = "0" if value(child) in OFF else "1"
        elif name in VALUES:
            marks[name] = value(child)
        elif name == "color":
            marks[name] = value(child) if hex_colour(value(child)) else value(child, "themeColor")
        elif name == "rFonts":
            marks[name] = value(child, "ascii") + "|" + value(child, "hAnsi")
        elif name == "shd":
            marks[name] = shade_of(child)
        elif name == "textFill":
            marks |= _filled(child)
        elif _is_drawn_over(child, name) or (not KNOWN.fullmatch(name) and any(part in child.tag for part in WORD)):
            marks["unknown"] = "1"
        elif name == "eastAsianLayout" and (value(child, "combine") or value(child, "vert")):
            marks[name] = "1"
    return marks


def _is_drawn_over(effect: Any, name: str) -> bool:
    """Whether an effect draws more than the characters, or leaves them no room. Source: [MS-DOCX] 2.6.4."""
    if name == "textOutline":
        return find(effect, "noFill") is None and number(effect, "w") > WIDEST_OUTLINE
    is_of_word = "/office/word/" in effect.tag  # and none of the older effects, which leave the characters as they are
    return (name in ("glow", "reflection", "shadow") and is_of_word) or (
        name == "fitText" and 0 < number(effect) < NARROWEST_FIT
    )


def _filled(fill: Any) -> dict[str, str]:
    """What the fill of characters makes of their colour. Source: [MS-DOCX] 2.6.4.14, textFill."""
    if find(fill, "noFill") is not None or any(
        as_number(value(alpha)) >= NEARLY_CLEAR for alpha in fill.iter("{*}alpha")
    ):
        return {"unfilled": "1"}
    own, theme = value(find(fill, "solidFill", "srgbClr")), value(find(fill, "solidFill", "schemeClr"))
    colour = own if hex_colour(own) else PALE_FILLS.get(theme, "")
    return {"unfilled": "0", **({"color": colour} if colour else {})}


def shade_of(shade: Any | None) -> str:
    """The colour that a shading gives its ground: six digits, empty for none, ``?`` for lines or a theme's colour."""
    pattern, fill = value(shade, "val", "clear"), value(shade, "fill")
    if pattern in ("clear", "nil"):
        return fill if hex_colour(fill) else ("?" if value(shade, "themeFill") else "")
    share = 100 if pattern == "solid" else as_number(pattern.removeprefix("pct"), -1)
    if share < 0 or value(shade, "themeColor") or value(shade, "themeFill"):
        return "?"
    own, below = hex_colour(value(shade, "color")) or BLACK, hex_colour(fill) or WHITE
    mixed = [share / 100 * one + (1 - share / 100) * other for one, other in zip(own, below, strict=True)]
    return "".join(f"{round(255 * part):02X}" for part in mixed)


def paragraph_marks(properties: Any | None) -> dict[str, str]:
    """What of a paragraph's properties (``pPr``) matters here: its list, its level in it, its shading, its
    indents, whether it is a text frame, the height of its lines where that is fixed."""
    marks: dict[str, str] = {}
    if properties is None:
        return marks
    numbers, shade = find(properties, "numPr"), find(properties, "shd")
    if numbers is not None:
        marks["level"] = value(find(numbers, "ilvl"), default=marks.get("level", "0"))
        if find(numbers, "numId") is not None:
            marks["list"] = value(find(numbers, "numId"))
    if shade is not None:
        marks["shd"] = shade_of(shade)
    if find(properties, "framePr") is not None:
        marks["frame"] = "1"
    if (indents := find(properties, "ind")) is not None:
        marks |= {key: value(indents, key) for key in INDENTS if value(indents, key)}
    if value(find(properties, "spacing"), "lineRule") == "exact":
        marks["line"] = value(find(properties, "spacing"), "line")
    return marks


INDENTS = ("left", "start", "firstLine", "hanging")


def _start(marks: Marks) -> int:
    """Where the first line of a paragraph starts, twentieths of a point from the edge of its cell."""
    left = as_number(marks.get("start") or marks.get("left", ""))
    return left + as_number(marks.get("firstLine", "")) - as_number(marks.get("hanging", ""))


def paragraph_of(paragraph: Any, place: Place) -> tuple[WordStyle, bool]:
    """The style of a paragraph with its own properties over it, and whether a counted number stands before it."""
    properties = find(paragraph, "pPr")
    name = value(find(properties, "pStyle")) if properties is not None else ""
    style = place.styles.of("paragraph", name)
    marks = {**style.paragraph, **paragraph_marks(properties)}
    in_list = marks.get("list", "0")
    is_counted = in_list not in ("0", "") and (in_list, marks.get("level", "0")) not in place.styles.bullets
    return WordStyle(style.marks, marks), is_counted


def look_of(direct: Marks, paragraph: WordStyle, place: Place) -> Look:
    """How a run looks that stands in a paragraph. ``direct``: its own properties."""
    styles = place.styles
    name = direct.get("rStyle", "")
    character = styles.of("character", name).marks
    if name in NOTE_STYLES and name not in styles.by_id:
        character = {"vertAlign": "superscript"}
    levels = (styles.defaults, place.table.marks, paragraph.marks, character, direct)
    marks = {key: text for level in levels for key, text in level.items()}
    is_hidden, is_struck = (_is_on(toggle, levels) for toggle in ("vanish", "strike"))
    if is_hidden:
        return "hidden"
    if is_struck or marks.get("dstrike") == "1":
        return "struck"
    varies = place.table.varies and not {*TOGGLES, "vertAlign"} & set(direct)
    if is_hidden is None or is_struck is None or varies or _is_doubtful(marks, paragraph, place):
        return "unsure"
    position = as_number(marks.get("position", "")) - place.level
    if marks.get("vertAlign") in ("superscript", "subscript"):
        return "raised" if marks["vertAlign"] == "superscript" else "lowered"
    return "raised" if position > 0 else "lowered" if position < 0 else "shown"


def size_of(direct: Marks, paragraph: WordStyle, place: Place) -> int:
    """The size of a run, in half points."""
    styles = place.styles
    character = styles.of("character", direct.get("rStyle", "")).marks
    levels = (styles.defaults, place.table.marks, paragraph.marks, character, direct)
    return as_number({key: text for level in levels for key, text in level.items()}.get("sz", ""), USUAL_SIZE)


def _is_on(toggle: str, levels: Sequence[Marks]) -> bool | None:
    """Whether a toggle property is on. None where several styles turn it on: programs do not agree what that means."""
    *styles, direct = levels
    if toggle in direct:
        return direct[toggle] == "1"
    turned_on = sum(level.get(toggle) == "1" for level in styles)
    return None if turned_on > 1 else bool(turned_on)


def _is_doubtful(marks: Marks, paragraph: WordStyle, place: Place) -> bool:
    """Whether it is not sure that the characters of a run are seen, and seen as they are."""
    size = as_number(marks.get("sz", ""), USUAL_SIZE)
    typefaces = marks.get("rFonts", "").lower().split("|")
    return (
        any(marks.get(switch) == "1" for switch in ("webHidden", "specVanish", "rtl", *OTHERS))
        or (place.is_framed_apart and "frame" in paragraph.paragraph)
        or _start(paragraph.paragraph) <= OFF_CELL
        or size < 2 * SMALLEST
        or as_number(paragraph.paragraph.get("line", ""), 20 * size) < 5 * size  # lines of half the size are cut off
        or as_number(marks.get("w", ""), 100) < NARROWEST
        or as_number(marks.get("spacing", "")) <= -10 * size // 4  # a quarter of the size, in twentieths of a point
        or any(typeface.startswith(PICTOGRAMS) for typeface in typefaces)
        or not _is_seen(marks, paragraph, place)
    )


def _is_seen(marks: Marks, paragraph: WordStyle, place: Place) -> bool:
    colour = marks.get("color", "")
    text = WHITE if colour in PALE_THEME else hex_colour(colour)
    if text is None:  # automatic, or one of the theme's: black on what is pale, white on what is dark
        return True
    ground = place.ground
    for shade in (paragraph.paragraph.get("shd", ""), marks.get("shd", "")):
        ground = (None if shade == "?" else hex_colour(shade)) if shade else ground
    highlight = marks.get("highlight", "none")
    if highlight != "none":
        ground = HIGHLIGHTS.get(highlight, ground)
    return is_seen(text, WHITE if ground is None else ground)
