"""The session logs of Claude Code: a line for each block, in a tree, or as it streams them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.anthropic import read_blocks
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, never, objects

_SPOKEN = frozenset({"user", "assistant"})
_BOOKKEEPING = frozenset(
    {
        "agent-color",
        "agent-name",
        "agent-setting",
        "ai-title",
        "attachment",
        "attribution-snapshot",
        "content-replacement",
        "custom-title",
        "file-history-snapshot",
        "last-prompt",
        "mode",
        "permission-mode",
        "pr-link",
        "progress",
        "queue-operation",
        "summary",
        "system",
        "tag",
        "task-summary",
        "worktree-state",
    }
)
_STREAMED = frozenset(
    {
        "control_request",
        "control_response",
        "keep_alive",
        "rate_limit_event",
        "result",
        "stream_event",
        "tool_progress",
    }
)
"""Bookkeeping of ``--output-format stream-json``."""

_READ = (
    "type",
    "message",
    "attachment",
    "uuid",
    "parentUuid",
    "sessionId",
    "session_id",
    "timestamp",
    "isSidechain",
    "agentId",
    "parent_tool_use_id",
)
_OF_SESSION = ("cwd", "version", "gitBranch", "userType")
_TITLES = {"summary": "summary", "ai-title": "aiTitle", "custom-title": "customTitle"}
"""Lines with a title, and where they have it; the later wins over the earlier."""


@dataclass(frozen=True)
class _Thread:
    """Lines that make a conversation."""

    id: str
    metadata: dict[str, JSONValue]
    lines: list[dict[str, JSONValue]]
    titles: dict[str, str] = field(default_factory=dict)

    def finish(self, builder: Builder) -> Conversation:
        """The conversation, with what holds for all of it."""
        facts = {
            key: line[key]
            for line in self.lines
            for key in _OF_SESSION
            if line.get(key) not in (None, "")
        }
        latest = [self.titles[key] for key in _TITLES.values() if key in self.titles]
        return builder.finish(
            {**self.metadata, **self.titles, **facts},
            id=self.id,
            title=latest[-1] if latest else None,
        )


def is_line(value: JSONValue) -> bool:
    """Whether a value is a line of such a log."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    if value["type"] in _SPOKEN:
        return isinstance(value.get("message"), dict) and bool(
            value.keys() & {"uuid", "session_id"}
        )
    return value["type"] in _BOOKKEEPING and bool(
        value.keys() & {"sessionId", "session_id", "leafUuid", "messageId", "uuid"}
    )


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each session; a resumed one names the session it comes from too.

    A session in which nothing is said is none.
    """
    sessions: defaultdict[str, list[dict[str, JSONValue]]] = defaultdict(list)
    summaries: list[dict[str, JSONValue]] = []
    strays: list[dict[str, JSONValue]] = []
    session = ""
    for line in objects(value, "lines"):
        named = line.get("sessionId") or line.get("session_id")
        if isinstance(named, str):
            session = named
            sessions[session].append(line)
        elif line.get("type") == "summary":
            summaries.append(line)
        elif line.get("type") in _SPOKEN:
            sessions[session].append(line)
        else:
            strays.append(line)
    threads = [
        thread for name, lines in sessions.items() for thread in _threads(name, lines, summaries)
    ]
    read_threads = [(thread, _read_lines(thread.lines)) for thread in threads]
    said = [
        (thread, builder)
        for thread, builder in read_threads
        if builder.remarks or any(_said_in(line) is not None for line in thread.lines)
    ]
    uuids = {line.get("uuid") for lines in sessions.values() for line in lines}
    for _, builder in said[:1]:
        _remark_unknown(builder, strays)
        foreign = sum(not _is_of(line, uuids) for line in summaries)
        builder.pass_over("summary of another session", foreign)
        builder.pass_over("session in which nothing is said", len(threads) - len(said))
    return [thread.finish(builder) for thread, builder in said]


def _threads(
    session: str, lines: list[dict[str, JSONValue]], summaries: Iterable[dict[str, JSONValue]]
) -> Iterator[_Thread]:
    """A session's conversation; of a file of sub-agents, one for each of them."""
    spoken = [line for line in lines if _said_in(line) is not None]
    named = {"sessionId": session} if session else {}
    agents = list(dict.fromkeys(line.get("agentId") for line in spoken))
    if not any(agents) or not all(_is_aside(line) for line in spoken):
        yield _Thread(session, named, lines, _titles_of(lines, summaries))
        return
    for agent in agents:
        own = [line for line in lines if agent == _one_of(agents, line.get("agentId"))]
        if agent is None:
            yield _Thread(session, named, own)
            continue
        # The session's id is its own conversation's.
        name = f"{session}/agent-{agent}"
        metadata = {"sessionId": name, "agentId": agent, "parentSessionId": session}
        yield _Thread(name, metadata, own)


def _one_of(agents: list[JSONValue], agent: JSONValue) -> JSONValue:
    return agent if agent in agents else agents[0]


