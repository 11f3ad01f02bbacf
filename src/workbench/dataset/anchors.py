"""Anchors of the records of an opened dataset: a correction keeps one, so that its record can be found again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from workbench.corrections.correction import Anchor, RelativeBox
from workbench.fields import KEYS, LABELS
from workbench.model import Table

if TYPE_CHECKING:
    import pandas as pd


class Anchors:
    """The anchors of all records of a dataset. Each is made when it is asked for."""

    def __init__(self, fields: pd.DataFrame) -> None:
        """Take the rows that anchors are made of.

        Args:
            fields: the table ``fields`` of the dataset.
        """
        self._fields = fields
        self._rows = fields.groupby(["form_id", "table", "record_no"], sort=False).indices

    def of(self, form_id: str, table: str, record_no: int | None) -> Anchor | None:
        """Return the anchor of a record; None: there is no such record.

        The form itself (``record_no`` None or 0) needs no anchor and has None, too.
        """
        found = self._rows.get((form_id, table, record_no)) if record_no else None
        if found is None:
            return None
        rows: list[dict[str, Any]] = self._fields.iloc[found].to_dict("records")  # type: ignore[assignment]
        key = KEYS[cast("Table", table)]
        # The cell of the record's name is best, the merged cell of a label worst: other records share it.
        rows.sort(key=lambda row: (row["field"] != key, row["field"] in LABELS))
        texts = {row["field"]: row["text"] for row in rows}
        placed = next((row for row in rows if row["left"] == row["left"]), None)
        text = texts.get(key) or texts.get("level2") or ""
        return Anchor(int(placed["page"]), box_of(placed), text) if placed else Anchor(text=text)


def box_of(row: dict[str, Any]) -> RelativeBox:
    """Return the outline of a field's cell, as fractions of its page, from a row of the table ``fields``."""
    left, top, right, bottom = (float(row[name]) for name in ("left", "top", "right", "bottom"))
    return left, top, right, bottom
