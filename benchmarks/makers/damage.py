"""What happens to a printed page on its way to us. Every damage is the work of a picture, its resolution and a seed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.makers import augraphy_damage, marks
from benchmarks.makers.printing import Picture, Unprintable

AUGRAPHY_PYTHON = "AUGRAPHY_PYTHON"
"""The variable that names the Python of an environment with augraphy."""
BY_AUGRAPHY = "augraphy-"

Shades = NDArray[np.float32]
Filing = Literal["png", "jpg", "tif"]
"""How a picture is kept; tif: black and white, compressed as faxes are (G4)."""


@dataclass(frozen=True)
class Damage:
    """A damage, how its pictures are kept, and whether shades survive it."""

    apply: Callable[[Picture, float, np.random.Generator], Picture]
    filing: Filing
    grey: bool = True


def save(picture: Picture, damage: Damage, file: Path, dpi: float) -> Path:
    """Write the picture beside ``file``, with the ending that its damage wants."""
    file = file.with_suffix(f".{damage.filing}")
    image = Image.fromarray(picture)
    if damage.filing == "tif":
        image.convert("L").point(lambda grey: 255 * (grey > 127)).convert("1").save(
            file, compression="group4", dpi=(dpi, dpi)
        )
    elif damage.filing == "jpg":
        image.save(file, quality=82, dpi=(dpi, dpi))
    else:
        image.save(file, dpi=(dpi, dpi))
    return file


def _whole(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:  # noqa: ARG001 - a damage's arguments
    return picture


def light_scan(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """A degree askew at most, a little soft, a little noise."""
    turned = _turned(picture, rng.uniform(-1, 1))
    soft = cv2.GaussianBlur(turned, (0, 0), rng.uniform(0.35, 0.6) * max(1.0, dpi / 200))
    return _clip(
        soft.astype(np.float32) * rng.uniform(0.95, 1.0) + rng.normal(0, rng.uniform(1, 4), soft.shape[:2])[:, :, None]
    )


def bilevel(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """A black-and-white scan with one threshold for the page, and light grain."""
    grey = _scanned_grey(picture, dpi, rng)
    return _in_colours(_grained(grey > rng.uniform(130, 180), dpi, rng))


def bilevel_adaptive(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """A black-and-white scan whose threshold follows the page, and light grain."""
    grey = _scanned_grey(picture, dpi, rng).astype(np.uint8)
    size = int(dpi / 8) | 1
    return _in_colours(
        _grained(
            cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, size, 14) > 0, dpi, rng
        )
    )


def photocopy(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """A coarse copy: strokes swell and break at their edges, toner lies about."""
    grey = _scanned_grey(picture, dpi, rng)
    rough = grey + cv2.GaussianBlur(rng.normal(0, 1, grey.shape).astype(np.float32), (0, 0), 0.8) * 42
    paper = rough > rng.uniform(125, 165)
    specks = cv2.GaussianBlur(rng.normal(0, 1, grey.shape).astype(np.float32), (0, 0), dpi / 200) > 1.25
    return _in_colours(paper & ~specks)


def fax(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """Sent at fine resolution (8 by 7.7 dots for each millimetre): shades are dithered, one line or two are lost."""
    grey = _scanned_grey(picture, dpi, rng)
    size = (round(grey.shape[1] * 204 / dpi), round(grey.shape[0] * 196 / dpi))
    small = Image.fromarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8))
    dots = np.array(small.convert("1"))
    for row in rng.integers(0, len(dots) - 1, int(rng.integers(0, 3))):
        dots[row + 1] = dots[row]
    sent = dots.astype(np.float32) * 255
    return _in_colours(cv2.resize(sent, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_NEAREST) > 127)


def soft_focus(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """Out of focus by about a stroke's width."""
    soft = cv2.GaussianBlur(_turned(picture, rng.uniform(-0.5, 0.5)), (0, 0), rng.uniform(0.9, 1.4) * dpi / 150)
    return _clip(soft + rng.normal(0, 2, soft.shape[:2])[:, :, None])


