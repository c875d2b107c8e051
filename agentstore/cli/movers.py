"""import-from: the databases of other programs."""

from __future__ import annotations

from dataclasses import asdict

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import counted, note, progress_bar, visible, write_json, write_line
from agentstore.cli.prisma import import_prisma
from agentstore.cli.scope import owner_options
from agentstore.errors import ConfigurationError
from agentstore.movers import KINDS, MoveSummary, open_mover
from agentstore.transfer.foreign import Problem

NOT_ALL = 1
_PRISMA = "prisma"


@click.command(
    "import-from",
    epilog="KIND is one of: "
    + "; ".join(f"{kind}: {title}" for kind, (_, title) in sorted(KINDS.items()))
    + "; prisma: the TypeScript original (import-prisma).",
)
@click.argument("kind", type=click.Choice(sorted([*KINDS, _PRISMA])), metavar="KIND")
@click.argument("url", envvar="SOURCE_DATABASE_URL")
@owner_options
@json_option
@database_option
@click.pass_context
def import_from(
    ctx: click.Context, database: Database, *, kind: str, url: str, as_json: bool
) -> None:
    """Move another program's conversations from its database at URL into the store.

    URL (or the environment's SOURCE_DATABASE_URL) is ours or SQLAlchemy's. The database is only
    read, and may be the one that is written to. Ids of conversations and times stay as they are.
    What was moved before is passed over, so a move that was interrupted can be run again, and one
    that is run later brings what has come since. With --tenant and --user it becomes theirs.

    What cannot be taken is listed on stderr with its id and the reason; the rest is moved, and the
    exit code is 1.
    """
    if kind == _PRISMA:
        ctx.invoke(import_prisma, url=url, as_json=as_json)
        return
    problems: list[Problem] = []

    def report(problem: Problem) -> None:
        note(f"not taken: {visible(str(problem))}")
        if as_json:
            problems.append(problem)

    try:
        mover = open_mover(kind, url)
    except ConfigurationError as exc:
        raise click.UsageError(" ".join(str(exc).split())) from exc
    with mover, database.connect() as store, progress_bar("moving", mover.count()) as advance:
        summary = mover.move(store, progress=advance, report=report)
    if as_json:
        write_json({**asdict(summary), "problems": [asdict(problem) for problem in problems]})
    else:
        write_line(_in_words(summary))
    if summary.not_taken:
        ctx.exit(NOT_ALL)


def _in_words(summary: MoveSummary) -> str:
    parts = [counted(summary.messages, "message"), counted(summary.tool_calls, "tool call")]
    if summary.checkpoints:
        parts.append(counted(summary.checkpoints, "checkpoint"))
    words = [
        f"moved {counted(summary.sessions, 'session')} ({', '.join(parts)})",
        f"{summary.skipped} skipped, since they were there",
    ]
    if summary.passed_over:
        words.append(f"{summary.passed_over} passed over, on branches that were not chosen")
    words.append(f"{summary.not_taken} not taken")
    return "; ".join(words)
