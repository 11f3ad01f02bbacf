"""The documentation site before it is built: what it says is what the code says, and the tutorial runs."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import fields, replace

import pandas as pd
import pytest
from benchmarks.results import Table, keep, load, newest, parts_of
from click.testing import CliRunner
from tools.docs import reference
from tools.docs.__main__ import LANGUAGES, MADE, WRITTEN, as_page, documents
from tools.docs.api import api
from tools.docs.check import problems_of
from tools.docs.results import READMES, results, with_numbers

from tests.conftest import RAW, ROOT
from workbench.cli import main
from workbench.dataset.dictionary import data_dictionary, dictionary_table
from workbench.dataset.schemas import SCHEMAS
from workbench.fields import KNOWN
from workbench.findings import FINDINGS
from workbench.language import VARIABLE
from workbench.publish.codebook import codebook
from workbench.settings import Settings, variable

OF_BOTH = pytest.mark.parametrize("language", LANGUAGES)


@OF_BOTH
def test_the_reference_leaves_nothing_out(language):
    commands = reference.commands(language)
    assert [name for name in main.commands if f"## `workbench {name}`" not in commands] == []
    options = {option for command in main.commands.values() for one in command.params for option in one.opts}
    assert [option for option in options if option.startswith("--") and option not in commands] == []
    tables = reference.tables(language)
    assert [column for schema in SCHEMAS.values() for column in schema.columns if f"| `{column}` |" not in tables] == []
    assert [code for code in FINDINGS if f"## `{code}`" not in reference.findings(language)] == []
    settings = reference.settings(language)
    assert [one.name for one in fields(Settings) if f"| `{variable(one.name)}` |" not in settings] == []
    assert "## `wb.ingest`" in api(language)
    assert "### `ds.crop()`" in api(language)


def test_a_field_that_is_called_otherwise_is_so_everywhere(monkeypatch):
    field = KNOWN["indicators", "criteria"]
    monkeypatch.setitem(KNOWN, ("indicators", "criteria"), replace(field, label="评分的尺子"))
    data_dictionary.cache_clear()
    try:
        assert "评分的尺子" in reference.tables("zh")
        assert "评分的尺子" in dictionary_table()["title"].tolist()
        tables = {name: pd.DataFrame(columns=list(SCHEMAS[name].columns), dtype="str") for name in SCHEMAS}
        assert "评分的尺子" in codebook("zh", "", tables)
    finally:
        monkeypatch.undo()
        data_dictionary.cache_clear()


@OF_BOTH
def test_the_numbers_of_a_readme_are_those_of_the_newest_runs(language):
    readme = READMES[language].read_text(encoding="utf-8")
    assert readme == with_numbers(readme, language), "run: make results"


@OF_BOTH
def test_the_page_on_results_has_the_newest_run_of_each_benchmark(language):
    runs = newest(load())
    assert {"accuracy", "forms", "speed, peers"} <= set(runs)
    assert [name for name in runs if f"## {name}\n" not in results(language)] == []


def test_a_run_is_kept_as_data(monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.results.write.__defaults__", (tmp_path,))
    monkeypatch.setattr("sys.argv", ["forms", "--keep"])
    keep("forms", "benchmarks.forms", "no engine", ["Two pages.", "", "| a | b |", "|---|---|", "| 1 | - |"])
    (run,) = load(tmp_path)
    assert (run.command, run.parts) == (
        "python -m benchmarks.forms --keep",
        ["Two pages.", Table(["a", "b"], [["1", "-"]])],
    )
    assert run.commit


def test_tables_of_a_result_are_read_as_rows():
    assert parts_of(["x", "", "|a|", "|-|", "|-1|", "y"]) == ["x", "y", Table(["a"], [["-1"]])]


def pages_of(language) -> dict[str, str]:
    """The pages of a language but for those that are made, by their names."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in (WRITTEN / language).glob("*.md")}
    if language == "en":
        taken = documents()
        pages |= {name: as_page(path, (ROOT / path).read_text(encoding="utf-8"), taken) for path, name in taken.items()}
    return pages


@OF_BOTH
def test_every_page_is_in_the_list_of_pages_and_its_links_lead_to_pages(language):
    pages, listed = pages_of(language), re.findall(r": (\S+\.md)$", (WRITTEN / f"{language}.yml").read_text(), re.M)
    assert sorted(listed) == sorted({*pages, *MADE})
    for name, text in pages.items():
        for target in re.findall(r"\]\(([^)\s#]+\.(?:md|jpg|html))", re.sub(r"```.*?```", "", text, flags=re.S)):
            target = target.removeprefix("../en/").replace(".html", ".md") if target.startswith("../en/") else target
            known = {*pages_of("en"), *MADE, *listed}
            assert target in known or target.startswith(("http", "stages/")), (name, target)


def blocks(language, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", (WRITTEN / language / "tutorial.md").read_text("utf-8"), re.M | re.S)


def test_the_code_of_the_tutorial_runs(sample_dataset, tmp_path, monkeypatch):
    processed = tmp_path / "data" / "processed"
    shutil.copytree(sample_dataset.folder, processed)
    shutil.copytree(RAW, tmp_path / "data" / "raw")
    info = json.loads((processed / "dataset.json").read_text(encoding="utf-8")) | {"raw": "../raw"}
    (processed / "dataset.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert blocks("zh", "python") == blocks("en", "python")
    for block in blocks("zh", "python"):
        exec(block, names)


@OF_BOTH
def test_the_commands_of_the_tutorial_are_commands(language, monkeypatch):
    monkeypatch.setenv(VARIABLE, "en")
    typed = [line.removeprefix("$ ").split() for block in blocks(language, "console") for line in block.splitlines()]
    ours = [words[1:] for words in typed if words[0] == "workbench"]
    assert {"init", "ingest", "check", "report", "export", "publish", "verify"} <= {words[0] for words in ours}
    for words in ours:
        assert CliRunner().invoke(main, [*words, "--help"]).exit_code == 0
        known = {option for one in main.commands[words[0]].params for option in one.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_what_is_wrong_with_a_site_is_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<body><h1 id="here">x</h1><a href="b.html">b</a><a href="a.html#here">a</a><a href="#gone">c</a>'
        '<script src="https://example.org/x.js"></script></body>'
    )
    (tmp_path / "large.html").write_text("<p>" + "x" * 1_000_001)
    assert problems_of(tmp_path) == [
        "a.html: https://example.org/x.js is fetched from the network",
        "a.html: #gone leads nowhere",
        "a.html: b.html leads nowhere",
        "large.html: 1,000,004 bytes",
    ]


def test_the_generator_is_in_no_lock_of_users():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert [name for name in ("mkdocs-material", "jieba") if name in lock or name not in str(extras["docs"])] == []
