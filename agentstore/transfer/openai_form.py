"""A conversation in the OpenAI chat-completions form <-> what a store keeps of it.

The plain mapping, in both directions:

====================================  ====================================================
in the form                           in the store
====================================  ====================================================
``role``                              ``role``, see ``roles``; any word that is not known is
                                      kept as user
``content``: text or a list of parts  ``content`` and ``parts``; null beside tool calls is ""
an assistant's ``refusal`` or the     ``content``, where the message has none and no calls
``transcript`` of its ``audio``
``tool_calls`` of a message           its tool calls: ``id`` is call_id, ``function.name``
                                      tool_name, ``function.arguments`` (parsed) arguments;
                                      so is a legacy ``function_call``
the ``tool`` message that answers a   no message: its content is the call's result, text
call before it, by ``tool_call_id``   stays text (parts of text too); a legacy function's JSON
or, without one, by where it stands   object is parsed
any other ``tool`` message            a message of role tool; it is the answer of a call too
                                      where an adapter saved it, see ``answer_links``
``response_type``, ``response``       the fields of these names
any other key of a message            a key of ``metadata``
keys beside ``messages``              the session's ``metadata``
====================================  ====================================================

Reading and writing again gives back the very same conversation (a call's arguments the same
as JSON, whatever their spelling), and so does writing and reading. Two reserved keys see to it:

- ``_openai`` in the metadata of a message or session is how the form as it came differs from
  the plain one: a patch (see ``patches``) that puts null or missing content, another role,
  arguments that are not JSON, unknown keys of calls and so on back in their places. Under
  ``answers`` it has, by the index of a call, the patch for the tool message that answered it,
  and as ``place`` where that stood, if not right behind: how many turns later, and which of
  the answers there. ``answer_to`` is the call that a message of role tool answers, where its id
  would tell another. It is only there where it is needed.
- ``_agentstore`` in the form is what the store holds and the form has no place for:
  ``metadata`` whose keys would be read as something else, ``result: "json"`` on a tool message
  whose text is the JSON of a result that was no text, ``answers`` (how many messages back and
  which call; null for none) where ids alone would tie it to another call, ``answer`` on one that
  is a message of the store and the answer of its call (with the ``result``, where that is another
  than the content), ``call_id: null`` on a call that had no id of the provider's, and
  ``parts: "own"`` on a message with parts of types that the form does not have.

Ids, times, an inactive session's state and pending confirmations are not part of the form. What
a file has under the keys of adapters is kept in ``_openai`` and comes back, but no adapter sees it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agentstore.model.arguments import exact
from agentstore.records import JSONValue, Message, NewMessage, ToolCall
from agentstore.transfer import patches
from agentstore.transfer.answer_links import note_ties, ties_of
from agentstore.transfer.answers import OpenCalls, Place, places, plain_messages
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.form_remarks import remarks_on
from agentstore.transfer.json_text import canonical
from agentstore.transfer.json_text import same as same_value
from agentstore.transfer.plain_conversations import read_plain, write_plain
from agentstore.transfer.plain_form import (
    FORM_KEY,
    STORE_KEY,
    Call,
    Form,
    PreparedMessage,
    hidden_metadata,
    is_adapter_session_key,
    is_answering_turn,
    is_form_notes,
    read_result,
    read_turn,
    respelled,
)
from agentstore.transfer.waiting_calls import Origin

SESSION_FIELDS = frozenset({"messages", FORM_KEY, STORE_KEY})
"""Keys of a conversation that are not read as its session's metadata."""


def read_conversation(item: JSONValue) -> Conversation:
    """Read a conversation.

    Args:
        item: a list of messages, or an object with one under ``messages`` or, where it has no
            such key, ``traj``.

    Raises:
        ValueError: ``item`` is none of these, or a message is no object with a ``role``.
    """
    forms, rest = _messages_and_rest(item)
    plain = read_plain(forms)
    if plain is not None:
        return Conversation(
            metadata=_read_session(rest),
            messages=plain.messages,
            form={**rest, "messages": plain.forms},
        )
    return _read_the_long_way([respelled(form) for form in forms], rest)


