"""The messages that a session sends to the widget, as plain JSON: texts and numbers, never markup."""

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
from workbench.language import shown
from workbench.model import Finding
from workbench.review.page import cells_of_value, naming_place, page_view
from workbench.review.queue import GROUPS, ReviewItem
from workbench.review.readings import FieldKey, FormReadings
from workbench.review.row import TABLE_NAMES, actions, addends, key_of_place, record_fields, record_name
from workbench.review.session import Session
from workbench.review.sums import SumLine, arithmetic

STATES = {"pending": "", "accepted": "已接受", "corrected": "已改正", "skipped": "已跳过"}
"""What a person reads for the status of an item."""

SYMBOLS = {"pending": "", "accepted": "✓", "corrected": "✎", "skipped": "↷"}
"""The symbol before an item of the queue, by its status."""

SHARED_LOGINS = frozenset({"root", "jovyan", "reviewer", "user", "admin", "administrator"})
"""Logins that name no person: the administrator, and those of containers and of the workbench itself."""

SCAN_PROBLEMS_SHOWN = 3
"""Scans that are not where they were, named one by one; of more than that the number is given."""

CHANGES = {
    "remove-record": "这一行不是记录",
    "add-record": "其后补录了一行",
    "move-value": "值移到另一列",
    "join-records": "与另一行合并",
}
"""What a person reads for a correction of a row as a whole, by its action."""


def key_of(item: ReviewItem, place: FieldKey | None) -> str:
    """The identity of what is on the screen: the value ``place`` of an item, or the item's findings about no value.

    A reply of the browser carries it, so that an answer to another view is recognised.
    """
    about = list(place) if place else [finding.code for finding in item.findings]
    return json.dumps([item.form_id or item.document_id, item.page if place is None else None, *about])


def state(session: Session, fresh: bool = False, changed: Sequence[int] = ()) -> dict[str, Any]:
    """The head of the widget: how far the review is, by whom, and the notices.

    Args:
        session: the review.
        fresh: whether the widget has just been opened, so that it forgets the rows that it holds.
        changed: the indices of the items whose status is another than before.
    """
    progress = session.progress()
    done = sum(progress.done.values())
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
        "by_title": f"更正写入 {session.log.path.name}；换人复核：{session.ways.rename}",
        "notices": _notices(session, done),
        "fresh": fresh,
        "changed": list(changed),
    }


def _notices(session: Session, done: int) -> list[str]:
    """What a person must know before trusting the review: unreadable corrections, missing scans, that all is done."""
    notices = [
        f"更正记录 {problem.file} 第 {problem.line} 行无法读取，已略过：{shown(problem.reason, 'zh')}"
        for problem in session.problems
    ]
    if session.by in SHARED_LOGINS:
        notices.append(f"更正将署名“{session.by}”，这是共用的登录名；要署自己的姓名，请{session.ways.rename}")
    missing = sorted({problem for item in session.items if (problem := session.problem(item.document_id))})
    notices += missing[:SCAN_PROBLEMS_SHOWN]
    if len(missing) > SCAN_PROBLEMS_SHOWN:
        notices.append(f"另有 {len(missing) - SCAN_PROBLEMS_SHOWN} 份扫描件不在原处")
    if session.items and done == len(session.items):
        notices.append(f"全部复核完毕。{session.ways.rebuild}后，表格即含这些更正。")
    return notices


def rows(session: Session, start: int, stop: int) -> dict[str, Any]:
    """The items ``start`` to ``stop`` (indices, the second excluded) of the queue, as lines of its list."""
    start = max(0, start)
    stop = min(stop, len(session.items))
    return {"kind": "rows", "start": start, "rows": [_row(session, index) for index in range(start, stop)]}


def _row(session: Session, index: int) -> dict[str, Any]:
    """One item as a line of the list."""
    item, status = session.items[index], session.statuses[index]
    finding = item.findings[0]
    scan_problem = session.problem(item.document_id)
    return {
        "field": field_name(item.place.field) if item.place else "整行" if finding.record_no else "整页",
        "text": _row_text(session, item),
        "where": "，".join(filter(None, (_record_title(item), f"第 {item.page} 页" if item.page else ""))),
        "source": session.pictures.source(item.document_id),
        "group": item.group,
        "status": status,
        "mark": SYMBOLS[status] or ("⃠" if scan_problem else ""),
        "mark_title": STATES[status] or scan_problem,
        "message": finding.message,
    }


def _row_text(session: Session, item: ReviewItem) -> str:
    """The text of an item, with the one that replaces it where somebody has corrected it since the build."""
    answer = session.answer(item.form_id, item.place) if item.form_id and item.place else None
    return item.text if answer is None or answer.confirms else f"{item.text} → {answer.now}"


def _record_title(item: ReviewItem) -> str:
    """The table and number of the record of an item; its group where the findings name no table."""
    finding = item.findings[0]
    if finding.table is None:
        return GROUPS[item.group]
    return TABLE_NAMES[finding.table] + (f" {finding.record_no}" if finding.record_no else "")


def item_view(session: Session, index: int, place: FieldKey | None, edit: bool = False) -> dict[str, Any]:
    """One value with all that is needed to judge it: its row, its findings, the arithmetic, the cells of its page.

    Args:
        session: the review.
        index: the position of the item in the queue.
        place: the value: that of the item, another of its form, or None for findings about no value.
        edit: whether the text of the value is to be edited at once.
    """
    item = session.items[index]
    form = session.readings.of(item.form_id) if item.form_id else None
    head = _head(session, index, place, form, edit)
    about = place or naming_place(item, form)
    if form is None or about is None:
        nothing: dict[str, Any] = {"record": [], "sums": [], "addends": [], "actions": []}
        return head | nothing | {"findings": _findings(item.findings, None)}
    texts = session.texts(form)
    corrected, now = session.checked(form)
    return head | {
        "findings": _findings(item.findings, now) if place == item.place else _findings(_about_place(now, about), now),
        "record": record_fields(session, form, about, texts),
        "sums": _sums(form, corrected, about),
        "addends": addends(form, about, texts),
        "actions": actions(form, about),
    }


