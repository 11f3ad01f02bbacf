"""What must hold of every input, whatever bytes it has. The fuzzer looks for inputs of which it does not."""

from __future__ import annotations

import io
import math
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from unittest import mock
from xml.sax.saxutils import escape, quoteattr

import pylopdf_fonts_zh_cn
import pypdfium2
from fontTools import subset
from fontTools.ttLib import TTFont
from openpyxl.utils.datetime import from_excel

from fuzz.ofd_parts import OFD_PARTS, with_values
from workbench.corrections.apply import apply_corrections
from workbench.corrections.correction import parse_line, to_line
from workbench.corrections.history import CorrectionHistory
from workbench.corrections.reconcile import corrections_by_form, field_rows
from workbench.dataset.info import parsed_info
from workbench.dataset.originals import raw_folder
from workbench.errors import InputError
from workbench.form.assemble import assemble_forms
from workbench.model import CellGrid, Entry, Form, Indicator
from workbench.readers import ofd_fonts
from workbench.readers.documents import open_source
from workbench.readers.kinds import PageRecord, read_file
from workbench.readers.number_format import displayed
from workbench.readers.ofd_package import open_package
from workbench.readers.ofd_page import page_as_pdf
from workbench.settings import Settings
from workbench.values import (
    normalise,
    parse_actual,
    parse_amount,
    parse_fraction,
    parse_number,
    parse_points,
    parse_target,
    printed_margin,
    relative_margin,
)
from workbench.values.units import _SCALES, _UNITS

SETTINGS = Settings(max_text_bytes=1_000_000, max_cells=20_000)
"""Limits that small inputs can reach."""

NUMERAL = re.compile(r"[+-]?(?:[0-9][0-9,]*)?\.?[0-9]+")
DIGITS = re.compile(r"[0-9]+")
YEAR = re.compile(r"(?=([0-9]{4}))")


PIECES = re.findall(
    "[^ ]+",
    "０ ５ ９ ， ． － ％ ≥ ≤ ＝ ═ ＞ ＜ ≧ ≦ ～ — – ¥ ￥ （ ） 、 。 ： · ² ① ‰ ℃ ⽉ \xa0 \u3000 \u200b \ufeff "
    "〇 Ｏ 无 年 月 日 底 末 初 前 后 内 中 上旬 下旬 季度 第 一 二 三 四 半年 每 个 人 家 次 项 天 小时 工作日 "
    "分 元 万 亿 千 百 万元 亿元 平方米 公里 米 吨 百分点 百分比 以上 以下 以内 不低于 不超过 大于 小于 等于 "
    "达到 至 到 及 含 约 近 未 不 没有 已 完成 达成 达标 实现 预期 指标 目标 任务 按时 按期 全部 部分 基本 超额 "
    "率 的 为 在 于 截至 之前 全年 年度 印发 控制在 人次 个项目 m2 2022",
)
"""What an input's bytes from 128 on stand for; those below are ASCII. So every change of a byte makes another text."""


def text_of(data: bytes) -> str:
    """The text that an input stands for."""
    return "".join(chr(byte) if byte < 128 else PIECES[byte - 128] for byte in data)


def values(data: bytes) -> None:
    """The parser of values, on a target and an actual with a line break between them: no number is invented."""
    target_text, _, actual_text = text_of(data).partition("\n")
    for text in (target_text, actual_text):
        _plain_numbers(text)
    for year in (None, 2022):
        target = parse_target(target_text, year=year)
        printed = _numerals(target_text)
        for number in (target.value, target.low, target.high):
            assert number is None or number in printed, (target_text, target)
        years = {int(found) for found in YEAR.findall(normalise(target_text))} | {year}
        for day in (target.deadline, target.sure):
            # What is sure of "before January" is the last day of the year before.
            assert day is None or {day.year, day.year + 1} & years, (target_text, target)
        actual = parse_actual(actual_text, target, year)
        if actual.value is not None:
            assert _is_printed(actual.value, _numerals(actual_text)), (target_text, actual_text, actual)
        _judged(target, actual_text, actual, year)


