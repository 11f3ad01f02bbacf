"""The columns of a document: what one header leaves open, another header, the known layouts and the content say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, compress

from workbench.findings import FINDINGS
from workbench.form.content import (
    contradicted,
    fits,
    is_goal_label,
    is_nothing,
    is_sign,
    is_signed,
    level_word,
    two_levels,
)
from workbench.form.lexicon import HELD, families, layouts, plain_label, possible_fields, similarity
from workbench.form.rows import UNKNOWN, FormColumn, FormColumns, columns_under
from workbench.form.sections import TABLES, Section
from workbench.model import Finding
from workbench.values import parse_number

ALIGNED = 0.02
"""Columns of two pages are the same when their edges differ by less than this share of the table's width."""

FEWEST_SHARED = 3
"""Two headers are held against each other when they share so many fields."""

GROUPED = "grouped"
"""The field of a column that says of a group of records what another with the same label says of each."""

LEVELS = ("level1", "level2", "levels")
HALF = 0.5
FEWEST_TEXTS = 3
"""So many texts say enough to doubt a whole label."""

TELLING: Mapping[str, Callable[[str], bool]] = {
    "goal_no": is_goal_label,
    "level1": lambda text: level_word(text) == {"level1"},
    "level2": lambda text: level_word(text) == {"level2"},
    "levels": lambda text: bool(level_word((two_levels(text) or ("",))[0])),
    "sign": is_sign,
}
"""Fields that texts like these say outright."""


def document_columns(sections: Sequence[Section]) -> list[Section]:
    """The sections with their columns completed and confirmed.

    In this order: of columns with one label the one that has a cell for every record is the field's (points also stand
    beside the levels, in merged cells); a label that is lost on one page is known from the same column of another; else
    from the labels beside it, in the document's other headers; else from its place in a known layout, or from what the
    column holds.
    """
    found = [replace(section, columns=_told_apart(section, sections)) for section in sections]
    found = [replace(section, columns=_aligned_columns(section, found)) for section in found]
    found = [replace(section, columns=_columns_in_order(section, found)) for section in found]
    held = [list(_texts(section, section.columns).values()) for section in found]
    found = [replace(section, columns=_columns_by_content(section, found, held)) for section in found]
    disputed = {kind: _disputed_fields([section for section in found if section.kind == kind]) for kind in TABLES}
    return [replace(s, columns=_disputed(s.columns, disputed.get(s.kind, set()))) for s in found]


def column_findings(sections: Sequence[Section]) -> list[Finding]:
    """``damaged-label`` and ``column-in-doubt``: columns whose field their own label does not say outright."""
    found: dict[tuple[str, str, str], Finding] = {}
    for section in sections:
        for column in section.columns if section.kind in TABLES else ():
            finding = _column_finding(section, column)
            if finding:
                found.setdefault((section.kind, column.field, finding.code), finding)
    return list(found.values())


def _column_finding(section: Section, column: FormColumn) -> Finding | None:
    label = column.label.text if column.label else ""
    page = column.label.key.page if column.label else None
    field = None if column.field == UNKNOWN else column.field
    if column.evidence == "label":
        return None
    kind = FINDINGS["damaged-label" if column.evidence in ("built", "damaged") else "column-in-doubt"]
    statement = kind.says(column.evidence, label=label)
    return statement.about(section.kind, None, field, page, None, label)  # type: ignore[arg-type]


def _aligned_columns(section: Section, sections: Sequence[Section]) -> FormColumns:
    """The columns that the section's own header does not name and an aligned header of its kind does.

    A damaged label is confirmed where the other one is whole."""
    columns = section.columns
    held = _texts(section, columns)
    for other in _alike(section, sections):
        if not _are_aligned(columns, other.columns):
            continue
        for column in other.columns:
            known = {c.field for c in columns} & HELD
            in_its_place = [c for c in columns if _overlap(c, column)]
            if column.field == UNKNOWN:
                continue
            texts = [text for c in in_its_place for text in held.get(c, ())]
            is_free = all(c.field == UNKNOWN for c in in_its_place) and not contradicted(texts, column.field)
            if column.field not in known and is_free:
                columns = (*(c for c in columns if c not in in_its_place), column)
            elif column.evidence == "label":
                columns = tuple(_confirmed(c, column) if c.field == column.field else c for c in columns)
    return tuple(sorted(columns, key=lambda column: column.x0))


