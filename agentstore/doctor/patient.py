"""The database that is looked at, as checks see it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Any

from agentstore.engine.connection import Row
from agentstore.records import SchemaStatus
from agentstore.storage import Storage

_MADE = re.compile(r"\b(?:INDEX|KEY) (agentstore_\w+)")
_DROPPED = re.compile(r"\bDROP (?:INDEX|KEY|CONSTRAINT) (agentstore_\w+)")
_CONSTRAINT = re.compile(r"\bCONSTRAINT (agentstore_\w+)\s+(PRIMARY KEY|UNIQUE|FOREIGN KEY)")


class Patient:
    """A store, with what several checks want to know of it.

    Args:
        store: an open store of a whole database, not scoped.
        now: the time of the examination (UTC); the clock's where None.
    """

    def __init__(self, store: Storage, now: datetime | None = None) -> None:
        self.store = store
        self.now = now or datetime.now(timezone.utc)
        self._doctor = store.extension("doctor")
        self._figures = store.extension("figures")

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        """The rows of a statement of the folder doctor."""
        return self._doctor.read(name, parameters)

    def before(self, age: timedelta) -> Any:
        """A time so long ago, as a parameter."""
        return self._doctor.time(self.now - age)

    def messages_by_day(self, days: int) -> dict[str, int]:
        """How many messages there are of each of the last days (UTC), today's not whole."""
        first = (self.now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        counts: dict[str, int] = {}
        rows = self._figures.read(
            "count_messages_by_day",
            {"after": self._figures.time(first)},
            frozenset({"after"}),
        )
        for day, _, count in rows:
            counts[day] = counts.get(day, 0) + count
        return counts

    def hosts(self) -> list[str]:
        """The hosts of the store's URL."""
        url = self.store._repository.url
        return [host for host, _ in url.hosts] if url else []

    @cached_property
    def server(self) -> tuple[str, str, str]:
        """The server's version, clock (UTC, as text) and character set."""
        [(version, clock, charset)] = self.rows("get_server")
        return str(version), str(clock), str(charset)

    @cached_property
    def settings(self) -> dict[str, tuple[str | None, str | None]]:
        """Settings by name: what the connection has, and what the server would."""
        return {name: (session, server) for name, session, server in self.rows("list_settings")}

    @cached_property
    def schema(self) -> SchemaStatus:
        """Which migrations the database has."""
        return self.store.schema_status()

    def made_by_migrations(self) -> tuple[set[str], set[str]]:
        """The indexes that the applied migrations have made, and the foreign keys."""
        indexes: set[str] = set()
        foreign_keys: set[str] = set()
        folder = self.store._repository.migrations_path()
        for name in self.schema.applied:
            path = folder / f"{name}.sql"
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            text = re.sub(r"(?m)^--.*$", "", text)
            constraints = _CONSTRAINT.findall(text)
            foreign_keys |= {key for key, kind in constraints if kind == "FOREIGN KEY"}
            indexes |= set(_MADE.findall(text))
            # SQLite lists no constraint among its indexes, and MySQL's have names of their own.
            if self.store.dialect == "postgresql":
                indexes |= {key for key, kind in constraints if kind != "FOREIGN KEY"}
            dropped = set(_DROPPED.findall(text))
            indexes -= dropped
            foreign_keys -= dropped
        return indexes, foreign_keys