def _plain_numbers(text: str) -> None:
    folded = normalise(text)
    assert normalise(folded) == folded, text
    printed = _numerals(text)
    for parse in (parse_number, parse_amount, parse_points):
        number = parse(text)
        assert number is None or number in printed, (text, parse, number)
    rate = parse_fraction(text)
    assert rate is None or rate in printed or any(math.isclose(rate * 100, one) for one in printed), (text, rate)
    assert printed_margin(text) >= 0 and relative_margin(text) >= 0


def _judged(target: object, actual_text: str, actual: object, year: int | None) -> None:
    from workbench.values import judge

    verdict = judge(target, actual_text, actual, year)  # type: ignore[arg-type]
    assert verdict.met in (True, False, None)
    assert verdict.attainment is None or (verdict.attainment >= 0 and math.isfinite(verdict.attainment))


def _numerals(text: str) -> set[float]:
    """The numbers that stand in a text, with and without their sign: a dash may join a range."""
    found = {float(one.replace(",", "")) for one in NUMERAL.findall(normalise(text))}
    return found | {-number for number in found}


def _is_printed(number: float, printed: set[float]) -> bool:
    return number in printed or any(math.isclose(number, one * factor) for one in printed for factor in _factors())


@cache
def _factors() -> frozenset[float]:
    """What one unit of measure can be of another."""
    scales = [1.0, 100.0, *_SCALES.values(), *(factor for factor, _ in _UNITS.values())]
    sizes = {a * b for a, b in product(scales, repeat=2)}
    return frozenset(a / b for a, b in product(sizes, repeat=2))


def transcription(data: bytes) -> None:
    """Text: what is read stands in it."""
    pages = _read(data, ".txt")
    text = data.decode("utf-8", "replace")
    if pages and not set("<&*_\\") & set(text) and "\ufffd" not in text:
        printed = set(DIGITS.findall(text))
        read = {digits for one in _texts(pages) for digits in DIGITS.findall(one)}
        assert read <= printed, (text, read - printed)


def html(data: bytes) -> None:
    """HTML: every table is filled, and no cell lies over another."""
    _read(data, ".html")


def formats(data: bytes) -> None:
    """A cell's format and its value, a line break between them: what is shown is a text, and the value's own number."""
    code, _, printed = data.decode("utf-8", "replace").partition("\n")
    for value in _cell_values(printed):
        shown = displayed(value, code)
        assert shown is None or isinstance(shown, str)
        places = re.fullmatch("#?,?#*0(?:[.](0{1,9}))?", code)
        if places and isinstance(value, float) and abs(value) < 1e9:
            assert shown is not None
            margin = 0.5 * 10.0 ** -len(places[1] or "") + 1e-9 * abs(value)
            assert abs(float(shown.replace(",", "")) - value) <= margin, (code, value, shown)


def _cell_values(printed: str) -> Iterator[object]:
    """The text, and the number, date, time and duration that it stands for, if it does for one."""
    yield printed
    with suppress(ValueError):
        number = float(printed)
        yield number
        if number == number and abs(number) < 1e18:
            yield int(number)
        if 0 <= number < 2_958_466:  # the last day that Excel has
            yield from_excel(number)
            yield timedelta(days=number)
            yield from_excel(number % 1.0)


PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
)
"""The parts of a workbook that the fuzzer may write: the first byte of an input says which."""


STRINGS = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1"><si><t>a</t></si>'
    b'<si><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r><rPh sb="0" eb="1"><t>b</t></rPh></si></sst>'
)


STRINGS_LINKS = (
    (
        "[Content_Types].xml",
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>',
    ),
    (
        "xl/_rels/workbook.xml.rels",
        b"</Relationships>",
        b'<Relationship Id="rId9" Target="sharedStrings.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>',
    ),
)
"""Where a workbook says that it has texts that cells share; openpyxl writes them into the cells."""


