"""The columns of a document: what one header leaves open, another header, the known layouts and the content tell.

Pages of one form have the same columns in the same places, so a label that is lost on one page is known from another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from workbench.fields import field_name
from workbench.findings import FINDINGS
from workbench.form.column_content import (
    are_in_same_places,
    columns_by_content,
    label_resembles,
    texts_by_column,
    with_disputed,
)
from workbench.form.content import contradicted, is_number_with_symbol
from workbench.form.lexicon import DATASET_FIELDS, match_label, plain_label
from workbench.form.rows import GROUPED, UNKNOWN, FormColumn, FormColumns, columns_under
from workbench.form.sections import TABLES, Section
from workbench.form.settings import FormSettings
from workbench.model import Finding
from workbench.values import parse_number


def document_columns(sections: Sequence[Section], settings: FormSettings) -> list[Section]:
    """The sections of a document with their columns completed and confirmed.

    In this order:

    1. Of columns with one label, the one that has a cell for every record has the label's field: points also stand
       beside the levels, in merged cells.
    2. A label that is lost on one page is known from the same column of another page,
    3. or from its neighbours, which have one label between them in another header of the document,
    4. or from its place in a known layout, or from what the column holds.
    5. A listed label that most of the content contradicts is kept, and disputed.

    Args:
        sections: in order.
        settings: when columns are the same, and how much evidence is enough.
    """

    def completed(
        found: Sequence[Section], columns_of: Callable[[Section, Sequence[Section], FormSettings], FormColumns]
    ) -> list[Section]:
        return [replace(section, columns=columns_of(section, found, settings)) for section in found]

    found = completed(sections, _without_double_labels)
    found = completed(found, _aligned_columns)
    found = completed(found, _columns_in_order)
    texts = [list(texts_by_column(section, section.columns, settings).values()) for section in found]
    found = [replace(section, columns=columns_by_content(section, found, texts, settings)) for section in found]
    return with_disputed(found, settings)


def column_findings(sections: Sequence[Section]) -> list[Finding]:
    """``damaged-label`` and ``column-in-doubt``: columns whose field is known by other evidence than a whole label."""
    found: dict[tuple[str, str, str, str], Finding] = {}
    for section in sections:
        for column in section.columns if section.kind in TABLES else ():
            finding = _column_finding(section, column)
            if finding:
                which = column.label_text if column.evidence == "ambiguous" else ""
                found.setdefault((section.kind, column.field, finding.code, which), finding)
    return list(found.values())


def _column_finding(section: Section, column: FormColumn) -> Finding | None:
    label = column.label.text if column.label else ""
    page = column.label.key.page if column.label else None
    field = None if column.field == UNKNOWN else column.field
    if column.evidence == "label":
        return None
    if column.evidence == "damaged" and column.field in DATASET_FIELDS and _is_own_text(column):
        return _similar_finding(section, column)
    kind = FINDINGS["damaged-label" if column.evidence in ("built", "damaged") else "column-in-doubt"]
    statement = kind.says(column.evidence, label=label)
    return statement.about(section.kind, None, field, page, None, label)  # type: ignore[arg-type]


def _similar_finding(section: Section, column: FormColumn) -> Finding:
    """What is said of a label that nothing misread and that no list has: it is another word, if one like a listed."""
    label, page = column.label_text, column.label.key.page if column.label else None
    statement = FINDINGS["column-in-doubt"].says("similar", label=label, field=field_name(column.field))
    return statement.about(section.kind, None, column.field, page, None, label)  # type: ignore[arg-type]


def _is_own_text(column: FormColumn) -> bool:
    """Whether the label of a column is a file's own text, and no reading of a picture."""
    return column.label is not None and column.label.grid_cell.confidence.overall == 1.0


