"""The findings of all documents by cause and department, most consequential first; and the sampling audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.lab.datasets import OpenedDataset

MOST = 500
"""Most causes that are listed, unless another number is asked for."""


def findings_answer(opened: OpenedDataset, limit: int = MOST) -> dict[str, Any]:
    """The causes of findings, the most consequential first, each with its department and documents."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    documents: dict[tuple[str, str], dict[str, str]] = {}
    ids = {row["source"]: row["document_id"] for row in opened.documents}
    for row in opened.triage:
        key = row["cause_id"], row["department"]
        group = groups.setdefault(key, _group(row))
        group["count"] += 1
        group["reviewed"] &= bool(row["reviewed"])
        documents.setdefault(key, {})[row["source"]] = ids.get(row["source"], "")
    shown = list(groups.items())[:limit]
    for key, group in shown:
        group["files"], group["document_ids"] = list(documents[key]), list(documents[key].values())
    return {"total": len(groups), "groups": [group for _, group in shown]}


def _group(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("cause_id", "code", "severity", "department", "year", "message", "consequence", "page")
    return {name: row[name] for name in names} | {"values": row["cause_values"], "count": 0, "reviewed": True}


def audit_answer(opened: OpenedDataset, n: int, seed: int) -> dict[str, Any]:
    """The sample of fields that people look at to say how often the machine is wrong, and what it says so far.

    Raises:
        CorrectionError: the sample cannot be kept, or a log cannot be read.
    """
    from workbench.review.quality.audit import draw_audit

    audit = draw_audit(opened.dataset, n, seed)
    answered = sum(one is not None for one in audit.answers())
    return {"items": len(audit.items), "answered": answered, "sentence": str(audit.estimate()) if answered else ""}
