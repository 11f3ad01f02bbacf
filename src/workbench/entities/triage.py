"""Proposals as a person reads them on a terminal, and as other programs do; and what a person answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.entities.appearances import Appearance
from workbench.entities.decisions import Decision, Relation, append_decisions
from workbench.entities.divisions import full_name
from workbench.entities.names import Designation
from workbench.entities.proposals import Proposal, decision_facts
from workbench.entities.registry import Registry
from workbench.errors import SelectionError
from workbench.language import Phrase

KIND_WORDS = {"department": "部门", "unit": "单位", "project": "项目"}
"""What the kinds are called."""

RELATION_WORDS = {"same": "可能是同一个", "successor": "可能由后者承接"}
"""What the relations of proposals are called."""

MOST_NOTES = 20
"""Entities with notes that a terminal lists; all of them are in the JSON and in the view ``entities``."""


def as_lines(known: Registry, open_proposals: Sequence[Proposal], decisions: Sequence[Decision]) -> list[str]:
    """Write what there is, what must be said, and the proposals, the surest first."""
    lines = [_counts(known, decisions)]
    noted = [(entity, note) for entity in known.entities for note in entity.notes()]
    lines += [f"  须知 {entity.id} {entity.name}：{note}" for entity, note in noted[:MOST_NOTES]]
    if len(noted) > MOST_NOTES:
        lines.append(f"  另有{len(noted) - MOST_NOTES}条须知，见 --format json 或视图 entities")
    lines += [
        f"  须知 {one.before.name} → {one.after.name}：第{one.line}行的决定，其名称不在数据中"
        for one in known.strangers
    ]
    if not open_proposals:
        return [*lines, "没有待定的建议"]
    lines.append(f"待定的建议 {len(open_proposals)} 条（把握大的在前；--accept 编号、--reject 编号 作决定）：")
    for one in open_proposals:
        kind = KIND_WORDS[one.before.designation.kind]
        lines.append(f"{one.key}  {one.confidence:.2f}  {kind}{RELATION_WORDS[one.relation]}")
        lines += [f"        {_shown(side)}" for side in (one.before, one.after)]
        lines.append(f"        依据：{one.grounds}")
    return lines


def _counts(known: Registry, decisions: Sequence[Decision]) -> str:
    counts = (f"{word} {sum(entity.kind == kind for entity in known.entities)} 个" for kind, word in KIND_WORDS.items())
    return f"{'，'.join(counts)}；决定 {len(decisions)} 条"


def _shown(side: Appearance) -> str:
    years = (
        f"{side.years[0]}—{side.years[-1]}年"
        if len(side.years) > 1
        else f"{side.years[0]}年"
        if side.years
        else "年度不明"
    )
    doubt = "，名称识别存疑" if side.is_doubted else ""
    return f"{side.shown}  [{years}，{len(side.forms)}张表{doubt}]"


def as_json(known: Registry, open_proposals: Sequence[Proposal]) -> str:
    """Write the entities and the proposals as JSON."""
    entities = [
        {
            "id": entity.id,
            "kind": entity.kind,
            "name": entity.name,
            "names": [_facts(one) for one in entity.appearances],
            "predecessors": entity.predecessors,
            "successors": entity.successors,
            "notes": entity.notes(),
        }
        for entity in known.entities
    ]
    listed = [
        {
            "key": one.key,
            "relation": one.relation,
            "confidence": one.confidence,
            "from": _facts(one.before),
            "to": _facts(one.after),
            "evidence": [sign._asdict() for sign in one.evidence],
        }
        for one in open_proposals
    ]
    return json.dumps({"entities": entities, "proposals": listed}, ensure_ascii=False, indent=2)


def _facts(one: Appearance) -> dict[str, Any]:
    return {
        "name": one.text,
        "spellings": one.texts,
        "division": one.designation.division or None,
        "division_name": full_name(one.designation.division) or None,
        "department": one.department or None,
        "years": one.years,
        "forms": one.forms,
    }


def department_designations(known: Registry) -> dict[str, Designation]:
    """The designations of all departments, by their ids: what decisions about projects name."""
    return {
        one.designation.id: one.designation
        for entity in known.entities
        if entity.kind == "department"
        for one in entity.appearances
    }


def decide(
    path: Path,
    known: Registry,
    open_proposals: Sequence[Proposal],
    answers: Sequence[tuple[str, bool]],
    by: str,
    source: str = "",
) -> list[str]:
    """Keep a person's answers to proposals, all of them or none.

    Args:
        path: the file of decisions.
        known: the entities of the dataset.
        open_proposals: the proposals.
        answers: keys of proposals, each with whether it is accepted.
        by: who decides.
        source: on what grounds; empty: on those of the proposal.

    Returns:
        A line for each decision.

    Raises:
        SelectionError: there is no proposal with such a key.
        EntitiesError: the file cannot be written, or the decisions contradict those that it has.
    """
    by_key = {one.key: one for one in open_proposals}
    for key, _ in answers:
        if key not in by_key:
            raise SelectionError(Phrase("open proposal"), key, list(by_key)[:5], Phrase("open ones:"))
    owners = department_designations(known)
    added: list[tuple[Relation, dict[str, Any]]] = []
    lines = []
    for key, is_accepted in answers:
        one = by_key[key]
        facts = decision_facts(one, owners) | ({"source": source} if source else {})
        added.append((one.relation if is_accepted else "different", facts))
        word = RELATION_WORDS[one.relation].removeprefix("可能") if is_accepted else "不是同一个"
        lines.append(f"{key}  {one.before.shown} → {one.after.shown}：{word}")
    append_decisions(path, added, by, source)
    return lines
