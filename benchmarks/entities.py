"""How well names of departments and projects are told apart, and what is proposed, on labelled pairs.

``python -m benchmarks.entities`` puts all pairs of ``benchmarks/entities.tsv`` into one dataset and counts: of the
pairs that are merged unasked, how many are one (precision); of those that are one, or one and its successor, how many
are merged or proposed (recall), with the table of reforms and without it; and how many proposals a person reads for
that. ``--list`` prints the pairs that are missed and the proposals that no label names.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from unittest import mock

import pandas as pd

from benchmarks.results import keep, markdown
from workbench.dataset.schemas import SCHEMAS
from workbench.entities import likeness
from workbench.entities.names import folded
from workbench.entities.proposals import Proposal, proposals
from workbench.entities.registry import Registry, registry

CASES = Path(__file__).with_suffix(".tsv")
RELATED = ("same", "successor", "merged")
INDICATORS = 6
"""Indicators of each form; those with ``shared`` have two thirds of them in common."""

COMMON_INDICATORS = ("资金使用合规率", "服务对象满意度", "按期完成率")
"""Names of indicators that every form has."""


class Case(NamedTuple):
    group: str
    label: str
    kind: str
    before: str
    after: str
    years_before: str
    years_after: str
    folder_before: str
    folder_after: str
    shared: str


def cases() -> list[Case]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [Case(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def tables(every: list[Case]) -> SimpleNamespace:
    """A dataset with a form for each year of each side of each case."""
    forms, documents, indicators = [], [], []
    sides = [(case, side) for case in every for side in ("before", "after")]
    for place, (case, side, year) in enumerate((*one, year) for one in sides for year in years(*one)):
        name, folder = getattr(case, side), getattr(case, f"folder_{side}")
        document_id = f"{place:016x}"
        form_id = f"{document_id}-1"
        documents.append({"document_id": document_id, "source": "/".join(filter(None, (folder, str(year), "f.pdf")))})
        names = {"department": name} if case.kind == "department" else {"department": f"{folder}局", "project": name}
        forms.append(
            {"form_id": form_id, "document_id": document_id, "title": "整体支出绩效自评表", "year": year} | names
        )
        own = case.before if case.shared else f"{case.before}{case.after}{side}"
        rows = [*COMMON_INDICATORS, *(f"{folded(own)}工作{number}" for number in range(INDICATORS))]
        indicators += [{"form_id": form_id, "name": row} for row in rows]
    made = {"forms": forms, "documents": documents, "indicators": indicators, "findings": []}
    return SimpleNamespace(
        **{name: pd.DataFrame(rows).reindex(columns=list(SCHEMAS[name].columns)) for name, rows in made.items()}
    )


def years(case: Case, side: str) -> range:
    first, last = map(int, getattr(case, f"years_{side}").split("-"))
    return range(first, last + 1)


def found_names(one: Proposal) -> tuple[str, str]:
    return one.before.designation.name, one.after.designation.name


def ids_of(known: Registry, every: list[Case], data: SimpleNamespace) -> Iterator[tuple[Case, str, str]]:
    """For each case the ids of its two sides."""
    places = iter(data.forms["form_id"])
    for case in every:
        sides = []
        for side in ("before", "after"):
            form_ids = [next(places) for _ in years(case, side)]
            sides.append(known.of_form[form_ids[0], case.kind])
        yield case, sides[0], sides[1]


def measure(every: list[Case], listed: bool) -> list[tuple[str, ...]]:
    data = tables(every)
    known = registry(data)
    proposed: set[frozenset[str]] = set()
    entity_of = {one.designation: entity.id for entity in known.entities for one in entity.appearances}
    all_proposals = proposals(known)
    for one in all_proposals:
        proposed.add(frozenset((entity_of[one.before.designation], entity_of[one.after.designation])))
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    wanted: set[frozenset[str]] = set()
    for case, before, after in ids_of(known, every, data):
        if case.label == "maybe":
            continue
        is_merged, is_proposed = before == after, frozenset((before, after)) in proposed
        row = counts[case.group]
        row[0] += 1
        row[1] += is_merged
        row[2] += is_merged and case.label in ("same", "merged")
        row[3] += case.label in RELATED
        row[4] += case.label in RELATED and (is_merged or is_proposed)
        row[5] += case.label == "different" and is_proposed
        if case.label in RELATED:
            wanted.add(frozenset((before, after)))
            if listed and not (is_merged or is_proposed):
                print("missed:", case.before, case.after)
        elif listed and is_proposed:
            print("proposed, and different:", case.before, case.after)
    if listed:
        for one in all_proposals:
            pair = frozenset((entity_of[one.before.designation], entity_of[one.after.designation]))
            if pair not in wanted:
                print(f"no label: {one.confidence} {one.before.shown} {one.after.shown} {one.grounds}")
    total = [sum(column) for column in zip(*counts.values(), strict=True)]
    rows = [(group, *_written(row)) for group, row in [*counts.items(), ("all", total)]]
    right = len(proposed & wanted)
    rows.append((f"{len(all_proposals)} proposals, {right} of labelled pairs", *[""] * 5))
    return [("group", "pairs", "merged unasked", "precision", "recall", "different, proposed"), *rows]


def _written(row: list[int]) -> tuple[str, ...]:
    pairs, merged, right, related, found, wrong = row
    precision = f"{right / merged:.3f}" if merged else "–"
    recall = f"{found / related:.3f} ({found}/{related})" if related else "–"
    return str(pairs), str(merged), precision, recall, str(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print what is missed, and proposals without a label")
    parser.add_argument("--keep", action="store_true", help="add the results to benchmarks/results")
    arguments = parser.parse_args()
    every = cases()
    rows = measure(every, arguments.list)
    with mock.patch.object(likeness, "reforms", return_value={}):
        without = measure(every, listed=False)
    lines = [*markdown(rows), "", "Without the table of reforms:", "", *markdown(without)]
    print("\n".join(lines))
    if arguments.keep:
        keep("names of departments and projects", "benchmarks.entities", "no engine", lines)


if __name__ == "__main__":
    main()
