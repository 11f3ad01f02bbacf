"""What a column holds, and what that says about its field where the label does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, compress

from workbench.form.content import (
    contradicted,
    fits,
    is_goal_label,
    is_nature,
    is_nothing,
    is_symbol,
    level_word,
    two_levels,
)
from workbench.form.lexicon import families, layouts, possible_fields, similarity
from workbench.form.rows import GROUPED, UNKNOWN, FormColumn, FormColumns, columns_under
from workbench.form.sections import TABLES, Section
from workbench.form.settings import FormSettings

LEVELS = ("level1", "level2", "levels")
"""Fields of columns that hold names of levels."""

TELLING: Mapping[str, Callable[[str], bool]] = {
    "goal_no": is_goal_label,
    "level1": lambda text: level_word(text) == {"level1"},
    "level2": lambda text: level_word(text) == {"level2"},
    "levels": lambda text: bool(level_word((two_levels(text) or ("",))[0])),
    "sign": is_symbol,
}
"""Field → whether a text belongs to it and to no other field of an indicator."""


def texts_by_column(section: Section, columns: FormColumns, settings: FormSettings) -> dict[FormColumn, list[str]]:
    """What is printed in each column of a section, top to bottom; cells over several columns are in none."""
    texts: dict[FormColumn, list[str]] = {column: [] for column in columns}
    for row in section.rows:
        for cell in row.printed:
            under = columns_under(cell, columns, settings)
            if len(under) == 1:
                texts[under[0]].append(cell.text)
    return texts


def are_in_same_places(one: FormColumns, other: FormColumns, settings: FormSettings) -> bool:
    """Whether two sections have as many columns, each with the edges of its counterpart."""
    edges = [[(column.x0, column.x1) for column in columns] for columns in (one, other)]
    return len(edges[0]) == len(edges[1]) and all(
        abs(a - b) < settings.edge_tolerance for pair in zip(*edges, strict=True) for a, b in zip(*pair, strict=True)
    )


def columns_by_content(
    section: Section, sections: Sequence[Section], texts: Sequence[Sequence[Sequence[str]]], settings: FormSettings
) -> FormColumns:
    """The columns of a section, compared with what stands in them on all pages with columns in the same places.

    An unknown column gets the one field that its content, its damaged label or its place allows. A column that is
    known now may leave one field only for the next. A label that is damaged or in no list must not be contradicted.

    Args:
        section: its columns are those of the result.
        sections: of the document.
        texts: of each of those sections, and each of its columns, what stands in it.
        settings: when columns are in the same places, and how much evidence is enough.
    """
    if section.kind not in TABLES:
        return section.columns
    comparable = [
        other.kind == section.kind and are_in_same_places(other.columns, section.columns, settings)
        for other in sections
    ]
    by_column = [list(chain.from_iterable(found)) for found in zip(*compress(texts, comparable), strict=True)]
    columns = [
        _checked_by_content(column, found, section.columns)
        for column, found in zip(section.columns, by_column, strict=True)
    ]
    if section.kind == "indicators":
        columns = _without_words_for_values(columns, by_column)
    is_open = True
    while is_open:
        is_open = False
        for place, column in enumerate(columns):
            if column.field == UNKNOWN and column.evidence == "label":
                field = _inferred_field(place, columns, section.kind, by_column[place], settings)
                columns[place] = _inferred(column, field) if field else column
                is_open = is_open or field is not None
    if section.kind == "indicators":
        columns = _with_levels(_with_project(_with_names(columns, by_column, settings), by_column), by_column)
    return tuple(columns)


def _inferred(column: FormColumn, field: str) -> FormColumn:
    return replace(column, field=field, evidence="inferred")


def _checked_by_content(column: FormColumn, texts: Sequence[str], columns: FormColumns) -> FormColumn:
    """A column without its field where its label is damaged, or in no list, and what it holds contradicts the field.

    A column 指标性质 holds symbols (≥) in some regions and kinds (定性) in others: with a symbol in it, it is that of
    symbols; with neither (指标类型 over 产出), nobody knows yet what it is.
    """
    if column.field == "nature" and any(map(is_symbol, texts)) and "sign" not in {c.field for c in columns}:
        return replace(column, field="sign")
    if column.field == "nature" and texts and not any(is_symbol(text) or is_nature(text) for text in texts):
        return replace(column, field=UNKNOWN)
    if column.evidence in ("built", "damaged") and contradicted(texts, column.field):
        return replace(column, field=UNKNOWN, evidence="contradicted")
    return column


def _without_words_for_values(columns: Sequence[FormColumn], texts: Sequence[Sequence[str]]) -> list[FormColumn]:
    """The columns, one with a damaged label of values without its field where it holds words alone, and one that nobody
    knows holds figures: then the label is another word (指标项 is no 指标值), and the other column is likelier."""
    has_figures = [2 * sum(map(_has_digit, found)) > len(found) for found in texts]
    is_open = any(
        column.field == UNKNOWN and column.label_text and figures
        for column, figures in zip(columns, has_figures, strict=True)
    )
    return [
        replace(column, field=UNKNOWN, evidence="contradicted")
        if is_open and column.evidence == "damaged" and column.field in VALUES and not any(map(_has_digit, found))
        else column
        for column, found in zip(columns, texts, strict=True)
    ]


VALUES = ("target", "actual")
"""Fields of an indicator that hold figures in most forms, and words in some."""


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _inferred_field(
    place: int, columns: Sequence[FormColumn], kind: str, texts: Sequence[str], settings: FormSettings
) -> str | None:
    """The one field that an unknown column can have; None where none or several are possible.

    The first of these that leaves one field decides: what the column holds (of indicators), what is left of its damaged
    label, and what known layouts have between the same two columns, if the label resembles that. A field that another
    column has, or that the content contradicts, is not possible.

    Args:
        place: number of the column, from 0.
        columns: of the section, left to right.
        kind: of the section.
        texts: what stands in the column.
        settings: how similar the label must be.
    """
    column, known = columns[place], {c.field for c in columns}
    printed = [text for text in texts if not is_nothing(text)]
    by_content = {field for field, tells in TELLING.items() if 2 * sum(map(tells, printed)) > len(printed)}
    by_label = possible_fields(column.label.text, kind) if column.label else frozenset[str]()
    by_place = {
        field for field in _fields_between(place, columns, kind) if label_resembles(column, field, kind, settings)
    }
    for fields in (by_content if kind == "indicators" else set(), by_label, by_label & by_place, by_place):
        fitting = {field for field in fields - known if printed and not contradicted(printed, field)}
        if len(fitting) == 1:
            return fitting.pop()
    return None


def label_resembles(column: FormColumn, field: str, kind: str, settings: FormSettings) -> bool:
    """Whether a column's label is similar enough to some label of a field."""
    labels = families(kind).get(field, ())
    return any(similarity(column.label_text, label) >= settings.inferred_label_similarity for label in labels)


