"""The thresholds and limits of the table reconstructor, in one object that its stages hand down.

What a *text* is (a number, a label, a level's name) is no setting: those rules and word lists are constants of
`workbench.form.content` and `workbench.form.lexicon`, and belong to the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from workbench.language import Phrase
from workbench.settings import require


def _between(least: float, most: float, default: float) -> Any:
    """A setting with its least and greatest value and its default; only whole numbers where the default is one."""
    return field(default=default, metadata={"range": (least, most)})


@dataclass(frozen=True, slots=True)
class FormSettings:
    """What counts as alike, aligned, enough or too much when tables become forms.

    All values were chosen by hand on the forms of 26 layouts in ``tests/scans/layouts``; where a line below names no
    other source, that is the source. ``python -m benchmarks.form_settings`` reads those forms with half to twice each
    value: a form changes with ``max_header_rows``, ``min_repeated_labels``, ``min_shared_fields``, ``min_texts`` and
    ``inferred_label_similarity``. The other values change none of those forms, which are no evidence for them.
    Shares and similarities go from 0 to 1 unless a line says otherwise.

    Raises:
        SettingsError: a value is of another type than its default or outside its range.

    >>> FormSettings(min_repeated_labels=2).min_repeated_labels
    2
    >>> FormSettings(covered_share=1.5)
    Traceback (most recent call last):
    workbench.errors.SettingsError: setting covered_share = 1.5: it must be a number from 0.0 to 1.0
    """

    # Where cells lie (rows, columns, headers, titles)

    covered_share: float = _between(0.0, 1.0, 0.5)
    """A cell belongs to a column if they share at least this part of the width of the narrower of the two. A half:
    one cell then lies in two columns only if it reaches over most of both."""

    edge_tolerance: float = _between(0.0, 0.5, 0.02)
    """Two edges are the same if they differ by less than this share of the table's width."""

    full_width_share: float = _between(0.0, 1.0, 0.9)
    """A cell over at least this share of the table's width may be a title."""

    # Headers

    max_header_cells: int = _between(1, 10_000, 100)
    """Most cells of a row that may belong to a header. A limit of work, not of layouts: every cell is compared with
    those above it, and the widest of the 26 layouts has 13 columns."""

    max_header_rows: int = _between(1, 20, 3)
    """Most rows of a header. The 26 layouts have up to two; one more is allowed."""

    repeated_label_similarity: float = _between(0.0, 1.0, 0.55)
    """A damaged cell repeats a label of an earlier header if they are at least this similar."""

    repeated_label_similarity_in_place: float = _between(0.0, 1.0, 0.5)
    """The same for a cell in the very place of the label, which is evidence of its own: a lower bar."""

    min_repeated_labels: int = _between(1, 100, 3)
    """Fewest labels of an earlier header, damaged or not, that make a row the same header again."""

    # Columns

    min_shared_fields: int = _between(1, 100, 3)
    """Fewest fields that two headers must share before one is completed from the other."""

    min_texts: int = _between(1, 1_000, 3)
    """Fewest cells with text that are evidence against a whole label, or for a column of names."""

    distinct_names_share: float = _between(0.0, 1.0, 0.5)
    """A column may be that of the indicators' names if more than this share of its texts are different texts."""

    inferred_label_similarity: float = _between(0.0, 1.0, 0.5)
    """A field may be inferred from a column's place if the column's label is at least this similar to one of the
    field's labels."""

    # Rows and sections

    min_fitting_cells: int = _between(1, 100, 3)
    """Fewest cells that must fit their columns before a row below other rows is a record of the table above them."""

    max_arrangements: int = _between(1, 1_000_000, 5_000)
    """Most ways to place the cells of a row that are tried when a column misalignment is looked for. A limit of work:
    8 cells in 13 columns have 1287 ways."""

    # Page breaks

    same_text_similarity: float = _between(0.0, 100.0, 92.0)
    """Two readings are of one printed text if they are at least this similar (rapidfuzz ratio, 0 to 100)."""

    max_exact_length: int = _between(0, 1_000, 8)
    """Characters up to which two readings must be equal to be of one text: in a number one other digit is another
    value."""

    usual_punctuation_share: float = _between(0.0, 1.0, 0.9)
    """A punctuation mark is usual in a column if at least this share of its statements have it."""

    min_statements: int = _between(1, 1_000, 3)
    """Fewest statements that can show a punctuation mark to be usual."""

    # Forms of a document

    same_title_similarity: float = _between(0.0, 1.0, 0.85)
    """Two titles are readings of one if they are at least this similar. The similarity of 整体支出绩效自评表 and
    项目支出绩效自评表, which are different titles, is 0.78."""

    layout_title_similarity: float = _between(0.0, 100.0, 80.0)
    """A title is that of a known layout if it is at least this similar (rapidfuzz partial ratio, 0 to 100)."""

    max_title_length: int = _between(1, 1_000, 60)
    """Most characters of a title."""

    sure_year: float = _between(0.0, 1.0, 0.8)
    """Confidence below which the digits of a printed year are doubted, as a person's look is asked for elsewhere."""

    min_agreeing_deadlines: int = _between(1, 1_000, 3)
    """Fewest targets whose deadlines must name one year before it is taken for the form's."""

    min_outside_lines: int = _between(1, 1_000, 3)
    """Fewest text lines outside all tables of a page, each like a table's, that are a table which was not found."""

    def __post_init__(self) -> None:
        for setting in fields(self):
            least, most = setting.metadata["range"]
            _require_between(setting.name, getattr(self, setting.name), least, most, isinstance(setting.default, int))


def _require_between(name: str, value: object, least: float, most: float, is_whole: bool) -> None:
    is_number = isinstance(value, int if is_whole else (int, float)) and not isinstance(value, bool)
    holds = is_number and least <= value <= most  # type: ignore[operator]
    kind = Phrase("a whole number") if is_whole else Phrase("a number")
    require(holds, name, value, Phrase("{kind} from {least} to {most}", kind=kind, least=least, most=most))


DEFAULTS = FormSettings()
"""The settings of every run that states no others."""
