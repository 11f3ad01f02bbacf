"""Text for eyes: signs for what is not seen, and nothing else changed."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.cbook import is_math_text

from tests.hostile import PAYLOADS
from tests.sample_tables import several_departments
from workbench import analysis as wa
from workbench.analysis import style
from workbench.corrections.log import CorrectionLog
from workbench.corrections.validate import refusal
from workbench.files import short_name
from workbench.report.journal import Report, append_report, read_reports
from workbench.visible import TURNING, UNSEEN, as_html, one_line, visible


def test_what_is_not_seen_is_a_sign_and_all_else_stays() -> None:
    assert visible("甲\x1b[31m\x00\x7f\x9b\t乙\r\n") == "甲␛[31m␀␡‹U+009B›\t乙\r\n"
    assert visible("1\u200f2\u202e\u2069") == "1‹U+200F›2‹U+202E›‹U+2069›"
    assert visible("①≥90％　😀é$") == "①≥90％　😀é$"
    assert as_html("<a href='x'>\"&\x07") == "&lt;a href=&#x27;x&#x27;&gt;&quot;&amp;␇"
    assert one_line("甲\n\t乙\u3000丙\u00ad") == "甲  乙 丙‹U+00AD›"


@given(st.text())
def test_no_character_is_lost_and_none_turns_the_others(text: str) -> None:
    assert re.sub("‹U\\+[0-9A-F]{4,6}›|[␀-␡]", "", visible(text)) == UNSEEN.sub("", re.sub("[␀-␡]", "", text))
    for shown in (visible(text), one_line(text)):
        assert not TURNING.search(shown)
        assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n\r"]
    assert all(c.isprintable() for c in one_line(text))


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.name)
def test_charts_take_no_text_for_mathematics(payload) -> None:
    words = style.plain(payload.text)
    assert not is_math_text(words)
    assert all(c.isprintable() or c == "\n" for c in words)


def test_no_person_types_what_turns_figures_around() -> None:
    for text in ("\u202e001", "1\u200f2", "甲\x1b[31m", "甲\u2028乙"):
        assert "控制字符" in str(refusal("indicators", "target", text))
    assert refusal("indicators", "target", "≥5个") is None


@pytest.mark.parametrize("by", ["CON", "nul.txt", "com1.a.b", "../../x", "a/b", "甲" * 300, "\x1b[31m", "..", "."])
def test_a_persons_log_has_a_name_on_every_system(by: str, tmp_path: Path) -> None:
    path = CorrectionLog(tmp_path, by).path
    assert path.parent == tmp_path
    assert path.name.partition(".")[0].casefold() not in ("con", "nul", "com1", "")
    assert len(path.name.encode()) < 255
    assert path.name.isprintable()


def test_a_name_is_cut_only_where_it_is_too_long_and_stays_its_own() -> None:
    assert short_name("表" * 66) == "表" * 66
    long = [short_name("表" * 67), short_name("表" * 66 + "二"), short_name("\udcff" * 300)]
    assert len(set(long)) == 3
    assert all(len(name.encode()) <= 200 for name in long)


def test_a_line_of_the_journal_of_reports_ends_only_where_it_ends(tmp_path: Path) -> None:
    """A title with a line separator was two lines, neither of them one, and its report not known any more."""
    report = Report("甲\u2028乙\u0085丙\x1c", "a", "1")
    append_report(tmp_path, report)
    assert read_reports(tmp_path) == {"a": report}


@pytest.mark.parametrize("stem", ["../../secret", "/tmp/secret", "a/b", "..", "", 5, None, ["a"], "a\\b", "C:a"])
def test_a_journal_of_strangers_names_no_file_outside_its_folder(stem: object, tmp_path: Path) -> None:
    """The next run removed the files of reports that it did not know, wherever the journal said that they were."""
    append_report(tmp_path, Report("甲", stem, "1"))  # type: ignore[arg-type]
    assert read_reports(tmp_path) == {}


def test_departments_that_share_no_kind_of_indicator_are_compared_all_the_same() -> None:
    """The report on them failed: there was nothing to take the least of."""
    tables = several_departments(["甲局", "乙局"])
    tables.indicators["level2"] = tables.indicators["form_id"] + tables.indicators["level2"]
    assert "平均得分率最低" in style.alt_text(wa.department_heat_map(tables))