def _titles_of(
    lines: list[dict[str, JSONValue]], summaries: Iterable[dict[str, JSONValue]]
) -> dict[str, str]:
    """A session's titles; the files of some versions have summaries of other sessions in them."""
    uuids = {line.get("uuid") for line in lines}
    own = [line for line in summaries if _is_of(line, uuids)]
    titles = {}
    for line in [*own, *lines]:
        key = _TITLES.get(str(line.get("type")), "")
        title = line.get(key)
        if isinstance(title, str) and title:
            titles[key] = title
    return titles


def _is_of(summary: Mapping[str, JSONValue], uuids: set[JSONValue]) -> bool:
    return summary.get("leafUuid") is None or summary["leafUuid"] in uuids


def _remark_unknown(builder: Builder, lines: Iterable[Mapping[str, JSONValue]]) -> None:
    for line in lines:
        if line.get("type") not in _BOOKKEEPING | _STREAMED:
            builder.remark(f"line of type {str(line.get('type'))[:40]!r}: passed over")


def _said_in(line: Mapping[str, JSONValue]) -> dict[str, Any] | None:
    """The message of a line; what was typed while the agent worked is one too."""
    if line.get("type") in _SPOKEN:
        message = line.get("message")
        return message if isinstance(message, dict) else None
    queued = line.get("attachment") if line.get("type") == "attachment" else None
    if not isinstance(queued, dict) or queued.get("type") != "queued_command":
        return None
    if queued.get("commandMode", "prompt") != "prompt" or not queued.get("prompt"):
        return None
    return {
        "role": "user",
        "content": queued["prompt"],
        "attachment": without(queued, "prompt"),
    }


def _is_aside(line: Mapping[str, JSONValue]) -> bool:
    """Whether a line is a sub-agent's."""
    return line.get("isSidechain") is True or line.get("parent_tool_use_id") is not None


def _read_lines(lines: list[dict[str, JSONValue]]) -> Builder:
    builder = Builder()
    spoken_to: set[tuple[JSONValue, ...]] = set()
    for line in _chosen(builder, lines):
        message = _said_in(line) or {}
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
    spoken = [line for line in lines if _said_in(line) is not None]
    _remark_unknown(builder, (line for line in lines if _said_in(line) is None))
    own = [line for line in spoken if not _is_aside(line)] or spoken
    builder.pass_over("message of a sub-agent", len(spoken) - len(own))
    is_aside = bool(own) and _is_aside(own[0])
    nodes = {
        line["uuid"]: line
        for line in lines
        if isinstance(line.get("uuid"), str) and "parentUuid" in line
        if is_aside or not _is_aside(line)
    }
    if not own or not all(line.get("uuid") in nodes for line in own):
        return own
    parents = {
        key: line.get("parentUuid") or line.get("logicalParentUuid") for key, line in nodes.items()
    }
    path = branch(own[-1]["uuid"], parents)
    starts = [nodes[key] for key, parent in parents.items() if parent not in parents]
    if len(starts) > 1 and not _is_begun_anew(nodes[path[0]], starts):
        # A part of the log is not there, or was left when the context was compacted.
        return own
    kept = _with_calls_beside(own, set(path))
    builder.pass_over("message on a branch that was not chosen", len(own) - len(kept))
    return kept


def _is_begun_anew(
    root: Mapping[str, JSONValue], starts: Iterable[Mapping[str, JSONValue]]
) -> bool:
    """Whether a log has several starts as its first prompt was gone back to."""
    return root.get("type") == "user" and all(
        line.get("parentUuid") is None
        and not line.get("isCompactSummary")
        and not str(line.get("subtype")).endswith("compact_boundary")
        for line in starts
    )


def _with_calls_beside(
    own: list[dict[str, JSONValue]], path: set[str]
) -> list[dict[str, JSONValue]]:
    """The lines on a path, and the calls beside theirs with what these answered.

    Of the lines of one turn, and of the answers to calls side by side, only one is on the path.
    """
    turns = {(_said_in(line) or {}).get("id") for line in own if line["uuid"] in path} - {None}
    chosen = [line["uuid"] in path or (_said_in(line) or {}).get("id") in turns for line in own]
    calls = {
        block.get("id")
        for line, is_chosen in zip(own, chosen, strict=True)
        if is_chosen
        for block in items_of(_said_in(line), "content")
        if isinstance(block, dict) and block.get("type") == "tool_use"
    }
    return [
        line
        for line, is_chosen in zip(own, chosen, strict=True)
        if is_chosen or _only_answers(line, calls)
    ]


def _only_answers(line: Mapping[str, JSONValue], calls: set[JSONValue]) -> bool:
    """Whether a line is what tools answered, any of some calls among them."""
    blocks = items_of(_said_in(line), "content")
    return (
        bool(blocks)
        and all(isinstance(block, dict) and block.get("type") == "tool_result" for block in blocks)
        and any(block.get("tool_use_id") in calls for block in blocks)
    )


FORM = Form("claude-code", "Claude Code session log", never, read, is_line, is_log=True)