def _head(
    session: Session, index: int, place: FieldKey | None, form: FormReadings | None, edit: bool
) -> dict[str, Any]:
    """What an item's view has whether or not it belongs to a row: names, status, and its page on the scan."""
    item = session.items[index]
    problem = session.problem(item.document_id)
    return {
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
        "has_crop": bool(cells_of_value(session, item, place)) and not problem,
        "no_crop": problem or ("此值在扫描件上没有单元格" if place else ""),
        "page": page_view(session, item, place),
    }


def preview(session: Session, form_id: str, place: FieldKey, changed: FieldKey | None, text: str) -> dict[str, Any]:
    """The arithmetic beside the value ``place``, as it would be if the value ``changed`` had the text ``text``.

    Where that field cannot have this text, ``refusal`` is the reason, and the arithmetic is that of the form as it is.
    ``changed`` None: nothing is being typed.
    """
    form, refused = session.readings.of(form_id), ""
    if changed is not None:
        refused = refusal(changed.table, changed.field, text.strip()) or ""
    trial = (changed, text.strip()) if changed is not None and not refused else None
    key = key_of_place(changed) if changed else ""
    sums = _sums(form, session.corrected_form(form, trial), place)
    return {"kind": "preview", "key": key, "text": text, "refusal": refused, "sums": sums}


def _sums(form: FormReadings, corrected: Corrected, place: FieldKey) -> list[dict[str, str]]:
    """The arithmetic beside a value of the corrected form; empty where a correction removed the value's row."""
    if place.record_no is not None and corrected.numbers:
        number = corrected.numbers.get((place.table, place.record_no))
        if number is None:
            return []
        place = place._replace(record_no=number)
    return [_line(line) for line in arithmetic(corrected.form, place, cells_of(list(form.pages.values())))]


def _line(line: SumLine) -> dict[str, str]:
    """A calculation for the widget; ``verdict`` is its note, else a symbol for whether it agrees."""
    look = {True: "agrees", False: "differs", None: "neutral"}[line.agrees]
    verdict = line.note or {True: "✓", False: "✗", None: ""}[line.agrees]
    return {"label": line.label, "computed": line.computed, "stated": line.stated, "look": look, "verdict": verdict}


def summary(correction: Correction) -> str:
    """What a correction did, in a few words for the reviewer."""
    if correction.action in CHANGES:
        return CHANGES[correction.action]
    if correction.action == "dismiss":
        return "已阅"
    name = field_name(correction.field)
    return f"{name}“{correction.was or ''}”{'接受' if correction.confirms else f'改为“{correction.now}”'}"


def _title(item: ReviewItem, form: FormReadings | None, place: FieldKey | None) -> str:
    """The title of a view: the record, its name and the field, or the extent of findings about no value."""
    if place is None:
        return f"{_record_title(item)} · 整行" if item.findings[0].record_no else "整页" if item.page else "文件"
    name = record_name(form, place) if form else ""
    record = f"{TABLE_NAMES[place.table]} {place.record_no}" if place.record_no else TABLE_NAMES[place.table]
    return " · ".join(filter(None, (record, name[:40], field_name(place.field))))


def _form_title(session: Session, item: ReviewItem, form: FormReadings | None) -> str:
    """The department, project, year and file of an item, as far as the form states them."""
    facts = form.facts if form else {}
    year = f"{facts['year']} 年" if facts.get("year") else ""
    names = (facts.get("department"), facts.get("project"), year, session.pictures.source(item.document_id))
    return " · ".join(str(name) for name in names if name)


def _state(session: Session, index: int, place: FieldKey | None) -> str:
    """The status of the value, and who else answered for it or changed its row since the build."""
    item = session.items[index]
    parts = [STATES[session.statuses[index]]] if place == item.place else []
    if item.form_id and place:
        answer = session.answer(item.form_id, place)
        if answer is not None and answer.by != session.log.by:
            parts.append(f"{answer.by}{'确认' if answer.confirms else f'改为“{answer.now}”'}")
        parts += [f"{CHANGES[one.action]}（重建后生效）" for one in session.row_changes(item.form_id, place)]
    return "；".join(filter(None, parts))


def _findings(findings: Sequence[Finding], now: Sequence[Finding] | None) -> list[dict[str, Any]]:
    """Findings for the screen; ``gone`` where a correction has removed the contradiction that one reports.

    ``now`` are the findings of the form as corrected; None where there is no form. Only a finding about a
    calculation can be gone.
    """
    still = {_about(one) for one in now or ()}
    gone = {one for one in findings if now is not None and kind_of(one.code).calculations and _about(one) not in still}
    return [
        {"severity": one.severity, "code": one.code, "message": one.message, "gone": one in gone} for one in findings
    ]


def _about(finding: Finding) -> tuple[object, ...]:
    """What makes two findings of two builds the same: the code, and the field that it is about."""
    return finding.code, finding.table, finding.record_no, finding.field


def _about_place(findings: Sequence[Finding], place: FieldKey) -> list[Finding]:
    """The findings about one value."""
    return [one for one in findings if (one.table, one.record_no, one.field) == place]
