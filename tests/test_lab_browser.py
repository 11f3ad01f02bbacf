"""The JupyterLab extension in a real JupyterLab and a real browser, the whole way that a researcher goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests import lab as lab_module
from tests.lab import TOKEN, Lab, chromium, jupyter_lab
from tests.stubs import blank_page, install_stub_engine

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECONDS_A_PAGE = "0.4"
"""What the engine of the scans that are read here takes for a page: long enough to look at a run."""

PAGES = 60
"""Pages of the scan that a run is watched on."""

HOSTILE = "<img src=x onerror=window.harmed=1>.png"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    chromium()
    root, home = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("jupyter")
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


def test_from_a_new_project_to_a_run_that_outlives_a_reload(lab: Lab, page: Page, tmp_path: Path) -> None:
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
    assert page.evaluate("window.harmed") is None
