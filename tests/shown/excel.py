"""Constructions of workbooks: each on a sheet of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, DataBarRule, FormulaRule, Rule
from openpyxl.styles import Alignment, Border, Font, GradientFill, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from PIL import Image as Picture

from tests.shown import Parts, lowered, raised, unsettled, whole, without

TEXTS: tuple[Parts, ...] = (("9", "7", "5个"), ("≥3", "1", "%"), ("1", "2", ",345.6"))
NUMBERS = (5, 12, 987)
AT = "B2"


@dataclass(frozen=True)
class InSheet:
    """One way to show a text (three parts) or a number: what is done to a sheet, and what it shows."""

    name: str
    make: Callable[[Any, Any], None]
    shown: Callable[..., str | None]
    values: tuple = TEXTS


def _rich(name: str, shown: Callable[..., str | None], **font: Any) -> InSheet:
    def make(sheet: Any, parts: Parts) -> None:
        a, x, b = parts
        sheet[AT] = CellRichText(
            TextBlock(InlineFont(), a), TextBlock(InlineFont(**font), x), TextBlock(InlineFont(), b)
        )

    return InSheet(f"rich {name}", make, shown)


def _set(
    name: str, shown: Callable[..., str | None], values: tuple = NUMBERS, width: float = 0, **looks: Any
) -> InSheet:
    def make(sheet: Any, value: Any) -> None:
        sheet[AT] = "".join(value) if isinstance(value, tuple) else value
        for look, given in looks.items():
            setattr(sheet[AT], look, given)
        if width:
            sheet.column_dimensions["B"].width = width

    return InSheet(name, make, shown, values)


def _format(code: str, shown: Callable[..., str | None], values: tuple = NUMBERS) -> InSheet:
    return _set(code, shown, values, number_format=code)


def _rule(name: str, shown: Callable[..., str | None], rule: Rule) -> InSheet:
    def make(sheet: Any, value: Any) -> None:
        sheet[AT] = value
        sheet.conditional_formatting.add("A1:C9", rule)

    return InSheet(f"rule: {name}", make, shown, NUMBERS)


def _dxf(**looks: Any) -> Rule:
    return Rule(type="expression", dxf=DifferentialStyle(**looks), formula=["TRUE"])


def _picture(sheet: Any, value: Any) -> None:
    stream = io.BytesIO()
    Picture.new("RGB", (60, 40), "white").save(stream, "PNG")
    sheet[AT] = value
    sheet.add_image(Image(stream), AT)


def _no_zeros(sheet: Any, value: Any) -> None:
    sheet[AT] = value
    sheet.sheet_view.showZeros = False


def _covered(sheet: Any, value: Any) -> None:
    sheet[AT], sheet["C2"] = "项目", value
    sheet.merge_cells("B2:C2")
    sheet["C1"] = "丙"


def number(value: int) -> str:
    return str(value)


def blank(*_: object) -> str:
    return ""


CONSTRUCTIONS: tuple[InSheet, ...] = (
    _rich("bold", whole, b=True, color="FF0000"),
    _rich("struck", without, strike=True),
    _rich("raised", raised, vertAlign="superscript"),
    _rich("lowered", lowered, vertAlign="subscript"),
    _rich("white", unsettled, color="FFFFFFFF"),
    _rich("tiny", unsettled, sz=1),
    _rich("pictograms", unsettled, rFont="Wingdings"),
    _set("struck", blank, font=Font(strike=True)),
    _set("struck text", blank, TEXTS, font=Font(strike=True)),
    _set("white", unsettled, font=Font(color="FFFFFFFF")),
    _set("white of the theme", unsettled, font=Font(color=openpyxl.styles.colors.Color(theme=0))),
    _set("white on dark", number, font=Font(color="FFFFFFFF"), fill=PatternFill("solid", "FF203040")),
    _set("black on black", unsettled, fill=PatternFill("solid", "FF000000")),
    _set("red on pink", number, font=Font(color="FF9C0006"), fill=PatternFill("solid", "FFFFC7CE")),
    _set("tiny", unsettled, font=Font(sz=1)),
    _set("crossed by a border", unsettled, border=Border(diagonal=Side("thick"), diagonalUp=True)),
    *(_set(name, unsettled, fill=PatternFill(name, "FF000000")) for name in ("darkGray", "mediumGray", "darkGrid")),
    *(_set(name, number, fill=PatternFill(name, "FF000000", "FFFFFFFF")) for name in ("lightGray", "gray125")),
    _set("black gradient", unsettled, fill=GradientFill(stop=("FF000000", "FF111111"))),
    _set("pale gradient", number, fill=GradientFill(stop=("FFFFFFFF", "FFEEEEEE"))),
    _set("bars of a typeface", unsettled, font=Font(name="Code 128")),
    _set("repeated", unsettled, alignment=Alignment(horizontal="fill")),
    _set("other direction", unsettled, TEXTS, alignment=Alignment(readingOrder=2)),
    _set("narrow", lambda value: None if value > 9 else str(value), width=1.9),
    _set("narrow but shrunk", number, width=1.9, alignment=Alignment(shrink_to_fit=True)),
    _set("wide", number, width=9),
    _format("General", number),
    _format(";;;", blank),
    _format(";;;", blank, TEXTS),
    _format('0"5"', lambda value: f"{value}5"),
    _format('"9"0', lambda value: f"9{value}"),
    _format("00000", lambda value: f"{value:05d}"),
    _format('0.0,"千"', lambda value: f"{value / 1000 + 1e-9:.1f}千"),
    _format("0%", lambda value: f"{value}00%"),
    _format('[>9]"7";0', lambda value: "7" if value > 9 else str(value)),
    _format("0*9", unsettled),
    _format("[White]0", unsettled),
    _format('"9"@', unsettled),
    _format("@", number),
    _format("# ?/?", unsettled),
    _format("[DBNum1]0", unsettled),
    _format('"9"@', lambda *parts: "9" + "".join(parts), TEXTS),
    _format('0;0;0;@"0"', lambda *parts: "".join(parts) + "0", TEXTS),
    _format("0.00", whole, TEXTS),
    _rule("number format", unsettled, _dxf(numFmt=NumberFormat(numFmtId=200, formatCode='"59"'))),
    _rule("struck", unsettled, _dxf(font=Font(strike=True))),
    _rule("white", unsettled, _dxf(font=Font(color="FFFFFFFF"))),
    _rule("black ground", unsettled, _dxf(fill=PatternFill(bgColor="FF000000"))),
    _rule("pink", number, CellIsRule("greaterThan", ["0"], fill=PatternFill(bgColor="FFFFC7CE"))),
    _rule("bold", number, FormulaRule(["TRUE"], font=Font(b=True))),
    _rule("bars", number, DataBarRule("min", 0, "max", 9, "FF0000")),
    _rule("dark scale", unsettled, ColorScaleRule("num", 0, "000000", "num", 9, "000000")),
    _rule("pale scale", number, ColorScaleRule("min", None, "F8696B", "max", None, "63BE7B")),
    _rule("dark bars", unsettled, DataBarRule("num", 0, "num", 9, "FF000000")),
    _rule("bars alone", unsettled, DataBarRule("min", 0, "max", 9, "FF0000", showValue=False)),
    InSheet("picture over it", _picture, unsettled, NUMBERS),
    InSheet("zeros", _no_zeros, lambda value: str(value) if value else None, (0, 5)),
    InSheet("covered by a merged cell", _covered, lambda value: "项目", NUMBERS),
)


def cases() -> list[tuple[InSheet, Any]]:
    return [(construction, value) for construction in CONSTRUCTIONS for value in construction.values]


def write(path: Path) -> Path:
    """A workbook with a sheet for each case, in their order."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at, (construction, value) in enumerate(cases()):
        sheet = book.create_sheet(f"N{at}N")
        sheet["A1"], sheet["B1"], sheet["A2"] = "甲", "乙", f"N{at}N"
        construction.make(sheet, value)
    book.save(path)
    return path
