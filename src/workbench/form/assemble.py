"""The table reconstructor: the cell grids of a document's pages become its forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from workbench.errors import InputError
from workbench.fields import entries_of
from workbench.findings import FINDINGS, excerpt
from workbench.form.across import rows_by_source
from workbench.form.budgets import budget_lines, deviation_cells
from workbench.form.columns import column_findings, document_columns, swapped_findings
from workbench.form.content import is_nothing
from workbench.form.division import FormParts, divide
from workbench.form.gaps import gaps_in_goals, gaps_in_pages
from workbench.form.goals import goal_records, indicator_records, to_goals
from workbench.form.identity import headings_of, title_of, year_of
from workbench.form.labels import carry_labels
from workbench.form.layout import name_layout, nearest_layout
from workbench.form.leftover import left_out
from workbench.form.lexicon import match_label, plain_label
from workbench.form.other_forms import IN_WORDS, other_form, other_form_finding
from workbench.form.own_layouts import OwnLayouts
from workbench.form.pairs import Pair, amount_pairs
from workbench.form.printed_years import is_year
from workbench.form.records import (
    LABELS,
    LEVELS,
    STACKED,
    FormRecord,
    has_ink,
    is_empty,
    is_template,
    is_template_row,
    to_indicator,
)
from workbench.form.row_groups import may_have_groups
from workbench.form.rows import UNKNOWN, FormCell, FormColumns, FormRow, entry_of
from workbench.form.sections import find_sections
from workbench.form.settings import DEFAULTS, FormSettings
from workbench.form.sideways import rows_of_pages
from workbench.form.stitch import StitchedRecords, stitch
from workbench.form.totals import totals_of
from workbench.form.turned import upright_rows
from workbench.form.years import in_year
from workbench.language import Phrase
from workbench.model import BLANK, CellKey, Entry, Finding, Form, PageContent, Table


def assemble_forms(
    pages: Sequence[PageContent], source: str, settings: FormSettings = DEFAULTS, layouts: OwnLayouts = ()
) -> list[Form]:
    """Reconstruct the forms of a document.

    Args:
        pages: what was read from its pages, in page order.
        source: the document's path; a year in it counts where the form prints none.
        settings: thresholds and limits of every stage.
        layouts: of the project.

    Raises:
        InputError: ``no-table`` where no page has a ruled table, ``unknown-form`` where no table has
            the header of an indicator section, ``not-a-self-evaluation`` where they are known to be something else.
    """
    rows, joins = rows_of_pages(pages, settings)
    if not rows:
        message = Phrase("no ruled table was found on any page; is this a scan of a self-evaluation form?")
        raise InputError("no-table", source, message)
    sections = document_columns(find_sections(rows_by_source(upright_rows(rows)), settings, layouts), settings)
    parts = divide(sections, pages, settings)
    forms = [(part, _form(part, pages, source, settings)) for part in parts if _is_form(part)]
    if not forms:
        titles = [line.text for page in pages for line in page.loose_lines]
        kind = other_form([*titles, *_single_texts(rows)], rows, ())
        if kind is not None:
            message = Phrase(
                "this is {kind}, not a self-evaluation form; if it is one, see: workbench layout", kind=IN_WORDS[kind]
            )
            raise InputError("not-a-self-evaluation", source, message)
        raise InputError("unknown-form", source, _why_unknown(cell.text for row in rows for cell in row.printed))
    unused = [part for part in parts if not _is_form(part)]
    return [_with_unused(_with_joins(form, joins), unused if part is forms[0][0] else ()) for part, form in forms]


def _single_texts(rows: Iterable[FormRow]) -> list[str]:
    """The texts that stand in a row by themselves, as titles do."""
    return [row.printed[0].text for row in rows if len(row.printed) == 1]


def _with_joins(form: Form, joins: Iterable[Finding]) -> Form:
    """The form with what is said about those of its pages that lie side by side."""
    own = [note for note in joins if note.page is not None and form.first_page <= note.page <= form.last_page]
    return replace(form, notes=(*form.notes, *own))


def _why_unknown(texts: Iterable[str]) -> str:
    """The message for tables that are no form: what their cells lack of the nearest known layout."""
    nearest = nearest_layout(texts)
    message = Phrase(
        "the tables have no header with 一级指标, 三级指标, 年度指标值, …; no self-evaluation form was recognised"
    )
    if nearest is None:
        return message
    layout, missing = nearest
    return Phrase(
        "{message}; the nearest layout is {layout}, of which {missing} were not found",
        message=message,
        layout=layout,
        missing=", ".join(missing) or Phrase("whole rows"),
    )


def _is_form(parts: FormParts) -> bool:
    """Whether parts have indicators, or are the top of a form that was cut off before them: a named goal or budget."""
    if parts.of_kind("indicators"):
        return True
    headings = headings_of(parts, ()).values
    return bool(parts.rows("budgets", "goals", "amounts")) and bool({"department", "project"} & set(headings))


def _form(parts: FormParts, pages: Sequence[PageContent], source: str, settings: FormSettings) -> Form:
    """The form of its parts. ``pages`` are those of the whole document, ``source`` its path."""
    own_year, _ = year_of(parts, headings_of(parts, ()).values, (), source, settings)
    parts, year_column_findings = in_year(parts, own_year)
    columns: dict[str, FormColumns] = {
        section.kind: section.columns for section in reversed(parts.sections) if section.columns
    }
    indicator_rows = _indicators(parts, settings)
    indicators = indicator_rows.records
    goal_rows = goal_records(parts, indicators, settings)
    goals = to_goals(goal_rows.records)
    headings = headings_of(parts, indicators)
    year, year_finding = year_of(parts, headings.values, indicators, source, settings)
    budgets, budget_findings = budget_lines(
        parts.of_kind("budgets", "amounts"),
        indicators,
        columns.get("indicators", ()),
        [line.text for line in parts.lines],
        settings,
    )
    total_weight, total_score, total_findings = totals_of(parts.rows("total"), _last_columns(parts), settings)
    conclusion, conclusion_labels = _conclusion(parts)
    title = title_of(parts, settings)
    page_numbers = [cell.key.page for cell in parts.cells]
    first_page, last_page = min(page_numbers), max(page_numbers)
    total_page = total_score.cells[0].page if total_score else None
    labels = (*headings.labels, *conclusion_labels, *goal_rows.dropped, *indicator_rows.dropped, *parts.repeated)
    form = Form(
        layout=next((section.layout for section in parts.sections if section.layout), "")
        or name_layout(title, headings.values, columns, settings),
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
            *_flag_findings("goals", goal_rows.records),
            *_flag_findings("indicators", indicators),
            *column_findings(parts.sections),
            *year_column_findings,
            *swapped_findings(_texts_of(indicators), settings),
            *([year_finding] if year_finding else ()),
            *gaps_in_pages(first_page, last_page, pages, settings),
            *gaps_in_goals(goals, indicators, total_page),
            *_cut_off(indicators, last_page),
        ),
    )
    return _with_unmapped(_with_kind(form, parts), parts, settings)


def _with_kind(form: Form, parts: FormParts) -> Form:
    """The form with ``not-a-self-evaluation`` where it is something else."""
    titles = [form.title] if form.title else [line.text for line in parts.lines]
    rows = [row for section in parts.sections for row in section.rows]
    columns = [column for section in parts.of_kind("indicators") for column in section.columns if column.label_text]
    is_understood = all(column.field != UNKNOWN for column in columns)
    kind = other_form(titles, [*_header_rows(parts), *rows], form.indicators, is_understood=is_understood)
    if kind is None:
        return form
    return replace(form, notes=(*form.notes, other_form_finding(kind, form.title, form.first_page)))


def _header_rows(parts: FormParts) -> list[FormRow]:
    """The headers of a form as rows."""
    return [
        FormRow(section.header[0].key.page, section.header[0].key.table_no, section.header[0].row, section.header, ())
        for section in parts.sections
        if section.header
    ]


def _texts_of(records: Sequence[FormRecord]) -> list[dict[str, str]]:
    return [{name: entry.text for name, entry in record.fields.items()} for record in records]


def _last_columns(parts: FormParts) -> FormColumns:
    """The columns of the last section of indicators, which the total row stands under."""
    return next((section.columns for section in reversed(parts.of_kind("indicators"))), ())


def _indicators(parts: FormParts, settings: FormSettings) -> StitchedRecords:
    """The rows of the indicators, joined over page breaks, without those that are empty.

    Labels are carried first: a row that is printed twice, or split, may have them on one of its pages only. Rows of the
    empty template are taken out before rows are joined: they are no rest of the row before a page break.
    """
    records = [record for record in indicator_records(parts, settings) if has_ink(record.fields.values())]
    by_groups = LEVELS if all(may_have_groups(section.columns) for section in parts.of_kind("indicators")) else ()
    merged = [field for field in (*STACKED, *LABELS) if field != _key_field(parts) and field not in by_groups]
    labelled = carry_labels(records, merged)
    stitched = stitch([record for record in labelled if not is_template_row(record)], "indicators", settings)
    return replace(stitched, records=tuple(record for record in stitched.records if not is_empty(record)))


def _key_field(parts: FormParts) -> str:
    return next((section.key_field for section in parts.of_kind("indicators")), "")


def _flag_findings(table: Table, records: Sequence[FormRecord]) -> list[Finding]:
    """The flags of a table's records as findings: now the number of each record is known."""
    return [
        Finding(flag.code, flag.severity, flag.message, table, number, flag.field, flag.page)
        for number, record in enumerate(records, start=1)
        for flag in record.flags
    ]


