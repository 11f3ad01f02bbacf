"""Checks for what could not be read with certainty, and for what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from workbench.checks.wording import BLANK_CELL, UNREAD_CELL, where_they_differ
from workbench.fields import NUMBER_FIELDS, entries_of, field_name
from workbench.findings import FINDINGS, excerpt, listed
from workbench.judging import Judged, page_of
from workbench.model import BLANK, Cell, CellKey, Entry, Finding, Form, LeftOut, PageContent, Table
from workbench.readers.plain import UNKNOWN
from workbench.several_values import has_several_values, values_of
from workbench.values import PLACEHOLDERS, normalise

LISTED_CELLS = 3
"""Most cells of one cause that a message shows; the others are in the table of cells."""

LONGEST_QUANTITY = 12
"""Most characters of a quantity with its unit. A longer text is a sentence."""

SumKey = tuple[Table, int, str]
"""Table, record number (0: the form itself) and field of a value that enters a sum."""

CellsByKey = Mapping[CellKey, Cell]
"""The cells of a document's pages by page, table, row and column."""


def cells_of(pages: Sequence[PageContent]) -> CellsByKey:
    """Return every cell of the pages by page, table, row and column."""
    return {
        CellKey(page.number, grid.table_no, cell.row, cell.col): cell
        for page in pages
        for grid in page.grids
        for cell in grid.cells
    }


def obscured(form: Form, cells: CellsByKey) -> Iterator[Finding]:
    """``obscured``: something lies over the text of a field's cell, such as a seal."""
    for table, number, field, entry in _once_per_cell(form):
        if _is_obscured(entry, cells):
            statement = FINDINGS["obscured"].says(
                "read" if entry.text else "unread", field=field_name(field), text=entry.text
            )
            found = entry.text or BLANK_CELL
            yield statement.about(table, number or None, field, page_of(entry), "无遮盖", found)


def shown_unsure(form: Form) -> Iterator[Finding]:
    """``shown-unsure``: a file may show a field otherwise than it holds it, so its number is null in the tables."""
    for table, number, field, entry in _once_per_cell(form):
        if UNKNOWN in entry.text:
            statement = FINDINGS["shown-unsure"].says(field=field_name(field), text=entry.text)
            yield statement.about(table, number or None, field, page_of(entry), "显示确定", entry.text)


def low_confidence(
    form: Form, threshold: float, cells: CellsByKey, confirmed: Mapping[SumKey, float]
) -> Iterator[Finding]:
    """``low-confidence``: a field whose least sure character, border or second read is below the threshold.

    Fields that are ``obscured`` or ``shown-unsure``, or about which two readers disagree, are reported as such.
    ``confirmed``: those of which a sum of the form is proof, by table, record and field with that sum.
    """
    for table, number, field, entry in _once_per_cell(form):
        is_reported = _is_obscured(entry, cells) or _read_otherwise(entry, cells) is not None or UNKNOWN in entry.text
        if (table, number, field) in confirmed:
            total = f"{confirmed[table, number, field]:g}"
            statement = FINDINGS["confirmed-by-sum"].says(field=field_name(field), text=entry.text, total=total)
            yield statement.about(table, number or None, field, page_of(entry), total, entry.text)
        elif entry.confidence < threshold and not is_reported:
            read = [cells[key] for key in entry.cells if key in cells]
            is_blank = bool(read) and all(cell.state == "empty" for cell in read)
            statement = FINDINGS["low-confidence"].says(
                "text" if entry.text else ("blank" if is_blank else "ink"),
                field=field_name(field),
                text=entry.text,
                certainty=_certainty(entry, read),
            )
            found = entry.text or (BLANK_CELL if is_blank else UNREAD_CELL)
            yield statement.about(table, number or None, field, page_of(entry), _other_text(entry, cells), found)


def _certainty(entry: Entry, read: Sequence[Cell]) -> str:
    """How sure the machine is of an entry, what the doubt comes from, and whether a second reader saw the same.

    ``read`` are its cells; where they are not at hand only the number is known.
    """
    parts = [f"{entry.confidence:.2f}"]
    if entry.text and read:
        weakest = min((cell.confidence for cell in read), key=lambda confidence: confidence.overall)
        parts.append("格线不清" if weakest.border <= weakest.character else "文字有疑")
        others = [cell.other_text for cell in read if cell.other_text is not None]
        if others:
            parts.append(f"另读作“{excerpt(others)}”")
        elif all(cell.confidence.agreement == 1 for cell in read):
            parts.append("两次识别相同")
    return "，".join(parts)


def readers_disagree(form: Form, cells: CellsByKey) -> Iterator[Finding]:
    """``readers-disagree``: two OCR models read a field otherwise; the value is what the first one read."""
    for table, number, field, entry in _once_per_cell(form):
        other = _read_otherwise(entry, cells)
        if other is not None and entry.confidence < 1 and not _is_obscured(entry, cells):
            text, otherwise = where_they_differ(entry.text, other)
            statement = FINDINGS["readers-disagree"].says(
                "text" if other else "nothing", field=field_name(field), text=text, other=otherwise
            )
            yield statement.about(table, number or None, field, page_of(entry), other or BLANK_CELL, entry.text)


