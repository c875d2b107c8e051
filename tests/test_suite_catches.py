"""The conformance suite is tested too: each store broken on purpose here must fail it.

Each case runs a few tests of the suite in a pytest of its own, on SQLite, with one thing
broken in `Storage`, and `test_unbroken` runs all of these tests on one as it is: they pass.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from agentstore import (
    InvalidInputError,
    MessageExistsError,
    SessionExistsError,
    Storage,
    StorageError,
    ToolResultExistsError,
)

CONFTEST = """
import os, sys
import hypothesis
import pytest

sys.path.insert(0, os.environ["TESTS_FOLDER"])
import backends
from test_suite_catches import BREAKAGES

pytest_plugins = ["agentstore.testing.fixtures"]
# That it fails is enough: no time goes into finding the shortest way to it.
hypothesis.settings.register_profile("quick", phases=["generate"], derandomize=True)
hypothesis.settings.load_profile("quick")

@pytest.fixture(scope="session")
def backend():
    backend = getattr(backends, os.environ["BACKEND"])()
    yield backend
    backend.close()

def pytest_sessionstart():
    if name := os.environ.get("BREAKAGE"):
        BREAKAGES[name]()
"""

Break = Callable[[], None]
BREAKAGES: dict[str, Break] = {}
CAUGHT_BY: dict[str, list[str]] = {}


def breakage(*caught_by: str) -> Callable[[Break], Break]:
    """Register a way to break `Storage`, and the tests that must fail then."""

    def register(function: Break) -> Break:
        name = function.__name__
        BREAKAGES[name] = function
        CAUGHT_BY[name] = list(caught_by)
        return function

    return register


def wrap(method: str, wrapper: Callable[..., Any]) -> None:
    """Put ``wrapper(original, store, *args, **how)`` in the place of a method of `Storage`."""
    original = getattr(Storage, method)

    def broken(self: Storage, *args: Any, **how: Any) -> Any:
        return wrapper(original, self, *args, **how)

    setattr(Storage, method, broken)


def change_messages(change: Callable[[Any], Any]) -> None:
    """Return messages changed, whichever way they are read."""
    wrap("get_message", lambda f, s, *a: (found := f(s, *a)) and change(found))
    for method in ("get_history", "query_messages"):
        wrap(method, lambda f, s, *a, **how: [change(found) for found in f(s, *a, **how)])
    wrap("iter_messages", lambda f, s, **how: (change(found) for found in f(s, **how)))


def change_sessions(change: Callable[[Any], Any]) -> None:
    """Return sessions changed, whichever way they are read."""
    wrap("get_session", lambda f, s, *a: (found := f(s, *a)) and change(found))
    wrap("query_sessions", lambda f, s, **how: [change(found) for found in f(s, **how)])


def change_content(change: Callable[[str], str]) -> None:
    """Save other content than was given."""
    for role in ("user", "assistant", "system", "tool"):
        wrap(
            f"save_{role}_message",
            lambda f, s, sid, content, *a, **how: f(
                s, sid, change(content) if isinstance(content, str) else content, *a, **how
            ),
        )


def drop_argument(method: str, *names: str) -> None:
    """Forget arguments of a method."""
    wrap(
        method,
        lambda f, s, *a, **how: f(s, *a, **{k: v for k, v in how.items() if k not in names}),
    )


@breakage("TestToolCalls::test_call_order", "TestStateful::test_store_and_model_stay_the_same")
def loses_a_tool_call() -> None:
    change_messages(lambda m: dataclasses.replace(m, tool_calls=m.tool_calls[:-1]))
    wrap("get_tool_calls_for_message", lambda f, s, *a: f(s, *a)[:-1])


@breakage("TestToolCalls::test_call_order", "TestHistory::test_tool_calls_in_their_order")
def turns_tool_calls_around() -> None:
    change_messages(lambda m: dataclasses.replace(m, tool_calls=m.tool_calls[::-1]))
    wrap("get_tool_calls_for_message", lambda f, s, *a: f(s, *a)[::-1])


@breakage("TestMappingResponse::test_tool_calls_whatever_the_type")
def keeps_tool_calls_of_one_type_only() -> None:
    def save(original: Any, store: Storage, sid: str, response: Any, *a: Any, **how: Any) -> Any:
        if isinstance(response, dict) and response.get("type") != "execute":
            response = {k: v for k, v in response.items() if k not in ("tool_calls", "toolCalls")}
        return original(store, sid, response, *a, **how)

    wrap("save_assistant_message", save)


@breakage("TestQuerySessions::test_created_bounds_are_inclusive")
def forgets_a_filter_of_sessions() -> None:
    drop_argument("query_sessions", "created_before")


@breakage("TestQueryMessages::test_role", "TestStateful::test_store_and_model_stay_the_same")
def forgets_a_filter_of_messages() -> None:
    drop_argument("query_messages", "role")


@breakage("TestQueryToolCalls::test_success", "TestStateful::test_store_and_model_stay_the_same")
def forgets_a_filter_of_tool_calls() -> None:
    drop_argument("query_tool_calls", "success")


@breakage(
    "TestQuerySessions::test_iter_and_count_take_the_same_filters",
    "TestStateful::test_store_and_model_stay_the_same",
)
def forgets_a_filter_when_it_counts() -> None:
    drop_argument("count_sessions", "active")


@breakage("TestQueryToolCalls::test_limit_and_offset_after_every_filter")
def filters_after_the_limit() -> None:
    def query(original: Any, store: Storage, *, success: Any = None, **how: Any) -> Any:
        return [c for c in original(store, **how) if success is None or c.success is success]

    wrap("query_tool_calls", query)


@breakage("TestQueryMessages::test_bounds_are_inclusive")
def leaves_a_bound_out() -> None:
    def query(original: Any, store: Storage, *, before: Any = None, **how: Any) -> Any:
        found = original(store, before=before, **how)
        return [m for m in found if before is None or m.timestamp < before]

    wrap("query_messages", query)


@breakage(
    "TestDeleteMessage::test_the_last_position_is_never_given_again",
    "TestDeleteMessage::test_no_position_is_given_again_after_all_went",
    "TestStateful::test_store_and_model_stay_the_same",
)
def gives_out_a_position_twice() -> None:
    given: dict[str, int] = {}
    get_history = Storage.get_history

    def place(store: Storage, session_id: str, ids: list[str]) -> None:
        there = [m.id for m in get_history(store, session_id)]
        for message_id in ids:
            if message_id not in given:
                before = [given[m] for m in there if m in given and m != message_id]
                given[message_id] = max(before, default=-1) + 1

    def save_one(original: Any, store: Storage, sid: str, *a: Any, **how: Any) -> Any:
        made = original(store, sid, *a, **how)
        place(store, sid, [made])
        return made

    def save_many(original: Any, store: Storage, sid: str, messages: Any) -> Any:
        made = original(store, sid, messages)
        place(store, sid, made)
        return made

    for role in ("user", "assistant", "system", "tool"):
        wrap(f"save_{role}_message", save_one)
    wrap("save_messages", save_many)
    change_messages(lambda m: dataclasses.replace(m, position=given.get(m.id, m.position)))


@breakage(
    "TestDeleteMessage::test_positions_of_the_others_stay",
    "TestStateful::test_store_and_model_stay_the_same",
)
def closes_the_gaps_of_deleted_messages() -> None:
    wrap(
        "get_history",
        lambda f, s, *a, **how: [
            dataclasses.replace(m, position=n) for n, m in enumerate(f(s, *a, **how))
        ],
    )


def _committing(original: Any, store: Storage, *, goes_on_up: bool) -> Any:
    @contextmanager
    def block() -> Iterator[Any]:
        failure: BaseException | None = None
        with original(store) as inside:
            try:
                yield inside
            except BaseException as exc:
                failure = exc
        if failure is not None and goes_on_up:
            raise failure

    return block()


@breakage(
    "TestTransaction::test_an_exception_undoes_it",
    "TestStateful::test_store_and_model_stay_the_same",
)
def swallows_a_rollback() -> None:
    wrap("transaction", lambda f, s: _committing(f, s, goes_on_up=True))


@breakage("TestNestedTransactions::test_the_exception_goes_on_up_as_it_is")
def swallows_the_exception_of_a_block() -> None:
    wrap("transaction", lambda f, s: _committing(f, s, goes_on_up=False))


@breakage(
    "TestTransaction::test_a_nested_one_is_a_savepoint",
    "TestStateful::test_store_and_model_stay_the_same",
)
def has_no_savepoints() -> None:
    depth: list[int] = [0]

    def transaction(original: Any, store: Storage) -> Any:
        @contextmanager
        def block() -> Iterator[Any]:
            depth[0] += 1
            try:
                if depth[0] == 1:
                    with original(store):
                        yield
                else:
                    yield
            finally:
                depth[0] -= 1

        return block()

    wrap("transaction", transaction)


@breakage("TestTransaction::test_a_refusal_leaves_the_block_usable")
def a_refusal_ends_the_block() -> None:
    broken: list[bool] = []

    def transaction(original: Any, store: Storage) -> Any:
        @contextmanager
        def block() -> Iterator[Any]:
            broken.clear()
            with original(store):
                yield

        return block()

    def save(original: Any, store: Storage, *a: Any, **how: Any) -> Any:
        if broken:
            raise StorageError("current transaction is aborted")
        try:
            return original(store, *a, **how)
        except MessageExistsError:
            broken.append(True)
            raise

    wrap("transaction", transaction)
    wrap("save_user_message", save)


@breakage("TestIds::test_compared_exactly", "TestStateful::test_store_and_model_stay_the_same")
def folds_case_in_ids() -> None:
    wrap("create_session", lambda f, s, *, id=None, **how: f(s, id=id and id.lower(), **how))
    for method in (
        "get_session",
        "get_or_create_session",
        "update_session_metadata",
        "close_session",
        "reopen_session",
        "delete_session",
        "get_history",
        "save_messages",
    ):
        wrap(method, lambda f, s, x, *a, **how: f(s, x.lower(), *a, **how))


@breakage("TestIds::test_unicode_forms_are_two_ids")
def normalises_ids() -> None:
    wrap(
        "create_session",
        lambda f, s, *, id=None, **how: f(s, id=id and unicodedata.normalize("NFC", id), **how),
    )


@breakage("TestBadIds::test_needed_id", "TestBadIds::test_optional_id")
def strips_ids() -> None:
    wrap("get_session", lambda f, s, x: f(s, x.strip() if isinstance(x, str) else x))
    wrap(
        "create_session",
        lambda f, s, *, id=None, **how: f(s, id=id.strip() if isinstance(id, str) else id, **how),
    )


@breakage("TestBadIds::test_optional_id", "TestBadIds::test_empty_id_never_means_no_filter")
def takes_an_empty_id_for_no_filter() -> None:
    for method in ("query_messages", "count_messages", "query_tool_calls"):
        wrap(
            method,
            lambda f, s, *, session_id=None, **how: f(s, session_id=session_id or None, **how),
        )


@breakage("TestBadIds::test_needed_id", "TestSaveMessages::test_not_a_list_of_messages")
def looks_at_nothing_when_there_is_nothing_to_save() -> None:
    wrap("save_messages", lambda f, s, sid, new: f(s, sid, new) if new else [])


@breakage("TestMappingResponse::test_every_other_field_under_its_key")
def drops_a_response_field() -> None:
    def change(found: Any) -> Any:
        kept = {k: v for k, v in (found.response or {}).items() if k != "preview"}
        return dataclasses.replace(found, response=kept or None)

    change_messages(change)


@breakage("TestMappingResponse::test_falsy_values_are_values")
def drops_falsy_response_fields() -> None:
    def change(found: Any) -> Any:
        kept = {k: v for k, v in (found.response or {}).items() if v}
        return dataclasses.replace(found, response=kept or None)

    change_messages(change)


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


@breakage(
    "TestSavedAgain::test_returns_the_id_and_changes_nothing",
    "TestStateful::test_store_and_model_stay_the_same",
)
def saves_again_what_is_there() -> None:
    for role in ("user", "assistant", "system", "tool"):

        def save(original: Any, store: Storage, sid: str, *a: Any, **how: Any) -> Any:
            made = original(store, sid, *a, **how)
            store.update_session_metadata(sid, {})
            return made

        wrap(f"save_{role}_message", save)


@breakage("TestSavedAgain::test_leaves_no_hole")
def refuses_a_retry() -> None:
    def save(original: Any, store: Storage, sid: str, *a: Any, **how: Any) -> Any:
        if how.get("id") and store.get_message(how["id"]):
            raise MessageExistsError(how["id"])
        return original(store, sid, *a, **how)

    wrap("save_user_message", save)


@breakage("TestAnotherMessageWithTheId::test_other_content")
def keeps_silent_about_another_message_with_the_id() -> None:
    def save(original: Any, store: Storage, sid: str, *a: Any, **how: Any) -> Any:
        try:
            return original(store, sid, *a, **how)
        except MessageExistsError:
            return how["id"]

    wrap("save_user_message", save)


@breakage("TestSaveMessages::test_id_in_use_undoes_all")
def saves_a_batch_one_by_one() -> None:
    wrap(
        "save_messages",
        lambda f, s, sid, new: (
            f(s, sid, new) if len(new) < 2 else [made for one in new for made in f(s, sid, [one])]
        ),
    )


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


@breakage("TestSaveToolResult::test_another_result")
def keeps_silent_about_another_result() -> None:
    def save(original: Any, store: Storage, *a: Any) -> Any:
        try:
            return original(store, *a)
        except ToolResultExistsError:
            return True

    wrap("save_tool_result", save)


@breakage("TestSaveToolResult::test_another_result")
def takes_1_for_true_in_results() -> None:
    def save(original: Any, store: Storage, call_id: str, result: Any) -> Any:
        try:
            return original(store, call_id, result)
        except ToolResultExistsError:
            calls = {found.id: found for found in store.query_tool_calls()}
            if calls[call_id].result == result:
                return True
            raise

    wrap("save_tool_result", save)


@breakage("TestToolCalls::test_a_result_of_none_is_a_result", "TestQueryToolCalls::test_pending")
def takes_a_result_of_none_for_none() -> None:
    def query(original: Any, store: Storage, *, pending: Any = None, **how: Any) -> Any:
        found = original(store, **how)
        return [c for c in found if pending is None or (c.result is None) is pending]

    wrap("query_tool_calls", query)


@breakage("TestToolCalls::test_success")
def takes_any_truth_for_success() -> None:
    change_messages(
        lambda m: dataclasses.replace(
            m,
            tool_calls=[
                dataclasses.replace(c, success=bool(c.result.get("success")))
                if isinstance(c.result, dict)
                else c
                for c in m.tool_calls
            ],
        )
    )
    wrap(
        "get_tool_calls_for_message",
        lambda f, s, message_id: ((found := s.get_message(message_id)) and found.tool_calls) or [],
    )


@breakage("TestBadArguments::test_limit_and_offset", "TestQuerySessions::test_limit_and_offset")
def takes_a_limit_of_0_for_none() -> None:
    for method in ("query_sessions", "query_messages", "query_tool_calls"):
        wrap(method, lambda f, s, *, limit=None, **how: f(s, limit=limit or None, **how))


@breakage("TestBadArguments::test_limit_and_offset")
def takes_true_for_a_limit() -> None:
    wrap(
        "query_messages",
        lambda f, s, *, limit=None, **how: f(s, limit=1 if limit is True else limit, **how),
    )


@breakage("TestBadArguments::test_bounds")
def takes_naive_datetimes_for_utc() -> None:
    def aware(value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value

    wrap("count_messages", lambda f, s, **how: f(s, **{k: aware(v) for k, v in how.items()}))


@breakage("TestBadArguments::test_an_unknown_keyword")
def ignores_unknown_keywords() -> None:
    wrap(
        "get_history",
        lambda f, s, sid, limit=None, before=None, roles=None, **_: f(
            s, sid, limit=limit, before=before, roles=roles
        ),
    )


@breakage("TestStringFilters::test_tool_name")
def pads_blanks_in_filters() -> None:
    def query(original: Any, store: Storage, *, tool_name: Any = None, **how: Any) -> Any:
        if not isinstance(tool_name, str) or not tool_name.strip():
            return original(store, tool_name=tool_name, **how)
        found = original(store, **{k: v for k, v in how.items() if k not in ("limit", "offset")})
        kept = [c for c in found if c.tool_name.rstrip(" ") == tool_name.rstrip(" ")]
        return kept[how.get("offset", 0) :][: how.get("limit")]

    wrap("query_tool_calls", query)


@breakage("TestMetadataFilter::test_numbers_by_value", "TestMetadataFilter::test_scalars")
def takes_true_for_1_in_a_metadata_filter() -> None:
    def query(original: Any, store: Storage, *, metadata: Any = None, **how: Any) -> Any:
        found = original(store, **how)
        if not metadata:
            return found
        return [s for s in found if all(s.metadata.get(k) == v for k, v in metadata.items())]

    wrap("query_sessions", query)


@breakage("TestQuerySessions::test_nested_metadata_is_no_filter")
def takes_nested_metadata_for_no_filter() -> None:
    def plain(metadata: Any) -> Any:
        nested = (dict, list, tuple)
        return metadata and {k: v for k, v in metadata.items() if not isinstance(v, nested)}

    for method in ("query_sessions", "count_sessions"):
        wrap(method, lambda f, s, *, metadata=None, **how: f(s, metadata=plain(metadata), **how))


@breakage("TestContent::test_odd_content", "TestContent::test_any_text")
def loses_a_nul() -> None:
    change_content(lambda text: text.replace("\x00", ""))


@breakage("TestContent::test_odd_content")
def replaces_lone_surrogates() -> None:
    change_content(lambda text: text.encode("utf-8", "replace").decode())


@breakage("TestJSONValues::test_odd_values")
def turns_whole_floats_into_integers() -> None:
    def change(value: Any) -> Any:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, dict):
            return {key: change(item) for key, item in value.items()}
        return [change(item) for item in value] if isinstance(value, list) else value

    change_sessions(lambda s: dataclasses.replace(s, metadata=change(s.metadata)))
    change_messages(lambda m: dataclasses.replace(m, metadata=change(m.metadata)))


@breakage("TestBadValues::test_refused_and_nothing_stored")
def turns_keys_into_text() -> None:
    def text_keys(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): item for key, item in value.items()}
        return value

    wrap(
        "save_tool_result",
        lambda f, s, call_id, result: f(s, call_id, text_keys(result)),
    )


@breakage("TestBadValues::test_the_error_names_the_path")
def does_not_say_where_a_bad_value_is() -> None:
    def create(original: Any, store: Storage, **how: Any) -> Any:
        try:
            return original(store, **how)
        except InvalidInputError as exc:
            raise InvalidInputError("metadata cannot be stored as JSON") from exc

    wrap("create_session", create)


def _by_offset(method: str) -> Any:
    def iterate(original: Any, store: Storage, *, batch_size: int = 500, **how: Any) -> Any:
        offset = 0
        while page := getattr(store, method)(**how, limit=batch_size, offset=offset):
            yield from page
            offset += batch_size

    return iterate


@breakage("TestIterMessages::test_rows_that_stay_come_once")
def pages_messages_by_offset() -> None:
    wrap("iter_messages", _by_offset("query_messages"))


@breakage("TestIterSessions::test_rows_that_stay_come_once")
def pages_sessions_by_offset() -> None:
    wrap("iter_sessions", _by_offset("query_sessions"))


@breakage("TestIterSessions::test_one_page_at_a_time", "TestIterMessages::test_one_page_at_a_time")
def reads_all_pages_at_once() -> None:
    for method in ("iter_sessions", "iter_messages"):
        wrap(method, lambda f, s, **how: (row for row in list(f(s, **how))))


@breakage("TestQueryMessages::test_within_a_session_by_position")
def sorts_a_session_by_the_clock() -> None:
    def query(original: Any, store: Storage, *, order: str = "asc", **how: Any) -> Any:
        found = original(store, order=order, **how)
        return sorted(found, key=lambda m: m.timestamp, reverse=order == "desc")

    wrap("query_messages", query)


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


@breakage("TestClosed::test_every_method_says_so", "TestClose::test_a_context_manager")
def answers_after_it_was_closed() -> None:
    for method in ("close", "disconnect", "__exit__"):
        wrap(method, lambda f, s, *a: None)


@breakage("TestFork::test_a_private_store_stays_the_parents")
def answers_in_a_forked_child() -> None:
    parent = os.getpid()

    def get(original: Any, store: Storage, session_id: str) -> Any:
        return None if os.getpid() != parent else original(store, session_id)

    wrap("get_session", get)


def _run(folder: Path, tests: list[str], broken: str | None) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST)
    classes = sorted({test.partition("::")[0] for test in tests})
    (folder / "test_it.py").write_text(
        f"from agentstore.testing.suite import {', '.join(classes)}\n"
    )
    (folder / "pytest.ini").write_text("[pytest]\n")
    private = any("private" in test for test in tests)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "TESTS_FOLDER": str(Path(__file__).parent),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path]),
        "BREAKAGE": broken or "",
        "BACKEND": "SQLiteMemoryBackend" if private else "SQLiteFileBackend",
    }
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--tb=line", "-rf", "-p", "no:cacheprovider"),
            *(f"test_it.py::{test}" for test in tests),
        ],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("broken", list(BREAKAGES))
def test_broken_stores_fail(broken: str, tmp_path: Path) -> None:
    run = _run(tmp_path, CAUGHT_BY[broken], broken)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    failed = re.findall(r"^FAILED test_it\.py::([\w:]+)", run.stdout, re.MULTILINE)
    assert set(failed) == set(CAUGHT_BY[broken]), run.stdout


def test_unbroken(tmp_path: Path) -> None:
    tests = sorted({test for tests in CAUGHT_BY.values() for test in tests})
    run = _run(tmp_path, tests, None)
    assert run.returncode == pytest.ExitCode.OK, run.stdout + run.stderr
