"""Every way of changing something on the disk, with a fault at each of its system calls in turn.

`python -m tests.faulted FOLDER NAME …` runs in a process of its own, which has everything imported and no threads, and
forks one for each fault: a fault costs what the command costs. Prints a line of JSON.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import pandas as pd

from tests.injected import WRITES, Call, Fault, watched
from tests.stubs import ingest_here, transcriptions
from workbench.archive.clean import clean
from workbench.archive.rebuild import rebuild
from workbench.archive.results.version import PIPELINE
from workbench.corrections.history import read_corrections
from workbench.corrections.log import CorrectionLog
from workbench.dataset.placing import place_of_file
from workbench.dataset.store import open_dataset
from workbench.errors import DatasetError
from workbench.report import build, run
from workbench.review.quality.audit import draw_audit

RAW, OUT, CORRECTIONS, EXPORTS = "data/raw", "data/processed", "data/corrections", "exports"

EVERY = os.environ.get("EVERY_FAULT") == "1"
"""The process killed before every call, and every error at it; else some of these faults, spread evenly."""

ERRORS = (Fault(0, errno.ENOSPC, lasts=True), Fault(0, errno.EACCES, lasts=True), Fault(0, errno.EIO))
"""The disk is full from there on, permission is lost from there on, one call fails."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """``prepare`` makes what is there before, ``act`` is what a fault befalls and, done again, goes on.

    ``look`` says what a user has, in words that are equal for equal things; it raises where something is half there.
    """

    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    look: Callable[[Path], object]
    keeps: bool = False
    """Whether a refusal means that nothing was changed."""
    some: int = 12
    """How many of the faults are tried where not all are."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many faults there were at how many calls, and what was lost, a line each."""

    calls: int
    faults: int
    lost: list[str]


