"""Checks: each finding code fires on the smallest form that has the fault, and on nothing that lacks it."""

from __future__ import annotations

import copy
import importlib
import inspect
import pkgutil
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.printed import FORMS, form, table, truth, with_text
from workbench import checks
from workbench.checks import check_form
from workbench.dataset.build import DocumentContent, build_tables
from workbench.model import (
    Budget,
    Cell,
    CellGrid,
    CellKey,
    CellState,
    Confidence,
    Entry,
    Finding,
    Form,
    Goal,
    Indicator,
    PageContent,
    Severity,
)

TIANJIN, PROJECT_1, PROJECT_2 = FORMS
THRESHOLD = 0.8


def entry(text: str | None, confidence: float = 1.0) -> Entry | None:
    return None if text is None else Entry(text, confidence, (CellKey(1, 1, 0, 0),))


def indicator(
    target: str = "≥5次",
    actual: str = "6次",
    weight: str | None = "90",
    score: str | None = "90",
    deviation: str | None = "",
    name: str = "培训次数",
    goal: int | None = None,
) -> Indicator:
    texts = {"target": target, "actual": actual, "weight": weight, "score": score, "deviation": deviation}
    entries = {field: entry(text) for field, text in texts.items()}
    label = None if goal is None else entry(f"绩效目标{goal}")
    return Indicator(goal, label, Entry("产出指标"), Entry("数量指标"), Entry(name), **entries)  # type: ignore[arg-type]


def budget(rate: str = "98.0%", score: str = "9.8", funds: str = "年度资金总额", **amounts: str) -> Budget:
    fields = {"adjusted": "100", "executed": "98", "weight": "10"} | amounts
    fields |= {"execution_rate": rate, "score": score}
    return Budget(Entry(funds), "万元", **{name: entry(text) for name, text in fields.items()})


def part(funds: str, adjusted: str, executed: str) -> Budget:
    """A line below the total: no points, no rate."""
    return budget("-", "-", funds, adjusted=adjusted, executed=executed, weight="-")


def page(texts: dict[CellKey, tuple[str, CellState]]) -> PageContent:
    """A page with nothing but these cells."""
    outline = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
    cells = (Cell(key.row, key.col, 1, 1, outline, text, state) for key, (text, state) in texts.items())
    return PageContent(1, 100, 100, (CellGrid(1, 1, tuple(cells), (0.0, 1.0), (0.0, 1.0)),))


def a_form(*indicators: Indicator, **changes: object) -> Form:
    """A form of one page whose figures agree: 10 points for the budget, 90 for one indicator."""
    consistent = Form(
        layout="generic",
        title="项目支出绩效自评表",
        year=2022,
        department=Entry("示例市教育局"),
        project=None,
        unit=None,
        budgets=(budget(),),
        goals=(),
        indicators=indicators or (indicator(),),
        total_weight=entry("100"),
        total_score=entry("99.8"),
        conclusion=None,
        first_page=1,
        last_page=1,
    )
    return replace(consistent, **changes)


def unadded(*indicators: Indicator, **changes: object) -> Form:
    """The form without its totals column, so that changed points need not add up."""
    return a_form(*indicators, total_weight=entry("-"), total_score=entry("-"), **changes)


def found(one: Form, *pages: PageContent) -> list[Finding]:
    return check_form(one, THRESHOLD, pages)


def codes(one: Form) -> list[str]:
    return [finding.code for finding in found(one)]


OVERSPENT = replace(budget(rate="120%", executed="120", score="10"), adjusted=None, initial=entry("100"))
GOALS = tuple(Goal(number, entry(str(number)), Entry("目标")) for number in (1, 3))
ALIKE = [
    replace(
        indicator("≥5次", "4次", "30", "24", name=name),
        deviation=Entry("受疫情影响，活动延期举办", 1.0, (CellKey(1, 1, row, 7),)),
    )
    for row, name in enumerate(("甲类培训", "乙类培训", "丙类培训"))
]
SHORT = {"actual": "4次", "score": "72", "deviation": "受疫情影响"}

