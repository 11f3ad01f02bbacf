"""The server side of the JupyterLab extension: what panels ask, and runs that outlive the browser (docs/lab-api.md).

Jupyter Server imports this package when it starts; everything that takes time to load waits for the first request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "workbench.lab"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from workbench.lab.routes import add_routes

    add_routes(server)
