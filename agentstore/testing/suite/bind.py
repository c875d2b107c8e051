"""bind(): a store inside the transaction of a caller's own driver connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import agentstore
from agentstore import (
    InvalidInputError,
    MessageExistsError,
    NewMessage,
    SessionExistsError,
    SessionNotFoundError,
    Storage,
    StorageError,
    ToolResultExistsError,
    UnavailableError,
)
from agentstore.testing.suite.samples import answer, call, contents, positions, undone

SETTINGS = (
    "autocommit",
    "autocommit_mode",
    "isolation_level",
    "row_factory",
    "text_factory",
    "cursor_factory",
    "cursorclass",
    "prepare_threshold",
    "read_only",
    "deferrable",
)


def _execute(connection: Any, sql: str) -> Any:
    cursor = connection.cursor()
    cursor.execute(sql)
    return cursor


def _rows(connection: Any) -> list[str]:
    """The caller's own rows."""
    cursor = _execute(connection, "SELECT note FROM caller_rows ORDER BY note")
    return [row[0] for row in cursor.fetchall()]


def _add_row(connection: Any, note: str) -> None:
    _execute(connection, f"INSERT INTO caller_rows (note) VALUES ('{note}')")  # noqa: S608


def _settings(connection: Any) -> dict[str, Any]:
    found = {name: getattr(connection, name, None) for name in SETTINGS}
    return {name: value for name, value in found.items() if not callable(value)} | {
        name: repr(value) for name, value in found.items() if callable(value)
    }


def _turn_on_autocommit(connection: Any) -> None:
    """Each driver has its own way to say so."""
    autocommit = getattr(connection, "autocommit", None)
    if callable(autocommit):
        autocommit(True)
    elif isinstance(autocommit, bool):
        connection.autocommit = True
    else:
        connection.isolation_level = None


