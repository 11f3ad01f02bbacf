"""The catalogue of findings: every code and wording that is emitted has its row, and every row is emitted."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import workbench
from tests.scans.layouts.shapes import SHAPES
from tests.scans.measure_findings import cases
from tests.test_checks import CASES, a_form, entry, found, indicator, unadded
from workbench.checks import check_form
from workbench.findings import FINDINGS, FLAGS, ONLY, excerpt, kind_of, listed
from workbench.form.other_forms import OtherForm
from workbench.model import Entry, LeftOutKind

PACKAGE = Path(workbench.__file__).parent

PROMISED = {
    "low-confidence",
    "obscured",
    "unmapped-cell",
    "weights-do-not-add-up",
    "scores-do-not-add-up",
    "score-exceeds-weight",
    "execution-rate-mismatch",
    "execution-score-mismatch",
    "percent-as-fraction",
    "met-but-points-lost",
    "missed-but-full-points",
    "score-not-proportional",
    "target-far-exceeded",
    "missing-value",
    "missing-reason",
    "duplicate-indicator",
    "split-row-joined",
    "repeated-row-dropped",
    "shifted-cell",
    "unknown-unit",
    "correction-stale",
}
"""Codes that users are promised."""

HOSTILE = "{x}%s{0}"

SUM = {"", "-numbers-unread", "-pages-unread"}
DECIDED_WHEN_IT_RUNS = {
    "checks/totals.py:_total": {
        (code, f"total{reason}") for code in ("weights-do-not-add-up", "scores-do-not-add-up") for reason in SUM
    },
    "checks/totals.py:_level": {("weights-do-not-add-up", f"level{reason}") for reason in SUM},
    "form/columns.py:_column_finding": {
        *(("damaged-label", evidence) for evidence in ("built", "damaged")),
        *(("column-in-doubt", evidence) for evidence in ("inferred", "disputed", "contradicted", "ambiguous")),
    },
    "checks/uncertain.py:_cause": {("unmapped-cell", kind) for kind in get_args(LeftOutKind) if kind != "reported"},
    "form/other_forms.py:other_form_finding": {("not-a-self-evaluation", kind) for kind in get_args(OtherForm)},
    "form/stitch.py:_flagged": {
        ("repeated-row-dropped", "row"),
        ("split-row-joined", "row"),
        ("split-row-joined", "apart"),
    },
}
"""Functions that are given the code or the wording, and what they are given."""


@dataclass(frozen=True)
class Emission:
    """A place of the code that words a finding: the codes with their wordings, and the facts it gives."""

    place: str
    wordings: frozenset[tuple[str, str]]
    facts: frozenset[str]


def choices(node: ast.expr | None) -> set[str]:
    """The texts that an expression can be; none where only running it tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        first, second = choices(node.body), choices(node.orelse)
        return first | second if first and second else set()
    return set()


