"""Styles the charts: one font and one palette, readable in colour, in grey and on paper.

Importing this module changes nothing. Charts are drawn inside :func:`use`, which registers the
Chinese font that comes with the installation and sets matplotlib's parameters until the block ends.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import matplotlib as mpl
import numpy as np
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from workbench.analysis import wording

FONT = "Noto Sans SC"
"""The font of all charts; the package ``pylopdf-fonts-zh-cn`` brings it."""

# Colours of Okabe and Ito (2008), which people with any kind of colour vision can tell apart. Where two of them meet
# in one chart they also differ in lightness, marker or hatching, for black-and-white print.
BLUE = "#0072B2"
ORANGE = "#E69F00"
RED = "#D55E00"
GREEN = "#009E73"

# Neutral shades of our own, from light to dark.
PAPER = "#FFFFFF"
PALE = "#DDE1E7"
GREY = "#8A8F98"
NOTE_GREY = "#5A606B"
INK = "#1F2430"

HATCH = "////"
"""Hatching (matplotlib's code) of lost points and of empty cells."""

PARAMETERS: dict[str, object] = {
    "font.family": [FONT, "DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.grid": False,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "figure.facecolor": PAPER,
    "figure.dpi": 100,
    "legend.frameon": False,
    "savefig.facecolor": PAPER,
}
"""Matplotlib parameters of all charts."""

WIDTH = 7.4
"""Width of every chart in inches."""

LABEL_COLUMNS = 34
"""Width of a row's label in half-width columns."""

TITLE_COLUMNS = 80
"""Width of a title's line in half-width columns: what fits into :data:`WIDTH` at its font size."""

NOTE_COLUMNS = 124
"""Width of a note's line in half-width columns: what fits into :data:`WIDTH` at its font size."""

Arguments = ParamSpec("Arguments")


@functools.cache
def register_font() -> None:
    """Register :data:`FONT` with matplotlib, once a process."""
    font_manager.fontManager.addfont(pylopdf_fonts_zh_cn.sans_path())


def use_chinese_fonts() -> None:
    """Set matplotlib's font for all charts that a person draws from now on, so that Chinese text shows.

    Charts of the workbench need no call. The minus sign stays one that the font has.
    """
    register_font()
    mpl.rcParams.update({name: PARAMETERS[name] for name in ("font.family", "axes.unicode_minus")})


@contextmanager
def use() -> Iterator[None]:
    """Set the style of the charts inside this block; afterwards matplotlib's parameters are as they were."""
    register_font()
    with mpl.rc_context(PARAMETERS):  # type: ignore[arg-type]
        yield


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Decorate a function that draws a figure, so that it draws inside :func:`use`."""

    @functools.wraps(draw)
    def in_style(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        with use():
            return draw(*args, **kwargs)

    return in_style


@functools.cache
def _glyphs() -> frozenset[int]:
    """The code points that :data:`FONT` has a glyph for."""
    return frozenset(FT2Font(str(pylopdf_fonts_zh_cn.sans_path())).get_charmap())


def plain(words: object) -> str:
    """Write a value so that matplotlib shows it as it is: ``$`` starts no formula, a box replaces what has no glyph."""
    return "".join(map(_shown, wording.text(words))).replace("$", r"\$")


def _shown(character: str) -> str:
    """A character as matplotlib can show it. Spaces of any width are a space: to Python only that one is printable."""
    if unicodedata.category(character) == "Zs":
        return " "
    return character if character == "\n" or (character.isprintable() and ord(character) in _glyphs()) else "□"


def canvas(height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    """Make an empty chart with one pair of axes. Height and width are in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def finish(figure: Figure, title: str, alt: str, note: str = "") -> Figure:
    """Add the title (what the chart found) above, the note (unit, source) below, and the alt text as the label."""
    figure.suptitle(plain(wording.wrap(title, TITLE_COLUMNS, 3)), x=0.01, ha="left", fontsize=12.5, fontweight="normal")
    if note:
        wrapped = plain(wording.wrap(note, NOTE_COLUMNS, 3))
        figure.supxlabel(wrapped, x=0.01, ha="left", fontsize=8, color=NOTE_GREY)
    figure.set_label(alt)
    return figure


def label_rows(axes: Axes, labels: list[str]) -> None:
    """Label the rows of a chart from the first on, each label wrapped to two lines; hides the axis line."""
    axes.set_yticks(range(len(labels)), [plain(wording.wrap_evenly(label, LABEL_COLUMNS)) for label in labels])
    axes.spines["left"].set_visible(False)


def spread_evenly(count: int, height: float) -> np.ndarray:
    """Give offsets that keep dots of one row apart: from −height ÷ 2 to height ÷ 2, the same at every run.

    They are fractional parts of multiples of the golden ratio, which fill a range without lying close together.
    """
    return ((np.arange(count) * 0.618034) % 1.0 - 0.5) * height


def alt_text(figure: Figure) -> str:
    """Give the sentence that stands for a chart where it cannot be seen."""
    return str(figure.get_label())


def empty(what: str, why: str = "") -> Figure:
    """Make a chart that says that there is nothing to show, and why."""
    figure, axes = canvas(1.5)
    axes.set_axis_off()
    axes.text(0.5, 0.5, "无数据", ha="center", va="center", fontsize=18, color=GREY, transform=axes.transAxes)
    sentence = f"{what}：无数据" + (f"（{why}）" if why else "")
    return finish(figure, sentence, f"图中没有数据。{sentence}。")
