"""What is run and loaded, and what is not: notebooks and modules that came with somebody's data, pickles, packages
without a digest."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT, workbench
from tests.sample_tables import sample_tables, write
from tests.stubs import transcriptions
from workbench.report import build_reports
from workbench.report.journal import Report, read_reports, write_reports
from workbench.report.notebooks import own_notebooks, passed_over, shipped_notebooks, trusted_notebooks

NOTEBOOK = "from pathlib import Path; Path(r'{mark}').touch()"


@pytest.fixture
def received(tmp_path) -> Path:
    """A project that somebody sent: a dataset, and programs beside it that leave a mark when they are run."""
    project = tmp_path / "received"
    write(sample_tables(), project / "data" / "processed")
    for place in ("notebooks/department.ipynb", "notebooks/overview.ipynb", "notebooks/stray.ipynb",
                  "reports/stray.ipynb", "data/processed/department.ipynb"):  # fmt: skip
        path = project / place
        path.parent.mkdir(parents=True, exist_ok=True)
        cell = nbformat.v4.new_code_cell(NOTEBOOK.format(mark=project / "executed"))
        metadata = {"kernelspec": {"name": "python3", "display_name": "P"}, "language_info": {"name": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), path)
    for module in ("ipykernel_launcher", "pandas", "matplotlib", "sitecustomize"):
        (project / f"{module}.py").write_text(NOTEBOOK.format(mark=project / "executed"))
    return project


class TestNotebooks:
    def test_what_came_with_the_data_is_not_run(self, received):
        output = workbench("report", received / "data" / "processed", "--out", received / "reports")
        assert output.returncode == 0, output.stderr
        assert not (received / "executed").exists()
        said = [line for line in output.stderr.splitlines() if line.startswith("not run: ")]
        assert said == [
            f"not run: {received / 'notebooks' / name}.ipynb: run the command in its project, or name "
            f"{received / 'notebooks'} with --notebooks"
            for name in ("overview", "department")
        ]

    def test_a_named_folder_is_run_and_strays_in_it_are_not(self, received):
        for name in ("department", "overview"):
            (received / "notebooks" / f"{name}.ipynb").unlink()
        run = build_reports(received / "data" / "processed", received / "out", notebooks=received / "notebooks")
        assert not run.failed
        assert not (received / "executed").exists()
        (received / "notebooks" / "stray.ipynb").rename(received / "notebooks" / "overview.ipynb")
        build_reports(received / "data" / "processed", received / "out", notebooks=received / "notebooks")
        assert (received / "executed").exists()

    def test_those_of_the_project_that_we_are_in_are_trusted(self, received, monkeypatch):
        assert trusted_notebooks(received) is None
        assert len(passed_over(received, None)) == 2
        monkeypatch.chdir(received / "notebooks")
        assert trusted_notebooks(received) == own_notebooks(received)
        assert passed_over(received, own_notebooks(received)) == []

    def test_copies_of_those_that_come_with_the_workbench_are_no_matter(self, received):
        for name in ("department", "overview"):
            content = (shipped_notebooks() / f"{name}.ipynb").read_bytes()
            (received / "notebooks" / f"{name}.ipynb").write_bytes(content)
        assert passed_over(received, None) == []


def test_a_journal_of_reports_that_leads_elsewhere_removes_nothing(tmp_path):
    write(sample_tables(), tmp_path / "data" / "processed")
    (tmp_path / "mine.html").write_text("mine")
    write_reports(tmp_path / "reports", [Report("题", stem, "") for stem in ("../mine", "/mine", "..\\mine", "gone")])
    assert list(read_reports(tmp_path / "reports")) == ["gone"]


FORBIDDEN_MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch"}
TEACHES = "benchmarks/rule_map/train.py"
"""It runs on a developer's machine, loads nothing that torch has kept, and writes ONNX."""
TAUGHT_WITH = {f"{TEACHES}: {module}" for module in ("torch", "torch.nn", "torch.utils.data")}
LOADS_PICKLES = {("yaml", "load"), ("torch", "load"), ("torch", "save")}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "read_pickle", "to_pickle", "load_module", "unsafe_load"}