class TestBind:
    @pytest.fixture
    def connection(self, driver_connection: Any) -> Any:
        """The caller's connection, with a table and a committed row of the caller's."""
        _execute(driver_connection, "CREATE TABLE caller_rows (note VARCHAR(50) NOT NULL)")
        _add_row(driver_connection, "kept")
        driver_connection.commit()
        return driver_connection

    @pytest.fixture
    def bound(self, connection: Any) -> Iterator[Storage]:
        """A store on it, with a committed session."""
        bound = agentstore.bind(connection)
        bound.create_session(id="s", metadata={"n": 1})
        connection.commit()
        yield bound
        bound.close()

    def test_a_turn_and_the_callers_rows_commit_together(
        self, connection: Any, bound: Storage
    ) -> None:
        _add_row(connection, "order")
        bound.save_assistant_message("s", answer(call(id="c")))
        connection.commit()
        connection.rollback()
        assert _rows(connection) == ["kept", "order"]
        assert contents(bound, "s") == ["done"]
        assert [found.id for found in bound.query_tool_calls()] == ["c"]

    def test_a_turn_and_the_callers_rows_roll_back_together(
        self, connection: Any, bound: Storage
    ) -> None:
        _add_row(connection, "order")
        bound.save_assistant_message("s", answer(call(id="c")), id="m")
        assert contents(bound, "s") == ["done"]
        connection.rollback()
        assert _rows(connection) == ["kept"]
        assert contents(bound, "s") == []
        assert bound.query_tool_calls() == []

    def test_the_turn_first_and_the_row_after(self, connection: Any, bound: Storage) -> None:
        bound.save_user_message("s", "x")
        _add_row(connection, "order")
        connection.rollback()
        assert (_rows(connection), contents(bound, "s")) == (["kept"], [])

    def test_every_write_waits_for_the_callers_commit(
        self, connection: Any, bound: Storage
    ) -> None:
        bound.save_messages("s", [NewMessage("user", "x", id="m"), NewMessage("user", "y")])
        bound.save_assistant_message("s", answer(call(id="c")))
        connection.commit()
        before = bound.get_history("s")
        writes: list[Any] = [
            lambda: bound.create_session(id="new"),
            lambda: bound.get_or_create_session("new"),
            lambda: bound.update_session_metadata("s", {"n": 2}),
            lambda: bound.close_session("s"),
            lambda: bound.save_messages("s", [NewMessage("user", "z")]),
            lambda: bound.save_tool_result("c", 1),
            lambda: bound.delete_message("m"),
            lambda: bound.delete_session_messages("s"),
            lambda: bound.save_pending_confirmation("s", {"tool_name": "t", "arguments": {}}),
            lambda: bound.delete_session("s"),
        ]
        for write in writes:
            assert write() is not False
            connection.rollback()
            session = bound.get_session("s")
            assert session is not None
            assert (session.active, session.metadata) == (True, {"n": 1})
            assert bound.get_session("new") is None
            assert bound.get_history("s") == before
            assert bound.get_pending_confirmation("s") is None
            connection.rollback()

    def test_a_message_of_a_megabyte(self, connection: Any, bound: Storage) -> None:
        # Where the size matters, nothing may come between the statements of a turn.
        text = "x" * 1_000_000
        bound.save_assistant_message("s", {**answer(call(id="c")), "message": text})
        connection.commit()
        assert contents(bound, "s") == [text]
        assert [found.id for found in bound.query_tool_calls()] == ["c"]

    def test_what_is_rolled_back_leaves_no_hole(self, connection: Any, bound: Storage) -> None:
        bound.save_user_message("s", "one")
        connection.commit()
        bound.save_user_message("s", "undone")
        connection.rollback()
        bound.save_user_message("s", "two")
        connection.commit()
        assert contents(bound, "s") == ["one", "two"]
        assert positions(bound, "s") == [0, 1]

    def test_a_transaction_is_a_savepoint(self, connection: Any, bound: Storage) -> None:
        _add_row(connection, "before")
        bound.save_user_message("s", "before")
        with undone(bound):
            bound.save_user_message("s", "undone")
            _add_row(connection, "undone")
        with bound.transaction():
            bound.save_user_message("s", "after")
            with undone(bound):
                bound.save_user_message("s", "undone too")
        assert contents(bound, "s") == ["before", "after"]
        assert _rows(connection) == ["before", "kept"]
        connection.commit()
        connection.rollback()
        assert contents(bound, "s") == ["before", "after"]
        assert positions(bound, "s") == [0, 1]

    def test_a_transaction_does_not_commit(self, connection: Any, bound: Storage) -> None:
        _add_row(connection, "order")
        with bound.transaction():
            bound.save_user_message("s", "x")
        connection.rollback()
        assert (_rows(connection), contents(bound, "s")) == (["kept"], [])

    def test_a_transaction_as_the_first_thing_does_not_commit(
        self, connection: Any, bound: Storage
    ) -> None:
        with bound.transaction():
            bound.save_user_message("s", "x")
        connection.rollback()
        assert contents(bound, "s") == []

    def test_a_refusal_leaves_the_callers_transaction_usable(
        self, connection: Any, bound: Storage
    ) -> None:
        bound.save_assistant_message("s", answer(call(id="c", result=1)), id="m")
        connection.commit()
        _add_row(connection, "order")
        bound.save_user_message("s", "before")
        refusals: list[tuple[type[StorageError], Any]] = [
            (InvalidInputError, lambda: bound.save_user_message("s", "x", {"a": {1}})),
            (SessionNotFoundError, lambda: bound.save_user_message("nobody", "x")),
            (SessionExistsError, lambda: bound.create_session(id="s", system_message="x")),
            (MessageExistsError, lambda: bound.save_user_message("s", "x", id="m")),
            (
                MessageExistsError,
                lambda: bound.save_assistant_message("s", answer(call(id="d"), call(id="c"))),
            ),
            (ToolResultExistsError, lambda: bound.save_tool_result("c", 2)),
        ]
        for error, action in refusals:
            with pytest.raises(error):
                action()
        bound.save_user_message("s", "after")
        connection.commit()
        assert contents(bound, "s") == ["done", "before", "after"]
        assert positions(bound, "s") == [0, 1, 2]
        assert [found.id for found in bound.query_tool_calls()] == ["c"]
        assert _rows(connection) == ["kept", "order"]

    def test_settings_stay_as_they_were(self, connection: Any, bound: Storage) -> None:
        before = _settings(connection)
        bound.save_assistant_message("s", answer(call(id="c")), id="m")
        with bound.transaction():
            bound.get_history("s")
        with pytest.raises(SessionNotFoundError):
            bound.save_user_message("nobody", "x")
        list(bound.iter_messages())
        bound.delete_session("s")
        connection.commit()
        bound.close()
        assert _settings(connection) == before

    def test_the_callers_row_factory_is_left_alone(self, connection: Any, bound: Storage) -> None:
        if not hasattr(connection, "row_factory"):
            pytest.skip("this driver has no row factory")

        def factory(cursor: Any, *row: Any) -> Any:
            """Rows backwards, in the manner of either driver that has row factories."""
            return row[0][::-1] if row else lambda values: tuple(values)[::-1]

        connection.row_factory = factory
        bound.save_assistant_message("s", answer(call(id="c")), id="m")
        found = bound.get_message("m")
        assert found is not None
        assert (found.id, found.session_id, found.tool_calls[0].id) == ("m", "s", "c")
        assert connection.row_factory is factory
        assert tuple(_execute(connection, "SELECT 1, 2").fetchall()[0]) == (2, 1)

    def test_closing_leaves_the_connection_open(self, connection: Any, bound: Storage) -> None:
        _add_row(connection, "order")
        with bound:
            bound.save_user_message("s", "x")
        with pytest.raises(StorageError, match="closed"):
            bound.save_user_message("s", "y")
        assert _rows(connection) == ["kept", "order"]
        connection.commit()
        again = agentstore.bind(connection)
        assert contents(again, "s") == ["x"]
        assert _rows(connection) == ["kept", "order"]

    def test_closing_commits_and_undoes_nothing(self, connection: Any, bound: Storage) -> None:
        bound.save_user_message("s", "x")
        bound.close()
        again = agentstore.bind(connection)
        assert contents(again, "s") == ["x"]
        connection.rollback()
        assert contents(again, "s") == []

    def test_a_closed_connection_is_lost(self, backend: Any, database_url: str) -> None:
        connection = backend.open_connection(database_url)
        bound = agentstore.bind(connection)
        connection.close()
        calls: list[Callable[[], object]] = [
            bound.ping,
            bound.schema_status,
            lambda: bound.get_history("s"),
            bound.create_session,
            lambda: bound.save_user_message("s", "x"),
            lambda: bound.transaction().__enter__(),
            lambda: agentstore.bind(connection).get_session("s"),
        ]
        for each in calls:
            with pytest.raises(UnavailableError):
                each()

    def test_many_stores_on_one_connection(self, connection: Any, bound: Storage) -> None:
        for number in range(5):
            with agentstore.bind(connection) as again:
                again.save_user_message("s", str(number))
        assert contents(bound, "s") == ["0", "1", "2", "3", "4"]
        assert positions(bound, "s") == [0, 1, 2, 3, 4]

    def test_autocommit_without_a_transaction_is_refused(
        self, connection: Any, bound: Storage
    ) -> None:
        bound.save_assistant_message("s", answer(call(id="c")), id="m")
        connection.commit()
        _turn_on_autocommit(connection)
        fresh = agentstore.bind(connection)
        before = fresh.get_history("s")
        writes: list[Any] = [
            lambda: fresh.create_session(id="new"),
            lambda: fresh.get_or_create_session("new"),
            lambda: fresh.update_session_metadata("s", {"n": 2}),
            lambda: fresh.close_session("s"),
            lambda: fresh.delete_session("s"),
            lambda: fresh.save_user_message("s", "x"),
            lambda: fresh.save_messages("s", [NewMessage("user", "x")]),
            lambda: fresh.save_tool_result("c", 1),
            lambda: fresh.delete_message("m"),
            lambda: fresh.save_pending_confirmation("s", {"tool_name": "t", "arguments": {}}),
        ]
        for write in writes:
            with pytest.raises(StorageError):
                write()
        assert fresh.get_history("s") == before
        assert fresh.get_session("new") is None
        assert fresh.get_pending_confirmation("s") is None

    def test_autocommit_with_a_transaction_begun(self, connection: Any, bound: Storage) -> None:
        _turn_on_autocommit(connection)
        before = _settings(connection)
        _execute(connection, "BEGIN")
        bound.save_user_message("s", "undone")
        _execute(connection, "ROLLBACK")
        assert contents(bound, "s") == []
        _execute(connection, "BEGIN")
        bound.save_user_message("s", "done")
        with undone(bound):
            bound.save_user_message("s", "undone")
        _execute(connection, "COMMIT")
        assert contents(bound, "s") == ["done"]
        assert _settings(connection) == before

    def test_it_is_a_storage_like_any_other(self, connection: Any, bound: Storage) -> None:
        assert isinstance(bound, Storage)
        bound.ping()
        assert [session.id for session in bound.iter_sessions(metadata={"n": 1.0})] == ["s"]
        bound.save_pending_confirmation("s", {"tool_name": "t", "arguments": {"a": 1}})
        taken = bound.take_pending_confirmation("s")
        assert taken is not None
        assert taken.arguments == {"a": 1}
        assert bound.take_pending_confirmation("s") is None
        assert bound.save_user_message("s", "x\x00\ud800", id="m") == "m"
        assert bound.save_user_message("s", "x\x00\ud800", id="m") == "m"
        assert [found.content for found in bound.iter_messages(batch_size=1)] == ["x\x00\ud800"]
        assert bound.delete_session("s") is True
        connection.commit()
        assert bound.count_sessions() == 0
