"""What the widget shows of a review, as plain JSON: texts and numbers, never markup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.checks import check_form
from workbench.checks.wording import field_name
from workbench.dataset.corrections import Correction
from workbench.dataset.refusal import refusal
from workbench.judging import NUMBER_FIELDS
from workbench.model import Finding, Table
from workbench.review.arithmetic import Line, arithmetic
from workbench.review.queue import GROUPS, SUMMED, Item
from workbench.review.pictures import PagePicture, Piece
from workbench.review.readings import Box, FormReadings, Place, Reading
from workbench.review.session import Session

TABLE_NAMES: dict[Table, str] = {"forms": "全表", "budgets": "预算", "goals": "目标", "indicators": "指标"}

STATES = {"pending": "", "accepted": "已接受", "corrected": "已改正", "skipped": "已跳过"}
MARKS = {"pending": "", "accepted": "✓", "corrected": "✎", "skipped": "↷"}
CHANGES = {
    "remove-record": "这一行不是记录",
    "add-record": "其后补录了一行",
    "move-value": "值移到另一列",
    "join-records": "与另一行合并",
}

LONG = 16
"""Texts of more characters get a field of several lines."""

DOUBTFUL = 0.8
"""Cells below this confidence are drawn in another colour, as everywhere."""

_WIDE = {"conclusion", "goal", "deviation"}
_HALF = {"department", "project", "unit", "name", "funds", "title", "target", "actual"}


def key_of(item: Item, place: Place | None) -> str:
    """What names a view: the value, or the findings that belong to none."""
    about = list(place) if place else [finding.code for finding in item.findings]
    return json.dumps([item.form_id or item.document_id, item.page if place is None else None, *about])


def state(session: Session, fresh: bool = False, changed: Sequence[int] = ()) -> dict[str, Any]:
    """The head of the widget: how far the review is, by whom, and what must be known before trusting it."""
    progress = session.progress()
    done = sum(progress.done.values())
    notices = [f"更正记录 {problem.file} 第 {problem.line} 行无法读取，已略过：{problem.reason}" for problem in session.problems]
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
        "by_title": f"更正写入 {session.log.path.name}；换人复核：wb.review(…, by=\"姓名\")",
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
        "field": _field_title(item.place) if item.place else "页面",
        "text": item.text,
        "where": "，".join(filter(None, (_record_title(item), f"第 {item.page} 页" if item.page else ""))),
        "group": item.group,
        "status": status,
        "mark": MARKS[status] or ("⃠" if moved else ""),
        "mark_title": STATES[status] or moved,
        "message": finding.message,
    }


def _field_title(place: Place) -> str:
    return field_name(place.field)


def _record_title(item: Item) -> str:
    place = item.place
    if place is None:
        return GROUPS[item.group]
    return TABLE_NAMES[place.table] + (f" {place.record_no}" if place.record_no else "")


def item_view(session: Session, index: int, place: Place | None, edit: bool = False) -> dict[str, Any]:
    """One value with all that is needed to judge it: its row, its findings, the arithmetic, the cells of its page."""
    item = session.items[index]
    form = session.readings.of(item.form_id) if item.form_id else None
    texts = session.texts(form) if form else {}
    head = {
        "kind": "item",
        "index": index,
        "key": key_of(item, place),
        "asked": key_of_place(place) if place else "",
        "title": _title(item, form, place),
        "form": _form_title(session, item, form),
        "status": session.statuses[index],
        "state": _state(session, index, place),
        "edit": edit,
        "has_crop": bool(boxes_of(session, item, place)) and not session.problem(item.document_id),
        "no_crop": session.problem(item.document_id) or ("此值在扫描件上没有单元格" if place else ""),
        "page": page_view(session, item, place),
    }
    if form is None or place is None:
        nothing: dict[str, Any] = {"record": [], "sums": [], "addends": [], "actions": []}
        return head | nothing | {"findings": _findings(item, None)}
    now = check_form(form.form(texts), 1e-9)
    return head | {
        "findings": _findings(item, now) if place == item.place else _live(now, place),
        "record": record(session, form, place, texts),
        "sums": sums(form, place, texts),
        "addends": _addends(form, place, texts),
        "actions": actions(form, place),
    }


def preview(session: Session, index: int, place: Place, changed: Place | None, text: str) -> dict[str, Any]:
    """What would follow if a value had another text: why it cannot have it, or the arithmetic with it."""
    form_id = session.items[index].form_id
    assert form_id is not None
    form = session.readings.of(form_id)
    texts, refused = session.texts(form), ""
    if changed is not None:
        refused = refusal(changed.table, changed.field, text.strip()) or ""
        texts |= dict.fromkeys(form.sharing(changed), text.strip())
    key = key_of_place(changed) if changed else ""
    return {"kind": "preview", "key": key, "text": text, "refusal": refused, "sums": sums(form, place, texts)}


def sums(form: FormReadings, place: Place, texts: dict[Place, str]) -> list[dict[str, str]]:
    """The arithmetic beside a value."""
    return [_line(line) for line in arithmetic(form.form(texts), place)]


def _line(line: Line) -> dict[str, str]:
    look = {True: "agrees", False: "differs", None: "neutral"}[line.agrees]
    verdict = line.note or {True: "✓", False: "✗", None: ""}[line.agrees]
    return {"label": line.label, "computed": line.computed, "stated": line.stated, "look": look, "verdict": verdict}


def record(session: Session, form: FormReadings, place: Place, texts: dict[Place, str]) -> list[dict[str, Any]]:
    """The row that a value stands in, each field with what the machine read and how sure it was."""
    threshold = float(session.dataset.info.get("settings", {}).get("review_threshold", 0.8))
    return [_value(form, one, texts, threshold) for one in form.records[place.table, place.record_no]]


def _value(form: FormReadings, place: Place, texts: dict[Place, str], threshold: float) -> dict[str, Any]:
    reading = form.values[place]
    corrected = place in texts
    sure = reading.confidence
    is_number = (place.table, place.field) in NUMBER_FIELDS
    long = not is_number and (len(reading.text) > LONG or place.field in _WIDE)
    return {
        "key": key_of_place(place),
        "place": list(place),
        "label": field_name(place.field),
        "text": texts.get(place, reading.text),
        "note": f"机器读作“{reading.text}”" if corrected else "",
        "sure": f"{sure:.2f}" if sure is not None else "",
        "corrected": corrected,
        "doubtful": sure is not None and sure < threshold,
        "long": long,
        "width": "wide" if place.field in _WIDE else "half" if place.field in _HALF else "small",
    }


def _addends(form: FormReadings, place: Place, texts: dict[Place, str]) -> list[dict[str, Any]]:
    """The numbers that a stated total is the sum of: where it does not agree, one of them may be misread."""
    if place.table != "forms" or (place.table, place.field) not in SUMMED:
        return []
    field = place.field.removeprefix("total_")
    places = [one for one in form.values if one.field == field and one.table in ("budgets", "indicators")]
    return [
        {
            "place": list(one),
            "label": f"{TABLE_NAMES[one.table]}{one.record_no}",
            "text": texts.get(one, form.values[one].text) or "—",
            "title": _record_name(form, one),
            "doubtful": (form.values[one].confidence or 1.0) < 0.95,
        }
        for one in places
        if form.values[one].boxes
    ]


def _record_name(form: FormReadings, place: Place) -> str:
    field = {"indicators": "name", "budgets": "funds", "goals": "goal"}.get(place.table)
    reading = form.values.get(Place(place.table, place.record_no, field)) if field else None
    return reading.text if reading else ""


def actions(form: FormReadings, place: Place) -> list[dict[str, Any]]:
    """What can be wrong about a row as a whole."""
    if place.record_no is None:
        return []
    where = {"table": place.table, "record_no": place.record_no}
    others = [one for one in form.records[place.table, place.record_no] if one.field != place.field]
    moves = [
        {
            "label": f"与“{field_name(one.field)}”（{form.values[one].text[:12] or '空'}）互换",
            "action": "move-value",
            "content": where | {"field": place.field, "to": one.field},
        }
        for one in others[:9]
    ]
    found = [
        {"label": "这一行不是记录（如重复的表头）", "action": "remove-record", "content": where},
        {"label": "这一行之后漏读了一行", "form": _blank_row(form, place), "action": "add-record", "content": where},
        {"label": f"“{field_name(place.field)}”的值属于另一列", "choices": moves},
    ]
    below = Place(place.table, place.record_no + 1, place.field)
    if below in form.values:
        label = f"与下一行是同一行（{_record_name(form, below)[:16]}）"
        found.append({"label": label, "action": "join-records", "content": where | {"other_no": below.record_no}})
    return found


def _blank_row(form: FormReadings, place: Place) -> list[dict[str, str]]:
    """The fields of a row that was missed; the labels that it shares with the row before are filled in."""
    same = {"level1", "level2"}
    return [
        {
            "field": one.field,
            "label": field_name(one.field),
            "text": form.values[one].text if one.field in same else "",
        }
        for one in form.records[place.table, place.record_no]
    ]


def page_view(session: Session, item: Item, place: Place | None) -> dict[str, Any]:
    """Which page to show beside a value, and which of its cells (by their number on the page) are the value's."""
    problem = session.problem(item.document_id)
    boxes = boxes_of(session, item, place)
    page = boxes[0].page if boxes else item.page
    cells = session.readings.of(item.form_id).pages.get(page or 0, ()) if item.form_id else ()
    return {
        "key": json.dumps([item.document_id, item.form_id, page]),
        "label": f"第 {page} 页" if page else "",
        "problem": problem or ("" if page else "这一条不在某一页上"),
        "marks": [number for number, (box, _) in enumerate(cells) if box in boxes],
    }


