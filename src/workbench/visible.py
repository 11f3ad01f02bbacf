"""Text of strangers for eyes: what is not seen, or turns the order of writing around, becomes a sign that is seen.

The dataset keeps every text as it is. What shows one to a person goes through here, so that no character steers a
terminal, runs in a page, or makes 0.1 read as 1.0.
"""

from __future__ import annotations

import re
from html import escape

TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm: figures after them may change places
without a letter between them being seen."""

HALF = re.compile("[\ud800-\udfff]")
"""Half of a character (a lone surrogate), which a file can hold and UTF-8, and so the dataset, cannot."""

UNSEEN = re.compile(
    f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u2028\u2029\ud800-\udfff\U000e0000-\U000e007f]|{TURNING.pattern}"
)
"""Control characters but tab and line ends, halves of characters, tags, and what `TURNING` finds."""

UNTYPESET = "mathjax_ignore tex2jax_ignore"
"""Classes of an element in which no notebook typesets formulas: ``$`` is a character of forms."""


def visible(text: str) -> str:
    """The text with a sign for every character that is not seen and is no white space: ␛ for escape, ‹U+202E› for an
    override. All else stays as it is."""
    return UNSEEN.sub(lambda found: _sign(found[0]), text)


def as_html(text: str) -> str:
    """The text as text of a page, also inside an attribute: nothing in it is markup any more."""
    return escape(visible(text), quote=True)


def literal(markup: str) -> str:
    """A piece of a page in which formulas stay the text that they are."""
    return f'<div class="{UNTYPESET}">{markup}</div>'


def one_line(text: str) -> str:
    """The text for a terminal, on one line: white space is a space, what cannot be printed is a sign."""
    return "".join(c if c.isprintable() else " " if c.isspace() else _sign(c) for c in text)


def _sign(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹U+{code:04X}›"
