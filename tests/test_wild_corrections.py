"""Corrections and journals that nobody meant well by: each is reported, and no form is lost."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any

import pytest

from tests.stubs import ingest_here, transcriptions
from tests.test_correcting import DAYS, DOCUMENT, NAME, anchor, build, findings, misread, read, said
from workbench.archive.rebuild import rebuild
from workbench.corrections import history
from workbench.corrections.correction import Correction, parse_line
from workbench.corrections.history import read_corrections
from workbench.corrections.log import CorrectionLog
from workbench.dataset.store import open_dataset
from workbench.errors import CorrectionError

PLAIN = {
    "form_id": f"{DOCUMENT}-1", "table": "indicators", "record_no": 1, "field": "score", "was": "8", "now": "7",
    "by": "李", "at": "2026-11-25T09:00:00+08:00", "reason": "",
}  # fmt: skip
PLACE = {"page": 1, "box": [0.1, 0.1, 0.2, 0.2], "text": NAME}


def place(**changes: object) -> dict[str, object]:
    return {"anchor": PLACE | changes}


REFUSED: dict[str, list[dict[str, Any]]] = {
    "anchor is not a place": [
        *(place(page=page) for page in (10**30, 2**31, -1, 0, 1.0, 1e300, True, "1", [])),
        *(place(box=box) for box in ("1234", [1, 2], [0, 0, 1, "1"], {"a": 1})),
        *(place(box=box) for box in ([0.0, 0, 1, float("nan")], [0, 0, 1e308, 1])),
        *(place(text=text) for text in (None, 5, ["x"])),
        {"anchor": []}, {"anchor": "x"}, {"anchor": {}}, {"other": 5}, {"other": PLACE | {"page": -1}},
    ],
    "is not a number from 0": [
        {name: number} for name in ("record_no", "other_no", "page") for number in (10**30, 2**31, -1, 1.0, "1", True)
    ],
    "is not a text": [
        {name: value} for name in ("form_id", "table", "field", "now", "by", "at") for value in (5, ["x"])
    ],
}  # fmt: skip

STALE: dict[str, dict[str, Any]] = {
    "找不到原来的行": {"record_no": 0},
    "找不到原来的行 ": {"record_no": 10**9},
    "找不到原来的行  ": {"action": "remove-record", "record_no": 10**9, "was": NAME},
    "表本身不是一行": {"action": "remove-record", "record_no": 0, "was": NAME},
    "要合并的两行是同一行": {"action": "join-records", "other_no": 1},
    "要合并的两行是同一行 ": {"action": "join-records", "record_no": 7, "other_no": 7, "other": PLACE} | place(),
    "找不到要合并的两行": {"action": "join-records", "other_no": 10**9},
    "找不到它前面的一行": {"action": "add-record", "record_no": 10**9, "texts": {"name": "甲"}},
    "两栏相同": {"action": "move-value", "to": "score"},
    "表“nope”没有“score”": {"table": "nope"},
    "该文件中没有这张表": {"form_id": f"{DOCUMENT}-{'1' * 5000}"},
    "该文件中没有这张表 ": {"form_id": f"{DOCUMENT}-0"},
    "无法确定是否同一行": {"field": "level1", "was": "并非此格", "now": "产出类指标"},
}


def parsed(changes: dict[str, Any]) -> Correction:
    return parse_line(json.dumps(PLAIN | changes).encode())


@pytest.mark.parametrize("why", REFUSED)
def test_a_line_of_wrong_kinds_or_out_of_range_is_no_correction_and_says_why(why):
    for changes in REFUSED[why]:
        with pytest.raises(ValueError, match=why):
            parsed(changes)


def test_a_correction_that_fits_nothing_is_reported_and_the_form_stays():
    tables = build(read(), *(parsed(changes) for changes in STALE.values()))
    assert len(tables["forms"]) == 1
    assert len(tables["indicators"]) == len(build(read())["indicators"])
    reasons = findings(tables, "correction-stale")
    assert len(reasons) == len(STALE)
    assert [why for why in STALE if not any(why.strip() in reason for reason in reasons)] == []


def test_corrections_that_change_nothing_say_so():
    gone = misread((DAYS, "全年天数"))
    lost = anchor(read(), 3).__class__(9, (0.9, 0.9, 1.0, 1.0), "别的名称")
    tables = build(
        gone,
        said(20, "", "别的名称", action="remove-record", anchor=lost),
        said(1, "actual", "8", action="move-value", to="score", anchor=anchor(gone, 1)),
    )
    assert [message.partition("没有改变什么：")[2] for message in findings(tables, "corrected")] == [
        "机器也不再把它当作一行",
        "这个值已在得分栏",
    ]


def test_times_at_the_ends_of_all_time_can_be_ordered(tmp_path):
    times = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-25T09:00:00+08:00")
    lines = [json.dumps(PLAIN | {"at": at, "id": at}) for at in times]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "b.jsonl").write_text(lines[2].replace('"id"', '"x"'), "utf-8")
    found = read_corrections(tmp_path)
    assert len(found.corrections) == 4 and all(isinstance(one.time, datetime) for one in found.corrections)


class TestAJournal:
    @pytest.fixture
    def folder(self, tmp_path):
        folder = tmp_path / "project" / "corrections"
        folder.mkdir(parents=True)
        return folder

    def test_that_is_a_pipe_keeps_nobody_waiting(self, folder):
        os.mkfifo(folder / "李.jsonl")
        with pytest.raises(CorrectionError, match="no file but a pipe"):
            read_corrections(folder)
        with pytest.raises(CorrectionError, match="no file but a pipe"):
            CorrectionLog(folder, "李").append(f"{DOCUMENT}-1", "indicators", 1, "score", "8", "7")

    @pytest.mark.parametrize("to", ["/dev/zero", "/dev/stdin", "/etc/hostname", "{outside}"])
    def test_that_is_a_link_to_a_device_or_elsewhere_is_refused(self, folder, tmp_path, to):
        (tmp_path / "outside").write_text(json.dumps(PLAIN))
        (folder / "a.jsonl").symlink_to(to.format(outside=tmp_path / "outside"))
        with pytest.raises(CorrectionError, match="outside the project"):
            read_corrections(folder)
        with pytest.raises(CorrectionError, match="outside the project"):
            CorrectionLog(folder, "a").append(f"{DOCUMENT}-1", "indicators", 1, "score", "8", "7")
        assert (tmp_path / "outside").read_text() == json.dumps(PLAIN)

    def test_of_endless_size_is_refused(self, folder, monkeypatch):
        monkeypatch.setattr(history, "LARGEST_LOG", 1000)
        (folder / "a.jsonl").write_bytes(b"\n" * 1001)
        with pytest.raises(CorrectionError, match="more than 1,000 bytes"):
            read_corrections(folder)

    def test_full_of_nonsense_stops_no_rebuild(self, tmp_path):
        transcriptions(tmp_path / "raw", 1)
        ingest_here(tmp_path / "raw", tmp_path / "processed")
        before = open_dataset(tmp_path / "processed")
        (form_id,) = before.forms["form_id"]
        wild = [*STALE.values(), *(one for of_why in REFUSED.values() for one in of_why)]
        lines = [json.dumps(PLAIN | {"form_id": form_id} | changes).encode() for changes in wild]
        noise = [b"\xff\xfe", b"[" * 100_000, b"null", b"{}", b'{"at": {}}', b"\0", b"1" * 5000]
        (tmp_path / "corrections").mkdir()
        (tmp_path / "corrections" / "x.jsonl").write_bytes(b"\n".join([*noise, *lines]))
        rebuild(tmp_path / "processed")
        after = open_dataset(tmp_path / "processed")
        assert after.forms["form_id"].tolist() == [form_id]
        assert len(after.indicators) == len(before.indicators)
        assert len(after.info["corrections"]["problems"]) >= len(noise) + len(lines) - len(STALE)
        assert (after.findings["code"] == "correction-stale").any()
