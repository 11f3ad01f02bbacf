"""Where the originals of a dataset lie, and whether they are still what was read.

A dataset may come from elsewhere. What its ``dataset.json`` says of the originals leads to nothing outside the project
that it lies in, and to no network; only its user can name another place. A file that is found there is shown only if it
is the one that was read, by its digest: a stranger who knows that knows the file.
"""

from __future__ import annotations

import os
import tempfile
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath

from workbench.dataset.placing import project_folder
from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.documents import Source, digest_of, is_package, open_source, path_named
from workbench.readers.packages import member_file
from workbench.remote import Location, RemoteFiles, absolute, location_of
from workbench.settings import Settings

ID_LENGTH = 16
"""Hexadecimal digits of a document's digest that are its id."""


SHOWN = 200
"""Most characters of a name from a dataset that an error shows."""


def raw_folder(processed: Location, said: object, named: Location | None = None) -> Location:
    """The folder of the originals of a dataset, or its URL.

    Args:
        processed: the dataset's folder, or its URL.
        said: ``raw`` of its ``dataset.json``: relative to the dataset's folder, and in the same project.
        named: the folder that the user names instead, anywhere.

    Raises:
        InputError: ``outside``: the dataset names no folder, or one that is not in its project.
    """
    if named is not None:
        return absolute(location_of(named))
    if not isinstance(said, str) or not said:
        raise _outside("", Phrase("dataset.json does not say where the scans are"))
    if isinstance(processed, Path):
        return _below(processed, said)
    project = f"{processed.rpartition('/')[0]}/"
    if not said.startswith(project) or "::" in said or ".." in said.split("/"):
        raise _outside(said, Phrase("the dataset says that its scans are in another place than the dataset"))
    return said


def _below(processed: Path, said: str) -> Path:
    """The folder of a relative path, links followed.

    Raises:
        InputError: ``outside``: it is no relative path, or leads out of the project.
    """
    if "://" in said or PureWindowsPath(said).anchor:  # the anchor is what makes a path absolute on any system
        raise _outside(said, Phrase("the dataset says that its scans are elsewhere"))
    try:
        project, _ = project_folder(processed)
        folder = (processed / said).resolve()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, links in a circle
        raise _outside(said, Phrase("the dataset says that its scans are where no folder can be")) from None
    if project == project.parent or not folder.is_relative_to(project):
        raise _outside(said, Phrase("the dataset says that its scans are outside the project that it lies in"))
    return folder


def _outside(said: str, why: str) -> InputError:
    message = Phrase(
        "{why}; that is not followed; name their folder: wb.open(…, raw=…), workbench report --raw …", why=why
    )
    return InputError("outside", said[:SHOWN] or "raw", message)


class ComparedOriginals:
    """The originals of a dataset, each compared with what was read when it is first asked for.

    One in a store is fetched then, and kept as long as this object lives.
    """

    def __init__(self, raw: Location) -> None:
        """Take the folder that `raw_folder` gives."""
        self.raw = raw
        self._compared: dict[tuple[str, str], object] = {}

    def file(self, source: str, digest: str) -> Path:
        """Give the file, or the folder of page images, of a document.

        Args:
            source: the document's name in the table ``documents``.
            digest: the SHA-256 of its content, hexadecimal, or the first `ID_LENGTH` digits of it.

        Raises:
            InputError: ``missing``, ``outside``, ``changed``: it is not there, is a link to a place outside the folder,
                or is another file than the one that was read.
            StoreError: the store does not answer.
        """
        try:
            path, folder = self._place_of(source)
            document = _inside(source, path, folder)
            facts = _facts(document)
            if self._compared.get((source, digest)) != facts:
                _compare(source, document, digest)
                self._compared[source, digest] = facts
        except (OSError, ValueError) as error:  # a name that is too long, or has a NUL in it
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                "missing", source[:SHOWN], Phrase("there can be no such file ({reason})", reason=reason)
            ) from error
        return path

    def _place_of(self, source: str) -> tuple[Path, Path]:
        """The path of a document on this machine, and the folder that it has to lie in."""
        package = next((name for name in reversed(PurePosixPath(source).parents) if is_package(name)), None)
        if package is not None:
            archive, folder = self._own_file(package.as_posix())
            if archive.is_file():
                _require_inside(source, archive, os.path.realpath(folder))
                fetched = Path(self._fetched.name)
                return member_file(archive, package.as_posix(), source, fetched), fetched
        return self._own_file(source)

    def _own_file(self, name: str) -> tuple[Path, Path]:
        """The path of a file of the raw folder on this machine, and that folder."""
        folder = self.raw if isinstance(self.raw, Path) else Path(self._fetched.name)
        path = path_named(name, folder)
        if not isinstance(self.raw, Path) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            RemoteFiles(self.raw).fetch(name, path)
        return path, folder

    @cached_property
    def _fetched(self) -> tempfile.TemporaryDirectory[str]:
        """The folder of documents that were fetched from a store, or lie in an archive."""
        return tempfile.TemporaryDirectory(prefix="workbench-")


def _inside(source: str, path: Path, folder: Path) -> Source:
    """The document at a path.

    Raises:
        InputError: ``missing``; ``outside``: it, or a page of it, is a link that leads out of ``folder``.
    """
    root = os.path.realpath(folder)
    _require_inside(source, path, root)
    document = open_source(path)
    for file in document.page_files:
        _require_inside(source, file, root)
    return document


def _require_inside(source: str, path: Path, root: str) -> None:
    if not Path(os.path.realpath(path)).is_relative_to(root):  # `Path.resolve` refuses links in a circle
        raise InputError("outside", source, Phrase("a link to a place outside the folder of scans is not followed"))


def _facts(document: Source) -> object:
    """What changes when a file of the document does."""
    found = [(str(file), file.stat()) for file in document.page_files]
    return [(name, one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino) for name, one in found]


def _compare(source: str, document: Source, digest: str) -> None:
    """Refuse a document with another content than that of the digest.

    Raises:
        InputError: ``changed``; or it cannot be read.
    """
    now = digest_of(document, Settings(max_bytes=max(sum(f.stat().st_size for f in document.page_files), 1)))
    if digest not in (now, now[:ID_LENGTH]):
        message = Phrase("this is another file than the one that was read; put that one back, or run: workbench ingest")
        raise InputError("changed", source, message)
