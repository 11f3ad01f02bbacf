"""The review widget alone in a browser, with a kernel that only notes what it is told."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from tests.lab import chromium

PLACE = ["indicators", 1, "score"]
FIELD = {"key": "k", "place": PLACE, "label": "得分", "text": "8", "note": "", "sure": "", "corrected": False}
FIELD |= {"doubtful": False, "long": False, "span": 3}
ITEM = {"kind": "item", "index": 0, "key": "i", "form_id": "f", "asked": "k", "title": "指标 1", "form": "甲局"}
ITEM |= {"status": "pending", "state": "", "edit": False, "has_crop": False, "no_crop": "", "findings": [], "sums": []}
ITEM |= {"addends": [], "actions": [], "record": [FIELD]}
ITEM |= {"page": {"key": "p", "number": None, "label": "", "problem": "无", "marks": []}}
STATE = {"kind": "state", "total": 1, "done": 0, "corrected": 0, "skipped": 0, "summary": "", "by": "", "by_title": ""}
STATE |= {"groups": [{"name": "sum", "label": "进入合计的数", "count": 1, "done": 0}], "notices": [], "fresh": True}
ROW = {
    "field": "得分",
    "text": "8",
    "where": "指标 1，第 2 页",
    "source": "甲/自评表.pdf",
    "group": "sum",
    "status": "pending",
}
ROW |= {"mark": "", "mark_title": "", "message": ""}


def test_fast_typing_writes_a_correction_once_chips_lead_and_rows_name_their_file() -> None:
    """The answer to an earlier keystroke made a field forget that its correction was on the way, and write it again."""
    executable = chromium()
    sync_api = pytest.importorskip("playwright.sync_api")
    code = resources.files("workbench.review").joinpath("widget.js").read_text(encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<div id='here'></div>")
        page.evaluate(
            """async (code) => {
                const widget = (await import(URL.createObjectURL(new Blob([code], {type: "text/javascript"})))).default;
                window.told = [];
                const on = (_, receive) => { window.receive = receive; };
                const model = {send: (what) => told.push(what), on, off() {}};
                const host = {getModel() {}, getWidget() {}};  // anywidget's, which is not ours
                widget.render({model, el: document.getElementById("here"), host});
            }""",
            code,
        )

        def reply(message: dict[str, Any]) -> None:
            page.evaluate("message => receive(message)", message)

        for message in (STATE, {"kind": "rows", "start": 0, "rows": [ROW]}, ITEM):
            reply(message)
        assert "自评表.pdf" in page.inner_text(".wbr-row-where")
        page.click(".wbr-chip")
        page.fill("input", "9")
        page.press("input", "Enter")
        reply({"kind": "preview", "key": "k", "text": "9", "refusal": "", "sums": []})  # of the keystroke before
        page.evaluate("document.activeElement.blur()")
        told = json.loads(page.evaluate("JSON.stringify(told)"))
        browser.close()
    assert {"do": "group", "name": "sum"} in told
    assert [one["text"] for one in told if one["do"] == "correct"] == ["9"]