CASES: dict[str, tuple[Form, Form]] = {
    "low-confidence": (
        a_form(total_score=entry("99.8", 0.79)),
        a_form(total_score=entry("99.8", 0.8)),
    ),
    "shown-unsure": (a_form(total_score=entry("9\ufffd", 0.5)), a_form()),
    "unmapped-cell": (a_form(unmapped=(Entry("填表说明"),)), a_form(labels=(CellKey(1, 1, 0, 0),))),
    "not-a-number": (
        unadded(indicator(score="9O")),
        unadded(indicator(score="—"), indicator(name="覆盖率", score="/")),
    ),
    "several-values": (unadded(indicator(score="40\n50")), unadded(indicator(score="90"))),
    "weights-in-percent": (
        unadded(indicator(weight="50%", score="50"), indicator(name="覆盖率", weight="40", score="40")),
        unadded(indicator(weight="90%")),
    ),
    "reason-without-deviation": (
        unadded(indicator(actual="5次", deviation="受疫情影响")),
        unadded(indicator(actual="5次", deviation="已按期完成目标。")),
    ),
    "reason-contradicts-figures": (
        unadded(indicator(deviation="受疫情影响，未完成全部培训")),
        unadded(indicator(target="≤5次", deviation="未完成", actual="4次")),
    ),
    "repeated-reason": (
        unadded(*ALIKE),
        # One cell over three rows is one reason, and two rows may have one cause.
        unadded(*(replace(row, deviation=ALIKE[0].deviation) for row in ALIKE), indicator(**SHORT)),
    ),
    "missing-value": (unadded(indicator(actual="")), unadded(indicator(actual="-"))),
    "goal-missing": (
        a_form(indicator(goal=1), goals=GOALS),
        a_form(indicator(goal=1), goals=(GOALS[0], replace(GOALS[1], goal_no=2, number=entry("2")))),
    ),
    "execution-rate-mismatch": (
        a_form(budgets=(budget(rate="97.9%"),)),
        a_form(budgets=(budget(executed="98.04"),)),  # 98.0% stands for everything that rounds to it
    ),
    "execution-score-mismatch": (
        unadded(budgets=(budget(score="9.7"),)),
        unadded(budgets=(OVERSPENT,)),  # no more than the weight
    ),
    "executed-exceeds-budget": (
        unadded(budgets=(budget(rate="101%", executed="101", score="10"),)),
        unadded(budgets=(budget(rate="100%", adjusted="100.0", executed="100.1", score="10"),)),  # 100.05 is both
    ),
    "amount-unit-mismatch": (
        a_form(budgets=(budget(executed="98元"),)),
        a_form(budgets=(budget(executed="98万元"),)),
    ),
    "budgets-do-not-add-up": (
        a_form(budgets=(budget(), part("其中：财政拨款", "80", "78"), part("其他资金", "30", "20"))),
        a_form(
            budgets=(
                budget(),
                part("其中：财政拨款", "80", "78"),
                part("其中：中央资金", "60", "60"),  # a part of a part
                part("其他资金", "20", "20"),
            )
        ),
    ),
    "score-exceeds-weight": (
        unadded(indicator(weight="10", score="10.5")),
        unadded(indicator(weight="10", score="10")),
    ),
    "points-above-full-mark": (
        unadded(indicator(weight="-", score="990")),
        unadded(indicator(weight="-", score="99")),
    ),
    "weights-do-not-add-up": (
        a_form(total_weight=entry("94")),
        a_form(total_weight=entry("90"), total_score=entry("90")),  # some forms state the total of the indicators alone
    ),
    "scores-do-not-add-up": (
        a_form(total_score=entry("98.3")),
        a_form(total_score=entry("100")),  # 99.8 rounds to it
    ),
    "percent-as-fraction": (
        a_form(indicator(target="≥90%", actual="0.95")),
        a_form(indicator(target="≥90%", actual="95%")),
    ),
    "met-but-points-lost": (
        unadded(indicator(target="≤30万元", actual="9.28万元", weight="0.5", score="0.4", deviation="疫情")),
        unadded(indicator(target="≤30万元", actual="31万元", weight="0.5", score="0.48", deviation="疫情")),
    ),
    "missed-but-full-points": (
        unadded(indicator(target="2022年6月底前", actual="2022年9月5日", deviation="受疫情影响")),
        unadded(indicator(target="2022年6月底前", actual="2022年6月30日")),
    ),
    "score-not-proportional": (
        unadded(indicator(**SHORT | {"score": "80"})),
        unadded(indicator(**SHORT)),  # 4 ÷ 5 × 90
    ),
    "target-far-exceeded": (a_form(indicator(actual="7次")), a_form(indicator(target="≤5次", actual="2次"))),
    "missing-reason": (
        unadded(indicator(**SHORT | {"deviation": "无"})),
        unadded(indicator(**SHORT | {"deviation": None})),  # a form without that column asks for none
    ),
    "unknown-unit": (a_form(indicator(actual="6家")), a_form(indicator(actual="6"))),
    "duplicate-indicator": (
        a_form(indicator(weight="45", score="45"), indicator(weight="45", score="45")),
        a_form(indicator(weight="45", score="45", goal=1), indicator(weight="45", score="45", goal=2)),
    ),
}
"""For every code the smallest form that has the fault, and one like it that has not."""

