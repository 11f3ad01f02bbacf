"""An archive of forms full of hostile text, read, corrected and reported by the real pipeline, once a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests import written
from tests.hostile import BROWSER, CODE, HUGE, PATHS, SPREADSHEET, TERMINAL, Payload
from tests.scans.tables import Table, Truth, central_project_table

FORMS: dict[str, tuple[Payload, ...]] = {
    "browser.html": BROWSER,
    "code.xlsx": (*CODE, *SPREADSHEET, *PATHS),
    "eyes.txt": (*TERMINAL, HUGE),
}
"""The documents, each a project's form of a department of its own, and the texts in all its places."""


def truth_of(payloads: Sequence[Payload]) -> Truth:
    """A form in which every text is in every place: together in its heads, one a row in its indicators."""
    texts = [payload.text for payload in payloads]
    short = [text for text in texts if len(text) < 1000]
    every = "，".join(short)
    budget = {"initial": "10", "adjusted": "10", "executed": "9", "weight": "10", "rate": "90%", "score": "9"}
    lines = [{"funds": "年度资金总额", **budget}, {"funds": every, **budget, "weight": "-", "rate": "-", "score": "-"}]
    turned = [*texts[1:], *texts[:1]]
    indicators = [
        {
            "goal": None,
            "level1": "产出指标",
            "level2": short[number % len(short)],
            "name": text,
            "target": turned[number] if number % 2 else "≥5个",
            "actual": text if number % 2 else "4个",
            "weight": "2",
            "score": "1",
            "deviation": turned[number],
        }
        for number, text in enumerate(texts)
    ]
    return {
        "title": "项目支出绩效自评表",
        "year": 2022,
        "project": every,
        "department": every,
        "unit": every,
        "budgets": lines,
        "goals": [{"no": 1, "goal": every, "actual": every, "deviation": ""}],
        "indicators": indicators,
        "total": {"weight": "100", "score": "9"},
        "conclusion": [],
        "printed_level1": {"产出指标": "产出指标"},
    }


def table_of(payloads: Sequence[Payload]) -> Table:
    return central_project_table(truth_of(payloads))


def write_archive(raw: Path) -> None:
    raw.mkdir(parents=True)
    writers = {".html": written.write_html, ".xlsx": written.write_xlsx, ".txt": written.write_tabs}
    for name, payloads in FORMS.items():
        writers[Path(name).suffix](table_of(payloads), raw / name)
