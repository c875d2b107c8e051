"""Readers of forms: what a program wrote is read back, by roles, texts and calls."""

from __future__ import annotations

import io
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from form_writers import TIME, WITHOUT_CALLS, WRITERS, Called, Conversation, Spoken
from hypothesis import given, settings
from hypothesis import strategies as st

import agentstore
from agentstore.transfer import import_conversations
from agentstore.transfer.conversation import Conversation as ReadConversation
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.forms.registry import BY_NAME
from agentstore.transfer.forms.times import read_moment
from agentstore.transfer.gathering import Gatherer
from agentstore.transfer.json_text import encoded

texts = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12
) | st.sampled_from(['{"a": 1}', "[1]", "é 👩‍👧\n", "nul \0", "data:x"])
argument_values = st.none() | st.booleans() | st.integers(-5, 5) | texts | st.just(1.0)
arguments = st.dictionaries(texts, argument_values | st.lists(argument_values), max_size=2)
names = st.sampled_from(["wind", "look_up"])
calls = st.builds(Called, id=st.just(""), name=names, arguments=arguments, result=texts)
spoken = st.builds(Spoken, role=st.just("user"), text=texts) | st.builds(
    Spoken, role=st.just("assistant"), text=texts, calls=st.lists(calls, max_size=3)
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Conversations whose calls have ids of their own, and which end with a text."""
    said: Conversation = []
    for turn, one in enumerate(draw(st.lists(spoken, max_size=5))):
        named = [
            Called(f"call_{turn}_{place}", call.name, call.arguments, call.result)
            for place, call in enumerate(one.calls)
        ]
        said.append(Spoken(one.role, one.text, named))
    return [Spoken("user", draw(texts)), *said, Spoken("assistant", draw(texts))]


ASKED = [Spoken("user", "Hi"), Spoken("assistant", "Hello")]


def read(value: Any, form: str | None = None) -> list[ReadConversation]:
    file = io.BytesIO(encoded(value))
    found = list(Gatherer(form).gather(read_items(file)))
    assert [one.error for one in found] == [None] * len(found)
    return [one.conversation for one in found if one.conversation is not None]


def flat(conversation: Conversation, form: str) -> list[tuple[Any, ...]]:
    """What is said, and the calls with their results, in order."""
    said: list[tuple[Any, ...]] = []
    for one in conversation:
        said.append((one.role, one.text))
        if form not in WITHOUT_CALLS:
            said += [(call.name, call.arguments, call.result) for call in one.calls]
    return said


def flat_read(conversation: ReadConversation) -> list[tuple[Any, ...]]:
    said: list[tuple[Any, ...]] = []
    for message in conversation.messages:
        assert isinstance(message.content, (str, list))
        text = message.content
        if not isinstance(text, str):
            text = "\n".join(part.get("text", "") for part in text)
        if text:
            said.append((message.role, text))
        said += [
            (call["tool_name"], call["arguments"], said_by(call["result"]))
            for call in message.tool_calls
            if isinstance(call, dict)
        ]
    return said


def said_by(result: Any) -> Any:
    """A result's text, out of the object that Gemini's tools answer with."""
    return result["output"] if isinstance(result, dict) else result


def comparable(said: list[tuple[Any, ...]]) -> str:
    return json.dumps([what for what in said if what[0] != "system"], sort_keys=True)


@pytest.mark.parametrize("form", WRITERS)
def test_what_was_written_is_read(form: str) -> None:
    @settings(deadline=None, max_examples=30)
    @given(conversations())
    def is_read(conversation: Conversation) -> None:
        if form in WITHOUT_CALLS:
            conversation = [Spoken(one.role, one.text) for one in conversation]
        value = WRITERS[form](conversation)
        [found] = read(value)
        assert not found.remarks
        said = flat_read(found)
        if form == "ollama":
            said = [what for what in said if not what[1] or "What is it?" not in str(what[1])]
        assert comparable(said) == comparable(flat(conversation, form))
        # Named, it is read the same; and what is exported is read the same again.
        [named] = read(value, form)
        assert comparable(flat_read(named)) == comparable(flat_read(found))
        [again] = read(found.form)
        assert comparable(flat_read(again)) == comparable(flat_read(found))

    is_read()


def test_every_form_has_a_writer() -> None:
    assert WRITERS.keys() == BY_NAME.keys() - {"assistants"}


@pytest.mark.parametrize("form", ["claude-code", "codex"])
def test_a_log_has_a_line_each(form: str) -> None:
    lines = WRITERS[form]([Spoken("user", "Hi"), Spoken("assistant", "Hello")])
    text = b"".join(encoded(line) + b"\n" for line in [*lines, {"type": "news", "payload": 1}])
    [found] = Gatherer().gather(read_items(io.BytesIO(text)))
    assert found.conversation is not None
    assert flat_read(found.conversation) == [("user", "Hi"), ("assistant", "Hello")]
    assert found.conversation.created_at == read_moment(TIME)
    assert list(found.conversation.remarks) == ["line of type 'news': passed over"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
        ("2026-01-02 03:04:05.5", datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=timezone.utc)),
        ("2026-01-02T04:04:05.1234567+0100", datetime(2026, 1, 2, 3, 4, 5, 123_456, timezone.utc)),
        (1767323045, datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
        (1767323045.25, datetime(2026, 1, 2, 3, 4, 5, 250_000, timezone.utc)),
        (1767323045250, datetime(2026, 1, 2, 3, 4, 5, 250_000, timezone.utc)),
        ("1767323045250", datetime(2026, 1, 2, 3, 4, 5, 250_000, timezone.utc)),
        (1767323045250000000, datetime(2026, 1, 2, 3, 4, 5, 250_000, timezone.utc)),
        ("yesterday", None),
        ("2026-13-02T03:04:05Z", None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_times(value: Any, expected: datetime | None) -> None:
    assert read_moment(value) == expected


def test_a_failed_answer_says_so() -> None:
    value = WRITERS["anthropic"]([Spoken("assistant", "?", [Called("a", "wind", {}, "storm")])])
    value["messages"][1]["content"][0]["is_error"] = True
    [found] = read(value)
    assert [message.role for message in found.messages] == ["system", "assistant", "tool"]
    assert found.messages[2].metadata == {"tool_call_id": "a", "tool_status": "error"}
    assert found.messages[1].tool_calls[0]["result"] == "storm"  # type: ignore[index]


def test_an_answer_to_a_call_that_is_not_there_is_read_by_everybody() -> None:
    answer = {"type": "tool_result", "tool_use_id": "gone", "content": "12 knots"}
    [found] = read([{"role": "user", "content": [answer]}])
    [message] = found.messages
    assert (message.role, message.content) == ("tool", "12 knots")
    assert message.metadata == {"_openai": {"set": {"tool_call_id": "gone"}}}
    assert found.form["messages"] == [
        {"role": "tool", "content": "12 knots", "tool_call_id": "gone"}
    ]


@pytest.mark.parametrize("key", ["langchain", "openai_agents", "_openai", "tool_status"])
def test_what_adapters_believe_is_not_taken_from_files(key: str) -> None:
    value = WRITERS["anthropic"]([Spoken("user", "Hi")])
    value["messages"][0][key] = {"set": {"content": "forged"}}
    [found] = read(value, "anthropic")
    assert found.messages[1].metadata == {f"imported {key}": {"set": {"content": "forged"}}}


def test_the_branch_that_was_left_is_counted() -> None:
    value = WRITERS["chatgpt"]([Spoken("user", "Hi"), Spoken("assistant", "Hello")])
    value["mapping"]["aside"] = {**value["mapping"]["n2"], "id": "aside"}
    [found] = read(value)
    assert flat_read(found) == [("user", "Hi"), ("assistant", "Hello")]
    assert found.passed_over == {"message on a branch that was not chosen": 1}
    assert not found.remarks


@pytest.mark.parametrize(
    ("value", "title", "is_archived"),
    [
        ({**WRITERS["chatgpt"](ASKED), "title": "Wind", "is_archived": True}, "Wind", True),
        ({**WRITERS["claude-ai"](ASKED), "name": "Wind"}, "Wind", False),
        ({**WRITERS["librechat"](ASKED), "title": "Wind", "isArchived": True}, "Wind", True),
        ({**WRITERS["open-webui"](ASKED), "title": "Wind", "archived": True}, "Wind", True),
        ({**WRITERS["chatgpt"](ASKED), "title": "W" * 600}, "W" * 500, False),
        ({**WRITERS["chatgpt"](ASKED), "title": "\ud800"}, None, False),
        ({**WRITERS["chatgpt"](ASKED), "title": ""}, None, False),
    ],
)
def test_a_title_and_the_archive_are_the_sessions(
    value: Any, title: str | None, is_archived: bool
) -> None:
    with agentstore.connect("sqlite://") as store:
        import_conversations(store, read_items(io.BytesIO(encoded(value))))
        [session] = store.query_sessions()
    assert session.title == title
    assert (session.archived_at is not None) == is_archived
    assert session.active
