"""Messages inside a record of another form, whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agentstore.records import JSONValue
from agentstore.transfer.forms import anthropic, bedrock, gemini, langchain, responses, vercel
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import has_role, items_of, objects
from agentstore.transfer.forms.gemini import read_content
from agentstore.transfer.forms.loose_messages import say_loosely
from agentstore.transfer.forms.parts import read_parts
from agentstore.transfer.forms.pieces import Piece
from agentstore.transfer.json_text import compact

_KEYS = ("messages", "message", "input", "output", "contents", "choices", "candidates", "content")
_SYSTEM = ("system", "instructions", "systemInstruction", "system_instruction")
_BLOCKS = (
    (anthropic.is_message, anthropic.read_block),
    (bedrock.is_message, bedrock.read_block),
    (vercel.is_model_message, vercel.read_block),
)


@dataclass(frozen=True)
class Inside:
    """What a record's input or output has.

    Attributes:
        messages: its messages.
        system: the system prompt beside them, None where there is none.
        rest: what else is beside them.
    """

    messages: list[JSONValue]
    system: JSONValue = None
    rest: dict[str, JSONValue] = field(default_factory=dict)


def look_in(value: JSONValue) -> Inside | None:
    """The messages in a record's input or output; None where there are none."""
    if _is_message(value):
        return Inside([value])
    if isinstance(value, dict):
        return _look_in_object(value)
    if not isinstance(value, list) or not value:
        return None
    if all(map(_is_message, value)):
        return Inside(value)
    # A batch of one.
    return look_in(value[0]) if len(value) == 1 else None


def say_exchange(
    builder: Builder, given: JSONValue, answer: JSONValue
) -> dict[str, dict[str, JSONValue]]:
    """Add what a record's input and output say.

    Args:
        builder: the conversation.
        given: the input: messages, a text, an object.
        answer: the output, alike. A graph gives its whole state back, the input included.

    Returns:
        What else the two have, as metadata.
    """
    before, after = look_in(given) or _look_in_prompt(given), look_in(answer)
    if before is not None and before.system is not None:
        builder.say("system", _system_pieces(before.system))
    if after is None or not _has_all(after.messages, before, given):
        _say_side(builder, "user", before, given)
    _say_side(builder, "assistant", after, answer)
    sides = {"further_input": before, "further_output": after}
    return {key: side.rest for key, side in sides.items() if side is not None and side.rest}


def _look_in_object(value: Mapping[str, JSONValue]) -> Inside | None:
    for key in _KEYS:
        inside = look_in(value[key]) if key in value else None
        if inside is not None:
            place, system = _system_of(value)
            rest = without(value, key, *place)
            if inside.rest:
                rest[key] = inside.rest
            return Inside(inside.messages, system if inside.system is None else inside.system, rest)
    return None


def _look_in_prompt(value: JSONValue) -> Inside | None:
    """The messages of an input that is a text, with what was said before it or a system prompt."""
    if not isinstance(value, dict) or not isinstance(value.get("input"), str):
        return None
    history = look_in(value.get("chat_history"))
    place, system = _system_of(value)
    if history is None and system is None:
        return None
    said = [] if history is None else history.messages
    asked = {"role": "user", "content": value["input"]}
    return Inside([*said, asked], system, without(value, "input", "chat_history", *place))


def _system_of(value: Mapping[str, JSONValue]) -> tuple[list[str], JSONValue]:
    """Under which key an object has a system prompt, and the prompt."""
    for key in _SYSTEM:
        found = value.get(key)
        if found and (isinstance(found, (str, list)) or items_of(found, "parts")):
            return [key], found
    config = value.get("config")
    return [], _system_of(config)[1] if isinstance(config, dict) else None


def _system_pieces(system: JSONValue) -> Iterator[Piece]:
    if isinstance(system, dict):
        yield from read_content(system)
    elif isinstance(system, list) and bedrock.is_message({"role": "system", "content": system}):
        for block in system:
            yield from bedrock.read_block(block)
    else:
        yield from read_parts(system)


def _has_all(messages: list[JSONValue], before: Inside | None, given: JSONValue) -> bool:
    """Whether an output's messages have all that went in, however each of them is written."""
    count = 1 if before is None else len(before.messages)
    if len(messages) < count:
        return False
    whole = _said_in(Inside(messages), None)
    asked = _said_in(before, given)
    starts = range(len(whole) - len(asked) + 1)
    return any(whole[start : start + len(asked)] == asked for start in starts)


def _said_in(inside: Inside | None, value: JSONValue) -> list[JSONValue]:
    """Roles, texts and calls."""
    builder = Builder()
    _say_side(builder, "user", inside, value)
    return [
        [
            message.role,
            message.content,
            [
                [call["tool_name"], call["arguments"]]
                for call in message.tool_calls
                if isinstance(call, dict)
            ],
        ]
        for message in builder.finish().messages
    ]


def _say_side(builder: Builder, role: str, inside: Inside | None, value: JSONValue) -> None:
    if inside is None:
        _say_value(builder, role, value)
    else:
        for message in objects(inside.messages):
            _say(builder, message)


def _is_message(value: JSONValue) -> bool:
    return has_role(value) or langchain.is_message(value) or responses.is_item(value)


def _say_value(builder: Builder, role: str, value: JSONValue) -> None:
    """Add an input or output that has no messages, but text or an object."""
    if value is None or value == "":
        return
    if isinstance(value, dict):
        texts = [item for item in value.values() if isinstance(item, str)]
        if len(texts) == 1 == len(value):
            value = texts[0]
        else:
            builder.remark(f"{role}'s object that has no messages: kept as JSON")
    text = value if isinstance(value, str) else compact(value)
    builder.say(builder.role(role), read_parts(text))


def _say(builder: Builder, message: Mapping[str, JSONValue]) -> None:
    if langchain.is_message(message) and not has_role(message):
        langchain.say_messages(builder, [message])
    elif responses.is_item(message):
        responses.say_item(builder, message)
    elif gemini.is_content(message):
        builder.say(builder.role(message.get("role")), read_content(dict(message)))
    else:
        _say_blocks(builder, message)


def _say_blocks(builder: Builder, message: Mapping[str, JSONValue]) -> None:
    for is_message, read_block in _BLOCKS:
        if is_message(message):
            metadata = without(message, "role", "content", "type")
            blocks = items_of(message, "content")
            pieces = [piece for block in blocks for piece in read_block(block)]
            builder.say(builder.role(message.get("role")), pieces, metadata=metadata)
            return
    say_loosely(builder, message)
