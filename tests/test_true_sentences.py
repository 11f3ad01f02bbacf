"""No sentence, title or table of a report claims more than the tables hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample_tables import SampleTables, as_promised, fields_of, sample_tables
from workbench import analysis as wa
from workbench.analysis import narrative, report_tables, sections
from workbench.analysis.field_states import field_states

NAN = float("nan")
ROWS = 4
NAME = "识别坏了的名称"
FULL = sample_tables()


@dataclass(frozen=True)
class Damage:
    """What is taken away from a form of four indicators: columns, and cells by (row, field)."""

    absent: frozenset[str] = frozenset()
    blank: frozenset[tuple[int, str]] = frozenset()
    unread: frozenset[tuple[int, str]] = frozenset()
    doubted: frozenset[tuple[int, str]] = frozenset()
    total: str = "printed"
    page_unread: bool = False


def damaged(damage: Damage, docked: bool = True) -> SampleTables:
    """Four indicators of the Tianjin form, one of them docked if so asked, without a budget, with this damage."""
    full = FULL
    rows = full.indicators[full.indicators["score"].notna()].head(ROWS).reset_index(drop=True)
    rows = rows.assign(indicator_no=pd.array(range(1, ROWS + 1), dtype="Int64"), weight=10.0, score=10.0)
    if docked:
        rows.loc[0, "score"] = 9.0
    forms = full.forms.assign(total_weight=40.0, total_score=rows["score"].sum())
    frames = {"forms": forms, "budgets": full.budgets.iloc[:0], "indicators": rows}
    rows[list(damage.absent)] = NAN
    forms = forms.assign(total_score=NAN) if damage.total in ("absent", "unread") else forms
    fields = fields_of(frames | {"indicators": rows, "forms": forms})
    flags = []
    for row, field in damage.blank | damage.unread:
        if field in damage.absent or field == "name":
            continue
        rows.loc[row, field] = NAN
        here = (fields["record_no"] == row + 1) & (fields["field"] == field) & (fields["table"] == "indicators")
        fields.loc[here, "text"] = "9O" if (row, field) in damage.unread else "-"
    for row, field in damage.doubted:
        if field not in damage.absent:
            flags.append({"table": "indicators", "record_no": row + 1, "field": field, "code": "low-confidence"})
        if field == "name":
            rows.loc[row, "name"] = f"{NAME}{row}"
    if damage.total in ("unread", "doubted"):
        flags.append({"table": "forms", "field": "total_score", "code": "low-confidence"})
    if damage.page_unread:
        flags.append({"code": "page-not-read", "page": 2})
    ids = {"form_id": forms["form_id"][0], "document_id": forms["document_id"][0]}
    found = pd.DataFrame(flags, columns=["table", "record_no", "field", "code", "page"])
    found = as_promised(found.assign(**ids, severity="warning", message="存疑", reviewed=False), "findings")
    return replace(full, **(frames | {"indicators": rows, "forms": forms}), fields=fields, findings=found)


CELLS = st.frozensets(st.tuples(st.integers(0, ROWS - 1), st.sampled_from(["weight", "score"])), max_size=3)
DAMAGES = st.builds(
    Damage,
    absent=st.sampled_from([frozenset[str](), frozenset({"weight"}), frozenset({"score"})]),
    blank=CELLS,
    unread=CELLS,
    doubted=st.frozensets(
        st.tuples(st.integers(0, ROWS - 1), st.sampled_from(["weight", "score", "name"])), max_size=3
    ),
    total=st.sampled_from(["printed", "absent", "unread", "doubted"]),
    page_unread=st.booleans(),
)


@settings(max_examples=12, deadline=None)
@given(damage=DAMAGES, docked=st.booleans())
def test_no_sentence_claims_more_than_the_table_holds(damage: Damage, docked: bool) -> None:
    tables = damaged(damage, docked)
    sentences = narrative.key_points(tables)
    said = "\n".join([*sentences, report_tables.points_lost(tables).words, sections.key_figures(tables).words])
    states = field_states(tables, "indicators", ("weight", "score"))
    is_open = states.isin(["doubted", "unread"])
    is_sure = not is_open.any(axis=None) and not damage.page_unread
    shown = tables.indicators["weight"].notna() & tables.indicators["score"].notna()
    lost = (tables.indicators["weight"] - tables.indicators["score"]).where(shown)

    if "没有扣分" in said:
        assert not (lost > 0).any()
        assert is_sure or "不能确定" in said or "未能读出" in said or "待核对" in said
    if "各行均得满分" in said:
        assert shown.all() and is_sure and (lost == 0).all()
    if not shown.any():
        assert "无法计算扣分" in said and "处扣分" not in said
    if "weight" in damage.absent:
        assert "表中没有分值，无法计算扣分" in said
    if (counted := re.search(r"(\d+) 项指标没有评分", said)) is not None:
        assert int(counted[1]) == (states["score"] == "blank").sum()
    if (counted := re.search(r"(\d+) 项指标的得分未能读出", said)) is not None:
        assert int(counted[1]) == (states["score"] == "unread").sum()
    for sentence in sentences:
        if "处扣分" in sentence and not is_sure:
            assert "待核对" in sentence or "未能读出" in sentence or "未能读取" in sentence
        if "相差" in sentence and "不符" in sentence:
            assert is_sure and damage.total == "printed"
    assert (damage.total == "printed" or damage.total == "absent") == (
        "总得分未能读出" not in said and "分（满分 40），待核对" not in said
    )
    assert NAME not in said


@settings(max_examples=3, deadline=None)
@given(damage=DAMAGES)
def test_no_title_of_a_chart_claims_more_than_the_table_holds(damage: Damage) -> None:
    tables = damaged(damage)
    is_open = field_states(tables, "indicators", ("weight", "score")).isin(["doubted", "unread"]).any(axis=None)
    for chart in (wa.score_waterfall, wa.goal_completion, wa.score_heat_map):
        title = wa.alt_text(chart(tables))
        if is_open and "无数据" not in title:
            assert "待核对" in title or "未能读出" in title
    assert NAME not in wa.alt_text(wa.score_waterfall(tables)) + wa.alt_text(wa.attainment_dots(tables))


def test_a_form_without_weights_is_not_said_to_have_full_marks() -> None:
    said = narrative.key_points(damaged(Damage(absent=frozenset({"weight"}))))
    assert "表中没有分值，无法计算扣分。" in said
    assert "满分 40" in said[0]  # that of the stated total


def test_the_budgets_points_alone_are_not_the_sum_of_a_form_without_weights() -> None:
    full = sample_tables()
    tables = sample_tables(
        indicators=full.indicators.assign(weight=NAN), forms=full.forms.assign(total_weight=NAN, total_score=95.0)
    )
    row = wa.form_summary(tables).iloc[0]
    assert pd.isna(row["added_weight"]) and pd.isna(row["full"]) and row["grade"] is None
    assert "满分无从得知" in narrative.key_points(tables)[0]


def test_two_misread_scores_are_not_two_indicators_without_a_score() -> None:
    said = "\n".join(narrative.key_points(damaged(Damage(unread=frozenset({(1, "score"), (2, "score")})))))
    assert "没有评分" not in said
    assert "2 项指标的得分未能读出" in said
    assert "合计与明细待核对" in said and "合计可能在 19 到 39 之间" in said


def test_a_table_marks_what_awaits_review_and_what_was_not_read() -> None:
    tables = damaged(Damage(unread=frozenset({(1, "score")}), doubted=frozenset({(2, "score")})))
    markup = report_tables.all_indicators(tables).markup
    assert "未读出" in markup and "10？" in markup
    assert "尚无人核对" in markup


@pytest.mark.parametrize(("reviewed", "expected"), [(False, "unread"), (True, "blank")])
def test_a_blank_that_somebody_looked_at_is_blank(reviewed: bool, expected: str) -> None:
    tables = damaged(Damage(blank=frozenset({(1, "score")})))
    tables.findings = damaged(Damage(doubted=frozenset({(1, "score")}))).findings.assign(reviewed=reviewed)
    assert field_states(tables, "indicators", ("score",)).loc[1, "score"] == expected


def test_a_chart_does_not_state_a_total_in_doubt_as_the_score() -> None:
    """4 处共扣 4.5 分，得 96.5 分：the total was struck out, and the rows add up to 95.5."""
    tables = damaged(Damage(total="doubted"))
    tables.forms = tables.forms.assign(total_score=40.0)
    title = wa.alt_text(wa.score_waterfall(tables))
    assert "1 处共扣 1 分，得 40 分（待核对）" in title
    assert "待核对" not in wa.alt_text(wa.score_waterfall(damaged(Damage())))


def test_a_reservation_has_no_stray_space() -> None:
    tables = damaged(Damage(total="doubted"))
    tables.forms = tables.forms.assign(total_score=40.0)
    (gap,) = [sentence for sentence in narrative.key_points(tables) if "合计与明细" in sentence]
    assert "，但自报数待核对" in gap


def test_scores_that_were_not_read_leave_targets_as_sure_as_they_are() -> None:
    tables = damaged(Damage(unread=frozenset({(1, "score"), (2, "score")})))
    assert "待核对" not in wa.alt_text(wa.attainment_dots(tables))
    assert "读出的行都得满分" in wa.alt_text(
        wa.goal_completion(damaged(Damage(unread=frozenset({(1, "score")})), False))
    )


def test_a_form_of_targets_is_said_to_be_one_and_not_compared() -> None:
    """A target form's report said that no indicator is more than 30 % beyond its target: it has no actuals."""
    tables = damaged(Damage(absent=frozenset({"actual", "score", "attainment"})))
    tables.indicators = tables.indicators.assign(met=pd.array([None] * ROWS, dtype="boolean"), actual_value=NAN)
    row = {"form_id": tables.forms["form_id"][0], "document_id": "d", "code": "not-a-self-evaluation"}
    row |= {"severity": "info", "message": "本表是绩效目标申报表，不是自评表", "reviewed": False}
    tables.findings = as_promised(pd.DataFrame([row]), "findings")
    assert narrative.key_points(tables)[0] == "本表是绩效目标申报表，不是自评表。"
    nothing = "表中没有实际完成值，无从比较"
    assert report_tables.far_exceeded_indicators(tables).words == nothing
    assert nothing in wa.alt_text(wa.attainment_dots(tables))
    assert "偏离目标 30% 以上：—" in sections.target_quality(tables).words
    counted = damaged(Damage()).forms["form_id"][0]
    copy = row | {"code": "duplicate-form", "message": "…", "expected": counted + "0"}
    tables.findings = as_promised(pd.DataFrame([copy]), "findings")
    assert narrative.key_points(tables)[0] == "这是同一张表的另一份扫描件，统计时不计。"
