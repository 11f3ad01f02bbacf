"""Thresholds of the reconstructor: what they may be, and that every stage gets those it is called with."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from tests.printed import cell, pages
from tests.scans.tables import Table, TableRow
from workbench.errors import InputError, SettingsError
from workbench.form.assemble import assemble_forms
from workbench.form.settings import DEFAULTS, FormSettings
from workbench.model import PageContent, TextLine

HEADER = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因")
RECORD = ("产出指标", "数量指标", "培训次数", "≥5次", "6次", "10", "9", "")


def document(*rows: tuple[str, ...], title: str = "项目支出绩效自评表") -> list[PageContent]:
    return pages(
        Table(title, "（2022年度）", (1.0,) * len(rows[0]), tuple(TableRow(tuple(map(cell, r))) for r in rows))
    )


@pytest.mark.parametrize("setting", fields(FormSettings), ids=lambda setting: setting.name)
class TestEverySetting:
    def test_may_be_at_either_end_of_its_range_and_not_beyond(self, setting):
        least, most = setting.metadata["range"]
        for value in (least, most):
            assert getattr(FormSettings(**{setting.name: value}), setting.name) == value
        for value in (least - 1, most + 1):
            with pytest.raises(SettingsError, match=rf"setting {setting.name} = .* from {least} to {most}"):
                FormSettings(**{setting.name: value})

    @pytest.mark.parametrize("value", ["3", None, True, float("nan")])
    def test_is_a_number(self, setting, value):
        with pytest.raises(SettingsError) as caught:
            FormSettings(**{setting.name: value})
        assert caught.value.name == setting.name


def test_a_number_of_things_is_whole():
    with pytest.raises(SettingsError, match=r"min_texts = 2.5: it must be a whole number from 1 to 1000"):
        replace(DEFAULTS, min_texts=2.5)


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        DEFAULTS.min_texts = 2  # type: ignore[misc]


class TestAChangedSettingChangesTheForm:
    def test_how_much_of_a_column_a_cell_must_cover(self):
        """Cells of the second page reach over half of the next column: they are in both, or in the one they fill."""
        (first,) = document(HEADER, RECORD)
        (grid,) = document(RECORD)[0].grids
        edges = tuple(edge + 0.45 / len(HEADER) * (0 < edge < 1) for edge in grid.column_edges)
        second = replace(first, number=2, grids=(replace(grid, page=2, column_edges=edges),), loose_lines=())
        half, whole = (
            assemble_forms([first, second], "scan", FormSettings(covered_share=share)) for share in (0.5, 1.0)
        )
        assert half != whole

    def test_how_many_cells_a_header_may_have(self):
        assert assemble_forms(document(HEADER, RECORD), "scan", FormSettings(max_header_cells=len(HEADER)))
        with pytest.raises(InputError, match="no self-evaluation form was recognised"):
            assemble_forms(document(HEADER, RECORD), "scan", FormSettings(max_header_cells=len(HEADER) - 1))

    def test_how_many_arrangements_of_misaligned_cells_are_tried(self):
        misaligned = ("产出指标", "质量指标", "", "合格率", "≥90%", "95%", "10", "9")
        names = [
            [indicator.name.text for form in assemble_forms(document(HEADER, RECORD, misaligned), "scan", settings)
             for indicator in form.indicators]
            for settings in (DEFAULTS, FormSettings(max_arrangements=1))
        ]  # fmt: skip
        assert names == [["培训次数", "合格率"], ["培训次数", ""]]

    def test_how_many_lines_outside_the_table_are_suspicious(self):
        lines = tuple(TextLine(f"培训{number}次，≥90%", (1.0,), ((0, 0), (9, 0), (9, 9), (0, 9))) for number in (1, 2))
        (page,) = document(HEADER, RECORD)
        page = replace(page, loose_lines=(*page.loose_lines, *lines))
        three, two = (
            {
                note.code
                for form in assemble_forms([page], "scan", FormSettings(min_outside_lines=n))
                for note in form.notes
            }
            for n in (3, 2)
        )
        assert two - three == {"text-outside-table"}
