"""A sampling audit: how often is a field wrong that the machine did not doubt? The number that a paper can cite.

A stratified random sample of fields is drawn, a person looks at each, and their answers are read from the log of
corrections like any others: confirmed, corrected, or the row was none.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from workbench.review.quality.estimate import Answered, Estimate, estimate_rate
from workbench.values import normalise

if TYPE_CHECKING:
    import pandas as pd

    from workbench.dataset.store import Dataset

FINENESS = (("layout", "table", "field"), ("table", "field"), ("table", "kind"), ("kind",))
"""What strata are made of, finest first: the finest that leaves two fields of the sample to every stratum. ``kind``
tells numbers from texts."""

PER_STRATUM = 2
"""Fewest fields drawn from a stratum (all of a smaller one): fewer tell nothing of how far its fields differ."""


@dataclass(frozen=True, slots=True)
class AuditItem:
    """A field of the sample: ``text`` is what the machine read, ``anchor`` its cell on the scan and its row's name."""

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
    """A sample as it was drawn, in random order: whoever stops halfway has answered a random part of it.

    Attributes:
        strata: how many fields each stratum has in the dataset.
        path: where the sample is kept, so that it is the same tomorrow and after every correction.
    """

    items: tuple[AuditItem, ...]
    strata: Mapping[str, int]
    seed: int
    path: Path
    drawn: str = ""

    def __repr__(self) -> str:
        done = sum(answer is not None for answer in self.answers())
        size = f"{len(self.items)} of {self.population:,} fields in {len(self.strata)} strata, seed {self.seed}"
        return f"<Audit: {size}, {done} answered; {self.path.name}>"

    @property
    def population(self) -> int:
        """How many fields the sample stands for."""
        return sum(self.strata.values())

    @property
    def frame(self) -> pd.DataFrame:
        """The sample as a table, one row an item; ``wrong`` is null where nobody has answered."""
        import pandas as pd

        rows = [{**asdict(item), "page": item.anchor.page} for item in self.items]
        wrong = pd.array(self.answers(), dtype="boolean")
        return pd.DataFrame(rows).drop(columns="anchor").assign(wrong=wrong)

    def answers(self, history: CorrectionHistory | None = None) -> list[bool | None]:
        """For each item: was the machine wrong? None where nobody looked yet, or people disagree."""
        said: dict[tuple[str, str], list[Correction]] = defaultdict(list)
        for one in (history or self._history()).in_force:
            said[one.form_id, one.table].append(one)
        return [_answer(item, said[item.form_id, item.table]) for item in self.items]

    def estimate(self, numbers_only: bool = False) -> Estimate:
        """The share of wrong fields among those that the machine did not doubt, with its interval, from the answers
        so far.

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
            raise CorrectionError(self.path, "nobody has answered an item of this sample yet")
        answered = (Answered(self.strata[name], len(found), sum(found)) for name, found in counted.items())
        return estimate_rate(answered, waiting)

    def _history(self) -> CorrectionHistory:
        return read_corrections(self.path.parent.parent)


def draw_audit(dataset: Dataset, n: int = 200, seed: int = 0) -> Audit:
    """The sample of ``n`` fields for a seed, drawn now or, if it was before, as it was drawn then.

    The fields are those with a cell on the scan about which the machine had no doubt; a label merged over several
    rows is one field. Which are drawn depends on the documents and the seed alone, not on what people corrected.

    Raises:
        CorrectionError: the sample cannot be kept, or a kept one is damaged.
    """
    if n < 1:
        raise CorrectionError(dataset.folder, f"a sample of {n} fields says nothing")
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
        raise CorrectionError(path, f"the sample cannot be kept ({error.strerror or error})") from error
    return audit


def _identity(dataset: Dataset) -> str:
    """Digest of what the machine was and what it read: corrections do not change it, another engine does."""
    read = dataset.documents[["document_id", "engine", "pipeline"]].sort_values("document_id")
    facts = [read.to_csv(index=False), json.dumps(dataset.info.get("settings", {}), sort_keys=True)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:8]


def _load(path: Path) -> Audit:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        items = []
        for item in data["items"]:
            items.append(AuditItem(**{**item, "anchor": to_anchor(item["anchor"])}))
        return Audit(tuple(items), data["strata"], data["seed"], path, data["drawn"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"this audit's sample is damaged ({error}); restore the file, or take another seed"
        raise CorrectionError(path, message) from error


def _draw(dataset: Dataset, n: int, seed: int) -> tuple[dict[str, int], list[AuditItem]]:
    frame = _population(dataset)
    ways = [joined(frame, columns) for columns in FINENESS]
    names = next((names for names in ways if names.nunique() * PER_STRATUM <= n), ways[-1])
    frame = frame.assign(stratum=names)
    strata = {str(name): int(size) for name, size in frame["stratum"].value_counts(sort=False).items()}
    shares = allocate(strata, n)
    keys = joined(frame, ("form_id", "table", "field", "page", "left", "top"))
    frame = frame.assign(draw=[hashlib.sha256(f"{seed}|{key}".encode()).hexdigest() for key in keys])
    ranked = frame.sort_values("draw")
    chosen = ranked[ranked.groupby("stratum").cumcount() < ranked["stratum"].map(shares)]
    return strata, [_item(row, dataset) for row in chosen.to_dict("records")]  # type: ignore[arg-type]


def _population(dataset: Dataset) -> pd.DataFrame:
    """The fields that the sample is drawn from."""
    import pandas as pd

    fields = dataset.fields
    fields = fields[~fields["flagged"] & fields["machine_text"].notna() & fields["page"].notna()]
    fields = fields.drop_duplicates(["form_id", "table", "field", "page", "left", "top"])
    numbers = [key in NUMBER_FIELDS for key in zip(fields["table"], fields["field"], strict=True)]
    kinds = pd.Series(numbers, index=fields.index).map({True: "number", False: "text"})
    return fields.assign(kind=kinds).merge(dataset.forms[["form_id", "layout"]], on="form_id")


def joined(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The values of some columns as one text."""
    first, *others = (frame[column].astype(str) for column in columns)
    return first.str.cat(others, sep="·")  # type: ignore[arg-type]


