"""The wheel, as a stranger gets it: built, installed into an environment of its own, and used from there.

``make wheel-test`` (``python -m tools.wheel``) makes an environment with the wheel and nothing else of this repository.
The packages that it depends on are those of the environment that runs this command: its folder of packages is added to
the new one's path by a line of a ``.pth`` file, and Jupyter is told where its templates are. Python follows no ``.pth``
file of a folder that is added so: that of the editable installation, which would lead back to the checkout, counts for
nothing. A hook in every process of the new environment records each file of the checkout that is opened all the same:
there must be none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LENDER = Path(sys.prefix)
PACKAGES = Path(sysconfig.get_path("purelib"))

HOOK = '''"""Records every file of the checkout that a process of this environment opens."""
import os, sys

checkout, lender, record = {checkout!r}, {lender!r}, {record!r}

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if path.startswith(checkout) and not path.startswith(lender):
            descriptor = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(descriptor, os.fsencode(path) + b"\\n")
            os.close(descriptor)

sys.addaudithook(watch)
'''

EVERY_MODULE = """
import importlib, pkgutil, workbench
for module in pkgutil.walk_packages(workbench.__path__, "workbench."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(workbench.__file__)
"""
"""Imports every module of the package, and prints where the package is."""


def main() -> None:
    """Build, install and use the wheel; exits with a sentence where something is not as it must be."""
    with tempfile.TemporaryDirectory(prefix="workbench-wheel-") as scratch:
        folder = Path(scratch).resolve()
        wheel = build(folder / "dist")
        _require(not (absent := sorted(missing(wheel))), f"the wheel lacks {', '.join(absent)}")
        _say(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, with everything that it must hold")
        new = Environment(folder, wheel)
        imported = Path(new.run("python", "-c", EVERY_MODULE).strip())
        _require(imported.is_relative_to(new.folder), f"workbench is imported from {imported}")
        _check_init(new)
        _check_demo(new)
        _require(not new.opened(), f"files of the checkout were opened: {', '.join(new.opened()[:5])}")
        _say("no file of the checkout was opened by any of this")


def build(folder: Path) -> Path:
    """The wheel of the checkout, built with the tools that are installed."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--disable-pip-version-check", "--wheel-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def missing(wheel: Path) -> Iterator[str]:
    """What the wheel must hold and does not: the whole package, notebooks, the sample archive, the entry points."""
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        texts = {name: archive.read(name).decode() for name in held if name.endswith(("entry_points.txt", "METADATA"))}
    shared = next((name.partition("/")[0] for name in held if ".data/" in name), "no .data folder")
    front_end = f"{shared}/data/share/jupyter/labextensions/jixiao-workbench"  # where JupyterLab looks for it
    placed: set[Path] = set()  # each file has one place, that of the first folder that holds it
    for folder, place in (
        ("src/workbench/labextension", front_end),
        ("src/workbench", "workbench"),
        ("notebooks", "workbench/_notebooks"),
        ("data/raw", "workbench/_sample"),
    ):
        files = set((ROOT / folder).rglob("*")) - placed
        placed |= files
        for file in sorted(files):
            inside = f"{place}/{file.relative_to(ROOT / folder).as_posix()}"
            if file.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts) and inside not in held:
                yield inside
    for name in ("py.typed", "review/widget.js", "review/widget.css", "report/page.css", "dataset/dictionary.toml"):
        if f"workbench/{name}" not in held:
            yield f"workbench/{name}"
    entries = next((text for name, text in texts.items() if name.endswith("entry_points.txt")), "")
    yield from (line for line in ("workbench = workbench.cli:main", "[workbench.ocr]") if line not in entries)
    if strangers := {
        name.partition("/")[0] for name in held if not name.startswith(("workbench/", "jixiao_workbench-"))
    }:
        _require(False, f"the wheel holds what is no part of the package: {', '.join(sorted(strangers))}")


class Environment:
    """A virtual environment with the wheel, which borrows the packages that the wheel depends on."""

    def __init__(self, scratch: Path, wheel: Path) -> None:
        self.scratch, self.folder, self._record = scratch, scratch / "environment", scratch / "opened.txt"
        venv.create(self.folder, with_pip=False)
        self._programs = self.folder / ("Scripts" if os.name == "nt" else "bin")
        python = self._programs / "python"
        options = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)]
        subprocess.run(command, check=True, env=self._variables)
        site = Path(self.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        facts = {"checkout": f"{ROOT}{os.sep}", "lender": f"{LENDER}{os.sep}", "record": str(self._record)}
        (site / "watch_checkout.py").write_text(HOOK.format(**facts), encoding="utf-8")
        (site / "borrowed.pth").write_text(f"import watch_checkout\n{PACKAGES}\n", encoding="utf-8")
        self.run("python", "-c", f"open({str(ROOT / 'README.md')!r})")
        _require(self.opened() == [str(ROOT / "README.md")], "what is opened in the checkout is not recorded")
        self._record.unlink()

    @property
    def _variables(self) -> dict[str, str]:
        """The variables of a user who knows nothing of this checkout."""
        steering = ("PYTHON", "PIP_", "WORKBENCH_", "VIRTUAL_ENV", "JUPYTER_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
        own = {"PYTHONNOUSERSITE": "1", "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(self.scratch / "cache")}
        own |= {"JUPYTER_PATH": str(LENDER / "share" / "jupyter")}
        return kept | own | {"PATH": f"{self._programs}{os.pathsep}{kept.get('PATH', '')}"}

    def run(self, program: str, *arguments: str | Path, where: Path | None = None) -> str:
        """What a program of the environment prints, run in a folder that is not the checkout."""
        command = [str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=where or self.scratch, env=self._variables, capture_output=True, encoding="utf-8"
        )
        shown = " ".join(command[:4]).strip().splitlines()[0]
        _require(done.returncode == 0, f"{shown} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def opened(self) -> list[str]:
        """Files of the checkout that its processes opened."""
        return sorted(set(self._record.read_text().splitlines())) if self._record.exists() else []


def _check_init(new: Environment) -> None:
    """`workbench init` makes a project with the notebooks of the checkout."""
    new.run("workbench", "init", "project")
    project = new.scratch / "project"
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        made = project / "notebooks" / notebook.name
        _require(made.is_file() and made.read_bytes() == notebook.read_bytes(), f"{made} is not the notebook")
    _require((project / "README.md").is_file() and (project / "data" / "raw").is_dir(), "the project is not whole")
    _say(f"workbench init: {len(list((project / 'notebooks').iterdir()))} notebooks")


def _check_demo(new: Environment) -> None:
    """`workbench demo` in an empty folder reads the sample archive and makes its reports."""
    empty = new.scratch / "empty"
    empty.mkdir()
    printed = new.run("workbench", "demo", where=empty)
    project = empty / "workbench-demo"
    _require((project / "data" / "processed" / "dataset.json").is_file(), f"the demo built no dataset:\n{printed}")
    reports = list((project / "reports").rglob("*.html"))
    _require(
        (project / "reports" / "index.html") in reports and len(reports) > 2, f"the demo made no reports:\n{printed}"
    )
    checked = new.run("workbench", "check", project / "data" / "processed", "--severity", "error")
    _require("weights-do-not-add-up" in checked, f"the sample's contradictions were not found:\n{checked}")
    _say(f"workbench demo: {len(reports)} pages")


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        sys.exit(f"wheel-test: {sentence}")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
