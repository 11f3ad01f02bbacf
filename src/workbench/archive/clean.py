"""`workbench clean`: remove stored results that the tables were not built from. Corrections are not among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.archive.building.origin import previous_of, read_info
from workbench.archive.results.store import RESULTS, VERSIONS
from workbench.archive.run.lock import is_unfinished, locked
from workbench.errors import DatasetError
from workbench.files import Files
from workbench.language import Phrase
from workbench.remote import Location, files_at


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What the tables were not built from: keys of folders and files in the processed folder.

    Attributes:
        documents: folders of documents that are not in the tables.
        versions: folders of other versions of documents that are.
        scraps: files that killed runs left half-written, and descriptions of versions that nothing has any more.
        size: bytes of all of them.
    """

    documents: tuple[str, ...]
    versions: tuple[str, ...]
    scraps: tuple[str, ...]
    size: int

    @property
    def keys(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.documents, *self.versions, *self.scraps)


def clean(processed: Location, dry_run: bool = False) -> Cleaning:
    """Remove the stored results that the tables were not built from.

    Those are results of documents that are gone, of versions of the pipeline or settings that are not in use, and what
    killed runs left half-written.

    Args:
        processed: the dataset with its results: a folder or its URL.
        dry_run: remove nothing, only find what would be removed.

    Raises:
        DatasetError: nothing says which results are in use, because there is no dataset or the last run did not come
            to its end; or the folder cannot be written.
        InUseError: a run is using the folder.
    """
    files = files_at(processed)
    info = read_info(files)
    if "documents" not in info:
        raise DatasetError(
            processed, Phrase("there is no dataset here that says which results are in use; make one: workbench ingest")
        )
    with locked(processed):
        if is_unfinished(processed):
            message = Phrase(
                "the last run did not come to its end, what it read is kept for the next; run: workbench ingest"
            )
            raise DatasetError(processed, message)
        cleaning = _find(files, dict(previous_of(info).documents.values()))
        if not dry_run:
            for key in cleaning.keys:
                files.remove(key)
    return cleaning


def _find(files: Files, used: Mapping[str, str]) -> Cleaning:
    """The results that are not in use. ``used`` gives the name of the version in use, by the document's digest."""
    documents, versions = [], []
    scraps = [f"{RESULTS}/{name}" for name in files.files(RESULTS) if _is_scrap(name)]
    for folder in _documents(files):
        digest = folder.rpartition("/")[2]
        if digest not in used:
            documents.append(folder)
            continue
        for version in files.folders(folder):
            if version != used[digest]:
                versions.append(f"{folder}/{version}")
            else:
                names = files.files(f"{folder}/{version}")
                scraps += [f"{folder}/{version}/{name}" for name in names if _is_scrap(name)]
    kept = {f"{name}.json" for name in used.values()}
    scraps += [f"{VERSIONS}/{name}" for name in files.files(VERSIONS) if name not in kept]
    size = sum(files.size(key) for key in (*documents, *versions, *scraps))
    return Cleaning(tuple(documents), tuple(versions), tuple(scraps), size)


def _documents(files: Files) -> Iterator[str]:
    """The folders of all documents that there are results of: ``results/<ab>/<digest>``."""
    for start in files.folders(RESULTS):
        if f"{RESULTS}/{start}" != VERSIONS:
            yield from (f"{RESULTS}/{start}/{digest}" for digest in files.folders(f"{RESULTS}/{start}"))


def _is_scrap(name: str) -> bool:
    """Whether a file, by its name, was being written when its run was killed."""
    return name.startswith(".")
