"""One settings object for the whole pipeline. A value that a setting cannot have is an error as soon as it is made."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from workbench.errors import SettingsError
from workbench.language import Phrase

REVIEW_THRESHOLD = 0.80
"""Confidence (0 to 1) below which a value is doubtful, and a person should look.

``python -m benchmarks.forms`` prints what each threshold would cost and catch.
"""

NOTEBOOK_SECONDS = 900.0
"""Seconds that the notebook of one report may take, unless the caller gives another limit."""

VERIFIED_SAMPLE = 20
"""Pictures that `workbench verify` reads again, unless another number is asked for."""

LIMITS = (
    "max_pixels",
    "max_pages",
    "max_bytes",
    "max_text_bytes",
    "max_expansion",
    "max_cells",
    "max_members",
    "max_unpacked",
    "page_seconds",
    "page_memory",
)
"""Settings that limit what a file may take of this machine; each is above 0."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be chosen for a run.

    Every field can also come from the environment as ``WORKBENCH_<NAME>`` (see `from_environment`).

    Attributes:
        engine: name of an installed OCR plugin (entry point group ``workbench.ocr``).
        detection_model, recognition_model: PaddleOCR model names.
        second_reader: PaddleOCR name of another recognition model, which reads all numbers again; ``none``: no other.
        model_folder: folder that holds a sub-folder per model (``inference.onnx`` + ``inference.yml``);
            empty: the weights that come with the installation.
        device: ``cpu``, ``gpu`` or ``gpu:N``.
        raster_dpi: resolution at which PDF pages are drawn, dots per inch.
        max_pixels: largest page image that is read, pixels (width × height).
        max_pages: most pages a document may have.
        max_bytes: largest file that is opened, bytes.
        max_text_bytes: most text that is read from one file, bytes; of an Office file, its XML as unpacked.
        max_expansion: how many times larger than packed an archive, or the parts of an Office file, may be.
        max_members: most files that an archive (zip, rar, 7z, tar) may hold, those of archives in it included.
        max_unpacked: most bytes that the files of an archive may have together, unpacked.
        max_cells: most cells that the tables of one file may have (Office files and transcriptions).
        page_seconds: longest time that reading a page, or putting a document together, may take, seconds.
        page_memory: most memory that a process may take for it, bytes.
        review_threshold: fields whose confidence is below it are sent to a person, 0 to 1.
        layouts: the project's own layouts, as JSON: path and text of each file. `ingest` takes them from the folder
            ``layouts`` of the project.
    """

    engine: str = "paddle"
    detection_model: str = "PP-OCRv6_small_det"
    recognition_model: str = "PP-OCRv6_small_rec"
    second_reader: str = "PP-OCRv5_mobile_rec"
    model_folder: str = ""
    device: str = "cpu"
    raster_dpi: int = 200
    max_pixels: int = 120_000_000
    max_pages: int = 2_000
    max_bytes: int = 1_000_000_000
    max_text_bytes: int = 100_000_000
    max_expansion: int = 200
    max_cells: int = 1_000_000
    max_members: int = 10_000
    max_unpacked: int = 10_000_000_000
    page_seconds: int = 600
    page_memory: int = 4_000_000_000
    review_threshold: float = REVIEW_THRESHOLD
    layouts: str = ""

    def __post_init__(self) -> None:
        require(bool(self.engine), "engine", self.engine, Phrase("the name of an installed OCR plugin"))
        require(72 <= self.raster_dpi <= 1200, "raster_dpi", self.raster_dpi, Phrase("between 72 and 1200"))
        require(
            0 < self.review_threshold <= 1, "review_threshold", self.review_threshold, Phrase("above 0 and at most 1")
        )
        for name in LIMITS:
            require(getattr(self, name) > 0, name, getattr(self, name), Phrase("above 0"))
        family, _, index = self.device.partition(":")
        known = family in ("cpu", "gpu") and (index == "" or index.isdecimal())
        require(known, "device", self.device, Phrase("cpu, gpu or gpu:N"))
        require(_are_files(self.layouts), "layouts", self.layouts, Phrase("JSON: a list of [path, text]"))
        if self.model_folder:
            require(Path(self.model_folder).is_dir(), "model_folder", self.model_folder, Phrase("an existing folder"))

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings with every ``WORKBENCH_<NAME>`` variable of the environment applied.

        Raises:
            SettingsError: a variable holds a value that its setting cannot have.
        """
        chosen: dict[str, object] = {}
        for setting in fields(cls):
            text = os.environ.get(variable(setting.name))
            if text is None:
                continue
            convert: Callable[[str], object] = type(setting.default)  # str or int or float
            try:
                chosen[setting.name] = convert(text)
            except ValueError:
                raise SettingsError(
                    setting.name, text, Phrase("of type {kind}", kind=type(setting.default).__name__)
                ) from None
        return cls(**chosen)  # type: ignore[arg-type]


def _are_files(content: str) -> bool:
    """Whether a text is the JSON of a list of paths with texts; an empty one is, too."""
    try:
        files = json.loads(content or "[]")
    except ValueError:
        return False
    return isinstance(files, list) and all(
        isinstance(one, list) and len(one) == len(("path", "text")) and all(isinstance(part, str) for part in one)
        for one in files
    )


def variable(name: str) -> str:
    """The environment variable of a setting.

    >>> variable("page_seconds")
    'WORKBENCH_PAGE_SECONDS'
    """
    return f"WORKBENCH_{name.upper()}"


def require(holds: bool, name: str, value: object, must_be: str) -> None:
    """Refuse the value of a setting that does not hold.

    Raises:
        SettingsError: it does not; the error says what the value must be.
    """
    if not holds:
        raise SettingsError(name, value, must_be)
