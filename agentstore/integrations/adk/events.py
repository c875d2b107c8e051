"""Google ADK's events as messages of a store, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from google.adk.events.event import Event
from google.genai import types
from pydantic_core import to_jsonable_python

from agentstore.integrations.shared.drafts import Draft, DraftCall, as_text, fitting_name
from agentstore.integrations.shared.reading import Plain, read_messages
from agentstore.records import JSONValue, Message
from agentstore.transfer.answer_links import short_id

KEY = "adk"
"""The adapter's key in the metadata of a message."""


def event_drafts(event: Event) -> list[Draft]:
    """The messages that keep an event: what it says and calls, then what tools have answered."""
    parts = (event.content.parts if event.content is not None else None) or []
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
        is_user = event.author == "user" and not calls and bool(parts)
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
    for group in read_messages(messages, KEY):
        if isinstance(group, Plain):
            events.extend(_plain_events(group, app_name))
        elif "event" in group.message.metadata[KEY]:
            events.append(Event.model_validate(group.message.metadata[KEY]["event"]))
    return events


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