def read_as_word(form: Form, cells: CellsByKey) -> Iterator[Finding]:
    """``read-as-word``: a label or level was read otherwise, and taken for the word that it can only be."""
    for table, number, field, entry in _once_per_cell(form):
        other = _other_text(entry, cells)
        if other is not None and _read_otherwise(entry, cells) is None:
            statement = FINDINGS["read-as-word"].says(field=field_name(field), text=entry.text, other=other)
            yield statement.about(table, number or None, field, page_of(entry), other, entry.text)


def _read_otherwise(entry: Entry, cells: CellsByKey) -> str | None:
    """What another reader made of the cells of an entry; None: nothing else."""
    is_doubted = any(key in cells and cells[key].confidence.agreement == 0 for key in entry.cells)
    return _other_text(entry, cells) if is_doubted else None


def _other_text(entry: Entry, cells: CellsByKey) -> str | None:
    """The other text of the cells of an entry; None where none has one."""
    found = [cells[key] for key in entry.cells if key in cells]
    if all(cell.other_text is None for cell in found):
        return None
    return "".join(cell.text if cell.other_text is None else cell.other_text for cell in found)


def _is_obscured(entry: Entry, cells: CellsByKey) -> bool:
    """Whether something lies over a cell of the entry."""
    return any(key in cells and cells[key].state == "obscured" for key in entry.cells)


def _once_per_cell(form: Form) -> Iterator[tuple[Table, int, str, Entry]]:
    """The entries of a form. A merged label comes once, not once for each row that it covers."""
    seen: set[tuple[object, ...]] = set()
    for table, number, field, entry in entries_of(form):
        if not entry.cells or (field, entry.cells) not in seen:
            seen.add((field, entry.cells))
            yield table, number, field, entry


def unmapped_cells(form: Form) -> Iterator[Finding]:
    """``unmapped-cell``: text in the table that belongs to no field, once for each cause: a column, a block, a cell; of
    ink that was not read once for each page."""
    yield from (_cause(left) for left in form.left_out if left.kind != "reported")
    caused = {key for left in form.left_out for entry in left.cells for key in entry.cells}
    unread: Counter[int | None] = Counter()
    for entry in form.unmapped:
        if not entry:
            unread[page_of(entry)] += 1
        elif not entry.cells or not caused.issuperset(entry.cells):
            statement = FINDINGS["unmapped-cell"].says("cell", text=entry.text)
            yield statement.about(page=page_of(entry), found=entry.text)
    for page, count in unread.items():
        statement = FINDINGS["unmapped-cell"].says("unread", count=count)
        yield statement.about(page=page, found=UNREAD_CELL)


def _cause(left: LeftOut) -> Finding:
    """The one finding about cells that are in no field for one reason."""
    texts = [entry.text for entry in left.cells]
    statement = FINDINGS["unmapped-cell"].says(
        left.kind, label=left.label, count=len(texts), text=texts[0], texts=listed(texts[:LISTED_CELLS])
    )
    place = (left.table, left.record_no, None, page_of(left.cells[0]))
    return statement.about(*place, expected=left.label or None, found=found_of(left))


def found_of(left: LeftOut) -> str:
    """What the finding about cells in no field says that was found: their texts, as far as they fit."""
    texts = [entry.text for entry in left.cells]
    return texts[0] if len(texts) == 1 else excerpt(texts)


def several_values(form: Form) -> Iterator[Finding]:
    """``several-values``: a cell has several values, one on each line; in a column of numbers that is null in the
    tables, for which of them is meant, or whether they belong to as many rows, the form does not say."""
    for table, number, field, entry in entries_of(form):
        if has_several_values(entry.text):
            values = values_of(entry.text)
            statement = FINDINGS["several-values"].says(
                "field" if (table, field) in NUMBER_FIELDS else "text",
                field=field_name(field),
                count=len(values),
                texts=listed(values),
            )
            yield statement.about(table, number or None, field, page_of(entry), "一个数值", "；".join(values))


def not_a_number(form: Form) -> Iterator[Finding]:
    """``not-a-number``: a column of numbers holds something that is none; the value is null in the tables."""
    for table, number, field, entry in entries_of(form):
        parse = NUMBER_FIELDS.get((table, field))
        if parse is None or has_several_values(entry.text) or normalise(entry.text) in PLACEHOLDERS:
            continue
        if UNKNOWN in entry.text or parse(entry.text) is not None:
            continue
        statement = FINDINGS["not-a-number"].says("field", field=field_name(field), text=entry.text)
        yield statement.about(table, number or None, field, page_of(entry), "数字", entry.text)


_DAMAGED = re.compile(r"[0-9OoIlSBZ〇|][0-9OoIlSBZ〇|., ]*(?:[%‰]|[\u4e00-\u9fff]{1,4})?")
"""Digits and characters that look like digits, with a unit or without."""


