"""Makes the table of what reasons are worth, by the findings about them (`workbench.checks.reasons`)."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import html
from workbench.analysis.html import Html, TableColumn
from workbench.analysis.report_tables import met_word
from workbench.analysis.selection import Tables, counted, department_names, form_years
from workbench.analysis.wording import MISSING, attained, number, shorten, text, whole

QUALITIES = {
    "copied-reason": "与其他部门一字不差",
    "repeated-reason": "同一句用于多处",
    "reason-contradicts-figures": "与数字矛盾",
    "reason-without-deviation": "没有偏差而有原因",
    "missing-reason": "有偏差而无原因",
}
"""Codes of the findings about reasons, and what their table calls them; in the order of the table."""

MOST_ROWS = 80
"""Rows of the table: more are listed by ``workbench check --code``."""

COLUMNS = (
    TableColumn("quality", "问题", kind="short"),
    TableColumn("department", "部门"),
    TableColumn("year", "年度", lambda value: whole(value) if value else MISSING, "short"),
    TableColumn("name", "指标", lambda value: shorten(text(value), 60), "wide"),
    TableColumn("met", "判定", met_word, "short"),
    TableColumn("attainment", "完成程度", attained, "number"),
    TableColumn("lost", "扣分", number, "number"),
    TableColumn("deviation", "表中所写原因", kind="wide"),
    TableColumn("message", "说明", kind="wide"),
)


def reason_quality(tables: Tables) -> Html:
    """List the reasons that say little, the same in many places, or something else than the figures.

    What a rule finds is to be looked at; whether a reason is a good one, people decide. Source: ``findings`` (the codes
    of :data:`QUALITIES`) and ``indicators``.
    """
    tables = counted(tables)
    found = tables.findings[tables.findings["code"].isin(QUALITIES) & (tables.findings["table"] == "indicators")]
    forms = tables.forms.assign(department=department_names(tables.forms), year=form_years(tables.forms))
    points = tables.indicators.assign(lost=tables.indicators["weight"] - tables.indicators["score"])
    indicators = points.rename(columns={"indicator_no": "record_no"})
    columns = ["form_id", "record_no", "name", "met", "attainment", "lost", "deviation"]
    rows = found[["form_id", "record_no", "code", "message"]].merge(indicators[columns], on=["form_id", "record_no"])
    rows = rows.merge(forms[["form_id", "department", "year"]], on="form_id")
    order = {code: place for place, code in enumerate(QUALITIES)}
    rows = rows.assign(quality=rows["code"].map(QUALITIES), place=rows["code"].map(order))
    rows = rows.assign(message=rows["message"].map(lambda said: said.partition("：")[2] or said))
    rows = rows.sort_values(["place", "department", "year", "record_no"], kind="stable")
    return html.table(rows.head(MOST_ROWS), COLUMNS, _caption(rows), "没有可疑的偏差原因")


def _caption(rows: pd.DataFrame) -> str:
    """How many there are of each kind."""
    counts = rows["code"].value_counts()
    listed = "，".join(f"{word} {counts[code]}" for code, word in QUALITIES.items() if code in counts)
    rest = f"；以下为前 {MOST_ROWS} 处" if len(rows) > MOST_ROWS else ""
    return f"值得一看的偏差原因（{listed}{rest}）" if listed else "值得一看的偏差原因"
