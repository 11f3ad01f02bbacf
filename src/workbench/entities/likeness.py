"""What speaks for two designations being one, or one being the successor of the other: evidence, each with its weight.

The weights only order the proposals; none of them ever merges anything. They were chosen so that one strong sign, or
two weak ones, stand before a reader's eyes first; ``benchmarks.entities`` says what is found and what is not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from rapidfuzz import fuzz

from workbench.entities.appearances import Appearance
from workbench.entities.names import numerals, without_years

ALIKE_NAMES = 80.0
"""Least likeness of two names that differ in spelling, rapidfuzz ratio (0 to 100): one character in five."""

SHARED = 0.3
"""Least share of the smaller set that two sets of projects or indicators have in common."""

FEWEST_SHARED = 2
"""Least number of indicators in common: one alone (培训人数) is common."""

ENDINGS = re.compile(
    r"(?:委员会办公室|领导小组办公室|委员会|办公室|总局|管理局|管理委员会|局|厅|部|委|办|署|处|中心|站)$"
)
"""What stands behind the field of a department in its name."""

BODIES = (
    "管理局", "管理委员会", "委员会办公室", "领导小组办公室", "总局", "总署", "委员会", "办公室",
    "局", "厅", "部", "委", "办", "署",
)  # fmt: skip
"""Endings that are taken off the name of a department to have its field, one at a time."""

EVERYWHERE = re.compile(r"监督管理|综合执法|管理|监督|工作|建设|发展|服务|综合|事务|促进|中心|保障|和|与|及")
"""Words of fields that say little: many departments of one place have them."""

LIKELY_PARTS = ("本级", "机关", "本部", "局机关", "厅机关", "委机关", "汇总", "部门", "整体", "系统")
"""What is added to a name where a department's own budget, or all of it, is meant."""


class Indication(NamedTuple):
    """One sign that two designations belong together, or (a negative weight) that they do not."""

    kind: str
    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Reform:
    """A pair of fields of departments, before and after a reform; ``relation`` is same or successor."""

    year: int
    relation: str
    before: str
    after: str


@cache
def reforms() -> Mapping[str, tuple[Reform, ...]]:
    """The reforms of ``reforms.toml`` by the field before."""
    source = resources.files("workbench.entities").joinpath("reforms.toml").read_text(encoding="utf-8")
    found: dict[str, list[Reform]] = {}
    for group in tomllib.loads(source)["reform"]:
        for before, after in group["pairs"]:
            found.setdefault(before, []).append(Reform(group["year"], group["relation"], before, after))
    return {before: tuple(ones) for before, ones in found.items()}


def stems(core: str) -> frozenset[str]:
    """The field of a department, as reforms name it: its name with less and less of its ending.

    >>> sorted(stems("市场监督管理局"))
    ['市场监督', '市场监督管理']
    """
    found = {core.removesuffix(ending) for ending in BODIES if core.endswith(ending)}
    return frozenset(stem for stem in found if len(stem) > 1) or frozenset({core})


def reform_between(before: Appearance, after: Appearance) -> Reform | None:
    """The reform that turns one department into the other by their names; None where none is listed."""
    goals = stems(after.core)
    return next((one for stem in stems(before.core) for one in reforms().get(stem, ()) if one.after in goals), None)


def is_abbreviation(short: str, long: str) -> bool:
    """Tell whether one name may be short for the other: its characters come in the same order, and both end alike.

    >>> is_abbreviation("工信局", "工业和信息化局"), is_abbreviation("卫健委", "卫生健康委员会")
    (True, True)
    >>> is_abbreviation("审计局", "教育局")
    False
    """
    if not 2 <= len(short) < len(long) or short[0] != long[0]:
        return False
    ending = ENDINGS.search(long)
    if ending is not None and short[-1] not in ending.group():
        return False
    rest = iter(long)
    return all(character in rest for character in short)


