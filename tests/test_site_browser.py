"""The built site in a real browser, over file://: `make docs` builds it, and this is skipped where nobody has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.conftest import ROOT
from tests.lab import QUIET, chromium

SITE = ROOT / "build" / "site"
pytestmark = pytest.mark.skipif(not SITE.is_dir(), reason="needs what `make docs` builds")

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def phone() -> Iterator[Page]:
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
        yield page
        browser.close()


def test_search_finds_chinese(phone):
    fetched = []
    phone.on("request", lambda request: fetched.append(request.url))
    phone.goto((SITE / "zh" / "index.html").as_uri())
    phone.locator("label.md-header__button[for=__search]").click()
    phone.locator("input.md-search__input").fill("偏差原因")
    phone.keyboard.press("End")  # filled in by a program it has seen no key, which is what the search waits for
    first = phone.locator(".md-search-result__item").first
    first.wait_for(timeout=20_000)
    assert "偏差" in phone.locator(".md-search-result__list").inner_text()
    assert [url for url in fetched if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.parametrize(
    "name",
    ["zh/index", "zh/tutorial", "zh/tables", "zh/commands", "zh/reading", "zh/results", "en/dataset", "en/api"],
)
def test_a_page_is_as_wide_as_a_phone(phone, name):
    phone.goto((SITE / f"{name}.html").as_uri())
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
