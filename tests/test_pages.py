"""The pages as a browser shows and prints them: wide and narrow, light and dark, with and without JavaScript."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw
import pytest

from tests.made_reports import DEPARTMENT
from workbench.report import ReportRun

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
A4 = (595, 842)
"""Points."""

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The operating system's Chromium; the test is skipped where there is none."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium on this machine: the pages were not looked at in a browser (apt install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield chromium
        chromium.close()


@contextmanager
def opened(browser: Browser, path: Path, **context: Any) -> Iterator[Page]:
    """A page, with the failure of the test if it asks for anything but itself, or complains."""
    window = browser.new_context(**context)
    page = window.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri())
    yield page
    assert [url for url in asked if url != path.as_uri() and not url.startswith("data:")] == []
    window.close()


def backdrop(page: Page, selector: str) -> int:
    """How light an element's background is, from 0 to 255."""
    colour = page.evaluate("selector => getComputedStyle(document.querySelector(selector)).backgroundColor", selector)
    return min(int(part) for part in re.findall(r"\d+", colour)[:3])


def pages_of(awkward_reports: ReportRun) -> list[Path]:
    return sorted(awkward_reports.index.parent.glob("*.html"))


def test_no_page_is_wider_than_a_phone(browser: Browser, awkward_reports: ReportRun) -> None:
    for path in pages_of(awkward_reports):
        with opened(browser, path, viewport=PHONE) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path.name


def test_no_table_is_cut_on_a_desktop(browser: Browser, sample_project: Path) -> None:
    path = sample_project / "reports" / f"{DEPARTMENT}-2022.html"
    wider = "tables => tables.filter(table => table.scrollWidth > table.clientWidth).map(table => table.innerText)"
    with opened(browser, path, viewport={"width": 1200, "height": 900}) as page:
        assert page.locator(".wb-table").count() > 10
        assert page.locator(".wb-table").evaluate_all(wider) == []


def test_dark_pages_are_dark_and_their_charts_are_not(browser: Browser, awkward_reports: ReportRun) -> None:
    path = awkward_reports.index.parent / f"{DEPARTMENT}-2022.html"
    with opened(browser, path, color_scheme="dark") as page:
        assert backdrop(page, "body") < 40
        assert backdrop(page, ".wb-chart > div") > 220
    with opened(browser, path, color_scheme="light") as page:
        assert backdrop(page, "body") > 220


def test_tables_sort_with_javascript_and_are_whole_without(browser: Browser, awkward_reports: ReportRun) -> None:
    path = awkward_reports.index.parent / f"{DEPARTMENT}-2022.html"
    table = ".wb-table:has(th:text-is('扣分之处'))"
    cells = f"{table} tbody td[data-label='扣分']"
    with opened(browser, path) as page:
        assert page.locator(cells).all_inner_texts() == ["0.5", "0.5", "0.4", "0.2", "0.1"]
        heading = page.locator(f"{table} th:text-is('扣分')")
        heading.click()
        assert page.locator(cells).all_inner_texts() == ["0.1", "0.2", "0.4", "0.5", "0.5"]
        assert heading.get_attribute("aria-sort") == "ascending"
        heading.press("Enter")
        assert page.locator(cells).all_inner_texts() == ["0.5", "0.5", "0.4", "0.2", "0.1"]
    with opened(browser, path, java_script_enabled=False) as page:
        assert page.locator(cells).all_inner_texts() == ["0.5", "0.5", "0.4", "0.2", "0.1"]
        assert page.locator("th.sortable").count() == 0
        assert page.locator("nav a").count() > 8


def test_nothing_but_the_page_itself_can_run(browser: Browser, awkward_reports: ReportRun, tmp_path: Path) -> None:
    """Were a form's text to come through unescaped, the page's policy would still stop it."""
    content = (awkward_reports.index.parent / f"{DEPARTMENT}-2022.html").read_text(encoding="utf-8")
    hostile = "<script>document.title = '!'</script><img src=x onerror=\"document.title = '!'\">"
    (tmp_path / "page.html").write_text(content.replace("<main>", f"<main>{hostile}"), encoding="utf-8")
    window = browser.new_context()
    page = window.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.title() != "!"
    window.close()


