"""A result that another has forestalled changes nothing: not the time of its session, either."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from waiting import until

from agentstore import Storage, ToolResultExistsError

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("result", [1, 2])
def test_a_result_that_comes_second(
    make_store: Callable[..., Storage], driver_connection: Any, result: int
) -> None:
    store, other = make_store(), make_store()
    driver_connection.autocommit = True
    store.create_session(id="s")
    call = {"tool_name": "t", "arguments": {}, "id": "c"}
    store.save_assistant_message("s", {"type": "execute", "message": "", "tool_calls": [call]})
    with ThreadPoolExecutor(1) as threads:
        with other.transaction():
            other.save_tool_result("c", 1)
            before = other.get_session("s")
            second = threads.submit(store.save_tool_result, "c", result)
            until(lambda: driver_connection.execute(WAITING).fetchone()[0])
        if result == 1:
            assert second.result()
        else:
            assert isinstance(second.exception(), ToolResultExistsError)
    assert store.get_session("s") == before
