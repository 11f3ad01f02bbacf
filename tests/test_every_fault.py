"""A fault at each system call that writes: the process killed before it, the disk full or permission lost from there
on, or that one call failing. Afterwards there is the old or the new, whole; and the same command, run again, goes on.

Some of the faults are tried, spread evenly over the calls; ``EVERY_FAULT=1`` tries all (half an hour).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.injected import can_inject

GROUPS = {
    "tables": ["ingest", "ingest what changed", "ingest by a later version", "rebuild", "clean"],
    "what people made": ["correct for the first time", "correct again", "correct after a power cut", "draw a sample"],
    "exports": ["export csv", "export xlsx", "export duckdb"],
    "the rest": ["report", "init", "demo", "weights"],
}


@pytest.mark.skipif(not can_inject(), reason="the system lets nobody watch system calls (Linux 5.5 does)")
@pytest.mark.parametrize("group", GROUPS)
def test_nothing_is_lost_whichever_call_fails(group, tmp_path, counted):
    command = [sys.executable, "-m", "tests.faulted", str(tmp_path), *GROUPS[group]]
    paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
    run = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    lost = [line for one in found.values() for line in one["lost"]]
    counted("faults injected", sum(one["faults"] for one in found.values()))
    counted("lost", len(lost))
    assert not lost, "\n".join(lost)
    assert all(one["faults"] > 4 for one in found.values())