ERRORS = {
    "not-a-number",
    "several-values",
    "points-above-full-mark",
    "score-exceeds-weight",
    "weights-do-not-add-up",
    "scores-do-not-add-up",
    "budgets-do-not-add-up",
    "amount-unit-mismatch",
}
"""What is certain from the printed figures."""

NOTHING_EXPECTED = {"unmapped-cell", "low-confidence"}


@pytest.mark.parametrize("code", CASES)
class TestEachCode:
    def test_fires_alone_on_its_fault(self, code):
        assert codes(CASES[code][0]) == [code]

    def test_keeps_quiet_without_the_fault(self, code):
        assert codes(CASES[code][1]) == []

    def test_tells_the_researcher_what_was_expected_and_what_found(self, code):
        (finding,) = found(CASES[code][0])
        assert re.search("[\u4e00-\u9fff]{3}", finding.message)
        assert "None" not in finding.message
        assert "nan" not in finding.message
        assert finding.found
        assert bool(finding.expected) is (code not in NOTHING_EXPECTED)

    def test_is_an_error_only_where_it_is_certain(self, code):
        (finding,) = found(CASES[code][0])
        assert (finding.severity == "error") is (code in ERRORS)


def test_ink_that_was_not_read_and_belongs_to_no_field_is_found_once_for_each_page():
    """A header under a seal, or a cell that no column claims, was lost without a word."""
    unread = tuple(Entry("", 0.0, (CellKey(page, 1, row, 0),)) for page in (1, 2) for row in (3, 4))
    findings = [one for one in found(a_form(unmapped=unread)) if one.code == "unmapped-cell"]
    assert [(one.page, one.found) for one in findings] == [(1, "未读出"), (2, "未读出")]


def test_every_check_of_the_package_has_its_case():
    modules = [importlib.import_module(f"workbench.checks.{one.name}") for one in pkgutil.iter_modules(checks.__path__)]
    named = {
        code
        for module in modules
        for _, function in inspect.getmembers(module, inspect.isfunction)
        for code in re.findall(r"^``([a-z-]+)``", function.__doc__ or "")
    }
    known_by_cells = {"obscured", "readers-disagree", "read-as-word", "confirmed-by-sum"}
    assert named == {*CASES, *known_by_cells}


