"""The export of ChatGPT: trees of messages, of which the branch to the current node counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of
from agentstore.transfer.forms.parts import part_values, text_part, unknown_part
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought
from agentstore.transfer.plain_form import text_of_parts

_TEXTS = ("text", "result", "content", "user_profile", "user_instructions", "summary")
_READ = ("author", "content", "create_time", "recipient", "status", "end_turn", "weight", "channel")


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a conversation."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    nodes = {key: node for key, node in value["mapping"].items() if isinstance(node, dict)}
    parents = {key: node.get("parent") for key, node in nodes.items()}
    leaf = value.get("current_node")
    path = branch(leaf if leaf in parents else _last(nodes), parents)
    for key in path:
        message = nodes[key].get("message")
        if isinstance(message, dict):
            _say(builder, message)
    others = sum(isinstance(nodes[key].get("message"), dict) for key in nodes.keys() - set(path))
    builder.pass_over("message on a branch that was not chosen", others)
    rest = without(value, "mapping", "create_time")
    return [
        builder.finish(
            rest,
            id=value.get("conversation_id") or value.get("id"),
            created_at=value.get("create_time"),
            title=value.get("title"),
            state="archived" if value.get("is_archived") is True else "open",
        )
    ]


def _last(nodes: Mapping[str, dict[str, JSONValue]]) -> str | None:
    """The end of the branch of first children, where no node is said to be current."""
    node = next((key for key, item in nodes.items() if item.get("parent") not in nodes), None)
    seen: set[str] = set()
    while node is not None and node not in seen:
        seen.add(node)
        children = [child for child in items_of(nodes[node], "children") if child in nodes]
        if not children:
            break
        node = children[-1]
    return node


def _say(builder: Builder, message: dict[str, JSONValue]) -> None:
    author = message.get("author")
    author = author if isinstance(author, dict) else {}
    content = message.get("content")
    content = content if isinstance(content, dict) else {"parts": [content]}
    pieces = list(_pieces(content))
    recipient = message.get("recipient")
    role = builder.role(author.get("role"))
    if not pieces:
        if content.get("content_type") not in {"text", "multimodal_text", "code", None}:
            builder.remark("message with no text that is known: passed over")
        return
    if content.get("content_type") == "user_editable_context":
        role = "system"
    if role == "assistant" and recipient not in {None, "all"}:
        pieces = [Call(recipient, _text(pieces))]
    elif role == "tool":
        pieces = [Answer(_text(pieces), tool_name=author.get("name"))]
    metadata = without(message, *_READ)
    builder.say(role, pieces, metadata=metadata, at=message.get("create_time"))


def _pieces(content: Mapping[str, JSONValue]) -> Iterator[Piece]:
    kind = content.get("content_type")
    if kind in {"thoughts", "reasoning_recap"}:
        yield Thought(dict(content))
        return
    for part in items_of(content, "parts"):
        if isinstance(part, str):
            if part:
                yield text_part(part)
        elif isinstance(part, dict):
            if isinstance(part.get("text"), str):
                yield text_part(part["text"])
            else:
                yield from unknown_part(part, str(part.get("content_type", "part")))
    for key in _TEXTS:
        if isinstance(content.get(key), str) and content[key]:
            yield text_part(content[key])


def _text(pieces: list[Piece]) -> JSONValue:
    """What pieces say as one text, or their parts where that is not all."""
    values = part_values(pieces)
    text = text_of_parts(values)
    return values if text is None else text


FORM = Form("chatgpt", "ChatGPT export", is_whole, read)
