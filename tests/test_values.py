"""What the cells say: every reading here is one that a person would make of the same print, or none."""

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.values import (
    Actual,
    Target,
    Verdict,
    judge,
    normalise,
    parse_actual,
    parse_amount,
    parse_fraction,
    parse_number,
    parse_points,
    parse_target,
    printed_amount_unit,
    printed_margin,
    relative_margin,
)

TRUTH = Path(__file__).parent / "truth"


def verdict(target: str, actual: str, year: int | None = 2022) -> Verdict:
    parsed = parse_target(target, year=year)
    return judge(parsed, actual, parse_actual(actual, parsed, year), year)


def value(target: str, actual: str) -> tuple[float | None, str | None]:
    parsed = parse_actual(actual, parse_target(target))
    return parsed.value, parsed.unit


class TestFolding:
    @pytest.mark.parametrize(
        ("printed", "folded"),
        [
            ("≥ 90 ％", "≥90%"),
            ("＞＝９０", "≥90"),
            ("≧5次", "≥5次"),
            ("═100%", "=100%"),
            ("= =100%", "=100%"),
            ("=<3", "≤3"),
            ("98百分比", "98%"),
            ("2022 年 12⽉", "2022年12月"),
            ("90\u200b%\ufeff", "90%"),
            ("（套）", "(套)"),
        ],
    )
    def test_many_prints_one_form(self, printed, folded):
        assert normalise(printed) == folded

    def test_a_space_between_digits_stays(self):
        assert normalise("12 34") == "12 34"

    def test_powers_and_ringed_digits_are_no_digits(self):
        assert normalise("10²①") == "10²①"


class TestNumber:
    @pytest.mark.parametrize(
        ("printed", "number"),
        [
            ("31215.7", 31215.7),
            ("1,234.5", 1234.5),
            ("１２", 12.0),
            ("１，２３４", 1234.0),
            ("0", 0.0),
            (".5", 0.5),
            (" 10 ", 10.0),
            ("-3.2", -3.2),
            ("−3.2", -3.2),
        ],
    )
    def test_plain_numbers(self, printed, number):
        assert parse_number(printed) == number

    @pytest.mark.parametrize("printed", ["", " ", "-", "—", "——", "--", "/", "无", "…"])
    def test_nothing_printed_is_no_number(self, printed):
        assert parse_number(printed) is None
        assert parse_amount(printed) is None
        assert parse_fraction(printed) is None

    @pytest.mark.parametrize(
        "printed", ["98.3%", "10分", "1 2", "1,23", "1234,567", "5.", "1.2.3", "3-5", "1e5", "9" * 51, "0,123"]
    )
    def test_anything_else_is_no_number(self, printed):
        assert parse_number(printed) is None

    @pytest.mark.parametrize("damaged", ["IO", "1O", "l0", "O", "I", "1O0", "3l5.7", "1〇0", "S0", "1|"])
    def test_letters_are_never_read_as_digits(self, damaged):
        assert parse_number(damaged) is None
        assert parse_amount(f"{damaged}万元") is None
        assert parse_fraction(f"{damaged}%") is None
        assert parse_target(f"≥{damaged}个").kind == "text"
        assert value("≥5个", f"{damaged}个") == (None, None)

    @pytest.mark.parametrize("printed", ["05", "00", "005", "00.5", "-05", "０５"])
    def test_an_idle_zero_is_what_is_left_of_a_lost_point(self, printed):
        assert parse_number(printed) is None
        assert parse_points(printed) is None
        assert parse_amount(f"{printed}万元") is None
        assert parse_fraction(f"{printed}%") is None
        assert parse_target(f"≥{printed}个").kind == "text"
        assert value("≥1个", f"{printed}个") == (None, None)


