"""Which reports are to be made: one for each department and year, and the overview."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from workbench._version import PACKAGE
from workbench.analysis.selection import NO_YEAR, Tables, department_years, known_department, known_year
from workbench.errors import ReportError
from workbench.report.digests import program_digest, row_digests

STEM_LENGTH = 60
"""Characters of a department's name in a file name (three bytes each, and file systems allow 255)."""

DIGEST_LENGTH = 6

OVERVIEW, DEPARTMENT = "overview", "department"
"""The notebooks that reports are made with."""


@dataclass(frozen=True, slots=True)
class ReportJob:
    """One report to be made: the notebook, the values of its parameters, and the name of its files.

    ``made_from`` is a digest of all that the report is a function of: its rows in the tables, its parameters,
    its notebook and the program.
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
        """Where the page goes."""
        return self.out_dir / f"{self.stem}.html"

    @property
    def executed(self) -> Path:
        """Where the executed notebook goes."""
        return self.out_dir / f"{self.stem}.ipynb"

    @property
    def failed(self) -> Path:
        """Where the notebook goes if one of its cells fails: all that was done up to there."""
        return self.out_dir / f"{self.stem}.failed.ipynb"


def plan(tables: Tables, processed: Path, out_dir: Path, own: Path | None = None) -> list[ReportJob]:
    """Every report that the dataset gives, the overview first; by the notebooks in ``own``, where there are such."""
    folder, relative = project_folder(processed)
    rows, everything = row_digests(tables), str(tables.info.get("digest"))
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
    whole = "" if notebook.read_bytes() == find_notebook(DEPARTMENT, None).read_bytes() else everything
    departments = [
        ReportJob(
            notebook=notebook,
            stem=stems[department, year],
            title=f"{department} {f'{year} 年度' if year else '年度不明'}绩效自评分析",
            folder=folder,
            out_dir=out_dir,
            parameters={"processed": relative, "department": department, "year": year},
            department=department,
            year=year,
            made_from=_made_from(f"{department}|{year}|{rows[department, year]}|{whole}", notebook),
        )
        for department, year in pairs
    ]
    return [overview, *departments]


def _made_from(rows: str, notebook: Path) -> str:
    facts = (rows.encode(), program_digest().encode(), notebook.read_bytes())
    return hashlib.sha256(b"|".join(facts)).hexdigest()[:16]


def chosen(jobs: Iterable[ReportJob], tables: Tables, department: str | None, year: int | None) -> list[ReportJob]:
    """The jobs of one department or year; all of them where neither is asked for.

    A department or year that the dataset does not have raises SelectionError with the nearest ones.
    """
    jobs = list(jobs)
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


def project_folder(processed: Path) -> tuple[Path, str]:
    """The folder that a notebook runs in, and the dataset's path seen from there.

    Only that relative path is written into a report: no page tells where on the machine it was made.
    """
    processed = processed.resolve()
    if (processed.parent.name, processed.name) == ("data", "processed"):
        return processed.parents[1], "data/processed"
    return processed.parent, processed.name


def own_notebooks(project: Path) -> Path:
    """Where a project has notebooks of its own."""
    return project / "notebooks"


def trusted_notebooks(project: Path) -> Path | None:
    """The project's own notebooks, if somebody is at work in it. A notebook is a program: one that lies in a folder got
    from elsewhere is not run because there is a dataset beside it."""
    return own_notebooks(project) if Path.cwd().resolve().is_relative_to(project) else None


def passed_over(project: Path, own: Path | None) -> list[Path]:
    """The project's own notebooks that are not run, and are not those that come with the workbench either."""
    there = [own_notebooks(project) / f"{name}.ipynb" for name in (OVERVIEW, DEPARTMENT)]
    return [
        notebook
        for notebook in there
        if notebook.is_file()
        and find_notebook(notebook.stem, own) != notebook
        and notebook.read_bytes() != find_notebook(notebook.stem, None).read_bytes()
    ]


def find_notebook(name: str, own: Path | None) -> Path:
    """The notebook of that name: in the folder ``own`` (if one is given), else the workbench's."""
    for place in (*([own] if own is not None else []), shipped_notebooks()):
        if (place / f"{name}.ipynb").is_file():
            return place / f"{name}.ipynb"
    raise ReportError(f"{name}.ipynb", "the notebook does not come with the workbench, and no folder of yours has it")


def shipped_notebooks() -> Path:
    """The folder of the notebooks that come with the workbench: in the installation, else in the checkout."""
    package = PACKAGE
    packaged = package / "_notebooks"
    return packaged if packaged.is_dir() else package.parents[1] / "notebooks"


def file_stems(pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """A file name for every department and year, safe on every file system, no two the same."""
    stems: dict[tuple[str, int], str] = {}
    taken = {OVERVIEW, "index"}
    for department, year in pairs:
        stem = f"{_safe(department)}-{year or 'undated'}"
        if stem.casefold() in taken:
            stem = f"{_safe(department, always=True)}-{year or 'undated'}"
        taken.add(stem.casefold())
        stems[department, year] = stem
    return stems


def _safe(name: str, always: bool = False) -> str:
    """Letters, digits and Chinese characters of a name; a digest of the whole name where that loses something."""
    kept = "".join(c if c.isalnum() else "_" for c in unicodedata.normalize("NFC", name))
    kept = "_".join(part for part in kept.split("_") if part)[:STEM_LENGTH]
    if kept == name and not always:
        return kept
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:DIGEST_LENGTH]
    return f"{kept}_{digest}" if kept else digest
