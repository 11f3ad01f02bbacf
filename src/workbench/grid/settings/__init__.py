"""Settings of the grid, one frozen object a stage, which every stage takes as an argument: benchmarks sweep them."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.grid.settings.borderless import BorderlessSettings
from workbench.grid.settings.rectify import RectifySettings
from workbench.grid.settings.ruling import RulingSettings
from workbench.grid.settings.text_lines import PartedTextSettings, TextLineSettings


@dataclass(frozen=True, slots=True)
class GridSettings:
    """All settings that lead from a scan to its lattices and cells."""

    rectify: RectifySettings = field(default_factory=RectifySettings)
    """The scan made upright and flat, its seals taken off."""

    ruling: RulingSettings = field(default_factory=RulingSettings)
    """Ruling lines, lattices, cells, handwriting."""

    text_lines: TextLineSettings = field(default_factory=TextLineSettings)
    """Text without the rules, and its lines."""

    parted_text: PartedTextSettings = field(default_factory=PartedTextSettings)
    """Text that contradicts a lattice."""

    borderless: BorderlessSettings = field(default_factory=BorderlessSettings)
    """Tables that only the alignment of their text shows."""


GRID_DEFAULTS = GridSettings()
"""What a page's grid is found with where nothing else is asked for."""
