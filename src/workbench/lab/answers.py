"""What each request is answered, as functions of the server's state and the arguments; they may take their time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench._version import __version__
from workbench.errors import LabError
from workbench.lab.catalogue import VERSIONS_DIFFER, SpokenLanguage
from workbench.lab.datasets import Datasets, OpenedDataset
from workbench.lab.drawing import Drawer
from workbench.lab.grids import Grids
from workbench.lab.listing import RawNames
from workbench.lab.places import LabProject, ServerRoot, project_in
from workbench.lab.reviewing import Reviews, ReviewWish
from workbench.lab.run_state import KINDS
from workbench.lab.runs import Runs

if TYPE_CHECKING:
    from workbench.lab.document import DocumentView

VIEWS_KEPT = 8
"""Documents whose pages, tables and cells stay in memory."""

WIDEST = 4000
"""Widest picture of a page that is sent, pixels."""

AUDIT = 200
"""Fields of an audit's sample, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of a request: those of its query, or the JSON of its body; and who asks, in which language."""

    arguments: Mapping[str, Any]
    language: SpokenLanguage
    user: str

    def text(self, name: str, default: str | None = None) -> str:
        """An argument that is a text.

        Raises:
            LabError: ``bad-request``: it is none, or is missing and has no default.
        """
        value = self.arguments.get(name, default)
        if not isinstance(value, str):
            raise LabError("bad-request", why=name)
        return value

    def number(self, name: str, default: int | None = None, least: int = 1, most: int = 10**6) -> int:
        """An argument that is a whole number; in a query it is written with digits.

        Raises:
            LabError: ``bad-request``: it is none, or outside of the limits.
        """
        value = self.arguments.get(name, default)
        if isinstance(value, str) and value.isdecimal() and len(value) < 10:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise LabError("bad-request", why=name)
        return value

    def options(self, name: str) -> Mapping[str, Any]:
        """An argument that is an object; empty where it is missing.

        Raises:
            LabError: ``bad-request``: it is none.
        """
        value = self.arguments.get(name) or {}
        if not isinstance(value, dict):
            raise LabError("bad-request", why=name)
        return value


class Lab:
    """The state of the extension on one server: its root, what is open, and what runs."""

    def __init__(self, root: ServerRoot | None) -> None:
        self._root = root
        self.datasets, self.runs, self.drawer, self.reviews = Datasets(), Runs(), Drawer(), Reviews()
        self.grids, self.raw_names = Grids(self.drawer), RawNames()
        self._views: OrderedDict[tuple[OpenedDataset, str], DocumentView] = OrderedDict()

    @property
    def root(self) -> ServerRoot:
        """The folder below which the server's files are.

        Raises:
            LabError: ``no-files``: they are elsewhere.
        """
        if self._root is None:
            raise LabError("no-files")
        return self._root

    def project(self, asked: Asked) -> LabProject:
        """The project that a request is about.

        Raises:
            LabError: there is none.
        """
        return project_in(self.root, asked.text("project"))

    def document_view(self, asked: Asked) -> DocumentView:
        """What is shown of the document that a request is about, collected once for each version of the dataset."""
        project, name = self.project(asked), asked.text("id")
        return self.datasets.ask(project, lambda opened: self._view(opened, name))

    def _view(self, opened: OpenedDataset, document_id: str) -> DocumentView:
        from workbench.lab.document import view_of

        view = self._views.get((opened, document_id))
        if view is None:
            view = view_of(opened, self.drawer, document_id)
            if view.problem is None:  # else the scan may be put back
                self._views[opened, document_id] = view
            while len(self._views) > VIEWS_KEPT:
                self._views.popitem(last=False)
        return view

    def close(self) -> None:
        """Ask runs to end, and stop all else: the server stops."""
        self.runs.close()
        self.reviews.close()
        self.grids.close()
        self.drawer.close()


AnswerTo = Callable[[Lab, Asked], Any]


def hello(_: Lab, asked: Asked) -> dict[str, Any]:
    """Whether the two sides of the extension are of one version."""
    front = asked.text("version", "")
    is_same = front == __version__
    message = "" if is_same else VERSIONS_DIFFER[asked.language].format(front=front or "?", back=__version__)
    return {"server_version": __version__, "version": front, "compatible": is_same, "message": message}


