"""Tells apart what stands behind the values of a form: printed, doubted, not read, blank, or no such column.

A null of the tables alone does not say why it is one. The ``fields`` table does: it has a row for every field that the
form has, with the text that was read. ``findings`` says which of them await a person's look.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.selection import Tables
from workbench.findings import FINDINGS, FLAGS
from workbench.values import PLACEHOLDERS, normalise

FieldState = Literal["printed", "doubted", "unread", "blank", "absent"]
"""What stands behind a value.

- ``printed``: the form shows it, and nothing speaks against the reading.
- ``doubted``: there is a value, but a finding flags it as possibly misread and nobody has looked yet; or there is
  none, and the whole record or column is flagged.
- ``unread``: the form shows something that did not become a value.
- ``blank``: the form shows nothing there, or a dash.
- ``absent``: the form has no such column.
"""

OPEN = ("doubted", "unread")
"""States in which a review may change the value."""

MAY_BE_MISSING = frozenset(code for code, kind in FINDINGS.items() if kind.rows_may_be_missing)
"""Codes of findings after which rows may be missing from the tables."""

NUMBERS = {"forms": "", "budgets": "line_no", "indicators": "indicator_no"}
"""The column with a record's number, by table; ``forms`` has none."""


def field_states(tables: Tables, table: str, fields: Sequence[str], whole_rows: bool = True) -> pd.DataFrame:
    """Find the :data:`FieldState` of some fields of ``forms``, ``budgets`` or ``indicators``, with the table's index.

    A flag on a whole record (a row joined over a page break, say) doubts all its fields, if ``whole_rows``.
    Source: the table, ``fields`` (form_id, table, record_no, field, text, confidence), and ``findings``.
    """
    records: pd.DataFrame = getattr(tables, table)
    keys = _keys(records, NUMBERS[table])
    flags = _open_flags(tables.findings, table)
    flags = flags if whole_rows else flags[flags["field"].notna()]
    entries = tables.fields[(tables.fields["table"] == table) & tables.fields["field"].isin(list(fields))]
    return pd.DataFrame({field: _states(records[field], keys, flags, entries, field) for field in fields})


def with_states(tables: Tables, table: str, fields: Sequence[str]) -> pd.DataFrame:
    """Add the states of some fields to a table, each in a column ``<field>_state``."""
    return getattr(tables, table).join(field_states(tables, table, fields).add_suffix("_state"))  # type: ignore[no-any-return]


NO_ACTUALS = "表中没有实际完成值，无从比较"
"""What is said in place of a comparison with targets on a form that has none, such as one of targets."""


def lacks_actuals(form: Tables) -> bool:
    """Whether a form with indicators has no column of what was achieved."""
    states = field_states(form, "indicators", ("actual",))["actual"]
    return len(states) > 0 and bool((states == "absent").all())


def is_open(states: pd.DataFrame) -> pd.Series:
    """Tell for each row whether a review may change one of its fields."""
    return states.isin(OPEN).any(axis=1)


def forms_with_missing_rows(tables: Tables) -> frozenset[str]:
    """List the forms that may have rows which are in no table: a page, or a part of one, was not read."""
    found = tables.findings[tables.findings["code"].isin(MAY_BE_MISSING) & ~tables.findings["reviewed"].astype(bool)]
    of_document = found.loc[found["form_id"].isna(), "document_id"]
    touched = tables.forms["document_id"].isin(of_document) | tables.forms["form_id"].isin(found["form_id"].dropna())
    return frozenset(tables.forms.loc[touched, "form_id"])


def _keys(rows: pd.DataFrame, number: str) -> pd.MultiIndex:
    """Form and number of each row; the number is 0 where the row has none, or is about a whole form."""
    numbers = rows[number] if number else pd.Series(0, index=rows.index)
    return pd.MultiIndex.from_arrays([rows["form_id"].astype(object), numbers.fillna(0).astype(int)])


def _open_flags(findings: pd.DataFrame, table: str) -> pd.DataFrame:
    """The flags on a table that nobody has looked at yet.

    A field that the form leaves blank is a flag too (``missing-value``), but no value of it can have been misread.
    """
    is_flag = findings["code"].isin(FLAGS - {"missing-value"}) & (findings["table"] == table)
    return findings[is_flag & ~findings["reviewed"].astype(bool)]


def _states(
    values: pd.Series, keys: pd.MultiIndex, flags: pd.DataFrame, entries: pd.DataFrame, field: str
) -> pd.Series:
    """The states of one field of all records; ``keys`` are those of :func:`_keys`."""
    is_missing = values.isna() | (values.astype("string").fillna("") == "")
    states = pd.Series("printed", index=values.index, dtype=object)
    of_field = entries[entries["field"] == field]
    texts = of_field["text"].map(lambda text: normalise(str(text)) in PLACEHOLDERS)
    is_blank = texts.astype(bool) & (of_field["confidence"] > 0)
    missing = keys[is_missing.to_numpy()]
    of_form = _keys(of_field, "record_no")
    found = pd.Series("absent", index=values.index[is_missing], dtype=object)
    found[missing.isin(of_form[is_blank.to_numpy()])] = "blank"
    found[missing.isin(of_form[~is_blank.to_numpy()])] = "unread"
    states[is_missing] = found
    on_field, on_more = _are_flagged(keys, flags, field)
    unflagged = states.to_numpy(dtype=object)
    flagged = np.where(on_more & (unflagged != "unread"), "doubted", unflagged)
    flagged = np.where(on_field, np.where(is_missing.to_numpy(dtype=bool), "unread", "doubted"), flagged)
    return pd.Series(flagged, index=values.index, dtype=object)


def _are_flagged(keys: pd.MultiIndex, flags: pd.DataFrame, field: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether a flag stands on the field of each record; and whether one stands on its whole record or column."""
    on_field = flags[flags["field"] == field]
    on_record = flags[flags["field"].isna() & flags["record_no"].notna()]
    has_record = on_field["record_no"].notna() | (on_field["table"] == "forms")
    on_column = set(on_field.loc[~has_record, "form_id"])
    of_more = keys.isin(_keys(on_record, "record_no")) | keys.get_level_values(0).isin(on_column)
    return keys.isin(_keys(on_field[has_record], "record_no")), of_more
