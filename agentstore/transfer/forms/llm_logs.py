"""The logs of the command ``llm``: a line for each response."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, never, objects
from agentstore.transfer.forms.loose_messages import calls
from agentstore.transfer.forms.parts import read_parts, text_part
from agentstore.transfer.forms.pieces import Answer, Piece

_READ = (
    *("prompt", "response", "system", "conversation_id", "datetime_utc", "tool_calls"),
    *("tool_results", "conversation_name", "conversation_model"),
)


def is_response(value: JSONValue) -> bool:
    """Whether a value is a logged response."""
    return isinstance(value, dict) and {"prompt", "response", "conversation_id"} <= value.keys()


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each id, its responses by their times."""
    conversations: defaultdict[str, list[dict[str, JSONValue]]] = defaultdict(list)
    for response in objects(value, "responses"):
        conversations[str(response.get("conversation_id"))].append(response)
    return [_read_one(id_, responses) for id_, responses in conversations.items()]


def _read_one(id_: str, responses: list[dict[str, JSONValue]]) -> Conversation:
    builder = Builder()
    said = None
    for response in sorted(responses, key=lambda response: str(response.get("datetime_utc"))):
        at = response.get("datetime_utc")
        system = response.get("system")
        if isinstance(system, str) and system and system != said:
            builder.say("system", [text_part(system)], at=at)
            said = system
        builder.say("tool", _answers(response), at=at, joins=True)
        if response.get("prompt") or not items_of(response, "tool_results"):
            builder.say("user", read_parts(response.get("prompt")), at=at)
        pieces = [*read_parts(response.get("response")), *calls(response)]
        builder.say("assistant", pieces, metadata=without(response, *_READ), at=at)
    first = responses[0]
    name = first.get("conversation_name")
    rest = {"conversation_id": id_, **without({"name": name})}
    return builder.finish(rest, id=id_, title=name)


def _answers(response: Mapping[str, JSONValue]) -> Iterator[Piece]:
    for result in items_of(response, "tool_results"):
        if isinstance(result, dict):
            failed = bool(result.get("exception"))
            call_id = result.get("tool_call_id")
            yield Answer(result.get("output"), call_id, result.get("name"), failed)


FORM = Form("llm", "llm logs", never, read, is_response)
