"""Images that are cut, lie, explode, or are of a kind that scanners seldom write."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from tests.zoo.kinds import Kind, Make, flipped, half, raw, ruled_page

FORMATS = {"png": "PNG", "jpg": "JPEG", "tif": "TIFF", "bmp": "BMP", "webp": "WEBP"}


@cache
def saved(suffix: str, mark: int = 0) -> bytes:
    options = {"webp": {"lossless": True}, "tif": {"compression": "tiff_lzw"}}.get(suffix, {})
    return encoded(ruled_page(mark=mark).convert("RGB"), FORMATS[suffix], **options)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def as_mode(kind: str, mode: str, mark: int, **options: object) -> Make:
    return lambda path: path.write_bytes(encoded(ruled_page(mark=mark).convert(mode), kind, **options))


# --- PNG from its chunks


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int, height: int, data: bytes, depth: int = 8, colour: int = 0, *extra: bytes, end: bool = True
) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = b"".join(extra) + (chunk(b"IDAT", data) if data else b"")
    return b"\x89PNG\r\n\x1a\n" + head + body + (chunk(b"IEND", b"") if end else b"")


@cache
def zeros(count: int, byte: bytes = b"\0") -> bytes:
    """So many bytes, packed about a thousand to one."""
    packer = zlib.compressobj(1)
    block = byte * 1_000_000
    packed = [packer.compress(block) for _ in range(count // len(block))]
    return b"".join([*packed, packer.compress(byte * (count % len(block))), packer.flush()])


def ruled_rows(mark: int, depth: int = 8) -> bytes:
    page = np.asarray(ruled_page(mark=mark))
    rows = page if depth == 8 else (page.astype(np.uint16) * 257).astype(">u2").view(np.uint8)
    return zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))


def apng(path: Path) -> None:
    pages = [ruled_page(mark=41), Image.new("L", (600, 600), 0), Image.new("L", (600, 600), 128)]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=100)


def animation(kind: str, mark: int) -> Make:
    def make(path: Path) -> None:
        pages = [ruled_page(mark=mark), Image.new("L", (600, 600), 0), Image.new("L", (600, 600), 128)]
        pages[0].save(path, kind, save_all=True, append_images=pages[1:], duration=100)

    return make


# --- TIFF from its directories

Tag = tuple[int, int, int, int]
"""Number, type, count and value (or offset) of a field."""


def tiff(*directories: list[Tag], links: tuple[int, ...] = (), data: bytes = b"") -> bytes:
    """Directories one after the other; ``links``: which one follows each (-1: none)."""
    size = max(2 + 12 * len(tags) + 4 for tags in directories)
    start = 8 + len(data)
    content = struct.pack("<2sHI", b"II", 42, start) + data
    for number, tags in enumerate(directories):
        following = links[number] if number < len(links) else -1
        body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
        body += struct.pack("<I", start + size * following if following >= 0 else 0)
        content += body.ljust(size, b"\0")
    return content


def grey(width: int = 600, height: int = 600, offset: int = 8, count: int | None = None) -> list[Tag]:
    strip = (279, 4, 1, width * height if count is None else count)
    return [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, offset),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        strip,
    ]


def pixels(mark: int) -> bytes:
    return np.asarray(ruled_page(mark=mark)).tobytes()


def many_directories(path: Path) -> None:
    """A hundred thousand pages that share one picture."""
    tags = grey()
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start, size = 8 + 360_000, len(body) + 4
    links = (struct.pack("<I", start + size * number) for number in range(1, 100_001))
    path.write_bytes(struct.pack("<2sHI", b"II", 42, start) + pixels(43) + b"".join(body + link for link in links))


def with_orientation(orientation: int) -> Make:
    def make(path: Path) -> None:
        turned = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
        exif = Image.Exif()
        exif[0x0112] = orientation
        image = ruled_page(mark=orientation)
        image = image.transpose(turned[orientation]) if orientation in turned else image
        image.save(path, exif=exif)

    return make


def progressive_lies(path: Path) -> None:
    """A JPEG whose scans are said to be of another component than there is."""
    content = encoded(ruled_page(mark=44), "JPEG", progressive=True)
    at = content.rindex(b"\xff\xda") + 5
    path.write_bytes(content[:at] + b"\x77" + content[at + 1 :])


def jpeg_of_size(width: int, height: int) -> bytes:
    content = encoded(ruled_page(), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def bmp_of_size(width: int, height: int) -> bytes:
    content = saved("bmp")
    return content[:18] + struct.pack("<ii", width, height) + content[26:]


def webp_of_size() -> bytes:
    """The largest canvas there is, of one colour."""
    return encoded(Image.new("L", (16_383, 16_383), 255), "WEBP", lossless=True, method=0)


EPS = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 600 600\n%%EndComments\n"
    b"(/tmp/zoo-was-here) (w) file closefile\nshowpage\n"
)
PPM = b"P5 600 600 255\n" + b"\0" * 360_000
ICON = b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0" + b"\0" * 1128
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600"><rect width="9" height="9"/></svg>'
NOISE = np.random.default_rng(7).integers(0, 255, (700, 700), dtype=np.uint8)


def kinds() -> list[Kind]:
    found = [Kind(f"half.{suffix}", raw(half(saved(suffix))), "unreadable") for suffix in FORMATS]
    found += [Kind(f"only its first bytes.{suffix}", raw(saved(suffix)[:20]), "unreadable") for suffix in FORMATS]
    found += [Kind(f"nothing in it.{suffix}", raw(b""), "unreadable") for suffix in (*FORMATS, "jpeg", "tiff")]
    found += [Kind(f"zeros.{suffix}", raw(bytes(5000)), "unreadable") for suffix in FORMATS]
    found += [
        Kind("a bit of its size turned.png", raw(flipped(saved("png"), 18)), "unreadable"),
        Kind("a bit of its pixels turned.png", raw(flipped(saved("png"), len(saved("png")) // 2)), "unreadable"),
        Kind("a bit of its pixels turned.jpg", raw(flipped(saved("jpg"), len(saved("jpg")) // 2)), "unknown-form"),
        Kind("a bit of its pixels turned.bmp", raw(flipped(saved("bmp"), 540_054)), "unknown-form"),
        Kind("a bit of its directory turned.tif", raw(flipped(saved("tif"), 4, 7)), "unreadable"),
        Kind("a bit of its length turned.webp", raw(flipped(saved("webp"), 18, 6)), "unreadable"),
        Kind("says it is huge.png", raw(png(60_000, 60_000, zeros(1000))), "too-large", "60,000 × 60,000"),
        Kind("says it is huge.jpg", raw(jpeg_of_size(65_500, 65_500)), "too-large", "WORKBENCH_MAX_PIXELS"),
        Kind("says it is huge.bmp", raw(bmp_of_size(2**31 - 1, 2**31 - 1)), "too-large"),
        Kind("says it is huge.tif", raw(tiff(grey(2**31 - 1, 2**31 - 1, count=100))), "too-large"),
        Kind("is huge.png", raw(png(40_000, 40_000, zeros(200_040_000), 1)), "too-large", "max_pixels = 120,000,000"),
        Kind("is huge.webp", raw(webp_of_size()), "too-large"),
        Kind("is nothing wide.png", raw(png(0, 600, zeros(1000))), "unreadable"),
        Kind("is nothing wide.tif", raw(tiff(grey(0, 600))), "unreadable"),
        Kind("one pixel.png", raw(png(1, 1, zeros(2))), "unreadable", "1 × 1 pixels"),
        Kind("a hair.png", raw(png(60_000, 1, zeros(60_001))), "unreadable"),
        Kind("a ribbon.png", raw(png(40_000, 64, zeros(64 * 40_001, b"\xff"))), "unreadable"),
        Kind("more pixels than its size.png", raw(png(600, 600, zeros(50_000_000))), "no-table"),
        Kind("fewer pixels than its size.png", raw(png(600, 600, zeros(60_000))), "unreadable"),
        Kind("no pixels.png", raw(png(600, 600, b"")), "unreadable"),
        Kind("no end.png", raw(png(600, 600, ruled_rows(1), 8, 0, end=False)), "unknown-form"),
        Kind("wrong check sum.png", raw(flipped(saved("png"), 30)), "unreadable"),
        Kind(
            "a text that unpacks to 100 MB.png",
            raw(png(600, 600, ruled_rows(2), 8, 0, chunk(b"zTXt", b"a\0\0" + zeros(100_000_000)))),
            "unreadable",
        ),
        Kind(
            "a colour profile that unpacks to 100 MB.png",
            raw(png(600, 600, ruled_rows(3), 8, 0, chunk(b"iCCP", b"a\0\0" + zeros(100_000_001)))),
            "unreadable",
        ),
        Kind(
            "a chunk longer than the file.png",
            raw(saved("png", 4)[:33] + b"\x7f\xff\xff\xff" + saved("png", 4)[37:]),
            "unknown-form",
        ),
        Kind("depth 3.png", raw(png(600, 600, ruled_rows(5), 3)), "unreadable"),
        Kind("16 bits.png", raw(png(600, 600, ruled_rows(6, 16), 16)), "unknown-form"),
        Kind("1 bit.png", as_mode("PNG", "1", 7), "unknown-form"),
        Kind("1 bit.tif", as_mode("TIFF", "1", 8, compression="group4"), "unknown-form"),
        Kind("palette.png", as_mode("PNG", "P", 9), "unknown-form"),
        Kind("palette.tif", as_mode("TIFF", "P", 10), "unknown-form"),
        Kind("alpha.png", as_mode("PNG", "RGBA", 11), "unknown-form"),
        Kind("grey and alpha.png", as_mode("PNG", "LA", 12), "unknown-form"),
        Kind("one colour is transparent.png", as_mode("PNG", "L", 13, transparency=255), "unknown-form"),
        Kind("CMYK.jpg", as_mode("JPEG", "CMYK", 14), "unknown-form"),
        Kind("CMYK.tif", as_mode("TIFF", "CMYK", 15), "unknown-form"),
        Kind("Lab.tif", as_mode("TIFF", "LAB", 16), "unknown-form"),
        Kind("floating point.tif", as_mode("TIFF", "F", 17), "unknown-form"),
        Kind("32 bits.tif", as_mode("TIFF", "I", 18), "unknown-form"),
        Kind("16 bits.tif", as_mode("TIFF", "I;16", 19), "unknown-form"),
        Kind("progressive.jpg", as_mode("JPEG", "L", 20, progressive=True), "unknown-form"),
        Kind("scans of a component that is not there.jpg", progressive_lies, "unreadable"),
        Kind("animated.webp", animation("WEBP", 21), "unknown-form"),
        Kind("animated GIF.png", animation("GIF", 22), "unknown-form"),
        Kind("animated.gif", animation("GIF", 23), "unsupported"),
        Kind("animated.png", apng, "unknown-form"),
        *(Kind(f"turned by its camera {turn}.jpg", with_orientation(turn), "unknown-form") for turn in (3, 6, 8)),
        Kind("a turn that there is not.jpg", with_orientation(99), "unknown-form"),
        Kind("PNG under a false name.jpg", raw(saved("png", 24)), "unknown-form"),
        Kind("JPEG under a false name.tif", raw(saved("jpg", 25)), "unknown-form"),
        Kind("a program for printers.png", raw(EPS), "unreadable", "not an image"),
        Kind("a program for printers.jpg", raw(EPS), "unreadable", "not an image"),
        Kind("PPM under a false name.bmp", raw(PPM), "unreadable", "not an image"),
        Kind("icon under a false name.png", raw(ICON), "unreadable", "not an image"),
        Kind("SVG under a false name.png", raw(SVG), "unreadable", "not an image"),
        Kind("a drawing.svg", raw(SVG), "unsupported"),
        Kind("its directory follows itself.tif", raw(tiff(grey(), links=(0,), data=pixels(26))), "unknown-form"),
        Kind(
            "its directories follow each other.tif",
            raw(tiff(grey(), grey(), links=(1, 0), data=pixels(27))),
            "unknown-form",
        ),
        Kind(
            "its second directory is empty.tif",
            raw(tiff(grey(), [], links=(1,), data=pixels(61))),
            "unreadable",
            "damaged",
        ),
        Kind("100,000 directories.tif", many_directories, "too-large", "max_pages = 2,000"),
        Kind("its directory is behind its end.tif", raw(struct.pack("<2sHI", b"II", 42, 2**31)), "unreadable"),
        Kind("its pixels are behind its end.tif", raw(tiff(grey(offset=2**31))), "unreadable"),
        Kind("a strip of 4 GB.tif", raw(tiff(grey(count=2**32 - 1), data=pixels(28))), "unknown-form"),
        Kind(
            "a field of 4 billion numbers.tif",
            raw(tiff([*grey(), (320, 3, 2**32 - 1, 8)], data=pixels(29))),
            "unknown-form",
        ),
        Kind(
            "tiles larger than all.tif",
            raw(
                tiff(
                    [
                        *grey()[:5],
                        (277, 3, 1, 1),
                        (322, 4, 1, 2**30),
                        (323, 4, 1, 2**30),
                        (324, 4, 1, 8),
                        (325, 4, 1, 100),
                    ],
                    data=pixels(30),
                )
            ),
            "unreadable",
        ),
        Kind("noise.png", raw(encoded(Image.fromarray(NOISE), "PNG")), "no-table"),
        Kind("black.png", raw(encoded(Image.new("L", (600, 600), 0), "PNG")), "no-table"),
        Kind("white.png", raw(encoded(Image.new("L", (600, 600), 255), "PNG")), "no-table"),
    ]
    return found
