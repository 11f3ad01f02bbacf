"""Archives as programs write them, and as strangers do."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path


def write_zip(path: Path, members: Mapping[str, bytes], encoding: str | None = None) -> Path:
    """A zip; with an encoding, its names are in that one without a flag that says so, as Windows' own program does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            if encoding is not None:
                info = _Unflagged(name)
                info.encoding = encoding
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, content)
    return path


class _Unflagged(zipfile.ZipInfo):
    __slots__ = ("encoding",)

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name of the one it replaces
        return self.filename.encode(self.encoding), self.flag_bits


def write_tar(path: Path, members: Mapping[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as package:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            package.addfile(info, io.BytesIO(content))
    return path


def write_rar(path: Path, members: Mapping[str, bytes], flags: int = 0) -> Path:
    """A RAR of version 4 whose members are stored as they are (method 0x30); flag 4 says that they have a password.

    Source: TechNote of RAR 4: every block is a CRC-16, a type, flags and a size, then what its type asks for.
    """
    blocks = [b"Rar!\x1a\x07\x00", _rar_block(0x73, 0, bytes(6))]
    for name, content in members.items():
        encoded = name.encode("ascii")
        head = struct.pack("<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0x50000000, 20, 0x30,
                           len(encoded), 0o100644)  # fmt: skip
        blocks += [_rar_block(0x74, 0x8000 | flags, head + encoded), content]
    path.write_bytes(b"".join([*blocks, _rar_block(0x7B, 0x4000, b"")]))
    return path


def _rar_block(kind: int, flags: int, rest: bytes) -> bytes:
    body = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
    return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body
