"""The review widget in a real JupyterLab, driven by keyboard in a real browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pandas as pd
import pytest

from tests.conftest import RAW, ROOT, Sample, workbench
from tests.generated import write_large_dataset
from tests.hostile import BROWSER
from tests.hostile_archive import FORMS, Hostile, truth_of
from tests.lab import Lab, chromium, jupyter_lab
from workbench.readers.plain import plain
from workbench.visible import visible

if TYPE_CHECKING:
    from playwright.sync_api import Page

REVIEWED = ("indicators", 62, "score")
"""A number that the queue asks about: the form prints 0.1."""

STRANGERS = """
import workbench as wb
from IPython.display import HTML, display
from workbench import analysis as wa
ds = wb.open("strangers/data/processed")
display(HTML("<p id='control'>$x^2$ <img src=x onerror=window.control=1></p>"))
for form_id in ds.forms.form_id:
    report = wa.select(ds, ds.forms.department[list(ds.forms.form_id).index(form_id)])
    display(ds.form(form_id), wa.sections.department_title(report), wa.sections.key_points(report))
    display(wa.report_tables.all_indicators(report.main))
display(ds, wa.report_tables.failed_documents(ds), wa.evidence.findings(ds))
display(wb.ingest("strangers/data/raw", "strangers/data/processed", workers=1))
wb.review("strangers/data/processed", by="<img src=x onerror=canary('by')>\\u202e1")
"""

NOTEBOOK = """
import workbench as wb
from IPython.display import display
from workbench.dataset.schemas import rows_of
from workbench.model import Finding, CellGrid, Cell
ds = wb.open("hostile/processed")
form = ds.form(ds.forms.form_id[0])
row = next(rows_of(form["findings"]))
cell = Cell(0, 0, 1, 1, ((0, 0), (1, 0), (1, 1), (0, 1)), row["message"], "text")
display(ds, form, Finding(**{name: row[name] for name in Finding.__slots__}))
display(CellGrid(1, 1, (cell,), (0.0, 1.0), (0.0, 1.0)))
wb.review("hostile/processed", by="<img src=x onerror='window.harmed=4'>")
"""


@pytest.fixture(scope="module")
def lab(sample_dataset: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    chromium()
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(sample_dataset.folder, project / "data" / "processed")
    shutil.copytree(RAW, project / "data" / "raw")
    (project / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "review.ipynb", project / "notebooks")
    rebuild(project)
    write_large_dataset(project / "hostile" / "processed")
    nbformat.write(notebook_of(NOTEBOOK), project / "hostile.ipynb")
    with jupyter_lab(project, tmp_path_factory.mktemp("jupyter")) as running:
        yield running


def notebook_of(source: str) -> nbformat.NotebookNode:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)], metadata=kernel)


def rebuild(project: Path) -> str:
    """`workbench ingest` over pages that are all read already."""
    run = workbench("ingest", project / "data" / "raw", "--out", project / "data" / "processed")
    assert run.returncode == 0, run.stderr
    return run.stderr


def score(project: Path) -> float:
    indicators = pd.read_parquet(project / "data" / "processed" / "indicators.parquet")
    return float(indicators.loc[indicators["indicator_no"] == REVIEWED[1], "score"].iloc[0])


def test_a_value_is_corrected_by_keyboard_and_outlives_the_kernel(lab: Lab) -> None:
    assert score(lab.project) == 0.1
    page = lab.open("notebooks/review.ipynb")
    lab.run_all(page, until=".wbr[data-index='0'] .wbr-crop img")
    assert page.evaluate("document.activeElement.className") == "wbr"  # the keyboard is the widget's at once
    cells = page.locator(".jp-Cell").count()
    for index in ("1", "2"):
        page.keyboard.press("j")
        page.wait_for_selector(f".wbr[data-index='{index}']")
    assert json.loads(page.get_attribute(".wbr", "data-key"))[2:] == list(REVIEWED)
    page.wait_for_selector(".wbr-sums >> text=得分合计")
    assert "= 92.3" in page.inner_text(".wbr-sums")
    assert "相差 +6" in page.inner_text(".wbr-sums")

    page.keyboard.press("e")
    page.keyboard.type("O.2")
    page.wait_for_selector(".wbr-asked .wbr-refusal >> text=不是数字")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wbr[data-index='2'] .wbr-refused >> text=不是数字")  # refused beside the field, kept out
    assert not list((lab.project / "data" / "corrections").glob("*.jsonl"))

    page.keyboard.press("Control+a")
    page.keyboard.type("0.2")
    page.wait_for_selector(".wbr-sums >> text== 92.4")  # the sum follows before anything is kept
    page.wait_for_selector(".wbr-sums >> text=相差 +5.9")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wbr[data-index='3']")
    page.keyboard.press("s")
    page.wait_for_selector(".wbr[data-index='4']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wbr[data-index='5']")
    page.keyboard.press("u")
    page.wait_for_selector(".wbr-notice >> text=已撤销")
    page.wait_for_selector(".wbr-count >> text=1 / ")
    assert page.locator(".jp-Cell").count() == cells  # no key reached the notebook's command mode
    (log,) = (lab.project / "data" / "corrections").glob("*.jsonl")
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[0])["now"] == "0.2"

    assert lab.kill_kernels() == 1
    page.close()
    page = lab.open("notebooks/review.ipynb")
    lab.run_all(page, until=".wbr-count >> text=1 / ")
    page.click(".wbr-row[data-index='2']")
    page.wait_for_selector(".wbr[data-index='2'] .wbr-asked >> text=机器读作“0.1”")
    assert page.input_value(".wbr-asked input") == "0.2"
    page.wait_for_selector(".wbr-is-corrected >> text=0.1 → 0.2")
    page.close()

    rebuild(lab.project)
    assert score(lab.project) == 0.2


def test_text_from_forms_cannot_run_and_ten_thousand_fields_open_at_once(lab: Lab) -> None:
    page = lab.open("hostile.ipynb")
    lab.run_all(page, until=".wbr[data-index='0']")
    page.wait_for_selector(".wbr-count >> text=0 / 10000")
    page.wait_for_selector(".wbr-notices >> text=扫描件不在原处")  # and the values are there without it
    assert page.input_value(".wbr-asked input") == "1"
    assert page.locator(".wbr-row").count() < 60  # only the rows in view exist
    page.evaluate("document.querySelector('.wbr-queue').scrollTop = 48 * 9000")
    page.wait_for_selector(".wbr-row[data-index='9005']")
    page.click(".wbr-row[data-index='9005']")
    page.wait_for_selector(".wbr[data-index='9005']")

    milliseconds = [moving_on(page) for _ in range(9)]
    print(f"moving on takes {sorted(milliseconds)[4]:.0f} ms")
    assert sorted(milliseconds)[4] < 500  # a tenth of a second on a quiet machine; tests share theirs

    page.keyboard.press("?")
    page.wait_for_selector(".wbr-card >> text=键盘")
    page.keyboard.press("Escape")
    shown = page.locator(".jp-OutputArea-output")
    assert "<script>" in shown.nth(1).inner_text()  # it is there, as text
    assert page.locator(".jp-OutputArea img[src='x'], .jp-OutputArea script, .jp-OutputArea svg[onload]").count() == 0
    assert page.evaluate("window.harmed") is None
    page.close()


def test_no_text_of_strangers_runs_or_is_typeset_in_jupyterlab(
    lab: Lab, hostile: Hostile, counted: Callable[[str, int], None]
) -> None:
    """Formulas too: JupyterLab typesets what stands between dollars in any HTML, and a form's $ is a $."""
    shutil.copytree(hostile.project, lab.project / "strangers")
    nbformat.write(notebook_of(STRANGERS), lab.project / "strangers.ipynb")
    corrections = lab.project / "strangers" / "data" / "corrections"
    logs = set(corrections.iterdir())
    window = lab.browser.new_context()
    fired: list[str] = []
    window.expose_function("canary", lambda *what: fired.append(str(what)))
    window.on("dialog", lambda dialog: (fired.append("dialog"), dialog.dismiss()))
    window.on("request", lambda request: None if lab.address in request.url else fired.append(request.url))
    page = window.new_page()
    lab.enter(page, "strangers.ipynb")
    lab.run_all(page, until=".wbr[data-index='0']")
    page.wait_for_selector("#control mjx-container")  # formulas are typeset here
    page.wait_for_function("window.control === 1")  # and what is not escaped runs here
    outputs = page.locator(".jp-OutputArea-output")
    assert page.locator("mjx-container").count() == page.locator("#control mjx-container").count()
    assert (
        page.locator(".jp-OutputArea-output :is(script, iframe, form, svg:not(.wbr-cells, [class*=jp-]))").count() == 0
    )
    assert page.locator(".jp-OutputArea-output [onerror]").count() == 1  # that of the control
    words = "".join(outputs.all_text_contents())
    shown = 0
    for payloads in FORMS.values():
        texts = [visible(plain(row[name])) for row in truth_of(payloads)["indicators"] for name in ("name", "actual")]
        assert all(text in words for text in texts)
        shown += len(texts)
    asked = 0
    titles = set()
    for index in range(12):
        page.wait_for_selector(f".wbr[data-index='{index}']")
        for field in page.locator(".wbr-record :is(input, textarea)").all():
            field.focus()
            asked += 1
        titles |= {field.input_value() for field in page.locator(".wbr-record input[aria-label='标题']").all()}
        page.locator(".wbr").focus()
        page.keyboard.press("j")
    assert titles == {"甲乙"}  # so a field holds a text with a line end: looking into it is no correction
    assert set(corrections.iterdir()) == logs
    page.keyboard.press("m")
    page.wait_for_selector(".wbr-overlay")
    assert "‹U+202E›1" in page.inner_text(".wbr-by")
    assert "\u202e" not in page.inner_text(".wbr")
    assert [sign for sign in fired if not sign.startswith(("blob:", "data:"))] == []
    assert page.title() != "canary"
    shown += opened_again(lab, window.new_page())
    assert [sign for sign in fired if not sign.startswith(("blob:", "data:"))] == []
    counted("hostile strings × places: shown literally by JupyterLab and the review", shown + asked)
    window.close()


def opened_again(lab: Lab, page: Page) -> int:
    """The executed notebook of a report, as it is found beside the page: how many texts it shows."""
    (notebook,) = (lab.project / "strangers" / "reports").glob("script*.ipynb")
    lab.enter(page, f"strangers/reports/{notebook.name}")
    page.wait_for_selector(".jp-OutputArea-output h1")
    assert page.locator("mjx-container").count() == 0
    title = page.locator(".jp-OutputArea-output h1").first.text_content() or ""
    texts = [visible(plain(payload.text)) for payload in BROWSER]
    assert all(text in title for text in texts)
    return len(texts)


def moving_on(page) -> float:
    """Milliseconds from a key to the next item on the screen."""
    return page.evaluate(
        """() => new Promise((done) => {
          const root = document.querySelector(".wbr"), start = performance.now();
          new MutationObserver((_, observer) => {
            observer.disconnect();
            requestAnimationFrame(() => done(performance.now() - start));
          }).observe(root, { attributeFilter: ["data-index"] });
          root.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
        })"""
    )
