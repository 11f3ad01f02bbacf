"""What `workbench kinds` says is read, is read; what it says is missing, can be added."""

from __future__ import annotations

from click.testing import CliRunner

from workbench.cli import main
from workbench.readers import installed
from workbench.readers.documents import ARCHIVE_SUFFIXES, SUPPORTED_SUFFIXES
from workbench.readers.installed import readable_kinds


def test_every_kind_is_listed_once():
    listed = [suffix for kind in readable_kinds() for suffix in kind.suffixes]
    assert len(listed) == len(set(listed))
    assert set(listed) == SUPPORTED_SUFFIXES | ARCHIVE_SUFFIXES


def test_what_is_missing_is_named_with_the_way_to_add_it(monkeypatch):
    for name in ("libre_office", "archive_program"):
        monkeypatch.setattr(installed, name, lambda: None)
    told = CliRunner().invoke(main, ["kinds"]).output
    assert ".rtf .odt .ods: not read; install LibreOffice" in told
    assert ".rar .7z: not read; install bsdtar" in told
    assert ".xls .et: xlrd" in told