class TestPoints:
    @pytest.mark.parametrize("printed", ["10", "10分", "（10分）", "１０ 分", "10.0"])
    def test_brackets_and_the_word_for_points_are_tolerated(self, printed):
        assert parse_points(printed) == 10.0

    @pytest.mark.parametrize("printed", ["", "-", "10%", "10个", "10分5", "(10", "(10)", "I0分", "5+5"])
    def test_other_text_is_not(self, printed):
        assert parse_points(printed) is None


class TestPrecision:
    @pytest.mark.parametrize(
        ("printed", "margin"),
        [("9.8", 0.05), ("98.30%", 0.005), ("1,234.5", 0.05), ("10", 0.5), (".5", 0.05), ("-", 0.5)],
    )
    def test_a_printed_figure_stands_for_all_that_rounds_to_it(self, printed, margin):
        assert printed_margin(printed) == pytest.approx(margin)

    def test_counted_things_are_exact(self):
        assert printed_margin("174家", whole=0.0) == 0.0
        assert relative_margin("174家") == 0.0
        assert relative_margin("≤2.0万元") == pytest.approx(0.025)
        assert relative_margin("0.0") == 0.0


class TestAmount:
    @pytest.mark.parametrize(
        ("printed", "unit"),
        [
            ("12.5", None),
            ("12.5元", "元"),
            ("12.5万元", "万元"),
            ("12.5万", "万元"),
            ("1.2亿元", "亿元"),
            ("￥12.5", "元"),
            ("¥12.5万元", "万元"),
            ("-", None),
            ("万元", None),
        ],
    )
    def test_its_own_unit_is_known(self, printed, unit):
        assert printed_amount_unit(printed) == unit

    @pytest.mark.parametrize(
        "printed", ["1,234.5", "1,234.5万元", "1234.5 元", "１２３４．５万", "￥1234.5元", "¥1234.5"]
    )
    def test_a_unit_in_the_cell_is_tolerated(self, printed):
        assert parse_amount(printed) == 1234.5

    @pytest.mark.parametrize("printed", ["1.2亿元", "万元", "100万兀", "12个", "约12万元", "12万元以内"])
    def test_other_text_is_not(self, printed):
        assert parse_amount(printed) is None


class TestFraction:
    @pytest.mark.parametrize(
        ("printed", "fraction"),
        [
            ("98.3%", 0.983),
            ("100%", 1.0),
            ("100 ％", 1.0),
            ("0.5%", 0.005),
            ("110%", 1.1),
            ("97.5百分比", 0.975),
            ("0.983", 0.983),
            ("1", 1.0),
            ("1.5", 1.5),
            ("0", 0.0),
            ("98.26", 0.9826),
            ("100", 1.0),
        ],
    )
    def test_with_or_without_a_percent_sign(self, printed, fraction):
        assert parse_fraction(printed) == fraction

    @pytest.mark.parametrize("printed", ["≥98%", "98%以上", "98%%", "B/A"])
    def test_a_bound_is_no_rate(self, printed):
        assert parse_fraction(printed) is None


