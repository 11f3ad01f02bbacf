"""Documents and their pages: what counts as one, in which order, and a reason for everything that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.printed import table
from tests.written import write_docx
from workbench.errors import InputError
from workbench.readers.documents import Source, digest_of, find_sources, natural_order, open_source
from workbench.readers.pages import SMALLEST_SIDE, count_pages, load_page
from workbench.settings import Settings

SETTINGS = Settings()
WHITE, RED = (255, 255, 255), (220, 20, 20)


def paper(width: int = 200, height: int = 300, mode: str = "RGB") -> Image.Image:
    """A white sheet with a dark block in its top left corner."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste((0, 0, 0), (0, 0, width // 2, height // 4))
    return image.convert(mode)


def save(path: Path, image: Image.Image | None = None, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    (image or paper()).save(path, **options)
    return path


def pdf(path: Path, pages: int = 1, **encryption: str) -> Path:
    document = FPDF(format="A4")
    for _ in range(pages):
        document.add_page()
        document.rect(10, 10, 100, 50)
    if encryption:
        document.set_encryption(**encryption)
    path.write_bytes(bytes(document.output()))
    return path


def names(raw: Path) -> list[str]:
    return [source.name for source in find_sources(raw)]


def page_image(path: Path, number: int = 1, settings: Settings = SETTINGS) -> np.ndarray:
    image = load_page(open_source(path), number, settings).image
    assert image.dtype == np.uint8
    assert image.shape[2] == 3
    return image


def problem(path: Path, settings: Settings = SETTINGS, page: int = 1) -> InputError:
    """Why a document cannot be read: of the steps of a run, the first that says so."""
    with pytest.raises(InputError) as caught:
        source = open_source(path)
        digest_of(source, settings)
        count_pages(source, settings)
        load_page(source, page, settings)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def both_orders(names: list[str]) -> st.SearchStrategy[tuple[list[str], list[str]]]:
    return st.tuples(st.just(names), st.permutations(names))


class TestFindingDocuments:
    def test_pages_are_in_natural_order(self, tmp_path):
        for name in ("p-10.png", "p-2.png", "p-1.png"):
            save(tmp_path / "scan" / name)
        (source,) = find_sources(tmp_path)
        assert [file.name for file in source.page_files] == ["p-1.png", "p-2.png", "p-10.png"]

    @given(st.lists(st.integers(0, 10**6), unique=True))
    def test_numbers_sort_by_their_value(self, numbers):
        ordered = sorted((f"第{number}页.jpg" for number in numbers), key=natural_order)
        assert ordered == [f"第{number}页.jpg" for number in sorted(numbers)]

    @given(st.lists(st.text(st.sampled_from("a01２②"), max_size=3), unique=True).flatmap(both_orders))
    def test_the_order_does_not_depend_on_how_the_file_system_lists_files(self, orders):
        one, other = (sorted(names, key=natural_order) for names in orders)
        assert one == other

    def test_a_folder_of_page_images_is_one_document(self, tmp_path):
        for name in ("1.jpg", "2.JPG", "3.tif"):
            save(tmp_path / "天津市_2022" / name)
        pdf(tmp_path / "project.pdf")
        assert names(tmp_path) == ["project.pdf", "天津市_2022"]

    def test_a_folder_with_anything_else_in_it_is_walked(self, tmp_path):
        save(tmp_path / "mixed" / "a.png")
        pdf(tmp_path / "mixed" / "b.pdf")
        save(tmp_path / "mixed" / "deep" / "1.png")
        assert names(tmp_path) == ["mixed/a.png", "mixed/b.pdf", "mixed/deep"]

    def test_readme_hidden_and_lock_files_are_no_documents(self, tmp_path):
        save(tmp_path / "scan" / "1.png")
        for name in ("README.md", "readme.txt", ".DS_Store", "~$form.docx", "Thumbs.db", ".hidden.png"):
            (tmp_path / "scan" / name).touch()
            (tmp_path / name).touch()
        (source,) = find_sources(tmp_path)
        assert (source.name, len(source.page_files)) == ("scan", 1)

    def test_images_in_the_raw_folder_are_one_document_only_if_numbered_as_pages(self, tmp_path):
        raw = tmp_path / "raw"
        save(raw / "p-1.png")
        save(raw / "p-2.png")
        assert names(raw) == ["raw"]
        save(raw / "教育局.png")
        assert names(raw) == ["p-1.png", "p-2.png", "教育局.png"]

    def test_a_file_of_unknown_kind_is_listed_so_that_it_can_be_reported(self, tmp_path):
        (tmp_path / "form.xyz").touch()
        assert names(tmp_path) == ["form.xyz"]

    def test_one_file_is_a_document_by_itself(self, tmp_path):
        assert names(save(tmp_path / "one.png")) == ["one.png"]

    def test_a_link_to_a_folder_is_not_followed(self, tmp_path):
        save(tmp_path / "scan" / "1.png")
        (tmp_path / "scan" / "around").symlink_to(tmp_path)
        assert names(tmp_path) == ["scan/1.png"]

    def test_an_empty_folder_and_a_missing_path_are_documents_without_pages(self, tmp_path):
        (tmp_path / "empty").mkdir()
        assert find_sources(tmp_path) == [Source("empty", tmp_path / "empty", ())]
        assert find_sources(tmp_path / "typo") == [Source("typo", tmp_path / "typo", ())]

    def test_no_page_of_the_archive_is_lost(self, tmp_path):
        """A TIFF with many pages is a document, not a page image, wherever it lies."""
        for name in ("局A.tif", "局B.tif"):
            save(tmp_path / "2022" / name, save_all=True, append_images=[paper(), paper()])
        assert sum(count_pages(source, SETTINGS) for source in find_sources(tmp_path)) == 6


class TestDigest:
    def test_depends_on_the_bytes_and_not_on_the_name(self, tmp_path):
        one, two = save(tmp_path / "a.png"), save(tmp_path / "sub" / "b.png")
        assert digest_of(open_source(one), SETTINGS) == digest_of(open_source(two), SETTINGS)
        other = save(tmp_path / "c.png", paper(210))
        assert digest_of(open_source(one), SETTINGS) != digest_of(open_source(other), SETTINGS)

    def test_of_a_folder_depends_on_the_order_of_its_pages(self, tmp_path):
        for folder, sizes in (("a", (200, 210)), ("b", (210, 200)), ("c", (200, 210))):
            for number, width in enumerate(sizes, start=1):
                save(tmp_path / folder / f"{folder}{number}.png", paper(width))
        a, b, c = (digest_of(open_source(tmp_path / folder), SETTINGS) for folder in "abc")
        assert a == c != b

    def test_of_a_folder_of_one_page_differs_from_that_of_the_page(self, tmp_path):
        page = save(tmp_path / "scan" / "1.png")
        assert digest_of(open_source(page), SETTINGS) != digest_of(open_source(page.parent), SETTINGS)


class TestPages:
    @pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp"])
    def test_a_page_is_rgb_as_scanned(self, tmp_path, suffix):
        path = save(tmp_path / f"p.{suffix}", lossless=True)
        assert np.array_equal(page_image(path), np.asarray(paper()))

    @pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
    def test_every_depth_of_ink_comes_out_black_on_white(self, tmp_path, mode):
        if mode == "I;16":
            image = Image.fromarray(np.where(np.asarray(paper(mode="L")) > 0, 65535, 0).astype(np.uint16))
        else:
            image = paper(mode=mode)
        assert np.array_equal(page_image(save(tmp_path / "p.png", image)), np.asarray(paper()))

    def test_cmyk_comes_out_black_on_white(self, tmp_path):
        for path in (save(tmp_path / "p.tif", paper(mode="CMYK")), save(tmp_path / "p.jpg", paper(mode="CMYK"))):
            image = page_image(path)
            assert image[20, 20].max() < 40
            assert image[-20, -20].min() > 240

    def test_transparency_is_white_paper(self, tmp_path):
        image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
        image.paste((*RED, 255), (0, 0, 100, 100))
        read = page_image(save(tmp_path / "p.png", image))
        assert tuple(read[150, 150]) == WHITE
        assert tuple(read[50, 50]) == RED

    def test_a_transparent_colour_of_a_palette_is_white_paper(self, tmp_path):
        image = Image.new("P", (200, 200), 0)
        image.putpalette([0, 0, 0, *RED])
        image.paste(1, (0, 0, 100, 100))
        read = page_image(save(tmp_path / "p.png", image, transparency=0))
        assert tuple(read[150, 150]) == WHITE
        assert tuple(read[50, 50]) == RED

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_the_cameras_orientation_is_respected(self, tmp_path, orientation):
        """The block is at the top left of the page, however the camera was held."""
        undo = {
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270,
        }
        image = paper().transpose(undo[orientation]) if orientation in undo else paper()
        exif = Image.Exif()
        exif[0x0112] = orientation
        assert np.array_equal(page_image(save(tmp_path / "p.png", image, exif=exif)), np.asarray(paper()))

    def test_a_tiff_has_as_many_pages_as_frames(self, tmp_path):
        sheets = [paper(200 + 10 * number) for number in range(3)]
        path = save(tmp_path / "p.tiff", sheets[0], save_all=True, append_images=sheets[1:])
        assert count_pages(open_source(path), SETTINGS) == 3
        assert [page_image(path, number).shape[1] for number in (1, 2, 3)] == [200, 210, 220]

    @pytest.mark.parametrize("suffix", ["png", "webp"])
    def test_an_animation_is_one_page(self, tmp_path, suffix):
        path = save(tmp_path / f"p.{suffix}", save_all=True, append_images=[paper().rotate(180)])
        assert count_pages(open_source(path), SETTINGS) == 1

    @pytest.mark.parametrize("dpi", [100, 200])
    def test_pdf_pages_are_drawn_at_the_set_resolution(self, tmp_path, dpi):
        path, settings = pdf(tmp_path / "p.pdf", pages=2), Settings(raster_dpi=dpi)
        assert count_pages(open_source(path), settings) == 2
        height, width, _ = page_image(path, 2, settings).shape
        assert (width, height) == pytest.approx((210 / 25.4 * dpi, 297 / 25.4 * dpi), abs=1)

    def test_the_kind_of_an_image_is_told_by_its_bytes(self, tmp_path):
        save(tmp_path / "p.jpg", format="PNG")
        assert np.array_equal(page_image(tmp_path / "p.jpg"), np.asarray(paper()))

    def test_pages_of_a_folder_are_counted_and_loaded_in_order(self, tmp_path):
        for number in (1, 2, 10):
            save(tmp_path / "scan" / f"{number}.png", paper(200 + number))
        assert count_pages(open_source(tmp_path / "scan"), SETTINGS) == 3
        assert page_image(tmp_path / "scan", 3).shape[1] == 210

    def test_a_pdf_that_only_forbids_changes_is_read(self, tmp_path):
        path = pdf(tmp_path / "p.pdf", owner_password="secret", user_password="")
        assert page_image(path).shape[2] == 3


class TestWhatCannotBeRead:
    def test_text_with_the_name_of_an_image(self, tmp_path):
        (tmp_path / "p.png").write_text("这不是图片")
        found = problem(tmp_path / "p.png")
        assert found.reason == "unreadable"
        assert "is not an image, whatever its name says" in found.detail

    @pytest.mark.parametrize("suffix", [".pdf", ".ofd", ".jpg"])
    def test_a_good_word_file_under_another_name_is_called_what_it_is(self, tmp_path, suffix):
        """It was called a damaged PDF."""
        write_docx(table("example_project_1"), tmp_path / f"a{suffix}")
        with pytest.raises(InputError, match="a file of kind docx whatever its name says"):
            count_pages(open_source(tmp_path / f"a{suffix}"), Settings())

    def test_text_with_the_name_of_a_pdf(self, tmp_path):
        (tmp_path / "p.pdf").write_text("这不是 PDF")
        assert problem(tmp_path / "p.pdf").reason == "unreadable"

    @pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif", "pdf"])
    def test_an_empty_file(self, tmp_path, suffix):
        (tmp_path / f"p.{suffix}").touch()
        assert problem(tmp_path / f"p.{suffix}").reason == "unreadable"

    @pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "tif", "webp"])
    def test_half_an_image(self, tmp_path, suffix):
        grain = np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8)
        path = save(tmp_path / f"p.{suffix}", Image.fromarray(grain))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert problem(path).reason == "unreadable"

    def test_half_a_pdf(self, tmp_path):
        path = pdf(tmp_path / "p.pdf", pages=3)
        path.write_bytes(path.read_bytes()[:300])
        found = problem(path)
        assert found.reason == "unreadable"
        assert "damaged" in found.detail

    def test_a_pdf_that_asks_for_a_password(self, tmp_path):
        found = problem(pdf(tmp_path / "p.pdf", owner_password="a", user_password="b"))
        assert found.reason == "encrypted"
        assert "save it without one" in found.detail

    def test_a_missing_file(self, tmp_path):
        found = problem(tmp_path / "typo.pdf")
        assert found.reason == "missing"
        assert "check the path" in found.detail

    def test_an_empty_folder(self, tmp_path):
        (tmp_path / "scan").mkdir()
        found = problem(tmp_path / "scan")
        assert found.reason == "empty"
        assert ".pdf" in found.detail

    @pytest.mark.parametrize("name", ["form.pptx", "form.xyz", "form"])
    def test_a_kind_that_is_not_read_lists_those_that_are(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"anything")
        found = problem(tmp_path / name)
        assert found.reason == "unsupported"
        assert ".pdf" in found.detail
        assert ".jpg" in found.detail

    @pytest.mark.parametrize(("name", "kind"), [("form.docm", ".docx"), ("form.XLSB", ".xlsx")])
    def test_a_kind_of_office_that_is_not_read_says_what_to_save_it_as(self, tmp_path, name, kind):
        (tmp_path / name).write_bytes(b"anything")
        found = problem(tmp_path / name)
        assert found.reason == "unsupported"
        assert f"save it as {kind}" in found.detail

    @pytest.mark.parametrize("name", ["form.docx", "form.xlsx", "form.txt", "form.html"])
    def test_pages_of_a_file_without_pictures(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"anything")
        found = problem(tmp_path / name)
        assert found.reason == "no-picture"
        assert "open the file itself" in found.detail

    def test_too_many_bytes(self, tmp_path):
        found = problem(save(tmp_path / "p.png"), Settings(max_bytes=100))
        assert found.reason == "too-large"
        assert "more than max_bytes = 100; raise it with WORKBENCH_MAX_BYTES" in found.detail

    def test_too_many_pixels(self, tmp_path):
        for path in (save(tmp_path / "p.png"), pdf(tmp_path / "p.pdf")):
            found = problem(path, Settings(max_pixels=50_000))
            assert (found.reason, found.page) == ("too-large", 1)
            assert "more than max_pixels = 50,000" in found.detail

    def test_too_many_pixels_on_a_later_page(self, tmp_path):
        path = save(tmp_path / "p.tif", save_all=True, append_images=[paper(600, 600)])
        found = problem(path, Settings(max_pixels=100_000), page=2)
        assert (found.reason, found.page) == ("too-large", 2)

    def test_max_pixels_alone_decides_what_is_too_large(self, tmp_path):
        """Pillow's own limit, 89 million pixels, is lower than the setting's default."""
        path = save(tmp_path / "p.tif", Image.new("1", (10_000, 9_500), 1), compression="group4")
        assert count_pages(open_source(path), SETTINGS) == 1
        found = problem(path, Settings(max_pixels=94_000_000))
        assert found.reason == "too-large"
        assert "10,000 × 9,500 pixels, more than max_pixels = 94,000,000; scan at" in found.detail

    def test_too_many_pages(self, tmp_path):
        for number in (1, 2, 3):
            save(tmp_path / "scan" / f"{number}.png")
        for path in (tmp_path / "scan", pdf(tmp_path / "p.pdf", pages=3)):
            found = problem(path, Settings(max_pages=2))
            assert found.reason == "too-large"
            assert "3 pages, more than max_pages = 2" in found.detail

    def test_a_page_too_small_to_hold_a_form(self, tmp_path):
        found = problem(save(tmp_path / "p.png", paper(SMALLEST_SIDE - 1, 300)))
        assert found.reason == "unreadable"
        assert "only 63 × 300 pixels" in found.detail

    def test_a_bad_page_of_a_folder_is_named_by_file_and_page(self, tmp_path):
        save(tmp_path / "scan" / "1.png")
        (tmp_path / "scan" / "2.png").write_text("no image")
        with pytest.raises(InputError) as caught:
            load_page(open_source(tmp_path / "scan"), 2, SETTINGS)
        assert (caught.value.reason, caught.value.page) == ("unreadable", 2)
        assert "2.png, page 2" in str(caught.value)

    @given(st.binary(max_size=400), st.sampled_from(["png", "jpg", "tif", "bmp", "webp", "pdf"]))
    def test_any_bytes_are_read_or_refused(self, tmp_path_factory, content, suffix):
        path = tmp_path_factory.mktemp("any") / f"p.{suffix}"
        path.write_bytes(content)
        assert problem(path).reason in ("unreadable", "unsupported")  # the latter: a picture under the name of a PDF
