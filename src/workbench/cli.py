"""The command line. Each command says what it does, shows progress, and explains what went wrong in one line."""

from __future__ import annotations

import click

import workbench
from workbench.commands.base import CommandGroup, language_option
from workbench.commands.projects import demo, init
from workbench.commands.reading import clean, grid, ingest, kinds, layout, quantise, rebuild
from workbench.commands.results import bench, check, entities, export, report
from workbench.commands.sharing import publish, verify
from workbench.language import VARIABLE


@click.group(
    cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]}, params=[language_option(VARIABLE)]
)
@click.version_option(workbench.__version__, prog_name="workbench")
def main() -> None:
    """Performance self-evaluation forms (绩效自评表): from scans to data, findings and reports."""


IN_ORDER_OF_USE = (
    *(ingest, rebuild, clean, grid, layout, report, check, entities),
    *(bench, quantise, export, publish, verify, init, demo, kinds),
)

for command in IN_ORDER_OF_USE:
    main.add_command(command)
