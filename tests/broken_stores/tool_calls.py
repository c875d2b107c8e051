"""Tool calls that are wrong, and their results."""

from __future__ import annotations

import dataclasses
from typing import Any

from agentstore import Storage, ToolResultExistsError
from broken_stores.breaking import breakage, change_messages, wrap


@breakage("TestToolCalls::test_call_order", "TestStateful::test_store_and_model_stay_the_same")
def loses_a_tool_call() -> None:
    change_messages(lambda m: dataclasses.replace(m, tool_calls=m.tool_calls[:-1]))
    wrap("get_tool_calls_for_message", lambda f, s, *a: f(s, *a)[:-1])


@breakage("TestToolCalls::test_call_order", "TestHistory::test_tool_calls_in_their_order")
def turns_tool_calls_around() -> None:
    change_messages(lambda m: dataclasses.replace(m, tool_calls=m.tool_calls[::-1]))
    wrap("get_tool_calls_for_message", lambda f, s, *a: f(s, *a)[::-1])


@breakage("TestMappingResponse::test_tool_calls_whatever_the_type")
def keeps_tool_calls_of_one_type_only() -> None:
    def save(original: Any, store: Storage, sid: str, response: Any, *a: Any, **how: Any) -> Any:
        if isinstance(response, dict) and response.get("type") != "execute":
            response = {k: v for k, v in response.items() if k not in ("tool_calls", "toolCalls")}
        return original(store, sid, response, *a, **how)

    wrap("save_assistant_message", save)


@breakage("TestSaveToolResult::test_another_result")
def keeps_silent_about_another_result() -> None:
    def save(original: Any, store: Storage, *a: Any) -> Any:
        try:
            return original(store, *a)
        except ToolResultExistsError:
            return True

    wrap("save_tool_result", save)


@breakage("TestSaveToolResult::test_another_result")
def takes_1_for_true_in_results() -> None:
    def save(original: Any, store: Storage, call_id: str, result: Any) -> Any:
        try:
            return original(store, call_id, result)
        except ToolResultExistsError:
            calls = {found.id: found for found in store.query_tool_calls()}
            if calls[call_id].result == result:
                return True
            raise

    wrap("save_tool_result", save)


@breakage("TestToolCalls::test_a_result_of_none_is_a_result", "TestQueryToolCalls::test_pending")
def takes_a_result_of_none_for_none() -> None:
    def query(original: Any, store: Storage, *, pending: Any = None, **how: Any) -> Any:
        found = original(store, **how)
        return [c for c in found if pending is None or (c.result is None) is pending]

    wrap("query_tool_calls", query)


@breakage("TestToolCalls::test_success")
def takes_any_truth_for_success() -> None:
    change_messages(
        lambda m: dataclasses.replace(
            m,
            tool_calls=[
                dataclasses.replace(c, success=bool(c.result.get("success")))
                if isinstance(c.result, dict)
                else c
                for c in m.tool_calls
            ],
        )
    )
    wrap(
        "get_tool_calls_for_message",
        lambda f, s, message_id: ((found := s.get_message(message_id)) and found.tool_calls) or [],
    )
