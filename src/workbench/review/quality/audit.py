"""The sampling audit: how often is a field wrong that no finding flags? This is the error rate that a paper can cite.

A stratified random sample of these fields is drawn, and a person looks at each. The answers are read from the log of
corrections like any others: the field was confirmed or corrected, or its row was changed as a whole.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.corrections.correction import Anchor, Correction, to_anchor
from workbench.corrections.history import CorrectionHistory, disagree, latest_by_person, read_corrections
from workbench.corrections.log import corrections_folder
from workbench.corrections.records import is_same_place
from workbench.errors import CorrectionError
from workbench.fields import NUMBER_FIELDS
from workbench.files import write_atomically
from workbench.language import Phrase, reason_of, shown
from workbench.review.quality.estimate import Estimate, Stratum, estimate_rate
from workbench.values import normalise

if TYPE_CHECKING:
    import pandas as pd

    from workbench.dataset.store import Dataset

FINENESS = (("layout", "table", "field"), ("table", "field"), ("table", "kind"), ("kind",))
"""The columns that may define the strata, finest first.

Taken are the finest with at least ``PER_STRATUM`` fields of the sample a stratum. ``kind`` is number or text.
"""

PER_STRATUM = 2
"""The least number of fields drawn from a stratum (all of a smaller one): a variance needs two."""


@dataclass(frozen=True, slots=True)
class AuditItem:
    """A field of the sample, as it was when the sample was drawn.

    Attributes:
        form_id, table, field: the field.
        record_no: its record, from 1 in the order of the form; 0 in the table ``forms``.
        text: the text that the machine read.
        confidence: the machine's confidence (0 to 1).
        anchor: its row's cell on the scan and name.
        stratum: the name of its stratum.
    """

    form_id: str
    table: str
    record_no: int
    field: str
    text: str
    confidence: float
    anchor: Anchor
    stratum: str


@dataclass(frozen=True, repr=False)
class Audit:
    """A sample of fields, in random order: whoever stops halfway has answered a random part of it.

    Attributes:
        items: the fields.
        strata: how many fields each stratum has in the dataset.
        seed: the seed that they were drawn with.
        path: the file that keeps the sample, so that it stays the same after every correction.
        drawn: when the dataset was built that they were drawn from.
    """

    items: tuple[AuditItem, ...]
    strata: Mapping[str, int]
    seed: int
    path: Path
    drawn: str = ""

    def __repr__(self) -> str:
        done = sum(answer is not None for answer in self.answers())
        said = Phrase(
            "<Audit: {items} of {population:,} fields in {strata} strata, seed {seed}, {done} answered; {file}>",
            items=len(self.items),
            population=self.population,
            strata=len(self.strata),
            seed=self.seed,
            done=done,
            file=self.path.name,
        )
        return shown(said)

    @property
    def population(self) -> int:
        """The number of fields that the sample was drawn from."""
        return sum(self.strata.values())

    @property
    def frame(self) -> pd.DataFrame:
        """The sample as a table, one row an item; ``wrong`` is null where `answers` has None."""
        import pandas as pd

        rows = [{**asdict(item), "page": item.anchor.page} for item in self.items]
        wrong = pd.array(self.answers(), dtype="boolean")
        return pd.DataFrame(rows).drop(columns="anchor").assign(wrong=wrong)

    def answers(self, history: CorrectionHistory | None = None) -> list[bool | None]:
        """For each item, whether the machine was wrong; None where nobody looked yet, or people disagree.

        ``history`` is read from the logs where it is None.

        Raises:
            CorrectionError: a log cannot be read.
        """
        corrections: dict[tuple[str, str], list[Correction]] = defaultdict(list)
        for one in (history or self._history()).in_force:
            corrections[one.form_id, one.table].append(one)
        return [_is_wrong(item, corrections[item.form_id, item.table]) for item in self.items]

    def estimate(self, numbers_only: bool = False) -> Estimate:
        """Estimate the share of wrong fields among those that no finding flags, from the answers so far.

        With ``numbers_only`` it is the share among the numbers of the sample.

        Raises:
            CorrectionError: a log cannot be read, or nobody has answered yet.
        """
        counted: dict[str, list[bool]] = defaultdict(list)
        waiting = 0
        for item, answer in zip(self.items, self.answers(), strict=True):
            if numbers_only and (item.table, item.field) not in NUMBER_FIELDS:
                continue
            if answer is None:
                waiting += 1
            else:
                counted[item.stratum].append(answer)
        if not counted:
            raise CorrectionError(self.path, Phrase("nobody has answered an item of this sample yet"))
        answered = (Stratum(self.strata[name], len(found), sum(found)) for name, found in counted.items())
        return estimate_rate(answered, waiting)

    def _history(self) -> CorrectionHistory:
        """The corrections of the folder that holds the samples: `draw_audit` keeps them in its ``audits``."""
        return read_corrections(self.path.parent.parent)


def draw_audit(dataset: Dataset, n: int = 200, seed: int = 0) -> Audit:
    """Draw a sample of ``n`` fields, or load it if it was drawn before from the same readings with the same seed.

    It is drawn from the fields that have a cell on the scan and no flag. A label merged over several rows is one
    field. The sample depends on what the machine read and on the seed, not on what people corrected.

    Raises:
        CorrectionError: the sample cannot be kept, or a kept one is damaged.
    """
    if n < 1:
        raise CorrectionError(dataset.folder, Phrase("a sample of {n} fields says nothing", n=n))
    folder = corrections_folder(dataset.folder) / "audits"
    path = folder / f"audit-{_identity(dataset)}-n{n}-seed{seed}.json"
    if path.exists():
        return _load(path)
    strata, items = _draw(dataset, n, seed)
    audit = Audit(tuple(items), strata, seed, path, dataset.info["built"])
    facts = {"seed": seed, "n": n, "drawn": audit.drawn, "population": audit.population, "strata": dict(strata)}
    content = facts | {"items": [asdict(item) for item in items]}
    try:
        write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise CorrectionError(path, Phrase("the sample cannot be kept ({reason})", reason=reason_of(error))) from error
    return audit


def kept_audits(dataset: Dataset) -> list[Audit]:
    """The samples that were drawn from the readings of a dataset, in the order of their files' names.

    Raises:
        CorrectionError: one is damaged.
    """
    folder = corrections_folder(dataset.folder) / "audits"
    return [_load(path) for path in sorted(folder.glob(f"audit-{_identity(dataset)}-*.json"))]


def _identity(dataset: Dataset) -> str:
    """Eight hexadecimal digits for the documents, engine, pipeline and settings; corrections do not change them."""
    read = dataset.documents[["document_id", "engine", "pipeline"]].sort_values("document_id")
    facts = [read.to_csv(index=False), json.dumps(dataset.info.get("settings", {}), sort_keys=True)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:8]


def _load(path: Path) -> Audit:
    """Read a sample that was drawn before.

    Raises:
        CorrectionError: the file is damaged.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        items = []
        for item in data["items"]:
            items.append(AuditItem(**{**item, "anchor": to_anchor(item["anchor"])}))
        return Audit(tuple(items), data["strata"], data["seed"], path, data["drawn"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = Phrase(
            "this audit's sample is damaged ({error}); restore the file, or take another seed", error=error
        )
        raise CorrectionError(path, message) from error


def _draw(dataset: Dataset, n: int, seed: int) -> tuple[dict[str, int], list[AuditItem]]:
    """The sizes of the strata, and ``n`` fields drawn from them (fewer where there are not so many).

    Each field has a pseudo-random text, the digest of the seed and its cell: the fields with the lowest are drawn.
    """
    frame = _population(dataset)
    candidates = [_as_text(frame, columns) for columns in FINENESS]
    names = next((names for names in candidates if names.nunique() * PER_STRATUM <= n), candidates[-1])
    frame = frame.assign(stratum=names)
    strata = {str(name): int(size) for name, size in frame["stratum"].value_counts(sort=False).items()}
    shares = allocate(strata, n)
    keys = _as_text(frame, ("form_id", "table", "field", "page", "left", "top"))
    frame = frame.assign(draw=[hashlib.sha256(f"{seed}|{key}".encode()).hexdigest() for key in keys])
    ranked = frame.sort_values("draw")
    chosen = ranked[ranked.groupby("stratum").cumcount() < ranked["stratum"].map(shares)]
    return strata, [_item(row, dataset) for row in chosen.to_dict("records")]  # type: ignore[arg-type]


def _population(dataset: Dataset) -> pd.DataFrame:
    """The fields that the sample is drawn from: those that the machine read and did not flag.

    Flagged ones are looked at anyway. A cell that gives its text to several rows is there once.
    """
    import pandas as pd

    fields = dataset.fields
    fields = fields[~fields["flagged"] & fields["machine_text"].notna() & fields["page"].notna()]
    fields = fields.drop_duplicates(["form_id", "table", "field", "page", "left", "top"])
    numbers = [key in NUMBER_FIELDS for key in zip(fields["table"], fields["field"], strict=True)]
    kinds = pd.Series(numbers, index=fields.index).map({True: "number", False: "text"})
    return fields.assign(kind=kinds).merge(dataset.forms[["form_id", "layout"]], on="form_id")


def _as_text(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The values of some columns as one text for each row, with a middle dot between them."""
    first, *others = (frame[column].astype(str) for column in columns)
    return first.str.cat(others, sep="·")  # type: ignore[arg-type]


def allocate(strata: Mapping[str, int], n: int) -> dict[str, int]:
    """How many of ``n`` fields to draw from each stratum, by its name; ``strata`` are the sizes.

    Each gets ``PER_STRATUM`` at least (all of a smaller one), the rest goes in proportion to size, by the largest
    remainders. Where ``n`` is too small for that, only the proportion counts.

    >>> allocate({"large": 900, "small": 100}, 10)
    {'large': 8, 'small': 2}
    """
    total = sum(strata.values())
    if n >= total:
        return dict(strata)
    least = {name: min(PER_STRATUM, size) for name, size in strata.items()}
    if sum(least.values()) > n:
        least = dict.fromkeys(strata, 0)
    wanted = {name: max(n * size / total, least[name]) for name, size in strata.items()}
    found = {name: min(size, max(least[name], math.floor(wanted[name]))) for name, size in strata.items()}
    by_remainder = sorted(strata, key=lambda name: (math.floor(wanted[name]) - wanted[name], name))
    while (missing := n - sum(found.values())) > 0:
        for name in [name for name in by_remainder if found[name] < strata[name]][:missing]:
            found[name] += 1
    while (excess := sum(found.values()) - n) > 0:
        reducible = sorted((name for name in found if found[name] > least[name]), key=lambda name: -found[name])
        for name in reducible[:excess]:
            found[name] -= 1
    return found


def _item(row: Mapping[str, Any], dataset: Dataset) -> AuditItem:
    """The item of a row of ``fields`` that was drawn, with the name of its stratum."""
    number = int(row["record_no"]) if row["table"] != "forms" else 0
    anchor = dataset.anchor(row["form_id"], row["table"], number) or Anchor(int(row["page"]))
    text, confidence = row["machine_text"], float(row["machine_confidence"])
    return AuditItem(row["form_id"], row["table"], number, row["field"], text, confidence, anchor, row["stratum"])


def _is_wrong(item: AuditItem, corrections: Sequence[Correction]) -> bool | None:
    """Whether people found an item wrong; None where nobody looked, or they disagree.

    ``corrections`` are those of its form and table. A moved value and a row that was removed or joined with another
    are wrong whatever their text.
    """
    here = [one for one in corrections if _is_same_record(item, one.record_no, one.anchor)]
    joined = (one for one in corrections if one.action == "join-records")
    if (
        any(one.action == "move-value" and item.field in (one.field, one.to) for one in here)
        or any(one.action in ("remove-record", "join-records") for one in here)
        or any(_is_same_record(item, one.other_no, one.other) for one in joined)
    ):
        return True
    answers = latest_by_person(one for one in here if one.action == "set" and one.field == item.field)
    return None if not answers or disagree(answers) else normalise(answers[0].now or "") != normalise(item.text)


def _is_same_record(item: AuditItem, number: int, anchor: Anchor | None) -> bool:
    """Whether an item is of the record with this anchor: by their cells on the scan, without one by the number."""
    if item.anchor.box is None or anchor is None or anchor.box is None:
        return number == item.record_no
    return is_same_place(anchor, item.anchor)
