"""Turns of few and of many tool calls come back alike, whatever statement has saved them."""

from __future__ import annotations

import pytest

import agentstore
from agentstore import NewMessage


@pytest.mark.parametrize("turns", [1, 2, 4, 9])
@pytest.mark.parametrize("calls", [0, 1, 7, 15, 16, 100])
def test_calls_keep_their_order(store: agentstore.Storage, turns: int, calls: int) -> None:
    session_id = store.create_session()
    tool_calls = [
        {"tool_name": f"t{n}", "arguments": {"n": n}, **({"result": [n]} if n % 2 else {})}
        for n in range(calls)
    ]
    messages = [NewMessage("assistant", f"{n}", tool_calls=tool_calls) for n in range(turns)]
    store.save_messages(session_id, messages)
    history = store.get_history(session_id)
    assert [message.content for message in history] == [f"{n}" for n in range(turns)]
    assert [message.position for message in history] == list(range(turns))
    for message in history:
        assert [call.position for call in message.tool_calls] == list(range(calls))
        assert [call.tool_name for call in message.tool_calls] == [f"t{n}" for n in range(calls)]
        assert [call.result for call in message.tool_calls] == [
            [n] if n % 2 else None for n in range(calls)
        ]
        assert {call.message_id for call in message.tool_calls} <= {message.id}
