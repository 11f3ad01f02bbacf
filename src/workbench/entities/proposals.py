"""Proposals: pairs of designations that may be one entity, or one and its successor, with what speaks for it.

A proposal changes nothing. A person accepts or rejects it, and the decision is kept (`workbench.entities.decisions`).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, pairwise
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from workbench.entities.appearances import Appearance
from workbench.entities.decisions import Decision, Relation, same_groups
from workbench.entities.divisions import are_compatible
from workbench.entities.likeness import (
    ALIKE_NAMES,
    Indication,
    data_evidence,
    is_abbreviation,
    name_evidence,
    reform_between,
    reforms,
    shared_words,
    stems,
    year_evidence,
)
from workbench.entities.names import Designation, without_years
from workbench.entities.registry import Registry

COMMON = 6
"""Designations from which on a project or an indicator that all of them have says nothing."""

KEY_DIGITS = 6
"""Hexadecimal digits of a proposal's key: among a thousand proposals two are alike once in thirty archives."""

BLOCK = 512
"""Names that are compared with all others at a time: they bound the memory."""

SPELLINGS = frozenset({"same-name", "years-in-name", "same-core", "spelling", "abbreviation", "code"})
"""Indications that two names are spellings of one, which may stand in one year."""

NAMED_BY = SPELLINGS | {"same-field", "reform", "shared-word"}
"""Indication that is enough for a proposal by itself."""

ENOUGH = 0.6
"""Least confidence of a proposal that stands on shared projects, indicators, units and years alone."""

FEWEST_CONFIDENT = 0.2
"""Least confidence of any proposal."""


@dataclass(frozen=True)
class Proposal:
    """Two designations that may belong together.

    Attributes:
        relation: ``same``: one entity; ``successor``: the second took over from the first.
        before: the one whose forms are earlier.
        after: the other.
        evidence: what speaks for it, and what against it.
    """

    relation: Relation
    before: Appearance
    after: Appearance
    evidence: tuple[Indication, ...]

    @property
    def confidence(self) -> float:
        """How much speaks for it, 0 to 1: it orders the proposals, and is no probability."""
        doubt, against = 1.0, 1.0
        for one in self.evidence:
            if one.weight >= 0:
                doubt *= 1 - one.weight
            else:
                against *= 1 + one.weight
        return round((1 - doubt) * against, 2)

    @property
    def key(self) -> str:
        """What the command line calls it: as long as both names are there, it stays the same."""
        ids = ":".join((self.before.designation.id, self.after.designation.id))
        return hashlib.sha256(ids.encode()).hexdigest()[:KEY_DIGITS]

    @property
    def grounds(self) -> str:
        """The evidence in one sentence."""
        return "；".join(one.text for one in self.evidence)


def proposals(known: Registry, decisions: Sequence[Decision] = ()) -> list[Proposal]:
    """Find what may belong together and is not decided, the surest first.

    Args:
        known: the entities of the dataset.
        decisions: of people; a pair that is decided, either way, is not proposed again.
    """
    every = [one for entity in known.entities for one in entity.appearances]
    entity_of = {one.designation: entity.id for entity in known.entities for one in entity.appearances}
    decided = {one.pair for one in decisions}
    related = {frozenset((entity.id, other)) for entity in known.entities for other in entity.successors}
    roots = same_groups(decisions)
    apart = {frozenset(roots.get(side, side) for side in one.pair) for one in decisions if one.relation == "different"}
    found, owners = [], _owners(known)
    for kind in ("department", "unit", "project"):
        group = [one for one in every if one.designation.kind == kind]
        common = _common(group)
        for one, other in _candidates(group, common, owners):
            ids = frozenset((entity_of[one.designation], entity_of[other.designation]))
            pair = frozenset((one.designation.id, other.designation.id))
            if len(ids) == 2 and pair not in decided and ids not in related and ids not in apart:
                found.append(_proposal(one, other, common))
    kept = _nearest_years([one for one in found if one is not None])
    return sorted(_with_mergers(kept), key=lambda one: (-one.confidence, one.before.text, one.after.text))


def _common(group: Sequence[Appearance]) -> frozenset[str]:
    """Names of projects and indicators that very many of a group have."""
    counts = Counter(chain.from_iterable(one.projects | one.indicators for one in group))
    return frozenset(name for name, count in counts.items() if count >= COMMON)


