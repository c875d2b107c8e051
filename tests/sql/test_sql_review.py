"""docs/sql-review.md says what the files and the databases of this run say."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from backends import MariaDBBackend, MySQLBackend, PostgreSQLBackend, SQLiteFileBackend
from left_out import WITHOUT_MYSQL
from sql_review import DOCUMENT, MYSQL_ITSELF, comparable, document
from sql_review_facts import Facts, facts, sqlite_version

from agentstore.testing import Backend, ServerAddress


@pytest.fixture(scope="module")
def known(
    request: pytest.FixtureRequest, postgres_server: ServerAddress, mariadb_server: ServerAddress
) -> dict[str, Facts]:
    """What the databases say of their statements."""
    asked: list[tuple[str, Backend, str]] = [
        ("postgresql", PostgreSQLBackend(postgres_server), postgres_server.version),
        ("mysql", MariaDBBackend(mariadb_server), mariadb_server.version),
        ("sqlite", SQLiteFileBackend(), sqlite_version()),
    ]
    if not WITHOUT_MYSQL:
        mysql_server: ServerAddress = request.getfixturevalue("mysql_server")
        asked.append((MYSQL_ITSELF, MySQLBackend(mysql_server), mysql_server.version))
    found = {}
    for name, backend, version in asked:
        with closing(backend):
            found[name] = facts(backend, version)
    return found


def _difference(old: str, new: str) -> Iterator[str]:
    return difflib.unified_diff(
        old.splitlines(), new.splitlines(), "docs/sql-review.md", "of this run", n=0, lineterm=""
    )


def _without_mysqls_choices(text: str) -> str:
    """MySQL plans by samples, and locks what it reads: test_plans holds what its plans may be."""
    return re.sub(
        r"^\| (?:plan|locks) \|.*$",
        lambda row: re.sub(r"MariaDB: (.*?)<br>MySQL: [^|]*(?= \|)", r"\1", row[0]),
        text,
        flags=re.MULTILINE,
    )


def test_the_document_is_up_to_date(known: dict[str, Facts]) -> None:
    old = DOCUMENT.read_text(encoding="utf-8")
    # Of a database of another version, old's plans and locks are not held against this run's.
    changed = "\n".join(
        _difference(
            _without_mysqls_choices(comparable(old, old, known)),
            _without_mysqls_choices(comparable(document(known), old, known)),
        )
    )
    assert not changed, f"make sql-review would change it:\n{changed}"


def _facts(**versions: str) -> dict[str, Facts]:
    """What the databases might say; the plans of each are named by its version."""
    names = {
        "postgresql": "PostgreSQL 15",
        "mysql": "MariaDB 10.11",
        MYSQL_ITSELF: "MySQL 9.7",
        "sqlite": "SQLite 3.40",
    }
    return {
        name: Facts(version, {NAME: {"": f"the plan of {version}"}}, {NAME: "none"})
        for name, version in (names | versions).items()
    }


NAME = "messages/get_history"


def test_the_plans_of_another_version_are_not_compared() -> None:
    old, newer = _facts(), _facts(postgresql="PostgreSQL 16")
    assert "the plan of PostgreSQL 16" in document(newer)
    assert "the plan of PostgreSQL 16" not in comparable(document(newer), document(old), newer)
    assert comparable(document(newer), document(old), newer) == (
        comparable(document(old), document(old), newer)
    )


def test_all_else_of_another_version_is_compared() -> None:
    old, newer = _facts(), _facts(postgresql="PostgreSQL 16")
    for said, meant in (("GRANT SELECT", "GRANT ALL"), ("the plan of MariaDB", "no plan of MySQL")):
        changed = document(newer).replace(said, meant)
        assert comparable(changed, document(old), newer) != (
            comparable(document(old), document(old), newer)
        )


def test_what_mysql_says_otherwise_is_shown() -> None:
    known = _facts()
    words = "MariaDB: the plan of MariaDB 10.11<br>MySQL: the plan of MySQL 9.7"
    assert words in document(known)
    alike = known | {MYSQL_ITSELF: Facts("MySQL 9.7", known["mysql"].plans, known["mysql"].locks)}
    assert "<br>MySQL: " not in document(alike)


def test_without_mysql_its_column_is_not_compared() -> None:
    old, without = _facts(), _facts()
    del without[MYSQL_ITSELF]
    assert comparable(document(without), document(old), without) == (
        comparable(document(old), document(old), without)
    )
