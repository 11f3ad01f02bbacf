"""Makes the pictures of the JupyterLab extension in the READMEs: ``python -m tools.picture``.

Reads the sample archive in a project of its own, opens it in a real JupyterLab, and takes the document view with the
grid over the scan and a doubted value chosen. A minute or two; needs Chromium.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from tests.lab import TOKEN, jupyter_lab

from workbench.project import make_project

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PICTURES = {"en": "lab.png", "default": "lab-zh.png"}
"""The picture for each language that JupyterLab is set to; the extension speaks Chinese where none is."""

SIZE = {"width": 1440, "height": 860}
SCAN = "示例项目_2022.pdf"


def main() -> None:
    """Make both pictures."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        sample = root / "绩效自评"
        make_project(sample)
        shutil.copytree(ROOT / "data" / "raw", sample / "data" / "raw", dirs_exist_ok=True)
        read = [sys.executable, "-m", "workbench", "ingest", str(sample / "data" / "raw")]
        subprocess.run([*read, "--out", str(sample / "data" / "processed")], check=True)
        for language, picture in PICTURES.items():
            take(root, Path(name) / language, language, IMAGES / picture)


def take(root: Path, home: Path, language: str, picture: Path) -> None:
    """Take the picture in one language, with settings of JupyterLab below ``home``."""
    settings = home / "settings" / "@jupyterlab" / "translation-extension"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text(json.dumps({"locale": language}), encoding="utf-8")
    with jupyter_lab(root, home) as lab:
        page = lab.browser.new_page(viewport=SIZE)
        page.set_default_timeout(120_000)
        page.goto(f"{lab.address}/lab/tree/绩效自评?token={TOKEN}&reset")
        page.wait_for_selector(".jp-LauncherCard")
        page.wait_for_function("window.jupyterapp")
        taken = io.BytesIO(document_view(page))
    colours = Image.open(taken).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    colours.save(picture, optimize=True)  # a third of the size; other ways lose the red of the few that are errors
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")


def document_view(page: Page) -> bytes:
    """The screen with the sample scan open beside its tables, and a doubted value chosen, as PNG."""
    page.evaluate("window.jupyterapp.commands.execute('jixiao-workbench:panel')")
    page.locator(".jp-wb-Row", has_text=SCAN).dblclick()
    page.wait_for_selector(".jp-wb-Page img[src]")
    page.wait_for_selector(".jp-wb-Cell")
    page.locator(".jp-wb-Value.jp-mod-flagged").first.click()
    page.wait_for_selector(".jp-wb-Mark[visibility='visible']")
    page.wait_for_timeout(1500)  # a sharper picture comes when nothing moves any more
    return page.screenshot()


if __name__ == "__main__":
    main()
