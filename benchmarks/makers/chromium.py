"""Tables as a browser prints them on A4 or shows them on a screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from random import Random

import cv2
import numpy as np

from benchmarks.makers.contents import Cell, Manner, Table, head_rows
from benchmarks.makers.printing import (
    FIGURES,
    Picture,
    Raster,
    Scan,
    Unprintable,
    lacking,
    scan_of,
    typefaces,
    write_font_settings,
)

SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-default-apps",
    "--hide-scrollbars",
    "--no-pdf-header-footer",
]
CSS_DPI = 96
SMALLEST = 5.5
"""Points; type is set smaller and smaller down to it to get a table onto its page."""
DARK = ("1px solid #000", "0.5pt solid #000", "0.75pt solid #000", "1px solid #333", "0.25pt solid #000")
PALE = ("1px solid #bbb", "1px solid #ccc", "0.5pt solid #999", "0.5pt solid #bbb", "1px solid #b4c7e7")
BROKEN = ("1px dotted #000", "1px dashed #444", "1pt dotted #333")
FRAMES = ("1.5px solid #000", "2px solid #000", "1.5pt solid #000", "3px double #000")
FILLS = ("#1f4e79", "#2f5597", "#4472c4", "#c00000", "#548235", "#0f6c5c", "#7f6000", "#5b3f8c", "#444", "#e36c09")
PALE_FILLS = ("#f2f2f2", "#d9e2f3", "#e2efd9", "#fff2cc", "#fafafa", "#e8f0fe")


@dataclass(frozen=True)
class Look:
    """Typeface, sizes (points; padding in CSS pixels) and rules of one page, rules as CSS has them."""

    typeface: str
    figures: str
    size: float
    leading: float
    padding: tuple[float, float]
    inner: str
    outer: str
    fill: str
    head_ink: str
    zebra: str
    margin: int


def find() -> str | None:
    """The browser's program, if this machine has one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def make_look(table: Table, rng: Random, half: int | None, shades: bool) -> Look:
    """How the table is to look, within what its manner of rules allows, and whether the picture is to have shades."""
    inner = rng.choice([*DARK, *DARK, *PALE, *BROKEN] if shades else DARK[:-1])
    outer = rng.choice([inner, inner, *FRAMES])
    white = table.manner == "white head" or (table.manner == "web" and rng.random() < 0.5)
    fill = rng.choice(FILLS) if white else rng.choice(["", "", *PALE_FILLS]) if table.manner != "none" else ""
    if table.manner == "web":
        inner, outer, fill = (
            rng.choice(["1px solid #e5e5e5", "1px solid #ddd", "1px solid #eee"]),
            "0",
            fill or "#f5f7fa",
        )
    tight = table.manner == "none"
    return Look(
        typeface=rng.choice(typefaces(half)),
        figures=rng.choice(FIGURES),
        size=rng.choice([7, 8, 9, 9, 10, 10, 10.5, 11, 12, 14]),
        leading=rng.choice([1.05, 1.15, 1.2]) if tight else rng.choice([1.0, 1.15, 1.25, 1.4]),
        padding=(rng.choice([0, 1, 2]), rng.choice([6, 10]))
        if tight
        else (rng.choice([0, 1, 2, 3, 5]), rng.choice([2, 4, 6])),
        inner=inner,
        outer=outer,
        fill=fill,
        head_ink="#fff" if white else "#000",
        zebra=rng.choice(["#f7f7f7", "#f2f6fc", "#fafafa"]) if table.manner == "web" else "",
        margin=rng.choice([10, 12, 15, 20]),
    )


def print_page(table: Table, look: Look, raster: Raster) -> Scan:
    """The table on a page of A4, wholly. Type and padding shrink until it fits."""
    while look.size >= SMALLEST:
        with tempfile.TemporaryDirectory() as place:
            pdf = Path(place) / "page.pdf"
            run(Path(place), page_html(table, look, screen_width=None), f"--print-to-pdf={pdf}")
            reason = lacking(pdf, table)
            if not reason:
                return scan_of(pdf, raster)
        look = replace(look, size=look.size * 0.92, padding=(look.padding[0] * 0.8, look.padding[1] * 0.9))
    raise Unprintable(reason)


def show_on_screen(table: Table, look: Look, scale: float, subpixel: bool) -> Scan:
    """The table in a window of a screen that has ``scale`` pixels for each of CSS, cut to what is shown."""
    with tempfile.TemporaryDirectory() as place:
        shot = Path(place) / "screen.png"
        width = 1100 if table.landscape else 860
        arguments = ("--enable-lcd-text", f"--force-device-scale-factor={scale}", "--window-size=1800,2400")
        run(Path(place), page_html(table, look, width), *arguments, f"--screenshot={shot}", subpixel=subpixel)
        return Scan(_cut(np.ascontiguousarray(cv2.imread(str(shot))[:, :, ::-1])), scale * CSS_DPI)


def _cut(shot: Picture) -> Picture:
    """What differs from the background, and a little around it."""
    ys, xs = np.nonzero(np.abs(shot.astype(int) - shot[-1, -1]).max(axis=2) > 4)
    if not len(ys) or xs.max() > shot.shape[1] - 12 or ys.max() > shot.shape[0] - 12:
        raise Unprintable("the window does not show all of it")
    edge = 10
    top, left = max(0, ys.min() - edge), max(0, xs.min() - edge)
    return np.ascontiguousarray(shot[top : ys.max() + edge, left : xs.max() + edge])


