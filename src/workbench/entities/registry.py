"""The entities of a dataset: designations that are the same by themselves, or because a person decided so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.entities.appearances import Appearance, EntityTables, appearances
from workbench.entities.decisions import Decision, same_groups
from workbench.entities.names import Designation, EntityKind


@dataclass(frozen=True)
class Entity:
    """A department, unit or project under all its designations.

    Attributes:
        id: that of the designation which the earliest decision about it names first, or its only one's.
        appearances: its designations, in the order of their years.
        decisions: that made them one.
        predecessors: ids of the entities that it took over from.
        successors: ids of those that took over from it.
    """

    id: str
    appearances: tuple[Appearance, ...]
    decisions: tuple[Decision, ...] = ()
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()

    @property
    def kind(self) -> EntityKind:
        """What it is."""
        return self.appearances[0].designation.kind

    @property
    def name(self) -> str:
        """Its latest name, as forms print it, with the division where the name does not say it."""
        return self.appearances[-1].shown

    @property
    def years(self) -> list[int]:
        """The years of its forms."""
        return sorted({year for one in self.appearances for year in one.years})

    def notes(self) -> list[str]:
        """What must be said of it, a sentence each: forms without a year, two forms of one year, an unknown place."""
        said = []
        undated = [source for one in self.appearances for source in one.undated]
        if undated:
            said.append(f"{len(undated)}张表没有年度，不计入各年（{'、'.join(undated[:3])}）")
        counts: dict[int, int] = defaultdict(int)
        twice = {year for one in self.appearances for year in one.twice}
        for one in self.appearances:
            for year in one.years if self.kind != "unit" else ():
                counts[year] += 1
        if twice:
            listed = "、".join(map(str, sorted(twice)))
            said.append(f"{listed}年有几张不同的表用同一名称，可能不是同一个，该年不取值")
        both = sorted(year for year, count in counts.items() if count > 1 and year not in twice)
        if both:
            said.append(f"{'、'.join(map(str, both))}年有几个名称的表，可能年中变更")
        for one in self.appearances:
            if one.designation.kind != "project" and not one.designation.division and len(one.folders) > 1:
                said.append(
                    f"“{one.text}”未写明行政区划，文件分在几个文件夹（{'、'.join(one.folders[:3])}），请核对是否同一个"
                )
        if any(one.is_doubted for one in self.appearances):
            said.append("名称识别存疑，请先复核")
        return said


@dataclass(frozen=True)
class Registry:
    """All entities of a dataset.

    Attributes:
        entities: in the order of the forms.
        of_form: id of the entity of each kind that a form names.
        strangers: decisions about designations that no form has.
    """

    entities: tuple[Entity, ...]
    of_form: Mapping[tuple[str, EntityKind], str]
    strangers: tuple[Decision, ...] = ()

    def by_id(self) -> dict[str, Entity]:
        """Every entity by its id."""
        return {one.id: one for one in self.entities}


def registry(tables: EntityTables, decisions: Sequence[Decision] = (), repeated: Collection[str] = ()) -> Registry:
    """Make the entities of a dataset.

    Args:
        tables: of the dataset.
        decisions: of people.
        repeated: ids of forms that are a further scan of another one; they count for nothing.
    """
    found, by_form = appearances(tables, repeated)
    roots = same_groups(decisions)
    owners = {one.designation.id: roots.get(one.designation.id, one.designation.id) for one in found}
    owners |= roots
    ids = {one.designation: _root(one.designation, owners, roots) for one in found}
    members: dict[str, list[Appearance]] = defaultdict(list)
    for one in found:
        members[ids[one.designation]].append(one)
    before, after = _relations(decisions, ids, owners, roots)
    known = {one.designation.id for one in found}
    entities = tuple(
        Entity(
            entity_id,
            tuple(sorted(ones, key=lambda one: (one.years[-1:] or (0,), one.text))),
            tuple(d for d in decisions if d.relation == "same" and d.pair & {one.designation.id for one in ones}),
            tuple(before.get(entity_id, ())),
            tuple(after.get(entity_id, ())),
        )
        for entity_id, ones in members.items()
    )
    of_form = {key: ids[designation] for key, designation in by_form.items()}
    return Registry(entities, of_form, tuple(one for one in decisions if not one.pair <= known))


def _root(designation: Designation, owners: Mapping[str, str], roots: Mapping[str, str]) -> str:
    """The id of a designation's entity. Projects of one name are one where their departments are decided to be."""
    if designation.id in roots:
        return roots[designation.id]
    owner = owners.get(designation.owner, designation.owner)
    moved = replace(designation, owner=owner) if owner != designation.owner else designation
    return roots.get(moved.id, moved.id)


def _relations(
    decisions: Sequence[Decision],
    ids: Mapping[Designation, str],
    owners: Mapping[str, str],
    roots: Mapping[str, str],
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Predecessors and successors of every entity that has some."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for one in decisions:
        if one.relation == "successor":
            start, end = (ids.get(side) or _root(side, owners, roots) for side in (one.before, one.after))
            if end not in after[start]:
                after[start].append(end)
                before[end].append(start)
    return before, after
