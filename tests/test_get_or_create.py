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
