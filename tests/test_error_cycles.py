"""An error that nobody has any more is gone, with the frames and cursors that it kept.

What stays in a reference cycle is freed by the garbage collector, in the middle of anything. A
driver's cursor that is freed there waits for its connection, which may be waiting for this thread.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Iterator

import pytest

import agentstore
from agentstore import Storage, StorageError
from agentstore.engine.interruption import let_through
from agentstore.testing import Backend

LOCKING = "UPDATE agentstore_sessions SET updated_at = updated_at"

Act = Callable[[Storage, Backend, str], object]


def _in_a_block(store: Storage, backend: Backend, url: str) -> None:
    with store.transaction():
        store.save_user_message("s", "kept by nothing")
        backend.kill_connections(url)
        store.save_user_message("s", "not sent")
        store.create_session(id="s")


def _in_an_inner_block(store: Storage, backend: Backend, url: str) -> None:
    with store.transaction(), store.transaction():
        store.create_session(id="s")


def _in_a_bound_store(store: Storage, backend: Backend, url: str) -> None:
    connection = backend.open_connection(url)
    try:
        connection.cursor().execute("BEGIN")
        agentstore.bind(connection).create_session(id="s")
    finally:
        connection.rollback()
        connection.close()


def _while_another_writes(store: Storage, backend: Backend, url: str) -> None:
    other = backend.open_connection(url)
    try:
        other.cursor().execute("BEGIN")
        other.cursor().execute(LOCKING)
        with agentstore.connect(url, statement_timeout=0.1, retry_timeout=0.2) as hasty:
            hasty.update_session("s", title="never")
    finally:
        other.rollback()
        other.close()


FAILING: dict[str, Act] = {
    "a session that exists": lambda s, b, url: s.create_session(id="s"),
    "a message that exists": lambda s, b, url: s.save_user_message("s", "other", id="m"),
    "no such session": lambda s, b, url: s.save_user_message("nobody", "x"),
    "bad input": lambda s, b, url: s.get_session(""),
    "in a block": _in_a_block,
    "in an inner block": _in_an_inner_block,
    "in a bound store": _in_a_bound_store,
    "while another writes": _while_another_writes,
}
BESIDE_IT = [_in_a_bound_store, _while_another_writes]


@pytest.fixture
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()
    gc.collect()


def _fail(act: Callable[[], object]) -> None:
    try:
        act()
    except (StorageError, TimeoutError):
        return
    pytest.fail("nothing was raised")


def _left_after(act: Callable[[], object], kind: type[BaseException] = BaseException) -> list[str]:
    """The exceptions that only the garbage collector frees, after something has failed."""
    _fail(act)  # what is made once, by imports say, is made
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    _fail(act)
    gc.collect()
    gc.set_debug(0)
    return [repr(each) for each in gc.garbage if isinstance(each, kind)]


@pytest.mark.usefixtures("_uncollected")
class TestAnErrorIsFreed:
    @pytest.mark.parametrize("name", list(FAILING))
    def test_when_nobody_has_it(
        self, store: Storage, backend: Backend, database_url: str, name: str
    ) -> None:
        if backend.private and FAILING[name] in BESIDE_IT:
            pytest.skip("each connection has a database of its own")
        store.create_session(id="s")
        store.save_user_message("s", "first", id="m")
        assert _left_after(lambda: FAILING[name](store, backend, database_url)) == []

    def test_where_no_schema_is(self, backend: Backend, empty_database_url: str) -> None:
        if backend.private:
            pytest.skip("migrates itself")
        with agentstore.connect(empty_database_url) as store:
            assert _left_after(lambda: store.get_session("s")) == []

    @pytest.mark.parametrize(
        "url", ["postgresql://127.0.0.1:1/x", "mysql://127.0.0.1:1/x", "sqlite:////no/such/file"]
    )
    def test_where_no_server_is(self, url: str) -> None:
        with agentstore.connect(url, retry_timeout=0.1, connect_timeout=0.5) as store:
            # psycopg and PyMySQL leave their own in a cycle.
            assert _left_after(store.ping, StorageError) == []

    def test_that_a_signals_handler_has_raised(self) -> None:
        def interrupted() -> None:
            try:
                _handler(signal.SIGALRM, sys._getframe())
            except TimeoutError as exc:
                let_through(exc, None)

        assert _left_after(interrupted) == []


def _handler(number: int, frame: object) -> None:
    raise TimeoutError
