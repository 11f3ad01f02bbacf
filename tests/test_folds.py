"""Folded sheets: what creases did to the rules is undone; what no fold explains stays as it is."""

import cv2
import numpy as np
import pytest

from workbench.grid.rectify.folds import find_folds

WIDTH, HEIGHT, TEXT = 900, 1200, 18


def ruled_page(seed: int = 0) -> np.ndarray:
    """Ink (height, width) of a table with rows of uneven height and merged cells, with marks as large as characters."""
    chance = np.random.default_rng(seed)
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    columns = [80, 200, 330, 600, 700, 820]
    for y in np.cumsum(chance.integers(30, 90, 16)) + 60:
        first, last = sorted(chance.choice(len(columns), 2, replace=False)) if chance.random() < 0.3 else (0, -1)
        cv2.line(ink, (columns[first], int(y)), (columns[last], int(y)), 255, 2)
    for x in columns:
        cv2.line(ink, (x, 60), (x, 1100), 255, 2)
    for x, y in chance.integers((90, 70), (800, 1090), (200, 2)):
        cv2.line(ink, (int(x), int(y)), (int(x + chance.integers(4, 16)), int(y + chance.integers(-6, 16))), 255, 2)
    return ink


def crease(ink: np.ndarray, x: int, wide: int, deep: float) -> np.ndarray:
    """A valley of so many pixels to both sides of ``x``, ``deep`` pixels lower in the middle."""
    columns = np.arange(ink.shape[1], dtype=np.float32)
    down = np.maximum(0, deep * (1 - np.abs(columns - x) / wide)).astype(np.float32)
    across, rows = np.meshgrid(columns, np.arange(ink.shape[0], dtype=np.float32))
    return cv2.remap(ink, across, rows - down, cv2.INTER_LINEAR)


def levelled(ink: np.ndarray, folds) -> np.ndarray:
    places = np.stack(np.meshgrid(np.arange(ink.shape[1]), np.arange(ink.shape[0])), -1).reshape(-1, 2)
    found = folds(places.astype(float)).reshape(*ink.shape, 2).astype(np.float32)
    return cv2.remap(ink, found, None, cv2.INTER_LINEAR)


@pytest.mark.parametrize("turned", [False, True], ids=["across", "along"])
@pytest.mark.parametrize("deep", [8, 24])
def test_rules_of_a_sheet_folded_twice_are_level_again(deep, turned):
    """A crease took each rule through the next row: 116 of a form's 129 cells stood in the wrong one."""
    flat = ruled_page()
    folded = crease(crease(flat, 300, 90, deep), 640, 110, 1.3 * deep)
    flat, folded = (image.T.copy() if turned else image for image in (flat, folded))
    folds = find_folds(folded, TEXT, smallest=1.5)
    assert folds is not None
    assert (len(folds.right) > 0, len(folds.down) > 0) == (turned, not turned)
    # All rules where they were, within a pixel; the whole page may have moved by a little more.
    again = cv2.dilate(levelled(folded, folds), np.ones((3, 3), np.uint8)) > 127
    rules = flat > 127
    kept = max(np.mean(np.roll(again, by, axis=1 if turned else 0)[rules]) for by in range(-4, 5))
    assert kept > 0.97


@pytest.mark.parametrize("seed", range(4))
def test_a_flat_sheet_has_no_folds(seed):
    assert find_folds(ruled_page(seed), TEXT, smallest=1.5) is None


def test_two_tables_side_by_side_are_not_a_fold():
    """Rows of other heights beside each other give no displacement that some rows show and others confirm."""
    beside = ruled_page(5)
    beside[:, WIDTH // 2 :] = ruled_page(6)[:, WIDTH // 2 :]
    assert find_folds(beside, TEXT, smallest=1.5) is None


@pytest.mark.parametrize(
    "ink", [np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((5, 5), np.uint8)], ids=["blank", "tiny"]
)
def test_a_page_without_rules_has_no_folds(ink):
    assert find_folds(ink, TEXT, smallest=1.5) is None
