"""What corrections are good for besides correcting: agreement of reviewers, the audit of a sample, the engine's
accuracy. And how they get into the tables: by the next build."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests import written
from tests.conftest import workbench
from tests.printed import FORMS, table
from workbench.archive.rebuild import rebuild
from workbench.cli import main
from workbench.corrections.log import CorrectionLog, corrections_folder
from workbench.dataset.store import Dataset
from workbench.errors import CorrectionError, DatasetError, SelectionError
from workbench.review.quality.accuracy import bench_from_corrections, threshold_for
from workbench.review.quality.agreement import cohens_kappa, krippendorffs_alpha
from workbench.review.quality.audit import allocate
from workbench.review.quality.estimate import Stratum, estimate_rate
from workbench.review.quality.proportions import clopper_pearson, wilson

NAME = "享受营养膳食补助学生人数"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two forms, and a file that holds none; read once."""
    folder = tmp_path_factory.mktemp("archive")
    raw = folder / "raw"
    raw.mkdir()
    written.write_html(table(FORMS[1]), raw / "a.html")
    written.write_html(table(FORMS[2]), raw / "b.html")
    (raw / "c.txt").write_text("什么表也没有", encoding="utf-8")
    wb.ingest(raw, folder / "processed", workers=1)
    return folder


@pytest.fixture
def project(archive: Path, tmp_path: Path) -> Path:
    """The processed folder of a copy of the archive, without corrections."""
    shutil.copytree(archive, tmp_path / "data")
    return tmp_path / "data" / "processed"


def log(processed: Path, by: str = "李") -> CorrectionLog:
    return CorrectionLog(corrections_folder(processed), by)


def form_of(dataset: Dataset, name: str = NAME) -> str:
    return str(dataset.indicators.query(f"name == '{name}'")["form_id"].iloc[0])


def say(processed: Path, was: str, now: str, record: int = 1, field: str = "score", by: str = "李", **more: object):
    dataset = wb.open(processed)
    form = form_of(dataset)
    anchor = dataset.anchor(form, "indicators", record)
    return log(processed, by).append(form, "indicators", record, field, was, now, anchor=anchor, **more)  # type: ignore[arg-type]


class TestRebuilding:
    def test_takes_corrections_in_and_so_does_reading_everything_anew(self, project):
        before = wb.open(project).info["digest"]
        said = say(project, "8", "7.5")
        summary = wb.rebuild(project)
        after = wb.open(project)
        row = after.indicators.query(f"name == '{NAME}'").iloc[0]
        assert row["score"] == 7.5
        assert after.info["digest"] == summary.digest != before
        assert {"in_force": 1, "elsewhere": 0, "problems": [], "lines": {"李.jsonl": 1}}.items() <= after.info[
            "corrections"
        ].items()
        shutil.rmtree(project)
        assert wb.ingest(project.parent / "raw", project, workers=1).digest == summary.digest
        log(project).undo(said)
        assert wb.rebuild(project).digest == before

    def test_needs_no_scans_and_forgets_no_document_that_failed(self, project):
        shutil.rmtree(project.parent / "raw")
        say(project, "8", "7.5")
        before = wb.open(project).documents
        summary = wb.rebuild(project)
        pd.testing.assert_frame_equal(wb.open(project).documents, before)
        assert [str(problem).split(":")[1] for problem in summary.problems] == [" c.txt"]
        assert wb.open(project).indicators.query(f"name == '{NAME}'")["score"].tolist() == [7.5]

    def test_corrections_of_documents_elsewhere_wait(self, project):
        log(project).append("f" * 16 + "-1", "indicators", 1, "score", "8", "7")
        summary = wb.rebuild(project)
        assert wb.open(project).info["corrections"]["elsewhere"] == 1
        assert summary.notes == (
            "1 correction(s) are about documents that are not here; they are kept, and wait for them",
        )
        assert not wb.open(project).findings["code"].str.startswith("correction").any()

    def test_a_line_that_is_none_is_said_by_ingest(self, project):
        say(project, "8", "7.5")
        with log(project).path.open("ab") as stream:
            stream.write(b"{half a line")
        run = CliRunner().invoke(main, ["ingest", str(project.parent / "raw"), "--out", str(project)])
        assert "correction not read: 李.jsonl, line 2: not a complete JSON object" in run.output

    def test_a_folder_without_a_dataset_is_said_to_be_one(self, tmp_path):
        with pytest.raises(DatasetError, match="there is no dataset here"):
            rebuild(tmp_path)


