"""What a result was made with: the version of the pipeline, the OCR engine, and the settings that count.

Results of different versions lie beside each other. Which settings count depends on the kind of document: a Word file
is read alike whichever OCR engine is installed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from workbench._version import PACKAGE
from workbench.errors import EngineError
from workbench.language import Phrase
from workbench.ocr.registry import engine_version
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of
from workbench.readers.pages import is_drawn
from workbench.settings import Settings

PIPELINE = "0.17.0"
"""Version of everything between a document and its cell grids. Raise it when a change there changes results."""

OF_FILES = ("max_pages", "max_text_bytes", "max_expansion", "max_cells")
"""Limits of what files hold that are read as a whole. Those that have their default are not part of a version."""

DEFAULTS = asdict(Settings())

NO_ENGINE = "none"
"""The engine where none is installed: pages with their own text can be read all the same."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a result was made with.

    Attributes:
        pipeline: version of the pipeline, ``0.10.0``.
        engine: the OCR engine with its weights; None for kinds of document that need none.
        settings: names and values of the settings that count.
    """

    pipeline: str
    engine: str | None = None
    settings: tuple[tuple[str, str | int | float], ...] = ()

    @property
    def name(self) -> str:
        """A short name that is safe as a file name; equal for equal versions.

        >>> Version("0.6.0").name
        '0.6.0-b7f343d070bf'
        """
        facts = json.dumps([self.engine, self.settings])
        return f"{self.pipeline}-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"

    @property
    def facts(self) -> dict[str, Any]:
        """The version as JSON has it."""
        return {"pipeline": self.pipeline, "engine": self.engine, "settings": dict(self.settings)}

    def changes_since(self, earlier: Version) -> list[Phrase]:
        """What is different from an earlier version, one short text each.

        >>> Version("0.6.0").changes_since(Version("0.5.0"))
        ['pipeline 0.5.0 → 0.6.0']
        """
        settings_before = dict(earlier.settings)
        parts: list[tuple[Phrase, object, object]] = [
            (Phrase("pipeline"), earlier.pipeline, self.pipeline),
            (Phrase("engine"), earlier.engine, self.engine),
            *((Phrase("setting {name}", name=name), settings_before.get(name), now) for name, now in self.settings),
        ]
        return [
            Phrase("{what} {before} → {now}", what=what, before=before, now=now)
            for what, before, now in parts
            if before != now
        ]


def version_for(source: Source, settings: Settings) -> Version:
    """The version that a document is read with under these settings."""
    if kind_of(source) != "scan":
        # What a file gave under other limits may be more than these allow. Reading it again takes no time.
        changed = ((name, getattr(settings, name)) for name in OF_FILES)
        return Version(PIPELINE, None, tuple((name, value) for name, value in changed if value != DEFAULTS[name]))
    return _version_of_scans(settings, PIPELINE, drawn=not source.is_folder and is_drawn(source.path))


@cache
def _version_of_scans(settings: Settings, pipeline: str, drawn: bool) -> Version:
    """The version that scans are read with; for ``drawn`` pages, those of PDF and OFD, resolution counts."""
    names = ("engine", "detection_model", "recognition_model", "device", *(("raster_dpi",) if drawn else ()))
    try:
        engine = engine_version(settings)
    except EngineError:  # raised again as soon as a page needs the engine
        engine = NO_ENGINE
    return Version(pipeline, engine, tuple((name, getattr(settings, name)) for name in names))


def version_to_json(version: Version) -> bytes:
    """The version as the bytes that are stored of it."""
    return json.dumps(version.facts, ensure_ascii=False, sort_keys=True).encode()


def version_from_json(content: bytes) -> Version | None:
    """The inverse of `version_to_json`; None where the content is damaged."""
    try:
        facts = json.loads(content)
        return Version(facts["pipeline"], facts["engine"], tuple(facts["settings"].items()))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


ASSEMBLING = (
    "checks", "corrections", "dataset", "entities", "form", "values", "fields.py", "findings.py", "judging.py",
    "model.py", "archive/results/assemble.py",
)  # fmt: skip
"""The code between cell grids and tables: rooms and modules of the package."""


@cache
def code_digest() -> str:
    """Digest (16 hex digits) of the code that assembles documents.

    Where it changed since the last run, documents are assembled anew from their stored pages, and not read.
    """
    files = [file for room in ASSEMBLING for file in sorted([PACKAGE / room, *(PACKAGE / room).rglob("*.*")])]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file() and file.suffix in (".py", ".toml"):
            digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
