"""Faults injected at system calls: whatever a run writes, with Python or with anybody's C++, it asks the kernel for it.

The kernel stops every call that changes files, and asks us (seccomp's user notification, Linux 5.5 or later): we let it
pass, let it fail, or kill the process before it is done. Which calls: all that write into files, make, rename, link,
truncate or remove them, and those that put them on the disk, of all threads and of processes that a run starts. Not
seen: files written through memory maps (nothing here does), and calls about files outside the watched folder.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError

MACHINES = {
    "x86_64": {
        "write": 1, "pwrite64": 18, "writev": 20, "sendfile": 40, "fsync": 74, "fdatasync": 75, "truncate": 76,
        "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
        "chmod": 90, "fchmod": 91, "open": 2, "openat": 257, "mkdirat": 258, "unlinkat": 263, "renameat": 264,
        "linkat": 265, "symlinkat": 266, "fchmodat": 268, "fallocate": 285, "pwritev": 296, "renameat2": 316,
        "copy_file_range": 326, "pwritev2": 328,
    },
    "aarch64": {
        "write": 64, "pwrite64": 68, "writev": 66, "sendfile": 71, "fsync": 82, "fdatasync": 83, "truncate": 45,
        "ftruncate": 46, "fchmod": 52, "openat": 56, "mkdirat": 34, "unlinkat": 35, "renameat": 38, "linkat": 37,
        "symlinkat": 36, "fchmodat": 53, "fallocate": 47, "pwritev": 70, "renameat2": 276, "copy_file_range": 285,
        "pwritev2": 287,
    },
}  # fmt: skip
"""Numbers of the system calls that change files, by machine (`asm/unistd.h`)."""

CALLS = MACHINES.get(platform.machine(), {}) if sys.platform == "linux" else {}

OPENING = {"open": 1, "openat": 2}
"""Which argument says how a file is opened."""

FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

BY_DESCRIPTOR = {"write": 0, "pwrite64": 0, "writev": 0, "pwritev": 0, "pwritev2": 0, "sendfile": 0, "fsync": 0,
                 "fdatasync": 0, "ftruncate": 0, "fchmod": 0, "fallocate": 0, "copy_file_range": 2}  # fmt: skip
"""Which argument is the descriptor of the file that is changed; the other calls name it."""

BY_FOLDER = {"openat": 0, "mkdirat": 0, "unlinkat": 0, "renameat": 2, "renameat2": 2, "linkat": 2, "symlinkat": 1,
             "fchmodat": 0}  # fmt: skip
"""Which argument is the folder that a name is seen from; the name comes after it. Of two names, the new one."""

SECOND_NAME = ("rename", "link", "symlink")

TAKES_ROOM = frozenset({"open", "openat", "creat", "mkdir", "mkdirat", "link", "linkat", "symlink", "symlinkat",
                        "rename", "renameat", "renameat2"})  # fmt: skip
WRITES = frozenset({"write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range", "ftruncate",
                    "fallocate"})  # fmt: skip
ON_DISK = frozenset({"fsync", "fdatasync"})

PLAUSIBLE = {
    errno.ENOSPC: (TAKES_ROOM | WRITES | ON_DISK) - {"ftruncate"},
    errno.EACCES: frozenset(CALLS) - WRITES - ON_DISK,
    errno.EIO: frozenset(CALLS),
}
"""Calls that can fail so: no room on the disk, no permission (any more), a disk that is broken."""

SECCOMP, PR_SET_NO_NEW_PRIVS, SET_MODE_FILTER, NEW_LISTENER = {"x86_64": 317}.get(platform.machine(), 277), 38, 1, 8
RECEIVE, SEND, GO_ON = 0xC0502100, 0xC0182101, 1
ALLOW, NOTIFY = 0x7FFF0000, 0x7FC00000
LOAD, IF_EQUAL, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06


@dataclass(frozen=True, slots=True)
class Call:
    """A call that changes a file of the watched folder, by its path in it."""

    name: str
    path: str

    def can_fail(self, error: int) -> bool:
        return self.name in PLAUSIBLE[error]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the call of this number (from 0): an ``error`` of the system, or, without one, the end of the
    process before it. With ``lasts``, every later call that can fail so fails as well."""

    at: int
    error: int = 0
    lasts: bool = False

    def __str__(self) -> str:
        how = f"{errno.errorcode[self.error]}{' from there on' if self.lasts else ''}" if self.error else "killed"
        return f"{how} at call {self.at}"


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run did: its calls, and its end: ``done``, ``killed``, ``refused: …`` (an error of ours), a traceback."""

    calls: tuple[Call, ...]
    end: str


def can_inject() -> bool:
    """Whether this system lets us."""
    if not CALLS:
        return False
    return watched(Path("/nowhere"), lambda: None).end == "done"


def watched(folder: Path, act: Callable[[], object], fault: Fault | None = None) -> Watched:
    """Do ``act`` in a process of its own, with a fault at one of its calls that change files in ``folder``."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        _act(theirs, act)
    theirs.close()
    _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    calls = _supervise(descriptors[0], child, folder, fault) if descriptors else []
    said = b"".join(iter(lambda: ours.recv(65536), b"")).decode()
    ours.close()
    _, status = os.waitpid(child, 0)
    end = "killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else said or f"status {status}"
    return Watched(tuple(calls), end)