class TestTarget:
    @pytest.mark.parametrize(
        ("printed", "op", "number", "unit"),
        [
            ("≥200个", ">=", 200, "个"),
            (">=200个", ">=", 200, "个"),
            ("＞＝200个", ">=", 200, "个"),
            ("≧ 200 个", ">=", 200, "个"),
            ("═100%", "=", 100, "%"),
            ("＝100%", "=", 100, "%"),
            ("100%", None, 100, "%"),
            ("≥98百分比", ">=", 98, "%"),
            ("≤3.0元/千瓦时", "<=", 3, "元/千瓦时"),
            ("≤500万元", "<=", 500, "万元"),
            ("≤10,145万元", "<=", 10145, "万元"),
            ("大于等于90%", ">=", 90, "%"),
            ("不低于90%", ">=", 90, "%"),
            ("不少于 12 次", ">=", 12, "次"),
            ("至少3次", ">=", 3, "次"),
            ("达到95%", ">=", 95, "%"),
            ("90%以上", ">=", 90, "%"),
            ("90%及以上", ">=", 90, "%"),
            ("小于等于5%", "<=", 5, "%"),
            ("不超过7天", "<=", 7, "天"),
            ("7个工作日以内", "<=", 7, "个工作日"),
            ("3天内", "<=", 3, "天"),
            ("控制在50万元以内", "<=", 50, "万元"),
            ("大于5家", ">", 5, "家"),
            ("超过5家", ">", 5, "家"),
            ("＜3‰", "<", 3, "‰"),
            ("小于3", "<", 3, None),
            ("等于1家", "=", 1, "家"),
            ("完成200个", None, 200, "个"),
            ("≥8000㎡", ">=", 8000, "㎡"),
            ("≥20台（套）", ">=", 20, "台(套)"),
            ("≤6月", "<=", 6, "月"),
            ("5年", None, 5, "年"),
        ],
    )
    def test_sign_number_and_unit(self, printed, op, number, unit):
        target = parse_target(printed)
        assert (target.kind, target.op, target.value, target.unit) == ("number", op, number, unit)

    @pytest.mark.parametrize(
        ("printed", "low", "high", "unit"),
        [
            ("3-5个", 3, 5, "个"),
            ("10%-15%", 10, 15, "%"),
            ("3～5天", 3, 5, "天"),
            ("10至15%", 10, 15, "%"),
            ("3—5", 3, 5, None),
        ],
    )
    def test_a_range_has_two_ends_and_no_value(self, printed, low, high, unit):
        target = parse_target(printed)
        assert (target.kind, target.value, target.low, target.high, target.unit) == ("number", None, low, high, unit)

    @pytest.mark.parametrize(
        ("printed", "deadline"),
        [
            ("2022年12月底前", date(2022, 12, 31)),
            ("2022年12月底", date(2022, 12, 31)),
            ("2022年12月31日前完成验收", date(2022, 12, 31)),
            ("2022年上半年", date(2022, 6, 30)),
            ("2022年第三季度", date(2022, 9, 30)),
            ("2022年", date(2022, 12, 31)),
            ("2022年度内", date(2022, 12, 31)),
            ("2022年底前", date(2022, 12, 31)),
            ("2022-12-31", date(2022, 12, 31)),
            ("2022/6/30前", date(2022, 6, 30)),
            ("2022.12", date(2022, 12, 31)),
            ("2022年2月", date(2022, 2, 28)),
            ("2022年6月中旬", date(2022, 6, 20)),
            ("2022年1-12月", date(2022, 12, 31)),
            ("2022年3月至2023年2月", date(2023, 2, 28)),
            ("2022-2023年", date(2023, 12, 31)),
            ("≤2022年12月31日", date(2022, 12, 31)),
        ],
    )
    def test_a_date_gives_its_last_day(self, printed, deadline):
        target = parse_target(printed)
        assert (target.kind, target.deadline, target.value) == ("date", deadline, None)

    @pytest.mark.parametrize(
        ("printed", "deadline"),
        [
            ("12月底前", date(2022, 12, 31)),
            ("第三季度", date(2022, 9, 30)),
            ("四季度", date(2022, 12, 31)),
            ("上半年", date(2022, 6, 30)),
            ("年底前", date(2022, 12, 31)),
            ("6月30日前", date(2022, 6, 30)),
        ],
    )
    def test_without_a_year_the_form_must_give_one(self, printed, deadline):
        assert parse_target(printed).kind == "date"
        assert parse_target(printed).deadline is None
        assert parse_target(printed, year=2022).deadline == deadline

    @pytest.mark.parametrize(
        "printed",
        [
            "提升",
            "显著提升",
            "≥1O个",
            "约200个",
            "200余个",
            "6月31日",
            "2022年13月",
            "2022年⼗⼆⽉",
            "2022年初",
            "5-3个",
            "",
            "-",
            "≥200个(其中市级50个)",
            "每月",
            "每季度",
        ],
    )
    def test_the_rest_is_text(self, printed):
        target = parse_target(printed, year=2022)
        assert (target.kind, target.value, target.deadline) == ("text", None, None)

    def test_an_amount_that_looks_like_a_month_is_an_amount(self):
        assert parse_target("2022.12万元") == Target("number", None, 2022.12, "万元", printed="2022.12万元")


