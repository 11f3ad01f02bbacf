"""Ctrl-C while an archive is read: the first asks for an end, the second makes one."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """In its context, the first Ctrl-C only sets ``asked``; the second is a `KeyboardInterrupt` as usual.

    Outside the main thread, where Python lets nobody listen to signals, Ctrl-C stays what it is.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None
        self._listens = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Interrupts:
        if self._listens:
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        if self._listens:
            signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, _: int, __: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
