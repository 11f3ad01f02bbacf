"""Tables of entities: who is who (``entities``), and what they reached year by year (``panel``)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbench.entities.divisions import full_name
from workbench.entities.links import forms_by_year
from workbench.entities.registry import Entity, Registry

ENTITY_COLUMNS = (
    "entity_id", "kind", "name", "division_code", "division", "department", "first_year", "last_year", "forms",
    "is_latest", "decided_by", "decided_at", "source", "predecessors", "successors", "notes",
)  # fmt: skip
"""Columns of the view ``entities``: a row for each name of an entity."""

PANEL_COLUMNS = ("entity_id", "kind", "name", "year", "measure", "value", "review", "forms", "form_id")
"""Columns of the view ``panel``."""


def entity_rows(known: Registry) -> pd.DataFrame:
    """Make a row for each designation of each entity."""
    rows = [row for entity in known.entities for row in _designations(entity)]
    table = pd.DataFrame(rows, columns=list(ENTITY_COLUMNS))
    counts = ("first_year", "last_year", "forms")
    texts = [name for name in ENTITY_COLUMNS if name not in (*counts, "is_latest")]
    return table.astype(dict.fromkeys(counts, "Int64") | dict.fromkeys(texts, "str") | {"is_latest": "bool"})


def _designations(entity: Entity) -> list[dict[str, object]]:
    notes = "；".join(entity.notes()) or None
    rows: list[dict[str, object]] = []
    for one in entity.appearances:
        own = [decision for decision in entity.decisions if one.designation.id in decision.pair]
        rows.append(
            {
                "entity_id": entity.id,
                "kind": entity.kind,
                "name": one.text,
                "division_code": one.designation.division or None,
                "division": full_name(one.designation.division) or None,
                "department": one.department or None,
                "first_year": one.years[0] if one.years else None,
                "last_year": one.years[-1] if one.years else None,
                "forms": len(one.forms),
                "is_latest": one is entity.appearances[-1],
                "decided_by": "；".join(dict.fromkeys(decision.by for decision in own)) or None,
                "decided_at": own[-1].at if own else None,
                "source": "；".join(dict.fromkeys(decision.source for decision in own)) or None,
                "predecessors": "；".join(entity.predecessors) or None,
                "successors": "；".join(entity.successors) or None,
                "notes": notes,
            }
        )
    return rows


def panel_rows(known: Registry, forms: pd.DataFrame, measures: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Make the panel: a row for each entity, year and measure.

    Args:
        known: the entities.
        forms: the table ``forms``.
        measures: values by ``form_id``, each under its name.

    A year in which an entity has several forms that may each be its own has no values: which of them counts is not
    known. ``forms`` says how many there are, and ``review`` whether a field of them still awaits a person's look.
    """
    values = {name: series.to_dict() for name, series in measures.items()}
    names = {
        (entity.id, form_id): one.text
        for entity in known.entities
        for one in entity.appearances
        for form_id in one.forms
    }
    kinds = {entity.id: entity.kind for entity in known.entities}
    review = dict(zip(forms["form_id"], forms["review"], strict=True))
    rows = []
    for entity_id, by_year in forms_by_year(known, forms).items():
        for year, form_ids in sorted(by_year.items()):
            only = form_ids[0] if len(form_ids) == 1 else None
            head = (entity_id, kinds[entity_id], names[entity_id, form_ids[0]], year)
            rows += [
                (*head, name, of_form.get(only) if only else None, any(map(review.get, form_ids)), len(form_ids), only)
                for name, of_form in values.items()
            ]
    table = pd.DataFrame(rows, columns=list(PANEL_COLUMNS))
    texts = dict.fromkeys(("entity_id", "kind", "name", "measure", "form_id"), "str")
    return table.astype({**texts, "year": "Int64", "forms": "Int64", "value": "float64", "review": "bool"})