def test_a_consistent_form_has_no_findings():
    assert codes(a_form()) == []


class TestCloser:
    def test_what_the_reconstruction_found_comes_first(self):
        note = Finding("split-row-joined", "warning", "本行在换页处被分成两部分")
        assert found(a_form(notes=(note,), unmapped=(Entry("注"),)))[0] == note

    def test_a_merged_label_is_one_doubt_however_many_rows_it_covers(self):
        label = Entry("产出指标", 0.5, (CellKey(1, 1, 5, 0),))
        rows = [replace(indicator(weight="45", score="45", name=name), level1=label) for name in ("甲", "乙")]
        assert codes(a_form(*rows)) == ["low-confidence"]

    def test_two_blank_fields_are_two_doubts(self):
        doubtful = Entry("", 0.0)
        row = replace(indicator(), deviation=doubtful, level2=doubtful)
        assert codes(a_form(row)) == ["low-confidence"] * 2

    def test_what_could_not_be_read_is_called_so(self):
        (finding,) = found(a_form(replace(indicator(), deviation=Entry("", 0.0, (CellKey(3, 1, 4, 7),)))))
        assert "有笔迹但未能识别" in finding.message
        assert (finding.table, finding.record_no, finding.field, finding.page) == ("indicators", 1, "deviation", 3)

    def test_a_misread_weight_that_is_the_budgets_points_off_was_no_difference(self):
        """A scratch made 18 of 8: the weights were a hundred without the budget's ten, and the scores with them."""
        rows = [
            indicator(weight="82", score="82", name="甲"),
            indicator(weight="18", score="8", name="乙", deviation="原因"),
        ]
        assert "weights-do-not-add-up" in codes(a_form(*rows))
        budget_alone = a_form(*rows, budgets=(replace(budget(), score=entry("-")),), total_score=entry("90"))
        assert "weights-do-not-add-up" not in codes(budget_alone)  # either sum leaves the budget out

    def test_a_misread_score_that_is_the_budgets_points_off_was_no_difference(self):
        rows = [indicator(weight="80", score="80", name="甲"), indicator(weight="10", score="19.8", name="乙")]
        assert "scores-do-not-add-up" in codes(a_form(*rows))

    def test_a_form_without_department_year_or_total_says_so(self):
        one = a_form(department=Entry(""), year=None, total_score=None)
        assert [(f.code, f.field) for f in found(one)] == [
            ("missing-value", "department"),
            ("missing-value", "year"),
            ("missing-value", "total_score"),
        ]

    def test_a_column_that_the_form_has_not_is_not_missing(self):
        assert codes(a_form(indicator(weight=None, score=None), total_weight=None, total_score=None)) == []

    def test_indicators_that_name_a_goal_that_is_not_there(self):
        (finding,) = found(a_form(indicator(goal=7), goals=GOALS[:1]))
        assert (finding.code, finding.expected) == ("goal-missing", "7")

    def test_the_rate_is_checked_against_the_initial_budget_where_there_is_no_other(self):
        line = replace(budget(), adjusted=None, initial=entry("200"))
        assert codes(a_form(budgets=(line,))) == ["execution-rate-mismatch"]

    def test_a_rate_printed_as_a_fraction_is_checked_too(self):
        assert codes(a_form(budgets=(budget(rate="0.98"),))) == []
        assert codes(a_form(budgets=(budget(rate="0.95", score="9.5"),), total_score=entry("99.5"))) == [
            "execution-rate-mismatch"
        ]

    @pytest.mark.parametrize(("rate", "codes_found"), [("1", []), ("0.99", ["execution-rate-mismatch"])])
    def test_a_fraction_may_have_lost_its_zeros(self, rate, codes_found):
        """99.6 % printed as a fraction with two decimals is 1.00, and shows as 1."""
        line = budget(rate=rate, executed="99.6", score="9.96")
        assert [code for code in codes(unadded(budgets=(line,))) if code.startswith("execution-rate")] == codes_found

    @pytest.mark.parametrize(
        ("rate", "score", "fine"),
        [
            ("98%", "9.76", True),
            ("98%", "9.84", True),
            ("98%", "9.9", True),
            ("98%", "9.86", False),
            ("98%", "9", False),
        ],
    )
    def test_a_rounded_rate_allows_for_what_it_was_rounded_from(self, rate, score, fine):
        line = budget(rate=rate, score=score)
        assert (codes(unadded(budgets=(line,))) == []) is fine

    def test_points_are_checked_against_the_amounts_where_no_rate_is_printed(self):
        line = replace(budget(score="9"), execution_rate=None)
        assert codes(unadded(budgets=(line,))) == ["execution-score-mismatch"]
        assert codes(a_form(budgets=(replace(budget(), execution_rate=None),))) == []

    def test_amounts_in_yuan_beside_amounts_in_ten_thousands(self):
        (finding,) = found(a_form(budgets=(replace(budget(), initial=entry("1000000")),)))
        assert (finding.code, finding.severity, finding.field) == ("amount-unit-mismatch", "warning", "adjusted")

    def test_a_small_execution_rate_is_no_mix_of_units(self):
        line = budget(rate="0.01%", score="0", adjusted="10000", executed="1")
        assert codes(unadded(budgets=(line,))) == []

    def test_two_ways_of_splitting_one_budget_side_by_side(self):
        lines = [part("一般公共预算拨款", "70", "70"), part("基本支出", "60", "60"), part("其他资金", "30", "28")]
        assert codes(a_form(budgets=(budget(), *lines, part("项目支出", "40", "38")))) == []

    def test_parts_that_name_no_rest_may_leave_one_out(self):
        assert codes(a_form(budgets=(budget(), part("其中：财政拨款", "80", "78"), part("自有资金", "5", "5")))) == []

    def test_a_sum_with_an_unread_part_is_not_judged(self):
        lines = [part("其中：财政拨款", "8O", "78"), part("其他资金", "20", "20")]
        assert codes(a_form(budgets=(budget(), *lines))) == ["not-a-number"]

    def test_budget_points_above_their_weight_are_an_error(self):
        findings = found(unadded(budgets=(budget(score="10.5"),)))
        assert ("score-exceeds-weight", "error") in {(finding.code, finding.severity) for finding in findings}

    def test_a_row_without_a_score_does_not_count_towards_the_weights(self):
        unscored = indicator(weight="1", score="-", name="因财政资金不足未拨付")
        assert codes(a_form(indicator(), unscored)) == []

    def test_a_scored_row_whose_score_is_blank_still_has_its_weight(self):
        rows = (indicator(weight="60", score="60"), indicator(weight="30", score="", name="覆盖率"))
        one = a_form(*rows, total_score=entry("69.8"))
        assert codes(one) == ["missing-value"]

    def test_a_sum_with_an_unread_number_is_no_certain_error(self):
        rows = (indicator(weight="60", score="60"), indicator(weight="3O", score="30", name="覆盖率"))
        severities: dict[str, Severity] = {finding.code: finding.severity for finding in found(a_form(*rows))}
        assert severities == {"not-a-number": "error", "weights-do-not-add-up": "warning"}

    def test_a_sum_over_a_missing_page_is_no_certain_error(self):
        lost = Finding("page-not-read", "error", "第2页未能读取", page=2)
        one = a_form(notes=(lost,), total_weight=entry("94"))
        assert [(f.code, f.severity) for f in found(one)][1:] == [("weights-do-not-add-up", "warning")]

    @pytest.mark.parametrize(("weight", "fine"), [("89.5", False), ("90", True), ("90.5", False)])
    def test_half_a_point_is_missed_in_a_sum_of_weights(self, weight, fine):
        one = a_form(indicator(weight=weight, score="89"), total_score=entry("98.8"))
        assert ("weights-do-not-add-up" not in codes(one)) is fine

    def test_weights_rounded_to_hundredths_may_miss_by_their_rounding(self):
        rows = [indicator(weight="30.33", score="30.33", name=name) for name in ("甲", "乙", "丙")]
        unscored = replace(budget(), weight=None, score=None)
        assert codes(a_form(*rows, budgets=(unscored,), total_weight=entry("91"), total_score=entry("91"))) == []

    def test_points_printed_with_their_unit_are_numbers(self):
        assert codes(a_form(indicator(weight="90分", score="（90分）"), total_weight=entry("100分"))) == []

    def test_a_qualitative_indicator_may_earn_four_fifths_when_it_was_reached(self):
        rows = [indicator("有效提升", "达成预期指标", "10", score, "原因", name=score) for score in ("8", "7.9")]
        severities = [f.severity for f in found(unadded(*rows)) if f.code == "met-but-points-lost"]
        assert severities == ["info", "warning"]

    @pytest.mark.parametrize("reason", ["", "-", "/", "—", "无", "无。", "0", "无偏差"])
    def test_no_reason_has_many_dresses(self, reason):
        assert codes(unadded(indicator(**SHORT | {"deviation": reason}))) == ["missing-reason"]

    def test_an_actual_that_was_rounded_allows_for_its_rounding(self):
        """0.53 hours of at most 0.5 may be 0.525 or 0.535."""
        row = indicator("≤0.5小时", "0.53小时", "1.5", "1.41", "汛期持续降雨")
        assert codes(unadded(row)) == []
        assert codes(unadded(replace(row, score=entry("1.38")))) == ["score-not-proportional"]

    def test_counted_things_allow_for_nothing(self):
        assert codes(unadded(indicator("=3年", "=2年", "3", "2.1", "原因"))) == ["score-not-proportional"]

    @pytest.mark.parametrize("target", ["≥1O个", "≥05个", "1O0%", "≥IO个", "≥12 34个", "≥200个（其中市级50个）"])
    def test_a_target_whose_figure_is_not_read_says_so(self, target):
        assert codes(a_form(indicator(target, "10个"))) == ["not-a-number"]

    @pytest.mark.parametrize("target", ["有效提升", "≤预算数", "完成5G基站建设", "优", "每月", "I类水质达标"])
    def test_a_target_in_words_is_not_damaged(self, target):
        assert codes(a_form(indicator(target, target))) == []

    def test_a_day_that_is_not_read_says_so(self):
        assert codes(a_form(indicator("2022年12月底前", "2022年l1月"))) == ["not-a-number"]
        assert codes(a_form(indicator("2022年12月底前", "2022年11月"))) == []
        assert codes(a_form(indicator("2022年12月底前", "已完成"))) == []

    def test_a_missing_unit_is_told_from_a_wrong_one(self):
        messages = [
            found(a_form(indicator(*texts)))[0].message
            for texts in (("≤5%", "1"), ("44.4", "44.4万人"), ("≥5次", "6家"))
        ]
        assert ["无法确定" in message for message in messages] == [True, True, False]

    def test_columns_of_targets_and_names_that_a_form_has_not_are_not_missing(self):
        row = replace(indicator(), name=Entry(""), target=Entry(""))
        assert codes(a_form(row)) == []

    def test_ink_that_was_not_read_is_not_called_blank(self):
        row = replace(indicator(), actual=Entry("", 0.0, (CellKey(1, 1, 4, 4),)))
        assert codes(a_form(row)) == ["low-confidence"]

    def test_only_the_first_budget_line_has_points(self):
        second = budget(score="-", weight="-", rate="-")
        assert codes(a_form(budgets=(budget(), second))) == []

    @given(st.decimals(0, 100, places=2), st.integers(0, 2))
    @settings(max_examples=50)
    def test_a_total_that_is_the_sum_to_its_printed_digits_is_never_reported(self, points, digits):
        stated = f"{round(points, digits):.{digits}f}"
        one = a_form(indicator(score=str(points), deviation="原因"), budgets=(), total_score=entry(stated))
        assert "scores-do-not-add-up" not in codes(one)


