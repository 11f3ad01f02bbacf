"""The review of entities: proposals one after the other, what a person decided of each, and what the browser shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from workbench.dataset.comparable import registry_of
from workbench.dataset.store import Dataset
from workbench.entities.appearances import Appearance
from workbench.entities.decisions import Relation, append_decisions, entities_file, take_back
from workbench.entities.divisions import full_name
from workbench.entities.proposals import Proposal, decision_facts, proposals
from workbench.entities.triage import KIND_WORDS, RELATION_WORDS, department_designations

EntityAnswer = Literal["same", "successor", "different", "later"]
"""What a person may say of two names; ``later`` is written nowhere."""

ANSWER_WORDS: dict[EntityAnswer, str] = {
    "same": "是同一个",
    "successor": "由后者承接",
    "different": "不是同一个",
    "later": "以后再定",
}
"""The answers as the browser calls them."""


@dataclass
class Decided:
    """What was decided of a proposal in this session, and the lines of the file that keep it (``later``: none)."""

    answer: EntityAnswer
    lines: str = ""


@dataclass
class EntitySession:
    """The open proposals of a dataset, and a person who decides.

    The proposals are those that were open when the session began: one that a decision made pointless contradicts it,
    and is refused when it is accepted.

    Attributes:
        path: the file of decisions.
        by: who decides.
        proposals: the surest first.
        owners: designations of departments by their ids, for decisions about projects.
        sources: path of the document of each form.
        position: of the proposal on the screen.
        decided: by the proposals' keys.
        order: the keys in the order of the decisions, for undoing.
    """

    path: Path
    by: str
    proposals: tuple[Proposal, ...]
    owners: dict[str, Any]
    sources: dict[str, str]
    position: int = 0
    decided: dict[str, Decided] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, dataset: Dataset, by: str) -> EntitySession:
        """Find what is to be decided about the names of a dataset.

        Raises:
            EntitiesError: the file of decisions cannot be read, or there can be none beside this dataset.
        """
        path, known = entities_file(dataset.folder), registry_of(dataset)
        found = tuple(proposals(known, dataset.entity_decisions))
        names = dataset.documents.drop_duplicates("document_id").set_index("document_id")["source"]
        sources = dict(zip(dataset.forms["form_id"], dataset.forms["document_id"].map(names).fillna(""), strict=True))
        return cls(path, by, found, department_designations(known), sources)

    def go(self, index: int) -> None:
        """Show the proposal at ``index``, or the nearest that there is."""
        self.position = max(0, min(index, len(self.proposals) - 1))

    def answer(self, answer: EntityAnswer, source: str = "") -> None:
        """Decide the proposal on the screen, and go on to the next that is open.

        Args:
            answer: one of `ANSWER_WORDS`.
            source: on what grounds; empty: on the evidence of the proposal.

        Raises:
            EntitiesError: the file cannot be written, or the decision contradicts earlier ones. Nothing is changed.
        """
        if not self.proposals:
            return
        one = self.proposals[self.position]
        if self._is_written(one.key):
            self.undo(one.key)
        lines = "" if answer == "later" else self._written(one, answer, source.strip())
        self.decided[one.key] = Decided(answer, lines)
        self.order = [key for key in self.order if key != one.key] + [one.key]
        self.position = self._next_open()

    def undo(self, key: str | None = None) -> None:
        """Take a decision of this session back (None: the last one), and show its proposal again.

        Raises:
            EntitiesError: the file was changed since.
        """
        key = key or next(iter(reversed(self.order)), None)
        if key is None:
            return
        if self._is_written(key):
            take_back(self.path, self.decided[key].lines)
        del self.decided[key]
        self.order.remove(key)
        self.position = next(place for place, one in enumerate(self.proposals) if one.key == key)

    def _is_written(self, key: str) -> bool:
        return key in self.decided and bool(self.decided[key].lines)

    def _written(self, one: Proposal, relation: Relation, source: str) -> str:
        """Write a decision; gives its lines."""
        facts = decision_facts(one, self.owners) | ({"source": source} if source else {})
        return append_decisions(self.path, [(relation, facts)], self.by, source)

    def _next_open(self) -> int:
        """The place of the next proposal without an answer; the present one where there is none."""
        places = chain(range(self.position + 1, len(self.proposals)), range(self.position))
        return next((at for at in places if self.proposals[at].key not in self.decided), self.position)


def state(session: EntitySession) -> dict[str, Any]:
    """All that the browser shows: the list of proposals, and the one in view."""
    rows = [_row(one, session.decided.get(one.key)) for one in session.proposals]
    return {
        "kind": "state",
        "by": session.by,
        "file": session.path.name,
        "position": session.position,
        "decided": sum(bool(one.lines) for one in session.decided.values()),
        "rows": rows,
        "item": _item(session) if session.proposals else None,
    }


def _row(one: Proposal, decided: Decided | None) -> dict[str, Any]:
    """A proposal as the list shows it."""
    return {
        "what": f"{KIND_WORDS[one.before.designation.kind]}{RELATION_WORDS[one.relation]}",
        "names": f"{one.before.text} → {one.after.text}",
        "confidence": f"{one.confidence:.2f}",
        "answer": decided.answer if decided else "",
        "state": ANSWER_WORDS[decided.answer] if decided else "",
    }


def _item(session: EntitySession) -> dict[str, Any]:
    """The proposal in view, with all that speaks for it and against it."""
    one = session.proposals[session.position]
    years = sorted({*one.before.years, *one.after.years})
    return _row(one, session.decided.get(one.key)) | {
        "key": one.key,
        "relation": one.relation,
        "years": years,
        "sides": [_side(side, session.sources) for side in (one.before, one.after)],
        "evidence": [
            {"text": sign.text, "weight": f"{sign.weight:+.2f}", "speaks": "for" if sign.weight >= 0 else "against"}
            for sign in one.evidence
        ],
    }


def _side(side: Appearance, sources: dict[str, str]) -> dict[str, Any]:
    """A name with where it appears."""
    facts = {
        "行政区划": full_name(side.designation.division) if side.designation.division else "未写明",
        "所属部门": side.department,
        "写法": "、".join(side.texts) if len(side.texts) > 1 else "",
        "没有年度的表": "、".join(side.undated),
        "存疑": "名称识别存疑，请先复核" if side.is_doubted else "",
    }
    return {
        "name": side.text,
        "years": list(side.years),
        "facts": [[name, said] for name, said in facts.items() if said],
        "files": list(dict.fromkeys(filter(None, (sources.get(form, "") for form in side.forms)))),
    }
