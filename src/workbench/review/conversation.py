"""The conversation of a review: what the browser asks, and what a session answers, wherever the review is shown.

Pictures of the scan are cut in a thread of their own, and come as answers later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from workbench.corrections.correction import Action
from workbench.errors import CorrectionError, WorkbenchError
from workbench.language import shown
from workbench.model import Cell, CellKey, Table
from workbench.review import page, row, view
from workbench.review.pictures import ScanExcerpt, cut, page_as_jpeg
from workbench.review.queue import ReviewItem
from workbench.review.readings import FieldKey, FormReadings
from workbench.review.session import Session

AHEAD = 3
"""Items after the current one whose excerpts of the scan are cut before they are asked for."""

CutPicture = tuple[dict[str, Any], list[bytes]]
"""A message, and the files of the pictures that belong to it."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a session answers to one request: messages at once, and pictures as soon as they are cut.

    A picture that is no longer wanted is called off: its future is then cancelled.
    """

    now: list[dict[str, Any]] = field(default_factory=list)
    later: list[Future[CutPicture]] = field(default_factory=list)


class Conversation:
    """Answers the requests of a browser about a review session.

    The answers and the position in the queue are in ``session``, the value on the screen is in ``_focus``.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._focus: FieldKey | None = None
        self._answers = Answers()
        self._go(session.position)
        # One thread: the PDF library allows no more, and the pages in memory are shared.
        self._cutter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        self._ahead: list[Future[CutPicture]] = []

    def close(self, wait: bool = False) -> None:
        """Stop cutting pictures; with ``wait``, when those that were asked for are cut."""
        self._cutter.shutdown(wait=wait, cancel_futures=not wait)

    # --- the requests of the browser

    def answer(self, message: Mapping[str, Any]) -> Answers:
        """Carry out the request that ``do`` of a message names, with the rest of the message as arguments."""
        self._answers = answers = Answers()
        arguments = dict(message)
        try:
            self._requests()[arguments.pop("do")](**arguments)
        except CorrectionError as error:
            self._send({"kind": "notice", "level": "error", "text": f"未保存：{shown(error.reason, 'zh')}"})
        except WorkbenchError as error:
            self._send({"kind": "notice", "level": "error", "text": error.in_language("zh")})
        return answers

    def _send(self, message: dict[str, Any]) -> None:
        self._answers.now.append(message)

    def _requests(self) -> dict[str, Callable[..., object]]:
        """The requests by the name that the browser gives them."""
        return {
            "open": self._open,
            "rows": self._rows,
            "go": self._go_to,
            "next": lambda: self._go_to(self.session.position + 1),
            "previous": lambda: self._go_to(self.session.position - 1),
            "pending": lambda: self._go_to(self.session.next_pending(self.session.position)),
            "group": self._go_to_group,
            "focus": self._focus_on,
            "accept": self._accept,
            "skip": self._skip,
            "undo": self._undo,
            "correct": self._correct,
            "preview": self._preview,
            "restructure": self._restructure,
            "crop": lambda: self._cut(self.session.position, self._focus),
            "page": self._page,
            "prefetch": self._prefetch,
        }

    def _open(self) -> None:
        self._send(view.state(self.session, fresh=True))
        self._show()

    def _rows(self, start: int, stop: int) -> None:
        self._send(view.rows(self.session, start, stop))

    def _go(self, index: int) -> None:
        """Make the item at ``index`` (the nearest that there is) the current one, and its value the one on screen."""
        items = self.session.items
        self.session.position = min(max(index, 0), max(len(items) - 1, 0))
        self._focus = items[self.session.position].place if items else None

    def _go_to(self, index: int) -> None:
        self._go(index)
        self._show()

    def _go_to_group(self, name: str) -> None:
        """Go to the first item of a group that nobody has answered, else to its first."""
        of_group = [index for index, item in enumerate(self.session.items) if item.group == name]
        pending = [index for index in of_group if self.session.statuses[index] == "pending"]
        if of_group:
            self._go_to((pending or of_group)[0])
        else:
            self._show()

    def _focus_on(self, place: list[Any]) -> None:
        self._focus = FieldKey(*place)
        self._show(edit=True)

    def _accept(self, seen: str) -> None:
        if not self._is_seen(seen):
            self._show()
            return
        self._answered(self.session.accept(self.session.position, self._focus), self._is_asked(self._focus))

    def _skip(self, seen: str) -> None:
        if not self._is_seen(seen):
            self._show()
            return
        self._answered(self.session.skip(self.session.position), True)

    def _correct(self, form_id: str, place: list[Any], text: str, stay: bool = False, reason: str = "") -> None:
        about = FieldKey(*place)
        try:
            changed = self.session.correct(form_id, about, text, reason)
        except CorrectionError as error:
            refused = {"key": row.key_of_place(about), "text": text, "refusal": error.reason}
            self._send({"kind": "refused", **refused})
            return
        # A reason was entered in the dialog that asks for it: this closes the dialog.
        if reason:
            self._send({"kind": "done"})
        self._answered(changed, not stay and form_id == self._form_id() and self._is_asked(about))

    def _restructure(self, form_id: str, action: Action, table: Table, record_no: int, **details: Any) -> None:
        if "texts" in details:
            details["texts"] = {field: text.strip() for field, text in details["texts"].items() if text.strip()}
            if not details["texts"]:
                self._send({"kind": "notice", "level": "error", "text": "请至少填写一个字段"})
                return
        changed = self.session.restructure(form_id, action, table, record_no, **details)
        self._send({"kind": "done"})
        self._answered(changed, False)

    def _undo(self) -> None:
        undone = self.session.undo()
        if undone is None:
            self._send({"kind": "notice", "level": "info", "text": "没有可撤销的修改"})
            return
        correction, changed = undone
        self._go(self.session.index_of(correction, self.session.position))
        self._answered(changed, False)
        self._send({"kind": "notice", "level": "info", "text": f"已撤销：{view.summary(correction)}"})

    def _preview(self, form_id: str, place: list[Any] | None, text: str) -> None:
        if self._focus is not None and form_id == self._form_id():
            changed = FieldKey(*place) if place else None
            self._send(view.preview(self.session, form_id, self._focus, changed, text))

    # --- the replies

    def _form_id(self) -> str:
        return self.session.items[self.session.position].form_id or ""

    def _is_seen(self, key: str) -> bool:
        """Whether the answered view ``key`` is still the current one: a key pressed twice must not answer the next."""
        items = self.session.items
        return bool(items) and key == view.key_of(items[self.session.position], self._focus)

    def _is_asked(self, place: FieldKey | None) -> bool:
        """Whether the current item is about this value, and not only about the same form."""
        return bool(self.session.items) and place == self.session.items[self.session.position].place

    def _answered(self, changed: Sequence[int], go_on: bool) -> None:
        """Send the state with the ``changed`` indices, and the next pending item (``go_on``) or the same again."""
        if go_on:
            self._go(self.session.next_pending(self.session.position))
        self._send(view.state(self.session, changed=changed))
        self._show()

    def _show(self, edit: bool = False) -> None:
        """Send the current item; excerpts that were to be cut ahead of another one are called off."""
        for future in self._ahead:
            future.cancel()
        self._ahead.clear()
        if self.session.items:
            self._send(view.item_view(self.session, self.session.position, self._focus, edit))

    def _prefetch(self) -> None:
        position = self.session.position
        for index in range(position + 1, min(position + 1 + AHEAD, len(self.session.items))):
            self._ahead.append(self._cut(index, self.session.items[index].place))

    def _cut(self, index: int, place: FieldKey | None) -> Future[CutPicture]:
        """Have the excerpts of the scan around the cells of a value cut; they are an answer that comes later."""
        item = self.session.items[index]
        cells = page.cells_of_value(self.session, item, place)
        turns = self.session.readings.of(item.form_id).turns if item.form_id else {}
        return self._later(self._excerpts, item, place, cells, turns)

    def _later(self, make: Callable[..., CutPicture], *arguments: object) -> Future[CutPicture]:
        future = self._cutter.submit(make, *arguments)
        self._answers.later.append(future)
        return future

    def _excerpts(
        self, item: ReviewItem, place: FieldKey | None, cells: Sequence[tuple[CellKey, Cell]], turns: Mapping[int, int]
    ) -> CutPicture:
        """Runs in the cutting thread; ``turns`` are the quarter turns of the pages, by their number."""
        excerpts: list[ScanExcerpt] = []
        problem = ""
        try:
            load = self.session.pictures.page
            pages = {key.page: load(item.document_id, key.page, turns[key.page]) for key, _ in cells}
            excerpts = [cut(pages[key.page], cell) for key, cell in cells]
        except WorkbenchError as error:
            problem = error.in_language("zh")
        described = [page.excerpt_view(one) for one in excerpts]
        message = {"kind": "crop", "key": view.key_of(item, place), "pieces": described, "problem": problem}
        return message, [one.png for one in excerpts]

    def _page(self) -> None:
        """Have the page of the current value made and sent."""
        item = self.session.items[self.session.position]
        shown = page.page_view(self.session, item, self._focus)
        form = self.session.readings.of(item.form_id) if item.form_id else None
        self._later(self._whole_page, item.document_id, shown["number"], shown["key"], form)

    def _whole_page(self, document_id: str, number: int, key: str, form: FormReadings | None) -> CutPicture:
        """Runs in the cutting thread; ``key`` is the page's in the browser, ``form`` the one whose cells it shows."""
        try:
            turns = form.turns.get(number, 0) if form else 0
            picture, jpeg = page_as_jpeg(self.session.pictures.page(document_id, number, turns))
        except WorkbenchError as error:
            return {"kind": "notice", "level": "error", "text": error.in_language("zh")}, []
        cells = page.page_cells(form, picture, number) if form else []
        size = {"width": picture.image.width, "height": picture.image.height}
        return {"kind": "page", "key": key, "cells": cells, **size}, [jpeg]
