"""erase: delete all conversations of a user, and show the receipt."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import (
    counted,
    local_time,
    note,
    visible,
    write_json,
    write_line,
    write_table,
)
from agentstore.cli.scope import TENANT_VARIABLE, checked_id, chosen_scope, tenant_option
from agentstore.errors import InvalidInputError
from agentstore.records import ErasureReceipt
from agentstore.storage import Storage


@click.command()
@click.option("--user", "user_id", metavar="ID", required=True, help="The user.")
@tenant_option
@click.option(
    "--all-tenants",
    is_flag=True,
    help="The users of this id of all tenants, where several have it.",
)
@click.option(
    "--receipt-key",
    "key_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Whose bytes are the key by which the receipt names the user (HMAC-SHA256); else it is "
    "SHA-256 of the id.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@database_option
@click.pass_context
def erase(
    ctx: click.Context,
    database: Database,
    *,
    user_id: str,
    all_tenants: bool,
    key_file: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase a user: delete all sessions of theirs with all that hangs on them, in the trash or not.

    It asks first. What is held stays, and is counted in the receipt, which is kept and printed. One
    that was stopped can be run again and goes on.
    """
    checked_id(user_id, "--user")
    if all_tenants and chosen_scope(ctx).tenant() is not None:
        raise click.UsageError(
            f"--all-tenants: a tenant is chosen, by --tenant or {TENANT_VARIABLE}"
        )
    key = None if key_file is None else key_file.read_bytes()
    if key == b"":
        raise click.UsageError("--receipt-key: the file is empty")
    with database.connect() as store:
        if not yes:
            _ask(store, user_id)
        try:
            receipt = store.erase_user(user_id, all_tenants=all_tenants, receipt_key=key)
        except InvalidInputError as exc:  # all else that it could be about was looked at above
            words = "several tenants have a user of this id: name one by --tenant, or --all-tenants"
            raise click.ClickException(words) from exc
    if as_json:
        write_json(receipt.to_dict())
    else:
        _show(receipt)
    if receipt.held:
        note(f"{counted(receipt.held, 'session')} kept: held")


def _ask(store: Storage, user_id: str) -> None:
    """Have a person say yes.

    Raises:
        click.ClickException: they say no, or there is nobody to ask.
    """
    count = sum(store.count_sessions(user_id=user_id, trashed=trashed) for trashed in (False, True))
    question = f"Delete {counted(count, 'session')} of {visible(user_id)} for good?"
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        note("")
        raise click.ClickException("nothing was erased: --yes says yes in a script") from None
    if not agreed:
        raise click.ClickException("nothing was erased")


def _show(receipt: ErasureReceipt) -> None:
    write_line(f"receipt {receipt.id}: user {receipt.user_digest}")
    started = local_time(receipt.started_at)
    finished = local_time(receipt.finished_at) if receipt.finished_at else "-"
    write_line(f"started {started}, finished {finished}, held {receipt.held}")
    write_table(
        ("table", "rows deleted"),
        [(table, str(rows)) for table, rows in sorted(receipt.rows.items()) if rows],
    )
    write_line("")
    write_table(("copies may be in", "until"), receipt.remains)
