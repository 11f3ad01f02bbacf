"""Commands on a dataset: its reports, its findings, its names, how well it was read, its export."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import workbench
from workbench.commands.base import (
    FAILED_INPUTS,
    PROCESSED,
    REPORTS,
    PlaceType,
    ProgressKind,
    command,
    complain,
    default_workers,
    failure_as_event,
    packed_line,
    print_line,
    progress_option,
)
from workbench.errors import about
from workbench.language import Phrase, shown
from workbench.remote import Location
from workbench.settings import NOTEBOOK_SECONDS


@command("workbench report", "workbench report --department 天津市工业和信息化局 --year 2022", "workbench report --zip")
@click.argument("processed", type=click.Path(path_type=Path), default=PROCESSED)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=REPORTS, show_default=True)
@click.option("--department", help="Only this department.")
@click.option("--year", type=int, help="Only this year.")
@click.option("--overview", is_flag=True, help="Only the overview of all departments.")
@click.option("--workers", type=click.IntRange(min=1), help="Notebooks run at a time.  [default: one per core]")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=NOTEBOOK_SECONDS,
    show_default=True,
    help="Seconds that a notebook may take.",
)
@click.option(
    "--notebooks",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder whose department.ipynb and overview.ipynb are run.  [default: notebooks/ of the project you are in]",
)
@click.option(
    "--raw",
    type=PlaceType(),
    help="Folder of the scans, where it is not in the project of the dataset.  [default: as the dataset says]",
)
@click.option("--zip", "with_zip", is_flag=True, help="Also pack all reports and the index into OUT/reports.zip.")
@progress_option
def report(
    processed: Path,
    out: Path,
    department: str | None,
    year: int | None,
    overview: bool,
    workers: int | None,
    timeout: float,
    notebooks: Path | None,
    raw: Location | None,
    with_zip: bool,
    progress: ProgressKind,
) -> None:
    """Run the notebooks over a dataset: .ipynb and self-contained .html, and an index.html.

    Only what is new or changed is run: the department's rows, the notebook, the program. A notebook that fails does
    not stop the others; what it did up to the cell that failed is kept as NAME.failed.ipynb. Notebooks beside a
    dataset of a project that you are not in are not run unless you name them.
    """
    if overview and (department or year):
        raise click.UsageError(
            shown(Phrase("--overview is about all departments and years; leave --department and --year out"))
        )
    asked = (processed, out, department, year, workers, timeout, notebooks, raw, overview)
    all_made = _report_as_json(*asked) if progress == "json" else run_report(*asked)
    if with_zip and progress == "bar":
        from workbench.report import pack

        packed = pack(out / "index.html")
        print_line(packed_line(packed))
    if not all_made:
        sys.exit(FAILED_INPUTS)


def _report_as_json(
    processed: Path,
    out: Path,
    department: str | None,
    year: int | None,
    workers: int | None,
    timeout: float,
    notebooks: Path | None,
    raw: Location | None,
    overview: bool,
) -> bool:
    """Make reports, and say so in lines of JSON; gives whether all of them were made."""
    from workbench.report import build_reports
    from workbench.report.events import emit_reports, emit_run

    with failure_as_event():
        how = (workers or default_workers(), emit_reports, timeout, notebooks, raw, overview)
        run = build_reports(processed, out, department, year, *how)
    emit_run(run)
    return not (run.failed or run.interrupted)


def run_report(
    processed: Path,
    out: Path,
    department: str | None = None,
    year: int | None = None,
    workers: int | None = None,
    timeout: float = NOTEBOOK_SECONDS,
    notebooks: Path | None = None,
    raw: Location | None = None,
    overview: bool = False,
) -> bool:
    """Make reports, and print how that ended; gives whether all of them were made."""
    from workbench.progress import counted
    from workbench.report import build_reports

    chosen = (department, year, workers or default_workers(), counted, timeout, notebooks, raw, overview)
    run = build_reports(processed, out, *chosen)
    for path in run.passed_over:
        print_line(
            Phrase(
                "not run: {path}: run the command in its project, or name {parent} with --notebooks",
                path=path,
                parent=path.parent,
            ),
            err=True,
        )
    for failed in run.failed:
        error = failed.error or ""
        why = Phrase("cell {cell}: {error}", cell=failed.cell, error=error) if failed.cell else error
        complain(about(failed.title, why))
    if run.removed:
        print_line(
            Phrase("removed {removed} file(s) of departments that the dataset no longer has", removed=len(run.removed)),
            err=True,
        )
    current = len(run.reports) - run.made
    unchanged = Phrase(", {current} of them unchanged", current=current) if current > 0 else ""
    made = len(run.reports) - len(run.failed)
    print_line(Phrase("{made} report(s){unchanged} → {index}", made=made, unchanged=unchanged, index=run.index))
    if run.interrupted:
        print_line(Phrase("interrupted; run the same command again to go on"), err=True)
    return not (run.failed or run.interrupted)


@command(
    "workbench check",
    "workbench check data/2022 --severity error",
    "workbench check --department 工业和信息化局 --year 2022 --format csv",
)
@click.argument("processed", type=PlaceType(), default=PROCESSED)
@click.option(
    "--severity", type=click.Choice(["error", "warning", "info"]), default="info", help="Least severity shown."
)
@click.option("--department", help="Only departments with this in their name.")
@click.option("--year", type=int, help="Only forms of this year.")
@click.option("--code", help="Only findings with this code.")
@click.option("--document", help="Only documents with this in their path.")
@click.option(
    "--format", "kind", type=click.Choice(["text", "csv", "json"]), default="text", help="How the findings are printed."
)
def check(
    processed: Location,
    severity: str,
    department: str | None,
    year: int | None,
    code: str | None,
    document: str | None,
    kind: str,
) -> None:
    """What the forms say against themselves, and where the machine is unsure; most consequential first.

    What there is in all, what was not read, each document with its main cause, then each department's causes: a page,
    a column, a row, a sum, with how many values hang on it. CSV and JSON have every finding.
    """
    from workbench.dataset.triage import TriageFilter, as_csv, as_json, as_lines, not_read, triage

    dataset, chosen = workbench.open(processed), TriageFilter(severity, department, year, code, document)
    rows = triage(dataset, chosen)
    if kind == "text":
        for line in as_lines(rows, not_read(dataset, chosen)):
            print_line(line)
        return
    for line in (as_csv if kind == "csv" else as_json)(rows).removesuffix("\n").split("\n"):
        print_line(line)


@command(
    "workbench entities",
    "workbench entities --accept 3fa2c1 --accept 90b1de --by 李 --source 2018年机构改革方案",
    "workbench entities --reject 77c0aa --by 李",
    "workbench entities --format json",
)
@click.argument("processed", type=PlaceType(), default=PROCESSED)
@click.option(
    "--accept", multiple=True, metavar="KEY", help="Decide that a proposal is so. May be given several times."
)
@click.option("--reject", multiple=True, metavar="KEY", help="Decide that its two names are different.")
@click.option("--by", help="Who decides.  [default: the login]")
@click.option("--source", default="", help="On what grounds.  [default: the proposal's evidence]")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", help="How they are printed.")
def entities(
    processed: Location, accept: tuple[str, ...], reject: tuple[str, ...], by: str | None, source: str, kind: str
) -> None:
    """Departments, units and projects over the years: which names may be one, with the evidence; a person decides.

    Names that differ only in width, spaces or punctuation are one by themselves. Everything else is proposed, and kept
    in data/entities.toml once it is accepted or rejected: who, when, on what grounds. Nothing is merged silently.
    """
    from workbench.dataset.comparable import registry_of
    from workbench.entities.decisions import entities_file
    from workbench.entities.proposals import proposals
    from workbench.entities.triage import as_json, as_lines, decide
    from workbench.review.widget import login_name

    dataset = workbench.open(processed)
    known = registry_of(dataset)
    found = proposals(known, dataset.entity_decisions)
    answers = [*((key, True) for key in accept), *((key, False) for key in reject)]
    if answers:
        path = entities_file(dataset.folder)
        for line in decide(path, known, found, answers, by or login_name(), source):
            print_line(line)
        print_line(Phrase("{answers} decision(s) → {path}", answers=len(answers), path=path))
        return
    lines = as_lines(known, found, dataset.entity_decisions) if kind == "text" else [as_json(known, found)]
    for line in lines:
        for part in line.split("\n"):
            print_line(part)


@command("workbench bench --from-corrections", "workbench bench --from-corrections data/2022")
@click.argument("processed", type=click.Path(path_type=Path), default=PROCESSED)
@click.option(
    "--from-corrections", is_flag=True, required=True, help="Take what people confirmed and corrected for the truth."
)
def bench(processed: Path, from_corrections: bool) -> None:  # noqa: ARG001 - required, so that the command says it
    """How well the engine reads your own archive, and the review threshold that would catch its errors.

    Measured on the fields that people confirmed or corrected; text is compared to the letter. For the error rate of
    the fields that nobody was asked about, draw a sample: workbench.audit in Python.
    """
    from workbench.review.quality.accuracy import bench_from_corrections

    for line in bench_from_corrections(workbench.open(processed)).lines():
        print_line(line)


@command("workbench export --format xlsx", "workbench export data/2022 --format dta --out stata")
@click.argument("processed", type=PlaceType(), default=PROCESSED)
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "dta", "duckdb"]), required=True)
@click.option("--out", type=click.Path(path_type=Path), help="File or folder.  [default: in exports/]")
@progress_option
def export(processed: Location, kind: str, out: Path | None, progress: ProgressKind) -> None:
    """The tables for other tools: an Excel workbook, CSV files for Excel, Stata files, a DuckDB file.

    Text stays text, `=100%` too. Every export holds the data dictionary in Chinese, and says in `about` what the
    format could not hold as it was.
    """
    from workbench.dataset.export.exporting import export_dataset
    from workbench.progress import counted, emit, emitted

    if progress == "json":
        with failure_as_event():
            made = export_dataset(workbench.open(processed), kind, out, progress=emitted("export"))
        emit("run-ended", notes=[shown(note) for note in made.notes], path=str(made.path))
        return
    made = export_dataset(workbench.open(processed), kind, out, progress=counted)
    for note in made.notes:
        print_line(Phrase("note: {note}", note=note), err=True)
    print_line(" → ".join((kind, str(made.path))))
