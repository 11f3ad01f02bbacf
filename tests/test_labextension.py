"""The JupyterLab extension as committed: built from its sources, without a trace, every message in two languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tools.labextension import BUILT, SOURCES, is_current, sources

from tests.conftest import ROOT
from workbench import __version__

MOST = 1_000_000
"""Bytes that the extension may add to the wheel."""

SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in (SOURCES / "src").glob("*.ts")}
SCHEMA = json.loads((SOURCES / "schema" / "plugin.json").read_text(encoding="utf-8"))
WIDGET = (ROOT / "src" / "workbench" / "review" / "widget.js").read_text(encoding="utf-8")


def built() -> list[Path]:
    return sorted(path for path in BUILT.rglob("*") if path.is_file())


def test_the_committed_extension_was_built_from_the_committed_sources():
    assert is_current(), "run make labextension"


def test_neither_the_built_files_nor_the_lock_name_a_machine_or_a_registry():
    for path in [*built(), *sources()]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(?:tmp|home|root|Users|work)/[\w.-]+|registry\.[a-z]", text), path
    assert "http" not in (SOURCES / "yarn.lock").read_text(encoding="utf-8")


def test_the_extension_is_small():
    assert sum(path.stat().st_size for path in built()) < MOST
    assert not [path for path in built() if path.suffix == ".map"]


def test_both_halves_have_the_version_of_the_package():
    assert json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))["version"] == __version__
    assert f"VERSION = '{__version__}'" in SCRIPTS["version.ts"]


def test_every_message_is_in_both_languages_with_the_same_places_to_fill():
    catalogue = json.loads((SOURCES / "src" / "catalogue.json").read_text(encoding="utf-8"))
    for key, (chinese, english) in catalogue.items():
        assert chinese.strip() and english.strip(), key
        assert set(re.findall(r"{(\w+)}", chinese)) == set(re.findall(r"{(\w+)}", english)), key
    outside = {
        name: found
        for name, text in SCRIPTS.items()
        if (found := re.findall(r"'[^'\n]*[\u4e00-\u9fff][^'\n]*'", text.replace("'Noto Sans SC'", "")))
    }
    assert not outside, "messages belong into catalogue.json"


def test_no_text_becomes_markup():
    for name, text in SCRIPTS.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), name


def test_every_command_of_menus_and_keys_is_there_and_the_review_has_a_key_for_each_of_its_own():
    commands = {"jixiao-workbench:" + name for name in re.findall(r"own\('([\w-]+)'\)", SCRIPTS["ids.ts"])}
    actions = set(re.findall(r'{ name: "([\w-]+)", keys', WIDGET))
    review = {f"jixiao-workbench:review-{name}" for name in actions}
    shortcuts = SCHEMA["jupyter.lab.shortcuts"]
    asked = {one["command"] for one in [*shortcuts, *SCHEMA["jupyter.lab.menus"]["context"]] if "command" in one}
    assert asked <= commands | review
    assert review <= asked
    assert all(f"'{name}'" in SCRIPTS["review.ts"] for name in actions)
    taken = [(one["selector"], tuple(one["keys"])) for one in shortcuts]
    assert len(taken) == len(set(taken))
