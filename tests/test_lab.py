"""The server side of the JupyterLab extension, asked over HTTP as the browser asks it."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from filelock import FileLock
from PIL import Image

from tests.lab_server import API, TOKEN, LabServer, lab_server
from tests.stubs import blank_page, ingest_here
from workbench.archive.run.lock import LOCK, RUN
from workbench.errors import InputError
from workbench.lab.catalogue import PROBLEMS
from workbench.lab.drawing import Drawer
from workbench.settings import Settings

FORM = """<h1>{name}项目支出绩效自评表</h1><p>（2023年度）</p><table>
<tr><td>项目名称<td colspan=3>数字乡村试点<td>主管部门<td colspan=3>{name}农业农村局</tr>
<tr><td>资金情况<td>年初预算数<td>全年预算数<td>全年执行数<td>执行率<td>分值<td colspan=2>得分</tr>
<tr><td>年度资金总额<td>100<td>100<td>95<td>95%<td>10<td colspan=2>9.5</tr>
<tr><td>一级指标<td>二级指标<td>三级指标<td>年度指标值<td>实际完成值<td>分值<td>得分<td>偏差原因</tr>
<tr><td rowspan=2>产出指标<td>数量指标<td>试点村数量<td>≥20个<td>21个<td>50<td>50<td></tr>
<tr><td>质量指标<td>验收合格率<td>≥95%<td>96%<td>40<td>{score}<td></tr>
<tr><td colspan=5>总分<td>100<td>99.5<td></tr></table>"""

HOSTILE = "<img src=x onerror=harm()>县"
PATIENCE = 90.0


def write_form(path: Path, name: str, score: str = "40") -> Path:
    path.write_text(FORM.format(name=name, score=score), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    root = tmp_path_factory.mktemp("root")
    with lab_server(root) as running:
        yield running


@pytest.fixture(scope="module")
def project(server: LabServer) -> str:
    """A project with a form that contradicts itself, one with a hostile name, and a file that is none; all read."""
    settings = Settings(engine="none")
    made = server.post("project", path="", name="绩效 2023")
    assert (made.status, made.json["project"], made.json["has_dataset"]) == (200, "绩效 2023", False)
    raw = server.root / "绩效 2023" / "data" / "raw"
    write_form(raw / "a.html", "示例县", score="30")
    write_form(raw / f"{HOSTILE}.html", HOSTILE.replace("<", "&lt;"))
    (raw / "bad.docx").write_bytes(b"no archive")
    assert [row[1:3] for row in listed(server, "绩效 2023")] == [
        [f"{HOSTILE}.html", "new"],
        ["a.html", "new"],
        ["bad.docx", "new"],
    ]
    ingest_here(raw, raw.parent / "processed", settings)
    return "绩效 2023"


def finished(server: LabServer, project: str) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        run = server.get("run", project=project).json["run"]
        if run["state"] not in ("running", "stopping"):
            return run
        time.sleep(0.1)
    raise AssertionError("the run does not end")


def listed(server: LabServer, project: str) -> list[list[Any]]:
    return server.get("documents", project=project).json["rows"]


def id_of(server: LabServer, project: str, file: str) -> str:
    return next(row[0] for row in listed(server, project) if row[1] == file)


def code_of(reply: Any) -> tuple[int, str]:
    assert {"code", "message", "way_out", "detail"} <= set(reply.json), reply.body
    assert "Traceback" not in reply.body.decode()
    return reply.status, reply.json["code"]


def test_documents_are_listed_with_what_became_of_them(server, project):
    rows = {row[1]: row for row in listed(server, project)}
    assert rows["bad.docx"][2] == "failed"
    assert rows["bad.docx"][10].startswith("文件损坏，或无法打开（") and rows["bad.docx"][11] == "unreadable"
    assert rows["a.html"][2:6] == ["review", "示例县农业农村局", "2023", 1]
    assert rows["a.html"][6] >= 1  # the scores do not add up
    assert rows[f"{HOSTILE}.html"][3] == f"{HOSTILE}农业农村局"  # as it is: who shows it makes text of it
    answer = server.get("project", path=f"{project}/data/raw/a.html").json
    assert (answer["project"], answer["documents"], answer["problem"]) == (project, 3, None)
    assert answer["to_review"] == sum(row[9] for row in rows.values())


def test_a_document_shows_values_cells_and_findings_that_point_at_each_other(server, project):
    shown = server.get("document", project=project, id=id_of(server, project, "a.html")).json
    assert shown["pages"] == [{"page": 1, "width": 1000, "height": 180, "picture": False}]
    table = shown["tables"]["indicators"]
    assert table["heads"][:3] == ["一级指标", "二级指标", "三级指标"]
    score = table["rows"][1]["values"]["score"]
    assert (score["text"], score["value"], score["state"], score["page"]) == ("30", 30.0, "machine", 1)
    cells = server.get("cells", project=project, id=shown["id"], page=1).json["cells"]
    (cell,) = [one for one in cells if one["box"] == score["box"]]
    assert cell["text"] == "30" and cell["values"][0] | {"form": ""} == {
        "form": "", "table": "indicators", "record": 2, "field": "score", "head": "得分",
    }  # fmt: skip
    total = shown["tables"]["forms"]["rows"][0]["values"]["total_score"]
    finding = shown["findings"][total["findings"][0]]
    assert (finding["severity"], finding["box"]) == ("error", total["box"])


def test_findings_are_grouped_by_cause_and_choices_are_those_of_the_dataset(server, project):
    groups = server.get("findings", project=project).json["groups"]
    assert groups[0]["consequence"] == "numbers" and groups[0]["files"] == ["a.html"]
    assert groups[0]["department"] == "示例县农业农村局"
    assert groups[0]["document_ids"] == [id_of(server, project, "a.html")]
    choices = server.get("choices", project=project).json
    assert choices["years"] == [2023] and [f"{HOSTILE}农业农村局", 2023] in choices["pairs"]


def test_a_review_is_held_as_the_widget_holds_it(server, project):
    opened = server.post("review", project=project, document=id_of(server, project, "a.html"), by="李").json
    assert opened["by"] == "李" and opened["total"] >= 1
    replies = server.post("review/message", session=opened["session"], message={"do": "open"}).json["replies"]
    assert [one["message"]["kind"] for one in replies] == ["state", "item"]
    item = replies[1]["message"]
    told = {"do": "accept", "seen": item["key"]}
    after = server.post("review/message", session=opened["session"], message=told).json["replies"]
    assert after[0]["message"]["done"] == 1
    (log,) = (server.root / project / "data" / "corrections").glob("*.jsonl")
    assert json.loads(log.read_text("utf-8").splitlines()[0])["by"] == "李"
    cause = server.get("findings", project=project).json["groups"][0]["cause_id"]
    of_cause = server.post("review", project=project, cause=cause, by="李").json
    assert 1 <= of_cause["total"] <= opened["total"]
    sample = server.post("review", project=project, audit={"n": 5, "seed": 1}, by="李").json
    assert sample["total"] == 5
    assert server.post("audit", project=project, n=5, seed=1).json["items"] == 5
    assert code_of(server.post("review/message", session=opened["session"], message={"do": "nonsense"}))[0] == 400
    assert code_of(server.post("review/message", session="gone", message={"do": "open"})) == (404, "no-session")


def test_a_login_that_many_share_is_told_of_jupyterlabs_settings_not_of_a_call(server, project):
    opened = server.post("review", project=project, by="jovyan").json
    replies = server.post("review/message", session=opened["session"], message={"do": "open"}).json["replies"]
    (notice,) = [one for one in replies[0]["message"]["notices"] if "共用的登录名" in one]
    assert "设置编辑器" in notice and "复核人" in notice
    assert "wb." not in json.dumps(replies[0]["message"], ensure_ascii=False)


def test_the_module_of_the_review_is_the_widgets(server):
    import workbench.review

    module = server.get("review/widget.js")
    assert module.headers["Content-Type"].startswith("text/javascript")
    assert module.body == (Path(workbench.review.__file__).parent / "widget.js").read_bytes()


def events_of(server: LabServer, project: str) -> Iterator[tuple[str, Any]]:
    """What a watcher hears, until a run has ended."""
    address = f"http://127.0.0.1:{server.app.port}/{API}/events?{urlencode({'project': project, 'token': TOKEN})}"
    with urlopen(address, timeout=PATIENCE) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        name = ""
        for line in stream:
            kind, _, text = line.decode().rstrip().partition(": ")
            name = text if kind == "event" else name
            if kind == "data":
                yield name, json.loads(text)


class TestRuns:
    def test_a_run_is_watched_by_two_and_makes_what_was_new_part_of_the_tables(self, server, project):
        write_form(server.root / "外来.html", "第三县")
        (server.root / project / "data" / "processed" / "dataset.json").touch()
        options = {"workers": 1, "engine": "none"}
        began = server.post("run", project=project, kind="ingest", paths=["外来.html"], options=options)
        assert (began.status, began.json["run"]["state"]) == (200, "running"), began.body
        assert began.json["run"]["copied"] == ["外来.html"]
        assert code_of(server.post("run", project=project, kind="rebuild")) == (409, "run-held")
        first, versions = None, set()
        for name, data in events_of(server, project):
            first = first or (name, data["run"]["state"])
            versions |= {data["version"].partition("+")[0]} if name == "dataset" else set()
            if len(versions) == 2:  # the tables were written while somebody watched
                break
        assert first == ("run", "running")  # as a page hears it that was loaded anew
        run = finished(server, project)
        assert (run["state"], run["documents"], run["pages_done"]) == ("done", 4, 2), (
            run
        )  # the damaged one is tried again
        assert [(one["file"], one["code"]) for one in run["failures"]] == [("bad.docx", "unreadable")]
        assert run["failures"][0]["reason"].startswith("文件损坏")
        assert {row[1]: row[2] for row in listed(server, project)}["外来.html"] == "read"

    def test_a_run_is_stopped_as_ctrl_c_does_it(self, server, project):
        assert server.post("run", project=project, kind="ingest").json["run"]["state"] == "running"
        stopped = server.post("run/stop", project=project).json["run"]
        assert stopped["state"] in ("stopping", "stopped")
        assert finished(server, project)["state"] == "stopped"
        assert code_of(server.post("run/stop", project=project)) == (409, "no-run")

    def test_another_file_of_the_same_name_is_not_written_over(self, server, project):
        (server.root / "other").mkdir()
        write_form(server.root / "other" / "a.html", "另一县")
        refused = server.post("run", project=project, kind="ingest", paths=["other/a.html"])
        assert code_of(refused) == (409, "name-taken") and "a.html" in refused.json["message"]
        assert "示例县" in (server.root / project / "data" / "raw" / "a.html").read_text("utf-8")

    def test_a_module_in_the_project_is_not_run(self, server, project):
        (server.root / project / "workbench.py").write_text("import pathlib; pathlib.Path('harm').touch()")
        server.post("run", project=project, kind="export", options={"format": "csv"})
        run = finished(server, project)
        assert (run["state"], run["result"]["path"]) == ("done", f"{project}/exports/csv"), run
        assert not (server.root / project / "harm").exists()


class TestPictures:
    def test_a_page_comes_in_the_width_that_is_shown_and_once(self, server):
        blank_page(server.root / "p.png", width=640)
        page = server.get("page-of", path="p.png", page=1, width=320)
        assert (page.status, page.headers["Content-Type"]) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(page.body)).size == (320, 400)
        address = f"page-of?{urlencode({'path': 'p.png', 'page': 1, 'width': 320})}"
        headers = {"Authorization": f"token {TOKEN}", "If-None-Match": page.headers["Etag"]}
        assert server.ask(address, headers).status == 304
        blank_page(server.root / "p.png", width=642)
        assert server.ask(address, headers).status == 200  # it is another file now
        assert server.get("pages-of", path="p.png").json == {"pages": [{"page": 1, "width": 642, "height": 800}]}
        assert code_of(server.get("grid", path="p.png", page=2)) == (404, "not-found")

    def test_a_file_that_is_none_is_a_sentence_and_the_next_one_is_drawn(self, server):
        (server.root / "no.pdf").write_bytes(b"%PDF-1.4 no")
        blank_page(server.root / "q.png")
        broken = server.get("page-of", path="no.pdf", page=1)
        assert code_of(broken) == (409, "not-shown") and "PDF 已损坏" in broken.json["message"]
        assert server.get("page-of", path="q.png", page=1).status == 200

    def test_a_page_that_takes_its_process_down_takes_nothing_else_down(self, tmp_path):
        drawer = Drawer()
        try:
            with pytest.raises(InputError, match="the process that drew it ended"):
                drawer._made(blank_page(tmp_path / "a.png"), os._exit, 3)
            assert drawer.sizes(blank_page(tmp_path / "a.png"), 200) == [(600, 800)]
        finally:
            drawer.close()

    def test_a_folder_of_pages_with_one_that_leads_out_is_not_shown(self, server, tmp_path):
        blank_page(tmp_path / "secret.png")
        blank_page(server.root / "pages" / "p-1.png")
        (server.root / "pages" / "p-2.png").symlink_to(tmp_path / "secret.png")
        for asked in ("page-of", "pages-of", "grid"):
            assert code_of(server.get(asked, path="pages", page=2)) == (403, "outside-root"), asked


class TestWhoMayAsk:
    def test_nobody_without_the_token(self, server, project):
        for path in (
            "hello",
            f"documents?project={API}",
            "events?project=x",
            "page?project=x&id=x",
            "review/widget.js",
        ):
            assert server.ask(path, {}).status == 403, path

    def test_a_form_of_another_site_starts_nothing(self, server, project):
        with urlopen(f"http://127.0.0.1:{server.app.port}/lab?token={TOKEN}", timeout=30) as page:
            cookies = [one.partition(";")[0] for one in page.headers.get_all("Set-Cookie")]
        ask = {"Cookie": "; ".join(cookies), "Content-Type": "application/json"}
        body = json.dumps({"project": project, "kind": "ingest"}).encode()
        assert server.ask("hello", ask).status == 200
        assert server.ask("run", ask, body).status == 403
        xsrf = next(one.partition("=")[2] for one in cookies if one.startswith("_xsrf="))
        wrong = server.ask("run", ask | {"X-XSRFToken": "2|wrong|wrong|1"}, body)
        assert wrong.status == 403
        right = server.ask("run/stop", ask | {"X-XSRFToken": xsrf}, body)
        assert code_of(right) == (409, "no-run")


class TestPathsOutside:
    @pytest.mark.parametrize("path", ["../x", "a/../../x", "/../x", "C:\\x", "绩效 2023/data/../../..", "a\0b"])
    def test_are_refused_by_name(self, server, project, path):
        for asked in ("project", "grid", "page-of", "pages-of"):
            assert code_of(server.get(asked, path=path)) == (403, "outside-root"), asked
        assert code_of(server.get("documents", project=path)) == (403, "outside-root")
        assert code_of(server.post("run", project=project, kind="ingest", paths=[path])) == (403, "outside-root")

    def test_are_refused_behind_links(self, server, project, tmp_path):
        write_form(tmp_path / "secret.html", "别处")
        link = server.root / "link"
        link.symlink_to(tmp_path)
        raw_link = server.root / project / "data" / "raw" / "linked.html"
        raw_link.symlink_to(tmp_path / "secret.html")
        try:
            assert code_of(server.get("project", path="link")) == (403, "outside-root")
            assert code_of(server.get("page-of", path="link/secret.html")) == (403, "outside-root")
            paths = [f"{project}/data/raw/linked.html"]
            assert code_of(server.post("run", project=project, kind="ingest", paths=paths)) == (403, "outside-root")
        finally:
            link.unlink()
            raw_link.unlink()

    def test_a_project_whose_folders_lead_out_is_not_read(self, server, tmp_path):
        (server.root / "odd" / "data").mkdir(parents=True)
        (server.root / "odd" / "data" / "raw").symlink_to(tmp_path)
        try:
            assert server.get("project", path="odd").json["problem"]["code"] == "outside-root"
            assert code_of(server.get("documents", project="odd")) == (403, "outside-root")
            assert code_of(server.post("run", project="odd", kind="ingest")) == (403, "outside-root")
        finally:
            shutil.rmtree(server.root / "odd")

    def test_hidden_folders_are_as_hidden_as_in_the_file_browser(self, server):
        (server.root / ".secret" / "data" / "raw").mkdir(parents=True)
        assert code_of(server.get("project", path=".secret")) == (404, "not-found")


class TestBadInput:
    def test_no_project_offers_those_that_there_are(self, server, project):
        answer = server.get("project", path="").json
        assert (answer["project"], answer["problem"]["code"]) == (None, "no-project")
        assert "新建绩效项目" in answer["problem"]["way_out"]
        assert {"project": project, "name": project} in answer["near"]
        assert code_of(server.get("documents", project="")) == (404, "no-project")

    def test_a_dataset_of_an_earlier_or_a_later_version_is_named_as_such(self, server, project, tmp_path):
        copy = server.root / "copy"
        shutil.copytree(server.root / project, copy)
        info = copy / "data" / "processed" / "dataset.json"
        content = json.loads(info.read_text("utf-8"))
        try:
            info.write_text(json.dumps(content | {"schema": 99}), "utf-8")
            assert code_of(server.get("documents", project="copy")) == (409, "new-dataset")
            info.write_text(json.dumps({name: one for name, one in content.items() if name != "schema"}), "utf-8")
            (copy / "data" / "processed" / "findings.parquet").unlink()
            answer = server.get("project", path="copy", lang="en").json
            assert (
                answer["problem"]["code"] == "old-dataset" and "Read the project again" in answer["problem"]["way_out"]
            )
            info.write_text("{", "utf-8")
            assert server.get("project", path="copy").json["problem"]["code"] == "damaged-dataset"
        finally:
            shutil.rmtree(copy)

    def test_a_folder_without_permission_is_said(self, server, monkeypatch):
        (server.root / "closed").mkdir(exist_ok=True)

        def refused(folder: Path) -> bool:  # as the system does to all but root, who runs these tests
            raise PermissionError(13, "Permission denied", str(folder))

        monkeypatch.setattr("workbench.lab.places.is_project", refused)
        problem = server.get("project", path="closed").json["problem"]
        assert problem["code"] == "no-permission" and "权限" in problem["message"] and problem["way_out"]
        assert code_of(server.get("documents", project="closed")) == (403, "no-permission")

    def test_a_project_that_another_program_holds_says_who(self, server, project):
        processed = server.root / project / "data" / "processed"
        (processed / RUN).write_text(json.dumps({"pid": 4711, "host": "other", "since": "2026-11-30 09:00"}))
        try:
            with FileLock(processed / LOCK):
                held = server.get("run", project=project).json["held_by"]
                assert (held["pid"], held["who"]) == (4711, "进程 4711（other），始于 2026-11-30 09:00")
                refused = server.post("run", project=project, kind="ingest")
                assert code_of(refused) == (409, "run-held") and "4711" in refused.json["message"]
            assert server.get("run", project=project).json["held_by"] is None  # it was killed: nobody is kept out
        finally:
            (processed / RUN).unlink()

    def test_wrong_requests_are_sentences(self, server, project):
        for body in (
            {},
            {"project": project},
            {"project": project, "kind": "delete"},
            {"project": 7, "kind": "ingest"},
        ):
            assert code_of(server.post("run", **body)) == (400, "bad-request"), body
        for options in ({"workers": "-1"}, {"engine": "--help"}, {"review_threshold": 7}, {"workers": True}, [1]):
            reply = server.post("run", project=project, kind="ingest", options=options)
            assert code_of(reply) == (400, "bad-request"), options
        assert code_of(server.post("run", project=project, kind="export", options={"format": "exe"}))[0] == 400
        for name in ("", ".x", "a/b", "a\\b"):
            assert code_of(server.post("project", path="", name=name)) == (400, "bad-name"), name
        headers = {"Authorization": f"token {TOKEN}"}
        for body in (b"[", b"[]", b"\xff", b"[" * 100_000):
            assert code_of(server.ask("run", headers, body)) == (400, "bad-request")
        assert code_of(server.get("document", project=project, id="x' or 1=1")) == (404, "not-found")
        assert code_of(server.get("document", project=project, id="f" * 16)) == (404, "not-found")
        document = id_of(server, project, "a.html")
        assert code_of(server.get("cells", project=project, id=document, page=9)) == (404, "not-found")
        assert code_of(server.get("page", project=project, id=document, page="x")) == (400, "bad-request")
        assert code_of(server.get("page", project=project, id=document, page=1)) == (404, "no-picture")

    def test_every_problem_has_a_sentence_in_both_languages(self):
        for code, text in PROBLEMS.items():
            assert set(text.message) == {"zh", "en"} and all(text.message.values()), code
            gaps = {language: sorted(part.partition("}")[0] for part in text.message[language].split("{")[1:])
                    for language in text.message}  # fmt: skip
            assert gaps["zh"] == gaps["en"], code

    def test_versions_that_differ_are_said(self, server):
        from workbench import __version__

        assert server.get("hello", version=__version__).json["compatible"] is True
        answer = server.get("hello", version="0.0.1", lang="en").json
        assert not answer["compatible"] and "restart JupyterLab" in answer["message"]
