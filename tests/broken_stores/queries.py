"""Queries that find what is not asked for, and pages that lose their place."""

from __future__ import annotations

from typing import Any

from agentstore import Storage
from broken_stores.breaking import breakage, drop_argument, wrap


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
