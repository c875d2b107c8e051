"""A database that is behind: whatever is not there yet, the error says which command to run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backends import SHARED
from schema_databases import SchemaDatabase

import agentstore
from agentstore import SchemaError, Storage, StorageError
from agentstore.assets import migrations_path
from agentstore.engine.faults import fault_of
from agentstore.testing.suite.bad_arguments import METHODS
from agentstore.testing.suite.samples import at

MORE: dict[str, Callable[[Storage], object]] = {
    "list by last message": lambda s: s.query_sessions(order_by="last_message_at"),
    "list by metadata": lambda s: s.query_sessions(metadata={"a": 1}),
    "list of a tenant": lambda s: s.query_sessions(tenant_id="a"),
    "list of a tenant by last message": lambda s: s.query_sessions(
        tenant_id="a", order_by="last_message_at"
    ),
    "list of a user": lambda s: s.query_sessions(tenant_id="a", user_id="b"),
    "list of a user by last message": lambda s: s.query_sessions(
        tenant_id="a", user_id="b", order_by="last_message_at"
    ),
    "list of the trash": lambda s: s.query_sessions(trashed=True),
    "list of the trash by last message": lambda s: s.query_sessions(
        trashed=True, order_by="last_message_at"
    ),
    "page of sessions": lambda s: s.page_sessions(),
    "page of messages": lambda s: s.page_messages(),
    "update_session": lambda s: s.update_session("s", title="x"),
    "trash_session": lambda s: s.trash_session("s"),
    "restore_session": lambda s: s.restore_session("s"),
    "place_hold": lambda s: s.place_hold(reason="x", user_id="b"),
    "query_holds": lambda s: s.query_holds(),
    "release_hold": lambda s: s.release_hold("h"),
    "erase_message": lambda s: s.erase_message("m"),
    "erase_user": lambda s: s.erase_user("b", all_tenants=True),
    "query_erasure_receipts": lambda s: s.query_erasure_receipts(),
    "assign_sessions": lambda s: s.assign_sessions(tenant_id="a"),
    "reassign_session": lambda s: s.reassign_session("s", user_id="b"),
    "fill": lambda s: s.fill(),
    "delete_sessions": lambda s: s.delete_sessions(updated_before=at(0)),
    "scoped": lambda s: s.scoped(tenant_id="a", user_id="b").query_sessions(),
}


def _calls() -> dict[str, Callable[[Storage], object]]:
    def of(method: str) -> Callable[[Storage], object]:
        def call(store: Storage) -> Any:
            made = getattr(store, method)(*METHODS[method])
            return list(made) if method.startswith("iter_") else made

        return call

    return {method: of(method) for method in METHODS if method != "delete_sessions"} | MORE


def _refusal_of_database(call: Callable[[Storage], object], store: Storage) -> str:
    """What the database has refused a call with, where it is no SchemaError."""
    try:
        call(store)
    except SchemaError:
        return ""
    except StorageError as error:
        return "" if fault_of(error) is None else str(error)
    return ""


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_at_every_migration(empty_database_url: str, tmp_path: Path) -> None:
    """Each call does its work, or says that the database is behind."""
    database = SchemaDatabase(empty_database_url)
    files, database.folder = migrations_path(database.dialect), tmp_path
    refusals: list[tuple[str, str, str]] = []
    with agentstore.connect(empty_database_url, retry_timeout=0) as store:
        for name in SchemaDatabase(empty_database_url).names:
            for file in (f"{name}.sql", f"{name}.rollback.sql"):
                shutil.copy(files / file, tmp_path)
            assert database.migrate() == [name]
            refusals += [
                (name, what, refusal)
                for what, call in _calls().items()
                if (refusal := _refusal_of_database(call, store))
            ]
        assert refusals == []
        assert store.migrate() == []
