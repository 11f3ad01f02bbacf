"""Where things are: paths below the server's root, and the project that one belongs to. No link leads out of either."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from workbench.dataset.placing import COMMITTED, INFO
from workbench.errors import LabError

RAW, PROCESSED, REPORTS, EXPORTS, NOTEBOOKS = "data/raw", "data/processed", "reports", "exports", "notebooks"
"""Folders of a project, relative to it."""

NEAR = 50
"""Most projects that are offered where there is none."""

LOOKED_AT = 500
"""Most folders that are looked at for projects to offer."""


@dataclass(frozen=True, slots=True)
class ServerRoot:
    """The folder below which the server's files are, links followed."""

    folder: Path
    shows_hidden: bool = False

    def path(self, relative: str) -> Path:
        """The path on this machine of a path relative to the root, links followed; "" is the root.

        Raises:
            LabError: ``outside-root``: it leads out of the root, by name or by a link; or is hidden from the user;
                ``not-found``: there is nothing.
        """
        parts = PurePosixPath(relative.strip("/")).parts
        if "\0" in relative or PureWindowsPath(relative.strip("/")).anchor or ".." in parts:
            raise LabError("outside-root", path=relative)
        if not self.shows_hidden and any(part.startswith(".") for part in parts):
            raise LabError("not-found", path=relative)
        real = Path(os.path.realpath(self.folder.joinpath(*parts)))
        if not real.is_relative_to(self.folder):
            raise LabError("outside-root", path=relative)
        if not os.path.lexists(real):
            raise LabError("not-found", path=relative)
        return real

    def document(self, relative: str) -> Path:
        """The path of a file, or of a folder of page images, of which no image is a link that leads out of the root.

        Raises:
            LabError: as `path`.
        """
        found = self.path(relative)
        if found.is_dir():
            for one in found.iterdir():
                if not Path(os.path.realpath(one)).is_relative_to(self.folder):
                    raise LabError("outside-root", path=f"{relative}/{one.name}")
        return found

    def relative(self, path: Path) -> str:
        """The path relative to the root, with slashes; the root is ""."""
        text = path.relative_to(self.folder).as_posix()
        return "" if text == "." else text


@dataclass(frozen=True, slots=True)
class LabProject:
    """A project folder below the server's root, links followed."""

    folder: Path

    def inside(self, relative: str) -> Path:
        """The path of a part of the project, links followed; it may not be there.

        Raises:
            LabError: ``outside-root``: it is a link that leads out of the project.
        """
        real = Path(os.path.realpath(self.folder / relative))
        if not real.is_relative_to(self.folder):
            raise LabError("outside-root", path=relative)
        return real

    @property
    def raw(self) -> Path:
        """The folder of the documents."""
        return self.inside(RAW)

    @property
    def processed(self) -> Path:
        """The folder of the dataset."""
        return self.inside(PROCESSED)

    @property
    def version(self) -> str:
        """What changes whenever the dataset does; empty where there is none."""
        for place in (self.processed / COMMITTED / INFO, self.processed / INFO):
            try:
                found = place.stat()
                return f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"
            except (FileNotFoundError, NotADirectoryError):
                continue
        return ""


def project_at(root: ServerRoot, relative: str) -> LabProject | None:
    """The nearest project at or above a path; None where there is none up to the root.

    Raises:
        LabError: the path is none (`ServerRoot.path`).
        PermissionError: a folder may not be looked into.
    """
    path = root.path(relative)
    for folder in (path, *path.parents):
        if not folder.is_relative_to(root.folder):
            break
        if is_project(folder):
            return LabProject(folder)
    return None


def project_in(root: ServerRoot, relative: str) -> LabProject:
    """The project whose folder a path is.

    Raises:
        LabError: ``no-project``, or the path is none.
        PermissionError: the folder may not be looked into.
    """
    path = root.path(relative)
    if not is_project(path):
        raise LabError("no-project")
    return LabProject(path)


def is_project(folder: Path) -> bool:
    """Whether a folder is a project: it has documents or a dataset where `workbench init` puts them.

    Raises:
        PermissionError: it may not be looked into.
    """
    for name in (RAW, f"{PROCESSED}/{INFO}"):
        try:
            (folder / name).stat()
            return True
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError:
            raise
        except OSError:  # a name that is too long, links in a circle
            continue
    return False


def projects_near(root: ServerRoot, folder: Path) -> list[Path]:
    """Projects directly below a folder and below the root, the nearest first: to be offered where there is none."""
    found: dict[Path, None] = {}
    looked = 0
    for place in dict.fromkeys((folder, root.folder)):
        for entry in _folders(place):
            looked += 1
            if looked > LOOKED_AT or len(found) == NEAR:
                return list(found)
            try:
                if is_project(entry):
                    found[entry] = None
            except OSError:
                continue
    return list(found)


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder by name, without hidden ones and links."""
    try:
        with os.scandir(folder) as entries:
            names = [one.name for one in entries if one.is_dir(follow_symlinks=False) and not one.name.startswith(".")]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]
