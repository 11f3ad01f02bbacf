"""The invented tables of other makers: whole, the same for a seed, and truths that say what is in them."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.makers.contents import KINDS, make_table, placed, plain_html
from benchmarks.makers.damage import BY_AUGRAPHY, DAMAGES, missing_damages, save
from benchmarks.makers.office import _value
from benchmarks.makers.score import Known, printed_cells, score_cells
from benchmarks.sensitivity import numbers, value_at, values_around, with_value

from workbench.errors import SettingsError
from workbench.grid.settings import GRID_DEFAULTS

SEEDS = ("1", "2", "3")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("half", [None, 0, 1])
def test_cells_cover_the_table_once(kind, half):
    for seed in SEEDS:
        table = make_table(kind, seed, half)
        places = [
            (item.row + i, item.col + j)
            for item in placed(table)
            for i in range(item.cell.rowspan)
            for j in range(item.cell.colspan)
        ]
        everywhere = [(row, col) for row in range(len(table.rows)) for col in range(len(table.widths))]
        assert sorted(places) == everywhere


@pytest.mark.parametrize("kind", KINDS)
def test_a_truth_read_back_says_what_is_in_the_table(kind):
    table = make_table(kind, "7")
    count, misses = score_cells(printed_cells(plain_html(table)), [printed_cells(plain_html(table))])
    assert (count.cells, count.wrong, misses) == (len(placed(table)), 0, [])


def test_a_seed_gives_one_table_and_the_halves_share_no_name():
    assert make_table("procurement", "5") == make_table("procurement", "5")
    names = [
        {row[1].text for seed in SEEDS for row in make_table("procurement", seed, half).rows[1:]} for half in (0, 1)
    ]
    assert not names[0] & names[1]


def test_wrong_cells_are_silent_where_the_reader_is_sure():
    truth = {
        (0, 0, 1, 1): Known("电费"),
        (0, 1, 1, 1): Known("9,910.99"),
        (0, 2, 1, 1): Known("2.9"),
        (1, 0, 1, 2): Known(""),
    }
    read = {
        (0, 0, 1, 1): Known("电费", sure=False),
        (0, 1, 1, 1): Known("9,910.39"),
        (0, 2, 1, 1): Known("29", sure=False),
        (1, 0, 1, 1): Known(""),
    }
    count, misses = score_cells(truth, [{}, read])
    assert (count.cells, count.wrong, count.silent, count.numbers, count.flagged) == (4, 3, 2, 1, 1)
    assert len(misses) == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", 1234.5),
        ("-0.70", -0.7),
        ("12", 12.0),
        ("=100%", "=100%"),
        ("1234,5", "1234,5"),
        ("007", "007"),
        ("", ""),
    ],
)
def test_a_spreadsheet_keeps_figures_as_numbers_where_they_are_shown_the_same(text, value):
    assert _value(text)[0] == value


@pytest.mark.parametrize("name", [name for name in DAMAGES if not name.startswith(BY_AUGRAPHY)])
def test_damage_is_the_same_for_a_seed_and_leaves_the_page_its_size(name, tmp_path):
    page = np.full((300, 200, 3), 255, np.uint8)
    page[100:104] = 0
    damaged = [DAMAGES[name].apply(page, 150.0, np.random.default_rng(3)) for _ in range(2)]
    assert damaged[0].shape == page.shape
    assert (damaged[0] == damaged[1]).all()
    assert save(damaged[0], DAMAGES[name], tmp_path / "page", 150.0).exists()


def test_damages_of_another_environment_are_named_where_there_is_none(monkeypatch):
    monkeypatch.delenv("AUGRAPHY_PYTHON", raising=False)
    assert list(missing_damages(["clean", "augraphy-folded"])) == ["augraphy-folded"]


def test_every_number_of_the_grids_settings_is_moved_by_a_fifth_where_the_others_allow_it():
    moved = refused = 0
    for route in numbers(GRID_DEFAULTS):
        usual = value_at(GRID_DEFAULTS, route)
        for value in values_around(usual):
            try:
                changed = with_value(GRID_DEFAULTS, route, value)
            except SettingsError:
                refused += 1
                continue
            assert value_at(changed, route) == value != usual
            assert value_at(GRID_DEFAULTS, route) == usual
            moved += 1
    assert moved > 300 and refused < moved / 10
