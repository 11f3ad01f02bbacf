"""Attachments: what was unpacked of an archive, as the documents of a folder of its name."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.documents import FolderEntry, Source, natural_order, sources_in
from workbench.readers.unpacking import Unpacked, unpack, unpacked
from workbench.settings import Settings


def member_sources(package: Source, members: Unpacked) -> list[Source]:
    """The documents of an archive, named as if it were a folder: ``a.zip/附件1/自评表.doc``.

    A folder of page images is one document in an archive as well; members that could not be had are documents with a
    problem.
    """
    top = package.path
    tree = _tree(top, members.files)

    def stream(path: Path) -> BinaryIO:
        return members.files[path.relative_to(top).as_posix()].open("rb")

    found = [
        replace(source, name=package.name if source.path == top else f"{package.name}/{source.name}", package=top)
        for source in (sources_in(top, lambda folder: tree[folder], stream) if members.files else ())
    ]
    for name, (reason, message) in members.problems.items():
        full = f"{package.name}/{name}".removesuffix("/")
        path = top / name
        problem = InputError(reason, full, message)
        found.append(Source(full, path, (path,), package=top, problem=problem))
    return sorted(found, key=lambda source: natural_order(source.name))


def unpacked_source(source: Source, members: Unpacked) -> Source:
    """The document with its files where they were unpacked to.

    Raises:
        InputError: ``missing``: it is no longer in its archive.
    """
    assert source.package is not None
    try:
        files = tuple(members.files[file.relative_to(source.package).as_posix()] for file in source.page_files)
    except KeyError:
        raise InputError("missing", source.name, Phrase("the file is no longer in its archive")) from None
    path = files[0].parent if source.is_folder else files[0]
    return replace(source, path=path, page_files=files, package=None)


def member_file(file: Path, package: str, name: str, folder: Path) -> Path:
    """A document of an archive as a file, or a folder of page images, of its own.

    Args:
        file: the archive.
        package: name of the archive in its dataset.
        name: that of the document: it begins with the archive's.
        folder: where archives are unpacked to; what is there already is used.

    Raises:
        InputError: the archive cannot be unpacked, or no longer holds the document.
    """
    within = folder / hashlib.sha256(package.encode()).hexdigest()
    if not within.exists():
        part = Path(tempfile.mkdtemp(dir=folder))
        unpack(file, part, Settings.from_environment())
        part.replace(within)
    members = unpacked(within)
    sources = member_sources(Source(package, file, (file,)), members)
    source = next((one for one in sources if one.name == name and one.problem is None), None)
    if source is None:
        raise InputError("missing", name, Phrase("the file is no longer in its archive"))
    local = unpacked_source(source, members)
    if not source.is_folder:
        return local.path
    pages = within / hashlib.sha256(name.encode()).hexdigest()
    pages.mkdir(exist_ok=True)
    for number, page in enumerate(local.page_files, start=1):
        copy = pages / f"{number:06}{page.suffix}"
        if not copy.exists():
            shutil.copyfile(page, copy)
    return pages


def _tree(top: Path, files: Mapping[str, Path]) -> dict[Path, list[FolderEntry]]:
    """What is directly in each folder of an archive."""
    tree: dict[Path, list[FolderEntry]] = {top: []}
    for name in files:
        path = top / name
        for folder in reversed([parent for parent in path.parents if parent.is_relative_to(top)]):
            if folder not in tree:
                tree[folder] = []
                tree[folder.parent].append(FolderEntry(folder, is_folder=True, is_file=False))
        tree[path.parent].append(FolderEntry(path, is_folder=False, is_file=True))
    return tree
