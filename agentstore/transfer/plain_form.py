"""One message of the OpenAI form <-> one turn of a conversation, in the plain way.

"Plain" is what a message looks like that was never imported, only written through the store;
what else an imported message had is the business of ``openai_form``. Reading what was written
here gives the same turn again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeGuard, cast

from agentstore.records import JSONValue, Message, Role, ToolCall
from agentstore.transfer.json_text import compact, parse, same
from agentstore.transfer.patches import is_patch
from agentstore.transfer.roles import known_role, role_of

Form: TypeAlias = dict[str, JSONValue]
"""A message, call or conversation in the OpenAI form."""

_BARE_KEYS = ("role", "content")
_BARE_ROLES = frozenset({"user", "assistant", "system"})

CALL_KEYS = ("tool_calls", "function_call")
"""Keys of a message with its calls; the second is what OpenAI had before, for one call."""

FORM_KEY = "_openai"
"""Key in a record's metadata: how the form as it came differs from the plain one."""

STORE_KEY = "_agentstore"
"""Key in a form: what the store holds and the OpenAI form has no place for."""

ADAPTER_KEYS = frozenset({"adk", "langchain", "openai_agents", "pydantic_ai", "strands"})
"""Keys of a message's metadata from which the adapters make their frameworks' own objects. What a
file has under them was not written by an adapter into this store, and is not believed."""

TEXT_PARTS = frozenset({"text", "input_text", "output_text"})
"""Types of parts that are text."""

FORM_PARTS = frozenset(
    {
        *TEXT_PARTS,
        *("image_url", "input_image", "input_audio", "audio_url", "video_url"),
        *("file", "input_file", "refusal"),
    }
)
"""Types of parts that the form has."""

_OWN_PARTS: dict[str, JSONValue] = {"parts": "own"}
"""What an export notes of a message with parts of types that the form does not have."""

TOOL_CALL_ID = "tool_call_id"
"""Metadata key of a message of role 'tool': the model's id of the call that it answers."""


@dataclass
class Call:
    """A tool call; ``form_id`` is the id by which a tool message refers to it."""

    tool_name: str
    arguments: JSONValue
    call_id: str | None
    form_id: JSONValue = None
    answered: bool = False
    result: JSONValue = None


@dataclass
class PreparedMessage:
    """A message that the store keeps as one, with its calls."""

    role: Role
    content: str | list[dict[str, JSONValue]]
    metadata: dict[str, JSONValue] = field(default_factory=dict)
    response_type: str | None = None
    response: dict[str, JSONValue] | None = None
    calls: list[Call] = field(default_factory=list)


def is_bare(form: Mapping[str, JSONValue]) -> bool:
    """Whether a message is a role that is the store's own and a text, as most are."""
    return (
        len(form) == len(_BARE_KEYS)
        and isinstance(form.get("content"), str)
        and form.get("role") in _BARE_ROLES
    )


def read_turn(form: Mapping[str, JSONValue]) -> PreparedMessage:
    """The turn a message becomes; what has no place in it is left out."""
    if is_bare(form):
        return PreparedMessage(form["role"], form["content"])
    turn = PreparedMessage(role_of(form["role"]), _read_content(form.get("content")))
    for key, value in form.items():
        if key == "response_type" and is_field(key, value):
            turn.response_type = value
        elif key == "response" and is_field(key, value):
            turn.response = value
        elif key in CALL_KEYS and (calls := list(_read_calls(key, value))):
            turn.calls.extend(calls)
        elif not is_field(key, value) and key not in ADAPTER_KEYS:
            turn.metadata[key] = value
    if not turn.content and not turn.calls:
        turn.content = said_elsewhere(form) or turn.content
    if turn.role == "tool" and not store_notes(form).keys() & {"answer", "answers"}:
        # It answers no call that is there: no adapter could give it as an answer.
        turn.metadata.pop(TOOL_CALL_ID, None)
    turn.metadata.update(hidden_metadata(form))
    return turn


def plain_turn(turn: PreparedMessage, index: int) -> Form:
    """The plain form of a turn, the ``index``-th of its conversation."""
    form = plain_message(
        turn,
        turn.content,
        [plain_call(call, f"call_{index}_{place}") for place, call in enumerate(turn.calls)],
    )
    if not turn.metadata:
        return form
    hidden = {
        key: value for key, value in turn.metadata.items() if key in form or is_field(key, value)
    }
    form.update((key, value) for key, value in turn.metadata.items() if key not in hidden)
    if hidden:
        form[STORE_KEY] = {**form.get(STORE_KEY, {}), "metadata": hidden}
    return form


