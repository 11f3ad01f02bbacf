"""What a run is asked to do, checked: paths, departments and settings become arguments of the command line."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import LabError
from workbench.lab.places import EXPORTS, PROCESSED, RAW, REPORTS, LabProject, ServerRoot
from workbench.lab.run_state import RunKind
from workbench.settings import variable

FORMATS = ("xlsx", "csv", "dta", "duckdb")
"""What an export can be."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,80}")
"""What the name of an engine or of a model looks like."""

MOST_WORKERS = 256
"""Most processes that a run may be asked to use."""


@dataclass(frozen=True, slots=True)
class RunOrder:
    """A run to be started.

    Attributes:
        arguments: those of the command line, without ``--progress``.
        environment: its settings.
        copied: documents that were put into the raw folder for it, by their names there.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    copied: tuple[str, ...] = ()


def order_for(
    root: ServerRoot, project: LabProject, kind: RunKind, paths: Sequence[str], options: Mapping[str, Any]
) -> RunOrder:
    """Make the order for a run; documents that lie outside of the raw folder are copied into it.

    Args:
        root: the server's root.
        project: the project.
        kind: what is to be done.
        paths: documents and folders to read, relative to the root; none: all that is new.
        options: of the run, as the browser sends them.

    Raises:
        LabError: ``bad-request``, ``outside-root``, ``not-found``, ``name-taken``.
        OSError: a document cannot be copied.
    """
    environment = _environment(options)
    if kind == "ingest":
        only, copied = _asked_for(root, project, paths)
        arguments = ("ingest", RAW, "--out", PROCESSED, *_workers(options), *(f"--only={name}" for name in only))
        return RunOrder((*arguments, *(["--keep"] if options.get("keep") is True else [])), environment, copied)
    if kind == "rebuild":
        return RunOrder(("rebuild", PROCESSED), environment)
    if kind == "export":
        chosen = str(options.get("format", "xlsx"))
        if chosen not in FORMATS:
            raise LabError("bad-request", why=f"format {chosen}")
        project.inside(EXPORTS)
        return RunOrder(("export", PROCESSED, f"--format={chosen}"), environment)
    project.inside(REPORTS)
    arguments = ("report", PROCESSED, f"--out={REPORTS}", *_workers(options))
    department, year = options.get("department"), options.get("year")
    if options.get("overview") is True:
        arguments = (*arguments, "--overview")
    if department:
        arguments = (*arguments, f"--department={_text('department', department)}")
    if year:
        arguments = (*arguments, f"--year={_number('year', year, 1, 9999)}")
    return RunOrder(arguments, environment)


def _workers(options: Mapping[str, Any]) -> tuple[str, ...]:
    workers = options.get("workers")
    return (f"--workers={_number('workers', workers, 1, MOST_WORKERS)}",) if workers else ()


def _environment(options: Mapping[str, Any]) -> dict[str, str]:
    """The settings of a run as environment variables; an empty one is the server's own."""
    chosen = {}
    for name in ("engine", "second_reader"):
        if value := options.get(name):
            if not (isinstance(value, str) and NAME.fullmatch(value)):
                raise LabError("bad-request", why=name)
            chosen[variable(name)] = value
    if (threshold := options.get("review_threshold")) is not None:
        if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold <= 1:
            raise LabError("bad-request", why="review_threshold")
        chosen[variable("review_threshold")] = str(threshold)
    return chosen


def _number(name: str, value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise LabError("bad-request", why=name)
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise LabError("bad-request", why=name)
    return value


def _asked_for(root: ServerRoot, project: LabProject, paths: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The names in the raw folder of what is to be read (none: all that is new), and those that were put there."""
    from workbench.readers.documents import name_of

    raw = project.raw
    if not raw.is_dir():
        raise LabError("not-found", path=RAW)
    found: list[str] = []
    copied: list[str] = []
    for relative in paths:
        path = root.path(relative)
        if raw == path or raw.is_relative_to(path):
            return [], tuple(copied)  # a folder that holds all of them
        if not path.is_relative_to(raw):
            path = _copied(root, path, raw)
            copied.append(path.name)
        found.append(name_of(path.relative_to(raw)))
    return found, tuple(copied)


def _copied(root: ServerRoot, path: Path, raw: Path) -> Path:
    """Put a document, or a folder of them, into the raw folder; one that is there already stays as it is.

    Raises:
        LabError: ``name-taken``: another one of that name is there.
        OSError: it cannot be copied.
    """
    target = raw / path.name
    if os.path.lexists(target):
        if not _is_same(path, target):
            raise LabError("name-taken", path=path.name)
        return target
    part = raw / f".{path.name}.part"  # hidden names are no documents: half a copy is none
    if path.is_dir():
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(path, part, ignore=_leading_out(root))
    else:
        shutil.copyfile(path, part)
    part.rename(target)
    return target


def _leading_out(root: ServerRoot) -> Callable[[str, list[str]], list[str]]:
    """Names that are not copied: hidden ones, and links that lead out of the root."""

    def left_out(folder: str, names: list[str]) -> list[str]:
        real = {name: Path(os.path.realpath(Path(folder) / name)) for name in names}
        return [name for name in names if name.startswith(".") or not real[name].is_relative_to(root.folder)]

    return left_out


def _is_same(path: Path, other: Path) -> bool:
    if path.is_dir() or other.is_dir():
        found = filecmp.dircmp(path, other) if path.is_dir() and other.is_dir() else None
        return found is not None and not (found.left_only or found.diff_files or found.funny_files)
    return filecmp.cmp(path, other, shallow=False)
