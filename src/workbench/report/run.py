"""Makes one report: runs its notebook (papermill), makes its page, writes both. Meant for a worker process."""

from __future__ import annotations

import json
import logging
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill import PapermillExecutionError, execute_notebook
from papermill.exceptions import PapermillException

from workbench.errors import CellError, ReportError, about
from workbench.files import without_folder, write_atomically
from workbench.language import Phrase, reason_of
from workbench.report.journal import Report, append_report
from workbench.report.kernel import ENGINE, InstalledAndFolderKernel, InstalledKernel
from workbench.report.page import make_page
from workbench.report.parameters import readable_parameters
from workbench.report.plan import ReportJob
from workbench.settings import NOTEBOOK_SECONDS

START_ATTEMPTS = 3
"""How often a kernel that does not answer is started, the first time included."""

HEADING = re.compile(r"^##? (.+)$", re.MULTILINE)
"""A heading of the first or second level in a Markdown cell."""

log = logging.getLogger(__name__)


def make_report(job: ReportJob, seconds: float = NOTEBOOK_SECONDS) -> Report:
    """Run the job's notebook within ``seconds``, write its two files, and record the outcome in the journal.

    A failure is part of the result and never raised. The notebook up to the cell that failed is then kept as
    ``NAME.failed.ipynb``, and an older report of that name is removed, as it shows what no longer holds.
    """
    started = time.monotonic()
    error, cell = None, None
    try:
        notebook = run_notebook(job, seconds)
        page = make_page(notebook, job.title, job.executed.name)
        write_atomically(job.executed, _notebook_file(notebook, job))
        write_atomically(job.html, without_paths(page, job.folder).encode())
        job.failed.unlink(missing_ok=True)
    except ReportError as failure:
        error = without_paths(str(failure), job.folder)
        for path in (job.html, job.executed, job.failed):
            path.unlink(missing_ok=True)
        if isinstance(failure, CellError):
            cell = failure.cell
            write_atomically(job.failed, _notebook_file(failure.executed, job))
    report = Report(job.title, job.stem, job.made_from, error, cell, time.monotonic() - started)
    append_report(job.out_dir, report)
    return report


def _notebook_file(notebook: dict[str, Any], job: ReportJob) -> bytes:
    """The content of a notebook's file, without paths of this machine; its metadata say what it was made from."""
    notebook["metadata"]["workbench"] = {"made_from": job.made_from}
    source = nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]
    return without_paths(source, job.folder).encode()


def run_notebook(job: ReportJob, seconds: float = NOTEBOOK_SECONDS) -> NotebookNode:
    """Run the job's notebook within ``seconds``, and give it back executed, without papermill's traces.

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
                        kernel_manager_class=InstalledKernel if job.is_shipped else InstalledAndFolderKernel,
                        resources={"metadata": {"path": str(job.folder)}},
                        seconds=seconds,
                    )
                )
            except PapermillExecutionError as failure:
                partial = without_traces(nbformat.read(executed, as_version=4))  # type: ignore[no-untyped-call]
                reason = f"{failure.ename}: {failure.evalue}"
                raise CellError(job.notebook.name, reason, failed_cell(partial), partial) from failure
            except RuntimeError as failure:
                log.info("%s: attempt %d: %s", job.stem, attempt, failure)
                if attempt == START_ATTEMPTS:
                    raise ReportError(
                        job.notebook.name, Phrase("the kernel does not start: {failure}", failure=failure)
                    ) from failure
            except (PapermillException, OSError, ValueError) as failure:
                raise ReportError(job.notebook.name, about(type(failure).__name__, reason_of(failure))) from failure
    raise AssertionError("unreachable")


def failed_cell(executed: NotebookNode) -> str:
    """Name the cell that failed so that a reader finds it: its number among the code cells, the heading above it."""
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
    """Remove papermill's metadata except the parameters, and the output on stderr, which goes to the log.

    Changes the notebook, and gives it back.
    """
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
    """Replace the machine's folders in a text: the project becomes ``.``, the home ``~``, the installation ``…``.

    The text may be JSON: a path is replaced as JSON writes it.
    """
    for path, instead in ((str(folder), "."), (sys.prefix, "…"), (str(Path.home()), "~")):
        if len(path) > 1:
            text = without_folder(text, json.dumps(path)[1:-1], instead)
    return text
