"""The queue: what a person should look at, most consequential first. A pure function of the tables."""

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
"""The parts of the queue in their order, as a person reads them."""

SUMMED: frozenset[tuple[str, str]] = frozenset(NUMBER_FIELDS)
"""Fields whose numbers enter a sum or a ratio: one wrong digit goes on into every figure made from them."""

_SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing to look at: a field of a form with all the findings about it.

    ``place`` is None where the findings are about a whole page or document; ``form_id`` where they belong to no form.
    ``text`` is the value as the tables have it (of findings without a place: what they found), ``confidence`` how
    sure the machine was, None where it found no such field. ``status`` is what people said before the tables were
    built.
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
    """Every finding of the dataset, those about one field together, most consequential first.

    First certain errors, then doubtful numbers that enter a sum, then whatever else the machine is unsure of, then
    the rest (what a form says against itself without being certain, and remarks). Within a part the forms keep their
    order and the fields that of the form, so that a reviewer stays on a page as long as possible.
    """
    together: dict[tuple[Any, ...], list[Finding]] = defaultdict(list)
    for row in rows_of(tables.findings):
        place = _place(row)
        about = place if place is not None else (row["code"], row["page"], row["found"])
        together[row["document_id"], row["form_id"], about].append(_finding(row))
    order = {form_id: number for number, form_id in enumerate(tables.forms["form_id"])}
    read = _read(tables)
    items = [
        _item(document_id, form_id, about if isinstance(about, FieldKey) else None, findings, read)
        for (document_id, form_id, about), findings in together.items()
    ]
    return sorted(items, key=lambda item: _rank(item, order.get(item.form_id or "", -1)))


def audit_queue(dataset: Dataset, audit: Audit) -> list[ReviewItem]:
    """The fields of a sample, in its order, as items of a queue.

    A record may have another number than when the sample was drawn: its cell on the scan tells which it is.
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
            known = (row["text"], row["machine_confidence"], status)
            items.append(ReviewItem(document_id, sampled.form_id, place, row["page"], "rest", (finding,), *known))
    return items


_ANSWERED: dict[str, Literal["pending", "accepted", "corrected"]] = {"confirmed": "accepted", "corrected": "corrected"}


def _is_record_of(row: dict[str, Any], sampled: AuditItem, dataset: Dataset) -> bool:
    if row["record_no"] is None:
        return sampled.record_no == 0
    anchor = dataset.anchor(sampled.form_id, sampled.table, row["record_no"])
    if anchor is None or anchor.box is None or sampled.anchor.box is None:
        return bool(row["record_no"] == sampled.record_no)
    return is_same_place(anchor, sampled.anchor)


def _read(tables: Dataset) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of ``fields`` of the values that findings are about."""
    key = ["form_id", "table", "record_no", "field"]
    fields = tables.fields.merge(tables.findings[key].drop_duplicates(), on=key)  # a form's own fields have no record
    rows = rows_of(fields[[*key, "text", "machine_confidence", "status"]])
    return {(row["form_id"], row["table"], row["record_no"], row["field"]): row for row in rows}


def _place(row: dict[str, Any]) -> FieldKey | None:
    table = row["table"]
    if table not in FIELDS or row["field"] not in FIELDS[table] or (row["record_no"] is None) != (table == "forms"):
        return None
    return FieldKey(cast("Table", table), row["record_no"] and int(row["record_no"]), row["field"])


def _finding(row: dict[str, Any]) -> Finding:
    names = ("code", "severity", "message", "table", "record_no", "field", "page", "expected", "found", "reviewed")
    return Finding(**{name: row[name] for name in names})


def _item(
    document_id: str,
    form_id: str | None,
    place: FieldKey | None,
    findings: list[Finding],
    read: dict[tuple[Any, ...], dict[str, Any]],
) -> ReviewItem:
    ordered = sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity))
    page = next((finding.page for finding in ordered if finding.page is not None), None)
    group = _group(place, ordered)
    if place is None:
        return ReviewItem(
            document_id, form_id, place, page, group, tuple(ordered), ordered[0].found or "", None, _status(ordered)
        )
    row = read.get((form_id, *place), {"text": "", "machine_confidence": None, "status": "machine"})
    status = _status(ordered, row["status"])
    return ReviewItem(
        document_id, form_id, place, page, group, tuple(ordered), row["text"], row["machine_confidence"], status
    )


def _status(findings: list[Finding], of_field: str = "machine") -> Literal["pending", "accepted", "corrected"]:
    """Whether people have answered: every finding was looked at, or says itself what they did."""
    if not all(finding.reviewed or finding.code == "corrected" for finding in findings):
        return "pending"
    return "corrected" if of_field == "corrected" else "accepted"


def _group(place: FieldKey | None, findings: list[Finding]) -> ItemGroup:
    worst = findings[0].severity
    if worst == "error":
        return "error"
    if place is not None and (place.table, place.field) in SUMMED and worst == "warning":
        return "sum"
    return "doubt" if any(finding.code in FLAGS for finding in findings) else "rest"


def _rank(item: ReviewItem, form: int) -> tuple[Any, ...]:
    place = item.place
    where = (
        (list(FIELDS).index(place.table), place.record_no or 0, FIELDS[place.table].index(place.field)) if place else ()
    )
    severity = _SEVERITIES.index(item.findings[0].severity)
    return list(GROUPS).index(item.group), severity, form, item.document_id, item.page or 0, where
