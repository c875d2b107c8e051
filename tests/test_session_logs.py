"""Session logs of agents as they are kept: what was gone back from, sub-agents, unknown lines."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import agentstore
from agentstore.transfer import ConversationError, import_conversations
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import read_items, read_sources
from agentstore.transfer.forms.times import read_moment
from agentstore.transfer.gathering import Found, Gatherer
from agentstore.transfer.json_text import encoded
from agentstore.transfer.sources import open_sources

LEFT = "message on a branch that was not chosen"
NEWS = {"type": "news", "sessionId": "s"}


def as_lines(lines: Iterable[Any]) -> bytes:
    return b"".join(encoded(line) + b"\n" for line in lines)


def found_in(lines: Iterable[Any], form: str | None = None) -> list[Found]:
    return list(Gatherer(form).gather(read_items(io.BytesIO(as_lines(lines)))))


def read(lines: Iterable[Any], form: str | None = None) -> Conversation:
    [found] = found_in(lines, form)
    assert found.error is None
    assert found.conversation is not None
    return found.conversation


def said(conversation: Conversation) -> list[tuple[Any, ...]]:
    """What is said, and behind each message its calls."""
    flat: list[tuple[Any, ...]] = []
    for message in conversation.messages:
        flat.append((message.role, message.content))
        for call in message.tool_calls:
            assert isinstance(call, dict)
            flat.append((call["tool_name"], call.get("result")))
    return flat


def line(uuid: str, parent: str | None, role: str, content: Any, **further: Any) -> dict[str, Any]:
    """A line of Claude Code's."""
    return {
        "type": role,
        "uuid": uuid,
        "parentUuid": parent,
        "sessionId": "s",
        "isSidechain": False,
        "timestamp": "2026-01-02T03:04:05Z",
        "message": {"role": role, "content": content, "id": f"msg_{uuid}"},
        **further,
    }


def call(call_id: str) -> list[Any]:
    return [{"type": "tool_use", "id": call_id, "name": "Bash", "input": {}}]


def answer(call_id: str, content: str) -> list[Any]:
    return [{"type": "tool_result", "tool_use_id": call_id, "content": content}]


def aside(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "isSidechain": True} for each in lines]


ASKED = [line("u1", None, "user", "Hi"), line("a1", "u1", "assistant", "Hello")]
GREETED = [("user", "Hi"), ("assistant", "Hello")]
STREAMED = [
    {"type": "system", "subtype": "init", "session_id": "s", "cwd": "/p"},
    {
        "type": "assistant",
        "message": {"id": "m1", "role": "assistant", "content": call("t1")},
        "parent_tool_use_id": None,
        "session_id": "s",
    },
    {
        "type": "assistant",
        "message": {"id": "m9", "role": "assistant", "content": "a sub-agent's"},
        "parent_tool_use_id": "t1",
        "session_id": "s",
    },
    {
        "type": "user",
        "message": {"role": "user", "content": answer("t1", "a.py")},
        "session_id": "s",
    },
    {"type": "result", "subtype": "success", "result": "a.py", "session_id": "s"},
]


def test_what_claude_code_streams_is_read() -> None:
    conversation = read(STREAMED)
    assert said(conversation) == [("assistant", ""), ("Bash", "a.py")]
    assert (conversation.id, conversation.metadata["cwd"]) == ("s", "/p")
    assert not conversation.remarks
    assert conversation.passed_over == {"message of a sub-agent": 1}


def test_what_is_said_outside_of_a_session_is_read() -> None:
    lines = [{key: each[key] for key in ("type", "message", "uuid")} for each in ASKED]
    assert said(read(lines)) == GREETED
    assert read(lines).id is None


