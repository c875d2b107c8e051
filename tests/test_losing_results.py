"""A result that another has forestalled changes nothing: not the time of its session, either."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from backends import NETWORKED
from waiting import until

from agentstore import Storage, ToolResultExistsError

WAITING = {
    "postgresql": """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
    """,
    # innodb_trx would say who waits, but is made anew only where nobody asks for a while.
    "mysql": """
        SELECT count(*) FROM information_schema.processlist
        WHERE db = database() AND id <> connection_id() AND info LIKE '%touch%%'
    """,
}


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
@pytest.mark.parametrize("result", [1, 2])
def test_a_result_that_comes_second(
    make_store: Callable[..., Storage], driver_connection: Any, result: int
) -> None:
    store, other = make_store(), make_store()
    cursor = driver_connection.cursor()

    def somebody_waits() -> bool:
        driver_connection.rollback()
        cursor.execute(WAITING[store.dialect])
        return bool(cursor.fetchone()[0])

    store.create_session(id="s")
    call = {"tool_name": "t", "arguments": {}, "id": "c"}
    store.save_assistant_message("s", {"type": "execute", "message": "", "tool_calls": [call]})
    with ThreadPoolExecutor(1) as threads:
        with other.transaction():
            other.save_tool_result("c", 1)
            before = other.get_session("s")
            second = threads.submit(store.save_tool_result, "c", result)
            until(somebody_waits)
        if result == 1:
            assert second.result()
        else:
            assert isinstance(second.exception(), ToolResultExistsError)
    assert store.get_session("s") == before
