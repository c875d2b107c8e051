"""A statement is cancelled in time with a libpq before 17, too, whose own way knows no time."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import capabilities
from waiting import until

from agentstore.dialects.postgresql.cancelling import cancel_statement


@pytest.fixture(autouse=True)
def _old_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "has_cancel_safe", lambda check=False: False)


def test_a_server_that_speaks_to_nobody_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        info = SimpleNamespace(hostaddr="", host="127.0.0.1", port=silent.getsockname()[1])
        connection: Any = SimpleNamespace(info=info)
        with pytest.raises(TimeoutError):
            cancel_statement(connection, 0.2)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_server_that_answers_ends_the_statement(driver_connection: Any) -> None:
    status = psycopg.pq.TransactionStatus
    with ThreadPoolExecutor(1) as threads:
        sleeping = threads.submit(driver_connection.execute, "SELECT pg_sleep(60)")
        until(lambda: driver_connection.info.transaction_status == status.ACTIVE)
        cancel_statement(driver_connection, 10)
        assert isinstance(sleeping.exception(), psycopg.errors.QueryCanceled)
