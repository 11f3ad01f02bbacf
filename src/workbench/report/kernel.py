"""The kernel that runs a notebook, and papermill's engine with a time limit that tells in which cell it ran out."""

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

ENGINE = "workbench"
"""The name under which papermill knows :class:`PatientEngine`."""

START_SECONDS = 120
"""Seconds that a kernel may take to start: machines that run many of them at once are slow."""

OUTPUT_SECONDS = 60
"""Seconds that the outputs of a finished cell may take to arrive."""

LONGEST_SOCKET = 80
"""Characters of the longest folder that a socket's name is put into; the system allows about 107 with the name."""

KERNEL_ARGUMENTS = ("-Xfrozen_modules=off", "-m", "ipykernel_launcher", "--log-level=50", "-f", "{connection_file}")

INSTALLED_ONLY = "-P"
"""Keeps Python, and IPython since 9.7, from importing what lies in the folder that they run in."""


class ThisPython(AsyncKernelManager):
    """A kernel in the interpreter that runs now, whatever ``python3`` is to the user's Jupyter, and without noise.

    It listens on sockets in a folder of its own, so that kernels that start at once cannot snatch each other's
    ports; where the system has none (Windows), on ports. It imports what is installed, and nothing from the folder
    that it runs in: that may be anybody's.
    """

    _arguments: tuple[str, ...] = (INSTALLED_ONLY, *KERNEL_ARGUMENTS)
    _sockets: str | None = None

    @default("transport")
    def _transport_of_this_system(self) -> str:
        has_room = len(tempfile.gettempdir()) < LONGEST_SOCKET - len("/workbench-12345678")
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
        return KernelSpec(
            argv=[sys.executable, *self._arguments],
            display_name="Python 3 (ipykernel)",
            language="python",
            env={"PYDEVD_DISABLE_FILE_VALIDATION": "1", "MPLBACKEND": "agg"},
        )


class ThisPythonAndFolder(ThisPython):
    """As `ThisPython`, for notebooks of one's own: they import modules beside them, as in JupyterLab."""

    _arguments = KERNEL_ARGUMENTS


class PatientEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine; a cell that hangs, or takes its kernel down, fails like one that raises."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, seconds: float, **options: Any
    ) -> None:
        """Run the cells; ``seconds`` is what the whole notebook may take."""
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
            _fail(nb_man, "TimeoutError", f"the notebook took longer than {seconds:g} s and was stopped")
        except DeadKernelError:
            _fail(nb_man, "DeadKernelError", "the kernel died in this cell (out of memory?)")


papermill_engines.register(ENGINE, PatientEngine)


def _time_left(seconds: float) -> Callable[[object], int]:
    """What is left of the time for a cell that begins now; it runs from the first cell, not from the kernel's start."""
    end: float | None = None

    def left(_: object) -> int:
        nonlocal end
        end = end or time.monotonic() + seconds
        return max(1, round(end - time.monotonic()))

    return left


def _fail(manager: NotebookExecutionManager, name: str, reason: str) -> None:
    """Put the failure into the cell that was begun last, as if it had raised it."""
    begun = [n for n, cell in enumerate(manager.nb.cells) if cell.metadata.papermill["start_time"]]
    cell = manager.nb.cells[begun[-1]]
    error = {"output_type": "error", "ename": name, "evalue": reason, "traceback": [f"{name}: {reason}"]}
    cell.outputs.append(nbformat.from_dict(error))  # type: ignore[no-untyped-call]
    manager.cell_exception(cell, cell_index=begun[-1])
