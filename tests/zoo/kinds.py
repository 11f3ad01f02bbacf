"""What the files of the zoo have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from tests.printed import truth
from tests.scans.tables import Table, central_project_table
from tests.written import unmerged

PORT = 48573
"""Whoever follows an address (http://127.0.0.1:48573/…) that a file of the zoo names, calls here."""

WAS_HERE = "zoo-was-here"
"""What programs in files of the zoo would make, were they run, in /tmp or where the run was started."""

PASSWORDS, SECRET = b"root:x:0", "秘密在此"
"""What stands in files of the machine, and beside the archive, that files of the zoo ask for."""

Make = Callable[[Path], object]


@dataclass(frozen=True)
class Kind:
    """A kind of bad file: its path in the archive, how to make it, and what becomes of it.

    ``reason`` is that of the table ``documents``; None: its form is read as if nothing were odd about it.
    ``says`` stands in its message. ``source`` is its name in the tables, where that is not its path.
    """

    file: str
    make: Make
    reason: str | None
    says: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        return self.source or self.file


def raw(content: bytes) -> Make:
    return lambda path: path.write_bytes(content)


@cache
def short_form() -> Table:
    form = truth("example_project_1")
    return central_project_table(form | {"indicators": form["indicators"][:3]})


def form(mark: str) -> Make:
    """A short form as a transcription; ``mark`` makes its content one of its own."""
    return lambda path: path.write_text(f"{form_text()}\n{mark}\n", "utf-8")


@cache
def form_text() -> str:
    table = short_form()
    return "\n".join([table.title, table.subtitle, "", *("\t".join(row) for row in unmerged(table))])


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes, at: int, bit: int = 0) -> bytes:
    """One bit turned."""
    return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]


def ruled_page(width: int = 600, height: int = 600, mark: int = 0) -> Image.Image:
    """A page with a word's worth of ink and an empty ruled table: read right, it is an `unknown-form`."""
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((100, 40, 180 + mark, 52), fill=0)
    for row in range(3):
        for left, right in ((100, 300), (300, 500)):
            pen.rectangle((left, 150 + 40 * row, right, 190 + 40 * row), outline=0, width=2)
    return image
