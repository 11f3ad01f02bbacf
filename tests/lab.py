"""A real JupyterLab server and a headless browser, for tests of what a person sees."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "token"
PATIENCE = 60.0
"""Seconds that the server, a kernel or the browser may take on a busy machine."""

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def chromium() -> str:
    """The operating system's Chromium; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: nothing was tried in a browser (apt install chromium)")
    return found


@dataclass
class Lab:
    """A running JupyterLab over a project folder, with one browser."""

    project: Path
    address: str
    server: psutil.Process
    browser: Browser

    def open(self, notebook: str) -> Page:
        """A notebook in a new tab, its kernel ready."""
        page = self.browser.new_page(viewport={"width": 1400, "height": 950})
        self.enter(page, notebook)
        return page

    def enter(self, page: Page, notebook: str) -> None:
        """A notebook in a tab that is there, its kernel ready."""
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{self.address}/lab/tree/{notebook}?token={TOKEN}&reset")
        page.wait_for_selector("text=| Idle")

    def run_all(self, page: Page, until: str) -> None:
        """Run all cells of the notebook in front, as its menu does, until an element is there."""
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        failed = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']")
        page.locator(until).first.or_(failed).first.wait_for()
        assert failed.count() == 0, failed.first.inner_text()

    def kill_kernels(self) -> int:
        """Kill every kernel as a crash would; how many there were."""
        kernels = [child for child in self.server.children(recursive=True) if "ipykernel" in " ".join(child.cmdline())]
        for kernel in kernels:
            kernel.send_signal(signal.SIGKILL)
        return len(kernels)


@contextmanager
def jupyter_lab(project: Path, home: Path) -> Iterator[Lab]:
    """JupyterLab over ``project``, with its own settings below ``home`` so that nobody's are read or changed."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")
    folders = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment = os.environ | {f"JUPYTER_{name}": str(home / name) for name in folders}
    environment |= {
        "JUPYTERLAB_SETTINGS_DIR": str(settings.parents[1]),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    environment |= {"IPYTHONDIR": str(home / "ipython")}
    port = free_port()
    command = [*server_command(project, port), "--LabApp.expose_app_in_browser=True"]
    with (
        (home / "server.log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for_server(address, server, home / "server.log")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
                yield Lab(project, address, psutil.Process(server.pid), browser)
                browser.close()
        finally:
            server.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_command(root: Path, port: int) -> list[str]:
    """What starts JupyterLab over a folder."""
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    return [*command, "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"]


def wait_for_server(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; an AssertionError with the end of its log where it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(f"{address}/api?token={TOKEN}", timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.01)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
