"""Databases whose stores are opened by the two roles that docs/sql-review.md speaks of."""

from __future__ import annotations

import os
import re
from contextlib import closing
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from sql_review import DOCUMENT, NAMES

import agentstore
from agentstore.testing import Backend

APPLICATION, MIGRATIONS = "agentstore_app", "agentstore_migrations"

DIALECTS = {"postgresql": "postgresql", "mariadb": "mysql", "mysql": "mysql"}
"""The backends whose databases know roles."""


def _blocks(dialect: str) -> list[str]:
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.split(f"### {NAMES[dialect]}\n")[1].split("\n##")[0]
    return re.findall(r"```sql\n(.*?)```", section, re.DOTALL)


def document_statements(dialect: str) -> list[list[str]]:
    """The statements of the document for a dialect, block by block."""
    return [
        [line for line in block.splitlines() if not line.startswith("--")]
        for block in _blocks(dialect)
    ]


def first_part(dialect: str) -> list[str]:
    """What the document grants the application of every store."""
    [_, part, *_] = re.split(r"^-- .*\n", _blocks(dialect)[-1], flags=re.MULTILINE)
    return part.splitlines()


class RoleBackend(Backend):
    """Migrates with the one role, and opens stores and connections with the other.

    Each database knows only what the document grants: nothing is left to PUBLIC.

    Args:
        inner: makes the databases, as an administrator.
    """

    def __init__(self, inner: Backend) -> None:
        self.inner = inner
        self.name = inner.name  # type: ignore[misc]
        self.dialect = DIALECTS[inner.name]
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self._suffix = re.sub(r"\W", "_", f"_{os.getpid()}_{worker}")
        self._setup, *self._later, self._application = document_statements(self.dialect)
        self._admin_url = inner.new_database()
        self._databases = {self._admin_url}
        self._run_all(self._admin_url, self._setup, "CREATE")

    def new_database(self) -> str:
        url = self.inner.new_database()
        self._databases.add(url)
        if self.dialect == "postgresql":
            self.run(url, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
            self.run(url, f'REVOKE ALL ON DATABASE "{_database(url)}" FROM PUBLIC')
        self._run_all(url, self._setup, "GRANT")
        return self.url_of(url, APPLICATION)

    def migrated_database(self) -> str:
        url = self.new_database()
        with agentstore.connect(self.url_of(url, MIGRATIONS)) as store:
            store.migrate()
        self.grant_application(url)
        return url

    def grant_application(self, url: str, *, only_first_part: bool = False) -> None:
        """Grant the application what it needs of a database with tables."""
        owner = self.url_of(url, MIGRATIONS)
        grants = first_part(self.dialect) if only_first_part else self._application
        self._run_all(owner if self.dialect == "postgresql" else url, grants, "GRANT")

    def grant_rollback(self, url: str) -> None:
        """Grant the migrations' role what it needs to roll back."""
        for block in self._later:
            self._run_all(url, block, "GRANT")

    def drop_database(self, url: str) -> None:
        url = self.url_of(url, "")
        self.inner.drop_database(url)
        self._databases.discard(url)

    def kill_connections(self, url: str) -> None:
        self.inner.kill_connections(url)

    def open_connection(self, url: str) -> Any:
        return self.inner.open_connection(url)

    def close(self) -> None:
        # PostgreSQL drops no role that has rights in a database.
        for url in self._databases - {self._admin_url}:
            self.inner.drop_database(url)
        for role in (APPLICATION, MIGRATIONS):
            name = f"{role}{self._suffix}"
            drop = f"DROP ROLE {name}" if self.dialect == "postgresql" else f"DROP USER '{name}'"
            self.run(self._admin_url, drop)
        self.inner.drop_database(self._admin_url)
        self.inner.close()

    def grants(self, url: str) -> list[str]:
        """All GRANTs of a database that the document has, for the names that are used here."""
        statements = [*self._setup, *self._application]
        return [self._ours(text, url) for text in statements if text.startswith("GRANT")]

    def run(self, url: str, statement: str) -> None:
        """Run a statement on a database, as its administrator unless the URL is a role's."""
        parts = urlsplit(url)
        if parts.username == f"{APPLICATION}{self._suffix}":
            url = self.url_of(url, "")
        with closing(self.inner.open_connection(url)) as connection:
            connection.cursor().execute(statement)
            connection.commit()

    def url_of(self, url: str, role: str) -> str:
        """A database's URL for a role of the document, or '' for the administrator."""
        parts, admin = urlsplit(url), urlsplit(self._admin_url)
        user, password = unquote(admin.username or ""), unquote(admin.password or "")
        if role:
            user, password = f"{role}{self._suffix}", self._password(role)
        netloc = f"{quote(user, '')}:{quote(password, '')}@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc))

    def _password(self, role: str) -> str:
        [created] = [text for text in self._setup if re.match(rf"CREATE.*{role}\b", text)]
        password: str = re.findall(r"'([^']*)'", created)[-1]
        return password

    def _run_all(self, url: str, statements: list[str], verb: str) -> None:
        for statement in statements:
            if statement.startswith(verb):
                self.run(url, self._ours(statement, url))

    def _ours(self, statement: str, url: str) -> str:
        statement = re.sub(rf"\b({APPLICATION}|{MIGRATIONS})\b", rf"\1{self._suffix}", statement)
        statement = re.sub(r"DATABASE agentstore\b", f'DATABASE "{_database(url)}"', statement)
        return re.sub(r" agentstore\.", f" `{_database(url)}`.", statement)


def _database(url: str) -> str:
    return unquote(urlsplit(url).path.removeprefix("/"))
