"""The handlers of Jupyter Server: who may ask, in which language, and how an answer goes back."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, Literal

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.iostream import StreamClosedError

from workbench.errors import LabError, WorkbenchError
from workbench.lab.answers import AnswerTo, Asked, Lab
from workbench.lab.catalogue import SpokenLanguage
from workbench.lab.places import LabProject
from workbench.lab.problems import refusal_of

STATE = "workbench_lab"
"""Key of the extension's state in the server's settings."""

TICK = 0.4
"""Seconds between two looks at a run and at the dataset for who watches them."""

SLOW_TICK = 3.0
"""Seconds between two looks at who else holds a project, and between two signs of life."""

CACHED = "private, no-cache"
"""A browser keeps a picture, and asks each time whether it is still the one: its file may have changed."""


PoolName = Literal["quick", "pictures", "review"]
"""Threads by what they do, so that a stop or a list never waits for pictures."""

POOLS: Mapping[PoolName, int] = {"quick": 8, "pictures": 4, "review": 8}
"""How many requests of each kind are worked at at a time; others wait for their turn."""


class LabHandler(APIHandler):
    """A handler behind the server's authentication and authorization; expected errors are sentences."""

    auth_resource = "workbench"

    @property
    def lab(self) -> Lab:
        """The extension's state."""
        state: Lab = self.settings[STATE]
        return state

    @property
    def language(self) -> SpokenLanguage:
        """The language of the asker."""
        return "en" if self.get_query_argument("lang", "zh").lower().startswith("en") else "zh"

    def of_query(self) -> Asked:
        """The arguments of the query."""
        # Not as tornado gives them: names of files may have control characters, which it takes out.
        arguments = {
            name: values[-1].decode("utf-8", "replace") for name, values in self.request.query_arguments.items()
        }
        return Asked(arguments, self.language, str(self.current_user.username))

    def of_body(self) -> Asked:
        """The arguments of the body.

        Raises:
            LabError: ``bad-request``: it is no JSON object.
        """
        try:
            body = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            raise LabError("bad-request", why="JSON") from None
        if not isinstance(body, dict):
            raise LabError("bad-request", why="JSON")
        return Asked(body, self.language, str(self.current_user.username))

    pool: PoolName = "quick"
    """The threads that work for it."""

    _work: asyncio.Future[Any] | None = None

    async def in_thread(self, work: Callable[[], Any]) -> Any:
        """What a function gives that may take its time; the server goes on meanwhile."""
        threads = self.settings[f"{STATE}_threads"][self.pool]
        self._work = asyncio.get_running_loop().run_in_executor(threads, work)
        return await self._work

    async def reply(self, asked: Callable[[], Asked], answer: AnswerTo) -> None:
        """Send an answer as JSON, or why there is none."""
        try:
            arguments = asked()
            content = await self.in_thread(lambda: answer(self.lab, arguments))
            body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")
        except Exception as error:  # noqa: BLE001 - nothing but a sentence goes to the browser
            self.refuse(error)
            return
        self.set_status(202 if isinstance(content, dict) and content.get("state") == "reading" else 200)
        self.finish(body)

    def refuse(self, error: BaseException) -> None:
        """Send why a request cannot be met."""
        refusal = refusal_of(error, self.language)
        if refusal.body["code"] == "bug":
            self.log.error("workbench: %s", self.request.path, exc_info=error)
        elif isinstance(error, WorkbenchError):
            self.log.debug("workbench: %s: %s", self.request.path, error)
        self.set_status(refusal.status)
        self.finish(json.dumps(refusal.body, ensure_ascii=False).encode("utf-8", "backslashreplace"))


class JsonHandler(LabHandler):
    """Answers requests with JSON."""

    def initialize(self, answers: Mapping[str, AnswerTo | None], pool: PoolName) -> None:
        self.answers, self.pool = answers, pool

    @web.authenticated
    @authorized
    async def get(self) -> None:
        await self._answer("GET", self.of_query)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        await self._answer("POST", self.of_body)

    async def _answer(self, method: str, asked: Callable[[], Asked]) -> None:
        answer = self.answers.get(method)
        if answer is None:
            raise web.HTTPError(405)
        await self.reply(asked, answer)


PictureOf = Callable[[Lab, Asked], tuple[str, Callable[[], bytes]]]


class PictureHandler(LabHandler):
    """Sends a page as JPEG, unless the browser has it."""

    pool = "pictures"

    def initialize(self, picture: PictureOf) -> None:
        self.picture = picture

    def on_connection_close(self) -> None:
        """Draw no page that nobody waits for: who leafs through a long scan leaves many behind."""
        if self._work is not None:
            self._work.cancel()
        super().on_connection_close()

    @web.authenticated
    @authorized
    async def get(self) -> None:
        try:
            asked = self.of_query()
            tag, draw = await self.in_thread(lambda: self.picture(self.lab, asked))
            self.set_header("Etag", f'"{hashlib.sha256(tag.encode()).hexdigest()[:32]}"')
            self.set_header("Cache-Control", CACHED)
            if self.check_etag_header():
                self.set_status(304)
                self.finish()
                return
            content = await self.in_thread(draw)
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - nothing but a sentence goes to the browser
            self.clear_header("Etag")
            self.set_header("Cache-Control", "no-store")
            self.refuse(error)
            return
        self.finish(content, set_content_type="image/jpeg")

    def compute_etag(self) -> str | None:
        """None: the tag is that of what the picture was made from."""
        return None


class EventsHandler(LabHandler):
    """Tells who watches a project what happens in it, as server-sent events; the first is the present state."""

    def initialize(self) -> None:
        self._is_closed = False

    def on_connection_close(self) -> None:
        self._is_closed = True
        super().on_connection_close()

    @web.authenticated
    @authorized
    async def get(self) -> None:
        try:
            asked = self.of_query()
            project = await self.in_thread(lambda: self.lab.project(asked))
        except Exception as error:  # noqa: BLE001 - nothing but a sentence goes to the browser
            self.refuse(error)
            return
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        try:
            await self._watch(project)
        except StreamClosedError:
            return

    async def _watch(self, project: LabProject) -> None:
        version, changes, slow, told = None, None, 0.0, 0.0
        held: object = None
        while not self._is_closed:
            now = time.monotonic()
            run = self.lab.runs.of(project)
            seen = (run.id, run.changes, run.state) if run is not None else None
            is_due = now - slow >= SLOW_TICK
            if seen != changes or is_due:
                answer = await self.in_thread(lambda: self.lab.runs.answer(self.lab.root, project, self.language))
                if seen != changes or answer["held_by"] != held or version is None:
                    await self._send("run", answer)
                held, changes = answer["held_by"], seen
            try:
                now_version = await self.in_thread(lambda: self.lab.runs.list_version(project))
            except (OSError, LabError):  # gone, or no longer to be read: the next request says it
                now_version = ""
            if now_version != version and (now - told >= SLOW_TICK or "+" not in now_version):
                await self._send("dataset", {"version": now_version})
                version, told = now_version, now
            elif is_due:
                self.write(": \n\n")
                await self.flush()
            slow = now if is_due else slow
            await asyncio.sleep(TICK)

    async def _send(self, event: str, data: object) -> None:
        text = json.dumps(data, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
        self.write(f"event: {event}\ndata: {text}\n\n")
        await self.flush()


class ModuleHandler(LabHandler):
    """Sends a file of the review's front end, which notebooks show as well."""

    def initialize(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind

    @web.authenticated
    @authorized
    async def get(self) -> None:
        content = resources.files("workbench.review").joinpath(self.name).read_bytes()
        self.finish(content, set_content_type=self.kind)
