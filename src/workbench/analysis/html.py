"""Pieces of a page: HTML that shows itself in a notebook. All text from forms is escaped here."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from workbench.analysis import style, wording
from workbench.visible import as_html, literal, visible

DOTS_PER_INCH = 144
"""Resolution of the pictures: sharp on screens with double density and on paper."""


PALETTE = 128
"""Colours of a chart's picture: enough for its shades and the soft edges of its letters."""


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of a page, and the plain words that stand for it where HTML cannot be shown."""

    markup: str
    words: str = ""

    def _repr_html_(self) -> str:
        return literal(self.markup)

    def __repr__(self) -> str:
        return visible(self.words) or "HTML"

    def __add__(self, other: Html) -> Html:
        return Html(f"{self.markup}\n{other.markup}", f"{self.words}\n{other.words}".strip())


TableRow = Mapping[Hashable, Any]
"""One row of a table: the values by their columns."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table: the field, its heading, how a value is written and how wide it may be."""

    name: str
    label: str
    write: Callable[[object], str] = wording.text
    kind: Literal["text", "short", "number", "wide"] = "text"


def escape(value: object) -> str:
    """Text as HTML text: nothing in it is markup any more."""
    return as_html(wording.text(value))


def join(pieces: Iterable[Html]) -> Html:
    """Several pieces, one after the other."""
    every = list(pieces)
    return Html("\n".join(piece.markup for piece in every), "\n".join(piece.words for piece in every))


def stylesheet() -> Html:
    """The style sheet of all pieces; show it once, on top."""
    css = resources.files("workbench.analysis").joinpath("html.css").read_text(encoding="utf-8")
    return Html(f"<style>\n{css}</style>", "样式")


def heading(level: int, words: str) -> Html:
    """A heading made from data (a name, a year)."""
    return Html(f"<h{level}>{escape(words)}</h{level}>", words)


def paragraphs(sentences: Iterable[str]) -> Html:
    """A list of sentences."""
    every = list(sentences)
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in every)
    return Html(f'<ul class="wb-points">{items}</ul>', "\n".join(every))


def facts(pairs: Iterable[tuple[str, str]], kind: Literal["cards", "facts"]) -> Html:
    """Labelled values: big ones (``cards``) or a quiet list (``facts``)."""
    every = list(pairs)
    items = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in every)
    return Html(f'<dl class="wb-{kind}">{items}</dl>', "\n".join(f"{label}：{value}" for label, value in every))


def table(
    rows: pd.DataFrame,
    columns: Sequence[TableColumn],
    caption: str = "",
    nothing: str = "无",
    mark: Callable[[TableRow], str] | None = None,
) -> Html:
    """A plain table, one row for each row; ``mark`` gives a row's CSS class. Without rows: one sentence."""
    if rows.empty:
        said = f"{caption}：{nothing}" if caption else nothing
        return Html(f'<p class="wb-nothing">{escape(said)}</p>', said)
    head = "".join(f'<th scope="col" class="wb-{column.kind}">{escape(column.label)}</th>' for column in columns)
    body = []
    for row in rows.to_dict("records"):
        named = f' class="wb-{as_html(mark(row))}"' if mark and mark(row) else ""
        body.append(f"<tr{named}>{''.join(_cell(column, row[column.name]) for column in columns)}</tr>")
    # The caption is a row of the head: on paper it comes again with the head on every page.
    title = f'<tr class="wb-caption"><th colspan="{len(columns)}">{escape(caption)}</th></tr>' if caption else ""
    markup = f"<table><thead>{title}<tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    words = caption or f"{'、'.join(column.label for column in columns[:3])} …"
    return Html(f'<div class="wb-table">{markup}</div>', f"表：{words}（{len(rows)} 行）")


def picture(figure: Figure) -> Html:
    """A chart as a picture inside the page, with its alternative text (shown below it on narrow screens)."""
    with style.use():
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    buffer = io.BytesIO()
    # A chart has few colours: with a palette the same picture takes half the room.
    with Image.open(drawn) as chart:
        chart.convert("RGB").quantize(PALETTE, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    alt = style.alt_text(figure)
    image = f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
    caption = f"<figcaption>{escape(alt)}</figcaption>"
    return Html(f'<figure class="wb-chart"><div>{image}</div>{caption}</figure>', alt)


def _cell(column: TableColumn, value: object) -> str:
    """One cell; its heading goes with it, for narrow screens where a row is shown as a list."""
    written = column.write(value)
    nothing = " wb-blank" if written == wording.MISSING else ""
    label = as_html(column.label)
    return f'<td class="wb-{column.kind}{nothing}" data-label="{label}">{as_html(written)}</td>'
