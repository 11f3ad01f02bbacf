"""The review without a browser: what is asked, what an answer does, and that nothing is lost."""

from __future__ import annotations

import io
import json
import shutil
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import workbench
from tests.generated import HOSTILE, write_large_dataset
from tests.reviewed import FORM, Archive, Screen, archive, unsure
from workbench.checks.uncertain import cells_of
from workbench.corrections.log import CorrectionLog
from workbench.dataset.crops import PagePicture, quarter_turns
from workbench.dataset.store import open_dataset
from workbench.errors import CorrectionError
from workbench.model import Cell
from workbench.review.pictures import cut
from workbench.review.quality.audit import draw_audit
from workbench.review.queue import audit_queue, build_queue
from workbench.review.readings import FieldKey
from workbench.review.session import Session
from workbench.review.sums import arithmetic

DOUBTED, SURE = FieldKey("indicators", 71, "score"), FieldKey("indicators", 62, "score")
TOTAL = FieldKey("forms", None, "total_score")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The Tianjin form; the machine is unsure of one score (0.4, of the 71st indicator) and of one result (28个)."""
    return archive(tmp_path_factory.mktemp("built"), unsure("28个", "0.4"))


@pytest.fixture
def form(built: Archive, tmp_path: Path) -> Archive:
    """A copy of it, to be reviewed."""
    shutil.copytree(built.project, tmp_path, dirs_exist_ok=True)
    return replace(built, project=tmp_path)


def lines(form: Archive) -> list[dict[str, object]]:
    (log,) = (form.processed.parent / "corrections").glob("*.jsonl")
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


class TestQueue:
    def test_the_most_consequential_comes_first(self, form: Archive) -> None:
        items = build_queue(open_dataset(form.processed))
        assert [item.group for item in items[:6]] == ["error", "error", "sum", "sum", "doubt", "rest"]
        assert [item.place for item in items[1:4]] == [TOTAL, SURE, DOUBTED]
        assert {item.group for item in items[5:]} == {"rest"}

    def test_all_findings_about_a_field_are_one_item_with_its_reading(self, form: Archive) -> None:
        items = {item.place: item for item in build_queue(open_dataset(form.processed)) if item.place}
        doubted = items[DOUBTED]
        assert {finding.code for finding in doubted.findings} == {"low-confidence", "met-but-points-lost"}
        assert (doubted.text, doubted.confidence, doubted.page) == ("0.4", 0.3, 3)

    def test_the_sample_of_an_audit_is_a_queue_too(self, form: Archive) -> None:
        dataset = open_dataset(form.processed)
        audit = draw_audit(dataset, 20, 1)
        items = audit_queue(dataset, audit)
        assert [(item.place.table, item.place.record_no or 0, item.place.field) for item in items if item.place] == [
            (item.table, item.record_no, item.field) for item in audit.items
        ]
        session = Session(dataset, "李", items=items)
        session.accept(0, items[0].place)
        assert audit.answers()[0] is False
        session.correct(FORM, items[1].place, "另一个值" if "name" in items[1].place.field else "7")  # type: ignore[union-attr, arg-type]
        assert audit.answers()[1] is True


class TestArithmetic:
    def test_agrees_with_what_the_checks_say(self, form: Archive) -> None:
        session = form.session()
        readings = session.readings.of(FORM)
        cells = cells_of(list(readings.pages.values()))
        (total,) = [line for line in arithmetic(readings.form, TOTAL, cells) if line.label == "得分合计"]
        assert ("= 92.3" in total.computed, total.stated, total.agrees) == (True, "98.3", False)
        budget = arithmetic(readings.form, FieldKey("budgets", 1, "executed"), cells)
        assert [(line.label, line.stated, line.agrees) for line in budget] == [
            ("执行率", "98.3%", True),
            ("预算执行得分", "9.8", True),
        ]

    def test_follows_a_value_while_it_is_typed_and_keeps_nothing(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("focus", place=list(SURE))
        typed = screen.tell("preview", form_id=FORM, place=list(SURE), text="6.1")[-1]
        assert "= 98.3" in typed["sums"][0]["computed"]
        assert typed["sums"][0]["look"] == "agrees"
        assert not (form.processed.parent / "corrections").exists()

    def test_a_total_shows_its_addends_and_which_are_likely_misread(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("go", index=1)
        addends = screen.item["addends"]
        assert [one["text"] for one in addends if one["suspect"]] == ["0.4"]
        assert addends[0]["label"] == "预算1"


class TestAnswers:
    def test_accepting_says_that_the_machine_read_it_right(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("go", index=3)
        screen.answer("accept")
        (line,) = lines(form)
        assert (line["was"], line["now"], line["by"]) == ("0.4", "0.4", "李")
        assert (line["record_no"], line["field"], line["anchor"]["text"]) == (71, "score", "执法检查费用")  # type: ignore[index]
        assert screen.item["index"] == 4  # and the next is on the screen

    def test_a_correction_is_there_after_the_kernel_died(self, form: Archive) -> None:
        form.session().correct(FORM, DOUBTED, "0.5")
        again = Screen(form.session())
        again.tell("go", index=3)
        (asked,) = [value for value in again.item["record"] if value["key"] == again.item["asked"]]
        assert (asked["text"], asked["note"], again.item["status"]) == ("0.5", "机器读作“0.4”", "corrected")
        assert again.tell("rows", start=3, stop=4)[0]["rows"][0]["text"] == "0.4 → 0.5"

    def test_the_next_build_has_it_and_asks_no_more(self, form: Archive) -> None:
        session = form.session()
        session.correct(FORM, DOUBTED, "0.5", reason="印章遮住")
        session.accept(1, TOTAL)
        dataset = form.build()
        assert dataset.indicators["score"][70] == 0.5
        again = form.session()
        assert not again.since(FORM)
        told = {item.place: status for item, status in zip(again.items, again.statuses, strict=True)}
        assert told[DOUBTED] == "corrected"
        assert told[TOTAL] == "accepted"
        (item,) = [item for item in again.items if item.place == DOUBTED]
        assert [finding.code for finding in item.findings] == ["corrected"]

    def test_a_letter_in_a_score_is_refused_beside_the_field(self, form: Archive) -> None:
        screen = Screen(form.session())
        answers = screen.tell("correct", form_id=FORM, place=list(DOUBTED), text="O.5")
        assert [answer["kind"] for answer in answers] == ["refused"]
        assert "不是数字" in answers[0]["refusal"]
        assert not (form.processed.parent / "corrections").exists()

    def test_undo_takes_back_one_answer_after_the_other(self, form: Archive) -> None:
        session = form.session()
        session.correct(FORM, SURE, "0.2")
        session.correct(FORM, DOUBTED, "0.5")
        again = Screen(form.session())  # after a restart, too
        again.tell("undo")
        again.tell("undo")
        assert again.item["index"] == 2
        assert set(again.widget.session.statuses) == {"pending"}
        assert [line.get("action", "set") for line in lines(form)] == ["set", "set", "undo", "undo"]
        assert again.tell("undo")[-1]["text"] == "没有可撤销的修改"

    def test_a_key_pressed_twice_does_not_answer_what_nobody_saw(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("open")
        seen = screen.item["key"]
        screen.tell("accept", seen=seen)
        screen.tell("accept", seen=seen)  # sent before the answer to the first was on the screen
        assert len(lines(form)) == 1

    def test_a_merged_label_is_corrected_for_all_its_rows(self, form: Archive) -> None:
        session = form.session()
        readings = session.readings.of(FORM)
        label = FieldKey("indicators", 1, "level2")
        session.correct(FORM, label, "数量")
        changed = session.texts(readings)
        assert len(changed) == len(readings.sharing(label)) > 1
        dataset = form.build()
        assert list(dataset.indicators["level2"][: len(changed)]) == ["数量"] * len(changed)

    def test_what_belongs_to_no_value_is_dismissed(self, tmp_path: Path) -> None:
        form = archive(tmp_path, breaks=(8,), twice=True)
        session = form.session()
        (at,) = [n for n, item in enumerate(session.items) if item.place is None]
        assert session.items[at].findings[0].code == "repeated-row-dropped"
        session.accept(at, None)
        assert session.statuses[at] == "accepted"
        form.build()
        assert form.session().statuses[at] == "accepted"

    def test_people_who_answer_differently_are_shown_to_each_other_and_may_decide(self, form: Archive) -> None:
        form.session("王").correct(FORM, DOUBTED, "0.3")
        screen = Screen(form.session("李"))
        screen.tell("go", index=3)
        assert "王改为“0.3”" in screen.item["state"]
        screen.tell("correct", form_id=FORM, place=list(DOUBTED), text="0.5")
        conflict = form.build()
        assert conflict.indicators["score"][70] == 0.4  # nobody wins unseen

        screen = Screen(form.session("李"))
        assert screen.tell("go", index=0)
        (at,) = [n for n, item in enumerate(screen.widget.session.items) if item.place == DOUBTED]
        screen.tell("go", index=at)
        assert any("李作“0.5”" in finding["message"] for finding in screen.item["findings"])
        screen.tell("correct", form_id=FORM, place=list(DOUBTED), text="0.5")
        decided = form.build()
        assert decided.indicators["score"][70] == 0.5
        assert "correction-conflict" not in set(decided.findings["code"])


class TestStructure:
    def choose(self, screen: Screen, number: int) -> dict[str, object]:
        choice = screen.item["actions"][number]
        return {"form_id": FORM, "action": choice["action"], **choice["content"]}

    def test_a_row_that_is_none_no_longer_counts(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("go", index=3)
        screen.tell("restructure", **self.choose(screen, 0))
        assert screen.item["sums"] == []
        assert "不是记录" in screen.item["state"]
        screen.tell("go", index=1)
        assert "= 91.9" in screen.item["sums"][0]["computed"]
        assert len(form.build().indicators) == 102

    def test_a_row_that_was_missed_is_added(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("go", index=3)
        choice = screen.item["actions"][1]
        texts = {field["field"]: field["text"] for field in choice["form"]} | {"name": "漏读的指标", "score": "6"}
        screen.tell("restructure", form_id=FORM, action=choice["action"], **choice["content"], texts=texts)
        assert "其后补录了一行" in screen.item["state"]
        assert screen.item["status"] == "pending"  # the row's own question is still open
        screen.tell("go", index=1)
        assert "= 98.3" in screen.item["sums"][0]["computed"]
        added = form.build().indicators.iloc[71]
        assert (added["name"], added["score"], added["level1"]) == ("漏读的指标", 6.0, "产出指标")

    def test_a_value_in_the_wrong_column_is_moved(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("go", index=3)
        (to_weight,) = [one for one in screen.item["actions"][2]["choices"] if one["content"]["to"] == "weight"]
        screen.tell("restructure", form_id=FORM, action=to_weight["action"], **to_weight["content"])
        row = form.build().indicators.iloc[70]
        assert (row["weight"], row["score"]) == (0.4, 0.5)

    def test_two_rows_that_are_one_are_joined(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("go", index=3)
        names = form.build().indicators["name"]
        screen.tell("restructure", **self.choose(screen, 3))
        joined = form.build().indicators
        assert len(joined) == 102
        assert joined["name"][70] == names[70] + names[71]


class TestPictures:
    def test_the_piece_of_the_scan_has_the_cell_outlined(self, form: Archive) -> None:
        form.draw()
        screen = Screen(form.session())
        screen.tell("go", index=3)
        screen.tell("crop")
        screen.tell("page")
        screen.pictures()
        piece = screen.last("crop")["pieces"][0]
        image = Image.open(io.BytesIO(screen.buffers[screen.sent.index(screen.last("crop"))][0])).convert("RGB")
        assert image.size == (piece["width"], piece["height"])
        shares = [float(part.split(":")[1].rstrip("%")) / 100 for part in piece["outline"].split(";")]
        left, top, width, height = (share * side for share, side in zip(shares, image.size * 2, strict=True))
        assert image.getpixel((round(left + width / 2), round(top + height / 2))) == (255, 0, 0)
        page = screen.last("page")
        (mark,) = screen.item["page"]["marks"]
        assert page["cells"][mark]["place"] == list(DOUBTED)
        assert page["cells"][mark]["look"] == "doubtful"

    def test_a_scan_that_has_moved_is_said_to_have_and_the_values_stay(self, form: Archive) -> None:
        screen = Screen(form.session())
        screen.tell("open")
        assert screen.last("state")["notices"] == ["扫描件不在原处：scan"]
        assert screen.tell("rows", start=0, stop=1)[0]["rows"][0]["mark_title"] == "扫描件不在原处：scan"
        assert screen.item["no_crop"] == "扫描件不在原处：scan"
        assert not screen.item["has_crop"]
        assert [value["text"] for value in screen.item["record"] if value["key"] == screen.item["asked"]] == ["100"]

    def test_a_corrupted_line_of_the_log_is_shown_with_its_number(self, form: Archive) -> None:
        form.session().correct(FORM, DOUBTED, "0.5")
        with (form.processed.parent / "corrections" / "李.jsonl").open("a", encoding="utf-8") as log:
            log.write('{"form_id": "0123\n')
        screen = Screen(form.session())
        screen.tell("open")
        assert "李.jsonl 第 2 行无法读取" in screen.last("state")["notices"][0]
        assert screen.widget.session.statuses[3] == "corrected"  # the rest is applied

    @given(st.integers(0, 3), st.integers(2, 12), st.integers(2, 9))
    def test_a_page_is_set_upright_however_it_was_scanned(self, turns: int, rows: int, columns: int) -> None:
        width, height = 40 * columns, 20 * rows
        places = [(row, col) for row in range(rows) for col in range(columns)]
        upright = [(40 * col, 20 * row, 40 * col + 40, 20 * row + 20) for row, col in places]
        scanned = [_lying(outline, turns, width, height) for outline in upright]
        sides = ("x0", "y0", "x1", "y1")
        cells = [
            {"row": row, "col": col} | dict(zip(sides, outline, strict=True))
            for (row, col), outline in zip(places, scanned, strict=True)
        ]
        assert quarter_turns(cells) == turns
        sideways = (height, width) if turns % 2 else (width, height)
        picture = PagePicture(Image.new("L", sideways).rotate(90 * turns, expand=True), 1.0, turns)
        for (x0, y0, x1, y1), outline in zip(scanned, upright, strict=True):
            assert picture.box((x0, y0, x1, y1)) == outline

    def test_a_cell_at_the_edge_of_the_page_is_cut_without_leaving_it(self) -> None:
        picture = PagePicture(Image.new("RGB", (1000, 1400), "white"), 1.0, 0)
        cell = Cell(0, 0, 1, 1, ((950, 0), (1000, 0), (1000, 20), (950, 20)))
        piece = cut(picture, cell)
        left, top, width, height = piece.outline
        assert piece.width <= 1000
        assert (left + width, top) == (1.0, 0.0)
        assert height * piece.height == pytest.approx(20, abs=1)


class TestTenThousandFields:
    """Processor time, for other tests run beside this one, and held against that of a tenth of the fields."""

    def test_move_on_as_quickly_as_a_thousand_and_send_the_item_in_view_alone(self, tmp_path: Path) -> None:
        screens = [opened(write_large_dataset(tmp_path / f"{forms}", forms)) for forms in (10, 100)]
        few, many = (statistics.median(self.seconds_of_steps(screen)) for screen in screens)
        assert many < 3 * few
        assert screens[1].last("state")["total"] == 10_000
        assert max(len(json.dumps(message)) for message in screens[1].sent) < 100_000
        assert HOSTILE in [value["text"] for value in screens[1].item["record"]]  # as it is: escaping is for the screen

    def seconds_of_steps(self, screen: Screen) -> Iterator[float]:
        for step in range(1, 8):
            start = time.process_time()
            screen.tell("go", index=7919 * step % screen.last("state")["total"])  # another form each time
            screen.answer("accept")
            yield time.process_time() - start


def opened(processed: Path) -> Screen:
    screen = Screen(Session(open_dataset(processed), "李"))
    screen.tell("open")
    screen.tell("rows", start=0, stop=30)
    return screen


def test_the_room_and_the_function_that_opens_it_are_one(form: Archive) -> None:
    widget = workbench.review(form.processed, by="李")
    assert widget.session.by == "李"
    assert workbench.review(open_dataset(form.processed)).session.by


def test_a_reviewer_needs_a_name(form: Archive) -> None:
    with pytest.raises(CorrectionError, match="name"):
        CorrectionLog(form.processed, " ")


def _lying(outline: tuple[int, int, int, int], turns: int, width: int, height: int) -> tuple[int, int, int, int]:
    """Where a cell is on paper that was turned clockwise by some quarters before it was scanned."""
    x0, y0, x1, y1 = outline
    for _ in range(turns):
        x0, y0, x1, y1 = height - y1, x0, height - y0, x1
        width, height = height, width
    return x0, y0, x1, y1