def _without_double_labels(section: Section, sections: Sequence[Section], settings: FormSettings) -> FormColumns:
    """The columns of a section, only one with its field where several have the same label.

    It is the one with the most cells, and of those with as many the first behind the key column, or else the first.
    Another one with fewer cells says something of a group of records (`GROUPED`), one with as many is unknown.
    """
    columns = section.columns
    same_label = {column: _with_same_label(column, columns) for column in columns if column.field in DATASET_FIELDS}
    if section.kind not in TABLES or not any(len(alike) > 1 for alike in same_label.values()):
        return columns
    cells = _count_cells(section, sections, settings)
    key = next((column.x0 for column in columns if column.field == section.key_field), 0.0)
    resolved = {column: column for column in columns}
    for column, alike in same_label.items():
        best = min(alike, key=lambda one: (-cells[one], one.x0 < key, one.x0))
        resolved |= {one: replace(one, field=GROUPED if cells[one] < cells[best] else UNKNOWN) for one in alike}
        resolved[best] = replace(best, field=column.field)
    return tuple(resolved[column] for column in columns)


def _with_same_label(column: FormColumn, columns: FormColumns) -> list[FormColumn]:
    """The columns with the label of one, itself among them, that have its field or none.

    Weights of several levels may have several labels: 权重 of the first, 分值 of the others.
    """
    label = plain_label(column.label_text)
    free = [c for c in columns if c.label and c.field in (column.field, UNKNOWN)]
    return [c for c in free if label == plain_label(c.label_text) or _is_weight(column, c)]


def _is_weight(column: FormColumn, other: FormColumn) -> bool:
    """Whether both columns are labelled as weights."""
    return column.field == "weight" == match_label(other.label_text, "indicators")


def _count_cells(section: Section, sections: Sequence[Section], settings: FormSettings) -> Counter[FormColumn]:
    """How many cells start in each column of a section, in all sections of its kind with columns in the same places."""
    cells: Counter[FormColumn] = Counter()
    for other in sections:
        if other.kind == section.kind and are_in_same_places(other.columns, section.columns, settings):
            for cell in (cell for row in other.rows for cell in row.starting):
                under = columns_under(cell, section.columns, settings)
                if len(under) == 1:
                    cells[under[0]] += 1
    return cells


def _aligned_columns(section: Section, sections: Sequence[Section], settings: FormSettings) -> FormColumns:
    """The columns of a section, completed by those that an aligned header of its kind names and its own does not.

    A column of the other header is taken where its field is missing, nothing known stands in its place, and the
    content there does not contradict it. A damaged label is confirmed where the other header has it whole.
    """
    columns = section.columns
    texts = texts_by_column(section, columns, settings)
    for other in _others_with_header(section, sections):
        if not _are_aligned(columns, other.columns, settings):
            continue
        for column in other.columns:
            if column.field == UNKNOWN:
                continue
            known = {c.field for c in columns} & DATASET_FIELDS
            in_its_place = [c for c in columns if _overlap(c, column, settings)]
            there = [text for c in in_its_place for text in texts.get(c, ())]
            is_free = all(c.field == UNKNOWN for c in in_its_place) and not contradicted(there, column.field)
            if column.field not in known and is_free:
                columns = (*(c for c in columns if c not in in_its_place), column)
            elif column.evidence == "label":
                columns = tuple(_confirmed(c, column, settings) if c.field == column.field else c for c in columns)
    return tuple(sorted(columns, key=lambda column: column.x0))


def _confirmed(column: FormColumn, other: FormColumn, settings: FormSettings) -> FormColumn:
    """A column with the whole label of another in its place, where its own is damaged or in no list."""
    is_damaged = column.evidence in ("built", "damaged") and _overlap(column, other, settings)
    return replace(column, evidence="label", label=other.label) if is_damaged else column


def _others_with_header(section: Section, sections: Sequence[Section]) -> list[Section]:
    """The other sections of its kind that have a header."""
    return [other for other in sections if other.kind == section.kind and other.header and other is not section]