def _told_apart(section: Section, sections: Sequence[Section]) -> FormColumns:
    """The columns, where several have the same label: its field's is the one with the most cells, and of those with as
    many the first behind the column that tells the records apart. A column whose cells are fewer tells of a group."""
    columns = section.columns
    named = {column: _same_label(column, columns) for column in columns if column.field in HELD}
    if section.kind not in TABLES or not any(len(alike) > 1 for alike in named.values()):
        return columns
    same = [other for other in sections if other.kind == section.kind and _in_same_places(other, section)]
    cells = Counter(
        under[0]
        for other in same
        for row in other.rows
        for piece in row.starting
        if len(under := columns_under(piece, columns)) == 1
    )
    key = next((column.x0 for column in columns if column.field == section.key_field), 0.0)
    told = {column: column for column in columns}
    for column, alike in named.items():
        best = min(alike, key=lambda one: (-cells[one], one.x0 < key, one.x0))
        told |= {one: replace(one, field=GROUPED if cells[one] < cells[best] else UNKNOWN) for one in alike}
        told[best] = replace(best, field=column.field)
    return tuple(told[column] for column in columns)


def _same_label(column: FormColumn, columns: FormColumns) -> list[FormColumn]:
    label = plain_label(column.label.text) if column.label else ""
    return [c for c in columns if c.label and label == plain_label(c.label.text) and c.field in (column.field, UNKNOWN)]


def _confirmed(column: FormColumn, other: FormColumn) -> FormColumn:
    is_damaged = column.evidence in ("built", "damaged") and _overlap(column, other)
    return replace(column, evidence="label", label=other.label) if is_damaged else column


def _alike(section: Section, sections: Sequence[Section]) -> list[Section]:
    return [other for other in sections if other.kind == section.kind and other.header and other is not section]


def _overlap(first: FormColumn, second: FormColumn) -> bool:
    return first.x0 < second.x1 - ALIGNED and second.x0 + ALIGNED < first.x1


def _are_aligned(first: FormColumns, second: FormColumns) -> bool:
    edges = {column.field: (column.x0, column.x1) for column in first if column.field in HELD}
    shared = [(edges[column.field], (column.x0, column.x1)) for column in second if column.field in edges]
    return len(shared) >= FEWEST_SHARED and all(
        abs(a - b) < ALIGNED for one, two in shared for a, b in zip(one, two, strict=True)
    )


def _columns_in_order(section: Section, sections: Sequence[Section]) -> FormColumns:
    """Unknown columns between two labels that have exactly one label between them in another header."""
    orders = [[c.field for c in other.columns if c.field != UNKNOWN] for other in _alike(section, sections)]
    columns, held = section.columns, _texts(section, section.columns)
    for column in columns:
        if column.field == UNKNOWN and column.label is not None:
            missing = {field for order in orders for field in _between(column, columns, order)}
            if len(missing) == 1 and not contradicted(held[column], next(iter(missing))):
                columns = tuple(replace(c, field=next(iter(missing))) if c is column else c for c in columns)
    return columns


def _between(column: FormColumn, columns: FormColumns, order: Sequence[str]) -> list[str]:
    """The one field that an order of fields has where a column stands; none if it has another number there."""
    known = [c.field for c in columns if c.field != UNKNOWN]
    place = columns.index(column)
    beside = [columns[place - 1].field if place else None, columns[place + 1].field if columns[place + 1 :] else None]
    if UNKNOWN in beside or any(field is not None and field not in order for field in beside):
        return []
    start = order.index(beside[0]) + 1 if beside[0] is not None else 0
    stop = order.index(beside[1]) if beside[1] is not None else len(order)
    missing = list(order[start:stop])
    return missing if len(missing) == 1 and missing[0] not in known else []


