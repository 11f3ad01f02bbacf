"""The text of a Word paragraph as runs, each with its look. Source: ECMA-376 part 1, 17.3 (paragraphs and runs)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from workbench.readers.docx_fields import LOOK
from workbench.readers.docx_styles import Marks, Place, WordStyle, look_of, marks_of, paragraph_of, size_of
from workbench.readers.docx_xml import OFF, is_on, number, value
from workbench.readers.office import find, local_name
from workbench.readers.plain import UNKNOWN
from workbench.readers.shown import FIGURE, Look, TextRun

WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "AlternateContent"})
"""Elements that stand around others without a look of their own: content controls, inserted text."""

NOT_SHOWN = frozenset(
    {"del", "moveFrom", "instrText", "drawing", "pict", "object", "Choice", "Fallback", "rPr", "pPr", "sdtPr", "rt"}
)
"""Deleted text, codes of fields, drawings, properties, phonetic guides."""

DRAWINGS = frozenset({"inline", "anchor", "pict", "object", "contentPart"})

SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}

COUNTED = frozenset({"dayShort", "dayLong", "monthShort", "monthLong", "yearShort", "yearLong", "pgNum"})
"""Elements for which Word writes the date or the number of the page."""

NOTES = frozenset({"footnoteReference", "endnoteReference"})

MATH = ("/officeDocument/2006/math", "/officeDocument/math")
"""Ends of the two namespaces of formulas."""

MATH_TEXT = frozenset({"oMath", "oMathPara", "r", "t", "e", "num", "den", "sub", "sup", "deg", "lim", "fName", "mr"})
"""Elements of formulas that are text, or parts of a structure; the place of the others says more than their text."""

SYMBOLS = {"B3": "≥", "A3": "≤", "B1": "±", "B4": "×", "B0": "°", "B9": "≠", "BB": "≈"}
"""Signs of the typeface Symbol, which Word stores by the last two hexadecimal digits of their number."""

PAGE_BREAK = "\f"


def children(element: Any) -> Iterator[Any]:
    """Children as they are shown: wrappers opened, deleted ones left out."""
    for child in element:
        if local_name(child) == "AlternateContent":
            yield from children(_branch(child))
        elif local_name(child) in WRAPPERS:
            yield from children(child)
        elif local_name(child) not in NOT_SHOWN:
            yield child


def paragraph_runs(paragraph: Any, place: Place) -> list[TextRun]:
    """The runs of a paragraph; a number that Word counts before it is a ``label``."""
    style, is_counted = paragraph_of(paragraph, place)
    return [*([TextRun("", "label")] if is_counted else []), *_runs(paragraph, style, place, "shown")]


def height_of(paragraph: Any, place: Place) -> int:
    """The least height that a paragraph needs, in twentieths of a point: the size of its first run on each line."""
    style, _ = paragraph_of(paragraph, place)
    first = next((run for run in children(paragraph) if local_name(run) == "r"), None)
    lines = 1 + sum(local_name(e) in ("br", "cr") for e in paragraph.iter())
    return lines * 10 * size_of(_direct(first) if first is not None else {}, style, place)


def level_of(cell: Any) -> int:
    """How high all texts of a cell are set, half points; 0 where they differ: then some are raised or lowered."""
    runs = [run for run in cell.iter("{*}r") if any(local_name(child) == "t" for child in run)]
    levels = {number(find(run, "rPr", "position")) for run in runs}
    return levels.pop() if len(levels) == 1 else 0


def is_drawn_on(cell: Any) -> bool:
    """Whether a picture, shape or object stands in a cell beside its text or over it."""
    return any(
        local_name(e) in DRAWINGS and value(e, "behindDoc", "0") in OFF and not is_fallback(e) for e in cell.iter()
    )


def is_fallback(element: Any) -> bool:
    """Whether an element is what programs show that do not know the better way."""
    return any(local_name(parent) == "Fallback" for parent in element.iterancestors())


def as_struck(runs: list[TextRun]) -> list[TextRun]:
    """The runs of a cell that was deleted."""
    return [replace(run, look="struck") for run in runs]


def as_unsure(runs: list[TextRun]) -> list[TextRun]:
    """The runs of a cell of which it is not sure that they are shown."""
    return [replace(run, look="unsure") if run.look == "shown" else run for run in runs]


def _runs(element: Any, style: WordStyle, place: Place, look: Look) -> Iterator[TextRun]:
    for child in children(element):
        name, own = local_name(child), child.get(LOOK, "")
        if name == "r":
            yield from _runs(child, style, place, _run_look(child, style, place))
        elif own == "unknown" or name in COUNTED:
            yield TextRun("", "hidden" if look == "hidden" else "unknown")
        elif own == "hidden" or name.endswith("Pr"):
            continue
        elif name in ("t", "sym") or name in SIGNS:
            yield TextRun(_sign(child, name), "unsure" if own and look == "shown" else look)
        elif name in NOTES:
            if value(child, "customMarkFollows", "0") in OFF:  # else its mark is the text that follows
                yield TextRun("", "unknown" if look == "shown" else "hidden" if look == "hidden" else "note")
        elif name == "ruby":
            guides = (t.text or "" for guide in child.iter("{*}rt") for t in guide.iter("{*}t"))
            has_figures = any(map(FIGURE.search, guides))
            yield from (replace(run, look="unsure") if has_figures else run for run in _runs(child, style, place, look))
        else:
            yield from [TextRun(UNKNOWN)] if _is_structure(child, name) else []
            yield from _runs(child, style, place, look)


def _run_look(run: Any, style: WordStyle, place: Place) -> Look:
    look = look_of(_direct(run), style, place)
    return "unsure" if look == "shown" and _is_doubtful_around(run) else look


def _direct(run: Any) -> Marks:
    """The properties of a run; one of a formula has two elements for them."""
    return {key: text for child in run if local_name(child) == "rPr" for key, text in marks_of(child).items()}


def _is_doubtful_around(run: Any) -> bool:
    """Whether what stands around a run may show it otherwise: a hint of a content control, the other direction."""
    for parent in run.iterancestors():
        name = local_name(parent)
        if name == "sdt":
            if is_on(find(parent, "sdtPr", "showingPlcHdr")) or find(parent, "sdtPr", "dataBinding") is not None:
                return True
        elif name in ("bdo", "dir"):
            if value(parent) == "rtl":
                return True
        elif name in ("Choice", "Fallback"):
            if name == "Choice" or len({_text_of(branch) for branch in parent.getparent()}) > 1:
                return True
        elif name == "p":
            return is_on(find(parent, "pPr", "bidi"))
    return False


def _branch(alternatives: Any) -> Any:
    """The branch that is read: of those with text the last, which every program can show."""
    with_text = [branch for branch in alternatives if _text_of(branch)]
    return (with_text or list(alternatives) or [alternatives])[-1]


def _text_of(branch: Any) -> str:
    """The text of a branch without that of its drawings."""
    texts = (t for t in branch.iter("{*}t") if not any(local_name(p) in ("drawing", "pict") for p in t.iterancestors()))
    return "".join(t.text or "" for t in texts)


def _is_structure(element: Any, name: str) -> bool:
    namespace = element.tag.rpartition("}")[0]
    return namespace.endswith(MATH) and name not in MATH_TEXT


def _sign(element: Any, name: str) -> str:
    if name == "t":
        return element.text or ""
    if name == "sym":
        sign = SYMBOLS.get(value(element, "char").upper()[-2:])
        return sign if sign and value(element, "font") == "Symbol" else UNKNOWN
    return PAGE_BREAK if name == "br" and value(element, "type") == "page" else SIGNS[name]
