"""What the widget shows of a review, as plain JSON: texts and numbers, never markup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.checks.uncertain import cells_of
from workbench.corrections.apply import Corrected
from workbench.corrections.correction import Correction
from workbench.corrections.validate import refusal
from workbench.fields import field_name
from workbench.findings import kind_of
from workbench.model import Finding
from workbench.review.page import cells_of_value, naming_place, page_view
from workbench.review.queue import GROUPS, ReviewItem
from workbench.review.readings import FieldKey, FormReadings
from workbench.review.row import TABLE_NAMES, actions, addends, key_of_place, record, record_name
from workbench.review.session import Session
from workbench.review.sums import SumLine, arithmetic

STATES = {"pending": "", "accepted": "已接受", "corrected": "已改正", "skipped": "已跳过"}
MARKS = {"pending": "", "accepted": "✓", "corrected": "✎", "skipped": "↷"}
CHANGES = {
    "remove-record": "这一行不是记录",
    "add-record": "其后补录了一行",
    "move-value": "值移到另一列",
    "join-records": "与另一行合并",
}


def key_of(item: ReviewItem, place: FieldKey | None) -> str:
    """What names a view: the value, or the findings that belong to none."""
    about = list(place) if place else [finding.code for finding in item.findings]
    return json.dumps([item.form_id or item.document_id, item.page if place is None else None, *about])


def state(session: Session, fresh: bool = False, changed: Sequence[int] = ()) -> dict[str, Any]:
    """The head of the widget: how far the review is, by whom, and what must be known before trusting it."""
    progress = session.progress()
    done = sum(progress.done.values())
    notices = [
        f"更正记录 {problem.file} 第 {problem.line} 行无法读取，已略过：{problem.reason}"
        for problem in session.problems
    ]
    moved = sorted({problem for item in session.items if (problem := session.problem(item.document_id))})
    notices += moved[:3] + ([f"另有 {len(moved) - 3} 份扫描件不在原处"] if len(moved) > 3 else [])
    if session.items and done == len(session.items):
        notices.append("全部复核完毕。重建数据集（workbench ingest）后，表格即含这些更正。")
    return {
        "kind": "state",
        "total": len(session.items),
        "done": done,
        "corrected": progress.corrected,
        "skipped": progress.skipped,
        "summary": f"已复核 {done}（其中改正 {progress.corrected}），跳过 {progress.skipped}，共 {len(session.items)}",
        "groups": [
            {"name": name, "label": label, "count": progress.counts[name], "done": progress.done[name]}
            for name, label in GROUPS.items()
        ],
        "by": f"复核人 {session.by}",
        "by_title": f'更正写入 {session.log.path.name}；换人复核：wb.review(…, by="姓名")',
        "notices": notices,
        "fresh": fresh,
        "changed": list(changed),
    }


def rows(session: Session, start: int, stop: int) -> dict[str, Any]:
    """A stretch of the queue."""
    start = max(0, start)
    stop = min(stop, len(session.items))
    return {"kind": "rows", "start": start, "rows": [_row(session, index) for index in range(start, stop)]}


def _row(session: Session, index: int) -> dict[str, Any]:
    item, status = session.items[index], session.statuses[index]
    finding = item.findings[0]
    moved = session.problem(item.document_id)
    return {
        "field": field_name(item.place.field) if item.place else "整行" if finding.record_no else "整页",
        "text": _row_text(session, item),
        "where": "，".join(filter(None, (_record_title(item), f"第 {item.page} 页" if item.page else ""))),
        "group": item.group,
        "status": status,
        "mark": MARKS[status] or ("⃠" if moved else ""),
        "mark_title": STATES[status] or moved,
        "message": finding.message,
    }


def _row_text(session: Session, item: ReviewItem) -> str:
    answer = session.answer(item.form_id, item.place) if item.form_id and item.place else None
    return item.text if answer is None or answer.confirms else f"{item.text} → {answer.now}"


def _record_title(item: ReviewItem) -> str:
    finding = item.findings[0]
    if finding.table is None:
        return GROUPS[item.group]
    return TABLE_NAMES[finding.table] + (f" {finding.record_no}" if finding.record_no else "")


def item_view(session: Session, index: int, place: FieldKey | None, edit: bool = False) -> dict[str, Any]:
    """One value with all that is needed to judge it: its row, its findings, the arithmetic, the cells of its page."""
    item = session.items[index]
    form = session.readings.of(item.form_id) if item.form_id else None
    problem = session.problem(item.document_id)
    found = cells_of_value(session, item, place)
    head = {
        "kind": "item",
        "index": index,
        "key": key_of(item, place),
        "form_id": item.form_id,
        "asked": key_of_place(place) if place else "",
        "title": _title(item, form, place),
        "form": _form_title(session, item, form),
        "status": session.statuses[index],
        "state": _state(session, index, place),
        "edit": edit,
        "has_crop": bool(found) and not problem,
        "no_crop": problem or ("此值在扫描件上没有单元格" if place else ""),
        "page": page_view(session, item, place),
    }
    about = place or naming_place(item, form)
    if form is None or about is None:
        nothing: dict[str, Any] = {"record": [], "sums": [], "addends": [], "actions": []}
        return head | nothing | {"findings": _findings(item.findings, None)}
    texts = session.texts(form)
    live, now = session.judged(form)
    return head | {
        "findings": _findings(item.findings, now) if place == item.place else _findings(_about_place(now, about), now),
        "record": record(session, form, about, texts),
        "sums": _sums(form, live, about),
        "addends": addends(form, about, texts),
        "actions": actions(form, about),
    }


def preview(session: Session, form_id: str, place: FieldKey, changed: FieldKey | None, text: str) -> dict[str, Any]:
    """What would follow if a value had another text: why it cannot have it, or the arithmetic with it."""
    form, refused = session.readings.of(form_id), ""
    if changed is not None:
        refused = refusal(changed.table, changed.field, text.strip()) or ""
    tried = (changed, text.strip()) if changed is not None and not refused else None
    key = key_of_place(changed) if changed else ""
    sums = _sums(form, session.live(form, tried), place)
    return {"kind": "preview", "key": key, "text": text, "refusal": refused, "sums": sums}


def _sums(form: FormReadings, live: Corrected, place: FieldKey) -> list[dict[str, str]]:
    """The arithmetic beside a value; none where its record is no longer one."""
    if place.record_no is not None and live.numbers:
        number = live.numbers.get((place.table, place.record_no))
        if number is None:
            return []
        place = place._replace(record_no=number)
    return [_line(line) for line in arithmetic(live.form, place, cells_of(list(form.pages.values())))]


def _line(line: SumLine) -> dict[str, str]:
    look = {True: "agrees", False: "differs", None: "neutral"}[line.agrees]
    verdict = line.note or {True: "✓", False: "✗", None: ""}[line.agrees]
    return {"label": line.label, "computed": line.computed, "stated": line.stated, "look": look, "verdict": verdict}


def said(correction: Correction) -> str:
    """A correction in a few words."""
    if correction.action in CHANGES:
        return CHANGES[correction.action]
    if correction.action == "dismiss":
        return "已阅"
    name = field_name(correction.field)
    return f"{name}“{correction.was or ''}”{'接受' if correction.confirms else f'改为“{correction.now}”'}"


def _title(item: ReviewItem, form: FormReadings | None, place: FieldKey | None) -> str:
    if place is None:
        return f"{_record_title(item)} · 整行" if item.findings[0].record_no else "整页" if item.page else "文件"
    name = record_name(form, place) if form else ""
    record = f"{TABLE_NAMES[place.table]} {place.record_no}" if place.record_no else TABLE_NAMES[place.table]
    return " · ".join(filter(None, (record, name[:40], field_name(place.field))))


def _form_title(session: Session, item: ReviewItem, form: FormReadings | None) -> str:
    facts = form.facts if form else {}
    year = f"{facts['year']} 年" if facts.get("year") else ""
    names = (facts.get("department"), facts.get("project"), year, session.pictures.source(item.document_id))
    return " · ".join(str(name) for name in names if name)


def _state(session: Session, index: int, place: FieldKey | None) -> str:
    """What was said about the value, and by whom."""
    item = session.items[index]
    parts = [STATES[session.statuses[index]]] if place == item.place else []
    if item.form_id and place:
        answer = session.answer(item.form_id, place)
        if answer is not None and answer.by != session.log.by:
            parts.append(f"{answer.by}{'确认' if answer.confirms else f'改为“{answer.now}”'}")
        parts += [_change(one) for one in session.structure(item.form_id, place)]
    return "；".join(filter(None, parts))


def _change(correction: Correction) -> str:
    return f"{CHANGES[correction.action]}（重建后生效）"


def _findings(findings: Sequence[Finding], now: Sequence[Finding] | None) -> list[dict[str, Any]]:
    """Findings, those of the arithmetic as gone where the values as corrected no longer bear them out."""
    still = {_about(one) for one in now or ()}
    gone = {one for one in findings if now is not None and kind_of(one.code).calculations and _about(one) not in still}
    return [
        {"severity": one.severity, "code": one.code, "message": one.message, "gone": one in gone} for one in findings
    ]


def _about(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.table, finding.record_no, finding.field


def _about_place(findings: Sequence[Finding], place: FieldKey) -> list[Finding]:
    return [one for one in findings if (one.table, one.record_no, one.field) == place]
