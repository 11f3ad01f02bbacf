"""The widget of the review of entities: answers the requests of the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.dataset.store import Dataset, found_dataset, open_dataset
from workbench.errors import WorkbenchError
from workbench.review.entity_session import ANSWER_WORDS, EntitySession, state
from workbench.review.widget import login_name, packaged


def review_entities(dataset: Dataset | Path | str = "data/processed", by: str | None = None) -> EntityWidget:
    """Open the review of entities over a dataset.

    Args:
        dataset: the dataset, or the folder that holds it; a relative path is looked for upwards, too (`found_dataset`).
        by: who decides; None: the login.

    Raises:
        DatasetError: the folder holds no dataset.
        EntitiesError: the file of decisions cannot be read, or there can be none beside this dataset.
    """
    opened = dataset if isinstance(dataset, Dataset) else open_dataset(found_dataset(dataset))
    return EntityWidget(EntitySession.open(opened, by or login_name()))


class EntityWidget(anywidget.AnyWidget):
    """The widget of an `EntitySession`: the list of proposals, and the two names of one with their evidence."""

    _esm = traitlets.Unicode(packaged("entities.js")).tag(sync=True)
    _css = traitlets.Unicode(packaged("entities.css")).tag(sync=True)

    def __init__(self, session: EntitySession) -> None:
        super().__init__()
        self.session = session
        self.on_msg(self._on_message)

    def _on_message(self, _: object, content: dict[str, Any], __: Sequence[object]) -> None:
        """Carry out the request that ``do`` names, with the rest of the message as arguments; then show how it is."""
        arguments = dict(content)
        try:
            self._requests()[arguments.pop("do")](**arguments)
        except WorkbenchError as error:
            self.send({"kind": "notice", "text": f"未保存：{error.in_language('zh')}"})
        else:
            self.send({"kind": "notice", "text": ""})
        self.send(state(self.session))

    def _requests(self) -> dict[str, Callable[..., object]]:
        """The requests by the name that the browser gives them."""
        session = self.session
        return {
            "open": lambda: None,
            "go": session.go,
            "next": lambda: session.go(session.position + 1),
            "previous": lambda: session.go(session.position - 1),
            "answer": self._answer,
            "undo": session.undo,
        }

    def _answer(self, answer: str, source: str = "") -> None:
        if answer in ANSWER_WORDS:
            self.session.answer(answer, source)
