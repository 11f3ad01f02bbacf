"""Errors as answers: what went wrong, in a sentence of the asker's language, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.errors import (
    CorrectionError,
    DatasetError,
    InputError,
    InUseError,
    LabError,
    WorkbenchError,
)
from workbench.lab.catalogue import PROBLEMS, SpokenLanguage, message_of
from workbench.language import shown


@dataclass(frozen=True, slots=True)
class ProblemReply:
    """The answer to a request that cannot be met: the status of the HTTP response, and its body."""

    status: int
    body: dict[str, Any]


def refusal_of(error: BaseException, language: SpokenLanguage) -> ProblemReply:
    """The answer to a request that ended with an error; one that is none of the workbench's is a bug."""
    code, facts = _code_of(error, language)
    message, way_out = message_of(code, language, facts)
    detail = shown(error, language) if isinstance(error, WorkbenchError) and not isinstance(error, LabError) else ""
    body = {"code": code, "message": message, "way_out": way_out, "detail": detail}
    return ProblemReply(PROBLEMS[code].status, body)


def _code_of(error: BaseException, language: SpokenLanguage) -> tuple[str, dict[str, str]]:
    """The code of an error in the catalogue, and the facts for its sentence."""
    if isinstance(error, LabError):
        return error.code, error.facts
    if isinstance(error, InUseError):
        return "run-held", {"who": error.owner}
    if isinstance(error, InputError):
        if error.reason == "no-picture":
            return "no-picture", {}
        return "not-shown", {"why": shown(error.detail, language)}
    if isinstance(error, PermissionError):
        return "no-permission", {"path": str(error.filename or "")}
    if isinstance(error, CorrectionError):
        return "not-possible", {"why": shown(error.reason, language)}
    if isinstance(error, DatasetError) and isinstance(error.__cause__, PermissionError):
        return "no-permission", {"path": error.folder}
    if isinstance(error, DatasetError):
        return "damaged-dataset", {}
    if isinstance(error, WorkbenchError):
        return "not-possible", {"why": shown(error, language)}
    return "bug", {}
