"""How every command behaves on a terminal: errors are one line, names of strangers' files are printable text."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import click

from workbench.commands.help import HelpText, make_click_speak, short_help
from workbench.errors import WorkbenchError
from workbench.language import LANGUAGES, VARIABLE, Phrase, reason_of, shown
from workbench.progress import emit, say
from workbench.remote import Location, location_of
from workbench.visible import one_line

make_click_speak()

RAW = "data/raw"
"""Folder of a project for its documents."""

PROCESSED = "data/processed"
"""Folder of a project for its dataset."""

REPORTS = "reports"
"""Folder of a project for its reports."""

FAILED_INPUTS = 1
"""Exit status of a command that could not do all that was asked."""


class Context(click.Context):
    """Where a command is run; its help is in the language of whoever asks."""

    formatter_class = HelpText


def _speak(_: click.Context, __: click.Parameter, language: str | None) -> None:
    """Choose the language of this process, and of those that it starts."""
    if language:
        os.environ[VARIABLE] = language


def language_option(variable: str | None = None) -> click.Option:
    """The option ``--lang`` of a command; ``variable`` is the one of the environment that stands for it."""
    return click.Option(
        ["--lang"],
        type=click.Choice(LANGUAGES),
        envvar=variable,
        is_eager=True,
        expose_value=False,
        callback=_speak,
        help="Language of messages.  [default: WORKBENCH_LANG, or that of the locale]",
    )


class Plain:
    """Mixed into commands: makes errors about arguments, which may be names of strangers' files, printable text."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        try:
            rest: list[str] = super().parse_args(context, arguments)  # type: ignore[misc]
            return rest
        except click.UsageError as error:
            error.message = one_line(error.message)  # type: ignore[misc]
            raise


class Command(Plain, click.Command):
    """A command whose expected errors are one line on standard error, without a traceback."""

    context_class = Context

    def get_short_help_str(self, limit: int = 45) -> str:
        """What the command is for, in the list of all: the first sentence of its help."""
        return short_help(self.help or "") or super().get_short_help_str(limit)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except WorkbenchError as error:
            raise click.exceptions.Exit(complain(error)) from error
        except KeyboardInterrupt:
            raise click.exceptions.Exit(complain(Phrase("interrupted; nothing that was done is lost"))) from None


class CommandGroup(Plain, click.Group):
    """The commands in the order of their use."""

    command_class = Command
    context_class = Context

    def main(self, *arguments: Any, **options: Any) -> Any:
        prepare_standard_streams()  # before anything is read: the help is written while arguments are
        return super().main(*arguments, **options)

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)


class PlaceType(click.ParamType):  # type: ignore[type-arg]
    """A path of this machine, or a URL."""

    name = "PATH|URL"

    def convert(self, value: Location, _: click.Parameter | None, __: click.Context | None) -> Location:
        return location_of(value)


def print_line(line: str, err: bool = False) -> None:
    """Print one line, in the person's language; no text of a form and no name of a file in it can control the terminal.

    A standard error that takes nothing stops no command; a standard output that does not is an error.
    """
    if err:
        say(line)
        return
    try:
        click.echo(one_line(shown(line)))
    except BrokenPipeError:
        raise  # click ends the program, as a reader that has seen enough expects
    except (OSError, ValueError) as error:
        sys.stdout = None  # else Python tries once more when it ends
        said = Phrase("standard output cannot be written ({reason})", reason=reason_of(error))
        raise click.exceptions.Exit(complain(said)) from error


def packed_line(packed: Path) -> Phrase:
    """What is said of a file that others are to be sent: its size, and where it is."""
    return Phrase("{size:.1f} MB → {packed}", size=packed.stat().st_size / 1e6, packed=packed)


def complain(line: str | WorkbenchError) -> int:
    """Print an error; gives the exit status that goes with it."""
    print_line(Phrase("error: {line}", line=line), err=True)
    return FAILED_INPUTS


def command(*examples: str) -> Callable[[Callable[..., None]], Command]:
    """Make a function a command of the command line, with these examples at the end of its help."""
    epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in examples)
    return click.command(cls=Command, epilog=epilog, params=[language_option()])


ProgressKind = Literal["bar", "json"]
"""How a command shows how far it has come: to a person, or to a program."""

progress_option = click.option(
    "--progress",
    type=click.Choice(["bar", "json"]),
    default="bar",
    show_default=True,
    help="For programs: a line of JSON on standard output for everything that happens.",
)
"""The option of commands that take their time (docs/progress.md)."""


@contextmanager
def failure_as_event() -> Iterator[None]:
    """A context in which an expected error is also a line of JSON for the program that watches."""
    try:
        yield
    except WorkbenchError as error:
        emit("run-failed", message=shown(error))
        raise


def default_workers() -> int:
    """Return how many processes work where nobody says it, by cores and free memory."""
    from workbench.archive.run.local import default_workers

    return default_workers()


def prepare_standard_streams() -> None:
    """Let standard streams take whatever the commands print.

    A console of another encoding than UTF-8 (cp1252, cp936, ASCII) shows a question mark for what it cannot show.
    Streams that were closed become the null device: else the next files that are opened have their numbers, and what a
    library prints goes into them.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with suppress(OSError, ValueError):  # it was closed, or takes nothing: whoever prints says so
                stream.reconfigure(errors="replace")
