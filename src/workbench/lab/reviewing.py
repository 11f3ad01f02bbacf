"""Reviews held by the server: the same conversation as the notebook's widget, over requests."""

from __future__ import annotations

import base64
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import LabError, SelectionError
from workbench.lab.datasets import OpenedDataset
from workbench.lab.drawing import Drawer

if TYPE_CHECKING:
    from workbench.dataset.store import Dataset
    from workbench.review.conversation import Conversation, CutPicture
    from workbench.review.queue import ReviewItem

KEPT = 8
"""Reviews that stay on the server, those that were answered last; nothing is lost with the others."""

RENAME = "在 JupyterLab 的“设置 → 设置编辑器 → 绩效工作台”中填写“复核人”，关闭本页后重新打开复核"
REBUILD = "在侧栏“绩效工作台”的菜单中选“重建数据集”"
"""What to do, where a notebook's review names calls of Python."""


@dataclass(frozen=True, slots=True)
class ReviewWish:
    """Which part of a dataset is to be reviewed; None: all of it. ``audit`` is the size and seed of a sample."""

    document: str | None = None
    department: str | None = None
    cause: str | None = None
    audit: tuple[int, int] | None = None


@dataclass(frozen=True)
class HeldReview:
    """A review on the server; one request at a time."""

    conversation: Conversation
    lock: threading.Lock = field(default_factory=threading.Lock)


class Reviews:
    """The reviews on the server, by their ids."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, HeldReview] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, opened: OpenedDataset, drawer: Drawer, wish: ReviewWish, by: str) -> dict[str, Any]:
        """Open a review: its id, the number of its items, and the name it is made under.

        Raises:
            CorrectionError: the corrections cannot be read, or ``by`` is no name.
            SelectionError: the dataset has nothing that was asked for.
        """
        from workbench.review.conversation import Conversation
        from workbench.review.pictures import Pictures
        from workbench.review.session import ReviewWays, Session

        pictures = Pictures(opened.dataset, drawer.image)
        ways = ReviewWays(RENAME, REBUILD)
        session = Session(opened.dataset, by, items=_items(opened, wish), pictures=pictures, ways=ways)
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._held[key] = HeldReview(Conversation(session))
            dropped = [self._held.popitem(last=False)[1] for _ in range(max(0, len(self._held) - KEPT))]
        for one in dropped:
            one.conversation.close()
        return {"session": key, "total": len(session.items), "by": session.by}

    def answer(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """Pass a message of the browser on; gives the replies, the pictures that it asked for last.

        Raises:
            LabError: ``no-session``; ``bad-request``: the message is none.
        """
        with self._lock:
            held = self._held.get(key)
            if held is None:
                raise LabError("no-session")
            self._held.move_to_end(key)
        with held.lock:
            try:
                answers = held.conversation.answer(message)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise LabError("bad-request", why=f"{type(error).__name__}") from error
        replies = [{"message": one, "buffers": []} for one in answers.now]
        for later in answers.later:
            try:
                replies.append(_picture_reply(later.result()))
            except CancelledError:
                continue
        return {"replies": replies}

    def close(self) -> None:
        """Stop cutting pictures."""
        for held in self._held.values():
            held.conversation.close()


def _picture_reply(picture: CutPicture) -> dict[str, Any]:
    message, files = picture
    return {"message": message, "buffers": [base64.b64encode(one).decode("ascii") for one in files]}


def _items(opened: OpenedDataset, wish: ReviewWish) -> Sequence[ReviewItem] | None:
    """The part of the queue that is asked for; None: all of it."""
    from workbench.review.queue import audit_queue, build_queue

    dataset = opened.dataset
    if wish.audit is not None:
        from workbench.review.quality.audit import draw_audit

        return audit_queue(dataset, draw_audit(dataset, *wish.audit))
    if (wish.document, wish.department, wish.cause) == (None, None, None):
        return None
    items = build_queue(dataset)
    if wish.document is not None:
        items = [item for item in items if item.document_id == wish.document]
    if wish.department is not None:
        forms = _forms_of_department(dataset, wish.department)
        items = [item for item in items if item.form_id in forms]
    if wish.cause is not None:
        about = {_about(row["form_id"], row["document_id"], row) for row in opened.triage_of(wish.cause)}
        items = [item for item in items if any(_of_item(item, finding) in about for finding in item.findings)]
    return items


def _forms_of_department(dataset: Dataset, department: str) -> set[str]:
    forms = dataset.forms
    found = set(forms.loc[forms["department"] == department, "form_id"])
    if not found:
        raise SelectionError("department", department, [])
    return found


def _about(form_id: str | None, document_id: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells findings of one dataset apart."""
    return (form_id, document_id, *(row[name] for name in ("code", "table", "record_no", "field", "page", "found")))


def _of_item(item: ReviewItem, finding: Any) -> tuple[Any, ...]:
    names = ("code", "table", "record_no", "field", "page", "found")
    return _about(item.form_id, item.document_id, {name: getattr(finding, name) for name in names})
