"""History to what providers take and back: nothing of what is said is lost or misplaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from conversations_said import conversations
from hypothesis import given, settings

import agentstore
from agentstore import InvalidInputError, NewMessage, formats
from agentstore.transfer.forms.media import media_of
from agentstore.transfer.forms.parts import part_values, read_parts
from agentstore.transfer.json_text import canonical, compact

PIXEL = "data:image/png;base64,aGk="


def from_anthropic(request: dict[str, Any]) -> list[NewMessage]:
    return formats.from_anthropic(request["messages"], system=request.get("system"))


def from_gemini(request: dict[str, Any]) -> list[NewMessage]:
    system = request.get("system_instruction")
    return formats.from_gemini(request["contents"], system_instruction=system)


@dataclass(frozen=True)
class Form:
    """A form, both ways."""

    write: Callable[..., Any]
    read: Callable[[Any], list[NewMessage]]
    leaves_out_blanks: bool = False
    keeps_json: bool = False
    joins_calls: bool = False
    forgets_names: bool = False


FORMS = {
    "chat": Form(formats.to_openai_chat, formats.from_openai_chat),
    "responses": Form(formats.to_openai_responses, formats.from_openai_responses, joins_calls=True),
    "anthropic": Form(formats.to_anthropic, from_anthropic, leaves_out_blanks=True),
    "gemini": Form(
        formats.to_gemini,
        from_gemini,
        leaves_out_blanks=True,
        keeps_json=True,
        forgets_names=True,
    ),
}


def said(messages: list[NewMessage], form: Form) -> list[Any]:
    """What is said, in the words that every form keeps."""
    found: list[Any] = []
    for message in messages:
        assert isinstance(message.content, (str, list))
        parts = part_values(read_parts(message.content))
        texts = [part["text"] for part in parts if part["type"] == "text"]
        if form.leaves_out_blanks:
            texts = [text for text in texts if text.strip()]
        shown = [media_of(part) for part in parts if part["type"] != "text"]
        if form.forgets_names:
            shown = [media and replace(media, name=None) for media in shown]
        calls = [
            [call["tool_name"], call["arguments"], call["call_id"], *result(call, form)]
            for call in message.tool_calls
            if isinstance(call, dict)
        ]
        if form.joins_calls and calls and not texts and found and is_speaking(found[-1]):
            found[-1][3] = calls  # items do not say where a message ends
            continue
        if texts or shown or calls or not form.leaves_out_blanks:
            found.append([message.role, "\n".join(texts), repr(shown), calls])
    if form.leaves_out_blanks:
        # Their system prompt is one.
        systems = [message[1] for message in found if message[0] == "system"]
        others = [message for message in found if message[0] != "system"]
        found = [["system", "\n".join(systems), "[]", []], *others] if systems else others
    return found


def is_speaking(message: list[Any]) -> bool:
    return bool(message[0] == "assistant" and not message[3])


def result(call: dict[str, Any], form: Form) -> list[Any]:
    if "result" not in call:
        return []
    value = call["result"]
    if form.keeps_json or isinstance(value, str):
        return [value]
    return ["" if value is None else compact(value)]


@pytest.mark.parametrize("name", FORMS)
def test_what_is_written_is_read_again(name: str) -> None:
    form = FORMS[name]

    @settings(deadline=None, max_examples=150)
    @given(conversations(late_system=not form.leaves_out_blanks))
    def is_read(messages: list[NewMessage]) -> None:
        written = form.write(messages)
        json.dumps(written, allow_nan=False)
        again = form.read(written)
        assert canonical(said(again, form)) == canonical(said(messages, form))
        assert canonical(form.write(again)) == canonical(written)

    is_read()


@pytest.mark.parametrize("name", FORMS)
def test_a_stored_history_is_written_like_what_was_saved(name: str) -> None:
    form = FORMS[name]
    messages = [
        NewMessage("system", "Be brief."),
        NewMessage("user", [{"type": "text", "text": "See"}, image(PIXEL)]),
        NewMessage(
            "assistant",
            "",
            tool_calls=[
                {"tool_name": "a", "arguments": {"x": 1}, "call_id": "c1", "result": "one"},
                {"tool_name": "b", "arguments": {}, "result": {"ok": [1, 2.0]}},
            ],
        ),
        NewMessage("assistant", "Done."),
    ]
    with agentstore.connect("sqlite://") as store:
        session_id = store.create_session()
        store.save_messages(session_id, messages)
        history = store.get_history(session_id)
    assert form.write(history) == form.write(messages)


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def calling(*ids: str | None, **result: Any) -> NewMessage:
    calls = [{"tool_name": "look", "arguments": {}, "call_id": id_, **result} for id_ in ids]
    return NewMessage("assistant", "", tool_calls=calls)


@pytest.mark.parametrize("name", FORMS)
def test_an_answer_that_is_a_message_too_is_said_once(name: str) -> None:
    """Adapters and readers of forms keep an answer as the call's result and as a message."""
    write = FORMS[name].write
    failed = {"tool_call_id": "c1", "tool_status": "error"}
    messages = [calling("c1", "c2", result="no"), NewMessage("tool", "no", metadata=failed)]
    plain = write([calling("c1", "c2", result="no")])
    written = write(messages)
    if name in {"chat", "responses"}:
        assert written == plain
    else:
        assert canonical(written).count('"no"') == canonical(plain).count('"no"') == 2
        assert canonical(written).count("error") == 1


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("metadata", [None, {"tool_call_id": "c1"}])
def test_a_tools_message_answers_a_pending_call(name: str, metadata: dict[str, Any] | None) -> None:
    write = FORMS[name].write
    answer = NewMessage("tool", "yes", metadata=metadata)
    later = NewMessage("user", "Thanks")
    assert write([calling("c1"), answer, later]) == write([calling("c1", result="yes"), later])