def endure(name: str, folder: Path) -> Found:
    """Let a scenario endure its faults."""
    scenario = SCENARIOS[name]
    start, work = folder / "start", folder / "work"
    (start / "tmp").mkdir(parents=True)
    scenario.prepare(start)
    before = scenario.look(start)
    shutil.copytree(start, work, symlinks=True)
    undisturbed = watched(work, lambda: _act(scenario, work))
    if undisturbed.end != "done":
        return Found(0, 0, [f"undisturbed: {undisturbed.end}"])
    after = scenario.look(work)
    lost, known, faults = [], set(), 0
    every = list(_faults(undisturbed.calls))
    some = len(every) if EVERY else min(len(every), scenario.some)
    for fault in (every[number * len(every) // some] for number in range(some)):
        shutil.rmtree(work)
        shutil.copytree(start, work, symlinks=True)
        run = watched(work, lambda: _act(scenario, work), fault)
        faults += 1
        said = _judge(scenario, work, run.end, before, after, known)
        lost += [f"{name}: {fault} ({undisturbed.calls[fault.at]}): {line}" for line in said]
    return Found(len(undisturbed.calls), faults, lost)


def _act(scenario: Scenario, work: Path) -> None:
    # Temporary files have the same names in every run, and lie where they are watched.
    tempfile._name_sequence = (f"{number:08}" for number in itertools.count())  # type: ignore[attr-defined]
    tempfile.tempdir = str(work / "tmp")
    scenario.act(work)


def _judge(
    scenario: Scenario, work: Path, end: str, before: object, after: object, known: set[tuple[str, bool]]
) -> Iterator[str]:
    """What is lost after a run with a fault. The same files need to be looked at once."""
    if end not in ("done", "killed") and not end.startswith("refused: "):
        yield f"not an error of ours: {end}"
    state = _state(work), end.startswith("refused: ")
    if state in known:
        return
    known.add(state)
    try:
        seen = scenario.look(work)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a loss
        yield f"{type(error).__name__}: {error}"
        return
    if not _is_either(seen, before, after):
        yield f"neither the old nor the new: {seen}"
    if scenario.keeps and end.startswith("refused: ") and seen != before:
        yield "refused, and done all the same"
    again = watched(work, lambda: _act(scenario, work))
    if again.end != "done":
        yield f"the next run does not go on: {again.end}"
    elif scenario.look(work) != after:
        yield f"the next run does not end where it should: {scenario.look(work)}"


def _is_either(seen: object, before: object, after: object) -> bool:
    """Whether what is seen is the old or the new; of files that are independent of each other, each by itself."""
    if isinstance(seen, dict) and isinstance(before, dict) and isinstance(after, dict):
        return all(
            seen.get(name) in (before.get(name), after.get(name)) for name in seen.keys() | before.keys() | after.keys()
        )
    return seen in (before, after)


def _faults(calls: tuple[Call, ...]) -> Iterator[Fault]:
    """The process killed before each call, and an error at each; of writes into one file in a row, the first and last
    (a file of Parquet takes dozens, and nobody reads it before it is whole)."""
    for at, call in enumerate(calls):
        neighbours = [calls[other] for other in (at - 1, at + 1) if 0 <= other < len(calls)]
        if call.name in WRITES and len(neighbours) == 2 and neighbours[0] == call == neighbours[1]:
            continue
        yield Fault(at)
        yield from (Fault(at, error.error, error.lasts) for error in ERRORS if call.can_fail(error.error))


def _state(folder: Path) -> str:
    """A digest of all that is in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# What there is before.


def documents(folder: Path, count: int = 1) -> list[Path]:
    paths = transcriptions(folder / RAW, count)
    for path in paths:
        os.utime(path, (1_600_000_000, 1_600_000_000))  # long unchanged
    return paths


def dataset(folder: Path) -> None:
    documents(folder)
    ingest(folder)
    correct(folder)


def changed(folder: Path) -> None:
    """A dataset of two documents; since then one was taken away and one changed, and a correction was made."""
    first, second = documents(folder, 2)
    ingest(folder)
    correct(folder)
    second.unlink()
    first.write_text(first.read_text("utf-8").replace("补助资金", "补助经费"), "utf-8")


def exported(kind: str) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        dataset(folder)
        export(kind)(folder)
        rebuild(folder / OUT)

    return prepare


def superseded(folder: Path) -> None:
    """A dataset with results that it does not stand on any more."""
    changed(folder)
    ingest(folder)


# What is done.


def ingest(folder: Path) -> None:
    ingest_here(folder / RAW, folder / OUT)


def uncorrected(folder: Path) -> None:
    documents(folder)
    ingest(folder)


def upgraded(folder: Path) -> None:
    """`ingest` by a later version of the pipeline."""
    for name in ("results.version", "building.documents", "building.origin"):
        sys.modules[f"workbench.archive.{name}"].PIPELINE = f"{PIPELINE}.1"
    ingest(folder)


def correct(folder: Path) -> None:
    form = sorted(open_dataset(folder / OUT).forms["form_id"])[0]
    CorrectionLog(folder / CORRECTIONS, "李").append(form, "indicators", 1, "score", "8", "9")


def cut(folder: Path) -> None:
    """A log whose last line a power cut has cut."""
    dataset(folder)
    (log,) = (folder / CORRECTIONS).glob("*.jsonl")
    log.write_bytes(log.read_bytes() + b'{"form_id": "7e')


def export(kind: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        open_dataset(folder / OUT).export(kind, folder / EXPORTS)

    return act


def cleaned(folder: Path) -> None:
    clean(folder / OUT)


def sampled(folder: Path) -> None:
    draw_audit(open_dataset(folder / OUT), 5)


def reported(folder: Path) -> None:
    """Reports of an earlier state of the dataset; a notebook's run is not what is looked at, and is done once."""
    dataset(folder)
    report(folder)
    rebuild(folder / OUT)


def report(folder: Path) -> None:
    # In this process, where nothing is spawned.
    build.run_jobs = lambda jobs, *_: (run.make_report(job) for job in jobs)
    run.run_notebook = lambda job, _: executed(folder, job.stem)
    build.build_reports(folder / OUT, folder / "reports")


def executed(folder: Path, stem: str) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {stem}", id="a")])
    digest = open_dataset(folder / OUT).info["digest"]
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"{stem} of {digest}", id="b"))
    return notebook


def project(folder: Path) -> None:
    from workbench.project import make_project

    make_project(folder / "project")


def demonstrated(folder: Path) -> None:
    from workbench.project import demo_folder

    demo_folder(folder / "demo")


def weighed(folder: Path) -> None:
    from workbench.ocr.weights import bundled_model

    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    bundled_model("PP-OCRv6_small_det")


# What a user has.