class TestAgreement:
    def test_is_of_what_two_people_first_said_of_the_same_fields(self, project):
        for record, (one, other) in enumerate([("8", "8"), ("6", "6"), ("5", "5"), ("6", "6.5"), ("6", "6")], start=1):
            was = ["8", "6", "5.58", "6", "6"][record - 1]
            say(project, was, one, record)
            said = say(project, was, other, record, by="王")
        say(project, "6", "6.5", 4, settles=[said.id])  # having talked about it
        say(project, "8", "7", 1, "weight")  # alone
        (found,) = wb.agreement(project)
        assert found.people == ("李", "王")
        assert (found.fields, found.same_text, found.percent) == (5, 4, 80.0)
        assert found.verdicts == (3, 1, 0, 1)
        assert found.kappa == pytest.approx((0.8 - (4 * 3 + 1 * 2) / 25) / (1 - (4 * 3 + 1 * 2) / 25))
        assert "80.0 % the same text" in str(found)

    def test_knows_a_field_by_its_cell_when_the_rows_were_counted_otherwise(self, project):
        one = say(project, "8", "8")
        box = tuple(edge + 0.001 for edge in one.anchor.box)
        what = (one.form_id, "indicators", 7, "score", "8", "8")
        log(project, "王").append(*what, anchor=replace(one.anchor, box=box))
        log(project, "王").append(*what[:2], 1, *what[3:], anchor=wb.open(project).anchor(one.form_id, "indicators", 7))
        (found,) = wb.agreement(project)
        assert found.fields == 1

    def test_of_a_person_who_corrected_nothing_is_refused_with_the_names_that_there_are(self, project):
        say(project, "8", "7.5")
        with pytest.raises(SelectionError, match="nearest: 李"):
            wb.agreement(project, "李", "张")
        assert wb.agreement(project) == []

    def test_kappa_of_cohens_worked_table(self):
        # Cohen (1960), table 1: proportions .25 .13 .12 / .12 .02 .16 / .03 .15 .02
        table = [[25, 13, 12], [12, 2, 16], [3, 15, 2]]
        pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
        assert cohens_kappa(pairs) == pytest.approx(-0.092, abs=0.001)
        assert cohens_kappa([(1, 1), (1, 1)]) is None

    def test_alpha_of_krippendorffs_worked_tables(self):
        # Krippendorff (2011), sections A (two observers, binary) and C (four observers, missing values)
        assert krippendorffs_alpha(zip("0100000010", "1110010000", strict=True)) == pytest.approx(0.095, abs=0.001)
        four = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
        units = [[v for v in values if v != "."] for values in zip(*four, strict=True)]
        assert krippendorffs_alpha(units) == pytest.approx(0.743, abs=0.001)
        assert krippendorffs_alpha([("1", "1")]) is None


class TestIntervals:
    @pytest.mark.parametrize(
        ("hits", "tries", "expected"),
        [(0, 10, (0, 0.3085)), (1, 10, (0.0025, 0.4450)), (5, 10, (0.1871, 0.8129)), (10, 10, (0.6915, 1))],
    )
    def test_of_clopper_and_pearson_are_those_of_the_tables(self, hits, tries, expected):
        assert clopper_pearson(hits, tries) == pytest.approx(expected, abs=5e-5)

    @pytest.mark.parametrize(
        ("hits", "tries", "expected"), [(0, 10, (0, 0.2775)), (1, 10, (0.0179, 0.4042)), (10, 10, (0.7225, 1))]
    )
    def test_of_wilson_are_those_of_the_tables(self, hits, tries, expected):
        assert wilson(hits, tries) == pytest.approx(expected, abs=5e-5)

    @given(st.floats(0, 1), st.floats(0.5, 5000))
    def test_hold_the_rate_and_stay_within_0_and_1(self, share, tries):
        for interval in (wilson, clopper_pearson):
            low, high = interval(share * tries, tries)
            assert 0 <= low <= share + 1e-9
            assert share - 1e-9 <= high <= 1


