"""History to and from what model providers take, for the loop around a model.

Four forms, each both ways: OpenAI's chat-completions and Responses, Anthropic's Messages,
Gemini's contents. ``to_…`` takes a history and gives what the provider's client sends; ``from_…``
takes what a provider takes or answers, as dicts or as its client's own objects, and gives what
``Storage.save_messages`` takes::

    request = to_anthropic(store.get_history(session_id))
    answer = client.messages.create(model=…, max_tokens=1024, tools=tools, **request)
    store.save_messages(session_id, from_anthropic([answer]))

A call and its result are one thing in a store and two in these forms: ``to_…`` puts each result
behind the message that called, ``from_…`` gives it to its call. Parts (images, sounds, files) are
kept; what a form has no place for is an InvalidInputError that names it. Ids of calls are kept
where the provider takes them and respelled, the same on both ends, where it does not. The model's
reasoning (``metadata["reasoning"]``) goes back to the provider that it came from, and to no other.
What is a store's alone (times, ids of messages, metadata, fields of a structured response) is not
said. A result that is neither text nor parts is written as JSON text, but for Gemini's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.values import dump_json, load_json
from agentstore.records import JSONValue, Message, NewMessage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms import anthropic, chat_completions, gemini, responses
from agentstore.transfer.forms.building import IS_KEPT
from agentstore.transfer.forms.registry import SHAPE_ERRORS

__all__ = [
    "from_anthropic",
    "from_gemini",
    "from_openai_chat",
    "from_openai_responses",
    "to_anthropic",
    "to_gemini",
    "to_openai_chat",
    "to_openai_responses",
]


def to_openai_chat(
    messages: Iterable[Message | NewMessage], *, pending_result: str | None = None
) -> list[Any]:
    """``messages`` for ``client.chat.completions.create``.

    Args:
        messages: a history, in order.
        pending_result: the answer that is made up for a call without a result while others speak
            behind it ("interrupted", say), as providers refuse such a call. A call of the last
            message that speaks stays open.

    Returns:
        A dict a message.

    Raises:
        InvalidInputError: something among them cannot be said in this form, a call has no result
            and ``pending_result`` is None, or a tool's message answers no call: the message is
            named by its place.
    """
    return chat_completions.write(messages, pending_result)


def to_openai_responses(
    messages: Iterable[Message | NewMessage], *, pending_result: str | None = None
) -> list[Any]:
    """``input`` for ``client.responses.create``.

    Args:
        messages: a history, in order.
        pending_result: as in `to_openai_chat`.

    Returns:
        A dict an item. Several texts of one assistant's message are joined by newlines.

    Raises:
        InvalidInputError: as `to_openai_chat`.
    """
    return responses.write(messages, pending_result)


def to_anthropic(
    messages: Iterable[Message | NewMessage], *, pending_result: str | None = None
) -> dict[str, Any]:
    """``system`` and ``messages`` for ``client.messages.create``.

    Args:
        messages: a history, in order.
        pending_result: as in `to_openai_chat`.

    Returns:
        ``{"system": […], "messages": […]}``, without ``system`` where nobody said anything as
        that. Blank texts are left out, as Anthropic refuses them.

    Raises:
        InvalidInputError: as `to_openai_chat`; also for a system message behind others.
    """
    return anthropic.write(messages, pending_result)


def to_gemini(
    messages: Iterable[Message | NewMessage], *, pending_result: str | None = None
) -> dict[str, Any]:
    """``contents``, and ``system_instruction`` for the config, of ``generate_content``.

    Args:
        messages: a history, in order.
        pending_result: as in `to_openai_chat`.

    Returns:
        ``{"system_instruction": {…}, "contents": […]}``, without ``system_instruction`` where
        nobody said anything as the system. Empty texts are left out.

    Raises:
        InvalidInputError: as `to_openai_chat`; also for a system message behind others.
    """
    return gemini.write(messages, pending_result)


def from_openai_chat(messages: Iterable[Any]) -> list[NewMessage]:
    """Messages of chat-completions as ``save_messages`` takes them.

    Args:
        messages: dicts, or objects of the client's such as ``response.choices[0].message``.

    Raises:
        InvalidInputError: they are not of this form, or something in them is not understood.
    """
    return _read(chat_completions.read, _plain(messages, "messages"))


def from_openai_responses(items: Iterable[Any]) -> list[NewMessage]:
    """Items of the Responses API as ``save_messages`` takes them.

    Args:
        items: dicts, or objects of the client's such as those of ``response.output``.

    Raises:
        InvalidInputError: as `from_openai_chat`.
    """
    return _read(responses.read, _plain(items, "items"))


def from_anthropic(messages: Iterable[Any], *, system: Any = None) -> list[NewMessage]:
    """Anthropic's messages as ``save_messages`` takes them.

    Args:
        messages: dicts, or objects of the client's such as what ``client.messages.create`` gives.
        system: the system prompt, text or blocks; it becomes the first message.

    Raises:
        InvalidInputError: as `from_openai_chat`.
    """
    request = {"messages": _plain(messages, "messages"), "system": _plain_value(system, "system")}
    return _read(anthropic.read, request)


def from_gemini(contents: Iterable[Any], *, system_instruction: Any = None) -> list[NewMessage]:
    """Gemini's contents as ``save_messages`` takes them.

    Args:
        contents: dicts, or objects of the client's such as ``response.candidates[0].content``.
        system_instruction: text or a content; it becomes the first message.

    Raises:
        InvalidInputError: as `from_openai_chat`.
    """
    system = _plain_value(system_instruction, "system_instruction")
    return _read(gemini.read_request, (_plain(contents, "contents"), system))


def _read(read: Callable[[Any], list[Conversation]], value: Any) -> list[NewMessage]:
    try:
        [conversation] = read(value)
    except InvalidInputError:
        raise
    except ValueError as error:
        raise InvalidInputError(str(error)) from error
    except SHAPE_ERRORS as error:
        raise InvalidInputError("the messages are not quite in the form that is read") from error
    for remark in conversation.remarks:
        if not IS_KEPT.search(remark):
            raise InvalidInputError(f"not understood: {remark}")
    return conversation.messages


def _plain(values: Iterable[Any], name: str) -> list[JSONValue]:
    """A list of messages as JSON has them."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InvalidInputError(f"{name} is a list of messages")
    return [_plain_value(value, f"{name}[{place}]") for place, value in enumerate(values)]


def _plain_value(value: Any, name: str) -> JSONValue:
    return load_json(dump_json(_dumped(value), name))


def _dumped(value: Any) -> Any:
    """A value with the objects in it as dicts, as the providers' clients make them."""
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, Mapping):
        return {key: _dumped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dumped(item) for item in value]
    return value