def _columns_by_content(section: Section, sections: Sequence[Section], texts: Sequence[list[list[str]]]) -> FormColumns:
    """Columns held against what stands in them, on all pages with columns in the same places.

    A column that is known now may leave one field only for the next. ``texts``: of each section, and of each of its
    columns, what stands in it.
    """
    if section.kind not in TABLES:
        return section.columns
    alike = [other.kind == section.kind and _in_same_places(other, section) for other in sections]
    held = [list(chain.from_iterable(column)) for column in zip(*compress(texts, alike), strict=True)]
    columns = [_judged(*column, section.columns) for column in zip(section.columns, held, strict=True)]
    is_open = True
    while is_open:
        is_open = False
        for place, column in enumerate(columns):
            if column.field == UNKNOWN and column.evidence == "label":
                field = _field_by_place(place, columns, section.kind, held[place])
                columns[place] = replace(column, field=field, evidence="inferred") if field else column
                is_open = is_open or field is not None
    if section.kind == "indicators":
        columns = _with_project(_with_names(columns, held), held)
    return tuple(columns)


def _with_project(columns: Sequence[FormColumn], held: Sequence[Sequence[str]]) -> list[FormColumn]:
    """The columns, the only unknown one before the levels as that of the projects, where goals or amounts stand there
    too: without it all projects would be one."""
    levels = [place for place, column in enumerate(columns) if column.field in LEVELS]
    before = columns[: levels[0]] if levels else ()
    unknown = [place for place, column in enumerate(before) if column.field == UNKNOWN and held[place]]
    stacked = {column.field for column in before}
    if len(unknown) == 1 and stacked & {"goal", "initial", "adjusted"} and "project" not in stacked:
        return [replace(c, field="project", evidence="inferred") if n in unknown else c for n, c in enumerate(columns)]
    return list(columns)


def _with_names(columns: Sequence[FormColumn], held: Sequence[Sequence[str]]) -> list[FormColumn]:
    """The columns, the first unknown one behind the levels that has another text in every row as that of the names."""
    levels = [place for place, column in enumerate(columns) if column.field in LEVELS]
    if "name" in {column.field for column in columns}:
        return list(columns)
    for place, column in enumerate(columns):
        texts = held[place]
        is_free = column.field == UNKNOWN and column.evidence == "label" and levels and place > levels[-1]
        is_told = len(texts) >= FEWEST_TEXTS and len(set(texts)) > HALF * len(texts) and not contradicted(texts, "name")
        if is_free and is_told:
            named = replace(column, field="name", evidence="inferred")
            return [*columns[:place], named, *columns[place + 1 :]]
    return list(columns)


def _in_same_places(one: Section, other: Section) -> bool:
    edges = [[(column.x0, column.x1) for column in section.columns] for section in (one, other)]
    return len(edges[0]) == len(edges[1]) and all(
        abs(a - b) < ALIGNED for pair in zip(*edges, strict=True) for a, b in zip(*pair, strict=True)
    )


def _texts(section: Section, columns: FormColumns) -> dict[FormColumn, list[str]]:
    """What is printed in each column."""
    held: dict[FormColumn, list[str]] = {column: [] for column in columns}
    for row in section.rows:
        for piece in row.printed:
            under = columns_under(piece, columns)
            if len(under) == 1:
                held[under[0]].append(piece.text)
    return held


def _judged(column: FormColumn, texts: Sequence[str], columns: FormColumns) -> FormColumn:
    """A column whose label is damaged, or of no family, must hold what fits it.

    指标性质 holds signs (≥) in some regions and kinds (定性) in others: with a sign in it, it is the column of signs.
    """
    if column.field == "nature" and any(map(is_sign, texts)) and "sign" not in {c.field for c in columns}:
        return replace(column, field="sign")
    if column.evidence in ("built", "damaged") and contradicted(texts, column.field):
        return replace(column, field=UNKNOWN, evidence="contradicted")
    return column


