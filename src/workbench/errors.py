"""The errors that the workbench raises on purpose, as one tree.

::

    WorkbenchError
    ├── SettingsError            a setting has a value it cannot have
    ├── InputError               a document cannot be used (``reason`` goes into ``documents.error``)
    ├── EngineError              the OCR engine cannot be used
    │   ├── UnknownEngineError   no plugin of that name is installed
    │   ├── WeightsError         model weights are missing or not the ones they should be
    │   └── EngineContractError  an engine does not do what every engine must
    ├── DatasetError             the processed folder does not hold a usable dataset
    │   ├── StoreError           results cannot be stored in it (no space, no permission, …)
    │   └── InUseError           another run is using it
    ├── WorkerError              the processes that read pages cannot be started
    │   └── ClusterError         a Dask cluster cannot be used
    ├── CorrectionError          a correction is not valid, or its log cannot be read or written
    ├── LayoutError              a layout of a project is none
    ├── EntitiesError            the decisions about entities cannot be read or written, or contradict each other
    ├── ProjectError             a project folder cannot be made
    ├── SelectionError           a department, year or form is not in the dataset
    ├── LabError                 a request of the JupyterLab extension cannot be answered
    └── ReportError              a notebook failed while a report was made
        └── CellError            in one of its cells

Each carries its facts as attributes. Its message is one sentence for a person, which names the thing, the reason and
the way out. All of them can be pickled, because they pass between processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.language import Phrase, as_phrase, shown
from workbench.visible import one_line


class WorkbenchError(Exception):
    """Root of all errors that the workbench raises on purpose.

    Its message is one line of printable characters, so that no name of a file in it can steer a terminal. It is shown
    in the language of the person who sees it; ``phrase`` has it in both.
    """

    @property
    def phrase(self) -> Phrase:
        """The message, in English and Chinese."""
        return as_phrase(self.args[0] if self.args else "")

    def in_language(self, language: str | None = None) -> str:
        """The message on one line, in ``zh`` or ``en``; None: in the language that is chosen."""
        return one_line(shown(self.phrase, language))

    def __str__(self) -> str:
        return self.in_language()

    def __reduce__(self) -> tuple[Callable[..., WorkbenchError], tuple[object, ...]]:
        return _rebuild, (type(self), self.phrase, dict(self.__dict__))


def _rebuild(kind: type[WorkbenchError], message: str, fields: dict[str, object]) -> WorkbenchError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(fields)
    return error


class SettingsError(WorkbenchError):
    """A setting has a value it cannot have."""

    def __init__(self, name: str, value: object, must_be: str) -> None:
        super().__init__(
            Phrase("setting {name} = {value!r}: it must be {must_be}", name=name, value=value, must_be=must_be)
        )
        self.name, self.value, self.must_be = name, value, must_be


class InputError(WorkbenchError):
    """A document cannot be used.

    Attributes:
        reason: a code, which goes into ``documents.error``.
        source: name of the document.
        page: number of the page that it is about, from 1; None where it is about the whole document.
        detail: the message without source and page.
    """

    def __init__(self, reason: str, source: Path | str, message: str, page: int | None = None) -> None:
        name, detail = _sayable(str(source)), _sayable(message)
        super().__init__(
            Phrase("{name}, page {page}: {detail}", name=name, page=page, detail=detail)
            if page
            else about(name, detail)
        )
        self.reason, self.source, self.page, self.detail = reason, name, page, detail


def about(thing: Path | str, message: str) -> Phrase:
    """A message with the thing before it that it is about."""
    return Phrase("{thing}: {message}", thing=thing, message=message)


def _sayable(text: str) -> str:
    """Text on one line that can be written as UTF-8: bytes of a path that are no UTF-8 are spelled out (``\\xb2``)."""
    if isinstance(text, Phrase):
        return text.with_texts(_sayable)
    return " ".join(text.encode("utf-8", "backslashreplace").decode().splitlines())


REASONS = {
    "unreadable": "文件损坏，或无法打开",
    "encrypted": "文件有密码，请另存为无密码的文件",
    "unsupported": "不读这一类文件",
    "too-large": "超出上限",
    "empty": "文件是空的",
    "missing": "文件已不在原处",
    "outside": "链接或名称指向原始文件夹之外",
    "changed": "读取时文件被改动，请再读一次",
    "no-table": "没有找到表格",
    "unknown-form": "有表格，但不是绩效自评表",
    "crashed": "读取它的进程崩溃了",
    "killed": "读取它的进程被终止了",
    "timed-out": "一页的读取超过了时限",
    "out-of-memory": "一页的读取用尽了内存",
    "damaged": "存下的结果已损坏，请再读一次",
    "not-assembled": "未能拼合成表，请报告这个问题",
    "interrupted": "读取被中断，再运行一次即接着读",
}
"""What a person reads for the reason codes of ``documents.error``."""


class EngineError(WorkbenchError):
    """The OCR engine cannot be used."""


class UnknownEngineError(EngineError):
    """No OCR plugin of that name is installed."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        none = Phrase("none")
        super().__init__(
            Phrase(
                "no OCR engine named {name!r} is installed; installed: {known}",
                name=name,
                known=", ".join(known) or none,
            )
        )
        self.name, self.known = name, tuple(known)


