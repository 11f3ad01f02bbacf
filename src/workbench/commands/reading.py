"""Commands that read documents, and what comes before: which kinds, how a table is understood, what is left over."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import workbench
from workbench.commands.base import (
    FAILED_INPUTS,
    PROCESSED,
    RAW,
    PlaceType,
    ProgressKind,
    command,
    complain,
    default_workers,
    failure_as_event,
    print_line,
    progress_option,
)
from workbench.errors import DatasetError, WorkbenchError, about
from workbench.language import Phrase, reason_of
from workbench.remote import Location

if TYPE_CHECKING:
    from workbench.archive.building.summary import IngestSummary


@command(
    "workbench ingest",
    "workbench ingest scans/2022 --out data/2022 --workers 4",
    "workbench ingest s3://archive/scans --out s3://archive/processed --cluster tcp://10.0.0.5:8786",
    "workbench ingest --only 2022/工业和信息化局.pdf --progress json",
    "workbench ingest --dry-run",
)
@click.argument("raw", type=PlaceType(), default=RAW)
@click.option("--out", type=PlaceType(), default=PROCESSED, show_default=True)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that read pages.  [default: by cores and free memory]"
)
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers read the pages: tcp://host:8786")
@click.option("--keep", is_flag=True, help="Do not read again what an earlier version, or other settings, read whole.")
@click.option("--verify", is_flag=True, help="Compare every file with its digest, also those that look unchanged.")
@click.option(
    "--only", multiple=True, metavar="NAME", help="Of new documents only this, or those in this folder: a path in RAW."
)
@click.option("--dry-run", is_flag=True, help="Say what would be read, and do nothing.")
@progress_option
def ingest(
    raw: Location,
    out: Location,
    workers: int | None,
    cluster: str | None,
    keep: bool,
    verify: bool,
    only: tuple[str, ...],
    dry_run: bool,
    progress: ProgressKind,
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
        for line in detailed_plan_lines(plan, workers or default_workers()):
            print_line(line)
        return
    summary = run_ingest(raw, out, workers, cluster, keep, verify, only or None, progress)
    if summary.problems:
        sys.exit(FAILED_INPUTS)


def run_ingest(
    raw: Location,
    out: Location,
    workers: int | None,
    cluster: str | None = None,
    keep: bool = False,
    verify: bool = False,
    only: Sequence[str] | None = None,
    progress: ProgressKind = "bar",
) -> IngestSummary:
    """Read documents, and print how that ended."""
    how = {"workers": workers, "cluster": cluster, "keep": keep, "verify": verify, "only": only}
    summary = workbench.ingest(raw, out, **how, progress=progress)  # type: ignore[arg-type]
    if progress == "bar":
        print_summary(summary)
    return summary


def print_summary(summary: IngestSummary) -> None:
    """Print how a run ended: what the tables hold, and on standard error what is not in them."""
    print_line(summary.phrase)
    for problem in summary.failed:
        print_line(problem.phrase, err=True)
    for line in summary.notes:
        print_line(line, err=True)
    if summary.interrupted:
        print_line(
            Phrase(
                "interrupted; run the same command again to go on ({unread} document(s) are not all read)",
                unread=summary.unread,
            ),
            err=True,
        )


@command("workbench rebuild", "workbench rebuild data/2022")
@click.argument("processed", type=click.Path(path_type=Path), default=PROCESSED)
@progress_option
def rebuild(processed: Path, progress: ProgressKind) -> None:
    """Build the tables again with the corrections made since: nothing is read, and the scans need not be there."""
    if progress == "bar":
        print_summary(workbench.rebuild(processed))
        return
    from workbench.archive.events import emit_documents, emit_summary
    from workbench.archive.rebuild import rebuild as run

    with failure_as_event():
        emit_summary(run(processed, emit_documents))


@command("workbench clean --dry-run", "workbench clean data/2022")
@click.argument("processed", type=PlaceType(), default=PROCESSED)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and do nothing.")
def clean(processed: Location, dry_run: bool) -> None:
    """Remove results that the tables no longer stand on: of deleted documents, earlier versions and other settings.

    Tables, corrections and the documents themselves stay.
    """
    from workbench.archive.clean import clean as run

    found = run(processed, dry_run)
    done = Phrase("would be freed") if dry_run else Phrase("freed")
    print_line(
        Phrase(
            "{size:,.1f} MB {done}: results of {documents} document(s) that are not in the tables, "
            "{versions} of earlier versions or other settings, {scraps} scrap(s)",
            size=found.size / 1e6,
            done=done,
            documents=len(found.documents),
            versions=len(found.versions),
            scraps=len(found.scraps),
        )
    )


@command("workbench grid scan.pdf", "workbench grid scans/p-01.png --out grids --draw")
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
    name, count, pages = read_document(scan, settings, default_workers())
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(
            out, Phrase("no folder can be made here ({reason}); name another with --out", reason=reason_of(error))
        ) from error
    tables = lines = failed = 0
    for page, content in counted(pages, count, Phrase("pages")):
        if isinstance(content, WorkbenchError):
            failed += 1
            complain(content)
            continue
        stem = f"{short_name(name)}-p{content.number:02d}"
        (out / f"{stem}.html").write_text(to_html(content, stem), encoding="utf-8")
        (out / f"{stem}.json").write_text(to_json(content), encoding="utf-8")
        if with_drawing and page is not None:
            draw_cells(page, content).save(out / f"{stem}.png")
        if with_stages and page is not None:
            for stage, picture in draw_stages(page, content, engine_for(settings, default_workers())).items():
                picture.save(out / f"{stem}-{stage}.png")
        if (with_drawing or with_stages) and page is None:
            print_line(Phrase("{stem}: not drawn, this kind of document has no scan to draw on", stem=stem), err=True)
        tables, lines = tables + len(content.grids), lines + len(content.loose_lines)
        cells = sum(len(table.cells) for table in content.grids)
        print_line(
            Phrase("{stem}: {tables} table(s), {cells} cells", stem=stem, tables=len(content.grids), cells=cells)
        )
    if not tables:
        complain(
            Phrase(
                "{scan}: no-table: no table on any page, {lines} line(s) of text; see with --stages what was found",
                scan=scan,
                lines=lines,
            )
        )
    if failed or not tables:
        sys.exit(FAILED_INPUTS)


@command("workbench layout scan.pdf", "workbench layout forms/自评表.docx --name 某县项目")
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

    stem, _, read_pages = read_document(file, Settings.from_environment(), default_workers())
    pages = []
    for _, content in read_pages:
        if isinstance(content, WorkbenchError):
            complain(content)
        else:
            pages.append(content)
    tables = understood(pages, own_layouts(layouts_in(Path(LAYOUTS))))
    for line in shown_lines(tables):
        print_line(line)
    if not tables:
        complain(
            Phrase(
                "{file}: no-table: no table with a header was found; see with: workbench grid {file} --draw", file=file
            )
        )
        sys.exit(FAILED_INPUTS)
    for path in write_drafts(out, name or stem, drafts_of(tables)):
        print_line(Phrase("correct its fields, then run workbench ingest → {path}", path=path))


@command("workbench quantise", "workbench quantise scans/2022 --out models/8-bit")
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
    same = (
        Phrase("all alike")
        if not made.different
        else Phrase("{different} of them, doubted before, differently", different=made.different)
    )
    print_line(
        Phrase(
            "{lines} lines read with both, {same}; {faster:.2f} times as fast → {out}",
            lines=made.lines,
            same=same,
            faster=made.faster,
            out=out,
        )
    )
    print_line(Phrase("Read with them: WORKBENCH_MODEL_FOLDER={out} workbench ingest", out=out))


@command("workbench kinds")
def kinds() -> None:
    """The kinds of files that this installation reads, with what, and what to add for the rest."""
    from workbench.readers.installed import readable_kinds

    for kind in readable_kinds():
        state = Phrase("not read; {missing}", missing=kind.missing) if kind.missing else kind.by
        print_line(about(" ".join(kind.suffixes), state))
