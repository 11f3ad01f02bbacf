"""Settings of tables without vertical rules, or without any: whitespace gaps between columns, rows, and their borders.

Lengths are in text heights (the height of a character on the page at hand) unless a field names another unit. Values
were measured with ``python -m benchmarks.grid`` unless a field names another source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.grid.settings.validation import require_sensible


@dataclass(frozen=True, slots=True)
class TextBlockSettings:
    """Lines of text that stand in columns, and the whitespace gaps between these."""

    highest: float = 3.0
    """Ink higher than this is no text."""

    between_characters: float = 0.35
    """Ink nearer to each other than this is one word."""

    word_gap: float = 0.9
    """A gap this wide makes a line of text look like part of a table."""

    larger_type: float = 1.3
    """Type so many times as high as that of the text is that of a heading."""

    near: float = 3.5
    """Lines of a table are at most this far apart."""

    next_line: float = 1.2
    """Lines of one cell are at most this far apart."""

    narrowest: float = 0.5
    """The whitespace gap between two columns is at least this wide, from top to bottom of the table."""

    headings: float = 0.2
    """At most this share of a table's lines runs across the gap between two columns."""

    chance_gap: float = 0.25
    """In running text every so much more in width makes a gap at a given place rarer by the factor e."""

    widest: float = 3.0
    """A gap wider than this says no more than one of this width."""

    places_on_page: float = 1600.0
    """Number of places at which chance could leave a whitespace gap on a page."""

    places_in_table: float = 40.0
    """Number of places at which chance could leave a whitespace gap within a table."""

    across: float = 10.0
    """Each line that runs across a whitespace gap makes it less likely by this factor."""

    ruled: float = 0.5
    """A rule that is drawn along this share of a table belongs to it."""

    fewest_lines: int = 3
    """A table has at least so many lines."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("headings", "ruled"),
            factors=("larger_type", "places_on_page", "places_in_table", "across"),
            ascending=(
                ("between_characters", "word_gap"),
                ("narrowest", "widest"),
                ("next_line", "near"),
                ("places_in_table", "places_on_page"),
            ),
        )


@dataclass(frozen=True, slots=True)
class RowSegmentationSettings:
    """The cut of a table's lines into rows."""

    tallest_row: int = 40
    """A row has at most this many lines."""

    leeway: float = 1.6
    """A line that ends this near to the end of its column's room had none for the next word: it is full."""

    full_before_wrap: float = 0.95
    """Of the lines that go on in the next one this share is full; the others end at a break in the text."""

    leading_spread: float = 0.2
    """Gaps between the lines of a cell differ by about this."""

    row_gap_spread: float = 2.0
    """Gaps between rows differ by about this."""

    least_spread: float = 0.1
    """The spread of a table's own gaps between lines of cells is never taken to be less than this."""

    fewest_gaps: int = 6
    """Where so many gaps between lines of cells are found, their own spread is taken."""

    one_line: float = 0.1
    """Two lines that have room beside each other, but for this length, were not wrapped."""

    distinct_spread: float = 0.5
    """Where the gaps of a table differ by less than this, they do not tell lines from rows."""

    in_place: float = 0.35
    """Cells stand within this distance of where the others of their row do."""

    misplaced: float = 0.1
    """This share of the cells stands elsewhere."""

    rule_by_chance: float = 1e-4
    """Share of the gaps within rows that have a rule drawn across them."""

    sparse: float = 0.05
    """Share of the rows that are mostly empty: headings of groups, lines of a template."""

    filled_if_sparse: float = 0.2
    """Share of the cells of a mostly empty row that have text."""

    rounds: int = 4
    """How often the table's own habits are measured again from the rows that were found with them."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("full_before_wrap", "misplaced", "rule_by_chance", "sparse", "filled_if_sparse"),
            ascending=(("least_spread", "leading_spread", "row_gap_spread"),),
        )


@dataclass(frozen=True, slots=True)
class OpenRowSettings:
    """Rows of ruled tables that nobody ruled."""

    most_lines: int = 3
    """A cell of a table in which every cell has several lines has at most so many: subject, teacher, room."""

    few_rows: int = 2
    """So few rows alike may be so by chance."""

    among_whole: float = 0.4
    """Probability of a border that nobody drew, at most, in a row of a table whose other rows are ruled."""

    def __post_init__(self) -> None:
        require_sensible(self, fractions=("among_whole",))


@dataclass(frozen=True, slots=True)
class BorderlessSettings:
    """Which blocks of text are tables, and how sure their borders are."""

    fewest_rows: int = 3
    """Rows of a table, at least."""

    fewest_rows_of_two: int = 4
    """Rows of a table of two columns that no rule belongs to, at least: it is more easily met with by chance."""

    running_text: float = 10.0
    """Columns at least so wide of which most lines end near their edge are running text."""

    leeway: float = 1.6
    """Lines of running text end within this distance of their column's edge."""

    lowest_row: float = 0.8
    """A row between two rules is at least this high."""

    even_spacing: float = 1.3
    """The white before a row of a table is at most so many times that between its other rows."""

    fewest_filled: float = 0.4
    """Share of a table's cells that have text, at least."""

    most_certain: float = 0.95
    """A border that nobody drew is never surer than this, 0 to 1."""

    unsure: float = 0.6
    """Borders of a table are no surer than this (0 to 1) if its first or last row may be none of its rows; nor is one
    in its first row beside a blank cell, over which a label may stand."""

    in_middle: float = 1.0
    """A label within this distance of the middle of some columns stands in it: of columns without rules only their text
    shows how wide they are."""

    off_middle: float = 2.0
    """A label further than this from the middle of its own column does not stand in it."""

    drawn: float = 0.98
    """Probability of a border where a rule is drawn."""

    not_drawn: float = 0.05
    """Probability of a border where the rule is left out beside one that is drawn, or text crosses it."""

    one_character: float = 1.5
    """A line narrower than this holds one character: of a text that is written downwards, or of a column of units."""

    edge_reach: float = 0.5
    """An edge that nobody drew is moved by at most this to keep off a line's ink: half a line, or it would be cut off
    on its other side."""

    blocks: TextBlockSettings = field(default_factory=TextBlockSettings)
    """Columns."""

    rows: RowSegmentationSettings = field(default_factory=RowSegmentationSettings)
    """Rows."""

    open_rows: OpenRowSettings = field(default_factory=OpenRowSettings)
    """Rows of ruled tables that nobody ruled."""

    def __post_init__(self) -> None:
        require_sensible(
            self,
            fractions=("fewest_filled", "most_certain", "unsure", "drawn", "not_drawn"),
            ascending=(
                ("fewest_rows", "fewest_rows_of_two"),
                ("in_middle", "off_middle"),
                ("not_drawn", "unsure", "most_certain", "drawn"),
            ),
        )
