"""What the receipt of an erasure counts, where others write meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from backends import SHARED

from agentstore import Storage
from agentstore.operations.erasing import ErasureOperations

pytestmark = pytest.mark.parametrize("backend", SHARED, indirect=True)


def test_what_comes_behind_an_erasure_is_not_held(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = ErasureOperations.finish_receipt

    def late(operations: ErasureOperations, *arguments: Any) -> None:
        store.create_session(id="late", user_id="ann")
        finish(operations, *arguments)

    monkeypatch.setattr(ErasureOperations, "finish_receipt", late)
    store.create_session(id="old", user_id="ann")
    receipt = store.erase_user("ann")
    assert (receipt.rows["agentstore_sessions"], receipt.held) == (1, 0)
    assert store.get_session("late") is not None


@pytest.mark.parametrize(
    "on",
    [
        {"session_id": "s"},
        {"user_id": "ann"},
        {"tenant_id": "acme"},
        {"user_id": "ann", "tenant_id": "acme"},
    ],
    ids="-".join,
)
def test_what_a_hold_keeps_is_counted(store: Storage, on: dict[str, str]) -> None:
    store.create_session(id="s", tenant_id="acme", user_id="ann")
    store.create_session(id="other", tenant_id="acme", user_id="bob")
    store.place_hold(reason="a lawsuit", **on)
    for of, tenant_id in (("ann", None), ("ann", "acme")):
        assert store.erase_user(of, tenant_id=tenant_id).held == 1
    assert store.erase_user("bob").held == (on.get("tenant_id") == "acme" and "user_id" not in on)
