"""Settings of reading: crops, second readings, symbols, and the text of cells.

Lengths are in text heights (the height of a line of text on the page at hand) unless a field names another unit. Values
were measured with ``python -m benchmarks.grid`` unless a field names another source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.grid.settings import GridSettings
from workbench.grid.settings.validation import require_sensible


@dataclass(frozen=True, slots=True)
class CropSettings:
    """Paper around a line in its crop."""

    margin: float = 0.12
    """Paper left around a line's ink in its crop."""

    headroom: float = 0.13
    """More paper above and below a line than before it. Detectors leave about as much, and recognition was taught on
    what they outline; and text that fills less of the height is recognised in fewer columns."""

    trailing: float = 0.45
    """Paper after a line: the rest of the room of a full-width comma, without which engines miss it."""

    narrow_line: float = 1.5
    """A line narrower than this holds one character: text written downwards."""

    figure: float = 0.75
    """A figure is narrower than this share of its height; a Chinese character hardly ever."""

    def __post_init__(self) -> None:
        require_sensible(self)


@dataclass(frozen=True, slots=True)
class SecondReadingSettings:
    """Which lines are read a second time, and from what."""

    sure: float = 0.97
    """A line with a character below this confidence (0 to 1) is read a second time, from another crop."""

    wider_margin: float = 0.45
    """Paper around a line in its second crop."""

    tight_margin: float = 0.1
    """Paper around the end of a line: small characters come out larger, and are not missed."""

    lost_at_end: float = 0.27
    """Ink this far beyond the last character of a reading is a character that was missed, in character widths."""

    lost_at_start: float = 0.6
    """The same before the first character, in character widths: engines place it late rather than early."""

    lost_between: float = 0.6
    """Two characters further apart than their widths by this, with ink between them, lost one, in character widths."""

    lost_digit: float = 0.38
    """The same between two digits where the gap is full of ink: a digit is half as wide as a Chinese character."""

    widest_figure: float = 0.95
    """A figure is no wider than this share of its line's height: two that touch are."""

    minus: float = 0.35
    """A minus is lower than this share of its line, and no further from the middle of it."""

    unsure: float = 0.3
    """Confidence (0 to 1) of a reading that leaves ink unaccounted for."""

    tail: int = 3
    """Characters before a lost end that are read again with it, to know that both readings mean the same place."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("sure", "unsure", "minus"),
            ascending=(("tight_margin", "wider_margin"), ("unsure", "sure")),
        )


@dataclass(frozen=True, slots=True)
class TwoReadersSettings:
    """Which lines are read by another recogniser beside those with digits and those that are not surely read."""

    shortest: int = 2
    """A reading of so few characters may be a number that was taken for something else."""

    def __post_init__(self) -> None:
        require_sensible(self)


@dataclass(frozen=True, slots=True)
class SeparatorSettings:
    """Points and commas by their shape, in heights of the digits; measured with ``python -m benchmarks.numbers``."""

    point: float = 0.05
    """A point reaches no further below the row that the digits stand on; a comma's tail does."""

    tail: float = 0.3
    """Below the digits a comma needs this much room: where the cell's border is nearer, its tail was painted over."""

    painted: float = 3.0
    """Pixels from the middle of a ruling line that are painted white with it: half of a line, and its soft edge."""

    widest_room: float = 1.5
    """Two figures of a number are no further apart than this, in text heights: full-width ones by 1."""

    coarse_height: float = 17.0
    """Pixels: on pages in black and white the tail of a comma, an eighth of a digit, may be lost with lower digits."""

    fewest_rooms: int = 2
    """By one distance between two digits nobody can tell whether they are two numbers."""

    uneven: float = 0.3
    """Full-width digits stand this evenly, as a share of their room: recognisers place them in steps."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("point", "uneven"))


@dataclass(frozen=True, slots=True)
class RaisedSettings:
    """Raised figures, in heights of the characters of their line: word processors set them at .58 to .65, browsers
    at .83."""

    least: float = 0.3
    """What is lower is no figure, but a dot or a stroke."""

    most: float = 0.92
    """What is higher is no raised figure."""

    high: float = 0.7
    """Characters are at least this share of the highest of their line; points and dashes are not."""

    higher: float = 0.25
    """A raised figure ends at least this far above the row that the others stand on; old-style figures do not."""

    light: float = 0.3
    """Of the darkest ink's darkness: a lighter pixel is paper."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("least", "most", "high", "higher", "light"), ascending=(("least", "most"),))


