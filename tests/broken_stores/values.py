"""Text and JSON that come back as others, or are not refused as they should be."""

from __future__ import annotations

import dataclasses
from typing import Any

from agentstore import InvalidInputError, Storage
from broken_stores.breaking import breakage, change_content, change_messages, change_sessions, wrap


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
