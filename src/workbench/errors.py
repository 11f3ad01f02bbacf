"""Everything that can go wrong, as one tree.

::

    WorkbenchError
    ├── SettingsError            a setting has a value it cannot have
    ├── InputError               a document cannot be used (``reason`` goes into ``documents.error``)
    ├── EngineError              the OCR engine cannot be had
    │   ├── UnknownEngineError   no plugin of that name is installed
    │   ├── WeightsError         model weights are missing or not the ones they should be
    │   └── EngineContractError  an engine does not do what every engine must
    ├── DatasetError             the processed folder does not hold a usable dataset
    │   ├── StoreError           results cannot be kept in it (no space, no permission, …)
    │   └── InUseError           another run is using it
    ├── WorkerError              the processes that read pages cannot be started
    │   └── ClusterError         a Dask cluster cannot be used
    ├── CorrectionError          a correction cannot be what it says, or cannot be kept
    ├── ProjectError             a project folder cannot be made
    ├── SelectionError           a department, year or form is not in the dataset
    └── ReportError              a notebook failed while a report was made
        └── CellError            in one of its cells

Each carries its facts as attributes; the message is one sentence for a person, naming the thing,
the reason and the way out. All of them survive pickling (they cross process borders).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.visible import one_line


class WorkbenchError(Exception):
    """Root of all errors that the workbench raises on purpose. Its message is one line, which no name in it steers."""

    def __str__(self) -> str:
        return one_line(super().__str__())

    def __reduce__(self) -> tuple[Callable[..., WorkbenchError], tuple[object, ...]]:
        return _rebuild, (type(self), str(self), dict(self.__dict__))


def _rebuild(kind: type[WorkbenchError], message: str, fields: dict[str, object]) -> WorkbenchError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(fields)
    return error


class SettingsError(WorkbenchError):
    """A setting has a value it cannot have."""

    def __init__(self, name: str, value: object, must_be: str) -> None:
        super().__init__(f"setting {name} = {value!r}: it must be {must_be}")
        self.name, self.value, self.must_be = name, value, must_be


class InputError(WorkbenchError):
    """A document cannot be used. ``reason`` is a code of ``documents.error``."""

    def __init__(self, reason: str, source: Path | str, message: str, page: int | None = None) -> None:
        name, detail = _sayable(str(source)), _sayable(message)
        super().__init__(f"{name}, page {page}: {detail}" if page else f"{name}: {detail}")
        self.reason, self.source, self.page, self.detail = reason, name, page, detail


def _sayable(text: str) -> str:
    """Text on one line, and without the stand-ins for bytes of a path that are no UTF-8: no table takes those."""
    return " ".join(text.encode("utf-8", "backslashreplace").decode().splitlines())


class EngineError(WorkbenchError):
    """The OCR engine cannot be had."""


class UnknownEngineError(EngineError):
    """No OCR plugin of that name is installed."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"no OCR engine named {name!r} is installed; installed: {', '.join(known) or 'none'}")
        self.name, self.known = name, tuple(known)


class WeightsError(EngineError):
    """Model weights are missing or are not the ones they should be."""

    def __init__(self, path: Path | str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = str(path)


class EngineContractError(EngineError):
    """An OCR engine does not do what every engine must; ``failures`` has a sentence for each breach."""

    def __init__(self, engine: str, failures: Sequence[str]) -> None:
        listed = "; ".join(f"({number}) {failure}" for number, failure in enumerate(failures, start=1))
        super().__init__(f"{engine} breaks the contract of an OCR engine: {listed}")
        self.engine, self.failures = engine, tuple(failures)


class DatasetError(WorkbenchError):
    """The processed folder does not hold a usable dataset."""

    def __init__(self, folder: Path | str, message: str) -> None:
        super().__init__(f"{folder}: {message}")
        self.folder = str(folder)


class CorrectionError(WorkbenchError):
    """A correction cannot be what it says, or its log cannot be read or written. ``reason`` is for the person."""

    def __init__(self, log: Path | str, reason: str) -> None:
        super().__init__(f"{log}: {reason}")
        self.log, self.reason = str(log), reason


class StoreError(DatasetError):
    """Results cannot be kept in the processed folder, or a store does not answer; ``detail`` is the system's reason."""

    def __init__(self, folder: Path | str, detail: str, cannot: str = "be written") -> None:
        message = f"cannot {cannot} ({detail}); nothing that was read is lost; mend it and run the same command again"
        super().__init__(folder, message)
        self.detail = detail


class InUseError(DatasetError):
    """Another run is using the processed folder; ``owner`` says which, as far as it is known."""

    def __init__(self, folder: Path | str, owner: str) -> None:
        super().__init__(folder, f"in use by {owner}; wait for its end, or choose another folder with --out")
        self.owner = owner


class WorkerError(WorkbenchError):
    """The processes that read pages cannot be started."""


class ClusterError(WorkerError):
    """A Dask cluster cannot be used: it does not answer, or its workers cannot do what is asked."""

    def __init__(self, address: str, message: str) -> None:
        super().__init__(f"cluster {address}: {message}" if address else f"cluster: {message}")
        self.address = address


class ProjectError(WorkbenchError):
    """A project folder cannot be made."""

    def __init__(self, folder: Path | str, message: str) -> None:
        super().__init__(f"{folder}: {message}")
        self.folder = str(folder)


class SelectionError(WorkbenchError):
    """Something asked for is not in the dataset; ``nearest`` are the known names most like it."""

    def __init__(self, what: str, asked: object, nearest: Sequence[str]) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else "; the dataset has none"
        super().__init__(f"no {what} {asked!r} in the dataset{hint}")
        self.what, self.asked, self.nearest = what, asked, tuple(nearest)


class ReportError(WorkbenchError):
    """A notebook failed while a report was made."""

    def __init__(self, notebook: Path | str, message: str) -> None:
        super().__init__(f"{notebook}: {message}")
        self.notebook = str(notebook)


class CellError(ReportError):
    """A cell of a notebook failed.

    ``cell`` says which (its number among the code cells, and the heading above it); ``executed`` is the notebook
    as it was run up to there.
    """

    def __init__(self, notebook: Path | str, message: str, cell: str, executed: dict[str, Any]) -> None:
        super().__init__(notebook, message)
        self.cell, self.executed = cell, executed
