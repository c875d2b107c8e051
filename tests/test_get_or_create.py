"""get_or_create_session beside others: a session that comes and goes, one that is not seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from backends import SHARED

from agentstore import SessionExistsError, Storage

pytestmark = pytest.mark.parametrize("backend", SHARED, indirect=True)


def _around_each_creation(
    store: Storage, before: Callable[[], object], after: Callable[[], object], times: int
) -> list[Any]:
    """Have something done around the first attempts of a store to create a session."""
    operations: Any = store._repository
    create = operations.create_session
    made: list[Any] = []

    def create_amid(session: Any) -> bool:
        made.append(session)
        if len(made) > times:
            return bool(create(session))
        before()
        created = bool(create(session))
        after()
        return created

    operations.create_session = create_amid
    return made


def test_one_that_comes_and_goes_is_created_in_the_end(
    store: Storage, other_store: Storage
) -> None:
    made = _around_each_creation(
        store,
        lambda: other_store.create_session(id="s", title="theirs"),
        lambda: other_store.delete_session("s"),
        times=4,
    )
    assert store.get_or_create_session("s", title="ours").title == "ours"
    assert len(made) == 5


def test_one_that_another_creates_meanwhile_is_found(store: Storage, other_store: Storage) -> None:
    made = _around_each_creation(
        store, lambda: other_store.create_session(id="s", title="theirs"), lambda: None, times=1
    )
    assert store.get_or_create_session("s", title="ours").title == "theirs"
    assert len(made) == 1


def test_one_that_is_trashed_meanwhile_is_not_waited_for(
    store: Storage, other_store: Storage
) -> None:
    made = _around_each_creation(
        store,
        lambda: other_store.create_session(id="s"),
        lambda: other_store.trash_session("s"),
        times=1,
    )
    with pytest.raises(SessionExistsError):
        store.get_or_create_session("s")
    assert len(made) == 1


@pytest.mark.parametrize("change", ["trash", "delete", "reassign"])
def test_its_own_is_given_back_whatever_becomes_of_it(
    store: Storage, other_store: Storage, change: str
) -> None:
    changes: dict[str, Callable[[], object]] = {
        "trash": lambda: other_store.trash_session("s"),
        "delete": lambda: other_store.delete_session("s"),
        "reassign": lambda: other_store.reassign_session("s", user_id="bob"),
    }
    made = _around_each_creation(store, lambda: None, changes[change], times=1)
    found = store.get_or_create_session("s", title="ours", user_id="ann", metadata={"n": [1, 1.0]})
    assert (found.id, found.title, found.user_id, found.trashed_at) == ("s", "ours", "ann", None)
    assert found.metadata == {"n": [1, 1.0]}
    assert found.created_at == found.updated_at == found.last_message_at
    assert len(made) == 1
    assert (other_store.get_session("s", trashed=True) is None) == (change == "delete")


def test_its_own_is_as_it_is_read(store: Storage) -> None:
    view = store.scoped(tenant_id="acme", user_id="ann")
    assert view.get_or_create_session("mine", metadata={"a": {}}) == store.get_session("mine")
    assert store.get_or_create_session("plain") == store.get_session("plain")
