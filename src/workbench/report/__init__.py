"""Reports: the notebooks run over a dataset, as executed notebooks, self-contained pages and an index.

1. ``notebooks`` finds the notebooks, ``plan`` plans a job for each department and year.
2. ``digests`` tells what a report depends on, ``journal`` records what became of it: only what changed is run.
3. ``workers`` runs the jobs in processes, ``run`` runs the notebook of one (``kernel``, ``parameters``).
4. ``page`` makes the page of a report, ``index`` the page that lists all of them, ``packing`` one file of all.

``build`` does all of it.
"""

from workbench.report.build import ReportRun, build_reports
from workbench.report.journal import Report
from workbench.report.packing import pack

__all__ = ["Report", "ReportRun", "build_reports", "pack"]
