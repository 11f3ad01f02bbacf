"""A real Jupyter Server in this process, with the extension's server side as a user's installation loads it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

TOKEN = "token"
API = "workbench/api/v1"


@dataclass(frozen=True)
class Reply:
    """What the server answered."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class LabServer:
    """A running server over a folder."""

    root: Path
    app: ServerApp

    def get(self, address: str, **query: object) -> Reply:
        """A GET request as the extension makes it."""
        return self.ask(f"{address}?{urlencode(query, quote_via=quote)}", {"Authorization": f"token {TOKEN}"})

    def post(self, address: str, **body: object) -> Reply:
        """A POST request as the extension makes it."""
        return self.ask(address, {"Authorization": f"token {TOKEN}"}, json.dumps(body).encode())

    def ask(self, path: str, headers: dict[str, str], body: bytes | None = None) -> Reply:
        """Any request."""
        request = Request(f"http://127.0.0.1:{self.app.port}/{API}/{path}", body, headers)
        try:
            with urlopen(request, timeout=60) as answer:
                return Reply(answer.status, answer.read(), dict(answer.headers))
        except HTTPError as error:
            return Reply(error.code, error.read(), dict(error.headers))


@contextmanager
def lab_server(root: Path) -> Iterator[LabServer]:
    """A server over ``root``, in a thread."""
    config = Config()
    config.ServerApp.update({"root_dir": str(root), "port": 0, "open_browser": False, "allow_root": True})
    config.ServerApp.jpserver_extensions = {"workbench.lab": True}
    config.IdentityProvider.token = TOKEN
    started = threading.Event()
    running: dict[str, Any] = {}

    def serve() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        ServerApp.clear_instance()
        app = ServerApp.instance(config=config, log_level="CRITICAL")
        app.init_signal = lambda: None  # type: ignore[method-assign]
        app.initialize([])
        running["app"] = app
        app.io_loop.add_callback(started.set)
        app.start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert started.wait(60)
    app = running["app"]
    try:
        yield LabServer(root, app)
    finally:
        app.web_app.settings["workbench_lab"].close()
        app.io_loop.add_callback(app.stop)
        thread.join(20)