def run(place: Path, page: str, *arguments: str, subpixel: bool = False) -> None:
    """Have the browser print or show a page of HTML as the arguments say. Raises ``Unprintable``."""
    source = place / "page.html"
    source.write_text(page, encoding="utf-8")
    program = find()
    if program is None:
        raise Unprintable("no chromium on this machine")
    settings = write_font_settings(place, subpixel)
    command = [program, *SWITCHES, f"--user-data-dir={place / 'profile'}", *arguments, source.as_uri()]
    environment = os.environ | {"FONTCONFIG_FILE": str(settings)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
    made = Path(next(a.partition("=")[2] for a in arguments if a.startswith(("--print-to-pdf=", "--screenshot="))))
    if not made.exists():
        raise Unprintable(f"chromium wrote nothing: {done.stderr.strip()[-200:]}")


def page_html(table: Table, look: Look, screen_width: int | None) -> str:
    """The page as HTML. ``screen_width``: the table's in CSS pixels; None: a page of paper."""
    heads = head_rows(table)
    rows = []
    for number, row in enumerate(table.rows):
        zebra = " class=z" if look.zebra and number >= heads and (number - heads) % 2 else ""
        rows.append(f"<tr{zebra}>{''.join(_cell(cell, number + cell.rowspan == heads) for cell in row)}</tr>")
    columns = "".join(f'<col style="width:{width / sum(table.widths):.2%}">' for width in table.widths)
    title = f"<h1>{escape(table.title)}</h1>" if table.title else ""
    sides = "".join(f"<span>{escape(text)}</span>" for text in table.above)
    above = f"<div class=above>{sides}</div>" if table.above else ""
    below = "".join(f"<p>{escape(text)}</p>" for text in table.below)
    style = f"<style>{_css(table, look, screen_width)}</style>"
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">{style}</head>'
        f"<body>{title}{above}<table><colgroup>{columns}</colgroup>{''.join(rows)}</table>{below}</body></html>"
    )


def _cell(cell: Cell, last_of_head: bool) -> str:
    spans = f" rowspan={cell.rowspan}" * (cell.rowspan > 1) + f" colspan={cell.colspan}" * (cell.colspan > 1)
    names = [
        cell.align[0],
        "h" * cell.head,
        "s" * cell.strong,
        cell.colour * (cell.colour != "black"),
        "u" * last_of_head,
    ]
    text = escape(cell.text).replace("\n", "<br>")
    return f'<td{spans} class="{" ".join(filter(None, names))}">{text}</td>'


def _css(table: Table, look: Look, screen_width: int | None) -> str:
    size = f"{max(12.0, look.size * 4 / 3):.2f}px" if screen_width else f"{look.size:.2f}pt"
    width = f"{screen_width}px" if screen_width else "100%"
    family = ",".join(f"'{name}'" for name in (look.figures, look.typeface) if name)
    high, wide = look.padding
    lines = (
        f"@page{{size:A4{' landscape' * table.landscape};margin:{look.margin}mm}}",
        f"body{{margin:{'24px' if screen_width else '0'};font-family:{family};font-size:{size}}}",
        f"body{{line-height:{look.leading};color:#000;-webkit-print-color-adjust:exact}}",
        f"table{{border-collapse:collapse;width:{width}}}",
        f"td{{padding:{high:.2f}px {wide:.2f}px;vertical-align:middle}}",
        *_rules(table, look),
        ".l{text-align:left} .c{text-align:center} .r{text-align:right}",
        f".h{{background:{look.fill or 'transparent'};color:{look.head_ink}}}",
        f".h{{font-weight:{'bold' if look.fill else 'normal'}}} .s{{font-weight:bold}}",
        f".red{{color:#e00000}} .blue{{color:#0030c0}} .z td{{background:{look.zebra or 'none'}}}",
        f"h1{{font-size:1.5em;text-align:center;margin:0 0 .5em;width:{width}}} p{{margin:.5em 0}}",
        f".above{{display:flex;justify-content:space-between;margin-bottom:.3em;width:{width}}}",
    )
    return "\n".join(lines)


def _rules(table: Table, look: Look) -> tuple[str, ...]:
    """The rules of every manner, as CSS. ``.u`` are the lowest cells of the head."""
    frame, under_head = f"table{{border:{look.outer}}}", f".u{{border-bottom:{look.inner}}}"
    ruled = (f"td{{border:{look.inner}}}", frame)
    manners: dict[Manner, tuple[str, ...]] = {
        "ruled": ruled,
        "white head": ruled,
        "columns": (f"td{{border-left:{look.inner};border-right:{look.inner}}}", under_head, frame),
        "lines": (
            f"td{{border-top:{look.inner};border-bottom:{look.inner}}}",
            f"table{{border-top:{look.outer};border-bottom:{look.outer}}}",
        ),
        "head": ("table{border-top:1.5pt solid #000;border-bottom:1.5pt solid #000}", under_head),
        "none": (),
        "web": (f"td{{border-bottom:{look.inner}}}",),
    }
    return manners[table.manner]
