"""What contributors are given works: hooks run what CI runs, templates are forms."""

from __future__ import annotations

import shlex

import yaml

from tests.conftest import ROOT


def read(path: str):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_hooks_run_what_make_lint_runs():
    (local,) = read(".pre-commit-config.yaml")["repos"]
    commands = [shlex.split(hook["entry"]) for hook in local["hooks"]]
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    run = {command[0].removeprefix(".venv/bin/") for command in commands}
    assert {"ruff", "mypy", "lint-imports"} <= run
    assert all(tool in lint for tool in run - {"python"})
    tests = [word for command in commands for word in command if word.startswith("tests/")]
    assert tests
    assert all((ROOT / test).is_file() for test in tests)


def test_templates_of_issues_ask_for_what_is_needed():
    for name in ("misread", "problem"):
        form = read(f".github/ISSUE_TEMPLATE/{name}.yml")
        assert {"name", "description", "body"} <= set(form)
        ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
        assert len(set(ids)) == len(ids)
        assert ids[0] == "version"
        assert any(field.get("validations", {}).get("required") for field in form["body"])
