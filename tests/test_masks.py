"""Connected pieces of ink, looked for on the rows that have some."""

from __future__ import annotations

import cv2
import numpy as np

from workbench.grid.masks import Mask, components_of, rows_near, spread


def _sparse_mask(seed: int) -> Mask:
    """Blots over some bands of rows, up to both ends of the mask, and blank rows between them."""
    random = np.random.default_rng(seed)
    inked = random.random((60, 40)) < 0.3
    inked[np.repeat(random.random(12) < 0.6, 5)] = False
    return np.where(inked, 255, 0).astype(np.uint8)


def test_pieces_are_the_same_as_on_all_rows() -> None:
    for mask in map(_sparse_mask, range(20)):
        pieces = components_of(mask)
        _, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
        found = [pieces.left, pieces.top, pieces.width, pieces.height, pieces.area, pieces.row]
        expected = np.column_stack([stats, centres[:, 1]])
        assert sorted(np.column_stack(found)[1:].tolist()) == sorted(expected[1:].tolist())
        large, chosen = stats[:, cv2.CC_STAT_AREA] > 4, pieces.area > 4
        large[0] = chosen[0] = False
        assert np.array_equal(pieces.chosen(chosen) > 0, large[labels])
        assert np.array_equal(pieces.touching(mask[::-1]), pieces.count(mask[::-1] & mask) > 0)
        largest = 1 + int(np.argmax(pieces.area[1:]))
        assert np.count_nonzero(pieces.figure(largest)) == pieces.area[largest]


def test_a_mask_without_paper_is_one_piece_and_one_without_ink_has_none() -> None:
    full, blank = np.full((4, 5), 255, np.uint8), np.zeros((4, 5), np.uint8)
    assert components_of(full).area[1:].tolist() == [20]
    assert components_of(blank).area[1:].tolist() == []
    assert not components_of(blank).chosen(np.zeros(1, bool)).any()


def test_what_looks_no_further_comes_out_the_same_on_the_rows_near_ink() -> None:
    for reach in (1, 2, 3):
        around = np.ones((2 * reach + 1, 3), np.uint8)
        for mask in map(_sparse_mask, range(20)):
            rows = rows_near(mask, reach)
            assert np.array_equal(spread(cv2.dilate(mask[rows], around), rows, mask), cv2.dilate(mask, around))
