"""Several hundred texts as forms print them, each with the reading that a careful person would give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.values import Actual, Target, judge, parse_actual, parse_target

CORPUS = Path(__file__).parent / "truth" / "targets_and_actuals.txt"
YEAR = 2022
MET = {True: "yes", False: "no", None: "?"}


@dataclass(frozen=True)
class Line:
    target: str
    target_reading: str
    actual: str
    actual_reading: str
    met: str


def corpus() -> list[Line]:
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    return [
        Line(*(part.strip() for part in line.split("|"))) for line in lines if line.strip() and not line.startswith("#")
    ]


def reading_of_target(target: Target) -> str:
    """The notation of the corpus, explained at its head."""
    if target.kind == "date":
        return f"by {target.deadline or '?'}"
    if target.kind == "text":
        return f"text {target.op}" if target.op else "text"
    if target.value is None:
        return f"{target.low:.12g}..{target.high:.12g} {target.unit or '.'}"
    return f"{target.op or '.'} {target.value:.12g} {target.unit or '.'}"


def reading_of_actual(actual: Actual) -> str:
    if actual.end:
        return f"{actual.start or ''}..{actual.end}"
    if actual.value is None:
        return "-" if actual.unit_known else ". unknown"
    words = [f"{actual.value:.12g}", actual.unit or "."]
    words += ["fraction"] if actual.as_fraction else []
    return " ".join(words if actual.unit_known else [*words, "unknown"])


@pytest.mark.parametrize("line", corpus(), ids=lambda line: f"{line.target}|{line.actual}")
def test_reads_as_a_careful_person_would(line):
    target = parse_target(line.target, year=YEAR)
    actual = parse_actual(line.actual, target, YEAR)
    met = judge(target, line.actual, actual, YEAR).met
    assert (reading_of_target(target), reading_of_actual(actual), MET[met]) == (
        line.target_reading,
        line.actual_reading,
        line.met,
    )


def test_the_corpus_is_large_and_holds_no_line_twice():
    lines = corpus()
    assert len(lines) > 500
    assert len({(line.target, line.actual) for line in lines}) == len(lines)
