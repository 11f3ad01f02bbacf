"""How the text directly in an element of a web page looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.readers.shown import BLACK, SMALLEST, WHITE, Colour, Look, is_seen

TABLE_PARTS = frozenset({"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"})

Cover = Literal["", "cell", "table"]


@dataclass(frozen=True, slots=True)
class ElementStyle:
    """The look of the text directly in an element. Sizes are points.

    ``is_clear``: it takes its room and cannot be seen. ``shift``: how sub and sup move it. ``is_doubtful``: something
    may show it otherwise. ``is_cut``: its box is too small. ``is_line``: the element has lines of its own.
    ``cover``: what is painted in the element may cover text around it in its cell, or anywhere in its table.
    """

    is_shown: bool = True
    is_visible: bool = True
    is_clear: bool = False
    is_struck: bool = False
    shift: Look = "shown"
    is_doubtful: bool = False
    is_reversed: bool = False
    is_cut: bool = False
    size: float = 12.0
    colour: Colour | None = BLACK
    ground: Colour | None = WHITE
    list_type: str = "disc"
    typefaces: str = ""
    is_in_table: bool = False
    is_line: bool = False
    cover: Cover = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def look(self) -> Look:
        """How the text looks."""
        if not self.is_shown or self.size == 0:
            return "hidden"
        if not self.is_visible or self.is_clear or self.colour is None:
            return "gap"
        if self.is_struck:
            return "struck"
        seen = is_seen(self.colour, WHITE if self.ground is None else self.ground)
        if self.is_doubtful or self.is_reversed or self.is_cut or self.size < SMALLEST or not seen:
            return "unsure"
        return self.shift
