"""Weights of 8 bits: made on one's own scans, compared with those of 32, and refused where they read otherwise."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import RAW, workbench
from workbench import tuning
from workbench.errors import EngineError, WeightsError
from workbench.model import PageContent
from workbench.ocr.base import OcrOptions, Reading
from workbench.ocr.paddle import PaddleEngine
from workbench.ocr.quantising import KNOWN_ANSWERS
from workbench.settings import Settings
from workbench.tuning import quantise_weights

SCANS = RAW / "示例项目_2022.pdf"
RECOGNISER = Settings().recognition_model


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The folder that `workbench quantise` makes; where the processor gains nothing by it, there is nothing to test."""
    folder = tmp_path_factory.mktemp("models") / "8-bit"
    run = workbench("quantise", SCANS, "--out", folder)
    if "times as fast on this processor" in run.stderr:
        pytest.skip(run.stderr.strip().splitlines()[-1])
    assert run.returncode == 0, run.stderr
    assert f"WORKBENCH_MODEL_FOLDER={folder}" in run.stdout
    assert not list(folder.parent.glob(".*"))
    return folder


def texts(content: PageContent) -> list[str]:
    return [cell.text for grid in content.grids for cell in grid.cells]


def test_a_page_reads_as_with_32_bits(made, engine, tmp_path):
    from workbench.read.document import read_document

    scan = next((RAW / "天津市工业和信息化局_2022").glob("*02.jpg"))
    read = [
        content
        for settings in (Settings(), Settings(model_folder=str(made)))
        for _, content in read_document(scan, settings, threads=1)[2]
    ]
    plain, quantised = map(texts, read)
    assert len(plain) > 50
    assert plain == quantised


def test_the_engine_names_the_weights_it_reads_with(made):
    assert PaddleEngine(OcrOptions(model_folder=str(made))).version != PaddleEngine(OcrOptions()).version


def test_weights_that_a_processor_computes_otherwise_are_refused(made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "elsewhere")
    file = folder / RECOGNISER / KNOWN_ANSWERS
    with np.load(file) as answers:
        changed = {name: answers[name] for name in answers} | {"confidences": answers["confidences"] - 0.1}
    np.savez_compressed(file, **changed)
    with pytest.raises(WeightsError, match="make them here") as caught:
        PaddleEngine(OcrOptions(model_folder=str(folder))).recognise([np.full((48, 48, 3), 255, np.uint8)])
    assert caught.value.path == str(folder / RECOGNISER)


def test_weights_that_read_a_sure_line_otherwise_are_not_kept(monkeypatch, tmp_path):
    """What rounding does to one line in many, done to one for sure."""
    read = PaddleEngine.recognise

    def misread(engine: PaddleEngine, crops):
        readings = read(engine, crops)
        if not engine.options.model_folder or len(crops) < tuning.FEWEST_LINES:
            return readings
        sure = max(range(len(readings)), key=lambda i: readings[i].confidence)
        return [Reading("9", (0.99,), (0.5,)) if i == sure else reading for i, reading in enumerate(readings)]

    monkeypatch.setattr(PaddleEngine, "recognise", misread)
    with pytest.raises(WeightsError, match="was read surely, and is read as '9'"):
        quantise_weights(SCANS, tmp_path / "8-bit", Settings(), lambda pages, *_: pages)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_exists_is_not_touched(tmp_path):
    (tmp_path / "mine").write_text("kept")
    run = workbench("quantise", SCANS, "--out", tmp_path)
    assert run.returncode == 1
    assert run.stderr == f"error: {tmp_path}: there is something already; name another folder with --out\n"
    assert (tmp_path / "mine").read_text() == "kept"


def test_too_little_text_is_said_and_a_broken_scan_is_passed_over(tmp_path):
    scans = tmp_path / "scans"
    scans.mkdir()
    Image.new("RGB", (800, 600), "white").save(scans / "blank.png")
    (scans / "broken.pdf").write_bytes(b"%PDF-1.7 cut short")
    (scans / "broken.png").write_bytes((scans / "blank.png").read_bytes()[:200])
    run = workbench("quantise", scans, "--out", tmp_path / "out")
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith(f"error: {scans}: too few lines of text (0)")


def test_scans_that_are_not_there_are_named(tmp_path):
    run = workbench("quantise", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert run.returncode == 1
    assert run.stderr == f"error: {tmp_path / 'nowhere'}: no such file or folder; check the path\n"


def test_a_place_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(tuning, "_lines_of", lambda *_: [np.full((32, 32, 3), 255, np.uint8)] * 60)
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError, match=r"8-bit: it cannot be written \(Not a directory\)"):
        quantise_weights(SCANS, tmp_path / "file" / "8-bit", Settings(), lambda pages, *_: pages)


def test_without_onnx_the_way_out_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("workbench.ocr.quantising.find_spec", lambda name: None if name == "onnx" else find_spec(name))
    with pytest.raises(EngineError, match=r"pip install 'jixiao-workbench\[quantise\]'"):
        quantise_weights(SCANS, tmp_path / "8-bit", Settings(), lambda pages, *_: pages)
