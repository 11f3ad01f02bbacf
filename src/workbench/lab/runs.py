"""Runs: commands of the workbench in processes of their own, one at a time for a project, whoever watches."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from workbench.errors import InUseError, LabError
from workbench.lab.catalogue import OWNER, SpokenLanguage
from workbench.lab.orders import RunOrder
from workbench.lab.places import LabProject, ServerRoot
from workbench.lab.run_state import LabRun, RunKind
from workbench.language import VARIABLE, Phrase

LAST_WORDS = 20
"""Lines of standard error that are kept to say why a process ended."""


class Runs:
    """The runs of this server, the last one of each project. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._runs: dict[LabProject, _Process] = {}

    def of(self, project: LabProject) -> LabRun | None:
        """The run of a project, or the last one there was on this server; None: there was none."""
        process = self._runs.get(project)
        return process.run if process else None

    def list_version(self, project: LabProject) -> str:
        """What changes whenever the list of a project's documents does: with the dataset, and while a run reads."""
        run = self.of(project)
        return project.version + (f"+{run.id}.{run.moves}" if run is not None and run.is_active else "")

    def require_none(self, project: LabProject) -> None:
        """See that no run of this server is using a project.

        Raises:
            InUseError: one is.
        """
        run = self.of(project)
        if run is not None and run.is_active:
            raise InUseError(
                project.processed, Phrase("JupyterLab ({kind}, since {since})", kind=run.kind, since=run.started)
            )

    def start(self, project: LabProject, kind: RunKind, order: RunOrder, language: SpokenLanguage) -> LabRun:
        """Start a command of the workbench in a project's folder; it speaks ``language``.

        Raises:
            InUseError: a run is using the project, of this server or of another program.
            LabError: ``not-possible``: no process can be started.
        """
        from workbench.archive.run.lock import require_free

        with self._lock:
            self.require_none(project)
            if kind in ("ingest", "rebuild"):
                require_free(project.processed)
            run = LabRun(next(self._numbers), kind, copied=list(order.copied))
            try:
                self._runs[project] = _Process(run, project, order, language)
            except OSError as error:
                raise LabError("not-possible", why=error.strerror or str(error)) from error
        return run

    def stop(self, project: LabProject) -> LabRun:
        """Ask the run of a project to end, as Ctrl-C does; asked a second time, it ends at once.

        Raises:
            LabError: ``no-run``.
        """
        process = self._runs.get(project)
        if process is None or not process.run.is_active:
            raise LabError("no-run")
        process.interrupt()
        return process.run

    def close(self) -> None:
        """Ask every run to end, as Ctrl-C does: the server stops."""
        for process in list(self._runs.values()):
            if process.run.is_active:
                process.interrupt()

    def answer(self, root: ServerRoot, project: LabProject, language: SpokenLanguage) -> dict[str, Any]:
        """The run of a project as the panel shows it, and who else holds the project."""
        run = self.of(project)
        held = None if run is not None and run.is_active else holder(project, language)
        shown = run.shown(language, _result_path(root, project, run)) if run is not None else None
        return {"run": shown, "held_by": held}


def holder(project: LabProject, language: SpokenLanguage) -> dict[str, Any] | None:
    """Who else is using a project's dataset; None: nobody."""
    from workbench.archive.run.lock import owner_of

    found = owner_of(project.processed)
    if found is None:
        return None
    facts = {name: str(found.get(name, "?")) for name in ("pid", "host", "since")}
    return {"who": OWNER[language].format(**facts), "pid": found.get("pid"), "since": found.get("since")}


def _result_path(root: ServerRoot, project: LabProject, run: LabRun) -> str | None:
    """The path of what a run made, relative to the root; None where it is not below it, or nothing was made."""
    if not run.result:
        return None
    path = Path(os.path.realpath(project.folder / run.result))
    if run.kind == "report" and len(run.pages_made) == 1:
        path = path.parent / run.pages_made[0]
    return root.relative(path) if path.is_relative_to(root.folder) else None


class _Process:
    """The process of a run, and two threads that read what it writes."""

    def __init__(self, run: LabRun, project: LabProject, order: RunOrder, language: SpokenLanguage) -> None:
        self.run = run
        self._stop_asked = False
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        # -P: nothing in the project's folder is taken for a module of Python.
        command = [sys.executable, "-P", "-m", "workbench", *order.arguments, "--progress", "json"]
        self._process = subprocess.Popen(
            command,
            cwd=project.folder,
            env={**os.environ, **order.environment, "PYTHONIOENCODING": "utf-8", VARIABLE: language},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # a Ctrl-C in the server's terminal is for the server, which passes it on
        )
        errors = threading.Thread(target=self._read_errors, daemon=True)
        errors.start()
        threading.Thread(target=self._read_events, args=(errors,), daemon=True).start()

    def interrupt(self) -> None:
        """Do what Ctrl-C does; where the system has no such signal, end the process: what was read is kept."""
        self._stop_asked = True
        if self.run.state == "running":
            self.run.state = "stopping"
        self.run.changes += 1
        with suppress(ProcessLookupError, OSError):
            if os.name == "nt":
                self._process.terminate()
            else:
                self._process.send_signal(signal.SIGINT)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.strip():
                self._last_words.append(line.strip())

    def _read_events(self, errors: threading.Thread) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with suppress(ValueError, KeyError, TypeError):  # a library printed something
                event = json.loads(line)
                if isinstance(event, dict):
                    self.run.take(event)
        status = self._process.wait()
        errors.join(1.0)
        last = self._last_words[-1].removeprefix("error: ") if self._last_words else ""
        self.run.ended(status, self._stop_asked, last)
