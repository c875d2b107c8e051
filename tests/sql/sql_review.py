"""Writes docs/sql-review.md from the SQL files, and from what the databases say of them.

``make sql-review`` runs this file; test_sql_review.py fails where the document is another one.
The words around the tables are in sql_review.template.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from backends import MariaDBBackend, MySQLBackend, PostgreSQLBackend, SQLiteFileBackend
from sql_review_facts import Facts, facts, sqlite_version
from statement_access import in_order, privileges, privileges_of_all
from statement_files import DIALECTS

from agentstore.assets import migrations_path
from agentstore.dialects.registry import load_statements
from agentstore.statements import Statement
from agentstore.testing import MariaDBServer, MySQLServer, PostgresServer

DOCUMENT = Path(__file__).parents[2] / "docs" / "sql-review.md"
TEMPLATE = Path(__file__).with_name("sql_review.template.md")
NAMES = {"postgresql": "PostgreSQL", "mysql": "MySQL, MariaDB", "sqlite": "SQLite"}
MYSQL_ITSELF = "mysql itself"
"""What is known of MySQL, beside what is known of MariaDB as the dialect's."""
ASKED = {"postgresql": "postgresql", "mysql": "mysql", MYSQL_ITSELF: "mysql", "sqlite": "sqlite"}
"""The databases that are asked, and their dialects."""

FREQUENCIES = (
    "every turn; the most frequent write",
    "every turn",
    "every turn where SQLite is older than 3.35",
    "imports, and every turn in SQLite",
    "every transaction",
    "often",
    "once an event",
    "each step of a graph",
    "each task of a graph",
    "each new value of a channel",
    "each write of a graph's task",
    "each save with an id of the caller's own",
    "once for each call that was saved without its result",
    "once a session",
    "once a session, and each change of metadata",
    "once or twice a session",
    "once a confirmation",
    "once a confirmation at most",
    "each change of metadata",
    "each change of such state",
    "each key of such state that changes",
    "each page of a list of sessions",
    "each page of such a list",
    "each list",
    "each page of a copy",
    "once a copy",
    "every nested block",
    "the first write of a transaction on a bound connection",
    "once a transaction, with ?schema= behind a pooler",
    "once a connection",
    "once a connection to a cluster",
    "once a bound connection",
    "seldom: after a lost reply",
    "health checks",
    "imports",
    "now and then",
    "each batch of a clean-up",
    "behind some batches of a clean-up",
    "each page of a retention run",
    "each deletion",
    "each batch of a fill",
    "when a transaction fails",
    "when a nested block fails",
    "seldom",
    "at deployment",
)
"""What the headers say after Runs:, the most frequent first."""

PARTS = {
    "The store itself": (
        "confirmations",
        "erasure",
        "holds",
        "messages",
        "retention",
        "schema",
        "sessions",
        "tool_calls",
    ),
    "For LangGraph's checkpoints": ("checkpoints",),
    "For Google ADK's sessions": ("adk",),
    "For agentstore copy, dump and restore": ("copies",),
    "For other commands of agentstore": ("doctor", "figures", "lookup"),
}
"""What an application uses, the first always, and the folders of its statements."""

RUN_BY_THE_STORE = re.compile(
    r"/(\w+_of_sessions\w*|\w+_of_user|find_copies|find_sessions_to_make)$"
)
"""What the store runs on adapters' tables, used or not: to delete, erase, reckon and fill."""

LIBRARIES = {dialect: load_statements(dialect) for dialect in DIALECTS}

Versions = dict[str, Statement]
"""A statement by dialect."""


def statements() -> dict[str, Versions]:
    """All statements by name, the most frequent first.

    Raises:
        ValueError: a header says after Runs: what is not in FREQUENCIES.
    """
    names = sorted(set().union(*LIBRARIES.values()))
    found = {
        name: {dialect: lib[name] for dialect, lib in LIBRARIES.items() if name in lib}
        for name in names
    }
    return dict(sorted(found.items(), key=lambda item: _frequency(item[1])))


def _frequency(versions: Versions) -> int:
    return min(FREQUENCIES.index(statement.runs) for statement in versions.values())


def document(known: Mapping[str, Facts]) -> str:
    """The whole document.

    Args:
        known: by the names in ASKED, what each database says; MySQL may be left out.
    """
    text = TEMPLATE.read_text(encoding="utf-8")
    for mark, lines in {
        "versions": [", ".join(known[name].version for name in ASKED if name in known)],
        "postgresql grants": _grants("postgresql"),
        "mysql grants": _grants("mysql"),
        "migration grants": _migration_grants(),
        "connection": _connection_table(),
        "frequencies": _frequency_table(),
        "statements": _sections(known),
    }.items():
        text = text.replace("{{" + mark + "}}", "\n".join(lines).strip("\n"))
    return text


