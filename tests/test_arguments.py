"""A call's arguments that are a text: whose is kept, and what is refused."""

from __future__ import annotations

import pytest

import agentstore
from agentstore.model.arguments import exact, refuse_json_text

JSON_TEXT = '{"city": "Paris"}'


def test_what_another_program_kept_as_a_text_stays_one(store: agentstore.Storage) -> None:
    session = store.create_session()
    kept = {"tool_name": "find", "arguments": exact(JSON_TEXT)}
    first = store.save_assistant_message(
        session, {"type": "t", "message": "", "tool_calls": [kept]}
    )
    [call] = store.get_tool_calls_for_message(first)
    assert (call.arguments, type(call.arguments)) == (JSON_TEXT, str)
    # A record that was read may be saved again.
    other = store.create_session()
    copied = agentstore.ToolCall(tool_name="find", arguments=call.arguments)
    store.save_messages(other, [agentstore.NewMessage("assistant", "", tool_calls=[copied])])
    [message] = store.get_history(other)
    assert message.tool_calls[0].arguments == JSON_TEXT


@pytest.mark.parametrize(
    "arguments", [{}, {"a": JSON_TEXT}, [JSON_TEXT], None, 1, exact(JSON_TEXT)]
)
def test_what_is_no_text_is_not_refused(arguments: object) -> None:
    refuse_json_text(arguments, "arguments")


@pytest.mark.parametrize("nesting", [400, 600, 100_000])
def test_nesting_decides_as_it_does_for_a_value(nesting: int) -> None:
    text = '{"a":' * nesting + "1" + "}" * nesting
    if nesting < 500:
        with pytest.raises(agentstore.InvalidInputError):
            refuse_json_text(text, "arguments")
    else:
        refuse_json_text(text, "arguments")