@pytest.mark.parametrize("prompt", ["Use clang", [{"type": "text", "text": "Use clang"}]])
def test_what_was_typed_while_the_agent_worked_stands_where_it_was_read(prompt: Any) -> None:
    queued = {"type": "queued_command", "prompt": prompt, "commandMode": "prompt"}
    told = {"type": "queued_command", "prompt": "done", "commandMode": "task-notification"}
    lines = [
        *ASKED,
        line("a2", "a1", "assistant", call("t1")),
        {"type": "queue-operation", "operation": "enqueue", "content": prompt, "sessionId": "s"},
        line("u2", "a2", "user", answer("t1", "ok")),
        {**line("x1", "u2", "attachment", None), "attachment": queued},
        {**line("x2", "x1", "attachment", None), "attachment": told},
        line("a3", "x2", "assistant", "Switched."),
    ]
    conversation = read(lines)
    assert said(conversation) == [
        *GREETED,
        ("assistant", ""),
        ("Bash", "ok"),
        ("user", "Use clang"),
        ("assistant", "Switched."),
    ]
    assert not conversation.remarks


AGAIN = [line("u2", None, "user", "Hi"), line("a2", "u2", "assistant", "Hello")]
WRONG = [line("u1", None, "user", "Wrong"), line("a1", "u1", "assistant", "Wrong answer")]
SUB_AGENT = aside([line("k1", None, "user", "look"), line("k2", "k1", "assistant", "found")])
UNDONE = [
    line("u3", "a1", "user", "Delete it"),
    line("a3", "u3", "assistant", call("t1")),
    line("r3", "a3", "user", answer("t1", "removed")),
]
GOING_ON = [line("u4", "a1", "user", "List it"), line("a4", "u4", "assistant", "x")]
LISTED = [*GREETED, ("user", "List it"), ("assistant", "x")]


@pytest.mark.parametrize(
    ("lines", "expected", "passed_over"),
    [
        ([*WRONG, *AGAIN], GREETED, {LEFT: 2}),
        ([*ASKED, *UNDONE, *GOING_ON], LISTED, {LEFT: 3}),
        (
            [*ASKED, *SUB_AGENT, *UNDONE[:1], *GOING_ON],
            LISTED,
            {LEFT: 1, "message of a sub-agent": 2},
        ),
    ],
    ids=["the first prompt", "with a call", "with a sub-agent"],
)
def test_what_was_gone_back_from_is_left_out(
    lines: list[Any], expected: list[Any], passed_over: dict[str, int]
) -> None:
    conversation = read(lines)
    assert said(conversation) == expected
    assert conversation.passed_over == passed_over
    assert not conversation.remarks


@pytest.mark.parametrize(
    "start",
    [
        line("u2", None, "user", "Going on", isCompactSummary=True),
        line("u2", "gone", "user", "Going on"),
        line("u2", "boundary", "user", "Going on"),
    ],
    ids=["a summary", "a parent that is not there", "a boundary"],
)
def test_what_was_compacted_is_no_branch(start: dict[str, Any]) -> None:
    boundary = {**line("boundary", None, "system", None), "subtype": "compact_boundary"}
    conversation = read([*ASKED, boundary, start])
    assert said(conversation) == [*GREETED, ("user", "Going on")]
    assert not conversation.passed_over


def test_answers_to_calls_side_by_side_are_all_kept() -> None:
    both = {"id": "m", "role": "assistant"}
    lines = [
        *ASKED,
        line("a2", "a1", "assistant", None, message={**both, "content": call("t1")}),
        line("a3", "a2", "assistant", None, message={**both, "content": call("t2")}),
        line("r1", "a2", "user", answer("t1", "one")),
        line("r2", "a3", "user", answer("t2", "two")),
        line("a4", "r2", "assistant", "Done"),
    ]
    assert said(read(lines)) == [
        *GREETED,
        ("assistant", ""),
        ("Bash", "one"),
        ("Bash", "two"),
        ("assistant", "Done"),
    ]


SUMMARY = {"type": "summary", "summary": "Kites", "leafUuid": "a1"}
OTHERS = {"type": "summary", "summary": "Another session's", "leafUuid": "z"}
MADE = {"type": "ai-title", "aiTitle": "Greeting", "sessionId": "s"}
GIVEN = {"type": "custom-title", "customTitle": "My greeting", "sessionId": "s"}


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([OTHERS], None),
        ([SUMMARY, OTHERS], "Kites"),
        ([SUMMARY, MADE], "Greeting"),
        ([GIVEN, MADE], "My greeting"),
        ([GIVEN, {**GIVEN, "customTitle": "Renamed"}], "Renamed"),
    ],
)
def test_a_session_has_its_own_title(lines: list[Any], title: str | None) -> None:
    conversation = read([*lines[:1], *ASKED, *lines[1:]])
    assert conversation.title == title
    others = {"summary of another session": 1} if OTHERS in lines else {}
    assert conversation.passed_over == others
    assert not conversation.remarks


