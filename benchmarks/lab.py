"""What the JupyterLab extension costs, in a real JupyterLab and a real browser: ``python -m benchmarks.lab``.

How much later the server is there, how long a list of 10,000 documents takes and the choice of one of its rows, and
when a page of a scan of 300 pages is shown that nobody has looked at before. Two minutes; needs Chromium.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from tests.conftest import ROOT
from tests.lab import TOKEN, Lab, free_port, jupyter_lab, server_command, wait_for_server

from workbench.project import make_project

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCUMENTS = 10_000
PAGES = 300
PAGE = 171
"""The page that is gone to: far from those that are shown at first."""

TURNS = 5
"""Starts of the server with and without the extension, in turns; the median counts."""

CHOOSE = """() => new Promise(done => {
  const row = document.querySelectorAll('.jp-wb-Row')[5], frame = row.getBoundingClientRect();
  const start = performance.now();
  row.dispatchEvent(new MouseEvent('mousedown', {bubbles: true, clientX: frame.left + 9, clientY: frame.top + 9}));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
"""Milliseconds from pressing a row until it is drawn as chosen."""


def main() -> None:
    """Measure, and print a line for each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        starts = [(server_start(folder, True), server_start(folder, False)) for _ in range(TURNS)]
        with_it, without = (statistics.median(side) for side in zip(*starts, strict=True))
        print(f"start of the server: {with_it:.2f} s, without the extension {without:.2f} s")
        root = folder / "root"
        project(root / "many")
        book(root / "book.pdf")
        with jupyter_lab(root, folder / "home") as lab:
            page = lab.browser.new_page(viewport={"width": 1400, "height": 950})
            page.set_default_timeout(120_000)
            listed = list_of_documents(lab, page)
            print(f"{DOCUMENTS} documents listed in {listed:.2f} s")
            chosen = statistics.median(page.evaluate(CHOOSE) for _ in range(9))
            print(f"a row chosen in {chosen:.0f} ms")
            first, later = page_of_a_book(page)
            print(f"{PAGES} pages: the first shown in {first:.2f} s after opening, page {PAGE} in {later:.2f} s")


def server_start(folder: Path, enabled: bool) -> float:
    """Seconds until a new server answers."""
    port, log = free_port(), folder / "start.log"
    command = [*server_command(folder, port), f"--ServerApp.jpserver_extensions=workbench.lab={enabled}"]
    homes = {f"JUPYTER_{name}_DIR": str(folder / "start" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    began = time.perf_counter()
    with (
        log.open("wb") as said,
        subprocess.Popen(command, env=os.environ | homes, stdout=said, stderr=said) as server,
    ):
        try:
            wait_for_server(f"http://127.0.0.1:{port}", server, log)
            return time.perf_counter() - began
        finally:
            server.terminate()


def project(folder: Path) -> None:
    """A project with as many documents as an archive of a province has."""
    make_project(folder)
    for number in range(DOCUMENTS):
        department = folder / "data" / "raw" / f"部门{number // 100:03d}"
        department.mkdir(exist_ok=True)
        (department / f"自评表{number:05d}.pdf").write_bytes(b"%PDF-1.4")


def book(path: Path) -> None:
    """A scan of many pages in colour, 200 dots an inch."""
    scan = next((ROOT / "data" / "raw").rglob("*.jpg"), None) or next((ROOT / "data" / "raw").rglob("*.png"))
    with Image.open(scan) as opened:
        page = opened.convert("RGB").resize((1654, 2339))
    page.save(path, save_all=True, append_images=[page] * (PAGES - 1), resolution=200)


def list_of_documents(lab: Lab, page: Page) -> float:
    """Seconds from asking for the list of a project until its first rows are drawn; JupyterLab is loaded already."""
    page.goto(f"{lab.address}/lab/tree/many?token={TOKEN}&reset")
    page.wait_for_selector(".jp-LauncherCard")
    page.wait_for_function("window.jupyterapp")
    execute(page, "panel")
    page.wait_for_selector(".jp-wb-Row")
    began = time.perf_counter()
    page.evaluate("document.querySelector('.jp-wb-Row').dataset.old = 'yes'")
    execute(page, "refresh")
    page.wait_for_selector(".jp-wb-Row:not([data-old])")
    page.wait_for_function("!document.querySelector('.jp-wb-Row[data-old]')")
    return time.perf_counter() - began


def page_of_a_book(page: Page) -> tuple[float, float]:
    """Seconds until the first page of a book is shown, and until one in the middle is when it is gone to."""
    began = time.perf_counter()
    execute(page, "grid", path="book.pdf")
    page.wait_for_selector(".jp-wb-Page[data-page='1'] img[src]")
    first = time.perf_counter() - began
    began = time.perf_counter()
    page.fill(".jp-wb-Bar-tools input[type=number]", str(PAGE))
    page.press(".jp-wb-Bar-tools input[type=number]", "Tab")
    page.wait_for_selector(f".jp-wb-Page[data-page='{PAGE}'] img[src]")
    return first, time.perf_counter() - began


def execute(page: Page, command: str, **arguments: object) -> None:
    """Run a command of the extension, and do not wait for it."""
    page.evaluate(
        "([id, args]) => { void window.jupyterapp.commands.execute(id, args); }",
        [f"jixiao-workbench:{command}", arguments],
    )


if __name__ == "__main__":
    main()
