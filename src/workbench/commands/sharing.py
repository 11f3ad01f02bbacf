"""Commands that make a dataset a publication, and that check one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from workbench.commands.base import (
    FAILED_INPUTS,
    PROCESSED,
    PlaceType,
    command,
    complain,
    packed_line,
    print_line,
)
from workbench.language import Phrase
from workbench.publish.request import LICENCES
from workbench.remote import Location
from workbench.settings import VERIFIED_SAMPLE


@command(
    "workbench publish publication --licence CC-BY-4.0 --author 李明",
    "workbench publish publication data/2022 --licence CC0-1.0 --author 王伟 --cited paper.md --crops --zip",
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
        print_line(Phrase("note: {note}", note=note), err=True)
    print_line(
        Phrase(
            "{files} files, SHA-256 of SHA256SUMS {digest} → {folder}",
            files=made.files,
            digest=made.digest,
            folder=made.folder,
        )
    )
    if with_zip:
        packed = zipped(folder)
        print_line(packed_line(packed))


@command("workbench verify publication", "workbench verify publication --sample 200 --seed 7")
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
        complain(fault.phrase)
    print_line(
        Phrase(
            "{files} files, {values:,} values, {crops} picture(s), {read} of them read again: {outcome}",
            files=found.files,
            values=found.values,
            crops=found.crops,
            read=found.read,
            outcome=Phrase("{faults} fault(s)", faults=len(found.faults))
            if found.faults
            else Phrase("all as published"),
        )
    )
    print_line(
        Phrase("SHA-256 of SHA256SUMS, to be compared with the one that was printed: {digest}", digest=found.digest)
    )
    if found.faults:
        sys.exit(FAILED_INPUTS)
