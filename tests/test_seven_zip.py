"""7z and rar with a password: opened by 7-Zip with the passwords that a user knows, or refused in one sentence."""

from __future__ import annotations

import base64
import shutil
import stat
import sys
from pathlib import Path

import pytest

from workbench.errors import InputError
from workbench.readers import archive_members, seven_zip
from workbench.readers.unpacking import unpack, unpacked
from workbench.settings import Settings

SETTINGS = Settings()
SECRET = "s3cret"
TEXTS = {"a.tsv": "甲\t1\n", "附件/b.tsv": "乙\t2\n"}
LOCKED = {
    "the files": (
        "N3q8ryccAAS5gKaDmgAAAAAAAAAiAAAAAAAAALBwn1Vv2ooIAIENnEkB4GJRtbkoAACBMweuD87ysgwHsMPa919FiphISvmrFVaU"
        "xji9Se+L0wMaKVjljMJSKnYV1TQCQR0jEhUnettvbLcjVUbKQmAc/O+hQFu+b8DeMr16Y1qFsZL4z6Ge7fqtd7OPcsBYuwRG3dF7"
        "gBMDaaDZJnhv/x47RdxX8a8BxAo/rTxBoX9et00177wAAAAAFwYQAQmAigAHCwEAASMDAQEFXQAQAAAMgKIKAbCX1XYAAA=="
    ),
    "their names, too": (
        "N3q8ryccAAQFmvzdoAAAAAAAAAA+AAAAAAAAANvh86LQuIBaHMBKW0PNiLsnAg4CGJGaW2rGir6Yq/BXOE5ShWEoFF/odI5jtWrK"
        "RsD1XER63D+/B6DGujYGyEMGZ1ZhKIWZH6OrLGi+zEIwl4I2qJtLqLXiIPKYtCI1YM8eoFuyVxURfVCXtVSjzLUxJ8h/KKyiRa03"
        "r9Cjm20hHINKW74x7rsQGfriKC7B4I0W7jB84+sxbY+GaUoReCpXYB4cFwYQAQmAkAAHCwEAAiQG8QcBElMPVafnVTq2KAe6g/x2"
        "lO6BFCMDAQEFXQAQAAABAAyAioCiCgHeC2hhAAA="
    ),
}
"""7z archives of these texts, made by 7-Zip 26.02 with -ps3cret, the second with -mhe=on."""

needs_7zip = pytest.mark.skipif(not any(map(shutil.which, ("7zz", "7z", "7za"))), reason="7-Zip is not installed")

PROGRAM = """#!{python}
import sys
asked = sys.stdin.readline().strip()
if asked != {secret!r} and {names_locked}:
    sys.exit("ERROR: Cannot open encrypted archive. Wrong password?")
if sys.argv[1] == "l":
    print("Path = a.7z\\n\\n----------\\nPath = 附件\\nAttributes = D drwxr-xr-x\\n")
    print("Path = a.tsv\\nSize = 6\\nCRC = 0027587B\\nEncrypted = +\\nAttributes = A -rw-r--r--\\n")
    print("Path = link\\nSize = 3\\nCRC = \\nEncrypted = +\\nAttributes = A lrwxrwxrwx\\n")
    print("Path = 附件/b.tsv\\nSize = 6\\nCRC = {check_sum}\\nEncrypted = +\\nAttributes = A -rw-r--r--\\n")
elif asked != {secret!r}:
    sys.exit("ERROR: Wrong password?")
elif sys.argv[1] == "x":
    sys.stdout.buffer.write("甲\\t1\\n/a/乙\\t2\\n".encode())
"""
"""What 7-Zip says and writes of such an archive that holds a link as well."""


def program(folder: Path, *, names_locked: bool = False, check_sum: str = "E3FCBA9C") -> str:
    path = folder / "7zz"
    path.write_text(
        PROGRAM.format(python=sys.executable, secret=SECRET, names_locked=names_locked, check_sum=check_sum), "utf-8"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def archive(folder: Path) -> Path:
    path = folder / "a.7z"
    path.write_bytes(base64.b64decode(LOCKED["the files"]))
    return path


def texts(path: Path, folder: Path) -> dict[str, str]:
    folder.mkdir()
    unpack(path, folder, SETTINGS)
    return {name: file.read_text("utf-8") for name, file in unpacked(folder).files.items()}


def refusal(path: Path, folder: Path) -> InputError:
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        unpack(path, folder, SETTINGS)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for the program")
class TestWhatTheProgramSays:
    @pytest.mark.parametrize("names_locked", [False, True])
    def test_gives_the_files_with_the_password_that_fits(self, tmp_path, monkeypatch, names_locked):
        found = program(tmp_path, names_locked=names_locked)
        monkeypatch.setattr(seven_zip, "seven_zip", lambda: found)
        monkeypatch.setenv("WORKBENCH_PASSWORDS", f"wrong;{SECRET}")
        assert texts(archive(tmp_path), tmp_path / "out") == TEXTS
        assert {name: problem[0] for name, problem in unpacked(tmp_path / "out").problems.items()} == {
            "link": "outside"
        }
        monkeypatch.setenv("WORKBENCH_PASSWORDS", "wrong")
        error = refusal(archive(tmp_path), tmp_path / "no")
        assert error.reason == "encrypted"
        assert "WORKBENCH_PASSWORDS" in error.detail

    def test_is_held_against_the_check_sums(self, tmp_path, monkeypatch):
        found = program(tmp_path, check_sum="E3FCBA9D")
        monkeypatch.setattr(seven_zip, "seven_zip", lambda: found)
        monkeypatch.setenv("WORKBENCH_PASSWORDS", SECRET)
        assert texts(archive(tmp_path), tmp_path / "out") == {"a.tsv": TEXTS["a.tsv"]}
        assert unpacked(tmp_path / "out").problems["附件/b.tsv"][0] == "unreadable"


@needs_7zip
@pytest.mark.parametrize("what", LOCKED)
def test_a_7z_is_opened_with_the_password_that_fits(tmp_path, monkeypatch, what):
    path = tmp_path / "a.7z"
    path.write_bytes(base64.b64decode(LOCKED[what]))
    monkeypatch.setenv("WORKBENCH_PASSWORDS", f"wrong;{SECRET}")
    assert texts(path, tmp_path / "out") == TEXTS
    monkeypatch.setenv("WORKBENCH_PASSWORDS", "wrong")
    assert refusal(path, tmp_path / "no").reason == "encrypted"


@pytest.mark.skipif(archive_members.archive_program() is None, reason="bsdtar is not installed")
@pytest.mark.parametrize("what", LOCKED)
def test_without_7_zip_the_sentence_says_what_to_do(tmp_path, monkeypatch, what):
    path = tmp_path / "a.7z"
    path.write_bytes(base64.b64decode(LOCKED[what]))
    monkeypatch.setattr(seven_zip, "seven_zip", lambda: None)
    monkeypatch.setenv("WORKBENCH_PASSWORDS", SECRET)
    error = refusal(path, tmp_path / "out")
    assert error.reason == "encrypted"
    assert "7-Zip" in error.detail