def _act(pipe: socket.socket, act: Callable[[], object]) -> None:
    """The child: is watched from here on, and says how it ended."""
    said = "done"
    try:
        listener = _install_filter()
        socket.send_fds(pipe, [b"."], [listener])
        os.close(listener)
        act()
    except WorkbenchError as error:
        said = f"refused: {error}"
    except BaseException:  # noqa: BLE001 - whatever it is, the parent shall know
        said = traceback.format_exc()
    finally:
        pipe.sendall(said.encode())
        os._exit(0)


def _install_filter() -> int:
    """Have the kernel ask about calls that change files; gives the descriptor that it asks through."""

    def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    program = step(LOAD, 0)  # the call's number
    for name, number in CALLS.items():
        if name in OPENING:
            flags = step(LOAD, 16 + 8 * OPENING[name]) + step(IF_ANY_BIT, FOR_WRITING, 0, 1) + step(RETURN, NOTIFY)
            program += step(IF_EQUAL, number, 0, 4) + flags + step(RETURN, ALLOW)
        else:
            program += step(IF_EQUAL, number, 0, 1) + step(RETURN, NOTIFY)
    program += step(RETURN, ALLOW)
    library = ctypes.CDLL(None, use_errno=True)
    held = ctypes.create_string_buffer(program, len(program))
    filter_ = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(held)))
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    listener: int = library.syscall(SECCOMP, SET_MODE_FILTER, NEW_LISTENER, filter_)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "the kernel lets nobody watch system calls")
    return listener


def _supervise(listener: int, child: int, folder: Path, fault: Fault | None) -> list[Call]:
    """Answer the kernel's questions until the process, and all that it started, have ended."""
    calls: list[Call] = []
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    while True:
        ((_, event),) = waiting.poll()
        if not event & select.POLLIN:
            break
        question = bytearray(80)
        try:
            fcntl.ioctl(listener, RECEIVE, question)
        except FileNotFoundError:  # it has just been killed
            continue
        number, thread, _, call, _, _, *arguments = struct.unpack_from("QIIiIQ6Q", question)
        error = 0
        made = _call(thread, NAMES[call], arguments, folder)
        if made is not None:
            at = len(calls)
            calls.append(made)
            if fault is not None and fault.error == 0 and at == fault.at:
                os.kill(child, signal.SIGKILL)
            if fault is not None and fault.error and (at == fault.at or (fault.lasts and at > fault.at)):
                error = fault.error if made.can_fail(fault.error) else 0
        answer = struct.pack("QqiI", number, 0, -error, 0 if error else GO_ON)
        try:
            fcntl.ioctl(listener, SEND, bytearray(answer))
        except FileNotFoundError:
            continue
    os.close(listener)
    return calls


NAMES = {number: name for name, number in CALLS.items()}


def _call(thread: int, name: str, arguments: list[int], folder: Path) -> Call | None:
    """The call, if it is about a file of the folder."""
    try:
        if name in BY_DESCRIPTOR:
            path = str(Path(f"/proc/{thread}/fd/{arguments[BY_DESCRIPTOR[name]]}").readlink())
        else:
            path = _named(thread, name, arguments)
    except OSError:  # it has just been killed
        return None
    if not Path(path).is_relative_to(folder):
        return None
    return Call(name, Path(path).relative_to(folder).as_posix())


def _named(thread: int, name: str, arguments: list[int]) -> str:
    if name in BY_FOLDER:
        place = BY_FOLDER[name]
        at = ctypes.c_int(arguments[place] & 0xFFFFFFFF).value
        seen_from = f"/proc/{thread}/cwd" if at == -100 else f"/proc/{thread}/fd/{at}"
        address = arguments[place + 1]
    else:
        seen_from, address = f"/proc/{thread}/cwd", arguments[1 if name in SECOND_NAME else 0]
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:  # noqa: PTH123
        memory.seek(address)
        text = os.fsdecode(memory.read(4096).partition(b"\0")[0])
    return os.path.normpath(text if text.startswith("/") else Path(seen_from).readlink() / text)
