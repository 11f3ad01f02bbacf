"""``copied-reason`` and ``repeated-reason`` across documents: one reason word for word in several departments or years.

As of other findings across documents, it depends on the tables of all documents in their order, and on nothing else.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.checks.reasons import FEWEST_CHARACTERS, stated_reason
from workbench.dataset.duplicates import FormKey
from workbench.dataset.rows import ArrowRows
from workbench.findings import FINDINGS, Statement
from workbench.model import Finding

MOST_NAMED = 3
"""Departments that a finding names."""


@dataclass(slots=True)
class ReasonIndex:
    """Where each reason of an archive stands: 16 bytes for each, since an archive may have millions.

    Attributes:
        forms: ids of the forms, in the order of the archive.
        digests: the first eight bytes of the SHA-256 of each reason.
        places: the number of its form among ``forms``.
        numbers: the number of its indicator in the form.
    """

    forms: list[str] = field(default_factory=list)
    digests: array[int] = field(default_factory=lambda: array("Q"))
    places: array[int] = field(default_factory=lambda: array("I"))
    numbers: array[int] = field(default_factory=lambda: array("I"))

    def add(self, rows: ArrowRows, form_ids: Iterable[str]) -> None:
        """Add the reasons of some forms of a document."""
        wanted = {form_id: len(self.forms) + place for place, form_id in enumerate(form_ids)}
        self.forms += wanted
        columns = ("form_id", "indicator_no", "deviation")
        for form_id, number, text in zip(*(rows["indicators"][name].to_pylist() for name in columns), strict=True):
            reason = stated_reason(text) if text and form_id in wanted else ""
            if len(reason) >= FEWEST_CHARACTERS:
                self.digests.append(int.from_bytes(hashlib.sha256(reason.encode()).digest()[:8], "big"))
                self.places.append(wanted[form_id])
                self.numbers.append(number)

    def shared(self) -> Iterator[dict[str, int]]:
        """Yield, for each reason that several forms have, its first indicator in each of them."""
        digests, places = np.array(self.digests, np.uint64), np.array(self.places, np.uint32)
        order = np.argsort(digests, kind="stable")
        bounds = np.flatnonzero(np.diff(digests[order])) + 1
        for group in np.split(order, bounds) if len(order) else ():
            if len(set(places[group].tolist())) > 1:
                found: dict[str, int] = {}
                for at in group.tolist():
                    found.setdefault(self.forms[places[at]], self.numbers[at])
                yield found


def pasted_reasons(
    index: ReasonIndex, keys: Mapping[str, FormKey], document: Callable[[str], tuple[str, ArrowRows]]
) -> Iterator[tuple[str, Finding]]:
    """Yield the findings about reasons that several forms have, each with its form.

    Args:
        index: the reasons of the archive.
        keys: department, project and year of the forms.
        document: gives the name and the rows of a document, by its id.
    """
    said: dict[str, list[tuple[int, list[str], list[int]]]] = defaultdict(list)
    for found in index.shared():
        for form_id, number in found.items():
            others = [keys[other] for other in found if other != form_id]
            departments, years = _elsewhere(keys[form_id], others)
            if departments or years:
                said[form_id].append((number, departments, years))
    for form_id in (one for one in index.forms if one in said):
        _, rows = document(form_id.rpartition("-")[0])
        of_form = {row["indicator_no"]: row for row in rows["indicators"].to_pylist() if row["form_id"] == form_id}
        for number, departments, years in sorted(said[form_id]):
            yield from ((form_id, one) for one in _findings(of_form[number], departments, years))


def _elsewhere(key: FormKey, others: Sequence[FormKey]) -> tuple[list[str], list[int]]:
    """The other departments, and the other years of the same department and project, that have the same reason.

    A name that is part of the other (某局 and 某局本级) is not another department.
    """
    department, project, year = key
    names = {other[0] for other in others if other[0] not in department and department not in other[0]}
    years = {other[2] for other in others if other[:2] == (department, project) and other[2] and other[2] != year}
    return sorted(names), sorted(one for one in years if one)


def _findings(row: Mapping[str, Any], departments: Sequence[str], years: Sequence[int]) -> Iterator[Finding]:
    name = f"第{row['indicator_no']}个指标“{str(row['name'] or row['level2'])[:30]}”"
    if departments:
        listed = "、".join(departments[:MOST_NAMED])
        listed += f"等{len(departments)}个部门" if len(departments) > MOST_NAMED else ""
        yield _about(row, FINDINGS["copied-reason"].says(departments=listed).of(name), listed)
    if years:
        listed = "、".join(map(str, years))
        yield _about(row, FINDINGS["repeated-reason"].says("years", years=listed).of(name), f"{listed}年")


def _about(row: Mapping[str, Any], statement: Statement, expected: str) -> Finding:
    number, page, reason = row["indicator_no"], row["page"], row["deviation"]
    return statement.about("indicators", number, "deviation", page, expected, reason)
