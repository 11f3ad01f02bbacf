"""Level rules of tables whose columns nobody ruled: where they run, and which of them lie between two lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, stretches
from workbench.grid.settings import GridSettings
from workbench.grid.settings.text_lines import TextLineSettings
from workbench.grid.text_lines import LineBox


@dataclass(frozen=True, slots=True)
class LevelRules:
    """Horizontal rules that run along most of a table: their ``positions``, and along which columns each is drawn.

    ``ends`` are where the longest start and end, None without rules; rows are at least ``lowest_row`` high, and a rule
    at most ``near`` belongs to a table (pixels).
    """

    positions: NDArray[np.float64]
    drawn: NDArray[np.bool_]
    ends: tuple[int, int] | None
    text_height: float
    lowest_row: float
    near: float

    @classmethod
    def between(cls, xs: Sequence[float], level: Mask, text_height: float, settings: GridSettings) -> LevelRules:
        mask = level[:, max(0, round(xs[0])) : round(xs[-1])]
        ruled = np.asarray((mask > 0).mean(axis=1) >= settings.borderless.blocks.ruled)
        found = stretches(ruled) if xs[-1] - xs[0] >= settings.ruling.long_rule * text_height else []
        drawn = [
            [(level[a:b, max(0, round(x0)) : round(x1)] > 0).any(axis=0).mean() > 0.5 for x0, x1 in pairwise(xs)]
            for a, b in found
        ]
        positions = np.array([(a + b - 1) / 2 for a, b in found])
        along = np.flatnonzero((level[ruled] > 0).any(axis=0))
        ends = (int(along[0]), int(along[-1])) if found else None
        along_columns = np.array(drawn, dtype=bool).reshape(len(found), len(xs) - 1)
        lowest, near = (
            height * text_height for height in (settings.borderless.lowest_row, settings.borderless.blocks.near)
        )
        return cls(positions, along_columns, ends, text_height, lowest, near)

    def inside(self, top: float, bottom: float) -> list[int]:
        """Which rules lie between two lines of text."""
        return np.flatnonzero((self.positions > top - 2) & (self.positions < bottom + 2)).tolist()

    def without_remnants(self, lines: Sequence[LineBox], settings: TextLineSettings) -> list[LineBox]:
        """The lines of text without specks and what is left of the rules themselves."""
        lowest = settings.smallest_stroke * self.text_height
        large = [line for line in lines if max(line.width, line.height) >= lowest]
        return [line for line in large if line.height >= lowest or not self.inside(line.y0, line.y1)]

    def apart(self, numbers: Sequence[int]) -> list[list[int]]:
        """Rules that lie so far from each other that an empty row fits between them; double rules are one."""
        groups: list[list[int]] = []
        for number in numbers:
            if groups and self.positions[number] - self.positions[groups[-1][-1]] < self.lowest_row:
                groups[-1].append(number)
            else:
                groups.append([number])
        return groups

    def belong_to(self, top: float, bottom: float) -> bool:
        """Whether a rule is drawn in the table, or just above or below it."""
        return bool(self.inside(top - self.near, bottom + self.near))