class TestWhatOnlyTheCellsKnow:
    SEALED = CellKey(1, 1, 3, 5)

    @pytest.mark.parametrize("text", ["90", ""])
    def test_a_number_under_a_seal_is_obscured_and_not_merely_unsure(self, text):
        one = unadded(replace(indicator(), score=Entry(text, 0.3, (self.SEALED,))))
        (finding,) = found(one, page({self.SEALED: (text, "obscured")}))
        assert (finding.code, finding.severity, finding.field) == ("obscured", "warning", "score")
        assert text in finding.message

    def test_the_same_number_in_the_open_is_merely_unsure(self):
        one = unadded(replace(indicator(), score=Entry("90", 0.3, (self.SEALED,))))
        assert [f.code for f in found(one, page({self.SEALED: ("90", "text")}))] == ["low-confidence"]

    @pytest.mark.parametrize(
        ("confidence", "other", "said"),
        [
            (Confidence(0.3, 1.0, None), None, "0.30，文字有疑）"),
            (Confidence(1.0, 0.5, 1.0), None, "0.50，格线不清，两次识别相同）"),
            (Confidence(0.3, 1.0, None), "80", "0.30，文字有疑，另读作“80”）"),
        ],
    )
    def test_how_sure_the_machine_is_why_and_what_else_it_read_are_said(self, confidence, other, said):
        """It said “应为 0.80 表中 0.30” of a number that was neither."""
        one = unadded(replace(indicator(), score=Entry("90", confidence.overall, (self.SEALED,))))
        cell = replace(page({self.SEALED: ("90", "text")}).grids[0].cells[0], confidence=confidence, other_text=other)
        grid = replace(page({}).grids[0], cells=(cell,))
        (finding,) = [f for f in found(one, replace(page({}), grids=(grid,))) if f.code == "low-confidence"]
        assert said in finding.message
        assert (finding.expected, finding.found) == (other, "90")

    def test_a_blank_cell_with_unsure_rules_is_not_said_to_hold_ink(self):
        one = unadded(replace(indicator(), deviation=Entry("", 0.5, (self.SEALED,))))
        (finding,) = [f for f in found(one, page({self.SEALED: ("", "empty")})) if f.code == "low-confidence"]
        assert "读作空白，但格线不清（0.50）" in finding.message and "笔迹" not in finding.message
        assert finding.found == "空白"

    def test_a_sealed_label_is_reported_once(self):
        label = Entry("产出指标", 0.5, (self.SEALED,))
        rows = [replace(indicator(weight="45", score="45", name=name), level1=label) for name in ("甲", "乙")]
        assert [f.code for f in found(a_form(*rows), page({self.SEALED: ("产出指标", "obscured")}))] == ["obscured"]

    @pytest.mark.parametrize(
        ("label", "expected"),
        [
            ("产出指标（90分）", []),
            ("产出指标(90)", []),
            ("产出指标", []),
            ("产出指标（50分）", ["weights-do-not-add-up"]),
            ("产出指标（9O分）", []),
        ],
    )
    def test_the_rows_of_a_level_add_up_to_the_points_in_its_label(self, label, expected):
        key = CellKey(1, 1, 1, 0)
        rows = [
            replace(indicator(weight="45", score="45", name=name), level1=Entry("产出指标", 1.0, (key,)))
            for name in ("甲", "乙")
        ]
        findings = found(a_form(*rows), page({key: (label, "text")}))
        assert [f.code for f in findings] == expected
        assert all((f.field, f.record_no, f.expected, f.found) == ("level1", 1, "90", "50") for f in findings)

    def test_a_label_printed_again_on_the_next_page_is_one_level(self):
        keys = (CellKey(1, 1, 1, 0), CellKey(2, 1, 1, 0))
        rows = [
            replace(indicator(weight="45", score="45", name=str(key.page)), level1=Entry("产出指标", 1.0, (key,)))
            for key in keys
        ]
        first, second = (page({key: ("产出指标（90分）", "text")}) for key in keys)
        grid = replace(second.grids[0], page=2)
        assert found(a_form(*rows), first, replace(second, number=2, grids=(grid,))) == []


