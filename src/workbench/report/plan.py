"""Plans which reports are to be made: one for each department and year, and the overview."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.analysis.selection import NO_YEAR, Tables, department_years, known_department, known_year
from workbench.dataset.placing import project_folder
from workbench.entities.decisions import entities_file
from workbench.remote import Location, location_of
from workbench.report.digests import program_digest, row_digests
from workbench.report.journal import EXECUTED_ENDING, FAILED_ENDING, PAGE_ENDING
from workbench.report.notebooks import DEPARTMENT, OVERVIEW, find_notebook, shipped_notebooks

STEM_LENGTH = 60
"""Most characters of a department's name in a file name (three bytes each, and file systems allow 255 bytes)."""

DIGEST_LENGTH = 6
"""Characters of the digest that tells apart file names which would be the same."""

MADE_FROM_LENGTH = 16
"""Characters of :attr:`ReportJob.made_from`."""


@dataclass(frozen=True, slots=True)
class ReportJob:
    """One report to be made: its notebook, the values of the notebook's parameters, and where its files go.

    ``stem`` is the name of its files without their ending, in ``out_dir``; ``folder`` is where the notebook runs.
    ``department`` is None for the overview. ``made_from`` is a digest of everything that the report depends on: its
    rows in the tables, its parameters, its notebook and the program.
    """

    notebook: Path
    stem: str
    title: str
    folder: Path
    out_dir: Path
    parameters: dict[str, str | int] = field(default_factory=dict)
    department: str | None = None
    year: int = NO_YEAR
    made_from: str = ""

    @property
    def is_shipped(self) -> bool:
        """Whether the notebook comes with the workbench."""
        return self.notebook.parent == shipped_notebooks()

    @property
    def html(self) -> Path:
        """The file of the page."""
        return self.out_dir / f"{self.stem}{PAGE_ENDING}"

    @property
    def executed(self) -> Path:
        """The file of the executed notebook."""
        return self.out_dir / f"{self.stem}{EXECUTED_ENDING}"

    @property
    def failed(self) -> Path:
        """The file of a notebook of which a cell failed, executed up to there."""
        return self.out_dir / f"{self.stem}{FAILED_ENDING}"


def plan(
    tables: Tables, processed: Path, out_dir: Path, own: Path | None = None, raw: Location | None = None
) -> list[ReportJob]:
    """Plan every report of the dataset in the folder ``processed``, the overview first.

    ``own`` is a folder of notebooks that are used instead of those that come with the workbench, where it has them.
    ``raw`` is the folder of the scans where the user names another one than the dataset.

    Raises:
        ReportError: a notebook is missing.
    """
    folder, relative = project_folder(processed)
    named = {} if raw is None else {"raw": _seen_from(folder, raw)}
    rows, everything = row_digests(tables), f"{tables.info.get('digest')}{_decisions_digest(processed)}"
    pairs = department_years(tables.forms)
    stems = file_stems(pairs)
    overview = ReportJob(
        notebook=find_notebook(OVERVIEW, own),
        stem=OVERVIEW,
        title="绩效自评总览",
        folder=folder,
        out_dir=out_dir,
        parameters={"processed": relative},
        made_from=_made_from(everything, find_notebook(OVERVIEW, own)),
    )
    notebook = find_notebook(DEPARTMENT, own)
    # The notebook that comes with the workbench shows its department's rows; one of the user's own may show any.
    is_shipped = notebook.read_bytes() == find_notebook(DEPARTMENT, None).read_bytes()
    other_rows = "" if is_shipped else everything
    departments = [
        ReportJob(
            notebook=notebook,
            stem=stems[department, year],
            title=f"{department} {f'{year} 年度' if year else '年度不明'}绩效自评分析",
            folder=folder,
            out_dir=out_dir,
            parameters={"processed": relative, "department": department, "year": year, **named},
            department=department,
            year=year,
            made_from=_made_from(
                f"{department}|{year}|{rows[department, year]}|{other_rows}{named.get('raw', '')}", notebook
            ),
        )
        for department, year in pairs
    ]
    return [overview, *departments]


def _decisions_digest(processed: Path) -> str:
    """The digest of what people decided about entities: the overview shows it; empty where nobody did."""
    try:
        return hashlib.sha256(entities_file(processed).read_bytes()).hexdigest()
    except OSError:
        return ""


def _seen_from(folder: Path, raw: Location) -> str:
    """The folder of the scans as a notebook that runs in ``folder`` finds it; a URL stays as it is."""
    place = location_of(raw)
    return Path(os.path.relpath(place.resolve(), folder)).as_posix() if isinstance(place, Path) else place


def _made_from(rows: str, notebook: Path) -> str:
    """The digest of the rows' digest, the program and the notebook."""
    parts = (rows.encode(), program_digest().encode(), notebook.read_bytes())
    return hashlib.sha256(b"|".join(parts)).hexdigest()[:MADE_FROM_LENGTH]


def chosen(
    jobs: Iterable[ReportJob], tables: Tables, department: str | None, year: int | None, overview: bool = False
) -> list[ReportJob]:
    """Choose the jobs of one department, one year or both; all of them where neither is asked for.

    The overview belongs to no department and year; with ``overview`` it is the only one.

    Raises:
        SelectionError: the dataset has no such department or year; it names the nearest.
    """
    jobs = list(jobs)
    if overview:
        return [job for job in jobs if job.department is None]
    if not department and not year:
        return jobs
    wanted = [job for job in jobs if job.department is not None]
    if department:
        name = known_department(tables.forms, department)
        wanted = [job for job in wanted if job.department == name]
    if year:
        known_year((job.year for job in wanted), year)
        wanted = [job for job in wanted if job.year == year]
    return wanted


def file_stems(pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Give every department and year a file name without an ending, safe on every file system, no two the same.

    >>> file_stems([("甲局", 2022), ("甲 局", 0)])
    {('甲局', 2022): '甲局-2022', ('甲 局', 0): '甲_局_e29529-undated'}
    """
    stems: dict[tuple[str, int], str] = {}
    taken = {OVERVIEW, "index"}
    for department, year in pairs:
        stem = f"{_safe_name(department)}-{year or 'undated'}"
        if stem.casefold() in taken:
            stem = f"{_safe_name(department, with_digest=True)}-{year or 'undated'}"
        taken.add(stem.casefold())
        stems[department, year] = stem
    return stems


def _safe_name(name: str, with_digest: bool = False) -> str:
    """The letters, digits and Chinese characters of a name.

    A digest of the whole name follows where characters are lost by that, or ``with_digest``.
    """
    kept = "".join(c if c.isalnum() else "_" for c in unicodedata.normalize("NFC", name))
    kept = "_".join(part for part in kept.split("_") if part)[:STEM_LENGTH]
    if kept == name and not with_digest:
        return kept
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:DIGEST_LENGTH]
    return f"{kept}_{digest}" if kept else digest
