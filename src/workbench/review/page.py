"""The page of a value, as the widget shows it: its cells, and which of them the value was read from."""

from __future__ import annotations

import json
from typing import Any

from workbench.dataset.crops import PagePicture
from workbench.fields import KEYS, field_name
from workbench.model import Cell, CellKey
from workbench.review.pictures import ScanExcerpt
from workbench.review.queue import ReviewItem
from workbench.review.readings import FieldKey, FormReadings
from workbench.review.session import Session
from workbench.several_values import in_one_line
from workbench.sheet import is_doubtful


def page_view(session: Session, item: ReviewItem, place: FieldKey | None) -> dict[str, Any]:
    """The page to show beside a value.

    ``marks`` are the cells of the value, as positions (from 0) in the list of `page_cells`. ``problem`` says why the
    page cannot be shown, and is empty if it can. ``place`` None: the findings of the item are about no value.
    """
    problem = session.problem(item.document_id)
    found = [key for key, _ in cells_of_value(session, item, place)]
    page = found[0].page if found else item.page
    cells = session.readings.of(item.form_id).cells(page or 0) if item.form_id else ()
    return {
        "key": json.dumps([item.document_id, item.form_id, page]),
        "number": page,
        "label": f"第 {page} 页" if page else "",
        "problem": problem or ("" if page else "这一条不在某一页上"),
        "marks": [number for number, (key, _) in enumerate(cells) if key in found],
    }


def cells_of_value(session: Session, item: ReviewItem, place: FieldKey | None) -> list[tuple[CellKey, Cell]]:
    """The cells that a value was read from, each with its key; empty where the scan has none.

    Findings about no value (``place`` None) have the cells of the field that names their row. Findings about no row
    have the unused cells of the page whose text they quote.
    """
    if item.form_id is None:
        return []
    form = session.readings.of(item.form_id)
    about = place or naming_place(item, form)
    if about is not None:
        keys = form.values[about].cells if about in form.values else ()
        return [
            (key, cell) for page in sorted({key.page for key in keys}) for key, cell in form.cells(page) if key in keys
        ]
    texts = {finding.found for finding in item.findings if finding.found}
    unused = ((key, cell) for key, cell in form.cells(item.page or 0) if key not in form.uses)
    return [(key, cell) for key, cell in unused if in_one_line(cell.text) in texts]


def naming_place(item: ReviewItem, form: FormReadings | None) -> FieldKey | None:
    """The field that names the row which the findings of an item are about, else the first field of that row.

    None where they are about no row that the form has.
    """
    finding = item.findings[0]
    if form is None or finding.table is None or (finding.table, finding.record_no) not in form.records:
        return None
    places = form.records[finding.table, finding.record_no]
    return next((place for place in places if place.field == KEYS.get(place.table)), places[0])


def page_cells(form: FormReadings, page: PagePicture, number: int) -> list[dict[str, Any]]:
    """The cells of page ``number`` for the widget, in the order of `FormReadings.cells`.

    ``box`` is left, top, right and bottom in pixels of the picture; ``look`` is doubtful, empty or sure; ``title``
    has the names of the fields that the cell gives and its text; ``place`` is the first of those fields.
    """
    found: list[dict[str, Any]] = []
    for key, cell in form.cells(number):
        places = form.uses.get(key, ())
        names = "，".join(dict.fromkeys(field_name(place.field) for place in places))
        found.append(
            {
                "box": [round(edge, 1) for edge in page.outline(cell.polygon)],
                "look": _look(cell),
                "title": "：".join(filter(None, (names, cell.text))),
                "place": list(places[0]) if places else None,
            }
        )
    return found


def _look(cell: Cell) -> str:
    """How the widget draws the outline of a cell: doubtful (unread or of low confidence), empty, or sure."""
    if is_doubtful(cell):
        return "doubtful"
    return "empty" if cell.state == "empty" else "sure"


def excerpt_view(excerpt: ScanExcerpt) -> dict[str, Any]:
    """An excerpt of the scan without its PNG: the size in pixels, and the cell's outline in it as CSS.

    >>> excerpt_view(ScanExcerpt(b"", 400, 80, (0.1, 0.25, 0.8, 0.5)))["outline"]
    'left:10.000%;top:25.000%;width:80.000%;height:50.000%'
    """
    left, top, width, height = (f"{100 * share:.3f}%" for share in excerpt.outline)
    outline = f"left:{left};top:{top};width:{width};height:{height}"
    return {"width": excerpt.width, "height": excerpt.height, "outline": outline}
