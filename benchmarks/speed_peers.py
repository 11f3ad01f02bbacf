"""What others make of a folder of page images, each in a process of its own: PaddleOCR as shipped, and img2table.

    python -m benchmarks.speed_peers paddleocr FOLDER RESULT.json
    python -m benchmarks.speed_peers img2table FOLDER RESULT.json

Both have our weights on ONNX Runtime, and PaddleOCR's own settings: crops padded to 320 pixels, batches and threads as
they come. The result holds, for every page, the lines of text or the tables with their cells.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.ocr.weights import bundled_model

DETECTION, RECOGNITION = "PP-OCRv6_small_det", "PP-OCRv6_small_rec"
AS_SHIPPED = [3, 48, 320]
"""Channels, height and least width of the crops that PaddleOCR's own configuration asks for."""

Pixels = NDArray[np.uint8]


def main() -> None:
    name, folder, result = sys.argv[1:]
    with paddleocr_as_shipped() as read:
        reader = {"paddleocr": read, "img2table": lambda image: _tables(image, read)}[name]
        pages = [reader(cv2.imread(str(path))) for path in sorted(Path(folder).rglob("*.png"))]
    Path(result).write_text(json.dumps(pages, ensure_ascii=False), encoding="utf-8")


@contextmanager
def paddleocr_as_shipped() -> Iterator[Callable[[Pixels], list[dict[str, Any]]]]:
    """A function from a page (height, width, 3) BGR to its lines, each with ``text``, ``box`` and ``score``."""
    from paddleocr import PaddleOCR

    with tempfile.TemporaryDirectory() as folder:
        recognition = Path(folder) / RECOGNITION
        recognition.mkdir()
        (recognition / "inference.onnx").symlink_to(bundled_model(RECOGNITION) / "inference.onnx")
        settings = json.loads((bundled_model(RECOGNITION) / "inference.yml").read_text("utf-8"))
        for step in settings["PreProcess"]["transform_ops"]:
            if "RecResizeImg" in step:
                step["RecResizeImg"]["image_shape"] = AS_SHIPPED
        (recognition / "inference.yml").write_text(json.dumps(settings), encoding="utf-8")
        pipeline = PaddleOCR(
            engine="onnxruntime",
            text_detection_model_name=DETECTION,
            text_detection_model_dir=str(bundled_model(DETECTION)),
            text_recognition_model_name=RECOGNITION,
            text_recognition_model_dir=str(recognition),
            use_doc_orientation_classify=False,
            use_doc_unwarping=False,
            use_textline_orientation=False,
        )
        yield lambda image: _lines(pipeline.predict(image)[0])


def _lines(result: Any) -> list[dict[str, Any]]:
    return [
        {"text": text, "box": [int(side) for side in box], "score": float(score)}
        for text, box, score in zip(result["rec_texts"], result["rec_boxes"], result["rec_scores"], strict=True)
    ]


def _tables(image: Pixels, read: Callable[[Pixels], list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """img2table's tables of a page, with PaddleOCR's lines in their cells."""
    from img2table.document import Image
    from img2table.ocr._types import OCRData, OCRInstance

    from benchmarks.grid_readers import peer_cells, peer_lines

    class Lines(OCRInstance):
        def of(self, document: Image) -> OCRData:
            pages = (((line["text"], line["score"], line["box"]) for line in read(page)) for page in document.images)
            return OCRData(dict(enumerate(map(peer_lines, pages))))

    _, bitmap = cv2.imencode(".bmp", image)
    document = Image(bitmap.tobytes(), detect_rotation=True)
    return [
        [
            {"row": c.row, "col": c.col, "rowspan": c.rowspan, "colspan": c.colspan, "text": c.text}
            for c in (found.cell for found in peer_cells(table))
        ]
        for table in document.extract_tables(ocr=Lines(), min_confidence=1)
    ]


if __name__ == "__main__":
    main()
