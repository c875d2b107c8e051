"""sql: the statements of a dialect, for its shell or as they will be sent."""

from __future__ import annotations

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import write_json, write_line, write_table
from agentstore.dialects.registry import load_statements
from agentstore.errors import ConfigurationError
from agentstore.statements import Statement, StatementLibrary


@click.command()
@click.argument("name", required=False)
@click.option("--dialect", metavar="D", help="sqlite, postgresql or mysql; else the database's.")
@click.option("--with", "with_blocks", metavar="BLOCK,…", help="Blocks of NAME to switch on.")
@click.option("--as-sent", is_flag=True, help="As the driver gets it, with its placeholders.")
@click.option("--path", "wants_path", is_flag=True, help="The file of NAME, or the folder of all.")
@json_option
@database_option
def sql(
    database: Database,
    *,
    name: str | None,
    dialect: str | None,
    with_blocks: str | None,
    as_sent: bool,
    wants_path: bool,
    as_json: bool,
) -> None:
    """List the SQL statements, or print the one called NAME.

    What is printed runs in the database's own shell, with sample values: psql -f -, say. Optional
    parts of a statement are its blocks: they are left out unless named in --with.
    """
    try:
        library = load_statements(dialect or database.dialect())
    except ConfigurationError as exc:
        raise click.UsageError(str(exc)) from exc
    if name is None:
        if with_blocks is not None:
            raise click.UsageError("--with needs the NAME of a statement")
        if wants_path:
            _write_path(str(next(iter(library.values())).path.parents[1]), as_json)
        else:
            _list(library, as_json)
        return
    if name not in library:
        raise click.ClickException(f"there is no statement {name}; agentstore sql lists them all")
    statement = library[name]
    blocks = frozenset(block.strip() for block in (with_blocks or "").split(",") if block.strip())
    if unknown := sorted(blocks.difference(statement.blocks)):
        known = ", ".join(statement.blocks) or "none"
        raise click.UsageError(f"{name} has no block {', '.join(unknown)}; it has: {known}")
    if wants_path:
        _write_path(str(statement.path), as_json)
    elif as_json:
        write_json(
            {
                **_description(statement),
                "path": str(statement.path),
                "sql": statement.example(blocks),
                "as_sent": statement.render(blocks),
            }
        )
    else:
        write_line(statement.render(blocks) if as_sent else statement.example(blocks))


def _write_path(path: str, as_json: bool) -> None:
    if as_json:
        write_json({"path": path})
    else:
        write_line(path)


def _list(library: StatementLibrary, as_json: bool) -> None:
    found = [library[name] for name in sorted(library)]
    if as_json:
        write_json([_description(statement) for statement in found])
        return
    write_table(
        ("name", "blocks", "purpose"),
        [
            (statement.name, ",".join(statement.blocks), " ".join(statement.purpose.split()))
            for statement in found
        ],
    )


def _description(statement: Statement) -> dict[str, object]:
    return {
        "name": statement.name,
        "purpose": statement.purpose,
        "blocks": list(statement.blocks),
        "parameters": sorted(statement.parameters),
    }
