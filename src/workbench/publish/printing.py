"""Pages of HTML as PDF, by a browser of the Chromium family where one is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""Names of the program."""

PATIENCE = 120
"""Longest time that a page may take, seconds."""


def installed_browser() -> str | None:
    """The path of a browser that prints, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def print_page(browser: str, page: Path, pdf: Path) -> bool:
    """Print a page; gives whether the PDF is there. The browser has a profile of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True) as profile:
        command = [browser, "--headless", "--disable-gpu", f"--user-data-dir={profile}", "--no-pdf-header-footer"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start as root with it; the page is our own
        try:
            subprocess.run(
                [*command, f"--print-to-pdf={pdf.absolute()}", page.absolute().as_uri()],
                check=True, capture_output=True, timeout=PATIENCE,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return False
    return pdf.is_file()
