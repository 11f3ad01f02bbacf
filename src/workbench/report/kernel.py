"""Runs a notebook in a kernel of this interpreter, within a time limit that names the cell in which it ran out."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from traitlets import default

from workbench.language import Phrase

ENGINE = "workbench"
"""The name under which papermill knows :class:`TimedEngine`."""

START_SECONDS = 120
"""Seconds that a kernel may take to start: long, as machines that start many of them at once are slow."""

OUTPUT_SECONDS = 60
"""Seconds that the outputs of a finished cell may take to arrive."""

LONGEST_SOCKET_FOLDER = 80
"""Most characters of the folder of a socket; the system allows about 107 together with the socket's name."""

KERNEL_ARGUMENTS = ("-Xfrozen_modules=off", "-m", "ipykernel_launcher", "--log-level=50", "-f", "{connection_file}")
"""Arguments of Python that start a kernel; the log level lets through critical messages only."""

INSTALLED_ONLY = "-P"
"""Argument that keeps Python, and IPython since 9.7, from importing what lies in the folder that they run in."""


class InstalledKernel(AsyncKernelManager):
    """A kernel in the interpreter that runs now, whatever ``python3`` is to the user's Jupyter; it logs nothing.

    It listens on sockets in a folder of its own, so that kernels that start at the same time cannot take each other's
    ports; where the system has no such sockets (Windows), on ports. It imports what is installed, and nothing from the
    folder that it runs in, which may be anybody's.
    """

    _arguments: tuple[str, ...] = (INSTALLED_ONLY, *KERNEL_ARGUMENTS)
    _sockets: str | None = None

    @default("transport")
    def _transport_of_this_system(self) -> str:
        """``ipc`` (sockets) where the system has them and their path is short enough, else ``tcp`` (ports)."""
        has_room = len(tempfile.gettempdir()) < LONGEST_SOCKET_FOLDER - len("/workbench-12345678")
        return "ipc" if os.name == "posix" and has_room else "tcp"

    def _ip_default(self) -> str:
        if self.transport != "ipc":
            return super()._ip_default()
        self._sockets = tempfile.mkdtemp(prefix="workbench-")
        return f"{self._sockets}/kernel"

    def cleanup_ipc_files(self) -> None:
        """Remove the folder of the sockets."""
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        return KernelSpec(
            argv=[sys.executable, *self._arguments],
            display_name="Python 3 (ipykernel)",
            language="python",
            env={"PYDEVD_DISABLE_FILE_VALIDATION": "1", "MPLBACKEND": "agg"},
        )


class InstalledAndFolderKernel(InstalledKernel):
    """An :class:`InstalledKernel` for the user's own notebooks: they import modules beside them, as in JupyterLab."""

    _arguments = KERNEL_ARGUMENTS


class TimedEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine with one time limit for the whole notebook.

    A cell that exceeds it, or takes its kernel down, fails like one that raises.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, seconds: float, **options: Any
    ) -> None:
        """Run the cells; ``seconds`` is the limit of the whole notebook."""
        try:
            super().execute_managed_notebook(
                nb_man,
                kernel_name,
                timeout_func=_time_left(seconds),
                start_timeout=START_SECONDS,
                iopub_timeout=OUTPUT_SECONDS,
                shutdown_kernel="immediate",
                **{name: value for name, value in options.items() if name != "start_timeout"},
            )
        except CellTimeoutError:
            _fail_last_cell(
                nb_man,
                "TimeoutError",
                Phrase("the notebook took longer than {seconds:g} s and was stopped", seconds=seconds),
            )
        except DeadKernelError:
            _fail_last_cell(nb_man, "DeadKernelError", Phrase("the kernel died in this cell (out of memory?)"))


papermill_engines.register(ENGINE, TimedEngine)


def _time_left(seconds: float) -> Callable[[object], int]:
    """Give the seconds that are left for a cell that begins now, at least 1.

    The time runs from the first cell, not from the kernel's start.
    """
    end: float | None = None

    def left(_: object) -> int:
        nonlocal end
        end = end or time.monotonic() + seconds
        return max(1, round(end - time.monotonic()))

    return left


def _fail_last_cell(manager: NotebookExecutionManager, name: str, reason: str) -> None:
    """Write the failure into the cell that began last, as if the cell had raised it."""
    begun = [n for n, cell in enumerate(manager.nb.cells) if cell.metadata.papermill["start_time"]]
    cell = manager.nb.cells[begun[-1]]
    error = {"output_type": "error", "ename": name, "evalue": reason, "traceback": [f"{name}: {reason}"]}
    cell.outputs.append(nbformat.from_dict(error))  # type: ignore[no-untyped-call]
    manager.cell_exception(cell, cell_index=begun[-1])
