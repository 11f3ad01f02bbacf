"""Run one notebook and turn it into a page: papermill, then nbconvert. Meant for a worker process."""

from __future__ import annotations

import json
import logging
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill import PapermillExecutionError, execute_notebook
from papermill.exceptions import PapermillException
from papermill.translators import PythonTranslator, papermill_translators

from workbench.errors import CellError, ReportError
from workbench.files import write_atomically
from workbench.report.journal import Report, note
from workbench.report.kernel import ENGINE, ThisPython, ThisPythonAndFolder
from workbench.report.page import make_page
from workbench.report.plan import ReportJob
from workbench.settings import NOTEBOOK_SECONDS

START_ATTEMPTS = 3
"""How often a kernel that does not answer is started anew."""

HEADING = re.compile(r"^##? (.+)$", re.MULTILINE)

log = logging.getLogger(__name__)


class ReadableTranslator(PythonTranslator):  # type: ignore[misc]
    """Writes parameters as Python that a Chinese reader can read: no ``\\uXXXX``, but for what cannot be seen.

    To IPython more than a line end ends a line, and behind one ``!`` is a command.
    """

    @classmethod
    def translate_escaped_str(cls, str_val: object) -> str:
        written = json.dumps(str(str_val), ensure_ascii=False)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in written)


@contextmanager
def readable_parameters() -> Iterator[None]:
    """Inside this block papermill injects readable strings; afterwards it is as it was."""
    papermill_translators.register("python", ReadableTranslator)
    try:
        yield
    finally:
        papermill_translators.register("python", PythonTranslator)


def make_report(job: ReportJob, seconds: float = NOTEBOOK_SECONDS) -> Report:
    """Run the job's notebook within ``seconds``, write its two files, and note what became of it.

    A failure is part of the result, never raised; the notebook up to the cell that failed is kept as
    ``NAME.failed.ipynb``, and an older report of that name is removed: it shows what no longer holds.
    """
    started = time.monotonic()
    error, cell = None, None
    try:
        notebook = run_notebook(job, seconds)
        page = make_page(notebook, job.title, job.executed.name)
        write_atomically(job.executed, _source(notebook, job))
        write_atomically(job.html, without_paths(page, job.folder).encode())
        job.failed.unlink(missing_ok=True)
    except ReportError as failure:
        error = without_paths(str(failure), job.folder)
        for path in (job.html, job.executed, job.failed):
            path.unlink(missing_ok=True)
        if isinstance(failure, CellError):
            cell = failure.cell
            write_atomically(job.failed, _source(failure.executed, job))
    report = Report(job.title, job.stem, job.made_from, error, cell, time.monotonic() - started)
    note(job.out_dir, report)
    return report


def _source(notebook: dict[str, Any], job: ReportJob) -> bytes:
    notebook["metadata"]["workbench"] = {"made_from": job.made_from}
    source = nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]
    return without_paths(source, job.folder).encode()


def run_notebook(job: ReportJob, seconds: float = NOTEBOOK_SECONDS) -> NotebookNode:
    """The executed notebook, without anything that only this machine means something to.

    Raises:
        CellError: a cell failed, hung or took the kernel down.
        ReportError: the notebook cannot be run at all.
    """
    for attempt in range(1, START_ATTEMPTS + 1):
        with readable_parameters(), tempfile.TemporaryDirectory() as folder:
            executed = Path(folder) / "executed.ipynb"
            try:
                return without_traces(
                    execute_notebook(
                        nbformat.read(job.notebook, as_version=4),  # type: ignore[no-untyped-call]
                        executed,
                        engine_name=ENGINE,
                        request_save_on_cell_execute=False,
                        parameters=dict(job.parameters),
                        progress_bar=False,
                        kernel_manager_class=ThisPython if job.is_shipped else ThisPythonAndFolder,
                        resources={"metadata": {"path": str(job.folder)}},
                        seconds=seconds,
                    )
                )
            except PapermillExecutionError as failure:
                partial = without_traces(nbformat.read(executed, as_version=4))  # type: ignore[no-untyped-call]
                reason = f"{failure.ename}: {failure.evalue}"
                raise CellError(job.notebook.name, reason, where(partial), partial) from failure
            except RuntimeError as failure:
                log.info("%s: attempt %d: %s", job.stem, attempt, failure)
                if attempt == START_ATTEMPTS:
                    raise ReportError(job.notebook.name, f"the kernel does not start: {failure}") from failure
            except (PapermillException, OSError, ValueError) as failure:
                raise ReportError(job.notebook.name, f"{type(failure).__name__}: {failure}") from failure
    raise AssertionError("unreachable")


def where(executed: NotebookNode) -> str:
    """The cell that failed, as its reader finds it: its number among the code cells and the heading above it."""
    heading, number = "", 0
    for cell in executed.cells:
        if cell.cell_type == "code":
            number += 1
            if any(output.output_type == "error" for output in cell.outputs):
                break
        elif found := HEADING.search(cell.source):
            heading = found[1].strip()
    return f"[{number}] {heading}".rstrip()


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
