"""Conversations into a store and out again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
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
from agentstore.transfer.conversation_files import Item, read_items

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
    items = items_of(list(map(conversation, (1, 2, 3, 4))))
    with pytest.raises(ConversationError, match="conversation 3: too large") as caught:
        import_conversations(RefusesThird(store), items, batch_size=batch_size)  # type: ignore[arg-type]
    assert caught.value.summary.conversations == 2
    assert comparable(export_conversations(store)) == comparable(map(conversation, (1, 2)))


class RefusesThird:
    """A store that finds something wrong with the third conversation."""

    def __init__(self, store: agentstore.Storage) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save_messages(self, session_id: str, messages: list[agentstore.NewMessage]) -> list[str]:
        if messages[0].content == "question 3":
            raise agentstore.InvalidInputError("too large")
        return self._store.save_messages(session_id, messages)


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
