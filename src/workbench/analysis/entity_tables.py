"""Makes the tables of entities: names that changed, what may belong together, and what became of indicators."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import html
from workbench.analysis.html import Html, TableColumn
from workbench.analysis.wording import number, whole
from workbench.dataset.comparable import DecidedTables, registry_of
from workbench.entities.proposals import proposals
from workbench.entities.triage import KIND_WORDS, RELATION_WORDS

MOST_ROWS = 60
"""Rows of a table of names or proposals: more are in the view, or listed by ``workbench entities``."""

KIND_COLUMN = TableColumn("kind", "种类", lambda value: KIND_WORDS.get(str(value), str(value)), "short")

NAME_COLUMNS = (
    KIND_COLUMN,
    TableColumn("entity_id", "编号", kind="short"),
    TableColumn("name", "名称", kind="wide"),
    TableColumn("division", "行政区划"),
    TableColumn("years", "年度", kind="short"),
    TableColumn("decided_by", "认定人", kind="short"),
    TableColumn("source", "依据", kind="wide"),
    TableColumn("notes", "须知", kind="wide"),
)

PROPOSAL_COLUMNS = (
    TableColumn("key", "编号", kind="short"),
    KIND_COLUMN,
    TableColumn("relation", "建议", kind="short"),
    TableColumn("before", "前", kind="wide"),
    TableColumn("after", "后", kind="wide"),
    TableColumn("confidence", "把握", number, "number"),
    TableColumn("grounds", "依据", kind="wide"),
)


def entity_names(views: DecidedTables) -> Html:
    """List the departments, units and projects that have several names, or of which something must be said."""
    from workbench.dataset.comparable import entities

    rows = entities(views)
    several = rows.groupby("entity_id")["name"].transform("size") > 1
    related = rows["predecessors"].notna() | rows["successors"].notna()
    chosen = rows[several | related | rows["notes"].notna()]
    years = [
        whole(first) if first == last else f"{whole(first)}–{whole(last)}"
        for first, last in zip(chosen["first_year"].astype(object), chosen["last_year"].astype(object), strict=True)
    ]
    rest = f"（前 {MOST_ROWS} 行，共 {len(chosen)} 行，全部见 ds.entities）" if len(chosen) > MOST_ROWS else ""
    nothing = "没有更名、合并、拆分的认定，也没有需要说明的名称"
    shown = chosen.assign(years=years).head(MOST_ROWS)
    return html.table(shown, NAME_COLUMNS, f"有几个名称的，或需要说明的{rest}", nothing)


def entity_proposals(views: DecidedTables) -> Html:
    """List what may belong together over the years and nobody has decided yet, the surest first."""
    found = proposals(registry_of(views), views.entity_decisions)
    rows = [
        {
            "key": one.key,
            "kind": one.before.designation.kind,
            "relation": RELATION_WORDS[one.relation],
            "before": one.before.shown,
            "after": one.after.shown,
            "confidence": one.confidence,
            "grounds": one.grounds,
        }
        for one in found[:MOST_ROWS]
    ]
    rest = f"（前 {MOST_ROWS} 条，共 {len(found)} 条）" if len(found) > MOST_ROWS else ""
    frame = pd.DataFrame(rows, columns=[column.name for column in PROPOSAL_COLUMNS])
    return html.table(frame, PROPOSAL_COLUMNS, f"待人认定的建议{rest}", "没有待定的建议")
