"""Google ADK's events as messages of a store, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from google.adk.events.event import Event
from google.genai import types
from pydantic_core import to_jsonable_python

from agentstore.integrations.shared.drafts import Draft, DraftCall, as_text, fitting_name
from agentstore.integrations.shared.notes import read_by_note, says_the_same
from agentstore.integrations.shared.reading import Plain, read_messages
from agentstore.records import JSONValue, Message
from agentstore.transfer.answer_links import short_id

KEY = "adk"
"""The adapter's key in the metadata of a message."""


def event_drafts(event: Event) -> list[Draft]:
    """The messages that keep an event: what it says and calls, then what tools have answered."""
    content = _content(event)
    parts = (content.parts if content is not None else None) or []
    said = [part.text for part in parts if part.text and not part.thought]
    thoughts = [part.text for part in parts if part.text and part.thought]
    calls = [
        DraftCall(
            fitting_name(call.name),
            json_safe(call.args or {}),
            None if call.id is None else short_id(call.id),
        )
        for call in (part.function_call for part in parts)
        if call is not None
    ]
    drafts = [
        Draft(
            "tool",
            as_text(json_safe(answer.response or {})),
            answers=answer.id,
            failed="error" in (answer.response or {}),
            result=json_safe(answer.response or {}),
        )
        for answer in (part.function_response for part in parts)
        if answer is not None
    ]
    if said or calls or not drafts:
        is_user = _is_users(event, content) and not calls and bool(parts)
        draft = Draft("user" if is_user else "assistant", "\n".join(said), calls=calls)
        if thoughts and not said and not calls:
            draft.response_type, draft.content = "reasoning", "\n".join(thoughts)
        elif not parts:
            draft.response_type = "event"
        drafts.insert(0, draft)
    drafts[0].note = {"event": event.model_dump(mode="json", exclude_none=True)}
    return drafts


def read_events(messages: Sequence[Message], app_name: str) -> list[Event]:
    """The events that some messages hold, and what others have saved as events."""
    events: list[Event] = []
    for group in read_messages(messages, _own_events(messages)):
        if isinstance(group, Plain):
            events.extend(_plain_events(group, app_name))
        elif group.value is not None:
            events.append(group.value)
    return events


def begins_event(message: Message) -> bool:
    """Whether a message is, or may be, the first of an event: another than an answer behind it."""
    return message.metadata.get(KEY) != {}


def _own_events(messages: Sequence[Message]) -> dict[str, Event | None]:
    """The events by the id of their first message; None for the further ones of an event."""
    own: dict[str, Event | None] = {}
    for place, message in enumerate(messages):
        event = read_by_note(message, KEY, _noted_event, lambda event: event_drafts(event)[0])
        if event is None:
            continue
        drafts = event_drafts(event)
        kept = messages[place : place + len(drafts)]
        if (
            len(kept) == len(drafts)
            and not any(begins_event(further) for further in kept[1:])
            and all(map(says_the_same, drafts, kept))
        ):
            own |= {message.id: event} | dict.fromkeys((further.id for further in kept[1:]), None)
    return own


def _noted_event(message: Message, note: Mapping[str, JSONValue]) -> Event:
    event = Event.model_validate(note["event"])
    # ADK tells a model what another agent's name is; its own agents' names are identifiers.
    if not event.author.isidentifier():
        raise ValueError("the note's author is no name")
    return event


def _content(event: Event) -> types.Content | None:
    """What a model gets of an event: also what it has in the place of a content."""
    compaction = event.actions.compaction if event.actions is not None else None
    if compaction is not None:
        return compaction.compacted_content
    if event.content is not None and event.content.parts:
        return event.content
    for heard, role in ((event.input_transcription, "user"), (event.output_transcription, "model")):
        if heard is not None and heard.text:
            return types.Content(role=role, parts=[types.Part(text=heard.text)])
    return event.content


def _is_users(event: Event, content: types.Content | None) -> bool:
    role = content.role if content is not None else None
    return (role or ("user" if event.author == "user" else "model")) == "user"


def _plain_events(group: Plain, app_name: str) -> Iterator[Event]:
    """What another has saved, said by the user or by the app; instructions are left out."""
    source = group.sources[0]
    for place, draft in enumerate(group.drafts):
        parts = _parts(draft)
        if draft.role != "system" and parts:
            is_user = draft.role == "user"
            yield Event(
                id=source.id if place == 0 else f"{source.id}/{place}",
                invocation_id=source.id,
                author="user" if is_user else app_name,
                timestamp=source.timestamp.timestamp(),
                content=types.Content(
                    role="model" if draft.role == "assistant" else "user", parts=parts
                ),
            )


def _parts(draft: Draft) -> list[types.Part]:
    if draft.role == "tool":
        result = draft.result if isinstance(draft.result, dict) else {"result": draft.result}
        answer = types.FunctionResponse(
            id=draft.answers, name=draft.tool_name or "unknown", response=result
        )
        return [types.Part(function_response=answer)]
    content = draft.content
    if not isinstance(content, str):
        content = "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))
    texts = [types.Part(text=content)] if content else []
    return texts + [
        types.Part(
            function_call=types.FunctionCall(
                id=call.call_id, name=call.tool_name, args=_arguments(call.arguments)
            )
        )
        for call in draft.calls
    ]


def _arguments(arguments: JSONValue) -> dict[str, JSONValue]:
    return arguments if isinstance(arguments, dict) else {"input": arguments}


def json_safe(state: Mapping[str, Any]) -> dict[str, JSONValue]:
    """A state as JSON values; what is none, such as a function, becomes its repr, as in ADK."""
    try:
        return cast("dict[str, JSONValue]", to_jsonable_python(dict(state)))
    except ValueError:
        return cast("dict[str, JSONValue]", to_jsonable_python(dict(state), serialize_unknown=True))
