"""``target-lowered`` and ``target-form-linked``: self-evaluations held against the targets that were declared.

A form of targets (绩效目标申报表) and a self-evaluation belong together where department, project and year are the same
and the form of targets was read with certainty; a target that is in doubt on either side is not compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.dataset.duplicates import is_target_form
from workbench.dataset.rows import ArrowRows
from workbench.entities.appearances import division_of
from workbench.entities.divisions import are_compatible
from workbench.entities.links import change_of_target
from workbench.entities.names import folded, without_years
from workbench.findings import FINDINGS
from workbench.model import Finding

HEADINGS = ("department", "project")
"""Fields of a form of targets that must have been read with certainty."""

SETTLED = ("confirmed", "corrected")
"""Statuses of fields that a person looked at."""


@dataclass(frozen=True, slots=True)
class DeclaredTarget:
    """A target of one form.

    Attributes:
        number: of its indicator, from 1.
        name: as printed.
        text: as printed.
        page: of its name; None where it has none.
        op: its sign.
        value: its number.
        unit: its unit.
        is_certain: neither name nor target is in doubt.
    """

    number: int
    name: str
    text: str
    page: int | None
    op: str | None
    value: float | None
    unit: str | None
    is_certain: bool


@dataclass(frozen=True, slots=True)
class FormTargets:
    """The targets of a form, by the name of the indicator; names that it has twice are left out.

    Attributes:
        form_id: the form.
        source: name of its document.
        division: of its department; empty where it is not known.
        is_declaration: it is a form of targets.
        is_certain: its department, project and year were read with certainty.
        targets: by the names as they are compared.
    """

    form_id: str
    source: str
    division: str
    is_declaration: bool
    is_certain: bool
    targets: Mapping[str, DeclaredTarget]

    @property
    def title(self) -> str:
        """How findings name it."""
        return f"“{self.source}”第{self.form_id.rpartition('-')[2]}张表"


def targets_of(form_id: str, source: str, rows: ArrowRows, threshold: float) -> FormTargets:
    """Collect the targets of a form from the tables of its document.

    Args:
        form_id: the form.
        source: name of the document.
        rows: the tables of the document.
        threshold: confidence (0 to 1) below which a field is in doubt.
    """
    of_form = {
        name: [row for row in rows[name].to_pylist() if row["form_id"] == form_id]
        for name in ("forms", "indicators", "fields", "findings")
    }
    doubted = {
        (row["table"], row["record_no"], row["field"])
        for row in of_form["fields"]
        if row["status"] not in SETTLED and (row["flagged"] or row["confidence"] < threshold)
    }
    keys = [without_years(folded(row["name"])) for row in of_form["indicators"]]
    counts = Counter(keys)
    targets = {
        key: DeclaredTarget(
            row["indicator_no"],
            row["name"],
            row["target"],
            row["page"],
            row["op"],
            row["target_value"],
            row["target_unit"],
            not doubted & {("indicators", row["indicator_no"], field) for field in ("name", "target")},
        )
        for key, row in zip(keys, of_form["indicators"], strict=True)
        if key and counts[key] == 1
    }
    (form,) = of_form["forms"]
    is_inferred = any(one["code"] == "year-inferred" and not one["reviewed"] for one in of_form["findings"])
    is_certain = not is_inferred and not doubted & {("forms", None, field) for field in HEADINGS}
    division = division_of(form["department"] or "", form["title"] or "", source)
    return FormTargets(form_id, source, division, is_target_form(of_form["findings"]), is_certain, targets)


def declared_target_findings(group: Sequence[FormTargets]) -> Iterator[tuple[str, Finding]]:
    """Yield the findings about self-evaluations of a group that a form of targets belongs to, each with its form.

    Args:
        group: the forms of one department, project and year.
    """
    declared = [one for one in group if one.is_declaration and one.is_certain]
    for form in (one for one in group if not one.is_declaration):
        near = [one for one in declared if are_compatible(one.division, form.division)]
        for one in near:
            same = sum(name in one.targets for name in form.targets)
            statement = FINDINGS["target-form-linked"].says(form=one.title, count=len(form.targets), same=same)
            yield form.form_id, statement.about("forms", field="title", found=one.form_id)
        if near:
            yield from ((form.form_id, found) for found in _lowered(form, near))


def _lowered(form: FormTargets, declared: Sequence[FormTargets]) -> Iterator[Finding]:
    """``target-lowered``: a target that is easier than that of every form of targets which has the indicator."""
    for name, own in form.targets.items():
        pairs = [(one, one.targets[name]) for one in declared if name in one.targets]
        if pairs and all(_is_easier(earlier, own) for _, earlier in pairs):
            one, earlier = pairs[0]
            place = (
                f"{one.title}第{earlier.page}页第{earlier.number}个指标"
                if earlier.page
                else f"{one.title}第{earlier.number}个指标"
            )
            statement = FINDINGS["target-lowered"].says(declared=earlier.text, place=place, found=own.text)
            title = f"第{own.number}个指标“{own.name[:30]}”"
            yield statement.of(title).about("indicators", own.number, "target", own.page, earlier.text, own.text)


def _is_easier(declared: DeclaredTarget, own: DeclaredTarget) -> bool:
    """Whether a target is surely easier to reach than the one that was declared."""
    if not (declared.is_certain and own.is_certain) or declared.value is None or own.value is None:
        return False
    is_same_kind = declared.op == own.op and declared.unit == own.unit
    return is_same_kind and change_of_target(own.op, declared.value, own.value) == "easier"
