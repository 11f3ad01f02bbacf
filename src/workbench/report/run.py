"""Run one notebook and turn it into a page: papermill, then nbconvert. Meant for a worker process."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill import PapermillExecutionError, execute_notebook
from papermill.exceptions import PapermillException
from papermill.translators import PythonTranslator, papermill_translators

from workbench.errors import ReportError
from workbench.files import write_atomically
from workbench.report.page import make_page
from workbench.report.plan import Job

CELL_TIMEOUT = 900
"""Seconds that one cell may take."""

START_ATTEMPTS = 3
"""How often a kernel is started: kernels of other workers can snatch the port that one was to use."""

KERNEL_ARGUMENTS = ("-Xfrozen_modules=off", "-m", "ipykernel_launcher", "--log-level=50", "-f", "{connection_file}")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one job: the files, or the reason why there are none."""

    title: str
    stem: str
    html: Path | None
    notebook: Path | None
    error: str | None
    seconds: float


class ThisPython(AsyncKernelManager):
    """A kernel in the interpreter that runs now, whatever ``python3`` is to the user's Jupyter, and without noise."""

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, *KERNEL_ARGUMENTS],
            display_name="Python 3 (ipykernel)",
            language="python",
            env={"PYDEVD_DISABLE_FILE_VALIDATION": "1", "MPLBACKEND": "agg"},
        )


class ReadableTranslator(PythonTranslator):  # type: ignore[misc]
    """Writes parameters as Python that a Chinese reader can read: no ``\\uXXXX``."""

    @classmethod
    def translate_escaped_str(cls, str_val: object) -> str:
        return json.dumps(str(str_val), ensure_ascii=False)


@contextmanager
def readable_parameters() -> Iterator[None]:
    """Inside this block papermill injects readable strings; afterwards it is as it was."""
    papermill_translators.register("python", ReadableTranslator)
    try:
        yield
    finally:
        papermill_translators.register("python", PythonTranslator)


def make_report(job: Job) -> Report:
    """Run the job's notebook and write its two files, unless they are current.

    A failure is part of the result, never raised.
    """
    started = time.monotonic()
    if is_current(job):
        return Report(job.title, job.stem, job.html, job.executed, None, 0.0)
    for path in (job.html, job.executed):
        path.unlink(missing_ok=True)
    error = None
    try:
        notebook = run_notebook(job)
        source = nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]
        page = make_page(notebook, job.title, job.executed.name)
        write_atomically(job.executed, without_paths(source, job.folder).encode())
        write_atomically(job.html, without_paths(page, job.folder).encode())
    except ReportError as failure:
        error = without_paths(str(failure), job.folder)
    seconds = time.monotonic() - started
    if error:
        return Report(job.title, job.stem, None, None, error, seconds)
    return Report(job.title, job.stem, job.html, job.executed, None, seconds)


def is_current(job: Job) -> bool:
    """Whether both files of the job are there and were made from the same tables, notebook and program."""
    if not (job.html.is_file() and job.executed.is_file()):
        return False
    try:
        metadata = json.loads(job.executed.read_text(encoding="utf-8"))["metadata"]
        return bool(metadata["workbench"]["made_from"] == job.made_from)
    except (ValueError, KeyError, TypeError):
        return False


def run_notebook(job: Job) -> NotebookNode:
    """The executed notebook, without anything that only this machine means something to."""
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            with readable_parameters():
                executed = execute_notebook(
                    nbformat.read(job.notebook, as_version=4),  # type: ignore[no-untyped-call]
                    None,
                    parameters=dict(job.parameters),
                    progress_bar=False,
                    kernel_manager_class=ThisPython,
                    execution_timeout=CELL_TIMEOUT,
                    resources={"metadata": {"path": str(job.folder)}},
                )
            executed.metadata["workbench"] = {"made_from": job.made_from}
            return without_traces(executed)
        except PapermillExecutionError as failure:
            raise ReportError(job.notebook.name, f"{failure.ename}: {failure.evalue}") from failure
        except RuntimeError as failure:
            log.info("%s: attempt %d: %s", job.stem, attempt, failure)
            if attempt == START_ATTEMPTS:
                raise ReportError(job.notebook.name, f"the kernel died: {failure}") from failure
        except (PapermillException, OSError, ValueError) as failure:
            raise ReportError(job.notebook.name, f"{type(failure).__name__}: {failure}") from failure
    raise AssertionError("unreachable")


def without_traces(notebook: NotebookNode) -> NotebookNode:
    """Drop papermill's bookkeeping but the parameters, and what the kernel said on stderr (it goes to the log)."""
    notebook.metadata["papermill"] = {"parameters": notebook.metadata["papermill"]["parameters"]}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                log.info("stderr of the notebook: %s", output["text"])
        if "outputs" in cell:
            cell["outputs"] = [output for output in cell["outputs"] if output.get("name") != "stderr"]
    return notebook


def without_paths(text: str, folder: Path) -> str:
    """The text without the machine's folders: the project becomes ``.``, the home ``~``, the installation ``…``."""
    for path, instead in ((str(folder), "."), (sys.prefix, "…"), (str(Path.home()), "~")):
        if len(path) > 1:
            # Not inside a picture's base64, where the same letters mean nothing.
            pattern = rf"(?<![A-Za-z0-9+/]){re.escape(json.dumps(path)[1:-1])}(?![A-Za-z0-9])"
            text = re.sub(pattern, lambda _, word=instead: word, text)  # type: ignore[misc]
    return text