def _grants(dialect: str) -> Iterator[str]:
    """What the application's role may do, part by part: what each adds to the first."""
    of_all: dict[str, set[str]] = {}
    for number, (part, folders) in enumerate(PARTS.items()):
        needed = {
            table: some - of_all.get(table, set())
            for table, some in privileges_of_all(_statements_of(dialect, folders, number)).items()
        }
        if not number:
            of_all = needed
        yield f"-- {part}" if any(needed.values()) else f"-- {part}: nothing more"
        for table, some in needed.items():
            if not some:
                continue
            if dialect == "postgresql":
                yield f"GRANT {in_order(some)} ON {table} TO agentstore_app;"
            else:
                yield f"GRANT {in_order(some)} ON agentstore.{table} TO 'agentstore_app'@'%';"


def _statements_of(dialect: str, folders: Sequence[str], number: int) -> list[Statement]:
    return [
        statement
        for name, statement in LIBRARIES[dialect].items()
        if name.split("/")[0] in folders or (not number and RUN_BY_THE_STORE.search(name))
    ]


def _migration_grants() -> Iterator[str]:
    """What MySQL's migrations need on tables of ours."""
    texts = "\n".join(
        path.read_text(encoding="utf-8")
        for path in migrations_path("mysql").glob("*.sql")
        if not path.name.endswith(".rollback.sql")
    )
    forms = {
        "CREATE": r"^CREATE TABLE (\w+)",
        "ALTER": r"^ALTER TABLE (\w+)",
        "INSERT": r"^INSERT IGNORE INTO (\w+)",
        "REFERENCES": r"\bREFERENCES (\w+)",
    }
    found = {what: set(re.findall(form, texts, re.MULTILINE)) for what, form in forms.items()}
    for table in sorted(set().union(*found.values())):
        needed = ", ".join(sorted(it for it in forms if table in found[it]))
        yield f"GRANT {needed} ON agentstore.{table} TO 'agentstore_migrations'@'%';"


def _connection_table() -> Iterator[str]:
    yield from _table_head("what is sent", "for", "when", "on")
    for name, versions in statements().items():
        if name.startswith("connection/"):
            for statement, dialects in _groups(versions, "purpose", "runs"):
                yield _row(
                    _links(name, dialects),
                    statement.purpose,
                    statement.runs,
                    ", ".join(NAMES[dialect] for dialect in dialects),
                )


def _frequency_table() -> Iterator[str]:
    yield from _table_head("statement", "runs", "rows", *NAMES.values())
    for name, versions in statements().items():
        runs = dict.fromkeys(statement.runs for statement in versions.values())
        first = next(iter(versions.values()))
        verbs = ["✓" if dialect in versions else "" for dialect in DIALECTS]
        link = f"[{name}](#{_anchor(name)})"
        yield _row(link, "; ".join(runs), first.rows or "no table", *verbs)


def _anchor(name: str) -> str:
    if name.startswith("connection/"):
        return "what-a-connection-sets"
    return re.sub(r"[^a-z_]", "", name)


def _sections(known: Mapping[str, Facts]) -> Iterator[str]:
    for name, versions in sorted(statements().items()):
        if not name.startswith("connection/"):
            yield from _section(name, versions, known)


def _section(name: str, versions: Versions, known: Mapping[str, Facts]) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    for statement, dialects in _groups(versions, "purpose", "runs"):
        where = "" if len(dialects) == len(versions) else f"{_listed(dialects)}: "
        yield f"{where}{_cell(statement.purpose)} Runs: {statement.runs}."
        yield ""
    first = next(iter(versions.values()))
    if first.rows:
        yield f"Rows: {_marked(first.rows, first)}."
        yield ""
    for statement, dialects in _groups(versions, "differs"):
        if statement.differs:
            yield f"{_listed(dialects)}: {statement.differs}."
            yield ""
    yield from _table_head("", *(f"[{NAMES[d]}]({_path(d, name)})" for d in versions))
    for label, cells in {
        "tables": [_tables(statement) for statement in versions.values()],
        "index": [_cell(statement.index) for statement in versions.values()],
        "plan": [_plans(known, dialect, statement) for dialect, statement in versions.items()],
        "locks": [_locks(known, dialect, name) for dialect in versions],
    }.items():
        if first.rows and any(cells):
            yield _row(label, *cells)
    yield ""