def _overlap(first: FormColumn, second: FormColumn, settings: FormSettings) -> bool:
    """Whether two columns share more of the table's width than edges of one column may differ."""
    tolerance = settings.edge_tolerance
    return first.x0 < second.x1 - tolerance and second.x0 + tolerance < first.x1


def _are_aligned(first: FormColumns, second: FormColumns, settings: FormSettings) -> bool:
    """Whether two headers share enough fields of the dataset, and every one of those has the same edges in both."""
    edges = {column.field: (column.x0, column.x1) for column in first if column.field in DATASET_FIELDS}
    shared = [(edges[column.field], (column.x0, column.x1)) for column in second if column.field in edges]
    return len(shared) >= settings.min_shared_fields and all(
        abs(a - b) < settings.edge_tolerance for one, two in shared for a, b in zip(one, two, strict=True)
    )


def _columns_in_order(section: Section, sections: Sequence[Section], settings: FormSettings) -> FormColumns:
    """The columns of a section, an unknown one with the only field that other headers have between its neighbours.

    Its label must be lost, or resemble that field's: a whole label of something else (是否核心指标) is none of them.
    """
    orders = [
        [c.field for c in other.columns if c.field != UNKNOWN] for other in _others_with_header(section, sections)
    ]
    columns, texts = section.columns, texts_by_column(section, section.columns, settings)
    for column in columns:
        if column.field == UNKNOWN and column.label is not None:
            missing = {field for order in orders for field in _between(column, columns, order)}
            field = next(iter(missing)) if len(missing) == 1 else ""
            may_be = not plain_label(column.label.text) or label_resembles(column, field, section.kind, settings)
            if field and may_be and not contradicted(texts[column], field):
                columns = tuple(replace(c, field=field) if c is column else c for c in columns)
    return columns


def _between(column: FormColumn, columns: FormColumns, order: Sequence[str]) -> list[str]:
    """The one field that an order of fields has where a column stands; none if it has another number there.

    Args:
        column: one of ``columns``, unknown.
        columns: of its section, left to right.
        order: the fields of another header, left to right.
    """
    known = [c.field for c in columns if c.field != UNKNOWN]
    place = columns.index(column)
    before = columns[place - 1].field if place else None
    behind = columns[place + 1].field if columns[place + 1 :] else None
    if UNKNOWN in (before, behind) or any(field is not None and field not in order for field in (before, behind)):
        return []
    start = order.index(before) + 1 if before is not None else 0
    stop = order.index(behind) if behind is not None else len(order)
    missing = list(order[start:stop])
    return missing if len(missing) == 1 and missing[0] not in known else []


def swapped_findings(records: Sequence[Mapping[str, str]], settings: FormSettings) -> list[Finding]:
    """``column-in-doubt``: two columns of a form whose labels may be exchanged.

    That is so where more rows have a score above their weight than below it, or where symbols stand before the actual
    values and hardly before the targets.

    Args:
        records: the texts of the indicators, by field.
        settings: how many rows are enough.
    """
    findings = []
    points = [(parse_number(row.get("weight", "")), parse_number(row.get("score", ""))) for row in records]
    above = sum(w is not None and s is not None and s > w for w, s in points)
    below = sum(w is not None and s is not None and s < w for w, s in points)
    if above >= settings.min_texts and above > below:
        statement = FINDINGS["column-in-doubt"].says("scores-above-weights", above=above)
        findings.append(statement.about("indicators", field="score"))
    with_symbol = [sum(is_number_with_symbol(row.get(field, "")) for row in records) for field in ("target", "actual")]
    if with_symbol[1] >= settings.min_texts and with_symbol[1] > 2 * with_symbol[0]:
        statement = FINDINGS["column-in-doubt"].says("signs-in-actuals", actuals=with_symbol[1], targets=with_symbol[0])
        findings.append(statement.about("indicators", field="actual"))
    return findings