def _read_the_long_way(forms: list[Form], rest: dict[str, JSONValue]) -> Conversation:
    """Any conversation, with notes of how it differs from the plain form."""
    turns, origins, ties = _read_turns(forms)
    notes = _notes(turns, origins, ties, forms)
    crowded = [turn for turn, note in zip(turns, notes, strict=True) if note and _own_key(turn)]
    if crowded:
        for turn in crowded:
            del turn.metadata[FORM_KEY]
        notes = _notes(turns, origins, ties, forms)
    return Conversation(
        metadata=_read_session(rest),
        messages=[_new_message(turn, note) for turn, note in zip(turns, notes, strict=True)],
        form={**rest, "messages": forms},
        remarks=Counter(remark for form in forms for remark in remarks_on(form)),
    )


def write_conversation(
    metadata: Mapping[str, JSONValue], messages: Sequence[Message | NewMessage]
) -> dict[str, JSONValue]:
    """Write a conversation.

    Args:
        metadata: its session's.
        messages: all of its messages, in order.

    Returns:
        ``{…, "messages": […]}``, ready for ``json.dumps``.
    """
    plain = write_plain(messages)
    if plain is None:
        plain = _write_the_long_way(messages)
    return {**_write_session(metadata), "messages": plain}


def _write_the_long_way(messages: Sequence[Message | NewMessage]) -> list[Form]:
    """The messages of any conversation, with what was noted of how they differed."""
    turns: list[PreparedMessage] = []
    notes: list[dict[str, JSONValue]] = []
    for message in messages:
        turn, note = _turn_of(message)
        turns.append(turn)
        notes.append(note)
    placed: dict[Origin, Place] = {
        Origin(index, int(call)): patch["place"]
        for index, note in enumerate(notes)
        for call, patch in note.get("answers", {}).items()
        if "place" in patch
    }
    forms, origins = plain_messages(turns, placed, ties_of(turns, notes))
    for index, origin in enumerate(origins):
        patch = notes[origin.turn]
        if origin.call is not None:
            patch = patch.get("answers", {}).get(str(origin.call), {})
        if patch:
            forms[index] = _noted_form(forms[index], patch, is_answer=origin.call is not None)
    return forms


def _noted_form(plain: Form, patch: Mapping[str, JSONValue], *, is_answer: bool) -> Form:
    """A message as it came, by its note; as the store has it, where the note would say another."""
    try:
        noted: Form = patches.apply(patch, plain)
        if is_answer:
            same = same_value(read_result(noted), read_result(plain))
        else:
            same = isinstance(noted["role"], str)
            same = same and _says(read_turn(noted)) == _says(read_turn(plain))
    except (AttributeError, KeyError, TypeError, ValueError):
        return plain
    return noted if same else plain


def _says(turn: PreparedMessage) -> str:
    """The role, the content and the calls of a turn, as text that can be compared."""
    calls: list[JSONValue] = [[call.tool_name, call.arguments] for call in turn.calls]
    return canonical([turn.role, turn.content, calls])


def _messages_and_rest(item: JSONValue) -> tuple[list[Form], dict[str, JSONValue]]:
    if isinstance(item, list):
        messages, rest = item, {}
    elif isinstance(item, dict):
        key = "messages" if "messages" in item else "traj"
        if key not in item:
            raise ValueError('there are no messages: neither "messages" nor "traj" is a key of it')
        messages = item[key]
        rest = {name: value for name, value in item.items() if name != key}
        if not isinstance(messages, list):
            raise ValueError(f'"{key}" is not a list of messages')
    else:
        raise ValueError("it is neither a list of messages nor an object holding one")
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict):
            raise ValueError(f"message {number} is not an object")
        if not isinstance(message.get("role"), str):
            raise ValueError(f'message {number} has no "role"')
    return messages, rest