@pytest.mark.parametrize("name", FORMS)
def test_a_call_without_a_result_is_open_at_the_end_only(name: str) -> None:
    write = FORMS[name].write
    assert "look" in canonical(write([calling("c1")]))
    later = NewMessage("user", "Never mind")
    with pytest.raises(InvalidInputError, match=r"messages\[0\].*'look'.*no result"):
        write([calling("c1"), later])
    assert write([calling("c1"), later], pending_result="gone") == write(
        [calling("c1", result="gone"), later]
    )


@pytest.mark.parametrize("name", FORMS)
def test_ids_that_a_provider_does_not_take_are_respelled_alike(name: str) -> None:
    messages = [calling("c1", "c1", result="1"), calling("c1", None, "ü" * 90, result="2")]
    written = canonical(FORMS[name].write(messages))
    [*again] = FORMS[name].read(json.loads(written))
    calls = [call for message in again for call in message.tool_calls]
    assert [call["result"] for call in calls if isinstance(call, dict)] == [*"11222"]
    assert canonical(FORMS[name].write(messages)) == written


@pytest.mark.parametrize(
    ("name", "messages", "what"),
    [
        ("chat", [NewMessage("user", [{"type": "hologram"}])], "'hologram'"),
        ("chat", [NewMessage("assistant", [image(PIXEL)])], "'image_url'.*'assistant'"),
        ("chat", [calling("c", result=[image(PIXEL)])], "result with a part.*'image_url'"),
        ("responses", [NewMessage("assistant", [image(PIXEL)])], "'image_url'"),
        ("anthropic", [NewMessage("user", [image("data:image/tiff;base64,aa==")])], "image/tiff"),
        ("anthropic", [NewMessage("user", "a"), NewMessage("system", "b")], "system message"),
        ("gemini", [NewMessage("user", "a"), NewMessage("system", "b")], "system message"),
        ("gemini", [calling("c", result=[image(PIXEL)])], "result with a part"),
        ("chat", [NewMessage("tool", "42")], "answers no call"),
        (
            "anthropic",
            [NewMessage("tool", "42", metadata={"tool_call_id": "x"})],
            "answers no call",
        ),
    ],
)
def test_what_cannot_be_said_is_named(name: str, messages: list[NewMessage], what: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^messages\[\d\]: .*{what}"):
        FORMS[name].write(messages)


@pytest.mark.parametrize("name", FORMS)
def test_names_and_arguments_that_no_provider_takes_are_named(name: str) -> None:
    odd = NewMessage("assistant", "", tool_calls=[{"tool_name": "look up!", "arguments": {}}])
    with pytest.raises(InvalidInputError, match="a tool named 'look up!'"):
        FORMS[name].write([odd])
    listed = NewMessage("assistant", "", tool_calls=[{"tool_name": "a", "arguments": [1]}])
    if name in {"anthropic", "gemini"}:
        with pytest.raises(InvalidInputError, match="arguments of 'a' that are no object"):
            FORMS[name].write([listed])
    else:
        assert "[1]" in canonical(FORMS[name].write([listed]))


@pytest.mark.parametrize("name", FORMS)
def test_what_is_no_message_is_named(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"messages\[0\] is a Message or NewMessage"):
        FORMS[name].write([{"role": "user", "content": "Hi"}])
    with pytest.raises(InvalidInputError, match="messages is a list"):
        FORMS[name].write("Hi")
    with pytest.raises(InvalidInputError, match=r"messages\[0\]\.content"):
        FORMS[name].write([NewMessage("user", 7)])  # type: ignore[arg-type]


def test_reasoning_goes_back_to_its_own_provider_only() -> None:
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    blocks = [thinking, {"type": "text", "text": "Yes"}, {"type": "thinking", "thinking": "So"}]
    asked = {"role": "user", "content": [{"type": "text", "text": "Sure?"}]}
    messages = formats.from_anthropic([asked, {"role": "assistant", "content": blocks}, asked])
    assert formats.to_anthropic(messages)["messages"][1]["content"] == [
        thinking,
        blocks[2],
        blocks[1],
    ]
    assert "Hm." not in canonical(formats.to_openai_chat(messages))
    assert "Hm." not in canonical(formats.to_gemini(messages))

    item = {"type": "reasoning", "id": "rs_1", "summary": []}
    call = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "ok"}
    assert formats.to_openai_responses(formats.from_openai_responses([item, call, output])) == [
        item,
        call,
        output,
    ]
    assert "rs_1" not in canonical(formats.to_anthropic(formats.from_openai_responses([item])))

    parts = [{"functionCall": {"name": "look", "args": {}}, "thoughtSignature": "c2ln"}]
    contents = [
        {"role": "model", "parts": [{"text": "Hm.", "thought": True}, *parts]},
        {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {}}}]},
        {"role": "model", "parts": [{"text": "Yes", "thoughtSignature": "c2ln"}]},
    ]
    assert formats.to_gemini(formats.from_gemini(contents)) == {"contents": contents}


