"""Which tables a statement reads and writes, and the privileges that this takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentstore.statements import Statement

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")

_TABLE = r"(agentstore_\w+|_yoyo_\w+)"
_READ = re.compile(rf"\b(?:FROM|JOIN|STRAIGHT_JOIN) {_TABLE}")
_WRITTEN = {
    "INSERT": re.compile(rf"\bINSERT INTO {_TABLE}"),
    "UPDATE": re.compile(rf"\bUPDATE {_TABLE}"),
    "DELETE": re.compile(rf"\bDELETE FROM {_TABLE}"),
}
_UPSERT = re.compile(
    rf"\bINSERT INTO {_TABLE}(?:(?!\bINSERT INTO\b).)*?"
    r"\bON (?:CONFLICT (?:\([^)]*\) )?DO UPDATE|DUPLICATE KEY UPDATE)\b"
)
_ARBITER = re.compile(rf"\bINSERT INTO {_TABLE}(?:(?!\bINSERT INTO\b).)*?\bON CONFLICT \(")
_DELETED_BY_ALIAS = re.compile(rf"\bDELETE (\w+) FROM .*\b{_TABLE} AS \1\b")
_INNERMOST = re.compile(r"\(([^()]*)\)")
_LOCKED = re.compile(
    rf"\b(?:FROM|JOIN) {_TABLE}"
    r"(?=(?:(?!\b(?:FROM|SELECT)\b).)*?\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b)"
)


def text_of(statement: Statement) -> str:
    """The statement with all its blocks, without the comment that names its file."""
    return re.sub(r"(/\*.*?\*/|\s)+", " ", statement.render(frozenset(statement.blocks)))


def _writes(text: str) -> list[tuple[str, str]]:
    """The tables that a statement changes, each after the privilege for it."""
    found = [("DELETE", table) for _, table in _DELETED_BY_ALIAS.findall(text)]
    for privilege, written in _WRITTEN.items():
        found += [(privilege, table) for table in written.findall(text)]
    return found


def locked_tables(text: str) -> list[str]:
    """The tables whose rows a SELECT locks: its own, and not those of the queries in it."""
    levels = []
    while (innermost := _INNERMOST.search(text)) is not None:
        levels.append(innermost[1])
        text = f"{text[: innermost.start()]} {text[innermost.end() :]}"
    return [table for level in [*levels, text] for table in _LOCKED.findall(level)]


def inserted_tables(statement: Statement) -> list[str]:
    """The tables that get new rows."""
    return list(dict.fromkeys(_WRITTEN["INSERT"].findall(text_of(statement))))


def privileges(statement: Statement) -> dict[str, set[str]]:
    """The privileges that a statement needs, by table.

    What a foreign key does, checks and cascades, is done with the rights of the tables' owner.
    """
    text = text_of(statement)
    needed: dict[str, set[str]] = {}

    def need(privilege: str, tables: Iterable[str]) -> None:
        for table in tables:
            needed.setdefault(table, set()).add(privilege)

    for privilege, table in _writes(text):
        # An UPDATE and a DELETE look for their rows.
        need(privilege, [table])
        need("SELECT", [table] if privilege != "INSERT" else [])
    need("UPDATE", _UPSERT.findall(text))
    need("SELECT", _UPSERT.findall(text))
    need("SELECT", _ARBITER.findall(text))
    need("SELECT", _READ.findall(text))
    if statement.path.parts[-3] == "postgresql":
        need("UPDATE", locked_tables(text))
    return needed


def privileges_of_all(statements: Iterable[Statement]) -> dict[str, set[str]]:
    """The privileges that some statements need together, by table."""
    needed: dict[str, set[str]] = {}
    for statement in statements:
        for table, some in privileges(statement).items():
            needed.setdefault(table, set()).update(some)
    return dict(sorted(needed.items()))


def in_order(privileges_: Iterable[str]) -> str:
    """Privileges as a GRANT lists them."""
    return ", ".join(sorted(privileges_, key=PRIVILEGES.index))
