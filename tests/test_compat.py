"""SessionManager does over a store what the in-memory TypeScript package's does."""

from __future__ import annotations

import inspect
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from backends import NETWORKED

import agentstore
from agentstore import compat
from agentstore.compat import ManagedSession, SessionManager, create_session_manager

PAGE = Path(__file__).parent.parent / "docs" / "integrations" / "prisma.md"
IN_MEMORY_CALLS = [
    *("createSession", "getSession", "getOrCreateSession", "hasSession", "querySessions"),
    *("getHistory", "addUserMessage", "addAssistantMessage", "addSystemMessage", "closeSession"),
    *("deleteSession", "clearSession", "updateMetadata", "getDefaultSessionId"),
    *("setDefaultSessionId", "getSessionCount", "getTotalMessageCount"),
]
"""All that the class of @ai-agent/storage-memory has."""


@pytest.fixture
def manager(store: agentstore.Storage) -> SessionManager:
    return SessionManager(store)


def test_it_has_every_call_of_the_original() -> None:
    for name in IN_MEMORY_CALLS:
        snake = re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
        assert callable(getattr(SessionManager, snake)), snake


def test_every_public_name_is_documented() -> None:
    for _, member in inspect.getmembers(compat):
        if getattr(member, "__module__", None) == "agentstore.compat" and inspect.isclass(member):
            for name, part in vars(member).items():
                if not name.startswith("_") and (callable(part) or isinstance(part, property)):
                    assert part.__doc__, name


def test_a_conversation(manager: SessionManager) -> None:
    session_id = manager.create_session(metadata={"userId": "123"}, system_message="Be kind.")
    user = manager.add_user_message(session_id, "Hello", {"channel": "web"})
    call = {"toolName": "f", "arguments": {"a": 1}, "result": {"success": True, "content": "x"}}
    answer = manager.add_assistant_message(
        session_id, {"type": "execute", "message": "Hi", "data": [1], "toolCalls": [call]}
    )
    note = manager.add_system_message(session_id, "The user left.")
    history = manager.get_history(session_id)
    assert [message.role for message in history] == ["system", "user", "assistant", "system"]
    assert history[1:] == [user, answer, note]
    assert (user.content, user.metadata) == ("Hello", {"channel": "web"})
    assert (answer.response_type, answer.response) == ("execute", {"data": [1]})
    [made] = answer.tool_calls
    assert (made.tool_name, made.arguments, made.success) == ("f", {"a": 1}, True)
    assert history[0].content == "Be kind."
    assert manager.add_assistant_message(session_id, "plain text").content == "plain text"


def test_sessions_have_their_messages(manager: SessionManager) -> None:
    session_id = manager.create_session(metadata={"a": 1})
    session = manager.get_session(session_id)
    assert session is not None
    assert (session.id, session.active, session.metadata) == (session_id, True, {"a": 1})
    assert session.created_at == session.updated_at
    assert session.messages == []
    message = manager.add_user_message(session_id, "later")
    assert session.messages == [message]
    assert manager.get_session("unknown") is None
    assert "_store" not in repr(session)


def test_an_id_can_be_chosen_once(manager: SessionManager) -> None:
    assert manager.create_session(id="mine") == "mine"
    with pytest.raises(agentstore.SessionExistsError):
        manager.create_session(id="mine", metadata={"b": 2})
    session = manager.get_session("mine")
    assert session is not None
    assert session.metadata == {}


def test_get_or_create(manager: SessionManager) -> None:
    made = manager.get_or_create_session("x", metadata={"a": 1}, system_message="Be kind.")
    assert (made.id, made.metadata, len(made.messages)) == ("x", {"a": 1}, 1)
    again = manager.get_or_create_session("x", metadata={"a": 2}, system_message="Be rude.")
    assert again == made
    assert isinstance(again, ManagedSession)
    assert [message.content for message in again.messages] == ["Be kind."]


def test_many_callers_create_one_session(manager: SessionManager) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(
            threads.map(
                lambda number: manager.get_or_create_session("x", system_message=f"{number}"),
                range(4),
            )
        )
    assert all(session == made[0] for session in made)
    assert manager.get_total_message_count() == 1


def test_a_message_to_an_unknown_session_creates_it(manager: SessionManager) -> None:
    assert not manager.has_session("default")
    first = manager.add_user_message(manager.get_default_session_id(), "Hello")
    assert first.session_id == "default"
    assert manager.has_session("default")
    manager.add_assistant_message("other", {"type": "clarify", "message": "?"})
    manager.add_system_message("third", "x")
    manager.save_pending_confirmation("fourth", {"toolName": "f", "arguments": {}})
    assert manager.get_session_count() == 4
    assert manager.get_history("unknown") == []
    assert not manager.has_session("unknown")


