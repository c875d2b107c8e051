"""The steps of the stateful test: what may be done to a store, how often, and with what.

Few ids, texts and values, so that they meet; each pair differs in what some database folds.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import strategies as st

from agentstore import NewMessage
from agentstore.testing.suite.samples import at

Arguments = st.SearchStrategy[dict[str, Any]]
Step: TypeAlias = "tuple[int, str, dict[str, Any]]"
"""In which scope of those that there are, what, and with what."""


def _rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None twice out of three times."""
    return st.one_of(st.none(), st.none(), strategy)


session_ids = st.sampled_from([*["s", "S"] * 4, "t", "nobody"])
two_ids = st.sampled_from(["s", "S"])
message_ids = st.sampled_from([*["fresh"] * 4, "m", "M", "n"])
call_ids = st.sampled_from([*["fresh"] * 6, "c", "C"])
texts = st.sampled_from(["a", "A", "", "\x00\ud800"])
tool_names = st.sampled_from(["t", "T", "t "])
response_types = st.sampled_from([None, "x", "X"])
keys = st.sampled_from(["k", "K", "l"])
numbers = st.integers(0, 6)
"""Which of those that are there, or one that is not."""
results: st.SearchStrategy[Any] = st.sampled_from(
    [{"success": True}, {"success": False}, {"success": 1}, None, 1, 1.0, True, "1"]
)
scalars: st.SearchStrategy[Any] = st.sampled_from([1, 1.0, True, "1", None, False, 0, "a", "A"])
metadata = st.dictionaries(keys, scalars | st.just([1]) | st.just({"k": 1}), max_size=2)
calls = st.fixed_dictionaries(
    {"id": call_ids, "tool_name": tool_names, "arguments": results}, optional={"result": results}
)
moments = st.integers(0, 3).map(at)
limits = st.integers(0, 4)
offsets = st.sampled_from([0, 0, 1, 2])
orders = st.sampled_from(["asc", "desc"])


def _messages(calls: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[NewMessage]:
    return st.builds(
        NewMessage,
        role=st.sampled_from(["user", "assistant", "user", "assistant", "system", "tool"]),
        content=texts,
        id=message_ids,
        metadata=metadata,
        response_type=response_types,
        tool_calls=calls,
        timestamp=st.none() | moments,
    )


new_messages = _messages(st.lists(calls, max_size=2))
messages_with_calls = _messages(st.lists(calls, min_size=1, max_size=3))

STEPS: dict[str, tuple[int, Arguments]] = {
    "save_tool_calls": (
        4,
        st.fixed_dictionaries({"session_id": session_ids, "new": messages_with_calls}),
    ),
    "save_one_message": (
        6,
        st.fixed_dictionaries({"session_id": session_ids, "new": new_messages}),
    ),
    "save_messages": (
        4,
        st.fixed_dictionaries(
            {
                "session_id": session_ids,
                "messages": st.lists(new_messages, min_size=1, max_size=3),
            }
        ),
    ),
    "create_session": (
        3,
        st.fixed_dictionaries(
            {"session_id": session_ids, "metadata": metadata, "system_message": _rarely(texts)}
        ),
    ),
    "get_or_create_session": (
        1,
        st.fixed_dictionaries({"session_id": session_ids, "metadata": metadata}),
    ),
    "update_session_metadata": (
        3,
        st.fixed_dictionaries(
            {"session_id": session_ids, "metadata": metadata, "remove": st.lists(keys, max_size=1)}
        ),
    ),
    "close_or_reopen": (
        3,
        st.fixed_dictionaries(
            {
                "session_id": session_ids,
                "method": st.sampled_from(["close_session", "close_session", "reopen_session"]),
            }
        ),
    ),
    "save_again": (
        3,
        st.fixed_dictionaries({"number": numbers, "metadata": metadata}),
    ),
    "save_tool_result": (5, st.fixed_dictionaries({"number": numbers, "result": results})),
    "save_pending_confirmation": (
        3,
        st.fixed_dictionaries(
            {"session_id": two_ids, "tool_name": tool_names, "arguments": results}
        ),
    ),
    "take_pending_confirmation": (4, st.fixed_dictionaries({"session_id": two_ids})),
    "delete_message": (3, st.fixed_dictionaries({"number": numbers})),
    "delete_in_session": (
        1,
        st.fixed_dictionaries(
            {
                "session_id": session_ids,
                "method": st.sampled_from(
                    ["delete_session", "delete_session_messages", "clear_pending_confirmation"]
                ),
            }
        ),
    ),
    "delete_sessions": (1, st.fixed_dictionaries({"inactive_only": st.booleans()})),
    "block": (
        6,
        st.fixed_dictionaries(
            {
                "inner": st.lists(st.deferred(lambda: steps), min_size=1, max_size=4),
                "undo": st.booleans(),
            }
        ),
    ),
    "get_history": (
        2,
        st.fixed_dictionaries(
            {
                "session_id": session_ids,
                "limit": _rarely(limits),
                "before": _rarely(limits),
                "roles": _rarely(
                    st.lists(st.sampled_from(["user", "assistant", "tool"]), max_size=2)
                ),
            }
        ),
    ),
    "query_sessions": (
        3,
        st.fixed_dictionaries(
            {
                "active": _rarely(st.booleans()),
                "metadata": _rarely(st.dictionaries(keys, scalars, min_size=1, max_size=2)),
                "limit": limits,
                "offset": offsets,
                "order": orders,
            }
        ),
    ),
    "query_messages": (
        4,
        st.fixed_dictionaries(
            {
                "session_id": st.none() | session_ids,
                "role": _rarely(st.sampled_from(["user", "assistant"])),
                "response_type": _rarely(response_types),
                "after": _rarely(moments),
                "before": _rarely(moments),
                "limit": limits,
                "offset": offsets,
                "order": orders,
            }
        ),
    ),
    "query_tool_calls": (
        5,
        st.fixed_dictionaries(
            {
                "session_id": st.none() | session_ids,
                "tool_name": _rarely(tool_names),
                "success": _rarely(st.booleans()),
                "pending": _rarely(st.booleans()),
                "after": _rarely(moments),
                "before": _rarely(moments),
                "limit": limits,
                "offset": offsets,
                "order": orders,
            }
        ),
    ),
}
"""Name, weight and arguments of each step; the machine has a method of that name."""


def _with_name(name: str) -> st.SearchStrategy[Step]:
    return st.tuples(st.integers(0, 1), st.just(name), STEPS[name][1])


any_step = st.sampled_from([name for name, (weight, _) in STEPS.items() for _ in range(weight)])
steps: st.SearchStrategy[Step] = any_step.flatmap(_with_name)
