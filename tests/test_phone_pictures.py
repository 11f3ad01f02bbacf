"""Pictures as phones and scanners save them: the page is that of the PNG that they were made from."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops

from tests.zoo.kinds import ruled_page
from tests.zoo.pdfs import picture, with_picture
from workbench.errors import InputError
from workbench.readers import pages
from workbench.readers.documents import find_sources, open_source
from workbench.readers.pages import count_pages, load_page
from workbench.settings import Settings

SETTINGS = Settings()
PAGE = ruled_page().convert("RGB")
WHOLE = {"jp2": {"irreversible": False}, "avif": {"quality": 100, "subsampling": "4:4:4"}, "heic": {"quality": -1}}


@pytest.mark.parametrize("suffix", WHOLE)
def test_the_page_is_that_of_the_png(tmp_path, suffix):
    if suffix == "heic":
        pytest.importorskip("pillow_heif").register_heif_opener()
    path = tmp_path / f"a.{suffix}"
    PAGE.save(path, **WHOLE[suffix])
    assert count_pages(open_source(path), SETTINGS) == 1
    read = load_page(open_source(path), 1, SETTINGS).image
    assert np.abs(read.astype(int) - np.asarray(PAGE).astype(int)).max() < 16


def test_a_picture_of_several_is_one_page(tmp_path):
    PAGE.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[PAGE.resize((100, 100))])
    assert count_pages(open_source(tmp_path / "a.jpg"), SETTINGS) == 1
    assert load_page(open_source(tmp_path / "a.jpg"), 1, SETTINGS).image.shape[:2] == PAGE.size[::-1]


def test_the_turn_of_the_camera_is_undone_in_every_kind(tmp_path):
    tall = PAGE.crop((0, 0, 400, 600))
    for suffix in ("jpg", "avif", "webp", "tif"):
        exif = Image.Exif()
        exif[0x0112] = 6
        tall.save(tmp_path / f"a.{suffix}", exif=exif)
        assert load_page(open_source(tmp_path / f"a.{suffix}"), 1, SETTINGS).image.shape[:2] == (400, 600)


@pytest.mark.parametrize("most", [65535, 4095, 200])
def test_a_picture_of_16_bits_is_scaled_to_its_paper(tmp_path, most):
    """Scanners of 12 bits write 16, and a speck that is always bright is no paper."""
    values = (np.asarray(PAGE.convert("L"), dtype=float) / 255 * most).astype(np.uint16)
    values[5, 5] = 65535
    Image.fromarray(values).save(tmp_path / "a.tif")
    read = load_page(open_source(tmp_path / "a.tif"), 1, SETTINGS).image
    assert np.abs(read.astype(int) - np.asarray(PAGE).astype(int)).max() < 4


def test_without_its_package_a_heic_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    pages._formats.cache_clear()
    try:
        (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(300))
        with pytest.raises(InputError, match=r"jixiao-workbench\[heic\]") as caught:
            count_pages(open_source(tmp_path / "a.heic"), SETTINGS)
        assert caught.value.reason == "unsupported"
    finally:
        pages._formats.cache_clear()


@pytest.mark.parametrize("suffix", ["jp2", "avif"])
def test_half_a_picture_is_one_sentence(tmp_path, suffix):
    PAGE.save(tmp_path / f"a.{suffix}")
    content = (tmp_path / f"a.{suffix}").read_bytes()
    for size in (0, 20, len(content) // 2):
        (tmp_path / f"a.{suffix}").write_bytes(content[:size])
        with pytest.raises(InputError) as caught:
            load_page(open_source(tmp_path / f"a.{suffix}"), 1, SETTINGS)
        assert caught.value.reason == "unreadable"


def photograph(path: Path, taken: str) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: taken}
    Image.new("L", (200, 300), 255).save(path, exif=exif)


def test_a_folder_of_photographs_is_one_document_in_order_of_names_and_then_of_times(tmp_path):
    folder = tmp_path / "raw" / "自评表"
    folder.mkdir(parents=True)
    for name, taken in {
        "IMG_10.jpg": "2023:11:05 09:00:00",
        "IMG_2.jpg": "2023:11:05 09:40:00",  # before 10 by its number, whenever it was taken
        "IMG_3.png": "2023:11:05 09:30:02",
        "img_03.jpg": "2023:11:05 09:30:01",
    }.items():
        photograph(folder / name, taken)
    (folder / "IMG_2.jpeg").write_bytes(b"no picture")
    (source,) = find_sources(tmp_path / "raw")
    assert [file.name for file in source.page_files] == [
        "IMG_2.jpeg", "IMG_2.jpg", "img_03.jpg", "IMG_3.png", "IMG_10.jpg",
    ]  # fmt: skip
    assert open_source(folder).page_files == source.page_files


def packed_as(kind: str, page: Image.Image) -> tuple[bytes, bytes, int]:
    """A black-and-white page as scanners pack it: the data, the name of its filter in a PDF, and its bits."""
    stream = BytesIO()
    if kind == "JPX":
        page.convert("L").save(stream, "JPEG2000")
        return stream.getvalue(), b"/JPXDecode", 8
    ImageChops.invert(page).save(stream, "TIFF", compression="group4" if kind != "G3" else "group3")
    with Image.open(stream) as image:
        (offset,), (size,) = image.tag_v2[273], image.tag_v2[279]
    data = stream.getvalue()[offset : offset + size]
    if kind in ("G3", "G4"):
        way = b"/K %d/Columns %d/Rows %d" % (0 if kind == "G3" else -1, *page.size)
        return data, b"/CCITTFaxDecode/DecodeParms<<%s>>" % way, 1
    return jbig2(page.size, data), b"/JBIG2Decode", 1


def jbig2(size: tuple[int, int], group4: bytes) -> bytes:
    """A page of JBIG2 with one region, coded as Group 4 is. Source: ITU-T T.88, 7.2, 7.4.6 and 7.4.8."""
    sides = b"".join(side.to_bytes(4, "big") for side in size)
    region = sides + bytes(9) + b"\x01" + group4
    segments = ((0, 48, sides + bytes(11)), (1, 39, region))
    return b"".join(
        number.to_bytes(4, "big") + bytes((kind, 0, 1)) + len(data).to_bytes(4, "big") + data
        for number, kind, data in segments
    )


SCANNED = PAGE.convert("1", dither=Image.Dither.NONE)


@pytest.mark.parametrize("kind", ["G3", "G4", "JBIG2", "JPX"])
def test_a_picture_in_a_pdf_is_drawn_however_a_scanner_packed_it(tmp_path, kind):
    data, how, bits = packed_as(kind, SCANNED)
    (tmp_path / "a.pdf").write_bytes(with_picture(picture(*SCANNED.size, data, bits, how)))
    drawn = load_page(open_source(tmp_path / "a.pdf"), 1, Settings(raster_dpi=144)).image[:, :, 0]
    there = np.asarray(SCANNED.resize(drawn.shape[::-1]), dtype=np.uint8) * 255
    assert np.corrcoef(drawn.ravel(), there.ravel())[0, 1] > 0.9
