"""Settings of rectification: what is measured and undone before a page is level, flat and free of seals.

Lengths are in text heights (the height of a character on the page at hand) unless a field names another unit. Values
were measured with ``python -m benchmarks.grid`` unless a field names another source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.errors import SettingsError
from workbench.grid.settings.validation import require_sensible
from workbench.language import Phrase


@dataclass(frozen=True, slots=True)
class FillSettings:
    """Filled cells with print on them: white on blue, black on grey."""

    darker_than_paper: float = 0.8
    """A fill is darker than this share of the paper's tone; lighter tints are evened like yellowed paper."""

    paper_window: float = 0.2
    """The tone of the paper is the lightest found within this share of the page's short side."""

    largest_fill: float = 15.0
    """And within this: on a small screenshot a filled cell of several lines is wider than that share."""

    solid: float = 0.35
    """A fill has ground without print at least this wide: wider than strokes and rules."""

    least_solid: float = 0.2
    """At least this share of a fill is such ground."""

    widest_stroke: float = 0.4
    """Print on a fill has strokes narrower than this."""

    long_window: float = 4.0
    """Within every window of this length along a fill, most of it is as dark as its ground."""

    low_window: float = 0.8
    """The same across it."""

    beyond_dense: float = 0.05
    """The edge of a fill is taken to lie further out than such windows show by this share of them."""

    lowest: float = 0.8
    """A fill is no narrower and no lower than this."""

    straight: float = 0.2
    """The sides of a fill are straight within this."""

    shortest_side: float = 1.5
    """A side of a fill is at least this long."""

    sided: float = 0.85
    """At least this share of a fill's outline is such sides."""

    tone_window: float = 3.0
    """The tone of the ground is the median over a square of this side."""

    enclosed: float = 0.8
    """Ground runs along more than this share of a fill's edge."""

    ground: float = 0.9
    """At least this share of a fill is its ground, darker print, and lighter print that the ground surrounds."""

    largest_mark: float = 2.0
    """Connected light ink on a fill takes up no more than this many squares of a text height."""

    clear_print: float = 140.0
    """Print on a fill, redrawn on white, is darker than this grey level."""

    least_print: float = 0.01
    """Print takes up at least this share of a fill."""

    most_print: float = 0.5
    """Print takes up at most this share of a fill."""

    step: float = 40.0
    """Two grounds side by side that differ by more than this many grey levels are two fills."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=(
                "darker_than_paper",
                "paper_window",
                "least_solid",
                "sided",
                "enclosed",
                "ground",
                "beyond_dense",
                "least_print",
                "most_print",
            ),
            grey_levels=("clear_print", "step"),
            ascending=(("solid", "widest_stroke", "lowest"), ("least_print", "most_print")),
        )


@dataclass(frozen=True, slots=True)
class InkSettings:
    """Which pixels are dark, and which connected components of them have the size of characters."""

    fills: FillSettings = field(default_factory=FillSettings)
    """Filled cells."""

    background_window: int = 40
    """The tone of the paper is taken over the page's short side divided by this: wider than any stroke or rule,
    narrower than any shadow."""

    light_of_inverted: float = 0.4
    """Of a page in white on black less than this share is light, and of what is light less than this in broad areas."""

    lowest_threshold: float = 110.0
    """Otsu's threshold is never below this grey level: faint print stays ink."""

    highest_threshold: float = 215.0
    """Otsu's threshold is never above this grey level: the noise of paper stays paper."""

    lowest_character: float = 250.0
    """A character is higher than the short side of a sheet of A4 divided by this."""

    narrowest_character: float = 500.0
    """A character is wider than the short side of a sheet of A4 divided by this."""

    largest_character: float = 18.0
    """A character is lower and narrower than the short side of a sheet of A4 divided by this."""

    fewest_characters: int = 10
    """The height of the text is measured on at least so many components."""

    text_height_without_characters: float = 50.0
    """Without them it is taken to be the short side of a sheet of A4 divided by this."""

    text_height_percentile: float = 75.0
    """The height of the text is this percentile of the components' heights, 0 to 100: Chinese characters fall apart
    into smaller ones."""

    narrowest_whole: float = 0.8
    """A whole character is at least so wide for its height (a ratio); figures are narrower."""

    widest_whole: float = 1.3
    """A whole character is at most so wide for its height (a ratio)."""

    same_height: float = 0.12
    """Components whose heights differ by at most this share are of one height."""

    highest_whole: float = 1.6
    """Characters are at most so many times as high as the figures that they are set with."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("same_height", "light_of_inverted"),
            factors=("highest_whole",),
            percentages=("text_height_percentile",),
            grey_levels=("lowest_threshold", "highest_threshold"),
            ascending=(
                ("lowest_threshold", "highest_threshold"),
                ("largest_character", "lowest_character", "narrowest_character"),
            ),
        )


@dataclass(frozen=True, slots=True)
class OrientationSettings:
    """Which way up a page is."""

    longest_stroke: float = 2.0
    """A run of ink longer than this is no part of a character."""

    largest_dot: float = 0.3
    """The dots of a dotted rule are smaller than this."""

    smallest_figure: float = 0.5
    """Figures are higher than this."""

    largest_figure: float = 1.2
    """Figures are lower than this."""

    slender: float = 1.4
    """Figures are at least so many times as high as wide; of Chinese characters as many parts are high as are wide."""

    character_gap: float = 0.3
    """Characters of a line are nearer to each other than this; lines are further apart."""

    plain_ratio: float = 5.0
    """The direction of lines is plain where they are so many times as long as what is joined across them."""

    plain_length: float = 20.0
    """It is plain only where the lines are longer than that by this length: more than a few lines."""

    sample: int = 6
    """Lines of text that are read to see whether a page is upside down."""

    read_well: float = 0.85
    """Mean confidence of lines that are the right way up, 0 to 1; rotated Chinese stays far below."""

    first_lines: int = 2
    """So many lines of the sample do if they read plainly well. Of all pairs of 24 lines on each of 39 pages of the
    grid benchmark none does upside down, and 97 of 100 the right way up."""

    read_plainly_well: float = 0.95
    """Mean confidence from which the first lines are enough, 0 to 1."""

    enough_characters: int = 8
    """So many characters the first lines must have between them."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("read_well", "read_plainly_well"),
            factors=("slender",),
            ascending=(("first_lines", "sample"), ("read_well", "read_plainly_well")),
        )


