"""What loads when, and what the package promises by name."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import workbench
from tests.conftest import workbench as run_workbench
from workbench.cli import main

HEAVY = ("paddle", "paddleocr", "paddlex", "cv2", "matplotlib", "pandas", "onnxruntime")


def modules_after(statements: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter holds after running the statements."""
    code = f"{statements}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return {name.partition(".")[0] for name in json.loads(output.splitlines()[-1])}


@pytest.mark.parametrize(
    "statements",
    [
        "import workbench",
        "import workbench.cli",
        "import workbench.model, workbench.errors, workbench.settings, workbench.values",
        "import workbench.readers.documents, workbench.ocr.base, workbench.ocr.registry",
    ],
)
def test_nothing_heavy_loads_before_it_is_needed(statements):
    loaded = modules_after(statements)
    assert not [name for name in loaded if name in HEAVY or name.startswith("paddle")]


def test_everything_to_the_right_of_ocr_works_without_it():
    rooms = ("form.assemble", "checks", "dataset.build", "dataset.store", "archive.ingest")
    loaded = modules_after("\n".join(f"import workbench.{room}" for room in rooms))
    assert not loaded & {"paddle", "paddleocr", "paddlex", "onnxruntime", "cv2"}


def test_an_archive_is_begun_before_anything_loads_that_only_writes_its_tables():
    assert not modules_after("import workbench.archive.ingest") & {"pandas", "pandera", "pyarrow"}


def test_the_package_exports_exactly_what_it_promises():
    offered = {
        "agreement",
        "audit",
        "ingest",
        "open",
        "read",
        "rebuild",
        "review",
        "review_entities",
        "use_chinese_fonts",
    }
    assert sorted(workbench.__all__) == ["__version__", *sorted(offered)]
    assert all(hasattr(workbench, name) for name in workbench.__all__)
    public = {name for name in vars(workbench) if not name.startswith("_")}
    modules = {name for name in public if f"workbench.{name}" in sys.modules}
    assert public - modules - {"annotations", "TYPE_CHECKING"} == {
        "agreement",
        "audit",
        "ingest",
        "open",
        "rebuild",
        "review_entities",
        "use_chinese_fonts",
    }


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version

    assert workbench.__version__ == version("jixiao-workbench")


class TestHelp:
    def test_lists_every_command_in_the_order_of_use(self):
        output = run_workbench("--help")
        assert output.returncode == 0
        listed = output.stdout.split("Commands:")[1].split()
        places = [listed.index(name) for name in main.commands]
        assert places == sorted(places)

    def test_names_the_promised_commands(self):
        assert {"ingest", "clean", "grid", "report", "check", "demo"} <= set(main.commands)

    @pytest.mark.parametrize("name", sorted(main.commands))
    def test_of_a_command_shows_an_example_of_it(self, name):
        output = run_workbench(name, "--help")
        assert output.returncode == 0
        examples = [line.split() for line in output.stdout.partition("Examples:")[2].splitlines() if line.strip()]
        assert examples
        for program, command, *arguments in examples:
            assert (program, command) == ("workbench", name)
            main.commands[name].make_context(name, arguments)  # raises where an option does not exist

    @pytest.mark.parametrize("arguments", [["nonsense"], ["ingest", "--workers", "0"], ["grid"], ["check", "--nope"]])
    def test_wrong_usage_is_status_2(self, arguments):
        output = run_workbench(*arguments)
        assert output.returncode == 2
        assert "Traceback" not in output.stderr

    def test_python_dash_m_gives_the_version(self):
        assert run_workbench("--version").stdout.strip().endswith(workbench.__version__)


def test_a_folder_without_a_dataset_is_one_clear_line(tmp_path):
    output = run_workbench("check", tmp_path)
    assert output.returncode == 1
    assert output.stdout == ""
    assert output.stderr.splitlines() == [
        f"error: {tmp_path}: there is no dataset here; make one with: workbench ingest"
    ]


def test_a_bad_setting_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_RASTER_DPI", "9")
    from workbench.errors import SettingsError
    from workbench.settings import Settings

    with pytest.raises(SettingsError, match="raster_dpi = 9: it must be between 72 and 1200"):
        Settings.from_environment()