# --- on paper


OFFSETS = (0, 45, 110)
"""Millimetres by which the whole report is moved down, so that its sheets end at other places."""


@dataclass(frozen=True)
class Printed:
    """The Tianjin report on paper: the text of every sheet, and what is lowest on it (empty: a picture)."""

    sheets: list[str]
    feet: list[str]


@dataclass(frozen=True)
class Paper:
    """The report printed at every offset, what leads to something (headings and introductions), and its cells."""

    prints: list[Printed]
    leads: list[str]
    cells: list[str]


def squeezed(text: str) -> str:
    return re.sub(r"[\s“”]+", "", text.replace("\ufffe", ""))


def lowest(sheet: pypdfium2.PdfPage) -> str:
    """The last line of a sheet; empty where a picture is below it."""
    text = sheet.get_textpage()
    lines = [text.get_rect(number) for number in range(text.count_rects())]
    foot = min(line[1] for line in lines)
    pictures = sheet.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=5)
    if any(picture.get_bounds()[1] < foot for picture in pictures):
        return ""
    return squeezed("".join(text.get_text_bounded(*line) for line in lines if line[1] < foot + 4))


@pytest.fixture(scope="module")
def paper(browser: Browser, sample_project: Path) -> Paper:
    prints = []
    with opened(browser, sample_project / "reports" / f"{DEPARTMENT}-2022.html") as page:
        for offset in OFFSETS:
            page.evaluate("offset => document.querySelector('main').style.paddingTop = offset", f"{offset}mm")
            document = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
            assert {tuple(map(round, sheet.get_size())) for sheet in document} == {A4}
            texts = [squeezed(sheet.get_textpage().get_text_range()) for sheet in document]
            prints.append(Printed(texts, [lowest(sheet) for sheet in document]))
        leads = page.locator("h1, h2, h3, .text_cell_render").all_inner_texts()
        cells = page.locator(".wb-table td").all_inner_texts()
    return Paper(prints, [squeezed(text) for text in leads], [squeezed(text) for text in cells])


def test_no_heading_and_no_introduction_is_left_alone_at_the_foot_of_a_sheet(paper: Paper) -> None:
    for printed in paper.prints:
        assert 10 < len(printed.sheets) < 30
        feet = [foot for foot in printed.feet if len(foot) > 1]  # one character is the last line of a cell's label
        assert [foot for foot in feet if any(lead.endswith(foot) for lead in paper.leads)] == []


def test_the_style_of_print_keeps_rows_charts_and_findings_whole(browser: Browser, awkward_reports: ReportRun) -> None:
    """Whatever the forms hold: rows, charts, figures and findings are not broken, heads of tables come again."""
    style = "(every, name) => [...new Set(every.map(one => getComputedStyle(one)[name]))]"
    with opened(browser, awkward_reports.index.parent / f"{DEPARTMENT}-2022.html") as page:
        page.emulate_media(media="print")
        for selector in (".wb-table tr", ".wb-chart", ".wb-finding", ".wb-cards > div"):
            assert page.locator(selector).evaluate_all(style, "breakInside") == ["avoid"], selector
        assert page.locator(".wb-table thead").evaluate_all(style, "display") == ["table-header-group"]
        assert page.locator("nav").evaluate_all(style, "display") == ["none"]


def test_no_row_of_a_table_is_cut_by_the_edge_of_a_sheet(paper: Paper) -> None:
    long = {cell for cell in paper.cells if len(cell) > 16}
    assert len(long) > 30
    for printed in paper.prints:
        assert [cell for cell in long if not any(cell in sheet for sheet in printed.sheets)] == []


def test_tables_that_go_on_have_their_head_on_every_sheet(paper: Paper) -> None:
    sheets = paper.prints[0].sheets
    first = next(number for number, sheet in enumerate(sheets) if "按目标分列，次序与原表一致" in sheet)
    last = next(number for number, sheet in enumerate(sheets) if "核对程序发现的每一处疑点" in sheet)
    between = sheets[first + 1 : last]
    assert len(between) >= 2  # how many there are depends on the fonts of the machine
    assert all("序号一级指标二级指标三级指标年度指标值" in sheet for sheet in between)
