"""Pictures of every stage of a page, made by the program itself from a page of the sample, laid askew."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ASKEW = 1.7
"""Degrees by which the page is turned first: else there would be nothing to straighten."""

SCAN = "天津市工业和信息化局_2022/p-05.jpg"
"""The page, below ``data/raw``."""

WIDTH = 900
"""Width of a picture, pixels."""

QUALITY = 78
"""Of the JPEG files, 0 to 100: a page is then about 100 kB."""


def draw(raw: Path, folder: Path) -> None:
    """Read the page with the real engine, and put a picture of each stage into a folder."""
    import workbench as wb
    from workbench.grid.debug import draw_stages
    from workbench.ocr.base import OcrOptions
    from workbench.ocr.paddle import PaddleEngine

    folder.mkdir(parents=True, exist_ok=True)
    scan = folder / "scan.png"
    with Image.open(raw / SCAN) as picture:
        picture.convert("RGB").rotate(ASKEW, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC).save(
            scan
        )
    (read,) = wb.read(scan)
    assert read.page is not None  # of a picture there is a page
    stages = {"0-scan": Image.open(scan), **draw_stages(read.page, read.content, PaddleEngine(OcrOptions(threads=1)))}
    for name, picture in stages.items():
        small = picture.convert("RGB").resize((WIDTH, round(picture.height * WIDTH / picture.width)))
        small.save(folder / f"{name}.jpg", quality=QUALITY, optimize=True)
    scan.unlink()
