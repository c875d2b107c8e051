"""migrate, status, migrations-path."""

from __future__ import annotations

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import write_json, write_line, write_table
from agentstore.dialects.registry import migrations_folder
from agentstore.errors import ConfigurationError

PENDING = 1


@click.command()
@json_option
@database_option
def migrate(database: Database, *, as_json: bool) -> None:
    """Apply the migrations that the database lacks."""
    with database.connect_whole(creates=True) as store:
        applied = store.migrate()
    if as_json:
        write_json({"applied": applied})
    elif not applied:
        write_line("the database is current")
    for name in [] if as_json else applied:
        write_line(f"applied {name}")


@click.command()
@json_option
@database_option
@click.pass_context
def status(ctx: click.Context, database: Database, *, as_json: bool) -> None:
    """Say which migrations the database has; exit code 1 when some are pending."""
    with database.connect() as store:
        found = store.schema_status()
    if as_json:
        write_json({"current": not found.pending, **found.to_dict()})
    else:
        states = {
            "applied": found.applied,
            "pending": found.pending,
            "unknown (of a newer version)": found.unknown,
        }
        rows = [(state, name) for state, names in states.items() for name in names]
        write_table(("state", "migration"), rows)
    if found.pending:
        ctx.exit(PENDING)


@click.command("migrations-path")
@click.option("--dialect", metavar="D", help="sqlite, postgresql or mysql; else the database's.")
@json_option
@database_option
def migrations_path(database: Database, *, dialect: str | None, as_json: bool) -> None:
    """Print the folder of a dialect's migrations, for yoyo apply."""
    try:
        path = str(migrations_folder(dialect or database.dialect()))
    except ConfigurationError as exc:
        raise click.UsageError(str(exc)) from exc
    if as_json:
        write_json({"path": path})
    else:
        write_line(path)
