"""Maps between an upright page and its scan: what is turned and bent comes back where it was."""

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.grid.masks import opened
from workbench.grid.rectify.dewarp import (
    ORDERS,
    DewarpField,
    Homography,
    PageMap,
    RuleSegments,
    compose,
    quarter_rotation,
    rotation,
    slope_field,
    upright_frame,
)

WIDTH, HEIGHT = 620, 877
SLOPES = st.lists(st.floats(-0.04, 0.04), min_size=len(ORDERS), max_size=len(ORDERS)).map(np.array)
POINTS = np.array([[x, y] for x in np.linspace(0, WIDTH, 7) for y in np.linspace(0, HEIGHT, 9)])


@cache
def gradient() -> np.ndarray:
    """Paper that is black at its upper left corner and white at its lower right."""
    tone = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)).astype(np.float32)
    return (tone * 255 / tone.max()).astype(np.uint8)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_quarter_turns_map_every_pixel_back(count):
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    picture = np.rot90(image, count)
    places = np.array([[x, y] for y in range(picture.shape[0]) for x in range(picture.shape[1])], float)
    x, y = quarter_rotation(count, 4, 3)(places).round().astype(int).T
    assert (image[y, x] == picture.ravel()).all()


@given(st.floats(-10.5, 10.5))
def test_nothing_of_a_turned_page_is_cut_off(angle):
    step = rotation(angle, WIDTH, HEIGHT)
    frame, width, height = upright_frame(step, WIDTH, HEIGHT)
    inverse = Homography(np.linalg.inv(compose((frame, step)).steps[0].matrix))
    corners = inverse(np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], float))
    assert corners.min() >= -1.5
    assert (corners.max(axis=0) <= np.array([width, height]) + 1.5).all()


@pytest.mark.parametrize("run", [1, 3, 7, 31, 45])
def test_runs_of_ink_are_found_up_to_the_edges_of_the_page(run):
    """Runs are cut by the edge of a scan: those that reach it are taken to go on, as OpenCV's opening takes them."""
    gaps = np.random.default_rng(run).random((40, 40)) < 0.03
    ink = np.where(gaps, 0, 255).astype(np.uint8)
    assert (opened(ink, run) == cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))).all()


@given(SLOPES, SLOPES)
def test_the_picture_shows_what_the_map_says(across, down):
    """Resampling fills a coarse mesh in: it must agree with the map itself."""
    bend = DewarpField((WIDTH / 2, HEIGHT / 2), HEIGHT / 2, across / 4, down / 4)
    grey = gradient()
    picture = PageMap((bend,)).resample(grey, WIDTH, HEIGHT)
    inner = POINTS[(POINTS.min(axis=1) > 100) & (POINTS[:, 0] < WIDTH - 100) & (POINTS[:, 1] < HEIGHT - 100)]
    places = bend(inner)
    for (u, v), (x, y) in zip(inner, places, strict=True):
        assert abs(int(picture[round(v), round(u)]) - int(grey[round(y), round(x)])) <= 2


@given(st.floats(-8, 8), SLOPES)
def test_merged_turns_are_the_same_map(angle, slopes):
    steps = (rotation(angle, WIDTH, HEIGHT), rotation(-angle / 2, WIDTH, HEIGHT), quarter_rotation(1, WIDTH, HEIGHT))
    bend = DewarpField((300, 400), 450, slopes, slopes)
    one_by_one = PageMap((bend, *steps))(POINTS)
    assert compose((bend, *steps))(POINTS) == pytest.approx(one_by_one, abs=1e-6)


class TestSlopeField:
    def pieces(self, slope: np.ndarray, seed: int) -> RuleSegments:
        rng = np.random.default_rng(seed)
        return RuleSegments(self.x, self.y, slope, rng.uniform(60, 190, len(slope)))

    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(100, 2300, 8), np.linspace(150, 3300, 12)))

    @pytest.mark.parametrize("seed", range(8))
    def test_what_wear_leaves_of_thick_rules_bends_no_page(self, seed):
        """Bits of a rule as thick as they are worn lean by as much as their thickness over their length."""
        slope = np.random.default_rng(seed).normal(0, 0.012, len(self.x))
        assert not slope_field(self.pieces(slope, seed), (1200, 1750), 1750).any()

    @pytest.mark.parametrize("seed", range(8))
    def test_a_bend_is_found_among_worn_rules(self, seed):
        along = (self.x - 1200) / 1750
        slope = 0.15 * along**2 + np.random.default_rng(seed).normal(0, 0.002, len(self.x))
        field = slope_field(self.pieces(slope, seed), (1200, 1750), 1750)
        assert field[3] > 0.07  # the square of the place along the rule