class TestEstimate:
    def test_without_an_error_has_an_upper_bound(self):
        found = estimate_rate([Stratum(9000, 180, 0), Stratum(1000, 20, 0)])
        assert (found.rate, found.interval[0], found.effective) == (0, 0, pytest.approx(200))
        assert found.interval[1] == pytest.approx(0.0183, abs=1e-4)  # Clopper-Pearson of 0 in 200

    def test_weighs_strata_by_their_size(self):
        found = estimate_rate([Stratum(9000, 20, 1), Stratum(1000, 80, 0)])
        assert found.rate == pytest.approx(0.9 / 20)
        assert found.interval[0] < 0.9 / 20 < found.interval[1]
        assert found.effective < 100

    def test_intervals_cover_the_truth_as_often_as_they_say(self):
        """300 audits of an archive with rare errors, of which one stratum has most."""
        sizes, rates = (6000, 3000, 1000), (0.002, 0.01, 0.06)
        chance, truth = random.Random(1), sum(n * p for n, p in zip(sizes, rates, strict=True)) / sum(sizes)
        covered = 0
        for _ in range(300):
            shares = allocate(dict(zip("abc", sizes, strict=True)), 200)
            drawn = zip(sizes, shares.values(), rates, strict=True)
            strata = [Stratum(size, n, sum(chance.random() < p for _ in range(n))) for size, n, p in drawn]
            low, high = estimate_rate(strata).interval
            covered += low <= truth <= high
        assert covered / 300 >= 0.95

    @given(st.dictionaries(st.text(max_size=3), st.integers(1, 5000), min_size=1, max_size=40), st.integers(1, 400))
    def test_a_sample_is_divided_whole_and_within_the_strata(self, strata, n):
        shares = allocate(strata, n)
        assert sum(shares.values()) == min(n, sum(strata.values()))
        assert all(0 <= shares[name] <= size for name, size in strata.items())
        if n >= 2 * len(strata):
            assert all(shares[name] >= min(2, size) for name, size in strata.items())


