"""Runs as lines of JSON (docs/progress.md), and documents read alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.stubs import Here, ingest_here
from tests.test_lab import write_form
from workbench.archive.events import EventProgress
from workbench.archive.ingest import ingest
from workbench.dataset.store import open_dataset
from workbench.errors import InputError
from workbench.lab.run_state import LabRun
from workbench.progress import emit
from workbench.settings import Settings

DEFAULT = Settings(engine="none")
NAME = "\x1b[2J表.html"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    output = capsys.readouterr().out
    assert output.isascii() and "\x1b" not in output
    return [json.loads(line) for line in output.splitlines()]


def read(raw: Path, processed: Path, only: list[str] | None = None) -> None:
    progress = EventProgress()
    progress.ended(ingest(raw, processed, DEFAULT, 1, progress, False, Here(processed, DEFAULT), only=only))


def test_every_document_and_page_is_a_line_and_the_last_one_counts(tmp_path, capsys):
    raw, processed = tmp_path / "raw", tmp_path / "processed"
    raw.mkdir()
    write_form(raw / NAME, "甲县")
    (raw / "bad.docx").write_bytes(b"no archive")
    read(raw, processed)
    heard = lines(capsys)
    of_form = [one["event"] for one in heard if one.get("document") == NAME]
    assert of_form == ["document-started", "page-done", "document-done"]
    (page,) = [one for one in heard if one["event"] == "page-done" and not one["ok"]]
    assert (page["document"], page["reason"]) == ("bad.docx", "unreadable") and page["message"]
    assert heard[-1]["event"] == "run-ended" and heard[-1]["forms"] == 1
    assert [one["document"] for one in heard[-1]["problems"]] == ["bad.docx"]
    run = LabRun(1, "ingest")
    for event in heard:
        run.take(event)
    run.ended(1, stop_asked=False, last_words="")
    assert (run.state, run.steps_done, run.documents_failed, run.reading) == ("done", 2, 1, set())


def test_only_what_is_asked_for_is_read_and_what_was_read_stays(tmp_path):
    raw, processed = tmp_path / "raw", tmp_path / "processed"
    (raw / "2022").mkdir(parents=True)
    write_form(raw / "a.html", "甲县")
    ingest_here(raw, processed, DEFAULT)
    write_form(raw / "b.html", "乙县")
    write_form(raw / "2022" / "c.html", "丙县")
    write_form(raw / "20220.html", "丁县")
    read(raw, processed, ["2022"])
    assert set(open_dataset(processed).documents["source"]) == {"a.html", "2022/c.html"}
    with pytest.raises(InputError, match=r"nix: .*asked for"):
        read(raw, processed, ["nix"])
    read(raw, processed)
    assert len(open_dataset(processed).documents) == 4


def test_a_watcher_that_is_gone_is_a_ctrl_c(monkeypatch):
    class Gone:
        def write(self, _: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(KeyboardInterrupt):
        emit("progress")
    emit("progress")  # and no second one, which would end the run at once


@pytest.mark.parametrize(
    ("events", "exit_status", "stop", "state", "message"),
    [
        ([{"event": "run-failed", "message": "no space"}], 1, False, "failed", "no space"),
        ([], -9, False, "failed", "last words"),
        ([], 1, True, "stopped", ""),
        ([{"event": "run-ended", "interrupted": True, "problems": []}], 1, True, "stopped", ""),
        ([{"event": "run-ended", "interrupted": False, "problems": []}], 0, True, "done", ""),  # it was too late
    ],
)
def test_how_a_run_ended_is_what_its_process_said(events, exit_status, stop, state, message):
    run = LabRun(1, "ingest")
    for event in events:
        run.take(event)
    run.ended(exit_status, stop, "last words")
    assert (run.state, run.message) == (state, message)


def test_a_report_that_failed_is_a_failed_run_and_says_in_which_cell():
    run = LabRun(1, "report")
    told = {"report": "甲局", "ok": False, "cell": "[3] 预算", "message": "KeyError: 'x'"}
    run.take({"event": "run-started", "kind": "report", "reports": 1})
    run.take({"event": "report-done", **told, "reports_done": 1, "reports": 1})
    run.take({"event": "run-ended", "problems": [told], "pages": [], "path": "reports/index.html"})
    run.ended(1, stop_asked=False, last_words="")
    shown = run.shown("zh", "reports/index.html")
    assert (shown["state"], shown["message"], shown["result"]) == ("failed", "[3] 预算: KeyError: 'x'", None)
    assert shown["failures"] == [{"file": "甲局", "page": None, "code": "", "reason": "[3] 预算: KeyError: 'x'"}]
