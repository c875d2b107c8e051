"""The session logs of Claude Code: a line for each block, in a tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.anthropic import read_blocks
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, never, objects

_SPOKEN = frozenset({"user", "assistant"})
_BOOKKEEPING = frozenset(
    {
        "summary",
        "system",
        "progress",
        "attachment",
        "file-history-snapshot",
        "queue-operation",
        "custom-title",
        "ai-title",
        "agent-name",
        "last-prompt",
        "tag",
    }
)
_READ = ("type", "message", "uuid", "parentUuid", "sessionId", "timestamp", "isSidechain")
_OF_SESSION = ("cwd", "version", "gitBranch", "userType")


def is_line(value: JSONValue) -> bool:
    """Whether a value is a line of such a log."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    if value["type"] in _SPOKEN:
        return isinstance(value.get("message"), dict) and "uuid" in value
    return value["type"] in _BOOKKEEPING and bool(
        value.keys() & {"sessionId", "leafUuid", "messageId", "uuid"}
    )


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each session; a resumed one names the session it comes from too."""
    sessions: defaultdict[str, list[dict[str, JSONValue]]] = defaultdict(list)
    summaries: list[JSONValue] = []
    strays: list[str] = []
    for line in objects(value, "lines"):
        if line.get("type") == "summary":
            summaries.append(line.get("summary"))
        elif isinstance(line.get("sessionId"), str):
            sessions[line["sessionId"]].append(line)
        elif line.get("type") not in _BOOKKEEPING:
            strays.append(f"line of type {str(line.get('type'))[:40]!r}: passed over")
    builders = {session: _read_lines(lines) for session, lines in sessions.items()}
    for builder in list(builders.values())[:1]:
        for stray in strays:
            builder.remark(stray)
    title = {"summary": summaries[-1]} if summaries else {}
    return [
        builder.finish(
            {"sessionId": session, **title, **_facts(sessions[session])},
            id=session,
            title=title.get("summary"),
        )
        for session, builder in builders.items()
    ]


def _read_lines(lines: list[dict[str, JSONValue]]) -> Builder:
    builder = Builder()
    spoken_to: set[tuple[JSONValue, ...]] = set()
    for line in _chosen(builder, lines):
        message = line["message"]
        turn = ("assistant", message.get("id"))
        joins = line["type"] == "assistant" and message.get("id") is not None and turn in spoken_to
        spoken_to = {turn} if line["type"] == "assistant" else set()
        builder.say(
            builder.role(message.get("role", line["type"])),
            read_blocks(message.get("content")),
            metadata=without(message, "role", "content", "type")
            | without(line, *_READ, *_OF_SESSION),
            at=line.get("timestamp"),
            joins=joins,
        )
    return builder


def _chosen(builder: Builder, lines: list[dict[str, JSONValue]]) -> list[dict[str, JSONValue]]:
    """The lines that lead to the last: no sub-agents' and none that were gone back from."""
    spoken = []
    for line in lines:
        if line.get("type") in _SPOKEN and isinstance(line.get("message"), dict):
            spoken.append(line)
        elif line.get("type") not in _BOOKKEEPING:
            builder.remark(f"line of type {str(line.get('type'))[:40]!r}: passed over")
    own = [line for line in spoken if line.get("isSidechain") is not True] or spoken
    builder.pass_over("message of a sub-agent", len(spoken) - len(own))
    parents = {
        line["uuid"]: line.get("parentUuid") or line.get("logicalParentUuid")
        for line in lines
        if isinstance(line.get("uuid"), str)
    }
    if not own or not all(line.get("uuid") in parents for line in own):
        return own
    path = set(branch(own[-1]["uuid"], parents))
    starts = {key for key, parent in parents.items() if parent not in parents}
    if len(starts) > 1:
        # A part of the log is not there, or was left when the context was compacted.
        return own
    turns = {line["message"].get("id") for line in own if line["uuid"] in path} - {None}
    chosen = [
        line
        for line in own
        if line["uuid"] in path or line["message"].get("id") in turns or _only_answers(line)
    ]
    builder.pass_over("message on a branch that was not chosen", len(own) - len(chosen))
    return chosen


def _only_answers(line: Mapping[str, JSONValue]) -> bool:
    """Whether a line is what tools answered: of calls side by side only one is on the branch."""
    blocks = items_of(line["message"], "content")
    return bool(blocks) and all(
        isinstance(block, dict) and block.get("type") == "tool_result" for block in blocks
    )


def _facts(lines: list[dict[str, JSONValue]]) -> dict[str, JSONValue]:
    return {
        key: line[key] for line in lines for key in _OF_SESSION if line.get(key) not in (None, "")
    }


FORM = Form("claude-code", "Claude Code session log", never, read, is_line)
