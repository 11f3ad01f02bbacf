"""Files that no library here reads, turned into .docx or .xlsx by LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.settings import Settings

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""
"""Settings of a profile under which no macro runs and nothing that a file links to is fetched."""

HEAD_START = 0.9
"""Share of ``page_seconds`` that LibreOffice may take: it must be ended before the process that waits for it is."""


def libre_office() -> str | None:
    """The program of LibreOffice; None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


@contextmanager
def convert_by_libre_office(path: Path, to: str, settings: Settings) -> Iterator[Path]:
    """The file in another kind (``docx``, ``xlsx``), for as long as the context lasts.

    Every file has a process and a profile of its own, with the limits on time and memory that reading a page has.

    Raises:
        InputError: ``unsupported`` without LibreOffice, ``timed-out``, or ``unreadable``.
    """
    program = libre_office()
    if program is None:
        message = Phrase(
            "it needs LibreOffice, which is not installed: install it, or open the file and save it as .{to}", to=to
        )
        raise InputError("unsupported", path, message)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        profile, made = Path(folder) / "profile", Path(folder) / "made"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, "utf-8")
        original = Path(folder) / f"file{path.suffix.lower()}"  # a name that LibreOffice takes for no option
        shutil.copyfile(path, original)
        _run([program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck",
              "--convert-to", to, "--outdir", str(made), str(original)], path, settings)  # fmt: skip
        found = made / f"file.{to}"
        if not found.is_file():
            message = Phrase(
                "LibreOffice cannot open it: it is damaged, or asks for a password; save it as .{to} yourself", to=to
            )
            raise InputError("unreadable", path, message)
        yield found


def _run(command: list[str], path: Path, settings: Settings) -> None:
    seconds = HEAD_START * settings.page_seconds

    def limited() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (settings.page_seconds, settings.page_seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (settings.max_bytes, settings.max_bytes))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (settings.page_memory, settings.page_memory))

    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=limited if os.name == "posix" else None,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            message = Phrase(
                "LibreOffice took more than {seconds:.0f} s; save it anew, or raise WORKBENCH_PAGE_SECONDS",
                seconds=seconds,
            )
            raise InputError("timed-out", path, message) from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it has started."""
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
