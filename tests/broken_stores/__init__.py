"""Stores broken on purpose, one way a function; importing this registers all of them."""

from broken_stores import (
    arguments,
    lifetime,
    messages,
    queries,
    scopes,
    sessions,
    tool_calls,
    values,
)
from broken_stores.breaking import BREAKAGES, CAUGHT_BY

__all__ = [
    "BREAKAGES",
    "CAUGHT_BY",
    "arguments",
    "lifetime",
    "messages",
    "queries",
    "scopes",
    "sessions",
    "tool_calls",
    "values",
]
