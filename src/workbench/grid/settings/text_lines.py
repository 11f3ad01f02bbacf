"""Settings of text lines: what is noise on a page without its rules, and how ink is put together to lines."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.grid.settings.validation import require_sensible


@dataclass(frozen=True, slots=True)
class TextLineSettings:
    """Despeckling, and the lines of a cell.

    Lengths are in text heights unless a field names another unit. Values were measured with
    ``python -m benchmarks.grid``.
    """

    noise_side: float = 0.07
    """Ink whose sides are both shorter than this is noise of the paper when lines are looked for."""

    lone_noise_side: float = 0.16
    """Ink whose sides are both shorter than this is noise unless a character is near."""

    near_character: float = 0.5
    """A decimal point or the dot of a character lies within this distance of other ink."""

    little_noise: float = 0.05
    """Loose noise, as a share of the characters, that a clean page has: dots of leaders and colons."""

    stump: float = 0.1
    """Ink beside a rule that is longer than this may be text: what is left of a minus that touches it."""

    smallest_stroke: float = 0.3
    """Strokes of characters are longer than this, be they ever so light."""

    one_line: float = 1.2
    """Ink that together is not higher than this belongs to one line (二, ≡, …)."""

    faint: int = 200
    """Grey level (paper is near 255) below which a pixel is of a stroke, where it goes on from ink."""

    next_stroke: float = 0.3
    """The next stroke of a line is no further away than this."""

    faintest: int = 212
    """Grey level below which a pixel on white paper may be of print that is too light for ink, which no line was read
    from; on a tinted ground the difference counts."""

    widest_stroke: float = 0.12
    """Half the width of what is ground, and no stroke."""

    soft_edge: float = 0.15
    """What goes on from ink for less than this is its soft edge."""

    beyond_chance: float = 2.0
    """A cell with so many standard deviations more specks than its room of paper has by chance is not empty."""

    smoothing: float = 0.7
    """Pages that are black and white or full of grain are read smoothed by this much (Gaussian, standard deviation in
    pixels: the steps of jagged strokes are a pixel high whatever the size of the type). Of the other makers' pages in
    black and white, ``python -m benchmarks.makers``, most cells are read right at 0.7; from 0 to 1.4 was tried."""

    more_smoothing: float = 1.4
    """Their second reading, in pixels as well: fewest wrong cells come out the same in both at this."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("little_noise",),
            grey_levels=("faint", "faintest"),
            ascending=(("faint", "faintest"), ("noise_side", "lone_noise_side"), ("smoothing", "more_smoothing")),
        )


@dataclass(frozen=True, slots=True)
class PartedTextSettings:
    """Text that contradicts a lattice. Lengths are in text heights."""

    corridor: float = 1.0
    """White between the texts of two columns is wider than this: a full-width comma leaves .7 to .8."""

    fewest_lines: int = 2
    """So many lines have text on both sides of such white."""

    narrow: float = 0.6
    """A cell beside white narrower than that between columns ends there with no more than this probability (0 to 1)."""

    on_rule: int = 3
    """Ink so near to where a rule goes on elsewhere may be the rule, in pixels: half of it and its soft edge."""

    smallest_letter: float = 0.4
    """What is smaller may be dirt, and is no text beside a table."""

    largest_letter: float = 1.6
    """What is larger is no character: the edge of a sheet, a seal, a drawing."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("narrow",), ascending=(("smallest_letter", "largest_letter"),))
