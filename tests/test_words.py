"""Labels and levels are decoded as words: of what the recogniser held possible, the one that forms are printed with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_checks import a_form, found, indicator, page
from workbench.model import CellKey, Confidence, Entry
from workbench.ocr.base import Reading
from workbench.ocr.paddle import CharacterDecoder
from workbench.read.comparison import CellReading, read_twice
from workbench.read.settings import READ_DEFAULTS
from workbench.read.words import as_words
from workbench.vocabulary import words

SETTINGS = READ_DEFAULTS.words


def reading(text: str, confidence: float = 0.9, **others: float) -> Reading:
    """A line whose characters were read with a confidence; ``others``: character → its odds, held possible anywhere."""
    count = len(text)
    return Reading(
        text,
        (confidence,) * count,
        tuple((n + 0.5) / count for n in range(count)),
        tuple(tuple(others.items()) for _ in text),
    )


def text_of(*lines: Reading) -> str:
    return "".join(line.text for line in as_words(lines, words(), SETTINGS))


@pytest.mark.parametrize(
    ("read", "others", "meant"),
    [
        ("年度日标", {"目": 0.05}, "年度目标"),
        ("成本指示", {"标": 0.3}, "成本指标"),
        ("成木指示（20分）", {"标": 0.3, "本": 0.4}, "成本指标（20分）"),
        ("可持续影响指示•", {"标": 0.3}, "可持续影响指标•"),
    ],
)
def test_a_word_that_the_recogniser_held_possible_is_meant(read, others, meant):
    """In black and white 年度日标 was no label of a goal, and half a form stood a column aside."""
    assert text_of(reading(read, **others)) == meant


def test_a_word_over_two_lines_is_one():
    assert text_of(reading("实际完"), reading("戌值", 0.5, 成=0.8)) == "实际完成值"


def test_a_word_as_printed_on_a_bad_scan_was_as_doubtful_as_its_least_clear_character():
    """主管部门 in black and white was sent to review for one jagged character, though it can be nothing else."""
    (line,) = as_words([reading("主管部门", 0.5, 们=0.4)], words(), SETTINGS)
    assert line.text == "主管部门"
    assert min(line.confidences) > 0.99


def test_a_word_beside_another_that_is_as_likely_stays_doubtful():
    (line,) = as_words([reading("二级指标", 0.5, 三=0.9)], words(), SETTINGS)
    assert min(line.confidences) < 0.6


def test_a_word_that_was_read_stays_whatever_else_was_possible():
    assert text_of(reading("二级指标", 0.6, 三=0.9)) == "二级指标"


def test_of_two_words_that_are_as_likely_none_is_taken_for_sure():
    """三级指标 must not become 二级指标 by a toss."""
    (found,) = as_words([reading("匏级指标", 0.4, 二=0.5, 三=0.5)], words(), SETTINGS)
    assert found.confidences[0] < 0.1
    (likelier,) = as_words([reading("匏级指标", 0.4, 二=0.01, 三=0.5)], words(), SETTINGS)
    assert likelier.text == "三级指标"
    assert 0.9 < likelier.confidences[0] < 1


def test_other_texts_are_no_words_however_alike():
    assert text_of(reading("产出指林", 0.99)) == "产出指林"
    assert text_of(reading("资金到位率", 0.9, 职=0.5)) == "资金到位率"


@given(st.text("0123456789.,%≥≤-万元个目标产出", max_size=12), st.floats(0.001, 1.0))
def test_no_digit_sign_or_point_is_changed(text, odds):
    others = dict.fromkeys("0123456789.万元目标指产出", odds)
    (found,) = as_words([reading(text, 0.5, **others)], words(), SETTINGS)
    kept = [(place, one) for place, one in enumerate(text) if not "\u4e00" <= one <= "\u9fff"]
    assert [(place, found.text[place]) for place, _ in kept] == kept
    assert len(found.text) == len(found.confidences) == len(text)


def test_readings_that_were_changed_have_no_alternatives():
    shorter = replace(reading("年度日标", 目=0.5), text="年度日标x", confidences=(0.9,) * 5, positions=(0.1,) * 5)
    assert text_of(shorter) == "年度日标x"


class TestDecoder:
    decode = CharacterDecoder(["blank", "日", "目", "标"])

    def test_tells_what_else_was_possible(self):
        steps = np.array([[[0.0, 0.6, 0.3, 0.0], [0.9, 0.05, 0.05, 0.0], [0.0, 0.0, 0.0, 1.0]]], np.float32)
        (read,) = self.decode(steps)
        assert read.text == "日标"
        assert [[other for other, _ in others] for others in read.alternatives] == [["目"], []]
        assert read.alternatives[0][0][1] == pytest.approx(0.5)


class TestFinding:
    PLACE = CellKey(1, 1, 3, 5)

    def codes(self, agreement: float | None) -> list[str]:
        form = a_form(indicators=(replace(indicator(), level2=Entry("成本指标", 0.95, (self.PLACE,))),))
        content = page({self.PLACE: ("成本指标", "text")})
        (grid,) = content.grids
        sure = Confidence(0.95, 1.0, agreement)
        cells = tuple(replace(cell, other_text="成本指示", confidence=sure) for cell in grid.cells)
        return [one.code for one in found(form, replace(content, grids=(replace(grid, cells=cells),)))]

    def test_it_says_what_was_read_where_a_word_was_taken(self):
        assert "read-as-word" in self.codes(None)
        assert "readers-disagree" not in self.codes(None)

    def test_two_readers_who_disagree_are_no_word(self):
        assert "readers-disagree" in self.codes(0.0)
        assert "read-as-word" not in self.codes(0.0)


def test_a_word_beside_strokes_of_a_pen_is_read_and_doubted():
    """A level under handwriting was lost with all of its rows, though both readings had it whole."""
    scanned, cleaned = (CellReading(text, [], 0.3, legible=0.3) for text in ("819c产出指标", "1产出指标"))
    found = read_twice(scanned, cleaned, True, READ_DEFAULTS)
    assert (found.text, found.state, found.agreement) == ("产出指标", "text", 0.0)
    other = CellReading("8质量指标", [], 0.3, legible=0.3)
    assert read_twice(other, cleaned, True, READ_DEFAULTS).state == "obscured"