def _fields_between(place: int, columns: Sequence[FormColumn], kind: str) -> set[str]:
    """The fields that known layouts have between the two neighbours of a column, where they have one column there.

    Columns without a label do not count as neighbours; the edge of the table does.
    """
    labelled = [c for c in columns if c is columns[place] or c.label_text]
    order = [None, *(c.field for c in labelled), None]
    at = labelled.index(columns[place]) + 1
    neighbours = (order[at - 1], order[at + 1])
    found = set()
    for layout in layouts():
        fields = (None, *layout.columns.get(kind, ()), None)
        triples = zip(fields, fields[1:], fields[2:], strict=False)
        found |= {field for left, field, right in triples if (left, right) == neighbours and field is not None}
    return found


def _with_project(columns: Sequence[FormColumn], texts: Sequence[Sequence[str]]) -> list[FormColumn]:
    """The columns of indicators, the only unknown one before the levels as that of the projects.

    Only where goals or amounts stand before the levels too: there projects are stacked, and without the column they
    would all be one.
    """
    levels = [place for place, column in enumerate(columns) if column.field in LEVELS]
    before = columns[: levels[0]] if levels else ()
    unknown = [place for place, column in enumerate(before) if column.field == UNKNOWN and texts[place]]
    stacked = {column.field for column in before}
    if len(unknown) == 1 and stacked & {"goal", "initial", "adjusted"} and "project" not in stacked:
        return [_inferred(column, "project") if n in unknown else column for n, column in enumerate(columns)]
    return list(columns)


