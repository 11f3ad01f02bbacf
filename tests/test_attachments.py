"""Archives as departments publish them: folders of documents, each member with its rows or its reason."""

from __future__ import annotations

import random
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.packed import write_rar, write_tar, write_zip
from tests.printed import table
from tests.stubs import documents, ingest_here
from tests.written import write_docx
from tests.zoo.images import saved
from tests.zoo.kinds import form_text
from workbench.archive.ingest import plan_ingest
from workbench.archive.rebuild import rebuild
from workbench.dataset.store import open_dataset
from workbench.errors import InputError
from workbench.readers import archive_members, unpacking
from workbench.readers.archive_members import archive_program
from workbench.readers.unpacking import unpack, unpacked
from workbench.settings import Settings

SETTINGS = Settings()

needs_bsdtar = pytest.mark.skipif(archive_program() is None, reason="bsdtar is not installed")


def form_bytes(mark: str) -> bytes:
    return f"{form_text()}\n{mark}\n".encode()


def ingested(raw: Path, settings: Settings = SETTINGS) -> dict[str, tuple[str, str | None]]:
    """Status and reason of every document, by source."""
    out = raw.parent / "processed"
    ingest_here(raw, out, settings=settings)
    return documents(out)


def problems(archive: Path, settings: Settings = SETTINGS) -> dict[str, tuple[str, str]]:
    """The members that were not unpacked, each with its reason; of a whole archive, under an empty name."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            unpack(archive, Path(folder), settings)
        except InputError as error:
            assert "\n" not in str(error)
            assert not unpacked_names(Path(folder))
            return {"": (error.reason, error.detail)}
        return dict(unpacked(Path(folder)).problems)


def unpacked_names(folder: Path) -> list[str]:
    return sorted(unpacked(folder).files) if (folder / unpacking.INDEX).exists() else []


def names(archive: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        unpack(archive, Path(folder), Settings())
        return unpacked_names(Path(folder))


class TestFoldersOfDocuments:
    def test_every_member_is_read_as_if_it_lay_in_a_folder(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        word = write_docx(table("example_project_1"), tmp_path / "a.docx").read_bytes()
        inner = write_zip(tmp_path / "inner.zip", {"二.tsv": form_bytes("二")}).read_bytes()
        write_zip(raw / "附件.zip", {"附件1/自评表.docx": word, "附件2/内.zip": inner, "README.txt": b"?"})
        write_tar(raw / "b.tar.gz", {"三.tsv": form_bytes("三"), "__MACOSX/._三.tsv": b"?"})
        (raw / "四.tsv").write_bytes(form_bytes("四"))
        before = sorted(path for path in raw.rglob("*"))
        assert ingested(raw) == {
            "b.tar.gz/三.tsv": ("ok", None),
            "四.tsv": ("ok", None),
            "附件.zip/附件1/自评表.docx": ("ok", None),
            "附件.zip/附件2/内.zip/二.tsv": ("ok", None),
        }
        assert sorted(raw.rglob("*")) == before

    def test_a_member_gives_the_rows_of_the_file_itself(self, tmp_path):
        for name in ("packed", "plain"):
            (tmp_path / name).mkdir()
        (tmp_path / "plain" / "a.tsv").write_bytes(form_bytes("x"))
        write_zip(tmp_path / "packed" / "a.zip", {"a.tsv": form_bytes("x")})
        for name in ("packed", "plain"):
            ingest_here(tmp_path / name, tmp_path / f"{name} out")
        packed, plain = (open_dataset(tmp_path / f"{name} out") for name in ("packed", "plain"))
        assert packed.fields.equals(plain.fields)
        assert packed.indicators.equals(plain.indicators)

    def test_one_archive_is_a_raw_folder_of_its_own(self, tmp_path):
        write_zip(tmp_path / "a.zip", {"x/a.tsv": form_bytes("a")})
        ingest_here(tmp_path / "a.zip", tmp_path / "out")
        assert documents(tmp_path / "out") == {"a.zip/x/a.tsv": ("ok", None)}

    def test_a_second_run_reads_nothing_again_and_tables_can_be_rebuilt(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        write_zip(raw / "a.zip", {"a.tsv": form_bytes("a"), "b.tsv": b"no form"})
        first = ingested(raw)
        plan = plan_ingest(raw, tmp_path / "processed", Settings())
        assert plan.pending == 0
        assert {document.change for document in plan.documents} == {"unchanged"}
        rebuild(tmp_path / "processed", iter)
        assert documents(tmp_path / "processed") == first

    def test_a_folder_of_page_images_is_one_document_whose_pages_can_be_seen(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        pages = {f"扫描/第{number}页.png": saved("png", number) for number in (10, 2)}
        write_zip(raw / "a.zip", pages)
        (document,) = plan_ingest(raw, tmp_path / "out", Settings()).documents
        assert (document.source.name, document.pages) == ("a.zip/扫描", 2)
        assert [file.name for file in document.source.page_files] == ["第2页.png", "第10页.png"]

    @pytest.mark.slow
    def test_the_scan_of_a_member_is_found_again(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        write_zip(
            raw / "a.zip", {"扫描/2.png": saved("png", 2), "扫描/1.png": saved("png", 1), "c.png": saved("png", 3)}
        )
        ingested(raw)
        dataset = open_dataset(tmp_path / "processed")
        for source, files in {
            "a.zip/扫描": [saved("png", 1), saved("png", 2)],
            "a.zip/c.png": [saved("png", 3)],
        }.items():
            (number,) = dataset.documents[dataset.documents["source"] == source]["document_id"]
            path = dataset.original(number)[0]
            found = sorted(path.iterdir()) if path.is_dir() else [path]
            assert [file.read_bytes() for file in found] == files

    def test_an_archive_that_is_gone_leaves_nothing_behind(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        write_zip(raw / "a.zip", {"a.tsv": form_bytes("a")})
        (raw / "b.tsv").write_bytes(form_bytes("b"))
        ingested(raw)
        (raw / "a.zip").unlink()
        assert ingested(raw) == {"b.tsv": ("ok", None)}


class TestNames:
    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
    def test_names_without_the_utf8_flag_are_chinese(self, tmp_path, encoding):
        written = {"附件1/市财政局自评表.tsv": b"a", "龘.tsv": b"b"}
        assert names(write_zip(tmp_path / "a.zip", written, encoding)) == sorted(written)

    def test_gb18030_whose_bytes_happen_to_be_utf8_is_not_taken_for_it(self, tmp_path):
        assert "模".encode("gb18030").decode("utf-8") == "ģ"
        assert names(write_zip(tmp_path / "a.zip", {"模.tsv": b"a"}, "gb18030")) == ["模.tsv"]

    def test_backslashes_part_folders(self, tmp_path):
        assert names(write_zip(tmp_path / "a.zip", {"附件\\表.tsv": b"a"})) == ["附件/表.tsv"]

    def test_tar_names_in_gb18030(self, tmp_path):
        with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT, encoding="gb18030") as package:
            package.addfile(tarfile.TarInfo("自评表.tsv"))
        assert names(tmp_path / "a.tar") == ["自评表.tsv"]

    def test_two_members_of_one_name_are_both_there(self, tmp_path):
        with pytest.warns(UserWarning), zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
            for content in ("1", "2"):
                package.writestr("a.tsv", content)
        assert names(tmp_path / "a.zip") == ["a (2).tsv", "a.tsv"]


class TestHostileArchives:
    @pytest.mark.parametrize("name", ["../a.tsv", "/etc/a.tsv", "C:\\a.tsv", "x/../../a.tsv", "..\\a.tsv"])
    @pytest.mark.parametrize("write", [write_zip, write_tar])
    def test_a_name_that_leads_out_is_refused_and_its_neighbours_are_read(self, tmp_path, name, write):
        (tmp_path / "in").mkdir()
        archive = write(tmp_path / "in" / "a.zip", {name: b"evil", "good.tsv": b"good"})
        (tmp_path / "to").mkdir()
        unpack(archive, tmp_path / "to", Settings())
        found = unpacked(tmp_path / "to")
        assert list(found.files) == ["good.tsv"]
        assert {reason for reason, _ in found.problems.values()} == {"outside"}
        assert sorted(path.name for path in tmp_path.rglob("*.tsv")) == ["000002.tsv"]

    def test_links_are_not_followed(self, tmp_path):
        with tarfile.open(tmp_path / "a.tar", "w") as package:
            for name, kind, to in (("a", tarfile.SYMTYPE, "/etc/passwd"), ("b", tarfile.LNKTYPE, "/etc/passwd")):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, to
                package.addfile(info)
            pipe = tarfile.TarInfo("c")
            pipe.type = tarfile.FIFOTYPE
            package.addfile(pipe)
        link = zipfile.ZipInfo("d")
        link.external_attr = 0o120777 << 16
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
            package.writestr(link, "/etc/passwd")
        assert {reason for reason, _ in problems(tmp_path / "a.tar").values()} == {"outside"}
        assert {name: reason for name, (reason, _) in problems(tmp_path / "a.zip").items()} == {"d": "outside"}

    @pytest.mark.parametrize("write", [write_zip, write_tar])
    def test_what_unpacks_without_end_is_stopped(self, tmp_path, write):
        bomb = write(tmp_path / "a.zip", {f"{n}.txt": bytes(20_000_000) for n in range(3)})
        for settings in (Settings(), Settings(max_expansion=10**6, max_unpacked=30_000_000)):
            ((reason, message),) = problems(bomb, settings).values()
            assert reason == "too-large"
            assert "raise it with WORKBENCH_MAX_" in message

    def test_a_member_above_the_size_of_a_file_is_refused_alone(self, tmp_path):
        archive = write_zip(tmp_path / "a.zip", {"a.txt": b"x" * 2000, "b.txt": b"x"})
        assert problems(archive, Settings(max_bytes=1000)).keys() == {"a.txt"}

    @pytest.mark.parametrize("write", [write_zip, write_tar])
    def test_more_members_than_the_limit_are_too_many(self, tmp_path, write):
        archive = write(tmp_path / "a.zip", {f"{n}": b"" for n in range(20_000)})
        ((reason, message),) = problems(archive).values()
        assert reason == "too-large"
        assert "WORKBENCH_MAX_MEMBERS" in message

    def test_archives_are_opened_two_deep(self, tmp_path):
        content, deep = b"x", tmp_path / "deep.zip"
        for name in ("a.tsv", "c.zip", "b.zip"):
            content = write_zip(deep, {name: content}).read_bytes()
        assert problems(deep) == {
            "b.zip/c.zip": ("unsupported", "an archive in an archive in an archive is not opened; unpack it")
        }

    def test_a_bomb_in_an_archive_counts_as_one_in_the_whole(self, tmp_path):
        inner = write_zip(tmp_path / "inner.zip", {"a.txt": bytes(50_000_000)}).read_bytes()
        assert problems(write_zip(tmp_path / "a.zip", {"inner.zip": inner}))[""][0] == "too-large"

    def test_a_password_is_a_reason_in_words(self, tmp_path):
        content = bytearray(write_zip(tmp_path / "a.zip", {"a.tsv": b"x", "b.tsv": b"y"}).read_bytes())
        for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            content[content.index(mark) + at] |= 1
        (tmp_path / "a.zip").write_bytes(content)
        ((name, (reason, message)),) = problems(tmp_path / "a.zip").items()
        assert (name, reason) == ("a.tsv", "encrypted")
        assert "password" in message

    def test_what_could_be_unpacked_of_a_cut_archive_is_read_and_the_rest_is_said_to_be_missing(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        noise = random.Random(1).randbytes(50_000)
        cut = write_tar(tmp_path / "a.tar.gz", {"a.tsv": form_bytes("a"), "b.tsv": noise}).read_bytes()[:-20_000]
        (raw / "a.tar.gz").write_bytes(cut)
        found = ingested(raw)
        assert found["a.tar.gz/a.tsv"] == ("ok", None)
        assert found["a.tar.gz"] == found["a.tar.gz/b.tsv"] == ("failed", "unreadable")

    @pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tgz", ".tar", ".7z", ".rar", ".tar.bz2"])
    @pytest.mark.parametrize(
        "content",
        [b"", b"PK\3\4", b"PK\3\4" + bytes(500), b"\x1f\x8b\x08" + bytes(50), b"BZh9" + bytes(50), b"no archive",
         b"7z\xbc\xaf\x27\x1c" + bytes(100), b"Rar!\x1a\x07\x00" + bytes(100), b"Rar!\x1a\x07\x01\x00" + bytes(90),
         bytes(257) + b"ustar" + bytes(300)],
    )  # fmt: skip
    def test_no_archive_at_all_is_one_clear_sentence(self, tmp_path, suffix, content):
        (tmp_path / f"a{suffix}").write_bytes(content)
        ((reason, message),) = problems(tmp_path / f"a{suffix}").values()
        assert reason in ("unreadable", "empty", "unsupported")
        assert len(message) < 300

    def test_bad_archives_harm_nobody(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        (raw / "cut.zip").write_bytes(write_zip(tmp_path / "a.zip", {"a.tsv": form_bytes("a")}).read_bytes()[:300])
        (raw / "none.zip").write_bytes(b"none")
        write_zip(raw / "empty.zip", {})
        write_zip(raw / "bomb.zip", {"a.txt": bytes(50_000_000)})
        (raw / "outside.zip").symlink_to("/etc/passwd")
        (raw / "good.tsv").write_bytes(form_bytes("good"))
        assert ingested(raw) == {
            "bomb.zip": ("failed", "too-large"),
            "cut.zip": ("failed", "unreadable"),
            "empty.zip": ("failed", "empty"),
            "good.tsv": ("ok", None),
            "none.zip": ("failed", "unreadable"),
            "outside.zip": ("failed", "outside"),
        }

    def test_an_office_file_under_the_name_of_an_archive_is_told(self, tmp_path):
        path = write_docx(table("example_project_1"), tmp_path / "a.zip")
        ((reason, message),) = problems(path).values()
        assert reason == "unsupported"
        assert "Office" in message


class TestOtherPrograms:
    def test_without_a_program_the_sentence_says_which_to_install(self, tmp_path, monkeypatch):
        monkeypatch.setattr(archive_members, "archive_program", lambda: None)
        archive = write_rar(tmp_path / "a.rar", {"a.tsv": b"x"})
        ((reason, message),) = problems(archive).values()
        assert reason == "unsupported"
        assert "libarchive-tools" in message

    @needs_bsdtar
    def test_7z_and_rar(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        write_rar(raw / "a.rar", {"x/a.tsv": form_bytes("a")})
        (tmp_path / "附件").mkdir()
        (tmp_path / "附件" / "表.tsv").write_bytes(form_bytes("b"))
        command = [archive_program(), "-c", "--format=7zip", "-f", raw / "b.7z", "-C", tmp_path, "附件"]
        subprocess.run(command, check=True, env={"LC_ALL": "C.UTF-8"})
        assert ingested(raw) == {"a.rar/x/a.tsv": ("ok", None), "b.7z/附件/表.tsv": ("ok", None)}

    @needs_bsdtar
    def test_a_rar_with_a_password_is_not_read_as_it_lies_there(self, tmp_path):
        ((reason, message),) = problems(write_rar(tmp_path / "a.rar", {"a.tsv": b"x"}, flags=4)).values()
        assert reason == "encrypted"
        assert "password" in message


def test_an_error_about_a_document_in_an_archive_names_its_place_there(tmp_path):
    """It named a file in a temporary folder."""
    (tmp_path / "raw").mkdir()
    form = write_docx(table("example_project_1"), tmp_path / "a.docx").read_bytes()
    write_zip(tmp_path / "raw" / "a.zip", {"附件1/x.docx": form})
    ingested(tmp_path / "raw")
    dataset = open_dataset(tmp_path / "processed")
    with pytest.raises(InputError) as caught:
        dataset.crop(dataset.forms["form_id"][0], "indicators", 1, "score")
    assert (caught.value.reason, caught.value.source) == ("no-picture", "a.zip/附件1/x.docx")
