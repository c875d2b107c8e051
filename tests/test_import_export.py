"""Conversations into a store and out again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import openai_forms
import pytest
from hypothesis import given, settings

import agentstore
from agentstore.testing import Backend
from agentstore.transfer import (
    ConversationError,
    ImportSummary,
    export_conversations,
    import_conversations,
)
from agentstore.transfer.conversation import Conversation, State
from agentstore.transfer.conversation_files import Item, read_items
from agentstore.transfer.storing import Stored, store_new
from agentstore.transfer.storing_many import ManyConversations

STATES: list[State] = ["open", "closed", "archived", "open"]
EXAMPLES = Path(__file__).parent.parent / "examples" / "data"


def items_of(conversations: list[Any]) -> Iterator[Item]:
    return iter([Item(value, None, None, 0) for value in conversations])


def comparable(conversations: Any) -> list[str]:
    return sorted(map(openai_forms.comparable, conversations))


def example_conversations() -> list[Any]:
    items = []
    for path in sorted(EXAMPLES.iterdir()):
        with path.open("rb") as file:
            items += [item.value for item in read_items(file)]
    whole = [{"messages": item} if isinstance(item, list) else item for item in items]
    return [
        {("messages" if key == "traj" else key): value for key, value in item.items()}
        for item in whole
    ]


def conversation(number: int) -> dict[str, Any]:
    """A conversation of three messages with a call that is answered."""
    function = {"name": "look_up", "arguments": json.dumps({"number": number})}
    return {
        "number": number,
        "messages": [
            {"role": "user", "content": f"question {number}"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": f"call_{number}", "type": "function", "function": function}],
            },
            {"role": "tool", "tool_call_id": f"call_{number}", "content": f"found {number}"},
            {"role": "assistant", "content": f"answer {number}"},
        ],
    }


def test_examples_come_back_as_they_were(store: agentstore.Storage) -> None:
    given_ = example_conversations()
    summary = import_conversations(store, items_of(given_))
    assert summary.conversations == len(given_) == 8
    assert summary.messages == store.count_messages()
    assert summary.tool_calls == len(store.query_tool_calls()) == 9
    assert comparable(export_conversations(store)) == comparable(given_)


def test_calls_are_stored_with_their_results(store: agentstore.Storage) -> None:
    import_conversations(store, items_of([conversation(1)]))
    [session] = store.query_sessions(metadata={"number": 1})
    assert session.metadata == {"number": 1}
    messages = store.get_history(session.id)
    assert [message.role for message in messages] == ["user", "assistant", "assistant"]
    [call] = messages[1].tool_calls
    assert (call.call_id, call.tool_name, call.arguments) == ("call_1", "look_up", {"number": 1})
    assert (call.result, call.completed_at) == ("found 1", call.timestamp)


def test_an_import_run_again_doubles_nothing(store: agentstore.Storage) -> None:
    twice_in_one_file = [conversation(1), conversation(2), conversation(1)]
    first = import_conversations(store, items_of(twice_in_one_file))
    assert first == ImportSummary(3, 9, 3, 0)
    again = import_conversations(store, items_of([*twice_in_one_file, conversation(3)]))
    assert again == ImportSummary(1, 3, 1, 3)
    assert store.count_sessions() == 4


def test_an_export_imported_where_it_came_from_doubles_nothing(store: agentstore.Storage) -> None:
    import_conversations(store, items_of(example_conversations()))
    exported = list(export_conversations(store))
    assert import_conversations(store, items_of(exported)).skipped == len(exported)


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_of_a_broken_conversation_nothing_is_stored_and_those_before_it_are(
    store: agentstore.Storage, batch_size: int
) -> None:
    broken = {"messages": [{"role": "user", "content": "x"}, {"content": "no role"}]}
    items = items_of([conversation(1), conversation(2), conversation(3), broken, conversation(5)])
    with pytest.raises(ConversationError, match="conversation 4: message 2 has no") as caught:
        import_conversations(store, items, batch_size=batch_size)
    assert caught.value.summary.conversations == 3
    assert comparable(export_conversations(store)) == comparable(map(conversation, (1, 2, 3)))


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_a_conversation_that_the_store_refuses_is_like_a_broken_one(
    store: agentstore.Storage, batch_size: int
) -> None:
    crowded = {**conversation(3), **{f"key {number}": 1 for number in range(1001)}}
    items = items_of([conversation(1), conversation(2), crowded, conversation(4)])
    with pytest.raises(ConversationError, match=r"conversation 3: metadata .* 1000") as caught:
        import_conversations(store, items, batch_size=batch_size)
    assert caught.value.summary.conversations == 2
    assert comparable(export_conversations(store)) == comparable(map(conversation, (1, 2)))


def test_what_was_written_through_the_store_is_exported_and_imported_the_same(
    store: agentstore.Storage, backend: Backend
) -> None:
    written_through_the_store(store)
    exported = list(export_conversations(store))
    [before] = [store.get_history(session.id) for session in store.query_sessions()]
    [form] = exported
    assert form["topic"] == "refunds"
    assert [message["role"] for message in form["messages"]] == [
        *("system", "user", "assistant", "tool", "user", "tool", "assistant"),
    ]
    assert form["messages"][2]["response_type"] == "confirm"
    assert form["messages"][2]["response"] == {"action": "refund", "preview": {"eur": 5.0}}
    assert json.loads(form["messages"][3]["content"]) == {"success": True, "rows": [1, 2.5, None]}
    assert form["messages"][5]["content"] == "a message as well"

    url = backend.migrated_database()
    with agentstore.connect(url) as other:
        import_conversations(other, items_of(json.loads(json.dumps(exported))))
        [session] = other.query_sessions()
        assert session.metadata == {"topic": "refunds", "messages": "a key of ours"}
        assert [facts(message) for message in other.get_history(session.id)] == [
            facts(message) for message in before
        ]
    backend.drop_database(url)


def written_through_the_store(store: agentstore.Storage) -> None:
    session = store.create_session(
        metadata={"topic": "refunds", "messages": "a key of ours"}, system_message="Be kind."
    )
    store.save_user_message(session, "Refund me", {"content": "a key of ours", "lang": "en"})
    store.save_assistant_message(
        session,
        {
            "type": "confirm",
            "message": [{"type": "text", "text": "Sure?"}],
            "action": "refund",
            "preview": {"eur": 5.0},
            "tool_calls": [
                {"tool_name": "a", "arguments": {}, "result": None, "call_id": "same"},
                {"tool_name": "b", "arguments": [1], "call_id": "same"},
                {
                    "tool_name": "c",
                    "arguments": "text",
                    "result": {"success": True, "rows": [1, 2.5, None]},
                },
            ],
        },
    )
    store.save_user_message(session, "")
    store.save_tool_message(session, "a message as well", {"tool_call_id": "same"})
    store.save_assistant_message(session, "Done.")


def facts(message: agentstore.Message) -> list[Any]:
    """All that an export keeps of a message."""
    return [
        message.role,
        message.content,
        message.parts,
        message.response_type,
        message.response,
        message.metadata,
        [
            (call.tool_name, call.call_id, call.arguments, call.completed_at is None, call.result)
            for call in message.tool_calls
        ],
    ]


def test_any_conversation_comes_back_through_a_store() -> None:
    with agentstore.connect("sqlite://") as store:

        @settings(deadline=None)
        @given(openai_forms.conversations)
        def comes_back(given_: dict[str, Any]) -> None:
            import_conversations(store, items_of([given_]))
            [exported] = export_conversations(store)
            assert openai_forms.comparable(dict(exported)) == openai_forms.comparable(given_)
            [session] = store.query_sessions()
            store.delete_session(session.id)

        comes_back()


def test_an_import_that_is_killed_and_started_again_doubles_nothing(
    backend: Backend, store: agentstore.Storage, database_url: str
) -> None:
    if backend.private:
        pytest.skip("a memory store dies with its process")
    conversations = [conversation(number) for number in range(60)]
    command = [sys.executable, "-m", "agentstore", "import", "-", "--batch-size", "4"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        # The eleventh waits in an open batch, and the rest have not been sent yet.
        process.stdin.write(b"".join(map(openai_forms.line_of, conversations[:11])))
        process.stdin.flush()
        while store.count_sessions() < 8:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    kept = list(export_conversations(store))
    assert comparable(kept) == comparable(conversations[:8])

    everything = b"".join(map(openai_forms.line_of, conversations))
    done = subprocess.run(
        [*command, "--json"], input=everything, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == {
        "conversations": 52,
        "messages": 156,
        "tool_calls": 52,
        "skipped": 8,
        "continued": 0,
        "not_understood": {},
        "passed_over": {},
        "left_out": [],
    }
    assert comparable(export_conversations(store)) == comparable(conversations)


def test_two_imports_of_one_file_at_once_store_it_once(
    backend: Backend, store: agentstore.Storage, database_url: str, tmp_path: Path
) -> None:
    if backend.private:
        pytest.skip("a memory store is seen by its own process only")
    conversations = [conversation(number) for number in range(80)]
    orders = [conversations, conversations[::-1]]
    command = [sys.executable, "-m", "agentstore", "import", "--json", "--batch-size", "7"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    with ExitStack() as running:
        processes = []
        for number, order in enumerate(orders):
            file = tmp_path / f"{number}.jsonl"
            file.write_bytes(b"".join(map(openai_forms.line_of, order)))
            started = subprocess.Popen(
                [*command, str(file)], env=environment, stdout=subprocess.PIPE
            )
            processes.append(running.enter_context(started))
        reports = [json.loads(process.communicate()[0]) for process in processes]
    assert sum(report["conversations"] for report in reports) == 80
    assert sum(report["skipped"] for report in reports) == 80
    assert comparable(export_conversations(store)) == comparable(conversations)


def test_a_session_deleted_during_an_export_is_not_in_it(store: agentstore.Storage) -> None:
    import_conversations(store, items_of([conversation(1), conversation(2), {"messages": []}]))
    exported = export_conversations(store)
    assert next(exported)["number"] == 1
    [other] = store.query_sessions(metadata={"number": 2})
    store.delete_session(other.id)
    assert [len(item["messages"]) for item in exported] == [0]


def test_many_at_once_are_stored_like_one_by_one(store: agentstore.Storage) -> None:
    """Where a store takes them together, each table has the rows that the calls would have made."""
    asked = [{"tool_name": "f", "arguments": {"a": 1.0}, "call_id": "c", "result": None}]
    at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    given = [
        Conversation(
            {"n": number, "deep": {"x": [1]}},
            [
                agentstore.NewMessage("user", "Hi \0 \ud800", timestamp=at),
                agentstore.NewMessage("assistant", [{"type": "text", "text": "é"}]),
                agentstore.NewMessage("assistant", "", tool_calls=asked, response_type="t"),
            ][:number],
            {},
            created_at=at if number % 2 else None,
            state=state,
            title=f"No. {number}",
        )
        for number, state in enumerate(STATES)
    ]
    named = [(f"many {number}", each) for number, each in enumerate(given)]
    many = ManyConversations(store)
    assert many.store(many.prepare(named) or []) == [
        Stored(True, number, int(number > 2)) for number in range(len(given))
    ]
    for number, each in enumerate(given):
        store_new(store, f"one {number}", each)
        together, alone = (told(store, f"{how} {number}") for how in ("many", "one"))
        assert together == alone
    found = store.query_sessions(metadata={"n": 2}, order="asc")
    assert {session.id for session in found} == {"many 2", "one 2"}
    # Again, it is there; and a scope's sessions are made by the calls.
    assert many.store(many.prepare(named) or []) == [Stored()] * len(given)
    scoped = store.scoped(tenant_id="acme")
    assert ManyConversations(scoped).prepare(named) is None


def told(store: agentstore.Storage, session_id: str) -> Any:
    """What a session is, but for ids and the moments of this run."""
    session = store.get_session(session_id)
    assert session is not None
    told: dict[str, Any] = {**session.to_dict(), "id": None, "updated_at": None}
    told["archived_at"] = session.archived_at is not None
    for key in ("created_at", "last_message_at"):
        told[key] = told[key] if told[key].startswith("2026-01-02T03") else None
    messages = [
        {
            **message.to_dict(),
            **{"id": None, "session_id": None, "tool_calls": None},
            "timestamp": None if number else message.timestamp,
        }
        for number, message in enumerate(store.get_history(session_id))
    ]
    calls = [
        (call.call_id, call.tool_name, call.arguments, call.result, call.completed_at is None)
        for call in store.query_tool_calls(session_id=session_id)
    ]
    return [told, messages, calls]