def project(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The project at or above a path, or why there is none."""
    from workbench.lab.listing import project_answer

    return project_answer(lab.root, lab.datasets, asked.text("path", ""), asked.language)


def make_project(lab: Lab, asked: Asked) -> dict[str, Any]:
    """Make a project in a folder."""
    from workbench.lab.listing import project_answer
    from workbench.project import make_project as make

    name = asked.text("name").strip()
    if not name or name.startswith(".") or set(name) & set("/\\\0") or len(name.encode()) > 200:
        raise LabError("bad-name", name=name)
    folder = lab.root.path(asked.text("path", ""))
    if not folder.is_dir():
        folder = folder.parent
    target = folder / name
    if target.exists():
        target = lab.root.path(lab.root.relative(target))  # a link may lead out
    make(target)
    return project_answer(lab.root, lab.datasets, lab.root.relative(target), asked.language)


def documents(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The documents of a project."""
    from workbench.lab.listing import documents_answer

    project = lab.project(asked)
    run = lab.runs.of(project)
    reading = frozenset(run.reading) if run is not None and run.is_active else frozenset()
    version = lab.runs.list_version(project)  # taken first: what comes after it is told again
    return documents_answer(lab.datasets, lab.raw_names, project, reading, asked.language) | {"version": version}


def document(lab: Lab, asked: Asked) -> dict[str, Any]:
    """One document: its pages, tables and findings."""
    from workbench.lab.document import document_answer

    return document_answer(lab.document_view(asked), asked.language)


def cells(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The cells of a page of a document."""
    from workbench.lab.document import cells_answer

    return cells_answer(lab.document_view(asked), asked.number("page"))


def findings(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The findings of all documents, by cause."""
    from workbench.lab.overview import MOST, findings_answer

    limit = asked.number("limit", MOST)
    return lab.datasets.ask(lab.project(asked), lambda opened: findings_answer(opened, limit))


def choices(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The departments and years that reports can be made of."""
    from workbench.lab.listing import choices_answer

    return lab.datasets.ask(lab.project(asked), choices_answer)


def run(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The run of a project, and who else holds it."""
    return lab.runs.answer(lab.root, lab.project(asked), asked.language)


def start_run(lab: Lab, asked: Asked) -> dict[str, Any]:
    """Start a run."""
    from workbench.lab.orders import order_for

    project, kind = lab.project(asked), asked.text("kind")
    paths = asked.arguments.get("paths") or []
    if kind not in KINDS:
        raise LabError("bad-request", why=f"kind {kind}")
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise LabError("bad-request", why="paths")
    lab.runs.require_none(project)
    order = order_for(lab.root, project, kind, paths, asked.options("options"))
    lab.runs.start(project, kind, order, asked.language)
    return run(lab, asked)


def stop_run(lab: Lab, asked: Asked) -> dict[str, Any]:
    """Stop a run as Ctrl-C does."""
    lab.runs.stop(lab.project(asked))
    return run(lab, asked)


def notebook(lab: Lab, asked: Asked) -> dict[str, Any]:
    """Copy a notebook with its parameters filled in."""
    from workbench.lab.notebooks import notebook_copy

    made = notebook_copy(lab.project(asked), asked.text("notebook"), asked.options("parameters"))
    return {"path": lab.root.relative(made)}


def open_review(lab: Lab, asked: Asked) -> dict[str, Any]:
    """Open a review."""
    from workbench.review.widget import login_name

    sample = asked.arguments.get("audit")
    audit = None
    if sample is not None:
        of_sample = Asked(asked.options("audit"), asked.language, asked.user)
        audit = of_sample.number("n", AUDIT), of_sample.number("seed", 0, 0)
    parts = {name: asked.text(name) for name in ("document", "department", "cause") if asked.arguments.get(name)}
    wish = ReviewWish(**parts, audit=audit)
    by = asked.text("by", "") or login_name()
    return lab.datasets.ask(lab.project(asked), lambda opened: lab.reviews.open(opened, lab.drawer, wish, by))


def review_message(lab: Lab, asked: Asked) -> dict[str, Any]:
    """Pass a message of the browser to a review."""
    return lab.reviews.answer(asked.text("session"), asked.options("message"))


def audit(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The sample of an audit, and what it says so far."""
    from workbench.lab.overview import audit_answer

    n, seed = asked.number("n", AUDIT), asked.number("seed", 0, 0)
    return lab.datasets.ask(lab.project(asked), lambda opened: audit_answer(opened, n, seed))


def grid(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The cells of a page of any file."""
    return lab.grids.page(lab.root.document(asked.text("path")), asked.number("page", 1))


def pages_of(lab: Lab, asked: Asked) -> dict[str, Any]:
    """The pages of any file."""
    return {"pages": lab.grids.pages(lab.root.document(asked.text("path")))}


ASKED: Mapping[str, AnswerTo] = {
    "hello": hello,
    "project": project,
    "documents": documents,
    "document": document,
    "cells": cells,
    "findings": findings,
    "choices": choices,
    "run": run,
    "grid": grid,
    "pages-of": pages_of,
}
"""What is answered to GET requests, by the end of their address."""

ORDERED: Mapping[str, AnswerTo] = {
    "project": make_project,
    "run": start_run,
    "run/stop": stop_run,
    "notebook": notebook,
    "review": open_review,
    "review/message": review_message,
    "audit": audit,
}
"""What is answered to POST requests, by the end of their address."""


# --- pictures: their bytes, and what identifies them


def page_picture(lab: Lab, asked: Asked) -> tuple[str, Callable[[], bytes]]:
    """A page of a document of a project: a text that changes when the picture does, and what draws it."""
    view, number, width = lab.document_view(asked), asked.number("page"), asked.number("width", 1000, 16, WIDEST)
    if view.problem is not None:
        raise view.problem
    frame = view.frames.get(number)
    if frame is None:
        raise LabError("not-found", path=f"page {number}")
    path, _, dpi = view.opened.dataset.original(view.document_id)
    tag = f"{view.document_id}-{number}-{width}-{frame.turns}-{dpi}"
    fine = _fine_enough(dpi, frame.size[0], width) if view.is_drawn else dpi
    return tag, lambda: lab.drawer.jpeg(path, number, fine, frame.turns, width)


def picture_of(lab: Lab, asked: Asked) -> tuple[str, Callable[[], bytes]]:
    """A page of any file, as `page_picture` gives it."""
    path: Path = lab.root.document(asked.text("path"))
    number, width = asked.number("page", 1), asked.number("width", 1000, 16, WIDEST)
    found = path.stat()
    tag = f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}-{number}-{width}"
    return tag, lambda: lab.grids.picture(path, number, width)


LEAST_DPI = 72
"""Least resolution at which pages of a PDF are drawn, dots per inch."""


def _fine_enough(dpi: int, natural: float, width: int) -> int:
    """The resolution at which a page that is ``natural`` pixels wide at ``dpi`` has a width.

    >>> _fine_enough(200, 1654, 827), _fine_enough(200, 1654, 5000)
    (100, 200)
    """
    return max(LEAST_DPI, min(dpi, -(-dpi * width // max(1, round(natural)))))