def _cut_off(indicators: Sequence[FormRecord], last_page: int) -> list[Finding]:
    """``missing-value``: a form without any indicator was cut off before them."""
    if indicators:
        return []
    return [FINDINGS["missing-value"].says("indicators").about("indicators", field="name", page=last_page)]


def _conclusion(parts: FormParts) -> tuple[Entry | None, list[CellKey]]:
    """The text of the conclusion, None where there is none, and the cells of its labels."""
    cells = [cell for row in parts.rows("conclusion") for cell in row.starting]
    labels = [cell for cell in cells if match_label(cell.text, "sections") == "conclusion"]
    texts = [cell for cell in cells if cell not in labels and cell.text]
    return (entry_of(texts) if texts else None), [cell.key for cell in labels]


def _label_keys(parts: FormParts) -> list[CellKey]:
    """Cells that name others: headers, titles, the label of the reason for the budget's deviation."""
    keys = [cell.key for section in parts.sections for cell in section.header]
    keys += [cell.key for row in parts.rows("title") for cell in row.starting]
    for pairs in map(amount_pairs, parts.rows("amounts")):
        keys += [pair.label.key for pair in pairs if _is_label_of_amount(pair) or _repeats(pair.label, pairs[0].label)]
    return keys + [label.key for section in parts.sections for label, _ in deviation_cells(section)]


