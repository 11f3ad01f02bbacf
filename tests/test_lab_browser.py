"""The JupyterLab extension in a real JupyterLab and a real browser, the whole way that a researcher goes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests import lab as lab_module
from tests.conftest import RAW, Sample, workbench
from tests.lab import TOKEN, Lab, chromium, jupyter_lab
from tests.stubs import blank_page, install_stub_engine

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECONDS_A_PAGE = "0.5"
"""What the engine of the scans that are read here takes for a page: long enough to look at a run."""

PAGES = 80
"""Pages of the scan that a run is watched on, and stopped: more than any machine reads until then."""

HOSTILE = "<img src=x onerror=window.harmed=1>.png"

SAMPLE = "样例"
"""The project with the sample archive, read by the real engine."""


@pytest.fixture(scope="module")
def lab(sample_dataset: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    chromium()
    root, home = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("jupyter")
    sample = root / SAMPLE / "data"
    shutil.copytree(sample_dataset.folder, sample / "processed")
    shutil.copytree(RAW, sample / "raw")
    run = workbench("ingest", sample / "raw", "--out", sample / "processed")  # its scans lie elsewhere now
    assert run.returncode == 0, run.stderr
    settings = home / "settings" / "jixiao-workbench"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text(json.dumps({"engine": "stub", "workers": 1}), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        environment = install_stub_engine(tmp_path_factory.mktemp("site")) | {"STUB_SECONDS": SECONDS_A_PAGE}
        del environment["WORKBENCH_ENGINE"]  # the settings of JupyterLab name it
        for name, value in environment.items():
            patch.setenv(name, value)
        with jupyter_lab(root, home) as running:
            yield running


@pytest.fixture
def page(lab: Lab) -> Iterator[Page]:
    opened = lab.browser.new_page(viewport={"width": 1400, "height": 950})
    opened.set_default_timeout(lab_module.PATIENCE * 1000)
    yield opened
    opened.close()


def enter(lab: Lab, page: Page, folder: str = "") -> None:
    """JupyterLab with a folder in its file browser, and the panel of the workbench open."""
    page.goto(f"{lab.address}/lab?token={TOKEN}&reset")
    loaded(page)
    if folder:
        command = "window.jupyterapp.commands.execute('filebrowser:go-to-path', {path})"
        page.evaluate(f"async path => {{ await {command}; }}", folder)
    execute(page, "panel")
    page.wait_for_selector(".jp-wb-Panel-title")


def loaded(page: Page) -> None:
    """Wait for JupyterLab."""
    page.wait_for_selector(".jp-LauncherCard")
    page.wait_for_function("window.jupyterapp")


def execute(page: Page, command: str, **arguments: object) -> None:
    page.evaluate(
        "([id, args]) => { void window.jupyterapp.commands.execute(id, args); }",
        [f"jixiao-workbench:{command}", arguments],
    )


def scans(folder: Path) -> list[Path]:
    """A scan of many pages, and one that the engine cannot read."""
    pages = [Image.open(blank_page(folder / f"{number}.png")).convert("L") for number in range(PAGES)]
    for number, one in enumerate(pages):
        one.putpixel((10, 10 + number), 0)  # no two alike
    # Small: of a large file JupyterLab asks whether it is meant.
    pages[0].save(folder / "长卷.tif", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    return [folder / "长卷.tif", blank_page(folder / HOSTILE, width=778)]


def test_a_run_outlives_a_reload_is_stopped_from_another_tab_and_says_what_failed(
    lab: Lab, page: Page, tmp_path: Path
) -> None:
    enter(lab, page)
    page.wait_for_selector(".jp-wb-Problem >> text=这里没有绩效项目")
    page.click(".jp-LauncherCard >> text=新建绩效项目")
    page.fill(".jp-Dialog input", "新项目")
    page.click(".jp-Dialog .jp-mod-accept")
    page.wait_for_selector(".jp-wb-Panel-title >> text=新项目")
    page.wait_for_selector(".jp-wb-Panel-empty >> text=data/raw")
    page.evaluate("window.jupyterapp.shell.activateById('filebrowser')")
    with page.expect_file_chooser() as chooser:
        page.click(".jp-FileBrowser [data-jp-item-name='uploader'] >> visible=true")
    chooser.value.set_files(scans(tmp_path))
    page.wait_for_selector(".jp-DirListing-item >> text=长卷.tif")
    page.wait_for_selector(".jp-DirListing-item >> text=<img src=x")
    page.click(".jp-DirListing-item >> text=长卷.tif")
    page.click(".jp-DirListing-item >> text=<img src=x", modifiers=["Control"])
    page.click(".jp-DirListing-item >> text=<img src=x", button="right")
    page.click(".lm-Menu-item >> text=识别为绩效表")
    page.wait_for_selector(".jp-wb-Run [role=progressbar][aria-valuenow]")
    page.wait_for_selector(".jp-wb-Row[data-file='长卷.tif'][data-status='reading']")

    page.reload()  # in the middle of it
    loaded(page)
    execute(page, "panel")
    page.wait_for_selector(".jp-wb-Run >> text=停止")
    second = lab.browser.new_page()
    second.set_default_timeout(lab_module.PATIENCE * 1000)
    enter(lab, second, "新项目/data/raw")
    second.click(".jp-wb-Stop")
    for tab in (page, second):
        tab.wait_for_selector(".jp-wb-Run-state.jp-mod-stopped")
    second.close()

    page.click(".jp-wb-Failures summary")
    assert HOSTILE in page.inner_text(".jp-wb-Failures")
    page.dblclick(f".jp-wb-Row[data-file='{HOSTILE}'][data-status='failed']")
    page.wait_for_selector(".jp-wb-Document .jp-wb-Problem >> text=a page of this width")  # what the engine said
    assert HOSTILE in page.inner_text(".jp-wb-Document")
    assert page.evaluate("window.harmed") is None


def test_a_value_and_its_place_show_each_other_and_a_review_by_keyboard_reaches_the_report(
    lab: Lab, page: Page
) -> None:
    enter(lab, page, SAMPLE)
    page.dblclick(".jp-wb-Row[data-status='review'] >> nth=0")
    page.wait_for_selector(".jp-wb-Page[data-page='1'] img[src]")
    page.wait_for_selector(".jp-wb-Page[data-page='1'] .jp-wb-Cell")
    value = page.locator(".jp-wb-Value:not(.jp-mod-none)").nth(6)
    value.click()
    page.wait_for_selector(".jp-wb-Mark[visibility='visible']")
    place = page.locator(".jp-wb-Mark[visibility='visible']").bounding_box()
    assert value.inner_text().strip() in page.inner_text(".jp-wb-Chosen")

    other = page.locator(".jp-wb-Value:not(.jp-mod-none)").nth(1)
    other.click()
    page.wait_for_selector(".jp-wb-Value.jp-mod-chosen")
    assert place and value.evaluate("node => !node.classList.contains('jp-mod-chosen')")
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)  # the place shows its value
    value.and_(page.locator(".jp-mod-chosen")).wait_for()

    page.click(".jp-wb-Document-head button")
    page.wait_for_selector(".jp-wb-Review .wbr[data-index='0'] .wbr-crop img")
    for index in ("1", "2", "3"):
        page.keyboard.press("Enter")
        page.wait_for_selector(f".wbr[data-index='{index}']")
    page.wait_for_selector(".wbr-count >> text=3 / ")
    (log,) = (lab.project / SAMPLE / "data" / "corrections").glob("*.jsonl")
    assert len(log.read_text("utf-8").splitlines()) == 3

    execute(page, "rebuild")
    page.wait_for_selector(".jp-wb-Run-state.jp-mod-done >> text=重建数据集完成")
    execute(page, "overview")
    page.wait_for_selector(".jp-wb-Run-facts >> text=1 份报告")
    page.wait_for_selector(".jp-wb-Run-state.jp-mod-done >> text=生成报告完成", timeout=3 * lab_module.PATIENCE * 1000)
    page.wait_for_selector(".jp-HTMLViewer iframe")
