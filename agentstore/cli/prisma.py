"""import-prisma: the database of the TypeScript original."""

from __future__ import annotations

from dataclasses import asdict

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import counted, note, progress_bar, visible, write_json, write_line
from agentstore.cli.scope import owner_options
from agentstore.errors import ConfigurationError
from agentstore.transfer.prisma import CopySummary, PrismaSource, Problem, copy_prisma

NOT_ALL = 1


@click.command("import-prisma")
@click.argument("url", envvar="PRISMA_DATABASE_URL")
@owner_options
@json_option
@database_option
@click.pass_context
def import_prisma(ctx: click.Context, database: Database, *, url: str, as_json: bool) -> None:
    """Copy the database of @ai-agent/storage-prisma at URL, all its sessions.

    URL (or the environment's PRISMA_DATABASE_URL) is ours or Prisma's: postgresql://, mysql://,
    sqlite:///, file:./dev.db. It is only read, and may be the database that is written to. Ids,
    times and metadata stay as they are. What was copied before is skipped or completed, so a
    copy that was interrupted can be run again. With --tenant and --user it becomes theirs.

    What cannot be taken is listed on stderr with its id and the reason; the rest is copied, and
    the exit code is 1.
    """
    problems: list[Problem] = []

    def report(problem: Problem) -> None:
        note(f"not taken: {visible(str(problem))}")
        if as_json:
            problems.append(problem)

    with _open(url) as source, database.connect() as store:
        total = source.count_sessions()
        with progress_bar("copying", total) as advance:
            summary = copy_prisma(source, store, progress=advance, report=report)
    if as_json:
        listed = [asdict(problem) for problem in problems]
        write_json({**asdict(summary), "problems": listed})
    else:
        write_line(_in_words(summary))
    if summary.not_taken:
        ctx.exit(NOT_ALL)


def _open(url: str) -> PrismaSource:
    try:
        return PrismaSource(url)
    except ConfigurationError as exc:
        raise click.UsageError(" ".join(str(exc).split())) from exc


def _in_words(summary: CopySummary) -> str:
    parts = ", ".join(
        (
            counted(summary.messages, "message"),
            counted(summary.tool_calls, "tool call"),
            counted(summary.confirmations, "pending confirmation"),
        )
    )
    return (
        f"copied {counted(summary.sessions, 'session')} ({parts}); {summary.completed} completed, "
        f"{summary.skipped} skipped, since they were there; {summary.not_taken} not taken"
    )
