"""The log of corrections: what a person said is never lost, never silently changed, and says who and when."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.corrections.correction import ACTIONS, Anchor, Correction, parse_line, to_line
from workbench.corrections.history import read_corrections
from workbench.corrections.log import CorrectionLog, corrections_folder
from workbench.corrections.validate import refusal
from workbench.errors import CorrectionError

FORM = "0123456789abcdef-1"

texts = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
share = st.floats(0, 1)
boxes = st.none() | st.tuples(share, share, share, share)
anchors = st.none() | st.builds(Anchor, st.none() | st.integers(1, 99), boxes, st.text(max_size=20))
corrections = st.builds(
    Correction,
    form_id=st.text(min_size=1, max_size=20),
    table=st.sampled_from(["forms", "budgets", "goals", "indicators"]),
    record_no=st.integers(0, 500),
    field=st.text(min_size=1, max_size=20),
    was=st.none() | texts,
    now=st.none() | texts,
    by=st.text(min_size=1, max_size=20),
    at=st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat()),
    reason=texts,
    action=st.sampled_from(ACTIONS),
    id=st.text(min_size=1, max_size=8),
    anchor=anchors,
    texts=st.dictionaries(texts, texts, max_size=3),
    to=texts,
    other_no=st.integers(0, 500),
    other=anchors,
    alone=st.booleans(),
    code=st.text(min_size=1, max_size=20),
    page=st.none() | st.integers(1, 99),
    undoes=st.text(min_size=1, max_size=20),
    settles=st.lists(texts, max_size=3).map(tuple),
)


def say(log: CorrectionLog, was: str | None, now: str | None, record: int = 3, field: str = "score", **more: object):
    return log.append(FORM, "indicators", record, field, was, now, **more)  # type: ignore[arg-type]


class TestALine:
    @given(corrections)
    def test_holds_any_text_and_is_one_line(self, correction):
        line = to_line(correction)
        assert parse_line(line) == correction
        assert line.count(b"\n") == 1
        assert line.endswith(b"\n")

    def test_with_only_the_promised_keys_is_a_correction(self):
        promised = {
            "form_id": FORM, "table": "forms", "record_no": None, "field": "total_score", "was": "9.3", "now": "98.3",
            "by": "李", "at": "2026-11-25T09:00:00+08:00", "reason": "",
        }  # fmt: skip
        found = parse_line(json.dumps(promised).encode())
        assert (found.record_no, found.action, found.now) == (0, "set", "98.3")
        assert found.id  # so that it can be taken back
        assert found == parse_line(json.dumps(promised).encode() + b"\r")

    @given(
        st.dictionaries(st.sampled_from([one.name for one in fields(Correction)]), json_values), st.binary(max_size=9)
    )
    def test_of_any_other_content_is_a_correction_or_says_why_not(self, content, noise):
        sound = json.loads(to_line(Correction(FORM, "forms", 0, "year", "", "2022", "李", "2026-11-25T09:00:00Z")))
        for line in (json.dumps(sound | content).encode(), json.dumps(content).encode(), noise):
            try:
                found = parse_line(line)
            except ValueError as error:
                assert str(error)
            else:
                assert parse_line(to_line(found)) == found

    def test_keys_of_a_later_version_are_passed_over(self):
        line = to_line(Correction(FORM, "forms", 0, "year", "", "2022", "李", "2026-11-25T09:00:00Z", id="a"))
        data = json.loads(line) | {"mood": "good"}
        assert parse_line(json.dumps(data).encode()) == parse_line(line)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"action": "burn"}, "unknown action 'burn'"),
            ({"record_no": "3"}, "record_no is not a number"),
            ({"now": 18.5}, "now is not a text"),
            ({"at": "yesterday"}, "at is not a time"),
            ({"at": "2026-11-25T09:00:00"}, "at has no offset"),
            ({"form_id": ""}, "without form_id"),
            ({"anchor": {"page": 3}}, "anchor is not a place"),
            ({"texts": {"name": 1}}, "texts is not an object of texts"),
            ({"settles": "a"}, "settles is not a list of ids"),
            ({"alone": 1}, "alone is neither true nor false"),
            ({"field": ""}, "without field"),
            ({"action": "undo"}, "without undoes"),
            ({"action": "dismiss"}, "without code"),
        ],
    )
    def test_that_is_no_correction_says_why(self, change, reason):
        data = json.loads(to_line(Correction(FORM, "forms", 0, "year", "", "2022", "李", "2026-11-25T09:00:00Z")))
        with pytest.raises(ValueError, match=reason):
            parse_line(json.dumps(data | change).encode())


class TestTheLog:
    def test_keeps_who_when_was_now_why_in_the_persons_own_file(self, tmp_path):
        say(CorrectionLog(tmp_path, "李雷/甲"), "1O", "10", reason="字母O")
        (path,) = tmp_path.glob("*.jsonl")
        assert path.name == "李雷_甲.jsonl"
        data = json.loads(path.read_text(encoding="utf-8"))
        assert {"by": "李雷/甲", "was": "1O", "now": "10", "reason": "字母O"}.items() <= data.items()
        assert data["at"][-6] in "+-"

    def test_takes_values_as_the_tables_hold_them(self, tmp_path):
        log = CorrectionLog(tmp_path, "li")
        log.append(FORM, "forms", pd.NA, "project", pd.NA, "甲")
        log.append(FORM, "indicators", pd.Series([3]).iloc[0], "score", float("nan"), "5", page=pd.NA)
        found = read_corrections(tmp_path).in_force
        assert [(one.record_no, one.was, one.page) for one in found] == [(0, None, None), (3, None, None)]

    def test_is_only_ever_appended_to(self, tmp_path):
        log = CorrectionLog(tmp_path, "li")
        first = say(log, "5", "6")
        before = log.path.read_bytes()
        log.undo(first)
        assert log.path.read_bytes().startswith(before)

    @given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5), st.data())
    def test_cut_short_anywhere_loses_no_complete_line_and_spoils_no_later_one(self, tmp_path_factory, said, data):
        log = CorrectionLog(tmp_path_factory.mktemp("log"), "li")
        lines = [
            to_line(Correction(FORM, "indicators", 3, "name", was, now, "li", "2026-11-25T09:00:00Z", id=str(number)))
            for number, (was, now) in enumerate(said)
        ]
        whole = b"".join(lines)
        cut = data.draw(st.integers(0, len(whole)))
        log.path.write_bytes(whole[:cut])
        complete = whole[:cut].count(b"\n")
        later = say(log, "5", "6")
        history = read_corrections(log.path.parent)
        # A line that lacks but its line end is complete, too.
        kept = complete + (whole[cut : cut + 1] == b"\n")
        assert [one.id for one in history.corrections] == [*map(str, range(kept)), later.id]
        assert len(history.problems) == (whole[:cut] != b"".join(lines[:kept])[:cut])

    def test_a_corrupted_line_is_reported_with_its_number_and_the_rest_counts(self, tmp_path):
        log = CorrectionLog(tmp_path, "li")
        first, last = say(log, "5", "6"), say(log, "7", "8", record=4)
        lines = log.path.read_bytes().splitlines(keepends=True)
        log.path.write_bytes(lines[0] + b'{"form_id": "\xff\n' + b"\0\0\0\n\n" + lines[1])
        history = read_corrections(tmp_path)
        assert history.in_force == (first, last)
        assert [str(problem) for problem in history.problems] == [
            "li.jsonl, line 2: not UTF-8",
            "li.jsonl, line 3: not a complete JSON object",
        ]

    def test_lines_of_many_writers_at_once_stay_whole(self, tmp_path):
        context = multiprocessing.get_context("spawn")
        writers = [context.Process(target=_write_many, args=(tmp_path, number)) for number in range(3)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        history = read_corrections(tmp_path)
        assert not history.problems
        assert len(history.corrections) == 3 * 20

    def test_that_cannot_be_written_says_so(self, tmp_path):
        (tmp_path / "corrections").write_text("a file where the folder should be")
        with pytest.raises(CorrectionError, match="not saved"):
            say(CorrectionLog(tmp_path / "corrections", "li"), "5", "6")

    @pytest.mark.parametrize(
        "what",
        [
            {"action": "undo"}, {"action": "dismiss"}, {"table": "", "action": "remove-record"}, {"form_id": ""},
            {"action": "add-record", "record_no": -1},
        ],
    )  # fmt: skip
    def test_keeps_nothing_that_it_could_not_read_again(self, tmp_path, what):
        with pytest.raises(CorrectionError, match="this is no correction"):
            CorrectionLog(tmp_path, "li").append(
                **{"form_id": FORM, "table": "forms", "field": "year", "now": "2022"} | what
            )
        assert not list(tmp_path.iterdir())

    def test_that_cannot_be_read_is_not_passed_over(self, tmp_path):
        (tmp_path / "li.jsonl").mkdir()
        with pytest.raises(CorrectionError, match=r"li.jsonl: cannot be read"):
            read_corrections(tmp_path)

    def test_lies_beside_the_processed_folder(self, tmp_path):
        assert corrections_folder(tmp_path / "data" / "processed") == tmp_path / "data" / "corrections"

    def test_of_nobody_is_refused(self, tmp_path):
        with pytest.raises(CorrectionError, match="needs the name"):
            CorrectionLog(tmp_path, " ")


def _write_many(folder: Path, number: int) -> None:
    log = CorrectionLog(folder, "li")
    for record in range(20):
        say(log, "5", "6" * 3000, record=record + 100 * number, field="name")


def test_a_finding_of_no_table_is_dismissed_for_good(tmp_path):
    kept = CorrectionLog(tmp_path, "li").append(FORM, was="盖章", action="dismiss", code="unmapped-cell", page=1)
    assert read_corrections(tmp_path).in_force == (kept,)


class TestWhatIsInForce:
    def test_not_what_was_undone_but_what_was_redone(self, tmp_path):
        log = CorrectionLog(tmp_path, "li")
        first = say(log, "5", "6")
        assert read_corrections(tmp_path).in_force == (first,)
        undone = log.undo(first)
        assert read_corrections(tmp_path).in_force == ()
        log.undo(undone)
        assert read_corrections(tmp_path).in_force == (first,)

    def test_not_what_another_undid_whose_clock_is_behind(self, tmp_path):
        first = say(CorrectionLog(tmp_path, "li"), "5", "6")
        undo = {"form_id": FORM, "table": "", "record_no": 0, "field": "", "was": None, "now": None, "by": "wang"}
        undo |= {"at": "1999-01-01T00:00:00Z", "reason": "", "action": "undo", "undoes": first.id}
        (tmp_path / "wang.jsonl").write_text(json.dumps(undo))
        assert read_corrections(tmp_path).in_force == ()

    def test_lines_that_undo_each_other_end_in_no_endless_loop(self, tmp_path):
        plain = {
            "form_id": FORM,
            "table": "forms",
            "record_no": 0,
            "field": "year",
            "was": "",
            "now": "2022",
            "by": "x",
        }
        plain |= {"at": "2026-11-25T09:00:00Z", "reason": ""}
        undos = [plain | {"id": a, "undoes": b, "action": "undo"} for a, b in (("a", "b"), ("b", "a"))]
        (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, [plain, *undos])))
        assert len(read_corrections(tmp_path).in_force) == 1

    def test_a_copy_of_a_file_counts_once(self, tmp_path):
        log = CorrectionLog(tmp_path, "li")
        say(log, "5", "6")
        (tmp_path / "li (1).jsonl").write_bytes(log.path.read_bytes())
        history = read_corrections(tmp_path)
        assert len(history.in_force) == 1
        assert not history.problems

    def test_a_clock_that_was_put_back_does_not_change_the_order_of_a_file(self, tmp_path):
        lines = [
            to_line(Correction(FORM, "indicators", 3, "score", "5", now, "li", f"2026-11-25T0{hour}:00:00Z", id=now))
            for now, hour in (("6", 9), ("7", 1))
        ]
        (tmp_path / "li.jsonl").write_bytes(b"".join(lines))
        assert [one.now for one in read_corrections(tmp_path).in_force] == ["6", "7"]

    def test_conflicts_are_between_the_last_words_of_people(self, tmp_path):
        li, wang = CorrectionLog(tmp_path, "li"), CorrectionLog(tmp_path, "wang")
        say(li, "5", "6")
        theirs = say(wang, "5", "7")
        (conflict,) = read_corrections(tmp_path).conflicts
        assert [(one.by, one.now) for one in conflict.corrections] == [("li", "6"), ("wang", "7")]
        say(li, "5", "７")  # the same number in full width
        assert not read_corrections(tmp_path).conflicts
        say(li, "7", "8", settles=[theirs.id])
        assert not read_corrections(tmp_path).conflicts

    def test_what_came_since_is_told_by_lines_whatever_the_clocks_say(self, tmp_path):
        log = CorrectionLog(tmp_path, "li")
        say(log, "5", "6")
        lines = read_corrections(tmp_path).summary([])["lines"]
        assert lines == {"li.jsonl": 1}
        later = say(log, "5", "6", record=4)
        late = Correction(FORM, "indicators", 5, "score", "5", "6", "wang", "1999-01-01T00:00:00Z", id="late")
        (tmp_path / "wang.jsonl").write_bytes(to_line(late))
        assert {one.id for one in read_corrections(tmp_path).since(lines)} == {later.id, "late"}

    def test_the_digest_tells_effects_apart_and_not_files(self, tmp_path):
        log = CorrectionLog(tmp_path, "li")
        empty = read_corrections(tmp_path).digest()
        first = say(log, "5", "6")
        one = read_corrections(tmp_path)
        assert one.digest() != empty
        assert one.digest(FORM[:16]) == one.digest()
        assert one.digest("f" * 16) == empty
        log.undo(first)
        assert read_corrections(tmp_path).digest() == empty


class TestARefusal:
    @pytest.mark.parametrize(
        ("table", "field", "text", "reason"),
        [
            ("indicators", "score", "1O", "不是数字"),
            ("indicators", "score", "9.8.1", "不是数字"),
            ("indicators", "weight", "2022年12月", "是日期"),
            ("indicators", "weight", "2022.12", "是日期"),
            ("forms", "total_score", "九十八", "不是数字"),
            ("budgets", "executed", "12,34", "不是数字"),
            ("budgets", "execution_rate", "九成", "不是数字"),
            ("budgets", "amount_unit", "美元", "不是金额单位"),
            ("forms", "year", "22", "不是年度"),
            ("goals", "goal_no", "甲", "不是目标序号"),
            ("indicators", "name", "甲\n乙", "控制字符"),
            ("indicators", "colour", "红", "没有“colour”这个字段"),
            ("cells", "text", "红", "没有“text”这个字段"),
        ],
    )
    def test_says_why_a_text_cannot_be_the_value(self, tmp_path, table, field, text, reason):
        assert reason in (refusal(table, field, text) or "")
        with pytest.raises(CorrectionError, match=reason):
            CorrectionLog(tmp_path, "li").append(FORM, table, 1, field, "5", text)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("table", "field", "text"),
        [
            ("indicators", "score", "18.5"),
            ("indicators", "score", "１８．５分"),
            ("indicators", "score", ""),
            ("indicators", "weight", "—"),
            ("indicators", "weight", None),
            ("indicators", "target", "≥9O%"),
            ("budgets", "executed", "1,234.5万元"),
            ("budgets", "execution_rate", "98.3%"),
            ("forms", "year", "2022年"),
            ("goals", "goal_no", "绩效目标三"),
            ("forms", "project", None),
        ],
    )
    def test_is_none_for_what_forms_print(self, table, field, text):
        assert refusal(table, field, text) is None

    def test_does_not_keep_a_person_from_confirming_what_is_printed(self, tmp_path):
        assert say(CorrectionLog(tmp_path, "li"), "10分左右", "10分左右").confirms