class TestTianjin:
    def test_weights_and_scores_are_six_short_of_their_totals(self):
        sums = {f.code: (f.expected, f.found) for f in found(form(table(TIANJIN))) if f.code.endswith("add-up")}
        assert sums == {"weights-do-not-add-up": ("94", "100"), "scores-do-not-add-up": ("92.3", "98.3")}

    def test_all_other_findings_are_those_a_person_makes(self):
        listed = [(f.code, f.record_no) for f in found(form(table(TIANJIN))) if f.table == "indicators"]
        by_code = {code: [number for c, number in listed if c == code] for code, _ in listed}
        rows = truth(TIANJIN)["indicators"]
        fractions = [n for n, row in enumerate(rows, 1) if "%" in row["target"] and row["actual"] in FRACTIONS]
        assert by_code == {
            "score-not-proportional": [62],  # 174 of 450 inspections are worth 0.19, not 0.1
            "met-but-points-lost": [71],  # 9.28 of at most 30 万元, and 0.1 points deducted
            "duplicate-indicator": [24],
            "target-far-exceeded": [2, 3, 15, 76, 83, 96],
            "repeated-reason": [21],  # 因财政资金不足未拨付相关经费，… of three rows
            "percent-as-fraction": fractions,
        }

    def test_figures_stay_as_printed(self):
        one = form(table(TIANJIN))
        before = copy.deepcopy(one)
        check_form(one, THRESHOLD)
        assert one == before
        tables = build_tables(DocumentContent("0" * 16, forms=(one,)), THRESHOLD)
        row = tables["forms"].iloc[0]
        assert (row["total_weight"], row["total_score"]) == (100.0, 98.3)
        assert tables["indicators"]["weight"].sum() + tables["budgets"]["weight"].sum() == pytest.approx(94)
        assert tables["indicators"]["score"].sum() + tables["budgets"]["score"].sum() == pytest.approx(92.3)


