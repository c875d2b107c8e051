"""The group of all commands, and what becomes of an error in one of them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

import agentstore
from agentstore.cli.changes import close, delete, reopen
from agentstore.cli.conversations import export_command, import_command
from agentstore.cli.copies import copy, dump, restore
from agentstore.cli.database import DATABASE_HELP, Database
from agentstore.cli.doctor import doctor
from agentstore.cli.erase import erase
from agentstore.cli.fill import fill
from agentstore.cli.lists import messages, sessions, tools
from agentstore.cli.movers import import_from
from agentstore.cli.output import visible
from agentstore.cli.prisma import import_prisma
from agentstore.cli.prune import prune
from agentstore.cli.retention import retention
from agentstore.cli.rls import rls
from agentstore.cli.schema import migrate, migrations_path, status
from agentstore.cli.show import show
from agentstore.cli.statements import sql
from agentstore.cli.stats import stats
from agentstore.errors import StorageError
from agentstore.transfer.collector import rarely_collecting

INTERRUPTED = 130
NOBODY_READS = 141  # as the shell says of a program that SIGPIPE ended


class _Commands(click.Group):
    """A group whose commands end in one line on stderr, without a traceback, when they fail."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            try:
                with rarely_collecting():
                    return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except StorageError as exc:
            raise click.ClickException(visible(" ".join(str(exc).split()))) from exc
        except BrokenPipeError:
            _stop_writing()
            raise click.exceptions.Exit(NOBODY_READS) from None
        except OSError as exc:
            named = f"{exc.filename}: " if isinstance(exc.filename, str) else ""
            raise click.ClickException(f"{named}{exc.strerror or exc}") from exc
        except (KeyboardInterrupt, click.Abort):
            click.echo("interrupted", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--database", metavar="URL", help=DATABASE_HELP)
@click.version_option(agentstore.__version__, message="%(version)s")
@click.pass_context
def cli(ctx: click.Context, database: str | None) -> None:
    """Keep agents' conversations in PostgreSQL, MySQL/MariaDB or SQLite.

    Exit codes: 0 done; 1 it failed, or was not found (for status: migrations are pending; for
    doctor: something is wrong); 2 the command line is wrong; 130 interrupted; 141 nobody reads
    the output any more.
    """
    ctx.obj = Database(database)


for command in (
    migrate,
    status,
    doctor,
    fill,
    migrations_path,
    sql,
    rls,
    import_command,
    import_from,
    import_prisma,
    export_command,
    copy,
    dump,
    restore,
    sessions,
    show,
    messages,
    tools,
    close,
    reopen,
    delete,
    stats,
    prune,
    retention,
    erase,
):
    cli.add_command(command)


def run(arguments: Sequence[str] | None) -> int:
    """Run a command; see ``agentstore.cli.main``."""
    _stand_in_for_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What an encoding lacks is escaped, by whoever writes it: tables and wrapped lines, too.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        cli.main(arguments, prog_name="agentstore")
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _stand_in_for_closed_streams() -> None:
    """Where whoever started it has closed a stream (``>&-``), there is nothing, or nobody reads.

    Their numbers are taken again here, before a database's connection is given them.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    if sys.stdout is None:
        read_end, write_end = os.pipe()
        os.dup2(write_end, read_end)  # which closes it
        os.close(write_end)
        sys.stdout = os.fdopen(read_end, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def _stop_writing() -> None:
    """Let what is still buffered go nowhere, or Python would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
