"""The style sheets of a web page: which declarations hold for an element, and which may.

Selectors and syntax are read by cssselect2 and tinycss2. Source: CSS Cascading and Inheritance Level 4, Media Queries
Level 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import cssselect2
import tinycss2

RELEVANT = re.compile(
    "display|visibility|opacity|text-decoration|text-decoration-line|text-decoration-thickness|text-underline-offset|"
    "vertical-align|font-size|font|font-family|color|background|background-color|background-image|position|top|right|"
    "bottom|left|inset|float|direction|unicode-bidi|content|list-style|list-style-type|overflow|overflow-x|overflow-y|"
    "width|height|max-width|max-height|line-height|text-indent|letter-spacing|word-spacing|margin|margin-left|"
    "margin-right|margin-top|margin-bottom|padding|padding-left|padding-right|border|border-top|border-right|"
    "border-bottom|border-left|border-image|border-image-source|outline|outline-width|box-shadow|text-shadow|transform|"
    "scale|rotate|translate|zoom|clip|clip-path|filter|backdrop-filter|mask|mask-image|offset|offset-path|contain|"
    "grid-area|grid-column|grid-column-start|grid-row|grid-row-start|mix-blend-mode|animation|animation-name|"
    "content-visibility|order|flex-direction|flex-flow|flex-wrap|-webkit-text-security|-webkit-text-fill-color|"
    "-webkit-text-stroke|-webkit-text-stroke-width|-webkit-box-reflect|line-clamp|background-clip|font-variant|"
    "font-variant-position|font-variant-numeric|font-feature-settings|writing-mode|quotes|all"
)
"""Properties that can change which text is seen, where, or in which order."""

PHYSICAL = {
    "block-size": "height",
    "inline-size": "width",
    "max-block-size": "max-height",
    "max-inline-size": "max-width",
    "margin-inline": "margin-left",
    "margin-inline-start": "margin-left",
    "margin-inline-end": "margin-right",
    "margin-block": "margin-top",
    "margin-block-start": "margin-top",
    "margin-block-end": "margin-bottom",
    "padding-inline": "padding-left",
    "padding-inline-start": "padding-left",
    "padding-inline-end": "padding-right",
    "inset-inline": "inset",
    "inset-inline-start": "left",
    "inset-inline-end": "right",
    "inset-block": "inset",
    "inset-block-start": "top",
    "inset-block-end": "bottom",
    "overflow-inline": "overflow",
    "overflow-block": "overflow",
}
"""Names of properties by the way of writing, and what they are in lines from left to right (CSS Logical Properties)."""

WIDTHS = (1024.0, 2560.0)
"""Pixels: between these, the window of a browser may be of any width."""

MOST_CSS = 5_000_000
"""Characters of style sheets that are looked through."""

MOST_SELECTORS = 20_000

MOST_TRIALS = 4_000_000
"""Selectors without a class or an id, times elements: each is tried on every element of its name, some 10 µs each."""

ANY_CELL = "table, table *"


class Declaration(NamedTuple):
    """A property with its value in small letters, texts in it apart."""

    name: str
    value: str
    important: bool
    tokens: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """The declarations for an element by pseudo-element ("" for itself), in the order in which later ones win.

    ``possible``: those of rules that hold only under conditions that are not known, as for print.
    """

    certain: Mapping[str, tuple[Declaration, ...]] = field(default_factory=dict)
    possible: Mapping[str, tuple[Declaration, ...]] = field(default_factory=dict)


NOTHING = Matched()


@dataclass(frozen=True, slots=True)
class Rules:
    """What the style sheets of a page say about its elements; those that no rule is about are left out.

    Attributes:
        matched: by element.
        typefaces: names of typefaces that the page brings along, in small letters.
        is_whole: False where the style sheets are too long to be looked through.
        lacks_files: whether the page names style sheets or scripts in other files, which are never read.
    """

    matched: Mapping[Any, Matched] = field(default_factory=dict)
    typefaces: frozenset[str] = frozenset()
    is_whole: bool = True
    lacks_files: bool = False

    def of(self, element: Any) -> Matched:
        """The declarations of the style sheets for an element."""
        return self.matched.get(element, NOTHING)


@dataclass(slots=True)
class _Collected:
    matcher: Any = field(default_factory=cssselect2.Matcher)
    typefaces: set[str] = field(default_factory=set)
    selectors: int = 0
    is_whole: bool = True
    lacks_files: bool = False


def rules_of(root: Any) -> Rules:
    """Read the style elements of a page and find the elements that each rule is about."""
    sheets = [sheet for sheet in root.iter("style") if _is_css(sheet)]
    if sum(len(sheet.text or "") for sheet in sheets) > MOST_CSS:
        return Rules(is_whole=False)
    names_files = any(map(_names_sheet, root.iter("link"))) or any(script.get("src") for script in root.iter("script"))
    collected = _Collected(lacks_files=names_files)
    for sheet in sheets:
        holds = holds_on_screen(sheet.get("media", ""))
        rules = tinycss2.parse_stylesheet(sheet.text or "", skip_comments=True, skip_whitespace=True)
        _collect(collected, rules, holds)
    broad = [*collected.matcher.lower_local_name_selectors.values(), collected.matcher.other_selectors]
    elements = sum(1 for _ in root.iter())
    collected.is_whole = collected.is_whole and sum(map(len, broad)) * elements <= MOST_TRIALS
    if not collected.selectors or not collected.is_whole:
        return Rules({}, frozenset(collected.typefaces), collected.is_whole, collected.lacks_files)
    matched = {}
    for wrapper in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
        if found := collected.matcher.match(wrapper):
            matched[wrapper.etree_element] = _in_order(found)
    return Rules(matched, frozenset(collected.typefaces), lacks_files=collected.lacks_files)


def _names_sheet(link: Any) -> bool:
    names = link.get("rel", "").lower().split()
    return "stylesheet" in names and "alternate" not in names and holds_on_screen(link.get("media", "")) is not False


def _is_css(sheet: Any) -> bool:
    is_idle = any(parent.tag in ("noscript", "template") for parent in sheet.iterancestors())
    return sheet.get("type", "text/css").strip().lower() in ("", "text/css") and not is_idle


def _in_order(found: Iterable[tuple[Any, int, str | None, tuple[tuple[Declaration, ...], bool]]]) -> Matched:
    by_kind: tuple[dict[str, list[Declaration]], dict[str, list[Declaration]]] = ({}, {})
    for _, _, pseudo, (declarations, is_certain) in sorted(found, key=lambda one: one[:2]):
        by_kind[not is_certain].setdefault(pseudo or "", []).extend(declarations)
    certain, possible = ({name: tuple(all_of) for name, all_of in kind.items()} for kind in by_kind)
    return Matched(certain, possible)


def _collect(collected: _Collected, rules: Iterable[Any], holds: bool | None) -> None:
    """Add rules. ``holds``: whether they do; None where that is not known."""
    for rule in rules if holds is not False else ():
        if rule.type == "qualified-rule":
            _collect_rule(collected, rule, holds)
        elif rule.type == "at-rule" and rule.lower_at_keyword == "import":
            collected.lacks_files = True
        elif rule.type == "at-rule" and rule.content is not None:
            name = rule.lower_at_keyword
            if name == "font-face":
                own = {d.name: d.value for d in declarations_in(rule.content, any_name=True)}
                collected.typefaces |= {plain_name(own.get("font-family", ""))} if "src" in own else set()
            elif name in ("media", "supports", "layer", "container", "scope"):
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                inside = holds_on_screen(tinycss2.serialize(rule.prelude)) if name == "media" else None
                _collect(collected, inner, inside if holds else None if inside is not False else False)


def _collect_rule(collected: _Collected, rule: Any, holds: bool | None) -> None:
    selector = tinycss2.serialize(rule.prelude).strip()
    inside = [token for token in rule.content if token.type == "{} block"]
    if inside:  # rules in the rule: about what stands in its elements, under conditions of their own
        scope = f":is({selector}), :is({selector}) *"
        _add(collected, scope, tuple(d for block in inside for d in declarations_in(block.content)), False)
    if declarations := tuple(declarations_in(rule.content)):
        _add(collected, selector, declarations, holds is True)


def _add(collected: _Collected, selector: str, declarations: tuple[Declaration, ...], is_certain: bool) -> None:
    try:
        compiled_parts = cssselect2.compile_selector_list(selector)
    except cssselect2.SelectorError:
        if re.search(r"::?-", selector):  # parts of controls that one browser knows
            return
        compiled_parts, is_certain = cssselect2.compile_selector_list(_wider(selector)), False
    for compiled in compiled_parts:
        collected.selectors += 1
        collected.is_whole = collected.selectors <= MOST_SELECTORS
        if collected.is_whole:
            collected.matcher.add_selector(compiled, (declarations, is_certain))


def _wider(selector: str) -> str:
    """A selector for all elements that one which cannot be read may be about, by their classes and ids."""
    bare = selector
    while (fewer := re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", bare)) != bare:
        bare = fewer
    last = [re.split(r"[\s>+~]+", part.strip())[-1] for part in bare.split(",")]
    names = [re.findall(r"[.#][A-Za-z_][\w-]*", part.partition(":")[0]) for part in last]
    return ", ".join("".join(found) for found in names) if all(names) else ANY_CELL


def declarations_in(content: Any, any_name: bool = False) -> Iterator[Declaration]:
    """The declarations of a block or of a ``style`` attribute: those of `RELEVANT` properties and of variables."""
    for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if one.type == "declaration":
            name = one.name if one.name.startswith("--") else _known_name(one.lower_name)
            if any_name or RELEVANT.fullmatch(name) or name.startswith("--"):
                value = tinycss2.serialize(one.value).strip()
                yield Declaration(
                    name, value if name.startswith("--") else value.lower(), one.important, tuple(one.value)
                )


def _known_name(name: str) -> str:
    """The name that a property has without the prefix of a browser, and in lines from left to right."""
    bare = name.removeprefix("-webkit-")
    return PHYSICAL.get(bare, bare if RELEVANT.fullmatch(bare) else name)


def plain_name(name: str) -> str:
    """The name of a typeface in small letters, without quotes."""
    return name.strip().strip("\"'").strip().lower()


def holds_on_screen(media: str) -> bool | None:
    """Whether a list of media queries holds in a browser's window; None where that is not known.

    >>> holds_on_screen("screen"), holds_on_screen("(max-width: 600px)"), holds_on_screen("print")
    (True, False, None)
    """
    answers = [_query_holds(query.strip().lower()) for query in media.split(",")]
    return True if True in answers else None if None in answers else False


def _query_holds(query: str) -> bool | None:
    answers: list[bool | None] = []
    for part in re.split(r"\s+and\s+", re.sub(r"^only\s+", "", query)):
        width = re.fullmatch(r"\(\s*(min|max)-width\s*:\s*(\d+(?:\.\d+)?)(px|em|rem)\s*\)", part)
        if width:
            pixels = float(width[2]) * (1 if width[3] == "px" else 16)
            narrow, wide = (pixels <= at if width[1] == "min" else pixels >= at for at in WIDTHS)
            answers.append(narrow if narrow == wide else None)
        else:
            answers.append(True if part in ("", "all", "screen") else False if part in ("speech", "braille") else None)
    return False if False in answers else None if None in answers else True