@dataclass(frozen=True, slots=True)
class DewarpSettings:
    """The smooth map that makes rules straight."""

    segment_length: float = 1.6
    """Segments of rules whose slope is measured are at least this long: longer than strokes."""

    thickest_rule: float = 0.55
    """A rule is thinner than this; anything thicker is a filled area or the edge of the scan."""

    smallest: float = 0.08
    """Rules that leave a straight line by less than this over the page are straight enough."""

    most_rounds: int = 3
    """A curve is measured where it is seen, not where it belongs: a strong one takes a second and third look."""

    shrinkage: float = 2e-3
    """Weight of the preference for small higher terms, against the segments that were measured (a ratio)."""

    least_noise: float = 1e-3
    """Least error of a measured slope (a ratio): a pixel over a long segment."""

    significant: float = 8.0
    """F statistic from which slopes are a curve of the page and not chance."""

    folds: int = 4
    """Folds of the cross-validation: the slopes of each are predicted from those of the others."""

    unexplained: float = 0.9
    """What the prediction leaves of the slopes is less than this share of them, 0 to 1."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("shrinkage", "least_noise", "unexplained"),
            ascending=(("smallest", "thickest_rule", "segment_length"),),
        )
        if self.folds < 2:
            raise SettingsError("folds", self.folds, Phrase("at least 2"))


@dataclass(frozen=True, slots=True)
class FoldSettings:
    """What creases of a folded sheet do to its rules."""

    strip: float = 0.5
    """The page is measured in strips as wide as this: a crease bends a rule within one of them."""

    steepest: float = 0.5
    """A fold rises or falls by at most this, pixels over a pixel."""

    ruled: float = 0.3
    """A rule crosses a strip where at least this share of its width is ink from one row of pixels to the next."""

    band: float = 12.0
    """Rows are parted by turns in two sets, in bands as high as so many strips are wide; either must show the folds of
    the other."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("steepest", "ruled"))


