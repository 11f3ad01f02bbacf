"""The contract of an OCR engine: an options type, two methods, and a third for an engine with a second recogniser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model import Polygon

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NO_READER = "none"
"""Name of a second recogniser where there is to be none."""


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """What every engine is told. An engine ignores what it has no use for.

    Attributes:
        detection_model, recognition_model: names of models the engine knows.
        second_reader: name of another recognition model, different in kind; ``none``: numbers are read by one alone.
        model_folder: folder with one sub-folder per model; empty: the engine's own weights.
        device: ``cpu``, ``gpu`` or ``gpu:N``.
        threads: processor threads that one engine may use.
    """

    detection_model: str = "PP-OCRv6_small_det"
    recognition_model: str = "PP-OCRv6_small_rec"
    second_reader: str = "PP-OCRv5_mobile_rec"
    model_folder: str = ""
    device: str = "cpu"
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of one crop.

    ``confidences`` (0 to 1) and ``positions`` (centre of the character as a fraction of the crop's
    width) have one value per character of ``text``. So have ``alternatives``, where the engine tells: the other
    characters that it held possible, each with its odds against the one that was read (0 to 1), likeliest first.
    """

    text: str
    confidences: tuple[float, ...]
    positions: tuple[float, ...]
    alternatives: tuple[tuple[tuple[str, float], ...], ...] = ()

    @property
    def confidence(self) -> float:
        return min(self.confidences, default=0.0)


class OcrEngine(ABC):
    """An OCR engine, made once per process with its options and used for many pages.

    The workbench calls it from one thread at a time, which need not be the one that it was made in. Engines in other
    threads or processes have equal options, and must read the same. `workbench.ocr.testing.check_engine` checks all
    of this.
    """

    def __init__(self, options: OcrOptions) -> None:
        self.options = options

    @property
    @abstractmethod
    def version(self) -> str:
        """Engine, models and weights in one short string, recorded in ``documents.engine``."""

    @abstractmethod
    def detect(self, image: NDArray[np.uint8]) -> list[Polygon]:
        """Outlines of the text lines of an image (height, width, 3) RGB, in its pixels, top to bottom."""

    @abstractmethod
    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        """Read upright one-line crops, each (height, width, 3) RGB; one reading per crop, in order."""

    def recognise_again(
        self,
        crops: Sequence[NDArray[np.uint8]],  # noqa: ARG002 - for engines that have a second recogniser
    ) -> list[Reading] | None:
        """Read crops as `recognise` does, by a recogniser that fails in other ways: numbers have two readers.

        None: the engine has no other, or its options ask for none.
        """
        return None
