"""The export of Open WebUI: trees of messages, of which the branch to the current one counts."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of
from agentstore.transfer.forms.loose_messages import say_loosely


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
    for key in path:
        say_loosely(builder, messages[key], "parentId", "childrenIds")
    builder.pass_over("message on a branch that was not chosen", len(messages) - len(path))
    chat = value.get("chat")
    rest = without(value, "chat", "created_at", "history", "messages")
    title = value.get("title")
    if isinstance(chat, dict):
        title = title or chat.get("title")
        kept = without(chat, "history", "messages", "title")
        rest |= {"chat": kept} if kept else {}
    return [
        builder.finish(
            rest,
            id=value.get("id"),
            created_at=value.get("created_at"),
            title=title,
            state="archived" if value.get("archived") is True else "open",
        )
    ]


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
