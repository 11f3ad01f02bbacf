"""The queue: the findings that a person should look at, most consequential first, as a pure function of the tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from workbench.corrections.records import is_same_place
from workbench.dataset.schemas import rows_of
from workbench.fields import FIELDS, NUMBER_FIELDS
from workbench.findings import FINDINGS, FLAGS
from workbench.model import Finding, Table
from workbench.review.readings import FieldKey

if TYPE_CHECKING:
    from workbench.dataset.store import Dataset
    from workbench.review.quality.audit import Audit, AuditItem

ItemGroup = Literal["error", "sum", "doubt", "rest"]

GROUPS: dict[str, str] = {"error": "错误", "sum": "进入合计的数", "doubt": "把握不足", "rest": "其余"}
"""The groups of the queue in their order, with the names that a person reads."""

SUMMED: frozenset[tuple[str, str]] = frozenset(NUMBER_FIELDS)
"""Fields (table, field) whose numbers enter a sum or a ratio: a wrong digit spoils every result made from them."""

_SEVERITIES = ("error", "warning", "info")
"""The severities of findings, worst first."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing to look at: a field of a form with all the findings about it.

    Attributes:
        document_id: the document.
        form_id: the form; None where the findings belong to none.
        place: the field; None where the findings are about a whole row, page or document.
        page: the number of the page, from 1; None where the findings name none.
        group: the group of the queue (a key of ``GROUPS``).
        findings: the findings, worst first.
        text: the value in the tables; where ``place`` is None, the text that the first finding quotes.
        confidence: the machine's confidence (0 to 1); None where it found no such field.
        status: the answer that the tables were built with.
    """

    document_id: str
    form_id: str | None
    place: FieldKey | None
    page: int | None
    group: ItemGroup
    findings: tuple[Finding, ...]
    text: str = ""
    confidence: float | None = None
    status: Literal["pending", "accepted", "corrected"] = "pending"


def build_queue(tables: Dataset) -> list[ReviewItem]:
    """Collect every finding of the dataset, those about one field in one item, most consequential first.

    Certain errors come first, then flagged numbers that enter a sum, then whatever else is flagged, then the rest
    (uncertain contradictions and remarks). Within a group and a severity the forms keep their order and the fields
    that of the form, so that a reviewer stays on a page as long as possible.
    """
    together: dict[tuple[Any, ...], list[Finding]] = defaultdict(list)
    for row in rows_of(tables.findings):
        place = _field_key(row)
        about = place if place is not None else (row["code"], row["page"], row["found"])
        together[row["document_id"], row["form_id"], about].append(_finding(row))
    order = {form_id: number for number, form_id in enumerate(tables.forms["form_id"])}
    read = _fields_with_findings(tables)
    items = [
        _item(document_id, form_id, about if isinstance(about, FieldKey) else None, findings, read)
        for (document_id, form_id, about), findings in together.items()
    ]
    return sorted(items, key=lambda item: _rank(item, order.get(item.form_id or "", -1)))


def audit_queue(dataset: Dataset, audit: Audit) -> list[ReviewItem]:
    """The fields of a sample, in its order, as items of a queue.

    A record may have another number than when the sample was drawn: it is found again by its cell on the scan. A
    field that the dataset no longer has is left out.
    """
    rows: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(dataset.fields):
        rows[row["form_id"], row["table"], row["field"]].append(row)
    items = []
    for sampled in audit.items:
        alike = rows[sampled.form_id, sampled.table, sampled.field]
        for row in [row for row in alike if _is_record_of(row, sampled, dataset)][:1]:
            place = FieldKey(row["table"], row["record_no"], row["field"])
            finding = FINDINGS["audit"].says().about(*place, row["page"], found=row["text"])
            status = _ANSWERED.get(row["status"], "pending")
            document_id = sampled.form_id.rpartition("-")[0]
            reading = (row["text"], row["machine_confidence"], status)
            items.append(ReviewItem(document_id, sampled.form_id, place, row["page"], "rest", (finding,), *reading))
    return items


_ANSWERED: dict[str, Literal["pending", "accepted", "corrected"]] = {"confirmed": "accepted", "corrected": "corrected"}
"""The status of an item, by that of its row in ``fields``; of others it is pending."""


def _is_record_of(row: dict[str, Any], sampled: AuditItem, dataset: Dataset) -> bool:
    """Whether a row of ``fields`` is of the sampled record: by the cell on the scan, else by the number."""
    if row["record_no"] is None:
        return sampled.record_no == 0
    anchor = dataset.anchor(sampled.form_id, sampled.table, row["record_no"])
    if anchor is None or anchor.box is None or sampled.anchor.box is None:
        return bool(row["record_no"] == sampled.record_no)
    return is_same_place(anchor, sampled.anchor)


def _fields_with_findings(tables: Dataset) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of ``fields`` that findings are about, by form, table, record number and field."""
    key = ["form_id", "table", "record_no", "field"]
    fields = tables.fields.merge(tables.findings[key].drop_duplicates(), on=key)  # a form's own fields have no record
    rows = rows_of(fields[[*key, "text", "machine_confidence", "status"]])
    return {(row["form_id"], row["table"], row["record_no"], row["field"]): row for row in rows}


