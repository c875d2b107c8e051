"""The export of Open WebUI: trees of messages, of which the branch to the current one counts."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of
from agentstore.transfer.forms.loose_messages import say_loosely
from agentstore.transfer.forms.parts import is_link, read_parts

_CALL = '<details type="tool_calls"'
"""How a call begins that Open WebUI has written into an answer, as HTML."""


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a chat."""
    return _history(value) is not None


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    history = _history(value)
    if history is None:
        raise ValueError('there is no "chat.history" with messages')
    builder = Builder()
    found = history.get("messages")
    messages = {
        key: item
        for key, item in (found.items() if isinstance(found, dict) else ())
        if isinstance(item, dict)
    }
    parents = {key: message.get("parentId") for key, message in messages.items()}
    leaf = history.get("currentId")
    if leaf not in parents:
        leaf = next(reversed(messages), None)
    path = branch(leaf, parents)
    chat = value.get("chat")
    chat, system = _parted(chat) if isinstance(chat, dict) else ({}, None)
    if system is not None:
        builder.say("system", read_parts(system))
    for key in path:
        message = messages[key]
        say_loosely(builder, _with_images(message), "parentId", "childrenIds")
        builder.pass_over("tool call in an answer's text: left there", _calls_in(message))
    builder.pass_over("message on a branch that was not chosen", len(messages) - len(path))
    rest = without(value, "chat", "created_at", "history", "messages")
    kept = without(chat, "history", "messages", "title")
    rest |= {"chat": kept} if kept else {}
    return [
        builder.finish(
            rest,
            id=value.get("id"),
            created_at=value.get("created_at"),
            title=value.get("title") or chat.get("title"),
            state="archived" if value.get("archived") is True else "open",
        )
    ]


def _parted(chat: Mapping[str, JSONValue]) -> tuple[dict[str, JSONValue], JSONValue]:
    """A chat without its system prompt, and the prompt; None where it has none."""
    params = chat.get("params")
    params = params if isinstance(params, dict) else {}
    system = params.get("system")
    if not isinstance(system, str) or not system:
        return dict(chat), None
    return {**chat, "params": without(params, "system")}, system


def _with_images(message: Mapping[str, JSONValue]) -> Mapping[str, JSONValue]:
    """A message with what a user shows under ``images``; other files are kept as they are."""
    files = items_of(message, "files")
    shown = [item for item in files if message.get("role") == "user" and _is_image(item)]
    if not shown:
        return message
    others = [item for item in files if item not in shown]
    return {**message, "files": others, "images": [item["url"] for item in shown]}


def _is_image(file: JSONValue) -> bool:
    return isinstance(file, dict) and file.get("type") == "image" and is_link(file.get("url"))


def _calls_in(message: Mapping[str, JSONValue]) -> int:
    content = message.get("content")
    return content.count(_CALL) if isinstance(content, str) else 0


def _history(value: JSONValue) -> Mapping[str, JSONValue] | None:
    chat = value.get("chat", value) if isinstance(value, dict) else None
    history = chat.get("history") if isinstance(chat, dict) else None
    if isinstance(history, dict) and isinstance(history.get("messages"), dict):
        return history
    if isinstance(chat, dict) and chat is not value and items_of(chat, "messages"):
        flat = [item for item in chat["messages"] if isinstance(item, dict)]
        keys = [str(number) for number in range(len(flat))]
        chained = {
            key: {**message, "parentId": str(int(key) - 1)}
            for key, message in zip(keys, flat, strict=True)
        }
        return {"messages": chained, "currentId": keys[-1] if keys else None}
    return None


FORM = Form("open-webui", "Open WebUI export", is_whole, read)
