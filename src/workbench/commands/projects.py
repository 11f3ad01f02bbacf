"""Commands that make a project folder, and that show all of it on the sample."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from workbench.commands.base import (
    FAILED_INPUTS,
    PROCESSED,
    RAW,
    REPORTS,
    command,
    print_line,
)
from workbench.commands.reading import run_ingest
from workbench.commands.results import run_report
from workbench.language import Phrase


@command("workbench init performance-2024", "workbench init .")
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """A new project: folders for scans, corrections and the dataset, and the notebooks, ready for JupyterLab.

    In a folder that exists, what is there stays as it is.
    """
    from workbench.project import make_project

    project = make_project(folder)
    for path in project.kept:
        print_line(Phrase("kept as it was: {path}", path=path), err=True)
    print_line(Phrase("{made} file(s) → {folder}", made=len(project.made), folder=project.folder))
    print_line(
        Phrase(
            "Put scans into {raw}, then in {folder}: workbench ingest, or jupyter lab",
            raw=project.folder / RAW,
            folder=project.folder,
        )
    )


@command("workbench demo")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Project folder to work in.")
def demo(folder: Path | None) -> None:
    """All of it on the sample archive: read the scans, check the forms, make the reports."""
    from workbench.project import demo_folder

    project = demo_folder(folder)
    summary = run_ingest(project / RAW, project / PROCESSED, None)
    made = run_report(project / PROCESSED, project / REPORTS)
    print_line("")
    print_line(
        Phrase(
            "Open {reports} in a browser. What the forms say against themselves:",
            reports=project / REPORTS / "index.html",
        )
    )
    print_line("  workbench check" + ("" if project == Path() else f" {project / PROCESSED}"))
    if summary.problems or not made:
        sys.exit(FAILED_INPUTS)
