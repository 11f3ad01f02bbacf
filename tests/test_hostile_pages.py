"""Hostile text in a real browser, with a canary: reports, their overview, the index and grids show it, and no more.

A payload that runs calls ``canary``, opens a dialog, asks for something, changes the title or breaks the page's policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hostile import BROWSER, HUGE, Payload
from tests.hostile_archive import FORMS, Hostile, one_line, table_of, together, truth_of
from tests.lab import QUIET, chromium
from tests.written import write_html
from workbench.grid.export import to_html
from workbench.read.document import read_scan
from workbench.readers.plain import plain
from workbench.report.page import html_document
from workbench.settings import Settings
from workbench.visible import visible

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

COLUMNS = {
    "二级指标": "level2",
    "三级指标": "name",
    "年度指标值": "target",
    "实际完成值": "actual",
}
"""Headings of the list of all indicators, and the columns that stand below them."""

BROKEN = "violation"

WATCH = f"""
addEventListener("securitypolicyviolation", (event) => canary("{BROKEN} " + event.violatedDirective));
"""

TOUCH = """
for (const element of document.querySelectorAll("*"))
  for (const name of ["mouseover", "mouseenter", "focus", "animationstart", "toggle", "load", "error"])
    element.dispatchEvent(new Event(name));
document.querySelectorAll("[href^='javascript'], form, button, input").forEach((element) => element.click?.());
"""
"""What a reader does to a page, all at once."""

FOREIGN = "iframe, frame, form, input, base, link, object, embed, svg, math, audio, video, meta[http-equiv=refresh i]"

INNER = """
elements => elements.flatMap(element => [...element.attributes].filter(attribute => /^on/i.test(attribute.name)
  || /^(href|src|action|formaction|srcdoc)$/i.test(attribute.name)
    && !/^(#|data:|[^:]*\\.(html|ipynb)$)/.test(attribute.value))
  .map(attribute => element.tagName + " " + attribute.name + "=" + attribute.value.slice(0, 80)))
"""
"""Attributes that run something, or lead somewhere else."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    program = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield launched
        launched.close()


@dataclass
class Watched:
    """A page, and the signs that something on it acted."""

    page: Page
    fired: list[str] = field(default_factory=list)


@contextmanager
def watched(browser: Browser, path: Path) -> Iterator[Watched]:
    """The page opened as from a folder, everything on it touched."""
    from playwright.sync_api import Error

    window = browser.new_context()
    page = window.new_page()
    found = Watched(page)
    window.expose_binding("canary", lambda _, what="": found.fired.append(str(what)))
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: (found.fired.append("dialog"), dialog.dismiss()))
    window.on("request", lambda request: found.fired.append(f"request {request.url[:80]}"))
    page.on("popup", lambda popup: found.fired.append("popup"))
    page.on("framenavigated", lambda frame: found.fired.append(f"navigation {frame.url[:80]}"))
    # What is asked for in earnest: the browser also tells of requests that the policy keeps it from making.
    window.route("http*://**", lambda route: (found.fired.append(f"asked {route.request.url[:80]}"), route.abort()))
    page.goto(path.as_uri(), wait_until="load")
    try:
        title = page.title()
        page.evaluate(TOUCH)
        page.wait_for_timeout(100)
        if page.title() != title or title == "canary":
            found.fired.append("title")
    except Error:
        found.fired.append("the page is gone")
    own = {f"request {path.as_uri()}"[: len("request ") + 80], f"navigation {path.as_uri()}"[: len("navigation ") + 80]}
    found.fired = [sign for sign in found.fired if sign not in own and not sign.startswith("request data:")]
    yield found
    window.close()


def test_no_text_runs_in_a_report_and_every_text_stands_in_it(
    browser: Browser, hostile: Hostile, counted: Callable[[str, int], None]
) -> None:
    pages = sorted(hostile.reports.glob("*.html"))
    assert len(pages) == len(FORMS) + 2
    places = 0
    titles = []
    for path in pages:
        with watched(browser, path) as found:
            assert found.fired == [], path.name
            assert found.page.locator("script").count() == 1
            assert found.page.locator(FOREIGN).count() == 0
            assert found.page.locator("main *").evaluate_all(INNER) == []
            titles.append(found.page.locator("h1").first.text_content())
            words = found.page.locator("body").text_content() or ""
            cells = {label: texts(found.page, label) for label in COLUMNS}
        for payloads in FORMS.values():
            every = visible(plain(together(payloads)))
            if every[:40] in str(titles[-1]):
                places += require_shown(payloads, every, words, cells)
            elif path.name == "index.html":
                assert every in words
                places += len(payloads)
    counted("hostile strings × places: shown literally by reports in a browser", places)
    assert places > 10 * sum(map(len, FORMS.values()))


def texts(page: Page, label: str) -> list[str]:
    return page.locator(f"td[data-label='{label}']").evaluate_all("cells => cells.map(cell => cell.textContent)")


def require_shown(payloads: tuple[Payload, ...], every: str, words: str, cells: dict[str, list[str]]) -> int:
    """The texts of a form in its report, and how many they are."""
    shown = 0
    rows = truth_of(payloads)["indicators"]
    for label, column in COLUMNS.items():
        wanted = {visible(plain(row[column])) for row in rows}
        shown_texts = {text.removesuffix("？") for text in cells[label]}  # the mark of what awaits a review
        assert wanted <= {*shown_texts, *cells[label]}, label
        shown += len(wanted)
    for row, payload in zip(rows, payloads, strict=True):
        assert visible(plain(row["deviation"])) in words  # what the machine had read
        assert f"改 {visible(one_line(payload.text))}" in words  # what a person made of it
        shown += 2
    (source,) = (name for name, of_form in FORMS.items() if of_form is payloads)
    assert visible(source) in words
    times = words.count(every)
    assert times >= 4  # the title, funds, goal and its completion
    return shown + times * len(payloads)


# --- the test can fail


ACTING = (
    "script", "title", "onerror", "onload", "attribute", "apostrophe", "script end", "raw text end", "comment end",
    "frame", "refresh", "picture", "style", "base", "link", "form",
)  # fmt: skip
"""Payloads that act as plain HTML. The others are meant for Markdown, formulas, templates, or are unescaped twice."""

QUOTED = {"attribute": '<p title="{}">', "apostrophe": "<p title='{}'>"}


def unescaped(payload: Payload) -> str:
    return QUOTED.get(payload.name, "{}").replace("{}", payload.text)


@pytest.mark.parametrize("payload", [one for one in BROWSER if one.name in ACTING], ids=lambda payload: payload.name)
def test_the_canary_sings_where_a_text_is_not_escaped(browser: Browser, payload: Payload, tmp_path: Path) -> None:
    page = html_document("题", f"<main>{unescaped(payload)}</main>")
    path = tmp_path / "page.html"
    path.write_text(re.sub("<meta http-equiv=.Content-Security.*", "", page), encoding="utf-8")
    with watched(browser, path) as found:
        assert [sign for sign in found.fired if not sign.startswith("request file:")]


def test_the_policy_of_a_page_silences_it_and_is_seen_to(browser: Browser, tmp_path: Path) -> None:
    """But for a page that sends its reader elsewhere: there it is the escaping alone that helps."""
    acting = [unescaped(payload) for payload in BROWSER if payload.name in ACTING and payload.name != "refresh"]
    path = tmp_path / "page.html"
    path.write_text(html_document("题", f"<main>{' '.join(acting)}</main>"), encoding="utf-8")
    with watched(browser, path) as found:
        assert sum(sign.startswith(BROKEN) for sign in found.fired) >= 8
        assert [sign for sign in found.fired if not sign.startswith((BROKEN, "request"))] == []


# --- grids


def test_no_text_runs_in_a_grid(browser: Browser, tmp_path: Path, counted: Callable[[str, int], None]) -> None:
    payloads = [payload for payload in BROWSER if payload is not HUGE]
    (page,) = read_scan(write_html(table_of(payloads), tmp_path / "a.html"), Settings())
    path = tmp_path / "grid.html"
    path.write_text(to_html(page.content, BROWSER[0].text), encoding="utf-8")
    with watched(browser, path) as found:
        assert found.fired == []
        assert found.page.title() == BROWSER[0].text
        assert found.page.locator("script, img, svg, " + FOREIGN).count() == 0
        shown = set(found.page.locator("td").all_text_contents())
    assert {plain(payload.text) for payload in payloads} <= shown
    counted("hostile strings × places: shown literally by grids in a browser", len(payloads))