def test_a_bad_message_creates_no_session(manager: SessionManager) -> None:
    with pytest.raises(agentstore.InvalidInputError):
        manager.add_user_message("x", 5)  # type: ignore[arg-type]
    with pytest.raises(agentstore.InvalidInputError):
        manager.add_assistant_message("x", {"message": "no type"})
    assert not manager.has_session("x")


def test_an_empty_system_message_is_none(manager: SessionManager) -> None:
    session_id = manager.create_session(system_message="")
    assert manager.get_history(session_id) == []


def test_clear_session_keeps_the_session(manager: SessionManager) -> None:
    session_id = manager.create_session(metadata={"a": 1})
    manager.save_pending_confirmation(session_id, {"toolName": "f", "arguments": {}})
    for content in ("one", "two"):
        manager.add_user_message(session_id, content)
    other = manager.add_user_message("other", "stays")
    assert manager.clear_session(session_id)
    assert manager.get_history(session_id) == []
    assert manager.clear_session(session_id)
    assert not manager.clear_session("unknown")
    session = manager.get_session(session_id)
    assert session is not None
    assert session.metadata == {"a": 1}
    assert manager.get_pending_confirmation(session_id) is not None
    assert manager.get_history("other") == [other]
    assert manager.get_total_message_count() == 1


def test_close_and_delete(manager: SessionManager) -> None:
    session_id = manager.create_session()
    assert manager.close_session(session_id)
    session = manager.get_session(session_id)
    assert session is not None
    assert not session.active
    assert manager.add_user_message(session_id, "still here").content == "still here"
    assert manager.delete_session(session_id)
    assert not manager.delete_session(session_id)
    assert not manager.close_session(session_id)
    assert manager.get_session_count() == 0


def test_update_metadata_merges(manager: SessionManager) -> None:
    session_id = manager.create_session(metadata={"a": 1, "b": {"c": 2}})
    assert manager.update_metadata(session_id, {"b": {"d": 3}, "e": None})
    session = manager.get_session(session_id)
    assert session is not None
    assert session.metadata == {"a": 1, "b": {"d": 3}, "e": None}
    assert not manager.update_metadata("unknown", {"a": 1})


def test_query_sessions(manager: SessionManager) -> None:
    ids = [manager.create_session() for _ in range(4)]
    manager.close_session(ids[1])
    newest_first = ids[::-1]
    assert [session.id for session in manager.query_sessions()] == newest_first
    assert [session.id for session in manager.query_sessions(active=False)] == [ids[1]]
    active = manager.query_sessions(active=True, limit=2)
    assert [session.id for session in active] == [ids[3], ids[2]]
    assert [session.id for session in manager.query_sessions(limit=2, offset=1)] == ids[2:0:-1]
    now = datetime.now(timezone.utc)
    assert manager.query_sessions(created_after=now + timedelta(hours=1)) == []
    assert len(manager.query_sessions(created_before=now + timedelta(hours=1))) == 4
    assert all(session.messages == [] for session in active)


def test_confirmations(manager: SessionManager) -> None:
    session_id = manager.create_session()
    assert manager.get_pending_confirmation(session_id) is None
    manager.save_pending_confirmation(
        session_id, {"toolName": "f", "arguments": {"a": 1}, "userMessage": "do"}
    )
    confirmation = manager.get_pending_confirmation(session_id)
    assert confirmation is not None
    assert (confirmation.tool_name, confirmation.user_message) == ("f", "do")
    assert manager.clear_pending_confirmation(session_id)
    assert not manager.clear_pending_confirmation(session_id)


def test_the_default_session_is_a_name_only(store: agentstore.Storage) -> None:
    manager = create_session_manager(store)
    manager.set_default_session_id("mine")
    assert manager.get_default_session_id() == "mine"
    assert manager.get_session_count() == 0
    assert SessionManager(store).get_default_session_id() == "default"
    assert manager.store is store


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_no_password_is_shown(manager: SessionManager) -> None:
    assert re.search(r"SessionManager on <agentstore.Storage", repr(manager))
    assert "password='" not in repr(manager)


# The page.


def test_the_pages_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    shown = r"^All three .* print:\n\n(?:<!--.*\n\n)?((?:    .*\n)+)"
    [printed] = re.findall(shown, text, re.MULTILINE)
    assert capsys.readouterr().out == re.sub(r"^    ", "", printed, flags=re.MULTILINE)


def test_the_pages_table_names_calls_that_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)\(.*?\| `(\w+)\(", text, re.MULTILINE)
    assert {camel for camel, _ in named} == set(IN_MEMORY_CALLS)
    for _, snake in named:
        assert hasattr(SessionManager, snake), snake


def test_an_id_that_is_in_use_elsewhere_ends_in_an_error(store: agentstore.Storage) -> None:
    store.create_session(id="s", tenant_id="acme")
    manager = compat.SessionManager(store.scoped(tenant_id="other"))
    with pytest.raises(agentstore.SessionExistsError):
        manager.get_or_create_session("s")
