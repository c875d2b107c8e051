"""Whose conversation it is: a scoped store, and what it does not see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from itertools import product
from typing import Any

import pytest

import agentstore
from agentstore import (
    InvalidInputError,
    MessageExistsError,
    NewMessage,
    Order,
    OrderBy,
    SessionExistsError,
    SessionNotFoundError,
    Storage,
    StorageError,
)
from agentstore.testing.suite.samples import Undo, everything

CONFIRMATION = {"tool_name": "refund", "arguments": {}, "user_message": "Refund it"}

READS: dict[str, tuple[Callable[[Storage], Any], Any]] = {
    "get_session": (lambda view: view.get_session("s"), None),
    "get_session in the trash": (lambda view: view.get_session("s", trashed=True), None),
    "get_history": (lambda view: view.get_history("s"), []),
    "get_history of the last": (lambda view: view.get_history("s", limit=2), []),
    "get_history in the trash": (lambda view: view.get_history("s", trashed=True), []),
    "get_message": (lambda view: view.get_message("m"), None),
    "query_messages": (lambda view: view.query_messages(), []),
    "query_messages of it": (lambda view: view.query_messages(session_id="s"), []),
    "iter_messages": (lambda view: list(view.iter_messages(order="desc")), []),
    "page_messages": (lambda view: view.page_messages().items, []),
    "count_messages": (lambda view: view.count_messages(), 0),
    "get_message_count": (lambda view: view.get_message_count("s"), 0),
    "query_tool_calls": (lambda view: view.query_tool_calls(), []),
    "query_tool_calls of it": (lambda view: view.query_tool_calls(session_id="s"), []),
    "get_tool_calls_for_message": (lambda view: view.get_tool_calls_for_message("m"), []),
    "get_pending_confirmation": (lambda view: view.get_pending_confirmation("s"), None),
    "query_sessions": (lambda view: view.query_sessions(), []),
    "query_sessions by metadata": (lambda view: view.query_sessions(metadata={"k": 1}), []),
    "query_sessions by message": (
        lambda view: view.query_sessions(order_by="last_message_at"),
        [],
    ),
    "by message and metadata": (
        lambda view: view.query_sessions(order_by="last_message_at", metadata={"k": 1}),
        [],
    ),
    "page_sessions": (lambda view: view.page_sessions().items, []),
    "count_sessions": (lambda view: view.count_sessions(), 0),
    "count_sessions by metadata": (lambda view: view.count_sessions(metadata={"k": 1}), 0),
}
"""What a store does that does not see the session, and what it answers."""

WRITES: dict[str, tuple[Callable[[Storage], Any], Any]] = {
    "update_session": (lambda view: view.update_session("s", title="theirs"), False),
    "update_session_metadata": (lambda view: view.update_session_metadata("s", {"a": 1}), False),
    "close_session": (lambda view: view.close_session("s"), False),
    "reopen_session": (lambda view: view.reopen_session("s"), False),
    "trash_session": (lambda view: view.trash_session("s"), False),
    "delete_message": (lambda view: view.delete_message("m"), False),
    "delete_session_messages": (lambda view: view.delete_session_messages("s"), 0),
    "save_tool_result": (lambda view: view.save_tool_result("c", {"theirs": True}), False),
    "clear_pending_confirmation": (lambda view: view.clear_pending_confirmation("s"), False),
    "take_pending_confirmation": (lambda view: view.take_pending_confirmation("s"), None),
}
OUTSIDE = {
    **WRITES,
    "restore_session": (lambda view: view.restore_session("s"), False),
    "delete_session": (lambda view: view.delete_session("s"), False),
}

REFUSED: dict[str, tuple[Callable[[Storage], Any], type[StorageError]]] = {
    "a message": (lambda view: view.save_user_message("s", "theirs"), SessionNotFoundError),
    "the same message": (
        lambda view: view.save_user_message("s", "Hello", id="m"),
        SessionNotFoundError,
    ),
    "many messages": (
        lambda view: view.save_messages("s", [NewMessage("user", str(n)) for n in range(20)]),
        SessionNotFoundError,
    ),
    "a confirmation": (
        lambda view: view.save_pending_confirmation("s", CONFIRMATION),
        SessionNotFoundError,
    ),
    "its id": (lambda view: view.create_session(id="s"), SessionExistsError),
    "its id, or it": (lambda view: view.get_or_create_session("s"), SessionExistsError),
}


def _fill(store: Storage) -> None:
    """A session 's' with all that hangs on one."""
    store.create_session(id="s", metadata={"k": 1}, title="mine")
    calls = [{"id": "c", "tool_name": "search", "arguments": {}}]
    store.save_messages("s", [NewMessage("assistant", "Hello", id="m", tool_calls=calls)])
    store.save_pending_confirmation("s", CONFIRMATION)


class TestScopes:
    @pytest.fixture
    def mine(self, store: Storage) -> Storage:
        view = store.scoped(tenant_id="acme", user_id="ann")
        _fill(view)
        return view

    @pytest.fixture(params=["another tenant", "another user", "another's user of that name"])
    def theirs(self, request: pytest.FixtureRequest, store: Storage, mine: Storage) -> Storage:
        scope = {
            "another tenant": {"tenant_id": "acmes"},
            "another user": {"tenant_id": "acme", "user_id": "Ann"},
            "another's user of that name": {"tenant_id": "other", "user_id": "ann"},
        }
        return store.scoped(**scope[request.param])

    @pytest.mark.parametrize("name", READS)
    def test_what_is_outside_is_not_read(self, theirs: Storage, mine: Storage, name: str) -> None:
        read, answer = READS[name]
        assert read(theirs) == answer
        assert name.endswith("trash") or read(mine) != answer

    @pytest.mark.parametrize("name", OUTSIDE)
    def test_what_is_outside_is_not_changed(
        self, store: Storage, theirs: Storage, name: str
    ) -> None:
        before = everything(store)
        change, answer = OUTSIDE[name]
        assert change(theirs) == answer
        assert everything(store) == before

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_is_outside_takes_nothing(
        self, store: Storage, theirs: Storage, name: str
    ) -> None:
        before = everything(store)
        change, error = REFUSED[name]
        with pytest.raises(error):
            change(theirs)
        assert everything(store) == before

    @pytest.mark.parametrize("inactive_only", [True, False])
    def test_many_are_deleted_in_the_scope_alone(
        self, store: Storage, theirs: Storage, inactive_only: bool
    ) -> None:
        anns = store.scoped(tenant_id="acme", user_id="ann")
        own = theirs.create_session()
        for session in [*anns.query_sessions(), *theirs.query_sessions()]:
            store.close_session(session.id)
        before = everything(anns)
        far_off = datetime(2900, 1, 1, tzinfo=timezone.utc)
        how: Any = {"inactive_only": inactive_only, "updated_before": far_off, "limit": 1}
        assert [theirs.delete_sessions(**how) for _ in range(2)] == [1, 0]
        assert theirs.get_session(own) is None
        assert everything(anns) == before

    def test_an_id_is_taken_in_every_scope(self, store: Storage, theirs: Storage) -> None:
        own = theirs.create_session()
        with pytest.raises(MessageExistsError):
            theirs.save_user_message(own, "Hello", id="m")
        assert theirs.get_history(own) == []

    def test_the_scope_owns_what_it_makes(self, store: Storage, mine: Storage) -> None:
        session = store.get_session("s")
        assert session is not None
        assert (session.tenant_id, session.user_id) == ("acme", "ann")
        assert store.query_sessions(tenant_id="acme", user_id="ann") == [session]
        assert store.query_sessions(tenant_id="other") == []
        assert mine.query_sessions(user_id="Ann") == []
        plain = store.create_session()
        assert [each.id for each in store.query_sessions(without_tenant=True)] == [plain]

    def test_a_scope_only_narrows(self, store: Storage, mine: Storage) -> None:
        tenant = store.scoped(tenant_id="acme")
        assert tenant.scoped(tenant_id="acme", user_id="ann").get_session("s") is not None
        for view, scope in (
            (tenant, {"tenant_id": "other"}),
            (mine, {"tenant_id": "acme"}),
            (mine, {"tenant_id": "acme", "user_id": "bob"}),
        ):
            with pytest.raises(InvalidInputError):
                view.scoped(**scope)
        with pytest.raises(InvalidInputError):
            mine.create_session(user_id="bob")
        with pytest.raises(InvalidInputError):
            tenant.create_session(tenant_id="other")

    def test_another_owner_than_named(self, store: Storage, mine: Storage) -> None:
        assert store.get_or_create_session("s", tenant_id="acme").title == "mine"
        with pytest.raises(SessionExistsError):
            store.get_or_create_session("s", tenant_id="acme", user_id="bob")

    def test_a_transaction_is_one_for_both(self, store: Storage, mine: Storage) -> None:
        with suppress(Undo), store.transaction():
            mine.save_user_message("s", "undone")
            raise Undo
        assert mine.get_message_count("s") == 1

    def test_closing_it_leaves_the_other_open(self, store: Storage, mine: Storage) -> None:
        mine.close()
        with pytest.raises(StorageError, match="closed"):
            mine.get_session("s")
        assert store.get_session("s") is not None

    def test_what_sends_nothing_says_that_it_is_closed(self, store: Storage) -> None:
        closed = store.scoped(tenant_id="acme")
        of_closed = store.scoped(tenant_id="acme")
        closed.close()
        store.close()
        calls: tuple[Callable[[Storage], object], ...] = (
            lambda view: view.query_sessions(tenant_id="other"),
            lambda view: view.iter_sessions(tenant_id="other"),
            lambda view: view.page_sessions(tenant_id="other"),
            lambda view: view.count_sessions(tenant_id="other"),
            lambda view: view.save_messages("s", []),
            lambda view: view.assign_sessions(tenant_id="acme"),
            lambda view: view.scoped(tenant_id="acme", user_id="ann"),
            lambda view: view.__enter__(),
            lambda view: view.migrate(),
        )
        for view, each in product((closed, of_closed), calls):
            with pytest.raises(StorageError, match="closed"):
                each(view)

    def test_reassigned(self, store: Storage, mine: Storage) -> None:
        tenant = store.scoped(tenant_id="acme")
        assert tenant.reassign_session("s", user_id="bob")
        assert mine.get_session("s") is None
        assert tenant.scoped(tenant_id="acme", user_id="bob").get_message_count("s") == 1
        assert not tenant.reassign_session("unknown", user_id="bob")

    def test_assigned(self, store: Storage) -> None:
        for number, value in enumerate(["ann", 7, "", None]):
            store.create_session(id=str(number), metadata={"user": value})
        assert store.assign_sessions(tenant_id="acme", user_id_key="user") == 4
        assert store.assign_sessions(tenant_id="other") == 0
        found = store.scoped(tenant_id="acme").query_sessions(order="asc")
        assert [each.user_id for each in found] == ["ann", "", "", ""]
        with store.transaction(), pytest.raises(StorageError, match="batches"):
            store.assign_sessions(tenant_id="acme")

    @pytest.mark.parametrize("given", ["", None, 7, " acme"])
    def test_what_is_no_tenant(self, store: Storage, given: Any) -> None:
        with pytest.raises(InvalidInputError):
            store.scoped(tenant_id=given)


class TestTrash:
    @pytest.fixture(autouse=True)
    def _trashed(self, store: Storage) -> None:
        _fill(store)
        assert store.trash_session("s")

    @pytest.mark.parametrize("name", [name for name in READS if not name.endswith("trash")])
    def test_it_is_not_read(self, store: Storage, name: str) -> None:
        read, answer = READS[name]
        assert read(store) == answer

    @pytest.mark.parametrize("name", WRITES)
    def test_it_is_not_changed(self, store: Storage, name: str) -> None:
        change, answer = WRITES[name]
        assert change(store) == answer

    @pytest.mark.parametrize("name", REFUSED)
    def test_it_takes_nothing(self, store: Storage, name: str) -> None:
        change, error = REFUSED[name]
        with pytest.raises(error):
            change(store)

    def test_it_is_found_where_it_is_asked_for(self, store: Storage) -> None:
        session = store.get_session("s", trashed=True)
        assert session is not None
        assert session.trashed_at is not None
        assert [each.id for each in store.get_history("s", trashed=True)] == ["m"]
        other = store.create_session()
        assert store.query_sessions(trashed=True) == [session]
        assert store.page_sessions(trashed=True).items == [session]
        assert store.count_sessions(trashed=True) == store.count_sessions() == 1
        assert store.get_session(other, trashed=True) is not None

    def test_it_comes_back_as_it_was(self, store: Storage) -> None:
        before = store.get_session("s", trashed=True)
        assert before is not None
        assert store.restore_session("s")
        assert not store.restore_session("s")
        after = store.get_session("s")
        assert after is not None
        assert (after.trashed_at, after.updated_at) == (None, before.updated_at)
        assert [each.id for each in store.get_history("s")] == ["m"]

    def test_it_is_deleted(self, store: Storage) -> None:
        assert store.delete_session("s")
        assert store.get_session("s", trashed=True) is None
        assert agentstore.Page([], None) == store.page_sessions(trashed=True)


class TestLists:
    def test_the_last_message_orders_them(self, store: Storage) -> None:
        for session_id in "abc":
            store.create_session(id=session_id)
        store.save_user_message("a", "the latest")
        store.close_session("b")
        orders: list[tuple[Order, str]] = [("desc", "acb"), ("asc", "bca")]
        for order, expected in orders:
            found = store.query_sessions(order_by="last_message_at", order=order)
            assert "".join(each.id for each in found) == expected
            walked = store.iter_sessions(order_by="last_message_at", order=order, batch_size=1)
            assert "".join(each.id for each in walked) == expected

    def test_a_save_moves_it_forward_only(self, store: Storage) -> None:
        store.create_session(id="s")
        created = store.get_session("s")
        assert created is not None
        assert created.last_message_at == created.created_at
        early = NewMessage("user", "early", timestamp=created.created_at.replace(year=2001))
        late = NewMessage("user", "late", timestamp=created.created_at.replace(year=2101))
        for message, moved in ((early, created.created_at), (late, late.timestamp)):
            store.save_messages("s", [message, early])
            session = store.get_session("s")
            assert session is not None
            assert session.last_message_at == moved

    def test_updated(self, store: Storage) -> None:
        store.create_session(id="s", title="first")
        assert store.update_session("s", title="second", pinned=True)
        session = store.get_session("s")
        assert session is not None
        assert session.title == "second"
        assert store.update_session("s", pinned=True, archived=True)
        again = store.get_session("s")
        assert again is not None
        assert (again.title, again.pinned_at) == ("second", session.pinned_at)
        assert store.count_sessions(archived=True, pinned=True) == 1
        assert store.count_sessions(archived=False) == store.count_sessions(pinned=False) == 0
        assert store.update_session("s", title=None, archived=False, pinned=False)
        cleared = store.get_session("s")
        assert cleared is not None
        assert (cleared.title, cleared.archived_at, cleared.pinned_at) == (None, None, None)
        with pytest.raises(InvalidInputError):
            store.update_session("s")

    @pytest.mark.parametrize("order_by", ["created_at", "last_message_at"])
    def test_pages(self, store: Storage, order_by: OrderBy) -> None:
        ids = [store.create_session() for _ in range(4)]
        found: list[str] = []
        token = None
        for size in (1, 1, 2):
            page = store.page_sessions(order_by=order_by, order="asc", limit=size, page_token=token)
            found += [session.id for session in page.items]
            token = page.next_page_token
        assert (found, token) == (ids, None)

    def test_pages_of_messages(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_messages("s", [NewMessage("user", str(number)) for number in range(5)])
        for of in ("s", None):
            first = store.page_messages(session_id=of, limit=3)
            assert first.next_page_token is not None
            rest = store.page_messages(session_id=of, page_token=first.next_page_token)
            assert [each.content for each in first.items + rest.items] == list("01234")
            assert rest.next_page_token is None
