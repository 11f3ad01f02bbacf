"""``duplicate-form``: forms of one archive that were read from several scans of one printed form.

A finding across documents. It depends on the tables of all documents in their order, and on nothing else: not on which
process read them, nor on when. Both copies stay in the dataset; measures count one.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pyarrow as pa
import pyarrow.compute
from rapidfuzz import fuzz

from workbench.corrections.correction import Correction
from workbench.corrections.reconcile import is_about
from workbench.dataset.rows import ArrowRows
from workbench.entities.appearances import division_of
from workbench.entities.divisions import are_compatible
from workbench.findings import FINDINGS, FLAGS
from workbench.model import Finding

ALIKE = 90.0
"""Least likeness of the texts of two scans of one form, rapidfuzz ratio (0 to 100).

A chosen limit: a coarse photocopy is read with one character in twenty wrong, and forms of one project and year that
were filled in twice differ in most of their actual values.
"""

LONGEST_TEXT = 20_000
"""Characters of a form that are compared: more than any form of the sample has, and they bound the time."""

FormKey = tuple[str, str, int | None]
"""Department, project (empty for a department's own form) and year, folded for comparison."""


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What tells whether two forms are one, and which of them to count.

    Attributes:
        form_id: the form.
        source: name of its document.
        text: all that its indicators and goals say.
        division: of its department; empty where it is not known.
        is_target: it is a form of targets, and no self-evaluation.
        settled: number of fields that a person confirmed or corrected.
        flags: number of flags that nobody has looked at.
        confidence: mean confidence of its fields, 0 to 1.
    """

    form_id: str
    source: str
    text: str
    division: str = ""
    is_target: bool = False
    settled: int = 0
    flags: int = 0
    confidence: float = 1.0

    @property
    def surety(self) -> tuple[int, int, float]:
        """The greater, the surer: what people looked at, then what has fewer flags, then what was read better."""
        return self.settled, -self.flags, self.confidence


def form_keys(rows: ArrowRows) -> dict[str, FormKey]:
    """Return the key of every form of a document that names its department, by form."""
    forms = rows["forms"].select(["form_id", "department", "project", "year"]).to_pylist()
    return {
        form["form_id"]: (_folded(form["department"]), _folded(form["project"] or ""), form["year"])
        for form in forms
        if _folded(form["department"] or "")
    }


def groups_of(keys: Iterable[tuple[str, FormKey]]) -> list[list[str]]:
    """Group forms of one key, in their order; forms that are alone with theirs are left out."""
    by_key: dict[FormKey, list[str]] = defaultdict(list)
    for form_id, key in keys:
        by_key[key].append(form_id)
    return [form_ids for form_ids in by_key.values() if len(form_ids) > 1]


def facts_of(form_id: str, source: str, rows: ArrowRows) -> FormFacts:
    """Collect the facts of a form from the tables of its document."""
    of_form = {name: _of_form(rows[name], form_id) for name in ("goals", "indicators", "fields", "findings")}
    columns = (("goals", "goal"), ("goals", "actual"), *(("indicators", one) for one in ("name", "target", "actual")))
    text = "\n".join(str(one or "") for table, column in columns for one in of_form[table][column].to_pylist())
    fields, findings = of_form["fields"], of_form["findings"]
    open_flags = [
        code
        for code, reviewed in zip(findings["code"].to_pylist(), findings["reviewed"].to_pylist(), strict=True)
        if code in FLAGS and not reviewed
    ]
    settled = sum(status in ("confirmed", "corrected") for status in fields["status"].to_pylist())
    confidence = pa.compute.mean(fields["confidence"]).as_py() if len(fields) else 0.0
    (form,) = _of_form(rows["forms"], form_id).select(["department", "title"]).to_pylist()
    division = division_of(form["department"] or "", form["title"] or "", source)
    text, is_target = _folded(text)[:LONGEST_TEXT], is_target_form(findings.to_pylist())
    return FormFacts(form_id, source, text, division, is_target, settled, len(open_flags), confidence)


def duplicate_findings(
    group: Sequence[FormFacts], corrections_of: Callable[[str], Iterable[Correction]]
) -> Iterator[tuple[str, Finding]]:
    """Yield ``duplicate-form`` for each form of a group that has a copy in it, with the form that it is about.

    A person who accepts the finding of a copy says that this copy counts. Otherwise the surest one does.

    Args:
        group: forms of one key, in the order of the archive.
        corrections_of: gives the corrections in force about a form, by its id.
    """
    for copies in _alike(group):
        accepted = [one for one in copies if _is_accepted(_finding(one, copies), corrections_of(one.form_id))]
        counts = accepted or [max(copies, key=lambda one: one.surety)]
        for one in copies:
            finding = _finding(one, copies, one in counts)
            expected = one.form_id if one in counts else counts[0].form_id
            yield one.form_id, replace(finding, expected=expected, reviewed=one in accepted)


def _finding(form: FormFacts, copies: Sequence[FormFacts], is_counted: bool = True) -> Finding:
    """The finding about one of several copies, which counts or does not."""
    others = [one for one in copies if one is not form]
    named = "、".join(f"“{one.source}”第{one.form_id.rpartition('-')[2]}张表" for one in others)
    statement = FINDINGS["duplicate-form"].says("counted" if is_counted else "left-out", others=named)
    return statement.about(found="、".join(one.form_id for one in others))


def _is_accepted(finding: Finding, corrections: Iterable[Correction]) -> bool:
    return any(one.action == "dismiss" and is_about(one, finding) for one in corrections)


def _alike(group: Sequence[FormFacts]) -> list[list[FormFacts]]:
    """The forms of a group whose texts are alike, directly or by way of others; each such set has two forms or more."""
    sets = [{number} for number in range(len(group))]
    for one, other in combinations(range(len(group)), 2):
        if sets[one] is not sets[other] and _are_alike(group[one], group[other]):
            sets[one] |= sets[other]
            for member in sets[other]:
                sets[member] = sets[one]
    distinct = {id(members): sorted(members) for members in sets if len(members) > 1}
    return [[group[number] for number in members] for members in distinct.values()]


def _are_alike(one: FormFacts, other: FormFacts) -> bool:
    """Whether two forms say the same, are of one kind, and not of two departments of one name in different places."""
    if one.is_target != other.is_target or not are_compatible(one.division, other.division):
        return False
    return bool(one.text and other.text) and fuzz.ratio(one.text, other.text, score_cutoff=ALIKE) > 0


def is_target_form(findings: Iterable[Mapping[str, object]]) -> bool:
    """Tell by the findings about a form whether it is one of targets, and no self-evaluation."""
    said = FINDINGS["not-a-self-evaluation"].says("target").message
    return any(one["code"] == "not-a-self-evaluation" and one["message"] == said for one in findings)


def _of_form(table: pa.Table, form_id: str) -> pa.Table:
    return table.filter(pa.compute.equal(table["form_id"], form_id).fill_null(False))


def _folded(text: str) -> str:
    """A text as it is compared: width, spaces and line ends do not count."""
    return "".join(unicodedata.normalize("NFKC", text).split())