@pytest.mark.parametrize("form", [None, "claude-code"])
@pytest.mark.parametrize("first", ["permission-mode", "mode", "pr-link", "news"])
def test_a_log_may_begin_with_any_line(form: str | None, first: str) -> None:
    conversation = read([{"type": first, "sessionId": "s"}, *ASKED], form)
    assert said(conversation) == GREETED
    expected = {"line of type 'news': passed over": 1} if first == "news" else {}
    assert conversation.remarks == expected


def test_unknown_lines_before_what_is_no_log_are_errors() -> None:
    messages = {"messages": [{"role": "user", "content": "Hi"}]}
    for after in ([], [messages], [{"role": "user", "content": "Hi"}], [{"n": 1}, messages]):
        found = found_in([NEWS, *after])
        assert found[0].error is not None
        assert "no form that is known" in found[0].error
        assert found[0].item.line == 1
        assert sum(each.conversation is not None for each in found) == min(1, len(after))


def test_a_log_is_not_looked_for_without_end() -> None:
    items = read_items(io.BytesIO(as_lines([NEWS] * 300)))
    found = Gatherer().gather(items)
    assert next(found).item.line == 1
    assert 100 <= next(items).line <= 150  # type: ignore[operator]
    assert sum(each.error is not None for each in found) == 298


@pytest.mark.parametrize("options", [{}, {"dry_run": True}, {"id_key": "sessionId"}])
def test_a_file_in_which_nothing_is_said_is_counted(options: dict[str, Any]) -> None:
    with agentstore.connect("sqlite://") as store:
        for lines in ([OTHERS], [{"type": "mode", "sessionId": "s"}]):
            summary = import_conversations(
                store, read_items(io.BytesIO(as_lines(lines))), **options
            )
            assert summary.conversations == 0
            assert summary.passed_over == {"Claude Code session log in which nothing is said": 1}


def test_a_folder_of_projects_is_read(tmp_path: Path) -> None:
    agents = tmp_path / "s" / "subagents"
    results = tmp_path / "s" / "tool-results"
    agents.mkdir(parents=True)
    results.mkdir()
    (tmp_path / "s.jsonl").write_bytes(as_lines(ASKED))
    lines = [{**each, "agentId": "abc"} for each in SUB_AGENT]
    (agents / "agent-abc.jsonl").write_bytes(as_lines(lines))
    (agents / "agent-abc.meta.json").write_text('{"agentType": "Explore"}')
    (tmp_path / "sessions-index.json").write_text('{"version": 1, "entries": []}')
    (results / "toolu_1.json").write_text('[{"type": "text", "text": "long"}]')
    others: list[str] = []
    with agentstore.connect("sqlite://") as store:
        items = read_sources(open_sources([str(tmp_path)], others.append))
        import_conversations(store, items, id_key="sessionId")
        own, agent = (store.get_session(each) for each in ("s", "s/agent-abc"))
        assert own is not None
        assert agent is not None
        assert agent.metadata["agentId"] == "abc"
        assert [message.content for message in store.get_history(agent.id)] == ["look", "found"]
    assert sorted(Path(name).name for name in others) == [
        *("agent-abc.meta.json", "sessions-index.json", "toolu_1.json"),
    ]


def test_sub_agents_of_one_file_are_conversations_of_their_own() -> None:
    two = [
        {**each, "agentId": agent, "uuid": f"{agent}{each['uuid']}", "parentUuid": None}
        for agent in ("b", "a")
        for each in SUB_AGENT
    ]
    found = found_in(two)
    assert [each.conversation and each.conversation.id for each in found] == [
        *("s/agent-b", "s/agent-a"),
    ]


