"""The session logs of Codex: items of OpenAI's Responses, each in a line with its time."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, never, objects
from agentstore.transfer.forms.responses import is_item, say_item

_BOOKKEEPING = frozenset({"event_msg", "turn_context", "compacted", "ghost_snapshot"})
_ITEMS_PASSED_OVER = frozenset({"ghost_snapshot", "compaction", "other"})
_KINDS = frozenset({*_BOOKKEEPING, "session_meta", "response_item"})


def is_line(value: JSONValue) -> bool:
    """Whether a value is a line of such a log."""
    if not isinstance(value, dict):
        return False
    return value.get("type") in _KINDS and isinstance(value.get("payload"), dict)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    session: dict[str, JSONValue] = {}
    for line in objects(value, "lines"):
        kind, payload = line.get("type"), line.get("payload")
        if kind == "session_meta" and isinstance(payload, dict):
            session = session or {"timestamp": line.get("timestamp"), **payload}
        elif kind == "response_item" and isinstance(payload, dict):
            _say(builder, payload, line.get("timestamp"))
        elif is_item(line):
            _say(builder, line, line.get("timestamp"))
        elif kind not in _BOOKKEEPING:
            builder.remark(f"line of type {str(kind)[:40]!r}: passed over")
    return [
        builder.finish(
            without(session, "timestamp"),
            id=session.get("id"),
            created_at=session.get("timestamp"),
        )
    ]


def _say(builder: Builder, item: Mapping[str, JSONValue], at: JSONValue) -> None:
    if item.get("type") not in _ITEMS_PASSED_OVER:
        say_item(builder, item, at)


FORM = Form("codex", "Codex session log", never, read, is_line)
