"""Transcriptions in HTML, Markdown and tabs: their tables as far as the text tells them, in any usual encoding."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.opened import SETTINGS, grids, lines, problem, read, text
from workbench.form.assemble import assemble_forms
from workbench.readers.plain import plain


class TestHtml:
    def test_spans_are_followed(self, tmp_path):
        path = text(
            tmp_path / "a.html",
            "<table><tr><th rowspan=2>甲<th colspan=2>乙<tr><td>1<td>2<tr><td>3<td rowspan=9>4<td></table>",
        )
        (grid,) = read(path)[0].content.grids
        assert [(c.row, c.col, c.rowspan, c.colspan, c.text) for c in grid.cells] == [
            (0, 0, 2, 1, "甲"),
            (0, 1, 1, 2, "乙"),
            (1, 1, 1, 1, "1"),
            (1, 2, 1, 1, "2"),
            (2, 0, 1, 1, "3"),
            (2, 1, 1, 1, "4"),
            (2, 2, 1, 1, ""),
        ]

    @given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=5), min_size=1, max_size=6))
    def test_cells_never_overlap_and_fill_the_table(self, tmp_path_factory, spans):
        rows = "".join(
            "<tr>" + "".join(f"<td rowspan={a} colspan={b}>x</td>" for a, b in row) + "</tr>" for row in spans
        )
        path = text(tmp_path_factory.getbasetemp() / "spans.html", f"<table>{rows}</table>")
        for grid in read(path)[0].content.grids:
            assert sum(cell.rowspan * cell.colspan for cell in grid.cells) == grid.rows * grid.columns
            assert sum(cell.text == "x" for cell in grid.cells) == sum(map(len, spans))

    def test_what_is_not_shown_is_not_read(self, tmp_path):
        path = text(
            tmp_path / "a.html",
            "<style>td{}</style><table><tr style='display: none'><td>x<tr><td>甲<!-- y --><script>z</script>"
            "<td>5<sup>2</sup><span hidden>9</span></table>",
        )
        assert grids(path) == [[["甲", "5²"]]]

    def test_lines_and_numbers_in_a_cell(self, tmp_path):
        path = text(tmp_path / "a.html", "<table><tr><td>一级<br>指标<td>100<br>200<td>2022年\n 12月&nbsp;底</table>")
        assert grids(path) == [[["一级\n指标", "100\n200", "2022年12月底"]]]

    def test_tables_that_lay_out_the_page_are_looked_through(self, tmp_path):
        inner = "<table><tr><td>甲<td>1<tr><td>乙<td>2<tr><td>丙<td>3</table>"
        path = text(tmp_path / "a.html", f"<table><tr><td>导航<td><p>自评表</p>{inner}<td>友情链接</table>")
        assert grids(path) == [[["甲", "1"], ["乙", "2"], ["丙", "3"]]]
        assert lines(path) == ["导航", "自评表", "友情链接"]

    @pytest.mark.parametrize(
        ("inside", "shown"),
        [
            ("3<sup><b>1</b></sup>", "3¹"),
            ("3<sup><a href='#n'>1</a></sup>", "3¹"),
            ("3<span style='vertical-align: super'>1</span>", "3¹"),
            ("<s>5</s>6", "6"),
            ("<span style='text-decoration: line-through'>5</span>6", "6"),
            ("<center>5</center>6", "5\n6"),
        ],
    )
    def test_figures_that_are_raised_struck_out_or_below_each_other_are_not_joined(self, tmp_path, inside, shown):
        path = text(tmp_path / "a.html", f"<table><tr><td>甲</td><td>{inside}</td></tr></table>")
        assert grids(path) == [[["甲", shown]]]

    def test_a_table_in_a_cell_is_the_cells_text(self, tmp_path):
        inner = "<table><tr><td>100<td>200</table>"
        path = text(tmp_path / "a.html", f"<table><tr><td>甲<td>{inner}<tr><td>乙<td>2</table>")
        assert grids(path) == [[["甲", "100\n200"], ["乙", "2"]]]

    def test_a_span_of_a_billion_ends_with_the_table(self, tmp_path):
        path = text(tmp_path / "a.html", "<table><tr><td rowspan=999999999>甲<td>1<tr><td colspan=999999999>乙</table>")
        (grid,) = read(path)[0].content.grids
        assert [(c.text, c.rowspan) for c in grid.cells if c.text] == [("甲", 2), ("1", 1), ("乙", 1)]

    def test_many_wide_spans_are_refused_before_they_are_laid_out(self, tmp_path):
        path = text(tmp_path / "a.html", "<table>" + "<tr><td colspan=1000>甲" * 2000 + "</table>")
        start = time.process_time()
        assert problem(path).reason == "too-large"
        assert time.process_time() - start < 5

    def test_nesting_beyond_reading_is_refused_and_not_cut_short(self, tmp_path):
        path = text(tmp_path / "a.html", "<b>" * 300 + "<table><tr><td>甲<td>1</table>")
        assert grids(path) == [[["甲", "1"]]]
        path = text(tmp_path / "b.html", "<div>" * 100_000 + "<table><tr><td>甲<td>1</table>")
        assert problem(path).reason == "unreadable"


class TestTranscription:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
    def test_any_usual_encoding_is_read(self, tmp_path, encoding):
        path = text(tmp_path / "a.tsv", "一级指标\t得分\n产出\t10\n", encoding)
        assert grids(path) == [[["一级指标", "得分"], ["产出", "10"]]]

    def test_blank_cells_at_the_start_of_a_row_go_on_with_those_above(self, tmp_path):
        path = text(tmp_path / "a.txt", "目标1\t产出\t甲\t\n\t\t乙\t1\n\t效益\t丙\t\n")
        (grid,) = read(path)[0].content.grids
        assert [(c.text, c.rowspan) for c in grid.cells if c.col < 2] == [("目标1", 3), ("产出", 2), ("效益", 1)]
        assert [c.text for c in grid.cells if c.col == 3] == ["", "1", ""]

    def test_every_block_of_rows_is_a_page(self, tmp_path):
        path = text(tmp_path / "a.txt", "标题\n\n甲\t1\n乙\t2\n\n第二页\n丙\t3\n\n完\n")
        pages = [page.content for page in read(path)]
        assert [[line.text for line in page.loose_lines] for page in pages] == [["标题"], ["第二页", "完"]]
        assert [page.grids[0].rows for page in pages] == [2, 1]

    def test_cells_of_a_spreadsheet_with_line_ends_and_quotation_marks(self, tmp_path):
        path = text(tmp_path / "a.tsv", '名称\t得分\n"一\n二 ""三"""\t5\n')
        assert grids(path) == [[["名称", "得分"], ['一二"三"', "5"]]]

    def test_a_quotation_mark_that_is_text_stays_text(self, tmp_path):
        path = text(tmp_path / "a.tsv", '"甲\t1\n乙"丙\t2\n丁\t3"\n"戊"己\t4\n')
        assert grids(path) == [[['"甲', "1"], ['乙"丙', "2"], ["丁", '3"'], ['"戊"己', "4"]]]

    @pytest.mark.parametrize("struck", ["9<s>7</s>5", "<del>9</del>7"])
    def test_a_figure_that_is_struck_out_doubts_the_number_beside_it(self, tmp_path, struck):
        """9 struck out beside 7 was 7 without a word, in a typed table alone."""
        (page,) = read(text(tmp_path / "a.md", f"|指标|得分|\n|甲|{struck}|\n"))
        assert page.content.grids[0].cells[-1].confidence.overall < SETTINGS.review_threshold

    def test_bars_with_signs_that_markdown_escapes(self, tmp_path):
        path = text(tmp_path / "a.md", "| a | **b** |\n|:---|---:|\n| 1\\|2 | 5*3 &lt; 20<br>或_ |\n")
        assert grids(path) == [[["a", "b"], ["1|2", "5*3<20或_"]]]

    def test_pages_of_a_published_form_go_on_and_shifted_cells_stay_where_they_are(self, tmp_path):
        """The row printed twice over the break is dropped, labels are carried on; 质量指标 stands a column too far."""
        header = (
            "年度指标完成情况\t一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\t偏差原因分析及改进措施"
        )
        goals = "年度绩效目标完成情况\t目标序号\t年度绩效目标\t实际完成情况\t"
        content = f"""
# 整体支出绩效自评表

(2022年度)

部门名称\t\t示例市统计局\t\t
{goals}
\t1\t通过统计调查提高数据质量水平\t完成统计调查工作
\t2\t通过普法宣传提高依法统计水平\t完成普法宣传工作

{goals}
\t2\t通过普法宣传提高依法统计水平\t完成普法宣传工作
{header}
绩效目标1\t产出指标\t数量指标\t调查次数\t≥12次\t12次\t10\t10\t
\t\t\t报告份数\t≥4份\t4份\t10\t10\t
\t\t\t质量指标\t数据审核率\t=100%\t100%\t10\t

{header}
绩效目标2\t效益指标\t社会效益指标\t依法统计水平\t提升\t有效提升\t30\t30\t
\t总分\t\t\t\t\t60\t60\t
<b>整体支出绩效自评结论</b>\t\t\t<p>2022年，我局较好地完成了任务。</p> <p>自评等级为“优”。</p>\t\t\t\t\t
"""
        pages = [page.content for page in read(text(tmp_path / "a.txt", content))]
        assert [(page.grids[0].rows, page.grids[0].columns) for page in pages] == [(4, 5), (6, 9), (4, 9)]
        (form,) = assemble_forms(pages, "tianjin")
        assert (form.title, form.year, form.department.text) == ("整体支出绩效自评表", 2022, "示例市统计局")
        assert [goal.goal_no for goal in form.goals] == [1, 2]
        assert form.conclusion.text == "2022年，我局较好地完成了任务。自评等级为“优”。"
        rows = [(row.goal_no, row.level1.text, row.level2.text) for row in form.indicators]
        assert rows == [(1, "产出指标", "数量指标")] * 3 + [(2, "效益指标", "社会效益指标")]
        shifted = [cell.text for cell in pages[1].grids[0].cells if cell.row == 5 and cell.text]
        assert shifted == ["质量指标", "数据审核率", "=100%", "100%", "10"]

    def test_what_is_no_text_is_said_to_be_none(self, tmp_path):
        (tmp_path / "a.txt").write_bytes(b"\x00\x01\x02\xff\xfe\x00" * 40)
        assert problem(tmp_path / "a.txt").reason == "unreadable"