def boxes_of(session: Session, item: Item, place: Place | None) -> Sequence[Box]:
    """The cells that a value was read from; of findings that belong to no value, the cells with the text found."""
    if item.form_id is None:
        return ()
    form = session.readings.of(item.form_id)
    if place is not None:
        return form.values[place].boxes if place in form.values else ()
    texts = {finding.found for finding in item.findings if finding.found}
    return [box for box, places in form.pages.get(item.page or 0, ()) if not places and box.text in texts]


def page_cells(form: FormReadings, page: PagePicture, number: int) -> list[dict[str, Any]]:
    """The cells of a page in pixels of its picture: how sure they are, what they say and whose value they give."""
    return [
        {
            "box": [round(edge, 1) for edge in page.box(box)],
            "look": _look(box),
            "title": "，".join(dict.fromkeys(field_name(place.field) for place in places)) + f"：{box.text}" * bool(box.text),
            "place": list(places[0]) if places else None,
        }
        for box, places in form.pages.get(number, ())
    ]


def piece(one: Piece) -> dict[str, Any]:
    """A piece of the scan, its PNG apart: size and where the cell's outline goes."""
    left, top, width, height = (f"{100 * share:.3f}%" for share in one.outline)
    outline = f"left:{left};top:{top};width:{width};height:{height}"
    return {"width": one.width, "height": one.height, "outline": outline}


