"""Fields of Word files: what stands in their codes is not shown, and what some of them show does not stand in the file.

Source: ECMA-376 part 1, 17.16 (fields; 17.16.18 and 17.16.5.1 on the characters that part code and result).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.readers.docx_xml import OFF, value
from workbench.readers.office import local_name

TEXTS = frozenset({"t", "sym", "tab", "ptab", "br", "cr", "noBreakHyphen", "drawing", "pict", "object"})
"""Elements of a run that show something."""

WITHOUT_LOOK = frozenset({"TC", "XE", "RD", "TA", "SET", "PRIVATE", "ADDIN", "ASK", "HYPERLINK", "BIBLIOGRAPHY"})
"""Fields that show nothing where no result is stored."""

COMPUTED = frozenset({"EQ", "SYMBOL", "ADVANCE"})
"""Fields whose look is drawn from their code, whatever result is stored."""

OF_THE_DAY = frozenset({"DATE", "TIME", "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES"})
"""Fields that show something else whenever the file is opened or printed."""

LOOK = "workbench-look"
"""Attribute of an element that is not shown as it is stored."""


@dataclass(slots=True)
class _Field:
    code: str = ""
    is_result: bool = False
    is_stale: bool = False

    @property
    def name(self) -> str:
        return (self.code.split() or [""])[0].upper()

    @property
    def look(self) -> str:
        if not self.is_result or self.name in COMPUTED:
            return "hidden"
        return "unsure" if self.is_stale or self.name in OF_THE_DAY else ""


def mark_fields(body: Any) -> None:
    """Give every element that a field does not show as it stands the attribute `LOOK`.

    Fields lie in one another and reach over paragraphs. A field inside another's code belongs to the code.
    """
    fields: list[_Field] = []
    for element in body.iter():
        name = local_name(element)
        if name == "tc":  # a code holds no cells: one that was never closed hides none
            fields = [field for field in fields if field.is_result]
        elif name == "fldSimple":
            simple = _Field(value(element, "instr"), True, _is_stale(element))
            _mark(element, simple)
        elif not (name in ("fldChar", "instrText") or (fields and name in TEXTS)) or _is_deleted(element):
            continue
        elif name == "fldChar":
            _turn(fields, element)
        elif name == "instrText" and fields:
            fields[-1].code += element.text or ""
        elif name in TEXTS and (looks := [look for field in fields if (look := field.look)]):
            element.set(LOOK, "hidden" if "hidden" in looks else "unsure")


def _is_deleted(element: Any) -> bool:
    return any(local_name(parent) in ("del", "moveFrom") for parent in element.iterancestors())


def _turn(fields: list[_Field], element: Any) -> None:
    """Take a field's beginning, the end of its code, or its end."""
    kind = value(element, "fldCharType")
    if kind == "begin":
        fields.append(_Field(is_stale=_is_stale(element)))
    elif kind == "separate" and fields:
        fields[-1].is_result = True
    elif kind == "end" and fields:
        field = fields.pop()
        is_drawn = field.name in COMPUTED or (not field.is_result and field.name not in WITHOUT_LOOK)
        if is_drawn and all(outer.is_result for outer in fields):
            element.set(LOOK, "unknown")


def _mark(element: Any, field: _Field) -> None:
    if field.look:
        for inner in element.iter():
            if local_name(inner) in TEXTS:
                inner.set(LOOK, "unknown" if field.name in COMPUTED else field.look)


def _is_stale(element: Any) -> bool:
    """Whether Word is to compute the field anew when it opens the file."""
    return value(element, "dirty", "0") not in OFF
