"""The help of commands, and what click itself says, in the language of whoever asks."""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Iterable

import click

from workbench.language import Phrase, chosen_language, shown

MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
"""Modules of click that say something to a person."""

WIDE = ("W", "F")
"""The East Asian widths (Unicode, annex 11) of characters that take two columns of a terminal."""

NARROWEST = 20
"""Fewest columns that the help of an option gets, however long its name is."""

AS_IT_IS = "\b\n"
"""Before a paragraph whose lines click leaves as they are."""


def make_click_speak() -> None:
    """Let click say what it says in the person's language.

    It asks gettext for a translation, which looks for a compiled file of one name for the whole process, and by the
    locale alone; the functions that its modules ask are replaced by ours instead. What the catalogue does not have, a
    later click's words for example, stays English.
    """
    for name in MODULES:
        module = importlib.import_module(f"click.{name}")
        for asked, answer in (("_", translated), ("ngettext", _counted)):
            if hasattr(module, asked):
                setattr(module, asked, answer)


def translated(text: str) -> str:
    """A text of click, or of a command's help, in the person's language."""
    return shown(Phrase(text))


def _counted(one: str, many: str, count: int) -> str:
    return translated(one if count == 1 else many)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help, each on one line; one whose lines stay as they are is left as it is."""
    parts = [part.strip("\n") for part in text.split("\n\n")]
    return [part if part.startswith("\b") else " ".join(part.split()) for part in parts if part.strip()]


def short_help(text: str) -> str:
    """The first sentence of a help in Chinese; empty where the person's language is another."""
    if chosen_language() != "zh":
        return ""
    return translated(paragraphs(text)[0]).partition("。")[0] if text.strip() else ""


class HelpText(click.HelpFormatter):
    """Writes the help of a command in the person's language."""

    def write_text(self, text: str) -> None:
        if chosen_language() == "zh":
            width = self.width - self.current_indent
            text = "\n\n".join(_written(part, width) for part in paragraphs(text))
        super().write_text(text)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        if chosen_language() == "zh":
            first = min(max((len(name) for name, _ in rows), default=0), col_max) + col_spacing
            width = max(NARROWEST, self.width - first - 2 * self.current_indent)
            rows = [(name, _written(_said_of_option(text), width)) for name, text in rows]
        super().write_dl(rows, col_max, col_spacing)


def _said_of_option(text: str) -> str:
    """The help of an option, and what stands in brackets behind it: each is a text of the catalogue of its own."""
    said, *bracketed = text.split("  [")
    return translated(said) + "".join(f"  [{translated(part.removesuffix(']'))}]" for part in bracketed)


def _written(paragraph: str, width: int) -> str:
    """A paragraph in Chinese in lines of at most so many columns: click counts a character as one."""
    if paragraph.startswith("\b"):
        return "\n".join(translated(line) for line in paragraph.split("\n"))
    return AS_IT_IS + "\n".join(lines_of(translated(paragraph), width))


def lines_of(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` columns, in which a Chinese character takes two.

    Words in Latin letters, and punctuation with what stands before it, stay whole.

    >>> lines_of("读取 data/raw 中的文件。", 12)
    ['读取', 'data/raw 中', '的文件。']
    """
    lines, line, columns = [], "", 0
    for piece in _pieces(text):
        wide = sum(_columns(character) for character in piece.rstrip())
        if line and columns + wide > width:
            lines.append(line.rstrip())
            line, columns = "", 0
        line += piece
        columns += sum(_columns(character) for character in piece)
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """The parts of a text that no line break cuts: a Chinese character, or a word with the space behind it."""
    pieces: list[str] = []
    for character in text:
        is_wide = _columns(character) > 1
        is_stuck = is_wide and unicodedata.category(character).startswith("P") and character not in "（“《"
        joins = bool(pieces) and (is_stuck or (not is_wide and not pieces[-1].endswith(" ") and _is_narrow(pieces[-1])))
        if joins or (pieces and pieces[-1] in ("（", "“", "《")) or (pieces and character == " "):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _is_narrow(piece: str) -> bool:
    return _columns(piece[-1]) == 1


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in WIDE else 1
