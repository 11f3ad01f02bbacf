"""Pages to learn ruling lines from: tables as a browser prints them, and the same tables with nothing but their rules.

    python -m benchmarks.rule_map.pages OUT --pages 400

OUT gets <number>.png, in shades of grey, and <number>-rules.png: what the page's rules would be if all were solid and
black and nothing else were printed. Where text, fills, dashes and colours are gone, a rule is what is long. Needs
Chromium; the typefaces and words are those of half 0 of ``benchmarks.makers`` only, so that its half 1 and its other
makers can test what was learned.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from random import Random

import cv2
from tqdm import tqdm

from benchmarks.makers import chromium, words
from benchmarks.makers.contents import KINDS, Table, make_table
from benchmarks.makers.printing import Picture, Raster, Unprintable, lacking, scan_of

DPIS = (100, 120, 150, 150, 200, 200, 300)
WIDTHS = ("0.25pt", "0.5pt", "0.75pt", "1px", "1px", "1.5px", "2px")
MANNERS = ("ruled", "ruled", "ruled", "ruled", "columns", "lines", "head", "none", "web", "white head", "white head")
NO_TEXT = "*{color:transparent!important;background:none!important;text-decoration:none!important;outline:none}"


@dataclass(frozen=True)
class Sheet:
    """A table, how it looks, and more CSS; ``upright`` is another rule between columns, empty for the same."""

    table: Table
    look: chromium.Look
    upright: str
    extras: str
    prose: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    numbers = range(arguments.pages)
    with ProcessPoolExecutor() as pool:
        made = pool.map(partial(write_page, arguments.out, arguments.seed), numbers)
        count = sum(tqdm(made, total=len(numbers), unit="page", disable=None))
    print(f"{count} pages in {arguments.out}")


def write_page(folder: Path, seed: int, number: int) -> bool:
    """Print page and rules; whether they got onto one page of paper."""
    if any(folder.glob(f"{number:04}-*.png")):
        return True
    rng = Random(f"rules/{seed}/{number}")
    sheet = make_sheet(rng)
    raster = Raster(rng.choice(DPIS), 11)
    try:
        page, rules, em = print_sheet(sheet, raster)
    except Unprintable:
        return False
    cv2.imwrite(str(folder / f"{number:04}-{em:.1f}.png"), cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))
    cv2.imwrite(str(folder / f"{number:04}-rules.png"), cv2.cvtColor(rules, cv2.COLOR_RGB2GRAY))
    return True


def make_sheet(rng: Random) -> Sheet:
    kind = rng.choice(list(KINDS))
    table = replace(make_table(kind, f"rules/{rng.random()}", 0), manner=rng.choice(MANNERS))
    look = chromium.make_look(table, rng, 0, shades=True)
    inner = _rule(rng)
    outer = rng.choice([inner, inner, _rule(rng), *chromium.FRAMES])
    if table.manner == "web":
        inner, outer = rng.choice([look.inner, inner]), "0"
    if look.head_ink == "#fff" and rng.random() < 0.35:
        inner = f"{rng.choice(WIDTHS)} solid #fff"
    look = replace(look, inner=inner, outer=outer)
    upright = _rule(rng) if rng.random() < 0.2 and table.manner in ("ruled", "white head") else ""
    prose = "".join(f"<p>{_sentence(rng)}</p>" for _ in range(rng.choice([0, 0, 0, 2, 5])))
    return Sheet(table, look, upright, _extras(rng), prose)


def _rule(rng: Random) -> str:
    style = rng.choices(["solid", "dashed", "dotted", "double"], [60, 18, 15, 7])[0]
    width = rng.choice(["3px", "2pt", "4px"]) if style == "double" else rng.choice(WIDTHS)
    grey = rng.choice([0, 0, 0, 40, 90, 130, 160, 180, 200, 215])
    tint = [rng.choice([0, 40, 90, 130, 160, 190, 210]) for _ in range(3)]
    red, green, blue = [grey] * 3 if rng.random() < 0.75 else tint
    return f"{width} {style} rgb({red},{green},{blue})"


def _extras(rng: Random) -> str:
    """Fills, underlines and struck-out text that are no rules; rows so low that print touches their rules."""
    fill = rng.choice([*chromium.PALE_FILLS, "#ddd", "#cfe2f3", "#fce5cd", "#d0d0d0"])
    low = f"line-height:{rng.choice([0.85, 0.95, 1.05])}!important"
    chances = (
        (0.10, f"td:nth-child({rng.randint(1, 4)}){{background:{fill}}}"),
        (0.10, f"tr:nth-child({rng.randint(2, 4)}n){{background:{fill}}}"),
        (0.05, "td.l{text-decoration:underline}"),
        (0.05, "td.r{text-decoration:underline}"),
        (0.03, ".s{text-decoration:line-through}"),
        (0.06, "h1{text-decoration:underline}"),
        (0.06, f"td:nth-child({rng.randint(1, 5)}){{letter-spacing:{rng.choice(['-0.05em', '.3em'])}}}"),
        (0.05, "table{border-collapse:separate!important;border-spacing:2px}"),
        (0.12, f"td{{padding:0 {rng.choice([1, 2, 6])}px!important;{low}}}"),
    )
    return "".join(css for share, css in chances if rng.random() < share)


def _sentence(rng: Random) -> str:
    pool = [*words.PROJECTS, *words.SUBJECTS, *words.ITEMS]
    parts = [escape(rng.choice(pool)) for _ in range(rng.randint(4, 30))]
    marked = [f"<u>{part}</u>" if rng.random() < 0.06 else part for part in parts]
    return "，".join(marked) + rng.choice(["。", "：________", "□是 □否", "——————", "。"])


def print_sheet(sheet: Sheet, raster: Raster) -> tuple[Picture, Picture, float]:
    """The page, its rules alone, and how high its type is in pixels. Raises ``Unprintable``."""
    look = sheet.look
    while look.size >= chromium.SMALLEST:
        with tempfile.TemporaryDirectory() as place:
            pdf, bare = Path(place) / "page.pdf", Path(place) / "rules.pdf"
            chromium.run(Path(place), _html(sheet, look), f"--print-to-pdf={pdf}")
            reason = lacking(pdf, sheet.table)
            if not reason:
                page = scan_of(pdf, raster)
                chromium.run(Path(place), _rules_html(sheet, look), f"--print-to-pdf={bare}")
                rules = scan_of(bare, Raster(page.dpi, 0)).picture
                if rules.shape == page.picture.shape:
                    return page.picture, rules, look.size * page.dpi / 72
                reason = "the rules are laid out otherwise"
        look = replace(look, size=look.size * 0.88, padding=(look.padding[0] * 0.7, look.padding[1] * 0.85))
    raise Unprintable(reason)


def _html(sheet: Sheet, look: chromium.Look, more: str = "") -> str:
    rule = sheet.upright
    between = f"td{{border-left:{rule};border-right:{rule}}}" if rule else ""
    page = chromium.page_html(sheet.table, look, screen_width=None)
    return page.replace("</style>", f"{between}{sheet.extras}{more}</style>").replace(
        "</body>", f"{sheet.prose}</body>"
    )


def _rules_html(sheet: Sheet, look: chromium.Look) -> str:
    solid = replace(look, inner=_solid(look.inner), outer=_solid(look.outer), fill="", zebra="")
    heads = f".h{{font-weight:{'bold' if look.fill else 'normal'}!important}}"
    return _html(replace(sheet, upright=_solid(sheet.upright)), solid, NO_TEXT + heads)


def _solid(rule: str) -> str:
    width, *rest = rule.split(" ")
    return f"{width} solid #000" if rest else rule


if __name__ == "__main__":
    main()
