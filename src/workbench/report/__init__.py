"""Reports: the notebooks run over a dataset, as executed notebooks, self-contained pages and an index."""

from workbench.report.build import ReportRun, build_reports
from workbench.report.journal import Report
from workbench.report.packing import pack

__all__ = ["Report", "ReportRun", "build_reports", "pack"]