def _candidates(
    group: Sequence[Appearance], common: frozenset[str], owners: Mapping[str, str]
) -> Iterator[tuple[Appearance, Appearance]]:
    """The pairs of a group that are worth a look, each once."""
    seen: set[frozenset[int]] = set()
    pairs = chain(_alike(group), _equal_apart_from_years(group), _by_field(group), _abbreviated(group))
    for a, b in chain(pairs, _following(group), _sharing(group, common)):
        pair = frozenset((a, b))
        if a == b or pair in seen:
            continue
        seen.add(pair)
        one, other = group[a].designation, group[b].designation
        if are_compatible(one.division, other.division) and _of_one_owner(one, other, owners):
            yield group[a], group[b]


def _owners(known: Registry) -> dict[str, str]:
    """The entity of every designation of a department, by their ids."""
    departments = (entity for entity in known.entities if entity.kind == "department")
    return {one.designation.id: entity.id for entity in departments for one in entity.appearances}


def _of_one_owner(one: Designation, other: Designation, owners: Mapping[str, str]) -> bool:
    """Whether two projects are of one department; true of what is no project."""
    return owners.get(one.owner, one.owner) == owners.get(other.owner, other.owner)


def _alike(group: Sequence[Appearance]) -> Iterator[tuple[int, int]]:
    """Pairs of names that differ in a few characters."""
    cores = [without_years(one.core) for one in group]
    for start in range(0, len(cores), BLOCK):
        scores = process.cdist(
            cores[start : start + BLOCK], cores, scorer=fuzz.ratio, score_cutoff=ALIKE_NAMES - 10, dtype=np.uint8
        )
        for a, b in np.argwhere(scores > 0):
            if start + a < b:
                yield int(start + a), int(b)


def _equal_apart_from_years(group: Sequence[Appearance]) -> Iterator[tuple[int, int]]:
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(group):
        by_name[without_years(one.designation.name)].append(number)
        if one.core != one.designation.name:
            by_name[without_years(one.core)].append(number)
    for numbers in by_name.values():
        yield from combinations(dict.fromkeys(numbers), 2)


def _by_field(group: Sequence[Appearance]) -> Iterator[tuple[int, int]]:
    by_stem: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(group):
        if one.designation.kind != "project":
            for stem in stems(one.core):
                by_stem[stem].append(number)
    for stem, befores in by_stem.items():
        yield from combinations(dict.fromkeys(befores), 2)  # 某委员会 and 某局
        for reform in reforms().get(stem, ()):
            yield from ((a, b) for a in befores for b in by_stem.get(reform.after, ()))


def _following(group: Sequence[Appearance]) -> Iterator[tuple[int, int]]:
    """Pairs of one place of which one begins in the year after the other has ended."""
    by_start: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, one in enumerate(group):
        if one.years and one.designation.division:
            by_start[one.designation.division, one.years[0]].append(number)
    for number, one in enumerate(group):
        if one.years and one.designation.division:
            yield from ((number, b) for b in by_start.get((one.designation.division, one.years[-1] + 1), ()))


def _abbreviated(group: Sequence[Appearance]) -> Iterator[tuple[int, int]]:
    by_first: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(group):
        if one.designation.kind != "project":
            by_first[one.core[:1]].append(number)
    for numbers in by_first.values():
        for a, b in combinations(numbers, 2):
            short, long = sorted((group[a].core, group[b].core), key=len)
            if is_abbreviation(short, long):
                yield a, b


