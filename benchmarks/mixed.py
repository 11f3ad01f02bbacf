"""Some 500 mixed files in 30 folders: is every one read, or listed with its reason? ``python -m benchmarks.mixed``.

Invented forms of every layout are written as Word files, workbooks, web pages and transcriptions, converted by
LibreOffice to the kinds that departments publish, put into archives, drawn as pictures, damaged, and called by wrong
names. Prints how many files of each kind were read, with as many rows as their form has, or refused, and why.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from tests import written
from tests.made_ofd import as_ofd
from tests.packed import write_tar, write_zip
from tests.scans.invented import invent
from tests.scans.layouts import LAYOUTS

import workbench
from benchmarks.ordinary import write_ruled_docx
from benchmarks.results import markdown

FOLDERS = 30
FEW = 6
"""Files of each kind that is slow to read: pictures, and those that LibreOffice converts when they are read."""

CONVERTED = {
    "doc": ("docx", 0),
    "odt": ("docx", FEW),
    "rtf": ("docx", FEW),
    "pdf": ("docx", 3 * FEW),
    "xls": ("xlsx", 0),
    "ods": ("xlsx", FEW),
}
"""Kinds that LibreOffice writes, from which, and how many at most (0: all)."""


@dataclass(frozen=True)
class Sample:
    """A file: what it is called apart from its folder, its kind, its bytes, and the form that it holds, if any."""

    name: str
    kind: str
    content: bytes
    form: str = ""


def main() -> None:
    """Write the archive, read it, and print what became of each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forms", type=int, default=56, help="invented forms (default: %(default)s)")
    forms = parser.parse_args().forms
    with tempfile.TemporaryDirectory() as name:
        samples = list(_samples(Path(name), forms))
        raw, out = Path(name) / "raw", Path(name) / "processed"
        expected = dict(_placed(samples, raw))
        started = time.monotonic()
        workbench.ingest(raw, out)
        seconds = time.monotonic() - started
        print(*_report(workbench.open(out), expected), f"{len(expected)} documents in {seconds:.0f} s", sep="\n")


def _samples(work: Path, forms: int) -> Iterator[Sample]:
    made = _written(work, forms)
    for kind, (source, most) in CONVERTED.items():
        files = sorted((work / source).glob(f"*.{source}"))[: most or None]
        profile = f"-env:UserInstallation={(work / 'office').as_uri()}"
        command = [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(work / kind),
            *map(str, files),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=1800)
        made += [_sample(path, kind) for path in sorted((work / kind).iterdir())]
    yield from made
    pdfs = [sample for sample in made if sample.kind == "pdf"]
    for sample in pdfs[: 2 * FEW]:
        yield Sample(f"{sample.form}.ofd", "ofd", as_ofd(sample.content, work / "a.ofd").read_bytes(), sample.form)
    for sample in pdfs[:FEW]:
        yield Sample(f"{sample.form}.png", "png", _drawn(sample.content, work / "a.png"), sample.form)
    yield from _packed(work, [sample for sample in made if sample.kind in ("docx", "xlsx", "html", "doc")])
    yield from _spoiled(made)


def _written(work: Path, forms: int) -> list[Sample]:
    writers = {"docx": write_ruled_docx, "xlsx": written.write_xlsx, "html": written.write_html,
               "md": written.write_bars, "tsv": written.write_tabs}  # fmt: skip
    made = []
    for seed in range(forms):
        layout = list(LAYOUTS)[seed % len(LAYOUTS)]
        table = LAYOUTS[layout](invent(seed, layout))
        for kind, write in writers.items():
            (work / kind).mkdir(exist_ok=True)
            made.append(_sample(write(table, work / kind / f"{layout}-{seed}.{kind}"), kind))
    return made


def _sample(path: Path, kind: str) -> Sample:
    return Sample(path.name, kind, path.read_bytes(), path.stem)


def _drawn(pdf: bytes, path: Path) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=150 / 72).to_pil().save(path)
    return path.read_bytes()


def _packed(work: Path, made: Sequence[Sample]) -> Iterator[Sample]:
    for number in range(FEW):
        members = {f"附件{n}/{one.name}": one.content for n, one in enumerate(made[number :: len(made) // 4], start=1)}
        write, suffix = ((write_zip, "zip"), (write_tar, "tar.gz"))[number % 2]
        yield Sample(f"{number}.{suffix}", suffix, write(work / f"a.{suffix}", members).read_bytes())


def _spoiled(made: Sequence[Sample]) -> Iterator[Sample]:
    """Halves, noise, nothing, and good files under wrong names."""
    noise = random.Random(7)
    by_kind = {sample.kind: sample for sample in made}
    for kind, sample in by_kind.items():
        half = sample.content[: len(sample.content) // 2]
        yield Sample(f"half.{kind}", "half", half)
        yield Sample(f"noise.{kind}", "noise", noise.randbytes(5_000))
        yield Sample(f"nothing.{kind}", "nothing", b"")
        other = list(by_kind)[(list(by_kind).index(kind) + 5) % len(by_kind)]
        yield Sample(f"{other}-called.{kind}", "wrong name", by_kind[other].content)
    for name in ("video.mp4", "program.exe", "字体.ttf", "data.bin", "no ending"):
        yield Sample(name, "of no kind", noise.randbytes(5_000))


def _placed(samples: Sequence[Sample], raw: Path) -> Iterator[tuple[str, Sample]]:
    """Put each sample into one of the folders; gives the path of each below the raw folder, those of members too."""
    for number, sample in enumerate(samples):
        folder = raw / f"部门{number % FOLDERS:02}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number:03}-{sample.name}"
        path.write_bytes(sample.content)
        yield path.relative_to(raw).as_posix(), sample


def _report(dataset: workbench.Dataset, expected: dict[str, Sample]) -> list[str]:
    documents = dataset.documents
    forms = dataset.forms.merge(dataset.indicators.groupby("form_id").size().rename("rows").reset_index())
    rows_of = forms.groupby("document_id")["rows"].sum().to_dict()
    listed = {row.source: row for row in documents.itertuples()}
    truth = {one.form: rows_of.get(listed[name].document_id) for name, one in expected.items() if one.kind == "docx"}
    counts: dict[str, Counter[str]] = {}
    for source, row in listed.items():
        outer = next((name for name in expected if source == name or source.startswith(f"{name}/")), None)
        kind = "(not asked for)" if outer is None else expected[outer].kind + (" member" if source != outer else "")
        sample = expected.get(source)
        own = counts.setdefault(kind, Counter())
        own["documents"] += 1
        own["read" if row.status != "failed" else str(row.error)] += 1
        if sample and sample.form:
            own["all rows"] += rows_of.get(row.document_id, 0) == truth.get(sample.form)
    reasons = sorted({key for own in counts.values() for key in own} - {"documents", "read", "all rows"})
    header = ("kind", "documents", "read", "all rows", *reasons)
    missing = [name for name in expected if not any(s == name or s.startswith(f"{name}/") for s in listed)]
    silent = [row.source for row in listed.values() if row.status != "ok" and not row.message]
    table = markdown([header, *((kind, *(str(own[key]) for key in header[1:])) for kind, own in counts.items())])
    return [*table, f"neither read nor listed: {missing or 'none'}; without a sentence: {silent or 'none'}"]


if __name__ == "__main__":
    main()
