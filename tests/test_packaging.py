"""Ways to install: what can be held against the repository without Docker and conda."""

from __future__ import annotations

import re

import yaml

from tests.conftest import ROOT


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, rest in lines]


def test_the_image_is_built_from_the_lock_and_does_not_run_as_root():
    steps = instructions()
    assert any(word == "RUN" and "--require-hashes -r requirements.lock" in rest for word, rest in steps)
    user = max(n for n, (word, _) in enumerate(steps) if word == "USER")
    assert steps[user][1] not in ("root", "0")
    assert [rest for word, rest in steps[user:] if word == "RUN" and ("apt-get" in rest or "useradd" in rest)] == []
    assert any("bundled_model" in rest for word, rest in steps[user:] if word == "RUN")  # into the cache of that user
    assert "token" not in steps[-1][1].lower()
    assert [rest for word, rest in steps if word == "FROM" and not re.match(r"python:3\.1[123]-", rest)] == []


def test_what_users_made_goes_into_no_image():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "data/processed", "reports", "exports"} <= set(ignored)


def test_the_environment_of_conda_has_a_python_that_is_supported():
    environment = yaml.safe_load((ROOT / "packaging" / "conda" / "environment.yml").read_text(encoding="utf-8"))
    python, *_, last = environment["dependencies"]
    assert python == "python >=3.11,<3.14"
    assert last == {"pip": ["jixiao-workbench"]}