class WeightsError(EngineError):
    """Model weights are missing or are not the ones they should be."""

    def __init__(self, path: Path | str, message: str) -> None:
        super().__init__(about(path, message))
        self.path, self.reason = str(path), message


class EngineContractError(EngineError):
    """An OCR engine does not do what every engine must; ``failures`` has a sentence for each breach."""

    def __init__(self, engine: str, failures: Sequence[str]) -> None:
        listed = "; ".join(f"({number}) {failure}" for number, failure in enumerate(failures, start=1))
        super().__init__(
            Phrase("{engine} breaks the contract of an OCR engine: {breaches}", engine=engine, breaches=listed)
        )
        self.engine, self.failures = engine, tuple(failures)


class DatasetError(WorkbenchError):
    """The processed folder does not hold a usable dataset."""

    def __init__(self, folder: Path | str, message: str) -> None:
        super().__init__(about(folder, message))
        self.folder = str(folder)


class CorrectionError(WorkbenchError):
    """A correction is not valid, or its log cannot be read or written. ``reason`` is the message without the log."""

    def __init__(self, log: Path | str, reason: str) -> None:
        super().__init__(about(log, reason))
        self.log, self.reason = str(log), reason


class StoreError(DatasetError):
    """Results cannot be stored in the processed folder, or a store does not answer.

    ``detail`` is the system's reason; ``cannot`` completes "cannot …".
    """

    def __init__(self, folder: Path | str, detail: str, cannot: str = Phrase("be written")) -> None:
        message = Phrase(
            "cannot {cannot} ({detail}); nothing that was read is lost; mend it and run the same command again",
            cannot=cannot,
            detail=detail,
        )
        super().__init__(folder, message)
        self.detail = detail


class InUseError(DatasetError):
    """Another run is using the processed folder; ``owner`` names it, as far as it is known."""

    def __init__(self, folder: Path | str, owner: str) -> None:
        super().__init__(
            folder, Phrase("in use by {owner}; wait for its end, or choose another folder with --out", owner=owner)
        )
        self.owner = owner


class WorkerError(WorkbenchError):
    """The processes that read pages cannot be started."""


class ClusterError(WorkerError):
    """A Dask cluster cannot be used: it does not answer, or its workers cannot do the tasks."""

    def __init__(self, address: str, message: str) -> None:
        super().__init__(
            Phrase("cluster {address}: {message}", address=address, message=message)
            if address
            else Phrase("cluster: {message}", message=message)
        )
        self.address = address


class ProjectError(WorkbenchError):
    """A project folder cannot be made."""

    def __init__(self, folder: Path | str, message: str) -> None:
        super().__init__(about(folder, message))
        self.folder = str(folder)


def _in_file(path: Path | str, message: str, line: int | None) -> Phrase:
    """A message about a file, or about a line of it."""
    if line is None:
        return about(path, message)
    return Phrase("{path}, line {line}: {message}", path=path, line=line, message=message)


class LayoutError(WorkbenchError):
    """A layout file of a project is none; ``line`` counts from 1, None where it is about no line."""

    def __init__(self, path: Path | str, message: str, line: int | None = None) -> None:
        super().__init__(_in_file(path, message, line))
        self.path, self.line = str(path), line


class EntitiesError(WorkbenchError):
    """Decisions about entities cannot be read or written, or contradict each other; ``line`` counts from 1."""

    def __init__(self, path: Path | str, message: str, line: int | None = None) -> None:
        super().__init__(_in_file(path, message, line))
        self.path, self.line = str(path), line


class SelectionError(WorkbenchError):
    """Something that was asked for is not in the dataset.

    ``nearest`` are the known names most like it, or all that there are; ``known_as`` says in words which.
    """

    def __init__(self, what: str, asked: object, nearest: Sequence[str], known_as: str = Phrase("nearest:")) -> None:
        super().__init__(
            Phrase(
                "no {what} {asked} in the dataset; {known_as} {names}",
                what=Phrase(what),
                asked=repr(asked),
                known_as=known_as,
                names=", ".join(nearest),
            )
            if nearest
            else Phrase("no {what} {asked} in the dataset; the dataset has none", what=Phrase(what), asked=repr(asked))
        )
        self.what, self.asked, self.nearest = what, asked, tuple(nearest)


class LabError(WorkbenchError):
    """A request of the JupyterLab extension cannot be answered.

    ``code`` names the reason; the sentence for it is in the catalogue of the extension, and ``facts`` fill its gaps.
    """

    def __init__(self, code: str, **facts: object) -> None:
        named = ", ".join(f"{name} {value}" for name, value in facts.items())
        super().__init__(f"{code}: {named}" if named else code)
        self.code, self.facts = code, {name: str(value) for name, value in facts.items()}


class ReportError(WorkbenchError):
    """A notebook failed while a report was made."""

    def __init__(self, notebook: Path | str, message: str) -> None:
        super().__init__(about(notebook, message))
        self.notebook = str(notebook)


class CellError(ReportError):
    """A cell of a notebook failed.

    Attributes:
        cell: which one: its number among the code cells, and the heading above it.
        executed: the notebook with its outputs up to that cell, as JSON has it.
    """

    def __init__(self, notebook: Path | str, message: str, cell: str, executed: dict[str, Any]) -> None:
        super().__init__(notebook, message)
        self.cell, self.executed = cell, executed
