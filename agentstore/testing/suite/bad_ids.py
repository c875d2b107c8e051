"""An id that breaks the rule is refused by every method that takes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentstore import NewMessage, PendingConfirmation, Storage, ToolCall
from agentstore.testing.suite.samples import answer, call, everything, refused

BAD_IDS: list[Any] = [
    "",
    " ",
    "x" * 192,
    "\U0001f600" * 192,
    " a",
    "a ",
    "a\t",
    "\na",
    "a\r\n",
    "\u00a0a",
    "a\u2003",
    "a\u3000",
    "a\x00b",
    "a\x1fb",
    "a\nb",
    "a\x7fb",
    "a\x85b",
    "\ud800",
    "a\udfffb",
    5,
    0,
    True,
    1.5,
    b"a",
    ["a"],
]

_CONFIRMATION = {"tool_name": "pay", "arguments": {}}

TAKES_AN_ID: dict[str, Callable[[Storage, Any], object]] = {
    "get_session": lambda s, x: s.get_session(x),
    "get_or_create_session": lambda s, x: s.get_or_create_session(x),
    "update_session_metadata": lambda s, x: s.update_session_metadata(x, {"a": 1}),
    "update_session_metadata of nothing": lambda s, x: s.update_session_metadata(x, {}),
    "close_session": lambda s, x: s.close_session(x),
    "reopen_session": lambda s, x: s.reopen_session(x),
    "delete_session": lambda s, x: s.delete_session(x),
    "save_user_message": lambda s, x: s.save_user_message(x, "text"),
    "save_assistant_message": lambda s, x: s.save_assistant_message(x, "text"),
    "save_system_message": lambda s, x: s.save_system_message(x, "text"),
    "save_tool_message": lambda s, x: s.save_tool_message(x, "text"),
    "save_messages": lambda s, x: s.save_messages(x, [NewMessage(role="user", content="t")]),
    "save_messages of none": lambda s, x: s.save_messages(x, []),
    "get_history": lambda s, x: s.get_history(x),
    "get_history of none": lambda s, x: s.get_history(x, limit=0),
    "get_history of no role": lambda s, x: s.get_history(x, roles=()),
    "get_message": lambda s, x: s.get_message(x),
    "get_message_count": lambda s, x: s.get_message_count(x),
    "delete_message": lambda s, x: s.delete_message(x),
    "delete_session_messages": lambda s, x: s.delete_session_messages(x),
    "get_tool_calls_for_message": lambda s, x: s.get_tool_calls_for_message(x),
    "save_tool_result": lambda s, x: s.save_tool_result(x, 1),
    "save_pending_confirmation": lambda s, x: s.save_pending_confirmation(x, _CONFIRMATION),
    "get_pending_confirmation": lambda s, x: s.get_pending_confirmation(x),
    "clear_pending_confirmation": lambda s, x: s.clear_pending_confirmation(x),
    "take_pending_confirmation": lambda s, x: s.take_pending_confirmation(x),
}
"""Methods that need an id: None is none either."""

MAY_TAKE_AN_ID: dict[str, Callable[[Storage, Any], object]] = {
    "create_session": lambda s, x: s.create_session(id=x),
    "save_user_message": lambda s, x: s.save_user_message("s", "text", id=x),
    "save_assistant_message": lambda s, x: s.save_assistant_message("s", "text", id=x),
    "save_system_message": lambda s, x: s.save_system_message("s", "text", id=x),
    "save_tool_message": lambda s, x: s.save_tool_message("s", "text", id=x),
    "NewMessage": lambda s, x: s.save_messages(
        "s", [NewMessage(role="user", content="t"), NewMessage(role="user", content="t", id=x)]
    ),
    "a call as a mapping": lambda s, x: s.save_assistant_message("s", answer(call(), call(id=x))),
    "a call as a ToolCall": lambda s, x: s.save_assistant_message(
        "s", {"type": "t", "message": "", "tool_calls": [ToolCall(tool_name="t", id=x)]}
    ),
    "a call of a NewMessage": lambda s, x: s.save_messages(
        "s", [NewMessage(role="assistant", content="t", tool_calls=[call(id=x)])]
    ),
    "query_messages": lambda s, x: s.query_messages(session_id=x),
    "query_messages of none": lambda s, x: s.query_messages(session_id=x, limit=0),
    "iter_messages": lambda s, x: list(s.iter_messages(session_id=x)),
    "count_messages": lambda s, x: s.count_messages(session_id=x),
    "query_tool_calls": lambda s, x: s.query_tool_calls(session_id=x),
    "query_tool_calls of none": lambda s, x: s.query_tool_calls(session_id=x, limit=0),
}
"""Methods where None means that there is no id."""


class TestBadIds:
    @pytest.fixture(autouse=True)
    def _one_session(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_assistant_message("s", answer(call(id="c")), id="m")
        store.save_pending_confirmation("s", PendingConfirmation(tool_name="pay"))

    @pytest.mark.parametrize("method", list(TAKES_AN_ID))
    def test_needed_id(self, store: Storage, method: str) -> None:
        before = everything(store)
        for bad in [*BAD_IDS, None]:
            refused(TAKES_AN_ID[method], store, bad, about=(method, bad))
        assert everything(store) == before

    @pytest.mark.parametrize("method", list(MAY_TAKE_AN_ID))
    def test_optional_id(self, store: Storage, method: str) -> None:
        before = everything(store)
        for bad in BAD_IDS:
            refused(MAY_TAKE_AN_ID[method], store, bad, about=(method, bad))
        assert everything(store) == before
        MAY_TAKE_AN_ID[method](store, None)

    def test_empty_id_never_means_no_filter(self, store: Storage) -> None:
        for method in ("query_messages", "count_messages", "query_tool_calls"):
            refused(getattr(store, method), session_id="", about=method)
        refused(store.delete_session_messages, "", about="delete_session_messages")
        assert store.count_messages() == 1
