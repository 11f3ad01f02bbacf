"""What the README of a publication says, and ``CITATION.cff``: how the data came about, and how sure it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.publish.codebook import Language
from workbench.publish.request import LICENCES, Request
from workbench.review.quality.estimate import Estimate


@dataclass(frozen=True, slots=True)
class AuditResult:
    """The error rate by one audit: of all fields, and of numbers where the sample has any."""

    seed: int
    everything: Estimate
    numbers: Estimate | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a README says of a dataset.

    Attributes:
        digest, source_digest: content digests of the published tables, and of the dataset that they were made from.
        built, package, pipeline, engine: when and with what the tables were made.
        rows: rows by table.
        not_read: documents that gave no form, or lack pages.
        years: first and last year; None where no form has one.
        departments: how many.
        statuses: fields by status (``machine``, ``confirmed``, …).
        open_doubts: fields that the machine doubts and nobody looked at.
        forms_in_doubt: forms with such a field.
        severities: findings by severity.
        people: how many corrected.
        audits: the error rates by audits.
        crops, crops_read_back: pictures of values, and those that a program read back.
    """

    digest: str
    source_digest: str
    built: str
    package: str
    pipeline: str
    engine: str
    rows: Mapping[str, int]
    not_read: int
    years: tuple[int, int] | None
    departments: int
    statuses: Mapping[str, int]
    open_doubts: int
    forms_in_doubt: int
    severities: Mapping[str, int]
    people: int
    audits: Sequence[AuditResult]
    crops: int
    crops_read_back: int

    @property
    def looked_at(self) -> int:
        """Fields that people confirmed or corrected."""
        return sum(self.statuses.get(name, 0) for name in ("confirmed", "corrected"))

    @property
    def unsettled(self) -> int:
        """Fields about which people disagree, or whose reading has changed since."""
        return sum(self.statuses.get(name, 0) for name in ("conflict", "stale"))


def description(facts: Facts) -> str:
    """What the dataset is, in one English sentence."""
    years = f", {span(facts.years)}" if facts.years else ""
    return (
        f"Performance self-evaluation forms (绩效自评表) of {facts.departments} department(s), as printed{years}: "
        f"{facts.rows['forms']:,} forms with {facts.rows['indicators']:,} indicators and {facts.rows['budgets']:,} "
        "budget lines, read by machine from scans and files, with the place on the scan of each value, what people "
        "corrected, and what is doubtful."
    )


def span(years: tuple[int, int]) -> str:
    """A span of years in words.

    >>> span((2021, 2023)), span((2022, 2022))
    ('2021–2023', '2022')
    """
    first, last = years
    return f"{first}–{last}" if first != last else str(first)


def error_rate(language: Language, facts: Facts) -> list[str]:
    """The error rate by each audit with its interval; or that none was made."""
    if not facts.audits:
        return [
            "没有抽样核对：机器未标疑点的字段有多少读错，未作估计。"
            if language == "zh"
            else "No audit was made: how many of the fields that the machine did not doubt are wrong was not estimated."
        ]
    lines = []
    for audit in facts.audits:
        lines.append(_rate(language, audit.everything, audit.seed, False))
        if audit.numbers is not None:
            lines.append(_rate(language, audit.numbers, audit.seed, True))
    return lines


def _rate(language: Language, found: Estimate, seed: int, of_numbers: bool) -> str:
    low, high = (f"{100 * bound:.2f}" for bound in found.interval)
    rate = f"{100 * found.rate:.2f}"
    if language == "zh":
        what = "数值字段" if of_numbers else "全部字段"
        waiting = f"；样本中另有 {found.unanswered} 个尚未核对或各人说法不一" if found.unanswered else ""
        return (
            f"{what}：分层随机抽样（种子 {seed}）核对 {found.answered} 个，读错 {found.wrong} 个；机器未标疑点、"
            f"在原件上有位置的 {found.population:,} 个字段，错误率估计 {rate}%"
            f"（95% 置信区间 {low}% 至 {high}%，Korn–Graubard）{waiting}。"
        )
    what = "Numbers" if of_numbers else "All fields"
    waiting = f"; {found.unanswered} more of the sample not answered yet, or disputed" if found.unanswered else ""
    return (
        f"{what}: of {found.answered} fields in a stratified random sample (seed {seed}) {found.wrong} were misread; "
        f"estimated error rate {rate} % of the {found.population:,} fields with a place on the scan that were not "
        f"flagged (95 % CI {low} to {high} %, Korn–Graubard){waiting}."
    )


def citation_cff(request: Request, facts: Facts) -> str:
    """``CITATION.cff``. JSON strings are strings of YAML, too."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this dataset, please cite it as below.",
        "type: dataset",
        f"title: {_quoted(request.title)}",
        f"abstract: {_quoted(description(facts))}",
        "authors:",
        *(f"  - name: {_quoted(author)}" for author in request.authors),
        f"date-released: {request.day.isoformat()}",
        f"license: {request.licence}",
        *([f"url: {_quoted(request.url)}"] if request.url else []),
        f"version: {_quoted(facts.digest[:12])}",
    ]
    return "\n".join(lines) + "\n"


def licence_text(request: Request) -> str:
    """The file ``LICENSE``: which licence holds, and where its text is."""
    licence = LICENCES[request.licence]
    return (
        f"{request.title}\n{', '.join(request.authors)}, {request.day.year}\n\n"
        f"{licence.name} ({request.licence})\n{licence.url}\n"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
