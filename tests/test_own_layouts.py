"""Layouts that a researcher writes: drafts, files with mistakes, and what a project with one reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.scans.layouts import TROUBLES, UNSEEN
from tests.scans.measure_layouts import forms_of, on_one_page
from tests.stubs import ingest_here
from workbench.archive.project_layouts import with_layouts
from workbench.cli import main
from workbench.dataset.store import Dataset, open_dataset
from workbench.errors import LayoutError, SettingsError
from workbench.form.assemble import assemble_forms
from workbench.form.own_layouts import own_layouts
from workbench.form.understanding import drafts_of, understood
from workbench.settings import Settings

GUIDE = Path(__file__).parents[1] / "docs" / "layouts.md"


def block(language: str) -> str:
    """The block of the guide in a language."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)[0]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the document of the guide; it is the working folder."""
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "村道养护.html").write_text(block("html"), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def layout(*arguments: str) -> str:
    output = CliRunner().invoke(main, ["layout", *arguments])
    assert output.exit_code == 0, output.output
    return output.stdout


def read(project: Path) -> Dataset:
    processed = project / "data" / "processed"
    ingest_here(project / "data" / "raw", processed, settings=with_layouts(Settings(), processed))
    return open_dataset(processed)


class TestTheGuide:
    def test_does_what_it_says(self, project):
        shown = layout("data/raw/村道养护.html", "--name", "白鹤县")
        assert shown.splitlines() == block("console").splitlines()[1:]
        (project / "layouts" / "白鹤县.toml").write_text(block("toml"), "utf-8")
        dataset = read(project)
        assert dataset.forms["layout"].tolist() == ["白鹤县"]
        rows = dataset.indicators[["target", "actual", "score"]].to_numpy().tolist()
        assert rows == [["≥300公里", "312公里", 50.0], ["≥48个", "47个", 45.0]]
        assert "unmapped-cell" not in set(dataset.findings["code"])
        assert "as layout 白鹤县 says" in layout("data/raw/村道养护.html", "--name", "又")


class TestAProject:
    def test_reads_the_same_with_a_draft_that_nobody_corrected(self, project):
        indicators, codes = (dataset := read(project)).indicators, sorted(dataset.findings["code"])
        layout("data/raw/村道养护.html")
        after = read(project)
        assert after.forms["layout"].tolist() == ["村道养护"]
        assert after.indicators.equals(indicators)
        assert sorted({*after.findings["code"], "damaged-label"}) == sorted({*codes})

    def test_goes_on_doubting_what_a_draft_only_guesses(self, project):
        document = project / "data" / "raw" / "村道养护.html"
        text = block("html").replace("应达标准", "年度指标值").replace("实绩", "实际完成值")
        document.write_text(text.replace("二级指标", "某某栏"), "utf-8")
        assert "某某栏 → level2" in layout("data/raw/村道养护.html")
        assert 'field = "?"  # level2, by' in (project / "layouts" / "村道养护.toml").read_text("utf-8")
        assert "column-in-doubt" in set(read(project).findings["code"])

    def test_with_a_form_of_unknown_words_is_offered_the_row_that_may_be_its_header(self, project):
        document = project / "data" / "raw" / "村道养护.html"
        words = {"一级指标": "甲类", "二级指标": "乙类", "三级指标": "事项"}
        text = block("html")
        for known, other in words.items():
            text = text.replace(f"<td>{known}</td>", f"<td>{other}</td>")
        document.write_text(text, "utf-8")
        assert read(project).documents["error"].tolist() == ["unknown-form"]
        assert "not understood" in layout("data/raw/村道养护.html", "--name", "a")
        path = project / "layouts" / "a.toml"
        draft = path.read_text("utf-8").replace('"事项"\nfield = "?"', '"事项"\nfield = "name"')
        path.write_text(draft.replace('"实绩"\nfield = "?"', '"实绩"\nfield = "actual"'), "utf-8")
        assert read(project).indicators[["name", "actual"]].to_numpy().tolist()[1] == ["受益村数", "47个"]

    def test_reads_again_when_a_layout_changes(self, project):
        layout("data/raw/村道养护.html", "--name", "a")
        assert read(project).indicators["score"].isna().all()
        path = project / "layouts" / "a.toml"
        path.write_text(block("toml"), "utf-8")
        assert read(project).indicators["score"].tolist() == [50.0, 45.0]

    def test_doubts_a_layout_that_says_what_cannot_be(self, project):
        (project / "layouts").mkdir()
        wrong = block("toml").replace('"score"', '"x"').replace('"name"', '"score"').replace('"x"', '"name"')
        (project / "layouts" / "a.toml").write_text(wrong, "utf-8")
        assert {"not-a-number", "column-in-doubt"} & set(read(project).findings["code"])

    def test_keeps_a_layout_that_is_there(self, project):
        layout("data/raw/村道养护.html", "--name", "a")
        again = CliRunner().invoke(main, ["layout", "data/raw/村道养护.html", "--name", "a"])
        assert again.exit_code == 1
        assert "is there already and stays as it is" in again.stderr

    def test_of_a_document_without_a_table_makes_no_draft(self, project):
        (project / "a.txt").write_text("没有表格。", "utf-8")
        output = CliRunner().invoke(main, ["layout", "a.txt"])
        assert output.exit_code == 1
        assert "no-table" in output.stderr
        assert not (project / "layouts").exists()


@pytest.mark.parametrize("name", [*TROUBLES, *UNSEEN])
def test_a_draft_of_any_form_reads_it_as_it_was_read(name):
    content, _ = on_one_page(name, 1)
    files = [(f"layouts/{n}.toml", draft) for n, draft in enumerate(drafts_of(understood(content)))]
    pairs = zip(forms_of(content), assemble_forms(content, "scan", layouts=own_layouts(json.dumps(files))), strict=True)
    for before, after in pairs:
        assert (after.budgets, after.goals, after.indicators) == (before.budgets, before.goals, before.indicators)
        assert after.layout in [str(n) for n in range(len(files))]


COLUMN = '[[indicators]]\nlabel = "三级指标"\nfield = "name"\n\n'


class TestAWrongFile:
    @pytest.mark.parametrize(
        ("text", "line", "told"),
        [
            (COLUMN + "[[indicators]]\nlabel = 三级\n", 6, "not TOML"),
            (COLUMN + '[[indicators]]\nlabel = "分"\nfield = "wieght"\n', 7, "did you mean 'weight'"),
            (COLUMN + '[[indicators]]\nlabel = "分"\nfield = "name"\n', 7, "holds it already"),
            (COLUMN + '[[indicators]]\nfield = "score"\n', 5, "label: column 2 of indicators needs one"),
            (COLUMN + '[[indicators]]\nlabel = "分"\nfeild = "score"\n', 7, "feild: a column has label and field"),
            ('\n[[indicators]]\nlabel = "分"\nfield = "score"\n', 2, "must hold name or level2 or level1"),
            (COLUMN + '[[targets]]\nlabel = "分"\n', 5, "targets: no such table"),
            ('indicators = "name"\n', 1, "write [[indicators]] before each column"),
            (COLUMN + '[[indicators]]\nlabel = "分"\nfield = 3\n', 7, "field: column 2 of indicators needs one"),
            ("", None, "describes no table"),
            ("a = " + "[" * 100_000, None, "not TOML"),
        ],
    )
    def test_is_an_error_that_names_line_and_key(self, text, line, told):
        with pytest.raises(LayoutError) as caught:
            own_layouts(json.dumps([["layouts/a.toml", text]]))
        assert caught.value.line == line
        assert told in str(caught.value)
        assert str(caught.value).startswith("layouts/a.toml")

    def test_of_the_header_of_another_names_both(self):
        with pytest.raises(LayoutError, match=r"b\.toml, line 1: its header of indicators is that of a\.toml"):
            own_layouts(json.dumps([["layouts/a.toml", COLUMN], ["layouts/b.toml", COLUMN]]))

    def test_stops_a_run_before_anything_is_read(self, project):
        (project / "layouts").mkdir()
        (project / "layouts" / "a.toml").write_bytes("三级".encode("gb18030"))
        output = CliRunner().invoke(main, ["ingest"])
        assert output.exit_code == 1
        assert "UTF-8" in output.stderr and "Traceback" not in output.output
        assert not (project / "data" / "processed").exists()


@pytest.mark.parametrize("content", ["layouts", "{}", "[1]", '[["a.toml"]]', '[["a.toml", 1]]'])
def test_a_setting_that_holds_no_layouts_is_named(content, monkeypatch):
    monkeypatch.setenv("WORKBENCH_LAYOUTS", content)
    with pytest.raises(SettingsError, match="setting layouts = "):
        Settings.from_environment()


def test_settings_that_have_layouts_keep_them(tmp_path):
    chosen = replace(Settings(), layouts=json.dumps([["a.toml", COLUMN]]))
    assert with_layouts(chosen, tmp_path) is chosen