class TestActual:
    @pytest.mark.parametrize(
        ("target", "printed", "number", "unit"),
        [
            ("≥200个", "203个", 203, "个"),
            ("≥100个", "113", 113, "个"),
            ("≥200个", "完成203个", 203, "个"),
            ("≥200个", "203个项目", 203, "个"),
            ("≤500万元", "307.118万", 307.118, "万元"),
            ("≤500万元", "307.118万元", 307.118, "万元"),
            ("≤500万元", "3071180元", 307.118, "万元"),
            ("≤180万元", "10", 10, "万元"),
            ("≥300000万元", "30.36亿元", 303600, "万元"),
            ("≥30亿元", "303600万元", 30.36, "亿元"),
            ("≥50万千瓦", "629600千瓦", 62.96, "万千瓦"),
            ("≥50MW", "5万千瓦", 50, "MW"),
            ("≥2万吨", "21500吨", 2.15, "万吨"),
            ("≥2吨", "2100千克", 2.1, "吨"),
            ("≥1万人", "12000名", 1.2, "万人"),
            ("≥8000平方米", "8599.43㎡", 8599.43, "平方米"),
            ("≤3.0元/千瓦时", "0.0003万元/千瓦时", 3, "元/千瓦时"),
            ("≥12次/年", "13次", 13, "次/年"),
            ("=100%", "=100%", 100, "%"),
            ("≥266米", "≥266米", 266, "米"),
            ("≥95%", "达到98%", 98, "%"),
            ("≤7天", "6", 6, "天"),
            ("≤7天", "6日", 6, "天"),
            ("=1家", "1", 1, "家"),
            ("≥20", "25次", 25, "次"),
        ],
    )
    def test_in_the_unit_of_the_target(self, target, printed, number, unit):
        assert value(target, printed) == (number, unit)
        assert parse_actual(printed, parse_target(target)).unit_known

    @pytest.mark.parametrize(
        ("target", "printed", "known"),
        [("≥90%", "95%以上", True), ("≥90%", "80%以上", False), ("≤5天", "3天以内", True), ("≤5天", "7天以内", False)],
    )
    def test_a_bound_in_words_is_a_value_only_where_it_suffices(self, target, printed, known):
        assert (value(target, printed)[0] is not None) is known

    @pytest.mark.parametrize(("printed", "percent"), [("1", 100), ("0.95", 95), ("0.57", 57), ("1.1", 110)])
    def test_a_percentage_printed_as_a_fraction(self, printed, percent):
        assert parse_actual(printed, parse_target("≥90%")) == Actual(percent, "%", as_fraction=True)

    @pytest.mark.parametrize(("printed", "percent"), [("95", 95), ("95%", 95), ("0", 0), ("0%", 0)])
    def test_a_percentage_that_is_none(self, printed, percent):
        assert parse_actual(printed, parse_target("≥90%")) == Actual(percent, "%", as_fraction=False)

    def test_one_against_a_small_percentage_may_be_either(self):
        assert parse_actual("1", parse_target("≤5%")) == Actual(unit_known=False)

    @pytest.mark.parametrize(
        ("target", "printed"),
        [
            ("≥50人", "60人次"),
            ("≥50家", "60个"),
            ("≥5个", "100%"),
            ("≥90%", "3个"),
            ("≥90%", "3万"),
            ("≤500万元", "60万美元"),
            ("≤20元/千瓦", "20元/千瓦时"),
            ("≥5个百分点", "5%"),
            ("≤500", "6万元"),
            ("≥500", "95%"),
            ("≤500万元", "100万兀"),
        ],
    )
    def test_another_kind_of_unit_is_kept_but_never_compared(self, target, printed):
        actual = parse_actual(printed, parse_target(target))
        assert actual.value is not None
        assert not actual.unit_known
        assert verdict(target, printed) == Verdict(None, None)

    @pytest.mark.parametrize(
        "statement",
        [
            "有效增长，会上签约项目136个，总投资额849亿元人民币，全部达成预期指标",
            "2022年中小企业市场主体数量同比增长6%，全部达成预期指标",
            "完成重点技术改造项目评审363个，评审流程合规",
            "3个未完成",
            "约200个",
            "200余个",
            "超过200个",
            "3-5个",
            "2022年",
            "2022年12月底",
        ],
    )
    def test_no_number_is_picked_out_of_a_statement(self, statement):
        for target in ("≥200个", "≥90%", "≥1年", "提升", "2022年12月底前"):
            assert parse_actual(statement, parse_target(target)).value is None

    @pytest.mark.parametrize(
        ("printed", "start", "end"),
        [
            ("2022年12月底", date(2022, 12, 21), date(2022, 12, 31)),
            ("6月24日至25日成功举办", date(2022, 6, 24), date(2022, 6, 25)),
            ("6月24-25日", date(2022, 6, 24), date(2022, 6, 25)),
            ("2022年6月前已完成", None, date(2022, 6, 30)),
            ("已于2022年11月25日完成验收", date(2022, 11, 25), date(2022, 11, 25)),
            ("2023-03-15", date(2023, 3, 15), date(2023, 3, 15)),
            ("10-11月", date(2022, 10, 1), date(2022, 11, 30)),
            ("2022年第四季度", date(2022, 10, 1), date(2022, 12, 31)),
        ],
    )
    def test_the_time_it_states(self, printed, start, end):
        actual = parse_actual(printed, parse_target("2022年12月底前"))
        assert (actual.start, actual.end) == (start, end)

    @pytest.mark.parametrize(
        "printed",
        ["预计2022年12月完成", "2022年6月启动", "2022年12月未完成", "2022年6月完成，12月验收", "6月31日", "100%", "1"],
    )
    def test_a_time_at_which_nothing_ended_is_none(self, printed):
        actual = parse_actual(printed, parse_target("2022年12月底前"))
        assert (actual.value, actual.start, actual.end) == (None, None, None)


