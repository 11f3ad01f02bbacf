"""Settings of what is no print: handwriting over a table, and other ink than that of most print.

Lengths are in text heights (the height of a character on the page at hand) unless a field names another unit. Values
were measured with ``python -m benchmarks.grid`` unless a field names another source.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.grid.settings.validation import require_sensible


@dataclass(frozen=True, slots=True)
class HandwritingSettings:
    """What is no print: by its height, as a line through a word, or by its ink."""

    tallest_print: float = 1.35
    """Connected ink of print is no higher than this, but for headings."""

    narrowest: float = 0.4
    """A remnant of a rule is narrower than this."""

    thickest_stroke: float = 0.45
    """A stroke is thinner than this; anything thicker is a filled area."""

    heading_characters: int = 4
    """So many components of one height in a row are large print."""

    heading_width: float = 0.7
    """Large print is mostly at least so wide for its height (a ratio)."""

    most_of_page: float = 0.15
    """Handwriting is no more than this share of a page's ink: what crosses rules all over it is print close to them."""

    shortest_strike: float = 2.3
    """A line through a word is longer than this: two characters that touch may look like one."""

    steepest_strike: float = 0.2
    """A line through a word rises or falls by at most this (a slope)."""

    strike_slopes: int = 21
    """So many slopes, up to the steepest either way, are tried."""

    unbroken: float = 0.96
    """A line through a word is inked along this share of it; strokes of neighbouring characters do not meet so well."""

    struck: float = 0.3
    """Ink lies above and below more than this share of a line through a word; only above an underline."""

    beside_strike: float = 0.15
    """Ink above and below a line through a word is looked for further from it than this."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("unbroken", "struck", "most_of_page"),
        )


@dataclass(frozen=True, slots=True)
class OtherInkSettings:
    """What is another ink than that of most print."""

    compared_height: float = 0.5
    """Ink is compared with the print in components higher than this: lone thin strokes are lighter than characters."""

    compared_width: float = 0.2
    """Ink is compared with the print in components wider than this."""

    fewest_compared: int = 40
    """Ink is compared where there are so many such components."""

    densest: float = 0.5
    """A character that fills more than this share of its room has run full of ink: its strokes cannot be measured."""

    dark_part: float = 0.2
    """The tone of a component is this quantile (0 to 1) of its pixels: that of its darkest part."""

    thick_part: float = 0.9
    """The thickness of a component is this quantile (0 to 1) over its pixels: that of its thickest part."""

    nearly_all: float = 95.0
    """Nearly all components are print: this percentile of them (0 to 100) is."""

    lighter: float = 0.15
    """Ink lighter than most print by this share of the print's contrast is another ink."""

    full_tone: float = 1.5
    """A stroke whose middle is nearer to paper than this many pixels shares them all with it, and never has its ink's
    tone: the thin strokes of % are lighter than their circles."""

    more_coloured: float = 48.0
    """Ink whose chroma (0 to 255) is higher than that of most print by so much is handwriting in colour."""

    thicker: float = 1.75
    """Strokes thicker than those of most print by this factor are written by hand; bold type is less so."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("densest", "dark_part", "thick_part", "lighter"),
            percentages=("nearly_all",),
            grey_levels=("more_coloured",),
            factors=("thicker",),
        )
