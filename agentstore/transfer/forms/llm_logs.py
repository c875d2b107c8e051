"""The logs of the command ``llm``: a line for each response."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, never, objects
from agentstore.transfer.forms.loose_messages import read_call
from agentstore.transfer.forms.parts import image_part, read_parts, text_part
from agentstore.transfer.forms.pieces import Answer, Part, Piece

_READ = (
    *("prompt", "response", "system", "conversation_id", "datetime_utc", "tool_calls"),
    *("tool_results", "conversation_name", "conversation_model"),
    *("attachments", "prompt_fragments", "system_fragments"),
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
    said: list[Part] = []
    for response in sorted(responses, key=lambda response: str(response.get("datetime_utc"))):
        at = response.get("datetime_utc")
        system = [*_fragments(response, "system"), *_text(response, "system")]
        if system and system != said:
            builder.say("system", system, at=at)
            said = system
        builder.say("tool", _answers(response), at=at, joins=True)
        prompt: list[Piece] = [
            *_fragments(response, "prompt"),
            *read_parts(response.get("prompt")),
            *_images(response),
        ]
        if prompt or not items_of(response, "tool_results"):
            builder.say("user", prompt, metadata=_beside_prompt(response), at=at)
        pieces = [*read_parts(response.get("response")), *_calls(response)]
        builder.say("assistant", pieces, metadata=without(response, *_READ), at=at)
    first = responses[0]
    name = first.get("conversation_name")
    rest = {"conversation_id": id_, **without({"name": name})}
    return builder.finish(rest, id=id_, title=name)


def _text(response: Mapping[str, JSONValue], key: str) -> Iterator[Part]:
    text = response.get(key)
    if isinstance(text, str) and text:
        yield text_part(text)


def _fragments(response: Mapping[str, JSONValue], of: str) -> Iterator[Part]:
    """The texts that stand before a prompt, by themselves since they are shared."""
    for fragment in items_of(response, f"{of}_fragments"):
        if isinstance(fragment, dict):
            yield from _text(fragment, "content")


def _images(response: Mapping[str, JSONValue]) -> Iterator[Part]:
    for attachment in items_of(response, "attachments"):
        if _is_image(attachment):
            yield image_part(attachment["url"])


def _is_image(attachment: JSONValue) -> bool:
    """Whether it is known where an attachment is, and that it is an image."""
    if not isinstance(attachment, dict) or not isinstance(attachment.get("url"), str):
        return False
    return str(attachment.get("type")).startswith("image/")


def _beside_prompt(response: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """What a prompt has beside what it says: files by their paths, the names of fragments."""
    attachments = items_of(response, "attachments")
    fragments = items_of(response, "prompt_fragments")
    return without(
        {
            "attachments": [item for item in attachments if not _is_image(item)],
            "prompt_fragments": [
                without(item, "content") for item in fragments if isinstance(item, dict)
            ],
        }
    )


def _calls(response: Mapping[str, JSONValue]) -> Iterator[Piece]:
    """The calls, by the ids that the model gave them; ``id`` is the row's."""
    for call in items_of(response, "tool_calls"):
        yield read_call(
            {**call, "id": call.get("tool_call_id")} if isinstance(call, dict) else call
        )


def _answers(response: Mapping[str, JSONValue]) -> Iterator[Piece]:
    for result in items_of(response, "tool_results"):
        if isinstance(result, dict):
            failed = bool(result.get("exception"))
            call_id = result.get("tool_call_id")
            yield Answer(result.get("output"), call_id, result.get("name"), failed)


FORM = Form("llm", "llm logs", never, read, is_response)
