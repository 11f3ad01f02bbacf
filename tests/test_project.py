"""`workbench init`: a project folder that runs as it is."""

import json

import nbformat
from click.testing import CliRunner

from workbench.cli import main


def test_a_new_project_has_folders_and_notebooks(tmp_path):
    folder = tmp_path / "绩效 2024"
    result = CliRunner().invoke(main, ["init", str(folder)])
    assert result.exit_code == 0, result.output
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir()} >= {
        "data/raw",
        "data/corrections",
        "data/processed",
    }
    names = {path.stem for path in (folder / "notebooks").glob("*.ipynb")}
    assert names == {"department", "explore", "ingest", "overview", "review"}
    for name in names:
        nbformat.validate(nbformat.read(folder / "notebooks" / f"{name}.ipynb", as_version=4))
    assert "绩效 2024" in (folder / "README.md").read_text("utf-8")


def test_what_is_there_stays_as_it_is(tmp_path):
    own = tmp_path / "notebooks" / "department.ipynb"
    own.parent.mkdir()
    own.write_text(json.dumps({"mine": True}), "utf-8")
    result = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert result.exit_code == 0
    assert json.loads(own.read_text("utf-8")) == {"mine": True}
    assert "kept as it was" in result.output
    again = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert again.exit_code == 0 and "0 file(s)" in again.output


def test_a_file_in_the_way_is_one_line(tmp_path):
    (tmp_path / "taken").write_text("x", "utf-8")
    result = CliRunner().invoke(main, ["init", str(tmp_path / "taken")])
    assert result.exit_code == 1
    assert "a project cannot be made here" in result.output and "Traceback" not in result.output