def test_strict_refuses_an_unknown_line() -> None:
    with agentstore.connect("sqlite://") as store:
        items = read_items(io.BytesIO(as_lines([NEWS, *ASKED])))
        with pytest.raises(ConversationError, match="line of type 'news'"):
            import_conversations(store, items, strict=True)


def item(role: str, text: str) -> dict[str, Any]:
    """A line of Codex's."""
    kind = "output_text" if role == "assistant" else "input_text"
    message = {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}
    return {"timestamp": "2026-01-02T03:04:05Z", "type": "response_item", "payload": message}


def undone(turns: Any) -> dict[str, Any]:
    payload = {"type": "thread_rolled_back", "num_turns": turns}
    return {"timestamp": "2026-01-02T03:04:05Z", "type": "event_msg", "payload": payload}


CONTEXT = item("user", "<environment_context>\n  <cwd>/p</cwd>\n</environment_context>")
DELETED = [item("user", "Delete it"), item("assistant", "Deleted")]
CALLED = {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "c"}


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([*DELETED, undone(1)], 2),
        ([*DELETED, {**CONTEXT, "payload": CALLED}, undone(1)], 3),
        ([*DELETED, *DELETED, undone(2)], 4),
        ([*DELETED, undone(1), *DELETED, undone(1)], 4),
        ([*DELETED, CONTEXT, undone(1)], 3),
        ([undone(0), undone(None)], 0),
    ],
)
def test_turns_that_codex_has_undone_are_left_out(lines: list[Any], left: int) -> None:
    asked = [CONTEXT, item("user", "Hi"), item("assistant", "Hello")]
    conversation = read([*asked, *lines, item("user", "Bye")])
    assert said(conversation)[1:] == [*GREETED, ("user", "Bye")]
    assert conversation.passed_over == ({LEFT: left} if left else {})
    assert not conversation.remarks


def test_more_turns_than_there_are_leave_what_stood_before_them() -> None:
    conversation = read([CONTEXT, *DELETED, undone(7), item("user", "Hi")])
    assert [message.content for message in conversation.messages][1:] == ["Hi"]


@pytest.mark.parametrize("form", [None, "codex"])
def test_logs_of_codex_before_september_2025_are_read(form: str | None) -> None:
    began = "2025-05-07T17:24:21Z"
    git = {"branch": "main"}
    lines = [
        {"id": "c", "timestamp": began, "instructions": "Be brief.", "git": git},
        {"record_type": "state"},
        item("user", "Hi")["payload"],
        CALLED,
        {"record_type": "state"},
        {"type": "function_call_output", "call_id": "c", "output": "a.py"},
        item("assistant", "Hello")["payload"],
    ]
    conversation = read(lines, form)
    assert said(conversation) == [
        *[("user", "Hi"), ("assistant", ""), ("shell", "a.py"), ("assistant", "Hello")],
    ]
    assert conversation.id == "c"
    assert conversation.created_at == read_moment(began)
    assert conversation.metadata == {"id": "c", "instructions": "Be brief.", "git": git}
    assert not conversation.remarks
    assert not conversation.passed_over


SESSION = {"sessionId": "s", "projectHash": "h", "startTime": "2026-01-02T03:04:05Z"}


def told(message_id: str, kind: str, content: Any, **further: Any) -> dict[str, Any]:
    """A message of Gemini CLI's."""
    message = {"id": message_id, "timestamp": "2026-01-02T03:04:05Z", "type": kind}
    return {**message, "content": content, **further}


def used(call_id: str, *result: Any, status: str = "success") -> dict[str, Any]:
    return {"id": call_id, "name": "look", "args": {}, "status": status, "result": list(result)}


def response(call_id: str, output: Any, key: str = "output") -> dict[str, Any]:
    return {"functionResponse": {"id": call_id, "name": "look", "response": {key: output}}}


TOLD = [told("u1", "user", [{"text": "Hi"}]), told("g1", "gemini", "Hello")]
IMAGE = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
SHOWN = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def test_what_gemini_cli_says_again_takes_its_place() -> None:
    called = {**TOLD[1], "toolCalls": [used("c", response("c", "a.py"))]}
    lines = [SESSION, *TOLD, {"$set": {"summary": "Kites"}}, told("u2", "user", "Bye"), called]
    conversation = read(lines)
    assert said(conversation) == [*GREETED, ("look", "a.py"), ("user", "Bye")]
    assert (conversation.id, conversation.title) == ("s", "Kites")
    assert not conversation.remarks