def allocate(strata: Mapping[str, int], n: int) -> dict[str, int]:
    """How many fields to draw from each stratum: two at least, the rest in proportion to size (largest remainders)."""
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
        for name in sorted((name for name in found if found[name] > least[name]), key=lambda name: -found[name])[
            :excess
        ]:
            found[name] -= 1
    return found


def _item(row: Mapping[str, Any], dataset: Dataset) -> AuditItem:
    number = int(row["record_no"]) if row["table"] != "forms" else 0
    anchor = dataset.anchor(row["form_id"], row["table"], number) or Anchor(int(row["page"]))
    text, confidence = row["machine_text"], float(row["machine_confidence"])
    return AuditItem(row["form_id"], row["table"], number, row["field"], text, confidence, anchor, row["stratum"])


def _answer(item: AuditItem, said: Iterable[Correction]) -> bool | None:
    """Whether people found the machine wrong there; None where nobody looked, or they disagree."""
    here = [one for one in said if _is_same_record(item, one.record_no, one.anchor)]
    words = latest_by_person(one for one in here if one.action == "set" and one.field == item.field)
    moved = any(one.action == "move-value" and item.field in (one.field, one.to) for one in here)
    gone = any(one.action in ("remove-record", "join-records") for one in here)
    gone = gone or any(one.action == "join-records" and _is_same_record(item, one.other_no, one.other) for one in said)
    if moved or gone:
        return True
    return None if not words or disagree(words) else normalise(words[0].now or "") != normalise(item.text)


def _is_same_record(item: AuditItem, number: int, anchor: Anchor | None) -> bool:
    if item.anchor.box is None or anchor is None or anchor.box is None:
        return number == item.record_no
    return is_same_place(anchor, item.anchor)
