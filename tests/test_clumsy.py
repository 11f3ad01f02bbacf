"""What people do by mistake, and machines without anybody before them: each gives a sentence, and no traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import workbench as wb
from tests.reviewed import FORM, archive
from tests.stubs import ingest_here, transcriptions
from workbench import progress
from workbench.archive.console import LOG, RunProgress
from workbench.archive.rebuild import rebuild
from workbench.archive.run.dask import _connect
from workbench.cli import main
from workbench.dataset.store import open_dataset
from workbench.errors import ClusterError, DatasetError, InputError


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def refused(*arguments: object) -> str:
    """What a command says that cannot do what it is asked for."""
    result = run(*arguments)
    assert result.exit_code == 1 and "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    return result.output


class TestMistakes:
    def test_an_archive_that_is_not_there_gives_no_dataset(self, tmp_path):
        assert "no such file or folder" in refused("ingest", tmp_path / "nowhere", "--out", tmp_path / "out")
        (tmp_path / "empty").mkdir()
        assert "holds no documents" in refused("ingest", tmp_path / "empty", "--out", tmp_path / "out")
        assert not (tmp_path / "out" / "dataset.json").exists()

    @pytest.mark.parametrize("out", [".", "out", "a/b/out", "link/out"])
    def test_a_dataset_among_its_documents_is_refused(self, tmp_path, out):
        transcriptions(tmp_path / "raw", 1)
        (tmp_path / "raw" / "link").symlink_to(tmp_path / "raw")
        for dry_run in ([], ["--dry-run"]):
            told = refused("ingest", tmp_path / "raw", "--out", tmp_path / "raw" / out, *dry_run)
            assert "inside" in told and "--out" in told
        assert not list((tmp_path / "raw").rglob("dataset.json"))

    def test_a_dataset_beside_or_above_its_documents_is_not(self, tmp_path):
        transcriptions(tmp_path / "out" / "raw", 1)
        ingest_here(tmp_path / "out" / "raw", tmp_path / "out")
        ingest_here(tmp_path / "out" / "raw", tmp_path / "out" / "raw2")

    @pytest.mark.parametrize("address", ["nonsense", "", "tcp://127.0.0.1:9", "127.0.0.1:9", "x y:1", "::1:99999"])
    def test_a_cluster_that_is_none_is_said_at_once(self, address):
        with pytest.raises(ClusterError, match=r"no Dask scheduler answers|no address") as caught:
            _connect(address, 2)
        assert "asyncio" not in str(caught.value) and "Errno" not in str(caught.value)

    def test_names_that_no_file_can_have(self, tmp_path):
        assert "a project cannot be made here" in refused("init", tmp_path / ("n" * 300))
        transcriptions(tmp_path, 1)
        (tmp_path / "file").touch()
        assert "no folder can be made here" in refused("grid", tmp_path / "0000.tsv", "--out", tmp_path / "file" / "x")

    def test_a_check_names_the_form(self, tmp_path):
        (dataset := archive(tmp_path)).build()
        told = run("check", dataset.processed).output.splitlines()
        assert told and all(f"[{FORM}]" in line for line in told if line.startswith(("error", "warning")))


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text on other systems")
def test_names_that_differ_only_in_what_is_no_text_are_different_documents(tmp_path):
    names = [b"a\xb5.tsv", b"a\xb6.tsv", b"a\\xb5.tsv", b"a\\x5cxb5.tsv", b"a\xff\xfe.tsv", "a\ufffd.tsv".encode()]
    for path, name in zip(transcriptions(tmp_path / "raw", len(names)), names, strict=True):
        os.rename(path, os.fsencode(tmp_path / "raw") + b"/" + name)  # noqa: PTH104
    ingest_here(tmp_path / "raw", tmp_path / "out")
    dataset = open_dataset(tmp_path / "out")
    assert dataset.documents["source"].nunique() == len(dataset.info["documents"]) == len(names)
    found = {os.fsencode(dataset.original(one)[0].name) for one in dataset.documents["document_id"]}
    assert found == set(names)
    rebuild(tmp_path / "out")
    assert len(open_dataset(tmp_path / "out").forms) == len(names)


@pytest.mark.parametrize("name", ["../x", "\\x2e\\x2e/x", "\\x2e\\x2e\\x2fx", "a/../../x", "/etc/hostname"])
def test_a_name_leads_out_of_no_folder_however_it_is_spelled(tmp_path, name):
    from workbench.readers.documents import path_named

    (tmp_path / "x").touch()
    try:
        assert path_named(name, tmp_path / "raw").is_relative_to(tmp_path / "raw")
    except InputError as error:
        assert "leads out" in str(error)


class TestNoTerminal:
    @pytest.mark.parametrize("stderr", ["none", "closed", "full"])
    def test_a_run_goes_on_and_is_logged(self, tmp_path, monkeypatch, stderr):
        stream = None if stderr == "none" else Path("/dev/full").open("w")  # noqa: SIM115
        if stderr == "closed":
            stream.close()
        monkeypatch.setattr(sys, "stderr", stream)
        transcriptions(tmp_path / "raw", 1)
        assert not progress.shows_bars()
        shown = RunProgress(tmp_path / "out" / LOG)
        list(shown.inspecting([]))
        shown.say("one \x1b[2J line")
        shown.failed("the end")
        shown.close()
        logged = (tmp_path / "out" / LOG).read_text("utf-8").splitlines()
        assert [line.partition("+")[2].partition(" ")[2] for line in logged] == ["one ␛[2J line", "error: the end"]
        assert list(progress.counted([1, 2], 2, "things")) == [1, 2]
        summary = wb.ingest(tmp_path / "raw", tmp_path / "out", workers=1)
        assert summary.forms == 1
        assert str(summary) in (tmp_path / "out" / LOG).read_text("utf-8")

    def test_a_log_that_is_a_link_or_a_pipe_is_not_written_to(self, tmp_path):
        (tmp_path / "mine").write_text("mine")
        (tmp_path / LOG).symlink_to(tmp_path / "mine")
        progress.log_line(tmp_path / LOG, "x")
        assert (tmp_path / "mine").read_text() == "mine"
        (tmp_path / LOG).unlink()
        os.mkfifo(tmp_path / LOG)
        progress.log_line(tmp_path / LOG, "x")

    def test_a_run_that_somebody_watches_leaves_no_log(self, tmp_path):
        transcriptions(tmp_path / "raw", 1)
        ingest_here(tmp_path / "raw", tmp_path / "out")
        assert not (tmp_path / "out" / LOG).exists()


@pytest.mark.parametrize(
    "content", ["[]", "null", '"x"', "{}", '{"schema": 99}', "[" * 10_000, '{"documents": [1]}', "\0"]
)
def test_a_dataset_json_of_any_shape_is_an_error_for_readers_and_is_made_again(tmp_path, content):
    transcriptions(tmp_path / "raw", 1)
    ingest_here(tmp_path / "raw", tmp_path / "out")
    path = tmp_path / "out" / "dataset.json"
    whole = path.read_text("utf-8")
    for damaged in (content, whole.replace('"sha256": "', '"sha256": ["'), whole.replace('"lines": {}', '"lines": 5')):
        path.write_text(damaged, "utf-8")
        for read in (open_dataset, rebuild):
            with pytest.raises(DatasetError, match="build it again with: workbench ingest"):
                read(tmp_path / "out")
        assert "Traceback" not in refused("check", tmp_path / "out") + refused("clean", tmp_path / "out")
        ingest_here(tmp_path / "raw", tmp_path / "out")
        assert open_dataset(tmp_path / "out").info["digest"] in whole