def programs() -> list[Path]:
    return [path for folder in ("src", "benchmarks", "fuzz") for path in sorted((ROOT / folder).rglob("*.py"))]


class TestPickles:
    def test_nothing_of_ours_loads_them_or_runs_text(self):
        found = {f"{path.relative_to(ROOT).as_posix()}: {name}" for path in programs() for _, name in uses(path)}
        assert found == TAUGHT_WITH

    def test_the_search_sees_what_it_looks_for(self, tmp_path):
        (tmp_path / "a.py").write_text(
            "import pickle\nfrom joblib import load\nnp.load(f, allow_pickle=True)\n"
            "yaml.load(f)\nx.eval('1')\neval('1')\ntorch.load(f)\n"
        )
        assert [name for _, name in uses(tmp_path / "a.py")] == [
            "pickle",
            "joblib",
            "allow_pickle",
            "yaml.load",
            "eval",
            "torch.load",
        ]

    def test_a_run_from_text_to_export_unpickles_nothing(self, tmp_path):
        """Python itself tells of every class that is unpickled. (Processes of one run do send each other pickles.)"""
        transcriptions(tmp_path / "raw", 1)
        program = (
            "import sys\nseen = []\n"
            "sys.addaudithook(lambda event, of: seen.append(of) if event == 'pickle.find_class' else None)\n"
            "from pathlib import Path\nfrom tests.stubs import ingest_here\nimport workbench as wb\n"
            "ingest_here(Path('raw'), Path('processed')); ingest_here(Path('raw'), Path('processed'))\n"
            "ds = wb.open('processed'); ds.sql('select * from cells'); wb.rebuild('processed')\n"
            "[ds.export(kind, 'exports') for kind in ('xlsx', 'csv', 'duckdb')]\n"
            "print(seen)\nimport pickle, fractions\npickle.loads(pickle.dumps(fractions.Fraction(1)))\n"
            "print(len(seen))\n"
        )
        paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
        environment = os.environ | {"PYTHONPATH": paths}
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert run.stdout.splitlines()[-2:] == ["[]", "1"], run.stdout + run.stderr


def uses(path: Path) -> list[tuple[int, str]]:
    """Lines and names of what loads pickles or runs text as a program."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            found += [(node.lineno, name) for name in names if name.partition(".")[0] in FORBIDDEN_MODULES]
        elif isinstance(node, ast.Call):
            called = node.func
            plain = called.id if isinstance(called, ast.Name) else ""
            method = called.attr if isinstance(called, ast.Attribute) else ""
            if plain in FORBIDDEN_CALLS or method in FORBIDDEN_CALLS - {"eval", "exec", "compile"}:
                found.append((node.lineno, plain or method))
            if method and isinstance(called.value, ast.Name) and (called.value.id, method) in LOADS_PICKLES:
                found.append((node.lineno, f"{called.value.id}.{method}"))
            found += [(node.lineno, "allow_pickle") for word in node.keywords if word.arg == "allow_pickle"]
    return sorted(found)


class TestPackages:
    def test_each_is_pinned_with_its_digests(self):
        pinned = locked()
        assert len(pinned) > 100
        assert [name for name, digests in pinned.items() if not digests] == []
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digests in pinned.values() for digest in digests)

    def test_all_that_are_asked_for_are_among_them(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
        names = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in asked}
        assert names - locked().keys() == set()

    def test_installing_checks_the_digests(self):
        makefile = (ROOT / "Makefile").read_text("utf-8")
        assert "--require-hashes -r requirements.lock" in makefile


def locked() -> dict[str, list[str]]:
    """The packages of the lock file with their digests; any other line is an error."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ").splitlines():
        name, *rest = line.split()
        assert re.fullmatch(r"[a-z0-9.-]+==[\w.+!]+", name.partition("[")[0] or name) or "==" in name, line
        found[re.split(r"[=\[]", name)[0]] = [part.removeprefix("--hash=sha256:") for part in rest if "--hash" in part]
    return found


def test_notebooks_load_no_pickles_either():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        assert not re.search(r"\b(pickle|joblib|eval|exec)\b", text), path.name
