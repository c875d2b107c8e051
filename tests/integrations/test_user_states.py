"""What ADK keeps of a user and of no session goes with the user, and is copied with the tenant."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from backends import SHARED
from test_whole_deletion import tables_with

import agentstore
from agentstore import InvalidInputError, Storage
from agentstore.integrations import adk
from agentstore.integrations.adk.tables import AdkSession, AdkTables, SharedStates
from agentstore.transfer.copying import Selection, copy_rows, open_source

pytestmark = pytest.mark.parametrize("backend", SHARED, indirect=True)

STATES = {"agentstore_adk_states"}


class TestStateOfUsers:
    """ADK's state with user:, which belongs to no session."""

    @staticmethod
    def create(store: Storage, user_id: str, **options: Any) -> None:
        service = adk.AgentstoreSessionService(store, **options)
        state = {"user:note": f"of {user_id}", "app:note": "of the app", "own": "of a session"}
        names = {"app_name": "shop", "user_id": user_id}
        asyncio.run(service.create_session(**names, state=state))

    def test_it_goes_with_the_user(self, store: Storage, driver_connection: Any) -> None:
        for user_id in ("ann", "bob"):
            self.create(store.scoped(tenant_id="acme", user_id=user_id), user_id)
            self.create(store, user_id, scope_users=True)
            self.create(store.scoped(tenant_id="umbrella"), user_id)
        # In ann's own scope, by another name.
        self.create(store.scoped(tenant_id="acme", user_id="ann"), "a visitor")
        store.erase_user("ann", tenant_id="acme")
        assert tables_with(driver_connection, store, "of a visitor") == set()
        assert tables_with(driver_connection, store, "of ann") == STATES
        receipt = store.erase_user("ann", all_tenants=True)
        assert receipt.rows["agentstore_adk_states"] == 2
        assert tables_with(driver_connection, store, "of ann") == set()
        assert tables_with(driver_connection, store, "of bob") == STATES
        assert tables_with(driver_connection, store, "of the app") == STATES

    @pytest.mark.parametrize(
        "on", [{"user_id": "ann"}, {"tenant_id": 'a"cmé'}], ids=["user", "tenant"]
    )
    def test_what_is_held_stays(
        self, store: Storage, driver_connection: Any, on: dict[str, Any]
    ) -> None:
        self.create(store.scoped(tenant_id='a"cmé', user_id="ann"), "ann")
        store.delete_session(store.query_sessions()[0].id)
        hold_id = store.place_hold(reason="a lawsuit", **on)
        for view in (store, store.scoped(tenant_id='a"cmé')):
            view.erase_user("ann")
            assert tables_with(driver_connection, store, "of ann") == STATES
        store.release_hold(hold_id)
        store.scoped(tenant_id='a"cmé').erase_user("ann")
        assert tables_with(driver_connection, store, "of ann") == set()

    def test_another_tenants_hold_keeps_nothing(
        self, store: Storage, driver_connection: Any
    ) -> None:
        self.create(store.scoped(tenant_id="acme", user_id="ann"), "ann")
        store.place_hold(reason="a lawsuit", user_id="ann", tenant_id="umbrella")
        receipt = store.erase_user("ann", tenant_id="acme")
        assert (receipt.held, receipt.rows["agentstore_adk_states"]) == (0, 1)
        assert tables_with(driver_connection, store, "of ann") == set()

    def test_several_tenants_by_their_states_alone(self, store: Storage) -> None:
        for tenant_id in ("acme", "umbrella"):
            self.create(store.scoped(tenant_id=tenant_id, user_id="ann"), "ann")
        for session in store.query_sessions():
            if session.tenant_id != "acme":
                store.delete_session(session.id)
        with pytest.raises(InvalidInputError, match="several tenants"):
            store.erase_user("ann")
        store.delete_session(store.query_sessions()[0].id)
        with pytest.raises(InvalidInputError, match="several tenants"):
            store.erase_user("ann")
        assert store.erase_user("ann", all_tenants=True).rows["agentstore_adk_states"] == 2


NAMES = [
    ("acme", "shop", "ann"),
    ("T" * 150, "shop", "ann"),
    ("acme", "A" * 190, "ann"),
    ("T" * 190, "A" * 190, "ann"),
    ('a"\\c' * 40, "[", "ann"),
    ("acme", "\x7f\ud800", "ann"),
    ("acme", "shop", "a visitor"),
    ("acme", "shop", "v" * 185),
    ("acme", "shop", "\x80"),
    ("T" * 190, "A" * 190, "v" * 191),
]
"""A tenant, an app of ADK's and a user of ADK's, who comes in the scope of the store's user ann."""

Names = tuple[str, str, str]


def keep_states(store: Storage, names: Names) -> None:
    """Put states and a session into ann's scope in a tenant, and in another one's."""
    tenant_id, app_name, adk_user = names
    for each in (tenant_id, f"{tenant_id[:-1]}x"):
        view = store.scoped(tenant_id=each, user_id="ann")
        states = {"": "of no name", "note": f"in {each}"}
        with store.transaction():
            session_id = view.create_session(metadata={"app_name": app_name, "user_id": adk_user})
            tables = AdkTables(view)
            tables.insert_session(session_id, app_name, adk_user, AdkSession("m", 1.0, {}))
            tables.put_states(app_name, states, adk_user, states)


def states_of(store: Storage, names: Names) -> SharedStates:
    tenant_id, app_name, adk_user = names
    view = store.scoped(tenant_id=tenant_id, user_id="ann")
    return AdkTables(view).get_states(app_name, adk_user)


@pytest.mark.parametrize("names", NAMES)
def test_names_of_any_length_are_erased(store: Storage, names: Names) -> None:
    keep_states(store, names)
    tenant_id, _, adk_user = names
    before = states_of(store, names)
    assert before.app == before.of_user(adk_user) == {"": "of no name", "note": f"in {tenant_id}"}
    receipt = store.erase_user("ann", tenant_id=tenant_id)
    assert receipt.rows["agentstore_adk_states"] == 2
    after = states_of(store, names)
    assert (after.app, after.users) == (before.app, {})
    assert store.erase_user("ann").rows["agentstore_adk_states"] == 2


@pytest.mark.parametrize("selection", ["tenant", "user"])
@pytest.mark.parametrize("names", NAMES)
def test_names_of_any_length_are_copied(store: Storage, names: Names, selection: str) -> None:
    keep_states(store, names)
    chosen = Selection(names[0], "ann" if selection == "user" else None)
    with agentstore.connect("sqlite://") as target:
        target.migrate()
        copy_rows(open_source(store, chosen), target)
        assert states_of(target, names)[:2] == states_of(store, names)[:2]
        assert not states_of(target, (f"{names[0][:-1]}x", *names[1:])).app


def test_a_tenants_states_are_copied_without_sessions(store: Storage) -> None:
    keep_states(store, NAMES[0])
    for session in list(store.iter_sessions()):
        store.delete_session(session.id)
    with agentstore.connect("sqlite://") as target:
        target.migrate()
        copy_rows(open_source(store, Selection("acme")), target)
        assert states_of(target, NAMES[0])[:2] == states_of(store, NAMES[0])[:2]
