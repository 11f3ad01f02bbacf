"""Which pages there are, and each of them made: a table of a kind, by a maker, put through a damage."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Literal, get_args

import numpy as np

from benchmarks.makers import chromium, office
from benchmarks.makers.contents import Table, make_table, plain_html
from benchmarks.makers.damage import DAMAGES, save
from benchmarks.makers.printing import RESOLUTIONS, Picture, Raster

Maker = Literal["chromium", "screen", "word", "excel"]
MAKERS: tuple[Maker, ...] = get_args(Maker)
EM, EM_BILEVEL = 13, 19
"""Pixels that type is high at least, in pictures with shades and in black-and-white ones: less cannot be read."""

SCREEN_SCALES = (1.0, 1.0, 1.25, 1.5, 2.0)
USUAL = ("clean", "clean", "clean", "light", "light", "light", "bilevel", "adaptive")
"""The damages of a set that names none."""
ON_SCREENS = (
    "web_list",
    "notice",
    "bank_statement",
    "coloured",
    "tight_list",
    "price_list",
    "timetable",
    "income",
    "register",
)
"""The kinds that a browser shows as often as it prints them."""


@dataclass(frozen=True)
class PageSpec:
    """One page. ``half``: of the words and typefaces only those of this half, and ``None`` for all."""

    maker: Maker
    kind: str
    number: int
    seed: int
    damage: str
    half: int | None = None

    @property
    def name(self) -> str:
        return f"{self.maker}-{self.kind}-{self.number:02}-{self.damage}"

    @property
    def key(self) -> str:
        """What the page is drawn from by chance; its damage is left out, so that the same page has many."""
        return f"{self.seed}/{self.maker}/{self.kind}/{self.number}"


@dataclass(frozen=True)
class MadePage:
    """A page as a picture, and what is to be known of it."""

    picture: Picture
    table: Table
    dpi: float
    look: chromium.Look | office.Look


def page_specs(
    makers: Sequence[Maker], kinds: Iterable[str], pages: int, seed: int, damages: Sequence[str], half: int | None
) -> list[PageSpec]:
    """``pages`` pages of every kind by every maker, damages dealt out in turn from a shuffled hand."""
    specs = []
    for kind in kinds:
        for maker in makers:
            if maker == "screen" and kind not in ON_SCREENS:
                continue
            rng = Random(f"{seed}/{kind}/{maker}")
            for number in range(pages):
                damage = "clean" if maker == "screen" else rng.choice(damages)
                specs.append(PageSpec(maker, kind, number, seed, damage, half))
    return specs


def missing_makers(makers: Iterable[Maker]) -> dict[Maker, str]:
    """The makers whose programs this machine lacks, and what is lacking."""
    lacking = {"chromium": "chromium", "screen": "chromium", "word": "libreoffice", "excel": "libreoffice"}
    find = {"chromium": chromium.find, "libreoffice": office.find}
    return {maker: f"no {lacking[maker]} on this machine" for maker in makers if find[lacking[maker]]() is None}


def make_page(spec: PageSpec) -> MadePage:
    """Draw the page, and damage it. Raises ``Unprintable``."""
    table, rng, damage = make_table(spec.kind, spec.key, spec.half), Random(f"look/{spec.key}"), DAMAGES[spec.damage]
    raster = Raster(rng.choice(RESOLUTIONS), EM if damage.grey else EM_BILEVEL)
    look: chromium.Look | office.Look
    if spec.maker == "screen":
        look = chromium.make_look(table, rng, spec.half, damage.grey)
        scan = chromium.show_on_screen(table, look, rng.choice(SCREEN_SCALES), subpixel=rng.random() < 0.6)
    elif spec.maker == "chromium":
        look = chromium.make_look(table, rng, spec.half, damage.grey)
        scan = chromium.print_page(table, look, raster)
    else:
        look = office.make_look(table, rng, spec.half, damage.grey)
        scan = (office.print_text if spec.maker == "word" else office.print_sheet)(table, look, raster)
    chance = np.random.default_rng(zlib.crc32(f"{spec.damage}/{spec.key}".encode()))
    return MadePage(damage.apply(scan.picture, scan.dpi, chance), table, scan.dpi, look)


def write_page(spec: PageSpec, page: MadePage, folder: Path) -> dict[str, object]:
    """The picture and its truth into the folder; what a list of the pages says of it."""
    file = save(page.picture, DAMAGES[spec.damage], folder / spec.name, page.dpi)
    (folder / f"{spec.name}.html").write_text(plain_html(page.table), encoding="utf-8")
    known = asdict(spec) | {"name": spec.name, "file": file.name, "dpi": page.dpi, "manner": page.table.manner}
    return known | {f"look_{key}": value for key, value in asdict(page.look).items()}
