"""Looking up a single value that a person named; an error names what there is instead."""

from __future__ import annotations

import pandas as pd

from workbench.errors import SelectionError
from workbench.language import Phrase


def rows_of_value(rows: pd.DataFrame, form_id: str, value: tuple[str, int | None, str]) -> pd.DataFrame:
    """Return the rows of ``cells`` or ``fields`` about a value, which is named by table, record number and field.

    Raises:
        SelectionError: there are none; it names the tables, the records or the fields that there are.
    """
    table, record_no, field = value
    mapped = rows[(rows["form_id"] == form_id) & rows["table"].notna()]
    of_table = mapped[mapped["table"] == table]
    if of_table.empty:
        raise SelectionError(
            "table", table, sorted(set(mapped["table"])), Phrase("form {form_id} has", form_id=form_id)
        )
    is_record = of_table["record_no"].isna() if record_no is None else of_table["record_no"] == record_no
    of_record = of_table[is_record]
    if of_record.empty:
        known = of_table["record_no"].dropna()
        records = [f"{known.min()} to {known.max()}"] if len(known) else [Phrase("None, for the form itself")]
        raise SelectionError(
            "record_no", record_no, records, Phrase("{table} of form {form_id} has", table=table, form_id=form_id)
        )
    chosen = of_record[of_record["field"] == field]
    if chosen.empty:
        fields = sorted(set(of_record["field"].dropna()))
        raise SelectionError(
            "field",
            field,
            fields,
            Phrase(
                "{table} {record_no} of form {form_id} has", table=table, record_no=record_no or "", form_id=form_id
            ),
        )
    return chosen
