"""The command line. Each command says what it does, shows progress, and explains what went wrong in one line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

import workbench
from workbench.command import (
    FAILED_INPUTS,
    CommandGroup,
    PlaceType,
    complain,
    examples,
    fill_standard_streams,
    print_line,
)
from workbench.errors import DatasetError, WorkbenchError
from workbench.publish.request import LICENCES
from workbench.remote import Location
from workbench.settings import NOTEBOOK_SECONDS, VERIFIED_SAMPLE

if TYPE_CHECKING:
    from workbench.archive.building.summary import IngestSummary

RAW = "data/raw"
"""Folder of a project for its documents."""

PROCESSED = "data/processed"
"""Folder of a project for its dataset."""

REPORTS = "reports"
"""Folder of a project for its reports."""


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(workbench.__version__, prog_name="workbench")
def main() -> None:
    """Performance self-evaluation forms (绩效自评表): from scans to data, findings and reports."""
    fill_standard_streams()


@main.command(
    epilog=examples(
        "workbench ingest",
        "workbench ingest scans/2022 --out data/2022 --workers 4",
        "workbench ingest s3://archive/scans --out s3://archive/processed --cluster tcp://10.0.0.5:8786",
        "workbench ingest --dry-run",
    )
)
@click.argument("raw", type=PlaceType(), default=RAW)
@click.option("--out", type=PlaceType(), default=PROCESSED, show_default=True)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that read pages.  [default: by cores and free memory]"
)
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers read the pages: tcp://host:8786")
@click.option("--keep", is_flag=True, help="Do not read again what an earlier version, or other settings, read whole.")
@click.option("--verify", is_flag=True, help="Compare every file with its digest, also those that look unchanged.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and do nothing.")
def ingest(
    raw: Location, out: Location, workers: int | None, cluster: str | None, keep: bool, verify: bool, dry_run: bool
) -> None:
    """Read the documents in RAW (default data/raw) into a dataset. RAW and --out are folders, or URLs (s3://…).

    What was read before is not read again; after an interruption the same command goes on. Ctrl-C finishes the pages
    in hand and writes the tables; a second one stops at once.
    """
    if dry_run:
        from workbench.archive.console import detailed_plan_lines
        from workbench.archive.ingest import plan_ingest
        from workbench.archive.project_layouts import with_layouts
        from workbench.settings import Settings

        plan = plan_ingest(raw, out, with_layouts(Settings.from_environment(), out), keep, verify)
        for line in detailed_plan_lines(plan, workers or _default_workers()):
            print_line(line)
        return
    summary = _ingest(raw, out, workers, cluster, keep, verify)
    if summary.problems:
        sys.exit(FAILED_INPUTS)


def _ingest(
    raw: Location,
    out: Location,
    workers: int | None,
    cluster: str | None = None,
    keep: bool = False,
    verify: bool = False,
) -> IngestSummary:
    """Read documents, and print how that ended."""
    summary = workbench.ingest(raw, out, workers=workers, cluster=cluster, keep=keep, verify=verify)
    print_line(str(summary))
    for problem in summary.failed:
        print_line(str(problem), err=True)
    for line in summary.notes:
        print_line(line, err=True)
    if summary.interrupted:
        print_line(
            f"interrupted; run the same command again to go on ({summary.unread} document(s) are not all read)",
            err=True,
        )
    return summary


def _default_workers() -> int:
    from workbench.archive.run.local import default_workers

    return default_workers()


@main.command(epilog=examples("workbench clean --dry-run", "workbench clean data/2022"))
@click.argument("processed", type=PlaceType(), default=PROCESSED)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and do nothing.")
def clean(processed: Location, dry_run: bool) -> None:
    """Remove results that the tables no longer stand on: of deleted documents, earlier versions and other settings.

    Tables, corrections and the documents themselves stay.
    """
    from workbench.archive.clean import clean as run

    found = run(processed, dry_run)
    done = "would be freed" if dry_run else "freed"
    print_line(
        f"{found.size / 1e6:,.1f} MB {done}: results of {len(found.documents)} document(s) that are not in the tables, "
        f"{len(found.versions)} of earlier versions or other settings, {len(found.scraps)} scrap(s)"
    )


@main.command(epilog=examples("workbench grid scan.pdf", "workbench grid scans/p-01.png --out grids --draw"))
@click.argument("scan", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=".", show_default=True)
@click.option("--draw", "with_drawing", is_flag=True, help="Also save the scan with the grid drawn over it.")
@click.option(
    "--stages", "with_stages", is_flag=True, help="Also save a picture of every stage, from upright to cells."
)
def grid(scan: Path, out: Path, with_drawing: bool, with_stages: bool) -> None:
    """The tables of SCAN (any file that `ingest` reads, or a folder of page images) as HTML and JSON, page by page."""
    from workbench.files import short_name
    from workbench.grid.debug import draw_cells, draw_stages
    from workbench.grid.export import to_html, to_json
    from workbench.ocr.registry import engine_for
    from workbench.progress import counted
    from workbench.read.document import read_document
    from workbench.settings import Settings

    settings = Settings.from_environment()
    name, count, pages = read_document(scan, settings, _default_workers())
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(
            out, f"no folder can be made here ({error.strerror or error}); name another with --out"
        ) from error
    tables = lines = failed = 0
    for page, content in counted(pages, count, "pages"):
        if isinstance(content, WorkbenchError):
            failed += 1
            complain(str(content))
            continue
        stem = f"{short_name(name)}-p{content.number:02d}"
        (out / f"{stem}.html").write_text(to_html(content, stem), encoding="utf-8")
        (out / f"{stem}.json").write_text(to_json(content), encoding="utf-8")
        if with_drawing and page is not None:
            draw_cells(page, content).save(out / f"{stem}.png")
        if with_stages and page is not None:
            for stage, picture in draw_stages(page, content, engine_for(settings, _default_workers())).items():
                picture.save(out / f"{stem}-{stage}.png")
        if (with_drawing or with_stages) and page is None:
            print_line(f"{stem}: not drawn, this kind of document has no scan to draw on", err=True)
        tables, lines = tables + len(content.grids), lines + len(content.loose_lines)
        cells = sum(len(table.cells) for table in content.grids)
        print_line(f"{stem}: {len(content.grids)} table(s), {cells} cells")
    if not tables:
        complain(f"{scan}: no-table: no table on any page, {lines} line(s) of text; see with --stages what was found")
    if failed or not tables:
        sys.exit(FAILED_INPUTS)


@main.command(epilog=examples("workbench layout scan.pdf", "workbench layout forms/自评表.docx --name 某县项目"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the layout.  [default: that of the document]")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default="layouts", show_default=True, help="Its folder."
)
def layout(file: Path, name: str | None, out: Path) -> None:
    """How the tables of FILE are understood: its columns, their fields, and why; and a draft of a layout.

    The draft is a file layouts/NAME.toml of the project. Correct it and run `workbench ingest`: headers like these are
    then read as it says. A file that is there is not written over.
    """
    from workbench.archive.project_layouts import LAYOUTS, layouts_in, write_drafts
    from workbench.form.own_layouts import own_layouts
    from workbench.form.understanding import drafts_of, shown_lines, understood
    from workbench.read.document import read_document
    from workbench.settings import Settings

    stem, _, read_pages = read_document(file, Settings.from_environment(), _default_workers())
    pages = []
    for _, content in read_pages:
        if isinstance(content, WorkbenchError):
            complain(str(content))
        else:
            pages.append(content)
    tables = understood(pages, own_layouts(layouts_in(Path(LAYOUTS))))
    for line in shown_lines(tables):
        print_line(line)
    if not tables:
        complain(f"{file}: no-table: no table with a header was found; see with: workbench grid {file} --draw")
        sys.exit(FAILED_INPUTS)
    for path in write_drafts(out, name or stem, drafts_of(tables)):
        print_line(f"correct its fields, then run workbench ingest → {path}")


@main.command(
    epilog=examples(
        "workbench report", "workbench report --department 天津市工业和信息化局 --year 2022", "workbench report --zip"
    )
)
@click.argument("processed", type=click.Path(path_type=Path), default=PROCESSED)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=REPORTS, show_default=True)
@click.option("--department", help="Only this department.")
@click.option("--year", type=int, help="Only this year.")
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
def report(
    processed: Path,
    out: Path,
    department: str | None,
    year: int | None,
    workers: int | None,
    timeout: float,
    notebooks: Path | None,
    raw: Location | None,
    with_zip: bool,
) -> None:
    """Run the notebooks over a dataset: .ipynb and self-contained .html, and an index.html.

    Only what is new or changed is run: the department's rows, the notebook, the program. A notebook that fails does
    not stop the others; what it did up to the cell that failed is kept as NAME.failed.ipynb. Notebooks beside a
    dataset of a project that you are not in are not run unless you name them.
    """
    all_made = _report(processed, out, department, year, workers, timeout, notebooks, raw)
    if with_zip:
        from workbench.report import pack

        packed = pack(out / "index.html")
        print_line(f"{packed.stat().st_size / 1e6:.1f} MB → {packed}")
    if not all_made:
        sys.exit(FAILED_INPUTS)


def _report(
    processed: Path,
    out: Path,
    department: str | None = None,
    year: int | None = None,
    workers: int | None = None,
    timeout: float = NOTEBOOK_SECONDS,
    notebooks: Path | None = None,
    raw: Location | None = None,
) -> bool:
    """Make reports, and print how that ended; gives whether all of them were made."""
    from workbench.progress import counted
    from workbench.report import build_reports

    chosen = (department, year, workers or _default_workers(), counted, timeout, notebooks, raw)
    run = build_reports(processed, out, *chosen)
    for path in run.passed_over:
        print_line(f"not run: {path}: run the command in its project, or name {path.parent} with --notebooks", err=True)
    for failed in run.failed:
        complain(f"{failed.title}: {f'cell {failed.cell}: ' if failed.cell else ''}{failed.error}")
    if run.removed:
        print_line(f"removed {len(run.removed)} file(s) of departments that the dataset no longer has", err=True)
    current = len(run.reports) - run.made
    unchanged = f", {current} of them unchanged" if current > 0 else ""
    print_line(f"{len(run.reports) - len(run.failed)} report(s){unchanged} → {run.index}")
    if run.interrupted:
        print_line("interrupted; run the same command again to go on", err=True)
    return not (run.failed or run.interrupted)


@main.command(
    epilog=examples(
        "workbench check",
        "workbench check data/2022 --severity error",
        "workbench check --department 工业和信息化局 --year 2022 --format csv",
    )
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


@main.command(
    epilog=examples(
        "workbench entities",
        "workbench entities --accept 3fa2c1 --accept 90b1de --by 李 --source 2018年机构改革方案",
        "workbench entities --reject 77c0aa --by 李",
        "workbench entities --format json",
    )
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
        print_line(f"{len(answers)} decision(s) → {path}")
        return
    lines = as_lines(known, found, dataset.entity_decisions) if kind == "text" else [as_json(known, found)]
    for line in lines:
        for part in line.split("\n"):
            print_line(part)


@main.command(epilog=examples("workbench bench --from-corrections", "workbench bench --from-corrections data/2022"))
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


@main.command(epilog=examples("workbench quantise", "workbench quantise scans/2022 --out models/8-bit"))
@click.argument("raw", type=click.Path(path_type=Path), default=RAW)
@click.option("--out", type=click.Path(path_type=Path), default="models-8-bit", show_default=True)
def quantise(raw: Path, out: Path) -> None:
    """Make weights of 8 bits for recognition: faster on processors that multiply bytes (VNNI).

    They are made with the text of some pages of RAW, and compared with the weights in use on that of others; they are
    kept only if no line that was read surely is read differently, and if they are faster.
    """
    from workbench.progress import counted
    from workbench.settings import Settings
    from workbench.tuning import quantise_weights

    made = quantise_weights(raw, out, Settings.from_environment(), counted)
    same = "all alike" if not made.different else f"{made.different} of them, doubted before, differently"
    print_line(f"{made.lines} lines read with both, {same}; {made.faster:.2f} times as fast → {out}")
    print_line(f"Read with them: WORKBENCH_MODEL_FOLDER={out} workbench ingest")


@main.command(epilog=examples("workbench export --format xlsx", "workbench export data/2022 --format dta --out stata"))
@click.argument("processed", type=PlaceType(), default=PROCESSED)
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "dta", "duckdb"]), required=True)
@click.option("--out", type=click.Path(path_type=Path), help="File or folder.  [default: in exports/]")
def export(processed: Location, kind: str, out: Path | None) -> None:
    """The tables for other tools: an Excel workbook, CSV files for Excel, Stata files, a DuckDB file.

    Text stays text, `=100%` too. Every export holds the data dictionary in Chinese, and says in `about` what the
    format could not hold as it was.
    """
    from workbench.dataset.export.exporting import export_dataset
    from workbench.progress import counted

    made = export_dataset(workbench.open(processed), kind, out, progress=counted)
    for note in made.notes:
        print_line(f"note: {note}", err=True)
    print_line(f"{kind} → {made.path}")


@main.command(
    epilog=examples(
        "workbench publish publication --licence CC-BY-4.0 --author 李明",
        "workbench publish publication data/2022 --licence CC0-1.0 --author 王伟 --cited paper.md --crops --zip",
    )
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("processed", type=PlaceType(), default=PROCESSED)
@click.option("--licence", type=click.Choice(list(LICENCES)), required=True, help="Under which the data may be used.")
@click.option("--author", "authors", multiple=True, required=True, help="An author; for more than one, repeat it.")
@click.option("--title", default="绩效自评表数据", show_default=True, help="Title of the dataset.")
@click.option("--url", default="", help="Where the publication will be found: a DOI, or the page of a repository.")
@click.option(
    "--cited", type=click.Path(path_type=Path, dir_okay=False), help="The paper, as text: its anchors (ds.cite)."
)
@click.option("--crops", is_flag=True, help="With pictures of the values that are cited or were corrected.")
@click.option("--initials", is_flag=True, help="Name the people who corrected by their initials.")
@click.option("--raw", type=PlaceType(), help="Folder of the scans, where it is not in the project of the dataset.")
@click.option("--zip", "with_zip", is_flag=True, help="Also pack it into FOLDER.zip.")
def publish(
    folder: Path,
    processed: Location,
    licence: str,
    authors: tuple[str, ...],
    title: str,
    url: str,
    cited: Path | None,
    crops: bool,
    initials: bool,
    raw: Location | None,
    with_zip: bool,
) -> None:
    """Publish a dataset in FOLDER: its tables, what they mean, how sure they are, and digests; ready for a repository.

    Others can load it (Parquet, CSV, Stata; scripts for R and Stata), cite it and check it: workbench verify.
    """
    from datetime import date

    from workbench.dataset.store import found_dataset, open_dataset
    from workbench.progress import counted
    from workbench.publish.publication import publish as run
    from workbench.publish.publication import zipped
    from workbench.publish.request import Request, cited_in

    anchors = cited_in(cited) if cited else ()
    request = Request(title, authors, licence, url, date.today(), initials, crops, anchors)
    made = run(open_dataset(found_dataset(processed), raw), folder, request, counted)
    for note in made.notes:
        print_line(f"note: {note}", err=True)
    print_line(f"{made.files} files, SHA-256 of SHA256SUMS {made.digest} → {made.folder}")
    if with_zip:
        packed = zipped(folder)
        print_line(f"{packed.stat().st_size / 1e6:.1f} MB → {packed}")


@main.command(epilog=examples("workbench verify publication", "workbench verify publication --sample 200 --seed 7"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=VERIFIED_SAMPLE,
    show_default=True,
    help="Pictures that are read again.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the sample.")
def verify(folder: Path, sample: int, seed: int) -> None:
    """Whether a published folder is as it was published, by digests, schemas and values.

    CSV is compared with Parquet, and a sample of the pictures is read again and compared with the values.
    """
    from workbench.publish.verification import verify as run

    found = run(folder, sample, seed)
    for fault in found.faults:
        complain(str(fault))
    print_line(
        f"{found.files} files, {found.values:,} values, {found.crops} picture(s), {found.read} of them read again: "
        + (f"{len(found.faults)} fault(s)" if found.faults else "all as published")
    )
    print_line(f"SHA-256 of SHA256SUMS, to be compared with the one that was printed: {found.digest}")
    if found.faults:
        sys.exit(FAILED_INPUTS)


@main.command(epilog=examples("workbench init performance-2024", "workbench init ."))
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """A new project: folders for scans, corrections and the dataset, and the notebooks, ready for JupyterLab.

    In a folder that exists, what is there stays as it is.
    """
    from workbench.project import make_project

    project = make_project(folder)
    for path in project.kept:
        print_line(f"kept as it was: {path}", err=True)
    print_line(f"{len(project.made)} file(s) → {project.folder}")
    print_line(f"Put scans into {project.folder / RAW}, then in {project.folder}: workbench ingest, or jupyter lab")


@main.command(epilog=examples("workbench demo"))
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Project folder to work in.")
def demo(folder: Path | None) -> None:
    """All of it on the sample archive: read the scans, check the forms, make the reports."""
    from workbench.project import demo_folder

    project = demo_folder(folder)
    summary = _ingest(project / RAW, project / PROCESSED, None)
    made = _report(project / PROCESSED, project / REPORTS)
    print_line("")
    print_line(f"Open {project / REPORTS / 'index.html'} in a browser. What the forms say against themselves:")
    print_line("  workbench check" + ("" if project == Path() else f" {project / PROCESSED}"))
    if summary.problems or not made:
        sys.exit(FAILED_INPUTS)


@main.command(epilog=examples("workbench kinds"))
def kinds() -> None:
    """The kinds of files that this installation reads, with what, and what to add for the rest."""
    from workbench.readers.installed import readable_kinds

    for kind in readable_kinds():
        state = f"not read; {kind.missing}" if kind.missing else kind.by
        print_line(f"{' '.join(kind.suffixes)}: {state}")
