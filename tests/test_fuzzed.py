"""What must hold of every input (`fuzz.claims`): of the fuzzer's seeds, of what it found, and of inputs drawn here."""

from __future__ import annotations

import re
from datetime import date

import pytest
from fuzz.claims import CLAIMS, PARTS, PIECES, text_of, workbook
from fuzz.seeds import data_of, printed_pairs, seeds
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import written
from tests.opened import read
from tests.printed import truth
from tests.scans.tables import central_project_table
from workbench.form.assemble import assemble_forms
from workbench.readers.number_format import displayed
from workbench.values import parse_target

FOUND = {
    "values": [data_of("0千\n5万千千千千千千千千千")],
    "transcription": ["<table><tr>\t甲<tr>\x1c乙>3</table>\n甲\x02<b>1\x0b2</b>\n|甲|\x00<i>|\n".encode()],
}
FOUND["formats"] = [
    b"General\n1e350",
    b"0.00\n1e300",
    b"[>1.2.3]0\n5",
    b"0" * 300 + b"\n5",
    b"0%%%%%%%%%%%%%%%%%%%%%%%%%%%\n1e300",
]
"""Inputs of which a claim did not hold once."""


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_holds_of_its_seeds_and_of_what_was_found(claim):
    for data in [*seeds(claim), *FOUND.get(claim, [])]:
        CLAIMS[claim](data)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_holds_of_any_bytes(claim):
    @given(st.binary(max_size=200))
    @settings(max_examples=100)
    @example(b"")
    def holds(data: bytes) -> None:
        CLAIMS[claim](data)

    holds()


def test_a_number_that_is_not_printed_would_be_found(monkeypatch):
    from fuzz import claims

    monkeypatch.setattr(claims, "parse_number", lambda text: 13.0 if text == "12" else None)
    with pytest.raises(AssertionError):
        claims.values(b"12")


def test_seeds_are_what_forms_print():
    assert len(printed_pairs()) > 500
    assert text_of(data_of("≥90%\n92.5%")) == "≥90%\n92.5%"
    assert len(PIECES) == len(set(PIECES)) == 128
    assert set(PARTS) <= set(workbook())


def test_scales_heaped_on_one_another_are_no_unit():
    assert parse_target("≥5万千千千千个").kind == "text"
    assert parse_target("≥5千万千瓦时").unit == "千万千瓦时"


def test_what_a_control_character_parts_stays_parted(tmp_path):
    (tmp_path / "a.txt").write_bytes("甲<b>1\x022</b>".encode())
    assert [line.text for line in read(tmp_path / "a.txt")[0].content.loose_lines] == ["甲1 2"]


def test_a_date_in_the_format_of_a_text_is_no_at_sign():
    assert displayed(date(2022, 12, 31), "@") is None


@pytest.mark.parametrize("code", ["General", "0.00", "0%"])
def test_a_number_that_is_none_has_no_digits(code):
    assert displayed(float("inf"), code) is None
    assert displayed(1e300, "0.00") == "1" + "0" * 300 + ".00"


def test_borders_without_sides_are_no_damage(tmp_path):
    path = written.write_xlsx(TITLES, tmp_path / "a.xlsx")
    whole = read(path)
    written.edited(path, "xl/styles.xml", lambda xml: re.sub("<border>.*?</border>", "<border/>", xml))
    assert [one.content.grids[0].rows for one in read(path)] == [one.content.grids[0].rows for one in whole]


ROWS = written.unmerged(central_project_table(truth("example_project_1")))
TITLES = central_project_table(truth("example_project_1"))
INDICATORS = truth("example_project_1")["indicators"]


def indicators(path, cuts: set[int]) -> list[tuple[str, ...]]:
    """The indicators of the form, its table cut into pages before these rows."""
    lines = [TITLES.title, TITLES.subtitle, ""]
    for number, row in enumerate(ROWS):
        lines += [""] * (number in cuts) + ["\t".join(row)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    pages = [page.content for page in read(path)]
    assert len(pages) == 1 + len(cuts)
    (form,) = assemble_forms(pages, "a")
    fields = ("level1", "level2", "name", "target", "actual", "weight", "score")
    return [
        tuple(getattr(one, field).text if getattr(one, field) else "" for field in fields) for one in form.indicators
    ]


@given(st.sets(st.integers(len(ROWS) - len(INDICATORS), len(ROWS) - 2), max_size=4))
@settings(max_examples=40)
def test_pages_end_where_they_will(tmp_path_factory, cuts):
    path = tmp_path_factory.getbasetemp() / "pages.txt"
    assert indicators(path, cuts) == indicators(path, set())
    assert len(indicators(path, cuts)) == len(INDICATORS)
