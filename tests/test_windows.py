"""What of Windows can be checked elsewhere: its consoles, its system calls, its names of files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from tests.conftest import ROOT
from tests.sample_tables import several_departments, write
from workbench.cli import main
from workbench.corrections.log import CorrectionLog
from workbench.files import LONGEST_NAME
from workbench.language import VARIABLE
from workbench.report.plan import plan

POSIX_MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog", "curses", "readline"}
"""Modules that Python has on POSIX systems only."""

POSIX_CALLS = {
    *(
        "chown",
        "fchmod",
        "fork",
        "forkpty",
        "geteuid",
        "getuid",
        "getpgid",
        "killpg",
        "lchown",
        "mkfifo",
        "mknod",
        "nice",
    ),
    *("sched_getaffinity", "setsid", "sysconf", "uname", "wait", "waitid", "statvfs", "getloadavg", "link", "symlink"),
    *("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "setitimer", "alarm", "sigwait", "pthread_kill", "AF_UNIX"),
}
"""Functions and signals of ``os``, ``signal`` and ``socket`` that Windows has not, or needs a right for."""

MENTIONED = re.compile(rf"\b({'|'.join(POSIX_MODULES | POSIX_CALLS)})\b")

WITH_ANOTHER_WAY = {
    "archive/run/local.py": {"sched_getaffinity"},  # AttributeError is caught
    "lab/drawing.py": {"resource"},  # ImportError is suppressed: no limit there
    "publish/printing.py": {"geteuid"},  # behind hasattr
    "readers/libre_office.py": {"resource", "killpg", "SIGKILL"},  # where os.name is posix
    "readers/seven_zip.py": {"resource"},  # where sys.platform is linux
}
"""What is used of them, where it was seen that Windows does without."""

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Names of devices on Windows, with any ending."""


@pytest.mark.parametrize("encoding", ["cp1252", "cp936", "cp437"])
@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["kinds"]])
def test_a_console_of_another_encoding_shows_what_it_can(encoding, arguments, monkeypatch):
    monkeypatch.setenv(VARIABLE, "zh" if arguments == ["kinds"] else "en")
    result = CliRunner(charset=encoding).invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert any(word in result.stdout for word in ("绩效自评表", "工业", "图像")) == (encoding == "cp936")
    assert ("??" in result.stdout) == (encoding != "cp936")


def test_check_under_cp1252_ended_in_a_traceback(tmp_path, monkeypatch):
    processed = write(several_departments(["甲局"]), tmp_path)
    monkeypatch.setenv(VARIABLE, "en")
    result = CliRunner(charset="cp1252").invoke(main, ["check", str(processed)], catch_exceptions=False)
    assert "points-lost" in result.stdout
    assert "/?????????.pdf" in result.stdout


def used_of_posix(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & POSIX_MODULES
        elif isinstance(node, ast.ImportFrom):
            yield from {node.module or ""} & POSIX_MODULES
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from {node.attr} & POSIX_CALLS if node.value.id in ("os", "signal", "socket") else ()


def test_nothing_is_called_that_only_posix_has_without_another_way():
    package, found = ROOT / "src" / "workbench", {}
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if MENTIONED.search(text) and (used := set(used_of_posix(ast.parse(text)))):
            found[path.relative_to(package).as_posix()] = used
    assert found == WITH_ANOTHER_WAY


def test_names_that_windows_reserves_or_cannot_hold_are_no_names_of_files(tmp_path):
    names = ["CON", "nul", "Aux.", "com1.x", "局.", "局 ", "a" * 300, "财政" * 150]
    stems = [job.stem for job in plan(several_departments(names), tmp_path, tmp_path / "reports")]
    stems += [CorrectionLog(tmp_path, by=name).path.stem for name in names]
    assert len(stems) == 2 * len(names) + 1
    for stem in stems:
        assert not RESERVED.fullmatch(stem)
        assert not stem.endswith((".", " "))
        assert len(f"{stem}.executed.ipynb".encode()) <= LONGEST_NAME + 20


def test_paths_of_reports_leave_windows_room_for_the_folder(tmp_path):
    """Windows opens paths of 259 characters; a temporary file beside the report adds a dozen."""
    jobs = plan(several_departments(["很长的部门名称" * 40]), tmp_path, tmp_path / "reports")
    longest = max(len(path.name) for job in jobs for path in (job.html, job.executed, job.failed))
    assert longest + len("reports/.-12345678") < 120


def targets(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text, flags=re.MULTILINE))


def test_make_on_windows_does_what_the_makefile_does():
    batch, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("make.cmd", "Makefile"))
    labels = targets(batch, r"^:(\w+)$") - {"installed"}
    assert labels <= targets(makefile, r"^(\w+):")
    (listed,) = re.findall(r"for %%T in \(([\w ]+)\)", batch)
    assert set(listed.split()) == labels
    called = {(tool, rest) for tool, rest in re.findall(r'^"%BIN%\\(\w+)"(.*?)(?: \|\| exit /b 1)?$', batch, re.M)}
    commands = makefile.replace("$(PYTHONS)", "src tests benchmarks fuzz tools examples").replace("$(CURDIR)", "%CD%")
    missing = {f"{tool}{rest}" for tool, rest in called if "pip" not in rest and f"$(BIN)/{tool}{rest}" not in commands}
    assert not missing