def _with_levels(columns: Sequence[FormColumn], texts: Sequence[Sequence[str]]) -> list[FormColumn]:
    """The columns of indicators, those that nobody knows right before the names as the levels that are missing.

    They hold words, fewer of them from the names to the left, as labels of groups of rows do; the column before the
    names need not be merged. Points of the levels may stand between them.
    """
    fields = [column.field for column in columns]
    if "name" not in fields or "levels" in fields:
        return list(columns)
    free: list[int] = []
    for place in range(fields.index("name") - 1, -1, -1):
        if columns[place].field == GROUPED and not contradicted(texts[place], "weight"):
            continue
        nearer = len(texts[free[-1] if free else fields.index("name")])
        if not _may_be_level(columns[place], texts[place]) or len(texts[place]) > nearer:
            break
        free.append(place)
    missing = [level for level in ("level1", "level2") if level not in fields]
    if not free or len(free) > len(missing) or len(texts[free[-1]]) >= len(texts[fields.index("name")]):
        return list(columns)
    levels = dict(zip(reversed(free), missing, strict=False))
    return [_inferred(column, levels[n]) if n in levels else column for n, column in enumerate(columns)]


def _may_be_level(column: FormColumn, texts: Sequence[str]) -> bool:
    is_free = (
        column.field in (UNKNOWN, GROUPED) and column.evidence in ("label", "contradicted") and bool(column.label_text)
    )
    return is_free and bool(texts) and all(fits(text, "level1") or bool(level_word(text)) for text in texts)


def _with_names(
    columns: Sequence[FormColumn], texts: Sequence[Sequence[str]], settings: FormSettings
) -> list[FormColumn]:
    """The columns of indicators, with one of the names: the first unknown one behind the levels that can be it.

    It holds other words in nearly every row, and enough of them.
    """
    levels = [place for place, column in enumerate(columns) if column.field in LEVELS]
    if not levels or "name" in {column.field for column in columns}:
        return list(columns)
    for place, column in enumerate(columns):
        is_free = column.field == UNKNOWN and column.evidence == "label" and place > levels[-1]
        if is_free and _may_be_names(texts[place], settings):
            return [*columns[:place], _inferred(column, "name"), *columns[place + 1 :]]
    return list(columns)


def _may_be_names(texts: Sequence[str], settings: FormSettings) -> bool:
    """Whether enough texts are in a column, enough of them different, and most of them words."""
    are_enough = len(texts) >= settings.min_texts
    are_distinct = len(set(texts)) > settings.distinct_names_share * len(texts)
    return are_enough and are_distinct and not contradicted(texts, "name")


def with_disputed(sections: Sequence[Section], settings: FormSettings) -> list[Section]:
    """The sections, those columns disputed that hold something else than their listed label says.

    A field is disputed where enough cells misfit it, and more than half as many as its kind of section has rows.
    """
    disputed = {
        kind: _disputed_fields((section for section in sections if section.kind == kind), settings) for kind in TABLES
    }
    return [replace(s, columns=_mark_disputed(s.columns, disputed.get(s.kind, set()))) for s in sections]


def _disputed_fields(sections: Iterable[Section], settings: FormSettings) -> set[str]:
    """The fields that most of the content misfits, in sections of one kind."""
    misfitting: Counter[str] = Counter()
    rows = 0
    for section in sections:
        rows += len(section.rows)
        texts = texts_by_column(section, section.columns, settings)
        misfitting.update(c.field for c in section.columns for text in texts[c] if not fits(text, c.field))
    return {field for field, count in misfitting.items() if count >= settings.min_texts and 2 * count > rows}


def _mark_disputed(columns: FormColumns, fields: set[str]) -> FormColumns:
    return tuple(
        replace(column, evidence="disputed") if column.evidence == "label" and column.field in fields else column
        for column in columns
    )