class OverlaySettings:
    """What is a watermark, a logo or a highlighter's stroke, and what is a filled cell in colour.

    On 24 pages of ``benchmarks.makers`` with marks of eight kinds, 0.62 of an overlay's outline at most ran along the
    form, a lone level stroke aside, and 0.97 of a filled cell's; black went through the edge of a first letter at least
    ten times, through that of a cell once.
    """

    narrowest: float = 0.65
    """Strokes of an overlay are wider than this; ruled lines in colour are thinner."""

    print_stroke: float = 0.4
    """Print on an overlay has strokes narrower than this."""

    smallest: float = 2.5
    """Both sides of an overlay are longer than this."""

    largest_skew: float = 10.5
    """Lines of text are at most so many degrees off level."""

    straight: float = 0.25
    """A side of an outline is straight within this."""

    shortest_side: float = 1.0
    """A straight side is at least this long."""

    parallel: float = 5.0
    """A side runs along the form if it is less than so many degrees off its lines."""

    along: float = 0.8
    """More than this share of a filled cell's outline runs along the form, 0 to 1."""

    fewest_cut: int = 4
    """So many strokes of black at least go through the edge of an overlay."""

    same_colour: float = 0.15
    """Shares of light, 0 to 1, that differ by less in each of red, green and blue are of one colour."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("along", "same_colour"),
            ascending=(("straight", "print_stroke", "narrowest", "shortest_side", "smallest"),),
        )


@dataclass(frozen=True, slots=True)
class SealSettings:
    """What is ink of a seal or of handwriting in colour, and what is coloured print, a ruled line or a filled cell."""

    working_height: float = 10.0
    """Shapes are looked for on a page made so small that its text is this many pixels high."""

    grey: int = 14
    """A page whose channels nowhere differ by more than this many grey levels has no coloured ink."""

    coloured: float = 0.12
    """Saturation (0 to 1) from which a pixel holds coloured ink; colour fringes of print and the noise of JPEG stay
    below."""

    faint: float = 0.06
    """Saturation (0 to 1) from which a pixel inside the outline of a stamp holds its ink."""

    strong: float = 0.4
    """A tint of the paper is less saturated than this (0 to 1); a large area of stronger colour is ink."""

    too_dark: float = 0.35
    """Below this share of the paper's light a pixel is print, and its colour is noise."""

    widest_stroke: float = 2.2
    """Strokes of a stamp are narrower, and tinted cells are higher, than this."""

    closed: float = 0.75
    """A frame runs along more than this share of its convex outline."""

    filled: float = 0.65
    """A filled cell is coloured over more than this share of each window as wide as the widest stroke."""

    longest_tangent: float = 10.0
    """A ruled line has a straight run of at least this length; a large ring is straight over a shorter one."""

    straight: float = 0.7
    """A component of which more than this share is straight runs is a ruled line and no stamp."""

    rule_run: float = 2.0
    """A straight run of coloured ink longer than this may belong to a ruled line."""

    rule_gap: float = 2.0
    """Straight runs nearer to each other than about this belong to one network of ruled lines."""

    thickest_rule: float = 0.55
    """A ruled line in colour is thinner than this."""

    rule_reach: float = 0.3
    """A network of straight runs that reaches over this share of the page is ruled lines; stamps are smaller."""

    smallest_stamp: float = 2.5
    """Both sides of a stamp's largest component are longer than this; characters are smaller."""

    part_of_stamp: float = 1.5
    """A component this long that lies beside one of a stamp belongs to it: a ring that ran dry."""

    largest_solid: float = 8.0
    """A seal cut in white on red is at most this wide; a larger filled area is the form's own."""

    largest_stamp: float = 25.0
    """Stamps, and pairs of stamps that overlap, are less high or less wide than this."""

    heading: float = 7.0
    """Characters of a heading in colour are at most this high, and stand in a row."""

    lightest_trace: float = 0.8
    """Share of the paper's light above which nothing is seen of a stroke."""

    as_dark_as_print: float = 0.3
    """Print is darker than this part of the way from the usual tone of print to paper, somewhere in a stroke."""

    overlays: OverlaySettings = field(default_factory=OverlaySettings)
    """Watermarks, logos and the like."""

    def __post_init__(self) -> None:
        shares = ("closed", "filled", "straight", "rule_reach", "too_dark", "lightest_trace", "as_dark_as_print")
        require_sensible(
            self,
            fractions=("faint", "coloured", "strong", *shares),
            grey_levels=("grey",),
            ascending=(
                ("faint", "coloured", "strong"),
                ("part_of_stamp", "smallest_stamp", "largest_solid", "largest_stamp"),
                ("part_of_stamp", "heading"),
                ("too_dark", "lightest_trace"),
            ),
        )


@dataclass(frozen=True, slots=True)
class RectifySettings:
    """From the scan as it came to an upright page."""

    working_text_height: float = 28.0
    """Pixels that a character is high on the page that is worked on. PP-OCR recognises a line in 48 pixels, its margins
    included."""

    left_as_it_is: float = 1.1
    """A page whose characters are up to so many times as high as that is left as it is."""

    measurable_side: int = 1200
    """Short side of a page, in pixels, from which the height of its text can be measured."""

    largest_skew: float = 10.5
    """Largest skew that is looked for, degrees either way."""

    smallest_skew: float = 0.03
    """A page less askew than this is left as it is, degrees: over a page width it moves a rule by less than its
    weight."""

    ink: InkSettings = field(default_factory=InkSettings)
    """Dark pixels, and the height of the text."""

    seals: SealSettings = field(default_factory=SealSettings)
    """Coloured ink over the print."""

    orientation: OrientationSettings = field(default_factory=OrientationSettings)
    """Which way up."""

    dewarp: DewarpSettings = field(default_factory=DewarpSettings)
    """Perspective and curl."""

    folds: FoldSettings = field(default_factory=FoldSettings)
    """Creases."""

    def __post_init__(self) -> None:
        require_sensible(self, factors=("left_as_it_is",), ascending=(("smallest_skew", "largest_skew"),))
