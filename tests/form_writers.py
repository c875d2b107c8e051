"""One conversation as the programs of the field write it: a writer for each form."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TIME = "2026-01-02T03:04:05Z"


@dataclass(frozen=True)
class Called:
    """A call of a tool, and what it answered."""

    id: str
    name: str
    arguments: dict[str, Any]
    result: str


@dataclass(frozen=True)
class Spoken:
    """What one of the two says; only an assistant calls tools, behind what it says."""

    role: str
    text: str
    calls: list[Called] = field(default_factory=list)


Conversation = list[Spoken]
WRITERS: dict[str, Callable[[Conversation], Any]] = {}
WITHOUT_CALLS = {"open-webui", "llm", "langfuse"}
"""Forms that have no calls, or whose calls are in the messages of others."""


def writer(name: str) -> Callable[[Callable[[Conversation], Any]], Callable[[Conversation], Any]]:
    """Register the writer of a form."""

    def register(write: Callable[[Conversation], Any]) -> Callable[[Conversation], Any]:
        WRITERS[name] = write
        return write

    return register


def function(call: Called) -> dict[str, Any]:
    """A call as OpenAI has it."""
    details = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": call.id, "type": "function", "function": details}


@writer("chat-completions")
def chat_completions(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for spoken in conversation:
        message: dict[str, Any] = {"role": spoken.role, "content": spoken.text}
        if spoken.calls:
            message["tool_calls"] = [function(call) for call in spoken.calls]
        messages.append(message)
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": call.result}
            for call in spoken.calls
        ]
    return {"messages": messages}


def response_items(conversation: Conversation) -> list[Any]:
    items: list[Any] = []
    for spoken in conversation:
        kind = "output_text" if spoken.role == "assistant" else "input_text"
        part = {"type": kind, "text": spoken.text}
        items.append({"type": "message", "role": spoken.role, "content": [part]})
        items += [
            {
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": json.dumps(call.arguments),
            }
            for call in spoken.calls
        ]
        items += [
            {"type": "function_call_output", "call_id": call.id, "output": call.result}
            for call in spoken.calls
        ]
    return items


@writer("responses")
def responses(conversation: Conversation) -> Any:
    return {"model": "m", "input": response_items(conversation)}


def anthropic_messages(conversation: Conversation) -> list[Any]:
    messages: list[Any] = []
    for spoken in conversation:
        blocks: list[Any] = [{"type": "text", "text": spoken.text}]
        blocks += [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
            for call in spoken.calls
        ]
        messages.append({"role": spoken.role, "content": blocks})
        if spoken.calls:
            results = [
                {"type": "tool_result", "tool_use_id": call.id, "content": call.result}
                for call in spoken.calls
            ]
            messages.append({"role": "user", "content": results})
    return messages


@writer("anthropic")
def anthropic(conversation: Conversation) -> Any:
    return {"system": "Be brief.", "messages": anthropic_messages(conversation)}


@writer("claude-code")
def claude_code(conversation: Conversation) -> Any:
    lines: list[Any] = [{"type": "summary", "summary": "Kites", "leafUuid": "u0"}]
    parent = None
    number = 0
    for message in anthropic_messages(conversation):
        # Each block has a line of its own.
        for block in message["content"]:
            number += 1
            inner = {**message, "content": [block]}
            if message["role"] == "assistant":
                inner["id"] = f"msg_{id(message)}"
            lines.append(
                {
                    "type": message["role"],
                    "message": inner,
                    "uuid": f"u{number}",
                    "parentUuid": parent,
                    "sessionId": "s",
                    "isSidechain": False,
                    "timestamp": TIME,
                }
            )
            parent = f"u{number}"
    return lines


@writer("claude-ai")
def claude_ai(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for number, spoken in enumerate(conversation):
        content: list[Any] = [{"type": "text", "text": spoken.text}]
        for call in spoken.calls:
            content += [
                {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments},
                {"type": "tool_result", "tool_use_id": call.id, "content": call.result},
            ]
        messages.append(
            {
                "uuid": f"m{number}",
                "sender": "human" if spoken.role == "user" else "assistant",
                "text": spoken.text,
                "content": content,
                "created_at": TIME,
            }
        )
    return {"uuid": "c", "name": "", "created_at": TIME, "chat_messages": messages}


@writer("chatgpt")
def chatgpt(conversation: Conversation) -> Any:
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
    last = "root"

    def add(author: dict[str, Any], content: dict[str, Any], recipient: str = "all") -> None:
        nonlocal last
        key = f"n{len(mapping)}"
        message = {
            "id": key,
            "author": author,
            "content": content,
            "recipient": recipient,
            "create_time": 1764300000.5,
        }
        mapping[key] = {"id": key, "parent": last, "children": [], "message": message}
        mapping[last]["children"] = [key]
        last = key

    for spoken in conversation:
        add({"role": spoken.role}, {"content_type": "text", "parts": [spoken.text]})
        for call in spoken.calls:
            code = {"content_type": "code", "text": json.dumps(call.arguments)}
            add({"role": "assistant"}, code, call.name)
            output = {"content_type": "execution_output", "text": call.result}
            add({"role": "tool", "name": call.name}, output)
    return {"title": "Kites", "create_time": 1764300000.1, "mapping": mapping, "current_node": last}


@writer("codex")
def codex(conversation: Conversation) -> Any:
    meta = {"timestamp": TIME, "type": "session_meta", "payload": {"id": "s", "cwd": "/p"}}
    event = {"timestamp": TIME, "type": "event_msg", "payload": {"type": "token_count"}}
    lines = [
        {"timestamp": TIME, "type": "response_item", "payload": item}
        for item in response_items(conversation)
    ]
    return [meta, event, *lines]


@writer("gemini-cli")
def gemini_cli(conversation: Conversation) -> Any:
    messages = []
    for number, spoken in enumerate(conversation):
        message: dict[str, Any] = {
            "id": str(number),
            "timestamp": TIME,
            "type": "gemini" if spoken.role == "assistant" else "user",
            "content": spoken.text,
        }
        if spoken.role == "assistant":
            message["toolCalls"] = [
                {
                    "id": call.id,
                    "name": call.name,
                    "args": call.arguments,
                    "status": "success",
                    "timestamp": TIME,
                    "result": [
                        {
                            "functionResponse": {
                                "id": call.id,
                                "name": call.name,
                                "response": {"output": call.result},
                            }
                        }
                    ],
                }
                for call in spoken.calls
            ]
        messages.append(message)
    return {"sessionId": "s", "projectHash": "h", "startTime": TIME, "messages": messages}


@writer("gemini")
def gemini(conversation: Conversation) -> Any:
    contents: list[Any] = []
    for spoken in conversation:
        parts: list[Any] = [{"text": spoken.text}]
        parts += [
            {"functionCall": {"name": call.name, "args": call.arguments}} for call in spoken.calls
        ]
        role = "model" if spoken.role == "assistant" else spoken.role
        contents.append({"role": role, "parts": parts})
        if spoken.calls:
            answers = [
                {"functionResponse": {"name": call.name, "response": {"output": call.result}}}
                for call in spoken.calls
            ]
            contents.append({"role": "user", "parts": answers})
    return {"contents": contents, "systemInstruction": {"parts": [{"text": "Be brief."}]}}


@writer("sharegpt")
def sharegpt(conversation: Conversation) -> Any:
    said: list[Any] = []
    for spoken in conversation:
        word = "gpt" if spoken.role == "assistant" else "human"
        said.append({"from": word, "value": spoken.text})
        for call in spoken.calls:
            value = {"name": call.name, "arguments": call.arguments}
            said.append({"from": "function_call", "value": json.dumps(value)})
            said.append({"from": "observation", "value": call.result})
    return {"id": "a", "conversations": said}


@writer("vercel-ui")
def vercel_ui(conversation: Conversation) -> Any:
    messages = []
    for number, spoken in enumerate(conversation):
        parts: list[Any] = [{"type": "text", "text": spoken.text}]
        parts += [
            {
                "type": f"tool-{call.name}",
                "toolCallId": call.id,
                "state": "output-available",
                "input": call.arguments,
                "output": call.result,
            }
            for call in spoken.calls
        ]
        messages.append({"id": str(number), "role": spoken.role, "parts": parts})
    return {"id": "c", "messages": messages}


@writer("vercel-model")
def vercel_model(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for spoken in conversation:
        parts: list[Any] = [{"type": "text", "text": spoken.text}]
        names = [{"toolCallId": call.id, "toolName": call.name} for call in spoken.calls]
        pairs = list(zip(names, spoken.calls, strict=True))
        parts += [{"type": "tool-call", **name, "input": call.arguments} for name, call in pairs]
        messages.append({"role": spoken.role, "content": parts})
        results = [
            {"type": "tool-result", **name, "output": {"type": "text", "value": call.result}}
            for name, call in pairs
        ]
        if results:
            messages.append({"role": "tool", "content": results})
    return messages


def langchain_messages(conversation: Conversation) -> list[Any]:
    messages: list[Any] = []
    for spoken in conversation:
        kind = "ai" if spoken.role == "assistant" else "human"
        data: dict[str, Any] = {"content": spoken.text, "type": kind, "additional_kwargs": {}}
        if kind == "ai":
            data["tool_calls"] = [
                {"name": call.name, "args": call.arguments, "id": call.id, "type": "tool_call"}
                for call in spoken.calls
            ]
        messages.append({"type": kind, "data": data})
        messages += [
            {
                "type": "tool",
                "data": {"content": call.result, "type": "tool", "tool_call_id": call.id},
            }
            for call in spoken.calls
        ]
    return messages


@writer("langchain")
def langchain(conversation: Conversation) -> Any:
    return langchain_messages(conversation)


@writer("langsmith")
def langsmith(conversation: Conversation) -> Any:
    messages = [
        {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", CLASSES[message["type"]]],
            "kwargs": message["data"],
        }
        for message in langchain_messages(conversation)
    ]
    before, last = messages[:-1], messages[-1]
    return {
        "id": "r",
        "run_type": "llm",
        "trace_id": "t",
        "start_time": TIME,
        "inputs": {"messages": [before]},
        "outputs": {"generations": [[{"text": "", "message": last}]]},
    }


CLASSES = {"ai": "AIMessage", "human": "HumanMessage", "tool": "ToolMessage"}


@writer("langfuse")
def langfuse(conversation: Conversation) -> Any:
    messages = chat_completions(conversation)["messages"]
    return [
        {
            "id": f"o{end}",
            "traceId": "t",
            "type": "GENERATION",
            "startTime": f"2026-01-02T03:{end:02}:00Z",
            "input": messages[:end],
            "output": messages[end],
        }
        for end in range(len(messages))
    ]


@writer("open-webui")
def open_webui(conversation: Conversation) -> Any:
    messages = {
        str(number): {
            "id": str(number),
            "parentId": str(number - 1) if number else None,
            "childrenIds": [str(number + 1)],
            "role": spoken.role,
            "content": spoken.text,
            "timestamp": 1764300000 + number,
        }
        for number, spoken in enumerate(conversation)
    }
    aside = {"id": "x", "parentId": None, "role": "user", "content": "another branch"}
    history = {"messages": {"x": aside, **messages}, "currentId": str(len(conversation) - 1)}
    return {"id": "c", "title": "Kites", "chat": {"history": history}, "created_at": 1764300000}


@writer("librechat")
def librechat(conversation: Conversation) -> Any:
    root: list[Any] = []
    children = root
    for number, spoken in enumerate(conversation):
        content: list[Any] = [{"type": "text", "text": spoken.text}]
        content += [
            {
                "type": "tool_call",
                "tool_call": {
                    "id": call.id,
                    "name": call.name,
                    "args": json.dumps(call.arguments),
                    "output": call.result,
                },
            }
            for call in spoken.calls
        ]
        message: dict[str, Any] = {
            "messageId": f"m{number}",
            "isCreatedByUser": spoken.role == "user",
            "text": spoken.text,
            "createdAt": TIME,
            "children": [],
        }
        if spoken.role == "assistant":
            message["content"] = content
        children.append(message)
        children = message["children"]
    return {"conversationId": "c", "title": "Kites", "recursive": True, "messages": root}


@writer("ollama")
def ollama(conversation: Conversation) -> Any:
    messages: list[Any] = [{"role": "user", "content": "What is it?", "images": ["iVBORw0KGgo="]}]
    for spoken in conversation:
        message: dict[str, Any] = {"role": spoken.role, "content": spoken.text}
        if spoken.calls:
            message["tool_calls"] = [
                {"function": {"name": call.name, "arguments": call.arguments}}
                for call in spoken.calls
            ]
        messages.append(message)
        messages += [
            {"role": "tool", "tool_name": call.name, "content": call.result}
            for call in spoken.calls
        ]
    return {"model": "m", "messages": messages}


@writer("bedrock")
def bedrock(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for spoken in conversation:
        blocks: list[Any] = [{"text": spoken.text}]
        blocks += [
            {"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}}
            for call in spoken.calls
        ]
        messages.append({"role": spoken.role, "content": blocks})
        results = [
            {"toolResult": {"toolUseId": call.id, "content": [{"text": call.result}]}}
            for call in spoken.calls
        ]
        if results:
            messages.append({"role": "user", "content": results})
    return {"system": [{"text": "Be brief."}], "messages": messages}


@writer("haystack")
def haystack(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for spoken in conversation:
        blocks: list[Any] = [{"text": spoken.text}]
        calls = [
            {"tool_name": call.name, "arguments": call.arguments, "id": call.id}
            for call in spoken.calls
        ]
        blocks += [{"tool_call": call} for call in calls]
        messages.append({"role": spoken.role, "content": blocks, "meta": {}, "name": None})
        messages += [
            {
                "role": "tool",
                "content": [
                    {"tool_call_result": {"result": call.result, "origin": origin, "error": False}}
                ],
                "meta": {},
                "name": None,
            }
            for call, origin in zip(spoken.calls, calls, strict=True)
        ]
    return {"messages": messages}


@writer("llamaindex")
def llamaindex(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for spoken in conversation:
        more = {"tool_calls": [function(call) for call in spoken.calls]} if spoken.calls else {}
        blocks = [{"block_type": "text", "text": spoken.text}]
        messages.append({"role": spoken.role, "additional_kwargs": more, "blocks": blocks})
        messages += [
            {
                "role": "tool",
                "additional_kwargs": {"tool_call_id": call.id, "name": call.name},
                "blocks": [{"block_type": "text", "text": call.result}],
            }
            for call in spoken.calls
        ]
    return {"store": {"ann": messages}, "class_name": "SimpleChatStore"}


@writer("semantic-kernel")
def semantic_kernel(conversation: Conversation) -> Any:
    messages: list[Any] = []

    def add(role: str, items: list[Any]) -> None:
        messages.append({"content_type": "message", "role": role, "metadata": {}, "items": items})

    for spoken in conversation:
        items: list[Any] = [{"content_type": "text", "text": spoken.text}]
        items += [
            {
                "content_type": "function_call",
                "id": call.id,
                "name": call.name,
                "arguments": json.dumps(call.arguments),
            }
            for call in spoken.calls
        ]
        add(spoken.role, items)
        for call in spoken.calls:
            result = {"id": call.id, "name": call.name, "result": call.result}
            add("tool", [{"content_type": "function_result", **result}])
    return {"messages": messages}


@writer("tau2")
def tau2(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for spoken in conversation:
        calls = [
            {
                "id": call.id,
                "name": call.name,
                "arguments": call.arguments,
                "requestor": "assistant",
            }
            for call in spoken.calls
        ]
        message = {"role": spoken.role, "content": spoken.text, "tool_calls": calls or None}
        messages.append({**message, "turn_idx": len(messages), "timestamp": TIME})
        answers = [
            {
                "id": call.id,
                "role": "tool",
                "content": call.result,
                "requestor": "assistant",
                "error": False,
            }
            for call in spoken.calls
        ]
        if len(answers) > 1:
            messages.append({"role": "tool", "tool_messages": answers})
        else:
            messages += answers
    return {"simulations": [{"id": "s", "task_id": "0", "messages": messages}], "tasks": []}


@writer("swe-agent")
def swe_agent(conversation: Conversation) -> Any:
    history: list[Any] = []
    for spoken in conversation:
        message: dict[str, Any] = {"role": spoken.role, "content": spoken.text, "agent": "main"}
        if spoken.calls:
            message |= {"tool_calls": [function(call) for call in spoken.calls], "action": "x"}
        history.append({**message, "message_type": "action"})
        history += [
            {
                "role": "tool",
                "content": call.result,
                "tool_call_ids": [call.id],
                "message_type": "observation",
            }
            for call in spoken.calls
        ]
    return {"trajectory": [], "history": history, "info": {"exit_status": "submitted"}}


@writer("inspect")
def inspect(conversation: Conversation) -> Any:
    messages: list[Any] = []
    for spoken in conversation:
        message: dict[str, Any] = {"role": spoken.role, "content": spoken.text, "id": "m"}
        if spoken.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "function": call.name,
                    "arguments": call.arguments,
                    "type": "function",
                }
                for call in spoken.calls
            ]
        messages.append(message)
        messages += [
            {
                "role": "tool",
                "content": call.result,
                "tool_call_id": call.id,
                "function": call.name,
            }
            for call in spoken.calls
        ]
    sample = {"id": 1, "epoch": 1, "input": "", "target": "", "messages": messages}
    return {"version": 2, "status": "success", "eval": {"task": "t"}, "samples": [sample]}


@writer("llm")
def llm(conversation: Conversation) -> Any:
    """Prompts and responses; what does not come in such pairs has one half empty."""
    rows: list[dict[str, Any]] = []
    for spoken in conversation:
        if spoken.role == "user" or not rows or rows[-1]["response"]:
            rows.append({"prompt": "", "response": ""})
        rows[-1]["prompt" if spoken.role == "user" else "response"] = spoken.text
    return [
        {
            "id": f"{number:04}",
            "conversation_id": "c",
            "datetime_utc": f"2026-01-02T03:{number:02}:00",
            "system": None,
            **row,
        }
        for number, row in enumerate(rows)
    ]