def test_what_anthropics_servers_answer_stays_in_the_answer() -> None:
    blocks = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"q": "x"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result", "url": "u", "encrypted_content": "e"}],
        },
    ]
    answer = {"role": "assistant", "content": blocks}
    assert formats.to_anthropic(formats.from_anthropic([answer])) == {"messages": [answer]}


@pytest.mark.parametrize(
    ("read", "value", "what"),
    [
        (formats.from_openai_chat, "Hi", "messages is a list"),
        (formats.from_openai_chat, {"messages": []}, "messages is a list"),
        (formats.from_openai_chat, ["Hi"], "message 1 is not an object"),
        (formats.from_openai_chat, [{"content": "Hi"}], 'message 1 has no "role"'),
        (formats.from_openai_chat, [{"role": "wizard", "content": "Hi"}], "role 'wizard'"),
        (formats.from_openai_chat, [{"role": "user", "content": float("nan")}], "content"),
        (formats.from_openai_responses, [{"type": "mystery"}], "item 'mystery': passed over"),
        (formats.from_anthropic, [{"role": "user", "content": [7]}], "neither text nor parts"),
        (formats.from_anthropic, [7], "message 1 is not an object"),
        (formats.from_gemini, [{"role": "user", "parts": [7]}], "neither text nor parts"),
    ],
)
def test_what_is_not_understood_is_refused(read: Any, value: Any, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        read(value)


def test_parts_that_only_one_provider_has_are_kept_for_it() -> None:
    source = {"type": "text", "media_type": "text/plain", "data": "…"}
    document = {"type": "document", "source": source, "citations": {"enabled": True}}
    message = {"role": "user", "content": [document]}
    assert formats.to_anthropic(formats.from_anthropic([message]))["messages"] == [message]
    with pytest.raises(InvalidInputError, match="'document'"):
        formats.to_openai_chat(formats.from_anthropic([message]))


def test_a_structured_answer_says_its_message() -> None:
    call = {"tool_name": "look", "arguments": {}, "call_id": "c1"}
    response = {"type": "clarify", "message": "Which?", "options": ["a"], "tool_calls": [call]}
    with agentstore.connect("sqlite://") as store:
        session_id = store.create_session()
        store.save_assistant_message(session_id, response)
        [written] = formats.to_openai_chat(store.get_history(session_id))
    assert written["content"] == "Which?"
    assert [call["id"] for call in written["tool_calls"]] == ["c1"]