def codes_named(node: ast.expr) -> set[str]:
    """The codes in ``FINDINGS["…"]``."""
    is_kind = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "FINDINGS"
    return choices(node.slice) if is_kind else set()


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the package outside the catalogue, with its place."""
    for module in sorted(PACKAGE.rglob("*.py")):
        name = module.relative_to(PACKAGE).as_posix()
        if name != "findings.py":
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{name}:{node.name}", node


def emissions() -> Iterator[Emission]:
    for place, function in functions():
        kinds = {
            target.id: codes_named(node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "says":
                kind = node.func.value
                codes = codes_named(kind) or (kinds.get(kind.id, set()) if isinstance(kind, ast.Name) else set())
                wordings = choices(node.args[0]) if node.args else {ONLY}
                pairs = {(code, wording) for code in codes for wording in wordings}
                facts = frozenset(keyword.arg or "**" for keyword in node.keywords)
                yield Emission(place, frozenset(DECIDED_WHEN_IT_RUNS.get(place) or pairs), facts)


EMISSIONS = list(emissions())


def test_every_wording_that_is_emitted_has_its_row_and_every_row_is_emitted():
    emitted = {pair for emission in EMISSIONS for pair in emission.wordings}
    assert emitted == {(kind.code, wording) for kind in FINDINGS.values() for wording in kind.wordings}


def test_every_code_that_the_package_names_is_worded_somewhere():
    named = {
        code
        for _, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript)
        for code in codes_named(node)
    }
    assert named == set(FINDINGS)


@pytest.mark.parametrize("emission", EMISSIONS, ids=lambda one: one.place)
def test_an_emission_gives_its_wordings_all_facts_that_they_need_and_no_others(emission):
    needed = [FINDINGS[code].wordings[wording].placeholders for code, wording in emission.wordings]
    assert emission.facts == frozenset().union(*needed)
    assert emission.wordings


def test_nothing_makes_a_finding_past_the_catalogue():
    literal = [
        place
        for place, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Finding", "RecordFlag")
        if node.args and choices(node.args[0])
    ]
    assert not literal


def test_invented_forms_and_the_smallest_faults_have_findings_of_the_catalogue_only():
    forms = [case.form for layout in SHAPES for case in cases(layout, 0)] + [faulty for faulty, _ in CASES.values()]
    seen = {(finding.code, finding.severity) for form in forms for finding in check_form(form, 0.8)}
    assert seen <= {(kind.code, wording.severity) for kind in FINDINGS.values() for wording in kind.wordings.values()}
    assert {code for code, _ in seen} >= set(CASES)


def test_the_promised_codes_are_there():
    assert set(FINDINGS) >= PROMISED


@pytest.mark.parametrize("kind", FINDINGS.values(), ids=FINDINGS)
class TestEachKind:
    def test_each_of_its_messages_shows_its_facts_and_leaves_no_braces(self, kind):
        for name, wording in kind.wordings.items():
            specs = {fact: spec or "" for _, fact, spec, _ in Formatter().parse(wording.template) if fact}
            facts: dict[str, object] = {
                fact: 0.5 if spec[-1:] in set("fg%") else HOSTILE for fact, spec in specs.items()
            }
            statement = kind.says(name, **facts)
            assert (statement.code, statement.severity) == (kind.code, wording.severity)
            assert statement.message.count(HOSTILE) >= list(facts.values()).count(HOSTILE)
            assert not set(statement.message.replace(HOSTILE, "")) & set("{}")

    def test_what_looking_settles_was_a_flag(self, kind):
        assert kind.is_flag or not (kind.settled_by_looking or kind.rows_may_be_missing)
        assert (kind.code in FLAGS) is kind.is_flag


def test_a_wording_needs_its_facts():
    with pytest.raises(KeyError):
        FINDINGS["goal-missing"].says("skipped", before=1)
    with pytest.raises(KeyError):
        FINDINGS["goal-missing"].says("lost")


def test_a_code_of_another_version_is_of_no_known_kind():
    kind = kind_of("no-such-code")
    assert not (kind.is_flag or kind.settled_by_looking or kind.rows_may_be_missing or kind.calculations)
    assert kind_of("obscured") is FINDINGS["obscured"]


@pytest.mark.parametrize("text", ["{field}", "{0}", "{", "}}", "%s 100%", "{text.__class__}", "{x!r:>9}"])
def test_text_of_a_form_is_never_a_template(text):
    form = unadded(indicator(target="≥90%", actual=f"0{text}", name=text), unmapped=(Entry(text),))
    messages = [finding.message for finding in found(form)]
    assert f"单元格“{text}”未能归入任何字段，请核对" in messages
    (unsure,) = [f.message for f in found(a_form(indicator(name=text, score="9O"))) if f.code == "not-a-number"]
    assert unsure == "得分“9O”不是数字，表中留空，请对照原件"
    doubtful = unadded(indicator(deviation=""), conclusion=entry(text, 0.1))
    assert f"自评结论“{text}”识别把握不足（0.10），请对照原件" in [finding.message for finding in found(doubtful)]


def test_a_record_is_named_in_front_with_its_own_text():
    statement = FINDINGS["missed-but-full-points"].says().of("第1个指标“{score}”")
    assert statement.about("indicators", 1).message == "第1个指标“{score}”：按印刷值未达标，但得了满分"


def test_lists_and_excerpts_are_cut():
    assert listed(["甲" * 30, "乙"]) == f"“{'甲' * 20}”、“乙”"
    assert excerpt(["甲" * 50, "乙" * 50]) == f"{'甲' * 50}；{'乙' * 29}"