@dataclass(frozen=True, slots=True)
class RelationSymbolSettings:
    """The shapes of ≥ ≤ ≧ ≦ = ═."""

    drawn_high: int = 64
    """Symbols are looked at this many pixels high: thin strokes of coarse scans do not merge."""

    open_side: float = 0.15
    """Where the strokes of ≥ are looked at near its open side, as a share of its width; those of ≤ the other way
    round."""

    middle: float = 0.5
    """Where they are looked at in the middle, as a share of its width."""

    tip: float = 0.93
    """Where they are looked at near the tip, as a share of its width."""

    around: float = 0.06
    """So far to either side of each place, as a share of the width."""

    straight: float = 0.09
    """An arm or a bar is nowhere further from a straight line than this share of the symbol's height."""

    opening: float = 0.25
    """The arms are apart at their open side by more than this share of the symbol's height."""

    lean: float = 0.12
    """The upper arm runs down by more than this share of the symbol's height, which the bar of a Z does not."""

    stem: float = 0.7
    """No column of a symbol is inked over more than this share of its height: an upright stroke belongs to a
    character."""

    thinnest_stroke: float = 0.02
    """Ink lower than this share of the symbol's height is no stroke."""

    smallest_part: float = 0.03
    """A component with less than this share of the ink is no part of the symbol."""

    bar: float = 0.5
    """Rows of a bar are inked over more than this share of the symbol's width."""

    empty: float = 0.06
    """The rows between two bars are inked over less than this share of the symbol's width."""

    nearly_all: float = 0.9
    """The bars are at least this share of all the symbol's ink."""

    level: float = 0.06
    """The bars of = start and end within this share of its width under each other; those of 二 do not."""

    paper: float = 0.2
    """What is lighter than this share of the darkest ink is paper."""

    heavier_arm: float = 1.4
    """The lower arm of a > or < with a bar along it has so many times the ink of the upper arm: 1.3 to 2.2 in Song and
    Kai typefaces, 1.56 in the middle; arms alone have .75 to 1.3 (28 typefaces drawn at 100 to 220 dpi, with blur)."""

    close_bars: float = 0.3
    """The bars of ═ are nearer to each other than this share of its width; those of = are not."""

    def __post_init__(self) -> None:
        places = ("open_side", "middle", "tip", "around")
        inked = ("stem", "thinnest_stroke", "smallest_part", "bar", "empty", "nearly_all", "paper")
        require_sensible(
            self,
            fractions=(*places, *inked, "straight", "opening", "lean", "level", "close_bars"),
            ascending=(("open_side", "middle", "tip"), ("empty", "bar", "nearly_all")),
        )


@dataclass(frozen=True, slots=True)
class SymbolSettings:
    """The shapes of lone symbols, and how sure they are."""

    flattest: float = 0.28
    """A dash is lower than this."""

    hyphen: float = 0.62
    """A dash shorter than this is a hyphen; a longer one a dash (—)."""

    slant: float = 0.2
    """A stroke that leans more than this (sideways per downwards) is a slash; the stem of a 1 stands straight."""

    leaning: float = 0.1
    """One that leans more than this may be one: the stem of an upright 1 leans less."""

    parted: float = 0.25
    """A row lighter than rows above and below it by this share of the ink's contrast parts two strokes."""

    narrow_ring: float = 0.85
    """A ring narrower than this share of its height is the digit 0; the letter O is as wide as it is high."""

    hole: float = 0.55
    """The hole of a 0 is at least this share of its height."""

    dots: int = 3
    """An ellipsis (…) has this many dots."""

    widest: float = 1.4
    """A relation symbol is narrower than this."""

    minus: float = 0.2
    """A minus is lower than this: the bars of a =, run together, are a third."""

    sure_of_shape: float = 0.9
    """Confidence (0 to 1) of a symbol that is known by its shape and not by the engine."""

    unsure: float = 0.3
    """Confidence (0 to 1) of a symbol that neither the engine nor its shape makes out."""

    relation: RelationSymbolSettings = field(default_factory=RelationSymbolSettings)
    """Relation symbols."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("parted", "narrow_ring", "hole", "sure_of_shape", "unsure"),
            ascending=(("unsure", "sure_of_shape"),),
        )


@dataclass(frozen=True, slots=True)
class CellTextSettings:
    """The width of punctuation, in widths of a Chinese character where no other unit is named."""

    usual_pitch: float = 1.08
    """Room of a Chinese character in text heights: type leaves a little air around its characters."""

    fewest_pitches: int = 2
    """From so few distances between characters the room of one is not measured: engines place characters in steps."""

    ample_room: float = 0.92
    """Punctuation with this room between its neighbours is of full width whatever is found beside its ink."""

    white_of_wide: float = 0.33
    """Before an opening bracket of full width, and behind a colon, at least this is white."""

    widest: float = 0.45
    """The ink of a bracket or a colon is no wider than this."""

    room_of_full_width: float = 0.7
    """Full-width punctuation takes a character's room between its neighbours, half-width punctuation one half of it:
    between them, nearer to half because engines place it unevenly."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("white_of_wide", "widest"), ascending=(("room_of_full_width", "ample_room"),))


