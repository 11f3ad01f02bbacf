"""An archive of forms full of hostile text, read, corrected and reported by the command line in a terminal, once a run.

Every payload stands in every place that a form, a file, a message or a correction has for text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from tests import written
from tests.hostile import BROWSER, CODE, HUGE, PATHS, PAYLOADS, SPREADSHEET, TERMINAL, Payload
from tests.scans.tables import Table, Truth, central_project_table
from workbench.corrections.log import CorrectionLog
from workbench.readers.plain import plain

FORMS: dict[str, tuple[Payload, ...]] = {
    "<img src=x onerror=canary('file')>$\\frac{\u202e.html": BROWSER,
    "{0.__class__}%s';DROP TABLE forms;--.xlsx": (*CODE, *SPREADSHEET, *PATHS),
    "\x1b[31m\x1b]0;canary\x07\n=1+1.txt": (*TERMINAL, HUGE),
}
"""Names of the documents, each a project's form of a department of its own, and the texts in all its places."""

WRITERS = {".html": written.write_html, ".xlsx": written.write_xlsx, ".txt": written.write_tabs}

COLUMNS = ("level2", "name", "target", "actual", "deviation")
"""Columns of the indicators that hold a payload in every row, or in every second one."""

INJECTED = "\u2028!touch canary\u0085%run canary.py\x1b]0;canary\x07"
"""What a forged correction puts behind a department's name: no form and no person can."""

NOT_UTF8 = b"\xb2\xe2.txt"
"""A name as a Chinese Windows of old writes it."""


@dataclass(frozen=True)
class Hostile:
    """The project, and what every command wrote to its terminal, byte for byte."""

    project: Path
    said: dict[str, bytes]

    @property
    def processed(self) -> Path:
        return self.project / "data" / "processed"

    @property
    def reports(self) -> Path:
        return self.project / "reports"


def truth_of(payloads: Sequence[Payload]) -> Truth:
    """A form in which every text is in every place: together in its heads, one a row in its indicators."""
    texts = [payload.text for payload in payloads]
    short = [text for text in texts if len(text) < 1000]
    every = together(payloads)
    budget = {"initial": "10", "adjusted": "10", "executed": "9", "weight": "10", "rate": "90%", "score": "9"}
    lines = [{"funds": "年度资金总额", **budget}, {"funds": every, **budget, "weight": "-", "rate": "-", "score": "-"}]
    turned = [*texts[1:], *texts[:1]]
    indicators = [
        {
            "goal": None,
            "level1": "产出指标",
            "level2": short[number % len(short)],
            "name": text,
            "target": turned[number] if number % 2 else "≥5个",
            "actual": text if number % 2 else "4个",
            "weight": "2",
            "score": "1",
            "deviation": turned[number],
        }
        for number, text in enumerate(texts)
    ]
    return {
        "title": "项目支出绩效自评表",
        "year": 2022,
        "project": every,
        "department": every,
        "unit": every,
        "budgets": lines,
        "goals": [{"no": 1, "goal": every, "actual": every, "deviation": ""}],
        "indicators": indicators,
        "total": {"weight": "100", "score": "9"},
        "conclusion": [],
        "printed_level1": {"产出指标": "产出指标"},
    }


def together(payloads: Sequence[Payload]) -> str:
    """The texts of the payloads in one text, but for the one that is too long for a name."""
    return "，".join(payload.text for payload in payloads if payload is not HUGE)


def table_of(payloads: Sequence[Payload]) -> Table:
    return central_project_table(truth_of(payloads))


def file_name(text: str, ending: str) -> str:
    """The nearest name that the file system of this machine takes."""
    name = text.replace("/", "／").replace("\0", "").encode()[: 255 - len(ending)].decode("utf-8", "ignore")
    return f"{name}{ending}"


def write_archive(raw: Path) -> None:
    """The forms; files that are none, one with the name of each payload; pictures and PDF that are broken."""
    raw.mkdir(parents=True)
    for name, payloads in FORMS.items():
        WRITERS[Path(name).suffix](table_of(payloads), raw / name)
    for payload in PAYLOADS:
        (raw / file_name(payload.text, ".txt")).write_text(f"甲\t{payload.name}\n", encoding="utf-8")
    for ending in (".pdf", ".png", ".xlsx", ".docx"):
        (raw / file_name(TERMINAL[0].text, ending)).write_bytes(b"no")
    (raw / os.fsdecode(NOT_UTF8)).write_text("甲\t乙\n", encoding="utf-8")


def write_corrections(raw: Path, folder: Path) -> None:
    """Corrections made of the payloads: values, reasons, people's names; and lines that are no corrections."""
    forged: list[dict[str, object]] = []
    for name, payloads in FORMS.items():
        form_id = f"{hashlib.sha256((raw / name).read_bytes()).hexdigest()[:16]}-1"
        turned = [*payloads[1:], *payloads[:1]]
        for number, (payload, was) in enumerate(zip(payloads, turned, strict=True), start=1):
            now, what = f"改 {one_line(payload.text)}", ("indicators", number, "deviation")
            log = CorrectionLog(folder, payload.text if payload is not HUGE else "李")
            log.append(form_id, *what, plain(was.text), now, reason=payload.text[:1000])
        every = plain(together(payloads))
        head = {"form_id": form_id, "table": "forms", "record_no": 0, "field": "department", "was": every, "by": "张"}
        head |= {"at": "2026-01-01T00:00:00+08:00", "reason": INJECTED, "now": every + INJECTED}
        forged += [head, head | {"field": "title", "was": "项目支出绩效自评表", "now": "甲\r乙"}]
    forged += [forged[0] | {"action": payload.text} for payload in PAYLOADS]
    forged += [forged[0] | {"now": "\ud800半"}]
    (folder / "\x1b[31m.jsonl").write_text("".join(json.dumps(one) + "\n" for one in forged), encoding="ascii")


def one_line(text: str) -> str:
    """As much of a text as a person may type into a field."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:1000]


def in_terminal(project: Path, *arguments: str) -> bytes:
    """What a command writes to a terminal; it must end by itself."""
    import pty

    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "workbench", *arguments]
    with subprocess.Popen(command, cwd=project, env=environment, stdout=theirs, stderr=theirs):
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # so Linux says that nobody writes any more
                break
            if not piece:
                break
            said += piece
    os.close(ours)
    return said


def make_hostile(shared: Path) -> Hostile:
    """The archive through the two commands that draw bars, and make what the others read.

    The test process that comes first makes it, the others read what it made.
    """
    project, record = shared / "hostile", shared / "hostile.json"
    raw = project / "data" / "raw"
    commands = {"ingest": ("ingest", "--workers", "1"), "report": ("report", "--workers", "2", "--zip")}
    with FileLock(shared / "hostile.lock"):
        if not record.exists():
            write_archive(raw)
            write_corrections(raw, project / "data" / "corrections")
            said = {name: in_terminal(project, *command) for name, command in commands.items()}
            encoded = {name: base64.b64encode(output).decode() for name, output in said.items()}
            record.write_text(json.dumps(encoded), encoding="utf-8")
    kept = json.loads(record.read_text(encoding="utf-8"))
    return Hostile(project, {name: base64.b64decode(output) for name, output in kept.items()})
