"""The adapter for Strands, by itself and under an Agent with its session manager."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from strands import Agent, tool
from strands.models import Model
from strands.session.repository_session_manager import RepositorySessionManager
from strands.session.session_repository import SessionRepository
from strands.types.exceptions import SessionException
from strands.types.session import Session, SessionAgent, SessionMessage, SessionType

import agentstore
from agentstore.integrations.strands import KEY, AgentstoreSessionRepository, load_messages

MESSAGES: list[Any] = [
    {"role": "user", "content": [{"text": "Where is my order?"}], "tracking_id": "t-1"},
    {
        "role": "assistant",
        "content": [
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
            {"text": "I will look."},
            {"toolUse": {"toolUseId": "u1", "name": "find", "input": {"order": 4711}}},
            {"toolUse": {"toolUseId": "u2", "name": "find", "input": {}}},
        ],
        "metadata": {"usage": {"inputTokens": 7}},
    },
    {
        "role": "user",
        "content": [
            {
                "toolResult": {
                    "toolUseId": "u2",
                    "status": "error",
                    "content": [{"text": "no such order"}],
                }
            },
            {
                "toolResult": {
                    "toolUseId": "u1",
                    "status": "success",
                    "content": [{"json": {"success": True, "place": "Hamburg"}}],
                }
            },
            {"text": "Go on."},
            {"image": {"format": "png", "source": {"bytes": b"\x89PNG\0"}}},
        ],
    },
    {
        "role": "assistant",
        "content": [{"text": "In Hamburg."}, {"cachePoint": {"type": "default"}}],
    },
    {"role": "user", "content": []},
    {"role": "user", "content": [{"text": "a"}, {"text": "b"}]},
    {
        "role": "user",
        "content": [
            {
                "toolResult": {
                    "toolUseId": "u9",
                    "status": "success",
                    "content": [{"text": "a"}, {"image": {"source": {"bytes": b"x"}}}],
                }
            }
        ],
    },
]


@pytest.fixture
def repository(store: agentstore.Storage) -> AgentstoreSessionRepository:
    repository = AgentstoreSessionRepository(store)
    repository.create_session(Session(session_id="chat", session_type=SessionType.AGENT))
    repository.create_agent("chat", SessionAgent("bot", {"a": 1}, {}))
    return repository


def create(
    repository: AgentstoreSessionRepository, messages: list[Any], agent_id: str = "bot"
) -> list[SessionMessage]:
    made = [SessionMessage.from_message(message, n) for n, message in enumerate(messages)]
    for message in made:
        repository.create_message("chat", agent_id, message)
    return made


def test_sessions(store: agentstore.Storage) -> None:
    repository = AgentstoreSessionRepository(store)
    assert isinstance(repository, SessionRepository)
    assert repository.read_session("chat") is None
    session = Session(session_id="chat", session_type=SessionType.AGENT)
    assert repository.create_session(session) == session
    assert repository.read_session("chat") == session
    with pytest.raises(SessionException):
        repository.create_session(session)
    repository.delete_session("chat")
    assert repository.read_session("chat") is None
    with pytest.raises(SessionException):
        repository.delete_session("chat")


def test_agents(repository: AgentstoreSessionRepository) -> None:
    assert repository.read_agent("chat", "other") is None
    assert repository.read_agent("nowhere", "bot") is None
    agent = SessionAgent("other", {"raw": b"\0", "n": 1.0}, {"removed": 2}, {"interrupt": {}})
    repository.create_agent("chat", agent)
    assert repository.read_agent("chat", "other") == agent
    changed = SessionAgent("other", {}, {}, {}, created_at="another time")
    repository.update_agent("chat", changed)
    read = repository.read_agent("chat", "other")
    assert read is not None
    assert (read.state, read.created_at) == ({}, agent.created_at)
    bot = repository.read_agent("chat", "bot")
    assert bot is not None
    assert bot.state == {"a": 1}
    for session_id, agent_id in (("chat", "nobody"), ("nowhere", "bot")):
        unknown = SessionAgent(agent_id, {}, {})
        with pytest.raises(SessionException):
            repository.update_agent(session_id, unknown)
    with pytest.raises(SessionException):
        repository.create_agent("nowhere", agent)


def test_agents_written_side_by_side_are_all_there(
    repository: AgentstoreSessionRepository,
) -> None:
    with ThreadPoolExecutor(4) as threads:
        for n in range(12):
            threads.submit(repository.create_agent, "chat", SessionAgent(f"a{n}", {"n": n}, {}))
    states = [repository.read_agent("chat", f"a{n}") for n in range(12)]
    assert [None if agent is None else agent.state for agent in states] == [
        {"n": n} for n in range(12)
    ]


def test_messages_come_back_as_they_went_in(repository: AgentstoreSessionRepository) -> None:
    made = create(repository, MESSAGES)
    assert repository.list_messages("chat", "bot") == made
    assert [message.to_message() for message in made] == MESSAGES
    for message in made:
        assert repository.read_message("chat", "bot", message.message_id) == message
    assert repository.read_message("chat", "bot", 99) is None
    assert repository.read_message("chat", "other", 0) is None


@pytest.mark.parametrize(
    ("limit", "offset"), [(None, 0), (2, 0), (2, 3), (None, 5), (0, 0), (9, 9)]
)
def test_messages_are_listed_by_page(
    repository: AgentstoreSessionRepository, limit: int | None, offset: int
) -> None:
    made = create(repository, MESSAGES)
    stop = None if limit is None else offset + limit
    assert repository.list_messages("chat", "bot", limit, offset) == made[offset:stop]


def test_the_agents_of_a_session_do_not_mix(repository: AgentstoreSessionRepository) -> None:
    repository.create_agent("chat", SessionAgent("other", {}, {}))
    mine = create(repository, MESSAGES[:2])
    others = create(repository, MESSAGES[3:4], "other")
    assert repository.list_messages("chat", "bot") == mine
    assert repository.list_messages("chat", "other") == others
    assert repository.store.get_message_count("chat") == 3


def test_a_message_is_created_once(repository: AgentstoreSessionRepository) -> None:
    (made,) = create(repository, MESSAGES[:1])
    repository.create_message("chat", "bot", made)
    assert repository.list_messages("chat", "bot") == [made]
    other = SessionMessage.from_message(MESSAGES[3], 0)
    with pytest.raises(SessionException):
        repository.create_message("chat", "bot", other)
    with pytest.raises(SessionException):
        repository.create_message("nowhere", "bot", made)
    with pytest.raises(SessionException):
        repository.create_message("chat", "nobody", made)
    assert repository.list_messages("chat", "bot") == [made]


def test_other_readers_see_messages_and_tool_calls(
    repository: AgentstoreSessionRepository,
) -> None:
    create(repository, MESSAGES)
    history = repository.store.get_history("chat")
    assert [(message.role, message.content) for message in history] == [
        ("user", "Where is my order?"),
        ("assistant", "I will look."),
        ("tool", "no such order"),
        ("tool", '{"success":true,"place":"Hamburg"}'),
        ("user", "Go on."),
        ("assistant", "In Hamburg."),
        ("user", ""),
        ("user", "a\nb"),
        (
            "tool",
            '[{"text":"a"},{"image":{"source":{"bytes":{"__bytes_encoded__":true,"data":"eA=="}}}}]',
        ),
    ]
    calls = history[1].tool_calls
    assert [(call.tool_name, call.call_id, call.arguments, call.result) for call in calls] == [
        ("find", "u1", {"order": 4711}, {"success": True, "place": "Hamburg"}),
        ("find", "u2", {}, "no such order"),
    ]
    assert calls[0].success is True
    assert history[2].metadata["tool_status"] == "error"


def redacted(message: SessionMessage, *content: Any) -> SessionMessage:
    return SessionMessage(
        message.message,
        message.message_id,
        redact_message={"role": message.message["role"], "content": list(content)},
        created_at="another time",
    )


def test_a_redacted_message_is_hidden_from_all(repository: AgentstoreSessionRepository) -> None:
    made = create(repository, MESSAGES[:4])
    before = repository.store.get_history("chat")
    hidden = redacted(made[0], {"text": "[hidden]"})
    repository.update_message("chat", "bot", hidden)
    listed = repository.list_messages("chat", "bot")
    assert listed[1:] == made[1:]
    assert listed[0].to_message() == hidden.redact_message
    assert listed[0].message == MESSAGES[0]
    assert (listed[0].created_at, listed[0].updated_at) == (made[0].created_at, hidden.updated_at)
    assert repository.read_message("chat", "bot", 0) == listed[0]

    after = repository.store.get_history("chat")
    assert after[0].content == "[hidden]"
    assert "Where" not in after[0].content
    for one, other in zip(before, after, strict=True):
        assert (one.id, one.timestamp, one.role) == (other.id, other.timestamp, other.role)
        assert [
            (call.id, call.timestamp, call.completed_at, call.result) for call in one.tool_calls
        ] == [
            (call.id, call.timestamp, call.completed_at, call.result) for call in other.tool_calls
        ]


def test_a_redacted_result_is_hidden_in_its_call_too(
    repository: AgentstoreSessionRepository,
) -> None:
    made = create(repository, MESSAGES[:4])
    hidden = redacted(
        made[2],
        {"toolResult": {"toolUseId": "u1", "status": "success", "content": [{"text": "hidden"}]}},
    )
    repository.update_message("chat", "bot", hidden)
    assert [message.to_message() for message in repository.list_messages("chat", "bot")] == [
        *MESSAGES[:2],
        hidden.redact_message,
        MESSAGES[3],
    ]
    calls = repository.store.query_tool_calls(session_id="chat", order="asc")
    assert [(call.call_id, call.result) for call in calls] == [("u1", "hidden"), ("u2", None)]
    assert [message.role for message in repository.store.get_history("chat")] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]


def test_only_a_message_that_is_there_is_updated(repository: AgentstoreSessionRepository) -> None:
    (made,) = create(repository, MESSAGES[:1])
    for session_id, agent_id, message_id in (
        ("chat", "bot", 7),
        ("chat", "nobody", 0),
        ("nowhere", "bot", 0),
    ):
        unknown = SessionMessage.from_message(MESSAGES[0], message_id)
        with pytest.raises(SessionException):
            repository.update_message(session_id, agent_id, unknown)
    assert repository.list_messages("chat", "bot") == [made]


class Graph:
    """As much of a MultiAgentBase as a repository meets."""

    def __init__(self, id: str, state: dict[str, Any]) -> None:
        self.id = id
        self.state = state

    def serialize_state(self) -> dict[str, Any]:
        return self.state


def test_multi_agents(repository: AgentstoreSessionRepository) -> None:
    graph: Any = Graph("g", {"status": "executing", "nodes": [1, None]})
    assert repository.read_multi_agent("chat", "g") is None
    with pytest.raises(SessionException):
        repository.update_multi_agent("chat", graph)
    repository.create_multi_agent("chat", graph)
    assert repository.read_multi_agent("chat", "g") == graph.state
    graph.state = {"status": "completed"}
    repository.update_multi_agent("chat", graph)
    assert repository.read_multi_agent("chat", "g") == {"status": "completed"}
    with pytest.raises(SessionException):
        repository.create_multi_agent("nowhere", graph)


def test_a_session_of_another_is_a_session(store: agentstore.Storage) -> None:
    store.create_session(id="chat", system_message="You help.")
    store.save_user_message("chat", "Where is it?")
    store.save_assistant_message(
        "chat",
        {
            "type": "execute",
            "message": "Let me see.",
            "tool_calls": [
                {"tool_name": "find", "arguments": {"id": 7}, "call_id": "c1", "result": {"at": 1}},
                {"tool_name": "find", "arguments": {"id": 8}, "call_id": "c2", "result": "none"},
            ],
        },
    )
    session = AgentstoreSessionRepository(store).read_session("chat")
    assert session is not None
    assert session.session_type is SessionType.AGENT
    results: list[Any] = [
        {"toolUseId": "c1", "status": "success", "content": [{"json": {"at": 1}}]},
        {"toolUseId": "c2", "status": "success", "content": [{"text": "none"}]},
    ]
    assert load_messages(store, "chat") == [
        {"role": "user", "content": [{"text": "Where is it?"}]},
        {
            "role": "assistant",
            "content": [
                {"text": "Let me see."},
                {"toolUse": {"toolUseId": "c1", "name": "find", "input": {"id": 7}}},
                {"toolUse": {"toolUseId": "c2", "name": "find", "input": {"id": 8}}},
            ],
        },
        {"role": "user", "content": [{"toolResult": result} for result in results]},
    ]


def test_its_own_messages_load_as_they_are(repository: AgentstoreSessionRepository) -> None:
    create(repository, MESSAGES)
    assert load_messages(repository.store, "chat") == MESSAGES
    assert load_messages(repository.store, "nowhere") == []


class ScriptedModel(Model):
    """Answers with prepared messages, one after the other."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.given: list[Any] = []

    def update_config(self, **model_config: Any) -> None:
        pass

    def get_config(self) -> Any:
        return {}

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        self.given.append(list(messages))
        stop_reason = "end_turn"
        yield {"messageStart": {"role": "assistant"}}
        for block in self.answers.pop(0):
            start: Any = {}
            delta: Any = {"text": block} if isinstance(block, str) else block
            if "redactContent" in delta:
                yield block
                stop_reason = "guardrail_intervened"
                continue
            if "toolUse" in delta:
                use = delta["toolUse"]
                start = {"toolUse": {"name": use["name"], "toolUseId": use["toolUseId"]}}
                delta = {"toolUse": {"input": use["input"]}}
                stop_reason = "tool_use"
            yield {"contentBlockStart": {"start": start}}
            yield {"contentBlockDelta": {"delta": delta}}
            yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": stop_reason}}


