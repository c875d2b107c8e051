"""rls: policies for PostgreSQL's row-level security, for a DBA to read and run."""

from __future__ import annotations

import os
from pathlib import Path
from string import Template

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import write_json, write_line
from agentstore.dialects.url import DatabaseURL, parse
from agentstore.errors import InvalidInputError
from agentstore.model.keys import owner_prefixes
from agentstore.model.values import check_id
from agentstore.transfer.copying.tables import OF_SESSIONS, TABLES

_OF_TENANT = "row_level_security"
_OF_SESSION = "row_level_security_of_session"
_OF_ALL = "row_level_security_of_all"

_OF_SESSIONS = {
    "agentstore_session_metadata": "session_id",
    **{f"agentstore_{table.name}": table.session or "" for table in OF_SESSIONS},
}
"""The tables of what hangs on a session, with the column of the session's id."""

_PREFIX, _PREFIX_OF_ALL = "agentstore_", "agentstore_holds_"
_MOST_BYTES = 63
"""PostgreSQL cuts longer names, so that two of them may be one."""


@click.command()
@click.option("--tenant", metavar="ID", help="The tenant of the role.")
@click.option("--role", metavar="NAME", required=True, help="The role, which is there already.")
@click.option(
    "--schema", metavar="NAME", help="The tables' schema. [default: the database's, or public]"
)
@click.option(
    "--whole-store-role",
    "is_of_all",
    is_flag=True,
    help="Policies for a role that has all tenants: the application's own.",
)
@json_option
@database_option
def rls(
    database: Database,
    *,
    tenant: str | None,
    role: str,
    schema: str | None,
    is_of_all: bool,
    as_json: bool,
) -> None:
    """Print policies of PostgreSQL's row-level security, for the role of a tenant.

    Nothing is sent to a database: the tables' owner runs what is printed (psql -f). A role with
    these policies reads and writes its tenant's rows alone, also by SQL that is written by hand.
    See docs/security.md for what is different then, and what a pooler must do.
    """
    if is_of_all == (tenant is not None):
        raise click.UsageError("either --tenant or --whole-store-role")
    url = _url_of(database)
    schema = schema or (url.query.get("schema") if url else None) or "public"
    names = {
        "role": _name(role, "--role", _MOST_BYTES - len(_PREFIX_OF_ALL)),
        "schema": _name(schema, "--schema"),
    }
    text = _policies_of_all(names) if tenant is None else _policies(_id(tenant), names)
    if as_json:
        write_json({"sql": text})
    else:
        write_line(text.rstrip("\n"))


def _policies(tenant: str, names: dict[str, str]) -> str:
    values = {
        **names,
        **_policy_names(names["role"]),
        "tenant": _literal(tenant),
        "state_prefixes": f"array[{', '.join(map(_literal, owner_prefixes(tenant)))}]",
    }
    of_sessions = "\n".join(
        _filled(_OF_SESSION, {**values, "table": table, "column": column})
        for table, column in _OF_SESSIONS.items()
    )
    return _filled(_OF_TENANT, {**values, "of_sessions": of_sessions})


def _policies_of_all(names: dict[str, str]) -> str:
    tables = ["agentstore_session_metadata", *(f"agentstore_{table.name}" for table in TABLES)]
    values = {**names, **_policy_names(names["role"])}
    parts = [
        _filled(_OF_ALL, {**values, "table": f"{names['schema']}.{table}"}) for table in tables
    ]
    return "\n".join(["BEGIN;\n", *parts, "COMMIT;\n"])


def _policy_names(role: str) -> dict[str, str]:
    """Each role has policies of its own, by names that are its own in each table."""
    return {"policy": f'"{_PREFIX}{role[1:]}', "policy_of_all": f'"{_PREFIX_OF_ALL}{role[1:]}'}


def _url_of(database: Database) -> DatabaseURL | None:
    text = database.url or os.environ.get("DATABASE_URL")
    if not text:
        return None
    if database.dialect() != "postgresql":
        raise click.UsageError("row-level security is PostgreSQL's: this database has none")
    return parse(text)


def _filled(file: str, values: dict[str, str]) -> str:
    path = Path(__file__).with_name(f"{file}.sql")
    return Template(path.read_text(encoding="utf-8")).substitute(values)


def _name(given: str, option: str, most: int = _MOST_BYTES) -> str:
    """A name as SQL has it.

    Raises:
        click.UsageError: PostgreSQL could not have it, or would cut it or a policy's.
    """
    if not given.isprintable() or not 0 < len(given.encode()) <= most:
        raise click.UsageError(f"{option}: a name has 1 to {most} bytes, all printable")
    return '"' + given.replace('"', '""') + '"'


def _literal(text: str) -> str:
    """A text as SQL has it, whatever standard_conforming_strings is."""
    quoted = text.replace("'", "''")
    return f"E'{quoted}'".replace("\\", "\\\\") if "\\" in text else f"'{quoted}'"


def _id(tenant: str) -> str:
    try:
        return check_id(tenant, "--tenant")
    except InvalidInputError as exc:
        raise click.UsageError(str(exc)) from exc
