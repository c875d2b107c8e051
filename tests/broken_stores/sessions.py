"""Sessions that are wrong, or change as they should not."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from agentstore import SessionExistsError, Storage, StorageError
from broken_stores.breaking import breakage, change_sessions, wrap


@breakage(
    "TestUpdatedAt::test_each_save_moves_it_further",
    "TestStateful::test_store_and_model_stay_the_same",
)
def never_moves_updated_at() -> None:
    change_sessions(lambda found: dataclasses.replace(found, updated_at=found.created_at))


@breakage("TestUpdatedAt::test_leaves", "TestStateful::test_store_and_model_stay_the_same")
def moves_updated_at_when_a_message_is_deleted() -> None:
    def delete(original: Any, store: Storage, message_id: str) -> Any:
        found = store.get_message(message_id)
        if found is not None:
            store.update_session_metadata(found.session_id, {})
        return original(store, message_id)

    wrap("delete_message", delete)


@breakage("TestSessionsAtOnce::test_no_metadata_key_is_lost")
def merges_metadata_last_writer_wins() -> None:
    def update(original: Any, store: Storage, sid: str, metadata: Any, *, remove: Any = ()) -> Any:
        def keys() -> set[str]:
            session = store.get_session(sid)
            return set(session.metadata) if session else set()

        known = keys()
        time.sleep(0.002)
        lost = keys() - known - set(metadata) - set(remove)
        return original(store, sid, metadata, remove=[*remove, *lost])

    wrap("update_session_metadata", update)


@breakage("TestUpdateSessionMetadata::test_merge_is_shallow")
def replaces_metadata() -> None:
    def update(original: Any, store: Storage, sid: str, metadata: Any, *, remove: Any = ()) -> Any:
        session = store.get_session(sid)
        others = [key for key in (session.metadata if session else {}) if key not in metadata]
        return original(store, sid, metadata, remove=[*remove, *others])

    wrap("update_session_metadata", update)


@breakage("TestSessionsAtOnce::test_get_or_create_makes_one")
def get_or_create_races() -> None:
    def get_or_create(original: Any, store: Storage, sid: str, *, metadata: Any = None) -> Any:
        found = store.get_session(sid)
        time.sleep(0.002)
        if found is None:
            store.create_session(id=sid, metadata=metadata)
        return store.get_session(sid)

    wrap("get_or_create_session", get_or_create)


@breakage("TestCreateSession::test_id_in_use", "TestSessionsAtOnce::test_one_create_wins")
def create_is_silent_about_an_id_in_use() -> None:
    def create(original: Any, store: Storage, **how: Any) -> Any:
        try:
            return original(store, **how)
        except SessionExistsError:
            return how["id"]

    wrap("create_session", create)


@breakage("TestSaveMessage::test_a_closed_session_still_takes_messages")
def a_closed_session_takes_no_messages() -> None:
    def save(original: Any, store: Storage, sid: str, *a: Any, **how: Any) -> Any:
        session = store.get_session(sid)
        if session is not None and not session.active:
            raise StorageError("the session is closed")
        return original(store, sid, *a, **how)

    wrap("save_user_message", save)


@breakage("TestCloseAndReopen::test_no_change_is_true")
def says_false_of_a_change_that_changes_nothing() -> None:
    def close(original: Any, store: Storage, session_id: str) -> Any:
        session = store.get_session(session_id)
        return original(store, session_id) and session is not None and session.active

    wrap("close_session", close)


@breakage("TestDeleteSessions::test_limit_takes_the_least_recently_updated")
def deletes_the_newest_first() -> None:
    def delete(original: Any, store: Storage, *, limit: Any = None, **how: Any) -> Any:
        inactive = how.get("inactive_only", True)
        found = [
            session
            for session in store.query_sessions(updated_before=how["updated_before"])
            if not (inactive and session.active)
        ]
        found.sort(key=lambda session: session.updated_at, reverse=True)
        return sum(store.delete_session(session.id) for session in found[:limit])

    wrap("delete_sessions", delete)


@breakage("TestResultsAndConfirmationsAtOnce::test_exactly_one_takes_the_confirmation")
def take_gives_twice() -> None:
    def take(original: Any, store: Storage, session_id: str) -> Any:
        found = store.get_pending_confirmation(session_id)
        time.sleep(0.002)
        original(store, session_id)
        return found

    wrap("take_pending_confirmation", take)


@breakage("TestConfirmations::test_take")
def take_leaves_it() -> None:
    wrap("take_pending_confirmation", lambda f, s, sid: s.get_pending_confirmation(sid))