def name_evidence(before: Appearance, after: Appearance) -> list[Indication]:
    """What the names say for two designations being one."""
    one, other = before.designation, after.designation
    if one.name == other.name:
        if one.kind == "project":
            return []  # one project's name under two departments says little: every department has 信息化建设
        return [Indication("same-name", 0.6, "名称相同，行政区划一处未知或代码不同")]
    if without_years(one.name) == without_years(other.name):
        return [Indication("years-in-name", 0.8, "名称只差年度")]
    if numerals(before.core) != numerals(after.core):
        return []
    found = []
    if before.core == after.core:
        found.append(Indication("same-core", 0.75, "除行政区划外名称相同"))
    else:
        likeness = fuzz.ratio(_plain(before.core), _plain(after.core))
        if likeness >= ALIKE_NAMES:
            found.append(Indication("spelling", likeness / 100 - 0.3, f"名称相近（相似度{likeness:.0f}）"))
        pair = sorted((before.core, after.core), key=len)
        if one.kind != "project" and stems(before.core) & stems(after.core) and before.core[-1] != after.core[-1]:
            found.append(Indication("same-field", 0.5, "职能名称相同，机构类型不同"))
        if one.kind != "project" and is_abbreviation(*pair):
            found.append(Indication("abbreviation", 0.5, f"“{pair[0]}”可能是“{pair[1]}”的简称"))
    return found


def _plain(core: str) -> str:
    for part in LIKELY_PARTS:
        core = core.removesuffix(part) or core
    return core


def shared_words(before: Appearance, after: Appearance) -> list[str]:
    """The words of two characters that the fields of two departments have in common, those aside that many have.

    They are asked for only where one name begins in the year after the other has ended. Schools, hospitals and courts
    have none: their names have words in common anyway.
    """
    if numerals(before.core) != numerals(after.core) or not all(ENDINGS.search(one.core) for one in (before, after)):
        return []
    pairs = [
        {part[at : at + 2] for part in EVERYWHERE.split(ENDINGS.sub("", one.core)) for at in range(len(part) - 1)}
        for one in (before, after)
    ]
    return sorted(pairs[0] & pairs[1])


def data_evidence(before: Appearance, after: Appearance, common: Collection[str]) -> list[Indication]:
    """What the forms say for two designations being one.

    Args:
        before: one of them.
        after: the other.
        common: names of projects and indicators that so many have that they say nothing.
    """
    found = []
    codes = before.codes & after.codes
    if codes:
        found.append(Indication("code", 0.8, f"单位代码相同（{'、'.join(sorted(codes))}）"))
    projects = (before.projects & after.projects) - set(common)
    if projects and len(projects) >= SHARED * min(len(before.projects), len(after.projects)):
        listed = "、".join(sorted(projects)[:2])
        found.append(
            Indication("projects", min(0.5 + 0.1 * len(projects), 0.8), f"有{len(projects)}个同名项目（{listed}）")
        )
    indicators = (before.indicators & after.indicators) - set(common)
    fewest = min(len(before.indicators), len(after.indicators))
    if len(indicators) >= FEWEST_SHARED and len(indicators) >= SHARED * fewest:
        share = len(indicators) / fewest
        found.append(Indication("indicators", min(0.3 + 0.4 * share, 0.7), f"有{len(indicators)}个同名指标"))
    if before.designation.kind != "unit" and before.units & after.units:
        listed = "、".join(sorted(before.units & after.units)[:2])
        found.append(Indication("units", 0.3, f"实施单位相同（{listed}）"))
    return found


def year_evidence(before: Appearance, after: Appearance, is_spelling: bool) -> Indication:
    """What the years say: one ends where the other begins, or both have forms in one year.

    That says little against two spellings of one name, and much against a name and its successor.
    """
    both = sorted(set(before.years) & set(after.years))
    if both:
        listed = "、".join(map(str, both[:5]))
        return Indication(
            "years-overlap", -0.2 if is_spelling else -0.6, f"{listed}年两个名称都有表（年中变更，或本是两个）"
        )
    if not before.years or not after.years:
        return Indication("years-unknown", 0.0, "有一方的表没有年度")
    spans = [f"{one.years[0]}—{one.years[-1]}" if len(one.years) > 1 else str(one.years[0]) for one in (before, after)]
    if before.years[-1] < after.years[0]:
        gap = after.years[0] - before.years[-1]
        return Indication("years-follow", 0.3 if gap == 1 else 0.1, f"年度前后相接（{spans[0]}，{spans[1]}）")
    return Indication("years-apart", 0.0, f"年度不重叠（{spans[0]}，{spans[1]}）")