class TestJudgeNumbers:
    @pytest.mark.parametrize(
        ("target", "actual", "met", "attainment"),
        [
            ("≥450家", "174家", False, 174 / 450),
            ("≥5个", "85个", True, 17.0),
            ("≤30万元", "9.28万元", True, 30 / 9.28),
            ("≤30万元", "31万元", False, 30 / 31),
            ("≥5次", "0", False, 0.0),
            ("≤100万元", "0", True, None),
            ("=0起", "0起", True, None),
            ("≥0.3%", "0.30%", True, 1.0),
            (">5家", "5家", False, 1.0),
            ("<5家", "5家", False, 1.0),
            (">5家", "6家", True, 1.2),
            ("<5家", "4家", True, 1.25),
            ("≥90%", "1", True, 100 / 90),
        ],
    )
    def test_by_the_printed_sign(self, target, actual, met, attainment):
        judged = verdict(target, actual)
        assert judged.met is met
        assert judged.attainment == pytest.approx(attainment)

    @pytest.mark.parametrize(("actual", "met"), [("100%", True), ("1", True), ("99%", False), ("110%", None)])
    def test_equal_is_hit_or_missed_but_beyond_it_may_be_either(self, actual, met):
        assert verdict("=100%", actual).met is met

    @pytest.mark.parametrize(("actual", "met"), [("100%", True), ("99%", None), ("110%", None)])
    def test_without_a_sign_only_equality_is_sure(self, actual, met):
        assert verdict("100%", actual) == Verdict(met, None)

    @pytest.mark.parametrize(
        ("actual", "met"), [("3个", True), ("4个", True), ("5个", True), ("2个", False), ("6个", None)]
    )
    def test_a_range(self, actual, met):
        assert verdict("3-5个", actual) == Verdict(met, None)

    @pytest.mark.parametrize("actual", ["", "-", "已完成", "未完成", "全部达成预期指标", "≥", "98%左右"])
    def test_words_do_not_decide_a_number(self, actual):
        assert verdict("≥95%", actual) == Verdict(None, None)


