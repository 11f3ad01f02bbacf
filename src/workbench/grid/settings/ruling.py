"""Settings of ruled tables: ruling lines, the evidence for each stretch, and lattices.

Lengths are in text heights (the height of a character on the page at hand) unless a field names another unit. Values
were measured with ``python -m benchmarks.grid`` unless a field names another source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.grid.settings.pens import HandwritingSettings, OtherInkSettings
from workbench.grid.settings.validation import require_sensible


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """From what is seen along a stretch of a rule to the probability that it is drawn."""

    sample: float = 0.5
    """Parts of a stretch of this length are taken as independent of each other."""

    ink_of_nothing: float = 0.2
    """Share of a stretch that may look drawn where there is no rule on a page of whole rules: rows of dashes."""

    stricter: float = 12.0
    """On a worn page less ink counts as drawn: power of the share of rule that is left by which ``ink_of_nothing``
    falls."""

    most_wear: float = 0.7
    """Rules of which more than this share is gone look like dirt."""

    least_wear: float = 0.03
    """Even a whole rule is crossed by white here and there: share that is always taken to be gone."""

    fewest_samples: float = 2.0
    """Least weight of one stretch, in samples: of a very short one."""

    most_samples: float = 12.0
    """Largest weight of one stretch, in samples: of a long one that is worn in one go."""

    junction: float = 0.1
    """So near to a crossing rule the ink may be that rule's."""

    waver: float = 0.08
    """A rule leaves its line by at most this from one stretch to the next."""

    runs_on: float = 0.45
    """Between characters of one text there is less room than this."""

    apart: float = 1.0
    """Between the texts of two cells there is more room than this."""

    text_across: float = 5.0
    """Log-odds against a rule for a line of text (a text height) that runs across."""

    text_across_pale: float = 1.5
    """The same against a pale rule: in tight rows text lies close to both its sides, and its tone is seen between."""

    text_apart: float = 3.0
    """Log-odds for a rule for every text height of room between two texts."""

    clearly_drawn: float = 0.3
    """A stretch of which this share is inked ends the cells on both of its sides."""

    beside_rule: float = 0.25
    """Ink so near to a rule may be of a second rule beside it: where texts stand is seen without it."""

    more_likely: float = 0.1
    """A stretch of which so much more (a share) is inked is the likelier one to lie between two texts."""

    in_centre: float = 0.35
    """Text in the middle of a cell is at most this far off it."""

    off_centre: float = 0.7
    """Text is in the middle of one cell and not of another where it is this much nearer to that of the first."""

    text_centred: float = 3.0
    """Log-odds for a rule with which a text is in the middle of its cell, against one without which it is."""

    most_lines: float = 2.0
    """Text across is counted for so many lines: more of the same text say nothing new."""

    most_room: float = 2.0
    """Texts further apart than this are not one text."""

    change: float = 0.12
    """Probability that a rule begins or ends where another crosses it."""

    averaged: float = 0.5
    """Tone is averaged over this length along a line: dots merge, and the noise of paper falls. Text heights."""

    darker_by_chance: float = 0.5
    """So often (0 to 1) the best of a few rows is darker than both its sides where there is no rule."""

    darker_of_rule: float = 0.95
    """So often a rule is darker than both its sides."""

    trust_in_ink: float = 0.98
    """The probability (above .5) of a rule, or of none, that its ink alone makes at most."""

    trust_in_net: float = 0.97
    """The same of the network. Where both are sure and contradict each other ink decides, and the cell is flagged."""

    not_seen: float = 0.3
    """A stretch of rule is not seen of which less than this share is inked, and that is less likely by its tone."""

    of_unseen: float = 0.75
    """The probability of such a stretch at most: it is drawn, and its cells are flagged."""

    wear_quantile: float = 0.75
    """The wear of a page is this quantile (0 to 1) of that of its rules: a page can be worn on one side only."""

    longest_gap: float = 2.5
    """A gap in a rule longer than this is no wear: the rule ends there and another begins."""

    def __post_init__(self) -> None:
        shares = ("ink_of_nothing", "least_wear", "most_wear", "clearly_drawn", "more_likely", "change")
        require_sensible(
            self,
            fractions=(*shares, "wear_quantile", "darker_by_chance", "darker_of_rule", "trust_in_ink", "trust_in_net"),
            ascending=(
                ("not_seen", "of_unseen"),
                ("least_wear", "most_wear"),
                ("fewest_samples", "most_samples"),
                ("runs_on", "apart", "most_room"),
                ("in_centre", "off_centre"),
            ),
        )


