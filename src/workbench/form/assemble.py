"""The table reconstructor: the cell grids of a document's pages become its forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from workbench.errors import InputError
from workbench.fields import entries_of
from workbench.form.budgets import budget_lines, deviation_cells
from workbench.form.columns import column_findings, document_columns, swapped_findings
from workbench.form.content import is_nothing
from workbench.form.division import FormParts, divide
from workbench.form.gaps import gaps_in_goals, gaps_in_pages
from workbench.form.goals import goal_records, indicator_records, to_goals
from workbench.form.identity import headings_of, title_of, year_of
from workbench.form.labels import carry_labels
from workbench.form.layout import name_layout, nearest_layout
from workbench.form.lexicon import match_label
from workbench.form.records import LABELS, STACKED, Sourced, has_ink, is_empty, is_left_over, to_indicator
from workbench.form.rows import FormColumns, entry_of, rows_of
from workbench.form.sections import find_sections
from workbench.form.stitch import Stitched, stitch
from workbench.form.totals import totals_of
from workbench.model import BLANK, CellKey, Entry, Finding, Form, PageContent, Table


def assemble_forms(pages: Sequence[PageContent], source: str) -> list[Form]:
    """Reconstruct the forms of a document.

    Args:
        pages: what was read from its pages, in page order.
        source: the document's path; a year in it counts when the form prints none.

    Raises:
        InputError: ``no-table`` where no page has a ruled table, ``unknown-form`` where no table has
            the header of an indicator section.
    """
    rows = [row for page in pages for grid in page.grids for row in rows_of(grid)]
    if not rows:
        message = "no ruled table was found on any page; is this a scan of a self-evaluation form?"
        raise InputError("no-table", source, message)
    parts = divide(document_columns(find_sections(rows)), pages)
    forms = [(part, _form(part, pages, source)) for part in parts if _is_form(part)]
    if not forms:
        raise InputError("unknown-form", source, _why_unknown(piece.text for row in rows for piece in row.printed))
    unused = [part for part in parts if not _is_form(part)]
    return [_with_unused(form, unused if part is forms[0][0] else ()) for part, form in forms]


def _why_unknown(texts: Iterable[str]) -> str:
    nearest = nearest_layout(texts)
    message = "the tables have no header with 一级指标, 三级指标, 年度指标值, …; no self-evaluation form was recognised"
    if nearest is None:
        return message
    layout, missing = nearest
    return f"{message}; the nearest layout is {layout}, of which {', '.join(missing) or 'whole rows'} were not found"


def _is_form(parts: FormParts) -> bool:
    """Indicators, or what remains of a form that was cut off before them: a named goal or budget."""
    if parts.of_kind("indicators"):
        return True
    headings = headings_of(parts, ()).values
    return bool(parts.rows("budgets", "goals", "amounts")) and bool({"department", "project"} & set(headings))


def _form(parts: FormParts, pages: Sequence[PageContent], source: str) -> Form:
    columns: dict[str, FormColumns] = {
        section.kind: section.columns for section in reversed(parts.sections) if section.columns
    }
    indicator_rows = _indicators(parts)
    indicators = indicator_rows.records
    goal_rows = goal_records(parts, indicators)
    goals = to_goals(goal_rows.records)
    headings = headings_of(parts, indicators)
    year, year_finding = year_of(parts, headings.values, indicators, source)
    tables = parts.of_kind("budgets", "amounts")
    budgets, budget_findings = budget_lines(
        tables, indicators, columns.get("indicators", ()), [line.text for line in parts.lines]
    )
    total_weight, total_score, total_findings = totals_of(parts.rows("total"), _last_columns(parts))
    conclusion, conclusion_labels = _conclusion(parts)
    title = title_of(parts)
    keys = [piece.key for piece in parts.pieces]
    first_page, last_page = min(key.page for key in keys), max(key.page for key in keys)
    total_page = total_score.cells[0].page if total_score else None
    labels = (*headings.labels, *conclusion_labels, *goal_rows.dropped, *indicator_rows.dropped, *parts.repeated)
    form = Form(
        layout=name_layout(title, headings.values, columns),
        title=title,
        year=year,
        department=headings.values.get("department", BLANK),
        project=headings.values.get("project"),
        unit=headings.values.get("unit"),
        budgets=tuple(budgets),
        goals=tuple(goals),
        indicators=tuple(map(to_indicator, indicators)),
        total_weight=total_weight,
        total_score=total_score or headings.values.get("total_score"),
        conclusion=conclusion,
        first_page=first_page,
        last_page=last_page,
        labels=tuple(dict.fromkeys((*labels, *_label_keys(parts)))),
        notes=(
            *budget_findings,
            *total_findings,
            *_doubts("goals", goal_rows.records),
            *_doubts("indicators", indicators),
            *column_findings(parts.sections),
            *swapped_findings([{name: entry.text for name, entry in row.fields.items()} for row in indicators]),
            *([year_finding] if year_finding else ()),
            *gaps_in_pages(first_page, last_page, pages),
            *gaps_in_goals(goals, indicators, total_page),
            *_cut_off(indicators, last_page),
        ),
    )
    return _with_unmapped(form, parts)


def _last_columns(parts: FormParts) -> FormColumns:
    return next((section.columns for section in reversed(parts.of_kind("indicators"))), ())


def _indicators(parts: FormParts) -> Stitched:
    """The rows of the indicators, joined over page breaks, without those that are empty."""
    records = [record for record in indicator_records(parts) if has_ink(record.fields.values())]
    # Labels first: a row that is printed twice, or split, over a page break may have them on one of the pages only.
    merged = [field for field in (*STACKED, *LABELS) if field != _key_field(parts)]
    labelled = carry_labels(records, merged)
    # Rows of the empty template are no rest of the row before a page break.
    stitched = stitch([record for record in labelled if not is_left_over(record)], "indicators")
    return replace(stitched, records=tuple(record for record in stitched.records if not is_empty(record)))


def _key_field(parts: FormParts) -> str:
    return next((section.key_field for section in parts.of_kind("indicators")), "")


def _doubts(table: Table, records: Sequence[Sourced]) -> list[Finding]:
    return [
        Finding(doubt.code, doubt.severity, doubt.message, table, number, doubt.field, doubt.page)
        for number, record in enumerate(records, start=1)
        for doubt in record.doubts
    ]


def _cut_off(indicators: Sequence[Sourced], last_page: int) -> list[Finding]:
    if indicators:
        return []
    message = "未找到任何指标，表格可能在指标之前被截断，请对照原件"
    return [Finding("missing-value", "error", message, "indicators", None, "name", last_page)]


def _conclusion(parts: FormParts) -> tuple[Entry | None, list[CellKey]]:
    pieces = [piece for row in parts.rows("conclusion") for piece in row.starting]
    labels = [piece for piece in pieces if match_label(piece.text, "sections") == "conclusion"]
    texts = [piece for piece in pieces if piece not in labels and piece.text]
    return (entry_of(texts) if texts else None), [piece.key for piece in labels]


def _label_keys(parts: FormParts) -> list[CellKey]:
    """Cells that name others: headers, titles, the label of the budget's reason."""
    keys = [piece.key for section in parts.sections for piece in section.header]
    keys += [piece.key for row in parts.rows("title") for piece in row.starting]
    return keys + [label.key for section in parts.sections for label, _ in deviation_cells(section)]


