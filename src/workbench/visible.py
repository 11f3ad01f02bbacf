"""Text of strangers, made safe to show: invisible characters, and those that change the writing direction, are shown.

The dataset keeps every text as it is. Whatever shows one to a person passes it through here, so that no character
controls a terminal, runs as a script in a page, or makes 0.1 look like 1.0.
"""

from __future__ import annotations

import re
from html import escape

TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""The controls of Unicode's bidirectional algorithm: marks, embeddings, overrides and isolates.

Digits after them may change places, although there is nothing to see between them.
"""

HALF = re.compile("[\ud800-\udfff]")
"""A lone surrogate, half of a character. A file can contain one; UTF-8, and so the dataset, cannot."""

UNSEEN = re.compile(
    f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u2028\u2029\ud800-\udfff\U000e0000-\U000e007f]|{TURNING.pattern}"
)
"""Control characters but for tab and line ends, lone surrogates, tags, and the controls that `TURNING` finds."""

UNTYPESET = "mathjax_ignore tex2jax_ignore"
"""Classes of an element in which no notebook typesets formulas: in forms, ``$`` is a character like any other."""


def visible(text: str) -> str:
    """The text with a visible symbol for every invisible character that is no white space; all else stays as it is.

    >>> visible("0.1" + chr(0x202E) + chr(0x1B))
    '0.1‹U+202E›␛'
    """
    return UNSEEN.sub(lambda found: _symbol(found[0]), text)


def as_html(text: str) -> str:
    """The text as HTML, for an element or an attribute: nothing in it is markup any more, or invisible."""
    return escape(visible(text), quote=True)


def literal(markup: str) -> str:
    """HTML around other HTML, in which a notebook leaves formulas as the text that they are."""
    return f'<div class="{UNTYPESET}">{markup}</div>'


def one_line(text: str) -> str:
    """The text for a terminal, on one line: white space becomes a space, what cannot be printed a symbol.

    >>> one_line("first" + chr(10) + "second" + chr(0x1B))
    'first second␛'
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else _symbol(c) for c in text)


def _symbol(character: str) -> str:
    """The symbol that Unicode has for a control character, or the character's code."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹U+{code:04X}›"
