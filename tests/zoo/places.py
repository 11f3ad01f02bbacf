"""Things in a folder that are no files, files under names that are meant to harm, and links that lead elsewhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.zoo.images import saved
from tests.zoo.kinds import SECRET, Kind, form, form_text, raw


def link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def listening(path: Path) -> None:
    """A socket; its own name is too long for one, so it is made under a shorter one."""
    short = path.parent / "s"
    with socket.socket(socket.AF_UNIX) as end:
        old = Path.cwd()
        os.chdir(path.parent)
        try:
            end.bind("s")
        finally:
            os.chdir(old)
    short.rename(path)


def outside(path: Path) -> Path:
    """A form beside the archive."""
    folder = path.parent.parent / "outside"
    folder.mkdir(exist_ok=True)
    (folder / "secret.tsv").write_text(f"{form_text()}\n{SECRET}\n", "utf-8")
    (folder / "secret.png").write_bytes(saved("png", 33))
    return folder


def link_outside(name: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(outside(path) / name)


def chain(path: Path) -> None:
    (path.parent / ".step").symlink_to(outside(path) / "secret.tsv")
    path.symlink_to(".step")


def circle(path: Path) -> None:
    other = path.with_name("." + path.name)
    other.symlink_to(path.name)
    path.symlink_to(other.name)


def pages_with_link(path: Path) -> None:
    path.mkdir()
    (path / "1.png").write_bytes(saved("png", 34))
    (path / "2.png").symlink_to(outside(path) / "secret.png")


def pages_with_a_bad_one(path: Path) -> None:
    path.mkdir()
    (path / "1.png").write_bytes(saved("png", 35))
    (path / "2.png").write_bytes(b"no picture")


def folder_of_pages(path: Path) -> None:
    path.mkdir()
    for number in (1, 2):
        (path / f"{number}.png").write_bytes(saved("png", 35 + number))


def deep(path: Path) -> None:
    """Folders in folders, deeper than Python calls functions in functions, with a form at the bottom."""
    depth = 1200
    old = os.open(".", os.O_RDONLY)
    path.mkdir()
    os.chdir(path)
    try:
        for _ in range(depth):
            os.mkdir("d")  # noqa: PTH102 - by steps: the whole path is too long for some systems
            os.chdir("d")
        Path("form.tsv").write_text(form_text() + "\ndeep\n", "utf-8")
    finally:
        os.fchdir(old)
        os.close(old)


NAMES = {
    "quotation ' \" ` marks.tsv": "q1",
    "-rf --out=x.tsv": "q2",
    "$(touch zoo-was-here).tsv": "q3",
    "`touch zoo-was-here`; rm x | cat &.tsv": "q4",
    "<script>alert(1)<(script>.tsv": "q5",
    "a\\..\\..\\windows\\evil.tsv": "q6",
    "%2e%2e%2f%2e%2e%2fevil.tsv": "q7",
    "=cmd|' (c calc'!A0.tsv": "q8",
    "{name} %s %d {0.__class__}.tsv": "q9",
    "two\nlines.tsv": "q10",
    "\x1b[2J\x1b]0;title\x07 steers a terminal.tsv": "q11",
    "from right to left \u202evst.tsv": "q12",
    "CON.tsv": "q13",
    " blanks at its ends .tsv": "q14",
    "a.dot.and.more...tsv": "q15",
    "局" * 83 + "12.tsv": "q16",
    "🧑\u200d👩\u200d👧 emoji.tsv": "q17",
    "e\u0301 taken apart.tsv": "q18",
    "\u00e9 taken apart.tsv": "q19",
    "Large.TSV": "q20",
    "large.tsv": "q21",
    "a zero width\u200bblank.tsv": "q22",
    "s3:￼￼a.tsv": "q23",
    "#frag?ment&.tsv": "q24",
    "*.tsv": "q25",
    "~.tsv": "q26",
}


def kinds() -> list[Kind]:
    gbk = os.fsdecode("绩效自评表.tsv".encode("gb18030"))
    return [
        *(Kind(name, form(mark), None) for name, mark in NAMES.items()),
        Kind(gbk, form("gbk"), None, source="绩效自评表.tsv".encode("gb18030").decode("utf-8", "backslashreplace")),
        Kind(os.fsdecode(b"\xff\xfe.pdf"), raw(b""), "unreadable", source="\\xff\\xfe.pdf"),
        Kind("a folder with nothing in it", lambda path: path.mkdir(), "empty"),
        Kind("a folder.pdf", lambda path: path.mkdir(), "empty"),
        Kind("a folder of pages.pdf", folder_of_pages, "unknown-form"),
        Kind(
            "a folder of pages.docx",
            lambda path: (folder_of_pages(path), (path / "3.png").write_bytes(saved("png", 38))),
            "unknown-form",
        ),
        Kind("a folder with a bad page", pages_with_a_bad_one, "unreadable", "page 2"),
        Kind("folders 1,200 deep", deep, None, source="folders 1,200 deep" + "/d" * 1200 + "/form.tsv"),
        Kind("a pipe.pdf", lambda path: os.mkfifo(path), "unsupported", "a pipe, a socket or a device"),
        Kind("a pipe.tsv", lambda path: os.mkfifo(path), "unsupported"),
        Kind("a pipe.tif", lambda path: os.mkfifo(path), "unsupported"),
        Kind("a socket.png", listening, "unsupported"),
        Kind("a link to zeros without end.tsv", link("/dev/zero"), "outside"),
        Kind("a link to chance without end.png", link("/dev/urandom"), "outside"),
        Kind("a link to a terminal.tsv", link("/dev/tty"), "outside"),
        Kind("a link to passwords.txt", link("/etc/passwd"), "outside", "put the file itself there"),
        Kind("a link to memory.tsv", link("/proc/self/environ"), "outside"),
        Kind("a link outside.tsv", link_outside("secret.tsv"), "outside"),
        Kind("a link to a link outside.tsv", chain, "outside"),
        Kind("a link to a folder outside", link_outside("."), "outside"),
        Kind("a link to all there is", link("/"), "outside"),
        Kind("pages of which one is a link outside", pages_with_link, "outside"),
        Kind("a link to itself.tsv", lambda path: path.symlink_to(path.name), "unreadable"),
        Kind("links in a circle.tsv", circle, "unreadable"),
        Kind("a link to nothing.tsv", link("nothing"), "missing"),
        Kind("a link to a good one.tsv", link("good.tsv"), None),
        Kind(
            "2 GB of nothing.pdf",
            lambda path: (path.touch(), os.truncate(path, 2_000_000_000)),
            "too-large",
            "max_bytes = 1,000,000,000",
        ),
        Kind("no end to its name", raw(b"a"), "unsupported", "(none)"),
        Kind("a kind that is not read.exe", raw(b"MZ" + bytes(500)), "unsupported"),
        Kind("a kind of Word.docm", raw(b"PK\3\4" + bytes(500)), "unsupported", "save it as .docx"),
    ]
