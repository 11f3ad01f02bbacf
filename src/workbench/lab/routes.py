"""The addresses of the extension, and its state, joined to a server."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.utils import url_path_join

from workbench.lab.answers import ASKED, ORDERED, Lab, page_picture, picture_of
from workbench.lab.handlers import POOLS, STATE, EventsHandler, JsonHandler, ModuleHandler, PictureHandler, PoolName
from workbench.lab.places import ServerRoot

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

API = "workbench/api/v1"
"""Beginning of all addresses, below the server's own."""

SLOW: Mapping[str, PoolName] = {
    **dict.fromkeys(("document", "cells", "grid", "pages-of"), "pictures"),
    "review/message": "review",
}
"""Requests that may wait for pages to be drawn, and the threads that work for them."""

MODULES = {"widget.js": "text/javascript; charset=utf-8", "widget.css": "text/css; charset=utf-8"}
"""Files of the review's front end, with their kinds."""


def add_routes(server: ServerApp) -> None:
    """Add the addresses of the extension to a server."""
    lab = Lab(root_of(server))
    server.web_app.settings[STATE] = lab
    threads = {name: ThreadPoolExecutor(most, thread_name_prefix=f"workbench-{name}") for name, most in POOLS.items()}
    server.web_app.settings[f"{STATE}_threads"] = threads
    atexit.register(lab.close)
    base = url_path_join(server.web_app.settings["base_url"], API)
    routes = [(url_path_join(base, path), *rest) for path, *rest in _routes()]
    server.web_app.add_handlers(".*$", routes)  # type: ignore[no-untyped-call]


def _routes() -> list[tuple[Any, ...]]:
    names = sorted({*ASKED, *ORDERED})
    both = {name: {"GET": ASKED.get(name), "POST": ORDERED.get(name)} for name in names}
    routes: list[tuple[Any, ...]] = [
        (name, JsonHandler, {"answers": of, "pool": SLOW.get(name, "quick")}) for name, of in both.items()
    ]
    routes += [
        ("page", PictureHandler, {"picture": page_picture}),
        ("page-of", PictureHandler, {"picture": picture_of}),
    ]
    routes += [(f"review/{name}", ModuleHandler, {"name": name, "kind": kind}) for name, kind in MODULES.items()]
    return [*routes, ("events", EventsHandler)]


def root_of(server: ServerApp) -> ServerRoot | None:
    """The folder below which the server's files are; None where they are in no folder of this machine."""
    contents = server.contents_manager
    folder = getattr(contents, "root_dir", "") or ""
    if not folder or not Path(folder).is_dir():
        return None
    return ServerRoot(Path(os.path.realpath(folder)), bool(getattr(contents, "allow_hidden", False)))