class TestText:
    @pytest.mark.parametrize(
        ("shown", "wanted"),
        [
            (" 2022年 12月 ", "2022年12月"),
            ("100\n200", "100 200"),
            ("≥\n90\n%", "≥90%"),
            ("一级\u3000指标\u200b", "一级指标"),
            ("APEC  form", "APEC form"),
            ("1\u00a0234.5", "1 234.5"),
        ],
    )
    def test_spaces_go_unless_they_part_numbers_or_words(self, shown, wanted):
        assert plain(shown) == wanted

    @given(st.text(st.sampled_from("12ab年月。 \n\t\u3000\u200b%≥"), max_size=20))
    def test_nothing_but_spaces_is_lost_and_once_is_enough(self, shown):
        once = plain(shown)
        assert "".join(once.split()) == "".join(shown.replace("\u200b", "").split())
        assert plain(once) == once


def test_rows_that_lack_the_merged_cells_at_their_left_are_aligned_at_their_right_end(tmp_path):
    """Copied from a program that writes a merged cell once: no row begins with a blank, and short ones end with one."""
    rows = (
        ("项目名称", "水渠清淤"),
        ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"),
        ("产出指标", "数量指标", "清淤长度", "≥5公里", "6公里", "30", "30", ""),
        ("清淤点位", "≥9个", "8个", "30", "25", ""),
        ("时效指标", "完成时限", "2022年12月底前", "2022年12月", "30", "30", ""),
    )
    records = read(text(tmp_path / "form.txt", "\n".join(map("\t".join, rows))))
    (form,) = assemble_forms([record.content for record in records], "form.txt")
    found = [
        [getattr(row, name).text for name in ("level1", "level2", "name", "target", "score")] for row in form.indicators
    ]
    assert found == [
        ["产出指标", "数量指标", "清淤长度", "≥5公里", "30"],
        ["产出指标", "数量指标", "清淤点位", "≥9个", "25"],
        ["产出指标", "时效指标", "完成时限", "2022年12月底前", "30"],
    ]
    assert [note.code for record in records for note in record.notes] == ["merged-cells-missing"]