class TestJudgeDates:
    @pytest.mark.parametrize(
        ("target", "actual", "met"),
        [
            ("2022年12月底前", "2022年12月底", True),
            ("2022年12月底", "2022年12月底", True),
            ("2022年12月底前", "2022年6月前已完成", True),
            ("2022年上半年", "6月24日至25日成功举办", True),
            ("2022年12月底前", "2022年11月25日", True),
            ("2022年12月31日前", "2022年12月31日", True),
            ("12月底前", "12月25日", True),
            ("2022年12月底前", "2023年3月", False),
            ("2022年12月25日前", "2022年12月底", None),
            ("2022年12月底前", "2023年1月前", None),
            ("2022年6月前", "2022年5月", True),
            ("2022年6月前", "2022年6月15日", None),
            ("2022年6月前", "2022年7月", False),
            ("≥2022年12月", "2022年12月", None),
        ],
    )
    def test_done_by_the_deadline(self, target, actual, met):
        assert verdict(target, actual) == Verdict(met, None)

    @pytest.mark.parametrize(
        ("actual", "met"),
        [
            ("按时完成", True),
            ("全部达成预期指标", True),
            ("未完成", False),
            ("已完成", None),
            ("", None),
            ("-", None),
            ("100%", None),
        ],
    )
    def test_words_in_place_of_a_date(self, actual, met):
        assert verdict("2022年12月底前", actual) == Verdict(met, None)

    def test_the_year_may_come_with_the_judgement(self):
        target = parse_target("12月底前")
        actual = parse_actual("11月", target)
        assert judge(target, "11月", actual) == Verdict(None, None)
        assert judge(target, "11月", actual, year=2022) == Verdict(True, None)


class TestJudgeTexts:
    @pytest.mark.parametrize(
        ("actual", "met"),
        [
            ("有效增长，会上签约项目136个，全部达成预期指标", True),
            ("达成预期指标", True),
            ("农村家庭教育支出负担得到有效减轻，达到预期目标", True),
            ("达到预期工作目标", True),
            ("已完成", True),
            ("按时完成。", True),
            ("方案编制已完成", True),
            ("有效提升", True),
            ("未完成", False),
            ("未达成预期指标且效果较差", False),
            ("部分达成预期指标并具有一定效果", False),
            ("受疫情影响，两项培训未开展", False),
            ("甲项全部达成预期指标，乙项未完成", None),
            ("基本达成预期指标", None),
            ("预计明年达到预期目标", None),
            ("不存在未完成的情况", None),
            ("显著提高", None),
            ("完成企业执法检查工作", None),
            ("", None),
            ("/", None),
        ],
    )
    def test_only_what_is_said_outright(self, actual, met):
        assert verdict("有效提升", actual) == Verdict(met, None)

    @pytest.mark.parametrize("blank", ["", "-", "/", "无"])
    def test_two_blanks_do_not_agree(self, blank):
        assert verdict(blank, blank) == Verdict(None, None)

    def test_a_damaged_number_is_not_judged_by_words(self):
        assert verdict("≥1O个", "已完成") == Verdict(None, None)


@pytest.fixture(scope="module")
def rows():
    form = json.loads((TRUTH / "tianjin_gxj_2022.json").read_text(encoding="utf-8"))
    rows = []
    for row in form["indicators"]:
        target = parse_target(row["target"], year=form["year"])
        actual = parse_actual(row["actual"], target, form["year"])
        rows.append((row, target, actual, judge(target, row["actual"], actual, form["year"])))
    return rows