def said(correction: Correction) -> str:
    """A correction in a few words."""
    if correction.action in CHANGES:
        return CHANGES[correction.action]
    if correction.action == "dismiss":
        return "已阅"
    name = field_name(correction.field)
    return f"{name}“{correction.was or ''}”{'接受' if correction.confirms else f'改为“{correction.now}”'}"


def _look(box: Box) -> str:
    if box.state in ("unread", "obscured") or (box.state == "text" and box.confidence < DOUBTFUL):
        return "doubtful"
    return "empty" if box.state == "empty" else "sure"


def key_of_place(place: Place) -> str:
    """What names a value of a form."""
    return json.dumps(list(place))


def _title(item: Item, form: FormReadings | None, place: Place | None) -> str:
    if place is None:
        return "页面" if item.page else "文件"
    name = _record_name(form, place) if form else ""
    record = f"{TABLE_NAMES[place.table]} {place.record_no}" if place.record_no else TABLE_NAMES[place.table]
    return " · ".join(filter(None, (record, name[:40], field_name(place.field))))


def _form_title(session: Session, item: Item, form: FormReadings | None) -> str:
    facts = form.facts if form else {}
    year = f"{facts['year']} 年" if facts.get("year") else ""
    names = (facts.get("department"), facts.get("project"), year, session.pictures.source(item.document_id))
    return " · ".join(str(name) for name in names if name)


def _state(session: Session, index: int, place: Place | None) -> str:
    """What was said about the value, and by whom."""
    item = session.items[index]
    parts = [STATES[session.statuses[index]]] if place == item.place else []
    if item.form_id and place:
        answer = session.answer(item.form_id, place)
        if answer is not None and answer.by != session.log.by:
            parts.append(f"{answer.by}{'确认' if answer.confirms else f'改为“{answer.now}”'}")
        parts += [_change(one) for one in session.structure(item.form_id, place.table, place.record_no)]
    return "；".join(filter(None, parts))


def _change(correction: Correction) -> str:
    return f"{CHANGES[correction.action]}（重建后生效）"


def _findings(item: Item, now: Sequence[Finding] | None) -> list[dict[str, Any]]:
    """The findings of an item; those that arithmetic made and that the values now no longer bear out are gone."""
    still = {(one.code, one.table, one.record_no, one.field) for one in now or ()}
    computed = {one.code for one in now or ()} | _ARITHMETIC
    return [
        _finding(one, now is not None and one.code in computed & _ARITHMETIC and _about(one) not in still)
        for one in item.findings
    ]


_ARITHMETIC = {
    "weights-do-not-add-up",
    "scores-do-not-add-up",
    "score-exceeds-weight",
    "execution-rate-mismatch",
    "execution-score-mismatch",
    "budgets-do-not-add-up",
    "score-not-proportional",
    "met-but-points-lost",
    "missed-but-full-points",
    "not-a-number",
}


def _about(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.table, finding.record_no, finding.field


def _live(now: Sequence[Finding], place: Place) -> list[dict[str, Any]]:
    about = (place.table, place.record_no, place.field)
    return [_finding(one, False) for one in now if (one.table, one.record_no, one.field) == about]


def _finding(finding: Finding, gone: bool) -> dict[str, Any]:
    return {"severity": finding.severity, "code": finding.code, "message": finding.message, "gone": gone}