def yellowed(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """Old paper: brown at its edges, in clouds, faded ink."""
    height, width = picture.shape[:2]
    clouds = cv2.resize(rng.uniform(0, 1, (7, 5)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    down, across = np.abs(np.linspace(-1, 1, height))[:, None] ** 4, np.abs(np.linspace(-1, 1, width))[None, :] ** 4
    age = np.clip(0.35 + 0.35 * clouds + 0.4 * np.maximum(down, across), 0, 1.2)[:, :, None]
    paper = 255 - age * np.array([22, 42, 95], np.float32)
    faded = 40 + picture.astype(np.float32) * (215 / 255)
    return light_scan(_clip(paper * faded / 255), dpi, rng)


def stamp(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    """A round red seal over the lower part of the page, and a light scan."""
    height, width = picture.shape[:2]
    radius = round(20 * dpi / 25.4)
    ys = np.nonzero((picture < 160).any(axis=(1, 2)))[0]
    low, high = (int(ys.min()), int(ys.max())) if len(ys) else (0, height)
    centre = (int(rng.uniform(0.3, 0.8) * width), int(low + rng.uniform(0.5, 1.0) * (high - low)))
    ink = np.zeros((height, width), np.float32)
    cv2.circle(ink, centre, radius, 1.0, max(2, round(1.1 * dpi / 25.4)), cv2.LINE_AA)
    points = [(np.sin(np.pi * k / 5), -np.cos(np.pi * k / 5)) for k in range(10)]
    star = [
        [
            centre[0] + x * radius * (0.32 if k % 2 == 0 else 0.13),
            centre[1] + y * radius * (0.32 if k % 2 == 0 else 0.13),
        ]
        for k, (x, y) in enumerate(points)
    ]
    cv2.fillPoly(ink, [np.round(star).astype(np.int32)], 1.0, cv2.LINE_AA)
    for angle in np.linspace(-2.2, 2.2, 11):
        middle = np.array([centre[0] + np.sin(angle) * radius * 0.78, centre[1] - np.cos(angle) * radius * 0.78])
        for _ in range(3):
            start, stop = (middle + rng.uniform(-0.1, 0.1, 2) * radius for _ in range(2))
            cv2.line(
                ink, tuple(map(int, start)), tuple(map(int, stop)), 1.0, max(1, round(0.5 * dpi / 25.4)), cv2.LINE_AA
            )
    worn = ink * np.clip(
        0.75 + 0.3 * cv2.GaussianBlur(rng.normal(0, 1, ink.shape).astype(np.float32), (0, 0), 2) * 3, 0.2, 1
    )
    red = np.array([205, 30, 40], np.float32)
    share = worn[:, :, None] * 0.8
    return light_scan(_clip(picture * (1 - share) + np.minimum(picture, red) * share), dpi, rng)


def marked(lay: marks.Mark) -> Callable[[Picture, float, np.random.Generator], Picture]:
    """A mark over the print, and a light scan."""

    def damaged(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:
        return light_scan(lay(picture, rng), dpi, rng)

    return damaged


def augraphy(kind: str) -> Callable[[Picture, float, np.random.Generator], Picture]:
    """A damage by the library augraphy, done in the environment that `AUGRAPHY_PYTHON` names."""

    def damaged(picture: Picture, dpi: float, rng: np.random.Generator) -> Picture:  # noqa: ARG001 - as all damages
        with tempfile.TemporaryDirectory() as place:
            source, target = Path(place) / "in.png", Path(place) / "out.png"
            Image.fromarray(picture).save(source)
            command = [os.environ[AUGRAPHY_PYTHON], augraphy_damage.__file__, kind, str(rng.integers(2**31))]
            done = subprocess.run([*command, source, target], capture_output=True, text=True, timeout=300, check=False)
            if done.returncode or not target.exists():
                raise Unprintable(f"augraphy: {done.stderr.strip()[-200:]}")
            return np.asarray(Image.open(target).convert("RGB"))

    return damaged


def missing_damages(names: Iterable[str]) -> dict[str, str]:
    """The damages that this machine cannot do, and why."""
    python = os.environ.get(AUGRAPHY_PYTHON, "")
    if shutil.which(python):
        return {}
    reason = f"{AUGRAPHY_PYTHON} names no Python that has augraphy" + f": {python}" * bool(python)
    return {name: reason for name in names if name.startswith(BY_AUGRAPHY)}


DAMAGES: dict[str, Damage] = {
    "clean": Damage(_whole, "png"),
    "light": Damage(light_scan, "jpg"),
    "bilevel": Damage(bilevel, "tif", grey=False),
    "adaptive": Damage(bilevel_adaptive, "tif", grey=False),
    "photocopy": Damage(photocopy, "tif", grey=False),
    "fax": Damage(fax, "tif", grey=False),
    "soft": Damage(soft_focus, "jpg"),
    "yellowed": Damage(yellowed, "jpg"),
    "stamp": Damage(stamp, "jpg"),
    **{f"mark-{kind}": Damage(marked(lay), "jpg") for kind, lay in marks.MARKS.items()},
    **{BY_AUGRAPHY + kind: Damage(augraphy(kind), "jpg") for kind in augraphy_damage.KINDS},
}


def _scanned_grey(picture: Picture, dpi: float, rng: np.random.Generator) -> Shades:
    """What a scanner's sensor sees before it decides on black and white."""
    turned = _turned(picture, rng.uniform(-0.6, 0.6))
    grey = cv2.cvtColor(turned, cv2.COLOR_RGB2GRAY)
    soft: Shades = cv2.GaussianBlur(grey, (0, 0), 0.5 * max(1.0, dpi / 200)).astype(np.float32)
    return soft


def _grained(paper: NDArray[np.bool_], dpi: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Light grain: single dots on the paper, a few of them larger, and single holes in the ink."""
    specks = rng.random(paper.shape) < rng.uniform(0.0001, 0.0008)
    larger = cv2.dilate((rng.random(paper.shape) < 0.00002).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    holes = rng.random(paper.shape) < 0.002 * 200 / dpi
    grained: NDArray[np.bool_] = (paper & ~specks & ~larger) | holes
    return grained


def _turned(picture: Picture, degrees: float) -> Picture:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    white = (255, 255, 255)
    turned: Picture = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    return turned


def _in_colours(paper: NDArray[np.bool_]) -> Picture:
    return np.repeat(np.where(paper, 255, 0).astype(np.uint8)[:, :, None], 3, axis=2)


def _clip(values: NDArray[np.floating]) -> Picture:
    return np.clip(values, 0, 255).astype(np.uint8)
