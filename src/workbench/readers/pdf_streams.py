"""What the packed streams of a PDF unpack to, found out before the file is opened and without keeping any of it."""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from workbench.language import Phrase
from workbench.readers.limits import too_large
from workbench.settings import Settings

STREAM = re.compile(rb"stream\r?\n")

LONGEST_HEAD = 4_000
"""Bytes before a stream among which its description is looked for."""

PACKED = re.compile(rb"/(?:FlateDecode|Fl)\b")

MOST_TIMES = 4
"""Times that a stream may be packed in itself; pdfium refuses more."""

PIECE = 1 << 16
BYTES_PER_PIXEL = 4


def require_streams(path: Path, settings: Settings) -> None:
    """Refuse a PDF with a stream that unpacks to more than ``max_text_bytes``, or to more than ``max_pixels``.

    Source: ISO 32000-1, 7.3.8 (streams, never inside another one) and 7.4.4 (zlib). Other ways of packing are not
    looked into; for those there are the limits of reading a page.

    Raises:
        InputError: ``too-large``.
        OSError: the file cannot be read.
    """
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for found in STREAM.finditer(content):
            head = content[max(0, found.start() - LONGEST_HEAD) : found.start()]
            head = head[head.rfind(b"obj") + 1 :]
            times = min(max(1, len(PACKED.findall(head))), MOST_TIMES)
            is_picture = b"/Image" in head
            limit = BYTES_PER_PIXEL * settings.max_pixels if is_picture else settings.max_text_bytes
            size = 0
            for piece in _unpacked(content, found.end(), times):
                size += len(piece)
                if size > limit:
                    name = "max_pixels" if is_picture else "max_text_bytes"
                    raise too_large(
                        path, Phrase("a part of the PDF unpacks to {size:,} bytes or more", size=size), name, settings
                    )


def _unpacked(content: mmap.mmap, start: int, times: int) -> Iterator[bytes]:
    """A stream in pieces, unpacked so many times; nothing where it is packed otherwise."""
    pieces: Iterator[bytes] = (content[at : at + PIECE] for at in range(start, len(content), PIECE))
    for _ in range(times):
        pieces = _inflated(pieces)
    return pieces


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Up to the end of the packed data, or to where it is damaged."""
    unpacker = zlib.decompressobj()
    try:
        for piece in packed:
            rest = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, PIECE)
                rest = unpacker.unconsumed_tail
            if unpacker.eof:
                return
    except zlib.error:
        return