@dataclass(frozen=True, slots=True)
class RoughSettings:
    """Numbers on pages that are black and white or full of grain."""

    points_start: float = 0.6
    """Points and commas lie below this share of a number's height."""

    points_end: float = 0.15
    """They end no further below the number than this: commas have tails."""

    fewest_pixels: int = 11
    """Lines of figures lower than this many pixels: in black and white a stroke of theirs may fall between two."""

    high: float = 0.7
    """Figures are at least this share of their line's height."""

    room_of_point: float = 1.3
    """Figures so many times further apart than others of their number have room for a point between them."""

    one_stroke: float = 0.16
    """A dash higher than this may be the two bars of a ═, run together: these are .19 and more, dashes up to .15
    (``python -m benchmarks.forms --bilevel``)."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("points_start", "high", "one_stroke"))


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Labels and names of levels, decoded among the words of forms."""

    longest: int = 16
    """Characters of the longest text that may be one of them."""

    prior: float = 1000.0
    """A text that may be a word of forms by what the recogniser held possible is that word so many times as often as it
    is none. Chosen by hand: labels and levels are a few words, and other texts hardly ever one character from them."""

    def __post_init__(self) -> None:
        require_sensible(self)


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """All settings that lead from a page to what is read on it, those of its grid included."""

    legible: float = 0.6
    """Under a seal or handwriting a cell with a less sure character (0 to 1) is not guessed."""

    buried: float = 0.5
    """A cell without any print left, but with this share of it under a seal, cannot be called empty."""

    inside: float = 0.2
    """Handwriting that stays this near to a cell's border belongs to the next cell."""

    highest_line: float = 1.6
    """A line so many times higher than its characters may be two that touch, of which a recogniser reads one."""

    full_line: float = 2.0
    """A line is full that leaves less of its cell: no room for a character beside the paper at its borders."""

    grid: GridSettings = field(default_factory=GridSettings)
    """Tables and their cells."""

    words: WordSettings = field(default_factory=WordSettings)
    """Labels and names of levels."""

    crops: CropSettings = field(default_factory=CropSettings)
    """What an engine is given."""

    second_reading: SecondReadingSettings = field(default_factory=SecondReadingSettings)
    """Lines read twice."""

    two_readers: TwoReadersSettings = field(default_factory=TwoReadersSettings)
    """Numbers read by two recognisers."""

    separators: SeparatorSettings = field(default_factory=SeparatorSettings)
    """Points and commas."""

    raised: RaisedSettings = field(default_factory=RaisedSettings)
    """Raised figures."""

    symbols: SymbolSettings = field(default_factory=SymbolSettings)
    """Symbols known by their shape."""

    cell_text: CellTextSettings = field(default_factory=CellTextSettings)
    """Text as printed."""

    rough: RoughSettings = field(default_factory=RoughSettings)
    """Pages in black and white, and grainy ones."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("legible", "buried"))


READ_DEFAULTS = ReadSettings()
"""What a page is read with where nothing else is asked for."""