def xlsx(data: bytes) -> None:
    """A workbook of which one part is anything, or its cells are, and the rest as Excel writes it."""
    kind, content = (data[0], data[1:]) if data else (0, b"")
    made = {PARTS[kind % len(PARTS)]: content} if kind < 128 else _cells(content.decode("utf-8", "replace"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        with zipfile.ZipFile(path, "w") as package:
            for name, part in (workbook() | made).items():
                package.writestr(name, part)
        _checked(path)


TYPES = ("n", "s", "str", "inlineStr", "b", "e", "d", "z")


def _cells(text: str) -> dict[str, bytes]:
    """A sheet of these cells, parted by line breaks and tabs: a letter for the type, then the value; the first line are
    the columns' formats, and the last are merged areas."""
    text = escape(re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", "", text)) + "\n" * (text.count("\n") == 0)
    formats, *lines, merged = text.split("\n")
    codes = formats.split("\t")
    rows = []
    for line in lines:
        cells = enumerate(line.split("\t"))
        rows.append("".join(_cell(cell, column % len(codes) + 1) for column, cell in cells))
    areas = "".join(f'<mergeCell ref="{area}"/>' for area in merged.replace('"', "").split())
    sheet = "".join(f"<row>{row}</row>" for row in rows)
    fonts = "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>"
    numbered = "".join(f'<numFmt numFmtId="{n}" formatCode={quoteattr(c)}/>' for n, c in enumerate(codes, start=164))
    looks = "".join(
        f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0"/>' for n in (0, *range(164, 164 + len(codes)))
    )
    styles = f"<numFmts>{numbered}</numFmts>{fonts}<cellXfs>{looks}</cellXfs>"
    merges = f"<mergeCells>{areas}</mergeCells>" if areas else ""
    body = {"worksheet": f"<sheetData>{sheet}</sheetData>{merges}", "styleSheet": styles}
    worksheet, style_sheet = (f"<{tag} {NAMESPACE}>{inner}</{tag}>".encode() for tag, inner in body.items())
    return {PARTS[0]: worksheet, PARTS[1]: style_sheet}


def _cell(cell: str, style: int) -> str:
    kind = TYPES[ord(cell[0]) % len(TYPES)] if cell else "n"
    if kind == "inlineStr":
        return f'<c t="inlineStr" s="{style}"><is><t>{cell[1:]}</t></is></c>'
    return f'<c t="{kind}" s="{style}"><v>{cell[1:]}</v></c>'


NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@cache
def workbook() -> dict[str, bytes]:
    """The parts of a small workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["项目名称", "甲"], ["指标", "指标值"], ["数量", 12]):
        book.active.append(row)
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "book.xlsx")
        with zipfile.ZipFile(Path(folder) / "book.xlsx") as package:
            parts = {name: package.read(name) for name in package.namelist()}
    for part, end, link in STRINGS_LINKS:
        parts[part] = parts[part].replace(end, link + end)
    return parts | {"xl/sharedStrings.xml": STRINGS}


def ofd(data: bytes) -> None:
    """An OFD of which one part is anything, or has other values: its first page is refused in words, or drawn as a PDF
    of one page."""
    number, content = (data[0], data[1:]) if data else (0, b"")
    changed = list(OFD_PARTS)[number % len(OFD_PARTS)]
    if number >= 128:
        content = with_values(OFD_PARTS[changed], content).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.ofd"
        with zipfile.ZipFile(path, "w") as package:
            for name, part in OFD_PARTS.items():
                package.writestr(name, content if name == changed else part)
        try:
            with mock.patch.object(ofd_fonts, "_stand_in", _small_typeface):
                drawn = page_as_pdf(open_package(path, SETTINGS), 1)
        except InputError as refused:
            assert refused.reason in ("unreadable", "too-large", "encrypted"), refused
            return
    with closing(pypdfium2.PdfDocument(drawn)) as document:
        assert len(document) == 1
        assert document[0].render(scale=0.1).width > 0


@cache
def _small_typeface(serif: bool) -> tuple[bytes, TTFont]:
    """A stand-in of the letters and figures that seeds have: a whole one, 8 to 12 MB in each PDF, took nine tenths of
    the time, and what it holds is no stranger's."""
    made = io.BytesIO()
    with TTFont(pylopdf_fonts_zh_cn.serif_path() if serif else pylopdf_fonts_zh_cn.sans_path()) as whole:
        cut = subset.Subsetter()
        cut.populate(text="".join(OFD_PARTS.values()) + "".join(map(chr, range(32, 127))))
        cut.subset(whole)
        whole.save(made)
    return made.getvalue(), TTFont(made)


def _read(data: bytes, suffix: str) -> list[PageRecord]:
    with tempfile.TemporaryDirectory() as folder:
        path = (Path(folder) / "input").with_suffix(suffix)
        path.write_bytes(data)
        return _checked(path)


def _checked(path: Path) -> list[PageRecord]:
    """The pages of a file and its forms, empty where it is refused with a reason."""
    try:
        pages = read_file(open_source(path), SETTINGS)
        for page in pages:
            for grid in page.content.grids:
                _filled(grid)
        assemble_forms([page.content for page in pages], path.name)
    except InputError as refused:
        assert refused.reason in ("unreadable", "too-large", "no-table", "encrypted", "unknown-form", "empty"), refused
        return []
    return pages


def _filled(grid: CellGrid) -> None:
    squares = [
        (row, col)
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for col in range(cell.col, cell.col + cell.colspan)
    ]
    assert len(squares) == len(set(squares)) == grid.rows * grid.columns


def _texts(pages: list[PageRecord]) -> Iterator[str]:
    for page in pages:
        yield from (line.text for line in page.content.loose_lines)
        yield from (cell.text for grid in page.content.grids for cell in grid.cells)


def received(data: bytes) -> None:
    """A ``dataset.json`` is refused in words, or leads to no folder outside the project; so does ``raw`` alone."""
    processed = Path("/nowhere/data/processed")
    try:
        said = parsed_info(data).get("raw")
    except ValueError:
        said = data.decode("utf-8", "replace")
    for place, project in ((processed, "/nowhere/"), ("s3://ours/2022/processed", "s3://ours/2022/")):
        with suppress(InputError):
            assert f"{raw_folder(place, said)}/".startswith(project), said


def journal(data: bytes) -> None:
    """A line of a journal is refused in words, or becomes part of the form or of its findings: the form stays."""
    try:
        said = parse_line(data)
    except ValueError as error:
        assert str(error)
        return
    assert parse_line(to_line(said)) == said
    form, in_force = _scored_form(), CorrectionHistory((said,)).in_force
    of_form, lost = corrections_by_form(in_force, (form,))
    assert len(lost) + sum(map(len, of_form.values())) == len(in_force)
    corrected = apply_corrections(form, of_form.get(1, ()))
    list(field_rows(corrected, set(), {}))
    rows = len(corrected.form.indicators) - len(form.indicators)
    assert abs(rows) <= 1, said
    assert rows == 0 or corrected.findings, said


@cache
def _scored_form() -> Form:
    """A form of two indicators."""
    texts = (("产出", "数量", "甲", "5", "5", "5", "5", ""), ("产出", "数量", "乙", "6", "6", "5", "5", ""))
    rows = tuple(Indicator(None, None, *map(Entry, row)) for row in texts)
    return Form("generic", "", 2022, Entry("局"), None, None, (), (), rows, None, Entry("10"), None, 1, 1)


CLAIMS: dict[str, Callable[[bytes], None]] = {
    "values": values, "transcription": transcription, "html": html, "formats": formats, "xlsx": xlsx,
    "received": received, "journal": journal, "ofd": ofd,
}  # fmt: skip
"""Every claim by its name, which is also that of its seeds."""