def unread_target(row: Judged) -> Iterator[Finding]:
    """``not-a-number``: a target read as text that has a comparison symbol and digits, or looks like a number."""
    if has_several_values(row.row.target.text) or UNKNOWN in row.row.target.text:
        return
    folded = normalise(row.row.target.text)
    bare = folded.lstrip("≥≤=<>").strip("()")
    has_figure = any(character.isdigit() for character in bare)
    damaged = bool(_DAMAGED.fullmatch(bare)) and (has_figure or row.target.op is not None)
    if row.target.kind == "text" and (damaged or (row.target.op is not None and has_figure)):
        text = row.row.target.text
        yield row.finding(FINDINGS["not-a-number"].says("target", text=text), "target", "数值", text)


def unread_actual(row: Judged) -> Iterator[Finding]:
    """``not-a-number``: a short text with figures beside a number, or with 年月日 beside a date, read as neither."""
    text = (row.row.actual or BLANK).text
    if len(text) > LONGEST_QUANTITY or has_several_values(text) or not any(map(str.isdigit, text)) or UNKNOWN in text:
        return
    actual, kind = row.actual, row.target.kind
    if kind == "number" and actual.value is None and actual.unit_known:
        yield row.finding(FINDINGS["not-a-number"].says("actual", text=text), "actual", "数值", text)
    if (
        kind == "date"
        and row.target.deadline
        and row.verdict.met is None
        and not actual.end
        and set(text) & set("年月日")
    ):
        yield row.finding(FINDINGS["not-a-number"].says("date", text=text), "actual", "日期", text)


def missing_heads(form: Form) -> Iterator[Finding]:
    """``missing-value``: no department, no year, or no total line on a self-evaluation with columns of points."""
    has_points = any(row.actual is not None and (row.weight or row.score) for row in form.indicators)
    has_scores = not form.indicators or has_points or any(row.score is not None for row in form.indicators)
    kind = FINDINGS["missing-value"]
    missing = (
        (not form.department, "department", kind.says("department"), form.first_page),
        (form.year is None, "year", kind.says("year"), form.first_page),
        (has_scores and form.total_score is None, "total_score", kind.says("total"), form.last_page),
    )
    for is_missing, field, statement, page in missing:
        if is_missing:
            yield statement.about("forms", None, field, page, field_name(field), BLANK_CELL)


def missing_amounts(form: Form) -> Iterator[Finding]:
    """``missing-value``: the form has no budget line, or a line has a rate or a score but no amount spent."""
    if not form.budgets:
        statement = FINDINGS["missing-value"].says("budget")
        yield statement.about("budgets", page=form.first_page, expected="预算", found=BLANK_CELL)
    for number, line in enumerate(form.budgets, start=1):
        printed = next((entry for entry in (line.execution_rate, line.score) if entry), None)
        if line.executed is None and printed is not None:
            statement = FINDINGS["missing-value"].says("executed").of(line.funds.text)
            page, expected = page_of(printed), field_name("executed")
            yield statement.about("budgets", number, "executed", page, expected, BLANK_CELL)


def missing_values(rows: Sequence[Judged], cells: CellsByKey) -> Iterator[Finding]:
    """``missing-value``: the form has the column, and nothing is printed in it."""
    fields = ("name", "target", "actual", "weight", "score")
    printed = [field for field in fields if any(_has_cell(getattr(row.row, field)) for row in rows)]
    for row in rows:
        for field in printed:
            entry: Entry | None = getattr(row.row, field)
            if field == "target" and row.row.actual is None and "actual" in printed and not _has_cell(entry):
                continue  # a block of points alone, which has neither column
            # Ink that could not be read or is obscured has a finding of its own; such a cell is not blank.
            if entry is not None and not entry and entry.confidence > 0 and not _is_obscured(entry, cells):
                statement = FINDINGS["missing-value"].says("field", field=field_name(field))
                yield row.finding(statement, field, field_name(field), BLANK_CELL)


def _has_cell(entry: Entry | None) -> bool:
    """Whether the form has a cell for the entry, or text from somewhere else."""
    return entry is not None and bool(entry or entry.cells)


def goals_out_of_order(form: Form) -> Iterator[Finding]:
    """``goal-missing``: goal numbers skip one, or indicators name a goal that is not there. A page may be missing."""
    numbers = [goal.goal_no for goal in form.goals if goal.number]
    for before, after in pairwise(numbers):
        if after != before + 1:
            statement = FINDINGS["goal-missing"].says("skipped", before=before, after=after)
            yield statement.about("goals", field="goal_no", expected=str(before + 1), found=str(after))
    named = {row.goal_no for row in form.indicators if row.goal_no is not None}
    for number in sorted(named - set(numbers)) if numbers else []:
        known = "、".join(map(str, numbers))
        statement = FINDINGS["goal-missing"].says("not-listed", number=number)
        yield statement.about("goals", field="goal_no", expected=str(number), found=known)
