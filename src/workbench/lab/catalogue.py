"""What the extension's server says to people, in Chinese and English: a sentence for each problem, and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.errors import REASONS
from workbench.language import shown
from workbench.visible import visible

SpokenLanguage = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class ProblemText:
    """What is said about a problem.

    Attributes:
        status: of the HTTP response.
        message, way_out: by language; ``{name}`` is a gap for a fact of the problem.
    """

    status: int
    message: Mapping[SpokenLanguage, str]
    way_out: Mapping[SpokenLanguage, str]


def _text(status: int, zh: str, en: str, zh_way: str = "", en_way: str = "") -> ProblemText:
    return ProblemText(status, {"zh": zh, "en": en}, {"zh": zh_way, "en": en_way})


PROBLEMS: Mapping[str, ProblemText] = {
    "no-project": _text(
        404,
        "这里没有绩效项目",
        "There is no project here",
        "在启动页选“新建绩效项目”，或打开一个含有 data/raw 的文件夹",
        "Choose “New performance project” in the launcher, or open a folder that has data/raw",
    ),
    "no-dataset": _text(
        404,
        "这个项目还没有数据集",
        "This project has no dataset yet",
        "先识别 data/raw 中的文件",
        "Read the files in data/raw first",
    ),
    "old-dataset": _text(
        409,
        "数据集由较早版本的工作台写成",
        "The dataset was written by an earlier version of the workbench",
        "重新识别一次即可更新；已读的页面能用的仍会用，更正不会丢失",
        "Read the project again to bring it up to date; pages that can be used are, and no correction is lost",
    ),
    "new-dataset": _text(
        409,
        "数据集由更新版本的工作台写成，这个版本打不开",
        "The dataset was written by a later version of the workbench, which this one cannot open",
        "升级 jixiao-workbench，然后重启 JupyterLab",
        "Upgrade jixiao-workbench and restart JupyterLab",
    ),
    "damaged-dataset": _text(
        409,
        "数据集不完整或已损坏",
        "The dataset is incomplete or damaged",
        "重新识别一次：已读的页面不会重读",
        "Read the project again: pages that were read are not read again",
    ),
    "no-permission": _text(
        403,
        "没有权限：{path}",
        "No permission: {path}",
        "请文件夹的所有者给予读写权限",
        "Ask the owner of the folder for permission to read and write",
    ),
    "no-files": _text(
        409,
        "这个 JupyterLab 的文件不在本机的文件夹中",
        "The files of this JupyterLab are not in a folder of its machine",
        "在存有扫描件的机器上启动 JupyterLab",
        "Start JupyterLab on the machine that has the scans",
    ),
    "outside-root": _text(
        403,
        "不在 JupyterLab 的根文件夹或项目之内，未打开：{path}",
        "Outside the root folder of JupyterLab or of the project, and not opened: {path}",
        "把文件放进项目里；指向外面的链接不会被跟随",
        "Put the file into the project; links that lead out are not followed",
    ),
    "not-found": _text(404, "没有找到：{path}", "Not found: {path}", "刷新列表再试", "Refresh the list and try again"),
    "bad-request": _text(400, "请求有误：{why}", "The request is wrong: {why}"),
    "bad-name": _text(
        400,
        "不能用作文件夹名：{name}",
        "Not a name for a folder: {name}",
        "名称不能为空，不能含 / 或 \\，不能以点开头",
        "A name is not empty, has no / or \\, and does not begin with a dot",
    ),
    "name-taken": _text(
        409,
        "data/raw 里已有另一份同名文件：{path}",
        "data/raw already has another file of this name: {path}",
        "改名后再识别",
        "Rename it, then read it",
    ),
    "run-held": _text(
        409,
        "另一个程序正在使用这个项目：{who}",
        "Another program is using this project: {who}",
        "等它结束，或在它运行的地方停止它",
        "Wait for its end, or stop it where it runs",
    ),
    "no-run": _text(409, "没有正在进行的任务", "Nothing is running"),
    "no-session": _text(
        404, "这次复核已不在服务器上；已保存的都在", "This review is no longer on the server; what was saved is kept"
    ),
    "no-picture": _text(
        404, "这类文件没有页面图像", "Files of this kind have no pictures of their pages", "用它自己的程序打开", ""
    ),
    "not-shown": _text(
        409,
        "扫描件无法显示：{why}",
        "The scan cannot be shown: {why}",
        "把当初读取的文件放回原处，或重新识别",
        "Put the file that was read back in its place, or read the project again",
    ),
    "not-possible": _text(409, "做不到：{why}", "This cannot be done: {why}"),
    "bug": _text(
        500,
        "程序出错了，详情在服务器的日志里",
        "Something went wrong; the server's log has the details",
        "请报告这个问题",
        "Please report it",
    ),
}
"""Every problem that the extension's server reports, by its code."""

VERSIONS_DIFFER: Mapping[SpokenLanguage, str] = {
    "zh": "扩展的版本是 {front}，服务器上是 {back}：请重启 JupyterLab 并刷新页面",
    "en": "The extension has version {front}, the server {back}: restart JupyterLab and reload the page",
}
"""What is said where the two sides of the extension have different versions."""

OWNER: Mapping[SpokenLanguage, str] = {
    "zh": "进程 {pid}（{host}），始于 {since}",
    "en": "process {pid} on {host}, since {since}",
}
"""Who holds a project."""


def message_of(code: str, language: SpokenLanguage, facts: Mapping[str, str]) -> tuple[str, str]:
    """The sentence about a problem and the way out; text of strangers in it is made visible."""
    text = PROBLEMS[code]
    shown = {name: visible(value) for name, value in facts.items()}
    return text.message[language].format(**shown), text.way_out[language]


def reason_of(code: str | None, message: str | None, language: SpokenLanguage) -> str:
    """Why a document was not read, or not whole, from the code and the sentence of ``documents``."""
    if not code:
        return ""
    said = visible(shown(message or code, language))
    return f"{REASONS.get(code, code)}（{said}）" if language == "zh" else said