def _read_turns(
    forms: Sequence[Form],
) -> tuple[list[PreparedMessage], list[Origin], dict[int, Origin]]:
    """The turns, what each message stands for, and the calls whose answers are turns."""
    turns: list[PreparedMessage] = []
    origins: list[Origin] = []
    ties: dict[int, Origin] = {}
    open_calls = OpenCalls()
    for index, form in enumerate(forms):
        origin = open_calls.answered_by(index, form)
        if origin is not None and origin.call is not None:
            call = turns[origin.turn].calls[origin.call]
            call.answered, call.result = True, read_result(form)
            open_calls.close(origin)
        if origin is not None and is_answering_turn(form):
            ties[len(turns)] = origin
            origin = None
        if origin is None:
            turn = read_turn(form)
            origin = Origin(len(turns))
            open_calls.add(index, origin.turn, turn)
            turns.append(turn)
        origins.append(origin)
    return turns, origins, ties


def _notes(
    turns: Sequence[PreparedMessage],
    origins: Sequence[Origin],
    ties: Mapping[int, Origin],
    forms: Sequence[Form],
) -> list[dict[str, JSONValue]]:
    """For each turn, how its messages differ from the plain form; ``{}`` where they do not."""
    placed = places(origins)
    plain, _ = plain_messages(turns, placed, ties)
    notes: list[dict[str, JSONValue]] = [{} for _ in turns]
    for origin, old, new in zip(origins, plain, forms, strict=True):
        patch = patches.difference(old, new)
        if origin.call is None:
            notes[origin.turn] = patch
            continue
        if origin in placed:
            patch["place"] = placed[origin]
        if patch:
            notes[origin.turn].setdefault("answers", {})[str(origin.call)] = patch
    note_ties(turns, ties, notes)
    return notes


def _own_key(turn: PreparedMessage) -> bool:
    """Whether the turn's own metadata stands where our notes have to go."""
    return FORM_KEY in turn.metadata


def _new_message(turn: PreparedMessage, note: Mapping[str, JSONValue]) -> NewMessage:
    return NewMessage(
        role=turn.role,
        content=turn.content,
        metadata={**turn.metadata, FORM_KEY: note} if note else turn.metadata,
        response_type=turn.response_type,
        response=turn.response,
        tool_calls=[_new_call(call) for call in turn.calls],
    )


def _new_call(call: Call) -> dict[str, JSONValue]:
    new = {
        "tool_name": call.tool_name,
        "arguments": exact(call.arguments),
        "call_id": call.call_id,
    }
    return {**new, "result": call.result} if call.answered else new


def _turn_of(message: Message | NewMessage) -> tuple[PreparedMessage, dict[str, JSONValue]]:
    metadata = dict(message.metadata or {})
    note = metadata.pop(FORM_KEY) if is_form_notes(metadata.get(FORM_KEY)) else {}
    parts = message.parts if isinstance(message, Message) else None
    turn = PreparedMessage(
        role=message.role,
        content=message.content if parts is None else parts,  # type: ignore[arg-type]
        metadata=metadata,
        response_type=message.response_type,
        response=None if message.response is None else dict(message.response),
        calls=[_call_of(call) for call in message.tool_calls],
    )
    return turn, note


def _call_of(call: ToolCall | Mapping[str, Any]) -> Call:
    if isinstance(call, ToolCall):
        answered = call.completed_at is not None
        return Call(call.tool_name, call.arguments, call.call_id, None, answered, call.result)
    return Call(
        call["tool_name"],
        call["arguments"],
        call["call_id"],
        answered="result" in call,
        result=call.get("result"),
    )


def _read_session(rest: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    metadata = {key: value for key, value in rest.items() if key not in SESSION_FIELDS}
    metadata |= hidden_metadata(rest)
    metadata = {key: value for key, value in metadata.items() if not is_adapter_session_key(key)}
    if patches.difference(_plain_session(metadata), rest):
        metadata.pop(FORM_KEY, None)
        metadata[FORM_KEY] = patches.difference(_plain_session(metadata), rest)
    return metadata


def _write_session(metadata: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    note = metadata.get(FORM_KEY)
    if note is None or not is_form_notes(note):
        return _plain_session(metadata)
    plain = _plain_session({key: value for key, value in metadata.items() if key != FORM_KEY})
    return dict(patches.apply(note, plain))


def _plain_session(metadata: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    hidden = {key: value for key, value in metadata.items() if key in SESSION_FIELDS}
    shown = {key: value for key, value in metadata.items() if key not in hidden}
    return {**shown, STORE_KEY: {"metadata": hidden}} if hidden else shown
