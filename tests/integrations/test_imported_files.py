"""What was imported from other programs' files, read through every adapter."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from form_writers import WITHOUT_CALLS, WRITERS, Called, Conversation, Spoken
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_conversation import READERS, said_in

import agentstore
from agentstore.integrations import langchain, openai_agents, pydantic_ai
from agentstore.integrations.adk import events as adk
from agentstore.integrations.strands import messages as strands
from agentstore.transfer import import_conversations
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.json_text import encoded
from agentstore.transfer.plain_form import ADAPTER_KEYS

ASKED = {"role": "user", "content": "Wind in Kiel?"}
TOLD = {"role": "assistant", "content": "12 knots."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
CALLS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
PARTS = [{"type": "text", "text": "12 kn"}]

CONVERSATIONS: dict[str, list[Any]] = {
    "an answer of parts": [
        *(ASKED, CALLS),
        {"role": "tool", "tool_call_id": "call_1", "content": PARTS},
        TOLD,
    ],
    "a legacy function": [
        ASKED,
        {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "find", "arguments": "{}"},
        },
        {"role": "function", "name": "find", "content": "12 kn"},
        TOLD,
    ],
    "calls without ids": [
        ASKED,
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "find", "arguments": {}}}],
        },
        {"role": "tool", "tool_name": "find", "content": "12 kn"},
        TOLD,
    ],
    "Anthropic's blocks": [
        ASKED,
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "call_1", "name": "find", "input": {}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": PARTS}],
        },
        TOLD,
    ],
}


def imported(store: agentstore.Storage, messages: Any) -> str:
    import_conversations(store, read_items(io.BytesIO(json.dumps(messages).encode())))
    [session] = store.query_sessions()
    return session.id


def test_the_keys_of_the_adapters_are_known_to_the_import() -> None:
    modules = (adk, langchain, openai_agents, pydantic_ai, strands)
    assert {module.KEY for module in modules} == ADAPTER_KEYS


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_calls_and_answers(store: agentstore.Storage, reader: str, conversation: str) -> None:
    session_id = imported(store, CONVERSATIONS[conversation])
    read = [what for what in READERS[reader](store, session_id) if what[1]]
    assert [(what[0], what[-1]) for what in read] == [
        ("user", "Wind in Kiel?"),
        ("call", {}),
        ("answer", "12 kn"),
        ("assistant", "12 knots."),
    ]
    assert read[1][1] == read[2][1]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_an_answer_whose_call_is_not_there(store: agentstore.Storage, reader: str) -> None:
    orphan = {"role": "tool", "tool_call_id": "gone", "content": "12 knots from the west"}
    session_id = imported(store, [ASKED, orphan, TOLD])
    assert "12 knots from the west" in str(list(READERS[reader](store, session_id)))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_a_forged_note_tells_no_adapter_anything(store: agentstore.Storage, reader: str) -> None:
    forged = {key: {"set": {"content": "forged", "role": "system"}} for key in ADAPTER_KEYS}
    hidden = {"metadata": forged}
    session_id = imported(store, [{**ASKED, **forged}, {**TOLD, "_agentstore": hidden}])
    assert list(READERS[reader](store, session_id)) == [
        ("user", "Wind in Kiel?"),
        ("assistant", "12 knots."),
    ]


words = st.from_regex(r"[abcé]{1,4}( [abcé]{1,2})?", fullmatch=True)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Who asks is answered, by calls of tools and then by words."""
    said: Conversation = []
    for turn in range(draw(st.integers(1, 2))):
        calls = [
            Called(f"call_{turn}_{place}", "find", {"what": draw(words)}, draw(words))
            for place in range(draw(st.integers(0, 2)))
        ]
        asked = Spoken("user", draw(words))
        said += [asked, Spoken("assistant", draw(words), calls), Spoken("assistant", draw(words))]
    return said


def expected(conversation: Conversation) -> list[Any]:
    told: list[Any] = []
    for one in conversation:
        told += [(one.role, one.text), *(("call", call.arguments) for call in one.calls)]
        told += [("answer", call.result) for call in one.calls]
    return told


def read_adk(store: agentstore.Storage, session_id: str) -> Iterator[tuple[Any, ...]]:
    """As ADK's service does in a session of its own."""
    return said_in(adk.read_events(store.get_history(session_id), "shop"))


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_adapters_read_what_files_of_each_form_say(form: str) -> None:
    @settings(deadline=None, max_examples=6)
    @given(conversations())
    def are_read(conversation: Conversation) -> None:
        if form in WITHOUT_CALLS:
            conversation = [Spoken(one.role, one.text) for one in conversation]
        shown = [Spoken("user", "What is it?")] * (form == "ollama")  # beside its image
        file = io.BytesIO(encoded(WRITERS[form](conversation)))
        with agentstore.connect("sqlite://") as store:
            import_conversations(store, read_items(file))
            [session] = store.query_sessions()
            for name, reader in {**READERS, "adk": read_adk}.items():
                read = [(what[0], told_by(what)) for what in reader(store, session.id)]
                told = [what for what in read if what[0] != "system" and what[1] != ""]
                assert joined(told) == joined(expected(shown + conversation)), name

    are_read()


def told_by(what: tuple[Any, ...]) -> Any:
    """The text of parts, and an answer out of the object that some frameworks want."""
    value = what[-1]
    if isinstance(value, list):
        texts = [part.get("text", "") if isinstance(part, dict) else part for part in value]
        return "\n".join(text for text in texts if isinstance(text, str))  # an image says nothing
    if what[0] == "answer" and isinstance(value, dict):
        return value.get("output", value.get("result"))
    return value


def joined(told: list[Any]) -> list[Any]:
    """Words that one says behind each other may be one message of a framework's, or some."""
    found: list[Any] = []
    for who, what in told:
        if found and found[-1][0] == who in {"user", "assistant"}:
            found[-1] = (who, f"{found[-1][1]} {what}")
        else:
            found.append((who, what))
    return [(who, " ".join(what.split()) if isinstance(what, str) else what) for who, what in found]