FRACTIONS = ("1", "0.9", "0.95")


class TestProjects:
    @pytest.mark.parametrize("name", [PROJECT_1, PROJECT_2])
    def test_nothing_is_said_against_a_consistent_form(self, name):
        assert found(form(table(name))) == []

    @pytest.mark.parametrize(
        ("printed", "changed", "expected"),
        [
            ("9.75", "9.5", {"execution-score-mismatch", "scores-do-not-add-up"}),
            ("97.5%", "95.7%", {"execution-rate-mismatch", "execution-score-mismatch"}),
            ("5.58", "6", {"missed-but-full-points", "scores-do-not-add-up"}),
            ("186天", "206天", {"met-but-points-lost"}),
            ("99.33", "99.83", {"scores-do-not-add-up"}),
            ("18350人", "18350", set()),
            ("18350人", "18350套", {"unknown-unit"}),
        ],
    )
    def test_one_wrong_figure_is_noticed(self, printed, changed, expected):
        assert set(codes(form(with_text(table(PROJECT_1), printed, changed)))) == expected


def test_nearly_all_of_a_target_does_not_read_as_all_of_it():
    """2,999 of 3,000 were “完成比例100.0%” beside 未达标."""
    form = unadded(indicator(target="≥3000亩", actual="2999亩", weight="20", score="19", deviation="天气"))
    (finding,) = (one for one in check_form(form, THRESHOLD) if one.code == "score-not-proportional")
    assert "完成比例99.97%" in finding.message
