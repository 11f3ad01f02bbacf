"""Web pages as sites publish and browsers save them: menus around the form, charsets that are not what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.opened import grids, notes, read, scored
from tests.printed import table
from tests.written import html_table
from workbench.dataset.build import DocumentContent, build_tables
from workbench.form.assemble import assemble_forms
from workbench.model import Form

FORM = "example_project_1"
SITE = """<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>示例_某某市财政局 2024年</title></head><body>
<div>今天是2024年5月6日 <a href="/">首页</a> | <a href="/zw">2024年预决算公开</a></div>
<table width="100%"><tr><td><a href="/1">机构概况</a></td><td><a href="/2">信息公开</a></td></tr></table>
<div class="here">当前位置：<a href="/">首页</a> &gt; <a href="/3">2023年预决算公开</a> &gt; 正文</div>
<h1>{title}</h1><p>{subtitle}</p><div>发布时间：2024-03-05 10:20 来源：市财政局 浏览次数：1024</div>
{form}
<p>附件：<a href="P0202403.XLS?v=1">附件1：绩效自评表.xls</a> <a href="./a/%E6%8A%A5%E5%91%8A.doc"></a>
<a href="P0202403.XLS?v=1">点击下载</a> <a href="b.html">下一篇</a> <a href="logo.png">图</a> <a href="http://[">坏</a></p>
<div class="foot"><table><tr><td>主办单位：某某市财政局</td><td>电话：022-12345678</td></tr></table></div>
<footer><table><tr><td>津ICP备05000001号-2</td></tr></table></footer></body></html>"""


def page(charset: str = "utf-8", form: str | None = None, **changes: str) -> str:
    printed = table(FORM)
    texts = {"title": printed.title, "subtitle": printed.subtitle, "form": form or html_table(printed)} | changes
    return SITE.format(charset=charset, **texts)


def written(path: Path, source: str, encoding: str = "utf-8") -> Path:
    file = path / "a.html"
    file.write_bytes(source.encode(encoding))
    return file


def form_of(file: Path) -> Form:
    (form,) = assemble_forms([one.content for one in read(file)], "a.html")
    return form


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gb18030"), ("utf-8", "gb18030"), ("gb2312", "utf-8"), ("gb2312", "utf-8-sig"), ("utf-8", "utf-16")],
)
def test_the_charset_is_that_of_the_bytes_whatever_is_declared(tmp_path, declared, encoding):
    """㙍 is in GB 18030 and in no GB 2312."""
    source = page(declared, form=html_table(table(FORM)) + "<p>㙍镕</p>")
    pages = [one.content for one in read(written(tmp_path, source, encoding))]
    assert scored(pages, FORM).misses == ()
    assert any(line.text == "㙍镕" for one in pages for line in one.loose_lines)


def test_what_a_site_has_around_a_form_is_none_of_it(tmp_path):
    file = written(tmp_path, page())
    pages = [one.content for one in read(file)]
    form = form_of(file)
    assert (form.title, form.year) == ("项目支出绩效自评表", 2022)
    alone = written(tmp_path, f"<h1>{table(FORM).title}</h1><p>{table(FORM).subtitle}</p>" + html_table(table(FORM)))
    codes = [_codes(one) for one in (pages, [one.content for one in read(alone)])]
    assert codes[0] == codes[1]


def _codes(pages: list) -> list[str]:
    found = DocumentContent("0" * 16, tuple(pages), tuple(assemble_forms(pages, "a.html")))
    return sorted(build_tables(found, 0.8)["findings"]["code"])


def test_a_year_that_only_a_menu_has_is_doubted(tmp_path):
    form = form_of(written(tmp_path, page(subtitle="")))
    assert form.year == 2023
    (note,) = [note for note in form.notes if note.code == "year-inferred"]
    assert "表题以上" in note.message


def test_a_date_above_a_form_without_a_title_is_not_its_year(tmp_path):
    bare = html_table(table(FORM)).replace("2022", "")
    assert form_of(written(tmp_path, f"<p>今天是2024年5月6日 星期一</p>{bare}")).year is None


def test_the_files_that_a_page_links_to_are_named_once(tmp_path):
    (note,) = notes(written(tmp_path, page()))
    assert note.code == "attachments-linked"
    assert note.message == "网页链接的2个附件未读入，需要的请另行下载：附件1：绩效自评表.xls；报告.doc"


@pytest.mark.parametrize(
    "around",
    ['<div class="nav"><a href="/">首页</a>{}', "<nav>{}", '<div id="footer"><p>甲{}', '<div role="navigation">{}'],
)
def test_a_form_in_a_menu_that_is_not_closed_is_read(tmp_path, around):
    printed = table(FORM)
    source = around.format(f"<h1>{printed.title}</h1><p>{printed.subtitle}</p>{html_table(printed)}")
    pages = [one.content for one in read(written(tmp_path, source))]
    assert scored(pages, FORM).misses == ()


def test_numbers_are_never_taken_for_a_menu(tmp_path):
    menu = '<table class="nav"><tr><td><a href="/1">数量</a></td><td><a href="/2">≥20个</a></td></tr></table>'
    assert grids(written(tmp_path, menu)) == [[["数量", "≥20个"]]]
