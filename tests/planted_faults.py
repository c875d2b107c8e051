"""Faults to be planted into a healthy database, and which check of the doctor finds each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from agentstore import NewMessage, Storage
from agentstore.doctor import State

NOW = datetime.now(timezone.utc)
# At noon: a server whose time zone is another one has the same day.
LONG_AGO = (NOW - timedelta(days=3)).strftime("%Y-%m-%d 12:00:00")

EVERYWHERE = ("sqlite-file", "postgresql", "mariadb", "mysql")
SERVERS = ("postgresql", "mariadb", "mysql")
INNODB = ("mariadb", "mysql")

WITHOUT_FOREIGN_KEYS = {
    "sqlite-file": "PRAGMA foreign_keys = OFF",
    "postgresql": "SET session_replication_role = replica",
    "mariadb": "SET foreign_key_checks = 0",
    "mysql": "SET foreign_key_checks = 0",
}


@dataclass(frozen=True)
class Patched:
    """A database with one session, ``s1``, that has a turn; open to whoever plants."""

    backend: str
    store: Storage
    connection: Any

    def run(self, *statements: str) -> None:
        """Run statements by the driver, and commit."""
        cursor = self.connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        self.connection.commit()


@dataclass(frozen=True)
class Fault:
    """A fault, and what the doctor says of it.

    Attributes:
        plant: plants it.
        check: the name of the check that finds it.
        state: what that says.
        word: a word of what it says.
        backends: the databases that can have it.
    """

    plant: Callable[[Patched], None]
    check: str
    state: State
    word: str
    backends: tuple[str, ...] = EVERYWHERE


def _by_sql(*statements: str) -> Callable[[Patched], None]:
    return lambda patched: patched.run(*statements)


def _drop_index(patched: Patched) -> None:
    on = " ON agentstore_sessions" if patched.backend in INNODB else ""
    patched.run(f"DROP INDEX agentstore_sessions_created_at{on}")


def _orphan(patched: Patched) -> None:
    patched.run(
        WITHOUT_FOREIGN_KEYS[patched.backend],
        "UPDATE agentstore_messages SET session_id = 's0' WHERE session_id = 's1'",
    )


def _burst(patched: Patched) -> None:
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)  # midnight may be since NOW
    messages = [NewMessage("user", "hi", timestamp=yesterday) for _ in range(1_500)]
    patched.store.save_messages("s1", messages)


def _old_confirmation(patched: Patched) -> None:
    patched.store.save_pending_confirmation(
        "s1", {"tool_name": "refund", "arguments": {}, "timestamp": NOW - timedelta(days=3)}
    )


def _drop_foreign_key(patched: Patched) -> None:
    kind = "CONSTRAINT" if patched.backend == "postgresql" else "FOREIGN KEY"
    patched.run(f"ALTER TABLE agentstore_messages DROP {kind} agentstore_messages_session")


def _free_pages(patched: Patched) -> None:
    session = patched.store.create_session()
    patched.store.save_messages(session, [NewMessage("user", "x" * 10_000)] * 300)
    patched.store.delete_session(session)


def _break_page(patched: Patched) -> None:
    connection: sqlite3.Connection = patched.connection
    [(page,)] = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'agentstore_holds_in_force'"
    )
    [(size,)] = connection.execute("PRAGMA page_size")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [(_, _, path)] = connection.execute("PRAGMA database_list")
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


FAULTS: dict[str, Fault] = {
    "a migration is pending": Fault(
        _by_sql("DELETE FROM _yoyo_migration WHERE migration_id LIKE '0017%'"),
        "migrations",
        "wrong",
        "0017",
    ),
    "a migration of a newer version": Fault(
        _by_sql(
            "INSERT INTO _yoyo_migration (migration_hash, migration_id)"
            " VALUES ('f', '9999_of_tomorrow')"
        ),
        "migrations",
        "look",
        "9999_of_tomorrow",
    ),
    "an index is missing": Fault(_drop_index, "indexes", "wrong", "agentstore_sessions_created_at"),
    "an index of somebody else": Fault(
        _by_sql("CREATE INDEX reports ON agentstore_sessions (active, created_at)"),
        "indexes",
        "look",
        "reports",
    ),
    "messages without a session": Fault(_orphan, "orphans", "wrong", "agentstore_messages"),
    "a thread without a session": Fault(
        _by_sql(
            "INSERT INTO agentstore_checkpoints (thread_id, namespace_key, checkpoint_id,"
            " namespace, channel_versions, checkpoint_type, checkpoint_bytes, metadata_type,"
            " metadata_bytes) VALUES ('t1', '', '1', '', '[]', 'msgpack', '', 'msgpack', '')"
        ),
        "orphans",
        "look",
        "checkpoints",
    ),
    "a position that is taken": Fault(
        _by_sql("UPDATE agentstore_sessions SET next_position = 0"),
        "positions",
        "wrong",
        "1 session",
    ),
    "a session of older code": Fault(
        _by_sql("UPDATE agentstore_sessions SET last_message_at = NULL"),
        "sessions of older code",
        "look",
        "1 without",
    ),
    "a call that was forgotten": Fault(
        _by_sql(f"UPDATE agentstore_tool_calls SET timestamp = '{LONG_AGO}'"),  # noqa: S608
        "waiting calls",
        "look",
        LONG_AGO[:10],
    ),
    "a confirmation that was forgotten": Fault(
        _old_confirmation, "waiting confirmations", "look", LONG_AGO[:10]
    ),
    "a burst of messages": Fault(_burst, "growth", "look", "1,500"),
    "a foreign key is missing": Fault(
        _drop_foreign_key, "foreign keys", "wrong", "agentstore_messages_session", SERVERS
    ),
    "a foreign key that nobody proved": Fault(
        _by_sql(
            "ALTER TABLE agentstore_messages DROP CONSTRAINT agentstore_messages_session",
            "ALTER TABLE agentstore_messages ADD CONSTRAINT agentstore_messages_session"
            " FOREIGN KEY (session_id) REFERENCES agentstore_sessions (id) NOT VALID",
        ),
        "foreign keys",
        "look",
        "agentstore_messages_session",
        ("postgresql",),
    ),
    "an index that was not built": Fault(
        _by_sql(
            "UPDATE pg_index SET indisvalid = FALSE"
            " WHERE indexrelid = 'agentstore_messages_timestamp'::regclass"
        ),
        "indexes",
        "wrong",
        "agentstore_messages_timestamp",
        ("postgresql",),
    ),
    "autovacuum is off for a table": Fault(
        _by_sql("ALTER TABLE agentstore_messages SET (autovacuum_enabled = off)"),
        "tables left alone",
        "wrong",
        "agentstore_messages",
        ("postgresql",),
    ),
    "a column in another collation": Fault(
        _by_sql(
            "ALTER TABLE agentstore_sessions MODIFY title varchar(500)"
            " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        ),
        "character set",
        "wrong",
        "title is utf8mb4_general_ci",
        INNODB,
    ),
    "a file that is mostly free": Fault(_free_pages, "size", "look", "free", ("sqlite-file",)),
    "a page that is broken": Fault(_break_page, "pages", "wrong", "", ("sqlite-file",)),
}
