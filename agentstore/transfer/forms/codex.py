"""The session logs of Codex: items of OpenAI's Responses, each in a line with its time.

Until September 2025 the lines were the items themselves, behind one with what holds for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, never, objects
from agentstore.transfer.forms.responses import is_item, say_item

_BOOKKEEPING = frozenset({"event_msg", "turn_context", "compacted", "ghost_snapshot"})
_ITEMS_PASSED_OVER = frozenset({"ghost_snapshot", "compaction", "other"})
_KINDS = frozenset({*_BOOKKEEPING, "session_meta", "response_item"})
_OF_FIRST_LINE = frozenset({"id", "timestamp", "instructions"})
_CONTEXT = (
    "# agents.md instructions",
    "<additional_context>",
    "<environment_context>",
    "<hook_prompt",
    "<skill>",
    "<subagent_notification>",
    "<turn_aborted>",
    "<user_instructions>",
    "<user_shell_command>",
)
"""How what Codex says in the user's name begins: no turn begins with it."""


@dataclass(frozen=True)
class _Said:
    item: Mapping[str, JSONValue]
    at: JSONValue


def is_line(value: JSONValue) -> bool:
    """Whether a value is a line of such a log."""
    if not isinstance(value, dict):
        return False
    if value.get("type") in _KINDS:
        return isinstance(value.get("payload"), dict)
    return _is_first(value) or value.get("record_type") == "state"


def read(value: JSONValue) -> list[Conversation]:
    """One conversation, without the turns that were undone."""
    builder = Builder()
    session: dict[str, JSONValue] = {}
    said: list[_Said] = []
    for line in objects(value, "lines"):
        kind, payload = line.get("type"), line.get("payload")
        if kind == "session_meta" and isinstance(payload, dict):
            session = session or {"timestamp": line.get("timestamp"), **payload}
        elif kind == "response_item" and isinstance(payload, dict):
            said.append(_Said(payload, line.get("timestamp")))
        elif is_item(line):
            said.append(_Said(line, line.get("timestamp")))
        elif isinstance(payload, dict) and payload.get("type") == "thread_rolled_back":
            _undo(builder, said, payload.get("num_turns"))
        elif _is_first(line):
            session = session or line
        elif kind not in _BOOKKEEPING and line.get("record_type") != "state":
            builder.remark(f"line of type {str(kind)[:40]!r}: passed over")
    for each in said:
        if each.item.get("type") not in _ITEMS_PASSED_OVER:
            say_item(builder, each.item, each.at)
    return [
        builder.finish(
            without(session, "timestamp"),
            id=session.get("id"),
            created_at=session.get("timestamp"),
        )
    ]


def _is_first(line: Mapping[str, JSONValue]) -> bool:
    """Whether a line is the first of a log of a version before September 2025."""
    return line.keys() >= _OF_FIRST_LINE and not line.keys() & {"type", "role", "messages"}


def _undo(builder: Builder, said: list[_Said], turns: JSONValue) -> None:
    """Take away the last turns, each from what the user said on."""
    begins = [index for index, each in enumerate(said) if _begins_turn(each.item)]
    if not isinstance(turns, int) or turns < 1 or not begins:
        return
    first = begins[max(0, len(begins) - turns)]
    builder.pass_over("message on a branch that was not chosen", len(said) - first)
    del said[first:]


def _begins_turn(item: Mapping[str, JSONValue]) -> bool:
    if item.get("role") != "user":
        return False
    texts = (part.get("text") for part in items_of(item, "content") if isinstance(part, dict))
    return not any(
        isinstance(text, str) and text.lstrip()[:40].lower().startswith(_CONTEXT) for text in texts
    )


FORM = Form("codex", "Codex session log", never, read, is_line, is_log=True)
