"""Messages that are wrong: their positions, their responses, and saving them again."""

from __future__ import annotations

import dataclasses
from typing import Any

from agentstore import MessageExistsError, Storage
from broken_stores.breaking import breakage, change_messages, wrap


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


@breakage("TestQueryMessages::test_within_a_session_by_position")
def sorts_a_session_by_the_clock() -> None:
    def query(original: Any, store: Storage, *, order: str = "asc", **how: Any) -> Any:
        found = original(store, order=order, **how)
        return sorted(found, key=lambda m: m.timestamp, reverse=order == "desc")

    wrap("query_messages", query)


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