def _is_label_of_amount(pair: Pair) -> bool:
    """Whether a label names an amount by itself: no source of funds, and nothing that nobody knows."""
    return pair.field not in ("funds", UNKNOWN)


def _repeats(label: FormCell, first: FormCell) -> bool:
    """Whether a label is printed again beside the first of its row: 其中：财政拨款 | 180 | 其中：财政拨款 | 171.5."""
    return label is not first and plain_label(label.text) == plain_label(first.text)


def _with_unmapped(form: Form, parts: FormParts, settings: FormSettings) -> Form:
    """The form with the cells that give no value: those that name a section as labels, the others as unmapped.

    Text that is part of the form's title is neither; ink that could not be read is unmapped.
    """
    known = {key for _, _, _, entry in entries_of(form) for key in entry.cells} | set(form.labels)
    rest = [cell for cell in parts.cells if cell.key not in known and (cell.text or cell.is_illegible)]
    labels = [cell for cell in rest if cell.text and _is_label(cell.text)]
    others = [cell for cell in rest if cell not in labels and not (cell.text and cell.text in form.title)]
    return replace(
        form,
        labels=(*form.labels, *(cell.key for cell in labels)),
        unmapped=tuple(entry_of([cell]) for cell in others),
        left_out=left_out(form, parts, others, settings),
    )


def _is_label(text: str) -> bool:
    """Whether a text is a placeholder or of the empty template, the form's year, or names a section or a heading."""
    is_name = any(match_label(text, section) for section in ("sections", "heading", "goals"))
    return is_nothing(text) or is_name or is_year(text) or is_template(text)


def _with_unused(form: Form, unused: Iterable[FormParts]) -> Form:
    """The form with ``unmapped-cell`` for each table of the document that belongs to no form."""
    notes = []
    for parts in unused:
        printed = [cell for cell in parts.cells if cell.text]
        if printed:
            page = printed[0].key.page
            texts = excerpt(cell.text for cell in printed)
            notes.append(FINDINGS["unmapped-cell"].says("table", page=page, texts=texts).about(page=page, found=texts))
    return replace(form, notes=(*form.notes, *notes))
