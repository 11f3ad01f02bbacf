"""Publishing a dataset: a folder with its tables, what they mean, how sure they are, and how that can be checked."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet

from workbench._version import __version__
from workbench.corrections.history import CorrectionHistory, corrections_of
from workbench.dataset.comparable import VIEWS
from workbench.dataset.export.about import About
from workbench.dataset.export.csv import write_csv
from workbench.dataset.export.dta import write_dta
from workbench.dataset.placing import TABLES, project_folder
from workbench.dataset.rows import as_rows
from workbench.dataset.store import Dataset
from workbench.dataset.writing import write_dataset
from workbench.errors import CorrectionError, DatasetError, about
from workbench.language import Phrase, reason_of
from workbench.publish.codebook import LANGUAGES, codebook
from workbench.publish.croissant import CROISSANT, croissant
from workbench.publish.datapackage import DATAPACKAGE, datapackage
from workbench.publish.digests import files_in, write_sums
from workbench.publish.evidence import evidence_rows, evidence_table, silent, with_crops
from workbench.publish.people import findings_with, shown_names
from workbench.publish.printing import installed_browser, print_page
from workbench.publish.readme import AuditResult, Facts, citation_cff, description, licence_text
from workbench.publish.readme_text import readme
from workbench.publish.request import Request
from workbench.publish.tables import CSV, DATA, PUBLISHED, SCRIPTS, STATA, arrow_of, column_kind, corrections_table
from workbench.publish.traces import own_folders, without
from workbench.remote import Location
from workbench.review.quality.audit import kept_audits

ORIGIN = ("built", "built_from", "package", "code", "pipeline", "engine", "settings", "versions", "documents")
"""What the published ``dataset.json`` keeps of the dataset's own; where the scans lay is nobody's concern."""

TIME = (1980, 1, 1, 0, 0, 0)
"""Time of every member of the zip: equal publications give an equal file."""


@dataclass(frozen=True, slots=True)
class Published:
    """A publication that was made.

    Attributes:
        folder: where it is.
        digest: the SHA-256 of its list of digests, which stands for all of it.
        files: how many it has.
        notes: what it lacks, and why.
    """

    folder: Path
    digest: str
    files: int
    notes: tuple[str, ...]


def publish(
    dataset: Dataset, folder: Path, request: Request, progress: Callable[..., Iterable[Any]] = silent
) -> Published:
    """Publish a dataset in a folder that is not there yet, or is empty. It is there whole or not at all.

    Raises:
        DatasetError: the folder holds something, or cannot be written; or the dataset lacks corrections made since.
        CorrectionError: a log of corrections or the sample of an audit cannot be read.
        SelectionError: a cited value is not in the dataset.
    """
    _require_empty(folder)
    history = corrections_of(dataset.folder)
    if dataset.info.get("corrections", {}).get("digest", "") != history.digest():
        message = Phrase(
            "there are corrections that the tables do not hold yet; take them in first with: workbench ingest"
        )
        raise DatasetError(dataset.folder, message)
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.absolute().parent, prefix=f".{folder.name}-") as temporary:
            made = Path(temporary) / folder.name
            made.mkdir()
            notes = _Making(dataset, made, request, history, progress).make()
            digest, files = write_sums(made), len(files_in(made)) + 1
            if folder.is_dir():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise DatasetError(
            folder, Phrase("the publication cannot be written ({reason})", reason=reason_of(error))
        ) from error
    return Published(folder, digest, files, tuple(notes))


def _require_empty(folder: Path) -> None:
    if folder.absolute() == Path.cwd():
        raise DatasetError(folder, Phrase("this is the folder that you are in, which is to be replaced; name another"))
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()) or (folder.is_dir() and any(folder.iterdir())):
        raise DatasetError(
            folder, Phrase("there is something here already; name a folder that is empty or not there yet")
        )


class _Making:
    """One publication on its way."""

    def __init__(
        self,
        dataset: Dataset,
        folder: Path,
        request: Request,
        history: CorrectionHistory,
        progress: Callable[..., Iterable[Any]],
    ) -> None:
        self.dataset, self.folder, self.request, self.progress = dataset, folder, request, progress
        self.history = history
        documents = set(dataset.documents["document_id"])
        self.lines = [one for one in history.corrections if one.document_id in documents]
        self.names = shown_names((one.by for one in history.corrections), request.has_initials)
        self.own = own_folders(*_folders_of(dataset.folder))
        self.notes: list[str] = []

    def make(self) -> list[str]:
        """Write everything but the list of digests; gives the notes."""
        tables = {name: getattr(self.dataset, name) for name in TABLES}
        tables["findings"] = findings_with(tables["findings"], self.names)
        documents = tables["documents"].copy()
        for name in ("message", "message_zh"):
            documents[name] = documents[name].map(lambda text: without(text, self.own), na_action="ignore")
        tables["documents"] = documents
        digest = write_dataset(self.folder / DATA, [as_rows(tables)], self._origin())
        for name in VIEWS:
            tables[name] = getattr(self.dataset, name)
        tables["corrections"] = corrections_table(self.history, tables["documents"]["document_id"], self.names)
        tables["evidence"] = evidence_table(self._evidence(digest))
        tables = {name: tables[name] for name in PUBLISHED}
        for name in PUBLISHED[len(TABLES) :]:
            pyarrow.parquet.write_table(arrow_of(tables[name]), self.folder / DATA / f"{name}.parquet")
        for kind, write in ((CSV, write_csv), (STATA, write_dta)):
            table = About(self.dataset.info)
            write(self.folder / kind, tables.items(), table)
            self.notes += [about(kind, note) for note in table.notes]
        self._scripts(tables)
        facts = self._facts(tables, digest)
        self._descriptions(tables, facts)
        self._codebooks(tables, facts)
        return self.notes

    def _origin(self) -> dict[str, Any]:
        """What the published ``dataset.json`` says of how the tables were made."""
        info = self.dataset.info
        kept = {name: info[name] for name in ORIGIN if name in info}
        known = {one.id for one in self.lines}
        corrections = {"in_force": sum(one.id in known for one in self.history.in_force)}
        found: dict[str, Any] = without(kept | {"corrections": corrections | {"lines": {}}}, self.own)
        return found

    def _evidence(self, digest: str) -> Sequence[dict[str, Any]]:
        request = self.request
        rows = evidence_rows(self.dataset, request.cited, self.history, self.names, digest)
        if not request.has_crops:
            return rows
        rows, absent = with_crops(rows, self.dataset, self.folder, self.progress)
        self.notes += [
            Phrase("no picture of {count} value(s): {reason}", count=count, reason=Phrase(reason))
            for reason, count in absent.items()
        ]
        return rows

    def _scripts(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Scripts that load all tables, and the list of columns that the one for R needs."""
        source = resources.files("workbench.publish")
        self._write(f"{SCRIPTS}/load.R", source.joinpath("load.R").read_text(encoding="utf-8"))
        stata = source.joinpath("load.do").read_text(encoding="utf-8").replace("{tables}", " ".join(tables))
        self._write(f"{SCRIPTS}/load.do", stata)
        columns = [
            (name, str(column), column_kind(frame[column])) for name, frame in tables.items() for column in frame
        ]
        lines = ["table,column,type", *(",".join(one) for one in columns)]
        self._write(f"{SCRIPTS}/columns.csv", "\n".join(lines) + "\n")

    def _facts(self, tables: Mapping[str, pd.DataFrame], digest: str) -> Facts:
        info, fields, forms = self.dataset.info, tables["fields"], tables["forms"]
        doubted = fields[fields["flagged"] & (fields["status"] == "machine")]
        years = forms["year"].dropna()
        crops = tables["evidence"]
        return Facts(
            digest=digest,
            source_digest=str(info["digest"]),
            built=str(info.get("built", "")),
            package=str(info.get("package", __version__)),
            pipeline=str(info.get("pipeline", "")),
            engine=str(info.get("engine") or ""),
            rows={name: len(frame) for name, frame in tables.items()},
            not_read=int((tables["documents"]["status"] != "ok").sum()),
            years=(int(years.min()), int(years.max())) if len(years) else None,
            departments=int(forms["department"].nunique()),
            statuses=_counts(fields["status"]),
            open_doubts=len(doubted),
            forms_in_doubt=int(forms["review"].sum()),
            severities=_counts(tables["findings"]["severity"]),
            people=len({one.by for one in self.lines}),
            audits=self._audits(),
            crops=int(crops["crop"].notna().sum()),
            crops_read_back=int(crops["reads_back"].fillna(False).sum()),
        )

    def _audits(self) -> list[AuditResult]:
        """The error rates by audits that somebody answered, at least in part."""
        found = []
        kept = kept_audits(self.dataset) if isinstance(self.dataset.folder, Path) else []  # a store has none
        for audit in kept:
            if not any(answer is not None for answer in audit.answers(self.history)):
                self.notes.append(
                    Phrase("{name}: nobody has answered this audit yet; no error rate from it", name=audit.path.name)
                )
                continue
            try:
                numbers = audit.estimate(numbers_only=True)
            except CorrectionError:
                numbers = None
            found.append(AuditResult(audit.seed, audit.estimate(), numbers))
        if not found:
            self.notes.append(
                Phrase("no error rate: no audit of these readings was answered (workbench.audit in Python)")
            )
        return found

    def _descriptions(self, tables: Mapping[str, pd.DataFrame], facts: Facts) -> None:
        """The descriptions for programs, how to cite, and the licence."""
        origin = {name: value for name, value in asdict(facts).items() if name not in ("rows",)}
        for name, content in (
            (DATAPACKAGE, datapackage(self.folder, self.request, tables, origin)),
            (CROISSANT, croissant(self.folder, self.request, tables, description(facts))),
        ):
            self._write(name, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        self._write("CITATION.cff", citation_cff(self.request, facts))
        self._write("LICENSE", licence_text(self.request))

    def _codebooks(self, tables: Mapping[str, pd.DataFrame], facts: Facts) -> None:
        """Codebooks and README, in both languages."""
        browser = installed_browser()
        printed = []
        for language in LANGUAGES:
            page = self.folder / f"codebook.{language}.html"
            self._write(page.name, codebook(language, self.request.title, tables))
            printed.append(browser is not None and print_page(browser, page, page.with_suffix(".pdf")))
        if not all(printed):
            why = (
                Phrase("no browser of the Chromium family is installed")
                if browser is None
                else Phrase("the browser did not print it")
            )
            self.notes.append(Phrase("no codebook as PDF: {why}; open codebook.zh.html and print it", why=why))
        self._write("README.md", readme("zh", self.request, facts, all(printed)))
        self._write("README.en.md", readme("en", self.request, facts, all(printed)))

    def _write(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")


def _folders_of(processed: Location) -> Iterator[Path]:
    """The folders of a dataset on this machine."""
    if isinstance(processed, Path):
        yield from (processed, project_folder(processed)[0])


def _counts(column: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in Counter(column).items()}


def zipped(folder: Path) -> Path:
    """Pack a publication into a zip beside it, as a folder of its own; gives the path of the zip.

    Raises:
        DatasetError: it cannot be written.
    """
    path = folder.with_name(f"{folder.name}.zip")
    part = folder.with_name(f".{folder.name}.zip")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(file for file in folder.rglob("*") if file.is_file()):
                member = zipfile.ZipInfo(f"{folder.name}/{file.relative_to(folder).as_posix()}", TIME)
                member.external_attr = 0o644 << 16
                archive.writestr(member, file.read_bytes(), zipfile.ZIP_DEFLATED)
        part.replace(path)
    except OSError as error:
        raise DatasetError(path, Phrase("cannot be written ({reason})", reason=reason_of(error))) from error
    finally:
        part.unlink(missing_ok=True)
    return path
