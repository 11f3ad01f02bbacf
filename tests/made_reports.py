"""Reports that several test modules look at, made once a run: of awkward forms, of the sample archive."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from filelock import FileLock

from tests.conftest import RAW
from tests.sample_tables import NAMES, SampleTables, write
from tests.test_analysis import awkward_tables
from workbench.report import Report, ReportRun, build_reports

DEPARTMENT = "天津市工业和信息化局"
AWKWARD = '水务/环境局 "<b>甲</b>" 🏭'
CASES = ("one indicator", "400 indicators", "no goals", "no scores", "all under review")
"""The awkward forms that have a report each, all made in one run."""


def together(cases: dict[str, SampleTables]) -> SampleTables:
    """One dataset with a department for each case, named after it."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in NAMES}
    for number, (department, tables) in enumerate(cases.items()):
        document = f"{number:016x}"
        for name in NAMES:
            table: pd.DataFrame = getattr(tables, name).copy()
            for column, value in (("form_id", f"{document}-1"), ("document_id", document)):
                if column in table and len(table):
                    table[column] = value
            if name == "forms":
                table["department"] = department
            parts[name].append(table)
    frames = {name: pd.concat([part for part in tables if len(part)] or tables[:1]) for name, tables in parts.items()}
    return SampleTables(**{name: frame.reset_index(drop=True) for name, frame in frames.items()})


def make_awkward_reports(shared: Path) -> ReportRun:
    """A report for each awkward form and the overview: real papermill, two workers, one of the names hostile.

    The test process that comes first makes them, the others find them current.
    """
    project = shared / "awkward"
    cases = {DEPARTMENT: awkward_tables()["plain"], AWKWARD: awkward_tables()["hostile text"]}
    cases |= {case: awkward_tables()[case] for case in CASES}

    def progress(reports: Iterable[Report], total: int, desc: str) -> Iterable[Report]:
        assert (total, desc) == (len(cases) + 1, "reports")
        return reports

    processed = project / "data" / "processed"
    with FileLock(shared / "awkward.lock"):
        if not processed.exists():
            write(together(cases), processed)
        return build_reports(processed, project / "reports", workers=2, progress=progress)


def make_sample_project(shared: Path, read: Path) -> Path:
    """A project folder with the sample archive, read already, and the report on the Tianjin form."""
    project = shared / "archive"
    processed = project / "data" / "processed"
    with FileLock(shared / "archive.lock"):
        if not project.exists():
            shutil.copytree(RAW, project / "data" / "raw")
            shutil.copytree(read, processed)
            (project / "notebooks").mkdir()
            info = json.loads((processed / "dataset.json").read_text(encoding="utf-8"))
            text = json.dumps(info | {"raw": "../raw"}, ensure_ascii=False)
            (processed / "dataset.json").write_text(text, encoding="utf-8")
        made = build_reports(processed, project / "reports", department=DEPARTMENT)
    assert made.failed == ()
    return project