class TestTheTianjinForm:
    """All 103 rows of a published form (Tianjin, 2022)."""

    def test_kinds(self, rows):
        assert Counter(target.kind for _, target, _, _ in rows) == {"number": 81, "date": 9, "text": 13}

    def test_every_figure_is_read_and_comparable(self, rows):
        for row, target, actual, _ in rows:
            if target.kind == "number":
                assert target.op and target.unit and actual.unit == target.unit and actual.unit_known, row
                assert actual.value is not None, row

    def test_three_targets_were_missed_and_all_others_met(self, rows):
        missed = [(row["name"], verdict.attainment) for row, _, _, verdict in rows if verdict.met is not True]
        assert missed == [
            ("完成执法检查企业数", pytest.approx(0.3867, abs=5e-5)),
            ("执法培训次数", 0),
            ("执法培训完成及时率", 0),
        ]
        assert all(verdict.met is not None for _, _, _, verdict in rows)

    def test_attainment_stands_beside_every_number_but_zero_cost(self, rows):
        without = [
            row["name"] for row, target, _, verdict in rows if target.kind == "number" and verdict.attainment is None
        ]
        assert without == ["编制工业碳达峰方案费用", "污染防治工作费用"]

    def test_percentages_printed_as_fractions_are_marked(self, rows):
        marked = {row["actual"] for row, _, actual, _ in rows if actual.as_fraction}
        assert marked == {"1", "0.9", "0.95"}
        assert all(target.unit == "%" for _, target, actual, _ in rows if actual.as_fraction)


anything = st.one_of(
    st.text(max_size=60),
    st.text(
        alphabet="0123456789.,-+%≥≤=<>~至年月日前底初上半季度第万亿千元个人次/()（） 完成未达到预期指标OlI", max_size=40
    ),
)
plain = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False).map(float)
unit = st.sampled_from(
    ["个", "家", "人次", "%", "万元", "元", "亿元", "万千瓦", "千瓦", "吨", "平方米", "元/千瓦时", "天"]
)
signs = {"≥": ">=", "≧": ">=", "≤": "<=", "＝": "=", "═": "=", "＞": ">", "小于": "<", "不低于": ">=", "": None}


