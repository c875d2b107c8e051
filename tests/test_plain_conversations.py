"""The short way between the OpenAI form and the store, which leads where the long one does."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, cast

import openai_forms
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_openai_form import ROUND_TRIPS, stored_messages, sum_of

from agentstore.records import Message, NewMessage, ToolCall
from agentstore.transfer import openai_form, plain_form
from agentstore.transfer.openai_form import read_conversation
from agentstore.transfer.plain_conversations import read_plain, write_plain

NOW = datetime.now(timezone.utc)


@settings(deadline=None, max_examples=300)
@given(
    openai_forms.conversations | st.lists(st.sampled_from(list(ROUND_TRIPS.values()))).map(sum_of)
)
@example(ROUND_TRIPS["plain"])
@example(ROUND_TRIPS["parallel calls"])
def test_the_short_way_in_leads_where_the_long_one_does(item: Any) -> None:
    forms, rest = openai_form._messages_and_rest(item)
    if read_plain(forms) is not None:
        respelled = [plain_form.respelled(form) for form in forms]
        long_way = openai_form._read_the_long_way(respelled, rest)
        assert repr(read_conversation(item)) == repr(long_way)


@pytest.mark.parametrize("name", ["nothing", "plain", "parallel calls"])
def test_what_is_plain_goes_the_short_way(name: str) -> None:
    assert read_plain(ROUND_TRIPS[name]) is not None
    assert write_plain(as_stored(read_conversation(ROUND_TRIPS[name]).messages)) is not None


def as_stored(messages: list[NewMessage]) -> list[Message]:
    """What a store gives of messages that were saved into it."""
    return [
        Message(
            id=f"m{index}",
            session_id="s",
            position=index,
            role=new.role,
            content=new.content if isinstance(new.content, str) else "",
            parts=None if isinstance(new.content, str) else [*map(dict, new.content)],
            timestamp=NOW,
            response_type=new.response_type,
            response=None if new.response is None else dict(new.response),
            metadata=dict(new.metadata or {}),
            tool_calls=[_stored_call(call, place) for place, call in enumerate(new.tool_calls)],
        )
        for index, new in enumerate(messages)
    ]


def _stored_call(call: Any, place: int) -> ToolCall:
    return ToolCall(
        id="c",
        session_id="s",
        message_id="m",
        position=place,
        call_id=call["call_id"],
        tool_name=call["tool_name"],
        arguments=call["arguments"],
        result=call.get("result"),
        success=None,
        timestamp=NOW,
        completed_at=NOW if "result" in call else None,
    )


def as_most_are(messages: list[NewMessage]) -> list[NewMessage]:
    """Without metadata, answers that are messages, and two calls of one id."""
    return [
        NewMessage(
            "user" if new.role == "tool" else new.role,
            new.content,
            response_type=new.response_type,
            response=new.response,
            tool_calls=[
                {**cast("Any", call), "call_id": f"{index}-{place}"}
                for place, call in enumerate(new.tool_calls)
            ],
        )
        for index, new in enumerate(messages)
    ]


@settings(deadline=None)
@given(st.lists(stored_messages, max_size=4))
def test_the_short_way_out_leads_where_the_long_one_does(messages: list[NewMessage]) -> None:
    stored = as_stored(messages)
    written = write_plain(stored)
    if written is not None:
        assert json.dumps(written) == json.dumps(openai_form._write_the_long_way(stored))


@settings(deadline=None)
@given(st.lists(stored_messages, max_size=4).map(as_most_are).map(as_stored))
def test_what_was_saved_by_the_store_goes_the_short_way_out(messages: list[Message]) -> None:
    """Calls answered or not, response types, parts."""
    written = json.dumps(write_plain(messages))
    assert written == json.dumps(openai_form._write_the_long_way(messages))
