"""What a server or its administrator sets for new connections changes no outcome."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

import pytest
from backends import InnoDBBackend, MariaDBBackend, MySQLBackend
from left_out import LOUD, WITHOUT_MYSQL

import agentstore
from agentstore import ConfigurationError, SessionExistsError
from agentstore.testing import Backend, MariaDBServer, MySQLServer, Server

TEXT = 'it\'s 5 \\ "five" || \u00e9\U0001f600 '


def use(url: str, prefix: str = "") -> None:
    """Every kind of call, each seen by another store at once."""
    with agentstore.connect(url) as store, agentstore.connect(url) as other:
        session_id = store.create_session(
            id=f"{prefix}\\s", metadata={"a": 1, "b": None, "null": "NULL"}, system_message="Help"
        )
        with pytest.raises(SessionExistsError):
            store.create_session(id=session_id)
        store.save_user_message(session_id, "")
        store.save_user_message(session_id, TEXT)
        message_id = store.save_assistant_message(
            session_id,
            {
                "type": "execute",
                "message": "",
                "tool_calls": [
                    {"tool_name": "NULL", "arguments": {"x": TEXT}, "call_id": "NULL"},
                    {"tool_name": "t", "arguments": {}, "call_id": "2"},
                ],
            },
        )
        history = other.get_history(session_id)
        assert [message.content for message in history] == ["Help", "", TEXT, ""]
        assert abs(history[2].timestamp - datetime.now(timezone.utc)) < timedelta(minutes=10)
        first, second = other.get_tool_calls_for_message(message_id)
        assert (first.tool_name, first.call_id, first.arguments) == ("NULL", "NULL", {"x": TEXT})
        assert second.result is None
        assert store.save_tool_result(first.id, "")
        assert other.query_tool_calls(session_id=session_id, pending=True) == [second]
        store.save_pending_confirmation(
            session_id, {"tool_name": "t", "arguments": {}, "user_message": ""}
        )
        confirmation = other.get_pending_confirmation(session_id)
        assert confirmation is not None
        assert confirmation.user_message == ""
        assert other.take_pending_confirmation(session_id) == confirmation
        assert store.get_pending_confirmation(session_id) is None
        store.update_session_metadata(session_id, {"c": TEXT})
        [found] = other.query_sessions(metadata={"c": TEXT})
        assert found.metadata == {"a": 1, "b": None, "null": "NULL", "c": TEXT}
        assert store.close_session(session_id)
        session = other.get_session(session_id)
        assert session is not None
        assert not session.active
        with store.transaction():
            store.save_user_message(session_id, "kept")
        with suppress(KeyError), store.transaction():
            store.save_user_message(session_id, "undone")
            raise KeyError
        assert other.get_history(session_id)[-1].content == "kept"
        many = [agentstore.NewMessage("user", f"{number}") for number in range(60)]
        store.save_messages(session_id, many)
        assert [message.content for message in other.get_history(session_id, limit=60)] == [
            message.content for message in many
        ]
        append_together(url, session_id)
        assert [message.position for message in other.get_history(session_id)] == list(range(85))
        assert len(other.query_messages(limit=3)) == 3
        assert store.delete_session(session_id)
        assert other.get_session(session_id) is None
        assert other.query_messages(session_id=session_id) == []


def append_together(url: str, session_id: str) -> None:
    """Twenty messages of four threads."""

    def append() -> None:
        for _ in range(5):
            store.save_user_message(session_id, "x")

    with agentstore.connect(url) as store:
        threads = [threading.Thread(target=append) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


OF_POSTGRESQL = {
    "array_nulls": "off",
    "bytea_output": "escape",
    "DateStyle": "German",
    "IntervalStyle": "sql_standard",
    "TimeZone": "America/St_Johns",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "escape_string_warning": "on",
    "exit_on_error": "on",
    "extra_float_digits": "-15",
    "jit": "on",
    "lock_timeout": "1",
    "quote_all_identifiers": "on",
    "session_replication_role": "replica",
    "standard_conforming_strings": "off",
    "statement_timeout": "200",
    "transform_null_equals": "on",
}


@pytest.mark.parametrize("name", OF_POSTGRESQL)
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_settings_of_postgresql(backend: Backend, database_url: str, name: str) -> None:
    database = urlsplit(database_url).path[1:]
    with closing(backend.open_connection(database_url)) as admin:
        admin.autocommit = True
        admin.execute(f"ALTER DATABASE \"{database}\" SET {name} = '{OF_POSTGRESQL[name]}'")
    use(database_url)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_setting_that_may_not_be_changed(backend: Backend, database_url: str) -> None:
    """A role without the right to set it is told its name."""
    parts = urlsplit(database_url)
    role = f"agentstore_plain_{parts.path[1:]}"
    with closing(backend.open_connection(database_url)) as admin:
        admin.autocommit = True
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        admin.execute(f"ALTER DATABASE {parts.path[1:]} SET session_replication_role = replica")
        try:
            url = f"postgresql://{role}:x@{parts.hostname}:{parts.port}{parts.path}"
            with (
                agentstore.connect(url) as store,
                pytest.raises(ConfigurationError, match="session_replication_role"),
            ):
                store.ping()
        finally:
            admin.execute(f"DROP ROLE {role}")


@dataclass(frozen=True)
class OwnServer:
    """A server with a binary log, whose settings are for these tests to change."""

    backend: InnoDBBackend
    database: str


def own_server(server: Server, backend: type[InnoDBBackend]) -> Iterator[OwnServer]:
    with server:
        made = backend(server.address)
        yield OwnServer(made, made.migrated_database())
        made.close()


BINARY_LOG = ["--log-bin=log", "--server-id=1"]


@pytest.fixture(scope="module")
def own_mariadb() -> Iterator[OwnServer]:
    yield from own_server(MariaDBServer(durable=False, extra_arguments=BINARY_LOG), MariaDBBackend)


@pytest.fixture(scope="module")
def own_mysql() -> Iterator[OwnServer]:
    if WITHOUT_MYSQL:
        pytest.skip(LOUD)
    yield from own_server(MySQLServer(durable=False, extra_arguments=BINARY_LOG), MySQLBackend)


OF_MARIADB = {
    "autocommit": "0",
    "binlog_format": "'STATEMENT'",
    "binlog_row_image": "'MINIMAL'",
    "character_set_server": "latin1",
    "completion_type": "'CHAIN'",
    "collation_connection": "utf8mb4_unicode_520_ci",
    "div_precision_increment": "0",
    "foreign_key_checks": "0",
    "lock_wait_timeout": "1",
    "max_join_size": "1",
    "max_sort_length": "8",
    "max_statement_time": "0.001",
    "old_mode": "''",
    "sql_auto_is_null": "1",
    "sql_big_selects": "0",
    "sql_mode": "''",
    "sql_safe_updates": "1",
    "sql_select_limit": "1",
    "time_zone": "'-03:30'",
    "tx_isolation": "'SERIALIZABLE'",
    "unique_checks": "0",
}
MODES_OF_MARIADB = {"EMPTY_STRING_IS_NULL", "ORACLE", "TIME_ROUND_FRACTIONAL"}
MODES = [
    "ANSI",
    "EMPTY_STRING_IS_NULL",
    "IGNORE_SPACE",
    "NO_BACKSLASH_ESCAPES",
    "NO_UNSIGNED_SUBTRACTION",
    "ORACLE",
    "PAD_CHAR_TO_FULL_LENGTH",
    "TIME_ROUND_FRACTIONAL",
    "TRADITIONAL",
]
SETTINGS = [
    *OF_MARIADB.items(),
    ("completion_type", "'RELEASE'"),
    ("sql_select_limit", "0"),
    *(("sql_mode", f"'{mode}'") for mode in MODES),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_settings_of_mariadb(own_mariadb: OwnServer, name: str, value: str) -> None:
    use_with(own_mariadb, name, value)


OF_MYSQL = OF_MARIADB | {
    "binlog_row_value_options": "'PARTIAL_JSON'",
    "cte_max_recursion_depth": "0",
    "default_collation_for_utf8mb4": "utf8mb4_general_ci",
    "explain_format": "'JSON'",
    "group_concat_max_len": "4",
    "max_execution_time": "1",
    "sql_generate_invisible_primary_key": "1",
    "sql_require_primary_key": "1",
    "transaction_isolation": "'SERIALIZABLE'",
    "windowing_use_high_precision": "0",
}
ONLY_MARIADB = {"max_statement_time", "old_mode", "tx_isolation"}
SETTINGS_OF_MYSQL = [
    *((name, value) for name, value in OF_MYSQL.items() if name not in ONLY_MARIADB),
    ("completion_type", "'RELEASE'"),
    ("sql_select_limit", "0"),
    *(
        ("sql_mode", f"'{mode}'")
        for mode in [
            *(mode for mode in MODES if mode not in MODES_OF_MARIADB),
            "HIGH_NOT_PRECEDENCE",
            "REAL_AS_FLOAT",
            "TIME_TRUNCATE_FRACTIONAL",
        ]
    ),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS_OF_MYSQL)
def test_settings_of_mysql(own_mysql: OwnServer, name: str, value: str) -> None:
    use_with(own_mysql, name, value)


def use_with(server: OwnServer, name: str, value: str) -> None:
    """Every kind of call, where a setting is the server's default."""
    with (
        closing(server.backend.open_connection(server.database)) as admin,
        admin.cursor() as cursor,
    ):
        cursor.execute(f"SELECT @@GLOBAL.{name}")
        [before] = cursor.fetchone() or []
        cursor.execute(f"SET GLOBAL {name} = {value}")
        try:
            use(server.database, f"{name} {value}")
        finally:
            cursor.execute(f"SET GLOBAL {name} = %s", [before])


