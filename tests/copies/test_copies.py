"""A copy has all that the source has, whatever databases they are, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
from backends import SHARED
from copy_samples import AT, all_rows, conversations_of, fill, session_row

import agentstore
from agentstore import (
    ConfigurationError,
    NewMessage,
    StatementEvent,
    StorageError,
    UnavailableError,
)
from agentstore.transfer.copying import (
    Problem,
    Selection,
    compare_rows,
    copy_rows,
    open_source,
    pages,
    reading,
)
from agentstore.transfer.copying.stored import StoredRows
from agentstore.transfer.copying.tables import SESSIONS, TABLES
from agentstore.transfer.copying.values import size_of

OpenStore = Callable[..., agentstore.Storage]


def copy(source: agentstore.Storage, target: agentstore.Storage, **options: Any) -> list[Problem]:
    """Copy a store; returns what was not taken."""
    problems: list[Problem] = []
    copy_rows(open_source(source, **options), target, tell=problems.append)
    return problems


@pytest.mark.parametrize(
    "names",
    [
        ("sqlite-file", "sqlite-file"),
        ("mariadb", "postgresql", "sqlite-file", "mariadb"),
        ("sqlite-file", "postgresql", "mysql", "mariadb", "sqlite-file"),
    ],
    ids="-".join,
)
def test_a_copy_has_all_and_nothing_else(names: tuple[str, ...], open_store: OpenStore) -> None:
    stores = [open_store(name) for name in names]
    fill(stores[0])
    rows, conversations = all_rows(stores[0]), conversations_of(stores[0])
    assert all(rows.values())
    for source, target in pairwise(stores):
        reports = copy_rows(open_source(source), target)
        assert all(report.is_equal and not report.present for report in reports.values())
        assert {name: report.stored for name, report in reports.items()} == {
            name: len(found) for name, found in rows.items()
        }
        assert all_rows(target) == rows
        assert conversations_of(target) == conversations
        assert target.count_sessions(metadata={"user_id": "u0", "n": 1}) == 2


@pytest.mark.parametrize("name", SHARED)
def test_a_copy_again_stores_nothing_and_sees_what_has_come(
    name: str, open_store: OpenStore
) -> None:
    source, target = open_store("sqlite-file"), open_store(name)
    fill(source)
    copy_rows(open_source(source), target)
    session_id = source.create_session(metadata={"late": True})
    source.save_user_message(session_id, "hello")
    reports = copy_rows(open_source(source), target)
    stored = {table: report.stored for table, report in reports.items() if report.stored}
    assert stored == {"sessions": 1, "messages": 1}
    assert all_rows(target) == all_rows(source)


@pytest.mark.parametrize("name", SHARED)
def test_what_is_there_is_looked_for_once_some_was_met(
    name: str,
    open_store: OpenStore,
    new_url: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "ROWS", 3)
    source, names = open_store("sqlite-file"), list[str]()
    for number in range(9):
        source.create_session(id=f"s{number}", metadata={"is_early": number in (4, 5)})
        source.save_messages(f"s{number}", [NewMessage("user", "Hi"), NewMessage("user", "é")])

    def note(event: StatementEvent) -> None:
        names.append(event.name)

    with agentstore.connect(new_url(name), observer=note) as target:
        assert not copy(source, target, selection=Selection(metadata={"is_early": True}))
        reports = copy_rows(open_source(source), target)
        assert (reports["sessions"].stored, reports["sessions"].present) == (7, 2)
        assert (reports["messages"].stored, reports["messages"].present) == (14, 4)
        assert all(report.is_equal for report in reports.values())
        assert all_rows(target) == all_rows(source)
    names.clear()
    with agentstore.connect(new_url(name), observer=note) as target:

        def stop(done: str, table: str, rows: int, share: float | None) -> None:
            if done != "copied":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            copy_rows(open_source(source), target, progress=stop)
    # What was compared before it was stopped is one page, of sessions.
    assert names.count("copies/find_sessions") == 1
    assert "copies/find_messages" not in names


@pytest.mark.parametrize("name", SHARED)
def test_positions_are_not_given_out_again(name: str, open_store: OpenStore) -> None:
    source, target = open_store("sqlite-file"), open_store(name)
    fill(source)
    copy_rows(open_source(source), target)
    for session_id in ("c0001", "emptied"):  # whose last message was deleted
        position = StoredRows(source).find(SESSIONS, [(session_id,)])[(session_id,)][4]
        message = target.get_message(target.save_user_message(session_id, "more"))
        assert message is not None
        assert message.position == position


@pytest.mark.parametrize("name", SHARED)
def test_another_row_is_listed_and_stays(name: str, open_store: OpenStore) -> None:
    source, target = open_store("sqlite-file"), open_store(name)
    fill(source)
    [message, *_] = source.get_history("c0000")
    own = {
        "c0001": "said here",  # a session that was written to here
        "mine": "else",  # a message here has the id of one there
    }
    target.create_session(id="c0001")
    target.save_user_message("c0001", own["c0001"])
    target.create_session(id="mine")
    target.save_user_message("mine", own["mine"], id=message.id)
    problems = copy(source, target)
    assert [(each.table, each.key) for each in problems] == [
        ("sessions", ("c0001",)),
        ("messages", ("c0000", 0)),
    ]
    assert "differs in" in problems[0].reason
    assert "in use" in problems[1].reason
    assert [each.content for each in target.get_history("c0001")] == [own["c0001"]]
    assert [each.content for each in target.get_history("mine")] == [own["mine"]]
    # Of a session that is not taken nothing is: no call hangs on another's message.
    assert not any(each.content for each in target.get_history("c0000"))
    assert target.get_history("c0002") == source.get_history("c0002")
    assert [(each.table, each.key) for each in copy(source, target)] == [
        (each.table, each.key) for each in problems
    ]


def test_a_changed_row_of_any_table_is_listed(open_store: OpenStore) -> None:
    source, target = open_store(), open_store()
    fill(source)
    copy_rows(open_source(source), target)
    connection = target._repository.executor
    for table, column in {
        "holds": "reason",
        "sessions": "title",
        "messages": "content",
        "tool_calls": "arguments",
        "pending_confirmations": "user_message",
        "checkpoints": "namespace",
        "checkpoint_blobs": "value_type",
        "checkpoint_writes": "task_path",
        "adk_sessions": "marker",
        "adk_states": "entry",
        "erasure_receipts": "remains",
    }.items():
        text = f"UPDATE agentstore_{table} SET {column} = {column} || 'x'"  # noqa: S608
        changed = connection.write(
            lambda each, text=text: each.driver_connection.execute(text).rowcount  # type: ignore[misc]
        )
        assert changed
    problems: list[Problem] = []
    reports = compare_rows(open_source(source), target, tell=problems.append)
    unequal = {name for name, report in reports.items() if not report.is_equal}
    assert unequal == {table.name for table in TABLES} - {"checkpoint_metadata"}
    assert {problem.table for problem in problems} == unequal


@pytest.mark.parametrize("name", SHARED)
def test_a_source_in_use_is_copied_as_it_was(name: str, open_store: OpenStore) -> None:
    source, target = open_store(name), open_store()
    fill(source)
    before = all_rows(source)
    written = 0

    def write(done: str, table: str, rows: int, share: float | None) -> None:
        nonlocal written
        if done == "copied" and not written:
            written += 1
            # By another thread, which is not part of the snapshot.
            _in_thread(lambda: source.save_user_message("c0000", "meanwhile"))
            _in_thread(lambda: source.delete_session("c0002"))

    copy_rows(open_source(source), target, progress=write)
    assert written
    assert all_rows(target) == before
    assert all_rows(source) != before


@pytest.mark.parametrize("name", SHARED)
def test_a_copy_tells_how_much_is_done(name: str, open_store: OpenStore) -> None:
    source, target = open_store(name), open_store()
    fill(source)
    shares: dict[str, list[float]] = {}

    def note(done: str, table: str, rows: int, share: float | None) -> None:
        assert share is not None
        shares.setdefault(done, []).append(share)

    copy_rows(open_source(source, counts=True), target, progress=note)
    assert list(shares) == ["copied", "compared"]
    for each in shares.values():
        assert each == sorted(each)
        assert 0 < each[0] <= each[-1] == 1


def test_nothing_is_counted_for_nobody(open_store: OpenStore) -> None:
    source, target = open_store(), open_store()
    fill(source)
    for selection in (Selection(), Selection(tenant_id="acme")):
        is_whole = selection == Selection()
        copied: set[float | None] = set()
        compared: list[float | None] = []

        def note(done: str, table: str, rows: int, share: float | None) -> None:
            (copied.add if done == "copied" else compared.append)(share)  # noqa: B023

        copy_rows(open_source(source, selection, counts=not is_whole), target, progress=note)
        assert (copied, compared[-1]) == ({None}, 1)


def test_a_count_that_takes_too_long_is_done_without(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(self: StoredRows) -> int:
        raise UnavailableError("the statement took longer than statement_timeout")

    source, target = open_store(), open_store()
    fill(source)
    monkeypatch.setattr(StoredRows, "count", count)
    copy_rows(open_source(source, counts=True), target)
    assert all_rows(target) == all_rows(source)


def _in_thread(work: Callable[[], Any]) -> None:
    thread = Thread(target=work)
    thread.start()
    thread.join()


@pytest.mark.parametrize("name", SHARED)
def test_a_page_is_read_and_written_whatever_its_size(name: str, open_store: OpenStore) -> None:
    source, target = open_store(name), open_store("sqlite-file")
    source.create_session(id="s1")
    for length in (1, 3_000_000, 10, 200_000, 200_000):
        source.save_user_message("s1", "ä" * length)
    rows = [session_row(f"s{n:05d}", updated_at=AT + timedelta(seconds=n)) for n in range(1_203)]
    StoredRows(source).insert(SESSIONS, rows)
    copy_rows(open_source(source), target)
    assert all_rows(target) == all_rows(source)
    again = open_store(name)
    copy_rows(open_source(target), again)
    assert all_rows(again) == all_rows(source)


def test_not_of_or_to_a_scoped_store(open_store: OpenStore) -> None:
    source, target = open_store(), open_store()
    scoped = [store.scoped(tenant_id="acme") for store in (source, target)]
    with pytest.raises(ConfigurationError, match="cannot be scoped"):
        open_source(scoped[0])
    with pytest.raises(ConfigurationError, match="cannot be scoped"):
        copy_rows(open_source(source), scoped[1])


def test_not_inside_a_transaction(open_store: OpenStore) -> None:
    source, target = open_store(), open_store()
    with source.transaction(), pytest.raises(StorageError, match="transactions of its own"):
        copy_rows(open_source(source), target)
    with target.transaction(), pytest.raises(StorageError, match="transactions of its own"):
        copy_rows(open_source(source), target)


SCOPES: list[tuple[Selection, set[str]]] = [
    (Selection("acme"), {"trashed", "held", "adk/shop/ann/1"}),
    (Selection("acme", "ann"), {"trashed", "adk/shop/ann/1"}),
    (Selection(user_id="ann"), {"trashed", "adk/shop/ann/1", "Ünïcode 😀"}),
    (Selection(metadata={"user_id": "u1"}), {"c0001"}),
    (Selection("nobody"), set()),
]


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize(("selection", "ids"), SCOPES)
def test_a_part_has_what_hangs_on_its_sessions(
    name: str, selection: Selection, ids: set[str], open_store: OpenStore
) -> None:
    source, target = open_store(name), open_store()
    fill(source)
    copy_rows(open_source(source, selection), target)
    whole, part = all_rows(source), all_rows(target)
    assert {key[0] for key in part["sessions"]} == ids
    for table in TABLES:
        expected = whole[table.name]
        if table.session:
            expected = {
                key: row for key, row in expected.items() if table.value(row, table.session) in ids
            }
            assert part[table.name] == expected
        else:
            assert part[table.name].items() <= expected.items()
    assert {key[0] for key in part["holds"]} == {
        "acme": {"h1", "h2"},
        "nobody": {"h2"},
        None: {"h2", "h3"},
    }[selection.tenant_id] - ({"h1"} if selection.user_id == "ann" else set())
    apps = {key[0] for key in part["adk_states"]}
    users = {key[1] for key in part["adk_states"]}
    if selection == Selection("acme"):
        assert apps == {'["acme","shop"]', '["acme","till"]'}
        assert users == {"", "=ann", "=bob"}
    elif "adk/shop/ann/1" in ids:
        assert apps == {'["acme","shop"]'} | ({"shop"} if selection.tenant_id is None else set())
        assert users == {"", "=ann"}
    else:
        assert not apps
    assert bool(part["erasure_receipts"]) == (selection == Selection("acme"))


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("selection", [Selection(), Selection("acme"), Selection(user_id="ann")])
def test_a_confirmation_that_was_taken_stays_taken(
    name: str, selection: Selection, open_store: OpenStore
) -> None:
    source, target = open_store(name), open_store()
    for session_id in ("taken", "waiting"):
        source.create_session(id=session_id, tenant_id="acme", user_id="ann")
        source.save_pending_confirmation(session_id, {"tool_name": "pay", "arguments": {}})
    assert source.take_pending_confirmation("taken") is not None
    copy_rows(open_source(source, selection), target)
    assert target.get_pending_confirmation("taken") is None
    assert target.get_pending_confirmation("waiting") == source.get_pending_confirmation("waiting")
    reports = compare_rows(open_source(source, selection), target)
    assert all(report.is_equal for report in reports.values())


@pytest.mark.parametrize("first", [0, 1])
def test_every_second_row_is_long_and_what_is_read_at_once_is_not(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """How many rows are asked for follows from some of those that were read."""
    sizes: list[int] = []
    read_after = StoredRows.read_after

    def noted(rows: StoredRows, *arguments: Any) -> Any:
        found = read_after(rows, *arguments)
        sizes.append(sum(map(size_of, found)))
        return found

    monkeypatch.setattr(StoredRows, "read_after", noted)
    monkeypatch.setattr(reading, "CHARACTERS", 100_000)
    monkeypatch.setattr(reading, "_MEASURED", 20)
    with agentstore.connect("sqlite://") as source:
        source.migrate()
        said = ["short"] * (1500 + first) + ["short", "long" * 1_000] * 1000
        session_id = source.create_session()
        source.save_messages(session_id, [NewMessage("user", text) for text in said])
        copy(source, open_store("sqlite-file"))
    # Where long rows begin nobody knows it yet; they are read twice.
    assert max(sizes) > 300_000
    assert sum(size > 200_000 for size in sizes) <= 4
