"""What PostgreSQL refuses late, at the commit or for a plan of yesterday, is told or done again."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Any

import psycopg
import pytest

import agentstore
from agentstore import DatabaseError
from agentstore.testing import Backend

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


def run(backend: Backend, url: str, *statements: str) -> None:
    connection: psycopg.Connection[Any] = backend.open_connection(url)
    with closing(connection):
        connection.autocommit = True
        for statement in statements:
            connection.execute(statement.encode())


def test_a_deferred_trigger_refuses_a_turn(backend: Backend, database_url: str) -> None:
    with agentstore.connect(database_url) as store:
        session_id = store.create_session()
        run(
            backend,
            database_url,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'not today'; END $$",
            "CREATE CONSTRAINT TRIGGER refusal AFTER INSERT ON agentstore_messages "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        for _ in range(8):  # before and after the statement is prepared
            with pytest.raises(DatabaseError, match="not today"):
                store.save_user_message(session_id, "Hello")
        assert store.get_history(session_id) == []


def test_a_deferred_foreign_key_keeps_a_session(backend: Backend, database_url: str) -> None:
    with agentstore.connect(database_url) as store:
        session_id = store.create_session()
        run(
            backend,
            database_url,
            "CREATE TABLE tickets (session_id varchar(191) REFERENCES agentstore_sessions "
            "DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO tickets SELECT id FROM agentstore_sessions",
        )
        with pytest.raises(DatabaseError):
            store.delete_session(session_id)
        assert store.get_session(session_id) is not None


def test_serializable_transactions_lose_no_turn(backend: Backend, database_url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    run(
        backend,
        database_url,
        f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'serializable'",
    )
    with agentstore.connect(database_url, pool_size=6) as store:
        session_ids = [store.create_session() for _ in range(6)]

        def write_and_read(session_id: str) -> None:
            for number in range(150):
                store.save_user_message(session_id, f"{number}")
                store.query_messages(order="desc", limit=3)
                store.get_history(session_ids[number % 6], limit=2)

        threads = [threading.Thread(target=write_and_read, args=[each]) for each in session_ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for session_id in session_ids:
            contents = [message.content for message in store.get_history(session_id)]
            assert contents == [f"{number}" for number in range(150)]


def test_a_column_of_another_type_is_read_on(backend: Backend, database_url: str) -> None:
    with agentstore.connect(database_url, pool_size=1) as store:
        session_id = store.create_session()
        for _ in range(8):
            assert store.get_session(session_id) is not None
        run(
            backend,
            database_url,
            "ALTER TABLE agentstore_sessions ALTER COLUMN id TYPE varchar(200)",
        )
        store.save_user_message(session_id, "Hello")
        assert store.get_session(session_id) is not None