def _with_unmapped(form: Form, parts: FormParts) -> Form:
    """The form with the cells that give no value: those that name a section as labels, the others as unmapped."""
    known = {key for _, _, _, entry in entries_of(form) for key in entry.cells} | set(form.labels)
    rest = [piece for piece in parts.pieces if piece.text and piece.key not in known]
    labels = [piece for piece in rest if _is_label(piece.text)]
    unmapped = tuple(entry_of([piece]) for piece in rest if piece not in labels and piece.text not in form.title)
    return replace(form, labels=(*form.labels, *(piece.key for piece in labels)), unmapped=unmapped)


def _is_label(text: str) -> bool:
    """A cell beside the rows of a section (绩效指标 written downwards, 总分, …), or a mark for nothing."""
    return is_nothing(text) or any(match_label(text, section) for section in ("sections", "heading", "goals"))


def _with_unused(form: Form, unused: Iterable[FormParts]) -> Form:
    """The form with a note for each table of the document that belongs to no form."""
    notes = []
    for parts in unused:
        printed = [piece for piece in parts.pieces if piece.text]
        if printed:
            page = printed[0].key.page
            told = "；".join(piece.text for piece in printed)[:80]
            message = f"第{page}页有不属于任何自评表的表格，未采用：{told}"
            notes.append(Finding("unmapped-cell", "warning", message, None, None, None, page, None, told))
    return replace(form, notes=(*form.notes, *notes))