class TestAudit:
    def test_is_the_same_sample_tomorrow_and_after_corrections(self, project):
        first = wb.audit(project, n=30, seed=7)
        item = first.items[0]
        log(project).append(
            item.form_id, item.table, item.record_no, item.field, item.text, item.text, anchor=item.anchor
        )
        say(project, NAME, "", action="remove-record", field="")
        wb.rebuild(project)
        assert wb.audit(project, n=30, seed=7).items == first.items
        first.path.unlink()
        again = wb.audit(project, n=30, seed=7)
        kept = [one for one in first.items if one.anchor.text != NAME]
        assert {(one.form_id, one.table, one.field, one.anchor) for one in kept} <= {
            (one.form_id, one.table, one.field, one.anchor) for one in again.items
        }
        assert wb.audit(project, n=30, seed=8).items != first.items

    def test_asks_only_for_what_the_machine_did_not_doubt_and_once_for_a_merged_label(self, project):
        dataset = wb.open(project)
        audit = wb.audit(dataset, n=10**6)
        flagged = dataset.fields.query("flagged or page.isna()")
        asked = {(one.form_id, one.table, one.record_no, one.field) for one in audit.items}
        assert len(asked) == audit.population == len(audit.items)
        numbers = flagged["record_no"].fillna(0)
        assert not asked & set(zip(flagged["form_id"], flagged["table"], numbers, flagged["field"], strict=True))
        labels = [one for one in audit.items if one.field == "level1" and one.form_id == form_of(dataset)]
        assert [one.text for one in labels].count("产出指标") == 1

    def test_takes_answers_from_the_log(self, project):
        audit = wb.audit(project, n=40, seed=1)
        with pytest.raises(CorrectionError, match="nobody has answered"):
            audit.estimate()
        right, wrong, disputed, gone, moved, *_ = [one for one in audit.items if one.table == "indicators"]
        for item, now in ((right, right.text), (wrong, "7.77"), (disputed, "1"), (disputed, "2")):
            by = log(project, "王" if now == "2" else "李")
            by.append(item.form_id, item.table, 99, item.field, None, now, anchor=item.anchor)
        what = (gone.form_id, gone.table, gone.record_no)
        log(project).append(*what, was=gone.anchor.text, action="remove-record", anchor=gone.anchor)
        what = (moved.form_id, moved.table, moved.record_no, moved.field, moved.text)
        log(project).append(*what, action="move-value", to="deviation", anchor=moved.anchor)
        answers = audit.answers()
        by_item = {id(item): answer for item, answer in zip(audit.items, answers, strict=True)}
        assert [by_item[id(item)] for item in (right, wrong, disputed, gone, moved)] == [False, True, None, True, True]
        estimate = audit.estimate()
        assert estimate.wrong == sum(answer is True for answer in answers)
        assert estimate.answered + estimate.unanswered == 40
        assert "Korn-Graubard" in str(estimate)
        assert f"seed 1, {estimate.answered} answered" in repr(audit)
        assert audit.frame["wrong"].sum() == estimate.wrong
        wb.rebuild(project)  # numbers change, and what was answered stays answered
        assert audit.answers() == answers

    def test_a_damaged_sample_is_said_to_be(self, project):
        audit = wb.audit(project, n=5)
        audit.path.write_text("{", encoding="utf-8")
        with pytest.raises(CorrectionError, match="sample is damaged"):
            wb.audit(project, n=5)

    def test_is_kept_where_no_log_is_taken_for_it(self, project):
        path = wb.audit(project, n=5).path
        assert path.parent == corrections_folder(project) / "audits"
        assert json.loads(path.read_text(encoding="utf-8"))["seed"] == 0


class TestBench:
    def test_tells_accuracy_by_field_and_layout_from_what_people_said(self, project):
        say(project, "8", "7.5", 1)
        say(project, "6", "6", 2)
        say(project, NAME, NAME, 1, "name")
        with pytest.raises(CorrectionError, match="nobody has confirmed or corrected a field of this dataset yet"):
            bench_from_corrections(wb.open(project))
        wb.rebuild(project)
        found = bench_from_corrections(wb.open(project))
        assert (found.everything.looked_at, found.everything.right) == (3, 2)
        assert [(one.name, one.looked_at, one.right) for one in found.by_field] == [
            ("indicators.score", 2, 1),
            ("indicators.name", 1, 1),
        ]
        assert [one.looked_at for one in found.by_layout] == [3]
        assert found.unflagged is not None
        assert found.thresholds[-1].value is None  # a transcription is read with certainty
        say(project, "8", "8", 3, "weight")
        run = workbench("bench", "--from-corrections", project)
        assert run.returncode == 0
        assert "corrections that the dataset does not hold yet" in run.stdout
        assert "indicators.score" in run.stdout
        assert workbench("bench", project).returncode == 2

    def test_the_threshold_is_the_lowest_that_catches_the_share(self):
        confidences = pd.Series([0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 1.0, 1.0, 1.0, 1.0])
        half, most, every = (threshold_for([0.3, 0.5, 0.9, 1.0], confidences, share) for share in (0.5, 0.75, 1.0))
        assert (half.value, half.caught, half.load) == (0.501, 0.5, 0.2)
        assert (most.value, most.caught, most.load) == (0.901, 0.75, 0.4)
        assert (every.value, every.caught) == (None, 0.75)

    def test_without_a_dataset_is_one_line(self, tmp_path):
        run = workbench("bench", "--from-corrections", tmp_path)
        assert run.returncode == 1
        assert len(run.stderr.splitlines()) == 1