def tables(folder: Path) -> object:
    """Digest and description of the tables, all of which are whole, and the corrections, to the byte."""
    out = folder / OUT
    logs = {path.name: path.read_bytes() for path in (folder / CORRECTIONS).glob("*.jsonl")}
    try:
        opened = open_dataset(out)
    except DatasetError:
        assert not list(out.glob("*.parquet")), "tables that cannot be opened"
        return None, logs
    for name, digest in opened.info["files"].items():
        assert _digest(place_of_file(out, name)) == digest, f"{name} is not the one of dataset.json"
    at_hand = {(path.name, _digest(path)) for path in out.glob("*.parquet")}
    runs = [json.loads(path.read_bytes()) for path in out.rglob("dataset.json")]
    assert any(at_hand <= set(run["files"].items()) for run in runs), "tables of two runs side by side"
    return opened.info["digest"], opened.info["pipeline"], logs


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def corrected(folder: Path) -> object:
    """What is in force, and that no line is lost."""
    history = read_corrections(folder / CORRECTIONS)
    return {(one.form_id, one.field, one.now) for one in history.in_force}, len(history.problems)


def workbook(folder: Path) -> object:
    return _scores(pd.read_excel(folder / EXPORTS / "dataset.xlsx", "indicators")["score"])


def database(folder: Path) -> object:
    import duckdb

    copy = folder.parent / "copy.duckdb"  # opened, it would be another file
    shutil.copyfile(folder / EXPORTS / "dataset.duckdb", copy)
    with duckdb.connect(copy, read_only=True) as connection:
        return _scores(connection.execute("select score from indicators").df()["score"])


def comma_files(folder: Path) -> object:
    """The files, which are not whole where ``about.csv`` is not there."""
    if not (folder / EXPORTS / "about.csv").exists():
        return _scores(pd.read_csv(folder.parent / "start" / EXPORTS / "indicators.csv")["score"])
    return _scores(pd.read_csv(folder / EXPORTS / "indicators.csv")["score"])


def reports(folder: Path) -> object:
    """The pages, each of which is whole: of which dataset each is, and what the index calls them."""
    found = {}
    for page in sorted((folder / "reports").glob("*.html")):
        text = page.read_text("utf-8")
        assert text.rstrip().endswith("</html>"), f"{page.name} is half there"
        found[page.name] = sorted(set(re.findall("of ([0-9a-f]{64})", text)))
    for notebook in (folder / "reports").glob("*.ipynb"):
        nbformat.read(notebook, as_version=4)
    return found


def _scores(column: pd.Series) -> list[float]:
    return [float(score) for score in column]


def all_files(name: str) -> Callable[[Path], object]:
    """Whether all files are there; those that are, are whole."""

    def look(folder: Path) -> object:
        paths = (path.relative_to(folder) for path in (folder / name).rglob("*") if path.is_file())
        found = {path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)}
        whole = WHOLE.setdefault(name, {})
        for path in found:
            content = (folder / path).read_bytes()
            assert whole.setdefault(path, content) == content, f"{path} is half there"
        return bool(found) and found == set(whole)

    return look


WHOLE: dict[str, dict[str, bytes]] = {}

SCENARIOS = {
    "ingest": Scenario(documents, ingest, tables),
    "ingest what changed": Scenario(changed, ingest, tables),
    "ingest by a later version": Scenario(superseded, upgraded, tables),
    "rebuild": Scenario(dataset, lambda folder: rebuild(folder / OUT), tables),
    "clean": Scenario(superseded, cleaned, tables),
    "correct for the first time": Scenario(uncorrected, correct, corrected, keeps=True),
    "correct again": Scenario(dataset, correct, corrected, keeps=True),
    "correct after a power cut": Scenario(cut, correct, corrected, keeps=True),
    "draw a sample": Scenario(dataset, sampled, all_files(f"{CORRECTIONS}/audits")),
    "export csv": Scenario(exported("csv"), export("csv"), comma_files, some=6),
    "export xlsx": Scenario(exported("xlsx"), export("xlsx"), workbook, some=6),
    "export duckdb": Scenario(exported("duckdb"), export("duckdb"), database, some=6),
    "report": Scenario(reported, report, reports, some=6),
    "init": Scenario(lambda _: None, project, all_files("project")),
    "demo": Scenario(lambda _: None, demonstrated, all_files("demo")),
    "weights": Scenario(lambda _: None, weighed, all_files("cache")),
}


def main() -> None:
    folder, *names = sys.argv[1:]
    found = {name: asdict(endure(name, Path(folder) / name.replace(" ", "-"))) for name in names}
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