def _disputed_fields(sections: Sequence[Section]) -> set[str]:
    """Fields whose columns hold something else in most rows of the document."""
    wrong: Counter[str] = Counter()
    for section in sections:
        held = _texts(section, section.columns)
        wrong.update(c.field for c in section.columns for text in held[c] if not fits(text, c.field))
    rows = sum(len(section.rows) for section in sections)
    return {field for field, count in wrong.items() if count >= FEWEST_TEXTS and 2 * count > rows}


def _disputed(columns: FormColumns, fields: set[str]) -> FormColumns:
    is_disputed = (column.evidence == "label" and column.field in fields for column in columns)
    return tuple(
        replace(column, evidence="disputed") if doubt else column
        for column, doubt in zip(columns, is_disputed, strict=True)
    )


def _field_by_place(place: int, columns: Sequence[FormColumn], kind: str, texts: Sequence[str]) -> str | None:
    """The one field that an unknown column can have: by what it holds, by what is left of its damaged label, or by what
    known layouts have between the same two columns, if the label is half like that. Its content must not contradict it.
    """
    column, known = columns[place], {c.field for c in columns}
    printed = [text for text in texts if not is_nothing(text)]
    telling = {field for field, is_such in TELLING.items() if 2 * sum(map(is_such, printed)) > len(printed)}
    damaged = possible_fields(column.label.text, kind) if column.label else frozenset[str]()
    between = {field for field in _fields_between(place, columns, kind) if _resembles(column, field, kind)}
    for fields in (telling if kind == "indicators" else set(), damaged, damaged & between, between):
        fitting = {field for field in fields - known if printed and not contradicted(printed, field)}
        if len(fitting) == 1:
            return fitting.pop()
    return None


def _resembles(column: FormColumn, field: str, kind: str) -> bool:
    label = column.label.text if column.label else ""
    return any(similarity(label, known) >= HALF for known in families(kind).get(field, ()))


def _fields_between(place: int, columns: Sequence[FormColumn], kind: str) -> set[str]:
    """What known layouts have between the columns beside this one, where they have one column there."""
    named = [c for c in columns if c is columns[place] or (c.label is not None and c.label.text)]
    order = [None, *(c.field for c in named), None]
    at = named.index(columns[place]) + 1
    found = set()
    for layout in layouts():
        fields = (None, *layout.columns.get(kind, ()), None)
        here = (
            fields[n]
            for n in range(1, len(fields) - 1)
            if (fields[n - 1], fields[n + 1]) == (order[at - 1], order[at + 1])
        )
        found |= {field for field in here if field is not None}
    return found


def swapped_findings(records: Sequence[Mapping[str, str]]) -> list[Finding]:
    """``column-in-doubt``: more rows have a score above their weight than below it, or signs in the actuals and not in
    the targets: the labels of the two columns may be exchanged. ``records``: the texts of the indicators by field."""
    findings = []
    points = [(parse_number(row.get("weight", "")), parse_number(row.get("score", ""))) for row in records]
    above = sum(w is not None and s is not None and s > w for w, s in points)
    below = sum(w is not None and s is not None and s < w for w, s in points)
    if above >= FEWEST_TEXTS and above > below:
        statement = FINDINGS["column-in-doubt"].says("scores-above-weights", above=above)
        findings.append(statement.about("indicators", field="score"))
    signed = [sum(is_signed(row.get(field, "")) for row in records) for field in ("target", "actual")]
    if signed[1] >= FEWEST_TEXTS and signed[1] > 2 * signed[0]:
        statement = FINDINGS["column-in-doubt"].says("signs-in-actuals", actuals=signed[1], targets=signed[0])
        findings.append(statement.about("indicators", field="actual"))
    return findings
