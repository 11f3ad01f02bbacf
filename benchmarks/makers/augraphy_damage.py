"""Damages by the library augraphy, which wants an environment of its own: it brings another OpenCV.

    python3 -m venv PLACE && PLACE/bin/pip install augraphy      once
    PLACE/bin/python augraphy_damage.py folded 7 IN OUT          one picture; the same seed gives the same damage

This file runs in that environment, and knows nothing of the project. `benchmarks.makers` calls it where AUGRAPHY_PYTHON
names the environment's Python.
"""

from __future__ import annotations

import random
import sys
from typing import Any

PALE = {"watermark_color": (205, 205, 205)}
WHITE = {"backdrop_color": (255, 255, 255)}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "folded": (
        "Folding",
        {"fold_noise": 0, "gradient_width": (0.05, 0.15), "gradient_height": (0.005, 0.015), **WHITE},
    ),
    "page_edges": (
        "PageBorder",
        {"page_border_background_color": (255, 255, 255), "page_rotation_angle_range": (-1, 1)},
    ),
    "watermark": ("WaterMark", {"watermark_font_size": (6, 10), "watermark_font_thickness": (12, 18), **PALE}),
    "low_ink": ("LowInkRandomLines", {"count_range": (8, 20), "noise_probability": 0.2}),
    "rollers": ("DirtyRollers", {"line_width_range": (8, 16)}),
    "mottled": ("InkMottling", {}),
    "shadow": ("ShadowCast", {"shadow_opacity_range": (0.2, 0.5)}),
    "letterpress": ("Letterpress", {"n_samples": (200, 400), "n_clusters": (200, 400)}),
    "dirty_copy": ("BadPhotoCopy", {"noise_sparsity": (0.6, 0.9), "noise_concentration": (0.05, 0.2)}),
    "bled_through": ("BleedThrough", {"intensity_range": (0.1, 0.3), "alpha": 0.15}),
    "lit": ("LightingGradient", {"max_brightness": 255, "min_brightness": 120}),
}
"""What each damage is called by the library, and how strong it is to be."""


def main() -> None:
    kind, seed, source, target = sys.argv[1:5]
    import augraphy
    import cv2
    import numpy as np

    random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)
    cv2.setRNGSeed(int(seed) % 2**31)
    _seed_compiled(int(seed) % 2**32)
    name, options = KINDS[kind]
    picture = cv2.imread(source)
    if not cv2.imwrite(target, np.ascontiguousarray(getattr(augraphy, name)(**options)(picture))):
        sys.exit(f"cannot write {target}")


def _seed_compiled(seed: int) -> None:
    """Compiled code draws from numbers of its own."""
    import numba
    import numpy as np

    @numba.njit  # type: ignore[untyped-decorator, unused-ignore]
    def seeded(number: int) -> None:
        np.random.seed(number)
        random.seed(number)

    seeded(seed)


if __name__ == "__main__":
    main()
