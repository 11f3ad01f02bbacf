"""How the charts look: one font, one palette, readable in colour, in grey and on paper.

Importing this module changes nothing. Charts are drawn inside :func:`use`, which registers the
Chinese font that comes with the installation and sets matplotlib's parameters until it is left.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import matplotlib as mpl
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from workbench.analysis import wording

FONT = "Noto Sans SC"

# Okabe and Ito's colours: told apart with every kind of colour vision. Where two meet in one chart
# they also differ in lightness, marker or hatching, for black-and-white print.
BLUE, ORANGE, RED, GREEN, GREY = "#0072B2", "#E69F00", "#D55E00", "#009E73", "#8A8F98"
INK, PALE, PAPER = "#1F2430", "#DDE1E7", "#FFFFFF"
HATCH = "////"

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

WIDTH = 7.4
"""Width of every chart in inches."""

TITLE_COLUMNS = 80
NOTE_COLUMNS = 124

Arguments = ParamSpec("Arguments")


@functools.cache
def register_font() -> None:
    """Make the installation's Noto Sans SC known to matplotlib (once a process)."""
    font_manager.fontManager.addfont(pylopdf_fonts_zh_cn.sans_path())


@contextmanager
def use() -> Iterator[None]:
    """Draw in the workbench's style inside this block; afterwards everything is as it was."""
    register_font()
    with mpl.rc_context(PARAMETERS):  # type: ignore[arg-type]
        yield


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Decorate a function that draws a figure: it draws in the workbench's style."""

    @functools.wraps(draw)
    def in_style(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        with use():
            return draw(*args, **kwargs)

    return in_style


@functools.cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(str(pylopdf_fonts_zh_cn.sans_path())).get_charmap())


def plain(words: object) -> str:
    """Text from a form, safe in a chart: no mathematics, and a box for what the font cannot show."""
    shown = "".join(c if c == "\n" or (c.isprintable() and ord(c) in _glyphs()) else "□" for c in wording.text(words))
    return shown.replace("$", r"\$")


def canvas(height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    """An empty chart of so many inches, with one pair of axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def finish(figure: Figure, title: str, alt: str, note: str = "") -> Figure:
    """Put the title (what the chart found) above, the note (unit, source) below, and the alt text inside."""
    figure.suptitle(plain(wording.wrap(title, TITLE_COLUMNS, 3)), x=0.01, ha="left", fontsize=12.5, fontweight="normal")
    if note:
        wrapped = plain(wording.wrap(note, NOTE_COLUMNS, 3))
        figure.supxlabel(wrapped, x=0.01, ha="left", fontsize=8, color="#5A606B")
    figure.set_label(alt)
    return figure


def alt_text(figure: Figure) -> str:
    """The sentence that stands for the chart where it cannot be seen."""
    return str(figure.get_label())


def empty(what: str, why: str = "") -> Figure:
    """A chart that says that there is nothing to show, and why."""
    figure, axes = canvas(1.5)
    axes.set_axis_off()
    axes.text(0.5, 0.5, "无数据", ha="center", va="center", fontsize=18, color=GREY, transform=axes.transAxes)
    sentence = f"{what}：无数据" + (f"（{why}）" if why else "")
    return finish(figure, sentence, f"图中没有数据。{sentence}。")