def plain_message(
    message: PreparedMessage | Message,
    content: str | Sequence[Mapping[str, JSONValue]],
    calls: list[Form],
) -> Form:
    """The plain form of a message, but for its metadata.

    Args:
        message: has the role, and what was made of the response.
        content: its text or its parts.
        calls: its calls, in the form.
    """
    form: Form = {"role": message.role, "content": None if calls and content == "" else content}
    if message.response_type is not None:
        form["response_type"] = message.response_type
    if message.response is not None:
        form["response"] = message.response
    if calls:
        form["tool_calls"] = calls
    if has_own_parts(content):
        form[STORE_KEY] = dict(_OWN_PARTS)
    return form


def is_field(key: str, value: JSONValue) -> bool:
    """Whether a message's key is read as something else than metadata."""
    if key in {"role", "content"}:
        return True
    if key in CALL_KEYS:
        return any(True for _ in _read_calls(key, value))
    if key == "response_type":
        return _is_text(value, 0, 64)
    if key == "response":
        return isinstance(value, dict)
    return key in {FORM_KEY, STORE_KEY}


def count_calls(key: str, value: JSONValue) -> int:
    """How many tool calls a message's key has."""
    return sum(1 for _ in _read_calls(key, value))


def is_adapter_session_key(key: str) -> bool:
    """Whether a key of a session's metadata is one that an adapter believes."""
    return key == "strands" or key.startswith("strands:")


def is_form_notes(value: JSONValue) -> bool:
    """Whether a metadata value under ``FORM_KEY`` is ours: a patch, and what goes with it."""
    if not is_patch(value, also=frozenset({"answers", "answer_to"})):
        return False
    if value.get("answer_to") is not None and not _is_place(value["answer_to"]):
        return False
    answers = value.get("answers", {})
    return isinstance(answers, dict) and all(
        is_patch(answer, also=frozenset({"place"})) and _is_place(answer.get("place", [0, 0]))
        for answer in answers.values()
    )