@pytest.mark.parametrize(
    "command",
    [
        "SET NAMES latin1",
        "SET autocommit = 0",
        "SET completion_type = 'CHAIN'",
        "SET foreign_key_checks = 0, sql_select_limit = 1",
        "SET sql_mode = 'ORACLE,NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL'",
        "SET character_set_results = NULL",
    ],
)
@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
def test_an_init_command_comes_first(backend: Backend, database_url: str, command: str) -> None:
    if backend.name == "mysql":  # it has fewer modes
        command = command.replace("ORACLE", "ANSI").replace(",EMPTY_STRING_IS_NULL", "")
    use(f"{database_url}?init_command={quote(command)}")


@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
def test_an_init_command_that_begins_a_transaction(database_url: str) -> None:
    """What is acknowledged would be part of it, and never committed."""
    with (
        agentstore.connect(f"{database_url}?init_command=BEGIN") as store,
        pytest.raises(ConfigurationError, match="init_command"),
    ):
        store.create_session()


@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
@pytest.mark.parametrize("query", ["init_command=SET+nonsense=1", "sql_mode=NONSENSE"])
def test_what_the_server_does_not_know(database_url: str, query: str) -> None:
    with agentstore.connect(f"{database_url}?{query}") as store:
        for call in (store.ping, store.create_session, store.migrate):
            with pytest.raises(ConfigurationError, match=r"(?i)nonsense"):
                call()
