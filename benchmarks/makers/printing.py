"""What every maker needs: typefaces that are there, a PDF as a picture, and whether the whole table is on it."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np
import pylopdf_fonts_zh_cn as fonts
import pypdfium2 as pdfium
from numpy.typing import NDArray

from benchmarks.makers.contents import Table

Picture = NDArray[np.uint8]
"""Red, green and blue of every pixel."""

RESOLUTIONS = (100, 120, 150, 200, 300)
"""Dots for each inch at which pages are scanned."""

TYPEFACES = (
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
    "Noto Sans CJK SC",
    "Noto Serif SC",
    "AR PL SungtiL GB",
    "WenQuanYi Micro Hei",
    "AR PL UKai CN",
    "Noto Serif CJK SC",
    "Noto Sans SC",
    "AR PL KaitiM GB",
)
"""The first half are those of half 0, the others those of half 1."""
FIGURES = ("", "", "Liberation Serif", "Liberation Sans", "DejaVu Sans")
"""Typefaces of Latin letters and figures; empty: that of the Chinese text."""


class Unprintable(Exception):  # noqa: N818 - it says what the page is
    """A table that does not get wholly onto one page, or a maker that fails at it."""


def write_font_settings(folder: Path, subpixel: bool = False) -> Path:
    """A fontconfig file in ``folder`` that knows this environment's fonts beside the machine's.

    ``subpixel``: letters are drawn for the stripes of a screen, with coloured edges.
    """
    stripes = """<match target="pattern"><edit name="rgba" mode="assign"><const>rgb</const></edit></match>
<match target="font"><edit name="rgba" mode="assign"><const>rgb</const></edit>
<edit name="lcdfilter" mode="assign"><const>lcddefault</const></edit></match>"""
    folders = "".join(f"<dir>{folder}</dir>" for folder in sorted({path.parent for path in _own_fonts()}))
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{folders}{stripes * subpixel}</fontconfig>',
        encoding="utf-8",
    )
    return file


@cache
def typefaces(half: int | None) -> tuple[str, ...]:
    """The typefaces of Chinese text that this machine has, of both halves or of one."""
    program = shutil.which("fc-list")
    listed = subprocess.run([program, ":", "family"], capture_output=True, text=True).stdout if program else ""
    there = {name.strip() for name in re.split(r"[,\n]", listed)} | {"Noto Serif SC", "Noto Sans SC"}
    middle = len(TYPEFACES) // 2
    wanted = {None: TYPEFACES, 0: TYPEFACES[:middle], 1: TYPEFACES[middle:]}[half]
    return tuple(name for name in wanted if name in there)


def missing_typefaces() -> list[str]:
    return [name for name in TYPEFACES if name not in typefaces(None)]


@dataclass(frozen=True)
class Raster:
    """What a page is scanned at: ``dpi``, or so much more that its type is ``em`` pixels high."""

    dpi: float
    em: float


@dataclass(frozen=True)
class Scan:
    """A page as a picture, and its resolution."""

    picture: Picture
    dpi: float


def scan_of(pdf: Path, raster: Raster) -> Scan:
    """The only page of a PDF file."""
    with pdfium.PdfDocument(pdf) as document:
        page, em = document[0], _em(document[0])
        enough = [dpi for dpi in RESOLUTIONS if dpi >= raster.dpi and em * dpi / 72 >= raster.em]
        dpi = min(enough, default=RESOLUTIONS[-1])
        picture = page.render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3]
        return Scan(np.ascontiguousarray(picture), dpi)


def _em(page: pdfium.PdfPage) -> float:
    """The usual height of the page's type, in points."""
    text = page.get_textpage()
    boxes = (text.get_charbox(i, loose=True) for i in range(text.count_chars()))
    return float(median(top - bottom for _, bottom, _, top in boxes))


def lacking(pdf: Path, table: Table) -> str:
    """Why the PDF does not show the whole table on its only page; empty where it does."""
    with pdfium.PdfDocument(pdf) as document:
        if len(document) != 1:
            return f"{len(document)} pages"
        shown = document[0].get_textpage().get_text_bounded()
    missing = _characters(cell.text for row in table.rows for cell in row) - _characters([shown])
    return f"not on the page: {''.join(missing.elements())[:20]}" if missing else ""


def _characters(texts: Iterable[str]) -> Counter[str]:
    """How often every character occurs. Hyphens and dashes are left out: the readers of PDF take some away."""
    return Counter(re.sub(r"[\s\-‐-―\ufffe]", "", unicodedata.normalize("NFKC", "".join(texts))))


def _own_fonts() -> tuple[Path, ...]:
    return Path(fonts.serif_path()), Path(fonts.sans_path())