def store_notes(form: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """What a form says under ``STORE_KEY``; ``{}`` where that is missing or not ours."""
    notes = form.get(STORE_KEY)
    return cast("dict[str, JSONValue]", notes) if _is_store_notes(notes) else {}


def hidden_metadata(form: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """The metadata that a form keeps under ``STORE_KEY``, since its keys mean something else."""
    noted = store_notes(form).get("metadata", {})
    metadata = {key: value for key, value in noted.items() if key not in ADAPTER_KEYS}
    if is_form_notes(metadata.get(FORM_KEY)):
        del metadata[FORM_KEY]
    return metadata


def read_result(form: Mapping[str, JSONValue]) -> JSONValue:
    """The result that a tool message carries: its content, or what is noted.

    Text stays text, also where it comes in parts; but for a legacy function's, which is JSON.
    """
    content = form.get("content")
    notes = store_notes(form)
    if "result" in notes.get("answer", {}):
        return notes["answer"]["result"]
    if notes.get("result") == "parts":
        return content
    if notes.get("result") == "json":
        return _read_arguments(content)
    if form.get("role") == "function" and isinstance(_read_arguments(content), dict):
        return _read_arguments(content)
    text = text_of_parts(content)
    return content if text is None else text


def plain_answering_turn(form: Form, call: Call) -> Form:
    """The plain form of a turn, marked as one that is the answer of a call as well."""
    notes = form.get(STORE_KEY, {})
    if same(read_result({"content": form["content"]}), call.result):
        return {**form, STORE_KEY: {**notes, "answer": {}}}
    if same(form["content"], call.result):
        return {**form, STORE_KEY: {**notes, "answer": {}, "result": "parts"}}
    if not isinstance(call.result, str) and form["content"] == compact(call.result):
        return {**form, STORE_KEY: {**notes, "answer": {}, "result": "json"}}
    return {**form, STORE_KEY: {**notes, "answer": {"result": call.result}}}


def is_answering_turn(form: Mapping[str, JSONValue]) -> bool:
    """Whether a tool message is one of the store's, beside being the answer of its call."""
    return "answer" in store_notes(form)


def plain_answer(form_id: JSONValue, result: JSONValue) -> Form:
    """The plain tool message that answers the call of an id."""
    form: Form = {"role": "tool", "tool_call_id": form_id, "content": result}
    if text_of_parts(result) is not None:
        form[STORE_KEY] = {"result": "parts"}
    elif has_own_parts(result):
        form[STORE_KEY] = dict(_OWN_PARTS)
    elif not (result is None or isinstance(result, str) or is_parts(result)):
        form["content"] = compact(result)
        form[STORE_KEY] = {"result": "json"}
    return form


def respelled(form: Form) -> Form:
    """The form with its calls' arguments spelled as ``plain_turn`` spells them."""
    if not isinstance(form.get("tool_calls"), list):
        return form
    return {**form, "tool_calls": [_respelled_call(call) for call in form["tool_calls"]]}


def is_parts(value: JSONValue) -> bool:
    """Whether a value is a list of content parts that the store keeps as ``parts``."""
    return isinstance(value, list) and all(
        isinstance(part, dict) and isinstance(part.get("type"), str) for part in value
    )


def has_own_parts(value: JSONValue) -> bool:
    """Whether a value is content parts, and some are of types that the form does not have."""
    return is_parts(value) and any(part["type"] not in FORM_PARTS for part in value)


def said_elsewhere(form: Mapping[str, JSONValue]) -> str | None:
    """What an assistant says in a message without content: a refusal, or the words of a sound."""
    if form.get("content") is not None or known_role(form["role"]) != "assistant":
        return None
    audio = form.get("audio")
    transcript = audio.get("transcript") if isinstance(audio, dict) else None
    texts = (form.get("refusal"), transcript)
    return next((text for text in texts if isinstance(text, str) and text), None)


def text_of_parts(value: JSONValue) -> str | None:
    """What parts say that are nothing but texts; None for anything else."""
    if not isinstance(value, list) or not value or not is_parts(value):
        return None
    texts = [part.get("text") for part in value if part["type"] in TEXT_PARTS]
    if len(texts) < len(value) or not all(isinstance(text, str) for text in texts):
        return None
    return "\n".join(texts)


def _read_content(value: JSONValue) -> str | list[dict[str, JSONValue]]:
    if isinstance(value, str) or is_parts(value):
        return value  # type: ignore[no-any-return]
    return "" if value is None else compact(value)


def _read_calls(key: str, value: JSONValue) -> Iterator[Call]:
    if key == "function_call":
        value = [{"function": value}]
    for form in value if isinstance(value, list) else ():
        if (call := _read_call(form)) is not None:
            yield call


def _read_call(form: JSONValue) -> Call | None:
    """The call, or None where it names no tool that the store could keep."""
    if not isinstance(form, dict):
        return None
    details = form.get("custom" if form.get("type") == "custom" else "function")
    if not isinstance(details, dict) or not _is_text(details.get("name"), 1, 191):
        return None
    form_id = form.get("id")
    return Call(
        tool_name=details["name"],
        arguments=details.get("input")
        if form.get("type") == "custom"
        else _read_arguments(details.get("arguments", {})),
        call_id=form_id if _is_text(form_id, 0, 191) and not _call_notes(form) else None,
        form_id=form_id,
    )


def plain_call(call: Call | ToolCall, made_up_id: str) -> Form:
    """The plain form of a call; it has the id that was made up where it has none of its own."""
    form: Form = {
        "id": made_up_id if call.call_id is None else call.call_id,
        "type": "function",
        "function": {"name": call.tool_name, "arguments": compact(call.arguments)},
    }
    if call.call_id is None:
        form[STORE_KEY] = {"call_id": None}
    return form


def _call_notes(form: Mapping[str, JSONValue]) -> bool:
    notes = form.get(STORE_KEY)
    return isinstance(notes, dict) and list(notes.items()) == [("call_id", None)]


def _read_arguments(value: JSONValue) -> JSONValue:
    if not isinstance(value, str):
        return value
    try:
        return parse(value)
    except ValueError:
        return value


def _respelled_call(form: JSONValue) -> JSONValue:
    if _read_call(form) is None or not isinstance(form.get("function"), dict):
        return form
    function = form["function"]
    if not isinstance(function.get("arguments"), str):
        return form
    try:
        arguments = compact(parse(function["arguments"]))
    except ValueError:
        return form
    return {**form, "function": {**function, "arguments": arguments}}


def is_name(value: Any) -> TypeGuard[str]:
    """Whether the store takes a value as a tool's name, or the id of a call."""
    return _is_text(value, 1, 191)


def _is_text(value: Any, shortest: int, longest: int) -> bool:
    """Whether the store takes the value as a name: no NUL, no lone surrogate, not too long."""
    return (
        isinstance(value, str)
        and shortest <= len(value) <= longest
        and (value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value))
        and "\0" not in value
    )


def _is_store_notes(value: Any) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return (
        value.keys() <= {"metadata", "answers", "answer", "result", "parts"}
        and value.get("parts", "own") == "own"
        and value.get("result", "json") in ("json", "parts")
        and isinstance(value.get("metadata", {}), dict)
        and isinstance(value.get("answer", {}), dict)
        and value.get("answer", {}).keys() <= {"result"}
        and (value.get("answers") is None or _is_place(value["answers"]))
    )


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(number) is int and number >= 0 for number in value)
    )
