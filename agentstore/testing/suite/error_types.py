"""The errors of section 6: their family, and what they carry."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

import agentstore
from agentstore import Storage, StorageError
from agentstore.testing.suite.bad_arguments import METHODS
from agentstore.testing.suite.samples import answer, at, call, refused

FAMILY = {
    "ConfigurationError": (StorageError,),
    "InvalidInputError": (StorageError, ValueError),
    "SessionNotFoundError": (StorageError, LookupError),
    "SessionExistsError": (StorageError,),
    "MessageExistsError": (StorageError,),
    "ToolResultExistsError": (StorageError,),
    "SchemaError": (StorageError,),
    "UnavailableError": (StorageError,),
    "DatabaseError": (StorageError,),
    "TransactionConflictError": (StorageError, agentstore.DatabaseError),
}

RAISED: dict[str, Callable[[Storage], object]] = {
    "InvalidInputError": lambda s: s.get_session(""),
    "SessionNotFoundError": lambda s: s.save_user_message("nobody", "x"),
    "SessionExistsError": lambda s: s.create_session(id="s"),
    "MessageExistsError": lambda s: s.save_user_message("s", "other", id="m"),
    "ToolResultExistsError": lambda s: s.save_tool_result("c", 2),
    "ConfigurationError": lambda s: agentstore.connect("no-such-scheme://host/name").ping(),
}


SENDING_NOTHING: dict[str, Callable[[Storage], object]] = {
    "save_messages of none": lambda s: s.save_messages("s", []),
    "get_history of none": lambda s: s.get_history("s", limit=0),
    "get_history of no role": lambda s: s.get_history("s", roles=[]),
    "query_messages of none": lambda s: s.query_messages(limit=0),
    "query_sessions of none": lambda s: s.query_sessions(limit=0),
    "query_tool_calls of none": lambda s: s.query_tool_calls(limit=0),
    "delete_sessions of none": lambda s: s.delete_sessions(updated_before=at(0), limit=0),
    "scoped": lambda s: s.scoped(tenant_id="a"),
    "extension": lambda s: s.extension("checkpoints"),
    "with": lambda s: s.__enter__(),
    "migrate": lambda s: s.migrate(),
    "schema_status": lambda s: s.schema_status(),
    "run_in_transaction": lambda s: s.run_in_transaction(lambda: None),
}
"""Calls that have nothing to send, or send it elsewhere."""


def _use(store: Storage, method: str) -> object:
    """Call any method, and run it through where it is a generator or a block."""
    if method == "ping":
        store.ping()
        return None
    if method == "transaction":
        with store.transaction():
            return None
    needed: dict[str, Any] = {"updated_before": at(0)} if method == "delete_sessions" else {}
    made = getattr(store, method)(*METHODS[method], **needed)
    return list(made) if method.startswith("iter_") else made


class TestErrors:
    @pytest.fixture(autouse=True)
    def _one_session(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_assistant_message("s", answer(call(id="c", result=1)), id="m")

    def test_family(self) -> None:
        assert issubclass(StorageError, Exception)
        for name, parents in FAMILY.items():
            for parent in parents:
                assert issubclass(getattr(agentstore, name), parent), name
        assert not issubclass(agentstore.SessionExistsError, agentstore.DatabaseError)
        assert not issubclass(agentstore.UnavailableError, agentstore.DatabaseError)

    @pytest.mark.parametrize("name", list(RAISED))
    def test_each_is_raised_as_itself(self, store: Storage, name: str) -> None:
        with pytest.raises(StorageError) as caught:
            RAISED[name](store)
        assert type(caught.value) is getattr(agentstore, name)
        assert str(caught.value)

    @pytest.mark.parametrize("name", list(RAISED))
    def test_they_survive_pickling(self, store: Storage, name: str) -> None:
        with pytest.raises(StorageError) as caught:
            RAISED[name](store)
        copy = pickle.loads(pickle.dumps(caught.value))
        assert type(copy) is type(caught.value)
        assert str(copy) == str(caught.value)


class TestClosed:
    @pytest.mark.parametrize("method", [*METHODS, "ping", "transaction"])
    def test_every_method_says_so(self, store: Storage, method: str) -> None:
        store.close()
        with pytest.raises(StorageError, match="closed"):
            _use(store, method)

    @pytest.mark.parametrize("what", list(SENDING_NOTHING))
    def test_what_sends_nothing_says_so(self, store: Storage, what: str) -> None:
        store.close()
        with pytest.raises(StorageError, match="closed"):
            SENDING_NOTHING[what](store)

    @pytest.mark.parametrize("what", list(SENDING_NOTHING))
    def test_a_bound_store_says_so(self, driver_connection: Any, what: str) -> None:
        bound = agentstore.bind(driver_connection)
        bound.close()
        with pytest.raises(StorageError, match="closed"):
            SENDING_NOTHING[what](bound)

    def test_stats_are_told(self, store: Storage) -> None:
        store.ping()
        store.close()
        assert store.stats().statements > 0


class TestNoSchema:
    def test_every_method_says_what_to_run(self, backend: Any, empty_database_url: str) -> None:
        if backend.private:
            pytest.skip("migrates itself")
        with agentstore.connect(empty_database_url) as store:
            for method in METHODS:
                refusal = refused(_use, store, method, error=agentstore.SchemaError, about=method)
                assert "agentstore migrate" in str(refusal), method
            with pytest.raises(agentstore.SchemaError), store.transaction():
                store.create_session()
            store.migrate()
            session_id = store.create_session(system_message="now")
            assert store.get_message_count(session_id) == 1

    def test_the_status_leaves_a_block_usable(self, backend: Any, empty_database_url: str) -> None:
        with agentstore.connect(empty_database_url) as store:
            pending = store.schema_status().pending
            assert bool(pending) is not backend.private
            with store.transaction():
                assert store.schema_status().pending == pending
                store.ping()
                with store.transaction():
                    assert store.schema_status().pending == pending
                assert store.schema_status().pending == pending

    def test_the_status_leaves_the_callers_transaction_usable(
        self, backend: Any, empty_database_url: str
    ) -> None:
        with closing(backend.open_connection(empty_database_url)) as connection:
            bound = agentstore.bind(connection)
            cursor = connection.cursor()
            cursor.execute("CREATE TABLE caller_rows (note VARCHAR(50) NOT NULL)")
            connection.commit()
            cursor.execute("INSERT INTO caller_rows (note) VALUES ('kept')")
            pending = bound.schema_status().pending
            assert bool(pending) is not backend.private
            with bound.transaction():
                assert bound.schema_status().pending == pending
                bound.ping()
            connection.commit()
            assert bound.schema_status().pending == pending
            connection.rollback()
            cursor.execute("SELECT note FROM caller_rows")
            assert [row[0] for row in cursor.fetchall()] == ["kept"]

    def test_a_private_one_migrates_itself(self, backend: Any, empty_database_url: str) -> None:
        if not backend.private:
            pytest.skip("nothing migrates on its own here")
        with agentstore.connect(empty_database_url) as store:
            session_id = store.create_session(system_message="at once")
            assert store.get_message_count(session_id) == 1