class TestAlways:
    @given(anything, anything, st.none() | st.integers(1990, 2050))
    @settings(max_examples=300, deadline=None)
    def test_no_text_is_too_odd(self, target, actual, year):
        for parse in (parse_number, parse_amount, parse_fraction):
            parse(target)
        parsed = parse_target(target, year=year)
        judged = judge(parsed, actual, parse_actual(actual, parsed, year), year)
        assert judged.met in (True, False, None)
        assert judged.attainment is None or judged.attainment >= 0

    @given(anything)
    @settings(deadline=None)
    def test_folding_twice_changes_nothing_more(self, text):
        assert normalise(normalise(text)) == normalise(text)

    @given(plain)
    @settings(deadline=None)
    def test_a_printed_number_reads_back(self, number):
        wide = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
        for printed in (f"{number:.2f}", f"{number:,.2f}", f" {number:,.2f} ".translate(wide)):
            assert parse_number(printed) == number
            assert parse_amount(f"{printed}万元") == number

    @given(st.sampled_from(sorted(signs)), plain, unit)
    @settings(deadline=None)
    def test_a_printed_target_reads_back_and_meets_itself(self, sign, number, unit):
        printed = f"{sign}{number:.2f}{unit}"
        target = parse_target(printed)
        assert (target.op, target.value, target.unit) == (signs[sign], number, unit)
        judged = judge(target, printed, parse_actual(f"{number:.2f}{unit}", target))
        assert judged.met is (target.op not in ("<", ">"))

    @given(
        plain,
        st.sampled_from([("元", "万元", 1e4), ("万元", "亿元", 1e4), ("千瓦", "万千瓦", 1e4), ("千克", "吨", 1e3)]),
    )
    @settings(deadline=None)
    def test_the_unit_that_an_actual_is_printed_in_does_not_matter(self, number, units):
        small, large, factor = units
        actual = parse_actual(f"{number * factor:.2f}{small}", parse_target(f"≥1{large}"))
        assert actual == Actual(pytest.approx(number), large)

    @given(st.sampled_from(["≥", ">", "≤", "<"]), plain, plain, plain)
    @settings(deadline=None)
    def test_more_is_never_worse_where_more_is_asked_for(self, sign, goal, one, other):
        few, many = (
            judge(target, "", parse_actual(f"{number:.2f}个", target))
            for target in [parse_target(f"{sign}{goal:.2f}个")]
            for number in sorted((one, other))
        )
        better, worse = (many, few) if sign in "≥>" else (few, many)
        assert better.met >= worse.met
        if better.attainment is not None and worse.attainment is not None:
            assert better.attainment >= worse.attainment

    @given(st.sampled_from(["-", "～", "~", "—", "至", "到"]), plain, plain, unit)
    @settings(deadline=None)
    def test_a_printed_range_reads_back(self, dash, one, other, unit):
        low, high = sorted((one, other))
        target = parse_target(f"{low:.2f}{dash}{high:.2f}{unit}")
        assert (target.low, target.high) == ((low, high) if low < high else (None, None))

    @given(st.dates(date(2000, 1, 1), date(2049, 12, 31)), st.dates(date(2000, 1, 1), date(2049, 12, 31)))
    @settings(deadline=None)
    def test_a_printed_day_reads_back_in_every_dress(self, last, done):
        targets = (
            f"{last:%Y}年{last.month}月{last.day}日前",
            f"{last:%Y.%m.%d}",
            f"{last:%Y-%m-%d}前",
            f"{last.month}月{last.day}日前",
            f"{last:%Y%m%d}",
        )
        for printed in targets:
            target = parse_target(printed, year=last.year)
            assert (target.kind, target.deadline, target.sure) == ("date", last, last)
            assert verdict(printed, f"{done:%Y}年{done.month}月{done.day}日", last.year).met is (done <= last)

    @given(
        st.sampled_from(["≥", "≤", "=", ">", "<"]),
        st.integers(1, 10**6),
        st.integers(1, 10**6),
        st.sampled_from([("元", "万元", 1e4), ("米", "公里", 1e3), ("个", "万个", 1e4), ("分钟", "小时", 60.0)]),
    )
    @settings(deadline=None)
    def test_printing_both_in_another_unit_keeps_the_attainment(self, sign, goal, done, units):
        small, large, factor = units
        in_small = verdict(f"{sign}{goal * factor:.0f}{small}", f"{done * factor:.0f}{small}")
        in_large = verdict(f"{sign}{goal}{large}", f"{done}{large}")
        mixed = verdict(f"{sign}{goal}{large}", f"{done * factor:.0f}{small}")
        assert in_small.met is in_large.met is mixed.met
        assert in_small.attainment == pytest.approx(in_large.attainment) == pytest.approx(mixed.attainment)

    @pytest.mark.parametrize(
        "piece",
        [
            "1",
            "1,",
            " ",
            "1 ",
            "未",
            "≥",
            "=>",
            "全部",
            "达成预期",
            "千",
            "1千/",
            "3-5个",
            "2022年",
            "个(个)",
            "6月24日至",
            "每月",
            "(次)",
            "达到年度",
            "\ud800",
        ],
    )
    def test_time_grows_with_length_alone(self, piece):
        def seconds(text: str) -> float:
            start = time.perf_counter()
            for printed in ("≥90%", "提升", "2022年底前", text):
                target = parse_target(printed)
                judge(target, text, parse_actual(text, target))
            parse_number(text), parse_amount(text), parse_fraction(text)
            return time.perf_counter() - start

        for length in (30, 60, 119, 120, 60_000):
            assert seconds((piece * length)[:length]) < 2.0
