"""Long random conversations with the store, compared step by step with a plain model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from agentstore import NewMessage, Storage, StorageError
from agentstore.testing.suite.model import Model, ModelSession, copied, shows_confirmation
from agentstore.testing.suite.samples import same_json, undone
from agentstore.testing.suite.steps import Step, steps, texts


def _outcome(action: Any) -> Any:
    try:
        return action()
    except StorageError as exc:
        return type(exc)


def _equals(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, bool) or isinstance(wanted, bool) or stored is None or wanted is None:
        return stored is wanted
    return bool(stored == wanted)


class StoreMachine(RuleBasedStateMachine):
    """Each step does one thing to the store and to the model; the invariant compares them.

    Args:
        whole: the store.
        scopes: scopes of it, each with a model of its own; the whole store where there are none.
    """

    def __init__(self, whole: Storage, scopes: Sequence[Storage] = ()) -> None:
        super().__init__()
        self.whole = whole
        self.stores = list(scopes) or [whole]
        self.models = [Model() for _ in self.stores]
        for model in self.models:
            model.others = [other for other in self.models if other is not model]
        self.side = 0
        self.made = 0

    @property
    def store(self) -> Storage:
        """The store of the scope that the step is in."""
        return self.stores[self.side]

    @property
    def model(self) -> Model:
        """Its model."""
        return self.models[self.side]

    def _fresh(self, own_id: str) -> str:
        if own_id != "fresh":
            return own_id
        self.made += 1
        return f"fresh-{self.made}"

    def _both(self, method: str, *args: Any, **how: Any) -> Any:
        """Do it to both; the outcomes, or the errors' types, must be the same."""
        expected = _outcome(lambda: getattr(self.model, method)(*args, **how))
        found = _outcome(lambda: getattr(self.store, method)(*args, **how))
        if isinstance(expected, ModelSession):
            assert not isinstance(found, type), found
            assert expected.is_shown_as(found)
        else:
            assert same_json(found, expected), (method, found, expected)
        return found

    @initialize(system_message=texts)
    def begin_with_two_sessions(self, system_message: str) -> None:
        self._both("create_session", id="s", metadata={"k": 1}, system_message=system_message)
        self._both("create_session", id="S", metadata={"k": True})

    # One rule for all: hypothesis would run rules of their own each as often as the others.
    @rule(step=steps)
    def step(self, step: Step) -> None:
        side, name, arguments = step
        self.side = side % len(self.stores)
        getattr(self, name)(**arguments)

    def create_session(self, session_id: str, **how: Any) -> None:
        self._both("create_session", id=session_id, **how)

    def get_or_create_session(self, session_id: str, metadata: dict[str, Any]) -> None:
        self._both("get_or_create_session", session_id, metadata=metadata)

    def update_session_metadata(
        self, session_id: str, metadata: dict[str, Any], remove: list[str]
    ) -> None:
        self._both("update_session_metadata", session_id, metadata, remove=remove)

    def close_or_reopen(self, session_id: str, method: str) -> None:
        self._both(method, session_id)

    def save_messages(self, session_id: str, messages: list[NewMessage]) -> None:
        self._both("save_messages", session_id, self._with_ids(session_id, messages))

    def save_tool_calls(self, session_id: str, new: NewMessage) -> None:
        self.save_messages(session_id, [new])

    def save_one_message(self, session_id: str, new: NewMessage) -> None:
        [new] = self._with_ids(session_id, [new])
        plain = NewMessage(new.role, new.content, id=new.id, metadata=new.metadata)
        if new.role == "assistant" and new.response_type is not None:
            plain = NewMessage(
                new.role,
                new.content,
                id=new.id,
                metadata=new.metadata,
                response_type=new.response_type,
                tool_calls=new.tool_calls,
            )
        expected = _outcome(lambda: self.model.save_messages(session_id, [plain])[0])
        save: Any = getattr(self.store, f"save_{new.role}_message")
        given: Any = new.content
        if plain.response_type is not None:
            given = {
                "type": plain.response_type,
                "message": plain.content,
                "tool_calls": plain.tool_calls,
            }
        assert _outcome(lambda: save(session_id, given, new.metadata, id=new.id)) == expected

    def _with_ids(self, session_id: str, messages: list[NewMessage]) -> list[NewMessage]:
        """With ids of their own; where there is no session, none twice: that is refused first."""
        given: set[str | None] = set()

        def own(own_id: str | None) -> str:
            is_again = own_id in given and session_id not in self.model.sessions
            given.add(own_id)
            return self._fresh("fresh" if is_again or own_id is None else own_id)

        return [
            NewMessage(
                new.role,
                new.content,
                id=own(new.id),
                metadata=new.metadata,
                response_type=new.response_type,
                tool_calls=[
                    {**made, "id": own(made["id"])}
                    for made in new.tool_calls
                    if isinstance(made, dict)
                ],
                timestamp=new.timestamp,
            )
            for new in messages
        ]

    def save_again(self, number: int, metadata: dict[str, Any]) -> None:
        sessions = self.model.sessions.items()
        known = [(session_id, m) for session_id, session in sessions for m in session.messages]
        if known:
            session_id, there = known[number % len(known)]
            save: Any = getattr(self.store, f"save_{there.role}_message")
            assert save(session_id, there.content, metadata, id=there.id) == there.id

    def save_tool_result(self, number: int, result: Any) -> None:
        known = [call_id for model in self.models for call_id in model.calls()]
        self._both("save_tool_result", self._one_of(known, number), result)

    @staticmethod
    def _one_of(known: list[str], number: int) -> str:
        """One that is there, in whatever scope, or, now and then, one that is not."""
        return known[number % len(known)] if known and number else "nobody"

    def save_pending_confirmation(self, session_id: str, **confirmation: Any) -> None:
        self._both("save_pending_confirmation", session_id, confirmation)

    def take_pending_confirmation(self, session_id: str) -> None:
        expected = self.model.take_pending_confirmation(session_id)
        assert shows_confirmation(self.store.take_pending_confirmation(session_id), expected)

    def delete_message(self, number: int) -> None:
        sessions = [session for model in self.models for session in model.sessions.values()]
        known = [str(message.id) for session in sessions for message in session.messages]
        self._both("delete_message", self._one_of(known, number))

    def delete_in_session(self, session_id: str, method: str) -> None:
        self._both(method, session_id)

    def delete_sessions(self, inactive_only: bool) -> None:
        far_off = datetime(2900, 1, 1, tzinfo=timezone.utc)
        self._both("delete_sessions", inactive_only=inactive_only, updated_before=far_off, limit=1)

    def block(self, inner: list[Step], undo: bool) -> None:
        before = copied(self.models)
        with undone(self.store) if undo else self.store.transaction():
            for step in inner:
                self.step(step)
                self.store_and_model_are_the_same()
        if undo:
            self.models = before

    def get_history(
        self, session_id: str, limit: int | None, before: int | None, roles: Any
    ) -> None:
        found = self.store.get_history(session_id, limit=limit, before=before, roles=roles)
        session = self.model.sessions.get(session_id)
        wanted = [
            message
            for message in (session.messages if session else [])
            if (before is None or message.position < before)
            and (roles is None or message.role in roles)
        ]
        wanted = wanted[max(0, len(wanted) - limit) :] if limit is not None else wanted
        assert len(found) == len(wanted)
        assert all(m.is_shown_as(f) for m, f in zip(wanted, found, strict=True))

    def query_sessions(
        self, active: Any, metadata: Any, limit: Any, offset: int, order: Any
    ) -> None:
        how: dict[str, Any] = {"active": active, "metadata": metadata}
        found = self.store.query_sessions(**how, order=order)
        wanted = {
            session_id
            for session_id, session in self.model.sessions.items()
            if active in (None, session.active)
            and all(
                key in session.metadata and _equals(session.metadata[key], value)
                for key, value in (metadata or {}).items()
            )
        }
        assert {session.id for session in found} == wanted
        assert len(found) == len(wanted) == self.store.count_sessions(**how)
        self._in_order([session.created_at for session in found], order)
        page = self.store.query_sessions(**how, order=order, limit=limit, offset=offset)
        assert page == found[offset:][:limit]
        assert list(self.store.iter_sessions(**how, order=order, batch_size=2)) == found

    def query_messages(self, limit: Any, offset: int, order: Any, **how: Any) -> None:
        found = self.store.query_messages(**how, order=order)
        wanted = [
            message.id
            for session_id, session in self.model.sessions.items()
            for message in session.messages
            if how["session_id"] in (None, session_id)
            and how["role"] in (None, message.role)
            and how["response_type"] in (None, message.response_type)
            and self._within(message.timestamp, how)
        ]
        if how["session_id"] is not None:
            assert [m.id for m in found] == (wanted if order == "asc" else wanted[::-1])
        else:
            assert sorted(m.id for m in found) == sorted(map(str, wanted))
            self._in_order([m.timestamp for m in found], order)
        assert self.store.count_messages(**how) == len(wanted)
        page = self.store.query_messages(**how, order=order, limit=limit, offset=offset)
        assert page == found[offset:][:limit]
        assert list(self.store.iter_messages(**how, order=order, batch_size=2)) == found

    def query_tool_calls(self, limit: Any, offset: int, order: Any, **how: Any) -> None:
        found = self.store.query_tool_calls(**how, order=order)
        wanted = [
            made.id
            for session_id, message, made in self.model.calls().values()
            if how["session_id"] in (None, session_id)
            and how["tool_name"] in (None, made.tool_name)
            and (how["success"] is None or made.success is how["success"])
            and how["pending"] in (None, made.pending)
            and self._within(message.timestamp, how)
        ]
        if how["session_id"] is not None:
            assert [c.id for c in found] == (wanted if order == "asc" else wanted[::-1])
        else:
            assert sorted(c.id for c in found) == sorted(wanted)
            self._in_order([c.timestamp for c in found], order)
        page = self.store.query_tool_calls(**how, order=order, limit=limit, offset=offset)
        assert page == found[offset:][:limit]

    @staticmethod
    def _within(moment: datetime | None, how: dict[str, Any]) -> bool:
        assert moment is not None
        return (how["after"] is None or moment >= how["after"]) and (
            how["before"] is None or moment <= how["before"]
        )

    @staticmethod
    def _in_order(moments: list[datetime], order: str) -> None:
        assert moments == sorted(moments, reverse=order == "desc")

    @invariant()
    def store_and_model_are_the_same(self) -> None:
        for store, model in zip(self.stores, self.models, strict=True):
            self._compare(store, model)
        assert self.whole.count_sessions() == sum(len(model.sessions) for model in self.models)

    @staticmethod
    def _compare(store: Storage, model: Model) -> None:
        found = {session.id: session for session in store.query_sessions()}
        assert found.keys() == model.sessions.keys()
        for session_id, session in model.sessions.items():
            shown = found[session_id]
            assert session.is_shown_as(shown), (shown, session)
            if session_id in model.touched:
                assert session.updated_at is None or shown.updated_at > session.updated_at
            else:
                assert shown.updated_at == session.updated_at
            history = store.get_history(session_id)
            assert len(history) == len(session.messages)
            for message, shown_message in zip(session.messages, history, strict=True):
                assert message.is_shown_as(shown_message), (shown_message, message)
                message.id, message.timestamp = shown_message.id, shown_message.timestamp
            confirmation = store.get_pending_confirmation(session_id)
            assert shows_confirmation(confirmation, session.confirmation)
            session.created_at, session.updated_at = shown.created_at, shown.updated_at
        model.touched.clear()

    def teardown(self) -> None:
        for session in self.whole.query_sessions():
            self.whole.delete_session(session.id)


def _run(make_machine: Any, examples: int) -> None:
    run_state_machine_as_test(
        make_machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class TestStateful:
    def test_store_and_model_stay_the_same(self, store: Storage) -> None:
        _run(partial(StoreMachine, store), examples=40)

    @pytest.mark.parametrize(
        "other",
        [{"tenant_id": "acme", "user_id": "bob"}, {"tenant_id": "other", "user_id": "ann"}],
        ids=["another user", "another tenant"],
    )
    def test_two_scopes_stay_apart(self, store: Storage, other: dict[str, str]) -> None:
        scopes = [store.scoped(tenant_id="acme", user_id="ann"), store.scoped(**other)]
        _run(partial(StoreMachine, store, scopes), examples=15)