def _tables(statement: Statement) -> str:
    needed = privileges(statement).items()
    return "<br>".join(f"{in_order(some)} `{table}`" for table, some in sorted(needed)) or "none"


def _plans(known: Mapping[str, Facts], dialect: str, statement: Statement) -> str:
    # Where it may read a table whole, MySQL's choice goes by what lies in its memory.
    is_free = "none:" in statement.index
    of_mysql = None if is_free else known.get(MYSQL_ITSELF)
    said = _plan(known[dialect], statement.name)
    return _with_mysql(said, dialect, _plan(of_mysql, statement.name) if of_mysql else None)


def _locks(known: Mapping[str, Facts], dialect: str, name: str) -> str:
    of_mysql = known.get(MYSQL_ITSELF)
    said = known[dialect].locks.get(name, "")
    return _with_mysql(said, dialect, of_mysql.locks.get(name, "") if of_mysql else None)


def _with_mysql(said: str, dialect: str, of_mysql: str | None) -> str:
    """What a dialect's database says: MySQL apart, where it is not what MariaDB says."""
    if dialect != "mysql" or of_mysql is None or of_mysql == said:
        return said
    return f"MariaDB: {said}<br>MySQL: {of_mysql}"


def _plan(known: Facts, name: str) -> str:
    plans = known.plans.get(name, {})
    words = [f"with {block}: {plan}" if block else plan for block, plan in plans.items()]
    return "<br>".join(words)


def _groups(versions: Versions, *fields: str) -> Iterator[tuple[Statement, list[str]]]:
    """The dialects that say the same in some fields of the header."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for dialect, statement in versions.items():
        groups.setdefault(tuple(getattr(statement, name) for name in fields), []).append(dialect)
    for dialects in groups.values():
        yield versions[dialects[0]], dialects


def _listed(dialects: Iterable[str]) -> str:
    return " and ".join(NAMES[dialect] for dialect in dialects)


def _links(name: str, dialects: list[str]) -> str:
    first, *others = dialects
    links = [f"[{name}]({_path(first, name)})"]
    return " ".join(links + [f"[{dialect}]({_path(dialect, name)})" for dialect in others])


def _path(dialect: str, name: str) -> str:
    return f"../sql/{dialect}/{name}.sql"


def _marked(words: str, statement: Statement) -> str:
    return re.sub(r":([a-z_]+)", r"`:\1`", words) if statement.parameters else words


def _table_head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*["---"] * len(names))


def _row(*cells: str) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("*", "\\*")


def comparable(text: str, kept: str, known: Mapping[str, Facts]) -> str:
    """A document without the plans and locks of a database whose version is not that of the kept.

    Args:
        text: the document.
        kept: the document that is kept, which names the versions.
        known: what the databases of this run say.
    """
    for name, dialect in ASKED.items():
        if name not in known or known[name].version not in kept:
            text = _without(text, NAMES[dialect])
    # The line that names the versions is not a fault of its own.
    return re.sub(r"(?m)^Plans and locks are those of .*$", "", text)


def _without(text: str, column: str) -> str:
    lines: list[str] = []
    place = -1
    for line in text.splitlines():
        cells = line.split(" | ")
        if line.startswith("|  | ["):
            place = next((n for n, cell in enumerate(cells) if f"[{column}]" in cell), -1)
        elif line.startswith(("| plan |", "| locks |")) and place >= 0:
            line = " | ".join("…" if n == place else cell for n, cell in enumerate(cells))  # noqa: PLW2901
        lines.append(line.rstrip(" |"))
    return "\n".join(lines)


def main() -> None:
    """Start the servers, ask them, and write the document."""
    known = {}
    with (
        PostgresServer(durable=False) as postgres,
        MariaDBServer(durable=False) as mariadb,
        MySQLServer(durable=False) as mysql,
    ):
        for name, backend, version in (
            ("postgresql", PostgreSQLBackend(postgres.address), postgres.version),
            ("mysql", MariaDBBackend(mariadb.address), mariadb.version),
            (MYSQL_ITSELF, MySQLBackend(mysql.address), mysql.version),
            ("sqlite", SQLiteFileBackend(), sqlite_version()),
        ):
            with closing(backend):
                known[name] = facts(backend, version)
    DOCUMENT.write_text(document(known), encoding="utf-8")


if __name__ == "__main__":
    main()