def _field_key(row: dict[str, Any]) -> FieldKey | None:
    """The field that a row of ``findings`` is about; None where it is about more than one."""
    table = row["table"]
    if table not in FIELDS or row["field"] not in FIELDS[table] or (row["record_no"] is None) != (table == "forms"):
        return None
    return FieldKey(cast("Table", table), row["record_no"] and int(row["record_no"]), row["field"])


def _finding(row: dict[str, Any]) -> Finding:
    """The finding of a row of ``findings``."""
    names = ("code", "severity", "message", "table", "record_no", "field", "page", "expected", "found", "reviewed")
    return Finding(**{name: row[name] for name in names})


def _item(
    document_id: str,
    form_id: str | None,
    place: FieldKey | None,
    findings: list[Finding],
    read: dict[tuple[Any, ...], dict[str, Any]],
) -> ReviewItem:
    """The item of the findings about one field; ``read`` are the rows of `_fields_with_findings`."""
    ordered = sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity))
    page = next((finding.page for finding in ordered if finding.page is not None), None)
    about = (document_id, form_id, place, page, _group(place, ordered), tuple(ordered))
    if place is None:
        return ReviewItem(*about, ordered[0].found or "", None, _status(ordered))
    row = read.get((form_id, *place), {"text": "", "machine_confidence": None, "status": "machine"})
    return ReviewItem(*about, row["text"], row["machine_confidence"], _status(ordered, row["status"]))


def _status(findings: list[Finding], of_field: str = "machine") -> Literal["pending", "accepted", "corrected"]:
    """The answer that the tables were built with; ``of_field`` is the status of the row in ``fields``.

    It is pending until every finding was reviewed, or itself reports a correction.
    """
    if not all(finding.reviewed or finding.code == "corrected" for finding in findings):
        return "pending"
    return "corrected" if of_field == "corrected" else "accepted"


def _group(place: FieldKey | None, findings: list[Finding]) -> ItemGroup:
    """The group of the queue for findings about one field, worst first."""
    worst = findings[0].severity
    if worst == "error":
        return "error"
    if place is not None and (place.table, place.field) in SUMMED and worst == "warning":
        return "sum"
    return "doubt" if any(finding.code in FLAGS for finding in findings) else "rest"


def _rank(item: ReviewItem, form: int) -> tuple[Any, ...]:
    """The sort key of an item; ``form`` is the position of its form in the table ``forms``, -1 for none."""
    place = item.place
    where = (
        (list(FIELDS).index(place.table), place.record_no or 0, FIELDS[place.table].index(place.field)) if place else ()
    )
    severity = _SEVERITIES.index(item.findings[0].severity)
    return list(GROUPS).index(item.group), severity, form, item.document_id, item.page or 0, where