def _sharing(group: Sequence[Appearance], common: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Pairs that have a project, an indicator or a code in common that few have."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(group):
        for name in (one.projects | one.indicators | one.codes) - common:
            holders[name].append(number)
    for numbers in holders.values():
        yield from combinations(numbers, 2)


def _proposal(one: Appearance, other: Appearance, common: frozenset[str]) -> Proposal | None:
    """The proposal about two designations; None where too little speaks for it."""
    before, after = sorted((one, other), key=lambda side: (side.years[:1] or (9999,), side.years, side.text))
    reform = None
    if before.designation.kind != "project":
        reform = reform_between(before, after)
        if reform is None:
            reform = reform_between(after, before)
            if reform is not None and set(before.years) & set(after.years):
                before, after = after, before
            elif reform is not None:
                reform = None  # the years say the opposite
    evidence = [*name_evidence(before, after), *data_evidence(before, after, common)]
    if reform is not None:
        what = "更名" if reform.relation == "same" else "合并、拆分或职能划转"
        text = f"{reform.year}年机构改革：{reform.before}→{reform.after}（{what}；软件所附对照表，未逐条核对原文）"
        evidence.insert(0, Indication("reform", 0.6 if reform.relation == "same" else 0.5, text))
    is_named = any(sign.kind in NAMED_BY for sign in evidence)
    words = [] if is_named or before.designation.kind == "project" else shared_words(before, after)
    if words and _follows(before, after):
        text = f"前者止于{before.years[-1]}年，后者始于次年，职能名称都有“{'、'.join(words)}”"
        evidence.append(Indication("shared-word", 0.3, text))
    if not evidence:
        return None
    is_spelling = any(sign.kind in SPELLINGS for sign in evidence)
    evidence.append(year_evidence(before, after, is_spelling))
    relation: Relation = "successor" if reform is not None and reform.relation == "successor" else "same"
    made = Proposal(relation, before, after, tuple(evidence))
    is_named = any(sign.kind in NAMED_BY for sign in made.evidence)
    return made if made.confidence >= (FEWEST_CONFIDENT if is_named else ENOUGH) else None


def _follows(before: Appearance, after: Appearance) -> bool:
    """Whether one name begins in a place that is known, in the year after the other has ended there."""
    is_placed = bool(before.designation.division) and before.designation.division == after.designation.division
    return is_placed and bool(before.years and after.years) and before.years[-1] + 1 == after.years[0]


def _nearest_years(found: Iterable[Proposal]) -> list[Proposal]:
    """Of designations that differ in their years only, propose each with the next: 2021, 2022 and 2023 make two."""
    kept: list[Proposal] = []
    chains: dict[tuple[str, str], list[Proposal]] = defaultdict(list)
    for one in found:
        if one.evidence[0].kind == "years-in-name":
            designation = one.before.designation
            chains[designation.owner, without_years(designation.name)].append(one)
        else:
            kept.append(one)
    for series in chains.values():
        order: list[Appearance] = []
        for side in sorted(chain.from_iterable((one.before, one.after) for one in series), key=lambda side: side.years):
            if side not in order:
                order.append(side)
        neighbours = {frozenset((a.designation, b.designation)) for a, b in pairwise(order)}
        kept += [one for one in series if frozenset((one.before.designation, one.after.designation)) in neighbours]
    return kept


def _with_mergers(found: Sequence[Proposal]) -> list[Proposal]:
    """The proposals, of which those that lead from several to one, or from one to several, are of successors."""
    strong = [one for one in found if one.confidence >= ENOUGH and one.evidence[0].kind not in ("years-in-name",)]
    sources = Counter(one.after.designation for one in strong if _is_between_different(one))
    goals = Counter(one.before.designation for one in strong if _is_between_different(one))
    return [
        replace(one, relation="successor")
        if _is_between_different(one)
        and (sources[one.after.designation] > 1 or goals[one.before.designation] > 1)
        and one.relation == "same"
        else one
        for one in found
    ]


def _is_between_different(one: Proposal) -> bool:
    """Whether the names of a proposal are not merely spellings of one."""
    kinds = {sign.kind for sign in one.evidence}
    return not kinds & (SPELLINGS | {"same-field"})


def decision_facts(one: Proposal, owners: Mapping[str, Designation]) -> dict[str, Any]:
    """What a decision keeps of a proposal.

    Args:
        one: the proposal.
        owners: designations of departments by their ids, for projects.
    """
    sides = {"from": one.before, "to": one.after}
    facts: dict[str, Any] = {"kind": one.before.designation.kind}
    for key, side in sides.items():
        designation = side.designation
        owner = owners.get(designation.owner)
        place = {"department": owner.name, "division": owner.division} if owner else {"division": designation.division}
        facts[key] = {"name": side.text, **place}
    return facts | {"source": f"workbench entities：{one.grounds}"}
