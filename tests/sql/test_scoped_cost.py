"""A scoped call reads what the unscoped one does: no further statement, row or page.

Both are made on the same store and counted by the database. What a scope adds is a comparison on a
row that is read anyway. Others' sessions, of the tenant and of another, lie among the scope's: a
list of these is to read none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from read_costs import METERS, CostMeter

import agentstore
from agentstore import NewMessage, Storage
from agentstore.testing import Backend
from agentstore.testing.suite.scopes import CONFIRMATION
from agentstore.testing.suite.scopes import READS as SUITE_READS

SESSIONS = 60
"""The scope's. As many has each of `OTHERS`, and these are newer."""
OTHERS = [
    *({"tenant_id": "acme", "user_id": f"user-{number}"} for number in range(4)),
    *({"tenant_id": f"tenant-{number}"} for number in range(8)),
]
MESSAGES = 20
SCOPES = [{"tenant_id": "acme"}, {"tenant_id": "acme", "user_id": "ann"}]

STEPS_A_COMPARISON = 4
"""Of SQLite's machine: to read a column and compare it. To look a row up takes it ten."""
WIDER_ENTRIES = 2
"""Pages: the entries of a tenant's index are wider, so the same number may fill some more."""
ENDS = 2
"""Of a range, which MariaDB and MySQL count as entries that were read."""
FURTHER_ENTRIES = {"count_messages"}
"""Of all sessions: an index says which are the scope's, and each one's messages are looked up."""
NOT_READ_BY_SCOPE = {"get_or_create_session", "query_holds", "query_erasure_receipts"}
"""A call that writes, and what is no conversation."""

ON_ALL = pytest.mark.parametrize(
    "backend", ["sqlite-file", "postgresql", "mariadb", "mysql"], indirect=True, scope="session"
)

READS: dict[str, Callable[[Storage], Any]] = {
    **{name: read for name, (read, _) in SUITE_READS.items()},
    "the first of get_history": lambda view: view.get_history("s", before=9),
    "query_messages by type": lambda view: view.query_messages(response_type="execute", limit=9),
    "page_messages": lambda view: _pages(view.page_messages, limit=9),
    "page_messages of it": lambda view: _pages(view.page_messages, session_id="s", limit=4),
    "count_messages of it": lambda view: view.count_messages(session_id="s"),
    "query_tool_calls by tool": lambda view: view.query_tool_calls(tool_name="search", limit=9),
    "query_sessions": lambda view: view.query_sessions(limit=SESSIONS),
    "query_sessions, the oldest": lambda view: view.query_sessions(limit=9, order="asc"),
    "iter_sessions": lambda view: _first(view.iter_sessions(batch_size=9), SESSIONS),
    "page_sessions": lambda view: _pages(view.page_sessions, limit=9),
    "page_sessions by message": lambda view: _pages(
        view.page_sessions, limit=9, order_by="last_message_at"
    ),
    "page_sessions by metadata": lambda view: _pages(
        view.page_sessions, limit=9, metadata={"k": 1}
    ),
    "count_sessions that are active": lambda view: view.count_sessions(active=True),
}


def _first(items: Iterator[Any], count: int) -> list[Any]:
    return [next(items) for _ in range(count)]


def _pages(page: Callable[..., agentstore.Page[Any]], **filters: Any) -> list[Any]:
    """The items of four pages, each behind the token of the one before."""
    items: list[Any] = []
    token = None
    for _ in range(4):
        found = page(**filters, page_token=token)
        items += found.items
        token = found.next_page_token
        assert token is not None
    return items


@pytest.fixture(scope="module")
def counted(backend: Backend) -> Iterator[tuple[Storage, CostMeter]]:
    with ExitStack() as cleanup:
        url = backend.migrated_database()
        cleanup.callback(backend.drop_database, url)
        with agentstore.connect(url) as store:
            _fill(store)
        connection = backend.open_connection(url)
        cleanup.callback(connection.close)
        if backend.name == "postgresql":
            connection.autocommit = True
        bound = agentstore.bind(connection)
        yield bound, METERS[bound.dialect](connection)


def _fill(store: Storage) -> None:
    view = store.scoped(tenant_id="acme", user_id="ann")
    calls = [{"tool_name": "search", "arguments": {}, "result": True}]
    for number in range(SESSIONS):
        session_id = f"s{number}" if number else "s"
        ids = ["m" if not number else None, *[None] * (MESSAGES - 1)]
        view.create_session(id=session_id, metadata={"k": 1})
        messages = [
            NewMessage("assistant", "Hi", id=id_, response_type="execute", tool_calls=calls)
            for id_ in ids
        ]
        view.save_messages(session_id, messages)
        view.save_pending_confirmation(session_id, CONFIRMATION)
    for place in OTHERS:
        with store.transaction():
            for _ in range(SESSIONS):
                store.scoped(**place).create_session(metadata={"k": 2})


@ON_ALL
@pytest.mark.parametrize("scope", SCOPES, ids=["tenant", "user"])
@pytest.mark.parametrize("name", READS)
def test_a_scope_reads_nothing_more(
    counted: tuple[Storage, CostMeter], name: str, scope: dict[str, str]
) -> None:
    store, meter = counted
    view, read = store.scoped(**scope), READS[name]
    found = read(store)
    assert bool(read(view)) == bool(found)  # and now all of it lies in the database's memory
    plain = meter.cost(lambda: read(store))
    scoped = meter.cost(lambda: read(view))
    assert scoped.statements == plain.statements
    compared = len(scope)
    further = {"sqlite": compared * STEPS_A_COMPARISON * (_size(found) + 1), "mysql": ENDS}.get(
        store.dialect, 0
    )
    wider = plain.statements * WIDER_ENTRIES
    if name in FURTHER_ENTRIES:
        further += 4 * store.count_sessions()
        # PostgreSQL looks each session up by its key, or does so for each message: its choice.
        wider += 4 * store.count_messages()
    assert scoped.rows <= plain.rows + further, (plain, scoped)
    assert scoped.pages <= plain.pages + wider, (plain, scoped)


def _size(found: Any) -> int:
    """How many rows were looked at, and so compared."""
    if isinstance(found, list):
        return len(found)
    return found if isinstance(found, int) else 1


@ON_ALL
def test_what_is_read_is_counted(counted: tuple[Storage, CostMeter]) -> None:
    store, meter = counted
    one = meter.cost(lambda: store.get_session("s"))
    many = meter.cost(lambda: store.get_history("s"))
    assert one.statements == many.statements == 1
    assert 1 <= one.rows < many.rows - MESSAGES
    assert (one.pages < many.pages) == (store.dialect == "postgresql")


def test_every_call_that_reads_is_counted() -> None:
    reads = {
        name
        for name in dir(Storage)
        if name.partition("_")[0] in ("get", "query", "iter", "page", "count")
    }
    measured = {name for name in reads for key in READS if re.search(rf"\b{name}\b", key)}
    assert reads - measured == NOT_READ_BY_SCOPE
