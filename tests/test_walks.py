"""The walks of CONTRIBUTING.md: every block is applied to a copy of the repository, and its test is run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from tests.conftest import ROOT
from tests.sample_tables import sample_tables, write

GUIDE = ROOT / "CONTRIBUTING.md"
COPIED = ("src", "tests", "tools", "docs", "notebooks", "examples")


@dataclass(frozen=True)
class Step:
    """A block of a walk, and the file that the text before it names."""

    path: str
    language: str
    block: str


def steps_of(number: int) -> list[Step]:
    """The blocks of a walk. A block belongs to the file that its numbered step begins with."""
    walk = re.split(r"^## ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (text,) = (part for part in walk if part.startswith(f"Walk {number}:"))
    found = []
    for step in re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:]:
        path = re.match(r"`([^`]+)`", step)
        for language, block in re.findall(r"^   ```(\w+)\n(.*?)^   ```$", step, flags=re.MULTILINE | re.DOTALL):
            found.append(Step(path.group(1) if path else "", language, textwrap.dedent(block)))
    return found


def apply(step: Step, folder: Path) -> None:
    """Do what a block says: make a new file, change one by its diff, or put a cell into a notebook."""
    file = folder / step.path
    if step.language == "diff":
        lines = step.block.splitlines(keepends=True)
        before, after = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
        content = file.read_text(encoding="utf-8")
        assert content.count(before) == 1, f"{step.path} does not hold once what the guide says:\n{before}"
        file.write_text(content.replace(before, after), encoding="utf-8")
    elif file.suffix == ".ipynb":
        notebook = json.loads(file.read_text(encoding="utf-8"))
        cell = {"cell_type": "code", "id": "walk", "metadata": {}, "outputs": [], "execution_count": None}
        notebook["cells"].append(cell | {"source": step.block.splitlines(keepends=True)})
        file.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    else:
        assert not file.exists(), f"{step.path} is no new file"
        file.write_text(step.block, encoding="utf-8")


@pytest.fixture
def copy(tmp_path):
    """A copy of what the walks change."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "CONTRIBUTING.md", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def python(folder: Path, *arguments: str | Path, path: tuple[Path, ...] = (), **environment: str) -> str:
    """What Python prints in a copy of the repository; `workbench` is imported from the copy."""
    places = os.pathsep.join(map(str, (*path, folder / "src", folder)))
    # An outer pytest must not steer the inner one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "WORKBENCH_"))}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=inherited | {"PYTHONPATH": places, "PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_tests(folder: Path, *tests: str) -> str:
    return python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests)


def in_style(folder: Path, steps: list[Step]) -> bool:
    """Whether ruff has nothing against the Python that a walk wrote."""
    changed = sorted({step.path for step in steps if step.path.endswith(".py")})
    python(folder, "-m", "ruff", "check", "--no-cache", *changed)
    python(folder, "-m", "ruff", "format", "--no-cache", "--check", *changed)
    return True


def test_walk_1_a_layout_and_a_word_are_added(copy):
    steps = steps_of(1)
    assert [Path(step.path).name for step in steps] == ["lexicon.toml", "example-county.toml", "test_example_county.py"]
    test = steps[-1]
    apply(test, copy)
    with pytest.raises(AssertionError, match="assert 'generic' == 'example-county'"):
        run_tests(copy, test.path)  # before the walk the form is read, and its layout has no name
    for step in steps[:-1]:
        apply(step, copy)
    assert "1 passed" in run_tests(copy, test.path)
    assert in_style(copy, steps)


def test_walk_2_an_engine_is_installed_checked_and_used(copy, tmp_path):
    entry_point, test, commands = steps_of(2)
    assert entry_point.block in (ROOT / entry_point.path).read_text(encoding="utf-8")
    install, use = (line.removeprefix("$ ").split() for line in commands.block.splitlines())
    site = tmp_path / "site"
    assert install[:2] == ["pip", "install"]
    offline = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target", site)
    python(copy, "-m", *install[:2], *offline, *install[2:])
    (copy / "test_engine.py").write_text(test.block, encoding="utf-8")
    checked = python(
        copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_engine.py", path=(site,)
    )
    assert "1 passed" in checked
    variable, program, command, scan = use
    assert (variable, program) == ("WORKBENCH_ENGINE=digits", "workbench")
    numbers = [["2021", "307118"], ["45", "98"], ["600", "1234567890"]]
    ruled_table(numbers).save(copy / scan)
    python(copy, "-m", program, command, scan, path=(site,), WORKBENCH_ENGINE="digits")
    assert re.findall(r"<td>(\d*)</td>", (copy / "table-p01.html").read_text(encoding="utf-8")) == [*chain(*numbers)]


def ruled_table(rows: list[list[str]]) -> Image.Image:
    """A page (200 dpi) with a ruled table of these texts, in the font that the example engine knows."""
    page = Image.new("RGB", (1240, 800), "white")
    pencil, font = ImageDraw.Draw(page), ImageFont.truetype(str(sans_path()), 32)
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            x, y = 120 + 480 * across, 120 + 90 * down
            pencil.rectangle((x, y, x + 480, y + 90), outline="black", width=3)
            pencil.text((x + 60, y + 20), text, "black", font)
    return page


def test_walk_3_a_check_and_its_row_are_added(copy):
    steps = steps_of(3)
    names = ["findings.py", "indicators.py", "dataset.md", "test_checks.py"]
    assert [Path(step.path).name for step in steps] == names
    for step in steps:
        apply(step, copy)
    assert "5 passed" in run_tests(copy, "tests/test_checks.py", "-k", "zero-weight or has_its_case")
    assert "passed" in run_tests(copy, "tests/test_docs.py::TestDataset")  # users learn of the code
    assert in_style(copy, steps)


def test_walk_4_a_chart_is_added_and_stands_in_the_report(copy):
    steps = steps_of(4)
    for step in steps:
        apply(step, copy)
    assert "2 passed" in run_tests(copy, steps[-1].path)
    assert in_style(copy, steps)
    write(sample_tables(), copy / "data" / "processed")
    shown = python(copy, "-c", LAST_CELL, copy / "notebooks" / "department.ipynb")
    assert "条形图：各一级指标的分值" in shown


LAST_CELL = """
import json, sys
cells = [c for c in json.load(open(sys.argv[1], encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
first, second, *_, last = ("".join(cell["source"]) for cell in cells)
names = {}
exec(first, names)
exec(second, names)
print(eval(last, names)._repr_html_())
"""
"""Runs the cells of a notebook that open the dataset, and shows the last one."""