@dataclass(frozen=True, slots=True)
class LatticeSettings:
    """Which rules make one table, and which ink is theirs."""

    lone_rule_reach: float = 15.0
    """A rule that touches no other belongs to a table at most this far away."""

    past_table: float = 1.5
    """A table's own rules end within this distance of its corners."""

    lone_rule_share: float = 0.8
    """Such a rule runs along this share of the table's side; wear takes the ends of some."""

    remnants: float = 0.15
    """Ink within this distance of a worn rule, on the line of its segments, is what is left of it."""

    row_of_rule: float = 0.15
    """A row of pixels that is part of a rule has this share of the ink that its fullest row has."""

    smallest_text: float = 0.25
    """Ink whose sides are both shorter than this does not count as text beside a rule."""

    open_end: float = 0.85
    """Least probability for the edge of a table: where a page break leaves it open, the crossing rules still end
    there."""

    sheet_edge: float = 0.04
    """The edge of a sheet lies within this share of the picture's short side from its border."""

    likely_somewhere: float = 0.3
    """A line inside a table is somewhere at least so likely (0 to 1) to be drawn; others are left out."""

    possible: float = 0.1
    """A line that is nowhere likelier than this is surely none."""

    sure_somewhere: float = 0.8
    """A line that is somewhere so likely is surely one. Between the two it is contested."""

    after_contested: float = 0.5
    """Probability that a cell after a contested line stands in its row and column."""

    lowest_row: float = 0.8
    """Between two lines nearer than this there is room for no text: without any they are one."""

    side_to_side: float = 0.9
    """A run of ink along this share of a cell goes from side to side: it is the second line of a double rule."""

    smallest_table: float = 8.0
    """Rules that enclose less than this in width are drawing or lettering, not a table."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("lone_rule_share", "open_end", "sheet_edge", "after_contested", "side_to_side", "row_of_rule"),
            ascending=(("past_table", "lone_rule_reach"), ("possible", "likely_somewhere", "sure_somewhere")),
        )


@dataclass(frozen=True, slots=True)
class StrokeSettings:
    """Which stretches of a lattice are strokes of characters. Lengths are in text heights.

    Values were measured with ``python -m benchmarks.makers.score --structure-only``.
    """

    near: float = 0.5
    """Text no further from a line than this may be what it is a stroke of."""

    soft_edge: float = 0.15
    """Characters have a soft edge of this width."""

    free: float = 0.12
    """Beside text of which so much of the stretch is free, a rule would be seen there."""

    bare: float = 0.7
    """A stroke ends with its text: along this share of what is free there is nothing."""

    likely_pale: float = 0.5
    """A stretch that is likelier than this (0 to 1) a pale rule may be one."""

    surely_pale: float = 0.9
    """A stretch that is likelier than this a pale rule is no stroke: a few samples are darker by chance."""

    inked: float = 0.3
    """A stroke in ink takes this share of its stretch; pale rules have no ink where there is no text either."""

    end: float = 0.1
    """So near to a crossing rule the ink may be that rule's."""

    character: float = 0.3
    """Components of characters are broader than this along a rule; remnants of a rule that crosses it are not."""

    through: float = 0.2
    """A character that has ink so far on both sides of a line is in no two cells."""

    own: float = 0.1
    """Ink so near to the middle of a rule may be its own."""

    close: float = 0.35
    """The rest of a character is no further from its stroke; a rule has white beside it."""

    surely: float = 0.95
    """Stretches at least so likely to be drawn show how the rules of a table meet."""

    apart: float = 0.5
    """A stroke, as a character stands in its row, touches neither of the rules that cross its line in so many cases."""

    few: float = 0.25
    """By chance strokes lie on one line in at most this share of its stretches."""

    amid_text: float = 0.05
    """The probability that a stretch is drawn that ends with the text on both sides of it: surely a stroke."""

    of_part_of_text: float = 0.25
    """The same with text on one side only, or with a character on both sides: not drawn, and the cell is flagged."""

    at_strokes: float = 0.45
    """The probability of a stretch of a line of nothing but strokes at most: the same."""

    either: float = 0.75
    """The probability of a stretch at most that is a stroke, or a pale rule: drawn, and the cell is flagged."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("likely_pale", "bare", "inked", "surely", "apart", "few", "amid_text", "at_strokes", "either"),
            ascending=(
                ("amid_text", "of_part_of_text", "at_strokes"),
                ("own", "close", "near"),
                ("likely_pale", "surely_pale"),
            ),
        )


@dataclass(frozen=True, slots=True)
class RuleMapSettings:
    """From how likely rules are, as the network sees them, to lines. In text heights, but for ``likely`` and
    ``as_faint``."""

    likely: float = 0.25
    """A rule may be where it is likelier than this, 0 to 1; whether it is drawn, all that is seen of it decides."""

    band: float = 0.4
    """The network sees a rule so thick: labels of three pixels at half its scale, and a little more."""

    shortest: float = 1.0
    """Rules are longer than a character."""

    longest_gap: float = 12.0
    """Parts of one line are no further apart than this: as far as a crease that print hides was seen to be."""

    near_end: float = 1.0
    """A rule ends no further from a rule that crosses it."""

    least_print: float = 4.0
    """Faint ink of less than this many squares of a text height is no print of the back."""

    most_print: float = 0.15
    """Print takes up no more than this share of a page; the grain of its paper may."""

    as_faint: float = 0.5
    """Where so many times the area of a page's faint rules is as faint elsewhere, its back shows through."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("likely", "most_print"))


