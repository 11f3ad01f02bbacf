"""A dataset from elsewhere: what it says leads to nothing outside its project, and to no network."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import workbench as wb
from tests.reviewed import FORM, Archive, archive
from workbench.archive.rebuild import rebuild
from workbench.dataset.info import parsed_info
from workbench.dataset.originals import raw_folder
from workbench.dataset.placing import TABLES
from workbench.errors import DatasetError, InputError, SelectionError
from workbench.review.session import Session

ELSEWHERE = (
    "{secret}", "../../../secret", "../raw/../../../secret", "file://{secret}", "local://{secret}", "FILE://{secret}",
    "http://127.0.0.1:{port}/raw", "simplecache::http://127.0.0.1:{port}/raw", "s3://bucket/raw", "memory://raw",
    "C:\\raw", "C:raw", "\\\\server\\raw", "/dev", "", "../raw\0", "../" + "a" * 5000, "../circle", "../link",
)  # fmt: skip


@pytest.fixture(scope="module")
def read_once(tmp_path_factory) -> Path:
    form = archive(tmp_path_factory.mktemp("once") / "project")
    form.draw()
    return form.project


@pytest.fixture
def received(tmp_path, read_once) -> Archive:
    """A dataset with its scans, and a copy of the same scans outside of it."""
    shutil.copytree(read_once, tmp_path / "received")
    shutil.copytree(read_once / "data" / "raw", tmp_path / "secret")
    return Archive(tmp_path / "received", ())


def says(of: Archive, **facts: Any) -> None:
    path = of.processed / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | facts, ensure_ascii=False), "utf-8")


class TestOriginals:
    def test_in_the_project_are_shown(self, received):
        assert wb.open(received.processed).page_image(FORM, 1)[0].width > 1000

    @pytest.mark.parametrize("raw", ELSEWHERE)
    def test_elsewhere_are_refused_in_words_everywhere(self, received, tmp_path, raw, monkeypatch):
        (received.project / "data" / "link").symlink_to(tmp_path / "secret")
        (received.project / "data" / "circle").symlink_to("circle")
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.01)
            said = raw.format(secret=tmp_path / "secret", port=server.getsockname()[1])
            says(received, raw=said)
            dataset = wb.open(received.processed)
            with pytest.raises(InputError) as refused:
                dataset.page_image(FORM, 1)
            assert refused.value.reason in ("outside", "missing")
            assert "<img" not in dataset.form(FORM)._repr_html_()
            assert "扫描件不在" in Session(dataset, "李").pictures.problem(FORM.rpartition("-")[0])
            with pytest.raises(TimeoutError):
                server.accept()
        assert wb.open(received.processed, raw=tmp_path / "secret").page_image(FORM, 1)  # unless the user names it

    @pytest.mark.parametrize("linked", ["folder", "pages"])
    def test_that_are_links_to_other_places_are_refused(self, received, tmp_path, linked):
        scan, there = received.scan, tmp_path / "secret" / "scan"
        shutil.rmtree(scan)
        if linked == "folder":
            scan.symlink_to(there)
        else:
            scan.mkdir()
            for page in there.iterdir():
                (scan / page.name).symlink_to(page)
        with pytest.raises(InputError, match="link to a place outside"):
            wb.open(received.processed).page_image(FORM, 1)

    def test_that_are_pipes_are_not_waited_for(self, received):
        page = next(received.scan.iterdir())
        page.unlink()
        os.mkfifo(page)
        with pytest.raises(InputError):
            wb.open(received.processed).page_image(FORM, 1)

    def test_that_are_other_files_now_are_not_shown_as_what_was_read(self, received):
        dataset = wb.open(received.processed)
        dataset.page_image(FORM, 1)
        page = next(received.scan.iterdir())
        content, before = page.read_bytes(), page.stat()
        page.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))
        for opened in (dataset, wb.open(received.processed)):
            with pytest.raises(InputError, match="another file than the one that was read"):
                opened.page_image(FORM, 1)
        says(received, documents={})  # the id of the document is of its digest, too
        with pytest.raises(InputError, match="another file"):
            wb.open(received.processed).page_image(FORM, 1)

    @pytest.mark.parametrize("number", [0, -1, 10**30, 4])
    def test_have_no_page_of_a_number_that_is_none(self, received, number):
        with pytest.raises(InputError, match=f"no page {number}"):
            wb.open(received.processed).page_image(FORM, number)

    def test_of_no_form_are_asked_for_in_vain(self, received):
        for ask in (lambda ds: ds.page_image("zzz", 1), lambda ds: ds.crop("zzz", "forms", None, "year")):
            with pytest.raises(SelectionError, match=FORM):
                ask(wb.open(received.processed))

    def test_in_a_store_lie_beside_the_dataset(self):
        assert raw_folder("s3://ours/2022/processed", "s3://ours/2022/raw") == "s3://ours/2022/raw"
        for raw in ("s3://ours/raw", "s3://ours/2022/../raw", "s3://ours/2022/a::file:///etc", "s3://other/x", "raw"):
            with pytest.raises(InputError, match="in another place"):
                raw_folder("s3://ours/2022/processed", raw)


class TestTables:
    @pytest.mark.parametrize("name", ["forms.parquet", "dataset.json"])
    def test_that_lead_out_of_the_project_or_are_pipes_are_not_read(self, received, tmp_path, name):
        file = received.processed / name
        file.rename(tmp_path / name)
        file.symlink_to(tmp_path / name)
        with pytest.raises(DatasetError, match="outside the project"):
            _ = wb.open(received.processed).forms
        file.unlink()
        os.mkfifo(file)
        with pytest.raises(DatasetError, match="no file but a pipe"):
            _ = wb.open(received.processed).forms

    def test_are_not_written_outside_of_it_when_they_are_built_anew(self, received, tmp_path):
        says(received, versions={"v": {"pipeline": "../../../out", "engine": None, "settings": {}}})
        with pytest.raises(DatasetError, match="versions"):
            rebuild(received.processed)
        says(received, versions={}, documents={"scan": {"sha256": "../" * 4 + "out", "version": None}})
        with pytest.raises(DatasetError, match="documents"):
            rebuild(received.processed)
        assert not (tmp_path / "out").exists()


WHOLE = {
    "schema": 2, "digest": "", "rows": dict.fromkeys(TABLES, 1), "files": {}, "settings": {},
    "documents": {"a": {"sha256": "", "version": None}}, "raw": "../raw",
}  # fmt: skip


class TestInfo:
    @pytest.mark.parametrize("name", WHOLE)
    @pytest.mark.parametrize("value", [None, [], [1], "x", -1, 1e400, True, {"a": {"b": []}}, {"a": None}, {"": [[]]}])
    def test_of_any_shape_is_used_or_refused_in_words(self, received, name, value):
        says(received, **{name: value})
        try:
            dataset = wb.open(received.processed)
            assert repr(dataset) and dataset._repr_html_()
            dataset.form(FORM)._repr_html_()
        except (DatasetError, InputError) as refused:
            assert "build it again with: workbench ingest" in str(refused)

    @pytest.mark.parametrize(
        "content, why",
        [("[]", "no JSON object"), ("null", "no JSON object"), ("[" * 100_000, "nested too deeply"), ("{", "no JSON"),
         ("\udcff", "no JSON"), ("{}", "has no 'digest'"), ('{"schema": 99}', "a later version"), ("", "no JSON")],
    )  # fmt: skip
    def test_that_is_none_says_why(self, content, why):
        with pytest.raises(ValueError, match=why):
            parsed_info(content.encode(errors="surrogateescape"))


class TestQueries:
    def rewritten(self, of: Archive, name: str, change: Any) -> None:
        """The table with other values, as a script of somebody's writes it, of the same age."""
        path = of.processed / f"{name}.parquet"
        before = path.stat()
        table = pd.read_parquet(path)
        change(table)
        table.to_parquet(path)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def test_of_a_table_that_was_rewritten_by_hand_are_refused(self, received):
        dataset = wb.open(received.processed)
        assert dataset.sql("select count(*) as n from forms")["n"].tolist() == [1]
        self.rewritten(received, "forms", lambda table: table.__setitem__("total_score", 100.0))
        for opened in (dataset, wb.open(received.processed)):
            with pytest.raises(DatasetError, match="forms is missing or damaged"):
                opened.sql("select total_score from forms")

    def test_of_a_table_that_is_gone_or_garbage_are_refused(self, received):
        path = received.processed / "cells.parquet"
        path.write_bytes(b"PAR1" * 10)
        with pytest.raises(DatasetError, match="cells is missing or damaged"):
            wb.open(received.processed).sql("select 1")
        path.unlink()
        with pytest.raises(DatasetError, match="cells is missing or damaged"):
            wb.open(received.processed).sql("select 1")
