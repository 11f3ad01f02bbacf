"""Engines by name, through the entry point group ``workbench.ocr``: the same door for ours and anyone's."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from workbench.errors import EngineError, UnknownEngineError
from workbench.language import Phrase
from workbench.ocr.base import OcrEngine, OcrOptions
from workbench.settings import Settings

GROUP = "workbench.ocr"


def installed_engines() -> dict[str, EntryPoint]:
    """The installed OCR plugins by name.

    Raises:
        EngineError: two installed packages offer an engine under one name.
    """
    engines: dict[str, EntryPoint] = {}
    for plugin in entry_points(group=GROUP):
        other = engines.setdefault(plugin.name, plugin)
        if other.value != plugin.value:
            raise EngineError(
                Phrase(
                    "two OCR plugins are called {name!r}: {first} and {second}",
                    name=plugin.name,
                    first=other.value,
                    second=plugin.value,
                )
            )
    return engines


def create_engine(name: str, options: OcrOptions) -> OcrEngine:
    """Make the engine that is installed under ``name``; its own errors pass through.

    Raises:
        UnknownEngineError: no such plugin; the message lists those installed.
        EngineError: the plugin is no `OcrEngine`.
    """
    engines = installed_engines()
    if name not in engines:
        raise UnknownEngineError(name, sorted(engines))
    engine_type = engines[name].load()
    if not (isinstance(engine_type, type) and issubclass(engine_type, OcrEngine)):
        raise EngineError(
            Phrase("OCR plugin {name!r} ({value}) is not an OcrEngine", name=name, value=engines[name].value)
        )
    return engine_type(options)


@lru_cache(maxsize=1)
def engine_for(settings: Settings, threads: int) -> OcrEngine:
    """The engine these settings ask for. It is made once per process; its models load on first use."""
    options = OcrOptions(
        detection_model=settings.detection_model,
        recognition_model=settings.recognition_model,
        second_reader=settings.second_reader,
        model_folder=settings.model_folder,
        device=settings.device,
        threads=threads,
    )
    return create_engine(settings.engine, options)


def engine_version(settings: Settings) -> str:
    """Engine, models and weights in one string; loads no model."""
    return engine_for(settings, threads=1).version