@tool
def find_order(order: int) -> str:
    """Finds an order.

    Args:
        order: its number.
    """
    return f"{order} is in Hamburg"


def agent(store: agentstore.Storage, model: ScriptedModel) -> Agent:
    manager = RepositorySessionManager("chat", AgentstoreSessionRepository(store))
    return Agent(
        model=model,
        tools=[find_order],
        agent_id="bot",
        session_manager=manager,
        callback_handler=None,
    )


def test_an_agent_goes_on_where_it_was(store: agentstore.Storage) -> None:
    use = {"toolUse": {"name": "find_order", "toolUseId": "u1", "input": '{"order": 4711}'}}
    first = agent(store, ScriptedModel([use], ["It is in Hamburg."]))
    first.state.set("customer", "Ann")
    first("Where is 4711?")

    model = ScriptedModel(["You are welcome."])
    second = agent(store, model)
    assert second.messages == first.messages
    assert second.state.get("customer") == "Ann"
    second("Thank you!")
    assert len(model.given[0]) == 5

    history = store.get_history("chat")
    assert [(message.role, message.content) for message in history] == [
        ("user", "Where is 4711?"),
        ("assistant", ""),
        ("tool", "4711 is in Hamburg"),
        ("assistant", "It is in Hamburg."),
        ("user", "Thank you!"),
        ("assistant", "You are welcome."),
    ]
    (call,) = store.query_tool_calls(session_id="chat")
    assert (call.tool_name, call.arguments, call.result) == (
        "find_order",
        {"order": 4711},
        "4711 is in Hamburg",
    )


def test_a_guardrail_redacts(store: agentstore.Storage) -> None:
    redaction = {"redactContent": {"redactUserContentMessage": "[hidden]"}}
    agent(store, ScriptedModel([redaction, "I cannot say."]))("a secret")
    assert [message.content for message in store.get_history("chat")] == [
        "[hidden]",
        "I cannot say.",
    ]
    reopened = agent(store, ScriptedModel())
    assert reopened.messages[0]["content"] == [{"text": "[hidden]"}]


def test_the_key_says_whose_it_is(repository: AgentstoreSessionRepository) -> None:
    create(repository, MESSAGES[:1])
    (message,) = repository.store.get_history("chat")
    assert message.metadata[KEY]["agent_id"] == "bot"
    session = repository.store.get_session("chat")
    assert session is not None
    assert set(session.metadata) == {KEY, "strands:agent:bot"}
