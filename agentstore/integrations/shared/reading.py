"""A session's messages for an adapter: its own as they are, all others in plain form.

Plain form is what a model of any framework can be given: roles, text and images, calls that are
followed by their answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from agentstore.integrations.shared.drafts import Draft, as_text, draft_of, pair_answers
from agentstore.model.preparing_calls import success_of
from agentstore.records import JSONValue, Message, ToolCall

T = TypeVar("T")

_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})


@dataclass
class Own(Generic[T]):
    """A message that the reading adapter saved itself, and the framework's that it was."""

    message: Message
    value: T


@dataclass
class Plain:
    """What others saved and belongs together: a message, or calls with what answers them.

    Attributes:
        sources: the messages of the store that it was read from.
        drafts: the message in plain form, then the answers to its calls that are not messages
            of their own. Every call has a call_id, every answer names its call.
    """

    sources: list[Message]
    drafts: list[Draft]


@dataclass(frozen=True)
class Image:
    """An image in plain form: its URL, which may be a data: URL."""

    url: str


def read_messages(messages: Sequence[Message], own: Mapping[str, T]) -> Iterator[Own[T] | Plain]:
    """A session's messages, in order.

    What others saved as several assistant messages, a text and the calls after it, is one again,
    as most model providers want it. Messages that say nothing outside their framework are left
    out, reasoning among them.

    Args:
        messages: the messages, or the last of them.
        own: what the reading adapter saved itself, by the ids of the messages.
    """
    pairs = pair_answers(messages)
    answered = {call.id for call in pairs.values()}
    turn: Plain | None = None
    for message in messages:
        if message.id in own:
            if turn is not None:
                yield _with_answers(turn, answered)
                turn = None
            yield Own(message, own[message.id])
            continue
        draft = _plain_draft(message, pairs.get(message.id))
        if draft is None:
            continue
        if turn is not None and _continues(turn, draft):
            turn.sources.append(message)
            turn.drafts[0].calls.extend(draft.calls)
            continue
        if turn is not None:
            yield _with_answers(turn, answered)
        turn = Plain([message], [draft])
    if turn is not None:
        yield _with_answers(turn, answered)


def texts_and_images(content: str | Sequence[dict[str, JSONValue]]) -> list[str | Image]:
    """The parts of a content that plain form knows: texts and images, whoever wrote them."""
    if isinstance(content, str):
        return [content] if content else []
    parts: list[str | Image] = []
    for part in content:
        if part["type"] in _TEXT_PARTS and isinstance(part.get("text"), str):
            parts.append(part["text"])
        elif (url := _image_url(part)) is not None:
            parts.append(Image(url))
    return parts


def _image_url(part: dict[str, JSONValue]) -> str | None:
    """An image's URL as OpenAI's two interfaces and LangChain write it."""
    if part["type"] in {"input_image", "image_url"}:
        url = part.get("image_url")
        url = url.get("url") if isinstance(url, dict) else url
    elif part["type"] == "image" and isinstance(part.get("base64"), str):
        url = f"data:{part.get('mime_type', 'image/png')};base64,{part['base64']}"
    elif part["type"] == "image":
        url = part.get("url")
    else:
        return None
    return url if isinstance(url, str) else None


def _plain_draft(message: Message, answered: ToolCall | None) -> Draft | None:
    """A message in plain form; None where it says nothing outside its framework.

    Args:
        answered: the call that it answers.
    """
    draft = draft_of(message)
    for call in draft.calls:
        call.call_id = call.call_id or call.id
    silent = not draft.content or draft.response_type == "reasoning"
    if draft.role == "assistant" and silent and not draft.calls:
        return None
    if draft.role == "tool" and draft.answers is None:
        draft.role = "user"  # no framework takes a tool's answer to nothing
    if draft.role == "tool":
        draft.result = _said(draft)
    if answered is not None:
        draft.tool_name = answered.tool_name
        if answered.completed_at:
            draft.result = answered.result
    return draft


def _said(draft: Draft) -> JSONValue:
    """What a tool message says itself, where no call in the session tells what was returned."""
    if isinstance(draft.content, str):
        return draft.content
    texts = [part for part in texts_and_images(draft.content) if isinstance(part, str)]
    return "\n".join(texts) if len(texts) == len(draft.content) else list(draft.content)


def _continues(turn: Plain, draft: Draft) -> bool:
    first = turn.drafts[0]
    return first.role == "assistant" == draft.role and not draft.content and bool(draft.calls)


def _with_answers(turn: Plain, answered: set[str]) -> Plain:
    """The turn, with the results that are no messages of their own behind it."""
    if turn.drafts[0].role == "assistant":
        turn.drafts.extend(
            Draft(
                "tool",
                as_text(call.result),
                answers=call.call_id,
                tool_name=call.tool_name,
                failed=success_of(call.result) is False,
                result=call.result,
            )
            for call in turn.drafts[0].calls
            if call.answered and call.id not in answered
        )
    return turn
