"""The review widget: shows a review session in a notebook."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from concurrent.futures import Future
from importlib import resources
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.dataset.store import Dataset, found_dataset, open_dataset
from workbench.review.conversation import Conversation, CutPicture
from workbench.review.quality.audit import Audit
from workbench.review.queue import audit_queue
from workbench.review.session import Session


def packaged(name: str) -> str:
    """A file of the front end that comes with the package."""
    return resources.files("workbench.review").joinpath(name).read_text(encoding="utf-8")


def review(
    dataset: Dataset | Path | str = "data/processed", by: str | None = None, audit: Audit | None = None
) -> ReviewWidget:
    """Open the review widget over a dataset.

    Args:
        dataset: the dataset, or the folder that holds it; a relative path is looked for upwards, too (`found_dataset`).
        by: the reviewer's name; None: the login.
        audit: the sample whose fields are the queue; None: the queue is every finding of the dataset.

    Raises:
        DatasetError: the folder holds no dataset.
        CorrectionError: the corrections cannot be read.
    """
    opened = dataset if isinstance(dataset, Dataset) else open_dataset(found_dataset(dataset))
    items = audit_queue(opened, audit) if audit is not None else None
    return ReviewWidget(Session(opened, by or login_name(), items=items))


def login_name() -> str:
    """The name under which the person is logged in: on JupyterHub the hub's, else the system's, else ``reviewer``."""
    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "reviewer"  # a container may have no user names


class ReviewWidget(anywidget.AnyWidget):
    """The widget of a review session: the queue, an excerpt of the scan, the row and its arithmetic."""

    _esm = traitlets.Unicode(packaged("widget.js")).tag(sync=True)
    _css = traitlets.Unicode(packaged("widget.css")).tag(sync=True)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.conversation = Conversation(session)
        self.on_msg(self._on_message)

    def close(self) -> None:
        """Remove the widget, and stop cutting pictures."""
        self.conversation.close()
        super().close()

    def _on_message(self, _: object, content: dict[str, Any], __: Sequence[object]) -> None:
        """Send what the session answers to a message of the browser; pictures from the thread that cuts them."""
        answers = self.conversation.answer(content)
        for message in answers.now:
            self.send(message)
        for picture in answers.later:
            picture.add_done_callback(self._send_picture)

    def _send_picture(self, picture: Future[CutPicture]) -> None:
        if not picture.cancelled():
            self.send(*picture.result())
