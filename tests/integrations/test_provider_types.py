"""What `agentstore.formats` writes is what the providers' own types describe, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from anthropic.types import MessageParam, TextBlockParam
from conversations_said import conversations
from google.genai import types as genai
from hypothesis import given, settings
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from openai.types.responses import Response, ResponseInputItemParam
from pydantic import TypeAdapter

from agentstore import NewMessage, formats
from agentstore.transfer.json_text import canonical

CHAT = TypeAdapter[Any](list[ChatCompletionMessageParam])
RESPONSES = TypeAdapter[Any](list[ResponseInputItemParam])
ANTHROPIC = TypeAdapter[Any](list[MessageParam])
SYSTEM = TypeAdapter[Any](list[TextBlockParam])


def read_by(adapter: TypeAdapter[Any], value: Any) -> Any:
    """What a type takes of a value; unknown keys are not among it."""
    return exhausted(adapter.validate_python(value))


def exhausted(value: Any) -> Any:
    """A value with all that pydantic would look at later."""
    if isinstance(value, Mapping):
        return {key: exhausted(item) for key, item in value.items()}
    is_lazy = hasattr(value, "__next__")
    return [exhausted(item) for item in value] if is_lazy or isinstance(value, list) else value


@settings(deadline=None, max_examples=60)
@given(conversations(late_system=True))
def test_openai_takes_it(messages: list[NewMessage]) -> None:
    chat = formats.to_openai_chat(messages)
    assert canonical(read_by(CHAT, chat)) == canonical(chat)
    items = formats.to_openai_responses(messages)
    assert canonical(read_by(RESPONSES, items)) == canonical(items)


@settings(deadline=None, max_examples=60)
@given(conversations(late_system=False))
def test_anthropic_takes_it(messages: list[NewMessage]) -> None:
    request = formats.to_anthropic(messages)
    assert canonical(read_by(ANTHROPIC, request["messages"])) == canonical(request["messages"])
    system = request.get("system", [])
    assert canonical(read_by(SYSTEM, system)) == canonical(system)


@settings(deadline=None, max_examples=60)
@given(conversations(late_system=False))
def test_gemini_takes_it(messages: list[NewMessage]) -> None:
    request = formats.to_gemini(messages)
    contents = [genai.Content.model_validate(content) for content in request["contents"]]
    system = request.get("system_instruction")
    genai.GenerateContentConfig.model_validate({"system_instruction": system})
    # Its objects are read back as what was said.
    again = formats.to_gemini(formats.from_gemini(contents, system_instruction=system))
    assert canonical(again) == canonical(request)


def test_the_clients_objects_are_read() -> None:
    function = {"name": "look", "arguments": '{"x": 1}'}
    message = {
        "role": "assistant",
        "content": "Let me see.",
        "refusal": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
    }
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message, "logprobs": None}
    completion = ChatCompletion.model_validate(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    )
    [read] = formats.from_openai_chat([completion.choices[0].message])
    assert read.content == "Let me see."
    assert [call["arguments"] for call in read.tool_calls if isinstance(call, dict)] == [{"x": 1}]

    text = {"type": "output_text", "text": "Yes", "annotations": []}
    item = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [text],
    }
    response = Response.model_validate(
        {
            "id": "r",
            "created_at": 1,
            "model": "m",
            "object": "response",
            "output": [item],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
        }
    )
    [said] = formats.from_openai_responses(response.output)
    assert (said.role, said.content) == ("assistant", "Yes")


@pytest.mark.parametrize("thought", [None, "c2ln"])
def test_geminis_objects_are_read(thought: str | None) -> None:
    call = genai.Part.model_validate(
        {"functionCall": {"name": "look", "args": {"x": 1}}, "thoughtSignature": thought}
    )
    content = genai.Content(role="model", parts=[genai.Part(text="Hm"), call])
    [read] = formats.from_gemini([content])
    assert read.content == "Hm"
    [written] = formats.to_gemini([read])["contents"]
    assert genai.Content.model_validate(written) == content