def test_what_gemini_cli_has_rewound_is_left_out() -> None:
    wrong = [told("u2", "user", "Wrong"), told("g2", "gemini", "Wrong answer")]
    back = {"$rewindTo": "u2"}
    conversation = read([SESSION, *TOLD, *wrong, back, told("u3", "user", "Bye"), back])
    assert said(conversation) == [*GREETED, ("user", "Bye")]
    assert conversation.passed_over == {LEFT: 2}
    assert conversation.remarks == {"rewind to a message that is not there: passed over": 1}


def test_messages_that_were_only_set_are_read_and_a_shorter_context_is_not() -> None:
    first = {"$set": {"messages": TOLD[:1]}}
    grown = {"$set": {"messages": TOLD}}
    shorter = {"$set": {"messages": [told("c1", "user", "It was said that …"), TOLD[1]]}}
    bye = told("u2", "user", "Bye")
    conversation = read([SESSION, first, grown, bye, shorter, shorter])
    assert said(conversation) == [*GREETED, ("user", "Bye")]
    assert conversation.passed_over == {"message that only the model was given": 1}
    assert not conversation.remarks


@pytest.mark.parametrize("call_id", [{"id": "c"}, {}])
def test_a_call_in_a_content_and_beside_it_is_one(call_id: dict[str, str]) -> None:
    content = [{"text": "Look:"}, {"functionCall": {**call_id, "name": "look", "args": {}}}]
    messages = [
        told("g1", "gemini", content, toolCalls=[used("c", response("c", "a.py"))]),
        told("u1", "user", [response("c", "a.py")]),
        told("g2", "gemini", "One file"),
    ]
    conversation = read([{**SESSION, "summary": "Files", "messages": messages}])
    assert said(conversation) == [
        *[("assistant", "Look:"), ("look", "a.py"), ("assistant", "One file")],
    ]
    assert conversation.title == "Files"
    assert not conversation.remarks


def test_all_that_a_tool_has_shown_is_its_result() -> None:
    both = [response("a", "one"), IMAGE, response("b", "two")]
    calls = [used("a", *both), used("b", *both), used("c", response("c", "no", "error"))]
    conversation = read([{**SESSION, "messages": [told("g1", "gemini", "", toolCalls=calls)]}])
    assert said(conversation) == [
        ("assistant", ""),
        ("look", [{"type": "text", "text": "one"}, SHOWN]),
        ("look", "two"),
        ("look", "no"),
        ("tool", "no"),
    ]


def test_parts_of_a_response_of_geminis_are_its_result() -> None:
    answered = {"name": "look", "response": {"output": "one"}, "parts": [IMAGE]}
    contents = [
        {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {}}}]},
        {"role": "user", "parts": [{"functionResponse": answered}]},
        {"role": "model"},
    ]
    assert said(read([{"contents": contents}])) == [
        ("assistant", ""),
        ("look", [{"type": "text", "text": "one"}, SHOWN]),
        ("assistant", ""),
    ]


def test_parts_that_are_texts_are_geminis() -> None:
    contents = [
        {"role": "user", "parts": ["Hi"]},
        {"role": "model", "parts": "Hello"},
    ]
    for value in ([contents], [{"history": contents}], contents):
        assert said(read(value)) == GREETED


def test_chunks_of_ai_studio_have_their_times() -> None:
    times = ["2025-11-18T10:00:00.123Z", "2025-11-18T10:00:06Z"]
    chunks = [
        {"text": text, "role": role, "createTime": time}
        for text, role, time in zip(("Hi", "Hello"), ("user", "model"), times, strict=True)
    ]
    conversation = read([{"chunkedPrompt": {"chunks": chunks}}])
    assert said(conversation) == GREETED
    assert [message.timestamp for message in conversation.messages] == list(map(read_moment, times))
    assert [message.metadata for message in conversation.messages] == [{}, {}]
