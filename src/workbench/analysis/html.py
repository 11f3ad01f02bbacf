"""Makes the HTML elements of a report: headings, lists, tables, charts as pictures.

Every element shows itself in a notebook. All text from forms is escaped here and nowhere else.
"""

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
"""Resolution of a chart's picture: sharp on screens with double density and on paper."""

PALETTE = 128
"""Number of colours of a chart's picture: enough for its shades and the soft edges of its letters."""


DOUBT_MARKS = {"doubted": "？", "unread": "未读出"}
"""What a table writes behind a value that awaits review, and in place of one that was not read."""

DOUBT_NOTE = "？：机器没有把握，尚无人核对。未读出：原件上有字，没有读成数值，不等于空白。"
"""The note below a table with one of these marks."""


@dataclass(frozen=True, slots=True)
class Html:
    """An element of a page as ``markup``, and the plain ``words`` that stand for it where HTML cannot be shown."""

    markup: str
    words: str = ""

    def _repr_html_(self) -> str:
        return literal(self.markup)

    def __repr__(self) -> str:
        return visible(self.words) or "HTML"

    def __add__(self, other: Html) -> Html:
        return Html(f"{self.markup}\n{other.markup}", f"{self.words}\n{other.words}".strip())


TableRow = Mapping[Hashable, Any]
"""One row of a frame: its values by their columns."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of an HTML table.

    ``name`` is the column of the frame, ``label`` the heading, ``write`` turns a value into text, and ``kind`` says
    how the style sheet lays the column out: running text, short words that do not break, numbers, long text.
    """

    name: str
    label: str
    write: Callable[[object], str] = wording.text
    kind: Literal["text", "short", "number", "wide"] = "text"


def escape(value: object) -> str:
    """Write a value as HTML text: nothing in it is markup any more. A missing value becomes a dash."""
    return as_html(wording.text(value))


def join(elements: Iterable[Html]) -> Html:
    """Put several elements one after the other."""
    every = list(elements)
    return Html("\n".join(element.markup for element in every), "\n".join(element.words for element in every))


def stylesheet() -> Html:
    """Make the style sheet of all elements; a page shows it once, on top."""
    css = resources.files("workbench.analysis").joinpath("html.css").read_text(encoding="utf-8")
    return Html(f"<style>\n{css}</style>", "样式")


def heading(level: int, words: str) -> Html:
    """Make a heading of the given level (1 to 6) from data, such as a name and a year."""
    return Html(f"<h{level}>{escape(words)}</h{level}>", words)


def bullet_list(sentences: Iterable[str]) -> Html:
    """Make a bulleted list of sentences."""
    every = list(sentences)
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in every)
    return Html(f'<ul class="wb-points">{items}</ul>', "\n".join(every))


def definition_list(pairs: Iterable[tuple[str, str]], kind: Literal["cards", "facts"]) -> Html:
    """Make a list of labels with their values: a card with a large value each (``cards``), or lines (``facts``)."""
    every = list(pairs)
    # No <dl>: JupyterLab has rules of its own for it, which win over ours.
    term = '<div role="listitem"><span class="wb-term">{}</span><span class="wb-value">{}</span></div>'
    items = "".join(term.format(escape(label), escape(value)) for label, value in every)
    return Html(
        f'<div class="wb-{kind}" role="list">{items}</div>', "\n".join(f"{label}：{value}" for label, value in every)
    )


def table(
    rows: pd.DataFrame,
    columns: Sequence[TableColumn],
    caption: str = "",
    nothing: str = "无",
    row_class: Callable[[TableRow], str] | None = None,
) -> Html:
    """Make a table with a row for each row of the frame, or one sentence where there is none.

    Where the frame has a column ``<name>_state`` (:data:`workbench.analysis.field_states.FieldState`), a value that
    awaits review has a question mark, one that was not read says so, and a note below the table explains both.

    Args:
        rows: the frame; it needs every column that ``columns`` names, and those that ``row_class`` reads.
        columns: the columns of the table, from left to right.
        caption: the title above the table.
        nothing: the sentence for a frame without rows.
        row_class: gives a row's CSS class without its ``wb-``, or nothing.
    """
    if rows.empty:
        sentence = f"{caption}：{nothing}" if caption else nothing
        return Html(f'<p class="wb-nothing">{escape(sentence)}</p>', sentence)
    head = "".join(f'<th scope="col" class="wb-{column.kind}">{escape(column.label)}</th>' for column in columns)
    body = []
    for row in rows.to_dict("records"):
        attribute = f' class="wb-{as_html(row_class(row))}"' if row_class and row_class(row) else ""
        body.append(f"<tr{attribute}>{''.join(_cell(column, row) for column in columns)}</tr>")
    # The caption is a row of the head: on paper it comes again with the head on every page.
    title = f'<tr class="wb-caption"><th colspan="{len(columns)}">{escape(caption)}</th></tr>' if caption else ""
    markup = f"<table><thead>{title}<tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    words = caption or f"{'、'.join(column.label for column in columns[:3])} …"
    marked = [f"{column.name}_state" for column in columns if f"{column.name}_state" in rows]
    note = f'<p class="wb-nothing">{DOUBT_NOTE}</p>' if rows[marked].isin([*DOUBT_MARKS]).any(axis=None) else ""
    return Html(f'<div class="wb-table">{markup}{note}</div>', f"表：{words}（{len(rows)} 行）")


def picture(figure: Figure) -> Html:
    """Make a PNG of a chart, inside the page, with the chart's alt text (shown below it on narrow screens)."""
    data = base64.b64encode(_png(figure)).decode("ascii")
    alt = style.alt_text(figure)
    image = f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
    caption = f"<figcaption>{escape(alt)}</figcaption>"
    return Html(f'<figure class="wb-chart"><div>{image}</div>{caption}</figure>', alt)


def _png(figure: Figure) -> bytes:
    """The chart as a PNG file with few colours."""
    with style.use():
        rendered = io.BytesIO()
        figure.savefig(rendered, format="png", dpi=DOTS_PER_INCH)
    reduced = io.BytesIO()
    # A chart has few colours: with a palette the same picture takes half the bytes.
    with Image.open(rendered) as chart:
        chart.convert("RGB").quantize(PALETTE, dither=Image.Dither.NONE).save(reduced, "PNG", optimize=True)
    return reduced.getvalue()


def _cell(column: TableColumn, row: TableRow) -> str:
    """One cell of a table. It carries its heading, for narrow screens, where a row is shown as a list."""
    written = column.write(row[column.name])
    state = row.get(f"{column.name}_state")
    if state == "doubted":
        written += DOUBT_MARKS[state]
    elif state == "unread":
        written = DOUBT_MARKS[state]
    look = " wb-doubt" if state in DOUBT_MARKS else " wb-blank" if written == wording.MISSING else ""
    label = as_html(column.label)
    return f'<td class="wb-{column.kind}{look}" data-label="{label}">{as_html(written)}</td>'
