"""Where ruling lines run as a small network sees them: a second look, by other means than long runs of ink.

It was taught by pages of a browser and knows solid, dashed, dotted, pale and coloured rules, and strokes that are none
(``benchmarks/rule_map``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

UNIT = 14
"""Pixels for each text height in what the network was taught on."""
MULTIPLE = 16
"""The sides of what it sees are multiples of this."""
WEIGHTS = Path(__file__).with_name("rules.onnx")


@dataclass(frozen=True, slots=True)
class RuleMap:
    """How likely a ``level`` and a ``plumb`` rule runs through each pixel of an upright page, 0 to 255 each."""

    level: NDArray[np.uint8]
    plumb: NDArray[np.uint8]


def map_rules(grey: NDArray[np.uint8], text_height: float) -> RuleMap:
    """The map of a page in shades of grey, (height, width)."""
    height, width = grey.shape
    scale = UNIT / text_height
    columns, rows = (max(MULTIPLE, round(side * scale)) for side in (width, height))
    small = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    framed = cv2.copyMakeBorder(small, 0, -rows % MULTIPLE, 0, -columns % MULTIPLE, cv2.BORDER_CONSTANT, value=255)
    seen = _network().run(None, {"page": framed[None, None].astype(np.float32) / 255})[0][0]
    level, plumb = (
        cv2.resize(_bytes(rules), None, fx=2 / scale, fy=2 / scale, interpolation=cv2.INTER_LINEAR) for rules in seen
    )
    return RuleMap(*(_fitted(rules, height, width) for rules in (level, plumb)))


def _bytes(rules: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(rules * 255), dtype=np.uint8)


def _fitted(rules: Any, height: int, width: int) -> NDArray[np.uint8]:
    missing = max(0, height - rules.shape[0]), max(0, width - rules.shape[1])
    return np.ascontiguousarray(np.pad(rules, ((0, missing[0]), (0, missing[1])))[:height, :width])


@cache
def _network() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(WEIGHTS.read_bytes(), options, providers=["CPUExecutionProvider"])
