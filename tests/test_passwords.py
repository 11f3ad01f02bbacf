"""Passwords that a user knows are tried on what asks for one, and written nowhere."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from tests.opened import problem, scored
from tests.opened import read as read_text
from tests.packed import write_zip
from tests.printed import table
from tests.stubs import ingest_here
from tests.written import write_docx
from workbench.dataset.store import open_dataset
from workbench.errors import InputError
from workbench.readers.documents import open_source
from workbench.readers.pages import count_pages, load_page
from workbench.readers.passwords import known_passwords
from workbench.readers.unpacking import unpack, unpacked
from workbench.settings import Settings

FORM = "example_project_1"
SECRET = "开门 2023"
SETTINGS = Settings()


def locked_pdf(path: Path) -> Path:
    from fpdf import FPDF

    document = FPDF()
    document.add_page()
    document.rect(20, 20, 80, 80)
    document.set_encryption(owner_password="owner", user_password="s3cret")
    path.write_bytes(bytes(document.output()))
    return path


def locked_docx(path: Path) -> Path:
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
    plain = write_docx(table(FORM), path.with_suffix(".plain"))
    with plain.open("rb") as stream, path.open("wb") as locked:
        ooxml.OOXMLFile(stream).encrypt(SECRET, locked)
    plain.unlink()
    return path


def locked_zip(path: Path, name: str, content: bytes, secret: bytes) -> Path:
    """A zip whose one member is locked the old way. Source: APPNOTE.TXT 6.1."""
    write_zip(path, {name: content})
    packed = bytearray(path.read_bytes())
    crc = zlib.crc32(content)
    start = 30 + len(name)
    size = int.from_bytes(packed[18:22], "little")
    table_ = [_entry(n) for n in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table_[(keys[0] ^ byte) & 255]
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table_[(keys[2] ^ keys[1] >> 24) & 255]

    for byte in secret:
        update(byte)
    out = bytearray()
    for byte in bytes(11) + bytes([crc >> 24]) + packed[start : start + size]:
        key = keys[2] | 2
        out.append(byte ^ (key * (key ^ 1) >> 8) & 255)
        update(byte)
    packed[start : start + size] = out
    for mark, flag, length in ((b"PK\3\4", 6, 18), (b"PK\1\2", 8, 20)):
        at = packed.index(mark)
        packed[at + flag] |= 1
        packed[at + length : at + length + 4] = (size + 12).to_bytes(4, "little")
    end = packed.index(b"PK\5\6")
    packed[end + 16 : end + 20] = packed.index(b"PK\1\2").to_bytes(4, "little")
    path.write_bytes(packed)
    return path


def _entry(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
    return value


def test_passwords_are_a_list_or_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv("WORKBENCH_PASSWORDS", raising=False)
    assert known_passwords() == []
    monkeypatch.setenv("WORKBENCH_PASSWORDS", "甲; b c ;;甲\n/no/such/file")
    assert known_passwords() == ["甲", "b c", "/no/such/file"]
    (tmp_path / "words.txt").write_text("一\n\n二;三\r\n", "gb18030")
    monkeypatch.setenv("WORKBENCH_PASSWORDS", str(tmp_path / "words.txt"))
    assert known_passwords() == ["一", "二;三"]


def test_a_pdf_is_opened_with_the_password_that_fits(tmp_path, monkeypatch):
    source = open_source(locked_pdf(tmp_path / "a.pdf"))
    with pytest.raises(InputError, match="WORKBENCH_PASSWORDS"):
        count_pages(source, SETTINGS)
    monkeypatch.setenv("WORKBENCH_PASSWORDS", "wrong;s3cret")
    assert count_pages(source, SETTINGS) == 1
    assert load_page(source, 1, SETTINGS).image.min() < 100
    monkeypatch.setenv("WORKBENCH_PASSWORDS", "wrong;S3cret")
    with pytest.raises(InputError, match="asks for a password"):
        load_page(source, 1, SETTINGS)


@pytest.mark.parametrize("name", ["a.docx", "a.doc", "a.xls"])
def test_an_office_file_is_read_with_the_password_that_fits(tmp_path, monkeypatch, name):
    path = locked_docx(tmp_path / name)
    assert problem(path).reason == "encrypted"
    monkeypatch.setenv("WORKBENCH_PASSWORDS", f"wrong;{SECRET}")
    pages = read_text(path)
    assert scored([page.content for page in pages], FORM).misses == ()
    assert pages[0].kind == "docx"
    monkeypatch.setenv("WORKBENCH_PASSWORDS", "wrong")
    assert problem(path).reason == "encrypted"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_zip_is_unpacked_with_the_password_that_fits(tmp_path, monkeypatch, encoding):
    path = locked_zip(tmp_path / "a.zip", "a.tsv", "甲\t1\n".encode() * 50, SECRET.encode(encoding))
    monkeypatch.setenv("WORKBENCH_PASSWORDS", ";".join([*map(str, range(90)), SECRET]))
    (tmp_path / "b").mkdir()
    unpack(path, tmp_path / "b", SETTINGS)
    found = unpacked(tmp_path / "b")
    assert [file.read_text("utf-8") for file in found.files.values()] == ["甲\t1\n" * 50]
    monkeypatch.setenv("WORKBENCH_PASSWORDS", ";".join(map(str, range(90))))
    (tmp_path / "c").mkdir()
    unpack(path, tmp_path / "c", SETTINGS)
    (problem_,) = unpacked(tmp_path / "c").problems.values()
    assert problem_[0] == "encrypted"


def test_no_password_stands_in_what_a_run_writes(tmp_path, monkeypatch, caplog):
    (tmp_path / "raw").mkdir()
    locked_docx(tmp_path / "raw" / "a.docx")
    monkeypatch.setenv("WORKBENCH_PASSWORDS", f"an0therOne;{SECRET}")
    ingest_here(tmp_path / "raw", tmp_path / "processed")
    assert list(open_dataset(tmp_path / "processed").documents["status"]) == ["ok"]
    for file in (tmp_path / "processed").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert b"an0therOne" not in content
        assert SECRET.encode() not in content
    assert SECRET not in caplog.text


def test_a_zip_that_is_locked_by_aes_is_opened_with_the_password_that_fits(tmp_path, monkeypatch):
    """7-Zip, Bandizip and WinRAR lock zips so by default; no password opened one."""
    pyzipper = pytest.importorskip("pyzipper")
    with pyzipper.AESZipFile(tmp_path / "a.zip", "w", encryption=pyzipper.WZ_AES) as package:
        package.setpassword(SECRET.encode())
        package.writestr("甲.tsv", "指标\t得分\n甲\t9\n")
        package.writestr("乙.tsv", "指标\t得分\n乙\t8\n")
    for passwords, found in (("wrong", {}), (f"wrong;{SECRET}", {"甲.tsv": "甲\t9", "乙.tsv": "乙\t8"})):
        monkeypatch.setenv("WORKBENCH_PASSWORDS", passwords)
        folder = tmp_path / str(len(found))
        folder.mkdir()
        unpack(tmp_path / "a.zip", folder, SETTINGS)
        members = unpacked(folder)
        assert {name: file.read_text("utf-8").splitlines()[1] for name, file in members.files.items()} == found
        assert {reason for reason, _ in members.problems.values()} == (set() if found else {"encrypted"})