@dataclass(frozen=True, slots=True)
class RulingSettings:
    """From an upright page to its ruled tables."""

    longer_than_stroke: float = 1.25
    """A run of ink longer than this is no stroke of a character."""

    short_run: float = 0.4
    """Segments of a worn rule are at least this long."""

    snap: float = 0.4
    """Rules nearer to each other than this are one rule (double rules, wavering rules)."""

    mended_gap: float = 2.5
    """On a worn page rules are followed over gaps of this length."""

    worn: float = 0.03
    """From this share of lost rule on a page counts as worn."""

    long_rule: float = 8.0
    """A run longer than this is a rule wherever it ends; a shorter one ends at other rules."""

    thickest_rule: float = 0.55
    """A rule is thinner than this; anything thicker is a filled area or the edge of the scan."""

    anchor: float = 0.3
    """So near to another rule a rule ends on a page of whole rules."""

    worn_anchor: float = 1.2
    """So near to another rule a rule ends on a worn page."""

    dash_gap: float = 0.45
    """Dashes of a rule are no further apart than this. Characters are as near to each other, but have ink above and
    below."""

    dashed_run: float = 2.0
    """A row of dashes no shorter than this is a rule."""

    dash_thickness: float = 0.1
    """Thickness of a rule of dashes, about."""

    straight_segment: float = 4.0
    """Segments of this length are looked at to see whether a run of ink is straight."""

    climb: float = 0.15
    """A rule of a flat page climbs less than this within such a segment."""

    curve: float = 0.09
    """A short rule, as drawn between two others, leaves a straight line by less than this."""

    parabola_points: int = 3
    """Pixels that a parabola takes: the course of a shorter stroke cannot be measured."""

    thicker: float = 3.0
    """A short rule is less thick than this many of the page's usual rules."""

    struck: float = 0.4
    """A word that is struck out has ink above and below along more than this share of the line; text in two cells keeps
    clear of the rule between them."""

    near_strike: float = 0.25
    """The ink of a word that is struck out is this near to the line."""

    row_of_text: float = 2.5
    """Between rules nearer to each other than this the stroke of a character may reach from one to the other."""

    branching: float = 0.08
    """Along more than this share of such a stroke others branch off from it."""

    beside: float = 0.35
    """The room beside a rule reaches this far to either side."""

    crowded: float = 0.08
    """Where this share of the room beside a rule is inked, the rule is made of letters."""

    touch: float = 0.15
    """Rules that meet come this near to each other, however worn."""

    clear: float = 0.35
    """A segment of a worn rule has no other ink this near; a stroke of a character has."""

    most_other_ink: float = 0.3
    """A component of which more than this share is no segment of a rule is a character."""

    drawn: float = 0.5
    """A stretch of rule counts as drawn from this probability on, 0 to 1."""

    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    """The probability of each stretch."""

    lattice: LatticeSettings = field(default_factory=LatticeSettings)
    """Tables, and the ink of their rules."""

    strokes: StrokeSettings = field(default_factory=StrokeSettings)
    """Strokes of characters that look like rules."""

    other_ink: OtherInkSettings = field(default_factory=OtherInkSettings)
    """Ink that makes a cell suspect."""

    seen: RuleMapSettings = field(default_factory=RuleMapSettings)
    """Where the network sees rules."""

    handwriting: HandwritingSettings = field(default_factory=HandwritingSettings)
    """What was written over the form."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("worn", "struck", "branching", "crowded", "most_other_ink", "drawn"),
            ascending=(("anchor", "worn_anchor"), ("short_run", "longer_than_stroke", "long_rule")),
        )
