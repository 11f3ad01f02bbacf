"""Writes the sample archive in `data/raw`: `python -m tests.scans.make_samples`, or by this file's path."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
if __package__ in (None, ""):
    sys.path.insert(0, str(ROOT))

from tests.scans.faults import Fault, damage, scan  # noqa: E402
from tests.scans.tables import Truth, central_project_table, tianjin_table  # noqa: E402
from tests.scans.typeset import Style, typeset  # noqa: E402

TRUTH = ROOT / "tests" / "truth"
RAW = ROOT / "data" / "raw"
DPI = 200
QUALITY = 70
# Breaks where the published form breaks, its sixth goal printed on both sides of the break.
TIANJIN = Style(font_size=10.0, padding=1.5, min_row=9.0, twice_at_break="goals")
README = """# Sample archive / 示例档案

- `天津市工业和信息化局_2022/`: the department's published 2022 self-evaluation form (整体支出绩效自评表), typeset again
  from the transcription and put through a made-up scanner (skew, blur, uneven light, grain). Not the original scan.
- `示例项目_2022.pdf`: two project forms (项目支出绩效自评表) in the central template, as images only. Departments,
  projects and figures are made up.

Both come from `python -m tests.scans.make_samples`; what they say is in `tests/truth/`.

---

- `天津市工业和信息化局_2022/`：根据该局公开的 2022 年整体支出绩效自评表文字重新排版，并加入模拟的扫描瑕疵（歪斜、模糊、
  明暗不均、噪点），不是原始扫描件。
- `示例项目_2022.pdf`：两份按中央通用格式排版的项目支出绩效自评表，仅含图像；单位、项目和数字均为虚构。

两者均由 `python -m tests.scans.make_samples` 生成，对应的内容见 `tests/truth/`。
"""


def truth(name: str) -> Truth:
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))


def main(raw: Path = RAW) -> None:
    folder = raw / "天津市工业和信息化局_2022"
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(_scanned(typeset(tianjin_table(truth("tianjin_gxj_2022")), TIANJIN), seed=1), 1):
        image.save(folder / f"p-{number:02}.jpg", quality=QUALITY, dpi=(DPI, DPI))
    projects = [typeset(central_project_table(truth(f"example_project_{n}"))) for n in (1, 2)]
    images = [image for n, pdf in enumerate(projects) for image in _scanned(pdf, seed=100 * (n + 1))]
    (raw / "示例项目_2022.pdf").write_bytes(_image_pdf(images))
    (raw / "README.md").write_text(README, encoding="utf-8")


def _scanned(pdf: bytes, seed: int) -> Iterator[Image.Image]:
    for number, page in enumerate(scan(pdf, DPI)):
        yield Image.fromarray(damage(page, _scanner(seed + number))).convert("L")


def _scanner(seed: int) -> tuple[Fault, ...]:
    """An office scanner: the sheet never lies quite straight, and the light falls off to one side."""
    rng = np.random.default_rng(seed)
    return (
        Fault("skew", rng.uniform(-0.6, 0.6), seed),
        Fault("blur", rng.uniform(0.5, 0.8), seed),
        Fault("shade", rng.uniform(0.04, 0.1), seed),
        Fault("noise", rng.uniform(1.5, 2.5), seed),
    )


def _image_pdf(images: list[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    images[0].save(
        buffer, "PDF", save_all=True, append_images=images[1:], resolution=DPI, quality=QUALITY,
        creationDate=None, modDate=None,
    )  # fmt: skip
    return buffer.getvalue()


if __name__ == "__main__":
    main()
